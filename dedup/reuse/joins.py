"""Cases that sentences show, joined with neighbours of the same two documents."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.alignment import origin_gap, target_gap, widen
from dedup.reuse.columns import (
    LONGEST,
    MATCHED,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.ends import common_words
from dedup.reuse.stream import Integers
from dedup.text import Kernel

_JOINED = 1 << 20  # most pairs of words that are compared to count what joined cases share


@Kernel
def lies_between(every: Integers, first: int, last: int, case: Integers, other: Integers) -> bool:
    """Whether some case of every[first:last] with another origin has words between two cases."""
    start = min(case[TARGET_END], other[TARGET_END])
    end = max(case[TARGET_START], other[TARGET_START])
    for e in range(first, last):
        if (
            every[e, ORIGIN] != case[ORIGIN]
            and every[e, TARGET_START] < end
            and every[e, TARGET_END] > start
        ):
            return True
    return False


@Kernel
def join_cases(
    terms: npt.NDArray[np.int32],
    every: Integers,
    documents: Integers,
    gap: int,
    cases: Integers,
) -> int:
    """Write the chosen cases, those that sentences show joined with neighbours; return how many.

    `every` has the cases sorted by target document, origin document and target start, `documents`
    the number of each one's target document; a longest run of 0 tells those that sentences show.
    """
    row = np.empty(1, dtype=np.int64)
    n_kept = 0
    first_of_pair, first, last = 0, 0, 0
    for c in range(len(every)):
        if c == 0 or documents[c] != documents[c - 1]:
            first = last = c
            while last < len(every) and documents[last] == documents[c]:
                last += 1
        if c == first or every[c, ORIGIN] != every[c - 1, ORIGIN]:
            first_of_pair = n_kept
        case = every[c]
        joined = False
        for k in range(n_kept - 1, first_of_pair - 1, -1):
            into = cases[k]
            if case[LONGEST] > 0 and into[LONGEST] > 0:
                continue
            t_gap = target_gap(case, into)
            if (
                t_gap > gap
                or origin_gap(case, into) > gap
                or (t_gap > 0 and lies_between(every, first, last, case, into))
            ):
                continue
            widen(into, case)
            into[MATCHED] = max(into[MATCHED], case[MATCHED])
            into[LONGEST] = 0  # its words are counted anew
            joined = True
            break
        if not joined:
            cases[n_kept] = case
            n_kept += 1
    for c in range(n_kept):
        if cases[c, LONGEST] == 0:
            n_target = cases[c, TARGET_END] - cases[c, TARGET_START]
            n_origin = cases[c, ORIGIN_END] - cases[c, ORIGIN_START]
            if n_target * n_origin <= _JOINED:
                if len(row) <= n_origin:
                    row = np.empty(2 * n_origin + 1, dtype=np.int64)
                matched = common_words(
                    terms, cases[c, TARGET_START], cases[c, TARGET_END],
                    cases[c, ORIGIN_START], cases[c, ORIGIN_END], row,
                )  # fmt: skip
                cases[c, MATCHED] = max(matched, cases[c, MATCHED])
            cases[c, LONGEST] = 1
    return n_kept
