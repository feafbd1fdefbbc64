"""Files in: formats, compression, ids, outlets, what is counted and what is an error."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Corpus, CorpusSettings, Document, InputError, analyze, read_corpus

SKIP = CorpusSettings(skip_bad_records=True)
Process = Callable[..., subprocess.CompletedProcess[str]]

RECORDS: list[dict[str, Any]] = [
    {
        "id": "a", "text": "One é.\n\nTwo 🚢.", "outlet": "Gull", "title": "Été",
        "published": "2026-03-04T10:00:00Z", "url": "https://gull.example/1",
    },
    {"id": "b", "text": 'Three, "four"\tfive.', "outlet": None, "published": "2026-03-05"},
]  # fmt: skip
FIELDS = ("id", "text", "outlet", "published", "title", "url")
DOCUMENTS = [
    ("a", "One é.\n\nTwo 🚢.", "Gull", datetime(2026, 3, 4, 10, tzinfo=UTC), "Été",
     "https://gull.example/1"),
    ("b", 'Three, "four"\tfive.', None, datetime(2026, 3, 5, tzinfo=UTC), None, None),
]  # fmt: skip


def write_separated(path: Path, separator: str) -> None:
    def quote(value: str | None) -> str:
        return '"' + (value or "").replace('"', '""') + '"'

    rows = [FIELDS, *([record.get(field) for field in FIELDS] for record in RECORDS)]
    path.write_text("".join(separator.join(map(quote, row)) + "\r\n" for row in rows), newline="")


def write_records(path: Path) -> Path:
    """Write `RECORDS` in the format that the name states."""
    if path.suffix in (".csv", ".tsv"):
        write_separated(path, "," if path.suffix == ".csv" else "\t")
    elif path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist([dict.fromkeys(FIELDS) | r for r in RECORDS]), path)
    elif path.suffix == ".json":
        path.write_text(json.dumps(RECORDS, indent=1))
    else:
        path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    return path


def compress(path: Path, suffix: str) -> Path:
    data = path.read_bytes()
    packed = gzip.compress(data) if suffix == ".gz" else pa.compress(data, "zstd", asbytes=True)
    target = path.with_name(path.name + suffix)
    target.write_bytes(packed)
    path.unlink()
    return target


def facts(corpus: Corpus) -> list[tuple[Any, ...]]:
    return [(d.document_id, d.text, d.outlet, d.published, d.title, d.url) for d in corpus]


def ids(corpus: Corpus) -> list[str]:
    return [document.document_id for document in corpus]


# Formats.


@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
@pytest.mark.parametrize("suffix", [".jsonl", ".ndjson", ".json", ".csv", ".tsv"])
def test_records_are_read_in_every_format(tmp_path: Path, suffix: str, compression: str) -> None:
    path = write_records(tmp_path / f"news{suffix}")
    if compression:
        path = compress(path, compression)
    assert DOCUMENTS == facts(read_corpus(path))


def test_parquet_is_read(tmp_path: Path) -> None:
    assert DOCUMENTS == facts(read_corpus(write_records(tmp_path / "news.parquet")))


def test_parquet_of_typed_columns_is_read(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": [1, 2], "text": pa.array(["One.", "Two."]).dictionary_encode(),
            "date": [date(2026, 3, 4), None], "tags": [["x"], []],
        }
    )  # fmt: skip
    pq.write_table(table, tmp_path / "a.parquet")
    corpus = read_corpus(tmp_path / "a.parquet")
    expected = [("1", "One.", datetime(2026, 3, 4, tzinfo=UTC)), ("2", "Two.", None)]
    assert expected == [(d.document_id, d.text, d.published) for d in corpus]
    assert ['{"tags":["x"]}', '{"tags":[]}'] == corpus.documents["other_fields"].to_pylist()


def test_parquet_of_texts_that_are_not_utf8_is_an_error(tmp_path: Path) -> None:
    texts = pa.array([b"One.", b"Caf\xe9."]).view(pa.string())
    pq.write_table(pa.table({"id": ["1", "2"], "text": texts}), tmp_path / "a.parquet")
    with pytest.raises(InputError, match=r"a\.parquet: not valid Parquet: .*UTF8"):
        read_corpus(tmp_path / "a.parquet")


def test_records_whose_fields_come_late_are_read(tmp_path: Path) -> None:
    lines = [{"id": f"{i}", "text": "One."} for i in range(3_000)]
    lines += [line | {"id": f"b{line['id']}", "outlet": "Gull"} for line in lines]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    outlets = read_corpus(path).documents["outlet"].to_pylist()
    assert [None] * 3_000 + ["Gull"] * 3_000 == outlets


@pytest.mark.parametrize("name", ["a.txt", "a.text", "a.md", "a.markdown", "A.TXT"])
@pytest.mark.parametrize("compression", ["", ".gz", ".zst"])
def test_text_file_is_one_document(tmp_path: Path, name: str, compression: str) -> None:
    path = tmp_path / name
    path.write_bytes("One é.\r\n\r\nTwo.\n".encode())
    if compression:
        path = compress(path, compression)
    expected = Document(path.name, "One é.\r\n\r\nTwo.\n", path=path.as_posix())
    assert [expected] == list(read_corpus(path))


@pytest.mark.parametrize("name", ["a.html", "a.htm"])
def test_web_page_is_one_document(tmp_path: Path, name: str) -> None:
    pytest.importorskip("trafilatura")
    paragraphs = [
        f"Paragraph {i} says that the bridge over the bay stays shut today." for i in "123"
    ]
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    (tmp_path / name).write_text(f"<html><body><article>{body}</article></body></html>")
    (document,) = read_corpus(tmp_path / name)
    assert (name, "\n\n".join(paragraphs)) == (document.document_id, document.text)


def test_front_matter_gives_the_fields(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\nid: 7\noutlet: Gull\ndate: 2026-03-04\ntitle: 1984\nurl: https://gull.example\n"
        "tags: [port, ferry]\n---\nOne.\n"
    )
    corpus = read_corpus(tmp_path / "a.md")
    (document,) = corpus
    assert ("7", "Gull", "1984") == (document.document_id, document.outlet, document.title)
    assert datetime(2026, 3, 4, tzinfo=UTC) == document.published
    assert ['{"tags":["port","ferry"]}'] == corpus.documents["other_fields"].to_pylist()


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("No", "No"), ("On", "On"), ("2026-03-04", "2026-03-04"), ("1e3", "1e3"),
        ("!!bool maybe", "maybe"), ("!!timestamp soon", "soon"), ("null", None), ("~", None),
    ],
)  # fmt: skip
def test_title_is_taken_as_written_whatever_yaml_sees_in_it(
    tmp_path: Path, value: str, title: str | None
) -> None:
    (tmp_path / "a.md").write_text(f"---\ntitle: {value}\n---\nOne.\n")
    (document,) = read_corpus(tmp_path / "a.md")
    assert title == document.title


def test_json_may_hold_one_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{\n "text": "One."\n}\n')
    assert ["a.json"] == ids(read_corpus(tmp_path / "a.json"))


def test_json_lines_may_be_named_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"text": "One."}\n{"text": "Two."}\n')
    assert ["a.json:1", "a.json:2"] == ids(read_corpus(tmp_path / "a.json"))


def test_blank_lines_between_json_lines_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('\n{"text": "One."}\r\n  \n{"text": "Two."}\n\n')
    assert ["a.jsonl:2", "a.jsonl:4"] == ids(read_corpus(tmp_path / "a.jsonl"))


def test_csv_field_may_span_lines(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b'text,outlet\n"One\r\n\r\ntwo",Gull\nThree,\n')
    corpus = read_corpus(tmp_path / "a.csv")
    assert [("One\r\n\r\ntwo", "Gull"), ("Three", None)] == [(d.text, d.outlet) for d in corpus]


def test_blank_line_of_csv_is_no_record_and_an_empty_field_a_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,id\nOne.,1\n\n,2\n")
    assert ["1", "2"] == ids(read_corpus(tmp_path / "a.csv"))


def test_long_csv_field_is_read(tmp_path: Path) -> None:
    text = "rain " * 50_000  # longer than the csv module allows by default
    (tmp_path / "a.csv").write_text(f"text\n{text}\n")
    assert [text] == [document.text for document in read_corpus(tmp_path / "a.csv")]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "marked"])
@pytest.mark.parametrize("ending", ["\n", ""])
def test_lines_are_whole_wherever_reading_breaks_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: bytes, ending: str
) -> None:
    monkeypatch.setattr("dedup.corpus.record_files._BLOCK", 64)
    texts = ["é" * n for n in (1, 40, 3, 0, 700, 20, 21, 22, 23, 24)]
    lines = "\n".join(json.dumps({"text": text}, ensure_ascii=False) for text in texts)
    (tmp_path / "a.jsonl").write_bytes(mark + lines.encode() + ending.encode())
    corpus = read_corpus(tmp_path / "a.jsonl")
    assert [(text, n) for n, text in enumerate(texts, 1)] == [(d.text, d.line) for d in corpus]


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".parquet"])
def test_fields_can_be_mapped_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = write_records(tmp_path / f"news{suffix}")
    corpus = read_corpus(path, CorpusSettings("text", "url", "id", "published"))
    assert [("a", "https://gull.example/1"), ("b", f"{path.name}:{corpus_line(suffix, 2)}")] == [
        (document.outlet, document.document_id) for document in corpus
    ]


def corpus_line(suffix: str, record: int) -> int:
    """The line of a record: in a CSV file after the header, and after texts of several lines."""
    return {".csv": record + 3}.get(suffix, record)


VALUES = st.one_of(st.none(), st.text(max_size=8), st.sampled_from(["", " x ", "\0", "\x1c", "é"]))


@settings(max_examples=60)
@given(st.lists(st.fixed_dictionaries(
    {"text": st.text(max_size=20), "id": VALUES, "outlet": VALUES, "title": VALUES, "url": VALUES},
    optional={"other": st.none()},
), min_size=1))  # fmt: skip
def test_json_lines_give_what_the_records_give(records: list[dict[str, Any]]) -> None:
    records = [record | {"id": f"{i}{record['id']}"} for i, record in enumerate(records)]
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    assert facts(Corpus.from_records(records)) == facts(read_stdin(f"{lines}\n".encode(), SKIP))


# Standard input.


def read_stdin(data: bytes, settings: CorpusSettings | None = None) -> Corpus:
    """Read a corpus from `-`; one that holds no document is empty."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        try:
            return read_corpus("-", settings)
        except InputError as error:
            if "no document in -" in str(error):
                return Corpus.from_records([])
            raise


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b'{"text": "One."}\n{"text": "Two."}\n', [("-:1", "One."), ("-:2", "Two.")]),
        (b'\xef\xbb\xbf\n {"id": 5, "text": "One."}', [("5", "One.")]),
        (b'[{"text": "One."}, {"id": "b", "text": "Two."}]', [("-:1", "One."), ("b", "Two.")]),
        (b"One.\n\nTwo.\n", [("-", "One.\n\nTwo.\n")]),
        ("The café.".encode("cp1252"), [("-", "The café.")]),
        (b"", [("-", "")]),
    ],
)
def test_standard_input_is_records_or_one_text(
    data: bytes, expected: list[tuple[str, str]]
) -> None:
    assert expected == [(d.document_id, d.text) for d in read_stdin(data)]


