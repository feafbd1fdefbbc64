"""Documents to their words and fingerprints, and to the documents that each block of them needs.

A block is a run of documents in the order of publication. What its documents took stands in
earlier ones that share a fingerprint; only those come to the block, with what the whole corpus
knows of their words.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sql

from dedup.config import ReuseSettings
from dedup.reuse import Stream, find_fingerprints, link_documents, make_stream
from dedup.reuse.comparer import distinct_terms
from dedup.reuse.paraphrases import long_rows
from dedup.runs import run_starts
from dedup.spark.background import FACTS, FINGERPRINT, TERM
from dedup.spark.documents import corpus_of
from dedup.spark.frames import Batches, Integers, column_of, keep, pack, unpack, whole_groups

_DOCUMENTS_AT_ONCE = 10_000  # in a block at most, beside those that it needs
_LINKED = -1  # a kind of row beside those of facts: that a block needs a document
_PLACE_BITS = 26  # of a word's place; the bits above number the document


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a corpus.

    Attributes:
        documents: A row a document that has body words: `number`, `owner`, `compared`, and
            packed, an entry a distinct word each, `terms` (its hash), `offsets` (where the
            document first has it) and `in_passages` (how many compared passages of it have it);
            `fingerprints`, packed.
        terms: A row a distinct word of the corpus: `term`, `n_documents`, `n_passages`, `place`
            (a number that grows in the order in which words first occur).
        n_documents: How many documents there are that have body words.
        n_passages: How many passages are compared.
    """

    documents: DataFrame
    terms: DataFrame
    n_documents: int
    n_passages: int


def find_words(documents: DataFrame, settings: ReuseSettings, outlets: Mapping[str, int]) -> Words:
    """Return the words of documents, kept.

    Args:
        documents: From `number_documents`, with `roles` and `compared`, the positions of the body
            passages that are the first of their text.
        settings: Least length of a run, and whether an outlet's own documents are compared.
        outlets: A number for each outlet.
    """
    rows = keep(
        documents.mapInArrow(
            partial(_list_words, settings, outlets),
            "number long, owner long, n_compared long, terms binary, offsets binary,"
            " in_passages binary, fingerprints binary",
        )
    )
    counted = rows.mapInArrow(
        _count_terms, "term long, n_documents long, n_passages long, place long"
    )
    terms = counted.groupBy("term").agg(
        sql.sum("n_documents").alias("n_documents"), sql.sum("n_passages").alias("n_passages"),
        sql.min("place").alias("place"),
    )  # fmt: skip
    total = rows.agg(sql.count("*").alias("n"), sql.sum("n_compared").alias("compared")).first()
    n_documents = 0 if total is None else total["n"]
    return Words(rows, keep(terms), n_documents, (total and total["compared"]) or 0)


def compared_rows(rows: pa.Table, stream: Stream, positions: Integers) -> Integers:
    """Return the numbers of the body passages of a stream that are compared.

    Args:
        rows: The documents, with `compared`.
        stream: Their words.
        positions: For each passage of the documents its position in its document.
    """
    compared = rows["compared"].combine_chunks()
    sizes = compared.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    of = np.repeat(np.arange(rows.num_rows), sizes)
    wanted = (of << 32) | compared.flatten().to_numpy(zero_copy_only=False).astype(np.int64)
    own = (stream.rows[stream.documents] << 32) | positions[stream.passages]
    return long_rows(stream, np.flatnonzero(np.isin(own, wanted)))


