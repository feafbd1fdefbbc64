"""What each document credits to whom, looked up by place.

A credit by position (dateline, byline, h/t) covers the document, but that of a picture nothing;
one in the text covers its content, its passage, and the passages behind it until another outlet is
credited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.attribution.attributions import Attributions
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import PICTURED, RELATIONS, SIGNED
from dedup.corpus import BODY, Corpus, Passages
from dedup.text import find_quotations

_CREDIT = RELATIONS.index("credit")
_LINK = RELATIONS.index("link")
_REACH = 3  # passages behind one with a credit that it covers as well
_QUOTED = 0.8  # share of a span in quotation marks that makes it quoted
_AGENCIES = ("wire", "state")

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Credit:
    """An outlet that a document credits.

    Attributes:
        row: The attribution.
        outlet: The outlet.
        covers_document: Whether it credits the whole document.
        position: Position of its passage.
        start: Where its content starts, in code points; -1 if it has none.
        end: Where it ends.
    """

    row: int
    outlet: str
    covers_document: bool
    position: int
    start: int
    end: int


def list_credits(passages: Passages, attributions: Attributions) -> dict[int, list[Credit]]:
    """Return what each document credits to outlets, by its row, in the order of the text."""
    credits: dict[int, list[Credit]] = {}
    positions = passages.positions[attributions.passages]
    roles = passages.roles[attributions.passages]
    for row, outlet in enumerate(attributions.outlets):
        relation, basis = attributions.relations[row], attributions.bases[row]
        covers_document = bool(relation == _CREDIT) and basis != SIGNED
        # Page furniture and teasers are items of their own: they credit nothing else.
        if not outlet or relation == _LINK or not (covers_document or roles[row] == BODY):
            continue
        if basis == PICTURED:
            continue  # no word of the text
        start, end = attributions.contents[row].tolist()
        credits.setdefault(int(attributions.documents[row]), []).append(
            Credit(row, outlet, covers_document, int(positions[row]), start, end)
        )
    return credits


class Ledger:
    """What each document credits to whom, looked up by place."""

    def __init__(
        self,
        corpus: Corpus,
        passages: Passages,
        credits: Mapping[int, Sequence[Credit]],
        outlets: Gazetteer,
    ) -> None:
        self._texts = corpus.documents["text"]
        labels = corpus.documents["outlet"].to_pylist()
        known = {label: outlets.by_name(label) if label else None for label in {*labels}}
        self.outlet_of = [known[label] for label in labels]
        self.has_outlet = [label is not None for label in labels]
        kinds = {id: outlet.kind for id, outlet in outlets.outlets.items()}
        self.is_agency = [kinds.get(outlet or "") in _AGENCIES for outlet in self.outlet_of]
        self._named = credits
        named = {credit.outlet for each in credits.values() for credit in each}
        self._families = {
            outlet: frozenset(outlets.family(outlet))
            for outlet in {*named, *self.outlet_of}
            if outlet
        }
        order = np.argsort(passages.documents, kind="stable")
        documents = passages.documents[order]
        self._bounds = np.searchsorted(documents, np.arange(len(labels) + 1))
        self._order, self._passages = order, passages

    def _is_same(self, one: str, other: str) -> bool:
        """Whether two outlets are one, or one is a part of the other."""
        return one in self._families[other] or other in self._families[one]

    def credit_to(self, document: int, span: tuple[int, int], outlet: str | None) -> int | None:
        """Return the attribution by which a document credits a span to an outlet, or None."""
        if outlet is None or document not in self._named:
            return None
        ours = [each for each in self._named[document] if self._is_same(each.outlet, outlet)]
        if not ours:
            return None
        for each in ours:
            if each.start >= 0 and each.start < span[1] and span[0] < each.end:
                return each.row
        for each in ours:
            if each.covers_document:
                return each.row
        first, last = self._positions(document, span)
        for each in ours:
            if first - _REACH <= each.position <= last and not any(
                other.position > each.position
                and other.position <= first
                and not self._is_same(other.outlet, outlet)
                for other in self._named[document]
                if not other.covers_document
            ):
                return each.row
        return None

    def credit_to_other(self, target: int, own: tuple[int, int], origin: int) -> int | None:
        """Return the attribution by which a span is credited to a third outlet, or None.

        What the origin credits, too, is its own credit, copied with its words.
        """
        copied = {each.outlet for each in self._named.get(origin, ())}
        outlets = {self.outlet_of[target], self.outlet_of[origin]}
        for each in self._named.get(target, ()):
            if each.outlet in copied or any(self._is_same(each.outlet, o) for o in outlets if o):
                continue
            overlaps = each.start >= 0 and each.start < own[1] and own[0] < each.end
            if each.covers_document or overlaps:
                return each.row
        return None

    def third_party(self, target: int, origin: int) -> bool:
        """Whether both documents credit the whole of themselves to the same third outlet."""
        outlets = {self.outlet_of[target], self.outlet_of[origin]}

        def thirds(document: int) -> set[str]:
            return {
                each.outlet
                for each in self._named.get(document, ())
                if each.covers_document
                and not any(self._is_same(each.outlet, own) for own in outlets if own)
            }

        return bool(thirds(target) & thirds(origin))

    def is_quoted(self, document: int, span: tuple[int, int]) -> bool:
        """Whether most of a span stands in quotation marks."""
        n_quoted = 0
        for number in self._passages_of(document):
            start, end = int(self._passages.starts[number]), int(self._passages.ends[number])
            if start < span[1] and span[0] < end:
                text = self._texts[document].as_py()[start:end]
                for first, last in find_quotations(text):
                    n_quoted += max(0, min(start + last, span[1]) - max(start + first, span[0]))
        return n_quoted >= _QUOTED * (span[1] - span[0])

    def _passages_of(self, document: int) -> list[int]:
        numbers: list[int] = self._order[
            self._bounds[document] : self._bounds[document + 1]
        ].tolist()
        return numbers

    def _positions(self, document: int, span: tuple[int, int]) -> tuple[int, int]:
        """Return the positions of the first and last passage that a span touches."""
        touched = [
            int(self._passages.positions[number])
            for number in self._passages_of(document)
            if self._passages.starts[number] < span[1] and span[0] < self._passages.ends[number]
        ]
        return min(touched, default=0), max(touched, default=0)
