"""Measure `dedup` on Spark beside Spark's own MinHashLSH: time, shuffle bytes, memory, recall.

Both read one corpus of paragraphs as Parquet and write the pairs of its distinct texts, found by
the same shingles of the same words; each has a process and a session of its own on this machine,
and does it several times there: the first time Java compiles what it runs. Needs Linux, whose
`/proc` says what the session's processes used. Shuffle bytes are those of Spark's event log.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import add_data_option, corpus_file, work_folder
from exact_join import exact_pairs, read_paragraphs

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# In so many blocks; of MLlib the number of hash tables, each of one value.
TOOLS = ("dedup", "dedup-4", "mllib-4", "mllib-8")
FEATURES = 1 << 22  # of MLlib's hashed shingles: few enough of a paragraph's fall together
WORD = r"[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}\p{N}]+)*"


def main() -> int:
    """Run each tool and print a line for each time that it ran."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--size", default="100k", help="paragraphs: 20k, 100k, 1m")
    parser.add_argument(
        "--tools", default=",".join(TOOLS), help="dedup-N: in N blocks; mllib-N: with N hash tables"
    )
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--runs", type=int, default=3, help="in one session")
    parser.add_argument("--limit", type=int, default=1_800, help="seconds that a tool may take")
    parser.add_argument("--partitions", type=int, default=16)
    parser.add_argument("--recall", action="store_true", help="join exactly, too: up to 100k")
    add_data_option(parser)
    parser.add_argument("--work-dir", type=Path, default=work_folder())
    parser.add_argument("--tool", help=argparse.SUPPRESS)
    parser.add_argument("--scratch", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    corpus = corpus_file(options.work_dir, options.size, data=options.data)
    if options.tool:
        run_tool(options, corpus)
        return 0
    truth = find_truth(corpus, options.threshold) if options.recall else None
    print(f"{options.size} paragraphs, {options.master}, threshold {options.threshold}\n")
    print("| tool | run | seconds | CPU s | paragraphs a second | shuffle MB | worker MB | pairs"
          " | recall | precision |\n|---|--:|---:|---:|---:|---:|---:|---:|---:|---:|")  # fmt: skip
    for tool in options.tools.split(","):
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, *sys.argv, "--tool", tool, "--scratch", scratch]
            try:
                found = subprocess.run(
                    command, stderr=subprocess.PIPE, text=True, timeout=options.limit, check=False
                )
            except subprocess.TimeoutExpired:
                print(f"| {tool} | over {options.limit} s | | | | | | | | |", flush=True)
                continue
            if found.returncode:
                raise SystemExit(found.stderr[-3_000:])
            print_runs(tool, Path(scratch), truth)
    return 0


def find_truth(corpus: Path, threshold: float) -> set[tuple[str, str]]:
    """Return every pair of distinct texts that reaches the threshold, by their ids."""
    ids, texts = read_paragraphs(corpus)
    found = exact_pairs(texts, shingle_size=3, threshold=threshold)
    rows = zip(*(column.tolist() for column in found), strict=True)
    return {(ids[first], ids[second]) for first, second, jaccard in rows if jaccard < 1}


def print_runs(tool: str, scratch: Path, truth: set[tuple[str, str]] | None) -> None:
    """Print a line for each run of a tool."""
    import pyarrow.parquet as pq

    for run, row in enumerate(json.loads((scratch / "runs.json").read_bytes())):
        columns = pq.read_table(scratch / f"pairs-{run}").to_pydict()
        pairs = {*zip(columns["first"], columns["second"], strict=True)}
        shares = "| |"
        if truth is not None:
            n = len(truth & pairs)
            shares = f"{n / len(truth):.4f} | {n / len(pairs):.4f} |"
        print(
            f"| {tool} | {run + 1} | {row['seconds']:.1f} | {row['cpu']:.1f}"
            f" | {row['n'] / row['seconds']:,.0f} | {row['shuffle'] / 1e6:,.0f}"
            f" | {row['peak'] / 1e6:,.0f} | {len(pairs):,} | {shares}", flush=True,
        )  # fmt: skip


