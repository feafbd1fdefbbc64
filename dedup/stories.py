"""Stories: which documents go back to which, from the tables `documents` and `reuse`.

A document's main origin is the one that gave it most words. Main origins lead to a root, and a
story is a root with all that lead to it. Each document has at most one main origin, so stories do
not run into each other, however much the articles of a day borrow.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.answers import taken_rows
from dedup.attribution import CREDITS
from dedup.runs import run_starts
from dedup.tables import SCHEMAS

Integers = npt.NDArray[np.int64]

_HOUR = 3600 * 1_000_000  # in microseconds
_NONE = -1


def find_stories(documents: pa.Table, reuse: pa.Table) -> pa.Table:
    """Return the stories: root documents, with all who took from them directly or through others.

    Only what one took from another counts: best origins (rank 1), directed, no shared quotes. Of
    origins that gave a document equally many words, the earlier in (published, missing last;
    document_id) is the main one; where main origins run in a circle, the earliest of the circle
    is the root. Linear in both tables, but for sorting.

    Args:
        documents: The table `documents`.
        reuse: The table `reuse`.

    Returns:
        The table `story_timeline`: the story with most words taken first, in each its root, then
        the others by time.
    """
    n = documents.num_rows
    ids = documents["document_id"].combine_chunks()
    in_time = pc.sort_indices(
        documents.select(["published", "document_id"]),
        sort_keys=[("published", "ascending"), ("document_id", "ascending")],
    ).to_numpy()
    order = np.empty(n, np.int64)
    order[in_time] = np.arange(n)

    taken = taken_rows(reuse)
    targets = pc.index_in(taken["target_document_id"], ids).to_numpy().astype(np.int64)
    origins = pc.index_in(taken["origin_document_id"], ids).to_numpy().astype(np.int64)
    n_words = taken["n_words"].to_numpy()
    main_origins = _main_origins(targets, origins, n_words, order)
    roots = _find_roots(main_origins, order)
    main_origins[roots == np.arange(n)] = _NONE  # a circle is cut where it begins

    inside = roots[targets] == roots[origins]
    targets, n_words, credit = targets[inside], n_words[inside], taken["credit"].filter(inside)
    words = _sum_by(targets, n_words, n)
    totals = _sum_by(roots, words, n)
    heads = np.flatnonzero(np.bincount(roots, minlength=n) > 1)
    heads = heads[np.lexsort((order[heads], -totals[heads]))]
    story_ids = np.full(n, _NONE)
    story_ids[heads] = np.arange(len(heads))
    story_ids = story_ids[roots]
    rows = np.flatnonzero(story_ids >= 0)
    rows = rows[np.lexsort((order[rows], roots[rows] != rows, story_ids[rows]))]

    members = documents.take(pa.array(rows))
    of_documents = members["n_words"].to_numpy()
    shares = np.divide(words[rows], of_documents, out=np.zeros(len(rows)), where=of_documents > 0)
    published = documents["published"].cast(pa.int64())
    hours = pc.divide(
        pc.cast(pc.subtract(published.take(rows), published.take(roots[rows])), pa.float64()),
        float(_HOUR),
    )
    columns = {
        "story_id": story_ids[rows],
        "document_id": members["document_id"],
        "outlet": members["outlet"],
        "published": members["published"],
        "title": members["title"],
        "origin_document_id": _take_or_null(ids, main_origins[rows]),
        "hours_after": pc.round(hours, 6),
        "n_words": words[rows],
        "share": np.round(shares, 6),
        "credit": _take_or_null(
            pa.array(CREDITS), _main_credits(targets, n_words, credit, n)[rows]
        ),
    }
    return pa.table(columns, schema=SCHEMAS["story_timeline"])


def _main_origins(
    targets: Integers, origins: Integers, n_words: Integers, order: Integers
) -> Integers:
    """Return for each document the one that gave it most words, or none."""
    n = len(order)
    pairs, of_row = np.unique(targets * n + origins, return_inverse=True)
    words = _sum_by(of_row, n_words, len(pairs))
    targets, origins = np.divmod(pairs, max(n, 1))
    best = np.lexsort((order[origins], -words, targets))
    best = best[run_starts(targets[best])]
    main_origins = np.full(n, _NONE)
    main_origins[targets[best]] = origins[best]
    return main_origins


def _find_roots(main_origins: Integers, order: Integers) -> Integers:
    """Return where main origins lead from each document: to its root, which may be itself."""
    own = np.arange(len(order))
    steps = np.where(main_origins < 0, own, main_origins)
    ends, earliest = _follow(steps, order)
    # Where following ends, it stands still or goes in a circle: a credit may turn a row round.
    is_root = np.zeros(len(order), np.bool_)
    is_root[ends] = True
    is_root &= earliest == order
    roots, _ = _follow(np.where(is_root, own, steps), order)
    return roots


def _follow(steps: Integers, order: Integers) -> tuple[Integers, Integers]:
    """Follow steps until they lead nowhere new; return the ends, and the earliest on the way.

    Each round doubles how far it goes, so that a long chain costs no more than its logarithm.
    """
    earliest = order
    for _ in range(len(steps).bit_length()):
        earliest = np.minimum(earliest, earliest[steps])
        further = steps[steps]
        if np.array_equal(further, steps):
            break
        steps = further
    return steps, earliest


def _main_credits(
    targets: Integers, n_words: Integers, credit: pa.ChunkedArray, n_documents: int
) -> Integers:
    """Return for each document the number of the credit that most words have, or none."""
    numbers = pc.fill_null(pc.index_in(credit, pa.array(CREDITS)), _NONE).to_numpy()
    known = numbers >= 0
    cells = targets[known] * len(CREDITS) + numbers[known]
    words = _sum_by(cells, n_words[known], n_documents * len(CREDITS))
    words = words.reshape(n_documents, len(CREDITS))
    return np.where(words.any(axis=1), words.argmax(axis=1), _NONE)


def _sum_by(groups: Integers, values: Integers, n_groups: int) -> Integers:
    return np.bincount(groups, weights=values, minlength=n_groups).astype(np.int64)


def _take_or_null(values: pa.Array, rows: npt.NDArray[np.integer[Any]]) -> pa.Array:
    return values.take(pa.array(rows, mask=rows < 0))
