"""Find reused text in a corpus with a peer; one JSON line for each link on stdout.

Each peer does what its own documentation shows: copydetect fingerprints files, difflib and
rapidfuzz align every pair of documents of two outlets, scikit-learn looks for the nearest
paragraph by TF-IDF cosine.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Link = tuple[str, str, float]

LEAST_WORDS = 8
LEAST_COSINE = 0.5
WORD = re.compile(r"\w+")


def main() -> None:
    """Run one peer."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("corpus", type=Path)
    options = parser.parse_args()
    with options.corpus.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    for link in PEERS[options.peer](records):
        sys.stdout.write(json.dumps(link) + "\n")


def pairs(records: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every pair of documents of two outlets."""
    for one, other in itertools.combinations(records, 2):
        if one["outlet"] != other["outlet"]:
            yield one, other


def run_difflib(records: list[dict[str, Any]]) -> Iterator[Link]:
    """Yield pairs that share a run of words, by the longest matching blocks."""
    words = {record["id"]: WORD.findall(record["text"].lower()) for record in records}
    matcher = difflib.SequenceMatcher(None, autojunk=False)
    second = None
    for one, other in pairs(records):
        if second != one["id"]:  # what it keeps of the second sequence serves all of its pairs
            second = one["id"]
            matcher.set_seq2(words[second])
        matcher.set_seq1(words[other["id"]])
        longest = max((block.size for block in matcher.get_matching_blocks()), default=0)
        if longest >= LEAST_WORDS:
            yield one["id"], other["id"], float(longest)


def run_rapidfuzz(records: list[dict[str, Any]]) -> Iterator[Link]:
    """Yield pairs of which one has nearly the whole of the other, by partial alignment."""
    from rapidfuzz import fuzz

    texts = {record["id"]: record["text"].lower() for record in records}
    for one, other in pairs(records):
        found = fuzz.partial_ratio_alignment(texts[one["id"]], texts[other["id"]], score_cutoff=50)
        if found is not None:
            yield one["id"], other["id"], found.score


def run_copydetect(records: list[dict[str, Any]]) -> Iterator[Link]:
    """Yield pairs of files that share fingerprints."""
    import copydetect

    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for number, record in enumerate(records):
            path = Path(folder) / f"{number}.txt"
            path.write_text(record["text"], encoding="utf-8")
            names[str(path)] = record["id"]
        detector = copydetect.CopyDetector(
            test_dirs=[folder], extensions=["txt"], noise_t=25, guarantee_t=40,
            display_t=0.05, disable_filtering=True, silent=True,
        )  # fmt: skip
        detector.run()
        for row in detector.get_copied_code_list():
            yield names[row[2]], names[row[3]], float(row[0])


def run_sklearn(records: list[dict[str, Any]]) -> Iterator[Link]:
    """Yield for each paragraph the nearest other one, by TF-IDF cosine."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.neighbors import NearestNeighbors

    paragraphs = [
        (record["id"], paragraph)
        for record in records
        for paragraph in re.split(r"\n\s*\n", record["text"])
        if len(paragraph.split()) >= 12
    ]
    matrix = TfidfVectorizer(token_pattern=r"\w+").fit_transform(text for _, text in paragraphs)
    nearest = NearestNeighbors(n_neighbors=2, metric="cosine").fit(matrix)
    distances, rows = nearest.kneighbors(matrix)
    for number, (away, near) in enumerate(zip(distances, rows, strict=True)):
        for distance, row in zip(away, near, strict=True):
            if row != number and 1 - distance >= LEAST_COSINE:
                yield paragraphs[number][0], paragraphs[row][0], float(1 - distance)


PEERS = {
    "difflib": run_difflib,
    "rapidfuzz": run_rapidfuzz,
    "copydetect": run_copydetect,
    "scikit-learn": run_sklearn,
}

if __name__ == "__main__":
    main()
