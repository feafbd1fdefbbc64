"""Documents in and out of an index file: rows of Arrow tables, whole and checked.

A document's digest is of what its record says; by it a changed one is told from an unchanged one.
The checksum covers the digest and whatever is read without the text, so that a flipped byte is an
error wherever it is read. Checksums can be forged: types and bounds are checked, too.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.errors import InputError
from dedup.index.storage import IndexFile

Integers = npt.NDArray[np.int64]

ROLE_BITS = 2  # of a passage's second word, below its number of words
_AT_ONCE = 500  # documents asked for in one statement
_PER_BATCH = 4_000  # documents of a batch: all work on a corpus goes by these
# What has no column of its own, and what it is where nothing is said of it.
_FIELDS: dict[str, Any] = {
    "body_start": 0, "published_is_day": False, "title": None, "url": None, "other_fields": None
}  # fmt: skip
_NO_FIELDS = b"{}"
_FACTS = "number, document_id, outlet, published, is_version, path, line, crc, digest, passages"
_COLUMNS = f"{_FACTS}, fields, text"
_IS_VERSION, _CRC, _DIGEST, _PASSAGES = 4, 7, 8, 9  # places in a row of columns
_PLACES = {"document_id": 1, "published": 3, "line": 6, "text": 11}  # of what is kept as it is
_NONE = type(None)
_TYPES = (
    (int,), (str,), (int, _NONE), (int, _NONE), (int,), (int, str, _NONE), (int, _NONE), (int,),
    (bytes,), (bytes,), (bytes,), (bytes,),
)  # fmt: skip
_TIMES = range(-62_135_596_800_000_000, 253_402_300_800_000_000)  # of the years 1 to 9999
_MOST_NUMBERS = 1 << 32  # which is what an entry of a list has room for

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Stored:
    """Documents of an index.

    Attributes:
        numbers: Their numbers, ascending.
        table: The documents, with the columns of `DOCUMENT_SCHEMA`.
        passages: The facts of their passages, shape (n_passages, 2), dtype uint32: the lower half
            of the text's key; number of words and role, as `ROLE_BITS` divides them.
        is_version: For each whether it mostly repeats others of its outlet.
    """

    numbers: Integers
    table: pa.Table
    passages: npt.NDArray[np.uint32]
    is_version: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Described:
    """What a table of documents says about each, as it is kept.

    Attributes:
        fields: What has no column of its own, as JSON.
        digests: A digest of the id, the text and what is known about it; where it was read from
            is no part of that.
    """

    fields: list[bytes]
    digests: list[bytes]

    def take(self, rows: Sequence[int]) -> Described:
        """Return what is said about some of the documents."""
        return Described([self.fields[i] for i in rows], [self.digests[i] for i in rows])


def describe(table: pa.Table) -> Described:
    """Return what a table of documents says about each."""
    fields, own_digests = [], []
    for batch in table.to_batches():
        here = _fields(batch)
        names = ("document_id", "outlet")
        columns = [*(batch[name].to_pylist() for name in names), _times(batch)]
        for told, text, *facts in zip(here, _texts(batch), *columns, strict=True):
            own_digests.append(_digest(facts, told, text))
        fields += here
    return Described(fields, own_digests)


def _digest(facts: list[Any], told: bytes, text: bytes) -> bytes:
    """Return the digest of id, outlet and time, of the other fields, and of the text."""
    whole = b"".join((orjson.dumps(facts), told, text))
    return hashlib.blake2b(whole, digest_size=16).digest()


def _fields(batch: pa.RecordBatch) -> list[bytes]:
    """Return the fields that have no column of their own; most documents have few, or none."""
    names = [name for name in _FIELDS if batch[name].null_count < len(batch)]
    names = [
        name
        for name in names
        if _FIELDS[name] is None or pc.any(batch[name].cast(pa.bool_())).as_py()
    ]
    if not names:
        return [_NO_FIELDS] * len(batch)
    rows = zip(*(batch[name].to_pylist() for name in names), strict=True)
    return [orjson.dumps({n: v for n, v in zip(names, row, strict=True) if v}) for row in rows]


def _times(batch: pa.RecordBatch) -> list[int | None]:
    times: list[int | None] = batch["published"].cast(pa.int64()).to_pylist()
    return times


def _texts(batch: pa.RecordBatch) -> list[bytes]:
    texts: list[bytes] = batch["text"].cast(pa.large_binary()).to_pylist()
    return texts


def write_documents(
    file: IndexFile,
    table: pa.Table,
    described: Described,
    numbers: Integers,
    passages: Sequence[bytes],
    is_version: npt.NDArray[np.bool_],
) -> None:
    """Add documents, each under its number.

    Raises:
        InputError: If there are no more numbers.
    """
    if numbers.max(initial=-1) >= _MOST_NUMBERS:
        raise InputError("has no number left for a document; build it again", path=file.path)
    outlets = count_outlets(file, _counts(table["outlet"]))
    paths = _number_paths(file, table["path"])
    marks = ", ".join("?" * len(_COLUMNS.split(",")))
    first = 0
    for batch in table.to_batches():
        here = slice(first, first := first + len(batch))
        rows = zip(
            numbers[here].tolist(), batch["document_id"].to_pylist(),
            map(outlets.get, batch["outlet"].to_pylist()), _times(batch),
            is_version[here].astype(int).tolist(),
            (paths.get(path, path) for path in batch["path"].to_pylist()),
            batch["line"].to_pylist(),
            described.digests[here], passages[here], described.fields[here], _texts(batch),
            strict=True,
        )  # fmt: skip
        file.connection.executemany(
            f"INSERT INTO document ({_COLUMNS}) VALUES ({marks})",
            ((*row[:_CRC], _crc(file, row[:_CRC], *row[_CRC:-2]), *row[_CRC:]) for row in rows),
        )


def _crc(file: IndexFile, facts: Row, digest: bytes, passages: bytes) -> int:
    """Return the checksum of a document's row; of fields and text the digest says enough."""
    return file.crc(repr(facts).encode() + digest + passages)


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    """Return how often each value occurs."""
    counts = pc.value_counts(column).to_pylist()
    return {each["values"]: each["counts"] for each in counts if each["values"] is not None}


