"""Find near-duplicate paragraphs in a corpus of articles, and see who ran them first.

>>> from dedup import Corpus, analyze
>>> corpus = Corpus.from_records([{"id": "a", "text": "Rain fell on the harbour all night."}])
>>> len(analyze(corpus).clusters)
0
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.analysis import Analysis, analyze
    from dedup.answers import Explanation
    from dedup.attribution import Gazetteer, gazetteer
    from dedup.check.findings import CheckResult, Finding
    from dedup.check.run import check_corpus
    from dedup.comparison import Comparison, compare, compare_documents
    from dedup.config import CheckSettings, CorpusSettings, DuplicateSettings, ReuseSettings
    from dedup.corpus import Corpus, Document, read_corpus
    from dedup.duplicates import from_datasketch, to_datasketch
    from dedup.errors import ConfigError, InputError
    from dedup.index import Index
    from dedup.saved import SavedAnalysis

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "CheckResult",
    "CheckSettings",
    "Comparison",
    "ConfigError",
    "Corpus",
    "CorpusSettings",
    "Document",
    "DuplicateSettings",
    "Explanation",
    "Finding",
    "Gazetteer",
    "Index",
    "InputError",
    "ReuseSettings",
    "SavedAnalysis",
    "analyze",
    "check_corpus",
    "compare",
    "compare_documents",
    "from_datasketch",
    "gazetteer",
    "read_corpus",
    "to_datasketch",
]

# Where each public name lives. They are imported when first used: `dedup --help` and a wrong
# option should not wait for numpy.
_HOMES = {
    "analysis": ("Analysis", "analyze"),
    "answers": ("Explanation",),
    "attribution": ("Gazetteer", "gazetteer"),
    "check": ("CheckResult", "Finding", "check_corpus"),
    "comparison": ("Comparison", "compare", "compare_documents"),
    "config": ("CheckSettings", "CorpusSettings", "DuplicateSettings", "ReuseSettings"),
    "corpus": ("Corpus", "Document", "read_corpus"),
    "duplicates": ("from_datasketch", "to_datasketch"),
    "errors": ("ConfigError", "InputError"),
    "index": ("Index",),
    "saved": ("SavedAnalysis",),
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(f"dedup.{home}"), name)
    raise AttributeError(f"module 'dedup' has no attribute {name!r}")
