"""Flows and stories to pictures: where each mark stands, in units of the drawing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dedup.duplicates import Banding
from dedup.report.page.names import shorten

# Up to so many outlets a cell has so many units. Tried with 80 outlets: their names get too small
# to read, and most of the cells are empty; 45 hold most words, and fit a screen.
_CELLS = ((24, 30), (45, 17))
_MOST = _CELLS[-1][0]  # rows or columns; further outlets share the last
_LETTER = 6.6  # units that a letter of a name is wide, about
_NAME = 28  # letters shown of a name
_LEAST = 0.2  # of a cell's side, so that the least flow is seen
UNKNOWN, OTHERS = "outlet not known", "all others"

_FROM, _TO = 1.0, 97.0  # percent of a time line's width that its marks stand in
_TICKS = ((1.0, "1 hour"), (6.0, "6 hours"), (24.0, "1 day"), (72.0, "3 days"), (168.0, "1 week"),
          (720.0, "1 month"), (2160.0, "3 months"), (8766.0, "1 year"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """What one outlet took from another: a square whose area goes with the words.

    Attributes:
        x: Middle of the cell.
        y: Middle of the cell.
        side: Side of the square.
        uncredited_side: Side of the square for the share that is not credited.
        n_words: How many words.
        says: The numbers in a sentence.
    """

    x: float
    y: float
    side: float
    uncredited_side: float
    n_words: int
    says: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Who takes from whom: origins in rows, takers in columns, those with most words first.

    Attributes:
        rows: Where the middle of each row is, and its name.
        columns: The same of the columns.
        cells: The flows.
        cell: Side of a cell.
        left: Where the cells start, behind the names.
        top: Where they start, below the names.
        width: Of the drawing.
        height: Of the drawing.
        n_folded: Outlets that share the last row, or the last column.
    """

    rows: list[tuple[float, str]]
    columns: list[tuple[float, str]]
    cells: list[Cell]
    cell: int
    left: float
    top: float
    width: float
    height: float
    n_folded: int


def draw_matrix(flows: Sequence[dict[str, Any]]) -> Matrix:
    """Return the picture of rows of the table `flows`."""
    rows = _places(flows, "origin_outlet")
    columns = _places(flows, "target_outlet")
    n_rows, n_columns = 1 + max(rows.values()), 1 + max(columns.values())
    cell = next(size for most, size in _CELLS if max(n_rows, n_columns) <= most)
    row_names = _names(rows, n_rows)
    column_names = _names(columns, n_columns)
    left = 14 + _LETTER * max(map(len, row_names))
    top = 14 + _LETTER * max(map(len, column_names)) * math.sin(math.radians(55))
    sums: dict[tuple[int, int], Counter[str]] = {}
    for flow in flows:
        place = rows[flow["origin_outlet"] or UNKNOWN], columns[flow["target_outlet"] or UNKNOWN]
        own = sums.setdefault(place, Counter())
        for name in ("n_words", "n_documents", "n_passages", "n_uncredited"):
            own[name] += flow[name] or 0
    most = max(own["n_words"] for own in sums.values())
    cells = []
    for (row, column), own in sorted(sums.items()):
        side = cell * 0.95 * max(math.sqrt(own["n_words"] / most), _LEAST)
        uncredited = own["n_uncredited"] / own["n_passages"] if own["n_passages"] else 0.0
        cells.append(
            Cell(
                left + cell * (column + 0.5), top + cell * (row + 0.5), side,
                side * math.sqrt(uncredited), own["n_words"],
                _say_flow(row_names[row], column_names[column], own),
            )
        )  # fmt: skip
    # Names of columns lean to the right, over the edge of the last column.
    lean = _LETTER * max(map(len, column_names)) * math.cos(math.radians(55))
    return Matrix(
        [(top + cell * (i + 0.5), name) for i, name in enumerate(row_names)],
        [(left + cell * (i + 0.5), name) for i, name in enumerate(column_names)],
        cells, cell, left, top, left + cell * n_columns + lean, top + cell * n_rows + 2,
        len(_folded(rows) | _folded(columns)),
    )  # fmt: skip


