"""A corpus to one stream of words: every body word as the number of its term.

The search for reuse compares words by number, with a 0 where no passage may run on: between
documents, and where a heading or page furniture lies between two paragraphs.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.background import Background
from dedup.corpus import BODY, Corpus, Passages, text_buffers
from dedup.reuse.marks import (
    ABBREVIATION,
    CAPITAL,
    CLOSES,
    LONGEST_SENTENCE,
    OPENS,
    QUOTED,
    SENTENCE,
    ends_sentence,
    mark_lines,
    marked_words,
)
from dedup.runs import run_starts
from dedup.text import (
    CHARACTERS,
    WORD,
    Kernel,
    decode_at,
    find_paragraph_quotations,
    tokenise_span,
)

Integers = npt.NDArray[np.int64]

BREAK = 0  # a term number that is no term
_LEAST_DOCUMENTS = 1_000  # that a corpus counts as where rarity is judged
_FIRST_SLOTS = 1 << 14
_32 = np.uint64(32)
_48 = np.uint64(48)


@dataclass(frozen=True, slots=True)
class Stream:
    """The body words of a corpus, in the order of its passages.

    Attributes:
        terms: Number of each word's term, from 1, and BREAK between stretches, dtype int32.
        marks: SENTENCE, QUOTED, ASIDE, OPENS, CLOSES and CAPITAL of each word, joined by or,
            dtype uint8.
        passages: Passage ids of the body passages, ascending.
        starts: Where each of them starts in `terms`.
        ends: Where it ends.
        documents: For each of them the number of its document in the stream.
        rows: For each document of the stream its row in the corpus.
        document_starts: Where each starts in `terms`, and the end, shape (n_documents + 1,).
        document_frequency: In how many documents each term is, by number, dtype int32.
        hashes: The hash of each term, by number, dtype uint32.
        n_documents: How many documents that counts, at hand or not.
    """

    terms: npt.NDArray[np.int32]
    marks: npt.NDArray[np.uint8]
    passages: Integers
    starts: Integers
    ends: Integers
    documents: Integers
    rows: Integers
    document_starts: Integers
    document_frequency: npt.NDArray[np.int32]
    hashes: npt.NDArray[np.uint32]
    n_documents: int

    @property
    def idf(self) -> npt.NDArray[np.float32]:
        """Inverse document frequency of each term, ln((n + 1) / df); 0 for BREAK."""
        idf = np.log((self.n_documents + 1) / np.maximum(self.document_frequency, 1))
        idf[BREAK] = 0
        return idf.astype(np.float32)

    @property
    def rarity(self) -> npt.NDArray[np.float32]:
        """How rare each term is, in [0, 1]: 1 for a term of one document, 0 for one of all.

        A small corpus cannot tell what is common: it counts as one of a thousand documents.
        """
        n = max(self.n_documents, _LEAST_DOCUMENTS) + 1
        idf = np.log(n / np.maximum(self.document_frequency, 1))
        idf[BREAK] = 0
        rarity: npt.NDArray[np.float32] = (idf / np.log(n)).astype(np.float32)
        return rarity

    def passage_of(self, words: Integers) -> Integers:
        """Return the ids of the passages that words of the stream are in."""
        return self.passages[np.searchsorted(self.starts, words, side="right") - 1]

    def document_of(self, words: Integers) -> Integers:
        """Return the numbers of the documents that words of the stream are in."""
        return np.searchsorted(self.document_starts, words, side="right") - 1


@Kernel
def word_of(token: np.uint64) -> np.uint32:
    """Return the hash by which a word is numbered, of that of its token; 0 is the break."""
    return max(np.uint32(token >> _32), np.uint32(1))


@Kernel
def stream_passages(
    data: npt.NDArray[np.uint8],
    byte_starts: npt.NDArray[np.int64],
    byte_ends: npt.NDArray[np.int64],
    document_ends: npt.NDArray[np.int64],
    targets: npt.NDArray[np.int64],
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    expansions: npt.NDArray[np.uint64],
    marked: npt.NDArray[np.uint8],
    hashes: npt.NDArray[np.uint64],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    quotation_starts: npt.NDArray[np.int64],
    quotation_ends: npt.NDArray[np.int64],
    terms: npt.NDArray[np.uint32],
    marks: npt.NDArray[np.uint8],
) -> None:
    """Write hash and marks of the words of each passage from its target on."""
    for passage in range(len(byte_starts)):
        start, end = byte_starts[passage], byte_ends[passage]
        n_tokens = tokenise_span(data, start, end, kinds, folds, expansions, hashes, starts, ends)
        target = targets[passage]
        since = 0
        for t in range(n_tokens):
            terms[target + t] = word_of(hashes[t])
            mark = 0
            if t > 0 and starts[t] - ends[t - 1] > 1:
                # A single letter and an abbreviation have a full stop of their own.
                is_short = (
                    ends[t - 1] - starts[t - 1] == 1 and data[starts[t - 1]] >= 65
                ) or marked[hashes[t - 1] >> _48] & ABBREVIATION > 0
                if ends_sentence(data, ends[t - 1], starts[t], kinds, is_short):
                    mark |= SENTENCE
            if t == 0 or since >= LONGEST_SENTENCE:
                mark |= SENTENCE
            since = 1 if mark & SENTENCE else since + 1
            letter = decode_at(data, starts[t])
            if kinds[letter] == WORD and folds[letter] != letter:
                mark |= CAPITAL
            marks[target + t] = mark

        n_quotations = find_paragraph_quotations(
            data, start, end, document_ends[passage], kinds, quotation_starts, quotation_ends
        )
        t = 0
        for quotation in range(n_quotations):
            while t < n_tokens and starts[t] < quotation_starts[quotation]:
                t += 1
            first = t
            while t < n_tokens and starts[t] < quotation_ends[quotation]:
                marks[target + t] |= QUOTED
                t += 1
            if first < t:
                marks[target + first] |= OPENS
                marks[target + t - 1] |= CLOSES
        mark_lines(
            data,
            start,
            end,
            n_tokens,
            marked,
            hashes,
            starts,
            ends,
            marks[target : target + n_tokens],
        )


def lay_out(passages: Passages, body: Integers) -> tuple[npt.NDArray[np.bool_], Integers, Integers]:
    """Return where the words of body passages stand in a stream of them.

    Args:
        passages: The passages of a corpus.
        body: Ids of body passages, those of a document together and in order.

    Returns:
        Of each of them, whether it is the first of a document, where its words start, and where
        they end; a break stands before a document, where a passage of another role was left out,
        and at the end.
    """
    n_words = passages.n_words[body]
    new_document = run_starts(passages.documents[body])
    breaks = new_document.copy()
    breaks[1:] |= np.diff(body) > 1
    starts = np.cumsum(n_words) - n_words + np.cumsum(breaks)
    return new_document, starts, starts + n_words


def find_bytes(
    chunk: pa.LargeStringArray, passages: Passages, own: Integers, first_row: int
) -> tuple[npt.NDArray[np.uint8], Integers, Integers, Integers]:
    """Return the bytes of a chunk of texts; where passages start and end, and their documents end.

    Args:
        chunk: The chunk.
        passages: The passages of a corpus.
        own: Ids of some of those whose documents are in the chunk, at least one.
        first_row: Row of the chunk's first document in the corpus.
    """
    data, offsets = text_buffers(chunk)
    local = passages.documents[own] - first_row
    starts = offsets[local]
    return (
        data,
        starts + passages.byte_starts[own],
        starts + passages.byte_ends[own],
        offsets[local + 1],
    )


@Kernel
def number_terms(
    hashes: npt.NDArray[np.uint32],
    document_starts: npt.NDArray[np.int64],
    is_counted: npt.NDArray[np.bool_],
    first_document: int,
    terms: npt.NDArray[np.int32],
    slots: npt.NDArray[np.int32],
    hash_of: npt.NDArray[np.uint32],
    frequency: npt.NDArray[np.int32],
    last_document: npt.NDArray[np.int32],
    n_terms: int,
) -> tuple[int, int]:
    """Number the terms from a document on, while the table has room; count those that count.

    Returns:
        The first document not done, and the number of terms so far, BREAK included.
    """
    mask = np.uint32(len(slots) - 1)
    for document in range(first_document, len(document_starts) - 1):
        start, end = document_starts[document], document_starts[document + 1]
        if 2 * (n_terms + end - start) > len(slots):
            return document, n_terms
        for i in range(start, end):
            h = hashes[i]
            if h == BREAK:
                terms[i] = BREAK
                continue
            slot = h & mask
            while slots[slot] != 0 and hash_of[slots[slot]] != h:
                slot = (slot + np.uint32(1)) & mask
            term = slots[slot]
            if term == 0:
                term = n_terms
                slots[slot] = term
                hash_of[term] = h
                n_terms += 1
            terms[i] = term
            if is_counted[document] and last_document[term] != document + 1:
                last_document[term] = document + 1
                frequency[term] += 1
    return len(document_starts) - 1, n_terms


def make_stream(
    corpus: Corpus,
    passages: Passages,
    *,
    executor: Executor,
    background: Background | None = None,
) -> Stream:
    """Return the body words of a corpus as a stream of terms.

    Args:
        corpus: The corpus.
        passages: Its passages.
        executor: Runs the batches.
        background: The documents that are not at hand, if there are any.
    """
    body = np.flatnonzero(passages.roles == BODY)
    rows = passages.documents[body]
    new_document, starts, ends = lay_out(passages, body)
    n_terms = int(ends[-1]) + 1 if len(ends) else 1
    hashes = np.zeros(n_terms, dtype=np.uint32)
    marks = np.zeros(n_terms, dtype=np.uint8)

    chunks = corpus.documents["text"].chunks
    first_rows = np.cumsum([0, *(len(chunk) for chunk in chunks)])
    order = np.argsort(rows, kind="stable")
    limits = np.searchsorted(rows[order], first_rows)

    def stream_chunk(number: int) -> None:
        own = order[limits[number] : limits[number + 1]]
        if not len(own):
            return
        data, byte_starts, byte_ends, document_ends = find_bytes(
            chunks[number], passages, body[own], int(first_rows[number])
        )
        longest = int((byte_ends - byte_starts).max())
        spans, quotations = np.empty((2, 2, 3 * longest + 1), dtype=np.int64)
        stream_passages.sized(2 * int((byte_ends - byte_starts).sum()))(
            data, byte_starts, byte_ends, document_ends, starts[own],
            CHARACTERS.kinds, CHARACTERS.folds, CHARACTERS.expansions, marked_words(),
            np.empty(3 * longest + 1, dtype=np.uint64), spans[0], spans[1],
            quotations[0], quotations[1], hashes, marks,
        )  # fmt: skip

    list(executor.map(stream_chunk, range(len(chunks))))
    document_starts = np.append(starts[new_document], n_terms)
    stream_rows = rows[new_document]
    is_counted = np.ones(len(stream_rows), dtype=np.bool_)
    n_documents = len(stream_rows)
    if background is not None:
        is_counted = background.is_new[stream_rows] & (not background.counts_new)
        n_documents = int(is_counted.sum()) + background.n_documents
    terms, document_frequency, term_hashes = number_words(hashes, document_starts, is_counted)
    if background is not None:
        document_frequency += background.count_documents_with(term_hashes).astype(np.int32)
        if background.places_of is not None:
            order = np.append(BREAK, 1 + np.argsort(background.places_of(term_hashes[1:])))
            document_frequency, term_hashes = document_frequency[order], term_hashes[order]
            terms = np.argsort(order).astype(np.int32)[terms]
    return Stream(
        terms, marks, body, starts, ends, np.cumsum(new_document) - 1, stream_rows,
        document_starts, document_frequency, term_hashes, n_documents,
    )  # fmt: skip


def number_words(
    hashes: npt.NDArray[np.uint32], document_starts: Integers, is_counted: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.uint32]]:
    """Return the term number of each hash, in place of it; and each term's frequency and hash."""
    terms = hashes.view(np.int32)
    n_slots = _FIRST_SLOTS
    slots = np.zeros(n_slots, dtype=np.int32)
    hash_of = np.zeros(n_slots // 2 + 1, dtype=np.uint32)
    counts = np.zeros((2, len(hash_of)), dtype=np.int32)  # document frequency, last document
    document, n_terms = 0, 1
    number = number_terms.sized(len(hashes))
    while True:
        document, n_terms = number(
            hashes, document_starts, is_counted, document, terms, slots, hash_of,
            counts[0], counts[1], n_terms,
        )  # fmt: skip
        if document == len(document_starts) - 1:
            return terms, counts[0, :n_terms].copy(), hash_of[:n_terms].copy()
        n_slots *= 4
        slots = np.zeros(n_slots, dtype=np.int32)
        room = n_slots // 2 + 1 - len(hash_of)
        hash_of, counts = np.pad(hash_of, (0, room)), np.pad(counts, ((0, 0), (0, room)))
        refill_slots.sized(n_terms)(slots, hash_of, n_terms)


@Kernel
def refill_slots(
    slots: npt.NDArray[np.int32], hash_of: npt.NDArray[np.uint32], n_terms: int
) -> None:
    """Put the known terms into a new, empty table."""
    mask = np.uint32(len(slots) - 1)
    for term in range(1, n_terms):
        slot = hash_of[term] & mask
        while slots[slot] != 0:
            slot = (slot + np.uint32(1)) & mask
        slots[slot] = term
