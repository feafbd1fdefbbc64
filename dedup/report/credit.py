"""An analysis to what its report says of credit: what is said, and whether it is true."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup.analysis import Analysis
from dedup.attribution import (
    CREDITED,
    CREDITS,
    NO_VERDICT,
    RELATIONS,
    VERDICTS,
    Attributions,
    Audit,
    Verdicts,
    outlet_name,
)
from dedup.rows import is_taken, is_uncredited, take_documents
from dedup.text import diff_words

Integers = npt.NDArray[np.int64]

_LISTED = 10  # rows of each list
_ALTERED, _NOT_FOUND = VERDICTS.index("altered"), VERDICTS.index("not_found")
_TEXT = 500  # characters of a text shown


@dataclass(frozen=True, slots=True)
class UncreditedView:
    """A document that took words without saying whose they are.

    Attributes:
        document_id: The document.
        outlet: Its outlet, if known.
        n_words: Words that it took without credit, or credits to somebody else.
        origin_document_id: The document that most of them come from.
        origin_outlet: Its outlet, if known.
        credited_to: The outlet that it credits instead, if it does.
        text: The start of the longest span.
    """

    document_id: str
    outlet: str | None
    n_words: int
    origin_document_id: str
    origin_outlet: str | None
    credited_to: str | None
    text: str


@dataclass(frozen=True, slots=True)
class QuotationView:
    """Quoted words that their outlet does not have, or not so.

    Attributes:
        document_id: The document that quotes.
        outlet: Its outlet, if known.
        credited_outlet: Name of the outlet that it credits.
        text: What it says, marks and all.
        matched_document_id: The outlet's document that has something like it, if one does.
        matched_text: What stands there.
        removed: Words of the outlet's text that the quotation does not have, run by run.
        added: Words that it has instead or besides.
    """

    document_id: str
    outlet: str | None
    credited_outlet: str
    text: str
    matched_document_id: str | None
    matched_text: str | None
    removed: list[str]
    added: list[str]


@dataclass(frozen=True, slots=True)
class CreditView:
    """What an outlet took, in words, by whether it says so."""

    outlet: str | None
    credited: int
    credited_to_other: int
    quoted_uncredited: int
    uncredited: int


@dataclass(frozen=True, slots=True)
class CreditSummary:
    """The facts of a report about attributions and credit.

    Attributes:
        n_attributions: Credited parties found.
        relations: Number of them by relation.
        outlets: The outlets credited most often by others, by name, and how often.
        verdicts: Number of quotations looked up, by verdict.
        altered: Quotations whose words were changed.
        not_found: Quotations that the outlet's articles do not have.
        credits: Spans and words taken, by verdict; None unless reuse was analysed, too.
        takers: The same words by the outlet that took them, those with most uncredited first.
        uncredited: The documents with most words taken and not credited.
    """

    n_attributions: int
    relations: dict[str, int]
    outlets: list[tuple[str, int]]
    verdicts: dict[str, int]
    altered: list[QuotationView]
    not_found: list[QuotationView]
    credits: dict[str, dict[str, int]] | None
    takers: list[CreditView]
    uncredited: list[UncreditedView]


def summarize_credit(
    analysis: Analysis, attributions: Attributions, verdicts: Verdicts
) -> CreditSummary:
    """Return what the report on an analysis says of attributions and credit."""
    relations = np.bincount(attributions.relations, minlength=len(RELATIONS)).tolist()
    credited = Counter(
        outlet
        for outlet, is_own in zip(attributions.outlets, attributions.is_own, strict=True)
        if outlet and not is_own
    )
    outlets = [(outlet_name(o, analysis.gazetteer), n) for o, n in credited.most_common(_LISTED)]
    looked_up = verdicts.verdicts[verdicts.verdicts != NO_VERDICT]
    counts = np.bincount(looked_up, minlength=len(VERDICTS)).tolist()
    audit = analysis.audit
    return CreditSummary(
        n_attributions=len(attributions),
        relations=dict(zip(RELATIONS, relations, strict=True)),
        outlets=outlets,
        verdicts=dict(zip(VERDICTS, counts, strict=True)),
        altered=_quotations(analysis, attributions, verdicts, _ALTERED),
        not_found=_quotations(analysis, attributions, verdicts, _NOT_FOUND),
        credits=None if audit is None else _credits(audit),
        takers=[] if audit is None else _takers(analysis),
        uncredited=[] if audit is None else _uncredited(analysis, attributions, audit),
    )


def _quotations(
    analysis: Analysis, attributions: Attributions, verdicts: Verdicts, verdict: int
) -> list[QuotationView]:
    rows = np.flatnonzero(verdicts.verdicts == verdict)[:_LISTED]
    documents = take_documents(analysis.corpus, attributions.documents[rows]).to_pylist()
    views = []
    for row, document in zip(rows.tolist(), documents, strict=True):
        text = _text(analysis, int(attributions.documents[row]), attributions.contents[row])
        matched_id = matched = None
        removed: list[str] = []
        added: list[str] = []
        if verdicts.documents[row] >= 0:
            place = int(verdicts.documents[row])
            matched_id = analysis.corpus.documents["document_id"][place].as_py()
            matched = _text(analysis, place, verdicts.spans[row])
            edits = [edit for edit in diff_words(matched, text) if not edit.equal]
            removed = [matched[e.start : e.end] for e in edits if e.start < e.end]
            added = [
                text[e.other_start : e.other_end] for e in edits if e.other_start < e.other_end
            ]
        name = outlet_name(str(attributions.outlets[row]), analysis.gazetteer)
        views.append(
            QuotationView(
                document["document_id"], document["outlet"], name, text[:_TEXT],
                matched_id, matched and matched[:_TEXT], removed, added,
            )
        )  # fmt: skip
    return views


def _text(analysis: Analysis, document: int, span: Integers) -> str:
    text: str = analysis.corpus.documents["text"][document].as_py()
    return text[int(span[0]) : int(span[1])]


def _credits(audit: Audit) -> dict[str, dict[str, int]]:
    is_counted = is_taken(audit.reuse) & (audit.credits >= CREDITED)
    credits, n_words = audit.credits[is_counted], audit.reuse.n_words[is_counted]
    spans = np.bincount(credits, minlength=len(CREDITS)).tolist()
    words = np.bincount(credits, weights=n_words, minlength=len(CREDITS)).astype(int).tolist()
    return {
        name: {"n_spans": spans[number], "n_words": words[number]}
        for number, name in enumerate(CREDITS)
    }


def _takers(analysis: Analysis) -> list[CreditView]:
    table = analysis.credit_table()
    rows = table.slice(0, _LISTED).to_pylist()
    return [CreditView(**row) for row in rows]


def _uncredited(
    analysis: Analysis, attributions: Attributions, audit: Audit
) -> list[UncreditedView]:
    reuse, corpus = audit.reuse, analysis.corpus
    rows = np.flatnonzero(is_taken(reuse) & is_uncredited(audit))
    n_words = np.bincount(reuse.targets[rows], weights=reuse.n_words[rows], minlength=len(corpus))
    most = np.argsort(-n_words, kind="stable")[:_LISTED]
    most = most[n_words[most] > 0]
    documents = take_documents(corpus, most).to_pylist()
    views = []
    for target, document in zip(most.tolist(), documents, strict=True):
        own = rows[reuse.targets[rows] == target]
        given = np.bincount(reuse.origins[own], weights=reuse.n_words[own])
        origin = take_documents(corpus, np.array([np.argmax(given)])).to_pylist()[0]
        longest = int(own[np.argmax(reuse.n_words[own])])
        span = np.array([reuse.target_starts[longest], reuse.target_ends[longest]])
        instead = [int(audit.attributions[row]) for row in own if audit.attributions[row] >= 0]
        credited_to = None
        if instead:
            credited_to = outlet_name(str(attributions.outlets[instead[0]]), analysis.gazetteer)
        views.append(
            UncreditedView(
                document["document_id"], document["outlet"], int(n_words[target]),
                origin["document_id"], origin["outlet"], credited_to,
                _text(analysis, target, span)[:_TEXT],
            )
        )  # fmt: skip
    return views
