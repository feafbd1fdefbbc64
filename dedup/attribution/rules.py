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
from dedup.attribution.parties import describe, identify, split_party
from dedup.attribution.quoting import read_quoting
from dedup.attribution.reading import Found, Reading, Sentence, Span
from dedup.attribution.speakers import subject_of
from dedup.attribution.verbs import read_verb

# S reports that[, according to X, C] · X told S that[, …]
_SAYS_THAT = re.compile("(?:[VvR]|L(?:D?[nNTUHOAKi]{1,4})?)h,?\\Z")
_SAYS = re.compile("[VR],\\Z")  # X said[, according to S, that C]
_SUBJECT = re.compile(f"(?P<party>{grammar.PARTY}),\\Z")  # X[, according to S, did so]
_LABEL = re.compile(f"~?(?P<party>D?[OA][HY]?|{grammar.PARTY}):")
# [according to X], as quoted by S
_RELAYED_BY = re.compile("(?:,B?)?y?(?P<cue>[kV])y?[bp](?P<party>D?[nN]{0,3}(?:R?H)?D?[OA]H?)")
# According to X, [S reported, C]
_REPORTED = re.compile("(?P<party>D?[nN]{0,3}H?D?[OA]H?)[myx]*(?P<cue>[VR])[ytpdDn0]{0,6},")
_DATA_FROM = re.compile(
    f"D?[nN0]{{0,3}}[nER](?:[VWk]?[pb]|Z)(?P<party>{grammar.PARTY})"
)  # data from X
_QUOTES = re.compile(f"[,:]?D?(?P<between>[nNKTtpDUGy]{{0,7}})(?={QUOTATION})")
_WITH = re.compile("p(?P<party>D?[nN]{0,3}H?D?[OA]H?)\\Z")  # with S [citing]
_WHICH = re.compile("(?:,?q|[OAY]h)[my]*\\Z")  # S, which [cited X] · a report that [cited X]
_FRONTED = re.compile(
    f"[hnyp,:]{{0,2}}(?P<said>{QUOTATION}),?(?P<party>{grammar.PARTY})(?=[VLWRkomexr])"
)
_INSERTED = re.compile(f",(?:[emx][^{QUOTATION[1:-1]}]+|[Dp][^,;VLRWk{QUOTATION[1:-1]}]+)")
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
            rows = _according_to(reading, cue, first, last)
        elif symbol == "c":
            cited = _with_citing(reading, cue, first, last)
            rows = _citing(reading, cue, last, sentence) if cited is None else cited
        elif symbol in "gfr":
            rows = _saying(reading, cue, first, last, sentence)
        elif symbol in "kRVu" and (rows := read_quoting(reading, cue, first, last)):
            reading.add(rows, sentence)
            if rows[-1].kind != "outlet":  # which may relay somebody in turn
                quoted_until = max(row.content[1] for row in rows if row.content)
            continue
        elif symbol == "k" and _WHICH.search(reading.classes, first, cue):
            rows = _citing(reading, cue, last, sentence)  # according to S, which cited X
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


