"""Options that several commands share; their defaults are those of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dedup import __version__
from dedup.config import (
    COMMAND_TASKS,
    FINDINGS,
    PASSAGE_UNITS,
    TASKS,
    CheckSettings,
    CorpusSettings,
    DuplicateSettings,
    ReuseSettings,
    find_config,
    read_config,
)

if TYPE_CHECKING:
    from dedup.attribution import Gazetteer

Command = TypeVar("Command", bound=Callable[..., Any])
Settings = TypeVar("Settings", CorpusSettings, DuplicateSettings, ReuseSettings, CheckSettings)

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


def check_options(command: Command) -> Command:
    """Add the options of a check's policy; a configuration file has them in [tool.dedup.check]."""
    findings = click.Choice(FINDINGS)
    return _add(
        command,
        _check_option(
            "--fail", multiple=True, type=findings, show_default="all but unverified-quote",
            help="Finding that fails the check; may be repeated.",
        ),
        _check_option(
            "--warn", multiple=True, type=findings, show_default="none",
            help="Finding that is reported and fails nothing; may be repeated.",
        ),
        _check_option(
            "--min-words", type=int, metavar="N",
            help="Least words of a passage or span that is a finding.",
        ),
        _check_option(
            "--min-share", type=float,
            help="Least share of a document's words that its findings must concern.",
        ),
        _check_option(
            "--document-share", type=float,
            help="Share of a document's words in duplicate passages that makes it a duplicate.",
        ),
        _check_option(
            "--allow-credited/--no-allow-credited",
            help="Let duplicates pass whose words the text credits to their outlet.",
        ),
        _check_option(
            "--allow-outlet", "allow_outlets", multiple=True, metavar="OUTLET",
            show_default="none", help="Outlet that may be taken from; may be repeated.",
        ),
        _check_option(
            "--allow-pair", "allow_pairs", multiple=True, metavar="ONE=OTHER",
            show_default="none",
            help="Outlets that may take from each other; may be repeated.",
        ),
        _check_option(
            "--boilerplate", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
            help="Passages that may stand anywhere, a blank line between them.",
        ),
        _check_option(
            "--allow-list", type=click.Path(exists=True, dir_okay=False), metavar="FILE",
            help="Findings that may pass, each with a reason.",
        ),
        _check_option(
            "--baseline", type=click.Path(dir_okay=False), metavar="FILE",
            help="Findings that are accepted already.",
        ),
        _check_option(
            "--max-suppressions", type=int, metavar="N", show_default="any number",
            help="Most findings that may be switched off.",
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
            help="Number of threads, and of processes that read attributions; changes no result.",
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


def _check_option(name: str, *other: str, **attributes: Any) -> Callable[[Command], Command]:
    field = other[0] if other else name.split("/")[0].removeprefix("--").replace("-", "_")
    default = next(each.default for each in fields(CheckSettings) if each.name == field)
    known = {} if default is None else {"default": default, "show_default": True}
    return click.option(name, *other, **{**known, **attributes})


def _add(command: Command, *options: Callable[[Command], Command]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def _load_config(ctx: click.Context, param: click.Parameter, path: Path | None) -> None:
    path = path or find_config(Path.cwd())
    if path is not None:
        values = read_config(path)
        of_commands = {command: values.pop(command, {}) for command in COMMAND_TASKS}
        values |= of_commands.get(str(ctx.info_name), {})
        ctx.default_map = {**(ctx.default_map or {}), **values}
