"""Quotations that no cue claims to their speakers: from what stands before them.

A quotation may go on with a speech (`“…,” she said. “…”`, the next paragraph), follow a sentence
about its speaker, or stand in a clause without a verb of speech (`he called it “…”`).
"""

from __future__ import annotations

import re

from dedup.attribution import grammar
from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Found, Reading, Span

_OPENERS = "¶#%"
_LEAD = re.compile("(?:[KNd0,p.]{0,8}\\([OAK]\\)~)?(?:[yB&,~]|[pB][^,;:QCPX?]{1,14},|d,?){0,2}")
_SUBJECT = re.compile(f"(?P<party>{grammar.PARTY})(?:{grammar.ASIDE})?(?=[mexVvWoLlkRygrnt])")
_SIGNED = re.compile(f"[.]?~(?P<party>[NKT]{{1,5}})(?=[¶#%.,*(]|\\Z|{grammar.QUOTATION})")
_LONG = 4  # words of a quotation in a clause without a cue


def give_speakers(reading: Reading, sentences: list[Span]) -> None:
    """Add rows for quotations that no row has, where what stands before them says whose they are.

    Args:
        reading: The document, with the rows of its cues.
        sentences: First and last symbol of each sentence.
    """
    covered = [
        row.content for row in reading.found
        if row.content is not None and row.relation in ("statement", "quoted")
    ]  # fmt: skip
    last_row: Found | None = None  # who spoke last, in the order of the text
    by_start = sorted(reading.found, key=lambda row: (row.cue or row.credited)[0])
    position = 0
    before_sentence, before_row = (0, 0), False
    for first, last in sentences:
        start, end = reading.starts[first], reading.ends[last - 1]
        in_sentence = []
        n_before = len(reading.found)
        while position < len(by_start) and (by_start[position].cue or (0, 0))[0] < end:
            if (by_start[position].cue or (0, 0))[0] >= start:
                in_sentence.append(by_start[position])
            position += 1
        for match in re.finditer(grammar.QUOTATION, reading.classes[first:last]):
            symbol = first + match.start()
            span = reading.span(symbol, symbol + 1)
            if any(a <= span[0] and span[1] <= b for a, b in covered):
                continue
            row = _speaker_of(
                reading, symbol, (first, last), in_sentence, last_row, before_sentence, before_row
            )
            if row is not None:
                reading.found.append(row)
                last_row = row
        speakers = [row for row in in_sentence if row.relation == "statement"]
        if speakers:
            last_row = speakers[-1]
        before_sentence = first, last
        before_row = bool(speakers) or any(
            row.content and start <= row.content[0] < end for row in reading.found[n_before:]
        )


def _speaker_of(
    reading: Reading, symbol: int, sentence: Span, rows: list[Found], last_row: Found | None,
    before_sentence: Span, before_row: bool,
) -> Found | None:  # fmt: skip
    first, last = sentence
    classes = reading.classes
    before = classes[first:symbol]
    behind = classes[symbol + 1 : last].strip(".")
    n_words = len(reading.words(symbol, symbol + 1).split())
    alone = before.strip(",:~&y") == "" and behind == ""
    opener = max(classes.rfind(each, 0, symbol + 1) for each in _OPENERS)
    opens_passage = first == opener + 1
    if signed := _SIGNED.match(classes, symbol + 1):
        party_span = signed.span("party")
        return describe(
            reading, identify(reading, *party_span, "said"), *party_span,
            cue=reading.span(symbol + 1, symbol + 2), content=reading.span(symbol, symbol + 1),
            relation="statement", quotation="direct", confidence="medium", basis="signed",
        )  # fmt: skip
    if alone:
        if not opens_passage and not before_row and (
            subject := subject_of(reading, *before_sentence)
        ):
            party = identify(reading, *subject, "")
            if party.kind in ("person", "outlet"):
                return describe(
                    reading, party, *subject, cue=None, content=reading.span(symbol, symbol + 1),
                    relation="statement", quotation="direct", confidence="low",
                    basis="subject of the sentence before",
                )  # fmt: skip
        # A speech that goes on, in this passage or from the one before.
        if last_row is None or not _is_near(reading, last_row, opener, opens_passage):
            return None
        return _said_by(reading, last_row, symbol, "goes on with a speech")
    if n_words < _LONG:
        return None
    if before and before[-1] == ":" and last_row is None:
        return None
    if rows and (rows[-1].cue or (0, 0))[0] < reading.starts[symbol]:
        row = rows[-1]
        if row.relation in ("statement", "quoted"):
            return _said_by(reading, row, symbol, "same sentence as its cue")
    subject = subject_of(reading, first, symbol)
    if subject is None:
        return None
    party = identify(reading, *subject, "")
    if party.kind == "organisation" and party.certainty == "guess" and party.outlet is None:
        return None
    return describe(
        reading, party, *subject, cue=None, content=reading.span(symbol, symbol + 1),
        relation="statement", quotation="direct",
        confidence="low", basis="subject of the sentence",
    )  # fmt: skip


def subject_of(reading: Reading, first: int, before: int) -> Span | None:
    """Return the symbols of a sentence's subject, if it opens with one that may speak."""
    classes = reading.classes
    lead = _LEAD.match(classes, first, before)
    start = lead.end() if lead else first
    match = _SUBJECT.match(classes, start, before)
    if match is None:
        return None
    party = match.span("party")
    return None if party[1] > before else party


def _is_near(reading: Reading, row: Found, opener: int, opens_passage: bool) -> bool:
    """Whether a row is of this passage, or of the one before where a passage opens."""
    place = (row.cue or row.content or row.credited)[0]
    if row.content is not None:
        place = max(place, row.content[0])
    first = opener
    if opens_passage:
        first = max(reading.classes.rfind(each, 0, opener) for each in _OPENERS)
    if first < 0 or reading.classes[max(first, 0)] != "¶":
        return False
    return place >= reading.starts[first]


def _said_by(reading: Reading, row: Found, symbol: int, basis: str) -> Found:
    """Return the row of another quotation by the party of a row."""
    confidence = "medium" if row.confidence == "high" else row.confidence
    return Found(
        row.credited, None, reading.span(symbol, symbol + 1), row.kind, row.outlet,
        row.relation, "direct", confidence, basis, row.parent,
        row.antecedent, row.candidates, row.is_own,
    )  # fmt: skip
