"""Who speaks before a finite verb: where its subject stands, and what is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from dedup.attribution import grammar, lexicon
from dedup.attribution.reading import Reading, Span

SHOWS = re.compile(r"show|found|find|suggest|indicat|reveal|estimat|says|said|conclud|put", re.I)
# What no subject stands behind: in an essay [for Odrava Post] called “…”.
_BEHIND_PREPOSITION = re.compile("(?<![YE])[pt]\\Z|[bZ]\\Z")
_OUTLET_ALONE = re.compile("D?[OA](?:[,&]+D?[OA])*(?:[p(].*)?")
_ESSAY_FOR = re.compile("[pt]D?[OA]\\Z|[OA]pDn?E\\Z")
_SAYS = re.compile("sa(?:id|ys?)|t(?:old|ells?)|insist(?:ed|s)|warn(?:ed|s)|confirm(?:ed|s)", re.I)
_CLAIMS = re.compile("claims|reports", re.I)  # rarely what a minister or a board has
# the report in [the Courier], which said
_LAST_OUTLET = re.compile("(?<=[pt])D?[nN]{0,2}H?D?[OA]H?\\Z")
_OUTLET_WHICH = re.compile("[OA]H?,q[myx]*\\Z")  # praised by S, which [called] it dazzling
_HELPERS = "myxpdD"  # classes of what may stand between a subject, or its aside, and its cue
_REDUCED = 8  # symbols before a cue in which a reduced relative clause has its `by`
_PARTICIPLE = re.compile(
    "called|titled|entitled|headlined|dubbed|posted|released|conducted|taped|aired"
)


def subject_before(left: str, symbol: str, cue: str) -> tuple[int, int, bool] | None:
    """Return where the one who speaks stands before a cue, and whether an aside follows them.

    Args:
        left: The classes before the cue.
        symbol: The cue's class.
        cue: Its words.
    """
    for pattern, aside in _patterns(left, symbol, cue):
        if match := pattern.search(left):
            helpers = match["helpers"]
            if symbol in "vlouR" and not _agrees(match, symbol, cue):
                return None
            if "x" in helpers:  # did not say
                return None
            start = match.start("party")
            if pattern is grammar.BEFORE_RELATIVE:
                last = _LAST_OUTLET.search(left, start, match.end("party"))
                start = last.start() if last else start
            while left[start] in "dyz" and start + 1 < match.end("party"):
                start += 1  # On Friday Reuters · Friday's edition of S
            return start, match.end("party"), aside
    return None


def _patterns(left: str, symbol: str, cue: str) -> Iterator[tuple[re.Pattern[str], bool]]:
    """Yield what may match before a cue, in the order to try; what cannot is not tried."""
    is_behind_aside = left.rstrip(_HELPERS)[-1:] in (",", ")", "~")
    is_speech = symbol in "VLk"
    if is_behind_aside:
        yield grammar.BEFORE_NAMED, False
    if "je" in left:
        yield grammar.BEFORE_CLEFT, False
    if (is_speech or cue in ("read", "reads")) and "b" in left[-_REDUCED:]:
        yield grammar.BEFORE_REDUCED, False
    yield grammar.BEFORE_CUE, False
    if is_speech:
        yield grammar.BEFORE_DESCRIBED, False
    if is_behind_aside:
        yield grammar.BEFORE_APPOSED, True
        yield grammar.BEFORE_LIST, False
        yield grammar.BEFORE_ASIDE, True
        yield grammar.BEFORE_ASIDES, True
        yield grammar.BEFORE_HELPED, False
    is_told = is_speech or (cue not in lexicon.PAST_ONLY and _OUTLET_WHICH.search(left))
    if ",q" in left and is_told:
        yield grammar.BEFORE_WHO, False
        yield grammar.BEFORE_RELATIVE, False
    if is_speech and _SAYS.fullmatch(cue):
        yield grammar.BEFORE_COMMON, False
        if left.rstrip(_HELPERS).endswith(("nR", "UR")):
            yield grammar.BEFORE_REPORTS, False


def _agrees(match: re.Match[str], symbol: str, cue: str) -> bool:
    """Whether a base form, or a form that is a noun as well, is the verb of this subject."""
    party, helpers = match["party"], match["helpers"]
    if "m" in helpers:
        return symbol != "R"
    if party in "iIj":
        return True
    if symbol == "R" and cue.endswith("s"):
        heads = "NKOASHYTG" if _CLAIMS.fullmatch(cue) else "NKOASHY"
        return re.fullmatch(f"D?[NKOAnzUTGpD]*[{heads}]", party) is not None or party.endswith("U")
    return "U" in party or "&" in party or party.endswith("i")


def is_behind_preposition(reading: Reading, party: Span, before: str, cue: str) -> bool:
    """Whether an outlet before a verb ends what leads to the verb: an essay for S called “…”."""
    if _PARTICIPLE.fullmatch(cue) and _ESSAY_FOR.search(reading.classes, 0, party[1]):
        behind = reading.classes[party[1] + 1 : party[1] + 2]
        return behind in "QCPX?pyd" or not cue.startswith("called")
    if _OUTLET_ALONE.fullmatch(reading.classes, *party) is None:
        return False
    if reading.classes[party[1] : party[1] + 2] == ",q":  # told the Courier, which reported
        return False
    if _BEHIND_PREPOSITION.search(before) is None or (before.endswith("b") and SHOWS.match(cue)):
        return False
    return reading.words(party[0] - 1, party[0]).lower() != "before"
