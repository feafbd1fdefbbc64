"""What a datasketch index that is filled from ours holds, in memory and in a real Redis."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from datasketch import MinHashLSH
from hypothesis import given
from hypothesis import strategies as st

from dedup import Corpus
from dedup.config import DuplicateSettings
from dedup.corpus import collect_passages
from dedup.duplicates import Shingles, choose_banding, hash_texts, to_datasketch
from dedup.errors import ConfigError
from dedup.index import Index
from dedup.index.bridge import (
    PassageKey,
    SignedPassages,
    fill_datasketch,
    format_key,
    parse_key,
    sign_passages,
)

SETTINGS = DuplicateSettings()
STORM = "The storm took forty roofs from the harbour quarter before dawn, and the ferry stayed in."
COUNCIL = "The council will meet on Friday to talk about the price of water and the broken pumps."
HEADING = "Weather"
# Hostile ids: what separates the parts of a key, what a terminal obeys, what a path is made of.
IDS = ["herald/a.txt", "b#0-9", "::c%0A", "d\x1b[2J\u202e", "e\nf\x00", "#", "#-", "z" * 5_000]


def records() -> list[dict[str, Any]]:
    """Two texts in many documents, word for word and with a word changed, and some on their own."""
    near = STORM.replace("forty", "fifty")
    texts = [
        f"{HEADING}\n\n{STORM}\n\n{COUNCIL}",
        f"{near}\n\nAll schools in the north of the county will be shut until the roads are clear.",
        f"{STORM}\n\n{STORM}",
        "Three judges heard the appeal of the mill and will rule on it within the next ten days.",
        COUNCIL.replace("Friday", "Monday"),
        f"\U0001f300 {STORM.upper()}",
        "?!",
        f"x{'y' * 100_000} {near}",
    ]
    return [{"id": i, "text": text} for i, text in zip(IDS, texts, strict=True)]


@pytest.fixture
def corpus() -> Corpus:
    return Corpus.from_records(records())


@pytest.fixture
def index(corpus: Corpus, tmp_path: Path) -> Iterator[Index]:
    with Index.create(tmp_path / "news.dedup", corpus, SETTINGS) as opened:
        yield opened


def keys_of(lsh: MinHashLSH) -> set[bytes]:
    """Return the keys, as a caller of datasketch has them."""
    assert not lsh.prepickle
    return set(lsh.keys.keys())


def ask(lsh: MinHashLSH, signature: npt.NDArray[np.uint32]) -> set[bytes]:
    return set(lsh.query(to_datasketch(signature, seed=SETTINGS.seed)))


def band_hashes(corpus: Corpus) -> dict[bytes, npt.NDArray[np.uint32]]:
    """Return our own hash of each band of each passage."""
    with ThreadPoolExecutor(1) as executor:
        passages = collect_passages(corpus, shingle_size=SETTINGS.shingle_size, executor=executor)
        shingles = Shingles(passages.shingles, passages.shingle_starts, passages.shingle_sizes)
        hashes = hash_texts(shingles, SETTINGS, choose_banding(SETTINGS), executor=executor)
    ids = corpus.documents["document_id"].to_pylist()
    return {
        format_key(PassageKey(ids[row], start, end)): hashes[text]
        for row, start, end, text in zip(
            passages.documents, passages.starts, passages.ends, passages.texts, strict=True
        )
    }


def check_candidates(lsh: MinHashLSH, corpus: Corpus, signed: SignedPassages) -> None:
    """Check that asking for each passage finds just those that share a band with it."""
    hashes = band_hashes(corpus)
    assert set(hashes) == set(signed.keys)
    for key, signature in zip(signed.keys, signed.signatures, strict=True):
        expected = {other for other, bands in hashes.items() if (bands == hashes[key]).any()}
        assert expected == ask(lsh, signature)


# Keys.


@given(st.text(), st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_key_says_what_it_was_made_of(document_id: str, start: int, end: int) -> None:
    key = PassageKey(document_id, start, end)
    assert key == parse_key(format_key(key))


@given(st.binary().filter(lambda data: b"#" not in data))
def test_bytes_without_a_span_are_no_key(data: bytes) -> None:
    with pytest.raises(ValueError, match="key must be document_id#start-end, got b"):
        parse_key(data)


@pytest.mark.parametrize("key", [b"", b"a", b"a#1", b"a#1-", b"a#-1-2", b"a#1-2 ", b"\xff#1-2",
                                 "a#\u0661-\u0662".encode()])  # fmt: skip
def test_what_is_no_key_is_an_error(key: bytes) -> None:
    with pytest.raises(ValueError, match="key must be document_id#start-end, got"):
        parse_key(key)


def test_spans_of_keys_are_those_of_the_passages(corpus: Corpus) -> None:
    texts = {record["id"]: record["text"] for record in records()}
    signed = sign_passages(corpus, SETTINGS)
    found = [parse_key(key) for key in signed.keys]
    cut = [texts[key.document_id][key.start : key.end] for key in found]
    of_document = {i: [text for text, key in zip(cut, found, strict=True) if key.document_id == i]
                   for i in IDS}  # fmt: skip
    assert [HEADING, STORM, COUNCIL] == of_document[IDS[0]]
    assert [STORM, STORM] == of_document[IDS[2]]
    assert STORM.upper() in of_document[IDS[5]][0]
    assert [] == of_document[IDS[6]]


def test_documents_without_a_word_have_no_passages() -> None:
    signed = sign_passages(Corpus.from_records([{"id": "a", "text": "?! ..."}]), SETTINGS)
    assert ([], (0, 128)) == (signed.keys, signed.signatures.shape)


# In memory.


def test_every_passage_is_a_key(index: Index, corpus: Corpus) -> None:
    lsh = index.to_datasketch()
    assert set(sign_passages(corpus, SETTINGS).keys) == keys_of(lsh)
    assert index.info()["n_passages"] == len(keys_of(lsh))
    banding = choose_banding(SETTINGS)
    assert (banding.bands, banding.rows, 128) == (lsh.b, lsh.r, lsh.h)


def test_a_passage_finds_itself_and_its_near_duplicates(index: Index, corpus: Corpus) -> None:
    lsh = index.to_datasketch()
    signed = sign_passages(corpus, SETTINGS)
    storm = signed.signatures[1]
    found = [parse_key(key).document_id for key in sorted(ask(lsh, storm))]
    assert {IDS[0], IDS[1], IDS[2], IDS[5]} <= set(found)
    assert 2 == found.count(IDS[2])
    assert IDS[3] not in found


def test_candidates_are_those_of_our_own_bands(index: Index, corpus: Corpus) -> None:
    check_candidates(index.to_datasketch(), corpus, sign_passages(corpus, SETTINGS))


def test_buckets_are_our_own(index: Index, corpus: Corpus) -> None:
    hashes = np.array([*band_hashes(corpus).values()])
    counts = index.to_datasketch().get_counts()
    for band, sizes in enumerate(counts):
        _, expected = np.unique(hashes[:, band], return_counts=True)
        assert sorted(expected.tolist()) == sorted(sizes.values())


def test_what_was_removed_or_changed_is_not_filled_in(index: Index, corpus: Corpus) -> None:
    index.remove([IDS[0]])
    index.add(Corpus.from_records([{"id": IDS[1], "text": COUNCIL}]))
    found = {parse_key(key) for key in keys_of(index.to_datasketch())}
    assert IDS[0] not in {key.document_id for key in found}
    assert [PassageKey(IDS[1], 0, len(COUNCIL))] == [k for k in found if k.document_id == IDS[1]]


def test_settings_of_the_index_decide_the_bands(corpus: Corpus, tmp_path: Path) -> None:
    settings = DuplicateSettings(threshold=0.8, shingle_size=5, num_perm=64, seed=7)
    banding = choose_banding(settings)
    with Index.create(tmp_path / "other.dedup", corpus, settings) as index:
        lsh = index.to_datasketch()
    signed = sign_passages(corpus, settings)
    assert (64, banding.bands, banding.rows) == (lsh.h, lsh.b, lsh.r)
    minhash = to_datasketch(signed.signatures[1], seed=7)
    assert signed.keys[1] in lsh.query(minhash)


def test_parts_and_number_of_threads_do_not_matter(corpus: Corpus) -> None:
    whole = fill_datasketch([corpus], SETTINGS, jobs=1)
    parts = [Corpus.from_records([record]) for record in records()]
    parted = fill_datasketch(iter(parts), SETTINGS, jobs=2)
    assert keys_of(whole) == keys_of(parted)
    for signature in sign_passages(corpus, SETTINGS).signatures:
        assert ask(whole, signature) == ask(parted, signature)


def test_an_empty_index_fills_nothing(tmp_path: Path) -> None:
    with Index.create(tmp_path / "empty.dedup") as index:
        assert set() == keys_of(index.to_datasketch())


# What datasketch cannot have.


def test_a_single_band_is_refused() -> None:
    settings = DuplicateSettings(threshold=1.0)
    with pytest.raises(
        ConfigError, match=r"at least 2 bands, and threshold 1\.0 with target_recall"
    ):
        fill_datasketch([], settings)


@pytest.mark.parametrize("config", [{"type": "etcd"}, {"basename": b"x"}, {"type": None}])
def test_an_unknown_storage_is_refused(config: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="type of storage must be one of dict, redis, cassandra"):
        fill_datasketch([], SETTINGS, config)


def test_a_basename_that_is_no_bytes_is_refused() -> None:
    with pytest.raises(ConfigError, match="basename of storage must be bytes, got 'news'"):
        fill_datasketch([], SETTINGS, {"type": "dict", "basename": "news"})


@pytest.mark.parametrize("kind", ["redis", "cassandra"])
def test_a_storage_without_a_place_is_refused(kind: str) -> None:
    with pytest.raises(ConfigError, match=f"storage_config must say under '{kind}' where"):
        fill_datasketch([], SETTINGS, {"type": kind})


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.index.bridge.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="needs the package cassandra-driver; pip install"):
        fill_datasketch([], SETTINGS, {"type": "cassandra", "cassandra": {"seeds": ["127.0.0.1"]}})


# In a real Redis.


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server on loopback that keeps nothing on disk."""
    pytest.importorskip("redis", reason="needs the package redis (pip install redis)")
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server (Debian: apt-get install redis-server)")
    folder = tmp_path_factory.mktemp("redis")
    process, port = start_redis(program, folder)
    yield port
    process.terminate()
    process.wait(timeout=600)
    if process.stdout is not None:
        process.stdout.close()


