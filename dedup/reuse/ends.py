"""The ends of cases: grown past edits, and to the ends of the sentences that they stop short of."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.columns import MATCHED, ORIGIN_END, ORIGIN_START, TARGET_END, TARGET_START
from dedup.reuse.marks import SENTENCE
from dedup.reuse.stream import BREAK, Integers
from dedup.text import Kernel

_GAP = 8  # words between a chain's end and the anchor that it grows to
_TAIL = 5  # words between a chain's end and that of its sentence that it takes in
ANCHOR = 3  # equal words that make an anchor


@Kernel
def common_words(
    terms: npt.NDArray[np.int32], i: int, i_end: int, j: int, j_end: int, row: Integers
) -> int:
    """Return the length of the longest common subsequence of two spans.

    `row` has room for one more than the words of the second.
    """
    n = j_end - j
    row[: n + 1] = 0
    for a in range(i, i_end):
        diagonal = 0
        for b in range(n):
            above = row[b + 1]
            if terms[a] == terms[j + b] and terms[a] != BREAK:
                row[b + 1] = diagonal + 1
            elif row[b] > above:
                row[b + 1] = row[b]
            diagonal = above
    return int(row[n])


@Kernel
def grow(terms: npt.NDArray[np.int32], t: int, o: int, step: int, grown: Integers) -> None:
    """Grow one end of a chain past edits, to where an anchor of equal words follows.

    Writes the new ends and the number of words matched on the way to `grown`.
    """
    grown[0], grown[1], grown[2] = t, o, 0
    shift = 0 if step > 0 else -1  # the word after an end is at it, the word before a start is not
    going = True
    while going:
        going = False
        for total in range(2 * _GAP + 1):
            for a in range(max(0, total - _GAP), min(total, _GAP) + 1):
                i, j = grown[0] + step * a + shift, grown[1] + step * (total - a) + shift
                n = 0
                while (
                    0 <= i + step * n < len(terms)
                    and 0 <= j + step * n < len(terms)
                    and terms[i + step * n] != BREAK
                    and terms[i + step * n] == terms[j + step * n]
                ):
                    n += 1
                if n < ANCHOR:
                    continue
                crosses = False  # a break
                for b in range(a):
                    if terms[grown[0] + step * b + shift] == BREAK:
                        crosses = True
                for b in range(total - a):
                    if terms[grown[1] + step * b + shift] == BREAK:
                        crosses = True
                if crosses:
                    continue
                grown[0] += step * (a + n)
                grown[1] += step * (total - a + n)
                grown[2] += n
                going = True
                break
            if going:
                break


@Kernel
def finish_end(
    terms: npt.NDArray[np.int32], marks: npt.NDArray[np.uint8], case: Integers, row: Integers
) -> None:
    """Take in the last words of a sentence or paragraph, if both sides end in the same word."""
    t, o = case[TARGET_END], case[ORIGIN_END]
    t_last, o_last = t, o
    while terms[t_last] != BREAK and (t_last == t or not marks[t_last] & SENTENCE):
        t_last += 1
    while terms[o_last] != BREAK and (o_last == o or not marks[o_last] & SENTENCE):
        o_last += 1
    if marks[t] & SENTENCE or marks[o] & SENTENCE:
        return
    if (
        0 < t_last - t <= _TAIL
        and 0 < o_last - o <= _TAIL
        and terms[t_last - 1] == terms[o_last - 1]
    ):
        case[MATCHED] += common_words(terms, t, t_last, o, o_last, row)
        case[TARGET_END], case[ORIGIN_END] = t_last, o_last


@Kernel
def finish_start(
    terms: npt.NDArray[np.int32], marks: npt.NDArray[np.uint8], case: Integers, row: Integers
) -> None:
    """Take in the first words of a sentence or paragraph, if both sides begin with the same."""
    t, o = case[TARGET_START], case[ORIGIN_START]
    if marks[t] & SENTENCE or marks[o] & SENTENCE:
        return
    t_first, o_first = t, o
    while t_first > 0 and terms[t_first] != BREAK and not marks[t_first] & SENTENCE:
        t_first -= 1
    while o_first > 0 and terms[o_first] != BREAK and not marks[o_first] & SENTENCE:
        o_first -= 1
    if terms[t_first] != BREAK and terms[t_first] == terms[o_first]:
        if t - t_first <= _TAIL and o - o_first <= _TAIL:
            case[MATCHED] += common_words(terms, t_first, t, o_first, o, row)
            case[TARGET_START], case[ORIGIN_START] = t_first, o_first


@Kernel
def extend_ends(terms: npt.NDArray[np.int32], marks: npt.NDArray[np.uint8], case: Integers) -> None:
    """Extend a case on both sides."""
    grown = np.empty(3, dtype=np.int64)
    row = np.empty(_TAIL + 1, dtype=np.int64)
    grow(terms, case[TARGET_END], case[ORIGIN_END], 1, grown)
    case[TARGET_END], case[ORIGIN_END] = grown[0], grown[1]
    case[MATCHED] += grown[2]
    grow(terms, case[TARGET_START], case[ORIGIN_START], -1, grown)
    case[TARGET_START], case[ORIGIN_START] = grown[0], grown[1]
    case[MATCHED] += grown[2]
    finish_end(terms, marks, case, row)
    finish_start(terms, marks, case, row)
