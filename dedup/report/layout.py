"""What all of a terminal's sections are made of: headings, names, counts, shortened texts."""

from __future__ import annotations

from datetime import datetime

from rich.console import Group, RenderableType
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
