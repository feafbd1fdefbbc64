"""Any frame to documents, by the rules of every other reader."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as sql
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import IntegralType, StringType

from dedup.attribution import Gazetteer
from dedup.config import CorpusSettings
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.corpus.records import CorpusBuilder, all_strings
from dedup.errors import ConfigError, InputError
from dedup.spark.frames import Batches

_PLACE = ("path", "line")
_PLAIN = ("document_id", "text", *_PLACE)  # that are taken as they are


def standard_documents(
    frame: DataFrame, columns: Mapping[str, str] | None = None, *, of_urls: Gazetteer | None = None
) -> DataFrame:
    """Return documents with the columns of `DOCUMENT_SCHEMA`.

    Args:
        frame: The documents. Needed are an id and a text; outlet, time of publication, title,
            address, path and line are used where they are, and other columns kept.
        columns: For a column of the table `documents` (or `text`) the frame's name of it. Without
            an entry it is the same; an id may also be `id`, a time of publication `date`.
        of_urls: The outlets whose addresses say whose a document is that names none.

    Raises:
        ConfigError: If there is no such column.
    """
    names = _mapped(frame, columns or {})
    taken = {*names.values()}
    others = [name for name in frame.columns if name not in taken]
    types = {name: frame.schema[source].dataType for name, source in names.items()}
    is_plain = (
        not others and {*names} <= {*_PLAIN} and types["text"] == StringType()
        and isinstance(types["document_id"], (StringType, IntegralType))
    )  # fmt: skip
    if of_urls is None and (is_plain or {*DOCUMENT_SCHEMA.names} <= {*names}):  # nothing to parse
        values = {
            "body_start": sql.lit(0), "published_is_day": sql.lit(False),
            **{name: sql.col(f"`{source}`") for name, source in names.items()},
        }  # fmt: skip
        return frame.select(*(
            values.get(f.name, sql.lit(None)).cast(f.dataType).alias(f.name)
            for f in from_arrow_schema(DOCUMENT_SCHEMA)
        ))  # fmt: skip
    renamed = [sql.col(f"`{source}`").alias(name) for name, source in names.items()]
    records = frame.select(*renamed, *(sql.col(f"`{name}`") for name in others))
    return records.mapInArrow(partial(_read, of_urls), from_arrow_schema(DOCUMENT_SCHEMA))


def _mapped(frame: DataFrame, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the frame's column for each of ours that it has."""
    known = {*DOCUMENT_SCHEMA.names}
    for name, source in columns.items():
        if name not in known:
            raise ConfigError(f"columns must name some of {', '.join(sorted(known))}, got {name!r}")
        if source not in frame.columns:
            raise ConfigError(f"no column {source!r} in the frame, which has {frame.columns}")
    names = {name: name for name in DOCUMENT_SCHEMA.names if name in frame.columns} | {**columns}
    for name, other in (("document_id", "id"), ("published", "date")):
        if name not in names and other in frame.columns:
            names[name] = other
    for name in ("document_id", "text"):
        if name not in names:
            raise ConfigError(
                f"no column {name!r} in the frame, which has {frame.columns};"
                f" columns={{{name!r}: …}} names another"
            )
    return names


def _read(of_urls: Gazetteer | None, batches: Batches) -> Batches:
    """Yield documents of any records, by the rules of every other reader."""
    settings = CorpusSettings(id_field="document_id", date_field="published")
    for batch in batches:
        check(batch)
        rows = pa.Table.from_batches([batch])
        places = {}
        for name in _PLACE:
            field = DOCUMENT_SCHEMA.field(name)
            places[field] = pa.nulls(len(rows), field.type)
            if name in rows.column_names:
                places[field] = rows[name].cast(field.type)
                rows = rows.drop_columns(name)
        builder = CorpusBuilder(settings, None if of_urls is None else of_urls.name_by_url)
        plain = all_strings(rows, builder.string_fields)
        if plain is None or not builder.add_columns(plain, 0, path="", outlet=None):
            builder.add(rows.to_pylist(), places[DOCUMENT_SCHEMA.field("line")].to_pylist())
        table = builder.finish()
        for field, values in places.items():
            table = table.set_column(table.column_names.index(field.name), field, values)
        yield from _as_spark(table).to_batches()


def _as_spark(table: pa.Table) -> pa.Table:
    """Return a table with the short strings that Spark expects."""
    fields = [
        pa.field(f.name, pa.string() if f.type == pa.large_string() else f.type)
        for f in table.schema
    ]
    return table.cast(pa.schema(fields))


def check(rows: pa.RecordBatch) -> None:
    """Raise an error if a row has no id or no text, which a document needs."""
    ids = rows["document_id"].cast(pa.string())
    if ids.null_count or pc.any(pc.equal(ids, "")).as_py():
        raise InputError("a document without an id; Spark numbers no lines to make one of")
    if rows["text"].null_count:
        without = ids.filter(rows["text"].is_null())
        raise InputError(f"document {without[0].as_py()!r} has no text")
