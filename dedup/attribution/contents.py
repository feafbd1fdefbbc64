"""A cue, its party and its content to rows; and where a content starts and ends."""

from __future__ import annotations

import re
from dataclasses import replace

from dedup.attribution import grammar
from dedup.attribution.parties import describe, identify, split_party
from dedup.attribution.reading import Found, Reading, Span
from dedup.attribution.references import Party

LEADS = ",:;&B~)y"  # what may stand before a content that starts a sentence
_STOPS = re.compile(
    ";|,?y?a|,c|,B(?=[DnNI])|,&[DIiNKTG][^,]{0,6}[VL]|(?:,B?|(?<=[QCP?])B)y?[kVR]y?[pb](?=D?[nN]{0,3}H?D?[OA])"
)
_TURNS = re.compile("but|while|although|though|whereas|meanwhile|however", re.I)
# …, Reuters reported on Friday. · …, as the BBC reports.
_RELAYER = re.compile(
    "(?:~?,|(?<=[CP?]))(?:B(?=D?[nNH]{0,3}[OA]))?D?[nNKTz]{0,4}H?[OASH](?:H|z?[NK]{0,3})"
    "[myx]{0,2}[VLRW][ytpdDn0N]{0,8}\\Z"
)
# …, reported Reuters. · … in Odrava,” reports the BBC.
_RELAYER_LAST = re.compile("(?:,|(?<=[CP?]))[VR]D?[nN]{0,3}H?D?[OA]H?[ptdDnN0]{0,4}\\Z")
_SAID_IN = re.compile("[pt]D?[nN]{0,2}[MY][pt]D?[nN]{0,2}H?[OA]")
_ON_AIR = re.compile("pD?[nN]{0,2}H?[OA](?:z[nOANK]{1,4})?\\Z")
_BARE = re.compile("[^pt(]*[OA]H?(?=[pt])")  # told S [in Odrava on Friday]
_CITED = re.compile(f"(?P<party>{grammar.PARTY}|0?[nN]{{0,2}}U)")
_WORDS_BY = re.compile(
    f"D?[nN]{{0,2}}(?P<noun>[nEGRY])(?:b|p)(?P<party>{grammar.PARTY})(?:,?[qgh].*)?"
)
_WORDS = re.compile(
    "statements?|comments|remarks|denial|words|warning|claims?|testimony|accusations?|allegations?"
    "|confession|admission|announcement|concerns|fears|complaints|suggestions",
    re.I,
)
_STRONG = "VvLlka"  # classes of cues that say by themselves that something is said


def clause_start(classes: str, first: int, end: int) -> int:
    """Return where the content starts that ends before symbol `end` of a sentence."""
    start = first
    while start < end and classes[start] in LEADS:
        start += 1
    return start


def content_end(reading: Reading, start: int, last: int) -> int:
    """Return where a content ends that runs on from a symbol: mostly with the sentence."""
    least = 1 if re.match(grammar.QUOTATION, reading.classes[start : start + 1]) else 3
    for stop in _STOPS.finditer(reading.classes, start + least, last):
        place = stop.start()
        is_clause = stop.group() == ",B"
        if not is_clause or _TURNS.match(reading.words(place + 1, place + 2)):
            return place - 1 if reading.classes[place - 1] == "," else place
    return relayer_start(reading.classes, start, last)


def relayer_start(classes: str, start: int, last: int) -> int:
    """Return where the outlet stands that a content ends with (`…, AP reported`), or its end."""
    for pattern in (_RELAYER, _RELAYER_LAST):
        if relayer := pattern.search(classes, start + 1, last):
            return relayer.start()
    return last


def without_stop(classes: str, last: int) -> int:
    """Return the end of a sentence without its full stop."""
    return last - 1 if classes[last - 1] == "." else last


