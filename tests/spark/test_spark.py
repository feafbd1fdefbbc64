"""The analysis on Spark: the tables of one machine, however the documents are cut and killed."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from conftest import SAMPLE
from random_corpora import Record, random_records, random_sentence, vary

from dedup import Corpus, InputError, analyze, gazetteer
from dedup.config import PARTS, DuplicateSettings, ReuseSettings
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.errors import ConfigError
from dedup.tables import TABLES

pytest.importorskip("pyspark", reason="pyspark is not installed: the extra `spark`")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("no Java, which Spark runs on", allow_module_level=True)

from pyspark.sql import DataFrame, SparkSession

import dedup.spark
from dedup.spark.frames import count_blocks


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """One small session on this machine, which tries a task again when its worker dies."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    folder = tmp_path_factory.mktemp("spark")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = (
            SparkSession.builder.master("local[2,4]").appName("tests")
            .config("spark.driver.memory", "1g")
            # Small queries, each once: compiling them well takes longer than running them.
            .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "3").config("spark.sql.session.timeZone", "UTC")
            .config("spark.local.dir", str(folder / "local"))
            .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
            .getOrCreate()
        )  # fmt: skip
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def frame_of(spark: SparkSession, corpus: Corpus, *, partitions: int) -> DataFrame:
    """Return the documents of a corpus, in so many partitions."""
    table = corpus.documents.combine_chunks()
    return spark.createDataFrame(table, _schema()).repartition(partitions)


def _schema() -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(DOCUMENT_SCHEMA)


def sorted_table(frame: DataFrame, name: str, schema: pa.Schema) -> pa.Table:
    """Return a table as one machine would."""
    keys = [(key, "ascending") for key in dedup.spark.ORDER[name]]
    return frame.toArrow().cast(schema).sort_by(keys).combine_chunks()


def assert_equal_tables(corpus: Corpus, result: dedup.spark.SparkAnalysis, only: list[str]) -> None:
    """Compare every table with that of one machine."""
    local = analyze(corpus, only=only)
    assert local.table_names == [*result.tables]
    for name, frame in result.tables.items():
        expected = local.table(name).combine_chunks()
        found = sorted_table(frame, name, expected.schema)
        is_equal = expected.equals(found)  # half a million rows are not made objects for nothing
        assert is_equal or expected.to_pylist() == found.to_pylist(), name


def test_newsroom_gives_the_tables_of_one_machine(spark: SparkSession, newsroom: Corpus) -> None:
    result = dedup.spark.analyze(frame_of(spark, newsroom, partitions=7), only=PARTS, blocks=3)
    assert_equal_tables(newsroom, result, [*PARTS])


def skewed_records(rng: random.Random) -> list[Record]:
    """Return a story in 150 outlets, a template with one number changed, and much repeated text."""
    template = "Ferry number {} leaves the harbour at noon and is back from the island before dark."
    story = [random_sentence(rng, 24) for _ in range(3)]
    own = [random_sentence(rng, 14) for _ in range(40)]
    told = []
    for _ in range(150):
        said = (
            f"“{' '.join(story[0].split()[:9])}”, the Gull {rng.randrange(150)} Gazette reported."
        )
        parts = [vary(text, rng, rng.choice((0, 1, 3))) for text in story[: rng.randint(1, 3)]]
        told.append("\n\n".join([*parts, said, rng.choice(own)]))
    told += [f"{template.format(n % 1_040)}\n\n{rng.choice(own)}" for n in range(1_100)]
    rng.shuffle(told)
    return [
        {
            "id": f"{number:06d}", "text": text,
            "outlet": rng.choice([None, f"Gull {number % 150} Gazette"]),
            "published": rng.choice([None, f"2026-03-{rng.randint(1, 9):02d}"]),
        }
        for number, text in enumerate(told)
    ]  # fmt: skip


@pytest.mark.parametrize(("partitions", "blocks"), [(1, 1), (7, 7), (64, 16)])
def test_partitions_of_a_skewed_corpus_change_nothing(
    spark: SparkSession, partitions: int, blocks: int
) -> None:
    corpus = Corpus.from_records(skewed_records(random.Random(3)))
    frame = frame_of(spark, corpus, partitions=partitions)
    result = dedup.spark.analyze(frame, blocks=blocks)
    assert_equal_tables(corpus, result, [*PARTS])


