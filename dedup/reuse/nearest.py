"""The TF-IDF comparer's search: the nearest earlier passages of each.

It finds what shares words but no long run of them. Candidates come from the rarest terms of a
passage, whose postings are short; the cosine that ranks them is over all of its terms. The same
outlet's passages are left out while counting, not afterwards, so they fill nobody's list: that is
why the product is a loop of our own.
"""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.reuse.comparer import Floats, Vectors
from dedup.reuse.stream import Integers
from dedup.text import Kernel

BEST_TERMS = 10  # of a passage, by weight, that candidates come from
_MOST_POSTINGS = 3_000  # passages of a term that may be one of them
CANDIDATES = 20  # that are compared in full
_ROWS_AT_ONCE = 4_096


@Kernel
def post(
    starts: Integers,
    terms: npt.NDArray[np.int32],
    weights: Floats,
    posting_starts: Integers,
    rows: npt.NDArray[np.int32],
    row_weights: Floats,
    filled: Integers,
) -> None:
    """Write which rows have each term, where `posting_starts` leaves room for it."""
    for row in range(len(starts) - 1):
        for i in range(starts[row], starts[row + 1]):
            term = terms[i]
            if posting_starts[term] < posting_starts[term + 1]:
                rows[posting_starts[term] + filled[term]] = row
                row_weights[posting_starts[term] + filled[term]] = weights[i]
                filled[term] += 1


@Kernel
def cosine_of(
    terms: npt.NDArray[np.int32], weights: Floats, i: int, i_end: int, j: int, j_end: int
) -> float:
    """Return the product of two rows."""
    product = 0.0
    while i < i_end and j < j_end:
        if terms[i] == terms[j]:
            product += np.float64(weights[i]) * np.float64(weights[j])
            i += 1
            j += 1
        elif terms[i] < terms[j]:
            i += 1
        else:
            j += 1
    return product


@Kernel
def list_candidates(
    starts: Integers,
    terms: npt.NDArray[np.int32],
    weights: Floats,
    posting_starts: Integers,
    rows: npt.NDArray[np.int32],
    row_weights: Floats,
    owners: Integers,
    targets: Integers,
    scores: Floats,
    touched: Integers,
    candidates: Integers,
) -> None:
    """Write for each target the earlier rows of other owners that share its rarest terms.

    The likeliest come first; behind the last one stands -1. `scores` is zero throughout, before
    and after.
    """
    best = np.empty(BEST_TERMS, dtype=np.int64)
    for t in range(len(targets)):
        target = targets[t]
        top = candidates[t]
        n_terms = 0
        for i in range(starts[target], starts[target + 1]):
            if posting_starts[terms[i]] == posting_starts[terms[i] + 1]:
                continue
            place = n_terms
            while place > 0 and weights[best[place - 1]] < weights[i]:
                place -= 1
            if place >= BEST_TERMS:
                continue
            n_terms = min(n_terms + 1, BEST_TERMS)
            for p in range(n_terms - 1, place, -1):
                best[p] = best[p - 1]
            best[place] = i
        n_touched = 0
        owner = owners[target]
        for b in range(n_terms):
            weight = weights[best[b]]
            term = terms[best[b]]
            for p in range(posting_starts[term], posting_starts[term + 1]):
                row = rows[p]
                if row >= target:
                    break
                if owners[row] == owner:
                    continue
                if scores[row] == 0:
                    touched[n_touched] = row
                    n_touched += 1
                scores[row] += weight * row_weights[p]
        n_top = 0
        for i in range(n_touched):
            row = touched[i]
            score = scores[row]
            if n_top < CANDIDATES or score > scores[top[n_top - 1]]:
                place = n_top if n_top < CANDIDATES else n_top - 1
                while place > 0 and scores[top[place - 1]] < score:
                    if place < CANDIDATES:
                        top[place] = top[place - 1]
                    place -= 1
                top[place] = row
                n_top = min(n_top + 1, CANDIDATES)
        top[n_top:] = -1
        for i in range(n_touched):
            scores[touched[i]] = 0


