"""Two documents to passages told in other words: sentences that match, and clusters of them.

Sentences are compared by TF-ISF cosine, weighted on the two documents alone, and by Dice; those
that match are seeds, seeds close to each other on both sides cluster, and a cluster counts if its
two fragments are alike as wholes. (Sanchez-Perez, Sidorov and Gelbukh, A winning approach to text
alignment for text reuse detection at PAN 2014, CLEF 2014)
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
from dedup.text import Kernel

CASES_PER_PAIR = 16  # at most
MOST_SENTENCES = 120  # of each document that are compared
_LEAST_COSINE = 0.30  # of a seed
_LEAST_DICE = 0.33
_MOST_GAP = 2  # sentences between seeds of a cluster
_LEAST_LIKENESS = 0.34  # cosine of a cluster's two fragments
_SURE_COSINE = 0.65  # of a seed that counts alone
_LEAST_WORDS = 12  # of a fragment


@Kernel
def split_sentences(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    start: int,
    end: int,
    sentences: Integers,
) -> int:
    """Write where the sentences of a span start, and the end behind them; return how many."""
    n = 0
    for i in range(start, end):
        if terms[i] == BREAK:
            continue
        if (marks[i] & SENTENCE) > 0 or n == 0:
            if n == MOST_SENTENCES:
                sentences[n] = i
                return n
            sentences[n] = i
            n += 1
    sentences[n] = end
    return n


@Kernel
def list_terms(
    terms: npt.NDArray[np.int32], sentences: Integers, n: int, first: int, entries: Integers
) -> int:
    """Write (term, sentence) of each sentence's words, numbered from `first`; return how many."""
    n_entries = 0
    for s in range(n):
        for i in range(sentences[s], sentences[s + 1]):
            if terms[i] != BREAK:
                entries[n_entries] = np.int64(terms[i]) << 20 | (first + s)
                n_entries += 1
    return n_entries


@Kernel
def compare_sentences(
    entries: Integers,
    n_target: int,
    n_origin: int,
    cosine: npt.NDArray[np.float64],
    dice: npt.NDArray[np.float64],
    merged: Integers,
    weights: npt.NDArray[np.float64],
) -> int:
    """Fill cosine and Dice of every sentence of one document with every one of the other.

    `entries` are sorted. Writes each (term, sentence) once to `merged` with its weight; returns
    how many there are.
    """
    n_sentences = n_target + n_origin
    norms = np.zeros(n_sentences, dtype=np.float64)
    sizes = np.zeros(n_sentences, dtype=np.int64)
    cosine[:n_target, :n_origin] = 0.0
    dice[:n_target, :n_origin] = 0.0
    mask = np.int64((1 << 20) - 1)
    n_merged = 0
    i = 0
    while i < len(entries):
        term = entries[i] >> 20
        head = n_merged
        while i < len(entries) and entries[i] >> 20 == term:
            if n_merged > head and merged[n_merged - 1] == entries[i]:
                weights[n_merged - 1] += 1.0
            else:
                merged[n_merged] = entries[i]
                weights[n_merged] = 1.0
                n_merged += 1
            i += 1
        isf = np.log(n_sentences / (n_merged - head))
        for a in range(head, n_merged):
            weights[a] *= isf
            s = merged[a] & mask
            norms[s] += weights[a] ** 2
            sizes[s] += 1
        for a in range(head, n_merged):
            s = merged[a] & mask
            if s >= n_target:
                break
            for b in range(n_merged - 1, a, -1):
                o = merged[b] & mask
                if o < n_target:
                    break
                cosine[s, o - n_target] += weights[a] * weights[b]
                dice[s, o - n_target] += 1.0
    for s in range(n_target):
        for o in range(n_origin):
            if cosine[s, o] > 0:
                cosine[s, o] /= np.sqrt(norms[s] * norms[n_target + o])
            dice[s, o] *= 2.0 / max(sizes[s] + sizes[n_target + o], 1)
    return n_merged


@Kernel
def cluster_seeds(seeds: Integers, n: int, gap: int, labels: Integers) -> None:
    """Split labelled seeds wherever more than `gap` sentences lie between two, on either side."""
    changed = True
    while changed:
        changed = False
        for side in range(2):
            order = np.argsort(labels[:n] << 20 | seeds[:n, side], kind="mergesort")
            label = -1
            before = -1
            next_label = labels[:n].max() + 1
            current = -1
            for k in range(n):
                i = order[k]
                if labels[i] != label:
                    label, current = labels[i], labels[i]
                elif seeds[i, side] - before - 1 > gap:
                    current = next_label
                    next_label += 1
                    changed = True
                before = seeds[i, side]
                labels[i] = current


@Kernel
def likeness(
    merged: Integers,
    weights: npt.NDArray[np.float64],
    n_merged: int,
    n_target: int,
    bounds: Integers,
) -> float:
    """Return the cosine of two fragments: sentences bounds[0]:[1] and bounds[2]:[3]."""
    mask = np.int64((1 << 20) - 1)
    product, left, right = 0.0, 0.0, 0.0
    i = 0
    while i < n_merged:
        term = merged[i] >> 20
        a, b = 0.0, 0.0
        while i < n_merged and merged[i] >> 20 == term:
            s = merged[i] & mask
            if s < n_target:
                if bounds[0] <= s < bounds[1]:
                    a += weights[i]
            elif bounds[2] <= s - n_target < bounds[3]:
                b += weights[i]
            i += 1
        product += a * b
        left += a * a
        right += b * b
    return product / np.sqrt(left * right) if product > 0 else 0.0


