"""Finite verbs of speech to attributions: S said C; C, S said; “C,” said S; C was reported by S."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dedup.attribution import grammar, lexicon
from dedup.attribution.clauses import content_after
from dedup.attribution.contents import (
    LEADS,
    clause_start,
    confidence_of,
    continued,
    kind_of_content,
    make_rows,
    without_stop,
)
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.parties import describe, identify
from dedup.attribution.passives import PASSIVE, read_passive
from dedup.attribution.reading import Found, Reading, Sentence, Span
from dedup.attribution.speakers import subject_of
from dedup.attribution.subjects import SHOWS, is_behind_preposition, subject_before

_LOOK_BACK = 80  # symbols before a cue; only lists have sentences as long
_SAID_LAST = re.compile(f"(?P<party>{grammar.PARTY})[myx]*(?P<cue>[VL])[ytpdDn0]{{0,8}}[.]?")
_SAID_FIRST = re.compile(f"(?P<party>{grammar.PARTY})(?:{grammar.ASIDE})?[,:]?(?={QUOTATION})")
_NEXT_CLAUSE = re.compile("D?[OA]H?,&(?P<party>D?[nN]{0,3}H?D?[OA]H?)")
_NAMED_BY = re.compile(f"(?:s|{QUOTATION})b(?P<party>D?[nN]{{0,3}}H?D?[OA]H?)")
_CHECKED_WITH = re.compile(f"p(?P<party>{grammar.PARTY})h")
# According to S, [C, police said]
_FRONTED = re.compile(f"a[^,;:{QUOTATION[1:-1]}]{{1,12}},(?=.{{3}})")
# “C,” [a survivor, Edda Corrin, said]
_DESCRIBED = re.compile(f"(?<={QUOTATION})(?P<party>D[nT0]{{1,4}}),?\\Z")
_NAMED_BEFORE = re.compile(f"(?<={QUOTATION})(?P<party>[NK]{{2,4}}),?\\Z")
_DESCRIBED_BEHIND = re.compile("(?P<article>D)[^,;:.&VLq]{2,5}")
_PARTICIPLES = re.compile(
    "named|called|known|identified|using|giving|wearing|sitting|standing|living|working|waiting"
    "|carrying|holding|calling|going|speaking"
)
_LEAST_CLAUSE = 3  # symbols before `, said S` that are a content
_BY_OUTLET = re.compile("[ny]{0,2}bD?[nN]{0,3}H?D?[OA]")
_IN_OUTLET = re.compile("pD?[nN]{0,3}H?D?[OA]")  # X, quoted in S, · an official quoted in S
_PUBLICATION = re.compile(
    "(?:[^O]*[,;:])?(?:[yBd,&]|p[^,;:]{1,6},)*(?P<party>D?[nN0]*O(?:[*~]?[OAKNG]{1,3}){0,2}z?[NKn0]*Y)"
)
_TELLS = re.compile("report|says|said|writ|wrote|add|reveal|announc", re.I)
_WENT_ON = re.compile("(?:went|go|goes|going) on", re.I)
_GOES_ON_WITH = re.compile(",[myx]*[VLWRke]")
_CLAUSE_BEHIND = re.compile(",(?![cg&B]).{3}")
_SPEECH_BEFORE = re.compile(f"{QUOTATION},")
_HOW = re.compile(f"[pty][^h{QUOTATION[1:-1]}]*")
_VERB = re.compile("[VvLlWRkem]")
_FINITE = re.compile("[my]*[eVvkL]")
_SENT = re.compile(
    r"\b(?:reporter|correspondent|journalist|photographer|cameraman|crew|team|witness|stringer)s?"
    r"(?:\s+(?:[A-Z]|(?:in|at|near|on|outside)\s).*)?$"
)
_SUBJECT_BEHIND = re.compile("D?[OA]G[emVW]")
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
    if symbol == "R" and left.endswith("D") and reading.words(cue - 1, cue).lower() != "both":
        return []  # told S the claims were made
    is_quoted_in = symbol == "k" and _IN_OUTLET.match(right) is not None
    if is_quoted_in and not left.endswith(","):
        return []
    if _WENT_ON.fullmatch(reading.words(cue, cue + 1)) and re.match("D?[OA]", right):
        return []  # on air, where they may say something
    if named := _NAMED_BY.match(right):  # dubbed “C” by S
        party = cue + 1 + named.start("party"), cue + 1 + named.end("party")
        return make_rows(reading, cue, party, None, (cue + 1, cue + 2))
    if PASSIVE.search(left) or _BY_OUTLET.match(right) or is_quoted_in:
        return read_passive(reading, cue, first, last)
    if left == "" and (first_said := _SAID_FIRST.match(right)) and symbol in "VW":
        # Said Edda Corrin: “C”
        party = cue + 1 + first_said.start("party"), cue + 1 + first_said.end("party")
        start = cue + 1 + first_said.end()
        return make_rows(reading, cue, party, None, (start, start + 1))
    subject = subject_before(left, symbol, reading.words(cue, cue + 1))
    if subject is None or "O" not in left[subject[0] : subject[1]]:
        # A Reuters poll of voters in June, released on Friday, shows C.
        shown = _PUBLICATION.match(left) if "O" in left else None
        if shown and SHOWS.match(reading.words(cue, cue + 1)):
            subject = (*shown.span("party"), False)
    after_content = re.search(f"(?:{QUOTATION},?|[,~])y?\\Z", left)
    if after_content and (subject is None or subject[2]):
        # “C,” said S · C, said S
        is_quoted = after_content.group()[0] not in ",~"
        turned = (grammar.AFTER_QUOTATION if is_quoted else grammar.AFTER_CUE).match(right)
        if is_quoted and (described := _described_behind(reading, cue, last)) is not None:
            return _content_before(
                reading, cue, described, first, first + after_content.start() + 1, last
            )
        is_several = turned is not None and symbol == "v" and "&" in turned["party"]  # say R and S
        if (
            turned
            and (symbol in "VWRk" or is_several)
            and grammar.ENDS_AFTER.match(right, turned.end("party"))
        ):
            tells = _TELLS.match(reading.words(cue, cue + 1)) is not None
            is_told = tells and re.search("[OA]", turned["party"]) is not None
            if is_quoted or ((subject is None or is_told) and len(left) >= _LEAST_CLAUSE):
                party = cue + 1 + turned.start("party"), cue + 1 + turned.end("party")
                content_end = first + after_content.start() + (1 if is_quoted else 0)
                return _content_before(reading, cue, party, first, content_end, last)
    is_found = symbol == "W" and right.startswith("h")  # S did the sums, and found that C
    if subject is None and (symbol in "VL" or is_found) and re.search("[,&B]y?\\Z", left):
        # The minister resigned on Monday, and said C · The agency named nobody, but said C
        elided = subject_of(reading, first, cue)
        subject = elided and (elided[0] - first, elided[1] - first, False)
    if subject is None:
        return []
    party = first + subject[0], first + subject[1]
    if symbol == "R" and _FINITE.match(right) and "O" not in classes[slice(*party)]:
        return []  # Media reports said C · Similar claims were made
    if reading.words(cue, cue + 1) in lexicon.WITNESSED and not _is_witness(reading, party):
        return []
    if own := _NEXT_CLAUSE.fullmatch(classes, *party):  # told R, and S said C
        if left[: subject[0]].endswith(("p", "t", "L")):
            party = own.span("party")
    before = left[: party[0] - first]
    if before.endswith("m") and symbol in "vRlu" and before.strip("mq,&By") == "":
        return []  # Did S report that C?
    if is_behind_preposition(reading, party, before, reading.words(cue, cue + 1)):
        return []
    rest = right
    told = None
    if symbol in "Ll":
        if (match := grammar.TOLD.match(right)) is None:
            return []
        told = cue + 1 + match.start(), cue + 1 + match.end()
        if _SUBJECT_BEHIND.match(classes, told[0], last):
            told = told[0], told[1] - 1  # told the Observer government was a burden
        rest = classes[told[1] : last]
    is_outlet = re.search("[OA]", left[subject[0] : subject[1]]) is not None
    if is_outlet and rest in (":", ":."):
        return _announces(reading, cue, party)
    if is_outlet and before.endswith(",") and (said := _SAID_LAST.fullmatch(rest)):
        # C, the BBC reported the minister said.
        rows = _content_before(reading, cue, party, first, party[0] - 1, last)
        return rows + _relayed(reading, rows, cue + 1, said)
    circumstance = grammar.CIRCUMSTANCE.match(rest)
    behind = rest[circumstance.end() :] if circumstance else rest
    is_final = behind == "" or re.match(f"[.;)~caB]|,(?!y?{QUOTATION})", behind) is not None
    content_on_left = before.endswith(",") and is_final
    if is_final and before.endswith("B") and reading.words(party[0] - 1, party[0]) == "as":
        content_on_left = symbol in "VLR"  # C, as the BBC reported.
    if (
        is_outlet
        and content_on_left
        and (behind.startswith(",h") or (_GOES_ON_WITH.match(behind) and not _VERB.search(before)))
    ):
        # X told R, S reported, that C · X, S reported, said C: all of it is what S says.
        whole = clause_start(classes, first, last), without_stop(classes, last)
        return make_rows(reading, cue, party, None, whole)
    if is_outlet and len(before.strip(LEADS)) == 1 and _CLAUSE_BEHIND.match(behind):
        content_on_left = False  # Indeed, S reported, C
    if _SPEECH_BEFORE.fullmatch(before) and _HOW.fullmatch(rest):
        content_on_left = True  # “C”, X said in a note posted with a photo
    is_quoted = before[-1:] not in ("", ",") and re.fullmatch(QUOTATION, before[-1:]) is not None
    if (content_on_left and before.strip(LEADS)) or is_quoted:
        end = party[0] if is_quoted else party[0] - 1
        return _content_before(reading, cue, party, first, end, last, told)
    rows = content_after(reading, cue, party, told, rest, last, sentence)
    checked = _CHECKED_WITH.match(rest) if is_outlet else None
    if checked and reading.words(cue, cue + 2).lower().endswith("confirmed with"):
        rows += _relayed(reading, rows, cue + 1, checked)
    return rows


def _described_behind(reading: Reading, cue: int, last: int) -> Span | None:
    """Return who speaks in `“C,” said a passenger named Otto`, without what describes them."""
    match = _DESCRIBED_BEHIND.match(reading.classes, cue + 1, last)
    if match is None:
        return None
    for place in range(match.end("article") + 1, match.end()):
        if _PARTICIPLES.fullmatch(reading.words(place, place + 1)):
            return match.start(), place
    return None


def _is_witness(reading: Reading, party: Span) -> bool:
    """Whether a party is somebody sent by an outlet: an S photographer."""
    named = re.search("[OA]", reading.classes[slice(*party)]) is not None
    return named and _SENT.search(reading.words(*party)) is not None


def _announces(reading: Reading, cue: int, party: Span) -> list[Found]:
    """Return the rows of `S reports:` where the paragraph ends: what follows has no marks."""
    return [replace(row, content=None, quotation="none")
            for row in make_rows(reading, cue, party, None, (cue, cue + 1))]  # fmt: skip


def _relayed(
    reading: Reading, heads: Sequence[Found], place: int, match: re.Match[str]
) -> list[Found]:
    """Return the row of whom an outlet relays, of a match that starts at symbol `place`."""
    if not heads:
        return []
    party = place + match.start("party"), place + match.end("party")
    cue = place - 1, place
    if "cue" in match.groupdict():
        cue = place + match.start("cue"), place + match.end("cue")
    who = identify(reading, *party, "said")
    return [
        describe(
            reading, who, *party, cue=reading.span(*cue), content=heads[0].content,
            relation="quoted", quotation=heads[0].quotation, parent=heads[0],
            confidence=confidence_of(True, who), basis="relayed",
        )
    ]  # fmt: skip


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
    if fronted := _FRONTED.match(classes, start, end):
        start = fronted.end()
    if named := _NAMED_BEFORE.search(classes, start, end):  # “C,” X, a critic for S, said
        party, end = named.span("party"), named.start()
    if described := _DESCRIBED.search(classes, start, end):
        end = described.start("party")
    while end > start and classes[end - 1] == ",":
        end -= 1
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
