"""Errors name the place and the rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from dedup import ConfigError, InputError


@pytest.mark.parametrize(
    ("path", "line", "expected"),
    [
        (None, None, "no text"),
        ("news.jsonl", None, "news.jsonl: no text"),
        (Path("a/news.jsonl"), 17, "a/news.jsonl:17: no text"),
    ],
)
def test_input_error_begins_with_its_place(
    path: str | Path | None, line: int | None, expected: str
) -> None:
    assert expected == str(InputError("no text", path=path, line=line))


def test_input_error_keeps_its_parts() -> None:
    error = InputError("no text", path=Path("a.csv"), line=3)
    assert ("no text", "a.csv", 3) == (error.message, error.path, error.line)


@pytest.mark.parametrize("error", [InputError, ConfigError])
def test_errors_a_user_can_mend_are_value_errors(error: type[Exception]) -> None:
    assert issubclass(error, ValueError)
