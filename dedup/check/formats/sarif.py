"""A check as SARIF 2.1.0, for code scanning at GitHub and viewers of static analysis.

The counterpart is a related location that the message links to, or GitHub would not show it.
What GitHub takes and shows: docs.github.com, "SARIF support for code scanning".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from dedup import __version__
from dedup.check.findings import FINDINGS, CheckResult, Finding, Place
from dedup.check.formats.plain import shortened
from dedup.check.formats.records import write_json
from dedup.check.formats.sentences import errors_first, name_place

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_RESULTS = 5000  # as many GitHub shows of a run
_NOTIFICATIONS = 100  # of one kind
_MESSAGE_LENGTH = 1000
_NAME_LENGTH = 300

_HELP = (
    "Say where the words come from, write them anew, or take them out. What is meant to be there"
    " can be accepted into the baseline, or suppressed: in the front matter, by a comment, or with"
    " a reason in the allow-list."
)
_RULES = {name: number for number, name in enumerate(FINDINGS)}


def render(result: CheckResult) -> str:
    """Return a check as a SARIF log of one run."""
    n_results = len(result.findings) + len(result.suppressed) + len(result.accepted)
    return write_json(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "dedup",
                            "semanticVersion": __version__,
                            "rules": [_rule(name, text) for name, text in FINDINGS.items()],
                        }
                    },
                    "invocations": [
                        {
                            "executionSuccessful": True,
                            "toolExecutionNotifications": list(_notifications(result, n_results)),
                        }
                    ],
                    "columnKind": "unicodeCodePoints",
                    "results": list(islice(_results(result), _RESULTS)),
                    "properties": {
                        "documents": result.n_documents,
                        "passages": result.n_passages,
                        "knownDocuments": result.n_known_documents,
                        "knownPassages": result.n_known_passages,
                        "accepted": len(result.accepted),
                        "suppressed": len(result.suppressed),
                        "allowed": dict(sorted(result.allowed.items())),
                        "skipped": len(result.skipped),
                    },
                }
            ],
        }
    )


def _rule(name: str, description: str) -> dict[str, Any]:
    text = {"text": f"{description[0].upper()}{description[1:]}."}
    return {
        "id": name,
        "shortDescription": text,
        "fullDescription": text,
        "help": {"text": _HELP},
        "defaultConfiguration": {"level": "error"},
    }


def _results(result: CheckResult) -> Iterator[dict[str, Any]]:
    """Yield what was found, the gravest first, so that a cut leaves out the least."""
    # Where one result has a state, the standard wants one for each.
    compared = bool(result.accepted or result.settings.get("baseline"))
    new = {"baselineState": "new"} if compared else {}
    for finding in errors_first(result.findings):
        yield _result(finding, _level(finding)) | new
    for suppressed in result.suppressed:
        finding = suppressed.finding
        kind = "inSource" if suppressed.by in ("front matter", "comment") else "external"
        suppression = {"kind": kind, "justification": suppressed.reason or suppressed.by}
        yield _result(finding, _level(finding)) | new | {"suppressions": [suppression]}
    for finding in result.accepted:
        yield _result(finding, "note") | {"baselineState": "unchanged"}


def _level(finding: Finding) -> str:
    return "error" if finding.fails else "warning"


def _result(finding: Finding, level: str) -> dict[str, Any]:
    text = _literal(shortened(finding.message, _MESSAGE_LENGTH))
    related = {}
    if finding.counterpart is not None:
        name = shortened(name_place(finding.counterpart), _NAME_LENGTH)
        text = f"{text}: [{_link_text(name)}](1)"
        message = {"text": _literal(name)}
        location = {"id": 1, **_location(finding.counterpart), "message": message}
        related = {"relatedLocations": [location]}
    return {
        "ruleId": finding.name,
        "ruleIndex": _RULES[finding.name],
        "level": level,
        "message": {"text": text},
        "locations": [_location(finding.place)],
        **related,
        "partialFingerprints": {"dedupFingerprint/v1": finding.fingerprint.digest},
        "properties": {"words": finding.n_words, "similarity": finding.similarity},
    }


def _location(place: Place) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(place),
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": place.end_column,
            },
        },
        "logicalLocations": [{"fullyQualifiedName": place.document_id, "kind": "document"}],
    }


def _artifact(place: Place) -> Mapping[str, str]:
    if not place.path:  # GitHub wants an address for everything
        return {"uri": _quoted(place.document_id, safe="")}
    path = PurePath(place.path)
    posix = path.as_posix()
    if path.is_absolute():
        return {"uri": f"file://{'' if posix.startswith('/') else '/'}{_quoted(posix, safe='/:')}"}
    return {"uri": _quoted(posix, safe="/"), "uriBaseId": "%SRCROOT%"}


def _quoted(text: str, *, safe: str) -> str:
    try:
        octets = text.encode("utf-8", "surrogateescape")  # the bytes that the file's name has
    except UnicodeEncodeError:
        octets = text.encode("utf-8", "replace")
    return quote(octets, safe=safe)


def _literal(text: str) -> str:
    """Return a text as a message in which nothing is a placeholder or a link."""
    return text.replace("{", "{{").replace("}", "}}").replace("](", "] (")


def _link_text(text: str) -> str:
    text = text.replace("{", "{{").replace("}", "}}")
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _notifications(result: CheckResult, n_results: int) -> Iterator[dict[str, Any]]:
    if n_results > _RESULTS:
        yield _notification(
            "warning",
            f"{n_results - _RESULTS:,} of {n_results:,} results are left out, the least grave"
            f" ones: GitHub shows {_RESULTS:,}.",
        )
    for level, kind, texts in (
        ("warning", "skipped", result.skipped), ("note", "note", result.notes)
    ):  # fmt: skip
        for text in texts[:_NOTIFICATIONS]:
            yield _notification(level, f"{kind}: {shortened(text, _MESSAGE_LENGTH)}")
        if len(texts) > _NOTIFICATIONS:
            yield _notification(level, f"{kind}: and {len(texts) - _NOTIFICATIONS:,} more.")


def _notification(level: str, text: str) -> dict[str, Any]:
    return {"level": level, "message": {"text": _literal(text)}}
