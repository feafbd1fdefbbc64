"""An analysis to the facts of its report: the same for the terminal and for JSON."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.analysis import Analysis
from dedup.corpus import BOILERPLATE, ROLES
from dedup.duplicates import FURNITURE, KINDS, REPEAT, Pairs
from dedup.report.credit import CreditSummary, summarize_credit
from dedup.report.reuse import ReuseSummary, summarize_reuse
from dedup.rows import is_taken, take_documents
from dedup.text import diff_words

FORMAT = "dedup-report"
FORMAT_VERSION = 1

_CLUSTERS = 10  # shown of each list
_MEMBERS = 8  # shown of a cluster
_OUTLETS = 12
_FURNITURE_TEXTS = 3  # shown of an outlet
_CURVE = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Member:
    """A passage of a cluster, and how it differs from the cluster's representative.

    Attributes:
        passage_id: The passage.
        document_id: Its document.
        outlet: Its outlet, if known.
        published: Its document's time of publication, if known.
        removed: Words of the representative that it does not have, run by run.
        added: Words that it has instead or besides.
    """

    passage_id: int
    document_id: str
    outlet: str | None
    published: datetime | None
    removed: list[str]
    added: list[str]


@dataclass(frozen=True, slots=True)
class ClusterView:
    """A cluster as a report shows it.

    Attributes:
        cluster_id: The cluster.
        kind: Its kind.
        n_passages: Number of members.
        n_documents: Number of their documents.
        n_outlets: Number of their outlets.
        outlets: The outlets by name, in the order of publication.
        text: The representative's text.
        changed: Spans of `text`, in code points, that some shown member words otherwise.
        members: The first members, the representative first.
    """

    cluster_id: int
    kind: str
    n_passages: int
    n_documents: int
    n_outlets: int
    outlets: list[str]
    text: str
    changed: list[tuple[int, int]]
    members: list[Member]


@dataclass(frozen=True, slots=True)
class OutletView:
    """An outlet as a report shows it: its extent, its duplicates and reuse, its furniture."""

    outlet: str | None
    n_documents: int
    n_words: int
    duplicate_share: float | None
    reused_share: float | None
    n_boilerplate: int
    boilerplate: list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class DuplicateSummary:
    """The facts of a report about duplicates.

    Attributes:
        duplicate_share: Words of passages that repeat an earlier one, over all words.
        n_pairs: Number of verified pairs (rows of the table `duplicates`).
        kinds: Number of clusters of each kind, and of their passages.
        stories: The clusters across documents that repeat the most words, between outlets first.
        repeats: The passages repeated inside one document that do.
        banding: Bands and rows.
        recall: Share of the pairs with a given Jaccard that become candidates.
        n_large_buckets: Buckets that were compared with representatives only.
    """

    duplicate_share: float
    n_pairs: int
    kinds: dict[str, dict[str, int]]
    stories: list[ClusterView]
    repeats: list[ClusterView]
    banding: dict[str, int]
    recall: dict[str, float]
    n_large_buckets: int


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts of a report.

    Attributes:
        format: Always "dedup-report".
        version: Version of this format.
        n_documents: Number of documents.
        n_outlets: Number of outlets by name.
        n_passages: Number of passages.
        n_words: Number of tokens in them.
        n_tokenless: Paragraphs without a token, which are no passages.
        first_published: The earliest time of publication, if any is known.
        last_published: The latest.
        roles: Number of passages of each role.
        duplicates: What was found of duplicates; None if they were not analysed.
        reuse: What was found of reuse; None if it was not analysed.
        credit: What was found of attributions and credit; None if they were not analysed.
        outlets: The outlets with the most documents.
        skipped: What could not be read.
        other_files: Number of files passed over for their type, by suffix.
        notes: What the reader had to decide.
        settings: The settings of the analysis.
    """

    format: str
    version: int
    n_documents: int
    n_outlets: int
    n_passages: int
    n_words: int
    n_tokenless: int
    first_published: datetime | None
    last_published: datetime | None
    roles: dict[str, int]
    duplicates: DuplicateSummary | None
    reuse: ReuseSummary | None
    credit: CreditSummary | None
    outlets: list[OutletView]
    skipped: list[str]
    other_files: dict[str, int]
    notes: list[str]
    settings: dict[str, Any]


