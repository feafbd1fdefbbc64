"""Texts without some of their passages, document by document."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup.analysis import Analysis
from dedup.clean.choose import Removals
from dedup.corpus import Corpus

# What ends a line for the cutter of passages; the white space that indents the next one is its own.
_BLANK_LINES = re.compile(r"\s*[\n\r\f\x85\u2028\u2029]")
_INDENT = " \t\xa0\u3000"


def clean_corpus(analysis: Analysis, removals: Removals) -> Corpus:
    """Return the corpus without what is to be removed.

    Documents of which nothing is left are left out; all else about documents stays as it is.

    Args:
        analysis: The analysis that the removals were chosen from.
        removals: What to remove.

    >>> from dedup import Corpus, analyze
    >>> from dedup.clean import choose_removals
    >>> lead = "The harbour bridge stays closed until Friday, the council said."
    >>> records = [{"id": "a", "text": lead}, {"id": "b", "text": f"{lead}\\n\\nNobody was hurt."}]
    >>> analysis = analyze(Corpus.from_records(records), only="duplicates")
    >>> [document.text for document in clean_corpus(analysis, choose_removals(analysis))][1]
    'Nobody was hurt.'
    """
    corpus = analysis.corpus
    batches = [batch for batch, _ in clean_batches(analysis, removals)]
    return replace(corpus, documents=pa.Table.from_batches(batches, corpus.documents.schema))


def clean_batches(
    analysis: Analysis, removals: Removals
) -> Iterator[tuple[pa.RecordBatch, npt.NDArray[np.bool_]]]:
    """Yield the documents that stay, batch by batch, and which of their texts have changed."""
    passages = analysis.passage_arrays
    is_passages = removals.settings.level == "passage"
    removed = removals.removed if is_passages else np.empty(0, np.int64)
    removed = removed[~np.isin(passages.documents[removed], removals.gone)]
    removed = removed[np.lexsort((passages.starts[removed], passages.documents[removed]))]
    documents = passages.documents[removed]
    first_row = 0
    for batch in analysis.corpus.documents.to_batches():
        last_row = first_row + batch.num_rows
        here = slice(*np.searchsorted(documents, [first_row, last_row]).tolist())
        is_changed = np.zeros(batch.num_rows, dtype=np.bool_)
        is_changed[documents[here] - first_row] = True
        spans = zip(
            (documents[here] - first_row).tolist(), passages.starts[removed[here]].tolist(),
            passages.ends[removed[here]].tolist(), strict=True,
        )  # fmt: skip
        texts = batch["text"]
        changed = [
            cut_spans(texts[row].as_py(), [(start, end) for _, start, end in of_row])
            for row, of_row in groupby(spans, key=lambda span: span[0])
        ]
        if changed:
            mask = pa.array(is_changed)
            texts = pc.replace_with_mask(texts, mask, pa.array(changed, pa.large_string()))
        place = batch.schema.get_field_index("text")
        arrays = [*batch.columns[:place], texts, *batch.columns[place + 1 :]]
        stays = np.ones(batch.num_rows, dtype=np.bool_)
        gone = slice(*np.searchsorted(removals.gone, [first_row, last_row]).tolist())
        stays[removals.gone[gone] - first_row] = False
        cleaned = pa.RecordBatch.from_arrays(arrays, schema=batch.schema)
        yield cleaned.filter(pa.array(stays)), is_changed[stays]
        first_row = last_row


def cut_spans(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a text without some of its passages, and without the blank lines that they leave.

    What stood before a passage separates what is left, and the end of the text stays as it was.

    Args:
        text: The text.
        spans: Passages of it, in their order; no line holds two of them.

    >>> cut_spans("One.\\n\\nTwo.\\n\\n\\n  Three.\\n", [(6, 10)])
    'One.\\n\\n  Three.\\n'
    >>> cut_spans("One.\\n\\nTwo.\\n\\n\\n  Three.\\n", [(6, 10), (15, 21)])
    'One.\\n'
    """
    pieces = []
    position = 0
    for start, end in spans:
        pieces.append(text[position:start].rstrip(_INDENT))
        blank = _BLANK_LINES.match(text, end)
        position = end if blank is None else blank.end()
    end = spans[-1][1] if spans else 0
    rest = text[position:]
    if spans and not rest.strip():
        return "".join(pieces).rstrip() + text[end:]
    return "".join([*pieces, rest])
