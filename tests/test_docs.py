"""What the docs show is what happens: their files are written, their code is run, in order.

`pytest --update-golden` writes anew: the output of the commands in docs/check.md, and the tables of
the action there; the output of commands and Python in docs/analyst.md; docs/tables.md as a whole.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from dedup.config import FINDINGS, CheckSettings, DuplicateSettings, read_config
from dedup.duplicates import choose_banding

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "check.md"
TEXT = PAGE.read_text(encoding="utf-8")

LEAD = "The harbour bridge stays closed until Friday night, the council of the town said.\n"

ANALYST = ROOT / "docs" / "analyst.md"

# A fenced block, with the name of the file that it is where the line before says one: `name`:
BLOCK = re.compile(r"(?:`([^`\n]+)`:\n\n)?^```(\w+)\n(.*?)^```$", re.M | re.S)


@pytest.fixture
def shell(tmp_path: Path) -> dict[str, str]:
    """An environment in which `dedup` is this checkout's, whatever is installed."""
    programs = tmp_path / "programs"
    programs.mkdir()
    program = programs / "dedup"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dedup "$@"\n', "utf-8")
    program.chmod(0o755)
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "80",
        "LC_ALL": "C.UTF-8",
    }


def run_commands(block: str, directory: Path, env: dict[str, str]) -> str:
    """Return a block of commands with what they print on stdout and stderr."""
    lines = []
    for command in re.findall(r"^\$ (.*)$", block, re.M):
        done = subprocess.run(
            ["bash", "-c", command], cwd=directory, env=env, check=False, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600,
        )  # fmt: skip
        lines.append(f"$ {command}\n{done.stdout}")
    return "".join(lines)


def run_page(text: str, directory: Path, env: dict[str, str]) -> str:
    """Return a page with the files that it names written, and its commands run."""

    def renew(match: re.Match[str]) -> str:
        name, language, block = match.groups()
        if name is not None:
            path = directory / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(block, "utf-8")
        if language != "console":
            return match[0]
        start = match.start(3) - match.start()
        return match[0][:start] + run_commands(block, directory, env) + "```"

    return BLOCK.sub(renew, text)


# A block of Python, with the block of its output.
PYTHON = re.compile(r"^```python\n(.*?)^```$(?:\n\n^```text\n.*?^```$)?", re.M | re.S)


def run_python(text: str) -> str:
    """Return a page with its Python run, in one namespace, and what it prints shown behind it.

    The value of an expression at the end of a block is printed, as in a notebook.
    """
    namespace: dict[str, Any] = {}

    def renew(match: re.Match[str]) -> str:
        body = ast.parse(match[1]).body
        last = body.pop() if isinstance(body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(ast.Module(body, []), ANALYST.name, "exec"), namespace)
            if isinstance(last, ast.Expr):
                value = eval(compile(ast.Expression(last.value), ANALYST.name, "eval"), namespace)
                if value is not None:
                    print(value)  # noqa: T201  # as a notebook does
        output = "".join(f"{line.rstrip()}\n" for line in printed.getvalue().splitlines())
        shown = f"\n\n```text\n{output}```" if output else ""
        return f"```python\n{match[1]}```{shown}"

    return PYTHON.sub(renew, text)


def put_table(text: str, marker: str, rows: dict[str, dict[str, Any]], header: str) -> str:
    """Return a page with a table of descriptions behind a marker."""
    lines = [header, "|---|---|"]
    for name, row in rows.items():
        default = f" Default: `{row['default']}`." if row.get("default") else ""
        required = " Required." if row.get("required") else ""
        lines.append(f"| `{name}` | {row['description']}{required}{default} |")
    return re.sub(
        rf"<!-- {marker} -->\n\n(?:\|.*\n)*\n?",
        lambda _: f"<!-- {marker} -->\n\n" + "\n".join(lines) + "\n\n",
        text,
    )


def blocks(language: str) -> list[str]:
    return [block for _, found, block in BLOCK.findall(TEXT) if found == language]


