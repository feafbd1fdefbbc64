"""Files to records, format by format, and the corpus of a list of paths."""

from __future__ import annotations

import io
import os
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from dedup.config import CorpusSettings
from dedup.corpus.corpus import Corpus
from dedup.corpus.files import READ_ERRORS, SourceFile, find_files, read_error
from dedup.corpus.html import declared_encoding, extract_page
from dedup.corpus.record_files import Batch, read_csv, read_json, read_jsonl, read_parquet
from dedup.corpus.records import BODY_START, CorpusBuilder
from dedup.errors import InputError

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M
)


def read_corpus(
    paths: str | Path | Iterable[str | Path],
    settings: CorpusSettings | None = None,
    *,
    outlet_of_url: Callable[[str], str | None] | None = None,
    leave_out: Path | None = None,
    roots: Iterable[str | Path] = (),
    progress: Callable[[int], None] | None = None,
) -> Corpus:
    """Read files and directories into a corpus.

    Reads .txt, .md (with front matter), .html, .jsonl, .json, .csv and .tsv, each also as .gz and
    .zst, and .parquet. `-` reads standard input: JSON Lines, a JSON array, or else one text.

    Args:
        paths: One path or several.
        settings: Field names, the passage unit, and what to do with bad records.
        outlet_of_url: Tells the outlet of an address, for documents that name none; comes before
            the directory. `dedup.gazetteer().name_by_url` is one.
        leave_out: A directory below the paths that is not entered: where results are written.
        roots: Directories that other documents were read from: a file that lies below one has
            the id and the outlet that it would have among those.
        progress: Called after each batch with the number of documents read so far.

    Raises:
        InputError: If a path does not exist, a record is bad or a file cannot be read (unless
            bad records are skipped), or there is no document at all.
    """
    settings = settings or CorpusSettings()
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    builder = CorpusBuilder(settings, outlet_of_url)
    # Files given themselves are known by their names, unless two of them have the same.
    names = Counter(Path(path).name for path in {*paths} if not Path(path).is_dir())
    for path in paths:
        for file in _files(path, builder, leave_out):
            is_given = file.path == Path(path)
            file = _placed(file, roots, is_one_of_many=is_given and names[file.name] > 1)
            for records, lines in _batches(file, builder):
                builder.add(
                    records, lines, path=file.path.as_posix(), name=file.name, outlet=file.outlet
                )
                if progress is not None:
                    progress(builder.n_documents)
    folders = tuple(Path(path).as_posix() for path in paths if Path(path).is_dir())
    corpus = replace(Corpus.from_builder(builder), roots=folders)
    if not len(corpus):
        given = ", ".join(map(str, paths)) or "no path"
        others = ", ".join(f"{n} {suffix}" for suffix, n in corpus.other_files.items())
        raise InputError(
            f"no document in {given}"
            + (f" (files of other types: {others})" if others else "")
            + (f" ({len(corpus.skipped)} skipped, first: {corpus.skipped[0]})"
               if corpus.skipped else "")
        )  # fmt: skip
    return corpus


def _files(
    path: str | Path, builder: CorpusBuilder, leave_out: Path | None
) -> Iterator[SourceFile]:
    if str(path) == "-":
        yield SourceFile(Path("-"), "-", None, "stdin", None)
        return
    failed: list[InputError] = []
    yield from find_files(
        Path(path), other_files=builder.other_files, failed=failed, leave_out=leave_out
    )
    for error in failed:
        builder.skip(error)


def _placed(file: SourceFile, roots: Iterable[str | Path], *, is_one_of_many: bool) -> SourceFile:
    """Return a file with its name: below a known directory, or as the user gave it."""
    for root in roots if file.kind != "stdin" else ():
        below = os.path.relpath(file.path, root)
        if not below.startswith(os.pardir) and not Path(below).is_absolute():
            parts = Path(below).parts
            outlet = parts[0] if len(parts) > 1 else None
            return replace(file, name=Path(below).as_posix(), outlet=outlet)
    return replace(file, name=file.path.as_posix()) if is_one_of_many else file


def _batches(file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    """Yield a file's records; a file that cannot be read is skipped from there on, or raises."""
    try:
        if file.kind == "stdin":
            yield from _read_stdin(sys.stdin.buffer, file, builder)
        elif file.kind == "parquet":
            yield from read_parquet(file, builder)
        else:
            with file.open() as stream:
                yield from _READERS[file.kind](stream, file, builder)
    except InputError as error:
        builder.skip(error)
    except READ_ERRORS as error:
        builder.skip(read_error(error, file.path))


def _read_stdin(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    buffered = io.BufferedReader(stream, 1 << 20)  # type: ignore[type-var]
    start = buffered.peek(1 << 16).removeprefix(b"\xef\xbb\xbf")
    is_records = re.match(rb"\s*\{\s*[\"}]", start)
    is_array = re.match(rb"\s*\[\s*[\[{\]]", start)
    kind = "jsonl" if is_records else "json" if is_array else "txt"
    yield from _READERS[kind](buffered, replace(file, kind=kind), builder)


def _read_text(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    text = builder.decode(stream.read(), file.path.as_posix())
    yield [{builder.settings.text_field: text}], [None]


def _read_markdown(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    text = builder.decode(stream.read(), file.path.as_posix())
    record: dict[str, Any] = {}
    body_start = 0
    if (match := _FRONT_MATTER.match(text)) is not None:
        import yaml

        try:
            # Every value as it is written: `title: No` is a title, and dates are read elsewhere.
            front = yaml.load(match[1], Loader=yaml.BaseLoader)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = None if mark is None else mark.line + 2
            problem = getattr(error, "problem", None) or str(error)
            raise InputError(
                f"front matter is not valid YAML: {problem}", path=file.path, line=line
            ) from error
        if isinstance(front, dict):
            record = {key: None if value in ("", "~", "null") else value
                      for key, value in front.items() if isinstance(key, str)}  # fmt: skip
            body_start = len(text[: match.end()].encode())
    yield [record | {builder.settings.text_field: text, BODY_START: body_start}], [None]


def _read_html(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    data = stream.read()
    page = extract_page(
        builder.decode(data, file.path.as_posix(), declared=declared_encoding(data))
    )
    settings = builder.settings
    record: dict[str, Any] = {
        settings.text_field: page.text, settings.outlet_field: page.outlet,
        settings.date_field or "published": page.published, "title": page.title, "url": page.url,
    }  # fmt: skip
    if page.links:
        record["links"] = page.links
    yield [record], [None]


_READERS: dict[str, Callable[[IO[bytes], SourceFile, CorpusBuilder], Iterator[Batch]]] = {
    "txt": _read_text, "md": _read_markdown, "html": _read_html, "jsonl": read_jsonl,
    "json": read_json, "csv": read_csv, "tsv": read_csv,
}  # fmt: skip
