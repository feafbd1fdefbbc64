"""Import the modules named in a file, one a line, and end: what a process pays before it works.

The list is what `python -X importtime` saw the real run import, so that lazy imports count too.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from pathlib import Path


def main() -> None:
    """Import every module of the list."""
    for name in Path(sys.argv[1]).read_text(encoding="utf-8").split():
        # Some names exist only while their package imports itself; their time is spent by then.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


if __name__ == "__main__":
    main()
