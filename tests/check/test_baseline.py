"""Baselines: what stays accepted through other work on the files, what is new, what is refused."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import InputError, __version__
from dedup.check.baseline import (
    Baseline,
    baseline_changes,
    read_baseline,
    split_by_baseline,
    write_baseline,
)
from dedup.check.findings import Finding, Fingerprint, Location, Place

Newsroom = dict[str, list[str]]  # paragraphs by id

SETTINGS = {"threshold": 0.6, "shingle_size": 3, "passages": "paragraph"}

STORM = "The storm took the roof of the ferry hall and half of the quay behind it"
BELL = "Divers have found the bell of the dredger that sank below the lighthouse"
VOTE = "The council will vote on the new bridge before the herring season begins"
OWN = [
    "Nobody in the lower town remembers such a tide",
    "A market stands where the school was",
    "The pilot has retired to an orchard inland",
    "Ledgers of the basin go back two centuries",
]
NEWSROOM: Newsroom = {
    "bay/storm.md": [OWN[0], STORM, BELL],
    "cape/storm.md": [OWN[1], STORM],
    "cape/vote.md": [VOTE, OWN[2]],
    "dock/vote.md": [OWN[3], VOTE, STORM],
}


def digest(*words: str) -> str:
    return blake2b("\0".join(words).encode("utf-8", "replace"), digest_size=8).hexdigest()


def make_finding(
    content: str,
    *locations: tuple[str, str],
    name: str = "duplicate-passage",
    start: int = 0,
) -> Finding:
    """Return a finding by what it is known again; `start` tells findings of equal ones apart."""
    places = [
        Place(id_, None, id_, start, start + 9, 1, 1, 1, 10, "words", True) for id_, _ in locations
    ]
    known = Fingerprint(name, content, tuple(sorted(Location(*each) for each in locations)))
    counterpart = places[1] if len(places) > 1 else None
    return Finding(name, places[0], counterpart, 9, 1.0, "it stands twice", known)


def find_copies(documents: Newsroom) -> list[Finding]:
    """Return each paragraph of which most words stand in a paragraph of an earlier document."""
    findings = []
    whole = {id_: digest(*sorted(paragraphs)) for id_, paragraphs in documents.items()}
    for (earlier, ours), (id_, theirs) in itertools.combinations(documents.items(), 2):
        for here, there in itertools.product(ours, theirs):
            one, other = ({*paragraph.lower().split()} for paragraph in (here, there))
            if len(one & other) > 0.5 * len(one | other):
                content = digest(*sorted([here.lower(), there.lower()]))
                findings.append(make_finding(content, (id_, whole[id_]), (earlier, whole[earlier])))
    return findings


def baseline_of(findings: Sequence[Finding]) -> Baseline:
    return Baseline(tuple(sorted(finding.fingerprint for finding in findings)))


def documents_of(findings: Sequence[Finding]) -> list[tuple[str, str | None]]:
    return [
        (each.place.document_id, each.counterpart and each.counterpart.document_id)
        for each in findings
    ]


def new_after(change: Newsroom, removed: tuple[str, ...] = ()) -> list[tuple[str, str | None]]:
    """Return the documents of what is new once files of the newsroom are changed."""
    changed = {id_: text for id_, text in (NEWSROOM | change).items() if id_ not in removed}
    new, _ = split_by_baseline(find_copies(changed), baseline_of(find_copies(NEWSROOM)))
    return documents_of(new)


# Other work on the files.


def test_newsroom_has_copies() -> None:
    assert [
        ("cape/storm.md", "bay/storm.md"),
        ("dock/vote.md", "bay/storm.md"),
        ("dock/vote.md", "cape/storm.md"),
        ("dock/vote.md", "cape/vote.md"),
    ] == documents_of(find_copies(NEWSROOM))


@pytest.mark.parametrize(
    ("change", "removed"),
    [
        pytest.param({}, (), id="nothing"),
        pytest.param({"eyot/storm.md": NEWSROOM["cape/storm.md"]}, ("cape/storm.md",), id="rename"),
        pytest.param(
            {"cape/storm.md": NEWSROOM["cape/vote.md"], "cape/vote.md": NEWSROOM["cape/storm.md"]},
            (),
            id="two files change names",
        ),
        pytest.param({"cape/storm.md": [STORM, OWN[1]]}, (), id="move of lines"),
        pytest.param({"bay/storm.md": [BELL, OWN[0], STORM]}, (), id="reorder"),
        pytest.param({"cape/storm.md": ["A correction", OWN[1], STORM]}, (), id="unrelated edit"),
        pytest.param({"dock/vote.md": [VOTE, STORM]}, (), id="unrelated deletion"),
        pytest.param({"eyot/new.md": ["An article of its own words"]}, (), id="new file"),
        pytest.param(
            {"eyot/storm.md": NEWSROOM["bay/storm.md"], "cape/storm.md": [STORM, "A correction"]},
            ("bay/storm.md",),
            id="one side renamed, the other edited",
        ),
        pytest.param({"cape/vote.md": [OWN[2]]}, (), id="a copy is deleted"),
        pytest.param({}, ("bay/storm.md",), id="a file is deleted"),
    ],
)
def test_other_work_brings_nothing_new(change: Newsroom, removed: tuple[str, ...]) -> None:
    assert [] == new_after(change, removed)


def test_third_copy_of_an_accepted_pair_is_new() -> None:
    added = {"eyot/vote.md": ["Its own introduction", VOTE]}
    assert [
        ("eyot/vote.md", "cape/vote.md"),
        ("eyot/vote.md", "dock/vote.md"),
    ] == new_after(added)


def test_third_copy_of_a_whole_file_is_new() -> None:
    first = {"a": [STORM], "b": [STORM]}
    new, accepted = split_by_baseline(
        find_copies(first | {"c": [STORM]}), baseline_of(find_copies(first))
    )
    assert [("c", "a"), ("c", "b")] == documents_of(new)
    assert [("b", "a")] == documents_of(accepted)


def test_third_copy_in_one_of_the_documents_is_new() -> None:
    once = find_copies({"a": [STORM], "b": [STORM]})
    twice = find_copies({"a": [STORM], "b": [STORM, STORM]})
    new, accepted = split_by_baseline(twice, baseline_of(once))
    assert (1, 1) == (len(new), len(accepted))


def test_changed_word_in_a_copy_is_new() -> None:
    changed = {"cape/vote.md": [VOTE.replace("bridge", "tunnel"), OWN[2]]}
    assert [("dock/vote.md", "cape/vote.md")] == new_after(changed)


def test_word_changed_in_both_copies_is_new() -> None:
    tunnel = VOTE.replace("bridge", "tunnel")
    changed = {"cape/vote.md": [tunnel, OWN[2]], "dock/vote.md": [OWN[3], tunnel, STORM]}
    assert [("dock/vote.md", "cape/vote.md")] == new_after(changed)


def test_file_renamed_and_edited_at_once_is_new() -> None:
    changed = {"eyot/vote.md": [VOTE, "Another end"]}
    assert [("eyot/vote.md", "dock/vote.md")] == new_after(changed, removed=("cape/vote.md",))


def test_same_words_between_other_documents_are_new() -> None:
    moved = {"cape/vote.md": [OWN[2]], "eyot/vote.md": ["Its own introduction", VOTE]}
    assert [("eyot/vote.md", "dock/vote.md")] == new_after(moved)


def test_other_finding_about_the_same_words_is_new() -> None:
    old = make_finding("c", ("a", "x"), ("b", "y"))
    new = make_finding("c", ("a", "x"), ("b", "y"), name="uncredited-reuse")
    assert ([new], [old]) == split_by_baseline([new, old], baseline_of([old]))


# Which finding a record accepts.


def test_record_accepts_one_finding() -> None:
    findings = [make_finding("c", ("a", "x"), ("b", "y"), start=start) for start in (40, 0, 20)]
    new, accepted = split_by_baseline(findings, baseline_of(findings[:1]))
    assert ([40, 20], [0]) == (
        [each.place.start for each in new], [each.place.start for each in accepted],
    )  # fmt: skip


def test_equal_records_accept_one_finding_each() -> None:
    findings = [make_finding("c", ("a", "x"), start=start) for start in (0, 20, 40)]
    new, accepted = split_by_baseline(findings, baseline_of(findings[:2]))
    assert ([findings[2]], findings[:2]) == (new, accepted)


@pytest.mark.parametrize(
    ("closer", "farther"),
    [
        pytest.param(("a", "x"), ("a", "0"), id="both before id"),
        pytest.param(("a", "x"), ("0", "x"), id="both before digest"),
        pytest.param(("a", "z"), ("0", "x"), id="id before digest"),
    ],
)
def test_closer_finding_is_accepted(closer: tuple[str, str], farther: tuple[str, str]) -> None:
    baseline = baseline_of([make_finding("c", ("a", "x"))])
    findings = [make_finding("c", farther), make_finding("c", closer)]
    for order in (findings, findings[::-1]):
        assert ([findings[0]], [findings[1]]) == split_by_baseline(order, baseline)


def test_record_is_handed_on_where_a_finding_has_another() -> None:
    # By id the first finding could take either record, but the second has one only.
    records = [make_finding("c", ("a", "1"), ("b", "2")), make_finding("c", ("a", "1"), ("d", "3"))]
    findings = [
        make_finding("c", ("a", "9"), ("b", "3")),
        make_finding("c", ("a", "1"), ("e", "2")),
    ]
    for order in itertools.permutations(findings):
        assert ([], [*order]) == split_by_baseline(order, baseline_of(records))


def test_one_document_matches_one_location() -> None:
    pair = baseline_of([make_finding("c", ("a", "x"), ("b", "x"))])
    for other in ([("a", "x")], [("a", "x"), ("c", "y")], [("a", "x"), ("b", "x"), ("c", "x")]):
        finding = make_finding("c", *other)
        assert ([finding], []) == split_by_baseline([finding], pair)


def test_many_documents_moved_to_another_directory_stay_accepted() -> None:
    def with_footer(directory: str, version: str) -> list[Finding]:
        return [
            make_finding("c", ("hub", version), (f"{directory}/{number}", str(number % 50)))
            for number in range(2_000)
        ]

    accepted = baseline_of(with_footer("old", "1"))
    assert [] == split_by_baseline(with_footer("new", "1"), accepted)[0]
    assert [] == split_by_baseline(with_footer("old", "2"), accepted)[0]
    assert 2_000 == len(split_by_baseline(with_footer("new", "1"), Baseline())[0])


# Whatever the findings: few ids, digests and contents, so that they compete.

locations = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), min_size=1, max_size=2
)
many = st.lists(
    st.builds(
        lambda content, at, start: make_finding(content, *at, start=start),
        st.sampled_from("mn"), locations, st.integers(0, 3),
    ),
    max_size=7,
)  # fmt: skip


def is_accepted(finding: Finding, record: Fingerprint) -> bool:
    known = finding.fingerprint
    return (known.finding, known.content) == (record.finding, record.content) and any(
        len(known.locations) == len(record.locations)
        and all(
            ours.document_id == theirs.document_id or ours.digest == theirs.digest
            for ours, theirs in zip(known.locations, order, strict=True)
        )
        for order in itertools.permutations(record.locations)
    )


def most_accepted(findings: Sequence[Finding], records: Sequence[Fingerprint]) -> int:
    """Return how many findings can be accepted at most, by trying everything."""
    if not findings:
        return 0
    first, *others = findings
    return max(
        most_accepted(others, records),
        *(
            1 + most_accepted(others, [*records[:number], *records[number + 1 :]])
            for number, record in enumerate(records)
            if is_accepted(first, record)
        ),
        0,
    )


@given(many, many)
def test_as_many_findings_are_accepted_as_can_be(now: list[Finding], before: list[Finding]) -> None:
    baseline = baseline_of(before)
    new, accepted = split_by_baseline(now, baseline)
    assert most_accepted(now, baseline.records) == len(accepted)
    assert Counter(now) == Counter(new) + Counter(accepted)


@pytest.mark.parametrize("seed", range(20))
def test_as_many_are_accepted_where_all_compete(seed: int) -> None:
    rng = random.Random(seed)

    def pairs(count: int) -> list[Finding]:
        return [
            make_finding("c", *((rng.choice("abc"), rng.choice("xyz")) for _ in range(2)))
            for _ in range(count)
        ]

    for _ in range(20):
        now, baseline = pairs(6), baseline_of(pairs(4))
        assert most_accepted(now, baseline.records) == len(split_by_baseline(now, baseline)[1])


@given(many, many, st.randoms(use_true_random=False))
def test_order_of_findings_does_not_matter(
    now: list[Finding], before: list[Finding], rng: random.Random
) -> None:
    new, accepted = split_by_baseline(now, baseline_of(before))
    shuffled = rng.sample(now, len(now))
    records = Baseline(tuple(each.fingerprint for each in rng.sample(before, len(before))))
    other_new, other_accepted = split_by_baseline(shuffled, records)
    assert (Counter(new), Counter(accepted)) == (Counter(other_new), Counter(other_accepted))
    assert [each for each in shuffled if each in other_new] == [
        each for each in shuffled if each in new
    ]


@given(many, many)
def test_exact_records_are_used_first(now: list[Finding], before: list[Finding]) -> None:
    _, accepted = split_by_baseline(now, baseline_of(before))
    ours, theirs = (Counter(each.fingerprint for each in findings) for findings in (now, before))
    assert (ours & theirs) <= Counter(each.fingerprint for each in accepted)


@given(many, st.permutations("abcd"), st.sets(st.sampled_from("abcd")))
def test_renames_and_edits_bring_nothing_new(
    before: list[Finding], names: Sequence[str], edited: set[str]
) -> None:
    renamed = dict(zip("abcd", names, strict=True))

    def later(location: Location) -> Location:
        if location.document_id in edited:  # under its old name
            return replace(location, digest=f"{location.digest}, edited")
        return replace(location, document_id=renamed[location.document_id])

    now = [
        replace(each, fingerprint=replace(
            each.fingerprint, locations=tuple(sorted(map(later, each.fingerprint.locations)))
        ))
        for each in before
    ]  # fmt: skip
    assert ([], now) == split_by_baseline(now, baseline_of(before))


# What an update changes.


def test_changes_are_what_was_added_and_removed() -> None:
    old, kept, added = (make_finding(content, ("a", "x"), ("b", "y")) for content in "okn")
    changes = baseline_changes(baseline_of([old, kept]), [added, kept])
    assert ([added], [old.fingerprint], 1) == (changes.added, changes.removed, changes.n_kept)


def test_first_baseline_adds_everything() -> None:
    findings = find_copies(NEWSROOM)
    changes = baseline_changes(Baseline(), findings)
    assert (findings, [], 0) == (changes.added, changes.removed, changes.n_kept)


def test_removed_records_do_not_depend_on_the_order_of_lines() -> None:
    records = [make_finding("c", ("a", digest)).fingerprint for digest in "yz"]
    finding = make_finding("c", ("a", "edited"))
    for order in (records, records[::-1]):
        assert records[1:] == baseline_changes(Baseline(tuple(order)), [finding]).removed


def test_one_of_two_equal_records_is_removed() -> None:
    finding = make_finding("c", ("a", "x"))
    changes = baseline_changes(baseline_of([finding, finding]), [finding])
    assert ([], [finding.fingerprint], 1) == (changes.added, changes.removed, changes.n_kept)


# The file.


def test_file_has_a_header_and_a_sorted_record_a_line(tmp_path: Path) -> None:
    path = tmp_path / "baseline.jsonl"
    findings = [
        make_finding("9c", ("b.md", "02"), ("a.md", "01")),
        make_finding("1f", ("é.md", "03"), name="repeated-passage"),
        make_finding("2d", ("b.md", "02"), ("a.md", "01")),
    ]
    write_baseline(path, findings, SETTINGS)
    assert (
        '{"format": "dedup-baseline", "version": 1, "dedup": "' + __version__ + '", "settings":'
        ' {"passages": "paragraph", "shingle_size": 3, "threshold": 0.6}}\n'
        '{"finding": "duplicate-passage", "content": "2d",'
        ' "locations": [["a.md", "01"], ["b.md", "02"]]}\n'
        '{"finding": "duplicate-passage", "content": "9c",'
        ' "locations": [["a.md", "01"], ["b.md", "02"]]}\n'
        '{"finding": "repeated-passage", "content": "1f", "locations": [["\\u00e9.md", "03"]]}\n'
    ) == path.read_text("ascii")


def test_same_findings_in_any_order_give_the_same_bytes(tmp_path: Path) -> None:
    findings = find_copies(NEWSROOM)
    one, other = tmp_path / "one.jsonl", tmp_path / "other.jsonl"
    write_baseline(one, findings, SETTINGS)
    write_baseline(other, findings[::-1], dict(reversed(SETTINGS.items())))
    assert one.read_bytes() == other.read_bytes()


HOSTILE = "\x1b[2J \x00\r\n]]>::%0A‮\u2028\ud800" + "x" * 100_000


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "baseline.jsonl"
    findings = [*find_copies(NEWSROOM), make_finding("c", (HOSTILE, "x"))] * 2
    settings = {"threshold": 1, "allow": ("b", "a"), "kinds": {"z", "y"}, "of": {HOSTILE: None},
                "at": Path("lists/outlets.tsv")}  # fmt: skip
    write_baseline(path, findings, settings)
    assert len(findings) + 1 == len(path.read_bytes().splitlines())
    baseline = read_baseline(path, settings)
    assert baseline_of(findings) == replace(baseline, settings={})
    assert ([], findings) == split_by_baseline(findings, baseline)
    assert baseline == read_baseline(path, {**settings, "threshold": 1.0})


def test_line_ends_and_marks_of_an_editor_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "baseline.jsonl"
    write_baseline(path, find_copies(NEWSROOM), SETTINGS)
    expected = read_baseline(path, SETTINGS)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n")
    assert expected == read_baseline(path, SETTINGS)


def test_writing_replaces_the_file_that_a_link_leads_to(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    link, path = tmp_path / "baseline.jsonl", tmp_path / "shared" / "accepted.jsonl"
    path.write_text("old")
    link.symlink_to(path)
    write_baseline(link, [], SETTINGS)
    assert link.is_symlink()
    assert Baseline((), SETTINGS) == read_baseline(path, SETTINGS)
    assert [path] == [*path.parent.iterdir()]


def test_failed_write_leaves_the_old_baseline_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "baseline.jsonl"
    path.write_text("old")

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dedup.check.baseline.os.fsync", fail)
    with pytest.raises(InputError) as raised:
        write_baseline(path, find_copies(NEWSROOM), SETTINGS)
    assert f"{path}: cannot be written: No space left on device" == str(raised.value)
    assert "old" == path.read_text()
    assert [path] == [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["none/baseline.jsonl", "file/baseline.jsonl", ".", "\0"])
def test_place_that_cannot_be_written_is_an_error(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r": cannot be written: \w"):
        write_baseline(tmp_path / name, [], SETTINGS)
    assert [tmp_path / "file"] == [*tmp_path.iterdir()]


# What is refused.


def test_missing_baseline_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no such baseline; --update-baseline writes one$"):
        read_baseline(tmp_path / "baseline.jsonl", SETTINGS)


@pytest.mark.parametrize("name", [".", "\0"])
def test_baseline_that_cannot_be_read_is_an_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r": cannot be read: \w"):
        read_baseline(tmp_path / name, SETTINGS)


@pytest.mark.parametrize(
    ("now", "message"),
    [
        ({"threshold": 0.8}, "threshold is 0.6 there and 0.8 here"),
        ({"passages": "line"}, "passages is 'paragraph' there and 'line' here"),
        ({"seed": 1}, "seed is not set there and 1 here"),
        ({"policy": {"min_words": 5}}, "policy.min_words is not set there and 5 here"),
        (
            {"threshold": 0.8, "shingle_size": 5},
            "shingle_size is 3 there and 5 here; threshold is 0.6 there and 0.8 here",
        ),
    ],
)
def test_other_settings_are_an_error(now: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.jsonl"
    write_baseline(path, find_copies(NEWSROOM), SETTINGS)
    with pytest.raises(InputError) as raised:
        read_baseline(path, SETTINGS | now)
    assert (
        f"{path}:1: made with other settings: {message}; check with those, or accept what is found"
        " now with --update-baseline"
    ) == str(raised.value)
    assert SETTINGS == read_baseline(path, None).settings


HEADER: dict[str, Any] = {"format": "dedup-baseline", "version": 1, "settings": SETTINGS}
RECORD: dict[str, Any] = {"finding": "duplicate-passage", "content": "1f", "locations": []}


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("", 'not a baseline: a first line with "format": "dedup-baseline" is missing'),
        ("<<<<<<< ours", "not a baseline: "),
        ("[1]", "not a baseline: "),
        ("{}", "not a baseline: "),
        ("\x00\ud800", "not a baseline: "),
        ("[" * 100_000, "not a baseline: "),
        (HEADER | {"format": "dedup-report"}, "not a baseline: "),
        (HEADER | {"version": 2}, "version must be 1, got 2; use the dedup that wrote it, or "),
        (HEADER | {"version": True}, "version must be 1, got True"),
        (HEADER | {"version": "1" * 1_000}, "version must be 1, got '1111"),
        (HEADER | {"settings": None}, "settings must be an object, got None"),
    ],
)
def test_foreign_file_is_an_error(
    header: str | Mapping[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.jsonl"
    text = header if isinstance(header, str) else json.dumps(header)
    path.write_bytes(f"{text}\n".encode("utf-8", "surrogatepass"))
    for settings in (SETTINGS, None):
        with pytest.raises(InputError) as raised:
            read_baseline(path, settings)
        assert (str(path), 1) == (raised.value.path, raised.value.line)
        assert raised.value.message.startswith(message)
        assert len(raised.value.message) < 250


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("<<<<<<< ours", "not valid JSON: Expecting value; resolve what a merge has left, or "),
        ('{"finding": "duplicate-passage", "cont', "not valid JSON: Unterminated string "),
        ('"\udcff"', "not valid JSON: not UTF-8; "),
        ("[" * 100_000, "not valid JSON: nested too deeply; "),
        ("1" * 5_000, "not valid JSON: "),
        ("NaN", "a record must be an object with finding, content, locations, got nan; "),
        ({"finding": "duplicate-passage"}, "a record must be an object with finding, content, "),
        (RECORD | {"reason": "old"}, "a record must be an object with finding, content, "),
        (RECORD | {"content": 31}, "finding and content must be strings, got {"),
        (RECORD | {"locations": {"a": "x"}}, "locations must be a list of pairs of strings: "),
        (RECORD | {"locations": ["ax"]}, "locations must be a list of pairs of strings: "),
        (RECORD | {"locations": [["a", "x", "y"]]}, "locations must be a list of pairs of "),
        (RECORD | {"locations": [["a", None]]}, "locations must be a list of pairs of strings: "),
    ],
)  # fmt: skip
def test_malformed_line_is_an_error_that_names_it(
    record: str | Mapping[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "baseline.jsonl"
    text = record if isinstance(record, str) else json.dumps(record)
    lines = [json.dumps(HEADER), json.dumps(RECORD), "", text, json.dumps(RECORD)]
    path.write_text("\n".join(lines), "utf-8", "surrogateescape")
    with pytest.raises(InputError) as raised:
        read_baseline(path, SETTINGS)
    assert (str(path), 4) == (raised.value.path, raised.value.line)
    assert raised.value.message.startswith(message)
    assert raised.value.message.endswith("delete it and run with --update-baseline")
    assert len(raised.value.message) < 350
