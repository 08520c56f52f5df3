"""The maintenance flow: small files to few, and away with what nobody needs any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from pydantic import Field

from tasks.catalog import publish
from tasks.compaction import merge_small_files
from tasks.lake import RETENTION_DAYS
from tasks.opening import open_lake, open_or_create_lake
from tasks.runs import record_end, recorded_run
from tasks.sweep import remove_unneeded
from tasks.tables import TABLES

# As-of queries within a day are no use, and readers may have a catalog open as long.
RetentionDays = Annotated[int, Field(ge=1, le=36_500)]


@dataclass(frozen=True, slots=True)
class TableMaintenance:
    """What maintenance did to a table: data files in its newest version, and on disk."""

    table: str
    files_before: int
    files_after: int
    bytes_rewritten: int
    files_removed: int


@flow(name="compact")
def compact(
    lake: str = "./lake", retention_days: RetentionDays = RETENTION_DAYS
) -> list[TableMaintenance]:
    """Merge the small files of each table of a lake, and remove those that nobody needs.

    Args:
        lake: Folder or s3://bucket/prefix of the lake.
        retention_days: How far back as-of queries and readers of an old catalog can go.
    """
    open_lake(lake)  # makes none
    store = open_or_create_lake(lake)
    with recorded_run(store, flow="compact", sources=()) as run:
        merged = [merge_small_files(store, table) for table in TABLES]
        publish(store, run.run_id)  # the catalog names no file that is removed now
        removed = remove_unneeded(store, days=retention_days, now=datetime.now(UTC))
        record_end(store, run, status="completed")
    return [
        TableMaintenance(
            table=done.table,
            files_before=done.files_before,
            files_after=done.files_after,
            bytes_rewritten=done.bytes_rewritten,
            files_removed=removed[done.table],
        )
        for done in merged
    ]
