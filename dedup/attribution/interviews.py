"""Interviews that outlets hold, and what somebody says in an outlet's own programme or pages."""

from __future__ import annotations

import re

from dedup.attribution.mention import Mention
from dedup.attribution.reading import Found

_INTERVIEWS = re.compile(
    r",?\s+(?:\w+ly\s+|(?:also|even|later|then|first|once)\s+)?(?P<cue>(?:ha[sd]\s+(?:\w+ly\s+|also\s+|since\s+)?)?(?:interviewed"
    r"|(?:spoke|talked|caught up|chatted|sat down|sits down|got in touch)\s+(?:\w+\s+)?(?:with|to)"
    r"|(?:reached out to|contacted|approached|got in touch with|gotten in touch with|met with"
    r"|visited)"
    r"(?=\s[^.;]{3,80}\sto\s+(?:discuss|talk|speak|learn|hear|find\s+out)\b)"
    r"|(?:conducted|held)\s+(?:an?|its|this)\s+(?:\w+\s+)?interviews?\s+with"
    r"|had\s+(?:the|an?)\s+(?:opportunity|chance)\s+to\s+(?:speak|talk|chat)\s+(?:with|to)"
    r"|discuss(?:ed|es)\s+(?:\w+\s+){0,4}with))\b"
)
# S contacted X about it. X said C
_ASKS = re.compile(
    r",?\s+(?:\w+ly\s+|also\s+|then\s+)?(?P<cue>(?:ha[sd]\s+(?:\w+ly\s+|also\s+)?)?"
    r"(?:asked|contacted|approached|reached\s+out\s+to|e-?mailed|phoned|wrote\s+to))\s+"
    r"(?=[A-Z]|(?:the|an?|his|her|its|one|two|three|several|some)\b)"
)
# X gave S an interview · X joined S for an interview
_GRANTS = re.compile(r"\b(?P<cue>gave|gives|granted|given|giving|joined|joins)\s+$")
_INTERVIEW = re.compile(r"\s+(?:for\s+)?(?:an?|his|her|its|their)\s+(?:[\w-]+\s+){0,3}interview\b")
# The following is S's interview with X
_FOLLOWS = re.compile(r"\b(?:following|below|here)\s+(?:is|are)\s+$", re.I)
# X answered S's questions
_ANSWERS = re.compile(r"\b(?P<cue>answer(?:ed|s|ing)|took)\s+(?:some\s+of\s+|all\s+of\s+)?$")
_QUESTIONS = re.compile(r"['’]s?\s+(?:\w+\s+)?(?:questions?|queries|query|inquir(?:y|ies))\b")
_INTERVIEW_WITH = re.compile(
    r"(?:['’]s?)?\s+(?:(?!(?:in|an?|on|during|for|after)\b)[\w-]+\s+){0,2}(?P<cue>interview)\s+with\b"
)
# In a CNN interview · at a recent Reuters event
_OCCASION = re.compile(
    r"(?:['’]s?)?\s+(?:\w+\s+){0,2}(?P<cue>interview|town hall|podcast|appearance|programme|program"
    r"|show|broadcast|event|forum|op-ed|essay|column|commentary|opinion (?:piece|article))\b",
    re.I,
)
_PRINTED = re.compile("op-ed|essay|column|commentary|opinion", re.I)  # words of their own
_AT = re.compile(
    r"\b(?:in|during|at|on|after|for|from)\s+(?:an?|the|his|her|their|its|another|last)\s+"
    r"(?:\w+\s+){0,3}$", re.I,
)  # fmt: skip
# X wrote a scathing S op-ed
_WROTE = re.compile(
    r"\b(?:wr(?:ote|ites|iting|itten)|penned|penning|published)\s+(?:an?|the|his|her|their|its)\s+"
    r"(?:\w+\s+){0,2}$", re.I,
)  # fmt: skip
_IN = re.compile(r"\bin\s+(?:[\w-]+\s+)?$")  # of a headline: in a wide-ranging S interview


def occasion(mention: Mention) -> Found | None:
    """Read `in an S interview, X said C`."""
    match = _OCCASION.match(mention.after)
    if match is None:
        return None
    is_printed = _PRINTED.match(match["cue"]) is not None
    if not (
        _AT.search(mention.whole)
        or (match["cue"] == "interview" and _IN.search(mention.whole))
        or (is_printed and _WROTE.search(mention.whole))
    ):
        return None
    is_speech = match["cue"] == "interview" or is_printed
    if not is_speech and mention.outer_speaker() is None:
        return None
    speaker = mention.speaker()
    first, last = match.span("cue")
    return mention.row(
        "interview", cue=(mention.end + first, mention.end + last),
        content=speaker.content if speaker else None, relation="venue",
        quotation=speaker.quotation if speaker else "none", basis=f"its {match['cue']}",
    )  # fmt: skip


def interviews(mention: Mention) -> Found | None:
    """Read `S interviewed X`, `X gave S an interview`, `in S's interview with X, she said C`."""
    match = _INTERVIEWS.match(mention.after)
    if match is None and (mention.speaker() or _FOLLOWS.search(mention.before)):
        match = _INTERVIEW_WITH.match(mention.after)
    if match is None:
        return _grants_interview(mention)
    first, last = match.span("cue")
    return mention.row(
        "interview", cue=(mention.end + first, mention.end + last), content=None,
        relation="venue", quotation="none", basis="interviews somebody", is_sure=False,
    )  # fmt: skip


def _grants_interview(mention: Mention) -> Found | None:
    match = _GRANTS.search(mention.before)
    if match is None or _INTERVIEW.match(mention.after) is None:
        match = _ANSWERS.search(mention.before)
        if match is None or _QUESTIONS.match(mention.after) is None:
            return None
    first = mention.base + match.start("cue")
    speaker = mention.speaker()
    return mention.row(
        "interview", cue=(first, first + len(match["cue"])),
        content=speaker.content if speaker else None, relation="venue",
        quotation=speaker.quotation if speaker else "none", basis="was given answers",
    )  # fmt: skip


def asks(mention: Mention) -> Found | None:
    """Read `S asked X about it. X said C`."""
    match = _ASKS.match(mention.after)
    answer = mention.answer() if match else None
    if match is None or answer is None:
        return None
    first, last = match.span("cue")
    return mention.row(
        "interview", cue=(mention.end + first, mention.end + last), content=answer.content,
        relation="venue", quotation=answer.quotation, basis="asked somebody", is_sure=False,
    )  # fmt: skip
