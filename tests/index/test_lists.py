"""Sorted runs of blocks, against a set of entries and a counter in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import InputError
from dedup.index import lists
from dedup.index.sorting import Entries, make_entries
from dedup.index.storage import IndexFile, create_file

# Few hashes, and the least and greatest there are: equal ones meet, and runs end on them.
HASHES = st.sampled_from([0, 1, 2, 7, 2**31, 2**32 - 2, 2**32 - 1]) | st.integers(0, 40)
NUMBERS = st.integers(0, 12) | st.just(2**32 - 1)
PARTS = st.lists(st.lists(st.tuples(HASHES, NUMBERS), max_size=60), min_size=1, max_size=6)
COUNTS = st.lists(st.dictionaries(HASHES, st.integers(-5, 5), max_size=40), max_size=6)
MANIFEST = {
    "dedup": "0", "passages": "paragraph", "next_number": 2**32, "next_block": 0, "n_documents": 0,
    "n_passages": 0, "n_words": 0, "n_body_documents": 0, "n_compared_passages": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four entries, asked for three at a time, so that small lists have many."""
    monkeypatch.setattr(lists, "_PER_BLOCK", 4)
    monkeypatch.setattr(lists, "_BLOCKS_AT_ONCE", 3)


@contextmanager
def list_file(folder: Path) -> Iterator[IndexFile]:
    """Give an empty index file; hypothesis asks for many in one test."""
    file = create_file(folder / uuid4().hex, dict(MANIFEST))
    try:
        with file.writing():
            yield file
    finally:
        file.close()
        file.path.unlink()


def entries_of(pairs: list[tuple[int, int]]) -> Entries:
    hashes = np.array([pair[0] for pair in pairs], dtype=np.uint32)
    return make_entries(hashes, np.array([pair[1] for pair in pairs], dtype=np.int64))


def counts_of(counts: dict[int, int]) -> Entries:
    hashes = np.array([*counts], dtype=np.uint32)
    return lists.make_counts(hashes, np.array([*counts.values()], dtype=np.int64))


def pairs_in(entries: Entries) -> list[tuple[int, int]]:
    columns = lists.hashes_of(entries).tolist(), lists.numbers_of(entries).tolist()
    return [*zip(*columns, strict=True)]


def sorted_hashes(values: set[int]) -> npt.NDArray[np.uint32]:
    return np.array(sorted(values), dtype=np.uint32)


def whole_list(file: IndexFile, number: int) -> list[tuple[int, int]]:
    """Return the pairs of all runs."""
    return [pair for entries in lists.read_list(file, number) for pair in pairs_in(entries)]


@settings(max_examples=60)
@given(parts=PARTS, asked=st.sets(HASHES), dead=st.sets(NUMBERS, max_size=5))
def test_look_up_finds_what_a_set_of_entries_has(
    parts: list[list[tuple[int, int]]],
    asked: set[int],
    dead: set[int],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    every: set[tuple[int, int]] = set()
    with list_file(tmp_path_factory.getbasetemp()) as file:
        for part in parts:
            lists.append(file, 3, entries_of(part))
            every |= {*part}
            expected = sorted(pair for pair in every if pair[0] in asked)
            found = pairs_in(lists.look_up(file, 3, sorted_hashes(asked)))
            assert expected == sorted({*found})
            assert found == sorted(found)
        assert every == {*whole_list(file, 3)}
        lists.compact(file, 3, np.array(sorted(dead), dtype=np.int64), counts=False)
        assert sorted(pair for pair in every if pair[1] not in dead) == whole_list(file, 3)
        assert len(lists.count_entries(file)) <= 1


@settings(max_examples=60)
@given(parts=COUNTS, asked=st.sets(HASHES))
def test_counts_of_all_additions_are_summed(
    parts: list[dict[int, int]], asked: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    sums: Counter[int] = Counter()
    hashes = sorted_hashes(asked)
    with list_file(tmp_path_factory.getbasetemp()) as file:

        def found() -> list[int]:
            sums_found = lists.sum_counts(lists.look_up(file, 5, hashes), hashes)
            return [int(value) for value in sums_found]

        for part in parts:
            lists.append(file, 5, counts_of(part), counts=True)
            for key, count in part.items():
                sums[key] += count
            assert [sums[key] for key in hashes.tolist()] == found()
        lists.compact(file, 5, np.empty(0, np.int64), counts=True)
        assert [sums[key] for key in hashes.tolist()] == found()


@settings(max_examples=30)
@given(parts=PARTS)
def test_every_block_belongs_to_one_run(
    parts: list[list[tuple[int, int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with list_file(tmp_path_factory.getbasetemp()) as file:
        for place, part in enumerate(parts):
            lists.append(file, place % 2, entries_of(part))
        there = {row[0] for row in file.connection.execute("SELECT id FROM block")}
        assert there == lists.block_ids(file)


def test_runs_stay_few(tmp_path: Path) -> None:
    with list_file(tmp_path) as file:
        for number in range(200):
            pairs = [(value, number) for value in range(number % 7 + 1)]
            lists.append(file, 0, entries_of(pairs))
        n_runs, n_entries = lists.count_entries(file)[0]
    assert sum(number % 7 + 1 for number in range(200)) == n_entries
    assert n_runs <= 8


def test_lists_do_not_mix(tmp_path: Path) -> None:
    with list_file(tmp_path) as file:
        lists.append(file, 1, entries_of([(7, 1)]))
        lists.append(file, 2, entries_of([(7, 2)]))
        assert [(7, 2)] == pairs_in(lists.look_up(file, 2, sorted_hashes({7})))
        assert [] == pairs_in(lists.look_up(file, 4, sorted_hashes({7})))
        assert [] == pairs_in(lists.look_up(file, 1, sorted_hashes(set())))


def test_a_list_of_dead_documents_only_is_gone_after_compaction(tmp_path: Path) -> None:
    with list_file(tmp_path) as file:
        lists.append(file, 1, entries_of([(7, 1), (8, 1)]))
        lists.compact(file, 1, np.array([1]), counts=False)
        assert {} == lists.count_entries(file)
        assert [(0,)] == file.connection.execute("SELECT count(*) FROM block").fetchall()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("DELETE FROM block WHERE id = 1", "a block is missing"),
        ("UPDATE block SET data = x'00' WHERE id = 1", "the size of a block from number 0"),
        ("UPDATE block SET data = 'text' WHERE id = 1", "the size of a block from number 0"),
        (
            "UPDATE block SET data = (SELECT data FROM block WHERE id = 0) WHERE id = 1",
            "a block from number 0",
        ),
        ("UPDATE run SET n_entries = n_entries - 1", "a run of list 0"),
        ("UPDATE run SET fence = zeroblob(length(fence))", "a run of list 0"),
        ("UPDATE run SET fence = 5", "a run of list 0"),
    ],
)
def test_a_damaged_list_is_refused(statement: str, what: str, tmp_path: Path) -> None:
    with list_file(tmp_path) as file:
        pairs: list[Any] = [(value, value) for value in range(20)]
        lists.append(file, 0, entries_of(pairs))
        file.connection.execute(statement)
        with pytest.raises(InputError, match=f"damaged index: {what}"):
            lists.look_up(file, 0, sorted_hashes({*range(20)}))
        file.connection.execute("DELETE FROM run")
        file.connection.execute("DELETE FROM block")
