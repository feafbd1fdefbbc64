"""Kernels of the search for reuse: the compiled twin gives what the plain source gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streams import as_terms

from dedup.reuse.alignment import CHAIN_GAP, chain_runs, merge_cases
from dedup.reuse.columns import (
    LONGEST,
    MATCHED,
    N_COLUMNS,
    ORIGIN_END,
    ORIGIN_START,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.ends import common_words, grow
from dedup.reuse.equal_runs import find_runs
from dedup.reuse.marks import SENTENCE
from dedup.reuse.measures import span_cosine
from dedup.reuse.nearest import cosine_of
from dedup.reuse.sentences import (
    MOST_SENTENCES,
    compare_sentences,
    list_terms,
    match_sentences,
    split_sentences,
)
from dedup.reuse.stream import BREAK
from dedup.text import Kernel

Terms = list[int]
Integers = npt.NDArray[np.int64]

TERMS = st.lists(st.integers(1, 4), min_size=1, max_size=30)
# Mostly shared, so that runs of every length occur.
BLOCKS = st.lists(
    st.sampled_from([[1, 2, 3, 4], [5, 6, 7], [8, 9], [10], [11], [BREAK]]), max_size=8
)
TEXTS = BLOCKS.map(lambda blocks: [term for block in blocks for term in block] or [1])


def by_both(kernel: Kernel[Any, Any], run: Callable[[Callable[..., Any]], Any]) -> tuple[Any, Any]:
    return run(kernel.interpret), run(kernel.compiled)


def longest_common_subsequence(one: Terms, other: Terms) -> int:
    """Return its length, by the textbook's table."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if a == b else max(table[i][j + 1], table[i + 1][j])
            )
    return table[-1][-1]


@given(TERMS, TERMS)
def test_common_words_are_a_longest_common_subsequence(one: Terms, other: Terms) -> None:
    terms = as_terms(one, other)
    start = len(one) + 2
    room = np.full(len(other) + 1, 99, dtype=np.int64)

    def run(kernel: Callable[..., Any]) -> int:
        return int(kernel(terms, 1, 1 + len(one), start, start + len(other), room.copy()))

    expected = longest_common_subsequence(one, other)
    assert (expected, expected) == by_both(common_words, run)


@given(TERMS, TERMS)
def test_common_words_of_an_empty_span_are_none(one: Terms, other: Terms) -> None:
    terms, room = as_terms(one, other), np.empty(len(other) + 1, dtype=np.int64)
    assert 0 == common_words.compiled(terms, 1, 1, len(one) + 2, len(terms) - 1, room)
    assert 0 == common_words.compiled(terms, 1, 1 + len(one), 1, 1, room)


def linked(one: Terms, other: Terms, k: int) -> tuple[npt.NDArray[np.int32], Integers, Integers]:
    """Return the terms of two documents and every place where they share k words."""
    terms = as_terms(one, other)
    second = len(one) + 2
    found = [
        (t, o)
        for t in range(second, len(terms) - k)
        for o in range(1, second - k)
        if BREAK not in terms[t : t + k] and (terms[t : t + k] == terms[o : o + k]).all()
    ]
    places = np.array(found, dtype=np.int64).reshape(-1, 2)
    return terms, places[:, 0].copy(), places[:, 1].copy()


@given(TEXTS, TEXTS, st.integers(2, 4))
def test_runs_are_the_longest_equal_ones_and_chain_alike(one: Terms, other: Terms, k: int) -> None:
    terms, targets, origins = linked(one, other, k)
    document_starts = np.array([1, len(one) + 2, len(terms)])
    frequency = np.full(len(targets), 2, dtype=np.int32)

    def run(kernel: Callable[..., Any]) -> list[list[int]]:
        runs = np.zeros((len(targets), 5), dtype=np.int64)
        n_runs = kernel(terms, document_starts, 1, targets, origins, frequency, k, runs)
        return [[int(value) for value in row] for row in runs[:n_runs]]

    found, compiled = by_both(find_runs, run)
    assert found == compiled
    assert [[2, 0]] * len(found) == [row[3:] for row in found]
    expected = {
        (t, o)
        for t, o in zip(targets.tolist(), origins.tolist(), strict=True)
        if (t - 1, o - 1) not in zip(targets.tolist(), origins.tolist(), strict=True)
    }
    assert sorted(expected) == sorted((t, o) for t, o, *_ in found)
    for t, o, n, *_ in found:
        assert terms[t : t + n].tolist() == terms[o : o + n].tolist()
        assert BREAK in terms[[t + n, o + n]] or terms[t + n] != terms[o + n]

    def chain(kernel: Callable[..., Any]) -> list[list[int]]:
        cases = np.zeros((len(found) + 1, N_COLUMNS), dtype=np.int64)
        rows = np.array(found, dtype=np.int64).reshape(-1, 5)
        return cases[: kernel(terms, rows, 0, len(rows), cases)].tolist()

    cases, compiled_cases = by_both(chain_runs, chain)
    assert cases == compiled_cases

    def merge(kernel: Callable[..., Any]) -> list[list[int]]:
        own = np.array(cases, dtype=np.int64).reshape(-1, N_COLUMNS)
        return own[: kernel(own, len(own), 4)].tolist()

    merged, compiled_merged = by_both(merge_cases, merge)
    assert merged == compiled_merged
    assert len(merged) <= len(cases) <= len(found)
    for case in merged:
        spans = (case[TARGET_START], case[TARGET_END]), (case[ORIGIN_START], case[ORIGIN_END])
        assert all(start < end for start, end in spans)
        shorter = min(end - start for start, end in spans)
        assert 0 < case[LONGEST] <= shorter
        assert 0 < case[MATCHED] <= shorter