def _list_words(settings: ReuseSettings, outlets: Mapping[str, int], batches: Batches) -> Batches:
    with ThreadPoolExecutor(1) as executor:
        for batch in batches:
            if not batch.num_rows:
                continue
            rows = pa.Table.from_batches([batch])
            corpus, passages, _ = corpus_of(rows)
            stream = make_stream(corpus, passages, executor=executor)
            if not len(stream.rows):
                continue
            compared = compared_rows(rows, stream, passages.positions)
            bounds = stream.document_starts
            row_starts, terms, _ = distinct_terms(stream.terms, bounds[:-1], bounds[1:])
            of = np.repeat(np.arange(len(stream.rows)), np.diff(row_starts))
            hashes, places = find_fingerprints(
                stream, min_run_words=settings.min_run_words, executor=executor
            )
            of_print = stream.document_of(places)
            order = np.lexsort((hashes, of_print))
            order = order[run_starts(of_print[order], hashes[order])]
            yield pa.RecordBatch.from_pydict({
                "number": column_of(rows, "number")[stream.rows],
                "owner": owners_of(rows, outlets, settings)[stream.rows],
                "n_compared": np.bincount(stream.documents[compared], minlength=len(stream.rows)),
                "terms": pack(stream.hashes[terms], row_starts),
                "offsets": pack(_first_offsets(stream, of, terms), row_starts),
                "in_passages": pack(_count_passages(stream, compared, of, terms), row_starts),
                "fingerprints": pack(
                    hashes[order],
                    np.searchsorted(of_print[order], np.arange(len(stream.rows) + 1)),
                ),
            })  # fmt: skip


def owners_of(rows: pa.Table, outlets: Mapping[str, int], settings: ReuseSettings) -> Integers:
    """Return for each document a number; none takes from one of its own number, in any block.

    Args:
        rows: The documents, with `number` and `outlet`.
        outlets: A number for each outlet of the corpus.
        settings: Whether an outlet's own documents are compared.
    """
    labels = rows["outlet"].to_pylist()
    known = np.array([-1 if label is None else outlets[label] for label in labels], dtype=np.int64)
    alone = (known < 0) | settings.within_outlet
    owners: Integers = np.where(alone, len(outlets) + column_of(rows, "number"), known)
    return owners


def _first_offsets(stream: Stream, documents: Integers, terms: npt.NDArray[np.int32]) -> Integers:
    """Return where in its document each distinct word first stands."""
    words = np.flatnonzero(stream.terms)
    of = stream.document_of(words)
    keys = (of << 32) | stream.terms[words]
    distinct, firsts = np.unique(keys, return_index=True)
    found = firsts[np.searchsorted(distinct, (documents << 32) | terms)]
    offsets: Integers = words[found] - stream.document_starts[documents]
    return offsets


def _count_passages(
    stream: Stream, compared: Integers, documents: Integers, terms: npt.NDArray[np.int32]
) -> Integers:
    """Return in how many compared passages of its document each distinct word is."""
    starts, own, _ = distinct_terms(stream.terms, stream.starts[compared], stream.ends[compared])
    of = np.repeat(stream.documents[compared], np.diff(starts))
    keys = np.sort((of << 32) | own)
    wanted = (documents << 32) | terms
    counts: Integers = np.searchsorted(keys, wanted, "right") - np.searchsorted(keys, wanted)
    return counts


def _count_terms(batches: Batches) -> Batches:
    for batch in batches:
        if not batch.num_rows:
            continue
        hashes, bounds = unpack(batch["terms"], np.uint32)
        offsets, _ = unpack(batch["offsets"], np.int64)
        in_passages, _ = unpack(batch["in_passages"], np.int64)
        numbers = np.repeat(column_of(batch, "number"), np.diff(bounds))
        terms, of = np.unique(hashes, return_inverse=True)
        places = np.full(len(terms), np.iinfo(np.int64).max)
        np.minimum.at(places, of, (numbers << _PLACE_BITS) + offsets)
        yield pa.RecordBatch.from_pydict({
            "term": terms.astype(np.int64),
            "n_documents": np.bincount(of, minlength=len(terms)),
            "n_passages": np.bincount(of, in_passages, len(terms)).astype(np.int64),
            "place": places,
        })  # fmt: skip


