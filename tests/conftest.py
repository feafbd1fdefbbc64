"""What tests of several rooms share: cases, the sample newsroom, the command line, golden files.

Oracles and random corpora are modules beside this one.

`pytest --update-golden` writes the files in tests/golden anew instead of comparing with them;
look at the difference before committing it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas  # noqa: F401  # the command line hides it from pyarrow unless it is there already
import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from dedup import Corpus, Gazetteer, read_corpus
from dedup.attribution import vocabulary
from dedup.attribution.vocabulary import Vocabulary
from dedup.cli.app import app

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "cases"
GOLDEN = ROOT / "tests" / "golden"
SAMPLE = ROOT / "sample_data"

# Tests import the modules that stand here, wherever pytest is started.
sys.path.insert(0, str(Path(__file__).parent))

# Reproducible everywhere: no example database, no deadline on a busy machine. The number of
# examples keeps the whole suite under ten minutes on two cores.
settings.register_profile("dedup", deadline=None, derandomize=True, database=None, max_examples=40)
settings.load_profile("dedup")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew, compare nothing"
    )


def load_cases(name: str) -> list[Any]:
    """Return the cases of tests/cases/<name>.json as parameters, with their labels as ids."""
    cases = json.loads((CASES / f"{name}.json").read_text("utf-8"))
    return [pytest.param(case, id=case["label"]) for case in cases]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Fill the argument `case` of a test that is marked with the name of a file of cases."""
    marker = metafunc.definition.get_closest_marker("cases")
    if marker is not None:
        metafunc.parametrize("case", load_cases(marker.args[0]))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cases(name): run once for each case of cases/<name>.json")


# The sample newsroom and the command line.


@pytest.fixture(scope="session", autouse=True)
def one_vocabulary() -> Iterator[None]:
    """Make the vocabulary of the same outlets once.

    An analysis makes it anew, which takes longer than all that follows for the texts of most tests.
    Processes that tests start make their own.
    """
    make = vocabulary.make_vocabulary
    made: deque[Vocabulary] = deque(maxlen=16)

    def remember(outlets: Gazetteer) -> Vocabulary:
        entries = [*outlets.outlets.items()]  # in their order, which numbers their names
        for own in made:
            same = outlets.preferred == own.gazetteer.preferred
            if same and entries == [*own.gazetteer.outlets.items()]:
                return replace(own, gazetteer=outlets)
        made.append(make(outlets))
        return made[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vocabulary, "make_vocabulary", remember)
        yield
    if made:  # no analysis has written to it
        own, anew = made[0], make(made[0].gazetteer)
        for name in ("keys", "children", "values"):
            np.testing.assert_array_equal(getattr(anew.exact, name), getattr(own.exact, name))


@pytest.fixture(scope="session")
def newsroom() -> Corpus:
    """The sample newsroom; its pages need the extra `html`."""
    pytest.importorskip("trafilatura")
    return read_corpus(SAMPLE / "newsroom")


@pytest.fixture(scope="session")
def gold() -> dict[str, Any]:
    """What the sample newsroom holds, as labelled by hand."""
    labels: dict[str, Any] = json.loads((SAMPLE / "gold.json").read_text("utf-8"))
    return labels


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run a command in this process, for its output; errors are raised."""

    def invoke(*args: str | Path, width: int = 80, input: str | None = None) -> Result:
        env = {"COLUMNS": str(width), "NO_COLOR": "1", "FORCE_COLOR": None, "TERM": "dumb"}
        return CliRunner().invoke(
            app, [*map(str, args)], input=input, env=env, prog_name="dedup", catch_exceptions=False
        )

    return invoke


@pytest.fixture
def dedup(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `dedup` as a process of its own, in an empty directory."""
    cwd = tmp_path / "working-directory"
    cwd.mkdir()

    def start(
        *args: str | Path, python: list[str] | None = None, input: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        # A process that hangs is ended; one may have to compile every kernel on a busy machine.
        return subprocess.run(
            [sys.executable, *(python or ["-m", "dedup"]), *map(str, args)],
            cwd=cwd, input=input, capture_output=True, encoding="utf-8", timeout=600, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **env},
        )  # fmt: skip

    return start


@pytest.fixture
def run_main(capfd: pytest.CaptureFixture[str]) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run the whole command line in this process: (exit status, stdout, stderr)."""
    from dedup.cli import main

    # `main` sets what holds for its process.
    before = signal.getsignal(signal.SIGPIPE)

    def start(*args: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main([*map(str, args)])
        out, err = capfd.readouterr()
        return int(exit_.value.code or 0), out, err

    yield start
    signal.signal(signal.SIGPIPE, before)
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def compare_with_golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with a file in tests/golden, or write that file anew."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text, f"{name} changed; see pytest --update-golden"

    return compare


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
