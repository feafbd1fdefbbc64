"""Findings about new documents: what is found, where, and what may pass."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dedup import CheckSettings, ConfigError, Corpus, InputError, check_corpus, read_corpus
from dedup.check import CheckResult, baseline_changes, read_baseline, write_baseline
from dedup.check.run import baseline_settings
from dedup.index import Index

TODAY = date(2026, 11, 24)
LEAD = (
    "A sixty-tonne harbour crane toppled onto the deck of a timber ship on Monday morning,"
    " injuring two dock workers and closing the main basin of the port to all traffic."
)
SECOND = (
    "The port authority said divers would inspect the hull before the vessel was moved, and that"
    " no fuel had been found in the water around the quay by Tuesday at noon."
)
OWN = (
    "Our own reporter walked along the fish market on Wednesday and met nobody who had seen the"
    " crane inspected since the long winter before the last election campaign."
)
OTHER = (
    "Bakers in the upper town meanwhile complain about flour that arrives late from the mill, and"
    " about the price that the new owner of the mill wants for every single sack."
)


def record(document_id: str, *paragraphs: str, **facts: Any) -> dict[str, Any]:
    return {"id": document_id, "text": "\n\n".join(paragraphs), **facts}


def check(
    new: list[dict[str, Any]], old: list[dict[str, Any]] | None = None, **settings: Any
) -> CheckResult:
    """Check new records with old ones, in a corpus and in an index: the outcome is the same."""
    against = None if old is None else Corpus.from_records(old)
    own = CheckSettings(**settings)
    return check_corpus(Corpus.from_records(new), own, against=against, today=TODAY)


def names(result: CheckResult) -> list[tuple[str, str]]:
    return [(finding.place.document_id, finding.name) for finding in result.findings]


def test_copied_document_is_one_finding() -> None:
    result = check([record("n", LEAD, SECOND)], [record("o", LEAD, SECOND, OTHER)])

    assert names(result) == [("n", "duplicate-document")]
    finding = result.findings[0]
    assert finding.counterpart is not None
    assert (finding.counterpart.document_id, finding.similarity) == ("o", 1.0)
    assert result.fails


def test_copied_passage_names_both_sides() -> None:
    near = LEAD.replace("Monday", "Tuesday")
    result = check([record("n", OWN, near, OTHER)], [record("o", SECOND, LEAD)])

    assert names(result) == [("n", "duplicate-passage")]
    finding = result.findings[0]
    assert finding.counterpart is not None
    assert (finding.place.text, finding.counterpart.text) == (near, LEAD)
    assert (finding.place.line, finding.counterpart.line) == (1, 1)  # the records' lines
    assert 0.6 <= (finding.similarity or 0) < 1


def test_old_documents_are_not_compared_with_each_other() -> None:
    old = [record("a", LEAD), record("b", LEAD)]

    assert names(check([record("n", OWN)], old)) == []


def test_new_copy_of_an_older_date_is_found_as_well() -> None:
    new = [record("n", LEAD, OWN, outlet="Gull", published="2026-01-01")]
    old = [record("o", LEAD, OTHER, outlet="Gull", published="2026-05-05")]

    assert names(check(new, old)) == [("n", "duplicate-passage")]


def test_of_two_new_copies_the_later_is_the_finding() -> None:
    new = [
        record("late", LEAD, OWN, outlet="Gull", published="2026-05-05"),
        record("early", LEAD, OTHER, outlet="Gull", published="2026-01-01"),
    ]

    assert names(check(new)) == [("late", "duplicate-passage")]


def test_each_of_ten_new_copies_but_the_first_is_found() -> None:
    own = [" ".join(rng.sample(OWN.split(), 20)) for rng in map(random.Random, range(10))]
    found = check([record(f"{n}", LEAD, words) for n, words in enumerate(own)])

    copies = [finding for finding in found.findings if finding.place.text == LEAD]
    assert len(copies) == 9
    assert {f.counterpart.document_id for f in copies if f.counterpart} == {"0"}


def test_lead_printed_twice_is_a_repeat() -> None:
    result = check([record("n", LEAD, OWN, LEAD)])

    assert names(result) == [("n", "repeated-passage")]
    finding = result.findings[0]
    assert finding.counterpart is not None
    assert finding.counterpart.start == 0
    assert finding.place.start > finding.counterpart.end


def test_short_passages_are_no_findings() -> None:
    short = "He declined to comment."

    assert names(check([record("n", OWN, short)], [record("o", OTHER, short)])) == []
    found = check([record("n", OWN, short)], [record("o", OTHER, short)], min_words=3)
    assert names(found) == [("n", "duplicate-passage")]


def test_uncredited_and_miscredited_reuse() -> None:
    old = [record("o", LEAD, OTHER, outlet="Gull Post", published="2026-03-01")]
    sentence = " Their words follow. " + LEAD
    new = [
        record("quiet", OWN + sentence, outlet="Tern Daily", published="2026-03-02"),
        record("fair", SECOND, f"The Gull Post reported: {LEAD}",
               outlet="Skua Times", published="2026-03-02"),
        record("wrong", OTHER[:90] + " Reuters reported on Monday: “" + LEAD + "”",
               outlet="Auk Herald", published="2026-03-02"),
    ]  # fmt: skip

    found = names(check(new, old, fail=("uncredited-reuse", "miscredited-reuse")))

    assert found == [("quiet", "uncredited-reuse"), ("wrong", "miscredited-reuse")]


def test_what_is_there_had_it_first_where_dates_do_not_tell() -> None:
    old = [record("o", LEAD, OTHER, outlet="Gull Post")]
    new = [record("a", OWN + " " + LEAD, outlet="Tern Daily")]

    assert names(check(new, old)) == [("a", "uncredited-reuse")]
    # A date that tells otherwise counts more.
    old[0]["published"], new[0]["published"] = "2026-05-05", "2026-01-01"
    assert names(check(new, old)) == []


def test_credited_copy_may_pass() -> None:
    old = [record("o", LEAD, OTHER, outlet="Gull Post", published="2026-03-01")]
    credited = f"The Gull Post reported: “{LEAD}”"
    new = [record("n", credited, OWN, outlet="Tern Daily", published="2026-03-02")]

    passes = check(new, old)
    assert (names(passes), passes.allowed) == ([], {"credited": 1})
    assert names(check(new, old, allow_credited=False)) == [("n", "duplicate-passage")]


def test_altered_and_unverified_quotations() -> None:
    old = [record("o", f"{OTHER} “The ramp was built in a hurry and nobody checked the bolts,”"
                  " the engineer said.", outlet="Gull Post")]  # fmt: skip
    altered = (
        "The Gull Post quoted him as saying: “The ramp was built in a great hurry and nobody ever"
        " checked the bolts.”"
    )
    invented = "The Gull Post wrote: “Seven barges sank beside the lighthouse before breakfast.”"
    new = [record("n", altered, OWN, invented, outlet="Tern Daily")]

    assert names(check(new, old)) == [("n", "altered-quote")]
    both = check(new, old, warn=("unverified-quote",))
    assert [(f.name, f.fails) for f in both.findings] == [
        ("altered-quote", True), ("unverified-quote", False)
    ]  # fmt: skip


def test_allowed_outlets_pairs_and_boilerplate(tmp_path: Path) -> None:
    old = [record("o", LEAD, OTHER, outlet="Gull Post")]
    new = [record("n", LEAD, OWN, outlet="Tern Daily")]

    assert check(new, old, allow_outlets=("gull post",)).allowed == {"outlet": 2}
    assert check(new, old, allow_pairs=("Tern Daily=Gull Post",)).allowed == {"pair of outlets": 2}
    assert check(new, old, allow_pairs=("Tern Daily=Skua",)).allowed == {}
    file = tmp_path / "boilerplate.txt"
    file.write_text(f"{OTHER}\n\n{LEAD.upper()}\n")
    passes = check(new, old, boilerplate=str(file))
    assert (names(passes), passes.allowed) == ([], {"boilerplate": 2})


def test_small_share_of_a_document_may_pass() -> None:
    old = [record("o", LEAD, OTHER)]
    new = [record("n", LEAD, OWN, SECOND)]

    assert names(check(new, old, min_share=0.2)) == [("n", "duplicate-passage")]
    assert check(new, old, min_share=0.5).allowed == {"share of the document": 1}


def test_warnings_fail_nothing() -> None:
    result = check(
        [record("n", LEAD, OWN)], [record("o", LEAD)], fail=(), warn=("duplicate-passage",)
    )

    assert names(result) == [("n", "duplicate-passage")]
    assert not result.fails


def test_counts_say_what_was_compared() -> None:
    result = check([record("n", LEAD, OWN)], [record("o", SECOND), record("p", OTHER)])

    assert (result.n_documents, result.n_passages) == (1, 2)
    assert (result.n_known_documents, result.n_known_passages) == (2, 2)


def test_document_in_both_is_taken_as_new() -> None:
    both = record("a", LEAD, OWN)

    result = check([both], [both, record("b", OTHER)])
    assert (names(result), result.n_known_documents) == ([], 1)


def test_file_below_both_paths_is_taken_as_new(tmp_path: Path) -> None:
    for name, text in (("a.txt", LEAD), ("b.txt", OTHER)):
        (tmp_path / "news" / "gull").mkdir(parents=True, exist_ok=True)
        (tmp_path / "news" / "gull" / name).write_text(f"{text}\n\n{text.upper()} Indeed.")
    new, old = read_corpus(tmp_path / "news/gull/a.txt"), read_corpus(tmp_path / "news")

    result = check_corpus(new, against=old, today=TODAY)
    assert {name for _, name in names(result)} == {"repeated-passage"}
    assert result.n_known_documents == 1


def test_places_are_lines_and_columns_of_the_file(tmp_path: Path) -> None:
    for folder in ("new", "old"):
        (tmp_path / folder).mkdir()
    markdown = f"---\ntitle: Crane\n---\n\n# Crane\n\n{OWN}\n\n{LEAD}\n"
    (tmp_path / "new" / "a.md").write_text(markdown)
    (tmp_path / "old" / "b.txt").write_bytes(f"{OTHER}\r\n\r\n{LEAD}".encode())

    result = check_corpus(
        read_corpus(tmp_path / "new"), against=read_corpus(tmp_path / "old"), today=TODAY
    )

    (finding,) = result.findings
    place, other = finding.place, finding.counterpart
    assert other is not None
    assert (place.line, place.column, place.end_line) == (9, 1, 9)
    assert place.end_column == 1 + len(LEAD)
    assert (other.line, other.column) == (3, 1)
    assert str(place) == f"{tmp_path}/new/a.md:9:1"


def test_index_and_corpus_give_the_same_outcome(newsroom: Corpus, tmp_path: Path) -> None:
    import numpy as np
    import pyarrow as pa

    is_new = np.arange(len(newsroom)) % 3 == 0
    new, old = (
        replace(newsroom, documents=newsroom.documents.filter(pa.array(own)).combine_chunks())
        for own in (is_new, ~is_new)
    )
    settings = CheckSettings(warn=("unverified-quote",))
    with Index.create(tmp_path / "index", old) as index:
        by_index = check_corpus(new, settings, index=index, today=TODAY)
    by_corpus = check_corpus(new, settings, against=old, today=TODAY)

    assert by_corpus == by_index
    assert len(by_corpus.findings) > 10


def test_result_does_not_depend_on_jobs(newsroom: Corpus) -> None:
    assert check_corpus(newsroom, jobs=1, today=TODAY) == check_corpus(
        newsroom, jobs=4, today=TODAY
    )


# The baseline, by what happens to articles.


def accept(tmp_path: Path, result: CheckResult) -> str:
    path = tmp_path / "baseline.jsonl"
    write_baseline(path, result.findings, baseline_settings(result))
    return str(path)


BASE = [record("a", OWN, LEAD), record("b", OTHER, LEAD)]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param([record("renamed", OWN, LEAD), BASE[1]], id="rename"),
        pytest.param([record("a", LEAD, OWN), BASE[1]], id="move"),
        pytest.param([BASE[1], BASE[0]], id="reorder"),
        pytest.param([record("a", OWN, LEAD, SECOND), BASE[1]], id="unrelated edit"),
        pytest.param([record("a", OWN, LEAD.upper()), BASE[1]], id="case"),
        pytest.param([record("a", OWN, LEAD), BASE[1], record("c", SECOND)], id="another article"),
        pytest.param([BASE[0]], id="copy gone"),
    ],
)
def test_what_is_accepted_stays_accepted(tmp_path: Path, changed: list[dict[str, Any]]) -> None:
    baseline = accept(tmp_path, check(BASE))

    assert names(check(changed, baseline=baseline)) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param([*BASE, record("c", SECOND, LEAD)], [("c", "duplicate-passage")], id="third"),
        pytest.param(
            [BASE[0], record("b", OTHER, LEAD.replace("Monday", "Friday"))],
            [("b", "duplicate-passage")],
            id="word",
        ),
        pytest.param(
            [BASE[0], record("b", OTHER, LEAD, LEAD)], [("b", "repeated-passage")], id="repeat"
        ),
    ],
)
def test_what_is_new_is_found(
    tmp_path: Path, changed: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    baseline = accept(tmp_path, check(BASE))

    assert names(check(changed, baseline=baseline)) == expected


def test_baseline_of_other_settings_is_refused(tmp_path: Path) -> None:
    baseline = accept(tmp_path, check(BASE))

    with pytest.raises(InputError, match="min_words"):
        check(BASE, baseline=baseline, min_words=12)
    # What fails and what may pass does not change what a finding is.
    assert names(check(BASE, baseline=baseline, fail=("duplicate-passage",))) == []


def test_changes_of_a_baseline_are_told(tmp_path: Path) -> None:
    path = Path(accept(tmp_path, check(BASE)))
    more = check([*BASE, record("c", SECOND, LEAD)])

    changes = baseline_changes(read_baseline(path, None), more.findings)
    assert (len(changes.added), len(changes.removed), changes.n_kept) == (1, 0, 1)


# Bad settings.


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fail": ("copied",)}, "no finding 'copied'"),
        ({"min_words": 0}, "min_words must be at least 1"),
        ({"min_share": 1.5}, r"min_share must be in \[0, 1\]"),
        ({"document_share": 0.0}, r"document_share must be in \(0, 1\]"),
        ({"allow_pairs": ("one",)}, "allow_pairs must be like"),
        ({"max_suppressions": -1}, "max_suppressions must be at least 0"),
    ],
)
def test_bad_settings_are_an_error(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CheckSettings(**settings)


def test_corpus_and_index_together_are_an_error(tmp_path: Path) -> None:
    corpus = Corpus.from_records([record("a", LEAD)])
    with Index.create(tmp_path / "index", corpus) as index:
        with pytest.raises(ValueError, match="not both"):
            check_corpus(corpus, against=corpus, index=index)


def test_missing_boilerplate_is_an_error() -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        check([record("n", LEAD)], boilerplate="/nowhere/boilerplate.txt")
