"""Where everything about a document stands: rows of the analysis's arrays by document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dedup.analysis import Analysis
from dedup.attribution import CREDITED, CREDITS, VERDICTS
from dedup.report.page.names import Integers
from dedup.reuse import SHARED_QUOTE
from dedup.rows import is_taken, is_uncredited


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows grouped by a number: `of(number)` gives a group's rows in their order."""

    order: Integers
    bounds: Integers

    def of(self, number: int) -> list[int]:
        """Return the rows of a group."""
        rows: list[int] = self.order[self.bounds[number] : self.bounds[number + 1]].tolist()
        return rows


def group_rows(numbers: Integers, n_groups: int, rows: Integers | None = None) -> Groups:
    """Return rows grouped by their numbers, from 0 to before `n_groups`; by default all rows."""
    chosen = np.arange(len(numbers), dtype=np.int64) if rows is None else rows
    own = numbers[chosen]
    order = chosen[np.argsort(own, kind="stable")]
    return Groups(order, np.append(0, np.cumsum(np.bincount(own, minlength=n_groups))))


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of each document, by its row in the corpus.

    Attributes:
        passages: Its passages.
        taken: Reuse that it is the target of, every rank.
        given: Reuse that it is the best origin of.
        said: Its attributions.
        clusters: The table `clusters`, without its texts.
        n_words: Its words.
        n_copied: Words of passages that repeat an earlier one.
        n_taken: Words that it took.
        n_uncredited: Words of those that it credits to nobody, or to somebody else.
        n_given: Words that others took from it.
        n_wrong: Quotations in it that are altered or not found.
    """

    passages: Groups
    taken: Groups | None
    given: Groups | None
    said: Groups | None
    clusters: pa.Table | None
    n_words: Integers
    n_copied: Integers
    n_taken: Integers
    n_uncredited: Integers
    n_given: Integers
    n_wrong: Integers


def collect_facts(analysis: Analysis) -> Facts:
    """Return where everything about each document stands."""
    arrays, reuse, n = analysis.passage_arrays, analysis.reuse_arrays, len(analysis.corpus)

    def sums(documents: Integers, weights: Integers | None = None) -> Integers:
        return np.bincount(documents, weights=weights, minlength=n).astype(np.int64)

    none = np.zeros(n, dtype=np.int64)
    facts: dict[str, Any] = dict.fromkeys(("n_copied", "n_taken", "n_uncredited", "n_given"), none)
    facts |= {"n_wrong": none, "taken": None, "given": None, "said": None, "clusters": None}
    if analysis.pairs is not None:
        copied = arrays.n_words * analysis.cluster_arrays.is_copy
        facts["clusters"] = analysis.table("clusters").drop_columns("text")
        facts["n_copied"] = sums(arrays.documents, copied)
    if reuse is not None:
        is_best = (reuse.ranks == 1) & (reuse.kinds != SHARED_QUOTE)
        taken = is_taken(reuse)
        facts["taken"] = group_rows(reuse.targets, n)
        facts["given"] = group_rows(reuse.origins, n, np.flatnonzero(is_best))
        facts["n_taken"] = sums(reuse.targets[taken], reuse.n_words[taken])
        facts["n_given"] = sums(reuse.origins[taken], reuse.n_words[taken])
        if analysis.audit is not None:
            taken &= is_uncredited(analysis.audit)
            facts["n_uncredited"] = sums(reuse.targets[taken], reuse.n_words[taken])
    if analysis.attribution_arrays is not None and analysis.verdicts is not None:
        said, verdicts = analysis.attribution_arrays, analysis.verdicts.verdicts
        facts["said"] = group_rows(said.documents, n)
        wrong = (VERDICTS.index("altered"), VERDICTS.index("not_found"))
        facts["n_wrong"] = sums(said.documents[np.isin(verdicts, wrong)])
    return Facts(
        passages=group_rows(arrays.documents, n), n_words=sums(arrays.documents, arrays.n_words),
        **facts,
    )  # fmt: skip


def rank_documents(facts: Facts) -> Integers:
    """Return the rows of the documents, those first that an editor has most to look at in."""
    return np.lexsort(
        (-facts.n_copied, -facts.n_given, -facts.n_taken, -facts.n_wrong, -facts.n_uncredited)
    )


def credit_names(analysis: Analysis, rows: list[int]) -> list[str]:
    """Return the credits of some reuse, each once, in the order of `CREDITS`."""
    if analysis.audit is None:
        return []
    found = {*analysis.audit.credits[rows].tolist()}
    return [name for number, name in enumerate(CREDITS) if number in found and number >= CREDITED]
