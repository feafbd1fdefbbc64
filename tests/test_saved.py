"""What was written reads back as it was, whatever the format; what is damaged is refused."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_corpora import random_records

from dedup import Analysis, Corpus, DuplicateSettings, InputError, SavedAnalysis, analyze
from dedup.table_files import read_tables, write_tables
from dedup.tables import SCHEMAS, TABLES

FORMATS = ("parquet", "csv", "jsonl")
LEAD = "The council closed the old harbour bridge for a week on Monday morning, it said."
HOSTILE = (
    'She wrote: "no,\tnever",\r\nand – “quoted; twice”, \\n \\" — to\u202e thgir, ]]> % ::'
    " \x00\x1b[31m of the zero\u200bwidth 🦀."
)
# As values of optional columns: texts that some reader of CSV takes for missing, or for a number.
TRICKY = [
    "", " ", "NA", "NaN", "null", "None", "<NA>", "0012", "1e5", "true", "2026-03-01", '"', '""',
    ",", "\n", "\r", "\r\n", "\\N", "\x00", "\ufeff", "=1+1", "a\x85b\u2028c",
]  # fmt: skip


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    records = random_records(33, 120, n_words=(12, 40))
    records += [
        {"id": f"tricky {number}: {value!r}", "text": f"{LEAD}\n\nNumber {number}.",
         "outlet": value or None, "title": value, "url": value,
         "published": f"2026-03-01T12:34:{number:02d}.789012Z"}
        for number, value in enumerate(TRICKY)
    ]  # fmt: skip
    records += [
        {"id": "hostile, \"quoted\"\nid", "text": f"{HOSTILE}\n\n{HOSTILE}", "outlet": HOSTILE},
        {"id": "saying", "text": f"“{LEAD}” the Gull reported on Tuesday.", "outlet": "Crow",
         "published": "1931-03-04T05:06:07Z"},
        {"id": "long", "text": "x" * 3_000_000},
        {"id": "empty", "text": ""},
    ]  # fmt: skip
    return analyze(Corpus.from_records(records), DuplicateSettings(threshold=0.65))


@pytest.fixture(scope="module", params=FORMATS)
def saved(
    request: pytest.FixtureRequest, analysis: Analysis, tmp_path_factory: pytest.TempPathFactory
) -> SavedAnalysis:
    directory = tmp_path_factory.mktemp("tables")
    analysis.write(directory, format=request.param)
    return Analysis.read(directory)


@pytest.mark.parametrize("name", TABLES)
def test_tables_and_frames_are_as_they_were(
    name: str, analysis: Analysis, saved: SavedAnalysis
) -> None:
    expected, found = analysis.table(name), saved.table(name)
    assert expected.num_rows > 0
    assert expected.schema == found.schema
    assert expected.equals(found)
    pd.testing.assert_frame_equal(getattr(analysis, name), getattr(saved, name))


def test_names_and_settings_are_as_they_were(analysis: Analysis, saved: SavedAnalysis) -> None:
    assert analysis.table_names == saved.table_names
    assert (analysis.settings, analysis.reuse_settings) == (saved.settings, saved.reuse_settings)


def test_answers_are_as_they_were(analysis: Analysis, saved: SavedAnalysis) -> None:
    for values in ("n_words", "n_documents", "n_passages"):
        pd.testing.assert_frame_equal(analysis.flow_matrix(values), saved.flow_matrix(values))
    pd.testing.assert_frame_equal(analysis.credit_summary(), saved.credit_summary())
    for n in (None, 0, 3):
        pd.testing.assert_frame_equal(analysis.story_timeline(n), saved.story_timeline(n))
    assert analysis.credit_table().equals(saved.credit_table())
    assert analysis.story_table().equals(saved.story_table())
    assert len(saved.story_timeline()) > 10
    assert len(saved.credit_summary()) > 2


def test_explanations_are_as_they_were(analysis: Analysis, saved: SavedAnalysis) -> None:
    pairs = analysis.duplicates[["first_passage_id", "second_passage_id"]].head(40)
    for first, second in [*pairs.itertuples(index=False), (0, 1), (2, 2)]:
        assert analysis.explain(first, second) == saved.explain(first, second)
    n = len(analysis.passages)
    for bad in (-1, n):
        with pytest.raises(KeyError, match=f"passage id must be from 0 to {n - 1}, got {bad}"):
            saved.explain(0, bad)


@pytest.mark.parametrize("format_", FORMATS)
def test_empty_texts_are_told_from_missing_ones(format_: Any, tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {name: [None, None] for name in SCHEMAS["documents"].names}
    columns |= {"document_id": ["a", "b"], "title": ["", None], "url": [None, ""]}
    columns |= {"n_passages": [0, 0], "n_words": [0, 0]}
    tables = {
        "documents": pa.table(columns, schema=SCHEMAS["documents"]),
        "passages": SCHEMAS["passages"].empty_table(),
    }
    pieces = ((name, iter([table])) for name, table in tables.items())
    write_tables(pieces, tmp_path, format=format_, settings={})
    if format_ == "csv":  # quotation marks around every text, and nothing for what is missing
        lines = (tmp_path / "documents.csv").read_text("utf-8").splitlines()
        assert ['"a",,,"",,,,0,0,,,', '"b",,,,"",,,0,0,,,'] == lines[1:]
    assert tables == read_tables(tmp_path)[0]


@pytest.mark.parametrize("format_", FORMATS)
@given(data=st.data())
def test_any_value_reads_back(
    format_: Any, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    n = data.draw(st.integers(0, 4))
    values = {
        pa.string(): st.text(max_size=8) | st.sampled_from(TRICKY),
        pa.int64(): st.integers(-(2**63), 2**63 - 1),
        pa.float64(): st.floats(allow_nan=False, allow_infinity=False),
        pa.timestamp("us", tz="UTC"): st.datetimes(
            min_value=datetime(1, 1, 2), timezones=st.just(UTC)
        ),
    }
    columns: dict[str, list[Any]] = {}
    for field in SCHEMAS["documents"]:
        value = values[field.type]
        column = st.lists(st.none() | value if field.nullable else value, min_size=n, max_size=n)
        columns[field.name] = data.draw(column)
    tables = {
        "documents": pa.table(columns, schema=SCHEMAS["documents"]),
        "passages": SCHEMAS["passages"].empty_table(),
    }
    directory = tmp_path_factory.mktemp("any")
    pieces = ((name, iter([table])) for name, table in tables.items())
    write_tables(pieces, directory, format=format_, settings={})
    found, _ = read_tables(directory)
    assert tables == found


NAMES = {
    "duplicates": {"duplicates", "clusters"}, "reuse": {"reuse", "flows"},
    "attributions": {"attributions"},
}  # fmt: skip


@pytest.fixture(scope="module", params=NAMES)
def part(request: pytest.FixtureRequest, analysis: Analysis) -> tuple[str, Analysis]:
    """One part alone."""
    return request.param, analyze(analysis.corpus, only=request.param)


@pytest.mark.parametrize("format_", FORMATS)
def test_only_the_tables_of_the_parts_analysed_are_there(
    part: tuple[str, Analysis], format_: Any, analysis: Analysis, tmp_path: Path
) -> None:
    only, alone = part
    analysis.write(tmp_path, format=format_)  # files that stay are not taken for those of the next
    alone.write(tmp_path, format=format_)
    saved = Analysis.read(tmp_path)
    assert {"documents", "passages"} | NAMES[only] == {*saved.table_names}
    for name in TABLES:
        if name in saved.table_names:
            assert alone.table(name).equals(saved.table(name))
        else:
            errors = []
            for each in (alone, saved):
                with pytest.raises(ValueError, match="not analysed: `only` named other") as error:
                    each.table(name)
                errors.append(str(error.value))
            assert errors[0] == errors[1]
    for ask in ("flow_matrix", "story_timeline"):
        if only != "reuse":
            with pytest.raises(ValueError, match="reuse was not analysed"):
                getattr(saved, ask)()
    with pytest.raises(ValueError, match="credit were not analysed"):
        saved.credit_summary()
    if only != "duplicates":
        with pytest.raises(ValueError, match="duplicates were not analysed"):
            saved.explain(0, 1)


def test_last_run_counts_when_formats_lie_side_by_side(analysis: Analysis, tmp_path: Path) -> None:
    analysis.write(tmp_path, format="parquet")
    small = analyze(Corpus.from_records([{"id": "a", "text": LEAD}]))
    small.write(tmp_path, format="csv")
    assert 1 == len(Analysis.read(tmp_path).documents)
    analysis.write(tmp_path, format="jsonl")
    assert len(analysis.documents) == len(Analysis.read(str(tmp_path)).documents)


def test_settings_that_came_from_numpy_are_written(analysis: Analysis, tmp_path: Path) -> None:
    analysis.at_threshold(np.float64(0.8)).write(tmp_path)
    assert 0.8 == Analysis.read(tmp_path).settings.threshold


def test_there_is_no_other_table(saved: SavedAnalysis) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        saved.table("nonsense")


def test_tables_without_a_row_read_back(tmp_path: Path) -> None:
    analysis = analyze(Corpus.from_records([{"text": LEAD}]))
    for format_ in FORMATS:
        analysis.write(tmp_path, format=format_)
        saved = Analysis.read(tmp_path)
        for name in TABLES:
            pd.testing.assert_frame_equal(getattr(analysis, name), getattr(saved, name))
        assert (0, 0, (0, 0)) == (
            len(saved.story_timeline()), len(saved.credit_summary()), saved.flow_matrix().shape,
        )  # fmt: skip


def test_frames_can_be_written_to(saved: SavedAnalysis) -> None:
    frame = saved.documents.copy()
    frame.loc[0, "n_words"] = 7
    frame.loc[0, "outlet"] = pd.NA
    assert (7, True) == (frame["n_words"][0], frame["outlet"].isna()[0])


# Bad files.


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    records = random_records(3, 30, n_words=(15, 30))
    records += [
        {"id": "crow", "text": f"“{LEAD}” the Gull said.", "outlet": "Crow"},
        {"id": "gull", "text": LEAD, "outlet": "Gull", "published": "2026-03-01"},
    ]
    analysis = analyze(Corpus.from_records(records))
    directory = tmp_path_factory.mktemp("written")
    for format_ in FORMATS:
        analysis.write(directory / format_, format=format_)
    return directory


@pytest.fixture
def directory(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "tables"))


def test_directory_without_settings_is_refused_with_the_remedy(tmp_path: Path) -> None:
    message = r"settings.json: no such file: not a directory that dedup wrote tables to"
    for path in (tmp_path, tmp_path / "not-there"):
        with pytest.raises(InputError, match=message):
            Analysis.read(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda about: [], 'must be an object with "format": "dedup-tables"'),
        (lambda about: about | {"format": "dedup-baseline"}, "must be an object with"),
        (lambda about: about | {"version": 2}, "version must be 1, got 2; write the tables again"),
        (lambda about: about | {"tables": {"documents": 1}}, "tables must be documents"),
        (lambda about: about | {"tables": about["tables"] | {"../x": 1}}, "tables must be docum"),
        (lambda about: about | {"tables": [*about["tables"]]}, "tables must be documents"),
        (lambda about: about | {"tables": None}, "tables must be documents"),
        (lambda about: about | {"table_format": "../csv"}, "table_format must be one of parquet"),
        (lambda about: about | {"table_format": ["csv"]}, "table_format must be one of parquet"),
        (lambda about: about | {"settings": 3}, 'missing object "settings"'),
        (lambda about: about | {"settings": {"reuse": {}}}, 'missing settings "duplicates"'),
        (lambda about: about | {"settings": {"duplicates": {"threshold": 7.0}, "reuse": {}}},
         r"wrong settings: threshold must be in \(0, 1\], got 7.0"),
        (lambda about: about | {"settings": {"duplicates": {"colour": 7}, "reuse": {}}},
         "wrong settings: .*colour"),
    ],
)  # fmt: skip
def test_wrong_settings_are_refused(
    change: Callable[[dict[str, Any]], Any], message: str, directory: Path
) -> None:
    path = directory / "csv" / "settings.json"
    path.write_text(json.dumps(change(json.loads(path.read_text("utf-8")))), "utf-8")
    with pytest.raises(InputError, match=f"settings.json: {message}"):
        Analysis.read(directory / "csv")


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"\x00"])
def test_settings_that_are_no_json_are_refused(content: bytes, directory: Path) -> None:
    (directory / "csv" / "settings.json").write_bytes(content)
    with pytest.raises(InputError, match=r"settings\.json: not JSON: "):
        Analysis.read(directory / "csv")


@pytest.mark.parametrize("format_", FORMATS)
def test_missing_table_is_refused(format_: str, directory: Path) -> None:
    (directory / format_ / f"reuse.{format_}").unlink()
    message = rf"reuse.{format_}: missing: the tables here are documents, passages, .*write them"
    with pytest.raises(InputError, match=message):
        Analysis.read(directory / format_)


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_cut_off_file_is_refused(format_: str, keep: float, directory: Path) -> None:
    path = directory / format_ / f"passages.{format_}"
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(InputError, match=rf"passages|{format_}"):
        Analysis.read(directory / format_)


@pytest.mark.parametrize("format_", ["csv", "jsonl"])
def test_file_cut_off_at_the_end_of_a_row_is_refused(format_: str, directory: Path) -> None:
    path = directory / format_ / f"reuse.{format_}"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    n_rows = len(lines) - (format_ == "csv")
    with pytest.raises(InputError, match=f"must have {n_rows} rows, got {n_rows - 1}: cut off"):
        Analysis.read(directory / format_)


@pytest.mark.parametrize("format_", FORMATS)
def test_file_that_is_something_else_is_refused(format_: str, directory: Path) -> None:
    (directory / format_ / f"documents.{format_}").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    with pytest.raises(InputError, match=rf"documents\.{format_}"):
        Analysis.read(directory / format_)


def rewrite(directory: Path, name: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a table in its file, in each format."""
    table = change(pq.read_table(directory / "parquet" / f"{name}.parquet"))
    pq.write_table(table, directory / "parquet" / f"{name}.parquet")
    pa.csv.write_csv(table, directory / "csv" / f"{name}.csv")
    rows = "".join(json.dumps(row, default=str) + "\n" for row in table.to_pylist())
    (directory / "jsonl" / f"{name}.jsonl").write_text(rows, "utf-8")


