"""Files to records, format by format, and the corpus of a list of paths."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

import orjson

from dedup.config import CorpusSettings
from dedup.corpus.document import Corpus
from dedup.corpus.encoding import (
    decode,
    detect_legacy,
    encoding_note,
    marked_encoding,
    without_surrogates,
)
from dedup.corpus.files import READ_ERRORS, SourceFile, find_files, read_error
from dedup.corpus.html import declared_encoding, extract_page
from dedup.corpus.records import BODY_START, CorpusBuilder, batched
from dedup.errors import InputError

_BATCH = 1_000  # records
_BLOCK = 1 << 22  # bytes
_PIECE = 1 << 16  # bytes that an error in a damaged file can cost

# What the readers yield: records with the line of each (None for a file that is one record).
# A reader may have added records to the builder itself; then it yields none.
Batch = tuple[Sequence[Any], Sequence[int | None]]

_FRONT_MATTER = re.compile(
    r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.S | re.M
)


def read_corpus(
    paths: str | Path | Iterable[str | Path],
    settings: CorpusSettings | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Corpus:
    """Read files and directories into a corpus.

    Reads .txt, .md (with front matter), .html, .jsonl, .json, .csv and .tsv, each also as .gz and
    .zst, and .parquet. `-` reads standard input: JSON Lines, a JSON array, or else one text.

    Args:
        paths: One path or several.
        settings: Field names, the passage unit, and what to do with bad records.
        progress: Called after each batch with the number of documents read so far.

    Raises:
        InputError: If a path does not exist, a record is bad or a file cannot be read (unless
            bad records are skipped), or there is no document at all.
    """
    settings = settings or CorpusSettings()
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    builder = CorpusBuilder(settings)
    for path in paths:
        for file in _files(path, builder):
            for records, lines in _batches(file, builder):
                builder.add(
                    records, lines, path=file.path.as_posix(), name=file.name, outlet=file.outlet
                )
                if progress is not None:
                    progress(builder.n_documents)
    corpus = builder.build()
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


def _files(path: str | Path, builder: CorpusBuilder) -> Iterator[SourceFile]:
    if str(path) == "-":
        yield SourceFile(Path("-"), "-", None, "stdin", None)
        return
    failed: list[InputError] = []
    yield from find_files(Path(path), other_files=builder.other_files, failed=failed)
    for error in failed:
        builder.skip(error)


def _batches(file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    """Yield a file's records; a file that cannot be read is skipped from there on, or raises."""
    try:
        if file.kind == "stdin":
            yield from _read_stdin(sys.stdin.buffer, file, builder)
        elif file.kind == "parquet":
            yield from _read_parquet(file)
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
    text = _decoded(stream.read(), file, builder)
    yield [{builder.settings.text_field: text}], [None]


def _read_markdown(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    text = _decoded(stream.read(), file, builder)
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
    page = extract_page(_decoded(data, file, builder, declared=declared_encoding(data)))
    settings = builder.settings
    record = {
        settings.text_field: page.text, settings.outlet_field: page.outlet,
        settings.date_field or "published": page.published, "title": page.title, "url": page.url,
    }  # fmt: skip
    yield [record], [None]


def _read_jsonl(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    recode = _Recoder(file, builder)
    n_lines = 0
    for block in _blocks_of_lines(stream):
        first_line = n_lines + 1
        n_lines += block.count(b"\n") + (not block.endswith(b"\n"))
        if _add_plain(block, first_line, n_lines - first_line + 1, file, builder):
            yield [], []
            continue
        batch = io.BytesIO(block).readlines()
        lines: list[int | None] = list(range(first_line, n_lines + 1))
        try:
            yield list(map(orjson.loads, batch)), lines
            continue
        except orjson.JSONDecodeError:
            pass  # a blank line, another encoding, or a bad record: see which
        records, good_lines = [], []
        for line, number in zip(batch, lines, strict=True):
            if not line.strip():
                continue
            try:
                records.append(_loads(recode(line).encode()))
                good_lines.append(number)
            except ValueError as error:
                problem = getattr(error, "msg", str(error))
                builder.skip(InputError(f"not valid JSON: {problem}", path=file.path, line=number))
        yield records, good_lines


def _add_plain(
    block: bytes, first_line: int, n_lines: int, file: SourceFile, builder: CorpusBuilder
) -> bool:
    """Add a block of JSON Lines by way of columns, if every line is a plain record.

    Several times as fast as record by record; it declines at the least oddity.
    """
    import pyarrow as pa
    import pyarrow.json

    if not (block.startswith(b"{") and block.count(b"\n{") == n_lines - 1):
        return False  # blank lines, white space before records, or records over several lines
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(block),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(block) + 1),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=builder.string_fields, unexpected_field_behavior="error"
            ),
        )
        table.validate(full=True)  # that it is UTF-8
    except pa.ArrowInvalid:
        return False
    return table.num_rows == n_lines and builder.add_columns(
        table, first_line, path=file.path.as_posix(), name=file.name, outlet=file.outlet
    )


class _Recoder:
    """Decodes a file line by line; its first line that is not UTF-8 settles what such lines are."""

    def __init__(self, file: SourceFile, builder: CorpusBuilder) -> None:
        self.file = file
        self.builder = builder
        self.legacy: str | None = None

    def __call__(self, line: bytes) -> str:
        try:
            return line.decode()
        except UnicodeDecodeError:
            encoding = self.legacy or detect_legacy(line)
            note = f"{self.file.path.as_posix()}: {encoding_note(encoding)}"
            if note not in self.builder.notes:
                self.builder.notes.append(note)
            if encoding != "utf-8":  # sound but for a byte or two says nothing of other lines
                self.legacy = encoding
            return line.decode(encoding, "replace")


