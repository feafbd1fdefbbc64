"""Entries in order, in time linear in their number: their hashes are as good as evenly spread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.runs import run_starts
from dedup.text import Kernel

Entries = npt.NDArray[np.uint64]

_32 = np.uint64(32)
_WORTH_SPREADING = 1 << 15  # entries; fewer are sorted as fast by numpy, with nothing to load
_DIGITS = 1 << 11  # as many places as are written to in turn without leaving the cache
_LOW = np.uint64(_DIGITS - 1)
_FIRST, _SECOND = np.uint64(42), np.uint64(53)  # where the two digits of an entry's hash start
_FEW = 32


def make_entries(hashes: npt.NDArray[np.uint32], numbers: npt.NDArray[np.int64]) -> Entries:
    """Return the entries of hashes and numbers, sorted, each once."""
    return sort_entries(join_entries(hashes, numbers))


def join_entries(hashes: npt.NDArray[np.uint32], numbers: npt.NDArray[np.int64]) -> Entries:
    """Return the entries of hashes and numbers as they come."""
    entries: Entries = hashes.astype(np.uint64)
    entries <<= _32
    entries |= numbers.view(np.uint64)
    return entries


def sort_entries(entries: Entries) -> Entries:
    """Sort entries in place, and return a view of them with each once."""
    if len(entries) < _WORTH_SPREADING:
        entries.sort()
        return entries[run_starts(entries)]
    places = np.zeros((2, _DIGITS), dtype=np.int64)
    spread = spread_entries.sized(5 * len(entries))
    return entries[: spread(entries, places, np.empty_like(entries))]


@Kernel
def spread_entries(entries: Entries, places: npt.NDArray[np.int64], scratch: Entries) -> int:
    """Sort entries, and leave each once at the start; return how many.

    They are spread twice by a digit of their hash, the lower one first, which leaves in order all
    but the few with both digits equal; and a hash that many documents have mostly comes in order.
    """
    for entry in entries:
        places[0, (entry >> _FIRST) & _LOW] += 1
        places[1, entry >> _SECOND] += 1
    first, second = 0, 0
    for d in range(_DIGITS):
        places[0, d], first = first, first + places[0, d]
        places[1, d], second = second, second + places[1, d]
    for entry in entries:
        digit = (entry >> _FIRST) & _LOW
        scratch[places[0, digit]] = entry
        places[0, digit] += 1
    for entry in scratch:
        digit = entry >> _SECOND
        entries[places[1, digit]] = entry
        places[1, digit] += 1

    n_distinct, start = 0, 0
    while start < len(entries):
        end = start + 1
        in_order = True
        while end < len(entries) and entries[end] >> _FIRST == entries[start] >> _FIRST:
            in_order &= entries[end - 1] <= entries[end]
            end += 1
        if not in_order and end - start > _FEW:
            entries[start:end].sort()
        elif not in_order:
            for i in range(start + 1, end):
                entry = entries[i]
                j = i
                while j > start and entries[j - 1] > entry:
                    entries[j] = entries[j - 1]
                    j -= 1
                entries[j] = entry
        for i in range(start, end):
            if n_distinct == 0 or entries[n_distinct - 1] != entries[i]:
                entries[n_distinct] = entries[i]
                n_distinct += 1
        start = end
    return n_distinct
