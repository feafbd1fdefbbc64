"""Documents into an index file, out of it, and found in it."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.errors import InputError
from dedup.index.names import count_outlets, count_values, number_paths, numbered_names
from dedup.index.rows import (
    COLUMNS,
    DOCUMENT_ID,
    FACTS,
    IS_VERSION,
    LINE,
    NUMBER,
    OUTLET,
    PASSAGES,
    PATH,
    PUBLISHED,
    Row,
    make_batch,
    pack_rows,
    unpack_rows,
)
from dedup.index.storage import IndexFile

Integers = npt.NDArray[np.int64]

ROLE_BITS = 2  # of a passage's second word, below its number of words
_AT_ONCE = 500  # documents asked for in one statement
_PER_BATCH = 4_000  # documents of a batch: all work on a corpus goes by these
_ROWS_AT_ONCE = 16  # written by one statement, which costs a tenth less than one for each
_MOST_NUMBERS = 1 << 32  # which is what an entry of a list has room for
# What is not compared where a document may have changed: where it was read from.
_PLACE = ("path", "line")


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


def write_documents(
    file: IndexFile,
    table: pa.Table,
    numbers: Integers,
    passages: Sequence[bytes],
    is_version: npt.NDArray[np.bool_],
) -> Iterator[None]:
    """Add documents, each under its number; yield after each batch, for other work beside it.

    Raises:
        InputError: If there are no more numbers.
    """
    if numbers.max(initial=-1) >= _MOST_NUMBERS:
        raise InputError("has no number left for a document; build it again", path=file.path)
    outlets = count_outlets(file, count_values(table["outlet"]))
    paths = number_paths(file, table["path"])
    row = f"({', '.join('?' * len(COLUMNS.split(',')))})"
    first = 0
    for batch in table.to_batches():
        here = slice(first, first := first + len(batch))
        rows = pack_rows(
            file, batch, numbers[here], passages[here], is_version[here], outlets, paths
        )
        while some := [*islice(rows, _ROWS_AT_ONCE)]:
            file.connection.execute(
                f"INSERT INTO document ({COLUMNS}) VALUES {', '.join([row] * len(some))}",
                [*chain.from_iterable(some)],
            )
        yield


def removed_numbers(file: IndexFile) -> Integers:
    """Return the numbers of the documents that are not there any more, ascending."""
    rows = file.connection.execute("SELECT number FROM removed ORDER BY number")
    return np.array([row[0] for row in rows], dtype=np.int64)


def read_rows(file: IndexFile, numbers: Integers) -> list[Row]:
    """Return the unpacked rows of some documents, without their texts, by number.

    Those that were removed are left out.
    """
    return [*chain.from_iterable(_read_rows(file, FACTS, numbers))]


def facts_of(rows: Sequence[Row]) -> pa.Table:
    """Return number, id, outlet's number, time and is_version of documents, by their rows."""
    columns = {
        "number": (NUMBER, pa.int64()), "document_id": (DOCUMENT_ID, pa.string()),
        "outlet": (OUTLET, pa.int64()), "published": (PUBLISHED, pa.int64()),
        "is_version": (IS_VERSION, pa.int64()),
    }  # fmt: skip
    return pa.table(
        {name: pa.array([row[p] for row in rows], type_) for name, (p, type_) in columns.items()}
    )


def read_passages(file: IndexFile, numbers: Integers) -> dict[int, npt.NDArray[np.uint32]]:
    """Return the lower halves of the keys of some documents' texts, by number."""
    return {
        row[NUMBER]: np.frombuffer(row[PASSAGES], dtype="<u4")[::2]
        for rows in _read_rows(file, FACTS, numbers)
        for row in rows
    }


def find_documents(file: IndexFile, numbers: Integers, wanted: Container[str]) -> dict[str, int]:
    """Return the numbers of the documents that have a wanted id, by id.

    Args:
        file: The index.
        numbers: Documents that may have one.
        wanted: The ids.
    """
    return {
        row[DOCUMENT_ID]: row[NUMBER]
        for rows in _read_rows(file, FACTS, numbers)
        for row in rows
        if row[DOCUMENT_ID] in wanted
    }


def find_files(file: IndexFile, numbers: Integers, wanted: Container[str]) -> Integers:
    """Return the documents, of some that may be, that are a wanted file of their own."""
    found = [
        row[NUMBER]
        for rows in _read_rows(file, FACTS, numbers)
        for row in rows
        if row[LINE] is None
        and isinstance(row[PATH], str)
        and os.path.normpath(row[PATH]) in wanted
    ]
    return np.array(found, dtype=np.int64)


def find_unchanged(file: IndexFile, table: pa.Table, numbers: Integers) -> npt.NDArray[np.bool_]:
    """Return which documents of a table are as an index has them, wherever they were read from.

    Args:
        file: The index.
        table: The documents.
        numbers: For each the document of the index that has its id; -1 if none has.
    """
    is_same = np.zeros(len(numbers), dtype=np.bool_)
    first = 0
    for batch in table.to_batches():
        here = numbers[first : first + len(batch)]
        rows = np.argsort(here)[np.count_nonzero(here < 0) :]
        if len(rows):
            stored = read_documents(file, here[rows]).table
            given = pa.table(batch.take(pa.array(rows)))
            is_same[first + rows] = _are_equal(stored, given)
        first += len(batch)
    return is_same


