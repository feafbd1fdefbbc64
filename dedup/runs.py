"""Runs of equal rows in sorted columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def run_starts(*columns: npt.NDArray[np.generic]) -> npt.NDArray[np.bool_]:
    """Return which rows differ from the row before them; the first does.

    Args:
        columns: Arrays of one length, at least one.

    >>> run_starts(np.array([1, 1, 1, 2]), np.array([5, 5, 6, 6])).tolist()
    [True, False, True, True]
    """
    starts = np.ones(len(columns[0]), dtype=np.bool_)
    if len(starts) > 1:
        starts[1:] = columns[0][1:] != columns[0][:-1]
        for column in columns[1:]:
            starts[1:] |= column[1:] != column[:-1]
    return starts
