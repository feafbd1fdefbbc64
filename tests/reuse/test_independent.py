"""Two outlets on one event that wrote for themselves: nobody took from anybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import CASES

from dedup import Corpus, analyze


def analyze_cases(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows of the table `reuse` for the articles of some cases, a day apart."""
    records = [
        {
            "id": f"{case['label']}-{outlet}",
            "outlet": outlet,
            "published": f"2026-03-{day:02d}",
            "text": text,
        }
        for case in cases
        for day, (outlet, text) in enumerate(case["outlets"].items(), 1)
    ]
    analysis = analyze(Corpus.from_records(records), only=["reuse"], jobs=1)
    return [row for row in analysis.table("reuse").to_pylist() if row["kind"] != "shared_quote"]


@pytest.fixture(scope="module")
def every() -> list[dict[str, Any]]:
    """The rows of all articles together."""
    return analyze_cases(json.loads((CASES / "independent.json").read_text("utf-8")))


@pytest.mark.cases("independent")
def test_articles_are_of_usual_length(case: dict[str, Any]) -> None:
    assert all(60 <= len(text.split()) <= 120 for text in case["outlets"].values())


@pytest.mark.cases("independent")
def test_independent_articles_on_one_event_share_a_quotation_at_most(
    case: dict[str, Any], every: list[dict[str, Any]]
) -> None:
    names = ("target_document_id", "origin_document_id")
    own = [row for row in every if any(row[name].startswith(case["label"]) for name in names)]
    assert [] == own


@pytest.mark.cases("independent")
def test_two_independent_articles_alone_share_a_quotation_at_most(case: dict[str, Any]) -> None:
    assert [] == analyze_cases([case])


def test_quotations_that_both_have_are_found() -> None:
    cases = json.loads((CASES / "independent.json").read_text("utf-8"))
    records = [
        {"id": f"{case['label']}-{outlet}", "outlet": outlet, "text": text}
        for case in cases
        for outlet, text in case["outlets"].items()
    ]
    rows = analyze(Corpus.from_records(records), only=["reuse"], jobs=1).table("reuse").to_pylist()
    expected = {case["label"] for case in cases if all("“" in t for t in case["outlets"].values())}
    assert expected == {row["target_document_id"].split("-")[0] for row in rows}
    assert {"shared_quote"} == {row["kind"] for row in rows}
    assert {"undirected"} == {row["direction"] for row in rows}
