"""The index: a corpus kept in one file, to which new documents are compared without reading it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dedup.analysis import Analysis, Progress
from dedup.attribution import Gazetteer
from dedup.config import DuplicateSettings, PassageUnit, ReuseSettings, available_jobs
from dedup.corpus import Corpus, Document
from dedup.errors import InputError
from dedup.index import lists
from dedup.index.bridge import fill_datasketch
from dedup.index.changes import Added, add_corpus, remove_documents
from dedup.index.contents import Contents, new_manifest, numbers_in
from dedup.index.documents import (
    read_all_documents,
    read_documents,
    read_passages,
    removed_numbers,
)
from dedup.index.entries import COUNTING
from dedup.index.inspection import describe_index, find_damage
from dedup.index.query import Candidate, analyze_new, find_candidates
from dedup.index.storage import IndexFile, create_file, open_file, release

if TYPE_CHECKING:
    from datasketch import MinHashLSH


class Index:
    """An index: made or opened, then added to, removed from, and asked.

    Use it in a `with` statement, or close it. It belongs to the thread that opened it.
    """

    def __init__(self, file: IndexFile) -> None:
        self._file = file
        self._contents = Contents.of_file(file)

    @classmethod
    def open(
        cls,
        path: str | Path,
        settings: DuplicateSettings | None = None,
        reuse: ReuseSettings | None = None,
        *,
        passages: PassageUnit | None = None,
        write: bool = False,
    ) -> Self:
        """Open an index.

        Args:
            path: Its file.
            settings: What must count as a duplicate in it; None is whatever does.
            reuse: What must count as reuse in it; None is whatever does.
            passages: The unit that its documents must be cut into; None is whatever they are.
            write: Whether it will be added to or removed from.

        Raises:
            InputError: If it is no index, is damaged or has other settings.
        """
        file = open_file(Path(path), write=write)
        try:
            index = cls(file)
            index.require(settings, reuse, passages=passages)
        except BaseException:
            file.close()
            raise
        return index

    @classmethod
    def create(
        cls,
        path: str | Path,
        corpus: Corpus | None = None,
        settings: DuplicateSettings | None = None,
        reuse: ReuseSettings | None = None,
        *,
        passages: PassageUnit = "paragraph",
        jobs: int | None = None,
    ) -> Self:
        """Make an index of a corpus, in place of one that is there; all of it or nothing.

        Args:
            path: Its file.
            corpus: The documents; None makes an empty index.
            settings: What counts as a duplicate.
            reuse: What counts as reuse.
            passages: The unit that the documents of an empty index will be cut into.
            jobs: Number of threads; None uses every processor.

        Returns:
            The index, open for writing.

        Raises:
            ConfigError: If the settings cannot reach the target recall.
            InputError: If something else than an index is there, or nothing can be written.
        """
        path = Path(path)
        unit = passages if corpus is None else corpus.passages
        manifest = new_manifest(settings or DuplicateSettings(), reuse or ReuseSettings(), unit)
        release(path)
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            with cls(create_file(partial, manifest)) as index:
                if corpus is not None:
                    index.add(corpus, jobs=jobs)
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
            partial.replace(path)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", path=path) from error
        finally:
            partial.unlink(missing_ok=True)
        return cls.open(path, write=True)

    @property
    def path(self) -> Path:
        """Its file."""
        return self._file.path

    @property
    def settings(self) -> DuplicateSettings:
        """What counts as a duplicate."""
        return self._contents.settings

    @property
    def reuse_settings(self) -> ReuseSettings:
        """What counts as reuse."""
        return self._contents.reuse

    @property
    def passages(self) -> PassageUnit:
        """The unit that documents are cut into."""
        return self._contents.passages

    @property
    def roots(self) -> list[str]:
        """The directories that its documents were read from."""
        return [*self._file.manifest["roots"]]

    def __len__(self) -> int:
        """Return the number of documents."""
        return int(self._file.manifest["n_documents"])

    def add(self, corpus: Corpus, *, jobs: int | None = None) -> Added:
        """Add the documents of a corpus; those that are there are replaced if they changed.

        All of them or none: what is not reported added is not there. A document is there if one
        of its id is, or one that was read from the same file.

        Args:
            corpus: The documents.
            jobs: Number of threads; None uses every processor.

        Raises:
            InputError: If the corpus is cut into other units, or the file cannot be written.
        """
        if corpus.passages != self.passages:
            raise InputError(
                f"its documents are cut into {self.passages}s, those given into {corpus.passages}s",
                path=self.path,
            )
        with ThreadPoolExecutor(jobs or available_jobs()) as executor, self._file.writing():
            return add_corpus(self._contents, corpus, executor)

    def sync(self, corpus: Corpus, *, jobs: int | None = None) -> tuple[Added, int]:
        """Add what is new or changed in a corpus, and remove whatever is not in it.

        Args:
            corpus: What the index is to hold.
            jobs: Number of threads; None uses every processor.

        Returns:
            What adding did, and how many other documents were removed.

        Raises:
            InputError: If the corpus is cut into other units, or the file cannot be written.
        """
        self.require(passages=corpus.passages)
        with ThreadPoolExecutor(jobs or available_jobs()) as executor, self._file.writing():
            added = add_corpus(self._contents, corpus, executor)
            gone = self._contents.find_others(corpus)
            remove_documents(self._contents, gone, executor)
        return added, len(gone)

    def remove(self, document_ids: Iterable[str], *, jobs: int | None = None) -> int:
        """Remove documents by id; return how many.

        Raises:
            InputError: If any of them is not there: then none is removed.
        """
        ids = [*dict.fromkeys(document_ids)]
        with ThreadPoolExecutor(jobs or available_jobs()) as executor, self._file.writing():
            known = self._contents.find(ids)
            if missing := [i for i in ids if i not in known]:
                more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
                raise InputError(f"no document has the id {missing[0]!r}{more}", path=self.path)
            remove_documents(self._contents, numbers_in(known), executor)
        return len(ids)

    def compact(self) -> None:
        """Merge what additions left apart, drop what was removed, and give the space back."""
        file = self._file
        with file.writing():
            removed = removed_numbers(file)
            numbers = [*lists.count_entries(file)]
        # A list at a time, so that an interruption costs no more than one.
        for number in numbers:
            with file.writing():
                lists.compact(file, number, removed, counts=number in COUNTING)
        with file.writing():
            marks = ((n,) for n in removed.tolist())
            file.connection.executemany("DELETE FROM removed WHERE number = ?", marks)
        file.vacuum()

    def verify(self) -> list[str]:
        """Read everything and return what is damaged, in words; nothing if all is well."""
        return find_damage(self._file)

    def info(self) -> dict[str, Any]:
        """Return what the index holds and with which settings, by name."""
        return describe_index(self._file)

    def check(
        self,
        corpus: Corpus,
        *,
        within_outlet: bool | None = None,
        outlets: Gazetteer | None = None,
        only: Iterable[str] | None = None,
        jobs: int | None = None,
        progress: Progress | None = None,
    ) -> Analysis:
        """Return what an analysis of the index's documents and new ones says of the new ones.

        Its corpus holds the new documents, first, and those of the index that share something with
        them; rows that concern no new document are not complete. `dedup.check_corpus` makes
        findings of it.

        Args:
            corpus: The new documents; one that the index has, too, is compared with the others.
            within_outlet: Whether an outlet's own documents are compared, too; None is as the
                index was made.
            outlets: The outlets that texts may name; None is our gazetteer.
            only: Parts to analyse; None is all of them.
            jobs: Number of threads; None uses every processor.
            progress: Called with each step's name and how far it is.

        Raises:
            InputError: If the corpus holds no text or is cut into other units, or the index is
                damaged.
        """
        self.require(passages=corpus.passages)
        with self._file.reading():
            return analyze_new(
                corpus, self._contents, within_outlet=within_outlet, outlets=outlets, only=only,
                jobs=jobs, progress=progress,
            )  # fmt: skip

    def candidates(self, passage: str) -> list[Candidate]:
        """Return the passages of the index that duplicate a text, the nearest first.

        Raises:
            InputError: If the text has no word.
        """
        with self._file.reading():
            return find_candidates(passage, self._contents)

    def find(self, document_id: str) -> Document | None:
        """Return the document with an id; None if there is none."""
        with self._file.reading():
            found = read_documents(self._file, numbers_in(self._contents.find([document_id])))
        return Corpus(found.table).find(document_id)

    def counts_beside(self, corpus: Corpus) -> tuple[int, int]:
        """Return how many documents and passages there are beside versions of a corpus's own."""
        with self._file.reading():
            versions = read_passages(self._file, self._contents.find_versions(corpus))
            n_passages = sum(map(len, versions.values()))
            manifest = self._file.manifest
            return manifest["n_documents"] - len(versions), manifest["n_passages"] - n_passages

    def require(
        self,
        settings: DuplicateSettings | None = None,
        reuse: ReuseSettings | None = None,
        *,
        passages: PassageUnit | None = None,
    ) -> None:
        """Make sure of the settings that the index was made with.

        Raises:
            InputError: If any differ from those given, with what differs.
        """
        self._contents.require(settings, reuse, passages)

    def to_datasketch(
        self,
        storage_config: Mapping[str, Any] | None = None,
        *,
        prepickle: bool | None = None,
        jobs: int | None = None,
    ) -> MinHashLSH:
        """Return a `datasketch.MinHashLSH` with the signatures and bands of every passage.

        Keys name document and span (`dedup.index.parse_key`); identical passages are keys, each.

        Args:
            storage_config: Where to keep it, as datasketch has it: in memory (None), Redis or
                Cassandra.
            prepickle: Whether keys are pickled; None is datasketch's default for the storage.
            jobs: Number of threads; None uses every processor.

        Raises:
            ConfigError: If datasketch cannot have these bands or this storage.
        """
        with self._file.reading():
            corpora = (
                Corpus(stored.table, self.passages) for stored in read_all_documents(self._file)
            )
            return fill_datasketch(
                corpora, self.settings, storage_config, prepickle=prepickle, jobs=jobs
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
