"""Outlets that no gazetteer has, but that a document itself shows to be one.

`the newspaper Népszava`, `the state-run Karven Courier newspaper`, `Znak.com`: such a name is an
outlet wherever the document has it, `unlisted:` and the name. Also what looks like an outlet's
name and is part of a longer one (`the Atlantic Council`) is put right here.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from dedup.attribution import lexicon
from dedup.attribution.frames import framed
from dedup.attribution.mastheads import MASTHEAD, mastheads
from dedup.attribution.outlets import SURE, UNLISTED, Surface, is_site
from dedup.attribution.owners import owners
from dedup.attribution.programmes import mark_names, programmes
from dedup.attribution.reading import Reading

_LEARNT_BEFORE = re.compile("(?P<noun>H),?(?P<name>(?:[NKA]|[Dp](?=[NK])){1,5})")
_LEARNT_ASIDE = re.compile(
    "(?<![nNK])(?P<name>[NK]{1,4}),(?:D|D?[NK]{1,3}z)[nNKT]{0,5}(?P<noun>H)(?=[,.qhbp])"
)
_LEARNT_BEHIND = re.compile("(?:D|(?P<state>n))(?P<name>[NK]{1,4})(?P<noun>H)")
# A name after one of these is an outlet's (`the tabloid Bild`); before one only where the text
# makes it plain, for many a town and country has its newspapers.
_PRESS = re.compile(
    r"(?:\w+ )?(?:newspapers?|news agency|tabloid|broadsheet|daily|weekly|news (?:site|website"
    r"|portal|outlet|channel)|(?:media )?outlet|publication|magazine|broadcaster|newswire"
    r"|(?:tv|television|radio) (?:channel|station|network))$",
    re.I,
)
_PLAIN = re.compile(r"(?:newspaper|news agency|magazine)$", re.I)
_STATE = re.compile(r"(?:state|government|party|army)-(?:run|owned|controlled|backed)$|^official$"
                    r"|^semi-official$|^opposition$|^independent$", re.I)  # fmt: skip
_DEMONYM = re.compile(
    r"(?:[ai]n|ish|ese|ch|i|ic|ean|ern|Greek|Thai|Swiss|Welsh|Dutch|Czech"
    r"|-(?:language|based|owned|run|backed|funded))$"
)
_LONGER = re.compile("(?:(?<=[NK])A|A(?=[NKG])|[OS](?=G))")
_PERSON = re.compile("TN(?P<surname>[OA])(?![OAzNKH])")
_IN_PARENTHESES = re.compile("[(](?P<short>[OA])[)]")
_WORDS = re.compile("[^.,;:()¶#%OAS]{2,}\\Z")
_NEWS = re.compile(r"News|Press|Agen|Broadcast|Radio|Tele[vg]|Times|Post|Journal|Media")
# Middle East Eye (MEE)
_ABBREVIATED = re.compile("O[(](?P<short>[KNA])[)]")
_LETTERS = re.compile("[KNA]")
_INITIALS = re.compile(r"\b[A-Z]")
_OPENING = re.compile("(?<=[¶#%.:P])A(?=[npqme])")  # People who, People near
_ARTICLE = re.compile(r"[Tt]he\s+(?=\w)")
_CANDIDATES = re.compile("[NK]")
_POSSESSIVE = re.compile("['’]s? ")
_LONGEST = 10  # symbols of a name


def know_names(reading: Reading) -> None:
    """Turn the names of unlisted outlets into mentions, and what is no mention into names."""
    if re.search("A|[OS]G|TNO|[(]O[)]", reading.classes):
        _demote(reading)
    if "HA" in reading.classes:
        _confirm(reading)
    mark_names(reading)
    names = {
        *_learn(reading), *mastheads(reading), *framed(reading), *programmes(reading),
        *owners(reading.text),
    }  # fmt: skip
    for place in _sites(reading):
        names.add(reading.words(place, place + 1))
    if names:
        _collapse(reading, names)
    if "O(" in reading.classes:
        _abbreviate(reading)


def _abbreviate(reading: Reading) -> None:
    """Make letters that the text gives an outlet mean it from there on: Middle East Eye (MEE)."""
    classes = list(reading.classes)
    places: dict[str, list[int]] = {}
    for match in _LETTERS.finditer(reading.classes):
        place = match.start()
        places.setdefault(reading.words(place, place + 1), []).append(place)
    given: dict[str, tuple[str, ...]] = {}
    for match in _ABBREVIATED.finditer(reading.classes):
        place = match.start("short")
        letters, name = reading.words(place, place + 1), reading.surface(match.start())
        initials = "".join(_INITIALS.findall(reading.words(match.start(), match.start() + 1)))
        if not (letters.isupper() and initials.upper().endswith(letters)):
            continue
        if given.get(letters) == name.outlets:
            continue  # once more
        given[letters] = name.outlets
        reading.local.append(Surface(letters, SURE, name.outlets))
        own = places.get(letters, [])
        for other in own[bisect_left(own, match.end()) :]:
            classes[other] = lexicon.OUTLET
            reading.surfaces[other] = -1 - len(reading.local)
    reading.classes = "".join(classes)


def _demote(reading: Reading) -> None:
    classes = list(reading.classes)
    persons = {reading.words(place, place + 1) for place in _persons(reading)}
    for match in re.finditer("[OAS]", reading.classes if persons else ""):
        place = match.start()
        if reading.words(place, place + 1) in persons:
            classes[place], reading.surfaces[place] = lexicon.NAME, -1
    for match in _LONGER.finditer(reading.classes):
        place = match.start()
        if reading.classes[place - 1] == "L" and reading.words(place + 1, place + 2).islower():
            continue  # told The Observer government was a burden
        # Side by side in the text, too: no full stop or line between them that is not a class.
        if reading.text.startswith("-", reading.ends[place]):
            continue  # an S-ICM poll
        if reading.classes[place] == "O" and reading.words(place + 1, place + 2).islower():
            continue
        classes[place] = lexicon.NAME
        reading.surfaces[place] = -1
    spelled = {reading.words(place, place + 1) for place in _spelled_out(reading)}
    for match in re.finditer("[OA]", reading.classes if spelled else ""):
        if reading.words(match.start(), match.start() + 1) in spelled:
            classes[match.start()], reading.surfaces[match.start()] = lexicon.ACRONYM, -1
    for match in _OPENING.finditer(reading.classes):
        place = match.start()
        if lexicon.phrases().get(reading.words(place, place + 1).lower()) == lexicon.GROUP:
            classes[place], reading.surfaces[place] = lexicon.GROUP, -1
    reading.classes = "".join(classes)


def _confirm(reading: Reading) -> None:
    """Make an ambiguous name an outlet's all over where the text says so: the magazine Forbes."""
    for match in re.finditer("(?P<noun>H)(?P<name>A)", reading.classes):
        place = match.start("name")
        surface = reading.surface(place)
        if len(surface.outlets) > 1 or not _PRESS.search(reading.words(*match.span("noun"))):
            continue
        number, classes = reading.surfaces[place], list(reading.classes)
        reading.local.append(Surface(surface.words, SURE, surface.outlets))
        for other in re.finditer("A", reading.classes):
            if reading.surfaces[other.start()] == number:
                classes[other.start()] = lexicon.OUTLET
                reading.surfaces[other.start()] = -1 - len(reading.local)
        reading.classes = "".join(classes)


