"""The schema of every table, what each column means, and its ways to pandas and to text.

Other people's scripts hang on these columns: their names, order and types are fixed. The meanings
are those of docs/tables.md, which is made from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import orjson
import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd


_TEXT, _LONG_TEXT = pa.string(), pa.large_string()
_NUMBER, _SCORE = pa.int64(), pa.float64()
_TIME = pa.timestamp("us", tz="UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes:
        name: Its name.
        type: Its type in Arrow.
        meaning: What its values say, in Markdown, without a full stop.
        optional: Whether a value may be missing.
    """

    name: str
    type: pa.DataType
    meaning: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class TableSchema:
    """A table: what a row of it is, and its columns in order."""

    row: str
    columns: tuple[Column, ...]


def _must(name: str, type_: pa.DataType, meaning: str) -> Column:
    return Column(name, type_, meaning)


def _may(name: str, type_: pa.DataType, meaning: str) -> Column:
    return Column(name, type_, meaning, optional=True)


# Those that are written to files.
TABLES = {
    "documents": TableSchema(
        "a document, by id",
        (
            _must("document_id", _TEXT, "its id: the record's own, else its path below PATH, with"
                  " the line for a record"),
            _may("outlet", _TEXT, "its publisher: the record's own, else by the domain of its"
                 " `url`, else the first directory below PATH"),
            _may("published", _TIME, "when it was published; midnight where only the day is known"),
            _may("title", _TEXT, "its title"),
            _may("url", _TEXT, "its address"),
            _may("path", _TEXT, "the file that it was read from"),
            _may("line", _NUMBER, "the line or row of that file, if it holds records"),
            _must("n_passages", _NUMBER, "passages of it"),
            _must("n_words", _NUMBER, "words in its passages"),
            _may("duplicate_share", _SCORE, "share of its words in passages that repeat an earlier"
                 " one; missing if duplicates were not analysed"),
            _may("reused_share", _SCORE, "share of its words that were taken from others: in its"
                 " spans of `rank` 1 that are `directed` and no `shared_quote`; missing if reuse"
                 " was not analysed"),
            _may("uncredited_share", _SCORE, "share of its words that were taken and not credited"
                 " to whom they are from; missing unless reuse and attributions were analysed"),
        ),
    ),
    "passages": TableSchema(
        "a passage, in the order of publication (missing last), document and position",
        (
            _must("passage_id", _NUMBER, "its id: row numbers from 0"),
            _must("document_id", _TEXT, "its document"),
            _may("outlet", _TEXT, "the outlet of its document"),
            _must("position", _NUMBER, "its number in its document, from 0"),
            _must("start", _NUMBER, "where it starts in the document's text, in code points"),
            _must("end", _NUMBER, "where it ends: before this code point"),
            _must("n_words", _NUMBER, "words in it"),
            _must("role", _TEXT, "`body`, `heading`, `teaser` or `boilerplate`"),
            _may("cluster_id", _NUMBER, "the cluster that it is in, if it is in one"),
            _must("text", _LONG_TEXT, "its text, `document.text[start:end]`"),
        ),
    ),
    "duplicates": TableSchema(
        "a verified pair of passages, by both ids: the first passages of two texts, or a further"
        " identical copy and the first passage of its text",
        (
            _must("first_passage_id", _NUMBER, "the earlier passage"),
            _must("second_passage_id", _NUMBER, "the later passage"),
            _must("first_document_id", _TEXT, "the document of the first"),
            _must("second_document_id", _TEXT, "the document of the second"),
            _must("jaccard", _SCORE, "shared shingles over all shingles of the two"),
            _must("first_in_second", _SCORE, "share of the first's shingles that the second has"),
            _must("second_in_first", _SCORE, "share of the second's shingles that the first has"),
        ),
    ),
    "clusters": TableSchema(
        "a cluster: a representative and the passages that match it",
        (
            _must("cluster_id", _NUMBER, "its id: row numbers from 0"),
            _must("kind", _TEXT, "the first that applies of `repeat` (one document),"
                  " `boilerplate`, `syndicated` (two outlets or more), `update` (versions of one"
                  " story) and `recycled`"),
            _must("n_passages", _NUMBER, "passages in it"),
            _must("n_documents", _NUMBER, "documents that they are in"),
            _must("n_outlets", _NUMBER, "outlets that ran them; each document without an outlet"
                  " counts as one"),
            _must("representative_passage_id", _NUMBER, "its earliest passage, which all others"
                  " match"),
            _may("first_outlet", _TEXT, "the outlet of the representative"),
            _may("first_published", _TIME, "when the representative was published"),
            _must("min_jaccard", _SCORE, "the least Jaccard of a member to the representative"),
            _must("text", _LONG_TEXT, "the text of the representative"),
        ),
    ),
    "reuse": TableSchema(
        "a span of a document (the target) and its origin in another: who took, and who had it",
        (
            _must("reuse_id", _NUMBER, "its id: row numbers from 0"),
            _must("rank", _NUMBER, "1 for the best origin of a span, then the next best"),
            _must("target_document_id", _TEXT, "the document that took it"),
            _may("target_outlet", _TEXT, "its outlet"),
            _must("target_start", _NUMBER, "where the span starts in its text, in code points"),
            _must("target_end", _NUMBER, "where it ends"),
            _must("origin_document_id", _TEXT, "the document that had it"),
            _may("origin_outlet", _TEXT, "its outlet"),
            _must("origin_start", _NUMBER, "where the span starts there"),
            _must("origin_end", _NUMBER, "where it ends"),
            _must("n_words", _NUMBER, "words of the target's span"),
            _must("cosine", _SCORE, "likeness of the two spans by TF-IDF"),
            _must("identity", _SCORE, "equal words in order over those of the longer span"),
            _must("kind", _TEXT, "`verbatim`, `edited`, `paraphrase` or `shared_quote` (both have"
                  " it in quotation marks)"),
            _must("direction", _TEXT, "`directed`, `undirected` (who had it first is not known) or"
                  " `common_origin` (both have it from a third)"),
            _must("direction_reason", _TEXT, "what the direction rests on: `credit`, `time`,"
                  " `wire` or `none`"),
            _may("credit", _TEXT, "`credited`, `credited_to_other`, `quoted_uncredited` or"
                 " `uncredited`; missing where nobody took from anybody, or unless attributions"
                 " were analysed"),
            _may("credit_attribution_id", _NUMBER, "the attribution that the credit rests on"),
        ),
    ),
    "flows": TableSchema(
        "an outlet that took from another, by both: rows of `reuse` of `rank` 1 that are"
        " `directed` and no `shared_quote`",
        (
            _may("origin_outlet", _TEXT, "who had it"),
            _may("target_outlet", _TEXT, "who took it"),
            _must("n_documents", _NUMBER, "documents that took"),
            _must("n_passages", _NUMBER, "passages of theirs that did"),
            _must("n_words", _NUMBER, "words that they took"),
            _may("n_uncredited", _NUMBER, "passages that do not credit it; missing unless"
                 " attributions were analysed"),
            _may("median_lag_hours", _SCORE, "hours from the origin's publication to the target's,"
                 " the median over pairs of documents that have both; no score, and less than 0"
                 " where a credit speaks against the dates"),
        ),
    ),
    "attributions": TableSchema(
        "one credited party of one content, as the text states it",
        (
            _must("attribution_id", _NUMBER, "its id: row numbers from 0"),
            _must("document_id", _TEXT, "the document that says it"),
            _must("passage_id", _NUMBER, "the passage of the cue"),
            _must("start", _NUMBER, "where content, cue and credited party start, in code points"
                  " of the document's text"),
            _must("end", _NUMBER, "where the last of them ends"),
            _may("content_start", _NUMBER, "where what is attributed starts"),
            _may("content_end", _NUMBER, "where it ends"),
            _may("cue_start", _NUMBER, "where the words that signal it start: `said`,"
                 " `according to`"),
            _may("cue_end", _NUMBER, "where they end"),
            _must("credited_start", _NUMBER, "where the credited party is named"),
            _must("credited_end", _NUMBER, "where its name ends"),
            _must("credited_text", _TEXT, "its name, in the words of the text"),
            _must("credited_kind", _TEXT, "`outlet`, `organisation`, `person` or `unnamed`"),
            _may("credited_outlet", _TEXT, "the gazetteer's id of the outlet; `unlisted:X` for one"
                 " that it does not have"),
            _must("relation", _TEXT, "`statement`, `quoted` (relayed by another party), `venue`"
                  " (where it was said), `obtained`, `credit` (by its place: byline, dateline) or"
                  " `link`"),
            _must("quotation", _TEXT, "how the content stands in quotation marks: `direct`, `mixed`"
                  " (partly), `indirect` (not) or `none` (no words are attributed: a byline, a"
                  " link, a document obtained)"),
            _may("parent_attribution_id", _NUMBER, "the attribution of the party that relays this"
                 " one"),
            _must("confidence", _TEXT, "`high`, `medium` or `low`"),
            _may("verdict", _TEXT, "on words quoted from an outlet: `verified`, `altered`,"
                 " `not_found` or `outlet_not_in_corpus`; missing elsewhere"),
            _may("matched_document_id", _TEXT, "the document of that outlet that has the words"),
            _may("matched_start", _NUMBER, "where it has them"),
            _may("matched_end", _NUMBER, "where they end there"),
        ),
    ),
}  # fmt: skip

