"""Records to documents: field names mapped, values checked, columns filled.

A record is a dictionary with a text and what is known about it. Whole batches are checked by
column; only a batch with something wrong is gone through record by record, to say which.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from numbers import Integral
from types import NoneType
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import CorpusSettings
from dedup.corpus.dates import Published, is_missing, parse_published
from dedup.corpus.document import DOCUMENT_SCHEMA, Skipped
from dedup.corpus.encoding import decode, without_surrogates
from dedup.errors import InputError

# The field by which a reader says where a text's front matter ends; no name of a user's field.
BODY_START: Any = object()

_BATCH_CHARACTERS = 4_000_000
_DATE_FIELDS = ("published", "date")
_TYPE_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false",
               list: "a list", dict: "an object", type(None): "null"}  # fmt: skip


class CorpusBuilder:
    """Collects records into the table of a corpus, and what it left out on the way."""

    def __init__(
        self,
        settings: CorpusSettings,
        outlet_of_url: Callable[[str], str | None] | None = None,
    ) -> None:
        self.settings = settings
        self._outlet_of_url = outlet_of_url
        self.skipped: list[Skipped] = []
        self.other_files: dict[str, int] = {}
        self.notes: list[str] = []
        self.n_documents = 0
        self._fields_seen: set[str] = set()
        self._batches: list[pa.RecordBatch] = []
        self._columns: dict[str, list[Any]] = {name: [] for name in DOCUMENT_SCHEMA.names}
        self._constants: dict[str, tuple[Any, pa.Array]] = {}
        self._n_characters = 0
        self._n_assumed_zones = 0
        dates = (settings.date_field,) if settings.date_field else _DATE_FIELDS
        self._date_fields = dates
        self._mapped = {
            settings.text_field, settings.id_field, settings.outlet_field, *dates,
            "title", "url", BODY_START,
        }  # fmt: skip

    def add(
        self,
        records: Sequence[Mapping[str, Any]],
        lines: Sequence[int | None],
        *,
        path: str | None = None,
        name: str | None = None,
        outlet: str | None = None,
    ) -> None:
        """Add a batch of records of one file (or of none).

        Args:
            records: The records.
            lines: The line of each record, for messages and for the ids of those without one.
            path: The file, as the user would name it.
            name: The file's part of such an id: its path below the directory given.
            outlet: The outlet of the records that name none.

        Raises:
            InputError: If a record is bad, unless bad records are skipped.
        """
        if (columns := self._columns_of(records)) is None:
            records = [self._cleaned(record) for record in records]
            good = [i for i, record in enumerate(records) if self._is_good(record, lines[i], path)]
            records, lines = [records[i] for i in good], [lines[i] for i in good]
            columns = self._columns_of(records) or {}
        ids = columns["document_id"]
        if set(map(type, ids)) != {str} or "" in ids:
            columns["document_id"] = [
                _default_id(name, line) if value is None or value == "" else str(value)
                for value, line in zip(ids, lines, strict=True)
            ]
        if self._outlet_of_url is not None:
            columns["outlet"] = self._known_outlets(columns["outlet"], columns["url"])
        if outlet is not None:
            columns["outlet"] = [value or outlet for value in columns["outlet"]]
        columns["path"] = [path] * len(records)
        columns["line"] = list(lines)
        for column, values in columns.items():
            self._columns[column] += values
        self.n_documents += len(records)
        self._n_characters += sum(map(len, columns["text"]))
        if self._n_characters >= _BATCH_CHARACTERS:
            self._flush()

    def _known_outlets(
        self, outlets: Sequence[str | None], urls: Sequence[str | None]
    ) -> list[str | None]:
        """Return the outlets, where they are missing those of the addresses."""
        of_url = self._outlet_of_url
        return [
            outlet or (of_url(url) if of_url is not None and url else None)
            for outlet, url in zip(outlets, urls, strict=True)
        ]

    @property
    def string_fields(self) -> pa.Schema:
        """The fields that `add_columns` takes: those that matter, all strings."""
        names = dict.fromkeys(name for name in self._mapped if name != BODY_START)
        text = self.settings.text_field
        return pa.schema([(n, pa.large_string() if n == text else pa.string()) for n in names])

    def add_columns(
        self, table: pa.Table, first_line: int, *, path: str, outlet: str | None
    ) -> bool:
        """Add records that come as columns, if nothing about them needs a second look.

        The cheap way for plain records: no object is made of any of them.

        Args:
            table: The records, with columns of `string_fields`, id and text among them.
            first_line: Line of the first; each has a line of its own.
            path: The file, as the user would name it.
            outlet: The outlet of the records that name none.

        Returns:
            Whether they were added. If not, `add` knows why.
        """
        settings, n = self.settings, table.num_rows
        given = {f for f in table.column_names if table[f].null_count < n}
        self._fields_seen |= given
        if not given >= {settings.id_field, settings.text_field}:
            return False
        ids, texts = table[settings.id_field], table[settings.text_field]
        if ids.null_count or texts.null_count or pc.any(pc.equal(ids, "")).as_py():
            return False
        columns = {"document_id": ids, "text": texts}
        for column, field in (
            ("outlet", settings.outlet_field), ("title", "title"), ("url", "url"),
        ):  # fmt: skip
            if field not in given:
                columns[column] = self._constant(column, None, n)
                continue
            values = pc.utf8_trim_whitespace(table[field])
            columns[column] = pc.if_else(pc.equal(values, ""), None, values)
        if self._outlet_of_url is not None and "url" in given:
            outlets, urls = columns["outlet"].to_pylist(), columns["url"].to_pylist()
            columns["outlet"] = pa.array(self._known_outlets(outlets, urls), pa.string())
        if outlet is not None:
            columns["outlet"] = pc.fill_null(columns["outlet"], outlet)
        columns["published"] = self._constant("published", None, n)
        columns["published_is_day"] = self._constant("published_is_day", False, n)
        dates = [field for field in self._date_fields if field in given]
        if dates:
            try:
                published = self._published_columns(table.select(dates).to_pylist())
            except (ValueError, OverflowError):
                return False
            for column, values in published.items():
                columns[column] = _to_arrow(values, DOCUMENT_SCHEMA.field(column).type)
        columns["body_start"] = self._constant("body_start", 0, n)
        columns["path"] = self._constant("path", path, n)
        columns["line"] = pa.array(np.arange(first_line, first_line + n))
        columns["other_fields"] = self._constant("other_fields", None, n)
        self.n_documents += n
        self._flush()
        rows = pa.table({c: columns[c] for c in DOCUMENT_SCHEMA.names}, schema=DOCUMENT_SCHEMA)
        self._batches += rows.combine_chunks().to_batches()
        return True

    def _constant(self, column: str, value: Any, n: int) -> pa.Array:
        """Return a column that is the same throughout; batches of one file share its memory."""
        known, array = self._constants.get(column, (value, pa.nulls(0)))
        if known != value or len(array) < n:
            array = pa.repeat(pa.scalar(value, DOCUMENT_SCHEMA.field(column).type), n)
            self._constants[column] = value, array
        return array[:n]

    def decode(self, data: bytes, path: str, *, declared: str | None = None) -> str:
        """Return the text of a file's bytes; what took a guess is noted."""
        text, note = decode(data, declared=declared)
        if note is not None:
            self.notes.append(f"{path}: {note}")
        return text

    def skip(self, error: InputError) -> None:
        """Count something that cannot be read, or raise the error if nothing may be skipped."""
        if not self.settings.skip_bad_records:
            raise error
        self.skipped.append(Skipped(error.message, error.path, error.line))

    def finish(self) -> pa.Table:
        """Return everything added, with the columns of `DOCUMENT_SCHEMA`.

        Raises:
            InputError: If two documents have the same id, unless bad records are skipped.
        """
        self._flush()
        table = pa.Table.from_batches(self._batches, schema=DOCUMENT_SCHEMA)
        table = self._without_repeated_ids(table)
        for name in ("document_id", "outlet", "published"):  # rows are taken time and again
            number = table.column_names.index(name)
            table = table.set_column(number, table.field(name), table[name].combine_chunks())
        if (n := self._n_assumed_zones) > 0:
            self.notes.append(f"{n} time{'s' * (n > 1)} without a zone taken as UTC")
        self._note_fields_never_seen()
        return table

    def _columns_of(self, records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]] | None:
        """Return the columns that the records' fields fill; None if any record is bad."""
        if set(map(type, records)) != {dict} and not all(
            isinstance(record, Mapping) for record in records
        ):
            return None
        settings = self.settings
        texts = [record.get(settings.text_field) for record in records]
        ids = [record.get(settings.id_field) for record in records]
        if not (set(map(type, texts)) <= {str} and set(map(type, ids)) <= {str, int, NoneType}):
            return None
        columns: dict[str, list[Any]] = {
            "document_id": ids,
            "text": texts,
            "body_start": [record.get(BODY_START, 0) for record in records],
            "other_fields": self._other_fields(records),
        }
        for column, field in (
            ("outlet", settings.outlet_field), ("title", "title"), ("url", "url"),
        ):  # fmt: skip
            values = [record.get(field) for record in records]
            types = set(map(type, values))
            if not types <= {str, NoneType}:
                return None
            if str in types:
                values = [(value and value.strip()) or None for value in values]
            columns[column] = values
        try:
            return columns | self._published_columns(records)
        except (ValueError, OverflowError):
            return None

    def _published_columns(self, records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        published: list[Published | None] = [None] * len(records)
        if any(record.get(field) is not None for field in self._date_fields for record in records):
            published = [self._published(record) for record in records]
        self._n_assumed_zones += sum(
            value is not None and value.zone_assumed for value in published
        )
        return {
            "published": [value and value.time for value in published],
            "published_is_day": [value is not None and value.is_day for value in published],
        }

    def _published(self, record: Mapping[str, Any]) -> Published | None:
        for field in self._date_fields:
            if (published := parse_published(record.get(field))) is not None:
                return published
        return None

    def _note_fields_never_seen(self) -> None:
        """Note the fields that the user named and no record has: likely a slip of the pen."""
        defaults = CorpusSettings()
        for setting in ("id_field", "outlet_field", "date_field"):
            field = getattr(self.settings, setting)
            if field != getattr(defaults, setting) and field not in self._fields_seen:
                self.notes.append(f'no record has the field "{field}" ({setting})')

    def _cleaned(self, record: Any) -> Any:
        """Return a record without the missing values and scalars of numpy and pandas."""
        if not isinstance(record, Mapping):
            return record
        cleaned = dict(record)
        for field in self._mapped & cleaned.keys() - {BODY_START}:
            value = cleaned[field]
            if is_missing(value):
                cleaned[field] = None
            elif isinstance(value, str):
                cleaned[field] = str(value)
            elif isinstance(value, Integral) and not isinstance(value, bool):
                cleaned[field] = int(value)
        return cleaned

    def _is_good(self, record: Mapping[str, Any], line: int | None, path: str | None) -> bool:
        problem = self._problem(record)
        if problem is not None:
            self.skip(InputError(problem, path=path, line=line))
        return problem is None

    def _problem(self, record: Mapping[str, Any]) -> str | None:
        """Return what is wrong with a record, if anything is."""
        settings = self.settings
        if not isinstance(record, Mapping):
            return f"a record must be an object with a text, got {_type_name(record)}"
        text = record.get(settings.text_field)
        if type(text) is not str:
            if text is None:
                known = ", ".join(sorted(str(f) for f in record if f is not BODY_START)) or "none"
                return (
                    f'missing field "{settings.text_field}" (fields here: {known};'
                    " --text-field names another)"
                )
            return f"{settings.text_field} must be a string, got {_type_name(text)}"
        value = record.get(settings.id_field)
        if value is not None and type(value) not in (str, int):
            return f"{settings.id_field} must be a string or an integer, got {_type_name(value)}"
        for field in (settings.outlet_field, "title", "url"):
            value = record.get(field)
            if value is not None and type(value) is not str:
                return f"{field} must be a string, got {_type_name(value)}"
        try:
            self._published(record)
        except (ValueError, OverflowError) as error:
            return str(error)
        return None

    def _other_fields(self, records: Sequence[Mapping[str, Any]]) -> list[str | None]:
        fields = set(itertools.chain.from_iterable(records))
        self._fields_seen |= fields
        if fields <= self._mapped:
            return [None] * len(records)
        rest = [{k: v for k, v in record.items() if k not in self._mapped} for record in records]
        return [_to_json(fields) if fields else None for fields in rest]

    def _flush(self) -> None:
        if self._columns["text"]:
            arrays = [_to_arrow(self._columns[f.name], f.type) for f in DOCUMENT_SCHEMA]
            self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=DOCUMENT_SCHEMA))
            self._columns = {name: [] for name in DOCUMENT_SCHEMA.names}
            self._n_characters = 0

    def _without_repeated_ids(self, table: pa.Table) -> pa.Table:
        ids = table["document_id"]
        is_ascending = pc.all(pc.less(ids[:-1], ids[1:])).as_py()
        if is_ascending is not False or pc.count_distinct(ids).as_py() == len(ids):
            return table
        first: dict[str, int] = {}
        keep = []
        for row, document_id in enumerate(ids.to_pylist()):
            keep.append(first.setdefault(document_id, row) == row)
            if not keep[-1]:
                here, there = (
                    table.slice(i, 1).select(["path", "line"]).to_pylist()[0]
                    for i in (row, first[document_id])
                )
                place = Skipped("", there["path"], there["line"])
                first_seen = f", first seen at {str(place)[:-2]}" if there["path"] else ""
                self.skip(InputError(f"duplicate id {document_id!r}{first_seen}", **here))
        return table.filter(pa.array(keep))


