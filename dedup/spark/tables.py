"""What the stages found to the tables, with the columns and types of `dedup.tables`."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from dedup.corpus import ROLES, slice_texts
from dedup.spark.documents import cut_column, read_cuts, rows_of
from dedup.spark.frames import Batches, column_of, unpack
from dedup.tables import SCHEMAS

# By which a table is sorted.
ORDER = {
    "documents": ("document_id",),
    "passages": ("passage_id",),
    "duplicates": ("first_passage_id", "second_passage_id"),
    "clusters": ("cluster_id",),
    "reuse": ("reuse_id",),
    "attributions": ("attribution_id",),
    "flows": ("origin_outlet", "target_outlet"),
}


def spark_schema(name: str) -> StructType:
    """Return the schema of a table."""
    return from_arrow_schema(plain(SCHEMAS[name]))


def plain(schema: pa.Schema) -> pa.Schema:
    """Return a schema with the short strings that Spark expects of a batch."""
    return pa.schema([
        pa.field(f.name, pa.string() if f.type == pa.large_string() else f.type, f.nullable)
        for f in schema
    ])  # fmt: skip


def rounded(frame: DataFrame, name: str, names: tuple[str, ...]) -> DataFrame:
    """Return a table with its scores rounded as everywhere: by numpy, to six decimals."""
    return frame.select(*SCHEMAS[name].names).mapInArrow(partial(_round, names), spark_schema(name))


def _round(names: tuple[str, ...], batches: Batches) -> Batches:
    for batch in batches:
        for name in names:
            values = batch[name].to_numpy(zero_copy_only=False)
            values = pa.array(np.round(values.astype(np.float64), 6), from_pandas=True)
            batch = batch.set_column(batch.schema.names.index(name), name, values)
        yield batch


def document_table(
    documents: DataFrame, copied: DataFrame | None, taken: DataFrame | None, *, is_audited: bool
) -> DataFrame:
    """Return the table `documents`.

    Args:
        documents: From `number_documents`.
        copied: `number` and `copied`, its words in copies; None if duplicates were not analysed.
        taken: `number`, `reused` and `uncredited`, its words in spans that it took; None if reuse
            was not analysed.
        is_audited: Whether credit was looked at.
    """
    names = [field.name for field in SCHEMAS["documents"] if field.name not in _SHARES]
    rows = documents.select("number", *names)
    missing = sql.lit(None).cast("double")
    if copied is None:
        rows = rows.withColumn("copied", missing)
    else:
        rows = rows.join(copied, "number", "left").fillna(0, ["copied"])
    if taken is None:
        rows = rows.withColumns({"reused": missing, "uncredited": missing})
    else:
        rows = rows.join(taken, "number", "left").fillna(0, ["reused", "uncredited"])
        rows = rows if is_audited else rows.withColumn("uncredited", missing)
    doubles = [sql.col(name).cast("double").alias(name) for name in _SHARES.values()]
    return rows.select(*names, *doubles).mapInArrow(_share, spark_schema("documents"))


_SHARES = {
    "duplicate_share": "copied", "reused_share": "reused", "uncredited_share": "uncredited",
}  # fmt: skip


def _share(batches: Batches) -> Batches:
    for batch in batches:
        n_words = column_of(batch, "n_words", np.float64)
        columns = {name: batch[name] for name in batch.schema.names if name not in _SHARES.values()}
        for share, words in _SHARES.items():
            if batch[words].null_count:
                columns[share] = pa.nulls(batch.num_rows, pa.float64())
                continue
            values = np.divide(
                column_of(batch, words, np.float64), n_words,
                out=np.zeros(batch.num_rows), where=n_words > 0,
            )  # fmt: skip
            columns[share] = pa.array(np.round(values, 6))
        yield pa.RecordBatch.from_pydict(columns)


def passage_table(documents: DataFrame, members: DataFrame | None) -> DataFrame:
    """Return the table `passages`."""
    rows = documents.select("document_id", "outlet", "first_passage", "text", "cuts", "roles")
    schema = spark_schema("passages")
    listed = rows.mapInArrow(
        _slice_passages, StructType([f for f in schema if f.name != "cluster_id"])
    )
    if members is None:
        listed = listed.withColumn("cluster_id", sql.lit(None).cast("long"))
    else:
        listed = listed.join(members, "passage_id", "left")
    return listed.select(*schema.names)


def _slice_passages(batches: Batches) -> Batches:
    for batch in batches:
        cuts, bounds = read_cuts(batch)
        rows, positions = rows_of(bounds)
        roles, _ = unpack(batch["roles"], np.uint8)
        texts = slice_texts(
            pa.chunked_array([batch["text"].cast(pa.large_string())]), rows,
            cut_column(cuts, "byte_starts"), cut_column(cuts, "byte_ends"),
        )  # fmt: skip
        yield pa.RecordBatch.from_pydict({
            "passage_id": column_of(batch, "first_passage")[rows] + positions,
            "document_id": batch["document_id"].take(pa.array(rows)),
            "outlet": batch["outlet"].take(pa.array(rows)),
            "position": positions,
            "start": cut_column(cuts, "starts"),
            "end": cut_column(cuts, "ends"),
            "n_words": cut_column(cuts, "n_words"),
            "role": pa.array(ROLES).take(pa.array(roles)),
            "text": texts.combine_chunks().cast(pa.string()),
        })  # fmt: skip


def cluster_table(
    documents: DataFrame, clusters: DataFrame, facts: DataFrame, passages: DataFrame
) -> DataFrame:
    """Return the table `clusters`.

    Args:
        documents: From `number_documents`.
        clusters: From `find_clusters`.
        facts: From `describe`.
        passages: The table of passages.
    """
    heads = passages.select(sql.col("passage_id").alias("representative_passage_id"),
                            "document_id", "text")  # fmt: skip
    named = documents.select(
        "document_id", sql.col("outlet").alias("first_outlet"),
        sql.col("published").alias("first_published"),
    )  # fmt: skip
    every = clusters.join(facts, "cluster_id").join(heads, "representative_passage_id")
    return rounded(every.join(named, "document_id"), "clusters", ("min_jaccard",))