# Those that are made from them when asked for.
ANSWERS = {
    "story_timeline": TableSchema(
        "a document of a story, the biggest story first; in each its root, then the others by time"
        " (missing last). A story is a document and all that took from it, directly or through"
        " others; one document may be in one story only, that of its main origin",
        (
            _must("story_id", _NUMBER, "the story: 0 is the one with most words taken"),
            _must("document_id", _TEXT, "the document"),
            _may("outlet", _TEXT, "its outlet"),
            _may("published", _TIME, "when it was published"),
            _may("title", _TEXT, "its title"),
            _may("origin_document_id", _TEXT, "its main origin: the document that gave it most"
                 " words; missing for the root"),
            _may("hours_after", _SCORE, "hours after the root; no score, and missing where a date"
                 " is"),
            _must("n_words", _NUMBER, "words that it took from documents of the story"),
            _must("share", _SCORE, "share of its words that these are"),
            _may("credit", _TEXT, "the credit that most of these words have; missing where there"
                 " are none, as for the root, or unless attributions were analysed"),
        ),
    ),
    "credit_summary": TableSchema(
        "an outlet that took words from others, most words not credited first",
        (
            _may("outlet", _TEXT, "the outlet; missing for documents without one"),
            _must("credited", _NUMBER, "words that it took and credits to whom they are from"),
            _must("credited_to_other", _NUMBER, "words that it credits to somebody else"),
            _must("quoted_uncredited", _NUMBER, "words that it has in quotation marks, without a"
                  " source"),
            _must("uncredited", _NUMBER, "words that it took without a word"),
        ),
    ),
}  # fmt: skip

