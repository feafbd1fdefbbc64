"""Group near-duplicate passages with datasketch: `MinHash.generator` into `MinHashLSH`.

Settings: `default`, as its documentation has it (SHA-1, bands by its optimizer, candidates filtered
by the estimated Jaccard); `fast`, the same with a faster hash function, which it recommends without
shipping one (here zlib's CRC-32); `recall`, that with bands for a recall of 0.98 and exact
verification.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from datasketch import MinHash, MinHashLSH
from passages import (
    NUM_PERM,
    byte_shingles,
    exactly_verified,
    loose_threshold,
    parse_options,
    read_passages,
    recall_rows,
    write_results,
)


def main() -> None:
    """Read, group, write."""
    options = parse_options(
        "Group near-duplicate passages with datasketch.", ("default", "fast", "recall")
    )
    size, threshold = options.shingle_size, options.threshold
    ids, texts = read_passages(options.corpus)
    hashing = {} if options.setting == "default" else {"hashfunc": zlib.crc32}
    shingles = (byte_shingles(text, size) for text in texts)
    signatures = MinHash.generator(shingles, num_perm=NUM_PERM, **hashing)
    if options.setting == "recall":
        rows = recall_rows(threshold)
        index = MinHashLSH(num_perm=NUM_PERM, params=(NUM_PERM // rows, rows))
        candidates = estimated_pairs(signatures, index, loose_threshold(threshold))
        pairs = exactly_verified(candidates, texts, size=size, threshold=threshold)
    else:
        index = MinHashLSH(threshold=threshold, num_perm=NUM_PERM)
        pairs = estimated_pairs(signatures, index, threshold)
    write_results(options, ids, pairs)


def estimated_pairs(
    signatures: Iterator[MinHash], index: MinHashLSH, threshold: float
) -> Iterator[tuple[int, int]]:
    """Yield the candidate pairs whose estimated Jaccard is at or above the threshold.

    Each passage asks before it is inserted: half of the look-ups' results of asking afterwards.
    """
    seen: list[MinHash] = []
    for row, signature in enumerate(signatures):
        for earlier in index.query(signature):
            if signature.jaccard(seen[earlier]) >= threshold:
                yield earlier, row
        index.insert(row, signature, check_duplication=False)
        seen.append(signature)


if __name__ == "__main__":
    main()
