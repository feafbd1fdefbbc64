"""Measure which duplicate pairs `dedup` and its peers find, against the exact self-join.

Three corpora: invented paragraphs with planted copies (runs everywhere), real paragraphs with
planted copies, and the senate releases that two senators share (both where the data is). With
`--check`, `dedup` is held to the floors in `floors.json`.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import math
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from commands import (
    PEERS,
    add_data_option,
    corpus_file,
    dedup_command,
    measure,
    missing,
    peer_command,
    work_folder,
)
from exact_join import collapse, exact_pairs, read_paragraphs, tokenise
from make_paragraphs import FILES

FLOORS = Path(__file__).resolve().parent / "floors.json"
KEY = "quality_duplicates"
# Shingle size and threshold; the last is the default of `dedup`, the first that of the speed runs.
SETTINGS = ((5, 0.7), (5, 0.6), (5, 0.5), (3, 0.6))
SENATE = ("senate_press/articles.jsonl.gz", "senate_press/cross_senator_pairs.jsonl.gz")
BIN_WIDTH = 0.05


@dataclass(frozen=True, slots=True)
class Truth:
    """The exact pairs of one corpus at one threshold, by rows of its distinct texts.

    Attributes:
        jaccard: Of each pair of distinct texts (first rows, ascending).
        copies: Rows whose tokens an earlier row has.
        first_of: For each row, the first with the same tokens; -1 without a token.
    """

    jaccard: dict[tuple[int, int], float]
    copies: frozenset[int]
    first_of: Sequence[int]


@dataclass(frozen=True, slots=True)
class Quality:
    """How the pairs of one tool compare with the truth.

    Attributes:
        n_true: Pairs in the truth.
        n_reported: Distinct pairs reported.
        recall: Share of the true pairs reported.
        precision: Share of the reported pairs that are true.
        bins: Lower edge of a Jaccard bin to the recall in it.
    """

    n_true: int
    n_reported: int
    recall: float
    precision: float
    bins: dict[float, float]


def main() -> int:
    """Measure, print the tables, and compare with the floors or rewrite them."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--corpus",
        choices=("invented", "real", "senate"),
        action="append",
        help="default: all that can be had",
    )
    parser.add_argument("--invented-size", default="20k")
    parser.add_argument("--real-size", default="100k")
    add_data_option(parser)
    parser.add_argument(
        "--peers",
        default=None,
        help="names with commas; default: all, none with --check or --update",
    )
    parser.add_argument(
        "--work-dir", type=Path, default=work_folder(), help="where corpora are kept"
    )
    parser.add_argument("--check", action="store_true", help="exit 1 where dedup is below a floor")
    parser.add_argument("--update", action="store_true", help="set the floors to what was measured")
    parser.add_argument(
        "--allow-regression", action="store_true", help="let --update lower a floor"
    )
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    options = parser.parse_args()
    if options.peers is None:
        options.peers = "" if options.check or options.update else ",".join(PEERS)
    measured = {}
    for name in options.corpus or ("invented", "real", "senate"):
        if name != "invented" and (options.data is None or not (options.data / SENATE[0]).exists()):
            print(
                f"{name} skipped: no real articles (--data or DEDUP_BENCHMARK_DATA)",
                file=sys.stderr,
            )
            continue
        label, checksums, figures = measure_corpus(name, options)
        measured[label] = {"checksums": checksums, "figures": figures}
        print("\n".join(table_rows(label, figures)), flush=True)
    if options.json is not None:
        options.json.write_text(json.dumps(plain(measured), indent=2) + "\n", encoding="utf-8")
    if options.update:
        return update_floors(measured, allow_regression=options.allow_regression)
    return check_floors(measured) if options.check else 0


