"""Streams of small corpora: the words of the body by number, and the words as written."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from dedup import Corpus
from dedup.corpus import BODY, Passages, collect_passages, outlet_numbers
from dedup.reuse.fingerprints import Links, link_fingerprints
from dedup.reuse.stream import BREAK, Stream, make_stream
from dedup.text import tokenise


def stream_records(records: list[dict[str, Any]]) -> tuple[Corpus, Passages, Stream]:
    """Return the corpus of some records, its passages, and its stream."""
    corpus = Corpus.from_records(records)
    with ThreadPoolExecutor(1) as executor:
        passages = collect_passages(corpus, shingle_size=3, executor=executor)
        return corpus, passages, make_stream(corpus, passages, executor=executor)


def stream_texts(*texts: str) -> Stream:
    """Return the stream of some texts, each a document of its own outlet."""
    return stream_records([{"id": f"{n:06d}", "text": text} for n, text in enumerate(texts)])[2]


def link_records(
    records: list[dict[str, Any]], *, min_run_words: int, within_outlet: bool = False
) -> tuple[Stream, Links]:
    """Return the stream of some records and its links."""
    corpus, _, stream = stream_records(records)
    owners = np.arange(len(stream.rows))
    if not within_outlet:
        owners = outlet_numbers(corpus)[stream.rows]
    with ThreadPoolExecutor(1) as executor:
        return stream, link_fingerprints(
            stream, owners, min_run_words=min_run_words, executor=executor
        )


def slice_words(text: str) -> list[str]:
    """Return the tokens of a text as it has them."""
    tokens = tokenise(text)
    return [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]


def body_words(corpus: Corpus, passages: Passages) -> list[list[str]]:
    """Return the body words of each passage of that role, in the order of the stream."""
    texts = [document.text for document in corpus]
    return [
        slice_words(texts[passages.documents[p]][passages.starts[p] : passages.ends[p]])
        for p in range(len(passages))
        if passages.roles[p] == BODY
    ]


def marked_words(text: str, mark: int) -> list[str]:
    """Return the body words of a text that carry a mark of the stream."""
    corpus, passages, stream = stream_records([{"id": "a", "text": text}])
    words = [word for words in body_words(corpus, passages) for word in words]
    marks = stream.marks[stream.terms != BREAK]
    return [word for word, own in zip(words, marks, strict=True) if own & mark]


def as_terms(*documents: Iterable[int]) -> npt.NDArray[np.int32]:
    """Return the terms of documents as a stream has them: with breaks around each."""
    return np.array([BREAK, *(t for terms in documents for t in (*terms, BREAK))], dtype=np.int32)
