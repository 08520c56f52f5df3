"""The reprocessing flow: archived pages -> shards -> new versions of what comes out differently."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.shards import RUNNER, ingest_shards
from tasks.opening import open_lake, open_or_create_lake
from tasks.reprocess import choose_pages, read_pages
from tasks.reprocess_changes import Changes, read_changes
from tasks.runs import RunSummary, finish_run, recorded_run
from tasks.settings import default_registry, default_workers, pipeline_version
from tasks.shard_steps import RunContext
from tasks.shards import stage_shards
from tasks.tally import TALLY

Workers = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """What a run did, what it changed, and how many articles it had to leave as they were."""

    summary: RunSummary
    changes: Changes
    outside: int


@flow(name="reprocess", task_runner=RUNNER)
def reprocess(
    lake: str = "./lake",
    source_id: str | None = None,
    since_version: str | None = None,
    workers: Workers | None = None,
) -> Reprocessed:
    """Extract the pages of current articles again from the archive, fetching nothing.

    Args:
        lake: Folder or s3://bucket/prefix of the lake.
        source_id: Only articles of this source.
        since_version: Only articles that this version of Broadsheet or a later one wrote.
        workers: Extraction processes; by default one a core.
    """
    open_lake(lake)  # makes none
    store = open_or_create_lake(lake)
    chosen = choose_pages(store, source_id=source_id, since_version=since_version)
    pages = read_pages(store, chosen, registry=default_registry())
    TALLY.reset()
    TALLY.expect(chosen.pages)
    with recorded_run(store, flow="reprocess", sources=[source_id] if source_id else []) as run:
        context = RunContext(
            run_id=run.run_id,
            lake=store.uri,
            workers=workers or default_workers(),
            now=datetime.now(UTC),
            pipeline_version=pipeline_version(),
            reprocessed=True,
        )
        shards = stage_shards(pages, store.staging / run.run_id)
        summary, markdown = finish_run(store, run, ingest_shards(shards, context))
    create_markdown_artifact(markdown, key="reprocess-summary", description=f"Run {run.run_id}")
    return Reprocessed(summary, read_changes(store, run.run_id), chosen.outside)
