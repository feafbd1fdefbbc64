"""Outlets that publish, find or relay something, without being the subject of a cue."""

from __future__ import annotations

import re

from dedup.attribution.contents import clause_start, kind_of_content, without_stop
from dedup.attribution.findings import clause_before
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.mention import Mention
from dedup.attribution.reading import Found

_REPORTED = re.compile(
    r"(?P<cue>\b(?:in|from|via|per|by|based\s+on)\s+(?:an?|the|its"
    r"|another|\w+['’]s)?\s*(?:(?!\w+ing\b)[\w-]+\s+){0,2}"
    r"(?:(?:\w+\s)?\w+[/–-])?)$",
    re.I,
)
_REPORT = re.compile(
    r"(?:[/-][\w ]{2,30}?){0,2}(?:\s+[\w-]+){0,2}\s+(?:report|article|story|piece|investigation"
    r"|documentary|editorial|analysis|poll|survey|study|average)\b",
    re.I,
)
_FINDING = re.compile(
    r"(?:[/-][\w ]{2,30}?){0,2}(?:\s+[\w-]+){0,2}\s+(?:poll|survey|analysis|study|average)\b", re.I
)
_RELAYED = re.compile(r"\b(?P<cue>via|per)\s+$", re.I)
_REPORTS_THAT = re.compile(
    r"(?:['’]s?)?\s+(?:[a-z\d]\w*\s+){0,2}(?P<cue>report|story|article|claim|allegation|revelation)s?\s+"
    r"(?:(?:today|yesterday|\w+day|(?:this|last)\s+\w+|published\s+\w+day)\s+)?"
    r"(?:that|alleging|saying|claiming|suggesting|showing|revealing|detailing|describing|highlighting|noting|quoting"
    r"|citing|about\s+how|in\s+which)\s+(?P<content>[^.;\n]{10,300})"
)
_INVERTED = re.compile(r"\b(?:did|does|do|will|would|could|should)\s+(?:the\s+)?$", re.I)
_REPORT_FROM = re.compile(
    r"\b(?P<cue>(?:poll|survey|study|analysis)s?\s+(?:[^.;]{0,60}?(?:conducted|done"
    r"|carried\s+out)\s+"
    r"(?:\w+\s+){0,5}|(?:on|of|about|into)\s[^.;,]{2,50}?\s)?for|(?:report|reporting|revelation|expos[eé]|disclosure|headline|profile"
    r"|story|article|footage|video|figures|data|projections?|polling|survey"
    r"|poll|investigation|analysis|count|tally|photographs?|images?|review|commentary|editorial|column"
    r"|dispatch|documentary|podcast)s?\s+(?:\w+\s+)?"
    r"(?:from|by|in)(?:\s+(?:[\w.&’'-]+\s+){1,3}and)?|(?:named|reported|quoted|cited|shown|streamed|seen|carried|published|printed|aired|released|issued|profiled|detailed|described|documented|serialised"
    r"|serialized|excerpted|broadcast|picked\s+up|relayed|republished|made\s+public|identified|revealed|disclosed)"
    r"\s+(?:\w+\s+)?(?:in|on|by)|(?:table|list|ranking|figures|data|poll|survey|round-up|chart"
    r"|index|map|count|tally)s?\b[^.;,]{0,40}\s(?:drawn\s+up|compiled|commissioned|conducted"
    r"|collected|gathered|analy[sz]ed|calculated|reviewed|kept)\s+(?:(?:last|this|earlier)\s+\w+\s+"
    r"|(?:in|after|before|during)\s+(?:\w+\s+){1,3})?by"
    r"|(?:photo(?:graph)?|image|picture|video|audio|recording|clip|footage)s?\b[^.;,]{0,40}?\s?\b(?:posted|shared"
    r"|provided|supplied|released|published|broadcast|shot|taken|filmed|captured|recorded)\s+"
    r"(?:(?:on|to|in|earlier|last|this)\s+)?(?:[\w-]+\s+){0,3}by"
    r"|(?:analy[sz]ed|gathered|tallied|collated|compiled)\s+by"
    r"|(?:claims?|allegations?|accusations?|assertions?|attributions?)\b[^.;,]{0,40}\smade\s+by"
    r"|(?:claim|allegation|accusation|suggestion|assertion)s?\s+(?:from|in)"
    r"|(?:story|news|scandal|affair)\b[^.;]{0,60}\s(?:first\s+)?broken\s+by"
    r"|\b(?:emerge[sd]?|surfaced)\s+(?:\w+\s+){0,3}in|(?:attributed|credited|sourced)\s+to"
    r"|(?:poll|survey|study|analysis|investigation),\s+by"
    r"|(?:story|tale|news)\s+(?:was|is)\s+(?:being\s+)?told\s+by)\s+$",
    re.I,
)
# I read in S that C · as we heard on S, C
_LEARNT = re.compile(
    r"\b(?P<cue>(?:read|saw|seen|heard|hear|learned|learnt|noticed)\s+(?:\w+\s+){0,3}?"
    r"(?:in|on|from))\s+$",
    re.I,
)
_THAT = re.compile(
    r"(?:\s+(?:\w{3,6}day|today|yesterday|this morning))?\s+that\s+(?P<content>[^.;\n]{10,300})"
)
# C (S). · C (S, May 3) ·
_CITATION = re.compile(r"(?:,\s[^()]{0,20}\d[^()]{0,9})?\)(?=\.|\s*(?:\n|$))")
_TO_BE = re.compile(r"\bbe\s+(?:\w+ly\s+)?$")  # will be [shown on S]
_FROM = ("from", "by", "in", "on", "for", "and", "to")
_PUBLISHES = re.compile(
    r"\s*(?:(?:that|which)\s+|newspaper\s+|magazine\s+|website\s+|channel\s+|(?:news\s+)?agency\s+|and\s+(?:\w+\s+){0,3}(?:media"
    r"|outlets|newspapers|papers|sites|websites|agencies)\s+)?"
    r"(?P<aside>,\s*)?(?:among\s+(?:\w+\s+)?others,\s*)?(?:(?:has|have|had|both|all)\s+){0,2}"
    r"(?P<cue>(?:first\s+|also\s+|later\s+)?(?:published|aired|broadcast|ran|printed|carried|distributed"
    r"|distributes(?=\s+(?:[\w-]+\s+){0,3}(?:cop(?:y|ies)|translations?|transcripts?|texts?|reports?|statements?"
    r"|recordings?|videos?)\b)"
    r"|posted|released|(?:played|screened|showed|shows)(?=\s+(?:[\w-]+\s+){0,3}(?:recordings?|videos?|clips?"
    r"|footage|audio|(?:audio)?tapes?|excerpts|pictures|images)\b)|unearthed|uncovered|broke(?=\s+(?:the|that)\s+(?:\w+\s+)?(?:story"
    r"|news))|(?:leads?|led|opens|splash(?:es|ed))\s+(?:(?:its|their)\s+[\w\s]{3,20}\s)?(?:with|on)"
    r"|(?:carries|publishes|features)(?=\s+(?:an?|the)\s+(?:[\w-]+\s+){0,3}(?:report|story|article"
    r"|interview|photo(?:graph)?|picture|headline|piece|editorial)s?\b)))\s+"
    r"(?P<content>(?!in\b|on\b|by\b|at\b|from\b|under\b)[^.;,\n]{3,120})"
)
# What broadcasters air as part of their work.
_EVENT = re.compile(r"[^.;,]{0,30}?\b(?:town halls?|debates?|match(?:es)?|games?|series|seasons?"
                    r"|films?|concerts?|episodes?|ads?)\b")  # fmt: skip
