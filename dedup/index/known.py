"""What an index knows of its documents, asked without reading them: who may share something with
new ones, how rare a word is, what an outlet prints on every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.background import Background, Keys
from dedup.config import DuplicateSettings, ReuseSettings
from dedup.corpus import Corpus, Passages, outlet_numbers
from dedup.duplicates import LARGEST_BUCKET, Banding
from dedup.index import entries as kept
from dedup.index import lists
from dedup.index.documents import (
    Stored,
    numbers_of_outlets,
    read_facts,
    read_passages,
    read_texts,
    removed_numbers,
)
from dedup.index.lists import Hashes
from dedup.index.names import outlets_of
from dedup.index.rows import Facts, join_facts
from dedup.index.sorting import Entries, make_entries
from dedup.index.storage import IndexFile
from dedup.reuse import (
    Stream,
    find_fingerprints,
    find_owners,
    hash_runs,
    link_documents,
    share_runs,
)
from dedup.runs import distinct, is_among, run_starts

Integers = npt.NDArray[np.int64]

_32 = np.uint64(32)
_HOLDERS = 4  # documents that are asked whether they really have a text, by its whole key
_HOT = 64  # documents that have a fingerprint, of which the first and last so many are looked at
_TEXTS_AT_ONCE = 4_000  # that are read while others are searched
_COPIES = 20  # of a text, the earliest, that are compared


@dataclass(frozen=True, slots=True)
class KnownDocuments:
    """The documents of an index without some of them.

    Attributes:
        file: The index.
        settings: What counts as a duplicate.
        reuse: What counts as reuse.
        banding: Bands and rows.
        without: Numbers of documents that are not there any more, or are about to be replaced.
        without_terms: What those to be replaced have added to the counts of terms.
        facts: What was read of documents, in one piece: nothing but texts is read twice.
        counted: How many documents have a fingerprint, of those looked up.
    """

    file: IndexFile
    settings: DuplicateSettings
    reuse: ReuseSettings
    banding: Banding
    without: Integers
    without_terms: kept.TermCounts | None
    facts: list[Facts] = field(default_factory=list)
    counted: dict[int, int] = field(default_factory=dict)

    @property
    def labels(self) -> list[str]:
        """The outlets that have documents."""
        return [*outlets_of(self.file)]

    def background(self, is_new: npt.NDArray[np.bool_]) -> Background:
        """Return what the analysis of documents at hand asks of the others."""
        manifest, gone = self.file.manifest, self.without_terms
        return Background(
            is_new=is_new,
            labels=self.labels,
            count_printed=self.count_printed,
            count_documents=self.count_documents,
            n_documents=manifest["n_body_documents"] - (gone.n_documents if gone else 0),
            n_passages=manifest["n_compared_passages"] - (gone.n_passages if gone else 0),
            count_documents_with=self.count_documents_with,
            count_passages_with=self.count_passages_with,
            count_fingerprints=self.count_fingerprints,
        )

    def count_documents_with(self, terms: Keys) -> Integers:
        """Return in how many documents each term is."""
        gone = self.without_terms
        return self._count(kept.TERM_DOCUMENTS, terms, None if gone is None else gone.documents)

    def count_passages_with(self, terms: Keys) -> Integers:
        """Return in how many passages that the comparer weighs words by each term is."""
        gone = self.without_terms
        return self._count(kept.TERM_PASSAGES, terms, None if gone is None else gone.passages)

    def _count(self, number: int, terms: Keys, gone: Integers | None) -> Integers:
        """Return the counts of terms in a list, less those of what is to be replaced."""
        hashes = terms.astype(np.uint32)
        wanted = distinct(hashes)
        sums = lists.sum_counts(lists.look_up(self.file, number, wanted), wanted)
        if gone is not None and self.without_terms is not None and len(wanted):
            places = np.searchsorted(wanted, self.without_terms.hashes)
            places[places == len(wanted)] = 0
            is_asked = wanted[places] == self.without_terms.hashes
            np.subtract.at(sums, places[is_asked], gone[is_asked])
        return sums[np.searchsorted(wanted, hashes)]

    def count_documents(self, outlets: Sequence[str]) -> Integers:
        """Return how many documents each outlet has."""
        counts = outlets_of(self.file)
        gone = self._facts(self.without).records["outlet"].tolist()
        sizes = []
        for outlet in outlets:
            number, size = counts.get(outlet, (-1, 0))
            sizes.append(size - gone.count(number))
        return np.array(sizes, dtype=np.int64)

    def count_printed(
        self, keys: Keys, outlets: Sequence[str], least: Integers
    ) -> tuple[Integers, Integers]:
        """Return how many documents of an outlet have a text, and are no version of another.

        Args:
            keys: Keys of the texts.
            outlets: The outlets, an entry each.
            least: How many at least matter; fewer may be counted as none.
        """
        n_documents, n_evidence = np.zeros((2, len(keys)), dtype=np.int64)
        hashes = (keys >> _32).astype(np.uint32)
        found = self._look_up(kept.TEXTS, hashes)
        own = lists.hashes_of(found)
        starts, ends = (np.searchsorted(own, hashes, side) for side in ("left", "right"))
        asked = np.flatnonzero(ends - starts >= np.maximum(least, 1))
        if not len(asked):
            return n_documents, n_evidence
        rows = np.concatenate([np.arange(starts[i], ends[i]) for i in asked])
        facts = self._facts(distinct(lists.numbers_of(found[rows])))
        numbers = facts.numbers
        of_outlet, is_version = facts.records["outlet"], facts.records["is_version"]
        known = outlets_of(self.file)
        for i in asked.tolist():
            outlet = known.get(outlets[i], (-2, 0))[0]
            places = np.searchsorted(numbers, lists.numbers_of(found[starts[i] : ends[i]]))
            is_own = of_outlet[places] == outlet
            n_documents[i] = is_own.sum()
            n_evidence[i] = (is_own & (is_version[places] == 0)).sum()
        return n_documents, n_evidence

    def count_fingerprints(self, hashes: Keys) -> Integers:
        """Return how many documents have each fingerprint."""
        wanted = hashes.tolist()
        unknown = {*wanted} - self.counted.keys()
        self._look_up_fingerprints(np.array(sorted(unknown), dtype=np.uint32))
        return np.array([self.counted[each] for each in wanted], dtype=np.int64)

    def same_texts(self, hashes: Hashes) -> Integers:
        """Return the documents that have some text, by the texts' hashes; of many, the earliest."""
        return self._earliest(self._look_up(kept.TEXTS, hashes), _COPIES)

    def similar_texts(self, hashes: npt.NDArray[np.uint32]) -> Integers:
        """Return the documents that share a bucket with some text.

        Args:
            hashes: Band hashes of the texts, shape (n_texts, bands).
        """
        numbers = []
        for band in range(hashes.shape[1]):
            found = self._look_up(band, hashes[:, band])
            numbers.append(lists.numbers_of(_first_of_each(found, LARGEST_BUCKET)))
        return distinct(np.concatenate(numbers))

    def linked_documents(
        self, corpus: Corpus, stream: Stream, *, within_outlet: bool, executor: Executor
    ) -> tuple[Integers, Integers]:
        """Return the documents that share a fingerprint with new ones and would be linked to them.

        Args:
            corpus: The new documents.
            stream: Their words.
            within_outlet: Whether documents of one outlet are linked, too.
            executor: Runs the search.

        Returns:
            Those before the last new one in the order of publication, and those behind.
        """
        hashes, places = find_fingerprints(
            stream, min_run_words=self.reuse.min_run_words, executor=executor
        )
        rows = stream.rows[stream.document_of(places)]
        own = make_entries(hashes, rows)
        found = self._look_up_fingerprints(distinct(hashes))
        if not len(found):
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        found = _ends_of_each(found, _HOT)
        facts = self._facts(distinct(lists.numbers_of(found)))
        numbers = facts.numbers
        # One order of old and new documents: that of publication, then of ids.
        order = _common_order(facts, corpus)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        old = np.searchsorted(numbers, lists.numbers_of(found))
        every = np.concatenate([lists.hashes_of(found), lists.hashes_of(own)])
        documents = np.concatenate([old, len(numbers) + lists.numbers_of(own)])
        outlets = np.concatenate([facts.records["outlet"], outlets_in(self.file, corpus)])
        outlets = find_owners(outlets, within_outlet=within_outlet)
        is_new = np.arange(len(order)) >= len(numbers)
        pairs = link_documents(every, rank[documents], outlets[order], is_new[order])
        pairs = order[pairs]  # of documents, a row for each fingerprint that links them
        pairs = np.where(is_new[pairs[:, :1]], pairs[:, ::-1], pairs)
        pairs = pairs[~is_new[pairs[:, 0]]]
        linked = distinct(pairs[:, 0])
        is_later = rank[linked] > rank[len(numbers) :].max()
        return numbers[linked[~is_later]], numbers[linked[is_later]]

    def with_shared_runs(self, numbers: Integers, stream: Stream, executor: Executor) -> Integers:
        """Return those of some documents that share a run of words with new ones.

        Args:
            numbers: The documents, ascending.
            stream: The words of the new ones.
            executor: Runs the search, while the next texts are read.
        """
        n_words = self.reuse.min_run_words
        runs = hash_runs(stream, n_words=n_words)
        searches = []
        for i in range(0, len(numbers), _TEXTS_AT_ONCE):
            stored = self.read(numbers[i : i + _TEXTS_AT_ONCE])
            for texts in stored.table["text"].chunks:
                searches.append(executor.submit(share_runs, texts, runs, n_words=n_words))
        has_run = [np.empty(0, dtype=np.bool_), *(search.result() for search in searches)]
        shared: Integers = numbers[np.concatenate(has_run)]
        return shared

    def documents_of(self, labels: Sequence[str]) -> Integers:
        """Return the documents of some outlets."""
        known = outlets_of(self.file)
        wanted = [known[label][0] for label in labels if label in known]
        return self._there(numbers_of_outlets(self.file, wanted))

    def read(self, numbers: Integers) -> Stored:
        """Return documents by number."""
        return read_texts(self.file, self._facts(self._there(numbers)))

    def _facts(self, numbers: Integers) -> Facts:
        """Return what is known of documents, by number, without those that were removed."""
        read = self.facts[0].numbers if self.facts else numbers[:0]
        if len(unread := numbers[~is_among(numbers, read)]):
            self.facts[:] = [join_facts([*self.facts, read_facts(self.file, unread)])]
        if not self.facts:
            return read_facts(self.file, numbers)
        return self.facts[0].take(is_among(self.facts[0].numbers, numbers))

    def _there(self, numbers: Integers) -> Integers:
        there: Integers = numbers[~is_among(numbers, self.without)]
        return there

    def _look_up(self, number: int, hashes: Hashes) -> Entries:
        """Return the entries of a list, without the documents that do not count."""
        found = lists.look_up(self.file, number, hashes)
        if len(self.without):
            found = found[~is_among(lists.numbers_of(found), self.without)]
        return found

    def _look_up_fingerprints(self, hashes: Hashes) -> Entries:
        """Return the entries of fingerprints, each given once, ascending; count them."""
        wanted = hashes.astype(np.uint64) << _32
        parts = [
            self._look_up(number, lists.hashes_of(own))
            for number, own in kept.split_fingerprints(wanted)
            if len(own)
        ]
        found = np.concatenate([np.empty(0, np.uint64), *parts])
        own = lists.hashes_of(found)
        starts, ends = (np.searchsorted(own, hashes, side) for side in ("left", "right"))
        self.counted.update(zip(hashes.tolist(), (ends - starts).tolist(), strict=True))
        return found

    def _earliest(self, found: Entries, most: int) -> Integers:
        """Return the documents of entries; of a hash that many have, the earliest."""
        hashes, numbers = lists.hashes_of(found), lists.numbers_of(found)
        if not len(found):
            return numbers
        sizes = np.diff(np.append(np.flatnonzero(run_starts(hashes)), len(hashes)))
        many = np.repeat(sizes > most, sizes)
        kept_numbers = [numbers[~many]]
        if many.any():
            facts = self._facts(distinct(numbers[many]))
            rank = np.empty(len(facts), dtype=np.int64)
            rank[_sort_dates(_dates(facts))] = np.arange(len(facts))
            ranks = rank[np.searchsorted(facts.numbers, numbers[many])]
            order = np.lexsort((ranks, hashes[many]))
            groups = hashes[many][order]
            place = np.arange(len(groups))
            place -= np.maximum.accumulate(place * run_starts(groups))
            kept_numbers.append(numbers[many][order][place < most])
        return distinct(np.concatenate(kept_numbers))


