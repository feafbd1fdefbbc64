"""What each character is to a tokeniser: a table filled for the characters that occur.

Tokens are compared after NFKC and case folding. The table holds each character's compatibility
decomposition, case-folded: two texts have equal NFKC exactly if they have equal decompositions,
and decomposing, unlike composing, needs no look at the neighbours.
(Unicode Standard Annex 15, Unicode Normalization Forms; combining marks are taken in the order
in which they are written.)
"""

from __future__ import annotations

import sys
import threading
import unicodedata

import numpy as np
import numpy.typing as npt

from dedup.text.kernel import Kernel

# Kinds. UNKNOWN marks table entries not filled yet and never reaches a kernel.
UNKNOWN, SEPARATOR, SPACE, WORD, MARK, CHARACTER, APOSTROPHE, IGNORED = range(8)
KIND = 0x0F  # the bits of an entry that hold its kind
EXPANDS = 0x10  # set where the folded form is several characters, found in `expansions`

_APOSTROPHES = frozenset("'’‘‛ʼ＇´`")
_MAX_EXPANSIONS = 1 << 18  # all of Unicode needs a third of it

# Blocks of scripts written without spaces between words (Unicode 16 code charts).
_UNSPACED = (
    (0x0E00, 0x0EFF, "Thai, Lao"),
    (0x1000, 0x109F, "Burmese"),
    (0x1780, 0x17FF, "Khmer"),
    (0x19E0, 0x19FF, "Khmer symbols"),
    (0x2E80, 0x2FDF, "Han radicals"),
    (0x3005, 0x3007, "Han iteration marks and zero"),
    (0x3021, 0x3029, "Han numerals"),
    (0x3031, 0x30FF, "kana"),
    (0x31F0, 0x31FF, "kana extensions"),
    (0x3400, 0x4DBF, "Han extension A"),
    (0x4E00, 0x9FFF, "Han"),
    (0xA9E0, 0xA9FF, "Burmese extended"),
    (0xAA60, 0xAA7F, "Burmese extended"),
    (0xF900, 0xFAFF, "Han compatibility"),
    (0xFF66, 0xFF9F, "half-width kana"),
    (0x1AFF0, 0x1B16F, "kana supplements"),
    (0x20000, 0x3FFFF, "Han extensions B and later"),
)


def fold(character: str) -> str:
    """Return the case-folded compatibility decomposition of one character.

    >>> fold("É") == "e" + chr(0x301), fold("ﬁ"), fold("Ⅷ"), fold("ß")
    (True, 'fi', 'viii', 'ss')
    """
    if character in _APOSTROPHES:
        return "'"
    decomposed = unicodedata.normalize("NFKD", character).casefold()
    return unicodedata.normalize("NFKD", decomposed)


def kind_of(character: str) -> int:
    """Return the kind of one character.

    >>> [kind_of(c) for c in " aé9'’語-"] == [SPACE, WORD, WORD, WORD, *[APOSTROPHE] * 2,
    ...                                       CHARACTER, SEPARATOR]
    True
    """
    if character in _APOSTROPHES:
        return APOSTROPHE
    code_point = ord(character)
    category = unicodedata.category(character)
    # Soft hyphens, joiners and byte order marks are invisible; so are variation selectors.
    if category == "Cf" or 0xFE00 <= code_point <= 0xFE0F or 0xE0100 <= code_point <= 0xE01EF:
        return IGNORED
    if character.isspace():
        return SPACE
    categories = [unicodedata.category(part)[0] for part in fold(character)]
    if "L" in categories or "N" in categories:
        unspaced = category[0] != "N" and any(lo <= code_point <= hi for lo, hi, _ in _UNSPACED)
        return CHARACTER if unspaced else WORD
    return MARK if set(categories) == {"M"} else SEPARATOR


class CharacterTable:
    """Kinds and folded forms as arrays that kernels index by code point.

    Filling it for all of Unicode would take most of a second, so `cover` fills it for the
    characters that a text brings. Entries never change once set; threads may share a table.

    Attributes:
        kinds: Kind and EXPANDS bit of each code point, shape (0x110000,), dtype uint8.
        folds: Folded code point, or where EXPANDS is set the index of its length in `expansions`.
        expansions: For each expanding character its folded length, then the folded code points.
    """

    def __init__(self) -> None:
        self.kinds = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
        self.folds = np.zeros(sys.maxunicode + 1, dtype=np.uint64)
        self.expansions = np.zeros(_MAX_EXPANSIONS, dtype=np.uint64)
        self._n_expansions = 0
        self._filling = threading.Lock()
        self.cover(np.arange(128, dtype=np.uint32))

    def cover(self, code_points: npt.NDArray[np.uint32]) -> None:
        """Make sure that every one of these characters has its entry."""
        rare = code_points[code_points > 127] if self.kinds[0] else code_points
        new = rare[self.kinds[rare] == UNKNOWN]
        if len(new):
            with self._filling:
                for code_point in sorted(set(new.tolist())):
                    if self.kinds[code_point] == UNKNOWN:
                        self._fill(code_point)

    def _fill(self, code_point: int) -> None:
        character = chr(code_point)
        kind, folded = kind_of(character), fold(character)
        if len(folded) == 1:
            self.folds[code_point] = ord(folded)
        else:
            kind |= EXPANDS
            end = self._n_expansions + 1 + len(folded)
            self.folds[code_point] = self._n_expansions
            self.expansions[self._n_expansions : end] = [len(folded), *map(ord, folded)]
            self._n_expansions = end
        self.kinds[code_point] = kind  # last: what another thread sees is whole


CHARACTERS = CharacterTable()


@Kernel
def decode_utf8(data: npt.NDArray[np.uint8], code_points: npt.NDArray[np.uint32]) -> int:
    """Write the characters that valid UTF-8 stands for; return their number."""
    n = 0
    i = 0
    while i < len(data):
        code_point = np.int64(data[i])
        i += 1
        if code_point >= 0x80:
            n_more = 1 + (code_point >= 0xE0) + (code_point >= 0xF0)
            code_point &= 0x3F >> n_more
            for _ in range(n_more):
                code_point = code_point << 6 | np.int64(data[i]) & 0x3F
                i += 1
        code_points[n] = code_point
        n += 1
    return n


def to_code_points(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint32]:
    """Return the characters of a text as numbers, and make `CHARACTERS` cover them.

    Args:
        data: The text in valid UTF-8, dtype uint8.

    Returns:
        One number a character, dtype uint32.

    >>> to_code_points(np.frombuffer("naïve 語".encode(), dtype=np.uint8)).tolist()
    [110, 97, 239, 118, 101, 32, 35486]
    """
    if data.max(initial=0) < 0x80:
        return data.astype(np.uint32)
    code_points = np.empty(len(data), dtype=np.uint32)
    code_points = code_points[: decode_utf8.sized(len(data))(data, code_points)]
    CHARACTERS.cover(code_points)
    return code_points
