"""The stream: which words take part, what is marked on them, and where they may not run on."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import tokens_of
from random_corpora import VOCABULARY, random_records
from streams import body_words, marked_words, slice_words, stream_records, stream_texts

from dedup.reuse.marks import ASIDE, CLOSES, OPENS, QUOTED, SENTENCE
from dedup.reuse.stream import BREAK

LEAD = "The council closed the old harbour bridge for a week on Monday morning."
LETTER_END = "\n\nWith regards."  # a blank line: the lines above it are one paragraph
MORE = "Divers had found a crack below the waterline, and nobody wanted to wait for the storm."


@pytest.mark.cases("sentences")
def test_sentences_start_with_the_words(case: dict[str, Any]) -> None:
    assert case["expected"] == marked_words(case["input"], SENTENCE)


def test_every_paragraph_starts_a_sentence() -> None:
    assert ["The", "Divers", "The"] == marked_words(f"{LEAD}\n\n{MORE}\n\n{LEAD}", SENTENCE)


def test_words_without_a_stop_are_cut_into_sentences_of_sixty() -> None:
    words = [f"word{n}" for n in range(150)]
    assert ["word0", "word60", "word120"] == marked_words(" ".join(words) + ".", SENTENCE)


def test_words_between_marks_are_quoted() -> None:
    text = 'The mayor said “we close it today, not later” and the clerk said "no" to that.'
    assert "we close it today not later no".split() == marked_words(text, QUOTED)
    assert ["we", "no"] == marked_words(text, OPENS)
    assert ["later", "no"] == marked_words(text, CLOSES)


def test_quoted_lines_of_a_letter_are_quoted_without_opening() -> None:
    quoted = "> the ferry leaves\n  > at noon\n>> or not"
    text = f"Somebody asked this.\n{quoted}\nNo, it does not.{LETTER_END}"
    assert "the ferry leaves at noon or not".split() == marked_words(text, QUOTED)
    assert [] == marked_words(text, OPENS | CLOSES)


def test_quotation_that_goes_on_in_the_next_paragraph_is_quoted_to_the_end() -> None:
    text = "“We close the bridge today, she said at noon.\n\n“Nobody crosses it,” she went on."
    expected = "We close the bridge today she said at noon Nobody crosses it".split()
    assert expected == marked_words(text, QUOTED)


@pytest.mark.parametrize(
    "line",
    [
        "In article <77@quay.example> orla@quay.example (Orla) writes:",
        "orla@quay.example (Orla Quill) wrote:",
        "On Monday, 3 March, Orla Quill wrote:",
        "Am 3. März schrieb Orla Quill <orla@quay.example>:",
        "Orla Quill writes:",
    ],
)
def test_line_that_says_whom_a_letter_quotes_is_an_aside(line: str) -> None:
    text = f"{line}\n> the ferry leaves at noon\nI doubt that it leaves at all.{LETTER_END}"
    assert slice_words(line) == marked_words(text, ASIDE)


def test_such_a_line_may_take_two() -> None:
    lines = "In article <77@quay.example>, orla@quay.example\n(Orla Quill of the harbour) writes:"
    text = f"{lines}\n> the ferry leaves at noon\nI doubt that it leaves at all.{LETTER_END}"
    assert slice_words(lines) == marked_words(text, ASIDE)


@pytest.mark.parametrize(
    "line",
    [
        "The mayor of the northern island and her clerk wrote:",
        "The list of what the divers found below the bridge:",
        "Write to orla@quay.example for more about the bridge.",
    ],
)
def test_other_lines_are_no_asides(line: str) -> None:
    assert [] == marked_words(f"{line}\nthe ferry leaves at noon\nI doubt it.{LETTER_END}", ASIDE)


@pytest.mark.parametrize("line", ["“We close it,” the mayor said.", "It was as Orla said."])
def test_short_sentence_that_ends_with_said_is_no_aside(line: str) -> None:
    assert [] == marked_words(f"{LEAD}\n\n{line}\n\n{MORE}", ASIDE)


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_signature_is_an_aside(gap: str) -> None:
    text = f"The bridge is closed.\n\nSo much for it.{gap}-- \nOrla Quill, pilot\nHarbour office."
    assert "Orla Quill pilot Harbour office".split() == marked_words(text, ASIDE)


def test_signature_ends_after_eight_lines() -> None:
    lines = "\n".join(f"line{n}" for n in range(12))
    found = marked_words(f"The bridge is closed.\n\nSo much for it.\n--\n{lines}.", ASIDE)
    assert [f"line{n}" for n in range(len(found))] == found
    assert 7 <= len(found) <= 8


def test_two_hyphens_within_a_line_open_no_signature() -> None:
    text = f"The bridge -- the old one -- is closed.\nNobody crosses it.{LETTER_END}"
    assert [] == marked_words(text, ASIDE)


def split_at_breaks(text: str) -> list[str]:
    """Return the body words of a text, a line for each stretch between two breaks."""
    corpus, passages, stream = stream_records([{"id": "a", "text": text}])
    words = iter([word for words in body_words(corpus, passages) for word in words])
    stretches: list[list[str]] = []
    for term in stream.terms:
        if term == BREAK:
            stretches.append([])
        else:
            stretches[-1].append(next(words))
    assert [] == stretches.pop()  # the stream ends with a break
    return [" ".join(stretch) for stretch in stretches]


def test_neighbouring_paragraphs_run_on() -> None:
    expected = " ".join(slice_words(LEAD + MORE))
    assert [expected] == split_at_breaks(f"{LEAD}\n\n{MORE}")


def test_heading_between_paragraphs_is_left_out_and_breaks_them() -> None:
    expected = [" ".join(slice_words(text)) for text in (LEAD, MORE)]
    assert expected == split_at_breaks(f"{LEAD}\n\n## What the divers saw\n\n{MORE}")


def test_heading_before_and_after_the_body_adds_no_break() -> None:
    expected = [" ".join(slice_words(LEAD))]
    assert expected == split_at_breaks(f"# A bridge\n\n{LEAD}\n\n# More about it")


def test_words_of_boilerplate_are_not_in_the_stream() -> None:
    records = [
        {"id": f"{n}", "outlet": "Gull", "text": f"{LEAD} {n}.\n\nExit mobile version"}
        for n in range(3)
    ]
    _, _, stream = stream_records(records)
    assert 3 * (1 + len(tokens_of(LEAD)) + 1) + 1 == len(stream.terms)


def test_document_without_body_is_not_in_the_stream() -> None:
    records = [{"id": "a", "text": "# A bridge"}, {"id": "b", "text": LEAD}]
    _, _, stream = stream_records(records)
    assert [1] == stream.rows.tolist()
    assert [1, len(tokens_of(LEAD)) + 2] == stream.document_starts.tolist()


def test_corpus_without_body_has_an_empty_stream() -> None:
    _, _, stream = stream_records([{"id": "a", "text": "# A bridge"}])
    assert ([BREAK], 0) == (stream.terms.tolist(), len(stream.rows))


def test_documents_lie_in_the_order_of_publication() -> None:
    times = [None, "2026-03-03", "2026-03-01", "2026-03-02T09:00Z"]
    records = [
        {"id": f"{n}", "text": LEAD, **({"published": time} if time else {})}
        for n, time in enumerate(times)
    ]
    assert [2, 3, 1, 0] == stream_records(records)[2].rows.tolist()


@pytest.mark.parametrize("seed", range(3))
def test_terms_stand_for_words_and_their_document_frequency_is_counted(seed: int) -> None:
    corpus, passages, stream = stream_records(random_records(seed, 60))
    terms = stream.terms[stream.terms != BREAK].tolist()
    words = [w.casefold() for paragraph in body_words(corpus, passages) for w in paragraph]
    number = dict(zip(words, terms, strict=True))
    assert [number[word] for word in words] == terms
    assert [*range(1, len(number) + 1)] == sorted(number.values())
    documents = np.repeat(stream.documents, stream.ends - stream.starts).tolist()
    expected = Counter(word for word, _ in {*zip(words, documents, strict=True)})
    assert [0] == stream.document_frequency[:1].tolist()
    assert expected == {word: stream.document_frequency[n] for word, n in number.items()}


def test_document_frequency_of_more_words_than_the_first_table_holds() -> None:
    words = [f"w{n}" for n in range(12_000)]
    stream = stream_texts(" ".join(words) + ".", " ".join(words[:7_000]) + ".", LEAD)
    expected = [0] + [2] * 7_000 + [1] * 5_000 + [1] * len({*tokens_of(LEAD)})
    assert expected == stream.document_frequency.tolist()


@given(st.lists(st.lists(st.sampled_from(VOCABULARY[:6]), min_size=1), min_size=1, max_size=4))
@settings(max_examples=40)
def test_rarity_falls_with_document_frequency(texts: list[list[str]]) -> None:
    stream = stream_texts(*(" ".join(words) + "." for words in texts))
    frequency, rarity = stream.document_frequency[1:], stream.rarity[1:]
    assert (np.diff(rarity[np.argsort(frequency, kind="stable")]) <= 0).all()
    assert (rarity >= 0).all()
    assert (rarity <= 1).all()
    assert 0 == stream.rarity[BREAK] == stream.idf[BREAK]


def test_words_of_the_stream_know_their_passage_and_document() -> None:
    _, _, stream = stream_records(random_records(5, 30))
    places = np.flatnonzero(stream.terms != BREAK)
    sizes = stream.ends - stream.starts
    assert np.repeat(stream.passages, sizes).tolist() == stream.passage_of(places).tolist()
    assert np.repeat(stream.documents, sizes).tolist() == stream.document_of(places).tolist()
