"""A shard's way through the pipeline, from staged pages to committed rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from expectations.records import Article, FunnelCount, Rejection
from tasks.commit import Shard, commit_shard
from tasks.opening import open_lake
from tasks.pool import shared_pool
from tasks.shards import count_items, discard, read_rejections, read_skips
from tasks.tally import TALLY
from tasks.validate import RuleCount, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What each shard of a run has in common. Plain values: it travels to other machines."""

    run_id: str
    lake: str
    workers: int
    now: datetime
    pipeline_version: str


@dataclass(frozen=True, slots=True)
class ShardResult:
    """Small statistics of a shard, for the run's summary and metrics."""

    funnel: tuple[FunnelCount, ...]
    rules: tuple[RuleCount, ...]


def ingest_shard(shard: Path, run: RunContext) -> ShardResult:
    """Extract, validate and commit one staged shard, then remove it."""
    unread, skips = read_rejections(shard), read_skips(shard)
    TALLY.add(rejected=len(unread), skipped=len(skips))
    results = shared_pool(run.workers).extract(shard, now=run.now, on_page=_count_page)
    articles = [result for result in results if isinstance(result, Article)]
    failed = [result for result in results if isinstance(result, Rejection)]
    validated = validate(articles, now=run.now)
    TALLY.add(articles=-len(validated.rejections), rejected=len(validated.rejections))
    funnel = commit_shard(
        open_lake(run.lake),
        Shard(
            run_id=run.run_id,
            name=shard.name,
            discovered=count_items(shard),
            articles=validated.passed,
            rejections=(*unread, *failed, *validated.rejections),
            skips=skips,
        ),
        pipeline_version=run.pipeline_version,
    )
    discard(shard)
    return ShardResult(tuple(funnel), tuple(validated.outcomes))


def _count_page(is_article: bool) -> None:  # noqa: FBT001 - a callback with one argument
    TALLY.add(articles=int(is_article), rejected=int(not is_article))
