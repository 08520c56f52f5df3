"""Times as data files write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_EPOCH = 10**8  # smaller numbers (1973 as seconds) are calendar ones: 2026, 20261123
_SECONDS_BELOW = 10**11  # year 5138; so milliseconds begin at 1973, and so on
_MILLISECONDS_BELOW = 10**14
_MICROSECONDS_BELOW = 10**17


def parse_time(value: object) -> datetime | None:
    """An aware UTC time of an ISO 8601 string, epoch number or datetime; None if it is none.

    A time without a zone is taken as UTC.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    elif isinstance(value, int | float):
        value = from_epoch(value)
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        return None


def as_iso(value: object) -> str | None:
    """A given time as text: strings as they are, epoch numbers and datetimes as ISO 8601."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, date):  # a datetime is one, too
        return value.isoformat()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    time = from_epoch(value)
    return time.isoformat() if time else str(value)


def from_epoch(number: float) -> datetime | None:
    """Seconds, milli-, micro- or nanoseconds since 1970, told apart by their size."""
    size = abs(number)
    if not _FIRST_EPOCH <= size < float("inf"):
        return None
    if size < _SECONDS_BELOW:
        seconds = float(number)
    elif size < _MILLISECONDS_BELOW:
        seconds = number / 10**3
    elif size < _MICROSECONDS_BELOW:
        seconds = number / 10**6
    else:
        seconds = number / 10**9
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
