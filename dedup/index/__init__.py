"""The persistent index: a corpus in one SQLite file, and new documents compared with it."""

from dedup.index.bridge import PassageKey, parse_key
from dedup.index.changes import Added
from dedup.index.index import Index
from dedup.index.query import Candidate

__all__ = ["Added", "Candidate", "Index", "PassageKey", "parse_key"]
