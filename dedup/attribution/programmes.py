"""Names in quotation marks: outlets, and programmes that a broadcaster airs; and shows.

`said on “Fox News Sunday”`, `told the “Odrava Today” programme`: what stands between the marks is
a name, no quotation, where somebody speaks on it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from dedup.attribution import lexicon
from dedup.attribution.outlets import SURE, UNLISTED, Surface
from dedup.attribution.reading import Reading

_MARKED = re.compile("[sQCP]")
_BEFORE = "ptLHzDy"  # what may stand before a programme's name
_LONGEST = 60  # characters of a name
# An unlisted name in marks is an outlet's behind such a noun: the daily “Odravka”.
_PRESS = re.compile(
    r"(?:\w+ )?(?:newspaper|news agency|tabloid|daily|weekly|magazine|broadcaster|news site"
    r"|website)$",
    re.I,
)
_ENDS = ",."
# On, told, an episode of: where somebody speaks on a programme.
_AIRED = re.compile(
    r"\b(?:on|told|tells|tell|telling|episode of|edition of|broadcast of|host of|hosts?|hosted"
    r"|anchor of|anchors|(?:interview|interviewed|conversation|spoke|speaking|appearance|appeared)"
    r" (?:with|by|on|to|for))\s+(?:(?:the|[A-Z][\w.]*(?: [A-Z0-9]\w*){0,2}['’]s?|(?:last"
    r"|this) week['’]s"
    r"|\w+day['’]s)\s+)*[“\"‘'«„]*$"
)
_NOUN = re.compile(r"[”\"’'»]*\s+(?:radio |television |TV |morning |news |talk |chat )*"
                   r"(?:show|programme|program|podcast|newscast)\b")  # fmt: skip
# Words of the name of a programme, of which one is a programme's.
_NAME = re.compile(
    r"(?:[A-Z0-9][\w'’.&-]*|&|and|with|of|the|in|for|a)(?: (?:[A-Z0-9][\w'’.&-]*|&|and|with|of"
    r"|the|in|for|a)){0,7}"
)
_KIND = re.compile(r"\b(?:Show|Tonight|Today|Live|Hour|Report|Reports|Sunday|Morning|Mornings"
                   r"|Breakfast|Weekend|Nightly|News|Newsroom|Radio|Podcast|Press|Nation"
                   r"|Daily)\b")  # fmt: skip
_SHOW = re.compile(
    r"\b[Tt]he (?P<name>(?:[A-Z][\w.'’-]+ (?:and |& )?){1,4}Show\b(?: with(?: [A-Z][\w.’-]+){1,3})?"
    r"|[A-Z][\w.'’-]+(?: (?:[A-Z][\w.'’-]+|and|of|the|in|&)){0,6}(?<! (?:the|and))(?<! (?:of|in))"
    r"(?= (?:podcast|programme)\b))"
)
_NOUNS = re.compile(" (?:programme|program|show|podcast)\\b")
# The Ferry Channel's Jonas Veld programme
_OF_CHANNEL = re.compile(
    r"(?P<name>[A-Z][\w.-]{1,20}(?: [A-Z][\w.-]{1,20}){0,2}['’]s? (?:[A-Z][\w'’.-]{1,20} ){1,4}"
    r"(?:programme|program|show|podcast))\b"
)
_AROUND = 60  # characters


def mark_names(reading: Reading) -> None:
    """Make an outlet's or a programme's name in marks a mention, with what the marks end with.

    `the “Odrava Today” programme`, `the "New York Times" reported`.
    """
    named = []
    for match in _MARKED.finditer(reading.classes):
        place = match.start()
        start, end = reading.span(place, place + 1)
        if end - start > _LONGEST:
            continue
        surface = _listed(reading, place)
        if surface is None and reading.classes[place - 1] in _BEFORE:
            surface = _programme(reading, place)
        if surface is not None:
            named.append((place, surface))
    if not named:
        return
    classes = reading.classes
    starts, ends, surfaces = list(reading.starts), list(reading.ends), list(reading.surfaces)
    for place, surface in reversed(named):
        mark, end = "", ends[place]
        if reading.text[end - 1] in _ENDS:
            mark, end = reading.text[end - 1], end - 1
        reading.local.append(surface)
        symbols = lexicon.OUTLET + mark
        classes = classes[:place] + symbols + classes[place + 1 :]
        tail = [end] if mark else []
        starts[place : place + 1] = [starts[place], *tail]
        ends[place : place + 1] = [end, *(each + 1 for each in tail)]
        surfaces[place : place + 1] = [-1 - len(reading.local), *(-1 for _ in tail)]
    reading.classes = classes
    reading.starts, reading.ends, reading.surfaces = starts, ends, surfaces


def _listed(reading: Reading, place: int) -> Surface | None:
    """Return the outlet that a symbol's words between marks are the name of."""
    words = reading.words(place, place + 1).rstrip(_ENDS)
    if known := reading.gazetteer.sure_names.get(words):
        return known
    before = reading.classes[place - 1]
    if before != "H" or _NAME.fullmatch(words) is None or not words[0].isupper():
        return None
    if _PRESS.search(reading.words(place - 1, place)) is None:
        return None
    known_as = reading.gazetteer.by_name(words) or UNLISTED + words.removeprefix("The ")
    return Surface(words, SURE, (known_as,))


def _programme(reading: Reading, place: int) -> Surface | None:
    """Return the programme that a symbol's words between marks name, if they name one."""
    words = reading.words(place, place + 1).rstrip(_ENDS)
    if _NAME.fullmatch(words) is None:
        return None
    text, (start, end) = reading.text, reading.span(place, place + 1)
    is_called = _NOUN.match(text, end, end + _AROUND) is not None
    before = text[max(0, start - _AROUND) : start]
    if not is_called and _AIRED.search(before) is None:
        return None
    known = reading.gazetteer.by_name(words) or reading.gazetteer.by_name(f"{words} show")
    if known is None and not (is_called or _KIND.search(words)):
        return None
    return Surface(words, SURE, (known or UNLISTED + words.removeprefix("The "),))


def programmes(reading: Reading) -> Iterator[str]:
    """Yield names of shows that somebody speaks on: told the Odrava Morning Show."""
    text = reading.text
    patterns = [_OF_CHANNEL] if _NOUNS.search(text) else []
    if any(noun in text for noun in ("Show", " podcast", " programme")):
        patterns.append(_SHOW)
    for pattern in patterns:
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - _AROUND) : match.start()]
            place = bisect_right(reading.starts, match.start()) - 1
            is_own = pattern is _OF_CHANNEL or reading.surfaces[place] == -1
            if is_own and _AIRED.search(before):
                yield match["name"]
