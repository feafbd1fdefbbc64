"""The gazetteer: which words name an outlet, and which outlet a document's own label means.

One line an outlet, tab-separated, with the columns `id`, `name`, `kind`, `country`, `aliases`,
`domains`, `ambiguous_aliases`, `short_names` and `parent`; the first three are needed. Several
values in a field are joined by `|`. Users add outlets, or replace some of ours, with a file of
their own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from dedup.errors import InputError

KINDS = ("wire", "state", "newspaper", "broadcaster", "magazine", "online", "advocacy",
         "government")  # fmt: skip
SURE, AMBIGUOUS, SHORT = "sure", "ambiguous", "short"
UNLISTED = "unlisted:"

_LEVELS = (AMBIGUOUS, SURE, SHORT)  # where outlets differ about the same words, the first counts
_COLUMNS = ("id", "name", "kind", "country", "aliases", "domains", "ambiguous_aliases",
            "short_names", "parent")  # fmt: skip
_NEEDED = ("id", "name", "kind")
_ARTICLE = re.compile(r"^[Tt]he\s+")
_WORDS = re.compile(r"\w\W+\w")
_SITE = re.compile(r"\w[\w-]*\.(?:com|org|net|info|news|tv|fm|co|io|[a-z]{2})(?:\.[a-z]{2})?$")


@dataclass(frozen=True, slots=True)
class Outlet:
    """One publisher that texts may name.

    Attributes:
        id: Its id: the value of `credited_outlet`.
        name: Its usual name.
        kind: One of `KINDS`.
        country: ISO 3166 code, or empty.
        aliases: Other names that mean it wherever they stand.
        domains: Its sites' domains.
        ambiguous_aliases: Names that mean something else as well; they need more evidence. One
            that is another outlet's own name means this one in texts about its country.
        short_names: What it is called after the full name was given (`the Post`), without `the`.
        parent: Id of the outlet that it is a part of, or empty.
    """

    id: str
    name: str
    kind: str
    country: str = ""
    aliases: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    ambiguous_aliases: tuple[str, ...] = ()
    short_names: tuple[str, ...] = ()
    parent: str = ""


class Surface(NamedTuple):
    """Words that name one outlet, or possibly one of several.

    Attributes:
        words: The words as they stand in texts.
        certainty: SURE, AMBIGUOUS or SHORT.
        outlets: Ids of the outlets that they may mean, in the gazetteer's order; of a sure name
            its own outlet first.
    """

    words: str
    certainty: str
    outlets: tuple[str, ...]


@dataclass(frozen=True)
class Gazetteer:
    """Outlets by id, and the ways to find one.

    Attributes:
        outlets: The outlets by id, in the order of the files.
        preferred: Ids of the user's: names of theirs mean nobody else.
    """

    outlets: dict[str, Outlet]
    preferred: frozenset[str] = frozenset()

    @cached_property
    def surfaces(self) -> list[Surface]:
        """Every way to name an outlet."""
        named: dict[str, dict[str, str]] = {level: {} for level in _LEVELS}
        outlets: dict[str, list[str]] = {}
        for outlet in self.outlets.values():
            for words, level in _surfaces(outlet):
                outlets.setdefault(words, []).append(outlet.id)
                named[level].setdefault(words, outlet.id)
        sure, ambiguous = named[SURE], named[AMBIGUOUS]
        surfaces: list[Surface] = []
        for words, ids in outlets.items():
            level = AMBIGUOUS if words in ambiguous else SURE if words in sure else SHORT
            if sure.get(words) in self.preferred:
                surfaces.append(Surface(words, SURE, (sure[words],)))
                continue
            owner = sure.get(words)
            if level == AMBIGUOUS and owner and words not in self.outlets[owner].ambiguous_aliases:
                # It is the name of one; others are called so in texts about their countries.
                surfaces.append(Surface(words, SURE, tuple(dict.fromkeys((owner, *ids)))))
                continue
            if level == SHORT:
                bare = _ARTICLE.sub("", words)
                if bare in sure and bare not in ambiguous:
                    continue  # with an article it means the same
                ids = [*outlets.get(bare, ()), *ids]
            distinct = (ids[0],) if len(ids) == 1 else tuple(dict.fromkeys(ids))
            if level == SURE and len(distinct) > 1:
                level = AMBIGUOUS
            surfaces.append(Surface(words, level, distinct))
        return [*surfaces, *_with_article(surfaces)]

    @cached_property
    def sure_names(self) -> dict[str, Surface]:
        """Names that mean one outlet wherever they stand, as texts have them."""
        return {each.words: each for each in self.surfaces if each.certainty == SURE}

    @cached_property
    def _names(self) -> set[str]:
        """Every name of an outlet."""
        return {words for outlet in self.outlets.values() for words, _ in _surfaces(outlet)}

    @cached_property
    def _by_name(self) -> dict[str, str]:
        names: dict[str, str] = {}
        # The surest first: an id or a name is nobody else's alias.
        for of in (
            lambda outlet: (outlet.id,), lambda outlet: (outlet.name,),
            lambda outlet: outlet.aliases, lambda outlet: outlet.ambiguous_aliases,
        ):  # fmt: skip
            for outlet in self.outlets.values():
                for name in of(outlet):
                    names.setdefault(_normalised(name), outlet.id)
        for id in self.preferred:
            own = self.outlets[id]
            for name in (own.id, own.name, *own.aliases, *own.ambiguous_aliases):
                names[_normalised(name)] = id
        return names

    @cached_property
    def _by_domain(self) -> dict[str, str]:
        domains: dict[str, str] = {}
        for outlet in self.outlets.values():
            for domain in outlet.domains:
                domains.setdefault(domain, outlet.id)
        return domains

    def by_name(self, name: str) -> str | None:
        """Return the id of the outlet that a document's label means: id, name, alias or domain.

        >>> gazetteer().by_name("the washington post"), gazetteer().by_name("www.apnews.com")
        ('wapo', 'ap')
        """
        return self._by_name.get(_normalised(name)) or self.by_domain(name)

    def by_domain(self, host: str) -> str | None:
        """Return the id of the outlet whose domain a host is, or is under; None if none is.

        >>> gazetteer().by_domain("edition.cnn.com")
        'cnn'
        """
        parts = host.lower().split(".")
        for first in range(len(parts) - 1):
            if found := self._by_domain.get(".".join(parts[first:])):
                return found
        return None

    def by_url(self, url: str) -> str | None:
        """Return the id of the outlet that an address belongs to."""
        try:
            host = urlsplit(url if "//" in url else f"//{url}").hostname
        except ValueError:  # such as an unclosed bracket
            return None
        return self.by_domain(host) if host else None

    def name_by_url(self, url: str) -> str | None:
        """Return the name of the outlet that an address belongs to."""
        outlet = self.by_url(url)
        return self.outlets[outlet].name if outlet else None

    def with_labels(self, labels: Iterable[str | None]) -> Gazetteer:
        """Return the gazetteer with the outlets of a corpus that it does not have.

        What a corpus calls its outlets may be anything, so their names count as ambiguous, and so
        do their initials (`MPB` for Meridian Press Bureau).
        """
        unknown = {
            label for label in labels
            if label and len(label) > 2 and label != label.lower() and not self.by_name(label)
        }  # fmt: skip
        added = {}
        for label in sorted(unknown):
            words = [word for word in _ARTICLE.sub("", label).split() if word[:1].isupper()]
            initials = "".join(word[0] for word in words)
            has_initials = len(words) > 2 and initials not in self._names
            aliases = (label, initials) if has_initials else (label,)
            short = (words[-1],) if len(words) > 1 else ()
            added[UNLISTED + label] = Outlet(
                UNLISTED + label, label, "", ambiguous_aliases=aliases, short_names=short
            )
        return Gazetteer({**self.outlets, **added}, self.preferred) if added else self

    def family(self, outlet: str) -> set[str]:
        """Return an outlet and what it is a part of."""
        found: set[str] = set()
        while outlet and outlet not in found:
            found.add(outlet)
            outlet = self.outlets[outlet].parent if outlet in self.outlets else ""
        return found


def is_site(name: str) -> bool:
    """Whether a name is an address: `Ferrywatch.com`."""
    return _SITE.fullmatch(name) is not None


def outlet_name(outlet: str, outlets: Gazetteer) -> str:
    """Return the name of an outlet by its id, of an unlisted one the name that the text has."""
    known = outlets.outlets.get(outlet)
    return known.name if known else outlet.removeprefix(UNLISTED)


def _surfaces(outlet: Outlet) -> Iterator[tuple[str, str]]:
    ambiguous = outlet.ambiguous_aliases
    for name in dict.fromkeys((outlet.name, *outlet.aliases)):
        if name not in ambiguous:
            for form in _forms(name):
                yield form, SURE
    for name in ambiguous:
        for form in _forms(name):
            yield form, AMBIGUOUS
    for name in outlet.short_names:
        yield f"the {name}", SHORT
        yield f"The {name}", SHORT


def _with_article(surfaces: Iterable[Surface]) -> Iterator[Surface]:
    """Yield names with their article where the article and their first words name somebody else.

    Of `the Herald Sun`, the longest name that starts at its first word is `the Herald`.
    """
    every = {surface.words: surface for surface in surfaces}
    with_article = (words.split(" ") for words in every if words[:4] in ("the ", "The "))
    first_words = {parts[1] for parts in with_article}
    for words, surface in every.items():
        parts = words.split(" ")
        if len(parts) < 2 or parts[0] not in first_words:  # as nearly all
            continue
        for article in ("the", "The"):
            longer = f"{article} {words}"
            first = (f"{article} {' '.join(parts[:n])}" for n in range(1, len(parts)))
            if longer not in every and any(each in every for each in first):
                yield Surface(longer, surface.certainty, surface.outlets)


def _forms(name: str) -> list[str]:
    """Return a name as texts have it: without the article where more than a word is left."""
    bare = _ARTICLE.sub("", name)
    if _WORDS.search(bare) is not None:
        return [bare] if (upper := bare.upper()) == bare else [bare, upper]
    if bare == name:
        return [bare]
    return [f"the {bare}", f"The {bare}", *(() if bare.isupper() else (f"THE {bare.upper()}",))]


def _normalised(name: str) -> str:
    return _ARTICLE.sub("", " ".join(name.casefold().split()))


@cache
def gazetteer(*paths: str | Path) -> Gazetteer:
    """Return our gazetteer, with the outlets of the user's files added to it or replacing some.

    Args:
        paths: Tab-separated files with the columns of ours; names of theirs mean nobody else.

    Raises:
        InputError: If a file cannot be read or a line of it is wrong.
    """
    ours = files("dedup.attribution").joinpath("outlets.tsv").read_text(encoding="utf-8")
    outlets = {each.id: each for each in _read(ours.splitlines(), Path("outlets.tsv"))}
    preferred: set[str] = set()
    for path in map(Path, paths):
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError("is not UTF-8", path=path) from error
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror or error}", path=path) from error
        added = {each.id: each for each in _read(lines, path)}
        outlets = {**added, **{id: each for id, each in outlets.items() if id not in added}}
        preferred |= {*added}
    return Gazetteer(outlets, frozenset(preferred))


def _read(lines: Iterable[str], path: Path) -> Iterator[Outlet]:
    rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    header = next(rows, [])
    if missing := [name for name in _NEEDED if name not in header]:
        raise InputError(
            f"no column {missing[0]!r}; a gazetteer is tab-separated with a header line of"
            f" {', '.join(_COLUMNS)}", path=path, line=1,
        )  # fmt: skip
    if unknown := [name for name in header if name not in _COLUMNS]:
        raise InputError(f"unknown column {unknown[0]!r}", path=path, line=1)
    places = [header.index(name) if name in header else len(header) for name in _COLUMNS]
    seen: set[str] = set()
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        if len(row) > len(header):
            raise InputError(f"{len(row)} fields, {len(header)} expected", path=path, line=number)
        row += [""] * (1 + len(header) - len(row))
        fields = [row[place].strip() for place in places]
        id, name, kind, country, aliases, domains, ambiguous, short, parent = fields
        for column, value in zip(_NEEDED, (id, name, kind), strict=True):
            if not value:
                raise InputError(f"empty {column}", path=path, line=number)
        if kind not in KINDS:
            raise InputError(
                f"kind must be one of {', '.join(KINDS)}, got {kind!r}", path=path, line=number
            )
        if id in seen:
            raise InputError(f"id {id!r} occurs twice", path=path, line=number)
        seen.add(id)
        yield Outlet(
            id, name, kind, country, _values(aliases), _values(domains.lower()),
            _values(ambiguous), _values(short), parent,
        )  # fmt: skip


def _values(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(part.strip() for part in text.split("|") if part.strip())