def start_redis(program: str, folder: Path) -> tuple[subprocess.Popen[str], int]:
    """Start a server and return it once it accepts connections."""
    for _ in range(5):  # somebody else may take the port between looking and starting
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder),
                   "--save", "", "--appendonly", "no", "--daemonize", "no"]  # fmt: skip
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8"
        )
        said = []
        for line in process.stdout or ():
            said.append(line)
            if "Ready to accept connections" in line:
                return process, port
        process.wait(timeout=600)
    raise RuntimeError(f"redis-server does not start: {''.join(said)}")


@pytest.fixture
def storage(redis_port: int, request: pytest.FixtureRequest) -> dict[str, Any]:
    """Where a test keeps its keys: beside those of the others."""
    name = f"{request.node.name}:".encode()
    return {"type": "redis", "basename": name, "redis": {"host": "127.0.0.1", "port": redis_port}}


def reopen(storage: dict[str, Any], *, prepickle: bool | None = None) -> MinHashLSH:
    """Return the store as another team's process would open it."""
    banding = choose_banding(SETTINGS)
    return MinHashLSH(
        num_perm=128, params=(banding.bands, banding.rows), storage_config=storage,
        prepickle=prepickle,
    )  # fmt: skip


def contents(storage: dict[str, Any]) -> dict[bytes, Any]:
    """Return everything that Redis has under a name."""
    import redis

    client = redis.Redis(**storage["redis"])
    found: dict[bytes, Any] = {}
    for name in client.scan_iter(match=storage["basename"] + b"*", count=1_000):
        if client.type(name) == b"hash":
            found[name] = client.hgetall(name)
        elif client.type(name) == b"set":
            found[name] = client.smembers(name)
        else:
            found[name] = client.lrange(name, 0, -1)
    client.close()
    return found


