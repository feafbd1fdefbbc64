"""Documents into an index file, out of it, and found in it."""

from __future__ import annotations

import os
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus import slice_texts
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.errors import InputError
from dedup.index.names import count_outlets, count_values, number_paths, numbered_names
from dedup.index.packing import pack_documents
from dedup.index.rows import (
    COLUMNS,
    STRETCH_BITS,
    Facts,
    Row,
    join_facts,
    make_table,
    sign_stretch,
    stretch_parts,
    unpack_stretches,
    unpack_texts,
)
from dedup.index.storage import IndexFile
from dedup.runs import distinct, is_among

Integers = npt.NDArray[np.int64]

ROLE_BITS = 2  # of a passage's second word, below its number of words
_AT_ONCE = 500  # rows asked for in one statement
_PER_BATCH = 4_096  # documents of a batch: all work on a corpus goes by these
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
        n_pages: How many pages their texts are in.
    """

    numbers: Integers
    table: pa.Table
    passages: npt.NDArray[np.uint32]
    n_pages: int


@dataclass(frozen=True, slots=True)
class NewDocuments:
    """Documents to be added, in the order of their numbers.

    Attributes:
        table: The documents, in any order.
        order: The row of each; None if they are in order.
        passages: The facts of all their passages, as in `Stored`.
        n_passages: How many of them each has.
        is_version: Whether each mostly repeats others of its outlet.
    """

    table: pa.Table
    order: Integers | None
    passages: npt.NDArray[np.uint32]
    n_passages: Integers
    is_version: npt.NDArray[np.bool_]


def write_documents(file: IndexFile, first: int, new: NewDocuments) -> Iterator[None]:
    """Add documents with numbers from the first on; yield after each batch, for work beside it.

    Raises:
        InputError: If there are no more numbers.
    """
    n = len(new.table)
    if first + n > _MOST_NUMBERS:
        raise InputError("has no number left for a document; build it again", path=file.path)
    outlets = count_outlets(file, count_values(new.table["outlet"]))
    paths = number_paths(file, new.table["path"])
    table = new.table.drop_columns(["text"])
    table = table if new.order is None else table.take(pa.array(new.order))
    texts = new.table["text"]
    sizes = pc.binary_length(texts).to_numpy()
    passage_ends = np.append(0, np.cumsum(new.n_passages))
    start = 0
    while start < n:
        # Batches end where stretches do.
        end = min(n, ((first + start) // _PER_BATCH + 1) * _PER_BATCH - first)
        rows = np.arange(start, end) if new.order is None else new.order[start:end]
        own_texts = slice_texts(texts, rows, np.zeros(len(rows), np.int64), sizes[rows])
        stretches, pages = pack_documents(
            file,
            table[start:end],
            np.arange(first + start, first + end),
            own_texts.combine_chunks(),
            new.passages[passage_ends[start] : passage_ends[end]],
            new.n_passages[start:end],
            new.is_version[start:end],
            outlets,
            paths,
        )
        if start == 0:
            stretches[0] = _behind_others(file, stretches[0])
        _write_stretches(file, stretches)
        _write_pages(file, pages)
        start = end
        yield


def _behind_others(file: IndexFile, stretch: Row) -> Row:
    """Return the row of a stretch, behind its own the documents of a row that is there already."""
    query = f"SELECT {COLUMNS} FROM document WHERE number = ?"
    there = file.connection.execute(query, stretch[:1]).fetchall()
    if not there:
        return stretch
    parts = zip(stretch_parts(unpack_stretches(file, there)), stretch[1:], strict=True)
    return (stretch[0], *(old + own for old, own in parts))


def _write_stretches(file: IndexFile, rows: Sequence[Row]) -> None:
    file.connection.executemany(
        f"INSERT OR REPLACE INTO document ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
        [sign_stretch(file, *row) for row in rows],
    )


def _write_pages(file: IndexFile, rows: Sequence[Row]) -> None:
    file.connection.executemany("INSERT OR REPLACE INTO text VALUES (?, ?)", rows)


def delete_documents(file: IndexFile, numbers: Integers) -> None:
    """Take documents out of their stretches and pages, and remember that they are gone.

    Args:
        file: The index.
        numbers: The documents, ascending.
    """
    for stretch in distinct(numbers >> STRETCH_BITS).tolist():
        facts = unpack_stretches(file, _read_stretches(file, [stretch]))
        is_gone = is_among(facts.numbers, numbers)
        for page in distinct(facts.pages[is_gone]).tolist():
            of_page = facts.pages == page
            texts = _read_page_texts(file, facts.take(of_page))
            left = b"".join(
                texts.filter(pa.array(~is_gone[of_page])).cast("large_binary").to_pylist()
            )
            if (of_page & ~is_gone).any():
                _write_pages(file, [(page, left)])
            else:
                file.connection.execute("DELETE FROM text WHERE number = ?", (page,))
        if is_gone.all():
            file.connection.execute("DELETE FROM document WHERE number = ?", (stretch,))
        else:
            _write_stretches(file, [(stretch, *stretch_parts(facts.take(~is_gone)))])
    marks = [(number,) for number in numbers.tolist()]
    file.connection.executemany("INSERT INTO removed VALUES (?)", marks)


def removed_numbers(file: IndexFile) -> Integers:
    """Return the numbers of the documents that are not there any more, ascending."""
    rows = file.connection.execute("SELECT number FROM removed ORDER BY number")
    return np.array([row[0] for row in rows], dtype=np.int64)


def read_facts(file: IndexFile, numbers: Integers) -> Facts:
    """Return what is known of documents, those that were removed left out.

    Args:
        file: The index.
        numbers: The documents, ascending.

    Raises:
        InputError: If any of them is damaged.
    """
    stretches = distinct(numbers >> STRETCH_BITS).tolist()
    parts = [unpack_stretches(file, [])]
    for i in range(0, len(stretches), _AT_ONCE):
        facts = unpack_stretches(file, _read_stretches(file, stretches[i : i + _AT_ONCE]))
        parts.append(facts.take(is_among(facts.numbers, numbers)))
    found = join_facts(parts)
    missing = numbers[~is_among(numbers, found.numbers)]
    if len(missing) and not is_among(missing, removed_numbers(file)).all():
        raise file.damaged("a document is missing")
    return found


def read_passages(file: IndexFile, numbers: Integers) -> dict[int, npt.NDArray[np.uint32]]:
    """Return the lower halves of the keys of some documents' texts, by number."""
    facts = read_facts(file, numbers)
    ends = np.cumsum(facts.records["n_passages"], dtype=np.int64)
    return dict(
        zip(facts.numbers.tolist(), np.split(facts.passage_facts[:, 0], ends), strict=False)
    )


