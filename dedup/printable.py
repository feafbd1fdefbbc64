"""Text that cannot steer a terminal: articles, file names and field names are anybody's."""

from __future__ import annotations

import unicodedata

_STEERING = ("Cc", "Cf", "Cs", "Co")  # categories of controls, direction marks and the like
_HARMLESS = "\u200c\u200d\xad"  # joiners and soft hyphen, which scripts need


def printable(text: str) -> str:
    """Return a text on one line, with U+FFFD for controls and direction marks.

    >>> printable("a\\x1b[2Jb\\nc")
    'a\\ufffd[2Jb c'
    """
    return "".join(
        c if c in _HARMLESS or unicodedata.category(c) not in _STEERING else "\ufffd"
        for c in " ".join(text.split())
    )
