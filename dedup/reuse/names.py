"""Documents that texts name: by the address of an article, or by the id of a letter or posting.

Who says so in the text is believed before the calendar: of documents that may be the origin of a
span, the one whose address stands in the text is it.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa
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
        targets: Rows of documents, ascending.
        origins: Rows of documents that the targets may name, an entry for each of them.

    Returns:
        How many other addresses a text names first, `UNNAMED` where it does not name the origin.
    """
    places = np.full(len(targets), UNNAMED)
    ids, urls = corpus.documents["document_id"], corpus.documents["url"]
    has_address = pc.or_(pc.match_substring(ids, "@"), pc.is_valid(urls))
    has_address = pa.chunked_array(has_address).to_numpy()
    asked = np.flatnonzero(has_address[origins])
    texts = corpus.documents["text"]
    known: dict[int, list[str]] = {}
    for own in np.split(asked, np.flatnonzero(np.diff(targets[asked])) + 1):
        # Where one origin alone is asked about, it has no rival.
        named = (
            addresses_of(texts[int(targets[own[0]])].as_py()) if len({*origins[own]}) > 1 else {}
        )
        for case in own if named else ():
            origin = int(origins[case])
            if origin not in known:
                words = (ids[origin].as_py(), urls[origin].as_py() or "")
                known[origin] = [*addresses_of(" ".join(words))]
            places[case] = min(
                (named.get(each, UNNAMED) for each in known[origin]), default=UNNAMED
            )
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
    return scheme.strip(_EDGES) if "@" in scheme else None