def _blocks_of_lines(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a stream in UTF-8 without a mark, a few million bytes at a time, cut after lines.

    Where a file is damaged, what came before is yielded first.
    """
    block, error = _read_block(stream)
    if (mark := marked_encoding(block)) is not None:
        name, length = mark
        block = block[length:]
        if name != "utf-8":
            # Lines of two-byte characters cannot be told by bytes: decode from the start.
            text = (block + stream.read()).decode(name, "replace")
            stream = io.BytesIO(without_surrogates(text).encode())
            block, error = _read_block(stream)
    while block:
        if error is not None:
            block = block[: block.rfind(b"\n") + 1]
        elif not block.endswith(b"\n"):
            block += stream.readline()
        if block:
            yield block
        if error is not None:
            raise error
        block, error = _read_block(stream)
    if error is not None:
        raise error


def _read_block(stream: IO[bytes]) -> tuple[bytes, Exception | None]:
    """Read a block, or as much of it as there is before an error, and the error."""
    pieces: list[bytes] = []
    size = 0
    try:
        while size < _BLOCK and (piece := stream.read1(min(_BLOCK - size, _PIECE))):  # type: ignore[attr-defined]
            pieces.append(piece)
            size += len(piece)
    except READ_ERRORS as error:
        return b"".join(pieces), error
    return b"".join(pieces), None


def _loads(line: bytes) -> Any:
    """Parse one JSON value, with the lone surrogates and NaN that orjson refuses."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            return json.loads(line)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _read_json(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    text = _decoded(stream.read(), file, builder)
    if not text.strip():
        raise InputError("an empty file is not valid JSON", path=file.path)
    try:
        value = _loads(text.encode())
    except ValueError as error:
        if text.lstrip().startswith("{") and "Extra data" in str(error):
            # JSON Lines under another name.
            yield from _read_jsonl(io.BytesIO(text.encode()), file, builder)
            return
        line = getattr(error, "lineno", None)
        problem = getattr(error, "msg", str(error))
        raise InputError(f"not valid JSON: {problem}", path=file.path, line=line) from error
    if isinstance(value, dict):
        yield [value], [None]
        return
    if not isinstance(value, list):
        raise InputError("must hold an array of records or one record", path=file.path)
    numbers = itertools.count(1)
    for records in batched(value, _BATCH):
        yield records, list(itertools.islice(numbers, len(records)))


def _read_csv(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    csv.field_size_limit(2**31 - 1)
    text_field = builder.settings.text_field
    reader = csv.DictReader(
        _lines_of_text(stream, file, builder),
        delimiter="\t" if file.kind == "tsv" else ",",
        strict=True,  # else a quote that is never closed swallows the rest of the file
    )
    records: list[dict[str, Any]] = []
    lines: list[int | None] = []
    last_line = 0
    try:
        if reader.fieldnames is not None and text_field not in reader.fieldnames:
            known = ", ".join(reader.fieldnames)
            raise InputError(
                f'no column "{text_field}" (columns: {known}; --text-field names another)',
                path=file.path, line=1,
            )  # fmt: skip
        last_line = reader.line_num
        for record in reader:
            if None in record:
                problem = f"more fields than the header's {len(reader.fieldnames or ())}"
                builder.skip(InputError(problem, path=file.path, line=reader.line_num))
            else:
                records.append(record)
                lines.append(reader.line_num)
            last_line = reader.line_num
            if len(records) == _BATCH:
                yield records, lines
                records, lines = [], []
    except csv.Error as error:
        yield records, lines
        raise InputError(f"not valid CSV: {error}", path=file.path, line=last_line + 1) from error
    except READ_ERRORS:
        yield records, lines
        raise
    yield records, lines


def _lines_of_text(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[str]:
    """Yield the lines of a stream, whether line feeds or lone carriage returns end them."""
    recode = _Recoder(file, builder)
    for block in _blocks_of_lines(stream):
        for line in io.BytesIO(block):
            text = recode(line)
            if "\r" in text[:-2]:
                yield from re.split(r"(?<=\r)(?!\n)", text)
            else:
                yield text


def _read_parquet(file: SourceFile) -> Iterator[Batch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = itertools.count(1)
    try:
        with pq.ParquetFile(file.path) as parquet:
            for batch in parquet.iter_batches(batch_size=_BATCH):
                yield batch.to_pylist(), list(itertools.islice(numbers, batch.num_rows))
    except pa.ArrowException as error:
        raise InputError(f"not valid Parquet: {error}", path=file.path) from error


def _decoded(
    data: bytes, file: SourceFile, builder: CorpusBuilder, *, declared: str | None = None
) -> str:
    text, note = decode(data, declared=declared)
    if note is not None:
        builder.notes.append(f"{file.path.as_posix()}: {note}")
    return text


_READERS: dict[str, Callable[[IO[bytes], SourceFile, CorpusBuilder], Iterator[Batch]]] = {
    "txt": _read_text, "md": _read_markdown, "html": _read_html, "jsonl": _read_jsonl,
    "json": _read_json, "csv": _read_csv, "tsv": _read_csv,
}  # fmt: skip
