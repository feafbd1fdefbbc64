"""The GitHub action: its steps, run as a runner would, with the cache a directory.

Expressions are put in, conditions judged and outputs read back; what the steps do with Python and
with `dedup` is real. Only the setting up of Python and the installation are left out.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
STEPS = ACTION["runs"]["steps"]

LEAD = "The harbour bridge stays closed until Friday night, the council of the town said.\n"
OTHER = "Nobody on the quay has seen as many herring gulls in any winter since the war.\n"
THIRD = "A choir of forty sang in the rain while the last tram of the night went by.\n"


@dataclass(frozen=True, slots=True)
class Runner:
    """A machine that jobs run on, one after the other, with the cache of a repository."""

    workspace: Path
    temporary: Path
    python: Path
    cache: dict[str, Path] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        path = self.workspace / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


@dataclass(frozen=True, slots=True)
class Job:
    """What one use of the action left."""

    status: int
    log: str
    summary: str
    steps: list[str]
    outputs: dict[str, str]


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """A runner whose Python has this checkout's dedup, and must be asked to run isolated."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\n[ "$1" = -I ] || exit 99\nshift\n'
        f'PYTHONPATH={shlex.quote(str(ROOT))} exec {shlex.quote(sys.executable)} -P "$@"\n',
        "utf-8",
    )
    python.chmod(0o755)
    (tmp_path / "work space").mkdir()
    return Runner(tmp_path / "work space", tmp_path, python)


def put_in(text: str, values: dict[str, str]) -> str:
    """Return a text with its expressions replaced; one that is not set is empty."""

    def value(match: re.Match[str]) -> str:
        name, _, other = match[1].partition(" || ")
        return values.get(name, "") or other.strip("'")

    return re.sub(r"\$\{\{ (.*?) \}\}", value, text)


def holds(condition: str, values: dict[str, str]) -> bool:
    parts = [part.split(" != ") for part in condition.split(" && ")]
    return all(values.get(name, "") != other.strip("'") for name, other in parts)


def use(runner: Runner, inputs: dict[str, str]) -> Job:
    """Use the action in a job of its own, up to the first step that fails.

    Duplicates alone are looked at, if nothing else is said: that starts in half the time.
    """
    temporary = runner.temporary / "temp"  # at the same path in every job, and new
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    given = defaults | {"only": "duplicates"} | inputs
    values = {f"inputs.{name}": value for name, value in given.items()}
    summary, log, names, status = temporary / "summary.md", "", [], 0
    summary.touch()
    for step in STEPS:
        if "if" in step and not holds(step["if"], values):
            continue
        names.append(step["name"])
        if step.get("id") == "install":
            outputs = {"python": str(runner.python)}
        elif "uses" in step:
            options = {name: put_in(str(value), values) for name, value in step["with"].items()}
            outputs = use_cache(runner, step["uses"], options)
        else:
            output, script = temporary / "output", temporary / "script.sh"
            output.touch()
            script.write_text(step["run"], "utf-8")
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
                cwd=runner.workspace, check=False, encoding="utf-8", timeout=600,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                env={
                    "PATH": os.environ["PATH"], "RUNNER_TEMP": str(temporary), "LC_ALL": "C.UTF-8",
                    "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary),
                    **{name: put_in(value, values) for name, value in step["env"].items()},
                },
            )  # fmt: skip
            log += done.stdout
            status = done.returncode
            outputs = dict(line.split("=", 1) for line in output.read_text("utf-8").splitlines())
            output.unlink()
        values |= {f"steps.{step.get('id')}.outputs.{name}": v for name, v in outputs.items()}
        if status:
            break
    outputs = {name: put_in(each["value"], values) for name, each in ACTION["outputs"].items()}
    return Job(status, log, summary.read_text("utf-8"), names, outputs)


