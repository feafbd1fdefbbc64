"""Documents into an index and out of it; every function runs inside one transaction of its file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.background import Background
from dedup.corpus import Corpus, Passages, collect_passages, document_order
from dedup.errors import InputError
from dedup.index import entries as kept
from dedup.index import lists
from dedup.index.contents import Contents, name_hashes, own_files
from dedup.index.documents import (
    ROLE_BITS,
    NewDocuments,
    Stored,
    delete_documents,
    find_unchanged,
    read_documents,
    removed_numbers,
    write_documents,
)
from dedup.index.known import KnownDocuments, find_holders
from dedup.index.names import count_outlets
from dedup.index.sorting import Entries, make_entries
from dedup.reuse import Words, collect_words

Integers = npt.NDArray[np.int64]

Result = TypeVar("Result")

_DOCUMENTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a corpus did: numbers of documents."""

    n_added: int
    n_changed: int
    n_unchanged: int


def add_corpus(contents: Contents, corpus: Corpus, executor: Executor) -> Added:
    """Add the documents of a corpus that are not there yet, or are there in another version."""
    ids = corpus.documents["document_id"].to_pylist()
    known = contents.find(ids)
    own = np.array([known.get(i, -1) for i in ids], dtype=np.int64)
    is_same = find_unchanged(contents.file, corpus.documents, own)
    wanted = np.flatnonzero(~is_same)
    versions = np.union1d(own[own >= 0], contents.find_files(corpus))
    changed = np.setdiff1d(versions, own[is_same])
    if len(changed):
        remove_documents(contents, changed, executor)
    if len(wanted):
        part = corpus
        if len(wanted) < len(corpus):
            part = replace(corpus, documents=corpus.documents.take(pa.array(wanted)))
        _add(contents, part, executor)
    roots = [*contents.file.manifest["roots"], *corpus.roots]
    contents.file.manifest["roots"] = [*dict.fromkeys(roots)]
    return Added(len(wanted) - len(changed), len(changed), int(is_same.sum()))


def remove_documents(contents: Contents, numbers: Integers, executor: Executor) -> None:
    """Remove documents by number, ascending."""
    file = contents.file
    for i in range(0, len(numbers), _DOCUMENTS_AT_ONCE):
        stored = read_documents(file, numbers[i : i + _DOCUMENTS_AT_ONCE])
        delete_documents(file, stored.numbers)
        labels = [label for label in stored.table["outlet"].to_pylist() if label is not None]
        count_outlets(file, {label: -labels.count(label) for label in {*labels}})
        counts, passages = count_stored_terms(contents, stored, executor)
        _add_terms(contents, counts, sign=-1)
        if passages is not None:
            _carry_on(contents, passages, executor)
        file.manifest["n_documents"] -= len(stored.numbers)
        file.manifest["n_passages"] -= len(stored.passages)
        file.manifest["n_words"] -= int((stored.passages[:, 1] >> ROLE_BITS).sum())


def know_beside(contents: Contents, corpus: Corpus, executor: Executor) -> KnownDocuments:
    """Return what an index knows of its documents but those that a corpus has, too."""
    versions = contents.find_versions(corpus)
    terms = None
    if len(versions):
        stored = read_documents(contents.file, versions)
        terms, _ = count_stored_terms(contents, stored, executor)
    return _known(contents, np.sort(np.append(removed_numbers(contents.file), versions)), terms)


def count_stored_terms(
    contents: Contents, stored: Stored, executor: Executor
) -> tuple[kept.TermCounts, Passages | None]:
    """Return what documents have added to the counts of terms, and their passages if any."""
    corpus = Corpus(stored.table, contents.passages)
    passages = _collect(contents, corpus, executor, None)
    if passages is None:
        none = np.empty(0, dtype=np.int64)
        return kept.TermCounts(none.astype(np.uint32), none, none, 0, 0), None
    # The roles that they had when they were added: by repetition they may have others now.
    order = np.lexsort((passages.positions, passages.documents))
    facts = stored.passages[:, 1]
    if len(facts) != len(order):
        raise contents.file.damaged("the passages of a document")
    passages.roles[order] = (facts & ((1 << ROLE_BITS) - 1)).astype(np.uint8)
    is_known = find_holders(contents.file, passages, stored.numbers) >= 0
    words = _words(contents, corpus, passages, is_known, executor)
    return kept.count_terms([*words]), passages


def _add(contents: Contents, corpus: Corpus, executor: Executor) -> None:
    file = contents.file
    first = int(file.manifest["next_number"])
    order = document_order(corpus)
    numbers = first + np.arange(len(corpus))
    if order is not None:
        numbers[order] = numbers.copy()
    names = executor.submit(lambda: [*_names(corpus, numbers)])
    _add_texts(contents, corpus, numbers, order, executor)
    for number, own in names.result():
        lists.append(file, number, own)
    file.manifest["next_number"] = first + len(corpus)
    file.manifest["n_documents"] += len(corpus)


