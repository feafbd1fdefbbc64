"""The command line as a whole: help, version, and the front door of the package."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

import dedup as package
from dedup.cli.app import app

Run = Callable[..., Result]


def walk(group: click.Group, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of a group, of its commands, and of theirs."""
    yield names
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        if isinstance(command, click.Group):
            yield from walk(command, *names, name)
        else:
            yield (*names, name)


def find(names: tuple[str, ...]) -> click.Command:
    command: click.Command = app
    for name in names:
        assert isinstance(command, click.Group)
        found = command.get_command(click.Context(command), name)
        assert found is not None
        command = found
    return command


COMMANDS = [*walk(app)]
LEAVES = [names for names in COMMANDS if not isinstance(find(names), click.Group)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_one_sentence_and_an_example(command: tuple[str, ...], run: Run) -> None:
    text = run(*command, "--help").stdout
    usage, sentence, *rest = re.split(r"\n\s*\n", text.strip())
    assert usage.startswith(" ".join(["Usage: dedup", *command]))
    assert re.fullmatch(r"[A-Z][^.]*\.", sentence.strip())
    examples = [part for part in rest if re.match(r"\s*Examples?:", part)]
    assert 1 == len(examples)
    assert re.search(r"^\s+dedup \w+ ", examples[0], re.M)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_short_option_gives_the_same_help(command: tuple[str, ...], run: Run) -> None:
    result = run(*command, "-h")
    assert (0, run(*command, "--help").stdout) == (result.exit_code, result.stdout)


@pytest.mark.parametrize("command", LEAVES, ids=" ".join)
def test_every_option_has_help_and_shows_its_default(command: tuple[str, ...]) -> None:
    found = find(command)
    options = [parameter for parameter in found.params if isinstance(parameter, click.Option)]
    assert len(options) >= 4
    assert [] == [option.name for option in options if not option.help]
    assert [] == [
        option.name for option in options
        if not option.is_flag and not option.show_default
        and not option.value_is_missing(option.get_default(click.Context(found)))
    ]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS[1:], ids=" ".join)
def test_commands_are_listed_with_a_word_on_what_they_do(
    command: tuple[str, ...], run: Run
) -> None:
    assert re.search(rf"^\s+{command[0]}\s+\w+", run("--help").stdout, re.M)


def test_version_is_that_of_the_package(run: Run) -> None:
    result = run("--version")
    assert (0, f"dedup, version {package.__version__}\n") == (result.exit_code, result.stdout)


@pytest.mark.parametrize("command", LEAVES, ids=" ".join)
def test_every_command_knows_the_version(command: tuple[str, ...], run: Run) -> None:
    assert package.__version__ in run(*command, "--version").stdout


def test_module_runs_as_a_process(
    dedup: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = dedup("--version")
    assert (0, f"dedup, version {package.__version__}\n", "") == (
        done.returncode, done.stdout, done.stderr,
    )  # fmt: skip


def test_front_door_has_every_public_name() -> None:
    assert [] == [name for name in package.__all__ if not callable(getattr(package, name))]


def test_front_door_knows_no_other_name() -> None:
    with pytest.raises(AttributeError, match="module 'dedup' has no attribute 'nonsense'"):
        package.nonsense  # noqa: B018
