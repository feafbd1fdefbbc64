"""Exact verification: shingle sets, and the loops that compare them."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.duplicates.buckets import NO_BUCKET
from dedup.duplicates.signatures import Shingles
from dedup.duplicates.sorting import sort_hashes
from dedup.text import Kernel

STEPS_PER_PAIR = 100  # of the loop that compares two sets, about

_TEXTS_SORTED_AT_ONCE = 1 << 14
_STEPS_PER_SHINGLE = 10  # of sorting, about


@Kernel
def sort_distinct(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    texts: npt.NDArray[np.int64],
    targets: npt.NDArray[np.int64],
    places: npt.NDArray[np.int64],
    distinct: npt.NDArray[np.uint32],
    n_distinct: npt.NDArray[np.int64],
) -> None:
    """Write the distinct shingles of some texts, ascending, from each text's target on."""
    for row in range(len(texts)):
        text = texts[row]
        size = sizes[text]
        own = distinct[targets[row] : targets[row] + size]
        sort_hashes(values[starts[text] : starts[text] + size], 0, places, own)
        n = 0
        for i in range(size):
            if n == 0 or own[i] != own[n - 1]:
                own[n] = own[i]
                n += 1
        n_distinct[row] = n


def make_sets(shingles: Shingles, wanted: npt.NDArray[np.bool_], executor: Executor) -> Shingles:
    """Return the distinct shingles of the wanted texts, ascending; none for the others."""
    texts = np.flatnonzero(wanted)
    wanted_sizes = shingles.sizes[texts]
    targets = np.cumsum(wanted_sizes) - wanted_sizes
    n_values = int(wanted_sizes.sum())
    distinct = np.empty(n_values, dtype=np.uint32)
    n_distinct = np.empty(len(texts), dtype=np.int64)
    sort = sort_distinct.sized(_STEPS_PER_SHINGLE * n_values)

    longest = int(wanted_sizes.max(initial=0))

    def sort_part(rows: slice) -> None:
        places = np.empty(longest + 1, dtype=np.int64)
        sort(
            shingles.values, shingles.starts, shingles.sizes, texts[rows], targets[rows],
            places, distinct, n_distinct[rows],
        )  # fmt: skip

    parts = range(0, len(texts), _TEXTS_SORTED_AT_ONCE)
    list(executor.map(sort_part, (slice(i, i + _TEXTS_SORTED_AT_ONCE) for i in parts)))
    sizes, starts = np.zeros((2, len(shingles)), dtype=np.int64)
    sizes[texts], starts[texts] = n_distinct, targets
    return Shingles(distinct, starts, sizes)


@Kernel
def count_shared(values: npt.NDArray[np.uint32], i: int, i_end: int, j: int, j_end: int) -> int:
    """Return how many values two ascending slices share."""
    n_shared = 0
    while i < i_end and j < j_end:  # without branches: which side is less is hard to predict
        left, right = values[i], values[j]
        n_shared += left == right
        i += left <= right
        j += right <= left
    return n_shared


@Kernel
def verify_pair(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    first: int,
    second: int,
    threshold: float,
) -> int:
    """Return the number of shared shingles if the Jaccard reaches the threshold, else -1."""
    n_first, n_second = sizes[first], sizes[second]
    if min(n_first, n_second) / max(n_first, n_second) < threshold:
        return -1
    n_shared = count_shared(
        values, starts[first], starts[first] + n_first, starts[second], starts[second] + n_second
    )
    return n_shared if n_shared / (n_first + n_second - n_shared) >= threshold else -1


@Kernel
def verify_bucket_pairs(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    threshold: float,
    hashes: npt.NDArray[np.uint32],
    band: int,
    members: npt.NDArray[np.int64],
    bucket_starts: npt.NDArray[np.int64],
    bucket: int,
    pairs: npt.NDArray[np.int64],
) -> tuple[int, int]:
    """Verify the buckets from `bucket` on until `pairs` may overflow; (n_pairs, next bucket)."""
    n_pairs = 0
    while bucket < len(bucket_starts) - 1:
        start, end = bucket_starts[bucket], bucket_starts[bucket + 1]
        if n_pairs + (end - start) * (end - start - 1) // 2 > len(pairs):
            break
        for j in range(start + 1, end):
            second = members[j]
            for i in range(start, j):
                first = members[i]
                is_new = True
                for earlier in range(band):
                    if (
                        hashes[first, earlier] == hashes[second, earlier]
                        and hashes[first, earlier] != NO_BUCKET
                    ):
                        is_new = False
                        break
                if is_new:
                    n_shared = verify_pair(values, starts, sizes, first, second, threshold)
                    if n_shared >= 0:
                        pairs[n_pairs, 0] = first
                        pairs[n_pairs, 1] = second
                        pairs[n_pairs, 2] = n_shared
                        n_pairs += 1
        bucket += 1
    return n_pairs, bucket


@Kernel
def verify_representatives(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    threshold: float,
    members: npt.NDArray[np.int64],
    representatives: npt.NDArray[np.int64],
    pairs: npt.NDArray[np.int64],
) -> int:
    """Verify each member of one bucket with the bucket's representatives; return n_pairs."""
    n_pairs, n_representatives = 0, 0
    for second in members:
        joined = False
        for r in range(n_representatives):
            first = representatives[r]
            n_shared = verify_pair(values, starts, sizes, first, second, threshold)
            if n_shared >= 0:
                pairs[n_pairs, 0] = first
                pairs[n_pairs, 1] = second
                pairs[n_pairs, 2] = n_shared
                n_pairs += 1
                joined = True
                break
        if not joined and n_representatives < len(representatives):
            representatives[n_representatives] = second
            n_representatives += 1
    return n_pairs


@Kernel
def verify_list(
    values: npt.NDArray[np.uint32],
    starts: npt.NDArray[np.int64],
    sizes: npt.NDArray[np.int64],
    threshold: float,
    pairs: npt.NDArray[np.int64],
) -> None:
    """Write the number of shared shingles of each pair beside it, or -1."""
    for p in range(len(pairs)):
        pairs[p, 2] = verify_pair(values, starts, sizes, pairs[p, 0], pairs[p, 1], threshold)
