"""The whole analysis on Spark: `analyze` walks the flow once and returns a `SparkAnalysis`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, partial

from pyspark.errors import PythonException
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.attribution import Gazetteer, gazetteer
from dedup.config import PARTS, DuplicateSettings, PassageUnit, ReuseSettings
from dedup.duplicates import Banding, choose_banding
from dedup.errors import ConfigError, InputError
from dedup.spark.attributions import attribution_table, find, list_by_document, look_up
from dedup.spark.clusters import describe, find_clusters, list_duplicates
from dedup.spark.credit import flow_table, rank_pairs, reuse_table, sum_taken
from dedup.spark.documents import number_documents
from dedup.spark.duplicates import find_pairs
from dedup.spark.frames import count_blocks, keep
from dedup.spark.passages import number_passages
from dedup.spark.records import standard_documents
from dedup.spark.reuse import find_spans
from dedup.spark.roles import find_roles
from dedup.spark.tables import cluster_table, document_table, passage_table
from dedup.spark.whole import analyze_whole, table_of

_TABLES = {
    "duplicates": ("duplicates", "clusters"), "reuse": ("reuse", "flows"),
    "attributions": ("attributions",),
}  # fmt: skip
DRIVER_BYTES = 1 << 30  # that clustering may take at the driver
# Of a block, below which more tasks cost more than they share; reuse and attributions take over
# ten times as long for a text. But to cut a corpus at all costs the time of all its queries.
_BLOCK_BYTES = {"duplicates": 64 << 20, "reuse": 4 << 20, "attributions": 4 << 20}
_WHOLE_BYTES = 32 << 20


def _frame_of(name: str) -> cached_property[DataFrame | None]:
    """Return an attribute that is a table, planned when it is asked for first."""

    def make(analysis: SparkAnalysis) -> DataFrame | None:
        return analysis.makers[name]() if name in analysis.makers else None

    return cached_property(make)


@dataclass(frozen=True)
class SparkAnalysis:
    """What was found, as Spark frames with the columns and types of the tables.

    The frames `documents`, `passages`, `duplicates`, `clusters`, `reuse`, `flows` and
    `attributions` are those of `dedup.Analysis`, None if their part was not analysed. Rows come in
    any order; `dedup.spark.ORDER` has what each table is sorted by elsewhere.

    Attributes:
        makers: For each table that there is what makes it.
    """

    makers: Mapping[str, Callable[[], DataFrame]]

    documents = _frame_of("documents")
    passages = _frame_of("passages")
    duplicates = _frame_of("duplicates")
    clusters = _frame_of("clusters")
    reuse = _frame_of("reuse")
    flows = _frame_of("flows")
    attributions = _frame_of("attributions")

    @property
    def tables(self) -> dict[str, DataFrame]:
        """The tables that there are, by name."""
        return {name: getattr(self, name) for name in self.makers}


def analyze(
    documents: DataFrame,
    settings: DuplicateSettings | None = None,
    reuse: ReuseSettings | None = None,
    *,
    outlets: Gazetteer | None = None,
    only: Iterable[str] | None = None,
    columns: Mapping[str, str] | None = None,
    name_urls: bool = False,
    passages: PassageUnit = "paragraph",
    blocks: int | None = None,
    driver_bytes: int = DRIVER_BYTES,
) -> SparkAnalysis:
    """Analyse a corpus on Spark; the tables equal those of `dedup.analyze`, row for row.

    Args:
        documents: A row a document: `document_id` (or `id`), `text`, and, where they are known,
            `outlet`, `published` (or `date`), `title`, `url`, `path` and `line`.
        settings: What counts as a duplicate.
        reuse: What counts as reuse.
        outlets: The outlets that texts may name; None is our gazetteer.
        only: Parts to analyse, of `dedup.config.PARTS`; None is all of them.
        columns: For a column above the frame's name of it, where that is another.
        name_urls: Whether a document without an outlet gets that of its address.
        passages: The unit that documents are cut into.
        blocks: In how many blocks the work of a step is cut; one is analysed in one task. None is
            one of up to 32 MiB that the frame reads, else one for each 64 MiB, or 4 MiB with reuse
            or attributions, and at most what `spark.sql.shuffle.partitions` says. The result does
            not depend on it.
        driver_bytes: What the driver may use to cluster what is in several blocks; a corpus with
            more verified pairs than that holds is an error before.

    Raises:
        ConfigError: If a setting or a column is wrong, or verified pairs outgrow the driver.
        InputError: If the corpus holds no text or an id twice.
    """
    settings, reuse = settings or DuplicateSettings(), reuse or ReuseSettings()
    parts = PARTS if only is None else (only,) if isinstance(only, str) else tuple(only)
    if not parts or not {*parts} <= {*PARTS}:
        raise ConfigError(
            f"only must name some of {', '.join(PARTS)}, got {', '.join(parts) or 'nothing'}"
        )
    banding = choose_banding(settings) if "duplicates" in parts else None
    if blocks is None:
        block_bytes = min(_BLOCK_BYTES[part] for part in parts)
        blocks = count_blocks(documents, block_bytes, whole_bytes=_WHOLE_BYTES)
    if blocks < 1:
        raise ConfigError(f"blocks must be at least 1, got {blocks}")
    of_urls = (outlets or gazetteer()) if name_urls else None
    standard = standard_documents(documents, columns, of_urls=of_urls)
    with _errors_of_tasks():
        if blocks == 1:
            tables = analyze_whole(
                standard, settings, reuse, outlets=outlets, parts=parts, unit=passages
            )
            names = [name for part, names in _TABLES.items() if part in parts for name in names]
            return SparkAnalysis(
                {
                    name: partial(table_of, tables, name)
                    for name in ("documents", "passages", *names)
                }
            )
        return _analyze_in_blocks(
            standard, settings, reuse, banding, outlets, parts, passages, blocks, driver_bytes
        )


@contextmanager
def _errors_of_tasks() -> Iterator[None]:
    """Raise what a task says about the input as what it is, without the way it came."""
    try:
        yield
    except PythonException as error:
        match = re.search(r"dedup\.errors\.InputError: ([^\n]*)", str(error))
        if match is None:
            raise
        raise InputError(match.group(1)) from None


def _analyze_in_blocks(
    documents: DataFrame, settings: DuplicateSettings, reuse: ReuseSettings,
    banding: Banding | None, outlets: Gazetteer | None, parts: tuple[str, ...],
    unit: PassageUnit, blocks: int, driver_bytes: int,
) -> SparkAnalysis:  # fmt: skip
    """Return the tables of documents with the columns of `DOCUMENT_SCHEMA`."""
    spark = documents.sparkSession
    cut, labels = number_documents(documents, shingle_size=settings.shingle_size, unit=unit)
    sizes = {outlet: n for outlet, n in labels.items() if outlet is not None}
    numbered = find_roles(cut, sizes)
    listed = None
    if {"duplicates", "reuse"} & {*parts}:
        listed = number_passages(numbered, with_shingles=banding is not None)
    marked = _mark(numbered, listed) if {"reuse", "attributions"} & {*parts} else numbered
    every = found = verdicts = pairs = copies = None
    if "attributions" in parts:
        every = spark.sparkContext.broadcast((outlets or gazetteer()).with_labels(labels))
        found = find(marked, every)
        verdicts = look_up(marked, found, every, sizes, blocks=blocks)
    if "reuse" in parts:
        if found is not None:
            marked = keep(marked.join(list_by_document(found), "number", "left"))
        outlet_numbers = {outlet: number for number, outlet in enumerate(sorted(sizes))}
        pairs = rank_pairs(
            find_spans(marked, reuse, outlet_numbers, every, blocks=blocks), blocks=blocks
        )
    if banding is not None and listed is not None:
        copies = _Copies(numbered, listed, blocks, *find_pairs(
            listed, settings, banding, blocks=blocks, driver_bytes=driver_bytes
        ))  # fmt: skip
    return SparkAnalysis(_list_makers(numbered, copies, pairs, found, verdicts, blocks))


def _list_makers(
    numbered: DataFrame, copies: _Copies | None, pairs: DataFrame | None, found: DataFrame | None,
    verdicts: DataFrame | None, blocks: int,
) -> dict[str, Callable[[], DataFrame]]:  # fmt: skip
    """Return what makes each table, of what the parts found."""
    is_audited = pairs is not None and found is not None
    passages = cache(lambda: passage_table(numbered, copies.members if copies else None))
    makers: dict[str, Callable[[], DataFrame]] = {
        "documents": lambda: document_table(
            numbered, copies.count_words() if copies else None,
            None if pairs is None else sum_taken(pairs), is_audited=is_audited,
        ),
        "passages": passages,
    }  # fmt: skip
    if copies is not None:
        makers["duplicates"] = lambda: list_duplicates(copies.passages, copies.pairs)
        makers["clusters"] = lambda: cluster_table(
            numbered, copies.clusters, copies.describe(), passages()
        )
    if pairs is not None:
        makers["reuse"] = lambda: reuse_table(numbered, pairs, is_audited=is_audited)
        makers["flows"] = lambda: flow_table(numbered, pairs, is_audited=is_audited, blocks=blocks)
    if found is not None and verdicts is not None:
        makers["attributions"] = lambda: attribution_table(numbered, found, verdicts)
    return makers


def _mark(documents: DataFrame, listed: DataFrame | None) -> DataFrame:
    """Return documents with which passages of theirs are compared; kept."""
    marked = documents.drop("shingles")
    if listed is not None:
        firsts = (
            listed.filter("is_first_body")
            .groupBy("number")
            .agg(sql.sort_array(sql.collect_list("position")).alias("compared"))
        )
        marked = marked.join(firsts, "number", "left")
    return keep(marked)


@dataclass(frozen=True)
class _Copies:
    """What `find_pairs` finds, and what clusters say of it when they are asked for."""

    documents: DataFrame
    passages: DataFrame
    blocks: int
    pairs: DataFrame
    represented: DataFrame

    @cached_property
    def _found(self) -> tuple[DataFrame, DataFrame]:
        return find_clusters(self.passages, self.represented)

    @property
    def clusters(self) -> DataFrame:
        return self._found[0]

    @property
    def members(self) -> DataFrame:
        return self._found[1]

    def describe(self) -> DataFrame:
        return describe(
            self.documents, self.passages, self.clusters, self.members, blocks=self.blocks
        )

    def count_words(self) -> DataFrame:
        """Return the words of each document's passages that another one represents."""
        heads = self.clusters.select(sql.col("representative_passage_id").alias("passage_id"))
        return (
            self.passages.join(self.members, "passage_id").join(heads, "passage_id", "left_anti")
            .groupBy("number").agg(sql.sum("n_words").alias("copied"))
        )  # fmt: skip
