"""Machine code from numba's cache, without what only compiling needs."""

from __future__ import annotations

from typing import Any

from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys


class KernelCache(FunctionCache):  # type: ignore[misc]
    """numba's cache of a function, read without looking for all that code might be made of.

    Before it reads anything numba's own fills the tables by which it types and lowers code, a tenth
    of a second in each process. Code that is there needs its runtime only; where there is none
    the compiler fills the tables by itself.
    """

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for a signature, None if it is not there."""
        rtsys.initialize(target_context)
        target_context.refresh = _do_nothing  # numba holds a lock, so nobody else needs it now
        try:
            return super().load_overload(sig, target_context)
        finally:
            del target_context.refresh


def _do_nothing() -> None:
    pass
