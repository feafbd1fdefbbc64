"""Who took how much from whom: shares and flows of reuse, by hand and by brute force."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from statistics import median
from typing import Any

import pytest
from oracles import tokens_of
from random_corpora import random_records

from dedup import Analysis, Corpus, ReuseSettings, analyze

BRIDGE = (
    "The council closed the old harbour bridge for a week after divers found a crack in its"
    " eastern pier."
)
HERON = (
    "A pair of herons has nested on the roof of the savings bank for the second spring in a row,"
    " to the delight of the clerks."
)
FERRY = (
    "Ferry tickets will cost two crowns more from April, the company announced, because the price"
    " of diesel rose again."
)
MILL = (
    "Nobody was hurt when the chimney of the abandoned paper mill fell into the river on Sunday"
    " night."
)
OWN = "Our reporter adds nothing new here."
N_WORDS = {BRIDGE: 19, HERON: 26, FERRY: 19, MILL: 18, OWN: 6}

# Tern takes two paragraphs after three hours and one after a day, Heron one after ten hours,
# somebody unknown one after three days; Tern had that one, too, but Gull had it before.
RECORDS = [
    {"id": "g1", "outlet": "Gull", "published": "2026-03-01T06:00Z",
     "text": f"{BRIDGE}\n\n{HERON}"},
    {"id": "g2", "outlet": "Gull", "published": "2026-03-02T06:00Z", "text": f"{FERRY}\n\n{MILL}"},
    {"id": "t1", "outlet": "Tern", "published": "2026-03-01T09:00Z",
     "text": f"{BRIDGE}\n\n{HERON}\n\n{OWN}"},
    {"id": "t2", "outlet": "Tern", "published": "2026-03-03T06:00Z", "text": FERRY},
    {"id": "h1", "outlet": "Heron", "published": "2026-03-02T16:00Z", "text": MILL},
    {"id": "u1", "published": "2026-03-05T06:00Z", "text": FERRY},
]  # fmt: skip


@pytest.fixture(scope="module")
def newsdesk() -> Analysis:
    return analyze(Corpus.from_records(RECORDS))


@pytest.fixture(scope="module", params=[False, True], ids=["between outlets", "within outlets"])
def analysis(request: pytest.FixtureRequest) -> Analysis:
    records = random_records(12, 250, n_words=(15, 50))
    return analyze(Corpus.from_records(records), reuse=ReuseSettings(within_outlet=request.param))


def flows_of(analysis: Analysis) -> dict[tuple[str | None, str | None], tuple[Any, ...]]:
    counts = ("n_documents", "n_passages", "n_words", "median_lag_hours")
    return {
        (row["origin_outlet"], row["target_outlet"]): tuple(row[name] for name in counts)
        for row in analysis.table("flows").to_pylist()
    }


def taken_rows(analysis: Analysis) -> list[dict[str, Any]]:
    """Return the rows that say that one took from another."""
    return [
        row for row in analysis.table("reuse").to_pylist()
        if row["rank"] == 1 and row["direction"] == "directed" and row["kind"] != "shared_quote"
    ]  # fmt: skip


def test_counts_of_words_by_hand_are_right() -> None:
    assert {text: len(tokens_of(text)) for text in N_WORDS} == N_WORDS


def test_flows_count_documents_passages_words_and_hours(newsdesk: Analysis) -> None:
    expected = {
        ("Gull", "Heron"): (1, 1, 18, 10.0),
        ("Gull", "Tern"): (2, 3, 19 + 26 + 19, (3.0 + 24.0) / 2),
        ("Gull", None): (1, 1, 19, 72.0),
    }
    assert expected == flows_of(newsdesk)
    assert list(expected) == list(flows_of(newsdesk))  # by both outlets, missing last


def test_shares_are_taken_words_over_all_words(newsdesk: Analysis) -> None:
    rows = newsdesk.table("documents").to_pylist()
    found = {row["document_id"]: row["reused_share"] for row in rows}
    assert {
        "g1": 0.0, "g2": 0.0, "t1": round(45 / 51, 6), "t2": 1.0, "h1": 1.0, "u1": 1.0,
    } == found  # fmt: skip


def test_lag_counts_each_pair_of_documents_once() -> None:
    apart = "\n\n".join(
        f"Then came a day on which {'nobody ' * n}wrote down what was said." for n in range(30, 33)
    )
    records = [
        {"id": "a", "outlet": "Gull", "published": "2026-03-01T00:00Z",
         "text": f"{BRIDGE}\n\n{HERON}"},
        {"id": "b", "outlet": "Gull", "published": "2026-03-01T00:00Z", "text": FERRY},
        {"id": "c", "outlet": "Gull", "published": "2026-03-01T00:00Z", "text": MILL},
        {"id": "x", "outlet": "Tern", "published": "2026-03-01T01:00Z",
         "text": f"{BRIDGE}\n\n{apart}\n\n{HERON}"},
        {"id": "y", "outlet": "Tern", "published": "2026-03-01T07:00Z", "text": FERRY},
        {"id": "z", "outlet": "Tern", "published": "2026-03-01T09:00Z", "text": MILL},
    ]  # fmt: skip
    analysis = analyze(Corpus.from_records(records))
    assert 4 == len(taken_rows(analysis))
    assert {("Gull", "Tern"): (3, 4, 19 + 26 + 19 + 18, 7.0)} == flows_of(analysis)


def test_lag_is_that_of_the_pairs_that_have_both_dates() -> None:
    records = [
        {"id": "w1", "outlet": "Reuters", "published": "2026-03-01T00:00Z", "text": BRIDGE},
        {"id": "w2", "outlet": "Reuters", "text": HERON},
        {"id": "w3", "outlet": "Reuters", "published": "2026-03-02T00:00Z", "text": FERRY},
        {"id": "t1", "outlet": "Tern", "text": f"HARBOUR TOWN (Reuters) — {BRIDGE}"},
        {
            "id": "t2",
            "outlet": "Tern",
            "published": "2026-03-09",
            "text": f"HARBOUR TOWN (Reuters) — {HERON}",
        },
        {"id": "t3", "outlet": "Tern", "published": "2026-03-02T05:00Z", "text": FERRY},
        {"id": "h1", "outlet": "Heron", "text": f"HARBOUR TOWN (Reuters) — {MILL}"},
        {"id": "w4", "outlet": "Reuters", "published": "2026-03-01T00:00Z", "text": MILL},
    ]
    flows = flows_of(analyze(Corpus.from_records(records)))
    lags = {flow: values[-1] for flow, values in flows.items()}
    assert {("Reuters", "Tern"): 5.0, ("Reuters", "Heron"): None} == lags


def test_nothing_flows_where_the_dates_do_not_tell_who_was_first() -> None:
    same_day = [{**record, "published": "2026-03-01"} for record in RECORDS]
    analysis = analyze(Corpus.from_records(same_day))
    assert {"undirected"} == {row["direction"] for row in analysis.table("reuse").to_pylist()}
    assert (0, (0, 0)) == (analysis.table("flows").num_rows, analysis.flow_matrix().shape)
    assert {0.0} == {row["reused_share"] for row in analysis.table("documents").to_pylist()}


def test_flow_matrix_has_every_named_outlet_of_a_flow_in_both_directions(
    newsdesk: Analysis,
) -> None:
    matrix = newsdesk.flow_matrix()
    outlets = ["Gull", "Heron", "Tern"]
    assert (outlets, outlets) == (matrix.index.tolist(), matrix.columns.tolist())
    assert [[0, 18, 64], [0, 0, 0], [0, 0, 0]] == matrix.to_numpy().tolist()
    assert {"Int64"} == {str(dtype) for dtype in matrix.dtypes}


@pytest.mark.parametrize(("values", "expected"), [("n_documents", 2), ("n_passages", 3)])
def test_flow_matrix_of_other_counts(values: str, expected: int, newsdesk: Analysis) -> None:
    assert expected == newsdesk.flow_matrix(values).loc["Gull", "Tern"]


def test_flow_matrix_of_no_flow_is_empty() -> None:
    assert (0, 0) == analyze(Corpus.from_records(RECORDS[:1])).flow_matrix().shape


@pytest.mark.parametrize("name", ["reuse", "flows"])
def test_reuse_that_was_left_out_is_an_error(name: str) -> None:
    analysis = analyze(Corpus.from_records(RECORDS), only=["duplicates"])
    assert ["documents", "passages", "duplicates", "clusters"] == analysis.table_names
    with pytest.raises(ValueError, match=r"reuse .* not analysed"):
        getattr(analysis, name)
    with pytest.raises(ValueError, match=r"reuse .* not analysed"):
        analysis.table(name)


@pytest.mark.parametrize("name", ["duplicates", "clusters"])
def test_duplicates_that_were_left_out_are_an_error(name: str) -> None:
    analysis = analyze(Corpus.from_records(RECORDS), only=["reuse"])
    assert ["documents", "passages", "reuse", "flows"] == analysis.table_names
    with pytest.raises(ValueError, match="duplicates were not analysed"):
        getattr(analysis, name)
    with pytest.raises(ValueError, match="duplicates were not analysed"):
        analysis.at_threshold(0.9)


@pytest.mark.parametrize("only", [[], ["verses"], ["reuse", "verses"]], ids=str)
def test_unknown_part_is_refused(only: Iterable[str]) -> None:
    with pytest.raises(
        ValueError, match="only must name some of duplicates, reuse, attributions, got "
    ):
        analyze(Corpus.from_records(RECORDS), only=only)


# Brute force over the tables.


def test_flows_are_those_of_the_rows_of_reuse(analysis: Analysis) -> None:
    passages = analysis.table("passages").to_pylist()
    published: dict[str, datetime] = {
        row["document_id"]: row["published"] for row in analysis.table("documents").to_pylist()
    }
    groups: dict[tuple[str | None, str | None], list[dict[str, Any]]] = {}
    for row in taken_rows(analysis):
        groups.setdefault((row["origin_outlet"], row["target_outlet"]), []).append(row)
    expected = {}
    for flow, rows in groups.items():
        touched = {
            passage["passage_id"]
            for row in rows
            for passage in passages
            if passage["document_id"] == row["target_document_id"]
            and passage["start"] < row["target_end"]
            and row["target_start"] < passage["end"]
        }
        pairs = {(row["target_document_id"], row["origin_document_id"]) for row in rows}
        lags = [(published[one] - published[other]).total_seconds() for one, other in pairs]
        expected[flow] = (
            len({target for target, _ in pairs}), len(touched), sum(row["n_words"] for row in rows),
            round(median(lags) / 3600, 6),
        )  # fmt: skip
    assert len(expected) > 3
    assert expected == flows_of(analysis)


def test_reused_share_is_the_union_of_taken_spans(analysis: Analysis) -> None:
    texts = {document.document_id: document.text for document in analysis.corpus}
    taken: dict[str, set[int]] = {document_id: set() for document_id in texts}
    for row in taken_rows(analysis):
        taken[row["target_document_id"]].update(range(row["target_start"], row["target_end"]))
    n_taken = dict.fromkeys(texts, 0)
    for passage in analysis.table("passages").to_pylist():
        if passage["role"] == "body":
            document_id = passage["document_id"]
            kept = taken[document_id]
            text = "".join(
                texts[document_id][i] if i in kept else " "
                for i in range(passage["start"], passage["end"])
            )
            n_taken[document_id] += len(tokens_of(text))
    rows = analysis.table("documents").to_pylist()
    assert 20 < sum(row["reused_share"] > 0 for row in rows)
    for row in rows:
        expected = round(n_taken[row["document_id"]] / row["n_words"], 6)
        assert expected == row["reused_share"], row["document_id"]


def test_shares_lie_between_0_and_1(analysis: Analysis) -> None:
    shares = analysis.table("documents")["reused_share"].to_pylist()
    assert [] == [share for share in shares if not 0 <= share <= 1]


def test_outlets_of_flows_differ_unless_within_outlets(analysis: Analysis) -> None:
    named = [flow for flow in flows_of(analysis) if None not in flow]
    assert analysis.reuse_settings.within_outlet == any(one == other for one, other in named)
