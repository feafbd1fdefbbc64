"""Documents to passages, and which passage is the first of its text; copies are compared once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as sql

from dedup.corpus import BODY
from dedup.corpus.collect import number_texts
from dedup.duplicates import Shingles
from dedup.duplicates.verify import make_sets
from dedup.spark.documents import cut_column, read_cuts, rows_of
from dedup.spark.frames import Batches, column_of, keep, pack, unpack


def number_passages(documents: DataFrame, *, with_shingles: bool) -> DataFrame:
    """Return the passages with their texts, kept.

    Args:
        documents: From `number_documents`, with their final roles.
        with_shingles: Whether texts are looked for in others.

    Returns:
        `passage_id`, `number` and `document_id` (of the document), `position`, `n_words`, `role`
        (its index); `text_id` and `text_document_id`, the first passage of the same text and its
        document; `is_first_body`, whether it is the first body passage of its text; and
        `shingles`, packed: the distinct ones of the first passage of each text, if asked for.
    """
    listed = documents.select(
        "number", "document_id", "first_passage", "cuts", "roles", "shingles"
    ).mapInArrow(
        partial(_list_passages, with_shingles),
        "passage_id long, number long, document_id string, position long, n_words long, role int,"
        " key long, shingles binary",
    )  # fmt: skip
    same_text = Window.partitionBy("key")
    is_body = sql.col("role") == BODY
    first_body = sql.min(sql.when(is_body, sql.col("passage_id"))).over(same_text)
    passages = listed.withColumns({
        "text_id": sql.min("passage_id").over(same_text),
        "text_document_id": sql.min_by("document_id", "passage_id").over(same_text),
        "is_first_body": is_body & (sql.col("passage_id") == first_body),
    })  # fmt: skip
    return keep(passages.drop("key"))


def _list_passages(with_shingles: bool, batches: Batches) -> Batches:
    with ThreadPoolExecutor(1) as executor:
        for unsorted in batches:
            batch = unsorted.sort_by("number")
            cuts, bounds = read_cuts(batch)
            rows, positions = rows_of(bounds)
            keys = cut_column(cuts, "keys")
            columns = {
                "passage_id": column_of(batch, "first_passage")[rows] + positions,
                "number": column_of(batch, "number")[rows],
                "document_id": batch["document_id"].take(pa.array(rows)),
                "position": positions,
                "n_words": cut_column(cuts, "n_words"),
                "role": unpack(batch["roles"], np.uint8)[0].astype(np.int32),
                "key": keys,
                "shingles": pa.nulls(len(rows), pa.binary()),
            }
            if with_shingles:
                # The first passage of a text is the first of it in its batch.
                is_first = np.zeros(len(rows), dtype=np.bool_)
                is_first[number_texts(keys.view(np.uint64))[1]] = True
                sizes = cut_column(cuts, "counts")
                values, _ = unpack(batch["shingles"], np.uint32)
                shingles = Shingles(values, np.cumsum(sizes) - sizes, sizes)
                columns["shingles"] = _pack_sets(make_sets(shingles, is_first, executor))
            yield pa.RecordBatch.from_pydict(columns)


def _pack_sets(sets: Shingles) -> pa.Array:
    bounds = np.append(0, np.cumsum(sets.sizes))
    places = np.arange(bounds[-1]) + np.repeat(sets.starts - bounds[:-1], sets.sizes)
    return pack(sets.values[places], bounds)
