"""Outlets that somebody speaks to, or that print or air what somebody says."""

from __future__ import annotations

import re
from bisect import bisect_left

from dedup.attribution.contents import kind_of_content, without_stop
from dedup.attribution.findings import clause_before
from dedup.attribution.mention import Mention
from dedup.attribution.reading import Found, Span

_SAID = (
    r"(?:wrote|writes?|writing|written|argue[ds]?|arguing|note[ds]?|noting|explain(?:s|ed)?"
    r"|claim(?:s|ed|ing)|said|says|saying|observed?|warn(?:s|ed|ing)|stat(?:ed|ing)|adding|insisting"
    r"|commented|recalled)"
)
_VENUE = re.compile(
    r"(?P<cue>^with(?:\s+accredited)?|\b(?:in\s+)?(?:an?|another|his|her|its|their|the)?\s*"
    r"(?:\w+\s+){0,2}interviews?\s+(?:\w+\s+){0,2}(?:with|to|on|for|by|in)"
    r"|\binterviews?\s+(?:(?!(?:that|which|who|and|but|because|where)\b)[\w'’.-]+\s+){3,8}(?:with|on|by)"
    r"|\binterviews?\s+(?:\w+\s+){1,4}(?:gave|given|granted)\s+to"
    r"|\b(?:in|during|at|after)\s+an?\s+(?:\w+\s+){0,2}(?:meeting|appearance|conversation|segment"
    r"|call)\s+(?:\w+\s+)?(?:with|on|to)"
    r"|\b(?:went|goes|gone|going|came|come)\s+(?:back\s+)?on"
    r"|\b(?:sitting|sat|sits)\s+down\s+with|\bsit-?down\s+(?:\w+\s+)?with"
    r"|\b(?:inquiry|inquiries|query|queries|enquiry|enquiries)\s+(?:from|by)"
    r"|\b(?:described|explained|recalled|outlined|recounted)\s+(?:\w+\s+)?(?:for|to)"
    r"|\bshar(?:ed|es|ing)\s+(?:his|her|their|its)\s+(?:\w+\s+)?(?:thoughts?|views?|story|stories"
    r"|experiences?|opinions?|account|memories|concerns|plans)\s+with"
    r"|(?<=\bwhen\s)(?:asked|contacted|reached|approached|questioned|pressed)\s+"
    r"(?:(?:about|on|over|if|whether)\s[^.;,]{1,40}?\s)?by"
    r"|\binterviewed\s+(?:(?:on|about|over|for)\s+(?:[\w'’-]+\s+){1,6})?(?:by|on)"
    r"|\banswer(?:ed|s|ing)?\s+(?:\w+\s+){0,3}questions?\s+(?:[^.;]{0,70}\s)?(?:from|by|for)"
    r"|\b(?:discuss|talk|speak|spoke)\w*\s+[^.;]{0,110}?\bwith|\b(?:told|telling|tells)"
    r"|\b(?:sp(?:oke|eaking|eaks)|talk(?:ed|ing|s))\s+(?:\w+ly\s+|(?:\w+\s+)?\w+day\s+)?(?:to|with|on)"
    r"|\b(?:sp(?:oke|eaking|eaks)|talk(?:ed|ing|s))\s+(?:(?!about\b)[\w'’-]+\s+){1,5}to"
    r"|\b(?:told|tells|recounted|related)\s+(?:his|her|their|its|the)\s+(?:\w+\s+)?(?:story|stories"
    r"|tale|side|account|version)\s+to|\b(?:account|version|testimony|explanation|admission"
    r"|confession|denial)s?\s+(?:(?:\w+\s+){0,3}(?:gave|given)\s+|\w+\s+)?to|\btook\s+to|\breview(?:ed|ing)\s+[^.;,]{3,40}\sfor"
    r"|\b(?:answer|respon(?:se|ded|ding)|repl(?:y|ied|ying)|asked)\s+[^.;]{0,40}\bquestions?\s+(?:from|by)"
    r"|\b(?:statement|comments?|remarks?|letter|email|e-mail|message|response|reply|appearance"
    r"|conversation)s?\s+(?:\w+\s+)?(?:with|to|from|on|for|carried\s+by)|\btold\s+to"
    r"|\b(?:statement|remarks|comments|speech|address|interview|message|letter|recording|video)\s+"
    r"(?:that\s+was\s+|which\s+was\s+)?(?:\w+ly\s+)?(?:carried|published|released|broadcast|aired"
    r"|shown|posted|run|relayed|distributed|televised|streamed|printed)\s+(?:(?:on\s+)?(?:\w+day"
    r"|yesterday|today|live)\s+)?(?:by|on|in)"
    r"|\b(?:op-ed|article|column|piece|essay|commentary|letter|editorial|appearance)s?\s+"
    r"(?:\w+\s+){0,2}(?:in|for|to|on)"
    rf"|\b(?:{_SAID}|made)\s+(?:\w+\s+|(?:last|earlier|late)\s+\w+\s+|by\s+(?:tele)?phone\s+)?(?:in|on|for)"
    r"|(?:,|\b(?:comments?|remarks?|statements?|claims?|accusations?|allegations?|points?),?"
    r"(?:\s+\w+){0,4})\s+made\s+to|\b(?:published|printed|appear(?:s|ed|ing)|aired|broadcast|featured)"
    r"\s+(?:\w+\s+|(?:(?:last|this|late|early|\w+day|week|month|year|\w+ber|\w+ary)\s+){2,3})?"
    r"(?:in|on|for)|\b(?:writ(?:es|ing)|wrote|argues|arguing)\s+(?:\w+\s+)?at"
    r"|\b(?:said|says|saying|added|argued|appeared|appearing|asked)\s+(?:\w+day\s+)?"
    r"(?:(?:during|in)\s+an\s+appearance\s+)?on|\bremarks\s+on"
    r"|\b(?:confirmed|denied|admitted|conceded|disclosed|revealed|insisted|acknowledged|complained)\s+"
    r"(?:\w+\s+|by\s+[^.;,]{3,50}\s)?to"
    r"|\bmade\s+(?:his|her|their|its|the|that|this|these|those|similar|an?)\s+(?:\w+\s+){0,3}"
    r"(?:accusations?|allegations?|claims?|comments?|remarks?|statements?|points?|case|argument"
    r"|announcement|admission|observations?|disclosures?|revelations?)\s+"
    r"(?:(?:earlier|last|this)\s+)?(?:(?:\w+day|today|week|month|year|morning|night)\s+){0,2}"
    r"(?:in|on|to|at)"
    r"|\b(?:found|read|heard|seen|available|reprinted|reproduced)\s+(?:in\s+full|in\s+(?:its|their)\s+"
    r"entirety|online)\s+(?:in|on|at)"
    r"|\b(?:comments?|remarks?)\s+at|\bpublication\s+in)\s+$",
    re.I,
)  # fmt: skip
_CITES = re.compile(
    r"\s+(?:also\s+)?(?:reporting|saying|citing|quoting|noting|claiming|suggesting)\b"
)
_VENUE_ENDS = frozenset(
    "with accredited to on for by in from at told telling tells".split()
)  # fmt: skip
# What counts only where somebody then says something: reached by S, X denied C · at S, X said C ·
# a guest on S, X said C.
_REACHED = re.compile(
    r"(?P<cue>^at|\bguest\s+on|\b(?:reached|contacted|approached|asked|questioned|pressed)\s+"
    r"(?:by\s+(?:(?:tele)?phone|e-?mail)\s+"
    r"|(?:about|on|over|whether|if|how|why|what)\s[^.;,]{1,60}?\s|\w+\s+)?by)\s+$",
    re.I,
)
_REACHED_ENDS = ("by", "at", "on")
_REFUSED = re.compile(
    r"\b(?:declin|refus|unavailable|(?:not|n['’]t)\s+(?:immediately\s+)?(?:respond|comment|answer|return)"
    r"|request)\w*\s[^.;]{0,60}$", re.I,
)  # fmt: skip
# Those who run an outlet are not it, nor are its partners: in a meeting with CNN executives.
_MANAGEMENT = re.compile(
    r"(?:['’]s?\s+(?:\w+\s+){0,2}(?:partner|affiliate)\b"
    r"|(?:['’]s?)?\s+(?:\w+\s+)?(?:executives?|boss(?:es)?|employees|staff|president|chief|CEO"
    r"|chairman|owners?|founders?|lawyers?|shareholders?|viewers|readers|audiences?|headquarters)\b)"
)
_ON_AIR = re.compile(
    r"\b(?P<cue>on|during)\s+(?:(?:\w+day['’]s\s+|an?\s+|the\s+)?(?:\w+\s+)?(?:edition|broadcast|episode|airing)"
    r"\s+of\s+)?$", re.I,
)  # fmt: skip
_WHEN = re.compile("[ytpdDn0NBOzYH,.]{0,9}")  # said just after noon on S · on Sunday on S, X said
# described [the day] to S · said Veld[, an agent who …,] to S
_DESCRIBED = re.compile("[DnN0KTEGHMUYydzpb&]{0,8}|[^.;:QCPX?VL]{0,30},")
_CALLED = re.compile("(?P<to>t)D?(?:[nN]{0,2}H)?\\Z")  # to the news site S, to an S reporter
_POSSESSED = re.compile(r"['’]s?\s+[a-z]|\s+(?:report|article|story|poll|piece|column)s?\b")
_WAS_TOLD = re.compile("[my]*(?P<cue>e[my]*L)h?(?=.*[VWmeLRo])(?!b)")
_HAS_BEEN_TOLD = re.compile("[my]*(?P<cue>e[my]*L)\\Z")
# Edda Corrin in S [explains] · [according to] Edda Corrin at S
_WRITES_IN = re.compile(r"[A-Z][\w.'’-]+\s+(?:(?:writing|reporting)\s+)?(?:in|at|for)\s+$")
_IN_PRINT = re.compile(
    r"cue '(?:explain|report|writ|wrote|argu|not|say|said|suggest|claim|reveal|descri|put)"
)
# X, film critic for S, · S film critic X · X, a columnist for S, wrote
_REVIEWER = (
    r"(?:critic|reviewer|critic-at-large"
    r"|(?P<writes>columnist|blogger|essayist|correspondent|contributor))"
)
_REVIEWS_FOR = re.compile(rf"\b{_REVIEWER}\s+(?:for|of|at|with|in|to)\s+$")
_REVIEWER_OF = re.compile(r"(?:['’]s?)?\s+(?:[\w-]+\s+){0,2}(?:critic|reviewer),?\s+(?=[A-Z])")
_REVIEW_ENDS = ("for", "of", "at", "with", "in", "to")
_WRITES = re.compile("cue '(?:wr(?:ote|ites)|writing|argue)")
# about it on S
_ASKED = re.compile(r"\b(?:asked|pressed|questioned|grilled|challenged|quizzed)\s[^.;]{0,80}$")
# What nobody speaks of but where something is said on air: on Friday's broadcast of S.
_ISSUE = re.compile(
    r"\bon\s+(?:\w{3,6}day|today|tonight|yesterday|(?:this|last)\s+\w+)['’]s\s+(?:\w+\s+)?"
    r"(?:(?:edition|broadcast|episode|airing|show|programme|program)\s+of\s+)?[“\"‘']?$", re.I,
)  # fmt: skip
_ON_AIR_ENDS = ("on", "during", "of")
_ON_AIR_TOO = re.compile(
    r"(?:['’]s)?\s+(?:Radio|TV|(?:\w+\s+)?(?:podcast|programme|program|show|blog|live blog))\b"
)
_PAGE = re.compile(r"\b(?:pages?|website|web site|feed|account|cover) of\s+(?:the\s+)?$", re.I)
# In Saturday's S, · In the May issue of S, · X, in Monday's edition of S,
_EDITION = (
    r"(?:(?:(?:the|an?|its)\s+)?(?:\w{3,6}day['’]s|[Tt]oday['’]s|[Yy]esterday['’]s|[\w-]+(?:,\s+\w+\s+\d+)?"
    r"(?:\s+morning)?)?\s*(?:edition|issue)\s+of\s+)?(?:the\s+)?"
    r"(?:(?:\w{3,6}day|[Tt]oday|[Yy]esterday)['’]s\s+)?[“\"]?"
)
_IN_FRONT = re.compile(rf"\s*(?P<cue>In)\s+{_EDITION}", re.I)
_INSERTED = re.compile(rf",\s+(?P<cue>(?:writing\s+)?in)\s+{_EDITION}$")
_DAY_BEHIND = re.compile(r"[”\"]?(?:\s+(?:on\s+)?(?:\w{3,6}day|yesterday|today))?,")
_ON_PAPER = ("newspaper", "magazine", "wire")
_BROADCASTERS = ("broadcaster", "state")


