"""The schema of every table, and its ways out: pandas, Parquet, CSV, JSON Lines.

Other people's scripts hang on these columns: their names, order and types are fixed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import orjson
import pyarrow as pa

from dedup.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

TableFormat = Literal["parquet", "csv", "jsonl"]
TABLE_FORMATS: tuple[str, ...] = get_args(TableFormat)

_TIME = pa.timestamp("us", tz="UTC")
_FEW_VALUES = ("outlet", "role", "kind", "first_outlet", "target_outlet", "origin_outlet",
               "direction", "direction_reason", "credit", "credited_kind", "credited_outlet",
               "relation", "quotation", "confidence", "verdict")  # fmt: skip


def _schema(*columns: tuple[str, pa.DataType, bool]) -> pa.Schema:
    return pa.schema([pa.field(name, type_, nullable=null) for name, type_, null in columns])


SCHEMAS = {
    "documents": _schema(
        ("document_id", pa.string(), False),
        ("outlet", pa.string(), True),
        ("published", _TIME, True),
        ("title", pa.string(), True),
        ("url", pa.string(), True),
        ("path", pa.string(), True),
        ("line", pa.int64(), True),
        ("n_passages", pa.int64(), False),
        ("n_words", pa.int64(), False),
        ("duplicate_share", pa.float64(), True),
        ("reused_share", pa.float64(), True),
        ("uncredited_share", pa.float64(), True),
    ),
    "passages": _schema(
        ("passage_id", pa.int64(), False),
        ("document_id", pa.string(), False),
        ("outlet", pa.string(), True),
        ("position", pa.int64(), False),
        ("start", pa.int64(), False),
        ("end", pa.int64(), False),
        ("n_words", pa.int64(), False),
        ("role", pa.string(), False),
        ("cluster_id", pa.int64(), True),
        ("text", pa.large_string(), False),
    ),
    "duplicates": _schema(
        ("first_passage_id", pa.int64(), False),
        ("second_passage_id", pa.int64(), False),
        ("first_document_id", pa.string(), False),
        ("second_document_id", pa.string(), False),
        ("jaccard", pa.float64(), False),
        ("first_in_second", pa.float64(), False),
        ("second_in_first", pa.float64(), False),
    ),
    "clusters": _schema(
        ("cluster_id", pa.int64(), False),
        ("kind", pa.string(), False),
        ("n_passages", pa.int64(), False),
        ("n_documents", pa.int64(), False),
        ("n_outlets", pa.int64(), False),
        ("representative_passage_id", pa.int64(), False),
        ("first_outlet", pa.string(), True),
        ("first_published", _TIME, True),
        ("min_jaccard", pa.float64(), False),
        ("text", pa.large_string(), False),
    ),
    "reuse": _schema(
        ("reuse_id", pa.int64(), False),
        ("rank", pa.int64(), False),
        ("target_document_id", pa.string(), False),
        ("target_outlet", pa.string(), True),
        ("target_start", pa.int64(), False),
        ("target_end", pa.int64(), False),
        ("origin_document_id", pa.string(), False),
        ("origin_outlet", pa.string(), True),
        ("origin_start", pa.int64(), False),
        ("origin_end", pa.int64(), False),
        ("n_words", pa.int64(), False),
        ("cosine", pa.float64(), False),
        ("identity", pa.float64(), False),
        ("kind", pa.string(), False),
        ("direction", pa.string(), False),
        ("direction_reason", pa.string(), False),
        ("credit", pa.string(), True),
        ("credit_attribution_id", pa.int64(), True),
    ),
    "attributions": _schema(
        ("attribution_id", pa.int64(), False),
        ("document_id", pa.string(), False),
        ("passage_id", pa.int64(), False),
        ("start", pa.int64(), False),
        ("end", pa.int64(), False),
        ("content_start", pa.int64(), True),
        ("content_end", pa.int64(), True),
        ("cue_start", pa.int64(), True),
        ("cue_end", pa.int64(), True),
        ("credited_start", pa.int64(), False),
        ("credited_end", pa.int64(), False),
        ("credited_text", pa.string(), False),
        ("credited_kind", pa.string(), False),
        ("credited_outlet", pa.string(), True),
        ("relation", pa.string(), False),
        ("quotation", pa.string(), False),
        ("parent_attribution_id", pa.int64(), True),
        ("confidence", pa.string(), False),
        ("verdict", pa.string(), True),
        ("matched_document_id", pa.string(), True),
        ("matched_start", pa.int64(), True),
        ("matched_end", pa.int64(), True),
    ),
    "flows": _schema(
        ("origin_outlet", pa.string(), True),
        ("target_outlet", pa.string(), True),
        ("n_documents", pa.int64(), False),
        ("n_passages", pa.int64(), False),
        ("n_words", pa.int64(), False),
        ("n_uncredited", pa.int64(), True),
        ("median_lag_hours", pa.float64(), True),
    ),
}


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a table as a data frame with the documented dtypes.

    Ids and counts are int64, optional ones Int64, texts `string`, times datetime64[us, UTC],
    scores Float64; what is missing is <NA>.
    """
    import pandas as pd

    optional = {field.name for field in table.schema if field.nullable}
    columns = {}
    for field in table.schema:
        column = table[field.name]
        if pa.types.is_integer(field.type) and field.name not in optional:
            columns[field.name] = pd.Series(column.to_numpy())
        elif pa.types.is_timestamp(field.type):
            columns[field.name] = column.to_pandas()
        else:
            dtype = {pa.int64(): "Int64", pa.float64(): "Float64"}.get(field.type, "string")
            columns[field.name] = pd.Series(column.to_pandas(), dtype=dtype)
    return pd.DataFrame(columns)