def find_holders(file: IndexFile, passages: Passages, without: Integers | None = None) -> Integers:
    """Return for each text of some passages a document of the index that has it; -1 if none has.

    Args:
        file: The index.
        passages: The passages.
        without: Documents that are not asked; removed ones never are.
    """
    holders = np.full(len(passages.first_passages), -1, dtype=np.int64)
    hashes = kept.text_hashes(passages)
    found = lists.look_up(file, kept.TEXTS, hashes)
    if not len(found):
        return holders
    gone = removed_numbers(file)
    gone = gone if without is None else np.append(gone, without)
    found = _first_of_each(found[~is_among(lists.numbers_of(found), np.sort(gone))], _HOLDERS)
    numbers = lists.numbers_of(found)
    halves = read_passages(file, distinct(numbers))
    own = lists.hashes_of(found)
    starts, ends = (np.searchsorted(own, hashes, side) for side in ("left", "right"))
    wanted = kept.text_halves(passages)
    for text in np.flatnonzero(ends > starts).tolist():
        for number in numbers[starts[text] : ends[text]].tolist():
            if number in halves and (halves[number] == wanted[text]).any():
                holders[text] = number
                break
    return holders


def outlets_in(file: IndexFile, corpus: Corpus) -> Integers:
    """Return for each document of a corpus the number of its outlet in the index.

    Outlets that the index does not know get numbers behind those it knows; -1 is no outlet.
    """
    known = {name: number for name, (number, _) in outlets_of(file).items()}
    own = outlet_numbers(corpus)
    labels = corpus.documents["outlet"].combine_chunks().dictionary_encode().dictionary.to_pylist()
    behind = 1 + max(known.values(), default=-1)
    numbers = np.array(
        [known.get(label, behind + place) for place, label in enumerate(labels)] + [-1],
        dtype=np.int64,
    )
    return numbers[own]


