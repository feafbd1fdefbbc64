"""Runs of equal rows in sorted columns, and what sorting makes quick."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.integer[Any])


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


def distinct(values: npt.NDArray[Number]) -> npt.NDArray[Number]:
    """Return values sorted, each once: what `np.unique` does, in a fraction of its time.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    values = np.sort(values)
    return values[run_starts(values)]


def is_among(
    values: npt.NDArray[np.integer[Any]], among: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.bool_]:
    """Return which values are among some others, which are sorted.

    >>> is_among(np.array([5, 1]), np.array([1, 2])).tolist()
    [False, True]
    """
    if not len(among):
        return np.zeros(len(values), dtype=np.bool_)
    places = np.searchsorted(among, values)
    places[places == len(among)] = 0
    return np.asarray(among[places] == values)