def test_killed_worker_changes_nothing(spark: SparkSession, tmp_path: Path) -> None:
    corpus = Corpus.from_records(random_records(5, 60))
    grave = tmp_path / "killed"

    def die_once(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if not grave.exists():
            grave.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        yield from batches

    frame = frame_of(spark, corpus, partitions=2)
    result = dedup.spark.analyze(frame.mapInArrow(die_once, frame.schema), blocks=3)
    assert grave.exists()
    assert_equal_tables(corpus, result, [*PARTS])


def test_blocks_are_counted_by_the_size_of_what_is_read(
    spark: SparkSession, tmp_path: Path
) -> None:
    rows = spark.range(2_000).selectExpr("id", "sha2(string(id), 512) text", "id * 2 other")
    rows.coalesce(1).write.parquet(str(tmp_path / "rows"))
    read = spark.read.parquet(str(tmp_path / "rows"))
    unknown = spark.createDataFrame(spark.sparkContext.parallelize([("Rain.",)]), "text string")
    counts = [
        count_blocks(frame, block_bytes, whole_bytes=whole_bytes)
        for frame, block_bytes, whole_bytes in (
            (read, 1 << 20, 0), (read, 200_000, 0), (read.select("other"), 200_000, 0),
            (read, 1, 0), (unknown, 1 << 20, 0), (read, 1, 1 << 20),
        )
    ]  # fmt: skip
    assert [1, 2, 2, 3, 3, 1] == counts  # of three partitions that a shuffle has here


def test_one_block_is_sorted_without_a_shuffle(spark: SparkSession) -> None:
    frame = frame_of(spark, Corpus.from_records(random_records(5, 60)), partitions=7)
    result = dedup.spark.analyze(frame, only="duplicates")
    assert ["documents", "passages", "duplicates", "clusters"] == [*result.tables]
    ordered = result.duplicates.orderBy(*dedup.spark.ORDER["duplicates"])
    assert "Exchange" not in ordered._jdf.queryExecution().executedPlan().toString()


def test_columns_may_have_other_names(spark: SparkSession) -> None:
    records = [
        {"key": 1, "body": "The bridge stays shut.", "paper": "Gull", "date": "2026-03-04"},
        {"key": 2, "body": "The bridge stays shut!", "paper": None, "date": None},
    ]
    frame = spark.createDataFrame(records, "key long, body string, paper string, date string")
    names = {"document_id": "key", "text": "body", "outlet": "paper"}
    result = dedup.spark.analyze(frame, only="duplicates", columns=names)
    rows = {row["document_id"]: row for row in result.documents.collect()}
    assert ["1", "2"] == sorted(rows)
    assert ("Gull", 2026) == (rows["1"]["outlet"], rows["1"]["published"].year)
    assert [1.0] == [row["jaccard"] for row in result.duplicates.collect()]


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("b", "Hail."), ("a", "Rain."), ("b", ""), ("a", "Snow.")], "^duplicate id 'a'$"),
        ([("a", "Rain."), ("b", None)], "^document 'b' has no text$"),
        ([("a", "Rain."), ("", "Snow.")], "^a document without an id"),
        ([("a", "..."), ("b", "")], "^no text in the corpus"),
        ([], "^no document in the corpus$"),
    ],
)
def test_input_of_no_use_is_an_error(
    spark: SparkSession, rows: list[tuple[str, str | None]], message: str, blocks: int
) -> None:
    frame = spark.createDataFrame(rows, "id string, text string")
    with pytest.raises(InputError, match=message):
        dedup.spark.analyze(frame, only="duplicates", blocks=blocks)


def test_fields_of_strings_alone_are_read_as_elsewhere(spark: SparkSession) -> None:
    record = {"id": "a", "text": "Rain.", "outlet": " Gull ", "title": "", "date": "2026-03-04"}
    frame = spark.createDataFrame([(*record.values(),)], [*record])
    row = dedup.spark.analyze(frame, only="duplicates").documents.collect()[0]
    expected = Corpus.from_records([record]).documents.to_pylist()[0]
    assert (
        ("Gull", None) == (expected["outlet"], expected["title"]) == (row["outlet"], row["title"])
    )
    assert expected["published"].date() == row["published"].date()


def test_missing_column_is_an_error_with_the_remedy(spark: SparkSession) -> None:
    frame = spark.createDataFrame([("a", "Rain.")], "id string, body string")
    with pytest.raises(ConfigError, match=r"no column 'text'.*columns=\{'text': …\}"):
        dedup.spark.analyze(frame, only="duplicates")


def test_more_pairs_than_the_driver_has_room_for_are_an_error_before(spark: SparkSession) -> None:
    corpus = Corpus.from_records(random_records(5, 60))
    with pytest.raises(ConfigError, match="verified pairs take up to 240 bytes each"):
        dedup.spark.analyze(
            frame_of(spark, corpus, partitions=1), only="duplicates", blocks=2, driver_bytes=100
        )  # fmt: skip


def test_command_writes_every_table_of_one_machine(
    spark: SparkSession, run: Callable[..., Result], newsroom: Corpus, tmp_path: Path
) -> None:
    fields = ["text", "outlet", "published", "title", "url"]
    records = [
        {"id": row["document_id"], **{field: row[field] for field in fields}}
        for row in newsroom.documents.to_pylist()
    ]
    source, target = tmp_path / "articles.jsonl", tmp_path / "tables"
    source.write_bytes(b"".join(orjson.dumps(r, option=orjson.OPT_APPEND_NEWLINE) for r in records))
    outlets = SAMPLE / "outlets.tsv"
    result = run("report", source, "--engine", "spark", "--master", "local[2]", "--outlets",
                 outlets, "--min-run-words", 6, "--within-outlet", "--output-dir", target,
                 "--format", "json")  # fmt: skip
    expected = analyze(
        Corpus.from_records(records), DuplicateSettings(),
        ReuseSettings(min_run_words=6, within_outlet=True), outlets=gazetteer(outlets),
    )  # fmt: skip
    rows = orjson.loads(result.stdout)["rows"]
    assert {name: expected.table(name).num_rows for name in TABLES} == rows
    for name in TABLES:
        table = expected.table(name)
        if name == "documents":  # of which Spark numbers no lines
            table = table.set_column(6, table.field("line"), pa.nulls(len(table), pa.int64()))
        found = pq.read_table(target / f"{name}.parquet").cast(table.schema)
        assert table.to_pylist() == found.to_pylist(), name


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--engine", "spark"], "needs --output-dir"),
        (["--engine", "spark", "--output-dir", "x", "--table-format", "csv"], "not csv"),
        (["--engine", "spark", "--output-dir", "x", "--jobs", "2"], "--jobs is for"),
        (["--master", "local[2]"], "--master is for"),
    ],
)
def test_options_that_exclude_each_other_are_usage_errors(
    run: Callable[..., Result], arguments: list[str], message: str
) -> None:
    result = run("report", "articles.jsonl", *arguments)
    assert (2, True) == (result.exit_code, message in result.stderr)
