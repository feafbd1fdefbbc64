"""Which documents mostly stand in another one: in the order of preference, against those kept.

Only documents that share one of its rarest passages are compared with a document: whoever shares
none of those that hold more than a fifth of its words cannot have four fifths. So page furniture
that thousands of documents share costs nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dedup.corpus import Passages
from dedup.duplicates import Pairs
from dedup.text import Kernel

Integers = npt.NDArray[np.int64]

LEAST_SHARE = 0.8  # of a document's words, to be a duplicate of another


def match_documents(
    passages: Passages, pairs: Pairs, order: Integers, *, keeps_one: bool
) -> tuple[Integers, npt.NDArray[np.float64]]:
    """Return for each document the one that it duplicates, and what share of its words.

    Args:
        passages: The passages.
        pairs: The verified pairs of their texts.
        order: Rows of all documents in the order in which they are kept.
        keeps_one: Whether a document is compared only with those kept before it, or with all.

    Returns:
        For each row of the corpus a row, -1 for none; and a share in [0.8, 1], 0 for none.
    """
    n_documents, n_texts = len(order), len(passages.first_passages)
    ranks = np.empty(n_documents, dtype=np.int64)
    ranks[order] = np.arange(n_documents)
    own = np.arange(n_texts)
    ends = np.concatenate([own, pairs.first, pairs.second])
    others = np.concatenate([own, pairs.second, pairs.first])
    neighbours = others[np.argsort(ends, kind="stable")]
    neighbour_starts = np.append(0, np.cumsum(np.bincount(ends, minlength=n_texts)))
    copies = np.bincount(passages.texts, minlength=n_texts)
    n_copies = np.bincount(ends, weights=copies[others], minlength=n_texts)

    owners = ranks[passages.documents]
    by_rarity = np.lexsort((passages.texts, n_copies[passages.texts], owners))
    partners = np.full(n_documents, -1)
    shared = np.zeros(n_documents, dtype=np.int64)
    match_in_order.sized(10 * len(passages) + len(neighbours))(
        np.append(0, np.cumsum(np.bincount(owners, minlength=n_documents))),
        owners[by_rarity], passages.texts[by_rarity], passages.n_words[by_rarity],
        neighbour_starts, neighbours, LEAST_SHARE, keeps_one,
        np.full((2, n_texts), -1), np.full(len(passages), -1),
        np.full(n_texts, -1), np.full(n_documents, -1), partners, shared,
    )  # fmt: skip
    n_words = np.bincount(owners, weights=passages.n_words, minlength=n_documents)
    shares = shared / np.maximum(n_words, 1)
    of_row = np.where(partners[ranks] >= 0, order[partners[ranks]], -1)
    return of_row, shares[ranks]


@Kernel
def file_document(
    document: int, starts: Integers, texts: Integers, files: Integers, following: Integers
) -> None:
    """Add the passages of a document to the list of each text's passages, at the end."""
    for passage in range(starts[document], starts[document + 1]):
        text = texts[passage]
        if files[0, text] < 0:
            files[0, text] = passage
        else:
            following[files[1, text]] = passage
        files[1, text] = passage


@Kernel
def count_shared_words(
    document: int,
    other: int,
    starts: Integers,
    texts: Integers,
    n_words: Integers,
    neighbour_starts: Integers,
    neighbours: Integers,
    marks: Integers,
) -> int:
    """Return the words of a document's passages that have a duplicate in another document."""
    for passage in range(starts[other], starts[other + 1]):
        marks[texts[passage]] = other
    n_shared = 0
    for passage in range(starts[document], starts[document + 1]):
        text = texts[passage]
        for i in range(neighbour_starts[text], neighbour_starts[text + 1]):
            if marks[neighbours[i]] == other:
                n_shared += n_words[passage]
                break
    return n_shared


@Kernel
def match_in_order(
    starts: Integers,
    owners: Integers,
    texts: Integers,
    n_words: Integers,
    neighbour_starts: Integers,
    neighbours: Integers,
    least_share: float,
    keeps_one: bool,
    files: Integers,
    following: Integers,
    marks: Integers,
    seen: Integers,
    partners: Integers,
    shared: Integers,
) -> None:
    """Write for each document the one that has most of its words, if that is enough.

    Documents are numbered in the order of preference; the passages of each come rarest first. The
    last six arrays are filled in here and start with -1, `shared` with 0.
    """
    n_documents = len(starts) - 1
    if not keeps_one:
        for document in range(n_documents):
            file_document(document, starts, texts, files, following)
    for document in range(n_documents):
        total = 0
        for passage in range(starts[document], starts[document + 1]):
            total += n_words[passage]
        left = total  # words of passages that were not looked up yet
        for passage in range(starts[document], starts[document + 1]):
            if left / total < least_share or shared[document] == total:
                break
            left -= n_words[passage]
            text = texts[passage]
            for i in range(neighbour_starts[text], neighbour_starts[text + 1]):
                entry = files[0, neighbours[i]]
                while entry >= 0 and shared[document] < total:
                    other = owners[entry]
                    entry = following[entry]
                    if other == document or seen[other] == document:
                        continue
                    seen[other] = document
                    n_shared = count_shared_words(
                        document, other, starts, texts, n_words, neighbour_starts, neighbours, marks
                    )
                    if n_shared / total >= least_share and (
                        n_shared > shared[document]
                        or (n_shared == shared[document] and other < partners[document])
                    ):
                        partners[document], shared[document] = other, n_shared
        if keeps_one and partners[document] < 0:
            file_document(document, starts, texts, files, following)
