"""An open index: its file with the settings it was made with, and its documents by id and file."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dedup import __version__
from dedup.config import PASSAGE_UNITS, DuplicateSettings, PassageUnit, ReuseSettings
from dedup.corpus import Corpus
from dedup.duplicates import Banding, choose_banding
from dedup.errors import InputError
from dedup.index import lists
from dedup.index.documents import find_documents, find_files, find_others
from dedup.index.entries import FILES, IDS
from dedup.index.storage import IndexFile
from dedup.runs import distinct
from dedup.text import TOKENISER

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Contents:
    """An index file, and what its documents were cut and compared by.

    Attributes:
        file: The file.
        settings: What counts as a duplicate.
        reuse: What counts as reuse.
        passages: The unit that documents are cut into.
        banding: Bands and rows.
    """

    file: IndexFile
    settings: DuplicateSettings
    reuse: ReuseSettings
    passages: PassageUnit
    banding: Banding

    @classmethod
    def of_file(cls, file: IndexFile) -> Contents:
        """Return the contents of a file.

        Raises:
            InputError: If its settings make no sense, or another tokeniser made it.
        """
        manifest = file.manifest
        try:
            settings = DuplicateSettings(**manifest["duplicates"])
            contents = cls(
                file, settings, ReuseSettings(**manifest["reuse"]), manifest["passages"],
                Banding(**manifest["banding"]),
            )  # fmt: skip
            roots = manifest["roots"]
            is_sound = type(roots) is list and all(type(root) is str for root in roots)
            is_sound &= contents.passages in PASSAGE_UNITS
            is_sound &= contents.banding == choose_banding(settings)
        except (KeyError, TypeError, ValueError) as error:
            raise file.damaged("its settings") from error
        if not is_sound:
            raise file.damaged("its settings")
        if (found := manifest.get("tokeniser")) != TOKENISER:
            raise InputError(
                f"tokeniser {found}, and this dedup has {TOKENISER}; build it again", path=file.path
            )
        return contents

    def require(
        self,
        settings: DuplicateSettings | None = None,
        reuse: ReuseSettings | None = None,
        passages: PassageUnit | None = None,
    ) -> None:
        """Make sure of the settings that the index was made with.

        Raises:
            InputError: If any differ from those given, with what differs.
        """
        own: dict[str, Any] = {
            "passages": self.passages, **asdict(self.settings), **asdict(self.reuse)
        }  # fmt: skip
        wanted: dict[str, Any] = {} if passages is None else {"passages": passages}
        for task in (settings, reuse):
            wanted |= {} if task is None else asdict(task)
        wanted.pop("within_outlet", None)  # which changes nothing of what is kept
        differences = [
            f"{name} is {own[name]}, not {value}"
            for name, value in wanted.items()
            if own[name] != value
        ]
        if differences:
            raise InputError(
                f"made with other settings: {', '.join(differences)}", path=self.file.path
            )

    def find(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the numbers of the documents with some ids, of those that are there, by id."""
        if not self.file.manifest["n_documents"]:
            return {}
        wanted = {*ids}
        found = lists.look_up(self.file, IDS, name_hashes(wanted))
        return find_documents(self.file, distinct(lists.numbers_of(found)), wanted)

    def find_versions(self, corpus: Corpus) -> Integers:
        """Return the documents that a corpus has in another version: of an id, or of a file."""
        by_id = numbers_in(self.find(corpus.documents["document_id"].to_pylist()))
        return np.union1d(by_id, self.find_files(corpus))

    def find_files(self, corpus: Corpus) -> Integers:
        """Return the documents that were read from a file that one of a corpus was read from."""
        if not self.file.manifest["n_documents"]:
            return np.empty(0, dtype=np.int64)
        names = {
            name
            for path in own_files(corpus)
            if path is not None
            for name in (os.path.normpath(path), os.path.relpath(path), str(Path(path).absolute()))
        }
        found = lists.look_up(self.file, FILES, name_hashes(names))
        return find_files(self.file, distinct(lists.numbers_of(found)), names)

    def find_others(self, corpus: Corpus) -> Integers:
        """Return the documents that are not in a corpus, by id, ascending."""
        return find_others(self.file, {*corpus.documents["document_id"].to_pylist()})


def new_manifest(
    settings: DuplicateSettings, reuse: ReuseSettings, passages: PassageUnit
) -> dict[str, Any]:
    """Return the manifest of an index without documents.

    Raises:
        ConfigError: If the settings cannot reach the target recall.
    """
    return {
        "dedup": __version__, "tokeniser": TOKENISER, "next_number": 0, "next_block": 0,
        "passages": passages, "roots": [], "duplicates": asdict(settings), "reuse": asdict(reuse),
        "banding": asdict(choose_banding(settings)),
        "n_documents": 0, "n_passages": 0, "n_words": 0,
        "n_body_documents": 0, "n_compared_passages": 0,
    }  # fmt: skip


def numbers_in(found: Mapping[str, int]) -> Integers:
    """Return the numbers of documents that were found, ascending."""
    return np.sort(np.array([*found.values()], dtype=np.int64))


def own_files(corpus: Corpus) -> list[str | None]:
    """Return the path of each document that is a file of its own; a record is none."""
    paths = corpus.documents["path"]
    is_record = corpus.documents["line"].is_valid()
    return [
        None if path == "-" else path
        for path in pc.if_else(is_record, pa.scalar(None, pa.string()), paths).to_pylist()
    ]


def name_hashes(names: Iterable[str]) -> npt.NDArray[np.uint32]:
    """Return the hashes by which ids and paths are looked up."""
    return np.array([zlib.crc32(name.encode()) for name in names], dtype=np.uint32)