def use_cache(runner: Runner, action: str, given: dict[str, str]) -> dict[str, str]:
    """Do what actions/cache does: restore by key, or by the last key that begins likewise; save."""
    if "/restore@" in action:
        keys = [key for key in runner.cache if key.startswith(given["restore-keys"])]
        found = given["key"] if given["key"] in runner.cache else keys[-1] if keys else None
        if found is not None:
            shutil.copytree(runner.cache[found], given["path"], dirs_exist_ok=True)
        return {"cache-hit": str(found == given["key"]).lower()}
    if "/save@" in action:
        saved = runner.temporary / f"cache-{len(runner.cache)}"
        shutil.copytree(given["path"], saved)
        runner.cache[given["key"]] = saved
    return {}


def count(job: Job) -> tuple[int, str, str]:
    return job.status, job.outputs["findings"], job.outputs["failing"]


# What the file says.


def test_every_input_is_described_and_used() -> None:
    text = (ROOT / "action.yml").read_text("utf-8")
    for name, each in ACTION["inputs"].items():
        assert each["description"]
        assert each["required"] == ("default" not in each)
        assert f"${{{{ inputs.{name} }}}}" in text
    assert all(each["description"] for each in ACTION["outputs"].values())


def test_every_expression_names_an_input_or_an_earlier_step() -> None:
    known = {f"inputs.{name}" for name in ACTION["inputs"]} | {"github.action_path"}
    ids: set[str] = set()

    def check(text: str) -> None:
        names = re.findall(r"[a-z]+\.[\w.-]+", " ".join(re.findall(r"\$\{\{ (.*?) \}\}", text)))
        for name in names:
            assert name in known or name.split(".")[1] in ids, name

    for step in STEPS:
        for value in [*step.get("env", {}).values(), *step.get("with", {}).values()]:
            check(str(value))
        check(f"${{{{ {step.get('if', '')} }}}}")
        ids |= {step["id"]} if "id" in step else set()
    for each in ACTION["outputs"].values():
        check(each["value"])


def test_no_expression_stands_in_a_script() -> None:
    # It would be code: an input or a branch's name could say anything.
    assert [] == [step["name"] for step in STEPS if "${{" in step.get("run", "")]


def test_what_is_installed_is_the_action_itself() -> None:
    install = next(step for step in STEPS if step.get("id") == "install")
    assert "${{ github.action_path }}" == install["env"]["ACTION_PATH"]
    assert (
        'pip install --quiet --disable-pip-version-check "${ACTION_PATH}[html]"' in install["run"]
    )


# What it does.


def test_findings_are_annotated_counted_and_summed_up(runner: Runner) -> None:
    runner.write("new/a.txt", LEAD)
    runner.write("new/b.txt", LEAD + "\n" + OTHER + "\n" + OTHER)
    job = use(runner, {"paths": "new", "warn": "duplicate-passage", "fail": "repeated-passage"})
    assert (1, "2", "1") == count(job)
    assert "1" == job.outputs["exit-status"]
    assert "::error file=new/b.txt,line=5," in job.log
    assert "::warning file=new/b.txt,line=1," in job.log
    assert job.summary.startswith("## dedup check")
    assert "2 findings in 1 document" in job.summary
    result = json.loads(Path(job.outputs["json"]).read_text("utf-8"))
    assert "dedup-check" == result["format"]
    sarif = json.loads(Path(job.outputs["sarif"]).read_text("utf-8"))
    assert 2 == len(sarif["runs"][0]["results"])
    assert ["Set up Python", "Install dedup", "Check"] == job.steps


def test_nothing_found_passes(runner: Runner) -> None:
    runner.write("new/a.txt", LEAD)
    runner.write("new/b.txt", OTHER)
    job = use(runner, {"paths": "new"})
    assert (0, "0", "0") == count(job)
    assert "0" == job.outputs["exit-status"]
    assert "No findings." in job.summary


