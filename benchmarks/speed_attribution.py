"""Measure what reading attributions costs: characters a CPU second on real press releases.

The whole set is 212 million characters; `--releases` takes fewer. Once in the process, for the
reading of texts alone (compiled code loaded beforehand), and as a process of its own, start-up and
tables included. A plain pass of one regular expression for the cues alone is beside it.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import re
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from commands import add_data_option, measure

RELEASES = "senate_press/articles.jsonl.gz"
SAID = re.compile(
    r"\b(?:according to|said|says|told|added|announced|reported|wrote|stated|called|argued)\b"
)


def main() -> int:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    add_data_option(parser)
    parser.add_argument("--releases", type=int, default=100_000, help="at most; default: all")
    options = parser.parse_args()
    if options.data is None or not (options.data / RELEASES).exists():
        print("releases skipped: no real articles", file=sys.stderr)
        return 0
    from dedup import CorpusSettings, read_corpus
    from dedup.attribution import gazetteer
    from dedup.attribution.find import find_attributions
    from dedup.corpus import collect_passages

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "releases.jsonl"
        with gzip.open(options.data / RELEASES) as lines, path.open("wb") as file:
            file.writelines(itertools.islice(lines, options.releases))
        corpus = read_corpus([path], CorpusSettings(skip_bad_records=True))
        n_characters = sum(len(document.text) for document in corpus)
        with ThreadPoolExecutor() as executor:
            passages = collect_passages(corpus, shingle_size=3, executor=executor)
        labels = corpus.documents["outlet"].unique().to_pylist()
        outlets = gazetteer().with_labels(labels)
        small = type(corpus)(corpus.documents.slice(0, 2_000))
        with ThreadPoolExecutor() as executor:
            first = collect_passages(small, shingle_size=3, executor=executor)
        find_attributions(small, first, outlets)  # loads the compiled code
        start = time.process_time()
        found = find_attributions(corpus, passages, outlets)
        reading = time.process_time() - start
        start = time.process_time()
        n_cues = sum(len(SAID.findall(document.text)) for document in corpus)
        plain = time.process_time() - start
        print("\n| | rows | CPU s | million characters a CPU s |\n|---|--:|--:|--:|")
        print(f"| attributions, the reading alone | {len(found):,} | {reading:.1f}"
              f" | {n_characters / reading / 1e6:.2f} |")  # fmt: skip
        print(f"| one regular expression for ten cues | {n_cues:,} | {plain:.1f}"
              f" | {n_characters / plain / 1e6:.2f} |", flush=True)  # fmt: skip
        cost = measure(
            [sys.executable, "-m", "dedup", "report", str(path), "--skip-bad-records", "--quiet",
             "--only", "attributions", "--output-dir", folder + "/tables"]
        )  # fmt: skip
        print(f"| `dedup report --only attributions`, tables written | | {cost.cpu_seconds:.1f}"
              f" | {n_characters / cost.cpu_seconds / 1e6:.2f} |")  # fmt: skip
        print(f"\n{len(corpus):,} releases, {n_characters / 1e6:.1f} million characters;"
              f" the process: {cost.wall_seconds:.0f} s wall, {cost.peak_mb:,.0f} MB")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