@pytest.mark.parametrize("text", ["[Updated] The ferry left.", "{sic} The ferry left."])
def test_text_on_standard_input_may_begin_with_a_bracket(text: str) -> None:
    assert [text] == [document.text for document in read_stdin(text.encode())]


def test_report_reads_records_from_a_pipe(dedup: Process) -> None:
    lines = "".join(json.dumps(record) + "\n" for record in RECORDS)
    result = dedup("report", "-", "--only", "duplicates", "--format", "json", input=lines)
    assert (0, "") == (result.returncode, result.stderr)
    summary = json.loads(result.stdout)
    assert (2, 3) == (summary["n_documents"], summary["n_passages"])


def test_report_reads_a_text_from_a_pipe(dedup: Process) -> None:
    text = "One é.\n\nTwo.\n"
    result = dedup("report", "-", "--only", "duplicates", "--format", "json", input=text)
    summary = json.loads(result.stdout)
    assert (0, 1, 2) == (result.returncode, summary["n_documents"], summary["n_passages"])


def test_report_of_an_empty_pipe_could_not_run(dedup: Process) -> None:
    result = dedup("report", "-", "--format", "json")
    assert (2, "") == (result.returncode, result.stdout)
    assert "Error: no text in the corpus: 1 document without a word\n" == result.stderr


