"""Compare every table of `dedup` on Spark with that of one machine, row for row.

Three corpora: the sample newsroom, the first releases of a real corpus, and one that is hard on
purpose (a paragraph printed ten thousand times, a template with one number changed, a sentence
that thousands share, a story in 150 outlets). Each is cut into several numbers of partitions.
Prints a line a table; exits with 1 if one differs. What each run shuffled, and the memory of the
largest process of Python at its highest, is printed at the end.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commands import HERE, add_data_option
from make_paragraphs import (
    EDITS,
    VOCABULARY_SIZE,
    invented_paragraphs,
    invented_vocabulary,
    skewed_paragraphs,
)
from speed_spark import open_session, shuffle_bytes, use_of_processes

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from dedup import Corpus, Gazetteer

CORPORA = ("newsroom", "releases", "skewed")
RELEASES = "senate_press/articles.jsonl.gz"
SAMPLE = HERE.parent / "sample_data"
# Documents with each kind of hard paragraph; a bucket of more than 1,000 texts is a case apart.
SKEWED = {"identical": 10_000, "one-number": 1_500, "shared-sentence": 1_500}
OUTLETS = 150


def main() -> int:
    """Analyse every corpus here and on Spark, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--releases", type=int, default=20_000, help="documents of the real corpus")
    parser.add_argument("--partitions", default="1,7,64", help="numbers of partitions and blocks")
    parser.add_argument("--master", default="local[2]")
    parser.add_argument("--driver-memory", default="6g")
    add_data_option(parser)
    options = parser.parse_args()
    from dedup import analyze, gazetteer

    known = gazetteer(SAMPLE / "outlets.tsv")
    n_different, costs = 0, []
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "events"
        log.mkdir()
        spark = open_session(
            options.master, Path(scratch), log, memory=options.driver_memory,
            settings={
                "spark.driver.maxResultSize": "0",
                "spark.sql.session.timeZone": "UTC",
            },
        )  # fmt: skip
        print("| corpus | partitions | seconds | table | rows | equal |\n|---|--:|--:|---|--:|---|")
        for name in options.corpora.split(","):
            corpus = read(name, options.data, options.releases)
            if corpus is None:
                print(f"{name} skipped: no real articles", file=sys.stderr)
                continue
            begin = time.perf_counter()
            local = analyze(corpus, outlets=known)
            tables = {name: local.table(name) for name in local.table_names}
            print(f"| {name} | here | {time.perf_counter() - begin:.0f} | | | |", flush=True)
            for partitions in map(int, options.partitions.split(",")):
                begin = time.time()
                n_different += compare(spark, name, corpus, tables, known, partitions)
                _, peak = use_of_processes()
                costs.append((name, partitions, len(tables["passages"]), peak, begin, time.time()))
        spark.stop()
        print(
            "\n| corpus | partitions | passages | shuffle MB | worker MB |\n|---|--:|--:|--:|--:|"
        )
        for name, partitions, n_passages, peak, begin, end in costs:
            shuffled = shuffle_bytes(log, int(begin * 1_000), int(end * 1_000))
            print(f"| {name} | {partitions} | {n_passages:,} | {shuffled / 1e6:,.0f}"
                  f" | {peak / 1e6:,.0f} |", flush=True)  # fmt: skip
    return 1 if n_different else 0


