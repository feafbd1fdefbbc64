"""Cases to origins: for each span of a document the one it most likely comes from, and others.

The longest case is asked about first. Of the documents that have nearly as much of its words, and
that nearly as much of the whole target comes from, the one that the target names is the origin, or
else the earliest; then the longest of what is left. What letters are furnished with (the line that
says whom they quote, signatures) counts little in this: answers to one letter share it, and none
of them is the other's origin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.columns import (
    HEAD,
    MATCHED,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    RANK,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.cuts import cut_case
from dedup.reuse.marks import ASIDE, ASIDE_WEIGHT
from dedup.reuse.stream import BREAK, Integers
from dedup.text import Kernel

MOST_ORIGINS = 10  # of one span
_COVERS = 0.9  # share of the longest case's words that a document must have to be its origin
_GIVES = 0.8  # share of what the most generous of these gives the target in all
_OVERLAPS = 0.5  # share of a chosen span that a further origin of it covers
_MOST_CASES = 400  # of one document that compete: the longest


@Kernel
def free_stretch(
    taken: npt.NDArray[np.bool_], free: npt.NDArray[np.float64], start: int, first: int, last: int
) -> tuple[int, int]:
    """Return the heaviest stretch of words of a span of which none is taken."""
    best_first, best_last, most = first, first, -1.0
    i = first
    while i < last:
        while i < last and taken[i - start]:
            i += 1
        j = i
        while j < last and not taken[j - start]:
            j += 1
        weight = free[j - start] - free[i - start]
        if i < j and weight > most:
            best_first, best_last, most = i, j, weight
        i = j
    return best_first, best_last


@Kernel
def matched_share(case: Integers) -> float:
    """Return the share of a case's target that its origin has, at most 1."""
    return float(min(case[MATCHED] / (case[TARGET_END] - case[TARGET_START]), 1.0))


