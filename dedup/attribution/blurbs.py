"""Quotations with the outlet's name alone behind them, as lists of reviews have them.

`“A clean and fast ferry.” The Guardian`: nothing says that it is the Guardian's but the place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from dedup.attribution.grammar import QUOTATION
from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Reading, Sentence

_BLURB = re.compile(
    f"(?P<said>{QUOTATION})[.,*]?\\(?(?P<party>D?[OA]H?)\\)?"
    f"(?=(?P<end>[.*~]{{0,2}}(?:{QUOTATION}|[¶#%]|\\Z))|[DNK])"
)
_OPENERS = re.compile("[¶#%]")
_LEAST = 4  # words of a quotation
_SEVERAL = 2  # in a passage are a list; one has to be all that a passage has


def read_blurbs(reading: Reading, sentences: Sequence[Sentence]) -> None:
    """Add the rows of outlets that stand alone behind a quotation.

    Args:
        reading: The document, with the rows of its cues.
        sentences: Its sentences, with theirs.
    """
    classes = reading.classes
    matches = [
        match for match in _BLURB.finditer(classes)
        if len(reading.words(*match.span("said")).split()) >= _LEAST
    ]  # fmt: skip
    if not matches:
        return
    passages = [match.start() for match in _OPENERS.finditer(classes)]
    within = [bisect_right(passages, match.start()) for match in matches]
    several = Counter(within)
    ended = {passage for match, passage in zip(matches, within, strict=True) if match["end"]}
    starts = [sentence.first for sentence in sentences]
    for match, passage in zip(matches, within, strict=True):
        is_alone = match.start() == passages[passage - 1] + 1 and match["end"] is not None
        if not is_alone and (several[passage] < _SEVERAL or passage not in ended):
            continue
        party = match.span("party")
        who = identify(reading, *party, "reported")
        if who.kind != "outlet":
            continue
        content = reading.span(*match.span("said"))
        row = describe(
            reading, who, *party, cue=None, content=content, relation="statement",
            quotation="direct", confidence="medium", basis="alone behind a quotation",
        )  # fmt: skip
        said_in, named_in = (
            sentences[bisect_right(starts, match.start(each)) - 1] for each in ("said", "party")
        )
        # Who is said to say all of a list says none of it: Here is what critics said: “C” S
        other = [each for each in said_in.rows if each.content == content]
        for rows in (reading.found, said_in.rows):
            rows[:] = [each for each in rows if all(each is not one for one in other)]
        reading.add([row], said_in)
        if named_in is not said_in:
            named_in.rows.append(row)
