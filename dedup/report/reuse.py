"""An analysis to what its report says of reuse: who is taken from, who takes, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from dedup.analysis import Analysis
from dedup.reuse import DIRECTIONS, REUSE_KINDS, SHARED_QUOTE, Reuse
from dedup.rows import is_taken, take_documents

Integers = npt.NDArray[np.int64]

_LISTED = 10  # rows of each list


@dataclass(frozen=True, slots=True)
class ReusedView:
    """A document that others have words of.

    Attributes:
        document_id: The document.
        outlet: Its outlet, if known.
        published: Its time of publication, if known.
        n_documents: Documents whose best origin it is, for some of their words.
        n_outlets: Outlets of those by name, and documents without one.
        n_words: Words of theirs, together.
        text: What most of them have: the start of the longest span.
    """

    document_id: str
    outlet: str | None
    published: datetime | None
    n_documents: int
    n_outlets: int
    n_words: int
    text: str


@dataclass(frozen=True, slots=True)
class TakerView:
    """A document that has words of others: how many of its words, and whose most."""

    document_id: str
    outlet: str | None
    n_words: int
    reused_share: float
    origin_document_id: str
    origin_outlet: str | None


@dataclass(frozen=True, slots=True)
class FlowView:
    """What one outlet took from another."""

    origin_outlet: str | None
    target_outlet: str | None
    n_documents: int
    n_words: int
    median_lag_hours: float | None


@dataclass(frozen=True, slots=True)
class ReuseSummary:
    """The facts of a report about reuse; only the best origin of each span counts.

    Attributes:
        n_spans: Reused spans.
        reused_share: Words taken from somebody known to be earlier, over all words.
        kinds: Number of spans of each kind.
        directions: Number of spans of each direction, shared quotes aside.
        reused: The documents that others have the most words of.
        takers: The documents of which most was taken.
        flows: Who took the most words from whom.
        n_flows: Number of pairs of outlets of which one took from the other.
    """

    n_spans: int
    reused_share: float
    kinds: dict[str, int]
    directions: dict[str, int]
    reused: list[ReusedView]
    takers: list[TakerView]
    flows: list[FlowView]
    n_flows: int


def summarize_reuse(analysis: Analysis, reuse: Reuse) -> ReuseSummary:
    """Return what the report on an analysis says of reuse."""
    n_words = int(analysis.passage_arrays.n_words.sum())
    is_best = reuse.ranks == 1
    is_copied = is_best & (reuse.kinds != SHARED_QUOTE)
    taken = is_taken(reuse)
    kinds = np.bincount(reuse.kinds[is_best], minlength=len(REUSE_KINDS)).tolist()
    directions = np.bincount(reuse.directions[is_copied], minlength=len(DIRECTIONS)).tolist()
    flows = analysis.table("flows").sort_by([("n_words", "descending")])
    shown = flows.select(list(FlowView.__slots__)).slice(0, _LISTED).to_pylist()
    return ReuseSummary(
        n_spans=int(is_best.sum()),
        reused_share=round(int(reuse.n_words[taken].sum()) / n_words, 6) if n_words else 0.0,
        kinds=dict(zip(REUSE_KINDS, kinds, strict=True)),
        directions=dict(zip(DIRECTIONS, directions, strict=True)),
        reused=_most_reused(analysis, reuse, np.flatnonzero(is_copied)),
        takers=_takers(analysis, reuse, np.flatnonzero(taken)),
        flows=[FlowView(**flow) for flow in shown],
        n_flows=len(flows),
    )


def _most_reused(analysis: Analysis, reuse: Reuse, rows: Integers) -> list[ReusedView]:
    n = len(analysis.corpus)
    n_words = np.bincount(reuse.origins[rows], weights=reuse.n_words[rows], minlength=n)
    most = np.argsort(-n_words, kind="stable")[:_LISTED]
    most = most[n_words[most] > 0]
    documents = take_documents(analysis.corpus, most).to_pylist()
    views = []
    for origin, document in zip(most, documents, strict=True):
        own = rows[reuse.origins[rows] == origin]
        targets = np.unique(reuse.targets[own])
        outlets = take_documents(analysis.corpus, targets)["outlet"].to_pylist()
        longest = own[np.argmax(reuse.n_words[own])]
        text = analysis.corpus.documents["text"][int(origin)].as_py()
        start, end = int(reuse.origin_starts[longest]), int(reuse.origin_ends[longest])
        views.append(
            ReusedView(
                **document,
                n_documents=len(targets),
                n_outlets=len({*outlets} - {None}) + outlets.count(None),
                n_words=int(n_words[origin]),
                text=text[start : min(end, start + 500)],
            )
        )
    return views


def _takers(analysis: Analysis, reuse: Reuse, rows: Integers) -> list[TakerView]:
    n = len(analysis.corpus)
    taken = np.bincount(reuse.targets[rows], weights=reuse.n_words[rows], minlength=n)
    passages = analysis.passage_arrays
    n_words = np.bincount(passages.documents, weights=passages.n_words, minlength=n)
    share = np.divide(taken, n_words, out=np.zeros(n), where=n_words > 0)
    most = np.lexsort((-taken, -share))[:_LISTED]
    most = most[taken[most] > 0]
    documents = take_documents(analysis.corpus, most).to_pylist()
    views = []
    for target, document in zip(most, documents, strict=True):
        own = rows[reuse.targets[rows] == target]
        given = np.bincount(reuse.origins[own], weights=reuse.n_words[own])
        origin = take_documents(analysis.corpus, np.array([np.argmax(given)])).to_pylist()[0]
        views.append(
            TakerView(
                document["document_id"], document["outlet"], int(n_words[target]),
                round(float(share[target]), 6), origin["document_id"], origin["outlet"],
            )
        )  # fmt: skip
    return views
