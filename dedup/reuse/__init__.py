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
from dedup.reuse.stream import make_stream

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
    "find_reuse",
    "make_stream",
    "make_vectors",
    "weigh_terms",
]
