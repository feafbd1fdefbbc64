"""What a cluster is: furniture, a repeat, syndication, a story's later version, recycled text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.duplicates.clusters import Clusters
from dedup.runs import run_starts

KINDS = ("repeat", "boilerplate", "syndicated", "update", "recycled")
REPEAT, FURNITURE, SYNDICATED, UPDATE, RECYCLED = range(len(KINDS))

# Two documents of one outlet are versions of a story if they share this much of their body words.
_VERSION_SHARE = 0.5

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """What the kinds of clusters hang on; every array has an entry a cluster.

    Attributes:
        kinds: Index of the cluster's kind in `KINDS`.
        n_documents: Number of documents with a member.
        n_outlets: Number of their outlets; each document without one counts as another.
    """

    kinds: Integers
    n_documents: Integers
    n_outlets: Integers


def describe_clusters(
    clusters: Clusters,
    *,
    documents: Integers,
    outlets: Integers,
    n_words: Integers,
    is_body: npt.NDArray[np.bool_],
    is_boilerplate: npt.NDArray[np.bool_],
) -> ClusterFacts:
    """Return the kind of each cluster, the first that applies, and its extent.

    `repeat` (one document), `boilerplate` (most members have that role), `syndicated` (two
    outlets or more), `update` (one outlet, and the documents share at least half of their body
    words with the representative's), `recycled` (one outlet, otherwise).

    Args:
        clusters: The clusters.
        documents: Document of each passage.
        outlets: Outlet number of each document; -1 where it has none.
        n_words: Number of tokens of each passage.
        is_body: Whether each passage is body.
        is_boilerplate: Whether each passage is boilerplate.
    """
    members = np.flatnonzero(clusters.of_passage >= 0)
    cluster = clusters.of_passage[members]
    document = documents[members]
    n_clusters = len(clusters)
    n_documents = _count_distinct(cluster, document, n_clusters)
    # A document without an outlet counts as one of its own.
    own = np.where(outlets >= 0, outlets, outlets.max(initial=0) + 1 + np.arange(len(outlets)))
    n_outlets = _count_distinct(cluster, own[document], n_clusters)
    n_furniture = np.bincount(cluster, weights=is_boilerplate[members], minlength=n_clusters)

    kinds = np.full(n_clusters, RECYCLED, dtype=np.int64)
    kinds[_are_updates(clusters, n_outlets == 1, documents, n_words, is_body)] = UPDATE
    kinds[n_outlets >= 2] = SYNDICATED
    kinds[2 * n_furniture > clusters.n_passages] = FURNITURE
    kinds[n_documents == 1] = REPEAT
    return ClusterFacts(kinds, n_documents, n_outlets)


def _count_distinct(groups: Integers, values: Integers, n_groups: int) -> Integers:
    order = np.lexsort((values, groups))
    groups, values = groups[order], values[order]
    return np.bincount(groups[run_starts(groups, values)], minlength=n_groups)


def _are_updates(
    clusters: Clusters,
    wanted: npt.NDArray[np.bool_],
    documents: Integers,
    n_words: Integers,
    is_body: npt.NDArray[np.bool_],
) -> npt.NDArray[np.bool_]:
    """Whether every document of a wanted cluster is a version of its representative's."""
    members = np.flatnonzero(clusters.of_passage >= 0)
    members = members[wanted[clusters.of_passage[members]]]
    cluster = clusters.of_passage[members]
    document = documents[members]
    head = documents[clusters.representatives[cluster]]
    other = document != head
    pairs, pair = np.unique(
        np.stack([head[other], document[other]], axis=1), axis=0, return_inverse=True
    )
    n_documents = len(np.bincount(documents))
    body_words = np.bincount(documents, weights=n_words * is_body, minlength=n_documents)
    shared = _shared_body_words(clusters, pairs, documents, n_words, is_body)
    is_version = shared >= _VERSION_SHARE * body_words[pairs].sum(axis=1)
    is_update = wanted.copy()
    is_update[cluster[other][~is_version[pair.reshape(-1)]]] = False
    return is_update


def _shared_body_words(
    clusters: Clusters,
    pairs: Integers,
    documents: Integers,
    n_words: Integers,
    is_body: npt.NDArray[np.bool_],
) -> npt.NDArray[np.float64]:
    """Count the body words of both documents of each pair that lie in clusters of both."""
    passages = np.flatnonzero(is_body & (clusters.of_passage >= 0))
    passages = passages[np.argsort(documents[passages], kind="stable")]
    n_documents = int(documents.max(initial=0)) + 1
    counts = np.bincount(documents[passages], minlength=n_documents)
    starts = np.cumsum(counts) - counts
    keys, words = [], []
    for side in (0, 1):
        sizes = counts[pairs[:, side]]
        number = np.repeat(np.arange(len(pairs)), sizes)
        within = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        taken = passages[np.repeat(starts[pairs[:, side]], sizes) + within]
        keys.append(number * max(len(clusters), 1) + clusters.of_passage[taken])
        words.append(n_words[taken])
    shared = np.zeros(len(pairs))
    for side in (0, 1):
        in_both = np.isin(keys[side], keys[1 - side])
        number = keys[side][in_both] // max(len(clusters), 1)
        shared += np.bincount(number, weights=words[side][in_both], minlength=len(pairs))
    return shared
