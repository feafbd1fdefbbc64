"""What all formats say alike: the counts of a check in sentences, and what a finding is about.

The sentences hold names from data: each format escapes them as a whole, in its own way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from dedup.check.findings import FINDINGS, CheckResult, Finding, Place


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number with what it counts, in the singular or the plural."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def name_place(place: Place) -> str:
    """Return where a place is, with the outlet if it is known."""
    return f"{place} ({place.outlet})" if place.outlet else str(place)


def describe_finding(finding: Finding) -> str:
    """Return what was found, with where the other side is, if there is one."""
    if finding.counterpart is None:
        return finding.message
    return f"{finding.message}; counterpart: {name_place(finding.counterpart)}"


def errors_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with those that fail the check first, otherwise in their order."""
    return sorted(findings, key=lambda finding: not finding.fails)


def summarize_check(result: CheckResult) -> list[str]:
    """Return what was found, what was compared and what was left out: a sentence each."""
    return [_found(result.findings), _compared(result), _not_counted(result)]


def _found(findings: list[Finding]) -> str:
    if not findings:
        return "No findings."
    n_documents = len({finding.place.document_id for finding in findings})
    names = Counter(finding.name for finding in findings)
    order = [*FINDINGS, *sorted(names.keys() - FINDINGS.keys())]
    sentence = (
        f"{counted(len(findings), 'finding')} in {counted(n_documents, 'document')}:"
        f" {_listed({name: names[name] for name in order})}"
    )
    n_warnings = sum(not finding.fails for finding in findings)
    return (
        f"{sentence}; {counted(n_warnings, 'warning')} among them."
        if n_warnings
        else f"{sentence}."
    )


def _compared(result: CheckResult) -> str:
    checked = _sized(result.n_documents, result.n_passages)
    parts = ["each other"] if result.n_documents > 1 else []
    if result.n_known_documents:
        parts.append(_sized(result.n_known_documents, result.n_known_passages))
    return f"Checked {checked}; compared with {' and with '.join(parts) or 'no other'}."


def _not_counted(result: CheckResult) -> str:
    suppressed = Counter(suppressed.by for suppressed in result.suppressed)
    parts = [
        f"{len(result.accepted):,} accepted by the baseline",
        f"{_total(suppressed)} suppressed",
        f"{_total(result.allowed)} allowed by the policy",
        f"{counted(len(result.skipped), 'file or record', 'files or records')} skipped",
    ]
    parts[1] += _by(suppressed)
    parts[2] += _by(result.allowed)
    return f"Not counted: {', '.join(parts)}."


def _sized(n_documents: int, n_passages: int) -> str:
    return f"{counted(n_documents, 'document')} with {counted(n_passages, 'passage')}"


def _by(counts: Mapping[str, int]) -> str:
    listed = _listed(dict(sorted(counts.items())))
    return f" ({listed})" if listed else ""


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {name}" for name, n in counts.items() if n)


def _total(counts: Mapping[str, int]) -> str:
    return f"{sum(counts.values()):,}"
