"""Outlets that are no subject of a cue: spoken to, shown a document, publishing, relaying.

What stands right before and behind the name tells: the patterns read a few words of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

from dedup.attribution.contents import kind_of_content, without_stop
from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Found, Reading, Sentence, Span

_AROUND = 120  # characters read before and behind a name

_OUTLETS = re.compile("[OAS]")
_ARTICLE = re.compile(r"(?:\b(?:the|The|an?)\s+)?[*_\[“\"]?$")
_MEDIUM = (
    r"\b(?:(?!(?:with|to|by|on|in|for|from|of|told|via|per|at)\b)\w+\s+){0,3}"
    r"(?:newspaper|magazine|agency|network|channel|station|website|site|host|show|programme"
    r"|program|radio|reporter|anchor|presenter|journalist|broadcaster|daily)\s*"
)
# What stands before an outlet that somebody spoke to, or that printed them.
_BEFORE_NAME = re.compile(rf"(?:(?i:{_MEDIUM})|(?:[A-Z][\w.]+\s+){{1,3}}of\s+)$")
_VENUE = re.compile(
    r"(?P<cue>^with|\b(?:in\s+)?(?:an?|another|his|her|its|their|the)?\s*(?:\w+\s+){0,2}"
    r"interviews?\s+(?:\w+\s+){0,2}(?:with|to|on|for|by|in)"
    r"|\binterviewed\s+(?:by|on)|\banswered\s+(?:\w+\s+){0,3}questions?\s+(?:[^.;]{0,40}\s)?"
    r"(?:from|by|for)|\b(?:discuss|talk|speak|spoke)\w*\s+[^.;]{0,60}?\bwith|\b(?:told|telling|tells)"
    r"|\b(?:sp(?:oke|eaking|eaks)|talk(?:ed|ing|s))\s+(?:\w+ly\s+)?(?:to|with|on)"
    r"|\b(?:statement|comments?|remarks?|letter|email|e-mail|message|response|reply|appearance"
    r"|conversation|questions?)s?\s+(?:\w+\s+)?(?:to|with|from|on|carried\s+by)"
    r"|\b(?:op-ed|article|column|piece|essay|commentary|letter|editorial|appearance)s?\s+"
    r"(?:\w+\s+){0,2}(?:in|for|to|on)"
    r"|\b(?:wrote|writing|writes|written|published|printed|appear(?:ed|ing)|aired|broadcast"
    r"|featured)\s+(?:\w+\s+)?(?:in|on|for)"
    r"|\b(?:said|says|saying|added|argued|appeared|appearing|asked)\s+(?:\w+day\s+)?"
    r"(?:(?:during|in)\s+an\s+appearance\s+)?on|\bconfirmed\s+(?:\w+\s+)?to|\bremarks\s+on"
    r"|\bpublication\s+in)\s+$",
    re.I,
)
_REPORTED = re.compile(
    r"(?P<cue>\b(?:in|from|via|per|by)\s+(?:an?|the|its|another)?\s*(?:\w+\s+){0,2})$", re.I
)
_REPORT = re.compile(
    r"(?:[/-][\w ]{2,30}?)?(?:\s+\w+){0,2}\s+(?:report|article|story|piece|investigation"
    r"|documentary|interview|editorial|analysis|poll|survey|study|average)\b",
    re.I,
)
_FINDING = re.compile(
    r"(?:[/-][\w ]{2,30}?)?(?:\s+\w+){0,2}\s+(?:poll|survey|analysis|study|average)\b", re.I
)
_RELAYED = re.compile(r"\b(?P<cue>via|per)\s+$", re.I)
_OBTAINED = re.compile(
    r"(?P<cue>\b(?:obtained|seen|reviewed|leaked\s+to|viewed|acquired|examined|verified|sent\s+to"
    r"|given\s+to|provided\s+to|shared\s+with|released)(?:\s+by|(?<=to)|(?<=with)))\s+$"
)
_OBTAINS = re.compile(
    r"\s*(?P<cue>(?:has\s+|had\s+|have\s+)?(?:obtained|seen|reviewed|acquired|read|examined)"
    r"(?:\s+and\s+\w+)?)\s+(?P<content>(?:an?|the|some|copies|\d+|several|hundreds)\b[^.;,\n]{3,80})"
)
_REFUSED = re.compile(
    r"\b(?:declin|refus|unavailable|(?:not|n['’]t)\s+(?:immediately\s+)?(?:respond|comment|answer|return)"
    r"|request)\w*\s[^.;]{0,60}$", re.I,
)  # fmt: skip
_INTERVIEWS = re.compile(
    r"\s+(?:\w+ly\s+|also\s+|previously\s+|recently\s+)?(?P<cue>(?:has\s+|had\s+)?(?:interviewed"
    r"|(?:spoke|talked|caught up|discussed|chatted)\s+(?:\w+\s+)?(?:with|to)))\b"
)
_HAS_SEEN = re.compile(r"\s+(?P<cue>(?:has|had|have)\s+(?:obtained|seen|reviewed|read))\s*[.,;)]")
_REPORTS_THAT = re.compile(
    r"(?:['’]s)?\s+(?:\w+\s+)?(?P<cue>report|story|article|claim|allegation|revelation)s?\s+"
    r"(?:that|alleging|saying|claiming|suggesting)\s+(?P<content>[^.;\n]{10,300})"
)
_REPORT_FROM = re.compile(
    r"\b(?P<cue>(?:report|story|article|footage|video|figures|data|projections?|survey|poll"
    r"|investigation|analysis|count|photographs?|images?|review)s?\s+(?:\w+\s+)?(?:from|by|in)"
    r"|(?:reported|quoted|cited|shown|streamed|seen|carried|published|printed|aired|broadcast)\s+(?:\w+\s+)?(?:in|on|by))\s+$",
    re.I,
)
_PUBLISHES = re.compile(
    r"\s*(?P<cue>(?:first\s+|also\s+|later\s+)?(?:published|aired|broadcast|ran|printed|carried"
    r"|posted|released|unearthed|uncovered))\s+"
    r"(?P<content>(?!in\b|on\b|by\b|at\b|from\b|under\b)[^.;,\n]{3,120})"
)
_DOCUMENT = re.compile("D?[nN0KTUGHYEyz&]*[nNEYGKU](?:pD?[nN0KTUGHYEyz]{1,4})?[,]?\\Z")
_RELATIVE = re.compile("(?:,D[nE]pq|,?[qh])?[,emyD]*\\Z")  # a copy of which was


def read_mentions(reading: Reading, sentences: Sequence[Sentence], taken: set[Span]) -> None:
    """Add rows for outlets that are spoken to, got or published something, or relay somebody.

    Args:
        reading: The document, with the rows of its cues.
        sentences: Its sentences, with theirs.
        taken: Places of outlets that are credited otherwise.
    """
    starts = [sentence.first for sentence in sentences]
    for match in _OUTLETS.finditer(reading.classes):
        place = match.start()
        number = bisect_right(starts, place) - 1
        if number < 0 or place >= sentences[number].last:
            continue
        sentence = sentences[number]
        start, end = reading.span(place, place + 1)
        named = [*taken, *(row.credited for row in sentence.rows if row.kind == "outlet")]
        if any(first <= start and end <= last for first, last in named):
            continue
        mention = _Mention(reading, place, sentence)
        for read in (
            _venue, _interviews, _obtained, _obtains, _has_seen, _publishes, _reports_that, _relays,
            _report_from, _addressed,
        ):  # fmt: skip
            if (row := read(mention)) is not None:
                reading.add([row], sentence)
                break


class _Mention:
    """An outlet's name with what stands around it.

    Attributes:
        before: The text before it in the sentence, without its article and what it is called.
        whole: The same with them.
        after: The text behind it.
        base: Where `before` starts in the document.
        begin: The symbol of its article, or its own.
    """

    def __init__(self, reading: Reading, place: int, sentence: Sentence) -> None:
        start, end = reading.span(place, place + 1)
        self.reading, self.place, self.sentence = reading, place, sentence
        self.base = max(reading.starts[sentence.first], start - _AROUND)
        self.whole = reading.text[self.base : start]
        self.after = reading.text[end : end + _AROUND]
        self.end = end
        bare = _BEFORE_NAME.sub("", _ARTICLE.sub("", self.whole))
        self.before = _ARTICLE.sub("", bare)
        has_article = place > sentence.first and reading.words(place - 1, place).lower() == "the"
        self.begin = place - 1 if has_article else place

    def row(
        self, cue_like: str, *, cue: Span | None, content: Span | None, relation: str,
        quotation: str, basis: str, is_sure: bool = True,
    ) -> Found | None:  # fmt: skip
        """Return the row of this outlet; None where the name is somebody else's."""
        party = identify(self.reading, self.place, self.place + 1, cue_like)
        if party.kind != "outlet":
            return None
        return describe(
            self.reading, party, self.begin, self.place + 1, cue=cue, content=content,
            relation=relation, quotation=quotation,
            confidence="high" if is_sure and party.certainty == "sure" else "medium", basis=basis,
        )  # fmt: skip

    def speaker(self) -> Found | None:
        """Return the first row of the sentence in which somebody else says something."""
        for row in self.sentence.rows:
            if row.relation == "statement" and row.content and row.kind != "outlet":
                return row
        return None


