"""A check as JUnit XML: a test case for each document with findings, and one for all others.

A document fails as a whole: services differ in what they make of several failures in one case.
Attributes are those that Jenkins and GitLab know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree

from dedup.check.findings import CheckResult, Finding, Suppressed
from dedup.check.formats.plain import log_line, shortened
from dedup.check.formats.sentences import counted, summarize_check
from dedup.check.formats.text import finding_lines

_NAME_LENGTH = 300  # characters of a document's id
_MESSAGE_LENGTH = 1000
_EXCERPT_LENGTH = 300

# Printable text holds no control characters, and these are what else XML 1.0 has no form for.
_FORBIDDEN = re.compile("[\ufffe\uffff]")


def render(result: CheckResult) -> str:
    """Return a check as JUnit XML."""
    suite = ElementTree.Element("testsuite", {"name": "dedup check"})
    names: Counter[str] = Counter()
    n_failures = 0
    for document_id, findings in _by_document(result.findings).items():
        case = _case(suite, "dedup.check", document_id, names)
        n_failures += _add_findings(case, findings)
    names = Counter()
    for suppressed in result.suppressed:
        document_id = suppressed.finding.place.document_id
        case = _case(suite, "dedup.suppressed", document_id, names)
        attributes = {"message": _reason(suppressed), "type": suppressed.finding.name}
        ElementTree.SubElement(case, "skipped", attributes).text = _written([suppressed.finding])
    others = _case(suite, "dedup.others", "all other documents", Counter())
    lines = [log_line(sentence) for sentence in summarize_check(result)]
    ElementTree.SubElement(others, "system-out").text = _allowed("\n".join(lines))
    counts = {"tests": f"{len(suite)}", "failures": f"{n_failures}", "errors": "0"}
    suite.attrib |= counts | {"skipped": f"{len(result.suppressed)}"}
    root = ElementTree.Element("testsuites", {"name": "dedup check", **counts})
    root.append(suite)
    ElementTree.indent(root)
    body = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _add_findings(case: ElementTree.Element, findings: list[Finding]) -> bool:
    """Add the findings of a document to its case, and return whether it fails."""
    failing = [finding for finding in findings if finding.fails]
    warnings = [finding for finding in findings if not finding.fails]
    if failing:
        attributes = {"message": _headline(failing), "type": _kind(failing)}
        ElementTree.SubElement(case, "failure", attributes).text = _written(failing)
    if warnings:
        ElementTree.SubElement(case, "system-out").text = _written(warnings)
    return bool(failing)


def _by_document(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    documents: dict[str, list[Finding]] = {}
    for finding in findings:
        documents.setdefault(finding.place.document_id, []).append(finding)
    return documents


def _case(
    suite: ElementTree.Element, class_name: str, document_id: str, names: Counter[str]
) -> ElementTree.Element:
    name = _allowed(shortened(document_id, _NAME_LENGTH))
    names[name] += 1
    if names[name] > 1:  # of cases with one name, GitLab shows the first only
        name = f"{name} ({names[name]})"
    return ElementTree.SubElement(suite, "testcase", {"classname": class_name, "name": name})


def _headline(findings: list[Finding]) -> str:
    if len(findings) == 1:
        return _allowed(shortened(findings[0].message, _MESSAGE_LENGTH))
    return f"{counted(len(findings), 'finding')}: {_kind(findings)}"


def _kind(findings: list[Finding]) -> str:
    return ", ".join(dict.fromkeys(finding.name for finding in findings))


def _reason(suppressed: Suppressed) -> str:
    reason = f": {suppressed.reason}" if suppressed.reason else ""
    return _allowed(shortened(f"suppressed by {suppressed.by}{reason}", _MESSAGE_LENGTH))


def _written(findings: Iterable[Finding]) -> str:
    lines: list[str] = []
    for finding in findings:
        lines += finding_lines(finding)
        lines.append(f"    text: {log_line(finding.place.text, _EXCERPT_LENGTH)}")
    return _allowed("\n".join(lines))


def _allowed(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
