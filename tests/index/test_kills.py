"""Writers that are killed: the index they leave holds every step that was reported."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dedup.index import Index


@pytest.fixture(scope="module")
def kill_index(root: Path) -> ModuleType:
    """The benchmark that kills, as a module; its dataclasses look for it among the modules."""
    specification = importlib.util.spec_from_file_location(
        "kill_index", root / "benchmarks" / "kill_index.py"
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules["kill_index"] = module
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("kind", ["add", "compact"])
def test_a_killed_writer_leaves_a_committed_state(
    kind: str, kill_index: ModuleType, tmp_path: Path
) -> None:
    path = tmp_path / "killed.dedup"
    outcomes = [*kill_index.kill_children(path, kind, kills=10, rng=random.Random(1))]
    assert [] == [outcome for outcome in outcomes if not outcome.is_sound]
    assert 10 <= len(outcomes)
    # It goes on working, and is one whole file again.
    with Index.open(path, write=True) as index:
        batch = kill_index.corpus_of(kill_index.batch(10_000))
        assert 9 == index.add(batch, jobs=1).n_added
        assert 9 == index.add(batch, jobs=1).n_unchanged
        index.compact()
        assert [] == index.verify()
        asked = kill_index.corpus_of({"new": next(iter(kill_index.batch(10_000).values()))})
        analysis = index.check(asked, only=["duplicates"], jobs=1)
        assert "10000-0" in {*analysis.documents["document_id"]}
    assert [path] == [*tmp_path.iterdir()]
