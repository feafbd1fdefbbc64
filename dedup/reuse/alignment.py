"""Links to cases: spans of two documents that tell the same in the same words.

Seed and extend, word by word: linked fingerprints grow to the longest equal run; runs that follow
each other in both documents chain over small gaps; the ends of a chain grow past edits; chains
that lie close to each other in both documents merge. A sentence with a word changed stays one
case, and so does a paragraph whose sentences changed places.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.columns import (
    FREQUENCY,
    LONGEST,
    MATCHED,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    REORDERED,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.marks import SENTENCE
from dedup.reuse.stream import BREAK, Integers
from dedup.reuse.worth import SHORT_CASE, is_worth_reporting
from dedup.text import Kernel

CHAIN_GAP = 12  # words between two runs of a chain, on both sides
_REACH = 2  # times its own words that a run may lie from its chain
MERGE_GAP = 25  # words between two chains that merge: about 150 characters
_MERGED_SHARE = 0.5  # share of equal words that is left when chains merge
_END_GAP = 8  # words between a chain's end and the anchor that it grows to
_TAIL = 5  # words between a chain's end and that of its sentence that it takes in
_ANCHOR = 3  # equal words that make an anchor
_LOOK_BACK = 16  # chains of a pair of documents that a run may join
# Runs through one word that are followed, those first that shift words least. News has tens; of a
# phrase that two documents repeat ten thousand times there are twenty thousand, each as long as
# the text.
_RUNS_AT_A_WORD = 256


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
def run_frequency(
    targets: Integers, frequency: npt.NDArray[np.int32], start: int, end: int, shortest: int
) -> int:
    """Return how many documents have what a run says, by the fingerprints in it.

    Which of a short run's fingerprints are kept hangs on the words around it, so the rarest tells
    too little, and the most common counts; a longer run has some that tell in any case.
    """
    least, most = np.int64(1 << 40), np.int64(1)
    i = np.searchsorted(targets, start)
    while i < len(targets) and targets[i] + shortest <= end:
        least = min(least, np.int64(frequency[i]))
        most = max(most, np.int64(frequency[i]))
        i += 1
    return int(most if end - start < SHORT_CASE else min(least, most))


@Kernel
def likeliest_first(
    document_starts: Integers, document: int, targets: Integers, origins: Integers, order: Integers
) -> Integers:
    """Return links that are in the order of their diagonals, those first that shift words least.

    Up to `_RUNS_AT_A_WORD` diagonals stay as they are.
    """
    n_diagonals = 1
    for i in range(1, len(order)):
        one, other = order[i - 1], order[i]
        n_diagonals += targets[one] - origins[one] != targets[other] - origins[other]
    if n_diagonals <= _RUNS_AT_A_WORD:
        return order
    shifts = np.empty(len(order), dtype=np.int64)
    for i in range(len(order)):
        t, o = targets[order[i]], origins[order[i]]
        origin = np.searchsorted(document_starts, o, side="right") - 1
        shifts[i] = abs((t - document_starts[document]) - (o - document_starts[origin]))
    return order[np.argsort(shifts, kind="mergesort")]


@Kernel
def find_runs(
    terms: npt.NDArray[np.int32],
    document_starts: Integers,
    document: int,
    targets: Integers,
    origins: Integers,
    frequency: npt.NDArray[np.int32],
    shortest: int,
    runs: Integers,
) -> int:
    """Write the longest equal runs through one document's links; return how many.

    Rows are target start, origin start, length, frequency and origin document, sorted by origin
    document and target start.
    """
    start = document_starts[document]
    keys = np.empty(len(targets), dtype=np.int64)
    for i in range(len(targets)):
        keys[i] = (targets[i] - origins[i]) << 29 | (targets[i] - start)
    order = np.argsort(keys)
    order = likeliest_first(document_starts, document, targets, origins, order)
    found = np.empty((len(targets), 5), dtype=np.int64)
    covered = np.zeros(document_starts[document + 1] - start, dtype=np.int32)
    n_runs = 0
    diagonal, end = np.int64(-1), np.int64(-1)
    for i in order:
        t, o = targets[i], origins[i]
        if (t - o == diagonal and t < end) or covered[t - start] >= _RUNS_AT_A_WORD:
            continue
        first = 0
        while terms[t - first - 1] != BREAK and terms[t - first - 1] == terms[o - first - 1]:
            first += 1
        last = 0
        while terms[t + last] != BREAK and terms[t + last] == terms[o + last]:
            last += 1
        if first + last < shortest:  # fingerprints of different words
            continue
        diagonal, end = t - o, t + last
        covered[t - first - start : end - start] += 1
        found[n_runs, 0] = t - first
        found[n_runs, 1] = o - first
        found[n_runs, 2] = first + last
        found[n_runs, 3] = run_frequency(targets, frequency, t - first, t + last, shortest)
        found[n_runs, 4] = np.searchsorted(document_starts, o, side="right") - 1
        n_runs += 1
    by_origin = np.empty(n_runs, dtype=np.int64)
    for r in range(n_runs):
        by_origin[r] = found[r, 4] << 29 | (found[r, 0] - start)
    order = np.argsort(by_origin, kind="mergesort")
    for r in range(n_runs):
        runs[r] = found[order[r]]
    return n_runs


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
        for total in range(2 * _END_GAP + 1):
            for a in range(max(0, total - _END_GAP), min(total, _END_GAP) + 1):
                i, j = grown[0] + step * a + shift, grown[1] + step * (total - a) + shift
                n = 0
                while (
                    0 <= i + step * n < len(terms)
                    and 0 <= j + step * n < len(terms)
                    and terms[i + step * n] != BREAK
                    and terms[i + step * n] == terms[j + step * n]
                ):
                    n += 1
                if n < _ANCHOR:
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
def chain_runs(
    terms: npt.NDArray[np.int32], runs: Integers, first: int, last: int, cases: Integers
) -> int:
    """Chain the runs of one pair of documents; write the chains, return how many."""
    row = np.empty(CHAIN_GAP + 1, dtype=np.int64)
    n_cases = 0
    for r in range(first, last):
        t, o, length = runs[r, 0], runs[r, 1], runs[r, 2]
        best, best_gap, best_trim = -1, 2 * CHAIN_GAP + 1, 0
        inside = False
        for c in range(n_cases - 1, max(n_cases - _LOOK_BACK, 0) - 1, -1):
            if (
                t >= cases[c, TARGET_START]
                and t + length <= cases[c, TARGET_END]
                and o >= cases[c, ORIGIN_START]
                and o + length <= cases[c, ORIGIN_END]
            ):
                inside = True
                break
            t_gap, o_gap = t - cases[c, TARGET_END], o - cases[c, ORIGIN_END]
            trim = max(0, -t_gap, -o_gap)
            if trim >= length or trim > _ANCHOR + cases[c, MATCHED] // 2:
                continue
            t_gap, o_gap = t_gap + trim, o_gap + trim
            reach = min(CHAIN_GAP, _REACH * length)  # a short run does not vouch for a long gap
            if t_gap <= reach and o_gap <= reach and t_gap + o_gap < best_gap:
                best, best_gap, best_trim = c, t_gap + o_gap, trim
        if inside:
            continue
        if best < 0:
            cases[n_cases, TARGET_START] = t
            cases[n_cases, TARGET_END] = t + length
            cases[n_cases, ORIGIN_START] = o
            cases[n_cases, ORIGIN_END] = o + length
            cases[n_cases, MATCHED] = length
            cases[n_cases, LONGEST] = length
            cases[n_cases, FREQUENCY] = runs[r, 3]
            cases[n_cases, ORIGIN] = runs[r, 4]
            cases[n_cases, REORDERED] = 0
            n_cases += 1
            continue
        case = cases[best]
        case[MATCHED] += (
            length
            - best_trim
            + common_words(
                terms, case[TARGET_END], t + best_trim, case[ORIGIN_END], o + best_trim, row
            )
        )
        case[TARGET_END] = t + length
        case[ORIGIN_END] = o + length
        case[LONGEST] = max(case[LONGEST], length)
        case[FREQUENCY] = min(case[FREQUENCY], runs[r, 3])
    return n_cases


@Kernel
def origin_gap(case: Integers, other: Integers) -> int:
    """Return how many words lie between the origins' spans of two cases; negative if shared."""
    first = max(case[ORIGIN_START], other[ORIGIN_START])
    return int(first - min(case[ORIGIN_END], other[ORIGIN_END]))


