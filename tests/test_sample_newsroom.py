"""The sample newsroom against its gold: every cluster, and nothing else."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import Any

import pytest
from oracles import (
    find_all_pairs,
    passage_texts,
    reported_clusters,
    reported_pairs,
    write_everything,
)
from random_corpora import in_other_order

from dedup import Analysis, Corpus, DuplicateSettings, analyze, read_corpus

Place = tuple[str, int, int]
Cluster = tuple[str, frozenset[Place]]


@pytest.fixture(scope="module")
def analysis(newsroom: Corpus, gold: dict[str, Any]) -> Analysis:
    labels = gold["duplicates"]
    settings = DuplicateSettings(threshold=labels["threshold"], shingle_size=labels["shingle_size"])
    return analyze(newsroom, settings)


def expected_clusters(gold: dict[str, Any]) -> set[Cluster]:
    return {
        (
            cluster["kind"],
            frozenset((p["document_id"], p["start"], p["end"]) for p in cluster["passages"]),
        )
        for cluster in gold["duplicates"]["clusters"]
    }


def found_clusters(analysis: Analysis) -> set[Cluster]:
    rows = analysis.table("passages").to_pylist()
    kinds = analysis.table("clusters")["kind"].to_pylist()
    places = [(row["document_id"], row["start"], row["end"]) for row in rows]
    return {
        (kind, frozenset(places[passage] for passage in members))
        for kind, members in zip(kinds, reported_clusters(analysis), strict=True)
    }


def test_default_settings_are_those_of_the_gold(gold: dict[str, Any]) -> None:
    labels = gold["duplicates"]
    settings = DuplicateSettings()
    assert (labels["threshold"], labels["shingle_size"]) == (
        settings.threshold, settings.shingle_size,
    )  # fmt: skip


def test_every_gold_cluster_is_found_and_nothing_else(
    analysis: Analysis, gold: dict[str, Any]
) -> None:
    expected, found = expected_clusters(gold), found_clusters(analysis)
    assert len(gold["duplicates"]["clusters"]) == len(expected) > 50
    assert (set(), set()) == (expected - found, found - expected)


def test_first_passage_of_a_gold_cluster_is_its_representative(
    analysis: Analysis, gold: dict[str, Any]
) -> None:
    rows = analysis.table("passages").to_pylist()
    heads = analysis.table("clusters")["representative_passage_id"].to_pylist()
    found = {(rows[p]["document_id"], rows[p]["start"], rows[p]["text"]) for p in heads}
    firsts = [cluster["passages"][0] for cluster in gold["duplicates"]["clusters"]]
    assert {(p["document_id"], p["start"], p["text"]) for p in firsts} == found


def test_gold_spans_slice_back_to_their_texts(newsroom: Corpus, gold: dict[str, Any]) -> None:
    texts = {document.document_id: document.text for document in newsroom}
    for cluster in gold["duplicates"]["clusters"]:
        for place in cluster["passages"]:
            assert place["text"] == texts[place["document_id"]][place["start"] : place["end"]]


def test_independent_accounts_of_one_event_share_no_pair(
    analysis: Analysis, gold: dict[str, Any]
) -> None:
    documents = analysis.table("passages")["document_id"].to_pylist()
    together = {frozenset((documents[a], documents[b])) for a, b in reported_pairs(analysis)}
    negatives = [frozenset(pair) for pair in gold["duplicates"]["negatives"]]
    assert {document for pair in negatives for document in pair} <= {*documents}
    assert [] == [sorted(pair) for pair in negatives if pair in together]


def test_independent_accounts_of_one_event_share_no_cluster(
    analysis: Analysis, gold: dict[str, Any]
) -> None:
    rows = analysis.table("passages").to_pylist()
    in_cluster = {
        frozenset((rows[a]["document_id"], rows[b]["document_id"]))
        for members in reported_clusters(analysis)
        for a, b in itertools.combinations(members, 2)
    }
    negatives = [frozenset(pair) for pair in gold["duplicates"]["negatives"]]
    assert [] == [sorted(pair) for pair in negatives if pair in in_cluster]


def test_pairs_are_all_pairs(analysis: Analysis) -> None:
    expected = find_all_pairs(passage_texts(analysis), shingle_size=3, threshold=0.6)
    rounded = {pair: round(jaccard, 6) for pair, jaccard in expected.items()}
    assert rounded == reported_pairs(analysis)


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_paths_give_the_same_tables(
    seed: int, newsroom: Corpus, analysis: Analysis, root: Path, tmp_path: Path
) -> None:
    folder = root / "sample_data" / "newsroom"
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    expected = found_in_files(paths, tmp_path)
    random.Random(seed).shuffle(paths)
    assert expected == found_in_files(paths, tmp_path)


def found_in_files(paths: list[Path], directory: Path) -> dict[str, bytes]:
    """Return the tables of files given one by one, which has no names of folders in it."""
    return write_everything(analyze(read_corpus(paths)), directory)


@pytest.mark.parametrize("seed", [3, 4])
def test_shuffled_documents_give_the_gold_clusters(
    seed: int, newsroom: Corpus, gold: dict[str, Any]
) -> None:
    shuffled = in_other_order(newsroom, seed=seed, rows_at_once=5)
    assert expected_clusters(gold) == found_clusters(analyze(shuffled))


# Reuse: who took which passage from whom.


@pytest.fixture(scope="module")
def reused(analysis: Analysis) -> list[dict[str, Any]]:
    """The best origins."""
    return [row for row in analysis.table("reuse").to_pylist() if row["rank"] == 1]


def overlap(place: dict[str, Any], row: dict[str, Any], side: str) -> float:
    """Return the share of a gold place that one side of a row covers."""
    if place["document_id"] != row[f"{side}_document_id"]:
        return 0.0
    shared = min(place["end"], row[f"{side}_end"]) - max(place["start"], row[f"{side}_start"])
    return max(shared, 0) / (place["end"] - place["start"])


def best_row(labels: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the row that covers most of both sides of a gold row."""
    return max(
        rows,
        key=lambda row: min(
            overlap(labels["target"], row, "target"), overlap(labels["origin"], row, "origin")
        ),
    )


