"""Measure what is found of what articles say about their sources.

Two parts, on real text that is not the project's (`--data`, or DEDUP_BENCHMARK_DATA):

- `polnear`: 924 political articles with every attribution marked (Newell, Margolin and Ruths,
  PolNeAR, LREC 2018): attributed quotations with their speaker, outlets as source, the articles'
  wire agency, and exact spans. Scored on its dev articles; `--split train` reads the others.
- `wikinews`: articles annotated for this project (`docs/attribution-guidelines.md`): outlets as
  credited party, chains, back-references, quotations. Scored on the half that no rule was written
  on;
  `--half dev` reads the other.
- `wikinewssum`: the same of Wikinews articles of 2004, as wikitext, and of articles that they are
  made of (airKlizz/WikinewsSum @ 1d98503, its `cleaned_endataset.json` in a folder `wikinewssum`).

With `--check`, figures are held to `floors.json`. `--errors N` prints what was missed and what
is wrong, for reading.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from commands import add_data_option
from floors import check_floors, read_rows, sha256, update_floors

from dedup import Corpus, analyze
from dedup.attribution import gazetteer, outlet_name

KEY = "quality_attribution"
GOLD = Path(__file__).resolve().parent / "gold"
ARTICLES, SPANS = "polnear/articles.jsonl.gz", "polnear/gold.jsonl.gz"
WIKINEWS = "wikinews/articles.jsonl.gz"
WIKINEWSSUM = "wikinewssum/cleaned_endataset.json"
FILES = {
    "polnear": (ARTICLES, SPANS), "wikinews": (WIKINEWS,), "wikinewssum": (WIKINEWSSUM,)
}  # fmt: skip
SEED = 7
LEAST_WORDS = 5  # of a quotation that counts
WHOLE = 0.95  # of a quotation that whoever speaks it must have
# Published exact-span F1 on PolNeAR's test articles: CofeNet, docs/cofenet-detail-exp.pdf.
PUBLISHED = (
    ("Rule", 10.7, 22.8, 5.6),
    ("CoreNLP", 13.9, None, 17.5),
    ("CRF", 50.6, 53.4, 28.6),
    ("BiLSTM", 64.1, 63.3, 53.4),
    ("BERT + CofeNet", 83.2, 75.3, 72.9),
)

QUOTED = re.compile('“[^“”\n]*[”\n]|"[^"\n]*"')
WORD = re.compile(r"\w+")

Span = tuple[int, int]
Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One attribution, of the gold or found; spans in code points."""

    document: str
    credited: tuple[Span, ...]
    cue: tuple[Span, ...]
    content: tuple[Span, ...]
    outlet: str | None = None
    kind: str = ""
    relation: str = ""
    quotation: str = ""
    parent: int | None = None
    refers: bool = False
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """Right, found and wanted; precision, recall and F1 from them."""

    right: int
    found: int
    wanted: int
    right_wanted: int | None = None

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        right = self.right if self.right_wanted is None else self.right_wanted
        return right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __str__(self) -> str:
        return f"{self.precision:.3f} | {self.recall:.3f} | {self.f1:.3f}"


def main() -> int:
    """Measure, print the tables, and compare with the floors or rewrite them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--part", choices=FILES, action="append", help="default: all")
    add_data_option(parser)
    parser.add_argument("--split", choices=("train", "dev"), default="dev", help="of polnear")
    parser.add_argument("--half", choices=("dev", "scored"), default="scored", help="of our gold")
    parser.add_argument("--check", action="store_true", help="exit 1 where dedup is below a floor")
    parser.add_argument("--update", action="store_true", help="set the floors to what was measured")
    parser.add_argument(
        "--allow-regression", action="store_true", help="let --update lower a floor"
    )
    parser.add_argument(
        "--errors", type=int, default=0, metavar="N", help="also print N errors of each sort"
    )
    options = parser.parse_args()
    if options.half == "scored" and options.errors and {*(options.part or FILES)} - {"polnear"}:
        parser.error("the scored half is not for reading: --errors needs --half dev")
    measured: dict[str, dict[str, Any]] = {}
    for part in options.part or FILES:
        files = FILES[part]
        if options.data is None or not all((options.data / file).exists() for file in files):
            print(f"{part} skipped: no real text (--data or DEDUP_BENCHMARK_DATA)", file=sys.stderr)
            continue
        start = time.process_time()
        figures = PARTS[part](options)
        print(f"\n{part}: {time.process_time() - start:.0f} CPU-s", file=sys.stderr, flush=True)
        checksums = {file: sha256(options.data / file) for file in files}
        measured[part] = {"sha256": checksums, "figures": figures}
    if options.update:
        return update_floors(KEY, measured, allow_regression=options.allow_regression)
    return check_floors(KEY, measured) if options.check else 0


def find_rows(records: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Return what dedup finds, as rows; parents are indices of the list."""
    table = analyze(Corpus.from_records(records), only="attributions").table("attributions")
    rows = []
    for row in table.to_pylist():

        def span(name: str, row: Mapping[str, Any] = row) -> tuple[Span, ...]:
            start, end = row[f"{name}_start"], row[f"{name}_end"]
            return () if start is None else ((start, end),)

        rows.append(
            Row(
                row["document_id"], span("credited"), span("cue"), span("content"),
                row["credited_outlet"], row["credited_kind"], row["relation"], row["quotation"],
                row["parent_attribution_id"],
            )
        )  # fmt: skip
    return rows


