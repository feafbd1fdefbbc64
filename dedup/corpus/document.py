"""Documents: as rows of an Arrow table, and as objects at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

DOCUMENT_SCHEMA = pa.schema(
    [
        pa.field("document_id", pa.string(), nullable=False),
        pa.field("text", pa.large_string(), nullable=False),
        pa.field(
            "body_start", pa.int64(), nullable=False
        ),  # end of the front matter, in bytes of UTF-8
        pa.field("outlet", pa.string()),
        pa.field("published", pa.timestamp("us", tz="UTC")),
        pa.field("published_is_day", pa.bool_(), nullable=False),  # a date without a time
        pa.field("title", pa.string()),
        pa.field("url", pa.string()),
        pa.field("path", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("other_fields", pa.string()),  # as a JSON object
    ]
)


@dataclass(frozen=True, slots=True)
class Document:
    """One text of a corpus.

    Attributes:
        document_id: Its id, unique in the corpus.
        text: The decoded text, newlines untouched; spans point into it.
        outlet: Its publisher, if known.
        published: When it was published (UTC), if known; midnight if only the day is.
        title: Its title, if known.
        url: Its address, if known.
        path: The file it was read from, if any.
        line: The line (or row) of that file, for a file of records.
        body_start: Where its front matter ends, in bytes of UTF-8; 0 if it has none.
        published_is_day: Whether only the day of publication is known.
    """

    document_id: str
    text: str
    outlet: str | None = None
    published: datetime | None = None
    title: str | None = None
    url: str | None = None
    path: str | None = None
    line: int | None = None
    body_start: int = 0
    published_is_day: bool = False


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was left out of the corpus, and why."""

    reason: str
    path: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.path is None:
            return self.reason if self.line is None else f"record {self.line}: {self.reason}"
        return f"{self.path}{'' if self.line is None else f':{self.line}'}: {self.reason}"
