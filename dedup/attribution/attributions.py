"""What was found in texts about their sources, as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.corpus import Passages

Integers = npt.NDArray[np.int64]

NOWHERE = -1  # of a span that there is none of


@dataclass(frozen=True, slots=True)
class Attributions:
    """Credited parties, in the order of documents and places; every array has an entry each.

    Attributes:
        documents: Row of the document in the corpus.
        passages: Id of the passage that the cue stands in, or the party if there is no cue.
        contents: Start and end of the content in code points, NOWHERE if none, shape (n, 2).
        cues: Start and end of the cue, NOWHERE if none, shape (n, 2).
        credited: Start and end of the words that name the party, shape (n, 2).
        credited_texts: Those words.
        kinds: Index in `KINDS`.
        outlets: Id of the outlet, None where it is none or stays ambiguous.
        relations: Index in `RELATIONS`.
        quotations: Index in `QUOTATIONS`.
        parents: Row of the party that relays this one, NOWHERE if none.
        confidence: Index in `CONFIDENCES`.
        bases: What the confidence rests on.
        antecedents: Where a back-reference's party was named, NOWHERE if it is none, shape (n, 2).
        candidates: Outlets that may be meant, where that stays open.
        is_own: Whether the outlet is the document's own.
    """

    documents: Integers
    passages: Integers
    contents: Integers
    cues: Integers
    credited: Integers
    credited_texts: list[str]
    kinds: Integers
    outlets: list[str | None]
    relations: Integers
    quotations: Integers
    parents: Integers
    confidence: Integers
    bases: list[str]
    antecedents: Integers
    candidates: list[tuple[str, ...]]
    is_own: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.documents)


def passages_at(passages: Passages, documents: Integers, places: Integers) -> Integers:
    """Return the ids of the passages that places of documents are in."""
    order = np.lexsort((passages.starts, passages.documents))
    width = 1 + max(passages.ends.max(initial=0), places.max(initial=0))
    keys = passages.documents[order] * width + passages.starts[order]
    found: Integers = order[np.searchsorted(keys, documents * width + places, side="right") - 1]
    return found
