"""Cues that name whose the content is beside it: according to S, citing X, with S quoting X."""

from __future__ import annotations

import re

from dedup.attribution import grammar
from dedup.attribution.contents import clause_start, make_rows, without_stop
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.parties import describe, identify, split_party
from dedup.attribution.quoting import read_quoting
from dedup.attribution.reading import Found, Reading, Sentence, Span

# S reports that[, according to X, C] · X told S that[, …]
_SAYS_THAT = re.compile("(?:[VvR]|L(?:D?[nNTUHOAKi]{1,4})?)h,?\\Z")
_SAYS = re.compile("[VR],\\Z")  # X said[, according to S, that C]
_SUBJECT = re.compile(f"(?P<party>{grammar.PARTY}),\\Z")  # X[, according to S, did so]
# [according to X], as quoted by S
_RELAYED_BY = re.compile("(?:,B?)?y?(?P<cue>[kV])y?[bp](?P<party>D?[nN]{0,3}(?:R?H)?D?[OA]H?)")
# According to X, [S reported, C]
_REPORTED = re.compile("(?P<party>D?[nN]{0,3}H?D?[OA]H?)[myx]*(?P<cue>[VR])[ytpdDn0]{0,6},")
_DATA_FROM = re.compile(
    f"D?[nN0]{{0,3}}[nER](?:[VWk]?[pb]|Z)(?P<party>{grammar.PARTY})"
)  # data from X
_WITH = re.compile("p(?P<party>D?[nN]{0,3}H?D?[OA]H?)\\Z")  # with S [citing]
_INSERTED = re.compile(f",(?:[emx][^{QUOTATION[1:-1]}]+|[Dp][^,;VLRWk{QUOTATION[1:-1]}]+)")


def according_to(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
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


def citing(reading: Reading, cue: int, last: int, sentence: Sentence) -> list[Found]:
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


def with_citing(reading: Reading, cue: int, first: int, last: int) -> list[Found] | None:
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
    return heads + citing(reading, cue, last, Sentence(first, last, heads))
