"""Index files of a hostile maker: right checksums around rows that cannot be, pages in circles."""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from index_files import Forger, copy_index, forging, make_index, small_corpus, use_it_all

from dedup import InputError
from dedup.config import PARTS
from dedup.index import Index, storage

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index at rest, which no test changes."""
    return make_index(tmp_path_factory.mktemp("sound") / "sound.dedup")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER t AFTER INSERT ON document BEGIN DELETE FROM manifest; END",
        "CREATE TRIGGER t BEFORE DELETE ON run BEGIN SELECT load_extension('x'); END",
        "CREATE VIEW v AS SELECT * FROM document",
        "CREATE TABLE more (number INTEGER)",
        "CREATE INDEX i ON document (ids)",
        "CREATE INDEX i ON document (abs(crc)) WHERE number > 0",
        "CREATE VIRTUAL TABLE f USING fts5(text)",
        "ALTER TABLE document ADD COLUMN doubled AS (number * 2)",
        "ALTER TABLE document ADD COLUMN long AS (zeroblob(1000000000)) VIRTUAL",
        "ALTER TABLE removed ADD COLUMN more TEXT DEFAULT 'more'",
        "ANALYZE",
        "DROP TABLE removed",
        "ALTER TABLE removed RENAME TO gone",
    ],
)
def test_a_file_with_other_tables_is_refused(statement: str, sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "hostile.dedup")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            pytest.skip(str(error))  # this SQLite has no such thing
    for write in (False, True):
        with pytest.raises(InputError, match="damaged index"):
            Index.open(path, write=write)


def test_a_view_in_place_of_a_table_is_refused(sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "hostile.dedup")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DROP TABLE removed")
        connection.execute(
            "CREATE VIEW removed AS WITH RECURSIVE n(number) AS"
            " (SELECT 1 UNION ALL SELECT number + 1 FROM n) SELECT number FROM n"
        )
    with pytest.raises(InputError, match="its tables are not those of an index"):
        Index.open(path)


# Rows with right checksums that say what cannot be.

HOSTILE: dict[str, Callable[[Forger], object]] = {
    "document: time out of bounds": lambda f: f.change_document(published=2**62),
    "document: id not UTF-8": lambda f: f.change_document(ids=b"\xff\x00"),
    "document: longer id than there is": lambda f: f.change_document(id_size=2**31),
    "document: no such outlet": lambda f: f.change_document(outlet=10**6),
    "document: negative outlet": lambda f: f.change_document(outlet=-2),
    "document: no such path": lambda f: f.change_document(path=10**6),
    "document: negative path": lambda f: f.change_document(path=-3),
    "document: path a list": lambda f: f.change_document(path=-2, fields={"path": ["x"]}),
    "document: path a number": lambda f: f.change_document(path=-2, fields={"path": 1.5}),
    "document: negative line": lambda f: f.change_document(line=-5),
    "document: version of something": lambda f: f.change_document(is_version=7),
    "document: place of another": lambda f: f.change_document(place=2),
    "document: place behind its stretch": lambda f: f.change_document(place=200),
    "document: page behind it": lambda f: f.change_document(page=5),
    "document: half a passage": lambda f: f.change_document(passages=b"12345"),
    "document: more passages than there are": lambda f: f.change_document(n_passages=2**32 - 1),
    "document: text not UTF-8": lambda f: f.change_document(text=b"\xff\xfe\xfd harbour"),
    "document: checksum of another text": lambda f: f.change_document(text_crc=5),
    "document: longer text than there is": lambda f: f.change_document(text_size=2**32 - 1),
    "document: others no JSON": lambda f: f.change_document(others=b"["),
    "document: others a list": lambda f: f.change_document(others=b"[]"),
    "document: others a number": lambda f: f.change_document(others=b"5"),
    "document: others deep": lambda f: f.change_document(others=b"[" * 10**6),
    "stretch: huge number": lambda f: f.change_stretch(number=2**57),
    "stretch: number that comes round": lambda f: f.change_stretch(number=2**58),
    "stretch: negative number": lambda f: f.change_stretch(number=-3),
    "stretch: half a record": lambda f: f.change_stretch(records=lambda data: data[:-1]),
    "stretch: a record too many": lambda f: f.change_stretch(
        records=lambda data: data + data[-47:]
    ),
    "stretch: no records": lambda f: f.change_stretch(records=lambda data: b""),
    "stretch: records in text": lambda f: f.change_stretch(records=lambda data: "harbour"),
    "stretch: a number for ids": lambda f: f.change_stretch(ids=lambda data: 5),
    "stretch: passages in text": lambda f: f.change_stretch(passages=lambda data: "12345678"),
    "stretch: more ids": lambda f: f.change_stretch(ids=lambda data: data + b"x"),
    "stretch: fewer passages": lambda f: f.change_stretch(passages=lambda data: data[:-8]),
    "text: as text": lambda f: f.connection.execute("UPDATE text SET data = 'harbour'"),
    "text: long": lambda f: f.connection.execute("UPDATE text SET data = zeroblob(90000)"),
    "text: none": lambda f: f.connection.execute("DELETE FROM text"),
    "text: of nothing": lambda f: f.connection.execute("INSERT INTO text VALUES (99999, x'41')"),
    "document: fields a list": lambda f: f.change_document(fields=[]),
    "document: unknown field": lambda f: f.change_document(fields={"document_id": "x"}),
    "document: title a number": lambda f: f.change_document(fields={"title": 5}),
    "document: body behind the end": lambda f: f.change_document(fields={"body_start": 10**12}),
    "document: body before the start": lambda f: f.change_document(fields={"body_start": -5}),
    "document: body in a character": lambda f: f.change_document(
        fields={"body_start": 1}, text="“harbour”".encode()
    ),
    "document: other fields no JSON": lambda f: f.change_document(
        fields={"other_fields": '"links" ['}
    ),
    "document: other fields a list": lambda f: f.change_document(
        fields={"other_fields": '["links"]'}
    ),
    "outlet: name of bytes": lambda f: f.change_outlet(name=b"\xff"),
    "outlet: name not UTF-8": lambda f: f.connection.execute(
        "UPDATE outlet SET name = CAST(x'ff' AS TEXT)"
    ),
    "outlet: fewer than none": lambda f: f.change_outlet(n_documents=-1),
    "outlet: count in text": lambda f: f.change_outlet(n_documents="many"),
    "run: endless": lambda f: f.change_run(n_entries=2**60),
    "run: empty": lambda f: f.change_run(n_entries=0, fence=b""),
    "run: negative": lambda f: f.change_run(n_entries=-500),
    "run: count in text": lambda f: f.change_run(n_entries="many"),
    "run: list in text": lambda f: f.change_run(list="texts"),
    "run: far sequence": lambda f: f.change_run(seq=2**63 - 1),
    "run: far blocks": lambda f: f.change_run(first_block=2**63 - 1),
    "run: blocks before the first": lambda f: f.change_run(first_block=-1),
    "run: fence in text": lambda f: f.change_run(fence="12345678"),
    "run: fence too long": lambda f: f.change_run(fence=bytes(8 * 4000)),
    "block: backwards": lambda f: f.change_block(lambda data: data[::-1]),
    "block: one entry all over": lambda f: f.change_block(lambda data: data[:8] * (len(data) // 8)),
    "block: half an entry": lambda f: f.change_block(lambda data: data[:-4]),
    "block: short": lambda f: f.change_block(lambda data: data[:-8]),
    "block: long": lambda f: f.change_block(lambda data: data * 50),
    "block: text": lambda f: f.change_block(lambda data: "harbour"),
    "removed: what is there": lambda f: f.connection.execute(
        "INSERT INTO removed VALUES (5), (6)"
    ),
    "removed: numbers of nothing": lambda f: f.connection.execute(
        "INSERT INTO removed VALUES (-5), (9223372036854775807)"
    ),
    "removed: nothing": lambda f: f.connection.execute("DELETE FROM removed"),
    "document: none": lambda f: f.connection.execute("DELETE FROM document"),
    "block: none": lambda f: f.connection.execute("DELETE FROM block"),
    "path: one too many": lambda f: f.connection.execute("INSERT INTO path VALUES (7, 'x', 0)"),
    **{
        f"manifest: {key} is {value!r:.20}": lambda f, key=key, value=value: f.manifest.update(
            {key: value}
        )
        for key, value in [
            ("next_number", 2**70), ("next_number", -1), ("next_number", "5"), ("next_number", 0),
            ("next_block", 2**70), ("next_block", 0), ("next_block", None), ("n_documents", 1.5),
            ("n_passages", -1), ("n_words", [1]), ("n_body_documents", 2**70),
            ("tokeniser", {"a": 1}), ("passages", ["paragraph"]), ("passages", "chapter"),
            ("duplicates", 5), ("duplicates", {"num_perm": 10**9}),
            ("reuse", {"min_run_words": -1}), ("banding", {"bands": 10**9, "rows": 1}),
            ("dedup", 7), ("file_id", 5), ("file_id", "zz"),
        ]
    },
}  # fmt: skip


def test_what_is_forged_into_itself_is_sound(sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "forged.dedup")
    with forging(path) as forger:
        forger.change_document()
        forger.change_outlet()
        forger.change_run()
        forger.change_block(lambda data: data)
    assert [] == use_it_all(path)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_forged_file_is_refused(name: str, sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "hostile.dedup")
    with forging(path) as forger:
        HOSTILE[name](forger)
    # Attributions and reuse take time; they read documents, and runs of other lists.
    parts = PARTS if name.startswith(("document: other", "run: far")) else ("duplicates",)
    assert [] != use_it_all(path, parts=parts)


@pytest.mark.parametrize("counter", ["n_body_documents", "n_compared_passages"])
@pytest.mark.parametrize("value", [0, 1, 2**62])
def test_forged_counts_do_no_more_than_shift_weights(
    counter: str, value: int, sound: Path, tmp_path: Path
) -> None:
    path = copy_index(sound, tmp_path / "hostile.dedup")
    with forging(path) as forger:
        forger.manifest[counter] = value
    assert all("damaged index" in each for each in use_it_all(path))


def test_runs_that_share_blocks_are_refused(sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "hostile.dedup")
    with forging(path) as forger:
        first = forger.connection.execute("SELECT min(first_block) FROM run").fetchone()[0]
        forger.connection.execute("UPDATE run SET first_block = ?", [first])
    with pytest.raises(InputError, match="its runs overlap"):
        Index.open(path)


def test_a_manifest_without_end_is_refused(sound: Path, tmp_path: Path) -> None:
    path = copy_index(sound, tmp_path / "hostile.dedup")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO manifest VALUES ('more', ?)", ["[" * 10**6])
    with pytest.raises(InputError, match="its manifest is incomplete"):
        Index.open(path)


# Pages that lead in circles.


def inner_pages(data: bytes) -> list[int]:
    """Return the pages of trees that lead to other pages."""
    numbers = range(len(data) // PAGE)
    return [n for n in numbers if data[n * PAGE + 100 * (n == 0)] in (2, 5)]


def test_pages_that_lead_to_themselves_are_refused(tmp_path: Path) -> None:
    big = tmp_path / "big.dedup"
    Index.create(big, small_corpus(9, 400), jobs=1).close()
    whole = big.read_bytes()
    places = inner_pages(whole)
    assert places
    for place in places:
        for target in {place + 1, *(each + 1 for each in places)}:
            data = bytearray(whole)
            head = place * PAGE + 100 * (place == 0)
            n_cells = struct.unpack(">H", data[head + 3 : head + 5])[0]
            data[head + 8 : head + 12] = target.to_bytes(4, "big")
            for cell in range(n_cells):
                offset = struct.unpack(">H", data[head + 12 + 2 * cell : head + 14 + 2 * cell])[0]
                at = place * PAGE + offset
                data[at : at + 4] = target.to_bytes(4, "big")
            path = tmp_path / "circles.dedup"
            path.write_bytes(data)
            assert [] != use_it_all(path)


def test_reading_without_end_is_given_up(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy_index(sound, tmp_path / "circles.dedup")
    monkeypatch.setattr(storage, "_STEPS", 0)
    monkeypatch.setattr(storage, "_STEPS_PER_BYTE", 0)
    monkeypatch.setattr(storage, "_STEPS_AT_ONCE", 20)
    with pytest.raises(InputError, match="its pages go in circles"):
        Index.open(path)
