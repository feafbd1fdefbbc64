"""`dedup clean`: write the corpus without its duplicates."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.clean import LEVELS, CleanSettings
from dedup.cli.options import (
    common_options,
    corpus_options,
    duplicate_options,
    settings_from,
)
from dedup.cli.output import print_notes
from dedup.cli.startup import hidden
from dedup.config import CorpusSettings, DuplicateSettings
from dedup.printable import printable

if TYPE_CHECKING:
    from dedup.analysis import Analysis
    from dedup.clean import Removals, Written

_DEFAULTS = CleanSettings()


@click.command(name="clean")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "-o",
    "--output-dir",
    required=True,
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="Directory to write; new, or empty, and outside of what is read.",
)
@click.option(
    "--level",
    type=click.Choice(LEVELS),
    default=_DEFAULTS.level,
    show_default=True,
    help="Take passages out of documents, or leave out documents of which 0.8 of the words stand"
    " in another one.",
)
@click.option(
    "--keep",
    multiple=True,
    metavar="RULE",
    default=_DEFAULTS.keep,
    show_default=True,
    help="Copy that stays: earliest, longest, none, or preferred-outlet=ID, else the earliest; may"
    " be repeated in order of preference.",
)
@click.option(
    "--log",
    type=click.Path(path_type=Path),
    metavar="FILE",
    show_default="removed.log in OUT",
    help="Where to list removals, as JSON Lines.",
)
@duplicate_options
@corpus_options
@common_options
def command(
    paths: tuple[str, ...],
    output_dir: Path,
    level: Any,
    keep: tuple[str, ...],
    log: Path | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Write a corpus without its duplicates, and a list of what was removed and why.

    PATH is a directory or a file of articles, as for `dedup report`; `-` is standard input. What is
    read is never touched. OUT gets text and Markdown files under their names, files of records as
    JSON Lines with all their fields, and pages of HTML that changed as Markdown; a text that needs
    no change is copied byte for byte. Headings and page furniture are passages, too: one of each
    stays.

    \b
    Examples:
      dedup clean articles/ -o cleaned/
      dedup clean news.jsonl.gz -o cleaned/ --level document --keep preferred-outlet=ap
    """
    settings = CleanSettings(level, keep)
    corpus_settings = settings_from(CorpusSettings, options)
    duplicate_settings = settings_from(DuplicateSettings, options)
    import pyarrow

    from dedup.analysis import analyze
    from dedup.attribution import gazetteer
    from dedup.clean import check_places, choose_removals, write_clean
    from dedup.cli.progress import show_progress
    from dedup.corpus import read_corpus
    from dedup.duplicates import choose_banding

    choose_banding(duplicate_settings)  # what cannot work should not show only after reading
    check_places(paths, output_dir, log)
    # Texts come and stay: the system's allocator touches fewer pages for them than pyarrow's own.
    pyarrow.set_memory_pool(pyarrow.system_memory_pool())
    with (
        hidden("pandas", "scipy.linalg"),
        show_progress(enabled=not quiet and sys.stderr.isatty()) as progress,
    ):
        known = gazetteer()
        corpus = read_corpus(
            paths,
            corpus_settings,
            outlet_of_url=known.name_by_url,
            progress=lambda done: progress("reading", done, 0),
        )
        analysis = analyze(
            corpus,
            duplicate_settings,
            outlets=known,
            only="duplicates",
            jobs=jobs,
            progress=progress,
        )
        removals = choose_removals(analysis, settings)
        written = write_clean(
            analysis,
            removals,
            paths,
            output_dir,
            corpus_settings,
            log=log,
            progress=lambda done: progress("writing", done, 0),
        )
    if not quiet:
        left_out = [f"left out {skipped}" for skipped in corpus.skipped]
        print_notes([*corpus.notes, *left_out, *removals.notes, *written.notes])
    for line in _summary(analysis, removals, written):
        click.echo(line)


def _summary(analysis: Analysis, removals: Removals, written: Written) -> Iterator[str]:
    import numpy as np

    from dedup.duplicates import KINDS
    from dedup.report.layout import counted

    corpus, passages = analysis.corpus, analysis.passage_arrays
    n_words, n_gone = int(passages.n_words.sum()), len(removals.gone)
    passage_read = f"{counted(len(passages), 'passage')} with {counted(n_words, 'word')}"
    yield f"Read      {counted(len(corpus), 'document')}, {passage_read}"
    left_out = [f"{n:,} {printable(suffix)}" for suffix, n in corpus.other_files.items()]
    if corpus.skipped:
        left_out.insert(0, counted(len(corpus.skipped), "record or file", "records or files")
                        + " not readable")  # fmt: skip
    if left_out:
        yield f"Left out  {', '.join(left_out)}"

    of_passages = removals.settings.level == "passage"
    unit = "passage" if of_passages else "document"
    if of_passages:
        is_removed = np.isin(np.arange(len(passages)), removals.removed)
    else:
        is_removed = np.isin(passages.documents, removals.removed)
    n_removed = int(passages.n_words[is_removed].sum())
    by_kind = np.bincount(removals.kinds, minlength=len(KINDS)).tolist()
    kinds = [f"{n:,} {kind}" for kind, n in zip(KINDS, by_kind, strict=True) if n]
    yield (
        f"Removed   {counted(len(removals), unit)} with {counted(n_removed, 'word')}"
        + (f": {', '.join(kinds)}" if kinds else "")
    )
    if of_passages and n_gone:
        yield f"          of {counted(n_gone, 'document')} nothing was left"
    yield (
        f"Left      {counted(len(corpus) - n_gone, 'document')} with"
        f" {counted(n_words - n_removed, 'word')} ({1 - n_removed / n_words:.1%} of all)"
    )
    yield f"Written   {printable(str(written.directory))}, {counted(written.n_files, 'file')}"
    yield f"Log       {printable(str(written.log))}"