def measure_corpus(
    name: str, options: argparse.Namespace
) -> tuple[str, dict[str, str], dict[str, dict[str, Quality]]]:
    """Return a corpus' label, its checksums, and by setting the quality of every tool on it."""
    if name == "senate":
        checksums = {file: sha256(options.data / file) for file in SENATE}
        return "senate releases", checksums, measure_senate(options)
    size = options.invented_size if name == "invented" else options.real_size
    data = None if name == "invented" else options.data
    corpus = corpus_file(options.work_dir, size, data=data)
    checksums = {"paragraphs": sha256(corpus)}
    if data is not None:
        checksums |= {file: sha256(data / file) for file in FILES if (data / file).exists()}
    return f"{name} {size}", checksums, measure_paragraphs(corpus, options.peers.split(","))


def measure_paragraphs(corpus: Path, peers: Sequence[str]) -> dict[str, dict[str, Quality]]:
    """Return by setting the quality of `dedup` and the peers on a corpus of paragraphs."""
    ids, texts = read_paragraphs(corpus)
    rows = {each: row for row, each in enumerate(ids)}
    figures: dict[str, dict[str, Quality]] = {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for size, threshold, truth in truths(texts):
            found = figures.setdefault(setting_name(size, threshold), {})
            numbers: dict[str, Any] = {"threshold": threshold, "shingle_size": size}
            if why := missing("dedup"):
                print(f"dedup skipped: {why}", file=sys.stderr)
            else:
                tables = scratch / f"tables-{size}-{threshold}"
                measure(dedup_command(corpus, tables, **numbers))
                pairs = table_pairs(tables, "first_document_id", "second_document_id")
                found["dedup"] = quality(((rows[i], rows[j]) for i, j in pairs), truth, threshold)
            for peer in filter(None, peers):
                if why := missing(peer):
                    print(f"{peer} skipped: {why}", file=sys.stderr)
                    continue
                for setting in PEERS[peer]:
                    written = scratch / "pairs.jsonl"
                    groups = scratch / "groups.jsonl"
                    measure(peer_command(peer, setting, corpus, groups, pairs=written, **numbers))
                    lines = written.read_text(encoding="utf-8").splitlines()
                    reported = ((rows[i], rows[j]) for i, j in map(json.loads, lines))
                    found[f"{peer} {setting}"] = quality(reported, truth, threshold)
    return figures


def measure_senate(options: argparse.Namespace) -> dict[str, dict[str, Quality]]:
    """Return by setting the quality of `dedup` on the releases of the cross-senator pairs.

    Passages are those of the tables: this measures which pairs are found, not how texts are cut.
    """
    if why := missing("dedup"):
        print(f"dedup skipped: {why}", file=sys.stderr)
        return {}
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "releases.jsonl"
        write_releases(options.data, corpus)
        for size, threshold in SETTINGS:
            tables = Path(folder) / f"tables-{size}-{threshold}"
            measure(dedup_command(corpus, tables, threshold=threshold, shingle_size=size))
            texts = passage_texts(tables)
            first_of, _ = collapse(tokenise(texts))
            exact = exact_pairs(texts, shingle_size=size, threshold=threshold)
            truth = truth_of(exact, first_of, threshold)
            pairs = table_pairs(tables, "first_passage_id", "second_passage_id")
            found = quality(pairs, truth, threshold)
            figures[setting_name(size, threshold)] = {"dedup": found}
    return figures


def write_releases(data: Path, path: Path) -> None:
    """Write the releases that occur in a cross-senator pair, each id once."""
    with gzip.open(data / SENATE[1], "rt", encoding="utf-8") as lines:
        wanted = {pair[side] for pair in map(json.loads, lines) for side in ("a", "b")}
    with gzip.open(data / SENATE[0], "rt", encoding="utf-8") as lines, path.open("w") as out:
        for line in lines:
            each = json.loads(line)["id"]
            if each in wanted:
                out.write(line)
                wanted.remove(each)


def truths(texts: Sequence[str]) -> Iterator[tuple[int, float, Truth]]:
    """Yield shingle size, threshold and truth; one self-join serves all thresholds of a size."""
    first_of, _ = collapse(tokenise(texts))
    for size in dict.fromkeys(size for size, _ in SETTINGS):
        thresholds = [threshold for each, threshold in SETTINGS if each == size]
        exact = exact_pairs(texts, shingle_size=size, threshold=min(thresholds))
        for threshold in thresholds:
            yield size, threshold, truth_of(exact, first_of, threshold)


def truth_of(exact: tuple[Any, Any, Any], first_of: Sequence[int], threshold: float) -> Truth:
    """Return the truth at a threshold from the pairs at a lower one."""
    first, second, jaccard = (part.tolist() for part in exact)
    scores = zip(first, second, jaccard, strict=True)
    return Truth(
        jaccard={
            (i, j): score
            for i, j, score in scores
            if score >= threshold and first_of[i] != first_of[j]
        },
        copies=frozenset(row for row, each in enumerate(first_of) if each not in (row, -1)),
        first_of=first_of,
    )


def quality(reported: Iterable[tuple[int, int]], truth: Truth, threshold: float) -> Quality:
    """Return recall and precision of reported row pairs.

    A pair counts by its distinct texts, whichever of their copies it names; a copy is found when it
    is reported with any passage of the same tokens. So tools that pair all copies with each other
    and tools that pair them with one are measured alike.
    """
    distinct: set[tuple[int, int]] = set()
    copies: set[int] = set()
    for i, j in reported:
        first, second = truth.first_of[i], truth.first_of[j]
        if first == second:
            copies |= {i, j} & truth.copies
        else:
            distinct.add((min(first, second), max(first, second)))
    n_true = len(truth.jaccard) + len(truth.copies)
    n_reported = len(distinct) + len(copies)
    n_found = len(distinct & truth.jaccard.keys()) + len(copies)
    return Quality(
        n_true=n_true,
        n_reported=n_reported,
        recall=n_found / n_true if n_true else 1.0,
        precision=n_found / n_reported if n_reported else 1.0,
        bins=recall_bins(truth, distinct, threshold),
    )


def recall_bins(truth: Truth, found: set[tuple[int, int]], threshold: float) -> dict[float, float]:
    """Return the recall of pairs of distinct texts by bins of their Jaccard."""
    if not truth.jaccard:
        return {}
    scores = np.array(list(truth.jaccard.values()))
    hits = np.array([pair in found for pair in truth.jaccard])
    # 0.7 / 0.05 is 13.99…: without the push a bin's lower edge falls into the bin below.
    bins = np.minimum(np.floor(scores / BIN_WIDTH + 1e-9), round(1 / BIN_WIDTH) - 1).astype(int)
    return {
        round(each * BIN_WIDTH, 2): float(hits[bins == each].mean())
        for each in range(math.floor(threshold / BIN_WIDTH + 1e-9), round(1 / BIN_WIDTH))
        if (bins == each).any()
    }


def table_pairs(tables: Path, first: str, second: str) -> Iterator[tuple[Any, Any]]:
    """Return the pairs of the table `duplicates`, by the columns named."""
    from pyarrow import parquet  # the peers' part runs without it

    table = parquet.read_table(tables / "duplicates.parquet", columns=[first, second])
    return zip(table[first].to_pylist(), table[second].to_pylist(), strict=True)


def passage_texts(tables: Path) -> list[str]:
    """Return the text of every passage in the order of passage ids, which are row numbers."""
    from pyarrow import parquet

    table = parquet.read_table(tables / "passages.parquet", columns=["passage_id", "text"])
    if table["passage_id"].to_pylist() != list(range(len(table))):
        raise ValueError("passage_id must be the row number")
    texts: list[str] = table["text"].to_pylist()
    return texts


def table_rows(label: str, figures: dict[str, dict[str, Quality]]) -> list[str]:
    """Return Markdown tables: one row a setting and tool, with the recall by Jaccard bin."""
    lines = []
    for setting, tools in figures.items():
        if not tools:
            continue
        edges = sorted({edge for found in tools.values() for edge in found.bins})
        n_true = next(iter(tools.values())).n_true
        lines += ["", f"{label}, {setting}: {n_true:,} true pairs", ""]
        lines.append(
            "| tool | pairs | recall | precision | "
            + " | ".join(f"{edge:.2f}" for edge in edges)
            + " |"
        )
        lines.append("|---|--:|--:|--:|" + "--:|" * len(edges))
        for tool, found in tools.items():
            cells = [tool, f"{found.n_reported:,}", f"{found.recall:.4f}", f"{found.precision:.4f}"]
            cells += [f"{found.bins[edge]:.3f}" if edge in found.bins else "" for edge in edges]
            lines.append(f"| {' | '.join(cells)} |")
    return lines


def check_floors(measured: dict[str, Any]) -> int:
    """Return 1 if `dedup` is below a floor, and say where."""
    floors = read_floors().get(KEY, {})
    failures = []
    for label, part in measured.items():
        known = floors.get(label)
        if known is None:
            print(f"{label}: no floors", file=sys.stderr)
            continue
        changed = [
            name
            for name, digest in known["sha256"].items()
            if part["checksums"].get(name) != digest
        ]
        if changed:
            message = f"{label}: floors were measured on other data: {', '.join(changed)}"
            # Other articles are somebody's choice; other invented text is a change of the maker.
            if label.startswith("invented"):
                failures.append(message + " (see --update)")
            else:
                print(message, file=sys.stderr)
            continue
        for setting, floor in known["floors"].items():
            found = part["figures"].get(setting, {}).get("dedup")
            if found is None:
                failures.append(f"{label}, {setting}: not measured")
                continue
            failures += [
                f"{label}, {setting}: {name} {getattr(found, name):.6f} is below {least}"
                for name, least in floor.items()
                if getattr(found, name) < least
            ]
    print("\n".join(failures) or "at or above every floor", file=sys.stderr)
    return 1 if failures else 0


def update_floors(measured: dict[str, Any], *, allow_regression: bool) -> int:
    """Set the floors to what was measured, rounded down; return 1 where that would lower one."""
    everything = read_floors()
    floors = everything.setdefault(KEY, {})
    lowered = []
    for label, part in measured.items():
        old = floors.get(label, {}).get("floors", {})
        new = {}
        for setting, tools in part["figures"].items():
            if "dedup" not in tools:
                print(f"{label}, {setting}: dedup was not measured", file=sys.stderr)
                return 1
            new[setting] = {
                name: math.floor(getattr(tools["dedup"], name) * 1_000) / 1_000
                for name in ("recall", "precision")
            }
            lowered += [
                f"{label}, {setting}: {name} from {old[setting][name]} to {value}"
                for name, value in new[setting].items()
                if value < old.get(setting, {}).get(name, 0)
            ]
        floors[label] = {"sha256": part["checksums"], "floors": new}
    if lowered and not allow_regression:
        print("\n".join(lowered), file=sys.stderr)
        print("floors not lowered without --allow-regression", file=sys.stderr)
        return 1
    FLOORS.write_text(json.dumps(everything, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 0


def read_floors() -> dict[str, Any]:
    """Return the floors of every benchmark that has some."""
    floors: dict[str, Any] = (
        json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    )
    return floors


def setting_name(size: int, threshold: float) -> str:
    """Return how a shingle size and a threshold are named in tables and floors."""
    return f"{size}-grams at {threshold}"


def plain(measured: dict[str, Any]) -> dict[str, Any]:
    """Return the measured figures as JSON values."""
    return {
        label: {
            "sha256": part["checksums"],
            "figures": {
                setting: {
                    tool: {
                        "n_true": found.n_true,
                        "n_reported": found.n_reported,
                        "recall": found.recall,
                        "precision": found.precision,
                        "recall_by_jaccard": {
                            f"{edge:.2f}": value for edge, value in found.bins.items()
                        },
                    }
                    for tool, found in tools.items()
                }
                for setting, tools in part["figures"].items()
            },
        }
        for label, part in measured.items()
    }


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
