"""Who is credited: the words of a party to its kind, and to the outlet that they mean.

Short names (`the Post`), ambiguous ones (`Time`, `ABC`) and back-references (`the newspaper`, `the
report`, `it`) mean an outlet only together with what the document said before.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dedup.attribution.countries import likeliest, outlet_of
from dedup.attribution.outlets import AMBIGUOUS, SHORT, SURE, UNLISTED, Surface, is_site
from dedup.attribution.reading import Found, Reading, Span
from dedup.attribution.references import Party, back_reference, last_party, mentioned_before

# of the Orrin Ports Authority, who work at Lodden · [a BBC report] by Edda Corrin
_TAIL = re.compile("(?<=.)[ptq(]|(?<=[OA]Y)b")
# CNN affiliate KODR · FOX station KODR-TV · the BBC's US media partner CBS
_AFFILIATE = re.compile("(?:[OA]n{1,2}|[OA]z[nNKU]{0,3}n|[OA](?=H))H?O(?=H?\\Z)")
_BOARD = re.compile("[OAS]z?Y[GH]\\Z")  # its editorial board
# The official news agency Xinhua · a reporter for Reuters · Jonas Veld of the Guardian
_OFFICIAL = re.compile("T(?:H[OA]|[OA]H?)\\Z")
_EMPLOYED = re.compile("(?:D?[nNK]{0,3}(?P<job>T)|[NK]{2,3})pD?[nNHK]{0,3}?(?P<outlet>[OA])")
_SITE_OF = re.compile("(?P<site>D?[nN]{0,2}H)pD?[nN]{0,3}?(?:(?P<outlet>[OA])|[NKG])")
_ITS_REPORT = re.compile("DHz[nN]{0,2}[YG]")  # the newspaper's report
_UNLISTED = re.compile("([NK]{1,4})H")
# Nouns for outlets that end the names of others as well.
_NO_OUTLET = re.compile(
    "Network|Paper|Site|Web Site|Website|Wire|Portal|Publication|Blog|Outlet|Station"
)
_JOURNALIST = re.compile(
    r"\b(?:reporter|correspondent|journalist|columnist|anchor|writer|photographer|presenter"
    r"|newsreader|cameraman|stringer|witness)s?\b"
)
_CREW = re.compile(r"\b(?:team|crew)$")
_MEDIA = re.compile(r"\b(?:media|outlets?|papers?|newspapers|agencies)$", re.I)  # state media S
_FORMER = re.compile(r"(?:(?:an?|the)\s+)?(?:former|ex-|then-)", re.I)
_SPOKEN = re.compile("sa(?:id|ys?|ying)|t(?:old|ells?|elling)|ask|add|repl(?:y|ie)", re.I)
# CNN, ABC and Fox News · Time, Newsweek and …: an ambiguous name among sure ones is an outlet's.
_LISTED_WITH = re.compile("O(?:,?&|,)D?\\Z")
_LIST_GOES_ON = re.compile("(?:,?&|,)D?O")
# Ferrystore.com, a company that sells oars
_OTHER_SITE = re.compile(
    r",\s+(?:an?|the)\s+(?![^,.]{0,40}\b(?:news|newspaper|magazine|blog|media)\b)[^,.]{0,40}"
    r"\b(?:site|website|company|firm|store|retailer|platform|portal|marketplace|service)\b"
)
# Cues that outlets have and persons rarely do: an ambiguous name with one is the outlet's.
PRESS_CUES = re.compile(
    r"report|publish|wrote|writ|obtain|reveal|broadcast|air|editorial|first|cit|quot|print|poll"
    r"|interview|investigat|according|estimat|ranked|listed|learned|confirm|^per$|^via$",
    re.I,
)


def identify(reading: Reading, first: int, last: int, cue: str) -> Party:
    """Return what the symbols from `first` to before `last` mean as a credited party.

    Args:
        reading: The document.
        first: First symbol of the party.
        last: Symbol behind it.
        cue: The words of the cue.
    """
    classes = reading.classes[first:last]
    if classes in ("I", "i"):
        return Party("person" if classes == "I" else "unnamed")
    if classes == "j":
        return last_party(reading, first, cue) or Party("organisation", certainty="guess")
    tail = _TAIL.search(classes)
    core = classes[: tail.start()] if tail else classes
    head = core.rstrip("d0yn")[-1:] or core[-1]
    is_person = "T" in core and head not in "GUHYE"
    if is_person and (named := _OFFICIAL.search(core)):
        office = first + named.start()
        is_person = not reading.words(office, office + 1).lower().endswith("official")
    if tail and (employed := _EMPLOYED.match(classes)):
        party = _employee(reading, first, employed, cue)
        if party is not None:
            return party
    if head == "H" and tail and (of := _SITE_OF.match(classes)):
        if reading.words(first + of.end("site"), first + of.end("site") + 1).lower() == "of":
            return (
                of["outlet"] and _named_outlet(reading, first + of.start("outlet"), core, cue)
            ) or Party("organisation")
    if core.endswith(("UO", "UA")):
        group = reading.words(first, first + len(core) - 1)
        if not _MEDIA.search(group):
            return Party("unnamed")  # the protesters Reuters [interviewed]
    if not is_person and (found := re.search("[OAS]", core)) and head != "U":
        rest = core[found.end() :]
        if _BOARD.search(core):
            party = _named_outlet(reading, first + found.start(), core, "editorial")
            return party or Party("organisation")
        affiliate = _AFFILIATE.search(core)
        if rest.startswith("z") and not affiliate and not re.search("[HYE]", rest):
            # CNN's Jake Tapper: a person, who speaks for the outlet.
            return _of_outlet(reading, first + found.start(), core, cue)
        is_crew = _CREW.search(reading.words(first, first + len(core))) is not None
        if head in "OASHYE" or rest.strip("NK") == "" or is_crew:
            named = affiliate or found
            party = _named_outlet(reading, first + named.end() - 1, core, cue)
            if party is not None:
                return party
            if is_site(reading.surface(first + found.start()).words):
                return Party("organisation")
    if is_person:
        named = re.search("O", core)
        if _FORMER.match(reading.words(first, first + len(core))):
            return Party("person")
        if named and _JOURNALIST.search(reading.words(first, first + len(core))):
            return _of_outlet(reading, first + named.start(), core, cue)
        return Party("person")
    if head == "U":
        named = re.search("O", core)
        if named and _JOURNALIST.search(reading.words(first, first + len(core))):
            return replace(_of_outlet(reading, first + named.start(), core, cue), kind="unnamed")
        return Party("unnamed")
    if classes[-1] == "R":
        return Party("unnamed")  # press reports
    if head in "HY" and (unlisted := _UNLISTED.search(core)):
        return _unlisted(reading, first, unlisted)
    if _ITS_REPORT.fullmatch(core):
        party = back_reference(reading, first, first + 2, "H")
        if party is not None:
            return party
    if head in "HYG":
        party = back_reference(reading, first, first + len(core), head)
        if party is not None:
            return party
    if head in "GHYEK" or classes[len(core) : len(core) + 2] == "(K":
        return Party("organisation")
    if "G" in core:
        return Party("organisation")
    if core[0] == "D" and head in "NA":
        return Party("organisation", certainty="likely")  # the Kremlin
    return Party("person", certainty="sure" if "N" in core else "guess")


def _unlisted(reading: Reading, first: int, match: re.Match[str]) -> Party:
    """Return what a name and a noun for an outlet mean: `the Odrava Courier newspaper`."""
    name = reading.words(first + match.start(1), first + match.end(1))
    noun = reading.words(first + match.end(1), first + match.end())
    article = reading.words(first, first + 1).lower() if match.start(1) else ""
    if noun in ("daily", "weekly") and reading.classes[first + match.end() :][:1] == "n":
        return Party("organisation")  # the Odrava Ports weekly meeting
    if noun[:1].isupper():
        if _NO_OUTLET.fullmatch(noun):  # the Odrava Action Network
            return Party("organisation")
        name = f"{name} {noun}"
    elif article in ("a", "an"):  # a Paris newspaper
        return Party("organisation")
    opens = reading.classes[first - 1 : first] in tuple("¶#%.:")
    if not article and opens and " " not in name and _NO_OUTLET.fullmatch(noun.title()):
        return Party("organisation")  # Launch site: Odrava
    return Party("outlet", UNLISTED + name, "likely")


def _employee(reading: Reading, first: int, match: re.Match[str], cue: str) -> Party | None:
    """Return a journalist of an outlet, named by work (`a reporter for S`) or as one `of S`."""
    job, place = match.start("job"), first + match.start("outlet")
    if job >= 0:
        is_one = _JOURNALIST.search(reading.words(first + job, first + job + 1).lower()) is not None
    else:
        preposition = first + match.group().index("p")
        is_one = reading.words(preposition, preposition + 1).lower() == "of"
        if is_one and _SPOKEN.match(cue):  # whom an outlet employs speaks as a person
            return Party("person")
    return _of_outlet(reading, place, match["outlet"], cue) if is_one else None


def _of_outlet(reading: Reading, place: int, core: str, cue: str) -> Party:
    """Return a person who speaks for an outlet."""
    party = _named_outlet(reading, place, core, cue)
    outlet = party.outlet if party else None
    return Party("person", None if _is_body(reading, outlet) else outlet, "likely")


def _named_outlet(reading: Reading, place: int, core: str, cue: str) -> Party | None:
    surface = reading.surface(place)
    span = reading.span(place, place + 1)
    if is_site(surface.words) and not _is_news_site(reading, place, core, cue, surface):
        return None
    if surface.certainty == SURE:
        return Party("outlet", outlet_of(reading, place))
    before = mentioned_before(reading, place)
    known = [outlet for outlet in before if outlet in surface.outlets]
    if known:
        return Party("outlet", known[-1], "sure", before[known[-1]])
    if reading.own in surface.outlets:
        return Party("outlet", reading.own, "likely")
    if surface.certainty == SHORT:
        # Nothing before it says which Post this is.
        return Party("outlet", None, "guess", None, surface.outlets, is_reference=True)
    is_supported = (
        re.search("A[HY]|HA", core) is not None
        # The corpus calls an outlet so, by more than a word.
        or (surface.outlets[0].startswith(UNLISTED) and " " in surface.words)
        or (core == "A" and surface.words.lower().startswith("the "))  # The Times said
        or PRESS_CUES.search(cue) is not None
        or reading.emphasised.get(span[0]) == span[1]
        or _LISTED_WITH.search(reading.classes, max(0, place - 4), place)
        or _LIST_GOES_ON.match(reading.classes, place + 1)
        or (place > 0 and reading.classes[place - 1] == "D" and surface.words.isupper())
    )
    if surface.certainty == AMBIGUOUS and not is_supported:
        is_word = surface.words.istitle() and reading.classes[place - 1] in ".¶#%PQ:"
        if is_word or not surface.words.isupper():
            return None
    outlets = surface.outlets
    if len(outlets) > 1:
        return Party("outlet", likeliest(reading, outlets), "guess", None, outlets)
    return Party("outlet", outlets[0], "likely")


def _is_news_site(reading: Reading, place: int, core: str, cue: str, surface: Surface) -> bool:
    """Whether an address names an outlet: the gazetteer's, or one that is said to report."""
    if not surface.outlets[0].startswith(UNLISTED):
        return True
    text, end = reading.text, reading.ends[place]
    if _OTHER_SITE.match(text, end):
        return False
    return "H" in core or reading.classes[place - 2 : place] == "H," or bool(PRESS_CUES.search(cue))


