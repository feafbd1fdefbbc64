"""A check as JSON."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from check.formats.samples import full_result, make_finding, make_place, make_result, results
from hypothesis import given, settings

import dedup.check.formats
from dedup.check.findings import FINDINGS, CheckResult
from dedup.check.formats import render_check

SCHEMA_PATH = Path(dedup.check.formats.__file__).parent / "check.schema.json"
SCHEMA = json.loads(SCHEMA_PATH.read_text("utf-8"))


def written(result: CheckResult) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(render_check(result, "json"))
    return record


def test_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_schema_knows_all_findings() -> None:
    assert list(FINDINGS) == SCHEMA["$defs"]["finding"]["properties"]["name"]["enum"]


def test_every_key_is_in_the_schema() -> None:
    record = written(full_result())
    finding = record["findings"][0]
    definitions = SCHEMA["$defs"]
    assert SCHEMA["required"] == list(SCHEMA["properties"]) == list(record)
    assert definitions["finding"]["required"] == list(finding)
    assert definitions["place"]["required"] == list(finding["place"])


@settings(max_examples=40)
@given(result=results())
def test_output_follows_its_schema(result: CheckResult) -> None:
    jsonschema.validate(written(result), SCHEMA, jsonschema.Draft202012Validator)


def test_schema_refuses_another_version_and_a_finding_without_a_place() -> None:
    record = written(full_result())
    with pytest.raises(jsonschema.ValidationError, match="1 was expected"):
        jsonschema.validate(record | {"version": 2}, SCHEMA)
    del record["accepted"][0]["place"]
    with pytest.raises(jsonschema.ValidationError, match="'place' is a required property"):
        jsonschema.validate(record, SCHEMA)


def test_text_stays_what_it_is() -> None:
    text = 'a\x00"\x1b\u2028\n]]>  b\\ 😀'
    record = written(make_result(make_finding(place=make_place(text, text=text))))
    place = record["findings"][0]["place"]
    assert (text, text) == (place["document_id"], place["text"])


def test_lone_surrogates_are_replaced() -> None:
    record = written(make_result(skipped=("caf\udce9.txt: not readable \ud800",)))
    assert ["caf\ufffd.txt: not readable \ufffd"] == record["skipped"]


def test_settings_of_any_kind_are_written() -> None:
    settings = {
        "baseline": Path("base.jsonl"), "expires": datetime.date(2026, 3, 1), "share": 0.8,
        "words": np.int64(40), "fail": {"b", "a"}, "limit": float("inf"), "seed": 2**70, 3: None,
        "nested": {"allow": ("x", np.float64(0.5))}, "flag": True, "\ud800": b"",
    }  # fmt: skip
    expected = {
        "baseline": "base.jsonl", "expires": "2026-03-01", "share": 0.8, "words": 40,
        "fail": ["a", "b"], "limit": None, "seed": f"{2**70}", "3": None,
        "nested": {"allow": ["x", 0.5]}, "flag": True, "\ufffd": "b''",
    }  # fmt: skip
    assert expected == written(make_result(settings=settings))["settings"]


def test_suppressed_findings_say_by_what_and_why() -> None:
    suppressed = written(full_result())["suppressed"]
    expected = [
        ("front matter", None), ("comment", "a refrain"), ("allow-list", "agreed with the Gull"),
    ]  # fmt: skip
    assert expected == [(item["by"], item["reason"]) for item in suppressed]


def test_warnings_alone_do_not_fail() -> None:
    assert not written(make_result(make_finding(fails=False)))["fails"]
    assert written(make_result(make_finding(fails=False), make_finding()))["fails"]