def venue(mention: Mention) -> Found | None:
    """Read `in an interview with S`, `wrote in S`, `told S`."""
    if mention.last_word not in _VENUE_ENDS:
        return None
    match = _VENUE.search(mention.before)
    if mention.last_word == "with" and _CITES.match(mention.after):
        return None  # with S reporting C
    if match is None or _REFUSED.search(mention.before) or _MANAGEMENT.match(mention.after):
        return None
    if (
        mention.last_word == "on"
        and mention.kind() in _ON_PAPER
        and not _ON_AIR_TOO.match(mention.after)
        and not _PAGE.search(mention.whole)
    ):
        return None  # a conversation on the Hill
    return _spoken_to(mention, match)


def reached(mention: Mention) -> Found | None:
    """Read `reached by S, X said C`."""
    match = _REACHED.search(mention.before) if mention.last_word in _REACHED_ENDS else None
    if match is None or mention.outer_speaker() is None or _MANAGEMENT.match(mention.after):
        return None
    return _spoken_to(mention, match)


def in_print(mention: Mention) -> Found | None:
    """Read `In Saturday's S, X said C`, `In S on Monday, X said C` and `X, in S, wrote C`."""
    if mention.kind() not in _ON_PAPER or _DAY_BEHIND.match(mention.after) is None:
        return None
    match = _IN_FRONT.fullmatch(mention.whole) or _INSERTED.search(mention.whole)
    if match is None or mention.outer_speaker() is None:
        return None
    words = match["cue"]
    first = mention.base + match.start("cue")
    speaker = mention.speaker()
    return mention.row(
        "wrote in", cue=(first, first + len(words)),
        content=speaker.content if speaker else None, relation="venue",
        quotation=speaker.quotation if speaker else "none", basis="in its pages",
    )  # fmt: skip


