"""One text against a corpus, and two documents against each other."""

from __future__ import annotations

import math
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest
from oracles import tokens_of
from random_corpora import random_records, random_sentence, vary

from dedup import Comparison, Corpus, Document, InputError, ReuseSettings
from dedup.comparison import Match, compare, compare_documents

BRIDGE = (
    "The council closed the old harbour bridge for a week after divers found a crack in its"
    " eastern pier."
)
HERON = (
    "A pair of herons has nested on the roof of the savings bank for the second spring in a row,"
    " to the delight of the clerks."
)
FERRY = (
    "Ferry tickets will cost two crowns more from April, the company announced, because the price"
    " of diesel rose again."
)
OWN = "Our reporter adds nothing new here."


def at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def swapped(matches: list[Match]) -> list[tuple[Any, ...]]:
    """Return the facts of matches with the sides the other way round, in order."""
    return sorted(
        (m.second_start, m.second_end, m.first_start, m.first_end, m.identity, m.cosine, m.kind)
        for m in matches
    )


def facts(matches: list[Match]) -> list[tuple[Any, ...]]:
    return sorted(tuple(getattr(match, name) for name in Match.__slots__) for match in matches)


# The passages most like a text.


def ranked_by_hand(text: str, passages: list[str]) -> list[float]:
    """Return the cosines of a text with passages, weighted as scikit-learn does by default."""
    counts = [Counter(tokens_of(passage)) for passage in passages]
    n = len(passages)
    words = {word for each in counts for word in each}
    idf = {
        word: math.log((1 + n) / (1 + sum(word in each for each in counts))) + 1 for word in words
    }

    def vector(tokens: Counter[str]) -> dict[str, float]:
        weights = {word: count * idf[word] for word, count in tokens.items() if word in idf}
        norm = math.sqrt(sum(weight**2 for weight in weights.values()))
        return {word: weight / norm for word, weight in weights.items()}

    target = vector(Counter(tokens_of(text)))
    return [
        sum(weight * target.get(word, 0.0) for word, weight in vector(each).items())
        for each in counts
    ]


@pytest.mark.parametrize("seed", range(5))
def test_cosines_equal_brute_force(seed: int) -> None:
    rng = random.Random(seed)
    passages = [random_sentence(rng, rng.randint(10, 30)) for _ in range(40)]
    corpus = Corpus.from_records({"id": f"{n:02d}", "text": p} for n, p in enumerate(passages))
    text = f"{vary(rng.choice(passages), rng, 4)} With nowhere-seen words besides."
    expected = ranked_by_hand(text, passages)
    found = compare(text, corpus, n_best=len(passages))
    assert [c.cosine for c in found] == sorted((c.cosine for c in found), reverse=True)
    assert sum(cosine > 0 for cosine in expected) == len(found)
    for each in found:
        assert pytest.approx(expected[int(each.document_id)], abs=1e-5) == each.cosine
        assert passages[int(each.document_id)] == each.text


def test_weights_are_those_of_scikit_learn() -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")
    passages = [BRIDGE, HERON, FERRY, f"{OWN} {FERRY}"]
    vectorizer = text.TfidfVectorizer(token_pattern=r"\w+")
    expected = vectorizer.fit_transform(passages) @ vectorizer.transform(["Ferry to the pier"]).T
    corpus = Corpus.from_records({"id": str(n), "text": p} for n, p in enumerate(passages))
    found = {each.document_id: each.cosine for each in compare("Ferry to the pier", corpus)}
    for number, cosine in enumerate(expected.toarray().ravel()):
        assert pytest.approx(cosine, abs=1e-5) == found.get(str(number), 0.0)


def test_ranked_passages_slice_back_and_know_their_document() -> None:
    records = [
        {**record, "text": f"Harbour news\n\n{record['text']}\n\n“Ærø” – 漢字 🦀 {BRIDGE}"}
        for record in random_records(4, 40)
    ]
    corpus = Corpus.from_records(records)
    documents = {document.document_id: document for document in corpus}
    found = compare("The harbour bridge, the council and a ferry.", corpus, n_best=1000)
    assert len(found) > len(records)
    for each in found:
        document = documents[each.document_id]
        assert document.text[each.start : each.end] == each.text
        assert (document.outlet, document.published) == (each.outlet, each.published)


