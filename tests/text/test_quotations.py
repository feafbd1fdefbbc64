"""Quotations: what stands between marks, and what an odd mark must not swallow."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text.quotations import find_quotations

MARKS = "\"“”„‟‘’«»‹›「」『』＂`'‚"
TEXTS = st.text(
    st.one_of(
        st.sampled_from(MARKS), st.sampled_from("ab1 .,\n語🚢"), st.characters(codec="utf-8")
    ),
    max_size=60,
)
PAIRS = [  # an odd mark, then a pair
    "““”",
    "„„“",
    "「「」",
    "««»",
    '"""',
    "”””",
]


def slices(text: str) -> list[str]:
    return [text[start:end] for start, end in find_quotations(text)]


@pytest.mark.cases("quotations")
def test_spans_between_marks_slice_their_text(case: dict[str, Any]) -> None:
    assert case["expected"] == slices(case["input"])


@given(TEXTS)
def test_spans_lie_in_the_text_in_order_and_do_not_overlap(text: str) -> None:
    bounds = [*itertools.chain.from_iterable(find_quotations(text))]
    assert sorted(bounds) == bounds
    assert all(0 <= bound <= len(text) for bound in bounds)


@given(TEXTS)
def test_every_span_stands_between_two_marks(text: str) -> None:
    for start, end in find_quotations(text):
        assert text[start - 1] in MARKS
        assert text[end] in MARKS


@given(st.text("ab ,.19é語🚢\n’'`", max_size=60).filter(lambda text: "``" not in text))
def test_text_without_an_opening_mark_has_no_quotation(text: str) -> None:
    text = text.replace("''", "'")
    assert [] == find_quotations(text)


@pytest.mark.parametrize("marks", PAIRS)
def test_odd_mark_does_not_swallow_the_quotation_that_follows(marks: str) -> None:
    odd, left, right = marks
    text = f"The clerk wrote {odd}the quay floods and left. Later {left}nobody came{right} to it."
    assert "nobody came" == slices(text)[-1]


@given(st.lists(st.text("abc 1", min_size=1, max_size=12).map(str.strip).filter(bool), max_size=5))
def test_every_pair_of_curly_marks_is_found(quoted: list[str]) -> None:
    text = " and ".join(f"“{words}”" for words in quoted)
    assert quoted == slices(text)
