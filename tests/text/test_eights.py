"""Eight bytes at a time: what is counted and masked is what a look at each byte says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.text import CHARACTERS, SPACE, WORD, Kernel, count_leads, eight_at, is_plain_line
from dedup.text.characters import SEPARATOR
from dedup.text.eights import is_ascii, lower_case, lowest_bit, word_bits

EIGHTS = st.binary(min_size=8, max_size=8)
ANY_BYTES = st.one_of(st.integers(0, 255), st.sampled_from(b"azAZ09@[`{/:'\x07\x00\x7f\x80 "))


def array_of(data: bytes) -> np.ndarray:
    return np.frombuffer(data, dtype=np.uint8)


@pytest.mark.parametrize("place", range(8))
def test_every_byte_is_what_the_table_says_at_every_place(place: int) -> None:
    parts = {SEPARATOR, SPACE}
    for byte in range(256):
        data = bytearray(b"-" * 64)
        data[8 + place] = byte
        words, special = word_bits.interpret(array_of(bytes(data)), 0)
        kind = CHARACTERS.kinds[byte] if byte < 128 else None
        bit = 1 << 8 + place
        assert (int(words), int(special)) == (
            bit if kind == WORD else 0,
            0 if kind == WORD or kind in parts else bit,
        )


@given(st.lists(ANY_BYTES, min_size=70, max_size=70), st.integers(0, 6))
def test_compiled_bits_equal_interpreted(values: list[int], i: int) -> None:
    data = array_of(bytes(values))
    assert word_bits.interpret(data, i) == word_bits.compiled(data, i)


@given(EIGHTS)
def test_eight_bytes_are_one_number_first_byte_lowest(data: bytes) -> None:
    assert int.from_bytes(data, "little") == int(eight_at.interpret(array_of(data), 0))


@given(st.integers(1, 2**64 - 1))
def test_lowest_bit_is_the_first_one_set(bits: int) -> None:
    assert (bits & -bits).bit_length() - 1 == lowest_bit.interpret(np.uint64(bits))


@given(EIGHTS)
def test_leads_are_all_bytes_but_those_inside_characters(data: bytes) -> None:
    eight = eight_at.interpret(array_of(data), 0)
    assert sum(byte & 0xC0 != 0x80 for byte in data) == count_leads.interpret(eight)


@pytest.mark.parametrize(("kernel", "least"), [(is_plain_line, 14), (is_ascii, 0)])
@given(EIGHTS)
def test_eight_bytes_are_plain_if_each_is(kernel: Kernel, least: int, data: bytes) -> None:
    eight = eight_at.interpret(array_of(data), 0)
    assert all(least <= byte < 128 for byte in data) == kernel.interpret(eight)


@given(st.text("abzABZ019", min_size=8, max_size=8), st.integers(1, 8))
def test_letters_are_lowered_and_the_rest_left_out(word: str, n: int) -> None:
    eight = eight_at.interpret(array_of(word.encode()), 0)
    lowered = int(lower_case.interpret(eight, n)).to_bytes(8, "little")
    assert word[:n].lower().encode() == lowered.rstrip(b"\x00")
