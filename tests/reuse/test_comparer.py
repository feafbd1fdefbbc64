"""The comparer: scikit-learn's weights, and the rows that a dense product says are nearest."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from streams import as_terms

from dedup.reuse.comparer import Vectors, make_vectors, make_vectors_by_frequency
from dedup.reuse.nearest import nearest_rows
from dedup.reuse.stream import BREAK

LINES = [
    "the ferry left the northern quay at noon and the storm came at one",
    "a storm kept the ferry in the harbour until the evening",
    "the council raised the harbour toll by a tenth",
    "orchards on the island lost a tenth of their apples",
    "nobody counted the herring",
    "toll toll toll",
]
ROWS = st.lists(st.lists(st.integers(1, 12), min_size=1, max_size=10), min_size=1, max_size=16)


def vectors_of(rows: list[list[int]], n_terms: int) -> Vectors:
    words = as_terms(*rows)
    breaks = np.flatnonzero(words == BREAK)
    return make_vectors(words, breaks[:-1] + 1, breaks[1:], n_terms)


def dense(vectors: Vectors) -> npt.NDArray[np.float64]:
    matrix = np.zeros((len(vectors), len(vectors.idf)))
    rows = np.repeat(np.arange(len(vectors)), np.diff(vectors.starts))
    matrix[rows, vectors.terms] = vectors.weights
    return matrix


def find_nearest(
    vectors: Vectors, owners: list[int], *, n_best: int, least: float
) -> tuple[list[list[int]], list[float]]:
    with ThreadPoolExecutor(1) as executor:
        pairs, cosines = nearest_rows(
            vectors, np.array(owners), np.arange(len(vectors)),
            n_best=n_best, least=least, executor=executor,
        )  # fmt: skip
    return pairs.tolist(), cosines.tolist()


def test_weights_are_those_of_scikit_learn() -> None:
    words = sorted({word for line in LINES for word in line.split()})
    number = {word: n for n, word in enumerate(words)}
    vectorizer = TfidfVectorizer(analyzer=str.split, vocabulary=number)
    expected = vectorizer.fit_transform(LINES).toarray()
    rows = [[number[word] + 1 for word in line.split()] for line in LINES]
    vectors = vectors_of(rows, len(words) + 1)
    np.testing.assert_allclose(expected, dense(vectors)[:, 1:], atol=1e-6)
    np.testing.assert_allclose(vectorizer.idf_, vectors.idf[1:], atol=1e-6)


def test_terms_of_a_row_ascend_and_breaks_are_no_terms() -> None:
    words = np.array([BREAK, 3, 1, BREAK, 3, 2, BREAK], dtype=np.int32)
    vectors = make_vectors(words, np.array([1]), np.array([6]), 4)
    assert [1, 2, 3] == vectors.terms.tolist()
    expected = np.array([1, 1, 2]) / np.sqrt(6)
    np.testing.assert_allclose(expected, vectors.weights, atol=1e-6)


@given(ROWS)
def test_weights_by_frequency_are_the_same_to_the_bit(rows: list[list[int]]) -> None:
    words = as_terms(*rows)
    breaks = np.flatnonzero(words == BREAK)
    starts, ends = breaks[:-1] + 1, breaks[1:]
    expected = make_vectors(words, starts, ends, 13)
    found = make_vectors_by_frequency(words, starts, ends, expected.frequency, len(rows))
    for name in ("starts", "terms", "weights", "idf"):
        np.testing.assert_array_equal(getattr(expected, name), getattr(found, name))


@given(ROWS)
def test_every_row_has_unit_length(rows: list[list[int]]) -> None:
    lengths = np.linalg.norm(dense(vectors_of(rows, 13)), axis=1)
    np.testing.assert_allclose(np.ones(len(rows)), lengths, atol=1e-6)


@given(ROWS, st.integers(1, 5), st.sampled_from([0.05, 0.25, 0.5]), st.data())
@settings(max_examples=60)
def test_nearest_rows_are_those_of_the_dense_product(
    rows: list[list[int]], n_best: int, least: float, data: st.DataObject
) -> None:
    owners = data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows)))
    vectors = vectors_of(rows, 13)
    product = dense(vectors) @ dense(vectors).T
    pairs, cosines = find_nearest(vectors, owners, n_best=n_best, least=least)
    for target in range(len(rows)):
        others = [row for row in range(target) if owners[row] != owners[target]]
        expected = sorted(product[target, others], reverse=True)[:n_best]
        found = [c for pair, c in zip(pairs, cosines, strict=True) if pair[0] == target]
        sure = [cosine for cosine in expected if cosine >= least + 1e-5]
        assert len(sure) <= len(found) <= sum(cosine >= least - 1e-5 for cosine in expected)
        assert pytest.approx(expected[: len(found)], abs=1e-5) == found
    for (target, row), cosine in zip(pairs, cosines, strict=True):
        assert row < target
        assert owners[row] != owners[target]
        assert pytest.approx(product[target, row], abs=1e-5) == cosine
    assert sorted({(t, r) for t, r in pairs}) == sorted((t, r) for t, r in pairs)


def test_rows_of_the_same_owner_fill_nobodys_list() -> None:
    rows = [[1, 2, 3, 4, 5], *([[1, 2, 3, 4, 6]] * 40), [1, 2, 3, 4, 6]]
    owners = [0, *[1] * 40, 1]
    pairs, _ = find_nearest(vectors_of(rows, 7), owners, n_best=5, least=0.1)
    assert [0] == [row for target, row in pairs if target == 41]


def test_terms_of_every_row_are_looked_up_but_not_those_of_one() -> None:
    vectors = vectors_of([[1, 2, 2], [3, 4, 4], [5, 1, 1]], 6)
    pairs, _ = find_nearest(vectors, [0, 1, 2], n_best=5, least=0.0)
    assert [[2, 0]] == pairs


def test_no_targets_give_no_pairs() -> None:
    vectors = vectors_of([[1, 2], [1, 2]], 3)
    with ThreadPoolExecutor(1) as executor:
        pairs, cosines = nearest_rows(
            vectors, np.array([0, 1]), np.empty(0, dtype=np.int64),
            n_best=5, least=0.1, executor=executor,
        )  # fmt: skip
    assert ((0, 2), 0) == (pairs.shape, len(cosines))
