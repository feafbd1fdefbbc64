"""Tokens: what is one, where it lies, and what never changes it."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import tokens_of

from dedup.text import Tokens, tokenise

# Letters of the alphabets that news is mostly written in, composed, and what stands between words.
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZéèüñçøßÅŁşžΔλόγςКиїв0123456789"
WORDS = st.text(LETTERS, min_size=1, max_size=10)
GAPS = st.sampled_from(
    [" ", "  ", ", ", ". ", " — ", "\n", "\n\n", " “", "” ", "/", "-", "… ", "\t"]
)


def slices(text: str) -> list[str]:
    tokens = tokenise(text)
    return [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]


def hashes(text: str) -> list[int]:
    return tokenise(text).hashes.tolist()


@pytest.mark.cases("token_spans")
def test_tokens_slice_back_to_their_text(case: dict[str, Any]) -> None:
    assert case["expected"] == slices(case["input"])


@pytest.mark.cases("same_tokens")
def test_wording_decides_whether_tokens_are_the_same(case: dict[str, Any]) -> None:
    first, second = case["input"]
    assert case["expected"] == (hashes(first) == hashes(second))


def test_ideographic_zero_is_a_token_like_any_han_character() -> None:
    assert ["二", "〇", "〇", "六", "年"] == slices("二〇〇六年")


def test_lone_surrogate_is_no_token() -> None:
    assert ["storm", "surge"] == slices("storm \ud800 surge")


def test_tokens_have_documented_dtypes() -> None:
    tokens = tokenise("Rain fell.")
    expected = (np.dtype("uint64"), np.dtype("int64"), np.dtype("int64"))
    assert expected == (tokens.hashes.dtype, tokens.starts.dtype, tokens.ends.dtype)


@pytest.mark.parametrize("text", ["", " \n", "…!?", "\u00ad", "\u0301"])
def test_text_without_a_word_has_no_tokens(text: str) -> None:
    assert 0 == len(tokenise(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("㍿", ["㍿"] * 4),
        ("½ cup", ["½", "½", "cup"]),
        ("2½", ["2½", "½"]),
        ("น้ำ", ["น้ำ", "ำ"]),
    ],
)
def test_tokens_of_one_character_share_its_place(text: str, expected: list[str]) -> None:
    assert expected == slices(text)


@given(st.text())
def test_every_span_slices_to_its_token(text: str) -> None:
    tokens = tokenise(text)
    overlaps = np.concatenate([[False], tokens.starts[1:] < tokens.ends[:-1], [False]])
    is_shared = overlaps[1:] | overlaps[:-1]  # a character that folds to several is of both
    for token, word, shared in zip(tokens.hashes, slices(text), is_shared, strict=False):
        assert token in hashes(word) if shared else [token] == hashes(word)


@given(st.text())
def test_spans_are_not_empty_and_in_order(text: str) -> None:
    tokens = tokenise(text)
    assert (tokens.ends > tokens.starts).all()
    assert (np.diff(tokens.starts, prepend=0) >= 0).all()
    assert (np.diff(tokens.ends, append=len(text)) >= 0).all()
    assert (tokens.starts[1:] >= tokens.ends[:-1] - 1).all()  # they share a character at most


@given(st.text(), st.text())
def test_texts_joined_by_a_space_have_the_tokens_of_both(first: str, second: str) -> None:
    assert hashes(first) + hashes(second) == hashes(f"{first} {second}")


@given(st.text())
def test_composing_and_decomposing_change_no_token(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert hashes(composed) == hashes(decomposed)


@given(st.lists(WORDS), GAPS)
def test_compatibility_forms_and_case_change_no_token(words: list[str], gap: str) -> None:
    text = gap.join(words)
    wide = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)
    variants = [wide, text.upper(), *(unicodedata.normalize(f, text) for f in ("NFKC", "NFKD"))]
    assert [hashes(text)] * 4 == [hashes(variant) for variant in variants]


@given(st.lists(st.tuples(WORDS, GAPS, GAPS)))
def test_punctuation_and_spacing_change_no_token(pieces: list[tuple[str, str, str]]) -> None:
    one, other = ("".join(word + gaps[i] for word, *gaps in pieces) for i in (0, 1))
    assert hashes(one) == hashes(other)


@given(WORDS, st.data())
def test_invisible_characters_change_no_token(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(word)))
    invisible = data.draw(st.sampled_from("\u00ad\u200b\u200c\u200d\u200e\u2060\ufe0f\ufeff"))
    assert hashes(word) == hashes(word[:place] + invisible + word[place:])


@given(st.lists(st.tuples(WORDS, GAPS)))
def test_tokens_are_those_of_the_oracle(pieces: list[tuple[str, str]]) -> None:
    text = "".join(map("".join, pieces))
    expected = tokens_of(text)
    assert expected == tuple(word for piece in slices(text) for word in tokens_of(piece))
    assert [hashes(word)[0] for word in expected] == hashes(text)


@given(
    st.lists(
        st.tuples(st.text("abXYZ07", max_size=80), st.sampled_from(" |, |'| ’|é|—".split("|")))
    ),
    st.integers(0, 80),
)
def test_tokens_of_a_long_text_are_those_of_its_words(
    pieces: list[tuple[str, str]], room: int
) -> None:
    # A word alone is read letter by letter, in a text many letters at once.
    text = "".join(map("".join, pieces)) + " " * room
    expected = tokens_of(text)
    assert expected == tuple(word for piece in slices(text) for word in tokens_of(piece))
    assert [hashes(word)[0] for word in expected] == hashes(text)


@given(st.lists(WORDS, unique_by=tokens_of, min_size=2))
def test_words_that_differ_have_different_hashes(words: list[str]) -> None:
    assert len(words) == len(set(hashes(" ".join(words))))


def test_length_of_tokens_is_their_number() -> None:
    tokens = tokenise("One two three")
    assert isinstance(tokens, Tokens)
    assert 3 == len(tokens)
