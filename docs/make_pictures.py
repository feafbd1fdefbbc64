"""Make the pictures of README.md from the sample data: the terminal's and the page's.

Run from the checkout, with the extras `html` and `browser` and a Chromium:

    python docs/make_pictures.py [--chromium PATH]
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
COMMAND = ("report", "sample_data/newsroom", "--outlets", "sample_data/outlets.tsv")
COLUMNS, LINES = 80, 42

# As SVG without a font of its own: a picture should not ask a server for one.
_SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
.{unique_id}-matrix {{
  font: {char_height}px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  line-height: {line_height}px
}}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
<rect width="{width}" height="{height}" rx="6" fill="#1b1b1a"/>
<g transform="translate({terminal_x}, {terminal_y}) scale(.95)" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""  # noqa: E501 - a template's lines are as long as they are
_THEME = TerminalTheme(
    (27, 27, 26), (233, 230, 223),
    [(27, 27, 26), (255, 138, 110), (120, 200, 150), (230, 190, 90), (143, 195, 238),
     (210, 160, 210), (120, 200, 210), (200, 196, 188)],
)  # fmt: skip


def main() -> None:
    """Write all pictures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    options = parser.parse_args()
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as directory:
        draw_terminal(directory)
        draw_page(Path(directory) / "report.html", options.chromium)


def draw_terminal(directory: str) -> None:
    """Run the command as on a terminal, and draw the first lines that it prints."""
    command = [sys.executable, "-m", "dedup", *COMMAND, "--output-dir", directory]
    env = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color", "COLUMNS": str(COLUMNS)}
    output = subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout
    lines = [f"\x1b[1m$ dedup {' '.join(COMMAND)}\x1b[0m", "", *output.splitlines()[:LINES], "…"]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), highlight=False)
    console.print(Text.from_ansi("\n".join(lines)))
    svg = console.export_svg(theme=_THEME, code_format=_SVG, unique_id="terminal")
    (PICTURES / "terminal.svg").write_text(svg, "utf-8")


def draw_page(page: Path, chromium: str) -> None:
    """Look at the page: its beginning, an article beside its origin, and a dark phone."""
    article = "document-sound-today/northlight-who-are-they.html"
    views = (
        ("page", "", {"viewport": {"width": 1200, "height": 860}}),
        ("article", article, {"viewport": {"width": 1200, "height": 860}}),
        ("phone", article, {"viewport": {"width": 390, "height": 860}, "color_scheme": "dark"}),
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for name, anchor, options in views:
            context = browser.new_context(**options)
            view = context.new_page()
            view.goto(f"{page.as_uri()}#{anchor}")
            if anchor:
                passage = view.locator(f'[id="{anchor}"] a.taken').first
                passage.click()
                view.mouse.move(0, 0)
            view.screenshot(path=PICTURES / f"{name}.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
