"""Signatures to buckets: the texts whose band is equal, band by band."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.duplicates.bands import Banding
from dedup.text import Kernel

NO_BUCKET = 0  # a band hash that equals no other, not even itself

_PRIME = np.uint32(0x9E3779B1)
_15 = np.uint32(15)


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


def find_buckets(hashes: npt.NDArray[np.uint32]) -> Buckets:
    """Return the buckets of one band.

    Args:
        hashes: The band's hash of each text, shape (n_texts,).
    """
    # Hash and text number share a word: sorting plain integers is far faster than an argsort.
    keys = hashes.astype(np.uint64) << np.uint64(32) | np.arange(len(hashes), dtype=np.uint64)
    keys.sort()
    sorted_hashes = (keys >> np.uint64(32)).astype(np.uint32)
    follows = np.zeros(len(keys) + 1, dtype=np.bool_)  # whether it is in its predecessor's bucket
    follows[1:-1] = sorted_hashes[1:] == sorted_hashes[:-1]
    shared = follows[:-1] | follows[1:]
    members = (keys[shared] & np.uint64(0xFFFFFFFF)).astype(np.int64)
    starts = np.flatnonzero(~follows[:-1][shared])
    return Buckets(members, np.append(starts, len(members)))
