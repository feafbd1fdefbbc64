"""What keeps start-up short."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader

# scikit-learn imports the one for what nobody here calls, and it takes as long as all the rest of
# it; numba looks for the other, to read a file of settings that is rarely there.
_LATE = ("scipy.stats", "yaml")


class _Finder:
    """A finder that finds certain modules absent, and of certain others what they are called."""

    def __init__(self, absent: tuple[str, ...]) -> None:
        self.absent = absent

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        if name in self.absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name not in _LATE:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = LazyLoader(spec.loader)
        return spec


@contextmanager
def hidden(*modules: str) -> Iterator[None]:
    """Let libraries that only look whether a module is there go on without it.

    pyarrow looks for pandas at its first conversion, and numba for scipy's BLAS when it first
    compiles: half a CPU second for what the command line never uses. What a library
    insists on and does not use is imported when it is. This is for a process of our own; a library
    may not do it to its user's.

    Args:
        modules: Names; those already imported stay.
    """
    finder = _Finder(modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
