"""Files of records, format by format: JSON Lines, JSON, CSV and TSV, Parquet."""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np
import orjson
import pyarrow as pa

from dedup.corpus.encoding import (
    detect_legacy,
    encoding_note,
    marked_encoding,
    without_surrogates,
)
from dedup.corpus.files import READ_ERRORS, SourceFile
from dedup.corpus.records import CorpusBuilder, all_strings, batched
from dedup.errors import InputError

_BATCH = 1_000  # records
_ROWS = 10_000  # of Parquet
_BLOCK = 1 << 22  # bytes
_PIECE = 1 << 16  # bytes that an error in a damaged file can cost

# What the readers yield: records with the line of each (None for a file that is one record).
# A reader may have added records to the builder itself; then it yields none.
Batch = tuple[Sequence[Any], Sequence[int | None]]


def read_jsonl(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    """Yield the records of JSON Lines, whatever their encoding."""
    recode, plain = _Recoder(file, builder), _PlainLines(file, builder)
    n_lines = 0
    for block in _blocks_of_lines(stream):
        first_line = n_lines + 1
        data = np.frombuffer(block, dtype=np.uint8)
        breaks = np.flatnonzero(data[:-1] == ord("\n"))
        n_lines += len(breaks) + 1
        # Blank lines, white space before records and records over several lines are not plain.
        may_be_plain = data[0] == ord("{") and (data[breaks + 1] == ord("{")).all()
        if may_be_plain and plain.add(block, first_line, len(breaks) + 1):
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
                problem = f"not valid JSON: {_say_error(error)}"
                builder.skip(InputError(problem, path=file.path, line=number))
        yield records, good_lines


class _PlainLines:
    """Adds blocks of JSON Lines by way of columns, if every line is a plain record.

    Several times as fast as record by record; it declines at the least oddity.
    """

    def __init__(self, file: SourceFile, builder: CorpusBuilder) -> None:
        self.file = file
        self.builder = builder
        self.fields: pa.Schema | None = None  # a column of nulls costs, too: only those there are

    def add(self, block: memoryview, first_line: int, n_lines: int) -> bool:
        every_field = self.builder.string_fields
        if self.fields is None:
            head = bytes(block[:_PIECE])
            self.fields = pa.schema(f for f in every_field if f'"{f.name}"'.encode() in head)
        table = _parse(block, self.fields)
        if table is None and self.fields != every_field:  # not all records have the same
            self.fields = every_field
            table = _parse(block, self.fields)
        return (
            table is not None
            and table.num_rows == n_lines
            and self.builder.add_columns(
                table, first_line, path=self.file.path.as_posix(), outlet=self.file.outlet
            )
        )


def _parse(block: memoryview, fields: pa.Schema) -> pa.Table | None:
    """Return records of strings as columns; None if there is anything else."""
    import pyarrow.json

    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(block),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(block) + 1),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=fields, unexpected_field_behavior="error"
            ),
        )
        table.validate(full=True)  # that it is UTF-8
    except pa.ArrowInvalid:
        return None
    return table


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


def _blocks_of_lines(stream: IO[bytes]) -> Iterator[memoryview]:
    """Yield a stream in UTF-8 without a mark, a few million bytes at a time, cut after lines.

    Every block is gone when the next one is asked for: all lie in the same memory, for touching
    new memory costs more than reading. Where a file is damaged, what came before is yielded first.
    """
    buffer, begin = bytearray(_BLOCK), 0
    size, error = _fill(buffer, 0, stream)
    if (mark := marked_encoding(bytes(buffer[:size]))) is not None:
        name, begin = mark
        if name != "utf-8":
            # Lines of two-byte characters cannot be told by bytes: decode from the start.
            text = (buffer[begin:size] + stream.read()).decode(name, "replace")
            stream, begin = io.BytesIO(without_surrogates(text).encode()), 0
            size, error = _fill(buffer, 0, stream)
    while True:
        is_last = error is None and size < len(buffer)
        end = size if is_last else buffer.rfind(b"\n", begin, size) + 1
        if end > begin:
            yield memoryview(buffer)[begin:end]
        if error is not None:
            raise error
        if is_last:
            return
        rest = buffer[max(begin, end) : size]
        if not end:  # a line longer than the buffer
            buffer = bytearray(2 * len(buffer))
        buffer[: len(rest)] = rest
        size, error = _fill(buffer, len(rest), stream)
        begin = 0


def _fill(buffer: bytearray, size: int, stream: IO[bytes]) -> tuple[int, Exception | None]:
    """Read behind `size` bytes until the buffer is full, or until the end, or an error."""
    try:
        while room := len(buffer) - size:
            if not (piece := stream.read1(min(room, _PIECE))):  # type: ignore[attr-defined]
                break
            buffer[size : size + len(piece)] = piece
            size += len(piece)
    except READ_ERRORS as error:
        return size, error
    return size, None


def _loads(line: bytes) -> Any:
    """Parse one JSON value, with the lone surrogates and NaN that orjson refuses."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        try:
            return json.loads(line)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _say_error(error: ValueError) -> str:
    """Return what is wrong, and in which column: lines of records are long."""
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return str(error)


def read_json(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    """Yield the records of a JSON array, or the one record that the file is."""
    text = builder.decode(stream.read(), file.path.as_posix())
    if not text.strip():
        raise InputError("an empty file is not valid JSON", path=file.path)
    try:
        value = _loads(text.encode())
    except ValueError as error:
        if text.lstrip().startswith("{") and "Extra data" in str(error):
            # JSON Lines under another name.
            yield from read_jsonl(io.BytesIO(text.encode()), file, builder)
            return
        line = getattr(error, "lineno", None)
        problem = f"not valid JSON: {_say_error(error)}"
        raise InputError(problem, path=file.path, line=line) from error
    if isinstance(value, dict):
        yield [value], [None]
        return
    if not isinstance(value, list):
        raise InputError("must hold an array of records or one record", path=file.path)
    numbers = itertools.count(1)
    for records in batched(value, _BATCH):
        yield records, list(itertools.islice(numbers, len(records)))


def _say_missing(text_field: str, names: Sequence[str], delimiter: str) -> str:
    """Return what to do where a header has no column of texts."""
    if len(names) == 1 and (others := {*names[0]} & {*",;\t|"}):
        found = " or ".join(repr(other) for other in sorted(others))
        return f"one column only: fields must be separated by {delimiter!r}, not by {found}"
    known = ", ".join(names)
    return f'no column "{text_field}" (columns: {known}; --text-field names another)'


def read_csv(stream: IO[bytes], file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    """Yield the records of a CSV or TSV file with a header."""
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
            raise InputError(
                _say_missing(text_field, reader.fieldnames, reader.reader.dialect.delimiter),
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


def read_parquet(file: SourceFile, builder: CorpusBuilder) -> Iterator[Batch]:
    """Yield the rows of a Parquet file; those that are plain records are added by columns."""
    import pyarrow.parquet as pq

    n_rows = 0
    try:
        with pq.ParquetFile(file.path) as parquet:
            for batch in parquet.iter_batches(batch_size=_ROWS):
                first_line, n_rows = n_rows + 1, n_rows + batch.num_rows
                batch.validate(full=True)  # that it is UTF-8
                table = all_strings(pa.Table.from_batches([batch]), builder.string_fields)
                if table is not None and builder.add_columns(
                    table, first_line, path=file.path.as_posix(), outlet=file.outlet
                ):
                    yield [], []
                    continue
                yield batch.to_pylist(), range(first_line, n_rows + 1)
    except pa.ArrowException as error:
        raise InputError(f"not valid Parquet: {error}", path=file.path) from error
