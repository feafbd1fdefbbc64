"""Records and frames in: fields, ids, and what is refused."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from dedup import ConfigError, Corpus, CorpusSettings, Document, InputError, analyze

SKIP = CorpusSettings(skip_bad_records=True)


def other_fields(*records: dict[str, Any]) -> list[Any]:
    fields = Corpus.from_records(records).documents["other_fields"].to_pylist()
    return [value and json.loads(value) for value in fields]


def test_record_becomes_a_document() -> None:
    record = {
        "id": "a", "text": "One é.", "outlet": " The Gull ", "published": "2026-03-04T10:00:00Z",
        "title": "Été", "url": "https://gull.example/1",
    }  # fmt: skip
    expected = Document(
        "a", "One é.", "The Gull", datetime(2026, 3, 4, 10, tzinfo=UTC), "Été",
        "https://gull.example/1", None, 1,
    )  # fmt: skip
    assert [expected] == list(Corpus.from_records([record]))


def test_documents_keep_the_order_of_records() -> None:
    records = [{"id": i, "text": "One.", "published": f"2026-01-0{i}"} for i in (9, 2, 5)]
    assert ["9", "2", "5"] == [document.document_id for document in Corpus.from_records(records)]


def test_text_is_kept_as_it_is() -> None:
    text = " \r\n One\u00a0a.\r\u2028\n\n "
    assert [text] == [document.text for document in Corpus.from_records([{"text": text}])]


@pytest.mark.parametrize(
    ("value", "expected"), [("x", "x"), (7, "7"), (-7, "-7"), (2**70, str(2**70))]
)
def test_id_is_a_string_or_an_integer(value: object, expected: str) -> None:
    (document,) = Corpus.from_records([{"id": value, "text": "One."}])
    assert expected == document.document_id


@pytest.mark.parametrize("missing", [{}, {"id": None}, {"id": ""}])
def test_record_without_an_id_is_known_by_its_number(missing: dict[str, Any]) -> None:
    corpus = Corpus.from_records([{"id": "a", "text": "One."}, {"text": "Two.", **missing}])
    assert ["a", "record:2"] == [document.document_id for document in corpus]


@pytest.mark.parametrize("missing", [None, "", "  "])
def test_empty_fields_are_missing(missing: str | None) -> None:
    record = {"text": "One.", "outlet": missing, "title": missing, "url": missing}
    (document,) = Corpus.from_records([record])
    assert (None, None, None) == (document.outlet, document.title, document.url)


@pytest.mark.parametrize("wrapper", [dict, MappingProxyType, UserDict])
def test_any_mapping_is_a_record(wrapper: type[Mapping[str, Any]]) -> None:
    (document,) = Corpus.from_records([wrapper({"text": "One.", "note": 1})])  # type: ignore[call-arg]
    assert "One." == document.text


def test_records_may_be_an_iterator_longer_than_a_batch() -> None:
    corpus = Corpus.from_records({"text": f"Text {i}."} for i in range(10_001))
    assert (10_001, "record:10001") == (len(corpus), list(corpus)[-1].document_id)


def test_fields_can_be_mapped() -> None:
    settings = CorpusSettings("body", "key", "paper", "when")
    record = {"body": "One.", "key": 3, "paper": "Gull", "when": "2026-03-04", "text": "x", "id": 9}
    (document,) = Corpus.from_records([record], settings)
    assert ("3", "One.", "Gull") == (document.document_id, document.text, document.outlet)
    assert datetime(2026, 3, 4, tzinfo=UTC) == document.published


NAMED = {"id_field": "key", "outlet_field": "papre", "date_field": "when"}


@pytest.mark.parametrize(("setting", "name"), NAMED.items())
def test_named_field_that_no_record_has_is_noted(setting: str, name: str) -> None:
    settings = CorpusSettings(**{setting: name})  # type: ignore[arg-type]
    records = [{"text": "One."}, {"text": "Two."}]
    expected = (f'no record has the field "{name}" ({setting})',)
    assert expected == Corpus.from_records(records, settings).notes
    records[1][name] = "2026-03-04"
    assert () == Corpus.from_records(records, settings).notes


def test_default_field_that_no_record_has_is_not_noted() -> None:
    assert () == Corpus.from_records([{"text": "One."}]).notes


def test_other_fields_are_kept() -> None:
    day = datetime(2026, 3, 4, tzinfo=UTC)
    expected = [{"section": "Port", "tags": ["a", {"b": None}], "day": day.isoformat()}, None]
    record = {"text": "One.", "section": "Port", "tags": ["a", {"b": None}], "day": day}
    assert expected == other_fields(record, {"text": "Two."})


def test_other_field_named_like_a_column_is_kept() -> None:
    names = ("path", "line", "body_start", "document_id", "other_fields")
    expected = dict.fromkeys(names, "mine")
    (document,) = Corpus.from_records([{"text": "One.", **expected}])
    assert ("record:1", None, 1) == (document.document_id, document.path, document.line)
    assert [expected] == other_fields({"text": "One.", **expected})


@pytest.mark.parametrize(
    "value",
    ["\ud800", {"\ud800": 1}, 2**70, json.loads("[" * 300 + "]" * 300), {(1, 2): 3}],
    ids=["surrogate", "surrogate-in-key", "big-integer", "deep", "tuple-key"],
)
def test_odd_other_fields_do_not_crash(value: object) -> None:
    assert 1 == len(Corpus.from_records([{"text": "One.", "note": value}]))


def test_lone_surrogates_are_replaced_and_spans_do_not_move() -> None:
    record = {
        "id": "\udfff",
        "text": "Rain \ud800fell.\n\nÉté \udc00.",
        "title": "\ud83d",
        "outlet": "G\udc80",
    }
    corpus = Corpus.from_records([record])
    (document,) = corpus
    assert ("\ufffd", "\ufffd", "G\ufffd") == (
        document.document_id,
        document.title,
        document.outlet,
    )
    assert "Rain \ufffdfell.\n\nÉté \ufffd." == document.text
    assert ["Rain \ufffdfell.", "Été \ufffd."] == list(analyze(corpus).passages["text"])


def test_nuls_are_kept() -> None:
    record = {"id": "a\0b", "text": "Rain\0fell.", "title": "\0", "note": "\0"}
    corpus = Corpus.from_records([record])
    assert [("a\0b", "Rain\0fell.")] == [(d.document_id, d.text) for d in corpus]
    assert 2 == analyze(corpus).passages["n_words"][0]


@pytest.mark.cases("bad_records")
def test_bad_record_is_an_error(case: dict[str, Any]) -> None:
    expected = case["expected"].split(", first seen")[0]  # there is no file to name
    with pytest.raises(InputError, match=f"^record 2: {expected}") as raised:
        Corpus.from_records([{"id": "a", "text": "One."}, case["input"]])
    assert (None, 2) == (raised.value.path, raised.value.line)


@pytest.mark.parametrize("record", [{"text": 1}, {"text": "Two.", "title": float("nan")}])
def test_corpus_that_needed_a_second_look_can_be_analysed(record: dict[str, Any]) -> None:
    corpus = Corpus.from_records([{"text": "One."}, record], SKIP)
    assert "One." == analyze(corpus).passages["text"][0]


def test_named_field_is_noted_beside_a_bad_record_too() -> None:
    settings = CorpusSettings(outlet_field="papre", skip_bad_records=True)
    corpus = Corpus.from_records([{"text": "One."}, {"text": 1}], settings)
    assert ('no record has the field "papre" (outlet_field)',) == corpus.notes


@pytest.mark.cases("bad_records")
def test_bad_record_is_skipped_and_listed_on_request(case: dict[str, Any]) -> None:
    records = [{"id": "a", "text": "One."}, case["input"], {"id": "c", "text": "Three."}]
    corpus = Corpus.from_records(records, SKIP)
    assert ["a", "c"] == [document.document_id for document in corpus]
    assert [2] == [skipped.line for skipped in corpus.skipped]


def test_all_records_may_be_bad() -> None:
    corpus = Corpus.from_records([{"text": 1}, {"text": None}], SKIP)
    assert (0, 2) == (len(corpus), len(corpus.skipped))


def test_integer_and_string_ids_can_be_duplicates() -> None:
    with pytest.raises(InputError, match=r"^record 2: duplicate id '1'"):
        Corpus.from_records([{"id": 1, "text": "One."}, {"id": "1", "text": "Two."}])


def test_first_of_duplicate_ids_is_kept() -> None:
    records = [{"id": i, "text": f"Text {n}."} for n, i in enumerate(["b", "a", "b", "b"])]
    corpus = Corpus.from_records(records, SKIP)
    assert ["Text 0.", "Text 1."] == [document.text for document in corpus]
    assert [3, 4] == [skipped.line for skipped in corpus.skipped]


def test_no_records_are_an_empty_corpus() -> None:
    assert (0, []) == (len(Corpus.from_records([])), list(Corpus.from_records([])))


def test_missing_values_of_dates_are_missing() -> None:
    records = [{"text": "One.", "published": v} for v in (None, float("nan"), pd.NaT)]
    assert [None] * 3 == [document.published for document in Corpus.from_records(records)]


@pytest.mark.parametrize("field", ["id", "outlet", "title", "url"])
def test_nan_is_missing_in_any_optional_field(field: str) -> None:
    frame = pd.DataFrame({"text": ["One.", "Two."], field: ["x", None]})
    (_, second) = Corpus.from_records(frame.to_dict("records"))
    assert getattr(second, "document_id" if field == "id" else field) in (None, "record:2")


# Frames.


@pytest.fixture
def frame() -> pd.DataFrame:
    """Two articles as analysts hold them; the second lacks what it may."""
    return pd.DataFrame(
        {
            "key": [11, 12],
            "body": ["One é.", "Two."],
            "paper": ["Gull", None],
            "when": pd.to_datetime(["2026-03-04T10:00:00Z", None]),
            "n_comments": [3, None],
        },
        index=["x", "y"],
    )


def test_frame_becomes_a_corpus(frame: pd.DataFrame) -> None:
    corpus = Corpus.from_frame(frame, text="body", id="key", outlet="paper", published="when")
    expected = [
        Document("11", "One é.", "Gull", datetime(2026, 3, 4, 10, tzinfo=UTC), line=1),
        Document("12", "Two.", None, None, line=2),
    ]
    assert expected == list(corpus)
    fields = corpus.documents["other_fields"].to_pylist()
    assert [{"n_comments": 3.0}, {"n_comments": None}] == [json.loads(value) for value in fields]


@pytest.mark.parametrize("kind", ["object", "string", "string[pyarrow]", "category"])
def test_columns_of_a_frame_may_be_of_any_string_type(frame: pd.DataFrame, kind: str) -> None:
    frame = frame.astype({"body": kind, "paper": kind})
    corpus = Corpus.from_frame(frame, text="body", outlet="paper")
    assert [("One é.", "Gull"), ("Two.", None)] == [(d.text, d.outlet) for d in corpus]


def test_frame_without_ids_numbers_its_rows() -> None:
    corpus = Corpus.from_frame(pd.DataFrame({"text": ["One.", "Two."]}))
    assert ["record:1", "record:2"] == [document.document_id for document in corpus]


def test_missing_integer_id_of_a_frame_is_numbered() -> None:
    frame = pd.DataFrame({"id": pd.array([5, None], dtype="Int64"), "text": ["One.", "Two."]})
    assert ["5", "record:2"] == [document.document_id for document in Corpus.from_frame(frame)]


@pytest.mark.parametrize(("column", "name"), [("text", "body"), ("published", "when")])
def test_named_column_that_a_frame_lacks_is_an_error(column: str, name: str) -> None:
    with pytest.raises(InputError, match=rf"^no column '{name}' in the frame, which has "):
        Corpus.from_frame(pd.DataFrame({"text": ["One."]}), **{column: name})  # type: ignore[arg-type]


@pytest.mark.parametrize("column", ["outlet", "id"])
def test_named_outlet_or_id_that_a_frame_lacks_is_an_error(column: str) -> None:
    with pytest.raises(InputError, match="no column 'papre'"):
        Corpus.from_frame(pd.DataFrame({"text": ["One."]}), **{column: "papre"})  # type: ignore[arg-type]


def test_missing_text_in_a_frame_is_an_error() -> None:
    frame = pd.DataFrame({"text": ["One.", None]})
    with pytest.raises(InputError, match=r'^record 2: missing field "text"'):
        Corpus.from_frame(frame)
    assert 1 == len(Corpus.from_frame(frame, skip_bad_records=True))


def test_empty_frame_is_an_empty_corpus() -> None:
    assert 0 == len(Corpus.from_frame(pd.DataFrame({"text": []})))


def test_frame_takes_the_unit_of_passages() -> None:
    corpus = Corpus.from_frame(pd.DataFrame({"text": ["One.\n\nTwo."]}), passages="document")
    assert ["One.\n\nTwo."] == list(analyze(corpus).passages["text"])


def test_frame_cannot_have_a_column_in_two_roles(frame: pd.DataFrame) -> None:
    with pytest.raises(ConfigError, match="must be different fields"):
        Corpus.from_frame(frame, text="body", id="body")


def test_frame_is_not_changed(frame: pd.DataFrame) -> None:
    before = frame.copy()
    Corpus.from_frame(frame, text="body")
    pd.testing.assert_frame_equal(before, frame)
