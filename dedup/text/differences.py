"""Two texts to their differences, word by word."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from dedup.text.tokens import Tokens, tokenise


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words that two texts share, or that one has in place of the other's.

    Attributes:
        equal: Whether both have the same words.
        start: Where the run starts in the first text, in code points.
        end: Where it ends; equal to `start` if the first has nothing here, which is behind the
            word before.
        other_start: Where the run starts in the second text.
        other_end: Where it ends.
    """

    equal: bool
    start: int
    end: int
    other_start: int
    other_end: int


def diff_words(first: str, second: str) -> list[Edit]:
    """Return the runs of words that turn one text into another, in order.

    Punctuation, case and spacing are no difference.

    >>> a, b = "The ferry left on Monday.", "The ferry, late, left on Tuesday."
    >>> [(e.equal, a[e.start : e.end], b[e.other_start : e.other_end]) for e in diff_words(a, b)]
    ... # doctest: +NORMALIZE_WHITESPACE
    [(True, 'The ferry', 'The ferry'), (False, '', 'late'), (True, 'left on', 'left on'),
     (False, 'Monday', 'Tuesday')]
    """
    a, b = tokenise(first), tokenise(second)
    words, others = a.hashes.tolist(), b.hashes.tolist()
    # Near duplicates differ in little, and only from the first word to the last that do is there
    # anything to search.
    head = _count_equal(words, others)
    tail = _count_equal(words[head:][::-1], others[head:][::-1])
    end, other_end = len(words) - tail, len(others) - tail
    matcher = difflib.SequenceMatcher(None, words[head:end], others[head:other_end], autojunk=False)
    runs = [("equal", 0, head, 0, head)] if head else []
    for tag, *places in matcher.get_opcodes():
        i, i_end, j, j_end = (head + place for place in places)
        runs.append((tag, i, i_end, j, j_end))
    if tail:
        runs.append(("equal", end, len(words), other_end, len(others)))
    return [
        Edit(tag == "equal", *_span(a, i, i_end), *_span(b, j, j_end))
        for tag, i, i_end, j, j_end in runs
    ]


def _count_equal(first: list[int], second: list[int]) -> int:
    """Return how many words two lists have in common from the first on."""
    pairs = zip(first, second, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(first), len(second)))


def _span(tokens: Tokens, first: int, last: int) -> tuple[int, int]:
    """Return where tokens start and end; of none, the place behind the token before."""
    if first < last:
        return int(tokens.starts[first]), int(tokens.ends[last - 1])
    place = int(tokens.ends[first - 1]) if first else 0
    return place, place
