"""Measure what finding reuse costs, how it grows, and what peers cost on the same documents.

Three tables: growing parts of a corpus of real press releases; one long document that a thousand
others quote, beside as many that quote a thousand documents; and peers on as many releases as they
can manage, with `dedup` on the same ones. Everything runs as a process of its own, start-up
included.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commands import HERE, add_data_option, measure, missing

RELEASES = "senate_press/articles.jsonl.gz"
# Documents that each peer is given: what it can do in about a minute.
PEERS = {"difflib": 150, "rapidfuzz": 40, "copydetect": 600, "scikit-learn": 4_000}
FAQ_WORDS = 20_000
QUOTERS = 1_000


def main() -> int:
    """Run everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add_data_option(parser)
    parser.add_argument("--sizes", default="10000,20000,40000,70000", help="documents")
    options = parser.parse_args()
    if why := missing("dedup"):
        print(f"skipped: {why}", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        print("\n| one document quoted by a thousand | CPU s | wall s | peak MB |")
        print("|---|--:|--:|--:|")
        for name, n_sources in (("1,000 quote one", 1), ("1,000 quote 1,000", QUOTERS)):
            write(scratch / "quoted.jsonl", quoting(n_sources))
            print(row(name, [scratch / "quoted.jsonl"], scratch), flush=True)
        if options.data is None or not (options.data / RELEASES).exists():
            print("releases skipped: no real articles", file=sys.stderr)
            return 0
        with gzip.open(options.data / RELEASES, "rt", encoding="utf-8") as lines:
            releases = [json.loads(line) for line in lines]
        random.Random(1).shuffle(releases)
        print("\n| releases | CPU s | wall s | peak MB |\n|---|--:|--:|--:|")
        corpus = scratch / "releases.jsonl"
        for size in map(int, options.sizes.split(",")):
            write(corpus, releases[:size])
            print(row(f"{size:,}", [corpus], scratch), flush=True)
        print("\n| tool | releases | CPU s | wall s | peak MB | dedup, same releases, CPU s |")
        print("|---|--:|--:|--:|--:|--:|")
        for peer, size in PEERS.items():
            if peer in ("rapidfuzz", "copydetect") and (why := missing(peer)):
                print(f"{peer} skipped: {why}", file=sys.stderr)
                continue
            write(corpus, releases[:size])
            cost = measure([sys.executable, str(HERE / "peers" / "reuse.py"), peer, str(corpus)])
            own = measure(command([corpus], scratch))
            print(
                f"| {peer} | {size:,} | {cost.cpu_seconds:.1f} | {cost.wall_seconds:.1f}"
                f" | {cost.peak_mb:.0f} | {own.cpu_seconds:.1f} |",
                flush=True,
            )
    return 0


def command(paths: list[Path], scratch: Path) -> list[str]:
    """Return the command that writes the reuse of a corpus, as a user would type it."""
    typed = [sys.executable, "-m", "dedup", "report", "--only", "reuse", "--skip-bad-records"]
    return [*typed, "--output-dir", str(scratch / "tables"), *map(str, paths)]


def row(name: str, paths: list[Path], scratch: Path) -> str:
    """Return the table row of one run."""
    cost = measure(command(paths, scratch))
    return f"| {name} | {cost.cpu_seconds:.1f} | {cost.wall_seconds:.1f} | {cost.peak_mb:.0f} |"


def write(path: Path, records: Iterator[dict[str, Any]] | list[dict[str, Any]]) -> None:
    """Write records as JSON lines."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def quoting(n_sources: int) -> Iterator[dict[str, Any]]:
    """Yield documents of invented words, and a thousand that quote 20 to 200 words of them."""
    rng = random.Random(5)
    words = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(9_000)]

    def text(n: int) -> list[str]:
        return [words[int(rng.paretovariate(0.6)) % len(words)] for _ in range(n)]

    sources = [text(FAQ_WORDS // (1 if n_sources == 1 else 20)) for _ in range(n_sources)]
    for number, source in enumerate(sources):
        paragraphs = [" ".join(source[i : i + 80]) + "." for i in range(0, len(source), 80)]
        yield {"id": f"source-{number}", "outlet": f"source-{number}", "published": "2026-01-01",
               "text": "\n\n".join(paragraphs)}  # fmt: skip
    for number in range(QUOTERS):
        source = rng.choice(sources)
        length = rng.randint(20, 200)
        start = rng.randrange(len(source) - length)
        quoted = " ".join(source[start : start + length])
        own = [" ".join(text(90)) + "." for _ in range(3)]
        yield {"id": f"quoter-{number}", "outlet": f"outlet-{number}", "published": "2026-02-01",
               "text": "\n\n".join([own[0], quoted + ".", *own[1:]])}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
