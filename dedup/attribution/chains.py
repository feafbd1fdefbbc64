"""Attributions inside attributions to chains: who relays whom."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from dedup.attribution.reading import Found, Reading, Span

_ASIDES = (",q", "~q")  # C — which S called “…” — C: an aside of the text's own


def link_chains(reading: Reading, rows: Sequence[Found]) -> None:
    """Make the party of a row that stands in another's content the one that is relayed.

    Args:
        reading: The document.
        rows: The rows of one sentence.
    """
    heads = [row for row in rows if row.content and row.relation in ("statement", "quoted")]
    if len(heads) < 2:
        return
    for row in heads:
        _turn_round(row, heads)
    for row in rows:
        if row.relation != "statement" or row.parent is not None:
            continue
        around = [head for head in heads if _holds(head, row) and not _holds(row, head)]
        if row.kind == "outlet" and _is_aside(reading, row):
            around = [head for head in around if head.kind == "outlet"]
        if around:
            # Of an outlet and whom it quotes for the same, the one that is quoted.
            parent = min(around, key=lambda head: (_length(head.content), -_depth(head)))
            if not _comes_from(parent, row):
                row.relation, row.parent = "quoted", parent


def _is_aside(reading: Reading, row: Found) -> bool:
    """Whether a row's party opens a relative clause between commas or dashes."""
    place = bisect_left(reading.starts, row.credited[0])
    return reading.classes[place - 2 : place] in _ASIDES


def _turn_round(row: Found, heads: Sequence[Found]) -> None:
    """Make who is named last in `S reported C, according to X` the one that S relays."""
    if row.kind == "outlet" or row.parent is not None or row.basis != "cue 'according to'":
        return
    for head in heads:
        if head.kind == "outlet" and head.parent is None and _holds(row, head):
            row.relation, row.parent = "quoted", head
            row.content, row.quotation = head.content, head.quotation
            return


def _depth(row: Found) -> int:
    """Return how many parties relay a row."""
    depth, at = 0, row.parent
    while at is not None:
        depth, at = depth + 1, at.parent
    return depth


def _holds(head: Found, row: Found) -> bool:
    """Whether the party and the cue of a row stand in another's content."""
    if head is row or head.content is None or head.credited == row.credited:
        return False
    places = [row.credited, row.cue or row.credited]
    return all(head.content[0] <= start and end <= head.content[1] for start, end in places)


def _comes_from(row: Found, origin: Found) -> bool:
    """Whether a row's chain leads back to another row."""
    at: Found | None = row
    while at is not None and at is not origin:
        at = at.parent
    return at is origin


def _length(span: Span | None) -> int:
    return span[1] - span[0] if span else 0
