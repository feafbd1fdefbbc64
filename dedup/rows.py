"""What was found, as arrays, to the rows of each table."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.attribution import (
    CONFIDENCES,
    CREDITED,
    CREDITS,
    NO_CREDIT,
    NO_VERDICT,
    QUOTATIONS,
    RELATIONS,
    VERDICTS,
    Attributions,
    Audit,
    Verdicts,
)
from dedup.attribution import KINDS as CREDITED_KINDS
from dedup.corpus import BODY, BOILERPLATE, ROLES, Corpus, Passages, outlet_numbers, slice_texts
from dedup.duplicates import KINDS, Clusters, Pairs, describe_clusters
from dedup.reuse import DIRECTED, DIRECTIONS, REASONS, REUSE_KINDS, SHARED_QUOTE, Reuse
from dedup.runs import run_starts
from dedup.tables import SCHEMAS

Integers = npt.NDArray[np.int64]

_HOUR = 3600 * 1_000_000  # in microseconds


def document_rows(
    corpus: Corpus,
    passages: Passages,
    clusters: Clusters | None,
    reuse: Reuse | None,
    audit: Audit | None,
) -> pa.Table:
    """Return the table `documents`; shares that were not analysed are missing."""
    n = len(corpus)
    n_words = np.bincount(passages.documents, weights=passages.n_words, minlength=n)

    def share(words: npt.NDArray[np.number[Any]] | None) -> pa.Array:
        if words is None:
            return pa.nulls(n, pa.float64())
        shares = np.divide(words, n_words, out=np.zeros(n), where=n_words > 0)
        return pa.array(np.round(shares, 6))

    copied = reused = uncredited = None
    if clusters is not None:
        n_copied = passages.n_words * clusters.is_copy
        copied = np.bincount(passages.documents, weights=n_copied, minlength=n)
    if reuse is not None:
        taken = is_taken(reuse)
        reused = np.bincount(reuse.targets[taken], weights=reuse.n_words[taken], minlength=n)
        if audit is not None:
            taken &= is_uncredited(audit)
            uncredited = np.bincount(
                reuse.targets[taken], weights=reuse.n_words[taken], minlength=n
            )
    own = corpus.documents
    columns = {name: own[name] for name in own.column_names} | {
        "n_passages": pa.array(np.bincount(passages.documents, minlength=n)),
        "n_words": pa.array(n_words.astype(np.int64)),
        "duplicate_share": share(copied),
        "reused_share": share(reused),
        "uncredited_share": share(uncredited),
    }
    schema = SCHEMAS["documents"]
    table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
    ids = table["document_id"]
    is_sorted = pc.all(pc.less_equal(ids[:-1], ids[1:])).as_py() is not False
    return table if is_sorted else table.sort_by("document_id")


def passage_rows(
    corpus: Corpus, passages: Passages, clusters: Clusters | None, first: int, last: int
) -> pa.Table:
    """Return the rows of the table `passages` from `first` to before `last`."""
    rows = np.arange(first, last)
    documents = take_documents(corpus, passages.documents[first:last])
    if clusters is None:
        cluster = pa.nulls(last - first, pa.int64())
    else:
        numbers = clusters.of_passage[first:last]
        cluster = pa.array(numbers, mask=numbers < 0)
    columns = {
        "passage_id": rows,
        "document_id": documents["document_id"],
        "outlet": documents["outlet"],
        "position": passages.positions[first:last],
        "start": passages.starts[first:last],
        "end": passages.ends[first:last],
        "n_words": passages.n_words[first:last],
        "role": named(passages.roles[first:last], ROLES),
        "cluster_id": cluster,
        "text": passage_texts(corpus, passages, rows),
    }
    return pa.table(columns, schema=SCHEMAS["passages"])


def duplicate_rows(corpus: Corpus, passages: Passages, pairs: Pairs) -> pa.Table:
    """Return the table `duplicates`."""
    is_copy = np.ones(len(passages), dtype=np.bool_)
    is_copy[passages.first_passages] = False
    copies = np.flatnonzero(is_copy)
    ones = np.ones(len(copies))
    first = np.append(
        passages.first_passages[pairs.first], passages.first_passages[passages.texts[copies]]
    )
    second = np.append(passages.first_passages[pairs.second], copies)
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    columns = {
        "first_passage_id": first,
        "second_passage_id": second,
        "first_document_id": take_documents(corpus, passages.documents[first])["document_id"],
        "second_document_id": take_documents(corpus, passages.documents[second])["document_id"],
    }
    for name, share in (
        ("jaccard", pairs.jaccard),
        ("first_in_second", pairs.shared / pairs.first_size),
        ("second_in_first", pairs.shared / pairs.second_size),
    ):
        columns[name] = np.round(np.append(share, ones)[order], 6)
    return pa.table(columns, schema=SCHEMAS["duplicates"])


def cluster_rows(corpus: Corpus, passages: Passages, clusters: Clusters) -> pa.Table:
    """Return the table `clusters`."""
    facts = describe_clusters(
        clusters,
        documents=passages.documents,
        outlets=outlet_numbers(corpus),
        n_words=passages.n_words,
        is_body=passages.roles == BODY,
        is_boilerplate=passages.roles == BOILERPLATE,
    )
    heads = clusters.representatives
    documents = take_documents(corpus, passages.documents[heads])
    columns = {
        "cluster_id": np.arange(len(clusters)),
        "kind": named(facts.kinds, KINDS),
        "n_passages": clusters.n_passages,
        "n_documents": facts.n_documents,
        "n_outlets": facts.n_outlets,
        "representative_passage_id": heads,
        "first_outlet": documents["outlet"],
        "first_published": documents["published"],
        "min_jaccard": np.round(clusters.min_jaccard, 6),
        "text": passage_texts(corpus, passages, heads),
    }
    return pa.table(columns, schema=SCHEMAS["clusters"])


def reuse_rows(corpus: Corpus, reuse: Reuse, audit: Audit | None) -> pa.Table:
    """Return the table `reuse`."""
    n = len(reuse)
    if audit is None:
        credit, credited_by = pa.nulls(n, pa.string()), pa.nulls(n, pa.int64())
    else:
        credit = named(audit.credits, CREDITS, missing=NO_CREDIT)
        credited_by = pa.array(audit.attributions, mask=audit.attributions < 0)
    targets = take_documents(corpus, reuse.targets)
    origins = take_documents(corpus, reuse.origins)
    columns = {
        "reuse_id": np.arange(n),
        "rank": reuse.ranks,
        "target_document_id": targets["document_id"],
        "target_outlet": targets["outlet"],
        "target_start": reuse.target_starts,
        "target_end": reuse.target_ends,
        "origin_document_id": origins["document_id"],
        "origin_outlet": origins["outlet"],
        "origin_start": reuse.origin_starts,
        "origin_end": reuse.origin_ends,
        "n_words": reuse.n_words,
        "cosine": np.round(reuse.cosines, 6),
        "identity": np.round(reuse.identity, 6),
        "kind": named(reuse.kinds, REUSE_KINDS),
        "direction": named(reuse.directions, DIRECTIONS),
        "direction_reason": named(reuse.reasons, REASONS),
        "credit": credit,
        "credit_attribution_id": credited_by,
    }
    return pa.table(columns, schema=SCHEMAS["reuse"])


def attribution_rows(corpus: Corpus, attributions: Attributions, verdicts: Verdicts) -> pa.Table:
    """Return the table `attributions`."""
    n = len(attributions)
    spans = np.stack([attributions.contents, attributions.cues, attributions.credited])
    is_there = spans[:, :, 0] >= 0
    starts = np.where(is_there, spans[:, :, 0], np.iinfo(np.int64).max).min(axis=0)

    def optional(values: Integers) -> pa.Array:
        return pa.array(values, mask=values < 0)

    is_matched = verdicts.documents >= 0
    matched = pa.array(np.full(n, None), pa.string())
    if is_matched.any():
        found = take_documents(corpus, np.maximum(verdicts.documents, 0))["document_id"]
        matched = pc.if_else(pa.array(is_matched), found, None)
    columns = {
        "attribution_id": np.arange(n),
        "document_id": take_documents(corpus, attributions.documents)["document_id"],
        "passage_id": attributions.passages,
        "start": starts,
        "end": spans[:, :, 1].max(axis=0),
        "content_start": optional(attributions.contents[:, 0]),
        "content_end": optional(attributions.contents[:, 1]),
        "cue_start": optional(attributions.cues[:, 0]),
        "cue_end": optional(attributions.cues[:, 1]),
        "credited_start": attributions.credited[:, 0],
        "credited_end": attributions.credited[:, 1],
        "credited_text": pa.array(attributions.credited_texts, pa.string()),
        "credited_kind": named(attributions.kinds, CREDITED_KINDS),
        "credited_outlet": pa.array(attributions.outlets, pa.string()),
        "relation": named(attributions.relations, RELATIONS),
        "quotation": named(attributions.quotations, QUOTATIONS),
        "parent_attribution_id": optional(attributions.parents),
        "confidence": named(attributions.confidence, CONFIDENCES),
        "verdict": named(verdicts.verdicts, VERDICTS, missing=NO_VERDICT),
        "matched_document_id": matched,
        "matched_start": optional(verdicts.spans[:, 0]),
        "matched_end": optional(verdicts.spans[:, 1]),
    }
    return pa.table(columns, schema=SCHEMAS["attributions"])


def flow_rows(corpus: Corpus, reuse: Reuse, audit: Audit | None) -> pa.Table:
    """Return the table `flows`."""
    taken = np.flatnonzero(is_taken(reuse))
    outlets = outlet_numbers(corpus)
    targets, origins = reuse.targets[taken], reuse.origins[taken]
    n = int(outlets.max(initial=-1)) + 2  # a missing outlet is the last number, too
    flow = (outlets[origins] % n) * n + outlets[targets] % n
    order = np.lexsort((origins, targets, flow))
    flow, targets, origins, taken = flow[order], targets[order], origins[order], taken[order]
    group = np.cumsum(run_starts(flow)) - 1
    n_flows = int(group.max(initial=-1)) + 1
    times = corpus.documents["published"].cast(pa.int64())
    published, is_dated = pc.fill_null(times, 0).to_numpy(), pc.is_valid(times).to_numpy()
    # Every pair of documents counts once, however many passages it has, and only by its dates.
    counts = run_starts(group, targets, origins) & is_dated[targets] & is_dated[origins]
    lags = (published[targets] - published[origins])[counts] / _HOUR
    bounds = np.searchsorted(group[counts], np.arange(n_flows + 1))
    medians = [
        round(float(np.median(lags[a:b])), 6) if a < b else None
        for a, b in itertools.pairwise(bounds)
    ]
    heads = np.flatnonzero(run_starts(flow))
    new_document = run_starts(group, targets)
    n_uncredited = pa.nulls(n_flows, pa.int64())
    if audit is not None:
        own = is_uncredited(audit)[taken]
        n_uncredited = pa.array(_count_passages(group[own], reuse, taken[own], n_flows))
    table = pa.table(
        {
            "origin_outlet": take_documents(corpus, origins[heads])["outlet"],
            "target_outlet": take_documents(corpus, targets[heads])["outlet"],
            "n_documents": np.bincount(group[new_document], minlength=n_flows),
            "n_passages": _count_passages(group, reuse, taken, n_flows),
            "n_words": np.bincount(group, weights=reuse.n_words[taken], minlength=n_flows).astype(
                np.int64
            ),
            "n_uncredited": n_uncredited,
            "median_lag_hours": pa.array(medians, pa.float64()),
        },
        schema=SCHEMAS["flows"],
    )
    return table.sort_by([("origin_outlet", "ascending"), ("target_outlet", "ascending")])


def _count_passages(group: Integers, reuse: Reuse, rows: Integers, n_groups: int) -> Integers:
    """Count the passages of targets that the rows of each group touch, each once."""
    sizes = reuse.last_passages[rows] - reuse.first_passages[rows] + 1
    of_row = np.repeat(np.arange(len(rows)), sizes)
    passages = np.arange(len(of_row)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    passages += reuse.first_passages[rows][of_row]
    groups = group[of_row]
    order = np.lexsort((passages, groups))
    groups, passages = groups[order], passages[order]
    is_new = run_starts(groups, passages)
    return np.bincount(groups[is_new], minlength=n_groups)


def is_taken(reuse: Reuse) -> npt.NDArray[np.bool_]:
    """Return which rows say that one took from another: best origin, directed, no shared quote."""
    is_best: npt.NDArray[np.bool_] = reuse.ranks == 1
    is_best &= reuse.directions == DIRECTED
    is_best &= reuse.kinds != SHARED_QUOTE
    return is_best


def is_uncredited(audit: Audit) -> npt.NDArray[np.bool_]:
    """Return which rows are credited to nobody, or to somebody else."""
    uncredited: npt.NDArray[np.bool_] = audit.credits > CREDITED
    return uncredited


def passage_texts(corpus: Corpus, passages: Passages, numbers: Integers) -> pa.ChunkedArray:
    """Return the texts of passages, as large_string."""
    return slice_texts(
        corpus.documents["text"], passages.documents[numbers],
        passages.byte_starts[numbers], passages.byte_ends[numbers],
    )  # fmt: skip


def take_documents(corpus: Corpus, rows: Integers) -> pa.Table:
    """Return id, outlet and time of documents."""
    columns = ["document_id", "outlet", "published"]
    return corpus.documents.select(columns).combine_chunks().take(pa.array(rows))


def named(
    numbers: npt.NDArray[np.integer[Any]], names: Sequence[str], *, missing: int | None = None
) -> pa.Array:
    """Return what numbers stand for, as a string array; one of them may stand for nothing."""
    indices = pa.array(numbers, mask=None if missing is None else numbers == missing)
    return pa.DictionaryArray.from_arrays(indices, list(names)).cast(pa.string())