@Kernel
def match_sentences(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    target: tuple[int, int],
    origin: tuple[int, int],
    origin_document: int,
    cosine: npt.NDArray[np.float64],
    dice: npt.NDArray[np.float64],
    cases: Integers,
) -> int:
    """Write the cases of two spans that match by sentences; return how many."""
    t_sentences = np.empty(MOST_SENTENCES + 1, dtype=np.int64)
    o_sentences = np.empty(MOST_SENTENCES + 1, dtype=np.int64)
    n_target = split_sentences(terms, marks, target[0], target[1], t_sentences)
    n_origin = split_sentences(terms, marks, origin[0], origin[1], o_sentences)
    room = t_sentences[n_target] - t_sentences[0] + o_sentences[n_origin] - o_sentences[0]
    entries = np.empty(room, dtype=np.int64)
    n_entries = list_terms(terms, t_sentences, n_target, 0, entries)
    n_entries += list_terms(terms, o_sentences, n_origin, n_target, entries[n_entries:])
    entries = entries[:n_entries]
    entries.sort()
    merged = np.empty(n_entries, dtype=np.int64)
    weights = np.empty(n_entries, dtype=np.float64)
    n_merged = compare_sentences(entries, n_target, n_origin, cosine, dice, merged, weights)

    n_seeds = 0
    for s in range(n_target):
        for o in range(n_origin):
            n_seeds += cosine[s, o] > _LEAST_COSINE and dice[s, o] > _LEAST_DICE
    if n_seeds == 0:
        return 0
    seeds = np.empty((n_seeds, 2), dtype=np.int64)
    n = 0
    for s in range(n_target):
        for o in range(n_origin):
            if cosine[s, o] > _LEAST_COSINE and dice[s, o] > _LEAST_DICE:
                seeds[n, 0], seeds[n, 1] = s, o
                n += 1
    labels = np.zeros(n, dtype=np.int64)
    bounds = np.empty(4, dtype=np.int64)
    n_cases = 0
    gap = _MOST_GAP
    while n > 0 and gap >= 0:
        cluster_seeds(seeds, n, gap, labels)
        left = 0  # seeds of clusters that are not alike: a smaller gap may save a part
        for label in range(labels[:n].max() + 1):
            bounds[0], bounds[1], bounds[2], bounds[3] = n_target, 0, n_origin, 0
            size = 0
            surest = 0.0
            for i in range(n):
                if labels[i] == label:
                    size += 1
                    s, o = seeds[i, 0], seeds[i, 1]
                    bounds[0], bounds[1] = min(bounds[0], s), max(bounds[1], s + 1)
                    bounds[2], bounds[3] = min(bounds[2], o), max(bounds[3], o + 1)
                    surest = max(surest, cosine[s, o])
            if size == 0:
                continue
            if likeness(merged, weights, n_merged, n_target, bounds) <= _LEAST_LIKENESS:
                continue
            for i in range(n):
                if labels[i] == label:
                    labels[i] = -1
            t_start, t_end = t_sentences[bounds[0]], t_sentences[bounds[1]]
            o_start, o_end = o_sentences[bounds[2]], o_sentences[bounds[3]]
            while terms[t_end - 1] == BREAK:
                t_end -= 1
            while terms[o_end - 1] == BREAK:
                o_end -= 1
            # Two seeds of one sentence are one sentence that says what two said.
            is_several = min(bounds[1] - bounds[0], bounds[3] - bounds[2]) > 1
            if min(t_end - t_start, o_end - o_start) < _LEAST_WORDS:
                continue
            if surest < _SURE_COSINE and not (size > 1 and is_several):
                continue
            case = cases[n_cases]
            case[TARGET_START], case[TARGET_END] = t_start, t_end
            case[ORIGIN_START], case[ORIGIN_END] = o_start, o_end
            case[MATCHED], case[LONGEST], case[FREQUENCY] = 0, 0, 1
            case[ORIGIN], case[REORDERED] = origin_document, 0
            n_cases += 1
            if n_cases == len(cases):
                return n_cases
        for i in range(n):
            if labels[i] >= 0:
                seeds[left] = seeds[i]
                labels[left] = 0
                left += 1
        n = left
        gap -= 1
    return n_cases


@Kernel
def match_pairs(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    pairs: Integers,
    cases: Integers,
) -> int:
    """Write the cases of many pairs of spans; return how many.

    Rows of `pairs` are target start and end, origin start and end, and origin document.
    """
    cosine = np.empty((MOST_SENTENCES, MOST_SENTENCES), dtype=np.float64)
    dice = np.empty((MOST_SENTENCES, MOST_SENTENCES), dtype=np.float64)
    n_cases = 0
    for p in range(len(pairs)):
        room = min(len(cases) - n_cases, CASES_PER_PAIR)
        n_cases += match_sentences(
            terms, marks, (pairs[p, 0], pairs[p, 1]), (pairs[p, 2], pairs[p, 3]), pairs[p, 4],
            cosine, dice, cases[n_cases : n_cases + room],
        )  # fmt: skip
    return n_cases
