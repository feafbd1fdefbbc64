"""Analyses to what a person reads: a summary, and its form on a terminal."""

from dedup.report.summary import Summary, summarize
from dedup.report.terminal import render

__all__ = ["Summary", "render", "summarize"]