def _according_to(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `According to S, C` and `C, according to S`."""
    classes = reading.classes
    match = grammar.AFTER_CUE.match(classes[cue + 1 : last]) or _DATA_FROM.match(
        classes[cue + 1 : last]
    )
    if match is None:
        return []
    party = cue + 1 + match.start("party"), cue + 1 + match.end("party")
    end = without_stop(classes, last)
    if relayed := _RELAYED_BY.match(classes, party[1], last):
        return _relayed_by(reading, cue, party, relayed, first, end)
    if classes[first:cue].strip(",&By¶") == "":
        cited = grammar.CITED.match(classes, party[1], end)  # according to S, citing X, C
        comma = cited or re.compile(f",|(?={QUOTATION})").search(classes, party[1], end)
        start = comma.end() if comma else party[1]
        content = (start, end)
        if (relayer := _REPORTED.match(classes, start, end)) and relayer.end() < end:
            return _relayed_by(reading, cue, party, relayer, first, end)
    elif classes[party[1] : party[1] + 1] == "," and _SAYS_THAT.search(classes[first:cue]):
        content = (party[1] + 1, end)
    elif classes[party[1] : party[1] + 1] == "," and (
        _SAYS.search(classes[first:cue]) or _SUBJECT.fullmatch(classes[first:cue])
    ):
        content = (clause_start(classes, first, end), end)
    else:
        stop = cue
        while stop > first and classes[stop - 1] in ",y~(":
            stop -= 1
        # C, according to X; C, according to S
        other = classes.rfind(";", first, stop) + 1
        start = other if "a" in classes[first:other] else first
        content = (clause_start(classes, start, stop), stop)
        if classes[stop : stop + 1] == "," and _INSERTED.fullmatch(classes, party[1], end):
            content = content[0], end  # the crew won, according to S, the longest race
    if content[0] >= content[1]:
        return []
    return make_rows(reading, cue, party, None, content)


def _relayed_by(
    reading: Reading, cue: int, party: Span, match: re.Match[str], first: int, end: int
) -> list[Found]:
    """Read `According to X, quoted by S, C` and `C, according to X cited by S`."""
    classes, start = reading.classes, match.end()
    content = (start + 1 if classes[start : start + 1] == "," else start), end
    if classes[first:cue].strip(",&By¶"):
        stop = cue
        while stop > first and classes[stop - 1] in ",y~(":
            stop -= 1
        content = clause_start(classes, first, stop), stop
    if content[0] >= content[1]:
        return []
    heads = make_rows(reading, match.start("cue"), match.span("party"), None, content)
    rows = make_rows(reading, cue, party, None, content)
    for row in rows if heads else ():
        row.relation, row.parent = "quoted", heads[0]
    return heads + rows


def _citing(reading: Reading, cue: int, last: int, sentence: Sentence) -> list[Found]:
    """Read `S reported C, citing A, B and C sources`: another hop of the same content."""
    match = grammar.AFTER_CUE.match(reading.classes[cue + 1 : last])
    if match is None:
        match = _DATA_FROM.match(reading.classes[cue + 1 : last])
    relayed = [row for row in sentence.rows if row.relation == "statement" and row.content]
    if match is None or not relayed:
        return []
    party = cue + 1 + match.start("party"), cue + 1 + match.end("party")
    # An outlet that stands before the cue, rather than whom it relays in turn.
    before = [
        row for row in relayed
        if row.kind == "outlet" and row.credited[1] <= reading.starts[cue] and row.parent is None
    ]  # fmt: skip
    if not before and reading.words(cue, cue + 1).lower().endswith("to"):
        return []  # X said C, referring to Y
    head = (before or relayed)[-1]
    rows = []
    for each in split_party(reading, *party):
        who = identify(reading, *each, reading.words(cue, cue + 1))
        rows.append(
            describe(
                reading, who, *each, cue=reading.span(cue, cue + 1), content=head.content,
                relation="quoted", quotation=head.quotation, parent=head,
                confidence="high" if who.certainty != "guess" else "low", basis="cited",
            )
        )  # fmt: skip
    return rows


def _with_citing(reading: Reading, cue: int, first: int, last: int) -> list[Found] | None:
    """Read `C, with S citing X` and `with S quoting X as saying C`; None where it is neither."""
    named = _WITH.search(reading.classes, first, cue)
    if named is None or reading.words(named.start(), named.start() + 1).lower() != "with":
        return None
    if rows := read_quoting(reading, cue, named.start("party"), last):
        return rows
    end = named.start() - (reading.classes[named.start() - 1] == ",")
    start = clause_start(reading.classes, first, end)
    if start >= end:
        return []
    heads = make_rows(reading, cue, named.span("party"), None, (start, end))
    return heads + _citing(reading, cue, last, Sentence(first, last, heads))


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