def _places(flows: Iterable[dict[str, Any]], side: str) -> dict[str, int]:
    """Return the place of each outlet of a side, most words first."""
    n_words: Counter[str] = Counter()
    for flow in flows:
        n_words[flow[side] or UNKNOWN] += flow["n_words"]
    ranked = sorted(n_words, key=lambda name: (-n_words[name], name))
    return {name: min(place, _MOST - 1) for place, name in enumerate(ranked)}


def _folded(places: dict[str, int]) -> set[str]:
    """Return the outlets that share the last place, if any do."""
    last = {name for name, place in places.items() if place == _MOST - 1}
    return last if len(last) > 1 else set()


def _names(places: dict[str, int], n: int) -> list[str]:
    names = [shorten(name, _NAME) for name in list(places)[:n]]
    if len(places) > n:
        names[-1] = OTHERS
    return names


def _say_flow(origin: str, taker: str, own: Counter[str]) -> str:
    passages = "1 passage" if own["n_passages"] == 1 else f"{own['n_passages']:,} passages"
    said = f"{taker} took {own['n_words']:,} words in {passages} from {origin}"
    return f"{said}; {own['n_uncredited']:,} not credited" if own["n_uncredited"] else said


@dataclass(frozen=True, slots=True)
class Stop:
    """A document on a story's time line; `x` is None where its time is not known.

    Attributes:
        x: Where its mark stands, in percent of the line.
        credit: The credit of most of the words that it took.
        document: Its row in the corpus.
        n_words: Words that it took within the story.
        share: Their share of its words.
        after: When it came, for reading.
    """

    x: float | None
    credit: str | None
    document: int
    n_words: int
    share: float
    after: str


@dataclass(frozen=True, slots=True)
class Story:
    """A document and those that took from it, directly or through others, by time."""

    root: int
    n_words: int
    n_outlets: int
    stops: list[Stop]
    n_more: int


def draw_stories(
    rows: Sequence[dict[str, Any]], documents: dict[str, int], n_stops: int
) -> tuple[list[Story], list[tuple[float, str]]]:
    """Return stories with places on one logarithmic scale of time, and the marks of the scale.

    Args:
        rows: Rows of the stories' table, story by story.
        documents: Row in the corpus of each document.
        n_stops: How many documents of a story are shown at most.
    """
    longest = max((row["hours_after"] or 0.0 for row in rows), default=0.0)
    scale = (_TO - _FROM) / math.log2(1 + max(longest, 24.0))

    def place(hours: float) -> float:
        return round(_FROM + scale * math.log2(1 + max(hours, 0.0)), 2)

    stories: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        stories.setdefault(row["story_id"], []).append(row)
    views = []
    for own in stories.values():
        stops = [
            Stop(
                None if row["hours_after"] is None else place(row["hours_after"]),
                row["credit"], documents[row["document_id"]], row["n_words"], row["share"],
                _say_after(row["hours_after"]),
            )
            for row in own
        ]  # fmt: skip
        outlets = {row["outlet"] for row in own[1:]}
        n_words = sum(row["n_words"] for row in own[1:])
        views.append(
            Story(stops[0].document, n_words, len(outlets), stops[1 : n_stops + 1],
                  max(0, len(stops) - 1 - n_stops))
        )  # fmt: skip
    ticks = [(place(hours), name) for hours, name in _TICKS]
    return views, [(x, name) for x, name in ticks if x <= _TO]


def _say_after(hours: float | None) -> str:
    if hours is None:
        return "no date"
    # What a text credits may carry an earlier date than the document that it took from.
    return f"+{say_lag(hours)}" if hours >= 0 else f"{say_lag(-hours)} before"


def say_lag(hours: float) -> str:
    """Return a time that passed, for reading.

    >>> say_lag(0.5), say_lag(30), say_lag(24 * 9)
    ('30 min', '30 h', '9 days')
    """
    if hours < 1:
        return f"{60 * hours:.0f} min"
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:,.0f} days"


def draw_curve(banding: Banding) -> str:
    """Return the points of the recall curve, in a square of 100 units."""
    return " ".join(f"{j},{100 - 100 * banding.recall(j / 100):.1f}" for j in range(0, 101, 2))
