"""Roles that only the whole corpus tells: what an outlet prints on many of its documents."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.corpus import BOILERPLATE
from dedup.corpus.roles import Elsewhere, repeated_furniture
from dedup.runs import run_starts
from dedup.spark.documents import cut_column, read_cuts, rows_of
from dedup.spark.frames import Batches, Integers, column_of, keep, pack, unpack

_FEWEST = 2  # documents of an outlet with a text, below which nobody asks how many there are


def find_roles(documents: DataFrame, sizes: Mapping[str, int]) -> DataFrame:
    """Return documents with the final roles of their passages.

    Args:
        documents: From `number_documents`.
        sizes: How many documents each outlet has.
    """
    if not sizes:  # nobody prints anything on every page
        return documents
    printed = (
        documents.filter("outlet is not null")
        .select("number", "outlet", "cuts")
        .mapInArrow(_list_printed, "outlet string, key long, number long")
    )
    counted = keep(
        printed.groupBy("outlet", "key")
        .agg(sql.count("*").alias("n_documents"))
        .filter(f"n_documents >= {_FEWEST}")
    )
    repeated = keep(printed.join(counted, ["outlet", "key"]))

    def asked(counts: DataFrame) -> DataFrame:
        facts = counts.groupBy("number").agg(
            sql.collect_list("key").alias("keys"),
            sql.collect_list("n_documents").alias("n_documents"),
            sql.collect_list("n_evidence").alias("n_evidence"),
        )
        return documents.select("number", "outlet", "cuts", "roles").join(facts, "number", "left")

    versions = (
        asked(repeated.withColumn("n_evidence", sql.lit(0).cast("long")))
        .mapInArrow(partial(_judge, sizes), "number long, roles binary, is_version boolean")
        .filter("is_version")
        .select("number")
    )
    versions = keep(versions.withColumn("of_version", sql.lit(1)))
    evidence = (
        repeated.join(versions, "number", "left")
        .filter("of_version is null")
        .groupBy("outlet", "key")
        .agg(sql.count("*").alias("n_evidence"))
    )
    known = repeated.join(evidence, ["outlet", "key"], "left").fillna(0, ["n_evidence"])
    roles = asked(known).mapInArrow(
        partial(_judge, sizes), "number long, roles binary, is_version boolean"
    )
    return documents.drop("roles").join(keep(roles.select("number", "roles")), "number")


def _list_printed(batches: Batches) -> Batches:
    """Yield the texts of each document, each once."""
    for batch in batches:
        cuts, bounds = read_cuts(batch)
        rows, _ = rows_of(bounds)
        keys = cut_column(cuts, "keys")
        order = np.lexsort((keys, rows))
        order = order[run_starts(rows[order], keys[order])]
        yield pa.RecordBatch.from_arrays(
            [batch["outlet"].take(pa.array(rows[order])), pa.array(keys[order]),
             pa.array(column_of(batch, "number")[rows[order]])],
            ["outlet", "key", "number"],
        )  # fmt: skip


def _judge(sizes: Mapping[str, int], batches: Batches) -> Batches:
    """Yield the roles of documents, and whether each mostly repeats others."""
    for batch in batches:
        cuts, bounds = read_cuts(batch)
        rows, _ = rows_of(bounds)
        keys = cut_column(cuts, "keys")
        texts = np.unique(keys, return_inverse=True)[1].reshape(-1)
        labels = batch["outlet"].to_pylist()
        names = {
            name: i for i, name in enumerate(dict.fromkeys(n for n in labels if n is not None))
        }
        outlets = np.array([-1 if n is None else names[n] for n in labels], dtype=np.int64)
        facts = {
            (row["outlet"], key): (n, evidence)
            for row in batch.select(["outlet", "keys", "n_documents", "n_evidence"]).to_pylist()
            for key, n, evidence in zip(
                row["keys"] or (), row["n_documents"] or (), row["n_evidence"] or (), strict=True
            )
        }
        key_of = np.zeros(int(texts.max(initial=-1)) + 1, dtype=np.int64)
        key_of[texts] = keys
        by_number = [*names]

        def count_printed(
            asked: Integers, of: Integers, least: Integers,
            key_of: Integers = key_of, by_number: list[str] = by_number,
            facts: dict[tuple[str, int], tuple[int, int]] = facts,
        ) -> tuple[Integers, Integers]:  # fmt: skip
            found = [
                facts.get((by_number[outlet], key), (1, 0))
                for key, outlet in zip(key_of[asked].tolist(), of.tolist(), strict=True)
            ]
            counts = np.array(found, dtype=np.int64).reshape(-1, 2)
            return counts[:, 0], counts[:, 1]

        elsewhere = Elsewhere(
            np.ones(len(labels), dtype=np.bool_), count_printed,
            np.array([sizes[name] for name in by_number], dtype=np.int64),
        )  # fmt: skip
        is_furniture, is_version = repeated_furniture(
            texts, rows, outlets, cut_column(cuts, "n_words"), elsewhere
        )
        roles, _ = unpack(batch["roles"], np.uint8)
        roles[is_furniture] = BOILERPLATE
        yield pa.RecordBatch.from_arrays(
            [batch["number"], pack(roles, bounds), pa.array(is_version)],
            ["number", "roles", "is_version"],
        )