def _venue(mention: _Mention) -> Found | None:
    """Read `in an interview with S`, `wrote in S`, `told S`."""
    match = _VENUE.search(mention.before)
    if match is None:
        return None
    if _REFUSED.search(mention.before):
        return None
    words = match["cue"].strip()
    first = mention.base + match.start("cue") + match["cue"].index(words)
    speaker = mention.speaker()
    return mention.row(
        f"{words} interview", cue=(first, first + len(words)),
        content=speaker.content if speaker else None, relation="venue",
        quotation=speaker.quotation if speaker else "none",
        basis=f"cue {' '.join(words.split())!r}",
    )  # fmt: skip


def _interviews(mention: _Mention) -> Found | None:
    """Read `S interviewed X`."""
    match = _INTERVIEWS.match(mention.after)
    if match is None:
        return None
    first, last = match.span("cue")
    return mention.row(
        "interview", cue=(mention.end + first, mention.end + last), content=None,
        relation="venue", quotation="none", basis="interviews somebody", is_sure=False,
    )  # fmt: skip


def _reports_that(mention: _Mention) -> Found | None:
    """Read `an S report that C`."""
    match = _REPORTS_THAT.match(mention.after)
    if match is None:
        return None
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "reported", cue=(mention.end + a, mention.end + b),
        content=(mention.end + c, mention.end + d), relation="statement", quotation="indirect",
        basis="its report", is_sure=False,
    )  # fmt: skip


