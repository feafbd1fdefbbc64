"""A corpus to numbered passages: cut, tokenised and labelled, block by block, then put in order.

The order is that of publication, missing last, then document id, then position: numbers depend
neither on the order in which documents were read nor on the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.background import Background
from dedup.config import PassageUnit
from dedup.corpus.buffers import text_buffers
from dedup.corpus.corpus import Corpus
from dedup.corpus.passages import cut
from dedup.corpus.roles import (
    BOILERPLATE,
    Elsewhere,
    furniture_marks,
    repeated_furniture,
    roles_by_wording,
)
from dedup.errors import InputError
from dedup.runs import run_starts
from dedup.text import Kernel, shingle

Integers = npt.NDArray[np.int64]

_1 = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Passages:
    """The passages of a corpus, in their order; every array has an entry a passage.

    Attributes:
        documents: Row of the passage's document in the corpus.
        positions: Its place among the document's passages, from 0.
        starts: Where it starts in the document's text, in code points.
        ends: Where it ends.
        byte_starts: Where it starts in the document's text as UTF-8, in bytes.
        byte_ends: Where it ends.
        n_words: Its number of tokens.
        roles: Index of its role in `ROLES`, dtype uint8.
        texts: Number of its text; identical passages have the same. Texts are numbered in the
            order of their first passages.
        first_passages: For each text its first passage, shape (n_texts,).
        text_keys: For each text the hash of its tokens, dtype uint64.
        shingles: Shingles of the texts, all of one array, dtype uint32.
        shingle_starts: For each text where its shingles start, shape (n_texts,).
        shingle_sizes: For each text how many it has.
        is_version: For each document whether it mostly repeats others of its outlet.
        n_tokenless: How many paragraphs had no token, and so are no passages.
    """

    documents: Integers
    positions: Integers
    starts: Integers
    ends: Integers
    byte_starts: Integers
    byte_ends: Integers
    n_words: Integers
    roles: npt.NDArray[np.uint8]
    texts: Integers
    first_passages: Integers
    text_keys: npt.NDArray[np.uint64]
    shingles: npt.NDArray[np.uint32]
    shingle_starts: Integers
    shingle_sizes: Integers
    is_version: npt.NDArray[np.bool_]
    n_tokenless: int

    def __len__(self) -> int:
        return len(self.documents)


@dataclass(frozen=True, slots=True)
class Piece:
    """The passages of one batch of documents; `columns` in the order of `PIECE_COLUMNS`."""

    columns: Sequence[npt.NDArray[np.integer[Any]]]
    shingles: npt.NDArray[np.uint32]
    n_tokenless: int


PIECE_COLUMNS = ("documents", "positions", "starts", "ends", "byte_starts", "byte_ends", "n_words",
                 "roles", "keys", "counts")  # fmt: skip


def collect_passages(
    corpus: Corpus,
    *,
    shingle_size: int,
    executor: Executor,
    background: Background | None = None,
    progress: Callable[[int], None] | None = None,
) -> Passages:
    """Return the passages of a corpus with their roles and shingles.

    Args:
        corpus: The corpus.
        shingle_size: Tokens in a shingle.
        executor: Runs the blocks.
        background: The documents that are not at hand, if there are any.
        progress: Called with the number of documents done so far.

    Raises:
        InputError: If no document has a passage.
    """
    if not len(corpus):
        raise InputError("no document in the corpus")
    batches = corpus.documents.to_batches()
    first_rows = np.cumsum([0, *(batch.num_rows for batch in batches)])
    n_bytes = np.cumsum([batch["text"].nbytes for batch in batches])
    work = executor.map(
        lambda batch, first_row: collect_batch(
            batch, first_row, unit=corpus.passages, shingle_size=shingle_size
        ),
        batches, first_rows[:-1].tolist(),
    )  # fmt: skip

    def done() -> Iterator[Piece]:
        for last_row, piece in zip(first_rows[1:].tolist(), work, strict=True):
            if progress is not None:
                progress(last_row)
            yield piece

    whole = _join(done(), n_bytes)
    columns: dict[str, npt.NDArray[Any]] = dict(zip(PIECE_COLUMNS, whole.columns, strict=True))
    if not len(columns["documents"]):
        n = len(corpus)
        raise InputError(f"no text in the corpus: {n} document{'s' * (n != 1)} without a word")
    shingle_starts = np.cumsum(columns["counts"]) - columns["counts"]

    order = _passage_order(columns["documents"], document_order(corpus))
    if order is not None:
        columns = {name: column[order] for name, column in columns.items()}
        shingle_starts = shingle_starts[order]
    keys = columns.pop("keys")
    texts, first_passages = number_texts(keys)
    text_keys = keys[first_passages]
    sizes = columns.pop("counts")[first_passages]
    roles = columns["roles"]
    is_furniture, is_version = repeated_furniture(
        texts, columns["documents"], outlet_numbers(corpus), columns["n_words"],
        None if background is None else _elsewhere(corpus, text_keys, background),
    )  # fmt: skip
    roles[is_furniture] = BOILERPLATE
    return Passages(
        **columns,
        texts=texts,
        first_passages=first_passages,
        text_keys=text_keys,
        shingles=whole.shingles,
        shingle_starts=shingle_starts[first_passages],
        shingle_sizes=sizes,
        is_version=is_version,
        n_tokenless=whole.n_tokenless,
    )


def _join(pieces: Iterable[Piece], n_bytes: Integers) -> Piece:
    """Return pieces as one; they are copied as they come, so that the next use their memory.

    Args:
        pieces: At least one.
        n_bytes: For each how many bytes of text it and those before it are of.
    """
    joined: list[_Growing] = []
    n_tokenless = 0
    for number, piece in enumerate(pieces):
        arrays = [*piece.columns, piece.shingles]
        joined = joined or [_Growing(values.dtype) for values in arrays]
        for column, values in zip(joined, arrays, strict=True):
            column.append(values, n_bytes[number] / n_bytes[-1])
        n_tokenless += piece.n_tokenless
    *columns, shingles = [column.values for column in joined]
    return Piece(columns, shingles, n_tokenless)


class _Growing:
    """An array that others are appended to."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.room = np.empty(0, dtype=dtype)
        self.size = 0

    def append(self, values: npt.NDArray[Any], share: float) -> None:
        """Append values, with which about this share of all is there."""
        end = self.size + len(values)
        if end > len(self.room):  # what is to come is like what came, or room stays untouched
            room = np.empty(int(1.1 * end / share), dtype=self.room.dtype)
            room[: self.size] = self.values
            self.room = room
        self.room[self.size : end] = values
        self.size = end

    @property
    def values(self) -> npt.NDArray[Any]:
        return self.room[: self.size]