def put(name: str, values: Callable[[list[Any]], list[Any]]) -> Callable[[pa.Table], pa.Table]:
    """Return a change of the values of one column."""

    def change(table: pa.Table) -> pa.Table:
        number = table.column_names.index(name)
        return table.set_column(number, name, pa.array(values(table[name].to_pylist())))

    return change


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("flows", lambda table: table.drop_columns("n_words"),
         "columns must be origin_outlet, .*, got origin_outlet, target_outlet, n_documents, n_p"),
        ("flows", lambda table: table.select(table.column_names[::-1]), "columns must be origin_o"),
        ("flows", lambda table: table.append_column("more", table["n_words"]), "columns must be"),
        ("clusters", put("n_outlets", lambda old: ["many" for _ in old]), "many|must be of type"),
        ("clusters", put("n_outlets", lambda old: [None, *old[1:]]), "n_outlets must not be miss"),
        ("documents", put("published", lambda old: ["soon" for _ in old]), "soon|must be of type"),
        ("passages", put("passage_id", lambda old: old[::-1]), "passage_id must count the rows"),
        ("clusters", put("cluster_id", lambda old: [n + 1 for n in old]), "cluster_id must count"),
        ("reuse", put("origin_document_id", lambda old: ["gone" for _ in old]),
         "origin_document_id of reuse names a row that is not there: the files are of different"),
        ("duplicates", put("second_passage_id", lambda old: [10**6 for _ in old]),
         "second_passage_id of duplicates names a row that is not there"),
        ("passages", put("cluster_id", lambda old: [10**6, *old[1:]]),
         "cluster_id of passages names a row that is not there"),
    ],
)  # fmt: skip
def test_other_columns_and_values_are_refused(
    name: str, change: Callable[[pa.Table], pa.Table], message: str, format_: str, directory: Path
) -> None:
    rewrite(directory, name, change)
    with pytest.raises(InputError, match=message):
        Analysis.read(directory / format_)


@pytest.mark.parametrize(
    ("line", "message"),
    [("{", "not JSON: "), ("[1]", "must be an object"), ("", "not JSON: "),
     ('{"document_id": "a"}', "columns must be document_id, outlet, .*, got document_id")],
)  # fmt: skip
def test_bad_line_is_named(line: str, message: str, directory: Path) -> None:
    path = directory / "jsonl" / "documents.jsonl"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join([*lines[:4], line, *lines[4:]]), "utf-8")
    with pytest.raises(InputError, match=f"documents.jsonl:5: {message}"):
        Analysis.read(directory / "jsonl")


def test_other_format_than_those_three_is_refused(analysis: Analysis, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="format must be one of parquet, csv, jsonl, got 'xlsx'"):
        analysis.write(tmp_path, format="xlsx")  # type: ignore[arg-type]
    assert [] == list(tmp_path.iterdir())
