"""Symbols: the classes of words, where they stand, and the phrases that a trie finds."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dedup.attribution import gazetteer, lexicon
from dedup.attribution.outlets import SHORT, SURE
from dedup.attribution.symbols import Symbols, is_sorted_in, make_symbols
from dedup.attribution.trie import NONE, child_key, find_child, longest_phrase, make_trie
from dedup.attribution.vocabulary import make_vocabulary
from dedup.attribution.words import Phrases, hash_words, split_words
from dedup.text import CHARACTERS, Kernel, as_bytes

ODD = "'’\u00ad\u200b\u0301ﬁ½Ⅷßﷺ語カกำ🚢 \n.…,;:!?()[]-–—“”\"«»‘„>©/&aZ9é"
TEXTS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(ODD)), max_size=60)
# Words that the lexicon and the gazetteer have, with what may stand between them.
PIECES = st.sampled_from(
    "said told according to quoted as saying The the Washington Post AP Reuters BBC News Marta"
    " U.S. p.m. Dr. newspaper prime minister was by it May 3,000.5 co-chair ’s , . : ; — -- - ( )"
    ' “ ” " ``'.split()
)
NEWS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", " ", "\n"])), max_size=25).map(
    lambda pieces: "".join(word + gap for word, gap in pieces)
)


VOCABULARY = make_vocabulary(gazetteer())


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the lines of a text without the white space around them."""
    return [match.span() for match in re.finditer(r"\S(?:[^\n]*\S)?", text)]


def symbols_of(text: str, opener: str = lexicon.BODY) -> Symbols:
    """Return the symbols of a text's lines."""
    data = as_bytes(text)
    spans = paragraphs(text)
    starts, ends = (
        np.array([len(text[: span[side]].encode()) for span in spans], dtype=np.int64)
        for side in (0, 1)
    )
    return make_symbols(
        data, starts, ends, np.full(len(spans), len(data)),
        np.array([start for start, _ in spans], dtype=np.int64),
        np.full(len(spans), ord(opener), dtype=np.uint8), VOCABULARY,
    )  # fmt: skip


def classes_of(text: str) -> str:
    return symbols_of(text).classes.tobytes().decode("latin-1")


def words_of(text: str) -> list[str]:
    symbols = symbols_of(text)
    spans = zip(symbols.starts.tolist(), symbols.ends.tolist(), strict=True)
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("said Marta Quill, a docker.", "¶VNN,Dn."),
        ("“They closed the slipway,” said Marta Quill.", "¶CVNN."),
        ("“They closed the slipway.” Marta Quill left.", "¶PNNn."),
        ("“Who closed the slipway?” she asked.", "¶?IW."),
        ("the “floating bridge” fell", "¶Dsn"),
        ("the “bridge that floats well” fell", "¶DQn"),
        ("“They closed it now.\n“We left.”", "¶X¶P"),
        ("“They closed it now", "¶injy"),
        ("According to Reuters, it rained.", "¶aO,jn."),
        ("The Baltimore Sun told the Post", "¶DOLS"),
        ("a Time reporter", "¶DAT"),
        ("the harbour’s crane", "¶Dnzn"),
        ("the dockers’ crane", "¶Dnzn"),
        ("the U.S. navy left at 5 p.m. on Monday.", "¶DKGnp0npd."),
        ("Dr. Quill left. So did J. P. Veld.", "¶TNn.BmNNN."),
        ("It cost 3,000.5 crowns in May.", "¶jn0npd."),
        ("The prime minister may resign", "¶DTmn"),
        ("the state-run paper", "¶DnH"),
        ("a US-backed co-chair", "¶DKT"),
        ("Quill — a docker – left -- fast", "¶N~Dn~n~n"),
        ("(AP) – Odrava", "¶(O)~N"),
        ("told him... then left", "¶Lnyn"),
        ("so odd!", "¶Bn."),
        ("OPA and OPX", "¶K&K"),
        ("was quoted by Interfax as saying", "¶ekbOJ"),
        ("> a line that is quoted", "¶P"),
        ("> one\nleft", "¶P¶n"),
    ],
)
def test_classes_of_a_text(text: str, expected: str) -> None:
    assert expected == classes_of(text)


