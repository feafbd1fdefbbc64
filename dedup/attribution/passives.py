"""Verbs in the passive to attributions: C was first reported by S; X, quoted by S, said C."""

from __future__ import annotations

import re

from dedup.attribution import grammar
from dedup.attribution.contents import clause_start, make_rows, without_stop
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.reading import Found, Reading, Span

PASSIVE = re.compile("e[yx]*\\Z")
# [reported] by S · [reported] on Monday by, among others, S
_AGENT = re.compile(
    f"[ny]{{0,2}}(?:[pD]?D?[dny0]{{1,4}})?b(?:,[npU]{{2,3}},)?"
    f"(?P<party>{grammar.PARTY}|D?n{{1,3}}(?=h))"
)
# was named player of the year by S · was reported to be unsafe by S
_AGENT_BEHIND = re.compile(
    f"[^,;:.VLWRkbqhB{QUOTATION[1:-1]}]{{1,9}}b(?P<party>D?[nN]{{0,3}}H?D?[OA]H?)"
)
_COMPLETED = re.compile(
    "report|said|describ|declar|named|rated|ranked|rank|regard|dubbed|label|brand|hail|prais|panned"
    "|deemed|consider|identif|portray|list|charact|alleg|estimat|project|forecast",
    re.I,
)
_LISTENER = re.compile("(?P<party>D?[nN]{0,3}H?D?[OA]H?)[mye]{1,4}\\Z")  # S had been told by X
_PRINTED_IN = re.compile("p(?P<party>D?[nN]{0,3}H?D?[OA])")
# Nouns for what says nothing: in answer to a request by S.
_ASKED_FOR = re.compile(
    "(?:request|question|demand|order|appeal|challenge|attack|praise)s?\\Z", re.I
)
_NAMED = re.compile(
    "called|described|dubbed|labelled|labeled|characteri[sz]ed|ranked|rated|named", re.I
)
_GOES_ON_SAYING = re.compile(",[VWRLkmyx]")
_SAID_AS = re.compile("[VL],B?y?\\Z")  # X said, as quoted by S, that C · X said, quoted by S: “C”
# X said in a statement carried by S that C
_STATED_IN = re.compile("[VL][ytpdDn0]{0,4}pD?[nNY0]{0,3}[GEYM](?:qe)?y?\\Z")
# In a statement reported by S, X said C
_IN_STATEMENT = re.compile(
    r"\bin\s+(?:\w+\s+){0,3}(?:statement|remarks|comments|letter|message|speech|address|interview"
    r"|video|recording|memo|post|tweet|broadcast|note)s?,?\s+(?:(?:that|which)\s+w(?:as|ere)\s+)?$",
    re.I,
)
_AROUND = 80  # characters
_THAT = re.compile(f"h|p{QUOTATION}")
# described by S [as shy] and by R [as bold], · said by S [to be fading] and by R [to be gone]
_PREDICATE = re.compile(
    "B(?P<as>[^,;:.BjIi][^,;:.B]*?)(?=&b|,|;|[.]|\\Z)|(?P<to>t[eovm].*?)(?=&b|,|;|[.]|\\Z)"
)
_IT_WAS = re.compile("(?:\\A|[,yB])j[mexy]*\\Z")
_AND_BY = re.compile("&b(?P<party>D?[nN]{0,3}H?D?[OA]H?)(?=[Bt])")
_ASKS = re.compile("ask|press|question|challeng|invit|urg|grill|quizz", re.I)


