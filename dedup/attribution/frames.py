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
# told Odrava Tonight that
_TOLD = re.compile("[La](?P<name>[NKA]{1,3}N)(?=,?h|[,.])")
_TODAY = ("Today", "Tonight", "Now", "Live", "Online", "Weekly", "Daily")
# ''Zenda'' reports · told ''Zenda'': in italics, a name that speaks is no person's.
_TITLE = re.compile(r"[A-Z][\w.'’-]*(?: (?:of|de|la|el|le|the|and|[A-Z][\w.'’-]*)){0,4}")
_TITLE_BEFORE = re.compile(
    r"\b(?:told|tells|according to|(?:reported|quoted|cited) (?:by|in)"
    r"|(?:interview|interviews) (?:with|in|for|by)|report (?:in|by|from))\s+(?:the\s+)?\Z", re.I
)  # fmt: skip
_TITLE_BEHIND = re.compile(
    r"\s+(?:(?:has|had|also|later|first)\s+)*(?:report(?:s|ed)|quot(?:es|ed)|cit(?:es|ed))\b"
)
_AROUND = 40  # characters
_NUMBER = re.compile("0(?=[my]{0,2}(?P<cue>[VR]))")
_NUMBERED = re.compile("(?:(?:\\A|[¶#%.,&hBD])|[,.]y)(?P<name>N?[NA]0)\\Z")
_LONGEST = 5  # symbols of such a name, with what stands before it
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
    for told in _TOLD.finditer(reading.classes):
        name = reading.words(*told.span("name"))
        if name.endswith(_TODAY):
            yield name
    for start, end in reading.titles:
        if _TITLE.fullmatch(text, start, end) and (
            _TITLE_BEFORE.search(text, max(0, start - _AROUND), start)
            or _TITLE_BEHIND.match(text, end)
        ):
            yield text[start:end]
    for number in _NUMBER.finditer(reading.classes):
        cue, end = number.start("cue"), number.end()
        if reading.words(cue, cue + 1) not in _REPORTS:
            continue
        match = _NUMBERED.search(reading.classes, max(0, end - _LONGEST), end)
        name = reading.words(*match.span("name")) if match else ""
        if name and not _NO_CHANNEL.match(name):
            yield name
