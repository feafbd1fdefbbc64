"""Distinct texts to verified pairs: candidates by (band, bucket), then exact verification.

Copies of a text never meet: only distinct texts are banded. A slot is a part of one band's
buckets; what falls into it comes together as arrays, and is looked up as in one memory. A bucket
of up to 1,000 texts gives all its pairs; a larger one (a template with one number changed) is
compared with its first representatives only, so its cost is linear in its texts. Pairs are
verified in blocks, to which each text that they need is sent once.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.config import DuplicateSettings
from dedup.duplicates import (
    LARGEST_BUCKET,
    Banding,
    Shingles,
    assign_representatives,
    hash_texts,
)
from dedup.duplicates.buckets import Buckets, find_buckets
from dedup.duplicates.pairs import pairs_with_representatives, verify_large
from dedup.duplicates.verify import STEPS_PER_PAIR, verify_list
from dedup.errors import ConfigError
from dedup.runs import run_starts
from dedup.spark.frames import Batches, Integers, column_of, keep, pack, unpack

BYTES_AN_EDGE = 240  # that the driver needs at most to cluster, measured with a million pairs

_HASH_BITS = 32
_PAIRS_AT_ONCE = 1 << 20
# Candidates of a block: the ids of two texts a pair, packed. A large bucket is a block of its own,
# and its members have no second text.
_CANDIDATES = "block long, pairs binary"
# Verified ones, as in the table of duplicates.
_PAIRS = (
    "first_passage_id long, second_passage_id long, first_document_id string,"
    " second_document_id string, jaccard double, first_in_second double, second_in_first double"
)
_EDGES = ("first_passage_id", "second_passage_id", "jaccard")  # what clustering needs of them


def find_pairs(
    passages: DataFrame,
    settings: DuplicateSettings,
    banding: Banding,
    *,
    blocks: int,
    driver_bytes: int,
) -> tuple[DataFrame, DataFrame]:
    """Return the verified pairs of distinct texts, and the texts' representatives.

    Args:
        passages: From `number_passages`, with shingles.
        settings: The permutations, and the least Jaccard of a pair.
        banding: Bands and rows.
        blocks: In how many blocks pairs are verified.
        driver_bytes: What the driver may use to cluster.

    Returns:
        Pairs of texts, by their first passages, with the columns of the table of duplicates; and
        `text_id`, `representative`, `jaccard` of the texts that another text represents.

    Raises:
        ConfigError: If there are too many pairs for the driver.
    """
    spark, threshold = passages.sparkSession, settings.threshold
    texts = passages.filter("passage_id = text_id").select(
        sql.col("text_id").alias("text"), "document_id", "shingles"
    )
    slots = texts.select("text", "shingles").mapInArrow(
        partial(_list_slots, settings, banding, -(-blocks // banding.bands)),
        "slot long, texts binary, hashes binary",
    )

    def list_pairs(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _list_pairs(blocks, batches)

    candidates = slots.groupBy("slot").applyInArrow(list_pairs, _CANDIDATES)
    pairs = keep(_verify(candidates, texts, threshold, blocks))
    n = pairs.count()
    if n * BYTES_AN_EDGE > driver_bytes:
        raise ConfigError(
            f"{n} verified pairs take up to {BYTES_AN_EDGE} bytes each to cluster, more than"
            f" driver_bytes {driver_bytes}; allow more, or raise the threshold"
        )
    edges = _distinct_edges(pairs)
    if len(edges) < n:  # members of a large bucket that met in smaller ones, too
        pairs = pairs.distinct()
    # What two texts cannot tell of each other their neighbours can.
    ids, ends = np.unique(_ends_of(edges), return_inverse=True)
    more = ids[pairs_with_representatives(ends.reshape(2, -1).T, len(ids))[:, :2]]
    if len(more):
        asked = spark.createDataFrame(
            pa.Table.from_batches([_pack_pairs(more, blocks)]), _CANDIDATES
        )
        found = keep(_verify(asked, texts, threshold, blocks))
        pairs = pairs.union(found)
        edges = pa.concat_tables([edges, _distinct_edges(found)])
    return pairs, spark.createDataFrame(
        _represent(edges), "representative long, text_id long, jaccard double"
    )


def _distinct_edges(pairs: DataFrame) -> pa.Table:
    """Return pairs as clustering needs them, here, each once."""
    edges = pairs.select(*_EDGES).toArrow()
    first, second = _ends_of(edges)
    order = np.lexsort((second, first))
    return edges.take(pa.array(order[run_starts(first[order], second[order])]))


def _ends_of(edges: pa.Table) -> Integers:
    """Return the two texts of each edge, shape (2, n)."""
    return np.stack([column_of(edges, name) for name in _EDGES[:2]])


def _represent(edges: pa.Table) -> pa.Table:
    """Return the representative of each text that another one represents, and their Jaccard."""
    ids, ends = np.unique(_ends_of(edges), return_inverse=True)
    left, right = ends.reshape(2, -1)
    representatives = assign_representatives(left, right, len(ids))
    own = np.flatnonzero(representatives[right] == left)  # each text has one representative
    represented = edges.take(pa.array(own))
    return represented.rename_columns(["representative", "text_id", "jaccard"])


def _list_slots(
    settings: DuplicateSettings, banding: Banding, n_parts: int, batches: Batches
) -> Batches:
    """Yield the texts of each slot with their hashes; a band is cut into so many slots."""
    bands = banding.bands
    for batch in batches:
        texts = column_of(batch, "text")
        values, bounds = unpack(batch["shingles"], np.uint32)
        sets = Shingles(values, bounds[:-1], np.diff(bounds))
        with ThreadPoolExecutor(1) as executor:
            hashes = hash_texts(sets, settings, banding, executor=executor).T
        slots = np.arange(bands)[:, None] * n_parts + (
            hashes.astype(np.int64) * n_parts >> _HASH_BITS
        )
        order = np.argsort(slots, axis=1, kind="stable")
        bounds = np.searchsorted(
            np.take_along_axis(slots, order, axis=1).reshape(-1), np.arange(bands * n_parts + 1)
        )
        yield pa.RecordBatch.from_pydict({
            "slot": np.arange(bands * n_parts),
            "texts": pack(texts[order.reshape(-1)], bounds),
            "hashes": pack(np.take_along_axis(hashes, order, axis=1).reshape(-1), bounds),
        })  # fmt: skip


def _list_pairs(blocks: int, batches: Batches) -> Batches:
    """Yield the candidates of a slot's buckets."""
    slot = pa.Table.from_batches([*batches])
    texts, _ = unpack(slot["texts"], np.int64)
    hashes, _ = unpack(slot["hashes"], np.uint32)
    number = slot["slot"][0].as_py()
    del slot
    buckets = find_buckets(hashes)
    sizes = np.diff(buckets.starts)
    for bucket in np.flatnonzero(sizes > LARGEST_BUCKET):
        members = buckets.members[buckets.starts[bucket] : buckets.starts[bucket + 1]]
        pairs = np.stack([texts[members], np.full(len(members), -1)], axis=1)
        own = blocks + (number << _HASH_BITS) + int(hashes[members[0]])
        yield _candidates(np.array([own]), pairs, np.array([0, len(pairs)]))
    for pairs in _pairs_of(buckets):
        yield _pack_pairs(np.sort(texts[pairs], axis=1), blocks)


