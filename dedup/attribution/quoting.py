"""An outlet that quotes somebody, to two attributions: its own, and that of whom it quotes."""

from __future__ import annotations

import re

from dedup.attribution import grammar
from dedup.attribution.contents import (
    clause_start,
    confidence_of,
    kind_of_content,
    relayer_start,
    without_stop,
)
from dedup.attribution.parties import describe, identify, split_party
from dedup.attribution.passives import PASSIVE
from dedup.attribution.reading import Found, Reading
from dedup.attribution.references import Party
from dedup.attribution.subjects import subject_before

_QUOTED_PARTY = re.compile(f"(?P<party>{grammar.PARTY}|Dn{{1,3}})(?:{grammar.ASIDE})?")
_WHO_SAID = re.compile(",?q[my]*[VvWR]")
_IN_SAYING = re.compile("[bp]D?[nN]{0,3}H?D?[OA]H?(?=g)")  # quoted in S saying C
_BY_PARTY = re.compile(f"b(?P<party>{grammar.PARTY})|p(?P<outlet>D?[nN]{{0,3}}H?D?[OA])")
_HIM = re.compile("him|her|them", re.I)
_BEFORE_PASSIVE = re.compile(f"(?P<party>{grammar.PARTY})(?:{grammar.ASIDE})?[mexy]*\\Z")
_CALLED_SO = re.compile("(?P<party>D?n{0,2}s[nNKTU]{0,3})")  # a “port aide”
_THAT = re.compile("[,:]?h[,:]?|[,:]")
_RELAYED_BY = re.compile(",y?aD?[nN]{0,3}H?D?[OA]H?\\Z")
_LEAD = re.compile("[,:]?h?[,:]?")


def read_quoting(reading: Reading, cue: int, first: int, last: int) -> list[Found]:
    """Return the rows of `S quoted X as saying C` and of `X was quoted by S as saying C`.

    Args:
        reading: The document.
        cue: Symbol of the verb.
        first: First symbol of the sentence that counts.
        last: Symbol behind the sentence.
    """
    classes = reading.classes
    saying = _saying_of(reading, cue, last)
    if saying < 0:
        return []
    end = without_stop(classes, last)
    said = saying + 1
    if reading.words(saying, said).lower() == "as telling" and (
        told := grammar.TOLD.match(classes, said, end)
    ):
        said = told.end()  # as telling reporters that C
    lead = _LEAD.match(classes, said, end)
    content = (lead.end() if lead else said), end
    left = classes[first:cue]
    if PASSIVE.search(left):
        agent = _BY_PARTY.search(classes, cue + 1, last)
        quoted = _BEFORE_PASSIVE.search(left)
        head_party = None
        if agent:
            head_party = agent.span("party" if agent["party"] else "outlet")
        if quoted is None:
            return []
        quoted_party = first + quoted.start("party"), first + quoted.end("party")
        behind = _THAT.match(classes, agent.end(), end) if agent else None
        if agent and behind and agent.start() == saying + 1:  # quoted as saying by S that C
            content = behind.end(), end
        elif agent and agent.start() > saying:  # C, X was quoted as saying by S
            content = clause_start(classes, first, quoted_party[0]), quoted_party[0]
        if content[0] >= content[1]:  # “C,” X was quoted by S as saying
            content = clause_start(classes, first, quoted_party[0]), quoted_party[0]
    else:
        subject = subject_before(left, "k", "")
        named = grammar.AFTER_QUOTATION.match(classes[cue + 1 : saying]) or _CALLED_SO.fullmatch(
            classes[cue + 1 : saying]
        )
        is_pronoun = saying == cue + 2 and _HIM.fullmatch(reading.words(cue + 1, saying))
        if subject is None or not (named or is_pronoun):
            return []
        head_party = first + subject[0], first + subject[1]
        quoted_party = cue + 1, saying
        if named and not is_pronoun:
            quoted_party = cue + 1 + named.start("party"), cue + 1 + named.end("party")
        behind = grammar.CIRCUMSTANCE.match(classes, content[0], end)
        # “C,” S quoted X as saying · “C,” S quoted X as saying, according to R
        if content[0] >= end or classes[content[0]] == "a" or (behind and behind.end() == end):
            content = clause_start(classes, first, head_party[0]), head_party[0]
    if relayer := _RELAYED_BY.search(classes, content[0] + 1, content[1]):
        if content[0] > saying:  # S quoted X as saying C, according to R
            content = content[0], relayer.start()
    if content[0] > saying:  # X was quoted by R as saying C, S reported
        content = content[0], relayer_start(classes, content[0], content[1])
    while content[0] < content[1] and classes[content[1] - 1] in ",y":
        content = content[0], content[1] - 1
    if content[0] >= content[1]:
        return []
    quotation = kind_of_content(classes[content[0] : content[1]])
    rows = []
    for each in split_party(reading, *head_party) if head_party else ():
        head = identify(reading, *each, "quoted")
        rows.append(
            describe(
                reading, head, *each, cue=reading.span(cue, cue + 1),
                content=reading.content_span(*content), relation="statement", quotation=quotation,
                confidence=confidence_of(True, head), basis="quotes somebody",
            )
        )  # fmt: skip
    who = identify(reading, *quoted_party, "said")
    if _HIM.fullmatch(reading.words(*quoted_party)):
        who = Party("person")
    rows.append(
        describe(
            reading, who, *quoted_party, cue=reading.span(saying, saying + 1),
            content=reading.content_span(*content), relation="quoted" if rows else "statement",
            quotation=quotation, confidence=confidence_of(True, who), basis="quoted as saying",
            parent=rows[0] if rows else None,
        )
    )  # fmt: skip
    return rows


def _saying_of(reading: Reading, cue: int, last: int) -> int:
    """Return the symbol of `as saying` behind a cue that quotes somebody, or what stands for it.

    That is a colon or a participle (`quoted X saying C`). What is no verb of quoting, such as
    `reported`, needs `as saying` right behind whom it quotes.
    """
    classes = reading.classes
    word = reading.words(cue, cue + 1).lower()
    is_quoting = word.startswith(("quot", "cit"))
    saying = classes.find("J", cue, last)
    if is_quoting and saying >= 0:
        return saying
    if saying >= 0 and word == "reported" and classes[cue + 1 : cue + 2] == "b":
        return saying  # X is reported by S to have said C
    if is_quoting and (named := _IN_SAYING.match(classes, cue + 1, last)):
        return named.end()
    if is_quoting and classes[cue + 2 : cue + 3] == ":":
        if _HIM.fullmatch(reading.words(cue + 1, cue + 2)):  # quoted him: “C”
            return cue + 2
    if not (is_quoting or (saying >= 0 and word.startswith("report"))):
        return -1
    party = _QUOTED_PARTY.match(classes, cue + 1, last)
    if party is None:
        return -1
    if is_quoting and (who := _WHO_SAID.match(classes, party.end(), last)):
        return who.end() - 1
    if is_quoting and classes[party.end() : party.end() + 2] == ",g":  # cited officials, saying C
        return party.end() + 1
    behind = classes[party.end() : party.end() + 1]
    if is_quoting and behind == "h" and classes[party.end("party") - 1] in "TUNK":
        return party.end()  # cited an official that C
    return party.end() if behind in (("J", ":", "g") if is_quoting else ("J",)) else -1