def test_runs_over_a_small_gap_are_one_chain_and_over_a_large_one_two() -> None:
    shared, after = [1, 2, 3, 4, 5], [6, 7, 8, 9, 6, 8, 7]
    own, others = range(10, 10 + CHAIN_GAP), range(40, 40 + CHAIN_GAP)
    for more, expected in (([], 1), ([99], 2)):
        terms, targets, origins = linked(
            [*shared, *own, *after], [*shared, *others, *more, *after], 4
        )
        starts = np.array([1, len(shared) + len(own) + len(after) + 2, len(terms)])
        runs = np.zeros((len(targets), 5), dtype=np.int64)
        frequency = np.full(len(targets), 2, dtype=np.int32)
        n = find_runs.interpret(terms, starts, 1, targets, origins, frequency, 4, runs)
        cases = np.zeros((n, N_COLUMNS), dtype=np.int64)
        assert (2, expected) == (n, chain_runs.interpret(terms, runs, 0, n, cases))
        assert expected == np.count_nonzero(cases[:, MATCHED])


@given(TEXTS, TEXTS, st.sampled_from([1, -1]), st.data())
def test_ends_grow_to_equal_words_alike(
    one: Terms, other: Terms, step: int, data: st.DataObject
) -> None:
    terms = as_terms(one, other)
    t = data.draw(st.integers(len(one) + 2, len(terms) - 1))
    o = data.draw(st.integers(1, len(one) + 1))

    def run(kernel: Callable[..., Any]) -> list[int]:
        grown = np.zeros(3, dtype=np.int64)
        kernel(terms, t, o, step, grown)
        return [int(value) for value in grown]

    grown, compiled = by_both(grow, run)
    assert grown == compiled
    spans = [sorted((t, grown[0])), sorted((o, grown[1]))]
    assert all(BREAK not in terms[a:b] for a, b in spans)
    assert 0 <= grown[2] <= min(b - a for a, b in spans)


def marks_of(terms: npt.NDArray[np.int32], opens: set[int]) -> npt.NDArray[np.uint8]:
    return np.array(
        [SENTENCE if i in opens and t != BREAK else 0 for i, t in enumerate(terms)], dtype=np.uint8
    )


@given(TEXTS, TEXTS, st.sets(st.integers(0, 70), max_size=20))
def test_sentences_split_compare_and_match_alike(one: Terms, other: Terms, opens: set[int]) -> None:
    terms = as_terms(one, other)
    marks = marks_of(terms, opens)
    spans = (len(one) + 2, len(terms) - 1), (1, 1 + len(one))

    def split(kernel: Callable[..., Any]) -> list[list[int]]:
        both = []
        for start, end in spans:
            sentences = np.zeros(MOST_SENTENCES + 1, dtype=np.int64)
            n = kernel(terms, marks, start, end, sentences)
            both.append(sentences[: n + 1].tolist())
        return both

    bounds, compiled_bounds = by_both(split_sentences, split)
    assert bounds == compiled_bounds
    assert [end for _, end in spans] == [own[-1] for own in bounds]
    n_target, n_origin = (len(own) - 1 for own in bounds)
    entries = np.empty(len(terms), dtype=np.int64)
    n = list_terms.interpret(terms, np.array(bounds[0]), n_target, 0, entries)
    n += list_terms.interpret(terms, np.array(bounds[1]), n_origin, n_target, entries[n:])
    entries = np.sort(entries[:n])
    assert n == sum(term != BREAK for term in [*one, *other])

    def compare(kernel: Callable[..., Any]) -> list[Any]:
        likeness = np.zeros((2, max(n_target, 1), max(n_origin, 1)))
        merged, weights = np.zeros(n, dtype=np.int64), np.zeros(n)
        n_merged = kernel(entries, n_target, n_origin, *likeness, merged, weights)
        return [likeness.tolist(), merged.tolist()[:n_merged], weights.tolist()[:n_merged]]

    compared, compiled = by_both(compare_sentences, compare)
    assert compared == compiled
    assert all(0 <= value <= 1 + 1e-9 for row in compared[0] for line in row for value in line)

    def match(kernel: Callable[..., Any]) -> list[list[int]]:
        likeness = np.empty((2, MOST_SENTENCES, MOST_SENTENCES))
        cases = np.zeros((4, N_COLUMNS), dtype=np.int64)
        return cases[: kernel(terms, marks, *spans, 0, *likeness, cases)].tolist()

    if n_target and n_origin:
        cases, compiled_cases = by_both(match_sentences, match)
        assert cases == compiled_cases