def test_page_shows_what_happens(
    tmp_path: Path, shell: dict[str, str], request: pytest.FixtureRequest
) -> None:
    directory = tmp_path / "newsroom"
    directory.mkdir()
    renewed = run_page(TEXT, directory, shell)
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    renewed = put_table(renewed, "inputs", action["inputs"], "| input | |")
    renewed = put_table(renewed, "outputs", action["outputs"], "| output | |")
    if request.config.getoption("--update-golden"):
        PAGE.write_text(renewed, "utf-8")
        return
    assert TEXT == renewed


def test_page_has_an_example_of_every_finding() -> None:
    shown = "".join(blocks("console"))
    assert [] == [name for name in FINDINGS if f": {name}: " not in shown]


def test_page_lists_every_setting_with_its_default(tmp_path: Path) -> None:
    shown: dict[str, Any] = {}
    for snippet in re.findall(r"<!-- settings -->\n```toml\n(.*?)```", TEXT, re.S):
        path = tmp_path / "pyproject.toml"
        path.write_text(snippet, "utf-8")
        shown |= read_config(path)["check"]
    defaults = {field.name: field.default for field in fields(CheckSettings)}
    assert defaults.keys() == shown.keys()
    differing = {name for name, value in shown.items() if value != defaults[name]}
    assert {"boilerplate", "allow_list", "baseline", "max_suppressions"} == differing
    assert CheckSettings(**shown)


def test_every_block_parses() -> None:
    for snippet in blocks("toml"):
        assert tomllib.loads(snippet)
    for snippet in blocks("yaml"):
        assert yaml.safe_load(snippet)


def test_workflows_give_inputs_and_use_outputs_that_the_action_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    given: set[str] = set()
    for snippet in blocks("yaml"):
        found = yaml.safe_load(snippet)
        if "jobs" in found:
            found = found["jobs"]["dedup"]["steps"]
        for step in found if isinstance(found, list) else []:
            if "/dedup@" in step.get("uses", ""):
                given |= step["with"].keys()
                assert "paths" in step["with"]
    assert given
    assert given <= action["inputs"].keys()
    used = {*re.findall(r"steps\.dedup\.outputs\.([\w-]+)", TEXT)}
    assert used
    assert used <= action["outputs"].keys()


def test_hooks_shown_are_those_shipped() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    shown: set[str] = set()
    for snippet in blocks("yaml"):
        found = yaml.safe_load(snippet)
        if "repos" in found:
            found = found["repos"][0]["hooks"]
        if isinstance(found, list):  # of hooks, or of steps of a workflow
            shown |= {each["id"] for each in found if "id" in each and "uses" not in each}
    assert {hook["id"] for hook in hooks} == shown


