"""Quoted words to their outlet's own text: are they there, changed, or not at all?

Quotations are compared by words, so case, punctuation and quote style never matter. What an
ellipsis leaves out and what stands in brackets may be anything.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from dedup.attribution.attributions import Attributions
from dedup.attribution.outlets import Gazetteer
from dedup.attribution.reading import QUOTATIONS, RELATIONS
from dedup.background import Background
from dedup.corpus import Corpus, document_order
from dedup.text import find_quotations, tokenise

VERDICTS = ("verified", "altered", "not_found", "outlet_not_in_corpus")
VERIFIED, ALTERED, NOT_FOUND, NOT_IN_CORPUS = range(len(VERDICTS))
NO_VERDICT = -1

_GAP = re.compile(r"\[[^\]]{0,80}\]|\.\.\.+|…|\(\.\.\.\)")
_FEWEST_WORDS = 2  # of quoted words that are looked up
_MOST_WORDS, _MOST_PIECES = 300, 20  # of a quotation that are looked up: more prove no more
MOST_PLACES = 8  # where a quotation may stand that are looked at
_FEWEST_ALTERED = 4  # fewer could be anybody's
_LEAST_SHARED = 0.6  # of its words, in order, that altered words share with the outlet's
_QUOTED = (QUOTATIONS.index("direct"), QUOTATIONS.index("mixed"))
_BASE = np.uint64(0x9E3779B97F4A7C15)

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]  # hashes of tokens
Pieces = list[list[int]]  # of a quotation, between its gaps: hashes of tokens


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What looking up quoted words gave; every array has an entry an attribution.

    Attributes:
        verdicts: Index in `VERDICTS`, NO_VERDICT where nothing is to be looked up.
        documents: Row of the document that has the words, -1 where none has.
        spans: Where it has them, in code points, -1 where it does not, shape (n, 2).
    """

    verdicts: Integers
    documents: Integers
    spans: Integers


@dataclass(frozen=True, slots=True)
class _Match:
    verdict: int
    document: int
    start: int
    end: int
    n_words: int


def look_up_quotations(
    corpus: Corpus,
    attributions: Attributions,
    outlets: Gazetteer,
    background: Background | None = None,
) -> Verdicts:
    """Return the verdict on every attribution of quoted words to another outlet.

    Args:
        corpus: The corpus.
        attributions: What its texts say.
        outlets: The gazetteer that they were found with.
        background: The documents that are not at hand, if there are any, of which none may have
            such words (see `may_have_quotations`); only what new documents quote is then looked up.
    """
    n = len(attributions)
    verdicts = np.full(n, NO_VERDICT)
    documents, spans = np.full(n, -1), np.full((n, 2), -1)
    pieces = read_quotations(
        corpus, attributions, None if background is None else background.is_new
    )
    if not pieces:
        return Verdicts(verdicts, documents, spans)
    shelf = _Shelf(corpus, outlets)
    labels = () if background is None else background.labels
    elsewhere = {part for label in labels for part in family_of(label, outlets)}
    by_outlet: dict[str, list[int]] = defaultdict(list)
    for row in pieces:
        by_outlet[str(attributions.outlets[row])].append(row)
    for outlet, rows in by_outlet.items():
        sources = shelf.documents_of(outlet)
        if not sources:
            verdicts[rows] = NOT_FOUND if outlet in elsewhere else NOT_IN_CORPUS
            continue
        index = _index(shelf.text, sources, [each for row in rows for each in pieces[row]])
        for row in rows:
            own = int(attributions.documents[row])
            matches = [
                _best_match(quotation, index, shelf, exclude=own) for quotation in pieces[row]
            ]
            found = [match for match in matches if match is not None]
            if not found:
                verdicts[row] = NOT_FOUND
                continue
            whole = len(found) == len(matches) and all(m.verdict == VERIFIED for m in found)
            verdicts[row] = VERIFIED if whole else ALTERED
            best = max(found, key=lambda match: match.n_words)
            documents[row], spans[row] = best.document, (best.start, best.end)
    return Verdicts(verdicts, documents, spans)


