"""Measure which reused passages are found, how exactly, and whether the right origin is named.

Four parts, each on real text that is not the project's (`--data`, or DEDUP_BENCHMARK_DATA):

- `newsgroups`: postings that quote each other, their quote marks deleted. Gold: the quoted blocks.
- `inserts`: passages of articles planted in other articles, word for word, edited or rewritten.
  Gold: where they were planted. The measure is PAN's plagdet.
- `answers`: short answers of four known degrees of reuse; reported, not held to a floor.
- `releases`: press releases that two senators share. Gold: pairs alike by exact Jaccard.

With `--check`, figures are held to `floors.json`.
"""

from __future__ import annotations

import argparse
import difflib
import math
import random
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from commands import add_data_option
from floors import check_floors, read_rows, sha256, update_floors

from dedup import Corpus, ReuseSettings, analyze, read_corpus
from dedup.config import CorpusSettings, available_jobs
from dedup.corpus import collect_passages
from dedup.reuse import Reuse, find_reuse

KEY = "quality_reuse"
MESSAGES, QUOTES = "newsgroups20/messages.jsonl.gz", "newsgroups20/quotes.jsonl.gz"
ARTICLES = "wikinews/articles.jsonl.gz"
ANSWERS = "clough_stevenson/pairs.jsonl.gz"
RELEASES = "senate_press/articles.jsonl.gz"
PAIRS = "senate_press/cross_senator_pairs.jsonl.gz"
FILES = {
    "newsgroups": (MESSAGES, QUOTES),
    "inserts": (ARTICLES,),
    "answers": (ANSWERS,),
    "releases": (RELEASES, PAIRS),
}

WORD = re.compile(r"\w+")
# What stands before the words of a quoted line: `> `, `|> `, `: `, `JD> `.
QUOTE_MARKS = re.compile(r"^(?:[ \t]*(?:[>|}#]|[A-Za-z]{1,3}>)[ \t]?)+", re.M)
SIGNATURE = re.compile(r"^-- ?$", re.M)
ATTRIBUTION = re.compile(r"(?:writes|wrote|says|said)\W{0,4}$|<[^>\s]+@[^>\s]+>|\S+@\S+\.\S+")

# Of the inserts: the seed, and by level the share of words changed.
SEED = 7
LEVELS = {"verbatim": (0.0, 0.0), "edited": (0.10, 0.20), "rewritten": (0.35, 0.50)}
N_INSERTS = 150  # targets; the other articles are origins
RUN = 8  # words: texts that share such a run before anything is planted are natural reuse


@dataclass(frozen=True, slots=True)
class Case:
    """A passage of one document that comes from another; spans in code points."""

    target: str
    target_start: int
    target_end: int
    origin: str
    origin_start: int
    origin_end: int


Figures = dict[str, float]


