"""Quotations that no cue claims to their speakers: from what stands before them.

A quotation may go on with a speech (`“…,” she said. “…”`, the next paragraph), follow a sentence
about its speaker, or stand in a clause without a verb of speech (`he called it “…”`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dedup.attribution import grammar
from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Found, Reading, Sentence, Span

_OPENERS = "¶#%"
_LEAD = re.compile("(?:[KNd0,p.]{0,8}\\([OAK]\\)~)?(?:[yB&,~]|[pB][^,;:QCPX?]{1,14},|d,?){0,2}")
_SUBJECT = re.compile(f"(?P<party>{grammar.PARTY})(?:{grammar.ASIDE})?(?=[mexVvWoLlkRygrnt])")
_SIGNED = re.compile(f"[.]?~(?P<party>[NKT]{{1,5}}|D?[OA]H?)(?=[¶#%.,*(]|\\Z|{grammar.QUOTATION})")
_FROM = re.compile(f"[EGYMn][pb](?P<party>{grammar.PARTY}|Dn{{1,3}}):\\Z")
_WHO = re.compile("(?P<party>[NKT]{1,3}[NK])(?:,[0nDdTN]{1,5})?,q[^:;.]{2,20}:\\Z")
_PARTICIPLE_FIRST = ("Nt", "Np")
_LONG = 4  # words of a quotation in a clause without a cue


def give_speakers(reading: Reading, sentences: Sequence[Sentence]) -> None:
    """Add rows for quotations that no row has, where what stands before them says whose they are.

    Args:
        reading: The document.
        sentences: Its sentences, with the rows of their cues.
    """
    last_row: Found | None = None  # who spoke last, in the order of the text
    before = Sentence(0, 0)
    for sentence in sentences:
        covered = [row.content for row in sentence.rows if row.content and _speaks(row)]
        for match in re.finditer(
            grammar.QUOTATION, reading.classes[sentence.first : sentence.last]
        ):
            symbol = sentence.first + match.start()
            start, end = reading.span(symbol, symbol + 1)
            if any(first <= start and end <= last for first, last in covered):
                continue
            row = _speaker_of(reading, symbol, sentence, before, last_row)
            if row is not None:
                reading.add([row], sentence)
                last_row = row
        heads = [row for row in sentence.rows if row.relation == "statement"]
        if heads:
            last_row = max(heads, key=lambda row: (row.cue or row.credited)[0])
        before = sentence


def _speaks(row: Found) -> bool:
    return row.relation in ("statement", "quoted")


def _speaker_of(
    reading: Reading, symbol: int, sentence: Sentence, before: Sentence, last_row: Found | None
) -> Found | None:
    """Return the row of a quotation that no cue claims, if it can be told whose it is."""
    classes, first = reading.classes, sentence.first
    lead = classes[first:symbol]
    opener = max(classes.rfind(each, 0, symbol + 1) for each in _OPENERS)
    opens_passage = first == opener + 1

    def said_by(
        party: Span, basis: str, confidence: str, cue: Span | None = None, heard_as: str = ""
    ) -> Found:
        return describe(
            reading, identify(reading, *party, heard_as), *party, cue=cue,
            content=reading.span(symbol, symbol + 1), relation="statement", quotation="direct",
            confidence=confidence, basis=basis,
        )  # fmt: skip

    if signed := _SIGNED.match(classes, symbol + 1):
        return said_by(
            signed.span("party"),
            "signed",
            "medium",
            reading.span(symbol + 1, symbol + 2),
            heard_as="reported",
        )
    if lead.strip(",:~&y") == "" and classes[symbol + 1 : sentence.last].strip(".") == "":
        # It stands alone: about whom the sentence before was, or a speech that goes on.
        announced = classes[before.last - 1 : before.last] == ":"  # he said: and a new paragraph
        if (not opens_passage or announced) and not any(
            row.relation == "statement" for row in before.rows
        ):
            subject = subject_of(reading, before.first, before.last)
            if subject is not None:
                row = said_by(subject, "subject of the sentence before", "low")
                if row.kind in ("person", "outlet"):
                    return row
        if last_row is None or not _is_near(reading, last_row, opener, opens_passage):
            return None
        return _said_again(reading, last_row, symbol, "goes on with a speech")
    if len(reading.words(symbol, symbol + 1).split()) < _LONG:
        return None
    spoken = [row for row in sentence.rows if _speaks(row)]
    if spoken and (spoken[-1].cue or (0, 0))[0] < reading.starts[symbol]:
        return _said_again(reading, spoken[-1], symbol, "same sentence as its cue")
    if named := _message_from(reading, first, symbol):
        return said_by(named, "a message from", "medium")
    subject = subject_of(reading, first, symbol)
    if subject is None or (
        classes[slice(*subject)] == "j"
        and (classes[subject[1]] == "e" or identify(reading, *subject, "").certainty == "guess")
    ):  # it was then that … “…”
        return None
    return said_by(subject, "subject of the sentence", "low")


def _message_from(reading: Reading, first: int, symbol: int) -> Span | None:
    """Return whose a quotation behind a colon is: a message from X: “C” · X, who cited it: “C”."""
    if reading.classes[symbol - 1] != ":":
        return None
    if match := _FROM.search(reading.classes, first, symbol):
        preposition = match.start("party") - 1
        if reading.words(preposition, preposition + 1).lower() in ("from", "by"):
            return match.span("party")
    match = _WHO.search(reading.classes, first, symbol)
    return match.span("party") if match else None


def subject_of(reading: Reading, first: int, before: int) -> Span | None:
    """Return the symbols of a sentence's subject, if it opens with one that may speak."""
    classes = reading.classes
    lead = _LEAD.match(classes, first, before)
    start = lead.end() if lead else first
    match = _SUBJECT.match(classes, start, before)
    if match is None:
        return None
    party = match.span("party")
    if classes[party[0] : party[1] + 1] in _PARTICIPLE_FIRST:
        if reading.words(*party).endswith("ing"):
            return None  # Speaking to S, X said
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


def _said_again(reading: Reading, row: Found, symbol: int, basis: str) -> Found:
    """Return the row of another quotation by the party of a row."""
    confidence = "medium" if row.confidence == "high" else row.confidence
    return Found(
        row.credited, None, reading.span(symbol, symbol + 1), row.kind, row.outlet,
        row.relation, "direct", confidence, basis, row.parent,
        row.antecedent, row.candidates, row.is_own,
    )  # fmt: skip
