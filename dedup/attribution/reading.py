"""One document as the rules see it: its classes, where they stand, and what was found so far."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from dedup.attribution.outlets import Gazetteer, Surface

RELATIONS = ("statement", "venue", "obtained", "quoted", "credit", "link")
QUOTATIONS = ("direct", "mixed", "indirect", "none")
KINDS = ("outlet", "organisation", "person", "unnamed")
CONFIDENCES = ("high", "medium", "low")
# Bases of credits of that and no more.
SIGNED, PICTURED = "signs a quotation", "a picture's"

Span = tuple[int, int]  # of code points, or of symbols where it says so

_MARKS = r"(?:[\"“”„‟«»‹›「」『』＂`]|'')+"
_MARKS_BEFORE, _MARKS_BEHIND = re.compile(_MARKS + r"\Z"), re.compile(_MARKS)
_MOST_MARKS = 4  # characters that open a quotation, and one in it
_LONGEST = 300  # symbols; what is longer is a list, or a text without stops
_SENTENCE = re.compile(r"[^.¶#%]+")
# A quotation that ends with a stop ends the sentence, unless it is still to be attributed.
_QUOTED_SENTENCE = re.compile(
    # “…” he said. · asked, “…?” The other said: a question may be attributed behind it only
    r"P(?![VLWkR,;:)&~]|D?[TNK]{0,3}[NKTIi][VL](?:[.¶#%]|\Z))"
    r"|(?:(?<=[VLWR])|(?<=[VLWR][,:]))\?(?![VLWkR,;:)&~])"
)
# 6 p.m. “…” · 6 p.m. The
_HOURS = (".m. ", ".m.\n")


@dataclass(slots=True)
class Found:
    """One credited party of one content, while the document is read.

    Attributes:
        credited: Where the party is named, in code points.
        cue: The words that signal it, if any do.
        content: What is attributed; None where there is none.
        kind: One of `KINDS`.
        outlet: Id of the outlet, if it is one.
        relation: One of `RELATIONS`.
        quotation: One of `QUOTATIONS`.
        confidence: One of `CONFIDENCES`.
        basis: What the confidence rests on, in a few words.
        parent: The row of the party that relays this one.
        antecedent: Where the party was named that a back-reference resolves to.
        candidates: Outlets that it may mean, where that stays open.
        is_own: Whether the outlet is the document's own.
    """

    credited: Span
    cue: Span | None
    content: Span | None
    kind: str
    outlet: str | None
    relation: str
    quotation: str
    confidence: str
    basis: str
    parent: Found | None = None
    antecedent: Span | None = None
    candidates: tuple[str, ...] = ()
    is_own: bool = False


@dataclass(slots=True)
class Sentence:
    """A sentence: first symbol, symbol behind it, and the rows that stand in it."""

    first: int
    last: int
    rows: list[Found] = field(default_factory=list)


@dataclass(slots=True)
class Reading:
    """A document with its symbols.

    Attributes:
        text: The document's text.
        classes: The classes of its words, one character each.
        starts: Where each stands, in code points.
        ends: Where it ends.
        surfaces: For a mention of an outlet the number of its surface, else -1.
        gazetteer: The outlets.
        local: Surfaces that only this document has; -2 stands for the first.
        emphasised: Start and end of what stood between marks of emphasis (*Time*).
        titles: Of these, what stood in italics.
        links: Words and addresses of a page's links.
        own: Id of the document's own outlet, if the gazetteer has it.
        found: The rows so far.
    """

    text: str
    classes: str
    starts: list[int]
    ends: list[int]
    surfaces: list[int]
    gazetteer: Gazetteer
    own: str | None = None
    local: list[Surface] = field(default_factory=list)
    emphasised: dict[int, int] = field(default_factory=dict)
    titles: list[Span] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def span(self, first: int, last: int) -> Span:
        """Return the code points of the symbols from `first` to before `last`."""
        return self.starts[first], self.ends[last - 1]

    def content_span(self, first: int, last: int) -> Span:
        """Return the code points of a content: of a mixed one with the marks at its ends."""
        start, end = self.span(first, last)
        if last - first > 1:
            if opening := _MARKS_BEFORE.search(self.text[max(0, start - _MOST_MARKS) : start]):
                start -= len(opening.group())
            if closing := _MARKS_BEHIND.match(self.text, end):
                end = closing.end()
        return start, end

    def words(self, first: int, last: int) -> str:
        """Return the text of the symbols from `first` to before `last`, none behind the end."""
        if first >= len(self.starts):
            return ""
        return self.text[self.starts[first] : self.ends[min(last, len(self.ends)) - 1]]

    def surface(self, symbol: int) -> Surface:
        """Return the surface of a mention."""
        number = self.surfaces[symbol]
        return self.gazetteer.surfaces[number] if number >= 0 else self.local[-2 - number]

    def add(self, rows: Iterable[Found], sentence: Sentence | None = None) -> None:
        """Add rows, of a sentence where they stand in one."""
        for row in rows:
            self.found.append(row)
            if sentence is not None:
                sentence.rows.append(row)

    def sentences(self) -> list[Sentence]:
        """Return the sentences, without rows yet; very long ones in pieces."""
        sentences = []
        hours = self._after_hours()
        for match in _SENTENCE.finditer(self.classes):
            first = match.start()
            stops = [stop.end() for stop in _QUOTED_SENTENCE.finditer(self.classes, *match.span())]
            if hours:
                stops = sorted({*stops, *(at for at in hours if match.start() < at < match.end())})
            for last in (*stops, match.end()):
                while first < last:
                    sentences.append(Sentence(first, min(last, first + _LONGEST)))
                    first = sentences[-1].last
        return sentences

    def _after_hours(self) -> list[int]:
        """Return the symbols that start a sentence behind `p.m.`, which has its own full stop."""
        found = []
        for hour in _HOURS:
            at = self.text.find(hour)
            while at >= 0:
                place = bisect_left(self.starts, at + len(hour))
                symbol = self.classes[place : place + 1]
                is_article = (
                    symbol in ("D", "I", "i", "j") and self.words(place, place + 1)[:1].isupper()
                )
                if symbol and (symbol in "QCP?X" or is_article):
                    found.append(place)
                at = self.text.find(hour, at + 1)
        return found