@Kernel
def rank_candidates(
    starts: Integers,
    terms: npt.NDArray[np.int32],
    weights: Floats,
    targets: Integers,
    candidates: Integers,
    n_best: int,
    least: float,
    found: Integers,
    cosines: Floats,
) -> int:
    """Write the nearest of each target's candidates: pairs and cosines; return how many."""
    n_found = 0
    exact = np.empty(CANDIDATES, dtype=np.float32)
    for t in range(len(targets)):
        target = targets[t]
        top = candidates[t]
        n_top = 0
        while n_top < CANDIDATES and top[n_top] >= 0:
            row = top[n_top]
            exact[n_top] = cosine_of(
                terms, weights, starts[target], starts[target + 1], starts[row], starts[row + 1]
            )
            n_top += 1
        order = np.argsort(-exact[:n_top], kind="mergesort")
        for i in order[:n_best]:
            if exact[i] >= least:
                found[n_found, 0] = target
                found[n_found, 1] = top[i]
                cosines[n_found] = exact[i]
                n_found += 1
    return n_found


def nearest_rows(
    vectors: Vectors,
    owners: Integers,
    targets: Integers,
    *,
    n_best: int,
    least: float,
    executor: Executor,
) -> tuple[Integers, Floats]:
    """Return for each target row the nearest earlier rows of other owners.

    Args:
        vectors: The rows.
        owners: For each row whose it is; rows of one owner are not compared.
        targets: Rows to look up, ascending.
        n_best: How many rows at most for each.
        least: Least cosine.
        executor: Runs the blocks.

    Returns:
        Pairs (target, row), shape (n, 2), by target and falling cosine; and the cosines.
    """
    n_terms = len(vectors.idf)
    frequency = np.bincount(vectors.terms, minlength=n_terms)
    frequency[~is_posted(vectors.frequency)] = 0
    posting_starts = np.append(0, np.cumsum(frequency))
    rows = np.empty(posting_starts[-1], dtype=np.int32)
    row_weights = np.empty(posting_starts[-1], dtype=np.float32)
    post.sized(len(vectors.terms))(
        vectors.starts, vectors.terms, vectors.weights, posting_starts, rows, row_weights,
        np.zeros(n_terms, dtype=np.int64),
    )  # fmt: skip
    propose = list_candidates.sized(200 * len(targets))

    def rank_block(block: Integers) -> tuple[Integers, Floats]:
        candidates = np.empty((len(block), CANDIDATES), dtype=np.int64)
        propose(
            vectors.starts, vectors.terms, vectors.weights, posting_starts, rows, row_weights,
            owners, block, np.zeros(len(vectors), dtype=np.float32),
            np.empty(len(vectors), dtype=np.int64), candidates,
        )  # fmt: skip
        return rank(vectors, block, candidates, n_best=n_best, least=least)

    blocks = [targets[i : i + _ROWS_AT_ONCE] for i in range(0, len(targets), _ROWS_AT_ONCE)]
    parts = list(executor.map(rank_block, blocks))
    return (
        np.concatenate([np.empty((0, 2), dtype=np.int64), *(part[0] for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.float32), *(part[1] for part in parts)]),
    )


def is_posted(frequency: Integers) -> npt.NDArray[np.bool_]:
    """Return by which terms candidates are found, given in how many passages each is."""
    posted: npt.NDArray[np.bool_] = (frequency >= 2) & (frequency <= _MOST_POSTINGS)
    return posted


def rank(
    vectors: Vectors, targets: Integers, candidates: Integers, *, n_best: int, least: float
) -> tuple[Integers, Floats]:
    """Return the nearest of each target's candidates, as `nearest_rows` does.

    Args:
        vectors: The rows.
        targets: Rows that are looked up.
        candidates: From `list_candidates`, shape (n_targets, CANDIDATES).
        n_best: How many rows at most for each.
        least: Least cosine.
    """
    found = np.empty((n_best * len(targets), 2), dtype=np.int64)
    cosines = np.empty(len(found), dtype=np.float32)
    n_found = rank_candidates.sized(200 * len(targets))(
        vectors.starts, vectors.terms, vectors.weights, targets, candidates, n_best,
        least, found, cosines,
    )  # fmt: skip
    return found[:n_found].copy(), cosines[:n_found].copy()
