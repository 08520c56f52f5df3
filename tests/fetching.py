"""Fetching runs over news sites on loopback, with a clock that a test moves."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from expectations.records import Page, Rejection, Skip
from tasks import shard_steps
from tasks.fetch.crawl import CrawlRules
from tasks.memory import open_memory
from tasks.network.run import FetchRules, fetch_sites
from tasks.network.settling import memory_of
from tasks.network.site import Site, Start, StartKind
from tasks.shard_steps import RunContext
from tasks.shards import stage_shards
from tasks.storage import Lake
from tests.newsroom import NOON, NewsSite, a_text

Item = Page | Rejection | Skip


class Clock:
    """Unix time that a test moves."""

    def __init__(self) -> None:
        self.time = NOON.timestamp()

    def __call__(self) -> float:
        return self.time

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)


RULES = FetchRules(delay_s=0.0, allow_private=True, crawl=CrawlRules(retry_s=0.01))
# Of a clock that stands still while something is fetched, no second try would ever come.
AT_ONCE = replace(RULES, crawl=CrawlRules(retries=0))
runs = iter(range(1_000_000))


def fetch(
    lake: Lake,
    *sites: Site,
    rules: FetchRules = RULES,
    clock: Clock | None = None,
    is_killed: bool = False,
) -> list[Item]:
    """Fetch, and commit what came, unless the run is killed before."""
    if clock is not None:
        rules = replace(rules, now=clock)
    items = list(fetch_sites(lake, sites, run_id=f"run-{next(runs):06}", rules=rules))
    if not is_killed:
        shown = {
            item.raw_ref or "": _article_of(item) if isinstance(item, Page) else None
            for item in items
            if not isinstance(item, Skip)
        }
        with open_memory(memory_of(lake)) as memory:
            memory.note_shown(shown, read_by=b"")
            memory.settle(shown)
    return items


def ingest(lake: Lake, *sites: Site, clock: Clock, is_killed: bool = False) -> Counter[str]:
    """Fetch, extract and commit as a run does; a kill comes between commit and settling."""
    run_id = f"run-{next(runs):06}"
    rules = replace(RULES, now=clock)
    items = list(fetch_sites(lake, sites, run_id=run_id, rules=rules))
    context = RunContext(
        run_id=run_id, lake=lake.uri, workers=1, now=clock.moment(), pipeline_version="test"
    )
    with (
        pytest.MonkeyPatch.context() as patch,
        suppress(KeyboardInterrupt) if is_killed else nullcontext(),
    ):
        if is_killed:
            patch.setattr(shard_steps, "settle", _die)
        for shard in stage_shards(items, lake.staging / run_id):
            shard_steps.ingest_shard(shard, context)
    shutil.rmtree(lake.staging / run_id, ignore_errors=True)
    return outcomes(items)


def _die(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def _article_of(page: Page) -> str:
    """What differs if, and only if, the article does."""
    return sha256(re.sub(rb' data-token="\d+"', b"", page.body)).hexdigest()


def outcomes(items: list[Item]) -> Counter[str]:
    counted = Counter[str]()
    for item in items:
        if isinstance(item, Page):
            counted["page"] += 1
        elif isinstance(item, Rejection):
            counted[f"rejected {item.rule}"] += 1
        else:
            counted[f"{item.outcome} {item.reason}"] += item.items
    return counted


def paths(items: list[Item]) -> list[str]:
    return sorted(
        "/" + (item.url or "").split("/", 3)[3] for item in items if isinstance(item, Page)
    )


def publish(site: NewsSite, *names: str) -> None:
    for name in names:
        site.publish(f"/news/{name}", f"Story {name}", a_text(name))


def with_feed(site: NewsSite, *names: str) -> None:
    publish(site, *names)
    site.offer_feed(
        "/feed", {f"/news/{n}": (f"Story {n}", NOON - timedelta(hours=1)) for n in names}
    )


def registered(site: NewsSite, kind: StartKind = StartKind.HOME, path: str = "/") -> Site:
    start = Start(url=site.url + path, kind=kind)
    return Site(source_id="wire", starts=(start,), is_scheduled=True)
