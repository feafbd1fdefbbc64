"""Documents to fingerprints and counts of terms, a stretch at a time: all that is kept of words.

The stream of a whole corpus takes as much memory as its texts, and has marks that only a comparison
needs. What comes of a stretch of some documents does not depend on the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from dedup.corpus import BODY, Corpus, Passages
from dedup.reuse.comparer import count_spans
from dedup.reuse.fingerprints import winnow_words
from dedup.reuse.stream import Integers, find_bytes, lay_out, number_words, word_of
from dedup.text import CHARACTERS, Kernel, tokenise_span
from dedup.text.tokens import most_tokens

_WORDS_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True)
class Words:
    """What the body words of some documents come to.

    Attributes:
        fingerprints: The fingerprints, dtype uint32; a document may have one more than once.
        rows: For each the row of its document in the corpus, dtype uint32.
        terms: The hash of each term, dtype uint32.
        in_documents: In how many of the documents each is.
        in_passages: In how many of the passages that count.
        n_documents: How many documents there are.
        n_passages: How many passages that count.
    """

    fingerprints: npt.NDArray[np.uint32]
    rows: npt.NDArray[np.uint32]
    terms: npt.NDArray[np.uint32]
    in_documents: Integers
    in_passages: Integers
    n_documents: int
    n_passages: int


@Kernel
def hash_words(
    data: npt.NDArray[np.uint8],
    byte_starts: Integers,
    byte_ends: Integers,
    targets: Integers,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    expansions: npt.NDArray[np.uint64],
    hashes: npt.NDArray[np.uint64],
    starts: Integers,
    ends: Integers,
    words: npt.NDArray[np.uint32],
) -> None:
    """Write the hashes of the words of each passage from its target on."""
    for passage in range(len(byte_starts)):
        n_tokens = tokenise_span(
            data, byte_starts[passage], byte_ends[passage], kinds, folds, expansions,
            hashes, starts, ends,
        )  # fmt: skip
        for t in range(n_tokens):
            words[targets[passage] + t] = word_of(hashes[t])


def collect_words(
    corpus: Corpus,
    passages: Passages,
    counts: npt.NDArray[np.bool_],
    *,
    min_run_words: int,
    executor: Executor,
) -> Iterator[Words]:
    """Return what the body words of each stretch of a corpus come to; work starts at once.

    Args:
        corpus: The corpus.
        passages: Its passages.
        counts: Which passages count; none that is no body passage.
        min_run_words: Least length of a run in which a fingerprint is surely kept.
        executor: Runs the stretches.
    """
    body = np.flatnonzero(passages.roles == BODY)
    body = body[np.argsort(passages.documents[body], kind="stable")]
    chunks = corpus.documents["text"].chunks
    first_rows = np.cumsum([0, *(len(chunk) for chunk in chunks)])
    limits = np.searchsorted(passages.documents[body], first_rows)
    n_words = np.append(0, np.cumsum(passages.n_words[body]))[limits]

    def collect_stretch(first: int, last: int) -> Words:
        own = body[limits[first] : limits[last]]
        new_document, starts, ends = lay_out(passages, own)
        hashes = np.zeros(ends[-1] + 1, dtype=np.uint32)
        for number in range(first, last):
            here = slice(limits[number] - limits[first], limits[number + 1] - limits[first])
            if here.start == here.stop:
                continue
            data, byte_starts, byte_ends, _ = find_bytes(
                chunks[number], passages, own[here], int(first_rows[number])
            )
            room = most_tokens(data, int((byte_ends - byte_starts).max()))
            spans = np.empty((2, room), dtype=np.int64)
            hash_words.sized(int((byte_ends - byte_starts).sum()))(
                data, byte_starts, byte_ends, starts[here],
                CHARACTERS.kinds, CHARACTERS.folds, CHARACTERS.expansions,
                np.empty(room, dtype=np.uint64), spans[0], spans[1], hashes,
            )  # fmt: skip
        document_starts = np.append(starts[new_document], len(hashes))
        rows = passages.documents[own[new_document]]
        every = np.ones(len(rows), dtype=np.bool_)
        terms, in_documents, term_hashes = number_words(hashes, document_starts, every)
        counted = counts[own]
        in_passages = count_spans(terms, starts[counted], ends[counted], len(term_hashes))
        fingerprints, places = winnow_words(
            terms, term_hashes, 0, len(terms), min_run_words=min_run_words
        )
        sizes = np.diff(np.searchsorted(places, document_starts))
        return Words(
            fingerprints, np.repeat(rows.astype(np.uint32), sizes), term_hashes[1:],
            in_documents[1:].astype(np.int64), in_passages[1:], len(rows), int(counted.sum()),
        )  # fmt: skip

    # A stretch is the chunks that end in the same so many words.
    cuts = np.flatnonzero(np.diff(n_words[1:] // _WORDS_AT_ONCE)) + 1
    bounds = [0, *cuts.tolist(), len(chunks)]
    full = [(a, b) for a, b in pairwise(bounds) if limits[a] < limits[b]]
    return executor.map(lambda stretch: collect_stretch(*stretch), full)
