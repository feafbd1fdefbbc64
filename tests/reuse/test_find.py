"""Reuse as `analyze` reports it: which spans are whose, and what must not be reported."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from random_corpora import VOCABULARY, random_records, random_sentence

from dedup import Analysis, Corpus, ReuseSettings, analyze
from dedup.text import tokenise

Record = dict[str, Any]

FERRY = (
    "The ferry to the northern island stays in port until Sunday because its rudder broke in the"
    " storm, the harbour office said."
)
CREWS = (
    "Crews pulled two fishing boats over the sea wall before dusk and tied them to the lamps of"
    " the fish market."
)
WRECKS = "Nobody remembers a winter with so many wrecks on the reef below the old signal tower."
LUNCH = "Readers who wrote to us about the jam recipe should boil the quinces for longer."
SCHOOL = "Pupils of the mill school planted forty birches along the new cycle path on Friday."


def record(name: str, outlet: str | None, text: str, published: str | None = None) -> Record:
    own = {"id": name, "outlet": outlet, "text": text, "published": published}
    return {key: value for key, value in own.items() if value is not None}


def day(number: int, name: str, outlet: str | None, text: str) -> Record:
    """Return a record of eight o'clock on a day of March."""
    return record(name, outlet, text, f"2026-03-{number:02d}T08:00Z")


def padding(n: int) -> list[Record]:
    """Return documents on other subjects, so that some words are rare and others are not."""
    rng = random.Random(n)
    common = "the a of in on at it was and to for by with from that".split()
    texts = []
    for number in range(n):
        words = [rng.choice(common), f"subject{number}", *rng.choices(common, k=15)]
        rng.shuffle(words)
        texts.append(" ".join([*words, random_sentence(rng, 8, VOCABULARY)]))
    return [day(9, f"padding-{i:03d}", f"Other {i}", text) for i, text in enumerate(texts)]


def analyze_records(records: list[Record], *, jobs: int = 1, **settings: Any) -> Analysis:
    corpus = Corpus.from_records(records)
    return analyze(corpus, reuse=ReuseSettings(**settings), only=["reuse"], jobs=jobs)


def rows_of(analysis: Analysis) -> list[Record]:
    """Return the rows of the table, each with the texts of its spans."""
    texts = {document.document_id: document.text for document in analysis.corpus}
    rows = analysis.table("reuse").to_pylist()
    for row in rows:
        for side in ("target", "origin"):
            text = texts[row[f"{side}_document_id"]]
            row[side] = text[row[f"{side}_start"] : row[f"{side}_end"]]
    return rows


def find(records: list[Record], **settings: Any) -> list[Record]:
    return rows_of(analyze_records(records, **settings))


def only_row(records: list[Record], **settings: Any) -> Record:
    rows = find(records, **settings)
    assert 1 == len(rows)
    return rows[0]


# What is found, and how exactly.


def test_sentence_in_a_longer_paragraph_is_found_with_exact_spans() -> None:
    row = only_row(
        [day(1, "a", "Gull", f"{WRECKS} {FERRY}"), day(2, "b", "Tern", f"{LUNCH} {FERRY} {SCHOOL}")]
    )
    assert (FERRY, FERRY) == (row["target"], row["origin"])
    expected = ("b", "Tern", "a", "Gull", "verbatim", 1, 1.0, 1.0, len(tokenise(FERRY)))
    names = (
        "target_document_id", "target_outlet", "origin_document_id", "origin_outlet",
        "kind", "rank", "identity", "cosine", "n_words",
    )  # fmt: skip
    assert expected == tuple(row[name] for name in names)


def test_spans_count_code_points() -> None:
    row = only_row(
        [
            day(1, "a", "Gull", f"Café 🚢🚢 — über alles: {FERRY}"),
            day(2, "b", "Tern", f"“{FERRY}” 語"),
        ]
    )
    assert FERRY == row["origin"].rstrip("”")
    assert FERRY == row["target"].strip("“”")


def test_two_changed_words_are_one_edited_row() -> None:
    text = f"{FERRY} {CREWS}"
    edited = text.replace("northern", "southern").replace("fishing", "little")
    row = only_row([day(1, "a", "Gull", text), day(2, "b", "Tern", edited)])
    n = len(tokenise(text))
    assert ("edited", round((n - 2) / n, 6), n) == (row["kind"], row["identity"], row["n_words"])
    assert (edited, text) == (row["target"], row["origin"])


