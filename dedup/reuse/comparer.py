"""The TF-IDF comparer's weights: passages as vectors of terms. The weights are scikit-learn's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.reuse.stream import BREAK, Integers, Stream
from dedup.text import Kernel

Floats = npt.NDArray[np.float32]


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
    """Return the same vectors, to the bit, where not all spans that weigh the terms are at hand.

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
    one = np.float32(1)
    idf = np.log(np.float32(n_spans + 1) / (frequency.astype(np.float32) + one)) + one
    weights = counts * idf[terms]
    normalise_rows.sized(len(weights) // 8)(row_starts, weights)
    return Vectors(row_starts, terms, weights, idf, frequency)


@Kernel
def normalise_rows(starts: Integers, weights: Floats) -> None:
    """Bring each row to unit length: squares of single precision, their sum of double."""
    for row in range(len(starts) - 1):
        squares = 0.0
        for i in range(starts[row], starts[row + 1]):
            squares += np.float64(weights[i] * weights[i])
        if squares > 0:
            norm = np.sqrt(squares)
            for i in range(starts[row], starts[row + 1]):
                weights[i] = np.float32(np.float64(weights[i]) / norm)


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
