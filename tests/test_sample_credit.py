"""The sample newsroom against its gold: who is credited with what, and whether it is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dedup import Analysis, Corpus, analyze
from dedup.attribution import CREDITS, VERDICTS, gazetteer

Row = dict[str, Any]

LEAST_FOUND = 105  # of 118
SAME_CONTENT = 0.7  # of the longer one


@pytest.fixture(scope="module")
def analysis(newsroom: Corpus, root: Path) -> Analysis:
    outlets = gazetteer(root / "sample_data" / "outlets.tsv")
    return analyze(newsroom, outlets=outlets, only=["reuse", "attributions"])


@pytest.fixture(scope="module")
def best(analysis: Analysis) -> list[Row]:
    """The best origins."""
    return [row for row in analysis.table("reuse").to_pylist() if row["rank"] == 1]


@pytest.fixture(scope="module")
def attributions(analysis: Analysis, gold: dict[str, Any]) -> list[Row]:
    """What the documents say that are labelled."""
    labelled = {*gold["attribution_documents"]}
    rows = analysis.table("attributions").to_pylist()
    return [row for row in rows if row["document_id"] in labelled]


def shared(one: tuple[int, int], other: tuple[int, int]) -> int:
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def span(place: Row) -> tuple[int, int]:
    return place["start"], place["end"]


def is_credited(labels: Row, row: Row) -> bool:
    """Whether the party of a gold row and that of a found one overlap."""
    found = row["credited_start"], row["credited_end"]
    same_document = labels["document_id"] == row["document_id"]
    return same_document and shared(span(labels["credited"]), found) > 0


def is_same(labels: Row, row: Row) -> bool:
    """Whether a gold row is found: party, relation, and most of the content."""
    if not is_credited(labels, row) or labels["relation"] != row["relation"]:
        return False
    if labels["content"] is None or row["content_start"] is None:
        return labels["content"] is None and row["content_start"] is None
    expected, found = span(labels["content"]), (row["content_start"], row["content_end"])
    longer = max(expected[1] - expected[0], found[1] - found[0])
    return shared(expected, found) >= SAME_CONTENT * longer


def test_every_gold_reuse_has_its_origin_direction_and_credit(
    best: list[Row], gold: dict[str, Any]
) -> None:
    assert len(gold["reuse"]) > 60
    for labels in gold["reuse"]:
        target = labels["target"]
        covering = [
            row for row in best
            if row["target_document_id"] == target["document_id"]
            and 2 * shared(span(target), (row["target_start"], row["target_end"]))
            > target["end"] - target["start"]
        ]  # fmt: skip
        origin = labels["origin"]["document_id"]
        expected = [(origin, labels["direction"], labels["reason"], labels["credit"])]
        found = [
            (row["origin_document_id"], row["direction"], row["direction_reason"], row["credit"])
            for row in covering
        ]
        assert expected == found, target["text"]


def test_every_credit_occurs_in_the_gold_and_is_found(
    best: list[Row], gold: dict[str, Any]
) -> None:
    assert {*CREDITS} == {labels["credit"] for labels in gold["reuse"]} - {None}
    assert {*CREDITS} == {row["credit"] for row in best} - {None}


def test_every_gold_verdict_is_found_and_no_other(
    attributions: list[Row], gold: dict[str, Any]
) -> None:
    verdicts = gold["credit"]["verdicts"]
    assert {*VERDICTS} == {verdict for verdict, rows in verdicts.items() if rows}
    looked_up = [row for row in attributions if row["verdict"] is not None]
    matched = []
    for verdict, numbers in verdicts.items():
        for number in numbers:
            labels = gold["attributions"][number]
            rows = [row for row in looked_up if is_credited(labels, row)]
            assert verdict in [row["verdict"] for row in rows], labels["credited"]["text"]
            matched += [row["attribution_id"] for row in rows if row["verdict"] == verdict]
    assert sorted({*matched}) == [row["attribution_id"] for row in looked_up]


def test_matched_documents_are_those_of_the_gold(
    attributions: list[Row], gold: dict[str, Any]
) -> None:
    expected = [labels for labels in gold["attributions"] if labels["matched"]]
    assert len(expected) > 4
    for labels in expected:
        found = [
            row["matched_document_id"] for row in attributions
            if is_same(labels, row) and row["verdict"] == labels["verdict"]
        ]  # fmt: skip
        assert labels["matched"]["document_id"] in found


def test_most_gold_attributions_are_found(attributions: list[Row], gold: dict[str, Any]) -> None:
    assert 118 == len(gold["attributions"])
    found = [
        labels for labels in gold["attributions"]
        if any(is_same(labels, row) for row in attributions)
    ]  # fmt: skip
    assert len(found) >= LEAST_FOUND


def test_every_gold_attribution_to_an_outlet_is_found(
    attributions: list[Row], gold: dict[str, Any]
) -> None:
    to_outlets = [labels for labels in gold["attributions"] if labels["credited_kind"] == "outlet"]
    assert len(to_outlets) > 30
    missed = [
        labels["credited"]["text"] for labels in to_outlets
        if not any(
            is_same(labels, row) and labels["credited_outlet"] == row["credited_outlet"]
            for row in attributions
        )
    ]  # fmt: skip
    # The content of the first ends too late; nothing says that the second is a source.
    assert ["The state-run Karven Courier newspaper", "this newspaper"] == missed