def test_sentences_in_another_order_are_one_row() -> None:
    row = only_row(
        [
            day(1, "a", "Gull", f"{FERRY} {CREWS} {WRECKS}"),
            day(2, "b", "Tern", f"{WRECKS} {FERRY} {CREWS}"),
        ]
    )
    assert f"{WRECKS} {FERRY} {CREWS}" == row["target"]


def test_two_neighbouring_paragraphs_are_one_row() -> None:
    text = f"{FERRY}\n\n{CREWS}"
    row = only_row(
        [day(1, "a", "Gull", text), day(2, "b", "Tern", f"{LUNCH}\n\n{text}\n\n{SCHOOL}")]
    )
    assert (text, text) == (row["target"], row["origin"])
    assert len(tokenise(text)) == row["n_words"]


def test_copied_paragraphs_far_apart_are_two_rows() -> None:
    rng = random.Random(4)
    between = random_sentence(rng, 60)
    rows = find(
        [
            day(1, "a", "Gull", f"{FERRY}\n\n{CREWS}"),
            day(2, "b", "Tern", f"{FERRY}\n\n{between}\n\n{CREWS}"),
        ]
    )
    assert [(FERRY, FERRY), (CREWS, CREWS)] == [(row["target"], row["origin"]) for row in rows]


def test_longest_case_wins_and_the_rest_goes_to_another_origin() -> None:
    rows = find(
        [
            day(1, "a", "Gull", FERRY),
            day(2, "b", "Heron", CREWS),
            day(3, "c", "Tern", f"{FERRY} {CREWS}"),
        ]
    )
    expected = [(1, "a", FERRY), (1, "b", CREWS)]
    assert expected == [(row["rank"], row["origin_document_id"], row["target"]) for row in rows]


def best_origin(records: list[Record], target: str, text: str) -> str:
    """Return the best origin of a text in a document."""
    rows = [row for row in find(records) if row["target_document_id"] == target]
    found = {
        row["origin_document_id"] for row in rows if row["rank"] == 1 and text in row["target"]
    }
    assert 1 == len(found)
    return found.pop()


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("The harbour office called on Monday.", "<1@mail.example>"),
        ("In article <2@mail.example>, the keeper of the light writes:", "<2@mail.example>"),
        ("In article <2@mail.example>, where <1@mail.example> is quoted:", "<2@mail.example>"),
        ("As seen at https://www.tern.example/harbour/rudder/.", "<2@mail.example>"),
        ("As seen at https://www.tern.example/.", "<1@mail.example>"),
    ],
)
def test_earliest_is_the_origin_unless_the_text_names_a_later_one(
    source: str, expected: str
) -> None:
    later = day(2, "<2@mail.example>", "Tern", f"{FERRY}\n\n{WRECKS}")
    later["url"] = "http://tern.example/harbour/rudder"
    records = [
        day(1, "<1@mail.example>", "Gull", f"{FERRY}\n\n{LUNCH}"),
        later,
        day(3, "c", "Heron", f"{source}\n\n{FERRY}\n\n{SCHOOL}"),
    ]
    assert expected == best_origin(records, "c", FERRY)
    assert expected == best_origin(records[::-1], "c", FERRY)


def test_document_that_says_a_passage_twice_gives_it_once() -> None:
    between = random_sentence(random.Random(2), 60)
    records = [
        day(1, "a", "Gull", f"{FERRY}\n\n{LUNCH}"),
        day(2, "b", "Tern", f"{FERRY}\n\n{between}\n\n{FERRY}"),
        day(3, "c", "Heron", f"{FERRY}\n\n{SCHOOL}"),
    ]
    assert "a" == best_origin(records, "c", FERRY)


def test_document_that_gives_a_span_in_two_pieces_is_its_origin() -> None:
    """The later one has both paragraphs in a row, the earlier one with others between."""
    between = random_sentence(random.Random(3), 60)
    records = [
        day(1, "a", "Gull", f"{FERRY}\n\n{between}\n\n{CREWS}"),
        day(2, "b", "Tern", f"{FERRY}\n\n{CREWS}"),
        day(3, "c", "Heron", f"{LUNCH}\n\n{FERRY}\n\n{CREWS}\n\n{SCHOOL}"),
    ]
    assert "a" == best_origin(records, "c", FERRY)
    assert "a" == best_origin(records, "c", CREWS)


