"""Write a corpus of paragraphs, one a record, with near-duplicates planted in it.

In go real articles (`--data`), or nothing; out come JSON Lines (`id`, `text`) and, beside them, the
planted pairs. Real text first, because invented text has neither the stock phrases nor the skewed
words that make duplicates hard to find; a Markov model of it where there is not enough; invented
words where there is none, so that every benchmark runs everywhere.
"""

from __future__ import annotations

import argparse
import bisect
import gzip
import itertools
import json
import os
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

MIN_WORDS = 38
# Longer "paragraphs" of the real data are whole releases that lost their line breaks.
MAX_WORDS = 100
PLANTED_SHARE = 0.2
# Of the copied paragraphs, 11 % have two copies and 4 % four: the shape of small wire clusters.
COPIES = {1: 0.85, 2: 0.11, 4: 0.04}
# The small collections are used up first, the last one fills.
FILES = (
    "polnear/articles.jsonl.gz",
    "wikinews/articles.jsonl.gz",
    "newsgroups20/messages.jsonl.gz",
    "senate_press/articles.jsonl.gz",
)
KINDS = ("paragraphs", "identical", "shared-sentence", "one-number")
MARKOV_JUMP = 0.3
VOCABULARY_SIZE = 30_000
ONSETS = (
    "b",
    "br",
    "d",
    "dr",
    "f",
    "g",
    "gl",
    "h",
    "k",
    "l",
    "m",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "st",
    "t",
    "v",
    "z",
)
NUCLEI = ("a", "e", "i", "o", "u", "ai", "ea", "ou")
CODAS = ("", "", "", "l", "m", "n", "r", "s", "t", "nd", "rk")