def main() -> int:
    """Measure, print the tables, and compare with the floors or rewrite them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--part", choices=FILES, action="append", help="default: all")
    add_data_option(parser)
    parser.add_argument("--no-peers", action="store_true", help="measure dedup alone")
    parser.add_argument("--check", action="store_true", help="exit 1 where dedup is below a floor")
    parser.add_argument("--update", action="store_true", help="set the floors to what was measured")
    parser.add_argument(
        "--allow-regression", action="store_true", help="let --update lower a floor"
    )
    parser.add_argument(
        "--sample", type=int, default=0, metavar="N", help="also print N reports for reading"
    )
    options = parser.parse_args()
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


def measure_newsgroups(options: argparse.Namespace) -> Figures:
    """Who quoted whom: quoted blocks found, and the posting that they are said to come from."""
    messages = read_rows(options.data / MESSAGES)
    quotes = [quote for quote in read_rows(options.data / QUOTES) if quote["gold"]]
    bare = {message["id"]: delete_marks(message["text"]) for message in messages}
    dates = {message["id"]: message["date"] or "" for message in messages}

    def cases_by(outlet: str) -> list[Case]:
        corpus = Corpus.from_records(
            {"id": m["id"], "outlet": m[outlet], "published": m["date"], "text": bare[m["id"]][0]}
            for m in messages
        )
        return best_cases(corpus, within_outlet=outlet == "id")

    cases = cases_by("id")
    by_target = group_by_target(cases)
    figures: Figures = {}
    for least in (RUN, 20):
        n_found = n_named = n_right = 0
        blocks = [quote for quote in quotes if quote["words"] >= least]
        for quote in blocks:
            places = bare[quote["doc"]][1]
            start, end = (int(places[place]) for place in quote["doc_span"])
            covered = np.zeros(max(end - start, 1), dtype=bool)
            words: Counter[str] = Counter()
            for case in by_target[quote["doc"]]:
                first, last = max(case.target_start, start), min(case.target_end, end)
                if first < last:
                    covered[first - start : last - start] = True
                    words[case.origin] += last - first
            if 2 * covered.sum() < end - start:
                continue
            n_found += 1
            origin, source = words.most_common(1)[0][0], quote["gold"]["source"]
            n_named += origin == source
            n_right += origin == source or (
                dates[origin] <= dates[source] and holds(bare[origin][0], quote["text"])
            )
        figures |= {
            f"found_{least}": n_found / len(blocks),
            f"named_{least}": n_named / n_found,
            f"named_or_earlier_{least}": n_right / n_found,
        }
    by_sender = cases_by("sender")
    figures["explained"] = explained_share(by_sender, messages, bare)
    rows = [f"| blocks of {least} words or more: {sum(q['words'] >= least for q in quotes):,} "
            + "".join(f"| {figures[f'{name}_{least}']:.4f} "
                      for name in ("found", "named", "named_or_earlier")) + "|"
            for least in (RUN, 20)]  # fmt: skip
    print(
        "\n| newsgroups | found | origin is the named posting | or an earlier one that holds it |"
    )
    print("|---|--:|--:|--:|\n" + "\n".join(rows))
    print(f"\nreports by sender: {len(by_sender):,}; words of them that were quoted or come from a"
          f" posting referred to: {figures['explained']:.4f}")  # fmt: skip
    if options.sample:
        show_outside_gold(by_sender, messages, bare, options.sample)
    return figures


def delete_marks(text: str) -> tuple[str, np.ndarray]:
    """Return a posting without its quote marks, and where each of its places went."""
    kept = np.ones(len(text) + 1, dtype=bool)
    for match in QUOTE_MARKS.finditer(text):
        kept[match.start() : match.end()] = False
    bare = "".join(character for character, keep in zip(text, kept, strict=False) if keep)
    return bare, np.cumsum(kept) - kept


def holds(text: str, block: str) -> bool:
    """Whether a text has at least 90 % of a block's runs of three words."""
    words, known = words_of(block), words_of(text)
    runs = {tuple(known[i : i + 3]) for i in range(len(known) - 2)}
    own = [tuple(words[i : i + 3]) for i in range(len(words) - 2)]
    return sum(run in runs for run in own) >= 0.9 * len(own)


def explained_share(
    cases: Sequence[Case], messages: Sequence[Mapping[str, Any]],
    bare: Mapping[str, tuple[str, np.ndarray]],
) -> float:  # fmt: skip
    """Return the share of reported words that were quoted, or come from a posting referred to.

    Attribution lines and signatures are not counted, on either side.
    """
    references = {message["id"]: set(message["references"]) for message in messages}
    ancestors = {each: known_ancestors(each, references) for each in references}
    texts = {message["id"]: message["text"] for message in messages}
    n_words = n_explained = 0
    for case in cases:
        text, places = bare[case.target]
        quoted = quoted_places(texts[case.target], places, len(text))
        aside = aside_places(text)
        is_ancestor = case.origin in ancestors[case.target]
        for match in WORD.finditer(text, case.target_start, case.target_end):
            if not aside[match.start()]:
                n_words += 1
                n_explained += bool(is_ancestor or quoted[match.start()])
    return n_explained / n_words


