"""Chosen cases to what is said of them: how alike their words are, and whether they are quoted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.columns import ORIGIN_END, ORIGIN_START, TARGET_END, TARGET_START
from dedup.reuse.stream import BREAK, Integers
from dedup.reuse.worth import quoted_share
from dedup.text import Kernel


@Kernel
def span_cosine(
    terms: npt.NDArray[np.int32],
    idf: npt.NDArray[np.float32],
    start: int,
    end: int,
    other_start: int,
    other_end: int,
) -> float:
    """Return the TF-IDF cosine of two spans of the stream."""
    a, b = np.sort(terms[start:end]), np.sort(terms[other_start:other_end])
    product, left, right = 0.0, 0.0, 0.0
    i, j = 0, 0
    while i < len(a) or j < len(b):
        if j == len(b) or (i < len(a) and a[i] < b[j]):
            term = a[i]
        else:
            term = b[j]
        n_a, n_b = 0, 0
        while i < len(a) and a[i] == term:
            n_a += 1
            i += 1
        while j < len(b) and b[j] == term:
            n_b += 1
            j += 1
        if term != BREAK:
            weight = np.float64(idf[term]) * np.float64(idf[term])
            product += n_a * n_b * weight
            left += n_a * n_a * weight
            right += n_b * n_b * weight
    return min(product / np.sqrt(left * right), 1.0) if product > 0 else 0.0


@Kernel
def measure_rows(
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    idf: npt.NDArray[np.float32],
    cases: Integers,
    cosines: npt.NDArray[np.float64],
    quoted: npt.NDArray[np.float64],
    n_words: Integers,
) -> None:
    """Write cosine and, shape (n, 2), quoted share and words of both sides of each case."""
    for c in range(len(cases)):
        t_start, t_end = cases[c, TARGET_START], cases[c, TARGET_END]
        o_start, o_end = cases[c, ORIGIN_START], cases[c, ORIGIN_END]
        cosines[c] = span_cosine(terms, idf, t_start, t_end, o_start, o_end)
        quoted[c, 0] = quoted_share(marks, t_start, t_end)
        quoted[c, 1] = quoted_share(marks, o_start, o_end)
        n_words[c] = 0
        for i in range(t_start, t_end):
            n_words[c, 0] += terms[i] != BREAK
        for i in range(o_start, o_end):
            n_words[c, 1] += terms[i] != BREAK
