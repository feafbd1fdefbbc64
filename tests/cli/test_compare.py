"""`dedup compare`: two files or two ids, side by side or as JSON, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Run = Callable[..., Result]
RunMain = Callable[..., tuple[int, str, str]]
Dedup = Callable[..., "subprocess.CompletedProcess[str]"]

BRIDGE = (
    "The council closed the old harbour bridge for a week after divers found a crack in its"
    " eastern pier."
)
OTHER = BRIDGE.replace("divers", "swimmers")
OWN = "Our reporter adds nothing new here."
RECORDS = [
    {"id": "wire-1", "outlet": "Wire", "published": "2026-03-01T06:00:00Z", "text": BRIDGE},
    {"id": "gull-1", "outlet": "Gull", "published": "2026-03-02T06:00:00Z",
     "text": f"{OWN}\n\n{OTHER}"},
    {"id": "gull-2", "outlet": "Gull", "published": "2026-03-03T06:00:00Z", "text": OTHER},
]  # fmt: skip


def write_records(path: Path, records: list[dict[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")


@pytest.fixture(autouse=True)
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a release, an article of it, and a file of records."""
    (tmp_path / "release.txt").write_text(f"{BRIDGE}\n", "utf-8")
    (tmp_path / "article.txt").write_text(f"{OWN}\n\n{OTHER}\n", "utf-8")
    (tmp_path / "copy.txt").write_text(f"{BRIDGE}\n", "utf-8")
    (tmp_path / "weather.txt").write_text("It rained on every one of the seven days.\n", "utf-8")
    (tmp_path / "blank.txt").write_text("* * *\n", "utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    write_records(tmp_path / "articles.jsonl", RECORDS)
    write_records(tmp_path / "one.jsonl", RECORDS[:1])
    (tmp_path / "cut.jsonl").write_text('{"id": "b", "text": "Th\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def comparison_of(run: Run, *args: str | Path) -> dict[str, Any]:
    result = run("compare", *args, "--format", "json")
    assert 0 == result.exit_code
    comparison: dict[str, Any] = json.loads(result.stdout)
    return comparison


def words(text: str) -> str:
    return " ".join(text.split())


def test_text_shows_two_files_side_by_side(run: Run) -> None:
    result = run("compare", "release.txt", "article.txt", width=100)
    assert 0 == result.exit_code
    assert "100% of its words are in the other" in words(result.stdout)
    assert "edited, 95% of the words equal ──" in result.stdout
    assert "[divers]" in result.stdout
    assert "[swimmers]" in result.stdout
    assert all(line == line.rstrip() for line in result.stdout.splitlines())
    text = run("compare", "release.txt", "article.txt", "--format", "text", width=100)
    assert text.stdout == result.stdout


def test_json_holds_the_comparison(run: Run) -> None:
    found = comparison_of(run, "release.txt", "article.txt")
    assert ("dedup-comparison", 1) == (found["format"], found["version"])
    assert ("release.txt", "article.txt") == tuple(
        found[side]["document_id"] for side in ("first", "second")
    )
    assert (1.0, round(19 / 25, 6)) == (found["first"]["share"], found["second"]["share"])
    (match,) = found["matches"]
    assert (BRIDGE, OTHER, "edited") == (match["first_text"], match["second_text"], match["kind"])
    article = Path("article.txt").read_text("utf-8")
    assert OTHER == article[match["second_start"] : match["second_end"]]


def test_ids_are_looked_up_in_the_corpus(run: Run) -> None:
    found = comparison_of(run, "gull-1", "wire-1", "--corpus", "articles.jsonl")
    assert ("Gull", "Wire") == (found["first"]["outlet"], found["second"]["outlet"])
    assert (2, "directed", "time") == (
        found["origin"], found["direction"], found["direction_reason"],
    )  # fmt: skip
    text = words(run("compare", "gull-1", "wire-1", "--corpus", "articles.jsonl").stdout)
    assert "pasted: so much of it" in text
    assert "cut: so much of it" in text


def test_corpus_may_be_several_paths(run: Run, desk: Path) -> None:
    for record in RECORDS[:2]:
        write_records(desk / f"{record['id']}.jsonl", [record])
    paths = ["--corpus", "wire-1.jsonl", "--corpus", "gull-1.jsonl"]
    expected = comparison_of(run, "wire-1", "gull-1", "--corpus", "articles.jsonl")
    assert expected == comparison_of(run, "wire-1", "gull-1", *paths)


def test_documents_of_a_directory_are_known_by_their_paths(run: Run, desk: Path) -> None:
    for name in ("cut.jsonl", "one.jsonl"):
        (desk / name).unlink()
    found = comparison_of(run, "release.txt", "article.txt", "--corpus", desk)
    assert 1 == len(found["matches"])


def test_documents_of_one_outlet_are_compared(run: Run) -> None:
    found = comparison_of(run, "gull-1", "gull-2", "--corpus", "articles.jsonl")
    assert (1, 1) == (found["origin"], len(found["matches"]))


def test_file_with_one_record_is_a_document(run: Run) -> None:
    found = comparison_of(run, "one.jsonl", "article.txt")
    assert ("wire-1", 1) == (found["first"]["document_id"], len(found["matches"]))


@pytest.mark.parametrize("other", ["copy.txt", "release.txt"])
def test_same_bytes_twice_are_verbatim(other: str, run: Run) -> None:
    found = comparison_of(run, "release.txt", other)
    assert (1.0, 1.0, None) == (
        found["first"]["share"], found["second"]["share"], found["origin"],
    )  # fmt: skip
    assert [("verbatim", 1.0, [True])] == [
        (match["kind"], match["identity"], [edit["equal"] for edit in match["edits"]])
        for match in found["matches"]
    ]


def test_nothing_in_common_is_no_error(run: Run) -> None:
    result = run("compare", "release.txt", "weather.txt")
    assert (0, True) == (result.exit_code, "Nothing in common." in result.stdout)
    found = comparison_of(run, "release.txt", "weather.txt")
    assert (0.0, 0.0, []) == (
        found["first"]["share"], found["second"]["share"], found["matches"],
    )  # fmt: skip


def test_longer_runs_can_be_asked_for(run: Run) -> None:
    for n, expected in ((8, 1), (40, 0)):
        found = comparison_of(run, "release.txt", "article.txt", "--min-run-words", f"{n}")
        assert expected == len(found["matches"])


def test_standard_input_is_read_from_a_dash(run: Run) -> None:
    result = run("compare", "-", "article.txt", "--format", "json", input=BRIDGE)
    found = json.loads(result.stdout)
    expected = comparison_of(run, "release.txt", "article.txt")
    assert expected["matches"] == found["matches"]


def test_notes_go_to_stderr_and_quiet_silences_them(desk: Path, run_main: RunMain) -> None:
    records = [{**record, "published": "2026-03-01T10:00:00"} for record in RECORDS]
    write_records(desk / "articles.jsonl", records)
    args = ["compare", "wire-1", "gull-1", "--corpus", "articles.jsonl"]
    status, out, err = run_main(*args)
    assert (0, "note: 3 times without a zone taken as UTC\n") == (status, err)
    assert (0, out, "") == run_main(*args, "--quiet")


def test_config_file_sets_the_run_length(run: Run, desk: Path) -> None:
    (desk / "dedup.toml").write_text("min-run-words = 40\n")
    assert [] == comparison_of(run, "release.txt", "article.txt")["matches"]
    found = comparison_of(run, "release.txt", "article.txt", "--min-run-words", "8")
    assert 1 == len(found["matches"])


# What could not run: status 2, the reason on stderr, nothing on stdout.

REFUSED: list[tuple[str, list[str], str]] = [
    ("one document", ["release.txt"], "Missing argument 'B'"),
    ("unknown id", ["wire-1", "wire-9", "--corpus", "articles.jsonl"],
     "no document of the corpus has the id 'wire-9'"),
    ("hostile id", ["wire-1", "\x1b[2J", "--corpus", "articles.jsonl"],
     "no document of the corpus has the id "),
    ("several records", ["articles.jsonl", "release.txt"],
     "articles.jsonl: holds 3 documents; name one of them by its id with --corpus"),
    ("several records second", ["release.txt", "articles.jsonl"],
     "articles.jsonl: holds 3 documents; name one of them by its id with --corpus"),
    ("missing file", ["release.txt", "nowhere.txt"], "nowhere.txt: no such file or directory"),
    ("missing corpus", ["wire-1", "gull-1", "--corpus", "nowhere"],
     "Invalid value for '--corpus'"),
    ("unknown type", ["photo.jpg", "release.txt"], "photo.jpg: not a type that can be read"),
    ("bad JSON", ["cut.jsonl", "release.txt"], "cut.jsonl:1: not valid JSON: "),
    ("no words", ["blank.txt", "blank.txt"], "no text in the corpus: 2 documents without a word"),
    ("run of 3 words", ["release.txt", "copy.txt", "--min-run-words", "3"],
     "min_run_words must be from 4 to 100, got 3"),
    ("unknown format", ["release.txt", "copy.txt", "--format", "xml"],
     "Invalid value for '--format'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("args", "message"), [pytest.param(args, message, id=label) for label, args, message in REFUSED]
)
def test_what_cannot_run_ends_with_status_2_and_the_reason_on_stderr(
    args: list[str], message: str, run_main: RunMain
) -> None:
    status, out, err = run_main("compare", *args)
    assert (2, "") == (status, out)
    assert message in err
    assert "Traceback" not in err
    assert "\x1b" not in err


def test_standard_input_twice_is_no_bug(dedup: Dedup) -> None:
    done = dedup("compare", "-", "-", input=BRIDGE)
    assert "this is a bug in dedup" not in done.stderr


def test_process_ends_with_status_0_and_a_silent_stderr(desk: Path, dedup: Dedup) -> None:
    done = dedup("compare", desk / "release.txt", desk / "article.txt", "--format", "json")
    assert (0, "") == (done.returncode, done.stderr)
    assert 1 == len(json.loads(done.stdout)["matches"])


def test_hostile_articles_do_not_steer_the_terminal(desk: Path, run_main: RunMain) -> None:
    hostile = "[bold]loud[/bold] \x1b[2J\x1b]0;title\x07 \u202egnorw\u202c \x9b31m"
    records = [
        {"id": f"{side} {hostile}", "outlet": f"Gull {hostile}", "text": f"{text} {hostile}"}
        for side, text in (("a", BRIDGE), ("b", OTHER))
    ]
    write_records(desk / "hostile.jsonl", records)
    ids = [str(record["id"]) for record in records]
    status, out, err = run_main("compare", *ids, "--corpus", "hostile.jsonl")
    assert (0, "") == (status, err)
    assert set() == set("\x1b\x07\x9b\u202e\u202c") & set(out)
    assert "[bold]loud[/bold]" in words(out)


# Start-up.


def imported_by(dedup: Dedup, *args: str | Path) -> set[str]:
    """Return which heavy modules a command imports."""
    script = (
        "import sys\n"
        "from dedup.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    heavy = 'numpy numba pyarrow pandas sklearn scipy trafilatura datasketch rich'\n"
        "    print('IMPORTED', *(set(heavy.split()) & set(sys.modules)), file=sys.stderr)\n"
    )
    done = dedup(*args, python=["-c", script])
    return set(done.stderr.rpartition("IMPORTED")[2].split())


@pytest.mark.parametrize("args", [["-h"], ["a.txt"], ["a", "b", "--min-run-words", "3"]], ids=str)
def test_help_and_usage_errors_import_nothing_heavy(args: list[str], dedup: Dedup) -> None:
    assert set() == imported_by(dedup, "compare", *args)


def test_comparing_imports_only_what_it_uses(desk: Path, dedup: Dedup) -> None:
    imported = imported_by(dedup, "compare", desk / "release.txt", desk / "article.txt")
    assert {"numpy", "pyarrow", "rich", "scipy", "sklearn"} == imported
