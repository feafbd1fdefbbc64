"""Group near-duplicate passages with rensa: its batch API into `RMinHashLSH`.

Its faster digest matrices give flags only, no pairs, so the batch objects are its fastest way to
groups. Settings: `default`, with the bands that its own deduplicator chooses for the threshold and
candidates filtered by the estimated Jaccard; `recall`, with bands for a recall of at least 0.98 and
exact verification.
"""

from __future__ import annotations

from collections.abc import Iterator

from passages import (
    NUM_PERM,
    exactly_verified,
    loose_threshold,
    parse_options,
    read_passages,
    recall_rows,
    text_shingles,
    write_results,
)
from rensa import RMinHash, RMinHashLSH


def main() -> None:
    """Read, group, write."""
    options = parse_options("Group near-duplicate passages with rensa.", ("default", "recall"))
    size, threshold = options.shingle_size, options.threshold
    ids, texts = read_passages(options.corpus)
    shingles = (text_shingles(text, size) for text in texts)
    signatures = RMinHash.from_token_sets(shingles, num_perm=NUM_PERM, seed=1)
    if options.setting == "recall":
        # Bands must divide the permutations: the next power of two of rows below.
        rows = 1 << (recall_rows(threshold).bit_length() - 1)
        candidates = estimated_pairs(signatures, NUM_PERM // rows, loose_threshold(threshold))
        pairs = exactly_verified(candidates, texts, size=size, threshold=threshold)
    else:
        pairs = estimated_pairs(signatures, default_bands(threshold), threshold)
    write_results(options, ids, pairs)


def default_bands(threshold: float) -> int:
    """Return the bands that `RMinHashDeduplicator` takes; `RMinHashLSH` has to be told."""
    steps = ((0.9, 4), (0.8, 8), (0.7, 16), (0.5, 32))
    return next((bands for least, bands in steps if threshold >= least), 64)


def estimated_pairs(
    signatures: list[RMinHash], bands: int, threshold: float
) -> Iterator[tuple[int, int]]:
    """Yield the candidate pairs whose estimated Jaccard is at or above the threshold."""
    index = RMinHashLSH(threshold=threshold, num_perm=NUM_PERM, num_bands=bands)
    index.insert_many(signatures)
    for row, found in enumerate(index.query_all(signatures)):
        if len(found) > 1:
            signature = signatures[row]
            for other in found:
                if other > row and signature.jaccard(signatures[other]) >= threshold:
                    yield row, other


if __name__ == "__main__":
    main()