def test_symbols_slice_to_their_words() -> None:
    text = "🚢 Dr. Zoë’s U.S. crew told the BBC News: “we won’t, ever, leave the Café.”"
    assert words_of(text) == [
        "", "Dr", "Zoë", "’s", "U.S.", "crew", "told", "the", "BBC News", ":",
        "we won’t, ever, leave the Café.",
    ]  # fmt: skip


def test_each_passage_has_its_opener() -> None:
    text = "Rain fell.\nWho knew?"
    symbols = symbols_of(text, lexicon.HEADING)
    assert [0, 4, 8] == symbols.first.tolist()
    assert [ord("#")] * 2 == symbols.classes[symbols.first[:-1]].tolist()


def test_mention_knows_its_surface() -> None:
    symbols = symbols_of("The Washington Post and the Post")
    surfaces = VOCABULARY.gazetteer.surfaces
    mentioned = [surfaces[number] for number in symbols.surfaces.tolist() if number >= 0]
    assert ["wapo", "wapo"] == [
        next(id for id in surface.outlets if id == "wapo") for surface in mentioned
    ]
    assert [SURE, SHORT] == [surface.certainty for surface in mentioned]


@given(st.one_of(TEXTS, NEWS))
def test_spans_ascend_and_lie_in_their_passages(text: str) -> None:
    symbols = symbols_of(text)
    spans = paragraphs(text)
    assert len(spans) + 1 == len(symbols.first)
    assert len(symbols.classes) == symbols.first[-1]
    for number, (first, last) in enumerate(spans):
        own = slice(int(symbols.first[number]), int(symbols.first[number + 1]))
        starts, ends = symbols.starts[own].tolist(), symbols.ends[own].tolist()
        assert (first, first) == (starts[0], ends[0])
        bounds = [bound for span in zip(starts, ends, strict=True) for bound in span]
        assert sorted(bounds) == bounds
        assert bounds[-1] <= last
        assert all(start < end for start, end in zip(starts[1:], ends[1:], strict=True))


@given(st.one_of(TEXTS, NEWS))
def test_compiled_symbols_equal_interpreted(text: str) -> None:
    def run(version: str) -> list[Any]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Kernel, "sized", lambda kernel, steps: getattr(kernel, version))
            symbols = symbols_of(text)
        arrays = [getattr(symbols, name) for name in type(symbols).__slots__]
        return [[str(array.dtype), array.tolist()] for array in arrays]

    assert run("interpret") == run("compiled")


def hashes_of(text: str, version: str = "interpret") -> tuple[list[int], list[int]]:
    """Return the hashes of a text's words and marks, as written and in lower case."""
    data = as_bytes(text)
    CHARACTERS.cover(data)
    room = len(data) + 1
    integers = np.empty((4, room), dtype=np.int64)
    exact, folded = np.empty((2, room), dtype=np.uint64)
    n = getattr(split_words, version)(
        data, 0, len(data), CHARACTERS.kinds, CHARACTERS.folds, *integers, exact, folded
    )
    return exact[:n].tolist(), folded[:n].tolist()


@given(st.text("abcXYZ", min_size=1, max_size=12))
def test_plain_words_are_hashed_as_the_kernel_hashes_them(word: str) -> None:
    expected = hash_words([word]).hashes.tolist(), hash_words([word.lower()]).hashes.tolist()
    assert expected == hashes_of(word) == hashes_of(word, "compiled")


@given(st.lists(st.text("abSs'’. -&!/+:(éДعق0,語\n", min_size=1, max_size=12), max_size=4))
@example(["Odrava-Post", "Quay & Lock", "The Tide (Saltmere)", "B&N (the 2nd)", "Tidé2.example"])
@example(["Odrava's Tide", "ODRAVA’S TIDE", "L'Écho d'Odrava", "O'Quay's", "the dockers' Tide's's"])
@example(
    ["quays's", "St. Odrava", "O.D.R.", "O.Drava", "Tide 7.30", "Прилив", "المد", "潮报", "Tide!"]
)
@example(["Quay\nTide'\ns", "quay"])
@example(["OK! Quay", "a/b", "Quay+", "x.y", "xx.y.z", "No. 1.", "quay."])
def test_names_are_hashed_as_the_kernel_hashes_them(names: list[str]) -> None:
    found = hash_words(names)
    expected = [(hash, n) for n, name in enumerate(names) for hash in hashes_of(name)[0]]
    assert expected == [*zip(found.hashes.tolist(), found.numbers.tolist(), strict=True)]


