"""A hundred sites over a simulated week and the quiet days after it, with all that befalls them."""

from __future__ import annotations

import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from expectations.records import Article, Page, Rejection, Skip
from tasks.commit import Shard, commit_shard
from tasks.extract import extract_page
from tasks.fetch.client import Client
from tasks.fetch.crawl import CrawlRules
from tasks.memory import open_memory
from tasks.network.run import FetchRules, fetch_sites
from tasks.network.settling import memory_of
from tasks.network.site import Site, Start, StartKind
from tasks.opening import open_or_create_lake
from tasks.schedule import DAY, SHORTEST_POLL_S
from tasks.shards import SkipRow
from tasks.storage import Lake
from tests.lakes import ask
from tests.newsroom import NOON, NewsSite, a_text, news_site

SITES = 100
STEP = timedelta(hours=4)
WEEK, QUIET_DAYS = 42, 9 * 6  # steps; after a week, until the last change must have been seen
DELAY_S = 2.0
SPEED = 500.0  # seconds of the clock in a real one, while something is fetched
FEED_LENGTH = 60
MINUTES = 300.0
OWN_FILES = ("/robots.txt", "/ai.txt", "/.well-known/tdmrep.json")

pytestmark = pytest.mark.ops


class Clock:
    """Runs fast, and jumps ahead between runs."""

    def __init__(self) -> None:
        self._ahead = NOON.timestamp()
        self._began = time.monotonic()

    def __call__(self) -> float:
        return self._ahead + (time.monotonic() - self._began) * SPEED

    def jump_to(self, moment: float) -> None:
        self._ahead += max(moment - self(), 0.0)

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self(), UTC)


@dataclass
class Newsroom:
    """A site, and what its readers could see: the states of each article in their order."""

    site: NewsSite
    name: str
    tells_changes: bool
    texts: dict[str, list[str]] = field(default_factory=dict)
    listed: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    down_until: int = -1

    def publish(self, path: str, at: datetime) -> None:
        self._show(path, a_text(f"{self.name} {path[6:]}"), at, at)

    def revise(self, path: str, at: datetime) -> None:
        published, _ = self.listed[path]
        text = f"{self.texts[path][-1]} The mayor has corrected the sum."
        self._show(path, text, published, at if self.tells_changes else published)

    def remove(self, path: str) -> None:
        del self.site.pages[path]
        del self.listed[path]

    def _show(self, path: str, text: str, published: datetime, modified: datetime) -> None:
        self.texts.setdefault(path, []).append(text)
        self.listed[path] = published, modified
        self.site.publish(path, f"Council of {self.name} meets on {path[6:]}", text)

    def write_feed(self) -> None:
        entries = "".join(
            f"<entry><title>Council</title><link href='{self.site.url}{path}'/><id>{path}</id>"
            f"<published>{published.isoformat()}</published>"
            f"<updated>{modified.isoformat()}</updated></entry>"
            for path, (published, modified) in list(self.listed.items())[-FEED_LENGTH:]
        )
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{entries}</feed>"
        self.site.pages["/feed"] = "application/atom+xml", feed.encode()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def newsrooms(clock: Clock) -> Iterator[list[Newsroom]]:
    with ExitStack() as stack:
        yield [
            Newsroom(
                stack.enter_context(news_site(clock)),
                f"town {number}",
                tells_changes=number % 2 == 0,
            )
            for number in range(SITES)
        ]


def live_through_a_step(
    newsroom: Newsroom, step: int, now: datetime, chance: random.Random
) -> None:
    """What happens at a site within four hours."""
    if step >= WEEK:
        newsroom.site.is_down = False
        return
    for number in range(chance.choice((0, 0, 1, 2))):
        newsroom.publish(f"/news/{now:%Y-%m-%d}-{step}-{number}", now)
    # Of two changes between two looks nobody can see the first, nor a page before its first look.
    looked_at = {asked.path for asked in newsroom.site.log if asked.status == 200}
    old_enough = [
        path
        for path, (published, _) in newsroom.listed.items()
        if path in looked_at
        and now - published > timedelta(hours=30)
        and len(newsroom.texts[path]) == 1
    ]
    if old_enough and chance.random() < 0.15:
        newsroom.revise(chance.choice(old_enough), now)
    elif old_enough and chance.random() < 0.05:
        newsroom.remove(chance.choice(old_enough))
    if step > newsroom.down_until and chance.random() < 0.03:
        newsroom.down_until = step + chance.randint(1, 5)
    newsroom.site.is_down = step <= newsroom.down_until
    newsroom.write_feed()


