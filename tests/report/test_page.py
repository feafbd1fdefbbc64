"""The page as a file: safe with any text, of bounded size, and whole without the parts left out."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from random_corpora import random_records

from dedup import Analysis, Corpus, InputError, analyze, gazetteer
from dedup.report.page import render_page, write_page
from dedup.report.page.names import anchor_of
from dedup.report.page.pictures import draw_matrix
from dedup.report.page.pieces import pieces_of_both, pieces_of_each

LEAD = (
    "The council closed the old harbour bridge for a week on Monday morning, because two of its"
    " eleven pillars have moved by the width of a hand since the autumn."
)
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; alert(1); //",
    "<!-- --!> <![CDATA[ ]]> &amp; &#60;b&#62;",
    "{{ 7 * 7 }} {% raw %}",
    "\u202egnihtemos\u202c",
    "a\u200bb\ufeffc",
    "\U0001f469\u200d\U0001f680",
    "nul\0bell\x07escape\x1b[2J",
]


class Elements(HTMLParser):
    """The elements of a page with their attributes, and its text outside style and script."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag if tag in ("style", "script") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.text += data


def parsed(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    return elements


def page_of(*records: dict[str, Any], **options: Any) -> str:
    return render_page(analyze(Corpus.from_records(records), **options))


@pytest.fixture(scope="module")
def analysis(newsroom: Corpus, root: Path) -> Analysis:
    return analyze(newsroom, outlets=gazetteer(root / "sample_data" / "outlets.tsv"))


@pytest.fixture(scope="module")
def page(analysis: Analysis) -> str:
    return render_page(analysis)


def test_same_analysis_gives_same_bytes(analysis: Analysis, page: str) -> None:
    assert page == render_page(analysis)


def test_nothing_but_the_one_style_and_the_one_script_may_run(page: str) -> None:
    elements = parsed(page).elements
    assert 1 == sum(tag == "script" for tag, _ in elements)
    assert 1 == sum(tag == "style" for tag, _ in elements)
    policy = next(a["content"] for tag, a in elements if tag == "meta" and "http-equiv" in a)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    for tag in ("script", "style"):
        content = re.search(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        assert content is not None
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    for _, attributes in elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]


def test_page_names_nothing_outside_itself_but_the_articles_own_addresses(page: str) -> None:
    elements = parsed(page).elements
    links = [a["href"] for tag, a in elements if tag == "a"]
    assert [] == [href for href in links if href is None or not href.startswith(("#", "https://"))]
    assert [] == [a for _, a in elements if "src" in a or "srcset" in a or "data" in a]
    assert "link" not in {tag for tag, _ in elements}


def test_every_link_into_the_page_leads_to_something(page: str) -> None:
    elements = parsed(page).elements
    ids = [a["id"] for _, a in elements if "id" in a]
    assert len(ids) == len({*ids})
    inner = {
        a["href"][1:] for tag, a in elements if tag == "a" and (a["href"] or "").startswith("#")
    }
    assert set() == {target.split("?")[0] for target in inner} - {*ids}


def twice_twice(evil: str) -> str:
    """Return the page of two documents that say the same twice, with words before every text."""
    text = f"{evil} {LEAD}"
    records = [
        {"id": f"{evil} {n}", "text": f"{text}\n\n{text}", "outlet": f"{evil}{n}",
         "title": f"{evil} title", "url": f"javascript:alert(1)//{evil}", "date": f"2026-03-0{n}"}
        for n in (1, 2)
    ]  # fmt: skip
    return page_of(*records)


@pytest.fixture(scope="module")
def safe_tags() -> set[str]:
    return {tag for tag, _ in parsed(twice_twice("o")).elements}


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_is_text_wherever_it_stands(evil: str, safe_tags: set[str]) -> None:
    page = twice_twice(evil)
    assert {tag for tag, _ in parsed(page).elements} <= safe_tags
    shown = re.sub("[\0\x07\x1b]", "\ufffd", evil)
    assert shown in html.unescape(page)
    assert "javascript:" not in {(a.get("href") or "")[:11] for _, a in parsed(page).elements}
    assert not re.search("[\0\x07\x1b]", page)


def test_a_word_of_a_megabyte_neither_breaks_nor_fills_the_page() -> None:
    page = page_of(
        {"id": "a", "text": f"{LEAD}\n\n{'x' * 1_000_000}"}, {"id": "b", "text": LEAD}
    )  # fmt: skip
    assert len(page) < 400_000
    assert "further characters of this text are not shown" in page


def test_texts_that_swell_by_escaping_keep_the_page_under_its_limit() -> None:
    quotes = "\n\n".join(f'"{n}" & <{n}> ' + "'&<>\" " * 300 + LEAD for n in range(20))
    records = [{"id": str(n), "outlet": f"o{n % 7}", "text": f"{n} {quotes}"} for n in range(90)]
    page = page_of(*records, only=["duplicates"])
    assert len(page.encode()) < 5_000_000
    assert "in which there is most to see, of 90" in page


def test_parts_that_were_not_analysed_are_left_out() -> None:
    records = random_records(4, 60)
    sections = {
        "duplicates": {"overview", "documents", "clusters", "method"},
        "attributions": {"overview", "documents", "method"},
    }
    for part, expected in sections.items():
        elements = parsed(page_of(*records, only=[part])).elements
        found = {a["id"] for tag, a in elements if tag == "section"}
        assert expected == found - {"boilerplate"}


def headline_of(page: str) -> str:
    return html.unescape(re.search("<h1[^>]*>(.*?)</h1>", page, re.S)[1])  # type: ignore[index]


def test_headline_says_no_more_than_was_found() -> None:
    first, second = ({"id": name, "outlet": name, "text": LEAD} for name in "ab")
    dated = [{**first, "date": "2026-03-01"}, {**second, "date": "2026-03-02"}]
    found = [
        ([first], {}, "Nothing was taken from another outlet"),
        ([first, second], {}, "1 passage is shared; nothing tells who had it first"),
        (dated, {}, "30 words were taken from other outlets without fair credit"),
        (dated, {"only": ["reuse"]}, "50% of all words were taken from another outlet"),
        (dated, {"only": ["duplicates"]}, "50% of all words repeat an earlier passage"),
        (dated, {"only": ["attributions"]}, "What 2 documents say of their sources"),
    ]
    assert [said for *_, said in found] == [
        headline_of(page_of(*records, **options)) for records, options, _ in found
    ]


def test_outlets_with_few_words_share_the_last_row_and_column() -> None:
    flows = [
        {"origin_outlet": f"o{n}", "target_outlet": f"t{n}", "n_words": 1000 - n,
         "n_documents": 1, "n_passages": 1, "n_uncredited": n % 2}
        for n in range(60)
    ]  # fmt: skip
    few, many = draw_matrix(flows[:45]), draw_matrix(flows)
    assert (45, 45, 45, 0) == (len(few.rows), len(few.columns), len(few.cells), few.n_folded)
    assert (45, 45, 45) == (len(many.rows), len(many.columns), len(many.cells))
    assert 2 * 16 == many.n_folded
    assert "all others" == many.rows[-1][1] == many.columns[-1][1]
    assert sum(flow["n_words"] for flow in flows) == sum(cell.n_words for cell in many.cells)
    assert all(cell.side >= many.cell / 6 for cell in many.cells)


def test_what_was_left_out_is_said() -> None:
    corpus = Corpus.from_records([{"id": "a", "text": f"{LEAD}\n\n***"}])
    assert "1 paragraph without a word" in render_page(analyze(corpus))


def test_documents_without_text_outlet_or_date_have_their_place() -> None:
    page = page_of({"id": "a", "text": LEAD}, {"id": "b", "text": ""}, {"id": "c", "text": LEAD})
    assert "outlet not known" in page
    assert "no date" in page


def test_page_that_cannot_be_written_is_an_error_and_leaves_nothing(
    tmp_path: Path, analysis: Analysis
) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_page(analysis, tmp_path)
    assert ["report.html"] == [path.name for path in tmp_path.iterdir()]


def test_anchor_of_a_document_is_one_word_of_bounded_length() -> None:
    for document_id in ("a b", "ä/ö?#", "\u202e", "x" * 10_000, "%20", "\ud800"):
        anchor = anchor_of(document_id)
        assert re.fullmatch(r"document-[\w.~%/-]+", anchor, re.ASCII)
        assert len(anchor) <= 150
    assert anchor_of("x" * 10_000) != anchor_of("x" * 10_001)


def test_differences_hold_both_texts() -> None:
    first, second = "It left, late, on Monday at six.", "It left on Tuesday at about six."
    both = pieces_of_both(first, second)
    assert second == "".join(p.text for p in both if p.change != "removed")
    assert ["late", "Monday"] == [p.text.strip() for p in both if p.change == "removed"]
    one, other = pieces_of_each(first, second)
    assert (first, second) == ("".join(p.text for p in one), "".join(p.text for p in other))
    assert ["Tuesday", "about"] == [p.text for p in other if p.change == "added"]


def test_same_page_wherever_compiled_templates_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, analysis: Analysis, page: str
) -> None:
    (tmp_path / "file").touch()
    kept = tmp_path / "kept"
    for folder, may_keep in ((kept, False), (tmp_path / "file" / "kept", True), (kept, True)):
        assert not kept.exists()
        monkeypatch.setattr(sys, "dont_write_bytecode", not may_keep)
        monkeypatch.setattr("dedup.report.page.render._COMPILED", folder)
        assert page == render_page(analysis)
    assert any(kept.iterdir())
    assert page == render_page(analysis)
