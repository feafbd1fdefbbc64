"""Texts to strings of word classes, one character a word: what the rules read.

`said Dennis Okell, a docker` becomes `VNN,Dn`: a rule over classes is a regular expression over
such a string, as short as it is long in words. Whole quotations are one character, and so are
mentions of outlets; where each character stands in the text is kept beside it. Compiled, this
runs over everything; only what has a cue, a mention or a mark is then looked at by rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dedup.attribution import lexicon
from dedup.attribution.outlets import AMBIGUOUS, SHORT, SURE, Gazetteer
from dedup.attribution.trie import NONE, Trie, find_child, make_trie
from dedup.text import (
    APOSTROPHE,
    CHARACTER,
    CHARACTERS,
    EXPANDS,
    IGNORED,
    MARK,
    SPACE,
    WORD,
    Kernel,
    as_bytes,
    decode_at,
    find_paragraph_quotations,
    mix,
    width_at,
)

# Flags of a raw word.
_CAPITAL, _UPPER, _DIGIT, _DOTTED, _JOINS = 1, 2, 4, 8, 16
_WORD_KIND = 256  # above the code of any mark

_STEP = np.uint64(13)
_OFFSET = np.uint64(0xCBF29CE484222325)
_APOSTROPHE_CODE = np.uint64(0x27)
_MASK = (1 << 64) - 1
_MIX_1, _MIX_2 = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53  # as in `mix`
_PLAIN_PHRASE = re.compile("[A-Za-z]+(?: [A-Za-z]+)*")
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
_POSSESSIVE, _HEADING, _MAYBE = (_CODE[n] for n in ("POSSESSIVE", "HEADING", "MAYBE_OUTLET"))
_AUXILIARY, _DATE = ord("m"), ord("d")
_NO_SURFACE = -1
_PHRASE_BITS = 8  # of a trie's value: the class; above them the number of the surface


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


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Lexicon and gazetteer as the kernel reads them.

    Attributes:
        exact: Surfaces of outlets, by words as they are written.
        folded: Phrases of the lexicon, by words in lower case.
        abbreviations: Hashes of words with a full stop of their own, sorted.
        gazetteer: What the numbers of surfaces refer to.
    """

    exact: Trie
    folded: Trie
    abbreviations: npt.NDArray[np.uint64]
    gazetteer: Gazetteer


def make_vocabulary(gazetteer: Gazetteer) -> Vocabulary:
    """Return the lexicon with a gazetteer."""
    level = {SURE: lexicon.OUTLET, AMBIGUOUS: lexicon.MAYBE_OUTLET, SHORT: lexicon.SHORT_OUTLET}
    surfaces = gazetteer.surfaces
    exact = _hash_words([surface.words for surface in surfaces], folded=False)
    folded, abbreviations = _lexicon()
    return Vocabulary(
        make_trie(
            (words, number << _PHRASE_BITS | ord(level[surface.certainty]))
            for number, (surface, words) in enumerate(zip(surfaces, exact, strict=True))
        ),
        folded,
        abbreviations,
        gazetteer,
    )


@cache
def _lexicon() -> tuple[Trie, npt.NDArray[np.uint64]]:
    """Return the phrases of the lexicon as a trie, and the abbreviations, sorted."""
    phrases = lexicon.phrases()
    words = zip(_hash_words(phrases, folded=True), phrases.values(), strict=True)
    stopped = _hash_words(sorted(lexicon.ABBREVIATIONS), folded=True)
    return (
        make_trie((hashes, ord(symbol)) for hashes, symbol in words),
        np.sort(np.array([hashes[0] for hashes in stopped], dtype=np.uint64)),
    )


def hash_plain(word: str) -> int:
    """Return the hash that `split_words` gives a word of letters, in plain Python.

    >>> hash_plain("gull") == int(_hash_words(["gull’s"], folded=False)[0][0])
    True
    """
    token = int(_OFFSET)
    for character in word:
        token = ((token << int(_STEP)) + token + ord(character)) & _MASK
    token = ((token ^ token >> 33) * _MIX_1) & _MASK
    token = ((token ^ token >> 33) * _MIX_2) & _MASK
    return token ^ token >> 33


