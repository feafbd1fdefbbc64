"""`dedup index`: a corpus kept in one file, for `dedup check` to compare new content with."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.options import (
    attribution_options,
    common_options,
    corpus_options,
    duplicate_options,
    gazetteer_from,
    reuse_options,
    settings_from,
)
from dedup.cli.output import print_notes
from dedup.cli.startup import hidden
from dedup.config import CorpusSettings, DuplicateSettings, ReuseSettings
from dedup.errors import InputError
from dedup.printable import printable

if TYPE_CHECKING:
    from dedup.corpus import Corpus

_INDEX = click.argument("index", type=click.Path(dir_okay=False, path_type=Path), metavar="INDEX")
_PATHS = click.argument("paths", nargs=-1, required=True, metavar="PATH...")


@click.group(name="index", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Keep a corpus in one file, for `dedup check` to compare new content with.

    \b
    Examples:
      dedup index build archive.dedup articles/
      dedup index add archive.dedup today.jsonl
    """


@command.command()
@_INDEX
@_PATHS
@duplicate_options
@reuse_options
@attribution_options
@corpus_options
@common_options
def build(
    index: Path,
    paths: tuple[str, ...],
    outlets: str | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Make an index of a corpus, in place of one that is there.

    The settings are kept in it: whatever is compared with it is compared by them.

    \b
    Example:
      dedup index build archive.dedup articles/
    """
    settings = settings_from(DuplicateSettings, options)
    reuse = settings_from(ReuseSettings, options)
    from dedup.duplicates import choose_banding

    choose_banding(settings)  # a recall out of reach should not show only after reading
    with hidden("pandas", "scipy.linalg"):
        corpus = _read(paths, settings_from(CorpusSettings, options), outlets, quiet=quiet)
        from dedup.index import Index

        with Index.create(index, corpus, settings, reuse, jobs=jobs) as built:
            info = built.info()
    _say(f"{index}: {_count(info['n_documents'], 'document')} with"
         f" {_count(info['n_passages'], 'passage')}")  # fmt: skip


@command.command()
@_INDEX
@_PATHS
@attribution_options
@corpus_options
@common_options
def add(
    index: Path,
    paths: tuple[str, ...],
    outlets: str | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Add new and changed documents; those that are in the index unchanged stay as they are.

    \b
    Example:
      dedup index add archive.dedup today.jsonl
    """
    with hidden("pandas", "scipy.linalg"):
        from dedup.index import Index

        with Index.open(index, write=True) as opened:
            corpus = _read(paths, settings_from(CorpusSettings, options), outlets, quiet=quiet)
            added = opened.add(corpus, jobs=jobs)
    _say(f"{index}: {added.n_added:,} added, {added.n_changed:,} changed,"
         f" {added.n_unchanged:,} unchanged")  # fmt: skip


@command.command()
@_INDEX
@_PATHS
@duplicate_options
@reuse_options
@attribution_options
@corpus_options
@common_options
@click.pass_context
def sync(
    ctx: click.Context,
    /,
    index: Path,
    paths: tuple[str, ...],
    outlets: str | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Let an index hold just what is there now: add, change, remove; build it if it is not there.

    An index that is there keeps its settings; those given are for a new one.

    \b
    Example:
      dedup index sync archive.dedup articles/
    """
    if not index.exists():
        ctx.invoke(
            build, index=index, paths=paths, outlets=outlets, jobs=jobs, quiet=quiet, **options
        )
        return
    with hidden("pandas", "scipy.linalg"):
        from dedup.index import Index

        with Index.open(index, write=True) as opened:
            settings = replace(settings_from(CorpusSettings, options), passages=opened.passages)
            corpus = _read(paths, settings, outlets, quiet=quiet)
            added, n_removed = opened.sync(corpus, jobs=jobs)
    _say(f"{index}: {added.n_added:,} added, {added.n_changed:,} changed,"
         f" {added.n_unchanged:,} unchanged, {n_removed:,} removed")  # fmt: skip


@command.command()
@_INDEX
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@common_options
def remove(index: Path, ids: tuple[str, ...], jobs: int | None, quiet: bool) -> None:
    """Remove documents by id; `-` reads ids from standard input, one a line.

    \b
    Example:
      dedup index remove archive.dedup herald/2026-03-09.txt
    """
    with hidden("pandas", "scipy.linalg"):
        from dedup.index import Index

        wanted = [line for line in _ids(ids) if line]
        if not wanted:
            raise InputError("no id to remove")
        with Index.open(index, write=True) as opened:
            n_removed = opened.remove(wanted, jobs=jobs)
    _say(f"{index}: {n_removed:,} removed")


@command.command()
@_INDEX
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the result on stdout.",
)
@common_options
def info(index: Path, output_format: str, jobs: int | None, quiet: bool) -> None:
    """Show what an index holds, and with which settings it was made.

    \b
    Example:
      dedup index info archive.dedup --format json
    """
    with hidden("pandas", "scipy.linalg"):
        from dedup.index import Index

        with Index.open(index) as opened:
            facts = opened.info()
    if output_format == "json":
        import orjson

        whole = {"format": "dedup-index-info", "version": 1, **facts}
        click.echo(orjson.dumps(whole, option=orjson.OPT_INDENT_2))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        shown = f"{value:,}" if type(value) is int else printable(str(value))
        click.echo(f"{name:{width}}  {shown}")


@command.command()
@_INDEX
@common_options
def verify(index: Path, jobs: int | None, quiet: bool) -> None:
    """Read an index whole and check every part of it; exit 2 if anything is damaged.

    \b
    Example:
      dedup index verify archive.dedup
    """
    with hidden("pandas", "scipy.linalg"):
        from dedup.index import Index

        with Index.open(index) as opened:
            damage = opened.verify()
            facts = {} if damage else opened.info()
    if damage:
        raise InputError("; ".join(damage), path=index)
    _say(f"{index}: sound, {_count(facts['n_documents'], 'document')} with"
         f" {_count(facts['n_passages'], 'passage')}")  # fmt: skip


@command.command()
@_INDEX
@common_options
def compact(index: Path, jobs: int | None, quiet: bool) -> None:
    """Merge what additions left apart, and give back the space of what was removed.

    \b
    Example:
      dedup index compact archive.dedup
    """
    with hidden("pandas", "scipy.linalg"):
        from dedup.index import Index

        before = index.stat().st_size if index.exists() else 0
        with Index.open(index, write=True) as opened:
            opened.compact()
    _say(f"{index}: {before:,} bytes before, {index.stat().st_size:,} now")


def _read(
    paths: tuple[str, ...], settings: CorpusSettings, outlets: str | None, *, quiet: bool
) -> Corpus:
    import pyarrow

    from dedup.cli.progress import show_progress
    from dedup.corpus import read_corpus

    # Texts come and stay: the system's allocator touches fewer pages for them than pyarrow's own.
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    known = gazetteer_from(outlets)
    with show_progress(enabled=not quiet and sys.stderr.isatty()) as progress:
        corpus = read_corpus(
            paths,
            settings,
            outlet_of_url=known.name_by_url,
            progress=lambda done: progress("reading", done, 0),
        )
    if not quiet:
        print_notes([*corpus.notes, *(f"skipped {each}" for each in corpus.skipped)])
    return corpus


def _ids(ids: tuple[str, ...]) -> list[str]:
    return sys.stdin.read().splitlines() if ids == ("-",) else [*ids]


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _say(text: str) -> None:
    click.echo(printable(text))
