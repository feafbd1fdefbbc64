"""Pairs of spans to their credit and their ranks, and the tables of reuse and flows.

A pair is judged where both of its documents are; one that the text turns round then goes to the
block of the document that took. The rules are those of `dedup.attribution`.
"""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import Broadcast
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.attribution import (
    CREDITS,
    NO_CREDIT,
    Audit,
    Credit,
    Gazetteer,
    Judged,
    heads_of,
    judge_rows,
    rank_again,
)
from dedup.corpus import Corpus, Passages
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.reuse import DIRECTIONS, REASONS, REUSE_KINDS, Reuse
from dedup.rows import flow_rows, is_taken, is_uncredited, named
from dedup.runs import run_starts
from dedup.spark.frames import Batches, Integers, column_of, keep, number_rows
from dedup.spark.tables import plain, rounded, spark_schema
from dedup.tables import SCHEMAS

_SCORES = ("cosines", "identity")
_NUMBERS = tuple(field.name for field in fields(Reuse) if field.name not in _SCORES)
# The columns of `Reuse`, with the numbers of documents and the ids of passages, and the verdict.
_REUSE = ", ".join(
    [f"{name} long" for name in (*_NUMBERS, "credits", "named_by")]
    + [f"{name} double" for name in _SCORES]
)
# Before ranks are given again: which pair this was of which document, and which was the best one
# of its span.
PAIRS = f"source long, seq long, head long, turned boolean, is_affected boolean, {_REUSE}"
_RANKED = f"place long, is_taken boolean, is_uncredited boolean, {_REUSE}"
_NAMED = "reuse_id long, kind string, direction string, direction_reason string, credit string"


def judge(
    rows: pa.Table,
    corpus: Corpus,
    passages: Passages,
    ids: Integers,
    reuse: Reuse,
    known: Broadcast[Gazetteer] | None,
) -> pa.Table:
    """Return `PAIRS` of documents at hand.

    Args:
        rows: The documents, with `number`, and `credits` if attributions are known.
        corpus: The same documents.
        passages: Their passages.
        ids: The ids of the passages.
        reuse: The pairs, by document, place and rank.
        known: The outlets that texts may name; None if attributions are not known.
    """
    numbers = column_of(rows, "number")
    source = numbers[reuse.targets]
    seq = np.arange(len(reuse))
    seq -= np.maximum.accumulate(seq * run_starts(source)) if len(seq) else 0
    judged = Judged(
        reuse, np.full(len(reuse), NO_CREDIT), np.full(len(reuse), -1),
        np.zeros(len(reuse), dtype=np.bool_),
    )  # fmt: skip
    if known is not None:
        credits = {
            row: [
                Credit(each["attribution_id"], each["credited_outlet"], each["covers_document"],
                       each["position"], each["content_start"], each["content_end"])
                for each in sorted(listed, key=lambda each: each["attribution_id"])
            ]
            for row, listed in enumerate(rows["credits"].to_pylist())
            if listed
        }  # fmt: skip
        judged = judge_rows(corpus, passages, reuse, credits, known.value)
    is_affected = np.zeros(len(corpus), dtype=np.bool_)
    is_affected[reuse.targets[judged.turned]] = True
    columns = {name: getattr(judged.reuse, name) for name in (*_NUMBERS, *_SCORES)}
    for name in ("targets", "origins"):
        columns[name] = numbers[columns[name]]
    for name in ("first_passages", "last_passages"):
        columns[name] = ids[columns[name]]
    return pa.table({
        "source": source, "seq": seq, "head": seq[heads_of(reuse)], "turned": judged.turned,
        "is_affected": is_affected[reuse.targets],
        **{name: columns[name] for name in _NUMBERS},
        "credits": judged.credits, "named_by": judged.named_by,
        **{name: columns[name] for name in _SCORES},
    })  # fmt: skip


def rank_pairs(pairs: DataFrame, *, blocks: int) -> DataFrame:
    """Return the pairs in their order, numbered `reuse_id`, with `is_taken`, `is_uncredited`.

    Args:
        pairs: `PAIRS`.
        blocks: In how many blocks they are ranked.
    """
    block = sql.pmod("targets", sql.lit(blocks)).alias("block")
    ranked = pairs.groupBy(block).applyInArrow(_rank_block, _RANKED)
    return number_rows(keep(ranked.orderBy("targets", "place")), "reuse_id")


def _rank_block(rows: pa.Table) -> pa.Table:
    rows = rows.sort_by([("source", "ascending"), ("seq", "ascending")])
    reuse = _reuse_of(rows)
    n = len(reuse)
    documents, ends = np.unique(np.append(reuse.targets, reuse.origins), return_inverse=True)
    targets, origins = ends.reshape(2, -1)
    own = replace(reuse, targets=targets, origins=origins)
    turned = column_of(rows, "turned", np.bool_)
    affected = np.zeros(len(documents), dtype=np.bool_)
    affected[targets[turned | column_of(rows, "is_affected", np.bool_)]] = True
    audit = Audit(own, column_of(rows, "credits"), column_of(rows, "named_by"))
    order, ranks = rank_again(own, _find_heads(rows), turned, affected)
    audit = replace(audit, reuse=replace(own, ranks=ranks))
    ranked = rows.drop_columns(["source", "seq", "head", "turned", "is_affected", "ranks"])
    ranked = ranked.append_column("ranks", pa.array(ranks))
    ranked = ranked.append_column("is_taken", pa.array(is_taken(audit.reuse)))
    ranked = ranked.append_column("is_uncredited", pa.array(is_uncredited(audit)))
    ranked = ranked.take(pa.array(order)).append_column("place", pa.array(np.arange(n)))
    return ranked.select([column.split()[0] for column in _RANKED.split(", ")])


