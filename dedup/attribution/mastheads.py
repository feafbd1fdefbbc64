"""Names that look like an outlet's and stand where one would: no gazetteer has all of them.

`the Odrava Herald reported`, `told KODR`, `the Karven Broadcasting Corporation`: the words that
the name ends with, and what stands right before and behind it, tell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from dedup.attribution.reading import Reading

# Words that end the names of outlets; of the second sort, only behind an article.
SURE = frozenset(
    "Times Herald Tribune Gazette Chronicle Bulletin Observer Telegraph Examiner Inquirer Enquirer"
    " Sentinel Courier Dispatch News Post TV Television Radio".split()
)
LIKELY = frozenset(
    "Press Record Leader Beacon Independent Star Sun Mirror Standard Mail Express Advertiser Argus"
    " Echo Monitor Globe Register Ledger Eagle Citizen Journal Magazine Reporter Today Daily"
    " Weekly".split()
)


def by_initial(words: Iterable[str]) -> str:
    """Return a pattern for words that looks at each one's first letter once."""
    initials: dict[str, list[str]] = {}
    for word in sorted(words):
        initials.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in initials.items())


MASTHEAD = re.compile(
    rf"(?P<word>{by_initial(SURE | LIKELY)})(?:-[A-Z]\w{{0,20}})?\b(?!-?\w|['’](?!s\b)\w)"
)
# Nobody else is called so: the Karven Broadcasting Corporation.
_BROADCASTER = re.compile(
    r"(?:Broadcasting (?:Corporation|Corp\.|Service|Network|Company)"
    r"|News (?:Network|Service|Agency)"
    r"|P(?:ublic (?:Radio|Media)|ress Agency))(?!['’-]?\w)"
)
_DAILY = re.compile(r"the (?P<name>(?:Daily|Weekly) [A-Z][\w.’-]{1,30})")  # the Daily Plover
_CALL_SIGN = re.compile(r"[KW][A-Z]{2,3}-(?:TV|FM|AM)")
_CALL_SIGN_END = re.compile(r"-(?:TV|FM|AM)\b")
# A call sign by itself, where only somebody spoken to stands, or with what it is.
_STATION = re.compile(r"[KW][A-Z]{3}\b")
_STATION_BEFORE = re.compile(
    r"\b(?:(?:told|tells|(?:interview|appearance|statement|spoke|speaking|talking)"
    r" (?:with|to|on)|according to|reported by) (?:\w+ ){0,2}|(?:affiliate|station) )$",
    re.I,
)
_STATION_BEHIND = re.compile(r" (?:TV|[Rr]adio|News)\b|,? an? [\w ]{0,30}(?:station|affiliate)\b")
_NO_STATION = frozenset("WADA KPMG KFOR WIPO WWII KGBT WHOM WHAT WITH WERE WILL WHEN".split())
# NTV television: what airs is named before the noun.
_AIRING = (" television", " TV", " radio")
_AIRED = re.compile(
    r"(?<![\w.’'-])(?P<name>[A-Z][\w'’.-]{1,30}(?: [A-Z0-9][\w’.-]{0,30}){0,2})"
    r" (?:television|TV|radio)\b"
    r"(?! (?:show|programme|program|host|series|ads?|network|station|interview|debate|news))"
)
_DEMONYM = re.compile(
    r"(?:[ai]n|ish|ese|ch|i|ic|ean|ern|Greek|Thai|Swiss|Welsh|Dutch|Czech|State|Live|National"
    r"|Local|The|On|In|And|By|Cable|Satellite|Digital|Public)$"
)
# What shows that such a name is an outlet's here: told the …, … reported.
_PRESS_BEFORE = re.compile(
    r"\b(?:told|tells|telling|according to|(?:reported|quoted|cited|obtained|seen"
    r"|described|noted|published) (?:by|in)"
    r"|interviews? (?:\w+ )?(?:with|to|for|in|on)|(?:published|wrote|writing|writes|reported"
    r"|article|report"
    r"|op-ed|column|editorial|quoted|cited|appeared) (?:in|for)|reports? (?:by|from)|via|per"
    r"|(?:spoke|speaking) (?:to|with|on)|newspaper|paper|daily|weekly|station|site|broadcaster"
    r"|magazine"
    r"|outlet|publication|tabloid|channel|agency|blog|podcast|journal"
    r"|(?-i:\bBy(?: [A-Z][\w.'’-]+){2,3},)|Special to"
    r"|(?:media|outlets|newspapers|papers|reports|stations),? (?:including|such as|like))"
    r"\s+(?:[Tt]he\s+|(?:local|state|national|[\w-]+-(?:based|owned|run|language))\s+)*$",
    re.I,
)
_VERB = (
    r"\s+(?:(?:has|had|also|later|then|first|newspaper|website|recently|previously|is"
    r"|magazine)\s+)*"
    r"(?:reported|reporting|reports|said|says|wrote|writes|quoted|quotes|cited|cites|published"
    r"|noted|notes|revealed|reveals|described|estimated|alleged|claimed|pointed out|opined"
    r"|editorialized|reporter|columnist|correspondent|editorial|article|interview|poll|report|story|website|newspaper)\b"
)
_PRESS_IS = re.compile(
    r",\s+an?\s(?:[\w-]+\s){0,4}(?:newspaper|daily|weekly|tabloid"
    r"|(?:radio|television|TV) station|news (?:site|website|outlet|agency|magazine)|broadcaster)\b"
)
_PRESS_BEHIND = re.compile(rf",\s+(?:citing|quoting)\b|{_PRESS_IS.pattern}|(?:['’]s?)?{_VERB}")
_PRESS_BEHIND_ASIDE = re.compile(rf",\s+(?:an?|which|whose)\s[^,.;\n]{{3,60}},{_VERB}")
_SCHOLARLY = re.compile(r"\b(?:publish|appear|study|studies|paper|found|research)\w* in\s+the\s+$")
_NO_NAME = re.compile(
    r"(?:Breaking|Latest|Top|Good|Bad|Fake|More|Related|Other|Local|Sports|Modern|Hard|End|Recent"
    r"|Older|Trading|Blog|Google|Apple|National|Evening|Morning|Sunday|Today|Military|Federal)\b"
    r"|.*\b(?:Medical|Law|Physical|Biology|Science|Psychology|Astronomical|Astrophysical|Economic"
    r"|American|European|International|Official) Journal\b"  # of scholars, and of states
    r"|.*\b(?:Congressional|Official|Public|Court|Parliamentary|Medical|Track) Record\b"
)
_AROUND = 60  # characters
_LONGEST_NAME = 4  # words before the last


