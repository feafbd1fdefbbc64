"""Direction: what two times of publication say, and what they do not."""

from __future__ import annotations

import numpy as np
import pytest

from dedup import Corpus
from dedup.reuse.direction import DIRECTIONS, REASONS, direct

DAY, NEXT = "2026-03-01", "2026-03-02"
MIDNIGHT, NOON, NEXT_MIDNIGHT = f"{DAY}T00:00:00Z", f"{DAY}T12:00:00Z", f"{NEXT}T00:00:00Z"

# Origin, target, and whether it is said that the target took from the origin.
PAIRS = [
    (MIDNIGHT, NOON, True),
    (NOON, NEXT_MIDNIGHT, True),
    (NOON, MIDNIGHT, False),
    (NOON, NOON, False),
    (f"{DAY}T12:00:00.000001Z", f"{DAY}T12:00:00.000002Z", True),
    (f"{DAY}T13:30:00+02:00", NOON, True),
    (f"{DAY}T12:30:00+02:00", f"{DAY}T10:30:00Z", False),
    (DAY, NEXT, True),
    (NEXT, DAY, False),
    (DAY, DAY, False),
    (DAY, NOON, False),
    (NOON, DAY, False),
    (MIDNIGHT, DAY, False),
    (DAY, f"{DAY}T23:59:59.999999Z", False),
    (DAY, NEXT_MIDNIGHT, True),
    (NOON, NEXT, True),
    (NEXT_MIDNIGHT, DAY, False),
    (None, NOON, False),
    (NOON, None, False),
    (None, DAY, False),
    (DAY, None, False),
    (None, None, False),
]


@pytest.mark.parametrize(("origin", "target", "is_directed"), PAIRS)
def test_only_times_that_do_not_overlap_direct(
    origin: str | None, target: str | None, is_directed: bool
) -> None:
    times = {"origin": origin, "target": target}
    corpus = Corpus.from_records(
        {"id": name, "text": "Rain fell.", "published": time} for name, time in times.items()
    )
    directions, reasons = direct(corpus, np.array([1]), np.array([0]))
    expected = ("directed", "time") if is_directed else ("undirected", "none")
    assert expected == (DIRECTIONS[directions[0]], REASONS[reasons[0]])


def test_at_most_one_of_two_ways_is_directed() -> None:
    times = [*sorted({time for pair in PAIRS for time in pair[:2] if time}), None]
    corpus = Corpus.from_records({"text": "Rain fell.", "published": time} for time in times)
    one, other = (rows.ravel() for rows in np.indices((len(times), len(times))))
    there, back = direct(corpus, one, other)[0], direct(corpus, other, one)[0]
    directed = DIRECTIONS.index("directed")
    assert not ((there == directed) & (back == directed)).any()


def test_no_pairs_give_empty_arrays() -> None:
    corpus = Corpus.from_records([{"text": "Rain fell.", "published": DAY}])
    none = np.empty(0, dtype=np.int64)
    assert [0, 0] == [len(array) for array in direct(corpus, none, none)]
