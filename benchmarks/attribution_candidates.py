"""Make candidates for credited parties, with what the text shows of each, for a trained model.

For outlets each mention is one: those that the gazetteer finds, and unlisted ones that the rules
find. For a quotation it is the parties near it, by the pattern that the rules have for a party, and
whom the rules give it to. Features are words, classes of words (`lexicon`) and, under a prefix of
their own, what the rules say; of names, the class alone.
"""

from __future__ import annotations

import re
import sys
import time
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from floors import read_rows
from quality_attribution import (
    ARTICLES,
    WIKINEWS,
    Row,
    Span,
    by_document,
    covers,
    meets,
    own_gold,
    polnear_gold,
    quoted_spans,
    same_outlet,
)

from dedup import Corpus
from dedup.attribution import gazetteer, grammar
from dedup.attribution.batches import cut_batches, read_batch
from dedup.attribution.parties import identify
from dedup.attribution.reading import Found, Reading
from dedup.corpus import collect_passages

POLNEAR, OURS = "polnear", "wikinews"
OUTLETS, QUOTATIONS = TASKS = ("outlets", "quotations")
SPOKEN = ("statement", "quoted")
RULE = "rule: "  # opens each feature that tells what the rules say
# Not tuned: symbols around a quotation in which its speaker is looked for, and around a mention of
# which words count wherever they stand.
AROUND, WINDOW = 60, 8
_OUTLET = re.compile("[OAS]")
_PARTY = re.compile(grammar.PARTY)
_QUOTATION = re.compile(grammar.QUOTATION)
_OPENERS = "¶#%"
_CLOSERS = (",", ".", ";")
_NO_WORD = frozenset("NK0OASQCPX?s")  # names, numbers and quotations: not the words themselves


@dataclass(frozen=True, slots=True)
class Candidate:
    """A party that may be credited.

    Attributes:
        corpus: POLNEAR or OURS.
        choice: What it stands for, of which one candidate at most is taken: a quotation, or the
            mention itself.
        row: What is found if it is taken.
        features: What the model sees.
        is_ruled: Whether the rules take it.
        is_right: Whether the gold credits it.
        is_wanted: Whether the gold credits anybody for the choice.
    """

    corpus: str
    choice: Span
    row: Row
    features: tuple[str, ...]
    is_ruled: bool
    is_right: bool
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Articles:
    """Articles with their gold, what the rules find, and the candidates of each task.

    Attributes:
        seconds: CPU seconds of the rules' reading, and of making candidates of each task.
    """

    corpus: str
    texts: dict[str, str]
    gold: list[Row]
    ruled: list[Row]
    tasks: dict[str, list[Candidate]]
    seconds: dict[str, float]


def read_polnear(data: Path, split: str) -> Articles:
    """Return the articles of a split of PolNeAR."""
    articles = [each for each in read_rows(data / ARTICLES) if each["split"] == split]
    records = [{name: each[name] for name in ("id", "outlet", "text")} for each in articles]
    return read_articles(POLNEAR, records, [*polnear_gold(data, {each["id"] for each in records})])


def read_wikinews(data: Path, half: str) -> Articles:
    """Return the articles of a half of our own gold."""
    ids, gold = own_gold(f"wikinews_{half}")
    texts = {each["id"]: each["text"] for each in read_rows(data / WIKINEWS)}
    records = [{"id": each, "outlet": "Wikinews", "text": texts[each]} for each in ids]
    return read_articles(OURS, records, gold)


def read_articles(name: str, records: Sequence[Mapping[str, Any]], gold: list[Row]) -> Articles:
    """Read articles by the rules, and make the candidates."""
    corpus = Corpus.from_records(records)
    with ThreadPoolExecutor() as executor:
        passages = collect_passages(corpus, shingle_size=3, executor=executor)
    outlets = gazetteer().with_labels({each["outlet"] for each in records})
    start = time.process_time()
    readings = [
        (records[row]["id"], reading)
        for batch in cut_batches(corpus, passages)
        for row, reading in read_batch(batch, outlets)
    ]
    seconds = {"rules": time.process_time() - start}
    real = by_document(gold)
    tasks = {}
    for task, candidates_of in ((OUTLETS, mention_candidates), (QUOTATIONS, speaker_candidates)):
        start = time.process_time()
        tasks[task] = [
            candidate
            for document, reading in readings
            for candidate in candidates_of(name, document, reading, real.get(document, []))
        ]
        seconds[task] = time.process_time() - start
    ruled = [row_of(document, found) for document, reading in readings for found in reading.found]
    texts = {each["id"]: each["text"] for each in records}
    return Articles(name, texts, gold, ruled, tasks, seconds)


def row_of(document: str, found: Found) -> Row:
    """Return what the rules found as a row."""
    content = () if found.content is None else (found.content,)
    return Row(document, (found.credited,), (), content, found.outlet, found.kind, found.relation)


