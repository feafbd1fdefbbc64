"""Documents to the rows that an index keeps of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.corpus import text_buffers
from dedup.index.rows import (
    NAMED,
    NO_TIME,
    NONE,
    OTHERS,
    PLACES,
    RECORD,
    STRETCH_BITS,
    Integers,
    Row,
)
from dedup.index.storage import IndexFile

# Bytes of text that make a page. With its row it fills one of SQLite's, and what is over is little,
# so that some of that share another: a row that fits one would leave a tenth of it empty.
_PAGE = 4_590


def pack_documents(
    file: IndexFile,
    table: pa.Table,
    numbers: Integers,
    texts: pa.Array,
    passages: npt.NDArray[np.uint32],
    n_passages: Integers,
    is_version: npt.NDArray[np.bool_],
    outlets: Mapping[str, int],
    paths: Mapping[str, int],
) -> tuple[list[Row], list[Row]]:
    """Return the rows of stretches, without checksums, and those of pages.

    Args:
        file: The index.
        table: The documents, without their texts.
        numbers: The number of each, each one more than that before.
        texts: The text of each, large_string.
        passages: The facts of all their passages, one document's behind another's.
        n_passages: How many passages each has.
        is_version: Whether each mostly repeats others of its outlet.
        outlets: The numbers of outlets, in their order.
        paths: The numbers of files, in their order.
    """
    records = np.zeros(len(numbers), dtype=RECORD)
    records["place"] = numbers & (PLACES - 1)
    data, starts = text_buffers(texts)
    records["text_size"] = np.diff(starts)
    records["outlet"] = _numbers_of(table["outlet"], outlets)
    published = table["published"].cast(pa.int64()).fill_null(NO_TIME)
    records["published"] = published.to_numpy()
    records["is_version"] = is_version
    records["path"] = _numbers_of(table["path"], paths)
    records["line"] = table["line"].fill_null(NONE).to_numpy()
    records["n_passages"] = n_passages
    is_named = (records["path"] == NONE) & table["path"].is_valid().to_numpy()
    records["path"][is_named] = NAMED
    others = _other_fields(table, is_named)
    records["other_size"] = [*map(len, others)]
    ids, id_starts = text_buffers(table["document_id"].cast(pa.large_string()).combine_chunks())
    records["id_size"] = np.diff(id_starts)
    passage_starts = np.append(0, np.cumsum(n_passages))
    ends = np.append(np.flatnonzero(np.diff(numbers >> STRETCH_BITS)) + 1, len(numbers)).tolist()
    stretches: list[Row] = []
    pages: list[Row] = []
    text_ends, view = starts[1:].tolist(), memoryview(data)  # type: ignore[arg-type]  # a buffer
    text_starts = starts[:-1].tolist()
    records["text_crc"] = [
        crc32(view[a:b], file.salt) for a, b in zip(text_starts, text_ends, strict=True)
    ]
    first = 0
    for last in ends:
        start = first
        while start < last:
            end = min(last, 1 + bisect_left(text_ends, text_starts[start] + _PAGE, start, last))
            records["page"][start:end] = records["place"][start]
            pages.append((int(numbers[start]), view[text_starts[start] : text_ends[end - 1]]))
            start = end
        stretches.append((
            int(numbers[first]) >> STRETCH_BITS,
            records[first:last].tobytes(),
            ids[id_starts[first] : id_starts[last]].tobytes(),
            b"".join(others[first:last]),
            passages[passage_starts[first] : passage_starts[last]].astype("<u4").tobytes(),
        ))  # fmt: skip
        first = last
    return stretches, pages


def _numbers_of(column: pa.ChunkedArray, numbers: Mapping[str, int]) -> npt.NDArray[np.int32]:
    """Return the number of each name; NONE if it has none."""
    found = pc.index_in(column, value_set=pa.array([*numbers], pa.string()), skip_nulls=True)
    return np.asarray(found.fill_null(NONE).to_numpy(), dtype=np.int32)


def _other_fields(table: pa.Table, is_named: npt.NDArray[np.bool_]) -> list[bytes]:
    """Return for each document what is said in other fields; most have nothing there."""
    told = {name: table[name].to_pylist() for name in OTHERS if _is_told(table[name])}
    if is_named.any():
        told["path"] = [
            path if named else None
            for path, named in zip(table["path"].to_pylist(), is_named.tolist(), strict=True)
        ]
    if not told:
        return [b""] * len(table)
    rows = zip(*told.values(), strict=True)
    said = [{n: v for n, v in zip(told, row, strict=True) if v not in (None, 0)} for row in rows]
    return [orjson.dumps(each) if each else b"" for each in said]


def _is_told(column: pa.ChunkedArray) -> bool:
    if column.type in (pa.int64(), pa.bool_()):
        return bool(pc.any(column.cast(pa.bool_())).as_py())
    return bool(column.null_count < len(column))
