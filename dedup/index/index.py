"""A corpus kept in one file, to which new documents are compared without reading it all."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import __version__
from dedup.background import Background
from dedup.config import (
    PASSAGE_UNITS,
    DuplicateSettings,
    PassageUnit,
    ReuseSettings,
    available_jobs,
)
from dedup.corpus import Corpus, Document, Passages, collect_passages, document_order
from dedup.duplicates import Banding, choose_banding
from dedup.errors import InputError
from dedup.index import entries as kept
from dedup.index import lists
from dedup.index.documents import (
    ROLE_BITS,
    Described,
    Stored,
    count_outlets,
    describe,
    find_documents,
    find_files,
    outlets_of,
    read_all_documents,
    read_documents,
    read_passages,
    write_documents,
)
from dedup.index.known import KnownDocuments, find_holders
from dedup.index.storage import IndexFile, create_file, open_file, release
from dedup.reuse import make_stream
from dedup.runs import run_starts
from dedup.text import TOKENISER

if TYPE_CHECKING:
    from dedup.analysis import Analysis

Integers = npt.NDArray[np.int64]

_DOCUMENTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of an index that duplicates a text.

    Attributes:
        document_id: Its document.
        outlet: Its outlet, if known.
        start: Where it starts in its document's text, in code points.
        end: Where it ends.
        text: Its text.
        jaccard: Jaccard of the two, in [threshold, 1].
    """

    document_id: str
    outlet: str | None
    start: int
    end: int
    text: str
    jaccard: float


@dataclass(frozen=True, slots=True)
class Added:
    """What adding a corpus did: numbers of documents."""

    n_added: int
    n_changed: int
    n_unchanged: int