def test_candidates_in_redis_are_those_of_our_own_bands(
    index: Index, corpus: Corpus, storage: dict[str, Any]
) -> None:
    index.to_datasketch(storage, prepickle=False)
    lsh = reopen(storage, prepickle=False)
    signed = sign_passages(corpus, SETTINGS)
    assert set(signed.keys) == keys_of(lsh)
    check_candidates(lsh, corpus, signed)


def test_redis_as_datasketch_opens_it_by_default_has_the_same_keys(
    index: Index, corpus: Corpus, storage: dict[str, Any]
) -> None:
    index.to_datasketch(storage)
    check_candidates(reopen(storage), corpus, sign_passages(corpus, SETTINGS))


def test_another_process_finds_a_passage(
    index: Index, corpus: Corpus, storage: dict[str, Any]
) -> None:
    index.to_datasketch(storage, prepickle=False)
    signed = sign_passages(corpus, SETTINGS)
    program = (
        "import sys, numpy; from datasketch import MinHash, MinHashLSH\n"
        "host, port, name, bands, rows = sys.argv[1:6]\n"
        "lsh = MinHashLSH(num_perm=128, params=(int(bands), int(rows)), prepickle=False,"
        " storage_config={'type': 'redis', 'basename': name.encode(),"
        " 'redis': {'host': host, 'port': int(port)}})\n"
        "values = numpy.array(sys.argv[6].split(), dtype=numpy.uint32)\n"
        "asked = MinHash(hashvalues=values, scheme='affine32', seed=1)\n"
        "print(*sorted(lsh.query(asked)), sep='\\n')"
    )
    banding = choose_banding(SETTINGS)
    typed = ["127.0.0.1", storage["redis"]["port"], storage["basename"].decode(),
             banding.bands, banding.rows, " ".join(map(str, signed.signatures[1]))]  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-c", program, *map(str, typed)],
        capture_output=True, encoding="utf-8", timeout=600, check=True,
    )  # fmt: skip
    expected = [repr(key) for key in sorted(ask(index.to_datasketch(), signed.signatures[1]))]
    assert expected == run.stdout.splitlines()


