"""Represented texts to clusters of passages, their kinds, and the tables of duplicates."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.corpus import BODY, BOILERPLATE
from dedup.duplicates import KINDS, Clusters, describe_clusters
from dedup.spark.frames import Integers, column_of, keep, number_rows
from dedup.tables import SCHEMAS

_NOTHING = -1


def find_clusters(passages: DataFrame, represented: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Return the clusters, and the cluster of each passage.

    Args:
        passages: From `number_passages`.
        represented: From `find_pairs`.

    Returns:
        `cluster_id`, `representative_passage_id`, `n_passages`, `min_jaccard`, kept; and
        `passage_id`, `cluster_id`, kept.
    """
    joined = passages.join(represented, "text_id", "left").select(
        "passage_id",
        sql.coalesce("representative", "text_id").alias("representative_passage_id"),
        "jaccard",
    )
    clusters = (
        joined.groupBy("representative_passage_id")
        .agg(
            sql.count("*").alias("n_passages"),
            sql.coalesce(sql.min("jaccard"), sql.lit(1.0)).alias("min_jaccard"),
        )
        .filter("n_passages >= 2")
    )
    clusters = keep(clusters.orderBy("representative_passage_id"))
    clusters = number_rows(clusters, "cluster_id")
    members = joined.join(
        clusters.select("representative_passage_id", "cluster_id"), "representative_passage_id"
    )
    return clusters, keep(members.select("passage_id", "cluster_id"))


def describe(
    documents: DataFrame, passages: DataFrame, clusters: DataFrame, members: DataFrame, *,
    blocks: int,
) -> DataFrame:  # fmt: skip
    """Return the kind of each cluster: `cluster_id`, `kind`, `n_documents`, `n_outlets`.

    A block of clusters gets their passages, without the texts. Where the kind hangs on what else
    two documents share, it gets every passage of the documents; that is neither furniture nor
    what several outlets have, so there is no cluster that brings the whole corpus together.
    """
    outlets = documents.select("number", "outlet")
    block = sql.pmod(sql.col("cluster_id"), sql.lit(blocks)).alias("block")
    columns = ["passage_id", "number", "n_words", "role", "cluster_id", "outlet"]
    every = passages.join(members, "passage_id", "left").join(outlets, "number").select(*columns)
    clustered = every.filter("cluster_id is not null")
    in_question = (
        clustered.groupBy("cluster_id")
        .agg(
            sql.sum((sql.col("role") == BOILERPLATE).cast("long")).alias("n_furniture"),
            sql.count("*").alias("n"),
            sql.min("outlet").eqNullSafe(sql.max("outlet")).alias("has_one_outlet"),
        )
        .filter("has_one_outlet and 2 * n_furniture <= n")
        .select("cluster_id")
    )
    holders = clustered.join(in_question, "cluster_id").select(block, "number").distinct()
    heads = clusters.select("cluster_id", sql.col("representative_passage_id").alias("head"))
    facts = (
        holders.join(every, "number").select("block", *columns)
        .union(clustered.select(block, *columns))
        .dropDuplicates(["block", "passage_id"]).join(heads, "cluster_id", "left")
    )  # fmt: skip
    return facts.groupBy("block").applyInArrow(
        lambda table: _describe_block(blocks, table),
        "cluster_id long, kind string, n_documents long, n_outlets long",
    )


def _describe_block(blocks: int, facts: pa.Table) -> pa.Table:
    facts = facts.sort_by("passage_id")
    block = facts["block"][0].as_py()
    ids = _filled(facts["cluster_id"])
    known, of_passage = np.unique(ids, return_inverse=True)
    if known[0] == _NOTHING:
        known, of_passage = known[1:], of_passage - 1
    is_head = _filled(facts["head"]) == column_of(facts, "passage_id")
    representatives = np.zeros(len(known), dtype=np.int64)  # 0 where it is not at hand
    representatives[of_passage[is_head]] = np.flatnonzero(is_head)
    _, documents = np.unique(column_of(facts, "number"), return_inverse=True)
    codes = facts["outlet"].combine_chunks().dictionary_encode().indices.cast(pa.int64())
    outlets = np.full(int(documents.max(initial=-1)) + 1, -1)
    outlets[documents] = codes.fill_null(-1).to_numpy(zero_copy_only=False)
    roles = column_of(facts, "role")
    n_passages = np.bincount(of_passage[of_passage >= 0], minlength=len(known))
    clusters = Clusters(of_passage, representatives, n_passages, np.ones(len(known)))
    found = describe_clusters(
        clusters, documents=documents, outlets=outlets, n_words=column_of(facts, "n_words"),
        is_body=roles == BODY, is_boilerplate=roles == BOILERPLATE,
    )  # fmt: skip
    own = np.flatnonzero(known % blocks == block)
    return pa.table({
        "cluster_id": known[own],
        "kind": pa.array([KINDS[kind] for kind in found.kinds[own].tolist()], pa.string()),
        "n_documents": found.n_documents[own],
        "n_outlets": found.n_outlets[own],
    })  # fmt: skip


def _filled(column: pa.ChunkedArray) -> Integers:
    """Return a column with what is missing filled in."""
    return column_of(pa.table({"values": column.fill_null(_NOTHING)}), "values")


def list_duplicates(passages: DataFrame, pairs: DataFrame) -> DataFrame:
    """Return the table `duplicates`.

    Args:
        passages: From `number_passages`.
        pairs: From `find_pairs`.
    """
    one = sql.lit(1.0)
    copies = passages.filter("passage_id != text_id").select(
        "text_id", "passage_id", "text_document_id", "document_id", one, one, one
    )
    return pairs.union(copies).select(*SCHEMAS["duplicates"].names)
