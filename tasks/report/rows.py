"""Ask the lake: the one place where the report's SQL meets DuckDB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import duckdb

from tasks.errors import LakeError

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Capped(Generic[T]):
    """The first rows of a list, and how many were left out."""

    shown: tuple[T, ...]
    more: int


def capped(found: Iterable[T], total: int) -> Capped[T]:
    """Cap a list of which `total` exist."""
    rows = tuple(found)
    return Capped(rows, max(0, total - len(rows)))


def fetch(
    connection: duckdb.DuckDBPyConnection, query: str, *values: object
) -> Sequence[tuple[Any, ...]]:
    """Run a query, return all rows: every caller bounds them in SQL.

    Raises:
        LakeError: if a view or a file is missing or broken.
    """
    try:
        rows: Sequence[tuple[Any, ...]] = connection.execute(query, list(values)).fetchall()
    except duckdb.Error as error:
        cause = str(error).splitlines()[0][:300]
        raise LakeError(f"the lake cannot be read for a report: {cause}") from error
    return rows


def instant(microseconds: int | None) -> datetime | None:
    """A time from SQL's `epoch_us(...)`, which needs no time zone of the session."""
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)
