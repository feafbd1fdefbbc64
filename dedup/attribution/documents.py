"""Outlets that got, saw or were given a document or a recording."""

from __future__ import annotations

import re

from dedup.attribution.mention import Mention
from dedup.attribution.reading import Found, Reading, Span

_NOUN = (
    r"(?:documents?|e-?mails?|records?|recordings?|letters?|memos?|videos?|footage|transcripts?"
    r"|cop(?:y|ies)|images?|photo(?:graph)?s?|pictures?|files?|data|audio|tapes?|notes?|drafts?"
    r"|messages?|texts?|lists?|papers|plans?|proposals?|invoices?|contracts?|analys[ie]s|correspondence"
    r"|evidence|minutes|figures|testimony|filings?)"
)
_OBTAINED = re.compile(
    r"(?P<cue>\b(?:obtained|seen|heard|watched|reviewed|viewed|acquired|examined|inspected|consulted"
    r"|verified|authenticated|shared\s+with|released"
    r"|(?:leaked|sent|shown|given|provided|passed|handed|forwarded|supplied)\s+to)"
    r"(?:\s+by|(?<=to)|(?<=with)))\s+$"
)
_BY = ("by", "to", "with")
# What is forwarded to a site, too, and is no document.
_REQUEST = re.compile(
    r"\b(?:requests?|inquir(?:y|ies)|questions?|calls?|visitors|traffic|users|readers|customers"
    r"|(?:web\s?)?sites?|pages?|addresses|browsers?)\b"
    r"[^;]{0,80}$", re.I,
)  # fmt: skip
# She shared the recording with S · he sent a two-page memo to S
_HANDED = re.compile(
    r"\b(?P<cue>(?:shar(?:ed|es)|sent|disclosed|e-?mailed|leaked|handed|provided|gave|passed|released|forwarded)\s+"
    rf"(?P<content>(?:[\w'’-]+\s+){{0,6}}?{_NOUN})\b(?:\s+(?!to\b|with\b)[\w'’-]+){{0,4}}\s+(?:to|with))\s+$"
)
_GIVES = re.compile(r"\b(?P<cue>provided|furnished|supplied|gave|showed|sent|handed)\s+$")
_GIVEN = re.compile(
    rf"\s+(?:with\s+)?(?P<content>(?:[\w'’-]+\s+){{0,5}}?{_NOUN}\b[^.;,\n]{{0,60}})"
)
_OBTAINS = re.compile(
    r"(?:,[^,.;]{3,60},)?\s*(?P<cue>(?:has\s+|had\s+|have\s+)?(?:obtained|seen|reviewed|viewed"
    r"|acquired|read|received(?=\s+(?:an?|the)\s+(?:[\w-]+\s+){0,2}(?:statement|letter|e-?mail|copy|video"
    r"|recording|audiotape|tape|message|fax|document))"
    r"|(?:was|were|been)\s+(?:shown|given|sent|handed))"
    r"(?:\s+and\s+\w+)?)\s+(?P<content>(?:(?:an?|the|some|copies|\d+|several|hundreds)\b[^.;,\n]{3,80}"
    rf"|(?:\w+\s+){{0,2}}{_NOUN}\b[^.;,\n]{{0,80}}))"
)
_HAS_SEEN = re.compile(r"\s+(?P<cue>(?:has|had|have)\s+(?:obtained|seen|reviewed|read))\s*[.,;)]")
# Documents (that) S received after a lawsuit
_WHAT = re.compile(rf"\b{_NOUN}\s+(?:that\s+|which\s+)?$")
_RECEIVED = re.compile(
    r"\s+(?P<cue>(?:has\s+|had\s+)?(?:obtained|received|reviewed|acquired|seen|saw|viewed"
    r"|examined))\b(?!\s+(?:an?|the)\b)"
)
_DOCUMENT = re.compile("D?[nN0KTUGHYEyz&]*[nNEYGKU](?:pD?[nN0KTUGHYEyz]{1,4})?[,]?\\Z")
_RELATIVE = re.compile("(?:,D[nE]pq|,?[qh])?[,emyD]*\\Z")  # a copy of which was


def obtained(mention: Mention) -> Found | None:
    """Read `records seen by S`."""
    match = _OBTAINED.search(mention.before) if mention.last_word in _BY else None
    is_sent = match is not None and match["cue"].rstrip().endswith("to")
    if match is None or (is_sent and _REQUEST.search(mention.before, 0, match.start())):
        return None
    cue = mention.base + match.start("cue"), mention.base + match.end("cue")
    content = _document_before(mention.reading, cue[0], mention.sentence.first, mention.place)
    return mention.row(
        "obtained", cue=cue, content=content, relation="obtained",
        quotation="none", basis="got a document",
    )  # fmt: skip


def obtains(mention: Mention) -> Found | None:
    """Read `S obtained a copy of the report`."""
    match = _OBTAINS.match(mention.after)
    return _got(mention, match, mention.end) if match else None


def has_seen(mention: Mention) -> Found | None:
    """Read `a letter that S has seen` and `documents that S received after a lawsuit`."""
    match = _HAS_SEEN.match(mention.after)
    if match is None and _WHAT.search(mention.before):
        match = _RECEIVED.match(mention.after)
    if match is None:
        return None
    first, last = match.span("cue")
    start = mention.reading.starts[mention.begin]
    return mention.row(
        "obtained", cue=(mention.end + first, mention.end + last),
        content=_document_before(mention.reading, start, mention.sentence.first, mention.begin),
        relation="obtained", quotation="none", basis="got a document",
    )  # fmt: skip


def given(mention: Mention) -> Found | None:
    """Read `X shared the recording with S` and `X provided S with the list`."""
    if mention.last_word in _BY and (match := _HANDED.search(mention.before)):
        content = mention.base + match.start("content"), mention.base + match.end("content")
        cue = mention.base + match.start("cue"), content[0]
        cue = cue[0], cue[0] + len(mention.reading.text[slice(*cue)].rstrip())
    else:
        gives, what = _GIVES.search(mention.before), _GIVEN.match(mention.after)
        if gives is None or what is None:
            return None
        cue = mention.base + gives.start("cue"), mention.base + gives.end("cue")
        content = mention.end + what.start("content"), mention.end + what.end("content")
    return mention.row(
        "obtained", cue=cue, content=content, relation="obtained", quotation="none",
        basis="was given a document", is_sure=False,
    )  # fmt: skip


def _got(mention: Mention, match: re.Match[str], base: int) -> Found | None:
    (a, b), (c, d) = match.span("cue"), match.span("content")
    return mention.row(
        "obtained", cue=(base + a, base + b), content=(base + c, base + d),
        relation="obtained", quotation="none", basis="got a document",
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
