"""Documents cut into passages: by blank lines, single newlines, or not at all.

The cutter scans UTF-8, block by block, and gives spans; no passage is copied. A passage's
span leaves out the white space around it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PASSAGE_UNITS, PassageUnit
from dedup.corpus.buffers import text_buffers
from dedup.text import (
    CHARACTERS,
    IGNORED,
    SPACE,
    WORD,
    Kernel,
    count_leads,
    decode_at,
    eight_at,
    is_plain_line,
    width_at,
)

_PARAGRAPH, _LINE, _DOCUMENT = range(len(PASSAGE_UNITS))

# A text is hard-wrapped if no line is longer than a terminal or typewriter gives, the mean is at
# least a third of that, and this share of its lines goes on in lower case: in wrapped prose about
# half of them do, in a text with a paragraph a line almost none.
_WRAPPED_WIDTH = 100
_WRAPPED_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Block:
    """A few million characters of documents, cut into passages.

    Attributes:
        data: The documents' texts in UTF-8, one after the other, dtype uint8.
        document_starts: Where each document's text starts in `data`, in bytes, dtype int64.
        documents: For each passage its document's row in the block, ascending.
        byte_starts: Where each passage starts in `data`, in bytes.
        byte_ends: Where it ends.
        starts: Where it starts in its document's text, in code points.
        ends: Where it ends there.
    """

    data: npt.NDArray[np.uint8]
    document_starts: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    byte_starts: npt.NDArray[np.int64]
    byte_ends: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def only(self, kept: npt.NDArray[np.int64]) -> Block:
        """Return the block with some of its passages."""
        columns = ("documents", "byte_starts", "byte_ends", "starts", "ends")
        return replace(self, **{name: getattr(self, name)[kept] for name in columns})


@Kernel
def line_break_at(data: npt.NDArray[np.uint8], i: int, end: int) -> int:
    """Return how many bytes of line break start at a byte; 0 if none does.

    Carriage return and line feed together, each alone, form feed, NEL, LS and PS break a line.
    """
    byte = data[i]
    if byte == 13:
        return 2 if i + 1 < end and data[i + 1] == 10 else 1
    if byte == 10 or byte == 12:
        return 1
    if byte == 0xC2 and data[i + 1] == 0x85:
        return 2
    if byte == 0xE2 and data[i + 1] == 0x80 and (data[i + 2] == 0xA8 or data[i + 2] == 0xA9):
        return 3
    return 0


@Kernel
def count_breaks(data: npt.NDArray[np.uint8]) -> int:
    """Return a number of line breaks that is not too small: whatever may begin one counts."""
    n_breaks = 0
    for byte in data:
        n_breaks += (byte < 14) | (byte == 0xC2) | (byte == 0xE2)
    return n_breaks


@Kernel
def end_line(data: npt.NDArray[np.uint8], i: int, end: int) -> tuple[int, int]:
    """Return where the line that goes through a byte ends, and where the next one starts."""
    while i < end:
        if i + 8 <= end and is_plain_line(eight_at(data, i)):
            i += 8
            continue
        for k in range(i, min(i + 8, end)):
            if data[k] < 14 or data[k] == 0xC2 or data[k] == 0xE2:
                n_break = line_break_at(data, k, end)
                if n_break > 0:
                    return k, k + n_break
        i += 8
    return end, end + 1  # the end of the text ends a line, too


@Kernel
def cut_lines(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    line_starts: npt.NDArray[np.int64],
    line_ends: npt.NDArray[np.int64],
) -> int:
    """Write the trimmed spans of a text's lines; return their number. Blank lines are empty."""
    n_lines = 0
    i = start
    while i <= end:
        first = i
        last, i = end_line(data, i, end)
        while first < last:
            kind = kinds[decode_at(data, first)]
            if kind != SPACE and kind != IGNORED:
                break
            first += width_at(data, first)
        while last > first:
            before = last - 1
            while data[before] & 0xC0 == 0x80:
                before -= 1
            kind = kinds[decode_at(data, before)]
            if kind != SPACE and kind != IGNORED:
                break
            last = before
        line_starts[n_lines] = first
        line_ends[n_lines] = last
        n_lines += 1
    return n_lines


