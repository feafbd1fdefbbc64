"""Cleaning: what is chosen for removal re-verifies, texts lose nothing else, files are whole."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import jaccard_of, passage_texts, reported_pairs, shingle_set, tokens_of
from random_corpora import Record, in_other_order, random_records, random_sentence

import dedup.clean as clean
from dedup import Analysis, ConfigError, Corpus, CorpusSettings, InputError, analyze, read_corpus
from dedup.clean import (
    CleanSettings,
    Removals,
    Written,
    check_places,
    choose_removals,
    clean_corpus,
    write_clean,
)
from dedup.clean.documents import LEAST_SHARE
from dedup.clean.forms import record_line, with_front_matter
from dedup.clean.log import log_lines
from dedup.clean.texts import cut_spans
from dedup.duplicates import KINDS
from dedup.text import kernel

LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LATER = LEAD.replace("Monday", "Tuesday")
OTHER = "A heron has nested on the roof of the savings bank for the second spring in a row."
THIRD = "The lantern fund paid for eleven lamps on the quay, and the last was lit on Friday night."

RULES = [("earliest",), ("longest",), ("preferred-outlet=Heron",),
         ("preferred-outlet=Tern", "preferred-outlet=Gull", "longest"), ("none",)]  # fmt: skip


def analyze_records(*records: dict[str, Any]) -> Analysis:
    return analyze(Corpus.from_records(records), only="duplicates")


def removed_ids(analysis: Analysis, removals: Removals) -> list[tuple[str, str]]:
    """Return the document of each removal, and the document that it duplicates."""
    ids = analysis.corpus.documents["document_id"].to_pylist()
    numbers = np.stack([removals.removed, removals.duplicated])
    if removals.settings.level == "passage":
        numbers = analysis.passage_arrays.documents[numbers]
    return [(ids[one], ids[other]) for one, other in numbers.T.tolist()]


def log_rows(analysis: Analysis, removals: Removals) -> list[dict[str, Any]]:
    return [json.loads(line) for line in b"".join(log_lines(analysis, removals)).splitlines()]


def documents_of(corpus: Corpus) -> list[dict[str, Any]]:
    """Return what a corpus says of its documents, but for the files, by id."""
    rows = corpus.documents.drop_columns(["path", "line", "body_start"]).to_pylist()
    return sorted(rows, key=lambda row: str(row["document_id"]))


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return analyze(Corpus.from_records(random_records(21, 300)), only="duplicates")


# Settings.


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"level": "line"}, "level must be one of document, passage, got 'line'"),
        ({"keep": ("latest",)}, "keep must be earliest, longest, none or preferred-outlet=ID"),
        ({"keep": ("preferred-outlet=",)}, "got 'preferred-outlet='"),
        ({"keep": "longest"}, "keep must be one rule or several in a tuple, got 'longest'"),
        ({"keep": ()}, "keep must be one rule or several"),
        ({"keep": ("none", "longest")}, "keep must be none alone or other rules"),
        ({"keep": ("earliest", "longest")}, "keep must have earliest last"),
    ],
    ids=str,
)
def test_settings_that_say_nothing_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        CleanSettings(**values)


def test_analysis_without_duplicates_is_refused() -> None:
    reuse = analyze(Corpus.from_records([{"text": LEAD}]), only="reuse")
    with pytest.raises(ValueError, match="duplicates were not analysed"):
        choose_removals(reuse)


def test_module_knows_no_other_name() -> None:
    assert [] == [name for name in clean.__all__ if not hasattr(clean, name)]
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        clean.nonsense  # noqa: B018


# Which copy stays.

COPIES = [
    {"id": "a", "outlet": "Gull", "published": "2026-03-03", "text": LEAD},
    {"id": "b", "outlet": "Tern", "published": "2026-03-01", "text": LATER},
    {"id": "c", "outlet": "Heron", "published": "2026-03-02", "text": f"Again: {LEAD}"},
]


@pytest.mark.parametrize("level", ["passage", "document"])
@pytest.mark.parametrize(
    ("keep", "kept"),
    [
        (["earliest"], "b"),
        (["longest"], "c"),
        (["preferred-outlet=Gull"], "a"),
        (["preferred-outlet=gull"], "a"),
        (["preferred-outlet=Puffin", "preferred-outlet=Heron"], "c"),
        (["preferred-outlet=Puffin", "longest"], "c"),
        (["preferred-outlet=Puffin"], "b"),
    ],
    ids=str,
)
def test_rule_decides_which_copy_stays(level: Any, keep: list[str], kept: str) -> None:
    analysis = analyze_records(*COPIES)
    removals = choose_removals(analysis, CleanSettings(level, tuple(keep)))
    assert {kept: "abc".replace(kept, "")} == {
        kept: "".join(sorted(one for one, _ in removed_ids(analysis, removals)))
    }
    assert {kept} == {other for _, other in removed_ids(analysis, removals)}
    assert [KINDS.index("syndicated")] * 2 == removals.kinds.tolist()


@pytest.mark.parametrize("level", ["passage", "document"])
def test_none_removes_every_copy(level: Any) -> None:
    analysis = analyze_records(*COPIES, {"id": "d", "text": OTHER})
    removals = choose_removals(analysis, CleanSettings(level, ("none",)))
    assert ["a", "b", "c"] == sorted(one for one, _ in removed_ids(analysis, removals))
    assert [] == [one for one, other in removed_ids(analysis, removals) if one == other]
    assert ["d"] == [document.document_id for document in clean_corpus(analysis, removals)]


def test_outlet_is_preferred_by_any_name_that_the_gazetteer_knows() -> None:
    records = [{"id": "a", "text": LEAD}, {"id": "b", "outlet": "Associated Press", "text": LEAD}]
    for name in ("ap", "AP", "the Associated Press", "apnews.com"):
        analysis = analyze_records(*records)
        removals = choose_removals(analysis, CleanSettings(keep=(f"preferred-outlet={name}",)))
        assert ([("a", "b")], ()) == (removed_ids(analysis, removals), removals.notes)


def test_preferred_outlet_without_a_document_is_noted() -> None:
    removals = choose_removals(
        analyze_records(*COPIES), CleanSettings(keep=("preferred-outlet=Gul",))
    )
    assert ("no document is of the outlet 'Gul', which is preferred",) == removals.notes


def chain() -> list[Record]:
    """Three texts of which the middle one duplicates both others, which are no duplicates."""
    words = [f"word{number}" for number in range(30)]
    middle = [*words[:7], "lantern", *words[8:14], "ferry", *words[15:]]
    last = [*middle[:20], "quota", *middle[21:26], "mayor", *middle[27:]]
    return [{"id": id, "text": " ".join(text)}
            for id, text in (("a", words), ("b", middle), ("c", last))]  # fmt: skip


def test_nothing_is_removed_for_what_is_itself_removed() -> None:
    analysis = analyze_records(*chain())
    assert {(0, 1), (1, 2)} == reported_pairs(analysis).keys()
    for keep, expected in (
        (("earliest",), [("b", "a")]),
        (("longest",), [("b", "a")]),
        (("none",), [("a", "b"), ("b", "a"), ("c", "b")]),
    ):
        removals = choose_removals(analysis, CleanSettings(keep=keep))
        assert expected == removed_ids(analysis, removals)


def test_middle_of_a_chain_stays_for_both_ends_if_it_is_preferred() -> None:
    first, middle, last = chain()
    analysis = analyze_records(first, middle | {"outlet": "Gull"}, last)
    removals = choose_removals(analysis, CleanSettings(keep=("preferred-outlet=Gull",)))
    assert [("a", "b"), ("c", "b")] == removed_ids(analysis, removals)
    expected = reported_pairs(analysis)
    assert [expected[0, 1], expected[1, 2]] == [round(x, 6) for x in removals.similarity.tolist()]


def greedy_oracle(analysis: Analysis, keep: tuple[str, ...]) -> dict[int, set[int]]:
    """Return the removed passages, each with those that stay and that it duplicates."""
    rows = analysis.table("passages").to_pylist()
    texts = passage_texts(analysis)
    firsts: dict[tuple[str, ...], int] = {}
    first_of = [firsts.setdefault(tokens_of(text), p) for p, text in enumerate(texts)]
    edges = reported_pairs(analysis).keys()

    def are_duplicates(one: int, other: int) -> bool:
        a, b = sorted((first_of[one], first_of[other]))
        return a == b or (a, b) in edges

    passages = [*range(len(rows))]
    if keep == ("none",):
        found = {p: {q for q in passages if q != p and are_duplicates(p, q)} for p in passages}
        return {p: others for p, others in found.items() if others}
    for rule in reversed(keep):
        if rule == "longest":
            passages.sort(key=lambda p: -rows[p]["n_words"])
        elif rule != "earliest":
            outlet = rule.partition("=")[2]
            passages.sort(key=lambda p: rows[p]["outlet"] != outlet)
    kept: list[int] = []
    removed: dict[int, set[int]] = {}
    for passage in passages:
        if others := {other for other in kept if are_duplicates(passage, other)}:
            removed[passage] = others
        else:
            kept.append(passage)
    return removed


@pytest.mark.parametrize("keep", RULES, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_passages_are_removed_as_one_would_by_hand(keep: tuple[str, ...], seed: int) -> None:
    analysis = analyze(Corpus.from_records(random_records(seed, 120)), only="duplicates")
    expected = greedy_oracle(analysis, keep)
    removals = choose_removals(analysis, CleanSettings(keep=keep))
    assert len(expected) > 20
    assert sorted(expected) == removals.removed.tolist()
    for passage, other in zip(removals.removed, removals.duplicated, strict=True):
        assert other in expected[passage]


def document_oracle(analysis: Analysis, keep: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """Return the removed documents, each with those that hold it and the share of its words."""
    rows = analysis.table("passages").to_pylist()
    edges = reported_pairs(analysis).keys()
    firsts: dict[tuple[str, ...], int] = {}
    first_of = [firsts.setdefault(tokens_of(row["text"]), p) for p, row in enumerate(rows)]
    members: dict[str, list[int]] = {}
    for passage, row in enumerate(rows):
        members.setdefault(row["document_id"], []).append(passage)

    def are_duplicates(one: int, other: int) -> bool:
        a, b = sorted((first_of[one], first_of[other]))
        return a == b or (a, b) in edges

    def share(one: str, other: str) -> float:
        n_shared = sum(rows[p]["n_words"] for p in members[one]
                       if any(are_duplicates(p, q) for q in members[other]))  # fmt: skip
        return float(n_shared / n_words[one])

    n_words = {one: sum(rows[p]["n_words"] for p in of) for one, of in members.items()}
    order = list(members)
    for rule in reversed(keep):
        if rule == "longest":
            order.sort(key=lambda one: -n_words[one])
        elif rule.startswith("preferred"):
            outlet = rule.partition("=")[2]
            order.sort(key=lambda one: rows[members[one][0]]["outlet"] != outlet)
    kept = order[:] if keep == ("none",) else []
    removed = {}
    for one in order:
        shares = {other: share(one, other) for other in kept if other != one}
        if held := {other: s for other, s in shares.items() if s >= LEAST_SHARE}:
            removed[one] = held
        elif keep != ("none",):
            kept.append(one)
    return removed


def records_of_copied_documents(seed: int) -> list[Record]:
    """Return documents that have most, some or little of others."""
    rng = random.Random(seed)
    furniture = random_sentence(rng, 9)
    documents: list[list[str]] = []
    for _ in range(60):
        own = [random_sentence(rng, rng.randint(5, 30)) for _ in range(rng.randint(0, 3))]
        taken = rng.choice(documents)[: rng.randint(1, 6)] if documents else []
        paragraphs = [*taken, *own, *[furniture] * rng.randint(0, 1)]
        rng.shuffle(paragraphs)
        documents.append(paragraphs)
    return [
        {
            "id": f"document-{number:03d}", "text": "\n\n".join(paragraphs),
            "outlet": rng.choice(["Gull", "Tern", "Heron"]),
            "published": f"2026-03-{rng.randint(1, 28):02d}",
        }
        for number, paragraphs in enumerate(documents)
    ]  # fmt: skip


@pytest.mark.parametrize("keep", RULES, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_documents_are_removed_as_one_would_by_hand(keep: tuple[str, ...], seed: int) -> None:
    analysis = analyze_records(*records_of_copied_documents(seed))
    expected = document_oracle(analysis, keep)
    removals = choose_removals(analysis, CleanSettings("document", keep))
    found = dict(removed_ids(analysis, removals))
    assert len(expected) > 5
    assert sorted(expected) == sorted(found)
    for (one, other), share in zip(found.items(), removals.similarity.tolist(), strict=True):
        assert max(expected[one].values()) == expected[one][other] == share


def test_document_goes_if_one_document_has_four_fifths_of_its_words() -> None:
    paragraphs = [random_sentence(random.Random(n), 10) for n in range(6)]
    whole = {"id": "a", "published": "2026-03-01", "text": "\n\n".join(paragraphs[:4])}
    for n_own, expected in ((1, ["b"]), (2, [])):
        copy = {"id": "b", "text": "\n\n".join(paragraphs[: 4 + n_own])}
        analysis = analyze_records(whole, copy)
        removals = choose_removals(analysis, CleanSettings("document"))
        assert expected == [one for one, _ in removed_ids(analysis, removals)]


def test_document_whose_words_stand_in_two_others_stays() -> None:
    paragraphs = [random_sentence(random.Random(n), 10) for n in range(4)]
    analysis = analyze_records(
        {"id": "a", "text": "\n\n".join(paragraphs[:2])},
        {"id": "b", "text": "\n\n".join(paragraphs[2:])},
        {"id": "c", "text": "\n\n".join(paragraphs)},
    )
    assert 0 == len(choose_removals(analysis, CleanSettings("document")))
    longest = choose_removals(analysis, CleanSettings("document", ("longest",)))
    assert [("a", "c"), ("b", "c")] == removed_ids(analysis, longest)


def test_kind_of_a_duplicate_document_is_that_of_the_two_documents() -> None:
    long = "\n\n".join([LEAD, OTHER, THIRD, *(random_sentence(random.Random(n), 30) for n in "xy")])
    records = [
        {"id": "a", "outlet": "Gull", "text": long},
        {"id": "b", "outlet": "Gull", "text": f"{long}\n\nMore to follow."},
        {"id": "c", "outlet": "Tern", "text": long},
        {"id": "d", "text": long},
        {"id": "e", "outlet": "Gull", "text": LEAD},
    ]
    analysis = analyze_records(*records)
    kinds = [KINDS[k] for k in choose_removals(analysis, CleanSettings("document")).kinds]
    assert ["update", "syndicated", "syndicated", "recycled"] == kinds


def test_documents_without_words_are_no_duplicates() -> None:
    records = [{"id": "a", "text": ""}, {"id": "b", "text": ""}, {"id": "c", "text": LEAD}]
    analysis = analyze_records(*records)
    for level in ("passage", "document"):
        for keep in ("earliest", "none"):
            assert 0 == len(choose_removals(analysis, CleanSettings(level, (keep,))))


@pytest.mark.parametrize("level", ["passage", "document"])
@pytest.mark.parametrize("keep", RULES, ids=str)
def test_order_of_documents_changes_no_removal(level: Any, keep: tuple[str, ...]) -> None:
    corpus = Corpus.from_records(records_of_copied_documents(9))
    expected = analyze(corpus, only="duplicates")
    rows = log_rows(expected, choose_removals(expected, CleanSettings(level, keep)))
    assert rows
    for seed in range(3):
        shuffled = in_other_order(corpus, seed=seed, rows_at_once=1 + 5 * seed)
        found = analyze(shuffled, only="duplicates", jobs=1 + seed)
        assert rows == log_rows(found, choose_removals(found, CleanSettings(level, keep)))


def test_compiled_and_interpreted_code_choose_the_same_documents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    analysis = analyze_records(*records_of_copied_documents(5))
    found = []
    for worth_compiling in (0, 10**18):
        monkeypatch.setattr(kernel, "WORTH_COMPILING", worth_compiling)
        for keep in RULES:
            removals = choose_removals(analysis, CleanSettings("document", keep))
            found.append([removals.removed.tolist(), removals.duplicated.tolist(),
                          removals.similarity.tolist()])  # fmt: skip
    assert found[: len(RULES)] == found[len(RULES) :]


# Texts without passages.


@pytest.mark.parametrize(
    ("text", "removed", "expected"),
    [
        ("A.\n\nB.\n\nC.", "B.", "A.\n\nC."),
        ("A.\n\nB.\n\nC.", "A.", "B.\n\nC."),
        ("A.\n\nB.\n\nC.", "C.", "A.\n\nB."),
        ("A.\n\nB.\n\nC.\n\n", "C.", "A.\n\nB.\n\n"),
        ("A.\n\nB.\n\nC.\n", "B. C.", "A.\n"),
        ("A.\nB.\nC.\n", "B.", "A.\nC.\n"),
        ("A.\r\n\r\nB.\r\n\r\nC.\r\n", "B.", "A.\r\n\r\nC.\r\n"),
        ("A.\rB.\rC.", "A.", "B.\rC."),
        ("A.\u2029B.\u2029C.", "B.", "A.\u2029C."),
        ("A.\n\n   B.\n\n   C.", "B.", "A.\n\n   C."),
        ("A.\n\n      B.\n\nC.", "B.", "A.\n\nC."),
        ("A.\n\n* * *\n\nB.\n\nC.", "B.", "A.\n\n* * *\n\nC."),
        ("A.\n\nB.\n\n* * *\n", "B.", "A.\n\n* * *\n"),
        ("A. \n \n \t\nB. \n \nC.", "B.", "A. \n \n \t\nC."),
        ("A.\n\nB.\n\nC.", "", "A.\n\nB.\n\nC."),
    ],
)
def test_what_is_left_of_a_text_stays_separated_as_it_was(
    text: str, removed: str, expected: str
) -> None:
    spans = [(text.index(word), text.index(word) + len(word)) for word in removed.split()]
    assert expected == cut_spans(text, spans)


@given(st.data())
def test_cut_text_holds_the_passages_that_stay_and_loses_nothing_else(data: st.DataObject) -> None:
    names = [f"word{number} stays." for number in range(data.draw(st.integers(1, 6)))]
    gap = st.sampled_from(["\n\n", "\r\n\r\n", "\n \n", "\n\n\n  ", "\n\n***\n\n", "\n\t\n\u3000"])
    head, tail = data.draw(st.sampled_from(["", "\n", "  "])), data.draw(gap | st.just(""))
    text, spans = head, []
    for number, name in enumerate(names):
        text += data.draw(gap) if number else ""
        spans.append((len(text), len(text) + len(name)))
        text += name
    text += tail
    removed = data.draw(st.sets(st.sampled_from(range(len(names))), max_size=len(names) - 1))
    cut = cut_spans(text, [spans[number] for number in sorted(removed)])
    left = [name for number, name in enumerate(names) if number not in removed]
    assert left == [line.strip() for line in cut.splitlines() if "word" in line]
    assert text.count("***") == cut.count("***")
    corpus = Corpus.from_records([{"text": cut}])
    paragraphs = passage_texts(analyze(corpus, only="duplicates"))
    assert left == [paragraph for paragraph in paragraphs if "word" in paragraph]


def test_megabyte_of_white_space_takes_no_time_worth_noting() -> None:
    text = f"{LEAD}\n\n{LATER}" + " " * 1_000_000 + "\n\n" + OTHER
    start = len(LEAD) + 2
    assert f"{LEAD}\n\n{OTHER}" == cut_spans(text, [(start, start + len(LATER))])


def test_clean_corpus_has_no_duplicates_and_everything_else(analysis: Analysis) -> None:
    removals = choose_removals(analysis)
    cleaned = clean_corpus(analysis, removals)
    texts = [text for p, text in enumerate(passage_texts(analysis)) if p not in removals.removed]
    again = analyze(cleaned, only="duplicates")
    assert sorted(texts) == sorted(passage_texts(again))
    assert {} == reported_pairs(again)
    assert 0 == len(choose_removals(again))
    gone = analysis.corpus.documents["document_id"].take(removals.gone).to_pylist()
    before = {document.document_id: document for document in analysis.corpus}
    after = {document.document_id: document for document in cleaned}
    assert len(gone) > 3
    assert before.keys() - {*gone} == after.keys()
    assert [] == [id for id, found in after.items() if replace(before[id], text="") !=
                  replace(found, text="")]  # fmt: skip


@pytest.mark.parametrize("keep", RULES, ids=str)
@pytest.mark.parametrize("level", ["passage", "document"])
def test_second_cleaning_removes_nothing(level: Any, keep: tuple[str, ...]) -> None:
    rules = CleanSettings(level, keep)
    for records in (random_records(4, 150), records_of_copied_documents(6)):
        first = analyze_records(*records)
        cleaned = clean_corpus(first, choose_removals(first, rules))
        assert 0 == len(choose_removals(analyze(cleaned, only="duplicates"), rules))


def test_corpus_of_copies_alone_is_left_empty_by_none() -> None:
    analysis = analyze_records(*COPIES)
    assert 0 == len(
        clean_corpus(analysis, choose_removals(analysis, CleanSettings(keep=("none",))))
    )


def test_repeated_passage_of_one_document_stays_once() -> None:
    analysis = analyze_records({"id": "a", "text": f"{LEAD}\n\n{OTHER}\n\n{LEAD}\n"})
    removals = choose_removals(analysis)
    assert [KINDS.index("repeat")] == removals.kinds.tolist()
    assert [f"{LEAD}\n\n{OTHER}\n"] == [d.text for d in clean_corpus(analysis, removals)]


# The log.


@pytest.mark.parametrize("keep", RULES, ids=str)
def test_logged_passages_re_verify(analysis: Analysis, keep: tuple[str, ...]) -> None:
    removals = choose_removals(analysis, CleanSettings(keep=keep))
    rows = log_rows(analysis, removals)
    texts = {document.document_id: document.text for document in analysis.corpus}
    passages = [row for row in rows if row["removed"] == "passage"]
    assert len(removals) == len(passages) > 100
    for row in passages:
        one, other = (
            texts[row[f"{side}document_id"]][row[f"{side}start"] : row[f"{side}end"]]
            for side in ("", "duplicate_of_")
        )
        assert one == one.strip()
        assert row["n_words"] == len(tokens_of(one))
        sets = shingle_set(tokens_of(one), 3), shingle_set(tokens_of(other), 3)
        assert (round(jaccard_of(*sets), 6), None) == (row["jaccard"], row["share"])
        assert row["jaccard"] >= analysis.settings.threshold
        assert (", ".join(keep), "duplicate") == (row["keep"], row["reason"])
    documents = [row for row in rows if row["removed"] == "document"]
    gone = analysis.corpus.documents["document_id"].take(removals.gone).to_pylist()
    assert sorted(gone) == sorted(row["document_id"] for row in documents)
    assert {("nothing left", None)} == {(row["reason"], row["kind"]) for row in documents}
    assert {len(row) for row in rows} == {len(rows[0])}


def test_logged_document_says_what_it_stands_in(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    write_records(path, COPIES[:2])
    analysis = analyze(read_corpus(path), only="duplicates")
    rows = log_rows(analysis, choose_removals(analysis, CleanSettings("document")))
    expected = {
        "removed": "document", "document_id": "a", "path": str(path), "line": 1, "start": 0,
        "end": len(LEAD), "n_words": 13, "role": None, "duplicate_of_document_id": "b",
        "duplicate_of_path": str(path), "duplicate_of_line": 2, "duplicate_of_start": 0,
        "duplicate_of_end": len(LATER), "jaccard": None, "share": 1.0, "kind": "syndicated",
        "keep": "earliest", "reason": "duplicate",
    }  # fmt: skip
    assert [expected] == rows
    assert list(expected) == list(rows[0])


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"], ids=repr)
def test_log_has_the_line_of_the_file(line_break: str, tmp_path: Path) -> None:
    lines = ["", f"é{OTHER}", "", LEAD, ""]
    (tmp_path / "a.md").write_bytes(b"---\noutlet: Gull\n---\n" + line_break.join(lines).encode())
    (tmp_path / "b.txt").write_bytes(line_break.join([THIRD, "", "", LEAD]).encode())
    write_records(tmp_path / "c.jsonl", [{"text": OTHER}, {"text": f"{THIRD}\n\n{OTHER}"}])
    (tmp_path / "d.json").write_text(json.dumps({"text": f"It rained.\n\n{LEAD}"}))
    analysis = analyze(read_corpus(tmp_path), only="duplicates")
    rows = log_rows(analysis, choose_removals(analysis))
    assert [("b.txt", 4, "a.md", 7), ("c.jsonl:1", 1, "a.md", 5), ("c.jsonl:2", 2, "b.txt", 1),
            ("c.jsonl:2", 2, "a.md", 5), ("d.json", 1, "a.md", 7)] == [
        (row["document_id"], row["line"], row["duplicate_of_document_id"], row["duplicate_of_line"])
        for row in rows if row["removed"] == "passage"
    ]  # fmt: skip


# Files.


def write_records(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), "utf-8")
    return path


def write_cleaned(
    paths: Any, output: Path, rules: CleanSettings | None = None, **options: Any
) -> Written:
    """Read, analyse, choose and write; return what was written."""
    analysis = analyze(read_corpus(paths, options.get("settings")), only="duplicates")
    return write_clean(analysis, choose_removals(analysis, rules), paths, output, **options)


def files_in(directory: Path) -> dict[str, bytes]:
    """Return the bytes of every file below a directory, but for the log."""
    return {
        path.relative_to(directory).as_posix(): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != "removed.log"
    }


@pytest.mark.parametrize("level", ["passage", "document"])
def test_corpus_without_duplicates_is_copied_byte_for_byte(level: Any, tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    (articles / "gull").mkdir(parents=True)
    (articles / "gull" / "a.txt").write_bytes(b"\xef\xbb\xbf" + f"{LEAD}\r\n \r\n".encode())
    (articles / "gull" / "b.md").write_bytes(f"---\ntitle: B\n---\n{OTHER}".encode())
    (articles / "c.txt").write_bytes(THIRD.encode("utf-16"))
    (articles / "d.txt.gz").write_bytes(gzip.compress("Café was closed.".encode("cp1252")))
    (articles / "empty.txt").write_bytes(b"")
    before = files_in(articles)
    written = write_cleaned(articles, tmp_path / "out", CleanSettings(level))
    assert before == files_in(tmp_path / "out") == files_in(articles)
    assert (5, ()) == (written.n_files, written.notes)
    assert b"" == written.log.read_bytes()


def test_changed_text_keeps_its_front_matter_name_and_compression(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    front = "---\ntitle: On  the quay\nid: b\n---\n"
    (articles / "a.txt").write_text(LEAD)
    (articles / "b.md.gz").write_bytes(gzip.compress(f"{front}\n{LATER}\n\n{OTHER}\n".encode()))
    (articles / "c.txt").write_bytes(f"{OTHER}\r\n\r\nZoë said no.\r\n".encode("cp1252"))
    write_cleaned(articles, tmp_path / "out")
    out = files_in(tmp_path / "out")
    assert ["a.txt", "b.md.gz", "c.txt"] == sorted(out)
    assert f"{front}\n{OTHER}\n" == gzip.decompress(out["b.md.gz"]).decode()
    assert "Zoë said no.\r\n" == out["c.txt"].decode()


RECORDS: list[dict[str, Any]] = [
    {"id": 1, "outlet": "Gull", "date": "2026-03-01", "title": "One", "url": "https://gull.test/1",
     "text": LEAD, "tags": ["port", {"desk": None}], "score": 0.5, "big": 2**60 + 1},
    {"id": "2", "published": "2026-03-02T10:00:00+01:00", "text": f"{LATER}\n\n{OTHER}",
     "odd": "\ud800", "date": "2026-03-05"},
    {"text": f"{THIRD}\n\n{OTHER}", "nothing": float("nan")},
    {"id": "gone", "published": "2026-03-09", "text": LEAD},
]  # fmt: skip


@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz", "news.json", "news.jsonl.zst"])
def test_records_keep_every_field(name: str, tmp_path: Path) -> None:
    text = "".join(f"{json.dumps(record)}\n" for record in RECORDS)
    if name == "news.json":
        text = json.dumps(RECORDS)
    data = text.encode()
    if name.endswith("gz"):
        data = gzip.compress(data)
    elif name.endswith("zst"):
        data = pa.compress(data, "zstd", asbytes=True)
    (tmp_path / name).write_bytes(data)
    analysis = analyze(read_corpus(tmp_path / name), only="duplicates")
    removals = choose_removals(analysis)
    written = write_clean(analysis, removals, tmp_path / name, tmp_path / "out")
    again = read_corpus(tmp_path / "out")
    assert documents_of(clean_corpus(analysis, removals)) == documents_of(again)
    target, notes = (name, ())
    if name == "news.json":
        target, notes = "news.jsonl", ("1 .json file written as JSON Lines",)
    assert ([target], notes) == ([*files_in(tmp_path / "out")], written.notes)


def test_records_read_by_other_names_are_written_by_them(tmp_path: Path) -> None:
    own = {"paper": "Gull", "day": "2026-03-01", "published": "never"}
    records = [
        own | {"url": f"https://gull.test/{number}", "body": text}
        for number, text in enumerate([LEAD, f"{LATER}\n\n{OTHER}"])
    ]
    path = write_records(tmp_path / "news.jsonl", records)
    fields = CorpusSettings("body", "url", "paper", "day")
    write_cleaned(path, tmp_path / "out", settings=fields)
    lines = (tmp_path / "out" / "news.jsonl").read_text().splitlines()
    assert [records[0], records[1] | {"body": OTHER}] == [json.loads(line) for line in lines]


def test_tables_become_json_lines(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.csv").write_text(f'id,text,desk\na,"{LEAD}",port\nb,"{LATER}\n\n{OTHER}",\n')
    (articles / "a.tsv").write_text(f"id\ttext\nc\t{LATER}\n")
    write_records(articles / "a.jsonl", [{"id": "d", "text": THIRD}])
    pq.write_table(pa.table({"id": [7], "text": [random_sentence(random.Random(7), 30)],
                             "at": [datetime(2026, 3, 1)]}), articles / "b.parquet")  # fmt: skip
    written = write_cleaned(articles, tmp_path / "out")
    out = files_in(tmp_path / "out")
    assert (
        "1 .csv file written as JSON Lines",
        "1 .parquet file written as JSON Lines",
    ) == written.notes
    # The name that a file of the input has stays its own.
    assert ["a-2.jsonl", "a.jsonl", "b.jsonl"] == sorted(out)
    assert ("7", "2026-03-01T00:00:00") == tuple(
        json.loads(out["b.jsonl"])[k] for k in ("id", "at")
    )
    rows = [json.loads(line) for line in out["a-2.jsonl"].splitlines()]
    assert [("a", LEAD, "port"), ("b", OTHER, "")] == [
        (row["id"], row["text"], row["desk"]) for row in rows
    ]


@pytest.mark.parametrize("keep", RULES, ids=str)
@pytest.mark.parametrize("level", ["passage", "document"])
def test_files_are_read_back_as_the_clean_corpus(
    level: Any, keep: tuple[str, ...], tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    for number, record in enumerate(random_records(8, 90)):
        folder = articles / str(record["outlet"])
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number:03d}.txt").write_text(record["text"], "utf-8")
    write_records(articles / "news.jsonl", random_records(7, 40))
    analysis = analyze(read_corpus(articles), only="duplicates")
    removals = choose_removals(analysis, CleanSettings(level, keep))
    write_clean(analysis, removals, [articles], tmp_path / "out")
    expected = clean_corpus(analysis, removals)
    assert documents_of(expected) == documents_of(read_corpus(tmp_path / "out"))
    log = (tmp_path / "out" / "removed.log").read_bytes().splitlines()
    assert log_rows(analysis, removals) == [json.loads(line) for line in log]


@pytest.fixture
def page() -> Callable[..., str]:
    """Make a page of HTML of a title and paragraphs."""
    pytest.importorskip("trafilatura")

    def make(title: str, *paragraphs: str) -> str:
        body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        return (
            f"<html><head><title>{title}</title><meta property='og:site_name' content='The Gull'>"
            "<meta property='article:published_time' content='2026-03-01T10:00:00+01:00'>"
            "<link rel='canonical' href='https://gull.test/page'></head>"
            f"<body><article><h1>{title}</h1>{body}</article></body></html>"
        )

    return make


def test_changed_page_becomes_markdown_with_what_is_known_of_it(
    page: Callable[..., str], tmp_path: Path
) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    own = [f"{random_sentence(random.Random(n), 40)}" for n in range(4)]
    title = "Bridge: &quot;closed&quot; --- for # a week"
    (articles / "a.md").write_text(f"---\ndate: 2026-01-01\n---\n{own[0]}")
    (articles / "b.html").write_text(page("Whole", own[2]))
    (articles / "c.html").write_text(page(title, own[0], own[1], own[3]))
    (articles / "c.md").write_text(THIRD)
    before = read_corpus(articles)
    written = write_cleaned(articles, tmp_path / "out")
    out = files_in(tmp_path / "out")
    # The name that a file of the input has stays its own.
    assert ["a.md", "b.html", "c-2.md", "c.md"] == sorted(out)
    assert [(articles / name).read_bytes() for name in ("b.html", "c.md")] == [
        out["b.html"], out["c.md"],
    ]  # fmt: skip
    assert "1 page of HTML whose text changed written as Markdown" in written.notes[0]
    expected, found = (corpus.find("c.html") for corpus in (before, read_corpus(tmp_path / "out")))
    assert found is not None
    assert expected is not None
    assert 'Bridge: "closed" --- for # a week' == expected.title
    assert replace(expected, text="", path=None) == replace(found, text="", path=None, body_start=0)
    assert own[0] not in found.text
    assert found.text.endswith(f"{own[1]}\n\n{own[3]}\n")


_TEXTS = st.text(min_size=1, max_size=30) | st.lists(
    st.sampled_from(["---", "...", "\n", " ", ": ", "#", "'", '"', "\x85", "\u2028", "\ufeff", "%",
                     "- ", "\r", "\x00", "😀", "a", "\x1b", "\u202e", "]]>"]), min_size=1,
).map("".join)  # fmt: skip


@given(
    id=_TEXTS, title=_TEXTS, outlet=_TEXTS, url=_TEXTS, text=_TEXTS, link=_TEXTS,
    published=st.datetimes(min_value=datetime(1900, 1, 1)), is_day=st.booleans(),
)  # fmt: skip
@settings(max_examples=200)
def test_either_form_is_read_back_as_the_same_document(
    tmp_path_factory: pytest.TempPathFactory, published: datetime, is_day: bool, **texts: str
) -> None:
    published = published.replace(tzinfo=UTC)
    if is_day:
        published = published.replace(hour=0, minute=0, second=0, microsecond=0)
    names = ("title", "outlet", "url")
    known = {name: value for name in names
             if (value := texts[name].strip()) and value not in ("~", "null")}  # fmt: skip
    links = json.dumps({"links": [[texts["link"], texts["link"]]]})
    row = {
        "document_id": texts["id"], "text": texts["text"], "published": published,
        "published_is_day": is_day, "other_fields": links, **dict.fromkeys(names), **known,
    }  # fmt: skip
    folder = tmp_path_factory.mktemp("forms")
    (folder / "a.md").write_bytes(with_front_matter(row, CorpusSettings()).encode())
    (folder / "b.jsonl").write_bytes(record_line(row, CorpusSettings()))
    for name in ("a.md", "b.jsonl"):
        [found] = read_corpus(folder / name).documents.to_pylist()
        same = (*names, "published", "published_is_day")
        assert [row[column] for column in same] == [found[column] for column in same]
        assert json.loads(links) == json.loads(found["other_fields"])
        if texts["id"] not in ("~", "null"):
            assert texts["id"] == found["document_id"]
        assert (
            found["text"].encode()[found["body_start"] :].decode().strip() == texts["text"].strip()
        )


# Several paths.


def test_several_paths_are_kept_apart_by_their_names(tmp_path: Path) -> None:
    texts = iter([LEAD, OTHER, THIRD, *(random_sentence(random.Random(n), 20) for n in range(9))])
    paths = [tmp_path / "x" / "desk", tmp_path / "y" / "desk", tmp_path / "x" / "a.txt",
             tmp_path / "y" / "a.txt.gz", tmp_path / "removed.log"]  # fmt: skip
    for path in (paths[0], paths[1], paths[4]):
        (path / "gull").mkdir(parents=True)
        (path / "gull" / f"{path.parent.name}.txt").write_text(next(texts))
    paths[2].write_text(next(texts))
    paths[3].write_bytes(gzip.compress(next(texts).encode()))
    write_cleaned(paths, tmp_path / "out")
    assert [
        "a.txt", "a.txt.gz", "desk-2/gull/y.txt", "desk/gull/x.txt",
        f"removed-2.log/gull/{tmp_path.name}.txt",
    ] == sorted(files_in(tmp_path / "out"))  # fmt: skip


def test_directories_of_one_name_are_numbered(tmp_path: Path) -> None:
    for path, text in (("x/a.txt", LEAD), ("y/x/b.txt", OTHER)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    write_cleaned([tmp_path / "x", tmp_path / "y" / "x"], tmp_path / "out")
    assert {"x/a.txt": LEAD.encode(), "x-2/b.txt": OTHER.encode()} == files_in(tmp_path / "out")


def test_working_directory_is_named_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in (("desk", LEAD), ("archive", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(text)
    monkeypatch.chdir(tmp_path / "desk")
    write_cleaned([".", "../archive"], Path("../out"))
    assert ["archive/archive.txt", "desk/desk.txt"] == sorted(files_in(tmp_path / "out"))
    write_cleaned(".", Path("../only"))
    assert ["desk.txt"] == sorted(files_in(tmp_path / "only"))


def test_name_that_is_no_unicode_is_kept(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    try:
        (articles / "caf\udce9.txt").write_text(f"{LEAD}\n\n{OTHER}")
    except OSError:
        pytest.skip("the file system wants Unicode")
    (articles / "b.txt").write_text(LEAD)
    write_cleaned(articles, tmp_path / "out")
    assert {"b.txt": LEAD.encode(), "caf\udce9.txt": OTHER.encode()} == files_in(tmp_path / "out")


# Places.


@pytest.fixture
def articles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with articles in it."""
    (tmp_path / "articles" / "gull").mkdir(parents=True)
    (tmp_path / "articles" / "gull" / "a.txt").write_text(LEAD)
    (tmp_path / "articles" / "b.txt").write_text(LEAD)
    (tmp_path / "c.txt").write_text(LATER)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("kept")
    (tmp_path / "none").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "articles")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    monkeypatch.chdir(tmp_path)
    return tmp_path


