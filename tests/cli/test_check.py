"""`dedup check`: exit status, formats, files, baseline, and what it refuses."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from dedup.check import FORMATS

Run = Callable[..., Result]
RunMain = Callable[..., tuple[int, str, str]]
Dedup = Callable[..., "subprocess.CompletedProcess[str]"]

LEAD = (
    "The council closed the old harbour bridge for a week on Monday morning after divers found a"
    " crack in its eastern pier."
)
OWN = "Our reporter counted eleven cyclists who had to turn round before the ferry left at noon."
OTHER = "Elsewhere the mill has a new owner, who promises the bakers flour before six every day."


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive and new articles, of which one has a paragraph of the archive."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "old/gull/bridge.md": f"---\ntitle: Bridge\n---\n\n{LEAD}\n\n{OTHER}\n",
        "new/gull/week.txt": f"{OWN}\n\n{LEAD}\n",
        "new/gull/mill.txt": "Nothing of this has been printed before, as far as we know.\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def index(run: Run, folders: Path) -> str:
    """The archive as an index."""
    assert run("index", "build", "archive.dedup", "old").exit_code == 0
    return "archive.dedup"


FOUND = (
    "new/gull/week.txt:3:1: duplicate-passage: 22 words stand in another document, the same\n"
    "    counterpart: old/gull/bridge.md:5:1 (gull)\n"
)


@pytest.mark.usefixtures("folders")
def test_findings_exit_1_and_name_both_places(run_main: RunMain) -> None:
    status, out, err = run_main("check", "new", "--against", "old")
    assert (status, err) == (1, "")
    assert out.startswith(FOUND)
    assert "Checked 2 documents with 3 passages" in out
    assert "1 document with 2 passages" in out


@pytest.mark.usefixtures("folders")
def test_nothing_found_exits_0_and_says_what_was_compared(run_main: RunMain) -> None:
    status, out, _ = run_main("check", "new/gull/mill.txt", "--against", "old")
    assert status == 0
    assert out.startswith("No findings.\nChecked 1 document with 1 passage; compared with")


@pytest.mark.usefixtures("folders")
def test_exit_zero_and_warnings_do_not_fail(run_main: RunMain) -> None:
    assert run_main("check", "new", "--against", "old", "--exit-zero")[0] == 0
    status, out, _ = run_main(
        "check", "new", "--against", "old", "--fail", "duplicate-document",
        "--warn", "duplicate-passage",
    )  # fmt: skip
    assert status == 0
    assert "duplicate-passage: warning: 22 words" in out


def test_an_index_gives_the_same(run_main: RunMain, index: str) -> None:
    by_corpus = run_main("check", "new", "--against", "old", "--format", "json")
    assert run_main("check", "new", "--index", index, "--format", "json") == by_corpus
    assert by_corpus[0] == 1


def test_index_keeps_its_settings(run_main: RunMain, run: Run, folders: Path) -> None:
    run("index", "build", "strict", "old", "--threshold", "0.9", "--shingle-size", "4")
    settings = json.loads(
        run_main("check", "new", "--index", "strict", "--format", "json")[1]
    )["settings"]  # fmt: skip
    assert (settings["threshold"], settings["shingle_size"]) == (0.9, 4)
    status, _, err = run_main("check", "new", "--index", "strict", "--threshold", "0.6")
    assert (status, err) == (
        2, "Error: strict: made with other settings: threshold is 0.9, not 0.6\n"
    )  # fmt: skip


@pytest.mark.usefixtures("folders")
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_goes_to_stdout_and_to_files(run_main: RunMain, format_: str) -> None:
    status, out, _ = run_main(
        "check", "new", "--against", "old", "--format", format_, "--output", f"{format_}=result",
        "--output", "text=other",
    )  # fmt: skip
    assert status == 1
    assert Path("result").read_text("utf-8") == out
    assert Path("other").read_text("utf-8").startswith(FOUND)


@pytest.mark.usefixtures("folders")
def test_summary_of_the_run_on_github(
    run_main: RunMain, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    run_main("check", "new", "--against", "old")
    assert summary.read_text() == "before\n"
    run_main("check", "new", "--against", "old", "--format", "github")
    assert summary.read_text().startswith("before\n")
    assert "duplicate-passage" in summary.read_text()


@pytest.mark.usefixtures("folders")
def test_baseline_accepts_what_is_there(run_main: RunMain) -> None:
    args = ("check", "new", "--against", "old", "--baseline", "baseline.jsonl")
    status, _, err = run_main(*args)
    assert (status, err) == (
        2, "Error: baseline.jsonl: no such baseline; --update-baseline writes one\n"
    )  # fmt: skip
    status, _, err = run_main(*args, "--update-baseline")
    assert status == 0
    assert err.splitlines() == [
        "baseline.jsonl: 1 added, 0 removed, 0 kept",
        "added new/gull/week.txt:3:1: duplicate-passage",
    ]
    status, out, _ = run_main(*args)
    assert status == 0
    assert "1 accepted by the baseline" in out

    Path("new/gull/third.txt").write_text(f"{OTHER.upper()}\n\n{LEAD}\n")
    status, out, _ = run_main(*args)
    assert status == 1
    assert out.startswith("new/gull/third.txt:1:1: duplicate-document: 100% of its words")
    assert "1 finding in 1 document" in out
    run_main(*args, "--update-baseline")
    Path("new/gull/third.txt").unlink()
    _, _, err = run_main(*args, "--update-baseline")
    assert "0 added, 1 removed, 1 kept" in err


@pytest.mark.usefixtures("folders")
def test_policy_of_the_configuration_file(run_main: RunMain) -> None:
    Path("pyproject.toml").write_text(
        '[tool.dedup]\nthreshold = 0.7\n[tool.dedup.check]\nallow-outlets = ["gull"]\n'
    )
    status, out, _ = run_main("check", "new", "--against", "old")
    assert status == 0
    assert "1 allowed by the policy (1 outlet)" in out
    assert run_main("report", "new")[0] == 0  # which has no such setting
    Path("pyproject.toml").write_text("[tool.dedup.check]\nmin-wrods = 3\n")
    status, _, err = run_main("check", "new", "--against", "old")
    assert status == 2
    assert "pyproject.toml: unknown key 'min_wrods'" in err


@pytest.mark.usefixtures("folders")
def test_suppressions_are_counted_and_limited(run_main: RunMain) -> None:
    text = f"{OWN}\n\n<!-- dedup: ignore: agency copy -->\n\n{LEAD}\n\n<!-- dedup: end -->\n"
    Path("new/gull/week.txt").write_text(text)
    status, out, _ = run_main("check", "new", "--against", "old")
    assert status == 0
    assert "1 suppressed (1 comment)" in out
    status, _, err = run_main("check", "new", "--against", "old", "--max-suppressions", "0")
    assert (status, err) == (1, "1 finding is suppressed, and at most 0 may be\n")


@pytest.mark.usefixtures("folders")
def test_only_some_parts(run_main: RunMain) -> None:
    assert run_main("check", "new", "--against", "old", "--only", "reuse")[0] == 0
    assert run_main("check", "new", "--against", "old", "--only", "duplicates")[0] == 1


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments],
        check=True, capture_output=True,
    )  # fmt: skip


@pytest.mark.usefixtures("folders")
def test_changed_only_filters_what_is_reported(run_main: RunMain) -> None:
    git("init", "-q")
    git("add", ".")
    git("commit", "-qm", "all")
    assert run_main("check", "new", "--against", "old", "--changed-only")[0] == 0
    Path("new/gull/again.txt").write_text(f"{LEAD}\n\n{OTHER.upper()} Or so they say.\n")
    status, out, _ = run_main("check", "new", "--against", "old", "--changed-only")
    assert status == 1
    assert "again.txt" in out
    assert "week.txt:" not in out
    git("add", ".")
    git("commit", "-qm", "more")
    assert run_main("check", "new", "--against", "old", "--changed-only")[0] == 0
    assert run_main("check", "new", "--against", "old", "--changed-only=HEAD~1")[0] == 1
    status, _, err = run_main("check", "new", "--against", "old", "--changed-only=nowhere")
    assert status == 2
    assert "--changed-only: git says:" in err


@pytest.mark.usefixtures("folders")
@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("new", "--against", "old", "--index", "old/gull/bridge.md"), "not both"),
        (("new", "--output", "sarif"), "must be FORMAT=FILE"),
        (("new", "--output", "pdf=x"), "must be FORMAT=FILE"),
        (("new", "--output", "json=nowhere/x"), "cannot be written"),
        (("new", "--update-baseline"), "needs --baseline"),
        (("new", "--min-words", "0"), "min_words must be at least 1"),
        (("new", "--index", "old/gull/bridge.md"), "not an index of dedup"),
        (("new", "--fail", "copied"), "'copied' is not one of"),
        (("nowhere",), "no such file or directory"),
        ((), "Missing argument 'NEW...'"),
    ],
)
def test_what_cannot_run_exits_2(run_main: RunMain, args: tuple[str, ...], message: str) -> None:
    status, out, err = run_main("check", *args)
    assert (status, out) == (2, "")
    assert message in err


def test_no_document_exits_2(run_main: RunMain, tmp_path: Path) -> None:
    status, _, err = run_main("check", tmp_path)
    assert (status, "no document in" in err) == (2, True)


@pytest.mark.usefixtures("folders")
def test_two_files_of_one_name_are_two_documents(run_main: RunMain) -> None:
    for folder, text in (("one", OWN), ("two", OTHER)):
        Path(folder).mkdir()
        Path(folder, "index.md").write_text(text)
    status, out, _ = run_main("check", "one/index.md", "two/index.md", "--against", "old")
    assert status == 1  # the second has a paragraph of the archive
    assert "two/index.md:1:1: duplicate-document" in out


def test_notes_go_to_stderr_unless_quiet(run_main: RunMain, folders: Path) -> None:
    (folders / "allow.toml").write_text('[[allow]]\nreason = "why"\nfinding = "altered-quote"\n')
    args = ("check", "new", "--against", "old", "--allow-list", "allow.toml")
    assert run_main(*args)[2] == "note: allow.toml: entry 1 matched nothing\n"
    assert run_main(*args, "--quiet")[2] == ""
