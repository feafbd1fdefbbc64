"""Passages that no run explains to the earlier passages nearest to them, by their rarest words.

Candidates are proposed by postings: a block gets those of the rarest words of its passages, which
are of a few thousand passages at most. The likeliest of them are then compared in full.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.reuse.comparer import Vectors
from dedup.reuse.nearest import BEST_TERMS, CANDIDATES, list_candidates, rank
from dedup.reuse.paraphrases import LEAST_COSINE, NEAREST
from dedup.runs import run_starts
from dedup.spark.frames import Batches, column_of, keep, pack, unpack

# A passage's vector: the places of its words (a number each), their weights, and which of them
# are looked up.
VECTORS = (
    "passage long, number long, owner long, block long, is_target boolean, places binary,"
    " weights binary, is_posted binary"
)
_NEAR = "block long, passage long, number long, near long, near_number long"


def find_near(vectors: DataFrame) -> DataFrame:
    """Return the passages near to each that is looked up.

    Args:
        vectors: `VECTORS`, kept.

    Returns:
        `block`, `passage`, `number` (of its document), `near` and `near_number`; kept.
    """
    targets = vectors.filter("is_target").select("block", "passage", "owner", "places", "weights",
                                                 "is_posted")  # fmt: skip
    best = keep(
        targets.mapInArrow(
            _take_best, "block long, passage long, owner long, places binary, weights binary"
        )
    )
    asked = best.select("block", "places").mapInArrow(_list_places, "block long, place long")
    postings = vectors.mapInArrow(_post, "place long, passage long, owner long, weight float")
    last = best.groupBy("block").agg(sql.max("passage").alias("last"))
    brought = (
        asked.distinct().join(sql.broadcast(last), "block").join(postings, "place")
        .filter("passage <= last")
        .select(sql.col("block").alias("of"), "place", "passage", "owner", "weight")
    )  # fmt: skip
    proposed = keep(
        best.groupBy("block").cogroup(brought.groupBy("of"))
        .applyInArrow(_propose, "block long, passage long, candidates binary")
    )  # fmt: skip
    wanted = proposed.mapInArrow(_list_wanted, "of long, passage long").distinct()
    compared = wanted.join(vectors.select("passage", "number", "places", "weights"), "passage")
    return keep(
        proposed.groupBy("block").cogroup(compared.groupBy("of")).applyInArrow(_rank, _NEAR)
    )


def _take_best(batches: Batches) -> Batches:
    """Yield of each passage the words that it is looked up by."""
    for batch in batches:
        places, bounds = unpack(batch["places"], np.int64)
        weights, _ = unpack(batch["weights"], np.float32)
        is_posted = unpack(batch["is_posted"], np.bool_)[0]
        rows = np.repeat(np.arange(batch.num_rows), np.diff(bounds))[is_posted]
        places, weights = places[is_posted], weights[is_posted]
        order = np.lexsort((-weights, rows))  # of equal weights the first words
        rank_in_row = np.arange(len(rows))
        rank_in_row -= np.maximum.accumulate(rank_in_row * run_starts(rows[order]))
        chosen = np.sort(order[rank_in_row < BEST_TERMS])
        limits = np.searchsorted(rows[chosen], np.arange(batch.num_rows + 1))
        yield pa.RecordBatch.from_arrays(
            [batch["block"], batch["passage"], batch["owner"], pack(places[chosen], limits),
             pack(weights[chosen], limits)],
            ["block", "passage", "owner", "places", "weights"],
        )  # fmt: skip


def _list_places(batches: Batches) -> Batches:
    for batch in batches:
        places, bounds = unpack(batch["places"], np.int64)
        blocks = np.repeat(column_of(batch, "block"), np.diff(bounds))
        order = np.lexsort((places, blocks))
        order = order[run_starts(blocks[order], places[order])]
        yield pa.RecordBatch.from_pydict({"block": blocks[order], "place": places[order]})


def _post(batches: Batches) -> Batches:
    for batch in batches:
        places, bounds = unpack(batch["places"], np.int64)
        weights, _ = unpack(batch["weights"], np.float32)
        is_posted = unpack(batch["is_posted"], np.bool_)[0]
        rows = np.repeat(np.arange(batch.num_rows), np.diff(bounds))[is_posted]
        yield pa.RecordBatch.from_pydict({
            "place": places[is_posted],
            "passage": column_of(batch, "passage")[rows],
            "owner": column_of(batch, "owner")[rows],
            "weight": weights[is_posted],
        })  # fmt: skip


def _propose(targets: pa.Table, postings: pa.Table) -> pa.Table:
    """Return the likeliest passages for each that is looked up in a block."""
    targets = targets.sort_by("passage")
    asked = column_of(targets, "passage")
    if not postings.num_rows:
        return pa.table({
            "block": targets["block"], "passage": asked,
            "candidates": pa.array([b""] * len(asked), pa.binary()),
        })  # fmt: skip
    postings = postings.sort_by([("place", "ascending"), ("passage", "ascending")])
    posted = column_of(postings, "passage")
    # Rows are passages in their order, terms are words in theirs, as they are in the whole.
    passages = np.unique(np.concatenate([asked, posted]))
    owners = np.empty(len(passages), dtype=np.int64)
    for table, ids in ((postings, posted), (targets, asked)):
        owners[np.searchsorted(passages, ids)] = column_of(table, "owner")
    places, starts = np.unique(column_of(postings, "place"), return_index=True)
    own, bounds = unpack(targets["places"], np.int64)
    weights, _ = unpack(targets["weights"], np.float32)
    rows = np.searchsorted(passages, asked)
    sizes = np.zeros(len(passages), dtype=np.int64)
    sizes[rows] = np.diff(bounds)
    candidates = np.empty((len(rows), CANDIDATES), dtype=np.int64)
    list_candidates(
        np.append(0, np.cumsum(sizes)), np.searchsorted(places, own).astype(np.int32), weights,
        np.append(starts, postings.num_rows), np.searchsorted(passages, posted).astype(np.int32),
        column_of(postings, "weight", np.float32), owners, rows,
        np.zeros(len(passages), dtype=np.float32), np.empty(len(passages), dtype=np.int64),
        candidates,
    )  # fmt: skip
    is_there = candidates >= 0
    limits = np.append(0, np.cumsum(is_there.sum(axis=1)))
    return pa.table({
        "block": targets["block"], "passage": asked,
        "candidates": pack(passages[candidates[is_there]], limits),
    })  # fmt: skip


def _list_wanted(batches: Batches) -> Batches:
    """Yield the passages whose vectors a block needs: what is looked up, and its candidates."""
    for batch in batches:
        others, bounds = unpack(batch["candidates"], np.int64)
        blocks, own = column_of(batch, "block"), column_of(batch, "passage")
        sizes = np.diff(bounds)
        yield pa.RecordBatch.from_pydict({
            "of": np.concatenate([np.repeat(blocks, sizes), blocks[sizes > 0]]),
            "passage": np.concatenate([others, own[sizes > 0]]),
        })  # fmt: skip


def _rank(proposed: pa.Table, compared: pa.Table) -> pa.Table:
    compared = compared.sort_by("passage")
    passages = column_of(compared, "passage")
    places, bounds = unpack(compared["places"], np.int64)
    weights, _ = unpack(compared["weights"], np.float32)
    others, limits = unpack(proposed["candidates"], np.int64)
    asked = np.flatnonzero(np.diff(limits))
    targets = np.searchsorted(passages, column_of(proposed, "passage")[asked])
    candidates = np.full((proposed.num_rows, CANDIDATES), -1, dtype=np.int64)
    rows = np.repeat(np.arange(proposed.num_rows), np.diff(limits))
    candidates[rows, np.arange(len(rows)) - limits[rows]] = np.searchsorted(passages, others)
    terms = np.unique(places, return_inverse=True)[1].reshape(-1).astype(np.int32)
    nothing: npt.NDArray[np.float32] = np.empty(0, dtype=np.float32)
    vectors = Vectors(bounds, terms, weights, nothing, np.empty(0, dtype=np.int64))
    near, _ = rank(vectors, targets, candidates[asked], n_best=NEAREST, least=LEAST_COSINE)
    numbers = column_of(compared, "number")
    block = proposed["block"].take(pa.array(np.zeros(len(near), dtype=np.int64)))
    return pa.table({
        "block": block,
        "passage": passages[near[:, 0]], "number": numbers[near[:, 0]],
        "near": passages[near[:, 1]], "near_number": numbers[near[:, 1]],
    })  # fmt: skip