REWRITTEN = (
    (
        "Fishermen in Skerrow landed less herring this spring than in any year since the war,"
        " the guild reported. Of the nineteen boats that left for the Dogger shoals in March, seven"
        " came back with empty holds. The guild blames the warm winter and asks the county for a"
        " loan to carry its members through the summer."
    ),
    (
        "Fishermen in Skerrow caught less herring during spring than at any point since the war,"
        " their guild reported. Seven of nineteen boats that sailed for the Dogger shoals returned"
        " with empty holds. The guild points to a warm winter; it wants the county to lend money so"
        " that its members get through the summer."
    ),
)


def test_rewritten_paragraph_is_found() -> None:
    original, rewritten = REWRITTEN
    changed = [word for word in rewritten.split() if word not in original.split()]
    assert 0.3 <= len(changed) / len(rewritten.split()) <= 0.45
    rows = find(
        [
            *padding(40),
            day(1, "a", "Gull", f"{LUNCH}\n\n{original}"),
            day(2, "b", "Tern", f"{rewritten}\n\n{SCHOOL}"),
        ]
    )
    found = [row for row in rows if row["target_document_id"] == "b" and row["rank"] == 1]
    assert ["a"] == [row["origin_document_id"] for row in found]
    assert found[0]["kind"] in ("edited", "paraphrase")
    assert len(found[0]["target"]) > 0.8 * len(rewritten)


# Verbatim copies that are odd in some way.


def test_copy_of_a_text_that_repeats_a_phrase_is_verbatim() -> None:
    text = (
        "The council of the northern island closed the road, the council of the northern island"
        " closed the mill and nobody paid for a single lamp."
    )
    row = only_row([day(1, "a", "Gull", text), day(2, "b", "Tern", text)])
    assert ("verbatim", 1.0, 1.0) == (row["kind"], row["identity"], row["cosine"])


def test_words_of_a_heading_between_two_copied_paragraphs_are_not_miscounted() -> None:
    text = f"{FERRY}\n\n## What the crews did\n\n{CREWS}"
    rows = find([day(1, "a", "Gull", text), day(2, "b", "Tern", text)])
    body = len(tokenise(f"{FERRY} {CREWS}"))
    assert sum(row["n_words"] for row in rows) in (body, len(tokenise(text)))


# What does not take part.


def test_same_outlet_is_compared_only_within_outlet() -> None:
    records = [day(1, "a", "Gull", f"{LUNCH} {FERRY}"), day(2, "b", "Gull", f"{FERRY} {SCHOOL}")]
    assert [] == find(records)
    row = only_row(records, within_outlet=True)
    assert ("b", "a", "verbatim") == (
        row["target_document_id"], row["origin_document_id"], row["kind"]
    )  # fmt: skip


def test_documents_without_an_outlet_are_of_different_ones() -> None:
    row = only_row([day(1, "a", None, f"{LUNCH} {FERRY}"), day(2, "b", None, f"{FERRY} {SCHOOL}")])
    assert ("b", None, "a", None) == tuple(
        row[f"{side}_{what}"] for side in ("target", "origin") for what in ("document_id", "outlet")
    )


def test_document_does_not_take_from_itself() -> None:
    text = f"{FERRY}\n\n{CREWS}\n\n{FERRY}"
    assert [] == find([day(1, "a", "Gull", text)], within_outlet=True)


def test_boilerplate_and_headings_do_not_take_part() -> None:
    line = "All rights reserved by the Harbour Press Company of the northern island and its heirs."
    records = [
        day(d, f"{outlet}-{d}", outlet, f"# {FERRY[:60]}\n\n{own} Day {d} of {outlet}.\n\n{line}")
        for outlet, own in (("Gull", WRECKS), ("Tern", SCHOOL))
        for d in range(1, 5)
    ]
    assert [] == find(records)


def test_run_shorter_than_asked_for_is_not_reported() -> None:
    records = [
        day(1, "a", "Gull", "A quince jam of grandmother Odda won the prize at Skerrow."),
        day(2, "b", "Tern", "We tasted a quince jam of grandmother Odda while it rained."),
    ]
    assert [] == find(records)
    assert "a quince jam of grandmother Odda" == only_row(records, min_run_words=6)["target"]


PHRASE = "commission for harbours on the northern islands and outer reefs"


