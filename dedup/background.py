"""The rest of a corpus of which only some documents are at hand.

An index compares new documents with the few old ones that may share something with them, and Spark
a block of documents with the few earlier ones. What an analysis judges by the whole corpus (how
rare a word is, what an outlet prints on every page, which outlets there are) it then asks of this.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Keys = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of the old documents, at hand or not; mostly the new ones are not counted.

    Attributes:
        is_new: For each document at hand whether it is new: only what concerns a new one is
            looked for.
        labels: The outlets of the old documents.
        count_printed: Takes text keys, outlets, and how many matter at least, an entry each;
            returns how many old documents of the outlet print the text, and how many of those
            are no version of another. Fewer than matter may be counted as none.
        count_documents: Takes outlets; returns how many old documents each has.
        n_documents: Old documents that have body words.
        n_passages: Old passages that the comparer weighs words by.
        count_documents_with: Takes hashes of words; returns in how many of these documents each is.
        count_passages_with: Takes hashes of words; returns in how many of these passages each is.
        count_fingerprints: Takes hashes of fingerprints; returns how many old documents have each.
        counts_new: Whether all these counts are of the new documents, too.
        places_of: Takes hashes of words; returns numbers in the order in which the whole corpus
            first has them, so that sums over words run in the order that they would have there.
            None where that does not matter.
    """

    is_new: npt.NDArray[np.bool_]
    labels: Sequence[str]
    count_printed: Callable[[Keys, Sequence[str], Integers], tuple[Integers, Integers]]
    count_documents: Callable[[Sequence[str]], Integers]
    n_documents: int
    n_passages: int
    count_documents_with: Callable[[Keys], Integers]
    count_passages_with: Callable[[Keys], Integers]
    count_fingerprints: Callable[[Keys], Integers]
    counts_new: bool = False
    places_of: Callable[[Keys], Integers] | None = None
