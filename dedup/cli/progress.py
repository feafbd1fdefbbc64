"""Progress on stderr, for people who watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]


@contextmanager
def show_progress(*, enabled: bool) -> Iterator[Progress]:
    """Yield a function that takes a step's name and how far it is, and shows them if enabled."""
    if not enabled:
        yield lambda step, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, done="")

        def show(step: str, done: int, total: int) -> None:
            text = f"{done:,} documents" if done else ""
            bar.update(task, description=step, total=total or None, completed=done, done=text)

        yield show
