"""Shingles of passages, and the keys by which identical passages are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import shingle_set, tokens_of

from dedup.text import Shingled, shingle, to_code_points

WORDS = st.lists(st.sampled_from(["rain", "Rain", "fell", "all", "night", "don’t"]), max_size=12)


def shingle_texts(texts: list[str], size: int = 3) -> Shingled:
    block = to_code_points(np.frombuffer("".join(texts).encode(), dtype=np.uint8))
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    starts = ends - np.array([len(text) for text in texts], dtype=np.int64)
    return shingle(block, starts, ends, shingle_size=size)


def shingles_of(text: str, size: int = 3) -> list[int]:
    return shingle_texts([text], size).shingles.tolist()


@pytest.mark.cases("same_shingles")
def test_same_words_in_the_same_order_give_the_same_shingles(case: dict[str, Any]) -> None:
    first, second = case["input"]
    assert case["expected"] == (shingles_of(first) == shingles_of(second))


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("one two three four five", 3, 3),
        ("one two three four five", 1, 5),
        ("one two three four five", 5, 1),
        ("one two three four five", 6, 1),
        ("one", 3, 1),
        ("", 3, 0),
        ("…", 3, 0),
        ("港口大桥", 3, 2),
    ],
)
def test_text_has_a_shingle_for_each_run_of_words(text: str, size: int, expected: int) -> None:
    assert expected == len(shingles_of(text, size))


def test_repeated_shingles_are_kept_in_text_order() -> None:
    shingles = shingles_of("rain and rain and rain", 2)
    assert [shingles[0], shingles[1]] * 2 == shingles


def test_passages_of_a_block_are_shingled_one_by_one() -> None:
    texts = ["The ferry left at nine. ", "…", "Été 🚢 à l’aube ", "Rain"]
    together = shingle_texts(texts)
    assert [s for text in texts for s in shingles_of(text)] == together.shingles.tolist()
    assert [3, 0, 1, 1] == together.counts.tolist()
    assert [5, 0, 3, 1] == together.n_words.tolist()


def test_shingled_has_documented_dtypes() -> None:
    shingled = shingle_texts(["The ferry left at nine."])
    arrays = shingled.shingles, shingled.counts, shingled.n_words, shingled.keys, shingled.marks
    assert ["uint32", "int64", "int64", "uint64", "uint8"] == [array.dtype.name for array in arrays]


def test_no_passages_have_no_shingles() -> None:
    nothing = np.empty(0, dtype=np.int64)
    shingled = shingle(np.empty(0, dtype=np.uint32), nothing, nothing, shingle_size=3)
    assert (0, 0) == (len(shingled.shingles), len(shingled.keys))


@given(WORDS, WORDS)
def test_keys_are_equal_exactly_for_identical_tokens(first: list[str], second: list[str]) -> None:
    texts = [" ".join(first), ", ".join(second)]
    one, other = shingle_texts(texts).keys.tolist()
    assert (tokens_of(texts[0]) == tokens_of(texts[1])) == (one == other)


@given(WORDS, WORDS, st.integers(1, 5))
def test_shared_shingles_are_those_of_the_oracle(
    first: list[str], second: list[str], size: int
) -> None:
    texts = [" ".join(first), " ".join(second)]
    a, b = (shingle_set(tokens_of(text), size) for text in texts)
    x, y = (set(shingles_of(text, size)) for text in texts)
    assert (len(a), len(b), len(a & b)) == (len(x), len(y), len(x & y))
