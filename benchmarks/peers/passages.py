"""Read passages and write groups: what every peer needs around it, kept as cheap as it can be.

In go JSON Lines with `id` and `text`; out go groups of ids that verified pairs connect. A peer pays
for its own work, not for this: reading is orjson's, tokens are what `\\w+` finds at half its cost,
shingles are joined in C.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import orjson

NUM_PERM = 128


class Spacing(dict[int, int | str]):
    """A translation that puts a space for every character that `\\w` does not match."""

    def __missing__(self, code: int) -> int | str:
        """Add a character when it is first met."""
        character = chr(code)
        self[code] = code if character.isalnum() or character == "_" else " "
        return self[code]


spacing = Spacing()


def parse_options(description: str, settings: Sequence[str]) -> argparse.Namespace:
    """Return the command line that all peers share."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("corpus", type=Path, help="JSON Lines with id and text")
    parser.add_argument("output", type=Path, help="JSON Lines, one list of ids a group")
    parser.add_argument("--pairs", type=Path, help="also write the verified pairs, for recall")
    parser.add_argument("--setting", choices=settings, default=settings[0])
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--shingle-size", type=int, default=5)
    return parser.parse_args()


def read_passages(path: Path) -> tuple[list[str], list[str]]:
    """Return the ids and the texts of a JSON Lines file."""
    ids, texts = [], []
    with path.open("rb") as lines:
        for line in lines:
            record = orjson.loads(line)
            ids.append(record["id"])
            texts.append(record["text"])
    return ids, texts


def text_shingles(text: str, size: int) -> list[str]:
    """Return the word shingles of a text as strings; a short text is one shingle."""
    words = text.lower().translate(spacing).split()
    if len(words) < size:
        return [" ".join(words)]
    return list(map(" ".join, zip(*(words[i:] for i in range(size)), strict=False)))


def byte_shingles(text: str, size: int) -> list[bytes]:
    """Return the word shingles of a text as UTF-8; words are encoded once, not once a shingle."""
    words = text.lower().translate(spacing).encode().split()
    if len(words) < size:
        return [b" ".join(words)]
    return list(map(b" ".join, zip(*(words[i:] for i in range(size)), strict=False)))


def recall_rows(threshold: float) -> int:
    """Return the most rows a band may have for a recall of 0.98 at the threshold.

    What the settings named `recall` use: libraries choose bands that find about half of the pairs
    that lie on their threshold, and `dedup` aims at 0.98.
    """
    rows = 1
    while 1 - (1 - threshold ** (rows + 1)) ** (NUM_PERM // (rows + 1)) >= 0.98:
        rows += 1
    return rows


def loose_threshold(threshold: float) -> float:
    """Return the threshold less three standard deviations of an estimate from 128 permutations."""
    deviation = (threshold * (1 - threshold) / NUM_PERM) ** 0.5
    return float(threshold - 3 * deviation)


def exactly_verified(
    pairs: Iterable[tuple[int, int]], texts: Sequence[str], *, size: int, threshold: float
) -> Iterator[tuple[int, int]]:
    """Yield the pairs whose exact Jaccard is at or above the threshold.

    No peer offers this; it makes the settings named `recall` comparable with verified pairs.
    """
    sets: dict[int, set[str]] = {}
    for i, j in pairs:
        for row in (i, j):
            if row not in sets:
                sets[row] = set(text_shingles(texts[row], size))
        first, second = sets[i], sets[j]
        shared = len(first & second)
        if shared >= threshold * (len(first) + len(second) - shared):
            yield i, j


def write_results(
    options: argparse.Namespace, ids: list[str], pairs: Iterable[tuple[int, int]]
) -> None:
    """Write the groups that row pairs connect, and the pairs where they are asked for."""
    if options.pairs is not None:
        pairs = list(pairs)
        with options.pairs.open("wb") as out:
            for i, j in pairs:
                out.write(orjson.dumps((ids[i], ids[j])) + b"\n")
    with options.output.open("wb") as out:
        for group in connected(pairs):
            out.write(orjson.dumps([ids[row] for row in group]) + b"\n")


def connected(pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return the connected components of the pairs (union-find, path halving)."""
    parent: dict[int, int] = {}

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for i, j in pairs:
        parent.setdefault(i, i)
        parent.setdefault(j, j)
        i, j = root(i), root(j)
        if i != j:
            parent[max(i, j)] = min(i, j)
    groups: dict[int, list[int]] = {}
    for row in parent:
        groups.setdefault(root(row), []).append(row)
    return list(groups.values())
