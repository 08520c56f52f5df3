"""A fetching run: what killed runs left, then all sites at once, each host at its pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Generator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial

from expectations.records import Page, Rejection, Skip
from tasks.archive import FOLDER, Archive
from tasks.fetch.crawl import DEFAULT_CRAWL, CrawlRules, Exchanger, crawl
from tasks.fetch.pace import Pace, PaceRules
from tasks.fetch.robots import Robots
from tasks.network.backlog import open_backlog
from tasks.network.bucket import keep_archive, shared_memory, tidy_archive
from tasks.network.connect import clients
from tasks.network.context import Fetching
from tasks.network.leftovers import take_leftovers
from tasks.network.page_reader import PageReader
from tasks.network.search import SiteSearch
from tasks.network.site import Site
from tasks.remembered import RememberedPace, RememberedRobots
from tasks.schedule import MINUTE
from tasks.settings import pipeline_version
from tasks.sources import MAX_PAGE_BYTES
from tasks.storage import Lake

SCHEDULED_S = 45 * MINUTE  # the schedule is hourly, and what was fetched is to be committed, too


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRules:
    """How a run fetches.

    `delay_s` is the pause between two requests to one host. `limit` bounds the pages. `now` is
    the clock: Unix time, in seconds. `connect` opens clients; None: those of
    `tasks.fetch.client`.
    """

    delay_s: float = 2.0
    allow_private: bool = False
    limit: int | None = None
    crawl: CrawlRules = DEFAULT_CRAWL
    now: Callable[[], float] = time.time
    connect: Callable[[], Exchanger] | None = None


DEFAULT_FETCH = FetchRules()


def fetch_sites(
    lake: Lake,
    sites: Collection[Site],
    *,
    run_id: str,
    rules: FetchRules = DEFAULT_FETCH,
) -> Generator[Page | Rejection | Skip]:
    """Fetch sites, archive what comes, and yield what it is, in the order of its coming.

    First come the pages that killed runs had archived and not committed. Of scheduled sites nothing
    more is asked for after 45 minutes: the rest is for the next run.

    Args:
        lake: Whose memory and archive are used.
        sites: What is to be fetched; nothing is done if there is none.
        run_id: The run.
        rules: How to fetch.
    """
    if not sites:
        return
    started_at = rules.now()
    with ExitStack() as stack:
        memory = stack.enter_context(shared_memory(lake))
        backlog = stack.enter_context(
            open_backlog(lake.staging / run_id / "backlog", at_most=rules.limit)
        )
        archive = stack.enter_context(
            Archive(
                lake.home / FOLDER,
                run_id,
                software=f"Broadsheet {pipeline_version()}",
                on_finished=partial(keep_archive, lake),
            )
        )
        for item in take_leftovers(lake, memory, run_id=run_id, now=rules.now()):
            if not isinstance(item, Skip) and item.url is not None:
                backlog.see(item.url)  # counted once, whatever names it today
            yield item
        tidy_archive(lake, memory)
        fetching = Fetching(
            run_id=run_id,
            memory=memory,
            archive=archive,
            backlog=backlog,
            now=rules.now,
            scheduled_until=started_at + SCHEDULED_S,
            page_reader=stack.enter_context(closing(PageReader())),
            max_page_bytes=MAX_PAGE_BYTES,
        )
        searches = {site.source_id: SiteSearch(fetching, site) for site in sites}
        robots = Robots(RememberedRobots(memory), now=rules.now)
        results = crawl(
            *(search.targets() for search in searches.values()),
            connect=rules.connect or clients(allow_private=rules.allow_private),
            robots=robots,
            pace=Pace(
                RememberedPace(memory), now=rules.now, rules=PaceRules(delay_s=rules.delay_s)
            ),
            rules=rules.crawl,
        )
        stack.callback(results.close)
        for fetched in results:
            yield from searches[fetched.target.source_id].take(fetched)
        for search in searches.values():
            yield from search.end()