def test_own_document_is_left_out() -> None:
    corpus = Corpus.from_records(
        [{"id": "a", "text": f"{BRIDGE}\n\n{HERON}"}, {"id": "b", "text": f"{FERRY} {BRIDGE}"}]
    )
    own = corpus.find("a")
    assert own is not None
    assert {"b"} == {each.document_id for each in compare(own, corpus)}
    assert {"a", "b"} == {each.document_id for each in compare(own.text, corpus)}
    stranger = Document("c", own.text)
    assert {"a", "b"} == {each.document_id for each in compare(stranger, corpus)}


def test_no_more_than_the_best_are_returned() -> None:
    corpus = Corpus.from_records(random_records(8, 60))
    every = compare("harbour crane ferry", corpus, n_best=1000)
    assert 10 == len(compare("harbour crane ferry", corpus))
    assert every[:3] == compare("harbour crane ferry", corpus, n_best=3)
    assert every == compare("harbour crane ferry", corpus, n_best=1000, jobs=3)


@pytest.mark.parametrize("text", ["", "…", "Xylophones quibble."])
def test_text_that_shares_no_word_has_no_rank(text: str) -> None:
    assert [] == compare(text, Corpus.from_records([{"text": BRIDGE}]))


@pytest.mark.parametrize("n_best", [0, -3])
def test_fewer_than_one_best_is_refused(n_best: int) -> None:
    with pytest.raises(ValueError, match=f"n_best must be at least 1, got {n_best}"):
        compare(BRIDGE, Corpus.from_records([{"text": BRIDGE}]), n_best=n_best)


def test_corpus_without_a_word_is_an_error() -> None:
    with pytest.raises(InputError, match="no text in the corpus"):
        compare(BRIDGE, Corpus.from_records([{"text": ""}]))


# Two documents.


def test_shares_are_of_each_ones_words() -> None:
    found = compare_documents(
        Document("a", f"{BRIDGE}\n\n{HERON}"), Document("b", f"{BRIDGE}\n\n{OWN}")
    )
    assert (round(19 / 45, 6), round(19 / 25, 6)) == (found.first_share, found.second_share)
    (match,) = found.matches
    assert (0, len(BRIDGE), 0, len(BRIDGE)) == (
        match.first_start, match.first_end, match.second_start, match.second_end,
    )  # fmt: skip
    assert ("verbatim", 1.0, 1.0) == (match.kind, match.identity, match.cosine)


@pytest.mark.parametrize(
    ("text", "body_start"),
    [(f"Bridge shut\n\n{BRIDGE}", 0), (f"---\ntitle: Bridge shut\n---\n\n{BRIDGE}", 29)],
    ids=["heading", "front matter"],
)
def test_copy_shares_every_word_of_its_body(text: str, body_start: int) -> None:
    one, other = (Document(name, text, body_start=body_start) for name in "ab")
    found = compare_documents(one, other)
    assert (1.0, 1.0) == (found.first_share, found.second_share)


def test_edits_are_the_words_that_differ() -> None:
    found = compare_documents(
        Document("a", f"{OWN}\n\n{BRIDGE}"), Document("b", BRIDGE.replace("divers", "two swimmers"))
    )
    (match,) = found.matches
    edits = [edit for edit in found.edits(match) if not edit.equal]
    texts = (
        found.first.text[match.first_start : match.first_end],
        found.second.text[match.second_start : match.second_end],
    )
    assert [("divers", "two swimmers")] == [
        (texts[0][edit.start : edit.end], texts[1][edit.other_start : edit.other_end])
        for edit in edits
    ]
    assert ("edited", round(18 / 20, 6)) == (match.kind, match.identity)


@pytest.mark.parametrize("seed", range(12))
def test_swapped_documents_have_the_same_matches(seed: int) -> None:
    rng = random.Random(seed)
    shared = [random_sentence(rng, rng.randint(15, 60)) for _ in range(4)]
    texts = []
    for _ in range(2):
        paragraphs = [vary(paragraph, rng, rng.choice((0, 1, 3))) for paragraph in shared]
        paragraphs += [random_sentence(rng, 20) for _ in range(3)]
        rng.shuffle(paragraphs)
        texts.append("\n\n".join(paragraphs))
    times = rng.choice([(None, None), (at(1), at(2)), (at(2), at(1)), (at(1), None)])
    one, other = (
        Document(name, text, published=time)
        for name, text, time in zip("ab", texts, times, strict=True)
    )
    found, back = compare_documents(one, other), compare_documents(other, one)
    assert len(found.matches) > 0
    assert facts(found.matches) == swapped(back.matches)
    assert (found.first_share, found.second_share) == (back.second_share, back.first_share)
    assert (found.direction, found.direction_reason) == (back.direction, back.direction_reason)
    assert {None: None, 1: 2, 2: 1}[found.origin] == back.origin
    for match in found.matches:
        for text, start, end in (
            (texts[0], match.first_start, match.first_end),
            (texts[1], match.second_start, match.second_end),
        ):
            assert 0 <= start < end <= len(text)
            assert text[start:end].strip() == text[start:end]
    assert found.matches == sorted(found.matches, key=lambda m: (m.first_start, m.second_start))


