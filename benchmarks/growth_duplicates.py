"""Measure how the cost of `dedup` grows, from 10,000 to 100,000 passages that are hard.

Three kinds: identical paragraphs, distinct paragraphs that share one long sentence, paragraphs of
one template that differ in a number. The bars: ten times the passages cost at most 13 times the
CPU, and memory grows no faster than the text.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from commands import Cost, corpus_file, dedup_command, measure, missing, work_folder
from make_paragraphs import KINDS

SKEWED = KINDS[1:]
# Costs what starting up costs, and little more.
TINY = "10"


def main() -> int:
    """Run the rounds and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--kind", choices=SKEWED, action="append", help="default: all")
    parser.add_argument("--sizes", default="10k,100k", help="a smaller and a larger one")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threshold", type=float, default=0.6)
    parser.add_argument("--shingle-size", type=int, default=3)
    parser.add_argument(
        "--work-dir", type=Path, default=work_folder(), help="where corpora are kept"
    )
    options = parser.parse_args()
    if why := missing("dedup"):
        print(f"skipped: {why}", file=sys.stderr)
        return 0
    small, large = options.sizes.split(",")
    print(
        f"| kind | start-up CPU s | CPU s {small} | CPU s {large} | ratio | ratio less start-up "
        f"| start-up MB | peak MB {small} | peak MB {large} | ratio less start-up | text ratio |"
    )
    print("|---|" + "--:|" * 10)
    for kind in options.kind or SKEWED:
        corpora = [corpus_file(options.work_dir, size, kind=kind) for size in (TINY, small, large)]
        print(growth_row(kind, corpora, options), flush=True)
    return 0


def growth_row(kind: str, corpora: list[Path], options: argparse.Namespace) -> str:
    """Return the table row of one kind: medians of rounds in which the sizes take turns."""
    costs: list[list[Cost]] = [[] for _ in corpora]
    with tempfile.TemporaryDirectory() as scratch:
        # The two smaller run once before the rounds, so that none of those pays for compiling.
        for turn in range(options.rounds + 1):
            for i, corpus in enumerate(corpora):
                command = dedup_command(
                    corpus,
                    Path(scratch) / f"{turn}-{i}",
                    threshold=options.threshold,
                    shingle_size=options.shingle_size,
                )
                if turn == 0 and corpus == corpora[-1]:
                    continue
                cost = measure(command)
                print(f"{kind} {corpus.name}: {cost}", file=sys.stderr)
                if turn > 0:
                    costs[i].append(cost)
    cpu = [statistics.median(cost.cpu_seconds for cost in each) for each in costs]
    peak = [statistics.median(cost.peak_mb for cost in each) for each in costs]
    text = corpora[2].stat().st_size / corpora[1].stat().st_size
    cells = (
        kind,
        *(f"{value:.2f}" for value in cpu),
        f"{cpu[2] / cpu[1]:.1f}",
        growth(cpu),
        *(f"{value:.0f}" for value in peak),
        growth(peak),
        f"{text:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def growth(values: list[float]) -> str:
    """Return the ratio of the larger to the smaller size, both less start-up."""
    start_up, small, large = values
    return f"{(large - start_up) / (small - start_up):.1f}" if small > start_up else "none"


if __name__ == "__main__":
    sys.exit(main())
