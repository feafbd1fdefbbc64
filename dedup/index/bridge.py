"""An index's passages to a `datasketch.MinHashLSH`, for teams that already run a shared one.

Signatures are derived from the texts again, and the bands are the index's, so a bucket there holds
what a bucket here holds. Each passage is a key, identical ones too, that names document and span.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dedup.config import DuplicateSettings, available_jobs
from dedup.corpus import Corpus, collect_passages
from dedup.duplicates import Banding, Shingles, choose_banding, make_permutations, sign
from dedup.errors import ConfigError, InputError

if TYPE_CHECKING:
    from datasketch import MinHashLSH

# By type of storage, the module that datasketch uses for it, and the package that has it.
_DRIVERS = {
    "dict": ("", ""),
    "redis": ("redis", "redis"),
    "cassandra": ("cassandra", "cassandra-driver"),
}

# Passages whose commands wait to be sent: a session of datasketch's holds 50,000 for each band and
# for the keys, more than a gigabyte, whatever buffer it is asked for (2.0). More is not faster.
_WAITING_PASSAGES = 1_000
_KEY = re.compile(r"(.*)#([0-9]+)-([0-9]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PassageKey:
    """What a key names.

    Attributes:
        document_id: The document.
        start: Where the passage starts in the document's text, in code points.
        end: Where it ends.
    """

    document_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SignedPassages:
    """The passages of a corpus, by document and position.

    Attributes:
        keys: The key of each.
        signatures: Its signature, shape (n_passages, num_perm), dtype uint32.
    """

    keys: list[bytes]
    signatures: npt.NDArray[np.uint32]

    def rows(self, first: int, last: int) -> SignedPassages:
        """Return the passages from `first` to before `last`, signatures without copying."""
        return SignedPassages(self.keys[first:last], self.signatures[first:last])


def format_key(key: PassageKey) -> bytes:
    """Return the key of a passage: `document_id#start-end` as UTF-8, the same in every storage.

    >>> format_key(PassageKey("herald/storm.txt", 0, 42))
    b'herald/storm.txt#0-42'
    """
    return f"{key.document_id}#{key.start}-{key.end}".encode()


def parse_key(key: bytes) -> PassageKey:
    """Return what a key names; an id may hold any character, `#` too.

    Raises:
        ValueError: If it is no key of ours.

    >>> parse_key(b"herald/storm.txt#0-42")
    PassageKey(document_id='herald/storm.txt', start=0, end=42)
    """
    try:
        match = _KEY.fullmatch(key.decode())
    except UnicodeDecodeError:
        match = None
    if match is None:
        raise ValueError(f"key must be document_id#start-end, got {key!r}")
    return PassageKey(match[1], int(match[2]), int(match[3]))


def sign_passages(
    corpus: Corpus, settings: DuplicateSettings, *, jobs: int | None = None
) -> SignedPassages:
    """Return keys and signatures of a corpus's passages, of any role.

    With `dedup.duplicates.to_datasketch`, a signature is what a filled index is asked with.

    Args:
        corpus: The documents; those without a word have no passage.
        settings: Shingles and permutations.
        jobs: Number of threads; None uses every processor.
    """
    try:
        with ThreadPoolExecutor(jobs or available_jobs()) as executor:
            passages = collect_passages(
                corpus, shingle_size=settings.shingle_size, executor=executor
            )
    except InputError:  # no word in any of them
        return SignedPassages([], np.empty((0, settings.num_perm), dtype=np.uint32))
    shingles = Shingles(passages.shingles, passages.shingle_starts, passages.shingle_sizes)
    permutations = make_permutations(num_perm=settings.num_perm, seed=settings.seed)
    order = np.lexsort((passages.positions, passages.documents))
    ids = corpus.documents["document_id"].to_pylist()
    places = (passages.documents, passages.starts, passages.ends)
    keys = [
        format_key(PassageKey(ids[row], start, end))
        for row, start, end in zip(*(column[order].tolist() for column in places), strict=True)
    ]
    return SignedPassages(keys, sign(shingles, permutations)[passages.texts[order]])


def fill_datasketch(
    corpora: Iterable[Corpus],
    settings: DuplicateSettings,
    storage_config: Mapping[str, Any] | None = None,
    *,
    prepickle: bool | None = None,
    jobs: int | None = None,
) -> MinHashLSH:
    """Return a `datasketch.MinHashLSH` with the signatures and bands of documents.

    A storage that has a passage already gets it anew, so an interrupted run is simply repeated; a
    passage whose words changed leaves its old buckets. Keys of documents that are not given stay.
    Errors of the storage's own client are raised as they are.

    Args:
        corpora: The documents, in parts that fit into memory; no id may occur twice.
        settings: Shingles, permutations and bands; its scheme is affine32.
        storage_config: Where to keep it, as datasketch has it; None is in memory. Without a
            `basename` a new store is begun.
        prepickle: Whether keys are pickled on their way to the storage; None is datasketch's
            default (in Redis they are). Whoever opens the store must say the same, and pickled
            keys only suit a store whose other writers are trusted: reading them can run code.
        jobs: Number of threads; None uses every processor.

    Raises:
        ConfigError: If datasketch cannot have these bands or this storage.
    """
    banding = choose_banding(settings)
    config = _checked(storage_config, settings, banding)
    from datasketch import LeanMinHash, MinHashLSH

    lsh = MinHashLSH(
        num_perm=settings.num_perm,
        params=(banding.bands, banding.rows),
        storage_config=config,
        prepickle=prepickle,
    )
    is_empty = lsh.keys.size() == 0
    for corpus in corpora:
        signed = sign_passages(corpus, settings, jobs=jobs)
        for first in range(0, len(signed.keys), _WAITING_PASSAGES):
            part = signed.rows(first, first + _WAITING_PASSAGES)
            with lsh.insertion_session() as session:
                if not is_empty:
                    _forget(lsh, part)
                for key, row in zip(part.keys, part.signatures, strict=True):
                    minhash = LeanMinHash(seed=settings.seed, hashvalues=row, scheme="affine32")
                    session.insert(key, minhash, check_duplication=False)
    return lsh


def _checked(
    storage_config: Mapping[str, Any] | None, settings: DuplicateSettings, banding: Banding
) -> dict[str, Any]:
    """Return what datasketch is given, which it would not check itself."""
    config = dict(storage_config or {"type": "dict"})
    if banding.bands < 2:
        raise ConfigError(
            f"datasketch needs at least 2 bands, and threshold {settings.threshold} with"
            f" target_recall {settings.target_recall} gives {banding.bands}; a lower threshold or a"
            " higher target_recall gives more"
        )
    kind = config.get("type")
    if kind not in _DRIVERS:
        raise ConfigError(f"type of storage must be one of {', '.join(_DRIVERS)}, got {kind!r}")
    if kind != "dict" and kind not in config:
        raise ConfigError(f"storage_config must say under {kind!r} where the storage is")
    if not isinstance(basename := config.get("basename", b""), bytes):
        raise ConfigError(f"basename of storage must be bytes, got {basename!r}")
    module, package = _DRIVERS[kind]
    if module and find_spec(module) is None:
        raise ConfigError(f"storage {kind} needs the package {package}; pip install {package}")
    return config


def _forget(lsh: MinHashLSH, signed: SignedPassages) -> None:
    """Take the keys that the storage has already out of it, to be inserted anew.

    The buckets of a passage that is as it was stay: inserting into them again changes nothing, and
    completes them if they lack it.
    """
    keys = [pickle.dumps(key) for key in signed.keys] if lsh.prepickle else signed.keys
    bands = signed.signatures[:, : lsh.b * lsh.r].byteswap().reshape(len(keys), lsh.b, lsh.r)
    for row, known in enumerate(lsh.keys.getmany(*keys)):
        if {*known} == {band.tobytes() for band in bands[row]}:
            lsh.keys.remove(keys[row], buffer=True)
        elif known:
            lsh.remove(signed.keys[row])
