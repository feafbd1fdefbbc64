"""Roles of passages: by wording, by their neighbours, and by repetition."""

from __future__ import annotations

from typing import Any

import pytest

from dedup import Corpus, analyze

BEFORE = "The council will meet again on Thursday to decide whether the bridge stays closed."
AFTER = "Nobody knows yet when the ferry will sail, the harbour police said on Tuesday night."


def roles_of(text: str, **fields: str) -> list[str]:
    return list(analyze(Corpus.from_records([{"text": text, **fields}])).passages["role"])


def role_between_paragraphs(text: str) -> str:
    return roles_of(f"{BEFORE}\n\n{text}\n\n{AFTER}")[1]


@pytest.mark.cases("furniture")
def test_furniture_is_known_by_its_wording(case: dict[str, Any]) -> None:
    assert case["expected"] == role_between_paragraphs(case["input"])


@pytest.mark.cases("roles")
def test_roles_follow_from_wording_and_place(case: dict[str, Any]) -> None:
    assert case["expected"] == roles_of(**case["input"])


def test_role_does_not_depend_on_case_or_quotes() -> None:
    wordings = ["You've reached your limit", "YOU’VE REACHED YOUR LIMIT"]
    assert ["boilerplate"] * 2 == [role_between_paragraphs(wording) for wording in wordings]


def test_long_passage_that_opens_like_furniture_is_body() -> None:
    text = f"Subscribe to the view that tides decide elections. {BEFORE} {AFTER}"
    assert "body" == role_between_paragraphs(text)


# Evidence: the same passage on at least 3 documents and 5 % of one outlet's. The passage is long
# and in no lexicon; the stories share no other.

TAGLINE = (
    "The Gull has told the stories of this coast for a hundred years, from the first lamp of the"
    " lighthouse to the last boat of the evening, and is owned by nobody but its readers today."
)


def story(number: int) -> str:
    return "\n\n".join(
        f"In story {number} part {part} the {number}th boat met the {part + number}th storm of"
        f" year {1900 + number}, and sailor number {number * 10 + part} told reporters about it."
        for part in range(3)
    )


def page(number: int, *, outlet: str | None = "Gull", tagline: bool) -> dict[str, str | None]:
    text = f"{story(number)}\n\n{TAGLINE}" if tagline else story(number)
    return {"id": f"{number:03}", "text": text, "outlet": outlet}


def tagline_roles(records: list[Any]) -> list[str]:
    passages = analyze(Corpus.from_records(records)).passages
    return list(passages.loc[passages["text"] == TAGLINE, "role"])


def test_passage_on_three_documents_of_an_outlet_is_boilerplate() -> None:
    assert ["boilerplate"] * 3 == tagline_roles([page(i, tagline=True) for i in range(3)])


def test_passage_on_two_documents_is_body() -> None:
    records = [page(i, tagline=i < 2) for i in range(6)]
    assert ["body"] * 2 == tagline_roles(records)


@pytest.mark.parametrize(("n_documents", "expected"), [(60, "boilerplate"), (61, "body")])
def test_boilerplate_is_on_five_percent_of_an_outlets_documents(
    n_documents: int, expected: str
) -> None:
    records = [page(i, tagline=i < 3) for i in range(n_documents)]
    assert [expected] * 3 == tagline_roles(records)


def test_documents_of_other_outlets_do_not_count_for_the_share() -> None:
    records = [page(i, outlet="Gull" if i < 3 else "Tern", tagline=i < 3) for i in range(70)]
    assert ["boilerplate"] * 3 == tagline_roles(records)


def test_passage_on_one_document_each_of_three_outlets_is_body() -> None:
    records = [page(i, outlet=f"Outlet {i}", tagline=True) for i in range(3)]
    assert ["body"] * 3 == tagline_roles(records)


def test_passage_that_an_outlet_repeats_stays_body_at_another() -> None:
    records = [page(i, outlet="Gull" if i < 3 else "Tern", tagline=True) for i in range(4)]
    assert ["boilerplate"] * 3 + ["body"] == tagline_roles(records)


def test_documents_without_an_outlet_give_no_evidence() -> None:
    assert ["body"] * 5 == tagline_roles([page(i, outlet=None, tagline=True) for i in range(5)])


def test_repeats_within_one_document_give_no_evidence() -> None:
    text = "\n\n".join([story(1), *[TAGLINE] * 5])
    records = [{"id": "a", "outlet": "Gull", "text": text}, page(2, tagline=False)]
    assert ["body"] * 5 == tagline_roles(records)


def test_versions_of_one_story_give_no_evidence() -> None:
    versions = [
        {"id": f"{i}", "outlet": "Gull", "text": f"{story(7)}\n\n{TAGLINE}\n\nUpdate number {i}."}
        for i in range(4)
    ]
    others = [page(i, tagline=False) for i in range(10, 20)]
    assert ["body"] * 4 == tagline_roles(versions + others)


def test_order_of_documents_does_not_matter() -> None:
    records = [page(i, tagline=i % 7 == 0) for i in range(30)]
    roles = [
        analyze(Corpus.from_records(order)).passages[["text", "role"]].to_dict("list")
        for order in (records, records[::-1])
    ]
    assert roles[0] == roles[1]
