"""Outlets named outside the subject of a cue: spoken to, shown a document, credited, linked."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Found, Reading, Span

_OUTLETS = re.compile("[OAS]")
_OPENERS = "¶#%"
_ARTICLE = re.compile(r"(?:\b(?:the|The|an?)\s+)?[*_\[“\"]?$")
_MEDIUM = (
    r"\b(?:(?!(?:with|to|by|on|in|for|from|of|told|via|per|at)\b)\w+\s+){0,3}(?:newspaper|magazine|agency|network|channel|station|website|site|host|show"
    r"|programme|program|radio|reporter|anchor|presenter|journalist|broadcaster|daily)\s*"
)
# What stands before an outlet that somebody spoke to, or that printed them.
_BEFORE_NAME = re.compile(rf"(?:(?i:{_MEDIUM})|(?:[A-Z][\w.]+\s+){{1,3}}of\s+)$")
_VENUE = re.compile(
    r"(?P<cue>^with|\b(?:in\s+)?(?:an?|another|his|her|its|their|the)?\s*(?:\w+\s+){0,2}"
    r"interviews?\s+(?:\w+\s+){0,2}(?:with|to|on|for|by|in)"
    r"|\binterviewed\s+(?:by|on)|\b(?:told|telling|tells)"
    r"|\b(?:sp(?:oke|eaking|eaks)|talk(?:ed|ing|s))\s+(?:\w+ly\s+)?(?:to|with|on)"
    r"|\b(?:statement|comments?|remarks?|letter|email|e-mail|message)s?\s+(?:\w+\s+)?to"
    r"|\b(?:op-ed|article|column|piece|essay|commentary|letter|editorial|appearance)s?\s+"
    r"(?:\w+\s+){0,2}(?:in|for|to|on)"
    r"|\b(?:wrote|writing|writes|written|published|printed|appear(?:ed|ing)|aired|broadcast"
    r"|featured)\s+(?:\w+\s+)?(?:in|on|by|for)"
    r"|\b(?:said|says|saying|added|argued|appeared|appearing|asked)\s+(?:\w+day\s+)?"
    r"(?:(?:during|in)\s+an\s+appearance\s+)?on|\bconfirmed\s+(?:\w+\s+)?to|\bremarks\s+on"
    r"|\bpublication\s+in)\s+$",
    re.I,
)
_REPORTED = re.compile(
    r"(?P<cue>\b(?:in|from|via|per|by)\s+(?:an?|the|its|another)?\s*)$", re.I
)
_REPORT = re.compile(r"(?:\s+\w+)?\s+(?:report|article|story|piece|investigation|documentary"
                     r"|interview|editorial|analysis)\b", re.I)  # fmt: skip
_RELAYED = re.compile(r"\b(?P<cue>via|per)\s+$", re.I)
_OBTAINED = re.compile(
    r"(?P<cue>\b(?:obtained|seen|reviewed|leaked\s+to|viewed|acquired|examined|verified|sent\s+to"
    r"|given\s+to|provided\s+to|shared\s+with|released)(?:\s+by|(?<=to)|(?<=with)))\s+$"
)
_OBTAINS = re.compile(
    r"\s*(?P<cue>(?:has\s+|had\s+|have\s+)?(?:obtained|seen|reviewed|acquired|read|examined)"
    r"(?:\s+and\s+\w+)?)\s+(?P<content>(?:an?|the|some|copies|\d+|several|hundreds)\b[^.;,\n]{3,80})"
)
_PUBLISHES = re.compile(
    r"\s*(?P<cue>(?:first\s+|also\s+|later\s+)?(?:published|aired|broadcast|ran|printed|carried"
    r"|posted|released|unearthed|uncovered))\s+"
    r"(?P<content>(?:an?|the|some|portions|copies|parts|excerpts|its|\d+|several)\b[^.;,\n]{3,120})"
)
_DOCUMENT = re.compile("D?[nN0KTUGHYEyz&]*[nNEYGKU](?:pD?[nN0KTUGHYEyz]{1,4})?[,]?\\Z")
_RELATIVE = re.compile("(?:,D[nE]pq|,q)?[,emy]*\\Z")  # a copy of which was
_CREDIT_WORD = re.compile(
    r"(?P<cue>(?:©|\(c\)|copyright|©\s*\d{4}|h/t|hat[ -]tip|(?:(?<=\()|(?<=[—–|]\s)|^|(?<=\n))via|courtesy(?:\s+of)?|source|credit"
    r"|image|photo|photograph|picture|video)(?:\s+(?:by|from|to))?)\s*:?\s*(?:©\s*)?(?:\d{4}\s+)?$",
    re.I,
)
_CONTRIBUTED = re.compile(r"[^.\n]{0,60}?\bcontributed\b[^.\n]{0,20}\bto this\b", re.I)
_DATELINE = re.compile(
    "[¶#%](?:[NKTGn0dDp,.&*SA]){0,10}?\\((?P<outlet>[OAK])[^)]{0,6}\\)(?P<dash>[~*:n]?)"
)
_BYLINE = re.compile("[¶#%]b[NKTn,&.]{1,12}?(?P<outlet>[OA])")
_BY_OUTLET = re.compile("[¶#%]bD?(?P<outlet>[OA])(?=[¶#%,.]|\\Z)")
_ALONE = re.compile("[¶#%]\\(?D?(?P<outlet>O)[).*]{0,2}(?=[¶#%]|\\Z)")
_DATELINE_WITHIN = 700  # code points
_FIRST_PASSAGES = 5
_BOUNDARY = re.compile("[.¶#%]")
_LINK = re.compile(r"\[(?P<text>[^\]\n]{1,200})\]\((?P<url>https?://[^)\s]{4,500})\)")


def read_mentions(reading: Reading, sentences: list[Span]) -> None:
    """Add rows for outlets that are spoken to, got a document, or are credited by their place."""
    credited = {row.credited for row in reading.found if row.kind == "outlet"}
    taken = sorted(credited)
    _read_credits(reading)
    credited |= {row.credited for row in reading.found if row.relation == "credit"}
    number = 0
    for match in _OUTLETS.finditer(reading.classes):
        place = match.start()
        span = reading.span(place, place + 1)
        if any(a <= span[0] and span[1] <= b for a, b in credited):
            continue
        while number < len(sentences) and sentences[number][1] <= place:
            number += 1
        if number == len(sentences):
            break
        first, last = sentences[number]
        if first <= place < last:
            reading.found.extend(_read_mention(reading, place, first, last))
    del taken
    reading.found.extend(_read_links(reading))


def _read_mention(reading: Reading, place: int, first: int, last: int) -> Iterator[Found]:
    span = reading.span(place, place + 1)
    text = reading.text[max(reading.starts[first], span[0] - 120) : span[0]]
    whole = text
    text = _ARTICLE.sub("", text)
    text = _BEFORE_NAME.sub("", text)
    text = _ARTICLE.sub("", text)
    # An article or possessive before the name belongs to it.
    begin = place - 1 if place > first and reading.classes[place - 1] == "D" else place
    base = span[0] - len(reading.text[max(reading.starts[first], span[0] - 120) : span[0]])
    if match := _VENUE.search(text):
        party = identify(reading, place, place + 1, match["cue"] + " interview")
        if party.kind != "outlet":
            return
        speaker = _speaker_in(reading, first, last)
        yield describe(
            reading, party, begin, place + 1,
            cue=(base + match.start("cue"), base + len(match["cue"].rstrip()) + match.start("cue")),
            content=speaker.content if speaker else None,
            relation="venue", quotation=speaker.quotation if speaker else "none",
            confidence="high" if party.certainty == "sure" else "medium",
            basis=f"cue {' '.join(match['cue'].split())!r}",
        )  # fmt: skip
        return
    if match := _OBTAINED.search(text):
        party = identify(reading, place, place + 1, "obtained")
        if party.kind == "outlet":
            cue = base + match.start("cue"), base + match.end("cue")
            yield describe(
                reading, party, begin, place + 1, cue=cue,
                content=_document_before(reading, cue[0], first, place),
                relation="obtained", quotation="none", confidence="high", basis="obtained",
            )  # fmt: skip
        return
    after = reading.text[span[1] : span[1] + 140]
    if match := _PUBLISHES.match(after):
        party = identify(reading, place, place + 1, "published")
        if party.kind == "outlet":
            yield describe(
                reading, party, begin, place + 1,
                cue=(span[1] + match.start("cue"), span[1] + match.end("cue")),
                content=(span[1] + match.start("content"), span[1] + match.end("content")),
                relation="statement", quotation="indirect", confidence="medium",
                basis="published it",
            )  # fmt: skip
            return
    relayed = _RELAYED.search(text)
    if relayed or (_REPORTED.search(whole) and _REPORT.match(after)):
        # In a Guardian report, X said C: the outlet relays what is said.
        party = identify(reading, place, place + 1, "reported")
        speaker = _speaker_in(reading, first, last)
        if party.kind == "outlet" and speaker is not None:
            cue_span = None
            if relayed:
                cue_span = base + relayed.start("cue"), base + relayed.end("cue")
            head = describe(
                reading, party, begin, place + 1, cue=cue_span, content=speaker.content,
                relation="statement", quotation=speaker.quotation, confidence="medium",
                basis="in its report",
            )  # fmt: skip
            if speaker.parent is None:
                speaker.relation, speaker.parent = "quoted", head
            yield head
            return
    if reading.classes[begin - 1] == "t":
        # described the day to the BBC
        speaker = _speaker_in(reading, first, last)
        cue = reading.starts[begin - 1]
        if speaker is not None and speaker.cue is not None and speaker.cue[1] <= cue:
            party = identify(reading, place, place + 1, "interview")
            if party.kind == "outlet":
                yield describe(
                    reading, party, begin, place + 1, cue=speaker.cue, content=speaker.content,
                    relation="venue", quotation=speaker.quotation, confidence="medium",
                    basis="said to it",
                )  # fmt: skip
                return
    if match := _OBTAINS.match(after):
        party = identify(reading, place, place + 1, "obtained")
        if party.kind == "outlet":
            yield describe(
                reading, party, begin, place + 1,
                cue=(span[1] + match.start("cue"), span[1] + match.end("cue")),
                content=(span[1] + match.start("content"), span[1] + match.end("content")),
                relation="obtained", quotation="none", confidence="high", basis="obtained",
            )  # fmt: skip


def _speaker_in(reading: Reading, first: int, last: int) -> Found | None:
    """Return the row of a sentence that has a speaker with a content."""
    start, end = reading.starts[first], reading.ends[last - 1]
    rows = [
        row for row in reading.found
        if row.relation == "statement" and row.content and row.kind != "outlet"
        and start <= row.content[0] < end
    ]  # fmt: skip
    return rows[0] if rows else None


def _document_before(reading: Reading, cue: int, first: int, place: int) -> Span | None:
    """Return the words for a document that stand before a cue."""
    last = first
    while last < place and reading.ends[last] <= cue:
        last += 1
    match = _DOCUMENT.search(_RELATIVE.sub("", reading.classes[first:last]))
    if match is None:
        return None
    return reading.span(first + match.start(), first + match.end())


def _read_credits(reading: Reading) -> None:
    """Add rows for datelines, bylines, and lines that name an outlet as the text's origin."""
    classes = reading.classes
    places: dict[int, tuple[Span | None, str]] = {}
    starts = [match.start() for match in re.finditer("[¶#%]", classes)]
    for number, start in enumerate(starts):
        is_first = number < _FIRST_PASSAGES and reading.starts[start] < _DATELINE_WITHIN
        end = starts[number + 1] if number + 1 < len(starts) else len(classes)
        is_last = "¶" not in classes[end:]
        if is_first and (match := _DATELINE.match(classes, start, end)):
            if match["outlet"] != "K" or match["dash"] in "~" and match["dash"]:
                places[match.start("outlet")] = None, "dateline"
        if is_first or is_last:
            if end - start <= 20 and (match := _BYLINE.match(classes, start, end)):
                places[match.start("outlet")] = None, "byline"
            elif match := _BY_OUTLET.match(classes, start, end):
                places[match.start("outlet")] = None, "byline"
            elif match := _ALONE.match(classes, start, end):
                places[match.start("outlet")] = None, "a line of its own"
    for match in _OUTLETS.finditer(classes):
        place = match.start()
        if place in places:
            continue
        span = reading.span(place, place + 1)
        before = _ARTICLE.sub("", reading.text[max(0, span[0] - 40) : span[0]])
        before = _BEFORE_NAME.sub("", before)
        if found := _CREDIT_WORD.search(before):
            base = max(0, span[0] - 40)
            cue = base + found.start("cue"), base + found.start("cue") + len(found["cue"].rstrip())
            places[place] = cue, f"cue {found['cue'].strip()!r}"
        elif _CONTRIBUTED.match(reading.text, span[1], min(len(reading.text), span[1] + 100)):
            places[place] = None, "contributed to this report"
    for place, (cue, basis) in sorted(places.items()):
        if classes[place] == "K":
            words = reading.words(place, place + 1)
            outlet: str | None = reading.gazetteer.by_name(words) or f"unlisted:{words}"
            row = Found(
                reading.span(place, place + 1), cue, None, "outlet", outlet, "credit", "none",
                "medium", basis, is_own=outlet == reading.own,
            )  # fmt: skip
        else:
            party = identify(reading, place, place + 1, "reported")
            if party.kind != "outlet":
                continue
            begin = place - 1 if classes[place - 1] == "D" else place
            row = describe(
                reading, party, begin, place + 1, cue=cue, content=None, relation="credit",
                quotation="none", confidence="high", basis=basis,
            )  # fmt: skip
        span = row.credited
        # What a cue was seen in there as well is part of the line.
        reading.found[:] = [
            each for each in reading.found
            if not (each.credited[0] <= span[0] and span[1] <= each.credited[1])
        ]  # fmt: skip
        reading.found.append(row)


def _read_links(reading: Reading) -> Iterator[Found]:
    for match in _LINK.finditer(reading.text):
        outlet = reading.gazetteer.by_url(match["url"])
        if outlet is None or outlet == reading.own:
            continue
        start, end = match.span("text")
        yield Found(
            (start, end), None, None, "outlet", outlet, "link", "none", "high",
            "address of the link",
        )  # fmt: skip
