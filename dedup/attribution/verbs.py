"""Finite verbs of speech to attributions: S said C; C, S said; “C,” said S; C was reported by S."""

from __future__ import annotations

import re

from dedup.attribution import grammar
from dedup.attribution.contents import (
    clause_start,
    content_end,
    continued,
    kind_of_content,
    make_rows,
    without_stop,
)
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.reading import Found, Reading, Sentence, Span
from dedup.attribution.speakers import subject_of

_LOOK_BACK = 80  # symbols before a cue; only lists have sentences as long
_LEAST_CLAUSE = 3  # symbols before `, said S` that are a content
_WEAK = "Wor"
PASSIVE = re.compile("e[yx]*\\Z")
_AGENT = re.compile(f"[ny]{{0,2}}b(?P<party>{grammar.PARTY})")
_BY_OUTLET = re.compile("[ny]{0,2}bD?[OA]")
_PUBLICATION = re.compile(
    "(?:[yBd,&]|p[^,;:]{1,6},)*(?P<party>D?[nN0]*O(?:\\*[OKN]{1,3})?[NKn0]*Y)"
)
_SHOWS = re.compile(r"show|found|find|suggest|indicat|reveal|estimat|says|said|conclud|put", re.I)
_GOES_ON = re.compile(f"[^.gfrcVLW{QUOTATION[1:-1]}]{{0,12}}?[,:.]?({QUOTATION})")


def read_verb(reading: Reading, cue: int, first: int, last: int, sentence: Sentence) -> list[Found]:
    """Return the rows of a finite verb, its subject on the left or turned round on the right.

    Args:
        reading: The document.
        cue: Symbol of the verb.
        first: First symbol of the sentence that counts.
        last: Symbol behind the sentence.
        sentence: The sentence, with the rows of earlier cues.
    """
    classes = reading.classes
    symbol = classes[cue]
    first = max(first, cue - _LOOK_BACK)
    left, right = classes[first:cue], classes[cue + 1 : last]
    if PASSIVE.search(left) or _BY_OUTLET.match(right):
        return _passive(reading, cue, first, last)
    subject = subject_before(left, symbol)
    if subject is None or "O" not in left[subject[0] : subject[1]]:
        # A Reuters poll of voters in June, released on Friday, shows C.
        shown = _PUBLICATION.match(left) if "O" in left else None
        if shown and _SHOWS.match(reading.words(cue, cue + 1)):
            subject = (*shown.span("party"), False)
    after_content = re.search(f"(?:{QUOTATION},?|,)y?\\Z", left)
    if after_content and (subject is None or subject[2]):
        # “C,” said S · C, said S
        is_quoted = after_content.group()[0] != ","
        turned = (grammar.AFTER_QUOTATION if is_quoted else grammar.AFTER_CUE).match(right)
        if turned and symbol in "VLWRk" and grammar.ENDS_AFTER.match(right, turned.end("party")):
            if is_quoted or (subject is None and len(left) >= _LEAST_CLAUSE):
                party = cue + 1 + turned.start("party"), cue + 1 + turned.end("party")
                content_end = first + after_content.start() + (1 if is_quoted else 0)
                return _content_before(reading, cue, party, first, content_end, last)
    if subject is None and symbol in "VL" and re.search("[,&]y?\\Z", left):
        # The minister resigned on Monday, and said C.
        elided = subject_of(reading, first, cue)
        subject = elided and (elided[0] - first, elided[1] - first, False)
    if subject is None:
        return []
    party = first + subject[0], first + subject[1]
    before = left[: subject[0]]
    rest = right
    told = None
    if symbol in "Ll":
        if (match := grammar.TOLD.match(right)) is None:
            return []
        told = cue + 1 + match.start(), cue + 1 + match.end()
        rest = right[match.end() :]
    circumstance = grammar.CIRCUMSTANCE.match(rest)
    behind = rest[circumstance.end() :] if circumstance else rest
    is_final = behind == "" or re.match(f"[.;)~cB]|,(?!y?{QUOTATION})", behind) is not None
    content_on_left = before.endswith(",") and is_final
    is_quoted = before[-1:] not in ("", ",") and re.fullmatch(QUOTATION, before[-1:]) is not None
    if (content_on_left and len(before) >= 2) or is_quoted:
        end = party[0] if is_quoted else party[0] - 1
        return _content_before(reading, cue, party, first, end, last, told)
    return content_after(reading, cue, party, told, rest, last, sentence)


def subject_before(left: str, symbol: str) -> tuple[int, int, bool] | None:
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
            start = match.start("party")
            while left[start] in "dy" and start + 1 < match.end("party"):
                start += 1  # On Friday Reuters
            return start, match.end("party"), aside
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


