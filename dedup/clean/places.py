"""Where a cleaned corpus goes: outside the input, into a new directory, under the input's names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dedup.corpus.encoding import without_surrogates
from dedup.corpus.files import SourceFile, find_files
from dedup.errors import InputError

LOG_NAME = "removed.log"  # no type of file that is read: the corpus stays a corpus


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input, and where what is left of it goes.

    Attributes:
        path: Its path, as the documents read from it have it.
        file: The file.
        target: Its place below the output directory, before its type may change.
        is_given: Whether it was given itself, not the directory that it is in.
    """

    path: str
    file: SourceFile
    target: Path
    is_given: bool


def check_places(paths: Sequence[str | Path], output: Path, log: Path | None = None) -> None:
    """Check that a cleaned corpus can be written without touching what is read, or anything else.

    Args:
        paths: What is read; `-` is standard input.
        output: The directory to write.
        log: The file to write removals to, if it is not in that directory.

    Raises:
        InputError: If the output or the log lies inside a directory that is read or is one, or is
            there already (a directory may be, if it is empty); or if a path is given twice or
            lies inside another.
    """
    given: dict[tuple[int, int], Path] = {}
    read = [Path(path) for path in paths if str(path) != "-"]
    for path in read:
        if (identity := _identity(path)) is None:
            continue  # reading says so
        if identity in given:
            raise InputError(f"is the same as {given[identity]}; give it once", path=path)
        given[identity] = path
    for path in read:
        for parent in _resolved(path).parents:
            if (outer := given.get(_identity(parent) or (0, 0))) is not None:
                raise InputError(f"lies inside {outer}, which is read, too; give one", path=path)
    for place in (output, *([] if log is None else [log])):
        resolved = _resolved(place)
        for parent in (resolved, *resolved.parents):
            if (inside := given.get(_identity(parent) or (0, 0))) is not None:
                where = "is" if parent == resolved else "lies inside"
                raise InputError(f"{where} {inside}, which is read; write elsewhere", path=place)
    if (here := _identity(Path())) is not None and _identity(output) == here:
        raise InputError("is the working directory; name a new one", path=output)
    if output.exists() and (not output.is_dir() or next(output.iterdir(), None) is not None):
        raise InputError("is there already, and not an empty directory", path=output)
    if log is not None:
        if log.exists():
            raise InputError("is there already; name a new file", path=log)
        if _resolved(output) in _resolved(log).parents:
            raise InputError(
                f"lies inside {output}, where without --log removals are in {LOG_NAME}", path=log
            )


def find_sources(paths: Sequence[str | Path]) -> Iterator[Source]:
    """Yield the files of the input in the order in which they are read.

    What comes from one path goes right below the output directory; of several paths each has a
    directory or a file of its name there, numbered where names are the same.
    """
    taken = {LOG_NAME}
    for path in map(str, paths):
        if path == "-":
            file = SourceFile(Path("-"), "-", None, "stdin", None)
            yield Source("-", file, Path(_new_name("stdin", taken)), is_given=True)
            continue
        is_directory = Path(path).is_dir()
        top = Path()
        if len(paths) > 1 or not is_directory:
            name = Path(path).name
            name = _resolved(Path(path)).name if name in ("", "..") else name
            top = Path(_new_name(name or "root", taken))
        for file in find_files(Path(path), other_files={}, failed=[]):
            target = top / file.name if is_directory else top
            name = without_surrogates(file.path.as_posix())
            yield Source(name, file, target, is_given=not is_directory)


def numbered(name: str, number: int) -> str:
    """Return a file name with a number before its first dot.

    >>> numbered("news.jsonl.gz", 2)
    'news-2.jsonl.gz'
    """
    stem, dot, suffixes = name.partition(".")
    return f"{stem}-{number}{dot}{suffixes}"


def _new_name(name: str, taken: set[str]) -> str:
    number, new = 1, name
    while new.casefold() in taken:
        number += 1
        new = numbered(name, number)
    taken.add(new.casefold())
    return new


def _identity(path: Path) -> tuple[int, int] | None:
    """Return what the system knows a file by, whatever it is called; None if it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise InputError(f"cannot be followed: {error}", path=path) from error
