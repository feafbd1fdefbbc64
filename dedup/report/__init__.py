"""Analyses to what a person reads: a summary, and its form on a terminal."""

from dedup.report.attributions import render_attributions
from dedup.report.comparison import render_comparison, summarize_comparison
from dedup.report.summary import Summary, summarize
from dedup.report.terminal import render

__all__ = [
    "Summary",
    "render",
    "render_attributions",
    "render_comparison",
    "summarize",
    "summarize_comparison",
]
