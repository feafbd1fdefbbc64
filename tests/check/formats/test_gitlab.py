"""A check as a Code Quality report of GitLab."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from check.formats.samples import full_result, make_finding, make_place, make_result, results
from hypothesis import given, settings

from dedup.check.findings import CheckResult, Finding
from dedup.check.formats import render_check

SCHEMAS = Path(__file__).parent.parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "gitlab-code-quality.schema.json").read_text("utf-8"))


def issues_of(*findings: Finding) -> list[dict[str, Any]]:
    issues: list[dict[str, Any]] = json.loads(render_check(make_result(*findings), "gitlab"))
    return issues


def test_finding_is_an_issue() -> None:
    finding = make_finding()
    expected = {
        "description": "13 words stand word for word in another document;"
        " counterpart: archive/gull/2026-03-01.md:12:1 (Gull)",
        "check_name": "duplicate-passage",
        "fingerprint": finding.fingerprint.digest,
        "severity": "major",
        "location": {"path": "articles/desk/bridge.md", "lines": {"begin": 3}},
    }
    assert [expected] == issues_of(finding)


def test_warning_is_minor() -> None:
    assert ["minor"] == [issue["severity"] for issue in issues_of(make_finding(fails=False))]


def test_no_findings_are_an_empty_list() -> None:
    assert [] == issues_of()


@pytest.mark.parametrize("path", ["./articles/a.md", "articles//a.md", "articles/./a.md"])
def test_path_is_that_of_the_repository(path: str) -> None:
    [issue] = issues_of(make_finding(place=make_place(path=path)))
    assert "articles/a.md" == issue["location"]["path"]


def test_findings_alike_have_fingerprints_of_their_own() -> None:
    finding = make_finding()
    three = [issue["fingerprint"] for issue in issues_of(finding, finding, finding)]
    assert 3 == len({*three})
    assert finding.fingerprint.digest == three[0]
    two = [issue["fingerprint"] for issue in issues_of(finding, finding)]
    assert three[:2] == two


@settings(max_examples=40)
@given(result=results())
def test_output_follows_what_gitlab_documents(result: CheckResult) -> None:
    issues = json.loads(render_check(result, "gitlab"))
    jsonschema.validate(issues, SCHEMA, jsonschema.Draft202012Validator)
    assert len(issues) == len({issue["fingerprint"] for issue in issues}) == len(result.findings)


def test_only_what_counts_is_an_issue() -> None:
    issues = json.loads(render_check(full_result(), "gitlab"))
    expected = [finding.name for finding in full_result().findings]
    assert expected == [issue["check_name"] for issue in issues]
