"""Lists of (hash, number), looked up by hash: sorted runs of small blocks in the file.

An entry is a 64-bit integer, a 32-bit hash above a 32-bit number, so that sorting entries groups
equal hashes. A run is sorted and cut into blocks of some hundred entries; its fence has the first
entry of each, so that a look-up reads the blocks that can hold what it wants and no other. What is
added becomes a run of its own, merged with runs of its size, which keeps them few.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.index.sorting import Entries
from dedup.index.storage import IndexFile
from dedup.runs import distinct, is_among, run_starts

Hashes = npt.NDArray[np.uint32]

_PER_BLOCK = 500  # entries: with its row it fits a page of SQLite
_BLOCKS_AT_ONCE = 500  # asked for in one statement
_MERGES_BELOW = 3  # times as many entries as are added: such runs are merged with them
_MOST_MERGED = 1 << 22  # entries that adding may write anew; compaction merges the rest
_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
# Of the entries of a block and of its number: odd, so that no change of one stays unnoticed.
_WEIGHTS = np.multiply.accumulate(np.full(_PER_BLOCK + 1, 0x9E3779B97F4A7C15, dtype=np.uint64))


@dataclass(frozen=True, slots=True)
class _Run:
    sequence: int
    first_block: int
    n_entries: int
    fence: Entries


def make_counts(hashes: npt.NDArray[np.uint32], counts: npt.NDArray[np.int64]) -> Entries:
    """Return entries that count, sorted; counts may be negative."""
    entries: Entries = hashes.astype(np.uint64) << _32 | counts.astype(np.int32).view(np.uint32)
    entries.sort()
    return entries[entries & _LOW > 0]


def hashes_of(entries: Entries) -> Hashes:
    """Return the hashes of entries."""
    return (entries >> _32).astype(np.uint32)


def numbers_of(entries: Entries) -> npt.NDArray[np.int64]:
    """Return the numbers of entries."""
    return (entries & _LOW).astype(np.int64)


def counts_of(entries: Entries) -> npt.NDArray[np.int64]:
    """Return the counts of entries that count."""
    return (entries & _LOW).astype(np.uint32).view(np.int32).astype(np.int64)


def look_up(file: IndexFile, number: int, hashes: Hashes) -> Entries:
    """Return the entries of a list that have one of some hashes, sorted.

    Args:
        file: The index.
        number: The list.
        hashes: In any order, repeats change nothing.
    """
    lows = distinct(hashes).astype(np.uint64) << _32
    found = [np.empty(0, np.uint64)]
    for run in _runs(file, number) if len(hashes) else ():
        for entries in _read_blocks(file, run, _touched(run, lows)):
            first = np.searchsorted(lows | _LOW, entries[0])
            last = np.searchsorted(lows, entries[-1], side="right")
            starts = np.searchsorted(entries, lows[first:last])
            ends = np.searchsorted(entries, lows[first:last] | _LOW, side="right")
            sizes = ends - starts
            places = np.arange(sizes.sum()) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)
            found.append(entries[places])
    joined: Entries = np.concatenate(found)
    joined.sort()
    return joined


def sum_counts(entries: Entries, hashes: Hashes) -> npt.NDArray[np.int64]:
    """Return for each of some hashes, sorted, the sum of the counts that entries have."""
    sums = np.zeros(len(hashes), dtype=np.int64)
    np.add.at(sums, np.searchsorted(hashes, hashes_of(entries)), counts_of(entries))
    return sums


def append(file: IndexFile, number: int, entries: Entries, *, counts: bool = False) -> None:
    """Add sorted entries to a list, as a run of its own or merged with small ones."""
    if not len(entries):
        return
    runs = _runs(file, number)
    merged = [entries]
    size = len(entries)
    while runs and runs[-1].n_entries < min(_MERGES_BELOW * size, _MOST_MERGED - size):
        run = runs.pop()
        merged.append(_read_run(file, run))
        size += run.n_entries
        _delete(file, number, run)
    sequence = runs[-1].sequence + 1 if runs else 0
    _write(file, number, sequence, _merge(merged, counts=counts))


def compact(file: IndexFile, number: int, dead: npt.NDArray[np.int64], *, counts: bool) -> None:
    """Merge all runs of a list, without the entries of dead documents."""
    runs = _runs(file, number)
    if not runs or (len(runs) == 1 and not len(dead)):
        return
    entries = _merge([_read_run(file, run) for run in runs], counts=counts)
    if not counts and len(dead):
        entries = entries[~is_among(numbers_of(entries), dead)]
    for run in runs:
        _delete(file, number, run)
    _write(file, number, 0, entries)


def read_list(file: IndexFile, number: int) -> Iterator[Entries]:
    """Yield the runs of a list, every block checked."""
    for run in _runs(file, number):
        yield _read_run(file, run)


def count_entries(file: IndexFile) -> dict[int, tuple[int, int]]:
    """Return for each list how many runs and entries it has."""
    rows = file.connection.execute(
        "SELECT list, count(*), sum(n_entries) FROM run GROUP BY list ORDER BY list"
    )
    return {number: (n_runs, n_entries) for number, n_runs, n_entries in rows}


def block_ids(file: IndexFile) -> set[int]:
    """Return the ids of the blocks that the runs name."""
    return {
        run.first_block + i
        for number in count_entries(file)
        for run in _runs(file, number)
        for i in range(len(run.fence))
    }


def _runs(file: IndexFile, number: int) -> list[_Run]:
    rows = file.connection.execute(
        "SELECT seq, first_block, n_entries, crc, fence FROM run WHERE list = ? ORDER BY seq",
        (number,),
    )
    runs = []
    for sequence, first_block, n_entries, crc, data in rows:
        if (
            not isinstance(data, bytes)
            or _crc_of_run(file, (number, sequence, first_block, n_entries), data) != crc
            or len(data) != 8 * -(-n_entries // _PER_BLOCK)
        ):
            raise file.damaged(f"a run of list {number}")
        fence = np.frombuffer(data, dtype="<u8")
        if not len(fence) or not _ascends(fence):
            raise file.damaged(f"a run of list {number} is out of order")
        runs.append(_Run(sequence, first_block, n_entries, fence))
    return runs


def _ascends(entries: Entries) -> bool:
    return bool((entries[1:] > entries[:-1]).all())


def _touched(run: _Run, lows: Entries) -> npt.NDArray[np.int64]:
    """Return the blocks of a run that may hold entries from each low to its last number."""
    firsts = np.maximum(np.searchsorted(run.fence, lows, side="right") - 1, 0)
    lasts = np.maximum(np.searchsorted(run.fence, lows | _LOW, side="right") - 1, 0)
    changes = np.zeros(len(run.fence) + 1, dtype=np.int64)
    np.add.at(changes, firsts, 1)
    np.add.at(changes, lasts + 1, -1)
    return np.flatnonzero(np.cumsum(changes[:-1]))


def _read_run(file: IndexFile, run: _Run) -> Entries:
    parts = _read_blocks(file, run, np.arange(len(run.fence)))
    return np.concatenate([np.empty(0, np.uint64), *parts])


def _read_blocks(file: IndexFile, run: _Run, blocks: npt.NDArray[np.int64]) -> Iterator[Entries]:
    """Yield the entries of some blocks of a run, in order, those of some blocks at once."""
    last = -1
    for i in range(0, len(blocks), _BLOCKS_AT_ONCE):
        own = blocks[i : i + _BLOCKS_AT_ONCE]
        wanted = (run.first_block + own).tolist()
        marks = ",".join("?" * len(wanted))
        rows = file.connection.execute(
            f"SELECT id, sum, data FROM block WHERE id IN ({marks}) ORDER BY id", wanted
        ).fetchall()
        if len(rows) != len(wanted):
            raise file.damaged("a block is missing")
        parts = [row[2] for row in rows]
        sizes = 8 * np.minimum(_PER_BLOCK, run.n_entries - _PER_BLOCK * own)
        if {*map(type, parts)} != {bytes} or [*map(len, parts)] != sizes.tolist():
            raise file.damaged(f"the size of a block from number {wanted[0]} on")
        entries: Entries = np.frombuffer(b"".join(parts), dtype="<u8")
        if [row[1] for row in rows] != _sums(file, run.first_block + own, entries):
            raise file.damaged(f"a block from number {wanted[0]} on")
        # A checksum can be forged. What is searched must be sorted, and what the fence says it is.
        is_sorted = int(entries[0]) > last and _ascends(entries)
        if not is_sorted or not np.array_equal(entries[::_PER_BLOCK], run.fence[own]):
            raise file.damaged(f"the blocks from {run.first_block} are out of order")
        last = int(entries[-1])
        yield entries


def _merge(parts: Iterable[Entries], *, counts: bool) -> Entries:
    """Return the entries of sorted parts, sorted: each once, or the counts of a hash summed."""
    parts = [*parts]
    if len(parts) == 1:
        return parts[0]
    entries = np.concatenate(parts)
    entries.sort()
    if not counts:
        return entries[run_starts(entries)]
    hashes = hashes_of(entries)
    heads = np.flatnonzero(run_starts(hashes))
    return make_counts(hashes[heads], np.add.reduceat(counts_of(entries), heads))


def _write(file: IndexFile, number: int, sequence: int, entries: Entries) -> None:
    """Write entries as a run."""
    if not len(entries):
        return
    first_block = int(file.manifest["next_block"])
    data = entries.astype("<u8", copy=False).view(np.uint8).data
    size = 8 * _PER_BLOCK
    offsets = range(0, len(data), size)
    sums = _sums(file, first_block + np.arange(len(offsets)), entries)
    file.connection.executemany(
        "INSERT INTO block VALUES (?, ?, ?)",
        (
            (i, own, data[offset : offset + size])
            for i, (own, offset) in enumerate(zip(sums, offsets, strict=True), start=first_block)
        ),
    )
    fence = entries[::_PER_BLOCK].astype("<u8").tobytes()
    file.manifest["next_block"] = first_block + len(fence) // 8
    row = (number, sequence, first_block, len(entries))
    file.connection.execute(
        "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?)", (*row, _crc_of_run(file, row, fence), fence)
    )


def _sums(file: IndexFile, numbers: npt.NDArray[np.int64], entries: Entries) -> list[int]:
    """Return the checksums of blocks, all of them full but perhaps the last.

    Args:
        file: The index.
        numbers: The number of each block.
        entries: The entries of all.
    """
    sums = (numbers.astype(np.uint64) ^ np.uint64(file.salt)) * _WEIGHTS[_PER_BLOCK]
    n_full = len(entries) // _PER_BLOCK
    full, rest = np.split(entries, [n_full * _PER_BLOCK])
    weights = _WEIGHTS[:_PER_BLOCK]
    sums[:n_full] += np.einsum("ij,j->i", full.reshape(-1, _PER_BLOCK), weights)
    sums[n_full:] += (rest * weights[: len(rest)]).sum()
    return [*sums.view(np.int64).tolist()]


def _crc_of_run(file: IndexFile, row: tuple[int, int, int, int], fence: bytes) -> int:
    return file.crc(repr(row).encode() + fence)


def _delete(file: IndexFile, number: int, run: _Run) -> None:
    file.connection.execute(
        "DELETE FROM block WHERE id >= ? AND id < ?",
        (run.first_block, run.first_block + len(run.fence)),
    )
    file.connection.execute("DELETE FROM run WHERE list = ? AND seq = ?", (number, run.sequence))
