"""Attributions as `analyze` reports them: who is credited with which words, and who is not."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import load_cases
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Corpus, analyze
from dedup.attribution import KINDS, QUOTATIONS, RELATIONS
from dedup.attribution.outlets import UNLISTED

Row = tuple[Any, ...]

_FIELDS = ("credited", "kind", "outlet", "relation", "quotation", "content", "cue", "parent")
SPANS = ("credited", "cue", "content")
TEXTS = [case.values[0]["input"] for case in load_cases("attributions")]


def table(text: str, outlet: str | None = None) -> list[dict[str, Any]]:
    """Return the attributions of a text, as the table has them."""
    record = {"id": "a", "text": text} | ({"outlet": outlet} if outlet else {})
    analysis = analyze(Corpus.from_records([record]), only="attributions")
    rows: list[dict[str, Any]] = analysis.table("attributions").to_pylist()
    return rows


def words(text: str, row: dict[str, Any], span: str) -> str | None:
    """Return the words of a span, None where the row has none."""
    start, end = row[f"{span}_start"], row[f"{span}_end"]
    assert (start is None) == (end is None)
    return None if start is None else text[start:end]


def found(case: dict[str, Any]) -> list[Row]:
    """Return the rows of a case's text, with words for spans and indices for parents."""
    text = case["input"]
    rows = table(text, case.get("outlet"))
    ids = [row["attribution_id"] for row in rows]
    parents = {None: None} | {id: index for index, id in enumerate(ids)}
    return [
        (
            words(text, row, "credited"), row["credited_kind"], row["credited_outlet"],
            row["relation"], row["quotation"], words(text, row, "content"),
            words(text, row, "cue"), parents[row["parent_attribution_id"]],
        )
        for row in rows
    ]  # fmt: skip


def expected(case: dict[str, Any]) -> list[Row]:
    return [tuple(row[name] for name in _FIELDS) for row in case["expected"]]


@pytest.mark.cases("attributions")
def test_text_gives_its_attributions(case: dict[str, Any]) -> None:
    assert expected(case) == found(case)


@pytest.mark.xfail(reason="what the rules get wrong today", raises=AssertionError)
@pytest.mark.cases("attributions_missed")
def test_text_gives_its_attributions_one_day(case: dict[str, Any]) -> None:
    assert expected(case) == found(case)


@pytest.mark.cases("mastheads")
def test_name_is_an_outlets_where_it_stands_like_one(case: dict[str, Any]) -> None:
    outlets = {str(row["credited_outlet"]) for row in table(case["input"])}
    names = sorted(id.removeprefix(UNLISTED) for id in outlets if id.startswith(UNLISTED))
    assert case["expected"] == names


@pytest.mark.cases("findings")
def test_outlet_is_credited_with_its_count_or_poll(case: dict[str, Any]) -> None:
    text = case["input"]
    rows = [
        [words(text, row, span) for span in SPANS] for row in table(text) if row["credited_outlet"]
    ]
    assert case["expected"] == rows


@pytest.mark.cases("credits")
def test_outlets_of_a_text_are_credited(case: dict[str, Any]) -> None:
    rows = [
        [row["credited_text"], row["credited_outlet"], row["relation"]]
        for row in table(case["input"])
        if row["credited_outlet"]
    ]
    assert case["expected"] == rows


@pytest.mark.cases("chains")
def test_chain_keeps_who_relays_whom(case: dict[str, Any]) -> None:
    rows = table(case["input"])
    named = {row["attribution_id"]: row["credited_text"] for row in rows}
    hops = [
        f"{row['credited_text']} < {named[row['parent_attribution_id']]}"
        for row in rows
        if row["parent_attribution_id"] is not None
    ]
    assert case["expected"] == hops


def check_spans(text: str, rows: list[dict[str, Any]]) -> None:
    """Check that spans lie in the text, and that each row encloses its own."""
    for row in rows:
        spans = [
            (row[f"{span}_start"], row[f"{span}_end"])
            for span in SPANS
            if row[f"{span}_start"] is not None
        ]
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert (row["start"], row["end"]) == (min(s for s, _ in spans), max(e for _, e in spans))
        assert words(text, row, "credited") == row["credited_text"]
        assert (row["quotation"] == "none") == (
            row["content_start"] is None or row["relation"] == "obtained"
        )