def _are_equal(stored: pa.Table, given: pa.Table) -> npt.NDArray[np.bool_]:
    """Return which documents of two tables are the same, row by row."""
    are_equal = np.ones(len(given), dtype=np.bool_)
    for name in {*DOCUMENT_SCHEMA.names} - {*_PLACE}:
        one, other = stored[name], given[name]
        are_equal &= pc.fill_null(pc.equal(one, other), fill_value=False).to_numpy() | (
            one.is_null().to_numpy() & other.is_null().to_numpy()
        )
    return are_equal


def read_documents(file: IndexFile, numbers: Integers) -> Stored:
    """Return some documents of the index; those that were removed are left out.

    Raises:
        InputError: If any of them is damaged.
    """
    parts = (
        [*chain.from_iterable(_read_rows(file, COLUMNS, numbers[i : i + _PER_BATCH]))]
        for i in range(0, len(numbers), _PER_BATCH)
    )
    return _stored(file, parts)


def read_texts(file: IndexFile, rows: Sequence[Row]) -> Stored:
    """Return documents of which all but the text was read.

    Raises:
        InputError: If any of them is damaged.
    """
    parts = (
        [*chain.from_iterable(_add_texts(file, rows[i : i + _PER_BATCH]))]
        for i in range(0, len(rows), _PER_BATCH)
    )
    return _stored(file, parts)


def read_all_documents(file: IndexFile, *, at_once: int) -> Iterator[Stored]:
    """Yield all documents, so many at once, in the order of their numbers."""
    last = -1
    while True:
        rows = file.connection.execute(
            f"SELECT {COLUMNS} FROM document WHERE number > ? ORDER BY number LIMIT ?",
            (last, at_once),
        ).fetchall()
        if not rows:
            return
        if rows[-1][NUMBER] <= last:
            raise file.damaged("its documents are out of order")
        last = rows[-1][NUMBER]
        yield _stored(file, [unpack_rows(file, rows)])


def numbers_of_outlets(file: IndexFile, outlets: Sequence[int]) -> Integers:
    """Return the numbers of the documents of some outlets."""
    marks = ",".join("?" * len(outlets))
    rows = file.connection.execute(
        f"SELECT number FROM document WHERE outlet IN ({marks}) ORDER BY number", [*outlets]
    )
    return np.array([row[0] for row in rows], dtype=np.int64)


def _read_rows(file: IndexFile, columns: str, numbers: Integers) -> Iterator[list[Row]]:
    """Yield rows of some documents, unpacked; those that were removed are left out."""
    for i in range(0, len(numbers), _AT_ONCE):
        wanted = numbers[i : i + _AT_ONCE].tolist()
        marks = ",".join("?" * len(wanted))
        rows = file.connection.execute(
            f"SELECT {columns} FROM document WHERE number IN ({marks}) ORDER BY number", wanted
        ).fetchall()
        if missing := {*wanted} - {row[NUMBER] for row in rows}:
            marks = ",".join("?" * len(missing))
            query = f"SELECT count(*) FROM removed WHERE number IN ({marks})"
            if file.connection.execute(query, [*missing]).fetchone()[0] != len(missing):
                raise file.damaged("a document is missing")
        yield unpack_rows(file, rows)


def _add_texts(file: IndexFile, rows: Sequence[Row]) -> Iterator[Iterator[Row]]:
    """Yield unpacked rows with the texts behind them."""
    for i in range(0, len(rows), _AT_ONCE):
        own = rows[i : i + _AT_ONCE]
        wanted = [row[NUMBER] for row in own]
        marks = ",".join("?" * len(wanted))
        query = f"SELECT number, text FROM document WHERE number IN ({marks}) ORDER BY number"
        found = file.connection.execute(query, wanted).fetchall()
        if [number for number, _ in found] != wanted:
            raise file.damaged("a document is missing")
        yield ((*row, text) for row, (_, text) in zip(own, found, strict=True))


def _stored(file: IndexFile, parts: Iterable[list[Row]]) -> Stored:
    outlets, paths = (numbered_names(file, table) for table in ("outlet", "path"))
    batches, numbers, passages, is_version = [], [], [], []
    for rows in parts:
        batches.append(make_batch(file, rows, outlets, paths))
        numbers += [row[NUMBER] for row in rows]
        passages += [row[PASSAGES] for row in rows]
        is_version += [row[IS_VERSION] for row in rows]
    return Stored(
        np.array(numbers, dtype=np.int64),
        pa.Table.from_batches(batches, schema=DOCUMENT_SCHEMA),
        np.frombuffer(b"".join(passages), dtype="<u4").reshape(-1, 2),
        np.array(is_version, dtype=np.bool_),
    )
