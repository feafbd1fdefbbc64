"""Speech inside speech: who is quoted within a quotation, in marks of the other sort.

`“The cook said, ‘Nobody came back,’” the ranger said`: the ranger relays the cook. A quotation is
one symbol, so its words are read as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution import lexicon
from dedup.attribution.reading import Found, Reading, Span

_PARTY = (
    r"(?P<party>(?:[Hh]e|[Ss]he|[Tt]hey)|(?:(?:[Tt]he|[Aa]n?|[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Tt]heir|one|some)\s)"
    r"(?:(?!(?:and|who|that|when|but)\b)[\w-]+\s){0,2}?[\w-]+"
    r"|(?!(?:The|I|We|You|It|And|But|So|Then|When|What|That)\b)[A-Z][\w.-]+(?:\s[A-Z][\w.-]+){0,2})"
)
_CUE = (
    r"(?P<cue>said|says|told\s(?:me|us|him|her|them)|replied|asked|answered|shouted|cried|yelled"
    r"|wrote|added|whispered|warned)"
)
# What stands between marks: of those, an apostrophe in a word is none.
_SAID = r"(?P<said>(?:[^'‘’\"“”\n]|(?<=\w)['’](?=\w)){12,400}?)"
_BEFORE = re.compile(rf"\b{_PARTY}\s{_CUE}(?:\sto\s\w+)?[,:]?\s['‘\"“]{_SAID}['’\"”](?!\w)")
_BEHIND = re.compile(rf"(?<!\w)['‘\"“]{_SAID}(?<=[,.?!])['’\"”]\s{_PARTY}\s{_CUE}\b")
_OPENS = re.compile(r"[\s,:]['‘\"“]\w|^['‘\"“]")
_LEAST = 4  # words


def read_inner_speech(reading: Reading) -> None:
    """Add the rows of those who are quoted inside direct quotations."""
    looked_in: set[Span] = set()  # several rows may have one content
    for row in [*reading.found]:
        if row.quotation != "direct" or row.content is None or row.relation == "venue":
            continue
        if row.content not in looked_in and _OPENS.search(reading.text, *row.content):
            looked_in.add(row.content)
            reading.found.extend(_quoted_in(reading, row))


def _quoted_in(reading: Reading, row: Found) -> Iterator[Found]:
    for pattern in (_BEFORE, _BEHIND):
        for match in pattern.finditer(reading.text, *(row.content or row.credited)):
            if len(match["said"].split()) < _LEAST:
                continue
            head = lexicon.phrases().get(match["party"].split()[-1].lower())
            yield Found(
                match.span("party"), match.span("cue"), match.span("said"),
                "unnamed" if head == lexicon.GROUP else "person", None, "quoted", "direct",
                "medium", "speaks in a quotation", parent=row,
            )  # fmt: skip
