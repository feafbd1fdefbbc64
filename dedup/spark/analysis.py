"""The whole analysis on Spark: `analyze` walks the flow once and returns a `SparkAnalysis`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.attribution import Gazetteer, gazetteer
from dedup.config import PARTS, DuplicateSettings, PassageUnit, ReuseSettings
from dedup.duplicates import Banding, choose_banding
from dedup.errors import ConfigError
from dedup.spark.attributions import attribution_table, find, list_by_document, look_up
from dedup.spark.clusters import describe, find_clusters, list_duplicates
from dedup.spark.credit import flow_table, rank_pairs, reuse_table, sum_taken
from dedup.spark.documents import number_documents, standard_documents
from dedup.spark.duplicates import find_pairs
from dedup.spark.frames import keep
from dedup.spark.reuse import find_spans
from dedup.spark.roles import find_roles, number_passages
from dedup.spark.tables import cluster_table, document_table, duplicate_table, passage_table

DRIVER_BYTES = 1 << 30  # that clustering may take at the driver


@dataclass(frozen=True, slots=True)
class SparkAnalysis:
    """What was found, as Spark frames with the columns and types of the tables.

    Rows come in any order; `dedup.spark.ORDER` has what each table is sorted by elsewhere.

    Attributes:
        documents: One row a document.
        passages: One row a passage.
        duplicates: One row a verified pair of passages; None if duplicates were not analysed.
        clusters: One row a cluster; None if duplicates were not analysed.
        reuse: One row an aligned pair of spans; None if reuse was not analysed.
        flows: One row a pair of outlets; None if reuse was not analysed.
        attributions: One row a credited party; None if attributions were not analysed.
    """

    documents: DataFrame
    passages: DataFrame
    duplicates: DataFrame | None = None
    clusters: DataFrame | None = None
    reuse: DataFrame | None = None
    flows: DataFrame | None = None
    attributions: DataFrame | None = None

    @property
    def tables(self) -> dict[str, DataFrame]:
        """The tables that there are, by name."""
        every = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: frame for name, frame in every.items() if frame is not None}


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
        blocks: In how many blocks the work of a step is cut; None is what
            `spark.sql.shuffle.partitions` says. The result does not depend on it.
        driver_bytes: What the driver may use to cluster; a corpus with more verified pairs than
            that holds is an error before.

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
    spark = documents.sparkSession
    if blocks is None:
        blocks = int(spark.conf.get("spark.sql.shuffle.partitions") or 200)
    if blocks < 1:
        raise ConfigError(f"blocks must be at least 1, got {blocks}")
    known = gazetteer() if outlets is None else outlets
    banding = choose_banding(settings) if "duplicates" in parts else None
    numbered = number_documents(
        standard_documents(documents, columns, of_urls=known if name_urls else None),
        shingle_size=settings.shingle_size, unit=passages,
    )  # fmt: skip
    sizes = {row["outlet"]: row["count"] for row in numbered.groupBy("outlet").count().collect()}
    every = spark.sparkContext.broadcast(known.with_labels(sizes))
    sizes.pop(None, None)
    roles = find_roles(numbered, sizes)
    listed = number_passages(numbered, roles) if {"duplicates", "reuse"} & {*parts} else None
    marked = _mark(numbered, roles, listed) if {"reuse", "attributions"} & {*parts} else numbered
    found = attributions = None
    if "attributions" in parts:
        found = find(marked, every)
        verdicts = look_up(marked, found, every, sizes, blocks=blocks)
        attributions = attribution_table(numbered, found, verdicts)
    pairs = taken = None
    if "reuse" in parts:
        if found is not None:
            marked = keep(marked.join(list_by_document(found), "number", "left"))
        outlet_numbers = {outlet: number for number, outlet in enumerate(sorted(sizes))}
        pairs = rank_pairs(
            find_spans(
                marked, reuse, outlet_numbers, None if found is None else every, blocks=blocks
            ),
            blocks=blocks,
        )
        taken = sum_taken(pairs)
    copies = None
    if banding is not None and listed is not None:
        copies = _find_copies(
            numbered, listed, settings, banding, blocks=blocks, driver_bytes=driver_bytes
        )
    is_audited = pairs is not None and found is not None
    listed_passages = passage_table(numbered, roles, copies.members if copies else None)
    return SparkAnalysis(
        documents=document_table(
            numbered, copies.copied if copies else None, taken, is_audited=is_audited
        ),
        passages=listed_passages,
        duplicates=copies.duplicates if copies else None,
        clusters=cluster_table(numbered, copies.clusters, copies.facts, listed_passages)
        if copies else None,
        reuse=None if pairs is None else reuse_table(numbered, pairs, is_audited=is_audited),
        flows=None if pairs is None
        else flow_table(numbered, pairs, is_audited=is_audited, blocks=blocks),
        attributions=attributions,
    )  # fmt: skip


def _mark(documents: DataFrame, roles: DataFrame, listed: DataFrame | None) -> DataFrame:
    """Return documents with their roles, and which passages of theirs are compared; kept."""
    marked = documents.drop("shingles").join(roles, "number")
    if listed is not None:
        firsts = (
            listed.filter("is_first_body")
            .groupBy("number")
            .agg(sql.sort_array(sql.collect_list("position")).alias("compared"))
        )
        marked = marked.join(firsts, "number", "left")
    return keep(marked)


@dataclass(frozen=True, slots=True)
class _Copies:
    """What `dedup.spark.clusters` finds: the cluster of each passage, and what is said of them."""

    members: DataFrame
    clusters: DataFrame
    facts: DataFrame
    copied: DataFrame
    duplicates: DataFrame


def _find_copies(
    documents: DataFrame,
    listed: DataFrame,
    settings: DuplicateSettings,
    banding: Banding,
    *,
    blocks: int,
    driver_bytes: int,
) -> _Copies:
    pairs, represented = find_pairs(
        documents, listed, settings, banding, blocks=blocks, driver_bytes=driver_bytes
    )
    clusters, members = find_clusters(listed, represented)
    facts = describe(documents, listed, clusters, members, blocks=blocks)
    heads = clusters.select(sql.col("representative_passage_id").alias("passage_id"))
    copied = (
        listed.join(members, "passage_id").join(heads, "passage_id", "left_anti")
        .groupBy("number").agg(sql.sum("n_words").alias("copied"))
    )  # fmt: skip
    duplicates = duplicate_table(list_duplicates(documents, listed, pairs))
    return _Copies(members, clusters, facts, copied, duplicates)
