"""What part of a page a passage is: body, heading, teaser or boilerplate, by its wording.

Only short passages are looked at: furniture, headings and teasers are. Furniture that no lexicon
knows shows by repetition, which is found once the whole corpus is read (`repeated_furniture`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import filterfalse

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup.corpus.passages import Block
from dedup.runs import run_starts
from dedup.text import mark_tokens

ROLES = ("body", "heading", "teaser", "boilerplate")
BODY, HEADING, TEASER, BOILERPLATE = range(len(ROLES))

_LONGEST_LOOKED_AT = 60  # words; the longest passage that a lexicon entry can be in
_LONGEST_OPENED = 30  # words
_LONGEST_HEADING = 15
_LONGEST_HEADLINE = 25
_LONGEST_TEASER = 45
_MOST_HEADINGS = 4  # that follow one another: title, subtitle, byline, section

# A passage is furniture by repetition if one outlet has it on this many documents and this share
# of them; documents that mostly repeat others are versions of a story and do not count.
_FURNITURE_DOCUMENTS = 3
_FURNITURE_SHARE = 0.05
_VERSION_SHARE = 0.5

_CUT_OFF = re.compile(r"(?:\.\.\.|…)[\W_]*(?:(?:read|see|show) more[\W_]*)?$", re.I)
_ENDINGS = ".!?:;,…。！？؟।”\"’'»)]"
_WRAPPED = re.compile(r"\n\W*[a-z]")  # a line that goes on with the sentence of the one before
_BULLET = re.compile(r"(?:[-*•–·▪]|\d+[.)])\s")
_MARKED_HEADING = re.compile(r"#{1,6}\s[^\n]*$")
_APOSTROPHES = re.compile("['’‘‛ʼ＇´`]")
_SPACES = re.compile(r"[\W_]+")
# The same for ASCII, three times as quick.
_ASCII = {n: " " for n in range(128) if not chr(n).isalnum()} | dict.fromkeys(map(ord, "'`"))

_OPENS, _WITHIN = 1, 2  # marks of words


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What documents that are not at hand print; those at hand may be among them.

    Attributes:
        is_counted: For each document at hand whether it is among them.
        count_printed: Takes texts, outlets, and how many matter at least, an entry each; returns
            how many of the outlet's documents have the text, and how many of those are no version
            of another. Fewer than matter may be counted as none.
        n_documents: How many documents each outlet has.
    """

    is_counted: npt.NDArray[np.bool_]
    count_printed: Callable[
        [npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]],
        tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    ]
    n_documents: npt.NDArray[np.int64]