def phrase_records(n: int) -> list[Record]:
    """Return documents that share a phrase of ten words and nothing else."""
    rng = random.Random(n)
    records = []
    for number in range(n):
        before, after = (
            " ".join(f"{rng.choice(VOCABULARY)}{rng.randrange(500)}" for _ in range(12))
            for _ in range(2)
        )
        text = f"{before.capitalize()} the {PHRASE} {after}."
        records.append(day(1 + number % 28, f"{number:03d}", f"outlet {number}", text))
    return records


def test_phrase_that_very_many_documents_use_is_not_reported() -> None:
    assert [] == find(phrase_records(80))


def test_run_as_long_as_that_phrase_is_reported_where_it_is_rare() -> None:
    rows = find([*phrase_records(2), *padding(60)])
    assert [PHRASE] == [row["target"].removeprefix("the ") for row in rows]


# Quotations.


def test_quotation_that_both_have_in_marks_is_shared_and_undirected() -> None:
    speech = "We have waited nineteen years for this bridge and nobody will wait another day"
    row = only_row(
        [
            day(1, "a", "Gull", f"{LUNCH} “{speech},” said the mayor. {WRECKS}"),
            day(2, "b", "Tern", f"{SCHOOL} The mayor told a crowd: «{speech}»."),
        ]
    )
    assert ("shared_quote", "undirected", "none") == (
        row["kind"], row["direction"], row["direction_reason"]
    )  # fmt: skip
    assert {speech} == {row[side].strip("“”«»,.") for side in ("target", "origin")}


def test_words_that_one_side_has_without_marks_are_no_shared_quote() -> None:
    speech = "we have waited nineteen years for this bridge and nobody will wait another day"
    row = only_row(
        [
            day(1, "a", "Gull", f"{LUNCH} In my view {speech}. {WRECKS}"),
            day(2, "b", "Tern", f"{SCHOOL} The Gull wrote: “{speech}”."),
        ]
    )
    assert ("verbatim", "directed", "time") == (
        row["kind"], row["direction"], row["direction_reason"]
    )  # fmt: skip


def test_reused_share_leaves_shared_quotes_out() -> None:
    speech = "We have waited nineteen years for this bridge and nobody will wait another day"
    analysis = analyze_records(
        [
            day(1, "a", "Gull", f"“{speech},” said the mayor."),
            day(2, "b", "Tern", f"The mayor told a crowd: “{speech}.”"),
        ]
    )
    assert [0.0, 0.0] == analysis.table("documents")["reused_share"].to_pylist()
    assert 0 == analysis.table("flows").num_rows


# Direction.


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2026-03-01T08:00Z", "2026-03-01T09:00Z", ("b", "a", "directed", "time")),
        ("2026-03-01T09:00Z", "2026-03-01T08:00Z", ("a", "b", "directed", "time")),
        ("2026-03-01", "2026-03-02", ("b", "a", "directed", "time")),
        ("2026-03-01", "2026-03-01", ("b", "a", "undirected", "none")),
        ("2026-03-01T09:00Z", "2026-03-01", ("a", "b", "undirected", "none")),
        ("2026-03-01T08:00Z", "2026-03-01T08:00Z", ("b", "a", "undirected", "none")),
        (None, "2026-03-01", ("a", "b", "undirected", "none")),
        ("2026-03-01", None, ("b", "a", "undirected", "none")),
        (None, None, ("b", "a", "undirected", "none")),
    ],
)
def test_target_is_the_later_and_directed_where_times_say_so(
    first: str | None, second: str | None, expected: tuple[str, ...]
) -> None:
    row = only_row(
        [
            record("a", "Gull", f"{LUNCH} {FERRY}", first),
            record("b", "Tern", f"{FERRY} {SCHOOL}", second),
        ]
    )
    names = ("target_document_id", "origin_document_id", "direction", "direction_reason")
    assert expected == tuple(row[name] for name in names)


# A wire story.

WIRE = f"{FERRY} {CREWS}\n\n{WRECKS}"
N_COPIES = 30


@pytest.fixture(scope="module")
def wire() -> Analysis:
    """A wire story, and thirty outlets that each print it a little differently, hours later."""
    rng = random.Random(30)
    records = [record("wire", "Agency", WIRE, "2026-03-01T00:00Z")]
    for number in range(N_COPIES):
        own = random_sentence(rng, 20, [f"{word}{number}" for word in VOCABULARY])
        text = WIRE.replace("two fishing", "three fishing") if number % 3 else WIRE
        text = f"{own}\n\n{text}" if number % 2 else f"{text}\n\n{own}"
        time = f"2026-03-{2 + number // 10:02d}T{10 + number % 10}:00Z"
        records.append(record(f"copy-{number:02d}", f"Outlet {number}", text, time))
    return analyze_records([*records, *padding(20)])


