"""A check as SARIF.

The published schema is not shipped with the project. Where the variable `SARIF_SCHEMA` names a
copy of it (from docs.oasis-open.org/sarif/sarif/v2.1.0), outputs are held against that, too.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
from check.formats.samples import full_result, make_finding, make_place, make_result, results
from hypothesis import given, settings

from dedup import __version__
from dedup.check.findings import FINDINGS, CheckResult, Suppressed
from dedup.check.formats import render_check

SCHEMAS = Path(__file__).parent.parent / "schemas"
SCHEMA = json.loads((SCHEMAS / "sarif-for-github.schema.json").read_text("utf-8"))
PUBLISHED = os.environ.get("SARIF_SCHEMA", "")


def log_of(result: CheckResult) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(render_check(result, "sarif"))
    return log


def run_of(result: CheckResult) -> dict[str, Any]:
    run: dict[str, Any] = log_of(result)["runs"][0]
    return run


def result_of(*args: Any, **changes: Any) -> dict[str, Any]:
    [result] = run_of(make_result(make_finding(*args, **changes)))["results"]
    assert isinstance(result, dict)
    return result


def notifications_of(result: CheckResult) -> list[tuple[str, str]]:
    [invocation] = run_of(result)["invocations"]
    return [
        (item["level"], item["message"]["text"])
        for item in invocation["toolExecutionNotifications"]
    ]


# Schemas.


@settings(max_examples=40)
@given(result=results())
def test_output_follows_the_standard_and_has_what_github_requires(result: CheckResult) -> None:
    log = log_of(result)
    jsonschema.validate(log, SCHEMA, jsonschema.Draft202012Validator)
    for found in log["runs"][0]["results"]:
        assert list(FINDINGS)[found["ruleIndex"]] == found["ruleId"]
        region = found["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] <= region["endLine"]


@pytest.mark.skipif(not PUBLISHED, reason="SARIF_SCHEMA names no copy of the published schema")
@settings(max_examples=40)
@given(result=results())
def test_output_follows_the_published_schema(result: CheckResult) -> None:
    schema = json.loads(Path(PUBLISHED).read_text("utf-8"))
    jsonschema.validate(log_of(result), schema)


# The tool.


def test_rules_are_all_findings() -> None:
    driver = run_of(make_result())["tool"]["driver"]
    assert ("dedup", __version__) == (driver["name"], driver["semanticVersion"])
    assert list(FINDINGS) == [rule["id"] for rule in driver["rules"]]
    expected = "A passage stands twice or more in one document."
    assert expected == driver["rules"][2]["shortDescription"]["text"]


# Places.


def test_result_has_its_place_and_the_counterpart_linked_from_the_message() -> None:
    result = result_of()
    assert {
        "artifactLocation": {"uri": "articles/desk/bridge.md", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 72},
    } == result["locations"][0]["physicalLocation"]
    expected = (
        "13 words stand word for word in another document:"
        " [archive/gull/2026-03-01.md:12:1 (Gull)](1)"
    )
    assert expected == result["message"]["text"]
    [related] = result["relatedLocations"]
    address = related["physicalLocation"]["artifactLocation"]["uri"]
    assert (1, "archive/gull/2026-03-01.md") == (related["id"], address)


def test_finding_without_a_counterpart_links_to_nothing() -> None:
    result = result_of("unverified-quote", counterpart=None, message="words stand nowhere")
    assert "words stand nowhere" == result["message"]["text"]
    assert "relatedLocations" not in result


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b/100%.md", {"uri": "a%20b/100%25.md", "uriBaseId": "%SRCROOT%"}),
        ("./a.md", {"uri": "a.md", "uriBaseId": "%SRCROOT%"}),
        ("http://x", {"uri": "http%3A/x", "uriBaseId": "%SRCROOT%"}),
        ("/data/é.md", {"uri": "file:///data/%C3%A9.md"}),
        ("caf\udce9.md", {"uri": "caf%E9.md", "uriBaseId": "%SRCROOT%"}),
        ("\ud800.md", {"uri": "%3F.md", "uriBaseId": "%SRCROOT%"}),
        (None, {"uri": "row%2F7%3Fx%23y"}),
    ],
)
def test_path_is_an_address(path: str | None, expected: dict[str, str]) -> None:
    result = result_of(place=make_place("row/7?x#y", path=path))
    assert expected == result["locations"][0]["physicalLocation"]["artifactLocation"]


@settings(max_examples=40)
@given(result=results())
def test_address_leads_back_to_the_path(result: CheckResult) -> None:
    places = [finding.place for finding in result.findings]
    paths = {place.path for place in places if place.path and place.path.isprintable()}
    addresses = [
        found["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for found in run_of(result)["results"]
    ]
    found_paths = {unquote(address.removeprefix("file://")) for address in addresses}
    assert set() == {PurePath(path).as_posix() for path in paths} - found_paths


# Messages.


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("see [x](http://example.org)", "see [x] (http://example.org)"),
        ("a {0} b", "a {{0}} b"),
        ("two\nlines\x1b[2J", "two lines\ufffd[2J"),
    ],
)
def test_message_holds_no_links_or_placeholders_of_others(message: str, expected: str) -> None:
    assert expected == result_of(message=message, counterpart=None)["message"]["text"]


def test_name_of_a_counterpart_does_not_end_its_link() -> None:
    other = make_place(path="a](2)[b\\.md", outlet=None)
    expected = "words: [a\\](2)\\[b\\\\.md:3:1](1)"
    assert expected == result_of(counterpart=other, message="words")["message"]["text"]


@settings(max_examples=40)
@given(result=results())
def test_only_the_counterpart_is_linked(result: CheckResult) -> None:
    for found in run_of(result)["results"]:
        links = re.findall(r"(?<!\\)\[(?:[^\[\]\\]|\\.)*\]\(([^)]*)\)", found["message"]["text"])
        ids = [f"{location['id']}" for location in found.get("relatedLocations", [])]
        assert ids == links


# Levels, suppressions, baselines.


def test_level_is_that_of_the_finding() -> None:
    levels = [result_of(fails=fails)["level"] for fails in (True, False)]
    assert ["error", "warning"] == levels


@pytest.mark.parametrize(
    ("by", "reason", "expected"),
    [
        ("front matter", None, {"kind": "inSource", "justification": "front matter"}),
        ("comment", "a refrain", {"kind": "inSource", "justification": "a refrain"}),
        ("allow-list", "agreed", {"kind": "external", "justification": "agreed"}),
    ],
)
def test_suppressed_finding_is_a_result_with_its_reason(
    by: str, reason: str | None, expected: dict[str, str]
) -> None:
    suppressed = [Suppressed(make_finding(), by, reason)]
    [result] = run_of(make_result(suppressed=suppressed))["results"]
    assert [expected] == result["suppressions"]


def test_states_are_those_of_the_baseline() -> None:
    found = run_of(full_result())["results"]
    states = [(result["baselineState"], result["level"]) for result in found]
    expected = [("new", "error")] * 3 + [("new", "warning")] * 2 + [("new", "error")] * 3
    assert [*expected, ("unchanged", "note")] == states


def test_without_a_baseline_there_are_no_states() -> None:
    assert "baselineState" not in result_of()


def test_baseline_that_holds_nothing_makes_everything_new() -> None:
    result = make_result(make_finding(), settings={"baseline": "baseline.jsonl"})
    assert ["new"] == [found["baselineState"] for found in run_of(result)["results"]]


def test_fingerprint_is_that_of_the_finding() -> None:
    expected = {"dedupFingerprint/v1": make_finding().fingerprint.digest}
    assert expected == result_of()["partialFingerprints"]


# Limits.


def test_gravest_results_are_kept_and_the_rest_is_counted() -> None:
    warnings = [make_finding(fails=False)] * 5001
    result = make_result(*warnings, make_finding(), accepted=[make_finding()] * 7)
    levels = [found["level"] for found in run_of(result)["results"]]
    assert ["error", *["warning"] * 4999] == levels
    text = "9 of 5,009 results are left out, the least grave ones: GitHub shows 5,000."
    assert [("warning", text)] == notifications_of(result)


def test_notes_and_skipped_things_are_notifications() -> None:
    result = make_result(skipped=("a.md: not readable",), notes=("1 entry {expired}",) * 101)
    expected = [
        ("warning", "skipped: a.md: not readable"),
        *[("note", "note: 1 entry {{expired}}")] * 100,
        ("note", "note: and 1 more."),
    ]
    assert expected == notifications_of(result)
