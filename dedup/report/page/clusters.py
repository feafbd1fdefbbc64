"""Clusters as a page shows them: the first text, and word by word what the others changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup.analysis import Analysis
from dedup.report.page.facts import Facts, Groups, group_rows
from dedup.report.page.names import Integers, Named, shorten
from dedup.report.page.pieces import Piece, pieces_of_both

_MEMBERS = 12  # shown of a cluster
_LONGEST_TEXT = 3_000  # characters of a member that are shown


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A passage of a cluster: its document, and its text with what differs from the first's."""

    name: Named
    passage: int
    pieces: list[Piece]

    @property
    def is_same(self) -> bool:
        """Whether it has the first's words, all of them and no other."""
        return all(not piece.change for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ClusterShown:
    """A cluster with its first members, the representative before them."""

    cluster: int
    kind: str
    n_passages: int
    n_documents: int
    n_outlets: int
    n_words: int
    min_jaccard: float
    text: str
    members: list[MemberShown]


def rank_clusters(analysis: Analysis, facts: Facts) -> Integers:
    """Return the clusters, those first that repeat most words between outlets, furniture last."""
    if facts.clusters is None:
        return np.empty(0, dtype=np.int64)
    arrays, clusters = analysis.passage_arrays, analysis.cluster_arrays
    n_words = arrays.n_words[clusters.representatives]
    between = n_words * (facts.clusters["n_outlets"].to_numpy() - 1)
    repeated = n_words * (clusters.n_passages - 1)
    is_furniture = pc.equal(facts.clusters["kind"], "boilerplate").to_numpy()
    return np.lexsort((-repeated, -between, is_furniture))


def members_of(analysis: Analysis, chosen: Integers) -> Groups:
    """Return the passages of some clusters, in their order; of others, none."""
    of_passage = analysis.cluster_arrays.of_passage
    n_clusters = len(analysis.cluster_arrays)
    is_chosen = np.zeros(n_clusters + 1, dtype=np.bool_)  # the last is that of no cluster
    is_chosen[chosen] = True
    return group_rows(of_passage, n_clusters, np.flatnonzero(is_chosen[of_passage]))


def shown_members(analysis: Analysis, members: Groups, cluster: int) -> list[int]:
    """Return the first passages of a cluster, its representative before the others."""
    head = int(analysis.cluster_arrays.representatives[cluster])
    return [head, *[each for each in members.of(cluster) if each != head][: _MEMBERS - 1]]


def view_cluster(
    analysis: Analysis, facts: Facts, cluster: int, shown: list[int], names: Mapping[int, Named]
) -> ClusterShown:
    """Return a cluster as the page shows it."""
    arrays, table = analysis.passage_arrays, facts.clusters
    row = (pa.table({}) if table is None else table.slice(cluster, 1)).to_pylist()[0]
    texts = analysis.passage_texts(np.array(shown)).to_pylist()
    texts = [shorten(text, _LONGEST_TEXT) for text in texts]
    members = [
        MemberShown(names[int(arrays.documents[passage])], passage, pieces_of_both(texts[0], text))
        for passage, text in zip(shown[1:], texts[1:], strict=True)
    ]
    first = MemberShown(names[int(arrays.documents[shown[0]])], shown[0], [Piece(texts[0])])
    return ClusterShown(
        cluster, row["kind"], row["n_passages"], row["n_documents"], row["n_outlets"],
        int(arrays.n_words[shown[0]]), row["min_jaccard"], texts[0], [first, *members],
    )  # fmt: skip
