"""A shard's way through the pipeline, from staged pages to committed rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from expectations.records import Article, FunnelCount, Rejection
from tasks.cc_news.progress import settle_cc_news
from tasks.commit import SeenPagesError, Shard, commit_shard, transaction_of
from tasks.network.settling import settle, sync_archive
from tasks.opening import open_lake
from tasks.pool import shared_pool
from tasks.rule_hits import SourceHits, count_hits
from tasks.seen import StagedPage, depends_on_time, find_seen, hash_pages
from tasks.shards import count_items, discard, read_rejections, read_skips
from tasks.tally import TALLY
from tasks.validate import RuleCount, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What each shard of a run has in common. Plain values: it travels to other machines.

    `reprocessed`: the pages are of the archive, each its article's current one when it was chosen.
    """

    run_id: str
    lake: str
    workers: int
    now: datetime
    pipeline_version: str
    reprocessed: bool = False


@dataclass(frozen=True, slots=True)
class ShardResult:
    """Small statistics of a shard, for the run's summary and metrics.

    `hits` are of the articles that were extracted and passed validation: a page seen before shows
    nothing of today's rules, and what is rejected often shows only that it is no article.
    """

    funnel: tuple[FunnelCount, ...]
    rules: tuple[RuleCount, ...]
    hits: tuple[SourceHits, ...]


def ingest_shard(shard: Path, run: RunContext) -> ShardResult:
    """Extract, validate and commit one staged shard, then remove it."""
    lake = open_lake(run.lake)
    pages = hash_pages(shard)
    seen = find_seen(lake, pages, before=transaction_of(run.run_id, shard.name))
    unread, skips = read_rejections(shard), read_skips(shard)
    TALLY.add(articles=len(seen), rejected=len(unread), skipped=sum(skip.items for skip in skips))
    sync_archive(lake, shard)
    results: dict[int, Article | Rejection] = {}
    while True:
        results |= _extract(shard, run, pages, leave_out=seen.keys() | results.keys())
        articles = [result for result in results.values() if isinstance(result, Article)]
        failed = [result for result in results.values() if isinstance(result, Rejection)]
        validated = validate(articles, now=run.now)
        try:
            committed = commit_shard(
                lake,
                Shard(
                    run_id=run.run_id,
                    name=shard.name,
                    discovered=count_items(shard),
                    articles=validated.passed,
                    rejections=(*unread, *failed, *validated.rejections),
                    skips=skips,
                    seen=seen.values(),
                    reprocessed=run.reprocessed,
                ),
                pipeline_version=run.pipeline_version,
            )
        except SeenPagesError as error:  # they were revised in the meantime, or in this shard
            still = {
                row: page for row, page in seen.items() if page.article_id not in error.article_ids
            }
            TALLY.add(articles=len(still) - len(seen))
            seen = still
            continue
        TALLY.add(articles=-len(validated.rejections), rejected=len(validated.rejections))
        settle(lake, shard, shown=committed.shown)
        settle_cc_news(lake, shard)
        discard(shard)
        return ShardResult(committed.funnel, validated.outcomes, count_hits(validated.passed))


def _extract(
    shard: Path, run: RunContext, pages: Sequence[StagedPage], *, leave_out: Collection[int]
) -> dict[int, Article | Rejection]:
    """Extract a shard's other pages; articles bear the hashes of their page."""
    if len(leave_out) == len(pages):
        return {}  # starting the workers takes a second
    results = shared_pool(run.workers).extract(
        shard, now=run.now, on_page=_count_page, leave_out=leave_out
    )
    return {
        row: _with_hashes(result, pages[row]) if isinstance(result, Article) else result
        for row, result in results.items()
    }


def _with_hashes(article: Article, page: StagedPage) -> Article:
    page_hash = None if depends_on_time(article) else page.page_hash
    return replace(article, page_hash=page_hash, raw_hash=page.raw_hash)


def _count_page(is_article: bool) -> None:  # noqa: FBT001 - a callback with one argument
    TALLY.add(articles=int(is_article), rejected=int(not is_article))
