"""`dedup index`: built, added to, removed from, shown, verified, compacted; and what it refuses."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
RunMain = Callable[..., tuple[int, str, str]]
Dedup = Callable[..., "subprocess.CompletedProcess[str]"]

LEAD = "The council closed the old harbour bridge for a week on Monday morning."
RECORDS = [
    {"id": "a", "outlet": "Gull", "published": "2026-03-01", "text": LEAD},
    {"id": "b", "outlet": "Tern", "published": "2026-03-02", "text": "Rain fell on the quay."},
]


def write_records(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


@pytest.fixture
def built(run: Run, tmp_path: Path) -> Path:
    """An index of two articles."""
    index = tmp_path / "archive.dedup"
    articles = write_records(tmp_path / "articles.jsonl", RECORDS)
    assert run("index", "build", index, articles).exit_code == 0
    return index


def facts(run: Run, index: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("index", "info", index, "--format", "json").stdout)
    return found


def test_build_says_what_is_in_it(run: Run, tmp_path: Path) -> None:
    articles = write_records(tmp_path / "articles.jsonl", RECORDS)
    result = run("index", "build", tmp_path / "x", articles, "--threshold", "0.7")

    assert result.stdout == f"{tmp_path}/x: 2 documents with 2 passages\n"
    assert facts(run, tmp_path / "x")["threshold"] == 0.7


def test_info_is_the_same_as_text_and_as_json(run: Run, built: Path) -> None:
    found = facts(run, built)
    assert (found.pop("format"), found.pop("version")) == ("dedup-index-info", 1)
    assert (found["n_documents"], found["n_passages"], found["n_outlets"]) == (2, 2, 2)

    lines = dict(line.split(maxsplit=1) for line in run("index", "info", built).stdout.splitlines())
    assert lines == {
        name: f"{value:,}" if type(value) is int else str(value) for name, value in found.items()
    }


def test_add_counts_what_is_new_changed_and_the_same(run: Run, built: Path, tmp_path: Path) -> None:
    records = [
        RECORDS[0],
        {**RECORDS[1], "text": "Snow fell on the quay."},
        {"id": "c", "text": ""},
    ]
    more = write_records(tmp_path / "more.jsonl", records)

    assert run("index", "add", built, more).stdout == f"{built}: 1 added, 1 changed, 1 unchanged\n"
    assert run("index", "add", built, more).stdout == f"{built}: 0 added, 0 changed, 3 unchanged\n"
    assert run("index", "verify", built).stdout == f"{built}: sound, 3 documents with 2 passages\n"


def test_sync_lets_an_index_hold_what_is_there(run: Run, tmp_path: Path) -> None:
    folder, index = tmp_path / "articles", tmp_path / "archive.dedup"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.txt").write_text(f"{LEAD} {name}")
    assert run("index", "sync", index, folder).stdout == f"{index}: 3 documents with 3 passages\n"
    (folder / "a.txt").rename(folder / "d.txt")
    (folder / "b.txt").write_text("Another text.")
    assert run("index", "sync", index, folder).stdout == (
        f"{index}: 1 added, 1 changed, 1 unchanged, 1 removed\n"
    )
    assert facts(run, index)["n_documents"] == 3
    assert run("index", "verify", index).exit_code == 0


def test_remove_takes_ids_also_from_stdin(run: Run, built: Path) -> None:
    assert run("index", "remove", built, "a").stdout == f"{built}: 1 removed\n"
    assert run("index", "remove", built, "-", input="b\n\n").stdout == f"{built}: 1 removed\n"
    assert facts(run, built)["n_documents"] == 0
    run("index", "compact", built)
    assert facts(run, built)["n_removed"] == 0


def test_removing_an_unknown_id_is_an_error(run_main: RunMain, built: Path) -> None:
    status, out, err = run_main("index", "remove", built, "a", "nobody")
    assert (status, out) == (2, "")
    assert err == f"Error: {built}: no document has the id 'nobody'\n"


def test_index_is_one_file_at_rest(built: Path) -> None:
    assert [path.name for path in built.parent.iterdir() if path.name.startswith("archive")] == [
        "archive.dedup"
    ]


@pytest.mark.parametrize("command", ["add", "info", "verify", "compact", "remove"])
def test_what_is_no_index_is_an_error(run_main: RunMain, tmp_path: Path, command: str) -> None:
    articles = write_records(tmp_path / "articles.jsonl", RECORDS)
    rest = {"add": [articles], "remove": ["a"]}.get(command, [])
    status, out, err = run_main("index", command, articles, *rest)
    assert (status, out, err) == (2, "", f"Error: {articles}: not an index of dedup\n")
    missing = tmp_path / "missing"
    status, _, err = run_main("index", command, missing, *rest)
    assert (status, err) == (
        2, f"Error: {missing}: no such index; `dedup index build` makes one\n"
    )  # fmt: skip


def test_damage_is_an_error(run_main: RunMain, built: Path) -> None:
    with sqlite3.connect(built) as connection:
        connection.execute("UPDATE text SET data = zeroblob(length(data))")
    connection.close()
    status, out, err = run_main("index", "verify", built)
    assert (status, out) == (2, "")
    assert "damaged" in err


def test_failed_build_leaves_the_old_index(run_main: RunMain, built: Path, tmp_path: Path) -> None:
    before = built.read_bytes()
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"id": "x", "text": "Rain."}\n{"id": "x", "text": 7}\n')
    status, _, err = run_main("index", "build", built, bad)
    assert status == 2
    assert "bad.jsonl:2: text must be a string" in err
    assert built.read_bytes() == before
    assert not [*tmp_path.glob(".*")]


def test_unreachable_recall_shows_before_reading(run_main: RunMain, tmp_path: Path) -> None:
    status, _, err = run_main("index", "build", tmp_path / "x", "-", "--num-perm", "2")
    assert status == 2
    assert "num_perm" in err
