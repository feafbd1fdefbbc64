"""`dedup attributions`: for a reader and as rows of the table, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from dedup.tables import SCHEMAS

Run = Callable[..., Result]
RunMain = Callable[..., tuple[int, str, str]]

CRACK = "The eastern pier is cracked from top to bottom"
WIRE = f"{CRACK}. Three yards have asked for the drawings."
GULL = (
    f"“{CRACK},” Reuters reported on Monday.\n\nAda Quill, the harbour master, said the ferry was"
    " late."
)
COLUMNS = SCHEMAS["attributions"].names


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with two outlets, and a gazetteer."""
    for outlet, text in (("Reuters", WIRE), ("Harbour Gull", GULL)):
        (tmp_path / "articles" / outlet).mkdir(parents=True)
        (tmp_path / "articles" / outlet / "pier.txt").write_text(f"{text}\n", "utf-8")
    (tmp_path / "outlets.tsv").write_text("id\tname\tkind\nqpa\tQuaypress\twire\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_text_shows_who_is_credited_with_what_and_why(run: Run) -> None:
    result = run("attributions", "articles", width=100)
    assert 0 == result.exit_code
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Harbour Gull/pier.txt")
    (reuters,) = [line for line in lines if "Reuters" in line]
    assert CRACK in reuters
    assert "statement" in reuters
    assert "[high: " in result.stdout
    assert "verified" in result.stdout
    assert "2 attributions in 1 of 2 documents." == lines[-1]


def test_rows_have_the_columns_of_the_table_in_order(run: Run) -> None:
    lines = run("attributions", "articles", "--format", "jsonl").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    assert [COLUMNS] * 2 == [[*row] for row in rows]
    assert ["reuters", None] == [row["credited_outlet"] for row in rows]
    assert ["verified", None] == [row["verdict"] for row in rows]
    table = run("attributions", "articles", "--format", "csv").stdout
    header, *cells = csv.reader(io.StringIO(table))
    assert COLUMNS == header
    assert ["Reuters", "Ada Quill"] == [row[COLUMNS.index("credited_text")] for row in cells]
    document = json.loads(run("attributions", "articles", "--format", "json").stdout)
    assert "dedup-attributions" == document["format"]
    assert rows in document.values()


def test_outlets_of_a_file_are_known(run: Run) -> None:
    text = "Quaypress reported that the lamps are out.\n"
    args = ["attributions", "-", "--format", "jsonl"]
    results = run(*args, input=text), run(*args, "--outlets", "outlets.tsv", input=text)
    found = [json.loads(result.stdout)["credited_outlet"] for result in results]
    assert [None, "qpa"] == found


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("id\tname\tkind\na\tGull\twire\nb\tTern\tpigeon\n", "bad.tsv:3: kind must be"),
        ("id\tname\tkind\na\t\twire\n", "bad.tsv:2: empty name"),
        ("id\tname\na\tGull Post\n", "bad.tsv:1: no column 'kind'"),
    ],
)
def test_bad_outlets_end_with_status_2_and_the_place(
    content: str, place: str, run_main: RunMain, desk: Path
) -> None:
    (desk / "bad.tsv").write_text(content, "utf-8")
    status, out, err = run_main("attributions", "articles", "--outlets", "bad.tsv")
    assert (2, "") == (status, out)
    assert place in err


def test_standard_input_is_read_from_a_dash(run: Run) -> None:
    result = run("attributions", "-", input="Reuters reported that the lamps are out.\n")
    assert 0 == result.exit_code
    assert "the lamps are out" in result.stdout
    assert "1 attribution in 1 of 1 document." in result.stdout


def test_repeats_are_one_line(run: Run) -> None:
    text = "Reuters reported that the lamps are out.\n\nThe mill road is wet.\n\n"
    result = run("attributions", "-", input=text + text, width=100)
    assert 1 == result.stdout.count("the lamps are out")
    assert "2 times" in result.stdout
    assert "2 attributions in 1 of 1 document." in result.stdout


def test_nothing_attributed_is_no_error(run: Run) -> None:
    result = run("attributions", "-", input="The mill road is wet.\n")
    assert (0, "0 attributions in 0 of 1 document.\n") == (result.exit_code, result.stdout)


def test_notes_go_to_stderr_and_quiet_silences_them(run_main: RunMain, desk: Path) -> None:
    record = {"text": GULL, "outlet": "Harbour Gull", "published": "2026-03-01T06:00:00"}
    (desk / "one.jsonl").write_text(f"{json.dumps(record)}\n", "utf-8")
    status, out, err = run_main("attributions", "one.jsonl", "--format", "jsonl")
    assert (0, 2) == (status, len([json.loads(line) for line in out.splitlines()]))
    assert "UTC" in err
    assert (0, out, "") == run_main("attributions", "one.jsonl", "--format", "jsonl", "--quiet")


def test_hostile_articles_do_not_steer_the_terminal(run_main: RunMain, desk: Path) -> None:
    text = "Reuters reported that \x1b[2J\x07it\u202e are \x9bout.\n\nAda \x1b]0;x\x07Q spoke"
    record = {"id": "a\x1b[31m", "outlet": "Gull\u202e", "text": text}
    (desk / "hostile.jsonl").write_text(f"{json.dumps(record)}\n", "utf-8")
    status, out, err = run_main("attributions", "hostile.jsonl")
    assert (0, True) == (status, "are" in out)
    steering = [
        c for c in out + err
        if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")
    ]  # fmt: skip
    assert [] == steering
