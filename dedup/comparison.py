"""One text against others: the passages most like it, and what two documents share.

`compare` ranks passages, `compare_documents` aligns. Both use the same words, weights and cases
as the analysis of a corpus.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from dedup.config import ReuseSettings
from dedup.corpus import BODY, Corpus, Document, collect_passages
from dedup.reuse import (
    DIRECTIONS,
    REASONS,
    REUSE_KINDS,
    find_reuse,
    make_stream,
    make_vectors,
    weigh_terms,
)
from dedup.rows import passage_texts, take_documents
from dedup.text import Edit, diff_words, tokenise

_SHINGLE_SIZE = 3  # of passages that nobody looks for duplicates of


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage of a corpus, and how like a text it is.

    Attributes:
        document_id: Its document.
        outlet: Its outlet, if known.
        published: Its document's time of publication, if known.
        start: Where it starts in its document's text, in code points.
        end: Where it ends.
        text: Its text.
        cosine: TF-IDF cosine with the text, in (0, 1].
    """

    document_id: str
    outlet: str | None
    published: datetime | None
    start: int
    end: int
    text: str
    cosine: float


@dataclass(frozen=True, slots=True)
class Match:
    """A passage that two documents share; spans in code points of their texts.

    Attributes:
        first_start: Where it starts in the first document.
        first_end: Where it ends.
        second_start: Where it starts in the second.
        second_end: Where it ends.
        identity: Share of equal words, of the longer side's, in [0, 1].
        cosine: TF-IDF cosine of the two sides, weighted on the two documents.
        kind: `verbatim`, `edited`, `paraphrase` or `shared_quote`.
    """

    first_start: int
    first_end: int
    second_start: int
    second_end: int
    identity: float
    cosine: float
    kind: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two documents share.

    Attributes:
        first: The first document.
        second: The second.
        origin: Which of them had it first, 1 or 2; None if their times do not tell.
        direction: `directed` or `undirected`.
        direction_reason: `time` or `none`.
        first_share: Share of the first one's body words that stand in a match, in [0, 1].
        second_share: The same of the second.
        matches: In the order of the first document.
    """

    first: Document
    second: Document
    origin: int | None
    direction: str
    direction_reason: str
    first_share: float
    second_share: float
    matches: list[Match]

    def edits(self, match: Match) -> list[Edit]:
        """Return the runs of words of a match that both have, or one in place of the other's.

        Places are code points of the match's two sides.
        """
        return diff_words(
            self.first.text[match.first_start : match.first_end],
            self.second.text[match.second_start : match.second_end],
        )


def compare(
    target: str | Document, corpus: Corpus, *, n_best: int = 10, jobs: int = 1
) -> list[RankedPassage]:
    """Return the passages of a corpus that are most like a text, the nearest first.

    The comparer's cosine over all terms, weighted by scikit-learn's TF-IDF on the body passages
    of the corpus. If the target is a document of the corpus, its own passages are left out.

    Args:
        target: The text.
        corpus: The corpus.
        n_best: How many passages at most; those that share no word are left out.
        jobs: Number of threads.

    Raises:
        InputError: If the corpus holds no text.
        ValueError: If `n_best` or `jobs` is less than 1.

    >>> lead = "The harbour bridge stays closed until Friday, the council said."
    >>> corpus = Corpus.from_records([{"id": "a", "text": lead}, {"id": "b", "text": "Rain fell."}])
    >>> [each.document_id for each in compare("The bridge stays.", corpus)]
    ['a']
    """
    for name, value in (("n_best", n_best), ("jobs", jobs)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    with ThreadPoolExecutor(jobs) as executor:
        passages = collect_passages(corpus, shingle_size=_SHINGLE_SIZE, executor=executor)
        stream = make_stream(corpus, passages, executor=executor)
    if not len(stream.passages):
        return []
    vectors = make_vectors(stream.terms, stream.starts, stream.ends, len(stream.document_frequency))
    text = target if isinstance(target, str) else target.text
    cosines = vectors.cosines(weigh_terms(stream, vectors, tokenise(text).hashes))
    if isinstance(target, Document):
        ids = np.array(corpus.documents["document_id"].to_pylist(), dtype=object)
        cosines[ids[stream.rows[stream.documents]] == target.document_id] = 0
    best = np.argsort(-cosines, kind="stable")[:n_best]
    best = best[cosines[best] > 0]
    numbers = stream.passages[best]
    documents = take_documents(corpus, passages.documents[numbers]).to_pylist()
    texts = passage_texts(corpus, passages, numbers).to_pylist()
    return [
        RankedPassage(
            **document, start=int(passages.starts[number]), end=int(passages.ends[number]),
            text=text, cosine=round(min(float(cosine), 1.0), 6),
        )
        for number, document, text, cosine in zip(
            numbers, documents, texts, cosines[best], strict=True
        )
    ]  # fmt: skip


def compare_documents(
    first: Document, second: Document, settings: ReuseSettings | None = None
) -> Comparison:
    """Return the passages that two documents share, whatever their outlets.

    Args:
        first: A document.
        second: Another.
        settings: Least length of a run.

    Raises:
        InputError: If neither has a word.
    """
    settings = ReuseSettings((settings or ReuseSettings()).min_run_words, within_outlet=True)
    # Their ids may be equal; numbers that keep the order of ids decide who comes first.
    ids = ("0", "1") if first.document_id <= second.document_id else ("1", "0")
    corpus = Corpus.of_documents([(ids[0], first), (ids[1], second)])
    with ThreadPoolExecutor(1) as executor:
        passages = collect_passages(corpus, shingle_size=_SHINGLE_SIZE, executor=executor)
        found = find_reuse(corpus, passages, settings, executor=executor)
    matches = []
    origin, direction, reason = None, DIRECTIONS[1], REASONS[-1]
    for i in np.flatnonzero(found.ranks == 1).tolist():
        target = (int(found.target_starts[i]), int(found.target_ends[i]))
        source = (int(found.origin_starts[i]), int(found.origin_ends[i]))
        sides = (*target, *source) if found.targets[i] == 0 else (*source, *target)
        kind = REUSE_KINDS[found.kinds[i]]
        matches.append(
            Match(
                *sides, round(float(found.identity[i]), 6), round(float(found.cosines[i]), 6), kind
            )
        )
        if DIRECTIONS[found.directions[i]] == "directed":
            origin = int(found.origins[i]) + 1
            direction, reason = "directed", REASONS[found.reasons[i]]
    matches.sort(key=lambda match: (match.first_start, match.second_start))
    shares = []
    for row, (document, spans) in enumerate((
        (first, [(match.first_start, match.first_end) for match in matches]),
        (second, [(match.second_start, match.second_end) for match in matches]),
    )):  # fmt: skip
        own = (passages.documents == row) & (passages.roles == BODY)
        body = list(zip(passages.starts[own].tolist(), passages.ends[own].tolist(), strict=True))
        shares.append(_share(document, body, spans))
    return Comparison(first, second, origin, direction, reason, shares[0], shares[1], matches)


def _share(document: Document, body: list[tuple[int, int]], spans: list[tuple[int, int]]) -> float:
    """Return the share of a document's body words that lie in some span."""
    tokens = tokenise(document.text)

    def inside(places: list[tuple[int, int]]) -> npt.NDArray[np.bool_]:
        found = np.zeros(len(tokens), dtype=np.bool_)
        for start, end in places:
            found |= (tokens.starts >= start) & (tokens.ends <= end)
        return found

    of_body = inside(body)
    n_words = int(of_body.sum())
    return round(int((of_body & inside(spans)).sum()) / n_words, 6) if n_words else 0.0
