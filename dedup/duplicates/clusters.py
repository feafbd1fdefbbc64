"""Verified pairs to clusters that cannot chain.

In the order of their numbers each text joins the earliest representative that it is paired with,
or becomes one. So every member is at or above the threshold to its representative, and the
result depends on nothing but the pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.text import Kernel


@Kernel
def assign_in_order(
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
    representatives: npt.NDArray[np.int64],
) -> None:
    """Write each text's representative; pairs come sorted by `second`, then `first`."""
    for pair in range(len(first)):
        i, j = first[pair], second[pair]
        # The first of j's partners that represents itself is the earliest such.
        if representatives[j] == j and representatives[i] == i:
            representatives[j] = i


def assign_representatives(
    first: npt.NDArray[np.int64], second: npt.NDArray[np.int64], n_texts: int
) -> npt.NDArray[np.int64]:
    """Return the representative of each text; its own number if it has none.

    Args:
        first: The earlier text of each verified pair.
        second: The later one.
        n_texts: Number of texts.

    Returns:
        Shape (n_texts,), dtype int64.

    >>> assign_representatives(np.array([0, 1, 2]), np.array([1, 2, 3]), 4)
    array([0, 0, 2, 2])
    """
    representatives = np.arange(n_texts, dtype=np.int64)
    order = np.lexsort((first, second))
    assign_in_order.sized(len(first))(first[order], second[order], representatives)
    return representatives


@dataclass(frozen=True, slots=True)
class Clusters:
    """Clusters of passages, numbered by their representatives.

    Attributes:
        of_passage: Cluster of each passage, -1 for none, shape (n_passages,), dtype int64.
        representatives: Representative passage of each cluster, ascending, shape (n_clusters,).
        n_passages: Number of passages of each cluster, at least 2.
        min_jaccard: Least Jaccard of a member with its representative, in [threshold, 1].
    """

    of_passage: npt.NDArray[np.int64]
    representatives: npt.NDArray[np.int64]
    n_passages: npt.NDArray[np.int64]
    min_jaccard: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.representatives)

    @property
    def is_copy(self) -> npt.NDArray[np.bool_]:
        """Whether each passage is in a cluster that another passage represents."""
        is_copy = self.of_passage >= 0
        is_copy[self.representatives] = False
        return is_copy


def make_clusters(
    texts: npt.NDArray[np.int64],
    first_passages: npt.NDArray[np.int64],
    first: npt.NDArray[np.int64],
    second: npt.NDArray[np.int64],
    jaccard: npt.NDArray[np.float64],
) -> Clusters:
    """Return the clusters of passages that the pairs of their texts make.

    Args:
        texts: For each passage the number of its text, identical passages having the same;
            texts are numbered in the order of their first passages.
        first_passages: For each text its first passage.
        first: The earlier text of each verified pair.
        second: The later one.
        jaccard: The pair's Jaccard.
    """
    n_texts = len(first_passages)
    representatives = assign_representatives(first, second, n_texts)
    least = np.ones(n_texts)
    joined = representatives[second] == first
    np.minimum.at(least, first[joined], jaccard[joined])
    n_passages = np.bincount(representatives[texts], minlength=n_texts)
    heads = np.flatnonzero(n_passages >= 2)
    cluster_of_text = np.full(n_texts, -1, dtype=np.int64)
    cluster_of_text[heads] = np.arange(len(heads))
    return Clusters(
        of_passage=cluster_of_text[representatives[texts]],
        representatives=first_passages[heads],
        n_passages=n_passages[heads],
        min_jaccard=least[heads],
    )