def on_air(mention: Mention) -> Found | None:
    """Read `X said on Sunday on S's programme that C`."""
    match = _ON_AIR.search(mention.before) if mention.last_word in _ON_AIR_ENDS else None
    if match is None or _MANAGEMENT.match(mention.after):
        return None
    if mention.kind() not in (*_BROADCASTERS, ""):
        return None
    is_issue = _ISSUE.search(mention.whole) is not None
    if (mention.speaker() if is_issue else mention.outer_speaker()) is None:
        return None
    if not (is_issue or _is_beside_cue(mention) or _ASKED.search(mention.before)):
        return None
    return _spoken_to(mention, match)


def addressed(mention: Mention) -> Found | None:
    """Read `X described the day to S`."""
    reading, last = mention.reading, mention.begin - 1
    if called := _CALLED.search(reading.classes, mention.sentence.first, mention.begin):
        last = called.start("to")
    if mention.begin == 0 or reading.classes[last] != "t":
        return None
    spoken = [
        row for row in mention.sentence.rows
        if row.relation == "statement" and row.content and row.kind != "outlet"
        and row.cue and row.cue[1] <= reading.starts[last]
    ]  # fmt: skip
    if not spoken:
        return None
    speaker = max(spoken, key=lambda row: row.cue or row.credited)
    first = bisect_left(reading.starts, (speaker.cue or speaker.credited)[1])
    if first > last or _DESCRIBED.fullmatch(reading.classes, first, last) is None:
        return None
    if _POSSESSED.match(mention.after):
        return None  # compared C to S's forecasts
    return mention.row(
        "interview", cue=speaker.cue, content=speaker.content, relation="venue",
        quotation=speaker.quotation, basis="said to it", is_sure=False,
    )  # fmt: skip


