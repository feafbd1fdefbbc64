"""A check as Markdown, read back with a reader of Markdown."""

from __future__ import annotations

import itertools
import re

import pytest
from check.formats.samples import HOSTILE, make_finding, make_place, make_result, results
from hypothesis import given, settings
from markdown_it import MarkdownIt

from dedup.check.findings import CheckResult
from dedup.check.formats import render_check
from dedup.check.formats.markdown import markdown_report

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def table_of(output: str) -> list[list[str]]:
    """Return the cells of the table, row by row."""
    rows: list[list[str]] = []
    tokens = READER.parse(output)
    for token, content in itertools.pairwise(tokens):
        if token.type == "tr_open":
            rows.append([])
        if token.type in ("th_open", "td_open"):
            shown = [
                child.content for child in content.children or [] if child.type != "html_inline"
            ]
            rows[-1].append("".join(shown))
    return rows


def test_finding_is_a_row() -> None:
    expected = [
        ["finding", "where", "counterpart", "words", "alike", "what"],
        [
            "duplicate-passage (warning)", "articles/desk/bridge.md:3:1 (Tern)",
            "archive/gull/2026-03-01.md:12:1 (Gull)", "1,300", "97%", "words stand elsewhere",
        ],
    ]  # fmt: skip
    finding = make_finding(
        fails=False, n_words=1300, similarity=0.97, message="words stand elsewhere"
    )
    assert expected == table_of(render_check(make_result(finding), "markdown"))


def test_what_is_not_there_is_an_empty_cell() -> None:
    finding = make_finding(counterpart=None, similarity=None)
    [_, row] = table_of(render_check(make_result(finding), "markdown"))
    assert ["", ""] == [row[2], row[4]]


def test_no_findings_are_no_table() -> None:
    output = render_check(make_result(), "markdown")
    assert [] == table_of(output)
    assert "- No findings.\n" in output


@pytest.mark.parametrize("text", HOSTILE)
def test_cells_show_hostile_text_as_it_is(text: str) -> None:
    place = make_place(path=f"a{text}b", outlet=None)
    finding = make_finding(place=place, counterpart=None, message=f"a{text}b")
    [_, row] = table_of(render_check(make_result(finding), "markdown"))
    assert 6 == len(row)
    if text.isprintable() and len(text) < 100 and "  " not in text:
        assert [f"a{text}b:3:1", f"a{text}b"] == [row[1], row[5].replace("\u200b", "")]


@settings(max_examples=40)
@given(result=results())
def test_data_are_nothing_but_text(result: CheckResult) -> None:
    output = render_check(result, "markdown")
    tokens = [
        token for parent in READER.parse(output) for token in [parent, *(parent.children or [])]
    ]
    blocks = {"heading", "bullet_list", "list_item", "paragraph", "table", "thead", "tbody", "tr",
              "th", "td"}  # fmt: skip
    known = {f"{block}_{end}" for block in blocks for end in ("open", "close")}
    assert set() == {token.type for token in tokens} - known - {"inline", "text", "html_inline"}
    tags = {token.content for token in tokens if token.type == "html_inline"}
    assert set() == tags - {"<code>", "</code>"}
    assert {6} >= {len(row) for row in table_of(output)}
    assert "@" not in output
    assert "www." not in output.lower()
    assert "http://" not in output


def test_name_after_an_at_sign_in_a_message_calls_nobody() -> None:
    output = render_check(make_result(make_finding(message="by @desk")), "markdown")
    assert "by &#64;&#8203;desk" in output


@pytest.mark.parametrize(("n_errors", "n_warnings"), [(0, 9), (3, 7), (12, 0)])
def test_what_does_not_fit_is_counted_and_errors_come_first(n_errors: int, n_warnings: int) -> None:
    findings = [make_finding(fails=False)] * n_warnings + [make_finding()] * n_errors
    result = make_result(*findings)
    names = ["duplicate-passage"] * n_errors + ["duplicate-passage (warning)"] * n_warnings
    fullest = 0.0
    for room in range(900, 2200):
        output = markdown_report(result, max_bytes=room)
        size = len(output.encode())
        assert size <= room
        fullest = max(fullest, size / room)
        shown = re.findall(r"^\| (duplicate-passage.*?) \|", output, re.MULTILINE)
        n_shown = len(shown)
        assert names[:n_shown] == shown
        n_failing = max(n_errors - n_shown, 0)
        left_out = f"{len(names) - n_shown} finding"
        assert (n_shown < len(names)) == (f"Left out for length: {left_out}" in output)
        assert (n_shown < len(names)) == (f", {n_failing} of them failing the check." in output)
    assert 0.99 < fullest


def test_hostile_output_fits_in_a_comment() -> None:
    text = "|" * 10_000
    finding = make_finding(place=make_place(text), message=text)
    result = make_result(
        *[finding] * 500, allowed={text: 1, f"{text}|": 2}, skipped=(text,) * 50, notes=(text,) * 50
    )
    output = render_check(result, "markdown")
    assert len(output.encode()) <= 65_536
    assert "- and 40 more\n" in output