def _report_from(mention: _Mention) -> Found | None:
    """Read `a report from S`."""
    match = _REPORT_FROM.search(mention.before)
    if match is None:
        return None
    first = mention.base + match.start("cue")
    return mention.row(
        "reported", cue=(first, first + len(match["cue"])), content=None,
        relation="statement", quotation="none", basis="its report", is_sure=False,
    )  # fmt: skip


def _obtained(mention: _Mention) -> Found | None:
    """Read `records seen by S`."""
    match = _OBTAINED.search(mention.before)
    if match is None:
        return None
    cue = mention.base + match.start("cue"), mention.base + match.end("cue")
    content = _document_before(mention.reading, cue[0], mention.sentence.first, mention.place)
    return mention.row(
        "obtained", cue=cue, content=content, relation="obtained",
        quotation="none", basis="got a document",
    )  # fmt: skip


def _obtains(mention: _Mention) -> Found | None:
    """Read `S obtained a copy of the report`."""
    match = _OBTAINS.match(mention.after)
    if match is None:
        return None
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "obtained", cue=(mention.end + a, mention.end + b),
        content=(mention.end + c, mention.end + d), relation="obtained", quotation="none",
        basis="got a document",
    )  # fmt: skip


def _has_seen(mention: _Mention) -> Found | None:
    """Read `a letter that S has seen`."""
    match = _HAS_SEEN.match(mention.after)
    if match is None:
        return None
    first, last = match.span("cue")
    start = mention.reading.starts[mention.begin]
    return mention.row(
        "obtained", cue=(mention.end + first, mention.end + last),
        content=_document_before(mention.reading, start, mention.sentence.first, mention.begin),
        relation="obtained", quotation="none", basis="got a document",
    )  # fmt: skip


def _publishes(mention: _Mention) -> Found | None:
    """Read `S first published the video`."""
    match = _PUBLISHES.match(mention.after)
    if match is None:
        return None
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "published", cue=(mention.end + a, mention.end + b),
        content=(mention.end + c, mention.end + d), relation="statement", quotation="indirect",
        basis="published it", is_sure=False,
    )  # fmt: skip


def _relays(mention: _Mention) -> Found | None:
    """Read `in an S report, X said C` and `C, X said via S`: S relays X."""
    relayed = _RELAYED.search(mention.before)
    if not relayed and not (_REPORTED.search(mention.whole) and _REPORT.match(mention.after)):
        return None
    speaker = mention.speaker()
    if speaker is None:
        return None if relayed else _finds(mention)
    cue = None
    if relayed:
        cue = mention.base + relayed.start("cue"), mention.base + relayed.end("cue")
    row = mention.row(
        "reported", cue=cue, content=speaker.content, relation="statement",
        quotation=speaker.quotation, basis="in its report", is_sure=False,
    )  # fmt: skip
    if row is not None and speaker.parent is None:
        speaker.relation, speaker.parent = "quoted", row
    return row


def _finds(mention: _Mention) -> Found | None:
    """Read `In an S poll released on Sunday, C`."""
    reading, last = mention.reading, without_stop(mention.reading.classes, mention.sentence.last)
    comma = reading.classes.find(",", mention.place, last)
    if comma < 0 or not _FINDING.match(mention.after):
        return None
    return mention.row(
        "reported", cue=None, content=reading.content_span(comma + 1, last),
        relation="statement", quotation=kind_of_content(reading.classes[comma + 1 : last]),
        basis="its poll or study", is_sure=False,
    ) if comma + 1 < last else None  # fmt: skip


def _addressed(mention: _Mention) -> Found | None:
    """Read `X described the day to S`."""
    if mention.begin == 0 or mention.reading.classes[mention.begin - 1] != "t":
        return None
    speaker = mention.speaker()
    if speaker is None or speaker.cue is None:
        return None
    if speaker.cue[1] > mention.reading.starts[mention.begin - 1]:
        return None
    return mention.row(
        "interview", cue=speaker.cue, content=speaker.content, relation="venue",
        quotation=speaker.quotation, basis="said to it", is_sure=False,
    )  # fmt: skip


def _document_before(reading: Reading, cue: int, first: int, place: int) -> Span | None:
    """Return the words for a document that stand before a cue."""
    last = first
    while last < place and reading.ends[last] <= cue:
        last += 1
    match = _DOCUMENT.search(_RELATIVE.sub("", reading.classes[first:last]))
    if match is None:
        return None
    return reading.span(first + match.start(), first + match.end())
