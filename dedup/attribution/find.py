"""A corpus to its attributions: who its texts credit with what.

It brings all rules, which take a while to compile: only who reads texts imports it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from dedup.attribution.attributions import NOWHERE, Attributions, passages_at
from dedup.attribution.batches import read_batches
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import CONFIDENCES, KINDS, QUOTATIONS, RELATIONS, Found, Span
from dedup.corpus import Corpus, Passages, document_order

Integers = npt.NDArray[np.int64]


def find_attributions(
    corpus: Corpus,
    passages: Passages,
    outlets: Gazetteer,
    *,
    wanted: npt.NDArray[np.bool_] | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Attributions:
    """Return what the texts of a corpus say about their sources.

    Args:
        corpus: The corpus.
        passages: Its passages.
        outlets: The outlets to know.
        wanted: For each document whether it is read; None is all of them.
        jobs: Number of processes that may read; little text is read by this one.
        progress: Called with the number of documents done so far.
    """
    order = document_order(corpus)
    ranks = np.arange(len(corpus))
    if order is not None:
        ranks[order] = np.arange(len(corpus))
    rows: list[tuple[int, int, Found, str]] = []
    for read, n_done in read_batches(corpus, passages, outlets, wanted, jobs):
        rows.extend((int(ranks[row]), row, found, words) for row, found, words in read)
        if progress is not None:
            progress(n_done)
    rows.sort(key=lambda each: (each[0], *_place(each[2])))
    numbers = {id(found): number for number, (_, _, found, _) in enumerate(rows)}
    every = [found for _, _, found, _ in rows]
    documents = np.array([row for _, row, _, _ in rows], dtype=np.int64)

    def spans(of: Callable[[Found], Span | None]) -> Integers:
        pairs = [of(found) or (NOWHERE, NOWHERE) for found in every]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def indices(names: tuple[str, ...], of: Callable[[Found], str]) -> Integers:
        return np.array([names.index(of(found)) for found in every], dtype=np.int64)

    credited, cues = spans(lambda found: found.credited), spans(lambda found: found.cue)
    signs = np.where(cues[:, 0] == NOWHERE, credited[:, 0], cues[:, 0])
    return Attributions(
        documents,
        passages_at(passages, documents, signs),
        spans(lambda found: found.content),
        cues,
        credited,
        [words for _, _, _, words in rows],
        indices(KINDS, lambda found: found.kind),
        [found.outlet for found in every],
        indices(RELATIONS, lambda found: found.relation),
        indices(QUOTATIONS, lambda found: found.quotation),
        np.array(
            [NOWHERE if each.parent is None else numbers[id(each.parent)] for each in every],
            dtype=np.int64,
        ),
        indices(CONFIDENCES, lambda found: found.confidence),
        [found.basis for found in every],
        spans(lambda found: found.antecedent),
        [found.candidates for found in every],
        np.array([found.is_own for found in every], dtype=np.bool_),
    )


def _place(found: Found) -> tuple[int, int, int]:
    places = [span for span in (found.content, found.cue, found.credited) if span is not None]
    # Who relays comes before whom they relay.
    depth, parent = 0, found.parent
    while parent is not None:
        depth, parent = depth + 1, parent.parent
    return min(start for start, _ in places), depth, found.credited[0]
