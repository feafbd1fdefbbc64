"""Tokens to shingles, of many passages at once.

A shingle is the 32-bit hash of `shingle_size` consecutive tokens: a polynomial modulo 2**64 over
their hashes, finished by MurmurHash3's 64-bit mixer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.text.characters import CHARACTERS
from dedup.text.kernel import Kernel
from dedup.text.tokens import BASE, mix, most_tokens, tokenise, tokenise_span

_OFFSET = np.uint64(0xCBF29CE484222325)
_32 = np.uint64(32)
_48 = np.uint64(48)


@dataclass(frozen=True, slots=True)
class Shingled:
    """The shingles of many passages, laid end to end.

    Attributes:
        shingles: All shingles, passage after passage, in text order, repeats kept, dtype uint32;
            a part of a larger array, to be copied if it is to stay.
        counts: Number of shingles of each passage, shape (n_passages,), dtype int64.
        n_words: Number of tokens of each passage, shape (n_passages,), dtype int64.
        keys: Hash of each passage's whole token sequence, dtype uint64: equal keys are
            `identical` passages.
        marks: The marks of each passage's tokens, joined by or, dtype uint8.
    """

    shingles: npt.NDArray[np.uint32]
    counts: npt.NDArray[np.int64]
    n_words: npt.NDArray[np.int64]
    keys: npt.NDArray[np.uint64]
    marks: npt.NDArray[np.uint8]


@Kernel
def shingle_tokens(
    hashes: npt.NDArray[np.uint64],
    n_tokens: int,
    shingle_size: int,
    sums: npt.NDArray[np.uint64],
    shingles: npt.NDArray[np.uint32],
) -> int:
    """Write the shingles of a text's tokens; return their number. `sums` is scratch."""
    # A text shorter than a shingle is one shingle of what it has.
    n_shingles = max(n_tokens - shingle_size + 1, min(n_tokens, 1))
    sums[:n_shingles] = _OFFSET
    for place in range(min(shingle_size, n_tokens)):  # in the outer loop: so the inner vectorises
        tokens = hashes[place : place + n_shingles]
        for first in range(n_shingles):
            sums[first] = sums[first] * BASE + tokens[first]
    for first in range(n_shingles):
        shingles[first] = np.uint32(mix(sums[first]) >> _32)
    return n_shingles


@Kernel
def shingle_spans(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    shingle_size: int,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    expansions: npt.NDArray[np.uint64],
    marked: npt.NDArray[np.uint8],
    hashes: npt.NDArray[np.uint64],
    token_starts: npt.NDArray[np.int64],
    token_ends: npt.NDArray[np.int64],
    sums: npt.NDArray[np.uint64],
    shingles: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.int64],
    n_words: npt.NDArray[np.int64],
    keys: npt.NDArray[np.uint64],
    marks: npt.NDArray[np.uint8],
) -> int:
    """Write what `Shingled` holds of each span; return the number of shingles."""
    total = 0
    for passage in range(len(starts)):
        n_tokens = tokenise_span(
            data, starts[passage], ends[passage], kinds, folds, expansions,
            hashes, token_starts, token_ends,
        )  # fmt: skip
        key = _OFFSET
        mark = np.uint8(0)
        for token in range(n_tokens):
            key = key * BASE + hashes[token]
            mark |= marked[hashes[token] >> _48]
        keys[passage] = mix(key)
        marks[passage] = mark
        n_words[passage] = n_tokens
        counts[passage] = shingle_tokens(hashes, n_tokens, shingle_size, sums, shingles[total:])
        total += counts[passage]
    return total


def shingle_tuples(text: str, size: int) -> frozenset[tuple[int, ...]]:
    """Return the shingles of a text as tuples of token hashes: exact, where a hash is not enough.

    Args:
        text: The text; one shorter than a shingle is one shingle of what it has.
        size: Tokens in a shingle.

    >>> len(shingle_tuples("one two three four", 3)), len(shingle_tuples("one", 3))
    (2, 1)
    """
    hashes = tokenise(text).hashes.tolist()
    n_shingles = max(len(hashes) - size + 1, min(len(hashes), 1))
    return frozenset(tuple(hashes[i : i + size]) for i in range(n_shingles))


def mark_tokens(words: Mapping[str, int]) -> npt.NDArray[np.uint8]:
    """Return a table by which `shingle` says which passages have certain words.

    A passage with such a word has its mark; one in some thousand words has a mark by chance.

    Args:
        words: Marks (bits from 1 to 128) by word.

    Returns:
        Marks by the upper 16 bits of a token's hash, shape (65536,), dtype uint8.
    """
    marked = np.zeros(1 << 16, dtype=np.uint8)
    for word, mark in words.items():
        marked[tokenise(word).hashes >> _48] |= np.uint8(mark)
    return marked


def shingle(
    data: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    *,
    shingle_size: int,
    marked: npt.NDArray[np.uint8] | None = None,
) -> Shingled:
    """Return the shingles of many passages of one block of text.

    Args:
        data: The block in valid UTF-8, dtype uint8, its characters covered by `CHARACTERS`.
        starts: Where each passage starts in the block, in bytes, shape (n_passages,), dtype int64.
        ends: Where it ends.
        shingle_size: Tokens in a shingle; at least 1.
        marked: Marks of tokens to look out for, from `mark_tokens`.

    Returns:
        The shingles, in passage order. A passage without a token has none.
    """
    n_passages = len(starts)
    longest = most_tokens(data, int((ends - starts).max(initial=0)))
    hashes, sums = np.empty((2, longest), dtype=np.uint64)
    token_starts, token_ends = np.empty((2, longest), dtype=np.int64)
    n_bytes = int((ends - starts).sum())
    room = n_passages + most_tokens(data, n_bytes)
    shingles = np.empty(room, dtype=np.uint32)
    counts, n_words = np.empty((2, n_passages), dtype=np.int64)
    keys = np.empty(n_passages, dtype=np.uint64)
    marks = np.empty(n_passages, dtype=np.uint8)
    marked = mark_tokens({}) if marked is None else marked
    total = shingle_spans.sized(n_bytes)(
        data, starts, ends, shingle_size,
        CHARACTERS.kinds, CHARACTERS.folds, CHARACTERS.expansions,
        marked, hashes, token_starts, token_ends, sums, shingles, counts, n_words, keys, marks,
    )  # fmt: skip
    return Shingled(shingles[:total], counts, n_words, keys, marks)
