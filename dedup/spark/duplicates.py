"""Distinct texts to verified pairs: a join on (band, bucket), then exact verification.

Copies of a text never meet: only distinct texts are banded. A bucket of up to 1,000 of them gives
all its pairs; a larger one (a template with one number changed) is compared with its first
representatives only, so its cost is linear in its texts. Pairs are verified in blocks, to which
each text that they need is sent once.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.config import DuplicateSettings
from dedup.duplicates import LARGEST_BUCKET, Banding, Shingles, assign_representatives, hash_texts
from dedup.duplicates.pairs import pairs_with_representatives, verify_large
from dedup.duplicates.verify import STEPS_PER_PAIR, make_sets, verify_list
from dedup.errors import ConfigError
from dedup.runs import run_starts
from dedup.spark.documents import cut_column, read_cuts
from dedup.spark.frames import Batches, Integers, column_of, keep, pack, unpack, whole_groups

BYTES_AN_EDGE = 128  # that the driver needs at most to cluster: a pair, its order, its ends
_BAND_BITS = 32

_PAIRS = "first long, second long, shared long, first_size long, second_size long"


def find_pairs(
    documents: DataFrame,
    passages: DataFrame,
    settings: DuplicateSettings,
    banding: Banding,
    *,
    blocks: int,
    driver_bytes: int,
) -> tuple[DataFrame, DataFrame]:
    """Return the verified pairs of distinct texts, and the texts' representatives.

    Args:
        documents: From `number_documents`.
        passages: From `number_passages`.
        settings: Threshold and permutations.
        banding: Bands and rows.
        blocks: In how many blocks pairs are verified.
        driver_bytes: What the driver may use to cluster.

    Returns:
        Pairs (`first`, `second`: text ids; `shared`, `first_size`, `second_size`), kept; and
        `text_id`, `representative`, `jaccard` of the texts that another text represents.

    Raises:
        ConfigError: If there are too many pairs for the driver.
    """
    firsts = (
        passages.filter("passage_id = text_id")
        .groupBy("number")
        .agg(sql.sort_array(sql.collect_list("position")).alias("positions"))
    )
    signed = keep(
        documents.select("number", "first_passage", "cuts", "shingles").join(firsts, "number")
        .mapInArrow(partial(_sign, settings, banding), "text long, shingles binary, hashes binary")
    )  # fmt: skip
    buckets = (
        signed.select("text", "hashes").mapInArrow(_list_bands, "bucket long, text long")
        .repartition(blocks, "bucket").sortWithinPartitions("bucket", "text")
        .mapInArrow(partial(_list_pairs, blocks), "block long, first long, second long")
    )  # fmt: skip
    # Kept, for verification reads them three times: as pairs, and as either end of one.
    pairs = keep(_verify(keep(buckets.distinct()), signed, settings.threshold))
    first, second = _gather(pairs, driver_bytes)
    # What two texts cannot tell of each other their neighbours can.
    texts, ends = np.unique(np.concatenate([first, second]), return_inverse=True)
    known = ends.reshape(2, -1).T
    more = texts[pairs_with_representatives(known, len(texts))[:, :2]]
    if len(more):
        asked = documents.sparkSession.createDataFrame(
            pa.table({
                "block": more[:, 0] % blocks, "first": more[:, 0], "second": more[:, 1],
            })
        )  # fmt: skip
        pairs = keep(pairs.union(_verify(asked, signed, settings.threshold)))
    return pairs, _represent(pairs, driver_bytes)


def _sign(settings: DuplicateSettings, banding: Banding, batches: Batches) -> Batches:
    """Yield the wanted texts with their distinct shingles and the hashes of their bands."""
    with ThreadPoolExecutor(1) as executor:
        for batch in batches:
            cuts, bounds = read_cuts(batch)
            values, _ = unpack(batch["shingles"], np.uint32)
            sizes = cut_column(cuts, "counts")
            starts = np.cumsum(sizes) - sizes
            positions = batch["positions"]
            counts = positions.value_lengths().to_numpy()
            offsets = np.repeat(bounds[:-1], counts)
            wanted = offsets + positions.flatten().to_numpy()
            texts = np.repeat(column_of(batch, "first_passage"), counts) + wanted - offsets
            shingles = Shingles(values, starts[wanted], sizes[wanted])
            hashes = hash_texts(shingles, settings, banding, executor=executor)
            sets = make_sets(shingles, np.ones(len(wanted), dtype=np.bool_), executor)
            yield pa.RecordBatch.from_arrays(
                [pa.array(texts), _pack_sets(sets), pack(hashes, np.arange(len(texts) + 1))],
                ["text", "shingles", "hashes"],
            )


def _pack_sets(sets: Shingles) -> pa.Array:
    bounds = np.append(0, np.cumsum(sets.sizes))
    places = np.arange(bounds[-1]) + np.repeat(sets.starts - bounds[:-1], sets.sizes)
    return pack(sets.values[places], bounds)


def _list_bands(batches: Batches) -> Batches:
    for batch in batches:
        if not batch.num_rows:
            continue
        hashes = unpack(batch["hashes"], np.uint32)[0].reshape(batch.num_rows, -1)
        bands = np.arange(hashes.shape[1], dtype=np.int64) << _BAND_BITS
        texts = column_of(batch, "text")
        yield pa.RecordBatch.from_arrays(
            [pa.array((hashes + bands).reshape(-1)), pa.array(np.repeat(texts, len(bands)))],
            ["bucket", "text"],
        )


def _list_pairs(blocks: int, batches: Batches) -> Batches:
    """Yield the candidate pairs of buckets by block, and the members of large ones by bucket.

    A member of a large bucket has no second text, and its block is the bucket's own.
    """
    for table in whole_groups(batches, "bucket"):
        buckets, texts = column_of(table, "bucket"), column_of(table, "text")
        heads = np.flatnonzero(run_starts(buckets))
        sizes = np.diff(np.append(heads, len(buckets)))
        is_large = np.repeat(sizes > LARGEST_BUCKET, sizes)
        firsts, seconds = [], []
        small = np.flatnonzero(sizes <= LARGEST_BUCKET)
        heads, sizes = heads[small], sizes[small]
        for gap in range(1, int(sizes.max(initial=1))):  # pairs of places so far apart
            left = np.flatnonzero(sizes > gap)
            heads, sizes = heads[left], sizes[left]
            n = sizes - gap
            places = np.repeat(heads - (np.cumsum(n) - n), n) + np.arange(int(n.sum()))
            firsts.append(texts[places])
            seconds.append(texts[places + gap])
            if sum(map(len, firsts)) > 1 << 20:
                yield _pairs_batch(np.concatenate(firsts), np.concatenate(seconds), blocks)
                firsts, seconds = [], []
        if firsts:
            yield _pairs_batch(np.concatenate(firsts), np.concatenate(seconds), blocks)
        if is_large.any():
            yield pa.RecordBatch.from_arrays(
                [pa.array(buckets[is_large] + blocks), pa.array(texts[is_large]),
                 pa.array(np.full(int(is_large.sum()), -1))],
                ["block", "first", "second"],
            )  # fmt: skip


def _pairs_batch(first: Integers, second: Integers, blocks: int) -> pa.RecordBatch:
    order = np.lexsort((second, first))
    order = order[run_starts(first[order], second[order])]
    first, second = first[order], second[order]
    return pa.RecordBatch.from_pydict({"block": first % blocks, "first": first, "second": second})


def _verify(candidates: DataFrame, signed: DataFrame, threshold: float) -> DataFrame:
    """Return the pairs that reach the threshold, by exact Jaccard, each once."""
    ends = candidates.select("block", sql.col("first").alias("text")).union(
        candidates.filter("second >= 0").select("block", sql.col("second").alias("text"))
    )
    texts = ends.distinct().join(signed.select("text", "shingles"), "text")
    texts = texts.select(sql.col("block").alias("of"), "text", "shingles")
    found = (
        candidates.groupBy("block").cogroup(texts.groupBy("of"))
        .applyInArrow(partial(_verify_block, threshold), _PAIRS)
    )  # fmt: skip
    return found.distinct()


def _verify_block(threshold: float, candidates: pa.Table, texts: pa.Table) -> pa.Table:
    ids = column_of(texts, "text")
    order = np.argsort(ids)
    ids = ids[order]
    values, bounds = unpack(texts["shingles"].take(pa.array(order)), np.uint32)
    sets = Shingles(values, bounds[:-1], np.diff(bounds))
    first, second = column_of(candidates, "first"), column_of(candidates, "second")
    is_large = len(second) > 0 and second[0] < 0
    if is_large:
        members = np.sort(np.searchsorted(ids, first))
        pairs = verify_large(sets, threshold, members)
    else:
        pairs = np.stack(
            [np.searchsorted(ids, first), np.searchsorted(ids, second), np.zeros_like(first)],
            axis=1,
        )
        verify_list.sized(STEPS_PER_PAIR * len(pairs))(
            sets.values, sets.starts, sets.sizes, threshold, pairs
        )
        pairs = pairs[pairs[:, 2] >= 0]
    return pa.table({
        "first": ids[pairs[:, 0]], "second": ids[pairs[:, 1]], "shared": pairs[:, 2],
        "first_size": sets.sizes[pairs[:, 0]], "second_size": sets.sizes[pairs[:, 1]],
    })  # fmt: skip


def _gather(pairs: DataFrame, driver_bytes: int) -> tuple[Integers, Integers]:
    """Return the ends of every verified pair, at the driver, if it has room."""
    n = pairs.count()
    if n * BYTES_AN_EDGE > driver_bytes:
        raise ConfigError(
            f"{n} verified pairs take up to {BYTES_AN_EDGE} bytes each to cluster, more than"
            f" driver_bytes {driver_bytes}; allow more, or raise the threshold"
        )
    table = pairs.select("first", "second").toArrow()
    return column_of(table, "first"), column_of(table, "second")


def _represent(pairs: DataFrame, driver_bytes: int) -> DataFrame:
    """Return the representative of each text that another one represents, and their Jaccard."""
    first, second = _gather(pairs, driver_bytes)
    texts, ends = np.unique(np.concatenate([first, second]), return_inverse=True)
    ends = ends.reshape(2, -1)
    representatives = assign_representatives(ends[0], ends[1], len(texts))
    joined = np.flatnonzero(representatives != np.arange(len(texts)))
    spark = pairs.sparkSession
    represented = spark.createDataFrame(
        pa.table({"text_id": texts[joined], "representative": texts[representatives[joined]]}),
        "text_id long, representative long",
    )
    of_pairs = pairs.select(
        sql.col("second").alias("text_id"), sql.col("first").alias("representative"),
        (sql.col("shared") / (sql.col("first_size") + sql.col("second_size") - sql.col("shared")))
        .alias("jaccard"),
    )  # fmt: skip
    return keep(represented.join(of_pairs, ["text_id", "representative"]))
