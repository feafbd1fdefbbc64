"""Bands and rows for a target recall, and the curve that they give.

A pair with Jaccard s agrees in one signature value with probability s, in a band of r rows with
s**r, and in at least one of b bands with 1 - (1 - s**r)**b.
(Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, ch. 3.4)
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from dedup.config import MAX_NUM_PERM, DuplicateSettings
from dedup.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Banding:
    """How signatures are cut into bands.

    Attributes:
        bands: Number of bands, b.
        rows: Signature values in a band, r.
    """

    bands: int
    rows: int

    def recall(self, jaccard: float) -> float:
        """Return the probability that a pair with this Jaccard becomes a candidate, in [0, 1].

        >>> round(Banding(bands=32, rows=4).recall(0.6), 3)
        0.988
        """
        return 1.0 - (1.0 - jaccard**self.rows) ** self.bands


def choose_banding(settings: DuplicateSettings) -> Banding:
    """Return the bands with the most rows whose recall at the threshold reaches the target.

    More rows let fewer pairs below the threshold through; all permutations are used, because a
    spare band only adds recall.

    Args:
        settings: Threshold, number of signature values, and target recall.

    Raises:
        ConfigError: If no banding reaches the target, with the number that would.

    >>> choose_banding(DuplicateSettings(threshold=0.7, num_perm=128, target_recall=0.98))
    Banding(bands=25, rows=5)
    """
    threshold, num_perm = settings.threshold, settings.num_perm
    target_recall = settings.target_recall
    for rows in range(num_perm, 0, -1):
        banding = Banding(bands=num_perm // rows, rows=rows)
        if banding.recall(threshold) >= target_recall:
            return banding
    enough = math.ceil(math.log1p(-target_recall) / math.log1p(-threshold))
    best = Banding(bands=num_perm, rows=1).recall(threshold)
    remedy = f"num_perm {enough} would do"
    if enough > MAX_NUM_PERM:
        remedy = "a higher threshold or a lower target_recall would do"
    raise ConfigError(
        f"num_perm {num_perm} finds at most {best:.3f} of the pairs at threshold {threshold},"
        f" below target_recall {target_recall}; {remedy}"
    )
