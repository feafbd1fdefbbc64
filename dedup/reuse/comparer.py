"""The TF-IDF comparer: passages as weighted vectors of terms, and the nearest earlier ones.

It finds what shares words but no long run of them. Candidates come from the rarest terms of a
passage, whose postings are short; the cosine that ranks them is over all of its terms. The same
outlet's passages are left out while counting, not afterwards, so they fill nobody's list: that is
why the product is a loop of our own. The weights are scikit-learn's.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.reuse.stream import BREAK, Integers, Stream
from dedup.text import Kernel

Floats = npt.NDArray[np.float32]

_BEST_TERMS = 10  # of a passage, by weight, that candidates come from
_MOST_POSTINGS = 3_000  # passages of a term that may be one of them
_CANDIDATES = 20  # that are compared in full
_ROWS_AT_ONCE = 4_096


@dataclass(frozen=True, slots=True)
class Vectors:
    """TF-IDF vectors of passages, of unit length, as the rows of a sparse matrix.

    Attributes:
        starts: Where each row's terms start, and the end, shape (n_rows + 1,).
        terms: Term numbers, ascending in each row, dtype int32.
        weights: Their weights, dtype float32.
        idf: Weight of one occurrence of each term, dtype float32.
        frequency: In how many rows each term is, with those that are not at hand.
    """

    starts: Integers
    terms: npt.NDArray[np.int32]
    weights: Floats
    idf: Floats
    frequency: Integers

    def __len__(self) -> int:
        return len(self.starts) - 1

    def cosines(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the cosine of each row with a vector of unit length, one weight a term."""
        sums = np.append(0.0, np.cumsum(self.weights * weights[self.terms]))
        cosines: npt.NDArray[np.float64] = sums[self.starts[1:]] - sums[self.starts[:-1]]
        return cosines


@Kernel
def count_terms(
    words: npt.NDArray[np.int32],
    starts: Integers,
    ends: Integers,
    offsets: Integers,
    terms: npt.NDArray[np.int32],
    counts: Floats,
    sizes: Integers,
) -> None:
    """Write the distinct terms of each span, ascending, and how often it has them."""
    for row in range(len(starts)):
        own = np.sort(words[starts[row] : ends[row]])
        n = 0
        place = offsets[row]
        for i in range(len(own)):
            if own[i] == BREAK:
                continue
            if n > 0 and terms[place + n - 1] == own[i]:
                counts[place + n - 1] += np.float32(1)
            else:
                terms[place + n] = own[i]
                counts[place + n] = np.float32(1)
                n += 1
        sizes[row] = n


@Kernel
def compact(
    offsets: Integers,
    starts: Integers,
    terms: npt.NDArray[np.int32],
    counts: Floats,
    into_terms: npt.NDArray[np.int32],
    into_counts: Floats,
) -> None:
    """Copy rows with room between them to where they follow each other."""
    for row in range(len(starts) - 1):
        n = starts[row + 1] - starts[row]
        into_terms[starts[row] : starts[row + 1]] = terms[offsets[row] : offsets[row] + n]
        into_counts[starts[row] : starts[row + 1]] = counts[offsets[row] : offsets[row] + n]


def distinct_terms(
    words: npt.NDArray[np.int32], starts: Integers, ends: Integers
) -> tuple[Integers, npt.NDArray[np.int32], Floats]:
    """Return the distinct terms of spans of a stream, ascending, and how often each has them.

    Args:
        words: Term numbers, from 1; BREAK is no word.
        starts: Where each span starts.
        ends: Where it ends.

    Returns:
        Where each span's terms start, and the end, shape (n_spans + 1,); the terms; their counts.
    """
    lengths = ends - starts
    offsets = np.cumsum(lengths) - lengths
    terms = np.empty(int(lengths.sum()), dtype=np.int32)
    counts = np.empty(len(terms), dtype=np.float32)
    sizes = np.empty(len(starts), dtype=np.int64)
    count_terms.sized(8 * len(terms))(words, starts, ends, offsets, terms, counts, sizes)
    row_starts = np.append(0, np.cumsum(sizes))
    compact_terms = np.empty(row_starts[-1], dtype=np.int32)
    compact_counts = np.empty(row_starts[-1], dtype=np.float32)
    compact.sized(len(compact_terms) // 8)(
        offsets, row_starts, terms, counts, compact_terms, compact_counts
    )
    return row_starts, compact_terms, compact_counts


