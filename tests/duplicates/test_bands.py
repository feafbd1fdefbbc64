"""Bands: the recall curve, the target, and what to do when it is out of reach."""

from __future__ import annotations

import itertools
import random
import re

import pytest

from dedup import ConfigError
from dedup.config import DuplicateSettings
from dedup.duplicates import Banding, choose_banding

THRESHOLDS = [0.05, 0.3, 0.5, 0.6, 0.7, 0.85, 0.95, 1.0]
NUM_PERMS = [16, 64, 128, 256, 500]
TARGETS = [0.5, 0.9, 0.98, 0.999]


def banding_for(threshold: float, num_perm: int, target_recall: float) -> Banding:
    return choose_banding(
        DuplicateSettings(threshold=threshold, num_perm=num_perm, target_recall=target_recall)
    )


@pytest.mark.parametrize(("bands", "rows"), [(1, 1), (32, 4), (25, 5), (1, 128), (128, 1)])
def test_recall_is_the_chance_of_one_equal_band(bands: int, rows: int) -> None:
    for jaccard in (0.0, 0.2, 0.5, 0.6, 0.99, 1.0):
        no_band = 1.0
        for _ in range(bands):
            no_band *= 1 - jaccard**rows
        assert pytest.approx(1 - no_band, abs=1e-12) == Banding(bands, rows).recall(jaccard)


def test_recall_agrees_with_drawn_signatures() -> None:
    rng = random.Random(1)
    banding = Banding(bands=20, rows=5)
    drawn = [
        any(all(rng.random() < 0.6 for _ in range(5)) for _ in range(20)) for _ in range(20_000)
    ]
    assert pytest.approx(banding.recall(0.6), abs=0.015) == sum(drawn) / len(drawn)


@pytest.mark.parametrize("target", TARGETS)
def test_target_is_reached_with_the_most_rows_that_reach_it(target: float) -> None:
    n_reached = 0
    for threshold, num_perm in itertools.product(THRESHOLDS, NUM_PERMS):
        reaching = [
            rows for rows in range(1, num_perm + 1)
            if 1 - (1 - threshold**rows) ** (num_perm // rows) >= target
        ]  # fmt: skip
        if reaching:
            banding = banding_for(threshold, num_perm, target)
            assert (num_perm // max(reaching), max(reaching)) == (banding.bands, banding.rows)
            assert banding.recall(threshold) >= target
            n_reached += 1
    assert n_reached > len(THRESHOLDS) * len(NUM_PERMS) / 2


@pytest.mark.parametrize(
    ("threshold", "num_perm", "target"),
    [(0.6, 4, 0.98), (0.5, 5, 0.98), (0.1, 16, 0.9), (0.02, 128, 0.98), (0.9, 1, 0.95)],
)
def test_unreachable_target_names_the_least_number_that_would_do(
    threshold: float, num_perm: int, target: float
) -> None:
    match = rf"num_perm {num_perm} finds at most .* at threshold {threshold}, below .* {target}"
    with pytest.raises(ConfigError, match=match) as error:
        banding_for(threshold, num_perm, target)
    found = re.search(r"num_perm (\d+) would do", str(error.value))
    assert found is not None
    enough = int(found[1])
    banding_for(threshold, enough, target)
    with pytest.raises(ConfigError, match=f"num_perm {enough} would do"):
        banding_for(threshold, enough - 1, target)


def test_unreachable_target_states_the_recall_that_is_reached() -> None:
    with pytest.raises(ConfigError, match=r"finds at most 0\.969 of the pairs at threshold 0\.5"):
        banding_for(0.5, 5, 0.98)


def test_remedy_is_one_that_the_settings_accept() -> None:
    with pytest.raises(ConfigError) as error:
        banding_for(0.0005, 128, 0.98)
    numbers = [int(number) for number in re.findall(r"num_perm (\d+) would do", str(error.value))]
    assert [] == [number for number in numbers if number > 4096]
