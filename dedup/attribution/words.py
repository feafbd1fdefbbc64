"""Texts to words for the rules: split as they are written, each hashed as it stands and folded.

Unlike the tokens that texts are compared by, words here keep their case and the marks between them:
`U.S.` is one word, `’s` a mark of its own, and a Markdown link is its words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup.attribution import lexicon
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
    mix,
    width_at,
)

# Flags of a word.
CAPITAL, UPPER, DIGIT, DOTTED = 1, 2, 4, 8
WORD_KIND = 256  # above the code of any mark; marks in Unicode above it are what no rule reads
POSSESSIVE = ord(lexicon.POSSESSIVE)

_STEP = np.uint64(13)
_OFFSET = np.uint64(0xCBF29CE484222325)
_APOSTROPHE_CODE = np.uint64(0x27)
# A name is plain if what `split_words` makes of it is: a letter with an accent or of another
# alphabet counts like any other, and so does a digit, the full stop of an address and an apostrophe
# inside; other marks stand alone, as `'s` and the full stop that ends a word do.
_LETTER = "[0-9A-Za-zÀ-ÖØ-öø-ɏЀ-ҁء-غف-ي]"
_MARKS = "()&!/+:;?-"
_INSIDE = rf"(?<={_LETTER})(?<!['’][sS])['’](?=[0-9A-Za-z])"
_END = rf"(?<={_LETTER}{{2}})\.(?= |\Z)"
_PLAIN = re.compile(
    rf"(?:{_LETTER}|[ {re.escape(_MARKS)}]|{_INSIDE}|{_END})+|{_LETTER}{{2,}}(?:\.[A-Za-z]+)+"
)
_ENDING = rf"'[sS](?!{_LETTER})"  # of a possessive, which is a mark
_SPLIT = re.compile(rf"{_LETTER}+(?:(?!{_ENDING})['.]{_LETTER}+)*|{_ENDING}|[^ ]")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words of phrases, one behind the other.

    Attributes:
        hashes: The hash of each word, dtype uint64.
        numbers: The phrase that it belongs to, ascending, dtype int64.
    """

    hashes: npt.NDArray[np.uint64]
    numbers: npt.NDArray[np.int64]


def hash_words(phrases: Sequence[str]) -> Phrases:
    """Return the words of phrases as the kernel hashes them as they are written.

    >>> hash_words(["the Gull’s nest", "nest"]).numbers.tolist()
    [0, 0, 0, 0, 1]
    """
    is_plain = np.array(
        [
            (each.isascii() and each.replace(" ", "").isalnum())  # as most are
            or _PLAIN.fullmatch(each) is not None
            for each in phrases
        ],
        dtype=np.bool_,
    )
    hashes, numbers = [], []
    # Thousands are hashed at each start, nearly all of them plain.
    for wanted, hash_lines in ((is_plain, _hash_plain), (~is_plain, _hash_lines)):
        rows = np.flatnonzero(wanted)
        own = (phrases[row].replace("\n", " ") for row in rows.tolist())
        found, lines = hash_lines("".join(f"{each}\n" for each in own))
        hashes.append(found)
        numbers.append(rows[lines])
    order = np.argsort(np.concatenate(numbers), kind="stable")
    return Phrases(np.concatenate(hashes)[order], np.concatenate(numbers)[order])


def _hash_plain(text: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return the hashes of the words of plain lines, and the line of each, in plain numpy."""
    words = _SPLIT.findall(text.replace("’", "'"))
    sizes = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    ends = np.cumsum(sizes)
    codes = np.frombuffer("".join(words).encode("utf-32-le"), dtype="<u4").astype(np.uint64)
    starts = ends - sizes
    first = codes[starts]
    # A word's hash is a polynomial of its letters.
    powers = np.full(sizes.max(initial=0) + 1, (1 << int(_STEP)) + 1, dtype=np.uint64)
    powers[0] = 1
    powers = np.multiply.accumulate(powers)
    codes *= powers[np.repeat(ends, sizes) - 1 - np.arange(len(codes))]
    hashes = np.add.reduceat(codes, starts) + _OFFSET * powers[sizes]
    is_mark = (sizes == 1) & np.isin(first, [*map(ord, f"{_MARKS}.")])
    hashes[is_mark] = first[is_mark]
    hashes[first == _APOSTROPHE_CODE] = POSSESSIVE
    is_line = first == ord("\n")
    mixed: Any = mix.interpret(hashes)  # type: ignore[arg-type]  # arrays do as well
    return mixed[~is_line], np.cumsum(is_line)[~is_line]


def _hash_lines(text: str) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int64]]:
    """Return the hashes of the words of lines, and the line of each."""
    data = as_bytes(text)
    CHARACTERS.cover(data)
    room = len(data) + 1
    kinds, flags, starts, ends = np.empty((4, room), dtype=np.int64)
    exact, folded = np.empty((2, room), dtype=np.uint64)
    n = split_words.sized(len(data))(
        data, 0, len(data), CHARACTERS.kinds, CHARACTERS.folds,
        kinds, flags, starts, ends, exact, folded,
    )  # fmt: skip
    return exact[:n], np.searchsorted(np.flatnonzero(data == ord("\n")), starts[:n])


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

    A word is WORD_KIND in `found` and has its hashes as written and in lower case; a mark is its
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
                and (found[n - 1] == WORD_KIND)
            ):
                found[n] = POSSESSIVE  # of a plural: the strikers’ demands
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
            flag |= CAPITAL
        if n_upper > 1 and n_upper == n_letters:
            flag |= UPPER
        if has_digit:
            flag |= DIGIT
        if n_dots > 0:
            flag |= DOTTED
        found[n], flags[n], starts[n], ends[n] = WORD_KIND, flag, word_start, i
        exact[n], folded[n] = mix(plain), mix(lower)
        n += 1
        if possessive_at >= 0:
            i += width_at(data, i)
            i += width_at(data, i)
            found[n], flags[n], starts[n], ends[n] = POSSESSIVE, 0, possessive_at, i
            exact[n], folded[n] = mix(np.uint64(POSSESSIVE)), mix(np.uint64(POSSESSIVE))
            n += 1
    return n
