"""Words of the stream back to spans of the documents' texts."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt

from dedup.corpus import Corpus, Passages
from dedup.reuse.stream import Integers, Stream, find_bytes
from dedup.text import CHARACTERS, SPACE, Kernel, decode_at, tokenise_span, width_at
from dedup.text.tokens import most_tokens


@Kernel
def locate_words(
    data: npt.NDArray[np.uint8],
    passage_starts: Integers,
    passage_ends: Integers,
    character_starts: Integers,
    words: Integers,
    is_end: npt.NDArray[np.bool_],
    kinds: npt.NDArray[np.uint8],
    folds: npt.NDArray[np.uint64],
    expansions: npt.NDArray[np.uint64],
    hashes: npt.NDArray[np.uint64],
    starts: Integers,
    ends: Integers,
    places: Integers,
) -> None:
    """Write where each word starts (or ends) in its document, in characters.

    Punctuation that hangs on the word belongs to it. Every array but the scratch has an entry a
    word, and words of one passage follow each other.
    """
    n_tokens, passage = 0, -1
    for w in range(len(words)):
        start, end = passage_starts[w], passage_ends[w]
        if start != passage:
            passage = start
            n_tokens = tokenise_span(
                data, start, end, kinds, folds, expansions, hashes, starts, ends
            )
        word = words[w]
        if is_end[w]:
            limit = starts[word + 1] if word + 1 < n_tokens else end
            place = ends[word]
            while place < limit and kinds[decode_at(data, place)] != SPACE:
                place += width_at(data, place)
            if place == limit and limit < end:
                place = ends[word]
        else:
            limit = ends[word - 1] if word > 0 else start
            place = limit
            i = limit
            while i < starts[word]:  # what follows the last space
                if kinds[decode_at(data, i)] == SPACE:
                    place = i + width_at(data, i)
                i += width_at(data, i)
            if place == limit and limit > start:
                place = starts[word]
        n_characters = 0
        for i in range(start, place):
            n_characters += data[i] & 0xC0 != 0x80
        places[w] = character_starts[w] + n_characters


def locate(
    corpus: Corpus,
    passages: Passages,
    stream: Stream,
    words: Integers,
    is_end: npt.NDArray[np.bool_],
    *,
    executor: Executor,
) -> Integers:
    """Return where words of the stream start or end in their documents' texts.

    Args:
        corpus: The corpus.
        passages: Its passages.
        stream: Its words.
        words: Places in the stream.
        is_end: Whether the end of the word is asked for.
        executor: Runs the batches.

    Returns:
        Code points of the document's text, shape of `words`.
    """
    body = np.searchsorted(stream.starts, words, side="right") - 1
    rows = stream.rows[stream.documents[body]]
    chunks = corpus.documents["text"].chunks
    first_rows = np.cumsum([0, *(len(chunk) for chunk in chunks)])
    order = np.lexsort((words, rows))
    limits = np.searchsorted(rows[order], first_rows)
    places = np.empty(len(words), dtype=np.int64)

    def locate_chunk(number: int) -> None:
        own = order[limits[number] : limits[number + 1]]
        if not len(own):
            return
        ids = stream.passages[body[own]]
        data, starts, ends, _ = find_bytes(chunks[number], passages, ids, int(first_rows[number]))
        room = most_tokens(data, int((ends - starts).max()))
        found = np.empty(len(own), dtype=np.int64)
        scratch = np.empty((2, room), dtype=np.int64)
        locate_words.sized(int((ends - starts).sum()))(
            data, starts, ends, passages.starts[ids],
            words[own] - stream.starts[body[own]], is_end[own],
            CHARACTERS.kinds, CHARACTERS.folds, CHARACTERS.expansions,
            np.empty(room, dtype=np.uint64),
            scratch[0], scratch[1], found,
        )  # fmt: skip
        places[own] = found

    list(executor.map(locate_chunk, range(len(chunks))))
    return places
