"""Texts to tokens with spans.

A token is a run of letters, marks and digits, and is known by the 64-bit hash of its folded
form. An apostrophe inside a word does not split it; scripts written without spaces give one
token a character. The hash is a polynomial modulo 2**64 over eight characters at a time, each in
a byte of its own (of what is not ASCII, the 64 bits that the mixer makes of it, turned by as many
bytes), finished by MurmurHash3's 64-bit mixer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.text.characters import (
    APOSTROPHE,
    CHARACTER,
    CHARACTERS,
    EXPANDS,
    IGNORED,
    KIND_SHIFT,
    MARK,
    REORDERS,
    SEPARATOR,
    WORD,
    as_bytes,
    decode_at,
    width_at,
)
from dedup.text.eights import REACH, eight_at, lower_case, lowest_bit, word_bits
from dedup.text.kernel import Kernel

# What is kept on disk names it; it grows when any text gets other tokens, hashes or shingles.
TOKENISER = 2

_NONE = np.uint64(0)
_APOSTROPHE = np.uint64(ord("'"))
_REORDERS = np.uint64(REORDERS)
_KIND_SHIFT = np.uint64(KIND_SHIFT)
_FOLDED = np.uint64((1 << KIND_SHIFT) - 1)
_MIX_1 = np.uint64(0xFF51AFD7ED558CCD)
_MIX_2 = np.uint64(0xC4CEB9FE1A85EC53)
BASE = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio; any odd number would do
_ASCII = np.uint64(128)
_1 = np.uint64(1)
_33 = np.uint64(33)
_63 = np.uint64(63)


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one text, in order.

    Attributes:
        hashes: One hash for each token, dtype uint64.
        starts: Where each token starts in the text, in code points, dtype int64.
        ends: Where each token ends.
    """

    hashes: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.hashes)


@Kernel
def mix(value: np.uint64) -> np.uint64:
    """Spread the bits of a hash: MurmurHash3's 64-bit finaliser."""
    value = (value ^ (value >> _33)) * _MIX_1
    value = (value ^ (value >> _33)) * _MIX_2
    return value ^ (value >> _33)


@Kernel
def absorb(
    token: np.uint64, n: int, scale: np.uint64, value: np.uint64
) -> tuple[np.uint64, int, np.uint64]:
    """Return a token's hash with one more character, their number, and the next one's factor."""
    turn = np.uint64(8 * (n & 7))
    token += ((value << turn) | (value >> (np.uint64(64 - 8 * (n & 7)) & _63))) * scale
    n += 1
    return token, n, scale * BASE if n & 7 == 0 else scale


