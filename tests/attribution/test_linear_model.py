"""The candidates that a trained model chooses from, and its use beside the rules: a benchmark."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

TEXT = (
    "Officials closed the harbour. “The boats will stay in port until Friday,” said Lena Dahl, the"
    " harbour master. Reuters reported that two ferries were damaged. Nobody from the BBC came."
)


@pytest.fixture
def candidates(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module that makes candidates; it imports others of its folder."""
    monkeypatch.syspath_prepend(str(root / "benchmarks"))
    return importlib.import_module("attribution_candidates")


@pytest.fixture
def model(candidates: Any) -> Any:
    """The module that trains."""
    return importlib.import_module("linear_attribution")


@pytest.fixture
def articles(candidates: Any) -> Any:
    """An article of which the gold credits the speaker and Reuters."""

    def span(words: str) -> tuple[tuple[int, int], ...]:
        return ((TEXT.index(words), TEXT.index(words) + len(words)),)

    said = span("The boats will stay in port until Friday,")
    gold = [
        candidates.Row("a", span("Lena Dahl"), (), said, kind="person", relation="statement"),
        candidates.Row(
            "a", span("Reuters"), (), (), "reuters", kind="outlet", relation="statement"
        ),
    ]  # fmt: skip
    records = [{"id": "a", "outlet": "The Gull", "text": TEXT}]
    return candidates.read_articles(candidates.OURS, records, gold)


def words_of(candidate: Any) -> str:
    start, end = candidate.row.credited[0]
    return TEXT[start:end]


def test_each_mention_of_an_outlet_is_a_candidate(articles: Any) -> None:
    found = {words_of(each): each for each in articles.tasks["outlets"]}
    assert {"Reuters": True, "BBC": False} == {
        words.removeprefix("the "): each.is_right for words, each in found.items()
    }
    assert all(each.is_right == each.is_ruled for each in found.values())


def test_a_quotation_has_the_parties_near_it(articles: Any) -> None:
    found = articles.tasks["quotations"]
    assert ["Lena Dahl"] == [words_of(each) for each in found if each.is_right]
    assert ["Lena Dahl"] == [words_of(each) for each in found if each.is_ruled]
    assert {"Officials", "Reuters"} <= {words_of(each) for each in found}
    assert 1 == len({each.choice for each in found})
    assert any("party behind -1 said" in each.features for each in found)


def test_no_feature_is_a_name(articles: Any) -> None:
    every = [each for of_task in articles.tasks.values() for each in of_task]
    features = " ".join(feature for each in every for feature in each.features).lower()
    assert [] == [name for name in ("lena", "dahl", "reuters", "bbc") if name in features]


def test_a_choice_goes_to_the_likeliest_candidate_and_to_one(model: Any, articles: Any) -> None:
    choices = model.Choices.of(articles.tasks["quotations"])
    is_ruled = choices.known("is_ruled")
    [ruled] = choices.take(is_ruled, model.ALONE, 0.5)
    [other] = choices.take((1 - is_ruled) * 0.8, model.ALONE, 0.5)
    assert ruled.is_ruled
    assert not other.is_ruled
    assert 1.0 == choices.f1(is_ruled, model.ALONE, 0.5)


def test_rules_and_model_go_together_in_three_ways(model: Any, articles: Any) -> None:
    choices = model.Choices.of(articles.tasks["quotations"])
    doubts = (1 - choices.known("is_ruled")) * 0.8  # of another than the rules take it is sure
    for use, threshold, expected in (
        (model.BEHIND, 0.5, [True]),
        (model.BEFORE, 0.5, [False]),
        (model.BEFORE, 0.9, [True]),
        (model.FILTER, 0.5, []),
        (model.ALONE, 0.9, []),
    ):
        taken = choices.take(doubts, use, threshold)
        assert expected == [each.is_ruled for each in taken], use


def test_a_trained_model_is_plain_arrays(model: Any, articles: Any) -> None:
    # Ten articles of one: what is right in one is right in all.
    copies = [
        replace(each, row=replace(each.row, document=str(number)))
        for number in range(10)
        for each in articles.tasks["quotations"]
    ]
    trained = model.train(copies, sees_rules=True)
    arrays = trained.arrays()
    assert arrays["features"].shape == arrays["weights"].shape
    guesses = trained.predict(copies)
    assert 1.0 == model.Choices.of(copies).f1(guesses, model.ALONE, 0.5)
    assert np.array_equal(guesses, model.train(copies, sees_rules=True).predict(copies))
