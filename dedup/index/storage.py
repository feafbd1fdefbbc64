"""The file of an index: opened with suspicion, read in one view, written all or not at all.

SQLite in one file. Whoever sends such a file may have damaged or prepared it, so nothing in it is
believed: the schema must be ours to the letter, and every row carries a checksum that also tells
which file it belongs to.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from dedup.errors import InputError

FORMAT_VERSION = 3
_APPLICATION_ID = 0x64_64_75_70  # "ddup"
_MAGIC = b"SQLite format 3\0"
_LOGS = b"\x02\x02"  # in the header, while a log may lie beside the file
_PAGE_SIZE = 4096
_WAIT = 10.0  # seconds for another writer to finish
_CACHE = 16_384  # kibibytes of pages that SQLite keeps
# What the manifest must have: counters, within what arithmetic can bear, and texts.
_COUNTERS = (
    "next_number", "next_block", "n_documents", "n_passages", "n_words", "n_body_documents",
    "n_compared_passages",
)  # fmt: skip
_MOST = 1 << 62
_TEXTS = ("dedup", "passages", "file_id")
# SQLite's own steps after which reading is given up. Pages that lead in circles would take for
# ever; a sound file needs some ten a row, and a row has more than ten bytes.
_STEPS, _STEPS_PER_BYTE, _STEPS_AT_ONCE = 100_000_000, 1_000, 1_000_000

_SCHEMA = (
    "CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE outlet (number INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " n_documents INTEGER NOT NULL, crc INTEGER NOT NULL)",
    "CREATE TABLE path (number INTEGER PRIMARY KEY, name TEXT NOT NULL, crc INTEGER NOT NULL)",
    "CREATE TABLE document (number INTEGER PRIMARY KEY, crc INTEGER NOT NULL,"
    " records BLOB NOT NULL, ids BLOB NOT NULL, others BLOB NOT NULL, passages BLOB NOT NULL)",
    "CREATE TABLE text (number INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "CREATE TABLE removed (number INTEGER PRIMARY KEY)",
    "CREATE TABLE run (list INTEGER NOT NULL, seq INTEGER NOT NULL, first_block INTEGER NOT NULL,"
    " n_entries INTEGER NOT NULL, crc INTEGER NOT NULL, fence BLOB NOT NULL,"
    " PRIMARY KEY (list, seq))",
    "CREATE TABLE block (id INTEGER PRIMARY KEY, sum INTEGER NOT NULL, data BLOB NOT NULL)",
)  # fmt: skip

Connection = sqlite3.Connection


class IndexFile:
    """An open index file: its connection, its manifest, and what checksums start from.

    Attributes:
        path: The file.
        connection: The connection; it belongs to the thread that opened it.
        manifest: What the file says about itself, by key; values are JSON.
        salt: What every checksum starts from, so that a row of another file is none of this.
    """

    def __init__(self, path: Path, connection: Connection, *, can_write: bool) -> None:
        self.path = path
        self.connection = connection
        self._can_write = can_write
        self.manifest: dict[str, Any] = {}
        self.salt = 0

    def crc(self, data: bytes) -> int:
        """Return the checksum of what a row holds."""
        return zlib.crc32(data, self.salt)

    def damaged(self, what: str) -> InputError:
        """Return the error that says what of the file is damaged."""
        return InputError(f"damaged index: {what}; build it again", path=self.path)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Keep one view of the file: what others write meanwhile does not show."""
        with self._errors(), self._bounded():
            self.connection.execute("BEGIN")
            try:
                self._load_manifest()
                yield
            finally:
                self._end("COMMIT")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all that is written within, or nothing; wait for another writer, or fail."""
        with self._errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                self._load_manifest()
                yield
                self._store_manifest()
                self.connection.execute("COMMIT")
            except BaseException:
                self._end("ROLLBACK")
                raise

    def close(self) -> None:
        """Close the file; leave it as one file, without a log beside it, if nobody reads it."""
        with suppress(sqlite3.Error):
            if self._can_write and not self.connection.in_transaction:
                self.connection.execute("PRAGMA busy_timeout = 0")
                # For a copy of the file to be whole even if a reader keeps the log.
                self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                self.connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        self.connection.close()

    def vacuum(self) -> None:
        """Write the file anew, its blocks in order and without gaps."""
        with self._errors():
            self.connection.execute("VACUUM")

    def find_damage(self) -> list[str]:
        """Return what SQLite itself finds wrong with the file's pages."""
        with self._errors(), self._bounded():
            found = self.connection.execute("PRAGMA integrity_check(20)").fetchall()
        return [str(row[0]) for row in found if row[0] != "ok"]

    def _end(self, statement: str) -> None:
        if self.connection.in_transaction:
            with suppress(sqlite3.Error):
                self.connection.execute(statement)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn what SQLite says into what a user can mend."""
        try:
            yield
        except sqlite3.Error as error:
            raise explain(error, self.path) from error
        except UnicodeDecodeError as error:  # a text that is none
            raise self.damaged("text that is not UTF-8") from error

    @contextmanager
    def _bounded(self) -> Iterator[None]:
        """Give up what takes longer than reading the whole file many times."""
        most = _STEPS + _STEPS_PER_BYTE * self.path.stat().st_size
        turns = iter(range(most // _STEPS_AT_ONCE))
        self.connection.set_progress_handler(lambda: next(turns, None) is None, _STEPS_AT_ONCE)
        try:
            yield
        finally:
            self.connection.set_progress_handler(None, 0)

    def _load_manifest(self) -> None:
        try:
            rows = self._rows("SELECT key, value FROM manifest ORDER BY key")
            manifest = {key: json.loads(value) for key, value in rows}
            stated = manifest.pop("state")
            self.salt = int(manifest["file_id"], 16) & 0xFFFFFFFF
            is_sound = all(
                type(manifest[key]) is int and 0 <= manifest[key] <= _MOST for key in _COUNTERS
            ) and all(type(manifest[key]) is str for key in _TEXTS)
        except (KeyError, ValueError, TypeError, RecursionError) as error:
            raise self.damaged("its manifest is incomplete") from error
        if not is_sound:
            raise self.damaged("its manifest")
        self.manifest = manifest
        if stated != self._state():
            raise self.damaged("its parts do not belong together")

    def _store_manifest(self) -> None:
        rows = {**self.manifest, "state": self._state()}
        self.connection.execute("DELETE FROM manifest")
        self.connection.executemany(
            "INSERT INTO manifest VALUES (?, ?)",
            [(key, json.dumps(value)) for key, value in sorted(rows.items())],
        )

    def _state(self) -> str:
        """Return a digest of the manifest and of which runs, outlets and removals there are.

        Pages of an older state are sound, and would pass for ours by any other checksum.
        """
        query = (
            "SELECT list, seq, first_block, n_entries, crc, length(fence) / 8 FROM run"
            " ORDER BY list, seq"
        )
        runs = self._rows(query, n_keys=2)
        if not all(type(value) is int and 0 <= value <= _MOST for run in runs for value in run):
            raise self.damaged("its runs")
        # No two of them have a block in common, or a small file could stand for endless entries.
        end = 0
        for first, size in sorted((run[2], run[5]) for run in runs):
            if first < end:
                raise self.damaged("its runs overlap")
            end = first + size
        if end > self.manifest["next_block"]:
            raise self.damaged("its runs")
        outlets = self._rows("SELECT number, crc FROM outlet ORDER BY number")
        removed = self._rows("SELECT number FROM removed ORDER BY number")
        if removed and not 0 <= removed[0][0] <= removed[-1][0] < self.manifest["next_number"]:
            raise self.damaged("its removed documents")
        parts = [self.manifest, runs, outlets, removed]
        whole = json.dumps(parts, sort_keys=True, default=repr)
        return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()

    def _rows(self, query: str, *, n_keys: int = 1) -> list[tuple[Any, ...]]:
        """Return rows that are asked for in the order of their keys; pages may go in circles."""
        rows: list[tuple[Any, ...]] = []
        try:
            for row in self.connection.execute(query):
                if rows and row[:n_keys] <= rows[-1][:n_keys]:
                    raise self.damaged("its rows are out of order")
                rows.append(row)
        except TypeError as error:  # a key that is of another type than the one before
            raise self.damaged("its keys") from error
        return rows


class _OtherVersionError(InputError):
    """An index of another format version: it cannot be read, but it can be replaced."""


def create_file(path: Path, manifest: dict[str, Any]) -> IndexFile:
    """Return a new, empty index file, open for writing.

    Raises:
        InputError: If there is a file already, or none can be made.
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666))
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", path=path) from error
    file = IndexFile(path, _connect(path, "rw"), can_write=True)
    with file._errors():
        connection = file.connection
        connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {FORMAT_VERSION}")
        _prepare(connection)
        # Nothing is lost if a new file is not finished: no log, no waiting for the disk.
        connection.execute("PRAGMA journal_mode = OFF").fetchone()
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for statement in _SCHEMA:
            connection.execute(statement)
        file.manifest = {**manifest, "file_id": secrets.token_hex(8)}
        file.salt = int(file.manifest["file_id"], 16) & 0xFFFFFFFF
        file._store_manifest()
        connection.execute("COMMIT")
    return file