def was_told(mention: Mention) -> Found | None:
    """Read `S was told that C` and `C, S was told`."""
    reading, first = mention.reading, mention.place + 1
    last = without_stop(reading.classes, mention.sentence.last)
    match = _WAS_TOLD.match(reading.classes, first, mention.sentence.last)
    content: Span | None
    if match is not None and match.end() < last:
        content = reading.content_span(match.end(), last)
        quotation = kind_of_content(reading.classes[match.end() : last])
    else:
        match = _HAS_BEEN_TOLD.match(reading.classes, first, last)
        content = clause_before(mention)
        if match is None or content is None:
            return None
        quotation = "indirect"
    return mention.row(
        "interview", cue=reading.span(match.end("cue") - 1, match.end("cue")), content=content,
        relation="venue", quotation=quotation, basis="was told it", is_sure=False,
    )  # fmt: skip


def writes_in(mention: Mention) -> Found | None:
    """Read `X in S says C` and `according to X at S, C`."""
    row = mention.named_in()
    if row is None or not row.content or _WRITES_IN.search(mention.before) is None:
        return None
    if not (row.basis.lower().startswith("cue 'according") or _IN_PRINT.match(row.basis)):
        return None
    return mention.row(
        "interview", cue=row.cue, content=row.content, relation="venue", quotation=row.quotation,
        basis="somebody writes in it", is_sure=False,
    )  # fmt: skip


