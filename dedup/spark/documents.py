"""Rows to numbered documents, each with its passages.

Documents are numbered in the order of publication, missing last, then of ids, which is the order
that every number of the tables follows. Passages travel with their document, as one packed array.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import IntegralType, StringType

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
CUT_COLUMNS = ("starts", "ends", "byte_starts", "byte_ends", "n_words", "keys", "counts")
_CUT = {name: number for number, name in enumerate(CUT_COLUMNS)}

_PLACE = ("path", "line")
_PLAIN = ("document_id", "text", *_PLACE)  # that are taken as they are
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
    taken = {*names.values()}
    others = [name for name in frame.columns if name not in taken]
    types = {name: frame.schema[source].dataType for name, source in names.items()}
    is_plain = (
        not others and {*names} <= {*_PLAIN} and types["text"] == StringType()
        and isinstance(types["document_id"], (StringType, IntegralType))
    )  # fmt: skip
    if of_urls is None and (is_plain or {*DOCUMENT_SCHEMA.names} <= {*names}):  # nothing to parse
        values = {
            "body_start": sql.lit(0), "published_is_day": sql.lit(False),
            **{name: sql.col(f"`{source}`") for name, source in names.items()},
        }  # fmt: skip
        return frame.select(*(
            values.get(f.name, sql.lit(None)).cast(f.dataType).alias(f.name)
            for f in from_arrow_schema(DOCUMENT_SCHEMA)
        ))  # fmt: skip
    renamed = [sql.col(f"`{source}`").alias(name) for name, source in names.items()]
    records = frame.select(*renamed, *(sql.col(f"`{name}`") for name in others))
    return records.mapInArrow(partial(_read, of_urls), from_arrow_schema(DOCUMENT_SCHEMA))


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
        _check(batch)
        rows = pa.Table.from_batches([batch])
        places = {}
        for name in _PLACE:
            field = DOCUMENT_SCHEMA.field(name)
            places[field] = pa.nulls(len(rows), field.type)
            if name in rows.column_names:
                places[field] = rows[name].cast(field.type)
                rows = rows.drop_columns(name)
        builder = CorpusBuilder(settings, None if of_urls is None else of_urls.name_by_url)
        plain = _all_strings(rows, builder.string_fields)
        if plain is None or not builder.add_columns(plain, 0, path="", name="", outlet=None):
            builder.add(rows.to_pylist(), places[DOCUMENT_SCHEMA.field("line")].to_pylist())
        table = builder.finish()
        for field, values in places.items():
            table = table.set_column(table.column_names.index(field.name), field, values)
        yield from _as_spark(table).to_batches()


def _all_strings(rows: pa.Table, fields: pa.Schema) -> pa.Table | None:
    """Return rows with just the fields, null where they have none; None if they hold more."""
    if not all(f.name in fields.names and pa.types.is_string(f.type) for f in rows.schema):
        return None
    nothing = pa.nulls(len(rows), pa.string())
    columns = {f: rows[f.name] if f.name in rows.column_names else nothing for f in fields}
    return pa.table({f.name: column.cast(f.type) for f, column in columns.items()})


def _as_spark(table: pa.Table) -> pa.Table:
    """Return a table with the short strings that Spark expects."""
    fields = [
        pa.field(f.name, pa.string() if f.type == pa.large_string() else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


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
        cut.select(
            "document_id", "n_passages", "outlet", sql.spark_partition_id().alias("part")
        )
        .groupBy("document_id").agg(
            sql.count("*").alias("n"), sql.sum("n_passages").alias("n_passages"),
            sql.max("part").alias("part"), sql.max("outlet").alias("outlet"),
        )
        .groupingSets([["part"], ["outlet"]], "part", "outlet").agg(
            sql.grouping("outlet").alias("is_part"), sql.sum("n").alias("documents"),
            sql.sum("n_passages").alias("passages"),
            sql.min(sql.when(sql.col("n") > 1, sql.col("document_id"))).alias("twice"),
        )
    ).collect()  # fmt: skip
    parts = [row for row in rows if row["is_part"]]
    if not parts:
        raise InputError("no document in the corpus")
    if twice := [row["twice"] for row in parts if row["twice"] is not None]:
        raise InputError(f"duplicate id {min(twice)!r}")
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
        _check(batch)
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
            "roles": pack(columns["roles"].astype(np.uint8), bounds),
            "shingles": pack(piece.shingles, counts[bounds]),
        }
        n_documents += batch.num_rows
        n_passages += int(bounds[-1])
        yield pa.RecordBatch.from_arrays(
            [*batch.columns, *added.values()], [*batch.schema.names, *added]
        )


def _check(rows: pa.RecordBatch) -> None:
    """Raise an error if a row has no id or no text, which a document needs."""
    ids = rows["document_id"].cast(pa.string())
    if ids.null_count or pc.any(pc.equal(ids, "")).as_py():
        raise InputError("a document without an id; Spark numbers no lines to make one of")
    if rows["text"].null_count:
        without = ids.filter(rows["text"].is_null())
        raise InputError(f"document {without[0].as_py()!r} has no text")


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
