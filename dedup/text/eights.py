"""Eight bytes of text at a time, in one 64-bit integer: what each of them is, found at once.

The bytes of a text that branches would have to be taken on, one by one, become bits to count and
to mask. The first byte is the lowest. (Lamport, Multiple byte processing with full-word
instructions, 1975)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.text.kernel import Kernel

REACH = 72  # bytes that must lie ahead of where `word_bits` and the words it finds are read

_NONE = np.uint64(0)
_1 = np.uint64(1)
_7 = np.uint64(7)
_56 = np.uint64(56)
_58 = np.uint64(58)
_GATHER = np.uint64(0x0102040810204080)  # brings the lowest bit of each byte into the top one
_DE_BRUIJN = np.uint64(0x03F79D71B4CB0A89)  # every six bits of it in a row are different


def _each(byte: int) -> np.uint64:
    return np.uint64(byte * 0x0101010101010101)


_ONES = _each(1)
_HIGHS = _each(0x80)
_LOWS = _each(0x7F)
_LOWER_CASE = _each(0x20)
# What, added to a byte below 128, sets its high bit from a certain byte on.
_FROM_A, _BEYOND_Z = _each(0x80 - ord("a")), _each(0x80 - ord("z") - 1)
_FROM_0, _BEYOND_9 = _each(0x80 - ord("0")), _each(0x80 - ord("9") - 1)
_FROM_14 = _each(0x80 - 14)
_APOSTROPHES, _GRAVES = _each(ord("'")), _each(ord("`"))

# Where the only bit of a number is, by the top six bits of its product with _DE_BRUIJN.
_PLACES = np.zeros(64, dtype=np.int64)
for _place in range(64):
    _PLACES[((int(_DE_BRUIJN) << _place) & (2**64 - 1)) >> 58] = _place


@Kernel
def eight_at(data: npt.NDArray[np.uint8], i: int) -> np.uint64:
    """Return the eight bytes from `i` on; compiled, this is one load."""
    first = np.uint64(i)  # unsigned, or else a negative index has to be thought of
    eight = _NONE
    for k in range(8):
        eight |= np.uint64(data[first + np.uint64(k)]) << np.uint64(8 * k)
    return eight


@eight_at.shorten
def eight_bytes_at(data: npt.NDArray[np.uint8], i: int) -> np.uint64:
    """Return the same without a loop in plain Python, where it takes twenty times as long."""
    return np.uint64(int.from_bytes(data[i : i + 8].tobytes(), "little"))


@Kernel
def lowest_bit(bits: np.uint64) -> int:
    """Return the place of the lowest bit set, from 0; there must be one."""
    return int(_PLACES[((bits & (~bits + _1)) * _DE_BRUIJN) >> _58])


@Kernel
def is_plain_line(eight: np.uint64) -> bool:
    """Whether none of eight bytes can begin a line break: all are ASCII, and none a control."""
    return bool((((eight & _LOWS) + _FROM_14) & ~eight & _HIGHS) == _HIGHS)


@Kernel
def is_ascii(eight: np.uint64) -> bool:
    """Whether eight bytes are eight characters."""
    return bool(eight & _HIGHS == _NONE)


@Kernel
def count_leads(eight: np.uint64) -> int:
    """Return how many of eight bytes begin a character of UTF-8."""
    inside = (eight >> _7) & ~(eight >> np.uint64(6)) & _ONES
    return 8 - int((inside * _ONES) >> _56)


@Kernel
def word_bits(data: npt.NDArray[np.uint8], i: int) -> tuple[np.uint64, np.uint64]:
    """Return which of the 64 bytes from `i` on are ASCII letters or digits, and which are special.

    Special is what takes a closer look: what is not ASCII, and apostrophes. All other bytes part
    words. The bit of the first byte is the lowest.
    """
    words, special = _NONE, _NONE
    for k in range(8):
        eight = eight_at(data, i + 8 * k)
        low = eight & _LOWS
        lower = low | _LOWER_CASE
        is_word = (lower + _FROM_A) & ~(lower + _BEYOND_Z) | (low + _FROM_0) & ~(low + _BEYOND_9)
        is_special = eight | ~((low ^ _APOSTROPHES) + _LOWS) | ~((low ^ _GRAVES) + _LOWS)
        place = np.uint64(8 * k)
        words |= ((((is_word & ~eight) >> _7) & _ONES) * _GATHER >> _56) << place
        special |= (((is_special >> _7) & _ONES) * _GATHER >> _56) << place
    return words, special


@Kernel
def lower_case(eight: np.uint64, n: int) -> np.uint64:
    """Return the first `n` of eight ASCII letters or digits, at least one, in lower case."""
    empty = np.uint64(64 - 8 * n)
    return ((eight | _LOWER_CASE) << empty) >> empty