def mention_candidates(
    corpus: str, document: str, reading: Reading, gold: Sequence[Row]
) -> Iterator[Candidate]:
    """Yield the mentions of outlets: of the gazetteer, and unlisted ones that the rules find."""
    tokens, firsts = tokens_of(reading), [each.first for each in reading.sentences()]
    firsts.append(len(tokens))
    mentions = [(each.start(), each.end()) for each in _OUTLET.finditer(reading.classes)]
    spans = [reading.span(*each) for each in mentions]
    for found in reading.found:
        if found.outlet and not meets([found.credited], spans):
            mentions.append(symbols_at(reading, found.credited))
            spans.append(found.credited)
    # Of PolNeAR who says something is marked, of our own every relation to an outlet.
    counting = [
        found for found in reading.found
        if (found.relation in SPOKEN if corpus == POLNEAR else found.outlet is not None)
    ]  # fmt: skip
    real = [row for row in gold if corpus == POLNEAR or row.kind == "outlet"]
    for mention, span in zip(mentions, spans, strict=True):
        rules = [found for found in counting if meets([found.credited], [span])]
        party = identify(reading, *mention, "reported")
        row = Row(document, (span,), (), (), party.outlet, "outlet", "statement")
        if rules:
            row = row_of(document, rules[0])
        elif party.outlet is None and reading.classes[mention[0]] in "OAS":
            row = replace(row, outlet=reading.surface(mention[0]).outlets[0])
        is_right = any(
            covers(each.credited, span, 1) if corpus == POLNEAR else same_outlet(row, each)
            for each in real
        )
        features = [
            *mention_features(reading, tokens, firsts, mention),
            f"may be {party.kind}, {party.certainty}",
            f"mentions {bucket(len(mentions))}",
            *(rule_feature(found) for found in rules),
        ]
        if not rules:
            features.append(RULE + "none")
        if any(covers([found.content], span) for found in reading.found if found.content):
            features.append(RULE + "in what somebody says")
        yield Candidate(
            corpus, span, row, tuple(map(sys.intern, features)), bool(rules), is_right, is_right
        )


def mention_features(
    reading: Reading, tokens: Sequence[str], firsts: Sequence[int], mention: Span
) -> Iterator[str]:
    """Yield what the text shows of a mention."""
    classes, (first, last) = reading.classes, mention
    number = bisect_right(firsts, first) - 1
    start, end = firsts[number], firsts[number + 1]
    yield from features_around(classes, tokens, first, last, "")
    for token in {*tokens[max(start, first - WINDOW) : first]}:
        yield f"before {token}"
    for token in {*tokens[last : min(end, last + WINDOW)]}:
        yield f"behind {token}"
    cues = [match.start() for match in grammar.CUES.finditer(classes, start, end)]
    for cue in [cue for cue in cues if cue < first][-1:]:
        yield f"cue before {tokens[cue]}"
        yield f"cue before at {bucket(first - cue)}, {classes[cue]}"
    for cue in [cue for cue in cues if cue >= last][:1]:
        yield f"cue behind {tokens[cue]}"
        yield f"cue behind at {bucket(cue - last)}, {classes[cue]}"
    yield f"quotation before {_QUOTATION.search(classes, start, first) is not None}"
    yield f"quotation behind {_QUOTATION.search(classes, last, end) is not None}"
    yield f"symbols before {bucket(first - start)}"
    yield f"symbols behind {bucket(end - last)}"
    yield f"passage {classes[opener_before(classes, first)]}"
    yield f"in the sentence {len(_OUTLET.findall(classes, start, end))}"
    if classes[first] in "OAS":
        surface = reading.surface(first)
        known = reading.gazetteer.outlets.get(surface.outlets[0])
        yield f"name {surface.certainty}"
        yield f"outlet {known.kind if known else 'unlisted'}"


