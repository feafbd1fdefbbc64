"""Stories: by hand, and by an obvious oracle that walks from document to document."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Analysis, Corpus, analyze
from dedup.stories import find_stories
from dedup.tables import SCHEMAS

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
CREDITS = ("credited", "credited_to_other", "quoted_uncredited", "uncredited")

Row = dict[str, Any]


def documents(*rows: tuple[str, float | None], n_words: int = 100) -> pa.Table:
    """Return the table of documents with these ids and hours of publication."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMAS["documents"].names}
    for document_id, hours in sorted(rows):
        row: Row = {
            "document_id": document_id, "outlet": document_id.upper(), "n_passages": 1,
            "n_words": n_words, "title": f"About {document_id}",
            "published": None if hours is None else START + timedelta(hours=hours),
        }  # fmt: skip
        for name, values in columns.items():
            values.append(row.get(name))
    return pa.table(columns, schema=SCHEMAS["documents"])


def reuse(*rows: tuple[str, str, int] | tuple[str, str, int, Row]) -> pa.Table:
    """Return the table of reuse with these targets, origins, words and other values."""
    columns: dict[str, list[Any]] = {name: [] for name in SCHEMAS["reuse"].names}
    for number, (target, origin, n_words, *others) in enumerate(rows):
        row: Row = {
            "reuse_id": number, "rank": 1, "target_document_id": target,
            "origin_document_id": origin, "n_words": n_words, "kind": "edited",
            "direction": "directed", "direction_reason": "time", "cosine": 1.0, "identity": 1.0,
            "target_start": 0, "target_end": 1, "origin_start": 0, "origin_end": 1,
        }  # fmt: skip
        row |= others[0] if others else {}
        for name, values in columns.items():
            values.append(row.get(name))
    return pa.table(columns, schema=SCHEMAS["reuse"])