def compare(
    spark: SparkSession, name: str, corpus: Corpus, expected: dict[str, Any], known: Gazetteer,
    partitions: int,
) -> int:  # fmt: skip
    """Print whether the tables of a corpus are equal; return how many are not."""
    from pyspark.sql.pandas.types import from_arrow_schema

    import dedup.spark

    spark.conf.set("spark.sql.shuffle.partitions", str(partitions))
    documents = corpus.documents.combine_chunks()
    frame = spark.createDataFrame(documents, from_arrow_schema(documents.schema))
    begin = time.perf_counter()
    result = dedup.spark.analyze(frame.repartition(partitions), outlets=known, blocks=partitions)
    found = {name: table.toArrow() for name, table in result.tables.items()}
    seconds = time.perf_counter() - begin
    n_different = 0
    for table in {**expected, **found}:
        difference = "NO: not there"
        if table in expected and table in found:
            own = expected[table].combine_chunks()
            keys = [(key, "ascending") for key in dedup.spark.ORDER[table]]
            difference = find_difference(
                own, found[table].cast(own.schema).sort_by(keys).combine_chunks()
            )
        n_different += bool(difference)
        rows = f"{len(expected.get(table, ())):,}"
        print(f"| {name} | {partitions} | {seconds:.0f} | {table} | {rows}"
              f" | {difference or 'yes'} |", flush=True)  # fmt: skip
    return n_different


def find_difference(expected: Any, found: Any) -> str:
    """Return what differs in two tables: nothing, the number of rows, or the first row."""
    if expected.equals(found):
        return ""
    pairs = zip(expected.to_pylist(), found.to_pylist(), strict=False)
    unequal = [(row, own, other) for row, (own, other) in enumerate(pairs) if own != other]
    if len(expected) != len(found):
        return f"NO: {len(found):,} rows, {len(unequal):,} of the first differ"
    if not unequal:
        return ""  # arrays that differ only in how they are stored
    row, own, other = unequal[0]
    parts = [f"{key} {own[key]!r} is {other[key]!r}" for key in own if own[key] != other[key]]
    return f"NO: {len(unequal):,} rows; row {row}: {'; '.join(parts)}"


def read(name: str, data: Path | None, n_releases: int) -> Corpus | None:
    """Return a corpus; None where its articles are not at hand."""
    from dedup import Corpus, read_corpus
    from dedup.config import CorpusSettings

    if name == "newsroom":
        return read_corpus(SAMPLE / "newsroom")
    if name == "skewed":
        return Corpus.from_records(skewed_records(random.Random(1)))
    if data is None or not (data / RELEASES).exists():
        return None
    with gzip.open(data / RELEASES, "rt", encoding="utf-8") as lines:
        records = (json.loads(line) for line in itertools.islice(lines, n_releases))
        return Corpus.from_records(records, CorpusSettings(skip_bad_records=True))


def skewed_records(rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield documents of paragraphs of every hard kind, each with one of its own.

    Every third of them names no outlet, and so is compared with all the others; some have no time.
    """
    invented = invented_paragraphs(rng)
    number = itertools.count()

    def record(paragraphs: list[str], outlet: str | None) -> dict[str, Any]:
        day = f"2026-03-{rng.randint(1, 28):02d}"
        published = rng.choices((day, f"{day}T{rng.randint(0, 23):02d}:00:00Z", None), (2, 7, 1))
        return {
            "id": f"d{next(number):06d}", "text": "\n\n".join(paragraphs), "outlet": outlet,
            "published": published[0],
        }  # fmt: skip

    names = itertools.islice(invented_vocabulary(rng), VOCABULARY_SIZE - OUTLETS, None)
    outlets = [f"{name.capitalize()} Gazette" for name in names]
    for kind, size in SKEWED.items():
        for text in skewed_paragraphs(kind, size, rng):
            outlet = None if rng.random() < 1 / 3 else rng.choice(outlets)
            yield record([text, next(invented)], outlet)
    story = [next(invented) for _ in range(6)]
    pool = " ".join(story).split(" ")
    for outlet in outlets:
        told = [" ".join(EDITS[rng.choice([*EDITS])](text.split(" "), pool, rng)) for text in story]
        said = f"“{' '.join(story[0].split(' ')[:9])}”, the {rng.choice(outlets)} reported."
        yield record([*told[: rng.randint(2, 6)], said, next(invented)], outlet)


if __name__ == "__main__":
    raise SystemExit(main())
