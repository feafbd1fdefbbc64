"""One document as bytes: a line of JSON, or Markdown with front matter.

Either is read back as the same document: id, outlet, time, title, url and all other fields.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from dedup.config import CorpusSettings
from dedup.corpus.encoding import without_surrogates

Row = dict[str, Any]  # a row of `DOCUMENT_SCHEMA`


def record_line(row: Row, settings: CorpusSettings) -> bytes:
    """Return a document as a line of JSON Lines, with all its fields."""
    record: bytes = orjson.dumps(_fields(row, settings) | {settings.text_field: row["text"]})
    if row["other_fields"] is None:
        return record + b"\n"
    # Spliced, not parsed: it may hold what a parser would change or refuse.
    others: str = row["other_fields"]
    return record[:-1] + b"," + others.encode()[1:] + b"\n"


def _fields(row: Row, settings: CorpusSettings) -> Row:
    """Return what is known of a document but its text, under the names that it is read by."""
    published = row["published"]
    if published is not None:
        published = (published.date() if row["published_is_day"] else published).isoformat()
    names = {
        "title": row["title"],
        "url": row["url"],
        settings.date_field or "published": published,
        settings.outlet_field: row["outlet"],
    }
    known = {name: value for name, value in names.items() if value is not None}
    own = {settings.id_field: row["document_id"]}
    return own | known | own  # first, and the last to say what it is


def with_front_matter(row: Row, settings: CorpusSettings) -> str:
    """Return a document as Markdown: its text, with all its other fields as front matter."""
    import yaml

    front = _fields(row, settings) | json.loads(row["other_fields"] or "{}")
    # In double quotes nothing is lost: other styles turn some line breaks into spaces.
    written = yaml.safe_dump(
        front, allow_unicode=True, default_style='"', sort_keys=False, width=float("inf")
    )
    return without_surrogates(f"---\n{written}---\n\n{row['text']}\n")
