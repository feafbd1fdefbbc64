"""`dedup report`: analyse a corpus, print a summary, write the tables."""

from __future__ import annotations

import sys
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
from dedup.cli.output import print_for_reading, print_notes
from dedup.cli.startup import hidden
from dedup.config import PARTS, CorpusSettings, DuplicateSettings, ReuseSettings

if TYPE_CHECKING:
    from dedup.report import Summary


@click.command(name="report")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the summary on stdout.",
)
@click.option(
    "--output-dir",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Also write every table, and a page to look at (report.html), to this directory.",
)
@click.option(
    "--table-format",
    type=click.Choice(["parquet", "csv", "jsonl"]),
    default="parquet",
    show_default=True,
    help="Form of the tables.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(PARTS),
    show_default="everything",
    help="Part to analyse; may be repeated.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Where to compute; spark needs the extra `spark`, Java and --output-dir.",
)
@click.option(
    "--master",
    metavar="URL",
    show_default="what spark-submit says, else this machine",
    help="Cluster of --engine spark, such as local[2].",
)
@duplicate_options
@reuse_options
@attribution_options
@corpus_options
@common_options
def command(
    paths: tuple[str, ...],
    output_format: str,
    output_dir: Path | None,
    table_format: Any,
    only: tuple[str, ...],
    engine: str,
    master: str | None,
    outlets: str | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Analyse a corpus: what is duplicated, who took what from whom, and whether they say so.

    PATH is a directory or a file of articles: .txt, .md, .html, .jsonl, .json, .csv, .tsv (each
    also as .gz or .zst) or .parquet; `-` is standard input.

    \b
    Examples:
      dedup report articles/
      dedup report news.jsonl.gz --outlet-field publisher --output-dir tables/
    """
    corpus_settings = settings_from(CorpusSettings, options)
    settings = settings_from(DuplicateSettings, options)
    reuse = settings_from(ReuseSettings, options)
    if engine == "spark":
        _report_on_spark(
            paths, output_format, output_dir, table_format, only, outlets, master, jobs,
            corpus_settings, settings, reuse,
        )  # fmt: skip
        return
    if master is not None:
        raise click.UsageError("--master is for --engine spark")
    # Only now: reading and computing load what `--help` and a wrong option need not wait for.
    import pyarrow

    from dedup.analysis import analyze
    from dedup.cli.progress import show_progress
    from dedup.corpus import read_corpus
    from dedup.duplicates import choose_banding

    if not only or "duplicates" in only:
        choose_banding(settings)  # a recall out of reach should not show only after reading
    # Only what texts say and their addresses take the gazetteer; a bad one should show at once.
    known = gazetteer_from(outlets) if outlets or not only or "attributions" in only else None
    # Texts come and stay: the system's allocator touches fewer pages for them than pyarrow's own.
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    # scikit-learn, which weighs the comparer, needs all of scipy.
    unused = ("pandas",) if not only or "reuse" in only else ("pandas", "scipy")
    with (
        hidden(*unused),
        show_progress(enabled=not quiet and sys.stderr.isatty()) as progress,
    ):
        corpus = read_corpus(
            paths,
            corpus_settings,
            outlet_of_url=lambda url: (known or gazetteer_from(None)).name_by_url(url),
            leave_out=output_dir,  # or a second run would read the tables of the first
            progress=lambda done: progress("reading", done, 0),
        )
        analysis = analyze(
            corpus, settings, reuse, outlets=known, only=only or None, jobs=jobs, progress=progress
        )
        from dedup.report import summarize

        summary = summarize(analysis)
        if output_dir is not None:
            progress("tables", 0, 0)
            analysis.write(output_dir, format=table_format)
            progress("page", 0, 0)
            from dedup.report.page import write_page  # jinja2 is only for this

            write_page(analysis, output_dir, summary)
    if not quiet:
        print_notes(corpus.notes)
    _print_summary(summary, output_format)


def _print_summary(summary: Summary, output_format: str) -> None:
    if output_format == "json":
        import orjson

        click.echo(orjson.dumps(summary, option=orjson.OPT_INDENT_2))
        return
    from dedup.report import render

    print_for_reading(lambda console: render(summary, console))


def _report_on_spark(
    paths: tuple[str, ...],
    output_format: str,
    output_dir: Path | None,
    table_format: str,
    only: tuple[str, ...],
    outlets: str | None,
    master: str | None,
    jobs: int | None,
    corpus_settings: CorpusSettings,
    settings: DuplicateSettings,
    reuse: ReuseSettings,
) -> None:
    if output_dir is None:
        raise click.UsageError("--engine spark needs --output-dir")
    if table_format == "csv":
        raise click.UsageError("--engine spark writes parquet or jsonl, not csv")
    if jobs is not None:
        raise click.UsageError("--jobs is for --engine local; --master says what Spark may use")
    from dedup.cli.spark import print_counts, report

    counts = report(
        paths, str(output_dir), master=master, table_format=table_format, only=only,
        corpus=corpus_settings, settings=settings, reuse=reuse, known=gazetteer_from(outlets),
    )  # fmt: skip
    print_counts(counts, output_format)
