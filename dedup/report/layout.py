"""What all of a terminal's sections are made of: headings, names, counts, shortened texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from dedup.printable import printable


def heading(title: str) -> RenderableType:
    """Return the heading of a section."""
    return Group(Text(), Rule(Text(title, "bold"), align="left", style="dim"))


def named(outlet: str | None, document_id: str) -> Text:
    """Return an outlet with a document of it."""
    text = Text(printable(outlet or "outlet not known"))
    text.append(f" {printable(document_id)}", "dim")
    return text


def shortened(text: str, length: int) -> str:
    """Return a printable text of at most so many characters."""
    text = printable(text)
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number with what it counts, in the singular or the plural."""
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def day(time: datetime | None) -> str:
    """Return a day, or that there is none."""
    return "no date" if time is None else time.strftime("%Y-%m-%d")


def plain_table(*, header: bool = True) -> Table:
    """Return a table without lines."""
    return Table(
        box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", show_header=header
    )


@dataclass(frozen=True, slots=True)
class Broken:
    """Names and ids in a column: those too long for a line break where their parts end."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.divide(break_places(self.text.plain, options.max_width)):
            line.rstrip()
            yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self.text)


def break_places(text: str, width: int) -> list[int]:
    """Return where a text is broken into lines of at most so many cells.

    >>> break_places("The Gull gull/2026-old-bridge.md", 14)
    [9, 23]
    """
    places: list[int] = []
    used = place = 0
    for word in re.findall(r"\S+\s*", text):
        is_long = cell_len(word.rstrip()) > width
        for number, piece in enumerate(_pieces(word, width) if is_long else [word]):
            starts_line = is_long and number == 0
            if used and (starts_line or used + cell_len(piece.rstrip()) > width):
                places.append(place)
                used = 0
            used += cell_len(piece)
            place += len(piece)
    return places


def _pieces(word: str, width: int) -> Iterator[str]:
    for part in re.findall(r"[^/._-]*[/._-]+|[^/._-]+", word):
        yield from chop_cells(part, width)
