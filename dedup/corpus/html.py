"""Web pages in, an article's text and what the page says about itself out.

trafilatura finds the main text: of the free extractors it scores best on news pages. It also drops
repeats, reads only the first of several containers, and gives a day without its time; repeats are
what this project looks for and times tell who was first, so those are handled here.
"""

from __future__ import annotations

import codecs
import html
import json
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Any

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

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]")  # lxml refuses them

# Statements in order of trust, named by `_key`; those of JSON-LD are prefixed `ld`.
_DATES = (
    "articlepublishedtime ogarticlepublishedtime lddatepublished datepublished articlepublished "
    "publishedtime parselypubdate publishdate publicationdate publishedat published pubdate "
    "originalpublicationdate citationpublicationdate dcdateissued dctermsissued dctermscreated "
    "dcdatecreated dcdate dctermsdate datecreated sailthrudate articledate date"
).split()
_TITLES = "ogtitle twittertitle ldheadline dctitle dctermstitle headline".split()
_OUTLETS = (
    "ogsitename ldpublisher dcpublisher dctermspublisher publisher applicationname "
    "applemobilewebapptitle citationjournaltitle"
).split()
_US_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_SEPARATOR = re.compile(r"\s+(?:[|–—·•»«:-]|::)\s+")
_DOMAIN_END = re.compile(r"(?<=\w)\.[a-z]{2,7}(?:\.[a-z]{2})?$", re.IGNORECASE)

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


@dataclass(frozen=True, slots=True)
class Page:
    """An article read from a web page; what the page does not state is None."""

    text: str
    title: str | None
    outlet: str | None
    published: str | None
    url: str | None


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
    facts = _read_facts(tree)
    urls = facts["canonical"] + facts["ogurl"] + facts["twitterurl"]
    url = next((url for url in urls if re.match(r"https?://[^\s/]+\.", url)), None)
    outlet = _find_outlet(facts, url)
    title = _find_title(facts, outlet)
    published = _find_published(facts, tree)
    return Page(_extract_text(tree, title), title, outlet, published, url)


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


