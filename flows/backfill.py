"""The backfill flow: archives named by day, ingested for a range of days."""

from __future__ import annotations

from datetime import date

from prefect import flow

from flows.ingest import ingest
from tasks.intake import sources_by_day
from tasks.runs import RunSummary


@flow(name="backfill")
def backfill(  # noqa: PLR0913, PLR0917 - the parameters of a deployment
    pattern: str,
    since: date,
    until: date,
    lake: str = "./lake",
    source_id: str | None = None,
    workers: int | None = None,
) -> RunSummary:
    """Ingest each day's archive from `since` to `until`, both included, as one run.

    Args:
        pattern: Path or glob with strftime codes, such as `archive/%Y-%m-%d*.warc.gz`.
        since: First day.
        until: Last day. Days without a file are passed over.
        lake: Folder of the lake.
        source_id: Name for all pages, instead of the files' own.
        workers: Extraction processes; by default one a core.
    """
    sources = sources_by_day(pattern, since, until)
    return ingest(sources, lake=lake, source_id=source_id, workers=workers)
