"""The persistent index: a corpus in one SQLite file, and new documents compared with it."""

from dedup.index.index import Added, Candidate, Index
from dedup.index.query import analyze_new

__all__ = ["Added", "Candidate", "Index", "analyze_new"]
