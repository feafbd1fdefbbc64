"""`dedup clean`: what it prints and writes, what it refuses, and how it ends."""

from __future__ import annotations

import gzip
import json
import signal
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
LATER = LEAD.replace("Monday", "Tuesday")
OTHER = "A heron has nested on the roof of the savings bank for the second spring in a row."
RECORDS = [
    {"id": "a", "outlet": "Gull", "published": "2026-03-01", "text": LEAD},
    {"id": "b", "outlet": "Tern", "published": "2026-03-02", "text": f"{LATER}\n\n{OTHER}"},
    {"id": "c", "outlet": "Heron", "published": "2026-03-03", "text": LEAD},
]


def write_records(path: Path, records: list[dict[str, Any]] = RECORDS) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with articles in it."""
    folder = tmp_path / "desk"
    folder.mkdir()
    write_records(folder / "news.jsonl")
    write_records(folder / "no-text.jsonl", [{"id": "x", "body": LEAD}])
    (folder / "articles").mkdir()
    (folder / "articles" / "a.txt").write_text(f"{LEAD}\n")
    (folder / "full").mkdir()
    (folder / "full" / "kept").write_text("kept")
    monkeypatch.chdir(folder)
    return folder


# What is written, and said about it.


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize("level", ["passage", "document"])
def test_clean_of_the_sample_newsroom(
    level: str, run: Run, compare_with_golden: Callable[[str, str], None], root: Path,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(root)
    out = tmp_path / "out"
    result = run("clean", "sample_data/newsroom", "-o", out, "--level", level)
    assert 0 == result.exit_code
    compare_with_golden(f"clean-{level}.txt", result.stdout.replace(str(tmp_path), ""))
    if level == "document":  # that of passages is long
        compare_with_golden("clean-document.jsonl", (out / "removed.log").read_text("utf-8"))


@pytest.mark.usefixtures("desk")
def test_passages_are_taken_out_of_records(run: Run) -> None:
    result = run("clean", "news.jsonl", "-o", "out")
    assert [
        "Read      3 documents, 4 passages with 57 words",
        "Removed   2 passages with 26 words: 2 syndicated",
        "          of 1 document nothing was left",
        "Left      2 documents with 31 words (54.4% of all)",
        "Written   out, 1 file",
        "Log       out/removed.log",
    ] == result.stdout.splitlines()
    assert (0, "") == (result.exit_code, result.stderr)
    assert [RECORDS[0], RECORDS[1] | {"text": OTHER}] == rows_of(Path("out/news.jsonl"))
    assert [("passage", "b", "a", 0.692308), ("passage", "c", "a", 1.0),
            ("document", "c", None, None)] == [
        (row["removed"], row["document_id"], row["duplicate_of_document_id"], row["jaccard"])
        for row in rows_of(Path("out/removed.log"))
    ]  # fmt: skip


@pytest.mark.usefixtures("desk")
def test_documents_are_left_out(run: Run) -> None:
    result = run("clean", "news.jsonl", "-o", "out", "--level", "document", "--keep", "longest")
    assert [
        "Removed   2 documents with 26 words: 2 syndicated",
        "Left      1 document with 31 words (54.4% of all)",
    ] == result.stdout.splitlines()[1:3]
    assert [RECORDS[1]] == rows_of(Path("out/news.jsonl"))


@pytest.mark.usefixtures("desk")
def test_nothing_to_remove_is_no_error_and_gives_a_full_copy(run: Run) -> None:
    result = run("clean", "articles", "-o", "out")
    assert (0, "Removed   0 passages with 0 words") == (
        result.exit_code, result.stdout.splitlines()[1],
    )  # fmt: skip
    assert f"{LEAD}\n" == Path("out/a.txt").read_text()
    assert "" == Path("out/removed.log").read_text()


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ([], ["a", "b"]),
        (["none"], ["b"]),
        (["preferred-outlet=Heron"], ["b", "c"]),
        (["preferred-outlet=Puffin", "preferred-outlet=Heron"], ["b", "c"]),
    ],
    ids=str,
)
def test_rules_are_given_in_order_of_preference(
    rules: list[str], kept: list[str], run: Run
) -> None:
    run("clean", "news.jsonl", "-o", "out", *(f"--keep={rule}" for rule in rules))
    assert kept == [row["id"] for row in rows_of(Path("out/news.jsonl"))]


@pytest.mark.usefixtures("desk")
def test_options_decide_what_is_a_duplicate(run: Run) -> None:
    result = run("clean", "news.jsonl", "-o", "out", "--threshold", "0.9", "--jobs", "2")
    assert "Removed   1 passage with 13 words: 1 syndicated" == result.stdout.splitlines()[1]


@pytest.mark.usefixtures("desk")
def test_log_can_go_elsewhere(run: Run) -> None:
    result = run("clean", "news.jsonl", "-o", "out", "--log", "log.jsonl")
    assert "Log       log.jsonl" == result.stdout.splitlines()[-1]
    assert (3, ["news.jsonl"]) == (
        len(rows_of(Path("log.jsonl"))), [path.name for path in Path("out").iterdir()],
    )  # fmt: skip


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("".join(f"{json.dumps(record)}\n" for record in RECORDS), "stdin.jsonl", [LEAD, OTHER]),
        (json.dumps(RECORDS), "stdin.jsonl", [LEAD, OTHER]),
        (f"{LEAD}\n\n{OTHER}\n\n{LATER}\n", "stdin.txt", f"{LEAD}\n\n{OTHER}\n"),
        (f"{LEAD}\r\n", "stdin.txt", f"{LEAD}\r\n"),
    ],
    ids=["lines", "array", "text", "whole"],
)
def test_standard_input_has_a_file_of_its_own(
    text: str, name: str, expected: str | list[str], run: Run
) -> None:
    result = run("clean", "-", "-o", "out", input=text)
    assert (0, {name, "removed.log"}) == (
        result.exit_code, {path.name for path in Path("out").iterdir()},
    )  # fmt: skip
    path = Path("out") / name
    texts = [row["text"] for row in rows_of(path)] if name == "stdin.jsonl" else None
    assert expected == (texts or path.read_bytes().decode())


def test_several_paths_are_kept_apart(desk: Path, run: Run) -> None:
    packed = desk / "more.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps({"id": "z", "text": "It rained."}).encode()))
    (desk / "articles" / "a.txt").write_text("It snowed.")
    run("clean", "news.jsonl", "articles", packed, "-", "-o", "out", input="It was fine.")
    assert ["articles/a.txt", "more.jsonl.gz", "news.jsonl", "removed.log", "stdin.txt"] == sorted(
        path.relative_to("out").as_posix() for path in Path("out").rglob("*") if path.is_file()
    )


def test_what_is_left_out_is_said(desk: Path, run: Run) -> None:
    (desk / "articles" / "photo.jpg").write_bytes(b"\xff\xd8")
    result = run("clean", "articles", "no-text.jsonl", "-o", "out", "--skip-bad-records")
    assert "Left out  1 record or file not readable, 1 .jpg" == result.stdout.splitlines()[1]
    assert 'note: left out no-text.jsonl:1: missing field "text"' in result.stderr


def test_notes_go_to_stderr_and_quiet_silences_them(desk: Path, run_main: RunMain) -> None:
    (desk / "articles" / "b.csv").write_text(f"text\n{OTHER}\n")
    rule = "--keep=preferred-outlet=Gul\x1b[2J"
    status, out, err = run_main("clean", "articles", "-o", "out", rule)
    assert [
        "note: no document is of the outlet 'Gul\\x1b[2J', which is preferred",
        "note: 1 .csv file written as JSON Lines",
    ] == err.splitlines()
    expected = out.replace("out", "again")
    assert (0, expected, "") == run_main("clean", "articles", "-o", "again", rule, "--quiet")
    assert 0 == status


@pytest.mark.parametrize("level", ["passage", "document"])
def test_hostile_articles_do_not_steer_the_terminal_and_are_read_back(
    level: str, tmp_path: Path, run_main: RunMain
) -> None:
    hostile = "[bold] \x1b[2J\x1b]0;title\x07 \u202e ]]> ::error:: %0A \x00 \x9b31m " + "x" * 99_999
    records = [
        {
            "id": f"{side} {hostile}", "outlet": f"outlet {hostile}", "more": hostile,
            "text": f"{LEAD} {hostile}\n\n{OTHER} {side * 9} {hostile}",
        }
        for side in "ab"
    ]  # fmt: skip
    path = write_records(tmp_path / "news.jsonl", records)
    out = tmp_path / "out\x1b[2J"
    status, stdout, err = run_main("clean", path, "-o", out, "--level", level)
    assert (0, "") == (status, err)
    assert set() == set("\x1b\x07\x9b\u202e\x00") & set(stdout)
    assert records[0] == rows_of(out / "news.jsonl")[0]
    assert records[1]["id"] == rows_of(out / "removed.log")[0]["document_id"]


# What could not run: status 2, the reason on stderr, nothing on stdout and nothing written.

REFUSED: list[tuple[str, list[str], str]] = [
    ("no path", ["-o", "out"], "Missing argument 'PATH...'"),
    ("no output", ["news.jsonl"], "Missing option '-o'"),
    ("missing path", ["nowhere", "-o", "out"], "nowhere: no such file or directory"),
    ("bad record", ["no-text.jsonl", "-o", "out"], 'no-text.jsonl:1: missing field "text"'),
    ("unknown level", ["news.jsonl", "-o", "out", "--level", "line"], "Invalid value for"),
    ("unknown rule", ["news.jsonl", "-o", "out", "--keep", "latest"],
     "keep must be earliest, longest, none or preferred-outlet=ID, got 'latest'"),
    ("none and more", ["news.jsonl", "-o", "out", "--keep", "none", "--keep", "longest"],
     "keep must be none alone or other rules"),
    ("threshold of 0", ["news.jsonl", "-o", "out", "--threshold", "0"],
     "threshold must be in (0, 1], got 0.0"),
    ("num_perm too small", ["news.jsonl", "-o", "out", "--num-perm", "4"], "num_perm 5 would do"),
    ("output is input", ["articles", "-o", "articles"], "articles: is articles, which is read"),
    ("output in input", ["articles", "-o", "articles/clean"], "lies inside articles, which is"),
    ("output not empty", ["articles", "-o", "full"], "full: is there already, and not an empty"),
    ("output is a file", ["articles", "-o", "full/kept"], "full/kept: is there already"),
    ("output below a file", ["articles", "-o", "full/kept/out"],
     "full/kept/out: cannot be written: Not a directory"),
    ("log in input", ["articles", "-o", "out", "--log", "articles/log"], "lies inside articles"),
    ("log is there", ["articles", "-o", "out", "--log", "full/kept"], "is there already"),
    ("log nowhere", ["articles", "-o", "out", "--log", "no/log"],
     "no/log: cannot be written: No such file or directory"),
    ("path twice", ["articles", "articles/", "-o", "out"], "is the same as articles; give it once"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "message"), [pytest.param(args, message, id=label) for label, args, message in REFUSED]
)
def test_what_cannot_run_ends_with_status_2_and_writes_nothing(
    args: list[str], message: str, desk: Path, run_main: RunMain
) -> None:
    before = {path: path.is_file() and path.read_bytes() for path in desk.rglob("*")}
    status, out, err = run_main("clean", *args)
    assert (2, "") == (status, out)
    assert message in err
    assert "Traceback" not in err
    assert before == {path: path.is_file() and path.read_bytes() for path in desk.rglob("*")}


def test_process_interrupted_while_writing_leaves_nothing_behind(desk: Path, dedup: Dedup) -> None:
    script = (
        "import os, signal, sys, dedup.clean.write as write\n"
        # A job in the background of a shell inherits that this is ignored.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def interrupted(*args):\n"
        "    yield b'half a '\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "write.log_lines = interrupted\n"
        "from dedup.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    before = sorted(desk.rglob("*"))
    done = dedup("clean", desk / "news.jsonl", "-o", desk / "out", python=["-c", script])
    assert (128 + signal.SIGINT, "", "") == (done.returncode, done.stdout, done.stderr.strip())
    assert before == sorted(desk.rglob("*"))


def test_process_ends_with_status_0_and_a_silent_stderr(desk: Path, dedup: Dedup) -> None:
    done = dedup("clean", desk / "news.jsonl", "-o", desk / "out")
    assert (0, "") == (done.returncode, done.stderr)
    assert done.stdout.startswith("Read      3 documents, 4 passages with 57 words\n")


@pytest.mark.parametrize(
    "args",
    [["--help"], [], ["news.jsonl", "-o", "x", "--keep", "latest"],
     ["news.jsonl", "-o", "x", "--threshold", "7"]],
    ids=" ".join,
)  # fmt: skip
def test_help_and_usage_errors_import_nothing_heavy(args: list[str], dedup: Dedup) -> None:
    script = (
        "import sys\n"
        "from dedup.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    heavy = 'numpy numba pyarrow pandas sklearn scipy trafilatura datasketch rich'\n"
        "    print('IMPORTED', *(set(heavy.split()) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = dedup("clean", *args, python=["-c", script])
    assert "" == done.stderr.rpartition("IMPORTED")[2].strip()
