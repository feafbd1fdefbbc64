"""A check as text."""

from __future__ import annotations

import pytest
from check.formats.samples import make_finding, make_place, make_result, results
from hypothesis import given, settings

from dedup.check.findings import CheckResult
from dedup.check.formats import render_check


def lines_of(result: CheckResult) -> list[str]:
    return render_check(result, "text").splitlines()


def test_finding_is_a_line_with_its_place_and_the_counterpart_below() -> None:
    expected = [
        "articles/desk/bridge.md:3:1: duplicate-passage: 13 words stand word for word in another"
        " document",
        "    counterpart: archive/gull/2026-03-01.md:12:1 (Gull)",
        "",
    ]
    assert expected == lines_of(make_result(make_finding()))[:3]


def test_warning_is_marked() -> None:
    finding = make_finding(message="words are taken", fails=False, counterpart=None)
    expected = "articles/desk/bridge.md:3:1: duplicate-passage: warning: words are taken"
    assert expected == lines_of(make_result(finding))[0]


def test_document_without_a_file_is_named_by_its_id() -> None:
    place = make_place("row 7", path=None, line=7)
    expected = "row 7:7:1: altered-quote: words are others"
    finding = make_finding("altered-quote", place, message="words are others")
    assert expected == lines_of(make_result(finding))[0]


def test_name_of_a_file_is_no_order_to_a_runner() -> None:
    finding = make_finding(place=make_place(path="::error::x"), counterpart=None)
    assert lines_of(make_result(finding))[0].startswith(": :error::x:3:1: ")


def test_no_findings_are_said_with_what_was_compared() -> None:
    expected = [
        "No findings.",
        "Checked 3 documents with 17 passages; compared with each other and with 1,200 documents"
        " with 9,801 passages.",
        "Not counted: 0 accepted by the baseline, 0 suppressed, 0 allowed by the policy,"
        " 0 files or records skipped.",
    ]
    assert expected == lines_of(make_result())


@pytest.mark.parametrize(
    ("n_documents", "n_known", "expected"),
    [
        (2, 0, "compared with each other."),
        (1, 1, "compared with 1 document with 4 passages."),
        (1, 0, "compared with no other."),
        (2, 5, "compared with each other and with 5 documents with 4 passages."),
    ],
)
def test_what_was_compared_is_said(n_documents: int, n_known: int, expected: str) -> None:
    result = make_result(
        n_documents=n_documents, n_known_documents=n_known, n_known_passages=4
    )  # fmt: skip
    assert lines_of(result)[1].endswith(expected)


def test_first_skipped_things_are_listed_and_the_rest_counted() -> None:
    result = make_result(skipped=tuple(f"feed.jsonl:{line}: no text" for line in range(1, 9)))
    expected = ["    skipped: feed.jsonl:5: no text", "    and 3 more"]
    assert expected == lines_of(result)[-2:]


@settings(max_examples=40)
@given(result=results())
def test_data_make_no_lines_and_steer_nothing(result: CheckResult) -> None:
    output = render_check(result, "text")
    n_counterparts = sum(finding.counterpart is not None for finding in result.findings)
    n_skipped = min(len(result.skipped), 5) + (len(result.skipped) > 5)
    blank = bool(result.findings)
    expected = len(result.findings) + n_counterparts + blank + 3 + n_skipped
    assert expected == len(output.split("\n")) - 1 == len(output.splitlines())
    assert set() == set(output) & set("\x00\x07\x1b\x9b\u202e\u2066\r\u2028\x85")
    assert [] == [line for line in output.split("\n") if line.lstrip().startswith("::")]
    assert "##[" not in output
