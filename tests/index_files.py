"""Index files that tests damage, and what such a file holds, read without our own code."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import orjson
from random_corpora import random_records

from dedup import Corpus, InputError
from dedup.index import Index

TABLES = ("manifest", "outlet", "path", "document", "text", "removed", "run", "block")
NEW = "new-"
STRETCH = ("records", "ids", "others", "passages")
RECORD = struct.Struct("<BBIIiqBiqIII")
FIELDS = (
    "place", "page", "text_size", "text_crc", "outlet", "published", "is_version", "path", "line",
    "n_passages", "id_size", "other_size",
)  # fmt: skip

Rows = dict[str, list[tuple[Any, ...]]]


def small_corpus(seed: int, n_passages: int, *, prefix: str = "") -> Corpus:
    """Return a random corpus; equal seeds give equal texts."""
    records = random_records(seed, n_passages)
    return Corpus.from_records([{**record, "id": prefix + record["id"]} for record in records])


def make_index(path: Path, *, seed: int = 1) -> Path:
    """Make an index with several runs, changed and removed documents; leave it at rest."""
    with Index.create(path, small_corpus(seed, 60), jobs=1) as index:
        for number in range(3):
            index.add(small_corpus(seed + 10 + number, 10, prefix=f"{number}-"), jobs=1)
        index.remove(["1-document-0000", "document-0003"], jobs=1)
    return path


def rows_of(path: Path) -> Rows:
    """Return every row of an index file at rest."""
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
        return {
            table: connection.execute(f"SELECT * FROM {table}").fetchall()  # a name of ours
            for table in TABLES
        }


def ids_of(path: Path) -> set[str]:
    """Return the ids of the documents of an index, as a reader sees them."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            document_id.decode()
            for records, ids in connection.execute("SELECT records, ids FROM document")
            for document_id in cut(ids, [each["id_size"] for each in read_records(records)])
        }


