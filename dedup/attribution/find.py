"""A corpus to its attributions: who its texts credit with what.

It brings all rules, which take a while to compile: only who reads texts imports it.
"""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from dedup.attribution import lexicon
from dedup.attribution.attributions import NOWHERE, Attributions, passages_at
from dedup.attribution.document import read_document
from dedup.attribution.emphasis import without_marks
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import (
    CONFIDENCES,
    KINDS,
    QUOTATIONS,
    RELATIONS,
    Found,
    Reading,
    Span,
)
from dedup.attribution.symbols import make_symbols
from dedup.attribution.vocabulary import Vocabulary, make_vocabulary
from dedup.corpus import BODY, HEADING, Corpus, Passages, document_order, text_buffers

Integers = npt.NDArray[np.int64]

_BATCH_BYTES = 4 << 20  # of texts that are read at once
_WORTH_A_PROCESS = 3  # batches, at more than a second each: it takes a second to start
_ready: list[Vocabulary] = []  # of the outlets asked for last
_OPENERS = np.full(4, ord(lexicon.APART), dtype=np.uint8)
_OPENERS[BODY], _OPENERS[HEADING] = ord(lexicon.BODY), ord(lexicon.HEADING)


def find_attributions(
    corpus: Corpus,
    passages: Passages,
    outlets: Gazetteer,
    *,
    wanted: npt.NDArray[np.bool_] | None = None,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> Attributions:
    """Return what the texts of a corpus say about their sources.

    Args:
        corpus: The corpus.
        passages: Its passages.
        outlets: The outlets to know.
        wanted: For each document whether it is read; None is all of them.
        jobs: Number of processes that may read; little text is read by this one.
        progress: Called with the number of documents done so far.
    """
    order = document_order(corpus)
    ranks = np.arange(len(corpus))
    if order is not None:
        ranks[order] = np.arange(len(corpus))
    rows: list[tuple[int, int, Found, str]] = []
    for read, n_done in read_batches(corpus, passages, outlets, wanted, jobs):
        rows.extend((int(ranks[row]), row, found, words) for row, found, words in read)
        if progress is not None:
            progress(n_done)
    rows.sort(key=lambda each: (each[0], *_place(each[2])))
    numbers = {id(found): number for number, (_, _, found, _) in enumerate(rows)}
    every = [found for _, _, found, _ in rows]
    documents = np.array([row for _, row, _, _ in rows], dtype=np.int64)

    def spans(of: Callable[[Found], Span | None]) -> Integers:
        pairs = [of(found) or (NOWHERE, NOWHERE) for found in every]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def indices(names: tuple[str, ...], of: Callable[[Found], str]) -> Integers:
        return np.array([names.index(of(found)) for found in every], dtype=np.int64)

    credited, cues = spans(lambda found: found.credited), spans(lambda found: found.cue)
    signs = np.where(cues[:, 0] == NOWHERE, credited[:, 0], cues[:, 0])
    return Attributions(
        documents,
        passages_at(passages, documents, signs),
        spans(lambda found: found.content),
        cues,
        credited,
        [words for _, _, _, words in rows],
        indices(KINDS, lambda found: found.kind),
        [found.outlet for found in every],
        indices(RELATIONS, lambda found: found.relation),
        indices(QUOTATIONS, lambda found: found.quotation),
        np.array(
            [NOWHERE if each.parent is None else numbers[id(each.parent)] for each in every],
            dtype=np.int64,
        ),
        indices(CONFIDENCES, lambda found: found.confidence),
        [found.basis for found in every],
        spans(lambda found: found.antecedent),
        [found.candidates for found in every],
        np.array([found.is_own for found in every], dtype=np.bool_),
    )


def _place(found: Found) -> tuple[int, int, int]:
    places = [span for span in (found.content, found.cue, found.credited) if span is not None]
    # Who relays comes before whom they relay.
    depth, parent = 0, found.parent
    while parent is not None:
        depth, parent = depth + 1, parent.parent
    return min(start for start, _ in places), depth, found.credited[0]


def ready_vocabulary(outlets: Gazetteer) -> Vocabulary:
    """Return the vocabulary of outlets; for those asked for last it is not made anew."""
    if not _ready or _ready[0].gazetteer is not outlets:
        _ready[:] = [make_vocabulary(outlets)]
    return _ready[0]


class Batch(NamedTuple):
    """Some documents, and their passages in the order of the text.

    Attributes:
        first: Row of the first document.
        documents: Their texts, outlets and other fields.
        local: For each passage the row of its document here.
        starts: Where it starts in its document, in code points.
        byte_starts: The same in bytes of UTF-8.
        byte_ends: Where it ends, in bytes.
        roles: Its role.
    """

    first: int
    documents: pa.RecordBatch
    local: Integers
    starts: Integers
    byte_starts: Integers
    byte_ends: Integers
    roles: npt.NDArray[np.uint8]


# What is found in a batch: the row of the document, and the words that name the party; and the row
# behind the batch.
_Rows = tuple[list[tuple[int, Found, str]], int]


def read_batches(
    corpus: Corpus,
    passages: Passages,
    outlets: Gazetteer,
    wanted: npt.NDArray[np.bool_] | None = None,
    jobs: int = 1,
) -> Iterator[_Rows]:
    """Yield what the texts of each batch of documents say about their sources."""
    batches = cut_batches(corpus, passages, wanted)
    sizes = passages.byte_ends - passages.byte_starts
    n_bytes = int(sizes.sum() if wanted is None else sizes[wanted[passages.documents]].sum())
    jobs = min(jobs, n_bytes // (_WORTH_A_PROCESS * _BATCH_BYTES))
    if jobs <= 1:
        yield from (_list_found(batch, outlets) for batch in batches)
        return
    import joblib

    packed = pickle.dumps(outlets)
    # Processes, since threads would wait for each other.
    run = joblib.Parallel(jobs, return_as="generator", batch_size=1, max_nbytes=None)
    yield from run(joblib.delayed(_read_elsewhere)(packed, _compact(batch)) for batch in batches)


def cut_batches(
    corpus: Corpus, passages: Passages, wanted: npt.NDArray[np.bool_] | None = None
) -> Iterator[Batch]:
    """Yield the documents that are read, in batches as the corpus has them."""
    order = np.lexsort((passages.positions, passages.documents))
    if wanted is not None:
        order = order[wanted[passages.documents[order]]]
    documents = passages.documents[order]
    first = 0
    for block in corpus.documents.select(["text", "outlet", "other_fields"]).to_batches():
        _, offsets = text_buffers(block["text"])
        for i, j in itertools.pairwise(_bounds(offsets)):
            a, b = np.searchsorted(documents, [first + i, first + j])
            if a < b:
                own = order[a:b]
                yield Batch(
                    first + i, block.slice(i, j - i), documents[a:b] - first - i,
                    passages.starts[own], passages.byte_starts[own], passages.byte_ends[own],
                    passages.roles[own],
                )  # fmt: skip
        first += block.num_rows


def _bounds(offsets: Integers) -> list[int]:
    """Return where to cut texts into batches, by where each starts and the last one ends."""
    numbers = (offsets[1:] - offsets[0]) // _BATCH_BYTES
    return [0, *(1 + np.flatnonzero(np.diff(numbers))).tolist(), len(numbers)]


def _compact(batch: Batch) -> Batch:
    """Return a batch without what it is a slice of, which would be sent with it."""
    documents = batch.documents
    return batch._replace(
        documents=pa.ipc.read_record_batch(documents.serialize(), documents.schema)
    )


@lru_cache(maxsize=1)
def _unpack(outlets: bytes) -> Gazetteer:
    unpacked: Gazetteer = pickle.loads(outlets)
    return unpacked


def _read_elsewhere(outlets: bytes, batch: Batch) -> _Rows:
    """Read a batch in a process that has read others by the same outlets, or none."""
    return _list_found(batch, _unpack(outlets))


def _list_found(batch: Batch, outlets: Gazetteer) -> _Rows:
    rows = [
        (row, found, reading.text[slice(*found.credited)])
        for row, reading in read_batch(batch, outlets)
        for found in reading.found
    ]
    return rows, batch.first + batch.documents.num_rows


def read_batch(batch: Batch, outlets: Gazetteer) -> Iterator[tuple[int, Reading]]:
    """Yield each document of a batch with what its text says about its sources."""
    texts = batch.documents["text"]
    data, offsets = text_buffers(texts)
    data, offsets = data[offsets[0] : offsets[-1]], offsets - offsets[0]
    plain = without_marks(data, offsets)
    starts = offsets[batch.local] + batch.byte_starts
    first_bytes, byte_starts = plain.moved(offsets), plain.moved(starts)
    gone = (starts - byte_starts) - (offsets - first_bytes)[batch.local]  # in its document
    symbols = make_symbols(
        plain.data,
        byte_starts,
        plain.moved(offsets[batch.local] + batch.byte_ends),
        first_bytes[batch.local + 1],
        batch.starts - gone,
        _OPENERS[batch.roles],
        ready_vocabulary(outlets),
    )
    n = batch.documents.num_rows
    bounds = symbols.first[np.searchsorted(batch.local, np.arange(n + 1))].tolist()
    classes = symbols.classes.tobytes().decode("latin-1")
    labels, others = (batch.documents[name].to_pylist() for name in ("outlet", "other_fields"))
    own_names = {label: outlets.by_name(label) if label else None for label in {*labels}}
    for i in range(n):
        first, last = bounds[i], bounds[i + 1]
        if first == last:
            continue
        marks = plain.marks.get(i)
        reading = Reading(
            texts[i].as_py() if marks is None else marks.plain,
            classes[first:last],
            symbols.starts[first:last].tolist(),
            symbols.ends[first:last].tolist(),
            symbols.surfaces[first:last].tolist(),
            outlets,
            own_names[labels[i]],
        )
        if others[i] is not None and '"links"' in others[i]:
            reading.links = _links(others[i])
        if marks is None:
            read_document(reading)
        else:
            reading.emphasised, reading.titles = marks.emphasised(), marks.titles()
            read_document(reading)
            reading.text, reading.found = marks.text, marks.put_back(reading.found)
        yield batch.first + i, reading


def _links(other_fields: str) -> list[tuple[str, str]]:
    """Return the links that reading a page kept; a field of that name may hold anything."""
    links = orjson.loads(other_fields).get("links")
    if not isinstance(links, list):
        return []
    pairs = [link for link in links if isinstance(link, list) and len(link) == 2]
    return [(a, b) for a, b in pairs if isinstance(a, str) and isinstance(b, str)]
