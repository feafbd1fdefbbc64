"""Duplicate pairs, found by `analyze`, against all pairs of sets of token tuples."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest
from oracles import (
    cluster_in_order,
    find_all_pairs,
    jaccard_of,
    passage_texts,
    reported_clusters,
    reported_pairs,
    shingle_set,
    tokens_of,
)
from random_corpora import one_passage_records, random_records, random_sentence, vary

from dedup import Analysis, Corpus, DuplicateSettings, analyze
from dedup.duplicates import Shingles
from dedup.duplicates import pairs as pairs_module
from dedup.duplicates.pairs import with_representatives

GRID = [(size, threshold) for size in range(1, 6) for threshold in (0.5, 0.6, 0.7, 0.8, 0.9)]


def analyze_texts(texts: list[str], **settings: float) -> Analysis:
    corpus = Corpus.from_records(one_passage_records(texts))
    return analyze(corpus, DuplicateSettings(**settings), only="duplicates")


@pytest.mark.parametrize(("shingle_size", "threshold"), GRID)
def test_every_reported_pair_is_one_and_has_its_exact_jaccard(
    shingle_size: int, threshold: float
) -> None:
    seed = 10 * shingle_size + round(10 * threshold)
    analysis = analyze(
        Corpus.from_records(random_records(seed, 150)),
        DuplicateSettings(shingle_size=shingle_size, threshold=threshold),
        only="duplicates",
    )
    expected = find_all_pairs(
        passage_texts(analysis), shingle_size=shingle_size, threshold=threshold
    )
    found = reported_pairs(analysis)
    assert {pair: round(expected.get(pair, -1), 6) for pair in found} == found


@cache
def near_and_equal_pairs(
    texts: tuple[str, ...], shingle_size: int, threshold: float
) -> tuple[set[tuple[int, int]], set[tuple[int, int]]]:
    """Return the pairs of different texts to find, and those with a copy."""
    expected = find_all_pairs([*texts], shingle_size=shingle_size, threshold=threshold).keys()
    first_of = {tokens_of(text): p for p, text in reversed([*enumerate(texts)])}
    near = {(a, b) for a, b in expected if first_of[tokens_of(texts[b])] == b}
    return near, expected - near


@pytest.mark.parametrize(("num_perm", "target_recall"), [(128, 0.98), (64, 0.9), (256, 0.999)])
def test_recall_is_at_least_the_promised_one(num_perm: int, target_recall: float) -> None:
    n_expected = n_found = 0
    for shingle_size, threshold in GRID:
        analysis = analyze(
            Corpus.from_records(random_records(shingle_size, 220)),
            DuplicateSettings(
                shingle_size=shingle_size, threshold=threshold,
                num_perm=num_perm, target_recall=target_recall,
            ),
            only="duplicates",
        )  # fmt: skip
        texts = tuple(passage_texts(analysis))
        near, equal = near_and_equal_pairs(texts, shingle_size, threshold)
        assert equal <= reported_pairs(analysis).keys()
        n_expected += len(near)
        n_found += len(near & reported_pairs(analysis).keys())
    assert n_expected > 2_000
    assert n_found >= target_recall * n_expected


def test_recall_of_pairs_that_lie_exactly_at_the_threshold() -> None:
    # Two texts of 40 words that share a run of 31: 30 of 50 shingles of two words.
    rng = random.Random(8)
    texts = []
    for number in range(400):
        words = [f"w{rng.randrange(10**9)}" for _ in range(31)]
        texts += [" ".join([*words, *(f"{side}{number}x{i}" for i in range(10))]) for side in "ab"]
    assert 0.6 == jaccard_of(*(shingle_set(tokens_of(text), 2) for text in texts[:2]))
    found = reported_pairs(analyze_texts(texts, shingle_size=2, threshold=0.6))
    assert found.keys() <= {(i, i + 1) for i in range(0, len(texts), 2)}
    assert len(found) >= 0.97 * 400  # .988 are expected, with a standard deviation of .005


def test_pair_at_the_threshold_counts_and_one_below_does_not() -> None:
    # Sets of one-word shingles: 3 of 5 shared, and 4 of 7.
    at = ["ferry crane storm bridge", "ferry crane storm mill"]
    below = ["tide quota mayor signal gate", "tide quota mayor signal river island"]
    assert 4 / 7 < 0.6
    settings = {"shingle_size": 1, "threshold": 0.6, "target_recall": 0.999}  # by no bad luck
    found = reported_pairs(analyze_texts([*at, *below], **settings))
    assert {(0, 1): 0.6} == found
    assert {} == reported_pairs(analyze_texts(at, shingle_size=1, threshold=0.6001))


def test_threshold_one_finds_equal_sets_only() -> None:
    same_set = ["ferry crane ferry crane ferry", "crane ferry crane ferry crane ferry"]
    other = ["ferry crane ferry crane storm"]
    analysis = analyze_texts([*same_set, *other], shingle_size=2, threshold=1.0)
    assert {(0, 1): 1.0} == reported_pairs(analysis)


def test_passages_shorter_than_a_shingle_match_only_when_their_words_do() -> None:
    texts = ["Storm warning", "storm, warning!", "Storm", "storm warnings", "warning storm"]
    analysis = analyze_texts(texts, shingle_size=5)
    assert {(0, 1): 1.0} == reported_pairs(analysis)


def test_case_punctuation_and_quote_style_make_no_difference() -> None:
    texts = ["“Don’t close the bridge,” she said.", '"DON\'T close — the bridge" she said']
    assert {(0, 1): 1.0} == reported_pairs(analyze_texts(texts, threshold=1.0))


def test_containment_is_the_share_of_each_sides_shingles() -> None:
    short = "The ferry left the quay at noon."
    long = short + " Nobody waved to it."
    analysis = analyze_texts([short, long], shingle_size=1, threshold=0.5)
    a, b = (shingle_set(tokens_of(text), 1) for text in (short, long))
    row = analysis.table("duplicates").to_pylist()[0]
    expected = [round(len(a & b) / n, 6) for n in (len(a | b), len(a), len(b))]
    assert expected == [row["jaccard"], row["first_in_second"], row["second_in_first"]]
    assert 1.0 == row["first_in_second"]


def test_thousand_copies_are_999_rows_and_one_cluster() -> None:
    analysis = analyze_texts(["The council closed the harbour bridge for a week."] * 1_000)
    assert {(0, copy): 1.0 for copy in range(1, 1_000)} == reported_pairs(analysis)
    assert [list(range(1_000))] == reported_clusters(analysis)


def test_copies_of_the_later_text_of_a_pair_get_one_row_each() -> None:
    one = "The council closed the old harbour bridge for a week on Monday morning."
    other = one.replace("Monday", "Tuesday")
    found = reported_pairs(analyze_texts([one, other, other, one]))
    assert {(0, 1), (1, 2), (0, 3)} == found.keys()


def template_texts(n: int, seed: int) -> list[str]:
    """Return copies of one notice that differ in a number."""
    rng = random.Random(seed)
    return [
        f"Notice {number}: the ferry to the island leaves the northern quay at half past seven,"
        " calls at the old mill and returns before dusk unless a storm keeps it in the harbour."
        for number in rng.sample(range(100_000), n)
    ]


def test_bucket_too_large_for_all_pairs_still_gives_one_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = template_texts(120, seed=2)
    in_full = analyze_texts(texts)
    monkeypatch.setattr(pairs_module, "LARGEST_BUCKET", 20)
    analysis = analyze_texts(texts)
    assert [list(range(120))] == reported_clusters(analysis) == reported_clusters(in_full)
    assert 0 == in_full.pairs.n_large_buckets < analysis.pairs.n_large_buckets
    found = reported_pairs(analysis)
    assert {(0, member) for member in range(1, 120)} <= found.keys()
    assert len(found) < len(reported_pairs(in_full)) == 120 * 119 / 2


def test_template_three_times_the_largest_bucket_costs_few_pairs() -> None:
    n = 3 * pairs_module.LARGEST_BUCKET
    analysis = analyze_texts(template_texts(n, seed=3))
    assert [list(range(n))] == reported_clusters(analysis)
    assert analysis.pairs.n_large_buckets > 0
    assert len(reported_pairs(analysis)) < 50 * n


def test_pairs_out_of_a_large_bucket_are_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pairs_module, "LARGEST_BUCKET", 8)
    for seed in range(5):
        rng = random.Random(seed)
        base = random_sentence(rng, 25)
        texts = [vary(base, rng, rng.choice((1, 2, 4, 8))) for _ in range(80)]
        analysis = analyze_texts(texts, threshold=0.5)
        assert analysis.pairs.n_large_buckets > 0
        expected = find_all_pairs(texts, shingle_size=3, threshold=0.5)
        found = reported_pairs(analysis)
        assert {pair: round(expected.get(pair, -1), 6) for pair in found} == found
        assert cluster_in_order(texts, set(found)) == reported_clusters(analysis)


def shared_sentence_texts(n: int) -> list[str]:
    """Return passages with one long sentence in common, each with as many words of its own."""
    sentence = (
        "Anyone who saw the lorry on the coast road between nine and ten in the evening is asked"
        " to call the harbour police or to leave word at the town hall"
    )
    rng = random.Random(n)
    return [
        f"{sentence}. "
        + " ".join(f"{rng.choice('abcdef')}{rng.randrange(10**6)}" for _ in range(29))
        for _ in range(n)
    ]


def test_passages_that_share_one_long_sentence_are_no_duplicates() -> None:
    analysis = analyze_texts(shared_sentence_texts(200))
    assert ({}, []) == (reported_pairs(analysis), reported_clusters(analysis))


def test_near_duplicates_among_passages_that_share_a_sentence_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pairs_module, "LARGEST_BUCKET", 30)
    texts = [version for text in shared_sentence_texts(300) for version in (text, text + " late")]
    analysis = analyze_texts(texts)
    assert analysis.pairs.n_large_buckets > 0
    expected = {(i, i + 1) for i in range(0, len(texts), 2)}
    assert reported_pairs(analysis).keys() <= expected
    assert len(reported_pairs(analysis)) >= 0.98 * len(expected)


def test_pair_that_bands_miss_is_found_through_a_common_partner() -> None:
    sets = Shingles(
        values=np.array([*range(9), *range(10), *range(1, 11)], dtype=np.uint32),
        starts=np.array([0, 9, 19]),
        sizes=np.array([9, 10, 10]),
    )
    # 0 and 1 share 9 of 10, 1 and 2 share 9 of 11, 0 and 2 (not among the pairs) 8 of 11.
    found = np.array([[0, 1, 9], [1, 2, 9]])
    expected = [[0, 1, 9], [0, 2, 8], [1, 2, 9]]
    assert expected == with_representatives(sets, 0.7, found).tolist()
    assert found.tolist() == with_representatives(sets, 0.75, found).tolist()
