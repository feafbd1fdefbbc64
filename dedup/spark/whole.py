"""A corpus of one block: one task analyses it whole, as one machine does.

Spark takes some tenths of a second for each of a hundred small queries, whatever they find; what
fits a task is analysed there sooner than they are planned.
"""

from __future__ import annotations

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import TaskContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.analysis import analyze
from dedup.attribution import Gazetteer
from dedup.config import DuplicateSettings, PassageUnit, ReuseSettings
from dedup.corpus import Corpus
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.errors import InputError
from dedup.spark.documents import as_documents
from dedup.spark.frames import Batches, keep
from dedup.spark.records import check
from dedup.spark.tables import plain, spark_schema
from dedup.tables import SCHEMAS

_ROWS_AT_ONCE = 10_000


def analyze_whole(
    documents: DataFrame,
    settings: DuplicateSettings,
    reuse: ReuseSettings,
    *,
    outlets: Gazetteer | None,
    parts: tuple[str, ...],
    unit: PassageUnit,
) -> DataFrame:
    """Return all tables of a corpus, kept: their names, and some thousand rows of one packed.

    Args:
        documents: With the columns of `DOCUMENT_SCHEMA`.
        settings: What counts as a duplicate.
        reuse: What counts as reuse.
        outlets: The outlets that texts may name; None is our gazetteer.
        parts: What to analyse, of `dedup.config.PARTS`.
        unit: The unit that documents are cut into.

    Raises:
        InputError: If two documents have an id, or none has a text.
    """
    work = partial(_analyze, settings, reuse, outlets, parts, unit)
    # What is kept is one partition, too, but Spark must be told to sort it without a shuffle.
    return keep(documents.coalesce(1).mapInArrow(work, "name string, rows binary")).coalesce(1)


def table_of(tables: DataFrame, name: str) -> DataFrame:
    """Return one of the tables that `analyze_whole` found."""
    rows = tables.filter(sql.col("name") == name).select("rows")
    return rows.mapInArrow(_unpack, spark_schema(name))


def _analyze(
    settings: DuplicateSettings, reuse: ReuseSettings, outlets: Gazetteer | None,
    parts: tuple[str, ...], unit: PassageUnit, batches: Batches,
) -> Batches:  # fmt: skip
    documents = []
    for batch in batches:
        check(batch)
        documents.append(as_documents(batch))
    corpus = Corpus(pa.Table.from_batches(documents, DOCUMENT_SCHEMA), unit)
    _check_ids(corpus.documents["document_id"])
    task = TaskContext.get()
    found = analyze(
        corpus, settings, reuse, outlets=outlets, only=parts, jobs=task.cpus() if task else 1
    )
    for name in found.table_names:
        for piece in found.pieces(name):
            rows = piece.cast(plain(SCHEMAS[name]))
            for i in range(0, len(rows), _ROWS_AT_ONCE):
                packed = _pack(rows.slice(i, _ROWS_AT_ONCE))
                yield pa.record_batch({"name": [name], "rows": [packed]})


def _check_ids(ids: pa.ChunkedArray) -> None:
    """Raise an error if two documents have an id."""
    counts = pc.value_counts(ids)
    twice = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if len(twice):
        raise InputError(f"duplicate id {pc.min(twice).as_py()!r}")


def _pack(rows: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as writer:
        writer.write_table(rows)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpack(batches: Batches) -> Batches:
    for batch in batches:
        for packed in batch["rows"]:
            yield from pa.ipc.open_stream(packed.as_buffer())