def open_file(path: Path, *, write: bool = False) -> IndexFile:
    """Open an index file.

    Raises:
        InputError: If it is no index, is of another format version, is damaged or cannot be read.
    """
    header = _read_header(path)
    _refuse_foreign_log(path)
    file = IndexFile(path, _open_connection(path, header, write=write), can_write=write)
    try:
        with file._errors(), file._bounded():
            _prepare(file.connection)
            _check_schema(file)
            if write:
                _start_log(file)
            else:
                file.connection.execute("PRAGMA query_only = ON")
        with file.reading():
            pass
    except BaseException:
        file.connection.close()
        raise
    return file


def _start_log(file: IndexFile) -> None:
    """Let readers go on while it is written: additions go to a log beside the file first."""
    try:
        file.connection.execute("PRAGMA journal_mode = WAL").fetchone()
        file.connection.execute("PRAGMA synchronous = FULL")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        # Those that read it at rest must end before a log can be started.
        raise InputError("is in use by another process; try again later", path=file.path) from error


def release(path: Path) -> None:
    """Make sure that a new index may take a path: nothing is there, or an index nobody writes.

    A damaged index may be replaced, too; the log of one that was interrupted goes with it, or it
    would be taken for the new one's.

    Raises:
        InputError: If something else is there, or the index is in use.
    """
    if not path.exists():
        return
    with suppress(_OtherVersionError):
        _read_header(path)
    logs = [Path(f"{path}{suffix}") for suffix in ("-wal", "-shm")]
    if any(log.exists() for log in logs):
        connection = _connect(path, "rw")
        try:
            with suppress(sqlite3.DatabaseError):
                connection.execute("PRAGMA busy_timeout = 0")
                connection.execute("PRAGMA journal_mode = DELETE").fetchone()
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("COMMIT")
                for log in logs:
                    log.unlink(missing_ok=True)
        finally:
            connection.close()
        if any(log.exists() for log in logs):
            raise InputError("is in use by another process; try again later", path=path)


