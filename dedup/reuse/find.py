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
from dedup.reuse.cases import add_cases, align_links
from dedup.reuse.columns import (
    HEAD,
    MATCHED,
    N_CHOSEN_COLUMNS,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    RANK,
    REORDERED,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.direction import NO_REASON, UNDIRECTED, direct
from dedup.reuse.fingerprints import find_owners, link_fingerprints
from dedup.reuse.measures import measure_rows
from dedup.reuse.paraphrases import find_paraphrases
from dedup.reuse.spans import locate
from dedup.reuse.stream import Integers, Stream, make_stream
from dedup.runs import run_starts

KINDS = ("verbatim", "edited", "paraphrase", "shared_quote")
VERBATIM, EDITED, PARAPHRASE, SHARED_QUOTE = range(len(KINDS))
SEARCHES = ("runs", "sentences")

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
    owners = find_owners(outlet_numbers(corpus)[stream.rows], within_outlet=settings.within_outlet)
    chosen = np.empty((0, N_CHOSEN_COLUMNS), dtype=np.int64)
    if "runs" in searches:
        say("fingerprints")
        links = link_fingerprints(
            stream, owners, min_run_words=settings.min_run_words, executor=executor,
            background=background,
        )  # fmt: skip
        say("alignment")
        chosen = align_links(corpus, stream, links, settings.min_run_words, executor=executor)
    if "sentences" in searches:
        say("comparer")
        found = find_paraphrases(
            stream, passages, owners, chosen[chosen[:, RANK] == 1], executor=executor,
            background=background,
        )  # fmt: skip
        chosen = add_cases(corpus, stream, chosen, found, settings.min_run_words, executor=executor)
    say("spans")
    return describe_cases(corpus, passages, stream, chosen, executor=executor)


def describe_cases(
    corpus: Corpus, passages: Passages, stream: Stream, chosen: Integers, *, executor: Executor
) -> Reuse:
    """Return chosen cases as spans of the documents' texts, with their kinds and directions."""
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
