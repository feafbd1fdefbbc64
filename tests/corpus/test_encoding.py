"""Bytes to text, and the note that says when it took a guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dedup import read_corpus

FRENCH = "Le pont restera fermé jusqu’à vendredi, a déclaré le conseil. Les élèves prennent le bac."
GERMAN = "Die Brücke bleibt bis Freitag geschlossen, sagte der Rat. Die Fähre fährt öfter."
RUSSIAN = (
    "Мост через гавань останется закрытым до пятницы, сообщил совет города. Жители говорят, что"
    " паром ходит редко, и просят мэра открыть дорогу."
)
GREEK = "Η γέφυρα του λιμανιού θα μείνει κλειστή μέχρι την Παρασκευή, είπε το συμβούλιο της πόλης."
JAPANESE = "港の橋は金曜日まで閉鎖されると市議会が発表した。住民は渡し船の便を増やせと言う。"


def read_bytes(path: Path, data: bytes) -> tuple[list[str], tuple[str, ...]]:
    path.write_bytes(data)
    corpus = read_corpus(path)
    return [document.text for document in corpus], tuple(
        note.removeprefix(f"{path}: ") for note in corpus.notes
    )


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_needs_no_note(tmp_path: Path, codec: str) -> None:
    text = f"{FRENCH} {RUSSIAN} 🚢"
    assert ([text], ()) == read_bytes(tmp_path / "a.txt", text.encode(codec))


@pytest.mark.parametrize(("mark", "codec"), [(b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be")])
def test_utf_16_is_read_by_its_mark_in_either_order(
    tmp_path: Path, mark: bytes, codec: str
) -> None:
    assert ([RUSSIAN], ()) == read_bytes(tmp_path / "a.txt", mark + RUSSIAN.encode(codec))


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (FRENCH, "cp1252"), (GERMAN, "cp1252"), ("The café closed.", "cp1252"), (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"), (GREEK, "cp1253"), (JAPANESE, "cp932"),
    ],
)  # fmt: skip
def test_legacy_encoding_is_detected_and_named(tmp_path: Path, text: str, codec: str) -> None:
    assert ([text], (f"read as {codec}",)) == read_bytes(tmp_path / "a.txt", text.encode(codec))


@pytest.mark.parametrize("text", ["Été", "“No.”", "— Où ?", "“Storm” – café", "Öl für Öfen"])
def test_short_western_text_is_read_as_such(tmp_path: Path, text: str) -> None:
    assert ([text], ("read as cp1252",)) == read_bytes(tmp_path / "a.txt", text.encode("cp1252"))


def test_few_bad_bytes_in_utf_8_are_replaced(tmp_path: Path) -> None:
    data = FRENCH.encode() + b" \xe9\xe9 " + FRENCH.encode()
    expected = f"{FRENCH} \ufffd\ufffd {FRENCH}"
    note = "read as UTF-8, bad bytes replaced"
    assert ([expected], (note,)) == read_bytes(tmp_path / "a.txt", data)


def test_text_cut_inside_a_character_is_still_utf_8(tmp_path: Path) -> None:
    (text,), notes = read_bytes(tmp_path / "a.txt", JAPANESE.encode()[:-1])
    assert (f"{JAPANESE[:-1]}\ufffd", ("read as UTF-8, bad bytes replaced",)) == (text, notes)


@pytest.mark.parametrize("data", [b"\xff", b"\x80\x81\x8d", b"\xff\xfe\x00", bytes(range(256))])
def test_arbitrary_bytes_are_read_somehow(tmp_path: Path, data: bytes) -> None:
    texts, _ = read_bytes(tmp_path / "a.txt", data)
    assert 1 == len(texts)


def test_utf_16_with_half_a_pair_is_read(tmp_path: Path) -> None:
    data = b"\xff\xfe" + "Rain ".encode("utf-16-le") + b"\x3d\xd8" + " fell".encode("utf-16-le")
    (text,), _ = read_bytes(tmp_path / "a.txt", data)
    assert text.startswith("Rain \ufffd")


def test_nul_bytes_are_kept(tmp_path: Path) -> None:
    assert (["Rain\0fell."], ()) == read_bytes(tmp_path / "a.txt", b"Rain\0fell.")


RECORDS = [{"id": "a", "text": FRENCH}, {"id": "b", "text": "Été"}]


def json_lines(records: list[dict[str, str]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


CSV = f'id,text\na,"{FRENCH}"\nb,Été\n'


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", json_lines(RECORDS)),
        ("a.json", json.dumps(RECORDS, ensure_ascii=False)),
        ("a.csv", CSV),
        ("a.tsv", CSV.replace(",", "\t", 1).replace("a,", "a\t").replace("b,", "b\t")),
        ("a.md", f"---\ntitle: Été\n---\n{FRENCH}"),
    ],
)
def test_every_format_is_read_in_every_encoding(
    tmp_path: Path, name: str, content: str, codec: str
) -> None:
    (texts, notes) = read_bytes(tmp_path / name, content.encode(codec))
    expected = [content] if name == "a.md" else [FRENCH, "Été"]
    assert (expected, ("read as cp1252",) if codec == "cp1252" else ()) == (texts, notes)


def test_lines_of_one_file_may_be_in_two_encodings(tmp_path: Path) -> None:
    one, other = (json_lines([record]) for record in RECORDS)
    texts, notes = read_bytes(tmp_path / "a.jsonl", one.encode() + other.encode("cp1252"))
    assert ([FRENCH, "Été"], ("read as cp1252",)) == (texts, notes)


def test_one_broken_line_does_not_settle_the_encoding_of_others(tmp_path: Path) -> None:
    one, other = (json_lines([record]) for record in RECORDS)
    broken = one.encode().replace(b"conseil", b"con\xe9seil")
    texts, _ = read_bytes(tmp_path / "a.jsonl", broken + other.encode("cp1252"))
    assert [FRENCH.replace("conseil", "con\ufffdseil"), "Été"] == texts


def test_note_on_a_broken_line_says_that_bytes_were_replaced(tmp_path: Path) -> None:
    broken = json_lines(RECORDS).encode().replace(b"conseil", b"con\xe9seil")
    _, notes = read_bytes(tmp_path / "a.jsonl", broken)
    assert ("read as UTF-8, bad bytes replaced",) == notes


def test_lone_surrogates_of_json_escapes_are_replaced(tmp_path: Path) -> None:
    lines = rb'{"id": "a", "text": "x \ud800 y"}' + b"\n" + rb'{"id": "b", "text": "\ud83d\ude22"}'
    assert (["x \ufffd y", "\U0001f622"], ()) == read_bytes(tmp_path / "a.jsonl", lines)
    assert (["x \ufffd y"], ()) == read_bytes(
        tmp_path / "a.json", rb'[{"id": "\udc00", "text": "x \ud800 y"}]'
    )


def test_notes_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(GERMAN.encode("cp1252"))
    corpus = read_corpus(tmp_path)
    assert (f"{tmp_path}/a.txt: read as cp1252",) == corpus.notes
