"""Damaged articles: no damage raises, and what is said far from it is found as before."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

import pytest
from conftest import load_cases
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tokens_of

from dedup import Corpus, analyze

Said = tuple[tuple[str, ...], str, tuple[str, ...] | None]

CRANE = [
    "Old crane on Quaymouth pier to be sold",
    "“The crane has not lifted anything since my mother was harbour master,” Ada Quill said on"
    " Monday, when the council met in the customs house.",
    "The sale was first reported by Reuters, which said that two museums had asked for the price.",
    "Councillor Piet Marran told the Guardian that the town “will miss the shadow of it on the"
    " fish market”, and asked for a plaque.",
    "Snow fell on the allotments while they talked, and the ferry came in without its lamps.",
    "According to the harbour board, the crane weighs sixty tonnes and its driver’s cabin is home"
    " to a family of starlings.",
    "“Nobody will throw a starling out before June,” said Marran. “We are not that sort of town.”",
    "Xinhua reported that a shipyard on the other side of the bay would take the jib.",
]
FERRY = [
    "Ferry company to try a night boat",
    "Tickets for the night boat will cost nine crowns, Reuters reported on Friday, citing a letter"
    " to the harbour board.",
    "“We have the crew, we have the diesel and we have a great many biscuits,” the director of the"
    " company, Jonna Teel, told the BBC.",
    "She said the first boat would leave at eleven and wait for anybody who was late.",
    "A clerk at the savings bank said her sister would never set foot on it.",
    "The Guardian wrote that “a night boat without a bar is a punishment”, and Teel agreed.",
    "“There will be a bar,” she told the newspaper. “There will even be a piano.”",
    "Police said they had no view on pianos.",
]
ARTICLES = [CRANE, FERRY]
STYLES = {"straight": '""', "curly": "“”", "guillemets": "«»"}
FEW = settings(max_examples=12)


def said_in(paragraphs: list[str]) -> list[tuple[int, int, Said]]:
    """Return for each attribution its first and last paragraph, and what it says, in words."""
    return read_once(tuple(paragraphs))


@cache
def read_once(paragraphs: tuple[str, ...]) -> list[tuple[int, int, Said]]:
    text = "\n\n".join(paragraphs)
    bounds, place = [], 0
    for paragraph in paragraphs:
        bounds.append(place)
        place += len(paragraph) + 2
    records = [{"id": "a", "outlet": "Harbour Gull", "text": text}]
    analysis = analyze(Corpus.from_records(records), only="attributions", jobs=1)
    found = []
    for row in analysis.table("attributions").to_pylist():
        content = row["content_start"], row["content_end"]
        words = None if content[0] is None else tokens_of(text[content[0] : content[1]])
        first, last = (
            max(number for number, start in enumerate(bounds) if start <= place)
            for place in (row["start"], row["end"] - 1)
        )
        found.append((first, last, (tokens_of(row["credited_text"]), row["relation"], words)))
    return found


def assert_far_ones_stay(before: list[str], after: list[str], place: int) -> None:
    """Assert that what is said two paragraphs before a place, or five behind it, is still found."""
    far = Counter(
        said for first, last, said in said_in(before) if last <= place - 2 or first >= place + 5
    )
    assert Counter() == far - Counter(said for _, _, said in said_in(after))


@st.composite
def places(draw: st.DrawFn, pattern: str) -> tuple[list[str], int, int]:
    """Draw an article, a paragraph of it, and where in it the pattern stands."""
    article = draw(st.sampled_from(ARTICLES))
    found = [
        (number, match.start())
        for number, paragraph in enumerate(article)
        for match in re.finditer(pattern, paragraph)
    ]
    return article, *draw(st.sampled_from(found))


def changed(article: list[str], number: int, *paragraphs: str) -> list[str]:
    return [*article[:number], *paragraphs, *article[number + 1 :]]


def test_articles_say_something_in_most_paragraphs() -> None:
    for article in ARTICLES:
        assert len({first for first, _, _ in said_in(article)}) >= len(article) - 2


@FEW
@given(places("[“”]"), st.sampled_from([0, 2]))
def test_one_mark_dropped_or_doubled(place: tuple[list[str], int, int], n_marks: int) -> None:
    article, number, at = place
    paragraph = article[number]
    odd = paragraph[:at] + paragraph[at] * n_marks + paragraph[at + 1 :]
    assert_far_ones_stay(article, changed(article, number, odd), number)


@FEW
@given(places("[“”]"))
def test_one_straight_mark_dropped(place: tuple[list[str], int, int]) -> None:
    article, number, at = place
    straight = [re.sub("[“”]", '"', paragraph) for paragraph in article]
    odd = straight[number][:at] + straight[number][at + 1 :]
    assert_far_ones_stay(straight, changed(straight, number, odd), number)


@FEW
@given(places(" "))
def test_paragraph_split_in_two(place: tuple[list[str], int, int]) -> None:
    article, number, at = place
    halves = article[number][:at], article[number][at + 1 :]
    assert_far_ones_stay(article, changed(article, number, *halves), number)


@FEW
@given(places("."), st.characters(exclude_categories=["Cs"]))
def test_character_replaced_by_any_other(place: tuple[list[str], int, int], character: str) -> None:
    article, number, at = place
    paragraph = article[number][:at] + character + article[number][at + 1 :]
    if re.search(r"\n|\r|\x0b|\x0c|\x85|\u2028|\u2029|^\s|\s$", paragraph):
        character = "x"
    paragraph = article[number][:at] + character + article[number][at + 1 :]
    assert_far_ones_stay(article, changed(article, number, paragraph), number)


@pytest.mark.parametrize("article", ARTICLES)
def test_headline_in_capitals(article: list[str]) -> None:
    assert_far_ones_stay(article, changed(article, 0, article[0].upper()), 0)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("article", ARTICLES)
def test_style_of_marks_changes_no_attribution(article: list[str], style: str) -> None:
    opening, closing = STYLES[style]
    other = [p.replace("“", opening).replace("”", closing) for p in article]
    assert [said for _, _, said in said_in(article)] == [said for _, _, said in said_in(other)]


@pytest.mark.parametrize("mark", ["“", "”", '"', "«", "»", "‘", "„", "「", "``"])
@pytest.mark.parametrize("article", ARTICLES)
def test_open_mark_swallows_no_other_paragraph(article: list[str], mark: str) -> None:
    for number in (0, 4):
        assert_far_ones_stay(article, changed(article, number, f"{mark}{article[number]}"), number)


WORDS = "the council closed the harbour bridge and Reuters said that the boats were late while"


@pytest.mark.parametrize(
    "text",
    [
        " ".join([WORDS] * 2400)[:200_000],
        "x" * 100_000,
        "X" * 100_000,
        "The\0 council said \0“no\0” to Reuters.\0 " * 20,
        "🦭 said “🦭🦭” to Reuters, 👩‍👩‍👧 told 🇬🇧. " * 50,
        "\u202eThe council\u202c said \u200f“no”\u200e to Reuters. " * 50,
        "“”\"'«»‹›「」`„" * 1_000,
        "“" * 20_000,
        '"' * 20_000,
    ],
    ids=["no stop", "one word", "one name", "NUL", "emoji", "right to left", "marks", "open",
         "straight"],
)  # fmt: skip
def test_odd_texts_are_read_like_any_other(text: str) -> None:
    end = "Xinhua reported that the lamps are out."
    records: list[dict[str, Any]] = [
        {"id": "a", "outlet": "Harbour Gull", "text": f"{text}\n\n{end}"},
        {"id": "b", "outlet": "Evening Tern", "text": end},
    ]
    rows = analyze(Corpus.from_records(records), only=["reuse", "attributions"])
    found = [
        row["document_id"] for row in rows.table("attributions").to_pylist()
        if row["credited_outlet"] == "xinhua"
    ]  # fmt: skip
    assert ["a", "b"] == found


@pytest.mark.parametrize("code_point", [0xD800, 0xDC80, 0xDFFF], ids=hex)
def test_lone_surrogates_do_not_raise(code_point: int) -> None:
    surrogate = chr(code_point)
    text = f"The council {surrogate} said “{surrogate} no” to Xinhua, Reuters reported."
    records = [{"id": "a", "outlet": "Harbour Gull", "text": text}]
    rows = analyze(Corpus.from_records(records), only="attributions").table("attributions")
    assert "reuters" in rows["credited_outlet"].to_pylist()


def test_text_that_ends_anywhere_is_read() -> None:
    texts = [
        str(case.values[0]["input"])
        for name in ("attributions", "chains", "credits", "findings")
        for case in load_cases(name)
    ]
    ends = {text[: match.start()] for text in texts for match in re.finditer(r"(?<=\w)\b", text)}
    records = [{"id": str(n), "text": text} for n, text in enumerate(sorted(ends))]
    assert len(records) > 10_000
    analysis = analyze(Corpus.from_records(records), only="attributions")
    for row in analysis.table("attributions").to_pylist():
        text = records[int(row["document_id"])]["text"]
        assert 0 <= row["start"] < row["end"] <= len(text)
