"""Links to the cases that stand: aligned, competing for the words of their documents, joined."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from dedup.corpus import Corpus
from dedup.reuse.alignment import MERGE_GAP, align_documents
from dedup.reuse.columns import (
    HEAD,
    N_CHOSEN_COLUMNS,
    N_COLUMNS,
    ORIGIN,
    RANK,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.cuts import part_cases
from dedup.reuse.fingerprints import Links, shingle_words
from dedup.reuse.joins import join_cases
from dedup.reuse.names import find_named
from dedup.reuse.origins import MOST_ORIGINS, choose_origins
from dedup.reuse.stream import Integers, Stream

_DOCUMENTS_AT_ONCE = 1_000
_STEPS_PER_LINK = 200


def _blocks(n: int) -> list[tuple[int, int]]:
    return [(i, min(i + _DOCUMENTS_AT_ONCE, n)) for i in range(0, n, _DOCUMENTS_AT_ONCE)]


def align_links(
    corpus: Corpus, stream: Stream, links: Links, min_run_words: int, *, executor: Executor
) -> Integers:
    """Return the cases that links show, chosen ones alone, in the order of their documents.

    Args:
        corpus: The corpus.
        stream: Its words.
        links: Places that share a fingerprint.
        min_run_words: Least length of a run.
        executor: Runs the blocks.
    """
    align = align_documents.sized(_STEPS_PER_LINK * len(links.targets))
    rarity = stream.rarity

    def align_block(block: tuple[int, int]) -> Integers:
        first, last = block
        n_links = links.starts[last] - links.starts[first]
        cases = np.empty((n_links + 1, N_COLUMNS), dtype=np.int64)
        n_cases = align(
            stream.terms, stream.marks, rarity, stream.document_starts,
            links.targets, links.origins, links.frequency, links.starts, first, last,
            shingle_words(min_run_words), min_run_words, cases,
        )  # fmt: skip
        return cases[:n_cases].copy()

    found = executor.map(align_block, _blocks(len(stream.rows)))
    cases = np.concatenate([np.empty((0, N_COLUMNS), np.int64), *found])
    return _choose(corpus, stream, cases, min_run_words, executor)


def _choose(
    corpus: Corpus, stream: Stream, cases: Integers, min_run_words: int, executor: Executor
) -> Integers:
    """Return the chosen cases, in the order of their documents."""
    choose = choose_origins.sized(_STEPS_PER_LINK * len(cases))
    documents = stream.document_of(cases[:, TARGET_START])
    starts = np.searchsorted(documents, np.arange(len(stream.rows) + 1))
    named = find_named(corpus, stream.rows[documents], stream.rows[cases[:, ORIGIN]])

    def choose_block(block: tuple[int, int]) -> Integers:
        first, last = block
        own = starts[first : last + 1]
        # Each case chosen parts another at most once, so no more than twice as many are.
        chosen = np.empty((2 * MOST_ORIGINS * (own[-1] - own[0]) + 1, N_CHOSEN_COLUMNS), np.int64)
        n_chosen = choose(stream.terms, stream.marks, cases, named, own, min_run_words, chosen)
        return chosen[:n_chosen].copy()

    found = executor.map(choose_block, _blocks(len(stream.rows)))
    return np.concatenate([np.empty((0, N_CHOSEN_COLUMNS), np.int64), *found])


def add_cases(
    corpus: Corpus,
    stream: Stream,
    chosen: Integers,
    found: Integers,
    min_run_words: int,
    *,
    executor: Executor,
) -> Integers:
    """Return what runs and sentences show, neighbours of one origin in one.

    Args:
        corpus: The corpus.
        stream: Its words.
        chosen: Cases that runs show, from `align_links`.
        found: Cases that sentences show, not chosen yet.
        min_run_words: Least length of a run.
        executor: Runs the blocks.
    """
    others = _choose(corpus, stream, found, min_run_words, executor)
    # A span may begin where another does that it is then joined with: their numbers differ.
    chosen = chosen.copy()
    chosen[:, HEAD] *= 2
    others[:, HEAD] = 2 * others[:, HEAD] + 1
    every = np.concatenate([chosen, others])
    is_best = every[:, RANK] == 1
    best = every[is_best]
    documents = stream.document_of(best[:, TARGET_START])
    order = np.lexsort((best[:, TARGET_START], best[:, ORIGIN], documents))
    joined = np.empty_like(best)
    n_joined = join_cases.sized(50 * len(best))(
        stream.terms, best[order], documents[order], MERGE_GAP, joined
    )
    joined = joined[:n_joined]
    joined = joined[np.argsort(joined[:, TARGET_START], kind="stable")]
    n_parted = part_cases.sized(10 * len(joined))(stream.terms, min_run_words, joined)
    joined = joined[:n_parted]
    behind = every[~is_best]
    # Behind a span stands what has words of it, also after it was joined or parted.
    heads = joined[np.argsort(joined[:, HEAD])]
    behind = behind[np.isin(behind[:, HEAD], heads[:, HEAD])]
    head = heads[np.searchsorted(heads[:, HEAD], behind[:, HEAD])]
    shared = np.minimum(head[:, TARGET_END], behind[:, TARGET_END]) - np.maximum(
        head[:, TARGET_START], behind[:, TARGET_START]
    )
    return np.concatenate([joined, behind[shared > 0]])
