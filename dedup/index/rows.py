"""A document to the row that an index keeps of it, and back.

What the database is asked for has a column of its own, other facts are packed as JSON: columns cost
more than what is in them. The checksum of a row covers whatever is read without the text, that of
the text too, so that a flipped byte is an error wherever it is read. Checksums can be forged: types
and bounds are checked as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.index.storage import IndexFile

# The columns of a row, with the text and without it.
FACTS = "number, document_id, outlet, text_crc, crc, facts, passages"
COLUMNS = f"{FACTS}, text"
# The places of what is in an unpacked row.
NUMBER, DOCUMENT_ID, OUTLET, PASSAGES, PUBLISHED, IS_VERSION, PATH, LINE = range(8)
_OTHER, _TEXT_CRC, _TEXT = range(8, 11)
# What is packed only if something is said of it, and what it is where nothing is.
_FIELDS: dict[str, Any] = {
    "body_start": 0, "published_is_day": False, "title": None, "url": None, "other_fields": None
}  # fmt: skip
_PLACES = {"document_id": DOCUMENT_ID, "published": PUBLISHED, "line": LINE, "text": _TEXT}
_NONE = type(None)
_TYPES = ((int,), (str,), (int, _NONE), (int,), (int,), (bytes,), (bytes,), (bytes,))
_PACKED_TYPES = ((int, _NONE), (int,), (int, str, _NONE), (int, _NONE), (dict,))
_LEAST_PACKED = 4
_TIMES = range(-62_135_596_800_000_000, 253_402_300_800_000_000)  # of the years 1 to 9999

Row = tuple[Any, ...]
Types = tuple[type, ...]


def pack_rows(
    file: IndexFile,
    batch: pa.RecordBatch,
    numbers: npt.NDArray[np.int64],
    passages: Iterable[bytes],
    is_version: npt.NDArray[np.bool_],
    outlets: Mapping[str, int],
    paths: Mapping[str, int],
) -> Iterator[Row]:
    """Yield the rows of documents, with all columns."""
    columns = zip(
        numbers.tolist(), batch["document_id"].to_pylist(),
        map(outlets.get, batch["outlet"].to_pylist()), passages,
        batch["published"].cast(pa.int64()).to_pylist(), is_version.astype(int).tolist(),
        [paths.get(path, path) for path in batch["path"].to_pylist()], batch["line"].to_pylist(),
        _other_fields(batch), batch["text"].cast(pa.large_binary()).to_pylist(),
        strict=True,
    )  # fmt: skip
    for number, document_id, outlet, own, published, version, path, line, other, text in columns:
        facts = orjson.dumps((published, version, path, line, *other))
        text_crc = crc32(text, file.salt)
        crc = _crc(number, document_id, outlet, text_crc, facts, own)
        yield number, document_id, outlet, text_crc, crc, facts, own, text


def _crc(
    number: int, document_id: str, outlet: int | None, text_crc: int, facts: bytes, passages: bytes
) -> int:
    """Return the checksum of a row without its text; it starts from that of the text."""
    return crc32(orjson.dumps((number, document_id, outlet)) + facts + passages, text_crc)


def _other_fields(batch: pa.RecordBatch) -> Sequence[tuple[dict[str, Any], ...]]:
    """Return for each document what is said in other fields; most have nothing there."""
    told = [name for name in _FIELDS if _is_told(batch[name], _FIELDS[name])]
    if not told:
        return [()] * len(batch)
    rows = zip(*(batch[name].to_pylist() for name in told), strict=True)
    said = [{n: v for n, v in zip(told, row, strict=True) if v != _FIELDS[n]} for row in rows]
    return [(each,) if each else () for each in said]


def _is_told(column: pa.Array, default: Any) -> bool:
    if default is None:
        return bool(column.null_count < len(column))
    return bool(pc.any(column.cast(pa.bool_())).as_py())


def unpack_rows(file: IndexFile, rows: Iterable[Row]) -> list[Row]:
    """Return rows of `FACTS` or `COLUMNS` unpacked.

    Raises:
        InputError: If they are not as they were written, or make no sense.
    """
    next_number = file.manifest["next_number"]
    unpacked = []
    for row in rows:
        number, document_id, outlet, text_crc, crc, facts, passages = row[:7]
        try:
            told = orjson.loads(facts)
            is_sound = (
                _are_right(tuple(map(type, row)), tuple(map(type, told)))
                and _crc(number, document_id, outlet, text_crc, facts, passages) == crc
                and 0 <= number < next_number
                and (outlet is None or outlet >= 0)
                and (told[0] is None or told[0] in _TIMES)
                and told[1] in (0, 1)
                and not len(passages) % 8
            )
        except (TypeError, ValueError):
            is_sound = False
        if not is_sound:
            raise file.damaged(f"document {document_id!r}")
        if len(told) == _LEAST_PACKED:
            told.append(None)
        unpacked.append((number, document_id, outlet, passages, *told, text_crc, *row[7:]))
    return unpacked


@lru_cache
def _are_right(types: Types, packed: Types) -> bool:
    """Return whether a row may have values of these types; few rows differ in that."""
    return (
        _LEAST_PACKED <= len(packed) <= len(_PACKED_TYPES)
        and all(found in allowed for found, allowed in zip(types, _TYPES, strict=False))
        and all(found in allowed for found, allowed in zip(packed, _PACKED_TYPES, strict=False))
    )


def make_batch(
    file: IndexFile, rows: Sequence[Row], outlets: Sequence[str], paths: Sequence[str]
) -> pa.RecordBatch:
    """Return the documents of unpacked rows, with the columns of `DOCUMENT_SCHEMA`.

    Raises:
        InputError: If they are damaged.
    """
    labels, files, others = [], [], []
    for row in rows:
        outlet, path, other, text = row[OUTLET], row[PATH], row[_OTHER], row[_TEXT]
        try:
            if crc32(text, file.salt) != row[_TEXT_CRC]:
                raise ValueError("another text")
            labels.append(None if outlet is None else outlets[outlet])
            files.append(paths[path] if isinstance(path, int) and path >= 0 else path)
            others.append(_FIELDS if other is None else _read_fields(other, text))
        except (IndexError, TypeError, ValueError) as error:
            raise file.damaged(f"document {row[DOCUMENT_ID]!r}") from error
    columns = {name: [row[place] for row in rows] for name, place in _PLACES.items()}
    columns |= {name: [each[name] for each in others] for name in _FIELDS}
    columns |= {"outlet": labels, "path": files}
    try:
        arrays = [_array(columns[field.name], field.type) for field in DOCUMENT_SCHEMA]
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise file.damaged("the types of a document's row") from error
    return pa.record_batch(arrays, schema=DOCUMENT_SCHEMA)


def _read_fields(told: dict[str, Any], text: bytes) -> Mapping[str, Any]:
    """Return all other fields, of which some are told.

    Raises:
        TypeError, ValueError: If they are none.
    """
    if not told.keys() <= _FIELDS.keys():
        raise TypeError("no fields of a document")
    told = _FIELDS | told
    start, is_day = told["body_start"], told["published_is_day"]
    if type(start) is not int or type(is_day) is not bool or not 0 <= start <= len(text):
        raise ValueError("a body that starts nowhere")
    text[:start].decode()  # a start inside a character is none either
    if type(orjson.loads(told["other_fields"] or b"{}")) is not dict:
        raise TypeError("no other fields of a document")
    return told


def _array(values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    if type_ == pa.large_string():
        return pa.array(values, pa.large_binary()).cast(type_)
    return pa.array(values, type_)
