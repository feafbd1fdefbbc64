"""The page in a real browser: links, filters, panels, hostile text, accessibility, gold."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from random_corpora import random_records

from dedup import Analysis, Corpus, analyze
from dedup.report.page import write_page
from dedup.report.page.names import anchor_of

sync_api = pytest.importorskip("playwright.sync_api", reason="the extra `browser` is missing")

NARROW = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}

LEAD = (
    "The council closed the old harbour bridge for a week on Monday morning, because two of its"
    " eleven pillars have moved by the width of a hand since the autumn."
)


def articles(page: Any) -> Any:
    return page.locator("details.article:visible")


def open_article(page: Any, document_id: str) -> Any:
    """Return the article of a document, opened."""
    article = page.locator(f'[id="{anchor_of(document_id)}"]')
    article.evaluate("element => { element.open = true }")
    return article


def expect_count(page: Any, section: str, text: str) -> None:
    """Wait until a list says how many of its items it shows."""
    # Not by a function of the page's: its content policy lets no text become code.
    sync_api.expect(page.locator(f"#{section} output")).to_contain_text(text)


def words(text: str) -> str:
    """Return a text with single spaces: how a page breaks lines is not its text."""
    return " ".join(text.split())


# Looking around.


def test_deep_link_opens_a_document(page: Any, address: str) -> None:
    document_id = "sound-today/teale-ramp-apology.html"
    page.goto(f"{address}#{anchor_of(document_id)}")
    article = page.locator(f'[id="{anchor_of(document_id)}"]')
    article.locator(".paragraph").first.wait_for()
    sync_api.expect(article.locator("summary")).to_be_in_viewport()


def test_deep_link_opens_a_cluster(page: Any, address: str) -> None:
    page.goto(f"{address}#cluster-5")
    page.locator("#cluster-5 .members").wait_for()
    assert page.locator("#cluster-5 .members li").count() > 1


def test_deep_link_opens_a_filtered_list(page: Any, address: str) -> None:
    page.goto(f"{address}#documents?credit=uncredited&outlet=Eastern%20Sound%20Post")
    expect_count(page, "documents", "3 of 63 shown")
    assert articles(page).count() == 3
    sync_api.expect(page.locator("#documents h2")).to_be_in_viewport()


def test_filter_by_outlet_takes_a_name_as_a_whole(page: Any, tmp_path: Path) -> None:
    names = ["Post", "Morning Post", "Post of Marra", "Sea\nBird"]
    records = [{"id": name, "outlet": name, "text": f"{name}. {LEAD}"} for name in names]
    address = write_page(analyze(Corpus.from_records(records)), tmp_path).as_uri()
    for section in ("documents?outlet", "clusters?outlets"):
        page.goto(f"{address}#{section}=Post")
        expect_count(page, "documents", "1 of 4 shown" if "documents" in section else "4 shown")
    assert 1 == page.locator("details.cluster:visible").count()


def test_link_from_the_overview_filters(page: Any, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="In quotation marks, without a source").click()
    expect_count(page, "documents", "1 of 63 shown")
    assert articles(page).count() == 1
    page.get_by_role("button", name="Clear").first.click()
    page.wait_for_function(
        "!document.querySelector('#documents output').textContent.includes('of')"
    )
    assert articles(page).count() == 63


def test_search_finds_words_of_texts_in_any_case(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#documents input").fill("DOCK steward groan")
    expect_count(page, "documents", " of 63 shown")
    found = articles(page)
    assert 0 < found.count() < 10
    for text in found.evaluate_all("all => all.map(each => each.textContent.toLowerCase())"):
        assert "groan" in text
    assert "#documents?text=DOCK" in page.url


def test_order_by_time_puts_the_oldest_first_and_dateless_last(page: Any, address: str) -> None:
    page.goto(address)
    page.locator("#documents select[name=order]").select_option("time")
    sync_api.expect(page).to_have_url(re.compile("order=time"))
    times = articles(page).evaluate_all("all => all.map(each => each.dataset.time)")
    dated = [time for time in times if time]
    assert sorted(dated) + [""] * times.count("") == times


def test_clusters_filter_by_kind(page: Any, address: str) -> None:
    page.goto(f"{address}#clusters?kind=repeat")
    expect_count(page, "clusters", "4 of 58 shown")
    kinds = page.locator("details.cluster:visible").evaluate_all(
        "all => all.map(each => each.dataset.kind)"
    )
    assert ["repeat"] * 4 == kinds


def test_choosing_a_passage_shows_both_sides(page: Any, address: str, analysis: Analysis) -> None:
    page.goto(f"{address}#{anchor_of('sound-today/northlight-who-are-they.html')}")
    article = page.locator(f'[id="{anchor_of("sound-today/northlight-who-are-they.html")}"]')
    passage = article.locator("a.taken").first
    passage.click()
    panel = page.locator(f"#reuse-{passage.get_attribute('data-reuse')}")
    assert panel.is_visible()
    assert "The Ennick Herald" in panel.locator(".side").first.inner_text()
    assert panel.locator(".side del").count() > 0
    passage.click()
    assert not panel.is_visible()


def test_keyboard_reaches_panels_and_articles(page: Any, address: str) -> None:
    page.goto(address)
    summary = page.locator("details.article summary").first
    summary.focus()
    page.keyboard.press("Enter")
    note = page.locator("details.article[open] button.note").first
    note.focus()
    page.keyboard.press("Enter")
    assert note.get_attribute("aria-expanded") == "true"
    assert page.locator(f"#{note.get_attribute('aria-controls')}").is_visible()


def test_note_on_a_source_shows_the_words_that_it_is_about(page: Any, address: str) -> None:
    document_id = "sound-today/teale-ramp-apology.html"
    page.goto(f"{address}#{anchor_of(document_id)}")
    article = page.locator(f'[id="{anchor_of(document_id)}"]')
    article.locator(".said", has_text="the Capital Ledger").first.focus()
    meant = " ".join(article.locator(".meant").all_inner_texts())
    assert "It is a very fine terminal" in meant


@pytest.mark.parametrize("page", [NARROW], indirect=True)
def test_page_fits_a_phone(page: Any, address: str) -> None:
    page.goto(f"{address}#{anchor_of('sound-today/northlight-who-are-they.html')}")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390


def test_without_script_everything_can_be_read(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    document_id = "sound-today/northlight-who-are-they.html"
    article = page.locator(f'[id="{anchor_of(document_id)}"]')
    article.locator("summary").click()
    assert article.locator(".sides").first.is_visible()
    assert not page.locator("form.filters").first.is_visible()
    context.close()


def test_print_leaves_out_what_only_a_screen_needs(page: Any, address: str) -> None:
    page.goto(address)
    page.emulate_media(media="print")
    assert not page.locator("form.filters").first.is_visible()
    assert not page.locator("nav").is_visible()
    assert page.locator("#overview h1").is_visible()
    assert page.pdf()[:5] == b"%PDF-"


# Hostile text.


def test_hostile_text_shows_as_text(page: Any, tmp_path: Path) -> None:
    evil = [
        "<script>alert(1)</script>", "</script><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>', "\u202egnihtemos\u202c", "a\u200bb", "nul\0end",
        "x" * 1_000_000, "\U0001f469\u200d\U0001f680 \U0001f1ea\U0001f1fa",
    ]  # fmt: skip
    records = [
        {"id": f"{n}-{k} {text[:60]}", "title": text[:3000], "outlet": f"{text[:60]} {k}",
         "text": f"{text} said.\n\n{LEAD}\n\n“{LEAD}” {text[:200]} reported.",
         "url": f"javascript:alert(1)//{text[:50]}", "date": f"2026-03-0{k}"}
        for n, text in enumerate(evil) for k in (1, 2)
    ]  # fmt: skip
    page.goto(write_page(analyze(Corpus.from_records(records)), tmp_path).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    shown = page.locator("#document-list").text_content()
    for text in evil:
        assert words(text[:1000].replace("\0", "\ufffd")) in words(shown)
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    links = page.locator("a").evaluate_all("all => all.map(each => each.protocol)")
    assert {*links} == {"file:"}


# Accessibility.


LOOKS = pytest.mark.parametrize(
    "page", [{}, DARK, NARROW], ids=["light", "dark", "narrow"], indirect=True
)


def violations(page: Any) -> list[tuple[str, Any]]:
    """Return what axe-core has to say against a page, with some of its clusters open."""
    package = pytest.importorskip("axe_playwright_python", reason="the extra `browser` is missing")
    page.evaluate("document.querySelectorAll('.cluster').forEach((c, i) => { c.open = i < 5 })")
    # What is out of sight has no place yet, and would seem to lie over other text.
    rule = ".item { content-visibility: visible !important }"
    page.evaluate("rule => document.styleSheets[0].insertRule(rule)", rule)
    page.evaluate((resources.files(package) / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run()")
    assert found["passes"]
    return [(each["id"], each["nodes"]) for each in found["violations"]]


@LOOKS
def test_no_violation_of_accessibility_rules(page: Any, address: str) -> None:
    page.goto(f"{address}#{anchor_of('sound-today/northlight-who-are-they.html')}")
    for document_id in ("eastern-sound-post/ramp-fiasco-timeline.html", "cws-20260316-ferry"):
        open_article(page, document_id)
    page.evaluate("document.querySelectorAll('.article[open] button.note').forEach(b => b.click())")
    page.evaluate("document.querySelectorAll('details.plain').forEach(d => { d.open = true })")
    assert [] == violations(page)


@LOOKS
@pytest.mark.parametrize("only", [None, "duplicates", "reuse", "attributions"])
@pytest.mark.parametrize("n", [1, 300], ids=["nothing found", "much found"])
def test_no_violation_where_a_part_is_missing_or_nothing_was_found(
    page: Any, tmp_path: Path, n: int, only: str | None
) -> None:
    records = random_records(4, n) if n > 1 else [{"id": "a", "text": LEAD}]
    analysis = analyze(Corpus.from_records(records), only=only and [only])
    page.goto(write_page(analysis, tmp_path).as_uri())
    page.evaluate("document.querySelectorAll('.article').forEach((a, i) => { a.open = i < 3 })")
    assert [] == violations(page)


# Everything that the gold says stands on the page.


def test_each_cluster_of_the_gold_is_shown_with_its_members(
    page: Any, address: str, gold: dict[str, Any]
) -> None:
    page.goto(address)
    shown = page.locator("details.cluster").evaluate_all(
        "all => all.map(each => [each.dataset.kind, each.textContent,"
        " [...each.querySelectorAll('.members a')].map(link => link.hash.slice(1))])"
    )
    cards = [(kind, words(text), sorted(links)) for kind, text, links in shown]
    assert len(gold["duplicates"]["clusters"]) == len(cards)
    for cluster in gold["duplicates"]["clusters"]:
        own = words(cluster["passages"][0]["text"])
        members = sorted(anchor_of(passage["document_id"]) for passage in cluster["passages"])
        assert [
            kind for kind, text, links in cards
            if kind == cluster["kind"] and own in text and members == links
        ], cluster  # fmt: skip


def test_each_reuse_of_the_gold_is_coloured_and_shown_beside_its_origin(
    page: Any, address: str, gold: dict[str, Any]
) -> None:
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    runs = page.locator("a.taken").evaluate_all(
        "all => all.map(each => [each.closest('.article').id, each.dataset.reuse,"
        " each.className, each.textContent])"
    )
    panels = dict(
        page.locator(".article .sides").evaluate_all(
            "all => all.map(each => [each.id, [...each.querySelectorAll('.words')]"
            ".map(side => side.textContent)])"
        )
    )
    for labels in gold["reuse"]:
        target = words(labels["target"]["text"])
        own = [run for run in runs if run[0] == anchor_of(labels["target"]["document_id"])]
        marked = [run for run in own if _share_of(target, words(run[3])) > 0.5]
        assert marked, labels
        _, number, classes, _ = marked[0]
        if labels["credit"]:
            assert labels["credit"] in classes.split()
        origin, here = panels[f"reuse-{number}"]
        assert _share_of(target, words(here)) > 0.5
        assert _share_of(words(labels["origin"]["text"]), words(origin)) > 0.5


def test_each_attribution_of_the_gold_is_noted_in_the_margin(
    page: Any, address: str, gold: dict[str, Any], analysis: Analysis
) -> None:
    page.goto(address)
    notes = page.locator(".said").evaluate_all(
        "all => all.map(each => [each.closest('.article').id, each.dataset.relation,"
        " each.querySelector('bdi').textContent])"
    )
    found = 0
    for labels in gold["attributions"]:
        party = labels["credited"]["text"]
        found += [
            anchor_of(labels["document_id"]), labels["relation"], party
        ] in notes  # fmt: skip
    rows = analysis.table("attributions").to_pylist()
    in_table = [[anchor_of(r["document_id"]), r["relation"], r["credited_text"]] for r in rows]
    assert sorted(in_table) == sorted(notes)
    assert found >= 100  # of 118: what the rules find of them stands in tests/test_sample_credit.py


def test_each_verdict_of_the_gold_stands_in_the_margin(
    page: Any, address: str, gold: dict[str, Any]
) -> None:
    page.goto(address)
    notes = page.locator(".said").evaluate_all(
        "all => all.map(each => [each.closest('.article').id, each.textContent])"
    )
    says = {
        "verified": "the words stand there:", "altered": "the words stand there otherwise",
        "not_found": "the words are not in its articles here",
        "outlet_not_in_corpus": "none of its articles are here",
    }  # fmt: skip
    for verdict, numbers in gold["credit"]["verdicts"].items():
        for number in numbers:
            labels = gold["attributions"][number]
            anchor, party = anchor_of(labels["document_id"]), labels["credited"]["text"]
            own = [words(text) for article, text in notes if article == anchor]
            assert [text for text in own if party in text and says[verdict] in text], labels


def test_each_wrong_quotation_of_the_gold_is_shown_with_its_words(
    page: Any, address: str, gold: dict[str, Any]
) -> None:
    page.goto(address)
    cards = [words(text) for text in page.locator("article.quotation").all_inner_texts()]
    for verdict in ("altered", "not_found"):
        for number in gold["credit"]["verdicts"][verdict]:
            labels = gold["attributions"][number]
            start = words(labels["content"]["text"])[:20]
            assert [card for card in cards if start in card], labels


def _share_of(text: str, other: str) -> float:
    """Return how much of the words of a text stand in another, in [0, 1]."""
    own = text.split()
    return sum(word in {*other.split()} for word in own) / len(own)


# Many documents.


def test_page_of_many_documents_says_what_it_leaves_out(page: Any, tmp_path: Path) -> None:
    records = random_records(4, 3000)
    page.goto(write_page(analyze(Corpus.from_records(records)), tmp_path).as_uri())
    n_shown = page.locator("details.article").count()
    lead = page.locator("#documents .lead").inner_text()
    assert f"The {n_shown:,} documents in which there is most to see, of 1,201" in lead