def test_dice_of_sentences_is_that_of_their_sets() -> None:
    terms = as_terms([1, 2, 3], [1, 2, 2, 4, 5])
    entries = np.empty(8, dtype=np.int64)
    n = list_terms.interpret(terms, np.array([5, 10]), 1, 0, entries)
    list_terms.interpret(terms, np.array([1, 4]), 1, 1, entries[n:])
    likeness = np.zeros((2, 1, 1))
    room = np.zeros(8, dtype=np.int64), np.zeros(8)
    compare_sentences.interpret(np.sort(entries), 1, 1, *likeness, *room)
    assert pytest.approx(2 * 2 / (3 + 4)) == likeness[1, 0, 0]


# Weights that are no sums of powers of two: sums of them round.
IDF = np.array([0, *np.log(np.arange(2, 13) / 1.7)], dtype=np.float32)


def cosine_by_hand(one: Terms, other: Terms) -> float:
    a, b = (
        np.bincount([t for t in terms if t != BREAK], minlength=len(IDF)) * IDF.astype(np.float64)
        for terms in (one, other)
    )
    product = float(a @ b)
    return product / float(np.linalg.norm(a) * np.linalg.norm(b)) if product > 0 else 0.0


@given(TEXTS, TEXTS)
def test_cosine_of_spans_is_that_of_their_weighted_counts(one: Terms, other: Terms) -> None:
    terms = as_terms(one, other)
    cosine = span_cosine.compiled(terms, IDF, 1, 1 + len(one), len(one) + 2, len(terms) - 1)
    assert pytest.approx(cosine_by_hand(one, other), abs=1e-6) == cosine
    assert 0 <= cosine <= 1


@given(TEXTS, TEXTS)
def test_cosine_of_spans_compiled_equals_interpreted(one: Terms, other: Terms) -> None:
    terms = as_terms(one, other)

    def run(kernel: Callable[..., Any]) -> float:
        return float(kernel(terms, IDF, 1, 1 + len(one), len(one) + 2, len(terms) - 1))

    interpreted, compiled = by_both(span_cosine, run)
    assert interpreted == compiled


@given(TERMS, TERMS)
@settings(max_examples=50)
def test_cosine_of_rows_compiled_equals_interpreted(one: Terms, other: Terms) -> None:
    rows = [sorted({*one}), sorted({*other})]
    terms = np.array([*rows[0], *rows[1]], dtype=np.int32)
    weights = (IDF[terms] / np.float32(3)).astype(np.float32)

    def run(kernel: Callable[..., Any]) -> np.float32:
        return np.float32(kernel(terms, weights, 0, len(rows[0]), len(rows[0]), len(terms)))

    interpreted, compiled = by_both(cosine_of, run)
    assert interpreted == compiled


def test_of_a_phrase_repeated_without_end_few_runs_are_followed() -> None:
    n = 3000  # words, of a phrase of four, in two documents
    terms = np.array([BREAK, *([1, 2, 3, 4] * (n // 4)), BREAK] * 2, dtype=np.int32)
    starts = np.array([1, n + 3, 2 * n + 4])
    places = np.arange(0, n - 8, 4)
    linked = np.append(places[:4], places[-6:])  # the earliest and the latest, as links are made
    targets = np.repeat(starts[1] + places, len(linked))
    origins = np.tile(starts[0] + linked, len(places))
    runs = np.empty((len(targets), 5), dtype=np.int64)
    frequency = np.ones(len(targets), dtype=np.int32)
    n_runs = find_runs.compiled(terms, starts, 1, targets, origins, frequency, 5, runs)
    assert 256 < n_runs < 600  # of 1,490 diagonals
    longest = runs[:n_runs][np.argmax(runs[:n_runs, 2])]
    assert [starts[1], starts[0], n] == longest[:3].tolist()
