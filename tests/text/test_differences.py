"""Word differences of two texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text import diff_words, tokenise

WORDS = st.lists(st.sampled_from(["Rain", "fell", "all", "night", "Été", "🚢", "."]), max_size=10)


def runs(first: str, second: str) -> list[tuple[str, str, str]]:
    return [
        ("=" if e.equal else "≠", first[e.start : e.end], second[e.other_start : e.other_end])
        for e in diff_words(first, second)
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("The ferry left.", "the FERRY — left", [("=", "The ferry left", "the FERRY — left")]),
        (
            "It left.",
            "It late left.",
            [("=", "It", "It"), ("≠", "", "late"), ("=", "left", "left")],
        ),
        ("It left late", "It left", [("=", "It left", "It left"), ("≠", "late", "")]),
        ("Été 🚢 one", "Été 🚢 two", [("=", "Été", "Été"), ("≠", "one", "two")]),
        ("", "Rain", [("≠", "", "Rain")]),
        ("", "", []),
    ],
)
def test_runs_of_words_are_told_apart(
    first: str, second: str, expected: list[tuple[str, str, str]]
) -> None:
    assert expected == runs(first, second)


@given(WORDS, WORDS)
def test_runs_hold_every_word_of_both_texts_in_order(first: list[str], second: list[str]) -> None:
    texts = " ".join(first), " ".join(second)
    edits = diff_words(*texts)
    one = [h for e in edits for h in tokenise(texts[0][e.start : e.end]).hashes.tolist()]
    two = [
        h for e in edits for h in tokenise(texts[1][e.other_start : e.other_end]).hashes.tolist()
    ]
    assert (tokenise(texts[0]).hashes.tolist(), tokenise(texts[1]).hashes.tolist()) == (one, two)


@given(WORDS, WORDS)
def test_equal_runs_have_equal_words(first: list[str], second: list[str]) -> None:
    texts = " ".join(first), " ".join(second)
    equal = [e for e in diff_words(*texts) if e.equal]
    ours = [tokenise(texts[0][e.start : e.end]).hashes.tolist() for e in equal]
    theirs = [tokenise(texts[1][e.other_start : e.other_end]).hashes.tolist() for e in equal]
    assert ours == theirs