@Kernel
def merge_cases(cases: Integers, n_cases: int, gap: int) -> int:
    """Merge the cases of one pair of documents that lie close on both sides; return how many."""
    merged = True
    while merged:
        merged = False
        kept = 0
        for c in range(n_cases):
            into, matched = -1, 0
            for k in range(kept - 1, max(kept - 2 * _LOOK_BACK, 0) - 1, -1):
                t_gap = max(cases[c, TARGET_START], cases[k, TARGET_START]) - min(
                    cases[c, TARGET_END], cases[k, TARGET_END]
                )
                o_gap = origin_gap(cases[c], cases[k])
                reach = min(gap, _REACH * min(cases[k, MATCHED], cases[c, MATCHED]))
                if t_gap > reach or o_gap > reach:
                    continue
                # What overlaps is counted once.
                matched = cases[k, MATCHED] + cases[c, MATCHED] + min(t_gap, o_gap, 0)
                matched = max(matched, cases[k, MATCHED], cases[c, MATCHED])
                longer = max(
                    max(cases[c, TARGET_END], cases[k, TARGET_END])
                    - min(cases[c, TARGET_START], cases[k, TARGET_START]),
                    max(cases[c, ORIGIN_END], cases[k, ORIGIN_END])
                    - min(cases[c, ORIGIN_START], cases[k, ORIGIN_START]),
                )
                if matched >= _MERGED_SHARE * longer:
                    into = k
                    break
            if into < 0:
                cases[kept] = cases[c]
                kept += 1
                continue
            merged = True
            cases[into, MATCHED] = matched
            t_ahead = cases[c, TARGET_START] > cases[into, TARGET_START]
            o_ahead = cases[c, ORIGIN_START] > cases[into, ORIGIN_START]
            is_apart = origin_gap(cases[c], cases[into]) >= 0
            if cases[c, REORDERED] > 0 or (is_apart and t_ahead != o_ahead):
                cases[into, REORDERED] = 1
            cases[into, TARGET_START] = min(cases[into, TARGET_START], cases[c, TARGET_START])
            cases[into, TARGET_END] = max(cases[into, TARGET_END], cases[c, TARGET_END])
            cases[into, ORIGIN_START] = min(cases[into, ORIGIN_START], cases[c, ORIGIN_START])
            cases[into, ORIGIN_END] = max(cases[into, ORIGIN_END], cases[c, ORIGIN_END])
            cases[into, LONGEST] = max(cases[into, LONGEST], cases[c, LONGEST])
            cases[into, FREQUENCY] = min(cases[into, FREQUENCY], cases[c, FREQUENCY])
        n_cases = kept
    return n_cases


