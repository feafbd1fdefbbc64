"""Texts to strings of word classes, one character a word: what the rules read.

`said Dennis Okell, a docker` becomes `VNN,Dn`: a rule over classes is a regular expression over
such a string, as short as it is long in words. Whole quotations are one character, and so are
mentions of outlets; where each character stands in the text is kept beside it. Compiled, this
runs over everything; only what has a cue, a mention or a mark is then looked at by rules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.attribution import lexicon
from dedup.attribution.trie import NONE, longest_phrase
from dedup.attribution.vocabulary import PHRASE_BITS, Vocabulary
from dedup.attribution.words import (
    CAPITAL,
    DIGIT,
    POSSESSIVE,
    UPPER,
    WORD_KIND,
    split_words,
)
from dedup.text import (
    APOSTROPHE,
    CHARACTER,
    CHARACTERS,
    EXPANDS,
    MARK,
    SPACE,
    WORD,
    Kernel,
    decode_at,
    find_paragraph_quotations,
    width_at,
)

_SCARE_WORDS = 4  # a quotation of fewer words, which ends with no mark of its own, is none
_CAPITALISED_NOUNS = "TGUHYDEZ@adIjJMwhb"  # classes that a capital in mid-sentence leaves alone

_CODE = {name: ord(getattr(lexicon, name)) for name in (
    "BODY", "HEADING", "APART", "STOP", "COMMA", "COLON", "SEMICOLON", "DASH", "OPEN", "CLOSE",
    "OTHER_MARK", "POSSESSIVE", "QUOTED", "QUOTED_COMMA", "QUOTED_STOP", "QUOTED_ASKED",
    "QUOTED_ON", "SCARE",
    "NAME", "ACRONYM", "WORD", "NUMBER", "OUTLET", "MAYBE_OUTLET", "SHORT_OUTLET",
)}  # fmt: skip
_STOP, _COMMA, _COLON, _SEMICOLON = (_CODE[n] for n in ("STOP", "COMMA", "COLON", "SEMICOLON"))
_DASH, _OPEN, _CLOSE, _OTHER = (_CODE[n] for n in ("DASH", "OPEN", "CLOSE", "OTHER_MARK"))
_QUOTED, _QUOTED_COMMA, _QUOTED_STOP = (_CODE[n] for n in ("QUOTED", "QUOTED_COMMA", "QUOTED_STOP"))
_QUOTED_ASKED, _QUOTED_ON, _SCARE = (_CODE[n] for n in ("QUOTED_ASKED", "QUOTED_ON", "SCARE"))
_NAME, _ACRONYM, _PLAIN, _NUMBER = (_CODE[n] for n in ("NAME", "ACRONYM", "WORD", "NUMBER"))
_HEADING = _CODE["HEADING"]
_AUXILIARY, _DATE = ord("m"), ord("d")
_NO_SURFACE = -1


@dataclass(frozen=True, slots=True)
class Symbols:
    """The classes of the words of many passages, in order.

    Attributes:
        classes: The character of each, as its code, dtype uint8.
        starts: Where each stands in its document, in code points, dtype int32.
        ends: Where it ends.
        surfaces: For a mention of an outlet the number of its surface, else -1, dtype int32.
        first: For each passage its first entry, and the end, shape (n_passages + 1,).
    """

    classes: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    surfaces: npt.NDArray[np.int32]
    first: npt.NDArray[np.int64]


@Kernel
def is_sorted_in(values: npt.NDArray[np.uint64], value: np.uint64) -> bool:
    """Whether a value is in a sorted array."""
    low, high = 0, len(values)
    while low < high:
        middle = (low + high) // 2
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low < len(values) and values[low] == value


@Kernel
def count_more(data: npt.NDArray[np.uint8], start: int, end: int) -> int:
    """Return how many bytes of data[start:end] only go on with a character."""
    n = 0
    for i in range(start, end):
        n += int((data[i] & 0xC0) == 0x80)
    return n


@Kernel
def classify_quotation(
    data: npt.NDArray[np.uint8], start: int, end: int, passage_end: int,
    kinds: npt.NDArray[np.uint8],
) -> int:  # fmt: skip
    """Return the class of what stands between two marks."""
    n_words, in_word = 0, False
    last = 32
    i = start
    while i < end:
        code_point = int(decode_at(data, i))
        kind = kinds[code_point]
        is_word = kind == WORD or kind == CHARACTER or kind == EXPANDS
        if is_word and (not in_word or kind == CHARACTER):
            n_words += 1
        in_word = is_word or kind == APOSTROPHE or kind == MARK
        if kind != SPACE:
            last = code_point
        i += width_at(data, i)
    if end == passage_end:
        return _QUOTED_ON
    if last == 44 or last == 0x3001 or last == 0xFF0C:
        return _QUOTED_COMMA
    if last == 46 or last == 0x2026 or last == 0x3002:
        return _QUOTED_STOP
    if last == 33 or last == 63 or last == 0xFF01 or last == 0xFF1F:
        return _QUOTED_ASKED
    return _SCARE if n_words < _SCARE_WORDS else _QUOTED


@Kernel
def is_block_quotation(data: npt.NDArray[np.uint8], start: int, end: int) -> bool:
    """Whether each line starts with `>`."""
    opens_line = True
    for i in range(start, end):
        byte = data[i]
        if byte == 10:
            opens_line = True
        elif opens_line and byte > 32:
            if byte != 62:
                return False
            opens_line = False
    return True


@Kernel
def write_symbols(
    data: npt.NDArray[np.uint8],
    byte_starts: npt.NDArray[np.int64],
    byte_ends: npt.NDArray[np.int64],
    document_ends: npt.NDArray[np.int64],
    char_starts: npt.NDArray[np.int64],
    openers: npt.NDArray[np.uint8],
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    exact_keys: npt.NDArray[np.uint64],
    exact_children: npt.NDArray[np.int32],
    exact_values: npt.NDArray[np.int32],
    folded_keys: npt.NDArray[np.uint64],
    folded_children: npt.NDArray[np.int32],
    folded_values: npt.NDArray[np.int32],
    abbreviations: npt.NDArray[np.uint64],
    keeps_class: npt.NDArray[np.bool_],
    scratch: npt.NDArray[np.int64],
    exact: npt.NDArray[np.uint64],
    folded: npt.NDArray[np.uint64],
    classes: npt.NDArray[np.uint8],
    starts: npt.NDArray[np.int32],
    ends: npt.NDArray[np.int32],
    surfaces: npt.NDArray[np.int32],
    first_symbols: npt.NDArray[np.int64],
) -> int:
    """Write what `Symbols` holds of each passage; return the number of entries."""
    found, flags, word_starts, word_ends = scratch[0], scratch[1], scratch[2], scratch[3]
    quote_starts, quote_ends = scratch[4], scratch[5]
    total = 0
    for passage in range(len(byte_starts)):
        start, end = byte_starts[passage], byte_ends[passage]
        place = char_starts[passage]  # of the byte at `behind`, in code points
        behind = start
        first_symbols[passage] = total
        opener = openers[passage]
        classes[total], starts[total], ends[total] = opener, place, place
        surfaces[total] = _NO_SURFACE
        total += 1
        is_heading = opener == _HEADING
        n_quotations = 0
        if data[start] == 62 and is_block_quotation(data, start, end):
            classes[total] = _QUOTED_STOP
            starts[total] = place + 1
            ends[total] = place + (end - start) - count_more(data, start, end)
            surfaces[total] = _NO_SURFACE
            total += 1
            continue
        n_quotations = find_paragraph_quotations(
            data, start, end, document_ends[passage], kinds, quote_starts, quote_ends
        )
        piece = start
        quotation = -1
        while quotation < n_quotations:
            quotation += 1
            # What stands before the quotation, then the quotation.
            is_last = quotation == n_quotations
            piece_end = end if is_last else quote_starts[quotation]
            n_words = split_words(
                data, piece, piece_end, kinds, folds,
                found, flags, word_starts, word_ends, exact, folded,
            )  # fmt: skip
            t = 0
            while t < n_words:
                code = found[t]
                symbol = 0
                length = 1
                surface = _NO_SURFACE
                before = int(classes[total - 1])
                opens = (
                    before == opener or before == _STOP or before == _COLON
                    or before == _QUOTED_STOP or is_heading
                )  # fmt: skip
                if code == WORD_KIND:
                    value, n_matched = longest_phrase(
                        exact_keys, exact_children, exact_values, exact, t, n_words
                    )
                    word_value, n_folded = longest_phrase(
                        folded_keys, folded_children, folded_values, folded, t, n_words
                    )
                    flag = flags[t]
                    if value != NONE and n_matched >= n_folded:
                        symbol, length = value & 255, n_matched
                        surface = value >> PHRASE_BITS
                    elif word_value != NONE:
                        symbol, length = word_value & 255, n_folded
                        if flag & CAPITAL and not opens and not keeps_class[symbol]:
                            if symbol == _AUXILIARY:
                                symbol = _DATE  # May
                            elif length == 1:
                                symbol = _NAME
                            if flag & UPPER and length == 1 and word_ends[t] > 2 + word_starts[t]:
                                symbol = _ACRONYM
                    elif flag & DIGIT:
                        symbol = _NUMBER
                    elif flag & UPPER:
                        symbol = _ACRONYM
                    elif flag & CAPITAL:
                        symbol = _NAME
                    else:
                        symbol = _PLAIN
                    # Words joined by hyphens are one, unless an outlet is among them.
                    last = t + length - 1
                    while (
                        surface == _NO_SURFACE
                        and last + 2 < n_words
                        and found[last + 1] == 45
                        and found[last + 2] == WORD_KIND
                        and word_starts[last + 1] == word_ends[last]
                        and word_starts[last + 2] == word_ends[last + 1]
                    ):
                        value, n_matched = longest_phrase(
                            exact_keys, exact_children, exact_values, exact, last + 2, n_words
                        )
                        if value != NONE:
                            break
                        value, n_matched = longest_phrase(
                            folded_keys, folded_children, folded_values, folded, last + 2,
                            last + 3,
                        )  # fmt: skip
                        last += 2
                        if flag & CAPITAL and flags[last] & CAPITAL:
                            symbol = _NAME if value == NONE or not keeps_class[value] else value
                        elif value != NONE and keeps_class[value]:
                            symbol = value
                        elif symbol != _NAME and symbol != _ACRONYM:
                            symbol = _PLAIN
                    length = last + 1 - t
                elif code == POSSESSIVE:
                    symbol = POSSESSIVE
                elif code == 46 or code == 33 or code == 63:  # . ! ?
                    is_run = t + 1 < n_words and (
                        found[t + 1] == code and word_starts[t + 1] == word_ends[t]
                    )
                    ends_text = t + 1 == n_words
                    spaced = (
                        ends_text
                        or word_starts[t + 1] > word_ends[t]
                        or (found[t + 1] == 41 or found[t + 1] == 93 or found[t + 1] >= 128)
                    )
                    is_stop = not is_run and spaced
                    if is_stop and code == 46 and t > 0 and word_ends[t - 1] == word_starts[t]:
                        if found[t - 1] == 46:  # ...
                            is_stop = ends_text or flags[t + 1] & CAPITAL > 0
                        elif found[t - 1] == WORD_KIND and not (ends_text and is_last):
                            is_letter = (
                                flags[t - 1] & CAPITAL > 0
                                and word_ends[t - 1] - word_starts[t - 1] == 1
                            )
                            is_stop = not is_letter and not is_sorted_in(
                                abbreviations, folded[t - 1]
                            )
                    if is_stop:
                        symbol = _STOP
                elif code == 44 or code == 0x3001 or code == 0xFF0C:
                    symbol = _COMMA
                elif code == 58 or code == 0xFF1A:
                    symbol = _COLON
                elif code == 59:
                    symbol = _SEMICOLON
                elif code == 40:
                    symbol = _OPEN
                elif code == 41:
                    symbol = _CLOSE
                elif code == 0x3002 or code == 0xFF01 or code == 0xFF1F:
                    symbol = _STOP
                elif code == 0x2013 or code == 0x2014 or code == 0x2015:
                    symbol = _DASH
                elif code == 45:
                    before_space = t == 0 or word_starts[t] > word_ends[t - 1]
                    after_space = t + 1 == n_words or word_starts[t + 1] > word_ends[t]
                    is_double = t + 1 < n_words and found[t + 1] == 45
                    if (before_space and after_space) or is_double:
                        symbol = _DASH
                elif code == 38:
                    symbol = 38
                elif code == 47 or code == 124 or code == 0xA9 or code == 0x2022:
                    symbol = _OTHER
                if symbol != 0:
                    first, last = t, t + length - 1
                    place += (
                        word_starts[first] - behind - count_more(data, behind, word_starts[first])
                    )
                    width = word_ends[last] - word_starts[first]
                    width -= count_more(data, word_starts[first], word_ends[last])
                    classes[total], starts[total], ends[total] = symbol, place, place + width
                    surfaces[total] = surface
                    total += 1
                    place += width
                    behind = word_ends[last]
                t += length
            if not is_last:
                first, last = quote_starts[quotation], quote_ends[quotation]
                symbol = classify_quotation(data, first, last, end, kinds)
                place += first - behind - count_more(data, behind, first)
                width = last - first - count_more(data, first, last)
                if width > 0:  # between two marks that follow each other nothing is quoted
                    classes[total], starts[total], ends[total] = symbol, place, place + width
                    surfaces[total] = _NO_SURFACE
                    total += 1
                place += width
                behind = last
                piece = last
    first_symbols[len(byte_starts)] = total
    return total


def make_symbols(
    data: npt.NDArray[np.uint8],
    byte_starts: npt.NDArray[np.int64],
    byte_ends: npt.NDArray[np.int64],
    document_ends: npt.NDArray[np.int64],
    char_starts: npt.NDArray[np.int64],
    openers: npt.NDArray[np.uint8],
    vocabulary: Vocabulary,
) -> Symbols:
    """Return the symbols of passages of one block of text.

    Args:
        data: The block in valid UTF-8.
        byte_starts: Where each passage starts in the block, in bytes.
        byte_ends: Where it ends.
        document_ends: Where its document ends.
        char_starts: Where it starts in its document, in code points.
        openers: The class that opens it: BODY, HEADING or APART.
        vocabulary: Lexicon and gazetteer.
    """
    CHARACTERS.cover(data)
    n_bytes = int((byte_ends - byte_starts).sum())
    longest = int((byte_ends - byte_starts).max(initial=0)) + 2
    room = n_bytes + 3 * len(byte_starts) + 2
    classes = np.empty(room, dtype=np.uint8)
    starts, ends, surfaces = np.empty((3, room), dtype=np.int32)
    first = np.empty(len(byte_starts) + 1, dtype=np.int64)
    hashes = np.empty((2, longest), dtype=np.uint64)
    keeps = np.zeros(256, dtype=np.bool_)
    keeps[[ord(symbol) for symbol in _CAPITALISED_NOUNS]] = True
    exact, folded = vocabulary.exact, vocabulary.folded
    total = write_symbols.sized(3 * n_bytes)(
        data, byte_starts, byte_ends, document_ends, char_starts, openers,
        CHARACTERS.kinds, CHARACTERS.folds,
        exact.keys, exact.children, exact.values, folded.keys, folded.children, folded.values,
        vocabulary.abbreviations, keeps,
        np.empty((6, longest), dtype=np.int64), hashes[0], hashes[1],
        classes, starts, ends, surfaces, first,
    )  # fmt: skip
    return Symbols(
        classes[:total].copy(), starts[:total].copy(), ends[:total].copy(),
        surfaces[:total].copy(), first,
    )  # fmt: skip
