"""What the stages share: numbering rows, keeping what is used twice, arrays in columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as sql

from dedup.runs import run_starts

Integers = npt.NDArray[np.int64]
Batches = Iterator[pa.RecordBatch]

_ROW_BITS = 33  # of Spark's increasing ids; the bits above number the partition


def keep(frame: DataFrame) -> DataFrame:
    """Return a frame that is computed once, at once: what is behind it is forgotten.

    With a checkpoint directory (`spark.checkpoint.dir`) its rows are written there, and a lost
    executor costs a stage. Without one they stay with the executors, and a lost one ends the run.
    Frames that are only cached would not do: each carries the plans of all that are behind it,
    which double wherever two frames of one origin are joined.
    """
    is_written = frame.sparkSession.sparkContext.getCheckpointDir() is not None
    return frame.checkpoint() if is_written else frame.localCheckpoint()


def count_blocks(frame: DataFrame, block_bytes: int, *, whole_bytes: int) -> int:
    """Return into how many blocks of so many bytes a frame is cut, by the size of what it reads.

    There are no more blocks than partitions of a shuffle, and as many if Spark does not know how
    large the files or rows are that the frame is made of. What reads at most `whole_bytes` is one.
    """
    # Not the size of the frame itself: of a frame with few of its columns Spark takes a share of
    # the bytes, as if a text were as short as every string.
    leaves = frame._jdf.queryExecution().optimizedPlan().collectLeaves()
    size = sum(int(leaves.apply(i).stats().sizeInBytes()) for i in range(leaves.size()))
    most = int(frame.sparkSession.conf.get("spark.sql.shuffle.partitions") or 200)
    return 1 if size <= whole_bytes else max(1, min(most, -(-size // block_bytes)))


def number_rows(frame: DataFrame, name: str) -> DataFrame:
    """Return a sorted and kept frame with the number of each row.

    Only one number for each partition passes through the driver.
    """
    counts = frame.groupBy(sql.spark_partition_id().alias("part")).count().collect()
    return add_offsets(frame, {name: row_in_partition()}, counts, ["count"])[0]


def row_in_partition() -> Column:
    """Return the number of a row in its partition."""
    return sql.monotonically_increasing_id().bitwiseAND(sql.lit((1 << _ROW_BITS) - 1))


def add_offsets(
    frame: DataFrame, columns: dict[str, Column], rows: Sequence[Row], names: list[str]
) -> tuple[DataFrame, list[int]]:
    """Return a frame with columns that count on from one partition to the next, and their ends.

    Args:
        frame: Sorted and kept.
        columns: The columns, counting from 0 in each partition.
        rows: For each partition (`part`) by how much each column grows, as `names`.
        names: An entry a column.
    """
    n_parts = 1 + max((row["part"] for row in rows), default=-1)
    grown = np.zeros((len(names), n_parts + 1), dtype=np.int64)
    for row in rows:
        grown[:, row["part"] + 1] = [row[name] for name in names]
    offsets = np.cumsum(grown, axis=1)
    part = sql.spark_partition_id() + 1
    added = {
        name: column + sql.element_at(sql.array(*map(sql.lit, offsets[i, :-1].tolist())), part)
        for i, (name, column) in enumerate(columns.items())
    }
    counting = frame.withColumns(added if n_parts else {name: sql.lit(0) for name in columns})
    return counting, offsets[:, -1].tolist()


def pack(values: npt.NDArray[Any], bounds: Integers) -> pa.Array:
    """Return slices of an array as one binary value each.

    Args:
        values: The array, laid out in any way.
        bounds: Where each slice starts, and the end of the last.
    """
    values = np.ascontiguousarray(values)
    width = values.dtype.itemsize * int(np.prod(values.shape[1:]))
    offsets = (bounds * width).astype(np.int64)
    whole = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(bounds) - 1, [None, pa.py_buffer(offsets), pa.py_buffer(values)]
    )
    return whole.cast(pa.binary())


def unpack(column: pa.Array | pa.ChunkedArray, dtype: Any) -> tuple[npt.NDArray[Any], Integers]:
    """Return what `pack` packed: the values of all slices, and their bounds."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of no chunk
        column = pa.array([], pa.large_binary())
    column = column.cast(pa.large_binary())
    offsets = np.frombuffer(column.buffers()[1], dtype=np.int64)
    offsets = offsets[column.offset : column.offset + len(column) + 1]
    data = column.buffers()[2]
    raw = np.frombuffer(b"" if data is None else data, dtype=np.uint8)[offsets[0] : offsets[-1]]
    bounds = (offsets - offsets[0]) // np.dtype(dtype).itemsize
    return raw.copy().view(dtype), bounds.astype(np.int64)


def column_of(
    table: pa.Table | pa.RecordBatch, name: str, dtype: Any = np.int64
) -> npt.NDArray[Any]:
    """Return a column without nulls as an array."""
    values = table[name]
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
        if isinstance(values, pa.ChunkedArray):
            values = pa.array([], values.type)
    array: npt.NDArray[Any] = values.to_numpy(zero_copy_only=False).astype(dtype, copy=False)
    return array


def whole_groups(batches: Batches, name: str) -> Iterator[pa.Table]:
    """Yield the batches of a partition that is sorted by a column, no group of equals parted."""
    waiting: list[pa.RecordBatch] = []
    for batch in batches:
        if not batch.num_rows:
            continue
        keys = column_of(batch, name)
        last = int(np.flatnonzero(run_starts(keys))[-1])
        if last == 0 and waiting and waiting[-1][name][-1] == batch[name][0]:
            waiting.append(batch)
            continue
        if waiting or last:
            yield pa.Table.from_batches([*waiting, batch.slice(0, last)])
        waiting = [batch.slice(last)]
    if waiting:
        yield pa.Table.from_batches(waiting)