@Kernel
def align_documents(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    rarity: npt.NDArray[np.float32],
    document_starts: Integers,
    targets: Integers,
    origins: Integers,
    frequency: npt.NDArray[np.int32],
    starts: Integers,
    first: int,
    last: int,
    shingle_words: int,
    min_run_words: int,
    cases: Integers,
) -> int:
    """Write the cases of documents first to last as targets; return how many."""
    n_cases = 0
    grown = np.empty(3, dtype=np.int64)
    row = np.empty(_TAIL + 1, dtype=np.int64)
    for document in range(first, last):
        a, b = starts[document], starts[document + 1]
        if a == b:
            continue
        runs = np.empty((b - a, 5), dtype=np.int64)
        n_runs = find_runs(
            terms, document_starts, document, targets[a:b], origins[a:b], frequency[a:b],
            shingle_words, runs,
        )  # fmt: skip
        r = 0
        while r < n_runs:
            r_end = r + 1
            while r_end < n_runs and runs[r_end, 4] == runs[r, 4]:
                r_end += 1
            own = cases[n_cases:]
            n_own = chain_runs(terms, runs, r, r_end, own)
            for c in range(n_own):
                case = own[c]
                if case[LONGEST] >= min_run_words:
                    grow(terms, case[TARGET_END], case[ORIGIN_END], 1, grown)
                    case[TARGET_END], case[ORIGIN_END] = grown[0], grown[1]
                    case[MATCHED] += grown[2]
                    grow(terms, case[TARGET_START], case[ORIGIN_START], -1, grown)
                    case[TARGET_START], case[ORIGIN_START] = grown[0], grown[1]
                    case[MATCHED] += grown[2]
                    finish_end(terms, marks, case, row)
                    finish_start(terms, marks, case, row)
            n_own = merge_cases(own, n_own, MERGE_GAP)
            for c in range(n_own):
                if is_worth_reporting(own[c], terms, marks, rarity, min_run_words):
                    cases[n_cases] = own[c]
                    n_cases += 1
            r = r_end
    return n_cases
