"""Slow, obvious oracles: what DESIGN says of pairs and clusters, in sets of token tuples.

And what an analysis reports, in the same form.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Hashable
from pathlib import Path

from dedup import Analysis

Tokens = tuple[str, ...]
ShingleSet = set[tuple[Hashable, ...]]


def tokens_of(text: str) -> Tokens:
    """Return the tokens of a text in a script with spaces: words, kept whole at apostrophes."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return tuple(re.findall(r"[^\W_]+(?:'[^\W_]+)*", text))


def shingle_set(tokens: Tokens, size: int) -> ShingleSet:
    """Return the shingles of a text; one shorter than a shingle is one of what it has."""
    if not tokens:
        return set()
    return {tokens[i : i + size] for i in range(max(1, len(tokens) - size + 1))}


def jaccard_of(a: ShingleSet, b: ShingleSet) -> float:
    """Return the size of the intersection over that of the union; of two empty sets 0."""
    return len(a & b) / len(a | b) if a or b else 0.0


def find_all_pairs(
    texts: list[str], *, shingle_size: int, threshold: float
) -> dict[tuple[int, int], float]:
    """Return the rows that the table `duplicates` should have: (first, second) to Jaccard.

    Args:
        texts: The passages, in their order.
        shingle_size: Tokens in a shingle.
        threshold: Least Jaccard of a pair.
    """
    first_with: dict[Tokens, int] = {}
    pairs = {}
    for passage, text in enumerate(texts):
        first = first_with.setdefault(tokens_of(text), passage)
        if first != passage:
            pairs[first, passage] = 1.0
    sets = [(p, shingle_set(tokens, shingle_size)) for tokens, p in first_with.items()]
    for (first, a), (second, b) in itertools.combinations(sets, 2):
        if (jaccard := jaccard_of(a, b)) >= threshold:
            pairs[first, second] = jaccard
    return pairs


def cluster_in_order(texts: list[str], pairs: set[tuple[int, int]]) -> list[list[int]]:
    """Return the clusters by DESIGN's sentence, given the verified pairs.

    In their order each passage joins the earliest representative it is verified against, or
    becomes one; of identical passages one pair stands for all.
    """
    first_with: dict[Tokens, int] = {}
    first_of = [first_with.setdefault(tokens_of(text), p) for p, text in enumerate(texts)]
    members: dict[int, list[int]] = {}
    for passage in range(len(texts)):
        for representative in members:
            a, b = sorted((first_of[representative], first_of[passage]))
            if a == b or (a, b) in pairs:
                members[representative].append(passage)
                break
        else:
            members[passage] = [passage]
    return [passages for passages in members.values() if len(passages) > 1]


def reported_pairs(analysis: Analysis) -> dict[tuple[int, int], float]:
    """Return the table `duplicates` in the form of `find_all_pairs`."""
    rows = analysis.table("duplicates").to_pylist()
    return {(r["first_passage_id"], r["second_passage_id"]): r["jaccard"] for r in rows}


def reported_clusters(analysis: Analysis) -> list[list[int]]:
    """Return the passages of each cluster, in the order of their numbers."""
    members: dict[int, list[int]] = {}
    for row in analysis.table("passages").to_pylist():
        if row["cluster_id"] is not None:
            members.setdefault(row["cluster_id"], []).append(row["passage_id"])
    return [members[cluster] for cluster in sorted(members)]


def passage_texts(analysis: Analysis) -> list[str]:
    """Return the texts of the passages, in the order of their numbers."""
    texts: list[str] = analysis.table("passages")["text"].to_pylist()
    return texts


def write_everything(analysis: Analysis, directory: Path) -> dict[str, bytes]:
    """Write every table in every format; return the files' bytes by name."""
    files = [path for format_ in ("parquet", "csv", "jsonl")
             for path in analysis.write(directory, format=format_)]  # fmt: skip
    return {path.name: path.read_bytes() for path in files}
