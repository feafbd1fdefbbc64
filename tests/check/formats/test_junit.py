"""A check as JUnit XML."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from check.formats.samples import full_result, make_finding, make_place, make_result, results
from hypothesis import given, settings

from dedup.check.findings import CheckResult, Suppressed
from dedup.check.formats import render_check

SCHEMA = Path(__file__).parent.parent / "schemas" / "junit.xsd"


def suite_of(result: CheckResult) -> ElementTree.Element:
    root = ElementTree.fromstring(render_check(result, "junit"))
    assert ["testsuite"] == [child.tag for child in root]
    return root[0]


def cases_of(result: CheckResult) -> list[tuple[str | None, str | None, list[str]]]:
    return [
        (case.get("classname"), case.get("name"), [child.tag for child in case])
        for case in suite_of(result)
    ]


def test_no_findings_are_one_passed_case() -> None:
    suite = suite_of(make_result())
    expected = {"name": "dedup check", "tests": "1", "failures": "0", "errors": "0", "skipped": "0"}
    assert expected == suite.attrib
    assert [("dedup.others", "all other documents", ["system-out"])] == cases_of(make_result())


def test_document_with_findings_is_a_case() -> None:
    expected = [
        ("dedup.check", "desk/bridge.md", ["failure"]),
        ("dedup.check", "desk/quay.md", ["failure", "system-out"]),
        ("dedup.check", "feed 3", ["system-out"]),
        ("dedup.suppressed", "desk/quay.md", ["skipped"]),
        ("dedup.suppressed", "desk/quay.md (2)", ["skipped"]),
        ("dedup.suppressed", "desk/bridge.md", ["skipped"]),
        ("dedup.others", "all other documents", ["system-out"]),
    ]
    assert expected == cases_of(full_result())


def test_counts_are_those_of_the_cases() -> None:
    suite = suite_of(full_result())
    counts = [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert ["7", "2", "0", "3"] == counts


def test_failure_says_what_and_where() -> None:
    failure = suite_of(make_result(make_finding())).find("testcase/failure")
    assert failure is not None
    assert {
        "message": "13 words stand word for word in another document", "type": "duplicate-passage",
    } == failure.attrib  # fmt: skip
    expected = [
        "articles/desk/bridge.md:3:1: duplicate-passage: 13 words stand word for word in another"
        " document",
        "    counterpart: archive/gull/2026-03-01.md:12:1 (Gull)",
        "    text: The council closed the old harbour bridge for a week on Monday morning.",
    ]
    assert expected == (failure.text or "").splitlines()


def test_several_failures_of_a_document_are_one() -> None:
    findings = [make_finding(), make_finding("altered-quote"), make_finding()]
    [failure] = suite_of(make_result(*findings)).findall("testcase/failure")
    kinds = "duplicate-passage, altered-quote"
    assert {"message": f"3 findings: {kinds}", "type": kinds} == failure.attrib


def test_reason_of_a_suppression_is_said() -> None:
    suppressed = Suppressed(make_finding(), "allow-list", "agreed with the Gull")
    skipped = suite_of(make_result(suppressed=[suppressed])).find("testcase/skipped")
    assert skipped is not None
    assert "suppressed by allow-list: agreed with the Gull" == skipped.get("message")


def test_documents_whose_shown_names_are_alike_are_cases_of_their_own() -> None:
    findings = [make_finding(place=make_place(f"a{control}")) for control in "\x00\x07"]
    names = [name for _, name, _ in cases_of(make_result(*findings))]
    assert ["a\ufffd", "a\ufffd (2)", "all other documents"] == names


@settings(max_examples=40)
@given(result=results())
def test_output_follows_the_schema_and_its_counts_are_right(result: CheckResult) -> None:
    etree = pytest.importorskip("lxml.etree")
    root = etree.fromstring(render_check(result, "junit").encode())
    etree.XMLSchema(file=str(SCHEMA)).assertValid(root)
    cases = root.findall(".//testcase")
    counts = [root[0].get(name) for name in ("tests", "failures", "skipped")]
    elements = [len(root.findall(f".//{name}")) for name in ("failure", "skipped")]
    assert [f"{n}" for n in (len(cases), *elements)] == counts
    n_failing = len({f.place.document_id for f in result.findings if f.fails})
    assert [n_failing, len(result.suppressed)] == elements
