"""Signatures to buckets: the texts whose band is equal, band by band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.duplicates.bands import Banding
from dedup.duplicates.sorting import sort_hashes
from dedup.text import Kernel

NO_BUCKET = 0  # a band hash that equals no other, not even itself

_PRIME = np.uint32(0x9E3779B1)
_15 = np.uint32(15)
_32 = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Buckets:
    """The buckets of one band that hold at least two texts.

    Attributes:
        members: Text numbers, bucket after bucket, ascending in each, dtype int64.
        starts: Where each bucket starts in `members`, and the end, shape (n_buckets + 1,).
    """

    members: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]


@Kernel
def hash_bands_into(
    signatures: npt.NDArray[np.uint32], rows: int, hashes: npt.NDArray[np.uint32]
) -> None:
    """Write a hash of each band of each signature; never NO_BUCKET."""
    for text in range(len(signatures)):
        for band in range(hashes.shape[1]):
            h = np.uint32(band + 1)
            for row in range(band * rows, (band + 1) * rows):
                h = np.uint32((h ^ signatures[text, row]) * _PRIME)
                h = np.uint32(h ^ (h >> _15))
            hashes[text, band] = max(h, np.uint32(1))


def hash_bands(signatures: npt.NDArray[np.uint32], banding: Banding) -> npt.NDArray[np.uint32]:
    """Return a 32-bit hash of each band of each signature.

    Two bands with equal hashes differ once in four billion times; candidates are verified.

    Args:
        signatures: Shape (n_texts, num_perm), dtype uint32.
        banding: Bands and rows, together at most num_perm.

    Returns:
        Shape (n_texts, bands), dtype uint32.
    """
    hashes = np.empty((len(signatures), banding.bands), dtype=np.uint32)
    hash_bands_into.sized(signatures.size)(signatures, banding.rows, hashes)
    return hashes


@Kernel
def select_repeated(
    hashes: npt.NDArray[np.uint32],
    mask: np.uint32,
    counts: npt.NDArray[np.uint8],
    keys: npt.NDArray[np.uint64],
) -> int:
    """Write hash and number of the texts whose hash may occur twice; return how many.

    Nearly all hashes occur once. Counting them in a table by some of their bits, where few
    others fall into the same place, spares sorting them.
    """
    for text in range(len(hashes)):
        slot = hashes[text] & mask
        counts[slot] = min(counts[slot] + 1, 2)
    n_keys = 0
    for text in range(len(hashes)):
        if counts[hashes[text] & mask] > 1 and hashes[text] != NO_BUCKET:
            keys[n_keys] = np.uint64(hashes[text]) << _32 | np.uint64(text)
            n_keys += 1
    return n_keys


def find_buckets(hashes: npt.NDArray[np.uint32]) -> Buckets:
    """Return the buckets of one band.

    Args:
        hashes: The band's hash of each text, shape (n_texts,).
    """
    size = 1 << max(8, (8 * len(hashes)).bit_length())
    keys = np.empty(len(hashes), dtype=np.uint64)
    n_keys = select_repeated.sized(2 * len(hashes))(
        hashes, np.uint32(size - 1), np.zeros(size, dtype=np.uint8), keys
    )
    # Hash and text number are one word, so that texts of a bucket are in order, too.
    given, keys = keys[:n_keys], np.empty(n_keys, dtype=np.uint64)
    sort_hashes.sized(10 * n_keys)(given, 32, np.empty(n_keys + 1, dtype=np.int64), keys)
    sorted_hashes = keys >> _32
    follows = np.zeros(n_keys + 1, dtype=np.bool_)  # whether it is in its predecessor's bucket
    follows[1:-1] = sorted_hashes[1:] == sorted_hashes[:-1]
    shared = follows[:-1] | follows[1:]
    members = (keys[shared] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    starts = np.flatnonzero(~follows[:-1][shared])
    return Buckets(members, np.append(starts, len(members)))
