"""Words that refer back to an outlet: `the newspaper`, `the report`, `it`."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from dedup.attribution.countries import outlet_of
from dedup.attribution.reading import Found, Reading, Span

_REACH = 3  # passages back that a back-reference looks
_LOOK_BACK = 5_000  # symbols back that a short name looks for the full one
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
    "television": ("broadcaster",), "tv": ("broadcaster",),
    "program": ("broadcaster",), "broadcast": ("broadcaster",),
}  # fmt: skip
# Bodies that `the agency` may mean as well: the European Space Agency.
_BODY = re.compile(r"\b[A-Z]\w+ (?:Agency|Administration|Bureau|Authority)\b(?! \(?[A-Z])")
_INDEFINITE = re.compile(r"(?:an?|another|some|any|every|each|one|no)\b", re.I)
# What may stand before `report` where it refers back.
_ADJECTIVE = re.compile(r"(?:(?:new|latest|same|full|original|first|earlier|recent)\s+)?\S+", re.I)
# What may stand before `newspaper` or `station`; `noun` is in lower case.
_CALLED = re.compile(
    r"(?:(?:local|regional|national|state|news|tv|television|radio|cable|public|private|daily|weekly"
    r"|conservative|liberal|industry|trade|business|financial|sports|same|online|web|wire|media|influential|respected|popular|leading"
    r"|\w+(?:an|ish|ese|ch|ic)|[\w-]+-\w+) )*[\w-]+$"
)
_STUDY = re.compile(
    r"\b(?:polls?|surveys?|study|studies|analysis|investigation|review|average)\b", re.I
)
_LONGEST_STUDY = 60  # characters from an outlet's name to that of its study
_SPEAKS = re.compile(
    r"sa(?:id|ys)|report|add|quot|cit|wr(?:ote|ites)|not|claim|argu|reveal|publish|warn|describ|call",
    re.I,
)
_OPENS = re.compile("[yB,]{0,2}D?[nN]{0,3}H?D?(?P<outlet>O)(?!z)")
_OPENS_AGAIN = re.compile("[yB,]{0,2}(?P<noun>DH)(?![zNKOA])")  # The paper asked X, who told it
_OWN = re.compile(r"(?:this|our) \w+$", re.I)


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


def mentioned_before(reading: Reading, place: int) -> dict[str, Span]:
    """Return the outlets that are named surely before a place, the last one last."""
    found: dict[str, Span] = {}
    first = max(0, place - _LOOK_BACK)
    for match in re.finditer("O", reading.classes[first:place]):
        number = first + match.start()
        outlet = outlet_of(reading, number)
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


def back_reference(reading: Reading, first: int, last: int, head: str) -> Party | None:
    words = reading.words(first, last)
    if reading.classes[first] not in "D" or last - first > 3 or _INDEFINITE.match(words):
        return None
    behind = reading.classes[last : last + 1]
    is_cited = reading.classes[first - 1 : first] == "a"
    if head in "HY" and _OWN.match(words) and reading.own:
        if (is_cited and words.lower().startswith("this")) or behind == "p":
            return None  # according to this report · our network of ports
        return Party("outlet", reading.own, "likely", is_reference=True)
    noun = " ".join(words.split()[1:]).lower()
    if re.search("[NK]", reading.classes[first:last]):
        return None
    near = reading.starts[_near(reading, first)]
    if head == "Y":
        if reading.classes[first - 1 : first] == "p" or not _ADJECTIVE.fullmatch(noun):
            return None  # an official familiar with the investigation
        for row in reversed(reading.found):
            if row.credited[0] >= reading.starts[first]:
                continue
            if row.credited[0] < near:
                return None
            if (
                row.outlet
                and row.relation not in ("venue", "obtained", "link")
                and (not _STUDY.match(noun.split()[-1]) or _has_study(reading, row))
            ):
                return Party("outlet", row.outlet, "likely", row.credited, is_reference=True)
        return None
    if head == "H" and not _CALLED.match(noun):
        return None  # the base station
    compatible = _KINDS_CALLED.get(noun.split()[-1] if noun else "") or _KINDS_CALLED.get(noun)
    if head == "G" and noun not in _KINDS_CALLED:
        return None
    mentioned = [
        (outlet, span)
        for outlet, span in mentioned_before(reading, first).items()
        if span[0] >= near
    ]
    fitting = [
        (outlet, span) for outlet, span in mentioned
        if compatible is None or _is_called(reading, outlet, compatible)
    ]  # fmt: skip
    if not fitting:
        if head == "G":
            return None
        return Party("outlet", None, "guess", None, (), is_reference=True)
    if head == "G" and not _is_agency(reading, first, *fitting[-1]):
        return None
    # Two outlets of the kind, both in the reach: the one that was credited last is meant.
    outlet, span = fitting[-1]
    return Party("outlet", outlet, "likely", span, is_reference=True)


def _is_agency(reading: Reading, place: int, outlet: str, span: Span) -> bool:
    """Whether `the agency` is a wire: one that said something, and no other body since then."""
    before = [row for row in reading.found if row.credited[0] < reading.starts[place]]
    if _BODY.search(reading.text, span[1], reading.starts[place]):
        return False
    return any(row.outlet == outlet and row.relation != "venue" for row in before) and not any(
        row.kind == "organisation" and row.credited[0] > span[0] for row in before
    )


def _has_study(reading: Reading, row: Found) -> bool:
    """Whether a row's outlet is credited with a poll or study."""
    start, end = row.credited
    return _STUDY.search(reading.text, start, end + _LONGEST_STUDY) is not None