def summarize(analysis: Analysis) -> Summary:
    """Return the facts of the report on an analysis."""
    corpus, arrays = analysis.corpus, analysis.passage_arrays
    documents, pairs, reuse = corpus.documents, analysis.pairs, analysis.reuse_arrays
    published = pc.min_max(documents["published"]).as_py()
    settings: dict[str, Any] = {}
    credit = None
    if analysis.attribution_arrays is not None and analysis.verdicts is not None:
        credit = summarize_credit(analysis, analysis.attribution_arrays, analysis.verdicts)
    if pairs is not None:
        settings |= asdict(analysis.settings)
    if reuse is not None:
        settings |= asdict(analysis.reuse_settings)
    return Summary(
        format=FORMAT,
        version=FORMAT_VERSION,
        n_documents=len(corpus),
        n_outlets=len(set(documents["outlet"].unique().to_pylist()) - {None}),
        n_passages=len(arrays),
        n_words=int(arrays.n_words.sum()),
        n_tokenless=arrays.n_tokenless,
        first_published=published["min"],
        last_published=published["max"],
        roles=dict(
            zip(ROLES, np.bincount(arrays.roles, minlength=len(ROLES)).tolist(), strict=True)
        ),
        duplicates=None if pairs is None else _summarize_duplicates(analysis, pairs),
        reuse=None if reuse is None else summarize_reuse(analysis, reuse),
        credit=credit,
        outlets=_view_outlets(analysis),
        skipped=[str(skipped) for skipped in corpus.skipped],
        other_files=corpus.other_files,
        notes=list(corpus.notes),
        settings={**settings, "passages": corpus.passages},
    )


def _summarize_duplicates(analysis: Analysis, pairs: Pairs) -> DuplicateSummary:
    arrays, clusters = analysis.passage_arrays, analysis.cluster_arrays
    rows = analysis.table("clusters")
    kinds = pc.index_in(rows["kind"], pa.array(KINDS)).to_numpy()
    sizes = clusters.n_passages
    banding = pairs.banding
    at = sorted({*_CURVE, analysis.settings.threshold})
    across = np.flatnonzero((kinds != REPEAT) & (kinds != FURNITURE))
    # By words repeated, between outlets first, and not by copies: "Dear Sir" tells nothing.
    n_words_each = arrays.n_words[clusters.representatives]
    between = n_words_each * (rows["n_outlets"].to_numpy() - 1)
    repeated = n_words_each * (sizes - 1)
    across = across[np.lexsort((across, -repeated[across], -between[across]))]
    inside = np.flatnonzero(kinds == REPEAT)
    inside = inside[np.lexsort((inside, -repeated[inside]))]
    n_copied = int(arrays.n_words[clusters.is_copy].sum())
    return DuplicateSummary(
        duplicate_share=_share(n_copied, int(arrays.n_words.sum())),
        n_pairs=len(pairs.first) + len(arrays) - len(arrays.first_passages),
        kinds={
            kind: {
                "n_clusters": int((kinds == number).sum()),
                "n_passages": int(sizes[kinds == number].sum()),
            }
            for number, kind in enumerate(KINDS)
        },
        stories=[_view_cluster(analysis, rows, int(i)) for i in across[:_CLUSTERS]],
        repeats=[_view_cluster(analysis, rows, int(i)) for i in inside[:_CLUSTERS]],
        banding=asdict(banding),
        recall={f"{jaccard:g}": round(banding.recall(jaccard), 6) for jaccard in at},
        n_large_buckets=pairs.n_large_buckets,
    )


