"""Measure how well web pages are read, against the article text that people marked on them.

The measure is token F1: of the tokens (runs of letters and digits, case folded) of a page's body
passages and of the gold text, as multisets, the harmonic mean of the share of ours that is in the
gold and the share of the gold that is in ours; the mean over pages, a page that raises counting 0.
Beside it the same for the whole extracted text, whatever the passages' roles, and for its runs of
four tokens, which also see order. With `--check`, the figures are held to `floors.json`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import os
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dedup import CorpusSettings, analyze, read_corpus
from dedup.corpus.html import Page, extract_page

FLOORS = Path(__file__).resolve().parent / "floors.json"
KEY = "quality_html"
PAGES = "html_pages/pages.jsonl.gz"
TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Reading:
    """One page as read.

    Attributes:
        url: Where the page is from.
        page: What was found; None if reading it raised.
        precision: Share of the tokens of its body passages that are in the gold.
        recall: Share of the gold's tokens that are in them.
        f1: Their harmonic mean.
        f1_of_text: That of the whole extracted text.
        f1_of_runs: The same over runs of four tokens.
        milliseconds: CPU time that extracting took.
    """

    url: str
    page: Page | None
    precision: float
    recall: float
    f1: float
    f1_of_text: float
    f1_of_runs: float
    milliseconds: float


def main() -> int:
    """Measure, print the tables, and compare with the floors or rewrite them."""
    data = os.environ.get("DEDUP_BENCHMARK_DATA")
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--data", type=Path, default=data and Path(data), help="default: $DEDUP_BENCHMARK_DATA"
    )
    parser.add_argument("--check", action="store_true", help="exit 1 below a floor")
    parser.add_argument("--update", action="store_true", help="set the floors to what was measured")
    parser.add_argument(
        "--allow-regression", action="store_true", help="let --update lower a floor"
    )
    parser.add_argument("--pages", action="store_true", help="also print what was found, by page")
    options = parser.parse_args()
    if options.data is None or not (path := options.data / PAGES).exists():
        print(f"skipped: no {PAGES} (--data or DEDUP_BENCHMARK_DATA)", file=sys.stderr)
        return 0
    extract_page("<p>")  # imports
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        pages = [json.loads(line) for line in lines]
    bodies = read_bodies([page["html"] for page in pages])
    readings = [measure(page, body) for page, body in zip(pages, bodies, strict=True)]
    figures = summarise(readings)
    print_tables(readings, figures, with_pages=options.pages)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if options.update:
        return update_floors(figures, digest, allow_regression=options.allow_regression)
    return check_floors(figures, digest) if options.check else 0


def read_bodies(pages: list[str]) -> list[str]:
    """Return the body passages of each page, read and analysed as one corpus; "" if it raises."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{number:04}.html" for number in range(len(pages))]
        for name, markup in zip(names, pages, strict=True):
            (Path(folder) / name).write_text(markup, encoding="utf-8")
        settings = CorpusSettings(skip_bad_records=True)
        passages = analyze(read_corpus(folder, settings), only=["duplicates"]).passages
    body = passages[passages["role"] == "body"].sort_values("position")
    texts = body.groupby("document_id")["text"].agg("\n\n".join)
    return [texts.get(name, "") for name in names]


def measure(stated: dict[str, str], body: str) -> Reading:
    """Extract one page and compare its body passages and its text with the gold."""
    start = time.process_time()
    try:
        page = extract_page(stated["html"])
    except Exception as error:  # that none is raised is what is measured
        print(f"{stated['url']}: {error!r}", file=sys.stderr)
        page = None
    milliseconds = 1000 * (time.process_time() - start)
    text, gold = page.text if page else "", stated["gold"]
    precision, recall, f1 = compare(body, gold)
    of_text, of_runs = compare(text, gold)[2], compare(text, gold, 4)[2]
    return Reading(stated["url"], page, precision, recall, f1, of_text, of_runs, milliseconds)