def _is_called(reading: Reading, outlet: str, kinds: tuple[str, ...]) -> bool:
    known = reading.gazetteer.outlets.get(outlet)
    if known is None or not known.kind:
        return True
    if known.kind == "state":
        return True
    return known.kind in kinds


def last_party(reading: Reading, place: int, cue: str) -> Party | None:
    """Return what `it` means: the last party, where that is no person."""
    if cue == "interview":
        return _listener(reading, place)
    near = reading.starts[_near(reading, place)]
    first = 1 + max(reading.classes.rfind(stop, 0, place) for stop in ".¶#%P")
    opener = _OPENS.match(reading.classes, first, place) if _SPEAKS.match(cue) else None
    is_subject = reading.classes[place - 1] in ".,P" and _SPEAKS.match(cue) is not None
    if opener is None and is_subject and reading.classes[first - 1] == ".":  # S broke it. It said C
        first = 1 + max(reading.classes.rfind(stop, 0, first - 1) for stop in ".¶#%P")
        opener = _OPENS.match(reading.classes, first, place)
    for row in reversed(reading.found):
        if row.credited[0] >= reading.starts[place]:
            continue  # cues of later sentences are read by now
        if opener and row.credited[0] < reading.starts[first]:
            break
        if row.credited[0] < near:
            return None
        if row.relation in ("venue", "link"):
            continue
        if row.kind in ("outlet", "organisation"):
            since = bisect_left(reading.starts, row.credited[1])
            stops = sum(reading.classes.count(stop, since, place) for stop in ".¶")
            if row.kind == "outlet" and stops > 1:
                return None  # something else was spoken of since
            span = row.antecedent or row.credited
            return Party(row.kind, row.outlet, "likely", span, is_reference=True)
    if opener:  # S posted a video it said it had verified
        number = opener.start("outlet")
        outlet, span = outlet_of(reading, number), reading.span(number, number + 1)
        return Party("outlet", outlet, "likely", span, is_reference=True)
    return None


def _listener(reading: Reading, place: int) -> Party | None:
    """Return what `it` means where somebody tells it something: the sentence's subject."""
    first = 1 + max(reading.classes.rfind(stop, 0, place) for stop in ".¶#%P")
    if opener := _OPENS.match(reading.classes, first, place):
        number = opener.start("outlet")
        span = reading.span(number, number + 1)
        return Party("outlet", outlet_of(reading, number), "likely", span, is_reference=True)
    if again := _OPENS_AGAIN.match(reading.classes, first, place):
        return back_reference(reading, *again.span("noun"), "H")
    return None
