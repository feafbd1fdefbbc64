"""Outlets that are no subject of a cue: spoken to, shown a document, publishing, relaying.

What stands right before and behind the name tells: the patterns read a few words of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from dedup.attribution import documents, findings, interviews, reports, venues
from dedup.attribution.mention import Mention
from dedup.attribution.reading import Reading, Sentence, Span

_OUTLETS = re.compile("[OAS]")
_JOINED = re.compile("[OAS](?:,D?[OAS]){0,30},?&p?D?[OAS]")  # CNN, the BBC and Reuters
_READERS = (
    interviews.occasion, venues.venue, interviews.interviews, interviews.asks, documents.obtained,
    documents.obtains, documents.has_seen, documents.given, reports.publishes,
    reports.reports_that, reports.relays, findings.counts, reports.report_from, reports.does_too,
    reports.learnt_from, reports.in_brackets, reports.headlines, findings.reports_first,
    findings.polls, findings.places, findings.announces, findings.is_among,
    venues.reached, venues.in_print, venues.on_air, venues.addressed, venues.was_told,
    venues.writes_in, venues.reviews_for,
)  # fmt: skip


def read_mentions(reading: Reading, sentences: Sequence[Sentence], taken: set[Span]) -> None:
    """Add rows for outlets that are spoken to, got or published something, or relay somebody.

    Args:
        reading: The document, with the rows of its cues.
        sentences: Its sentences, with theirs.
        taken: Places of outlets that are credited otherwise.
    """
    starts = [sentence.first for sentence in sentences]
    covered = _Cover(taken)
    for match in _OUTLETS.finditer(reading.classes):
        place = match.start()
        number = bisect_right(starts, place) - 1
        if number < 0 or place >= sentences[number].last:
            continue
        sentence = sentences[number]
        if _is_credited(reading, place, sentence, covered):
            continue
        before = sentences[number - 1] if number else None
        behind = sentences[number + 1] if number + 1 < len(sentences) else None
        mention = Mention(reading, place, sentence, before, behind)
        for read in _READERS:
            if (row := read(mention)) is not None:
                reading.add([row], sentence)
                break
    for match in _JOINED.finditer(reading.classes):
        number = bisect_right(starts, match.start()) - 1
        if number >= 0 and match.end() <= sentences[number].last:
            _share(reading, match, sentences[number], covered)


class _Cover:
    """Spans of a text, asked whether any of them holds another."""

    def __init__(self, spans: Iterable[Span]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._ends = [*accumulate((end for _, end in ordered), max)]  # of all up to each

    def holds(self, span: Span) -> bool:
        """Whether one of the spans has all of this one."""
        number = bisect_right(self._starts, span[0]) - 1
        return number >= 0 and span[1] <= self._ends[number]


def _is_credited(reading: Reading, place: int, sentence: Sentence, taken: _Cover) -> bool:
    start, end = reading.span(place, place + 1)
    named = (row.credited for row in sentence.rows if row.kind == "outlet")
    return taken.holds((start, end)) or any(a <= start and end <= b for a, b in named)


def _share(reading: Reading, match: re.Match[str], sentence: Sentence, taken: _Cover) -> None:
    """Give what one outlet of `CNN and the BBC` has to the others, which nothing else credits."""
    places = [each.start() for each in _OUTLETS.finditer(match.string, *match.span())]
    spans = [reading.span(place, place + 1) for place in places]
    shared = [
        row for row in sentence.rows
        if row.kind == "outlet" and row.relation in ("venue", "obtained", "statement")
        and sum(row.credited[0] <= start and end <= row.credited[1] for start, end in spans) == 1
        and row.credited[1] in [end for _, end in spans]
    ]  # fmt: skip
    if not shared:
        return
    for place in places:
        if _is_credited(reading, place, sentence, taken):
            continue
        mention = Mention(reading, place, sentence)
        head = shared[0]
        row = mention.row(
            "reported", cue=head.cue, content=head.content, relation=head.relation,
            quotation=head.quotation, basis=head.basis, is_sure=False,
        )  # fmt: skip
        if row is not None:
            reading.add([row], sentence)
