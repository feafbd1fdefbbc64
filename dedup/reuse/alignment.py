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
from dedup.reuse.ends import ANCHOR, common_words, extend_ends
from dedup.reuse.equal_runs import find_runs
from dedup.reuse.stream import Integers
from dedup.reuse.worth import is_worth_reporting
from dedup.text import Kernel

CHAIN_GAP = 12  # words between two runs of a chain, on both sides
_REACH = 2  # times its own words that a run may lie from its chain
MERGE_GAP = 25  # words between two chains that merge: about 150 characters
_MERGED_SHARE = 0.5  # share of equal words that is left when chains merge
_LOOK_BACK = 16  # chains of a pair of documents that a run may join


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
            if trim >= length or trim > ANCHOR + cases[c, MATCHED] // 2:
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
def target_gap(case: Integers, other: Integers) -> int:
    """Return how many words lie between the targets' spans of two cases; negative if shared."""
    first = max(case[TARGET_START], other[TARGET_START])
    return int(first - min(case[TARGET_END], other[TARGET_END]))


@Kernel
def origin_gap(case: Integers, other: Integers) -> int:
    """Return how many words lie between the origins' spans of two cases; negative if shared."""
    first = max(case[ORIGIN_START], other[ORIGIN_START])
    return int(first - min(case[ORIGIN_END], other[ORIGIN_END]))


@Kernel
def widen(case: Integers, other: Integers) -> None:
    """Let a case span what another one spans, too; it is as rare as the rarer of them."""
    case[TARGET_START] = min(case[TARGET_START], other[TARGET_START])
    case[TARGET_END] = max(case[TARGET_END], other[TARGET_END])
    case[ORIGIN_START] = min(case[ORIGIN_START], other[ORIGIN_START])
    case[ORIGIN_END] = max(case[ORIGIN_END], other[ORIGIN_END])
    case[FREQUENCY] = min(case[FREQUENCY], other[FREQUENCY])


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
                t_gap = target_gap(cases[c], cases[k])
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
            widen(cases[into], cases[c])
            cases[into, LONGEST] = max(cases[into, LONGEST], cases[c, LONGEST])
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
                    extend_ends(terms, marks, case)
            n_own = merge_cases(own, n_own, MERGE_GAP)
            for c in range(n_own):
                if is_worth_reporting(own[c], terms, marks, rarity, min_run_words):
                    cases[n_cases] = own[c]
                    n_cases += 1
            r = r_end
    return n_cases
