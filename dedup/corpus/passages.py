"""Documents cut into passages: by blank lines, single newlines, or not at all.

The cutter scans code points, block by block, and gives spans; no passage is copied. A passage's
span leaves out the white space around it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import PASSAGE_UNITS, PassageUnit
from dedup.text import CHARACTERS, IGNORED, KIND, SPACE, WORD, Kernel, to_code_points

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
        code_points: Their characters, dtype uint32.
        document_starts: Where each document's text starts in the block, in code points.
        document_byte_starts: Where it starts in `data`, in bytes.
        documents: For each passage its document's row in the block, ascending.
        starts: Where each passage starts in the block, in code points, dtype int64.
        ends: Where it ends.
        byte_starts: Where its UTF-8 form starts in the block, in bytes, dtype int64.
        byte_ends: Where that ends.
    """

    data: npt.NDArray[np.uint8]
    code_points: npt.NDArray[np.uint32]
    document_starts: npt.NDArray[np.int64]
    document_byte_starts: npt.NDArray[np.int64]
    documents: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    byte_starts: npt.NDArray[np.int64]
    byte_ends: npt.NDArray[np.int64]


@Kernel
def is_line_break(code_point: int) -> bool:
    """Whether a character ends a line (carriage return, line feed, form feed, NEL, LS, PS)."""
    return (
        code_point == 10
        or code_point == 13
        or code_point == 12
        or code_point == 0x85
        or code_point == 0x2028
        or code_point == 0x2029
    )


@Kernel
def cut_lines(
    code_points: npt.NDArray[np.uint32],
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
        while i < end and not (code_points[i] < 14 or code_points[i] > 0x84):
            i += 1
        while i < end and not is_line_break(code_points[i]):
            i += 1
        last = i
        while first < last:
            kind = kinds[code_points[first]] & KIND
            if kind != SPACE and kind != IGNORED:
                break
            first += 1
        while last > first:
            kind = kinds[code_points[last - 1]] & KIND
            if kind != SPACE and kind != IGNORED:
                break
            last -= 1
        line_starts[n_lines] = first
        line_ends[n_lines] = last
        n_lines += 1
        if i + 1 < end and code_points[i] == 13 and code_points[i + 1] == 10:
            i += 1
        i += 1
    return n_lines


@Kernel
def is_hard_wrapped(
    code_points: npt.NDArray[np.uint32],
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    line_starts: npt.NDArray[np.int64],
    line_ends: npt.NDArray[np.int64],
    n_lines: int,
) -> bool:
    """Whether the lines of a text without blank lines are pieces of one paragraph."""
    if n_lines < 3:
        return False
    n_continued = 0
    for line in range(n_lines):
        if line_ends[line] - line_starts[line] > _WRAPPED_WIDTH:
            return False
        if line > 0 and line_ends[line] > line_starts[line]:
            first = code_points[line_starts[line]]
            # A lower-case letter of a script that has cases is its own folded form.
            cased = 97 <= first <= 122 or 0xDF <= first < 0x530
            if cased and kinds[first] & KIND == WORD and folds[first] == first:
                n_continued += 1
    width = (line_ends[n_lines - 1] - line_starts[0]) / n_lines
    return width >= _WRAPPED_WIDTH / 3 and n_continued >= _WRAPPED_SHARE * (n_lines - 1)


@Kernel
def cut_documents(
    code_points: npt.NDArray[np.uint32],
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
            code_points, document_starts[document], document_ends[document], kinds,
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
                    code_points, kinds, folds,
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
def measure_utf8(
    code_points: npt.NDArray[np.uint32],
    document_starts: npt.NDArray[np.int64],
    document_byte_starts: npt.NDArray[np.int64],
    is_ascii: npt.NDArray[np.bool_],
    documents: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    byte_starts: npt.NDArray[np.int64],
    byte_ends: npt.NDArray[np.int64],
) -> None:
    """Write where each passage starts and ends in the block's UTF-8 form."""
    document = -1
    position, n_bytes = 0, 0
    for passage in range(len(starts)):
        if documents[passage] != document:
            document = documents[passage]
            position, n_bytes = document_starts[document], document_byte_starts[document]
        start, end = starts[passage], ends[passage]
        if is_ascii[document]:
            byte_starts[passage] = n_bytes + start - position
            byte_ends[passage] = n_bytes + end - position
            continue
        for i in range(position, start):
            n_bytes += 1 + (code_points[i] > 0x7F) + (code_points[i] > 0x7FF)
            n_bytes += code_points[i] > 0xFFFF
        byte_starts[passage] = n_bytes
        for i in range(start, end):
            n_bytes += 1 + (code_points[i] > 0x7F) + (code_points[i] > 0x7FF)
            n_bytes += code_points[i] > 0xFFFF
        byte_ends[passage] = n_bytes
        position = end


def cut(texts: pa.Array, body_starts: npt.NDArray[np.int64], *, unit: PassageUnit) -> Block:
    """Cut a batch of texts into passages.

    Args:
        texts: The texts, a large_string array without nulls.
        body_starts: Where each text's front matter ends, in code points; 0 where there is none.
        unit: `paragraph`, `line` or `document`.

    Returns:
        The block, its passages in the order of the texts. Passages without a token are among
        them: only a tokeniser can tell.
    """
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset :][: len(texts) + 1]
    whole = texts.buffers()[2]
    data = np.frombuffer(b"" if whole is None else whole, dtype=np.uint8)
    data = data[offsets[0] : offsets[-1]]
    code_points = to_code_points(data)
    is_ascii = len(code_points) == len(data)
    n_bytes = np.diff(offsets)
    lengths = n_bytes if is_ascii else pc.utf8_length(texts).to_numpy()
    document_ends = np.cumsum(lengths)
    document_starts = document_ends - lengths
    # No more lines than these; the memory of what stays empty is never touched.
    room = len(texts) + int(np.count_nonzero((code_points < 14) | (code_points > 0x84)))
    line_starts, line_ends, documents, starts, ends = np.empty((5, room), dtype=np.int64)
    n_passages = cut_documents.sized(len(data) // 4)(
        code_points, document_starts + body_starts, document_ends, PASSAGE_UNITS.index(unit),
        CHARACTERS.kinds, CHARACTERS.folds, line_starts, line_ends, documents, starts, ends,
    )  # fmt: skip
    documents, starts, ends = documents[:n_passages], starts[:n_passages], ends[:n_passages]
    byte_starts, byte_ends = starts, ends
    if not is_ascii:
        byte_starts, byte_ends = np.empty((2, n_passages), dtype=np.int64)
        measure_utf8.sized(len(data) // 4)(
            code_points, document_starts, offsets[:-1] - offsets[0], lengths == n_bytes,
            documents, starts, ends, byte_starts, byte_ends,
        )  # fmt: skip
    return Block(
        data, code_points, document_starts, offsets[:-1] - offsets[0],
        documents, starts, ends, byte_starts, byte_ends,
    )  # fmt: skip