def reviews_for(mention: Mention) -> Found | None:
    """Read `X, film critic for S, said C` and `S film critic X said C`."""
    match = _REVIEWS_FOR.search(mention.before) if mention.last_word in _REVIEW_ENDS else None
    if match is None and _REVIEWER_OF.match(mention.after) is None:
        return None
    speaker = mention.speaker()
    if speaker is None or speaker.kind != "person":
        return None
    if match is not None and match["writes"] and not _WRITES.match(speaker.basis):
        return None
    return mention.row(
        "wrote in", cue=speaker.cue, content=speaker.content, relation="venue",
        quotation=speaker.quotation, basis="somebody reviews for it", is_sure=False,
    )  # fmt: skip


def _is_beside_cue(mention: Mention) -> bool:
    """Whether only when and where stand between a mention and the cue, or the sentence's start."""
    reading, speaker = mention.reading, mention.outer_speaker()
    first = mention.sentence.first
    # Also where the speaker is named behind the cue: said X on Tuesday on S.
    for said in (speaker.cue, speaker.credited) if speaker is not None else ():
        behind = bisect_left(reading.ends, said[1]) + 1 if said is not None else first
        first = max(first, behind) if behind <= mention.begin else first
    return _WHEN.fullmatch(reading.classes, first, mention.begin) is not None


def _spoken_to(mention: Mention, match: re.Match[str]) -> Found | None:
    words = match["cue"].strip()
    first = mention.base + match.start("cue") + match["cue"].index(words)
    speaker = mention.speaker()
    return mention.row(
        f"{words} interview", cue=(first, first + len(words)),
        content=speaker.content if speaker else None, relation="venue",
        quotation=speaker.quotation if speaker else "none",
        basis=f"cue {' '.join(words.split())!r}",
    )  # fmt: skip
