"""Duplicates of new passages to findings: whole documents, passages, and repeats within one.

A passage is new with its document. Its counterpart is an old passage or an earlier new one, so two
new copies are one finding, and an old copy never is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.analysis import Analysis
from dedup.check.findings import Finding
from dedup.check.places import Places
from dedup.corpus import BODY
from dedup.duplicates import Pairs

Integers = npt.NDArray[np.int64]

_NONE = -1
_FEW = 2  # passages of a text that are kept in mind, each of another document


@dataclass(frozen=True, slots=True)
class _Match:
    """A new passage and the passage that it duplicates."""

    passage: int
    counterpart: int
    jaccard: float


def find_duplicates(
    analysis: Analysis, places: Places, *, n_new: int, min_words: int, document_share: float
) -> Iterator[Finding]:
    """Yield the findings of duplicates in new documents; only body counts.

    Args:
        analysis: The analysis; its first documents are the new ones.
        places: Its places.
        n_new: How many those are.
        min_words: Words of a passage that is a finding of its own.
        document_share: Share of a document's words in matched passages that makes it a duplicate.
    """
    passages = analysis.passage_arrays
    if analysis.pairs is None:
        return
    matches, repeats = _match_passages(analysis, analysis.pairs, n_new)
    for document in range(n_new):
        own = matches.get(document, [])
        n_matched = sum(int(passages.n_words[match.passage]) for match in own)
        n_words = places.n_body_words(document)
        covered = _NONE
        if n_matched >= max(document_share * n_words, min_words, 1):
            covered = _closest(own, passages.documents, passages.n_words)
            yield _document_finding(places, document, covered, n_matched, n_words)
        for match in own:
            if (
                passages.documents[match.counterpart] != covered
                and passages.n_words[match.passage] >= min_words
            ):
                yield _passage_finding(analysis, places, match, "duplicate-passage")
        for match in repeats.get(document, []):
            if passages.n_words[match.passage] >= min_words:
                yield _passage_finding(analysis, places, match, "repeated-passage")


def _match_passages(
    analysis: Analysis, pairs: Pairs, n_new: int
) -> tuple[dict[int, list[_Match]], dict[int, list[_Match]]]:
    """Return what new passages duplicate in other documents, and in their own, by document."""
    passages = analysis.passage_arrays
    near: dict[int, list[tuple[int, float]]] = defaultdict(list)
    columns = pairs.first.tolist(), pairs.second.tolist(), pairs.jaccard.tolist()
    for first, second, jaccard in zip(*columns, strict=True):
        near[first].append((second, jaccard))
        near[second].append((first, jaccard))
    is_new = passages.documents < n_new
    counts = np.bincount(passages.texts)
    has_copies = counts[passages.texts] > 1
    has_near = np.zeros(len(counts), dtype=np.bool_)
    has_near[[*near]] = True
    asked = is_new & (passages.roles == BODY) & (has_copies | has_near[passages.texts])
    concerned = np.zeros(len(counts), dtype=np.bool_)
    concerned[passages.texts[asked]] = True
    is_beside = concerned[pairs.first] | concerned[pairs.second]
    concerned[pairs.first[is_beside]] = concerned[pairs.second[is_beside]] = True
    concerned = concerned[passages.texts]
    firsts = _first_passages(passages.texts, passages.documents, concerned)
    firsts_old = _first_passages(passages.texts, passages.documents, concerned & ~is_new)
    elsewhere: dict[int, list[_Match]] = defaultdict(list)
    within: dict[int, list[_Match]] = defaultdict(list)
    in_document: dict[tuple[int, int], int] = {}  # the first passage of a document with a text
    documents, texts = passages.documents.tolist(), passages.texts.tolist()
    for passage in np.flatnonzero(asked).tolist():
        document, text = documents[passage], texts[passage]
        found, repeated = [], None
        for other, jaccard in [(text, 1.0), *near.get(text, ())]:
            if (earlier := in_document.get((document, other))) is not None:
                repeated = repeated or _Match(passage, earlier, jaccard)
            candidates = [p for p in firsts.get(other, ()) if p < passage]
            candidates += firsts_old.get(other, ())
            found += [_Match(passage, p, jaccard) for p in candidates if documents[p] != document]
        in_document.setdefault((document, text), passage)
        if repeated is not None:
            within[document].append(repeated)
        elif found:
            best = min(found, key=lambda match: (-match.jaccard, match.counterpart))
            elsewhere[document].append(best)
    return elsewhere, within


def _first_passages(
    texts: Integers, documents: Integers, wanted: npt.NDArray[np.bool_]
) -> dict[int, list[int]]:
    """Return for each text its first wanted passages, each of another document.

    A passage that is one of them has another one for its counterpart.
    """
    firsts: dict[int, list[int]] = {}
    rows = np.flatnonzero(wanted)
    for passage, text, document in zip(
        rows.tolist(), texts[rows].tolist(), documents[rows].tolist(), strict=True
    ):
        known = firsts.setdefault(text, [])
        if len(known) < _FEW and all(documents[p] != document for p in known):
            known.append(passage)
    return firsts


def _closest(matches: list[_Match], documents: Integers, n_words: Integers) -> int:
    """Return the document that most words of some matches stand in, of equal ones the first."""
    words: dict[int, int] = defaultdict(int)
    first: dict[int, int] = {}
    for match in matches:
        document = int(documents[match.counterpart])
        words[document] += int(n_words[match.passage])
        first[document] = min(first.get(document, match.counterpart), match.counterpart)
    return min(words, key=lambda document: (-words[document], first[document]))


def _document_finding(
    places: Places, document: int, counterpart: int, n_matched: int, n_words: int
) -> Finding:
    name, share = "duplicate-document", n_matched / n_words
    here, there = places.whole(document), places.whole(counterpart)
    return Finding(
        name, here, there, n_matched, round(share, 6),
        f"{share:.0%} of its words stand in other documents, most of them in"
        f" {there.document_id}",
        places.fingerprint(name, [(document, here), (counterpart, there)]),
    )  # fmt: skip


def _passage_finding(analysis: Analysis, places: Places, match: _Match, name: str) -> Finding:
    passages = analysis.passage_arrays
    here, there = places.passage_place(match.passage), places.passage_place(match.counterpart)
    n_words = int(passages.n_words[match.passage])
    alike = "the same" if match.jaccard == 1 else f"nearly the same (Jaccard {match.jaccard:.2f})"
    where = "twice in this document" if name == "repeated-passage" else "in another document"
    rows = [int(passages.documents[p]) for p in (match.passage, match.counterpart)]
    return Finding(
        name, here, there, n_words, round(match.jaccard, 6),
        f"{n_words} words stand {where}, {alike}",
        places.fingerprint(name, [(rows[0], here), (rows[1], there)]),
    )  # fmt: skip