def count_spans(
    words: npt.NDArray[np.int32], starts: Integers, ends: Integers, n_terms: int
) -> Integers:
    """Return in how many spans of a stream each term is, by number.

    Args:
        words: Term numbers, from 1; BREAK is no word.
        starts: Where each span starts.
        ends: Where it ends.
        n_terms: One more than the largest term number.
    """
    counts = np.zeros(n_terms, dtype=np.int64)
    count_span_terms.sized(int((ends - starts).sum()))(
        words, starts, ends, np.full(n_terms, -1, dtype=np.int64), counts
    )
    counts[BREAK] = 0
    return counts


@Kernel
def count_span_terms(
    words: npt.NDArray[np.int32], starts: Integers, ends: Integers, last: Integers, counts: Integers
) -> None:
    """Count the spans of each term; `last` is -1 throughout."""
    for row in range(len(starts)):
        for i in range(starts[row], ends[row]):
            if last[words[i]] != row:
                last[words[i]] = row
                counts[words[i]] += 1


def make_vectors(
    words: npt.NDArray[np.int32], starts: Integers, ends: Integers, n_terms: int
) -> Vectors:
    """Return the TF-IDF vectors of spans of a stream of terms.

    The weights are those of scikit-learn's `TfidfTransformer` with its defaults: tf times
    ln((1 + n) / (1 + df)) + 1, each vector of unit length.

    Args:
        words: Term numbers, from 1; BREAK is no word.
        starts: Where each span starts.
        ends: Where it ends.
        n_terms: One more than the largest term number.
    """
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    row_starts, terms, counts = distinct_terms(words, starts, ends)
    # Row starts of the same type as term numbers: scipy copies a matrix whose types are mixed.
    index_type = np.int32 if row_starts[-1] < 1 << 31 else np.int64
    matrix = csr_matrix(
        (counts, terms.astype(index_type, copy=False), row_starts.astype(index_type)),
        shape=(len(starts), n_terms),
    )
    transformer = TfidfTransformer()
    weighted = transformer.fit(matrix).transform(matrix, copy=False)
    return Vectors(
        row_starts, weighted.indices.astype(np.int32, copy=False), weighted.data,
        transformer.idf_.astype(np.float32), np.bincount(terms, minlength=n_terms),
    )  # fmt: skip


def make_vectors_by_frequency(
    words: npt.NDArray[np.int32],
    starts: Integers,
    ends: Integers,
    frequency: Integers,
    n_spans: int,
) -> Vectors:
    """Return the same vectors where the terms are weighed by spans that are not all at hand.

    There is nothing to fit then, and so nothing to import scikit-learn for, which takes longer
    than a look-up.

    Args:
        words: Term numbers, from 1; BREAK is no word.
        starts: Where each span starts.
        ends: Where it ends.
        frequency: In how many spans each term is, by number.
        n_spans: Number of those spans.
    """
    row_starts, terms, counts = distinct_terms(words, starts, ends)
    idf = (np.log((1 + n_spans) / (1 + frequency)) + 1).astype(np.float32)
    weights = counts * idf[terms]
    squares = np.append(0.0, np.cumsum(weights.astype(np.float64) ** 2))
    norms = np.sqrt(squares[row_starts[1:]] - squares[row_starts[:-1]])
    weights /= np.repeat(norms, np.diff(row_starts)).astype(np.float32)
    return Vectors(row_starts, terms, weights, idf, frequency)


