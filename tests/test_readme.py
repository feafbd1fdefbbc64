"""What the README shows is what happens."""

from __future__ import annotations

import doctest
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dedup.config import read_config

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
REPORT_PAGE = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")  # see test_docs.py

RunMain = Callable[..., tuple[int, str, str]]


def shown(command: str) -> list[str]:
    """Return the lines that the README shows under a command, up to the dots that end them."""
    block = re.search(rf"^\$ [^\n]*{re.escape(command)}\n(.*?)^```", README, re.M | re.S)
    assert block is not None
    return block[1].rstrip("\n").removesuffix("\n…").split("\n")


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dedup", *arguments],
        cwd=cwd, capture_output=True, encoding="utf-8", env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_first_screen_shows_the_real_report() -> None:
    pytest.importorskip("trafilatura")
    command = "dedup report sample_data/newsroom --outlets sample_data/outlets.tsv"
    expected = shown(command)
    done = run(*command.split()[1:], cwd=ROOT)
    assert 0 == done.returncode
    assert expected == done.stdout.split("\n")[: len(expected)]


def test_report_is_written_as_shown(
    tmp_path: Path, run_main: RunMain, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    line = re.search(r"^\$ \.venv/bin/dedup (report .*--output-dir found)$", README, re.M)
    assert line is not None
    assert f"$ dedup {line[1]} " in REPORT_PAGE  # which is run as a process
    assert 0 == run_main(*line[1].split())[0]
    assert (tmp_path / "found" / "report.html").stat().st_size > 100_000


def test_comparison_is_as_shown() -> None:
    pytest.importorskip("trafilatura")
    documents = [
        "ennick-herald/2026-03-25-athletic-sold.md",
        "sound-today/northlight-who-are-they.html",
    ]
    done = run("compare", *documents, "--corpus", "sample_data/newsroom", cwd=ROOT)
    assert (0, "") == (done.returncode, done.stderr)
    expected = shown(f"dedup compare {' '.join(documents)} --corpus sample_data/newsroom")
    assert expected == done.stdout.rstrip("\n").split("\n")


def test_bad_record_ends_as_shown(tmp_path: Path) -> None:
    records = [{"id": str(n), "text": "Rain fell."} for n in range(16)]
    lines = [json.dumps(record) for record in [*records, {"id": "16", "body": "Rain fell."}]]
    (tmp_path / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = run("report", "articles.jsonl", cwd=tmp_path)
    assert (2, "") == (done.returncode, done.stdout)
    assert shown("dedup report articles.jsonl") == done.stderr.splitlines()


def test_settings_shown_are_accepted(tmp_path: Path) -> None:
    snippet = re.search(r"```toml\n(.*?)```", README, re.S)
    assert snippet is not None
    path = tmp_path / "dedup.toml"
    path.write_text(snippet[1], encoding="utf-8")
    assert {"threshold": 0.7, "outlet_field": "publisher"} == read_config(path)


def test_check_is_as_shown(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    for command, status in (("dedup index build", 0), ("dedup check", 1), ("dedup clean", 0)):
        line = re.search(rf"^\$ ({command} .*)$", README, re.M)
        assert line is not None
        done = run(*line[1].split()[1:], cwd=tmp_path)
        expected = re.search(rf"^\$ {re.escape(line[1])}\n(.*?)(?=^\$|^```)", README, re.M | re.S)
        assert expected is not None
        assert (status, expected[1]) == (done.returncode, done.stdout)


def test_python_examples_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(tmp_path)
    results = doctest.testfile(str(ROOT / "README.md"), module_relative=False, encoding="utf-8")
    assert results.attempted >= 8
    assert 0 == results.failed


def test_commands_stand_on_lines_of_their_own() -> None:
    # CI takes the test command from the README.
    assert re.search(r"<!-- test command -->\n```console\npython3 -m venv [^\n]+\n```", README)


def test_every_block_is_one_that_is_run() -> None:
    languages = re.findall(r"^```(\w*)$", README, re.M)[::2]
    assert {"console", "python", "toml"} == {*languages}
    commands = re.findall(r"^\$ (?:.*bin/)?(dedup \w+)", README, re.M)
    tested = Path(__file__).read_text(encoding="utf-8").replace("(report ", "dedup report")
    assert [] == [command for command in commands if command not in tested]
