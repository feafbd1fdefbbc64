"""Spans of documents to places that a reader finds, and to what a later run knows them by."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dedup.analysis import Analysis
from dedup.check.findings import Fingerprint, Location, Place
from dedup.corpus import BODY
from dedup.text import tokenise

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_PAGES = (".html", ".htm")  # of which the text is extracted: its lines are not the file's
_COMPRESSED = (".gz", ".zst")


class Places:
    """The documents of an analysis, read when a finding touches them."""

    def __init__(self, analysis: Analysis, n_new: int) -> None:
        self._documents = analysis.corpus.documents
        self._passages = analysis.passage_arrays
        self._n_new = n_new
        order = np.lexsort((self._passages.positions, self._passages.documents))
        self._order = order
        self._bounds = np.searchsorted(
            self._passages.documents[order], np.arange(len(analysis.corpus) + 1)
        )
        self._facts = cache(self._read_facts)
        self._text = cache(self._read_text)
        self._line_starts = cache(self._find_lines)
        self._location = cache(self._make_location)

    def place(self, document: int, start: int, end: int) -> Place:
        """Return the place of a span, in code points of the text of a row of the corpus."""
        facts = self._facts(document)
        line, column, end_line, end_column = facts["line"] or 1, 1, facts["line"] or 1, 1
        if facts["line"] is None and not _is_page(facts["path"] or ""):
            line, column = self._line_of(document, start)
            end_line, end_column = self._line_of(document, end)
        return Place(
            facts["document_id"], facts["outlet"], facts["path"], start, end,
            line, column, end_line, end_column, self._text(document)[start:end],
            document < self._n_new,
        )  # fmt: skip

    def passage_place(self, passage: int) -> Place:
        """Return the place of a passage."""
        passages = self._passages
        return self.place(
            int(passages.documents[passage]),
            int(passages.starts[passage]),
            int(passages.ends[passage]),
        )

    def fingerprint(self, name: str, places: list[tuple[int, Place]]) -> Fingerprint:
        """Return by what a finding is known again: the words of its places, and where they are.

        Args:
            name: The finding.
            places: Its sides, with the rows of their documents.
        """
        words = sorted(tokenise(place.text).hashes.tobytes() for _, place in places)
        content = hashlib.blake2b(digest_size=16)
        for side in words:
            content.update(hashlib.blake2b(side, digest_size=16).digest())
        locations = sorted(self._location(document) for document, _ in places)
        return Fingerprint(name, content.hexdigest(), tuple(locations))

    def whole(self, document: int) -> Place:
        """Return the place of a whole document: from its first passage to its last."""
        own = self._passages_of(document)
        starts, ends = self._passages.starts[own], self._passages.ends[own]
        return self.place(document, int(starts[0]), int(ends[-1]))

    def n_body_words(self, document: int) -> int:
        """Return the number of words of a document's body."""
        own = self._passages_of(document)
        return int(self._passages.n_words[own][self._passages.roles[own] == BODY].sum())

    def _passages_of(self, document: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        own: np.ndarray[tuple[int], np.dtype[np.int64]] = self._order[
            self._bounds[document] : self._bounds[document + 1]
        ]
        return own

    def _read_facts(self, document: int) -> dict[str, Any]:
        columns = ["document_id", "outlet", "path", "line"]
        facts: dict[str, Any] = self._documents.select(columns).slice(document, 1).to_pylist()[0]
        return facts

    def _read_text(self, document: int) -> str:
        text: str = self._documents["text"][document].as_py()
        return text

    def _find_lines(self, document: int) -> list[int]:
        breaks = _LINE_BREAK.finditer(self._text(document))
        return [0, *(match.end() for match in breaks)]

    def _line_of(self, document: int, place: int) -> tuple[int, int]:
        starts = self._line_starts(document)
        line = bisect_right(starts, place)
        return line, place - starts[line - 1] + 1

    def _make_location(self, document: int) -> Location:
        """Return a document's location; what is moved within it does not change its digest."""
        passages = self._passages
        keys = np.sort(passages.text_keys[passages.texts[self._passages_of(document)]])
        digest = hashlib.blake2b(keys.tobytes(), digest_size=16).hexdigest()
        return Location(self._facts(document)["document_id"], digest)


def _is_page(path: str) -> bool:
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    while suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    return bool(suffixes) and suffixes[-1] in _PAGES
