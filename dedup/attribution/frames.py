"""Names that only their frame tells to be outlets': a newsroom's pattern, a number, a verb.

`the Odrava Center for Investigative Reporting`, `told Hollis Tonight that`, `Metro 7 reported`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution.reading import Reading

# Longer than a listed name at its end, too.
_NEWSROOM = re.compile(
    r"(?P<name>(?:(?!The\b)[A-Z][\w.’-]+ ){1,4}"
    r"(?:Cent(?:er|re)|Institute|Bureau|Network|Project|Fund|Foundation|Unit) (?:for|of|on) "
    r"(?:[A-Z]\w+ and )?(?:Investigative|Public(?: Interest)?|Crisis|Local|Data|Independent)"
    r" (?:Journalism|Reporting|News))\b"
)
_JOURNALISM = ("Journalism", "Reporting")
_TOLD_TODAY = re.compile(
    r"\b(?:told|tells|telling|interview with|according to) "
    r"(?P<name>(?:[A-Z][\w’.-]+ ){1,3}(?:Today|Tonight|Now|Live|Online|Weekly|Daily))\b"
    r"(?=,? that\b|[,.]|\s*$)"
)
_TODAY = (" Today", " Tonight", " Now", " Live", " Online", " Weekly", " Daily")
_NUMBERED = re.compile("(?:(?<=[¶#%.,&hBD])|(?<=[,.]y))N?[NA]0(?=[my]{0,2}(?P<cue>[VR]))")
_REPORTS = ("reported", "reports")
_NO_CHANNEL = re.compile(
    r"(?:Apollo|Soyuz|Flight|Station|Unit|Engine|Ward|District|Precinct|Team|Company|Division"
    r"|Article|Section|Chapter|Figure|Table)\b"
)


def framed(reading: Reading) -> Iterator[str]:
    """Yield the names of a document that such a frame makes an outlet's."""
    text = reading.text
    if any(word in text for word in _JOURNALISM):
        yield from (match["name"] for match in _NEWSROOM.finditer(text))
    if any(word in text for word in _TODAY):
        yield from (match["name"] for match in _TOLD_TODAY.finditer(text))
    for match in _NUMBERED.finditer(reading.classes):
        cue = match.start("cue")
        name = reading.words(*match.span())
        if reading.words(cue, cue + 1) in _REPORTS and not _NO_CHANNEL.match(name):
            yield name
