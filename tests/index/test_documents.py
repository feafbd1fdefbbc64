"""Documents in stretches and pages: whatever they are, and in whatever order they come and go."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from index_files import damage_of

from dedup import Corpus
from dedup.index import Index
from dedup.index.documents import read_all_documents, read_documents, read_facts

WORDS = "harbour quay tide ferry docker saltmarsh crane lighthouse – “größer” 潮 🚢".split()


def make_record(rng: random.Random, number: int) -> dict[str, Any]:
    """Return a record with any of the fields there are; its text may be empty or long."""
    n_words = rng.choice((0, 1, 12, 60, 60, 900, 2_000))
    record: dict[str, Any] = {
        "id": f"{rng.choice('axz')}-{number}", "text": " ".join(rng.choices(WORDS, k=n_words))
    }  # fmt: skip
    if rng.random() < 0.5:
        record["published"] = rng.choice(("2026-03-14", "2025-12-01T10:30:00Z", "2026-01-01"))
    if rng.random() < 0.5:
        record["outlet"] = rng.choice(("The Gull", "The Tern", "größer"))
    if rng.random() < 0.2:
        record |= {"title": "The tide", "url": "https://gull.example/1", "section": ["a", 1]}
    return record


def everything(index: Index) -> dict[str, dict[str, Any]]:
    """Return all documents of an index, by id, and see that they come in order."""
    last, found = -1, {}
    for stored in read_all_documents(index._file):
        assert last < stored.numbers[0]
        assert (np.diff(stored.numbers) > 0).all()
        last = stored.numbers[-1]
        found.update({row["document_id"]: row for row in stored.table.to_pylist()})
    return found


@pytest.mark.parametrize("seed", range(4))
def test_documents_come_back_as_they_were(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    path = tmp_path / "archive.dedup"
    expected: dict[str, dict[str, Any]] = {}
    with Index.create(path) as index:
        for first in range(0, 400, 100):
            records = [make_record(rng, first + n) for n in range(rng.choice((1, 7, 100)))]
            records[0]["text"] = "The harbour stays closed."
            corpus = Corpus.from_records(records)
            index.add(corpus, jobs=1)
            expected |= {row["document_id"]: row for row in corpus.documents.to_pylist()}
            gone = rng.sample(sorted(expected), rng.randrange(len(expected)))
            index.remove(gone, jobs=1)
            expected = {key: row for key, row in expected.items() if key not in gone}
            assert expected == everything(index)
            assert len(expected) == len(index)
        numbers = np.arange(index._file.manifest["next_number"])
        facts = read_facts(index._file, numbers)
        some = facts.numbers[::3]
        assert len(expected) == len(facts)
        stored = read_documents(index._file, some)
        assert some.tolist() == stored.numbers.tolist()
        assert [expected[row["document_id"]] for row in stored.table.to_pylist()] == (
            stored.table.to_pylist()
        )
    assert [] == damage_of(path)


def test_documents_are_numbered_as_they_were_published(tmp_path: Path) -> None:
    days = [f"2026-{month:02}-{day:02}" for month in (5, 3, 12) for day in range(1, 29)]
    random.Random(1).shuffle(days)
    records = [{"id": f"{n}", "text": f"The tide of {day}.", "published": day}
               for n, day in enumerate(days)]  # fmt: skip
    with Index.create(tmp_path / "archive.dedup", Corpus.from_records(records)) as index:
        texts = [row["text"] for row in everything(index).values()]
    assert [f"The tide of {day}." for day in sorted(days)] == texts
