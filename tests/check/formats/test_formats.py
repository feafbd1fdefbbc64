"""What holds in every format: whole, repeatable, and safe whatever anybody wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from check.formats.samples import anything, full_result, make_result, results
from hypothesis import given, settings

from dedup.check.findings import CheckResult
from dedup.check.formats import FORMATS, render_check
from dedup.check.formats.plain import log_line, shortened


@pytest.mark.parametrize("format_", FORMATS)
def test_output_of_a_check(format_: str, compare_with_golden: Callable[[str, str], None]) -> None:
    compare_with_golden(f"check.{format_}", render_check(full_result(), format_))


@pytest.mark.parametrize("format_", FORMATS)
def test_output_without_findings_is_not_empty(format_: str) -> None:
    assert render_check(make_result(), format_).strip()


@settings(max_examples=30)
@given(result=results())
def test_output_ends_in_a_newline_can_be_encoded_and_is_the_same_each_time(
    result: CheckResult,
) -> None:
    for format_ in FORMATS:
        output = render_check(result, format_)
        assert "\n" == output[-1]
        assert output == output.encode().decode()
        assert output == render_check(result, format_)


def test_unknown_format_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"format must be one of text, json, .*, got 'html'"):
        render_check(make_result(), "html")


@pytest.mark.parametrize("format_", [name for name in FORMATS if name != "json"])
def test_number_of_documents_and_passages_is_always_said(format_: str) -> None:
    output = render_check(make_result(n_passages=8642), format_)
    expected = {"gitlab": "[]", "sarif": '"passages": 8642'}
    assert expected.get(format_, "3 documents with 8,642 passages; compared with") in output


# Lines of a log.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::x", ": :error::x"),
        (" \n\x85::stop-commands::x", ": :stop-commands::x"),
        ("said ::error::x", "said ::error::x"),
        ("said ##[add-mask]x", "said # #[add-mask]x"),
        ("###[group]x", "## #[group]x"),
        ("##vso[task.complete]", "# #vso[task.complete]"),
        ("##teamcity[message]", "# #teamcity[message]"),
        ("## a heading [1]", "## a heading [1]"),
    ],
)
def test_line_of_a_log_orders_nothing(text: str, expected: str) -> None:
    assert expected == log_line(text)


@given(text=anything)
def test_line_of_a_log_is_one_short_line_without_controls_or_orders(text: str) -> None:
    line = log_line(text, 50)
    assert len(line) <= 50
    assert line == shortened(line, 50)
    assert not line.startswith("::")
    assert "##[" not in line
    assert "##vso[" not in line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge is closed", "The bridge is closed"),
        ("  The bridge\r\n\tis closed ", "The bridge is closed"),
        ("The bridge is closed again", "The bridge is close…"),
        ("x" * 1_000_000, "x" * 19 + "…"),
        ("\n" * 1_000_000 + "x", "x"),
        ("x" + " " * 1_000_000 + "y", "x…"),
        ("", ""),
    ],
    ids=["short", "spaces", "long", "long word", "blank lines", "gap", "empty"],
)
def test_long_text_is_cut_and_marked(text: str, expected: str) -> None:
    assert expected == shortened(text, 20)