def _pairs_of(buckets: Buckets) -> Iterator[Integers]:
    """Yield all pairs of the members of each small bucket, about a million at a time."""
    heads, sizes = buckets.starts[:-1], np.diff(buckets.starts)
    left = np.flatnonzero(sizes <= LARGEST_BUCKET)
    waiting, n_waiting = [np.empty((0, 2), dtype=np.int64)], 0
    gap = 1  # pairs of places so far apart
    while len(left := left[sizes[left] > gap]):
        n = sizes[left] - gap
        places = np.repeat(heads[left] - (np.cumsum(n) - n), n) + np.arange(int(n.sum()))
        waiting.append(buckets.members[np.stack([places, places + gap], axis=1)])
        n_waiting += len(places)
        if n_waiting >= _PAIRS_AT_ONCE:
            yield np.concatenate(waiting)
            waiting, n_waiting = [], 0
        gap += 1
    if waiting:
        yield np.concatenate(waiting)


def _pack_pairs(pairs: Integers, blocks: int) -> pa.RecordBatch:
    """Return pairs as candidates of the blocks of their first texts."""
    of = pairs[:, 0] % blocks
    order = np.argsort(of, kind="stable")
    known, starts = np.unique(of[order], return_index=True)
    return _candidates(known, pairs[order], np.append(starts, len(pairs)))


