"""What the rows are in which an index keeps documents, some dozens in a row; and back to documents.

Documents with neighbouring numbers make a stretch, which is one row: a record of fixed size for
each, and behind one another their ids, their passages, and as JSON what hardly any document has.
Their texts lie in pages, a few in a row: asked for facts, nobody reads texts. No document is an
object of its own on the way in or out, which makes both quick. The checksum of a stretch covers
those of its texts. Checksums can be forged: sizes, types and bounds are checked as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus import text_buffers
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.index.storage import IndexFile

Integers = npt.NDArray[np.int64]
Row = tuple[Any, ...]

STRETCH_BITS = 6  # of a number, which tell the documents of a stretch apart
PLACES = 1 << STRETCH_BITS
_COLUMNS = ("records", "ids", "others", "passages")
COLUMNS = f"number, crc, {', '.join(_COLUMNS)}"
RECORD = np.dtype([
    ("place", "u1"),  # of the document in its stretch
    ("page", "u1"),  # place of the first document of the page that its text is in
    ("text_size", "<u4"),
    ("text_crc", "<u4"),
    ("outlet", "<i4"),
    ("published", "<i8"),
    ("is_version", "u1"),
    ("path", "<i4"),
    ("line", "<i8"),
    ("n_passages", "<u4"),
    ("id_size", "<u4"),
    ("other_size", "<u4"),
])  # fmt: skip
NONE, NAMED = -1, -2  # for no outlet, path or line; for a path that no other document has
NO_TIME = -(1 << 63)
_FIRST_TIME, _LAST_TIME = -62_135_596_800_000_000, 253_402_300_799_999_999  # of the years 1 to 9999
# What is told only of documents that have it, and what it is for the others.
OTHERS: dict[str, Any] = {
    "body_start": 0, "published_is_day": False, "title": None, "url": None, "other_fields": None
}  # fmt: skip
_ONE_PASSAGE = 8  # bytes


@dataclass(frozen=True, slots=True)
class Facts:
    """What an index knows of documents but their texts; every array has an entry each.

    Attributes:
        numbers: Their numbers, ascending.
        records: Their records.
        pages: The number of the page that the text of each is in.
        page_starts: Where in it the text starts, in bytes.
        page_sizes: The size of the page.
        ids: Their ids, large_string.
        others: What is told of some, as JSON, large_binary.
        passages: What is known of their passages, large_binary.
    """

    numbers: Integers
    records: npt.NDArray[np.void]
    pages: Integers
    page_starts: Integers
    page_sizes: Integers
    ids: pa.Array
    others: pa.Array
    passages: pa.Array

    def __len__(self) -> int:
        return len(self.numbers)

    def take(self, rows: npt.NDArray[Any]) -> Facts:
        """Return some documents, by place or mask."""
        places = pa.array(np.arange(len(self))[rows])
        return Facts(
            self.numbers[rows], self.records[rows], self.pages[rows], self.page_starts[rows],
            self.page_sizes[rows], self.ids.take(places), self.others.take(places),
            self.passages.take(places),
        )  # fmt: skip

    @property
    def published(self) -> pa.Array:
        """When each was published, in microseconds; null if that is not known."""
        return _optional(self.records["published"], NO_TIME)

    @property
    def passage_facts(self) -> npt.NDArray[np.uint32]:
        """The facts of all their passages, shape (n, 2)."""
        data, starts = text_buffers(self.passages)
        return data[starts[0] : starts[-1]].view("<u4").reshape(-1, 2)


def join_facts(parts: Sequence[Facts]) -> Facts:
    """Return the documents of several parts, at least one, by number."""
    if len(parts) == 1:
        return parts[0]
    joined = Facts(*(
        np.concatenate(columns) if isinstance(columns[0], np.ndarray) else pa.concat_arrays(columns)
        for columns in ([getattr(part, name) for part in parts] for name in Facts.__slots__)
    ))  # fmt: skip
    return joined.take(np.argsort(joined.numbers))


def stretch_parts(facts: Facts) -> tuple[bytes, ...]:
    """Return what the row of a stretch with some documents holds."""
    columns = (text_buffers(column) for column in (facts.ids, facts.others, facts.passages))
    return (
        facts.records.tobytes(),
        *(data[starts[0] : starts[-1]].tobytes() for data, starts in columns),
    )


def sign_stretch(file: IndexFile, number: int, *parts: bytes) -> Row:
    """Return the row of a stretch, with its checksum."""
    return (number, _crc_of_stretch(file, number, parts), *parts)


def _crc_of_stretch(file: IndexFile, number: int, parts: Iterable[bytes]) -> int:
    return crc32(b"".join(parts), file.salt ^ number)


def unpack_stretches(file: IndexFile, rows: Sequence[Row]) -> Facts:
    """Return the documents of rows of `COLUMNS`, in the order of their numbers.

    Raises:
        InputError: If they are not as they were written, or make no sense.
    """
    keys = np.array([row[0] for row in rows], dtype=np.int64)
    next_number = file.manifest["next_number"]
    most = next_number >> STRETCH_BITS  # which no key is above, or its documents' numbers overflow
    parts = [[row[2 + column] for row in rows] for column in range(len(_COLUMNS))]
    if any({*map(type, column)} - {bytes} for column in parts):
        raise file.damaged("the types of a stretch")
    for row in rows:
        if _crc_of_stretch(file, row[0], row[2:]) != row[1]:
            raise file.damaged(f"the documents of stretch {row[0]}")
    sizes = [np.array([*map(len, column)], dtype=np.int64) for column in parts]
    if ((keys < 0) | (keys > most) | (sizes[0] % RECORD.itemsize > 0)).any():
        raise file.damaged("the documents of a stretch")
    records, ids, others, passages = (b"".join(column) for column in parts)
    table = np.frombuffer(records, dtype=RECORD)
    stretch = np.repeat(np.arange(len(rows)), sizes[0] // RECORD.itemsize)
    own = {
        "id_size": table["id_size"].astype(np.int64),
        "other_size": table["other_size"].astype(np.int64),
        "n_passages": table["n_passages"].astype(np.int64) * _ONE_PASSAGE,
    }
    base = keys[stretch] << STRETCH_BITS
    numbers = base + table["place"]
    pages = base + table["page"]
    is_sound = (
        all(
            np.array_equal(np.bincount(stretch, each, len(rows)).astype(np.int64), total)
            for each, total in zip(own.values(), sizes[1:], strict=True)
        )
        and bool((np.diff(numbers) > 0).all())
        and bool((np.diff(pages) >= 0).all())
        and bool((pages <= numbers).all())
        and bool((table["place"] < PLACES).all())
        and bool((numbers < next_number).all())
        and _are_possible(table)
    )
    if not is_sound:
        raise file.damaged("the documents of a stretch")
    starts = np.append(0, np.cumsum(table["text_size"], dtype=np.int64))
    heads = np.flatnonzero(np.diff(pages, prepend=-1))
    tails = np.append(heads[1:], len(pages))
    lengths = tails - heads
    return Facts(
        numbers,
        table,
        pages,
        starts[:-1] - np.repeat(starts[heads], lengths),
        np.repeat(starts[tails] - starts[heads], lengths),
        _as_text(file, _binaries(own["id_size"], ids)),
        _binaries(own["other_size"], others),
        _binaries(own["n_passages"], passages),
    )


def _are_possible(records: npt.NDArray[np.void]) -> bool:
    published = records["published"]
    is_time = (published >= _FIRST_TIME) & (published <= _LAST_TIME) | (published == NO_TIME)
    return bool(
        is_time.all()
        and (records["outlet"] >= NONE).all()
        and (records["path"] >= NAMED).all()
        and (records["line"] >= NONE).all()
        and (records["is_version"] <= 1).all()
    )


def _binaries(sizes: Integers, data: bytes) -> pa.Array:
    offsets = np.append(0, np.cumsum(sizes))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_binary(), len(sizes), buffers)


def _as_text(file: IndexFile, values: pa.Array) -> pa.Array:
    try:
        return values.cast(pa.large_string())
    except pa.ArrowInvalid as error:
        raise file.damaged("text that is not UTF-8") from error


def unpack_texts(file: IndexFile, facts: Facts, pages: Sequence[bytes]) -> pa.Array:
    """Return the texts of documents, of the pages that they are in, as large_string.

    Args:
        file: The index.
        facts: The documents.
        pages: The data of their pages, in the order of their numbers.

    Raises:
        InputError: If they are not as they were written.
    """
    is_first = np.diff(facts.pages, prepend=-1) != 0
    if {*map(type, pages)} - {bytes} or [*map(len, pages)] != facts.page_sizes[is_first].tolist():
        raise file.damaged("the size of a text")
    sizes = facts.records["text_size"].astype(np.int64)
    places = (np.cumsum(is_first) - 1, facts.page_starts, facts.page_starts + sizes)
    texts = [pages[page][a:b] for page, a, b in zip(*(p.tolist() for p in places), strict=True)]
    if [crc32(text, file.salt) for text in texts] != facts.records["text_crc"].tolist():
        raise file.damaged("the text of a document")
    return _as_text(file, _binaries(sizes, b"".join(texts)))


def make_table(
    file: IndexFile, facts: Facts, texts: pa.Array, outlets: Sequence[str], paths: Sequence[str]
) -> pa.Table:
    """Return documents, with the columns of `DOCUMENT_SCHEMA`.

    Raises:
        InputError: If they are damaged.
    """
    records = facts.records
    told = _read_others(file, facts, texts)
    columns: dict[str, Any] = {
        "document_id": facts.ids, "text": texts, "published": facts.published,
        "outlet": _names_of(file, records["outlet"], outlets),
        "path": _names_of(file, records["path"], paths),
        "line": _optional(records["line"], NONE),
    }  # fmt: skip
    for name, none in OTHERS.items():
        columns[name] = [each.get(name, none) for each in told] or [none] * len(facts)
    if (is_named := records["path"] == NAMED).any():
        own = pa.array([each.get("path") for each in told] or [None] * len(facts), pa.string())
        columns["path"] = pc.if_else(pa.array(is_named), own, columns["path"])
    try:
        arrays = [
            each.cast(field.type)
            if isinstance(each := columns[field.name], pa.Array)
            else pa.array(each, field.type)
            for field in DOCUMENT_SCHEMA
        ]
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise file.damaged("the types of a document's fields") from error
    return pa.Table.from_arrays(arrays, schema=DOCUMENT_SCHEMA)


def _names_of(file: IndexFile, numbers: npt.NDArray[np.int32], names: Sequence[str]) -> pa.Array:
    """Return the name of each number; null for those that are none."""
    if numbers.max(initial=NONE) >= len(names):
        raise file.damaged("the number of a name")
    return pa.array(names, pa.string()).take(pa.array(numbers, mask=numbers < 0))


def _optional(values: npt.NDArray[np.int64], none: int) -> pa.Array:
    return pa.array(values, mask=values == none)


def _read_others(file: IndexFile, facts: Facts, texts: pa.Array) -> list[dict[str, Any]]:
    """Return for each document what is told in other fields; nothing if none tells anything."""
    sizes = facts.records["other_size"]
    if not sizes.any():
        return []
    told: list[dict[str, Any]] = [{}] * len(facts)
    data, starts = text_buffers(texts)
    for row in np.flatnonzero(sizes).tolist():
        text = data[starts[row] : starts[row + 1]].tobytes()
        try:
            told[row] = _read_other(facts.others[row].as_py(), text)
        except (TypeError, ValueError) as error:
            raise file.damaged(f"document {facts.ids[row]}") from error
    return told


def _read_other(packed: bytes, text: bytes) -> dict[str, Any]:
    """Return what is told of a document.

    Raises:
        TypeError, ValueError: If it makes no sense.
    """
    told = orjson.loads(packed)
    if type(told) is not dict or not told.keys() <= {*OTHERS, "path"}:
        raise TypeError("no fields of a document")
    start = told.get("body_start", 0)
    if type(start) is not int or not 0 <= start <= len(text):
        raise ValueError("a body that starts nowhere")
    text[:start].decode()  # a start inside a character is none either
    if type(orjson.loads(told.get("other_fields") or b"{}")) is not dict:
        raise TypeError("no other fields of a document")
    if not isinstance(told.get("path", ""), str):
        raise TypeError("no path")
    return told
