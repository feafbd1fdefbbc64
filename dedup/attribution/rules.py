"""Sentences to attributions: each cue is given to the rule for its class.

Rules match patterns of `grammar` on the classes to the left and right of a cue: who speaks, whom
they tell, where the content starts and ends. What no rule fits stays without a row.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from dedup.attribution import grammar
from dedup.attribution.clauses import content_after
from dedup.attribution.contents import (
    clause_start,
    kind_of_content,
    make_rows,
    relayer_start,
    without_stop,
)
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.parties import describe, identify
from dedup.attribution.quoting import read_quoting
from dedup.attribution.reading import Found, Reading, Sentence, Span
from dedup.attribution.relaying import according_to, citing, with_citing
from dedup.attribution.speakers import subject_of
from dedup.attribution.verbs import read_verb

_LABEL = re.compile(f"~?(?P<party>D?[OA][HY]?|{grammar.PARTY}):")
_QUOTES = re.compile(f"[,:]?D?(?P<between>[nNKTtpDUGy]{{0,7}})(?={QUOTATION})")
_WHICH = re.compile("(?:,?q|[OAY]h)[my]*\\Z")  # S, which [cited X] · a report that [cited X]
_FRONTED = re.compile(
    f"[hnyp,:]{{0,2}}(?P<said>{QUOTATION}),?(?P<party>{grammar.PARTY})(?=[VLWRkomexr])"
)
_DATE = re.compile("d[.]?0")
_ORDER = {"a": 0, "c": 3}


def read_sentence(reading: Reading, sentence: Sentence) -> None:
    """Add the attributions of one sentence, in the order of their cues.

    Args:
        reading: The document; rows of earlier sentences are in it.
        sentence: The sentence.
    """
    first, last = sentence.first, sentence.last
    labelled = _labelled(reading, first, last)
    if labelled:
        reading.add(labelled, sentence)
        colon = labelled[0].cue
        # What a label names is no part of what is said.
        first = bisect_left(reading.starts, colon[1]) if colon else first
    # What an outlet relays comes first: whom it relays in it then counts with any verb. Whom a
    # party cites comes last: it may stand before what the party says.
    cues = grammar.CUES.finditer(reading.classes, first, last)
    quoted_until = 0  # code points; what stands in a quoted content is not read
    relayer = relayer_start(reading.classes, first, without_stop(reading.classes, last))
    for match in sorted(cues, key=lambda match: _order(match, relayer)):
        cue = match.start()
        symbol = match.group()
        if reading.starts[cue] < quoted_until:
            continue
        if any(row.cue == reading.span(cue, cue + 1) for row in sentence.rows):
            continue  # another cue's relayer
        if symbol == "a":
            rows = according_to(reading, cue, first, last)
        elif symbol == "c":
            cited = with_citing(reading, cue, first, last)
            rows = citing(reading, cue, last, sentence) if cited is None else cited
        elif symbol in "gfr":
            rows = _saying(reading, cue, first, last, sentence)
        elif symbol in "kRVu" and (rows := read_quoting(reading, cue, first, last)):
            reading.add(rows, sentence)
            if rows[-1].kind != "outlet":  # which may relay somebody in turn
                quoted_until = max(row.content[1] for row in rows if row.content)
            continue
        elif symbol == "k" and _WHICH.search(reading.classes, first, cue):
            rows = citing(reading, cue, last, sentence)  # according to S, which cited X
        else:
            rows = read_verb(reading, cue, first, last, sentence)
            _relay_inside(reading, rows, sentence)
        reading.add(rows, sentence)


def _order(cue: re.Match[str], relayer: int) -> tuple[int, int]:
    """Return the order that cues are read in; `relayer` is where `…, S reported` starts."""
    rank = _ORDER.get(cue.group(), 1 if cue.start() >= relayer else 2)
    if cue.group() == "k" and _WHICH.search(cue.string, cue.pos, cue.start()):
        rank = _ORDER["c"]
    return rank, cue.start()


def _relay_inside(reading: Reading, rows: list[Found], sentence: Sentence) -> None:
    """Let an outlet relay who speaks in its report: `a report from S in which X said C`."""
    heads = [row for row in sentence.rows if row.kind == "outlet" and row.relation == "statement"]
    for row in rows:
        place = bisect_left(reading.starts, row.credited[0])
        if heads and row.relation == "statement" and reading.classes[place - 2 : place] == "pq":
            row.relation, row.parent = "quoted", heads[-1]


def _labelled(reading: Reading, first: int, last: int) -> list[Found]:
    """Read `AP: C` and `Okell: “C”` at the start of a sentence."""
    match = _LABEL.match(reading.classes, first, last)
    if match is None:
        return []
    party = match.span("party")
    who = identify(reading, *party, "reported")
    colon = match.end() - 1
    end = without_stop(reading.classes, last)
    is_outlet = who.kind == "outlet" and who.outlet is not None
    if colon + 1 >= end or not (
        is_outlet or re.match(grammar.QUOTATION, reading.classes[colon + 1 : end])
    ):
        return []
    content = reading.classes[colon + 1 : end]
    if is_outlet and _DATE.match(content):
        return []  # The Odrava Times: Oct. 25, 2004
    named = reading.classes[slice(*party)]
    if named == "A" and who.antecedent is None and not reading.words(*party).isupper():
        return []  # Focus: five new ferries
    return [
        describe(
            reading, who, *party, cue=reading.span(colon, colon + 1),
            content=reading.content_span(colon + 1, end), relation="statement",
            quotation=kind_of_content(content),
            confidence="high" if is_outlet else "medium", basis="its name and a colon",
        )
    ]  # fmt: skip


def _saying(reading: Reading, cue: int, first: int, last: int, sentence: Sentence) -> list[Found]:
    """Read `S did so, saying C`: who speaks is the subject, or whoever spoke in the sentence."""
    classes = reading.classes
    if cue > first and classes[cue - 1] in "OS":  # despite Reuters claiming C
        subject = (cue - 2 if classes[cue - 2 : cue - 1] == "D" else cue - 1), cue
        return content_after(reading, cue, subject, None, classes[cue + 1 : last], last, sentence)
    quotes = _QUOTES.match(classes, cue + 1, last)
    if cue > first and quotes:
        if named := grammar.BEFORE_CUE.search(classes[max(first, cue - 12) : cue]):
            subject = cue - len(named.group()), cue - len(named["helpers"])
            # Also an order by X telling the fleet to “…”
            is_speaker = quotes["between"] == "" or classes[subject[0] - 1] == "b"
            is_named = re.search("[NIOKT]", classes[slice(*subject)]) and not named["helpers"]
            if is_speaker and is_named:
                return content_after(
                    reading, cue, subject, None, classes[cue + 1 : last], last, sentence
                )
    if cue > first and classes[cue - 1] == "e" and classes[cue] == "g":  # as Reuters is reporting
        named = grammar.BEFORE_CUE.search(classes[max(first, cue - 13) : cue - 1])
        if named and re.search("[OA]", named["party"]):
            subject = cue - 1 - len(named.group()), cue - 1 - len(named["helpers"])
            end = subject[0] - 1
            if classes[end] == "," and classes[cue + 1 : last] in ("", "."):  # C, S is reporting
                start = clause_start(classes, first, end)
                return make_rows(reading, cue, subject, None, (start, end)) if start < end else []
            return content_after(
                reading, cue, subject, None, classes[cue + 1 : last], last, sentence
            )
    if cue == first or (cue == first + 1 and classes[first] in "yB"):
        fronted = _FRONTED.match(classes, cue + 1, last)  # Saying “C”, X left
        if fronted is None:
            return []
        return make_rows(reading, cue, fronted.span("party"), None, fronted.span("said"))
    if classes[cue - 1] not in ",y&~)QCPX?":
        return []
    rows = [row for row in sentence.rows if row.relation in ("statement", "quoted")]
    told = None
    rest = classes[cue + 1 : last]
    if classes[cue] == "f":
        match = grammar.TOLD.match(rest)
        if match is None:
            return []
        told = cue + 1 + match.start(), cue + 1 + match.end()
        rest = rest[match.end() :]
    if classes[cue] == "r" and re.search(f"{grammar.QUOTATION}|s", rest) is None:
        return []
    party: Span | None = None
    # Of a chain the one who speaks, whose content starts last.
    rows.sort(key=lambda row: (row.content or row.credited)[0])
    if rows and _relays(rows[-1], reading.starts[cue]):  # according to S, X did so, saying C
        start = bisect_left(reading.starts, (rows[-1].content or rows[-1].credited)[0])
        party = subject_of(reading, start, cue)
    if party is not None:
        rows = []
    elif rows:
        party = _symbols_of(reading, rows[-1].credited)
    else:
        party = subject_of(reading, first, cue)
    if party is None:
        return []
    found = content_after(reading, cue, party, told, rest, last, sentence)
    if rows and found:
        found[0].kind, found[0].outlet = rows[-1].kind, rows[-1].outlet
        found[0].antecedent, found[0].is_own = rows[-1].antecedent, rows[-1].is_own
    return found


def _relays(row: Found, place: int) -> bool:
    """Whether a place is in what is said according to an outlet."""
    is_relayer = row.kind == "outlet" and row.basis.lower() == "cue 'according to'"
    return is_relayer and row.content is not None and row.content[0] <= place < row.content[1]


def _symbols_of(reading: Reading, span: Span) -> Span | None:
    start = bisect_left(reading.starts, span[0])
    end = bisect_left(reading.starts, span[1])
    return (start, end) if start < end else None
