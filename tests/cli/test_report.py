"""`dedup report`: what it prints and writes, what it refuses, and how it ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import Result

from dedup import DuplicateSettings

Run = Callable[..., Result]
RunMain = Callable[..., tuple[int, str, str]]
Dedup = Callable[..., "subprocess.CompletedProcess[str]"]

TABLES = ["attributions", "clusters", "documents", "duplicates", "flows", "passages", "reuse"]
LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LATER = LEAD.replace("Monday", "Tuesday")
RECORDS = [
    {"id": "a", "outlet": "Gull", "published": "2026-03-01", "text": LEAD},
    {"id": "b", "outlet": "Tern", "published": "2026-03-02", "text": LATER},
]


def write_records(path: Path, records: list[dict[str, Any]] = RECORDS) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """Two articles that share a lead but for a word."""
    return write_records(tmp_path / "articles.jsonl")


def report_of(run: Run, *args: str | Path) -> dict[str, Any]:
    result = run("report", "--format", "json", *args)
    assert 0 == result.exit_code
    summary: dict[str, Any] = json.loads(result.stdout)
    return summary


# Results on stdout.


@pytest.mark.usefixtures("newsroom")
@pytest.mark.parametrize(("format_", "name"), [("text", "report.txt"), ("json", "report.json")])
def test_report_of_the_sample_newsroom(
    format_: str, name: str, run: Run, compare_with_golden: Callable[[str, str], None],
    root: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(root)
    result = run(
        "report", "sample_data/newsroom", "--outlets", "sample_data/outlets.tsv",
        "--format", format_, width=80,
    )  # fmt: skip
    assert 0 == result.exit_code
    compare_with_golden(name, result.stdout)


def test_json_holds_the_summary(run: Run, articles: Path) -> None:
    summary = report_of(run, articles)
    assert ("dedup-report", 1, 2, 2) == tuple(
        summary[key] for key in ("format", "version", "n_documents", "n_passages")
    )
    assert (1, 1) == (summary["duplicates"]["n_pairs"], summary["reuse"]["n_spans"])
    assert "2026-03-01T00:00:00+00:00" == summary["first_published"]
    assert ["Gull", "Tern"] == summary["duplicates"]["stories"][0]["outlets"]


def test_text_is_the_default_format(run: Run, articles: Path) -> None:
    expected = run("report", articles, "--format", "text").stdout
    assert expected == run("report", articles).stdout
    assert "2 documents of 2 outlets" in expected


def test_standard_input_is_read_from_a_dash(run: Run, articles: Path) -> None:
    result = run("report", "-", "--format", "json", input=articles.read_text("utf-8"))
    expected = report_of(run, articles)
    assert expected["duplicates"] == json.loads(result.stdout)["duplicates"]


def test_several_paths_are_one_corpus(run: Run, tmp_path: Path) -> None:
    paths = [write_records(tmp_path / f"{r['id']}.jsonl", [r]) for r in RECORDS]
    assert 1 == report_of(run, *paths)["duplicates"]["n_pairs"]


def test_options_are_the_settings_of_the_analysis(run: Run, articles: Path) -> None:
    summary = report_of(
        run, articles, "--threshold", "0.7", "--shingle-size", "5", "--num-perm", "64",
        "--seed", "9", "--target-recall", "0.9", "--passages", "line", "--min-run-words", "14",
        "--within-outlet",
    )  # fmt: skip
    assert {
        "threshold": 0.7, "shingle_size": 5, "num_perm": 64, "seed": 9, "target_recall": 0.9,
        "passages": "line", "min_run_words": 14, "within_outlet": True,
    } == summary["settings"]  # fmt: skip
    assert (0, 0) == (summary["duplicates"]["n_pairs"], summary["reuse"]["n_spans"])


def test_fields_can_be_named(run: Run, tmp_path: Path) -> None:
    records = [
        {"key": r["id"], "paper": r["outlet"], "day": r["published"], "body": r["text"]}
        for r in RECORDS
    ]
    path = write_records(tmp_path / "articles.jsonl", records)
    summary = report_of(
        run, path, "--text-field", "body", "--id-field", "key", "--outlet-field", "paper",
        "--date-field", "day",
    )  # fmt: skip
    found = [
        (member["document_id"], member["outlet"], member["published"][:10])
        for member in summary["duplicates"]["stories"][0]["members"]
    ]
    assert [("a", "Gull", "2026-03-01"), ("b", "Tern", "2026-03-02")] == found


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_number_of_jobs_changes_nothing(jobs: int, run: Run, articles: Path) -> None:
    expected = run("report", articles).stdout
    assert expected == run("report", articles, "--jobs", f"{jobs}").stdout


# One part alone.

# What the report says of each part, and its tables.
PARTS = {
    "duplicates": (
        ["Duplicated", "Duplicates", "Biggest clusters across documents", "bands of"],
        ["clusters", "duplicates"],
    ),
    "reuse": (
        ["Reused", "Reuse between outlets", "Who takes from whom", "Most reused articles",
         "Articles of which most was taken", "Any run of 8 words"],
        ["flows", "reuse"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("part", "other"), [("duplicates", "reuse"), ("reuse", "duplicates")])
def test_report_of_one_part_lacks_the_sections_of_the_other(
    part: str, other: str, run: Run, articles: Path
) -> None:
    text, only = (
        " ".join(run("report", articles, *args).stdout.split()) for args in ([], ["--only", part])
    )
    assert [] == [words for words in PARTS[part][0] if words not in only]
    assert [] == [words for words in PARTS[other][0] if words not in text]
    assert [] == [words for words in PARTS[other][0] if words in only]


@pytest.mark.parametrize(("part", "other"), [("duplicates", "reuse"), ("reuse", "duplicates")])
def test_json_of_one_part_has_null_for_the_other(
    part: str, other: str, run: Run, articles: Path
) -> None:
    expected = report_of(run, articles)
    found = report_of(run, articles, "--only", part)
    assert (expected[part], None) == (found[part], found[other])


@pytest.mark.parametrize("part", PARTS)
def test_only_a_part_writes_documents_passages_and_its_own_tables(
    part: str, run: Run, articles: Path, tmp_path: Path
) -> None:
    run("report", articles, "--output-dir", tmp_path / "every")
    run("report", articles, "--output-dir", tmp_path / "only", "--only", part)
    expected = sorted([*PARTS[part][1], "documents", "passages", "report", "settings"])
    assert expected == sorted(path.stem for path in (tmp_path / "only").iterdir())
    for name in PARTS[part][1]:
        every, only = (pq.read_table(tmp_path / side / f"{name}.parquet")
                       for side in ("every", "only"))  # fmt: skip
        # Who took from whom also depends on what the texts say, where that is read, too.
        told = [column for column in every.column_names
                if column.startswith(("credit", "direction", "n_uncredited"))]  # fmt: skip
        told = told if name in ("reuse", "flows") else []
        assert every.drop_columns(told) == only.drop_columns(told)


def test_only_reuse_leaves_clusters_and_duplicate_shares_missing(
    run: Run, articles: Path, tmp_path: Path
) -> None:
    run("report", articles, "--output-dir", tmp_path, "--only", "reuse")
    passages = pq.read_table(tmp_path / "passages.parquet")
    documents = pq.read_table(tmp_path / "documents.parquet")
    assert [None, None] == passages["cluster_id"].to_pylist()
    assert [None, None] == documents["duplicate_share"].to_pylist()
    assert [0.0, 1.0] == documents["reused_share"].to_pylist()


def test_all_parts_by_name_are_everything(run: Run, articles: Path) -> None:
    expected = run("report", articles).stdout
    names = [word for part in ("reuse", "attributions", "duplicates") for word in ("--only", part)]
    result = run("report", articles, *names)
    assert expected == result.stdout


# Tables.


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
def test_output_dir_holds_every_table_in_the_format(
    format_: str, run: Run, articles: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "new" / "tables"
    result = run("report", articles, "--output-dir", directory, "--table-format", format_)
    assert run("report", articles).stdout == result.stdout
    expected = sorted([*(f"{name}.{format_}" for name in TABLES), "report.html", "settings.json"])
    assert expected == sorted(path.name for path in directory.iterdir())
    told = [f"attributions.{format_}"] * (format_ == "jsonl")  # no article names a source
    assert told == [path.name for path in directory.iterdir() if not path.read_bytes()]


def test_parquet_is_the_default_of_tables(run: Run, articles: Path, tmp_path: Path) -> None:
    run("report", articles, "--output-dir", tmp_path / "tables")
    table = pq.read_table(tmp_path / "tables" / "duplicates.parquet")
    rows = table.select(["first_document_id", "second_document_id"]).to_pylist()
    assert [{"first_document_id": "a", "second_document_id": "b"}] == rows


def test_two_runs_write_the_same_bytes(run: Run, articles: Path, tmp_path: Path) -> None:
    for side, jobs in (("one", "1"), ("two", "3")):
        run("report", articles, "--output-dir", tmp_path / side, "--jobs", jobs)
    for name in TABLES:
        one, two = (tmp_path / side / f"{name}.parquet" for side in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


# Configuration.


def test_config_file_wins_over_defaults_and_loses_to_the_command_line(
    run: Run, articles: Path, tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text('threshold = 0.75\nnum-perm = 96\npassages = "line"\njobs = 1\n')
    found = report_of(run, articles, "--config", config, "--threshold", "0.8")["settings"]
    assert (0.8, 96, "line", DuplicateSettings().seed) == (
        found["threshold"], found["num_perm"], found["passages"], found["seed"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text"),
    [("dedup.toml", "seed = 7\n"), ("pyproject.toml", "[tool.dedup]\nseed = 7\n")],
)
def test_nearest_config_file_is_read(
    name: str, text: str, run: Run, articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).write_text(text)
    below = tmp_path / "desk" / "drafts"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert 7 == report_of(run, articles)["settings"]["seed"]
    (tmp_path / "desk" / "dedup.toml").write_text("seed = 8\n")
    assert 8 == report_of(run, articles)["settings"]["seed"]


# What could not run: status 2, the reason on stderr, nothing on stdout.

REFUSED: list[tuple[str, list[str], str]] = [
    ("no command", [], "Usage: dedup"),
    ("unknown command", ["reprot"], "No such command 'reprot'"),
    ("unknown option", ["report", "--treshold", "0.5", "good.jsonl"], "No such option"),
    ("no path", ["report"], "Missing argument 'PATH...'"),
    ("missing path", ["report", "nowhere"], "nowhere: no such file or directory"),
    ("unknown type", ["report", "photo.jpg"], "photo.jpg: not a type that can be read; known are"),
    ("bad JSON", ["report", "cut.jsonl"], "cut.jsonl:2: not valid JSON: "),
    ("no text", ["report", "no-text.jsonl"], 'no-text.jsonl:1: missing field "text" (fields here:'),
    ("duplicate id", ["report", "good.jsonl", "good.jsonl"], "duplicate id 'a'"),
    ("empty directory", ["report", "empty"], "no document in empty"),
    ("empty texts", ["report", "blank.jsonl"], "no text in the corpus: 2 documents without a word"),
    ("threshold of 0", ["report", "good.jsonl", "--threshold", "0"],
     "threshold must be in (0, 1], got 0.0"),
    ("threshold above 1", ["report", "good.jsonl", "--threshold", "1.5"],
     "threshold must be in (0, 1], got 1.5"),
    ("threshold no number", ["report", "good.jsonl", "--threshold", "high"],
     "Invalid value for '--threshold'"),
    ("num_perm too small", ["report", "good.jsonl", "--num-perm", "4"], "num_perm 5 would do"),
    ("shingle size of 0", ["report", "good.jsonl", "--shingle-size", "0"],
     "shingle_size must be from 1 to 100, got 0"),
    ("no jobs", ["report", "good.jsonl", "--jobs", "0"], "Invalid value for '--jobs'"),
    ("run of 3 words", ["report", "good.jsonl", "--min-run-words", "3"],
     "min_run_words must be from 4 to 100, got 3"),
    ("unknown part", ["report", "good.jsonl", "--only", "verses"], "Invalid value for '--only'"),
    ("unknown format", ["report", "good.jsonl", "--format", "xml"], "Invalid value for '--format'"),
    ("config not there", ["report", "good.jsonl", "--config", "none.toml"],
     "Invalid value for '--config'"),
    ("config not TOML", ["report", "good.jsonl", "--config", "bad.toml"],
     "bad.toml: not valid TOML: "),
    ("unknown key", ["report", "good.jsonl", "--config", "unknown.toml"],
     "unknown.toml: unknown key 'treshold'; known are "),
    ("bad value in config", ["report", "good.jsonl", "--config", "value.toml"],
     "threshold must be in (0, 1], got 7"),
    ("bad type in config", ["report", "good.jsonl", "--config", "type.toml"],
     "type.toml: threshold must be a number, got 'high'"),
    ("same field twice", ["report", "good.jsonl", "--id-field", "text"],
     "text, id, outlet and date must be different fields"),
    ("output is a file", ["report", "good.jsonl", "--output-dir", "cut.jsonl"],
     "Invalid value for '--output-dir'"),
    ("output below a file", ["report", "good.jsonl", "--output-dir", "cut.jsonl/tables"],
     "cut.jsonl/tables: cannot be written: "),
]  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with good and bad input."""
    write_records(tmp_path / "good.jsonl")
    write_records(tmp_path / "no-text.jsonl", [{"id": "a", "body": LEAD}])
    write_records(tmp_path / "blank.jsonl", [{"text": ""}, {"text": "* * *"}])
    (tmp_path / "cut.jsonl").write_text(f'{json.dumps(RECORDS[0])}\n{{"id": "b", "text": "Th\n')
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.toml").write_text("threshold = \n")
    (tmp_path / "unknown.toml").write_text("treshold = 0.5\n")
    (tmp_path / "value.toml").write_text("threshold = 7\n")
    (tmp_path / "type.toml").write_text('threshold = "high"\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("args", "message"), [pytest.param(args, message, id=label) for label, args, message in REFUSED]
)
def test_what_cannot_run_ends_with_status_2_and_the_reason_on_stderr(
    args: list[str], message: str, run_main: RunMain
) -> None:
    status, out, err = run_main(*args)
    assert (2, "") == (status, out)
    assert message in err
    assert "Traceback" not in err


