"""The whole analysis: `analyze` walks the flow once and returns an `Analysis`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.config import PARTS, DuplicateSettings, available_jobs
from dedup.corpus import (
    BODY,
    BOILERPLATE,
    ROLES,
    Corpus,
    Passages,
    collect_passages,
    outlet_numbers,
    slice_texts,
)
from dedup.duplicates import (
    KINDS,
    Clusters,
    Pairs,
    Shingles,
    choose_banding,
    describe_clusters,
    find_pairs,
    make_clusters,
)
from dedup.tables import SCHEMAS, TableFormat, to_pandas, write_tables
from dedup.text import diff_words, tokenise

if TYPE_CHECKING:
    import pandas as pd

_ROWS_AT_ONCE = 1 << 16  # of a table that holds texts

Progress = Callable[[str, int, int], None]  # step, done, of how many (0 if not known)


def analyze(
    corpus: Corpus,
    settings: DuplicateSettings | None = None,
    *,
    only: Iterable[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Find the duplicate passages of a corpus, and cluster them.

    Args:
        corpus: The corpus.
        settings: What counts as a duplicate.
        only: Parts to analyse, of `dedup.config.PARTS`; None is all of them.
        jobs: Number of threads; None uses every processor. The result does not depend on it.
        progress: Called with each step's name and how far it is.

    Raises:
        ConfigError: If the settings cannot reach the target recall.
        InputError: If the corpus holds no text.

    >>> lead = "The harbour bridge stays closed until Friday, the council said."
    >>> analysis = analyze(Corpus.from_records([
    ...     {"id": "a", "outlet": "Gull", "text": lead}, {"id": "b", "outlet": "Tern", "text": lead}
    ... ]))
    >>> analysis.clusters.kind.tolist(), analysis.clusters.n_outlets.tolist()
    (['syndicated'], [2])
    """
    settings = settings or DuplicateSettings()
    say = progress or (lambda step, done, total: None)
    jobs = available_jobs() if jobs is None else jobs
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    parts = PARTS if only is None else tuple(only)
    if not parts or not {*parts} <= {*PARTS}:
        raise ValueError(f"only must name some of {', '.join(PARTS)}, got {parts}")
    banding = choose_banding(settings)
    with ThreadPoolExecutor(jobs) as executor:
        passages = collect_passages(
            corpus,
            shingle_size=settings.shingle_size,
            executor=executor,
            progress=lambda done: say("passages", done, len(corpus)),
        )
        shingles = Shingles(passages.shingles, passages.shingle_starts, passages.shingle_sizes)
        pairs = find_pairs(
            shingles, settings, banding, executor=executor, progress=lambda step: say(step, 0, 0)
        )
    # What only the search needed would double the memory of the tables.
    return Analysis(corpus, settings, replace(passages, shingles=np.empty(0, np.uint32)), pairs)


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


