"""What the report says of credit: verdicts, worst documents, quotations that were changed."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from dedup import Corpus, analyze
from dedup.report import Summary, render, summarize
from dedup.report.credit import CreditSummary, CreditView, QuotationView, UncreditedView

PIER = (
    "The council closed the old harbour bridge for a week after divers found a crack in its"
    " eastern pier, and lorries have to take the long way round the bay."
)
HERON = (
    "A pair of herons has nested on the roof of the savings bank for the second spring in a row,"
    " to the delight of the clerks."
)
MILL = (
    "Nobody was hurt when the chimney of the abandoned paper mill fell into the river on Sunday"
    " night."
)
SAID = "The herons may stay as long as they like"
ALTERED = SAID.replace("long", "briefly")


def record(document_id: str, outlet: str, day: int, *paragraphs: str) -> dict[str, Any]:
    return {
        "id": document_id, "outlet": outlet, "published": f"2026-03-0{day}",
        "text": "\n\n".join(paragraphs),
    }  # fmt: skip


RECORDS = [
    record("w1", "Reuters", 1, PIER, HERON),
    record("w2", "Reuters", 1, MILL, f"{SAID}."),
    record("g1", "Harbour Gull", 2, f"QUAYMOUTH (Reuters) – {PIER}"),
    record("t1", "Evening Tern", 3, f"QUAYMOUTH (AP) – {MILL}"),
    record("t2", "Evening Tern", 4, HERON),
    record("t3", "Evening Tern", 5, f"“{MILL}”"),
    record("h1", "Morning Heron", 6, f"“{ALTERED},” Reuters reported.",
           "“The mayor sleeps badly and has taken up the cello,” Reuters reported."),
]  # fmt: skip


def n_words(text: str) -> int:
    return len(text.split())


@pytest.fixture(scope="module")
def summary() -> Summary:
    return summarize(analyze(Corpus.from_records(RECORDS), only=["reuse", "attributions"]))


@pytest.fixture(scope="module")
def credit(summary: Summary) -> CreditSummary:
    assert summary.credit is not None
    return summary.credit


def test_spans_and_words_are_counted_by_credit(credit: CreditSummary) -> None:
    assert {
        "credited": {"n_spans": 1, "n_words": n_words(PIER)},
        "credited_to_other": {"n_spans": 1, "n_words": n_words(MILL)},
        "quoted_uncredited": {"n_spans": 1, "n_words": n_words(MILL)},
        "uncredited": {"n_spans": 1, "n_words": n_words(HERON)},
    } == credit.credits


def test_attributions_are_counted_by_relation_outlet_and_verdict(credit: CreditSummary) -> None:
    assert 4 == credit.n_attributions
    assert {"statement": 2, "credit": 2} == {k: n for k, n in credit.relations.items() if n}
    assert [("Reuters", 3), ("Associated Press", 1)] == credit.outlets
    assert {"altered": 1, "not_found": 1} == {k: n for k, n in credit.verdicts.items() if n}


def test_takers_are_the_outlets_by_their_uncredited_words(credit: CreditSummary) -> None:
    assert [
        CreditView("Evening Tern", 0, n_words(MILL), n_words(MILL), n_words(HERON)),
        CreditView("Harbour Gull", n_words(PIER), 0, 0, 0),
    ] == credit.takers


def test_worst_documents_come_first(credit: CreditSummary) -> None:
    tern = "Evening Tern"
    mill = n_words(MILL)
    first, *others = credit.uncredited
    assert UncreditedView("t2", tern, n_words(HERON), "w1", "Reuters", None, HERON) == first
    assert [
        ("t1", tern, mill, "w2", "Reuters", "Associated Press"),
        ("t3", tern, mill, "w2", "Reuters", None),
    ] == [
        (v.document_id, v.outlet, v.n_words, v.origin_document_id, v.origin_outlet, v.credited_to)
        for v in others
    ]
    assert all(MILL[:-1] in view.text for view in others)


def test_altered_quotations_show_the_changed_words(credit: CreditSummary) -> None:
    (view,) = credit.altered
    assert ("h1", "Morning Heron", "Reuters", "w2", SAID, ["long"], ["briefly"]) == (
        view.document_id, view.outlet, view.credited_outlet, view.matched_document_id,
        view.matched_text, view.removed, view.added,
    )  # fmt: skip
    assert ALTERED in view.text


def test_quotations_that_are_nowhere_have_no_place(credit: CreditSummary) -> None:
    (view,) = credit.not_found
    text = "The mayor sleeps badly and has taken up the cello,"
    assert QuotationView(
        "h1", "Morning Heron", "Reuters", text, None, None, [], []
    ) == view  # fmt: skip


def test_without_reuse_there_are_no_credits() -> None:
    credit = summarize(analyze(Corpus.from_records(RECORDS), only="attributions")).credit
    assert credit is not None
    assert (4, None, [], []) == (
        credit.n_attributions, credit.credits, credit.takers, credit.uncredited,
    )  # fmt: skip


def test_without_attributions_there_is_no_summary() -> None:
    assert summarize(analyze(Corpus.from_records(RECORDS), only="reuse")).credit is None


def rendered(summary: Summary) -> str:
    out = io.StringIO()
    render(summary, Console(file=out, width=100, highlight=False))
    return " ".join(out.getvalue().split())


def test_terminal_shows_the_headings_and_both_wordings(summary: Summary) -> None:
    text = rendered(summary)
    for words in ("Do they say so?", "Copied and not credited", "Quoted, but not so",
                  "What the articles say about their sources", "copied without a word",
                  f"it has {ALTERED}", f"there {SAID} w2", "credited to Associated Press",
                  "1 altered, 1 not found"):  # fmt: skip
        assert words in text


def test_nothing_uncredited_has_no_heading() -> None:
    text = rendered(summarize(analyze(Corpus.from_records(RECORDS[:3]))))
    assert "Copied and not credited" not in text
    assert "the text says whose words they are" in text
