"""Web pages in, an article's text and what the page says about itself out.

`main_text` has the text and `statements` the rest; neither touches the network.
"""

from __future__ import annotations

import codecs
import logging
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from dedup.corpus.main_text import extract_text
from dedup.corpus.statements import find_outlet, find_published, find_title, read_facts
from dedup.errors import InputError

if TYPE_CHECKING:
    from lxml.html import HtmlElement, HTMLParser

# What browsers read under these names (WHATWG Encoding Standard): pages that declare ISO 8859-1
# hold the curly quotes of Windows-1252.
_WEB_ENCODINGS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_CHARSET = re.compile(
    rb"""<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([\w.:-]+)|^\s*<\?xml\b[^>]*?encoding\s*=\s*["']([\w.:-]+)""",
    re.IGNORECASE,
)

_ADDRESS = re.compile(r"https?://[^\s/]+\.")
_MOST_LINKS = 500
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")  # lxml refuses them


@dataclass(frozen=True, slots=True)
class Page:
    """An article read from a web page; what the page does not state is None."""

    text: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None
    links: list[list[str]]  # words of the text and the address that they link to


def declared_encoding(data: bytes) -> str | None:
    """Return Python's name of the encoding that a page's first 2 kB declare, if it knows it."""
    found = _CHARSET.search(re.sub(rb"<!--.*?-->", b"", data[:2048], flags=re.DOTALL))
    if not found:
        return None
    try:
        name = codecs.lookup((found[1] or found[2]).decode("ascii")).name
        # A declaration that could be read as ASCII does not stand in UTF-16 or EBCDIC.
        return _WEB_ENCODINGS.get(name, name) if b"<meta>".decode(name) == "<meta>" else "utf-8"
    except (LookupError, UnicodeError):
        return None


def extract_page(markup: str) -> Page:
    """Return the main text of a web page and what the page states about itself.

    Args:
        markup: The page's HTML; whatever is wrong with it, nothing is raised.

    Returns:
        The page: paragraphs separated by one blank line, in the order of the page, repeats kept,
        without title, comments and furniture ("" if there is no article); the time of publication
        in ISO 8601, as full as the page states it; the canonical URL.

    Raises:
        InputError: If the extra `html` is not installed.
    """
    tree = _parse(markup)
    facts = read_facts(tree)
    urls = facts["canonical"] + facts["ogurl"] + facts["twitterurl"]
    url = next((url for url in urls if re.match(r"https?://[^\s/]+\.", url)), None)
    outlet = find_outlet(facts, url)
    title = find_title(facts, outlet)
    published = find_published(facts, tree)
    links = _links(tree)
    text = extract_text(tree, title)  # takes the tree apart
    links = [link for link in links if link[0] in text]
    return Page(text, title, outlet, published, url, links)


def _links(tree: HtmlElement) -> list[list[str]]:
    """Return words and address of the links of a page that lead to some site, in order."""
    found = {}
    for link in tree.iter("a"):
        address, words = link.get("href", ""), " ".join(link.text_content().split())
        if words and _ADDRESS.match(address):
            found[words, address] = [words, address]
    return list(found.values())[:_MOST_LINKS]


@cache
def _load_parser() -> HTMLParser:
    """Import trafilatura, which takes half a second, and return a parser as it wants one."""
    try:
        import trafilatura  # noqa: F401
        from lxml.html import HTMLParser
    except ImportError as error:
        message = "reading .html needs trafilatura: pip install 'newsdedup[html]'"
        raise InputError(message) from error
    for name in ("trafilatura", "htmldate", "readability", "justext"):
        logging.getLogger(name).addHandler(logging.NullHandler())  # else warnings go to stderr
    return HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def _parse(markup: str) -> HtmlElement:
    parser = _load_parser()
    from lxml.html import document_fromstring

    clean = _CONTROLS.sub("", markup)
    return document_fromstring(f"<html>{clean}".encode(errors="replace"), parser=parser)
