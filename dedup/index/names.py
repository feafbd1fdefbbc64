"""Names that many documents share, each kept once under a number: outlets, and files of records."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from dedup.index.storage import IndexFile


def count_values(column: pa.ChunkedArray) -> dict[str, int]:
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


def number_paths(file: IndexFile, column: pa.ChunkedArray) -> dict[str, int]:
    """Return the numbers of the files that many documents are of; others are kept by document."""
    known = {name: number for number, name, _ in _names(file, "path")}
    new = [name for name, n in count_values(column).items() if n > 1 and name not in known]
    rows = list(enumerate(new, start=len(known)))
    file.connection.executemany(
        "INSERT INTO path VALUES (?, ?, ?)", [(*row, _crc_of_name(file, row)) for row in rows]
    )
    return known | {name: number for number, name in rows}


def outlets_of(file: IndexFile) -> dict[str, tuple[int, int]]:
    """Return the number of each outlet and of its documents, by name; of those that have any."""
    return {name: (number, count) for number, name, count in _names(file, "outlet") if count}


def numbered_names(file: IndexFile, table: str) -> list[str]:
    """Return the names in a table, `outlet` or `path`, by number."""
    return [name for _, name, _ in _names(file, table)]


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