def test_every_copy_of_a_wire_story_names_the_wire_first(wire: Analysis) -> None:
    rows = [row for row in rows_of(wire) if row["target_document_id"].startswith("copy")]
    best = [row for row in rows if row["rank"] == 1]
    expected = [(f"copy-{number:02d}", "wire", "directed") for number in range(N_COPIES)]
    names = ("target_document_id", "origin_document_id", "direction")
    assert expected == sorted(tuple(row[name] for name in names) for row in best)


def test_wire_story_has_the_most_reused_words(wire: Analysis) -> None:
    n_words: dict[str, int] = {}
    for row in rows_of(wire):
        if row["rank"] == 1:
            origin = row["origin_document_id"]
            n_words[origin] = n_words.get(origin, 0) + row["n_words"]
    assert "wire" == max(n_words, key=lambda name: n_words[name])
    assert N_COPIES * len(tokenise(WIRE)) == n_words["wire"]


def test_flows_start_at_the_wire(wire: Analysis) -> None:
    flows = [row for row in wire.table("flows").to_pylist() if row["origin_outlet"] == "Agency"]
    assert {f"Outlet {number}" for number in range(N_COPIES)} == {r["target_outlet"] for r in flows}
    assert {len(tokenise(WIRE))} == {row["n_words"] for row in flows}


# What holds for every row.


@pytest.fixture(scope="module", params=range(4))
def mixture(request: pytest.FixtureRequest) -> Analysis:
    """A random corpus in which paragraphs are copied, edited and mixed."""
    return analyze_records(mixed_records(request.param))


def mixed_records(seed: int) -> list[Record]:
    """Return documents of invented words that take sentences from earlier ones, some edited."""
    rng = random.Random(seed)
    words = [f"{word}{ending}" for word in VOCABULARY for ending in ("s", "man", "side", "ly")]
    sentences: list[str] = []
    records = []
    for number in range(24):
        paragraphs = []
        for _ in range(rng.randint(1, 4)):
            own = []
            for _ in range(rng.randint(1, 3)):
                if sentences and rng.random() < 0.6:
                    taken = rng.choice(sentences).rstrip(".").split()
                    for _ in range(rng.choice((0, 0, 1, 3, 6))):
                        taken[rng.randrange(len(taken))] = rng.choice(words)
                    own.append(" ".join(taken).capitalize() + ".")
                else:
                    own.append(random_sentence(rng, rng.randint(8, 24), words))
            sentences += own
            text = " ".join(own)
            paragraphs.append(f"“{text}”" if rng.random() < 0.2 else text)
        published = rng.choice([None, *(f"2026-03-{d:02d}" for d in range(1, 8))])
        outlet = rng.choice(["Gull", "Tern", "Heron", "Plover", None])
        records.append(record(f"{number:02d}", outlet, "\n\n".join(paragraphs), published))
    return records


def test_mixtures_have_rows_of_every_kind() -> None:
    kinds = {row["kind"] for seed in range(4) for row in find(mixed_records(seed))}
    assert {"verbatim", "edited", "shared_quote"} <= kinds


def test_every_row_replays(mixture: Analysis) -> None:
    rows = rows_of(mixture)
    assert len(rows) > 5
    assert [*range(len(rows))] == [row["reuse_id"] for row in rows]
    order = {document.document_id: (document.published is None, str(document.published))
             for document in mixture.corpus}  # fmt: skip
    for row in rows:
        target, origin = row["target_document_id"], row["origin_document_id"]
        assert row["target"].strip() == row["target"] != ""
        assert row["origin"].strip() == row["origin"] != ""
        assert len(tokenise(row["target"])) == row["n_words"]
        assert 0 <= row["identity"] <= 1
        assert 0 <= row["cosine"] <= 1
        assert (*order[origin], origin) < (*order[target], target)
        assert target != origin
        assert row["target_outlet"] is None or row["target_outlet"] != row["origin_outlet"]
        assert ("time" if row["direction"] == "directed" else "none") == row["direction_reason"]


