"""Documents in batches to what their texts say, read by this process or by several."""

from __future__ import annotations

import itertools
import pickle
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from dedup.attribution import lexicon
from dedup.attribution.document import read_document
from dedup.attribution.emphasis import without_marks
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import Found, Reading
from dedup.attribution.symbols import make_symbols
from dedup.attribution.vocabulary import ready_vocabulary
from dedup.corpus import BODY, HEADING, Corpus, Passages, text_buffers

Integers = npt.NDArray[np.int64]

_BATCH_BYTES = 4 << 20  # of texts that are read at once
_WORTH_A_PROCESS = 3  # batches, at more than a second each: it takes a second to start
_OPENERS = np.full(4, ord(lexicon.APART), dtype=np.uint8)
_OPENERS[BODY], _OPENERS[HEADING] = ord(lexicon.BODY), ord(lexicon.HEADING)


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
    """Yield the documents that are read, in batches of a few million bytes of text."""
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