def test_report_names_the_bad_line_of_a_pipe(dedup: Process) -> None:
    result = dedup("report", "-", input='{"text": "One."}\n{"text": \n')
    assert (2, "") == (result.returncode, result.stdout)
    assert result.stderr.startswith("Error: -:2: not valid JSON: ")


# Bad data.


@pytest.mark.cases("bad_records")
def test_bad_record_is_an_error_with_file_and_line(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text(f'{{"id": "a", "text": "One."}}\n\n{json.dumps(case["input"])}\n')
    with pytest.raises(InputError, match=f"^{path}:3: {case['expected']}") as raised:
        read_corpus(path)
    assert (str(path), 3) == (raised.value.path, raised.value.line)


@pytest.mark.cases("bad_records")
def test_bad_record_of_a_file_is_skipped_on_request(tmp_path: Path, case: dict[str, Any]) -> None:
    path = tmp_path / "news.jsonl"
    good = ['{"id": "a", "text": "One."}', '{"id": "c", "text": "Three."}']
    path.write_text("\n".join([good[0], json.dumps(case["input"]), good[1]]))
    corpus = read_corpus(path, SKIP)
    assert ["a", "c"] == ids(corpus)
    (skipped,) = corpus.skipped
    assert str(skipped).startswith(f"{path}:2: ")


def test_report_lists_what_was_skipped(tmp_path: Path, dedup: Process) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "One."}\n{"txt": "Two."}\n')
    arguments = ("report", tmp_path / "a.jsonl", "--only", "duplicates", "--format", "json")
    result = dedup(*arguments)
    assert (2, "") == (result.returncode, result.stdout)
    assert result.stderr.startswith(f'Error: {tmp_path}/a.jsonl:2: missing field "text"')
    result = dedup(*arguments, "--skip-bad-records")
    assert 0 == result.returncode
    assert "missing field" in json.dumps(json.loads(result.stdout)["skipped"])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.jsonl", '{"text": "One."}\n{"text": "Two."\n', r"a\.jsonl:2: not valid JSON: "),
        ("a.jsonl", '{"id": "a", "text": "One."} x\n', r"a\.jsonl:1: not valid JSON: "),
        ("a.jsonl", '{"id": "a", "text": "One\ttwo."}\n', r"a\.jsonl:1: not valid JSON: "),
        ("a.json", '[{"text": "One."},\n{"text": "Two.",}]', r"a\.json:2: not valid JSON: "),
        ("a.json", "", r"a\.json: an empty file is not valid JSON"),
        ("a.json", '"One."', r"a\.json: must hold an array of records or one record"),
        ("a.json", '[{"text": "One."}, 5]', r"a\.json:2: a record must be an object with a text"),
        ("a.csv", "id,body\n1,One.\n", r'a\.csv:1: no column "text" \(columns: id, body; --text-f'),
        ("a.csv", "id,text\n1,One.\n2,Two,x.\n", r"a\.csv:3: more fields than the header's 2"),
        ("a.csv", "id,text\n1,One.\n2\n", r'a\.csv:3: missing field "text"'),
        ("a.csv", "id,text\n1,a\rb\n", r'a\.csv:3: missing field "text"'),
        ("a.csv", 'id,text\n1,One.\n2,"Two" three.\n', r"a\.csv:3: not valid CSV: "),
        ("a.tsv", "id,text\n1,One.\n", r"a\.tsv:1: one column only: .* by '\\t', not by ','"),
        ("a.csv", "id;text\n1;One.\n", r"a\.csv:1: one column only: .* by ',', not by ';'"),
        ("a.jsonl", '{"id": 1, "text": "One."},\n', r"a\.jsonl:1: .*: Extra data at column 26"),
        ("a.parquet", "no columns here", r"a\.parquet: not valid Parquet: "),
        ("a.parquet", "", r"a\.parquet: not valid Parquet: "),
        ("a.md", "---\ntitle: a: b\n---\nOne.\n", r"a\.md:2: front matter is not valid YAML: "),
        ("a.md", "---\ntags: [a\n---\nOne.\n", r"a\.md:\d: front matter is not valid YAML: "),
        ("a.md", "---\ndate: 2026-13-45\n---\nOne.\n", r"a\.md: published is not a date that can "),
        ("a.md", "---\noutlet: [a, b]\n---\nOne.\n", r"a\.md: outlet must be a string, got a list"),
        ("a.jsonl.gz", "no gzip", r"a\.jsonl\.gz: cannot be read: Not a gzipped file"),
        ("a.jsonl.zst", "no zstd", r"a\.jsonl\.zst: cannot be read: "),
    ],
)  # fmt: skip
def test_malformed_file_is_an_error(tmp_path: Path, name: str, content: str, message: str) -> None:
    (tmp_path / name).write_bytes(content.encode())
    with pytest.raises(InputError, match=message):
        read_corpus(tmp_path / name)


