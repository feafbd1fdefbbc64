"""What is in an index, and whether all of it is sound."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dedup.errors import InputError
from dedup.index import lists
from dedup.index.documents import count_pages, read_all_documents
from dedup.index.names import outlets_of
from dedup.index.storage import IndexFile


def find_damage(file: IndexFile) -> list[str]:
    """Read everything and return what is damaged, in words; nothing if all is well."""
    found: list[str] = []
    try:
        found += file.find_damage()
        with file.reading():
            found += _miscounted(file)
            for number in lists.count_entries(file):
                for _ in lists.read_list(file, number):
                    pass
            there = {row[0] for row in file.connection.execute("SELECT id FROM block")}
            if lists.block_ids(file) != there:
                found.append("there are blocks that belong to nothing")
    except InputError as error:
        found.append(error.message)
    return found


def _miscounted(file: IndexFile) -> list[str]:
    """Read every document and return what of them was counted wrongly."""
    found = []
    n_documents = n_passages = n_pages = 0
    outlets: Counter[str] = Counter()
    for stored in read_all_documents(file):
        n_documents += len(stored.numbers)
        n_passages += len(stored.passages)
        n_pages += stored.n_pages
        outlets.update(label for label in stored.table["outlet"].to_pylist() if label is not None)
    if (n_documents, n_passages) != (file.manifest["n_documents"], file.manifest["n_passages"]):
        found.append(f"{n_documents} documents with {n_passages} passages are there")
    if n_pages != count_pages(file):
        found.append("there are texts that belong to nothing")
    if outlets != {name: n for name, (_, n) in outlets_of(file).items()}:
        found.append("the outlets' numbers of documents are wrong")
    return found


def describe_index(file: IndexFile) -> dict[str, Any]:
    """Return what an index holds and with which settings, by name."""
    with file.reading():
        manifest = file.manifest
        counts = lists.count_entries(file)
        return {
            "path": str(file.path),
            "bytes": file.path.stat().st_size,
            "format_version": file.connection.execute("PRAGMA user_version").fetchone()[0],
            "dedup": manifest["dedup"],
            "tokeniser": manifest["tokeniser"],
            "passages": manifest["passages"],
            **manifest["duplicates"],
            **manifest["banding"],
            **manifest["reuse"],
            "n_documents": manifest["n_documents"],
            "n_passages": manifest["n_passages"],
            "n_words": manifest["n_words"],
            "n_outlets": len(outlets_of(file)),
            "n_removed": file.connection.execute("SELECT count(*) FROM removed").fetchone()[0],
            "n_entries": sum(n for _, n in counts.values()),
            "most_runs": max((n for n, _ in counts.values()), default=0),
        }
