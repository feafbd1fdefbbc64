"""MinHash signatures, equal value for value to those of datasketch's scheme `affine32`.

A shingle hash h is mixed once by MurmurHash3's 32-bit finaliser, and permutation k maps it to
a_k * h + b_k mod 2**32; a signature holds the least value under each permutation.
(Broder, On the resemblance and containment of documents, 1997; datasketch 2.0, minhash.py)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dedup.text import Kernel, worth_compiling

if TYPE_CHECKING:
    from datasketch import MinHash

_EMPTY = np.uint32(0xFFFFFFFF)  # what a signature of no shingle holds
_VECTORISED = 256  # values that numpy computes in the time of one interpreted step
_MIX_1 = np.uint32(0x85EBCA6B)
_MIX_2 = np.uint32(0xC2B2AE35)
_16 = np.uint32(16)
_13 = np.uint32(13)


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of texts, as slices of one array.

    Attributes:
        values: Shingle hashes, dtype uint32.
        starts: Where each text's shingles start in `values`, shape (n_texts,), dtype int64.
        sizes: How many it has.
    """

    values: npt.NDArray[np.uint32]
    starts: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def rows(self, first: int, last: int) -> Shingles:
        """Return the texts from `first` to before `last`, without copying."""
        return Shingles(self.values, self.starts[first:last], self.sizes[first:last])


def make_permutations(*, num_perm: int, seed: int) -> npt.NDArray[np.uint32]:
    """Return the factors (odd) and summands of datasketch's affine32 permutations.

    Returns:
        Shape (2, num_perm), dtype uint32.
    """
    random = np.random.RandomState(seed)
    factors = random.randint(0, 1 << 31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    summands = random.randint(0, 1 << 32, num_perm, dtype=np.uint32)
    return np.array([factors, summands])


@Kernel
def mix_32(value: np.uint32) -> np.uint32:
    """Spread the bits of a shingle: MurmurHash3's 32-bit finaliser."""
    value = np.uint32((value ^ (value >> _16)) * _MIX_1)
    value = np.uint32((value ^ (value >> _13)) * _MIX_2)
    return np.uint32(value ^ (value >> _16))


@Kernel
def sign_texts(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    factors: npt.NDArray[np.uint32],
    summands: npt.NDArray[np.uint32],
    signatures: npt.NDArray[np.uint32],
) -> None:
    """Write the signature of each text."""
    for text in range(len(starts)):
        signature = signatures[text]
        signature[:] = _EMPTY
        first, last = starts[text], starts[text] + sizes[text] - 1
        # Four shingles at a time: permutations and signature are read and written once for all
        # of them, which takes a third of the time. Behind the last one stands the last again.
        for i in range(first, last + 1, 4):
            h0 = mix_32(values[i])
            h1 = mix_32(values[min(i + 1, last)])
            h2 = mix_32(values[min(i + 2, last)])
            h3 = mix_32(values[min(i + 3, last)])
            for k in range(len(factors)):  # plain, and with min(): only so does it vectorise
                factor, summand = factors[k], summands[k]
                low = min(np.uint32(factor * h0 + summand), np.uint32(factor * h1 + summand))
                high = min(np.uint32(factor * h2 + summand), np.uint32(factor * h3 + summand))
                signature[k] = min(signature[k], min(low, high))


def sign(shingles: Shingles, permutations: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """Return the MinHash signatures of texts.

    Args:
        shingles: The texts' shingles; repeats change nothing.
        permutations: From `make_permutations`, shape (2, num_perm).

    Returns:
        Shape (n_texts, num_perm), dtype uint32; 2**32 - 1 throughout for a text without shingles.
    """
    factors, summands = permutations
    steps = int(shingles.sizes.sum()) * len(factors) // _VECTORISED
    if not worth_compiling(steps):
        return _sign_vectorised(shingles, permutations)
    signatures = np.empty((len(shingles), len(factors)), dtype=np.uint32)
    sign_texts.compiled(
        shingles.values, shingles.starts, shingles.sizes, factors, summands, signatures
    )
    return signatures


def _sign_vectorised(
    shingles: Shingles, permutations: npt.NDArray[np.uint32]
) -> npt.NDArray[np.uint32]:
    """Return the same in numpy alone: a tenth of the speed, and nothing to load."""
    factors, summands = permutations
    signatures = np.full((len(shingles), len(factors)), _EMPTY, dtype=np.uint32)
    for text, (start, size) in enumerate(zip(shingles.starts, shingles.sizes, strict=True)):
        if size:
            # What takes one value takes an array of them as well, where nothing is compiled.
            h: Any = mix_32(shingles.values[start : start + size])  # type: ignore[arg-type]
            (h[:, None] * factors + summands).min(axis=0, out=signatures[text])
    return signatures


def to_datasketch(signature: npt.NDArray[np.uint32], *, seed: int) -> MinHash:
    """Return one signature as a `datasketch.MinHash`, for any index that datasketch can fill."""
    from datasketch import MinHash

    return MinHash(
        num_perm=len(signature), seed=seed, hashvalues=signature.copy(), scheme="affine32"
    )


def from_datasketch(minhash: MinHash) -> npt.NDArray[np.uint32]:
    """Return the signature that a `datasketch.MinHash` holds, dtype uint32.

    Raises:
        ValueError: If it was made with another scheme than affine32.
    """
    if minhash.scheme != "affine32":
        raise ValueError(f"scheme must be affine32, got {minhash.scheme}")
    return np.asarray(minhash.hashvalues, dtype=np.uint32)