def speaker_candidates(
    corpus: str, document: str, reading: Reading, gold: Sequence[Row]
) -> Iterator[Candidate]:
    """Yield for each quotation the parties near it, and whom the rules give it to."""
    classes, tokens = reading.classes, tokens_of(reading)
    spoken = [each for each in gold if corpus == POLNEAR or each.relation in SPOKEN]
    ruled = [found for found in reading.found if found.relation in SPOKEN and found.content]
    ruled.sort(key=lambda found: found.content[1] - found.content[0] if found.content else 0)
    for span in quoted_spans(reading.text):
        first, last = symbols_at(reading, span)
        if first == len(classes) or reading.starts[first] >= span[1]:
            continue  # in no passage
        opener = opener_before(classes, first)
        start = max(first - AROUND, opener_before(classes, opener))
        end = min(last + AROUND, len(classes))
        parties = [
            party for party in parties_in(classes, start, end)
            if party[1] <= first or party[0] >= last
        ]  # fmt: skip
        owners = [row for row in spoken if row.credited and covers(row.content, span)]
        by_rule = next(
            (each for each in ruled if each.content and covers([each.content], span)), None
        )
        own = None
        if by_rule is not None:
            own = symbols_at(reading, by_rule.credited)
            parties = [party for party in parties if not meets([party], [own])]
            parties.append(own)
        for party in sorted(parties):
            place = by_rule.credited if by_rule and party == own else reading.span(*party)
            features = [*pair_features(classes, tokens, (first, last), party, parties)]
            if by_rule is None:
                features.append(RULE + "none")
            else:
                features.append(rule_feature(by_rule) if party == own else RULE + "another")
            if any(meets([found.credited], [place]) for found in ruled):
                features.append(RULE + "says something")
            yield Candidate(
                corpus, span, Row(document, (place,), (), (span,), relation="statement"),
                tuple(map(sys.intern, features)), party == own,
                any(meets([place], row.credited) for row in owners), bool(owners),
            )  # fmt: skip


def parties_in(classes: str, first: int, last: int) -> list[Span]:
    """Return the parties among some symbols, with their appositions: `Lena Dahl, the minister,`."""
    parties: list[Span] = []
    for match in _PARTY.finditer(classes, first, last):
        start, end = match.span()
        if (
            parties
            and classes[parties[-1][1] : start] == ","
            and classes[end : end + 1] in _CLOSERS
        ):
            start, _ = parties.pop()
        parties.append((start, end))
    return parties


def pair_features(
    classes: str, tokens: Sequence[str], quotation: Span, party: Span, parties: Sequence[Span]
) -> Iterator[str]:
    """Yield what the text shows of a quotation and a party."""
    (first, last), (start, end) = quotation, party
    is_before = end <= first
    side = "before" if is_before else "behind"
    low, high = (end, first) if is_before else (last, start)
    between = classes[low:high]
    shape = between if len(between) < 6 else f"{between[:3]}…{between[-2:]}"
    passes = sum(low <= a and b <= high for a, b in parties)
    words = classes[start:end]
    kind = words if len(words) == 1 else next((c for c in "OAUTNKGHYE" if c in words), "n")
    is_alone = classes[first - 1] in _OPENERS and classes[last : last + 1] in _OPENERS
    alone = "alone" if is_alone else "with more"
    yield f"{side} {shape}"
    yield f"{side} {shape} {kind}"
    yield f"{side} at {bucket(len(between))}"
    yield f"{side} past {min(passes, 4)} parties"
    yield f"{side} {kind}"
    yield f"{side} {classes[first]} {alone}"
    yield f"{side} past {bucket(len(re.findall('[.P]', between)))} sentences"
    yield f"{side} past {len(re.findall('[¶#%]', between))} paragraphs {alone}"
    yield f"{side} past {min(len(_QUOTATION.findall(between)), 3)} quotations"
    for place in range(low, high):
        if grammar.CUES.match(classes[place]) and high - low < 2 * WINDOW:
            yield f"{side} past {tokens[place]}"
    yield from features_around(classes, tokens, start, end, f"party {side}")
    yield from features_around(classes, tokens, first, last, f"quotation {side}")


def features_around(
    classes: str, tokens: Sequence[str], first: int, last: int, name: str
) -> Iterator[str]:
    """Yield the words and the classes right before and behind some symbols."""
    for n in range(1, 4):
        if first >= n:
            yield f"{name} -{n} {tokens[first - n]}"
        if last + n <= len(tokens):
            yield f"{name} +{n} {tokens[last + n - 1]}"
    for n in range(2, 5):
        yield f"{name} -{classes[max(0, first - n) : first]}"
        yield f"{name} +{classes[last : last + n]}"


def tokens_of(reading: Reading) -> list[str]:
    """Return the words in lower case; of names, numbers, marks and quotations their class."""
    text = reading.text
    return [
        each if each in _NO_WORD or not text[start:end][:1].isalpha() else text[start:end].lower()
        for each, start, end in zip(reading.classes, reading.starts, reading.ends, strict=True)
    ]


def symbols_at(reading: Reading, span: Span) -> Span:
    """Return the symbols that stand in a span; one at least."""
    first = bisect_right(reading.ends, span[0])
    return first, max(first + 1, bisect_left(reading.starts, span[1]))


def opener_before(classes: str, place: int) -> int:
    """Return the symbol that opens the passage before a symbol."""
    return max(0, *(classes.rfind(each, 0, place) for each in _OPENERS))


def rule_feature(found: Found) -> str:
    """Return what the rules say of a party."""
    return f"{RULE}{found.relation}, {found.basis}, {found.confidence}"


def bucket(n: int) -> int:
    """Return a number, a large one as the power of two below it."""
    return n if n < 4 else 1 << (n.bit_length() - 1)
