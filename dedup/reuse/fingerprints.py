"""Streams to links: places of two documents that share a fingerprint.

Winnowing keeps of each window of shingles the one with the least hash, so two documents that
share a run of `min_run_words` words share a fingerprint in it. Each occurrence is linked to the
earliest and to the last ones of other outlets, not to all: the cost is linear in the number of
copies. (Schleimer, Wilkerson and Aiken, Winnowing: local algorithms for document fingerprinting,
SIGMOD 2003)
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from dedup.background import Background
from dedup.reuse.stream import BREAK, Integers, Stream
from dedup.runs import run_starts
from dedup.text import Kernel
from dedup.text.tokens import BASE, mix

EARLIEST, LATEST = 4, 6  # occurrences that each one is linked to
PER_OUTLET = 6  # of them
_WORDS_AT_ONCE = 1 << 18
_KEYS_AT_ONCE = 1 << 19
_FILTER_BITS = 20
_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Links:
    """Places that share a fingerprint, sorted by target, then origin.

    Attributes:
        targets: Word of the stream where the later document has it.
        origins: Word where the earlier one has it.
        frequency: Number of documents that have it.
        starts: For each document of the stream where its links as a target start, and the end.
    """

    targets: npt.NDArray[np.int64]
    origins: npt.NDArray[np.int64]
    frequency: npt.NDArray[np.int32]
    starts: Integers


def find_owners(outlets: Integers, *, within_outlet: bool) -> Integers:
    """Return for each document a number; none takes from one of its own number.

    Args:
        outlets: The number of each one's outlet, -1 where it has none.
        within_outlet: Whether documents of one outlet may take from each other, too.
    """
    unknown = (outlets < 0) | within_outlet
    owners = outlets.copy()
    owners[unknown] = outlets.max(initial=0) + 1 + np.flatnonzero(unknown)
    return owners


def shingle_words(min_run_words: int) -> int:
    """Return how many words a fingerprint covers, so that any such run holds a whole window.

    A window has `min_run_words` - k + 1 shingles of k words. Five and four find runs of eight.
    """
    return max(1, -(-min_run_words * 3 // 5))


@Kernel
def winnow(
    terms: npt.NDArray[np.int32],
    term_hashes: npt.NDArray[np.uint32],
    start: int,
    end: int,
    k: int,
    window: int,
    ring: npt.NDArray[np.uint64],
    hashes: npt.NDArray[np.uint32],
    places: npt.NDArray[np.int64],
) -> int:
    """Write the fingerprints of terms[start:end], in order; return how many.

    `ring` has as many places as a power of two, so that what goes round is masked, not divided.
    """
    around = len(ring) - 1
    outgoing = np.uint64(1)
    for _ in range(k - 1):
        outgoing = outgoing * BASE
    n_found = 0
    n_words = 0  # of this stretch so far
    rolling = np.uint64(0)
    kept = -1  # shingle last written
    for i in range(start, end):
        if terms[i] == BREAK:
            n_words, rolling, kept = 0, np.uint64(0), -1
            continue
        if n_words >= k:
            rolling = rolling - np.uint64(term_hashes[terms[i - k]]) * outgoing
        rolling = rolling * BASE + np.uint64(term_hashes[terms[i]])
        n_words += 1
        if n_words < k:
            continue
        shingle = n_words - k  # its number in the stretch
        ring[shingle & around] = mix(rolling) >> _32
        # A stretch that is shorter than a window gives one fingerprint, too.
        is_last = i + 1 == end or terms[i + 1] == BREAK
        if shingle < window - 1 and not is_last:
            continue
        best, least = shingle, ring[shingle & around]
        for earlier in range(max(shingle - window + 1, 0), shingle):
            if ring[earlier & around] < least:
                best, least = earlier, ring[earlier & around]
        if best != kept:
            kept = best
            hashes[n_found] = np.uint32(least)
            places[n_found] = i - k + 1 - (shingle - best)
            n_found += 1
    return n_found


@Kernel
def link_groups(
    keys: npt.NDArray[np.uint64],
    first: int,
    last: int,
    documents: npt.NDArray[np.int32],
    outlets: npt.NDArray[np.int64],
    frequency: npt.NDArray[np.int32],
    n_earliest: int,
    n_latest: int,
    per_outlet: int,
    is_new: npt.NDArray[np.bool_],
    links: npt.NDArray[np.uint64],
) -> int:
    """Link the occurrences of each group of equal fingerprints in keys[first:last].

    `outlets` holds for each document what it may not take from: its outlet or itself. Of two
    occurrences linked one at least is of a document that is new.
    """
    n_links = 0
    # Room for as many of the target's own outlet, which are passed over.
    earliest = np.empty(n_earliest + per_outlet, dtype=np.int64)
    latest = np.empty(n_latest + per_outlet, dtype=np.int64)
    linked = np.empty(n_earliest, dtype=np.int64)
    start = first
    while start < last:
        group = keys[start] >> _32
        end = start + 1
        n_documents = 1
        while end < last and keys[end] >> _32 == group:
            if documents[keys[end] & _LOW] != documents[keys[end - 1] & _LOW]:
                n_documents += 1
            end += 1
        if n_documents > 1:
            n_first, n_recent = 0, 0
            for i in range(start, end):
                here = np.int64(keys[i] & _LOW)
                frequency[here] = n_documents
                outlet = outlets[documents[here]]
                new = is_new[documents[here]]
                n_taken = 0
                for e in range(n_first):
                    if outlets[documents[earliest[e]]] != outlet and n_taken < n_earliest:
                        linked[n_taken] = earliest[e]
                        n_taken += 1
                        if new or is_new[documents[earliest[e]]]:
                            links[n_links] = np.uint64(here) << _32 | np.uint64(earliest[e])
                            n_links += 1
                n_linked, n_taken = n_taken, 0
                for r in range(n_recent):
                    other = latest[r]
                    is_further = outlets[documents[other]] != outlet and n_taken < n_latest
                    for e in range(n_linked):
                        if linked[e] == other:
                            is_further = False
                    if is_further:
                        n_taken += 1
                        if new or is_new[documents[other]]:
                            links[n_links] = np.uint64(here) << _32 | np.uint64(other)
                            n_links += 1
                # A few occurrences an outlet: the first among the earliest, the last in the latest.
                n_own = 0
                for e in range(n_first):
                    n_own += outlets[documents[earliest[e]]] == outlet
                if n_own < per_outlet and n_first < len(earliest):
                    earliest[n_first] = here
                    n_first += 1
                n_own, place = 0, min(n_recent, len(latest) - 1)
                for r in range(n_recent):
                    if outlets[documents[latest[r]]] == outlet:
                        n_own += 1
                        if n_own == per_outlet:
                            place = r
                if place == n_recent:
                    n_recent += 1
                for r in range(place, 0, -1):
                    latest[r] = latest[r - 1]
                latest[0] = here
        start = end
    return n_links


def winnow_words(
    terms: npt.NDArray[np.int32],
    term_hashes: npt.NDArray[np.uint32],
    start: int,
    end: int,
    *,
    min_run_words: int,
) -> tuple[npt.NDArray[np.uint32], Integers]:
    """Return the fingerprints of whole documents of a stream, and the places where each starts.

    Args:
        terms: The words of the stream, by number.
        term_hashes: The hash of each term.
        start: Where the first document starts.
        end: Where the last one ends.
        min_run_words: Least length of a run in which one is surely kept.
    """
    k = shingle_words(min_run_words)
    window = min_run_words - k + 1
    hashes = np.empty(end - start, dtype=np.uint32)
    places = np.empty(end - start, dtype=np.int64)
    ring = np.empty(1 << (window - 1).bit_length(), dtype=np.uint64)
    with np.errstate(over="ignore"):
        n_found = winnow.sized(4 * (end - start))(
            terms, term_hashes, start, end, k, window, ring, hashes, places
        )
    return hashes[:n_found].copy(), places[:n_found].copy()


def find_fingerprints(
    stream: Stream, *, min_run_words: int, executor: Executor
) -> tuple[npt.NDArray[np.uint32], Integers]:
    """Return the fingerprints of a stream, and the places where each starts, in order.

    They depend on the words alone, not on the numbers that these have in the stream.

    Args:
        stream: The words.
        min_run_words: Least length of a run in which one is surely kept.
        executor: Runs the blocks.
    """
    limits = [0]
    for limit in range(_WORDS_AT_ONCE, len(stream.terms), _WORDS_AT_ONCE):
        limits.append(int(stream.document_starts[np.searchsorted(stream.document_starts, limit)]))
    limits = [*dict.fromkeys([*limits, len(stream.terms)])]
    winnow_block = partial(winnow_words, stream.terms, stream.hashes, min_run_words=min_run_words)
    blocks = list(executor.map(winnow_block, limits[:-1], limits[1:]))
    hashes, places = zip(*blocks, strict=True)
    return np.concatenate(hashes), np.concatenate(places)


def link_fingerprints(
    stream: Stream,
    outlets: Integers,
    *,
    min_run_words: int,
    executor: Executor,
    background: Background | None = None,
) -> Links:
    """Return the places of two documents that share a fingerprint.

    Any run of at least `min_run_words` words that a document shares with another outlet's earlier
    one holds a link, to that one or to others that have the fingerprint as well.

    Args:
        stream: The words.
        outlets: For each document of the stream a number; documents of equal numbers are not
            linked.
        min_run_words: Least length of a run that is surely found.
        executor: Runs the blocks.
        background: The documents that are not at hand, if there are any; two old ones are not
            linked then.
    """
    hashes, places = find_fingerprints(stream, min_run_words=min_run_words, executor=executor)
    documents = stream.document_of(places).astype(np.int32)
    is_new = np.ones(len(stream.rows), dtype=np.bool_)
    if background is not None:
        is_new = background.is_new[stream.rows]
        kept = _may_equal(hashes, hashes[is_new[documents]])  # two old ones are not linked
        hashes, places, documents = hashes[kept], places[kept], documents[kept]

    keys = hashes.astype(np.uint64) << _32 | np.arange(len(hashes), dtype=np.uint64)
    del hashes
    keys.sort()
    groups = keys >> _32
    shared = np.zeros(len(keys) + 1, dtype=np.bool_)  # with its predecessor
    shared[1:-1] = groups[1:] == groups[:-1]
    keys = keys[shared[:-1] | shared[1:]]
    del groups, shared
    frequency = np.ones(len(places), dtype=np.int32)
    cuts = [0]
    for cut in range(_KEYS_AT_ONCE, len(keys), _KEYS_AT_ONCE):
        while cut < len(keys) and keys[cut] >> _32 == keys[cut - 1] >> _32:
            cut += 1
        cuts.append(cut)
    cuts = [*dict.fromkeys([*cuts, len(keys)])]
    link = link_groups.sized(20 * len(keys))

    def link_block(first: int, last: int) -> npt.NDArray[np.uint64]:
        links = np.empty((EARLIEST + LATEST) * (last - first), dtype=np.uint64)
        n_links = link(
            keys, first, last, documents, outlets, frequency, EARLIEST, LATEST, PER_OUTLET,
            is_new, links,
        )  # fmt: skip
        return links[:n_links].copy()

    links = np.concatenate([np.empty(0, np.uint64), *executor.map(link_block, cuts[:-1], cuts[1:])])
    if background is not None and len(keys):
        _count_old(keys, documents, is_new, background, frequency)
    links.sort()
    targets, origins = (links >> _32).astype(np.int64), (links & _LOW).astype(np.int64)
    n_documents = len(stream.rows)
    starts = np.searchsorted(documents[targets], np.arange(n_documents + 1))
    return Links(places[targets], places[origins], frequency[targets], starts)


def _may_equal(
    hashes: npt.NDArray[np.uint32], wanted: npt.NDArray[np.uint32]
) -> npt.NDArray[np.bool_]:
    """Return which hashes may be among the wanted: all that are, and some that are not."""
    mask = np.uint32((1 << _FILTER_BITS) - 1)
    is_there = np.zeros(1 << _FILTER_BITS, dtype=np.bool_)
    is_there[wanted & mask] = True
    may: npt.NDArray[np.bool_] = is_there[hashes & mask]
    return may


def _count_old(
    keys: npt.NDArray[np.uint64],
    documents: npt.NDArray[np.int32],
    is_new: npt.NDArray[np.bool_],
    background: Background,
    frequency: npt.NDArray[np.int32],
) -> None:
    """Write the number of documents that have each fingerprint, with those not at hand."""
    hashes, places = keys >> _32, (keys & _LOW).astype(np.int64)
    heads = run_starts(hashes)
    of_group = np.cumsum(heads) - 1
    new_document = run_starts(hashes, documents[places]) & is_new[documents[places]]
    counts = np.bincount(of_group, weights=new_document).astype(np.int64)
    asked = np.flatnonzero(counts)  # nothing else is linked
    if background.counts_new:
        counts[asked] = 0
    counts[asked] += background.count_fingerprints(hashes[heads][asked].astype(np.uint32))
    frequency[places] = counts[of_group]


def link_documents(
    hashes: npt.NDArray[np.uint32],
    documents: Integers,
    outlets: Integers,
    is_new: npt.NDArray[np.bool_],
) -> Integers:
    """Return the pairs of documents that would be linked, one of them new.

    Args:
        hashes: Fingerprints, an entry for each document that has one.
        documents: The documents, by their places in the order of publication.
        outlets: For each document a number; documents of equal numbers are not linked.
        is_new: For each document whether it is new.

    Returns:
        Later and earlier document, shape (n, 2), a row for each fingerprint that links them.
    """
    order = np.lexsort((documents, hashes))
    keys = hashes[order].astype(np.uint64) << _32 | np.arange(len(order), dtype=np.uint64)
    links = np.empty((EARLIEST + LATEST) * len(keys), dtype=np.uint64)
    own = documents[order].astype(np.int32)
    n_links = link_groups.sized(20 * len(keys))(
        keys, 0, len(keys), own, outlets, np.empty(len(keys), dtype=np.int32),
        EARLIEST, LATEST, PER_OUTLET, is_new, links,
    )  # fmt: skip
    links = links[:n_links]
    return np.stack(
        [own[(links >> _32).astype(np.int64)], own[(links & _LOW).astype(np.int64)]], axis=1
    ).astype(np.int64)
