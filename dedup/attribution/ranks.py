"""Judged pairs to their ranks again: what is credited goes before what merely comes earlier."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse import CREDIT, Reuse

_MOST = 0.8  # of a head's words that a credited origin must have to take its place

Integers = npt.NDArray[np.int64]


def heads_of(reuse: Reuse) -> Integers:
    """Return for each pair the row of its span's best origin; pairs are in their order."""
    heads: Integers = np.maximum.accumulate(np.where(reuse.ranks == 1, np.arange(len(reuse)), 0))
    return heads


def rank_again(
    reuse: Reuse,
    heads: Integers,
    turned: npt.NDArray[np.bool_],
    affected: npt.NDArray[np.bool_],
) -> tuple[Integers, Integers]:
    """Return the rows in their order, and the rank of each: an origin that is credited goes first.

    Pairs that were turned round join the span of their new target that they overlap. Best origins
    of a document do not overlap: a credited one takes the head's place only where it has most of
    its words and touches no other head.

    Args:
        reuse: The pairs, judged, in the order that they had before.
        heads: For each the same number as for the others of its span, a row of the span's if there
            is one.
        turned: Which were turned round.
        affected: For each document whether one of its pairs was, or one was turned to it.
    """
    heads, ranks = heads.copy(), reuse.ranks.copy()
    is_credited = reuse.reasons == CREDIT
    affected = affected.copy()
    affected[reuse.targets[is_credited & (ranks > 1)]] = True
    spans: dict[int, dict[int, list[int]]] = {
        target: {} for target in np.flatnonzero(affected).tolist()
    }
    for row in np.flatnonzero(affected[reuse.targets] & ~turned).tolist():
        spans[int(reuse.targets[row])].setdefault(int(heads[row]), []).append(row)
    joining: dict[int, list[int]] = {}
    for row in np.flatnonzero(turned).tolist():
        joining.setdefault(int(reuse.targets[row]), []).append(row)

    def overlap(one: int, two: int) -> bool:
        return bool(
            min(reuse.target_ends[one], reuse.target_ends[two])
            > max(reuse.target_starts[one], reuse.target_starts[two])
        )

    for target, groups in spans.items():
        lists = list(groups.values())
        for row in joining.get(target, ()):
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
    order = np.lexsort((ranks, reuse.target_starts[heads], reuse.first_passages[heads]))
    return order, ranks
