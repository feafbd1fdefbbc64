"""Quoted words and the text of the outlet that they are credited to."""

from __future__ import annotations

from typing import Any

import pytest

from dedup import Corpus, analyze

SENTENCE = "The eastern pier is cracked from top to bottom and will have to be rebuilt this summer"
SOURCE = (
    f"Divers went down twice on Monday.\n\n{SENTENCE}. A tender for the work was printed in May,"
    " and three yards along the coast have asked for the drawings."
)


def record(document_id: str, outlet: str | None, text: str) -> dict[str, Any]:
    return {"id": document_id, "outlet": outlet, "published": "2026-03-01", "text": text}


WIRE = record("wire", "Reuters", SOURCE)


def verdicts_of(text: str, *others: dict[str, Any], outlet: str = "Harbour Gull") -> list[Any]:
    """Return verdict and matched document of each attribution of a text, with its matched words."""
    records = [record("gull", outlet, text), *others]
    texts = {each["id"]: each["text"] for each in records}
    rows = analyze(Corpus.from_records(records), only="attributions").table("attributions")
    found = []
    for row in rows.to_pylist():
        if row["document_id"] == "gull":
            document_id, start, end = (
                row[name] for name in ("matched_document_id", "matched_start", "matched_end")
            )
            words = None if document_id is None else texts[document_id][start:end]
            found.append((row["verdict"], document_id, words))
    return found


@pytest.mark.parametrize(
    "quotation",
    [
        f"“{SENTENCE},”",
        f'"{SENTENCE.upper()}!"',
        f"«{SENTENCE.replace(' and ', ' - and, ')}»",
        f"„{SENTENCE.lower()}“",
    ],
)
def test_case_punctuation_and_style_of_marks_do_not_matter(quotation: str) -> None:
    expected = [("verified", "wire", SENTENCE)]
    assert expected == verdicts_of(f"{quotation} Reuters reported.", WIRE)


@pytest.mark.parametrize("gap", ["...", "…", "[...]", "(...)", "[…]"])
def test_ellipsis_stands_for_anything(gap: str) -> None:
    quotation = f"The eastern pier is cracked {gap} and will have to be rebuilt this summer"
    expected = [("verified", "wire", SENTENCE)]
    assert expected == verdicts_of(f"“{quotation},” Reuters reported.", WIRE)


def test_brackets_stand_for_anything() -> None:
    quotation = SENTENCE.replace("this summer", "[in August]").replace("The eastern", "[Its]")
    expected = [
        ("verified", "wire", "pier is cracked from top to bottom and will have to be rebuilt")
    ]
    assert expected == verdicts_of(f"“{quotation},” Reuters reported.", WIRE)


def test_pieces_around_an_ellipsis_keep_their_order() -> None:
    quotation = "will have to be rebuilt this summer ... the eastern pier is cracked"
    ((verdict, _, _),) = verdicts_of(f"“{quotation},” Reuters reported.", WIRE)
    assert "verified" != verdict


@pytest.mark.parametrize(
    "change", [("cracked", "broken"), ("will have", "may have"), (" from top to bottom", "")]
)
def test_changed_words_are_altered(change: tuple[str, str]) -> None:
    expected = [("altered", "wire", SENTENCE)]
    assert expected == verdicts_of(f"“{SENTENCE.replace(*change)},” Reuters reported.", WIRE)


def test_other_words_are_not_found() -> None:
    text = "“The mayor sleeps badly and has taken up the cello,” Reuters reported."
    assert [("not_found", None, None)] == verdicts_of(text, WIRE)


def test_words_of_another_outlet_are_not_found() -> None:
    others = record("wire", "Reuters", "Divers went down twice."), record("ap", "AP", SOURCE)
    text = f"“{SENTENCE},” Reuters reported."
    assert [("not_found", None, None)] == verdicts_of(text, *others)


def test_outlet_without_a_document_is_not_in_the_corpus() -> None:
    text = f"“{SENTENCE},” Xinhua reported."
    assert [("outlet_not_in_corpus", None, None)] == verdicts_of(text, WIRE)


def test_words_of_a_part_of_the_outlet_are_verified() -> None:
    part = record("part", "BBC Persian", SOURCE)
    expected = [("verified", "part", SENTENCE)]
    assert expected == verdicts_of(f"“{SENTENCE},” the BBC reported.", part)


def test_quotation_of_the_documents_own_outlet_is_not_looked_up() -> None:
    earlier = record("earlier", "The Guardian", SOURCE)
    text = f"“{SENTENCE},” the Guardian reported."
    assert [(None, None, None)] == verdicts_of(text, earlier, outlet="The Guardian")


def test_words_without_marks_are_not_looked_up() -> None:
    text = f"{SENTENCE}, Reuters reported."
    assert [(None, None, None)] == verdicts_of(text, WIRE)


def test_words_of_a_person_are_not_looked_up() -> None:
    text = f"“{SENTENCE},” Ada Quill said."
    assert [(None, None, None)] == verdicts_of(text, WIRE)


def test_fragments_are_verified_together() -> None:
    text = (
        "Reuters reported that the pier was “cracked from top to bottom” and that three yards"
        " “along the coast have asked for the drawings”."
    )
    expected = [("verified", "wire", "along the coast have asked for the drawings")]
    assert expected == verdicts_of(text, WIRE)


def test_one_fragment_that_is_not_there_makes_the_content_altered() -> None:
    text = (
        "Reuters reported that the pier was “cracked from top to bottom” and that three yards"
        " “would rather build a zeppelin”."
    )
    expected = [("altered", "wire", "cracked from top to bottom")]
    assert expected == verdicts_of(text, WIRE)


def test_a_document_is_never_the_place_of_its_own_quotation() -> None:
    # By its label the document is of the part, by its text of the whole.
    text = f"“{SENTENCE},” the BBC reported."
    assert [("outlet_not_in_corpus", None, None)] == verdicts_of(text)
    other = record("other", "BBC", "Divers went down twice.")
    assert [("not_found", None, None)] == verdicts_of(text, other, outlet="BBC Persian")


def test_first_of_several_places_is_matched() -> None:
    twice = record("wire", "Reuters", f"{SENTENCE}.\n\n{SENTENCE}.")
    records = [record("gull", "Harbour Gull", f"“{SENTENCE},” Reuters reported."), twice]
    rows = analyze(Corpus.from_records(records), only="attributions").table("attributions")
    assert (0, len(SENTENCE)) == (rows["matched_start"][0].as_py(), rows["matched_end"][0].as_py())