REFUSED = [
    ("the input", ["articles"], "articles", None, "articles: is articles, which is read"),
    ("below the input", ["articles"], "articles/new/er", None, "lies inside articles"),
    ("by a link", ["articles"], "link/new", None, "link/new: lies inside articles"),
    ("input by a link", ["link"], "articles/new", None, "lies inside link, which is read"),
    ("above by dots", ["."], "articles/../new", None, "lies inside ., which is read"),
    ("input file", ["c.txt"], "c.txt", None, "c.txt: is c.txt, which is read"),
    ("not empty", ["articles"], "full", None, "full: is there already, and not an empty directory"),
    ("a file", ["articles"], "full/x", None, "full/x: is there already"),
    ("here", ["articles"], ".", None, "is the working directory; name a new one"),
    ("a loop", ["articles"], "loop/new", None, "loop/new: cannot be followed"),
    ("log in the input", ["articles"], "new", "articles/log", "articles/log: lies inside articles"),
    ("log is there", ["articles"], "new", "full/x", "full/x: is there already; name a new file"),
    ("log in output", ["articles"], "new", "new/log", "without --log removals are in removed.log"),
    ("log is input", ["c.txt"], "new", "c.txt", "c.txt: is c.txt, which is read"),
    ("twice", ["articles", "link"], "new", None, "link: is the same as articles; give it once"),
    ("nested", ["articles/gull", "articles"], "new", None, "articles/gull: lies inside articles"),
    ("nested file", ["articles", "articles/b.txt"], "new", None, "b.txt: lies inside articles"),
]  # fmt: skip


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize(
    ("paths", "output", "log", "message"),
    [pytest.param(*case, id=label) for label, *case in REFUSED],
)
def test_place_that_would_touch_anything_is_refused(
    paths: list[str], output: str, log: str | None, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        check_places(paths, Path(output), log and Path(log))
    assert message in str(caught.value)


@pytest.mark.usefixtures("articles")
@pytest.mark.parametrize("output", ["none", "new", "new/er/still", "articles-clean"])
def test_place_that_is_new_or_empty_is_written_to(output: str) -> None:
    written = write_cleaned(["articles", "c.txt"], Path(output), log="log.jsonl")
    assert (Path(output), Path("log.jsonl"), 1) == (
        written.directory, written.log, written.n_files,
    )  # fmt: skip
    assert {"articles/b.txt": LEAD.encode()} == files_in(Path(output))
    assert 4 == len(Path("log.jsonl").read_text().splitlines())


def everything(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in directory.rglob("*")
    }


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
@pytest.mark.parametrize("step", ["clean_batches", "log_lines", "record_line", "_copy"])
@pytest.mark.parametrize("log", [None, "log.jsonl"])
def test_what_fails_on_the_way_leaves_nothing_behind(
    step: str, error: BaseException, log: str | None, articles: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fail(*args: object) -> Any:
        raise error

    write_records(articles / "articles" / "news.jsonl", RECORDS[:3])
    (articles / "articles" / "whole.txt").write_text("Nobody was hurt.")
    before = everything(articles)
    analysis = analyze(read_corpus("articles"), only="duplicates")
    monkeypatch.setattr(f"dedup.clean.write.{step}", fail)
    expected = InputError if isinstance(error, OSError) else KeyboardInterrupt
    with pytest.raises(expected, match=r"(new/er|log\.jsonl): cannot be written: No space|^$"):
        write_clean(analysis, choose_removals(analysis), "articles", "new/er", log=log)
    assert before == everything(articles)


def test_failure_at_the_last_step_takes_the_log_back(
    articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def fail_at_last(path: Path, target: Path) -> Path:
        if path.name == "corpus":
            raise KeyboardInterrupt
        return rename(path, target)

    before = everything(articles)
    monkeypatch.setattr(Path, "rename", fail_at_last)
    with pytest.raises(KeyboardInterrupt):
        write_cleaned("articles", Path("new"), log="log.jsonl")
    assert before == everything(articles)


@pytest.mark.usefixtures("articles")
def test_file_that_is_gone_is_an_error(tmp_path: Path) -> None:
    analysis = analyze(read_corpus("articles"), only="duplicates")
    Path("articles/b.txt").unlink()
    with pytest.raises(InputError, match=r"articles/b.txt: is not where it was when it was read"):
        write_clean(analysis, choose_removals(analysis), "articles", "new")
    assert not Path("new").exists()


def test_corpus_of_no_file_cannot_be_written(tmp_path: Path) -> None:
    analysis = analyze_records(*COPIES)
    with pytest.raises(InputError, match="no file to write to"):
        write_clean(analysis, choose_removals(analysis), [], tmp_path / "out")
    assert [] == [*tmp_path.iterdir()]


@pytest.mark.parametrize("jobs", [1, 3])
def test_two_runs_write_the_same_bytes(jobs: int, tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(map(json.dumps, random_records(3, 80))).encode()))
    found = []
    for name in ("one", "two"):
        analysis = analyze(read_corpus(path), only="duplicates", jobs=jobs)
        write_clean(analysis, choose_removals(analysis), path, tmp_path / name)
        found.append(everything(tmp_path / name))
    assert found[0] == found[1]
    assert ["news.jsonl.gz", "removed.log"] == sorted(found[0])