def count_outlets(file: IndexFile, changes: Mapping[str, int]) -> dict[str, int]:
    """Add to the numbers of outlets' documents; return the number of each outlet."""
    known = {name: (number, count) for number, name, count in _names(file, "outlet")}
    rows = []
    for name, change in changes.items():
        number, count = known.setdefault(name, (len(known), 0))
        rows.append((number, name, count + change))
    file.connection.executemany(
        "INSERT OR REPLACE INTO outlet VALUES (?, ?, ?, ?)",
        [(*row, _crc_of_name(file, row)) for row in rows],
    )
    return {name: number for name, (number, _) in known.items()}


def _number_paths(file: IndexFile, column: pa.ChunkedArray) -> dict[str, int]:
    """Return the numbers of the files that many documents are of; others are kept by document."""
    known = {name: number for number, name, _ in _names(file, "path")}
    new = [name for name, n in _counts(column).items() if n > 1 and name not in known]
    rows = list(enumerate(new, start=len(known)))
    file.connection.executemany(
        "INSERT INTO path VALUES (?, ?, ?)", [(*row, _crc_of_name(file, row)) for row in rows]
    )
    return known | {name: number for number, name in rows}


def outlets_of(file: IndexFile) -> dict[str, tuple[int, int]]:
    """Return the number of each outlet and of its documents, by name; of those that have any."""
    return {name: (number, count) for number, name, count in _names(file, "outlet") if count}


def _names(file: IndexFile, table: str) -> list[tuple[int, str, int]]:
    count = "n_documents" if table == "outlet" else "0"
    rows = file.connection.execute(
        f"SELECT number, name, {count}, crc FROM {table} ORDER BY number"
    )
    names = []
    for place, (number, name, n, crc) in enumerate(rows):
        values = (number, name) if table == "path" else (number, name, n)
        is_sound = _crc_of_name(file, values) == crc and number == place
        if not is_sound or type(name) is not str or type(n) is not int or n < 0:
            raise file.damaged(f"a name in its table {table}")
        names.append((number, name, n))
    return names


