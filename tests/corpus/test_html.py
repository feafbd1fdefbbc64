"""Pages made for these tests: what they print comes out once for each time they print it."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from dedup.corpus import html
from dedup.corpus.html import declared_encoding, extract_page
from dedup.errors import InputError

LEAD = (
    "The harbour council voted on Tuesday to close the old ferry quay after forty years of "
    "service to the outer islands."
)
BODY = [
    "Residents of the northern shore said the decision came without any warning and would cost "
    "them dearly in the coming winter.",
    "A spokesman for the council said the repairs would have taken up half of the town's yearly "
    "budget for roads and bridges.",
    "The last boat leaves at the end of March, and a bus will run twice a day over the long "
    "bridge from then on.",
]
TITLE = "Council to close the ferry quay"


@pytest.fixture(autouse=True)
def _needs_trafilatura() -> None:
    pytest.importorskip("trafilatura")


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"


def article(head: str = "") -> str:
    return page(f"<article>{paragraphs(LEAD, *BODY)}</article>", head)


def json_ld(**fields: object) -> str:
    statement = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f'<script type="application/ld+json">{json.dumps(statement)}</script>'


# --- text


def test_paragraphs_are_separated_by_one_blank_line() -> None:
    assert extract_page(article()).text == "\n\n".join([LEAD, *BODY])


@pytest.mark.parametrize(
    "body",
    [
        f"<article>{paragraphs(LEAD, LEAD, *BODY)}</article>",
        f"<article>{paragraphs(LEAD, BODY[0], LEAD, *BODY[1:])}</article>",
        f"<article><div class='lead'>{paragraphs(LEAD)}</div>{paragraphs(LEAD, *BODY)}</article>",
        f"<article><p>{LEAD[:30]}<b>{LEAD[30:]}</b></p><p>{LEAD[:30]}<b>{LEAD[30:]}</b></p>"
        f"{paragraphs(*BODY)}</article>",
        f"<article><header><h1>{TITLE}</h1><p>{LEAD}</p></header>"
        f"<div class='article-body'>{paragraphs(LEAD, *BODY)}</div></article>",
        f"<div class='content'><div>{'</div><div>'.join([LEAD, LEAD, *BODY])}</div></div>",
        f"<div class='content'>{'<br><br>'.join([LEAD, LEAD, *BODY])}</div>",
        f"<table><tr><td>{'<br>'.join([LEAD, LEAD, *BODY])}</td></tr></table>",
        paragraphs(LEAD, LEAD, *BODY),
    ],
    ids=[
        "adjacent", "apart", "in a box", "inline markup", "above the container", "divs", "breaks",
        "layout table", "no container",
    ],
)  # fmt: skip
def test_repeated_lead_is_kept_twice(body: str) -> None:
    texts = extract_page(page(body)).text.split("\n\n")
    assert sorted(texts) == sorted([LEAD, LEAD, *BODY])


def test_page_of_one_repeated_paragraph_gives_it_twice() -> None:
    assert extract_page(page(paragraphs(LEAD, LEAD))).text == f"{LEAD}\n\n{LEAD}"


def test_nested_container_gives_its_text_once() -> None:
    body = f"<article><div><div class='entry-content'>{paragraphs(LEAD)}</div></div></article>"
    assert extract_page(page(body)).text == LEAD


def test_article_cut_into_several_containers_is_read_whole() -> None:
    chunks = [f"<div><div class='article__body'>{paragraphs(text)}</div></div>" for text in BODY]
    body = (
        f"<article><div class='article__body'>{paragraphs(LEAD)}</div>{''.join(chunks)}</article>"
    )
    assert extract_page(page(body)).text == "\n\n".join([LEAD, *BODY])


def test_text_before_the_first_paragraph_of_a_box_is_read() -> None:
    body = f"<div class='article-body'>{LEAD} <em>More below.</em>{paragraphs(*BODY)}</div>"
    assert extract_page(page(body)).text == "\n\n".join([f"{LEAD} More below.", *BODY])


def test_line_breaks_join_wrapped_lines_and_part_sentences() -> None:
    wrapped = LEAD.replace("after forty", "<br>after forty")
    body = f"<article><p>{wrapped}<br>{BODY[0]}</p>{paragraphs(*BODY[1:])}</article>"
    assert extract_page(page(body)).text == "\n\n".join([LEAD, *BODY])


def test_table_is_a_paragraph_with_a_line_for_each_row() -> None:
    rows = "<tr><th>Boat</th><th>Leaves</th></tr><tr><td>Ida</td><td>10:30</td></tr>"
    body = f"<article>{paragraphs(*BODY[:2])}<table>{rows}</table>{paragraphs(BODY[2])}</article>"
    assert extract_page(page(body)).text.split("\n\n")[2] == "Boat Leaves\nIda 10:30"


def test_inline_markup_does_not_split_words() -> None:
    first = "Ferry<b>men</b> <a href=x>pro&shy;test</a>ed, too."
    body = f"<article>{paragraphs(first, *BODY)}</article>"
    assert extract_page(page(body)).text.startswith("Ferrymen protested, too.\n\n")


def test_furniture_comments_and_scripts_are_left_out() -> None:
    body = (
        "<header><nav><ul><li><a href='/'>Home</a></li><li><a href='/s'>Sport</a></li></ul></nav>"
        f"</header><article><h1>{TITLE}</h1><div class='share-bar'>Share Tweet</div>"
        f"{paragraphs(LEAD, *BODY)}<div class='Newsletter box'><p>Get the news by mail.</p></div>"
        "<script>var secret = 1</script></article><div id='comments'><h3>Comments</h3><p>First! "
        "What a silly idea to close the ferry quay.</p></div><footer><p>© The Herald</p></footer>"
    )
    assert extract_page(page(body)).text == "\n\n".join([LEAD, *BODY])


def test_headline_is_the_title_and_not_a_paragraph() -> None:
    body = f"<div class='article-body'><p>Local</p><h2>{TITLE}</h2>{paragraphs(LEAD, *BODY)}</div>"
    found = extract_page(page(body, f'<meta property="og:title" content="{TITLE}">'))
    assert (found.title, found.text) == (TITLE, "\n\n".join([LEAD, *BODY]))


def test_headline_in_the_middle_of_the_text_cuts_nothing() -> None:
    body = f"<article>{paragraphs(LEAD, TITLE, *BODY)}</article>"
    found = extract_page(page(body, f'<meta property="og:title" content="{TITLE}">'))
    assert found.text == "\n\n".join([LEAD, *BODY])


# --- what the page says about itself


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (f'<meta property="og:title" content="{TITLE}">', TITLE),
        (f'<meta name="twitter:title" content="{TITLE}">', TITLE),
        (json_ld(headline="Quay &amp; council", datePublished="2026-03-01"), "Quay & council"),
        (f"<title>{TITLE}</title>", TITLE),
        (
            f'<title>{TITLE} - The Herald</title><meta property="og:site_name" content="Herald">',
            TITLE,
        ),
        ("", None),
    ],
)
def test_title_is_found(head: str, expected: str | None) -> None:
    assert extract_page(article(head)).title == expected


def test_heading_that_a_longer_title_contains_is_the_title() -> None:
    head = f"<title>{TITLE} | Local | The Herald</title>"
    assert extract_page(page(f"<h1>{TITLE}</h1>{paragraphs(LEAD, *BODY)}", head)).title == TITLE


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta property="og:site_name" content="The Herald">', "The Herald"),
        ('<meta name="application-name" content="The Herald">', "The Herald"),
        ('<meta name="dc.publisher" content="The Herald">', "The Herald"),
        (
            json_ld(datePublished="2026-03-01", publisher={"logo": {}, "name": "The Herald"}),
            "The Herald",
        ),
        ('<meta property="og:site_name" content="The Herald | News for all">', "The Herald"),
        ('<meta property="og:site_name" content="https://herald.example">', None),
        ('<meta property="article:publisher" content="https://facebook.example/herald">', None),
        (
            '<meta property="og:site_name" content="herald.example">'
            + json_ld(datePublished="2026-03-01", publisher={"name": "Herald"}),
            "Herald",
        ),
        (
            f'<title>{TITLE} - Herald</title><meta property="og:site_name" content="U.S.">'
            '<link rel="canonical" href="https://www.herald.example/1">',
            "Herald",
        ),
        (
            '<meta name="twitter:site" content="@herald">'
            '<meta property="og:url" content="https://herald.example/1">',
            "herald",
        ),
        ('<meta name="twitter:site" content="@somebody">', None),
        (f"<title>{TITLE} - a long story</title>", None),
    ],
)
def test_outlet_is_found_and_cleaned(head: str, expected: str | None) -> None:
    assert extract_page(article(head)).outlet == expected


def test_publisher_of_json_ld_may_be_named_elsewhere_in_the_graph() -> None:
    graph = [
        {"@type": "Organization", "@id": "#us", "name": "The Herald"},
        {"@type": "Article", "datePublished": "2026-03-01", "publisher": {"@id": "#us"}},
    ]
    assert extract_page(article(json_ld(**{"@graph": graph}))).outlet == "The Herald"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (
            '<meta property="article:published_time" content="2026-03-01T10:30:00+02:00">',
            "2026-03-01T10:30:00+02:00",
        ),
        (json_ld(datePublished="2026-03-01T10:30:00Z"), "2026-03-01T10:30:00+00:00"),
        ('<meta itemprop="datePublished" content="2026-03-01 10:30">', "2026-03-01T10:30:00"),
        ('<meta name="parsely-pub-date" content="2026-03-01">', "2026-03-01"),
        ('<meta name="DC.date.issued" content="2026-03-01">', "2026-03-01"),
        (
            '<meta name="pubdate" content="Sun, 01 Mar 2026 10:30:00 +0200">',
            "2026-03-01T10:30:00+02:00",
        ),
        (
            '<meta name="pubdate" content="March 1, 2026, 07:47 PM EST">',
            "2026-03-01T19:47:00-05:00",
        ),
        ('<meta name="pubdate" content="March 1, 2026">', "2026-03-01"),
        # a day, or an hour without zone, is completed by a statement that agrees
        (
            '<meta name="date" content="2026-03-01">' + json_ld(datePublished="2026-03-01T08:00Z"),
            "2026-03-01T08:00:00+00:00",
        ),
        (
            '<meta property="article:published_time" content="2026-03-01T08:00:00">'
            + json_ld(datePublished="2026-03-01T08:00:00Z"),
            "2026-03-01T08:00:00+00:00",
        ),
        (
            '<meta property="article:published_time" content="2026-03-01">'
            + json_ld(datePublished="2026-03-02T08:00:00Z"),
            "2026-03-01",
        ),
        # no guesses
        ('<meta name="pubdate" content="10:30">', None),
        ('<meta name="pubdate" content="2026-13-45">', None),
        ('<meta name="pubdate" content="0001-01-01T00:00:00Z">', None),
    ],
)
def test_time_of_publication_is_as_full_as_stated(head: str, expected: str | None) -> None:
    assert extract_page(article(head)).published == expected


def test_time_element_adds_the_hour_to_a_known_day() -> None:
    time = "<time datetime='2026-03-01T10:30:00+02:00'>1 March</time>"
    other = "<time datetime='2026-03-05T09:00:00+02:00'>5 March</time>"
    head = '<meta name="date" content="2026-03-01">'
    body = f"<article>{other}{time}{paragraphs(LEAD, *BODY)}</article>"
    assert extract_page(page(body, head)).published == "2026-03-01T10:30:00+02:00"


def test_visible_date_line_is_the_last_resort() -> None:
    body = f"<article><span class='byline'>March 3, 2022</span>{paragraphs(LEAD, *BODY)}</article>"
    assert extract_page(page(body)).published == "2022-03-03"


def test_year_of_copyright_is_no_date() -> None:
    body = f"<article>{paragraphs(LEAD, *BODY)}</article><footer>© 2019 The Herald</footer>"
    assert extract_page(page(body)).published is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<link rel="canonical" href="https://herald.example/1">', "https://herald.example/1"),
        ('<meta property="og:url" content="https://herald.example/2">', "https://herald.example/2"),
        (
            '<link rel="canonical" href="/1"><meta property="og:url" content="https://a.example/1">',
            "https://a.example/1",
        ),
        ('<link rel="canonical" href="http://">', None),
    ],
)
def test_canonical_url_is_found(head: str, expected: str | None) -> None:
    assert extract_page(article(head)).url == expected


# --- bad input


@pytest.mark.parametrize(
    "markup",
    [
        "", " ", "\0", "<", "<!--", "<html>", "<html></html>", "<frameset><frame src=x></frameset>",
        "<title>", '<script type="application/ld+json">{"@type": [</script>',
        '<script type="application/ld+json">' + "[" * 100_000,
        '<script type="application/ld+json">[1, {"@id": {}, "name": [], "datePublished": "x"}]',
        '<script type="application/ld+json">{"datePublished": "2026-03-01", "publisher": [[]]}',
        '<link rel="canonical" href="http://[::1">',
        '<meta name="date" content="1 Jan 99999999999"><meta name="date" content="1e400 Jan">',
    ],
)  # fmt: skip
def test_page_without_article_gives_empty_text(markup: str) -> None:
    assert extract_page(markup).text in ("", "<")


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>{LEAD}</p>",
        f"<html><body><p>{LEAD}",
        f"<html><body><p>{LEAD}<b><i></p><div></b></table>",
        f"<?xml version='1.0' encoding='latin-1'?><html><body><p>{LEAD}</p></body></html>",
        f"<html><body><p>{LEAD[:40]}\0{LEAD[40:]}</p></body></html>",
        "<div>" * 500 + f"<p>{LEAD}</p>",
        f"<html><body><div data-state='{'x' * 12_000_000}'><p>{LEAD}</p></div>",
    ],
    ids=["fragment", "unclosed", "misnested", "declaration", "NUL", "deep", "huge attribute"],
)
def test_broken_page_gives_its_text(markup: str) -> None:
    assert extract_page(markup).text == LEAD


def test_lone_surrogate_does_not_raise() -> None:
    assert extract_page(page(paragraphs(LEAD + "\ud800", *BODY))).text.startswith(LEAD)


def test_nothing_is_logged_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    extract_page("<html><body></body></html>")
    assert logging.getLogger("trafilatura").handlers
    assert capsys.readouterr().err == ""


def test_missing_extra_is_an_input_error_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    html._load_parser.cache_clear()
    with pytest.raises(InputError, match=r"pip install 'newsdedup\[html\]'"):
        extract_page(article())
    html._load_parser.cache_clear()


# --- encoding


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'<html><head><meta charset="utf-8">', "utf-8"),
        (b"<META CHARSET=UTF-8>", "utf-8"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', "cp1251"),
        (b'<?xml version="1.0" encoding="koi8-r"?><html>', "koi8-r"),
        (b'<meta charset="iso-8859-1">', "cp1252"),
        (b'<meta charset="gb2312">', "gb18030"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b'<!-- <meta charset="koi8-r"> --><meta charset="utf-8">', "utf-8"),
        (b'<meta charset="no-such-thing">', None),
        (b'<meta charset="base64">', None),
        (b"<p>charset=utf-8</p>", None),
        (b" " * 2048 + b'<meta charset="koi8-r">', None),
        (b"", None),
    ],
)
def test_declared_encoding_is_that_of_browsers(data: bytes, expected: str | None) -> None:
    assert declared_encoding(data) == expected
