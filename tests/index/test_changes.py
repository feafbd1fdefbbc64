"""What counts as a changed document: whatever is said of it, but not where it was read from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from index_files import damage_of

from dedup import Corpus
from dedup.corpus.document import DOCUMENT_SCHEMA
from dedup.index import Index

FULL = {
    "document_id": "full", "text": "---\ntitle: Ebb\n---\nThe harbour froze.", "body_start": 19,
    "outlet": "Gull", "published": 1_700_000_000_000_000, "published_is_day": True, "title": "Ebb",
    "url": "https://gull.example/ebb", "path": "a/full.md", "line": 3, "other_fields": '{"a":[1]}',
}  # fmt: skip
BARE = dict.fromkeys(FULL) | {
    "document_id": "bare", "text": "", "body_start": 0, "published_is_day": False
}  # fmt: skip
EMPTY = BARE | {"document_id": "empty", "title": "", "url": "", "outlet": "", "line": 0}


def corpus_of(*rows: dict[str, Any]) -> Corpus:
    return Corpus(pa.Table.from_pylist([*rows], schema=DOCUMENT_SCHEMA))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.dedup"
    Index.create(path, corpus_of(FULL, BARE, EMPTY), jobs=1).close()
    return path


def test_documents_come_out_as_they_went_in(path: Path) -> None:
    with Index.open(path, write=True) as index:
        added = index.add(corpus_of(EMPTY, FULL, BARE), jobs=1)
        assert (added.n_added, added.n_changed, added.n_unchanged) == (0, 0, 3)
        for row in (FULL, BARE, EMPTY):
            assert [*corpus_of(row)] == [index.find(row["document_id"])]
    assert [] == damage_of(path)


@pytest.mark.parametrize("row", [FULL, BARE, EMPTY], ids=lambda row: row["document_id"])
@pytest.mark.parametrize(
    "change",
    [{"text": "The harbour thawed."}, {"body_start": 4}, {"outlet": "Tern"}, {"published": 5},
     {"published_is_day": True}, {"published_is_day": False}, {"title": "Flow"}, {"title": None},
     {"url": "https://gull.example/flow"}, {"other_fields": '{"a":[2]}'}],
    ids=str,
)  # fmt: skip
def test_a_document_of_which_something_else_is_said_is_changed(
    change: dict[str, Any], row: dict[str, Any], path: Path
) -> None:
    changed = row | change
    changed["body_start"] = min(changed["body_start"], len(changed["text"]))
    is_changed = changed != row
    with Index.open(path, write=True) as index:
        added = index.add(corpus_of(changed), jobs=1)
        assert (added.n_changed, added.n_unchanged) == (is_changed, not is_changed)
        assert [*corpus_of(changed)] == [index.find(row["document_id"])]


def test_a_document_that_was_moved_is_unchanged(path: Path) -> None:
    with Index.open(path, write=True) as index:
        added = index.add(corpus_of(FULL | {"path": "b/full.md", "line": 9}), jobs=1)
        assert (added.n_added, added.n_changed, added.n_unchanged) == (0, 0, 1)


def test_documents_out_of_order_and_in_batches_are_known_again(path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [BARE | {"document_id": f"{n:03}", "text": f"Pier {n}."} for n in range(60)]
    with Index.open(path, write=True) as index:
        index.add(corpus_of(*rows), jobs=1)
        rows[7]["text"] = "Pier closed."
        rows += [BARE | {"document_id": "new", "text": "A new pier."}]
        mixed = corpus_of(*(rows[i] for i in rng.permutation(len(rows)).tolist())).documents
        table = pa.concat_tables([mixed.slice(i, 9) for i in range(0, len(mixed), 9)])
        added = index.add(Corpus(table), jobs=1)
        assert (added.n_added, added.n_changed, added.n_unchanged) == (1, 1, 59)
    assert [] == damage_of(path)
