"""What an analysis wrote, read back: the same frames and answers, without the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dedup.answers import (
    Explanation,
    analysed,
    biggest_stories,
    check_passages,
    credit_table,
    explain,
    flow_matrix,
)
from dedup.config import DuplicateSettings, ReuseSettings
from dedup.errors import ConfigError, InputError
from dedup.stories import find_stories
from dedup.table_files import SETTINGS_FILE, read_tables
from dedup.tables import TABLES, frame_of, to_pandas

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class SavedAnalysis:
    """What was found in a corpus, as `Analysis.write` wrote it.

    Frames and answers are those of `Analysis`. What needs the corpus or the pairs of texts, as
    `at_threshold` does, is not here.

    Attributes:
        tables: The tables of the parts that were analysed, by name, as Arrow.
        settings: What counted as a duplicate.
        reuse_settings: What counted as reuse.
    """

    tables: Mapping[str, pa.Table]
    settings: DuplicateSettings
    reuse_settings: ReuseSettings

    documents = frame_of("documents")
    passages = frame_of("passages")
    duplicates = frame_of("duplicates")
    clusters = frame_of("clusters")
    reuse = frame_of("reuse")
    flows = frame_of("flows")
    attributions = frame_of("attributions")

    @property
    def table_names(self) -> list[str]:
        """The tables that there are: those of the parts analysed."""
        return list(self.tables)

    def table(self, name: str) -> pa.Table:
        """Return a table as Arrow.

        Raises:
            KeyError: If there is no such table.
            ValueError: If its part was not analysed.
        """
        if name not in TABLES:
            raise KeyError(name)
        part = {"clusters": "duplicates", "flows": "reuse"}.get(name, name)
        return analysed(part, self.tables.get(name))

    def flow_matrix(self, values: str = "n_words") -> pd.DataFrame:
        """Return the flows as a matrix: see `Analysis.flow_matrix`."""
        return flow_matrix(self.table("flows"), values)

    def credit_summary(self) -> pd.DataFrame:
        """Return the words that each outlet took, by whether it credits them."""
        return to_pandas(self.credit_table())

    def credit_table(self) -> pa.Table:
        """Return `credit_summary` as Arrow."""
        has_audit = {"reuse", "attributions"} <= self.tables.keys()
        return credit_table(analysed("credit", self.tables["reuse"] if has_audit else None))

    def story_timeline(self, n: int | None = None) -> pd.DataFrame:
        """Return the stories: see `Analysis.story_timeline`."""
        return to_pandas(biggest_stories(self.story_table(), n))

    def story_table(self) -> pa.Table:
        """Return `story_timeline` as Arrow, of all stories."""
        return find_stories(self.table("documents"), self.table("reuse"))

    def explain(self, first: int, second: int) -> Explanation:
        """Say why two passages are in one cluster, or are not: see `Analysis.explain`."""
        passages, clusters = self.table("passages"), self.table("clusters")
        check_passages(first, second, n_passages=passages.num_rows)
        rows = passages.take(pa.array([first, second])).to_pylist()
        return explain(
            rows[0], rows[1], clusters["representative_passage_id"].to_numpy(),
            threshold=self.settings.threshold, shingle_size=self.settings.shingle_size,
        )  # fmt: skip


def read_analysis(directory: str | Path) -> SavedAnalysis:
    """Return what `Analysis.write`, or `dedup report --output-dir`, wrote to a directory.

    Raises:
        InputError: If a file is missing, damaged, of another version or not of these tables.
    """
    directory = Path(directory)
    tables, settings = read_tables(directory)
    of_parts: dict[str, dict[str, Any]] = {}
    for part in ("duplicates", "reuse"):
        values = settings.get(part)
        if not isinstance(values, dict):
            raise InputError(f'missing settings "{part}"', path=directory / SETTINGS_FILE)
        of_parts[part] = values
    try:
        return SavedAnalysis(
            tables, DuplicateSettings(**of_parts["duplicates"]), ReuseSettings(**of_parts["reuse"])
        )
    except (ConfigError, TypeError) as error:  # a wrong value, or a setting that there is not
        raise InputError(f"wrong settings: {error}", path=directory / SETTINGS_FILE) from error
