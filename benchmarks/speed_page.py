"""Measure `report.html` in headless Chromium: size, time to load, scripting, memory, accessibility.

In goes a corpus (by default all senate press releases), out comes what opening its page costs, as
medians of several fresh browsers, and how many of axe-core's rules it violates. Needs the extra
`browser` and a Chromium; skips where the data is missing.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from importlib import resources
from pathlib import Path
from typing import Any

from commands import add_data_option, measure
from playwright.sync_api import sync_playwright
from speed_releases import RELEASES

_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
_COLUMNS = ("load s", "first paint s", "scripting s", "layout and style s", "heap MB", "elements")


def main() -> int:
    """Analyse, open the page, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add_data_option(parser)
    parser.add_argument("--corpus", type=Path, help="other articles; default: the releases")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    options = parser.parse_args()
    corpus = options.corpus or (options.data and options.data / RELEASES)
    if corpus is None or not corpus.exists():
        print("skipped: no articles (--corpus, --data or DEDUP_BENCHMARK_DATA)", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "dedup", "report", "--skip-bad-records", "--quiet"]
        cost = measure([*command, "--output-dir", directory, str(corpus)])
        page = Path(directory) / "report.html"
        print(f"report: {cost.cpu_seconds:.0f} CPU s, {cost.peak_mb:.0f} MB peak")
        print(f"page: {page.stat().st_size / 1e6:.2f} MB")
        opened = [open_page(page, options.chromium) for _ in range(options.rounds)]
        print(f"\n| {' | '.join(_COLUMNS)} |\n|{'--:|' * len(_COLUMNS)}")
        medians = (statistics.median(each[column] for each in opened) for column in _COLUMNS)
        print(f"| {' | '.join(f'{value:,.4g}' for value in medians)} |")
        print(f"\nviolations of axe-core's rules: {count_violations(page, options.chromium)}")
    return 0


def open_page(page: Path, chromium: str) -> dict[str, float]:
    """Return what opening a page in a fresh browser costs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        session = tab.context.new_cdp_session(tab)
        session.send("Performance.enable")
        tab.goto(page.as_uri(), wait_until="load")
        found: dict[str, Any] = {
            each["name"]: each["value"]
            for each in session.send("Performance.getMetrics")["metrics"]
        }
        times = tab.evaluate(
            "[performance.getEntriesByType('navigation')[0].loadEventEnd,"
            " performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN]"
        )
        elements = tab.evaluate("document.querySelectorAll('*').length")
        browser.close()
    return dict(
        zip(
            _COLUMNS,
            (
                times[0] / 1e3, times[1] / 1e3, found["ScriptDuration"],
                found["LayoutDuration"] + found["RecalcStyleDuration"],
                found["JSHeapUsedSize"] / 1e6, elements,
            ),
            strict=True,
        )
    )  # fmt: skip


def count_violations(page: Path, chromium: str) -> int:
    """Return how many rules of axe-core a page violates as it opens."""
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        tab = browser.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(page.as_uri(), wait_until="load")
        tab.evaluate(axe)
        violations = tab.evaluate("axe.run().then(found => found.violations.length)")
        browser.close()
    return int(violations)


if __name__ == "__main__":
    sys.exit(main())