def all_strings(rows: pa.Table, fields: pa.Schema) -> pa.Table | None:
    """Return rows whose columns are some of the fields, as strings; None if they hold more.

    Args:
        rows: Records, a column a field.
        fields: Fields of strings, as `CorpusBuilder.string_fields` says.
    """
    kept = [field for field in fields if field.name in rows.column_names]
    is_string = {pa.string(), pa.large_string(), pa.null()}.__contains__
    if len(kept) < rows.num_columns or not all(map(is_string, rows.schema.types)):
        return None
    return rows.select([field.name for field in kept]).cast(pa.schema(kept))


def batched(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the items in lists of at most `size`."""
    iterator = iter(items)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _to_json(fields: dict[Any, Any]) -> str:
    """Return fields as a JSON object, whatever they hold."""
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY
    try:
        return orjson.dumps(fields, default=str, option=options).decode()
    except TypeError:  # lone surrogates, huge integers, odd keys, deep nesting
        try:
            return json.dumps({str(key): value for key, value in fields.items()},
                              default=str, skipkeys=True)  # fmt: skip
        except (RecursionError, ValueError):
            return json.dumps({str(key): "(nested too deeply to keep)" for key in fields})


def _to_arrow(values: list[Any], type_: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, type_)
    except UnicodeEncodeError:  # a lone surrogate, which is rare: look for it only now
        return pa.array([v and without_surrogates(v) for v in values], type_)


def _default_id(name: str | None, line: int | None) -> str:
    return f"{name}" if line is None else f"{name}:{line}"


def _type_name(value: object) -> str:
    return _TYPE_NAMES.get(type(value), type(value).__name__)
