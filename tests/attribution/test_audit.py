"""The credit audit: who took from whom by what the texts say, and whether they say so."""

from __future__ import annotations

import random
from typing import Any

import pytest

from dedup import Analysis, Corpus, analyze

Record = dict[str, Any]

PIER = (
    "The council closed the old harbour bridge for a week after divers found a crack in its"
    " eastern pier, and lorries have to take the long way round the bay."
)
HERON = (
    "A pair of herons has nested on the roof of the savings bank for the second spring in a row,"
    " to the delight of the clerks and the despair of the caretaker."
)
FERRY = (
    "Ferry tickets will cost two crowns more from April because the price of diesel rose again,"
    " and children under six will travel free as before."
)
MILL = (
    "Nobody was hurt when the chimney of the abandoned paper mill fell into the river on Sunday"
    " night, but the smell of old glue hung over the town until Tuesday."
)
QUOTED = (
    "“We shall mend every bench in the park before the first warm weekend of the year arrives,”"
)
SMALL = [
    "The mill road is wet.", "Snow fell on Sunday.", "Two boats came home late.",
    "The bakery has a new oven.", "Nobody has fished off the mole for years.",
]  # fmt: skip
# Long enough to keep the copied paragraphs around them apart.
OWN = [
    "Our own readers have sent in photographs of the wet mill road all week, some of them taken"
    " from a rowing boat in the middle of it.",
    "Snow fell on the allotments on Sunday, which nobody had expected so late in the year, and the"
    " early beans are said to be lost.",
    "Two crab boats came home late with their lamps broken because a wave, so the crews joked, had"
    " taken a dislike to glass.",
    "The bakery behind the fish market has a new oven, the first since its founder built the old"
    " one out of ballast stones.",
    "Old men no longer fish off the mole before breakfast, and the bench that they sat on was sold"
    " to a collector of benches.",
]
UPROAR = "Reuters reported that the town was in uproar."
FIRST, SECOND, THIRD = "2026-03-01", "2026-03-02", "2026-03-03"


def article(
    document_id: str, outlet: str | None, published: str | None, *paragraphs: str
) -> Record:
    return {
        "id": document_id, "outlet": outlet, "published": published,
        "text": "\n\n".join(paragraphs),
    }  # fmt: skip


WIRE = article("wire", "Reuters", FIRST, PIER, HERON)


def gull(*paragraphs: str, published: str | None = SECOND) -> Record:
    return article("gull", "Harbour Gull", published, *paragraphs)


def analysis_of(*records: Record) -> Analysis:
    return analyze(Corpus.from_records(records), only=["reuse", "attributions"])


def rows_of(*records: Record) -> list[Record]:
    rows: list[Record] = analysis_of(*records).table("reuse").to_pylist()
    return rows


def verdict_of(*records: Record) -> tuple[str, str, str, str, str | None]:
    """Return origin, target, direction, reason and credit of the only row."""
    (row,) = rows_of(*records)
    names = ("origin_document_id", "target_document_id", "direction", "direction_reason", "credit")
    origin, target, direction, reason, credit = (row[name] for name in names)
    return origin, target, direction, reason, credit


CREDITED = ("wire", "gull", "directed", "credit", "credited")
UNCREDITED = ("wire", "gull", "directed", "time", "uncredited")


# Credit.


@pytest.mark.parametrize("credit", ["QUAYMOUTH (Reuters) – {}", "By Reuters\n\n{}"])
def test_dateline_and_byline_credit_the_whole_document(credit: str) -> None:
    rows = rows_of(WIRE, gull(credit.format(PIER), *SMALL, HERON))
    assert ["credited"] * 2 == [row["credit"] for row in rows]
    assert ["credit"] * 2 == [row["direction_reason"] for row in rows]


@pytest.mark.parametrize(
    "picture",
    [
        "Photo: Reuters",
        "(Jonas Veld/Reuters)",
        "Jonas Veld/Reuters",
        "Picture by Jonas Veld for Reuters",
    ],
)
def test_credit_of_a_picture_credits_no_word(picture: str) -> None:
    analysis = analysis_of(WIRE, gull(picture, PIER, *SMALL, HERON))
    credited = analysis.attributions[["document_id", "credited_outlet", "relation"]].to_numpy()
    assert ["gull", "reuters", "credit"] in credited.tolist()
    assert {"uncredited"} == {*analysis.reuse["credit"]}


