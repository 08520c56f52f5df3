"""The maintenance flow: small files to few."""

from __future__ import annotations

from pathlib import Path

from prefect import flow

from tasks.lake import TABLES, merge_small_files, open_lake
from tasks.runs import record_end, recorded_run


@flow(name="compact")
def compact(lake: str = "./lake") -> dict[str, int]:
    """Merge the small files of each table of a lake.

    Returns:
        Per table, how many files fewer its newest snapshot has.
    """
    store = open_lake(Path(lake))
    with recorded_run(store, flow="compact", sources=()) as run:
        fewer = {table: merge_small_files(store, table) for table in TABLES}
        record_end(store, run, status="completed")
    return fewer
