"""Text of anybody's for a line of a log: it steers no terminal, and commands no CI service.

Articles, ids and names of files are data; a runner that reads a log takes some lines for orders.
"""

from __future__ import annotations

import re

from dedup.printable import printable

# Orders to GitHub (`##[group]`), Azure Pipelines (`##vso[...]`) and TeamCity (`##teamcity[...]`),
# which count anywhere in a line; those in the form `::error::` count at its start only.
_ORDER = re.compile(r"##(?=\w*\[)")


def log_line(text: str, length: int = 1000) -> str:
    """Return a text on one line of at most so many characters that is nothing but text.

    >>> log_line("::error::\\x1b[2J\\nsaid ##[group]", 40)
    ': :error::\\ufffd[2J said # #[group]'
    """
    line = _ORDER.sub("# #", shortened(text, length))
    line = f": :{line[2:]}" if line.startswith("::") else line
    return shortened(line, length)


def shortened(text: str, length: int) -> str:
    """Return a printable text on one line, cut to so many characters.

    >>> shortened("The bridge\\nis closed", 12)
    'The bridge…'
    """
    # One word may be a megabyte: what is certainly cut off needs no look at each character.
    text = text.strip()
    line = printable(text[: 4 * length])
    if len(line) <= length and len(text) <= 4 * length:
        return line
    return f"{line[: length - 1].rstrip()}…"


def valid_unicode(text: str) -> str:
    """Return a text with U+FFFD for lone surrogates, so that it can be encoded.

    >>> valid_unicode("caf\\udce9")
    'caf\\ufffd'
    """
    if text.isascii():
        return text
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
