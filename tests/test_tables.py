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

from dedup import Analysis, Corpus, InputError, __version__, analyze
from dedup.tables import to_pandas

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


@pytest.fixture(scope="module")
def parquet(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("parquet")
    analysis.write(directory)
    return directory


# In DuckDB and Polars, by dtype in pandas.
DUCKDB = {
    "string": "VARCHAR", "int64": "BIGINT", "Int64": "BIGINT", "Float64": "DOUBLE",
    TIME: "TIMESTAMP WITH TIME ZONE",
}  # fmt: skip
POLARS = {
    "string": "String", "int64": "Int64", "Int64": "Int64", "Float64": "Float64",
    TIME: "Datetime(time_unit='us', time_zone='UTC')",
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_duckdb_reads_the_parquet_with_the_documented_types_and_the_same_values(
    name: str, analysis: Analysis, parquet: Path
) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        relation = connection.read_parquet(str(parquet / f"{name}.parquet"))
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        assert {column: DUCKDB[dtype] for column, dtype in COLUMNS[name].items()} == types
        # Times as numbers: DuckDB needs another package to give them to Python.
        columns = ", ".join(
            f'epoch_us("{column}")' if dtype == TIME else f'"{column}"'
            for column, dtype in COLUMNS[name].items()
        )
        found = relation.project(columns).fetchall()
    times = {column for column, dtype in COLUMNS[name].items() if dtype == TIME}
    table = analysis.table(name)
    expected = zip(
        *((table[column].cast(pa.int64()) if column in times else table[column]).to_pylist()
          for column in COLUMNS[name]), strict=True,
    )  # fmt: skip
    assert list(expected) == found


def test_duckdb_counts_what_the_frames_count(analysis: Analysis, parquet: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    with duckdb.connect() as connection:
        for name in TABLES:
            connection.read_parquet(str(parquet / f"{name}.parquet")).create_view(name)
        found = connection.sql(
            "SELECT origin_outlet, target_outlet, sum(n_words) FROM reuse WHERE rank = 1"
            " AND direction = 'directed' AND kind <> 'shared_quote' GROUP BY ALL ORDER BY ALL"
        ).fetchall()
        n_members = connection.sql(
            "SELECT count(*) FROM clusters JOIN passages USING (cluster_id)"
        ).fetchall()
        n_documents = connection.sql(
            "SELECT outlet, count(*), sum(n_words) FROM documents GROUP BY outlet ORDER BY outlet"
        ).fetchall()
    flows = analysis.flows.astype(object).where(analysis.flows.notna(), None)
    columns = ["origin_outlet", "target_outlet", "n_words"]
    assert [tuple(row) for row in flows[columns].to_numpy().tolist()] == found
    assert [(int(analysis.clusters["n_passages"].sum()),)] == n_members
    by_outlet = analysis.documents.groupby("outlet", dropna=False)["n_words"].agg(["size", "sum"])
    expected = [(None if outlet is pd.NA else outlet, *row) for outlet, row in
                zip(by_outlet.index, by_outlet.to_numpy().tolist(), strict=True)]  # fmt: skip
    assert expected == n_documents


@pytest.mark.parametrize("name", TABLES)
def test_polars_reads_the_parquet_with_the_documented_types_and_the_same_values(
    name: str, analysis: Analysis, parquet: Path
) -> None:
    polars = pytest.importorskip("polars")
    frame = polars.read_parquet(parquet / f"{name}.parquet")
    types = {column: str(dtype) for column, dtype in frame.schema.items()}
    assert {column: POLARS[dtype] for column, dtype in COLUMNS[name].items()} == types
    assert rows_of(analysis, name) == frame.to_dicts()


def test_large_numbers_stay_exact_beside_missing_ones() -> None:
    table = pa.table({"id": pa.array([2**60 + 1, None])})
    frame = to_pandas(table)
    assert ([2**60 + 1, pd.NA], "Int64") == (frame["id"].tolist(), str(frame["id"].dtype))


@pytest.mark.parametrize("name", TABLES)
def test_frame_can_be_changed_and_leaves_the_tables_alone(name: str, analysis: Analysis) -> None:
    frame, before = to_pandas(analysis.table(name)), rows_of(analysis, name)
    for column, dtype in COLUMNS[name].items():
        value = {"string": "new", TIME: pd.Timestamp(0, tz="UTC")}.get(dtype, 0)
        frame.loc[0, column] = value
        assert value == frame[column][0]
    assert COLUMNS[name] == {column: str(dtype) for column, dtype in frame.dtypes.items()}
    assert before == rows_of(analysis, name)


def test_vocabularies_group_and_compare_as_texts(analysis: Analysis) -> None:
    counts = analysis.passages.groupby(["outlet", "role"], dropna=False)["n_words"].sum()
    assert int(analysis.passages["n_words"].sum()) == int(counts.sum())
    is_gull = analysis.documents["outlet"] == "Gull"
    assert bool(is_gull.isna().any())  # neither equal nor not, where there is no outlet
    assert len(analysis.documents.query("outlet == 'Gull'")) == int(is_gull.sum()) > 0
    # Nothing turns up that no row has, as it would with categories.
    subset = analysis.reuse[analysis.reuse["kind"] == "verbatim"]
    assert ["verbatim"] == subset.groupby("kind").size().index.tolist()


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
    names = [*(f"{name}.{format_}" for name in TABLES), "settings.json"]
    assert [directory / name for name in names] == files
    assert sorted(files) == sorted(directory.iterdir())


def test_settings_say_what_the_tables_are_and_came_about_by(
    analysis: Analysis, tmp_path: Path
) -> None:
    higher = analysis.at_threshold(0.75)
    *_, settings = higher.write(tmp_path, format="jsonl")
    assert {
        "format": "dedup-tables", "version": 1, "dedup": __version__,
        "tables": {name: higher.table(name).num_rows for name in TABLES},
        "table_format": "jsonl",
        "settings": {
            "duplicates": {"threshold": 0.75, "shingle_size": 3, "num_perm": 128, "seed": 1,
                           "target_recall": 0.98},
            "reuse": {"min_run_words": 8, "within_outlet": False},
        },
    } == json.loads(settings.read_text("utf-8"))  # fmt: skip


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