def _elsewhere(
    corpus: Corpus, text_keys: npt.NDArray[np.uint64], background: Background
) -> Elsewhere:
    """Return what old documents print, by the numbers that texts and outlets have here."""
    labels = corpus.documents["outlet"].combine_chunks().dictionary_encode().dictionary.to_pylist()

    def count_printed(
        texts: Integers, outlets: Integers, least: Integers
    ) -> tuple[Integers, Integers]:
        names = [labels[number] for number in outlets.tolist()]
        return background.count_printed(text_keys[texts], names, least)

    return Elsewhere(~background.is_new, count_printed, background.count_documents(labels))


def collect_batch(
    batch: pa.RecordBatch, first_row: int, *, unit: PassageUnit, shingle_size: int
) -> Piece:
    """Return the passages of a batch of documents, with the roles that their wording gives.

    Args:
        batch: The documents, with the columns of `DOCUMENT_SCHEMA`.
        first_row: Row of the first of them in its corpus.
        unit: The unit that documents are cut into.
        shingle_size: Tokens in a shingle.
    """
    block = cut(batch["text"], batch["body_start"].to_numpy(), unit=unit)
    shingled = shingle(
        block.data, block.byte_starts, block.byte_ends,
        shingle_size=shingle_size, marked=furniture_marks(),
    )  # fmt: skip
    kept = np.flatnonzero(shingled.n_words)  # what has no token is no passage, and no shingle
    n_tokenless = len(block.documents) - len(kept)
    block = block.only(kept)
    n_words, marks = shingled.n_words[kept], shingled.marks[kept]
    documents = block.documents
    offsets = block.document_starts[documents]
    places = np.arange(len(kept))
    columns = [
        documents + first_row,
        places - np.maximum.accumulate(places * run_starts(documents)),
        block.starts,
        block.ends,
        block.byte_starts - offsets,
        block.byte_ends - offsets,
        n_words,
        roles_by_wording(block, n_words, marks, batch["title"]),
        shingled.keys[kept],
        shingled.counts[kept],
    ]
    return Piece(columns, shingled.shingles, n_tokenless)


