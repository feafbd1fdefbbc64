"""The log of removals: one JSON object a line, with what was removed, what it duplicates and why.

Rows come in the order of publication, id and position, so the log depends on the documents alone.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from dedup.analysis import Analysis
from dedup.clean.choose import Removals
from dedup.corpus import ROLES, Corpus, Passages, text_buffers
from dedup.duplicates import KINDS
from dedup.rows import named

Integers = npt.NDArray[np.int64]

_ROWS_AT_ONCE = 1 << 12
_NOT_ITS_TEXT = r"(?i)\.(html?|json)(\.gz|\.zst)?$"  # files that hold more than their texts
_PLACE = ("document_id", "path", "line", "start", "end")
_KEYS = ("removed", *_PLACE, "n_words", "role", *(f"duplicate_of_{name}" for name in _PLACE),
         "jaccard", "share", "kind", "keep", "reason")  # fmt: skip


def log_lines(analysis: Analysis, removals: Removals) -> Iterator[bytes]:
    """Yield the lines of the log, some thousand at a time.

    Each has `removed` (`passage` or `document`), `document_id`, `path`, `line`, `start`, `end`,
    `n_words` and `role`; the same up to `end` of what it duplicates, as `duplicate_of_…`;
    `jaccard` of the two passages, or the `share` of the document's words that stand in the other;
    `kind` of duplicate; `keep`, the rule that chose the copy that stays; and `reason`: `duplicate`,
    or `nothing left` for a document that lost every passage. What does not apply is null.
    """
    of_passages = removals.settings.level == "passage"
    documents = _document_places(analysis.corpus, analysis.passage_arrays)
    lines = line_numbers(analysis.corpus, analysis.passage_arrays) if of_passages else None

    def places(numbers: Integers) -> pa.Table:
        if lines is None:
            return documents.take(pa.array(numbers))
        return _passage_places(analysis.passage_arrays, documents, lines, numbers)

    keep = ", ".join(removals.settings.keep)
    why = {"removed": removals.settings.level, "keep": keep, "reason": "duplicate"}
    for first in range(0, len(removals), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        table = places(removals.removed[rows])
        counterparts = places(removals.duplicated[rows]).select(_PLACE)
        for name, column in zip(_PLACE, counterparts.columns, strict=True):
            table = table.append_column(f"duplicate_of_{name}", column)
        score = "jaccard" if of_passages else "share"
        table = table.append_column(score, [np.round(removals.similarity[rows], 6)])
        table = table.append_column("kind", named(removals.kinds[rows], KINDS))
        yield _to_lines(table, why)
    if of_passages:
        passages = analysis.passage_arrays
        by_publication = passages.documents[passages.positions == 0]
        gone = by_publication[np.isin(by_publication, removals.gone)]
        why |= {"removed": "document", "reason": "nothing left"}
        yield _to_lines(documents.take(pa.array(gone)), why)


def _to_lines(table: pa.Table, why: dict[str, str]) -> bytes:
    blank = dict.fromkeys(_KEYS)
    return b"".join(
        orjson.dumps(blank | row | why, option=orjson.OPT_APPEND_NEWLINE)
        for row in table.to_pylist()
    )


def _document_places(corpus: Corpus, passages: Passages) -> pa.Table:
    """Return a row a document: where it is, and how long."""
    own = corpus.documents
    n_words = np.bincount(passages.documents, weights=passages.n_words, minlength=len(corpus))
    table = pa.table({
        "document_id": own["document_id"],
        "path": own["path"],
        "line": pc.fill_null(own["line"], 1),
        "start": pa.repeat(0, len(corpus)),
        "end": pc.utf8_length(own["text"]),
        "n_words": n_words.astype(np.int64),
        "role": pa.nulls(len(corpus), pa.string()),
    })  # fmt: skip
    return table.combine_chunks()


def _passage_places(
    passages: Passages, documents: pa.Table, lines: Integers, numbers: Integers
) -> pa.Table:
    """Return a row for each of some passages: where it is, how long, and its role."""
    own = documents.take(pa.array(passages.documents[numbers]))
    columns = {
        "document_id": own["document_id"],
        "path": own["path"],
        "line": lines[numbers],
        "start": passages.starts[numbers],
        "end": passages.ends[numbers],
        "n_words": passages.n_words[numbers],
        "role": named(passages.roles[numbers], ROLES),
    }
    return pa.table(columns)


def line_numbers(corpus: Corpus, passages: Passages) -> Integers:
    """Return the line of its file where each passage starts, from 1.

    That of a record is the record's; where a file is a page of HTML or one record, it is 1.
    """
    documents = corpus.documents
    given = documents["line"].combine_chunks()
    is_more = pc.match_substring_regex(pc.fill_null(documents["path"], ""), _NOT_ITS_TEXT)
    counts = pc.and_(given.is_null(), pc.invert(is_more)).to_numpy()
    lines: Integers = pc.fill_null(given, 1).to_numpy()[passages.documents]
    counted = np.flatnonzero(counts[passages.documents])
    counted = counted[np.argsort(passages.documents[counted], kind="stable")]
    rows = passages.documents[counted]
    first_row = 0
    for chunk in documents["text"].chunks:
        last_row = first_row + len(chunk)
        here = slice(*np.searchsorted(rows, [first_row, last_row]).tolist())
        if rows[here].size:
            data, offsets = text_buffers(chunk)
            breaks = offsets[0] + _line_ends(data[offsets[0] : offsets[len(chunk)]])
            text_starts = offsets[rows[here] - first_row]
            starts = text_starts + passages.byte_starts[counted[here]]
            n_breaks = np.searchsorted(breaks, starts) - np.searchsorted(breaks, text_starts)
            lines[counted[here]] = n_breaks + 1
        first_row = last_row
    return lines


def _line_ends(data: npt.NDArray[np.uint8]) -> Integers:
    """Return where lines end: at line feeds, and at carriage returns without one behind them."""
    is_end = data == ord("\n")
    returns = np.flatnonzero(data == ord("\r"))
    is_end[returns] = ~is_end[np.minimum(returns + 1, len(data) - 1)]
    return np.flatnonzero(is_end)
