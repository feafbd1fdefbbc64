"""Who is credited: the words of a party to its kind, and to the outlet that they mean.

Short names (`the Post`), ambiguous ones (`Time`, `ABC`) and back-references (`the newspaper`, `the
report`, `it`) mean an outlet only together with what the document said before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dedup.attribution.outlets import AMBIGUOUS, SHORT, SURE, UNLISTED
from dedup.attribution.reading import Found, Reading, Span

_REACH = 3  # passages back that a back-reference looks
_LOOK_BACK = 5_000  # symbols back that a short name looks for the full one
_TAIL = re.compile("(?<=.)[ptq(]")  # of the Orrin Ports Authority, who work at Lodden
_UNLISTED = re.compile("([NK]{1,4})H")
_KINDS_CALLED = {
    "newspaper": ("newspaper",), "paper": ("newspaper",), "daily": ("newspaper",),
    "weekly": ("newspaper", "magazine"), "tabloid": ("newspaper",), "broadsheet": ("newspaper",),
    "magazine": ("magazine",), "journal": ("magazine", "newspaper"),
    "agency": ("wire",), "news agency": ("wire",), "newswire": ("wire",), "wire": ("wire",),
    "wire service": ("wire",), "news service": ("wire",),
    "broadcaster": ("broadcaster",), "network": ("broadcaster",), "channel": ("broadcaster",),
    "station": ("broadcaster",), "tv station": ("broadcaster",), "cable network": ("broadcaster",),
    "television station": ("broadcaster",), "television channel": ("broadcaster",),
    "television network": ("broadcaster",), "tv network": ("broadcaster",),
    "tv channel": ("broadcaster",), "news channel": ("broadcaster",),
    "radio station": ("broadcaster",), "radio": ("broadcaster",), "programme": ("broadcaster",),
    "program": ("broadcaster",), "broadcast": ("broadcaster",),
}  # fmt: skip
_JOURNALIST = re.compile(
    r"\b(?:reporter|correspondent|editor|journalist|columnist|anchor|writer|photographer|host"
    r"|presenter|producer|newsreader|commentator)s?\b"
)
# What a text about a country says, for outlets of different countries that share a name.
COUNTRY_WORDS = {
    "US": r"United States|U\.S\.|US|America\w*|Washington|Congress|Trump|Biden|Obama",
    "AU": r"Australia\w*|Sydney|Melbourne|Canberra|Brisbane|Queensland|Victoria",
    "GB": r"Brit\w+|United Kingdom|UK|U\.K\.|England|English|London|Scot\w+|Wales|Welsh",
    "IE": r"Ireland|Irish|Dublin", "CA": r"Canad\w+|Ottawa|Toronto|Ontario|Quebec",
    "NZ": r"New Zealand|Auckland|Wellington", "IN": r"India\w*|Delhi|Mumbai",
    "PK": r"Pakistan\w*|Islamabad|Karachi", "BD": r"Bangladesh\w*|Dhaka",
    "NG": r"Nigeria\w*|Lagos|Abuja", "KE": r"Kenya\w*|Nairobi", "ZA": r"South Africa\w*",
    "GH": r"Ghana\w*|Accra", "UG": r"Uganda\w*|Kampala", "PH": r"Philippine\w*|Manila|Filipino",
    "SG": r"Singapore\w*", "MY": r"Malaysia\w*|Kuala Lumpur", "HK": r"Hong Kong",
    "TW": r"Taiwan\w*|Taipei", "JP": r"Japan\w*|Tokyo", "LB": r"Leban\w+|Beirut",
    "JM": r"Jamaica\w*|Kingston", "ES": r"Spain|Spanish|Madrid", "FR": r"France|French|Paris",
    "DE": r"German\w*|Berlin", "IR": r"Iran\w*|Tehran", "AE": r"Emirat\w+|Dubai|UAE",
}  # fmt: skip
_OWN = re.compile(r"(?:this|our) \w+$", re.I)
# Cues that outlets have and persons rarely do: an ambiguous name with one is the outlet's.
PRESS_CUES = re.compile(
    r"report|publish|wrote|writ|obtain|reveal|broadcast|air|editorial|first|cit|quot|print|poll"
    r"|interview|investigat|according",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Party:
    """What the words of a credited party mean.

    Attributes:
        kind: One of `reading.KINDS`.
        outlet: Id of the outlet; None where it is none or stays ambiguous.
        certainty: `sure`, `likely` or `guess`.
        antecedent: Where the party was named that a back-reference resolves to.
        candidates: Outlets that it may mean, where that stays open.
        is_reference: Whether the words name nobody by themselves.
    """

    kind: str
    outlet: str | None = None
    certainty: str = "sure"
    antecedent: Span | None = None
    candidates: tuple[str, ...] = ()
    is_reference: bool = False


def identify(reading: Reading, first: int, last: int, cue: str) -> Party:
    """Return what the symbols from `first` to before `last` mean as a credited party.

    Args:
        reading: The document.
        first: First symbol of the party.
        last: Symbol behind it.
        cue: The words of the cue.
    """
    classes = reading.classes[first:last]
    if classes in ("I", "i"):
        return Party("person" if classes == "I" else "unnamed")
    if classes == "j":
        return _last_party(reading, first) or Party("organisation", certainty="guess")
    tail = _TAIL.search(classes)
    core = classes[: tail.start()] if tail else classes
    head = core.rstrip("d0yn")[-1:] or core[-1]
    is_person = "T" in core and head not in "GUHYE"
    if not is_person and (found := re.search("[OAS]", core)) and head != "U":
        rest = core[found.end() :]
        if rest.startswith("z") and not re.search("[HYE]", rest):
            # CNN's Jake Tapper: a person, who speaks for the outlet.
            return _of_outlet(reading, first + found.start(), core, cue)
        if head in "OASHYE" or rest.strip("NK") == "":
            party = _named_outlet(reading, first + found.start(), core, cue)
            if party is not None:
                return party
    if is_person:
        named = re.search("O", core)
        if named and _JOURNALIST.search(reading.words(first, first + len(core))):
            return _of_outlet(reading, first + named.start(), core, cue)
        return Party("person")
    if head == "U":
        named = re.search("O", core)
        if named and _JOURNALIST.search(reading.words(first, first + len(core))):
            return replace(_of_outlet(reading, first + named.start(), core, cue), kind="unnamed")
        return Party("unnamed")
    if head in "HY" and (unlisted := _UNLISTED.search(core)):
        words = reading.words(first + unlisted.start(1), first + unlisted.end(1))
        return Party("outlet", UNLISTED + words, "likely")
    if head in "HYG":
        party = _back_reference(reading, first, first + len(core), head)
        if party is not None:
            return party
    if head in "GHYEK" or classes[len(core) : len(core) + 2] == "(K":
        return Party("organisation")
    if "G" in core:
        return Party("organisation")
    if core[0] == "D" and head in "NA":
        return Party("organisation", certainty="likely")  # the Kremlin
    return Party("person", certainty="sure" if "N" in core else "guess")


def _of_outlet(reading: Reading, place: int, core: str, cue: str) -> Party:
    """Return a person who speaks for an outlet."""
    party = _named_outlet(reading, place, core, cue)
    return Party("person", party.outlet if party else None, "likely")


def _named_outlet(reading: Reading, place: int, core: str, cue: str) -> Party | None:
    surface = reading.surface(place)
    span = reading.span(place, place + 1)
    if surface.certainty == SURE:
        return Party("outlet", surface.outlets[0])
    before = _mentioned(reading, place)
    known = [outlet for outlet in before if outlet in surface.outlets]
    if known:
        return Party("outlet", known[-1], "sure", before[known[-1]])
    if reading.own in surface.outlets:
        return Party("outlet", reading.own, "likely")
    if surface.certainty == SHORT:
        # Nothing before it says which Post this is.
        return Party("outlet", None, "guess", None, surface.outlets, is_reference=True)
    is_supported = (
        re.search("A[HY]|HA", core) is not None
        # The corpus calls an outlet so, by more than a word.
        or (surface.outlets[0].startswith(UNLISTED) and " " in surface.words)
        or (core == "A" and surface.words.lower().startswith("the "))  # The Times said
        or PRESS_CUES.search(cue) is not None
        or reading.text[span[0] - 1 : span[0]] in ("*", "_")
        or (place > 0 and reading.classes[place - 1] == "D" and surface.words.isupper())
    )
    if surface.certainty == AMBIGUOUS and not is_supported:
        is_word = surface.words.istitle() and reading.classes[place - 1] in ".¶#%PQ:"
        if is_word or not surface.words.isupper():
            return None
    outlets = surface.outlets
    if len(outlets) > 1:
        return Party("outlet", _likeliest(reading, outlets), "guess", None, outlets)
    return Party("outlet", outlets[0], "likely")


def _likeliest(reading: Reading, outlets: tuple[str, ...]) -> str:
    """Return the outlet of those that share a name whose country the text is most about."""

    def n_hints(outlet: str) -> int:
        known = reading.gazetteer.outlets.get(outlet)
        words = COUNTRY_WORDS.get(known.country if known else "")
        return len(re.findall(rf"\b(?:{words})\b", reading.text)) if words else 0

    return max(outlets, key=n_hints)  # of equal ones the first


def _mentioned(reading: Reading, place: int) -> dict[str, Span]:
    """Return the outlets that are named surely before a place, the last one last."""
    found: dict[str, Span] = {}
    first = max(0, place - _LOOK_BACK)
    for match in re.finditer("O", reading.classes[first:place]):
        number = first + match.start()
        outlet = reading.surface(number).outlets[0]
        found.pop(outlet, None)
        found[outlet] = reading.span(number, number + 1)
    return found


def _near(reading: Reading, place: int) -> int:
    """Return the first symbol that a back-reference at a place may reach."""
    first = place
    for _ in range(_REACH + 1):
        before = max(reading.classes.rfind(opener, 0, first) for opener in "¶#%")
        if before < 0:
            return 0
        first = before
        if reading.classes[before] != "¶":
            break
    return first


def _back_reference(reading: Reading, first: int, last: int, head: str) -> Party | None:
    words = reading.words(first, last)
    if reading.classes[first] not in "D" or last - first > 3:
        return None
    if head in "HY" and _OWN.match(words) and reading.own:
        return Party("outlet", reading.own, "likely", is_reference=True)
    noun = " ".join(words.split()[1:]).lower()
    if re.search("[NK]", reading.classes[first:last]):
        return None
    near = reading.starts[_near(reading, first)]
    if head == "Y":
        for row in reversed(reading.found):
            if row.credited[0] < near:
                return None
            if row.outlet:
                return Party("outlet", row.outlet, "likely", row.credited, is_reference=True)
        return None
    compatible = _KINDS_CALLED.get(noun.split()[-1] if noun else "") or _KINDS_CALLED.get(noun)
    if head == "G" and noun not in _KINDS_CALLED:
        return None
    mentioned = [
        (outlet, span) for outlet, span in _mentioned(reading, first).items() if span[0] >= near
    ]
    fitting = [
        (outlet, span) for outlet, span in mentioned
        if compatible is None or _is_called(reading, outlet, compatible)
    ]  # fmt: skip
    if not fitting:
        if head == "G":
            return None
        return Party("outlet", None, "guess", None, (), is_reference=True)
    # Two outlets of the kind, both in the reach: the one that was credited last is meant.
    outlet, span = fitting[-1]
    return Party("outlet", outlet, "likely", span, is_reference=True)


def _is_called(reading: Reading, outlet: str, kinds: tuple[str, ...]) -> bool:
    known = reading.gazetteer.outlets.get(outlet)
    if known is None or not known.kind:
        return True
    if known.kind == "state":
        return True
    return known.kind in kinds


def _last_party(reading: Reading, place: int) -> Party | None:
    """Return what `it` means: the last party, where that is no person."""
    near = reading.starts[_near(reading, place)]
    for row in reversed(reading.found):
        if row.credited[0] < near:
            return None
        if row.relation in ("venue", "link"):
            continue
        if row.kind in ("outlet", "organisation"):
            span = row.antecedent or row.credited
            return Party(row.kind, row.outlet, "likely", span, is_reference=True)
    return None


_SIMPLE = re.compile("D?[TKNOAS0d]*[KNOAS]z?[YE]?")
_PUBLISHED = re.compile("(?P<noun>D?[nN0]*[nYEU])(?:[bp]|c)(?P<party>D?[OAS].*)")


def split_party(reading: Reading, first: int, last: int) -> list[Span]:
    """Return the symbols of each party that a phrase names.

    `The Guardian and Le Monde` are two; of `a report from the BBC` it is the BBC.
    """
    classes = reading.classes[first:last]
    if match := _PUBLISHED.fullmatch(classes):
        first += match.start("party")
        classes = match["party"]
    if "&" not in classes:
        return [(first, last)]
    parts = re.split("[,&]+", classes)
    if not all(_SIMPLE.fullmatch(part) for part in parts):
        return [(first, last)]
    spans = []
    place = first
    for part in parts:
        while reading.classes[place] in ",&":
            place += 1
        spans.append((place, place + len(part)))
        place += len(part)
    return spans


_BODIES = ("advocacy", "government")


def describe(reading: Reading, party: Party, first: int, last: int, **fields: object) -> Found:
    """Return a row for a party named by the symbols from `first` to before `last`."""
    is_own = party.outlet is not None and party.outlet == reading.own
    known = reading.gazetteer.outlets.get(party.outlet or "")
    is_body = known is not None and known.kind in _BODIES
    return Found(
        credited=reading.span(first, last),
        kind="organisation" if is_body and party.kind == "outlet" else party.kind,
        outlet=party.outlet,
        antecedent=party.antecedent, candidates=party.candidates, is_own=is_own,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip
