"""The ingestion check: findings about new content, policy, baseline, suppressions, formats."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.check.baseline import (
        Baseline,
        BaselineChanges,
        baseline_changes,
        read_baseline,
        write_baseline,
    )
    from dedup.check.findings import FINDINGS, CheckResult, Finding, Place, Suppressed
    from dedup.check.formats import FORMATS, github_summary, render_check
    from dedup.check.run import baseline_settings, check_corpus

__all__ = [
    "FINDINGS",
    "FORMATS",
    "Baseline",
    "BaselineChanges",
    "CheckResult",
    "Finding",
    "Place",
    "Suppressed",
    "baseline_changes",
    "baseline_settings",
    "check_corpus",
    "github_summary",
    "read_baseline",
    "render_check",
    "write_baseline",
]

# Imported when first used: the command's help needs the formats' names only, and no numpy.
_HOMES = {
    "baseline": (
        "Baseline", "BaselineChanges", "baseline_changes", "read_baseline", "write_baseline",
    ),
    "findings": ("FINDINGS", "CheckResult", "Finding", "Place", "Suppressed"),
    "formats": ("FORMATS", "github_summary", "render_check"),
    "run": ("baseline_settings", "check_corpus"),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"dedup.check.{home}"), name)
    raise AttributeError(f"module 'dedup.check' has no attribute {name!r}")
