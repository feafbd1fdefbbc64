"""The summary: its facts are those of the tables."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from oracles import passage_texts, reported_clusters, reported_pairs
from random_corpora import random_records

from dedup import Analysis, Corpus, CorpusSettings, DuplicateSettings, analyze
from dedup.duplicates import KINDS
from dedup.report import Summary, summarize
from dedup.report.summary import DuplicateSummary

LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LATER = LEAD.replace("Monday", "Tuesday")


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    repeating = {"id": "repeating", "text": f"{LEAD}\n\n{LATER}"}
    return analyze(Corpus.from_records([*random_records(12, 250), repeating]))


@pytest.fixture(scope="module")
def summary(analysis: Analysis) -> Summary:
    return summarize(analysis)


@pytest.fixture(scope="module")
def duplicates(summary: Summary) -> DuplicateSummary:
    assert summary.duplicates is not None
    return summary.duplicates


def summary_of(*records: dict[str, Any]) -> Summary:
    return summarize(analyze(Corpus.from_records(records)))


def test_summary_counts_what_the_tables_hold(analysis: Analysis, summary: Summary) -> None:
    documents = analysis.table("documents").to_pylist()
    passages = analysis.table("passages").to_pylist()
    times = [row["published"] for row in documents if row["published"]]
    assert len(documents) == summary.n_documents
    assert len({row["outlet"] for row in documents} - {None}) == summary.n_outlets
    assert len(passages) == summary.n_passages
    assert sum(row["n_words"] for row in passages) == summary.n_words
    assert (min(times), max(times)) == (summary.first_published, summary.last_published)
    assert summary.duplicates is not None
    assert len(reported_pairs(analysis)) == summary.duplicates.n_pairs
    assert len(passages) == sum(summary.roles.values())
    for role, n in summary.roles.items():
        assert n == sum(row["role"] == role for row in passages)


def test_summary_counts_clusters_by_kind(analysis: Analysis, duplicates: DuplicateSummary) -> None:
    clusters = analysis.table("clusters").to_pylist()
    expected = {
        kind: {
            "n_clusters": sum(row["kind"] == kind for row in clusters),
            "n_passages": sum(row["n_passages"] for row in clusters if row["kind"] == kind),
        }
        for kind in KINDS
    }
    assert expected == duplicates.kinds


def test_duplicate_share_is_that_of_all_words(
    analysis: Analysis, summary: Summary, duplicates: DuplicateSummary
) -> None:
    n_copied = sum(
        row["duplicate_share"] * row["n_words"] for row in analysis.table("documents").to_pylist()
    )
    assert pytest.approx(n_copied / summary.n_words, abs=1e-5) == duplicates.duplicate_share


def test_stories_are_the_clusters_that_repeat_most_words_between_outlets(
    analysis: Analysis, duplicates: DuplicateSummary
) -> None:
    across = [
        row for row in analysis.table("clusters").to_pylist()
        if row["kind"] in ("syndicated", "update", "recycled")
    ]  # fmt: skip
    words = {row["passage_id"]: row["n_words"] for row in analysis.table("passages").to_pylist()}

    def rank(row: dict[str, Any]) -> tuple[int, int, int]:
        n_words = words[row["representative_passage_id"]]
        between, in_all = row["n_outlets"] - 1, row["n_passages"] - 1
        return -n_words * between, -n_words * in_all, row["cluster_id"]

    across.sort(key=rank)
    assert len(across) > 10
    shown = [story.cluster_id for story in duplicates.stories]
    assert [row["cluster_id"] for row in across[: len(shown)]] == shown
    assert 10 == len(shown)


def test_repeats_are_clusters_inside_one_document(duplicates: DuplicateSummary) -> None:
    assert len(duplicates.repeats) > 0
    for repeat in duplicates.repeats:
        assert ("repeat", 1) == (repeat.kind, repeat.n_documents)
        assert 1 == len({member.document_id for member in repeat.members})


def test_shown_members_are_those_of_the_cluster_first_one_first(
    analysis: Analysis, duplicates: DuplicateSummary
) -> None:
    texts, members = passage_texts(analysis), reported_clusters(analysis)
    for story in duplicates.stories:
        shown = [member.passage_id for member in story.members]
        assert members[story.cluster_id][: len(shown)] == shown
        assert texts[shown[0]] == story.text
        assert ([], []) == (story.members[0].removed, story.members[0].added)


def test_changed_spans_are_the_words_that_some_member_lacks(
    duplicates: DuplicateSummary,
) -> None:
    n_changed = 0
    for story in duplicates.stories:
        removed = [words for member in story.members for words in member.removed]
        changed = [story.text[start:end] for start, end in story.changed]
        assert all(any(words in run for run in changed) for words in removed)
        assert all(any(words in run for words in removed) for run in changed)
        n_changed += len(changed)
    assert n_changed > 0


def test_differing_words_of_a_member_are_named() -> None:
    summary = summary_of({"id": "a", "text": LEAD}, {"id": "b", "text": LATER})
    assert summary.duplicates is not None
    (story,) = summary.duplicates.stories
    assert [(LEAD.index("Monday"), LEAD.index("Monday") + 6)] == story.changed
    assert (["Monday"], ["Tuesday"]) == (story.members[1].removed, story.members[1].added)


def test_outlets_are_shown_with_their_documents_words_and_share() -> None:
    summary = summary_of(
        {"id": "a", "outlet": "Gull", "text": LEAD},
        {"id": "b", "outlet": "Gull", "text": "A heron nests on the roof of the savings bank."},
        {"id": "c", "outlet": "Tern", "text": LATER},
        {"id": "d", "text": "The mill road is closed."},
    )
    found = [(o.outlet, o.n_documents, o.n_words, o.duplicate_share) for o in summary.outlets]
    assert [("Gull", 2, 23, 0.0), ("Tern", 1, 13, 1.0), (None, 1, 5, 0.0)] == found


def test_boilerplate_is_shown_by_outlet() -> None:
    summary = summary_of(
        {"id": "a", "outlet": "Gull", "text": f"{LEAD}\n\nExit mobile version"},
        {"id": "b", "outlet": "Gull", "text": "Exit mobile version"},
        {"id": "c", "outlet": "Tern", "text": LATER},
    )
    found = [(o.outlet, o.n_boilerplate, o.boilerplate) for o in summary.outlets]
    assert [("Gull", 2, [("Exit mobile version", 2)]), ("Tern", 0, [])] == found


def test_what_was_left_out_is_counted() -> None:
    corpus = Corpus.from_records(
        [{"id": "a", "text": f"{LEAD}\n\n* * *"}, {"id": "b"}, {"id": "a", "text": LATER}],
        CorpusSettings(skip_bad_records=True),
    )
    summary = summarize(analyze(corpus))
    assert (1, 1) == (summary.n_documents, summary.n_tokenless)
    assert 2 == len(summary.skipped)
    assert any('missing field "text"' in reason for reason in summary.skipped)
    assert any("duplicate id 'a'" in reason for reason in summary.skipped)


def test_recall_curve_is_that_of_the_bands_and_names_the_threshold() -> None:
    corpus = Corpus.from_records([{"text": LEAD}])
    summary = summarize(analyze(corpus, DuplicateSettings(threshold=0.65)))
    assert summary.duplicates is not None
    banding, recall = summary.duplicates.banding, summary.duplicates.recall
    bands, rows = banding["bands"], banding["rows"]
    assert {"0.3", "0.5", "0.65", "0.9"} <= recall.keys()
    for jaccard, share in recall.items():
        assert round(1 - (1 - float(jaccard) ** rows) ** bands, 6) == share
    assert recall["0.65"] >= 0.98


def test_summary_states_its_format_and_settings(summary: Summary) -> None:
    assert ("dedup-report", 1) == (summary.format, summary.version)
    assert {
        "threshold": 0.6, "shingle_size": 3, "num_perm": 128, "seed": 1, "target_recall": 0.98,
        "min_run_words": 8, "within_outlet": False, "passages": "paragraph",
    } == summary.settings  # fmt: skip


@pytest.mark.parametrize(
    ("part", "other", "settings"),
    [
        ("duplicates", "reuse",
         {"threshold", "shingle_size", "num_perm", "seed", "target_recall", "passages"}),
        ("reuse", "duplicates", {"min_run_words", "within_outlet", "passages"}),
    ],
)  # fmt: skip
def test_summary_of_one_part_has_nothing_of_the_other(
    part: str, other: str, settings: set[str], analysis: Analysis, summary: Summary
) -> None:
    found = summarize(analyze(analysis.corpus, only=[part]))
    assert (getattr(summary, part), None) == (getattr(found, part), getattr(found, other))
    assert settings == found.settings.keys()
    missing = {"duplicates": "duplicate_share", "reuse": "reused_share"}[other]
    assert {None} == {getattr(outlet, missing) for outlet in found.outlets}


def test_summary_serialises_as_json(summary: Summary) -> None:
    found = orjson.loads(orjson.dumps(summary))
    assert [*Summary.__slots__] == list(found)
    assert summary.n_words == found["n_words"]


def test_summary_of_a_corpus_without_duplicates_outlets_and_dates() -> None:
    summary = summary_of({"text": LEAD})
    duplicates = summary.duplicates
    assert duplicates is not None
    assert (0.0, 0, [], [], None, None, 0) == (
        duplicates.duplicate_share, duplicates.n_pairs, duplicates.stories, duplicates.repeats,
        summary.first_published, summary.last_published, summary.n_outlets,
    )  # fmt: skip
