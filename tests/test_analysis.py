"""The whole analysis: what its tables say is so, and depends on nothing but the documents."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles import (
    cluster_in_order,
    jaccard_of,
    passage_texts,
    reported_clusters,
    reported_pairs,
    shingle_set,
    tokens_of,
    write_everything,
)
from random_corpora import in_other_order, random_records

from dedup import (
    Analysis,
    ConfigError,
    Corpus,
    CorpusSettings,
    DuplicateSettings,
    InputError,
    analyze,
    read_corpus,
)
from dedup.text import kernel

LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LATER = LEAD.replace("Monday", "Tuesday")
OTHER = "A heron has nested on the roof of the savings bank for the second spring in a row."


def analyze_records(*records: dict[str, Any], **settings: float) -> Analysis:
    return analyze(Corpus.from_records(records), DuplicateSettings(**settings))


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return Corpus.from_records(random_records(21, 300))


@pytest.fixture(scope="module")
def analysis(corpus: Corpus) -> Analysis:
    return analyze(corpus)


# Nothing but the documents counts.


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_number_of_jobs_changes_no_byte(
    jobs: int, corpus: Corpus, analysis: Analysis, tmp_path: Path
) -> None:
    small_batches = in_other_order(corpus, seed=jobs, rows_at_once=7)
    expected = write_everything(analysis, tmp_path)
    assert expected == write_everything(analyze(small_batches, jobs=jobs), tmp_path)


def test_number_of_processes_changes_no_attribution(
    newsroom: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    import joblib

    from dedup.attribution import batches

    expected = analyze(newsroom, only="attributions", jobs=1).table("attributions")
    monkeypatch.setattr(batches, "_BATCH_BYTES", 20_000)
    monkeypatch.setattr(batches, "_WORTH_A_PROCESS", 1)
    monkeypatch.setattr(batches, "_list_found", None)  # this process reads nothing
    with joblib.parallel_config("loky", idle_worker_timeout=1):
        corpus = in_other_order(newsroom, seed=3, rows_at_once=20)
        found = analyze(corpus, only="attributions", jobs=2).table("attributions")
    assert expected.equals(found)


@pytest.mark.parametrize("seed", range(8))
def test_order_of_documents_changes_no_byte(
    seed: int, corpus: Corpus, analysis: Analysis, tmp_path: Path
) -> None:
    shuffled = in_other_order(corpus, seed=seed, rows_at_once=1 + seed**3)
    assert write_everything(analysis, tmp_path) == write_everything(analyze(shuffled), tmp_path)


def test_order_of_paths_changes_no_byte(tmp_path: Path) -> None:
    paths = []
    for record in random_records(5, 60):
        path = tmp_path / f"{record['id']}.txt"
        path.write_text(record["text"], "utf-8")
        paths.append(path)
    expected = write_everything(analyze(read_corpus(paths)), tmp_path)
    for seed in range(3):
        random.Random(seed).shuffle(paths)
        assert expected == write_everything(analyze(read_corpus(paths)), tmp_path)


@pytest.mark.parametrize("settings", [{}, {"threshold": 0.5, "shingle_size": 1}])
def test_compiled_and_interpreted_code_give_the_same_bytes(
    settings: dict[str, float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = Corpus.from_records(
        [*random_records(2, 80), {"id": "x", "text": "Ærø’s ferry: ½ naïve cafés, 漢字かな, ไทย."}]
    )
    found = []
    for worth_compiling in (0, 10**18):
        monkeypatch.setattr(kernel, "WORTH_COMPILING", worth_compiling)
        found.append(write_everything(analyze(corpus, DuplicateSettings(**settings)), tmp_path))
    assert found[0] == found[1]


def test_another_seed_finds_pairs_by_other_signatures_and_with_the_same_jaccard(
    corpus: Corpus, analysis: Analysis
) -> None:
    expected = reported_pairs(analysis)
    found = reported_pairs(analyze(corpus, DuplicateSettings(seed=99)))
    both = expected.keys() & found.keys()
    assert {pair: expected[pair] for pair in both} == {pair: found[pair] for pair in both}
    assert len(both) >= 0.98 * max(len(expected), len(found))


# What the tables say is so.


def test_every_reported_pair_re_verifies(analysis: Analysis) -> None:
    texts = passage_texts(analysis)
    documents = analysis.table("passages")["document_id"].to_pylist()
    rows = analysis.table("duplicates").to_pylist()
    assert len(rows) > 100
    for row in rows:
        first, second = row["first_passage_id"], row["second_passage_id"]
        assert first < second
        assert [documents[first], documents[second]] == [
            row["first_document_id"], row["second_document_id"],
        ]  # fmt: skip
        a, b = (shingle_set(tokens_of(texts[p]), 3) for p in (first, second))
        shares = [jaccard_of(a, b), len(a & b) / len(a), len(a & b) / len(b)]
        found = [row["jaccard"], row["first_in_second"], row["second_in_first"]]
        assert [round(share, 6) for share in shares] == found


def test_every_passage_span_slices_back_to_its_text(corpus: Corpus, analysis: Analysis) -> None:
    texts = {document.document_id: document.text for document in corpus}
    rows = analysis.table("passages").to_pylist()
    assert {row["document_id"] for row in rows} == texts.keys()
    for row in rows:
        assert row["text"] == texts[row["document_id"]][row["start"] : row["end"]]
        assert row["text"] == row["text"].strip()
        assert row["n_words"] == len(tokens_of(row["text"]))


def test_spans_count_code_points_and_leave_newlines_as_they_are() -> None:
    text = "\r\n  Smørrebrød 🦀 für “zwölf”. \r\n\r\n\t漢字 and a 🛥️ boat.\r\n\r\n"
    rows = analyze_records({"id": "a", "text": text}).table("passages").to_pylist()
    assert ["Smørrebrød 🦀 für “zwölf”.", "漢字 and a 🛥️ boat."] == [row["text"] for row in rows]
    assert [row["text"] for row in rows] == [text[row["start"] : row["end"]] for row in rows]
    assert [3, 5] == [row["n_words"] for row in rows]


def test_passages_are_numbered_by_publication_then_id_then_position(analysis: Analysis) -> None:
    published = {
        row["document_id"]: row["published"] for row in analysis.table("documents").to_pylist()
    }
    rows = analysis.table("passages").to_pylist()
    assert list(range(len(rows))) == [row["passage_id"] for row in rows]
    keys = [
        (time is None, time.isoformat() if time else "", row["document_id"], row["position"])
        for row in rows
        for time in [published[row["document_id"]]]
    ]
    assert sorted(keys) == keys
    assert {True, False} == {key[0] for key in keys}


def test_positions_count_the_passages_of_a_document_from_zero() -> None:
    text = f"{LEAD}\n\n* * *\n\n{OTHER}\n\n…"
    analysis = analyze_records({"id": "a", "text": text})
    assert [0, 1] == analysis.table("passages")["position"].to_pylist()
    assert 2 == analysis.passage_arrays.n_tokenless


def test_tables_are_sorted_by_their_ids(analysis: Analysis) -> None:
    documents = analysis.table("documents")["document_id"].to_pylist()
    assert sorted(documents) == documents
    pairs = list(reported_pairs(analysis))
    assert all(a < b for a, b in pairwise(pairs))
    clusters = analysis.table("clusters").to_pylist()
    assert list(range(len(clusters))) == [row["cluster_id"] for row in clusters]
    heads = [row["representative_passage_id"] for row in clusters]
    assert sorted(heads) == heads


def test_clusters_count_their_passages_documents_and_outlets(analysis: Analysis) -> None:
    passages = analysis.table("passages").to_pylist()
    clusters = analysis.table("clusters").to_pylist()
    for row, members in zip(clusters, reported_clusters(analysis), strict=True):
        documents = {passages[p]["document_id"] for p in members}
        named = {passages[p]["outlet"] for p in members} - {None}
        unnamed = {passages[p]["document_id"] for p in members if passages[p]["outlet"] is None}
        assert (len(members), len(documents), len(named) + len(unnamed)) == (
            row["n_passages"], row["n_documents"], row["n_outlets"],
        )  # fmt: skip
        assert passages[members[0]]["text"] == row["text"]


def test_duplicate_share_is_that_of_words_in_later_members(analysis: Analysis) -> None:
    heads = set(analysis.table("clusters")["representative_passage_id"].to_pylist())
    copied: dict[str, int] = {}
    words: dict[str, int] = {}
    n_passages: dict[str, int] = {}
    for row in analysis.table("passages").to_pylist():
        document = row["document_id"]
        is_copy = row["cluster_id"] is not None and row["passage_id"] not in heads
        copied[document] = copied.get(document, 0) + row["n_words"] * is_copy
        words[document] = words.get(document, 0) + row["n_words"]
        n_passages[document] = n_passages.get(document, 0) + 1
    rows = analysis.table("documents").to_pylist()
    assert len(rows) == len(words)
    for row in rows:
        document = row["document_id"]
        expected = (
            n_passages[document],
            words[document],
            round(copied[document] / words[document], 6),
        )
        assert expected == (row["n_passages"], row["n_words"], row["duplicate_share"])


def test_duplicate_share_of_a_small_example() -> None:
    analysis = analyze_records(
        {"id": "a", "text": LEAD, "published": "2026-03-01"},
        {"id": "b", "text": f"{LATER}\n\n{OTHER}", "published": "2026-03-02"},
        {"id": "c", "text": ""},
    )
    shares = analysis.table("documents")["duplicate_share"].to_pylist()
    assert [0.0, round(13 / 31, 6), 0.0] == shares


# Documents of all kinds.


def test_empty_documents_are_documents_without_passages() -> None:
    analysis = analyze_records(
        {"id": "a", "text": ""}, {"id": "b", "text": " \n\n "}, {"id": "c", "text": LEAD}
    )
    assert [0, 0, 1] == analysis.table("documents")["n_passages"].to_pylist()
    assert ["c"] == analysis.table("passages")["document_id"].to_pylist()


@pytest.mark.parametrize("texts", [[""], ["", "  \n "], ["—", "...", "* * *"]])
def test_corpus_without_a_word_is_an_error(texts: list[str]) -> None:
    with pytest.raises(InputError, match=f"no text in the corpus: {len(texts)} document"):
        analyze_records(*({"id": str(i), "text": text} for i, text in enumerate(texts)))


def test_corpus_without_a_document_is_an_error() -> None:
    with pytest.raises(InputError, match=r"no (document|text)"):
        analyze(Corpus.from_records([]))


def test_corpus_of_one_passage_has_empty_tables_of_pairs_and_clusters() -> None:
    analysis = analyze_records({"id": "a", "text": LEAD})
    assert (1, 1, 0, 0) == tuple(
        analysis.table(name).num_rows
        for name in ("documents", "passages", "duplicates", "clusters")
    )


def test_documents_need_neither_outlet_nor_date() -> None:
    analysis = analyze_records({"text": LEAD}, {"text": LATER})
    row = analysis.table("clusters").to_pylist()[0]
    assert ("syndicated", 2, None, None) == (
        row["kind"], row["n_outlets"], row["first_outlet"], row["first_published"],
    )  # fmt: skip


@pytest.mark.parametrize(("unit", "expected"), [("paragraph", 2), ("line", 3), ("document", 1)])
def test_passage_unit_is_what_is_compared(unit: Any, expected: int) -> None:
    text = f"{LEAD}\n{OTHER}\n\n{LATER}"
    corpus = Corpus.from_records([{"id": "a", "text": text}], CorpusSettings(passages=unit))
    assert expected == analyze(corpus).table("passages").num_rows


def test_number_of_jobs_must_be_positive(corpus: Corpus) -> None:
    with pytest.raises(ValueError, match="jobs must be at least 1, got 0"):
        analyze(corpus, jobs=0)


def test_too_few_permutations_are_an_error_with_the_remedy(corpus: Corpus) -> None:
    with pytest.raises(ConfigError, match=r"num_perm 4 finds at most .* num_perm \d+ would do"):
        analyze(corpus, DuplicateSettings(num_perm=4))


def test_progress_names_the_steps_and_counts_the_documents(corpus: Corpus) -> None:
    calls: list[tuple[str, int, int]] = []
    analyze(corpus, progress=lambda *call: calls.append(call))
    assert ("passages", len(corpus), len(corpus)) in calls
    assert len({step for step, _, _ in calls}) > 1


def test_there_is_no_other_table(analysis: Analysis) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        analysis.table("nonsense")


# A higher threshold.


@pytest.mark.parametrize("threshold", [0.6, 0.61, 0.75, 0.9, 1.0])
def test_higher_threshold_clusters_the_same_pairs_again(
    analysis: Analysis, threshold: float
) -> None:
    texts = passage_texts(analysis)
    higher = analysis.at_threshold(threshold)
    pairs = analysis.pairs
    kept = set(np.flatnonzero(pairs.jaccard >= threshold).tolist())
    firsts = analysis.passage_arrays.first_passages
    expected = {
        (int(firsts[a]), int(firsts[b]))
        for i, (a, b) in enumerate(zip(pairs.first, pairs.second, strict=True))
        if i in kept
    }
    expected |= {pair for pair, jaccard in reported_pairs(analysis).items() if jaccard == 1.0}
    assert expected == reported_pairs(higher).keys()
    assert cluster_in_order(texts, expected) == reported_clusters(higher)
    assert threshold == higher.settings.threshold


def test_higher_threshold_leaves_the_analysis_alone(analysis: Analysis, tmp_path: Path) -> None:
    before = write_everything(analysis, tmp_path)
    analysis.at_threshold(0.95).table("clusters")
    assert before == write_everything(analysis, tmp_path)


def test_threshold_can_be_raised_in_steps(analysis: Analysis, tmp_path: Path) -> None:
    expected = write_everything(analysis.at_threshold(0.9), tmp_path)
    in_steps = analysis.at_threshold(0.7).at_threshold(0.9)
    assert expected == write_everything(in_steps, tmp_path)
    with pytest.raises(ValueError, match=r"threshold must be in \[0.9, 1\], got 0.8"):
        in_steps.at_threshold(0.8)


@pytest.mark.parametrize("threshold", [0.0, 0.59, 1.01, float("nan")])
def test_lower_threshold_is_refused(analysis: Analysis, threshold: float) -> None:
    with pytest.raises(ValueError, match=r"threshold must be in \[0.6, 1\], got"):
        analysis.at_threshold(threshold)


# Explanations.


@pytest.fixture(scope="module")
def explained() -> Analysis:
    return analyze_records(
        {"id": "a", "text": LEAD},
        {"id": "b", "text": LATER},
        {"id": "c", "text": LEAD.replace("The council", "A council")},
        {"id": "d", "text": OTHER},
    )


def test_explanation_shows_shared_and_differing_words(explained: Analysis) -> None:
    explanation = explained.explain(0, 1)
    assert ["The council closed the old harbour bridge for a week on", "morning"] == (
        explanation.shared
    )
    assert (["Monday"], ["Tuesday"]) == (explanation.only_first, explanation.only_second)
    a, b = (shingle_set(tokens_of(text), 3) for text in (LEAD, LATER))
    assert jaccard_of(a, b) == explanation.jaccard
    assert 0.6 == explanation.threshold


def test_explanation_gives_the_reason_of_a_member_and_its_representative(
    explained: Analysis,
) -> None:
    for pair in ((0, 1), (1, 0)):
        explanation = explained.explain(*pair)
        assert 0 == explanation.cluster_id
        assert (
            "in cluster 0, which passage 0 represents:"
            " Jaccard 0.692 is at or above the threshold 0.6"
        ) == explanation.reason


def test_explanation_of_two_members_names_their_representative(explained: Analysis) -> None:
    explanation = explained.explain(1, 2)
    assert (0, True) == (explanation.cluster_id, explanation.jaccard < 0.6)
    assert "both are at or above the threshold 0.6 with its representative, passage 0" in (
        explanation.reason
    )


def test_explanation_of_strangers_says_that_they_share_no_cluster(explained: Analysis) -> None:
    explanation = explained.explain(0, 3)
    assert (None, 0.0) == (explanation.cluster_id, explanation.jaccard)
    assert "not in one cluster: Jaccard 0.000 is below the threshold 0.6" == explanation.reason


def test_explanation_of_two_representatives_is_no_cluster() -> None:
    analysis = analyze_records(*({"id": str(i), "text": text} for i, text in enumerate(
        [LEAD, LEAD, OTHER, OTHER]
    )))  # fmt: skip
    assert (0, None, 1) == tuple(
        analysis.explain(*pair).cluster_id for pair in ((0, 1), (1, 2), (2, 3))
    )


@pytest.mark.parametrize("passage", [-1, 4, 99])
def test_explanation_of_an_unknown_passage_is_refused(explained: Analysis, passage: int) -> None:
    with pytest.raises(KeyError, match=f"passage id must be from 0 to 3, got {passage}"):
        explained.explain(0, passage)
