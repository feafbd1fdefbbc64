"""`dedup attributions`: what the articles say about their sources."""

from __future__ import annotations

import sys
from typing import Any

import click

from dedup.cli.options import (
    attribution_options,
    common_options,
    corpus_options,
    gazetteer_from,
    settings_from,
)
from dedup.cli.output import print_for_reading, print_notes
from dedup.cli.startup import hidden
from dedup.config import CorpusSettings


@click.command(name="attributions")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json", "jsonl", "csv"]),
    default="text",
    show_default=True,
    help="Form of the result on stdout; all but text have the rows of the table.",
)
@attribution_options
@corpus_options
@common_options
def command(
    paths: tuple[str, ...],
    output_format: str,
    outlets: str | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """List whom articles credit: outlets, organisations and persons, and with what.

    PATH is a directory or a file of articles, as for `dedup report`; `-` is standard input. Words
    that an article quotes from an outlet are looked up where the corpus has that outlet.

    \b
    Examples:
      dedup attributions articles/
      dedup attributions article.html --format jsonl
    """
    settings = settings_from(CorpusSettings, options)
    known = gazetteer_from(outlets)
    from dedup.analysis import analyze
    from dedup.cli.progress import show_progress
    from dedup.corpus import read_corpus
    from dedup.report import render_attributions

    with (
        hidden("pandas", "scipy.linalg"),
        show_progress(enabled=not quiet and sys.stderr.isatty()) as progress,
    ):
        corpus = read_corpus(
            paths,
            settings,
            outlet_of_url=known.name_by_url,
            progress=lambda done: progress("reading", done, 0),
        )
        analysis = analyze(corpus, outlets=known, only="attributions", jobs=jobs, progress=progress)
    if not quiet:
        print_notes(corpus.notes)
    if output_format == "text":
        print_for_reading(lambda console: render_attributions(analysis, console))
        return
    from dedup.tables import table_bytes

    rows = table_bytes(analysis.table("attributions"), output_format, name="dedup-attributions")
    click.echo(rows, nl=False)