@pytest.mark.parametrize(
    "paragraph",
    [
        f"{PIER} The ferry office closed too, Reuters reported.",
        f"According to Reuters, t{PIER[1:]}",
        f"T{PIER[1:-1]}, Reuters reported.",
    ],
)
def test_credit_in_the_passage_counts(paragraph: str) -> None:
    assert CREDITED == verdict_of(WIRE, gull(SMALL[0], paragraph))


@pytest.mark.parametrize("n_between", [0, 1, 2])
def test_credit_shortly_before_counts(n_between: int) -> None:
    assert CREDITED == verdict_of(WIRE, gull(UPROAR, *SMALL[:n_between], PIER))


@pytest.mark.parametrize("n_between", [3, 4])
def test_credit_long_before_does_not_count(n_between: int) -> None:
    assert UNCREDITED == verdict_of(WIRE, gull(UPROAR, *SMALL[:n_between], PIER))


def test_credit_behind_does_not_count() -> None:
    assert UNCREDITED == verdict_of(WIRE, gull(PIER, UPROAR))


def test_credit_ends_where_another_outlet_is_credited() -> None:
    other = "Xinhua reported that the boats were late."
    assert UNCREDITED == verdict_of(WIRE, gull(UPROAR, other, PIER))
    assert CREDITED == verdict_of(WIRE, gull(other, UPROAR, PIER))


@pytest.mark.parametrize(
    ("origin", "credited"),
    [("BBC", "BBC Persian"), ("BBC Persian", "The BBC"), ("bbc.co.uk", "BBC Persian")],
)
def test_credit_to_an_outlet_counts_for_what_it_is_a_part_of(origin: str, credited: str) -> None:
    own = f"{credited} reported that the town was in uproar."
    assert CREDITED == verdict_of(article("wire", origin, FIRST, PIER), gull(own, PIER))


def test_whole_document_credited_to_another_outlet() -> None:
    expected = ("wire", "gull", "directed", "time", "credited_to_other")
    assert expected == verdict_of(WIRE, gull(f"QUAYMOUTH (AP) – {PIER}"))


def test_credit_copied_with_the_words_is_not_the_targets_own() -> None:
    paragraph = f"{PIER} The lamps are out as well, Xinhua reported."
    assert UNCREDITED == verdict_of(article("wire", "Reuters", FIRST, paragraph), gull(paragraph))


def test_credit_for_other_words_does_not_credit_these_to_another_outlet() -> None:
    other = "Xinhua reported that the boats were late."
    assert UNCREDITED == verdict_of(WIRE, gull(other, PIER))


def test_words_in_quotation_marks_without_a_source() -> None:
    expected = ("wire", "gull", "directed", "time", "quoted_uncredited")
    assert expected == verdict_of(WIRE, gull(f"“{PIER}” That much is known."))


def test_a_few_quoted_words_do_not_make_a_span_quoted() -> None:
    paragraph = PIER.replace("the long way round the bay", "“the long way round the bay”")
    assert UNCREDITED == verdict_of(WIRE, gull(paragraph))


def test_words_without_a_source() -> None:
    assert UNCREDITED == verdict_of(WIRE, gull(PIER))


@pytest.mark.parametrize(
    "aside",
    [
        ("Related articles", "Reuters says that the mole is to be rebuilt by the next spr..."),
        ("Advertisement", "Read more: Reuters reported that the town was in uproar"),
    ],
)
def test_furniture_and_teasers_credit_nothing(aside: tuple[str, str]) -> None:
    analysis = analysis_of(WIRE, gull(*aside, PIER))
    assert {"reuters"} == {*analysis.table("attributions")["credited_outlet"].to_pylist()}
    assert "body" not in analysis.table("passages").to_pylist()[-2]["role"]
    assert ["uncredited"] == analysis.table("reuse")["credit"].to_pylist()


def test_shared_quote_has_no_credit() -> None:
    said = article("wire", "Reuters", FIRST, f"{QUOTED} the gardener told a meeting.")
    (row,) = rows_of(
        said, gull(f"QUAYMOUTH (Reuters) – On the square stood Ms Quill. {QUOTED} she promised.")
    )
    assert ("shared_quote", None, None) == (
        row["kind"], row["credit"], row["credit_attribution_id"],
    )  # fmt: skip


# Direction.


@pytest.mark.parametrize("published", [FIRST, None])
def test_explicit_credit_beats_time(published: str | None) -> None:
    later = article("wire", "Reuters", THIRD, PIER)
    copy = gull(f"QUAYMOUTH (Reuters) – {PIER}", published=published)
    assert CREDITED == verdict_of(later, copy)


