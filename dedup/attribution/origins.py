"""Where a text names its origin: datelines, bylines, agency lines, photo credits, copyright.

By what stands around an outlet's name, or by its place in the text. A page that was flattened to
one paragraph has its byline anywhere, so the signs that nothing else has count all over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from dedup.attribution.grammar import QUOTATION
from dedup.attribution.reading import PICTURED, SIGNED, Reading, Span

_OPENERS = re.compile("[¶#%]")
_ARTICLE = re.compile(r"(?:\b(?:the|The|an?)\s+)?[\[“\"]?$")
_CREDIT_WORD = re.compile(
    r"(?P<cue>(?:©|\(c\)|copyright|©\s*\d{4}|h/t|hat[ -]tip|(?:(?<=\()|(?<=[—–|]\s)|^|(?<=\n))via"
    r"|courtesy(?:\s+of)?|sources?|credit|images?|photos?|photograph(?:s|y)?|pictures?|video)"
    r"(?:\s+(?:by|from|to))?)(?:[\s:,.]*(?:©|\(c\)|copyright|\d{4}(?:\s*[-–]\s*\d{2,4})?|by\b))*"
    r"[\s:,]*$",
    re.I,
)
# Special to S · Reprinted with permission from S · With inputs from S · Photo by Jonas Veld for S
_MADE_FROM = re.compile(
    r"\b(?P<cue>(?:Special|Exclusive|SPECIAL)\s(?:to|for|TO)"
    r"|(?:Compiled|Reprinted|Republished|Reproduced|Adapted|Excerpted|Syndicated|Translated)"
    r"(?:\swith\s(?:\w+\s)?permission)?\s(?:from|by|of)"
    r"|\(?[Ww]ith\s(?:additional\s)?(?:reporting|(?:agency\s)?inputs?|files|material|reports)\s(?:by|from)"
    r"|(?:[Pp]hotos?|[Pp]icture|[Ii]mage|[Vv]ideo)\sby\s(?:[A-Z][\w.-]+\s){1,3}for"
    r"|(?:[Pp]hotos?|[Pp]icture|[Ii]mages?|[Cc]redit)(?::|\.\.\.|\sby)\s(?:[A-Z][\w.-]+\s){1,2}[A-Z][\w.-]+"
    r"\s?[,/|])\s*$"
)
_USED = re.compile(r"\b(?P<cue>(?:[Mm]aterial|[Ii]nformation|[Rr]eports?)\sfrom)\s+$")
_IS_USED = re.compile(r"[^.\n]{0,60}\b(?:was|were)\sused\s(?:in|for)\sthis\b")
# S Ltd. All rights reserved · S: Nov. 17, 2004 (C) All rights reserved
_RIGHTS = re.compile(
    r"(?:,?\s+(?:Ltd|Inc|Co|LLC|Corp|Corporation|Company|Limited|plc|Group)\b)?[.,:]?"
    r"(?:\s+[A-Z]\w{2,8}\.?\s\d{1,2},\s\d{4}|\s+\d{4})?[.,]?(?:\s+(?:©|\([Cc]\)))?"
    r"\s+(?P<cue>All rights reserved)",
    re.I,
)
_CONTRIBUTED = re.compile(
    r"(?:[^.\n]|(?<=\b[A-Z])\.){0,120}?\bcontributed\b[^.\n]{0,20}\b(?:reporting\b|to this"
    r"\s+(?:\w+\s+)?(?:report|story|article|post|piece|dispatch|review|analysis)\b)",
    re.I,
)
# LONDON, March 3 (Reuters) – · By Jane Doe, Associated Press · By AFP · Reuters
_DATELINE = re.compile(
    "[¶#%][NKTGn0dDp,.&*SA]{0,10}?(?:\\((?P<outlet>[OAK])[^)]{0,6}\\)(?P<dash>[~*:n]?)"
    "|\\*(?P<slashed>[OA])\\*~)"
)
_BYLINE = re.compile("[¶#%]b(?:[NKTn,&.]{1,12}?|D?)(?P<outlet>[OA])(?![zmeVWLkRyxn])")
# CNN — · Odrava CNN — · ODRAVA, March 3, Reuters –
_PLAIN_DATELINE = re.compile(
    "[¶#%](?:[NK]{1,3},?(?:[NK]{1,3},?)?(?:d0,?)?)?(?P<outlet>O)~(?=[DNKTUnpdB0])"
)
_SIGNED = re.compile("[¶#%]\\(?gb[NKTn,&.]{1,20}?(?P<outlet>O)")  # Reporting by Jane Doe, Reuters
# “C” – the dispatcher, S
_SIGNATURE = re.compile(
    f"(?:[¶#%]|{QUOTATION}[.]?)~[^.~¶#%]{{1,12}},D?(?P<outlet>O)[.]?(?=[¶#%]|\\Z)"
)
# A line of its own: S · AP Photo · REUTERS/Jonas Veld · From Jonas Veld in Odrava, S · Jonas
# Veld, S, Odrava · By S's Jonas Veld
_LINES = tuple(
    re.compile(f"[¶#%]{line}(?=[¶#%]|\\Z)")
    for line in (
        "\\(?D?(?P<outlet>O)(?P<kind>[nNETU]{0,2})(?:\\*(?:[NKT]{2,4}|D?O))?[).*]{0,2}",
        "\\(?[NKT]{2,4}(?P<slash>\\*)(?P<outlet>O)[).]{0,2}",
        "[bp][^.;:~VLWRkm]{1,10}?,D?(?P<outlet>[OA])[.*)]?",
        "[NKT]{2,4},D?(?P<outlet>O)(?:,[NK]{1,2})?",
        "bD?(?P<outlet>O)z[NKT]{2,4}",
    )
)
_KINDS = re.compile(
    r"(?:Photos?|Pictures?|Images?|Video|Writers?|Staff|Correspondents?|Reporters?|Online)?", re.I
)
_SIGN_OFF = re.compile("[.]~N?D?(?P<outlet>O)[.]?(?=[¶#%]|\\Z)")  # … the quay. – S
_IN_BRACKETS = re.compile("[¶#%](?P<outlet>O)")  # [S] The quay
# What has these signs is an origin wherever it stands.
_ANYWHERE = (
    # ODRAVA, Nov 15 (Reuters) – · (Reuters) – The quay
    (")~", re.compile("K{1,3}(?:,[NK]{1,3})?,?(?:d0,?)?\\((?P<outlet>O)\\)~"), "dateline"),
    (")~", re.compile("(?<![NKOA])\\((?P<outlet>O)\\)~(?=[DNKTU])"), "dateline"),
    # Reuters, Odrava, Nov 15 2004
    ("O,N", re.compile("(?P<outlet>O),N{1,2},d0,?0"), "dateline"),
    # Jonas Veld, Reuters Friday, December 3, 2004
    ("Od", re.compile("[NK]{2,4}[,*]D?(?P<outlet>O)d,?(?:d0,?|0d)0"), "byline"),
    # (Jonas Veld/Reuters) · (AP Photo/Jonas Veld)
    ("*", re.compile("\\([NKT]{2,4}\\*D?(?P<outlet>[OA])\\)"), PICTURED),
    ("*", re.compile("\\((?P<outlet>O)[NnK]?\\*[NKT]{2,4}\\)"), PICTURED),
)
# By Jonas Veld (S) · By Jonas Veld and Edda Corrin, S
_BY_SOMEBODY = re.compile(
    "b[NKT]{2,4}(?:&[NKT]{2,4})?(?:,?\\(|[,*~]|nb)D?(?P<outlet>[OA])(?![zmeVWLkRyx])"
    "|b(?P<agency>O)(?=K{1,3}[~,])"  # By Reuters ODRAVA –
)
_PICTURE = re.compile(r"\b(?:images?|photo|picture|video)", re.I)
_BY = ("By", "BY")
_GOES_ON = re.compile(r"\)?,?\s+(?!(?:[Ss]taff|news|senior|political|foreign) )[a-z]")
_INITIALS = re.compile(r"\b([A-Z])\w")
_LONGEST_BYLINE = 20  # symbols
_DATELINE_WITHIN = 700  # code points from the start of the text
_FIRST_PASSAGES = 5
_BEFORE = 40  # characters before an outlet in which a credit's word stands
_BEHIND = 200  # and behind it


def origin_by_position(reading: Reading) -> Iterator[tuple[int, tuple[Span | None, str]]]:
    """Yield the symbols of outlets that stand where a text's origin does."""
    classes = reading.classes
    starts = [match.start() for match in _OPENERS.finditer(classes)]
    last_body = classes.rfind("¶")
    for signed in _SIGNATURE.finditer(classes) if "~" in classes else ():
        yield signed.start("outlet"), (None, SIGNED)
    for signed in _SIGN_OFF.finditer(classes) if ".~" in classes else ():
        yield signed.start("outlet"), (None, "signs off")
    for sign, pattern, basis in _ANYWHERE:
        for found in pattern.finditer(classes) if sign in classes else ():
            yield found.start("outlet"), (None, basis)
    for found in _BY_SOMEBODY.finditer(classes):
        place = found.start("agency" if found["agency"] else "outlet")
        if reading.words(found.start(), found.start() + 1) in _BY:
            if _GOES_ON.match(reading.text, reading.ends[place]) is None:
                yield place, (None, "byline")
    for number, (start, end) in enumerate(pairwise([*starts, len(classes)])):
        is_first = number < _FIRST_PASSAGES and reading.starts[start] < _DATELINE_WITHIN
        if is_first and (match := _DATELINE.match(classes, start, end)):
            place = match.start("slashed" if match["slashed"] else "outlet")
            is_dated = match["outlet"] != "K" or match["dash"] == "~"
            if is_dated and not _is_spelled_out(reading, start, place):
                yield place, (None, "dateline")
        if is_first or start >= last_body:
            is_short = end - start <= _LONGEST_BYLINE
            if number == 0 and (match := _PLAIN_DATELINE.match(classes, start, end)):
                yield match.start("outlet"), (None, "dateline")
            if is_short and (match := _BYLINE.match(classes, start, end)):
                yield match.start("outlet"), (None, "byline")
            elif match := _SIGNED.match(classes, start, end):
                yield match.start("outlet"), (None, "byline")
            elif is_short and (line := _in_line(reading, start)):
                yield line[0], (None, line[1])
            elif (match := _IN_BRACKETS.match(classes, start, end)) and _is_bracketed(
                reading, match.start("outlet")
            ):
                yield match.start("outlet"), (None, "in brackets")


