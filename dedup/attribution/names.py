"""Outlets that no gazetteer has, but that a document itself shows to be one.

`the newspaper Népszava`, `the state-run Karven Courier newspaper`, `Znak.com`: such a name is an
outlet wherever the document has it, `unlisted:` and the name. Also what looks like an outlet's
name and is part of a longer one (`the Atlantic Council`) is put right here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution import lexicon
from dedup.attribution.outlets import SURE, UNLISTED, Surface
from dedup.attribution.reading import Reading

_LEARNT_BEFORE = re.compile("(?P<noun>H),?(?P<name>(?:[NKA]|[Dp](?=[NK])){1,5})")
_LEARNT_BEHIND = re.compile("(?:D|(?P<state>n))(?P<name>[NK]{1,4})(?P<noun>H)")
# A name after one of these is an outlet's (`the tabloid Bild`); before one only where the text
# makes it plain, for many a town and country has its newspapers.
_PRESS = re.compile(
    r"(?:\w+ )?(?:newspapers?|news agency|tabloid|broadsheet|daily|weekly|news (?:site|website"
    r"|portal|outlet|channel)|magazine|broadcaster|newswire|(?:tv|television|radio)"
    r" (?:channel|station|network))$",
    re.I,
)
_PLAIN = re.compile(r"(?:newspaper|news agency|magazine)$", re.I)
_STATE = re.compile(r"(?:state|government|party|army)-(?:run|owned|controlled|backed)$|^official$"
                    r"|^semi-official$|^opposition$|^independent$", re.I)  # fmt: skip
_DEMONYM = re.compile(r"(?:[ai]n|ish|ese|ch|i|ic|ean|ern|Greek|Thai|Swiss|Welsh|Dutch|Czech)$")
_SITE = re.compile(r"\w[\w-]*\.(?:com|org|net|info|news|tv|fm|co|io|[a-z]{2})(?:\.[a-z]{2})?$")
_LONGER = re.compile("(?:(?<=[NK])A|A(?=[NKG])|[OS](?=G))")
_CANDIDATES = re.compile("[NK]")


def know_names(reading: Reading) -> None:
    """Turn the names of unlisted outlets into mentions, and what is no mention into names."""
    if re.search("A|[OS]G", reading.classes):
        _demote(reading)
    names = {*_learn(reading)}
    for place in _sites(reading):
        names.add(reading.words(place, place + 1))
    if names:
        _collapse(reading, names)


def _demote(reading: Reading) -> None:
    classes = list(reading.classes)
    for match in _LONGER.finditer(reading.classes):
        place = match.start()
        # Side by side in the text, too: no full stop or line between them that is not a class.
        if reading.classes[place] == "O" and reading.words(place + 1, place + 2).islower():
            continue
        classes[place] = lexicon.NAME
        reading.surfaces[place] = -1
    reading.classes = "".join(classes)


def _learn(reading: Reading) -> Iterator[str]:
    if "H" not in reading.classes:
        return
    for match in _LEARNT_BEFORE.finditer(reading.classes):
        noun = reading.words(*match.span("noun"))
        if _PRESS.search(noun) and "A" not in match["name"]:
            name = reading.words(*match.span("name"))
            name = re.split(r" (?!of )[a-z]+ ", name)[
                0
            ]  # Star of Mysore, but not the Mirror in Leeds
            if "\n" not in name:
                yield name
    for match in _LEARNT_BEHIND.finditer(reading.classes):
        name, noun = reading.words(*match.span("name")), reading.words(*match.span("noun"))
        state = match["state"] and reading.words(*match.span("state"))
        if state and not _STATE.search(state):
            continue
        if _PLAIN.search(noun) and not _DEMONYM.search(name) and "\n" not in name:
            yield name


def _sites(reading: Reading) -> Iterator[int]:
    if "." not in reading.text:
        return
    for match in _CANDIDATES.finditer(reading.classes):
        place = match.start()
        start, end = reading.starts[place], reading.ends[place]
        if "." in reading.text[start:end] and _SITE.fullmatch(reading.text, start, end):
            yield place


def _collapse(reading: Reading, names: set[str]) -> None:
    """Make each of the names one mention, wherever it stands."""
    by_first: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_first.setdefault(name.split()[0], []).append(name)
    classes, starts, ends, surfaces = [], [], [], []
    place, n = 0, len(reading.classes)
    while place < n:
        last = place + 1
        symbol, surface = reading.classes[place], reading.surfaces[place]
        if symbol in "NKD":
            for name in by_first.get(reading.words(place, place + 1), ()):
                end = reading.starts[place] + len(name)
                if reading.text.startswith(name, reading.starts[place]) and (
                    end in reading.ends[place : place + 6]
                ):
                    last = reading.ends.index(end, place) + 1
                    symbol = lexicon.OUTLET
                    surface = -2 - len(reading.local)
                    outlet = reading.gazetteer.by_name(name) or UNLISTED + name
                    reading.local.append(Surface(name, SURE, (outlet,)))
                    break
        classes.append(symbol)
        starts.append(reading.starts[place])
        ends.append(reading.ends[last - 1])
        surfaces.append(surface)
        place = last
    reading.classes = "".join(classes)
    reading.starts, reading.ends, reading.surfaces = starts, ends, surfaces
