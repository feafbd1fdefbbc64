"""The ingestion check: findings about new content, policy, baseline, suppressions, formats."""

from dedup.check.baseline import (
    Baseline,
    BaselineChanges,
    baseline_changes,
    read_baseline,
    write_baseline,
)
from dedup.check.findings import FINDINGS, CheckResult, Finding, Place, Suppressed
from dedup.check.formats import FORMATS, github_summary, render_check
from dedup.check.run import check_corpus

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
    "check_corpus",
    "github_summary",
    "read_baseline",
    "render_check",
    "write_baseline",
]