def test_spans_and_words_of_a_turned_row_are_those_of_its_new_sides() -> None:
    later = article("wire", "Reuters", THIRD, SMALL[1], PIER)
    copy = gull(f"QUAYMOUTH (Reuters) – {PIER}", published=FIRST)
    (row,) = rows_of(later, copy)
    assert PIER == copy["text"][row["target_start"] : row["target_end"]]
    assert PIER == later["text"][row["origin_start"] : row["origin_end"]]
    assert len(PIER.split()) == row["n_words"]


@pytest.mark.parametrize(("agency", "paper"), [("a", "z"), ("z", "a")])
def test_wire_goes_before_newspaper_where_times_say_nothing(agency: str, paper: str) -> None:
    records = (
        article(agency, "Reuters", None, PIER), article(paper, "Harbour Gull", None, PIER)
    )  # fmt: skip
    assert (agency, paper, "directed", "wire", "uncredited") == verdict_of(*records)


def test_time_goes_before_wire() -> None:
    later = article("wire", "Reuters", THIRD, PIER)
    expected = ("gull", "wire", "directed", "time", "uncredited")
    assert expected == verdict_of(later, gull(PIER))


def test_neither_time_nor_agency_leaves_a_row_undirected() -> None:
    papers = article("a", "Evening Tern", None, PIER), article("b", "Harbour Gull", None, PIER)
    assert ("a", "b", "undirected", "none", None) == verdict_of(*papers)


def test_two_that_credit_the_same_third_have_a_common_origin() -> None:
    tern = article("tern", "Evening Tern", FIRST, f"QUAYMOUTH (AP) – {PIER}")
    expected = ("tern", "gull", "common_origin", "credit", None)
    assert expected == verdict_of(tern, gull("By Associated Press", PIER))


def test_two_that_credit_different_thirds_have_no_common_origin() -> None:
    tern = article("tern", "Evening Tern", FIRST, f"QUAYMOUTH (AP) – {PIER}")
    expected = ("tern", "gull", "directed", "time", "credited_to_other")
    assert expected == verdict_of(tern, gull("By Xinhua", PIER))


# Rows.


def test_credit_attribution_id_is_the_row_that_credits() -> None:
    analysis = analysis_of(
        WIRE,
        gull("AP reported that the boats were late.", UPROAR, PIER),
        article("tern", "Evening Tern", THIRD, f"QUAYMOUTH (Xinhua) – {HERON}"),
    )
    attributions = analysis.table("attributions").to_pylist()
    found = {
        row["target_document_id"]: attributions[row["credit_attribution_id"]]
        for row in analysis.table("reuse").to_pylist()
        if row["rank"] == 1
    }
    assert {"gull": "reuters", "tern": "xinhua"} == {
        target: row["credited_outlet"] for target, row in found.items()
    }
    assert all(target == row["document_id"] for target, row in found.items())


def test_credited_origin_goes_before_an_earlier_one() -> None:
    tern = article("tern", "Evening Tern", FIRST, PIER)
    wire = article("wire", "Reuters", SECOND, PIER)
    rows = rows_of(tern, wire, gull(f"QUAYMOUTH (Reuters) – {PIER}", published=THIRD))
    found = [
        (row["rank"], row["origin_document_id"], row["credit"])
        for row in rows if row["target_document_id"] == "gull"
    ]  # fmt: skip
    assert [(1, "wire", "credited"), (2, "tern", "credited_to_other")] == found


SEEDS = [0, 1, 2, 5, 6, 7]


def random_records(seed: int) -> list[Record]:
    """Return articles of a few paragraphs in any order, some credited, many in conflict."""
    rng = random.Random(seed)
    outlets = ["Reuters", "AP", "The Guardian", "Harbour Gull", "Evening Tern", None]
    records = []
    for number in range(rng.randint(4, 6)):
        paragraphs = rng.sample([PIER, HERON, FERRY, MILL], rng.randint(2, 4))
        paragraphs.insert(rng.randint(0, 2), rng.choice([UPROAR, *SMALL]))
        credit = rng.choice(["QUAYMOUTH (Reuters) – ", "QUAYMOUTH (AP) – ", "", ""])
        published = rng.choice([None, FIRST, SECOND, f"{FIRST}T06:00:00Z"])
        records.append(
            article(
                f"d{number}", rng.choice(outlets), published,
                credit + paragraphs[0], *paragraphs[1:],
            )
        )  # fmt: skip
    return records


