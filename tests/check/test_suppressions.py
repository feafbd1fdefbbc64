"""Suppressions: what articles and allow-lists switch off, what they do not, and what is noted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import ConfigError, Corpus, read_corpus
from dedup.check.findings import Finding, Fingerprint, Location, Place, Suppressed
from dedup.check.suppressions import CONDITIONS, AllowEntry, read_allow_list, suppress

TODAY = date(2026, 3, 4)
STORM = "The storm took the roof of the ferry hall and half of the quay behind it."
BELL = "Divers have found the bell of the dredger that sank below the lighthouse."


def make_place(
    document_id: str, text: str = STORM, *, start: int = 0, outlet: str | None = None
) -> Place:
    end = start + len(text)
    return Place(document_id, outlet, document_id, start, end, 1, 1, 1, 1 + end, text, True)


def make_finding(
    place: Place, counterpart: Place | None = None, *, name: str = "duplicate-passage"
) -> Finding:
    places = [place] if counterpart is None else [place, counterpart]
    known = Fingerprint(
        name, "1f", tuple(sorted(Location(each.document_id, "x") for each in places))
    )
    return Finding(name, place, counterpart, 15, 1.0, "it stands twice", known)


def in_text(text: str, *, words: str = STORM) -> tuple[Finding, Corpus]:
    """Return a finding about words of a text, and the corpus of that text."""
    corpus = Corpus.from_records([{"id": "a", "text": text}])
    return make_finding(make_place("a", words, start=text.index(words))), corpus


NO_CORPUS = Corpus.from_records([])


# Documents.


def write_documents(directory: Path, field: str) -> None:
    (directory / "a.md").write_text(f"---\ntitle: Storm\n{field}\n---\n\n{STORM}\n")
    (directory / "b.md").write_text(f"---\ntitle: Storm\n---\n\n{STORM}\n")


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("dedup: ignore", None),
        ("dedup:   'ignore'  ", None),
        ("dedup: ignore, a letter that we print every year", "a letter that we print every year"),
        ("dedup: 'ignore: yearly'", "yearly"),
        ("dedup: ignore,", None),
        ("dedup: >\n  ignore,\n  as agreed\n  with the agency", "as agreed with the agency"),
    ],
)
def test_front_matter_switches_its_document_off(
    field: str, reason: str | None, tmp_path: Path
) -> None:
    write_documents(tmp_path, field)
    ours, others = (make_finding(make_place(id_), make_place("c")) for id_ in ("a.md", "b.md"))
    left, suppressed, notes = suppress([ours, others], read_corpus(tmp_path), today=TODAY)
    assert ([others], [Suppressed(ours, "front matter", reason)], []) == (left, suppressed, notes)


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_field_of_a_record_switches_it_off(suffix: str, tmp_path: Path) -> None:
    lines = {
        "jsonl": '{"id": "a", "text": "One.", "dedup": "ignore"}\n{"id": "b", "text": "One."}\n',
        "csv": "id,text,dedup\na,One.,ignore\nb,One.,\n",
    }
    (tmp_path / f"articles.{suffix}").write_text(lines[suffix])
    findings = [make_finding(make_place(id_, "One.")) for id_ in "ab"]
    left, suppressed, notes = suppress(findings, read_corpus(tmp_path), today=TODAY)
    assert ([findings[1]], [Suppressed(findings[0], "front matter")], []) == (
        left, suppressed, notes,
    )  # fmt: skip


def test_counterpart_switched_off_suppresses_nothing() -> None:
    corpus = Corpus.from_records(
        [{"id": "a", "text": STORM}, {"id": "b", "text": STORM, "dedup": "ignore"}]
    )
    finding = make_finding(make_place("a"), make_place("b"))
    assert ([finding], [], []) == suppress([finding], corpus, today=TODAY)


@pytest.mark.parametrize("value", [None, "", False])
def test_empty_field_switches_nothing_off(value: object) -> None:
    corpus = Corpus.from_records([{"id": "a", "text": STORM, "dedup": value, "other": 1}])
    finding = make_finding(make_place("a"))
    assert ([finding], [], []) == suppress([finding], corpus, today=TODAY)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ingore", "'ingore'"),
        ("Ignore", "'Ignore'"),
        ("ignored", "'ignored'"),
        (True, "True"),
        ({"ignore": "yearly"}, "{'ignore': 'yearly'}"),
        ("x" * 1_000_000, f"'{'x' * 12}...{'x' * 13}'"),
    ],
)
def test_unknown_value_is_noted_and_switches_nothing_off(value: object, shown: str) -> None:
    corpus = Corpus.from_records(
        [{"id": id_, "text": STORM, "dedup": value} for id_ in ("a", "without findings")]
    )
    finding = make_finding(make_place("a"))
    left, _, notes = suppress([finding], corpus, today=TODAY)
    note = f'a: dedup must be "ignore" or "ignore, why", got {shown}; it is passed over'
    assert ([finding], [note]) == (left, notes)


@pytest.mark.parametrize("depth", [*range(700, 1_000, 10), 5_000])
def test_field_that_is_nested_deeply_does_no_harm(depth: int) -> None:
    nested: Any = "ignore"
    for _ in range(depth):
        nested = [nested]
    corpus = Corpus.from_records([{"id": "a", "text": STORM, "dedup": nested}])
    finding = make_finding(make_place("a"))

    def suppress_deeper(levels: int) -> tuple[list[Finding], list[Suppressed], list[str]]:
        if levels:
            return suppress_deeper(levels - 1)
        return suppress([finding], corpus, today=TODAY)

    left, _, notes = suppress_deeper(100)
    assert ([finding], 1) == (left, len(notes))


# Regions of a text.

OPEN, CLOSE = "<!-- dedup: ignore -->", "<!-- dedup: end -->"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{OPEN}\n{STORM}\n{CLOSE}\n", None),
        (f"{BELL}\n\n{OPEN}\n\n{STORM}\n\n{CLOSE}\n\n{BELL}", None),
        (f"<!--dedup:ignore-->{STORM}<!--dedup:end-->", None),
        (f"<!-- dedup: ignore: agency copy -->\n{STORM}\n{CLOSE}", "agency copy"),
        (f"<!-- dedup: ignore, agency copy -->\n{STORM}\n{CLOSE}", "agency copy"),
        (f"<!--\n  dedup: ignore: agency\n  copy\n-->\n{STORM}\n{CLOSE}", "agency copy"),
        (f"Ünï 😀 {OPEN} \ud7ff{STORM} {CLOSE}", None),
        (f"{OPEN}\n{BELL}\n{CLOSE}\n<!-- dedup: ignore: two -->\n{STORM}\n{CLOSE}", "two"),
        (f"<!-- dedup: ignore: outer -->\n{OPEN}\n{STORM}\n{CLOSE}", "outer"),
        (f"{OPEN}\n{STORM}\n{CLOSE}\n\n{BELL}\n\n<!-- dedup: ignore: two -->{CLOSE}\n{BELL}", None),
    ],
)
def test_comments_switch_a_region_off(text: str, reason: str | None) -> None:
    finding, corpus = in_text(text)
    expected: tuple[Any, ...] = ([], [Suppressed(finding, "comment", reason)], [])
    assert expected == suppress([finding], corpus, today=TODAY)


@pytest.mark.parametrize(
    "text",
    [
        f"{OPEN}\n{BELL}\n{CLOSE}\n{STORM}",
        f"{STORM}\n{OPEN}\n{BELL}\n{CLOSE}",
        f"<!-- dedup -->\n{STORM}\n<!-- end -->",
        f"dedup: ignore\n{STORM}\ndedup: end",
    ],
)
def test_finding_outside_a_region_is_left(text: str) -> None:
    finding, corpus = in_text(text)
    assert ([finding], [], []) == suppress([finding], corpus, today=TODAY)


def test_region_without_an_end_goes_to_the_end_and_is_noted() -> None:
    finding, corpus = in_text(f"{BELL}\n{OPEN}\n{BELL}\n\n{STORM}\n")
    left, suppressed, notes = suppress([finding], corpus, today=TODAY)
    assert ([], [Suppressed(finding, "comment")]) == (left, suppressed)
    assert [
        "a: <!-- dedup: ignore --> without <!-- dedup: end -->; everything behind it is ignored"
    ] == notes


@pytest.mark.parametrize(
    ("comments", "note"),
    [
        (CLOSE, "<!-- dedup: end --> without <!-- dedup: ignore --> before it"),
        (
            "<!-- dedup: ingore -->\n" * 3 + "<!-- dedup: resume -->",
            "a comment of dedup must be ignore or end, got 'ingore'; it is passed over",
        ),
        ("<!-- dedup: ignore", "a comment <!-- dedup: is not closed by -->; it is passed over"),
        (
            f"<!-- dedup: ignore: {'x' * 2_000} -->",
            "a comment <!-- dedup: is not closed by -->; it is passed over",
        ),
    ],
)
def test_odd_comments_are_noted_once_and_switch_nothing_off(comments: str, note: str) -> None:
    finding, corpus = in_text(f"{comments}\n{STORM}")
    assert ([finding], [], [f"a: {note}"]) == suppress([finding], corpus, today=TODAY)


def test_documents_without_findings_are_not_noted() -> None:
    corpus = Corpus.from_records([{"id": "a", "text": STORM}, {"id": "b", "text": CLOSE}])
    finding = make_finding(make_place("a"))
    assert ([finding], [], []) == suppress([finding], corpus, today=TODAY)


@pytest.mark.parametrize(
    ("before", "behind", "is_suppressed"),
    [(10, 11, True), (10, 10, False), (10, 9, False), (0, 1, True), (1, 0, False)],
)
def test_more_than_half_of_a_finding_must_lie_in_the_region(
    before: int, behind: int, is_suppressed: bool
) -> None:
    text = f"{'a' * before}{OPEN}{'b' * behind}{CLOSE}"
    # The comment itself lies in the region: a span that counts so many characters of either.
    start, end = 0, before + behind
    finding = make_finding(make_place("a", text[start:end], start=start))
    left, _, _ = suppress([finding], Corpus.from_records([{"id": "a", "text": text}]), today=TODAY)
    assert ([] if is_suppressed else [finding]) == left


def test_regions_count_together_and_the_largest_gives_the_reason() -> None:
    one, two = (f"<!-- dedup: ignore: {reason} -->" for reason in ("one", "two, the longer"))
    text = f"{one}{CLOSE}{'a' * 60}{two}{CLOSE}"
    finding, corpus = in_text(text, words=text)
    assert [Suppressed(finding, "comment", "two, the longer")] == suppress(
        [finding], corpus, today=TODAY
    )[1]


@given(
    st.lists(st.sampled_from([OPEN, CLOSE, "abcdefg", "é ", "\n"]), max_size=12),
    st.integers(0, 150), st.integers(1, 60),
)  # fmt: skip
def test_region_holds_what_lies_between_its_comments(
    parts: list[str], start: int, length: int
) -> None:
    text, inside, is_open = "", [], False
    for part in parts:
        is_open |= part == OPEN
        text += part
        inside += [is_open] * len(part)
        is_open &= part != CLOSE
    finding = make_finding(make_place("a", text[start : start + length] or "x", start=start))
    left, _, _ = suppress([finding], Corpus.from_records([{"id": "a", "text": text}]), today=TODAY)
    end = finding.place.end
    assert (2 * sum(inside[start:end]) <= end - start) == bool(left)


def test_text_full_of_comments_is_read_once() -> None:
    finding, corpus = in_text("<!-- dedup: " * 50_000 + (OPEN + CLOSE) * 20_000 + STORM)
    left, _, notes = suppress([finding] * 2_000, corpus, today=TODAY)
    assert (2_000, 2) == (len(left), len(notes))


def test_page_of_html_has_no_comments(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    (tmp_path / "a.html").write_text(
        f"<html><body><article><p>{BELL}</p>{OPEN}<p>{STORM}</p>{CLOSE}</article></body></html>"
    )
    corpus = read_corpus(tmp_path)
    (document,) = corpus
    finding = make_finding(make_place("a.html", start=document.text.index(STORM)))
    assert ([finding], [], []) == suppress([finding], corpus, today=TODAY)


# Allow-lists.

WriteList = Callable[..., list[AllowEntry]]


@pytest.fixture
def entries_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteList:
    """Read an allow-list with these entries."""
    monkeypatch.chdir(tmp_path)

    def write(*entries: str) -> list[AllowEntry]:
        path = Path("allow.toml")
        path.write_text("".join(f"[[allow]]\n{entry}\n" for entry in entries), "utf-8")
        return read_allow_list(path)

    return write


GULL = make_place("gull/storm.md", outlet="The Gull")
HERON = make_place("heron/2026/storm.md", outlet="Heron  Post")
PAIR = make_finding(GULL, HERON)
ALONE = make_finding(GULL, name="repeated-passage")


@pytest.mark.parametrize(
    "condition",
    [
        'finding = "duplicate-passage"',
        f'text = "{STORM}"',
        'text = "the STORM took – the roof, of the ferry-hall and half of the quay behind it"',
        'text = "The storm took the roof of the ferry"',
        'document = "gull/storm.md"',
        'document = "gull/*"',
        'document = "*.md"',
        'document = "gull/st?rm.[lm]d"',
        'counterpart = "heron/*.md"',
        'counterpart = "heron/2026/storm.md"',
        'outlet = "the gull"',
        'counterpart_outlet = "Heron Post"',
        'counterpart-outlet = "HERON POST"',
        f'fingerprint = "{PAIR.fingerprint.digest}"',
        'document = "gull/*"\ncounterpart = "heron/*"\nfinding = "duplicate-passage"',
    ],
)
def test_entry_whose_conditions_hold_suppresses(condition: str, entries_of: WriteList) -> None:
    allow_list = entries_of(f'reason = " agreed "\n{condition}')
    assert ([], [Suppressed(PAIR, "allow-list", "agreed")], []) == suppress(
        [PAIR], NO_CORPUS, allow_list, today=TODAY
    )


@pytest.mark.parametrize(
    "condition",
    [
        'finding = "repeated-passage"',
        'text = "The storm took the roof"',
        'text = "The storm took the roof of the ferry hall and half of the pier"',
        f'text = "{STORM} It came at night."',
        'text = "storm took the roof of the ferry hall and half of the quay behind it"',
        'document = "heron/2026/storm.md"',
        'document = "storm.md"',
        'document = "gull/"',
        'counterpart = "gull/*"',
        'outlet = "Gull"',
        'outlet = "*"',
        'counterpart_outlet = "The Gull"',
        f'fingerprint = "{ALONE.fingerprint.digest}"',
        'document = "gull/*"\ncounterpart = "gull/*"',
    ],
)
def test_entry_of_which_a_condition_fails_is_noted(condition: str, entries_of: WriteList) -> None:
    allow_list = entries_of(f'reason = "agreed"\n{condition}')
    assert ([PAIR], [], ["allow.toml: entry 1 matched nothing"]) == suppress(
        [PAIR], NO_CORPUS, allow_list, today=TODAY
    )


@pytest.mark.parametrize("condition", ['counterpart = "*"', 'counterpart_outlet = "The Gull"'])
def test_finding_without_a_counterpart_fits_no_condition_on_it(
    condition: str, entries_of: WriteList
) -> None:
    allow_list = entries_of(f'reason = "agreed"\n{condition}')
    assert [ALONE] == suppress([ALONE], NO_CORPUS, allow_list, today=TODAY)[0]


def test_document_whose_name_looks_like_a_pattern_is_found_by_it(entries_of: WriteList) -> None:
    finding = make_finding(make_place("[live] storm?.md"))
    allow_list = entries_of('reason = "agreed"\ndocument = "[live] storm?.md"')
    assert [] == suppress([finding], NO_CORPUS, allow_list, today=TODAY)[0]


def test_first_entry_that_fits_gives_the_reason_and_others_count_as_used(
    entries_of: WriteList,
) -> None:
    allow_list = entries_of(
        'reason = "none"\ndocument = "finch/*"',
        'reason = "first"\ndocument = "gull/*"',
        'reason = "second"\noutlet = "The Gull"',
    )
    assert (
        [], [Suppressed(PAIR, "allow-list", "first")], ["allow.toml: entry 1 matched nothing"],
    ) == suppress([PAIR], NO_CORPUS, allow_list, today=TODAY)  # fmt: skip


def test_article_comes_before_the_list_whose_entry_counts_as_used(entries_of: WriteList) -> None:
    corpus = Corpus.from_records(
        [{"id": "a", "text": f"{OPEN}{STORM}{CLOSE}", "dedup": "ignore, yearly"},
         {"id": "b", "text": f"{OPEN}{STORM}{CLOSE}"}]
    )  # fmt: skip
    findings = [make_finding(make_place(id_, start=len(OPEN))) for id_ in "ab"]
    allow_list = entries_of('reason = "agreed"\ndocument = "[ab]"')
    assert (
        [],
        [Suppressed(findings[0], "front matter", "yearly"), Suppressed(findings[1], "comment")],
        [],
    ) == suppress(findings, corpus, allow_list, today=TODAY)


@pytest.mark.parametrize(
    ("expires", "is_suppressed"),
    [("2026-03-05", True), ("2026-03-04", False), ("2025-12-31", False)],
)
def test_entry_counts_until_the_day_it_expires(
    expires: str, is_suppressed: bool, entries_of: WriteList
) -> None:
    allow_list = entries_of(f'reason = "agreed"\nexpires = {expires}\ndocument = "gull/*"')
    left, suppressed, notes = suppress([PAIR], NO_CORPUS, allow_list, today=TODAY)
    assert (not is_suppressed, is_suppressed) == (bool(left), bool(suppressed))
    assert notes == ([] if is_suppressed else [f"allow.toml: entry 1 expired on {expires}"])


def test_order_is_kept_and_nothing_is_lost(entries_of: WriteList) -> None:
    findings = [make_finding(make_place(f"{'ab'[n % 2]}/{n}.md")) for n in (5, 2, 9, 4, 2)]
    allow_list = entries_of('reason = "agreed"\ndocument = "b/*"')
    left, suppressed, _ = suppress(findings, NO_CORPUS, allow_list, today=TODAY)
    assert [findings[1], findings[3], findings[4]] == left
    assert [findings[0], findings[2]] == [each.finding for each in suppressed]


def test_nothing_to_suppress() -> None:
    assert ([], [], []) == suppress([], NO_CORPUS, today=TODAY)


hostile = st.text(st.characters(codec="utf-8") | st.sampled_from("*?[]!-^\\\0\n"), max_size=20)


@given(hostile, hostile)
def test_any_id_is_found_by_itself_and_patterns_never_fail(id_: str, pattern: str) -> None:
    finding = make_finding(make_place(id_))
    for document, expected in ((id_, {0}), (pattern, {0, 1})):
        entry = AllowEntry("allow.toml: entry 1", "agreed", {"document": document})
        assert len(suppress([finding], NO_CORPUS, [entry], today=TODAY)[0]) in expected


def test_hostile_words_and_patterns_do_no_harm(entries_of: WriteList) -> None:
    text = "\x1b[2J]]>::%0A‮\0\ud800 " + "x" * 20_000
    finding = make_finding(make_place("a" * 10_000, text, outlet="\ud800"))
    allow_list = entries_of(
        f'reason = "agreed"\ndocument = "{"*a" * 50}b"', 'reason = "agreed"\noutlet = "Gull"',
        'reason = "agreed"\ntext = "J 0A ok"',
    )  # fmt: skip
    left, _, notes = suppress([finding], NO_CORPUS, allow_list, today=TODAY)
    assert ([finding], 3) == (left, len(notes))


# The file of an allow-list.


def test_entries_are_read(entries_of: WriteList) -> None:
    assert [
        AllowEntry("allow.toml: entry 1", "agreed", {"text": STORM, "outlet": "The Gull"}),
        AllowEntry("allow.toml: entry 2", "yearly", {"document": "a"}, date(2027, 1, 31)),
    ] == entries_of(
        f'reason = "agreed"\ntext = "{STORM}"\noutlet = "The Gull"',
        'document = "a"\nreason = "yearly"\nexpires = 2027-01-31',
    )


def test_empty_file_has_no_entries(entries_of: WriteList) -> None:
    assert [] == entries_of()


GOOD = 'reason = "agreed"\ndocument = "a"'


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ('document = "a"', "missing reason; say why this is allowed"),
        ('reason = " "\ndocument = "a"', "reason must be a string that is not empty, got ' '"),
        ('reason = 1\ndocument = "a"', "reason must be a string that is not empty, got 1"),
        ('reason = "agreed"', f"no condition; give at least one of {', '.join(CONDITIONS)}"),
        (
            'reason = "agreed"\nexpires = 2026-03-04',
            f"no condition; give at least one of {', '.join(CONDITIONS)}",
        ),
        (
            f'{GOOD}\nexpire = "never"',
            f"unknown key 'expire'; known are reason, expires, {', '.join(CONDITIONS)}",
        ),
        (f'{GOOD}\ncounterpart = ["b"]', "counterpart must be a string that is not empty, got "),
        (f'{GOOD}\noutlet = ""', "outlet must be a string that is not empty, got ''"),
        (f'{GOOD}\nexpires = "2027-01-31"', "expires must be a date, such as 2027-01-31, got "),
        (f"{GOOD}\nexpires = 2027-01-31T10:00:00", "expires must be a date, such as 2027-01-31, "),
        (f"{GOOD}\nexpires = 10:00:00", "expires must be a date, such as 2027-01-31, got "),
        (f'{GOOD}\nfinding = "duplicates"', "finding must be one of duplicate-document, "),
        (f'{GOOD}\ntext = "– …"', "text must have a word, got '– …'"),
        (
            f'{GOOD}\ncounterpart-outlet = "a"\ncounterpart_outlet = "b"',
            "a key stands twice, with - and with _",
        ),
    ],
)
def test_bad_entry_is_an_error_with_its_number(
    entry: str, message: str, entries_of: WriteList
) -> None:
    with pytest.raises(ConfigError) as raised:
        entries_of(GOOD, entry)
    assert str(raised.value).startswith(f"allow.toml: entry 2: {message}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[[allow]]\nreason = \n", "not valid TOML: "),
        ("[[allow]]\nreason = 'a'\nexpires = 2026-02-30", "not valid TOML: "),
        (f"n = {'9' * 5_000}", "not valid TOML: "),
        (f"a = {'[' * 20_000}", "not valid TOML: "),
        ("\udcff = 1", "not valid TOML: "),
        ("[allow]\nreason = 'a'", "allow must be a list of tables, each beginning with [[allow]]"),
        ("allow = 'all'", "allow must be a list of tables, each beginning with [[allow]]"),
        ("allow = ['all']", "allow must be a list of tables, each beginning with [[allow]]"),
        ("[[alow]]\nreason = 'a'", "unknown key 'alow'; entries begin with [[allow]]"),
    ],
)
def test_bad_file_is_an_error(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "allow.toml"
    path.write_text(content, "utf-8", "surrogateescape")
    with pytest.raises(ConfigError) as raised:
        read_allow_list(path)
    assert str(raised.value).startswith(f"{path}: {message}")


@pytest.mark.parametrize("name", [".", "none.toml", "\0"])
def test_file_that_cannot_be_read_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r": \w"):
        read_allow_list(tmp_path / name)
