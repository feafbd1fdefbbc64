"""`dedup compare`: what two documents share, side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dedup.cli.options import common_options, corpus_options, reuse_options, settings_from
from dedup.cli.output import print_for_reading, print_notes
from dedup.cli.startup import hidden
from dedup.config import CorpusSettings, ReuseSettings
from dedup.errors import InputError

if TYPE_CHECKING:
    from dedup.corpus import Corpus, Document


@click.command(name="compare")
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option(
    "--corpus",
    "corpus_paths",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="Corpus that A and B are ids of; may be repeated.",
)
@click.option(
    "--index",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Index that A and B are ids of documents of.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the result on stdout.",
)
@reuse_options
@corpus_options
@common_options
def command(
    first: str,
    second: str,
    corpus_paths: tuple[str, ...],
    index: Path | None,
    output_format: str,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Show what two documents share, side by side, with the words that differ.

    A and B are files of one document each, or ids with --corpus or --index. Two documents named
    are always compared, of one outlet or not (--within-outlet changes nothing here, nor does
    --jobs).

    \b
    Examples:
      dedup compare release.txt article.html
      dedup compare wire-17 herald-3 --corpus articles/
    """
    corpus_settings = settings_from(CorpusSettings, options)
    settings = settings_from(ReuseSettings, options)
    from dedup.comparison import compare_documents
    from dedup.report import render_comparison, summarize_comparison

    if first == second == "-":
        raise click.UsageError("only one of A and B can be standard input")
    if corpus_paths and index is not None:
        raise click.UsageError("give --corpus or --index, not both")
    with hidden("pandas"):
        notes: list[str] = []
        if index is not None:
            documents = _read_index(first, second, index)
        else:
            documents, notes = _read(first, second, corpus_paths, corpus_settings)
        comparison = compare_documents(documents[0], documents[1], settings)
    if not quiet:
        print_notes(notes)
    if output_format == "json":
        import orjson

        click.echo(orjson.dumps(summarize_comparison(comparison), option=orjson.OPT_INDENT_2))
    else:
        print_for_reading(lambda console: render_comparison(comparison, console))


def _read(
    first: str, second: str, corpus_paths: tuple[str, ...], settings: CorpusSettings
) -> tuple[list[Document], list[str]]:
    """Return the two documents, and the notes of reading them."""
    from dedup.corpus import read_corpus

    if corpus_paths:
        corpora = [read_corpus(corpus_paths, settings)]
        documents = [_find(corpora[0], document_id) for document_id in (first, second)]
    else:
        corpora = [read_corpus([path], settings) for path in (first, second)]
        documents = [
            _only(corpus, path) for corpus, path in zip(corpora, (first, second), strict=True)
        ]
    return documents, [note for corpus in corpora for note in corpus.notes]


def _read_index(first: str, second: str, path: Path) -> list[Document]:
    from dedup.index import Index

    with Index.open(path) as index:
        found = [(name, index.find(name)) for name in (first, second)]
    for name, document in found:
        if document is None:
            raise InputError(f"no document of the index has the id {name!r}", path=path)
    return [document for _, document in found if document is not None]


def _find(corpus: Corpus, document_id: str) -> Document:
    if (document := corpus.find(document_id)) is None:
        raise InputError(f"no document of the corpus has the id {document_id!r}")
    return document


def _only(corpus: Corpus, path: str) -> Document:
    if len(corpus) != 1:
        raise InputError(
            f"holds {len(corpus)} documents; name one of them by its id with --corpus",
            path=Path(path),
        )
    return next(iter(corpus))
