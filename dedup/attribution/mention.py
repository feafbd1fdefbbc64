"""An outlet's name in its sentence, with what stands around it: what rules for mentions read."""

from __future__ import annotations

import re

from dedup.attribution.parties import describe, identify
from dedup.attribution.reading import Found, Reading, Sentence, Span

_AROUND = 120  # characters read before and behind a name

# Also the day of its issue: in Saturday's New York Times.
_ARTICLE = re.compile(
    r"(?:\b(?:the|The|THE|an?|its|their|his|her)\s+)?"
    r"(?:\b(?:\w{3,6}day|[Tt]oday|(?:[Ll]ast|[Tt]his) (?:week|morning|night))['’]s\s+)?[\[“\"]?$"
)
_NAMED_WITH = re.compile(r"[Tt]he\s+")
_LONGEST_ARTICLE = 18  # characters, with a day, a mark and spaces
_NAMES = re.compile(r"[A-Z]\w{2,}")
_PRONOUNS = ("he", "she", "they")
_REFUSES = re.compile(r"\b(?:declin|refus|unavailable|respon[ds]|request)|n['’]t\b|\bnot\b", re.I)
_MEDIA = frozenset(
    "newspaper magazine agency network channel station website site host show programme program"
    " radio reporter anchor presenter journalist broadcaster daily weekly partner affiliate outlet"
    " firm service wire newswire portal tabloid broadsheet publication blog".split()
)
# What stands before an outlet that somebody spoke to, or that printed them: the news agency S,
# Jonas Veld of S.
_MEDIUM = re.compile(
    r"(?<![\w'’])(?:(?!(?:with|to|by|on|in|for|from|of|told|via|per|at)\b)[\w'’-]+\s+){0,3}\w+,?\s*$",
    re.I,
)
# What an outlet is called by whose and what it is: the US-funded S, Germany's S, the local S.
_DESCRIBED = re.compile(
    r"(?:\b(?:[\w-]+-(?:run|owned|based|backed|funded|controlled|language|leaning|wing)"
    r"|local|regional|national|state|official|semi-official|daily|weekly|rival|independent"
    r"|influential|respected|conservative|liberal|[A-Z]\w+(?:an|ish|ese|ch|ic|i)"
    r"|[A-Z][\w.-]+['’]s?)\s+){1,3}$"
)
# told [several news outlets, including] S · conducted by [outlets such as] S
_INCLUDED = re.compile(
    r"(?:(?:[Aa]|a\s+number\s+of|several|many|some|various|numerous|other|local|major|international"
    r"|national|news|media)\s+){0,3}(?:outlets|media|organi[sz]ations|newspapers|papers|networks"
    r"|agencies|websites|sites|broadcasters|channels),?\s+(?:including|such\s+as|like)\s+$"
)
_NAME_OF = re.compile(
    r"(?:(?:(?:host|anchor|presenter|reporter|correspondent|journalist|interviewer|columnist|editor)s?"
    r"\s+)?(?:[A-Z][\w.'’-]+\s+){1,3}|(?:(?:the|a|an|its|their)\s+)?(?:editor|editorial board"
    r"|(?:\b(?!(?:on|in|at|to|for|by|from)\b)[\w-]+\s+){0,2}(?:pages?|website|web site|columns?"
    r"|account|channel|feed|airwaves|cover|(?:print|online|weekend|international|\w+day) edition"
    r"|issue|newsroom)"
    r"|(?:[A-Z]\w+\s+\d+(?:,\s+\d{4})?|\d+\s+[A-Z]\w+(?:\s+\d{4})?)\s+(?:edition|issue))\s+)of\s+$"
)


# S on Monday [published C]
_ON_DAY = re.compile(
    r",?\s+(?:on\s+)?(?:\w{3,6}day|today|yesterday)(?:\s+(?:morning|afternoon|evening|night))?,?"
    r"(?=\s+[a-z]+(?:ed|s|w|nt|ke|t|d)\b)"
)


