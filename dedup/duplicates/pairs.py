"""Buckets to verified pairs: every candidate's Jaccard is computed exactly.

Candidates come bucket by bucket and are verified at once, so they are never all held. A pair
that shares several buckets is verified in the first of them. A bucket with very many texts (a
template with one number changed) is compared with its first representatives only, so that the
cost stays linear.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import DuplicateSettings
from dedup.duplicates.bands import Banding
from dedup.duplicates.buckets import NO_BUCKET, Buckets, find_buckets, hash_bands
from dedup.duplicates.clusters import assign_representatives
from dedup.duplicates.signatures import Shingles, make_permutations, sign
from dedup.duplicates.verify import (
    STEPS_PER_PAIR,
    make_sets,
    verify_bucket_pairs,
    verify_list,
    verify_representatives,
)
from dedup.runs import distinct, run_starts

LARGEST_BUCKET = 1_000  # distinct texts in a bucket of which all pairs are compared

# In a larger bucket a text is compared with at most so many representatives. Texts that share no
# more than a long sentence represent themselves, each; texts that are near duplicates of one that
# is left out here agree in other bands as well.
_REPRESENTATIVES = 50

_TEXTS_SIGNED_AT_ONCE = 4_096
_PAIRS_AT_ONCE = 1 << 20  # more than the largest bucket compared in full has


@dataclass(frozen=True, slots=True)
class Pairs:
    """Verified pairs of distinct texts, sorted by both.

    Attributes:
        first: The earlier text of each pair, dtype int64.
        second: The later one.
        shared: Number of distinct shingles that both have, dtype int64.
        first_size: Number of distinct shingles of the first.
        second_size: Number of distinct shingles of the second.
        banding: The bands that found them.
        n_large_buckets: How many buckets were compared with representatives only.
    """

    first: npt.NDArray[np.int64]
    second: npt.NDArray[np.int64]
    shared: npt.NDArray[np.int64]
    first_size: npt.NDArray[np.int64]
    second_size: npt.NDArray[np.int64]
    banding: Banding
    n_large_buckets: int

    @property
    def jaccard(self) -> npt.NDArray[np.float64]:
        """Jaccard of each pair, in [threshold, 1]."""
        return self.shared / (self.first_size + self.second_size - self.shared)


def find_pairs(
    shingles: Shingles,
    settings: DuplicateSettings,
    banding: Banding,
    *,
    executor: Executor,
    progress: Callable[[str], None] | None = None,
) -> Pairs:
    """Return the duplicate pairs among distinct texts.

    Args:
        shingles: Shingles of the texts, which are numbered in the order that decides who
            represents whom.
        settings: Threshold and permutations.
        banding: Bands and rows, from `choose_banding`.
        executor: Runs the work; the result does not depend on its number of threads.
        progress: Called with the name of each step.
    """
    say = progress or (lambda step: None)
    say("signatures")
    hashes = hash_texts(shingles, settings, banding, executor=executor)

    say("candidates")
    bands = range(banding.bands)
    buckets = list(executor.map(lambda band: find_buckets(hashes[:, band]), bands))
    compared = np.zeros(len(shingles), dtype=np.bool_)
    for band in bands:
        compared[buckets[band].members] = True
    sets = make_sets(shingles, compared, executor)

    say("verification")
    found: list[npt.NDArray[np.int64]] = []
    n_large = 0
    for band in bands:
        buckets[band], large = _split_large(buckets[band])
        for members in large:
            hashes[members, band] = NO_BUCKET  # pairs are left to the other bands
        found += executor.map(lambda m: verify_large(sets, settings.threshold, m), large)
        n_large += len(large)
    found += executor.map(
        lambda band: _verify_band(sets, settings.threshold, hashes, band, buckets[band]), bands
    )
    pairs = _unique(np.concatenate(found))
    pairs = with_representatives(sets, settings.threshold, pairs)
    first, second, shared = pairs.T.copy()
    return Pairs(first, second, shared, sets.sizes[first], sets.sizes[second], banding, n_large)


def hash_texts(
    shingles: Shingles, settings: DuplicateSettings, banding: Banding, *, executor: Executor
) -> npt.NDArray[np.uint32]:
    """Return the band hashes of texts, shape (n_texts, bands); signatures are not kept.

    Args:
        shingles: Shingles of the texts.
        settings: The permutations.
        banding: Bands and rows.
        executor: Runs the blocks.
    """
    permutations = make_permutations(num_perm=settings.num_perm, seed=settings.seed)

    # A band's hashes lie together: buckets are looked for band by band.
    hashes = np.empty((banding.bands, len(shingles)), dtype=np.uint32)

    def hash_block(first: int) -> None:
        rows = slice(first, first + _TEXTS_SIGNED_AT_ONCE)
        signatures = sign(shingles.rows(rows.start, rows.stop), permutations)
        hashes[:, rows] = hash_bands(signatures, banding).T

    list(executor.map(hash_block, range(0, len(shingles), _TEXTS_SIGNED_AT_ONCE)))
    return hashes.T


def _split_large(buckets: Buckets) -> tuple[Buckets, list[npt.NDArray[np.int64]]]:
    """Take the buckets apart that are too large for comparing all pairs."""
    sizes = np.diff(buckets.starts)
    is_large = sizes > LARGEST_BUCKET
    if not is_large.any():
        return buckets, []
    large = [
        buckets.members[buckets.starts[b] : buckets.starts[b + 1]] for b in np.flatnonzero(is_large)
    ]
    members = buckets.members[np.repeat(~is_large, sizes)]
    return Buckets(members, np.append(0, np.cumsum(sizes[~is_large]))), large


def verify_large(
    sets: Shingles, threshold: float, members: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return the pairs of a large bucket's members with its representatives."""
    pairs = np.empty((len(members), 3), dtype=np.int64)
    representatives = np.empty(_REPRESENTATIVES, dtype=np.int64)
    verify = verify_representatives.sized(STEPS_PER_PAIR * len(members))
    n_pairs = verify(
        sets.values, sets.starts, sets.sizes, threshold, members, representatives, pairs
    )
    return pairs[:n_pairs]