@Kernel
def weigh_words(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    cases: Integers,
    start: int,
    end: int,
) -> npt.NDArray[np.float64]:
    """Return what each word of terms[start:end] weighs where origins compete for it."""
    weights = np.empty(end - start, dtype=np.float64)
    for i in range(start, end):
        weight = ASIDE_WEIGHT if marks[i] & ASIDE else 1.0
        weights[i - start] = 0.0 if terms[i] == BREAK else weight
    for c in range(len(cases)):  # a signature shows as such where it was written
        t_length = cases[c, TARGET_END] - cases[c, TARGET_START]
        o_length = cases[c, ORIGIN_END] - cases[c, ORIGIN_START]
        for i in range(t_length):
            if marks[cases[c, ORIGIN_START] + i * o_length // t_length] & ASIDE:
                word = cases[c, TARGET_START] + i - start
                weights[word] = min(weights[word], ASIDE_WEIGHT)
    return weights


@Kernel
def sum_given(
    cases: Integers,
    live: npt.NDArray[np.bool_],
    sums: npt.NDArray[np.float64],
    start: int,
    end: int,
    base: int,
    given: npt.NDArray[np.float64],
) -> float:
    """Write for each case how much of words start to before end its document gives, in all.

    `sums` has the weights summed up to each word, from word `base` on. Returns the most.
    """
    most = 0.0
    c = 0
    while c < len(cases):  # cases of one origin follow each other
        first_of_origin, total = c, 0.0
        reach = start  # what an origin says twice, it gives once
        while c < len(cases) and cases[c, ORIGIN] == cases[first_of_origin, ORIGIN]:
            first, last = max(cases[c, TARGET_START], reach), min(cases[c, TARGET_END], end)
            if live[c] and first < last:
                total += matched_share(cases[c]) * (sums[last - base] - sums[first - base])
                reach = last
            c += 1
        given[first_of_origin:c] = total
        most = max(most, total)
    return most


@Kernel
def pick_case(
    cases: Integers,
    named: Integers,
    live: npt.NDArray[np.bool_],
    given: npt.NDArray[np.float64],
    shared: npt.NDArray[np.float64],
    free: npt.NDArray[np.float64],
    longest: int,
    base: int,
) -> int:
    """Return the case whose document is the likeliest origin of the longest one's words.

    Of the documents that have nearly as much of these, those that nearly as much of the whole
    target comes from; of them the one that the target names first, else the earliest.
    """
    start, end = cases[longest, TARGET_START], cases[longest, TARGET_END]
    most_shared = sum_given(cases, live, free, start, end, base, shared)
    most_given = 0.0
    for c in range(len(cases)):
        if shared[c] >= _COVERS * most_shared:
            most_given = max(most_given, given[c])
    best, best_length = -1, 0.0
    for c in range(len(cases)):
        first, last = max(cases[c, TARGET_START], start), min(cases[c, TARGET_END], end)
        if (
            not live[c]
            or first >= last
            or shared[c] < _COVERS * most_shared
            or given[c] < _GIVES * most_given
        ):
            continue
        length = free[last - base] - free[first - base]
        if (
            best < 0
            or named[c] < named[best]
            or (named[c] == named[best] and cases[c, ORIGIN] < cases[best, ORIGIN])
            or (cases[c, ORIGIN] == cases[best, ORIGIN] and length > best_length)
        ):
            best, best_length = c, length
    return best


@Kernel
def write_others(
    terms: npt.NDArray[np.int32],
    cases: Integers,
    origin: int,
    whole: npt.NDArray[np.float64],
    base: int,
    room: npt.NDArray[np.float64],
    chosen: Integers,
) -> int:
    """Write further origins of the span in the first row of `chosen` behind it; return the rows."""
    n_chosen = 1
    first, last = chosen[0, TARGET_START], chosen[0, TARGET_END]
    length = whole[last - base] - whole[first - base]
    for c in range(len(cases)):
        room[c] = 0.0
        if cases[c, ORIGIN] != origin:
            a, b = max(cases[c, TARGET_START], first), min(cases[c, TARGET_END], last)
            if a < b:
                room[c] = whole[b - base] - whole[a - base]
    while n_chosen < MOST_ORIGINS:
        other = int(np.argmax(room))
        if room[other] < _OVERLAPS * length:
            break
        a, b = max(cases[other, TARGET_START], first), min(cases[other, TARGET_END], last)
        if cut_case(terms, cases[other], a, b, chosen[n_chosen]):
            chosen[n_chosen, RANK] = n_chosen + 1
            chosen[n_chosen, HEAD] = chosen[0, HEAD]
            n_chosen += 1
        for c in range(len(cases)):  # an origin document once
            if cases[c, ORIGIN] == cases[other, ORIGIN]:
                room[c] = 0.0
    return n_chosen


@Kernel
def choose_document_origins(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    cases: Integers,
    named: Integers,
    shortest: int,
    chosen: Integers,
) -> int:
    """Write the cases of one target document that are best for a span, and others behind them."""
    n_chosen = 0
    start, end = cases[0, TARGET_START], cases[0, TARGET_END]
    for c in range(1, len(cases)):
        start, end = min(start, cases[c, TARGET_START]), max(end, cases[c, TARGET_END])
    weights = weigh_words(terms, marks, cases, start, end)
    taken = np.zeros(end - start, dtype=np.bool_)
    whole = np.zeros(end - start + 1, dtype=np.float64)  # summed up to each word
    free = np.zeros(end - start + 1, dtype=np.float64)
    left = np.zeros(end - start + 1, dtype=np.int64)  # words not taken, whatever they weigh
    for i in range(end - start):
        whole[i + 1] = whole[i] + weights[i]
    live = np.ones(len(cases), dtype=np.bool_)
    given = np.empty(len(cases), dtype=np.float64)
    room = np.empty(len(cases), dtype=np.float64)
    sum_given(cases, live, whole, start, end, start, given)
    if len(cases) > _MOST_CASES:
        lengths = whole[cases[:, TARGET_END] - start] - whole[cases[:, TARGET_START] - start]
        live[np.argsort(-lengths, kind="mergesort")[_MOST_CASES:]] = False
    while True:
        for i in range(end - start):
            free[i + 1] = free[i] + (0.0 if taken[i] else weights[i])
            left[i + 1] = left[i] + (not taken[i] and weights[i] > 0)
        longest, most = -1, 0.0
        for c in range(len(cases)):
            if live[c]:
                first, last = cases[c, TARGET_START] - start, cases[c, TARGET_END] - start
                length = (free[last] - free[first]) * matched_share(cases[c])
                if left[last] - left[first] < shortest:
                    live[c] = False  # what is free only shrinks
                elif length > most:
                    longest, most = c, length
        if longest < 0:
            return n_chosen
        best = pick_case(cases, named, live, given, room, free, longest, start)
        first, last = cases[best, TARGET_START], cases[best, TARGET_END]
        first, last = free_stretch(taken, free, start, first, last)
        is_left = cut_case(terms, cases[best], first, last, chosen[n_chosen])
        first, last = chosen[n_chosen, TARGET_START], chosen[n_chosen, TARGET_END]
        if not is_left or last - first < shortest:
            live[best] = False
            continue
        chosen[n_chosen, RANK] = 1
        chosen[n_chosen, HEAD] = first
        taken[first - start : last - start] = True
        n_chosen += write_others(
            terms, cases, cases[best, ORIGIN], whole, start, room, chosen[n_chosen:]
        )


@Kernel
def choose_origins(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    cases: Integers,
    named: Integers,
    starts: Integers,
    shortest: int,
    chosen: Integers,
) -> int:
    """Choose for every target document; its cases lie from starts[i] to starts[i + 1]."""
    n_chosen = 0
    for document in range(len(starts) - 1):
        if starts[document] < starts[document + 1]:
            first, last = starts[document], starts[document + 1]
            n_chosen += choose_document_origins(
                terms, marks, cases[first:last], named[first:last], shortest, chosen[n_chosen:]
            )
    return n_chosen