def _candidates(of: Integers, pairs: Integers, bounds: Integers) -> pa.RecordBatch:
    return pa.RecordBatch.from_pydict({
        "block": of, "pairs": pack(pairs, bounds)
    })  # fmt: skip


def _verify(candidates: DataFrame, texts: DataFrame, threshold: float, blocks: int) -> DataFrame:
    """Return the pairs that reach the threshold, by exact Jaccard; once in each block."""
    ends = candidates.groupBy("block").applyInArrow(
        _list_ends, "block long, text long, seconds binary"
    )
    return (
        ends.join(texts, "text").groupBy("block")
        .applyInArrow(lambda table: _verify_block(threshold, blocks, table), _PAIRS)
    )  # fmt: skip


def _list_ends(candidates: pa.Table) -> pa.Table:
    """Return the texts that a block needs, each with those that it is compared with."""
    pairs = unpack(candidates["pairs"], np.int64)[0].reshape(-1, 2)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    pairs = pairs[run_starts(pairs[:, 0], pairs[:, 1])]
    texts = np.unique(pairs)
    texts = texts[texts >= 0]
    seconds = pairs[:, 1][pairs[:, 1] >= 0]
    bounds = np.searchsorted(pairs[:, 0], texts) if len(seconds) else np.zeros_like(texts)
    return pa.table({
        "block": np.full(len(texts), candidates["block"][0].as_py()), "text": texts,
        "seconds": pack(seconds, np.append(bounds, len(seconds))),
    })  # fmt: skip


def _verify_block(threshold: float, blocks: int, texts: pa.Table) -> pa.Table:
    texts = texts.sort_by("text")
    ids = column_of(texts, "text")
    values, bounds = unpack(texts["shingles"], np.uint32)
    sets = Shingles(values, bounds[:-1], np.diff(bounds))
    if texts["block"][0].as_py() >= blocks:
        pairs = verify_large(sets, threshold, np.arange(len(ids)))
    else:
        seconds, bounds = unpack(texts["seconds"], np.int64)
        pairs = np.zeros((len(seconds), 3), dtype=np.int64)
        pairs[:, 0] = np.repeat(np.arange(len(ids)), np.diff(bounds))
        pairs[:, 1] = np.searchsorted(ids, seconds)
        verify_list.sized(STEPS_PER_PAIR * len(pairs))(
            sets.values, sets.starts, sets.sizes, threshold, pairs
        )
        pairs = pairs[pairs[:, 2] >= 0]
    first, second, shared = pairs.T
    first_size, second_size = sets.sizes[first], sets.sizes[second]
    scores = (shared / (first_size + second_size - shared), shared / first_size,
              shared / second_size)  # fmt: skip
    documents = texts["document_id"]
    columns = (
        ids[first], ids[second], documents.take(pa.array(first)), documents.take(pa.array(second)),
        *(np.round(score, 6) for score in scores),
    )  # fmt: skip
    return pa.table([*columns], [field.split()[0] for field in _PAIRS.split(", ")])
