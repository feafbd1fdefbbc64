"""The file of an index: made whole or not at all, full disks, and errors that say what to do."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from index_files import ask, copy_index, damage_of, ids_of, make_index, small_corpus

from dedup import InputError
from dedup.index import Index
from dedup.index.storage import create_file, explain, open_file, release

MORE = small_corpus(60, 400, prefix="more-")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("sound") / "sound.dedup")


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return copy_index(sound, tmp_path / "archive.dedup")


# Opening and making.


def test_what_is_no_index_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for name, what in (("gone", "no such index"), (".", "is a directory"), ("empty", "not an")):
        with pytest.raises(InputError, match=what):
            open_file(tmp_path / name)


def test_a_file_is_not_made_over_another(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="cannot be written: File exists"):
        create_file(tmp_path / "there", {})
    with pytest.raises(InputError, match="not an index of dedup"):
        release(tmp_path / "there")
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        Index.create(tmp_path / "gone" / "there")
    assert "mine" == (tmp_path / "there").read_text("utf-8")


def test_a_build_that_is_interrupted_leaves_the_index_that_was_there(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Index, "add", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Index.create(path, small_corpus(1, 5), jobs=1)
    assert before == path.read_bytes()
    assert [path] == [*tmp_path.iterdir()]


def test_a_damaged_index_is_replaced_by_a_new_one(path: Path, tmp_path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])
    assert [] != damage_of(path)
    Index.create(path, small_corpus(1, 10), jobs=1).close()
    assert [] == damage_of(path)
    assert [path] == [*tmp_path.iterdir()]


def test_the_journal_of_a_writer_that_was_cut_off_is_rolled_back(
    path: Path, tmp_path: Path
) -> None:
    expected = ask(path)
    # A child that dies within a transaction, after its pages went to the file.
    program = (
        "import os, sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('PRAGMA cache_size = 1')\n"
        "c.execute('BEGIN IMMEDIATE')\n"
        "c.execute('UPDATE text SET data = zeroblob(9000)')\n"
        "os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)
    assert Path(f"{path}-journal").exists()
    assert expected == ask(path)
    assert [] == damage_of(path)
    assert [path] == [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("database is locked", "is being written by another process; try again later"),
        ("database or disk is full", "cannot be written: no space left; nothing was changed"),
        ("disk I/O error", "cannot be read or written: disk I/O error"),
        ("database disk image is malformed", "damaged index: .*; build it again"),
        ("interrupted", "damaged index: its pages go in circles; build it again"),
    ],
)
def test_errors_of_sqlite_say_what_to_do(told: str, meant: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"archive: {meant}$"):
        raise explain(sqlite3.OperationalError(told), tmp_path / "archive")


# Full disks.


def test_an_index_that_cannot_grow_stays_as_it_was(path: Path) -> None:
    ids = ids_of(path)
    with Index.open(path, write=True) as index:
        connection = index._file.connection
        n_pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {n_pages + 3}")
        with pytest.raises(InputError, match="no space left; nothing was changed"):
            index.add(MORE, jobs=1)
        assert [] == index.verify()
        assert len(ids) == index.info()["n_documents"]
        connection.execute("PRAGMA max_page_count = 1000000")
        assert len(MORE) == index.add(MORE, jobs=1).n_added
        index.remove(MORE.documents["document_id"].to_pylist(), jobs=1)
    assert [] == damage_of(path)
    assert ids == ids_of(path)


# Adds batches until there is no more room, and says how many documents were reported added.
FILL = """
import resource, signal, sys
sys.path[:0] = sys.argv[3:]
from index_files import small_corpus
from dedup import InputError
from dedup.index import Index
path, limit = sys.argv[1], int(sys.argv[2])
with Index.open(path, write=True) as index:
    batches = [small_corpus(n, 60, prefix=f"{n}-") for n in range(70, 120)]
    index.add(small_corpus(69, 5, prefix="first-"), jobs=1)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    n = len(index)
    try:
        for batch in batches:
            n += index.add(batch, jobs=1).n_added
    except InputError as error:
        print(n, error.message)
"""


def fill(path: Path, root: Path, *, limit: int = 0, before: str = "") -> tuple[int, str]:
    """Run the child; return how many documents it reported, and what stopped it.

    Args:
        path: The index.
        root: The checkout.
        limit: Of the size of a file, in bytes; 0 is none.
        before: What a shell does before, in a view of the file systems that it has alone.
    """
    command = [sys.executable, "-c", FILL, str(path), str(limit), str(root), str(root / "tests")]
    if before:
        command = ["unshare", "--mount", "sh", "-c", f'{before}; "$@"', "sh", *command]
    child = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert ("", 0) == (child.stderr, child.returncode)
    n, message = child.stdout.rstrip("\n").split(" ", 1)
    return int(n), message


def test_a_file_that_may_not_grow_loses_nothing(path: Path, root: Path) -> None:
    n, message = fill(path, root, limit=path.stat().st_size + 600_000)
    assert message.startswith("cannot be ")
    assert [] == damage_of(path)
    assert n == len(ids_of(path))
    with Index.open(path, write=True) as index:
        assert len(MORE) == index.add(MORE, jobs=1).n_added
    assert [] == damage_of(path)


def test_a_full_disk_loses_nothing(path: Path, tmp_path: Path, root: Path) -> None:
    """A small file system of its own, which nobody else sees and which ends with the child."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size=900k tmpfs '{folder}'"
    can_mount = shutil.which("unshare") and not os.geteuid() and not subprocess.run(
        ["unshare", "--mount", "sh", "-c", mount], capture_output=True, check=False
    ).returncode  # fmt: skip
    if not can_mount:
        pytest.skip("a file system can be mounted by the superuser only")
    # What is left, log and all, is copied out before the file system goes.
    out = tmp_path / "out"
    keep = f'trap \'cp -r "{folder}" "{out}"\' EXIT'
    command = f"{mount}; cp '{path}' '{folder}/full.dedup'; {keep}"
    n, message = fill(folder / "full.dedup", root, before=command)
    assert "cannot be written: no space left; nothing was changed" == message
    full = out / "full.dedup"
    assert [] == damage_of(full)
    with Index.open(full, write=True) as index:
        assert n == len(index)
        assert len(MORE) == index.add(MORE, jobs=1).n_added
    with closing(sqlite3.connect(full)) as connection:
        assert ("ok",) == connection.execute("PRAGMA integrity_check").fetchone()