def test_identity_is_at_most_the_share_of_words_that_both_have(mixture: Analysis) -> None:
    for row in rows_of(mixture):
        target, origin = (Counter(tokenise(row[s]).hashes.tolist()) for s in ("target", "origin"))
        share = (target & origin).total() / max(target.total(), origin.total())
        assert row["identity"] <= round(share, 6)
        assert (row["identity"] == 1) == (row["kind"] == "verbatim") or row[
            "kind"
        ] == "shared_quote"


def spans_of(rows: list[Record]) -> list[list[Record]]:
    """Return the rows of each span, which follow each other."""
    spans: list[list[Record]] = []
    for row in rows:
        if row["rank"] == 1:
            spans.append([])
        spans[-1].append(row)
    return spans


def test_ranks_count_from_one_in_each_span(mixture: Analysis) -> None:
    for span in spans_of(rows_of(mixture)):
        assert [*range(1, len(span) + 1)] == [row["rank"] for row in span]
        assert 1 == len({row["target_document_id"] for row in span})


def test_further_origins_of_a_span_are_other_documents_with_the_same_words() -> None:
    for seed in range(4):
        for span in spans_of(find(mixed_records(seed))):
            assert len(span) == len({row["origin_document_id"] for row in span})
            for row in span:
                assert row["target_start"] < span[0]["target_end"]
                assert span[0]["target_start"] < row["target_end"]


def test_best_origins_of_a_document_do_not_overlap(mixture: Analysis) -> None:
    best = [row for row in rows_of(mixture) if row["rank"] == 1]
    spans = sorted((r["target_document_id"], r["target_start"], r["target_end"]) for r in best)
    for (document, _, end), (other, start, _) in itertools.pairwise(spans):
        assert document != other or end <= start


def test_reused_share_is_the_union_of_directed_best_spans(mixture: Analysis) -> None:
    taken: dict[str, set[int]] = {}
    for row in rows_of(mixture):
        is_taken = row["rank"] == 1 and row["direction"] == "directed"
        if is_taken and row["kind"] != "shared_quote":
            own = taken.setdefault(row["target_document_id"], set())
            own |= {*range(row["target_start"], row["target_end"])}
    expected = {}
    for document in mixture.corpus:
        tokens = tokenise(document.text)
        own = taken.get(document.document_id, set())
        n_reused = sum(int(start) in own for start in tokens.starts)
        expected[document.document_id] = round(n_reused / len(tokens), 6)
    documents = mixture.table("documents").to_pylist()
    assert expected == {row["document_id"]: row["reused_share"] for row in documents}
    assert any(expected.values())


# The same input gives the same bytes.


def written(analysis: Analysis, directory: Path) -> dict[str, bytes]:
    paths = analysis.write(directory, format="jsonl")
    return {path.name: path.read_bytes() for path in paths}


def test_input_order_and_number_of_jobs_do_not_matter(tmp_path: Path) -> None:
    records = mixed_records(7)
    expected = written(analyze_records(records), tmp_path / "expected")
    assert b'"verbatim"' in expected["reuse.jsonl"]
    for seed, jobs in ((1, 1), (2, 2)):
        shuffled = random.Random(seed).sample(records, len(records))
        analysis = analyze_records(shuffled, jobs=jobs)
        own = written(analysis, tmp_path / str(seed))
        assert expected.keys() == own.keys()
        for name in ("reuse.jsonl", "flows.jsonl", "passages.jsonl"):
            assert expected[name] == own[name]
        shares = analysis.table("documents")["reused_share"]
        assert shares == analyze_records(records).table("documents")["reused_share"]


def test_corpus_without_reuse_has_empty_tables() -> None:
    analysis = analyze_records([day(1, "a", "Gull", FERRY), day(2, "b", "Tern", LUNCH)])
    assert (0, 0) == (analysis.table("reuse").num_rows, analysis.table("flows").num_rows)
    assert [0.0, 0.0] == analysis.table("documents")["reused_share"].to_pylist()


@pytest.mark.filterwarnings("error")
def test_corpus_without_body_gives_no_warning() -> None:
    assert [] == find([day(1, "a", "Gull", "# A heading only")])


@pytest.mark.parametrize("text", ["Rain.", "# Rain fell", "Rain fell.\n\nRain fell."])
def test_tiny_corpora_have_no_reuse(text: str) -> None:
    assert [] == find([day(1, "a", "Gull", text), day(2, "b", "Tern", text)])


def test_random_near_duplicates_run_through() -> None:
    for row in find(random_records(3, 60)):
        assert len(tokenise(row["target"])) == row["n_words"]