def main() -> int:
    """Write the corpus and its planted pairs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument(
        "--size", type=parse_size, default=100_000, help="paragraphs: 20k, 100k, 1m"
    )
    parser.add_argument("--kind", choices=KINDS, default="paragraphs")
    parser.add_argument(
        "--data",
        type=Path,
        default=data_folder(),
        help="folder of real articles; default: $DEDUP_BENCHMARK_DATA",
    )
    parser.add_argument(
        "--invented", action="store_true", help="use invented text even where there is data"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    data = None if options.invented else options.data
    if data is not None and not any((data / name).exists() for name in FILES):
        parser.error(f"none of {', '.join(FILES)} in {data}")
    write_corpus(options.output, options.size, kind=options.kind, data=data, seed=options.seed)
    return 0


def data_folder() -> Path | None:
    """Return the folder of real articles that the environment names, if it names one."""
    value = os.environ.get("DEDUP_BENCHMARK_DATA")
    return Path(value) if value else None


def parse_size(text: str) -> int:
    """Return a number of paragraphs written as 500, 20k or 1m."""
    match = re.fullmatch(r"(\d+)([km]?)", text.lower())
    if match is None:
        raise argparse.ArgumentTypeError(f"size must look like 500, 20k or 1m, got {text}")
    return int(match[1]) * {"": 1, "k": 1_000, "m": 1_000_000}[match[2]]


def planted_path(path: Path) -> Path:
    """Return where the planted pairs of a corpus are written."""
    return path.with_suffix(".planted.jsonl")


def write_corpus(
    path: Path, size: int, *, kind: str = "paragraphs", data: Path | None = None, seed: int = 1
) -> None:
    """Write `size` paragraphs to `path` and the planted pairs beside them.

    Args:
        path: The JSON Lines file; planted pairs go to `planted_path(path)`.
        size: Number of records.
        kind: `paragraphs`, or one of the skewed cases: `identical`, `shared-sentence` (distinct
            paragraphs with one long sentence in common), `one-number` (one template).
        data: Folder of real articles; invented text when None.
        seed: The same seed, size and data give the same bytes.
    """
    rng = random.Random(seed)
    if kind == "paragraphs":
        n_planted = round(size * PLANTED_SHARE)
        texts = base_paragraphs(size - n_planted, data=data, rng=rng)
        pairs = plant_copies(texts, n_planted, rng)
    else:
        texts, pairs = skewed_paragraphs(kind, size, rng), []
    # Ids follow the shuffled order, so neither ids nor lines betray who was copied from whom.
    order = list(range(len(texts)))
    rng.shuffle(order)
    ids = {row: f"p{line:07d}" for line, row in enumerate(order)}
    with path.open("w", encoding="utf-8") as out:
        for row in order:
            out.write(json.dumps({"id": ids[row], "text": texts[row]}, ensure_ascii=False) + "\n")
    with planted_path(path).open("w", encoding="utf-8") as out:
        for source, copy, edit in pairs:
            record = {"source": ids[source], "copy": ids[copy], "kind": edit}
            out.write(json.dumps(record) + "\n")


def base_paragraphs(n: int, *, data: Path | None, rng: random.Random) -> list[str]:
    """Return `n` paragraphs: real, then from a Markov model of the real; or all invented."""
    if data is None:
        invented = invented_paragraphs(rng)
        return [next(invented) for _ in range(n)]
    texts: list[str] = []
    for name in FILES:
        if len(texts) >= n or not (data / name).exists():
            continue
        found = read_paragraphs(data / name)
        if len(texts) + len(found) > n:
            found = rng.sample(found, n - len(texts))
        texts += found
    # One of several identical paragraphs is kept: real collections repeat some thousands of times
    # what only the skewed cases should measure, and peers pay for it quadratically.
    texts = list(dict.fromkeys(texts))
    if len(texts) < n:
        texts += markov_paragraphs(texts, n - len(texts), seed=rng.randrange(2**32))
    return texts


def read_paragraphs(path: Path) -> list[str]:
    """Return the paragraphs of a file of articles, short ones merged, long ones left out."""
    texts = []
    quoted = "newsgroups" in path.parent.name
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            text = json.loads(line)["text"]
            if quoted:
                kept = (
                    row for row in text.split("\n") if not row.lstrip().startswith((">", "|", ":"))
                )
                text = "\n".join(kept)
            words: list[str] = []
            for paragraph in re.split(r"\n\s*\n", text):
                words += paragraph.split()
                if len(words) < MIN_WORDS:
                    continue
                if len(words) <= MAX_WORDS:
                    texts.append(" ".join(words))
                words = []
    return texts


def markov_paragraphs(texts: list[str], n: int, *, seed: int) -> list[str]:
    """Return `n` paragraphs of a word Markov model of `texts`.

    Every step continues after a random earlier occurrence of the last two words, or, with
    probability 0.3, of the last word alone, which cuts runs copied word for word. All chains step
    together, as arrays: a million paragraphs take seconds.
    """
    import numpy as np  # only this needs it, and invented text should run without

    ids: dict[str, int] = {"": 0}
    flat = [0]
    starts = []
    for text in texts:
        starts.append(len(flat))
        flat += [ids.setdefault(word, len(ids)) for word in text.split(" ")]
        flat.append(0)
    words = np.array(flat, dtype=np.int64)
    vocabulary = list(ids)
    rng = np.random.default_rng(seed)

    def occurrences(keys: Ints) -> tuple[Ints, Ints, Ints]:
        """Return positions sorted by key, and for each position its group's start and size."""
        order = np.argsort(keys, kind="stable")
        _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
        first = np.cumsum(counts) - counts
        return order, first[inverse], counts[inverse]

    before = np.roll(words, 1)
    by_two = occurrences(before * len(ids) + words)
    by_one = occurrences(words)
    lengths = rng.choice([text.count(" ") + 1 for text in texts], n)
    where = rng.choice(starts, n)
    produced = np.zeros((n, int(lengths.max())), dtype=np.int32)
    for step in range(produced.shape[1]):
        produced[:, step] = words[where]
        jump = rng.random(n) < MARKOV_JUMP
        draw = rng.random(n)
        following = np.empty(n, dtype=np.int64)
        for chosen, (order, first, count) in ((jump, by_one), (~jump, by_two)):
            here = where[chosen]
            following[chosen] = (
                order[first[here] + (draw[chosen] * count[here]).astype(np.int64)] + 1
            )
        ended = words[following] == 0
        following[ended] = rng.choice(starts, int(ended.sum()))
        where = following
    return [
        " ".join([vocabulary[word] for word in row[:length]])
        for row, length in zip(produced.tolist(), lengths.tolist(), strict=True)
    ]


def invented_paragraphs(rng: random.Random) -> Iterator[str]:
    """Yield endless paragraphs over an invented vocabulary with Zipf frequencies."""
    vocabulary = invented_vocabulary(rng)
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(vocabulary) + 1)))
    while True:
        length = rng.randint(MIN_WORDS, 75)
        words = rng.choices(vocabulary, cum_weights=weights, k=length)
        yield " ".join(punctuate(words, rng))


