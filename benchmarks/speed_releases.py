"""Measure `dedup report` on all senate press releases: a real corpus of 72,786 documents, whole.

In goes the folder of real articles, out come CPU, wall and memory of one command with every table
written, as a user runs it. Skips where the data is missing.
"""

from __future__ import annotations

import argparse
import sys
import tempfile

from commands import add_data_option, measure, missing

RELEASES = "senate_press/articles.jsonl.gz"


def main() -> int:
    """Run the rounds and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    add_data_option(parser)
    parser.add_argument("--only", help="a part, as in `dedup report --only`; default: all parts")
    options = parser.parse_args()
    if options.data is None or not (options.data / RELEASES).exists():
        print("skipped: no real articles (--data or DEDUP_BENCHMARK_DATA)", file=sys.stderr)
        return 0
    if why := missing("dedup"):
        print(f"skipped: {why}", file=sys.stderr)
        return 0
    print("| run | CPU s | wall s | peak MB |")
    print("|---|--:|--:|--:|")
    for turn in range(options.rounds):
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-m", "dedup", "report", "--skip-bad-records"]
            command += ["--only", options.only] if options.only else []
            command += ["--output-dir", f"{scratch}/tables", str(options.data / RELEASES)]
            cost = measure(command)
        print(
            f"| {turn + 1} | {cost.cpu_seconds:.1f} | {cost.wall_seconds:.1f} "
            f"| {cost.peak_mb:.0f} |",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
