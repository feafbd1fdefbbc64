"""Whether a case is worth reporting: more than a title, a name or a phrase that anybody uses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.reuse.columns import (
    FREQUENCY,
    LONGEST,
    MATCHED,
    ORIGIN_END,
    ORIGIN_START,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.marks import CAPITAL, CLOSES, OPENS, QUOTED
from dedup.reuse.stream import BREAK, Integers
from dedup.text import Kernel

_LONG_CASE = 25  # equal words that count as reuse whatever they say
SHORT_CASE = 12  # a case of fewer counts
_RARE_DOCUMENTS = 12  # where no more documents than these have some run of it; of others,
_FEW_DOCUMENTS = 50  # these; and where
_RARE_WORDS = 1.5  # so many words' worth of rarity (1 for a word of one document) is in it,
_RARE_WORDS_MORE = 0.6  # and so many more each time that twice as many documents have it;
_RARE_LOWER = 1.0  # this much of it in words without a capital;
_QUOTED_SHARE = 0.8  # or where so many of its words are one quotation, on either side,
_EDGE = 3  # which may begin and end so many words off


@Kernel
def quoted_share(marks: npt.NDArray[np.uint8], start: int, end: int) -> float:
    """Return the share of words of a span that are quoted."""
    n_quoted = 0
    for i in range(start, end):
        n_quoted += (marks[i] & QUOTED) > 0
    return n_quoted / max(end - start, 1)


@Kernel
def is_quotation(
    terms: npt.NDArray[np.int32], marks: npt.NDArray[np.uint8], start: int, end: int
) -> bool:
    """Whether a span is a quotation, from its first word to its last, give or take a few."""
    opens, closes = False, False
    for i in range(start, min(start + _EDGE, end)):
        opens = opens or (marks[i] & OPENS) > 0
    for i in range(max(end - _EDGE, start), end):
        closes = closes or (marks[i] & CLOSES) > 0
    # Every stretch of words has a break before it and behind it.
    before, behind = start - 1, end
    while start - before < _EDGE and terms[before] != BREAK:
        opens = opens or (marks[before] & OPENS) > 0
        before -= 1
    while behind - end < _EDGE - 1 and terms[behind] != BREAK:
        closes = closes or (marks[behind] & CLOSES) > 0
        behind += 1
    return opens and closes and quoted_share(marks, start, end) >= _QUOTED_SHARE


@Kernel
def is_worth_reporting(
    case: Integers,
    terms: npt.NDArray[np.int32],
    marks: npt.NDArray[np.uint8],
    rarity: npt.NDArray[np.float32],
    min_run_words: int,
) -> bool:
    """Whether a case is more than a title, a name or a phrase that anybody uses."""
    start, end = case[TARGET_START], case[TARGET_END]
    if case[LONGEST] < min_run_words:
        return False
    if case[MATCHED] >= _LONG_CASE:
        return True
    # Names and titles are rare words, too: what is not a name must carry some of the weight.
    rare, rare_lower = 0.0, 0.0
    for i in range(start, end):
        weight = np.float64(rarity[terms[i]])
        rare += weight
        if not marks[i] & CAPITAL:
            rare_lower += weight
    if rare_lower < _RARE_LOWER:
        return False
    most = _RARE_DOCUMENTS if case[MATCHED] < SHORT_CASE else _FEW_DOCUMENTS
    needed = _RARE_WORDS + _RARE_WORDS_MORE * np.log2(case[FREQUENCY])
    if case[FREQUENCY] <= most and rare >= needed:
        return True
    return rare >= _RARE_WORDS and (
        is_quotation(terms, marks, start, end)
        or is_quotation(terms, marks, case[ORIGIN_START], case[ORIGIN_END])
    )