@Kernel
def tokenise_plain(
    data: npt.NDArray[np.uint8],
    i: int,
    end: int,
    n_tokens: int,
    hashes: npt.NDArray[np.uint64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> tuple[int, int]:
    """Write the tokens of ASCII letters and digits alone, up to what is or touches anything else.

    Where words end cannot be foretold, so a branch there costs more than the work: they are found
    64 bytes at once, as bits.

    Args:
        i: Where to start: no word is being read there.

    Returns:
        The first byte not read, which begins a word or lies between words, and the number of
        tokens.
    """
    while i < end and i + REACH <= len(data):
        words, special = word_bits(data, i)
        n_read = min(end - i, 64)
        if special != _NONE:
            n_read = min(n_read, lowest_bit(special))
        if n_read < 64:
            words &= (_1 << np.uint64(n_read)) - _1
        # A word that touches a special character is left to who reads letter by letter, one that
        # touches the 64th byte to the next look; where the text ends, the word does.
        first_bits, end_bits = words & ~(words << _1), (words << _1) & ~words
        if n_read < 64 and n_read < end - i:
            end_bits &= (_1 << np.uint64(n_read)) - _1
        while end_bits != _NONE:
            start, token_end = i + lowest_bit(first_bits), i + lowest_bit(end_bits)
            starts[n_tokens], ends[n_tokens] = start, token_end
            first_bits &= first_bits - _1
            end_bits &= end_bits - _1
            token, scale = _NONE, _1
            while token_end - start > 8:
                token += lower_case(eight_at(data, start), 8) * scale
                scale *= BASE
                start += 8
            token += lower_case(eight_at(data, start), token_end - start) * scale
            hashes[n_tokens] = token
            n_tokens += 1
        if first_bits != _NONE:  # one is open
            n_read = lowest_bit(first_bits)
            if n_read == 0:
                return i, n_tokens
        i += n_read
        if special != _NONE:
            break
    return i, n_tokens


@Kernel
def tokenise_span(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    expansions: npt.NDArray[np.uint64],
    hashes: npt.NDArray[np.uint64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> int:
    """Write hash and span of each token of data[start:end]; return their number."""
    n_tokens = 0
    token_start = -1  # of the token being read; -1 between tokens
    token_end = start
    token, n_characters, scale = _NONE, 0, _1
    alone = False  # whether it is a character that makes a token by itself
    after_apostrophe = False  # which belongs to the token only if a letter follows
    marks = _NONE  # sum over the marks last read: their order does not count
    i = start
    while i <= end:
        if token_start < 0 and i < end and data[i] < 0x80:
            i, n_tokens = tokenise_plain(data, i, end, n_tokens, hashes, starts, ends)

        # Any other character, as the characters that it folds to.
        code_point, width, n_parts, first = np.int64(0), 1, 1, 0
        kind = np.int64(SEPARATOR)  # the end of the text ends a token, too
        if i < end:
            code_point, width = decode_at(data, i), width_at(data, i)
            kind = np.int64(kinds[code_point])
        folded = folds[code_point]
        if kind == EXPANDS:
            first = int(folded) + 1
            n_parts = int(expansions[first - 1])
        for part in range(n_parts):
            if n_parts > 1:
                kind = np.int64(expansions[first + part] >> _KIND_SHIFT)
                folded = expansions[first + part] & _FOLDED
            if kind == IGNORED:
                continue
            if kind == APOSTROPHE and token_start >= 0 and not (alone or after_apostrophe):
                after_apostrophe = True
                continue
            joins = (kind == WORD and not alone) or (kind == MARK and not after_apostrophe)
            if token_start >= 0 and not joins:
                if marks != _NONE:
                    token, n_characters, scale = absorb(token, n_characters, scale, marks)
                hashes[n_tokens], starts[n_tokens], ends[n_tokens] = token, token_start, token_end
                n_tokens += 1
                token_start, marks = -1, _NONE
                alone = after_apostrophe = False
            if token_start < 0:
                if kind != WORD and kind != CHARACTER:
                    continue
                token_start = i
                token, n_characters, scale = _NONE, 0, _1
                alone = kind == CHARACTER
            token_end = i + width
            if folded & _REORDERS:
                marks += mix(folded)
                continue
            if marks != _NONE:
                token, n_characters, scale = absorb(token, n_characters, scale, marks)
                marks = _NONE
            if after_apostrophe:
                token, n_characters, scale = absorb(token, n_characters, scale, _APOSTROPHE)
                after_apostrophe = False
            value = folded if folded < _ASCII else mix(folded)
            token, n_characters, scale = absorb(token, n_characters, scale, value)
        i += width
    for number in range(n_tokens):
        hashes[number] = mix(hashes[number])
    return n_tokens


def most_tokens(data: npt.NDArray[np.uint8], n_bytes: int) -> int:
    """Return room for the tokens of so many bytes of a text, and for the one behind the last.

    Some characters of three bytes stand for six of a script whose every character is a token.
    The memory of what stays empty is never touched.
    """
    return (n_bytes // 2 if data.max(initial=0) < 0x80 else 3 * n_bytes) + 1


def tokenise(text: str) -> Tokens:
    """Return the tokens of a text with their spans.

    >>> text = "Don’t STOP, she said: 3 naïve cafés."
    >>> tokens = tokenise(text)
    >>> [text[a:b] for a, b in zip(tokens.starts, tokens.ends)]
    ['Don’t', 'STOP', 'she', 'said', '3', 'naïve', 'cafés']
    >>> bool((tokenise("don't stop").hashes == tokens.hashes[:2]).all())
    True
    """
    data = as_bytes(text)
    CHARACTERS.cover(data)
    hashes = np.empty(most_tokens(data, len(data)), dtype=np.uint64)
    starts, ends = np.empty((2, len(hashes)), dtype=np.int64)
    n_tokens = tokenise_span.sized(len(data))(
        data, 0, len(data),
        CHARACTERS.kinds, CHARACTERS.folds, CHARACTERS.expansions, hashes, starts, ends,
    )  # fmt: skip
    hashes, starts, ends = hashes[:n_tokens], starts[:n_tokens], ends[:n_tokens]
    if len(data) > len(text):
        n_characters = np.append(0, np.cumsum((data & 0xC0) != 0x80))  # before each byte
        starts, ends = n_characters[starts], n_characters[ends]
    return Tokens(hashes, starts, ends)
