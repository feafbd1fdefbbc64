"""Links to equal runs: the longest stretches of equal words that go through linked fingerprints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.stream import BREAK, Integers
from dedup.reuse.worth import SHORT_CASE
from dedup.text import Kernel

# Runs through one word that are followed, those first that shift words least. News has tens; of a
# phrase that two documents repeat ten thousand times there are twenty thousand, each as long as
# the text.
_RUNS_AT_A_WORD = 256


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
