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

from dedup.reuse.alignment import common_words, origin_gap
from dedup.reuse.columns import (
    FREQUENCY,
    LONGEST,
    MATCHED,
    N_COLUMNS,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.marks import ASIDE, ASIDE_WEIGHT
from dedup.reuse.stream import BREAK, Integers
from dedup.text import Kernel

RANK = N_COLUMNS  # a further column of the cases chosen: 1 for the best origin of a span
HEAD = N_COLUMNS + 1  # and where in the stream that span starts
N_CHOSEN_COLUMNS = N_COLUMNS + 2

MOST_ORIGINS = 10  # of one span
_COVERS = 0.9  # share of the longest case's words that a document must have to be its origin
_GIVES = 0.8  # share of what the most generous of these gives the target in all
_OVERLAPS = 0.5  # share of a chosen span that a further origin of it covers
_MOST_CASES = 400  # of one document that compete: the longest
_SEARCHED = 40  # words around its likely place where a cut span's origin is looked for
_ANCHOR = 3  # words in a row that both spans have where a cut span begins and ends
_ALIGNED = 1 << 18  # most pairs of words that are compared to count what a cut span shares
_JOINED = 1 << 20  # the same for cases that are joined


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
    while into[TARGET_START] < into[TARGET_END] and not has_anchor(
        terms, into[TARGET_START], 1, into[ORIGIN_START], into[ORIGIN_END]
    ):
        into[TARGET_START] += 1
    while into[TARGET_START] < into[TARGET_END] and not has_anchor(
        terms, into[TARGET_END] - 1, -1, into[ORIGIN_START], into[ORIGIN_END]
    ):
        into[TARGET_END] -= 1
    while into[ORIGIN_START] < into[ORIGIN_END] and not has_anchor(
        terms, into[ORIGIN_START], 1, into[TARGET_START], into[TARGET_END]
    ):
        into[ORIGIN_START] += 1
    while into[ORIGIN_START] < into[ORIGIN_END] and not has_anchor(
        terms, into[ORIGIN_END] - 1, -1, into[TARGET_START], into[TARGET_END]
    ):
        into[ORIGIN_END] -= 1
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
            t_gap = max(case[TARGET_START], into[TARGET_START]) - min(
                case[TARGET_END], into[TARGET_END]
            )
            if (
                t_gap > gap
                or origin_gap(case, into) > gap
                or (t_gap > 0 and lies_between(every, first, last, case, into))
            ):
                continue
            into[TARGET_START] = min(into[TARGET_START], case[TARGET_START])
            into[TARGET_END] = max(into[TARGET_END], case[TARGET_END])
            into[ORIGIN_START] = min(into[ORIGIN_START], case[ORIGIN_START])
            into[ORIGIN_END] = max(into[ORIGIN_END], case[ORIGIN_END])
            into[FREQUENCY] = min(into[FREQUENCY], case[FREQUENCY])
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
