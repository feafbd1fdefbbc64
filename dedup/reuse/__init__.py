"""Who took which passage from whom: fingerprints, the TF-IDF comparer, alignment, direction."""

from dedup.reuse.comparer import make_vectors, weigh_terms
from dedup.reuse.direction import (
    COMMON_ORIGIN,
    CREDIT,
    DIRECTED,
    DIRECTIONS,
    REASONS,
    UNDIRECTED,
    WIRE,
)
from dedup.reuse.find import KINDS as REUSE_KINDS
from dedup.reuse.find import SHARED_QUOTE, Reuse, find_reuse
from dedup.reuse.fingerprints import find_fingerprints, find_owners, link_documents
from dedup.reuse.paraphrases import comparable_rows
from dedup.reuse.shared_runs import hash_runs, share_runs
from dedup.reuse.stream import Stream, make_stream
from dedup.reuse.words import Words, collect_words

__all__ = [
    "COMMON_ORIGIN",
    "CREDIT",
    "DIRECTED",
    "DIRECTIONS",
    "REASONS",
    "REUSE_KINDS",
    "SHARED_QUOTE",
    "UNDIRECTED",
    "WIRE",
    "Reuse",
    "Stream",
    "Words",
    "collect_words",
    "comparable_rows",
    "find_fingerprints",
    "find_owners",
    "find_reuse",
    "hash_runs",
    "link_documents",
    "make_stream",
    "make_vectors",
    "share_runs",
    "weigh_terms",
]
