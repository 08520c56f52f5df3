"""The ingest flow: sources -> shards -> articles -> lake -> report."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, cast

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner
from pydantic import Field

from tasks.estimate import with_estimate
from tasks.intake import input_sizes, open_sources
from tasks.opening import open_or_create_lake
from tasks.prefect_tasks import ingest_shard_task
from tasks.runs import RunSummary, finish_run, recorded_run
from tasks.settings import default_registry, default_workers, pipeline_version
from tasks.shard_steps import RunContext, ShardResult
from tasks.shards import stage_shards
from tasks.sources import SourceKind
from tasks.tally import TALLY

# While one shard is validated and committed, the next one keeps the workers busy.
SHARDS_AT_ONCE = 2
SHARDS_STAGED_AHEAD = 2  # bounds the disk that a run takes beside the lake

# Types of parameters, with what Prefect checks when a run is submitted.
Workers = Annotated[int, Field(ge=1)]
Limit = Annotated[int, Field(ge=0)]

# cast: Prefect's own annotations of its runner and of `flow` do not agree.
RUNNER = cast(
    "TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner[Any](max_workers=SHARDS_AT_ONCE)
)


@flow(name="ingest", task_runner=RUNNER)
def ingest(  # noqa: PLR0913, PLR0917 - the parameters of a deployment, each with its default
    sources: list[str],
    lake: str = "./lake",
    source_id: str | None = None,
    as_kind: SourceKind | None = None,
    workers: Workers | None = None,
    limit: Limit | None = None,
) -> RunSummary:
    """Ingest sources into a lake, judge the run and report on it.

    Args:
        sources: Files, folders, globs, `@NAME` of the registry, or `@all` for all its folders.
        lake: Folder or s3://bucket/prefix of the lake, made if need be.
        source_id: Name for the pages of ad-hoc sources, instead of the file's or folder's own.
        as_kind: Kind of every file, instead of what its content says.
        workers: Extraction processes; by default one a core.
        limit: Most items to read.
    """
    registry = default_registry()
    items = with_estimate(
        open_sources(sources, registry=registry, source_id=source_id, as_kind=as_kind, limit=limit),
        input_sizes(sources, registry=registry),
        TALLY.expect,
    )
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
        shards = stage_shards(items, store.staging / run.run_id)
        summary, markdown = finish_run(store, run, _ingest_shards(shards, context))
    create_markdown_artifact(markdown, key="ingest-summary", description=f"Run {run.run_id}")
    return summary


def _ingest_shards(shards: Iterable[Path], run: RunContext) -> Iterator[ShardResult]:
    waiting: deque[PrefectFuture[ShardResult]] = deque()
    for shard in shards:
        waiting.append(ingest_shard_task.submit(shard, run))
        if len(waiting) > SHARDS_STAGED_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