def known_ancestors(message: str, references: Mapping[str, set[str]]) -> set[str]:
    """Return the postings that one refers to, and those that they refer to."""
    found: set[str] = set()
    waiting = [message]
    while waiting:
        for parent in references.get(waiting.pop(), set()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def quoted_places(text: str, places: np.ndarray, length: int) -> np.ndarray:
    """Return which characters of a bare posting stood in lines with a quote mark."""
    quoted = np.zeros(length + 1, dtype=bool)
    for match in QUOTE_MARKS.finditer(text):
        end = text.find("\n", match.end())
        end = len(text) if end < 0 else end
        quoted[places[match.end()] : places[end]] = True
    return quoted


def aside_places(text: str) -> np.ndarray:
    """Return which characters of a posting are of attribution lines or of a signature."""
    aside = np.zeros(len(text) + 1, dtype=bool)
    for match in re.finditer(r"[^\n]+", text):
        if ATTRIBUTION.search(match.group().rstrip()):
            aside[match.start() : match.end()] = True
    for match in SIGNATURE.finditer(text):
        aside[match.start() : match.start() + 400] = True
    return aside


def show_outside_gold(
    cases: Sequence[Case], messages: Sequence[Mapping[str, Any]],
    bare: Mapping[str, tuple[str, np.ndarray]], n: int,
) -> None:  # fmt: skip
    """Print reports of which most was not quoted and does not come from a posting referred to."""
    outside = [c for c in cases if explained_share_of(c, messages, bare) < 0.5]
    print(f"\n{len(outside):,} reports outside the gold; {n} of them:")
    for case in random.Random(SEED).sample(outside, min(n, len(outside))):
        show_case(case, {each: text for each, (text, _) in bare.items()})


def explained_share_of(
    case: Case, messages: Sequence[Mapping[str, Any]], bare: Mapping[str, tuple[str, np.ndarray]]
) -> float:
    """Return the explained share of one report; 1 if nothing of it counts."""
    by_id = _BY_ID.setdefault(id(messages), {message["id"]: message for message in messages})
    try:
        needed = [by_id[case.target]]
        return explained_share([case], needed, bare)
    except ZeroDivisionError:
        return 1.0


_BY_ID: dict[int, dict[str, Mapping[str, Any]]] = {}


def measure_inserts(options: argparse.Namespace) -> Figures:
    """Passages planted in articles: plagdet of `dedup`, of its two searches alone, and of peers."""
    articles = read_rows(options.data / ARTICLES)
    figures: Figures = {}
    print("\n| inserts | tool | precision | recall | granularity | plagdet |")
    print("|---|---|--:|--:|--:|--:|")
    for level in LEVELS:
        records, gold = plant(articles, level)
        texts = {record["id"]: record["text"] for record in records}
        corpus = Corpus.from_records(records)
        originals = {article["id"]: article["text"] for article in articles}
        tools: dict[str, Callable[[], list[Case]]] = {
            "dedup": partial(best_cases, corpus),
            "dedup, shared runs alone": partial(best_cases, corpus, searches=("runs",)),
            "dedup, sentences alone": partial(best_cases, corpus, searches=("sentences",)),
        }
        if not options.no_peers:
            tools["paragraphs' TF-IDF cosine"] = partial(tfidf_cases, records)
            tools["difflib, given the pair"] = partial(difflib_cases, texts, gold)
        for name, find in tools.items():
            found = [c for c in find() if not is_natural(c, gold, originals)]
            precision, recall, granularity, plagdet = plagdet_of(found, gold)
            print(f"| {level} | {name} | {precision:.3f} | {recall:.3f} | {granularity:.2f}"
                  f" | {plagdet:.3f} |", flush=True)  # fmt: skip
            if name == "dedup":
                figures |= {f"{level}_plagdet": plagdet, f"{level}_precision": precision}
    return figures


def plant(
    articles: Sequence[Mapping[str, Any]], level: str
) -> tuple[list[dict[str, Any]], list[Case]]:
    """Return the articles with passages of earlier ones planted in some, and where they are.

    A passage is one to three paragraphs in a row of at least 40 words in all, none of which
    shares a run of eight words with another article.
    """
    rng = random.Random(SEED)
    ordered = sorted(articles, key=lambda article: (article["date"] or "9999", article["id"]))
    runs: Counter[tuple[str, ...]] = Counter()
    for article in ordered:
        runs.update(set(runs_of(article["text"])))
    vocabulary = [word for article in ordered for word in article["text"].split() if word.isalpha()]
    texts = {article["id"]: article["text"] for article in ordered}
    gold = []
    first = len(ordered) // 5  # targets need articles before them
    targets = set(rng.sample(range(first, len(ordered)), min(N_INSERTS, len(ordered) // 2)))
    for number in sorted(targets):
        target = ordered[number]
        # Dates are days: the origin is of an earlier one, so that time can tell.
        origin = rng.choice([
            each for i, each in enumerate(ordered[:number])
            if i not in targets and (each["date"] or "") < (target["date"] or "")
        ])  # fmt: skip
        spans = [
            (match.start(), match.end())
            for match in re.finditer(r"[^\n]*\w[^\n]*", origin["text"])
            if len(match.group().split()) >= 15
            and all(runs[run] == 1 for run in runs_of(match.group()))
        ]
        choices = [
            (spans[i][0], spans[j][1])
            for i in range(len(spans))
            for j in range(i, min(i + 3, len(spans)))
            if 40 <= len(origin["text"][spans[i][0] : spans[j][1]].split()) <= 250
            and all(re.fullmatch(r"\s*", origin["text"][spans[k][1] : spans[k + 1][0]])
                    for k in range(i, j))
        ]  # fmt: skip
        if not choices:
            continue
        start, end = rng.choice(choices)
        passage = change(origin["text"][start:end], level, vocabulary, rng)
        text = texts[target["id"]]
        breaks = [match.end() for match in re.finditer(r"\n\s*\n", text)] or [len(text)]
        place = rng.choice(breaks)
        texts[target["id"]] = f"{text[:place]}{passage}\n\n{text[place:]}"
        gold.append(Case(target["id"], place, place + len(passage), origin["id"], start, end))
    records = [
        {"id": a["id"], "outlet": a["id"], "published": a["date"], "text": texts[a["id"]]}
        for a in ordered
    ]
    return records, gold


def change(text: str, level: str, vocabulary: Sequence[str], rng: random.Random) -> str:
    """Return a passage changed: words swapped, left out and put in, sentences in another order."""
    least, most = LEVELS[level]
    if most == 0:
        return text
    share = rng.uniform(least, most)
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n|\n", text):
        sentences = re.split(r"(?<=[.!?])\s+", paragraph.strip())
        if len(sentences) > 1 and rng.random() < 0.5:
            rng.shuffle(sentences)
        changed = []
        for sentence in sentences:
            words = []
            for word in sentence.split():
                lot = rng.random()
                if lot >= share:
                    words.append(word)
                elif lot < 0.55 * share:
                    words.append(rng.choice(vocabulary))
                elif lot < 0.75 * share:
                    words += [word, rng.choice(vocabulary)]
            if words and words[-1][-1].isalnum():
                words[-1] += "."
            changed.append(" ".join(words))
        paragraphs.append(" ".join(filter(None, changed)))
    return "\n\n".join(filter(None, paragraphs))


def is_natural(case: Case, gold: Sequence[Case], originals: Mapping[str, str]) -> bool:
    """Whether a report is of what two articles had in common before anything was planted.

    It is if it touches nothing planted and the two articles share a run of eight words without it:
    the second goes on with the story of the first.
    """
    if any(g.target == case.target and g.target_start < case.target_end
           and case.target_start < g.target_end for g in gold):  # fmt: skip
        return False
    own, other = (set(runs_of(originals[each])) for each in (case.target, case.origin))
    return bool(own & other)


def plagdet_of(found: Sequence[Case], gold: Sequence[Case]) -> tuple[float, float, float, float]:
    """Return precision, recall (macro-averaged, in characters), granularity and plagdet.

    Potthast, Stein, Barrón-Cedeño and Rosso, An evaluation framework for plagiarism detection,
    COLING 2010.
    """

    def share(of: Case, by: Iterable[Case]) -> float:
        target = np.zeros(of.target_end - of.target_start, dtype=bool)
        origin = np.zeros(of.origin_end - of.origin_start, dtype=bool)
        for case in by:
            mark(target, of.target_start, case.target_start, case.target_end)
            mark(origin, of.origin_start, case.origin_start, case.origin_end)
        return float((target.sum() + origin.sum()) / (len(target) + len(origin)))

    def mark(flags: np.ndarray, at: int, start: int, end: int) -> None:
        flags[max(start - at, 0) : max(end - at, 0)] = True

    def meet(a: Case, b: Case) -> bool:
        return (
            a.target == b.target
            and a.origin == b.origin
            and min(a.target_end, b.target_end) > max(a.target_start, b.target_start)
            and min(a.origin_end, b.origin_end) > max(a.origin_start, b.origin_start)
        )

    of_gold = [[case for case in found if meet(case, each)] for each in gold]
    of_found = [[each for each in gold if meet(case, each)] for case in found]
    precision = statistics.fmean(
        share(case, each) for case, each in zip(found, of_found, strict=True)
    ) if found else 0.0  # fmt: skip
    recall = statistics.fmean(share(each, cases) for each, cases in zip(gold, of_gold, strict=True))
    detected = [len(cases) for cases in of_gold if cases]
    granularity = statistics.fmean(detected) if detected else 1.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, granularity, f1 / math.log2(1 + granularity)


def tfidf_cases(records: Sequence[Mapping[str, Any]], least: float = 0.5) -> list[Case]:
    """Return for each paragraph the nearest earlier one of another document, by TF-IDF cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    paragraphs = [
        (number, record["id"], match.start(), match.end(), match.group())
        for number, record in enumerate(records)
        for match in re.finditer(r"[^\n]*\w[^\n]*", record["text"])
        if len(match.group().split()) >= 12
    ]
    matrix = TfidfVectorizer(token_pattern=r"\w+").fit_transform(p[4] for p in paragraphs)
    cosines = (matrix @ matrix.T).toarray()
    order = np.array([p[0] for p in paragraphs])
    cosines[order[:, None] <= order[None, :]] = 0
    cases = []
    for row, best in enumerate(cosines.argmax(axis=1)):
        if cosines[row, best] >= least:
            _, target, start, end, _ = paragraphs[row]
            _, origin, origin_start, origin_end, _ = paragraphs[best]
            cases.append(Case(target, start, end, origin, origin_start, origin_end))
    return cases


def difflib_cases(texts: Mapping[str, str], gold: Sequence[Case]) -> list[Case]:
    """Return the blocks of eight words or more that difflib finds in the right two documents."""
    cases = []
    for case in gold:
        target, origin = ([*WORD.finditer(texts[each])] for each in (case.target, case.origin))
        matcher = difflib.SequenceMatcher(
            None, [m.group().lower() for m in origin], [m.group().lower() for m in target], False
        )
        for block in matcher.get_matching_blocks():
            if block.size >= RUN:
                first, last = target[block.b], target[block.b + block.size - 1]
                begin, end = origin[block.a], origin[block.a + block.size - 1]
                cases.append(Case(case.target, first.start(), last.end(),
                                  case.origin, begin.start(), end.end()))  # fmt: skip
    return cases


def measure_answers(options: argparse.Namespace) -> Figures:
    """Short answers of four degrees of reuse: does the share of reused words order them?"""
    from scipy.stats import spearmanr

    pairs = read_rows(options.data / ANSWERS)
    sources = {pair["source_id"]: pair["source_text"] for pair in pairs}
    # Answers are of one outlet: they are not compared with each other.
    records = [{"id": key, "outlet": "sources", "published": "2000-01-01", "text": text}
               for key, text in sources.items()]  # fmt: skip
    records += [{"id": pair["id"], "outlet": "answers", "published": "2001-01-01",
                 "text": pair["text"]} for pair in pairs]  # fmt: skip
    cases = group_by_target(best_cases(Corpus.from_records(records)))
    levels = [pair["label"] for pair in pairs]
    shares = []
    containments = []
    for pair in pairs:
        n_words = len(words_of(pair["text"]))
        reused = sum(
            len(words_of(pair["text"][case.target_start : case.target_end]))
            for case in cases[pair["id"]]
            if case.origin == pair["source_id"]
        )
        shares.append(reused / n_words)
        own = set(runs_of(pair["text"], 5))
        containments.append(len(own & set(runs_of(pair["source_text"], 5))) / max(len(own), 1))
    print("\n| answers | Spearman with the four levels | best split of reused and not |")
    print("|---|--:|--:|")
    figures: Figures = {}
    for name, values in (("dedup, share reused", shares), ("containment of 5-grams", containments)):
        correlation = float(spearmanr(values, levels).statistic)
        split = max(
            sum((value > limit) == (level > 0) for value, level in zip(values, levels, strict=True))
            for limit in [-1.0, *values]
        ) / len(values)  # fmt: skip
        print(f"| {name} | {correlation:.3f} | {split:.3f} |")
    return figures


def measure_releases(options: argparse.Namespace) -> Figures:
    """Releases that two senators share: are the two linked, directly or through one origin?"""
    corpus = read_corpus([options.data / RELEASES], CorpusSettings(skip_bad_records=True))
    pairs = read_rows(options.data / PAIRS)
    analysis = analyze(corpus, only=["reuse"])
    table = analysis.table("reuse")
    targets = table["target_document_id"].to_pylist()
    origins = table["origin_document_id"].to_pylist()
    linked = {frozenset(link) for link in zip(targets, origins, strict=True)}
    parents = defaultdict(set)
    for target, origin in zip(targets, origins, strict=True):
        parents[target].add(origin)
    direct = [frozenset((pair["a"], pair["b"])) in linked for pair in pairs]
    through = [
        bool(({pair["a"]} | known_ancestors(pair["a"], parents))
             & ({pair["b"]} | known_ancestors(pair["b"], parents)))
        for pair in pairs
    ]  # fmt: skip
    figures = {"direct": statistics.fmean(direct), "through": statistics.fmean(through)}
    print(
        "\n| releases: pairs alike | linked directly | or from one origin, at one or more removes |"
    )
    print("|---|--:|--:|")
    print(f"| {len(pairs):,} | {figures['direct']:.4f} | {figures['through']:.4f} |")
    if options.sample:
        texts = {document.document_id: document.text for document in corpus}
        best = [case for case in cases_of(table) if case.origin != case.target]
        for case in random.Random(SEED).sample(best, options.sample):
            show_case(case, texts)
    return figures


def best_cases(
    corpus: Corpus, *, within_outlet: bool = False, searches: Sequence[str] | None = None
) -> list[Case]:
    """Return the best origin of every reused span."""
    settings = ReuseSettings(within_outlet=within_outlet)
    if searches is None:
        return cases_of(analyze(corpus, reuse=settings, only=["reuse"]).table("reuse"))
    with ThreadPoolExecutor(available_jobs()) as executor:
        passages = collect_passages(corpus, shingle_size=3, executor=executor)
        reuse = find_reuse(corpus, passages, settings, executor=executor, searches=searches)
    ids = corpus.documents["document_id"].to_pylist()
    return cases_of_arrays(reuse, ids)


def cases_of(table: Any) -> list[Case]:
    """Return the best origins of a table `reuse`."""
    columns = ("target_document_id", "target_start", "target_end",
               "origin_document_id", "origin_start", "origin_end", "rank")  # fmt: skip
    rows = zip(*(table[column].to_pylist() for column in columns), strict=True)
    return [Case(*row[:6]) for row in rows if row[6] == 1]


def cases_of_arrays(reuse: Reuse, ids: Sequence[str]) -> list[Case]:
    """Return the best origins of what `find_reuse` found."""
    return [
        Case(ids[reuse.targets[i]], int(reuse.target_starts[i]), int(reuse.target_ends[i]),
             ids[reuse.origins[i]], int(reuse.origin_starts[i]), int(reuse.origin_ends[i]))
        for i in np.flatnonzero(reuse.ranks == 1)
    ]  # fmt: skip


def group_by_target(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """Return the cases of each target document."""
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.target].append(case)
    return groups


def show_case(case: Case, texts: Mapping[str, str]) -> None:
    """Print both sides of a report, for reading."""
    print(f"\n{case.target} <- {case.origin}")
    print("  T:", " ".join(texts[case.target][case.target_start : case.target_end].split())[:400])
    print("  O:", " ".join(texts[case.origin][case.origin_start : case.origin_end].split())[:400])


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case."""
    return WORD.findall(text.lower())


def runs_of(text: str, length: int = RUN) -> list[tuple[str, ...]]:
    """Return the runs of words of a text."""
    words = words_of(text)
    return [tuple(words[i : i + length]) for i in range(len(words) - length + 1)]


PARTS: dict[str, Callable[[argparse.Namespace], Figures]] = {
    "newsgroups": measure_newsgroups,
    "inserts": measure_inserts,
    "answers": measure_answers,
    "releases": measure_releases,
}

if __name__ == "__main__":
    sys.exit(main())
