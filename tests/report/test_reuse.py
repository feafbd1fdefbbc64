"""What the report says of reuse: its facts are those of the tables."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from random_corpora import random_records

from dedup import Analysis, Corpus, analyze
from dedup.report.reuse import FlowView, ReuseSummary, summarize_reuse

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
QUOTED = (
    "“We shall mend every bench in the park before the first warm weekend of the year arrives,”"
)

# All of the wire's first article is in two papers, half of its second in one; on a second
# paragraph the dates say nothing, and a speech is quoted by two.
RECORDS = [
    {"id": "w1", "outlet": "Wire", "published": "2026-03-01", "text": f"{BRIDGE}\n\n{HERON}"},
    {"id": "w2", "outlet": "Wire", "published": "2026-03-02", "text": FERRY},
    {"id": "g1", "outlet": "Gull", "published": "2026-03-03", "text": f"{BRIDGE}\n\n{HERON}"},
    {"id": "t1", "outlet": "Tern", "published": "2026-03-04",
     "text": f"{BRIDGE.replace('divers', 'swimmers')}\n\n{HERON}\n\n{FERRY}\n\nIt rained."},
    {"id": "h1", "outlet": "Heron", "published": "2026-03-05", "text": MILL},
    {"id": "u1", "published": "2026-03-05", "text": MILL},
    {"id": "q1", "outlet": "Gull", "published": "2026-03-06",
     "text": f"{QUOTED} the gardener told a meeting of neighbours."},
    {"id": "q2", "outlet": "Tern", "published": "2026-03-07",
     "text": f"Speaking on the market square was Ms Quill. {QUOTED} she promised."},
]  # fmt: skip


def summary_of(analysis: Analysis) -> ReuseSummary:
    assert analysis.reuse_arrays is not None
    return summarize_reuse(analysis, analysis.reuse_arrays)


@pytest.fixture(scope="module")
def small() -> ReuseSummary:
    return summary_of(analyze(Corpus.from_records(RECORDS), only=["reuse"]))


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(Corpus.from_records(random_records(12, 250, n_words=(15, 50))), only=["reuse"])


def best_rows(analysis: Analysis) -> list[dict[str, Any]]:
    return [row for row in analysis.table("reuse").to_pylist() if row["rank"] == 1]


def taken_rows(analysis: Analysis) -> list[dict[str, Any]]:
    return [
        row for row in best_rows(analysis)
        if row["direction"] == "directed" and row["kind"] != "shared_quote"
    ]  # fmt: skip


def test_kinds_and_directions_of_a_small_corpus(small: ReuseSummary) -> None:
    assert {"verbatim": 3, "edited": 1, "paraphrase": 0, "shared_quote": 1} == small.kinds
    assert {"directed": 3, "undirected": 1, "common_origin": 0} == small.directions
    assert 5 == small.n_spans


def test_most_reused_are_the_articles_that_others_have_the_most_words_of(
    small: ReuseSummary,
) -> None:
    found = [(view.document_id, view.n_documents, view.n_outlets, view.n_words)
             for view in small.reused]  # fmt: skip
    assert [("w1", 2, 2, 45 + 45), ("w2", 1, 1, 19), ("h1", 1, 1, 18)] == found
    assert [f"{BRIDGE}\n\n{HERON}", FERRY, MILL] == [view.text for view in small.reused]
    assert ["Wire", "Wire", "Heron"] == [view.outlet for view in small.reused]


def test_takers_come_with_their_share_and_their_main_origin(small: ReuseSummary) -> None:
    found = [
        (view.document_id, view.outlet, view.n_words, view.reused_share,
         view.origin_document_id, view.origin_outlet)
        for view in small.takers
    ]  # fmt: skip
    assert [
        ("g1", "Gull", 45, 1.0, "w1", "Wire"),
        ("t1", "Tern", 66, round(64 / 66, 6), "w1", "Wire"),
    ] == found


def test_flows_come_with_their_words_and_hours_most_words_first(small: ReuseSummary) -> None:
    assert [
        FlowView("Wire", "Tern", 1, 64, 60.0),  # after three days and after two
        FlowView("Wire", "Gull", 1, 45, 48.0),
    ] == small.flows
    assert 2 == small.n_flows


def test_reused_share_is_that_of_all_words(small: ReuseSummary) -> None:
    analysis = analyze(Corpus.from_records(RECORDS), only=["reuse"])
    n_words = sum(analysis.table("documents")["n_words"].to_pylist())
    assert round((45 + 64) / n_words, 6) == small.reused_share


def test_text_of_a_reused_article_is_the_start_of_its_longest_span() -> None:
    numbers = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    long = " ".join(f"On pier {a} stood crate {b}." for a in numbers for b in numbers)
    records = [
        {"id": "w", "outlet": "Wire", "published": "2026-03-01", "text": f"{BRIDGE}\n\n{long}"},
        {"id": "g", "outlet": "Gull", "published": "2026-03-02", "text": BRIDGE},
        {"id": "t", "outlet": "Tern", "published": "2026-03-03", "text": long},
    ]
    (view,) = summary_of(analyze(Corpus.from_records(records))).reused
    assert long[:500] == view.text


def test_documents_without_an_outlet_count_as_one_outlet_each() -> None:
    outlets = ["Wire", None, None, "Gull", "Gull"]
    records = [
        {"outlet": outlet, "published": f"2026-03-0{day}", "text": f"{BRIDGE}\n\n{HERON}"}
        for day, outlet in enumerate(outlets, 1)
    ]
    (view,) = summary_of(analyze(Corpus.from_records(records))).reused
    assert (4, 3) == (view.n_documents, view.n_outlets)


def test_nothing_shared_is_an_empty_summary() -> None:
    summary = summary_of(analyze(Corpus.from_records(RECORDS[:2])))
    assert (0, 0.0, [], [], [], 0) == (
        summary.n_spans, summary.reused_share, summary.reused, summary.takers, summary.flows,
        summary.n_flows,
    )  # fmt: skip
    assert {0} == {*summary.kinds.values(), *summary.directions.values()}


# As the tables have it.


def test_kinds_and_directions_are_counted_as_in_the_table(analysis: Analysis) -> None:
    summary, rows = summary_of(analysis), best_rows(analysis)
    kinds = Counter(row["kind"] for row in rows)
    directions = Counter(row["direction"] for row in rows if row["kind"] != "shared_quote")
    assert len(rows) == summary.n_spans
    assert kinds == {kind: n for kind, n in summary.kinds.items() if n}
    assert directions == {direction: n for direction, n in summary.directions.items() if n}
    assert len(kinds) > 1
    assert len(directions) > 1


def test_reused_share_is_that_of_the_table_of_documents(analysis: Analysis) -> None:
    rows = analysis.table("documents").to_pylist()
    n_taken = sum(row["reused_share"] * row["n_words"] for row in rows)
    n_words = sum(row["n_words"] for row in rows)
    assert pytest.approx(n_taken / n_words, abs=1e-5) == summary_of(analysis).reused_share


def test_ten_most_reused_are_those_of_the_table(analysis: Analysis) -> None:
    n_words: Counter[str] = Counter()
    takers: dict[str, set[str]] = {}
    for row in best_rows(analysis):
        if row["kind"] != "shared_quote":
            n_words[row["origin_document_id"]] += row["n_words"]
            takers.setdefault(row["origin_document_id"], set()).add(row["target_document_id"])
    found = summary_of(analysis).reused
    assert len(n_words) > len(found)
    assert 10 == len(found)
    assert sorted(n_words.values(), reverse=True)[:10] == [view.n_words for view in found]
    for view in found:
        assert (n_words[view.document_id], len(takers[view.document_id])) == (
            view.n_words, view.n_documents,
        )  # fmt: skip


def test_ten_takers_are_those_of_the_table(analysis: Analysis) -> None:
    rows = {row["document_id"]: row for row in analysis.table("documents").to_pylist()}
    shares = sorted((row["reused_share"] for row in rows.values()), reverse=True)
    given: Counter[tuple[str, str]] = Counter()
    for row in taken_rows(analysis):
        given[row["target_document_id"], row["origin_document_id"]] += row["n_words"]
    found = summary_of(analysis).takers
    assert 10 == len(found)
    assert shares[:10] == [view.reused_share for view in found]
    for view in found:
        row = rows[view.document_id]
        assert (row["outlet"], row["n_words"], row["reused_share"]) == (
            view.outlet, view.n_words, view.reused_share,
        )  # fmt: skip
        most = max(n for (target, _), n in given.items() if target == view.document_id)
        assert most == given[view.document_id, view.origin_document_id]


def test_flows_are_the_ten_with_the_most_words(analysis: Analysis) -> None:
    rows = analysis.table("flows").to_pylist()
    summary = summary_of(analysis)
    n_words = sorted((row["n_words"] for row in rows), reverse=True)
    assert (len(rows), n_words[:10]) == (
        summary.n_flows, [flow.n_words for flow in summary.flows],
    )  # fmt: skip
    for flow in summary.flows:
        assert {name: getattr(flow, name) for name in FlowView.__slots__}.items() <= next(
            row.items()
            for row in rows
            if (row["origin_outlet"], row["target_outlet"])
            == (flow.origin_outlet, flow.target_outlet)
        )
