"""Measure `dedup` on Spark beside Spark's own MinHashLSH: seconds, shuffle bytes, pairs found.

Both read one corpus of paragraphs as Parquet and look for the same pairs, each in a process and a
session of its own on this machine. Shuffle bytes are those of Spark's event log.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from commands import add_data_option, corpus_file, work_folder

TOOLS = ("dedup", "mllib")
FEATURES = 1 << 22  # of MLlib's hashed shingles: few enough of a paragraph's fall together


def main() -> int:
    """Run each tool and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--size", default="100k", help="paragraphs: 20k, 100k, 1m")
    parser.add_argument("--tools", default=",".join(TOOLS))
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--hash-tables", type=int, default=4, help="of MLlib, each of one value")
    parser.add_argument("--limit", type=int, default=1_800, help="seconds that a tool may take")
    parser.add_argument("--partitions", type=int, default=16)
    add_data_option(parser)
    parser.add_argument("--work-dir", type=Path, default=work_folder())
    parser.add_argument("--tool", choices=TOOLS, help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    corpus = corpus_file(options.work_dir, options.size, data=options.data)
    if options.tool:
        print(json.dumps(run_tool(options, corpus)))
        return 0
    print(f"{options.size} paragraphs, {options.master}, threshold {options.threshold}\n")
    print("| tool | seconds | paragraphs a second | shuffle MB | pairs of distinct texts |")
    print("|---|---:|---:|---:|---:|")
    for tool in options.tools.split(","):
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, *sys.argv, "--tool", tool, "--scratch", scratch]
            try:
                found = subprocess.run(
                    command, capture_output=True, text=True, timeout=options.limit, check=False
                )
            except subprocess.TimeoutExpired:
                print(f"| {tool} | over {options.limit} | | | |", flush=True)
                continue
        if found.returncode:
            raise SystemExit(found.stderr[-3_000:])
        row = json.loads(found.stdout.splitlines()[-1])
        print(
            f"| {tool} | {row['seconds']:.0f} | {row['n'] / row['seconds']:,.0f}"
            f" | {row['shuffle'] / 1e6:,.0f} | {row['pairs']:,} |", flush=True,
        )  # fmt: skip
    return 0


def run_tool(options: argparse.Namespace, corpus: Path) -> dict[str, Any]:
    """Return what a tool took, from the records at hand to the number of its pairs."""
    import os

    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    log = options.scratch / "events"
    log.mkdir()
    spark = (
        SparkSession.builder.master(options.master).config("spark.driver.memory", "4g")
        .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false").config("spark.local.dir", str(options.scratch))
        .config("spark.sql.shuffle.partitions", str(options.partitions))
        .config("spark.eventLog.enabled", "true").config("spark.eventLog.dir", log.as_uri())
        .config("spark.eventLog.rolling.enabled", "false")
        .config("spark.eventLog.compress", "false")
        .getOrCreate()
    )  # fmt: skip
    spark.sparkContext.setLogLevel("ERROR")
    records = options.scratch / "records"
    spark.read.json(str(corpus)).repartition(options.partitions).write.parquet(str(records))
    frame = spark.read.parquet(str(records))
    n = frame.count()
    start = time.perf_counter()
    if options.tool == "dedup":
        pairs = find_with_dedup(frame, options.threshold)
    else:
        pairs = find_with_mllib(frame, options.threshold, options.hash_tables)
    seconds = time.perf_counter() - start
    spark.stop()
    return {"seconds": seconds, "n": n, "pairs": pairs, "shuffle": shuffle_bytes(log)}


def find_with_dedup(frame: Any, threshold: float) -> int:
    """Return the number of pairs of distinct texts."""
    from dedup.config import DuplicateSettings
    from dedup.spark import analyze

    result = analyze(frame, DuplicateSettings(threshold=threshold), only="duplicates")
    assert result.duplicates is not None
    return int(result.duplicates.filter("jaccard < 1").count())


def find_with_mllib(frame: Any, threshold: float, hash_tables: int) -> int:
    """Return the number of pairs of distinct texts, of the same shingles."""
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import HashingTF, MinHashLSH, NGram, RegexTokenizer

    pipeline = Pipeline(stages=[
        RegexTokenizer(inputCol="text", outputCol="words", pattern=r"[\p{L}\p{M}\p{N}']+",
                       gaps=False),
        NGram(n=3, inputCol="words", outputCol="shingles"),
        HashingTF(inputCol="shingles", outputCol="features", binary=True, numFeatures=FEATURES),
    ])  # fmt: skip
    vectors = pipeline.fit(frame).transform(frame).filter("size(shingles) > 0")
    # Copies are one text here, too: MLlib would pair each with each.
    vectors = vectors.dropDuplicates(["words"]).select("id", "features").persist()
    model = MinHashLSH(
        inputCol="features", outputCol="hashes", numHashTables=hash_tables, seed=1
    ).fit(vectors)
    near = model.approxSimilarityJoin(vectors, vectors, 1 - threshold, distCol="distance")
    return int(near.filter("datasetA.id < datasetB.id and distance > 0").count())


def shuffle_bytes(log: Path) -> int:
    """Return how many bytes the tasks of a run wrote to shuffles."""
    total = 0
    for path in log.iterdir():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                metrics = event.get("Task Metrics") or {}
                written = metrics.get("Shuffle Write Metrics") or {}
                total += int(written.get("Shuffle Bytes Written", 0))
    return total


if __name__ == "__main__":
    raise SystemExit(main())
