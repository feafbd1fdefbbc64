"""Rows to numbered documents, each with its passages.

Documents are numbered in the order of publication, missing last, then of ids, which is the order
that every number of the tables follows. Passages travel with their document, as one packed array.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema

from dedup.attribution import Gazetteer
from dedup.config import CorpusSettings, PassageUnit
from dedup.corpus import Corpus, Passages
from dedup.corpus.collect import PIECE_COLUMNS, collect_batch, number_texts
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.corpus.records import CorpusBuilder
from dedup.errors import ConfigError, InputError
from dedup.spark.frames import Batches, Integers, add_offsets, column_of, keep, pack, unpack
from dedup.text import CHARACTERS

# What is kept of a passage, a column of `cuts` each; its keys are unsigned, and kept as they are.
CUT_COLUMNS = ("starts", "ends", "byte_starts", "byte_ends", "n_words", "roles", "keys", "counts")
_CUT = {name: number for number, name in enumerate(CUT_COLUMNS)}

_STRINGS = ("outlet", "title", "url", "path", "other_fields")
_NUMBERED = "number long, first_passage long, n_passages long, n_words long"


def standard_documents(
    frame: DataFrame, columns: Mapping[str, str] | None = None, *, of_urls: Gazetteer | None = None
) -> DataFrame:
    """Return documents with the columns of `DOCUMENT_SCHEMA`.

    Args:
        frame: The documents. Needed are an id and a text; outlet, time of publication, title,
            address, path and line are used where they are, and other columns kept.
        columns: For a column of the table `documents` (or `text`) the frame's name of it. Without
            an entry it is the same; an id may also be `id`, a time of publication `date`.
        of_urls: The outlets whose addresses say whose a document is that names none.

    Raises:
        ConfigError: If there is no such column.
    """
    names = _mapped(frame, columns or {})
    if {*DOCUMENT_SCHEMA.names} <= {*names} and of_urls is None:
        schema = from_arrow_schema(DOCUMENT_SCHEMA)
        return frame.select(
            *(sql.col(f"`{names[f.name]}`").cast(f.dataType).alias(f.name) for f in schema)
        )
    taken = {*names.values()}
    others = [name for name in frame.columns if name not in taken]
    renamed = [sql.col(f"`{source}`").alias(name) for name, source in names.items()]
    records = frame.select(*renamed, *(sql.col(f"`{name}`") for name in others))
    # Kept, for sorting reads its input twice: to see where to cut it, and to cut it.
    return keep(records.mapInArrow(partial(_read, of_urls), from_arrow_schema(DOCUMENT_SCHEMA)))


def _mapped(frame: DataFrame, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the frame's column for each of ours that it has."""
    known = {*DOCUMENT_SCHEMA.names}
    for name, source in columns.items():
        if name not in known:
            raise ConfigError(f"columns must name some of {', '.join(sorted(known))}, got {name!r}")
        if source not in frame.columns:
            raise ConfigError(f"no column {source!r} in the frame, which has {frame.columns}")
    names = {name: name for name in DOCUMENT_SCHEMA.names if name in frame.columns} | {**columns}
    for name, other in (("document_id", "id"), ("published", "date")):
        if name not in names and other in frame.columns:
            names[name] = other
    for name in ("document_id", "text"):
        if name not in names:
            raise ConfigError(
                f"no column {name!r} in the frame, which has {frame.columns};"
                f" columns={{{name!r}: …}} names another"
            )
    return names


def _read(of_urls: Gazetteer | None, batches: Batches) -> Batches:
    """Yield documents of any records, by the rules of every other reader."""
    settings = CorpusSettings(id_field="document_id", date_field="published")
    for batch in batches:
        rows = batch.to_pylist()
        if any(row["document_id"] in (None, "") for row in rows):
            raise InputError("a document without an id; Spark numbers no lines to make one of")
        places = [(row.pop("path", None), row.pop("line", None)) for row in rows]
        builder = CorpusBuilder(settings, None if of_urls is None else of_urls.name_by_url)
        builder.add(rows, [line for _, line in places])
        table = builder.finish()
        for name, values in zip(("path", "line"), zip(*places, strict=True), strict=True):
            field = DOCUMENT_SCHEMA.field(name)
            place = table.column_names.index(name)
            table = table.set_column(place, field, pa.array(values, field.type))
        yield from _as_spark(table).to_batches()


def _as_spark(table: pa.Table) -> pa.Table:
    """Return a table with the short strings that Spark expects."""
    fields = [
        pa.field(f.name, pa.string() if f.type == pa.large_string() else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


def number_documents(frame: DataFrame, *, shingle_size: int, unit: PassageUnit) -> DataFrame:
    """Return documents with their numbers and passages, kept.

    Args:
        frame: Documents, with the columns of `DOCUMENT_SCHEMA`.
        shingle_size: Tokens in a shingle.
        unit: The unit that documents are cut into.

    Returns:
        The columns of `DOCUMENT_SCHEMA`; `number`; `first_passage`, the id of the first passage;
        `n_passages`; `n_words`; `cuts`, a row of `CUT_COLUMNS` a passage, and `shingles`, packed.

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
            f"{fields}, {_NUMBERED}, cuts binary, shingles binary",
        )
    )
    sums = cut.groupBy(sql.spark_partition_id().alias("part")).agg(
        sql.count("*").alias("documents"), sql.sum("n_passages").alias("passages")
    )
    relative = {"number": sql.col("number"), "first_passage": sql.col("first_passage")}
    numbered, (n, n_passages) = add_offsets(cut, relative, sums, ["documents", "passages"])
    if not n:
        raise InputError("no document in the corpus")
    if not n_passages:
        raise InputError(f"no text in the corpus: {n} document{'s' * (n != 1)} without a word")
    twice = cut.groupBy("document_id").count().filter("count > 1").select("document_id")
    if (row := twice.agg(sql.min("document_id").alias("id")).first()) and row["id"] is not None:
        raise InputError(f"duplicate id {row['id']!r}")
    return numbered


def _cut(shingle_size: int, unit: PassageUnit, batches: Batches) -> Batches:
    n_documents, n_passages = 0, 0
    for batch in batches:
        if not batch.num_rows:
            continue
        documents = _as_documents(batch)
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
            "cuts": pack(np.ascontiguousarray(cuts), bounds),
            "shingles": pack(piece.shingles, counts[bounds]),
        }
        n_documents += batch.num_rows
        n_passages += int(bounds[-1])
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *added.values()], [*batch.schema.names, *added]
        )


def _as_documents(rows: pa.RecordBatch | pa.Table) -> pa.RecordBatch:
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
    documents = _as_documents(rows)
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
