"""Two texts to their differences, word by word."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from dedup.text.tokens import tokenise


@dataclass(frozen=True, slots=True)
class Edit:
    """A run of words that two texts share, or that one has in place of the other's.

    Attributes:
        equal: Whether both have the same words.
        start: Where the run starts in the first text, in code points.
        end: Where it ends; equal to `start` if the first has nothing here.
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
    matcher = difflib.SequenceMatcher(None, a.hashes.tolist(), b.hashes.tolist(), autojunk=False)
    edits = []
    for tag, i, i_end, j, j_end in matcher.get_opcodes():
        start, end = (int(a.starts[i]), int(a.ends[i_end - 1])) if i < i_end else (0, 0)
        other = (int(b.starts[j]), int(b.ends[j_end - 1])) if j < j_end else (0, 0)
        edits.append(Edit(tag == "equal", start, end, *other))
    return edits
