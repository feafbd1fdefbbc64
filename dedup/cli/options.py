"""Options that several commands share; their defaults are those of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dedup import __version__
from dedup.config import (
    PASSAGE_UNITS,
    TASKS,
    CorpusSettings,
    DuplicateSettings,
    ReuseSettings,
    find_config,
    read_config,
)

if TYPE_CHECKING:
    from dedup.attribution import Gazetteer

Command = TypeVar("Command", bound=Callable[..., Any])
Settings = TypeVar("Settings", CorpusSettings, DuplicateSettings, ReuseSettings)

_DEFAULTS = {field.name: field.default for task in TASKS for field in fields(task)}


def corpus_options(command: Command) -> Command:
    """Add the options of reading a corpus."""
    return _add(
        command,
        _option("--text-field", metavar="NAME", help="Field that holds the text."),
        _option("--id-field", metavar="NAME", help="Field that holds the id."),
        _option("--outlet-field", metavar="NAME", help="Field that holds the outlet."),
        click.option(
            "--date-field", metavar="NAME", show_default="published, else date",
            help="Field that holds the time of publication.",
        ),
        _option(
            "--passages", type=click.Choice(PASSAGE_UNITS),
            help="Unit compared; a paragraph ends at a blank line, or where a text has none, at"
            " the end of a line.",
        ),
        _option(
            "--skip-bad-records", is_flag=True,
            help="Leave out and count what cannot be read, instead of stopping.",
        ),
    )  # fmt: skip


def duplicate_options(command: Command) -> Command:
    """Add the options of finding duplicates."""
    return _add(
        command,
        _option("--threshold", type=float, help="Least Jaccard of a duplicate pair, in (0, 1]."),
        _option("--shingle-size", type=int, help="Words in a shingle."),
        _option("--num-perm", type=int, help="MinHash values in a signature."),
        _option("--seed", type=int, help="Seed of the permutations."),
        _option(
            "--target-recall", type=float,
            help="Least share of the pairs exactly at the threshold to be found.",
        ),
    )  # fmt: skip


def reuse_options(command: Command) -> Command:
    """Add the options of finding reuse."""
    return _add(
        command,
        _option(
            "--min-run-words", type=int, metavar="N",
            help="Length of a shared run of words that is surely found.",
        ),
        _option(
            "--within-outlet", is_flag=True,
            help="Compare an outlet's own documents with each other, too.",
        ),
    )  # fmt: skip


def attribution_options(command: Command) -> Command:
    """Add the options of reading what texts say about their sources."""
    return _add(
        command,
        click.option(
            "--outlets", type=click.Path(dir_okay=False), metavar="FILE",
            help="Outlets to know beside ours: tab-separated, columns id, name, kind, country,"
            " aliases, domains.",
        ),
    )  # fmt: skip


def gazetteer_from(outlets: str | None) -> Gazetteer:
    """Return our gazetteer, with the outlets of a file if one is named."""
    from dedup.attribution import gazetteer

    return gazetteer(Path(outlets)) if outlets else gazetteer()


def common_options(command: Command) -> Command:
    """Add the options that every command has."""
    return _add(
        command,
        click.option(
            "--jobs", type=click.IntRange(min=1), metavar="N", show_default="every processor",
            help="Number of threads; changes no result.",
        ),
        click.version_option(__version__, prog_name="dedup"),
        click.option("--quiet", is_flag=True, help="No notes and no progress on stderr."),
        click.option(
            "--config", type=click.Path(exists=True, dir_okay=False, path_type=Path),
            is_eager=True, expose_value=False, callback=_load_config,
            show_default="nearest dedup.toml or [tool.dedup] of pyproject.toml",
            help="File of settings; the command line wins.",
        ),
    )  # fmt: skip


def settings_from(task: type[Settings], options: dict[str, Any]) -> Settings:
    """Return a task's settings from a command's options of the same names."""
    return task(**{field.name: options[field.name] for field in fields(task)})


def _option(name: str, **attributes: Any) -> Callable[[Command], Command]:
    default = _DEFAULTS[name.removeprefix("--").replace("-", "_")]
    return click.option(name, default=default, show_default=True, **attributes)


def _add(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def _load_config(ctx: click.Context, param: click.Parameter, path: Path | None) -> None:
    path = path or find_config(Path.cwd())
    if path is not None:
        ctx.default_map = {**(ctx.default_map or {}), **read_config(path)}
