"""Documents to attributions, and the verdicts on what they quote from each other.

What a text says about its sources takes that text alone. Quoted words are looked up in two steps:
every part of an outlet's documents says where in it they most likely stand, and the likeliest
documents of all then come together with the one that quotes.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from pyspark import Broadcast
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sql

from dedup.attribution import (
    CONFIDENCES,
    KINDS,
    NO_VERDICT,
    QUOTATIONS,
    RELATIONS,
    VERDICTS,
    Attributions,
    Gazetteer,
    list_credits,
    look_up_quotations,
)
from dedup.attribution.find import find_attributions
from dedup.attribution.verdicts import (
    MOST_PLACES,
    Pieces,
    family_of,
    rank_places,
    read_quotations,
)
from dedup.runs import run_starts
from dedup.spark.background import background_of
from dedup.spark.documents import corpus_of
from dedup.spark.frames import Batches, Integers, column_of, keep, number_rows
from dedup.spark.tables import spark_schema

_DOCUMENTS_AT_ONCE = 2_000  # of an outlet that are looked through together

_SPANS = ("content", "cue", "credited")
_ROWS = (
    "number long, place long, passage_id long,"
    + "".join(f" {name}_start long, {name}_end long," for name in _SPANS)
    + " credited_text string, credited_kind string, credited_outlet string, relation string,"
    " quotation string, parent long, confidence string, words array<string>,"
    " position long, covers_document boolean"
)
_PLACES = "number long, place long, part long, votes long, other long, diagonal long"
_VERDICTS = (
    "number long, place long, verdict string, matched long, matched_start long, matched_end long"
)


def find(documents: DataFrame, known: Broadcast[Gazetteer]) -> DataFrame:
    """Return the attributions of documents, kept and numbered (`attribution_id`).

    Args:
        documents: From `number_documents`, with `roles`.
        known: The outlets, those of the documents among them.
    """
    rows = documents.mapInArrow(partial(_find, known), _ROWS)
    return number_rows(keep(rows.orderBy("number", "place")), "attribution_id")


def _find(known: Broadcast[Gazetteer], batches: Batches) -> Batches:
    for batch in batches:
        if not batch.num_rows:
            continue
        rows = pa.Table.from_batches([batch])
        corpus, passages, ids = corpus_of(rows)
        found = find_attributions(corpus, passages, known.value)
        columns = {
            "number": column_of(rows, "number")[found.documents],
            "place": _places(found),
            "passage_id": ids[found.passages],
        }
        for name, spans in zip(_SPANS, (found.contents, found.cues, found.credited), strict=True):
            columns |= {f"{name}_start": spans[:, 0], f"{name}_end": spans[:, 1]}
        parents = np.where(
            found.parents < 0, -1, columns["place"][np.maximum(found.parents, 0)]
        ) if len(found) else found.parents  # fmt: skip

        quoted = read_quotations(corpus, found)
        position, covers = np.full(len(found), -1), np.zeros(len(found), dtype=np.bool_)
        for listed in list_credits(passages, found).values():
            for credit in listed:
                position[credit.row], covers[credit.row] = credit.position, credit.covers_document

        def named(values: Integers, names: tuple[str, ...]) -> pa.Array:
            return pa.array([names[value] for value in values.tolist()], pa.string())

        yield pa.RecordBatch.from_pydict({
            **{name: pa.array(values, pa.int64()) for name, values in columns.items()},
            "credited_text": pa.array(found.credited_texts, pa.string()),
            "credited_kind": named(found.kinds, KINDS),
            "credited_outlet": pa.array(found.outlets, pa.string()),
            "relation": named(found.relations, RELATIONS),
            "quotation": named(found.quotations, QUOTATIONS),
            "parent": pa.array(parents, pa.int64()),
            "confidence": named(found.confidence, CONFIDENCES),
            "words": pa.array(
                [[*map(_write_pieces, quoted.get(row, ()))] for row in range(len(found))],
                pa.list_(pa.string()),
            ),
            "position": position,
            "covers_document": covers,
        })  # fmt: skip


def list_by_document(attributions: DataFrame) -> DataFrame:
    """Return what each document credits to outlets: `number` and `credits`.

    Args:
        attributions: From `find`.
    """
    credit = sql.struct("attribution_id", "credited_outlet", "covers_document", "position",
                        "content_start", "content_end")  # fmt: skip
    return (
        attributions.filter("position >= 0").groupBy("number")
        .agg(sql.collect_list(credit).alias("credits"))
    )  # fmt: skip


def _places(found: Attributions) -> Integers:
    """Return the place of each attribution among those of its document."""
    rows = np.arange(len(found))
    if not len(rows):
        return rows
    return rows - np.maximum.accumulate(rows * run_starts(found.documents))


def look_up(
    documents: DataFrame, attributions: DataFrame, known: Broadcast[Gazetteer],
    labels: dict[str, int], *, blocks: int,
) -> DataFrame:  # fmt: skip
    """Return the verdict on each attribution of quoted words.

    Args:
        documents: From `number_documents`, with `roles`.
        attributions: From `find`.
        known: The outlets.
        labels: What the documents call their outlets, and how many documents each has.
        blocks: In how many blocks quotations are compared.

    Returns:
        `number`, `place`, `verdict`, `matched` (the number of a document), `matched_start`,
        `matched_end`; of attributions that quote another outlet alone.
    """
    quoted = attributions.select(
        "number", "place", sql.col("credited_outlet").alias("outlet"),
        sql.posexplode("words").alias("part", "words"),
    ).withColumn("part", sql.col("part").cast("long"))  # fmt: skip
    families = {label: sorted(family_of(label, known.value)) for label in labels}
    sizes: dict[str, int] = {}
    for label, n in labels.items():
        for outlet in families[label]:
            sizes[outlet] = sizes.get(outlet, 0) + n
    asked = {row["outlet"] for row in quoted.select("outlet").distinct().collect()} & {*sizes}
    pairs = [(label, outlet, -(-sizes[outlet] // _DOCUMENTS_AT_ONCE))
             for label in labels for outlet in families[label] if outlet in asked]  # fmt: skip
    spark = documents.sparkSession
    places = quoted.select("number", sql.lit(0).cast("long").alias("other")).limit(0)
    if pairs:
        shelves = spark.createDataFrame(pairs, "outlet string, shelf string, n_parts long")
        texts = (
            documents.select("number", "outlet", "text").join(sql.broadcast(shelves), "outlet")
            .withColumn("of_part", sql.pmod("number", "n_parts"))
            .select("shelf", "of_part", sql.col("number").alias("other"), "text")
        )  # fmt: skip
        parts = shelves.select(sql.col("shelf").alias("outlet"), "n_parts").distinct()
        sought = quoted.join(sql.broadcast(parts), "outlet").withColumn(
            "of_part", sql.explode(sql.sequence(sql.lit(0).cast("long"), sql.col("n_parts") - 1))
        )
        votes = (
            sought.groupBy("outlet", "of_part").cogroup(texts.groupBy("shelf", "of_part"))
            .applyInArrow(_rank_part, _PLACES)
        )  # fmt: skip
        first = Window.partitionBy("number", "place", "part").orderBy(
            sql.col("votes").desc(), "other", "diagonal"
        )
        best = votes.withColumn("rank", sql.row_number().over(first)).filter(
            f"rank <= {MOST_PLACES}"
        )
        places = best.select("number", "other")
    block = sql.pmod("number", sql.lit(blocks)).alias("block")
    wanted = quoted.select(block, "number").withColumn("is_own", sql.lit(1))
    wanted = wanted.union(places.select(block, sql.col("other"), sql.lit(0)))
    wanted = wanted.groupBy("block", "number").agg(sql.max("is_own").alias("is_own"))
    every = [*labels]
    return keep(
        documents.join(wanted, "number").groupBy("block")
        .applyInArrow(lambda table: _judge(known, every, table), _VERDICTS)
    )  # fmt: skip


def _write_pieces(pieces: Pieces) -> str:
    return ";".join(" ".join(f"{word:x}" for word in piece) for piece in pieces)


def _read_pieces(words: str) -> Pieces:
    return [[int(word, 16) for word in piece.split()] for piece in words.split(";")]


def _rank_part(sought: pa.Table, texts: pa.Table) -> pa.Table:
    """Return where in a part of an outlet's documents quotations most likely stand."""
    texts = texts.sort_by("other")
    numbers = column_of(texts, "other")
    keys = {name: column_of(sought, name) for name in ("number", "place", "part")}
    row_of = {number: row for row, number in enumerate(numbers.tolist())}
    found: list[list[tuple[int, int, int]]] = [[] for _ in range(sought.num_rows)]
    if len(numbers) and sought.num_rows:
        found = rank_places(
            texts["text"].to_pylist(),
            [_read_pieces(words) for words in sought["words"].to_pylist()],
            [row_of.get(number, -1) for number in keys["number"].tolist()],
        )
    rows = np.repeat(np.arange(len(found)), [len(places) for places in found]).astype(np.int64)
    flat = np.array([p for places in found for p in places], dtype=np.int64).reshape(-1, 3)
    others = numbers[flat[:, 1]] if len(flat) else np.empty(0, np.int64)
    return pa.table({
        **{name: values[rows] for name, values in keys.items()},
        "votes": flat[:, 0], "other": others, "diagonal": flat[:, 2],
    })  # fmt: skip