def _view_cluster(analysis: Analysis, rows: pa.Table, cluster: int) -> ClusterView:
    row = rows.slice(cluster, 1).to_pylist()[0]
    passages = np.flatnonzero(analysis.cluster_arrays.of_passage == cluster)
    head = row["representative_passage_id"]
    documents = _documents_of(analysis, passages)
    shown = [head, *passages[passages != head][: _MEMBERS - 1].tolist()]
    texts = analysis.passage_texts(np.array(shown)).to_pylist()
    of_shown = _documents_of(analysis, np.array(shown))
    members, changed = [], set()
    for passage, text, document in zip(shown, texts, of_shown, strict=True):
        edits = [edit for edit in diff_words(row["text"], text) if not edit.equal]
        removed = [(edit.start, edit.end) for edit in edits if edit.start < edit.end]
        added = [text[e.other_start : e.other_end] for e in edits if e.other_start < e.other_end]
        changed.update(removed)
        words = [row["text"][start:end] for start, end in removed]
        members.append(Member(passage, removed=words, added=added, **document))
    outlets = dict.fromkeys(d["outlet"] for d in documents if d["outlet"] is not None)
    return ClusterView(
        cluster_id=cluster,
        kind=row["kind"],
        n_passages=row["n_passages"],
        n_documents=row["n_documents"],
        n_outlets=row["n_outlets"],
        outlets=list(outlets),
        text=row["text"],
        changed=_merged(changed),
        members=members,
    )


def _documents_of(analysis: Analysis, passages: npt.NDArray[np.int64]) -> list[dict[str, Any]]:
    rows = analysis.passage_arrays.documents[passages]
    documents: list[dict[str, Any]] = take_documents(analysis.corpus, rows).to_pylist()
    return documents


def _merged(spans: set[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _view_outlets(analysis: Analysis) -> list[OutletView]:
    arrays = analysis.passage_arrays
    outlets = analysis.corpus.documents["outlet"].combine_chunks()
    outlets = outlets.dictionary_encode("encode")  # a missing outlet has a number, too
    names, codes = outlets.dictionary.to_pylist(), outlets.indices.to_numpy()
    counts = np.bincount(codes, minlength=len(names)).tolist()
    biggest = sorted(
        range(len(names)), key=lambda code: (-counts[code], names[code] is None, names[code])
    )
    of_passage = codes[arrays.documents]
    furniture = np.flatnonzero(arrays.roles == BOILERPLATE)
    n_words = np.bincount(of_passage, weights=arrays.n_words, minlength=len(names))
    copied = reused = None
    if analysis.pairs is not None:
        n_copied = arrays.n_words * analysis.cluster_arrays.is_copy
        copied = np.bincount(of_passage, weights=n_copied, minlength=len(names))
    if (reuse := analysis.reuse_arrays) is not None:
        taken = is_taken(reuse)
        reused = np.bincount(
            codes[reuse.targets[taken]], weights=reuse.n_words[taken], minlength=len(names)
        )
    views = []
    for code in biggest[:_OUTLETS]:
        own = furniture[of_passage[furniture] == code]
        common = Counter(arrays.texts[own].tolist()).most_common(_FURNITURE_TEXTS)
        kept = np.array([text for text, _ in common], dtype=np.int64)
        texts = analysis.passage_texts(arrays.first_passages[kept])
        views.append(
            OutletView(
                outlet=names[code],
                n_documents=counts[code],
                n_words=int(n_words[code]),
                duplicate_share=None if copied is None else _share(copied[code], n_words[code]),
                reused_share=None if reused is None else _share(reused[code], n_words[code]),
                n_boilerplate=len(own),
                boilerplate=[(t, n) for t, (_, n) in zip(texts.to_pylist(), common, strict=True)],
            )
        )
    return views


def _share(part: float, whole: float) -> float:
    return round(float(part / whole), 6) if whole else 0.0
