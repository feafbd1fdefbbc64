"""Notes on stderr, and results for people on stdout."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from dedup.printable import printable

if TYPE_CHECKING:
    from rich.console import Console

_NOTES_SHOWN = 5


def print_notes(notes: Sequence[str]) -> None:
    """Print the first notes on stderr, and how many more there are."""
    for note in notes[:_NOTES_SHOWN]:
        click.echo(f"note: {printable(note)}", err=True)
    if len(notes) > _NOTES_SHOWN:
        click.echo(f"note: and {len(notes) - _NOTES_SHOWN} more such notes", err=True)


def print_for_reading(render: Callable[[Console], None]) -> None:
    """Print on stdout what a function renders: in colour, or without where nobody watches."""
    from rich.console import Console

    console = Console(highlight=False)
    if console.is_terminal:
        render(console)
    else:  # for a file or another program, without the spaces that fill lines up
        with console.capture() as capture:
            render(console)
        click.echo("\n".join(line.rstrip() for line in capture.get().splitlines()))