def explain(error: sqlite3.Error, path: Path) -> InputError:
    """Return what an error of SQLite means for the user."""
    text = str(error)
    if text == "interrupted":
        return InputError("damaged index: its pages go in circles; build it again", path=path)
    if "locked" in text or "busy" in text:
        return InputError("is being written by another process; try again later", path=path)
    if "full" in text:
        return InputError("cannot be written: no space left; nothing was changed", path=path)
    if "readonly" in text or "unable to open" in text or "I/O" in text:
        return InputError(f"cannot be read or written: {text}", path=path)
    return InputError(f"damaged index: {text}; build it again", path=path)


def _read_header(path: Path) -> bytes:
    try:
        if not path.is_file():
            reason = "is a directory" if path.is_dir() else "no such index"
            raise InputError(f"{reason}; `dedup index build` makes one", path=path)
        with path.open("rb") as stream:
            header = stream.read(100)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    application, version = header[68:72], header[60:64]
    if not header.startswith(_MAGIC) or int.from_bytes(application, "big") != _APPLICATION_ID:
        raise InputError("not an index of dedup", path=path)
    if (found := int.from_bytes(version, "big")) != FORMAT_VERSION:
        raise _OtherVersionError(
            f"format version {found}, and this dedup reads {FORMAT_VERSION}; build it again",
            path=path,
        )
    return header


def _refuse_foreign_log(path: Path) -> None:
    """Refuse a log beside a file at rest: SQLite would write what it holds over the file.

    A writer marks the file before it makes its log, and takes the mark away after the log. So a log
    that was there before and after the mark was not is none of the file's: it was left when the
    file was copied to its place.
    """
    log = Path(f"{path}-wal")
    before = _identify(log)
    if before is not None and _read_header(path)[18:20] != _LOGS and _identify(log) == before:
        raise InputError(
            f"a log of another file or of an older one lies beside it; delete {log.name} and"
            f" {path.name}-shm",
            path=path,
        )


def _identify(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from a later one of its name; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_ino, found.st_ctime_ns) if found.st_size else None


def _connect(path: Path, mode: str, *, immutable: bool = False) -> Connection:
    address = path.absolute().as_uri() + f"?mode={mode}" + "&immutable=1" * immutable
    return sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None)


def _open_connection(path: Path, header: bytes, *, write: bool) -> Connection:
    """Open the file; one whose writer left a log needs write access to be read."""
    has_log = Path(f"{path}-wal").exists()
    logs = header[18:20] == _LOGS
    was_cut_off = Path(f"{path}-journal").exists()
    try:
        if write:
            return _connect(path, "rw")
        can_share = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
        if not logs or can_share:
            return _connect(path, "rw" if logs or (can_share and was_cut_off) else "ro")
        if has_log:
            raise InputError(
                "an interrupted writer left a log beside it, and the directory cannot be written"
                " to; open it once where it can",
                path=path,
            )
        return _connect(path, "ro", immutable=True)
    except sqlite3.Error as error:
        raise explain(error, path) from error


def _prepare(connection: Connection) -> None:
    for setting in (
        "trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0",
        f"cache_size = -{_CACHE}", f"busy_timeout = {round(_WAIT * 1000)}", "temp_store = FILE",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {setting}")


def _check_schema(file: IndexFile) -> None:
    """Refuse a file with any table, view, trigger or index that is not ours."""
    query = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name LIMIT 100"
    with closing(sqlite3.connect(":memory:")) as model:
        for statement in _SCHEMA:
            model.execute(statement)
        expected = model.execute(query).fetchall()
    if file.connection.execute(query).fetchall() != expected:
        raise file.damaged("its tables are not those of an index")
