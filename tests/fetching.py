"""Fetching runs over news sites on loopback, with a clock that a test moves."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from expectations.records import Page, Rejection, Skip
from tasks.fetch.crawl import CrawlRules
from tasks.memory import open_memory
from tasks.network.run import FetchRules, fetch_sites
from tasks.network.settling import memory_of
from tasks.network.site import Site, Start, StartKind
from tasks.storage import Lake
from tests.newsroom import NOON, NewsSite, a_text

Item = Page | Rejection | Skip


class Clock:
    """Unix time that a test moves."""

    def __init__(self) -> None:
        self.time = NOON.timestamp()

    def __call__(self) -> float:
        return self.time


RULES = FetchRules(delay_s=0.0, allow_private=True, crawl=CrawlRules(retry_s=0.01))
# Of a clock that stands still while something is fetched, no second try would ever come.
AT_ONCE = replace(RULES, crawl=CrawlRules(retries=0))
runs = iter(range(1_000_000))
_articles: dict[tuple[str, str | None], bytes] = {}


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
        archived = [item for item in items if not isinstance(item, Skip)]
        revised = [i.raw_ref for i in archived if isinstance(i, Page) and _is_news(lake, i)]
        with open_memory(memory_of(lake)) as memory:
            memory.settle([item.raw_ref or "" for item in archived], revised=revised)
    return items


def _is_news(lake: Lake, page: Page) -> bool:
    """Whether a page's article is not as it was, as its commit would find."""
    shown = re.sub(rb' data-token="\d+"', b"", page.body)
    is_as_before = _articles.get((lake.uri, page.url)) == shown
    _articles[lake.uri, page.url] = shown
    return not is_as_before


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
