"""Hot loops, written once: plain Python on little input, compiled by numba on much.

Importing numba and loading its cached machine code costs about a CPU second, which is more than
a small corpus needs in all. Kernels therefore run the very same source uncompiled until the work
of the whole process is worth the compiler.
"""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from typing import Any, Generic, ParamSpec, TypeVar, cast

import numpy as np

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

# Steps of inner loops in one process from which on compiled code is used. An interpreted step
# takes about a microsecond, so a process that stays below spends less than the compiler costs.
WORTH_COMPILING = 600_000

_compiling = threading.Lock()


def worth_compiling(steps: int) -> bool:
    """Whether compiled code is cheaper for this process, now that so many inner steps come."""
    Kernel.steps_so_far += steps
    return Kernel.steps_so_far >= WORTH_COMPILING


def expect_steps(steps: int) -> None:
    """Say how many inner steps will come, all in all: if many, none of them is interpreted.

    Compiled code costs the same after as long a time without it.
    """
    if Kernel.steps_so_far + steps >= WORTH_COMPILING:
        Kernel.steps_so_far += steps


class Kernel(Generic[Parameters, Result]):
    """A function in the subset of Python that numba compiles, and its compiled twin.

    Kernels may call kernels, as functions: each twin calls the twins. The plain source is the
    oracle of the compiled code's tests.
    """

    steps_so_far = 0  # of all kernels; it need not be exact, so threads may race

    def __init__(self, source: Callable[Parameters, Result]) -> None:
        self.source = self.interpreted = source
        self.__doc__ = source.__doc__
        self._compiled: Callable[Parameters, Result] | None = None

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return self.interpreted(*args, **kwargs)

    def interpret(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        """Run the plain source."""
        with np.errstate(over="ignore"):  # hashes wrap around on purpose
            return self.interpreted(*args, **kwargs)

    def shorten(self, interpreted: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        """Take the same by a shorter way, which numba cannot go, wherever nothing is compiled."""
        self.interpreted = interpreted
        return interpreted

    def sized(self, steps: int) -> Callable[Parameters, Result]:
        """Return the version of the kernel that is cheaper, now that so many inner steps come."""
        return self.compiled if worth_compiling(steps) else self.interpret

    @property
    def compiled(self) -> Callable[Parameters, Result]:
        """The compiled twin: cached on disk, and free of the interpreter's lock."""
        if self._compiled is None:
            with _compiling:
                self._compiled = self._compiled or self._compile()
        return self._compiled

    def _compile(self) -> Callable[Parameters, Result]:
        import numba

        from dedup.text.kernel_cache import KernelCache

        source = self.source
        twin = types.FunctionType(source.__code__, _Globals(source.__globals__), source.__name__)
        twin.__module__, twin.__qualname__ = source.__module__, source.__qualname__
        compiled: Any = numba.njit(nogil=True)(twin)
        compiled._cache = KernelCache(twin)
        return cast(Callable[Parameters, Result], compiled)


class _Globals(dict[str, Any]):
    """The globals of a twin: kernels are their twins, made only where something is compiled."""

    def __init__(self, of_source: dict[str, Any]) -> None:
        super().__init__()
        self._of_source = of_source

    def __missing__(self, name: str) -> Any:
        value = self._of_source[name]
        self[name] = value.compiled if isinstance(value, Kernel) else value
        return self[name]
