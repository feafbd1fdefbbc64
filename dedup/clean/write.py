"""A cleaned corpus to files: all of it or nothing, in a directory that was not there before.

Everything goes to a hidden directory beside the output, which takes its name at the very end.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

import pyarrow as pa

from dedup.analysis import Analysis
from dedup.clean.choose import Removals
from dedup.clean.forms import Row, record_line, with_front_matter
from dedup.clean.log import log_lines
from dedup.clean.places import LOG_NAME, Source, check_places, find_sources, numbered
from dedup.clean.texts import clean_batches
from dedup.config import CorpusSettings
from dedup.corpus.files import read_error
from dedup.errors import InputError

_ONE_DOCUMENT = ("txt", "md", "html")
_LINES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Written:
    """What was written.

    Attributes:
        directory: The cleaned corpus.
        log: The log of removals.
        n_files: Number of files with documents.
        notes: Files that changed their type.
    """

    directory: Path
    log: Path
    n_files: int
    notes: tuple[str, ...]


def write_clean(
    analysis: Analysis,
    removals: Removals,
    paths: str | Path | Sequence[str | Path],
    directory: str | Path,
    settings: CorpusSettings | None = None,
    *,
    log: str | Path | None = None,
    progress: Callable[[int], None] | None = None,
) -> Written:
    """Write a corpus without what is to be removed, and a log of the removals.

    A file that is one document keeps its place and name, and if its text did not change its bytes;
    a changed page of HTML becomes Markdown, its text with what is known of it as front matter. A
    file of records becomes JSON Lines, with every field. What was compressed stays compressed.

    Args:
        analysis: The analysis that the removals were chosen from.
        removals: What to remove.
        paths: What the corpus was read from.
        directory: Where to; must not exist, or be empty.
        settings: Names of the fields, as the corpus was read.
        log: A file for the removals; None is `removed.log` in the directory.
        progress: Called with the number of documents done so far.

    Raises:
        InputError: If the places are not as `check_places` wants them or cannot be written to, or
            a file of the input is gone.
    """
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    output, settings = Path(directory), settings or CorpusSettings()
    log_path = None if log is None else Path(log)
    check_places(paths, output, log_path)
    final = output.resolve()
    highest = final  # directory that is to be made
    while not highest.parent.exists():
        highest = highest.parent
    with ExitStack() as stack:
        stack.enter_context(_writing(output))
        partial = Path(stack.enter_context(_hidden_directory(highest.parent))) / "corpus"
        corpus = partial / final.relative_to(highest)
        corpus.mkdir(parents=True)
        rows = _rows(analysis, removals, progress)
        n_files, notes = _write_documents(rows, find_sources(paths), corpus, settings)
        if log_path is None:
            _write_log(analysis, removals, corpus / LOG_NAME)
        else:
            with _writing(log_path):
                beside = Path(stack.enter_context(_hidden_directory(log_path.resolve().parent)))
                _write_log(analysis, removals, beside / LOG_NAME)
                (beside / LOG_NAME).rename(log_path)
        try:
            partial.rename(highest)
        except BaseException:
            if log_path is not None:
                log_path.unlink()
            raise
    return Written(output, log_path or output / LOG_NAME, n_files, notes)


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=place) from error


def _hidden_directory(parent: Path) -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix=".dedup-clean-", suffix=".partial", dir=parent)


def _write_log(analysis: Analysis, removals: Removals, path: Path) -> None:
    with path.open("wb") as file:
        file.writelines(log_lines(analysis, removals))


def _rows(
    analysis: Analysis, removals: Removals, progress: Callable[[int], None] | None
) -> Iterator[tuple[Row, bool]]:
    """Yield the documents that stay, in the order read, and whether their texts have changed."""
    n_done = 0
    for batch, is_changed in clean_batches(analysis, removals):
        yield from zip(batch.to_pylist(), is_changed.tolist(), strict=True)
        n_done += batch.num_rows
        if progress is not None:
            progress(n_done)


def _write_documents(
    rows: Iterator[tuple[Row, bool]],
    sources: Iterator[Source],
    corpus: Path,
    settings: CorpusSettings,
) -> tuple[int, tuple[str, ...]]:
    """Write what is left of each file; return the number of files written, and notes."""
    n_files = n_pages = 0
    retyped: dict[str, int] = {}
    for path, of_file in groupby(rows, key=lambda row: row[0]["path"]):
        source = next((source for source in sources if source.path == path), None)
        if source is None:
            problem = "is not where it was when it was read" if path else "no file to write to"
            raise InputError(problem, path=path)
        file, target = source.file, corpus / source.target
        target.parent.mkdir(parents=True, exist_ok=True)
        first, is_changed = next(of_file)
        if file.kind in _ONE_DOCUMENT or (file.kind == "stdin" and first["line"] is None):
            n_pages += file.kind == "html" and is_changed
            _write_one(first, is_changed, source, target, settings)
        else:
            if file.kind not in ("jsonl", "stdin"):
                retyped[file.kind] = retyped.get(file.kind, 0) + 1
            target = _free(_retyped(target, ".jsonl", file.compression), source)
            _write_records(first, (row for row, _ in of_file), target, source, settings)
        n_files += 1
    notes = [
        f"{n} .{kind} file{'s' * (n > 1)} written as JSON Lines" for kind, n in retyped.items()
    ]
    if n_pages:
        notes.append(
            f"{n_pages} page{'s' * (n_pages > 1)} of HTML whose text changed written as Markdown:"
            " the text, with what is known of it as front matter"
        )
    return n_files, tuple(notes)


def _write_one(
    row: Row, is_changed: bool, source: Source, target: Path, settings: CorpusSettings
) -> None:
    file = source.file
    if file.kind == "stdin":
        target = target.with_suffix(".txt")
    elif not is_changed:
        _copy(source, _free(target, source))
        return
    text = row["text"]
    if file.kind == "html":
        target = _retyped(target, ".md", file.compression)
        text = with_front_matter(row, settings)
    with _open(_free(target, source), file.compression) as stream:
        stream.write(text.encode())


def _write_records(
    first: Row, others: Iterator[Row], target: Path, source: Source, settings: CorpusSettings
) -> None:
    with _open(target, source.file.compression) as stream:
        lines = [record_line(first, settings)]
        for row in others:
            lines.append(record_line(row, settings))
            if len(lines) == _LINES_AT_ONCE:
                stream.write(b"".join(lines))
                lines.clear()
        stream.write(b"".join(lines))


def _copy(source: Source, target: Path) -> None:
    try:
        original = source.file.path.open("rb")
    except OSError as error:
        raise read_error(error, source.file.path) from error
    with original, target.open("wb") as copy:
        shutil.copyfileobj(original, copy, 1 << 20)


@contextmanager
def _open(path: Path, compression: str | None) -> Iterator[IO[bytes]]:
    with path.open("xb") as file:
        if compression is None:
            yield file
        else:
            with pa.CompressedOutputStream(file, compression) as stream:
                yield stream


def _retyped(target: Path, suffix: str, compression: str | None) -> Path:
    """Return a path with another type, compressed as before."""
    if compression is None:
        return target.with_suffix(suffix)
    return target.with_suffix("").with_suffix(suffix + target.suffix)


def _free(target: Path, source: Source) -> Path:
    """Return the path, numbered if it is taken, or will be by another file of the input."""
    number, free = 1, target
    own = source.file.path
    while free.exists() or (
        not source.is_given and free.name != own.name and own.with_name(free.name).exists()
    ):
        number += 1
        free = target.with_name(numbered(target.name, number))
    return free