class Index:
    """An index: made or opened, then added to, removed from, and asked.

    Use it in a `with` statement, or close it. It belongs to the thread that opened it.

    Attributes:
        path: Its file.
        settings: What counts as a duplicate.
        reuse_settings: What counts as reuse.
        passages: The unit that documents are cut into.
    """

    def __init__(self, file: IndexFile) -> None:
        self._file = file
        self.path = file.path
        try:
            self.settings = DuplicateSettings(**file.manifest["duplicates"])
            self.reuse_settings = ReuseSettings(**file.manifest["reuse"])
            self.passages: PassageUnit = file.manifest["passages"]
            self._banding = Banding(**file.manifest["banding"])
            roots = file.manifest["roots"]
            is_sound = type(roots) is list and all(type(root) is str for root in roots)
            is_sound &= self.passages in PASSAGE_UNITS and self._banding == choose_banding(
                self.settings
            )
        except (KeyError, TypeError, ValueError) as error:
            raise file.damaged("its settings") from error
        if not is_sound:
            raise file.damaged("its settings")
        if file.manifest.get("tokeniser") != TOKENISER:
            raise InputError(
                f"tokeniser {file.manifest.get('tokeniser')}, and this dedup has {TOKENISER};"
                " build it again",
                path=self.path,
            )

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
            InputError: If something else than an index is there, or nothing can be written.
        """
        path = Path(path)
        settings, reuse = settings or DuplicateSettings(), reuse or ReuseSettings()
        banding = choose_banding(settings)
        release(path)
        manifest = {
            "dedup": __version__, "tokeniser": TOKENISER, "next_number": 0, "next_block": 0,
            "passages": passages if corpus is None else corpus.passages, "roots": [],
            "duplicates": asdict(settings), "reuse": asdict(reuse), "banding": asdict(banding),
            "n_documents": 0, "n_passages": 0, "n_words": 0,
            "n_body_documents": 0, "n_compared_passages": 0,
        }  # fmt: skip
        partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
        try:
            index = cls(create_file(partial, manifest))
            try:
                if corpus is not None:
                    index.add(corpus, jobs=jobs)
            finally:
                index.close()
            with partial.open("rb+") as stream:
                os.fsync(stream.fileno())
            partial.replace(path)
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", path=path) from error
        finally:
            partial.unlink(missing_ok=True)
        return cls.open(path, write=True)

    def add(self, corpus: Corpus, *, jobs: int | None = None) -> Added:
        """Add the documents of a corpus; those that are there, by id, are replaced if they changed.

        All of them or none: what is not reported added is not there.

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
        file = self._file
        with ThreadPoolExecutor(jobs or available_jobs()) as executor, file.writing():
            described = describe(corpus.documents)
            ids = corpus.documents["document_id"].to_pylist()
            known = self._find(ids)
            is_same = np.array(
                [
                    i in known and known[i][1] == digest
                    for i, digest in zip(ids, described.digests, strict=True)
                ],
                dtype=np.bool_,
            )
            wanted = np.flatnonzero(~is_same)
            same = {known[document_id][0] for document_id in _taken(ids, is_same)}
            changed = {n for n in self._replaced(corpus).tolist() if n not in same}
            if changed:
                self._remove(np.array(sorted(changed), dtype=np.int64), executor)
            if len(wanted):
                part = corpus
                if len(wanted) < len(corpus):
                    part = replace(corpus, documents=corpus.documents.take(pa.array(wanted)))
                    described = described.take(wanted.tolist())
                self._add(part, described, executor)
            roots = [*file.manifest["roots"], *corpus.roots]
            file.manifest["roots"] = [*dict.fromkeys(roots)]
        n_same = int(is_same.sum())
        return Added(len(corpus) - n_same - len(changed), len(changed), n_same)

    def remove(self, document_ids: Iterable[str], *, jobs: int | None = None) -> int:
        """Remove documents by id; return how many.

        Raises:
            InputError: If any of them is not there: then none is removed.
        """
        ids = [*dict.fromkeys(document_ids)]
        with ThreadPoolExecutor(jobs or available_jobs()) as executor, self._file.writing():
            known = self._find(ids)
            if missing := [i for i in ids if i not in known]:
                more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
                raise InputError(f"no document has the id {missing[0]!r}{more}", path=self.path)
            if known:
                self._remove(_numbers(known), executor)
        return len(ids)

    def compact(self) -> None:
        """Merge what additions left apart, drop what was removed, and give the space back."""
        file = self._file
        with file.writing():
            dead = self._dead()
            numbers = self._lists()
        # A list at a time, so that an interruption costs no more than one.
        for number in numbers:
            with file.writing():
                lists.compact(file, number, dead, counts=number in kept.COUNTING)
        with file.writing():
            marks = ((n,) for n in dead.tolist())
            file.connection.executemany("DELETE FROM removed WHERE number = ?", marks)
        file.vacuum()

    def verify(self) -> list[str]:
        """Read everything and return what is damaged, in words; nothing if all is well."""
        file, found = self._file, []
        try:
            found += file.find_damage()
            with file.reading():
                n_documents = n_passages = 0
                outlets: dict[str, int] = {}
                for stored in read_all_documents(file, at_once=_DOCUMENTS_AT_ONCE):
                    n_documents += len(stored.numbers)
                    n_passages += sum(map(len, stored.passages))
                    for label in stored.table["outlet"].to_pylist():
                        if label is not None:
                            outlets[label] = outlets.get(label, 0) + 1
                counted = n_documents, n_passages
                if counted != (file.manifest["n_documents"], file.manifest["n_passages"]):
                    found.append(f"{n_documents} documents with {n_passages} passages are there")
                if outlets != {name: n for name, (_, n) in outlets_of(file).items()}:
                    found.append("the outlets' numbers of documents are wrong")
                for number in self._lists():
                    for _ in lists.read_list(file, number):
                        pass
                named = lists.block_ids(file)
                there = {row[0] for row in file.connection.execute("SELECT id FROM block")}
                if named != there:
                    found.append("there are blocks that belong to nothing")
        except InputError as error:
            found.append(error.message)
        return found

    def info(self) -> dict[str, Any]:
        """Return what the index holds and with which settings, by name."""
        file = self._file
        with file.reading():
            manifest = file.manifest
            n_removed = file.connection.execute("SELECT count(*) FROM removed").fetchone()[0]
            counts = lists.count_entries(file)
            return {
                "path": str(self.path),
                "bytes": self.path.stat().st_size,
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
                "n_removed": n_removed,
                "n_entries": sum(n for _, n in counts.values()),
                "most_runs": max((n for n, _ in counts.values()), default=0),
            }

    @contextmanager
    def known(self, corpus: Corpus) -> Iterator[KnownDocuments]:
        """Give what the index knows beside a corpus: older versions of it are left out."""
        with self._file.reading():
            replaced = self._replaced(corpus)
            terms = None
            if len(replaced):
                with ThreadPoolExecutor(1) as executor:
                    terms, _ = self._count(read_documents(self._file, replaced), executor)
            yield self._known(np.sort(np.append(self._dead(), replaced)), terms)

    def counts_beside(self, corpus: Corpus) -> tuple[int, int]:
        """Return how many documents and passages there are beside older versions of a corpus."""
        with self._file.reading():
            replaced = read_passages(self._file, self._replaced(corpus))
            n_passages = sum(map(len, replaced.values()))
            manifest = self._file.manifest
            return manifest["n_documents"] - len(replaced), manifest["n_passages"] - n_passages

    def check(self, corpus: Corpus, **options: Any) -> Analysis:
        """Return what an analysis of the index and new documents says of the new ones.

        Args:
            corpus: The new documents.
            options: Those of `dedup.index.analyze_new`.
        """
        from dedup.index.query import analyze_new  # which is built on this

        return analyze_new(corpus, self, **options)

    def candidates(self, passage: str) -> list[Candidate]:
        """Return the passages of the index that duplicate a text, the nearest first.

        Raises:
            InputError: If the text has no word.
        """
        from dedup.index.query import find_candidates

        return find_candidates(passage, self)

    @property
    def roots(self) -> list[str]:
        """The directories that its documents were read from."""
        return [*self._file.manifest["roots"]]

    def find(self, document_id: str) -> Document | None:
        """Return the document with an id; None if there is none."""
        with self._file.reading():
            found = read_documents(self._file, _numbers(self._find([document_id])))
        return Corpus(found.table).find(document_id)

    def __len__(self) -> int:
        """Return the number of documents."""
        return int(self._file.manifest["n_documents"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

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
        differences = []
        wanted: dict[str, Any] = {} if passages is None else {"passages": passages}
        own: dict[str, Any] = {
            "passages": self.passages, **asdict(self.settings), **asdict(self.reuse_settings)
        }  # fmt: skip
        for task in (settings, reuse):
            wanted |= {} if task is None else asdict(task)
        wanted.pop("within_outlet", None)  # which changes nothing of what is kept
        for name, value in wanted.items():
            if own[name] != value:
                differences.append(f"{name} is {own[name]}, not {value}")
        if differences:
            raise InputError(f"made with other settings: {', '.join(differences)}", path=self.path)

    def _lists(self) -> list[int]:
        return [*lists.count_entries(self._file)]

    def _known(self, without: Integers, terms: kept.TermCounts | None) -> KnownDocuments:
        return KnownDocuments(
            self._file, self.settings, self.reuse_settings, self._banding, without, terms
        )

    def _dead(self) -> Integers:
        rows = self._file.connection.execute("SELECT number FROM removed ORDER BY number")
        return np.array([row[0] for row in rows], dtype=np.int64)

    def _find(self, ids: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return number and digest of the documents with some ids, of those that are there."""
        wanted = {*ids}
        hashes = np.sort(_id_hashes(wanted))
        found = lists.look_up(self._file, kept.IDS, hashes[run_starts(hashes)])
        return find_documents(self._file, np.unique(lists.numbers_of(found)), wanted)

    def _replaced(self, corpus: Corpus) -> Integers:
        """Return the documents that a corpus has in another version: of an id, or of a file."""
        by_id = _numbers(self._find(corpus.documents["document_id"].to_pylist()))
        files = {
            name: None
            for path in _own_files(corpus)
            if path is not None
            for name in (os.path.normpath(path), os.path.relpath(path), str(Path(path).absolute()))
        }
        hashes = np.sort(_id_hashes(files))
        found = lists.look_up(self._file, kept.FILES, hashes[run_starts(hashes)])
        by_file = find_files(self._file, np.unique(lists.numbers_of(found)), files)
        return np.union1d(by_id, by_file)

    def _add(self, corpus: Corpus, described: Described, executor: Executor) -> None:
        file = self._file
        known = self._known(self._dead(), None)
        first = int(file.manifest["next_number"])
        numbers = np.empty(len(corpus), dtype=np.int64)
        order = document_order(corpus)
        numbers[np.arange(len(corpus)) if order is None else order] = first + np.arange(len(corpus))
        background = known.background(np.ones(len(corpus), dtype=np.bool_))
        passages = self._collect(corpus, executor, background)
        ids = corpus.documents["document_id"].to_pylist()
        if passages is None:
            none, is_version = [b""] * len(corpus), np.zeros(len(corpus), dtype=np.bool_)
            write_documents(file, corpus.documents, described, numbers, none, is_version)
        else:
            # Texts are written while what leads to them is computed.
            is_known = find_holders(file, passages) >= 0
            facts = kept.passage_facts(passages, len(corpus))
            with ThreadPoolExecutor(1) as aside:
                pending = aside.submit(self._entries, corpus, passages, numbers, is_known, executor)
                write_documents(
                    file, corpus.documents, described, numbers, facts, passages.is_version
                )
                entries, counts = pending.result()
            for number, own in entries:
                lists.append(file, number, own)
            self._add_terms(counts, sign=1)
            file.manifest["n_passages"] += len(passages)
            file.manifest["n_words"] += int(passages.n_words.sum())
        lists.append(file, kept.IDS, lists.make_entries(_id_hashes(ids), numbers))
        files = [(path, n) for path, n in zip(_own_files(corpus), numbers, strict=True) if path]
        names = _id_hashes(os.path.normpath(path) for path, _ in files)
        of_files = np.array([n for _, n in files], dtype=np.int64)
        lists.append(file, kept.FILES, lists.make_entries(names, of_files))
        file.manifest["next_number"] = first + len(corpus)
        file.manifest["n_documents"] += len(corpus)

    def _entries(
        self,
        corpus: Corpus,
        passages: Passages,
        numbers: Integers,
        is_known: npt.NDArray[np.bool_],
        executor: Executor,
    ) -> tuple[list[tuple[int, lists.Entries]], kept.TermCounts]:
        """Return what documents add to the lists, but for terms, and the counts of those."""
        carriers = numbers[passages.documents[passages.first_passages[~is_known]]]
        found = [
            *enumerate(
                kept.band_entries(
                    passages, carriers, ~is_known, self.settings, self._banding, executor=executor
                )
            ),
            (kept.TEXTS, kept.text_entries(passages, numbers)),
        ]
        passages = replace(passages, shingles=np.empty(0, dtype=np.uint32))
        stream = make_stream(corpus, passages, executor=executor)
        found += kept.fingerprint_entries(stream, numbers, self.reuse_settings, executor=executor)
        return found, kept.count_terms(passages, stream, is_known)

    def _add_terms(self, counts: kept.TermCounts, *, sign: int) -> None:
        manifest = self._file.manifest
        for number, entries in kept.term_entries(counts, sign=sign):
            lists.append(self._file, number, entries, counts=True)
        manifest["n_body_documents"] += sign * counts.n_documents
        manifest["n_compared_passages"] += sign * counts.n_passages

    def _remove(self, numbers: Integers, executor: Executor) -> None:
        file = self._file
        for i in range(0, len(numbers), _DOCUMENTS_AT_ONCE):
            stored = read_documents(file, numbers[i : i + _DOCUMENTS_AT_ONCE])
            marks = [(n,) for n in stored.numbers.tolist()]
            file.connection.executemany("DELETE FROM document WHERE number = ?", marks)
            file.connection.executemany("INSERT INTO removed VALUES (?)", marks)
            labels = [label for label in stored.table["outlet"].to_pylist() if label is not None]
            count_outlets(file, {label: -labels.count(label) for label in {*labels}})
            counts, passages = self._count(stored, executor)
            if passages is not None:
                self._add_terms(counts, sign=-1)
                self._carry_on(passages, executor)
            file.manifest["n_documents"] -= len(stored.numbers)
            file.manifest["n_passages"] -= sum(map(len, stored.passages))
            n_words = sum(int((facts[:, 1] >> ROLE_BITS).sum()) for facts in stored.passages)
            file.manifest["n_words"] -= n_words

    def _count(self, stored: Stored, executor: Executor) -> tuple[kept.TermCounts, Passages | None]:
        """Return what documents added to the counts of terms, and their passages."""
        corpus = Corpus(stored.table, self.passages)
        passages = self._collect(corpus, executor, None)
        if passages is None:
            none = np.empty(0, dtype=np.int64)
            return kept.TermCounts(none.astype(np.uint32), none, none, 0, 0), None
        # The roles that they had when they were added: by repetition they may have others now.
        order = np.lexsort((passages.positions, passages.documents))
        words = np.concatenate(stored.passages)[:, 1]
        if len(words) != len(order):
            raise self._file.damaged("the passages of a document")
        passages.roles[order] = (words & ((1 << ROLE_BITS) - 1)).astype(np.uint8)
        stream = make_stream(corpus, passages, executor=executor)
        is_known = find_holders(self._file, passages) >= 0
        return kept.count_terms(passages, stream, is_known), passages

    def _carry_on(self, passages: Passages, executor: Executor) -> None:
        """Let another document that has a removed text be found by the text's bands."""
        heirs = find_holders(self._file, passages)
        texts = heirs >= 0
        if texts.any():
            bands = kept.band_entries(
                passages, heirs[texts], texts, self.settings, self._banding, executor=executor
            )
            for band, entries in enumerate(bands):
                lists.append(self._file, band, entries)

    def _collect(
        self, corpus: Corpus, executor: Executor, background: Background | None
    ) -> Passages | None:
        """Return the passages of a corpus; None if it has none."""
        try:
            return collect_passages(
                corpus, shingle_size=self.settings.shingle_size, executor=executor,
                background=background,
            )  # fmt: skip
        except InputError as error:
            if error.path is not None:  # the index is damaged
                raise
            return None  # documents without a word are kept as they are


def _numbers(found: Mapping[str, tuple[int, bytes]]) -> Integers:
    return np.sort(np.array([number for number, _ in found.values()], dtype=np.int64))


def _taken(ids: Sequence[str], wanted: npt.NDArray[np.bool_]) -> Iterator[str]:
    return (ids[row] for row in np.flatnonzero(wanted).tolist())


def _own_files(corpus: Corpus) -> list[str | None]:
    """Return the path of each document that is a file of its own; a record is none."""
    columns = (corpus.documents[name].to_pylist() for name in ("path", "line"))
    return [
        path if line is None and path != "-" else None for path, line in zip(*columns, strict=True)
    ]


def _id_hashes(ids: Iterable[str]) -> npt.NDArray[np.uint32]:
    return np.array([zlib.crc32(document_id.encode()) for document_id in ids], dtype=np.uint32)