def by_document(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each document."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.document].append(row)
    return groups


def measure_polnear(options: argparse.Namespace) -> Figures:
    """Attributed quotations, outlets, wire agencies and exact spans on PolNeAR."""
    every = read_rows(options.data / ARTICLES)
    articles = [article for article in every if article["split"] == options.split]
    texts = {article["id"]: article["text"] for article in articles}
    gold = by_document(polnear_gold(options.data, texts))
    found = by_document(
        find_rows({"id": a["id"], "outlet": a["outlet"], "text": a["text"]} for a in articles)
    )
    figures: Figures = {}
    quotations = score_quotations(texts, gold, found, options.errors)
    print("\n| polnear | P | R | F1 |\n|---|--:|--:|--:|")
    print(f"| quotations of {LEAST_WORDS} words or more, with their speaker | {quotations} |")
    outlets = score_mentions(texts, gold, found, options.errors)
    print(f"| outlets named as source | {outlets} |")
    figures |= {
        "quotations_f1": quotations.f1, "quotations_precision": quotations.precision,
        "outlets_f1": outlets.f1,
    }  # fmt: skip
    print("\n| exact spans, F1 | source | cue | content |\n|---|--:|--:|--:|")
    for name, *values in PUBLISHED:
        cells = " | ".join("-" if value is None else f"{value:.1f}" for value in values)
        print(f"| {name} (published, test articles) | {cells} |")
    for kind in (None, "direct", "mixed", "indirect"):
        scores = [
            exact_f1(texts, gold, found, name, kind) for name in ("credited", "cue", "content")
        ]
        cells = " | ".join(f"{100 * score.f1:.1f}" for score in scores)
        print(f"| dedup, {kind or 'all'} ({options.split} articles) | {cells} |")
    figures |= score_wires(every, found, options)
    return figures


def polnear_gold(data: Path, texts: Container[str]) -> Iterator[Row]:
    """Yield what PolNeAR marks in the articles that are asked for."""
    for each in read_rows(data / SPANS):
        if each["article"] in texts:
            source, cue, content = (
                tuple((start, end) for start, end in each[name])
                for name in ("source", "cue", "content")
            )
            yield Row(each["article"], source, cue, content, quotation=each["kind"])


def quoted_spans(text: str) -> list[Span]:
    """Return the quotations of a text that are long enough to count, without their marks."""
    return [
        (match.start() + 1, match.end() - 1)
        for match in QUOTED.finditer(text)
        if len(WORD.findall(match.group())) >= LEAST_WORDS
    ]


def covers(spans: Iterable[Span], span: Span, least: float = 0.5) -> bool:
    """Whether spans cover at least a share of a span."""
    shared = sum(max(0, min(end, span[1]) - max(start, span[0])) for start, end in spans)
    return shared >= least * (span[1] - span[0])


def meets(first: Iterable[Span], second: Iterable[Span]) -> bool:
    """Whether any two spans share a character."""
    second = list(second)
    return any(a < d and c < b for a, b in first for c, d in second)


def score_quotations(
    texts: Mapping[str, str], gold: Mapping[str, Sequence[Row]],
    found: Mapping[str, Sequence[Row]], n_errors: int,
) -> Score:  # fmt: skip
    """Count quotations that are attributed, with a source that overlaps the gold's."""
    right = n_found = n_gold = 0
    errors: list[tuple[str, str, Span, Sequence[Row]]] = []
    for document, text in texts.items():
        for span in quoted_spans(text):
            owners = [r for r in gold.get(document, ()) if r.credited and covers(r.content, span)]
            speakers = [
                row for row in found.get(document, ())
                if row.relation in ("statement", "quoted") and covers(row.content, span)
            ]  # fmt: skip
            n_gold += bool(owners)
            n_found += bool(speakers)
            # Of a chain the last hop speaks, with the shortest content; but who is quoted inside
            # a quotation speaks only a part of it.
            speakers.sort(
                key=lambda row: (
                    not covers(row.content, span, WHOLE),
                    sum(end - start for start, end in row.content),
                )
            )
            ok = bool(speakers) and any(meets(speakers[0].credited, r.credited) for r in owners)
            right += ok
            if not ok and (owners or speakers):
                sort = "missed" if not speakers else "wrong" if owners else "not in gold"
                errors.append((sort, document, span, speakers or owners))
    show_errors(errors, texts, gold, n_errors)
    return Score(right, n_found, n_gold)


def show_errors(
    errors: Sequence[tuple[str, str, Span, Sequence[Row]]], texts: Mapping[str, str],
    gold: Mapping[str, Sequence[Row]], n: int,
) -> None:  # fmt: skip
    """Print some errors of each sort with what stands around them."""
    if not n:
        return
    print(Counter(sort for sort, *_ in errors))
    for sort in sorted({sort for sort, *_ in errors}):
        of_sort = [error for error in errors if error[0] == sort]
        for _, document, (start, end), rows in random.Random(SEED).sample(
            of_sort, min(n, len(of_sort))
        ):
            text = texts[document]
            around = (
                f"{text[max(0, start - 130) : start]}⟦{text[start:end]}⟧{text[end : end + 130]}"
            )
            who = {text[a:b] for row in rows for a, b in row.credited}
            real = {
                text[a:b] for row in gold.get(document, ()) for a, b in row.credited
                if covers(row.content, (start, end))
            }  # fmt: skip
            print(f"\n{sort} ({document}): found {who} gold {real}\n   " + " ".join(around.split()))


@cache
def outlet_pattern() -> re.Pattern[str]:
    """Return the expression for every name that means an outlet wherever it stands."""
    names = sorted(
        {surface.words for surface in gazetteer().surfaces if surface.certainty == "sure"},
        key=len, reverse=True,
    )  # fmt: skip
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")


@cache
def outlet_mentions(text: str) -> list[Span]:
    """Return where a text names an outlet."""
    return [match.span() for match in outlet_pattern().finditer(text)]


def score_mentions(
    texts: Mapping[str, str], gold: Mapping[str, Sequence[Row]],
    found: Mapping[str, Sequence[Row]], n_errors: int,
) -> Score:  # fmt: skip
    """Count mentions of outlets that are (part of) a source, and are found to be one."""
    right = n_found = n_gold = 0
    errors: list[tuple[str, str, Span, Sequence[Row]]] = []
    for document, text in texts.items():
        for span in outlet_mentions(text):
            is_gold = any(covers(row.credited, span, 1) for row in gold.get(document, ()))
            rows = [
                row for row in found.get(document, ())
                if row.relation in ("statement", "quoted") and covers(row.credited, span)
            ]  # fmt: skip
            n_gold += is_gold
            n_found += bool(rows)
            right += is_gold and bool(rows)
            if is_gold != bool(rows):
                sort = "outlet missed" if is_gold else "outlet not in gold"
                errors.append((sort, document, span, rows))
    show_errors(errors, texts, gold, n_errors)
    return Score(right, n_found, n_gold)


def exact_f1(
    texts: Mapping[str, str], gold: Mapping[str, Sequence[Row]],
    found: Mapping[str, Sequence[Row]], name: str, kind: str | None,
) -> Score:  # fmt: skip
    """Count spans that are the gold's to the character, quotation marks and end stops aside."""
    right = n_found = n_gold = 0
    for document, text in texts.items():

        def spans(rows: Iterable[Row], text: str = text) -> set[Span]:
            whole = [
                (min(a for a, _ in getattr(row, name)), max(b for _, b in getattr(row, name)))
                for row in rows
                if getattr(row, name) and (kind is None or row.quotation == kind)
            ]
            return {bare(text, span) for span in whole}

        rows = [r for r in found.get(document, ()) if r.relation in ("statement", "quoted")]
        own, real = spans(rows), spans(gold.get(document, ()))
        right += len(own & real)
        n_found += len(own)
        n_gold += len(real)
    return Score(right, n_found, n_gold)


def bare(text: str, span: Span) -> Span:
    """Return a span without the marks and spaces at its ends."""
    start, end = span
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return start, end


def score_wires(
    articles: Sequence[Mapping[str, Any]], found: Mapping[str, Sequence[Row]],
    options: argparse.Namespace,
) -> Figures:  # fmt: skip
    """Compare the agency that credits by position name with the articles' own metadata."""
    missing = [article for article in articles if article["id"] not in found]
    found = {**found, **by_document(
        find_rows({"id": a["id"], "outlet": a["outlet"], "text": a["text"]} for a in missing)
    )}  # fmt: skip
    outlets = gazetteer().outlets
    n_right = n_wrong = n_missed = 0
    for article in articles:
        wires = {
            row.outlet for row in found.get(article["id"], ())
            if row.relation == "credit" and row.outlet in outlets
            and outlets[row.outlet].kind == "wire"
        }  # fmt: skip
        real = gazetteer().by_name(article["wire"]) if article["wire"] else None
        n_right += real in wires
        n_missed += real is not None and real not in wires
        is_wrong = bool(wires - {real})
        n_wrong += is_wrong
        if options.errors and (is_wrong or (real and real not in wires)):
            print(f"wire {real}, found {wires}: {article['id']}: "
                  + " ".join(article["text"][:200].split()))  # fmt: skip
    print("\n| articles with a wire agency | right | wrong | missed |\n|---|--:|--:|--:|")
    print(f"| train and dev | {n_right} | {n_wrong} | {n_missed} |")
    return {"wire_right": n_right, "wire_not_wrong": -n_wrong}


def measure_wikinews(options: argparse.Namespace) -> Figures:
    """Outlets as credited party, chains, back-references and quotations on our own gold."""
    texts = {a["id"]: a["text"] for a in read_rows(options.data / WIKINEWS)}
    return measure_own("wikinews", texts, {*texts}, options)


def measure_wikinewssum(options: argparse.Namespace) -> Figures:
    """Measure the same on older articles, and on those that they are made of."""
    texts, own = {}, set()
    with (options.data / WIKINEWSSUM).open(encoding="utf-8") as lines:
        for number, article in enumerate(map(json.loads, lines)):
            own.add(f"wns-{number}")
            texts[f"wns-{number}"] = article["text"]
            for place, source in enumerate(article["sources"]):
                texts[f"wns-{number}-{place}"] = source["maintext"]
    return measure_own("wikinewssum", texts, own, options)


def measure_own(
    part: str, texts: Mapping[str, str], of_wikinews: Container[str], options: argparse.Namespace
) -> Figures:
    """Compare what is found with our gold.

    Args:
        part: What the gold is of.
        texts: The articles by id, and others.
        of_wikinews: The ids of those that Wikinews published.
        options: Which half, and how many errors to print.
    """
    ids, gold = own_gold(f"{part}_{options.half}")
    found = find_rows(
        {"id": each, "outlet": "Wikinews" if each in of_wikinews else None, "text": texts[each]}
        for each in ids
    )
    # The document's own outlet has no row in the gazetteer; told Wikinews is then unlisted.
    figures: Figures = {}
    print(f"\n| {part}, {options.half} half | P | R | F1 |\n|---|--:|--:|--:|")
    score, relation = score_outlets(gold, found, texts, options.errors)
    print(f"| outlets as credited party | {score} |")
    figures |= {"outlets_precision": score.precision, "outlets_recall": score.recall}
    spoken = [row for row in gold if row.relation in ("statement", "quoted")]
    own_texts = {row.document: texts[row.document] for row in gold}
    quotations = score_quotations(
        own_texts, by_document(spoken), by_document(found), options.errors
    )
    print(f"| quotations with their speaker | {quotations} |")
    chains = score_chains(gold, found)
    references = score_references(gold, found)
    print("\n| relation right, of those found | chains complete | back-references right |")
    print("|--:|--:|--:|")
    resolved = f"{references[0]} of {references[1]} resolved, {references[2]} left open"
    print(f"| {relation[0]} of {relation[1]} | {chains[0]} of {chains[1]} | {resolved} |")
    figures |= {
        "quotations_f1": quotations.f1,
        "chains": chains[0] / max(chains[1], 1),
        "references": references[0] / max(references[1], 1),
    }
    return figures


def own_gold(name: str) -> tuple[list[str], list[Row]]:
    """Return the ids of a half's articles, and our rows; parents are indices of the list."""
    articles = json.loads((GOLD / f"{name}.json").read_text(encoding="utf-8"))
    outlets = gazetteer()
    named = {surface.words: surface.outlets for surface in outlets.surfaces}
    gold: list[Row] = []
    for article in articles:
        first = len(gold)
        for row in article["rows"]:

            def span(name: str, row: Mapping[str, Any] = row) -> tuple[Span, ...]:
                return (tuple(row[name]),) if row[name] else ()

            outlet = row["outlet"]
            known = outlets.by_name(outlet) if outlet else None
            gold.append(
                Row(
                    article["id"], span("credited"), span("cue"), span("content"),
                    known or (f"unlisted:{outlet}" if outlet else None), row["kind"],
                    row["relation"], row["quotation"],
                    None if row["parent"] is None else first + row["parent"],
                    bool(row["refers_to"]),
                    named.get(outlet or "", ()),
                )
            )  # fmt: skip
    return [article["id"] for article in articles], gold


def same_outlet(own: Row, real: Row) -> bool:
    """Whether two rows credit the same outlet, in the same words."""
    if not own.outlet or not meets(own.credited, real.credited):
        return False
    if own.outlet == real.outlet:
        return True
    if own.outlet in real.candidates:
        return True  # the gold's name is that of several
    unlisted = str(real.outlet).startswith("unlisted:")
    if unlisted and own.outlet:
        # An edition or licensee that the gazetteer does not tell from its house (CNN Philippines).
        names = outlet_name(str(real.outlet), gazetteer()), outlet_name(own.outlet, gazetteer())
        if names[1] in names[0]:
            return True
    family = gazetteer().family(own.outlet) if own.outlet else set()
    return (
        (unlisted and str(own.outlet).startswith("unlisted:"))
        or real.outlet in family
        or (own.outlet in gazetteer().family(real.outlet or ""))
    )


def score_outlets(
    gold: Sequence[Row], found: Sequence[Row], texts: Mapping[str, str], n_errors: int
) -> tuple[Score, tuple[int, int]]:
    """Count mentions of outlets as credited party, and how often the relation is right."""
    real = unique_mentions(row for row in gold if row.kind == "outlet")
    own = unique_mentions(row for row in found if row.outlet)
    by_own, by_real = by_document(own), by_document(real)
    errors: list[tuple[str, str, Span, Sequence[Row]]] = []
    n_right = n_relation = 0
    for row in own:
        matches = [each for each in by_real[row.document] if same_outlet(row, each)]
        n_right += bool(matches)
        if not matches:
            errors.append(("outlet wrong", row.document, row.credited[0], [row]))
    n_met = 0
    every = by_document(found)
    every_gold = by_document(gold)
    for row in real:
        matches = [each for each in every[row.document] if same_outlet(each, row)]
        n_met += bool(matches)
        relations = {each.relation for each in every_gold[row.document] if same_outlet(each, row)}
        n_relation += bool(matches) and bool({each.relation for each in matches} & relations)
        if not matches:
            near = [each for each in by_own[row.document] if meets(each.credited, row.credited)]
            errors.append(("outlet missed", row.document, row.credited[0], near))
    show_errors(errors, texts, every_gold, n_errors)
    return Score(n_right, len(own), len(real), n_met), (n_relation, n_met)


def unique_mentions(rows: Iterable[Row]) -> list[Row]:
    """Return one row for each place where a party is named."""
    return list({(row.document, row.credited): row for row in rows}.values())


def score_chains(gold: Sequence[Row], found: Sequence[Row]) -> tuple[int, int]:
    """Count the chains of the gold of which every hop and every link is found."""
    by_own = defaultdict(list)
    for number, row in enumerate(found):
        by_own[row.document].append((number, row))
    relaying = {row.parent for row in gold if row.parent is not None}
    n_complete = n_chains = 0
    for number, row in enumerate(gold):
        if row.parent is None or number in relaying:
            continue
        n_chains += 1
        hops = [row]
        while hops[-1].parent is not None:
            hops.append(gold[hops[-1].parent])
        for _, own in by_own[row.document]:
            at: Row | None = own
            for hop in hops:
                if at is None or not meets(at.credited, hop.credited):
                    break
                at = found[at.parent] if at.parent is not None else None
            else:
                n_complete += 1
                break
    return n_complete, n_chains


def score_references(gold: Sequence[Row], found: Sequence[Row]) -> tuple[int, int, int]:
    """Count back-references to outlets that are right, resolved, and left open."""
    by_own = by_document(found)
    n_right = n_resolved = n_open = 0
    for row in gold:
        if not row.refers or row.kind != "outlet":
            continue
        matches = [each for each in by_own[row.document] if meets(each.credited, row.credited)]
        resolved = [each for each in matches if each.outlet]
        n_open += not resolved
        n_resolved += bool(resolved)
        n_right += any(same_outlet(each, row) for each in resolved)
    return n_right, n_resolved, n_open


PARTS: dict[str, Callable[[argparse.Namespace], Figures]] = {
    "polnear": measure_polnear,
    "wikinews": measure_wikinews,
    "wikinewssum": measure_wikinewssum,
}

if __name__ == "__main__":
    sys.exit(main())
