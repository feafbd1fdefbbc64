"""A check as workflow commands of GitHub Actions, which annotate the lines of changed files.

GitHub shows ten annotations of a kind for each step: the first ten are written, the rest counted.
"""

from __future__ import annotations

import re

from dedup.check.findings import CheckResult, Finding
from dedup.check.formats.markdown import markdown_report
from dedup.check.formats.plain import log_line, valid_unicode
from dedup.check.formats.sentences import counted, describe_finding, summarize_check
from dedup.printable import printable

_ANNOTATIONS = 10  # of a kind, of one step
_SUMMARY_BYTES = 1024 * 1024  # of one step


def render(result: CheckResult) -> str:
    """Return a check as workflow commands, with the counts as plain lines."""
    errors = [finding for finding in result.findings if finding.fails]
    warnings = [finding for finding in result.findings if not finding.fails]
    lines = [_annotation("error", finding) for finding in errors[:_ANNOTATIONS]]
    lines += [_annotation("warning", finding) for finding in warnings[:_ANNOTATIONS]]
    more = [
        counted(len(findings) - _ANNOTATIONS, f"more {name}")
        for name, findings in (("error", errors), ("warning", warnings))
        if len(findings) > _ANNOTATIONS
    ]
    if more:
        lines.append(f"Not annotated: {' and '.join(more)}; GitHub shows {_ANNOTATIONS} of a kind.")
    lines += map(log_line, summarize_check(result))
    return "\n".join(lines) + "\n"


def summary(result: CheckResult) -> str:
    """Return the Markdown of a job's summary."""
    return markdown_report(result, max_bytes=_SUMMARY_BYTES)


def _annotation(command: str, finding: Finding) -> str:
    place = finding.place
    properties = {"file": place.path} if place.path else {}
    start, end = {"line": f"{place.line}"}, {"endLine": f"{place.end_line}"}
    if place.line == place.end_line:  # GitHub takes columns of nothing that is longer
        start["col"], end["endColumn"] = f"{place.column}", f"{place.end_column}"
    properties |= start | end | {"title": finding.name}
    written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = describe_finding(finding)
    if not place.path:  # else nothing would say which document it is
        message = f"{place.document_id}: {message}"
    return f"::{command} {written}::{_data(log_line(message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    # A path has to stay what it is, spaces too, or the annotation finds no file.
    text = re.sub(r"\S+", lambda word: printable(word[0]), valid_unicode(text))
    text = re.sub(r"[^\S \r\n]", "\ufffd", text)
    return _data(text).replace(":", "%3A").replace(",", "%2C")
