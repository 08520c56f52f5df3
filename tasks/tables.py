"""The lake's tables: what each holds and how it is laid out in Parquet files."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

import pyarrow as pa

from expectations.columns import arrow_schema
from expectations.records import (
    ArticleVersion,
    FunnelCount,
    Metric,
    Quarantined,
    Run,
    Snapshot,
)


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table is stored."""

    record_type: type
    partition_by: str | None = None
    sort_by: tuple[str, ...] = ()
    look_up_by: str | None = None


TABLES = {
    "articles": TableLayout(
        ArticleVersion, "published_month", ("publisher", "published_at"), "article_id"
    ),
    "quarantine": TableLayout(Quarantined, look_up_by="rejection_id"),
    "funnel": TableLayout(FunnelCount),
    "metrics": TableLayout(Metric),
    "runs": TableLayout(Run),
    "snapshots": TableLayout(Snapshot, sort_by=("taken_at",)),
}


@cache
def table_schema(table: str) -> pa.Schema:
    """Columns of a table, without the documentation, which Delta would take for its own."""
    schema = arrow_schema(TABLES[table].record_type)
    return pa.schema(field.remove_metadata() for field in schema)


@cache
def file_schema(table: str) -> pa.Schema:
    """Columns of a table's data files: all but the partition, which stands in the path."""
    partition = TABLES[table].partition_by
    return pa.schema(field for field in table_schema(table) if field.name != partition)


@cache
def schema_tag(table: str) -> str:
    """Eight hex digits for the columns of this program's data files; their names begin with it.

    So a reader of thousands of files knows, without opening each, which have all columns.
    """
    columns = [(field.name, str(field.type)) for field in file_schema(table)]
    return sha256(repr(columns).encode()).hexdigest()[:8]