def test_hook_checks_what_it_is_given(tmp_path: Path, shell: dict[str, str]) -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    entries = {hook["id"]: hook["entry"] for hook in hooks}
    for name in ("first", "second"):
        (tmp_path / "articles" / name).mkdir(parents=True)
        (tmp_path / "articles" / name / "index.md").write_text(LEAD, "utf-8")
    index = f"{entries['dedup-index']} .dedup-index articles"
    files = "articles/first/index.md articles/second/index.md"
    found = []
    for arguments in ("--against articles", "--index .dedup-index"):
        check = f"{entries['dedup-check']} --only duplicates {arguments}"
        commands = f"{index} && {check} {files}; echo status $?"
        found.append(run_commands(f"$ {commands}", tmp_path, shell).splitlines()[2:])
    assert found[0] == found[1]
    assert "status 1" == found[0][-1]
    assert "articles/second/index.md:1:1: duplicate-document" in found[0][0]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_gitlab_job_builds_an_index_where_the_archive_changed(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    found = map(yaml.safe_load, blocks("yaml"))
    job = next(each["dedup"] for each in found if "dedup" in each)
    install, *script = job["script"]
    assert install.startswith("pip install")
    git = "git -c user.name=a -c user.email=a@example.org -c commit.gpgsign=false"
    (tmp_path / "incoming").mkdir()
    (tmp_path / "incoming" / "new.txt").write_text(LEAD, "utf-8")
    (tmp_path / "archive").mkdir()
    builds = []
    for text in (LEAD, LEAD, "Nobody saw the ferry leave that night, for the fog was thick."):
        (tmp_path / "archive" / "old.txt").write_text(text, "utf-8")
        commit = [f"{git} init -q", "git add archive", f"{git} commit -q --allow-empty -m x"]
        done = subprocess.run(
            ["bash", "-c", "\n".join(["set -e", *commit, *script])], cwd=tmp_path, env=shell,
            check=False, capture_output=True, encoding="utf-8", timeout=600,
        )  # fmt: skip
        assert "" == done.stderr
        builds.append((done.returncode, done.stdout.startswith(".dedup-index: ")))
    assert [(1, True), (1, False), (0, True)] == builds
    for name in job["artifacts"]["reports"].values():
        assert (tmp_path / name).stat().st_size
    assert all((tmp_path / name).is_file() for name in job["cache"]["paths"])


# docs/analyst.md and docs/tables.md


def test_walk_of_the_analyst_shows_what_happens(
    tmp_path: Path, shell: dict[str, str], request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for module in ("trafilatura", "duckdb"):
        pytest.importorskip(module)
    directory = tmp_path / "work"
    directory.mkdir()
    (directory / "sample_data").symlink_to(ROOT / "sample_data")
    monkeypatch.chdir(directory)
    text = ANALYST.read_text("utf-8")
    options = ("display.width", 80, "display.max_columns", 0, "display.max_colwidth", 50)
    with pd.option_context(*options):  # or what the page sets would stay
        renewed = run_python(run_page(text, directory, shell))
    if request.config.getoption("--update-golden"):
        ANALYST.write_text(renewed, "utf-8")
        return
    assert text == renewed


def test_every_block_of_the_walk_is_run_or_is_output() -> None:
    text = ANALYST.read_text("utf-8")
    languages = [language for _, language, _ in BLOCK.findall(text)]
    assert {"console", "python", "text"} == {*languages}
    assert text.count("```") == 2 * len(languages)


def test_tables_are_documented_as_they_are(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("trafilatura")
    monkeypatch.chdir(ROOT)
    script = runpy.run_path(str(ROOT / "docs" / "tables.py"))
    page = script["render"](script["analyze_sample"]())
    if request.config.getoption("--update-golden"):
        script["PAGE"].write_text(page, "utf-8")
    assert page == script["PAGE"].read_text("utf-8"), "docs/tables.md: see pytest --update-golden"


# The other pages.


def test_page_of_the_report_is_made_by_the_command_shown(
    tmp_path: Path, shell: dict[str, str]
) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    text = (ROOT / "docs" / "report.md").read_text("utf-8")
    assert text == run_page(text, tmp_path, shell)
    page = (tmp_path / "found" / "report.html").read_text("utf-8")
    for section in re.findall(r"^\| (\w+) \| ", text.split("| section |")[1], re.M)[:8]:
        assert re.search(f'<section id="{section.lower()}"', page)


def test_recall_curve_is_as_shown() -> None:
    banding = choose_banding(DuplicateSettings())
    text = (ROOT / "docs" / "how-it-works.md").read_text("utf-8")
    assert f"make {banding.bands} bands of {banding.rows} rows" in text
    header, shown = re.findall(r"^\| (?:Jaccard|becomes a candidate) \| (.*) \|$", text, re.M)
    points = [float(point.strip("* ")) for point in header.split("|")]
    expected = [f"{banding.recall(point):.1%}".replace("%", " %") for point in points]
    assert expected == [share.strip("* ") for share in shown.split("|")]


def test_every_block_of_every_page_is_run_or_is_output() -> None:
    run_elsewhere = {"docs/check.md", "docs/analyst.md", "README.md"}  # block by block
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        languages = {language for _, language, _ in BLOCK.findall(text)}
        assert text.count("```") == 2 * len(BLOCK.findall(text)), name
        if name not in run_elsewhere:
            assert languages <= {"console", "text"}, name
            assert "console" not in languages or name in ("docs/report.md", "docs/scaling.md"), name


def test_pictures_that_pages_show_are_there() -> None:
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for picture in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", path.read_text("utf-8")):
            assert (path.parent / picture).is_file()
