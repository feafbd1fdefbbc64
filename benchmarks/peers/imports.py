"""Import the modules named in a file, one a line, and end: what a process pays before it works.

The list is what `python -X importtime` saw the real run import, so that lazy imports count too;
what the real run did without, is not to be found here either.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import sys
from pathlib import Path


class Unlisted:
    """A finder that finds all modules absent but those of the list."""

    def __init__(self, listed: set[str]) -> None:
        self.listed = listed

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Refuse a module that is not listed."""
        if name not in self.listed:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    """Import every module of the list."""
    names = Path(sys.argv[1]).read_text(encoding="utf-8").split()
    if "dedup.cli.app" in names:  # which sees to both before it imports anything else
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        gc.disable()
    sys.meta_path.insert(0, Unlisted({*names}))
    for name in names:
        # Some names exist only while their package imports itself; their time is spent by then.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


if __name__ == "__main__":
    main()
