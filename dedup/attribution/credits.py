"""Credit by position: datelines, bylines, agency lines, hat tips; and links.

Such a credit has no content: it says whose the whole text is, or part of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution.origins import origin_by_position, origin_by_word
from dedup.attribution.outlets import UNLISTED
from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Found, Reading

_OUTLETS = re.compile("[OAS]")
_JOINED = re.compile("[,&*]{1,2}D?(?P<outlet>[OA])(?![zmeVWLkRyx])")
_LINK = re.compile(r"\[(?P<text>[^\]\n]{1,200})\]\((?P<url>https?://[^)\s]{4,500})\)")


def read_credits(reading: Reading) -> list[Found]:
    """Return the rows of datelines, bylines, and lines that name an outlet as a text's origin."""
    places = dict(origin_by_position(reading))
    for match in _OUTLETS.finditer(reading.classes):
        place = match.start()
        if place not in places and (found := origin_by_word(reading, place)):
            places[place] = found
    for place, credit in [*places.items()]:  # Source: R, S and T
        while credit[0] and (joined := _JOINED.match(reading.classes, place + 1)):
            place = joined.start("outlet")
            places.setdefault(place, credit)
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
