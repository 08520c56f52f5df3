"""All that a run reads and fetches, as shards."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import chain, islice
from pathlib import Path

from tasks.cc_news.read import open_cc_news
from tasks.estimate import with_estimate
from tasks.intake import input_sizes, open_sources
from tasks.network.run import FetchRules, fetch_sites
from tasks.opening import open_lake
from tasks.shards import stage_shards
from tasks.staging.messages import StagingPlan
from tasks.tally import TALLY

FETCHED_PAGES = 250  # of the first shard, so that extraction begins while the rest is fetched


def stage(plan: StagingPlan) -> Generator[Path]:
    """Read and fetch what a run takes in, and yield each shard as it is complete.

    Raises:
        UsageError: for a source that is none.
        SourceError: if there is nothing to read at a source.
    """
    intake = open_sources(
        plan.sources, registry=plan.registry, source_id=plan.source_id, as_kind=plan.as_kind
    )
    lake = open_lake(plan.lake)
    rules = FetchRules(delay_s=plan.delay_s, allow_private=plan.allow_private, limit=plan.limit)
    # Closed once all shards are made: a limit may leave it in mid-run.
    with closing(fetch_sites(lake, intake.sites, run_id=plan.run_id, rules=rules)) as fetched:
        crawls = [
            open_cc_news(news, lake=lake, source_id=plan.source_id) for news in intake.cc_news
        ]
        network = intake.with_licenses(chain(fetched, *crawls))
        items = with_estimate(
            islice(chain(intake.files, network), plan.limit),
            input_sizes(plan.sources, registry=plan.registry),
            TALLY.expect,
        )
        yield from stage_shards(
            items,
            lake.staging / plan.run_id,
            first_pages=FETCHED_PAGES if intake.sites else None,
        )
