"""What a block of documents asks of the whole corpus, answered from rows that came with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.background import Background, Keys
from dedup.spark.frames import Integers, column_of

# Kinds of facts: `key` is the hash of a word, of a fingerprint; or the id of a passage, and `place`
# that of one near to it.
TERM, FINGERPRINT, NEAR = range(3)
FACTS = "block long, kind long, key long, n_documents long, n_passages long, place long"


def background_of(
    is_own: npt.NDArray[np.bool_],
    *,
    labels: Sequence[str] = (),
    facts: pa.Table | None = None,
    n_documents: int = 0,
) -> Background:
    """Return a background of the whole corpus.

    Args:
        is_own: For each document at hand whether it is looked at, or only helps to.
        labels: The outlets of the whole.
        facts: What is known of the words and fingerprints of the documents at hand; without it
            nobody may ask for counts.
        n_documents: Documents of the whole that have body words.
    """

    def ask(kind: int, name: str) -> Callable[[Keys], Integers]:
        return _not_known if facts is None else _look_up(facts, kind, name)

    return Background(
        is_own, labels, count_printed=_not_known, count_documents=_not_known,
        n_documents=n_documents, n_passages=0, count_documents_with=ask(TERM, "n_documents"),
        count_passages_with=_not_known, count_fingerprints=ask(FINGERPRINT, "n_documents"),
        counts_new=True, places_of=ask(TERM, "place"),
    )  # fmt: skip


def facts_of(facts: pa.Table, kind: int, *names: str) -> tuple[Integers, ...]:
    """Return the keys of a kind of facts, ascending, and other columns of them."""
    own = np.flatnonzero(column_of(facts, "kind") == kind)
    keys = column_of(facts, "key")[own]
    order = np.argsort(keys, kind="stable")
    return (keys[order], *(column_of(facts, name)[own][order] for name in names))


def _look_up(facts: pa.Table, kind: int, name: str) -> Callable[[Keys], Integers]:
    """Return a function from keys to a column of their facts, 0 where there is none."""
    keys, values = facts_of(facts, kind, name)
    keys, values = np.append(keys, -1), np.append(values, 0)  # no key is there to be found at all

    def look_up(asked: Keys) -> Integers:
        wanted = asked.astype(np.int64)
        places = np.searchsorted(keys[:-1], wanted)
        found: Integers = np.where(keys[places] == wanted, values[places], 0)
        return found

    return look_up


def _not_known(*_: object) -> Any:
    raise NotImplementedError("nobody asks for this here")
