"""A check as Markdown, for the summary of a job or a comment on a merge request.

Names and messages are data: they must neither end a cell of the table, nor link, nor call anybody
by `@name`. Character references do that in every dialect, where backslashes do not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dedup.check.findings import CheckResult, Finding, Place
from dedup.check.formats.plain import shortened
from dedup.check.formats.sentences import counted, errors_first, summarize_check

_COMMENT_BYTES = 65_536  # of a comment on GitHub, whose limit is the lowest of those that matter
_NAME_LENGTH = 200  # characters of a path, an id or the name of an outlet
_MESSAGE_LENGTH = 300
_SENTENCE_LENGTH = 1000
_REASON_LENGTH = 200
_LISTED = 10  # skipped things, notes

_REFERENCES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_MARKS = str.maketrans({mark: f"&#{ord(mark)};" for mark in "#$*@[\\]^_`{|}~"} | _REFERENCES)
# What makes addresses into links, and words between colons into pictures.
_ADDRESS = re.compile(r":(?=\S)|(?<=www)\.", re.IGNORECASE)
_HEAD = (
    "| finding | where | counterpart | words | alike | what |\n"
    "| --- | --- | --- | ---: | ---: | --- |\n"
)


def render(result: CheckResult) -> str:
    """Return a check as Markdown that fits in a comment."""
    return markdown_report(result, max_bytes=_COMMENT_BYTES)


def markdown_report(result: CheckResult, *, max_bytes: int) -> str:
    """Return a check as Markdown of at most so many bytes in UTF-8.

    Findings that do not fit are counted; those that fail the check come first.
    """
    lines = [f"- {_prose(sentence, _SENTENCE_LENGTH)}\n" for sentence in summarize_check(result)]
    head = f"## dedup check\n\n{''.join(lines)}"
    tail = _listed("Skipped", result.skipped) + _listed("Notes", result.notes)
    findings = errors_first(result.findings)
    # The sentence on what was left out has to fit as well, if it comes to that.
    room = max_bytes - _size(head) - _size(_HEAD) - _size(_left_out(findings)) - _size(tail) - 1
    rows = []
    for finding in findings:
        row = _row(finding)
        room -= _size(row)
        if room < 0:
            break
        rows.append(row)
    table = f"\n{_HEAD}{''.join(rows)}" if rows else ""
    return head + table + _left_out(findings[len(rows) :]) + tail


def _row(finding: Finding) -> str:
    cells = [
        finding.name if finding.fails else f"{finding.name} (warning)",
        _place(finding.place),
        "" if finding.counterpart is None else _place(finding.counterpart),
        f"{finding.n_words:,}",
        "" if finding.similarity is None else f"{finding.similarity:.0%}",
        _prose(finding.message, _MESSAGE_LENGTH),
    ]
    return f"| {' | '.join(cells)} |\n"


def _place(place: Place) -> str:
    name = _escaped(place.path or place.document_id, _NAME_LENGTH)
    outlet = f" ({_prose(place.outlet, _NAME_LENGTH)})" if place.outlet else ""
    return f"<code>{name}</code>:{place.line}:{place.column}{outlet}"


def _left_out(findings: Sequence[Finding]) -> str:
    if not findings:
        return ""
    n_errors = sum(finding.fails for finding in findings)
    n_findings = counted(len(findings), "finding")
    return f"\nLeft out for length: {n_findings}, {n_errors:,} of them failing the check.\n"


def _listed(title: str, reasons: tuple[str, ...]) -> str:
    if not reasons:
        return ""
    lines = [f"- {_prose(reason, _REASON_LENGTH)}\n" for reason in reasons[:_LISTED]]
    if len(reasons) > _LISTED:
        lines.append(f"- and {len(reasons) - _LISTED:,} more\n")
    return f"\n{title}:\n\n{''.join(lines)}"


def _prose(text: str, length: int) -> str:
    # GitHub finds names to call in the finished page, so the sign must not touch the name.
    return _escaped(text, length).replace("&#64;", "&#64;&#8203;")


def _escaped(text: str, length: int) -> str:
    text = shortened(text, length).translate(_MARKS)
    return _ADDRESS.sub(lambda match: f"&#{ord(match[0])};", text)


def _size(text: str) -> int:
    return len(text.encode())