def _content_before(
    reading: Reading,
    cue: int,
    party: Span,
    first: int,
    end: int,
    last: int,
    told: Span | None = None,
) -> list[Found]:
    """Make the rows of `C, S said`: content up to symbol `end`, and what goes on behind."""
    classes = reading.classes
    start = clause_start(classes, first, end)
    if start >= end:
        return []
    if (
        classes[end - 1] in "QCPX?"
        and re.search(QUOTATION, classes[start : end - 1]) is None
        and (
            end - 1 == start
            or (classes[cue] in "VL" and classes[start : end - 1].strip("y,&B") == "")
        )
    ):
        start = end - 1
    rows = make_rows(reading, cue, party, told, (start, end))
    if classes[cue + 1 : cue + 3] == ",&" and classes[end - 1 : end] not in "QCPX?":
        # C, he said, and more C.
        stop = without_stop(classes, last)
        if stop > cue + 4 and rows:
            more_content = reading.content_span(cue + 3, stop)
            rows.append(continued(rows[0], more_content, kind_of_content(classes[cue + 3 : stop])))
    # “C,” he said, “and more.”
    behind = max(cue + 1, party[1], told[1] if told else 0)
    more = _GOES_ON.match(classes, behind, last)
    if more and rows and classes[start:end][-1:] in "QCPX?":
        rows.append(continued(rows[0], reading.span(more.start(1), more.end(1))))
    return rows


def content_after(
    reading: Reading, cue: int, party: Span, told: Span | None, rest: str, last: int,
    sentence: Sentence,
) -> list[Found]:  # fmt: skip
    """Return the rows of `S said (that) C`, with `rest` the classes behind cue and listener."""
    start = last - len(rest)
    last = without_stop(reading.classes, last)
    circumstance = grammar.UNTIL_THAT.match(rest) or grammar.CIRCUMSTANCE.match(rest)
    skipped = circumstance.end() if circumstance else 0
    # After when and where, a mark, `that` or a quotation shows that content starts.
    if skipped and re.match(f"[,:h]|{QUOTATION}", rest[skipped:]):
        start += skipped
    lead = re.match("[,:]?h?[,:]?", reading.classes[start:last])
    start += lead.end() if lead else 0
    symbol = reading.classes[cue]
    end = content_end(reading, start, last)
    is_plain = (
        re.search(f"{QUOTATION}|[OSY]", reading.classes[start:end] + reading.classes[slice(*party)])
        is None
    )
    if symbol in _WEAK and (
        (is_plain and not _is_relayed(reading, cue, sentence))
        or (
            symbol == "W"
            and reading.words(cue, cue + 1).startswith("ask")
            and re.search(QUOTATION, reading.classes[start:end]) is None
        )
        or (
            reading.classes[slice(*party)] in ("I", "i", "j") and _is_told(reading, party, sentence)
        )
    ):
        return []
    if start >= end:
        return []
    return make_rows(reading, cue, party, told, (start, end))


def _is_relayed(reading: Reading, cue: int, sentence: Sentence) -> bool:
    """Whether a cue stands in what an outlet says: whom it relays counts with any verb."""
    place = reading.starts[cue]
    return any(
        row.kind == "outlet" and row.content and row.content[0] <= place < row.content[1]
        for row in sentence.rows
    )


def _is_told(reading: Reading, party: Span, sentence: Sentence) -> bool:
    """Whether a pronoun stands in what somebody said: they said so (she said she hopes)."""
    place = reading.starts[party[0]]
    return any(
        row.content is not None and row.content[0] <= place < row.content[1]
        for row in sentence.rows
    )


def _passive(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Read `X was quoted by S as saying C`, `C was first reported by S`, `X was told by S`."""
    classes = reading.classes
    agent = _AGENT.match(classes, cue + 1, last)
    if agent is None:
        return []
    party = agent.span("party")
    left = classes[first:cue]
    if left.strip("yB&,") == "":  # As reported by Reuters, C
        comma = classes.find(",", party[1], last)
        content_start, content_stop = comma + 1, without_stop(classes, last)
        if comma < 0 or content_start >= content_stop:
            return []
        return make_rows(reading, cue, party, None, (content_start, content_stop))
    content = re.compile("[mexyB,]*\\Z").search(left)
    end = first + (content.start() if content else len(left))
    if end <= first:
        return []
    if classes[cue] not in "VkR":
        return []
    return make_rows(reading, cue, party, None, (clause_start(classes, first, end), end))