def open_session(
    master: str, scratch: Path, log: Path, *, memory: str, settings: Mapping[str, str]
) -> SparkSession:
    """Return a session that leaves nothing behind but a log of its tasks."""
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = (
        SparkSession.builder.master(master).config("spark.driver.memory", memory)
        .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
        .config("spark.local.dir", str(scratch))
        .config("spark.eventLog.enabled", "true").config("spark.eventLog.dir", log.as_uri())
        .config("spark.eventLog.rolling.enabled", "false")
        .config("spark.eventLog.compress", "false")
        .config("spark.sql.codegen.cache.maxEntries", "1000")  # or a second run compiles all again
    )  # fmt: skip
    spark = builder.config(map=dict(settings)).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def run_tool(options: argparse.Namespace, corpus: Path) -> None:
    """Write the pairs and what each run took, from the records at hand to the pairs on disk."""
    log = options.scratch / "events"
    log.mkdir()
    spark = open_session(
        options.master, options.scratch, log, memory="4g",
        settings={"spark.sql.shuffle.partitions": str(options.partitions)},
    )  # fmt: skip
    records = str(options.scratch / "records")
    spark.read.json(str(corpus)).repartition(options.partitions).write.parquet(records)
    frame = spark.read.parquet(records)
    n = frame.count()
    shuffled, runs = [int(time.time() * 1_000)], []
    for run in range(options.runs):
        start, (before, _) = time.perf_counter(), use_of_processes()
        tool, _, number = options.tool.partition("-")
        if tool == "dedup":
            pairs = find_with_dedup(frame, options.threshold, int(number) if number else None)
        else:
            pairs = find_with_mllib(frame, options.threshold, int(number))
        pairs.write.parquet(str(options.scratch / f"pairs-{run}"))
        seconds, (after, peak) = time.perf_counter() - start, use_of_processes()
        shuffled.append(int(time.time() * 1_000))
        runs.append({"n": n, "seconds": seconds, "cpu": after - before, "peak": peak})
        spark.catalog.clearCache()
    spark.stop()
    for run, row in enumerate(runs):
        row["shuffle"] = shuffle_bytes(log, shuffled[run], shuffled[run + 1])
    (options.scratch / "runs.json").write_text(json.dumps(runs), encoding="utf-8")


def find_with_dedup(frame: Any, threshold: float, blocks: int | None) -> Any:
    """Return the pairs of distinct texts, by the ids of their paragraphs."""
    from dedup.config import DuplicateSettings
    from dedup.spark import analyze

    settings = DuplicateSettings(threshold=threshold)
    found = analyze(frame, settings, only="duplicates", blocks=blocks).duplicates
    assert found is not None
    return found.filter("jaccard < 1").selectExpr(
        "first_document_id first", "second_document_id second"
    )


def find_with_mllib(frame: Any, threshold: float, hash_tables: int) -> Any:
    """Return the pairs of distinct texts, of the same shingles, but for hashed ones that meet."""
    from pyspark.ml import Pipeline
    from pyspark.ml.feature import HashingTF, MinHashLSH, NGram, RegexTokenizer

    # Copies are one text here, too: MLlib would pair each with each.
    straight = frame.selectExpr("id", "translate(text, '\u2019', '''') text")
    words = RegexTokenizer(inputCol="text", outputCol="words", pattern=WORD, gaps=False)
    texts = words.transform(straight).groupBy("words").agg({"id": "min"})
    texts = texts.withColumnRenamed("min(id)", "id").filter("size(words) >= 3")
    shingles = Pipeline(stages=[
        NGram(n=3, inputCol="words", outputCol="shingles"),
        HashingTF(inputCol="shingles", outputCol="features", binary=True, numFeatures=FEATURES),
    ])  # fmt: skip
    vectors = shingles.fit(texts).transform(texts).select("id", "features").persist()
    model = MinHashLSH(
        inputCol="features", outputCol="hashes", numHashTables=hash_tables, seed=1
    ).fit(vectors)
    near = model.approxSimilarityJoin(vectors, vectors, 1 - threshold, distCol="distance")
    near = near.filter("datasetA.id < datasetB.id and distance > 0")
    return near.selectExpr("datasetA.id first", "datasetB.id second")


def use_of_processes() -> tuple[float, int]:
    """Return CPU seconds of this process and those that it started, and a worker's peak in bytes.

    A worker is a process of Python that Spark started. Java takes what it is given.
    """
    parents, cpu, peaks = {}, {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            name, fields = (folder / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
            status = (folder / "status").read_text()
        except OSError:  # it has ended
            continue
        pid, values = int(folder.name), fields.split()
        parents[pid], cpu[pid] = int(values[1]), sum(map(int, values[11:15]))
        if "VmHWM:" in status and name != "java":
            peaks[pid] = 1_024 * int(status.split("VmHWM:")[1].split()[0])
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    peak = max((peaks.get(pid, 0) for pid in family - {os.getpid()}), default=0)
    return sum(cpu[pid] for pid in family) / os.sysconf("SC_CLK_TCK"), peak


def shuffle_bytes(log: Path, start: int, end: int) -> int:
    """Return how many bytes the tasks that ended in a span of time wrote to shuffles."""
    total = 0
    for path in log.iterdir():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                event = json.loads(line)
                metrics = event.get("Task Metrics") or {}
                if metrics and start < event["Task Info"]["Finish Time"] <= end:
                    written = metrics.get("Shuffle Write Metrics") or {}
                    total += int(written.get("Shuffle Bytes Written", 0))
    return total


if __name__ == "__main__":
    raise SystemExit(main())
