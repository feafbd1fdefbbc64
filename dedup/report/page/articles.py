"""Documents as a reader sees them: whose words stand where, and what is to be said beside them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from dedup.analysis import Analysis
from dedup.corpus import ROLES
from dedup.report.page.facts import Facts, credit_names
from dedup.report.page.names import Integers, Named
from dedup.report.page.notes import (
    Copied,
    Given,
    Origin,
    Said,
    Taken,
    view_copied,
    view_given,
    view_said,
    view_taken,
)

_LONGEST_TEXT = 60_000  # characters of an article that are shown


@dataclass(frozen=True, slots=True)
class Words:
    """A run of an article's text.

    Attributes:
        text: The text.
        marks: What the words are: `party`, `cue`.
        said: The attributions whose content, cue or party it is part of.
    """

    text: str
    marks: str
    said: str


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one origin, or of none; `reuse` and `colour` are None where nobody had them."""

    words: list[Words]
    reuse: int | None = None
    colour: int | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A passage, or text between passages, with what stands beside it; `role` is then empty."""

    passage: int | None
    role: str
    runs: list[Run]
    taken: list[Taken]
    given: Given | None
    said: list[Said]
    copied: Copied | None


@dataclass(frozen=True, slots=True)
class Article:
    """A document with everything that was found in it.

    Attributes:
        name: How the page names it.
        url: Its address, if known.
        n_words: Its words.
        duplicate_share: Share of words that repeat an earlier passage; None if not looked at.
        reused_share: Share of words taken from others.
        uncredited_share: Share of words taken and credited to nobody, or to somebody else.
        n_uncredited: Words of those.
        n_given: Words that others took from it.
        origins: The documents that it has words of, most first.
        credits: Credits of what it took.
        findings: What else there is to find in it, in the words of `dedup check`.
        paragraphs: Its text.
        n_cut: Characters of its text that are not shown.
    """

    name: Named
    url: str | None
    n_words: int
    duplicate_share: float | None
    reused_share: float | None
    uncredited_share: float | None
    n_uncredited: int
    n_given: int
    origins: list[Origin]
    credits: list[str]
    findings: list[str]
    paragraphs: list[Paragraph]
    n_cut: int


def related_documents(analysis: Analysis, facts: Facts, shown: Integers) -> set[int]:
    """Return the rows of the documents that the articles of some documents name."""
    named = {*shown.tolist()}
    reuse, verdicts = analysis.reuse_arrays, analysis.verdicts
    for row in shown.tolist():
        if reuse is not None and facts.taken is not None and facts.given is not None:
            named.update(reuse.origins[facts.taken.of(row)].tolist())
            named.update(reuse.targets[facts.given.of(row)].tolist())
        if verdicts is not None and facts.said is not None:
            named.update(verdicts.documents[facts.said.of(row)].tolist())
    return named - {-1}


def estimate_sizes(analysis: Analysis, facts: Facts) -> Integers:
    """Return about how many bytes the article of each document takes in the page."""
    arrays, reuse, n = analysis.passage_arrays, analysis.reuse_arrays, len(analysis.corpus)
    ends = np.zeros(n, dtype=np.int64)
    np.maximum.at(ends, arrays.documents, arrays.ends)
    n_passages = np.bincount(arrays.documents, minlength=n)
    sizes = 1200 + np.minimum(ends, _LONGEST_TEXT) * 5 // 4 + 200 * n_passages
    if reuse is not None:
        both = reuse.target_ends - reuse.target_starts + reuse.origin_ends - reuse.origin_starts
        each = np.where(reuse.ranks == 1, 1800 + 2 * both, 200)
        sizes += np.bincount(reuse.targets, weights=each, minlength=n).astype(np.int64)
    if facts.said is not None:
        sizes += 500 * np.diff(facts.said.bounds)
    return sizes


def view_article(analysis: Analysis, facts: Facts, row: int, names: Mapping[int, Named]) -> Article:
    """Return a document as the page shows it."""
    whole, url = (analysis.corpus.documents[name][row].as_py() for name in ("text", "url"))
    text = whole[:_LONGEST_TEXT]
    taken, origins = view_taken(analysis, facts, row, names, whole)
    said = view_said(analysis, facts, row, names, whole)
    n_words = int(facts.n_words[row])

    def share(words: Integers, *, was_looked_at: bool) -> float | None:
        if not was_looked_at:
            return None
        return float(words[row] / n_words) if n_words else 0.0

    reuse_rows = [] if facts.taken is None else facts.taken.of(row)
    paragraphs = list(_view_paragraphs(analysis, facts, row, names, text, taken, said))
    return Article(
        name=names[row],
        url=url if _is_web_address(url) else None,
        n_words=n_words,
        duplicate_share=share(facts.n_copied, was_looked_at=analysis.pairs is not None),
        reused_share=share(facts.n_taken, was_looked_at=facts.taken is not None),
        uncredited_share=share(facts.n_uncredited, was_looked_at=analysis.audit is not None),
        n_uncredited=int(facts.n_uncredited[row]),
        n_given=int(facts.n_given[row]),
        origins=origins,
        credits=credit_names(analysis, [r for r in reuse_rows if r in taken]),
        findings=_findings(paragraphs, said),
        paragraphs=paragraphs,
        n_cut=len(whole) - len(text),
    )


def _is_web_address(url: str | None) -> bool:
    """Say whether a link may lead there: what else a text calls its address might run a script."""
    return url is not None and url.lower().startswith(("http://", "https://"))


def _findings(paragraphs: Iterable[Paragraph], said: Mapping[int, Said]) -> list[str]:
    kinds = {each.copied.kind for each in paragraphs if each.copied is not None}
    verdicts = {each.verdict for each in said.values()}
    found = {
        "repeated-passage": "repeat" in kinds,
        "duplicate-passage": bool(kinds & {"syndicated", "update", "recycled"}),
        "altered-quote": "altered" in verdicts,
        "unverified-quote": "not_found" in verdicts,
    }
    return [name for name, is_there in found.items() if is_there]


def _view_paragraphs(
    analysis: Analysis,
    facts: Facts,
    row: int,
    names: Mapping[int, Named],
    text: str,
    taken: Mapping[int, Taken],
    said: Mapping[int, Said],
) -> Iterator[Paragraph]:
    """Yield a text's passages, and what stands between them, in their order."""
    arrays, reuse = analysis.passage_arrays, analysis.reuse_arrays
    spans = _marked_spans(analysis, said)
    given = [] if facts.given is None else facts.given.of(row)
    place, told = 0, set[int]()
    for passage in facts.passages.of(row):
        start, end = int(arrays.starts[passage]), min(int(arrays.ends[passage]), len(text))
        if start >= len(text):
            break
        yield from _between(text[place:start])
        place = end
        takes = [] if reuse is None else _touching(taken, reuse.target_starts, reuse.target_ends,
                                                   start, end)  # fmt: skip
        gives = [] if reuse is None else _touching(given, reuse.origin_starts, reuse.origin_ends,
                                                   start, end)  # fmt: skip
        yield Paragraph(
            passage,
            ROLES[arrays.roles[passage]],
            _view_runs(analysis, text, start, end, [taken[each] for each in takes], spans),
            # A span over several paragraphs is spoken of beside the first.
            [taken[each] for each in takes if each not in told],
            view_given(analysis, gives, names),
            [said[each] for each in said if _stands_in(analysis, each, passage)],
            view_copied(analysis, facts, passage),
        )  # fmt: skip
        told.update(takes)
    yield from _between(text[place:])