def _key(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _text_of(element: HtmlElement) -> str:
    return " ".join("".join(element.itertext()).split())


def _read_facts(tree: HtmlElement) -> dict[str, list[str]]:
    """Collect what the page states about itself: for each name its values, in page order."""
    facts: dict[str, list[str]] = defaultdict(list)
    for element in tree.iter("title", "h1"):
        facts[f"<{element.tag}>"].append(_text_of(element))
    for element in tree.iter("meta", "link"):
        value = " ".join((element.get("content") or element.get("href") or "").split())
        names = [element.get(name, "") for name in ("property", "name", "itemprop", "rel")]
        for name in {_key(name) for name in " ".join(names).split()}:
            facts[name].append(value)
    for element in tree.xpath("//*[@itemprop='datePublished'][not(self::meta)]"):
        stated = element.get("datetime"), element.get("content"), _text_of(element)
        facts["datepublished"] += filter(None, stated)
    for element in tree.xpath("//*[@itemprop='publisher']//*[@itemprop='name']"):
        facts["publisher"].append(element.get("content") or _text_of(element))
    for name, value in _read_json_ld(tree):
        facts["ld" + name].append(" ".join(html.unescape(value).split()))
    return facts


def _read_json_ld(tree: HtmlElement) -> Iterator[tuple[str, str]]:
    """Yield what the first article of the page's JSON-LD states of title, dates and publisher."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in script.get("type", ""):
            try:
                pending = [json.loads(script.text or "null", strict=False)]
            except (ValueError, RecursionError):
                continue
            while pending:
                node = pending.pop()
                if isinstance(node, dict):
                    nodes.append(node)
                    pending += reversed(node.values())
                elif isinstance(node, list):
                    pending += reversed(node)
    dated = [node for node in nodes if isinstance(node.get("datePublished"), str)]
    kind = re.compile("Article|Posting|Report|Review")
    articles = [node for node in dated if kind.search(str(node.get("@type")))]
    yield from (("datepublished", node["datePublished"]) for node in articles[:1] + dated)
    for article in (articles or dated)[:1]:
        names = {str(node.get("@id")): node["name"] for node in nodes if "name" in node}
        publisher = article.get("publisher")
        if isinstance(publisher, list) and publisher:
            publisher = publisher[0]
        if isinstance(publisher, dict):
            publisher = publisher.get("name") or names.get(str(publisher.get("@id")))
        for name, value in (("headline", article.get("headline")), ("publisher", publisher)):
            if isinstance(value, str):
                yield name, value


def _find_outlet(facts: dict[str, list[str]], url: str | None) -> str | None:
    """Return the site's name: of the names that the page gives, the one that most agree on."""
    host = _key(url.split("/")[2]) if url else ""
    names = [name for key in _OUTLETS for value in facts[key] if (name := _clean_name(value))]
    for title in facts["<title>"][:1]:
        *rest, last = _SEPARATOR.split(title)
        name, head = _clean_name(last), _key(" ".join(rest))
        # The end of a title is the site's name only if something else says so.
        if (head and name) and (
            _name_key(name) in {*map(_name_key, names)}
            or _name_key(name) in host
            or any(_key(heading) and _key(heading) in head for heading in facts["<h1>"])
        ):
            names.append(name)
    accounts = [value.removeprefix("@") for value in facts["twittersite"]]
    names += [name for name in names or accounts if (_name_key(name) or "-") in host]
    if not names:
        return None
    best = Counter(map(_name_key, names)).most_common(1)[0][0]
    names = [name for name in names if _name_key(name) == best]
    return next((name for name in names if not _DOMAIN_END.search(name)), names[0])


def _clean_name(text: str) -> str | None:
    """Return a site's name without its slogan; None for an address, an account or a sentence."""
    name = _SEPARATOR.split(html.unescape(text).strip())[0].removeprefix("www.")
    is_name = _name_key(name) and len(name) <= 60 and not re.match(r"https?:|//|@", name)
    return name if is_name else None


def _name_key(name: str) -> str:
    return _key(_DOMAIN_END.sub("", re.sub("^the ", "", name, flags=re.IGNORECASE)))


def _find_title(facts: dict[str, list[str]], outlet: str | None) -> str | None:
    """Return the headline, without the site's name."""
    stated = [value for key in _TITLES for value in facts[key] if _key(value)]
    headings = [heading for heading in facts["<h1>"] if _key(heading)]
    for heading in headings:
        for title in stated + facts["<title>"][:1]:
            if _key(heading) in _key(title) and len(heading) >= len(title) / 2:
                return heading
    if not stated:
        stated = sorted(headings + facts["<title>"][:1], key=len, reverse=True) or [""]
    title = html.unescape(stated[0])
    *rest, last = _SEPARATOR.split(title)
    if outlet and rest and _name_key(last) == _name_key(outlet):
        title = title[: [*_SEPARATOR.finditer(title)][-1].start()]
    return title or None


def _find_published(facts: dict[str, list[str]], tree: HtmlElement) -> str | None:
    """Return the time of publication, as full as any statement that agrees on the day."""
    stated = [_parse_time(value) for key in _DATES for value in facts[key]]
    if not any(stated):
        from htmldate import find_date

        try:
            # The extensive search takes a year of copyright or a date in a story for the article's.
            day = find_date(tree, original_date=True, extensive_search=False)
            stated.append(_parse_time(day or ""))
        except Exception:  # it guesses from arbitrary text; whatever breaks it, there is no date
            return None
    # A <time> may be that of another article, or of a change: it only adds hours to a known day.
    stated += [_parse_time(time.get("datetime") or _text_of(time)) for time in tree.iter("time")]
    times = [time for time in stated if time]
    if not times:
        return None
    fuller = [time for time in times if _says_more(time, times[0])]
    time, has_hour = max(fuller, key=lambda time: time[0].tzinfo is not None, default=times[0])
    return time.isoformat() if has_hour else time.date().isoformat()


def _says_more(new: tuple[datetime, bool], known: tuple[datetime, bool]) -> bool:
    """Whether a time adds the hour to a known day, or the zone to a known hour."""
    if not known[1]:
        return new[1] and new[0].date() == known[0].date()
    if known[0].tzinfo or not new[0].tzinfo:
        return False
    apart = abs(new[0].replace(tzinfo=None) - known[0])
    return apart <= timedelta(hours=14) and not apart % timedelta(minutes=15)


def _parse_time(text: str) -> tuple[datetime, bool] | None:
    """Return the time that a text states, and whether it states an hour; None for other texts."""
    text = text.strip()
    try:
        time, has_hour = datetime.fromisoformat(text), len(text) > 10
    except ValueError:
        # Numbers alone are ambiguous, 03/04/2019, unless the year leads.
        if len(text) > 64 or not re.search(r"^\d{4}\D|[^\W\d_]{3}", text):
            return None
        from dateutil.parser import parse  # type: ignore[import-untyped]

        def zone(name: str | None, east: int | None) -> int | None:
            return _US_ZONES[name] * 3600 if name in _US_ZONES else east

        try:
            # What the text leaves out comes from the default: two of them show what that is.
            time = parse(text, default=datetime(1904, 1, 1, 0), tzinfos=zone)
            other = parse(text, default=datetime(1908, 2, 2, 1), tzinfos=zone)
        except (ValueError, OverflowError, TypeError):
            return None
        if time.date() != other.date():
            return None
        has_hour = time.hour == other.hour
    is_filler = time.year < 1700 or (time.year, time.month, time.day) == (1970, 1, 1)
    return None if is_filler else (time, has_hour)


def _extract_text(tree: HtmlElement, title: str | None) -> str:
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
    keys = [_key(text) for text in paragraphs[:5]]
    if title and _key(title) in keys:  # the headline; above it are section and label
        place = keys.index(_key(title))
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
            lead = next(filter(None, map(_text_of, box.iter("p"))), "")
            above = box.xpath("preceding::*[self::p or self::h2 or self::div]") if lead else []
            box[:0] = [
                block
                for block in above
                if _text_of(block) == lead and article in block.iterancestors()
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
            text = "" if any(child.tag in _BLOCKS for child in block) else _text_of(block)
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