def compare(text: str, gold: str, size: int = 1) -> tuple[float, float, float]:
    """Return precision, recall and F1 of runs of `size` tokens; of two empty texts 1, 1, 1."""
    ours, theirs = count_runs(text, size), count_runs(gold, size)
    if not ours and not theirs:
        return 1.0, 1.0, 1.0
    shared = (ours & theirs).total()
    precision = shared / ours.total() if ours else 0.0
    recall = shared / theirs.total() if theirs else 0.0
    return precision, recall, 2 * shared / (ours.total() + theirs.total())


def count_runs(text: str, size: int) -> Counter[tuple[str, ...]]:
    """Count the runs of `size` tokens; a shorter text is one run."""
    tokens = TOKEN.findall(text.casefold())
    starts = range(max(1, len(tokens) - size + 1) if tokens else 0)
    return Counter(tuple(tokens[start : start + size]) for start in starts)


def summarise(readings: list[Reading]) -> dict[str, float]:
    """Return the figures that floors are set for, each better when higher."""
    pages = [reading.page for reading in readings]
    read = [page for page in pages if page is not None]
    return {
        "f1": statistics.fmean(reading.f1 for reading in readings),
        "f1_of_text": statistics.fmean(reading.f1_of_text for reading in readings),
        "f1_of_runs": statistics.fmean(reading.f1_of_runs for reading in readings),
        "pages_read": len(read) / len(pages),
        "with_title": sum(page.title is not None for page in read) / len(pages),
        "with_outlet": sum(page.outlet is not None for page in read) / len(pages),
        "with_published": sum(page.published is not None for page in read) / len(pages),
        "with_hour": sum("T" in (page.published or "") for page in read) / len(pages),
    }


def print_tables(readings: list[Reading], figures: dict[str, float], *, with_pages: bool) -> None:
    """Print the pages, worst first, and the means, as Markdown."""
    print("| page | F1 | precision | recall | F1 of text | of runs of 4 | ms |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for reading in sorted(readings, key=lambda reading: (reading.f1, reading.url)):
        scores = reading.f1, reading.precision, reading.recall
        cells = [f"{score:.3f}" for score in (*scores, reading.f1_of_text, reading.f1_of_runs)]
        address = re.sub(r"https?://(?:www\.)?", "", reading.url)[:60]
        print(f"| {address} | {' | '.join(cells)} | {reading.milliseconds:.0f} |")
        if with_pages and (page := reading.page) is not None:
            print(f"| | {page.title} | {page.outlet} | {page.published} | {page.url} |")
    times = sorted(reading.milliseconds for reading in readings)
    print(f"\n{len(readings)} pages, {statistics.fmean(times):.1f} ms each in the mean,", end=" ")
    print(f"{statistics.median(times):.1f} in the median, {times[-1]:.0f} at most\n")
    for name, value in figures.items():
        print(f"{name:15} {value:.4f}")


def check_floors(figures: dict[str, float], digest: str) -> int:
    """Return 1 if a figure is below its floor, and say which."""
    known = read_floors().get(KEY)
    if known is None or known["sha256"] != {PAGES: digest}:
        print(f"{KEY}: no floors for these pages (see --update)", file=sys.stderr)
        return 0
    failures = [
        f"{name} {figures[name]:.4f} is below {floor}"
        for name, floor in known["floors"].items()
        if figures[name] < floor
    ]
    print("\n".join(failures) or "at or above every floor", file=sys.stderr)
    return 1 if failures else 0


def update_floors(figures: dict[str, float], digest: str, *, allow_regression: bool) -> int:
    """Set the floors to what was measured, rounded down; return 1 where that would lower one."""
    everything = read_floors()
    known = everything.get(KEY, {}).get("floors", {})
    floors = {name: math.floor(value * 1000) / 1000 for name, value in figures.items()}
    lowered = [name for name, floor in floors.items() if floor < known.get(name, 0)]
    if lowered and not allow_regression:
        print(f"would lower {', '.join(lowered)} (see --allow-regression)", file=sys.stderr)
        return 1
    everything[KEY] = {"floors": floors, "sha256": {PAGES: digest}}
    FLOORS.write_text(json.dumps(everything, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def read_floors() -> dict[str, Any]:
    """Return the floors of all benchmarks; none before any is set."""
    floors: dict[str, Any] = (
        json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    )
    return floors


if __name__ == "__main__":
    sys.exit(main())