def test_lexicon_has_one_hash_a_word() -> None:
    for phrase in [*lexicon.phrases(), *lexicon.ABBREVIATIONS]:
        exact, folded = hashes_of(phrase)
        assert exact == folded == hash_words([phrase]).hashes.tolist()


@given(TEXTS)
def test_words_are_hashed_alike_whatever_their_case(text: str) -> None:
    assert hashes_of(text) == hashes_of(text, "compiled")
    if text.isascii():
        assert hashes_of(text.lower())[0] == hashes_of(text.upper())[1]


# Few words, so that phrases share their beginnings.
WORD_HASHES = st.sampled_from(hash_words(["a", "b", "c", "d"]).hashes.tolist())
PHRASES = st.lists(st.lists(WORD_HASHES, min_size=1, max_size=4).map(tuple), max_size=12)


def longest_by_hand(
    phrases: dict[tuple[int, ...], int], words: list[int], first: int
) -> tuple[int, int]:
    for length in range(len(words) - first, 0, -1):
        value = phrases.get(tuple(words[first : first + length]))
        if value is not None:
            return value, length
    return NONE, 0


@given(PHRASES, st.lists(WORD_HASHES, max_size=10))
def test_trie_finds_the_longest_phrase(phrases: list[tuple[int, ...]], words: list[int]) -> None:
    values = {phrase: value for value, phrase in enumerate(phrases)}  # the last one counts
    trie = make_trie(
        Phrases(
            np.array([word for phrase in phrases for word in phrase], dtype=np.uint64),
            np.repeat(np.arange(len(phrases)), [*map(len, phrases)]),
        ),
        np.arange(len(phrases), dtype=np.int32),
    )
    hashes = np.array(words, dtype=np.uint64)
    for first in range(len(words)):
        expected = longest_by_hand(values, words, first)
        for run in (longest_phrase.interpret, longest_phrase.compiled):
            found = run(trie.keys, trie.children, trie.values, hashes, first, len(words))
            assert expected == tuple(map(int, found))


def test_trie_without_phrases_finds_none() -> None:
    trie = make_trie(hash_words([]), np.empty(0, dtype=np.int32))
    word = hash_words(["quay"]).hashes[0]
    assert NONE == find_child.interpret(trie.keys, trie.children, 0, word)


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**64 - 1))
def test_key_of_a_child_is_never_empty(node: int, word: int) -> None:
    keys = {int(run(node, np.uint64(word))) for run in (child_key.interpret, child_key.compiled)}
    assert 1 == len(keys)
    assert 0 not in keys


@given(st.sets(st.integers(0, 2**64 - 1), max_size=9), st.integers(0, 2**64 - 1))
def test_sorted_array_has_what_it_has(values: set[int], value: int) -> None:
    array: npt.NDArray[np.uint64] = np.sort(np.array([*values], dtype=np.uint64))
    for each in (value, *values):
        for run in (is_sorted_in.interpret, is_sorted_in.compiled):
            assert (each in values) == run(array, np.uint64(each))


def test_every_phrase_of_the_lexicon_is_found_alone() -> None:
    phrases = lexicon.phrases()
    text = "\n".join(phrases)
    symbols = symbols_of(text)
    lines = {line: number for number, line in enumerate(phrases)}
    alone = {
        phrase for phrase, number in lines.items()
        if symbols.first[number + 1] - symbols.first[number] == 2
        and chr(symbols.classes[symbols.first[number] + 1]) == phrases[phrase]
    }  # fmt: skip
    assert set() == {*phrases} - alone
