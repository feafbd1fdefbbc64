"""The whole analysis: `analyze` walks the flow once and returns an `Analysis`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.answers import (
    Explanation,
    analysed,
    biggest_stories,
    check_passages,
    credit_table,
    explain,
    flow_matrix,
)
from dedup.attribution import (
    Attributions,
    Audit,
    Gazetteer,
    Verdicts,
    audit_credit,
    gazetteer,
    look_up_quotations,
)
from dedup.background import Background
from dedup.config import PARTS, DuplicateSettings, ReuseSettings, available_jobs
from dedup.corpus import Corpus, Passages, collect_passages
from dedup.duplicates import (
    Clusters,
    Pairs,
    Shingles,
    choose_banding,
    find_pairs,
    make_clusters,
)
from dedup.reuse import Reuse, find_reuse
from dedup.rows import (
    attribution_rows,
    cluster_rows,
    document_rows,
    duplicate_rows,
    flow_rows,
    passage_rows,
    passage_texts,
    reuse_rows,
)
from dedup.saved import SavedAnalysis, read_analysis
from dedup.stories import find_stories
from dedup.table_files import TableFormat, write_tables
from dedup.tables import frame_of, to_pandas
from dedup.text import expect_steps

if TYPE_CHECKING:
    import pandas as pd

_ROWS_AT_ONCE = 1 << 16  # of a table that holds texts
# Inner steps of kernels for a byte of text, as counted on the sample newsroom, or fewer.
_STEPS_PER_BYTE = {"duplicates": 4, "reuse": 7, "attributions": 6}

Progress = Callable[[str, int, int], None]  # step, done, of how many (0 if not known)


def analyze(
    corpus: Corpus,
    settings: DuplicateSettings | None = None,
    reuse: ReuseSettings | None = None,
    *,
    outlets: Gazetteer | None = None,
    only: Iterable[str] | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
    background: Background | None = None,
) -> Analysis:
    """Find the duplicate passages of a corpus, and which passages come from whose article.

    Args:
        corpus: The corpus.
        settings: What counts as a duplicate.
        reuse: What counts as reuse.
        outlets: The outlets that texts may name; None is our gazetteer.
        only: Parts to analyse, of `dedup.config.PARTS`; None is all of them.
        jobs: Number of threads, and of processes that read the attributions of much text; None
            uses every processor. The result does not depend on it.
        progress: Called with each step's name and how far it is.
        background: The documents that are not at hand, if there are any: what an index knows of
            them. Only what concerns new documents is then looked for.

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
    settings, reuse = settings or DuplicateSettings(), reuse or ReuseSettings()
    say = progress or (lambda step, done, total: None)
    jobs = available_jobs() if jobs is None else jobs
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, got {jobs}")
    parts = PARTS if only is None else (only,) if isinstance(only, str) else tuple(only)
    if not parts or not {*parts} <= {*PARTS}:
        raise ValueError(f"only must name some of {', '.join(PARTS)}, got {parts}")
    wants_duplicates, wants_reuse = "duplicates" in parts, "reuse" in parts
    banding = choose_banding(settings) if wants_duplicates else None
    n_bytes = corpus.documents["text"].nbytes
    expect_steps(n_bytes * sum(_STEPS_PER_BYTE[part] for part in {*parts}))
    pairs = found = rules = None
    with ThreadPoolExecutor(jobs) as executor:
        if "attributions" in parts:
            labels = corpus.documents["outlet"].unique().to_pylist()
            labels += () if background is None else background.labels
            rules = executor.submit(_load_rules, outlets or gazetteer(), labels)
        passages = collect_passages(
            corpus,
            shingle_size=settings.shingle_size,
            executor=executor,
            background=background,
            progress=lambda done: say("passages", done, len(corpus)),
        )
        if banding is not None:
            shingles = Shingles(passages.shingles, passages.shingle_starts, passages.shingle_sizes)
            pairs = find_pairs(
                shingles, settings, banding, executor=executor,
                progress=lambda step: say(step, 0, 0),
            )  # fmt: skip
            del shingles
        # What only the search needed would double the memory of the tables.
        passages = replace(passages, shingles=np.empty(0, np.uint32))
        if wants_reuse:
            found = find_reuse(
                corpus, passages, reuse, executor=executor, background=background,
                progress=lambda step: say(step, 0, 0),
            )  # fmt: skip
    attributions = verdicts = audit = None
    known = outlets  # ours only once something asks for it
    if rules is not None:
        find_attributions, known = rules.result()
        attributions = find_attributions(
            corpus, passages, known,
            wanted=None if background is None else _worth_reading(background, found), jobs=jobs,
            progress=lambda done: say("attributions", done, len(corpus)),
        )  # fmt: skip
        say("quotations", 0, 0)
        verdicts = look_up_quotations(corpus, attributions, known, background)
        if found is not None:
            say("credit", 0, 0)
            audit = audit_credit(corpus, passages, found, attributions, known)
            found = audit.reuse
    return Analysis(
        corpus, settings, reuse, passages, pairs, found, known, attributions, verdicts, audit
    )


