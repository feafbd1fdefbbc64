"""Texts to quotations: what stands between quotation marks, paragraph by paragraph.

A mark that stays open at the end of its paragraph is no quotation, unless the next paragraph
opens with a mark again, as quotations over several paragraphs do: an odd mark swallows nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.text.characters import (
    CHARACTER,
    CHARACTERS,
    MARK,
    SPACE,
    WORD,
    as_bytes,
    decode_at,
    width_at,
)
from dedup.text.kernel import Kernel

_STRAIGHT = 0x22
_DOUBLE_LEFT, _DOUBLE_RIGHT, _DOUBLE_LOW, _DOUBLE_REVERSED = 0x201C, 0x201D, 0x201E, 0x201F
_SINGLE_LEFT, _SINGLE_RIGHT = 0x2018, 0x2019
_GUILLEMET_LEFT, _GUILLEMET_RIGHT = 0xAB, 0xBB
_ANGLE_LEFT, _ANGLE_RIGHT = 0x2039, 0x203A
_CORNER_LEFT, _CORNER_RIGHT, _WHITE_CORNER_LEFT, _WHITE_CORNER_RIGHT = range(0x300C, 0x3010)
_WIDE = 0xFF02
_BACKTICK, _TYPEWRITTEN = 0x60, 0x27  # two of them, as in ``…''


@Kernel
def opens_quotation(mark: int, before_is_word: bool, after_is_space: bool) -> bool:
    """Whether a character opens a quotation where none is open."""
    if (
        mark == _DOUBLE_LEFT
        or mark == _DOUBLE_LOW
        or mark == _DOUBLE_REVERSED
        or mark == _CORNER_LEFT
        or mark == _WHITE_CORNER_LEFT
    ):
        return True
    if after_is_space and mark != _GUILLEMET_LEFT and mark != _ANGLE_LEFT:
        return False  # French sets a space inside its marks, nobody else does
    if mark == _GUILLEMET_LEFT or mark == _ANGLE_LEFT:
        return True
    # Straight marks, marks that close elsewhere, and marks that may be an apostrophe.
    return not before_is_word and (
        mark == _STRAIGHT
        or mark == _WIDE
        or mark == _DOUBLE_RIGHT
        or mark == _GUILLEMET_RIGHT
        or mark == _ANGLE_RIGHT
        or mark == _SINGLE_LEFT
    )


@Kernel
def closes_quotation(opened_by: int, mark: int, before_is_space: bool, after_is_word: bool) -> bool:
    """Whether a character closes the quotation that another opened."""
    if opened_by == _STRAIGHT or opened_by == _WIDE:
        return mark == opened_by and not (before_is_space and after_is_word)
    if opened_by == _DOUBLE_LEFT or opened_by == _DOUBLE_REVERSED:
        return mark == _DOUBLE_RIGHT or (mark == _STRAIGHT and not before_is_space)
    if opened_by == _DOUBLE_LOW:
        return mark == _DOUBLE_LEFT or mark == _DOUBLE_RIGHT
    if opened_by == _DOUBLE_RIGHT:
        return mark == _DOUBLE_RIGHT and not (before_is_space and after_is_word)
    if opened_by == _SINGLE_LEFT:  # ’ in the middle or at the start of a word is an apostrophe
        return mark == _SINGLE_RIGHT and not after_is_word and not before_is_space
    if opened_by == _GUILLEMET_LEFT:
        return mark == _GUILLEMET_RIGHT
    if opened_by == _GUILLEMET_RIGHT:
        return mark == _GUILLEMET_LEFT
    if opened_by == _ANGLE_LEFT:
        return mark == _ANGLE_RIGHT
    if opened_by == _ANGLE_RIGHT:
        return mark == _ANGLE_LEFT
    if opened_by == _CORNER_LEFT:
        return mark == _CORNER_RIGHT
    return opened_by == _WHITE_CORNER_LEFT and mark == _WHITE_CORNER_RIGHT


@Kernel
def may_be_mark(code_point: int) -> bool:
    """Whether a character may open or close a quotation."""
    return (
        code_point == _STRAIGHT
        or code_point == _BACKTICK
        or code_point == _TYPEWRITTEN
        or (_SINGLE_LEFT <= code_point <= _DOUBLE_REVERSED)
        or code_point == _GUILLEMET_LEFT
        or code_point == _GUILLEMET_RIGHT
        or (_CORNER_LEFT <= code_point <= _WHITE_CORNER_RIGHT)
        or code_point == _ANGLE_LEFT
        or code_point == _ANGLE_RIGHT
        or code_point == _WIDE
    )


@Kernel
def find_paragraph_quotations(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    document_end: int,
    kinds: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> int:
    """Write what stands between the outermost marks of data[start:end]; return how many spans."""
    n_found = 0
    opened_by, opened_at = 0, 0
    before = 32
    i = start
    while i < end:
        byte = data[i]
        if byte < 0x80 and byte != _STRAIGHT and byte != _BACKTICK and byte != _TYPEWRITTEN:
            before = int(byte)
            i += 1
            continue
        mark, width = int(decode_at(data, i)), width_at(data, i)
        if not may_be_mark(mark):
            before = mark
            i += width
            continue
        if mark == _BACKTICK or mark == _TYPEWRITTEN:
            is_double = i + 1 < end and data[i + 1] == mark
            if not is_double:
                before = mark
                i += 1
                continue
            width = 2
            mark = _DOUBLE_LEFT if mark == _BACKTICK else _DOUBLE_RIGHT
        after = int(decode_at(data, i + width)) if i + width < end else 32
        before_kind, after_kind = kinds[before], kinds[after]
        before_is_word = WORD <= before_kind <= CHARACTER
        if opened_by != 0 and closes_quotation(
            opened_by, mark, before_kind == SPACE, WORD <= after_kind <= MARK
        ):
            starts[n_found] = opened_at
            ends[n_found] = i
            n_found += 1
            opened_by = 0
        elif opens_quotation(mark, before_is_word, after_kind == SPACE) and (
            # Another mark of the same kind: the first was odd. A single one is nested.
            opened_by == 0 or opened_by == mark or (opened_by == _SINGLE_LEFT)
        ):
            opened_by, opened_at = mark, i + width
        before = mark
        i += width
    if opened_by != 0:
        following = end
        while following < document_end and kinds[decode_at(data, following)] == SPACE:
            following += width_at(data, following)
        if following < document_end:
            mark = int(decode_at(data, following))
            if (
                mark == opened_by
                or (mark == _GUILLEMET_RIGHT and opened_by == _GUILLEMET_LEFT)  # as in French
                or (mark == _BACKTICK and opened_by == _DOUBLE_LEFT)
            ):
                starts[n_found] = opened_at
                ends[n_found] = end
                n_found += 1
    return n_found


def find_quotations(text: str) -> list[tuple[int, int]]:
    """Return the spans between quotation marks in one paragraph, outermost marks only.

    >>> text = 'The “old” bridge, she said, ‘won’t hold’. "Close it," he said. 6" pipes'
    >>> [text[start:end] for start, end in find_quotations(text)]
    ['old', 'won’t hold', 'Close it,']
    """
    data = as_bytes(text)
    CHARACTERS.cover(data)
    starts, ends = np.empty((2, len(data) // 2 + 1), dtype=np.int64)
    n_found = find_paragraph_quotations.sized(len(data))(
        data, 0, len(data), len(data), CHARACTERS.kinds, starts, ends
    )
    before = np.append(0, np.cumsum((data & 0xC0) != 0x80))
    places = before[starts[:n_found]].tolist(), before[ends[:n_found]].tolist()
    return list(zip(*places, strict=True))