def read_passive(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Return the rows of `C was first reported by S`, `X, quoted by S, said C`, `told by X that C`.

    Args:
        reading: The document.
        cue: Symbol of the verb.
        first: First symbol of the sentence that counts.
        last: Symbol behind the sentence.
    """
    classes = reading.classes
    if _ASKED_FOR.match(reading.words(cue, cue + 1)):
        return []
    agent = _AGENT.match(classes, cue + 1, last)
    if agent is None and _COMPLETED.match(reading.words(cue, cue + 1)):
        return _completed(reading, cue, first, last)
    if agent is None and classes[cue] == "k":
        agent = _PRINTED_IN.match(classes, cue + 1, last)  # X, quoted in S, said C
    if agent is None:
        return []
    party = agent.span("party")
    left = classes[first:cue]
    if left[:1] == "a" and classes[party[1] : party[1] + 1] == ",":
        return []  # Per counts reported by S, C: its first word is the cue
    if left.strip("yB&,") == "":  # As reported by Reuters, C
        if _ASKS.match(reading.words(cue, cue + 1)):
            return []
        comma = classes.find(",", party[1], last)
        content_start, content_stop = comma + 1, without_stop(classes, last)
        if comma < 0 or content_start >= content_stop:
            return []
        return make_rows(reading, cue, party, None, (content_start, content_stop))
    if classes[cue] == "L":  # she was told by the police that C
        return _told_by(reading, cue, party, first, last)
    behind = classes[party[1] : party[1] + 3].lstrip("y")[:1]
    is_said = (behind in (",", ":") and _SAID_AS.search(left) is not None) or (
        (behind in ("h", ":") or re.match(f",?{QUOTATION}", classes[party[1] :]) is not None)
        and _STATED_IN.search(left) is not None
    )
    if classes[cue] in "VkR" and _IN_STATEMENT.search(
        reading.text, max(0, reading.starts[cue] - _AROUND), reading.starts[cue]
    ):
        is_said = is_said or behind == ","
    is_said = is_said or (  # an official quoted by S said C
        classes[cue] == "k" and behind in tuple("VL") and classes[cue - 1] not in "eyx"
    )
    is_inserted = re.search(",(?:B|q[me]{1,2})?y*\\Z", left) is not None
    if is_said or (is_inserted and _GOES_ON_SAYING.match(classes, party[1], last)):
        # X, quoted by S, said C: all of it is what S says.
        whole = clause_start(classes, first, last), without_stop(classes, last)
        return make_rows(reading, cue, party, None, whole) if classes[cue] in "VkR" else []
    if rows := _described(reading, cue, party, last):
        return rows
    if _IT_WAS.search(left) and classes[party[1] : party[1] + 1] == "h":
        # It was reported by S that C
        whole = party[1] + 1, without_stop(classes, last)
        return make_rows(reading, cue, party, None, whole) if whole[0] < whole[1] else []
    content = re.compile("[mexyB,]*\\Z").search(left)
    end = first + (content.start() if content else len(left))
    if end <= first:
        return []
    if classes[cue] not in "VkR" and not (
        _NAMED.match(reading.words(cue, cue + 1)) and re.search("[OA]", classes[slice(*party)])
    ):
        return []
    return make_rows(reading, cue, party, None, (clause_start(classes, first, end), end))


def _completed(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `C was named player of the year by S`: all that stands before is what S says."""
    agent = _AGENT_BEHIND.match(reading.classes, cue + 1, last)
    start = clause_start(reading.classes, first, cue)
    if agent is None or start == cue:
        return []
    return make_rows(reading, cue, agent.span("party"), None, (start, agent.start("party") - 1))


def _described(reading: Reading, cue: int, party: Span, last: int) -> list[Found]:
    """Read `described by S as C and by R as D`: each says what stands behind it."""
    rows: list[Found] = []
    if re.search("[OA]", reading.classes[slice(*party)]) is None:
        return rows
    end = without_stop(reading.classes, last)
    while predicate := _PREDICATE.match(reading.classes, party[1], end):
        said = "as" if predicate["as"] else "to"
        if said == "as" and reading.words(party[1], party[1] + 1).lower() != "as":
            break
        rows += make_rows(reading, cue, party, None, predicate.span(said))
        another = _AND_BY.match(reading.classes, predicate.end(), end)
        if another is None:
            break
        party = another.span("party")
    return rows


def _told_by(reading: Reading, cue: int, party: Span, first: int, last: int) -> list[Found]:
    """Read `S was told by X that C`."""
    end = without_stop(reading.classes, last)
    is_said = _THAT.match(reading.classes, party[1]) is not None
    if not is_said or party[1] + 1 >= end:
        return []
    listener = _LISTENER.search(reading.classes[first:cue])
    told = None
    if listener:
        told = first + listener.start("party"), first + listener.end("party")
    return make_rows(reading, cue, party, told, (party[1] + 1, end))