@Kernel
def count_characters(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Return how many characters of UTF-8 lie in data[start:end]."""
    n_characters = 0
    i = start
    while i + 8 <= end:
        n_characters += count_leads(eight_at(data, i))
        i += 8
    for k in range(i, end):
        n_characters += data[k] & 0xC0 != 0x80
    return n_characters


@Kernel
def is_hard_wrapped(
    data: npt.NDArray[np.uint8],
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    line_starts: npt.NDArray[np.int64],
    line_ends: npt.NDArray[np.int64],
    n_lines: int,
) -> bool:
    """Whether the lines of a text without blank lines are pieces of one paragraph."""
    if n_lines < 3:
        return False
    n_continued, n_characters = 0, 0
    for line in range(n_lines):
        width = line_ends[line] - line_starts[line]
        if width > _WRAPPED_WIDTH:
            width = count_characters(data, line_starts[line], line_ends[line])
        if width > _WRAPPED_WIDTH:
            return False
        n_characters += width
        if line > 0 and line_ends[line] > line_starts[line]:
            first = decode_at(data, line_starts[line])
            # A lower-case letter of a script that has cases is its own folded form.
            cased = 97 <= first <= 122 or 0xDF <= first < 0x530
            if cased and kinds[first] == WORD and folds[first] == first:
                n_continued += 1
    return 3 * n_characters >= _WRAPPED_WIDTH * n_lines and n_continued >= _WRAPPED_SHARE * (
        n_lines - 1
    )


@Kernel
def cut_documents(
    data: npt.NDArray[np.uint8],
    document_starts: npt.NDArray[np.int64],
    document_ends: npt.NDArray[np.int64],
    unit: int,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    line_starts: npt.NDArray[np.int64],
    line_ends: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> int:
    """Write each passage's document row and span; return the number of passages."""
    n_passages = 0
    for document in range(len(document_starts)):
        n_lines = cut_lines(
            data, document_starts[document], document_ends[document], kinds,
            line_starts, line_ends,
        )  # fmt: skip
        first_line, last_line = 0, n_lines
        while first_line < last_line and line_starts[first_line] == line_ends[first_line]:
            first_line += 1
        while last_line > first_line and line_starts[last_line - 1] == line_ends[last_line - 1]:
            last_line -= 1
        has_blank_line = False
        for line in range(first_line, last_line):
            if line_starts[line] == line_ends[line]:
                has_blank_line = True
        joins = unit == _DOCUMENT or (
            unit == _PARAGRAPH
            and (
                has_blank_line
                or is_hard_wrapped(
                    data, kinds, folds,
                    line_starts[first_line:], line_ends[first_line:], last_line - first_line,
                )
            )
        )  # fmt: skip
        is_open = False  # whether the next line belongs to the last passage
        for line in range(first_line, last_line):
            if line_starts[line] == line_ends[line]:
                is_open = is_open and unit == _DOCUMENT
            elif is_open:
                ends[n_passages - 1] = line_ends[line]
            else:
                documents[n_passages] = document
                starts[n_passages] = line_starts[line]
                ends[n_passages] = line_ends[line]
                n_passages += 1
                is_open = joins
    return n_passages


@Kernel
def locate_passages(
    data: npt.NDArray[np.uint8],
    document_starts: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int64],
    byte_starts: npt.NDArray[np.int64],
    byte_ends: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> None:
    """Write where each passage starts and ends in its document's text, in characters."""
    document = -1
    position, n_characters = 0, 0
    for passage in range(len(documents)):
        if documents[passage] != document:
            document = documents[passage]
            position, n_characters = document_starts[document], 0
        n_characters += count_characters(data, position, byte_starts[passage])
        starts[passage] = n_characters
        n_characters += count_characters(data, byte_starts[passage], byte_ends[passage])
        ends[passage] = n_characters
        position = byte_ends[passage]


def cut(texts: pa.Array, body_starts: npt.NDArray[np.int64], *, unit: PassageUnit) -> Block:
    """Cut a batch of texts into passages.

    Args:
        texts: The texts, a large_string array without nulls.
        body_starts: Where each text's front matter ends, in bytes; 0 where there is none.
        unit: `paragraph`, `line` or `document`.

    Returns:
        The block, its passages in the order of the texts. Passages without a token are among
        them: only a tokeniser can tell.
    """
    data, offsets = text_buffers(texts)
    data = data[offsets[0] : offsets[-1]]
    CHARACTERS.cover(data)
    document_starts, document_ends = offsets[:-1] - offsets[0], offsets[1:] - offsets[0]
    room = len(texts) + count_breaks.sized(len(data) // 4)(data)
    line_starts, line_ends, documents, byte_starts, byte_ends = np.empty((5, room), dtype=np.int64)
    n_passages = cut_documents.sized(len(data) // 4)(
        data, document_starts + body_starts, document_ends, PASSAGE_UNITS.index(unit),
        CHARACTERS.kinds, CHARACTERS.folds,
        line_starts, line_ends, documents, byte_starts, byte_ends,
    )  # fmt: skip
    documents = documents[:n_passages]
    byte_starts, byte_ends = byte_starts[:n_passages], byte_ends[:n_passages]
    if data.max(initial=0) < 0x80:
        starts = byte_starts - document_starts[documents]
        ends = byte_ends - document_starts[documents]
    else:
        starts, ends = np.empty((2, n_passages), dtype=np.int64)
        locate_passages.sized(len(data) // 4)(
            data, document_starts, documents, byte_starts, byte_ends, starts, ends
        )
    return Block(data, document_starts, documents, byte_starts, byte_ends, starts, ends)