def _persons(reading: Reading) -> Iterator[int]:
    """Yield names of outlets that are surnames here: Mayor Don [Guardian]."""
    for match in _PERSON.finditer(reading.classes):
        place = match.start("surname")
        is_word = reading.words(place, place + 1).isalpha()
        if is_word and reading.starts[place] - reading.ends[place - 1] == 1:
            yield place


def _spelled_out(reading: Reading) -> Iterator[int]:
    """Yield acronyms of outlets that the text itself spells out as somebody else's: the Odrava
    Ports Authority (OPA).
    """
    for match in _IN_PARENTHESES.finditer(reading.classes):
        place = match.start("short")
        name = _WORDS.search(reading.classes, max(0, match.start() - _LONGEST), match.start())
        if name is None:
            continue
        short, words = reading.words(place, place + 1), reading.words(*name.span())
        initials = "".join(word[0] for word in re.findall(r"[A-Z]\w+", words))
        if short.isupper() and initials.endswith(short) and not _NEWS.search(words):
            yield place


def _learn(reading: Reading) -> Iterator[str]:
    if "H" not in reading.classes:
        return
    for match in _LEARNT_BEFORE.finditer(reading.classes):
        noun = reading.words(*match.span("noun"))
        before = reading.classes[match.start() - 1 : match.start()]
        if before and before not in "¶#%.:" and noun[:1].isupper():
            continue  # a part of a name: the Newspaper Guild
        if before in ("O", "A"):
            continue  # told the AP news agency Veld had left
        if reading.classes[match.end("noun")] == "," and (
            before in ("N", "K", "O", "A")
            or reading.classes[match.end() : match.end() + 1] not in (",", ".")
        ):
            continue  # of another one: Odrava magazine, Veld said · told the newspaper, Veld said
        if noun == "Broadcaster" and re.fullmatch("NN+", match["name"]) and before in "¶#%.:":
            continue  # a person by occupation: Broadcaster Jonas Veld said
        if _PRESS.search(noun) and "A" not in match["name"]:
            name = reading.words(*match.span("name"))
            name = re.split(r" (?!of )[a-z]+ ", name)[
                0
            ]  # Star of Mysore, but not the Mirror in Leeds
            longer = MASTHEAD.match(reading.text, reading.ends[match.end("name") - 1] + 1)
            if longer and name == reading.words(*match.span("name")):
                name += f" {longer.group()}"  # `Post` is a word of another class
            if "\n" not in name:
                bare = _ARTICLE.sub("", name)
                yield bare if " " in bare else name
    for match in _LEARNT_ASIDE.finditer(reading.classes):  # Odravka, an independent news site,
        name = reading.words(*match.span("name"))
        if _PRESS.search(reading.words(*match.span("noun"))) and "\n" not in name:
            yield name
    for match in _LEARNT_BEHIND.finditer(reading.classes):
        name, noun = reading.words(*match.span("name")), reading.words(*match.span("noun"))
        state = match["state"] and reading.words(*match.span("state"))
        if state and not _STATE.search(state):
            continue
        if reading.classes[match.end() : match.end() + 1] in ("N", "K", "O", "A"):
            continue  # the Karven newspaper Odrava Courier
        if not state and reading.words(match.start(), match.start() + 1).lower() != "the":
            continue  # a Paris newspaper
        if _PLAIN.search(noun) and not _DEMONYM.search(name) and "\n" not in name:
            yield name


def _sites(reading: Reading) -> Iterator[int]:
    if "." not in reading.text:
        return
    for match in _CANDIDATES.finditer(reading.classes):
        place = match.start()
        start, end = reading.starts[place], reading.ends[place]
        if "." in reading.text[start:end] and is_site(reading.text[start:end]):
            yield place


def _collapse(reading: Reading, names: set[str]) -> None:
    """Make each of the names one mention, wherever it stands."""
    by_first: dict[str, list[str]] = {}
    for name in sorted(names, key=len, reverse=True):
        for first in {name.split()[0], _POSSESSIVE.split(name)[0]}:
            by_first.setdefault(first, []).append(name)
    classes, starts, ends, surfaces = [], [], [], []
    place, n = 0, len(reading.classes)
    while place < n:
        last = place + 1
        symbol, surface = reading.classes[place], reading.surfaces[place]
        if symbol in "NKDHOAS0":  # `the Namibian` starts a longer name, too
            for name in by_first.get(reading.words(place, place + 1), ()):
                end = reading.starts[place] + len(name)
                if (
                    (symbol in "NKDH0" or end > reading.ends[place])
                    and reading.text.startswith(name, reading.starts[place])
                    and end in reading.ends[place : place + _LONGEST]
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
