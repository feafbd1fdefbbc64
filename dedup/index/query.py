"""New documents and an index to an analysis: as of the whole, of what concerns the new ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.analysis import Analysis, Progress, analyze
from dedup.attribution import (
    Gazetteer,
    gazetteer,
    may_have_quotations,
    quoted_outlets,
)
from dedup.config import PARTS, ReuseSettings, available_jobs
from dedup.corpus import Corpus, Passages, collect_passages
from dedup.duplicates import Shingles, find_pairs, hash_texts
from dedup.index.changes import know_beside
from dedup.index.contents import Contents
from dedup.index.known import KnownDocuments
from dedup.reuse import make_stream
from dedup.runs import distinct, is_among
from dedup.text import expect_steps

Integers = npt.NDArray[np.int64]

_ROUNDS = 4  # of looking for what resembles what was found
_DOCUMENTS_AT_ONCE = 2_000
_STEPS_PER_BYTE = 20  # of new text, that it and what is compared with it take in all
_NO_ID = "\0"  # of a passage that is no document's


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of an index that duplicates a text.

    Attributes:
        document_id: Its document.
        outlet: Its outlet, if known.
        start: Where it starts in its document's text, in code points.
        end: Where it ends.
        text: Its text.
        jaccard: Jaccard of the two, in [threshold, 1].
    """

    document_id: str
    outlet: str | None
    start: int
    end: int
    text: str
    jaccard: float