@pytest.mark.cases("attributions")
def test_row_encloses_content_cue_and_credited_party(case: dict[str, Any]) -> None:
    check_spans(case["input"], table(case["input"], case.get("outlet")))


@given(st.permutations(TEXTS), st.integers(1, 4))
@settings(max_examples=25)
def test_spans_slice_back_in_a_text_of_many_paragraphs(texts: list[str], n: int) -> None:
    text = "\n\n".join(texts[:n])
    rows = table(text)
    check_spans(text, rows)
    ids = [row["attribution_id"] for row in rows]
    assert [*range(len(rows))] == ids
    assert {*KINDS} >= {row["credited_kind"] for row in rows}
    assert {*RELATIONS} >= {row["relation"] for row in rows}
    assert {*QUOTATIONS} >= {row["quotation"] for row in rows}
    for row in rows:
        # Who is relayed points to who relays; a chain has an end.
        assert (row["relation"] == "quoted") == (row["parent_attribution_id"] is not None)
        seen = {row["attribution_id"]}
        parent = row["parent_attribution_id"]
        while parent is not None:
            assert parent not in seen
            seen.add(parent)
            parent = rows[ids.index(parent)]["parent_attribution_id"]


@given(st.text("“”\"«»‘’``'',.:;—()[]> \n\nABsaid", max_size=60), st.sampled_from(TEXTS))
@settings(max_examples=50)
def test_odd_marks_never_stop_a_document(noise: str, text: str) -> None:
    for odd in (f"{noise}\n\n{text}", f"{text} {noise}"):
        check_spans(odd, table(odd))


@pytest.mark.parametrize("name", ["People", "Time", "Independent"])
def test_ambiguous_name_that_opens_a_sentence_is_no_outlet(name: str) -> None:
    rows = table(f"The lamp failed. {name} said “the quay has no light”.")
    assert [None] == [row["credited_outlet"] for row in rows]
    assert "outlet" != rows[0]["credited_kind"]


@pytest.mark.parametrize("name", ["The Post", "The newspaper"])
def test_name_that_stays_open_has_no_outlet_and_low_confidence(name: str) -> None:
    (row,) = table(f"{name} said the lamp had failed.")
    facts = row["credited_kind"], row["credited_outlet"], row["confidence"]
    assert ("outlet", None, "low") == facts


def test_heading_and_repeated_passage_have_rows_too() -> None:
    line = "The BBC reported that the crane had fallen."
    text = f"# Crane fell, Reuters reports\n\n{line}\n\n{line}"
    assert ["reuters", "bbc", "bbc"] == [row["credited_outlet"] for row in table(text)]


def test_label_that_no_gazetteer_has_is_an_outlet_of_the_corpus() -> None:
    records = [
        {"id": "a", "outlet": "Odrava Tidings", "text": "The crane fell."},
        {"id": "b", "outlet": "BBC", "text": "The Odrava Tidings reported that the crane fell."},
    ]
    analysis = analyze(Corpus.from_records(records), only="attributions")
    (row,) = analysis.table("attributions").to_pylist()
    assert ("b", "unlisted:Odrava Tidings") == (row["document_id"], row["credited_outlet"])


def test_rows_do_not_depend_on_the_order_of_documents() -> None:
    records = [{"id": f"{i:03}", "text": text} for i, text in enumerate(TEXTS)]

    def rows(records: list[dict[str, str]]) -> list[dict[str, Any]]:
        analysis = analyze(Corpus.from_records(records), only="attributions")
        every: list[dict[str, Any]] = analysis.table("attributions").to_pylist()
        return every

    assert rows(records) == rows(records[::-1])


def test_quotation_in_a_typewriters_marks_is_none_of_emphasis() -> None:
    rows = table(
        "''We will mend the crane,'' Quill told ''Reuters''. He called it ''a danger to us''."
    )
    assert ["direct", "direct", "mixed"] == [row["quotation"] for row in rows]


def test_span_has_both_marks_of_emphasis_or_none() -> None:
    text = "Äöü: the ''BBC'' said ''CNN'' had told the *Post* that Äöü had left."
    rows = table(text)
    check_spans(text, rows)
    assert ["the ''BBC''", "CNN", "the *Post*"] == [row["credited_text"] for row in rows]
