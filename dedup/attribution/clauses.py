"""What stands behind a verb of speech: `S said (that) C`, and what outlets only do."""

from __future__ import annotations

import re

from dedup.attribution import grammar, lexicon
from dedup.attribution.contents import content_end, make_rows, relayed, without_stop
from dedup.attribution.grammar import QUOTATION
from dedup.attribution.reading import Found, Reading, Sentence, Span

_WEAK = "Wor"
# What outlets do without asserting anything.
_ACTS = re.compile(
    r"(?:sought|seek|ask|beg|invit|request|thank|want|welcom|apologi|hop(?:e|ing)|worr|wonder|considered"
    r"|expect|petition|examin|think|thought|believ|fear)", re.I,
)  # fmt: skip
_PRESS = re.compile(r"\b(?:media|outlets|newspapers|papers|press|agencies|networks)$", re.I)
_MODAL = re.compile("could|would|will|can|may|might|must|should|to", re.I)  # could put
_POSTS = re.compile("post(?:ed|s|ing)", re.I)  # a loss, or a picture
_FINDS = re.compile("finds?|shows?|casts?|holds?", re.I)  # unless it finds new ways
_STARTS = re.compile("began|begins?|continued?s?", re.I)  # and then does something
_BELIEVES = re.compile("(?:think|thought|believ|fe(?:el|lt)|hop)", re.I)
_ENDS_WITH = re.compile("conclud|beg[ia]n|open|continu", re.I)  # with a song
_READS = re.compile("reads?", re.I)  # a statement does: “C”; a person does a book
_PERSON_OF = re.compile("[OAS]z[NKT]")  # CNN's Tapper


def content_after(
    reading: Reading, cue: int, party: Span, told: Span | None, rest: str, last: int,
    sentence: Sentence,
) -> list[Found]:  # fmt: skip
    """Return the rows of `S said (that) C`, with `rest` the classes behind cue and listener."""
    start = last - len(rest)
    last = without_stop(reading.classes, last)
    for lead_in in (grammar.CITED, grammar.INTERPOSED, grammar.FOR_OUTLET):
        if (match := lead_in.match(rest)) and start + match.end() < last:
            start += match.end()
            rest = rest[match.end() :]
    circumstance = grammar.UNTIL_THAT.match(rest) or grammar.CIRCUMSTANCE.match(rest)
    skipped = circumstance.end() if circumstance else 0
    # After when and where, a mark, `that` or a quotation shows that content starts.
    if skipped and re.match(f"[,:h]|{QUOTATION}", rest[skipped:]):
        start += skipped
    lead = re.match("[,:]?h?[,:]?", reading.classes[start:last])
    start += lead.end() if lead else 0
    symbol = reading.classes[cue]
    end = content_end(reading, start, last)
    who = reading.classes[slice(*party)]
    words = reading.words(cue, cue + 1)
    is_asked = symbol == "W" and words.startswith("ask")
    is_press = words in lexicon.PAST_ONLY and _PRESS.search(reading.words(*party)) is not None
    is_plain = not is_press and (
        re.search(f"{QUOTATION}|[OSY]", reading.classes[start:end] + who) is None and "A" not in who
    )
    if words in lexicon.PAST_ONLY and (
        (re.search("[OASHYj]", who) is None and not is_press)
        or _PERSON_OF.search(who)
        or _MODAL.fullmatch(reading.words(cue - 1, cue))
        or reading.words(*party).endswith("interview")  # an interview [aired on S]
    ):
        return []
    if _ENDS_WITH.match(words) and reading.words(cue + 1, cue + 2).lower() == "with":
        return []
    is_told = re.search(f"{QUOTATION}|h", reading.classes[cue + 1 : end]) is not None
    if _POSTS.fullmatch(words) and re.fullmatch("D?[OA]|D?n?E", who) and not is_told:
        return []
    if _STARTS.match(words) and re.search("[OAHS]", who):
        if re.search(QUOTATION, reading.classes[start:end]) is None:
            return []
    if _FINDS.fullmatch(words) and who == "j" and _is_told(reading, party, sentence):
        return []
    if _READS.fullmatch(words) and not re.match(QUOTATION, reading.classes[start:end]):
        return []
    if symbol in _WEAK and (
        (is_plain and not _is_relayed(reading, cue, sentence))
        or (
            (is_asked or (re.search("[OAS]", who) and _ACTS.match(words)))
            and re.search(QUOTATION, reading.classes[start:end]) is None
        )
        or (
            reading.classes[slice(*party)] in ("I", "i", "j") and _is_told(reading, party, sentence)
        )
    ):
        return []
    if _BELIEVES.match(words) and _is_said(reading, cue, sentence):
        return []
    if start >= end:
        return []
    rows = make_rows(reading, cue, party, told, (start, end))
    return relayed(reading, rows, cue, (start, end))


def _said_by(reading: Reading, symbol: int, sentence: Sentence) -> set[str]:
    """Return the kinds of those in whose words a symbol stands."""
    place = reading.starts[symbol]
    return {
        row.kind
        for row in sentence.rows
        if row.content is not None and row.content[0] <= place < row.content[1]
    }


def _is_relayed(reading: Reading, cue: int, sentence: Sentence) -> bool:
    """Whether a cue stands in what an outlet says: whom it relays counts with any verb."""
    return "outlet" in _said_by(reading, cue, sentence)


def _is_said(reading: Reading, cue: int, sentence: Sentence) -> bool:
    """Whether a cue stands in what somebody says: what others believe is no speech of theirs."""
    return bool(_said_by(reading, cue, sentence) - {"outlet"})  # which may have it from them


def _is_told(reading: Reading, party: Span, sentence: Sentence) -> bool:
    """Whether a pronoun stands in what somebody said: they said so (she said she hopes)."""
    is_it = reading.classes[party[0]] == "j"  # what an outlet may call itself
    return bool(_said_by(reading, party[0], sentence) - (set() if is_it else {"outlet"}))
