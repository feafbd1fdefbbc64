"""Damaged, truncated, mixed, foreign and hostile index files: an error of ours, or all is well."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from index_files import (
    ask,
    copy_index,
    damage_of,
    make_index,
    rows_of,
    small_corpus,
)

from dedup import InputError
from dedup.config import PARTS
from dedup.index import Index, storage

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index at rest, which no test changes."""
    return make_index(tmp_path_factory.mktemp("sound") / "sound.dedup")


@pytest.fixture(scope="module")
def answer(sound: Path) -> list[dict[str, Any]]:
    """What the sound index says about new documents."""
    return ask(sound)


def damaged_copy(sound: Path, folder: Path, data: bytes) -> Path:
    path = copy_index(sound, folder / "damaged.dedup")
    path.write_bytes(data)
    return path


def answer_or_none(path: Path) -> list[dict[str, Any]] | None:
    """Return what an index says about new documents; None if it refuses."""
    try:
        return ask(path)
    except InputError:
        return None


# Bytes and pages.


def test_a_flipped_bit_is_reported_or_in_unused_space(sound: Path, tmp_path: Path) -> None:
    whole, rows = sound.read_bytes(), rows_of(sound)
    rng = random.Random(1)
    places = [*range(100), *(rng.randrange(len(whole)) for _ in range(200))]
    missed = []
    for place in places:
        data = bytearray(whole)
        data[place] ^= 1 << rng.randrange(8)
        path = damaged_copy(sound, tmp_path, data)
        if not damage_of(path) and rows_of(path) != rows:
            missed.append(place)
    assert [] == missed


@pytest.mark.parametrize(
    ("column", "table"),
    [("data", "text"), ("records", "document"), ("ids", "document"), ("passages", "document"),
     ("data", "block"), ("value", "manifest"), ("name", "outlet")],
)  # fmt: skip
def test_a_flipped_bit_of_what_is_kept_is_always_reported(
    column: str, table: str, sound: Path, tmp_path: Path
) -> None:
    whole = sound.read_bytes()
    rng = random.Random(2)
    with closing(sqlite3.connect(sound)) as connection:
        values = [row[0] for row in connection.execute(f"SELECT {column} FROM {table}")]
    tried = 0
    for value in sorted(rng.sample(values, min(12, len(values))), key=repr):
        kept = value.encode() if isinstance(value, str) else value
        # What was deleted may stand in the file as well: what stands there once is in use.
        if not kept or whole.count(kept) != 1:
            continue
        data = bytearray(whole)
        data[whole.index(kept) + rng.randrange(len(kept))] ^= 1 << rng.randrange(8)
        assert [] != damage_of(damaged_copy(sound, tmp_path, data)), value
        tried += 1
    assert tried


