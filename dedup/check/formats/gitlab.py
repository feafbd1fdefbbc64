"""A check as a Code Quality report of GitLab, which shows findings in a merge request."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import PurePath
from typing import Any

from dedup.check.findings import CheckResult, Finding
from dedup.check.formats.plain import shortened
from dedup.check.formats.records import write_json
from dedup.check.formats.sentences import describe_finding

_DESCRIPTION_LENGTH = 1000  # characters


def render(result: CheckResult) -> str:
    """Return a check as a Code Quality report."""
    seen: Counter[str] = Counter()
    issues = []
    for finding in result.findings:
        digest = finding.fingerprint.digest
        issues.append(_issue(finding, _unique(digest, seen[digest])))
        seen[digest] += 1
    return write_json(issues)


def _issue(finding: Finding, fingerprint: str) -> dict[str, Any]:
    place = finding.place
    return {
        "description": shortened(describe_finding(finding), _DESCRIPTION_LENGTH),
        "check_name": finding.name,
        "fingerprint": fingerprint,
        "severity": "major" if finding.fails else "minor",
        "location": {
            # GitLab finds no file by a path that starts with "./".
            "path": PurePath(place.path).as_posix() if place.path else place.document_id,
            "lines": {"begin": place.line},
        },
    }


def _unique(digest: str, n_before: int) -> str:
    """Return a fingerprint of its own for each of several findings with one digest.

    GitLab drops all but one issue of a fingerprint. The first keeps the digest, so that one copy
    more does not make a new issue of those that were there.
    """
    if n_before == 0:
        return digest
    return hashlib.blake2b(f"{digest}\0{n_before}".encode(), digest_size=16).hexdigest()
