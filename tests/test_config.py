"""Settings: their rules, and the files that they come from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest

from dedup import ConfigError, CorpusSettings, DuplicateSettings
from dedup.config import available_jobs, find_config, read_config

CORPUS_FIELDS = {field.name for field in fields(CorpusSettings)}


@pytest.mark.cases("bad_settings")
def test_settings_are_validated(case: dict[str, Any]) -> None:
    task = CorpusSettings if set(case["input"]) <= CORPUS_FIELDS else DuplicateSettings
    with pytest.raises(ConfigError) as raised:
        task(**case["input"])
    assert case["expected"] == str(raised.value)


def test_settings_are_validated_on_replacement() -> None:
    with pytest.raises(ConfigError, match=r"^threshold must be in \(0, 1\], got nan$"):
        replace(DuplicateSettings(), threshold=float("nan"))


@pytest.mark.parametrize(
    "values",
    [
        {"threshold": 1, "shingle_size": 1, "num_perm": 1, "seed": 0},
        {"threshold": 0.001, "shingle_size": 100, "num_perm": 4096, "seed": 2**32 - 1},
    ],
)
def test_limits_are_allowed(values: dict[str, Any]) -> None:
    settings = DuplicateSettings(**values)
    assert values == {name: getattr(settings, name) for name in values}


@pytest.mark.parametrize("values", [{"threshold": "0.6"}, {"seed": None}, {"num_perm": "128"}])
def test_setting_of_another_type_is_a_config_error(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"^\w+ must be an? (number|integer), got "):
        DuplicateSettings(**values)


@pytest.mark.parametrize("values", [{"shingle_size": 2.5}, {"num_perm": 128.0}, {"seed": 1.5}])
def test_setting_that_counts_is_a_whole_number(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"^\w+ must be an integer, got "):
        DuplicateSettings(**values)


@pytest.mark.parametrize("settings", [CorpusSettings(), DuplicateSettings()])
def test_settings_cannot_be_changed(settings: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(settings, fields(settings)[0].name, "other")


def test_defaults_are_those_of_the_documentation() -> None:
    settings = DuplicateSettings()
    assert (0.6, 3, 128, 1, 0.98) == (
        settings.threshold, settings.shingle_size, settings.num_perm, settings.seed,
        settings.target_recall,
    )  # fmt: skip


def test_available_jobs_is_at_least_one() -> None:
    assert available_jobs() >= 1


def test_dedup_toml_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "dedup.toml"
    path.write_text('threshold = 0.7\nshingle-size = 4\ntext_field = "body"\njobs = 2\n')
    expected = {"threshold": 0.7, "shingle_size": 4, "text_field": "body", "jobs": 2}
    assert expected == read_config(path)


def test_pyproject_is_read_in_its_table(tmp_path: Path) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(
        '[project]\nname = "desk"\n[tool.dedup]\nthreshold = 0.7\n[tool.other]\nx = 1\n'
    )
    assert {"threshold": 0.7} == read_config(path)


@pytest.mark.parametrize("content", ['[project]\nname = "desk"\n', "[tool]\n", "tool = 3\n"])
def test_pyproject_without_the_table_sets_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(content)
    assert {} == read_config(path)


@pytest.mark.parametrize("name", ["dedup.toml", "pyproject.toml", "other.toml"])
def test_unknown_key_is_an_error_that_names_the_known(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    header = "[tool.dedup]\n" if name == "pyproject.toml" else ""
    path.write_text(f"{header}treshold = 0.7\n")
    with pytest.raises(ConfigError, match=r"unknown key 'treshold'; known are .*\bthreshold\b"):
        read_config(path)


def test_table_of_an_unknown_name_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "dedup.toml").write_text("[duplicates]\nthreshold = 0.7\n")
    with pytest.raises(ConfigError, match=r"dedup\.toml: unknown key 'duplicates'"):
        read_config(tmp_path / "dedup.toml")


@pytest.mark.parametrize("content", [b"threshold =\n", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_file_that_is_not_toml_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "dedup.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=r"dedup\.toml: not valid TOML: "):
        read_config(tmp_path / "dedup.toml")


def test_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: No such file or directory$"):
        read_config(tmp_path / "gone.toml")


@pytest.mark.parametrize("value", ["3", "false"])
def test_table_that_is_none_is_an_error(tmp_path: Path, value: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool]\ndedup = {value}\n")
    with pytest.raises(
        ConfigError, match=r"pyproject\.toml: \[tool\.dedup\] must be a table, got "
    ):
        read_config(tmp_path / "pyproject.toml")


def test_nearest_file_wins(tmp_path: Path) -> None:
    below = tmp_path / "desk" / "copy"
    below.mkdir(parents=True)
    (tmp_path / "dedup.toml").write_text("threshold = 0.7\n")
    assert tmp_path / "dedup.toml" == find_config(below)
    (tmp_path / "desk" / "pyproject.toml").write_text("[tool.dedup]\nthreshold = 0.8\n")
    assert tmp_path / "desk" / "pyproject.toml" == find_config(below)
    (below / "dedup.toml").write_text("threshold = 0.9\n")
    assert below / "dedup.toml" == find_config(below)


def test_dedup_toml_wins_where_both_are(tmp_path: Path) -> None:
    (tmp_path / "dedup.toml").write_text("threshold = 0.7\n")
    (tmp_path / "pyproject.toml").write_text("[tool.dedup]\nthreshold = 0.8\n")
    assert tmp_path / "dedup.toml" == find_config(tmp_path)


def test_pyproject_without_the_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "desk" / "pyproject.toml").write_text('[project]\nname = "desk"\n')
    (tmp_path / "dedup.toml").write_text("threshold = 0.7\n")
    assert tmp_path / "dedup.toml" == find_config(tmp_path / "desk")


# Through the command line. The working directory is the configuration's.

TEXT = {"id": "a", "text": "The ferry left at nine.", "body": "One two three four."}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a file of records."""
    (tmp_path / "news.jsonl").write_text(json.dumps(TEXT) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings_reported(output: str) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(output)["settings"]
    return settings


def test_command_line_takes_settings_from_the_file(desk: Path, run: Callable[..., Any]) -> None:
    (desk / "dedup.toml").write_text('threshold = 0.75\ntext-field = "body"\n')
    result = run("report", "news.jsonl", "--format", "json")
    assert 0.75 == settings_reported(result.stdout)["threshold"]
    assert 4 == json.loads(result.stdout)["n_words"]


def test_command_line_wins_over_the_file(desk: Path, run: Callable[..., Any]) -> None:
    (desk / "dedup.toml").write_text("threshold = 0.75\nshingle_size = 4\n")
    result = run("report", "news.jsonl", "--format", "json", "--threshold", "0.9")
    settings = settings_reported(result.stdout)
    assert (0.9, 4) == (settings["threshold"], settings["shingle_size"])


def test_named_file_wins_over_the_nearest(desk: Path, run: Callable[..., Any]) -> None:
    (desk / "dedup.toml").write_text("threshold = 0.75\n")
    (desk / "other.toml").write_text("threshold = 0.8\n")
    result = run("report", "news.jsonl", "--format", "json", "--config", "other.toml")
    assert 0.8 == settings_reported(result.stdout)["threshold"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("treshold = 0.75\n", "unknown key 'treshold'"),
        ("threshold = 7\n", "threshold must be in (0, 1], got 7.0"),
        ("threshold = 'high'\n", "dedup.toml: threshold must be a number, got 'high'"),
        ("passages = 'sentence'\n", "'sentence' is not one of"),
        ("jobs = 0\n", "0 is not in the range"),
        ("threshold =\n", "not valid TOML"),
    ],
)
def test_wrong_file_ends_the_run(
    desk: Path, run_main: Callable[..., tuple[int, str, str]], content: str, message: str
) -> None:
    (desk / "dedup.toml").write_text(content)
    status, out, err = run_main("report", "news.jsonl")
    assert (2, "") == (status, out)
    assert message in err


def test_fraction_where_a_whole_number_belongs_ends_the_run(
    desk: Path, run_main: Callable[..., tuple[int, str, str]]
) -> None:
    (desk / "dedup.toml").write_text("shingle_size = 2.5\n")
    assert 2 == run_main("report", "news.jsonl")[0]
