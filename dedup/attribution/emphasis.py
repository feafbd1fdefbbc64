"""Marks around names, which the rules do not see: ''BBC'', *BBC*, _BBC_, <i>BBC</i>, [[BBC]].

A text is read without them, so that a name in marks is like any other; what is found is then put
where it stands in the text as it is. Two apostrophes around a name are a wiki's emphasis, around
speech they are the quotation marks of a typewriter: what stands between them decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dedup.attribution.reading import Found, Span

Pair = tuple[int, int, int, int]  # of code points: the opening mark, and the closing one

_SIGNS = (b"''", b"*", b"_", b"</", b" '", b"[[", b"{{w|", b"[http")  # without any, no marks
# Each opens with its mark, which is found fast; what may not stand before it comes behind.
_APOSTROPHES = re.compile(
    r"(?P<mark>''(?<!''')(?:'|''')?)(?=[^\s'])(?P<words>(?:[^'\n]|'(?!')){1,200}?)(?<=[^\s'])"
    r"(?P<close>(?P=mark))(?!'(?!s\b))"
)
_STARS = re.compile(
    r"(?P<mark>\*(?<![\w*\\]\*)\*{0,2})(?=[^\s*])(?P<words>[^*\n]{1,200}?)(?<=[^\s*])"
    r"(?P<close>(?P=mark))(?![\w*])"
)
_LINES = re.compile(
    r"(?P<mark>_(?<![\w/\\]_)_?)(?=[^\s_])(?P<words>[^_\n]{1,200}?)(?<=[^\s_])"
    r"(?P<close>(?P=mark))(?!\w)"
)
_TAGS = re.compile(
    r"(?P<mark><(?P<tag>i|em|b|strong|cite|u)\b[^<>\n]{0,80}>)(?P<words>[^<\n]{1,200})"
    r"(?P<close></(?P=tag)>)",
    re.I,
)
# 'Odravka': single marks around a name, which around anything else are quotation marks.
_SINGLE = re.compile(
    r"(?P<mark>')(?<![\w']')(?=[A-Z])(?P<words>[^'\n]{1,80})(?<=\w)(?P<close>')(?![\w'])"
)
# A wiki's links: [[BBC News|BBC]], {{w|BBC}}, [http://… BBC]
_LINKS = re.compile(
    r"(?P<mark>\[\[(?:[^\[\]|\n]{0,100}\|)?)(?P<words>[^\[\]|\n]{1,100})(?P<close>\]\])"
)
_TEMPLATES = re.compile(
    r"(?P<mark>\{\{w\|(?:[^{}|\n]{0,100}\|)?)(?P<words>[^{}|\n]{1,100})(?P<close>\}\})"
)
_ADDRESSES = re.compile(
    r"(?P<mark>\[https?://[^\s\]]{1,300}\s)(?P<words>[^\[\]\n]{1,200})(?P<close>\])"
)
_EVERY = (
    ("''", _APOSTROPHES), ("*", _STARS), ("_", _LINES), ("</", _TAGS), (" '", _SINGLE),
    ("[[", _LINKS), ("{{w|", _TEMPLATES), ("[http", _ADDRESSES),
)  # fmt: skip
_ITALIC = re.compile(r"''|[*_]|<(?:i|em|cite)\b.*", re.I)
_AROUND_NAMES = ("'", "''")  # marks that count around names only
# Words of a name: each with a capital or a digit, but for the small ones in the middle.
_NAME = re.compile(
    r"(?:the |an? )?[^\W_a-z][\w.'’&/!-]*"
    r"(?:,? (?:[^\W_a-z][\w.'’&/!-]*|of|the|and|for|on|in|to|an?|at|de|del|della|di|da|do|du|des"
    r"|den|der|die|das|la|le|les|el|al|und|et|y|e|i|och|&|[-–:]))*(?<![.,!?])"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of emphasis of one document.

    Attributes:
        text: The text as it is.
        pairs: Its marks, in order.
        plain: The text without them.
        kept: For each code point of that, where it stands in the text.
    """

    text: str
    pairs: list[Pair]
    plain: str
    kept: npt.NDArray[np.int64]

    def emphasised(self) -> dict[int, int]:
        """Return start and end of what stands between marks, in the text without them."""
        return dict(self._inside(pair) for pair in self.pairs if self.text[pair[0]] not in "[{")

    def titles(self) -> list[Span]:
        """Return what stands in italics in the text without marks, as names of outlets do."""
        return [
            self._inside(pair) for pair in self.pairs if _ITALIC.fullmatch(self.text, *pair[:2])
        ]

    def _inside(self, pair: Pair) -> Span:
        """Return what stands between two marks, in the text without any."""
        start, end = np.searchsorted(self.kept, pair[1:3]).tolist()
        return start, end

    def put_back(self, rows: Iterable[Found]) -> list[Found]:
        """Return rows that were found without the marks, with their places in the text."""
        opening = {opened: (first, last) for first, opened, _, last in self.pairs}
        closing = {closing: (first, last) for first, _, closing, last in self.pairs}

        def place(span: Span) -> Span:
            """Return a span's place in the text; of a pair of marks it has both or none."""
            start, end = int(self.kept[span[0]]), int(self.kept[span[1] - 1]) + 1
            while end in closing and start <= closing[end][0]:
                end = closing[end][1]
            while start in opening and opening[start][1] <= end:
                start = opening[start][0]
            return start, end

        moved = {
            id(row): replace(
                row, credited=place(row.credited), cue=row.cue and place(row.cue),
                content=row.content and place(row.content),
                antecedent=row.antecedent and place(row.antecedent),
            )
            for row in rows
        }  # fmt: skip
        for row in moved.values():
            row.parent = row.parent and moved[id(row.parent)]
        return [*moved.values()]


