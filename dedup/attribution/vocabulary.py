"""The lexicon and the gazetteer as tries of hashed words, which the kernels walk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dedup.attribution import lexicon
from dedup.attribution.outlets import AMBIGUOUS, SHORT, SURE, Gazetteer
from dedup.attribution.trie import Trie, make_trie
from dedup.attribution.words import hash_words

PHRASE_BITS = 8  # of a trie's value: the class; above them the number of the surface


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Lexicon and gazetteer as the kernel reads them.

    Attributes:
        exact: Surfaces of outlets, by words as they are written.
        folded: Phrases of the lexicon, by words in lower case.
        abbreviations: Hashes of words with a full stop of their own, sorted.
        gazetteer: What the numbers of surfaces refer to.
    """

    exact: Trie
    folded: Trie
    abbreviations: npt.NDArray[np.uint64]
    gazetteer: Gazetteer


def make_vocabulary(gazetteer: Gazetteer) -> Vocabulary:
    """Return the lexicon with a gazetteer."""
    level = {SURE: lexicon.OUTLET, AMBIGUOUS: lexicon.MAYBE_OUTLET, SHORT: lexicon.SHORT_OUTLET}
    surfaces = gazetteer.surfaces
    classes = np.array([ord(level[surface.certainty]) for surface in surfaces], dtype=np.int32)
    exact = hash_words([surface.words for surface in surfaces])
    folded, abbreviations = _lexicon()
    return Vocabulary(
        make_trie(exact, np.arange(len(surfaces), dtype=np.int32) << PHRASE_BITS | classes),
        folded,
        abbreviations,
        gazetteer,
    )


@cache
def _lexicon() -> tuple[Trie, npt.NDArray[np.uint64]]:
    """Return the phrases of the lexicon as a trie, and the abbreviations, sorted.

    They stand there in lower case, in which a word has one hash, as written and folded.
    """
    phrases = lexicon.phrases()
    classes = np.array([*map(ord, phrases.values())], dtype=np.int32)
    stopped = hash_words(sorted(lexicon.ABBREVIATIONS))
    return make_trie(hash_words([*phrases]), classes), np.sort(stopped.hashes)


_ready: list[Vocabulary] = []  # of the outlets asked for last


def ready_vocabulary(outlets: Gazetteer) -> Vocabulary:
    """Return the vocabulary of outlets; for those asked for last it is not made anew."""
    if not _ready or _ready[0].gazetteer is not outlets:
        _ready[:] = [make_vocabulary(outlets)]
    return _ready[0]
