"""Passages that no shared run explains to cases told in other words."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.background import Background
from dedup.corpus import Passages
from dedup.reuse.columns import (
    MATCHED,
    N_COLUMNS,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.comparer import count_spans, make_vectors, make_vectors_by_frequency
from dedup.reuse.ends import common_words
from dedup.reuse.measures import span_cosine
from dedup.reuse.nearest import nearest_rows
from dedup.reuse.sentences import CASES_PER_PAIR, match_pairs
from dedup.reuse.stream import Integers, Stream
from dedup.runs import run_starts
from dedup.text import Kernel

_LEAST_WORDS = 12  # of a passage that is compared
NEAREST = 5  # passages that each is compared with, sentence by sentence
LEAST_COSINE = 0.25  # of such a passage
_EXPLAINED = 0.9  # share of a passage that is not looked at again
_OTHERS = 0.5  # share of a case that runs of another origin explain: it is theirs
_FAR = 5  # passages between two that are looked at together
_ALIKE = 0.5  # TF-IDF cosine of two spans of the same text
_SHORT = 30  # words below which they must be more alike, and share so many rare words' worth
_ALIKE_SHORT = 0.65
_RARE_WORDS = 4.0
_ADDS = 0.05  # share of words in order that sentences must add to what runs explain
_ADDED_WORDS = 3  # and so many words
_IN_ORDER = 0.28  # share of the longer one's words that the other has in the same order
_PAIRS_AT_ONCE = 2_000
_STEPS_PER_PAIR = 3_000


def find_paraphrases(
    stream: Stream,
    passages: Passages,
    owners: Integers,
    best: Integers,
    *,
    executor: Executor,
    background: Background | None = None,
) -> Integers:
    """Return the cases that sentences show and runs do not explain.

    Args:
        stream: The words.
        passages: The passages of the corpus.
        owners: For each document of the stream a number; documents of equal numbers are not
            compared.
        best: Cases that runs show, the best for each span.
        executor: Runs the blocks.
        background: The documents that are not at hand, if there are any; only what is new is then
            looked for.

    Returns:
        Cases by target document and origin document, their longest run 0.
    """
    rows = comparable_rows(stream.passages, passages)
    is_target = is_unexplained(stream, rows, best)
    if background is not None:
        is_target &= background.is_new[stream.rows[stream.documents[rows]]]
    targets = np.flatnonzero(is_target)
    if not len(targets):
        return np.empty((0, N_COLUMNS), dtype=np.int64)
    if background is None:
        vectors = make_vectors(
            stream.terms, stream.starts[rows], stream.ends[rows], len(stream.document_frequency)
        )
    else:
        weights = _count_with_old(stream, passages, rows, background)
        rows = rows[: targets[-1] + 1]  # nothing is taken from what comes later
        vectors = make_vectors_by_frequency(
            stream.terms, stream.starts[rows], stream.ends[rows], *weights
        )
    near, _ = nearest_rows(
        vectors, owners[stream.documents[rows]], targets,
        n_best=NEAREST, least=LEAST_COSINE, executor=executor,
    )  # fmt: skip
    return match_passages(stream, rows[near], best, executor=executor)


def is_unexplained(stream: Stream, rows: Integers, best: Integers) -> npt.NDArray[np.bool_]:
    """Return of which passages the best cases explain too little to leave them at that.

    Args:
        stream: The words.
        rows: Numbers of body passages in the stream.
        best: Cases that runs show, the best for each span.
    """
    starts, ends = stream.starts[rows], stream.ends[rows]
    n_explained = count_covered(best[:, TARGET_START], best[:, TARGET_END], starts, ends)
    is_left: npt.NDArray[np.bool_] = n_explained < _EXPLAINED * (ends - starts)
    return is_left


def count_covered(
    span_starts: Integers, span_ends: Integers, starts: Integers, ends: Integers
) -> Integers:
    """Return how many words of each stretch lie in some span.

    Args:
        span_starts: Where each span starts, in any order; spans may overlap.
        span_ends: Where it ends.
        starts: Where each stretch starts.
        ends: Where it ends.
    """
    order = np.argsort(span_starts)
    span_ends = np.append(0, np.maximum.accumulate(span_ends[order]))
    # What is left of each span behind those before it: these overlap no more.
    span_starts = np.maximum(span_starts[order], span_ends[:-1])
    n_before = np.append(0, np.cumsum(span_ends[1:] - span_starts))

    def count_to(words: Integers) -> Integers:
        n_begun = np.searchsorted(span_starts, words)
        n_covered: Integers = n_before[n_begun] - np.maximum(span_ends[n_begun] - words, 0)
        return n_covered

    return count_to(ends) - count_to(starts)


def match_passages(
    stream: Stream, near: Integers, best: Integers, *, executor: Executor
) -> Integers:
    """Return the cases that the sentences of near passages show and runs do not explain.

    Args:
        stream: The words.
        near: Numbers of body passages in the stream, of which the second may be taken from, shape
            (n, 2).
        best: Cases that runs show, the best for each span.
        executor: Runs the blocks.

    Returns:
        Cases by target document and origin document, their longest run 0.
    """
    pairs = _regions(stream, near[:, 0], near[:, 1])

    match = match_pairs.sized(_STEPS_PER_PAIR * len(pairs))

    def match_block(first: int) -> Integers:
        own = pairs[first : first + _PAIRS_AT_ONCE]
        found = np.empty((CASES_PER_PAIR * len(own), N_COLUMNS), dtype=np.int64)
        n_found = match(stream.terms, stream.marks, own, found)
        return found[:n_found].copy()

    blocks = executor.map(match_block, range(0, len(pairs), _PAIRS_AT_ONCE))
    found = np.concatenate([np.empty((0, N_COLUMNS), np.int64), *blocks])
    found, n_own = _unexplained(stream, found, best)
    is_alike = np.empty(len(found), dtype=np.bool_)
    judge_cases.sized(_STEPS_PER_PAIR * len(found))(
        stream.terms, stream.idf, stream.rarity, found, n_own, is_alike
    )
    found = found[is_alike]
    order = np.lexsort(
        (found[:, TARGET_START], found[:, ORIGIN], stream.document_of(found[:, TARGET_START]))
    )
    return found[order]


def _count_with_old(
    stream: Stream, passages: Passages, rows: Integers, background: Background
) -> tuple[Integers, int]:
    """Return in how many passages, old and new, each term is, and how many these are."""
    # A text that an old document has, too, is counted there.
    texts = passages.texts[stream.passages]
    is_old = ~background.is_new[stream.rows[stream.documents]]
    new = rows[~np.isin(texts[rows], texts[is_old])]
    frequency = background.count_passages_with(stream.hashes)
    frequency += count_spans(stream.terms, stream.starts[new], stream.ends[new], len(stream.hashes))
    return frequency, background.n_passages + len(new)


def comparable_rows(body: Integers, passages: Passages) -> Integers:
    """Return which of the body passages are compared: one of each text, not the shortest."""
    texts = passages.texts[body]
    order = np.argsort(texts, kind="stable")
    rows = np.sort(order[run_starts(texts[order])])
    kept: Integers = rows[passages.n_words[body[rows]] >= _LEAST_WORDS]
    return kept


def long_rows(stream: Stream, rows: Integers) -> Integers:
    """Return those of some body passages that are not too short to be compared."""
    kept: Integers = rows[(stream.ends - stream.starts)[rows] >= _LEAST_WORDS]
    return kept


def _regions(stream: Stream, targets: Integers, origins: Integers) -> Integers:
    """Join the pairs of passages that lie near each other in the same two documents.

    Returns:
        Rows of target start and end, origin start and end (words), and origin document.
    """
    t_documents, o_documents = stream.documents[targets], stream.documents[origins]
    order = np.lexsort((targets, o_documents, t_documents))
    targets, origins = targets[order], origins[order]
    t_documents, o_documents = t_documents[order], o_documents[order]
    is_new = run_starts(t_documents, o_documents)
    is_new[1:] |= np.diff(targets) > _FAR
    is_new[1:] |= np.abs(np.diff(origins)) > 2 * _FAR
    firsts = np.flatnonzero(is_new)
    if not len(firsts):
        return np.empty((0, 5), dtype=np.int64)
    # A passage's neighbours belong to it: what was told in one paragraph may be told in two.
    bounds = []
    for of_side, documents in ((targets, t_documents), (origins, o_documents)):
        low = np.minimum.reduceat(of_side, firsts)
        high = np.maximum.reduceat(of_side, firsts)
        own = documents[firsts]
        low -= stream.documents[np.maximum(low - 1, 0)] == own
        low = np.maximum(low, 0)
        last = len(stream.documents) - 1
        high += (stream.documents[np.minimum(high + 1, last)] == own) & (high < last)
        bounds += [stream.starts[low], stream.ends[high]]
    return np.stack([*bounds, o_documents[firsts]], axis=1)


@Kernel
def judge_cases(
    terms: npt.NDArray[np.int32],
    idf: npt.NDArray[np.float32],
    rarity: npt.NDArray[np.float32],
    cases: Integers,
    n_own: Integers,
    is_alike: npt.NDArray[np.bool_],
) -> None:
    """Write whether the spans of each case share more than a subject: rare words, in their order.

    Where they do, the words that they share in order are the matched ones. `n_own` is the number
    of words of the target that runs of the same origin explain.
    """
    row = np.empty(1, dtype=np.int64)
    for c in range(len(cases)):
        t_start, t_end = cases[c, TARGET_START], cases[c, TARGET_END]
        o_start, o_end = cases[c, ORIGIN_START], cases[c, ORIGIN_END]
        if len(row) <= o_end - o_start:
            row = np.empty(2 * (o_end - o_start) + 1, dtype=np.int64)
        shorter = min(t_end - t_start, o_end - o_start)
        longer = max(t_end - t_start, o_end - o_start)
        cosine = span_cosine(terms, idf, t_start, t_end, o_start, o_end)
        least = _ALIKE if shorter >= _SHORT else _ALIKE_SHORT
        is_alike[c] = False
        if cosine < least:
            continue
        in_order = common_words(terms, t_start, t_end, o_start, o_end, row)
        if in_order < _IN_ORDER * longer:
            continue
        # A sentence around a quotation that runs explain adds nothing but its own words.
        if 2 * n_own[c] >= t_end - t_start and in_order < n_own[c] + max(
            _ADDS * longer, _ADDED_WORDS
        ):
            continue
        if shorter < _SHORT:
            shared = 0.0
            for i in range(t_start, t_end):
                for j in range(o_start, o_end):
                    if terms[i] == terms[j]:
                        shared += np.float64(rarity[terms[i]])
                        break
            if shared < _RARE_WORDS:
                continue
        is_alike[c] = True
        cases[c, MATCHED] = in_order


@Kernel
def count_explained(cases: Integers, best: Integers, starts: Integers, words: Integers) -> None:
    """Write for each case how many of its words the best cases explain, by origin.

    Column 0 of `words` counts those of the same origin document, column 1 those of others;
    best[starts[i]:starts[i + 1]] are the best cases of the case's target document.
    """
    for c in range(len(cases)):
        words[c] = 0
        for b in range(starts[c, 0], starts[c, 1]):
            shared = min(cases[c, TARGET_END], best[b, TARGET_END]) - max(
                cases[c, TARGET_START], best[b, TARGET_START]
            )
            if shared > 0:
                words[c, 0 if best[b, ORIGIN] == cases[c, ORIGIN] else 1] += shared


def _unexplained(stream: Stream, cases: Integers, best: Integers) -> tuple[Integers, Integers]:
    """Return the cases that runs do not explain already, or give to another origin.

    And for each the number of its words that runs of the same origin explain.
    """
    documents = stream.document_of(cases[:, TARGET_START])
    of_best = stream.document_of(best[:, TARGET_START])
    starts = np.stack(
        [np.searchsorted(of_best, documents), np.searchsorted(of_best, documents, side="right")],
        axis=1,
    )
    words = np.empty((len(cases), 2), dtype=np.int64)
    count_explained.sized(10 * len(cases))(cases, best, starts, words)
    lengths = cases[:, TARGET_END] - cases[:, TARGET_START]
    is_left = (words.sum(axis=1) < _EXPLAINED * lengths) & (words[:, 1] < _OTHERS * lengths)
    return cases[is_left], words[is_left, 0]
