"""Clusters: verified against their representative, never chained, in the order of publication."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import (
    cluster_in_order,
    jaccard_of,
    passage_texts,
    reported_clusters,
    reported_pairs,
    shingle_set,
    tokens_of,
)
from random_corpora import Record, one_passage_records, random_records

from dedup import Analysis, Corpus, DuplicateSettings, analyze

WORDS = [f"{a}{b}" for a in ("north", "south", "east", "west") for b in ("gate", "mill", "quay",
         "ford", "hill", "wood", "field", "bank", "well", "ridge")]  # fmt: skip
LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LATER = LEAD.replace("Monday", "Tuesday")


def analyze_records(records: list[Record], **settings: float) -> Analysis:
    corpus = Corpus.from_records(records)
    return analyze(corpus, DuplicateSettings(**settings), only="duplicates")


def test_chain_of_near_duplicates_is_cut_where_the_representative_is_too_far() -> None:
    # Each shares 8 of 12 words with the next, 6 of 14 with the one after.
    texts = [" ".join(WORDS[start : start + 10]) for start in range(0, 12, 2)]
    analysis = analyze_records(one_passage_records(texts), shingle_size=1)
    assert {(i, i + 1) for i in range(5)} == reported_pairs(analysis).keys()
    assert [[0, 1], [2, 3], [4, 5]] == reported_clusters(analysis)


def test_passage_between_two_representatives_joins_the_earlier() -> None:
    texts = [" ".join(WORDS[start : start + 10]) for start in (0, 4, 2)]
    analysis = analyze_records(one_passage_records(texts), shingle_size=1)
    assert [[0, 2]] == reported_clusters(analysis)
    assert {(0, 2), (1, 2)} == reported_pairs(analysis).keys()


@pytest.mark.parametrize(("shingle_size", "threshold"), [(1, 0.5), (1, 0.7), (2, 0.5), (3, 0.6)])
@pytest.mark.parametrize("seed", range(6))
def test_clusters_equal_those_of_the_slow_oracle(
    seed: int, shingle_size: int, threshold: float
) -> None:
    analysis = analyze_records(
        random_records(seed, 120), shingle_size=shingle_size, threshold=threshold
    )
    expected = cluster_in_order(passage_texts(analysis), set(reported_pairs(analysis)))
    assert len(expected) > 3
    assert expected == reported_clusters(analysis)


@given(
    st.lists(
        st.lists(st.sampled_from("abcdefg"), min_size=3, max_size=7).map(" ".join),
        min_size=1, max_size=25,
    ),
    st.sampled_from([0.5, 0.6, 0.75, 0.9]),
)  # fmt: skip
def test_clusters_of_any_small_corpus_equal_those_of_the_oracle(
    texts: list[str], threshold: float
) -> None:
    analysis = analyze_records(one_passage_records(texts), shingle_size=1, threshold=threshold)
    expected = cluster_in_order(texts, set(reported_pairs(analysis)))
    assert expected == reported_clusters(analysis)


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_every_member_is_at_or_above_the_threshold_to_its_representative(threshold: float) -> None:
    analysis = analyze_records(random_records(4, 200), threshold=threshold)
    sets = [shingle_set(tokens_of(text), 3) for text in passage_texts(analysis)]
    clusters = analysis.table("clusters").to_pylist()
    members = reported_clusters(analysis)
    assert len(clusters) == len(members) > 5
    for row, passages in zip(clusters, members, strict=True):
        head = row["representative_passage_id"]
        shares = [jaccard_of(sets[head], sets[passage]) for passage in passages]
        assert (passages[0], len(passages)) == (head, row["n_passages"])
        assert round(min(shares), 6) == row["min_jaccard"]
        assert min(shares) >= threshold


ORDERS: list[tuple[str, list[dict[str, Any]], str]] = [
    (
        "earlier published wins over smaller id",
        [{"id": "a", "published": "2026-03-02"}, {"id": "b", "published": "2026-03-01"}],
        "b",
    ),
    ("missing date comes last", [{"id": "a"}, {"id": "b", "published": "2026-03-01"}], "b"),
    ("smaller id wins at the same time", [{"id": "b"}, {"id": "a"}], "a"),
    (
        "time of day and zone count",
        [
            {"id": "a", "published": "2026-03-01T10:00:00+00:00"},
            {"id": "b", "published": "2026-03-01T11:30:00+02:00"},
        ],
        "b",
    ),
    ("ids are compared as strings", [{"id": 9}, {"id": 10}], "10"),
    ("ids are compared by code point", [{"id": "a"}, {"id": "Z"}], "Z"),
]


@pytest.mark.parametrize(
    ("records", "expected"),
    [pytest.param(records, expected, id=label) for label, records, expected in ORDERS],
)
def test_representative_is_the_earliest(records: list[dict[str, Any]], expected: str) -> None:
    texts = [LEAD, LATER]
    for order in ([0, 1], [1, 0]):
        rows = [records[i] | {"text": texts[i]} for i in order]
        analysis = analyze_records(rows)
        first = analysis.table("passages").to_pylist()[0]
        assert (expected, 0) == (first["document_id"], first["cluster_id"])
        assert [0] == analysis.table("clusters")["representative_passage_id"].to_pylist()


def test_within_a_document_the_first_paragraph_represents() -> None:
    analysis = analyze_records([{"id": "a", "text": f"{LATER}\n\n{LEAD}"}])
    assert [LATER] == analysis.table("clusters")["text"].to_pylist()


def test_cluster_states_the_outlet_and_time_of_its_representative() -> None:
    records = [
        {"id": "a", "outlet": "Gull", "text": LEAD, "published": "2026-03-02T08:00:00Z"},
        {"id": "b", "outlet": "Tern", "text": LATER, "published": "2026-03-01T08:00:00Z"},
        {"id": "c", "outlet": "Heron", "text": LEAD},
    ]
    row = analyze_records(records).table("clusters").to_pylist()[0]
    assert ("Tern", "2026-03-01T08:00:00+00:00", LATER) == (
        row["first_outlet"], row["first_published"].isoformat(), row["text"],
    )  # fmt: skip
    assert (3, 3, 3) == (row["n_passages"], row["n_documents"], row["n_outlets"])


def test_order_of_publication_decides_over_the_order_of_reading() -> None:
    rng = random.Random(1)
    records = random_records(9, 60)
    expected = reported_clusters(analyze_records(records))
    for _ in range(3):
        rng.shuffle(records)
        assert expected == reported_clusters(analyze_records(records))
