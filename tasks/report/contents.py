"""What a run's new versions hold: completeness, mixes, months, lengths. Never reads `text`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import duckdb

from tasks.report.rows import Capped, capped, fetch

SOURCES_SHOWN = 30
LABELS_SHOWN = 10
NAME_LENGTH = 200

FIELDS = {
    "title": "title <> ''",
    "description": "description <> ''",
    "authors": "len(authors) > 0",
    "date": "published_at is not null",
    "time": "published_at is not null and published_at_precision in ('second', 'minute')",
    "section": "section <> ''",
    "tags": "len(tags) > 0",
    "image": "image_url <> ''",
    "language": "language <> ''",
    "publisher": "publisher <> ''",
    "license": "license <> ''",
    "holder": "rights_holder <> ''",
    "URL": "canonical_url <> ''",
}
"""What counts as filled, in SQL, by the name of the column in the report."""

LENGTH_EDGES = (0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
"""Lower edges of the histogram's bins, in code points; the last bin is open."""


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many of a source's versions have each of FIELDS, in their order; None: all sources."""

    source_id: str | None
    versions: int
    filled: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """A label and how many there are; None for what has no label."""

    label: str | None
    items: int


@dataclass(frozen=True, slots=True)
class Mix:
    """The first values of a column, no value last.

    `values` counts the different ones, `others` the rows of those left out.
    """

    counts: tuple[Count, ...]
    values: int
    others: int


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures over all of the run's versions; lengths in code points."""

    versions: int
    length_5: int | None
    length_50: int | None
    length_95: int | None
    license_conflicts: int
    reserved: int
    duplicates: int


def read_totals(connection: duckdb.DuckDBPyConnection, run_id: str) -> Totals:
    """Count the run's versions and what deserves a sentence about them."""
    row = fetch(
        connection,
        """
        select count(*), quantile_disc(text_length, [0.05, 0.5, 0.95]),
               count(*) filter (where license_conflict),
               count(*) filter (where len(rights_reserved) > 0), count(duplicate_of)
        from article_versions where run_id = ?
        """,
        run_id,
    )[0]
    low, median, high = row[1] or (None, None, None)
    return Totals(row[0], low, median, high, *row[2:])


def read_completeness(
    connection: duckdb.DuckDBPyConnection, run_id: str
) -> tuple[Completeness, Capped[Completeness]]:
    """Count filled fields: over all sources, then for each, the largest first."""
    filled = ", ".join(f"count(*) filter (where {condition})" for condition in FIELDS.values())
    scope = "from article_versions where run_id = ?"
    everything = fetch(
        connection, f"select count(distinct source_id), count(*), {filled} {scope}", run_id
    )[0]
    rows = fetch(
        connection,
        f"""
        select left(source_id, {NAME_LENGTH}), count(*) as versions, {filled} {scope}
        group by source_id order by versions desc, source_id limit {SOURCES_SHOWN}
        """,
        run_id,
    )
    return (
        Completeness(None, everything[1], tuple(everything[2:])),
        capped((Completeness(row[0], row[1], tuple(row[2:])) for row in rows), everything[0]),
    )


def read_mix(
    connection: duckdb.DuckDBPyConnection, run_id: str, column: Literal["license", "language"]
) -> Mix:
    """Count the values of a column, the most frequent first."""
    return _mix(connection, run_id, f"left({column}, {NAME_LENGTH})", "items desc, label")


def read_months(connection: duckdb.DuckDBPyConnection, run_id: str) -> Mix:
    """Count versions by month of publication in UTC, the newest first, undated ones last."""
    # By epoch, because a time zone in SQL needs DuckDB's ICU and follows the session's setting.
    month = "strftime(make_timestamp(epoch_us(published_at)), '%Y-%m')"
    return _mix(connection, run_id, month, "label desc")


def _mix(connection: duckdb.DuckDBPyConnection, run_id: str, label: str, order: str) -> Mix:
    # Rows without a label come first here, so that the limit never cuts them, and last in the mix.
    rows = fetch(
        connection,
        f"""
        with by_label as (
            select {label} as label, count(*) as items
            from article_versions where run_id = ? group by label
        )
        select label, items, count(*) over (), (sum(items) over ())::bigint
        from by_label order by label is null desc, {order} limit {LABELS_SHOWN + 1}
        """,
        run_id,
    )
    counts = sorted((Count(row[0], row[1]) for row in rows), key=lambda count: count.label is None)
    others = rows[0][3] - sum(count.items for count in counts) if rows else 0
    return Mix(tuple(counts), rows[0][2] if rows else 0, others)


def read_lengths(connection: duckdb.DuckDBPyConnection, run_id: str) -> tuple[int, ...]:
    """Count versions by length of text, one number for each of LENGTH_EDGES."""
    # An edge's count is of all texts at least as long; neighbours' difference is the bin.
    at_least = ", ".join(f"count(*) filter (where text_length >= {edge})" for edge in LENGTH_EDGES)
    row = fetch(connection, f"select {at_least} from article_versions where run_id = ?", run_id)[0]
    return tuple(here - beyond for here, beyond in zip(row, (*row[1:], 0), strict=True))