def _crc_of_name(file: IndexFile, row: tuple[int | str, ...]) -> int:
    return file.crc(repr(row).encode())


def removed_numbers(file: IndexFile) -> Integers:
    """Return the numbers of the documents that are not there any more, ascending."""
    rows = file.connection.execute("SELECT number FROM removed ORDER BY number")
    return np.array([row[0] for row in rows], dtype=np.int64)


def read_facts(file: IndexFile, numbers: Integers) -> pa.Table:
    """Return number, id, outlet's number, time and is_version of some documents, by number.

    Those that were removed are left out.
    """
    rows = [row[:5] for part in _read_rows(file, _FACTS, numbers) for row in part]
    columns = [*zip(*rows, strict=True)] or [()] * 5
    types = (pa.int64(), pa.string(), pa.int64(), pa.int64(), pa.int64())
    names = ("number", "document_id", "outlet", "published", "is_version")
    arrays = [pa.array(column, type_) for column, type_ in zip(columns, types, strict=True)]
    return pa.table(dict(zip(names, arrays, strict=True)))


def read_passages(file: IndexFile, numbers: Integers) -> dict[int, npt.NDArray[np.uint32]]:
    """Return the lower halves of the keys of some documents' texts, by number."""
    return {
        row[0]: np.frombuffer(row[_PASSAGES], dtype="<u4")[::2]
        for rows in _read_rows(file, _FACTS, numbers)
        for row in rows
    }


def find_documents(
    file: IndexFile, numbers: Integers, wanted: Container[str]
) -> dict[str, tuple[int, bytes]]:
    """Return number and digest of the documents that have a wanted id, by id.

    Args:
        file: The index.
        numbers: Documents that may have one.
        wanted: The ids.
    """
    return {
        row[1]: (row[0], row[_DIGEST])
        for rows in _read_rows(file, _FACTS, numbers)
        for row in rows
        if row[1] in wanted
    }


def find_files(file: IndexFile, numbers: Integers, wanted: Container[str]) -> Integers:
    """Return the documents, of some that may be, that are a wanted file of their own."""
    found = [
        number
        for rows in _read_rows(file, _FACTS, numbers)
        for number, _, _, _, _, path, line, *_ in rows
        if line is None and isinstance(path, str) and os.path.normpath(path) in wanted
    ]
    return np.array(found, dtype=np.int64)


def read_documents(file: IndexFile, numbers: Integers) -> Stored:
    """Return some documents of the index; those that were removed are left out.

    Raises:
        InputError: If any of them is damaged.
    """
    parts = (
        [row for rows in _read_rows(file, _COLUMNS, numbers[i : i + _PER_BATCH]) for row in rows]
        for i in range(0, len(numbers), _PER_BATCH)
    )
    return _stored(file, parts)


def read_all_documents(file: IndexFile, *, at_once: int) -> Iterator[Stored]:
    """Yield all documents, so many at once, in the order of their numbers."""
    last = -1
    while True:
        rows = file.connection.execute(
            f"SELECT {_COLUMNS} FROM document WHERE number > ? ORDER BY number LIMIT ?",
            (last, at_once),
        ).fetchall()
        if not rows:
            return
        if rows[-1][0] <= last:
            raise file.damaged("its documents are out of order")
        last = rows[-1][0]
        yield _stored(file, [_check(file, rows)])


def numbers_of_outlets(file: IndexFile, outlets: Sequence[int]) -> Integers:
    """Return the numbers of the documents of some outlets."""
    marks = ",".join("?" * len(outlets))
    rows = file.connection.execute(
        f"SELECT number FROM document WHERE outlet IN ({marks}) ORDER BY number", [*outlets]
    )
    return np.array([row[0] for row in rows], dtype=np.int64)


