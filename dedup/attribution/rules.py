"""Sentences with a cue to attributions: who is said to have said what.

Each cue is tried with the patterns of `grammar` on the classes to its left and right: who speaks,
whom they tell, where the content starts and ends. What a rule does not fit stays without a row.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import replace

from dedup.attribution import grammar
from dedup.attribution.parties import Party, describe, identify, split_party
from dedup.attribution.reading import Found, Reading, Span
from dedup.attribution.speakers import subject_of

_QUOTED = grammar.QUOTATION
_ONLY_QUOTATION = re.compile(f"{_QUOTED}")
_LEFT_EDGE = re.compile("[,:;~&hB¶#% ]")
_PASSIVE = re.compile("e[yx]*\\Z")
_AGENT = re.compile(f"[ny]{{0,2}}b(?P<party>{grammar.PARTY})")
_BY_PARTY = re.compile(f"b(?P<party>{grammar.PARTY})")
_CONTENT_STOPS = re.compile(";|,?y?a|,c|,B(?=[DnNI])|,&[DIiNKTG][^,]{0,6}[VL]")
_TURNS = re.compile("but|while|although|though|whereas|meanwhile|however", re.I)
_BY_OUTLET = re.compile("[ny]{0,2}bD?[OA]")
_PUBLICATION = re.compile("(?:[yBd,&]|p[^,;:]{1,6},)*(?P<party>D?[nN0]*O(?:\\*[OKN]{1,3})?[NKn0]*Y)")
_SHOWS = re.compile(r"show|found|find|suggest|indicat|reveal|estimat|says|said|conclud|put", re.I)
_LABEL = re.compile(f"~?(?P<party>D?[OA][HY]?|{grammar.PARTY}):")
_CITED = re.compile(f"(?P<party>{grammar.PARTY})")
_LABELLED = "its name and a colon"
_LOOK_BACK = 80  # symbols before a cue; only lists have sentences as long
_FINITE = "VvRLlkuWo"
_WEAK = "Wor"
_SENTENCE_END = re.compile("[.]?\\Z")


def read_sentence(reading: Reading, first: int, last: int) -> list[Found]:
    """Return the attributions of one sentence, in the order of their cues.

    Args:
        reading: The document; rows of earlier sentences are in it.
        first: First symbol of the sentence.
        last: Symbol behind it.
    """
    rows = _labelled(reading, first, last)
    reading.found.extend(rows)
    used: list[Span] = []
    for match in grammar.CUES.finditer(reading.classes, first, last):
        cue = match.start()
        if any(a <= cue < b for a, b in used):
            continue
        if rows and rows[0].basis == _LABELLED:  # what a label names is no part of what is said
            colon = bisect_left(reading.starts, rows[0].cue[0]) if rows[0].cue else first
            first = max(first, colon + 1)
        found, span = _read_cue(reading, cue, first, last)
        if found:
            rows.extend(found)
            used.append(span)
            reading.found.extend(found)
    return rows


def _read_cue(
    reading: Reading, cue: int, first: int, last: int
) -> tuple[list[Found], Span]:
    symbol = reading.classes[cue]
    if symbol == "a":
        return _according_to(reading, cue, first, last), (cue, cue + 1)
    if symbol == "c":
        return _citing(reading, cue, first, last), (cue, cue + 1)
    if symbol in "gfr":
        return _saying(reading, cue, first, last), (cue, cue + 1)
    if symbol == "k":
        found = _quoting(reading, cue, first, last)
        if found:
            return found, (cue, last)
    if symbol in "J@Zw":
        return [], (cue, cue + 1)
    return _verb(reading, cue, first, last)


def _labelled(reading: Reading, first: int, last: int) -> list[Found]:
    """Read `AP: C` and `Okell: “C”` at the start of a sentence."""
    match = _LABEL.match(reading.classes, first, last)
    if match is None:
        return []
    party = match.span("party")
    who = identify(reading, *party, "reported")
    colon = match.end() - 1
    end = last - 1 if reading.classes[last - 1] == "." else last
    is_outlet = who.kind == "outlet" and who.outlet is not None
    if colon + 1 >= end or not (
        is_outlet or re.match(grammar.QUOTATION, reading.classes[colon + 1 : end])
    ):
        return []
    content = reading.classes[colon + 1 : end]
    return [
        describe(
            reading, who, *party, cue=reading.span(colon, colon + 1),
            content=reading.content_span(colon + 1, end), relation="statement",
            quotation=kind_of_content(content),
            confidence="high" if is_outlet else "medium", basis=_LABELLED,
        )
    ]  # fmt: skip


def _citing(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `S reported C, citing A, B and C sources`: another hop of the same content."""
    match = _CITED.match(reading.classes, cue + 1, last)
    start = reading.starts[first]
    relayed = [
        row for row in reading.found
        if row.relation == "statement" and row.content and (row.cue or row.credited)[0] >= start
    ]  # fmt: skip
    if match is None or not relayed:
        return []
    party = match.span("party")
    head = relayed[-1]
    who = identify(reading, *party, reading.words(cue, cue + 1))
    return [
        describe(
            reading, who, *party, cue=reading.span(cue, cue + 1), content=head.content,
            relation="quoted", quotation=head.quotation, parent=head,
            confidence="high" if who.certainty != "guess" else "low", basis="cited",
        )
    ]  # fmt: skip