def analyze_new(
    corpus: Corpus,
    contents: Contents,
    *,
    within_outlet: bool | None = None,
    outlets: Gazetteer | None = None,
    only: Iterable[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Return what an analysis of old and new documents says of the new ones; see `Index.check`."""
    parts = PARTS if only is None else tuple(only)
    reuse = contents.reuse
    if within_outlet is not None:
        reuse = replace(reuse, within_outlet=within_outlet)
    known_outlets = gazetteer() if outlets is None else outlets
    say = progress or (lambda step, done, total: None)
    expect_steps(_STEPS_PER_BYTE * corpus.documents["text"].nbytes)
    say("index", 0, 0)
    with ThreadPoolExecutor(jobs or available_jobs()) as executor:
        known = know_beside(contents, corpus, executor)
        if "attributions" in parts and known.labels:
            own = corpus.documents["outlet"].unique().to_pylist()
            known_outlets = known_outlets.with_labels([*own, *known.labels])
        numbers = _find_candidates(corpus, known, reuse, known_outlets, parts, executor)
    whole = _with_old(corpus, known, numbers)
    known.facts.clear()  # hardly any of them is asked for again
    is_new = np.arange(len(whole)) < len(corpus)
    return analyze(
        whole, contents.settings, reuse, outlets=known_outlets, only=parts, jobs=jobs,
        progress=progress, background=known.background(is_new),
    )  # fmt: skip


def find_candidates(passage: str, contents: Contents) -> list[Candidate]:
    """Return the passages of an index that duplicate a text, the nearest first."""
    corpus = Corpus.from_records([{"id": _NO_ID, "text": passage}])
    corpus = replace(corpus, passages=contents.passages)
    analysis = analyze_new(corpus, contents, only=["duplicates"], jobs=1)
    table = analysis.table("passages").select(["document_id", "outlet", "start", "end", "text"])
    own = {*np.flatnonzero(analysis.passage_arrays.documents == 0).tolist()}
    found = {}
    for pair in analysis.table("duplicates").to_pylist():
        sides = {pair["first_passage_id"], pair["second_passage_id"]}
        for other in sides - own if sides & own else ():
            found[other] = pair["jaccard"]
    rows = table.take(pa.array([*found], pa.int64())).to_pylist()
    candidates = [
        Candidate(**row, jaccard=jaccard) for row, jaccard in zip(rows, found.values(), strict=True)
    ]
    return sorted(candidates, key=lambda each: (-each.jaccard, each.document_id, each.start))


def _find_candidates(
    corpus: Corpus,
    known: KnownDocuments,
    reuse: ReuseSettings,
    outlets: Gazetteer,
    parts: Sequence[str],
    executor: Executor,
) -> Integers:
    """Return the numbers of the old documents that new ones may share something with."""
    passages = collect_passages(
        corpus, shingle_size=known.settings.shingle_size, executor=executor,
        background=known.background(np.ones(len(corpus), dtype=np.bool_)),
    )  # fmt: skip
    found = [np.empty(0, dtype=np.int64)]
    if "duplicates" in parts:
        found.append(_find_similar(corpus, passages, known, executor))
    if "reuse" in parts:
        stream = make_stream(corpus, passages, executor=executor)
        earlier, later = known.linked_documents(
            corpus, stream, within_outlet=reuse.within_outlet, executor=executor
        )
        # What came later can only have taken, and nobody looks for its passages nearest to others.
        found += [earlier, known.with_shared_runs(later, stream, executor)]
    if "attributions" in parts:
        found += _find_quoted(corpus, passages, known, outlets)
    return distinct(np.concatenate(found))


def _find_similar(
    corpus: Corpus, passages: Passages, known: KnownDocuments, executor: Executor
) -> Integers:
    """Return the documents with duplicates of new passages, and with duplicates of those.

    The representative of what a new text resembles may resemble it, too, without sharing a bucket
    with it: an analysis of the whole would see that pair.
    """
    numbers = np.empty(0, dtype=np.int64)
    texts = np.arange(len(passages.first_passages))
    for _ in range(_ROUNDS):
        shingles = Shingles(
            passages.shingles, passages.shingle_starts[texts], passages.shingle_sizes[texts]
        )
        hashes = hash_texts(shingles, known.settings, known.banding, executor=executor)
        keys = (passages.text_keys[texts] >> np.uint64(32)).astype(np.uint32)
        found = np.concatenate([known.same_texts(keys), known.similar_texts(hashes)])
        if is_among(found, numbers).all():
            break
        numbers = distinct(np.concatenate([numbers, found]))
        asked = passages.text_keys[texts]
        whole = _with_old(corpus, known, numbers)
        passages = collect_passages(
            whole, shingle_size=known.settings.shingle_size, executor=executor
        )
        own = Shingles(passages.shingles, passages.shingle_starts, passages.shingle_sizes)
        pairs = find_pairs(own, known.settings, known.banding, executor=executor)
        is_new = np.zeros(len(own), dtype=np.bool_)
        is_new[passages.texts[passages.documents < len(corpus)]] = True
        near = np.append(pairs.second[is_new[pairs.first]], pairs.first[is_new[pairs.second]])
        texts = distinct(near[~is_new[near]])
        texts = texts[~is_among(passages.text_keys[texts], np.sort(asked))]
        if not len(texts):
            break
    return numbers


def _find_quoted(
    corpus: Corpus, passages: Passages, known: KnownDocuments, outlets: Gazetteer
) -> Iterator[Integers]:
    """Yield the documents of outlets that may have the words quoted from them."""
    labels = known.labels
    if not labels:
        return
    from dedup.attribution.find import find_attributions  # which compiles all rules

    attributions = find_attributions(corpus, passages, outlets)
    for label, quotations in quoted_outlets(corpus, attributions, outlets, labels).items():
        numbers = known.documents_of([label])
        for i in range(0, len(numbers), _DOCUMENTS_AT_ONCE):
            stored = known.read(numbers[i : i + _DOCUMENTS_AT_ONCE])
            texts = stored.table["text"].to_pylist()
            has_words = [may_have_quotations(text, quotations) for text in texts]
            yield stored.numbers[np.array(has_words, dtype=np.bool_)]


def _with_old(corpus: Corpus, known: KnownDocuments, numbers: Integers) -> Corpus:
    """Return new documents and, behind them, old ones."""
    table = pa.concat_tables([corpus.documents, known.read(numbers).table])
    return replace(corpus, documents=table)
