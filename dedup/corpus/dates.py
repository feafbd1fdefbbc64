"""Times of publication, as people write them, to UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NamedTuple

_WORDED = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%A, %B %d, %Y", "%A, %d %B %Y")


class Published(NamedTuple):
    """A time of publication.

    Attributes:
        time: The time, in UTC; midnight if only the day is known.
        is_day: Whether only the day is known.
        zone_assumed: Whether a time without a zone was taken as UTC.
    """

    time: datetime
    is_day: bool
    zone_assumed: bool


def parse_published(value: object) -> Published | None:
    """Return the time that a value states; None for a missing one.

    Understands dates and datetimes, ISO 8601, the format of e-mail and RSS (RFC 2822), and
    English dates with the month in letters. Dates in figures such as 03/04/2026 mean different
    days in different countries and are refused.

    Raises:
        ValueError: If the value states no time, with the remedy.

    >>> parse_published("2026-03-04T10:30:00+02:00").time.isoformat()
    '2026-03-04T08:30:00+00:00'
    >>> parse_published("March 4, 2026").is_day
    True
    """
    if is_missing(value):
        return None
    if isinstance(value, str):
        text = value.strip()
        if not text or text.lower() in {"null", "none", "nan", "nat"}:
            return None
        value = _parse_text(text)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return Published(value.replace(tzinfo=UTC), is_day=False, zone_assumed=True)
        return Published(value.astimezone(UTC), is_day=False, zone_assumed=False)
    if isinstance(value, date):
        time = datetime(value.year, value.month, value.day, tzinfo=UTC)
        return Published(time, is_day=True, zone_assumed=False)
    raise ValueError(f"published must be a date or time, got {value!r}")


def is_missing(value: object) -> bool:
    """Whether a value stands for no value: None, NaN, NaT or pandas' NA."""
    if value is None or isinstance(value, str):
        return value is None
    try:
        return bool(value != value)  # NaN and NaT are unequal to themselves
    except (TypeError, ValueError):  # so would NA be, if it could say; an array cannot either
        return type(value).__name__ == "NAType"


def _parse_text(text: str) -> date:
    try:
        if len(text) <= 10:
            return date.fromisoformat(text)
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    try:
        from email.utils import parsedate_to_datetime  # few times are written like this

        return parsedate_to_datetime(text)
    except ValueError:
        pass
    for form in _WORDED:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(f"published is not a date that can be read: {text!r}; write 2026-03-31")
