"""The tables as files of a directory: written all or none, and read back as they were.

`settings.json` beside them says which tables there are, of how many rows, in which format, and by
which settings they came about. So files of an earlier run that lie there, too, are not mistaken
for theirs, and a file that was cut off is noticed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup import __version__
from dedup.errors import InputError
from dedup.tables import SCHEMAS, TABLES

TableFormat = Literal["parquet", "csv", "jsonl"]
TABLE_FORMATS: tuple[str, ...] = get_args(TableFormat)
SETTINGS_FILE = "settings.json"

_FORMAT, _VERSION = "dedup-tables", 1
_FEW_VALUES = ("outlet", "role", "kind", "first_outlet", "target_outlet", "origin_outlet",
               "direction", "direction_reason", "credit", "credited_kind", "credited_outlet",
               "relation", "quotation", "confidence", "verdict")  # fmt: skip
_LINES_AT_ONCE = 1 << 14
# A row must fit into a block of pyarrow's reader of CSV, and a passage may be of any length.
_MOST_IN_BLOCK = 1 << 30


def write_tables(
    tables: Iterable[tuple[str, Iterator[pa.Table]]],
    directory: Path,
    *,
    format: TableFormat,
    settings: Mapping[str, Any],
) -> list[Path]:
    """Write tables and settings to a directory, all or none of them.

    Args:
        tables: Names, and the rows as tables of that name's schema, in pieces.
        directory: Where to; made if it is not there. Files of the same names are replaced.
        format: `parquet`, `csv` or `jsonl`.
        settings: What the tables came about by, for JSON.

    Returns:
        The files: the tables in their order, then the settings.

    Raises:
        ValueError: If there is no such format.
        InputError: If the directory cannot be written to.
    """
    if format not in TABLE_FORMATS:
        raise ValueError(f"format must be one of {', '.join(TABLE_FORMATS)}, got {format!r}")
    partial: dict[Path, Path] = {}
    n_rows = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, pieces in tables:
            path = _claim(directory, f"{name}.{format}", partial)
            n_rows[name] = _write(pieces, SCHEMAS[name], path, format)
        about = {
            "format": _FORMAT, "version": _VERSION, "dedup": __version__,
            "tables": n_rows, "table_format": format, "settings": settings,
        }  # fmt: skip
        content = orjson.dumps(  # a setting may be a number of numpy's
            about,
            option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY,
        )
        _claim(directory, SETTINGS_FILE, partial).write_bytes(content)
        for path, temporary in partial.items():
            temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=directory) from error
    finally:
        for temporary in partial.values():
            temporary.unlink(missing_ok=True)
    return list(partial)


def _claim(directory: Path, name: str, partial: dict[Path, Path]) -> Path:
    """Return where to write a file until all are there."""
    path = directory / name
    if path.is_dir():
        raise InputError("is a directory where a table would be written", path=path)
    partial[path] = directory / f".{name}.partial"
    return partial[path]


def _write(pieces: Iterator[pa.Table], schema: pa.Schema, path: Path, format: TableFormat) -> int:
    """Write a table to a file; return the number of its rows."""
    n_rows = 0
    if format == "parquet":
        import pyarrow.parquet as pq

        # Only columns with few values gain from a dictionary; building one for texts costs time.
        few = [name for name in _FEW_VALUES if name in schema.names]
        # Packing texts would save a third of their space, and take a tenth of all the time.
        packing = {name: "none" if name == "text" else "lz4" for name in schema.names}
        with pq.ParquetWriter(path, schema, compression=packing, use_dictionary=few) as writer:
            for piece in pieces:
                writer.write_table(piece)
                n_rows += piece.num_rows
    elif format == "csv":
        import pyarrow.csv

        with pyarrow.csv.CSVWriter(os.fspath(path), schema) as csv_writer:
            for piece in pieces:
                csv_writer.write_table(piece)
                n_rows += piece.num_rows
    else:
        with path.open("wb") as file:
            for piece in pieces:
                for row in piece.to_pylist():
                    file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
                n_rows += piece.num_rows
    return n_rows


def read_tables(directory: Path) -> tuple[dict[str, pa.Table], dict[str, Any]]:
    """Return the tables that `write_tables` wrote to a directory, and the settings.

    Raises:
        InputError: If a file is missing, damaged, of another version or not of these tables.
    """
    path = directory / SETTINGS_FILE
    about = _read_about(path)
    format = about["table_format"]
    tables = {}
    for name, n_rows in about["tables"].items():
        file = directory / f"{name}.{format}"
        if not file.is_file():
            raise InputError(
                f"missing: the tables here are {', '.join(about['tables'])}; write them again",
                path=file,
            )
        tables[name] = _read(file, SCHEMAS[name], format)
        if tables[name].num_rows != n_rows:
            raise InputError(
                f"must have {n_rows} rows, got {tables[name].num_rows}: cut off, or of another"
                " run; write the tables again",
                path=file,
            )
    _check_references(tables, directory)
    return tables, about["settings"]


def _read_about(path: Path) -> dict[str, Any]:
    try:
        about = orjson.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(
            "no such file: not a directory that dedup wrote tables to (--output-dir)", path=path
        ) from error
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    except orjson.JSONDecodeError as error:
        raise InputError(f"not JSON: {error}", path=path) from error
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise InputError(f'must be an object with "format": "{_FORMAT}"', path=path)
    if about.get("version") != _VERSION:
        raise InputError(
            f"version must be {_VERSION}, got {about.get('version')!r}; write the tables again"
            " with this version of dedup",
            path=path,
        )
    names = about.get("tables")
    if not isinstance(names, dict) or not {"documents", "passages"} <= {*names} <= {*TABLES}:
        raise InputError(
            f"tables must be documents, passages and some of {', '.join(TABLES)}, got {names!r}",
            path=path,
        )
    if about.get("table_format") not in TABLE_FORMATS:
        raise InputError(
            f"table_format must be one of {', '.join(TABLE_FORMATS)},"
            f" got {about.get('table_format')!r}",
            path=path,
        )
    if not isinstance(about.get("settings"), dict):
        raise InputError('missing object "settings"', path=path)
    return about


def _read(path: Path, schema: pa.Schema, format: TableFormat) -> pa.Table:
    """Return a table, whose columns are those of the schema in name, order and type."""
    readers: dict[str, Callable[[Path, pa.Schema], pa.Table]]
    readers = {"parquet": _read_parquet, "csv": _read_csv, "jsonl": _read_jsonl}
    try:
        table = readers[format](path, schema)
    except OSError as error:  # pyarrow's, too, which stands for damage
        raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
    except pa.ArrowException as error:
        raise InputError(f"damaged, or not a table of dedup: {error}", path=path) from error
    for field in schema:
        if not field.nullable and table[field.name].null_count:
            raise InputError(f"{field.name} must not be missing", path=path)
        # Ids of rows are their numbers: other tables point to rows by them.
        if field.name == f"{path.stem.removesuffix('s')}_id" and pa.types.is_integer(field.type):
            if not np.array_equal(table[field.name].to_numpy(), np.arange(table.num_rows)):
                raise InputError(f"{field.name} must count the rows from 0", path=path)
    return table


def _check_names(names: list[str], schema: pa.Schema, path: Path, line: int | None = None) -> None:
    if names != schema.names:
        raise InputError(
            f"columns must be {', '.join(schema.names)}, got {', '.join(names)}",
            path=path, line=line,
        )  # fmt: skip


def _read_parquet(path: Path, schema: pa.Schema) -> pa.Table:
    import pyarrow.parquet as pq

    table = pq.read_table(path, partitioning=None)
    _check_names(table.column_names, schema, path)
    for field, found in zip(schema, table.schema, strict=True):
        if field.type != found.type:
            raise InputError(
                f"{field.name} must be of type {field.type}, got {found.type}", path=path
            )
    return pa.table(table.columns, schema=schema)


def _read_csv(path: Path, schema: pa.Schema) -> pa.Table:
    import pyarrow.csv

    with path.open("rb") as file:
        header = file.readline().decode("utf-8", "replace").rstrip("\r\n")
    _check_names([name.strip('"') for name in header.split(",")], schema, path)
    # Missing is nothing at all, an empty text a pair of quotation marks.
    table = pyarrow.csv.read_csv(
        path,
        read_options=pyarrow.csv.ReadOptions(
            block_size=min(max(path.stat().st_size, 1), _MOST_IN_BLOCK)
        ),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )  # fmt: skip
    return pa.table(table.columns, schema=schema)


def _read_jsonl(path: Path, schema: pa.Schema) -> pa.Table:
    # Not pyarrow's reader: it neither takes the zone of a time, nor says the line of an error.
    rows: list[dict[str, Any]] = []
    pieces = []
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                row = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InputError(f"not JSON: {error}", path=path, line=number) from error
            if not isinstance(row, dict):
                raise InputError("must be an object", path=path, line=number)
            _check_names([*row], schema, path, number)
            rows.append(row)
            if len(rows) == _LINES_AT_ONCE:
                pieces.append(_rows_to_table(rows, schema))
                rows.clear()
    return pa.concat_tables([*pieces, _rows_to_table(rows, schema)])


def _rows_to_table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    columns = []
    for field in schema:
        values = [row[field.name] for row in rows]
        try:
            if pa.types.is_timestamp(field.type):
                columns.append(pa.array(values, pa.string()).cast(field.type))
            else:
                columns.append(pa.array(values, field.type))
        except TypeError as error:  # a list where a number should be
            raise pa.ArrowInvalid(f"{field.name}: {error}") from error
    return pa.table(columns, schema=schema)


def _check_references(tables: Mapping[str, pa.Table], directory: Path) -> None:
    """Refuse tables that point to rows of others that are not there: files of two runs."""
    ids = tables["documents"]["document_id"].combine_chunks()
    n_rows = {"passage_id": tables["passages"].num_rows}
    if "clusters" in tables:
        n_rows["cluster_id"] = tables["clusters"].num_rows
    for name, table in tables.items():
        for column in table.column_names:
            values = table[column].drop_null()
            if column.endswith("document_id"):
                is_there = pc.all(pc.is_in(values, ids)).as_py() is not False
            else:
                kind = next((kind for kind in n_rows if column.endswith(kind)), None)
                if kind is None or len(values) == 0:
                    continue
                least, most = pc.min_max(values).values()
                is_there = 0 <= least.as_py() <= most.as_py() < n_rows[kind]
            if not is_there:
                raise InputError(
                    f"{column} of {name} names a row that is not there: the files are of"
                    " different runs; write them again",
                    path=directory,
                )