def weigh_terms(
    stream: Stream, vectors: Vectors, hashes: npt.NDArray[np.uint64]
) -> npt.NDArray[np.float64]:
    """Return the TF-IDF vector of a text over the terms of a stream, of unit length.

    Args:
        stream: The stream.
        vectors: Vectors of its passages, which hold the weights.
        hashes: The text's tokens, from `tokenise`.
    """
    order = np.argsort(stream.hashes[1:]) + 1
    wanted = np.maximum((hashes >> np.uint64(32)).astype(np.uint32), 1)
    places = np.searchsorted(stream.hashes[order], wanted)
    terms = order[np.minimum(places, len(order) - 1)]
    terms = terms[stream.hashes[terms] == wanted]
    counts = np.bincount(terms, minlength=len(vectors.idf))
    weights = counts * vectors.idf.astype(np.float64)
    norm = float(np.sqrt((weights**2).sum()))
    return weights / norm if norm > 0 else weights.astype(np.float64)


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
def rank_rows(
    starts: Integers,
    terms: npt.NDArray[np.int32],
    weights: Floats,
    posting_starts: Integers,
    rows: npt.NDArray[np.int32],
    row_weights: Floats,
    owners: Integers,
    targets: Integers,
    n_best: int,
    least: float,
    scores: Floats,
    touched: Integers,
    found: Integers,
    cosines: Floats,
) -> int:
    """Write the nearest earlier rows of other owners for each target: pairs and cosines.

    `scores` is zero throughout, before and after.
    """
    n_found = 0
    best = np.empty(_BEST_TERMS, dtype=np.int64)
    top = np.empty(_CANDIDATES, dtype=np.int64)
    exact = np.empty(_CANDIDATES, dtype=np.float32)
    for target in targets:
        n_terms = 0
        for i in range(starts[target], starts[target + 1]):
            if posting_starts[terms[i]] == posting_starts[terms[i] + 1]:
                continue
            place = n_terms
            while place > 0 and weights[best[place - 1]] < weights[i]:
                place -= 1
            if place >= _BEST_TERMS:
                continue
            n_terms = min(n_terms + 1, _BEST_TERMS)
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
        for t in range(n_touched):
            row = touched[t]
            score = scores[row]
            if n_top < _CANDIDATES or score > scores[top[n_top - 1]]:
                place = n_top if n_top < _CANDIDATES else n_top - 1
                while place > 0 and scores[top[place - 1]] < score:
                    if place < _CANDIDATES:
                        top[place] = top[place - 1]
                    place -= 1
                top[place] = row
                n_top = min(n_top + 1, _CANDIDATES)
        for t in range(n_touched):
            scores[touched[t]] = 0
        for t in range(n_top):
            exact[t] = cosine_of(
                terms, weights, starts[target], starts[target + 1],
                starts[top[t]], starts[top[t] + 1],
            )  # fmt: skip
        order = np.argsort(-exact[:n_top], kind="mergesort")
        for t in order[:n_best]:
            if exact[t] >= least:
                found[n_found, 0] = target
                found[n_found, 1] = top[t]
                cosines[n_found] = exact[t]
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
    frequency[(vectors.frequency < 2) | (vectors.frequency > _MOST_POSTINGS)] = 0
    posting_starts = np.append(0, np.cumsum(frequency))
    rows = np.empty(posting_starts[-1], dtype=np.int32)
    row_weights = np.empty(posting_starts[-1], dtype=np.float32)
    post.sized(len(vectors.terms))(
        vectors.starts, vectors.terms, vectors.weights, posting_starts, rows, row_weights,
        np.zeros(n_terms, dtype=np.int64),
    )  # fmt: skip
    rank = rank_rows.sized(200 * len(targets))

    def rank_block(block: Integers) -> tuple[Integers, Floats]:
        found = np.empty((n_best * len(block), 2), dtype=np.int64)
        cosines = np.empty(len(found), dtype=np.float32)
        n_found = rank(
            vectors.starts, vectors.terms, vectors.weights, posting_starts, rows, row_weights,
            owners, block, n_best, least,
            np.zeros(len(vectors), dtype=np.float32), np.empty(len(vectors), dtype=np.int64),
            found, cosines,
        )  # fmt: skip
        return found[:n_found].copy(), cosines[:n_found].copy()

    blocks = [targets[i : i + _ROWS_AT_ONCE] for i in range(0, len(targets), _ROWS_AT_ONCE)]
    parts = list(executor.map(rank_block, blocks))
    return (
        np.concatenate([np.empty((0, 2), dtype=np.int64), *(part[0] for part in parts)]),
        np.concatenate([np.empty(0, dtype=np.float32), *(part[1] for part in parts)]),
    )