def quoted_outlets(
    corpus: Corpus, attributions: Attributions, outlets: Gazetteer, labels: Iterable[str]
) -> Mapping[str, list[Words]]:
    """Return the words that a corpus quotes from outlets, by the labels that these go by.

    Args:
        corpus: The corpus.
        attributions: What its texts say.
        outlets: The gazetteer that they were found with.
        labels: Outlets of documents elsewhere.

    Returns:
        For each label whose documents are quoted the quotations, as hashes of words, dtype uint64.
    """
    quotations: dict[str, list[Words]] = defaultdict(list)
    for row, quoted in read_quotations(corpus, attributions, None).items():
        quotations[str(attributions.outlets[row])] += [
            np.array([word for piece in pieces for word in piece], dtype=np.uint64)
            for pieces in quoted
        ]
    return {
        label: [words for part in family_of(label, outlets) for words in quotations.get(part, ())]
        for label in labels
        if not quotations.keys().isdisjoint(family_of(label, outlets))
    }


def may_have_quotations(text: str, quotations: Iterable[Words]) -> bool:
    """Whether a text may have some of the quotations, word for word or nearly."""
    words = tokenise(text).hashes
    words.sort()
    for quotation in quotations:
        places = np.searchsorted(words, quotation)
        places[places == len(words)] = 0
        n_there = int((words[places] == quotation).sum()) if len(words) else 0
        if n_there >= min(len(quotation), max(_FEWEST_ALTERED, _LEAST_SHARED * len(quotation))):
            return True
    return False


def read_quotations(
    corpus: Corpus, attributions: Attributions, wanted: npt.NDArray[np.bool_] | None = None
) -> dict[int, list[Pieces]]:
    """Return the words that attributions quote from another outlet, by row.

    Args:
        corpus: The corpus.
        attributions: What its texts say.
        wanted: For each document whether it is asked for; None is all of them.
    """
    texts = corpus.documents["text"]
    credit = RELATIONS.index("credit")
    quotations = {}
    for row in range(len(attributions)):
        document = int(attributions.documents[row])
        if (
            not attributions.outlets[row]
            or attributions.is_own[row]
            or attributions.quotations[row] not in _QUOTED
            or attributions.relations[row] == credit
            or not (wanted is None or wanted[document])
        ):
            continue
        start, end = attributions.contents[row].tolist()
        text = texts[document].as_py()[start:end]
        if quoted := _quoted_words(text, attributions.quotations[row] == _QUOTED[0]):
            quotations[row] = quoted
    return quotations


def family_of(label: str, outlets: Gazetteer) -> set[str]:
    """Return the outlets that documents under a label are of: it, and what it is a part of."""
    found = outlets.by_name(label)
    return outlets.family(found) if found else set()


def _quoted_words(content: str, is_direct: bool) -> list[Pieces]:
    """Return each quotation as the pieces between its gaps, as hashes of words."""
    spans = [(0, len(content))] if is_direct else find_quotations(content)
    quotations = []
    for start, end in spans:
        pieces = [tokenise(piece).hashes.tolist() for piece in _GAP.split(content[start:end])]
        pieces = [piece[:_MOST_WORDS] for piece in pieces if piece][:_MOST_PIECES]
        if sum(map(len, pieces)) >= _FEWEST_WORDS:
            quotations.append(pieces)
    return quotations


class _Shelf:
    """The documents of a corpus by outlet, and their texts, read when asked for."""

    def __init__(self, corpus: Corpus, outlets: Gazetteer) -> None:
        self._texts = corpus.documents["text"]
        order = document_order(corpus)
        self.ranks = np.arange(len(corpus))
        if order is not None:
            self.ranks[order] = np.arange(len(corpus))
        self._by_outlet: dict[str, list[int]] = defaultdict(list)
        known: dict[str | None, set[str]] = {None: set()}
        for row, label in enumerate(corpus.documents["outlet"].to_pylist()):
            if label not in known:
                known[label] = family_of(label, outlets)
            for outlet in known[label]:
                self._by_outlet[outlet].append(row)

    def documents_of(self, outlet: str) -> list[int]:
        """Return the rows of an outlet's documents, and of those of its parts."""
        return self._by_outlet.get(outlet, [])

    def text(self, row: int) -> str:
        """Return a document's text."""
        text: str = self._texts[row].as_py()
        return text


@dataclass(frozen=True, slots=True)
class _Index:
    """Where pairs of words that are looked for stand in an outlet's documents."""

    words: Mapping[int, Sequence[int]]  # by document
    places: Mapping[int, list[tuple[int, int]]]  # by pair: document and number of the word