@pytest.mark.parametrize("seed", SEEDS)
def test_best_origins_do_not_overlap_and_ranks_count(seed: int) -> None:
    analysis = analysis_of(*random_records(seed))
    rows = analysis.table("reuse").to_pylist()
    assert "credit" in {row["direction_reason"] for row in rows}
    heads: dict[str, list[tuple[int, int]]] = {}
    rank, target = 0, None
    for row in rows:
        span = row["target_start"], row["target_end"]
        if row["rank"] == 1:
            before = heads.setdefault(row["target_document_id"], [])
            assert [] == [each for each in before if each[0] < span[1] and span[0] < each[1]]
            before.append(span)
        else:
            assert (rank + 1, target) == (row["rank"], row["target_document_id"])
        rank, target = row["rank"], row["target_document_id"]


@pytest.mark.parametrize("seed", SEEDS)
def test_credit_is_given_where_somebody_took(seed: int) -> None:
    analysis = analysis_of(*random_records(seed))
    documents = analysis.table("attributions")["document_id"].to_pylist()
    for row in analysis.table("reuse").to_pylist():
        took = row["direction"] == "directed" and row["kind"] != "shared_quote"
        assert took == (row["credit"] is not None)
        named_by = row["credit_attribution_id"]
        assert (row["credit"] in ("credited", "credited_to_other")) == (named_by is not None)
        assert named_by is None or row["target_document_id"] == documents[named_by]


@pytest.mark.parametrize("seed", range(4))
def test_order_of_documents_does_not_matter(seed: int) -> None:
    records = random_records(seed)
    expected = analysis_of(*records)
    random.Random(seed).shuffle(records)
    found = analysis_of(*records)
    for name in ("reuse", "attributions", "flows"):
        assert expected.table(name).to_pylist() == found.table(name).to_pylist()


# Sums, by hand.


@pytest.fixture(scope="module")
def sums() -> Analysis:
    """The Gull credits one of the three that it took, the Tern one to somebody else."""
    return analysis_of(
        article("wire", "Reuters", FIRST, PIER, HERON, FERRY),
        gull(UPROAR, PIER, *OWN[:3], HERON, *OWN[3:], f"“{FERRY}”"),
        article("tern", "Evening Tern", THIRD, f"QUAYMOUTH (AP) – {MILL}"),
        article("heron", "Morning Heron", SECOND, MILL),
    )


def n_words(*texts: str) -> int:
    return sum(len(text.split()) for text in texts)


def test_uncredited_share_is_of_all_words(sums: Analysis) -> None:
    rows = {row["document_id"]: row for row in sums.table("documents").to_pylist()}
    gull_has = n_words(UPROAR, PIER, HERON, FERRY, *OWN)
    tern_has = n_words(MILL) + 2
    assert {
        "gull": round(n_words(HERON, FERRY) / gull_has, 6),
        "tern": round(n_words(MILL) / tern_has, 6),
        "wire": 0.0,
        "heron": 0.0,
    } == {id: row["uncredited_share"] for id, row in rows.items()}
    assert round(n_words(PIER, HERON, FERRY) / gull_has, 6) == rows["gull"]["reused_share"]


def test_flows_count_uncredited_passages(sums: Analysis) -> None:
    found = [
        (row["origin_outlet"], row["target_outlet"], row["n_passages"], row["n_uncredited"])
        for row in sums.table("flows").to_pylist()
    ]
    assert [("Morning Heron", "Evening Tern", 1, 1), ("Reuters", "Harbour Gull", 3, 2)] == found


def test_credit_summary_has_the_words_of_each_outlet(sums: Analysis) -> None:
    summary = sums.credit_summary()
    columns = ["outlet", "credited", "credited_to_other", "quoted_uncredited", "uncredited"]
    assert columns == [*summary.columns]
    assert [
        ["Harbour Gull", n_words(PIER), 0, n_words(FERRY), n_words(HERON)],
        ["Evening Tern", 0, n_words(MILL), 0, 0],
    ] == summary.to_numpy().tolist()


def test_without_attributions_credit_is_missing() -> None:
    analysis = analyze(Corpus.from_records([WIRE, gull(PIER)]), only=["reuse"])
    assert [(None, None)] == [
        (row["credit"], row["credit_attribution_id"]) for row in analysis.table("reuse").to_pylist()
    ]
    assert [None] == analysis.table("flows")["n_uncredited"].to_pylist()
    assert {None} == {*analysis.table("documents")["uncredited_share"].to_pylist()}
    assert analysis.reuse["credit"].isna().all()


@pytest.mark.parametrize("part", ["duplicates", "reuse", "attributions"])
def test_credit_summary_needs_both_parts(part: str) -> None:
    analysis = analyze(Corpus.from_records([WIRE, gull(PIER)]), only=[part])
    with pytest.raises(ValueError, match="credit"):
        analysis.credit_summary()