def _judge(known: Broadcast[Gazetteer], labels: list[str], rows: pa.Table) -> pa.Table:
    rows = rows.sort_by("number")
    corpus, passages, _ = corpus_of(rows)
    is_own = column_of(rows, "is_own").astype(np.bool_)
    found = find_attributions(corpus, passages, known.value, wanted=is_own)
    verdicts = look_up_quotations(corpus, found, known.value, background_of(is_own, labels=labels))
    numbers = column_of(rows, "number")
    given = np.flatnonzero(verdicts.verdicts != NO_VERDICT)
    matched = verdicts.documents[given]
    is_missing = matched < 0

    def optional(values: Integers) -> pa.Array:
        return pa.array(values, mask=is_missing)

    return pa.table({
        "number": numbers[found.documents[given]],
        "place": _places(found)[given],
        "verdict": pa.array([VERDICTS[v] for v in verdicts.verdicts[given].tolist()], pa.string()),
        "matched": optional(numbers[np.maximum(matched, 0)]),
        "matched_start": optional(verdicts.spans[given, 0]),
        "matched_end": optional(verdicts.spans[given, 1]),
    })  # fmt: skip


def attribution_table(
    documents: DataFrame, attributions: DataFrame, verdicts: DataFrame
) -> DataFrame:
    """Return the table `attributions`.

    Args:
        documents: From `number_documents`.
        attributions: From `find`.
        verdicts: From `look_up`.
    """
    ids = documents.select("number", "document_id")
    matched = documents.select(
        sql.col("number").alias("matched"), sql.col("document_id").alias("matched_document_id")
    )
    rows = (
        attributions.join(verdicts, ["number", "place"], "left")
        .join(ids, "number").join(matched, "matched", "left")
    )  # fmt: skip

    def optional(name: str) -> Column:
        return sql.when(sql.col(name) >= 0, sql.col(name))

    parent = sql.col("attribution_id") - sql.col("place") + sql.col("parent")
    ends = [sql.col(f"{name}_end") for name in _SPANS]
    rows = rows.withColumns({
        "start": sql.least(*(optional(f"{name}_start") for name in _SPANS)),
        "end": sql.greatest(*ends),
        "parent_attribution_id": sql.when(sql.col("parent") >= 0, parent),
    }).withColumns({
        f"{name}_{side}": optional(f"{name}_{side}")
        for name in ("content", "cue") for side in ("start", "end")
    })  # fmt: skip
    return rows.select(*spark_schema("attributions").names)
