"""Say what share of the CPU each stage of `dedup report --only duplicates` takes.

Also measures records in memory to clusters: what a caller of the library pays, without files.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from commands import add_data_option, corpus_file, work_folder


class Clock:
    """Adds up CPU seconds of this process, all threads, by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.last = time.process_time()

    def end(self, stage: str) -> None:
        """Count the time since the last call for a stage."""
        now = time.process_time()
        self.stages[stage] = self.stages.get(stage, 0.0) + now - self.last
        self.last = now


def main() -> int:
    """Measure once and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--size", default="100k", help="paragraphs: 20k, 100k, 1m")
    add_data_option(parser)
    parser.add_argument("--work-dir", type=Path, default=work_folder())
    parser.add_argument("--in-memory", action="store_true", help="records in memory to clusters")
    options = parser.parse_args()
    corpus = corpus_file(options.work_dir, options.size, data=options.data)
    if options.in_memory:
        print(f"records in memory to clusters, {options.size}: {in_memory(corpus):.2f} CPU s")
    else:
        print("\n".join(table_rows(from_file(corpus))))
    return 0


def from_file(path: Path) -> dict[str, float]:
    """Return CPU seconds by stage, in the order of the command line."""
    clock = Clock()
    from dedup.cli.startup import hidden

    with hidden("pandas", "scipy.linalg"):
        import numba  # noqa: F401  # what analysing loads when there is enough work
        import pyarrow
        from rich.console import Console

        from dedup.analysis import analyze
        from dedup.config import DuplicateSettings
        from dedup.corpus import read_corpus
        from dedup.report import render, summarize

        pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # as the command does
        clock.end("imports")
        corpus = read_corpus(path)
        clock.end("reading")
        stage = ["passages, tokens, shingles"]

        def progress(step: str, done: int, total: int) -> None:
            if done == 0:
                clock.end(stage[0])
                stage[0] = step

        settings = DuplicateSettings(threshold=0.7, shingle_size=5)
        analysis = analyze(corpus, settings, only=["duplicates"], progress=progress)
        clock.end(stage[0])
        len(analysis.cluster_arrays)
        clock.end("clusters")
        with tempfile.TemporaryDirectory() as scratch:
            analysis.write(scratch)
        clock.end("tables")
        with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
            render(summarize(analysis), Console(file=nowhere))
        clock.end("report")
    return clock.stages


def in_memory(path: Path) -> float:
    """Return the CPU seconds from a list of records to clusters, imports left out."""
    from dedup import Corpus, DuplicateSettings, analyze

    records = [json.loads(line) for line in path.open(encoding="utf-8")]
    analyze(Corpus.from_records(records[:5_000]), only=["duplicates"])  # loads the compiled loops
    clock = Clock()
    settings = DuplicateSettings(threshold=0.7, shingle_size=5)
    len(analyze(Corpus.from_records(records), settings, only=["duplicates"]).cluster_arrays)
    clock.end("all")
    return clock.stages["all"]


def table_rows(stages: dict[str, float]) -> list[str]:
    """Return the lines of a Markdown table."""
    total = sum(stages.values())
    rows = [f"| {name} | {cpu:.2f} | {cpu / total:.0%} |" for name, cpu in stages.items()]
    return ["| stage | CPU s | share |", "|---|--:|--:|", *rows, f"| all | {total:.2f} | |"]


if __name__ == "__main__":
    sys.exit(main())
