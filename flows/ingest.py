"""The ingest flow: sources -> shards -> articles -> lake -> report."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from pydantic import Field

from flows.shards import RUNNER, ingest_shards
from tasks.intake import as_handed_on, open_sources
from tasks.network.bucket import keep_memory
from tasks.opening import open_or_create_lake
from tasks.runs import RunSummary, finish_run, recorded_run
from tasks.settings import (
    LONGEST_DELAY_S,
    default_registry,
    default_workers,
    pipeline_version,
)
from tasks.shard_steps import RunContext, ShardResult
from tasks.sources import SourceKind
from tasks.staging.messages import StagingPlan
from tasks.staging.process import staged
from tasks.storage import Lake
from tasks.tally import TALLY

# Types of parameters, with what Prefect checks when a run is submitted.
Workers = Annotated[int, Field(ge=1)]
Limit = Annotated[int, Field(ge=0)]
Delay = Annotated[float, Field(ge=0, le=LONGEST_DELAY_S)]


@flow(name="ingest", task_runner=RUNNER)
def ingest(  # noqa: PLR0913, PLR0917 - the parameters of a deployment, each with its default
    sources: list[str],
    lake: str = "./lake",
    source_id: str | None = None,
    as_kind: SourceKind | None = None,
    workers: Workers | None = None,
    limit: Limit | None = None,
    delay: Delay = 2.0,
    allow_private: bool = False,  # noqa: FBT001, FBT002 - a deployment's parameter
) -> RunSummary:
    """Ingest sources into a lake, judge the run and report on it.

    Args:
        sources: Files, folders, globs, web addresses, `cc-news:YYYY-MM[-DD]`, `@NAME` of the
            registry, or `@all` for its folders and verified sites.
        lake: Folder or s3://bucket/prefix of the lake, made if need be.
        source_id: Name for the pages of ad-hoc sources, instead of the file's or folder's own.
        as_kind: Kind of every file, instead of what its content says.
        workers: Extraction processes; by default one a core.
        limit: Most items to read.
        delay: Seconds between two requests to one host.
        allow_private: Fetch from private addresses, too.
    """
    registry = default_registry()
    sources = as_handed_on(sources)
    # Mistakes show before a run begins.
    intake = open_sources(sources, registry=registry, source_id=source_id, as_kind=as_kind)
    TALLY.reset()
    store = open_or_create_lake(lake)
    with recorded_run(store, flow="ingest", sources=sources) as run:
        context = RunContext(
            run_id=run.run_id,
            lake=store.uri,
            workers=workers or default_workers(),
            now=datetime.now(UTC),
            pipeline_version=pipeline_version(),
        )
        plan = StagingPlan(
            run_id=run.run_id,
            lake=store.uri,
            sources=tuple(sources),
            registry=registry,
            source_id=source_id,
            as_kind=as_kind,
            limit=limit,
            delay_s=delay,
            allow_private=allow_private,
        )
        with staged(plan) as shards:
            results = ingest_shards(shards, context)
            if intake.sites:
                results = _then_keep_memory(results, store)
            summary, markdown = finish_run(store, run, results)
    create_markdown_artifact(markdown, key="ingest-summary", description=f"Run {run.run_id}")
    return summary


def _then_keep_memory(results: Iterator[ShardResult], lake: Lake) -> Iterator[ShardResult]:
    try:
        yield from results
    except BaseException:
        with suppress(Exception):  # what went wrong first is what the user must hear
            keep_memory(lake)
        raise
    keep_memory(lake)
