"""A real browser on the page of the sample newsroom; skipped where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dedup import Analysis, Corpus, analyze, gazetteer
from dedup.report.page import write_page

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Nothing that a browser asks of its maker's servers by itself, so that every request counts.
_QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium."""
    driver = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")
    binary = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if binary is None:
        pytest.skip("no Chromium on this machine")
    with driver.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=binary, args=_QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def analysis(newsroom: Corpus, root: Path) -> Analysis:
    """The sample newsroom's."""
    return analyze(newsroom, outlets=gazetteer(root / "sample_data" / "outlets.tsv"))


@pytest.fixture(scope="session")
def address(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the sample newsroom's page is."""
    return write_page(analysis, tmp_path_factory.mktemp("page")).as_uri()


class Talk:
    """What a page says to its console, and asks of the network."""

    def __init__(self, page: Any) -> None:
        self.errors: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda m: self.errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def page(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """An empty page; it fails the test if anything on it errs or leaves the machine."""
    options = {"viewport": {"width": 1280, "height": 900}} | getattr(request, "param", {})
    context = browser.new_context(**options)
    opened = context.new_page()
    talk = Talk(opened)
    yield opened
    context.close()
    assert [] == talk.errors
    assert [] == [url for url in talk.requests if not url.startswith("file:")]
