"""Documents cut into passages: where they end, and that both kinds of span slice back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Corpus, CorpusSettings, InputError, analyze, read_corpus

PIECES = ["Rain", "fell", "Été", "🚢", "語", "e\u0301", ".", "—", " ", "\n", "\n\n", "\r\n", "\r",
          "\f", "\u2028", "\u00a0", "\u200b", "a line of some length, as in prose"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
UNITS = st.sampled_from(["paragraph", "line", "document"])


def cut(text: str, unit: Any = "paragraph") -> list[str]:
    settings = CorpusSettings(passages=unit)
    return list(analyze(Corpus.from_records([{"text": text}], settings)).passages["text"])


@pytest.mark.cases("passages")
def test_text_is_cut_into_passages(case: dict[str, Any]) -> None:
    assert case["expected"] == cut(case["input"]["text"], case["input"].get("unit", "paragraph"))


@settings(max_examples=60)
@given(st.lists(TEXTS, max_size=4), UNITS)
def test_spans_and_byte_spans_slice_to_the_same_text(texts: list[str], unit: Any) -> None:
    records = [{"id": str(i), "text": text} for i, text in enumerate([*texts, "One word."])]
    corpus = Corpus.from_records(records, CorpusSettings(passages=unit))
    passages = analyze(corpus).table("passages").to_pylist()
    by_span = [records[int(p["document_id"])]["text"][p["start"] : p["end"]] for p in passages]
    assert by_span == [p["text"] for p in passages]  # which is sliced by bytes


@settings(max_examples=60)
@given(TEXTS, UNITS)
def test_passages_leave_out_the_space_around_them_and_no_word(text: str, unit: Any) -> None:
    passages = cut(f"{text}\n\nLast.", unit)
    invisible = " \n\r\f\u2028\u00a0\u200b"
    assert [passage.strip(invisible) for passage in passages] == passages
    words = [c for c in f"{text}Last" if c.isalnum()]
    assert words == [c for passage in passages for c in passage if c.isalnum()]


def test_passages_are_numbered_by_position() -> None:
    passages = analyze(Corpus.from_records([{"text": "One.\n\n—\n\nTwo.\n\nThree."}])).passages
    assert [0, 1, 2] == passages["position"].tolist()
    assert [0, 9, 15] == passages["start"].tolist()
    assert [4, 13, 21] == passages["end"].tolist()


def test_paragraphs_without_a_word_are_counted() -> None:
    analysis = analyze(Corpus.from_records([{"text": "One.\n\n* * *\n\nTwo.\n\n—"}]))
    assert 2 == analysis.passage_arrays.n_tokenless


def test_byte_order_mark_is_no_part_of_the_first_passage(tmp_path: Any) -> None:
    path = tmp_path / "a.txt"
    path.write_text("\ufeffOne a.\n\nTwo b.", "utf-8")
    analysis = analyze(read_corpus(path))
    assert ["One a.", "Two b."] == list(analysis.passages["text"])
    assert 0 == analysis.passages["start"][0]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["---", "..."])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_front_matter_is_text_but_no_passage(
    tmp_path: Any, newline: str, end: str, mark: str
) -> None:
    lines = ["---", "title: Été 🚢", "outlet: Gull", end, "", "One é.", "", "Two b.", ""]
    (tmp_path / "a.md").write_bytes((mark + newline.join(lines)).encode())
    corpus = read_corpus(tmp_path / "a.md")
    (document,) = corpus
    passages = analyze(corpus).passages
    assert ["One é.", "Two b."] == list(passages["text"])
    spans = zip(passages["start"], passages["end"], strict=True)
    assert ["One é.", "Two b."] == [document.text[a:b] for a, b in spans]
    assert document.text.startswith("---")


def test_rule_at_the_top_of_a_markdown_text_is_no_front_matter(tmp_path: Any) -> None:
    (tmp_path / "a.md").write_text("---\nJust a line\n---\n\nAnd another.")
    passages = analyze(read_corpus(tmp_path / "a.md")).passages
    assert ["---\nJust a line\n---", "And another."] == list(passages["text"])


@pytest.mark.parametrize("name", ["body_start", "\0body_start"])
def test_field_of_a_record_cannot_pass_for_front_matter(name: str) -> None:
    corpus = Corpus.from_records([{"text": "The ferry left.", name: 10}])
    assert ["The ferry left."] == list(analyze(corpus).passages["text"])


def test_corpus_without_a_word_is_an_error() -> None:
    corpus = Corpus.from_records([{"text": ""}, {"text": "\n—\n"}])
    with pytest.raises(InputError, match=r"^no text in the corpus: 2 documents without a word$"):
        analyze(corpus)


def test_corpus_without_a_document_is_an_error() -> None:
    with pytest.raises(InputError, match=r"^no document in the corpus$"):
        analyze(Corpus.from_records([]))