# “C” is S's headline · “C”, reads the S headline · in S's words, “C”
_HEADLINE = re.compile(
    r"(?:['’]s?)?\s+(?:(?:front[- ]page|main|own|lead)\s+)?"
    r"(?P<cue>headline|splash|take|verdict|words|lead|front page)\b"
    r"(?P<is>\s*:?\s+(?:(?:was|is|says|said|declare[sd]|simply|just)\s+|reads?\s*:?\s*){0,2}(?=[“\"‘']))?"
)
_HEADED = re.compile(
    r"\b(?:is|was|says|said|reads|read|runs|ran|in|declares|declared|cries|screams|pleads)\s+(?:the\s+)?$",
    re.I,
)
_AS_DID = re.compile(r"\b(?P<cue>as\s+(?:did|do|does|has|have|had))\s+$")
# C [S] · C [S, May 3], and no link of Markdown or of a wiki
_BRACKET = re.compile(r"(?:\.?|[,/][^()\[\]]{0,30}\d[^()\[\]]{0,9})\](?![(\[\]])")


def reports_that(mention: Mention) -> Found | None:
    """Read `an S report that C`."""
    match = _REPORTS_THAT.match(mention.after)
    if match is None or _INVERTED.search(mention.whole):
        return None
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "reported", cue=(mention.end + a, mention.end + b),
        content=(mention.end + c, mention.end + d), relation="statement", quotation="indirect",
        basis="its report", is_sure=False,
    )  # fmt: skip


def report_from(mention: Mention) -> Found | None:
    """Read `a report from S`."""
    match = _REPORT_FROM.search(mention.before) if mention.last_word in _FROM else None
    if match is None or _TO_BE.search(mention.before, 0, match.start("cue")):
        return None
    first = mention.base + match.start("cue")
    quoted = _quoted_before(mention, first) if match["cue"].startswith(("quot", "cit")) else None
    row = mention.row(
        "reported", cue=(first, first + len(match["cue"])),
        content=quoted.content if quoted else None, relation="statement",
        quotation=quoted.quotation if quoted else "none", basis="its report", is_sure=False,
    )  # fmt: skip
    if row is not None and quoted is not None:
        quoted.relation, quoted.parent = "quoted", row
    return row


def _quoted_before(mention: Mention, place: int) -> Found | None:
    """Return the row of whom an outlet quotes: said an official [quoted in S]."""
    for row in mention.sentence.rows:
        between = mention.reading.text[row.credited[1] : place]
        if row.relation == "statement" and row.content and between.strip(" ,") == "":
            return row
    return None