def _find_heads(rows: pa.Table) -> Integers:
    """Return for each row a number of its span: the row of its best origin, if that is here."""
    source, seq = column_of(rows, "source"), column_of(rows, "seq")
    keys = np.stack([source, column_of(rows, "head")], axis=1)
    spans, of = np.unique(keys, axis=0, return_inverse=True)
    of = of.reshape(-1)
    heads = len(rows) + np.arange(len(spans))
    is_head = seq == keys[:, 1]
    heads[of[is_head]] = np.flatnonzero(is_head)
    found: Integers = heads[of]
    return found


def _reuse_of(rows: pa.Table) -> Reuse:
    columns: dict[str, Any] = {name: column_of(rows, name) for name in _NUMBERS}
    columns |= {name: column_of(rows, name, np.float64) for name in _SCORES}
    return Reuse(**columns)


def reuse_table(documents: DataFrame, pairs: DataFrame, *, is_audited: bool) -> DataFrame:
    """Return the table `reuse`.

    Args:
        documents: From `number_documents`.
        pairs: From `rank_pairs`.
        is_audited: Whether credit was looked at.
    """
    rows = pairs.join(
        pairs.select("reuse_id", "kinds", "directions", "reasons", "credits")
        .mapInArrow(partial(_name, is_audited), _NAMED), "reuse_id"
    )  # fmt: skip
    for side in ("target", "origin"):
        rows = rows.join(_of_side(documents, side, "document_id", "outlet"), f"{side}s")
    named_by = sql.when(sql.col("named_by") >= 0, sql.col("named_by"))
    renamed = {"rank": "ranks", "cosine": "cosines"}
    for side in ("target", "origin"):
        renamed |= {f"{side}_{end}": f"{side}_{end}s" for end in ("start", "end")}
    rows = rows.withColumns(
        {name: sql.col(column) for name, column in renamed.items()}
        | {"credit_attribution_id": named_by if is_audited else sql.lit(None).cast("long")}
    )
    return rounded(rows, "reuse", ("cosine", "identity"))


def sum_taken(pairs: DataFrame) -> DataFrame:
    """Return the words that documents took: `number`, `reused` and, of them, `uncredited`."""
    uncredited = sql.when(sql.col("is_uncredited"), sql.col("n_words")).otherwise(0)
    return (
        pairs.filter("is_taken").groupBy(sql.col("targets").alias("number"))
        .agg(sql.sum("n_words").alias("reused"), sql.sum(uncredited).alias("uncredited"))
    )  # fmt: skip


def _of_side(documents: DataFrame, side: str, *names: str) -> DataFrame:
    """Return columns of documents for one side of pairs to be joined to."""
    return documents.select(
        sql.col("number").alias(f"{side}s"), *(sql.col(n).alias(f"{side}_{n}") for n in names)
    )


def _name(is_audited: bool, batches: Batches) -> Batches:
    for batch in batches:
        credit = named(column_of(batch, "credits"), CREDITS, missing=NO_CREDIT)
        yield pa.RecordBatch.from_pydict({
            "reuse_id": batch["reuse_id"],
            "kind": named(column_of(batch, "kinds"), REUSE_KINDS),
            "direction": named(column_of(batch, "directions"), DIRECTIONS),
            "direction_reason": named(column_of(batch, "reasons"), REASONS),
            "credit": credit if is_audited else pa.nulls(batch.num_rows, pa.string()),
        })  # fmt: skip


def flow_table(
    documents: DataFrame, pairs: DataFrame, *, is_audited: bool, blocks: int
) -> DataFrame:
    """Return the table `flows`; arguments as of `reuse_table`."""
    rows = pairs.filter("is_taken")
    for side in ("target", "origin"):
        rows = rows.join(_of_side(documents, side, "outlet", "published"), f"{side}s")
    flow = sql.pmod(sql.hash("target_outlet", "origin_outlet"), sql.lit(blocks))
    # Without annotations: Spark would read those of the whole function.
    return rows.groupBy(flow.alias("flow")).applyInArrow(
        lambda table: _count_flows(is_audited, table), spark_schema("flows")
    )


def _count_flows(is_audited: bool, rows: pa.Table) -> pa.Table:
    reuse = _reuse_of(rows)
    numbers, firsts, ends = np.unique(
        np.append(reuse.targets, reuse.origins), return_index=True, return_inverse=True
    )
    targets, origins = ends.reshape(2, -1)
    sides = {
        name: pa.chunked_array(
            [*rows[f"target_{name}"].chunks, *rows[f"origin_{name}"].chunks]
        ).take(pa.array(firsts))
        for name in ("outlet", "published")
    }  # fmt: skip
    documents = pa.table({
        "document_id": pa.array(numbers).cast(DOCUMENT_SCHEMA.field("document_id").type),
        **{name: column.cast(DOCUMENT_SCHEMA.field(name).type) for name, column in sides.items()},
    })  # fmt: skip
    own = replace(reuse, targets=targets, origins=origins)
    audit = Audit(own, column_of(rows, "credits"), column_of(rows, "named_by"))
    found = flow_rows(Corpus(documents), own, audit if is_audited else None)
    return found.cast(plain(SCHEMAS["flows"]))