def run_once(lake: Lake, sites: Sequence[Site], clock: Clock, step: int) -> None:
    """One scheduled run, without Prefect and Great Expectations."""
    run_id = f"{step:05}"
    rules = FetchRules(
        delay_s=DELAY_S,
        allow_private=True,
        now=clock,
        crawl=CrawlRules(retry_s=1.0, speed=SPEED),
        connect=lambda: Client(user_agent="test", allow_private=True, now=clock.moment),
    )
    items = list(fetch_sites(lake, sites, run_id=run_id, rules=rules))
    results = [extract_page(i, now=clock.moment()) for i in items if isinstance(i, Page)]
    discovered = Counter[str]()
    for item in items:
        discovered[item.source_id] += item.items if isinstance(item, Skip) else 1
    shard = Shard(
        run_id=run_id,
        name="00000",
        discovered=discovered,
        articles=[r for r in results if isinstance(r, Article)],
        rejections=[r for r in (*results, *items) if isinstance(r, Rejection)],
        skips=[
            SkipRow(i.source_id, i.stage, i.reason, i.detail, i.outcome, i.items)
            for i in items
            if isinstance(i, Skip)
        ],
    )
    shown = commit_shard(lake, shard, pipeline_version="1").shown
    archived = [item.raw_ref or "" for item in items if not isinstance(item, Skip)]
    with open_memory(memory_of(lake)) as memory:
        memory.note_shown({at: shown.get(at) for at in archived}, read_by=b"")
        memory.settle(archived)


def test_a_week_ends_with_what_was_published_and_nobody_was_asked_too_often(
    tmp_path: Path, newsrooms: list[Newsroom], clock: Clock
) -> None:
    chance = random.Random(20261123)  # noqa: S311 - repeatable
    lake = open_or_create_lake(tmp_path / "lake")
    lake.staging.mkdir(exist_ok=True)
    for newsroom in newsrooms[:10]:
        newsroom.site.lying.add("/feed")
    for newsroom in newsrooms[::3]:
        newsroom.site.has_tokens = True
    sites = [
        Site(
            source_id=f"site-{number}",
            starts=(Start(url=f"{newsroom.site.url}/feed", kind=StartKind.FEED),),
            is_scheduled=True,
        )
        for number, newsroom in enumerate(newsrooms)
    ]
    start = clock()
    for step in range(WEEK + QUIET_DAYS):
        clock.jump_to(start + step * STEP.total_seconds())
        for newsroom in newsrooms:
            live_through_a_step(newsroom, step, clock.moment(), chance)
        run_once(lake, sites, clock, step)

    versions = defaultdict(list)
    for url, text in ask(lake, "select url, text from article_versions order by url, revision"):
        versions[url].append(text.partition("\n")[2] or text)
    expected = {
        f"{newsroom.site.url}{path}": texts
        for newsroom in newsrooms
        for path, texts in newsroom.texts.items()
    }
    assert len(expected) > 2_000
    assert sum(len(texts) > 1 for texts in expected.values()) > 300
    assert versions == expected
    for newsroom in newsrooms:
        check_manners(newsroom)


def check_manners(newsroom: Newsroom) -> None:
    """No request came sooner than the pace allows, and no page more often than its schedule."""
    log = newsroom.site.log
    assert min(later.at - earlier.at for earlier, later in pairwise(log)) >= DELAY_S
    times = defaultdict(list)
    for asked in log:
        if asked.status:
            times[asked.path].append(asked.at)
    for path, asked_at in times.items():
        pauses = [later - earlier for earlier, later in pairwise(asked_at)]
        if path in OWN_FILES:
            # They are asked for together, one after the other, once a day; what could not be had,
            # sooner.
            least = SHORTEST_POLL_S if any(asked.status == 0 for asked in log) else DAY - MINUTES
            assert all(pause >= least for pause in pauses), (path, least, asked_at)
        elif path == "/feed":
            assert all(pause >= SHORTEST_POLL_S for pause in pauses)
        else:
            # At 0, 1, 2, 4, 8 and 16 days; from a change on, anew; if it is gone, twice more.
            changes = len(newsroom.texts[path]) - 1
            told = changes if newsroom.tells_changes else 0
            assert sum(pause < DAY for pause in pauses) <= told
            gone = path not in newsroom.site.pages
            assert len(asked_at) <= 6 + 4 * changes + told + 2 * gone
