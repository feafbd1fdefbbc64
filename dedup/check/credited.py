"""Reuse and quotations of new documents to findings: what is not credited, or not as it was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from dedup.analysis import Analysis
from dedup.attribution import CREDITS, VERDICTS, Audit, audit_credit, outlet_name
from dedup.check.findings import Finding
from dedup.check.places import Places
from dedup.rows import is_taken
from dedup.text import tokenise

_UNCREDITED = (CREDITS.index("uncredited"), CREDITS.index("quoted_uncredited"))
_TO_OTHER = CREDITS.index("credited_to_other")
_ALTERED, _NOT_FOUND = VERDICTS.index("altered"), VERDICTS.index("not_found")


def find_uncredited(
    analysis: Analysis, places: Places, *, n_new: int, min_words: int
) -> Iterator[Finding]:
    """Yield what new documents took from another outlet without crediting it.

    Args:
        analysis: The analysis; its first documents are the new ones.
        places: Its places.
        n_new: How many those are.
        min_words: Words of a span that is a finding.
    """
    audit = analysis.audit
    if audit is None or analysis.attribution_arrays is None:
        return
    # What is there already had it first, unless dates or credits say otherwise.
    audit = audit_credit(
        analysis.corpus, analysis.passage_arrays, audit.reuse, analysis.attribution_arrays,
        analysis.gazetteer, is_later=np.arange(len(analysis.corpus)) < n_new,
    )  # fmt: skip
    reuse = audit.reuse
    wanted = is_taken(reuse) & (reuse.targets < n_new) & (reuse.n_words >= min_words)
    wanted &= np.isin(audit.credits, (*_UNCREDITED, _TO_OTHER))
    for row in np.flatnonzero(wanted).tolist():
        target, origin = int(reuse.targets[row]), int(reuse.origins[row])
        here = places.place(target, int(reuse.target_starts[row]), int(reuse.target_ends[row]))
        there = places.place(origin, int(reuse.origin_starts[row]), int(reuse.origin_ends[row]))
        n_words, taken_from = int(reuse.n_words[row]), there.outlet or there.document_id
        name, how = "uncredited-reuse", "without saying so"
        if audit.credits[row] == _TO_OTHER:
            name, how = "miscredited-reuse", f"and credited to {_credited(analysis, audit, row)}"
        elif audit.credits[row] != _UNCREDITED[0]:
            how = "in quotation marks, without saying whose they are"
        yield Finding(
            name, here, there, n_words, round(float(reuse.identity[row]), 6),
            f"{n_words} words are taken from {taken_from} {how}",
            places.fingerprint(name, [(target, here), (origin, there)]),
        )  # fmt: skip


def find_misquoted(analysis: Analysis, places: Places, *, n_new: int) -> Iterator[Finding]:
    """Yield what new documents quote from an outlet that wrote it otherwise, or not at all."""
    attributions, verdicts = analysis.attribution_arrays, analysis.verdicts
    if attributions is None or verdicts is None:
        return
    seen = set()
    wanted = (attributions.documents < n_new) & np.isin(verdicts.verdicts, (_ALTERED, _NOT_FOUND))
    for row in np.flatnonzero(wanted).tolist():
        document = int(attributions.documents[row])
        start, end = attributions.contents[row].tolist()
        outlet = outlet_name(str(attributions.outlets[row]), analysis.gazetteer)
        if (document, start, end, outlet) in seen:  # named twice in one sentence
            continue
        seen.add((document, start, end, outlet))
        here = places.place(document, start, end)
        sides, there = [(document, here)], None
        name = "unverified-quote"
        message = f"words quoted from {outlet} stand in none of its documents here"
        if verdicts.verdicts[row] == _ALTERED:
            other = int(verdicts.documents[row])
            there = places.place(other, *verdicts.spans[row].tolist())
            sides.append((other, there))
            name, message = "altered-quote", f"words quoted from {outlet} stand there otherwise"
        yield Finding(
            name, here, there, len(tokenise(here.text)), None, message,
            places.fingerprint(name, sides),
        )  # fmt: skip


def _credited(analysis: Analysis, audit: Audit, row: int) -> str:
    """Return the outlet that a span is credited to instead."""
    attributions, by = analysis.attribution_arrays, int(audit.attributions[row])
    return "another outlet" if attributions is None or by < 0 else attributions.credited_texts[by]
