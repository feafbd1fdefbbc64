"""Documents that texts name: by the address of an article, or by the id of a letter or posting.

What a text says is believed before the calendar: of several documents that a span may come from,
it is the one whose address stands in the text.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from dedup.corpus import Corpus

UNNAMED = np.iinfo(np.int64).max

_WORD = re.compile(r"[^\s<>()\[\]{}\"“”„«»]+")
_EDGES = ".,:;!?'’…*_"  # what hangs on a word

Integers = npt.NDArray[np.int64]


def find_named(corpus: Corpus, targets: Integers, origins: Integers) -> Integers:
    """Return where each target's text names each origin.

    Args:
        corpus: The corpus.
        targets: Rows of documents, those of one target behind each other.
        origins: Rows of the documents that compete for its words, an entry for each of them.

    Returns:
        How many other addresses a text names first, `UNNAMED` where it does not name the origin.
    """
    places = np.full(len(targets), UNNAMED)
    ids, urls = corpus.documents["document_id"], corpus.documents["url"]
    has_address = pc.or_(pc.match_substring(ids, "@"), pc.is_valid(urls)).to_numpy()
    if not has_address.any():
        return places
    texts = corpus.documents["text"]
    of_origin: dict[int, list[str]] = {}
    for own in np.split(np.arange(len(targets)), np.flatnonzero(np.diff(targets)) + 1):
        rivals = {*origins[own].tolist()}
        if len(rivals) < 2 or not has_address[origins[own]].any():
            continue
        named = addresses_of(texts[int(targets[own[0]])].as_py())
        for case in own if named else ():
            origin = int(origins[case])
            if origin not in of_origin:
                words = (ids[origin].as_py(), urls[origin].as_py() or "")
                of_origin[origin] = [*addresses_of(" ".join(words))]
            places[case] = min((named.get(a, UNNAMED) for a in of_origin[origin]), default=UNNAMED)
    return places


def addresses_of(text: str) -> dict[str, int]:
    """Return the addresses in a text, as they compare, with their numbers, the first 0.

    >>> [*addresses_of("In article <17@mail.example> she quotes https://www.Gull.example/Ferry/.")]
    ['17@mail.example', 'gull.example/ferry']
    """
    found: dict[str, int] = {}
    if "@" in text or "://" in text:
        for word in _WORD.findall(text):
            if address := _address_of(word):
                found.setdefault(address, len(found))
    return found


def _address_of(word: str) -> str | None:
    """Return the address that a word is, if it is a document's; a site alone is none."""
    scheme, _, place = word.casefold().partition("://")
    if place:
        place = place.partition("#")[0].removeprefix("www.").strip(_EDGES + "/")
        return place if "/" in place else None
    mail = scheme.strip(_EDGES)
    return mail if "@" in mail.strip("@") else None