def count_blocks(n_documents: int, blocks: int) -> int:
    """Return in how many blocks documents are looked at."""
    return max(1, min(max(blocks, -(-n_documents // _DOCUMENTS_AT_ONCE)), n_documents))


def block_of(number: Column, n_documents: int, n_blocks: int) -> Column:
    """Return the block of a document."""
    return sql.floor(number * n_blocks / n_documents).cast("long")


def link(words: Words, n_documents: int, n_blocks: int) -> tuple[DataFrame, DataFrame]:
    """Return the earlier documents that blocks need, and facts about shared fingerprints.

    All documents that have a fingerprint come together, as two numbers each; a template that a
    hundred thousand documents have is one sorted run, and every document of it is linked to ten
    others at most.

    Returns:
        `block`, `number`; and `FACTS`, both kept together and each row once.
    """
    rows = keep(
        words.documents.select("number", "owner", "fingerprints")
        .mapInArrow(_list_fingerprints, "hash long, number long, owner long")
        .repartition(n_blocks, "hash").sortWithinPartitions("hash", "number")
        .mapInArrow(partial(_link_block, n_documents, n_blocks), FACTS)
        .distinct()
    )  # fmt: skip
    needed = rows.filter(f"kind = {_LINKED}").select("block", sql.col("key").alias("number"))
    return needed, rows.filter(f"kind = {FINGERPRINT}")


def _list_fingerprints(batches: Batches) -> Batches:
    for batch in batches:
        hashes, bounds = unpack(batch["fingerprints"], np.uint32)
        sizes = np.diff(bounds)
        yield pa.RecordBatch.from_pydict({
            "hash": hashes.astype(np.int64),
            "number": np.repeat(column_of(batch, "number"), sizes),
            "owner": np.repeat(column_of(batch, "owner"), sizes),
        })  # fmt: skip


def _link_block(n_documents: int, n_blocks: int, batches: Batches) -> Batches:
    def of_block(numbers: Integers) -> Integers:
        return np.floor(numbers * n_blocks / n_documents).astype(np.int64)

    for table in whole_groups(batches, "hash"):
        hashes, numbers = column_of(table, "hash"), column_of(table, "number")
        heads = np.flatnonzero(run_starts(hashes))
        sizes = np.diff(np.append(heads, len(hashes)))
        counts = np.repeat(sizes, sizes)
        shared = np.flatnonzero(counts > 1)
        if not len(shared):
            continue
        hashes, numbers, counts = hashes[shared], numbers[shared], counts[shared]
        known, firsts, documents = np.unique(numbers, return_index=True, return_inverse=True)
        owners = column_of(table, "owner")[shared][firsts]
        pairs = known[
            link_documents(
                hashes.astype(np.uint32), documents, owners, np.ones(len(known), dtype=np.bool_)
            )
        ]
        target_blocks = of_block(pairs[:, 0])
        is_far = target_blocks != of_block(pairs[:, 1])
        needed = _distinct(target_blocks[is_far], pairs[is_far, 1])
        blocks = of_block(numbers)
        order = np.lexsort((blocks, hashes))
        order = order[run_starts(hashes[order], blocks[order])]
        yield _fact_rows(needed[:, 0], _LINKED, needed[:, 1])
        yield _fact_rows(blocks[order], FINGERPRINT, hashes[order], counts[order])


def _distinct(first: Integers, second: Integers) -> Integers:
    order = np.lexsort((second, first))
    order = order[run_starts(first[order], second[order])]
    return np.stack([first[order], second[order]], axis=1)


def _fact_rows(
    blocks: Integers, kind: int, keys: Integers, n_documents: Integers | None = None
) -> pa.RecordBatch:
    nothing = np.zeros(len(keys), dtype=np.int64)
    return pa.RecordBatch.from_pydict({
        "block": blocks, "kind": nothing + kind, "key": keys,
        "n_documents": nothing if n_documents is None else n_documents,
        "n_passages": nothing, "place": nothing,
    })  # fmt: skip


def term_facts(words: Words, needed: DataFrame) -> DataFrame:
    """Return what the corpus knows of the words of documents that blocks need, as `FACTS`.

    Args:
        words: The words.
        needed: `block` and `number`.
    """
    asked = (
        needed.join(words.documents.select("number", "terms"), "number")
        .groupBy("block").applyInArrow(_list_terms, "block long, term long")
    )  # fmt: skip
    known = asked.join(words.terms, "term")
    return known.select(
        "block", sql.lit(TERM).cast("long").alias("kind"), sql.col("term").alias("key"),
        "n_documents", "n_passages", "place",
    )  # fmt: skip


def _list_terms(rows: pa.Table) -> pa.Table:
    terms = np.unique(unpack(rows["terms"], np.uint32)[0]).astype(np.int64)
    return pa.table({"block": np.full(len(terms), rows["block"][0].as_py()), "term": terms})
