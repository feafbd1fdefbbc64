"""Shingles of texts, and which texts are identical, as a corpus holds them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import shingle_set, tokens_of

from dedup import Corpus, CorpusSettings
from dedup.corpus import Passages, collect_passages

WORDS = st.lists(
    st.sampled_from(["rain", "Rain", "fell", "all", "night", "don’t"]), min_size=1, max_size=12
)


def collect(texts: list[str], size: int = 3) -> Passages:
    """Return the texts as passages, one a text."""
    corpus = Corpus.from_records(
        [{"id": f"{i:03}", "text": text} for i, text in enumerate(texts)],
        CorpusSettings(passages="document"),
    )
    with ThreadPoolExecutor(1) as executor:
        return collect_passages(corpus, shingle_size=size, executor=executor)


def shingles_of(texts: list[str], size: int = 3) -> list[list[int]]:
    passages = collect(texts, size)
    spans = zip(passages.shingle_starts, passages.shingle_sizes, strict=True)
    of_text = [passages.shingles[start : start + n].tolist() for start, n in spans]
    return [of_text[number] for number in passages.texts]


@pytest.mark.cases("same_shingles")
def test_same_words_in_the_same_order_give_the_same_shingles(case: dict[str, Any]) -> None:
    first, second = shingles_of(case["input"])
    assert case["expected"] == (first == second)


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("one two three four five", 3, 3),
        ("one two three four five", 1, 5),
        ("one two three four five", 5, 1),
        ("one two three four five", 6, 1),
        ("one", 3, 1),
        ("港口大桥", 3, 2),
    ],
)
def test_text_has_a_shingle_for_each_run_of_words(text: str, size: int, expected: int) -> None:
    assert [expected] == [len(shingles) for shingles in shingles_of([text], size)]


def test_repeated_shingles_are_kept_in_text_order() -> None:
    (shingles,) = shingles_of(["rain and rain and rain"], 2)
    assert [shingles[0], shingles[1]] * 2 == shingles


def test_text_has_the_same_shingles_alone_and_among_others() -> None:
    texts = ["The ferry left at nine.", "Été 🚢 à l’aube, dit-il", "Rain", "港口大桥关闭"]
    assert [shingles_of([text])[0] for text in texts] == shingles_of(texts)
    assert [5, 5, 1, 6] == collect(texts).n_words.tolist()


def test_text_without_a_word_is_no_passage() -> None:
    passages = collect(["Rain fell.", "…", "", "Rain fell."])
    assert ([0, 0], [0, 3]) == (passages.texts.tolist(), passages.documents.tolist())


@given(st.lists(WORDS, min_size=1, max_size=5))
def test_texts_are_identical_exactly_if_their_tokens_are(texts: list[list[str]]) -> None:
    written = [", ".join(words) for words in texts]
    first_with: dict[tuple[str, ...], int] = {}
    expected = [first_with.setdefault(tokens_of(text), len(first_with)) for text in written]
    assert expected == collect(written).texts.tolist()


@given(WORDS, WORDS, st.integers(1, 5))
def test_shared_shingles_are_those_of_the_oracle(
    first: list[str], second: list[str], size: int
) -> None:
    texts = [" ".join(first), " ".join(second)]
    a, b = (shingle_set(tokens_of(text), size) for text in texts)
    x, y = map(set, shingles_of(texts, size))
    assert (len(a), len(b), len(a & b)) == (len(x), len(y), len(x & y))