def publishes(mention: Mention) -> Found | None:
    """Read `S first published the video`."""
    match = _PUBLISHES.match(mention.after)
    if match is None or _EVENT.match(match["content"]):
        return None
    if (
        match["aside"]
        and "others" not in match.group()
        and not mention.whole.rstrip().endswith(",")
    ):
        return None  # unlike `a news site, S, published C`
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "published", cue=(mention.end + a, mention.end + b),
        content=(mention.end + c, mention.end + d), relation="statement", quotation="indirect",
        basis="published it", is_sure=False,
    )  # fmt: skip


def relays(mention: Mention) -> Found | None:
    """Read `in an S report, X said C` and `C, X said via S`: S relays X."""
    relayed = _RELAYED.search(mention.before) if mention.last_word in ("via", "per") else None
    if not relayed and not (_REPORT.match(mention.after) and _REPORTED.search(mention.whole)):
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


def headlines(mention: Mention) -> Found | None:
    """Read `“C” is S's headline`, `S's headline reads “C”` and `in S's words, “C”`."""
    match = _HEADLINE.match(mention.after)
    if match is None or not (match["is"] or _HEADED.search(mention.whole)):
        return None
    reading, sentence = mention.reading, mention.sentence
    said = re.search(f"{QUOTATION}|s", reading.classes[sentence.first : sentence.last])
    if said is None:
        return None
    place = sentence.first + said.start()
    first, last = match.span("cue")
    return mention.row(
        "reported", cue=(mention.end + first, mention.end + last),
        content=reading.span(place, place + 1), relation="statement", quotation="direct",
        basis="its headline", is_sure=False,
    )  # fmt: skip


def does_too(mention: Mention) -> Found | None:
    """Read `R reported C, as did S`."""
    match = _AS_DID.search(mention.before)
    heads = [
        row for row in mention.sentence.rows
        if row.relation == "statement" and row.kind == "outlet" and row.content
    ]  # fmt: skip
    if match is None or not heads:
        return None
    head, first = heads[-1], mention.base + match.start("cue")
    if head.content and head.content[0] < first < head.content[1]:  # it ends before the cue
        said = mention.reading.text[head.content[0] : first].rstrip(" ,;–—-")
        head.content = head.content[0], head.content[0] + len(said)
    return mention.row(
        "reported", cue=(first, first + len(match["cue"])), content=head.content,
        relation="statement", quotation=head.quotation, basis="as another outlet does",
        is_sure=False,
    )  # fmt: skip


def learnt_from(mention: Mention) -> Found | None:
    """Read `I read in S that C`."""
    match = _LEARNT.search(mention.before) if mention.last_word in _FROM else None
    that = _THAT.match(mention.after) if match else None
    if match is None or that is None:
        return None
    first = mention.base + match.start("cue")
    return mention.row(
        "reported", cue=(first, first + len(match["cue"])),
        content=(mention.end + that.start("content"), mention.end + that.end("content")),
        relation="statement", quotation="indirect", basis="read or heard in it", is_sure=False,
    )  # fmt: skip


def in_brackets(mention: Mention) -> Found | None:
    """Read `C. [S]` and `C (S, May 3).`: what stands before it is the outlet's."""
    start = mention.reading.starts[mention.begin]
    opens = mention.reading.text[start - 1 : start]
    is_name = mention.reading.classes[mention.begin - 2 : mention.begin - 1] in tuple("NKOASTGHUY")
    closes = _BRACKET if opens == "[" else _CITATION if opens == "(" and not is_name else None
    if closes is None or not closes.match(mention.after):
        return None
    content = clause_before(mention)
    if content is None and mention.before_sentence is not None:
        first, last = mention.before_sentence.first, mention.before_sentence.last
        first = clause_start(mention.reading.classes, first, last)
        if first < without_stop(mention.reading.classes, last):
            content = mention.reading.content_span(
                first, without_stop(mention.reading.classes, last)
            )
    if content is None:
        return None
    return mention.row(
        "reported", cue=None, content=content, relation="statement", quotation="indirect",
        basis="in brackets behind it", is_sure=False,
    )  # fmt: skip


def _finds(mention: Mention) -> Found | None:
    """Read `In an S poll released on Sunday, C` and `C in an S poll`."""
    reading, last = mention.reading, without_stop(mention.reading.classes, mention.sentence.last)
    if not _FINDING.match(mention.after):
        return None
    comma = reading.classes.find(",", mention.place, last)
    content = reading.content_span(comma + 1, last) if 0 <= comma < last - 1 else None
    classes = reading.classes[comma + 1 : last]
    if found := clause_before(mention):
        content, classes = found, reading.classes[mention.sentence.first : mention.begin]
    if content is None:
        return None
    return mention.row(
        "reported", cue=None, content=content, relation="statement",
        quotation=kind_of_content(classes), basis="its poll or study", is_sure=False,
    )  # fmt: skip