def _verify_band(
    sets: Shingles,
    threshold: float,
    hashes: npt.NDArray[np.uint32],
    band: int,
    buckets: Buckets,
) -> npt.NDArray[np.int64]:
    """Return the pairs whose first shared bucket is of this band: first, second, shared."""
    sizes = np.diff(buckets.starts)
    n_candidates = int((sizes * (sizes - 1) // 2).sum())
    pairs = np.empty((min(n_candidates, _PAIRS_AT_ONCE), 3), dtype=np.int64)
    verify = verify_bucket_pairs.sized(STEPS_PER_PAIR * n_candidates)
    found = []
    bucket = 0
    while bucket < len(sizes):
        n_pairs, bucket = verify(
            sets.values, sets.starts, sets.sizes, threshold,
            hashes, band, buckets.members, buckets.starts, bucket, pairs,
        )  # fmt: skip
        found.append(pairs[:n_pairs].copy())
    return np.concatenate(found) if found else pairs


def with_representatives(
    sets: Shingles, threshold: float, pairs: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Add the pairs of each text with the representatives of the texts that it is paired with.

    Bands miss a pair now and then, and in a large bucket most pairs are not looked at. What two
    texts cannot tell of each other their neighbours can.
    """
    more = pairs_with_representatives(pairs, len(sets))
    if not len(more):
        return pairs
    verify_list.sized(STEPS_PER_PAIR * len(more))(
        sets.values, sets.starts, sets.sizes, threshold, more
    )
    return _unique(np.concatenate([pairs, more[more[:, 2] >= 0]]))


def pairs_with_representatives(pairs: npt.NDArray[np.int64], n_texts: int) -> npt.NDArray[np.int64]:
    """Return the pairs that `with_representatives` looks at: first, second, and room for a count.

    Args:
        pairs: First and second text of each pair known, shape (n_pairs, 2 or more).
        n_texts: Number of texts.
    """
    representatives = assign_representatives(pairs[:, 0], pairs[:, 1], n_texts)
    ends = np.concatenate([
        np.stack([representatives[pairs[:, 0]], pairs[:, 1]], axis=1),
        np.stack([representatives[pairs[:, 1]], pairs[:, 0]], axis=1),
    ])  # fmt: skip
    ends.sort(axis=1)
    keys = ends[:, 0] * n_texts + ends[:, 1]
    new = distinct(keys[ends[:, 0] < ends[:, 1]])
    new = new[~np.isin(new, pairs[:, 0] * n_texts + pairs[:, 1], assume_unique=True)]
    return np.stack([new // n_texts, new % n_texts, np.zeros_like(new)], axis=1)


def _unique(pairs: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the pairs sorted, each once."""
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    return pairs[run_starts(pairs[:, 0], pairs[:, 1])]
