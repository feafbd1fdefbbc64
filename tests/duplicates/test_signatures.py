"""Signatures: those of datasketch, and estimates of the exact Jaccard."""

from __future__ import annotations

import math
import random

import numpy as np
import numpy.typing as npt
import pytest
from datasketch import MinHash
from oracles import jaccard_of

from dedup.duplicates import Shingles, from_datasketch, make_permutations, sign, to_datasketch
from dedup.duplicates.signatures import sign_texts
from dedup.text import kernel

EXTREMES = [0, 1, 2**16, 2**31 - 1, 2**31, 2**32 - 2, 2**32 - 1]


def make_shingles(texts: list[list[int]]) -> Shingles:
    sizes = np.array([len(text) for text in texts], dtype=np.int64)
    values = np.array([value for text in texts for value in text], dtype=np.uint32)
    return Shingles(values, np.cumsum(sizes) - sizes, sizes)


def random_texts(seed: int, n_texts: int, longest: int) -> list[list[int]]:
    rng = random.Random(seed)
    return [
        [rng.randrange(1 << 32) for _ in range(rng.randint(0, longest))] for _ in range(n_texts)
    ]


def signatures_of(
    texts: list[list[int]], *, num_perm: int = 128, seed: int = 1
) -> npt.NDArray[np.uint32]:
    return sign(make_shingles(texts), make_permutations(num_perm=num_perm, seed=seed))


def datasketch_of(text: list[int], *, num_perm: int = 128, seed: int = 1) -> MinHash:
    minhash = MinHash(num_perm=num_perm, seed=seed, scheme="affine32", hashfunc=lambda h: h)
    for value in text:
        minhash.update(value)
    return minhash


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32 - 1])
@pytest.mark.parametrize("num_perm", [1, 7, 16, 128, 257])
def test_signatures_equal_those_of_datasketch(num_perm: int, seed: int) -> None:
    texts = [EXTREMES, [], [5], *random_texts(seed, 8, 40)]
    expected = [
        datasketch_of(text, num_perm=num_perm, seed=seed).hashvalues.tolist() for text in texts
    ]
    assert expected == signatures_of(texts, num_perm=num_perm, seed=seed).tolist()


def test_a_large_batch_has_the_signatures_of_datasketch() -> None:
    texts = random_texts(3, 800, 200)  # enough work for the compiled kernel
    signatures = signatures_of(texts)
    for i in range(0, len(texts), 100):
        assert datasketch_of(texts[i]).hashvalues.tolist() == signatures[i].tolist()


@pytest.mark.parametrize("num_perm", [1, 16, 128, 200])
def test_vectorised_compiled_and_interpreted_code_give_the_same_signatures(
    num_perm: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [[], EXTREMES, *random_texts(num_perm, 30, 20)]
    found = []
    for worth_compiling in (0, 10**18):
        monkeypatch.setattr(kernel, "WORTH_COMPILING", worth_compiling)
        found.append(signatures_of(texts, num_perm=num_perm))
    interpreted = np.empty_like(found[0])
    shingles = make_shingles(texts)
    factors, summands = make_permutations(num_perm=num_perm, seed=1)
    sign_texts.interpret(
        shingles.values, shingles.starts, shingles.sizes, factors, summands, interpreted
    )
    assert interpreted.tolist() == found[0].tolist() == found[1].tolist()


def test_signatures_have_the_documented_shape_and_type() -> None:
    signatures = signatures_of([[1, 2], [], [3]], num_perm=32)
    assert ((3, 32), np.dtype(np.uint32)) == (signatures.shape, signatures.dtype)
    assert (0, 32) == signatures_of([], num_perm=32).shape


def test_signature_of_no_shingle_holds_the_greatest_value() -> None:
    assert {2**32 - 1} == set(signatures_of([[]])[0].tolist())


def test_repeats_and_order_of_shingles_change_nothing() -> None:
    once, again = signatures_of([[9, 4, 7], [7, 4, 4, 9, 7, 7]])
    assert once.tolist() == again.tolist()


def test_signature_of_a_slice_of_texts_is_the_slice_of_signatures() -> None:
    texts = random_texts(5, 20, 30)
    permutations = make_permutations(num_perm=64, seed=9)
    expected = sign(make_shingles(texts), permutations)[6:15]
    assert np.array_equal(expected, sign(make_shingles(texts).rows(6, 15), permutations))


def test_another_seed_gives_another_signature() -> None:
    assert signatures_of([EXTREMES], seed=1).tolist() != signatures_of([EXTREMES], seed=2).tolist()


def test_signature_goes_to_datasketch_and_back() -> None:
    signature = signatures_of([EXTREMES], num_perm=64, seed=7)[0]
    minhash = to_datasketch(signature, seed=7)
    back = from_datasketch(minhash)
    assert (signature.tolist(), np.dtype(np.uint32)) == (back.tolist(), back.dtype)
    assert 1.0 == minhash.jaccard(datasketch_of(EXTREMES, num_perm=64, seed=7))


def test_a_signature_in_datasketch_can_be_updated_and_leaves_ours_alone() -> None:
    signature = signatures_of([[1, 2, 3]])[0]
    before = signature.tolist()
    minhash = to_datasketch(signature, seed=1)
    minhash.hashfunc = lambda h: h
    minhash.update(4)
    assert before == signature.tolist()
    assert signatures_of([[1, 2, 3, 4]])[0].tolist() == from_datasketch(minhash).tolist()


def test_signature_of_another_scheme_is_refused() -> None:
    with pytest.raises(ValueError, match=r"scheme must be affine32, got \w+"):
        from_datasketch(MinHash(num_perm=16, seed=1, scheme="legacy"))


@pytest.mark.parametrize("num_perm", [64, 128, 512])
def test_estimate_lies_within_four_standard_deviations(num_perm: int) -> None:
    rng = random.Random(num_perm)
    for _ in range(60):
        size = rng.randint(20, 200)
        values = [rng.randrange(1 << 32) for _ in range(2 * size)]
        share = rng.uniform(0.1, 0.9)
        a = values[:size]
        b = a[: int(share * size)] + values[size : size + rng.randint(1, size // 2)]
        exact = jaccard_of({(v,) for v in a}, {(v,) for v in b})
        first, second = signatures_of([a, b], num_perm=num_perm)
        allowed = 4 * math.sqrt(exact * (1 - exact) / num_perm)
        assert abs(float((first == second).mean()) - exact) <= allowed