@pytest.mark.parametrize("data", [b"id,text\r1,One.\r2,Two.\r", b"id,text\n1,One.\r2,Two.\r\n"])
def test_lone_carriage_returns_end_lines_of_csv(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(data)
    corpus = read_corpus(tmp_path / "a.csv")
    assert [("1", "One.", 2), ("2", "Two.", 3)] == [
        (document.document_id, document.text, document.line) for document in corpus
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ('id,text\n1,"One.\n2,Two.\n3,Three.\n', 2),
        ('id,text\n1,"One\ntwo."\n2,"Three.\n3,Four.\n', 4),
        ('id,"text\n1,One.\n', 1),
    ],
)
def test_quote_that_never_closes_is_bad_data(tmp_path: Path, content: str, line: int) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(InputError, match=rf"a\.csv:{line}: not valid CSV"):
        read_corpus(tmp_path / "a.csv")


def test_rows_before_malformed_csv_are_kept_when_skipping(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,text\n1,One.\n2,"Two.\n3,Four.\n')
    (tmp_path / "b.txt").write_text("Five.")
    corpus = read_corpus(tmp_path, SKIP)
    assert ["1", "b.txt"] == ids(corpus)
    assert [3] == [skipped.line for skipped in corpus.skipped]


@pytest.mark.parametrize(
    "content",
    [
        '{"id": "a", "text": "One."}{"id": "b", "text": "Two."}\n\n',
        '{"id": "a",\n"text": "One."}{"id": "b", "text": "Two."}\n',
    ],
)
def test_json_lines_are_records_of_one_line_each(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(InputError, match=r"a\.jsonl:1: not valid JSON"):
        read_corpus(tmp_path / "a.jsonl")


@pytest.mark.parametrize("depth", [300, 100_000])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_deeply_nested_json_does_not_crash(tmp_path: Path, name: str, depth: int) -> None:
    (tmp_path / name).write_text(f'{{"text": "One.", "x": {"[" * depth}{"]" * depth}}}')
    (tmp_path / "b.txt").write_text("Two.")
    assert "b.txt" in ids(read_corpus(tmp_path, SKIP))


def many_lines() -> bytes:
    """Lines that no compressor makes much shorter."""
    numbers = ((i * 2654435761) % 2**32 for i in range(4000))
    return b"".join(b'{"id": %d, "text": "No %d."}\n' % (i, n) for i, n in enumerate(numbers))


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_truncated_compressed_file_is_an_error(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(many_lines())
    path = compress(tmp_path / "a.jsonl", suffix)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=f"^{path}: cannot be read: "):
        read_corpus(path)
    (tmp_path / "b.txt").write_text("Two.")
    corpus = read_corpus(tmp_path, SKIP)
    assert "b.txt" in ids(corpus)
    assert [str(path)] == [skipped.path for skipped in corpus.skipped]


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_records_before_a_truncation_are_kept_when_skipping(tmp_path: Path, suffix: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(many_lines())
    path = compress(tmp_path / "a.jsonl", suffix)
    path.write_bytes(path.read_bytes()[:-100])
    (tmp_path / "b.txt").write_text("Two.")
    assert "0" in ids(read_corpus(tmp_path, SKIP))


@pytest.mark.parametrize(("start", "end"), [(5000, 5200), (-8, None)], ids=["data", "checksum"])
def test_damaged_gzip_is_an_error(tmp_path: Path, start: int, end: int | None) -> None:
    data = bytearray(gzip.compress(many_lines()))
    data[start:end] = bytes(len(data[start:end]))
    (tmp_path / "a.jsonl.gz").write_bytes(data)
    with pytest.raises(InputError, match=r"a\.jsonl\.gz: cannot be read: "):
        read_corpus(tmp_path / "a.jsonl.gz")


def test_duplicate_id_names_both_places(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": 1, "text": "One."}\n')
    (tmp_path / "b.jsonl").write_text('{"text": "Two."}\n{"id": "1", "text": "Three."}\n')
    with pytest.raises(InputError) as raised:
        read_corpus(tmp_path)
    places = f"{tmp_path}/b.jsonl:2: duplicate id '1', first seen at {tmp_path}/a.jsonl:1"
    assert places == str(raised.value)
    corpus = read_corpus(tmp_path, SKIP)
    assert ["One.", "Two."] == [document.text for document in corpus]
    assert [(f"{tmp_path}/b.jsonl", 2)] == [(s.path, s.line) for s in corpus.skipped]


# Empty input.


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.tsv"])
def test_file_without_a_record_holds_no_document(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("")
    with pytest.raises(InputError, match=rf"^no document in {tmp_path / name}$"):
        read_corpus(tmp_path / name)


def test_empty_directory_holds_no_document(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=rf"^no document in {tmp_path}$"):
        read_corpus(tmp_path)


def test_no_path_holds_no_document() -> None:
    with pytest.raises(InputError, match=r"^no document in no path$"):
        read_corpus([])


def test_empty_text_is_a_document_without_passages(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("")
    (tmp_path / "b.txt").write_text("One.")
    corpus = read_corpus(tmp_path)
    assert ["a.txt", "b.txt"] == ids(corpus)
    assert [0, 1] == analyze(corpus).documents["n_passages"].tolist()


def test_error_on_no_document_says_what_was_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"")
    (tmp_path / "b.jsonl").write_text("{")
    with pytest.raises(InputError, match=r"\(files of other types: 1 \.jpg\) \(1 skipped, first: "):
        read_corpus(tmp_path, SKIP)


# Directories.


@pytest.fixture
def newsroom_directory(tmp_path: Path) -> Path:
    """Files of two outlets and of none, and what is not read."""
    for name in ("z.txt", "Gull/2026/b.txt", "Gull/a.txt", "Tern/c.md", ".git/d.txt", ".e.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Text of {name}.")
    for name in ("Gull/a.jpg", "b.JPG", "Makefile", "c.parquet.gz"):
        (tmp_path / name).write_bytes(b"\xff\xd8")
    return tmp_path


def test_directory_gives_ids_and_outlets(newsroom_directory: Path) -> None:
    expected = [
        ("z.txt", None), ("Gull/a.txt", "Gull"), ("Gull/2026/b.txt", "Gull"), ("Tern/c.md", "Tern"),
    ]  # fmt: skip
    corpus = read_corpus(newsroom_directory)
    assert expected == [(document.document_id, document.outlet) for document in corpus]


def test_files_of_other_types_are_counted(newsroom_directory: Path) -> None:
    expected = {"(hidden)": 2, "(none)": 1, ".gz": 1, ".jpg": 2}
    assert expected == read_corpus(newsroom_directory).other_files


def test_file_given_itself_has_no_outlet(newsroom_directory: Path) -> None:
    (document,) = read_corpus(newsroom_directory / "Gull" / "a.txt")
    assert ("a.txt", None) == (document.document_id, document.outlet)


def test_record_keeps_its_outlet_in_a_directory(tmp_path: Path) -> None:
    (tmp_path / "Gull").mkdir()
    records = [{"id": "a", "text": "One.", "outlet": "Tern"}, {"id": "b", "text": "Two."}]
    (tmp_path / "Gull" / "a.jsonl").write_text("\n".join(map(json.dumps, records)))
    assert ["Tern", "Gull"] == [document.outlet for document in read_corpus(tmp_path)]


def test_paths_are_read_in_the_order_given(newsroom_directory: Path) -> None:
    paths = [newsroom_directory / name for name in ("z.txt", "Tern", "Gull/2026")]
    assert ["z.txt", "c.md", "b.txt"] == ids(read_corpus(paths))
    assert ["b.txt", "c.md", "z.txt"] == ids(read_corpus(reversed(paths)))


def test_path_may_be_a_string(newsroom_directory: Path) -> None:
    assert ["a.txt"] == ids(read_corpus(f"{newsroom_directory}/Gull/a.txt"))


def test_file_given_twice_is_a_duplicate(newsroom_directory: Path) -> None:
    path = newsroom_directory / "z.txt"
    with pytest.raises(InputError, match=r"duplicate id 'z\.txt'"):
        read_corpus([path, path])


@pytest.mark.parametrize("name", ["Gull/a.jpg", "Makefile", "c.parquet.gz"])
def test_file_of_another_type_given_itself_is_an_error(newsroom_directory: Path, name: str) -> None:
    path = newsroom_directory / name
    with pytest.raises(
        InputError, match=rf"^{path}: not a type that can be read; known are \.txt, "
    ):
        read_corpus(path)


def test_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.txt: no such file or directory$"):
        read_corpus(tmp_path / "gone.txt", SKIP)


def test_name_that_is_not_unicode_is_read(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")  # noqa: PTH118 -- bytes
    try:
        with open(name, "w") as file:  # noqa: PTH123 -- bytes
            file.write("One.")
    except OSError:
        pytest.skip("this file system has Unicode names only")
    assert ["caf\ufffd.txt"] == ids(read_corpus(tmp_path))


def test_progress_counts_the_documents_read(newsroom_directory: Path) -> None:
    counts: list[int] = []
    read_corpus(newsroom_directory, progress=counts.append)
    assert [1, 2, 3, 4] == counts


# Links, pipes, and files that nobody may read.


def test_loops_of_links_end(tmp_path: Path) -> None:
    (tmp_path / "Gull").mkdir()
    (tmp_path / "Gull" / "a.txt").write_text("One.")
    (tmp_path / "Gull" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "Gull", target_is_directory=True)
    assert 1 == len(read_corpus(tmp_path))


def test_links_to_files_are_followed(tmp_path: Path) -> None:
    (tmp_path / "desk").mkdir()
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "desk" / "b.txt").symlink_to(tmp_path / "a.txt")
    (document,) = read_corpus(tmp_path / "desk")
    assert ("b.txt", "One.") == (document.document_id, document.text)


@pytest.mark.parametrize("target", ["gone.txt", "a.txt"])
def test_link_that_leads_nowhere_is_an_error(tmp_path: Path, target: str) -> None:
    (tmp_path / "a.txt").symlink_to(target)
    (tmp_path / "b.txt").write_text("Two.")
    with pytest.raises(InputError, match=rf"^{tmp_path}/a\.txt: not a regular file$"):
        read_corpus(tmp_path)
    corpus = read_corpus(tmp_path, SKIP)
    assert ["b.txt"] == ids(corpus)
    assert [f"{tmp_path}/a.txt: not a regular file"] == [str(s) for s in corpus.skipped]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipe_in_a_directory_does_not_hang(tmp_path: Path, dedup: Process) -> None:
    (tmp_path / "Gull").mkdir()
    os.mkfifo(tmp_path / "Gull" / "a.txt")
    (tmp_path / "Gull" / "b.txt").write_text("Two.")
    result = dedup("report", tmp_path / "Gull")
    assert (2, "") == (result.returncode, result.stdout)
    assert f"Error: {tmp_path}/Gull/a.txt: not a regular file\n" == result.stderr


NOT_FOR_ROOT = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all"
)


@NOT_FOR_ROOT
@pytest.mark.parametrize("name", ["a.txt", "sub"])
def test_what_nobody_may_read_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text("One.")
    (tmp_path / "b.txt").write_text("Two.")
    (tmp_path / name).chmod(0)
    try:
        with pytest.raises(InputError, match=f"^{tmp_path / name}: cannot be read: Permission"):
            read_corpus(tmp_path)
        assert 1 == len(read_corpus(tmp_path, SKIP).skipped)
    finally:
        (tmp_path / name).chmod(0o700)


@NOT_FOR_ROOT
@pytest.mark.parametrize(("mode", "name"), [(0o400, "sub"), (0, "sub/a.txt")])
def test_directory_that_nobody_may_enter_is_an_error(tmp_path: Path, mode: int, name: str) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text("One.")
    (tmp_path / "sub").chmod(mode)
    try:
        with pytest.raises(InputError, match=f"^{tmp_path / name}.*: cannot be read: Permission"):
            read_corpus(tmp_path / name)
    finally:
        (tmp_path / "sub").chmod(0o700)