@pytest.mark.usefixtures("desk")
def test_record_without_a_text_is_told_by_the_fields_it_has(run_main: RunMain) -> None:
    _, _, err = run_main("report", "no-text.jsonl")
    assert 'missing field "text" (fields here: body, id; --text-field names another)' in err


@pytest.mark.parametrize(
    "args",
    [["report"], ["report", "nowhere"], ["report", "good.jsonl", "--threshold", "2"]],
    ids=["usage", "input", "settings"],
)
def test_process_that_cannot_run_ends_with_status_2(
    args: list[str], desk: Path, dedup: Dedup
) -> None:
    done = dedup(*(str(desk / arg) if arg.endswith("jsonl") else arg for arg in args))
    assert (2, "") == (done.returncode, done.stdout)
    assert "Error: " in done.stderr


def test_process_with_duplicates_ends_with_status_0_and_a_silent_stderr(
    articles: Path, dedup: Dedup
) -> None:
    done = dedup("report", articles, "--format", "json")
    assert (0, "") == (done.returncode, done.stderr)
    assert 1 == json.loads(done.stdout)["duplicates"]["n_pairs"]


def test_bug_ends_with_status_2_and_a_plea_to_report_it(articles: Path, dedup: Dedup) -> None:
    script = (
        "import sys, dedup.analysis\n"
        "def analyze(*args, **kwargs): raise ZeroDivisionError('a slip')\n"
        "dedup.analysis.analyze = analyze\n"
        "from dedup.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    done = dedup("report", articles, python=["-c", script])
    assert (2, "") == (done.returncode, done.stdout)
    assert "ZeroDivisionError: a slip" in done.stderr
    assert "this is a bug in dedup; please report it" in done.stderr


def test_failed_write_leaves_stdout_empty_and_no_half_written_table(
    articles: Path, tmp_path: Path, dedup: Dedup
) -> None:
    script = (
        "import sys, dedup.analysis\n"
        "def fail(*args): raise OSError(28, 'No space left on device')\n"
        "dedup.analysis.duplicate_rows = fail\n"
        "from dedup.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    directory = tmp_path / "tables"
    done = dedup(
        "report", articles, "--only", "duplicates", "--output-dir", directory,
        python=["-c", script],
    )  # fmt: skip
    assert (2, "") == (done.returncode, done.stdout)
    assert "tables: cannot be written: No space left on device" in done.stderr
    assert [] == list(directory.iterdir())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX pipes")
def test_reader_who_has_had_enough_ends_the_report_quietly(
    root: Path, articles: Path, tmp_path: Path
) -> None:
    err = tmp_path / "stderr"
    command = f'"{sys.executable}" -m dedup report "{articles}" --only duplicates'
    script = f'{command} 2>"{err}" | head -n 1'
    done = subprocess.run(
        script, shell=True, capture_output=True, encoding="utf-8", cwd=tmp_path, check=True,
        env={**os.environ, "PYTHONPATH": str(root)}, timeout=600,
    )  # fmt: skip
    assert ["Corpus      2 documents of 2 outlets"] == [
        line.rstrip() for line in done.stdout.splitlines()
    ]
    assert "" == err.read_text()


def test_closed_pipe_is_no_error_message(root: Path, articles: Path, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "dedup", "report", str(articles), "--only", "duplicates",
         "--format", "json"],
        stdout=writing, stderr=subprocess.PIPE, encoding="utf-8", cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONPATH": str(root)}, timeout=600,
    )  # fmt: skip
    os.close(writing)
    assert "" == done.stderr
    assert 1 != done.returncode  # which would mean findings


# Notes and what is skipped.


def test_notes_go_to_stderr_and_quiet_silences_them(tmp_path: Path, run_main: RunMain) -> None:
    path = write_records(
        tmp_path / "articles.jsonl",
        [record | {"published": "2026-03-01T10:00:00"} for record in RECORDS],
    )
    status, out, err = run_main("report", path)
    assert (0, "note: 2 times without a zone taken as UTC\n") == (status, err)
    assert (0, out, "") == run_main("report", path, "--quiet")


def test_bad_records_are_skipped_and_counted_on_demand(desk: Path, run_main: RunMain) -> None:
    status, out, _ = run_main(
        "report", desk / "good.jsonl", desk / "no-text.jsonl", "--skip-bad-records",
        "--format", "json",
    )  # fmt: skip
    summary = json.loads(out)
    assert (0, 2, 1) == (status, summary["n_documents"], len(summary["skipped"]))
    assert 'no-text.jsonl:1: missing field "text"' in summary["skipped"][0]


def test_files_of_other_types_are_counted(desk: Path, run: Run) -> None:
    (desk / "bad.toml").unlink()
    for name in ("cut.jsonl", "no-text.jsonl"):
        (desk / name).unlink()
    assert {".jpg": 1, ".toml": 3} == report_of(run, desk)["other_files"]


# Text that would steer a terminal.


def test_hostile_articles_do_not_steer_the_terminal(tmp_path: Path, run_main: RunMain) -> None:
    hostile = "[bold]loud[/bold] \x1b[2J\x1b]0;title\x07 \u202egnorw\u202c \x9b31m"
    records = [
        {"id": f"{side} {hostile}", "text": f"{LEAD} {hostile}\n\n{LEAD} {hostile}"}
        for side in "ab"
    ]
    status, out, err = run_main("report", write_records(tmp_path / "articles.jsonl", records))
    assert (0, "") == (status, err)
    assert set() == set("\x1b\x07\x9b\u202e\u202c") & set(out)
    assert "[bold]loud[/bold]" in out


def test_outlet_that_looks_like_markup_is_shown(tmp_path: Path, run_main: RunMain) -> None:
    records = [record | {"outlet": "[/] Heron"} for record in RECORDS]
    status, out, _ = run_main("report", write_records(tmp_path / "articles.jsonl", records))
    assert 0 == status
    assert 2 <= out.count("[/] Heron")


@pytest.mark.parametrize("steering", ["\u202e", "\x9b31m"])
def test_hostile_field_name_does_not_steer_the_terminal(
    steering: str, tmp_path: Path, run_main: RunMain
) -> None:
    path = write_records(tmp_path / "articles.jsonl", [{f"body{steering}": LEAD}])
    status, out, err = run_main("report", path)
    assert (2, "") == (status, out)
    assert 'missing field "text"' in err
    assert steering not in err


@pytest.mark.parametrize(
    "encoding",
    [
        "ascii",
        "cp1252",
        "latin-1",
    ],
)
def test_output_that_cannot_show_every_character_shows_the_others(
    encoding: str, articles: Path, dedup: Dedup
) -> None:
    done = dedup(
        "report", articles, "--only", "duplicates", PYTHONIOENCODING=encoding, PYTHONUTF8="0"
    )
    assert (0, "") == (done.returncode, done.stderr)
    assert "Monday" in done.stdout


# Start-up.


HEAVY = {"numpy", "numba", "pyarrow", "pandas", "sklearn", "scipy", "trafilatura", "datasketch",
         "rich", "dedup.attribution.find"}  # fmt: skip


def imported_by(dedup: Dedup, *args: str | Path, formats: Sequence[str] = ()) -> set[str]:
    """Return which heavy modules a command imports, with one table format after the other."""
    script = (
        "import sys\n"
        "from dedup.cli import main\n"
        f"for options in {[['--table-format', format_] for format_ in formats] or [[]]}:\n"
        "    try:\n"
        "        main(sys.argv[1:] + options)\n"
        "    except SystemExit as end:\n"
        "        print('STATUS', end.code, file=sys.stderr)\n"
        f"print('IMPORTED', *({HEAVY} & set(sys.modules)), file=sys.stderr)\n"
    )
    done = dedup(*args, python=["-c", script])
    assert not formats or ["STATUS 0"] * len(formats) == re.findall("STATUS .*", done.stderr)
    return set(done.stderr.rpartition("IMPORTED")[2].split())


@pytest.mark.parametrize(
    "args",
    [
        ["--help"], ["report", "--help"], ["report", "-h"], ["--version"], ["reprot"], ["report"],
        ["report", "x.jsonl", "--treshold", "1"], ["report", "x.jsonl", "--threshold", "high"],
        ["report", "x.jsonl", "--threshold", "7"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_help_and_usage_errors_import_nothing_heavy(args: list[str], dedup: Dedup) -> None:
    assert set() == imported_by(dedup, *args)


@pytest.mark.parametrize(
    ("args", "weighing"),
    [(["--only", "duplicates"], set()), ([], {"scipy", "sklearn", "dedup.attribution.find"})],
    ids=["duplicates", "everything"],
)
def test_report_of_a_small_corpus_imports_only_what_it_uses(
    args: list[str], weighing: set[str], articles: Path, tmp_path: Path, dedup: Dedup
) -> None:
    imported = imported_by(
        dedup, "report", articles, *args, "--output-dir", tmp_path / "tables",
        formats=["parquet", "csv", "jsonl"],
    )  # fmt: skip
    assert {"numpy", "pyarrow", "rich"} | weighing == imported


def test_second_run_does_not_read_the_tables_of_the_first(
    tmp_path: Path, run_main: RunMain
) -> None:
    write_records(tmp_path / "articles.jsonl", RECORDS)
    first = run_main("report", tmp_path, "--output-dir", tmp_path / "tables")
    second = run_main("report", tmp_path, "--output-dir", tmp_path / "tables")
    assert 0 == first[0]
    assert first == second
