"""An analysis in, what to remove out: every removal names what it duplicates.

Copies are gone through in the order of preference, and one is removed if it is a verified
duplicate of one that stays; so no removal hangs on something that is itself removed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from dedup.analysis import Analysis
from dedup.clean.documents import match_documents
from dedup.clean.passages import match_passages
from dedup.config import LONGEST, PREFERRED, CleanSettings
from dedup.corpus import document_order, outlet_numbers
from dedup.duplicates import KINDS

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Removals:
    """What to remove from a corpus; the arrays up to `kinds` have an entry a removal.

    Attributes:
        settings: What is removed, and which copy stays.
        removed: Passage ids at the level of passages; rows of the corpus at that of documents.
            Both ascend in the order of publication, id and position.
        duplicated: For each the passage or document that it duplicates.
        similarity: Jaccard of the two passages; share of the document's words that stand in the
            other document.
        kinds: Index of the kind of duplicate in `dedup.duplicates.KINDS`.
        gone: Rows of the documents of which nothing is left, ascending.
        notes: What is worth knowing, such as an outlet that has no document.
    """

    settings: CleanSettings
    removed: Integers
    duplicated: Integers
    similarity: npt.NDArray[np.float64]
    kinds: Integers
    gone: Integers
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.removed)


def choose_removals(analysis: Analysis, settings: CleanSettings | None = None) -> Removals:
    """Return what to remove from a corpus so that no duplicate is left in it.

    At the level of passages, one is removed if it is at or above the threshold to one that stays,
    whatever its role: repeated headings and page furniture go as well. At the level of documents,
    one is removed if passages with at least 0.8 of its words have duplicates in one single
    document that stays. With `none` also what would stay for having been first is removed.

    Args:
        analysis: An analysis with its duplicates.
        settings: What to remove, and which copy stays.

    Raises:
        ValueError: If duplicates were not analysed.

    >>> from dedup import Corpus, analyze
    >>> lead = "The harbour bridge stays closed until Friday, the council said."
    >>> records = [{"id": "a", "text": lead}, {"id": "b", "text": f"{lead}\\n\\nNobody was hurt."}]
    >>> removals = choose_removals(analyze(Corpus.from_records(records), only="duplicates"))
    >>> removals.removed.tolist(), removals.duplicated.tolist(), removals.gone.tolist()
    ([1], [0], [])
    """
    settings = settings or CleanSettings()
    if (pairs := analysis.pairs) is None:
        raise ValueError("duplicates were not analysed: `only` named other parts")
    corpus, passages = analysis.corpus, analysis.passage_arrays
    n_documents = len(corpus)
    preferences, notes = _outlet_preferences(analysis, settings)
    if settings.level == "passage":
        by_publication = np.arange(len(passages))
        order = _keep_order(
            settings, by_publication, passages.n_words,
            [is_of_outlet[passages.documents] for is_of_outlet in preferences],
        )  # fmt: skip
        removed, duplicated, similarity, kinds = match_passages(
            analysis, pairs, order, keeps_one=settings.keeps_one
        )
        n_left = np.bincount(passages.documents, minlength=n_documents)
        n_removed = np.bincount(passages.documents[removed], minlength=n_documents)
        gone = np.flatnonzero((n_removed > 0) & (n_removed == n_left))
        return Removals(settings, removed, duplicated, similarity, kinds, gone, notes)

    rows = document_order(corpus)
    rows = np.arange(n_documents) if rows is None else rows
    by_publication = np.empty(n_documents, dtype=np.int64)
    by_publication[rows] = np.arange(n_documents)
    n_words = np.bincount(passages.documents, weights=passages.n_words, minlength=n_documents)
    order = _keep_order(settings, by_publication, n_words, preferences)
    partners, shares = match_documents(passages, pairs, order, keeps_one=settings.keeps_one)
    removed = rows[partners[rows] >= 0]
    duplicated = partners[removed]
    kinds = _kinds_of_documents(
        outlet_numbers(corpus), n_words, removed, duplicated, shares[removed]
    )
    gone = np.sort(removed)
    return Removals(settings, removed, duplicated, shares[removed], kinds, gone, notes)


def _outlet_preferences(
    analysis: Analysis, settings: CleanSettings
) -> tuple[list[npt.NDArray[np.bool_]], tuple[str, ...]]:
    """Return for each preferred outlet which documents are its own, and notes."""
    labels = analysis.corpus.documents["outlet"].combine_chunks().dictionary_encode()
    names = labels.dictionary.to_pylist()
    numbers = pc.fill_null(labels.indices, len(names)).to_numpy(zero_copy_only=False)
    known = analysis.gazetteer
    preferences, notes = [], []
    for rule in settings.keep:
        if not rule.startswith(PREFERRED):
            continue
        wanted = rule.removeprefix(PREFERRED).strip()
        outlet = known.by_name(wanted)
        is_wanted = [
            name.casefold() == wanted.casefold()
            or (outlet is not None and known.by_name(name) == outlet)
            for name in names
        ]
        if not any(is_wanted):
            notes.append(f"no document is of the outlet {wanted!r}, which is preferred")
        preferences.append(np.array([*is_wanted, False])[numbers])
    return preferences, tuple(notes)


def _keep_order(
    settings: CleanSettings,
    by_publication: Integers,
    n_words: npt.NDArray[np.number[Any]],
    preferences: list[npt.NDArray[np.bool_]],
) -> Integers:
    """Return passages or documents in the order in which they are kept."""
    outlets = iter(preferences)
    keys: list[npt.NDArray[Any]] = []
    for rule in settings.keep:
        if rule == LONGEST:
            keys.append(-n_words)
        elif rule.startswith(PREFERRED):
            keys.append(~next(outlets))
    if not keys:
        return np.argsort(by_publication)
    return np.lexsort([by_publication, *reversed(keys)])


def _kinds_of_documents(
    outlets: Integers,
    n_words: npt.NDArray[np.number[Any]],
    removed: Integers,
    duplicated: Integers,
    shares: npt.NDArray[np.float64],
) -> Integers:
    """Return the kinds of duplicate documents, by the rule for clusters of passages."""
    one, other = outlets[removed], outlets[duplicated]
    is_syndicated = (one != other) | (one < 0)
    is_version = 2 * shares * n_words[removed] >= 0.5 * (n_words[removed] + n_words[duplicated])
    kinds = np.where(is_version, KINDS.index("update"), KINDS.index("recycled"))
    return np.where(is_syndicated, KINDS.index("syndicated"), kinds)