def repeated_furniture(
    texts: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int64],
    outlets: npt.NDArray[np.int64],
    n_words: npt.NDArray[np.int64],
    elsewhere: Elsewhere | None = None,
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Return which texts are furniture by evidence, for which passages.

    Args:
        texts: For each passage the number of its text; identical passages have the same.
        documents: For each passage its document's row.
        outlets: For each document the number of its outlet; -1 where it is missing.
        n_words: For each passage its number of tokens.
        elsewhere: The documents that are not at hand, if there are any.

    Returns:
        For each passage whether its outlet prints its text on at least 3 of its documents and
        5 % of them; for each document whether it mostly repeats others.
    """
    is_furniture = np.zeros(len(texts), dtype=np.bool_)
    is_version = np.zeros(len(outlets), dtype=np.bool_)
    of_outlet = outlets[documents]
    known = np.flatnonzero(of_outlet >= 0)
    if elsewhere is None:
        known = known[np.bincount(texts, minlength=1)[texts[known]] >= _FURNITURE_DOCUMENTS]
    if not len(known):
        return is_furniture, is_version
    # One row for each (outlet, text, document), so that a text counts once a document.
    order = known[np.lexsort((documents[known], texts[known], of_outlet[known]))]
    outlet, text, document = of_outlet[order], texts[order], documents[order]
    new_text = run_starts(outlet, text)
    new_row = run_starts(outlet, text, document)
    group = np.cumsum(new_text) - 1
    counts_here = outlets >= 0
    if elsewhere is not None:
        counts_here &= ~elsewhere.is_counted
    new_row &= counts_here[document]
    n_documents = np.bincount(group, weights=new_row)
    n_evidence = np.zeros(len(n_documents))
    outlet_sizes = np.bincount(outlets[counts_here], minlength=outlets.max() + 1)
    if elsewhere is not None:
        least = _FURNITURE_DOCUMENTS - n_documents.astype(np.int64)
        counts = elsewhere.count_printed(text[new_text], outlet[new_text], least)
        n_documents += counts[0]
        n_evidence += counts[1]
        outlet_sizes += elsewhere.n_documents

    repeated_words = np.bincount(
        document, weights=n_words[order] * (n_documents >= _FURNITURE_DOCUMENTS)[group],
        minlength=len(outlets),
    )  # fmt: skip
    all_words = np.bincount(documents, weights=n_words, minlength=len(outlets))
    is_version = repeated_words > _VERSION_SHARE * all_words
    n_evidence += np.bincount(group, weights=new_row & ~is_version[document])
    enough = (n_evidence >= _FURNITURE_DOCUMENTS) & (
        n_evidence >= _FURNITURE_SHARE * outlet_sizes[outlet[new_text]]
    )
    is_furniture[order] = enough[group]
    return is_furniture, is_version


def roles_by_wording(
    block: Block,
    n_words: npt.NDArray[np.int64],
    marks: npt.NDArray[np.uint8],
    titles: pa.Array,
) -> npt.NDArray[np.uint8]:
    """Return the role of each passage of a block, as far as its wording tells.

    Args:
        block: The block; every passage has a token.
        n_words: Number of tokens of each passage.
        marks: Marks of each passage, from `shingle` with `furniture_marks()`.
        titles: Title of each document of the block, string.

    Returns:
        Indices into `ROLES`, shape (n_passages,).
    """
    documents = block.documents
    roles = np.zeros(len(documents), dtype=np.uint8)
    is_next = np.append(documents[1:] == documents[:-1], False)  # followed in its document
    headlines: set[int] = set()  # passages that may be a headline
    cut_off: set[int] = set()
    lists: list[int] = []  # passages that head a list of teasers
    for i in _worth_a_look(block, n_words, marks).tolist():
        text = bytes(block.data[block.byte_starts[i] : block.byte_ends[i]]).decode()
        n = int(n_words[i])
        # A longer passage is furniture only with a word that the lexicon goes by.
        may_be_furniture = n <= _LONGEST_OPENED or marks[i] & _WITHIN
        if may_be_furniture and (furniture := furniture_kind(text, n)) is not None:
            roles[i] = BOILERPLATE
            if furniture == "list":
                lists.append(i)
        elif n <= _LONGEST_TEASER and _CUT_OFF.search(text[-20:]) and not _WRAPPED.search(text):
            cut_off.add(i)
            first_line, newline, _ = text.partition("\n")
            if newline and _is_headline(first_line):
                roles[i] = TEASER
        elif text.startswith("#") and _MARKED_HEADING.match(text):
            roles[i] = HEADING
            headlines.add(i)
        elif n <= _LONGEST_HEADLINE and _is_headline(text):
            headlines.add(i)
            if n <= _LONGEST_HEADING and is_next[i]:
                following = block.data[block.byte_starts[i + 1]]
                if not ord("a") <= following <= ord("z"):  # in lower case, the sentence goes on
                    roles[i] = HEADING
        elif is_next[i] and (i == 0 or not is_next[i - 1]):
            title = titles[documents[i]].as_py()
            if title and plain(text) == plain(title):
                roles[i] = HEADING
    _unmark_lists(roles, is_next)
    for i in cut_off:
        if i - 1 in headlines and is_next[i - 1]:
            roles[i - 1 : i + 1] = TEASER
    for i in lists:
        j = i
        while is_next[j]:
            j += 1
            if roles[j] != BOILERPLATE:
                if j not in headlines and j not in cut_off and roles[j] != TEASER:
                    break
                roles[j] = TEASER
    return roles


def _unmark_lists(roles: npt.NDArray[np.uint8], is_next: npt.NDArray[np.bool_]) -> None:
    """Make body of headings that follow one another: verses, lists, lines set wide apart."""
    headings = np.flatnonzero(roles == HEADING)
    if len(headings):
        is_first = np.append(True, (np.diff(headings) > 1) | ~is_next[headings[:-1]])
        sizes = np.bincount(np.cumsum(is_first) - 1)
        roles[headings[np.repeat(sizes > _MOST_HEADINGS, sizes)]] = BODY


def _worth_a_look(
    block: Block, n_words: npt.NDArray[np.int64], marks: npt.NDArray[np.uint8]
) -> npt.NDArray[np.int64]:
    """Return the passages whose length, words or end allow any other role than body."""
    short = np.flatnonzero(n_words <= _LONGEST_LOOKED_AT)
    n_words, marks, ends = n_words[short], marks[short], block.byte_ends[short]
    last, second, third = (block.data[np.maximum(ends - k, 0)] for k in (1, 2, 3))
    # "...", the three bytes of an ellipsis, a bracket, or the end of "Read more".
    may_be_cut = (last == ord(".")) & (third == ord(".")) | (last == 0xA6) & (third == 0xE2)
    may_be_cut |= (last == ord("]")) | (last == 0xBB)
    may_be_cut |= (last | 32 == ord("e")) & (second | 32 == ord("r")) & (third | 32 == ord("o"))
    wanted = n_words <= _LONGEST_HEADLINE
    wanted |= (n_words <= _LONGEST_TEASER) & may_be_cut
    wanted |= (n_words <= _LONGEST_OPENED) & (marks & _OPENS > 0)
    wanted |= marks & _WITHIN > 0
    return short[wanted]


@cache
def furniture_marks() -> npt.NDArray[np.uint8]:
    """Return the marks of the words by which furniture is known, for `shingle`."""
    words = dict.fromkeys(_lexicon().openings, _OPENS)
    for word in _lexicon().within:
        words[word] = words.get(word, 0) | _WITHIN
    return mark_tokens(words)


def furniture_kind(text: str, n_words: int) -> str | None:
    """Return why a passage is page furniture by its wording; None if it is not.

    Returns:
        The section of the lexicon: `list`, `whole`, `opens` or `within`.

    >>> furniture_kind("You might also likeMayor opens bridge", 6)
    'list'
    >>> furniture_kind("Share prices fell on Tuesday.", 5)
    """
    lexicon = _lexicon()
    words = plain(text)
    if n_words <= _LONGEST_OPENED and lexicon.opening.match(words):
        if lexicon.whole.fullmatch(words):
            return "whole"
        if (match := lexicon.list.match(words)) and _heads_list(text, words, match.end()):
            return "list"
        if lexicon.opens.match(words):
            return "opens"
    rare = lexicon.within.keys() & words.split()
    spaced = f" {words} "
    is_within = any(f" {entry} " in spaced for word in rare for entry in lexicon.within[word])
    return "within" if is_within else None


def plain(text: str) -> str:
    """Return a text's words in lower case, without accents and punctuation, spaced singly."""
    if text.isascii():
        return " ".join(text.translate(_ASCII).split()).lower()
    decomposed = unicodedata.normalize("NFKD", text)
    text = "".join(filterfalse(unicodedata.combining, decomposed))
    return _SPACES.sub(" ", _APOSTROPHES.sub("", text)).strip().lower()


