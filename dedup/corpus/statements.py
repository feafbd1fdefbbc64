"""What a web page states about itself: title, outlet, time of publication, address.

Pages say it in many places that contradict each other: the order of trust below was found by
reading pages, and each reader takes the first statement that holds up against the others.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

# Statements in order of trust, named by `key_of`; those of JSON-LD are prefixed `ld`.
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


def key_of(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())


def text_of(element: HtmlElement) -> str:
    """Return the text in an element, spaced singly."""
    return " ".join("".join(element.itertext()).split())


def read_facts(tree: HtmlElement) -> dict[str, list[str]]:
    """Collect what the page states about itself: for each name its values, in page order."""
    facts: dict[str, list[str]] = defaultdict(list)
    for element in tree.iter("title", "h1"):
        facts[f"<{element.tag}>"].append(text_of(element))
    for element in tree.iter("meta", "link"):
        value = " ".join((element.get("content") or element.get("href") or "").split())
        names = [element.get(name, "") for name in ("property", "name", "itemprop", "rel")]
        for name in {key_of(name) for name in " ".join(names).split()}:
            facts[name].append(value)
    for element in tree.xpath("//*[@itemprop='datePublished'][not(self::meta)]"):
        stated = element.get("datetime"), element.get("content"), text_of(element)
        facts["datepublished"] += filter(None, stated)
    for element in tree.xpath("//*[@itemprop='publisher']//*[@itemprop='name']"):
        facts["publisher"].append(element.get("content") or text_of(element))
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


def find_outlet(facts: dict[str, list[str]], url: str | None) -> str | None:
    """Return the site's name: of the names that the page gives, the one that most agree on."""
    host = key_of(url.split("/")[2]) if url else ""
    names = [name for key in _OUTLETS for value in facts[key] if (name := _clean_name(value))]
    for title in facts["<title>"][:1]:
        *rest, last = _SEPARATOR.split(title)
        name, head = _clean_name(last), key_of(" ".join(rest))
        # The end of a title is the site's name only if something else says so.
        if (head and name) and (
            _name_key(name) in {*map(_name_key, names)}
            or _name_key(name) in host
            or any(key_of(heading) and key_of(heading) in head for heading in facts["<h1>"])
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
    return key_of(_DOMAIN_END.sub("", re.sub("^the ", "", name, flags=re.IGNORECASE)))


def find_title(facts: dict[str, list[str]], outlet: str | None) -> str | None:
    """Return the headline, without the site's name."""
    stated = [value for key in _TITLES for value in facts[key] if key_of(value)]
    headings = [heading for heading in facts["<h1>"] if key_of(heading)]
    for heading in headings:
        for title in stated + facts["<title>"][:1]:
            if key_of(heading) in key_of(title) and len(heading) >= len(title) / 2:
                return heading
    if not stated:
        stated = sorted(headings + facts["<title>"][:1], key=len, reverse=True) or [""]
    title = html.unescape(stated[0])
    *rest, last = _SEPARATOR.split(title)
    if outlet and rest and _name_key(last) == _name_key(outlet):
        title = title[: [*_SEPARATOR.finditer(title)][-1].start()]
    return title or None


def find_published(facts: dict[str, list[str]], tree: HtmlElement) -> str | None:
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
    stated += [_parse_time(time.get("datetime") or text_of(time)) for time in tree.iter("time")]
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