def make_rows(
    reading: Reading, cue: int, party: Span, told: Span | None, content: Span
) -> list[Found]:
    """Return the rows of one content: the speaker's, and that of the outlet spoken to."""
    words = reading.words(cue, cue + 1)
    quotation = kind_of_content(reading.classes[content[0] : content[1]])
    is_strong = reading.classes[cue] in _STRONG
    rows = []
    said_in = _SAID_IN.search(reading.classes, party[0] + 1, party[1])
    on_air = _ON_AIR.search(reading.classes, party[0] + 1, party[1])
    if on_air and reading.words(on_air.start(), on_air.start() + 1).lower() != "on":
        on_air = None
    if tail := said_in or on_air:  # by X [in an interview with S] · said X [on S]
        party = party[0], tail.start()
    for each in split_party(reading, *party):
        if reading.classes[slice(*each)] == "i" and reading.words(*each).lower() == "you":
            continue
        who = identify(reading, *each, words)
        if (
            who.kind == "person"
            and reading.classes[content[0]] == "j"
            and (re.fullmatch("D?[NK]+", reading.classes[slice(*each)]))
        ):
            who = Party("organisation", certainty="likely")  # Orrin Ferries said it had
        rows.append(
            describe(
                reading, who, *each,
                cue=reading.span(cue, cue + 1),
                content=reading.content_span(*content),
                relation="statement", quotation=quotation,
                confidence=confidence_of(is_strong, who),
                basis=f"cue {words!r}",
            )
        )  # fmt: skip
    if told and rows:
        rows += _listeners(reading, told, rows[0], words)
    return rows


def _listeners(reading: Reading, told: Span, speaker: Found, cue: str) -> list[Found]:
    """Return the rows of the outlets that somebody told what they say."""
    rows = []
    for each in split_party(reading, *told):
        listener = identify(reading, *each, "interview")
        if listener.kind != "outlet" or not (listener.outlet or listener.candidates):
            continue
        bare = _BARE.match(reading.classes, *each)
        rows.append(
            describe(
                reading, listener, each[0], bare.end() if bare else each[1], cue=speaker.cue,
                content=speaker.content, relation="venue", quotation=speaker.quotation,
                confidence=confidence_of(True, listener), basis=f"told after {cue!r}",
            )
        )  # fmt: skip
    return rows


def relayed(reading: Reading, rows: list[Found], cue: int, content: Span) -> list[Found]:
    """Return the rows of an outlet with those of whom it cites, or whose words it carries.

    Args:
        reading: The document.
        rows: The rows of `S cited X`, `S carried a statement by X`.
        cue: Symbol of the verb.
        content: Symbols of what stands behind it.
    """
    head = rows[0] if rows else None
    if head is None or head.kind != "outlet":
        return rows
    classes = reading.classes
    is_citing = classes[cue] == "k"
    pattern, first = (_CITED, content[0]) if is_citing else (_WORDS_BY, cue + 1)
    match = pattern.fullmatch(classes, first, content[1])
    if match is None or not (is_citing or _WORDS.search(reading.words(*match.span("noun")))):
        return rows
    cited = [
        describe(
            reading, identify(reading, *each, "said"), *each, cue=None, content=head.content,
            relation="quoted", quotation=head.quotation, parent=head,
            confidence="medium", basis="cited" if is_citing else "its words are carried",
        )
        for each in split_party(reading, *match.span("party"))
    ]  # fmt: skip
    if is_citing:  # with what, the text does not say
        for row in (*rows, *cited):
            row.content, row.quotation = None, "none"
        for row in cited:
            row.cue = head.cue
    return [*rows, *cited]


def continued(head: Found, content: Span, quotation: str = "direct") -> Found:
    """Return the row of a content that goes on after its cue."""
    return replace(
        head, cue=None, content=content, quotation=quotation, basis="goes on after its cue"
    )


def confidence_of(is_strong: bool, party: Party) -> str:
    """Return the confidence in a row, from its cue and its party."""
    if party.certainty == "guess":
        return "low"
    return "high" if is_strong and party.certainty == "sure" else "medium"


def kind_of_content(classes: str) -> str:
    """Return `direct`, `mixed` or `indirect` for the classes of a content."""
    if re.fullmatch(grammar.QUOTATION, classes):
        return "direct"
    return "mixed" if re.search(f"{grammar.QUOTATION}|s", classes) else "indirect"
