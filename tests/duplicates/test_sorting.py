"""Sorting hashes: whatever they are, they come out as numpy sorts them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.duplicates.sorting import sort_hashes

HASHES = st.lists(st.integers(0, 2**32 - 1) | st.sampled_from([0, 7, 8, 2**32 - 1]), max_size=40)


@given(hashes=HASHES, shift=st.sampled_from([0, 32]))
def test_hashes_are_sorted_as_numpy_sorts_them(hashes: list[int], shift: int) -> None:
    values = np.array(hashes, dtype=np.uint64) << np.uint64(shift)
    values |= np.arange(len(values), dtype=np.uint64) if shift else np.uint64(0)
    found = np.empty_like(values)
    sort_hashes.interpret(values, shift, np.empty(len(values) + 1, dtype=np.int64), found)
    assert np.sort(values).tolist() == found.tolist()


@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
def test_compiled_sorting_equals_numpy(dtype: type[np.unsignedinteger]) -> None:
    values = np.random.default_rng(3).integers(0, 1 << 32, 5_000, dtype=np.uint32)
    values[::7] = values[0]
    shift = 8 * np.dtype(dtype).itemsize - 32
    values = values.astype(dtype) << dtype(shift)
    found = np.empty_like(values)
    sort_hashes.compiled(values, shift, np.empty(len(values) + 1, dtype=np.int64), found)
    np.testing.assert_array_equal(np.sort(values), found)
