"""What keeps start-up short."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class _Absent:
    """A finder that finds certain modules absent."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@contextmanager
def hidden(*modules: str) -> Iterator[None]:
    """Let libraries that only look whether a module is there go on without it.

    pyarrow looks for pandas at its first conversion, and numba for scipy's BLAS when it first
    compiles or loads code: half a CPU second for what the command line never uses. This is for
    a process of our own; a library may not do it to its user's.

    Args:
        modules: Names; those already imported stay.
    """
    finder = _Absent(modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
