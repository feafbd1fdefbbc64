"""Who had it first: two documents' times of publication to a direction.

A date without a time is the whole day. Where the times overlap, or one is missing, nothing is
said; the order of the documents is no evidence.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus import Corpus

DIRECTIONS = ("directed", "undirected", "common_origin")
DIRECTED, UNDIRECTED, COMMON_ORIGIN = range(len(DIRECTIONS))
REASONS = ("credit", "time", "wire", "none")
CREDIT, TIME, WIRE, NO_REASON = range(len(REASONS))

_DAY = 24 * 3600 * 1_000_000  # in microseconds
_UNKNOWN = np.iinfo(np.int64).min

Integers = npt.NDArray[np.int64]


def direct(corpus: Corpus, targets: Integers, origins: Integers) -> tuple[Integers, Integers]:
    """Return direction and reason of each pair of documents.

    Args:
        corpus: The corpus.
        targets: Rows of the documents that would have taken.
        origins: Rows of those that would have had it.

    Returns:
        Indices into `DIRECTIONS` and `REASONS`.
    """
    times = corpus.documents["published"].cast(pa.int64())
    start = pc.fill_null(times, _UNKNOWN).to_numpy()
    is_day = corpus.documents["published_is_day"].to_numpy()
    end = np.where(is_day, start + _DAY, start + 1)
    is_known = start != _UNKNOWN
    is_directed = is_known[targets] & is_known[origins] & (end[origins] <= start[targets])
    return (
        np.where(is_directed, DIRECTED, UNDIRECTED),
        np.where(is_directed, TIME, NO_REASON),
    )
