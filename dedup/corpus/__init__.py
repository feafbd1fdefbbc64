"""Files and frames in: documents, main-text extraction, passages, their roles and order."""

from dedup.corpus.buffers import text_buffers
from dedup.corpus.collect import (
    Passages,
    collect_passages,
    document_order,
    outlet_numbers,
    slice_texts,
)
from dedup.corpus.corpus import Corpus
from dedup.corpus.document import Document, Skipped
from dedup.corpus.readers import read_corpus
from dedup.corpus.roles import BODY, BOILERPLATE, HEADING, ROLES

__all__ = [
    "BODY",
    "BOILERPLATE",
    "HEADING",
    "ROLES",
    "Corpus",
    "Document",
    "Passages",
    "Skipped",
    "collect_passages",
    "document_order",
    "outlet_numbers",
    "read_corpus",
    "slice_texts",
    "text_buffers",
]
