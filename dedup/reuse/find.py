"""A corpus to its reuse: which spans of a document are an earlier document's, and whose.

Two searches find cases: shared runs of words (fingerprints, aligned) and, where those explain
little of a passage, matching sentences of the passages nearest to it (the TF-IDF comparer). All
cases of a document then compete for its words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.background import Background
from dedup.config import ReuseSettings
from dedup.corpus import Corpus, Passages, outlet_numbers
from dedup.reuse.alignment import MERGE_GAP, align_documents
from dedup.reuse.columns import (
    MATCHED,
    N_COLUMNS,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    REORDERED,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.direction import NO_REASON, UNDIRECTED, direct
from dedup.reuse.fingerprints import Links, link_fingerprints, shingle_words
from dedup.reuse.measures import measure_rows
from dedup.reuse.origins import (
    HEAD,
    MOST_ORIGINS,
    N_CHOSEN_COLUMNS,
    RANK,
    choose_origins,
    join_cases,
    part_cases,
)
from dedup.reuse.paraphrases import find_paraphrases
from dedup.reuse.spans import locate
from dedup.reuse.stream import Integers, Stream, make_stream
from dedup.runs import run_starts

KINDS = ("verbatim", "edited", "paraphrase", "shared_quote")
VERBATIM, EDITED, PARAPHRASE, SHARED_QUOTE = range(len(KINDS))
SEARCHES = ("runs", "sentences")

_DOCUMENTS_AT_ONCE = 1_000
_STEPS_PER_LINK = 200
_PARAPHRASE = 0.5  # identity below which a case is told in other words
_QUOTED = 0.8  # share of either side in quotation marks that makes a shared quote


@dataclass(frozen=True, slots=True)
class Reuse:
    """Aligned pairs of spans, by target document, place and rank; every array has an entry a pair.

    Attributes:
        targets: Row of the document that took, in the corpus.
        target_starts: Where its span starts, in code points.
        target_ends: Where it ends.
        origins: Row of the document that had it.
        origin_starts: Where its span starts.
        origin_ends: Where it ends.
        first_passages: Id of the first passage that the target's span touches.
        last_passages: Id of the last.
        ranks: 1 for the best origin of a span, 2 for the next.
        n_words: Words of the target's span.
        cosines: TF-IDF cosine of the two spans, in [0, 1].
        identity: Share of equal words, of the longer span's, in [0, 1].
        kinds: Index of the kind in `KINDS`.
        directions: Index in `DIRECTIONS`.
        reasons: Index in `REASONS`.
    """

    targets: Integers
    target_starts: Integers
    target_ends: Integers
    origins: Integers
    origin_starts: Integers
    origin_ends: Integers
    first_passages: Integers
    last_passages: Integers
    ranks: Integers
    n_words: Integers
    cosines: npt.NDArray[np.float64]
    identity: npt.NDArray[np.float64]
    kinds: Integers
    directions: Integers
    reasons: Integers

    def __len__(self) -> int:
        return len(self.targets)


def find_reuse(
    corpus: Corpus,
    passages: Passages,
    settings: ReuseSettings,
    *,
    executor: Executor,
    background: Background | None = None,
    progress: Callable[[str], None] | None = None,
    searches: Sequence[str] = SEARCHES,
) -> Reuse:
    """Return the spans that documents share with earlier ones, and which they most likely took.

    Args:
        corpus: The corpus.
        passages: Its passages; only body takes part.
        settings: Least length of a run, and whether an outlet's own documents are compared.
        executor: Runs the work; the result does not depend on its number of threads.
        background: The documents that are not at hand, if there are any; only what new documents
            share with others is then looked for.
        progress: Called with the name of each step.
        searches: Which of `SEARCHES` to run; benchmarks run each alone.
    """
    say = progress or (lambda step: None)
    say("words")
    stream = make_stream(corpus, passages, executor=executor, background=background)
    owners = _owners(corpus, stream, within_outlet=settings.within_outlet)
    cases = np.empty((0, N_COLUMNS), dtype=np.int64)
    if "runs" in searches:
        say("fingerprints")
        links = link_fingerprints(
            stream, owners, min_run_words=settings.min_run_words, executor=executor,
            background=background,
        )  # fmt: skip
        say("alignment")
        cases = _align(stream, links, settings.min_run_words, executor)
    chosen = _choose(stream, cases, settings.min_run_words, executor)
    if "sentences" in searches:
        say("comparer")
        best = chosen[chosen[:, RANK] == 1]
        found = find_paraphrases(
            stream, passages, owners, best, executor=executor, background=background
        )
        others = _choose(stream, found, settings.min_run_words, executor)
        chosen = _join(stream, chosen, others, settings.min_run_words)
    say("spans")
    return _describe(corpus, passages, stream, chosen, executor)


def _owners(corpus: Corpus, stream: Stream, *, within_outlet: bool) -> Integers:
    """Return for each document of the stream a number; none takes from one of its own number."""
    if within_outlet:
        return np.arange(len(stream.rows))
    outlets = outlet_numbers(corpus)[stream.rows]
    unknown = outlets < 0
    outlets[unknown] = outlets.max(initial=0) + 1 + np.flatnonzero(unknown)
    return outlets


def _blocks(n: int) -> list[tuple[int, int]]:
    return [(i, min(i + _DOCUMENTS_AT_ONCE, n)) for i in range(0, n, _DOCUMENTS_AT_ONCE)]


def _align(stream: Stream, links: Links, min_run_words: int, executor: Executor) -> Integers:
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
    return np.concatenate([np.empty((0, N_COLUMNS), np.int64), *found])


def _choose(stream: Stream, cases: Integers, min_run_words: int, executor: Executor) -> Integers:
    """Return the chosen cases, in the order of their documents."""
    choose = choose_origins.sized(_STEPS_PER_LINK * len(cases))
    documents = stream.document_of(cases[:, TARGET_START])
    starts = np.searchsorted(documents, np.arange(len(stream.rows) + 1))

    def choose_block(block: tuple[int, int]) -> Integers:
        first, last = block
        own = starts[first : last + 1]
        # Each case chosen parts another at most once, so no more than twice as many are.
        chosen = np.empty((2 * MOST_ORIGINS * (own[-1] - own[0]) + 1, N_CHOSEN_COLUMNS), np.int64)
        n_chosen = choose(stream.terms, stream.marks, cases, own, min_run_words, chosen)
        return chosen[:n_chosen].copy()

    found = executor.map(choose_block, _blocks(len(stream.rows)))
    return np.concatenate([np.empty((0, N_CHOSEN_COLUMNS), np.int64), *found])


def _join(stream: Stream, chosen: Integers, others: Integers, min_run_words: int) -> Integers:
    """Return what runs and sentences show, neighbours of one origin in one."""
    # A span may begin where another does that it is then joined with: their numbers differ.
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


def _describe(
    corpus: Corpus, passages: Passages, stream: Stream, chosen: Integers, executor: Executor
) -> Reuse:
    # By span, which is also by document; a case joined to another may start before its span did.
    chosen = chosen[np.lexsort((chosen[:, RANK], chosen[:, HEAD]))]
    rows = np.arange(len(chosen))
    chosen[:, RANK] = rows - np.maximum.accumulate(rows * run_starts(chosen[:, HEAD])) + 1
    documents = stream.document_of(chosen[:, TARGET_START])
    cosines, quoted = np.empty(len(chosen)), np.empty((len(chosen), 2))
    n_words = np.empty((len(chosen), 2), dtype=np.int64)
    measure_rows.sized(200 * len(chosen))(
        stream.terms, stream.marks, stream.idf, chosen, cosines, quoted, n_words
    )
    t_start, t_end = chosen[:, TARGET_START], chosen[:, TARGET_END]
    o_start, o_end = chosen[:, ORIGIN_START], chosen[:, ORIGIN_END]
    words = np.concatenate([t_start, t_end - 1, o_start, o_end - 1])
    is_end = np.repeat([False, True, False, True], len(chosen))
    places = locate(corpus, passages, stream, words, is_end, executor=executor).reshape(4, -1)
    identity = np.minimum(chosen[:, MATCHED] / n_words.max(axis=1), 1.0)
    is_verbatim = (identity == 1) & (chosen[:, REORDERED] == 0)
    kinds = np.where(is_verbatim, VERBATIM, np.where(identity < _PARAPHRASE, PARAPHRASE, EDITED))
    kinds[(quoted >= _QUOTED).all(axis=1)] = SHARED_QUOTE
    targets = stream.rows[documents]  # chosen stay in the order of their documents
    origins = stream.rows[chosen[:, ORIGIN]]
    directions, reasons = direct(corpus, targets, origins)
    directions[kinds == SHARED_QUOTE] = UNDIRECTED
    reasons[kinds == SHARED_QUOTE] = NO_REASON
    return Reuse(
        targets, places[0], places[1],
        origins, places[2], places[3],
        stream.passage_of(t_start), stream.passage_of(t_end - 1), chosen[:, RANK], n_words[:, 0],
        cosines, identity, kinds, directions, reasons,
    )  # fmt: skip