def mastheads(reading: Reading) -> Iterator[str]:
    """Yield names that end like an outlet's (the Odrava Herald), and stand where one would."""
    text = reading.text
    for match in MASTHEAD.finditer(text):
        first = _start_of_name(reading, match)
        if first < 0:
            continue
        start, end, word = reading.starts[first], match.end(), match["word"]
        before = text[max(0, start - _AROUND) : start]
        has_article = before[-4:].lower() == "the "
        is_plain = _PRESS_IS.match(text, end, end + _AROUND) is not None
        if not (word in SURE or has_article or is_plain) or _NO_NAME.match(text, start, end):
            continue
        if word in ("TV", "Television", "Radio") and _DEMONYM.search(
            text[start : match.start() - 1]
        ):
            continue  # Karvish TV
        if word == "Journal" and _SCHOLARLY.search(before):
            continue
        if is_plain or (has_article and _PRESS_BEHIND_ASIDE.match(text, end, end + _AROUND)):
            yield text[start:end]
        elif _PRESS_BEFORE.search(before) or _PRESS_BEHIND.match(text, end, end + _AROUND):
            yield text[start:end]
    for match in _DAILY.finditer(text):
        place = bisect_left(reading.starts, match.start("name"))
        before = text[max(0, match.start() - _AROUND) : match.start("name")]
        if reading.surfaces[place : place + 1] == [-1] and _PRESS_BEFORE.search(before):
            yield match["name"]
    yield from _stations(reading)


def _start_of_name(reading: Reading, match: re.Match[str]) -> int:
    """Return the first symbol of the name that a word ends; -1 where there is no such name."""
    last = bisect_left(reading.ends, match.end())
    if reading.ends[last : last + 1] != [match.end()] or reading.surfaces[last] != -1:
        return -1
    first = bisect_left(reading.starts, match.start(), 0, last + 1)
    if reading.starts[first : first + 1] != [match.start()]:
        return -1  # the end of a longer word
    head = first
    while (
        first > 0 and head - first < _LONGEST_NAME
        and (
            reading.classes[first - 1] in "NK"
            or reading.classes[first - 2 : first] in ("Nd", "Kd")  # Odrava Evening Courier
        )
        and reading.starts[first] - reading.ends[first - 1] == 1
    ):  # fmt: skip
        first -= 1
    return -1 if first == head else first


def _stations(reading: Reading) -> Iterator[str]:
    """Yield the names of stations: KODR-TV, KODR, NTV, the Karven Broadcasting Corporation."""
    text = reading.text
    for match in _CALL_SIGN_END.finditer(text):
        last = bisect_left(reading.ends, match.end())
        if last < len(reading.ends) and _CALL_SIGN.fullmatch(reading.words(last, last + 1)):
            yield reading.words(last, last + 1)
    if "K" in reading.classes:
        for match in _STATION.finditer(text):
            start, end = match.span()
            is_named = _STATION_BEHIND.match(text, end, end + _AROUND) or _STATION_BEFORE.search(
                text[max(0, start - _AROUND) : start]
            )
            if is_named and match.group() not in _NO_STATION:
                yield match.group()
    for match in _BROADCASTER.finditer(text):
        first = _start_of_name(reading, match)
        # Not the Karvish News Agency, which may be one of several.
        if first >= 0 and not (
            match.group().endswith("Agency")
            and _DEMONYM.search(text[reading.starts[first] : match.start() - 1])
        ):
            yield text[reading.starts[first] : match.end()]
    for match in _AIRED.finditer(text) if any(noun in text for noun in _AIRING) else ():
        name, end = match["name"], match.end()
        before = text[max(0, match.start() - _AROUND) : match.start()]
        if not _DEMONYM.search(name) and (
            _PRESS_BEFORE.search(before) or _PRESS_BEHIND.match(text, end, end + _AROUND)
        ):
            yield name
