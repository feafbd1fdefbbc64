"""What two documents share, side by side on a terminal, and as JSON."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from dedup.comparison import Comparison, Match
from dedup.corpus import Document
from dedup.printable import printable

FORMAT = "dedup-comparison"
FORMAT_VERSION = 1

_WIDTH = 120
_BETWEEN = 60  # characters between two words that are shown whole


def summarize_comparison(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as what its JSON holds: both sides, and for each match its edits."""
    sides = (
        (comparison.first, comparison.first_share), (comparison.second, comparison.second_share)
    )  # fmt: skip
    first, second = (
        {
            "document_id": document.document_id,
            "outlet": document.outlet,
            "published": document.published,
            "share": share,
        }
        for document, share in sides
    )
    matches = []
    for match in comparison.matches:
        edits = [
            {
                "equal": edit.equal,
                "first_start": match.first_start + edit.start,
                "first_end": match.first_start + edit.end,
                "second_start": match.second_start + edit.other_start,
                "second_end": match.second_start + edit.other_end,
            }
            for edit in comparison.edits(match)
        ]
        fields = {name: getattr(match, name) for name in Match.__slots__}
        texts = {
            "first_text": comparison.first.text[match.first_start : match.first_end],
            "second_text": comparison.second.text[match.second_start : match.second_end],
        }
        matches.append(fields | texts | {"edits": edits})
    return {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "first": first,
        "second": second,
        "origin": comparison.origin,
        "direction": comparison.direction,
        "direction_reason": comparison.direction_reason,
        "matches": matches,
    }


def render_comparison(comparison: Comparison, console: Console) -> None:
    """Print a comparison."""
    console.width = min(console.width, _WIDTH)
    colour = console.is_terminal and not console.no_color
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False, expand=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    table.add_row(_head(comparison.first), _head(comparison.second))
    table.add_row(
        _share(comparison.first_share, comparison.origin, 1),
        _share(comparison.second_share, comparison.origin, 2),
    )
    console.print(table)
    if not comparison.matches:
        console.print(Text("Nothing in common."))
    for match in comparison.matches:
        console.print(Text())
        about = match.kind.replace("_", " ")
        if match.identity < 1:
            about += f", {match.identity:.0%} of the words equal"
        console.print(Rule(Text(about, "bold"), align="left", style="dim"))
        console.print(_sides(comparison, match, colour=colour))


def _head(document: Document) -> Text:
    text = Text(printable(document.outlet or "outlet not known"), "bold")
    text.append(f"\n{printable(document.document_id)}", "not bold")
    if document.published is not None:
        day = "%Y-%m-%d" if document.published_is_day else "%Y-%m-%d %H:%M UTC"
        text.append(f"\n{document.published.strftime(day)}", "not bold dim")
    return text


def _share(share: float, origin: int | None, side: int) -> Text:
    """Say how much of a side is shared, in Churnalism's words where it is known who had it."""
    if origin is None:
        said = " of its words are in the other"
    elif origin == side:
        said = " cut: so much of it reappears in the other"
    else:
        said = " pasted: so much of it comes from the other"
    text = Text(f"{share:.0%}", "bold")
    text.append(said, "not bold")
    return text


def _sides(comparison: Comparison, match: Match, *, colour: bool) -> Table:
    edits = comparison.edits(match)
    first = comparison.first.text[match.first_start : match.first_end]
    second = comparison.second.text[match.second_start : match.second_end]
    left = [(edit.start, edit.end) for edit in edits if not edit.equal and edit.start < edit.end]
    right = [
        (edit.other_start, edit.other_end)
        for edit in edits
        if not edit.equal and edit.other_start < edit.other_end
    ]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False, expand=True)
    table.add_column(ratio=1, overflow="fold")
    table.add_column(ratio=1, overflow="fold")
    table.add_row(
        Text(f"characters {match.first_start}–{match.first_end}", "dim"),
        Text(f"characters {match.second_start}–{match.second_end}", "dim"),
    )
    table.add_row(
        marked(first, left, "red", colour=colour), marked(second, right, "green", colour=colour)
    )
    return table


def marked(text: str, spans: list[tuple[int, int]], style: str, *, colour: bool) -> Text:
    """Return a text with spans of it marked: in colour, or in brackets where there is none."""
    shown = Text()
    position = 0
    for start, end in [*spans, (len(text), len(text))]:
        shown.append(_spaced(text[position:start]))
        if words := printable(text[start:end]):
            shown.append(words if colour else f"[{words}]", f"bold {style}" if colour else "")
        position = end
    return shown


def _spaced(text: str) -> str:
    """Return a printable text that keeps its paragraphs, and one space at either end."""
    paragraphs = "\n\n".join(printable(part) for part in text.split("\n\n"))
    if not paragraphs.strip():
        return "\n\n" if "\n\n" in text else " " * bool(text)
    before = " " * (text[:1].isspace() and not paragraphs.startswith("\n"))
    return before + paragraphs + " " * (text[-1:].isspace() and not paragraphs.endswith("\n"))
