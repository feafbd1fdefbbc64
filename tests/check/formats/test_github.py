"""A check as workflow commands of GitHub, read back as a runner reads them, and as a summary."""

from __future__ import annotations

import pytest
from check.formats.samples import full_result, make_finding, make_place, make_result, results
from hypothesis import given, settings

from dedup.check.findings import CheckResult, Finding
from dedup.check.formats import github_summary, render_check

Command = tuple[str, dict[str, str], str]


def read_commands(output: str) -> tuple[list[Command], list[str]]:
    """Return the commands of a log, and its other lines, as GitHub's runner tells them apart."""
    commands, others = [], []
    for line in output.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:-1]:
        if not line.lstrip().startswith("::"):
            others.append(line)
            continue
        head, _, data = line.lstrip()[2:].partition("::")
        name, _, listed = head.partition(" ")
        pairs = [pair.partition("=") for pair in listed.split(",")]
        properties = {key: unescaped(value) for key, _, value in pairs}
        commands.append((name, properties, unescaped(data)))
    return commands, others


def unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


def commands_of(*findings: Finding) -> list[Command]:
    return read_commands(render_check(make_result(*findings), "github"))[0]


def test_finding_is_an_annotation() -> None:
    expected = (
        "error",
        {
            "file": "articles/desk/bridge.md", "line": "3", "col": "1", "endLine": "3",
            "endColumn": "72", "title": "duplicate-passage",
        },
        "13 words stand word for word in another document;"
        " counterpart: archive/gull/2026-03-01.md:12:1 (Gull)",
    )  # fmt: skip
    assert [expected] == commands_of(make_finding())


def test_warning_is_an_annotation_of_that_kind() -> None:
    assert ["warning"] == [name for name, _, _ in commands_of(make_finding(fails=False))]


def test_span_of_several_lines_has_no_columns() -> None:
    [(_, properties, _)] = commands_of(make_finding(place=make_place(end_line=5)))
    assert ["file", "line", "endLine", "title"] == list(properties)


def test_document_without_a_file_is_named_in_the_message() -> None:
    place = make_place("row 7", path=None)
    finding = make_finding(place=place, counterpart=None, message="words stand elsewhere")
    [(_, properties, message)] = commands_of(finding)
    assert "file" not in properties
    assert "row 7: words stand elsewhere" == message


@pytest.mark.parametrize(
    "path",
    ["a, b:c.md", "100%.md", "%0A.md", "two  spaces .md", "two\nlines\r.md", "::x::.md", "é😀.md"],
)
def test_path_survives_escaping(path: str) -> None:
    [(_, properties, _)] = commands_of(make_finding(place=make_place(path=path)))
    assert path == properties["file"]


def test_controls_in_a_path_are_replaced() -> None:
    [(_, properties, _)] = commands_of(make_finding(place=make_place(path="a\tb\x85\x1b[2J.md")))
    assert "a\ufffdb\ufffd\ufffd[2J.md" == properties["file"]


def test_ten_of_a_kind_are_annotated_and_the_rest_counted() -> None:
    findings = [make_finding() for _ in range(12)]
    findings += [make_finding(fails=False) for _ in range(1011)]
    commands, others = read_commands(render_check(make_result(*findings), "github"))
    assert ["error"] * 10 + ["warning"] * 10 == [name for name, _, _ in commands]
    expected = "Not annotated: 2 more errors and 1,001 more warnings; GitHub shows 10 of a kind."
    assert expected == others[0]


def test_ten_of_a_kind_are_all() -> None:
    output = render_check(make_result(*[make_finding()] * 10), "github")
    assert "Not annotated" not in output


@settings(max_examples=40)
@given(result=results())
def test_data_make_no_commands(result: CheckResult) -> None:
    output = render_check(result, "github")
    commands, others = read_commands(output)
    errors = [finding.name for finding in result.findings if finding.fails]
    warnings = [finding.name for finding in result.findings if not finding.fails]
    expected = [("error", title) for title in errors] + [("warning", title) for title in warnings]
    assert expected == [(name, properties["title"]) for name, properties, _ in commands]
    assert 3 == len(others)
    known = {"file", "line", "col", "endLine", "endColumn", "title"}
    assert set() == {key for _, properties, _ in commands for key in properties} - known
    assert set() == set(output) & set("\x00\x07\x1b\x9b\u202e\r\u2028\x85\ud800")


# The summary of a job.


def test_summary_is_markdown_with_all_findings() -> None:
    summary = github_summary(full_result())
    assert render_check(full_result(), "markdown") == summary


def test_summary_fits_in_a_mebibyte_and_says_what_does_not() -> None:
    long = make_finding(message="é" * 1000, fails=False)
    summary = github_summary(make_result(*[long] * 3000, make_finding()))
    n_rows = summary.count("<code>articles/desk/bridge.md</code>")
    assert 2**20 - 2000 < len(summary.encode()) <= 2**20
    assert f"Left out for length: {3001 - n_rows:,} findings, 0 of them failing" in summary
    assert "13 words stand word for word" in summary