@dataclass(frozen=True)
class Analysis:
    """What was found in a corpus, as tables and as answers.

    The data frames `documents`, `passages`, `duplicates` and `clusters` have fixed columns and
    dtypes; `table` gives the same in Arrow, without pandas.

    Attributes:
        corpus: The corpus.
        settings: What counted as a duplicate.
        passage_arrays: The passages in their order, as arrays.
        pairs: The verified pairs of distinct texts.
    """

    corpus: Corpus
    settings: DuplicateSettings
    passage_arrays: Passages
    pairs: Pairs

    @cached_property
    def documents(self) -> pd.DataFrame:
        """One row a document, by id."""
        return to_pandas(self.table("documents"))

    @cached_property
    def passages(self) -> pd.DataFrame:
        """One row a passage, in the order of publication, id and position."""
        return to_pandas(self.table("passages"))

    @cached_property
    def duplicates(self) -> pd.DataFrame:
        """One row a verified pair of passages."""
        return to_pandas(self.table("duplicates"))

    @cached_property
    def clusters(self) -> pd.DataFrame:
        """One row a cluster."""
        return to_pandas(self.table("clusters"))

    def table(self, name: str) -> pa.Table:
        """Return a table as Arrow.

        Raises:
            KeyError: If there is no such table.
        """
        return pa.concat_tables(self.pieces(name))

    def pieces(self, name: str) -> Iterator[pa.Table]:
        """Yield a table in pieces of at most some ten thousand rows of text."""
        if name == "passages":
            n = len(self.passage_arrays)
            yield from (self._passage_rows(i, min(i + _ROWS_AT_ONCE, n))
                        for i in range(0, n, _ROWS_AT_ONCE))  # fmt: skip
        elif name == "clusters":
            yield self._cluster_table
        else:
            yield {"documents": self._documents, "duplicates": self._duplicates}[name]()

    def write(self, directory: str | Path, *, format: TableFormat = "parquet") -> list[Path]:
        """Write every table to a directory, all or none of them; return the files."""
        tables = ((name, self.pieces(name)) for name in SCHEMAS)
        return write_tables(tables, Path(directory), format=format)

    def at_threshold(self, threshold: float) -> Analysis:
        """Return the analysis at a higher threshold, from the same pairs.

        Raises:
            ValueError: If the threshold is lower than the one that pairs were looked for at.
        """
        if not self.settings.threshold <= threshold <= 1:
            raise ValueError(
                f"threshold must be in [{self.settings.threshold}, 1], got {threshold}"
                " (for a lower one, analyze again)"
            )
        pairs, kept = self.pairs, self.pairs.jaccard >= threshold
        columns = ("first", "second", "shared", "first_size", "second_size")
        pairs = replace(pairs, **{name: getattr(pairs, name)[kept] for name in columns})
        return replace(self, settings=replace(self.settings, threshold=threshold), pairs=pairs)

    def explain(self, first: int, second: int) -> Explanation:
        """Say what two passages share and why they are in one cluster, or are not.

        Args:
            first: Passage id.
            second: Passage id.

        Raises:
            KeyError: If there is no such passage.
        """
        n = len(self.passage_arrays)
        for passage in (first, second):
            if not 0 <= passage < n:
                raise KeyError(f"passage id must be from 0 to {n - 1}, got {passage}")
        texts = self.passage_texts(np.array([first, second])).to_pylist()
        edits = diff_words(*texts)
        a, b = (set(_shingle_tuples(text, self.settings.shingle_size)) for text in texts)
        jaccard = len(a & b) / len(a | b)
        clusters = self.cluster_arrays
        one, other = (int(clusters.of_passage[passage]) for passage in (first, second))
        cluster_id = one if one == other and one >= 0 else None
        return Explanation(
            jaccard, self.settings.threshold,
            [texts[0][e.start : e.end] for e in edits if e.equal],
            [texts[0][e.start : e.end] for e in edits if not e.equal and e.start < e.end],
            [texts[1][e.other_start : e.other_end]
             for e in edits if not e.equal and e.other_start < e.other_end],
            cluster_id, self._reason(first, second, jaccard, cluster_id),
        )  # fmt: skip

    def _reason(self, first: int, second: int, jaccard: float, cluster_id: int | None) -> str:
        threshold = self.settings.threshold
        comparison = (
            f"Jaccard {jaccard:.3f} is {'at or above' if jaccard >= threshold else 'below'}"
        )
        own = f"{comparison} the threshold {threshold}"
        if cluster_id is None:
            return f"not in one cluster: {own}"
        representative = int(self.cluster_arrays.representatives[cluster_id])
        if representative in (first, second):
            return f"in cluster {cluster_id}, which passage {representative} represents: {own}"
        return (
            f"in cluster {cluster_id}: both are at or above the threshold {threshold} with its"
            f" representative, passage {representative}; of each other, {comparison} it"
        )

    def passage_texts(self, passages: npt.NDArray[np.int64]) -> pa.Array:
        """Return the texts of passages, as a large_string array."""
        arrays = self.passage_arrays
        return slice_texts(
            self.corpus.documents["text"], arrays.documents[passages],
            arrays.byte_starts[passages], arrays.byte_ends[passages],
        )  # fmt: skip

    @cached_property
    def _document_columns(self) -> pa.Table:
        """What other tables take from documents, in one piece: taking from many is slow."""
        columns = ["document_id", "outlet", "published"]
        return self.corpus.documents.select(columns).combine_chunks()

    @cached_property
    def cluster_arrays(self) -> Clusters:
        """The clusters, as arrays."""
        arrays, pairs = self.passage_arrays, self.pairs
        return make_clusters(
            arrays.texts, arrays.first_passages, pairs.first, pairs.second, pairs.jaccard
        )

    def _documents(self) -> pa.Table:
        arrays, clusters, n = self.passage_arrays, self.cluster_arrays, len(self.corpus)
        n_words = np.bincount(arrays.documents, weights=arrays.n_words, minlength=n)
        n_copied = arrays.n_words * clusters.is_copy
        copied = np.bincount(arrays.documents, weights=n_copied, minlength=n)
        share = np.divide(copied, n_words, out=np.zeros(n), where=n_words > 0)
        n_passages = np.bincount(arrays.documents, minlength=n)
        own = self.corpus.documents
        columns = {name: own[name] for name in own.column_names} | {
            "n_passages": pa.array(n_passages),
            "n_words": pa.array(n_words.astype(np.int64)),
            "duplicate_share": pa.array(np.round(share, 6)),
            "reused_share": pa.nulls(n, pa.float64()),
            "uncredited_share": pa.nulls(n, pa.float64()),
        }
        schema = SCHEMAS["documents"]
        table = pa.table({name: columns[name] for name in schema.names}, schema=schema)
        return table.sort_by("document_id")

    def _passage_rows(self, first: int, last: int) -> pa.Table:
        arrays = self.passage_arrays
        rows = np.arange(first, last)
        documents = self._document_columns.take(pa.array(arrays.documents[first:last]))
        cluster = self.cluster_arrays.of_passage[first:last]
        roles = pa.DictionaryArray.from_arrays(pa.array(arrays.roles[first:last]), list(ROLES))
        columns = {
            "passage_id": rows,
            "document_id": documents["document_id"],
            "outlet": documents["outlet"],
            "position": arrays.positions[first:last],
            "start": arrays.starts[first:last],
            "end": arrays.ends[first:last],
            "n_words": arrays.n_words[first:last],
            "role": roles.cast(pa.string()),
            "cluster_id": pa.array(cluster, mask=cluster < 0),
            "text": self.passage_texts(rows),
        }
        return pa.table(columns, schema=SCHEMAS["passages"])

    def _duplicates(self) -> pa.Table:
        arrays, pairs = self.passage_arrays, self.pairs
        is_copy = np.ones(len(arrays), dtype=np.bool_)
        is_copy[arrays.first_passages] = False
        copies = np.flatnonzero(is_copy)
        ones = np.ones(len(copies))
        first = np.append(
            arrays.first_passages[pairs.first], arrays.first_passages[arrays.texts[copies]]
        )
        second = np.append(arrays.first_passages[pairs.second], copies)
        order = np.lexsort((second, first))
        first, second = first[order], second[order]
        ids = self._document_columns["document_id"]
        columns = {
            "first_passage_id": first,
            "second_passage_id": second,
            "first_document_id": ids.take(pa.array(arrays.documents[first])),
            "second_document_id": ids.take(pa.array(arrays.documents[second])),
        }
        for name, share in (
            ("jaccard", pairs.jaccard),
            ("first_in_second", pairs.shared / pairs.first_size),
            ("second_in_first", pairs.shared / pairs.second_size),
        ):
            columns[name] = np.round(np.append(share, ones)[order], 6)
        return pa.table(columns, schema=SCHEMAS["duplicates"])

    @cached_property
    def _cluster_table(self) -> pa.Table:
        arrays, clusters = self.passage_arrays, self.cluster_arrays
        facts = describe_clusters(
            clusters,
            documents=arrays.documents,
            outlets=outlet_numbers(self.corpus),
            n_words=arrays.n_words,
            is_body=arrays.roles == BODY,
            is_boilerplate=arrays.roles == BOILERPLATE,
        )
        heads = clusters.representatives
        documents = self._document_columns.take(pa.array(arrays.documents[heads]))
        kinds = pa.DictionaryArray.from_arrays(pa.array(facts.kinds), list(KINDS))
        columns = {
            "cluster_id": np.arange(len(clusters)),
            "kind": kinds.cast(pa.string()),
            "n_passages": clusters.n_passages,
            "n_documents": facts.n_documents,
            "n_outlets": facts.n_outlets,
            "representative_passage_id": heads,
            "first_outlet": documents["outlet"],
            "first_published": documents["published"],
            "min_jaccard": np.round(clusters.min_jaccard, 6),
            "text": self.passage_texts(heads),
        }
        return pa.table(columns, schema=SCHEMAS["clusters"])


def _shingle_tuples(text: str, size: int) -> Iterator[tuple[int, ...]]:
    hashes = tokenise(text).hashes.tolist()
    if hashes:
        for i in range(max(1, len(hashes) - size + 1)):
            yield tuple(hashes[i : i + size])