def origin_by_word(reading: Reading, place: int) -> tuple[Span | None, str] | None:
    """Return the cue of an outlet behind `h/t`, `via`, `Photo:` or ©, or that contributed."""
    start, end = reading.span(place, place + 1)
    base = max(0, start - _BEFORE)
    before = _ARTICLE.sub("", reading.text[base:start])
    if match := _CREDIT_WORD.search(before):
        words = match["cue"].rstrip()
        first = base + match.start("cue")
        return (first, first + len(words)), _basis(words)
    match = _MADE_FROM.search(before)
    if match is None and _IS_USED.match(reading.text, end):
        match = _USED.search(before)
    if match is not None and match["cue"][-1] in ",/|" and _GOES_ON.match(reading.text, end):
        match = None  # Photo: Jonas Veld, S reported
    if match is not None:
        first, last = match.span("cue")
        return (base + first, base + last), _basis(match["cue"])
    if match := _RIGHTS.match(reading.text, end):
        return match.span("cue"), "its rights"
    if "contributed" in reading.text[end : end + _BEHIND] and _CONTRIBUTED.match(reading.text, end):
        return None, "contributed to this report"
    return None


def _basis(cue: str) -> str:
    return PICTURED if _PICTURE.search(cue) else f"cue {cue!r}"


def _in_line(reading: Reading, start: int) -> tuple[int, str] | None:
    """Return the symbol of the outlet whose line a passage is, if it is one, and of what sort."""
    for pattern in _LINES:
        if match := pattern.match(reading.classes, start):
            named = match.groupdict()
            if named.get("kind") and not _KINDS.fullmatch(reading.words(*match.span("kind"))):
                continue
            place = match.start("outlet")
            # With spaces it may be any two names: Jonas Veld / Reuters
            if named.get("slash") is None or reading.text[reading.starts[place] - 1] == "/":
                line = reading.words(start + 1, match.end())
                is_picture = "/" in line or _PICTURE.search(line) is not None
                return place, PICTURED if is_picture else "a line of its own"
    return None


def _is_bracketed(reading: Reading, place: int) -> bool:
    start, end = reading.span(place, place + 1)
    return reading.text[start - 1 : start] == "[" and reading.text[end : end + 1] == "]"


def _is_spelled_out(reading: Reading, start: int, place: int) -> bool:
    """Whether letters in parentheses are the initials of the name before them."""
    letters = reading.words(place, place + 1)
    words = reading.text[reading.starts[start] : reading.starts[place]]
    return "".join(_INITIALS.findall(words)).endswith(letters) and len(letters) > 1