def test_index_is_cached_by_contents(runner: Runner) -> None:
    runner.write("archive/a.txt", LEAD)
    runner.write("new/b.txt", LEAD)
    inputs = {"paths": "new", "against": "archive"}
    first = use(runner, inputs)
    assert (1, "1", "1") == count(first)
    assert "1 document with 1 passage" in first.log
    assert "Save the index" in first.steps
    again = use(runner, inputs)
    assert (1, "1", "1") == count(again)
    assert "Update the index" not in again.steps
    runner.write("archive/c.txt", OTHER)
    added = use(runner, inputs)
    assert "1 added, 0 changed, 1 unchanged" in added.log
    assert 2 == len(runner.cache)


def test_index_forgets_what_went(runner: Runner) -> None:
    runner.write("archive/a.txt", LEAD)
    runner.write("archive/c.jsonl", json.dumps({"id": "c", "text": OTHER}))
    use(runner, {"paths": "archive/a.txt", "against": "archive"})
    (runner.workspace / "archive" / "a.txt").rename(runner.workspace / "archive" / "b.txt")
    runner.write("archive/c.jsonl", json.dumps({"id": "d", "text": THIRD}))
    runner.write("new.txt", OTHER)
    inputs = {"paths": "archive/b.txt\nnew.txt", "against": "archive"}
    assert (0, "0", "0") == count(use(runner, inputs))


def test_other_settings_have_another_index(runner: Runner) -> None:
    runner.write("archive/a.jsonl", json.dumps({"id": "a", "text": OTHER, "body": LEAD}))
    runner.write("new/b.txt", LEAD)
    inputs = {"paths": "new", "against": "archive"}
    assert 0 == use(runner, inputs).status
    runner.write("dedup.toml", 'text_field = "body"\n')
    assert 1 == use(runner, inputs).status
    runner.write("other.toml", "threshold = 0.5\n")
    assert 0 == use(runner, {**inputs, "config": "other.toml"}).status
    assert 3 == len(runner.cache)


def test_damaged_index_is_made_anew(runner: Runner) -> None:
    runner.write("archive/a.txt", LEAD)
    runner.write("new/b.txt", LEAD)
    inputs = {"paths": "new", "against": "archive"}
    use(runner, inputs)
    for saved in runner.cache.values():
        (saved / "documents.dedup").write_bytes(b"no index")
    runner.write("archive/c.txt", OTHER)
    job = use(runner, inputs)
    assert (1, "1", "1") == count(job)
    assert "2 documents with 2 passages" in job.log


def test_given_index_is_asked(runner: Runner, dedup: Any) -> None:
    runner.write("archive/a.txt", LEAD)
    runner.write("new/b.txt", LEAD)
    index = runner.workspace / "archive.dedup"
    assert 0 == dedup("index", "build", index, runner.workspace / "archive").returncode
    assert (1, "1", "1") == count(use(runner, {"paths": "new", "index": "archive.dedup"}))
    both = use(runner, {"paths": "new", "index": "archive.dedup", "against": "archive"})
    assert (2, "", "") == count(both)
    assert "2" == both.outputs["exit-status"]
    assert "give the input against or index, not both" in both.log


def test_what_cannot_run_says_so(runner: Runner) -> None:
    runner.write("new/b.txt", LEAD)
    for inputs in (
        {"paths": "missing"},
        {"paths": "new", "baseline": "missing.jsonl"},
        {"paths": "new", "fail": "no-such-finding"},
        {"paths": "new", "args": "--no-such-option"},
        {"paths": ""},
    ):
        job = use(runner, inputs)
        assert (2, "", "") == count(job)
        assert ("2", "", "") == tuple(job.outputs[n] for n in ("exit-status", "sarif", "json"))
        assert "::error title=dedup::" in job.log
    missing = use(runner, {"paths": "new", "against": "missing"})
    assert "2" == missing.outputs["exit-status"]
    assert "::error title=dedup::no such file or directory: missing" in missing.log
    runner.write("dedup.toml", "no_such_key = 1\n")
    wrong = use(runner, {"paths": "new", "against": "new"})
    assert "2" == wrong.outputs["exit-status"]
    assert "::error title=dedup::" in wrong.log


