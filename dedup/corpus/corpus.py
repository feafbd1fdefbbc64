"""A corpus: documents as one Arrow table, and what reading them left out."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dedup.config import CorpusSettings, PassageUnit
from dedup.corpus.document import DOCUMENT_SCHEMA, Document, Skipped
from dedup.corpus.records import CorpusBuilder, batched
from dedup.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents, and what reading them left out.

    Iterating gives `Document` objects, in the order read.

    Attributes:
        documents: One row a document, with the columns of `DOCUMENT_SCHEMA`, in batches of a few
            million characters.
        passages: The unit that the documents are cut into.
        skipped: Records and files that could not be read.
        other_files: Number of files passed over for their type, by suffix.
        notes: What the reader had to decide, for example a detected encoding.
        roots: The directories that it was read from.
    """

    documents: pa.Table
    passages: PassageUnit = "paragraph"
    skipped: tuple[Skipped, ...] = ()
    other_files: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()

    @classmethod
    def from_builder(cls, builder: CorpusBuilder) -> Corpus:
        """Return the corpus of what a builder has collected.

        Raises:
            InputError: If two documents have the same id, unless bad records are skipped.
        """
        return cls(
            builder.finish(),
            builder.settings.passages,
            tuple(builder.skipped),
            dict(sorted(builder.other_files.items())),
            tuple(builder.notes),
        )

    @classmethod
    def from_records(
        cls, records: Iterable[Mapping[str, Any]], settings: CorpusSettings | None = None
    ) -> Corpus:
        """Return the corpus of any records: dictionaries with a text and what is known about it.

        Args:
            records: Dictionaries with `text` and, if known, `id`, `outlet`, `published` (or
                `date`), `title` and `url`; other fields are kept.
            settings: Field names, the passage unit, and what to do with bad records.

        Raises:
            InputError: If a record is bad or an id occurs twice, unless bad records are skipped.

        >>> corpus = Corpus.from_records([{"id": "a", "text": "Rain fell.", "outlet": "The Gull"}])
        >>> [document.outlet for document in corpus]
        ['The Gull']
        """
        builder = CorpusBuilder(settings or CorpusSettings())
        numbers = itertools.count(1)
        for batch in batched(records, 10_000):
            builder.add(batch, list(itertools.islice(numbers, len(batch))), name="record")
        return cls.from_builder(builder)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        *,
        text: str = "text",
        id: str = "id",
        outlet: str = "outlet",
        published: str | None = None,
        passages: PassageUnit = "paragraph",
        skip_bad_records: bool = False,
    ) -> Corpus:
        """Return the corpus of a data frame, a document a row.

        Args:
            frame: The frame; missing values are missing fields.
            text: Column of the text.
            id: Column of the ids; without it, ids are `record:1` and so on.
            outlet: Column of the outlets, if there is one.
            published: Column of the times of publication; None looks for `published`, then
                `date`.
            passages: The unit that documents are cut into.
            skip_bad_records: Leave out bad rows, and count them, instead of stopping.

        Raises:
            InputError: If there is no such text column, or a row is bad.
        """
        needed = {text, published} | {id} - {"id"} | {outlet} - {"outlet"}
        for name in needed - {None} - {*frame.columns}:
            raise InputError(f"no column {name!r} in the frame, which has {[*frame.columns]}")
        settings = CorpusSettings(text, id, outlet, published, passages, skip_bad_records)
        series = [frame.iloc[:, number] for number in range(frame.shape[1])]
        columns = [each.astype(object).where(each.notna(), None).tolist() for each in series]
        names = [str(name) for name in frame.columns]
        rows = zip(*columns, strict=True)
        return cls.from_records((dict(zip(names, row, strict=True)) for row in rows), settings)

    @classmethod
    def of_documents(cls, documents: Iterable[tuple[str, Document]]) -> Corpus:
        """Return the corpus of documents of other corpora, each under the id given with it."""
        rows = []
        for document_id, document in documents:
            row = {name: getattr(document, name) for name in Document.__slots__}
            rows.append(row | {"document_id": document_id})
        return cls(pa.Table.from_pylist(rows, schema=DOCUMENT_SCHEMA))

    def find(self, document_id: str) -> Document | None:
        """Return the document with an id; None if there is none."""
        row = pc.index(self.documents["document_id"], document_id).as_py()
        if row < 0:
            return None
        return Document(**self.documents.select([*Document.__slots__]).slice(row, 1).to_pylist()[0])

    def __len__(self) -> int:
        n_documents: int = self.documents.num_rows
        return n_documents

    def __iter__(self) -> Iterator[Document]:
        names = list(Document.__slots__)
        for batch in self.documents.select(names).to_batches():
            for row in batch.to_pylist():
                yield Document(**row)
