"""Fingerprints: every long shared run holds a link, at a cost that is linear in the copies."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles import tokens_of
from random_corpora import VOCABULARY
from streams import link_records

from dedup.reuse.fingerprints import EARLIEST, LATEST, Links, shingle_words
from dedup.reuse.stream import Stream

Words = list[str]

FEW = ["harbor", "crane", "ferry", "storm", "island"]
LENGTHS = [4, 8, 13]

NOTICE = (
    "The ferry to the northern island stays in its harbour until Sunday because the storm took"
    " away the lamp of the lighthouse, and the pilots will not sail past the reef in the dark."
)


@st.composite
def two_texts(draw: st.DrawFn, min_run_words: int) -> tuple[Words, Words]:
    """Return the words of two texts that often share a run, here and there."""
    word = st.sampled_from(FEW)
    shared = draw(st.lists(word, min_size=0, max_size=2 * min_run_words))
    sides = []
    for _ in range(2):
        before, after = (draw(st.lists(word, max_size=15)) for _ in range(2))
        sides.append([*before, *shared, *after] or ["harbor"])
    return sides[0], sides[1]


def shared_runs(one: Words, other: Words, shortest: int) -> list[tuple[int, int, int]]:
    """Return all runs that two texts share and that cannot grow: places and length."""
    runs = []
    for i in range(len(one)):
        for j in range(len(other)):
            if i and j and one[i - 1] == other[j - 1]:
                continue
            n = 0
            while i + n < len(one) and j + n < len(other) and one[i + n] == other[j + n]:
                n += 1
            if n >= shortest:
                runs.append((i, j, n))
    return runs


def link_texts(*texts: Words, min_run_words: int) -> tuple[Stream, Links, list[int]]:
    """Return stream and links of documents of an outlet each, and where each document starts."""
    records = [
        {"id": f"{n:03d}", "outlet": f"outlet {n}", "text": " ".join(words) + "."}
        for n, words in enumerate(texts)
    ]
    stream, links = link_records(records, min_run_words=min_run_words)
    starts = stream.document_starts.tolist()
    assert [len(words) + 1 for words in texts] == np.diff(starts).tolist()  # all of it is body
    return stream, links, starts


@pytest.mark.parametrize("min_run_words", LENGTHS)
@given(st.data())
@settings(max_examples=60)
def test_every_shared_run_holds_a_link_to_its_like(min_run_words: int, data: st.DataObject) -> None:
    first, second = data.draw(two_texts(min_run_words))
    k = shingle_words(min_run_words)
    for words in (first, second):  # no more of one fingerprint than are linked
        shingles = Counter(tuple(words[i : i + k]) for i in range(len(words) - k + 1))
        assume(max(shingles.values(), default=0) <= EARLIEST)
    _, links, starts = link_texts(first, second, min_run_words=min_run_words)
    targets, origins = links.targets - starts[1], links.origins - starts[0]
    for o, t, n in shared_runs(first, second, min_run_words):
        is_inside = (t <= targets) & (targets + k <= t + n)
        assert (is_inside & (targets - origins == t - o)).any()


@pytest.mark.parametrize("min_run_words", LENGTHS)
@given(st.data())
@settings(max_examples=40)
def test_every_shared_run_of_many_texts_holds_a_link(
    min_run_words: int, data: st.DataObject
) -> None:
    texts = [side for _ in range(2) for side in data.draw(two_texts(min_run_words))]
    _, links, starts = link_texts(*texts, min_run_words=min_run_words)
    k = shingle_words(min_run_words)
    for later in range(1, len(texts)):
        for earlier in range(later):
            for t, _, n in shared_runs(texts[later], texts[earlier], min_run_words):
                targets = links.targets - starts[later]
                assert ((t <= targets) & (targets + k <= t + n)).any()


@given(st.data())
@settings(max_examples=40)
def test_links_are_equal_words_and_go_back_to_another_owners_document(
    data: st.DataObject,
) -> None:
    texts = [side for _ in range(3) for side in data.draw(two_texts(4))]
    outlets = data.draw(st.lists(st.sampled_from("GTH"), min_size=6, max_size=6))
    records = [
        {"id": f"{n}", "outlet": outlet, "text": " ".join(words) + "."}
        for n, (outlet, words) in enumerate(zip(outlets, texts, strict=True))
    ]
    stream, links = link_records(records, min_run_words=4)
    k = shingle_words(4)
    later, earlier = stream.document_of(links.targets), stream.document_of(links.origins)
    for n in range(len(links.targets)):
        t, o = links.targets[n], links.origins[n]
        assert stream.terms[t : t + k].tolist() == stream.terms[o : o + k].tolist()
        assert later[n] > earlier[n]
        assert outlets[stream.rows[later[n]]] != outlets[stream.rows[earlier[n]]]
    expected = [np.searchsorted(later, n) for n in range(len(records) + 1)]
    assert expected == links.starts.tolist()


def copies(n: int, *, outlet: str | None = None) -> list[dict[str, Any]]:
    return [{"id": f"{i:03d}", "outlet": outlet or f"{i}", "text": NOTICE} for i in range(n)]


def test_number_of_links_of_an_occurrence_is_bounded() -> None:
    for n in (5, 20, 60):
        _, links = link_records(copies(n), min_run_words=8)
        per_occurrence = np.unique(links.targets, return_counts=True)[1]
        assert per_occurrence.max() == min(n - 1, EARLIEST + LATEST)
        assert {n} == {*links.frequency.tolist()}


def test_every_copy_is_linked_to_the_earliest_and_to_the_one_before() -> None:
    stream, links = link_records(copies(40), min_run_words=8)
    later, earlier = stream.document_of(links.targets), stream.document_of(links.origins)
    for document in range(1, 40):
        linked = {*earlier[later == document].tolist()}
        assert {0, document - 1} <= linked


def test_copies_in_one_outlet_do_not_crowd_out_another_outlets() -> None:
    records = [*copies(1, outlet="Heron"), *copies(50, outlet="Gull"), *copies(1, outlet="Tern")]
    for n, record in enumerate(records):
        record["id"] = f"{n:03d}"
    stream, links = link_records(records, min_run_words=8)
    later, earlier = stream.document_of(links.targets), stream.document_of(links.origins)
    assert {*range(1, 52)} == {*later[earlier == 0].tolist()}
    assert {"Heron", "Gull"} == {records[n]["outlet"] for n in earlier[later == 51]}


def test_documents_of_one_outlet_are_linked_only_if_each_is_its_own_owner() -> None:
    assert 0 == len(link_records(copies(3, outlet="Gull"), min_run_words=8)[1].targets)
    _, links = link_records(copies(3, outlet="Gull"), min_run_words=8, within_outlet=True)
    assert len(links.targets) > 0


def test_run_shorter_than_a_fingerprint_gives_no_link() -> None:
    words = tokens_of(NOTICE)
    k = shingle_words(8)
    texts = [["orchard", *words[: k - 1], "quarry"], ["mill", *words[: k - 1], "ledger"]]
    assert 0 == len(link_texts(*texts, min_run_words=8)[1].targets)


@pytest.mark.parametrize("min_run_words", range(4, 101))
def test_window_holds_at_least_one_shingle_of_a_run(min_run_words: int) -> None:
    assert 1 < shingle_words(min_run_words) <= min_run_words


def test_text_that_repeats_itself_is_not_linked_to_itself() -> None:
    sentence = VOCABULARY[:12]
    links = link_texts([*sentence, *sentence, *sentence], min_run_words=8)[1]
    assert 0 == len(links.targets)