def test_every_gold_reuse_is_found_with_its_best_origin(
    reused: list[dict[str, Any]], gold: dict[str, Any]
) -> None:
    assert len(gold["reuse"]) > 60
    for labels in gold["reuse"]:
        row = best_row(labels, reused)
        # Of the two paragraphs that are told in other words, about half is found.
        least = 0.45 if labels["kind"] == "paraphrase" else 0.95
        covered = (
            overlap(labels["target"], row, "target"), overlap(labels["origin"], row, "origin")
        )  # fmt: skip
        assert min(covered) >= least, labels["target"]["text"]


def test_nothing_but_gold_is_reported_as_reuse(
    reused: list[dict[str, Any]], gold: dict[str, Any]
) -> None:
    for row in reused:
        within = [
            labels
            for labels in gold["reuse"]
            if overlap(labels["target"], row, "target") and overlap(labels["origin"], row, "origin")
        ]
        n_gold = sum(
            min(labels["target"]["end"], row["target_end"])
            - max(labels["target"]["start"], row["target_start"])
            for labels in within
        )
        # Between two copied paragraphs a short one of the outlet's own may stand.
        assert n_gold >= 0.85 * (row["target_end"] - row["target_start"]), row


def test_reuse_between_dated_articles_is_directed_by_time(
    reused: list[dict[str, Any]], gold: dict[str, Any]
) -> None:
    by_time = [labels for labels in gold["reuse"] if labels["reason"] == "time"]
    assert len(by_time) > 10
    for labels in by_time:
        row = best_row(labels, reused)
        assert ("directed", "time") == (row["direction"], row["direction_reason"])


def test_words_said_before_several_outlets_are_a_shared_quote(
    reused: list[dict[str, Any]], gold: dict[str, Any]
) -> None:
    expected = {
        labels["target"]["document_id"]
        for labels in gold["reuse"]
        if labels["kind"] == "shared_quote"
    }
    found = {row["target_document_id"] for row in reused if row["kind"] == "shared_quote"}
    assert expected == found


def test_kinds_of_reuse_are_those_of_the_gold(
    reused: list[dict[str, Any]], gold: dict[str, Any]
) -> None:
    for labels in gold["reuse"]:
        row = best_row(labels, reused)
        if row["kind"] == "verbatim":  # of a row that joins several, one may be edited
            assert labels["kind"] == "verbatim"
        elif row["kind"] == "paraphrase":
            assert labels["kind"] == "paraphrase"


def test_independent_accounts_of_one_event_share_no_reuse(
    reused: list[dict[str, Any]], gold: dict[str, Any]
) -> None:
    negatives = {frozenset(pair) for pair in gold["duplicates"]["negatives"]}
    together = {
        frozenset((row["target_document_id"], row["origin_document_id"]))
        for row in reused
        if row["kind"] != "shared_quote"
    }
    assert set() == negatives & together