def write_tables(
    tables: Iterable[tuple[str, Iterator[pa.Table]]], directory: Path, *, format: TableFormat
) -> list[Path]:
    """Write tables to a directory, all or none of them.

    Args:
        tables: Names, and the rows as tables of that name's schema, in pieces.
        directory: Where to; made if it is not there. Files of the same names are replaced.
        format: `parquet`, `csv` or `jsonl`.

    Returns:
        The files.

    Raises:
        InputError: If the directory cannot be written to.
    """
    partial: dict[Path, Path] = {}
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, pieces in tables:
            path = directory / f"{name}.{format}"
            if path.is_dir():
                raise InputError("is a directory where a table would be written", path=path)
            partial[path] = directory / f".{name}.{format}.partial"
            _write(pieces, SCHEMAS[name], partial[path], format)
        for path, temporary in partial.items():
            temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror or error}", path=directory) from error
    finally:
        for temporary in partial.values():
            temporary.unlink(missing_ok=True)
    return list(partial)


def table_bytes(table: pa.Table, format: str, *, name: str) -> bytes:
    """Return a table as `json` (one object, named and versioned), `jsonl` or `csv`."""
    if format == "csv":
        import pyarrow.csv

        buffer = pa.BufferOutputStream()
        pyarrow.csv.write_csv(table, buffer)
        content: bytes = buffer.getvalue().to_pybytes()
        return content
    rows = table.to_pylist()
    if format == "jsonl":
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    whole = {"format": name, "version": 1, "rows": rows}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _write(pieces: Iterator[pa.Table], schema: pa.Schema, path: Path, format: TableFormat) -> None:
    if format == "parquet":
        import pyarrow.parquet as pq

        # Only columns with few values gain from a dictionary; building one for texts costs time.
        few = [name for name in _FEW_VALUES if name in schema.names]
        with pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=few) as writer:
            for piece in pieces:
                writer.write_table(piece)
    elif format == "csv":
        import pyarrow.csv

        with pyarrow.csv.CSVWriter(os.fspath(path), schema) as csv_writer:
            for piece in pieces:
                csv_writer.write_table(piece)
    else:
        with path.open("wb") as file:
            for piece in pieces:
                for row in piece.to_pylist():
                    file.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
