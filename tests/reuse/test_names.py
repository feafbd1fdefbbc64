"""Documents named in a text: which addresses it has, and whose they are."""

from __future__ import annotations

import numpy as np
import pytest

from dedup import Corpus
from dedup.reuse.names import UNNAMED, addresses_of, find_named


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In article <17.Mar@mail.example>, she writes:", ["17.mar@mail.example"]),
        ("(see https://www.gull.example/harbour/ferry-4/).", ["gull.example/harbour/ferry-4"]),
        ("[here](http://Gull.example/ferry#top)", ["gull.example/ferry"]),
        ("Seen at “https://gull.example/a?id=7”…", ["gull.example/a?id=7"]),
        ("<2@b.example> and <1@b.example>: <2@b.example>", ["2@b.example", "1@b.example"]),
    ],
)
def test_addresses_compare_without_what_hangs_on_them(text: str, expected: list[str]) -> None:
    assert expected == [*addresses_of(text)]


@pytest.mark.parametrize(
    "text", ["", "at 5 @ night", "https://www.gull.example/", "gull.example/a"]
)
def test_a_site_alone_is_no_document(text: str) -> None:
    assert [] == [*addresses_of(text)]


def test_documents_are_named_by_id_and_by_url_in_the_order_of_the_text() -> None:
    corpus = Corpus.from_records(
        [
            {"id": "a", "text": "One.", "url": "https://gull.example/one"},
            {"id": "<2@mail.example>", "text": "Two."},
            {"id": "c", "text": "Three."},
            {"id": "d", "text": "Of <2@mail.example> and http://gull.example/one."},
        ]
    )
    named = find_named(corpus, np.array([3, 3, 3, 1, 1]), np.array([0, 1, 2, 0, 2]))
    assert [1, 0, UNNAMED, UNNAMED, UNNAMED] == named.tolist()


def test_longer_address_does_not_name_the_shorter() -> None:
    corpus = Corpus.from_records(
        [
            {"id": "a", "text": "One.", "url": "https://gull.example/ferry/1"},
            {"id": "b", "text": "Two.", "url": "https://gull.example/ferry/12"},
            {"id": "c", "text": "From https://gull.example/ferry/12."},
        ]
    )
    named = find_named(corpus, np.array([2, 2]), np.array([0, 1]))
    assert [UNNAMED, 0] == named.tolist()
