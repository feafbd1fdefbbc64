"""Credit by position: datelines, bylines, agency lines, hat tips; and links.

Such a credit has no content: it says whose the whole text is, or part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from dedup.attribution.grammar import QUOTATION
from dedup.attribution.outlets import UNLISTED
from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import SIGNED, Found, Reading, Span

_OUTLETS = re.compile("[OAS]")
_OPENERS = re.compile("[¶#%]")
_ARTICLE = re.compile(r"(?:\b(?:the|The|an?)\s+)?[\[“\"]?$")
_CREDIT_WORD = re.compile(
    r"(?P<cue>(?:©|\(c\)|copyright|©\s*\d{4}|h/t|hat[ -]tip|(?:(?<=\()|(?<=[—–|]\s)|^|(?<=\n))via"
    r"|courtesy(?:\s+of)?|source|credit|image|photo|photograph|picture|video)"
    r"(?:\s+(?:by|from|to))?)\s*:?\s*(?:©\s*)?(?:\d{4}\s+)?$",
    re.I,
)
_CONTRIBUTED = re.compile(
    r"[^.\n]{0,120}?\bcontributed\b[^.\n]{0,20}\b(?:reporting\b|to this"
    r"\s+(?:\w+\s+)?(?:report|story|article|post|piece|dispatch|review|analysis)\b)",
    re.I,
)
# LONDON, March 3 (Reuters) – · By Jane Doe, Associated Press · By AFP · Reuters
_DATELINE = re.compile(
    "[¶#%][NKTGn0dDp,.&*SA]{0,10}?\\((?P<outlet>[OAK])[^)]{0,6}\\)(?P<dash>[~*:n]?)"
)
_BYLINE = re.compile("[¶#%]b(?:[NKTn,&.]{1,12}?|D?)(?P<outlet>[OA])(?!z)")
# CNN — · Odrava CNN — · ODRAVA, March 3, Reuters –
_PLAIN_DATELINE = re.compile(
    "[¶#%](?:[NK]{1,3},?(?:[NK]{1,3},?)?(?:d0,?)?)?(?P<outlet>O)~(?=[DNKTUnpdB0])"
)
_SIGNED = re.compile("[¶#%]\\(?gb[NKTn,&.]{1,20}?(?P<outlet>O)")  # Reporting by Jane Doe, Reuters
# “C” – the dispatcher, S
_SIGNATURE = re.compile(
    f"(?:[¶#%]|{QUOTATION}[.]?)~[^.~¶#%]{{1,12}},D?(?P<outlet>O)[.]?(?=[¶#%]|\\Z)"
)
_ALONE = re.compile("[¶#%]\\(?D?(?P<outlet>O)[).*]{0,2}(?=[¶#%]|\\Z)")
_LONGEST_BYLINE = 20  # symbols
_DATELINE_WITHIN = 700  # code points from the start of the text
_FIRST_PASSAGES = 5
_BEFORE = 40  # characters before an outlet in which a credit's word stands
_BEHIND = 200  # and behind it
_LINK = re.compile(r"\[(?P<text>[^\]\n]{1,200})\]\((?P<url>https?://[^)\s]{4,500})\)")


def read_credits(reading: Reading) -> list[Found]:
    """Return the rows of datelines, bylines, and lines that name an outlet as a text's origin."""
    places = dict(_by_position(reading))
    for match in _OUTLETS.finditer(reading.classes):
        place = match.start()
        if place not in places and (found := _by_word(reading, place)):
            places[place] = found
    rows = []
    for place, (cue, basis) in sorted(places.items()):
        if reading.classes[place] == "K":  # (XYZ) – where no gazetteer has it
            words = reading.words(place, place + 1)
            outlet = reading.gazetteer.by_name(words) or UNLISTED + words
            rows.append(
                Found(
                    reading.span(place, place + 1), cue, None, "outlet", outlet, "credit", "none",
                    "medium", basis, is_own=outlet == reading.own,
                )
            )  # fmt: skip
            continue
        party = identify(reading, place, place + 1, "reported")
        if party.kind == "outlet":
            first = place - 1 if reading.classes[place - 1] == "D" else place
            rows.append(
                describe(
                    reading, party, first, place + 1, cue=cue, content=None, relation="credit",
                    quotation="none", confidence="high", basis=basis,
                )
            )  # fmt: skip
    return rows


def _by_position(reading: Reading) -> Iterator[tuple[int, tuple[Span | None, str]]]:
    """Yield the symbols of outlets that stand where a text's origin does."""
    classes = reading.classes
    starts = [match.start() for match in _OPENERS.finditer(classes)]
    last_body = classes.rfind("¶")
    for signed in _SIGNATURE.finditer(classes) if "~" in classes else ():
        yield signed.start("outlet"), (None, SIGNED)
    for number, (start, end) in enumerate(pairwise([*starts, len(classes)])):
        is_first = number < _FIRST_PASSAGES and reading.starts[start] < _DATELINE_WITHIN
        if is_first and (match := _DATELINE.match(classes, start, end)):
            if match["outlet"] != "K" or match["dash"] == "~":
                yield match.start("outlet"), (None, "dateline")
        if is_first or start >= last_body:
            is_short = end - start <= _LONGEST_BYLINE
            if number == 0 and (match := _PLAIN_DATELINE.match(classes, start, end)):
                yield match.start("outlet"), (None, "dateline")
            if is_short and (match := _BYLINE.match(classes, start, end)):
                yield match.start("outlet"), (None, "byline")
            elif match := _SIGNED.match(classes, start, end):
                yield match.start("outlet"), (None, "byline")
            elif match := _ALONE.match(classes, start, end):
                yield match.start("outlet"), (None, "a line of its own")


def _by_word(reading: Reading, place: int) -> tuple[Span | None, str] | None:
    """Return the cue of an outlet behind `h/t`, `via`, `Photo:` or ©, or that contributed."""
    start, end = reading.span(place, place + 1)
    base = max(0, start - _BEFORE)
    before = _ARTICLE.sub("", reading.text[base:start])
    if match := _CREDIT_WORD.search(before):
        words = match["cue"].rstrip()
        first = base + match.start("cue")
        return (first, first + len(words)), f"cue {words!r}"
    if "contributed" in reading.text[end : end + _BEHIND] and _CONTRIBUTED.match(reading.text, end):
        return None, "contributed to this report"
    return None


def read_links(reading: Reading) -> Iterator[Found]:
    """Yield the rows of links to an outlet's site: Markdown's, and those that a page had."""
    links = [(match.span("text"), match["url"]) for match in _LINK.finditer(reading.text)]
    for words, url in reading.links:
        if (start := reading.text.find(words)) >= 0:
            links.append(((start, start + len(words)), url))
    for span, url in links:
        outlet = reading.gazetteer.by_url(url)
        if outlet is not None and outlet != reading.own:
            yield Found(
                span, None, None, "outlet", outlet, "link", "none", "high", "address of the link",
            )  # fmt: skip
