"""Write tables.md beside this file: every column with its dtype, its meaning and an example.

Run from the checkout: `python docs/tables.py`. Columns and meanings are those of dedup/tables.py,
examples those of the sample newsroom.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

import dedup
from dedup.tables import ANSWERS, SCHEMAS, TABLES, TableSchema, dtype_of, to_pandas

PAGE = Path(__file__).with_name("tables.md")

_LONGEST_EXAMPLE = 40

_START = """# Tables

`dedup report PATH... --output-dir DIR` writes these tables, as Parquet or, with `--table-format`, as
CSV or JSON Lines. `dedup.analyze(...)` has each as a data frame of its name, and as Arrow by
`table(name)`; `Analysis.write(DIR)` writes them, and `dedup.Analysis.read(DIR)` reads them back, the
same whatever the format. `docs/analyst.md` works with them. With `--only`, the tables of the other
parts are not there.

- Columns, their order and their types are fixed.
- *Optional* values may be missing: `<NA>` in pandas (`NaT` for times), `null` in JSON Lines, nothing
  at all in CSV, where an empty text is `""`.
- Spans are half-open, in code points of the document's text: `text[start:end]` in Python.
- Shares and scores lie between 0 and 1, and are rounded to 6 decimals.
- Words from a vocabulary are `string`, not categories. Times are UTC.
- The same input gives the same bytes.

| pandas | Arrow, Parquet | DuckDB | Polars |
|---|---|---|---|
| `string` | `string`, `large_string` (texts) | `VARCHAR` | `String` |
| `int64`, `Int64` (optional) | `int64` | `BIGINT` | `Int64` |
| `Float64` | `double` | `DOUBLE` | `Float64` |
| `datetime64[us, UTC]` | `timestamp[us, tz=UTC]` | `TIMESTAMP WITH TIME ZONE` | `Datetime("us", "UTC")` |

`settings.json` beside the tables says which there are and of how many rows, in which format, by which
version of `dedup`, and by which settings. `Analysis.read` needs it.

Examples are from the sample newsroom.
"""  # noqa: E501  # a row of a table in Markdown is one line

_ANSWERS = """
## Made from them

Answers to frequent questions; `Analysis.write` does not write these. They are methods of what
`analyze` and `Analysis.read` return.
"""

_MATRIX = """
### flow_matrix

`flow_matrix(values="n_words")`: a data frame with outlets in rows (who had it) and the same outlets
in columns (who took it), by name; `Int64`, 0 where nothing flows. `values` is `n_words`,
`n_documents` or `n_passages` of `flows`. Flows from or to documents without an outlet are left out.

`flow_matrix().loc[{origin!r}, {target!r}]` is {value} here.
"""


def render(analysis: dedup.Analysis) -> str:
    """Return the page, with examples of an analysis."""
    answers = {
        "story_timeline": analysis.story_table(),
        "credit_summary": analysis.credit_table(),
    }
    parts = [_START]
    parts += [_section("##", name, TABLES, analysis.table(name)) for name in TABLES]
    parts.append(_ANSWERS)
    parts += [_section("###", name, ANSWERS, answers[name]) for name in ANSWERS]
    matrix = analysis.flow_matrix()
    origin = matrix.sum(axis="columns").idxmax()
    target = matrix.loc[origin].idxmax()
    value = matrix.loc[origin, target]
    parts.append(_MATRIX.format(origin=origin, target=target, value=value))
    return "".join(parts)


def _section(marks: str, name: str, schemas: Mapping[str, TableSchema], table: pa.Table) -> str:
    """Return the section on a table."""
    example = _example(table)
    lines = [
        f"\n{marks} {name}\n", f"One row: {schemas[name].row}.\n",
        "| column | dtype | meaning | example |", "|---|---|---|---|",
    ]  # fmt: skip
    for column, field in zip(schemas[name].columns, SCHEMAS[name], strict=True):
        dtype = f"`{dtype_of(field)}`{', optional' if column.optional else ''}"
        lines.append(f"| {column.name} | {dtype} | {column.meaning} | {example[column.name]} |")
    return "\n".join(lines) + "\n"


def _example(table: pa.Table) -> dict[str, str]:
    """Return the values of the first of the rows that have most values."""
    frame = to_pandas(table)
    row = frame.loc[frame.notna().sum(axis="columns").idxmax()]
    return {name: "" if value is None else _code(str(value)) for name, value in row.items()}


def _code(value: str) -> str:
    """Return a value as code in a cell of a table in Markdown."""
    value = " ".join(value.split()).replace("|", "\\|").replace("`", "'")
    if len(value) > _LONGEST_EXAMPLE:
        value = f"{value[:_LONGEST_EXAMPLE]}…"
    return value if value == "<NA>" else f"`{value}`"


def analyze_sample() -> dedup.Analysis:
    """Return the analysis of the sample newsroom; the working directory must be the checkout."""
    outlets = dedup.gazetteer("sample_data/outlets.tsv")
    return dedup.analyze(dedup.read_corpus("sample_data/newsroom"), outlets=outlets)


if __name__ == "__main__":
    PAGE.write_text(render(analyze_sample()), "utf-8")