def read_records(data: bytes) -> list[dict[str, int]]:
    """Return the records of a stretch, by field."""
    return [dict(zip(FIELDS, each, strict=True)) for each in RECORD.iter_unpack(data)]


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    """Return the parts of data that have some sizes."""
    ends = [*itertools.accumulate(sizes)]
    return [data[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def damage_of(path: Path) -> list[str]:
    """Return what opening or verifying an index finds."""
    try:
        with Index.open(path) as index:
            return index.verify()
    except InputError as error:
        return [str(error)]


def ask(path: Path, *, parts: tuple[str, ...] = ("duplicates",)) -> list[dict[str, Any]]:
    """Return what an index says about new documents that resemble old ones."""
    with Index.open(path) as index:
        analysis = index.check(small_corpus(1, 8, prefix=NEW), only=parts, jobs=1)
        tables = [analysis.documents, analysis.passages]
        tables += [analysis.duplicates, analysis.clusters] if "duplicates" in parts else []
        tables += [analysis.reuse] if "reuse" in parts else []
        return [table.to_dict() for table in tables]


def use_it_all(path: Path, *, parts: tuple[str, ...] = ("duplicates",)) -> list[str]:
    """Do everything with an index that may be hostile; return what was refused.

    Any error but ours is raised.
    """
    steps: list[Callable[[Index], object]] = [
        lambda index: index.info(),
        lambda index: index.check(small_corpus(1, 8, prefix=NEW), only=parts, jobs=1),
        lambda index: index.add(small_corpus(1, 8, prefix=NEW), jobs=1),
        lambda index: index.add(small_corpus(2, 60), jobs=1),
        lambda index: index.remove(["document-0001"], jobs=1),
        lambda index: index.compact(),
    ]
    refused = damage_of(path)
    for step in steps:
        try:
            with Index.open(path, write=True) as index:
                step(index)
        except InputError as error:
            refused.append(str(error))
    return refused


def copy_index(path: Path, to: Path, *, log_of: Path | None = None) -> Path:
    """Copy an index in place of another, and beside it the log of one."""
    for suffix in ("-wal", "-shm", "-journal"):
        Path(f"{to}{suffix}").unlink(missing_ok=True)
    shutil.copyfile(path, to)
    if log_of is not None:
        shutil.copyfile(f"{log_of}-wal", f"{to}-wal")
    return to


@contextmanager
def forging(path: Path) -> Iterator[Forger]:
    """Change an index file as one who knows how its checksums are made."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        forger = Forger(connection)
        yield forger
        forger.finish()


class Forger:
    """A connection that writes rows with right checksums."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        rows = connection.execute("SELECT key, value FROM manifest").fetchall()
        self.manifest = {key: json.loads(value) for key, value in rows}
        del self.manifest["state"]
        self.salt = int(self.manifest["file_id"], 16) & 0xFFFFFFFF

    def crc(self, data: bytes) -> int:
        return zlib.crc32(data, self.salt)

    def change_document(self, **changes: Any) -> None:
        """Change the document with the least number: its fields, or what it has besides."""
        number, *row = self.connection.execute(
            f"SELECT number, {', '.join(STRETCH)} FROM document ORDER BY number LIMIT 1"
        ).fetchone()
        records = read_records(row[0])
        first = records[0]
        sizes = [[each[name] for each in records] for name in ("id_size", "other_size")]
        sizes.append([8 * each["n_passages"] for each in records])
        parts = [cut(data, own) for data, own in zip(row[1:], sizes, strict=True)]
        page = number << 6 | first["page"]
        text_sizes = [each["text_size"] for each in records if each["page"] == first["page"]]
        query = "SELECT data FROM text WHERE number = ?"
        texts = cut(self.connection.execute(query, [page]).fetchone()[0], text_sizes)
        if "fields" in changes:
            changes["others"] = orjson.dumps(changes.pop("fields"))
        for name, own in zip(("ids", "others", "passages"), parts, strict=True):
            own[0] = changes.pop(name, own[0])
        texts[0] = changes.pop("text", texts[0])
        first |= {
            "text_size": len(texts[0]), "text_crc": self.crc(texts[0]), "id_size": len(parts[0][0]),
            "other_size": len(parts[1][0]), "n_passages": len(parts[2][0]) // 8, **changes,
        }  # fmt: skip
        self.connection.execute(
            "UPDATE text SET data = ? WHERE number = ?", [b"".join(texts), page]
        )
        packed = b"".join(RECORD.pack(*each.values()) for each in records)
        self._write_stretch(number, number, [packed, *map(b"".join, parts)])

    def change_stretch(
        self, *, number: int | None = None, **changes: Callable[[bytes], Any]
    ) -> None:
        """Change the number of the first stretch, or what is in its columns."""
        old, *row = self.connection.execute(
            f"SELECT number, {', '.join(STRETCH)} FROM document ORDER BY number LIMIT 1"
        ).fetchone()
        parts = [changes.get(name, bytes)(data) for name, data in zip(STRETCH, row, strict=True)]
        self._write_stretch(old, old if number is None else number, parts)

    def _write_stretch(self, old: int, number: int, parts: list[Any]) -> None:
        told = b"".join(part for part in parts if isinstance(part, bytes))
        crc = zlib.crc32(told, self.salt ^ number)
        setters = ", ".join(f"{name} = ?" for name in ("number", "crc", *STRETCH))
        self.connection.execute(
            f"UPDATE document SET {setters} WHERE number = ?", [number, crc, *parts, old]
        )

    def change_run(self, **changes: Any) -> None:
        """Change the first run that has some blocks."""
        names = ("list", "seq", "first_block", "n_entries", "crc", "fence")
        query = f"SELECT {', '.join(names)} FROM run ORDER BY n_entries DESC LIMIT 1"
        row = dict(zip(names, self.connection.execute(query).fetchone(), strict=True))
        old = row["list"], row["seq"]
        row |= changes
        told = tuple(row[name] for name in names[:4])
        fence = row["fence"] if isinstance(row["fence"], bytes) else b""
        row["crc"] = self.crc(repr(told).encode() + fence)
        setters = ", ".join(f"{name} = ?" for name in row)
        self.connection.execute(
            f"UPDATE run SET {setters} WHERE list = ? AND seq = ?", [*row.values(), *old]
        )

    def change_block(self, change: Callable[[bytes], Any]) -> None:
        """Change the data of the first block of the longest run."""
        query = "SELECT first_block FROM run ORDER BY n_entries DESC LIMIT 1"
        number = self.connection.execute(query).fetchone()[0]
        query = "SELECT data FROM block WHERE id = ?"
        data = change(self.connection.execute(query, [number]).fetchone()[0])
        told = data if isinstance(data, bytes) else b""
        self.connection.execute(
            "UPDATE block SET sum = ?, data = ? WHERE id = ?",
            [self.sum_of(told, number), data, number],
        )

    def sum_of(self, block: bytes, number: int) -> int:
        """Return the checksum of a block."""
        base = 0x9E3779B97F4A7C15
        total = (number ^ self.salt) * pow(base, 501, 1 << 64)
        for place in range(len(block) // 8):
            entry = int.from_bytes(block[8 * place : 8 * place + 8], "little")
            total += entry * pow(base, place + 1, 1 << 64)
        return int.from_bytes((total % (1 << 64)).to_bytes(8, "little"), "little", signed=True)

    def change_outlet(self, **changes: Any) -> None:
        """Change the first outlet."""
        names = ("number", "name", "n_documents")
        row = dict(zip(names, self.connection.execute(
            f"SELECT {', '.join(names)} FROM outlet ORDER BY number LIMIT 1"
        ).fetchone(), strict=True))  # fmt: skip
        old = row["number"]
        row |= changes
        self.connection.execute(
            "UPDATE outlet SET number = ?, name = ?, n_documents = ?, crc = ? WHERE number = ?",
            [*row.values(), self.crc(repr(tuple(row.values())).encode()), old],
        )

    def finish(self) -> None:
        """Make the parts belong together."""
        queries = (
            "SELECT list, seq, first_block, n_entries, crc, length(fence) / 8 FROM run"
            " ORDER BY list, seq",
            "SELECT number, crc FROM outlet ORDER BY number",
            "SELECT number FROM removed ORDER BY number",
        )
        parts = [self.manifest, *(self.connection.execute(q).fetchall() for q in queries)]
        whole = json.dumps(parts, sort_keys=True, default=repr)
        state = hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()
        self.connection.execute("DELETE FROM manifest")
        self.connection.executemany(
            "INSERT INTO manifest VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in {**self.manifest, "state": state}.items()],
        )