def _add_texts(
    contents: Contents,
    corpus: Corpus,
    numbers: Integers,
    order: Integers | None,
    executor: Executor,
) -> None:
    """Write documents, and what leads to their passages: the ones while the other is made."""
    file = contents.file
    first = int(file.manifest["next_number"])
    is_new = np.ones(len(corpus), dtype=np.bool_)
    background = _known(contents, removed_numbers(file), None).background(is_new)
    passages = _collect(contents, corpus, executor, background)
    if passages is None:
        no_passages = np.empty((0, 2), np.uint32), np.zeros(len(corpus), dtype=np.int64)
        new = NewDocuments(corpus.documents, order, *no_passages, ~is_new)
        for _ in write_documents(file, first, new):
            pass
        return
    told = executor.submit(kept.passage_facts, passages, numbers - first)
    is_known = find_holders(file, passages) >= 0
    carriers = numbers[passages.documents[passages.first_passages[~is_known]]]
    bands = kept.band_entries(
        passages, carriers, ~is_known, contents.settings, contents.banding, executor=executor
    )
    passages = replace(passages, shingles=np.empty(0, np.uint32))  # they take most room
    coming = _words(contents, corpus, passages, is_known, executor)
    is_version = passages.is_version if order is None else passages.is_version[order]
    new = NewDocuments(corpus.documents, order, *told.result(), is_version)
    writing = write_documents(file, first, new)
    for number, own in enumerate(_beside(writing, bands)):
        lists.append(file, number, own)
    words = [*_beside(writing, coming)]
    prints = kept.fingerprint_entries(words, numbers, executor=executor)
    for number, own in _beside(writing, prints):
        lists.append(file, number, own)
    lists.append(file, kept.TEXTS, kept.text_entries(passages, numbers))
    _add_terms(contents, kept.count_terms(words), sign=1)
    for _ in writing:
        pass
    file.manifest["n_passages"] += len(passages)
    file.manifest["n_words"] += int(passages.n_words.sum())


def _beside(writing: Iterator[None], results: Iterator[Result]) -> Iterator[Result]:
    """Yield results that other threads make, and write a batch of documents before each."""
    while True:
        next(writing, None)
        try:
            yield next(results)
        except StopIteration:
            return


def _words(
    contents: Contents,
    corpus: Corpus,
    passages: Passages,
    is_known: npt.NDArray[np.bool_],
    executor: Executor,
) -> Iterator[Words]:
    """Return what the words of documents come to, stretch by stretch; work starts at once."""
    return collect_words(
        corpus, passages, kept.compared_passages(passages, is_known),
        min_run_words=contents.reuse.min_run_words, executor=executor,
    )  # fmt: skip


def _names(corpus: Corpus, numbers: Integers) -> Iterator[tuple[int, Entries]]:
    """Yield what documents add to the lists of ids and of files."""
    ids = corpus.documents["document_id"].to_pylist()
    yield kept.IDS, make_entries(name_hashes(ids), numbers)
    files = own_files(corpus)
    has_file = np.array([path is not None for path in files], dtype=np.bool_)
    hashes = name_hashes(os.path.normpath(path) for path in files if path is not None)
    yield kept.FILES, make_entries(hashes, numbers[has_file])


def _add_terms(contents: Contents, counts: kept.TermCounts, *, sign: int) -> None:
    for number, entries in kept.term_entries(counts, sign=sign):
        lists.append(contents.file, number, entries, counts=True)
    contents.file.manifest["n_body_documents"] += sign * counts.n_documents
    contents.file.manifest["n_compared_passages"] += sign * counts.n_passages


def _carry_on(contents: Contents, passages: Passages, executor: Executor) -> None:
    """Let another document that has a removed text be found by the text's bands."""
    heirs = find_holders(contents.file, passages)
    texts = heirs >= 0
    if texts.any():
        bands = kept.band_entries(
            passages, heirs[texts], texts, contents.settings, contents.banding, executor=executor
        )
        for band, entries in enumerate(bands):
            lists.append(contents.file, band, entries)


def _known(contents: Contents, without: Integers, terms: kept.TermCounts | None) -> KnownDocuments:
    return KnownDocuments(
        contents.file, contents.settings, contents.reuse, contents.banding, without, terms
    )


def _collect(
    contents: Contents, corpus: Corpus, executor: Executor, background: Background | None
) -> Passages | None:
    """Return the passages of a corpus; None if it has none."""
    try:
        return collect_passages(
            corpus, shingle_size=contents.settings.shingle_size, executor=executor,
            background=background,
        )  # fmt: skip
    except InputError as error:
        if error.path is not None:  # the index is damaged
            raise
        return None  # documents without a word are kept as they are
