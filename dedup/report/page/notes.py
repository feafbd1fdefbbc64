"""What there is to say beside a text: whose words it has, who has its, whom it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from dedup.analysis import Analysis
from dedup.attribution import (
    CONFIDENCES,
    CREDITS,
    NO_VERDICT,
    QUOTATIONS,
    RELATIONS,
    VERDICTS,
    Attributions,
    Verdicts,
    outlet_name,
)
from dedup.attribution import KINDS as CREDITED_KINDS
from dedup.report.page.facts import Facts
from dedup.report.page.names import Named
from dedup.report.page.pieces import Piece, pieces_of_each
from dedup.reuse import DIRECTIONS, REASONS, REUSE_KINDS

N_COLOURS = 7  # of origins in one article; the rest share one more
_TAKERS = 6  # shown of a paragraph that others took


@dataclass(frozen=True, slots=True)
class Taken:
    """Words that stand in another document, too, and what there is to say of them.

    Attributes:
        reuse: Number of the row in the table `reuse`.
        origin: The document that had them.
        colour: Number of the origin's colour in this article.
        n_words: How many.
        kind: `verbatim`, `edited`, `paraphrase` or `shared_quote`.
        identity: Share of equal words.
        direction: `directed`, `undirected` or `common_origin`.
        reason: What the direction rests on.
        credit: Whether the text says so, if that was looked at.
        credited_to: Whom it names instead, or names, if anybody.
        own: The words here, those marked that the origin has otherwise.
        other: The words there.
        others: Further documents that have them.
    """

    reuse: int
    origin: Named
    colour: int
    n_words: int
    kind: str
    identity: float
    direction: str
    reason: str
    credit: str | None
    credited_to: str | None
    own: list[Piece]
    other: list[Piece]
    others: list[Named]


@dataclass(frozen=True, slots=True)
class Origin:
    """A document that an article has words of.

    Attributes:
        name: The document.
        colour: Number of its colour in the article.
        n_words: How many words.
        share: Their share of the article's words.
        share_there: Their share of the document's.
    """

    name: Named
    colour: int
    n_words: int
    share: float
    share_there: float


@dataclass(frozen=True, slots=True)
class Given:
    """Words that other documents took from here: who, by which row of `reuse`, with what credit."""

    takers: list[tuple[Named, int, str | None]]
    n_documents: int


@dataclass(frozen=True, slots=True)
class Said:
    """A party that the text credits with something.

    Attributes:
        attribution: Number of the row in the table `attributions`.
        party: Its words.
        outlet: Name of the outlet, if it is one.
        kind: `outlet`, `organisation`, `person` or `unnamed`.
        relation: Of what kind the attribution is.
        quotation: Whether it is quoted, and how.
        confidence: How sure that is.
        relayed_by: The words that name the party that relays it.
        verdict: What looking up its quoted words gave.
        matched: The document that has them.
        own: The words quoted, those marked that the outlet has otherwise.
        other: The words of the outlet.
    """

    attribution: int
    party: str
    outlet: str | None
    kind: str
    relation: str
    quotation: str
    confidence: str
    relayed_by: str | None
    verdict: str | None
    matched: Named | None
    own: list[Piece]
    other: list[Piece]


@dataclass(frozen=True, slots=True)
class Copied:
    """A paragraph that stands elsewhere, or twice."""

    cluster: int
    kind: str
    n_passages: int
    n_documents: int
    is_first: bool


def view_taken(
    analysis: Analysis, facts: Facts, row: int, names: Mapping[int, Named], text: str
) -> tuple[dict[int, Taken], list[Origin]]:
    """Return what a document took, by row of `reuse`, and from whom, most first."""
    reuse, audit, said = analysis.reuse_arrays, analysis.audit, analysis.attribution_arrays
    if reuse is None or facts.taken is None:
        return {}, []
    rows = facts.taken.of(row)
    n_words: Counter[int] = Counter()
    best: dict[int, list[int]] = {}
    for each in rows:  # the best origin of a span stands before the others
        if reuse.ranks[each] == 1:
            n_words[int(reuse.origins[each])] += int(reuse.n_words[each])
            best[each] = []
        elif best:
            best[next(reversed(best))].append(int(reuse.origins[each]))
    colours = {
        origin: min(place, N_COLOURS) for place, (origin, _) in enumerate(n_words.most_common())
    }
    taken = {}
    for each, others in best.items():
        origin = int(reuse.origins[each])
        there: str = analysis.corpus.documents["text"][origin].as_py()
        other, own = pieces_of_each(
            there[reuse.origin_starts[each] : reuse.origin_ends[each]],
            text[reuse.target_starts[each] : reuse.target_ends[each]],
        )
        credit = credited_to = None
        if audit is not None and audit.credits[each] >= 0:
            credit = CREDITS[audit.credits[each]]
        if audit is not None and said is not None and audit.attributions[each] >= 0:
            credited_to = said.credited_texts[audit.attributions[each]]
        taken[each] = Taken(
            each, names[origin], colours[origin], int(reuse.n_words[each]),
            REUSE_KINDS[reuse.kinds[each]], float(reuse.identity[each]),
            DIRECTIONS[reuse.directions[each]], REASONS[reuse.reasons[each]],
            credit, credited_to, own, other, [names[o] for o in dict.fromkeys(others)],
        )  # fmt: skip
    n_own = max(1, int(facts.n_words[row]))
    return taken, [
        Origin(names[o], colours[o], n, n / n_own, min(1.0, n / max(1, int(facts.n_words[o]))))
        for o, n in n_words.most_common()
    ]


def view_said(
    analysis: Analysis, facts: Facts, row: int, names: Mapping[int, Named], text: str
) -> dict[int, Said]:
    """Return what a document says of its sources, by row of `attributions`."""
    rows = [] if facts.said is None else facts.said.of(row)
    said, verdicts = analysis.attribution_arrays, analysis.verdicts
    if said is None or verdicts is None:
        return {}
    return {each: view_attribution(analysis, said, verdicts, each, names, text) for each in rows}


def view_attribution(
    analysis: Analysis,
    said: Attributions,
    verdicts: Verdicts,
    row: int,
    names: Mapping[int, Named],
    text: str,
) -> Said:
    """Return a row of `attributions` as the page shows it; the text is its document's."""
    outlet, verdict = said.outlets[row], int(verdicts.verdicts[row])
    matched, parent = int(verdicts.documents[row]), int(said.parents[row])
    own: list[Piece] = []
    other: list[Piece] = []
    start, end = said.contents[row].tolist()
    if verdict != NO_VERDICT and start >= 0:
        own = [Piece(text[start:end])]
        if matched >= 0 and VERDICTS[verdict] == "altered":
            there: str = analysis.corpus.documents["text"][matched].as_py()
            there = there[slice(*verdicts.spans[row].tolist())]
            other, own = pieces_of_each(there, text[start:end])
    return Said(
        row, said.credited_texts[row],
        None if outlet is None else outlet_name(outlet, analysis.gazetteer),
        CREDITED_KINDS[said.kinds[row]], RELATIONS[said.relations[row]],
        QUOTATIONS[said.quotations[row]], CONFIDENCES[said.confidence[row]],
        said.credited_texts[parent] if parent >= 0 else None,
        VERDICTS[verdict] if verdict != NO_VERDICT else None,
        names[matched] if matched >= 0 else None, own, other,
    )  # fmt: skip


def view_given(analysis: Analysis, rows: Iterable[int], names: Mapping[int, Named]) -> Given | None:
    reuse, audit = analysis.reuse_arrays, analysis.audit
    if reuse is None:
        return None
    first_rows: dict[int, int] = {}
    for row in rows:
        first_rows.setdefault(int(reuse.targets[row]), row)
    takers = [
        (
            names[target],
            row,
            CREDITS[audit.credits[row]] if audit is not None and audit.credits[row] >= 0 else None,
        )
        for target, row in list(first_rows.items())[:_TAKERS]
    ]
    return Given(takers, len(first_rows)) if first_rows else None


def view_copied(analysis: Analysis, facts: Facts, passage: int) -> Copied | None:
    if facts.clusters is None:
        return None
    number = int(analysis.cluster_arrays.of_passage[passage])
    if number < 0:
        return None
    columns = ("kind", "n_passages", "n_documents", "representative_passage_id")
    kind, n_passages, n_documents, first = (facts.clusters[c][number].as_py() for c in columns)
    return Copied(number, kind, n_passages, n_documents, first == passage)