def test_filling_again_changes_nothing(index: Index, storage: dict[str, Any]) -> None:
    index.to_datasketch(storage)
    once = contents(storage)
    index.to_datasketch(storage)
    assert once
    assert once == contents(storage)


def test_filling_again_completes_what_an_interrupted_run_left(
    index: Index, storage: dict[str, Any]
) -> None:
    import redis

    index.to_datasketch(storage)
    whole = contents(storage)
    client = redis.Redis(**storage["redis"])
    # Keys are sent before buckets: a run that is killed between leaves the one without the other.
    for name in whole:
        if b"_bucket_" in name:
            client.delete(name)
    client.close()
    index.to_datasketch(storage)
    assert whole == contents(storage)


def test_changed_words_leave_their_old_buckets(
    index: Index, corpus: Corpus, storage: dict[str, Any]
) -> None:
    index.to_datasketch(storage, prepickle=False)
    before = sign_passages(Corpus.from_records(records()[3:4]), SETTINGS)
    changed = (
        "Seven judges tried the quarrel of the farm, yet none rules of it before another year."
    )
    text = changed.ljust(len(records()[3]["text"]), "s")
    index.add(Corpus.from_records([{"id": IDS[3], "text": text}]))
    lsh = index.to_datasketch(storage, prepickle=False)
    after = sign_passages(Corpus.from_records([{"id": IDS[3], "text": text}]), SETTINGS)
    assert before.keys == after.keys
    assert set() == ask(lsh, before.signatures[0])
    assert set(after.keys) == ask(lsh, after.signatures[0])


def test_keys_of_others_stay(index: Index, corpus: Corpus, storage: dict[str, Any]) -> None:
    signed = sign_passages(corpus, SETTINGS)
    theirs = to_datasketch(signed.signatures[1], seed=SETTINGS.seed)
    reopen(storage, prepickle=False).insert(b"theirs", theirs)
    lsh = index.to_datasketch(storage, prepickle=False)
    assert {b"theirs", *signed.keys} == keys_of(lsh)
    assert {b"theirs", signed.keys[1]} <= ask(lsh, signed.signatures[1])


def test_more_passages_than_wait_at_once_all_arrive(
    corpus: Corpus, storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.index.bridge._WAITING_PASSAGES", 3)
    lsh = fill_datasketch([corpus], SETTINGS, storage, prepickle=False)
    check_candidates(lsh, corpus, sign_passages(corpus, SETTINGS))


def test_a_server_that_is_not_there_is_an_error_of_its_client() -> None:
    redis = pytest.importorskip("redis")
    at_once = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    with socket.socket() as closed:  # bound, and not listening: nobody else can take the port
        closed.bind(("127.0.0.1", 0))
        place = {"host": "127.0.0.1", "port": closed.getsockname()[1], "retry": at_once}
        config = {"type": "redis", "redis": place}
        with pytest.raises(redis.ConnectionError):
            fill_datasketch([], SETTINGS, config)