def _quoting(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `S quoted X as saying C` and `X was quoted by S as saying C`."""
    classes = reading.classes
    saying = classes.find("J", cue, last)
    if saying < 0:
        return []
    end = last - 1 if classes[last - 1] == "." else last
    lead = re.compile("[,:]?h?[,:]?").match(classes, saying + 1, end)
    content = (lead.end() if lead else saying + 1), end
    left = classes[first:cue]
    if _PASSIVE.search(left):
        agent = _BY_PARTY.search(classes, cue + 1, last)
        helpers = re.search("[mexy]*\\Z", left)
        quoted = re.search(f"(?P<party>{grammar.PARTY})(?:{grammar.ASIDE})?\\Z",
                           left[: helpers.start() if helpers else len(left)])
        head_party = agent.span("party") if agent else None
        if quoted is None:
            return []
        quoted_party = first + quoted.start("party"), first + quoted.end("party")
        if agent and agent.start() > saying:  # C, X was quoted as saying by S
            content = _clause_start(classes, first, quoted_party[0]), quoted_party[0]
    else:
        subject = _subject_before(left, "k")
        named = grammar.AFTER_CUE.match(classes[cue + 1 : saying])
        if subject is None or named is None:
            return []
        head_party = first + subject[0], first + subject[1]
        quoted_party = cue + 1 + named.start("party"), cue + 1 + named.end("party")
    while content[0] < content[1] and classes[content[1] - 1] in ",y":
        content = content[0], content[1] - 1
    if content[0] >= content[1]:
        return []
    quotation = kind_of_content(classes[content[0] : content[1]])
    rows = []
    if head_party:
        head = identify(reading, *head_party, "quoted")
        rows.append(
            describe(
                reading, head, *head_party, cue=reading.span(cue, cue + 1),
                content=reading.content_span(*content), relation="statement", quotation=quotation,
                confidence=_confidence(True, head), basis="quotes somebody",
            )
        )  # fmt: skip
    who = identify(reading, *quoted_party, "said")
    rows.append(
        describe(
            reading, who, *quoted_party, cue=reading.span(saying, saying + 1),
            content=reading.content_span(*content), relation="quoted" if rows else "statement",
            quotation=quotation, confidence=_confidence(True, who), basis="quoted as saying",
            parent=rows[0] if rows else None,
        )
    )  # fmt: skip
    return rows


def _saying(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `S did so, saying C`: who speaks is the subject, or whoever spoke in the sentence."""
    classes = reading.classes
    if cue > first and classes[cue - 1] in "OS":  # despite Reuters claiming C
        subject = (cue - 2 if classes[cue - 2 : cue - 1] == "D" else cue - 1), cue
        found, _ = _content_after(reading, cue, subject, None, classes[cue + 1 : last], last)
        return found
    if cue > first and re.match(f"[,:]?{_QUOTED}", classes[cue + 1 : last]):
        if named := grammar.BEFORE_CUE.search(classes[max(first, cue - 12) : cue]):
            subject = cue - len(named.group()), cue - len(named["helpers"])
            if re.search("[NIOKT]", classes[slice(*subject)]) and not named["helpers"]:
                found, _ = _content_after(
                    reading, cue, subject, None, classes[cue + 1 : last], last
                )
                return found
    if cue == first or classes[cue - 1] not in ",y&~)QCPX?":
        return []
    start = reading.starts[first]
    rows = [
        row for row in reading.found
        if row.relation in ("statement", "quoted") and (row.cue or row.credited)[0] >= start
    ]  # fmt: skip
    told = None
    rest = classes[cue + 1 : last]
    if classes[cue] == "f":
        match = grammar.TOLD.match(rest)
        if match is None:
            return []
        told = cue + 1 + match.start(), cue + 1 + match.end()
        rest = rest[match.end() :]
    if classes[cue] == "r" and re.search(grammar.QUOTATION, rest) is None:
        return []
    if rows:
        party = _symbols_of(reading, rows[-1].credited, first)
    else:
        party = subject_of(reading, first, cue)
    if party is None:
        return []
    found, _ = _content_after(reading, cue, party, told, rest, last)
    if rows and found:
        found[0].kind, found[0].outlet = rows[-1].kind, rows[-1].outlet
        found[0].antecedent, found[0].is_own = rows[-1].antecedent, rows[-1].is_own
    return found


def _symbols_of(reading: Reading, span: Span, first: int) -> Span | None:
    start = bisect_left(reading.starts, span[0])
    end = bisect_left(reading.starts, span[1])
    return (start, end) if start < end else None


def _verb(reading: Reading, cue: int, first: int, last: int) -> tuple[list[Found], Span]:
    """Read a finite verb: S said C; C, S said; C, said S."""
    classes = reading.classes
    symbol = classes[cue]
    first = max(first, cue - _LOOK_BACK)
    left, right = classes[first:cue], classes[cue + 1 : last]
    nothing: tuple[list[Found], Span] = ([], (cue, cue + 1))
    if _PASSIVE.search(left) or _BY_OUTLET.match(right):
        return _passive(reading, cue, first, last)
    subject = _subject_before(left, symbol)
    if subject is None or "O" not in left[subject[0] : subject[1]]:
        # A Reuters poll of voters in June, released on Friday, shows C.
        shown = _PUBLICATION.match(left) if "O" in left else None
        if shown and _SHOWS.match(reading.words(cue, cue + 1)):
            subject = (*shown.span("party"), False)
    after_content = re.search(f"(?:{_QUOTED}|,)y?\\Z", left)
    if after_content and (subject is None or subject[2]):
        # “C,” said S · C, said S
        is_quoted = after_content.group()[0] != ","
        turned = (grammar.AFTER_QUOTATION if is_quoted else grammar.AFTER_CUE).match(right)
        if turned and symbol in "VLWRk" and grammar.ENDS_AFTER.match(right, turned.end("party")):
            if is_quoted or (subject is None and _starts_clause(left)):
                party = cue + 1 + turned.start("party"), cue + 1 + turned.end("party")
                content_end = first + after_content.start() + (1 if is_quoted else 0)
                return _content_before(reading, cue, party, first, content_end, last)
    if subject is None and symbol in "VL" and re.search("[,&]y?\\Z", left):
        # The minister resigned on Monday, and said C.
        elided = subject_of(reading, first, cue)
        subject = elided and (elided[0] - first, elided[1] - first, False)
    if subject is None:
        return nothing
    party = first + subject[0], first + subject[1]
    before = left[: subject[0]]
    rest = right
    told = None
    if symbol in "Ll":
        if (match := grammar.TOLD.match(right)) is None:
            return nothing
        told = cue + 1 + match.start(), cue + 1 + match.end()
        rest = right[match.end() :]
    circumstance = grammar.CIRCUMSTANCE.match(rest)
    behind = rest[circumstance.end() :] if circumstance else rest
    is_final = behind == "" or re.match(f"[.;)~cB]|,(?!y?{_QUOTED})", behind) is not None
    content_on_left = before.endswith(",") and is_final
    is_quoted = before[-1:] not in ("", ",") and re.fullmatch(_QUOTED, before[-1:]) is not None
    if (content_on_left and len(before) >= 2) or is_quoted:
        end = party[0] if is_quoted else party[0] - 1
        return _content_before(reading, cue, party, first, end, last, told)
    return _content_after(reading, cue, party, told, rest, last)


def _subject_before(left: str, symbol: str) -> tuple[int, int, bool] | None:
    """Return where the one who speaks stands before a cue, and whether an aside follows them."""
    for pattern, aside in (
        (grammar.BEFORE_NAMED, False),
        (grammar.BEFORE_CUE, False),
        (grammar.BEFORE_ASIDE, True),
        (grammar.BEFORE_ASIDES, True),
        (grammar.BEFORE_RELATIVE, False),
    ):
        if pattern is grammar.BEFORE_RELATIVE and symbol not in "VLk":
            continue
        if match := pattern.search(left):
            helpers = match["helpers"]
            if symbol in "vlouR" and not _agrees(left, match, symbol):
                return None
            if "x" in helpers:  # did not say
                return None
            return match.start("party"), match.end("party"), aside
    return None


def _agrees(left: str, match: re.Match[str], symbol: str) -> bool:
    """Whether a base form, or a form that is a noun as well, is the verb of this subject."""
    party, helpers = match["party"], match["helpers"]
    if "m" in helpers:
        return symbol != "R"
    if party in "iIj":
        return True
    if symbol == "R":
        return re.fullmatch("D?[NKOAn]*[NKOASH]", party) is not None or party.endswith("U")
    return "U" in party or "&" in party or party.endswith("i")


def _starts_clause(left: str) -> bool:
    return len(left) >= 3


def _content_before(
    reading: Reading,
    cue: int,
    party: Span,
    first: int,
    end: int,
    last: int,
    told: Span | None = None,
) -> tuple[list[Found], Span]:
    """Make the rows of `C, S said`: content up to symbol `end`, and what goes on behind."""
    classes = reading.classes
    start = _clause_start(classes, first, end)
    if start >= end:
        return [], (cue, cue + 1)
    if classes[end - 1] in "QCPX?" and re.search(_QUOTED, classes[start : end - 1]) is None and (
        end - 1 == start or classes[cue] in "VL" and classes[start:end - 1].strip("y,&B") == ""
    ):
        start = end - 1
    rows = _make(reading, cue, party, told, (start, end))
    if classes[cue + 1 : cue + 3] == ",&" and classes[end - 1 : end] not in "QCPX?":
        # C, he said, and more C.
        stop = last - 1 if classes[last - 1] == "." else last
        if stop > cue + 4 and rows:
            more_content = reading.content_span(cue + 3, stop)
            quotation = kind_of_content(classes[cue + 3 : stop])
            rows += [replace(_continued(rows[0], more_content), quotation=quotation)]
    # “C,” he said, “and more.”
    behind = max(cue + 1, party[1], told[1] if told else 0)
    more = re.compile(f"[^.{_QUOTED[1:-1]}]{{0,12}}?[,:.]?({_QUOTED})").match(
        classes, behind, last
    )
    if more and rows and classes[start:end][-1:] in "QCPX?":
        rows += _continue(reading, rows, more.start(1))
    return rows, (cue, cue + 1)


def _clause_start(classes: str, first: int, end: int) -> int:
    """Return where the content starts that ends before symbol `end`."""
    start = first
    while start < end and classes[start] in ",:;&B~)y":
        start += 1
    return start


def _content_after(
    reading: Reading, cue: int, party: Span, told: Span | None, rest: str, last: int
) -> tuple[list[Found], Span]:
    """Make the rows of `S said (that) C`."""
    start = last - len(rest)
    if reading.classes[last - 1 : last] == ".":
        last -= 1
    circumstance = grammar.UNTIL_THAT.match(rest) or grammar.CIRCUMSTANCE.match(rest)
    skipped = circumstance.end() if circumstance else 0
    # After when and where, a mark, `that` or a quotation shows that content starts.
    if skipped and re.match(f"[,:h]|{_QUOTED}", rest[skipped:]):
        start += skipped
    lead = re.match("[,:]?h?[,:]?", reading.classes[start:last])
    start += lead.end() if lead else 0
    symbol = reading.classes[cue]
    end = _content_end(reading, start, last)
    if symbol in _WEAK and (
        re.search(f"{_QUOTED}|[OSY]", reading.classes[start:end] + reading.classes[slice(*party)])
        is None
        or (symbol == "W" and reading.words(cue, cue + 1).startswith("ask")
            and re.search(_QUOTED, reading.classes[start:end]) is None)
        or (reading.classes[slice(*party)] in ("I", "i", "j") and _is_told(reading, party))
    ):
        return [], (cue, cue + 1)
    if start >= end:
        return [], (cue, cue + 1)
    return _make(reading, cue, party, told, (start, end)), (cue, cue + 1)


def _is_told(reading: Reading, party: Span) -> bool:
    """Whether a pronoun stands in what somebody said: it is they who said so (she said she hopes)."""
    place = reading.starts[party[0]]
    return any(
        row.content is not None and row.content[0] <= place < row.content[1]
        for row in reading.found[-3:]
    )


def _content_end(reading: Reading, start: int, last: int) -> int:
    """Return where content ends that runs on from a symbol: mostly with the sentence."""
    for stop in _CONTENT_STOPS.finditer(reading.classes, start + 3, last):
        place = stop.start()
        is_clause = reading.classes[place : place + 2] == ",B"
        if not is_clause or _TURNS.match(reading.words(place + 1, place + 2)):
            return place
    return last


def _passive(reading: Reading, cue: int, first: int, last: int) -> tuple[list[Found], Span]:
    """Read `X was quoted by S as saying C`, `C was first reported by S`, `X was told by S`."""
    classes = reading.classes
    nothing: tuple[list[Found], Span] = ([], (cue, cue + 1))
    agent = _AGENT.match(classes, cue + 1, last)
    if agent is None:
        return nothing
    party = agent.span("party")
    left = classes[first:cue]
    content = re.compile("[mexy,]*\\Z").search(left)
    end = first + (content.start() if content else len(left))
    if end <= first:
        return nothing
    if classes[cue] not in "VkR":
        return nothing
    return _make(reading, cue, party, None, (_clause_start(classes, first, end), end)), (cue, cue + 1)


def _according_to(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `According to S, C` and `C, according to S`."""
    classes = reading.classes
    match = grammar.AFTER_CUE.match(classes[cue + 1 : last])
    if match is None:
        return []
    party = cue + 1 + match.start("party"), cue + 1 + match.end("party")
    end = last - 1 if classes[last - 1] == "." else last
    if classes[first:cue].strip(",&By¶") == "":
        comma = re.compile(f",|(?={_QUOTED})").search(classes, party[1], end)
        start = comma.end() if comma else party[1]
        content = (start, end)
    else:
        stop = cue
        while stop > first and classes[stop - 1] in ",y~(":
            stop -= 1
        content = (_clause_start(classes, first, stop), stop)
    if content[0] >= content[1]:
        return []
    return _make(reading, cue, party, None, content)


def _make(
    reading: Reading, cue: int, party: Span, told: Span | None, content: Span
) -> list[Found]:
    """Return the rows of one content: the speaker's, and that of the outlet spoken to."""
    words = reading.words(cue, cue + 1)
    quotation = kind_of_content(reading.classes[content[0] : content[1]])
    is_strong = reading.classes[cue] in "VvLlka"
    rows = []
    for each in split_party(reading, *party):
        if reading.classes[slice(*each)] == "i" and reading.words(*each).lower() == "you":
            continue
        who = identify(reading, *each, words)
        if who.kind == "person" and reading.classes[content[0]] == "j" and (
            re.fullmatch("D?[NK]+", reading.classes[slice(*each)])
        ):
            who = Party("organisation", certainty="likely")  # Orrin Ferries said it had
        rows.append(
            describe(
                reading, who, *each,
                cue=reading.span(cue, cue + 1),
                content=reading.content_span(*content),
                relation="statement", quotation=quotation,
                confidence=_confidence(is_strong, who),
                basis=f"cue {words!r}",
            )
        )  # fmt: skip
    if told and rows:
        listener = identify(reading, *told, "interview")
        if listener.kind == "outlet" and (listener.outlet or listener.candidates):
            rows.append(
                describe(
                    reading, listener, *told, cue=rows[0].cue, content=rows[0].content,
                    relation="venue", quotation=quotation,
                    confidence=_confidence(True, listener), basis=f"told after {words!r}",
                )
            )  # fmt: skip
    return rows


def _continue(reading: Reading, rows: list[Found], symbol: int) -> list[Found]:
    """Return the row of a quotation that goes on after its cue."""
    return [_continued(rows[0], reading.span(symbol, symbol + 1))]


def _continued(head: Found, content: Span) -> Found:
    return replace(
        head, cue=None, content=content, quotation="direct", basis="goes on after its cue"
    )


def _confidence(is_strong: bool, party: Party) -> str:
    if party.certainty == "guess":
        return "low"
    return "high" if is_strong and party.certainty == "sure" else "medium"


def kind_of_content(classes: str) -> str:
    """Return `direct`, `mixed` or `indirect` for the classes of a content."""
    if _ONLY_QUOTATION.fullmatch(classes):
        return "direct"
    return "mixed" if re.search(f"{_QUOTED}|s", classes) else "indirect"
