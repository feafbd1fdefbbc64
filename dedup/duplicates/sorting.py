"""Hashes in order, in time linear in their number: they are as good as evenly spread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.text import Kernel

_32 = np.uint64(32)


@Kernel
def sort_hashes(
    given: npt.NDArray[np.unsignedinteger],
    shift: int,
    places: npt.NDArray[np.int64],
    own: npt.NDArray[np.unsignedinteger],
) -> None:
    """Write values sorted: each where its hash lets expect it, and mended by insertion.

    Equal values, and those that are in order already, cost nothing more, however many they are.

    Args:
        given: The values.
        shift: By how many bits a value's 32-bit hash is shifted to the left in it.
        places: Scratch, longer than `given` by one.
        own: Where to, as long as `given`.
    """
    n = np.uint64(len(given))
    places[: len(given) + 1] = 0
    for value in given:
        slot = int(((np.uint64(value) >> np.uint64(shift)) * n) >> _32)
        places[slot + 1] += 1
    for slot in range(len(given)):
        places[slot + 1] += places[slot]
    for value in given:
        slot = int(((np.uint64(value) >> np.uint64(shift)) * n) >> _32)
        own[places[slot]] = value
        places[slot] += 1
    for i in range(1, len(given)):
        value = own[i]
        j = i
        while j > 0 and own[j - 1] > value:
            own[j] = own[j - 1]
            j -= 1
        own[j] = value
