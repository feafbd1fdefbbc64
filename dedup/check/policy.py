"""What a newsroom lets pass: credited words, outlets it may take from, its own boilerplate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dedup.analysis import Analysis
from dedup.attribution import CREDITS, Gazetteer
from dedup.check.findings import Finding, Place
from dedup.config import CheckSettings
from dedup.corpus.encoding import decode
from dedup.errors import ConfigError
from dedup.reuse import SHARED_QUOTE
from dedup.text import shingle_tuples, tokenise

_CREDITED = CREDITS.index("credited")
_MOST = 0.8  # of a finding's words that must be credited for it to count as credited
_DUPLICATES = ("duplicate-document", "duplicate-passage")
_OF_OTHERS = (*_DUPLICATES, "uncredited-reuse", "miscredited-reuse")

_Shingles = frozenset[tuple[int, ...]]


def apply_policy(
    findings: Sequence[Finding], analysis: Analysis, settings: CheckSettings, *, n_new: int
) -> tuple[list[Finding], dict[str, int]]:
    """Return the findings that count, and how many pass by which rule.

    Args:
        findings: What was found.
        analysis: The analysis; its first documents are the new ones.
        settings: The policy.
        n_new: How many documents are new.

    Raises:
        ConfigError: If the file of boilerplate cannot be read.
    """
    allowed: Counter[str] = Counter()
    shingle_size = analysis.settings.shingle_size
    boilerplate = _read_boilerplate(settings.boilerplate, shingle_size)
    outlets = {_outlet_key(name, analysis.gazetteer) for name in settings.allow_outlets}
    pairs = {
        frozenset(_outlet_key(name.strip(), analysis.gazetteer) for name in pair.split("="))
        for pair in settings.allow_pairs
    }
    credited = _credited_spans(analysis, n_new) if settings.allow_credited else {}
    left = []
    for finding in findings:
        if finding.name not in (*settings.fail, *settings.warn):
            continue
        other = finding.counterpart
        sides = [
            _outlet_key(place.outlet, analysis.gazetteer)
            for place in (finding.place, other)
            if place is not None and place.outlet
        ]
        if finding.name in _OF_OTHERS and other and other.outlet and sides[-1] in outlets:
            allowed["outlet"] += 1
        elif finding.name in _OF_OTHERS and len(sides) == 2 and frozenset(sides) in pairs:
            allowed["pair of outlets"] += 1
        elif boilerplate and _is_boilerplate(
            finding.place.text, boilerplate, shingle_size, analysis.settings.threshold
        ):
            allowed["boilerplate"] += 1
        elif finding.name in _DUPLICATES and _is_credited(finding.place, credited):
            allowed["credited"] += 1
        else:
            left.append(replace(finding, fails=finding.name not in settings.warn))
    left, n_small = _without_small(left, analysis, settings.min_share)
    if n_small:
        allowed["share of the document"] = n_small
    return left, dict(allowed)


def _outlet_key(name: str, outlets: Gazetteer) -> str:
    return outlets.by_name(name) or name.casefold()


def _credited_spans(analysis: Analysis, n_new: int) -> dict[str, list[tuple[int, int]]]:
    """Return the spans of new documents that are credited, or a speech that others quote, too."""
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    if (audit := analysis.audit) is None:
        return spans
    reuse, ids = audit.reuse, analysis.corpus.documents["document_id"]
    passes = (audit.credits == _CREDITED) | (reuse.kinds == SHARED_QUOTE)
    for row in np.flatnonzero(passes & (reuse.targets < n_new)).tolist():
        document = ids[int(reuse.targets[row])].as_py()
        spans[document].append((int(reuse.target_starts[row]), int(reuse.target_ends[row])))
    return spans


def _is_credited(place: Place, credited: dict[str, list[tuple[int, int]]]) -> bool:
    own = sorted(credited.get(place.document_id, ()))
    n_credited, reached = 0, place.start
    for start, end in own:
        start, end = max(start, reached), min(end, place.end)
        n_credited += max(end - start, 0)
        reached = max(reached, end)
    return n_credited >= _MOST * (place.end - place.start)


def _read_boilerplate(name: str | None, shingle_size: int) -> list[_Shingles]:
    """Return the passages of a file, as sets of shingles."""
    if name is None:
        return []
    try:
        text, _ = decode(Path(name).read_bytes())
    except OSError as error:
        raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error
    passages = [shingle_tuples(block, shingle_size) for block in text.split("\n\n")]
    return [passage for passage in passages if passage]


def _is_boilerplate(
    text: str, boilerplate: Sequence[_Shingles], shingle_size: int, threshold: float
) -> bool:
    own = shingle_tuples(text, shingle_size)
    return any(len(own & other) >= threshold * len(own | other) for other in boilerplate if own)


def _without_small(
    findings: Sequence[Finding], analysis: Analysis, min_share: float
) -> tuple[list[Finding], int]:
    """Return the findings of documents of which they concern enough, and the others' number."""
    if not min_share:
        return [*findings], 0
    of_document = defaultdict(list)
    for finding in findings:
        of_document[finding.place.document_id].append(finding)
    passages = analysis.passage_arrays
    n_words = np.bincount(passages.documents, weights=passages.n_words)
    ids = analysis.corpus.documents["document_id"].to_pylist()
    rows = {document_id: row for row, document_id in enumerate(ids)}
    small = set()
    for document_id, own in of_document.items():
        spans = sorted((f.place.start, f.place.end) for f in own if f.name in _OF_OTHERS)
        n_concerned, reached = 0, 0
        text = analysis.corpus.documents["text"][rows[document_id]].as_py()
        for start, end in spans:
            n_concerned += len(tokenise(text[max(start, reached) : end]))
            reached = max(reached, end)
        if n_concerned < min_share * n_words[rows[document_id]]:
            small.add(document_id)
    left = [f for f in findings if f.name not in _OF_OTHERS or f.place.document_id not in small]
    return left, len(findings) - len(left)