def invented_vocabulary(rng: random.Random) -> list[str]:
    """Return distinct invented words, common ones short."""
    found: dict[str, None] = {}
    while len(found) < VOCABULARY_SIZE:
        n_syllables = 1 + bisect.bisect((40, 2_000, 15_000), len(found))
        word = "".join(
            rng.choice(ONSETS) + rng.choice(NUCLEI) + rng.choice(CODAS) for _ in range(n_syllables)
        )
        found.setdefault(word)
    return list(found)


def punctuate(words: list[str], rng: random.Random) -> list[str]:
    """Return the words as sentences: capitals, commas, full stops, a number now and then."""
    marked = list(words)
    left = 0
    for i in range(len(marked)):
        if left == 0:
            left = rng.randint(8, 25)
            marked[i] = marked[i].capitalize()
        left -= 1
        if rng.random() < 0.02:
            marked[i] = str(rng.randint(2, 2_000))
        if left == 0 or i == len(marked) - 1:
            marked[i] += "."
        elif rng.random() < 0.06:
            marked[i] += ","
    return marked


def plant_copies(texts: list[str], n: int, rng: random.Random) -> list[tuple[int, int, str]]:
    """Append `n` edited copies to `texts` and return them as (source row, copy row, edit)."""
    pool = [word for text in texts[:5_000] for word in text.split(" ")]
    edits = list(EDITS)
    n_base = len(texts)
    sources = rng.sample(range(n_base), n_base)
    pairs: list[tuple[int, int, str]] = []
    for source in itertools.cycle(sources):
        for _ in range(rng.choices(tuple(COPIES), tuple(COPIES.values()))[0]):
            if len(pairs) == n:
                return pairs
            edit = rng.choice(edits)
            pairs.append((source, len(texts), edit))
            texts.append(" ".join(EDITS[edit](texts[source].split(" "), pool, rng)))
    return pairs


def keep(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words as they are."""
    return list(words)


def change_case_and_punctuation(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words in another case, with other quotes and without some end punctuation."""
    change = rng.choice((str.upper, str.lower, str.title, str))
    edited = []
    for word in words:
        bare = word.rstrip(".,;:!?") if rng.random() < 0.3 else word
        edited.append(change(bare or word).replace('"', "\u201d").replace("'", "\u2019"))
    return edited


def substitute(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words with a few replaced by words of other paragraphs."""
    edited = list(words)
    for i in rng.sample(range(len(edited)), few(edited, rng)):
        edited[i] = rng.choice(pool)
    return edited


def insert(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words with a few inserted."""
    edited = list(words)
    for _ in range(few(words, rng)):
        edited.insert(rng.randint(0, len(edited)), rng.choice(pool))
    return edited


def delete(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words with a few deleted."""
    gone = set(rng.sample(range(len(words)), few(words, rng)))
    return [word for i, word in enumerate(words) if i not in gone]


def truncate(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words without 5 to 40 % of them at one end."""
    n_kept = round(len(words) * rng.uniform(0.6, 0.95))
    return words[:n_kept] if rng.random() < 0.7 else words[-n_kept:]


def mix(words: list[str], pool: list[str], rng: random.Random) -> list[str]:
    """Return the words after two different edits."""
    for edit in rng.sample((change_case_and_punctuation, substitute, insert, delete), 2):
        words = edit(words, pool, rng)
    return words


def few(words: list[str], rng: random.Random) -> int:
    """Return how many words to edit: one, up to 6 % of them.

    So that planted pairs lie on both sides of 0.7: one edit of a paragraph of 54 words leaves a
    Jaccard of 0.82 over 5-grams, three leave 0.54.
    """
    return rng.randint(1, max(1, round(len(words) * 0.06)))


EDITS: dict[str, Callable[[list[str], list[str], random.Random], list[str]]] = {
    "exact": keep,
    "case_punctuation": change_case_and_punctuation,
    "substitution": substitute,
    "insertion": insert,
    "deletion": delete,
    "truncation": truncate,
    "mixed": mix,
}


def skewed_paragraphs(kind: str, n: int, rng: random.Random) -> list[str]:
    """Return `n` paragraphs of one skewed kind, made of invented words."""
    invented = invented_paragraphs(rng)
    text = next(invented)
    if kind == "identical":
        return [text] * n
    if kind == "shared-sentence":
        shared = " ".join(text.split(" ")[:30])
        return [f"{shared} {next(invented)}" for _ in range(n)]
    words = text.split(" ")
    half = len(words) // 2
    return [" ".join([*words[:half], str(number), *words[half:]]) for number in range(n)]


if __name__ == "__main__":
    sys.exit(main())
