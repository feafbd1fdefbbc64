"""Which texts share a run of words with a stream, told without passages."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import slice_words, stream_texts

from dedup.reuse import hash_runs, share_runs
from dedup.text import kernel

N_WORDS = 4
TEXTS = st.lists(
    st.lists(st.sampled_from(["quay", "Öre", "crane", "bell", "mole"]), max_size=12).map(" ".join),
    min_size=1,
    max_size=6,
)


def runs_of(text: str) -> set[tuple[str, ...]]:
    """Return the runs of words of a text."""
    words = [word.casefold() for word in slice_words(text)]
    return {tuple(words[i : i + N_WORDS]) for i in range(len(words) - N_WORDS + 1)}


@given(TEXTS, TEXTS)
def test_texts_that_share_a_run_are_those_found_by_comparing_each(
    new: list[str], old: list[str]
) -> None:
    new = ["quay crane bell mole quay", *new]  # one at least has a word
    known = {run for text in new for run in runs_of(text)}

    runs = hash_runs(stream_texts(*new), n_words=N_WORDS)
    found = share_runs(pa.array(old, pa.large_string()), runs, n_words=N_WORDS)

    assert [not known.isdisjoint(runs_of(text)) for text in old] == found.tolist()


@pytest.mark.parametrize("worth_compiling", [0, 10**18])
def test_compiled_search_equals_interpreted(
    worth_compiling: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "WORTH_COMPILING", worth_compiling)
    old = pa.array(["Öre", "Bell, mole - QUAY crane!", "mole bell", ""], pa.large_string())
    runs = hash_runs(stream_texts("The bell mole quay crane rang."), n_words=N_WORDS)
    for first in (0, 1):  # also of an array that is a part of another
        found = share_runs(old.slice(first), runs, n_words=N_WORDS)
        assert [False, True, False, False][first:] == found.tolist()
