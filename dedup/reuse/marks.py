"""What is known of each word but what it says: sentence starts, quotations, letters' furniture."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from dedup.text import SPACE, Kernel, decode_at, mark_tokens, width_at

# Marks of a word: it opens a sentence, is quoted, is a letter's furniture, opens a quotation,
# closes one, is capitalised.
SENTENCE, QUOTED, ASIDE, OPENS, CLOSES, CAPITAL = 1, 2, 4, 8, 16, 32
ASIDE_WEIGHT = 0.1  # of such a word, where origins compete

ABBREVIATION, _WRITES, _SAYS = 1, 2, 4  # marks of certain words
_ABBREVIATIONS = (
    "adm apr approx aug ave br brig bros capt cf cmdr co col corp cpl dec dept dr est etc feb fr"
    " gen gov hon inc jan jr jul jun lt ltd maj mar mgr mr mrs ms mt no nov oct op pp pres prof pvt"
    " rep reps rev sec sen sens sep sept sgt sr st supt vol vs"
)
_WRITES_CUES = "writes wrote schrieb schreibt écrit écrivait escribió scrive skrev schreef"
_SAYS_CUES = "says said"  # which end other lines as well
LONGEST_SENTENCE = 60  # words; where there are no stops, so many make one
_SHORT_ASIDE = 6  # words of one without an address
_LONGEST_ASIDE = 40  # words of a line such as "In article <…> somebody writes:"
_LONGEST_SIGNATURE = 8  # lines
_48 = np.uint64(48)


@cache
def marked_words() -> npt.NDArray[np.uint8]:
    """Return the table by which abbreviations and the cues of letters are known."""
    words = dict.fromkeys(_ABBREVIATIONS.split(), ABBREVIATION)
    words |= dict.fromkeys(_SAYS_CUES.split(), _SAYS)
    return mark_tokens(words | dict.fromkeys(_WRITES_CUES.split(), _WRITES))


@Kernel
def ends_sentence(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    kinds: npt.NDArray[np.uint8],
    before_is_short: bool,
) -> bool:
    """Whether what lies between two words ends a sentence."""
    stop = 0  # 1 a full stop, 2 what ends a sentence anyhow
    spaced = False
    i = start
    while i < end:
        code_point = decode_at(data, i)
        if code_point == 0x2E and not before_is_short:
            stop, spaced = max(stop, 1), False
        elif code_point == 0x21 or code_point == 0x3F or code_point == 0x2026:
            stop, spaced = 2, False
        elif code_point == 0x3002 or code_point == 0xFF01 or code_point == 0xFF1F:
            return True  # these need no space
        elif code_point == 0x0964 or code_point == 0x061F:
            stop, spaced = 2, False
        elif kinds[code_point] == SPACE:
            spaced = True
        i += width_at(data, i)
    # After a full stop a word in lower case goes on with the sentence.
    following = data[end]
    return spaced and (stop == 2 or (stop == 1 and not (97 <= following <= 122)))


@Kernel
def mark_lines(
    data: npt.NDArray[np.uint8],
    start: int,
    end: int,
    n_tokens: int,
    marked: npt.NDArray[np.uint8],
    hashes: npt.NDArray[np.uint64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    marks: npt.NDArray[np.uint8],
) -> None:
    """Mark quoted lines (`> `), signatures, and the lines that say whom a letter quotes."""
    t = 0
    line = start
    before = start  # where the line before starts
    first_of_line, first_before = 0, 0  # tokens
    signature = _LONGEST_SIGNATURE  # lines since the two hyphens that open one
    while line < end:
        line_end = line
        while line_end < end and data[line_end] != 10:
            line_end += 1
        first = line
        while first < line_end and data[first] <= 32:
            first += 1
        first_before, first_of_line = first_of_line, t
        while t < n_tokens and starts[t] < line_end:
            if data[first] == 62:  # >
                marks[t] |= QUOTED
            if signature < _LONGEST_SIGNATURE:
                marks[t] |= ASIDE
            t += 1
        signature += 1
        last = line_end
        while last > first and data[last - 1] <= 32:
            last -= 1
        if last - first == 2 and data[first] == 45 and data[first + 1] == 45:
            signature = 0
        if (
            last > first
            and (
                data[last - 1] == 58  # : or ...
                or (last - first > 3 and data[last - 1] == 46 and data[last - 3] == 46)
            )
            and t > first_of_line
        ):
            # The address, or how such a line begins, may stand in the line before.
            from_token = first_of_line
            if not addresses(data, line, line_end) and addresses(data, before, line):
                from_token = first_before
            is_aside = addresses(data, before if from_token < first_of_line else line, line_end)
            cue = marked[hashes[t - 1] >> _48] if last - 3 <= ends[t - 1] else np.uint8(0)
            is_short = t - first_of_line <= _SHORT_ASIDE and cue & _WRITES > 0
            is_long = is_aside and (data[last - 1] == 58 or cue & (_WRITES | _SAYS) > 0)
            if (is_short or is_long) and t - from_token <= _LONGEST_ASIDE:
                for aside in range(from_token, t):
                    marks[aside] |= ASIDE
        before = line
        line = line_end + 1


@Kernel
def addresses(data: npt.NDArray[np.uint8], start: int, end: int) -> bool:
    """Whether a line holds an address or a date, as lines that say whom a letter quotes do."""
    while start < end and (data[start] <= 32 or data[start] == 62):
        start += 1
    if start + 3 < end and data[start] == 79 and data[start + 1] == 110 and data[start + 2] == 32:
        return True  # "On "
    for i in range(start, end):
        if data[i] == 64 or data[i] == 60:  # @ <
            return True
    return False
