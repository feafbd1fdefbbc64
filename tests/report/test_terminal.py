"""The summary on a terminal: plain when piped, and not steered by what articles hold."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any

import pytest
from random_corpora import random_records
from rich.console import Console

from dedup import Corpus, analyze
from dedup.report import render, summarize

LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LATER = LEAD.replace("Monday", "Tuesday")
OTHER = "A heron has nested on the roof of the savings bank for the second spring in a row."


def rendered(*records: dict[str, Any], width: int = 80, **console: Any) -> str:
    out = io.StringIO()
    summary = summarize(analyze(Corpus.from_records(records)))
    render(summary, Console(file=out, width=width, highlight=False, **console))
    return out.getvalue()


def steering(text: str) -> list[str]:
    """Return the characters that can steer a terminal or turn text around."""
    return [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co")]


def words(text: str) -> str:
    return " ".join(text.split())


def test_output_to_a_file_is_plain() -> None:
    text = rendered({"id": "a", "text": LEAD}, {"id": "b", "text": LATER})
    assert [] == steering(text)
    assert "on [Monday] morning" in words(text)
    assert "−Monday +Tuesday" in words(text)


def test_output_to_a_terminal_marks_differing_words_by_colour() -> None:
    text = rendered(
        {"id": "a", "text": LEAD}, {"id": "b", "text": LATER},
        force_terminal=True, color_system="standard", no_color=False,
    )  # fmt: skip
    assert "\x1b[1;4mMonday\x1b[0m" in text
    assert "[Monday]" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 300])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = rendered(*random_records(8, 120), width=width)
    assert max(map(len, text.splitlines())) <= min(width, 100)


def test_parts_without_content_are_left_out() -> None:
    text = rendered({"id": "a", "text": LEAD})
    for heading in ("Biggest clusters", "Printed twice", "Boilerplate"):
        assert heading not in text
    assert "1 document" in text
    assert "0.0% of all words repeat an earlier passage" in words(text)


def test_parts_with_content_are_shown() -> None:
    text = rendered(
        {"id": "a", "outlet": "Gull", "text": f"{LEAD}\n\n{LEAD}\n\nExit mobile version"},
        {"id": "b", "text": "The mill road is closed."},
        {"id": "c", "text": "The mill road is closed."},
    )
    for part in ("Biggest clusters", "Printed twice", "Boilerplate by outlet", "1 × Exit mobile",
                 "2 times in a", "3 documents of 1 outlet", "(not known)"):  # fmt: skip
        assert part in words(text)


def test_long_lists_say_how_much_is_not_shown() -> None:
    copies = [{"id": f"{i:03d}", "outlet": f"Paper {i}", "text": LEAD} for i in range(30)]
    text = words(rendered(*copies))
    assert "30 passages" in text
    assert "and 24 more" in text  # outlets of the cluster
    assert "and 22 more" in text  # members
    assert "and 18 other outlets" in text


HOSTILE = [
    "[bold red]x[/bold red]", "[/]", "[/bold]", "[link=x]y[/link]", "[@click=x]y", ":warning:",
    "\\[bold]", "\x1b[2J\x1b[31mred", "\x1b]0;title\x07", "\x9b31m", "\x08\x08x", "a\rb", "a\x00b",
    "\u202egnorw\u202c", "\u2066x\u2069", "\ue000", "a\u2028b", "🦀\u200b",
]  # fmt: skip

# Where a report shows a field of a document: what stands before it, by the headings of the parts.
SHOWN = {
    "Biggest clusters": ["bridge", "a", "Gull"],
    "Printed twice": ["The mill road", "a", "Gull"],
    "Boilerplate by outlet": ["Exit mobile version", "Gull"],
    "Outlets": ["Gull"],
}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_as_it_is_and_does_not_steer_the_terminal(hostile: str) -> None:
    furniture = f"Exit mobile version {hostile}"
    repeated = f"The mill road {hostile} is closed."
    lead = LEAD.replace("bridge", f"bridge {hostile}")
    texts = {"a": [lead, repeated, repeated, furniture], "b": [lead, OTHER, furniture]}
    records = [
        {"id": f"{side}{hostile}", "outlet": f"Gull{hostile}", "text": "\n\n".join(text)}
        for side, text in texts.items()
    ]
    text = rendered(*records, width=100)
    assert [] == steering(text)
    for part, fields in SHOWN.items():
        shown = text.partition(f"\n{part}")[2].partition("──\n")[2].partition(" ──")[0]
        missing = [f for f in fields if visible(f"{f}{hostile}") not in visible(shown)]
        assert [] == missing, part


def visible(text: str) -> str:
    """Return the characters that leave a mark, without the placeholder of those that steer."""
    return "".join(c for c in text if c.isprintable() and not c.isspace() and c != "\ufffd")


def test_ids_too_long_for_a_column_break_where_their_parts_end() -> None:
    name = "the-gull-of-the-northern-sound/2026-03-09-crane-topples-onto-a-timber-ship.md"
    copies = [{"id": f"{name}{k}", "outlet": "The Gull", "text": LEAD} for k in "ab"]
    lines = [line.strip() for line in rendered(*copies, width=60).splitlines()]
    parts = {*re.findall("[^-/.]*[-/.]", name)}
    cut = [line.split("  ")[0] for line in lines if line.startswith(("the-gull", "2026", "crane"))]
    assert cut
    assert all(line[-1] in "-/." and re.findall("[^-/.]*[-/.]", line)[-1] in parts for line in cut)