def _hash_words(phrases: Iterable[str], *, folded: bool) -> list[npt.NDArray[np.uint64]]:
    """Return the hashes of each phrase's words, as the kernel splits and hashes them."""
    hashes = []
    for phrase in phrases:
        if _PLAIN_PHRASE.fullmatch(phrase):  # nearly all: thousands are hashed at each start
            words = (phrase.lower() if folded else phrase).split()
            hashes.append(np.array([hash_plain(word) for word in words], dtype=np.uint64))
            continue
        data = as_bytes(phrase)
        CHARACTERS.cover(data)
        room = len(data) + 1
        kinds, flags = np.empty((2, room), dtype=np.int64)
        starts, ends = np.empty((2, room), dtype=np.int64)
        plain, lower = np.empty((2, room), dtype=np.uint64)
        n = split_words.interpret(
            data, 0, len(data), CHARACTERS.kinds, CHARACTERS.folds,
            kinds, flags, starts, ends, plain, lower,
        )  # fmt: skip
        hashes.append((lower if folded else plain)[:n].copy())
    return hashes


@Kernel
def split_words(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    found: npt.NDArray[np.int64],
    flags: npt.NDArray[np.int64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    exact: npt.NDArray[np.uint64],
    folded: npt.NDArray[np.uint64],
) -> int:
    """Write the words and marks of data[start:end]; return how many there are.

    A word is _WORD_KIND in `found` and has its hashes as written and in lower case; a mark is its
    code point. Inner full stops and those of abbreviated letters belong to a word (`U.S.`),
    `’s` is a mark, and so is each hyphen.
    """
    n = 0
    i = start
    while i < end:
        code_point, width = np.int64(data[i]), 1
        if code_point >= 0x80:
            code_point, width = decode_at(data, i), width_at(data, i)
        kind = kinds[code_point]
        if kind == SPACE or kind == IGNORED or kind == MARK:
            i += width
            continue
        if kind != WORD and kind != CHARACTER and kind != EXPANDS:
            found[n], flags[n], starts[n] = code_point, 0, i
            i += width
            if code_point == 93 and i < end and data[i] == 40:  # ](address) of a Markdown link
                close = i
                while close < end and data[close] > 32 and data[close] != 41:
                    close += 1
                if close < end and data[close] == 41:
                    i = close + 1
            if (
                kind == APOSTROPHE
                and n > 0
                and ends[n - 1] == starts[n]
                and (found[n - 1] == _WORD_KIND)
            ):
                found[n] = _POSSESSIVE  # of a plural: the strikers’ demands
            ends[n], exact[n], folded[n] = i, mix(np.uint64(code_point)), mix(np.uint64(code_point))
            n += 1
            continue
        word_start = i
        plain, lower = _OFFSET, _OFFSET
        n_letters, n_upper, n_dots, run = 0, 0, 0, 0
        has_digit = False
        first_upper = False
        possessive_at = -1
        while i < end:
            code_point, width = np.int64(data[i]), 1
            if code_point >= 0x80:
                code_point, width = decode_at(data, i), width_at(data, i)
            kind = kinds[code_point]
            if kind == WORD or kind == EXPANDS or (kind == CHARACTER and i == word_start):
                fold = folds[code_point] if kind != EXPANDS else np.uint64(code_point)
                is_upper = fold != np.uint64(code_point) and kind != EXPANDS
                if n_letters == 0:
                    first_upper = is_upper
                n_letters += 1
                run += 1
                n_upper += int(is_upper)
                has_digit = has_digit or bool(48 <= code_point <= 57)
                plain = (plain << _STEP) + (plain + np.uint64(code_point))
                lower = (lower << _STEP) + (lower + fold)
                i += width
                if kind == CHARACTER:
                    break
                continue
            if kind == MARK or kind == IGNORED:
                i += width
                continue
            following = i + width
            next_kind = SPACE
            next_code = np.int64(32)
            if following < end:
                next_code = decode_at(data, following)
                next_kind = kinds[next_code]
            if kind == APOSTROPHE and next_kind == WORD:
                after = following + width_at(data, following)
                if (next_code == 115 or next_code == 83) and (
                    after >= end or kinds[decode_at(data, after)] != WORD
                ):
                    possessive_at = i
                    break
                plain = (plain << _STEP) + (plain + _APOSTROPHE_CODE)
                lower = (lower << _STEP) + (lower + _APOSTROPHE_CODE)
                run = 0
                i = following
                continue
            if (
                code_point == 46
                and run == 1
                and n_letters == n_dots + 1
                and not has_digit
                and (next_kind == WORD or n_dots > 0)
            ):
                n_dots += 1  # U.S. and p.m., the last full stop included
                run = 0
                i = following
                continue
            if (code_point == 46 or code_point == 44) and has_digit and (48 <= next_code <= 57):
                i = following
                run = 0
                continue
            if code_point == 46 and next_kind == WORD and n_dots == 0:
                # apnews.com, not the end of a sentence
                plain = (plain << _STEP) + (plain + np.uint64(46))
                lower = (lower << _STEP) + (lower + np.uint64(46))
                i = following
                run = 0
                continue
            break
        flag = 0
        if first_upper:
            flag |= _CAPITAL
        if n_upper > 1 and n_upper == n_letters:
            flag |= _UPPER
        if has_digit:
            flag |= _DIGIT
        if n_dots > 0:
            flag |= _DOTTED
        found[n], flags[n], starts[n], ends[n] = _WORD_KIND, flag, word_start, i
        exact[n], folded[n] = mix(plain), mix(lower)
        n += 1
        if possessive_at >= 0:
            i += width_at(data, i)
            i += width_at(data, i)
            found[n], flags[n], starts[n], ends[n] = _POSSESSIVE, 0, possessive_at, i
            exact[n], folded[n] = mix(np.uint64(_POSSESSIVE)), mix(np.uint64(_POSSESSIVE))
            n += 1
    return n


@Kernel
def longest_phrase(
    keys: npt.NDArray[np.uint64],
    children: npt.NDArray[np.int32],
    values: npt.NDArray[np.int32],
    hashes: npt.NDArray[np.uint64],
    first: int,
    last: int,
) -> tuple[int, int]:
    """Return the value and length of the longest phrase that starts at a word; NONE, 0 if none."""
    node, best, length = 0, NONE, 0
    for i in range(first, last):
        node = find_child(keys, children, node, hashes[i])
        if node == NONE:
            break
        if values[node] != NONE:
            best, length = int(values[node]), i + 1 - first
    return best, length


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
                if code == _WORD_KIND:
                    value, n_matched = longest_phrase(
                        exact_keys, exact_children, exact_values, exact, t, n_words
                    )
                    word_value, n_folded = longest_phrase(
                        folded_keys, folded_children, folded_values, folded, t, n_words
                    )
                    flag = flags[t]
                    if value != NONE and n_matched >= n_folded:
                        symbol, length = value & 255, n_matched
                        surface = value >> _PHRASE_BITS
                    elif word_value != NONE:
                        symbol, length = word_value & 255, n_folded
                        if flag & _CAPITAL and not opens and not keeps_class[symbol]:
                            if symbol == _AUXILIARY:
                                symbol = _DATE  # May
                            elif length == 1:
                                symbol = _NAME
                            if flag & _UPPER and length == 1 and word_ends[t] > 2 + word_starts[t]:
                                symbol = _ACRONYM
                    elif flag & _DIGIT:
                        symbol = _NUMBER
                    elif flag & _UPPER:
                        symbol = _ACRONYM
                    elif flag & _CAPITAL:
                        symbol = _NAME
                    else:
                        symbol = _PLAIN
                    # Words joined by hyphens are one, unless an outlet is among them.
                    last = t + length - 1
                    while (
                        surface == _NO_SURFACE
                        and last + 2 < n_words
                        and found[last + 1] == 45
                        and found[last + 2] == _WORD_KIND
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
                        if flag & _CAPITAL and flags[last] & _CAPITAL:
                            symbol = _NAME if value == NONE or not keeps_class[value] else value
                        elif value != NONE and keeps_class[value]:
                            symbol = value
                        elif symbol != _NAME and symbol != _ACRONYM:
                            symbol = _PLAIN
                    length = last + 1 - t
                elif code == _POSSESSIVE:
                    symbol = _POSSESSIVE
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
                            is_stop = ends_text or flags[t + 1] & _CAPITAL > 0
                        elif found[t - 1] == _WORD_KIND and not (ends_text and is_last):
                            is_letter = (
                                flags[t - 1] & _CAPITAL > 0
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
