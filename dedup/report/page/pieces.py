"""Two texts to pieces that a page marks: what both have, and what only one of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from dedup.text import diff_words

Change = Literal["", "removed", "added"]

_LONGEST_COMPARED = 40_000  # characters of either text: differences take the product of lengths


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `change` says whether only the one or only the other text has it."""

    text: str
    change: Change = ""


def pieces_of_both(first: str, second: str) -> list[Piece]:
    """Return the second text with the words marked that the first does not have, or had instead.

    >>> [(p.change, p.text) for p in pieces_of_both("It left on Monday.", "It left Tuesday.")]
    [('', 'It left'), ('removed', ' on Monday'), ('', ' '), ('added', 'Tuesday'), ('', '.')]
    """
    if max(len(first), len(second)) > _LONGEST_COMPARED:
        return [Piece(second)]
    pieces, place = [], 0
    for edit in diff_words(first, second):
        if edit.equal:
            continue
        removed = first[edit.start : edit.end]
        before = second[place : edit.other_start]
        if removed and edit.other_start < edit.other_end:
            # The space before the new words belongs behind the old ones.
            kept = before.rstrip()
            gap = before[len(kept) :]
            pieces += [Piece(kept), Piece(gap + removed, "removed"), Piece(gap or " ")]
        else:
            pieces.append(Piece(before))
            if removed:
                pieces.append(Piece(f" {removed}", "removed"))
        pieces.append(Piece(second[edit.other_start : edit.other_end], "added"))
        place = edit.other_end
    pieces.append(Piece(second[place:]))
    return [piece for piece in pieces if piece.text]


def pieces_of_each(first: str, second: str) -> tuple[list[Piece], list[Piece]]:
    """Return each text with the words marked that the other does not have.

    >>> pieces_of_each("It left on Monday.", "It left Tuesday.")[1]
    [Piece(text='It left ', change=''), Piece(text='Tuesday', change='added'), Piece(text='.', change='')]
    """  # noqa: E501 - a doctest's output is one line
    if max(len(first), len(second)) > _LONGEST_COMPARED:
        return [Piece(first)], [Piece(second)]
    edits = [edit for edit in diff_words(first, second) if not edit.equal]
    return (
        _marked(first, [(edit.start, edit.end) for edit in edits], "removed"),
        _marked(second, [(edit.other_start, edit.other_end) for edit in edits], "added"),
    )


def _marked(text: str, spans: list[tuple[int, int]], change: Change) -> list[Piece]:
    pieces, place = [], 0
    for start, end in spans:
        pieces += [Piece(text[place:start]), Piece(text[start:end], change)]
        place = end
    pieces.append(Piece(text[place:]))
    return [piece for piece in pieces if piece.text]
