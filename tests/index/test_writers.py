"""Writers and readers of one index at the same time, and what lies beside it afterwards."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from index_files import ask, copy_index, damage_of, ids_of, make_index, small_corpus

from dedup import InputError
from dedup.index import Index, storage

MORE = small_corpus(50, 10, prefix="more-")
EVEN_MORE = small_corpus(51, 10, prefix="even-more-")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("sound") / "sound.dedup")


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return copy_index(sound, tmp_path / "archive.dedup")


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writers wait for each other no longer than a moment."""
    monkeypatch.setattr(storage, "_WAIT", 0.05)


@pytest.mark.usefixtures("_impatient")
def test_a_second_writer_fails_cleanly(path: Path) -> None:
    before = ids_of(path)
    with Index.open(path, write=True) as first, Index.open(path, write=True) as second:
        with first._file.writing():
            for write in (
                lambda: second.add(MORE, jobs=1),
                lambda: second.remove(["document-0001"], jobs=1),
                second.compact,
            ):
                with pytest.raises(InputError, match="is being written by another process"):
                    write()
            assert len(before) == len(second)
        assert len(MORE) == second.add(MORE, jobs=1).n_added
    assert [] == damage_of(path)
    assert before | {*MORE.documents["document_id"].to_pylist()} == ids_of(path)


@pytest.mark.usefixtures("_impatient")
def test_a_writer_that_opens_while_another_writes_fails_cleanly(path: Path) -> None:
    with Index.open(path, write=True) as first, first._file.writing():
        with Index.open(path, write=True) as second:
            with pytest.raises(InputError, match="is being written by another process"):
                second.add(MORE, jobs=1)
        with pytest.raises(InputError, match="is in use by another process"):
            Index.create(path, MORE, jobs=1)
    assert [] == damage_of(path)


@pytest.mark.usefixtures("_impatient")
def test_a_writer_waits_for_readers_that_began_at_rest(path: Path) -> None:
    before = ask(path)
    with Index.open(path) as reader:
        with (
            reader._file.reading(),
            pytest.raises(InputError, match="is in use by another process; try again later"),
        ):
            Index.open(path, write=True)
        with Index.open(path, write=True) as writer:
            assert len(MORE) == writer.add(MORE, jobs=1).n_added
            writer.remove(MORE.documents["document_id"].to_pylist(), jobs=1)
    assert [] == damage_of(path)
    assert before == ask(path)


def test_writers_in_turn_see_what_the_other_wrote(path: Path) -> None:
    n = len(ids_of(path))
    with Index.open(path, write=True) as first, Index.open(path, write=True) as second:
        first.add(MORE, jobs=1)
        assert len(MORE) == second.add(MORE, jobs=1).n_unchanged
        second.add(EVEN_MORE, jobs=1)
        first.remove(["more-document-0000"], jobs=1)
        assert [] == second.verify()
    assert [] == damage_of(path)
    assert n + len(MORE) + len(EVEN_MORE) - 1 == len(ids_of(path))


def test_readers_go_on_while_a_writer_adds(path: Path) -> None:
    n = len(ids_of(path))
    with Index.open(path, write=True) as writer, Index.open(path) as reader:
        with writer._file.writing():
            assert n == reader.info()["n_documents"]
            with Index.open(path) as another:
                assert [] == another.verify()
        with reader._file.reading():
            query = "SELECT number, crc FROM document"
            before = reader._file.connection.execute(query).fetchall()
            writer.add(MORE, jobs=1)
            # Its view is of the time when it began; one that begins later sees the addition.
            assert before == reader._file.connection.execute(query).fetchall()
            with Index.open(path) as later:
                assert n + len(MORE) == len(later)
        assert n + len(MORE) == reader.info()["n_documents"]
    assert [] == damage_of(path)


def test_a_reader_that_was_there_first_sees_what_is_added(path: Path) -> None:
    with Index.open(path) as reader:
        n = len(reader)
        with Index.open(path, write=True) as writer:
            writer.add(MORE, jobs=1)
            assert n + len(MORE) == reader.info()["n_documents"]
        assert [] == reader.verify()
    assert [] == damage_of(path)


def delete_and_interrupt(index: Index) -> None:
    with index._file.writing():
        index._file.connection.execute("DELETE FROM document")
        raise KeyboardInterrupt


def test_an_error_within_a_writer_changes_nothing(path: Path) -> None:
    before = ask(path)
    with Index.open(path, write=True) as index:
        with pytest.raises(InputError, match="no document has the id 'gone'"):
            index.remove(["document-0001", "gone"], jobs=1)
        with pytest.raises(KeyboardInterrupt):
            delete_and_interrupt(index)
        assert [] == index.verify()
    assert before == ask(path)


def test_closing_leaves_one_file_whose_copy_is_complete(path: Path, tmp_path: Path) -> None:
    with Index.open(path, write=True) as index:
        index.add(MORE, jobs=1)
        assert Path(f"{path}-wal").exists()
    assert [path] == [*tmp_path.iterdir()]
    copied = tmp_path / "copied.dedup"
    shutil.copyfile(path, copied)
    assert {*MORE.documents["document_id"].to_pylist()} <= ids_of(copied)
    assert ask(path) == ask(copied)


def test_a_copy_is_complete_even_if_a_reader_stays(path: Path, tmp_path: Path) -> None:
    with Index.open(path) as reader:
        with Index.open(path, write=True) as writer:
            writer.add(MORE, jobs=1)
            assert len(reader) < reader.info()["n_documents"] + 1
        copied = copy_index(path, tmp_path / "copied.dedup")
    assert [] == damage_of(copied)
    assert {*MORE.documents["document_id"].to_pylist()} <= ids_of(copied)


def test_a_reader_leaves_the_file_as_it_is(path: Path, tmp_path: Path) -> None:
    data, time = path.read_bytes(), path.stat().st_mtime_ns
    ask(path)
    assert [] == damage_of(path)
    assert (data, time) == (path.read_bytes(), path.stat().st_mtime_ns)
    assert [path] == [*tmp_path.iterdir()]


def test_a_reader_cannot_write(path: Path) -> None:
    with Index.open(path) as reader, pytest.raises(InputError, match="cannot be read or written"):
        reader.add(MORE, jobs=1)


def test_an_index_in_a_read_only_folder_is_read(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask(path)
    with closing(sqlite3.connect(path)) as connection:  # as one that a copy took from a writer
        connection.execute("PRAGMA journal_mode = WAL")
    Path(f"{path}-wal").unlink(missing_ok=True)
    # The superuser may write everywhere: what the system says of that is replaced, too.
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        assert expected == ask(path)
        assert [] == damage_of(path)
        assert [path] == [*tmp_path.iterdir()]
    finally:
        tmp_path.chmod(0o755)


def test_an_interrupted_index_in_a_read_only_folder_is_refused(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Index.open(path, write=True) as index:
        index.add(MORE, jobs=1)
        copied = copy_index(path, tmp_path / "copied.dedup", log_of=path)
    monkeypatch.setattr(os, "access", lambda *_, **__: False)
    with pytest.raises(InputError, match="an interrupted writer left a log beside it"):
        Index.open(copied)
