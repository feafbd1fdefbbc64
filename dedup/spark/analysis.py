"""The whole analysis on Spark: `analyze` walks the flow once and returns a `SparkAnalysis`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as sql

from dedup.attribution import Gazetteer, gazetteer
from dedup.config import PARTS, DuplicateSettings, PassageUnit
from dedup.duplicates import Banding, choose_banding
from dedup.errors import ConfigError
from dedup.spark.attributions import attribution_table, find, look_up
from dedup.spark.clusters import describe, find_clusters, list_duplicates
from dedup.spark.documents import number_documents, standard_documents
from dedup.spark.duplicates import find_pairs
from dedup.spark.frames import keep
from dedup.spark.roles import find_roles, number_passages
from dedup.spark.tables import cluster_table, document_table, duplicate_table, passage_table

SPARK_PARTS = ("duplicates", "attributions")  # of an analysis that Spark can make
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
        attributions: One row a credited party; None if attributions were not analysed.
    """

    documents: DataFrame
    passages: DataFrame
    duplicates: DataFrame | None = None
    clusters: DataFrame | None = None
    attributions: DataFrame | None = None

    @property
    def tables(self) -> dict[str, DataFrame]:
        """The tables that there are, by name."""
        every = {
            "documents": self.documents, "passages": self.passages,
            "duplicates": self.duplicates, "clusters": self.clusters,
            "attributions": self.attributions,
        }  # fmt: skip
        return {name: frame for name, frame in every.items() if frame is not None}


def analyze(
    documents: DataFrame,
    settings: DuplicateSettings | None = None,
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
        outlets: The outlets that texts may name; None is our gazetteer.
        only: Parts to analyse, of `SPARK_PARTS`. Reuse takes one machine still.
        columns: For a column above the frame's name of it, where that is another.
        name_urls: Whether a document without an outlet gets that of its address.
        passages: The unit that documents are cut into.
        blocks: In how many blocks the work of a step is cut; None is what
            `spark.sql.shuffle.partitions` says. The result does not depend on it.
        driver_bytes: What the driver may use to cluster; a corpus with more verified pairs than
            that holds is an error before.

    Raises:
        ConfigError: If a setting or a column is wrong, a part cannot be analysed on Spark, or
            verified pairs outgrow the driver.
        InputError: If the corpus holds no text or an id twice.
    """
    settings = settings or DuplicateSettings()
    parts = PARTS if only is None else (only,) if isinstance(only, str) else tuple(only)
    if not parts or not {*parts} <= {*SPARK_PARTS}:
        raise ConfigError(
            f"only must name some of {', '.join(SPARK_PARTS)} on Spark, got"
            f" {', '.join(parts) or 'nothing'}; one machine analyses the other parts"
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
    roles = find_roles(numbered)
    attributions = None
    if "attributions" in parts:
        attributions = _find_attributions(numbered, roles, known, blocks=blocks)
    if banding is None:
        return SparkAnalysis(
            document_table(numbered, None), passage_table(numbered, roles, None),
            attributions=attributions,
        )  # fmt: skip
    return _with_duplicates(
        numbered, roles, attributions, settings, banding, blocks=blocks, driver_bytes=driver_bytes
    )


def _find_attributions(
    documents: DataFrame, roles: DataFrame, known: Gazetteer, *, blocks: int
) -> DataFrame:
    rows = documents.groupBy("outlet").count().collect()
    labels = {row["outlet"]: row["count"] for row in rows}
    every = documents.sparkSession.sparkContext.broadcast(known.with_labels(labels))
    labels.pop(None, None)
    marked = keep(documents.join(roles, "number"))
    found = find(marked, every)
    return attribution_table(documents, found, look_up(marked, found, every, labels, blocks=blocks))


def _with_duplicates(
    documents: DataFrame,
    roles: DataFrame,
    attributions: DataFrame | None,
    settings: DuplicateSettings,
    banding: Banding,
    *,
    blocks: int,
    driver_bytes: int,
) -> SparkAnalysis:
    listed = number_passages(documents, roles)
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
    rows = passage_table(documents, roles, members)
    return SparkAnalysis(
        document_table(documents, copied),
        rows,
        duplicate_table(list_duplicates(documents, listed, pairs)),
        cluster_table(documents, clusters, facts, rows),
        attributions,
    )
