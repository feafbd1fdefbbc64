"""A check as JSON: everything it holds, in the form that `check.schema.json` describes.

A change that breaks readers gets another version number; further keys do not.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Set
from numbers import Integral, Real
from typing import Any

import orjson

from dedup.check.findings import CheckResult, Finding, Place, Suppressed
from dedup.check.formats.plain import valid_unicode

_VERSION = 1
_LARGEST = 2**53 - 1  # more than this, many readers of JSON take for a rounded number


def render(result: CheckResult) -> str:
    """Return a check as JSON."""
    return write_json(
        {
            "format": "dedup-check",
            "version": _VERSION,
            "fails": result.fails,
            "n_documents": result.n_documents,
            "n_passages": result.n_passages,
            "n_known_documents": result.n_known_documents,
            "n_known_passages": result.n_known_passages,
            "findings": [_finding(finding) for finding in result.findings],
            "accepted": [_finding(finding) for finding in result.accepted],
            "suppressed": [_suppressed(suppressed) for suppressed in result.suppressed],
            "allowed": dict(sorted(result.allowed.items())),
            "skipped": result.skipped,
            "notes": result.notes,
            "settings": result.settings,
        }
    )


def write_json(value: Any) -> str:
    """Return JSON for a value of any kind, indented, with a newline at the end.

    Strings keep what they hold but for lone surrogates, which become U+FFFD. What JSON has no form
    for is written as a string, an infinity or no number as null, and a set sorted.
    """
    return orjson.dumps(_plain(value), option=orjson.OPT_INDENT_2).decode() + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    fingerprint = finding.fingerprint
    return {
        "name": finding.name,
        "fails": finding.fails,
        "message": finding.message,
        "n_words": finding.n_words,
        "similarity": finding.similarity,
        "place": _place(finding.place),
        "counterpart": None if finding.counterpart is None else _place(finding.counterpart),
        "fingerprint": {
            "digest": fingerprint.digest,
            "content": fingerprint.content,
            "locations": [dataclasses.asdict(location) for location in fingerprint.locations],
        },
    }


def _place(place: Place) -> dict[str, Any]:
    return dataclasses.asdict(place)


def _suppressed(suppressed: Suppressed) -> dict[str, Any]:
    return {
        "by": suppressed.by,
        "reason": suppressed.reason,
        "finding": _finding(suppressed.finding),
    }


def _plain(value: Any) -> Any:
    """Return a value as what JSON has: the settings of a run may hold paths, dates and sets."""
    match value:
        case None | bool():
            return value
        case str():
            return valid_unicode(value)
        case Integral():  # and Real: numpy's numbers as well as Python's
            return int(value) if abs(int(value)) <= _LARGEST else str(int(value))
        case Real():
            return float(value) if math.isfinite(value) else None
        case Mapping():
            return {valid_unicode(str(key)): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case Set():
            return sorted((_plain(item) for item in value), key=str)
        case _:
            return valid_unicode(str(value))
