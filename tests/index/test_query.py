"""What an index says of new documents is what an analysis of the whole says of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from random_corpora import random_records, random_sentence

from dedup import Analysis, Corpus, InputError, ReuseSettings, analyze
from dedup.config import PARTS
from dedup.index import Index

# Numbers of rows differ, for the corpora do; everything else is the same.
_NUMBERS = (
    "passage_id", "cluster_id", "reuse_id", "attribution_id", "credit_attribution_id",
    "parent_attribution_id", "first_passage_id", "second_passage_id",
)  # fmt: skip


def rows_of(analysis: Analysis, ids: set[str]) -> dict[str, list[str]]:
    """Return the rows that say something of some documents, without the numbers of rows."""
    passages = analysis.table("passages").select(["document_id", "start", "end"]).to_pylist()
    found: dict[str, list[str]] = {}
    for table in ("passages", "duplicates", "reuse", "attributions"):
        rows: list[dict[str, Any]] = analysis.table(table).to_pylist()
        for row in rows:
            for side in ("first", "second"):
                if f"{side}_passage_id" in row:
                    row[side] = passages[row[f"{side}_passage_id"]]
        wanted = [
            {name: value for name, value in row.items() if name not in _NUMBERS}
            for row in rows
            if ids & {row.get("document_id"), row.get("target_document_id"),
                      row.get("first_document_id"), row.get("second_document_id")}
        ]  # fmt: skip
        found[table] = sorted(map(repr, wanted))
    return found


def split(corpus: Corpus, n_new: int, seed: int) -> tuple[Corpus, Corpus]:
    """Return some documents of a corpus, and the others."""
    rng = random.Random(seed)
    is_new = np.zeros(len(corpus), dtype=np.bool_)
    is_new[rng.sample(range(len(corpus)), n_new)] = True
    new, old = (
        replace(corpus, documents=corpus.documents.filter(pa.array(own)).combine_chunks())
        for own in (is_new, ~is_new)
    )
    return new, old


@pytest.mark.parametrize("seed", range(3))
def test_query_equals_analysis_of_the_whole(newsroom: Corpus, tmp_path: Path, seed: int) -> None:
    new, old = split(newsroom, 12, seed)
    ids = {document.document_id for document in new}

    with Index.create(tmp_path / "index", old) as index:
        found = index.check(new)

    assert rows_of(analyze(newsroom), ids) == rows_of(found, ids)


WORDS = [
    a + b + c
    for a in ("har", "bri", "fe", "qua", "lan", "mo")
    for b in ("bo", "dge", "rr")
    for c in ("ur", "set", "ion", "ty", "ling", "mer", "wick", "stow", "", "by", "den", "ra")
]


def random_articles(seed: int, n: int) -> list[dict[str, Any]]:
    """Return articles that take paragraphs, sentences and furniture from each other."""
    rng = random.Random(seed)
    sentences: list[str] = []
    articles = []
    for number in range(n):
        outlet = rng.choice(["Gull", "Tern", "Skua", None])
        paragraphs = []
        for _ in range(rng.randrange(2, 6)):
            own = [random_sentence(rng, rng.randrange(9, 25), WORDS) for _ in range(2)]
            taken = rng.sample(sentences, min(len(sentences), rng.choice((0, 0, 1, 2))))
            sentences += own
            paragraphs.append(" ".join([*own[: rng.randrange(1, 3)], *taken]))
        if articles and rng.random() < 0.4:
            paragraphs.append(rng.choice(rng.choice(articles)["text"].split("\n\n")))
        if outlet and rng.random() < 0.5:
            paragraphs.append(f"The {outlet} newsdesk is open at all hours of the day and night.")
        articles.append(
            {"id": f"{number:03d}", "outlet": outlet, "text": "\n\n".join(paragraphs),
             "published": f"2026-03-{rng.randrange(1, 29):02d}"}
        )  # fmt: skip
    rng.shuffle(articles)
    return articles


@pytest.mark.parametrize("seed", range(6))
def test_query_equals_analysis_however_documents_came(tmp_path: Path, seed: int) -> None:
    """Added in pieces, changed, removed and compacted: what counts is what is there."""
    records = random_articles(seed, 90)
    new, old, gone = records[:15], records[15:60], records[60:]
    ids = {record["id"] for record in new}
    with Index.create(tmp_path / "index") as index:
        index.add(Corpus.from_records([r | {"text": "An older version."} for r in old[:9]]))
        index.add(Corpus.from_records(old[:20] + gone))
        index.add(Corpus.from_records([*old[15:], *new[:3]]))
        index.remove(record["id"] for record in gone)
        before = rows_of(index.check(Corpus.from_records(new)), ids)
        index.compact()

        after = rows_of(index.check(Corpus.from_records(new)), ids)
        assert index.verify() == []

    whole = rows_of(analyze(Corpus.from_records(new + old)), ids)
    assert whole == before
    assert whole == after


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("prefix", ["a", "z"])
def test_query_equals_analysis_of_new_documents_before_and_behind_all_others(
    tmp_path: Path, prefix: str, seed: int
) -> None:
    """Without dates the order is that of ids; old documents behind the new ones take from them."""
    records = [{**record, "published": None} for record in random_articles(seed + 20, 90)]
    new = [{**record, "id": f"{prefix}-{record['id']}"} for record in records[:15]]
    old = [{**record, "id": f"m-{record['id']}"} for record in records[15:]]
    ids = {record["id"] for record in new}
    with Index.create(tmp_path / "index", Corpus.from_records(old)) as index:
        found = rows_of(index.check(Corpus.from_records(new)), ids)
    assert found["reuse"]
    assert rows_of(analyze(Corpus.from_records(new + old)), ids) == found


def test_text_is_found_after_the_document_that_brought_it_is_gone(tmp_path: Path) -> None:
    text = "The harbour crane fell at dawn and the council closed the ferry quay for the day."
    near = text.replace("dawn", "noon")
    corpus = Corpus.from_records([{"id": i, "outlet": i, "text": text} for i in "abc"])
    with Index.create(tmp_path / "index", corpus) as index:
        index.remove(["a"])
        index.remove(["b"])

        found = index.check(Corpus.from_records([{"id": "n", "text": near}]))

    assert found.table("duplicates")["first_document_id"].to_pylist() == ["c"]


def test_old_document_that_a_new_one_names_is_its_origin(tmp_path: Path) -> None:
    text = "The ferry to the northern island stays in port because its rudder broke in the storm."
    first, second, new = (
        {"id": name, "outlet": name, "published": f"2026-03-0{day}", "text": own,
         "url": f"https://{name.lower()}.example/ferry"}
        for day, (name, own) in enumerate(
            [("Gull", text), ("Tern", text), ("Skua", f"{text} So says https://tern.example/ferry.")],
            start=1,
        )
    )  # fmt: skip
    with Index.create(tmp_path / "index") as index:
        index.add(Corpus.from_records([second, first]))
        found = rows_of(index.check(Corpus.from_records([new])), {"Skua"})
    assert rows_of(analyze(Corpus.from_records([first, second, new])), {"Skua"}) == found
    best = [row for row in found["reuse"] if "'rank': 1" in row]
    assert 1 == len(best)
    assert "'origin_document_id': 'Tern'" in best[0]


def test_furniture_is_judged_with_what_the_index_has(tmp_path: Path) -> None:
    line = "Write to our newsdesk with whatever you saw on the quay today please."

    def page(number: int) -> dict[str, str]:
        words = random_records(number, 3)[0]["text"]
        return {"id": f"p{number}", "outlet": "Gull", "text": f"{words}\n\n{line}"}

    with Index.create(tmp_path / "index", Corpus.from_records(map(page, range(4)))) as index:
        found = index.check(Corpus.from_records([page(9)]))

    roles = {
        (row["document_id"], row["text"]): row["role"]
        for row in found.table("passages").to_pylist()
    }
    assert roles["p9", line] == "boilerplate"


def test_result_does_not_depend_on_jobs(newsroom: Corpus, tmp_path: Path) -> None:
    new, old = split(newsroom, 9, 5)
    ids = {document.document_id for document in new}
    with Index.create(tmp_path / "one", old, jobs=1) as one:
        with Index.create(tmp_path / "four", old, jobs=4) as four:
            assert rows_of(one.check(new, jobs=1), ids) == rows_of(four.check(new, jobs=4), ids)


def test_only_some_parts_can_be_asked_for(newsroom: Corpus, tmp_path: Path) -> None:
    new, old = split(newsroom, 5, 1)
    with Index.create(tmp_path / "index", old) as index:
        for part in PARTS:
            tables = index.check(new, only=[part]).table_names
            assert tables == analyze(newsroom, only=[part]).table_names


def test_within_outlet_can_be_chosen_for_each_query(tmp_path: Path) -> None:
    text = " ".join(record["text"] for record in random_records(4, 12))
    old = Corpus.from_records(
        [{"id": "a", "outlet": "Gull", "published": "2026-01-01", "text": text}]
    )
    new = Corpus.from_records(
        [{"id": "b", "outlet": "Gull", "published": "2026-01-09", "text": text}]
    )
    with Index.create(tmp_path / "index", old) as index:
        assert len(index.check(new).reuse) == 0
        assert len(index.check(new, within_outlet=True).reuse) > 0


def test_adding_again_changes_nothing(newsroom: Corpus, tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", newsroom) as index:
        index.close()
    before = (tmp_path / "index").read_bytes()
    with Index.open(tmp_path / "index", write=True) as index:
        added = index.add(newsroom)

    assert (added.n_added, added.n_changed, added.n_unchanged) == (0, 0, len(newsroom))
    assert len((tmp_path / "index").read_bytes()) == len(before)


def test_new_version_takes_the_place_of_the_old(tmp_path: Path) -> None:
    first, second = (
        Corpus.from_records([{"id": "a", "text": text}, {"id": "b", "text": "Nothing else."}])
        for text in ("Rain fell on the harbour all night long.", "Snow fell on the harbour.")
    )
    with Index.create(tmp_path / "index", first) as index:
        added = index.add(second)

        assert (added.n_added, added.n_changed, added.n_unchanged) == (0, 1, 1)
        assert len(index) == 2
        assert index.check(second).table("duplicates").num_rows == 0
        assert index.verify() == []


def test_a_file_is_known_by_its_path_also_under_another_id(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dedup import read_corpus

    monkeypatch.chdir(tmp_path)
    (tmp_path / "news" / "gull").mkdir(parents=True)
    text = "The harbour crane fell at dawn and the council closed the ferry quay for the day."
    (tmp_path / "news" / "gull" / "a.txt").write_text(text)
    with Index.create(tmp_path / "index", read_corpus("news")) as index:
        for path in ("news/gull/a.txt", "./news/gull/a.txt", tmp_path / "news/gull/a.txt"):
            alone = read_corpus(path)
            assert index.check(alone).table("duplicates").num_rows == 0
            assert index.counts_beside(alone) == (0, 0)


def test_other_settings_are_an_error_that_says_what_differs(tmp_path: Path) -> None:
    from dedup import DuplicateSettings

    Index.create(tmp_path / "index").close()
    with pytest.raises(InputError, match=r"threshold is 0\.6, not 0\.7, seed is 1, not 2"):
        Index.open(tmp_path / "index", DuplicateSettings(threshold=0.7, seed=2))
    with pytest.raises(InputError, match="min_run_words is 8, not 9"):
        Index.open(tmp_path / "index", reuse=ReuseSettings(min_run_words=9))
    with pytest.raises(InputError, match="passages is paragraph, not line"):
        Index.open(tmp_path / "index", passages="line")


def test_corpus_cut_into_other_units_is_an_error(tmp_path: Path) -> None:
    lines = Corpus.from_records([{"id": "a", "text": "Rain."}])
    lines = replace(lines, passages="line")
    with Index.create(tmp_path / "index") as index:
        with pytest.raises(InputError, match="cut into paragraphs"):
            index.add(lines)
        with pytest.raises(InputError, match="passages is paragraph, not line"):
            index.check(lines)


def test_removing_what_is_not_there_removes_nothing(tmp_path: Path) -> None:
    corpus = Corpus.from_records([{"id": "a", "text": "Rain fell."}])
    with Index.create(tmp_path / "index", corpus) as index:
        with pytest.raises(InputError, match=r"no document has the id 'x' \(and 1 more\)"):
            index.remove(["a", "x", "y"])
        assert len(index) == 1


@pytest.mark.parametrize("text", ["", "…", "\n\n"])
def test_documents_without_words_are_kept(tmp_path: Path, text: str) -> None:
    corpus = Corpus.from_records([{"id": "a", "text": text}])
    with Index.create(tmp_path / "index", corpus) as index:
        assert index.info()["n_documents"] == 1
        assert index.verify() == []
        index.remove(["a"])
        assert index.info()["n_documents"] == 0


def test_index_of_another_directory_can_be_replaced(tmp_path: Path) -> None:
    first = Corpus.from_records([{"id": "a", "text": "Rain fell."}])
    second = Corpus.from_records([{"id": "b", "text": "Snow fell."}])
    Index.create(tmp_path / "index", first).close()
    with Index.create(tmp_path / "index", second) as index:
        assert index.info()["n_documents"] == 1
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="not an index of dedup"):
        Index.create(tmp_path / "notes.txt", second)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_odd_texts_come_back_as_they_were(tmp_path: Path) -> None:
    texts = ["a\0b", "שלום \u202eעולם", "é" * 5000, "\r\n tabs\t", "🙂" * 40, "\u200b"]
    corpus = Corpus.from_records(
        [
            {"id": f"{i}\0\u202e", "text": t, "title": t, "mine": {"x": t}}
            for i, t in enumerate(texts)
        ]
    )
    with Index.create(tmp_path / "index", corpus) as index:
        assert index.verify() == []
        again = index.add(corpus)
    assert again.n_unchanged == len(texts)


def test_index_needs_no_pandas_and_no_sklearn(
    dedup: Callable[..., Any], tmp_path: Path, root: Path
) -> None:
    script = (
        "import sys; from dedup import Corpus; from dedup.index import Index;"
        "c = Corpus.from_records([{'id': 'a', 'text': 'Rain fell on the harbour all night.'}]);"
        f"i = Index.create({str(tmp_path / 'x')!r}, c);"
        "i.check(Corpus.from_records([{'id': 'b', 'text': 'Snow fell there at noon.'}]));"
        "print(sorted({'pandas', 'sklearn'} & sys.modules.keys()))"
    )
    done = dedup(python=["-c", script])
    assert done.stdout.strip() in ("[]", "['pandas']"), done.stderr
