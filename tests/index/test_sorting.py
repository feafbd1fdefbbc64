"""Entries in order: what spreads them gives what sorting gives, compiled and not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.index import sorting
from dedup.index.entries import FINGERPRINT_BITS, pick_entries
from dedup.index.sorting import join_entries, make_entries, spread_entries

# Some hashes have many documents, others differ in what no digit tells, or lie far apart.
HASHES = st.sampled_from([0, 7, 2**31, 2**31 + 1, 2**32 - 1]) | st.integers(0, 2**32 - 1)
PAIRS = st.lists(st.tuples(HASHES, st.integers(0, 60) | st.just(2**32 - 1)), max_size=200)


@pytest.mark.parametrize("twin", [spread_entries.interpret, spread_entries.compiled])
@given(PAIRS)
def test_entries_are_sorted_and_each_is_there_once(
    twin: Callable[..., int], pairs: list[tuple[int, int]]
) -> None:
    hashes = np.array([pair[0] for pair in pairs], dtype=np.uint32)
    numbers = np.array([pair[1] for pair in pairs], dtype=np.int64)
    entries = join_entries(hashes, numbers)
    places = np.zeros((2, sorting._DIGITS), dtype=np.int64)
    n_distinct = twin(entries, places, np.empty_like(entries))
    expected = sorted({h << 32 | n for h, n in pairs})
    assert expected == entries[:n_distinct].tolist()
    assert expected == make_entries(hashes, numbers).tolist()


def test_many_entries_are_sorted_in_whatever_order_they_come() -> None:
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 1 << 32, 40_000, dtype=np.uint32)
    hashes[:9_000] = 5
    numbers = rng.permutation(40_000)
    expected = sorted((h << 32 | n) for h, n in zip(hashes.tolist(), numbers.tolist(), strict=True))
    assert expected == make_entries(hashes, numbers).tolist()
    strided = np.stack([hashes, hashes], axis=1)[:, 1]
    assert expected == make_entries(strided, numbers).tolist()


@pytest.mark.parametrize(
    "twin", [pick_entries.source, pick_entries.interpret, pick_entries.compiled]
)
@given(st.lists(st.tuples(HASHES, st.integers(0, 3)), max_size=60))
def test_every_fingerprint_belongs_to_one_list(
    twin: Callable[..., int], found: list[tuple[int, int]]
) -> None:
    fingerprints = np.array([pair[0] for pair in found], dtype=np.uint32)
    rows = np.array([pair[1] for pair in found], dtype=np.uint32)
    numbers = np.array([10, 2**32 - 1, 7, 0])
    entries = join_entries(fingerprints, numbers[rows]).tolist()
    for part in range(1 << FINGERPRINT_BITS):
        picked = np.empty(len(found), dtype=np.uint64)
        n = twin(fingerprints, rows, numbers, part, picked)
        expected = [entry for entry in entries if entry >> (64 - FINGERPRINT_BITS) == part]
        assert expected == picked[:n].tolist()
