"""Find every pair of paragraphs at or above a Jaccard, exactly: the truth for recall.

In go texts, out come pairs with their Jaccard over word shingles. Nothing is estimated and nothing
is shared with `dedup`: shingles are numbered through their words, not hashed, and candidates come
from prefix filtering (Chaudhuri, Ganti and Kaushik 2006), which loses none.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# Scripts written without spaces: one token a character.
UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
APOSTROPHES = "'\u2019"
# Rows of the sparse product at a time, and pairs verified at a time: bounds on memory alone.
BLOCK_ROWS = 20_000
BLOCK_PAIRS = 200_000


def main() -> int:
    """Write the pairs of one JSON Lines file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("corpus", type=Path, help="JSON Lines with id and text")
    parser.add_argument("--threshold", type=float, default=0.7)
    parser.add_argument("--shingle-size", type=int, default=5)
    parser.add_argument(
        "--output", type=Path, required=True, help="JSON Lines: first, second, jaccard"
    )
    options = parser.parse_args()
    ids, texts = read_paragraphs(options.corpus)
    first, second, jaccard = exact_pairs(
        texts, shingle_size=options.shingle_size, threshold=options.threshold
    )
    with options.output.open("w", encoding="utf-8") as out:
        for i, j, score in zip(first.tolist(), second.tolist(), jaccard.tolist(), strict=True):
            out.write(json.dumps({"first": ids[i], "second": ids[j], "jaccard": score}) + "\n")
    print(f"{len(first)} pairs of {len(texts)} paragraphs")
    return 0


def read_paragraphs(path: Path) -> tuple[list[str], list[str]]:
    """Return ids and texts in the order of ids, the order in which `dedup` numbers passages."""
    with path.open(encoding="utf-8") as lines:
        records = sorted((record["id"], record["text"]) for record in map(json.loads, lines))
    return [record[0] for record in records], [record[1] for record in records]


def exact_pairs(
    texts: Sequence[str], *, shingle_size: int, threshold: float
) -> tuple[Ints, Ints, Floats]:
    """Return all pairs of texts whose Jaccard is at or above the threshold.

    Texts of the same tokens are one distinct text, named by its first row. Pairs are between the
    first rows of two distinct texts, and between each further copy and the first row of its text.

    Args:
        texts: Texts in passage order.
        shingle_size: Words in a shingle; a shorter text is one shingle of what it has.
        threshold: Least Jaccard, in (0, 1].

    Returns:
        First rows, second rows (first < second), int64, and Jaccard, float64; sorted.
    """
    tokens = tokenise(texts)
    first_of, rows = collapse(tokens)
    sets = shingle_sets([tokens[row] for row in rows], shingle_size)
    left, right = candidate_pairs(sets, threshold)
    jaccard = exact_jaccard(sets, left, right)
    kept = jaccard >= threshold
    distinct = np.array(rows, dtype=np.int64)
    copies = [row for row, first in enumerate(first_of) if first not in (row, -1)]
    first = np.concatenate(
        [distinct[left[kept]], np.array([first_of[row] for row in copies], dtype=np.int64)]
    )
    second = np.concatenate([distinct[right[kept]], np.array(copies, dtype=np.int64)])
    jaccard = np.concatenate([jaccard[kept], np.ones(len(copies))])
    order = np.lexsort((second, first))
    return first[order], second[order], jaccard[order]


def tokenise(texts: Sequence[str]) -> list[list[str]]:
    """Return the tokens of each text: NFKC and casefold, runs of letters, marks and digits."""
    folded = [
        text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
        for text in texts
    ]
    pattern = token_pattern(
        "".join(set("".join(set(text)) for text in folded if not text.isascii()))
    )
    # One apostrophe for all: the style of a quotation mark never changes a token.
    return [pattern.findall(text.replace("\u2019", "'")) for text in folded]


def token_pattern(characters: str) -> re.Pattern[str]:
    """Return the pattern of a token, for texts of ASCII and these characters."""
    word = "".join(
        sorted({c for c in characters if unicodedata.category(c)[0] in "LMN" and not c.isascii()})
    )
    letter = f"[a-z0-9{word}]"
    if not re.search(f"[{UNSPACED}]", word):
        return re.compile(f"{letter}+(?:'{letter}+)*")
    spaced = f"(?:(?![{UNSPACED}]){letter})"
    return re.compile(f"[{UNSPACED}]|{spaced}+(?:'{spaced}+)*")