def find_documents(file: IndexFile, numbers: Integers, wanted: Container[str]) -> dict[str, int]:
    """Return the numbers of the documents that have a wanted id, by id.

    Args:
        file: The index.
        numbers: Documents that may have one.
        wanted: The ids.
    """
    facts = read_facts(file, numbers)
    found = zip(facts.ids.to_pylist(), facts.numbers.tolist(), strict=True)
    return {document_id: number for document_id, number in found if document_id in wanted}


def find_files(file: IndexFile, numbers: Integers, wanted: Container[str]) -> Integers:
    """Return the documents, of some that may be, that are a wanted file of their own."""
    found = []
    for i in range(0, len(numbers), _PER_BATCH):
        stored = read_documents(file, numbers[i : i + _PER_BATCH])
        columns = (stored.table[name].to_pylist() for name in ("path", "line"))
        found += [
            number
            for number, path, line in zip(stored.numbers.tolist(), *columns, strict=True)
            if path is not None and line is None and os.path.normpath(path) in wanted
        ]
    return np.array(found, dtype=np.int64)


def find_others(file: IndexFile, ids: Container[str]) -> Integers:
    """Return the numbers of the documents that have none of some ids, ascending."""
    others = [
        number
        for facts in _read_all_facts(file)
        for number, document_id in zip(facts.numbers.tolist(), facts.ids.to_pylist(), strict=True)
        if document_id not in ids
    ]
    return np.array(others, dtype=np.int64)


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
    return read_texts(file, read_facts(file, numbers))


def read_texts(file: IndexFile, facts: Facts) -> Stored:
    """Return documents of which all but the text was read.

    Raises:
        InputError: If any of them is damaged.
    """
    outlets, paths = (numbered_names(file, table) for table in ("outlet", "path"))
    parts = [DOCUMENT_SCHEMA.empty_table()]
    for i in range(0, len(facts), _PER_BATCH):
        own = facts.take(np.arange(i, min(i + _PER_BATCH, len(facts))))
        parts.append(make_table(file, own, _read_page_texts(file, own), outlets, paths))
    n_pages = len(distinct(facts.pages))
    return Stored(facts.numbers, pa.concat_tables(parts), facts.passage_facts, n_pages)


def read_all_documents(file: IndexFile) -> Iterator[Stored]:
    """Yield all documents, some thousands at once, in the order of their numbers."""
    for facts in _read_all_facts(file):
        yield read_texts(file, facts)


def numbers_of_outlets(file: IndexFile, outlets: Sequence[int]) -> Integers:
    """Return the numbers of the documents of some outlets."""
    wanted = np.array(sorted(outlets), dtype=np.int32)
    found = [
        facts.numbers[is_among(facts.records["outlet"], wanted)] for facts in _read_all_facts(file)
    ]
    return np.concatenate([np.empty(0, dtype=np.int64), *found])


def count_pages(file: IndexFile) -> int:
    """Return how many pages of texts there are."""
    return int(file.connection.execute("SELECT count(*) FROM text").fetchone()[0])


def _read_all_facts(file: IndexFile) -> Iterator[Facts]:
    last = -1
    while True:
        rows = file.connection.execute(
            f"SELECT {COLUMNS} FROM document WHERE number > ? ORDER BY number LIMIT ?",
            (last, _PER_BATCH >> STRETCH_BITS),
        ).fetchall()
        if not rows:
            return
        if rows[-1][0] <= last:
            raise file.damaged("its documents are out of order")
        last = rows[-1][0]
        yield unpack_stretches(file, rows)


def _read_stretches(file: IndexFile, stretches: Sequence[int]) -> list[Row]:
    """Return the rows of stretches, of those that are there."""
    marks = ",".join("?" * len(stretches))
    query = f"SELECT {COLUMNS} FROM document WHERE number IN ({marks}) ORDER BY number"
    return file.connection.execute(query, stretches).fetchall()


def _read_page_texts(file: IndexFile, facts: Facts) -> pa.Array:
    """Return the texts of documents."""
    pages = distinct(facts.pages).tolist()
    rows: list[Row] = []
    for i in range(0, len(pages), _AT_ONCE):
        own = pages[i : i + _AT_ONCE]
        marks = ",".join("?" * len(own))
        query = f"SELECT number, data FROM text WHERE number IN ({marks}) ORDER BY number"
        rows += file.connection.execute(query, own).fetchall()
    if [row[0] for row in rows] != pages:
        raise file.damaged("a text is missing")
    return unpack_texts(file, facts, [data for _, data in rows])
