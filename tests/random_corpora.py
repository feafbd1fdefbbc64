"""Random corpora from a small vocabulary, so that near duplicates of every degree occur."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pyarrow as pa

from dedup import Corpus

Record = dict[str, Any]

VOCABULARY = (
    "harbour crane ferry storm council bridge school quota herring basin mayor signal gate"
    " island river mill ledger pilot lantern orchard quarry station market union tide"
).split()


def random_sentence(rng: random.Random, n_words: int, vocabulary: list[str] = VOCABULARY) -> str:
    """Return words in random order, with a capital and a full stop."""
    return " ".join(rng.choices(vocabulary, k=n_words)).capitalize() + "."


def vary(text: str, rng: random.Random, n_changes: int) -> str:
    """Return a text with some words replaced, dropped, added or differently printed."""
    words = text.split()
    for _ in range(n_changes):
        place = rng.randrange(len(words))
        change = rng.randrange(5)
        if change == 0:
            words[place] = rng.choice(VOCABULARY)
        elif change == 1 and len(words) > 1:
            del words[place]
        elif change == 2:
            words.insert(place, rng.choice(VOCABULARY))
        elif change == 3:
            words[place] = words[place].upper()
        else:
            words[place] = f"“{words[place]},”"
    return " ".join(words)


def random_records(
    seed: int, n_passages: int, *, n_words: tuple[int, int] = (8, 30)
) -> list[Record]:
    """Return records of one to four paragraphs, many of them near duplicates of earlier ones."""
    rng = random.Random(seed)
    paragraphs: list[str] = []
    while len(paragraphs) < n_passages:
        if paragraphs and rng.random() < 0.7:
            paragraphs.append(vary(rng.choice(paragraphs), rng, rng.choice((0, 1, 1, 2, 4, 7))))
        else:
            paragraphs.append(random_sentence(rng, rng.randint(*n_words)))
    records = []
    while paragraphs:
        n = rng.randint(1, 4)
        records.append(
            {
                "id": f"document-{len(records):04d}",
                "text": "\n\n".join(paragraphs[:n]),
                "outlet": rng.choice(["Gull", "Tern", "Heron", None]),
                "published": rng.choice([None, *(f"2026-03-{day:02d}" for day in range(1, 10))]),
            }
        )
        del paragraphs[:n]
    rng.shuffle(records)
    return records


def one_passage_records(texts: list[str]) -> list[Record]:
    """Return records of one passage each, in the order of the texts."""
    return [{"id": f"{number:06d}", "text": text} for number, text in enumerate(texts)]


def in_other_order(corpus: Corpus, *, seed: int, rows_at_once: int) -> Corpus:
    """Return the same documents in another order, and in other batches."""
    rows = [*range(len(corpus))]
    random.Random(seed).shuffle(rows)
    table = corpus.documents.take(pa.array(rows)).combine_chunks()
    batches = table.to_batches(max_chunksize=rows_at_once)
    return dataclasses.replace(corpus, documents=pa.Table.from_batches(batches))