def find_marks(text: str) -> list[Pair]:
    """Return the marks of emphasis in a text.

    >>> text = "The ''BBC'' said: ''We go home,'' and *left*."
    >>> [text[b:c] for a, b, c, d in find_marks(text)]
    ['BBC', 'left']
    """
    pairs = [
        (match.start("mark"), match.end("mark"), match.start("close"), match.end("close"))
        for sign, pattern in _EVERY
        if sign in text
        for match in pattern.finditer(text)
        if match["mark"] not in _AROUND_NAMES or _NAME.fullmatch(match["words"])
    ]
    return sorted(pairs)


@dataclass(frozen=True, slots=True)
class Plain:
    """A block of texts without their marks of emphasis.

    Attributes:
        data: The block without them.
        gone: Which of its bytes are left out, ascending.
        marks: Those of each document that has some, by its number in the block.
    """

    data: npt.NDArray[np.uint8]
    gone: npt.NDArray[np.int64]
    marks: dict[int, Marks]

    def moved(self, places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return where places of the block, in bytes, are without the marks."""
        moved: npt.NDArray[np.int64] = places - np.searchsorted(self.gone, places)
        return moved


def without_marks(data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64]) -> Plain:
    """Return a block of texts without their marks of emphasis.

    Args:
        data: The block in valid UTF-8.
        offsets: Where each document starts in it, and the end, in bytes.
    """
    gone: list[npt.NDArray[np.int64]] = []
    marks: dict[int, Marks] = {}
    for number in range(len(offsets) - 1):
        start = int(offsets[number])
        block = data[start : offsets[number + 1]].tobytes()
        for sign in _SIGNS:
            if sign in block:
                break
        else:
            continue
        text = block.decode()
        if not (pairs := find_marks(text)):
            continue
        is_kept = np.ones(len(text), dtype=np.bool_)
        for a, b, c, d in pairs:
            is_kept[a:b] = is_kept[c:d] = False
        codes = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
        plain = codes[is_kept].tobytes().decode("utf-32-le")
        marks[number] = Marks(text, pairs, plain, np.flatnonzero(is_kept))
        places = np.flatnonzero(~is_kept)
        if len(block) > len(text):  # from code points to bytes
            places = np.flatnonzero((np.frombuffer(block, dtype=np.uint8) & 0xC0) != 0x80)[places]
        gone.append(start + places)
    if not gone:
        return Plain(data, np.empty(0, dtype=np.int64), {})
    every = np.concatenate(gone)
    rest = np.delete(data, every)
    rest.flags.writeable = False  # as what kernels read is
    return Plain(rest, every, marks)