def test_a_query_of_a_damaged_file_is_refused_or_right(
    sound: Path, answer: list[dict[str, Any]], tmp_path: Path
) -> None:
    whole = sound.read_bytes()
    rng = random.Random(3)
    answers = []
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 1, 4))):
            data[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        answers.append(answer_or_none(damaged_copy(sound, tmp_path, data)))
    assert [] == [each for each in answers if each is not None and each != answer]
    assert 0 < answers.count(None) < len(answers)


def test_a_whole_analysis_by_a_damaged_file_is_refused_or_right(
    sound: Path, tmp_path: Path
) -> None:
    expected = ask(sound, parts=PARTS)
    whole = sound.read_bytes()
    rng = random.Random(4)
    for _ in range(3):
        data = bytearray(whole)
        data[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        path = damaged_copy(sound, tmp_path, data)
        try:
            found = ask(path, parts=PARTS)
        except InputError:
            continue
        assert expected == found


def test_a_truncated_file_is_refused(sound: Path, tmp_path: Path) -> None:
    whole = sound.read_bytes()
    rng = random.Random(5)
    lengths = {0, 1, 15, 16, 50, 99, 100, 101, 512, PAGE - 1, PAGE, PAGE + 1, len(whole) - 1}
    lengths |= {*range(PAGE, len(whole), PAGE), *rng.sample(range(len(whole)), 40)}
    sound_ones = []
    for length in sorted(lengths):
        path = damaged_copy(sound, tmp_path, whole[:length])
        if not damage_of(path):
            sound_ones.append(length)
        assert answer_or_none(path) is None or length in sound_ones
    assert [] == sound_ones


def pages_of(data: bytes) -> list[bytes]:
    return [data[i : i + PAGE] for i in range(0, len(data), PAGE)]


def test_pages_of_another_index_are_noticed(
    sound: Path, answer: list[dict[str, Any]], tmp_path: Path
) -> None:
    other = pages_of(make_index(tmp_path / "other.dedup", seed=2).read_bytes())
    own = pages_of(sound.read_bytes())
    rows = rows_of(sound)
    for place in range(min(len(own), len(other))):
        mixed = b"".join([*own[:place], other[place], *own[place + 1 :]])
        path = damaged_copy(sound, tmp_path, mixed)
        assert damage_of(path) or rows_of(path) == rows, place
        assert answer_or_none(path) in (None, answer), place


def test_pages_of_an_older_state_are_noticed(sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "newer.dedup")
    with Index.open(path, write=True) as index:
        index.remove(["0-document-0000", "document-0007"], jobs=1)
        index.add(small_corpus(20, 30, prefix="newer-"), jobs=1)
    older, newer = pages_of(sound.read_bytes()), pages_of(path.read_bytes())
    rows, expected = rows_of(path), ask(path)
    n_noticed = 0
    for place in range(min(len(older), len(newer))):
        if older[place] == newer[place]:
            continue
        mixed = b"".join([*newer[:place], older[place], *newer[place + 1 :]])
        damaged = damaged_copy(sound, tmp_path, mixed)
        is_noticed = bool(damage_of(damaged))
        n_noticed += is_noticed
        assert is_noticed or rows_of(damaged) == rows, place
        assert answer_or_none(damaged) in (None, expected), place
    assert n_noticed > 3


# Logs.


def crashed_copy(sound: Path, to: Path, *, seed: int, start: Path | None = None) -> Path:
    """Return an index whose writer stopped after an addition: the addition is in its log."""
    path = copy_index(start or sound, to.with_suffix(".source"))
    with Index.open(path, write=True) as index:
        index.add(small_corpus(seed, 12, prefix=f"log-{seed}-"), jobs=1)
        return copy_index(path, to, log_of=path)


def test_the_log_of_an_interrupted_writer_is_read(sound: Path, tmp_path: Path) -> None:
    path = crashed_copy(sound, tmp_path / "crashed.dedup", seed=30)
    assert [] == damage_of(path)
    with Index.open(path) as index, Index.open(sound) as before:
        assert len(before) < len(index)


@pytest.mark.parametrize("log", ["of this index", "of another index", "noise"])
def test_a_log_beside_an_index_at_rest_is_refused(log: str, sound: Path, tmp_path: Path) -> None:
    start = sound if log == "of this index" else make_index(tmp_path / "other.dedup", seed=2)
    crashed = crashed_copy(sound, tmp_path / "crashed.dedup", seed=31, start=start)
    if log == "noise":
        Path(f"{crashed}-wal").write_bytes(random.Random(1).randbytes(9000))
    path = copy_index(sound, tmp_path / "at-rest.dedup", log_of=crashed)
    for write in (False, True):
        with pytest.raises(InputError, match=r"a log of .* lies beside it; delete at-rest\.dedup"):
            Index.open(path, write=write)
    assert sound.read_bytes() == path.read_bytes()
    Path(f"{path}-wal").unlink()
    assert [] == damage_of(path)


def test_a_building_replaces_an_index_and_the_log_beside_it(sound: Path, tmp_path: Path) -> None:
    crashed = crashed_copy(sound, tmp_path / "crashed.dedup", seed=31)
    path = copy_index(sound, tmp_path / "at-rest.dedup", log_of=crashed)
    Index.create(path, small_corpus(5, 10), jobs=1).close()
    assert [] == damage_of(path)
    assert not Path(f"{path}-wal").exists()


def test_the_log_of_another_index_beside_a_marked_one_changes_nothing_unnoticed(
    sound: Path, tmp_path: Path
) -> None:
    other = make_index(tmp_path / "other.dedup", seed=2)
    foreign = crashed_copy(sound, tmp_path / "foreign.dedup", seed=32, start=other)
    marked = crashed_copy(sound, tmp_path / "marked.dedup", seed=33)
    path = copy_index(marked, tmp_path / "mixed.dedup", log_of=foreign)
    # Either its own state before the log, or damage: a log alone does not say whose it is.
    if not damage_of(path):
        assert ask(path) in (ask(sound), ask(foreign))


def test_an_older_log_of_a_marked_index_gives_a_committed_state_or_damage(
    sound: Path, tmp_path: Path
) -> None:
    path = copy_index(sound, tmp_path / "writing.dedup")
    states = []
    with Index.open(path, write=True) as index:
        index.add(small_corpus(40, 12, prefix="first-"), jobs=1)
        older = copy_index(path, tmp_path / "older.dedup", log_of=path)
        index._file.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        index.remove(["first-document-0000", "document-0001"], jobs=1)
        index.add(small_corpus(41, 12, prefix="second-"), jobs=1)
        index._file.connection.execute("PRAGMA wal_checkpoint(FULL)")
        newer = copy_index(path, tmp_path / "newer.dedup", log_of=path)
    mixed = copy_index(newer, tmp_path / "mixed.dedup", log_of=older)
    damage = damage_of(mixed)
    for state in (older, newer):
        with Index.open(state, write=True):
            pass  # which takes the log in
        states.append(rows_of(state))
    if not damage:
        with Index.open(mixed, write=True):
            pass
        assert rows_of(mixed) in states


# Other files, and what else a file may hold.


def test_another_format_version_is_refused(sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "future.dedup")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {storage.FORMAT_VERSION + 1}")
    with pytest.raises(InputError, match="format version 4, and this dedup reads 3; build it"):
        Index.open(path)


def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "foreign.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE document (number INTEGER PRIMARY KEY)")
    for data in (path.read_bytes(), b"", b"\0" * 9000, b'{"id": 1}\n', bytes(range(256)) * 40):
        path.write_bytes(data)
        with pytest.raises(InputError, match="not an index of dedup"):
            Index.open(path)
        with pytest.raises(InputError, match="not an index of dedup"):
            Index.create(path)
        assert data == path.read_bytes()