def told(stories: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    names = names or ("story_id", "document_id", "origin_document_id", "n_words")
    return list(zip(*(stories[name].to_pylist() for name in names), strict=True))


def test_story_is_a_root_and_all_who_took_from_it_directly_or_through_others() -> None:
    stories = find_stories(
        documents(("wire", 0), ("gull", 3), ("tern", 9), ("heron", 27.5), ("alone", 1)),
        reuse(("gull", "wire", 60), ("tern", "gull", 40), ("heron", "wire", 25)),
    )
    assert SCHEMAS["story_timeline"] == stories.schema
    assert [
        (0, "wire", None, 0), (0, "gull", "wire", 60), (0, "tern", "gull", 40),
        (0, "heron", "wire", 25),
    ] == told(stories)  # fmt: skip
    assert [(0.0, 0.0), (3.0, 0.6), (9.0, 0.4), (27.5, 0.25)] == told(
        stories, "hours_after", "share"
    )
    assert [("WIRE", "About wire"), ("GULL", "About gull")] == told(stories, "outlet", "title")[:2]


def test_main_origin_gave_most_words_over_all_its_spans() -> None:
    stories = find_stories(
        documents(("a", 0), ("b", 0), ("x", 1)),
        reuse(("x", "a", 20), ("x", "b", 15), ("x", "b", 15)),
    )
    # Words of other stories do not count: `a` is none of this one.
    assert [(0, "b", None, 0), (0, "x", "b", 30)] == told(stories)


def test_words_from_all_documents_of_the_story_count() -> None:
    stories = find_stories(
        documents(("a", 0), ("b", 1), ("x", 2)),
        reuse(("b", "a", 50), ("x", "a", 20), ("x", "b", 30)),
    )
    assert [(0, "a", None, 0), (0, "b", "a", 50), (0, "x", "b", 50)] == told(stories)


def test_of_origins_with_equal_words_the_earlier_is_the_main_one() -> None:
    rows = reuse(("x", "a", 20), ("x", "b", 20), ("x", "c", 20))
    for hours, expected in (
        ({"a": 2, "b": 1, "c": None}, "b"), ({"a": 1, "b": 1, "c": 1}, "a"),
        ({"a": None, "b": None, "c": 5}, "c"),
    ):  # fmt: skip
        stories = find_stories(documents(*hours.items(), ("x", 9)), rows)
        assert (0, "x", expected, 20) == told(stories)[1]


@pytest.mark.parametrize(
    "values",
    [{"rank": 2}, {"direction": "undirected"}, {"direction": "common_origin"},
     {"kind": "shared_quote"}],
)  # fmt: skip
def test_what_nobody_took_makes_no_story(values: Row) -> None:
    assert [] == told(find_stories(documents(("a", 0), ("b", 1)), reuse(("b", "a", 40, values))))


@pytest.mark.parametrize("length", [2, 3, 4, 5])
def test_circle_begins_with_its_earliest_document(length: int) -> None:
    # A credit speaks against the dates: each took from the next, and the last from the first.
    names = [f"d{number}" for number in range(length)]
    circle = [(name, names[(i + 1) % length], 10) for i, name in enumerate(names)]
    stories = find_stories(
        documents(*((name, 5 - i) for i, name in enumerate(names)), ("y", 9), ("z", None)),
        reuse(*circle, ("y", names[0], 30), ("z", "y", 30)),
    )
    first = names[-1]
    assert [(first, None)] == told(stories, "document_id", "origin_document_id")[:1]
    assert {*names, "y", "z"} == {*stories["document_id"].to_pylist()}
    assert {0} == {*stories["story_id"].to_pylist()}
    assert Counter({first: 1}) == Counter(
        name for name, origin in told(stories, "document_id", "origin_document_id") if not origin
    )


def test_biggest_story_comes_first_and_of_equal_ones_the_earlier() -> None:
    stories = find_stories(
        documents(
            ("a", 4), ("a1", 5), ("b", 2), ("b1", 5), ("c", None), ("c1", 5), ("d", 9), ("d1", 10),
            ("e", 2), ("e1", 5),
        ),
        reuse(*((f"{name}1", name, 20) for name in "abce"), ("d1", "d", 21)),
    )  # fmt: skip
    roots = [row for row in told(stories, "document_id", "origin_document_id") if row[1] is None]
    assert ["d", "b", "e", "a", "c"] == [name for name, _ in roots]


def test_documents_of_a_story_follow_its_root_by_time_then_id_with_undated_ones_last() -> None:
    stories = find_stories(
        documents(("root", 5), ("c", 7), ("b", 7), ("z", 2), ("a", None)),
        reuse(*((name, "root", 9) for name in "abcz")),
    )
    assert [("root", 0.0), ("z", -3.0), ("b", 2.0), ("c", 2.0), ("a", None)] == told(
        stories, "document_id", "hours_after"
    )


def test_hours_are_missing_where_the_root_has_no_date() -> None:
    stories = find_stories(documents(("a", None), ("b", 1)), reuse(("b", "a", 9)))
    assert [("a", None), ("b", None)] == told(stories, "document_id", "hours_after")


def test_credit_is_that_of_most_words() -> None:
    stories = find_stories(
        documents(("a", 0), ("b", 1), ("c", 2), ("d", 3)),
        reuse(
            ("b", "a", 20, {"credit": "uncredited"}), ("b", "a", 15, {"credit": "credited"}),
            ("b", "a", 15, {"credit": "credited"}), ("c", "a", 9, {"credit": "uncredited"}),
            ("d", "a", 9),
        ),
    )  # fmt: skip
    assert [("a", None), ("b", "credited"), ("c", "uncredited"), ("d", None)] == told(
        stories, "document_id", "credit"
    )


def test_no_document_and_no_reuse_make_no_story() -> None:
    for table in (documents(), documents(("a", 0))):
        stories = find_stories(table, reuse())
        assert (0, SCHEMAS["story_timeline"]) == (stories.num_rows, stories.schema)


def test_document_without_a_word_has_no_share() -> None:
    stories = find_stories(documents(("a", 0), ("b", 1), n_words=0), reuse(("b", "a", 9)))
    assert [0.0, 0.0] == stories["share"].to_pylist()


# An oracle.


def walk(hours: list[int | None], rows: list[tuple[int, int, int, str | None]]) -> list[Row]:
    """Return the stories as the docstring of `find_stories` says, one document after another."""
    n = len(hours)
    key = [(hour is None, hour or 0, number) for number, hour in enumerate(hours)]
    words: dict[int, Counter[int]] = {}
    for target, origin, n_words, _ in rows:
        words.setdefault(target, Counter())[origin] += n_words
    main = {
        target: min(given, key=lambda origin, given=given: (-given[origin], key[origin]))
        for target, given in words.items()
    }
    for number in range(n):
        path = [number]
        while path[-1] in main and path[-1] not in path[:-1]:
            path.append(main[path[-1]])
        if path[-1] in main:
            circle = path[path.index(path[-1]) : -1]
            del main[min(circle, key=lambda each: key[each])]

    def root_of(number: int) -> int:
        while number in main:
            number = main[number]
        return number

    members: dict[int, list[int]] = {}
    for number in range(n):
        members.setdefault(root_of(number), []).append(number)
    inside = [row for row in rows if root_of(row[0]) == root_of(row[1])]
    total: Counter[int] = Counter()
    for target, _, n_words, _ in inside:
        total[root_of(target)] += n_words
    roots = [root for root, found in members.items() if len(found) > 1]
    found = []
    for story, root in enumerate(sorted(roots, key=lambda root: (-total[root], key[root]))):
        for number in sorted(members[root], key=lambda each: (each != root, key[each])):
            by_credit: Counter[str] = Counter()
            for target, _, n_words, credit in inside:
                if target == number and credit is not None:
                    by_credit[credit] += n_words
            dates = hours[number], hours[root]
            found.append({
                "story_id": story,
                "document_id": f"{number:02d}",
                "origin_document_id": f"{main[number]:02d}" if number in main else None,
                "hours_after": None if None in dates else float(dates[0] - dates[1]),
                "n_words": sum(row[2] for row in inside if row[0] == number),
                "credit": max(by_credit, key=lambda each: (by_credit[each], -CREDITS.index(each)))
                if by_credit else None,
            })  # fmt: skip
    return found


@given(st.data())
def test_stories_are_those_of_walking(data: st.DataObject) -> None:
    hours = data.draw(st.lists(st.none() | st.integers(0, 4), min_size=2, max_size=9))
    numbers = st.integers(0, len(hours) - 1)
    row = st.tuples(numbers, numbers, st.integers(8, 11), st.sampled_from([None, *CREDITS]))
    rows = data.draw(st.lists(row.filter(lambda row: row[0] != row[1]), max_size=14))
    stories = find_stories(
        documents(*((f"{number:02d}", hour) for number, hour in enumerate(hours))),
        reuse(*((f"{target:02d}", f"{origin:02d}", n_words, {"credit": credit})
                for target, origin, n_words, credit in rows)),
    )  # fmt: skip
    expected = walk(hours, rows)
    names = ["story_id", "document_id", "origin_document_id", "hours_after", "n_words", "credit"]
    assert expected == stories.select(names).to_pylist()


# Of an analysis.


@pytest.fixture(scope="module")
def analysis(newsroom: Corpus) -> Analysis:
    return analyze(newsroom)


def test_every_document_that_took_is_in_one_story(analysis: Analysis) -> None:
    taken = analysis.reuse.query("rank == 1 and direction == 'directed' and kind != 'shared_quote'")
    timeline = analysis.story_timeline()
    assert timeline["document_id"].is_unique
    assert {*taken["target_document_id"]} == {
        *timeline.dropna(subset=["origin_document_id"])["document_id"]
    }


def test_timeline_has_the_documented_dtypes_and_the_biggest_stories(analysis: Analysis) -> None:
    timeline = analysis.story_timeline()
    assert {
        "story_id": "int64", "document_id": "string", "outlet": "string",
        "published": "datetime64[us, UTC]", "title": "string", "origin_document_id": "string",
        "hours_after": "Float64", "n_words": "int64", "share": "Float64", "credit": "string",
    } == {name: str(dtype) for name, dtype in timeline.dtypes.items()}  # fmt: skip
    biggest = analysis.story_timeline(2)
    pd.testing.assert_frame_equal(timeline[timeline["story_id"] < 2], biggest)
    totals = timeline.groupby("story_id")["n_words"].sum()
    assert totals.is_monotonic_decreasing
    assert 0 == len(analysis.story_timeline(0))
    assert len(timeline) == len(analysis.story_timeline(10**6))
    with pytest.raises(ValueError, match="n must be at least 0, got -1"):
        analysis.story_timeline(-1)


def test_timeline_needs_reuse(newsroom: Corpus) -> None:
    with pytest.raises(ValueError, match="reuse was not analysed: `only` named other parts"):
        analyze(newsroom, only="duplicates").story_timeline()
    assert analyze(newsroom, only="reuse").story_timeline()["credit"].isna().all()
