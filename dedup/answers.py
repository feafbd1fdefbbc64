"""Answers to what an analyst asks, from the tables.

They take tables and rows, so that an analysis answers as what was read back from its files does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.attribution import CREDITS
from dedup.reuse import DIRECTED, DIRECTIONS, REUSE_KINDS, SHARED_QUOTE
from dedup.tables import SCHEMAS, to_pandas
from dedup.text import diff_words, shingle_tuples

if TYPE_CHECKING:
    import pandas as pd

Found = TypeVar("Found")

_FLOW_VALUES = ("n_words", "n_documents", "n_passages")


def analysed(part: str, found: Found | None) -> Found:
    """Return what was found in a part, if it was analysed.

    Raises:
        ValueError: If it was not.
    """
    if found is None:
        verb = "was" if part == "reuse" else "were"
        raise ValueError(f"{part} {verb} not analysed: `only` named other parts")
    return found


def taken_rows(reuse: pa.Table) -> pa.Table:
    """Return the rows that say that one took from another: `dedup.rows.is_taken` for a table."""
    is_best = pc.equal(reuse["rank"], 1)
    is_directed = pc.equal(reuse["direction"], DIRECTIONS[DIRECTED])
    is_quote = pc.equal(reuse["kind"], REUSE_KINDS[SHARED_QUOTE])
    return reuse.filter(pc.and_not(pc.and_(is_best, is_directed), is_quote))


def flow_matrix(flows: pa.Table, values: str) -> pd.DataFrame:
    """Return the flows as a matrix: who had it in rows, who took it in columns.

    Raises:
        ValueError: If there is no such count.
    """
    if values not in _FLOW_VALUES:
        raise ValueError(f"values must be one of {', '.join(_FLOW_VALUES)}, got {values!r}")
    frame = to_pandas(flows).dropna(subset=["origin_outlet", "target_outlet"])
    outlets = sorted({*frame["origin_outlet"], *frame["target_outlet"]})
    matrix = frame.pivot(index="origin_outlet", columns="target_outlet", values=values)
    return matrix.reindex(index=outlets, columns=outlets).fillna(0).astype("Int64")


def credit_table(reuse: pa.Table) -> pa.Table:
    """Return the table `credit_summary`: the words that each outlet took, by their credit."""
    taken = taken_rows(reuse)
    taken = taken.filter(pc.is_valid(taken["credit"]))
    words = {
        name: pc.if_else(pc.equal(taken["credit"], name), taken["n_words"], 0) for name in CREDITS
    }
    sums = (
        pa.table({"outlet": taken["target_outlet"], **words})
        .group_by("outlet")
        .aggregate([(name, "sum") for name in CREDITS])
    )
    columns = {"outlet": sums["outlet"], **{name: sums[f"{name}_sum"] for name in CREDITS}}
    schema = SCHEMAS["credit_summary"]
    table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
    not_credited = pc.add(
        table["uncredited"], pc.add(table["quoted_uncredited"], table["credited_to_other"])
    )
    order = pc.sort_indices(
        table.append_column("not_credited", not_credited),
        sort_keys=[("not_credited", "descending"), ("outlet", "ascending")],
    )
    return table.take(order)


def biggest_stories(stories: pa.Table, n: int | None) -> pa.Table:
    """Return the rows of the `n` biggest stories; of all of them if it is None.

    Raises:
        ValueError: If `n` is negative.
    """
    if n is None:
        return stories
    if n < 0:
        raise ValueError(f"n must be at least 0, got {n}")
    return stories.filter(pc.less(stories["story_id"], n))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two passages are duplicates, or not.

    Attributes:
        jaccard: Exact Jaccard of their shingle sets, in [0, 1].
        threshold: The least Jaccard of a duplicate pair.
        shared: Runs of words that both have in the same order.
        only_first: Words that the first has instead, or besides.
        only_second: Words that the second has.
        cluster_id: The cluster that both are in, if there is one.
        reason: Why they are in one cluster or are not, in a sentence.
    """

    jaccard: float
    threshold: float
    shared: list[str]
    only_first: list[str]
    only_second: list[str]
    cluster_id: int | None
    reason: str


def check_passages(*passages: int, n_passages: int) -> None:
    """Refuse ids of passages that there are not.

    Raises:
        KeyError: If there is no such passage.
    """
    for passage in passages:
        if not 0 <= passage < n_passages:
            raise KeyError(f"passage id must be from 0 to {n_passages - 1}, got {passage}")


def explain(
    first: Mapping[str, Any],
    second: Mapping[str, Any],
    representatives: npt.NDArray[np.int64],
    *,
    threshold: float,
    shingle_size: int,
) -> Explanation:
    """Say what two passages share and why they are in one cluster, or are not.

    Args:
        first: A row of the table `passages`.
        second: Another.
        representatives: For each cluster the passage that represents it.
        threshold: The least Jaccard of a duplicate pair.
        shingle_size: Tokens in a shingle.
    """
    texts = (first["text"], second["text"])
    edits = diff_words(*texts)
    a, b = (shingle_tuples(text, shingle_size) for text in texts)
    jaccard = len(a & b) / len(a | b)
    cluster_id = first["cluster_id"] if first["cluster_id"] == second["cluster_id"] else None
    comparison = f"Jaccard {jaccard:.3f} is {'at or above' if jaccard >= threshold else 'below'}"
    own = f"{comparison} the threshold {threshold}"
    if cluster_id is None:
        reason = f"not in one cluster: {own}"
    elif (head := int(representatives[cluster_id])) in (first["passage_id"], second["passage_id"]):
        reason = f"in cluster {cluster_id}, which passage {head} represents: {own}"
    else:
        reason = (
            f"in cluster {cluster_id}: both are at or above the threshold {threshold} with its"
            f" representative, passage {head}; of each other, {comparison} it"
        )
    return Explanation(
        jaccard, threshold,
        [texts[0][e.start : e.end] for e in edits if e.equal],
        [texts[0][e.start : e.end] for e in edits if not e.equal and e.start < e.end],
        [texts[1][e.other_start : e.other_end]
         for e in edits if not e.equal and e.other_start < e.other_end],
        cluster_id, reason,
    )  # fmt: skip