def _pairs(words: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    pairs: npt.NDArray[np.uint64] = words[:-1] * _BASE ^ words[1:]
    return pairs


def _index(
    read: Callable[[int], str], documents: Iterable[int], quotations: Iterable[Pieces]
) -> _Index:
    sought = np.unique(
        np.concatenate([
            _pairs(np.array(piece, dtype=np.uint64)) for pieces in quotations for piece in pieces
        ])
    )  # fmt: skip
    words: dict[int, Sequence[int]] = {}
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for document in documents:
        hashes = tokenise(read(document)).hashes
        pairs = _pairs(hashes)
        hits = np.flatnonzero(np.isin(pairs, sought))
        if len(hits):
            words[document] = hashes.tolist()
            for place, pair in zip(hits.tolist(), pairs[hits].tolist(), strict=True):
                places[pair].append((document, place))
    return _Index(words, places)


def rank_places(
    texts: Sequence[str], quotations: Sequence[Pieces], excluded: Sequence[int]
) -> list[list[tuple[int, int, int]]]:
    """Return where in some texts the words of each quotation most likely stand.

    Args:
        texts: The texts, in the order of their documents.
        quotations: The pieces of each quotation, as hashes of words.
        excluded: For each quotation the text that it is in; -1 if it is in none.

    Returns:
        For each quotation number of pairs, text and place, the likeliest first.
    """
    index = _index(texts.__getitem__, range(len(texts)), quotations)
    ranks = np.arange(len(texts))
    return [
        [(n, *place) for place, n in _strongest(_vote(pieces, index, own), ranks)]
        for pieces, own in zip(quotations, excluded, strict=True)
    ]


def _slack(pieces: Pieces) -> int:
    return max(4, sum(map(len, pieces)) // 4)


def _vote(pieces: Pieces, index: _Index, exclude: int) -> Counter[tuple[int, int]]:
    """Count the pairs of words of a quotation by document and place."""
    whole = [word for piece in pieces for word in piece]
    votes: Counter[tuple[int, int]] = Counter()
    slack = _slack(pieces)
    pairs = _pairs(np.array(whole, dtype=np.uint64)).tolist()
    for offset, pair in enumerate(pairs):
        for document, place in index.places.get(pair, ()):
            if document != exclude:
                votes[document, (place - offset) // slack] += 1
    return votes


def _best_match(pieces: Pieces, index: _Index, shelf: _Shelf, *, exclude: int) -> _Match | None:
    """Return where the words of a quotation stand, word for word or nearly."""
    whole = [word for piece in pieces for word in piece]
    slack = _slack(pieces)
    best: _Match | None = None
    for (document, diagonal), _ in _strongest(_vote(pieces, index, exclude), shelf.ranks):
        words = index.words[document]
        first = max(0, diagonal * slack - slack)
        last = first + 3 * slack + 2 * len(whole) + 40 * (len(pieces) - 1)
        window = words[first:last]
        found = _in_order(pieces, window)
        if found:
            start, end = first + found[0], first + found[1]
            return _Match(VERIFIED, document, *_span(shelf, document, start, end), len(whole))
        matcher = SequenceMatcher(None, whole, window, autojunk=False)
        blocks = [block for block in matcher.get_matching_blocks() if block.size]
        n_shared = sum(block.size for block in blocks)
        if n_shared < max(_FEWEST_ALTERED, _LEAST_SHARED * len(whole)):
            continue
        start, end = first + blocks[0].b, first + blocks[-1].b + blocks[-1].size
        if end - start > 2 * len(whole) + 40 * (len(pieces) - 1):
            continue
        if best is None or n_shared > best.n_words:
            best = _Match(ALTERED, document, *_span(shelf, document, start, end), n_shared)
    return best


def _strongest(
    votes: Counter[tuple[int, int]], ranks: Integers
) -> Iterable[tuple[tuple[int, int], int]]:
    """Return the places with most pairs, of equal ones the first."""
    ranked = sorted(votes.items(), key=lambda vote: (-vote[1], ranks[vote[0][0]], vote[0][1]))
    return ranked[:MOST_PLACES]


def _in_order(pieces: list[list[int]], words: Sequence[int]) -> tuple[int, int] | None:
    """Return the first and last word of pieces that follow each other in a text, or None."""
    words = list(words)
    for start in range(len(words)):
        if words[start] != pieces[0][0]:
            continue
        at = start
        for number, piece in enumerate(pieces):
            places = range(at, at + 1) if number == 0 else range(at, len(words))
            place = next((p for p in places if words[p : p + len(piece)] == piece), None)
            if place is None:
                break
            at = place + len(piece)
        else:
            return start, at
    return None


def _span(shelf: _Shelf, document: int, first: int, last: int) -> tuple[int, int]:
    tokens = tokenise(shelf.text(document))
    return int(tokens.starts[first]), int(tokens.ends[last - 1])
