"""Documents to what an index keeps of them, list by list: all that a later look-up needs.

Signatures and shingles are not kept: whoever looks a text up reads it, and derives them again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.config import DuplicateSettings
from dedup.corpus import BODY, Passages
from dedup.duplicates import Banding, Shingles, hash_texts
from dedup.index.documents import ROLE_BITS
from dedup.index.lists import make_counts
from dedup.index.sorting import Entries, join_entries, make_entries, sort_entries
from dedup.reuse import Words, comparable_rows
from dedup.runs import run_starts
from dedup.text import Kernel

Integers = npt.NDArray[np.int64]

# Numbers of the lists. Bands come first, each a list; fingerprints lie in several by their hashes,
# so that none grows much larger than a band's.
TEXTS, IDS, TERM_DOCUMENTS, TERM_PASSAGES, FILES = range(10_000, 10_005)
FINGERPRINTS = 10_010
FINGERPRINT_BITS = 3
COUNTING = (TERM_DOCUMENTS, TERM_PASSAGES)  # lists whose entries count

_32 = np.uint64(32)
_LIST_SHIFT = np.uint32(32 - FINGERPRINT_BITS)


@dataclass(frozen=True, slots=True)
class TermCounts:
    """How many documents and passages have each term.

    Attributes:
        hashes: The terms.
        documents: In how many documents each is.
        passages: In how many passages that the comparer weighs words by.
        n_documents: Documents with body words.
        n_passages: Such passages.
    """

    hashes: npt.NDArray[np.uint32]
    documents: Integers
    passages: Integers
    n_documents: int
    n_passages: int


def passage_facts(passages: Passages, ranks: Integers) -> tuple[npt.NDArray[np.uint32], Integers]:
    """Return what is kept of passages, document by document, and how many each document has.

    Args:
        passages: The passages.
        ranks: For each document its place among all.
    """
    of_passage = ranks[passages.documents]
    order = np.lexsort((passages.positions, of_passage))
    facts = np.empty((len(order), 2), dtype=np.uint32)
    facts[:, 0] = text_halves(passages)[passages.texts[order]]
    facts[:, 1] = passages.n_words[order] << ROLE_BITS | passages.roles[order]
    return facts, np.bincount(of_passage, minlength=len(ranks))


def text_hashes(passages: Passages) -> npt.NDArray[np.uint32]:
    """Return the upper half of each text's key, by which a list is sorted."""
    return (passages.text_keys >> _32).astype(np.uint32)


def text_halves(passages: Passages) -> npt.NDArray[np.uint32]:
    """Return the lower half of each text's key, by which a hit in the list is confirmed."""
    return passages.text_keys.astype(np.uint32)


def text_entries(passages: Passages, numbers: Integers) -> Entries:
    """Return which documents have each text."""
    hashes = text_hashes(passages)[passages.texts]
    return make_entries(hashes, numbers[passages.documents])


def band_entries(
    passages: Passages,
    carriers: Integers,
    wanted: npt.NDArray[np.bool_],
    settings: DuplicateSettings,
    banding: Banding,
    *,
    executor: Executor,
) -> Iterator[Entries]:
    """Return the entries of each band: each wanted text leads to a document that has it.

    When this returns, shingles are not needed any more, and the executor is at work on the bands.

    Args:
        passages: The passages.
        carriers: The documents, one for each wanted text.
        wanted: For each text whether it gets entries.
        settings: The permutations.
        banding: Bands and rows.
        executor: Runs the blocks.
    """
    texts = np.flatnonzero(wanted)
    shingles = Shingles(
        passages.shingles, passages.shingle_starts[texts], passages.shingle_sizes[texts]
    )
    hashes = hash_texts(shingles, settings, banding, executor=executor)
    return executor.map(lambda band: make_entries(hashes[:, band], carriers), range(banding.bands))


def fingerprint_entries(
    words: Sequence[Words], numbers: Integers, *, executor: Executor
) -> Iterator[tuple[int, Entries]]:
    """Return the number and the entries of each list of fingerprints; work starts at once.

    Args:
        words: What the words of documents come to.
        numbers: The documents, by row.
        executor: Runs the lists.
    """

    def collect_list(part: int) -> tuple[int, Entries]:
        n_all = sum(len(each.fingerprints) for each in words)
        entries, n = np.empty(n_all, dtype=np.uint64), 0  # what stays empty takes no memory
        pick = pick_entries.sized(n_all)
        for each in words:
            n += pick(each.fingerprints, each.rows, numbers, part, entries[n:])
        return FINGERPRINTS + part, sort_entries(entries[:n])

    return executor.map(collect_list, range(1 << FINGERPRINT_BITS if words else 0))


@Kernel
def pick_entries(
    fingerprints: npt.NDArray[np.uint32],
    rows: npt.NDArray[np.uint32],
    numbers: Integers,
    part: int,
    entries: Entries,
) -> int:
    """Write the entries of those fingerprints that belong to a list; return how many."""
    n = 0
    for i in range(len(fingerprints)):
        if fingerprints[i] >> _LIST_SHIFT == part:
            entries[n] = (np.uint64(fingerprints[i]) << _32) | np.uint64(numbers[rows[i]])
            n += 1
    return n


@pick_entries.shorten
def _pick_entries(
    fingerprints: npt.NDArray[np.uint32],
    rows: npt.NDArray[np.uint32],
    numbers: Integers,
    part: int,
    entries: Entries,
) -> int:
    own = fingerprints >> _LIST_SHIFT == part
    picked = join_entries(fingerprints[own], numbers[rows[own]])
    entries[: len(picked)] = picked
    return len(picked)


def split_fingerprints(entries: Entries) -> Iterator[tuple[int, Entries]]:
    """Yield sorted entries by the list that they belong to."""
    n_lists = 1 << FINGERPRINT_BITS
    limits = np.arange(1, n_lists, dtype=np.uint64) << np.uint64(64 - FINGERPRINT_BITS)
    parts = np.split(entries, np.searchsorted(entries, limits))
    for part, own in enumerate(parts):
        yield FINGERPRINTS + part, own


def compared_passages(passages: Passages, is_known: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Return which passages the comparer weighs words by.

    Args:
        passages: The passages of documents.
        is_known: Which texts other documents have, too: their passages are not counted again.
    """
    body = np.flatnonzero(passages.roles == BODY)
    rows = body[comparable_rows(body, passages)]
    is_compared = np.zeros(len(passages), dtype=np.bool_)
    is_compared[rows[~is_known[passages.texts[rows]]]] = True
    return is_compared


def count_terms(words: Sequence[Words]) -> TermCounts:
    """Add up the terms of documents."""
    hashes, documents, passages = (
        np.concatenate([np.empty(0, dtype), *columns])
        for dtype, columns in (
            (np.uint32, (each.terms for each in words)),
            (np.int64, (each.in_documents for each in words)),
            (np.int64, (each.in_passages for each in words)),
        )
    )
    order = np.argsort(hashes, kind="stable")
    heads = np.flatnonzero(run_starts(hashes[order]))
    return TermCounts(
        hashes[order[heads]],
        np.add.reduceat(documents[order], heads),
        np.add.reduceat(passages[order], heads),
        sum(each.n_documents for each in words),
        sum(each.n_passages for each in words),
    )


def term_entries(counts: TermCounts, *, sign: int) -> Iterator[tuple[int, Entries]]:
    """Yield the entries that add counts of terms, or take them away."""
    yield TERM_DOCUMENTS, make_counts(counts.hashes, sign * counts.documents)
    yield TERM_PASSAGES, make_counts(counts.hashes, sign * counts.passages)
