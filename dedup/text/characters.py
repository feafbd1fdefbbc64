"""What each character is to a tokeniser: a table filled for the characters that occur.

Tokens are compared after NFKC and case folding. The table holds each character's compatibility
decomposition, case-folded: two texts have equal NFKC exactly if they have equal decompositions,
up to the order of combining marks, and decomposing, unlike composing, needs no look at the
neighbours. (Unicode Standard Annex 15, Unicode Normalization Forms)
"""

from __future__ import annotations

import sys
import threading
import unicodedata

import numpy as np
import numpy.typing as npt

from dedup.text.eights import eight_at, is_ascii
from dedup.text.kernel import Kernel

# Kinds. UNKNOWN marks table entries not filled yet and never reaches a kernel; what EXPANDS is
# several characters once folded, each of its own kind.
UNKNOWN, SEPARATOR, SPACE, WORD, MARK, CHARACTER, APOSTROPHE, IGNORED, EXPANDS = range(9)

REORDERS = 1 << 32  # a bit of folded marks whose order normalisation may change
KIND_SHIFT = 40

_APOSTROPHES = frozenset("'’‘‛ʻʼ＇´`")
_MAX_EXPANSIONS = 1 << 18  # all of Unicode needs a third of it
_FOUND_AT_ONCE = 4_096  # characters without an entry, repeats counted

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
    if category[0] == "M":
        return MARK
    if category[0] not in "LN":
        return SEPARATOR
    unspaced = category != "Nd" and any(lo <= code_point <= hi for lo, hi, _ in _UNSPACED)
    return CHARACTER if unspaced else WORD


@Kernel
def width_at(data: npt.NDArray[np.uint8], i: int) -> int:
    """Return the number of bytes of the UTF-8 character that starts at a byte."""
    lead = data[i]
    return 1 + int(lead >= 0xC0) + int(lead >= 0xE0) + int(lead >= 0xF0)


@Kernel
def decode_at(data: npt.NDArray[np.uint8], i: int) -> np.int64:
    """Return the UTF-8 character that starts at a byte."""
    code_point = np.int64(data[i])
    if code_point >= 0x80:
        n_more = 1 + (code_point >= 0xE0) + (code_point >= 0xF0)
        code_point &= 0x3F >> n_more
        for j in range(i + 1, i + 1 + n_more):
            code_point = code_point << 6 | np.int64(data[j]) & 0x3F
    return code_point


@Kernel
def find_unknown(
    data: npt.NDArray[np.uint8], kinds: npt.NDArray[np.uint8], found: npt.NDArray[np.int64]
) -> int:
    """Write characters that have no entry yet, as many as there is room for; return how many."""
    n_found = 0
    for first in range(0, len(data), 8):
        if first + 8 <= len(data) and is_ascii(eight_at(data, first)):
            continue
        for i in range(first, min(first + 8, len(data))):
            if data[i] >= 0xC0:
                code_point = decode_at(data, i)
                if kinds[code_point] == UNKNOWN and n_found < len(found):
                    found[n_found] = code_point
                    n_found += 1
    return n_found


class CharacterTable:
    """Kinds and folded forms as arrays that kernels index by code point.

    Filling it for all of Unicode would take most of a second, so `cover` fills it for the
    characters that a text brings. Entries never change once set; threads may share a table.

    Attributes:
        kinds: Kind of each code point, or EXPANDS, shape (0x110000,), dtype uint8.
        folds: Its folded code point, with REORDERS where it is such a mark; or where it expands
            the index of its length in `expansions`, dtype uint64.
        expansions: For each expanding character its folded length, then each folded character:
            code point, REORDERS, and kind from bit KIND_SHIFT on.
    """

    def __init__(self) -> None:
        self.kinds = np.zeros(sys.maxunicode + 1, dtype=np.uint8)
        self.folds = np.zeros(sys.maxunicode + 1, dtype=np.uint64)
        self.expansions = np.zeros(_MAX_EXPANSIONS, dtype=np.uint64)
        self._n_expansions = 0
        self._filling = threading.Lock()
        for code_point in range(128):
            self._fill(code_point)

    def cover(self, data: npt.NDArray[np.uint8]) -> None:
        """Make sure that every character of a text has its entry.

        Args:
            data: The text in valid UTF-8.
        """
        if data.max(initial=0) < 0x80:
            return
        found = np.empty(_FOUND_AT_ONCE, dtype=np.int64)
        find = find_unknown.sized(len(data))
        while n_found := find(data, self.kinds, found):
            with self._filling:
                for code_point in found[:n_found].tolist():
                    if self.kinds[code_point] == UNKNOWN:
                        self._fill(code_point)

    def _fill(self, code_point: int) -> None:
        character = chr(code_point)
        folded = fold(character)
        if len(folded) == 1:
            self.folds[code_point] = _fold_value(folded)
            # What folds to another character is what that is, but white space stays white space.
            kind = kind_of(character)
            kind = kind if kind in (SPACE, IGNORED) else kind_of(folded)
        else:
            kind = EXPANDS
            end = self._n_expansions + 1 + len(folded)
            self.folds[code_point] = self._n_expansions
            values = [_fold_value(part) | kind_of(part) << KIND_SHIFT for part in folded]
            self.expansions[self._n_expansions : end] = [len(folded), *values]
            self._n_expansions = end
        self.kinds[code_point] = kind  # last: what another thread sees is whole


def _fold_value(folded: str) -> int:
    return ord(folded) | (REORDERS if unicodedata.combining(folded) else 0)


CHARACTERS = CharacterTable()


def as_bytes(text: str) -> npt.NDArray[np.uint8]:
    """Return a text as the UTF-8 that kernels read; a lone surrogate becomes a question mark."""
    return np.frombuffer(text.encode(errors="replace"), dtype=np.uint8)
