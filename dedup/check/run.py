"""New documents to the outcome of a check: compared, judged by the policy, and what is known."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from dedup.analysis import Analysis, Progress, analyze
from dedup.attribution import Gazetteer
from dedup.check.baseline import read_baseline, split_by_baseline
from dedup.check.credited import find_misquoted, find_uncredited
from dedup.check.duplicated import find_duplicates
from dedup.check.findings import CheckResult, Finding
from dedup.check.places import Places
from dedup.check.policy import apply_policy
from dedup.check.suppressions import read_allow_list, suppress
from dedup.config import PARTS, CheckSettings, DuplicateSettings, ReuseSettings
from dedup.corpus import Corpus
from dedup.errors import InputError
from dedup.index import Index
from dedup.text import TOKENISER

# Settings of a check that change what a finding is, not only what becomes of it.
_OF_FINDINGS = ("min_words", "min_share", "document_share")


def check_corpus(
    corpus: Corpus,
    settings: CheckSettings | None = None,
    *,
    against: Corpus | None = None,
    index: Index | None = None,
    duplicates: DuplicateSettings | None = None,
    reuse: ReuseSettings | None = None,
    outlets: Gazetteer | None = None,
    only: Iterable[str] | None = None,
    today: date | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> CheckResult:
    """Compare new documents with each other and with old ones; never old ones with each other.

    Args:
        corpus: The new documents.
        settings: What is looked for, and what may pass.
        against: Old documents. One that is new, too (by id, or by the file it was read from), is
            taken as new.
        index: An index of old documents, instead of them.
        duplicates: What counts as a duplicate; None is the index's own, or the defaults.
        reuse: What counts as reuse; None is the index's own, or the defaults.
        outlets: The outlets that texts may name; None is our gazetteer.
        only: Parts of the analysis; None is all of them.
        today: The day by which entries of an allow-list expire; None is today in UTC.
        jobs: Number of threads; None uses every processor. The result does not depend on it.
        progress: Called with each step's name and how far it is.

    Raises:
        ConfigError: If a file of the policy is wrong.
        InputError: If the corpus holds no text, the baseline is missing or made with other
            settings, or the index was made with other settings.
        ValueError: If both `against` and `index` are given.

    >>> lead = "The harbour bridge stays closed until Friday night, the council of the town said."
    >>> new, old = (Corpus.from_records([{"id": i, "text": lead}]) for i in "ab")
    >>> [finding.name for finding in check_corpus(new, against=old).findings]
    ['duplicate-document']
    """
    if against is not None and index is not None:
        raise ValueError("give either against or index, not both")
    settings = settings or CheckSettings()
    n_new = len(corpus)
    if index is not None:
        index.require(duplicates, reuse)
        within_outlet = None if reuse is None else reuse.within_outlet
        analysis = index.check(
            corpus, within_outlet=within_outlet, outlets=outlets, only=only, jobs=jobs,
            progress=progress,
        )  # fmt: skip
        n_known, n_known_passages = index.counts_beside(corpus)
    else:
        whole = corpus if against is None else _join(corpus, against)
        analysis = analyze(
            whole, duplicates, reuse, outlets=outlets, only=only, jobs=jobs, progress=progress
        )
        n_known = len(whole) - n_new
        n_known_passages = int((analysis.passage_arrays.documents >= n_new).sum())
    findings = _find(analysis, settings, n_new)
    findings, allowed = apply_policy(findings, analysis, settings, n_new=n_new)
    allow_list = read_allow_list(Path(settings.allow_list)) if settings.allow_list else []
    day = today or datetime.now(tz=UTC).date()
    findings, suppressed, notes = suppress(findings, corpus, allow_list, today=day)
    used = _settings_used(analysis, settings, only)
    accepted: list[Finding] = []
    if settings.baseline is not None:
        baseline = read_baseline(Path(settings.baseline), used)
        findings, accepted = split_by_baseline(findings, baseline)
    n_passages = int((analysis.passage_arrays.documents < n_new).sum())
    return CheckResult(
        findings, accepted, suppressed, allowed, n_new, n_passages, n_known, n_known_passages,
        tuple(map(str, corpus.skipped)), tuple(notes),
        {**used, **asdict(settings)},
    )  # fmt: skip


def _settings_used(
    analysis: Analysis, settings: CheckSettings, only: Iterable[str] | None
) -> Mapping[str, Any]:
    """Return the settings that change what is found, by which a baseline must have been made."""
    return {
        **asdict(analysis.settings),
        **asdict(analysis.reuse_settings),
        "passages": analysis.corpus.passages,
        "tokeniser": TOKENISER,
        "only": sorted(PARTS if only is None else only),
        **{name: getattr(settings, name) for name in _OF_FINDINGS},
    }


def baseline_settings(result: CheckResult) -> dict[str, Any]:
    """Return the settings that a baseline of a result is made with."""
    policy = {*asdict(CheckSettings())} - {*_OF_FINDINGS}
    return {name: value for name, value in result.settings.items() if name not in policy}


def _find(analysis: Analysis, settings: CheckSettings, n_new: int) -> list[Finding]:
    """Return every finding, by place."""
    places = Places(analysis, n_new)
    findings = [
        *find_duplicates(
            analysis, places, n_new=n_new, min_words=settings.min_words,
            document_share=settings.document_share,
        ),
        *find_uncredited(analysis, places, n_new=n_new, min_words=settings.min_words),
        *find_misquoted(analysis, places, n_new=n_new),
    ]  # fmt: skip
    return sorted(
        findings,
        key=lambda each: (
            each.place.path or each.place.document_id, each.place.line, each.place.document_id,
            each.place.start, each.name, each.fingerprint,
        ),
    )  # fmt: skip


def _join(corpus: Corpus, against: Corpus) -> Corpus:
    """Return new documents and, behind them, the old ones that are not among them."""
    if corpus.passages != against.passages:
        raise InputError(
            f"documents are cut into {corpus.passages}s, those compared with into"
            f" {against.passages}s"
        )
    new = corpus.documents
    ids = {*new["document_id"].to_pylist()}
    files = {*_files(new)} - {None}
    old = against.documents
    columns = zip(old["document_id"].to_pylist(), _files(old), strict=True)
    is_old = [i not in ids and file not in files for i, file in columns]
    if all(is_old):
        return replace(corpus, documents=pa.concat_tables([new, old]))
    return replace(corpus, documents=pa.concat_tables([new, old.filter(pa.array(is_old))]))


def _files(documents: pa.Table) -> list[tuple[str, int | None] | None]:
    """Return for each document the file and line that it was read from, if it was."""
    rows = zip(documents["path"].to_pylist(), documents["line"].to_pylist(), strict=True)
    return [
        None if path is None or path == "-" else (os.path.realpath(path), line)
        for path, line in rows
    ]
