"""What outlets count, poll and have first, where the cue stands right behind the name.

`a Reuters poll has C`, `the BBC was the first to report C`, `C, by the Guardian's count`.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from dedup.attribution.contents import clause_start, kind_of_content, without_stop
from dedup.attribution.mention import Mention
from dedup.attribution.reading import Found, Span

_LEAST_CLAUSE = 3  # symbols before a finding that are what is found
# By S's count · based on an S count
_COUNT = re.compile(
    r"(?:['’]s?)?\s+(?:\w+\s+){0,2}(?P<cue>count|tally|reckoning|account|calculations?|projections?)\b"
)
_COUNTED = re.compile(r"\b(?:by|per|from|based\s+on|in)\s+(?:an?\s+|the\s+)?(?:\w+\s+)?$", re.I)
_FIRST = re.compile(
    r"(?:,[^,.;]{1,40},)?\s+(?P<cue>(?:was|were|is|had been)\s+(?:also\s+"
    r"|among\s+)?(?:the\s+)?first\s+"
    r"(?:\w+\s+)?to\s+(?:report|reveal|publish|disclose|break|announce|write|obtain|uncover"
    r"|detail))\b"
    r"(?:\s+that\b)?\s*(?:on\s+)?"
)
_POLL_HAS = re.compile(
    r"(?:['’]s?)?(?:(?:[/-][\w ]{2,30}?){0,2}(?:\s+[\w-]+){0,3}\s+(?=[psaP])"
    r"|\s+(?:[a-z]+\s+)?(?=[rctfdlmin]))"
    r"(?P<cue>(?:[Pp]olls?|surveys?|average|reporting|count|tally|tracker|figures|forecast|data|database|list|map"
    r"|model|index|numbers)"
    r"(?:\s+(?:(?:this|last)\s+\w+|(?:earlier\s+)?\w+day))?(?:\s+(?:of|from|in|on|conducted"
    r"|taken|released|published|out)\s[^.;,]{2,60}?)?,?\s+(?:also\s+|currently\s+)?"
    r"(?:ha[ds]|gave|gives?|giving|puts?|putting|placed|places|showed|shows?|showing|found|finds|suggest(?:s|ed)"
    r"|indicate[sd]|lists|listed|saw|sees))\b(?!\s+(?:an?\s+)?(?:\S+\s+)?(?:margin|sampl))(?:\s+that\b)?\s*"
)
_ANNOUNCES = re.compile(
    r"(?:['’]s?)?(?:\s+\w+)?(?:\s+(?:report|story|article|piece|editorial))?\s*:\s*(?:$|\n)"
)
_ANNOUNCED = re.compile(r"\b(?:from|via|in|at)\s+$")
_AMONG = re.compile(
    r"\b(?:outlets|media|fact[- ]checkers|pages|titles|dailies|newspapers|networks|organi[sz]ations"
    r"|agencies|websites|sites|publications|papers|channels|broadcasters|news services"
    r"|media reports)(?:\s+\w+){0,4}?,?\s+(?:including|such\s+as|like"
    r"|among\s+them)\s+(?:(?:by|in|from)\s+)?(?:the\s+)?$",
    re.I,
)
# S placed the number of dead at nine
_PLACES = re.compile(
    r"(?:\s+(?:has|have|had|also|later)){0,2}\s+(?P<cue>placed|places|set|sets)\s+"
    r"(?P<content>(?:the|its)\s+(?:[\w-]+\s+){0,2}(?:number|toll|count|costs?|total|figure|attendance"
    r"|turnout|price|value|damage|losses|odds|chances?|share)\b[^.;,]{0,80}?"
    r"\s(?:at|in|between|near|above|below|around|over)\s[^.;,\n]{1,60})"
)
# What leads to an outlet, and another one that it polls with: in the latest R/[S] poll.
_LEAD = re.compile("[,y~(]*(?:[pba][yDnd]{0,4}(?:[OAKN]{1,3}[*~]?)?)?\\Z")


def counts(mention: Mention) -> Found | None:
    """Read `C, by S's count`."""
    match = _COUNT.match(mention.after)
    if match is None or not _COUNTED.search(mention.whole):
        return None
    first, last = match.span("cue")
    content = clause_before(mention)
    return mention.row(
        "reported", cue=(mention.end + first, mention.end + last), content=content,
        relation="statement", quotation="indirect" if content else "none", basis="its count",
        is_sure=False,
    )  # fmt: skip


def polls(mention: Mention) -> Found | None:
    """Read `an S poll of voters has X ahead`."""
    match = _POLL_HAS.match(mention.after)
    return _says_behind(mention, match, "its poll or study") if match else None


def places(mention: Mention) -> Found | None:
    """Read `S placed the number of dead at nine`."""
    match = _PLACES.match(mention.after)
    if match is None:
        return None
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "reported", cue=(mention.end + a, mention.end + b),
        content=(mention.end + c, mention.end + d), relation="statement", quotation="indirect",
        basis="its count", is_sure=False,
    )  # fmt: skip


def reports_first(mention: Mention) -> Found | None:
    """Read `S was the first to report that C`."""
    match = _FIRST.match(mention.after)
    return _says_behind(mention, match, "was first with it") if match else None


def announces(mention: Mention) -> Found | None:
    """Read `Here is more from S's report:`, where the passage ends."""
    match = _ANNOUNCES.match(mention.after)
    if match is None or _ANNOUNCED.search(mention.before) is None:
        return None
    return mention.row(
        "reported", cue=None, content=None, relation="statement", quotation="none",
        basis="what follows is from it", is_sure=False,
    )  # fmt: skip


def is_among(mention: Mention) -> Found | None:
    """Read `several outlets, including R and S, reported C`."""
    if _AMONG.search(mention.whole) is None:
        return None
    start = mention.reading.starts[mention.begin]
    for row in mention.sentence.rows:
        is_said = row.kind in ("unnamed", "organisation", "outlet") and row.cue is not None
        if row.relation == "statement" and row.content and is_said and row.credited[0] < start:
            return mention.row(
                "reported", cue=row.cue, content=row.content, relation="statement",
                quotation=row.quotation, basis="one of several outlets", is_sure=False,
            )  # fmt: skip
    return None


def _says_behind(mention: Mention, match: re.Match[str], basis: str) -> Found | None:
    """Return the row of a cue behind a mention, whose content is the rest of the sentence."""
    reading, last = mention.reading, without_stop(mention.reading.classes, mention.sentence.last)
    first, end = match.span("cue")
    start = bisect_left(reading.starts, mention.end + match.end())
    is_there = start < last
    return mention.row(
        "reported", cue=(mention.end + first, mention.end + end),
        content=reading.content_span(start, last) if is_there else None, relation="statement",
        quotation=kind_of_content(reading.classes[start:last]) if is_there else "none",
        basis=basis, is_sure=False,
    )  # fmt: skip


def clause_before(mention: Mention) -> Span | None:
    """Return what stands before a mention in its sentence, if it is long enough for a clause."""
    classes = mention.reading.classes
    first = clause_start(classes, mention.sentence.first, mention.begin)
    last = mention.begin
    # Without what leads to the outlet: [in the latest] S poll, [according to] S.
    led = _LEAD.search(classes, first, last)
    last = led.start() if led else last
    if last > first and mention.reading.words(last - 1, last).lower() == "based":  # on S's count
        last -= 1 + (classes[last - 2] == ",")
    if last - first < _LEAST_CLAUSE:
        return None
    return mention.reading.content_span(first, last)
