"""A check as text for people: a finding a line, its counterpart below, and always the counts.

Lines start `path:line:col: finding:`, which editors and `grep` understand.
"""

from __future__ import annotations

from collections.abc import Iterator

from dedup.check.findings import CheckResult, Finding, Place
from dedup.check.formats.plain import log_line
from dedup.check.formats.sentences import summarize_check

_NAME_LENGTH = 300  # characters of a path, an id or the name of an outlet
_LISTED = 5  # skipped things


def render(result: CheckResult) -> str:
    """Return a check as text."""
    lines = [line for finding in result.findings for line in finding_lines(finding)]
    if lines:
        lines.append("")
    lines += map(log_line, summarize_check(result))
    lines += _skipped_lines(result.skipped)
    return "\n".join(lines) + "\n"


def finding_lines(finding: Finding) -> Iterator[str]:
    """Yield the line of a finding and that of its counterpart, if it has one."""
    mark = "" if finding.fails else "warning: "
    yield f"{_place(finding.place)}: {finding.name}: {mark}{log_line(finding.message)}"
    other = finding.counterpart
    if other is not None:
        outlet = f" ({log_line(other.outlet, _NAME_LENGTH)})" if other.outlet else ""
        yield f"    counterpart: {_place(other)}{outlet}"


def _place(place: Place) -> str:
    name = log_line(place.path or place.document_id, _NAME_LENGTH)
    return f"{name}:{place.line}:{place.column}"


def _skipped_lines(skipped: tuple[str, ...]) -> Iterator[str]:
    for reason in skipped[:_LISTED]:
        yield f"    skipped: {log_line(reason)}"
    if len(skipped) > _LISTED:
        yield f"    and {len(skipped) - _LISTED:,} more"