def collapse(tokens: Sequence[list[str]]) -> tuple[list[int], list[int]]:
    """Return the first row with the same tokens for each text (-1: no token), and those rows."""
    seen: dict[str, int] = {}
    first_of = [
        seen.setdefault(" ".join(words), row) if words else -1 for row, words in enumerate(tokens)
    ]
    return first_of, list(seen.values())


def shingle_sets(tokens: Sequence[list[str]], shingle_size: int) -> sparse.csr_array:
    """Return one row a text with a 1 for each of its shingles, the rarest shingle in column 0.

    Shingles are numbered word by word (the pair of a shorter shingle's number and the next word),
    so two numbers are equal only where all words are. Short texts are padded with the word 0.
    """
    vocabulary: dict[str, int] = {}
    flat: list[int] = []
    for words in tokens:
        flat += [vocabulary.setdefault(word, len(vocabulary) + 1) for word in words]
        flat += [0] * (shingle_size - 1)
    stream = np.array(flat, dtype=np.int64)
    n_words = np.array([len(words) for words in tokens], dtype=np.int64)
    n_shingles = np.maximum(n_words - shingle_size + 1, 1)
    text_starts = np.cumsum(n_words + shingle_size - 1) - (n_words + shingle_size - 1)
    first_shingles = np.cumsum(n_shingles) - n_shingles
    rows = np.repeat(np.arange(len(tokens)), n_shingles)
    starts = np.arange(n_shingles.sum()) - first_shingles[rows] + text_starts[rows]
    numbers = stream[starts]
    for offset in range(1, shingle_size):
        longer = numbers * (len(vocabulary) + 1) + stream[starts + offset]
        numbers = np.unique(longer, return_inverse=True)[1]
    n_numbers = int(numbers.max(initial=0)) + 1
    entries = np.unique(rows * n_numbers + numbers)
    rows, numbers = np.divmod(entries, n_numbers)
    frequency = np.bincount(numbers, minlength=n_numbers)
    rank = np.empty(n_numbers, dtype=np.int64)
    rank[np.argsort(frequency, kind="stable")] = np.arange(n_numbers)
    columns = rank[numbers]
    order = np.lexsort((columns, rows))
    pointers = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(tokens)))])
    ones = np.ones(len(entries), dtype=np.int32)
    return sparse.csr_array((ones, columns[order], pointers), shape=(len(tokens), n_numbers))


def candidate_pairs(sets: sparse.csr_array, threshold: float) -> tuple[Ints, Ints]:
    """Return row pairs (i < j) that share a shingle of their prefixes and differ little in size.

    Two sets at or above the threshold share one of the n - ceil(t n) + 1 rarest shingles of each.
    """
    sizes = np.diff(sets.indptr)
    # The ceiling of a product that should be whole must not be pushed up by its rounding.
    prefix = np.array(
        [n - math.ceil(threshold * n - 1e-9) + 1 for n in sizes.tolist()], dtype=np.int64
    )
    within = np.arange(sets.nnz) - np.repeat(sets.indptr[:-1], sizes)
    frequency = np.bincount(sets.indices, minlength=sets.shape[1])
    used = (within < np.repeat(prefix, sizes)) & (frequency[sets.indices] > 1)
    rows = np.repeat(np.arange(len(sizes)), sizes)[used]
    # A bool product saturates instead of counting: it is enough to know that one is shared.
    ones = np.ones(len(rows), dtype=bool)
    prefixes = sparse.csr_array((ones, (rows, sets.indices[used])), shape=sets.shape)
    columns = prefixes.T.tocsr()
    left, right = [], []
    for start in range(0, len(sizes), BLOCK_ROWS):
        shared = (prefixes[start : start + BLOCK_ROWS] @ columns).tocoo()
        i, j = shared.row.astype(np.int64) + start, shared.col.astype(np.int64)
        small, large = np.minimum(sizes[i], sizes[j]), np.maximum(sizes[i], sizes[j])
        kept = (i < j) & (small >= threshold * large - 1e-9)
        left.append(i[kept])
        right.append(j[kept])
    return np.concatenate(left), np.concatenate(right)


def exact_jaccard(sets: sparse.csr_array, left: Ints, right: Ints) -> Floats:
    """Return the Jaccard of each pair of rows, float64."""
    sizes = np.diff(sets.indptr)
    shared = np.empty(len(left), dtype=np.int64)
    for start in range(0, len(left), BLOCK_PAIRS):
        block = slice(start, start + BLOCK_PAIRS)
        shared[block] = sets[left[block]].multiply(sets[right[block]]).sum(axis=1)
    jaccard: Floats = shared / (sizes[left] + sizes[right] - shared)
    return jaccard


if __name__ == "__main__":
    sys.exit(main())
