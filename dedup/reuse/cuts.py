"""Cases cut where a part of their target goes to another one: what of the origin is left then."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.columns import (
    HEAD,
    LONGEST,
    MATCHED,
    N_COLUMNS,
    ORIGIN_END,
    ORIGIN_START,
    RANK,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.ends import common_words
from dedup.reuse.stream import Integers
from dedup.text import Kernel

_SEARCHED = 40  # words around its likely place where a cut span's origin is looked for
_ANCHOR = 3  # words in a row that both spans have where a cut span begins and ends
_ALIGNED = 1 << 18  # most pairs of words that are compared to count what a cut span shares


@Kernel
def find_cut(terms: npt.NDArray[np.int32], case: Integers, cut: int) -> int:
    """Return where in the origin lies what a word of the target, inside the case, is equal to."""
    t_length = case[TARGET_END] - case[TARGET_START]
    o_length = case[ORIGIN_END] - case[ORIGIN_START]
    likely = case[ORIGIN_START] + (cut - case[TARGET_START]) * o_length // t_length
    best, best_length = int(likely), 1
    for distance in range(_SEARCHED):
        for sign in range(-1, 2, 2):
            o = likely + sign * distance
            if not case[ORIGIN_START] <= o < case[ORIGIN_END]:
                continue
            n = 0
            while (
                cut + n < case[TARGET_END]
                and o + n < case[ORIGIN_END]
                and n < _SEARCHED
                and terms[cut + n] == terms[o + n]
            ):
                n += 1
            if n > best_length:
                best, best_length = o, n
    return best


@Kernel
def has_anchor(terms: npt.NDArray[np.int32], word: int, step: int, start: int, end: int) -> bool:
    """Whether a word and those after it (or before it) stand together in a span, too."""
    n = min(_ANCHOR, end - start)
    for i in range(start, end):
        equal = 0
        while (
            equal < n
            and start <= i + step * equal < end
            and terms[i + step * equal] == terms[word + step * equal]
        ):
            equal += 1
        if equal == n:
            return True
    return False


@Kernel
def trim(
    terms: npt.NDArray[np.int32],
    case: Integers,
    start: int,
    end: int,
    other_start: int,
    other_end: int,
) -> None:
    """Shorten one span of a case until it begins and ends with words that the other one has.

    `start` to `other_end` are the columns of the two spans.
    """
    while case[start] < case[end] and not has_anchor(
        terms, case[start], 1, case[other_start], case[other_end]
    ):
        case[start] += 1
    while case[start] < case[end] and not has_anchor(
        terms, case[end] - 1, -1, case[other_start], case[other_end]
    ):
        case[end] -= 1


@Kernel
def cut_case(
    terms: npt.NDArray[np.int32], case: Integers, start: int, end: int, into: Integers
) -> bool:
    """Write a case of which only target words from start to before end are kept.

    Returns whether anything is left of it.
    """
    into[:N_COLUMNS] = case[:N_COLUMNS]
    if start <= case[TARGET_START] and end >= case[TARGET_END]:
        return True
    if start > case[TARGET_START]:
        into[ORIGIN_START] = find_cut(terms, case, start)
        into[TARGET_START] = start
    if end < case[TARGET_END]:
        into[ORIGIN_END] = max(find_cut(terms, case, end - 1) + 1, into[ORIGIN_START] + 1)
        into[TARGET_END] = end
    # Both spans begin and end with words that the other has.
    trim(terms, into, TARGET_START, TARGET_END, ORIGIN_START, ORIGIN_END)
    trim(terms, into, ORIGIN_START, ORIGIN_END, TARGET_START, TARGET_END)
    n_target = into[TARGET_END] - into[TARGET_START]
    n_origin = into[ORIGIN_END] - into[ORIGIN_START]
    if n_target <= 0 or n_origin <= 0:
        return False
    if n_target * n_origin <= _ALIGNED:
        into[MATCHED] = common_words(
            terms, into[TARGET_START], into[TARGET_END], into[ORIGIN_START], into[ORIGIN_END],
            np.empty(n_origin + 1, dtype=np.int64),
        )  # fmt: skip
    else:
        whole = case[TARGET_END] - case[TARGET_START]
        into[MATCHED] = min(case[MATCHED] * n_target // whole, n_target, n_origin)
    into[LONGEST] = min(into[LONGEST], into[MATCHED])
    return bool(2 * into[MATCHED] >= min(n_target, n_origin))


@Kernel
def part_cases(terms: npt.NDArray[np.int32], shortest: int, cases: Integers) -> int:
    """Part cases that overlap, of one target document as of another; return how many are left.

    Cases are sorted by target start. The later one gives way; what is too short then, goes.
    """
    n_kept = 0
    for c in range(len(cases)):
        start, end = cases[c, TARGET_START], cases[c, TARGET_END]
        free = max(start, cases[n_kept - 1, TARGET_END]) if n_kept > 0 else start
        if end - free < min(shortest, end - start):
            continue
        head = cases[c, HEAD]
        is_left = cut_case(terms, cases[c].copy(), free, end, cases[n_kept])
        cases[n_kept, RANK], cases[n_kept, HEAD] = 1, head
        is_long = cases[n_kept, TARGET_END] - cases[n_kept, TARGET_START] >= shortest
        if free == start or (is_left and is_long):
            n_kept += 1
    return n_kept
