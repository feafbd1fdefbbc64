"""Documents as a page names them: anchors that stay the same, titles, dates."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus import Corpus

Integers = npt.NDArray[np.int64]

_LONGEST_ANCHOR = 150
_LONGEST_NAME = 200  # characters of a title or an id that are shown


@dataclass(frozen=True, slots=True)
class Named:
    """A document as a page names it.

    Attributes:
        row: Its row in the corpus.
        document_id: Its id, shortened if it is very long.
        anchor: The id of its article in the page.
        outlet: Its outlet, if known.
        title: Its title, if known, else its id.
        published: Its time of publication, for reading; "no date" if not known.
        time: The same as ISO 8601, for programs; empty if not known.
        is_shown: Whether its article is in the page.
    """

    row: int
    document_id: str
    anchor: str
    outlet: str | None
    title: str
    published: str
    time: str
    is_shown: bool


def name_documents(corpus: Corpus, rows: Iterable[int], shown: Integers) -> dict[int, Named]:
    """Return how documents are named, by row."""
    wanted = sorted({*rows})
    columns = ["document_id", "outlet", "published", "title", "published_is_day"]
    table = corpus.documents.select(columns).take(pa.array(wanted, pa.int64()))
    of_page = {*shown.tolist()}
    return {
        row: Named(
            row,
            shorten(facts["document_id"], _LONGEST_NAME),
            anchor_of(facts["document_id"]),
            facts["outlet"] and shorten(facts["outlet"], _LONGEST_NAME),
            shorten(facts["title"] or facts["document_id"], _LONGEST_NAME),
            say_when(facts["published"], is_day=facts["published_is_day"]),
            facts["published"].strftime("%Y-%m-%dT%H:%M") if facts["published"] else "",
            row in of_page,
        )
        for row, facts in zip(wanted, table.to_pylist(), strict=True)
    }


def anchor_of(document_id: str) -> str:
    """Return the id of a document's article, which is the same in every report.

    >>> anchor_of("tern/mill 1.md")
    'document-tern/mill%201.md'
    """
    anchor = f"document-{quote(document_id, safe='/', errors='replace')}"
    if len(anchor) <= _LONGEST_ANCHOR:
        return anchor
    digest = hashlib.sha256(document_id.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{anchor[: _LONGEST_ANCHOR - 13]}-{digest}"


def say_when(time: datetime | None, *, is_day: bool = False) -> str:
    """Return a time for reading, in UTC."""
    if time is None:
        return "no date"
    day = f"{time.day} {time:%B %Y}"
    return day if is_day else f"{day}, {time:%H:%M}"


def shorten(text: str, length: int) -> str:
    """Return at most so many characters of a text."""
    return text if len(text) <= length else f"{text[: length - 1]}…"