SCHEMAS = {
    name: pa.schema([pa.field(c.name, c.type, nullable=c.optional) for c in table.columns])
    for name, table in (TABLES | ANSWERS).items()
}


def dtype_of(field: pa.Field) -> str:
    """Return the name of the dtype that a column has in pandas.

    Ids and counts are int64, optional ones Int64, texts `string`, times datetime64[us, UTC],
    scores Float64.
    """
    if pa.types.is_integer(field.type):
        return "Int64" if field.nullable else "int64"
    if pa.types.is_timestamp(field.type):
        return "datetime64[us, UTC]"
    return "Float64" if pa.types.is_floating(field.type) else "string"


def to_pandas(table: pa.Table) -> pd.DataFrame:
    """Return a table as a data frame with the documented dtypes; what is missing is <NA>."""
    import pandas as pd

    # Straight from Arrow: by way of numpy, a number with a missing one beside it would be a float.
    nullable = {
        pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(),
        pa.string(): pd.StringDtype(), pa.large_string(): pd.StringDtype(),
    }  # fmt: skip
    columns = {}
    for field in table.schema:
        column = table[field.name]
        if dtype_of(field) == "int64":
            columns[field.name] = pd.Series(column.to_numpy())
        else:
            columns[field.name] = column.to_pandas(types_mapper=nullable.get)
    return pd.DataFrame(columns)


class HasTables(Protocol):
    """What gives the tables by name."""

    def table(self, name: str) -> pa.Table:
        """Return a table as Arrow."""


def frame_of(name: str) -> cached_property[pd.DataFrame]:
    """Return a property of what has a method `table`: that table as a data frame, made once."""

    def frame(owner: HasTables) -> pd.DataFrame:
        return to_pandas(owner.table(name))

    frame.__doc__ = f"One row {TABLES[name].row}."
    return cached_property(frame)


def table_bytes(table: pa.Table, format: str, *, name: str) -> bytes:
    """Return a table as `json` (one object, named and versioned), `jsonl` or `csv`."""
    if format == "csv":
        import pyarrow.csv

        buffer = pa.BufferOutputStream()
        pyarrow.csv.write_csv(table, buffer)
        content: bytes = buffer.getvalue().to_pybytes()
        return content
    rows = table.to_pylist()
    if format == "jsonl":
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)
    whole = {"format": name, "version": 1, "rows": rows}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