def _worth_reading(background: Background, found: Reuse | None) -> npt.NDArray[np.bool_]:
    """Return the documents whose attributions matter: the new ones, and those that share with them.

    Whom the other side of a reuse credits decides who took it.
    """
    wanted = background.is_new.copy()
    if found is not None:
        of_new = wanted[found.targets] | wanted[found.origins]
        wanted[found.targets[of_new]] = wanted[found.origins[of_new]] = True
    return wanted


def _load_rules(
    outlets: Gazetteer, labels: Iterable[str | None]
) -> tuple[Callable[..., Attributions], Gazetteer]:
    """Return what reads texts, and the outlets that it knows: ready, for kernels ran beside."""
    from dedup.attribution.find import find_attributions  # which compiles rules
    from dedup.attribution.vocabulary import ready_vocabulary

    known = outlets.with_labels(labels)
    ready_vocabulary(known)
    return find_attributions, known


@dataclass(frozen=True)
class Analysis:
    """What was found in a corpus, as tables and as answers.

    The data frames `documents`, `passages`, `duplicates`, `clusters`, `reuse`, `flows` and
    `attributions` have fixed columns and dtypes; `table` gives the same in Arrow, without pandas.

    Attributes:
        corpus: The corpus.
        settings: What counted as a duplicate.
        reuse_settings: What counted as reuse.
        passage_arrays: The passages in their order, as arrays.
        pairs: The verified pairs of distinct texts; None if duplicates were not analysed.
        reuse_arrays: The aligned pairs of spans; None if reuse was not analysed.
        outlets: The outlets that texts may name; None is our gazetteer, not read yet.
        attribution_arrays: The credited parties; None if attributions were not analysed.
        verdicts: What looking up quoted words gave; None if attributions were not analysed.
        audit: Who credits whom for what they took; None unless both parts were analysed.
    """

    corpus: Corpus
    settings: DuplicateSettings
    reuse_settings: ReuseSettings
    passage_arrays: Passages
    pairs: Pairs | None
    reuse_arrays: Reuse | None
    outlets: Gazetteer | None
    attribution_arrays: Attributions | None = None
    verdicts: Verdicts | None = None
    audit: Audit | None = None

    documents = frame_of("documents")
    passages = frame_of("passages")
    duplicates = frame_of("duplicates")
    clusters = frame_of("clusters")
    reuse = frame_of("reuse")
    flows = frame_of("flows")
    attributions = frame_of("attributions")

    def table(self, name: str) -> pa.Table:
        """Return a table as Arrow.

        Raises:
            KeyError: If there is no such table.
        """
        return pa.concat_tables(self.pieces(name))

    def pieces(self, name: str) -> Iterator[pa.Table]:
        """Yield a table in pieces of at most some ten thousand rows of text.

        Raises:
            KeyError: If there is no such table.
            ValueError: If its part was not analysed.
        """
        corpus, passages = self.corpus, self.passage_arrays
        if name == "passages":
            n, clusters = len(passages), self._clusters_if_any
            for i in range(0, n, _ROWS_AT_ONCE):
                yield passage_rows(corpus, passages, clusters, i, min(i + _ROWS_AT_ONCE, n))
        elif name == "documents":
            clusters, reused = self._clusters_if_any, self.reuse_arrays
            yield document_rows(corpus, passages, clusters, reused, self.audit)
        elif name == "duplicates":
            yield duplicate_rows(corpus, passages, analysed(name, self.pairs))
        elif name == "clusters":
            yield self._cluster_table
        elif name in ("reuse", "flows"):
            reuse = analysed("reuse", self.reuse_arrays)
            yield (reuse_rows if name == "reuse" else flow_rows)(corpus, reuse, self.audit)
        elif name == "attributions":
            attributions = analysed(name, self.attribution_arrays)
            yield attribution_rows(corpus, attributions, analysed(name, self.verdicts))
        else:
            raise KeyError(name)

    @property
    def table_names(self) -> list[str]:
        """The tables that there are: those of the parts analysed."""
        of_duplicates = [] if self.pairs is None else ["duplicates", "clusters"]
        of_reuse = [] if self.reuse_arrays is None else ["reuse", "flows"]
        of_texts = [] if self.attribution_arrays is None else ["attributions"]
        return ["documents", "passages", *of_duplicates, *of_reuse, *of_texts]

    def write(self, directory: str | Path, *, format: TableFormat = "parquet") -> list[Path]:
        """Write every table and `settings.json` to a directory, all or none of them.

        Returns:
            The files. `Analysis.read` reads them back.

        Raises:
            InputError: If the directory cannot be written to.
        """
        tables = ((name, self.pieces(name)) for name in self.table_names)
        settings = {"duplicates": asdict(self.settings), "reuse": asdict(self.reuse_settings)}
        return write_tables(tables, Path(directory), format=format, settings=settings)

    @staticmethod
    def read(directory: str | Path) -> SavedAnalysis:
        """Return what `write` wrote to a directory, with the same frames and answers.

        Raises:
            InputError: If a file is missing, damaged, of another version or not of these tables.
        """
        return read_analysis(directory)

    def flow_matrix(self, values: str = "n_words") -> pd.DataFrame:
        """Return the flows as a matrix: who had it in rows, who took it in columns.

        Args:
            values: A column of `flows`: `n_words`, `n_documents` or `n_passages`.

        Returns:
            Int64, 0 where nothing flows; every outlet of a flow is in both, by name. Flows from
            or to documents without an outlet are left out.

        Raises:
            ValueError: If there is no such count, or reuse was not analysed.
        """
        return flow_matrix(self.table("flows"), values)

    def credit_summary(self) -> pd.DataFrame:
        """Return the words that each outlet took, by whether it credits them.

        Returns:
            One row an outlet that took anything, most uncredited words first: `outlet`, and words
            `credited`, `credited_to_other`, `quoted_uncredited` and `uncredited`.

        Raises:
            ValueError: If reuse or attributions were not analysed.
        """
        return to_pandas(self.credit_table())

    def credit_table(self) -> pa.Table:
        """Return `credit_summary` as Arrow."""
        analysed("credit", self.audit)
        return credit_table(self.table("reuse"))

    def story_timeline(self, n: int | None = None) -> pd.DataFrame:
        """Return the stories: who ran what when, after whom, biggest story first.

        Args:
            n: How many stories, the biggest; None is all of them.

        Returns:
            One row a document of a story: see `story_timeline` in docs/tables.md.

        Raises:
            ValueError: If reuse was not analysed.
        """
        return to_pandas(biggest_stories(self.story_table(), n))

    def story_table(self) -> pa.Table:
        """Return `story_timeline` as Arrow, of all stories."""
        return find_stories(self.table("documents"), self.table("reuse"))

    def at_threshold(self, threshold: float) -> Analysis:
        """Return the analysis at a higher threshold, from the same pairs.

        Raises:
            ValueError: If the threshold is lower than the one that pairs were looked for at, or
                duplicates were not analysed.
        """
        if not self.settings.threshold <= threshold <= 1:
            raise ValueError(
                f"threshold must be in [{self.settings.threshold}, 1], got {threshold}"
                " (for a lower one, analyze again)"
            )
        pairs = analysed("duplicates", self.pairs)
        kept = pairs.jaccard >= threshold
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
        check_passages(first, second, n_passages=len(self.passage_arrays))
        numbers = np.array([first, second])
        clusters = self.cluster_arrays
        of_passage = pa.array(clusters.of_passage[numbers])
        rows = pa.table({
            "passage_id": numbers,
            "cluster_id": pc.if_else(pc.less(of_passage, 0), None, of_passage),
            "text": self.passage_texts(numbers),
        }).to_pylist()  # fmt: skip
        return explain(
            rows[0], rows[1], clusters.representatives,
            threshold=self.settings.threshold, shingle_size=self.settings.shingle_size,
        )  # fmt: skip

    def passage_texts(self, passages: npt.NDArray[np.int64]) -> pa.ChunkedArray:
        """Return the texts of passages, as large_string."""
        return passage_texts(self.corpus, self.passage_arrays, passages)

    @cached_property
    def gazetteer(self) -> Gazetteer:
        """The outlets that texts may name, those of the corpus among them."""
        return self.outlets or gazetteer()

    @cached_property
    def cluster_arrays(self) -> Clusters:
        """The clusters, as arrays.

        Raises:
            ValueError: If duplicates were not analysed.
        """
        arrays, pairs = self.passage_arrays, analysed("duplicates", self.pairs)
        return make_clusters(
            arrays.texts, arrays.first_passages, pairs.first, pairs.second, pairs.jaccard
        )

    @cached_property
    def _clusters_if_any(self) -> Clusters | None:
        return None if self.pairs is None else self.cluster_arrays

    @cached_property
    def _cluster_table(self) -> pa.Table:
        return cluster_rows(self.corpus, self.passage_arrays, self.cluster_arrays)