def _first_of_each(entries: Entries, most: int) -> Entries:
    """Return the first entries of each hash."""
    place = np.arange(len(entries))
    place -= np.maximum.accumulate(place * run_starts(lists.hashes_of(entries)))
    return entries[place < most]


def _ends_of_each(entries: Entries, most: int) -> Entries:
    """Return the first and the last entries of each hash."""
    hashes = lists.hashes_of(entries)
    starts = run_starts(hashes)
    place = np.arange(len(entries))
    from_start = place - np.maximum.accumulate(place * starts)
    sizes = np.diff(np.append(np.flatnonzero(starts), len(entries)))
    from_end = np.repeat(sizes, sizes) - 1 - from_start
    return entries[(from_start < most) | (from_end < most)]


def _dates(facts: Facts) -> pa.Table:
    return pa.table({"published": facts.published, "document_id": facts.ids})


def _sort_dates(dates: pa.Table) -> Integers:
    """Return the order of documents: of publication, missing last, then of ids."""
    keys = [("published", "ascending"), ("document_id", "ascending")]
    order: Integers = pc.sort_indices(dates, sort_keys=keys).to_numpy().astype(np.int64)
    return order


def _common_order(facts: Facts, corpus: Corpus) -> Integers:
    """Return the order of old documents and, numbered behind them, new ones."""
    old = _dates(facts)
    new = [corpus.documents[name].cast(old.schema.field(name).type) for name in old.column_names]
    return _sort_dates(pa.concat_tables([old, pa.table(new, names=old.column_names)]))
