"""A corpus to its attributions: who its texts credit with what.

It brings all rules, which take a while to compile: only who reads texts imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt
import orjson

from dedup.attribution import lexicon
from dedup.attribution.attributions import NOWHERE, Attributions, passages_at
from dedup.attribution.blurbs import read_blurbs
from dedup.attribution.chains import link_chains
from dedup.attribution.credits import read_credits, read_links
from dedup.attribution.emphasis import without_marks
from dedup.attribution.inner import read_inner_speech
from dedup.attribution.mentions import read_mentions
from dedup.attribution.names import know_names
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import (
    CONFIDENCES,
    KINDS,
    QUOTATIONS,
    RELATIONS,
    Found,
    Reading,
    Span,
)
from dedup.attribution.rules import read_sentence
from dedup.attribution.speakers import give_speakers
from dedup.attribution.symbols import make_symbols
from dedup.attribution.vocabulary import Vocabulary, make_vocabulary
from dedup.corpus import BODY, HEADING, Corpus, Passages, document_order, text_buffers

Integers = npt.NDArray[np.int64]

_ready: list[Vocabulary] = []  # of the outlets asked for last
_OPENERS = np.full(4, ord(lexicon.APART), dtype=np.uint8)
_OPENERS[BODY], _OPENERS[HEADING] = ord(lexicon.BODY), ord(lexicon.HEADING)


def find_attributions(
    corpus: Corpus,
    passages: Passages,
    outlets: Gazetteer,
    *,
    wanted: npt.NDArray[np.bool_] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Attributions:
    """Return what the texts of a corpus say about their sources.

    Args:
        corpus: The corpus.
        passages: Its passages.
        outlets: The outlets to know.
        wanted: For each document whether it is read; None is all of them.
        progress: Called with the number of documents done so far.
    """
    order = document_order(corpus)
    ranks = np.arange(len(corpus))
    if order is not None:
        ranks[order] = np.arange(len(corpus))
    rows: list[tuple[int, int, Found, str]] = []
    readings = read_documents(corpus, passages, outlets, wanted)
    for n_done, (row, reading) in enumerate(readings, start=1):
        rank, text = int(ranks[row]), reading.text
        rows.extend((rank, row, found, text) for found in reading.found)
        if progress is not None and n_done % 1_000 == 0:
            progress(n_done)
    rows.sort(key=lambda each: (each[0], *_place(each[2])))
    numbers = {id(found): number for number, (_, _, found, _) in enumerate(rows)}
    every = [found for _, _, found, _ in rows]
    documents = np.array([row for _, row, _, _ in rows], dtype=np.int64)

    def spans(of: Callable[[Found], Span | None]) -> Integers:
        pairs = [of(found) or (NOWHERE, NOWHERE) for found in every]
        return np.array(pairs, dtype=np.int64).reshape(-1, 2)

    def indices(names: tuple[str, ...], of: Callable[[Found], str]) -> Integers:
        return np.array([names.index(of(found)) for found in every], dtype=np.int64)

    credited, cues = spans(lambda found: found.credited), spans(lambda found: found.cue)
    signs = np.where(cues[:, 0] == NOWHERE, credited[:, 0], cues[:, 0])
    return Attributions(
        documents,
        passages_at(passages, documents, signs),
        spans(lambda found: found.content),
        cues,
        credited,
        [text[found.credited[0] : found.credited[1]] for _, _, found, text in rows],
        indices(KINDS, lambda found: found.kind),
        [found.outlet for found in every],
        indices(RELATIONS, lambda found: found.relation),
        indices(QUOTATIONS, lambda found: found.quotation),
        np.array(
            [NOWHERE if each.parent is None else numbers[id(each.parent)] for each in every],
            dtype=np.int64,
        ),
        indices(CONFIDENCES, lambda found: found.confidence),
        [found.basis for found in every],
        spans(lambda found: found.antecedent),
        [found.candidates for found in every],
        np.array([found.is_own for found in every], dtype=np.bool_),
    )


def _place(found: Found) -> tuple[int, int, int]:
    places = [span for span in (found.content, found.cue, found.credited) if span is not None]
    # Who relays comes before whom they relay.
    depth, parent = 0, found.parent
    while parent is not None:
        depth, parent = depth + 1, parent.parent
    return min(start for start, _ in places), depth, found.credited[0]


def ready_vocabulary(outlets: Gazetteer) -> Vocabulary:
    """Return the vocabulary of outlets; for those asked for last it is not made anew."""
    if not _ready or _ready[0].gazetteer is not outlets:
        _ready[:] = [make_vocabulary(outlets)]
    return _ready[0]


def read_documents(
    corpus: Corpus,
    passages: Passages,
    outlets: Gazetteer,
    wanted: npt.NDArray[np.bool_] | None = None,
) -> Iterator[tuple[int, Reading]]:
    """Yield each wanted document with what its text says about its sources."""
    vocabulary = ready_vocabulary(outlets)
    own_names: dict[str | None, str | None] = {None: None}
    order = np.lexsort((passages.positions, passages.documents))
    if wanted is not None:
        order = order[wanted[passages.documents[order]]]
    documents = passages.documents[order]
    row = 0
    for batch in corpus.documents.to_batches():
        n = batch.num_rows
        texts = batch["text"]
        data, offsets = text_buffers(texts)
        a, b = np.searchsorted(documents, [row, row + n])
        if a == b:
            row += n
            continue
        own = order[a:b]
        local = documents[a:b] - row
        plain = without_marks(data, offsets)
        starts = offsets[local] + passages.byte_starts[own]
        first_bytes, byte_starts = plain.moved(offsets), plain.moved(starts)
        gone = (starts - byte_starts) - (offsets - first_bytes)[local]  # before, in its document
        symbols = make_symbols(
            plain.data,
            byte_starts,
            plain.moved(offsets[local] + passages.byte_ends[own]),
            first_bytes[local + 1],
            passages.starts[own] - gone,
            _OPENERS[passages.roles[own]],
            vocabulary,
        )
        bounds = symbols.first[np.searchsorted(local, np.arange(n + 1))]
        classes = symbols.classes.tobytes().decode("latin-1")
        labels = batch["outlet"].to_pylist()
        others = batch["other_fields"].to_pylist()
        for i in range(n):
            first, last = int(bounds[i]), int(bounds[i + 1])
            if first == last:
                continue
            label = labels[i]
            if label not in own_names:
                own_names[label] = outlets.by_name(label)
            marks = plain.marks.get(i)
            text = texts[i].as_py() if marks is None else marks.plain
            reading = Reading(
                text,
                classes[first:last],
                symbols.starts[first:last].tolist(),
                symbols.ends[first:last].tolist(),
                symbols.surfaces[first:last].tolist(),
                outlets,
                own_names[label],
            )
            if others[i] is not None and '"links"' in others[i]:
                reading.links = _links(others[i])
            if marks is not None:
                reading.emphasised = marks.emphasised()
            _read(reading)
            if marks is not None:
                reading.text, reading.found = marks.text, marks.put_back(reading.found)
            yield row + i, reading
        row += n


def _links(other_fields: str) -> list[tuple[str, str]]:
    """Return the links that reading a page kept; a field of that name may hold anything."""
    links = orjson.loads(other_fields).get("links")
    if not isinstance(links, list):
        return []
    pairs = [link for link in links if isinstance(link, list) and len(link) == 2]
    return [(a, b) for a, b in pairs if isinstance(a, str) and isinstance(b, str)]


def _read(reading: Reading) -> None:
    know_names(reading)
    credits = read_credits(reading)
    sentences = reading.sentences()
    for sentence in sentences:
        read_sentence(reading, sentence)
    read_blurbs(reading, sentences)
    read_mentions(reading, sentences, {row.credited for row in credits})
    give_speakers(reading, sentences)
    for sentence in sentences:
        link_chains(reading, sentence.rows)
    _merge(reading, credits)
    read_inner_speech(reading)


def _merge(reading: Reading, credits: list[Found]) -> None:
    """Add the credits by place, without the rows that a cue in the same line gave."""
    spans = [credit.credited for credit in credits]
    gone = {
        id(row)
        for row in reading.found
        if any(row.credited[0] <= start and end <= row.credited[1] for start, end in spans)
    }
    reading.found[:] = [row for row in reading.found if id(row) not in gone]
    for row in reading.found:
        if row.parent is not None and id(row.parent) in gone:
            row.relation, row.parent = "statement", None
    reading.add(credits)
    reading.add(read_links(reading))
