"""Group near-duplicate passages with gaoya: its built-in word tokeniser, bulk calls, all threads.

The containers are those that its documentation recommends where similar passages are few. Settings:
`default`, with the bands that it computes for the threshold; it filters by the estimated Jaccard
itself; `recall`, with bands for a recall of 0.98, a looser filter, and exact verification.
"""

from __future__ import annotations

from collections.abc import Iterator

from gaoya.minhash import MinHashStringIndex
from passages import (
    NUM_PERM,
    exactly_verified,
    loose_threshold,
    parse_options,
    read_passages,
    recall_rows,
    write_results,
)


def main() -> None:
    """Read, group, write."""
    options = parse_options("Group near-duplicate passages with gaoya.", ("default", "recall"))
    size, threshold = options.shingle_size, options.threshold
    ids, texts = read_passages(options.corpus)
    if options.setting == "recall":
        rows = recall_rows(threshold)
        index = passage_index(loose_threshold(threshold), size, bands=NUM_PERM // rows, rows=rows)
        candidates = estimated_pairs(index, texts)
        pairs = exactly_verified(candidates, texts, size=size, threshold=threshold)
    else:
        pairs = estimated_pairs(passage_index(threshold, size), texts)
    write_results(options, ids, pairs)


def passage_index(
    threshold: float, size: int, *, bands: int | None = None, rows: int | None = None
) -> MinHashStringIndex:
    """Return an empty index; without bands and rows it computes its own."""
    return MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=threshold,
        num_bands=bands,
        band_size=rows,
        num_hashes=NUM_PERM,
        analyzer="word",
        lowercase=True,
        ngram_range=(size, size),
        id_container="smallvec",
    )


def estimated_pairs(index: MinHashStringIndex, texts: list[str]) -> Iterator[tuple[int, int]]:
    """Yield the pairs that the index finds at or above its threshold."""
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    for row, found in enumerate(index.par_bulk_query(texts)):
        if len(found) > 1:
            for other in found:
                if other > row:
                    yield row, other


if __name__ == "__main__":
    main()
