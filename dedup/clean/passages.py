"""Which passages duplicate which: one that stays, or, where none stays, any other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.analysis import Analysis
from dedup.corpus import BODY, BOILERPLATE, Passages, outlet_numbers
from dedup.duplicates import Clusters, Pairs, describe_clusters, make_clusters
from dedup.runs import run_starts

Integers = npt.NDArray[np.int64]

# Passages to remove, what each duplicates, their Jaccard, and the kind of their cluster.
Matches = tuple[Integers, Integers, npt.NDArray[np.float64], Integers]


def match_passages(
    analysis: Analysis, pairs: Pairs, order: Integers, *, keeps_one: bool
) -> Matches:
    """Return the passages to remove, and for each one that it duplicates.

    Args:
        analysis: An analysis with its duplicates.
        pairs: Its pairs.
        order: All passages in the order in which they are kept.
        keeps_one: Whether one of several copies stays.

    Returns:
        Passages, ascending; for each the passage that it duplicates; their Jaccard; the kind of
        the cluster that they are in.
    """
    if keeps_one:
        return _match_with_kept(analysis, pairs, order)
    return _match_with_any(analysis, pairs)


def _match_with_kept(analysis: Analysis, pairs: Pairs, order: Integers) -> Matches:
    """Cluster the texts anew, in the order in which they are kept."""
    passages = analysis.passage_arrays
    n_texts = len(passages.first_passages)
    places = np.full(n_texts, len(order))  # of each text's most preferred passage
    np.minimum.at(places, passages.texts[order], np.arange(len(order)))
    by_place = np.argsort(places)
    numbers = np.empty(n_texts, dtype=np.int64)  # of the texts, in the order of those passages
    numbers[by_place] = np.arange(n_texts)
    ends = numbers[np.stack([pairs.first, pairs.second])]
    ends.sort(axis=0)
    first, second = ends
    texts = numbers[passages.texts]
    jaccard = pairs.jaccard
    clusters = make_clusters(texts, order[places[by_place]], first, second, jaccard)
    removed = np.flatnonzero(clusters.is_copy)
    cluster = clusters.of_passage[removed]
    kept = clusters.representatives[cluster]
    joined = np.full(n_texts, -1)
    joined[texts[removed]] = texts[kept]
    is_joining = joined[second] == first
    of_text = np.ones(n_texts)
    of_text[second[is_joining]] = jaccard[is_joining]
    return removed, kept, of_text[texts[removed]], _kinds(analysis, clusters)[cluster]


def _match_with_any(analysis: Analysis, pairs: Pairs) -> Matches:
    """Match every passage that has a duplicate with the first one: an identical one if any is."""
    passages = analysis.passage_arrays
    texts = passages.texts
    n_texts = len(passages.first_passages)
    ends = np.append(pairs.first, pairs.second)
    others = np.append(pairs.second, pairs.first)
    by_end = np.lexsort((others, ends))
    by_end = by_end[run_starts(ends[by_end])]
    partners = np.full(n_texts, -1)
    partners[ends[by_end]] = others[by_end]
    of_text = np.ones(n_texts)
    of_text[ends[by_end]] = np.append(pairs.jaccard, pairs.jaccard)[by_end]

    by_text = np.argsort(texts, kind="stable")
    is_second = ~run_starts(texts[by_text])
    is_second[1:] &= ~is_second[:-1]
    second_passages = np.full(n_texts, -1)
    second_passages[texts[by_text[is_second]]] = by_text[is_second]
    has_twin = second_passages[texts] >= 0

    removed = np.flatnonzero(has_twin | (partners[texts] >= 0))
    text = texts[removed]
    first = passages.first_passages[text]
    twins = np.where(first == removed, second_passages[text], first)
    duplicated = np.where(has_twin[removed], twins, passages.first_passages[partners[text]])
    jaccard = np.where(has_twin[removed], 1.0, of_text[text])
    clusters = analysis.cluster_arrays
    # A text that only duplicates a member, not the representative, is in no cluster itself.
    cluster = clusters.of_passage[removed]
    cluster = np.where(cluster >= 0, cluster, clusters.of_passage[duplicated])
    return removed, duplicated, jaccard, _kinds(analysis, clusters)[cluster]


def _kinds(analysis: Analysis, clusters: Clusters) -> Integers:
    passages: Passages = analysis.passage_arrays
    facts = describe_clusters(
        clusters,
        documents=passages.documents,
        outlets=outlet_numbers(analysis.corpus),
        n_words=passages.n_words,
        is_body=passages.roles == BODY,
        is_boilerplate=passages.roles == BOILERPLATE,
    )
    return facts.kinds
