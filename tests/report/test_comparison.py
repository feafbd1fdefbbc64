"""Two documents side by side: marked where they differ, plain when piped, never steering."""

from __future__ import annotations

import io
import itertools
import random
import unicodedata
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from random_corpora import random_sentence, vary
from rich.cells import set_cell_size
from rich.console import Console

from dedup import Comparison, Document, compare_documents
from dedup.comparison import Match
from dedup.report import render_comparison, summarize_comparison

BRIDGE = (
    "The council closed the old harbour bridge for a week after divers found a crack in its"
    " eastern pier."
)
OTHER = BRIDGE.replace("divers", "swimmers")
FERRY = (
    "Ferry tickets will cost two crowns more from April, the company announced, because the price"
    " of diesel rose again."
)
FIRST = datetime(2026, 3, 1, 6, 30, tzinfo=UTC)
SECOND = datetime(2026, 3, 2, tzinfo=UTC)


def rendered(first: Document, second: Document, *, width: int = 80, **console: Any) -> str:
    out = io.StringIO()
    shown = Console(file=out, width=width, highlight=False, **console)
    render_comparison(compare_documents(first, second), shown)
    return out.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


def columns(text: str, width: int = 80) -> tuple[str, str]:
    """Return the words of the left and of the right half."""
    lines = [line for line in text.split("\n") if "─" not in line]
    left = [set_cell_size(line, width // 2) for line in lines]
    right = [line[len(own) :] for line, own in zip(lines, left, strict=True)]
    return words("\n".join(left)), words("\n".join(right))


def steering(text: str) -> list[str]:
    """Return the characters that can steer a terminal or turn text around."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")]


# On a terminal, and in a file.


def test_sides_carry_outlet_id_time_and_share() -> None:
    text = rendered(
        Document("w 1", BRIDGE, outlet="Wire", published=FIRST),
        Document("g 2", f"{BRIDGE} {FERRY}", outlet=None, published=SECOND, published_is_day=True),
    )
    left, right = columns(text)
    assert left.startswith("Wire w 1 2026-03-01 06:30 UTC 100%")
    assert right.startswith("outlet not known g 2 2026-03-02 50%")
    assert "verbatim ──" in text
    assert (f"characters 0–{len(BRIDGE)} {BRIDGE}", True) == (
        left[left.index("characters") :], right.endswith(BRIDGE),
    )  # fmt: skip


def test_words_that_differ_stand_in_brackets_without_colour() -> None:
    text = rendered(Document("a", BRIDGE), Document("b", OTHER))
    left, right = columns(text)
    assert [] == steering(text)
    assert BRIDGE.replace("divers", "[divers]") in left
    assert BRIDGE.replace("divers", "[swimmers]") in right
    assert "edited, 95% of the words equal ──" in text


def test_words_that_differ_are_coloured_on_a_terminal() -> None:
    text = rendered(
        Document("a", BRIDGE), Document("b", OTHER),
        force_terminal=True, color_system="standard", no_color=False,
    )  # fmt: skip
    assert "\x1b[1;31mdivers\x1b[0m" in text
    assert "\x1b[1;32mswimmers\x1b[0m" in text
    assert "[divers]" not in text


def test_words_that_one_side_lacks_are_marked_on_the_other_only() -> None:
    more = BRIDGE.replace("a week", "a long week")
    left, right = columns(rendered(Document("a", BRIDGE), Document("b", more)))
    assert BRIDGE in left
    assert more.replace("long", "[long]") in right


@pytest.mark.parametrize("swap", [False, True])
def test_who_had_it_first_is_cut_and_the_other_pasted(swap: bool) -> None:
    documents = [
        Document("early", BRIDGE, published=FIRST), Document("late", OTHER, published=SECOND)
    ]  # fmt: skip
    early, late = columns(rendered(*documents))
    if swap:
        late, early = columns(rendered(*documents[::-1]))
    assert "100% cut: so much of it reappears in the other" in early
    assert "100% pasted: so much of it comes from the other" in late


def test_nobody_cut_or_pasted_where_the_times_do_not_tell() -> None:
    text = rendered(Document("a", BRIDGE), Document("b", OTHER))
    assert ["100% of its words are in the other"] * 2 == [
        side[2:] if side.startswith(("a ", "b ")) else side
        for side in (half.removeprefix("outlet not known ").partition(" characters")[0]
                     for half in columns(text))
    ]  # fmt: skip
    assert "cut" not in words(text)
    assert "pasted" not in words(text)


def test_nothing_in_common_is_said() -> None:
    text = rendered(Document("a", BRIDGE), Document("b", FERRY))
    assert "Nothing in common." in text
    assert "─" not in text
    assert "Nothing in common." not in rendered(Document("a", BRIDGE), Document("b", OTHER))


def test_paragraphs_of_a_match_stay_apart() -> None:
    both = f"{BRIDGE}\n\n{FERRY}"
    text = rendered(Document("a", both), Document("b", both), width=300)
    lines = text[text.index("characters") :].splitlines()
    shown = [words(line[:60]) for line in lines]
    assert shown.count("") == 1


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = rendered(
        Document("a" * 150, f"{BRIDGE} {'long' * 50}", outlet="Gull" * 20),
        Document("b", f"{OTHER} {'long' * 50}"), width=width,
    )  # fmt: skip
    assert max(map(len, text.splitlines())) <= min(width, 120)


HOSTILE = [
    "[bold red]x[/bold red]", "[/]", "[link=x]y[/link]", "[@click=x]y", ":warning:", "\\[bold]",
    "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\x9b31m", "\x08\x08x", "a\rb", "a\x00b",
    "\u202egnorw\u202c", "\u2066x\u2069", "\ue000", "a\u2028b", "🦀\u200b",
]  # fmt: skip


def visible(text: str) -> str:
    """Return the characters that leave a mark, without placeholders and brackets."""
    return "".join(
        c for c in text if c.isprintable() and not c.isspace() and c not in "\ufffd[]"
    )  # fmt: skip


@pytest.mark.parametrize("field", ["text", "edited text", "document_id", "outlet"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=ascii)
def test_hostile_text_is_shown_as_it_is_and_does_not_steer_the_terminal(
    hostile: str, field: str
) -> None:
    one = BRIDGE.replace("week", f"week {hostile}") if "text" in field else BRIDGE
    other = BRIDGE if field == "edited text" else one
    sides = {"document_id": "a", "outlet": "Gull"} | ({} if "text" in field else {field: hostile})
    first, second = Document(**sides, text=one), Document(**sides, text=other)
    text = rendered(first, second, width=120)
    assert [] == steering(text)
    shown = [visible(hostile) in visible(side) for side in columns(text, 120)]
    assert [True, field != "edited text" or not visible(hostile)] == shown
    coloured = rendered(
        first, second, width=120, force_terminal=True, color_system="standard", no_color=False
    )
    for hidden in set(hostile) - {"\x1b"}:
        assert unicodedata.category(hidden)[0] != "C" or hidden not in coloured
    assert "\x1b[2J" not in coloured
    assert "\x1b[31mred" not in coloured
    assert "\x1b]" not in coloured


# As JSON.


@pytest.fixture(scope="module", params=range(6))
def comparison(request: pytest.FixtureRequest) -> Comparison:
    rng = random.Random(request.param)
    shared = [random_sentence(rng, rng.randint(20, 60)) for _ in range(3)]
    texts = []
    for _ in range(2):
        own = [f"“Ærø” – 漢字 🦀 {random_sentence(rng, 15)}" for _ in range(2)]
        paragraphs = [vary(each, rng, rng.choice((0, 2, 4))) for each in shared] + own
        rng.shuffle(paragraphs)
        texts.append("\r\n\r\n".join(paragraphs))
    return compare_documents(
        Document("a", texts[0], outlet="Gull", published=FIRST), Document("b", texts[1])
    )


def test_summary_states_its_format_and_both_sides(comparison: Comparison) -> None:
    summary = summarize_comparison(comparison)
    assert ("dedup-comparison", 1) == (summary["format"], summary["version"])
    assert {
        "document_id": "a", "outlet": "Gull", "published": FIRST, "share": comparison.first_share,
    } == summary["first"]  # fmt: skip
    assert {
        "document_id": "b", "outlet": None, "published": None, "share": comparison.second_share,
    } == summary["second"]  # fmt: skip
    assert (comparison.origin, comparison.direction, comparison.direction_reason) == (
        summary["origin"], summary["direction"], summary["direction_reason"],
    )  # fmt: skip


def test_spans_of_the_summary_slice_back(comparison: Comparison) -> None:
    summary = summarize_comparison(comparison)
    assert len(comparison.matches) == len(summary["matches"]) > 0
    for match, row in zip(comparison.matches, summary["matches"], strict=True):
        assert {name: getattr(match, name) for name in Match.__slots__}.items() <= row.items()
        for side, document in (("first", comparison.first), ("second", comparison.second)):
            start, end = row[f"{side}_start"], row[f"{side}_end"]
            assert document.text[start:end] == row[f"{side}_text"]


def test_edits_of_the_summary_are_equal_where_they_say_so(comparison: Comparison) -> None:
    for row in summarize_comparison(comparison)["matches"]:
        said = [edit["equal"] for edit in row["edits"]]
        sides = [
            [words_of(text[edit[f"{side}_start"] : edit[f"{side}_end"]]) for edit in row["edits"]]
            for side, text in (
                ("first", comparison.first.text), ("second", comparison.second.text),
            )
        ]  # fmt: skip
        assert [one == other for one, other in zip(*sides, strict=True)] == said
        assert [*itertools.chain(*sides[0])] == words_of(row["first_text"])
        assert [*itertools.chain(*sides[1])] == words_of(row["second_text"])
        assert all(said) == (row["identity"] == 1)


def test_edits_of_the_summary_follow_each_other_on_both_sides() -> None:
    more = BRIDGE.replace("a week", "a long week")
    comparison = compare_documents(Document("a", BRIDGE), Document("b", more))
    (row,) = summarize_comparison(comparison)["matches"]
    for side in ("first", "second"):
        places = [place for edit in row["edits"]
                  for place in (edit[f"{side}_start"], edit[f"{side}_end"])]  # fmt: skip
        assert sorted(places) == places


def words_of(text: str) -> list[str]:
    letters = "".join(c if c.isalnum() else " " for c in text.casefold())
    return letters.split()


def test_summary_serialises_as_json(comparison: Comparison) -> None:
    summary = summarize_comparison(comparison)
    found = orjson.loads(orjson.dumps(summary))
    assert list(summary) == list(found)
    assert "2026-03-01T06:30:00+00:00" == found["first"]["published"]
    assert summary["matches"] == found["matches"]
