"""Texts to whether they share a run of words with a stream, without cutting them into passages.

A fingerprint is of fewer words than a run, so most documents that share one share no run. What is
told here by the hash of every run is wrong at most in that a text shares none.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus import text_buffers
from dedup.reuse.fingerprints import winnow
from dedup.reuse.stream import Integers, Stream, word_of
from dedup.runs import distinct
from dedup.text import CHARACTERS, Kernel, mix, tokenise_span
from dedup.text.tokens import BASE, most_tokens

Hashes = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]

_FILTER_BITS = 22
_FILTER = np.uint32((1 << _FILTER_BITS) - 1)
_32 = np.uint64(32)


def hash_runs(stream: Stream, *, n_words: int) -> Hashes:
    """Return the hashes of all runs of so many words in a stream, sorted, each once.

    Args:
        stream: The words.
        n_words: Words of a run.
    """
    hashes = np.empty(len(stream.terms), dtype=np.uint32)
    places, ring = np.empty(len(stream.terms), dtype=np.int64), np.empty(1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        n_found = winnow.sized(4 * len(stream.terms))(
            stream.terms, stream.hashes, 0, len(stream.terms), n_words, 1, ring, hashes, places
        )
    return distinct(hashes[:n_found])


def share_runs(texts: pa.LargeStringArray, runs: Hashes, *, n_words: int) -> Flags:
    """Return which texts have one of some runs of words.

    Args:
        texts: The texts, without nulls.
        runs: From `hash_runs`.
        n_words: Words of a run.
    """
    has_run = np.zeros(len(texts), dtype=np.bool_)
    data, offsets = text_buffers(texts)
    CHARACTERS.cover(data)
    may_be = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
    may_be[runs & _FILTER] = True
    room = most_tokens(data, int(np.diff(offsets).max(initial=0)))
    starts, ends = np.empty((2, room), dtype=np.int64)
    with np.errstate(over="ignore"):
        find_runs.sized(2 * len(data))(
            data, offsets, CHARACTERS.kinds, CHARACTERS.folds, CHARACTERS.expansions,
            np.empty(room, dtype=np.uint64), starts, ends, runs, may_be, n_words, has_run,
        )  # fmt: skip
    return has_run


@Kernel
def find_runs(
    data: npt.NDArray[np.uint8],
    offsets: Integers,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    expansions: npt.NDArray[np.uint64],
    hashes: npt.NDArray[np.uint64],
    starts: Integers,
    ends: Integers,
    runs: Hashes,
    may_be: Flags,
    n_words: int,
    has_run: Flags,
) -> None:
    """Write which texts have one of some runs; `may_be` has the lowest bits of their hashes."""
    outgoing = np.uint64(1)
    for _ in range(n_words - 1):
        outgoing = outgoing * BASE
    for text in range(len(offsets) - 1):
        n_tokens = tokenise_span(
            data, offsets[text], offsets[text + 1], kinds, folds, expansions, hashes, starts, ends
        )
        rolling = np.uint64(0)
        for t in range(n_tokens):
            if t >= n_words:
                rolling = rolling - np.uint64(word_of(hashes[t - n_words])) * outgoing
            rolling = rolling * BASE + np.uint64(word_of(hashes[t]))
            run = np.uint32(mix(rolling) >> _32)
            if t + 1 >= n_words and may_be[run & _FILTER]:
                place = np.searchsorted(runs, run)
                if place < len(runs) and runs[place] == run:
                    has_run[text] = True
                    break
