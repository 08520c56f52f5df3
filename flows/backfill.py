"""The backfill flow: archives named by day, ingested for a range of days."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from prefect import flow
from pydantic import Field

from flows.ingest import Workers, ingest
from tasks.intake import sources_by_day
from tasks.runs import RunSummary

# Prefect checks a deployment's parameters by JSON schema at submission, but not the schema's
# formats: `date` alone would let "yesterday" in, to fail in the worker.
Day = Annotated[
    date,
    Field(
        json_schema_extra={"pattern": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"},
    ),
]


@flow(name="backfill")
def backfill(  # noqa: PLR0913, PLR0917 - the parameters of a deployment
    pattern: str,
    since: Day,
    until: Day,
    lake: str = "./lake",
    source_id: str | None = None,
    workers: Workers | None = None,
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