DIRECTIONS: list[tuple[str, dict[str, Any], dict[str, Any], tuple[Any, ...]]] = [
    ("earlier first", {"published": at(1)}, {"published": at(2)}, (1, "directed", "time")),
    ("earlier second", {"published": at(2)}, {"published": at(1)}, (2, "directed", "time")),
    ("an hour apart", {"published": at(1, 7)}, {"published": at(1, 6)}, (2, "directed", "time")),
    ("no time", {}, {}, (None, "undirected", "none")),
    ("one time", {"published": at(1)}, {}, (None, "undirected", "none")),
    ("same time", {"published": at(1)}, {"published": at(1)}, (None, "undirected", "none")),
    ("a day and an hour of it", {"published": at(1), "published_is_day": True},
     {"published": at(1, 6)}, (None, "undirected", "none")),
    ("a day and an hour of the next", {"published": at(1), "published_is_day": True},
     {"published": at(2, 6)}, (1, "directed", "time")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "expected"), [pytest.param(*case, id=label) for label, *case in DIRECTIONS]
)
def test_direction_is_told_by_the_times(
    one: dict[str, Any], other: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    found = compare_documents(Document("b", BRIDGE, **one), Document("a", BRIDGE, **other))
    assert expected == (found.origin, found.direction, found.direction_reason)


def test_shared_quote_has_no_direction() -> None:
    quoted = "“We shall mend every bench in the park before the first warm weekend arrives.”"
    found = compare_documents(
        Document("a", f"{quoted} So she spoke.", published=at(1)),
        Document("b", f"The gardener: {quoted}", published=at(2)),
    )
    assert ["shared_quote"] == [match.kind for match in found.matches]
    assert (None, "undirected", "none") == (
        found.origin, found.direction, found.direction_reason,
    )  # fmt: skip


def test_two_documents_of_one_outlet_are_compared() -> None:
    one, other = (Document(name, BRIDGE, outlet="Gull") for name in "ab")
    expected = facts(compare_documents(Document("a", BRIDGE), Document("b", BRIDGE)).matches)
    assert 1 == len(expected)
    assert expected == facts(compare_documents(one, other).matches)
    settings = ReuseSettings(within_outlet=False)
    assert expected == facts(compare_documents(one, other, settings).matches)


def test_equal_ids_are_allowed() -> None:
    one = Document("draft", f"{OWN}\n\n{BRIDGE}")
    other = Document("draft", BRIDGE)
    for found in (compare_documents(one, other), compare_documents(other, one)):
        assert (1, 1.0) == (len(found.matches), max(found.first_share, found.second_share))
        assert BRIDGE == found.first.text[found.matches[0].first_start :]
    itself = compare_documents(one, one)
    assert (1.0, 1.0, None) == (itself.first_share, itself.second_share, itself.origin)


def test_shorter_runs_than_asked_for_are_no_match() -> None:
    one, other = Document("a", BRIDGE), Document("b", f"{OWN} {BRIDGE}")
    assert 1 == len(compare_documents(one, other, ReuseSettings(min_run_words=19)).matches)
    shares = (found := compare_documents(one, Document("b", FERRY))).first_share, found.second_share
    assert ([], (0.0, 0.0)) == (found.matches, shares)


def test_one_empty_document_shares_nothing() -> None:
    found = compare_documents(Document("a", ""), Document("b", BRIDGE))
    assert (0.0, 0.0, [], None) == (
        found.first_share, found.second_share, found.matches, found.origin,
    )  # fmt: skip


def test_two_empty_documents_are_an_error() -> None:
    with pytest.raises(InputError, match="no text in the corpus"):
        compare_documents(Document("a", ""), Document("b", "* * *"))


def test_comparison_keeps_its_documents() -> None:
    one, other = (
        Document("z", BRIDGE, title="Pier"),
        Document("a", FERRY, url="https://tern.example"),
    )
    found = compare_documents(one, other)
    assert isinstance(found, Comparison)
    assert (one, other) == (found.first, found.second)