def _between(text: str) -> Iterator[Paragraph]:
    if text.strip():
        words = [Words(text.strip(), "", "")]
        yield Paragraph(None, "", [Run(words)], [], None, [], None)


def _touching(
    rows: Iterable[int], starts: Integers, ends: Integers, start: int, end: int
) -> list[int]:
    return [row for row in rows if starts[row] < end and ends[row] > start]


def _stands_in(analysis: Analysis, attribution: int, passage: int) -> bool:
    said = analysis.attribution_arrays
    return said is not None and int(said.passages[attribution]) == passage


def _marked_spans(
    analysis: Analysis, said: Iterable[int]
) -> list[tuple[int, int, str, int]]:  # start, end, mark, attribution
    arrays = analysis.attribution_arrays
    if arrays is None:
        return []
    return [
        (int(spans[each, 0]), int(spans[each, 1]), mark, each)
        for each in said
        for spans, mark in ((arrays.contents, ""), (arrays.cues, "cue"), (arrays.credited, "party"))
        if spans[each, 0] >= 0
    ]


def _view_runs(
    analysis: Analysis,
    text: str,
    start: int,
    end: int,
    taken: Iterable[Taken],
    spans: list[tuple[int, int, str, int]],
) -> list[Run]:
    """Return a passage's text in runs of one origin, and those in words of one kind."""
    reuse = analysis.reuse_arrays
    here = [span for span in spans if span[0] < end and span[1] > start]
    runs, place = [], start
    for each in [*taken, None]:
        first = last = end
        if each is not None and reuse is not None:
            first = max(start, int(reuse.target_starts[each.reuse]))
            last = min(end, int(reuse.target_ends[each.reuse]))
        if place < first:
            runs.append(Run(_view_words(text, place, first, here)))
        if each is not None and max(place, first) < last:
            words = _view_words(text, max(place, first), last, here)
            runs.append(Run(words, each.reuse, each.colour, each.credit))
        place = max(place, last)
    return runs


def _view_words(
    text: str, start: int, end: int, spans: list[tuple[int, int, str, int]]
) -> list[Words]:
    here = [span for span in spans if span[0] < end and span[1] > start]
    cuts = {start, end}
    for first, last, _, _ in here:
        cuts |= {max(first, start), min(last, end)}
    places = sorted(cuts)
    words = []
    for first, last in itertools.pairwise(places):
        inside = [span for span in here if span[0] <= first and span[1] >= last]
        marks = " ".join(dict.fromkeys(mark for _, _, mark, _ in inside if mark))
        said = " ".join(dict.fromkeys(str(number) for *_, number in inside))
        words.append(Words(text[first:last], marks, said))
    return words