class Mention:
    """An outlet's name with what stands around it.

    Attributes:
        before: The text before it in the sentence, without its article and what it is called.
        whole: The same with them.
        after: The text behind it.
        base: Where `before` starts in the document.
        begin: The symbol of its article, or its own.
        last_word: The last word of `before`, in lower case.
        before_sentence: The sentence before its own, if there is one.
        next_sentence: The one behind it.
    """

    def __init__(
        self, reading: Reading, place: int, sentence: Sentence,
        before_sentence: Sentence | None = None, next_sentence: Sentence | None = None,
    ) -> None:  # fmt: skip
        self.before_sentence, self.next_sentence = before_sentence, next_sentence
        start, end = reading.span(place, place + 1)
        self.reading, self.place, self.sentence = reading, place, sentence
        self.base = max(reading.starts[sentence.first], start - _AROUND)
        self.whole = reading.text[self.base : start]
        if named := _NAMED_WITH.match(reading.text, start, end):  # the name has its article
            self.whole += named.group()
        dated = _ON_DAY.match(reading.text, end, end + _AROUND)
        self.end = dated.end() if dated else end
        self.after = reading.text[self.end : self.end + _AROUND]
        before = reading.text[self.base : start]
        self.before = _without_article(_without_name(_without_article(before)))
        self.last_word = _last_word(self.before)
        has_article = place > sentence.first and reading.words(place - 1, place).lower() == "the"
        self.begin = place - 1 if has_article else place

    def row(
        self, cue_like: str, *, cue: Span | None, content: Span | None, relation: str,
        quotation: str, basis: str, is_sure: bool = True,
    ) -> Found | None:  # fmt: skip
        """Return the row of this outlet; None where the name is somebody else's."""
        party = identify(self.reading, self.place, self.place + 1, cue_like)
        if party.kind != "outlet":
            return None
        return describe(
            self.reading, party, self.begin, self.place + 1, cue=cue, content=content,
            relation=relation, quotation=quotation,
            confidence="high" if is_sure and party.certainty == "sure" else "medium", basis=basis,
        )  # fmt: skip

    def speaker(self) -> Found | None:
        """Return the first row of the sentence in which somebody else says something."""
        for row in self.sentence.rows:
            if row.relation == "statement" and row.content and row.kind != "outlet":
                return row
        return None

    def outer_speaker(self) -> Found | None:
        """Return who says something in the sentence that this mention is no part of."""
        place = self.reading.starts[self.place]
        for row in self.sentence.rows:
            if row.relation in ("statement", "quoted") and row.content and row.kind != "outlet":
                if not row.content[0] <= place < row.content[1]:
                    return row
        return None

    def answer(self) -> Found | None:
        """Return what somebody says in the next sentence, unless this one or that has none."""
        behind = self.next_sentence
        if behind is None or self.speaker() is not None:
            return None
        if _REFUSES.search(self.reading.words(behind.first, behind.last)):
            return None
        for row in behind.rows:
            if row.relation == "statement" and row.content and row.kind in ("person", "unnamed"):
                named = self.reading.text[slice(*row.credited)]
                is_asked = any(word in self.after for word in _NAMES.findall(named))
                return row if is_asked or named.lower() in _PRONOUNS else None
        return None

    def named_in(self) -> Found | None:
        """Return the row of a person whose words name this outlet, too."""
        start = self.reading.starts[self.place]
        for row in self.sentence.rows:
            if row.kind == "person" and row.credited[0] < start < row.credited[1]:
                return row
        return None

    def kind(self) -> str:
        """Return the gazetteer's kind of the outlet that the name most likely means."""
        outlets = self.reading.gazetteer.outlets
        known = outlets.get(self.reading.surface(self.place).outlets[0])
        return known.kind if known else ""


def _without_article(text: str) -> str:
    match = _ARTICLE.search(text, max(0, len(text) - _LONGEST_ARTICLE))
    return text[: match.start()] if match else text


def _without_name(text: str) -> str:
    """Return a text without what an outlet is called before its name."""
    word = _last_word(text)
    if word in ("including", "as", "like") and (several := _INCLUDED.search(text)):
        return text[: several.start()]
    pattern = _MEDIUM if word in _MEDIA else _NAME_OF if word == "of" else None
    match = pattern.search(text) if pattern else None
    text = _without_article(text[: match.start()]) if match else text
    described = _DESCRIBED.search(text)
    return text[: described.start()] if described else text


def _last_word(text: str) -> str:
    words = text.rsplit(None, 1)
    return words[-1].lower().rstrip(",") if words else ""
