"""Reuse and attributions to the credit audit: who took from whom, and do they say so?

What a text says beats the clock: who credits the other took from it. A credit by position
(dateline, byline, h/t) covers the document; one in the text covers its content, its passage, and
the passages behind it until another outlet is credited.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from dedup.attribution.find import Attributions, passages_at
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import RELATIONS
from dedup.corpus import BODY, Corpus, Passages
from dedup.reuse import (
    COMMON_ORIGIN,
    CREDIT,
    DIRECTED,
    SHARED_QUOTE,
    UNDIRECTED,
    WIRE,
    Reuse,
)
from dedup.text import find_quotations, tokenise

CREDITS = ("credited", "credited_to_other", "quoted_uncredited", "uncredited")
CREDITED, TO_OTHER, QUOTED_UNCREDITED, UNCREDITED = range(len(CREDITS))
NO_CREDIT = -1

_CREDIT = RELATIONS.index("credit")
_LINK = RELATIONS.index("link")
_REACH = 3  # passages behind one with a credit that it covers as well
_MOST = 0.8  # of a head's words that a credited origin must have to take its place
_QUOTED = 0.8  # share of a span in quotation marks that makes it quoted
_AGENCIES = ("wire", "state")

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Audit:
    """The reuse with its directions, and the verdict on each pair.

    Attributes:
        reuse: The aligned pairs, turned round where the text says so.
        credits: For each the index in `CREDITS`, NO_CREDIT where nobody took from anybody.
        attributions: For each the attribution that credits it, -1 where none does.
    """

    reuse: Reuse
    credits: Integers
    attributions: Integers


@dataclass(frozen=True, slots=True)
class _Named:
    """An outlet that a document credits: what with, and where."""

    row: int
    outlet: str
    covers_document: bool
    position: int  # of the passage
    start: int
    end: int


def audit_credit(
    corpus: Corpus,
    passages: Passages,
    reuse: Reuse,
    attributions: Attributions,
    outlets: Gazetteer,
    *,
    is_later: npt.NDArray[np.bool_] | None = None,
) -> Audit:
    """Return the directions of reuse by what the texts say, and whether each is credited.

    Args:
        corpus: The corpus.
        passages: Its passages.
        reuse: The aligned pairs of spans, directed by time.
        attributions: What the texts say.
        outlets: The gazetteer that they were found with.
        is_later: For each document whether it came after those that did not, where nothing else
            tells who of two outlets had it first; None if nobody knows.
    """
    auditor = _Auditor(corpus, passages, attributions, outlets)
    n = len(reuse)
    turned = np.zeros(n, dtype=np.bool_)
    directions, reasons = reuse.directions.copy(), reuse.reasons.copy()
    credits, named_by = np.full(n, NO_CREDIT), np.full(n, -1)
    for row in range(n):
        if reuse.kinds[row] == SHARED_QUOTE:
            continue
        target, origin = int(reuse.targets[row]), int(reuse.origins[row])
        own = int(reuse.target_starts[row]), int(reuse.target_ends[row])
        other = int(reuse.origin_starts[row]), int(reuse.origin_ends[row])
        by_target = auditor.credit_to(target, own, auditor.outlet_of[origin])
        by_origin = auditor.credit_to(origin, other, auditor.outlet_of[target])
        if (by_target is None) != (by_origin is None):
            directions[row], reasons[row] = DIRECTED, CREDIT
            turned[row] = by_target is None
        elif directions[row] == UNDIRECTED:
            is_agency = auditor.is_agency[target], auditor.is_agency[origin]
            if is_agency[0] != is_agency[1]:
                directions[row], reasons[row] = DIRECTED, WIRE
                turned[row] = is_agency[0]
            elif (
                is_later is not None
                and is_later[target] != is_later[origin]
                and auditor.has_outlet[target]
                and auditor.has_outlet[origin]
            ):
                directions[row] = DIRECTED
                turned[row] = is_later[origin]
        if turned[row]:
            target, origin, own, other = origin, target, other, own
            by_target, by_origin = by_origin, by_target
        if by_target is None and by_origin is None:
            third = auditor.third_party(target, origin)
            if third:
                directions[row], reasons[row] = COMMON_ORIGIN, CREDIT
        if directions[row] != DIRECTED:
            continue
        if by_target is not None:
            credits[row], named_by[row] = CREDITED, by_target
            continue
        elsewhere = auditor.credit_to_other(target, own, origin)
        if elsewhere is not None:
            credits[row], named_by[row] = TO_OTHER, elsewhere
        elif auditor.is_quoted(target, own):
            credits[row] = QUOTED_UNCREDITED
        else:
            credits[row] = UNCREDITED
    reuse = replace(reuse, directions=directions, reasons=reasons)
    if turned.any():
        reuse = _turn(corpus, reuse, passages, turned)
    heads, ranks = _rank_again(reuse, turned)
    order = _in_order(reuse, heads, ranks)
    columns = {field.name: getattr(reuse, field.name) for field in fields(Reuse)}
    columns["ranks"] = ranks
    return Audit(
        Reuse(**{name: column[order] for name, column in columns.items()}),
        credits[order], named_by[order],
    )  # fmt: skip


class _Auditor:
    """What each document credits to whom, looked up by place."""

    def __init__(
        self, corpus: Corpus, passages: Passages, attributions: Attributions, outlets: Gazetteer
    ) -> None:
        self._texts = corpus.documents["text"]
        labels = corpus.documents["outlet"].to_pylist()
        known = {label: outlets.by_name(label) if label else None for label in {*labels}}
        self.outlet_of = [known[label] for label in labels]
        self.has_outlet = [label is not None for label in labels]
        kinds = {id: outlet.kind for id, outlet in outlets.outlets.items()}
        self.is_agency = [kinds.get(outlet or "") in _AGENCIES for outlet in self.outlet_of]
        self._families = {
            outlet: frozenset(outlets.family(outlet))
            for outlet in {*attributions.outlets, *self.outlet_of}
            if outlet
        }
        self._named: dict[int, list[_Named]] = defaultdict(list)
        positions = passages.positions[attributions.passages]
        roles = passages.roles[attributions.passages]
        for row, outlet in enumerate(attributions.outlets):
            relation = attributions.relations[row]
            covers_document = relation == _CREDIT
            # Page furniture and teasers are items of their own: they credit nothing else.
            if not outlet or relation == _LINK or not (covers_document or roles[row] == BODY):
                continue
            start, end = attributions.contents[row].tolist()
            document = int(attributions.documents[row])
            self._named[document].append(
                _Named(row, outlet, covers_document, int(positions[row]), start, end)
            )
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


def _turn(corpus: Corpus, reuse: Reuse, passages: Passages, turned: npt.NDArray[np.bool_]) -> Reuse:
    """Return the reuse with target and origin of some rows exchanged."""

    def swapped(own: Integers, other: Integers) -> Integers:
        return np.where(turned, other, own)

    targets = swapped(reuse.targets, reuse.origins)
    starts, ends = (
        swapped(reuse.target_starts, reuse.origin_starts),
        swapped(reuse.target_ends, reuse.origin_ends),
    )
    firsts = passages_at(passages, targets, starts)
    lasts = passages_at(passages, targets, ends - 1)
    n_words = reuse.n_words.copy()
    texts = corpus.documents["text"]
    for row in np.flatnonzero(turned).tolist():
        text = texts[int(targets[row])].as_py()
        n_words[row] = len(tokenise(text[int(starts[row]) : int(ends[row])]))
    return replace(
        reuse, n_words=n_words, targets=targets, target_starts=starts, target_ends=ends,
        origins=swapped(reuse.origins, reuse.targets),
        origin_starts=swapped(reuse.origin_starts, reuse.target_starts),
        origin_ends=swapped(reuse.origin_ends, reuse.target_ends),
        first_passages=swapped(reuse.first_passages, firsts),
        last_passages=swapped(reuse.last_passages, lasts),
    )  # fmt: skip


def _rank_again(reuse: Reuse, turned: npt.NDArray[np.bool_]) -> tuple[Integers, Integers]:
    """Return the head of each row's span, and its rank: an origin that is credited goes first.

    Pairs that were turned round join the span of their new target that they overlap. Best origins
    of a document do not overlap: a credited one takes the head's place only where it has most of
    its words and touches no other head.
    """
    heads = np.maximum.accumulate(np.where(reuse.ranks == 1, np.arange(len(reuse)), 0))
    ranks = reuse.ranks.copy()
    is_credited = reuse.reasons == CREDIT
    affected = {*reuse.targets[turned].tolist(), *reuse.origins[turned].tolist()}
    affected |= {*reuse.targets[is_credited & (ranks > 1)].tolist()}
    spans: dict[int, dict[int, list[int]]] = {target: {} for target in affected}
    for row in np.flatnonzero(np.isin(reuse.targets, [*affected]) & ~turned).tolist():
        spans[int(reuse.targets[row])].setdefault(int(heads[row]), []).append(row)

    def overlap(one: int, two: int) -> bool:
        return bool(
            min(reuse.target_ends[one], reuse.target_ends[two])
            > max(reuse.target_starts[one], reuse.target_starts[two])
        )

    for target, groups in spans.items():
        lists = list(groups.values())
        for row in np.flatnonzero(turned & (reuse.targets == target)).tolist():
            mine = next((rows for rows in lists if overlap(rows[0], row)), None)
            if mine is None:
                lists.append([row])
            else:
                mine.append(row)
        for rows in lists:  # grows while it is walked
            others = [each[0] for each in lists if each is not rows]
            best = next(
                (
                    row for row in rows
                    if is_credited[row] and not is_credited[rows[0]]
                    and reuse.n_words[row] >= _MOST * reuse.n_words[rows[0]]
                    and not any(overlap(row, other) for other in others)
                ),
                None,
            )  # fmt: skip
            if best is not None:
                rows.remove(best)
                rows.insert(0, best)
                # What touched only the old head is a span of its own.
                apart = [row for row in rows if not overlap(row, best)]
                rows[:] = [row for row in rows if row not in apart]
                if apart:
                    lists.append(apart)
            for rank, row in enumerate(rows, start=1):
                heads[row], ranks[row] = rows[0], rank
    return heads, ranks


def _in_order(reuse: Reuse, heads: Integers, ranks: Integers) -> Integers:
    """Return the rows by target, place and rank."""
    return np.lexsort((ranks, reuse.target_starts[heads], reuse.first_passages[heads]))