def _read_rows(file: IndexFile, columns: str, numbers: Integers) -> Iterator[list[Row]]:
    """Yield rows of some documents, checked; those that were removed are left out."""
    for i in range(0, len(numbers), _AT_ONCE):
        wanted = numbers[i : i + _AT_ONCE].tolist()
        marks = ",".join("?" * len(wanted))
        rows = file.connection.execute(
            f"SELECT {columns} FROM document WHERE number IN ({marks}) ORDER BY number", wanted
        ).fetchall()
        if missing := {*wanted} - {row[0] for row in rows}:
            marks = ",".join("?" * len(missing))
            query = f"SELECT count(*) FROM removed WHERE number IN ({marks})"
            if file.connection.execute(query, [*missing]).fetchone()[0] != len(missing):
                raise file.damaged("a document is missing")
        yield _check(file, rows)


def _check(file: IndexFile, rows: list[Row]) -> list[Row]:
    """Return rows of `_FACTS` or `_COLUMNS` if they are as they were written, and make sense."""
    next_number, salt = file.manifest["next_number"], file.salt
    for row in rows:
        number, document_id, outlet, published, is_version, _, _, crc, digest, passages = row[:10]
        is_sound = (
            _are_right(tuple(map(type, row)))
            and crc32(repr(row[:_CRC]).encode() + digest + passages, salt) == crc
            and 0 <= number < next_number
            and (outlet is None or outlet >= 0)
            and (published is None or published in _TIMES)
            and is_version in (0, 1)
            and not len(passages) % 8
        )
        if not is_sound:
            raise file.damaged(f"document {document_id!r}")
    return rows


@lru_cache
def _are_right(types: tuple[type, ...]) -> bool:
    """Return whether the values of a row may have these types; few rows differ in that."""
    return all(found in allowed for found, allowed in zip(types, _TYPES, strict=False))


def _stored(file: IndexFile, parts: Iterable[list[Row]]) -> Stored:
    names = [[name for _, name, _ in _names(file, table)] for table in ("outlet", "path")]
    batches, numbers, passages, is_version = [], [], [], []
    for rows in parts:
        batches.append(_make_batch(file, rows, *names))
        numbers += [row[0] for row in rows]
        passages += [row[_PASSAGES] for row in rows]
        is_version += [row[_IS_VERSION] for row in rows]
    return Stored(
        np.array(numbers, dtype=np.int64),
        pa.Table.from_batches(batches, schema=DOCUMENT_SCHEMA),
        np.frombuffer(b"".join(passages), dtype="<u4").reshape(-1, 2),
        np.array(is_version, dtype=np.bool_),
    )


def _make_batch(
    file: IndexFile, rows: list[Row], outlets: Sequence[str], paths: Sequence[str]
) -> pa.RecordBatch:
    """Return the documents of some rows, if they are what their digests say."""
    labels, files, told = [], [], []
    for row in rows:
        document_id, outlet, published, _, path = row[1:6]
        fields, text = row[-2:]
        try:
            label = None if outlet is None else outlets[outlet]
            if _digest([document_id, label, published], fields, text) != row[_DIGEST]:
                raise ValueError("a digest of something else")
            labels.append(label)
            files.append(paths[path] if isinstance(path, int) and path >= 0 else path)
            told.append(_read_fields(fields, text))
        except (IndexError, TypeError, ValueError) as error:
            raise file.damaged(f"document {document_id!r}") from error
    columns = {name: [row[place] for row in rows] for name, place in _PLACES.items()}
    columns |= {name: [each[name] for each in told] for name in _FIELDS}
    columns |= {"outlet": labels, "path": files}
    try:
        arrays = [_array(columns[field.name], field.type) for field in DOCUMENT_SCHEMA]
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise file.damaged("the types of a document's row") from error
    return pa.record_batch(arrays, schema=DOCUMENT_SCHEMA)


def _read_fields(data: bytes, text: bytes) -> Mapping[str, Any]:
    """Return the fields that have no column of their own.

    Raises:
        TypeError, ValueError: If they are none.
    """
    if data == _NO_FIELDS:
        return _FIELDS
    told = orjson.loads(data)
    if type(told) is not dict or not told.keys() <= _FIELDS.keys():
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