_SIMPLE = re.compile("D{0,2}[TKNOAS0d]*[KNOAS]z?[YE]?(?:\\([NKOA]+\\))?")
_PUBLISHED = re.compile(  # a report in the paper · a column by Edda Corrin in the paper
    "(?P<noun>D?[nN0]*[nYEU](?:b[TNK]{1,3})?)(?:[bp](?:dz)?|c)(?P<party>D?[OAS].*|(?<=[bp])DH)"
)
# outlets including S · media outlets R and S
_INCLUDING = re.compile("D{0,2}[nN]{0,2}U{0,2}[UH](?:,?n)?(?P<named>D?[OA])")
# Reuters and [other media] · Reuters and AFP news agencies
_AND_OTHERS = re.compile(
    "(?P<named>D?[OA]H?(?:,D?[OA]H?)*),?&(?P<others>D[DnN]{0,3}[UH])"
    "|(?P<agencies>D?[OA](?:,D?[OA])*,?&D?[OA])n{0,2}U"
)


def split_party(reading: Reading, first: int, last: int) -> list[Span]:
    """Return the symbols of each party that a phrase names.

    `The Guardian and Le Monde` are two; of `a report from the BBC` it is the BBC.
    """
    classes = reading.classes[first:last]
    if match := _PUBLISHED.fullmatch(classes):
        first += match.start("party")
        classes = match["party"]
    elif match := _INCLUDING.match(classes):
        word = first + match.start("named") - 1
        is_list = classes[match.start("named") - 1] in "UH" and "&" in classes
        if is_list or reading.words(word, word + 1).lower() == "including":
            return split_party(reading, first + match.start("named"), last)
    if "&" not in classes:
        return [(first, last)]
    if match := _AND_OTHERS.fullmatch(classes):
        named = "named" if match["others"] else "agencies"
        others = [(first + match.start("others"), last)] if match["others"] else []
        return [*split_party(reading, first, first + match.end(named)), *others]
    parts = re.split("[,&]+", classes)
    if not all(_SIMPLE.fullmatch(part) for part in parts):
        return [(first, last)]
    spans = []
    place = first
    for part in parts:
        while reading.classes[place] in ",&":
            place += 1
        is_both = part.startswith("D") and reading.words(place, place + 1).lower() == "both"
        spans.append((place + is_both, place + len(part)))  # both the BBC
        place += len(part)
    return spans


_MARK = re.compile('(?<=[ (])["“‘«„]')
_BODIES = ("advocacy", "government")


def _is_body(reading: Reading, outlet: str | None) -> bool:
    known = reading.gazetteer.outlets.get(outlet or "")
    return known is not None and known.kind in _BODIES


def describe(reading: Reading, party: Party, first: int, last: int, **fields: object) -> Found:
    """Return a row for a party named by the symbols from `first` to before `last`."""
    is_own = party.outlet is not None and party.outlet == reading.own
    is_body = _is_body(reading, party.outlet)
    has_marks = _MARK.search(reading.words(first, last)) is not None  # a “port aide”
    return Found(
        credited=(reading.content_span if has_marks else reading.span)(first, last),
        kind="organisation" if is_body and party.kind == "outlet" else party.kind,
        outlet=party.outlet,
        antecedent=party.antecedent, candidates=party.candidates, is_own=is_own,
        **fields,  # type: ignore[arg-type]
    )  # fmt: skip
