"""The main text of a web page, its repeats kept.

trafilatura finds the main text: of the free extractors it scores best on news pages. It also
drops repeats and reads only the first of several containers; repeats are what this project looks
for, so the tree is prepared and read out here.
"""

from __future__ import annotations

import re
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from dedup.corpus.statements import key_of, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# How elements of trafilatura's tree are set off; all others are blocks, paragraphs of their own.
_EDGES = {"cell": " ", "row": "\f", "lb": "\v"}
_EDGES |= dict.fromkeys(("hi", "ref", "del", "span", "a", "graphic"), "")
_BLOCKS = set(
    "address article aside blockquote br center details div dl figure footer form h1 h2 h3 h4 h5 "
    "h6 header hr iframe li main nav ol p pre section table td ul video".split()
)
_BODY_CLASS = re.compile(r"(?:article|story|post|entry)[-_]*(?:body|content|text)", re.IGNORECASE)
_FURNITURE_CLASS = re.compile(r"(^|\s)(newsletter|latest-news|read-?more|recirc)", re.IGNORECASE)
_MIN_LEAD = 40  # characters; what is shorter is a label
# A long line that a <br> ends without a full stop is hard-wrapped, and goes on in the next.
_STOPS = re.escape('.!?…:;"”’»)。！？」')
_WRAP = re.compile(rf"(?<=[^\n\v]{{40}})(?<![{_STOPS}])\v(?![\n\v])")
# Short rows are lines of one paragraph, a table; long ones hold the paragraphs of a page's layout.
_ROW = re.compile(r"(?<![^\n\v\f]{100})(?<=[^\n\v\f])\f+(?=[^\n\v\f])(?![^\n\v\f]{100})")
# Printable, because trafilatura drops what is not, and in no news text: a Phaistos disc sign.
_MARK = "\U000101d0"
_UNSEEN = re.compile(f"{_MARK}\\d+{_MARK}|[\u00ad\u200b]")  # marks, and hints where to hyphenate


def extract_text(tree: HtmlElement, title: str | None) -> str:
    """Return the article's paragraphs, separated by blank lines."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    _wrap_lead(tree)
    _join_containers(tree)
    _drop_furniture(tree)
    _mark_repeats(tree)
    try:
        found = bare_extraction(tree, include_comments=False, deduplicate=False)
    except Exception:  # heuristics over arbitrary markup: whatever breaks them, there is no text
        found = None
    paragraphs = _read_paragraphs(found.body) if isinstance(found, Document) else []
    keys = [key_of(text) for text in paragraphs[:5]]
    if title and key_of(title) in keys:  # the headline; above it are section and label
        place = keys.index(key_of(title))
        above = [text for text in paragraphs[:place] if len(text) >= _MIN_LEAD]
        paragraphs = above + paragraphs[place + 1 :]
    return "\n\n".join(paragraphs)


def _join_containers(tree: HtmlElement) -> None:
    """Move an article's text into one container: where there are several, one would be read.

    A lead that is printed above the container and again in it is part of the text, twice.
    """
    first: dict[tuple[HtmlElement, str], HtmlElement] = {}
    for box in tree.xpath("//article//div | //article//section"):
        name = box.get("class", "")
        if not _BODY_CLASS.search(name):
            continue
        article = next(box.iterancestors("article"))
        place = first.setdefault((article, name), box)
        if place is box:
            lead = next(filter(None, map(text_of, box.iter("p"))), "")
            above = box.xpath("preceding::*[self::p or self::h2 or self::div]") if lead else []
            box[:0] = [
                block
                for block in above
                if text_of(block) == lead and article in block.iterancestors()
            ]
        elif place not in box.iterancestors():
            place.extend(list(box))


def _drop_furniture(tree: HtmlElement) -> None:
    """Drop boxes that call themselves furniture and hold a small part of the page's text."""
    visible = tree.xpath("//body//text()[not(parent::script or parent::style)]")
    limit = sum(map(len, visible)) / 4
    for box in list(tree.iter("div", "section", "ul", "a")):
        if _FURNITURE_CLASS.search(box.get("class", "")) and len(box.text_content()) < limit:
            box.drop_tree()


def _wrap_lead(tree: HtmlElement) -> None:
    """Make a paragraph of the text that a box begins with: trafilatura reads what comes after."""
    for box in list(tree.iter("div", "section", "article", "main", "td")):
        if len((box.text or "").strip()) >= _MIN_LEAD and any(c.tag in ("br", "p") for c in box):
            inline = list(takewhile(lambda child: child.tag not in _BLOCKS, box))
            paragraph = box.makeelement("p")
            paragraph.text, box.text = box.text, None
            paragraph.extend(inline)
            box.insert(0, paragraph)


def _mark_repeats(tree: HtmlElement) -> None:
    """Tell paragraphs of one box with the same text apart: trafilatura drops what it had before."""
    seen: set[tuple[HtmlElement, str]] = set()
    for number, block in enumerate(tree.iter("p", "div", "li", "h2", "h3", "br")):
        if block.tag == "br":
            text = " ".join((block.tail or "").split())
        else:
            text = "" if any(child.tag in _BLOCKS for child in block) else text_of(block)
        boxes = islice(block.iterancestors(), 3)
        box = next((box for box in boxes if len(box) > 1), block.getparent())
        if text and (box, text) in seen:
            part = "tail" if block.tag == "br" else "text"
            setattr(block, part, f"{_MARK}{number}{_MARK}{getattr(block, part) or ''}")
        seen.add((box, text))


def _read_paragraphs(body: HtmlElement) -> list[str]:
    """Return the texts of the blocks of trafilatura's tree, marks removed."""
    from lxml.etree import iterwalk

    pieces: list[str] = []
    for event, element in iterwalk(body, events=("start", "end")):
        edge = _EDGES.get(element.tag, "\n")
        pieces.append("" if edge == "\v" and event == "start" else edge)
        text = element.text if event == "start" else element.tail
        pieces.append(re.sub(r"\s+", " ", text or ""))
    text = re.sub(r" *([\n\v\f]) *", r"\1", _UNSEEN.sub("", "".join(pieces)))
    paragraphs = re.split(r"[\n\v\f]+", _WRAP.sub(" ", _ROW.sub("\r", text)))
    lines = ((" ".join(line.split()) for line in text.split("\r")) for text in paragraphs)
    return [text for each in lines if (text := "\n".join(filter(None, each)))]
