"""Rows to numbered documents, each with its passages.

Documents are numbered in the order of publication, missing last, then of ids, which is the order
that every number of the tables follows. Passages travel with their document, as one packed array.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema

from dedup.config import PassageUnit
from dedup.corpus import Corpus, Passages
from dedup.corpus.collect import PIECE_COLUMNS, collect_batch, number_texts
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.errors import InputError
from dedup.spark.frames import Batches, Integers, add_offsets, column_of, keep, pack, unpack
from dedup.spark.records import check
from dedup.text import CHARACTERS

# What is kept of a passage, a column of `cuts` each; its keys are unsigned, and kept as they are.
CUT_COLUMNS = ("starts", "ends", "byte_starts", "byte_ends", "n_words", "keys", "counts")
_CUT = {name: number for number, name in enumerate(CUT_COLUMNS)}

_NUMBERED = "number long, first_passage long, n_passages long, n_words long"


def number_documents(
    frame: DataFrame, *, shingle_size: int, unit: PassageUnit
) -> tuple[DataFrame, dict[str | None, int]]:
    """Return documents with their numbers and passages, kept.

    Args:
        frame: Documents, with the columns of `DOCUMENT_SCHEMA`.
        shingle_size: Tokens in a shingle.
        unit: The unit that documents are cut into.

    Returns:
        The columns of `DOCUMENT_SCHEMA`; `number`; `first_passage`, the id of the first passage;
        `n_passages`; `n_words`; `cuts`, a row of `CUT_COLUMNS` a passage, `roles` by wording, and
        `shingles`, packed. And how many documents each outlet has, those without one by None.

    Raises:
        InputError: If two documents have an id, or none has a text.
    """
    ordered = frame.orderBy(sql.col("published").asc_nulls_last(), "document_id")
    fields = ", ".join(
        f"{field.name} {field.dataType.simpleString()}"
        for field in from_arrow_schema(DOCUMENT_SCHEMA)
    )
    cut = keep(
        ordered.mapInArrow(
            partial(_cut, shingle_size, unit),
            f"{fields}, {_NUMBERED}, cuts binary, roles binary, shingles binary",
        )
    )
    rows = (
        cut.select("n_passages", "outlet", sql.spark_partition_id().alias("part"))
        .groupingSets([["part"], ["outlet"]], "part", "outlet").agg(
            sql.grouping("outlet").alias("is_part"), sql.count("*").alias("documents"),
            sql.sum("n_passages").alias("passages"),
        )
    ).collect()  # fmt: skip
    parts = [row for row in rows if row["is_part"]]
    if not parts:
        raise InputError("no document in the corpus")
    copies = cut.groupBy("document_id").count().filter("count > 1")
    if (twice := copies.agg(sql.min("document_id")).collect()[0][0]) is not None:
        raise InputError(f"duplicate id {twice!r}")
    relative = {"number": sql.col("number"), "first_passage": sql.col("first_passage")}
    numbered, (n, n_passages) = add_offsets(cut, relative, parts, ["documents", "passages"])
    if not n_passages:
        raise InputError(f"no text in the corpus: {n} document{'s' * (n != 1)} without a word")
    return numbered, {row["outlet"]: row["documents"] for row in rows if not row["is_part"]}


def _cut(shingle_size: int, unit: PassageUnit, batches: Batches) -> Batches:
    n_documents, n_passages = 0, 0
    for batch in batches:
        if not batch.num_rows:
            continue
        check(batch)
        documents = as_documents(batch)
        piece = collect_batch(documents, 0, unit=unit, shingle_size=shingle_size)
        columns = dict(zip(PIECE_COLUMNS, piece.columns, strict=True))
        cuts = np.stack(
            [columns[name].astype(np.int64, copy=False) for name in CUT_COLUMNS], axis=1
        )
        bounds = np.searchsorted(columns["documents"], np.arange(batch.num_rows + 1))
        counts = np.append(0, np.cumsum(columns["counts"]))
        words = np.append(0, np.cumsum(columns["n_words"]))
        added = {
            "number": pa.array(np.arange(batch.num_rows) + n_documents),
            "first_passage": pa.array(bounds[:-1] + n_passages),
            "n_passages": pa.array(np.diff(bounds)),
            "n_words": pa.array(np.diff(words[bounds])),
            "cuts": pack(cuts, bounds),
            "roles": pack(columns["roles"].astype(np.uint8), bounds),
            "shingles": pack(piece.shingles, counts[bounds]),
        }
        n_documents += batch.num_rows
        n_passages += int(bounds[-1])
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *added.values()], [*batch.schema.names, *added]
        )


def as_documents(rows: pa.RecordBatch | pa.Table) -> pa.RecordBatch:
    """Return the document columns of rows with the types of `DOCUMENT_SCHEMA`."""
    table = pa.Table.from_batches([rows]) if isinstance(rows, pa.RecordBatch) else rows
    table = table.select(DOCUMENT_SCHEMA.names).cast(
        pa.schema([field.with_nullable(True) for field in DOCUMENT_SCHEMA])
    )
    table = table.cast(DOCUMENT_SCHEMA).combine_chunks()
    return table.to_batches()[0]


def read_cuts(rows: pa.RecordBatch | pa.Table) -> tuple[Integers, Integers]:
    """Return the passages of rows of documents, a row of `CUT_COLUMNS` each, and their bounds."""
    values, bounds = unpack(rows["cuts"], np.int64)
    width = len(CUT_COLUMNS)
    return values.reshape(-1, width), bounds // width


def cut_column(cuts: Integers, name: str) -> Integers:
    """Return a column of `CUT_COLUMNS`."""
    return np.ascontiguousarray(cuts[:, _CUT[name]])


def rows_of(bounds: Integers) -> tuple[Integers, Integers]:
    """Return for each passage the row of its document, and its position in it."""
    sizes = np.diff(bounds)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    return rows, np.arange(len(rows)) - np.repeat(bounds[:-1], sizes)


def corpus_of(rows: pa.Table) -> tuple[Corpus, Passages, Integers]:
    """Return documents at hand as a corpus with its passages, and the ids of the passages.

    Args:
        rows: Documents by number, with `cuts`, `first_passage` and `roles`.
    """
    documents = as_documents(rows)
    cuts, bounds = read_cuts(rows)
    of, positions = rows_of(bounds)
    text = documents["text"]
    data = text.buffers()[2]
    CHARACTERS.cover(np.frombuffer(b"" if data is None else data, dtype=np.uint8))
    roles, _ = unpack(rows["roles"], np.uint8)
    keys = cut_column(cuts, "keys").view(np.uint64)
    texts, firsts = number_texts(keys)
    nothing = np.zeros(len(firsts), dtype=np.int64)  # shingles are not at hand
    passages = Passages(
        documents=of, positions=positions,
        **{name: cut_column(cuts, name) for name in
           ("starts", "ends", "byte_starts", "byte_ends", "n_words")},
        roles=roles, texts=texts, first_passages=firsts, text_keys=keys[firsts],
        shingles=np.empty(0, np.uint32),
        shingle_starts=nothing, shingle_sizes=nothing,
        is_version=np.zeros(len(bounds) - 1, np.bool_), n_tokenless=0,
    )  # fmt: skip
    ids = column_of(rows, "first_passage")[of] + positions
    return Corpus(pa.Table.from_batches([documents])), passages, ids
