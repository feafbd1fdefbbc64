"""Reuse and attributions to the credit audit: who took from whom, and do they say so?

What a text says beats the clock: who credits the other took from it. A credit by position
(dateline, byline, h/t) covers the document; one in the text covers its content, its passage, and
the passages behind it until another outlet is credited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt

from dedup.attribution.attributions import Attributions, passages_at
from dedup.attribution.ledger import Credit, Ledger, list_credits
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.ranks import heads_of, rank_again
from dedup.corpus import Corpus, Passages
from dedup.reuse import (
    COMMON_ORIGIN,
    CREDIT,
    DIRECTED,
    SHARED_QUOTE,
    UNDIRECTED,
    WIRE,
    Reuse,
)
from dedup.text import tokenise

CREDITS = ("credited", "credited_to_other", "quoted_uncredited", "uncredited")
CREDITED, TO_OTHER, QUOTED_UNCREDITED, UNCREDITED = range(len(CREDITS))
NO_CREDIT = -1

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
class Judged:
    """What texts say of pairs of spans, each on its own.

    Attributes:
        reuse: The pairs, turned round where the text says so, in the order that they were in.
        credits: As in `Audit`.
        named_by: For each the row of the credit, -1 where there is none.
        turned: Which were turned round.
    """

    reuse: Reuse
    credits: Integers
    named_by: Integers
    turned: npt.NDArray[np.bool_]


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
    credits = list_credits(passages, attributions)
    judged = judge_rows(corpus, passages, reuse, credits, outlets, is_later=is_later)
    reuse, turned = judged.reuse, judged.turned
    affected = np.zeros(len(corpus), dtype=np.bool_)
    affected[reuse.targets[turned]] = affected[reuse.origins[turned]] = True
    order, ranks = rank_again(reuse, heads_of(reuse), turned, affected)
    columns = {field.name: getattr(reuse, field.name) for field in fields(Reuse)}
    columns["ranks"] = ranks
    return Audit(
        Reuse(**{name: column[order] for name, column in columns.items()}),
        judged.credits[order], judged.named_by[order],
    )  # fmt: skip


def judge_rows(
    corpus: Corpus,
    passages: Passages,
    reuse: Reuse,
    credits: Mapping[int, Sequence[Credit]],
    outlets: Gazetteer,
    *,
    is_later: npt.NDArray[np.bool_] | None = None,
) -> Judged:
    """Return what the texts of each pair say of it; their ranks are as before.

    Args:
        corpus: The documents of the pairs.
        passages: Their passages.
        reuse: The pairs, directed by time.
        credits: From `list_credits`.
        outlets: The gazetteer that they were found with.
        is_later: As `audit_credit` takes it.
    """
    ledger = Ledger(corpus, passages, credits, outlets)
    n = len(reuse)
    turned = np.zeros(n, dtype=np.bool_)
    directions, reasons = reuse.directions.copy(), reuse.reasons.copy()
    credited, named_by = np.full(n, NO_CREDIT), np.full(n, -1)
    for row in range(n):
        if reuse.kinds[row] == SHARED_QUOTE:
            continue
        target, origin = int(reuse.targets[row]), int(reuse.origins[row])
        own = int(reuse.target_starts[row]), int(reuse.target_ends[row])
        other = int(reuse.origin_starts[row]), int(reuse.origin_ends[row])
        by_target = ledger.credit_to(target, own, ledger.outlet_of[origin])
        by_origin = ledger.credit_to(origin, other, ledger.outlet_of[target])
        if (by_target is None) != (by_origin is None):
            directions[row], reasons[row] = DIRECTED, CREDIT
            turned[row] = by_target is None
        elif directions[row] == UNDIRECTED:
            is_agency = ledger.is_agency[target], ledger.is_agency[origin]
            if is_agency[0] != is_agency[1]:
                directions[row], reasons[row] = DIRECTED, WIRE
                turned[row] = is_agency[0]
            elif (
                is_later is not None
                and is_later[target] != is_later[origin]
                and ledger.has_outlet[target]
                and ledger.has_outlet[origin]
            ):
                directions[row] = DIRECTED
                turned[row] = is_later[origin]
        if turned[row]:
            target, origin, own, other = origin, target, other, own
            by_target, by_origin = by_origin, by_target
        if by_target is None and by_origin is None:
            third = ledger.third_party(target, origin)
            if third:
                directions[row], reasons[row] = COMMON_ORIGIN, CREDIT
        if directions[row] != DIRECTED:
            continue
        if by_target is not None:
            credited[row], named_by[row] = CREDITED, by_target
            continue
        elsewhere = ledger.credit_to_other(target, own, origin)
        if elsewhere is not None:
            credited[row], named_by[row] = TO_OTHER, elsewhere
        elif ledger.is_quoted(target, own):
            credited[row] = QUOTED_UNCREDITED
        else:
            credited[row] = UNCREDITED
    reuse = replace(reuse, directions=directions, reasons=reasons)
    if turned.any():
        reuse = _turn(corpus, reuse, passages, turned)
    return Judged(reuse, credited, named_by, turned)


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
