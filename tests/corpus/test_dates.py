"""Times of publication."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dedup import Corpus, Document, InputError
from dedup.corpus.dates import parse_published


@pytest.mark.cases("dates")
def test_published_is_read_or_refused(case: dict[str, Any]) -> None:
    if case["expected"] == "refused":
        with pytest.raises(ValueError, match=r"^published (must be|is not) a date"):
            parse_published(case["input"])
        return
    actual = parse_published(case["input"])
    stated = actual and actual._asdict() | {"time": actual.time.isoformat()}
    assert case["expected"] == stated


@pytest.mark.parametrize(
    ("value", "time", "is_day", "zone_assumed"),
    [
        (date(2026, 3, 4), datetime(2026, 3, 4, tzinfo=UTC), True, False),
        (datetime(2026, 3, 4, 10), datetime(2026, 3, 4, 10, tzinfo=UTC), False, True),
        (
            datetime(2026, 3, 4, 1, tzinfo=timezone(timedelta(hours=2))),
            datetime(2026, 3, 3, 23, tzinfo=UTC), False, False,
        ),
        (pd.Timestamp("2026-03-04T10Z"), datetime(2026, 3, 4, 10, tzinfo=UTC), False, False),
    ],
)  # fmt: skip
def test_dates_of_python_and_pandas_are_taken(
    value: object, time: datetime, is_day: bool, zone_assumed: bool
) -> None:
    assert (time, is_day, zone_assumed) == parse_published(value)


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT")])
def test_missing_values_are_no_date(value: object) -> None:
    assert parse_published(value) is None


def test_time_out_of_range_is_bad_data() -> None:
    with pytest.raises(InputError):
        Corpus.from_records([{"text": "One.", "published": "0001-01-01T00:00:00+05:00"}])


def published_of(**fields: object) -> datetime | None:
    (document,) = Corpus.from_records([{"text": "One.", **fields}])
    assert isinstance(document, Document)
    return document.published


def test_published_comes_before_date() -> None:
    fields = {"date": "2026-01-01", "published": "2026-01-02"}
    assert datetime(2026, 1, 2, tzinfo=UTC) == published_of(**fields)


@pytest.mark.parametrize("missing", [None, "", "NaN"])
def test_date_stands_in_for_a_missing_published(missing: str | None) -> None:
    fields = {"date": "2026-01-01", "published": missing}
    assert datetime(2026, 1, 1, tzinfo=UTC) == published_of(**fields)


def test_day_is_told_from_midnight() -> None:
    values = ["2026-03-04", "2026-03-04T00:00:00Z", None]
    corpus = Corpus.from_records([{"text": "One.", "published": value} for value in values])
    assert [True, False, False] == corpus.documents["published_is_day"].to_pylist()


def test_assumed_zones_are_noted() -> None:
    values = ["2026-03-04 10:30", "2026-03-04T10:30:00Z", "2026-03-04", datetime(2026, 3, 4, 9)]
    corpus = Corpus.from_records([{"text": "One.", "published": value} for value in values])
    assert ("2 times without a zone taken as UTC",) == corpus.notes


def test_no_note_without_an_assumption() -> None:
    assert () == Corpus.from_records([{"text": "One.", "published": "2026-03-04"}]).notes
