"""Tables: the schema that other people's scripts hang on, and every way out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from random_corpora import random_records

from dedup import Analysis, Corpus, InputError, analyze

TABLES = ("documents", "passages", "duplicates", "clusters", "reuse", "flows", "attributions")

# DESIGN §6, column by column.
TIME = "datetime64[us, UTC]"
COLUMNS = {
    "documents": {
        "document_id": "string", "outlet": "string", "published": TIME, "title": "string",
        "url": "string", "path": "string", "line": "Int64", "n_passages": "int64",
        "n_words": "int64", "duplicate_share": "Float64", "reused_share": "Float64",
        "uncredited_share": "Float64",
    },
    "passages": {
        "passage_id": "int64", "document_id": "string", "outlet": "string", "position": "int64",
        "start": "int64", "end": "int64", "n_words": "int64", "role": "string",
        "cluster_id": "Int64", "text": "string",
    },
    "duplicates": {
        "first_passage_id": "int64", "second_passage_id": "int64", "first_document_id": "string",
        "second_document_id": "string", "jaccard": "Float64", "first_in_second": "Float64",
        "second_in_first": "Float64",
    },
    "clusters": {
        "cluster_id": "int64", "kind": "string", "n_passages": "int64", "n_documents": "int64",
        "n_outlets": "int64", "representative_passage_id": "int64", "first_outlet": "string",
        "first_published": TIME, "min_jaccard": "Float64", "text": "string",
    },
    "reuse": {
        "reuse_id": "int64", "rank": "int64", "target_document_id": "string",
        "target_outlet": "string", "target_start": "int64", "target_end": "int64",
        "origin_document_id": "string", "origin_outlet": "string", "origin_start": "int64",
        "origin_end": "int64", "n_words": "int64", "cosine": "Float64", "identity": "Float64",
        "kind": "string", "direction": "string", "direction_reason": "string", "credit": "string",
        "credit_attribution_id": "Int64",
    },
    "attributions": {
        "attribution_id": "int64", "document_id": "string", "passage_id": "int64",
        "start": "int64", "end": "int64", "content_start": "Int64", "content_end": "Int64",
        "cue_start": "Int64", "cue_end": "Int64", "credited_start": "int64",
        "credited_end": "int64", "credited_text": "string", "credited_kind": "string",
        "credited_outlet": "string", "relation": "string", "quotation": "string",
        "parent_attribution_id": "Int64", "confidence": "string", "verdict": "string",
        "matched_document_id": "string", "matched_start": "Int64", "matched_end": "Int64",
    },
    "flows": {
        "origin_outlet": "string", "target_outlet": "string", "n_documents": "int64",
        "n_passages": "int64", "n_words": "int64", "n_uncredited": "Int64",
        "median_lag_hours": "Float64",
    },
}  # fmt: skip
HOURS = "median_lag_hours"  # the one Float64 that is no score

HOSTILE = 'She said: "no,\tnever",\nand – “quoted; twice”, \\n — left.'
LONE = "A heron has nested on the roof of the savings bank for the second spring in a row."


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    records = random_records(33, 80)
    records += [
        {"id": "bare", "text": LONE},
        {"id": "hostile", "text": f"{HOSTILE}\n\n{HOSTILE}", "outlet": 'The "Gull", Ltd',
         "title": "", "published": "2026-03-01T12:34:56.789012Z", "url": "https://gull.example/?a=1,2"},
    ]  # fmt: skip
    return analyze(Corpus.from_records(records))


def rows_of(analysis: Analysis, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = analysis.table(name).to_pylist()
    assert rows
    return rows


@pytest.mark.parametrize("name", TABLES)
def test_frame_has_the_documented_columns_in_order_and_dtypes(
    name: str, analysis: Analysis
) -> None:
    frame = getattr(analysis, name)
    found = {column: str(dtype) for column, dtype in frame.dtypes.items()}
    assert list(COLUMNS[name].items()) == list(found.items())
    for column, dtype in frame.dtypes.items():
        if COLUMNS[name][column] == "string":
            assert dtype.na_value is pd.NA


@pytest.mark.parametrize("name", TABLES)
def test_frame_has_the_documented_dtypes_without_a_row_or_a_value(name: str) -> None:
    analysis = analyze(Corpus.from_records([{"text": LONE}]))
    found = {column: str(dtype) for column, dtype in getattr(analysis, name).dtypes.items()}
    assert COLUMNS[name] == found


def test_missing_values_are_na(analysis: Analysis) -> None:
    document = analysis.documents.set_index("document_id").loc["bare"]
    for column in ("outlet", "title", "url", "path"):
        assert document[column] is pd.NA
    assert document["published"] is pd.NaT
    alone = analysis.passages.set_index("document_id").loc["bare"]
    assert alone["cluster_id"] is pd.NA
    assert alone["outlet"] is pd.NA
    only_reuse = analyze(analysis.corpus, only="reuse")
    for column in (only_reuse.reuse["credit"], only_reuse.flows["n_uncredited"]):
        assert len(column) > 0
        assert column.isna().all()


@pytest.mark.parametrize(
    ("part", "found", "missing"),
    [("duplicates", "duplicate_share", "reused_share"),
     ("reuse", "reused_share", "duplicate_share")],
)  # fmt: skip
def test_share_of_a_part_that_was_left_out_is_missing(
    part: str, found: str, missing: str, analysis: Analysis
) -> None:
    documents = analyze(analysis.corpus, only=[part]).documents
    assert analysis.documents[found].tolist() == documents[found].tolist()
    assert documents[missing].isna().all()
    assert documents["uncredited_share"].isna().all()


@pytest.mark.parametrize("name", TABLES)
def test_frame_holds_what_the_arrow_table_holds(name: str, analysis: Analysis) -> None:
    frame = getattr(analysis, name).astype(object)
    found = frame.where(frame.notna(), None).to_dict("records")
    assert rows_of(analysis, name) == found


@pytest.mark.parametrize("name", TABLES)
def test_scores_are_rounded_to_six_decimals_and_lie_between_0_and_1(
    name: str, analysis: Analysis
) -> None:
    scores = [column for column, dtype in COLUMNS[name].items() if dtype == "Float64"]
    scores = [column for column in scores if column != HOURS]
    for row in rows_of(analysis, name):
        for score in (row[column] for column in scores):
            assert score is None or (0 <= score <= 1 and round(score, 6) == score)


@pytest.mark.parametrize("name", TABLES)
def test_parquet_gives_back_the_same_table(name: str, analysis: Analysis, tmp_path: Path) -> None:
    analysis.write(tmp_path)
    table = pq.read_table(tmp_path / f"{name}.parquet")
    assert analysis.table(name).schema.types == table.schema.types
    assert list(COLUMNS[name]) == table.column_names
    assert rows_of(analysis, name) == table.to_pylist()


@pytest.mark.parametrize("name", TABLES)
def test_parquet_gives_pandas_the_documented_times_and_numbers(
    name: str, analysis: Analysis, tmp_path: Path
) -> None:
    analysis.write(tmp_path)
    frame = pd.read_parquet(tmp_path / f"{name}.parquet", dtype_backend="numpy_nullable")
    for column, dtype in COLUMNS[name].items():
        assert dtype.casefold() == str(frame[column].dtype).casefold()


@pytest.mark.parametrize("name", TABLES)
def test_json_lines_give_back_the_same_rows_with_null_for_missing(
    name: str, analysis: Analysis, tmp_path: Path
) -> None:
    analysis.write(tmp_path, format="jsonl")
    lines = (tmp_path / f"{name}.jsonl").read_text("utf-8").removesuffix("\n").split("\n")
    expected = json.loads(orjson.dumps(rows_of(analysis, name)))
    found = [json.loads(line) for line in lines]
    assert expected == found
    assert all(list(COLUMNS[name]) == list(row) for row in found)


@pytest.mark.parametrize("name", TABLES)
def test_csv_gives_back_the_same_values_with_nothing_for_missing(
    name: str, analysis: Analysis, tmp_path: Path
) -> None:
    analysis.write(tmp_path, format="csv")
    with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        found = list(reader)
    assert list(COLUMNS[name]) == reader.fieldnames
    expected = rows_of(analysis, name)
    assert len(expected) == len(found)
    for row, strings in zip(expected, found, strict=True):
        for column, value in row.items():
            if value is None:
                assert strings[column] == ""
            elif COLUMNS[name][column] == TIME:
                assert pd.Timestamp(value) == pd.Timestamp(strings[column])
            else:
                assert value == type(value)(strings[column])


def test_pandas_reads_the_csv_into_the_documented_frame(analysis: Analysis, tmp_path: Path) -> None:
    analysis.write(tmp_path, format="csv")
    for name in TABLES:
        times = [column for column, dtype in COLUMNS[name].items() if dtype == TIME]
        others = {column: dtype for column, dtype in COLUMNS[name].items() if dtype != TIME}
        frame = pd.read_csv(
            tmp_path / f"{name}.csv", dtype=others, keep_default_na=False, na_values=[""]
        )
        for column in times:
            frame[column] = pd.to_datetime(frame[column]).astype(TIME)
        pd.testing.assert_frame_equal(getattr(analysis, name), frame)


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
def test_write_returns_the_files_and_leaves_nothing_else(
    format_: Any, analysis: Analysis, tmp_path: Path
) -> None:
    directory = tmp_path / "new" / "tables"
    files = analysis.write(directory, format=format_)
    assert [directory / f"{name}.{format_}" for name in TABLES] == files
    assert sorted(files) == sorted(directory.iterdir())


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
def test_empty_tables_are_written_with_their_columns(format_: Any, tmp_path: Path) -> None:
    analyze(Corpus.from_records([{"text": LONE}])).write(tmp_path, format=format_)
    path = tmp_path / f"clusters.{format_}"
    if format_ == "parquet":
        assert (0, list(COLUMNS["clusters"])) == (
            pq.read_table(path).num_rows, pq.read_table(path).column_names,
        )  # fmt: skip
    elif format_ == "csv":
        assert [list(COLUMNS["clusters"])] == list(csv.reader(path.read_text().splitlines()))
    else:
        assert b"" == path.read_bytes()


def test_files_of_an_earlier_run_are_replaced(analysis: Analysis, tmp_path: Path) -> None:
    analyze(Corpus.from_records([{"text": LONE}])).write(tmp_path)
    analysis.write(tmp_path)
    assert rows_of(analysis, "passages") == pq.read_table(tmp_path / "passages.parquet").to_pylist()


def test_same_analysis_gives_the_same_bytes(analysis: Analysis, tmp_path: Path) -> None:
    for format_ in ("parquet", "csv", "jsonl"):
        one, two = (analysis.write(tmp_path / side, format=format_) for side in "ab")
        assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_file_in_place_of_the_directory_is_an_error(analysis: Analysis, tmp_path: Path) -> None:
    path = tmp_path / "tables"
    path.write_text("notes")
    with pytest.raises(InputError, match="tables: cannot be written: "):
        analysis.write(path)
    with pytest.raises(InputError, match="deeper: cannot be written: "):
        analysis.write(path / "deeper")
    assert "notes" == path.read_text()


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl"])
@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), RuntimeError("bug")])
def test_failure_in_a_later_table_leaves_no_file(
    failure: Exception, format_: Any, analysis: Analysis, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    pieces = Analysis.pieces

    def fail_late(self: Analysis, name: str) -> Any:
        yield from pieces(self, name)
        if name == "duplicates":
            raise failure

    monkeypatch.setattr(Analysis, "pieces", fail_late)
    with pytest.raises((InputError, RuntimeError), match=r"No space left on device|bug"):
        analysis.write(tmp_path, format=format_)
    assert [] == list(tmp_path.iterdir())


def test_failure_keeps_the_files_of_an_earlier_run(
    analysis: Analysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = analyze(Corpus.from_records([{"text": LONE}]))
    before = {path: path.read_bytes() for path in earlier.write(tmp_path)}

    def fail(self: Analysis, name: str) -> pa.Table:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Analysis, "pieces", fail)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        analysis.write(tmp_path)
    assert before == {path: path.read_bytes() for path in tmp_path.iterdir()}


def test_all_or_none_of_the_tables_are_written_when_one_cannot_be_moved(
    analysis: Analysis, tmp_path: Path
) -> None:
    obstacle = tmp_path / "duplicates.parquet"
    obstacle.mkdir()
    with pytest.raises(InputError, match="is a directory where a table would be written"):
        analysis.write(tmp_path)
    assert [obstacle] == list(tmp_path.iterdir())