def document_order(corpus: Corpus) -> Integers | None:
    """Return the rows of a corpus by (published, missing last; document id); None if they are."""
    ids, published = corpus.documents["document_id"], corpus.documents["published"]
    n = len(ids)
    if published.null_count == n and pc.all(pc.less(ids[:-1], ids[1:])).as_py() is not False:
        return None
    order: Integers = pc.sort_indices(
        pa.table({"published": published, "document_id": ids}),
        sort_keys=[("published", "ascending"), ("document_id", "ascending")],  # nulls come last
    ).to_numpy()
    return None if (order[1:] > order[:-1]).all() else order.astype(np.int64)


def _passage_order(documents: Integers, order: Integers | None) -> Integers | None:
    if order is None:
        return None
    ranks = np.empty(len(order), dtype=np.int64)
    ranks[order] = np.arange(len(order))
    return np.argsort(ranks[documents], kind="stable")


@Kernel
def number_keys(
    keys: npt.NDArray[np.uint64],
    slots: npt.NDArray[np.int32],
    numbers: Integers,
    firsts: Integers,
) -> int:
    """Write what `number_texts` returns; return how many numbers there are.

    Args:
        keys: The keys, hashes.
        slots: A hash table of numbers, all -1: a power of two, and several times as many.
        numbers: Where to write each entry's number.
        firsts: Where to write each number's first entry.
    """
    mask = np.uint64(len(slots) - 1)
    n_numbers = 0
    for i in range(len(keys)):
        slot = keys[i] & mask
        while slots[slot] >= 0 and keys[firsts[slots[slot]]] != keys[i]:
            slot = (slot + _1) & mask
        if slots[slot] < 0:
            slots[slot] = n_numbers
            firsts[n_numbers] = i
            n_numbers += 1
        numbers[i] = slots[slot]
    return n_numbers


def number_texts(keys: npt.NDArray[np.uint64]) -> tuple[Integers, Integers]:
    """Number the distinct keys in the order in which they first occur.

    Returns:
        The number of each entry's key, and for each number the first entry that has it.

    >>> number_texts(np.array([7, 3, 7, 5], dtype=np.uint64))
    (array([0, 1, 0, 2]), array([0, 1, 3]))
    """
    numbers, firsts = np.empty((2, len(keys)), dtype=np.int64)
    slots = np.full(4 << len(keys).bit_length(), -1, dtype=np.int32)
    n_numbers = number_keys.sized(10 * len(keys))(keys, slots, numbers, firsts)
    return numbers, firsts[:n_numbers].copy()


def outlet_numbers(corpus: Corpus) -> Integers:
    """Return for each document a number of its outlet; -1 where it has none."""
    codes = corpus.documents["outlet"].combine_chunks().dictionary_encode().indices
    numbers: Integers = pc.fill_null(codes.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return numbers.copy()


@Kernel
def copy_slices(
    data: npt.NDArray[np.uint8],
    starts: Integers,
    ends: Integers,
    targets: Integers,
    out: npt.NDArray[np.uint8],
) -> None:
    """Copy each data[start:end] to its place in `out`."""
    for i in range(len(starts)):
        out[targets[i] : targets[i] + ends[i] - starts[i]] = data[starts[i] : ends[i]]


def slice_texts(
    texts: pa.ChunkedArray, rows: Integers, byte_starts: Integers, byte_ends: Integers
) -> pa.ChunkedArray:
    """Return slices of texts as large_string, without a Python string for each.

    Where each is a text of its own, one after the other, nothing is copied.

    Args:
        texts: The texts, large_string without nulls.
        rows: Which text each slice is of.
        byte_starts: Where the slice starts, in bytes of the text's UTF-8 form.
        byte_ends: Where it ends.
    """
    if not byte_starts.any() and (rows[1:] - rows[:-1] == 1).all():
        whole = texts.slice(rows[0] if len(rows) else 0, len(rows))
        if (pc.binary_length(whole).to_numpy() == byte_ends).all():
            return whole
    offsets = np.append(0, np.cumsum(byte_ends - byte_starts))
    out = np.empty(offsets[-1], dtype=np.uint8)
    first_rows = np.cumsum([0, *(len(chunk) for chunk in texts.chunks)])
    chunks = np.searchsorted(first_rows, rows, side="right") - 1
    for number in sorted(set(chunks.tolist())):
        chunk = texts.chunk(number)
        data, bases = text_buffers(chunk)
        here = np.flatnonzero(chunks == number)
        base = bases[rows[here] - first_rows[number]]
        copy_slices.sized(10 * len(here))(
            data,
            base + byte_starts[here], base + byte_ends[here], offsets[here], out,
        )  # fmt: skip
    buffers = pa.py_buffer(offsets), pa.py_buffer(out)
    return pa.chunked_array([pa.LargeStringArray.from_buffers(len(rows), *buffers)])
