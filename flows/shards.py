"""Shards of a run, at work side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

from prefect.futures import PrefectFuture
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from tasks.prefect_tasks import ingest_shard_task
from tasks.shard_steps import RunContext, ShardResult

# While one shard is validated and committed, the next one keeps the workers busy.
SHARDS_AT_ONCE = 2
SHARDS_STAGED_AHEAD = 2  # bounds the disk that a run takes beside the lake

# cast: Prefect's own annotations of its runner and of `flow` do not agree.
RUNNER = cast(
    "TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner[Any](max_workers=SHARDS_AT_ONCE)
)


def ingest_shards(shards: Iterable[Path], run: RunContext) -> Iterator[ShardResult]:
    """Submit shards as they are staged, a few ahead, and give out their results in order."""
    waiting: deque[PrefectFuture[ShardResult]] = deque()
    for shard in shards:
        waiting.append(ingest_shard_task.submit(shard, run))
        if len(waiting) > SHARDS_STAGED_AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