def test_inputs_are_words_never_code(runner: Runner) -> None:
    hostile = ["with space/*.txt", "$(touch hacked)", "-q; touch hacked", "`touch hacked`"]
    for number, name in enumerate(hostile):
        runner.write(f"{name}/{number}.txt", LEAD)
    lines = "\n".join(["./" + hostile[0], *hostile[1:]]) + "\n"
    job = use(runner, {"paths": lines, "args": "--allow-outlet '$(touch hacked)' --min-words 5"})
    assert (1, "3", "3") == count(job)
    assert (1, "3", "3") == count(use(runner, {"paths": lines, "against": lines}))
    runner.write("plain.txt", OTHER)
    use(runner, {"paths": "plain.txt", "args": "$(touch hacked) `touch hacked` *"})
    use(runner, {"paths": "plain.txt", "fail": "$(touch hacked) *", "only": "`touch hacked`"})
    use(runner, {"paths": "plain.txt", "changed-only": "--output=hacked", "config": "$(hacked)"})
    assert [] == [*runner.workspace.glob("**/hacked")]


def test_arguments_are_split_as_a_shell_would(runner: Runner) -> None:
    for outlet in ("The Harbour Gull", "tern"):
        record = {"id": outlet, "outlet": outlet, "text": LEAD}
        runner.write(f"{outlet}.jsonl", json.dumps(record))
    inputs = {"paths": "tern.jsonl", "against": "The Harbour Gull.jsonl"}
    assert (1, "1", "1") == count(use(runner, inputs))
    args = "--allow-outlet 'The Harbour Gull'\n--min-words 5"
    assert (0, "0", "0") == count(use(runner, {**inputs, "args": args}))
    assert (0, "1", "1") == count(use(runner, {**inputs, "args": "--exit-zero"}))
    unclosed = use(runner, {**inputs, "args": "--allow-outlet 'The Harbour"})
    assert 0 != unclosed.status
    assert "2" == unclosed.outputs["exit-status"]


def test_no_module_is_imported_from_the_checkout(runner: Runner) -> None:
    for name in ("json", "hashlib", "numpy", "dedup", "click", "sitecustomize"):
        runner.write(f"{name}.py", "raise SystemExit('imported from the checkout')\n")
    runner.write("archive/a.txt", LEAD)
    runner.write("new/b.txt", LEAD)
    job = use(runner, {"paths": "new", "against": "archive"})
    assert (1, "1", "1") == count(job)
    assert "imported from the checkout" not in job.log


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_pull_request_reports_what_it_changes(runner: Runner) -> None:
    def git(*arguments: str, cwd: Path) -> None:
        own = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *own, *arguments], cwd=cwd, check=True, capture_output=True)

    origin = runner.temporary / "origin"
    (origin / "articles").mkdir(parents=True)
    git("init", "-b", "main", cwd=origin)
    for number, text in enumerate([LEAD, LEAD, OTHER]):  # two that were published already
        (origin / "articles" / f"{number}.txt").write_text(text, "utf-8")
    git("add", ".", cwd=origin)
    git("commit", "-m", "published", cwd=origin)
    git("checkout", "-b", "request", cwd=origin)
    (origin / "articles" / "3.txt").write_text(OTHER, "utf-8")
    git("add", ".", cwd=origin)
    git("commit", "-m", "new", cwd=origin)
    git("checkout", "main", cwd=origin)
    git("merge", "--no-ff", "request", cwd=origin)
    git("clone", "--depth", "2", f"file://{origin}", str(runner.workspace), cwd=runner.temporary)
    job = use(runner, {"paths": "articles", "changed-only": "HEAD^1"})
    assert (1, "1", "1") == count(job)
    assert "::error file=articles/3.txt," in job.log