def _heads_list(text: str, words: str, end: int) -> bool:
    """Whether a passage that opens with a list's heading is one: alone, or glued to a headline.

    "Related articles" is, "Related party transactions rose." is not, "Latest newsMayor" is.
    """
    rest = words[end:]
    if not rest or not rest.strip(" 0123456789"):
        return True
    if not rest.startswith(" "):  # glued: the next word must begin a headline
        opened = re.match(r"\W*(?:[^\W_]+\W+)*?[^\W_]*?[a-z](?=[A-Z0-9“‘\"'])", text)
        return opened is not None and plain(opened.group()) == words[:end]
    # The heading stands on a line of its own, or ends in a colon.
    head = re.split(r"[\n:]", text, maxsplit=1)[0]
    return plain(head) == words[:end]


def _is_headline(text: str) -> bool:
    text = text.strip().rstrip("*_")
    return "\n" not in text and text[-1:] not in _ENDINGS and not _BULLET.match(text)


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The furniture lexicon, as patterns for plain text, and the words that show where to look.

    Attributes:
        list: A list's heading, at the start.
        whole: Nothing but furniture and figures.
        opens: How furniture opens, at the start.
        within: What only furniture contains, by the rare word of each entry.
        opening: What any entry of these three begins with.
        openings: The first word of each of their entries.
    """

    list: re.Pattern[str]
    whole: re.Pattern[str]
    opens: re.Pattern[str]
    within: dict[str, tuple[str, ...]]
    opening: re.Pattern[str]
    openings: frozenset[str]


@cache
def _lexicon() -> _Lexicon:
    sections: dict[str, list[str]] = {}
    section = ""
    for line in files("dedup.corpus").joinpath("furniture.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            sections.setdefault(section, []).append(line)
    within: dict[str, list[str]] = {}
    for entry in sections.pop("within"):
        before, _, after = entry.partition("*")
        within.setdefault(plain(after).split()[0], []).append(plain(before + after))
    sections = {section: [*map(plain, entries)] for section, entries in sections.items()}
    # Longest first, so that an entry is not cut short by another that it begins with.
    either = {
        section: "|".join(sorted(map(re.escape, entries), key=len, reverse=True))
        for section, entries in sections.items()
    }
    opening = sections["list"] + sections["whole"] + sections["opens"]
    return _Lexicon(
        list=re.compile(either["list"]),
        whole=re.compile(rf"(?:{either['whole']}|[\d ])+"),
        opens=re.compile(rf"(?:{either['opens']})\b"),
        within={word: tuple(entries) for word, entries in within.items()},
        opening=re.compile("|".join(sorted({re.escape(entry[:4]) for entry in opening})) + r"|\d"),
        openings=frozenset(entry.split()[0] for entry in opening),
    )
