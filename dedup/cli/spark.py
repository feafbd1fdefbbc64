"""`dedup report --engine spark`: read, analyse and write on Apache Spark."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from dedup.config import CorpusSettings, DuplicateSettings, ReuseSettings
from dedup.errors import ConfigError, InputError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from dedup.attribution import Gazetteer

_FORMATS = {"parquet": "parquet", "jsonl": "json", "json": "json"}  # of files, by suffix
_SUFFIX = r"\.(parquet|jsonl|json)(?:\.(?:gz|bz2|zst))?$"
_PARTITIONS = "spark.sql.shuffle.partitions"
_SCHEME = re.compile(r"^(?!file:)([a-z][a-z0-9+.-]+):/(?!/)")


def report(
    paths: Sequence[str],
    output_dir: str,
    *,
    master: str | None,
    table_format: str,
    only: Sequence[str],
    corpus: CorpusSettings,
    settings: DuplicateSettings,
    reuse: ReuseSettings,
    known: Gazetteer,
) -> dict[str, int]:
    """Analyse files on Spark and write every table; return how many rows each has.

    Args:
        paths: Parquet or JSON Lines: files, directories or patterns, on any file system that
            Spark knows.
        output_dir: Where to; a directory of files for each table, replaced if it is there.
        master: The cluster; None is what spark-submit says, or this machine.
        table_format: `parquet` or `jsonl`.
        only: Parts to analyse; none is all of them.
        corpus: Names of fields, and the passage unit.
        settings: What counts as a duplicate.
        reuse: What counts as reuse.
        known: The outlets that texts may name.

    Raises:
        ConfigError: If pyspark is missing, or Spark cannot do what is asked.
        InputError: If the input cannot be read.
    """
    try:
        from pyspark.sql import functions as sql
    except ImportError as error:
        raise ConfigError("engine spark needs pyspark: pip install newsdedup[spark]") from error
    from dedup.spark import ORDER, analyze

    if corpus.skip_bad_records:
        raise ConfigError("skip_bad_records must be off with engine spark, got True")
    output_dir = _SCHEME.sub(r"\1://", output_dir)  # of whose slashes a local path keeps one
    spark = start_session(master)
    result = analyze(
        read_files(spark, paths), settings, reuse, outlets=known, only=only or None,
        columns=_columns(corpus), name_urls=True, passages=corpus.passages,
    )  # fmt: skip
    counts = {}
    for name, frame in result.tables.items():
        target = f"{output_dir}/{name}.{table_format}"
        keys = [sql.col(key).asc_nulls_last() for key in ORDER[name]]
        writer = frame.orderBy(*keys).write.mode("overwrite")
        if table_format == "parquet":
            writer.parquet(target)
        else:
            form = "yyyy-MM-dd'T'HH:mm:ssxxx"
            writer.options(ignoreNullFields="false", timestampFormat=form).json(target)
        written = spark.read.schema(frame.schema).format(_FORMATS[table_format]).load(target)
        counts[name] = written.count()
    return counts


def start_session(master: str | None) -> SparkSession:
    """Return the session, with this Python in the workers of this machine."""
    from pyspark.sql import SparkSession

    builder = (
        SparkSession.builder.appName("dedup")
        .config("spark.ui.showConsoleProgress", "false")
        # Of the code that Spark makes of each query 100 pieces are kept, fewer than there are.
        .config("spark.sql.codegen.cache.maxEntries", "1000")
    )
    if master is not None:
        builder = builder.master(master)
    if master is None or master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    spark.conf.set("spark.sql.session.timeZone", "UTC")  # JSON has no other way to say it
    context = spark.sparkContext
    if str(context.master).startswith("local") and not context.getConf().contains(_PARTITIONS):
        # Spark's own 200 are for a cluster: reuse sends most of what is earlier to every block.
        spark.conf.set(_PARTITIONS, str(2 * context.defaultParallelism))
    return spark


def read_files(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Return the records of files, by the type of each.

    Raises:
        InputError: If a path has no file that Spark reads here, or several kinds of them.
    """
    from pyspark.errors import AnalysisException
    from pyspark.sql import functions as sql

    frames = []
    for path in paths:
        try:
            names = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(path)
            suffix = sql.regexp_extract(sql.lower("path"), _SUFFIX, 1)
            found = {row[0] for row in names.select(suffix).distinct().collect()} - {""}
            if len(found) != 1:
                got = ", ".join(sorted(found)) or "none"
                raise InputError(
                    f"must hold .parquet or .jsonl files, of one kind; got {got}", path=path
                )
            files = spark.read.option("recursiveFileLookup", "true")
            frames.append(files.format(_FORMATS[found.pop()]).load(path))
        except AnalysisException as error:
            raise InputError("no such file, or it cannot be read", path=path) from error
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.unionByName(frame, allowMissingColumns=True)
    return whole


def print_counts(counts: dict[str, int], output_format: str) -> None:
    """Print how many rows each table has, on stdout."""
    if output_format == "json":
        import orjson

        whole = {"format": "dedup-spark-report", "version": 1, "rows": counts}
        click.echo(orjson.dumps(whole, option=orjson.OPT_INDENT_2))
        return
    for name, n in counts.items():
        click.echo(f"{name:<13}{n:>13,} row{'s' * (n != 1)}")


def _columns(corpus: CorpusSettings) -> dict[str, str]:
    """Return the columns that have names of the user's."""
    default = CorpusSettings()
    fields = {
        "text": "text_field", "document_id": "id_field", "outlet": "outlet_field",
        "published": "date_field",
    }  # fmt: skip
    return {
        name: getattr(corpus, field)
        for name, field in fields.items()
        if getattr(corpus, field) != getattr(default, field)
    }
