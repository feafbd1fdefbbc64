"""Paths to files: what a directory holds, by kind, and each file's bytes, decompressed."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from dedup.errors import InputError

KINDS = {
    ".txt": "txt", ".text": "txt", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html",
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "json", ".csv": "csv", ".tsv": "tsv",
    ".parquet": "parquet",
}  # fmt: skip
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to read.

    Attributes:
        path: Where it is.
        name: Its path below the directory given, `/`-separated; its name if given itself.
        outlet: The first directory below the one given, if it lies in one.
        kind: `txt`, `md`, `html`, `jsonl`, `json`, `csv`, `tsv` or `parquet`.
        compression: `gzip`, `zstd` or None.
    """

    path: Path
    name: str
    outlet: str | None
    kind: str
    compression: str | None

    def open(self) -> IO[bytes]:
        """Open the file for reading its decompressed bytes."""
        if self.compression == "gzip":
            return io.BufferedReader(gzip.open(self.path), _BUFFER)
        if self.compression == "zstd":
            stream = pa.CompressedInputStream(pa.OSFile(str(self.path)), "zstd")
            return io.BufferedReader(stream, _BUFFER)
        return self.path.open("rb", buffering=_BUFFER)


# What reading a damaged or unreadable file raises, whatever its compression.
READ_ERRORS = (OSError, EOFError, zlib.error)


def read_error(error: Exception, path: Path) -> InputError:
    """Return the message for a file that could not be read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(f"cannot be read: {reason}", path=path)


def kind_of(path: Path) -> tuple[str | None, str | None]:
    """Return the kind and the compression that a file's name states; the kind None if unknown.

    >>> kind_of(Path("a/news.jsonl.gz")), kind_of(Path("photo.jpg"))
    (('jsonl', 'gzip'), (None, None))
    """
    suffix = path.suffix.lower()
    compression = _COMPRESSIONS.get(suffix)
    if compression is not None:
        suffix = Path(path.stem).suffix.lower()
    kind = KINDS.get(suffix)
    if kind == "parquet" and compression is not None:
        kind = None  # Parquet compresses its own columns, and must be sought in
    return kind, compression


def _file_given(path: Path) -> SourceFile | None:
    """Return the file that a path given by the user is; None if it is a directory."""
    try:
        if path.is_dir():
            return None
        if not path.exists():
            raise InputError("no such file or directory", path=path)
    except OSError as error:
        raise read_error(error, path) from error
    kind, compression = kind_of(path)
    if kind is None:
        known = ", ".join(KINDS)
        raise InputError(f"not a type that can be read; known are {known}", path=path)
    return SourceFile(path, path.name, None, kind, compression)


def find_files(
    path: Path,
    *,
    other_files: dict[str, int],
    failed: list[InputError],
    leave_out: Path | None = None,
) -> Iterator[SourceFile]:
    """Yield the files of a directory that can be read, in the order of their names; or the file.

    Hidden files and directories are passed over and counted, links are followed, and a directory
    is entered once, however many links lead to it.

    Args:
        path: A file or a directory.
        other_files: Counts the files of other types, by suffix, and the hidden ones.
        failed: Collects directories that cannot be listed.
        leave_out: A directory below that is not entered, if there is one.

    Raises:
        InputError: If there is nothing there, or a file given itself is of no known type.
    """
    if (file := _file_given(path)) is not None:
        yield file
        return
    entered: set[tuple[int, int]] = set()
    if leave_out is not None and leave_out.is_dir():
        status = leave_out.stat()
        entered.add((status.st_dev, status.st_ino))
    pending = [path]
    while pending:
        folder = pending.pop()
        try:
            status = folder.stat()
            if (status.st_dev, status.st_ino) in entered:
                continue
            entered.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as entries:
                children = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            failed.append(read_error(error, folder))
            continue
        folders = []
        for entry in children:
            child = folder / entry.name
            try:
                is_folder, is_file = child.is_dir(), child.is_file()
            except OSError as error:
                failed.append(read_error(error, child))
                continue
            kind, compression = kind_of(child)
            if entry.name.startswith("."):
                other_files["(hidden)"] = other_files.get("(hidden)", 0) + 1
            elif is_folder:
                folders.append(child)
            elif kind is None:
                suffix = child.suffix.lower() or "(none)"
                other_files[suffix] = other_files.get(suffix, 0) + 1
            elif not is_file:  # a dead link, or a pipe that would never end
                failed.append(InputError("not a regular file", path=child))
            else:
                below = child.relative_to(path)
                outlet = below.parts[0] if len(below.parts) > 1 else None
                yield SourceFile(child, below.as_posix(), outlet, kind, compression)
        pending += reversed(folders)
