"""`dedup check`: gate new content; exit 1 on findings."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from dedup.check.formats import FORMATS
from dedup.cli.options import (
    attribution_options,
    check_options,
    common_options,
    corpus_options,
    duplicate_options,
    gazetteer_from,
    reuse_options,
    settings_from,
)
from dedup.cli.output import print_notes
from dedup.cli.startup import hidden
from dedup.config import PARTS, CheckSettings, CorpusSettings, DuplicateSettings, ReuseSettings
from dedup.errors import InputError
from dedup.printable import printable

if TYPE_CHECKING:
    from dedup.check import CheckResult

FAILED = 1

Settings = TypeVar("Settings", DuplicateSettings, ReuseSettings)


@click.command(name="check")
@click.argument("paths", nargs=-1, required=True, metavar="NEW...")
@click.option(
    "--against",
    multiple=True,
    type=click.Path(exists=True),
    metavar="PATH",
    help="Documents to compare with; may be repeated.",
)
@click.option(
    "--index",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Index of documents to compare with, of `dedup index build`.",
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(PARTS),
    show_default="everything",
    help="Part to look at; may be repeated.",
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(FORMATS),
    default="text",
    show_default=True,
    help="Form of the result on stdout.",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT=FILE",
    help="Also write the result in a format to a file; may be repeated.",
)
@click.option("--update-baseline", is_flag=True, help="Accept what is found: write the baseline.")
@click.option(
    "--changed-only",
    is_flag=False,
    flag_value="HEAD",
    metavar="[REF]",
    help="Report only findings in files that git has as changed since REF (HEAD); all of them are"
    " compared.",
)
@click.option("--exit-zero", is_flag=True, help="Exit 0 also on findings.")
@check_options
@duplicate_options
@reuse_options
@attribution_options
@corpus_options
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    against: tuple[str, ...],
    index: Path | None,
    only: tuple[str, ...],
    output_format: str,
    outputs: tuple[str, ...],
    update_baseline: bool,
    changed_only: str | None,
    exit_zero: bool,
    outlets: str | None,
    jobs: int | None,
    quiet: bool,
    **options: Any,
) -> int:
    """Gate new content: compare it with itself and with what is there, and exit 1 on findings.

    NEW is compared with the documents of --against or --index, and with each other; those are not
    compared among themselves. Exit status: 0 nothing found, 1 findings, 2 could not run.

    \b
    Examples:
      dedup check today/ --against archive/
      dedup check today/ --index archive.dedup --format github --output sarif=dedup.sarif
    """
    settings = settings_from(CheckSettings, options)
    corpus_settings = settings_from(CorpusSettings, options)
    duplicates = settings_from(DuplicateSettings, options)
    reuse = settings_from(ReuseSettings, options)
    files = [_output(text) for text in outputs]
    if against and index is not None:
        raise click.UsageError("give --against or --index, not both")
    if update_baseline and settings.baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    known = gazetteer_from(outlets)
    import pyarrow

    from dedup.check import check_corpus
    from dedup.cli.progress import show_progress
    from dedup.corpus import read_corpus
    from dedup.index import Index

    pyarrow.set_memory_pool(pyarrow.system_memory_pool())  # as in a report
    with (
        hidden("pandas", "scipy.linalg") if index is not None else hidden("pandas"),
        show_progress(enabled=not quiet and sys.stderr.isatty()) as progress,
        ExitStack() as opened,
    ):
        unit = corpus_settings
        archive = None
        if index is not None:
            archive = opened.enter_context(Index.open(index))
            duplicates = _given(ctx, duplicates, archive.settings)
            reuse = _given(ctx, reuse, archive.reuse_settings)
            archive.require(duplicates, reuse)  # before anything is read
            if not _was_given(ctx, "passages"):
                unit = replace(unit, passages=archive.passages)
        roots = against if archive is None else archive.roots
        corpora = [
            read_corpus(
                given,
                unit,
                outlet_of_url=known.name_by_url,
                roots=roots if given is paths else (),
                progress=lambda done: progress("reading", done, 0),
            )
            for given in (paths, against)
            if given
        ]
        result = check_corpus(
            corpora[0],
            settings if not update_baseline else replace(settings, baseline=None),
            against=corpora[1] if against else None,
            index=archive,
            duplicates=duplicates,
            reuse=reuse,
            outlets=known,
            only=only or None,
            jobs=jobs,
            progress=progress,
        )
    if changed_only is not None:
        result = _of_changed(result, changed_only)
    if not quiet:
        print_notes([*corpora[0].notes, *result.notes])
    if update_baseline:
        changes = _update_baseline(Path(str(settings.baseline)), result)
        if not quiet:
            click.echo("".join(f"{printable(line)}\n" for line in changes), err=True, nl=False)
        result = replace(result, findings=[], accepted=[*result.findings, *result.accepted])
    _write(result, output_format, files)
    if settings.max_suppressions is not None and len(result.suppressed) > settings.max_suppressions:
        n, most = len(result.suppressed), settings.max_suppressions
        are = "finding is" if n == 1 else "findings are"
        click.echo(f"{n} {are} suppressed, and at most {most} may be", err=True)
        return 0 if exit_zero else FAILED
    return FAILED if result.fails and not exit_zero else 0


def _was_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is not ParameterSource.DEFAULT


def _given(ctx: click.Context, settings: Settings, own: Settings) -> Settings:
    """Return the settings of an index, but for those that the user has set."""
    names = [field.name for field in fields(settings) if _was_given(ctx, field.name)]
    return replace(own, **{name: getattr(settings, name) for name in names})


def _output(text: str) -> tuple[str, Path]:
    name, separator, path = text.partition("=")
    if not separator or not path or name not in FORMATS:
        raise click.BadParameter(
            f"must be FORMAT=FILE with a format of {', '.join(FORMATS)}, got {text!r}",
            param_hint="--output",
        )
    return name, Path(path)


def _update_baseline(path: Path, result: CheckResult) -> list[str]:
    """Write the baseline; return what was added to it and removed from it."""
    from dedup.check import (
        Baseline,
        baseline_changes,
        baseline_settings,
        read_baseline,
        write_baseline,
    )

    old = read_baseline(path, None) if path.exists() else Baseline()
    changes = baseline_changes(old, result.findings)
    write_baseline(path, result.findings, baseline_settings(result))
    return [
        f"{path}: {len(changes.added)} added, {len(changes.removed)} removed,"
        f" {changes.n_kept} kept",
        *(f"added {finding.place}: {finding.name}" for finding in changes.added),
        *(
            f"removed {record.finding}: {', '.join(each.document_id for each in record.locations)}"
            for record in changes.removed
        ),
    ]


def _of_changed(result: CheckResult, since: str) -> CheckResult:
    """Return the result with the findings in files that git has as changed."""
    from dedup.cli.git import changed_files

    changed = changed_files(since)

    def is_changed(path: str | None) -> bool:
        return path is not None and os.path.realpath(path) in changed

    return replace(
        result,
        findings=[each for each in result.findings if is_changed(each.place.path)],
        accepted=[each for each in result.accepted if is_changed(each.place.path)],
        suppressed=[each for each in result.suppressed if is_changed(each.finding.place.path)],
    )


def _write(result: CheckResult, output_format: str, files: list[tuple[str, Path]]) -> None:
    from dedup.check import github_summary, render_check

    for name, path in files:
        partial = path.with_name(f".{path.name}.partial")
        try:
            partial.write_text(render_check(result, name), "utf-8")
            partial.replace(path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            raise InputError(f"cannot be written: {error.strerror}", path=path) from error
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary and (output_format == "github" or any(name == "github" for name, _ in files)):
        try:
            with Path(summary).open("a", encoding="utf-8") as stream:
                stream.write(github_summary(result))
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", path=summary) from error
    click.echo(render_check(result, output_format), nl=False)
