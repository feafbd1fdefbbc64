"""Blocks of documents to their reuse, with the earlier documents and the facts that they need.

First come the runs of words that a block's documents share with earlier ones; then, for passages
that these leave unexplained, what `dedup.spark.nearest` finds near to them. Both searches are
those of `dedup.reuse`: a join brings together what there lies in one memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pyarrow as pa
from pyspark import Broadcast
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.attribution import Gazetteer
from dedup.config import ReuseSettings
from dedup.reuse import Stream, make_stream
from dedup.reuse.cases import add_cases, align_links
from dedup.reuse.columns import (
    HEAD,
    N_CHOSEN_COLUMNS,
    ORIGIN,
    ORIGIN_END,
    ORIGIN_START,
    RANK,
    TARGET_END,
    TARGET_START,
)
from dedup.reuse.comparer import make_vectors_by_frequency
from dedup.reuse.find import describe_cases
from dedup.reuse.fingerprints import link_fingerprints
from dedup.reuse.nearest import is_posted
from dedup.reuse.paraphrases import is_unexplained, match_passages
from dedup.spark.background import FACTS, NEAR, TERM, background_of, facts_of
from dedup.spark.credit import PAIRS, judge
from dedup.spark.documents import corpus_of
from dedup.spark.frames import Integers, column_of, keep, pack, unpack
from dedup.spark.nearest import VECTORS, find_near
from dedup.spark.words import (
    block_of,
    compared_rows,
    count_blocks,
    find_words,
    link,
    owners_of,
    term_facts,
)

_TARGETS = [TARGET_START, TARGET_END, HEAD]  # columns of a case that are places of its target
_ORIGINS = [ORIGIN_START, ORIGIN_END]
# A row a compared passage, its vector, and a row a document with cases.
_FOUND = f"{VECTORS}, cases binary, origins array<long>"


def find_spans(
    documents: DataFrame,
    settings: ReuseSettings,
    outlets: Mapping[str, int],
    known: Broadcast[Gazetteer] | None,
    *,
    blocks: int,
) -> DataFrame:
    """Return the aligned pairs of spans, each judged by what its two documents say; kept.

    Args:
        documents: From `number_documents`, with `roles` and `compared`; and with `credits`, what
            each credits to outlets, if attributions are known.
        settings: What counts as reuse.
        outlets: A number for each outlet.
        known: The outlets that texts may name; None if attributions are not known.
        blocks: In how many blocks at least documents are looked at.

    Returns:
        `PAIRS`, not ranked by credit yet.
    """
    n = documents.count()
    n_blocks = count_blocks(n, blocks)
    words = find_words(documents, settings, outlets)
    own = documents.select(block_of(sql.col("number"), n, n_blocks).alias("block"), "number")
    linked, fingerprints = link(words, n, n_blocks)
    needed = own.withColumn("is_own", sql.lit(True)).union(
        linked.withColumn("is_own", sql.lit(False))
    )
    facts = term_facts(words, needed).union(fingerprints.select(*_names(FACTS)))
    found = keep(
        needed.join(documents, "number").groupBy("block")
        .cogroup(facts.withColumnRenamed("block", "of").groupBy("of"))
        .applyInArrow(
            partial(_find_runs, settings, outlets, words.n_documents, words.n_passages), _FOUND
        )
    )  # fmt: skip
    near = find_near(found.filter("cases is null").select(*_names(VECTORS)))
    cased = found.filter("cases is not null").select("block", "number", "cases", "origins")
    needed = (
        cased.select("block", "number")
        .union(cased.select("block", sql.explode("origins")))
        .union(near.select("block", "number")).union(near.select("block", "near_number"))
        .distinct().join(cased.drop("origins"), ["block", "number"], "left")
    )  # fmt: skip
    nothing = sql.lit(0).cast("long")
    facts = term_facts(words, needed.select("block", "number")).union(
        near.select("block", sql.lit(NEAR).cast("long"), "passage", nothing, nothing, "near")
    )
    return keep(
        needed.join(documents, "number").groupBy("block")
        .cogroup(facts.withColumnRenamed("block", "of").groupBy("of"))
        .applyInArrow(partial(_describe, settings, words.n_documents, known), PAIRS)
    )  # fmt: skip


def _names(schema: str) -> list[str]:
    return [column.split()[0] for column in schema.split(", ")]


def _find_runs(
    settings: ReuseSettings, outlets: Mapping[str, int], n_documents: int, n_passages: int,
    rows: pa.Table, facts: pa.Table,
) -> pa.Table:  # fmt: skip
    """Return the cases that runs show in a block's own documents, and their passages' vectors."""
    rows = rows.sort_by("number")
    numbers = column_of(rows, "number")
    corpus, passages, ids = corpus_of(rows)
    is_own = column_of(rows, "is_own", np.bool_)
    background = background_of(is_own, facts=facts, n_documents=n_documents)
    with ThreadPoolExecutor(1) as executor:
        stream = make_stream(corpus, passages, executor=executor, background=background)
        owners = owners_of(rows, outlets, settings)[stream.rows]
        links = link_fingerprints(
            stream, owners, min_run_words=settings.min_run_words, executor=executor,
            background=background,
        )  # fmt: skip
        cases = align_links(corpus, stream, links, settings.min_run_words, executor=executor)
    compared = compared_rows(rows, stream, passages.positions)
    compared = compared[is_own[stream.rows[stream.documents[compared]]]]
    is_target = is_unexplained(stream, compared, cases[cases[:, RANK] == 1])
    terms, in_passages, places = facts_of(facts, TERM, "n_passages", "place")
    by_term = np.searchsorted(terms, stream.hashes[1:].astype(np.int64))
    frequency = np.append(0, in_passages[by_term])
    vectors = make_vectors_by_frequency(
        stream.terms, stream.starts[compared], stream.ends[compared], frequency, n_passages
    )
    place_of = np.append(0, places[by_term])
    of = stream.documents[compared]
    block = rows.filter(rows["is_own"])["block"][0].as_py()
    table = pa.table({
        "passage": ids[stream.passages[compared]],
        "number": numbers[stream.rows[of]],
        "owner": owners[of],
        "block": np.full(len(compared), block),
        "is_target": is_target,
        "places": pack(place_of[vectors.terms], vectors.starts),
        "weights": pack(vectors.weights, vectors.starts),
        "is_posted": pack(is_posted(frequency)[vectors.terms], vectors.starts),
    })  # fmt: skip
    empty = pa.nulls(table.num_rows, pa.binary()), pa.nulls(table.num_rows, pa.list_(pa.int64()))
    table = table.append_column("cases", empty[0]).append_column("origins", empty[1])
    return pa.concat_tables([table, _pack_cases(numbers, stream, cases, block)],
                            promote_options="default")  # fmt: skip


def _pack_cases(numbers: Integers, stream: Stream, cases: Integers, block: int) -> pa.Table:
    """Return cases by document, their places counted from the start of the documents."""
    documents = stream.document_of(cases[:, TARGET_START])
    bases, of_stream = stream.document_starts, numbers[stream.rows]
    relative = cases.copy()
    relative[:, _TARGETS] -= bases[documents][:, None]
    relative[:, _ORIGINS] -= bases[cases[:, ORIGIN]][:, None]
    relative[:, ORIGIN] = of_stream[cases[:, ORIGIN]]
    own, starts = np.unique(documents, return_index=True)
    limits = np.append(starts, len(cases))
    return pa.table({
        "number": of_stream[own],
        "block": np.full(len(own), block),
        "cases": pack(relative, limits),
        "origins": pa.ListArray.from_arrays(pa.array(limits, pa.int32()), relative[:, ORIGIN]),
    })  # fmt: skip


def _unpack_cases(rows: pa.Table, stream: Stream) -> Integers:
    """Return what `_pack_cases` packed, of documents that are in the order of the stream."""
    with_cases = np.flatnonzero(rows["cases"].is_valid().to_numpy())
    own = rows.take(pa.array(with_cases))
    values, bounds = unpack(own["cases"], np.int64)
    cases = values.reshape(-1, N_CHOSEN_COLUMNS)
    of_stream = column_of(rows, "number")[stream.rows]
    documents = np.searchsorted(of_stream, column_of(own, "number"))
    documents = np.repeat(documents, np.diff(bounds) // N_CHOSEN_COLUMNS)
    cases[:, ORIGIN] = np.searchsorted(of_stream, cases[:, ORIGIN])
    cases[:, _TARGETS] += stream.document_starts[documents][:, None]
    cases[:, _ORIGINS] += stream.document_starts[cases[:, ORIGIN]][:, None]
    return cases


def _describe(
    settings: ReuseSettings,
    n_documents: int,
    known: Broadcast[Gazetteer] | None,
    rows: pa.Table,
    facts: pa.Table,
) -> pa.Table:
    """Return the pairs of a block: what runs show and what near passages do, judged."""
    rows = rows.sort_by("number")
    corpus, passages, ids = corpus_of(rows)
    background = background_of(
        np.ones(len(corpus), dtype=np.bool_), facts=facts, n_documents=n_documents
    )
    with ThreadPoolExecutor(1) as executor:
        stream = make_stream(corpus, passages, executor=executor, background=background)
        cases = _unpack_cases(rows, stream)
        sides = facts_of(facts, NEAR, "place")
        near = np.stack(
            [np.searchsorted(ids[stream.passages], passage) for passage in sides], axis=1
        )
        found = match_passages(stream, near, cases[cases[:, RANK] == 1], executor=executor)
        cases = add_cases(corpus, stream, cases, found, settings.min_run_words, executor=executor)
        reuse = describe_cases(corpus, passages, stream, cases, executor=executor)
    return judge(rows, corpus, passages, ids, reuse, known)
