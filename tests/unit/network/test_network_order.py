"""Which feeds, sitemaps and pages a run asks for, in which order, and what it leaves."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from expectations.records import Rejection
from tasks.fetch.pace import InMemoryPaceStore
from tasks.fetch.robots import InMemoryRobotsStore, StoredRobots
from tasks.memory import KnownFeed, open_memory
from tasks.network import finds, page_queue
from tasks.network.doors import Doors, doors_of
from tasks.network.settling import memory_of
from tasks.network.site import Start, StartKind, merged, site_at
from tasks.registry import EntryKind, Source
from tasks.schedule import DAY, HOUR
from tasks.site_check import SiteToLookAt, look_at_sites
from tasks.source_list import list_sources
from tasks.storage import Lake
from tests.fetching import RULES, Clock, fetch, outcomes, paths, publish, registered, with_feed
from tests.newsroom import HTML, NOON, NewsSite, a_text

HEADLINE = "The council agrees on a budget for schools"
STORY = "/news/2026/11/22/the-council-agrees-on-a-budget"
FEED_LINK = '<link rel="alternate" type="application/rss+xml" href="/feed">'


def at(site: NewsSite, path: str, body: str, kind: str = HTML) -> None:
    site.pages[path] = kind, body.encode()


def home(site: NewsSite, head: str = FEED_LINK, body: str = "") -> None:
    at(site, "/", f"<html><head>{head}</head><body>{body}</body></html>")


def sitemap(site: NewsSite, path: str, *links: str, lastmod: str = "2026-11-22") -> None:
    entries = "".join(
        f"<url><loc>{site.url}{link}</loc><lastmod>{lastmod}</lastmod></url>" for link in links
    )
    at(site, path, f"<urlset>{entries}</urlset>", "application/xml")


def index(site: NewsSite, path: str, *parts: str, lastmod: str = "") -> None:
    stated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    entries = "".join(f"<sitemap><loc>{site.url}{part}</loc>{stated}</sitemap>" for part in parts)
    at(site, path, f"<sitemapindex>{entries}</sitemapindex>", "application/xml")


def feeds_of(lake: Lake, source_id: str = "wire") -> dict[str, KnownFeed]:
    with open_memory(memory_of(lake)) as memory:
        return {"/" + f.url.split("/", 3)[3]: f for f in memory.feeds(source_id)}


# Pages


def test_what_a_feed_names_anew_comes_before_pages_that_are_due(
    lake: Lake, site: NewsSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "MAX_SCHEDULED_PAGES", 10)
    source = registered(site, StartKind.FEED, "/feed")
    for batch in (range(10), range(10, 15)):
        with_feed(site, *map(str, batch))
        fetch(lake, source, clock=clock)
        clock.time += 2 * HOUR
    clock.time += 2 * DAY
    with_feed(site, "new")
    publish(site, *(f"{number}" for number in range(15)))
    for number in range(15):
        site.publish(f"/news/{number}", "Story", a_text("another town"))
    found = paths(fetch(lake, source, clock=clock))
    assert "/news/new" in found
    assert len(found) == 10


def test_what_is_new_comes_first_under_a_limit_too(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "a", "b", "c")
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    for name in ("a", "b", "c"):
        site.publish(f"/news/{name}", "Story", a_text("another town"))
    publish(site, "new")
    hour_ago = NOON - timedelta(hours=1)
    site.offer_feed("/feed", {f"/news/{n}": ("x", hour_ago) for n in ("a", "b", "c", "new")})
    clock.time += 2 * DAY
    rules = replace(RULES, limit=1)
    assert paths(fetch(lake, site_at(f"{site.url}/feed"), rules=rules, clock=clock)) == [
        "/news/new"
    ]


def test_an_unmodified_feed_does_not_keep_a_page_that_failed_from_a_second_try(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    site.statuses["/news/two"] = 403
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    del site.statuses["/news/two"]
    clock.time += 2 * HOUR
    items = fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    assert outcomes(items) == {"page": 1, "unchanged not_modified": 1}


def test_a_page_that_is_named_beside_its_feed_is_fetched_once(lake: Lake, site: NewsSite) -> None:
    publish(site, STORY.removeprefix("/news/"))
    site.offer_feed("/feed", {STORY: (HEADLINE, NOON)})
    sites = merged([site_at(f"{site.url}/feed"), site_at(f"{site.url}{STORY}")])
    assert outcomes(fetch(lake, *sites)) == {"page": 1}
    assert site.asked()[STORY] == 1


# The time and the size of a scheduled run


def test_a_scheduled_run_ends_when_its_time_is_up_and_the_next_fetches_the_rest(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    names = [str(number) for number in range(30)]
    with_feed(site, *names)
    source = registered(site, StartKind.FEED, "/feed")
    looks = count()

    def now() -> float:  # each look at it takes a quarter of a minute
        return clock.time + 15.0 * next(looks)

    first = fetch(lake, source, rules=replace(RULES, now=now))
    assert 0 < len(paths(first)) < 30
    assert outcomes(first).total() == 30
    assert outcomes(first)["skipped not_due"] == 30 - len(paths(first))
    clock.time += HOUR + 15.0 * next(looks)
    second = fetch(lake, source, clock=clock)
    assert sorted(paths(first) + paths(second)) == sorted(f"/news/{name}" for name in names)


def test_a_run_that_is_not_scheduled_takes_as_long_as_it_takes(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, *(str(number) for number in range(30)))
    looks = count()
    rules = replace(RULES, now=lambda: clock.time + 60.0 * next(looks))
    assert len(paths(fetch(lake, site_at(f"{site.url}/feed"), rules=rules))) == 30


def test_a_long_sitemap_is_read_as_far_as_a_scheduled_run_goes(
    lake: Lake, site: NewsSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "MAX_SCHEDULED_PAGES", 10)
    sitemap(site, "/map.xml", *(f"/news/{number}" for number in range(5_000)))
    publish(site, *(str(number) for number in range(5_000)))
    items = fetch(lake, registered(site, StartKind.FEED, "/map.xml"), clock=clock)
    assert outcomes(items)["page"] == 10
    assert outcomes(items).total() <= 500  # as many as are looked up at once
    again = fetch(lake, registered(site, StartKind.FEED, "/map.xml"), clock=clock)
    assert len({*paths(items), *paths(again)}) == 20


def test_a_long_sitemap_does_not_keep_a_feeds_news_from_this_run(
    lake: Lake, site: NewsSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "MAX_SCHEDULED_PAGES", 60)
    old = [str(number) for number in range(100)]
    with_feed(site, "new")
    sitemap(site, "/map.xml", *(f"/news/{name}" for name in old))
    publish(site, *old)
    starts = tuple(
        Start(url=site.url + path, kind=StartKind.FEED) for path in ("/map.xml", "/feed")
    )
    source = replace(registered(site), starts=starts)
    assert "/news/new" in paths(fetch(lake, source, clock=clock))


# Feeds and sitemaps


def test_pages_that_are_only_looked_at_again_say_nothing_of_a_feeds_rhythm(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    before = feeds_of(lake)["/feed"].interval_s
    clock.time += 1.5 * DAY
    fetch(lake, source, clock=clock)
    assert site.asked()["/news/one"] == 2
    assert feeds_of(lake)["/feed"].interval_s > before


def test_of_too_many_sitemaps_the_longest_due_are_asked_and_the_rest_is_counted(
    lake: Lake, site: NewsSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finds, "MAX_NAMED", 3)
    with open_memory(memory_of(lake)) as memory:
        for number in range(5):
            sitemap(site, f"/map-{number}.xml")
            memory.put_feed(
                KnownFeed(
                    url=f"{site.url}/map-{number}.xml",
                    source_id="wire",
                    etag=None,
                    last_modified=None,
                    body_hash=None,
                    polled_at=clock.time - DAY,
                    read_at=clock.time - DAY,
                    due_at=clock.time - number,
                    interval_s=DAY,
                    failures=0.0,
                    problem=None,
                )
            )
    publish(site, "new")
    index(site, "/index.xml", "/today.xml")
    sitemap(site, "/today.xml", "/news/new")
    items = fetch(lake, registered(site, StartKind.FEED, "/index.xml"), clock=clock)
    assert outcomes(items) == {"page": 1, "skipped too_many": 2}
    assert "/map-4.xml" in site.asked()
    assert "/map-0.xml" not in site.asked()


def test_a_sitemap_without_news_is_asked_ever_more_rarely_until_its_index_says_it_changed(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    home(site, head="")
    at(site, "/robots.txt", f"Sitemap: {site.url}/index.xml", "text/plain")
    index(site, "/index.xml", "/map.xml")
    publish(site, "one", "two")
    sitemap(site, "/map.xml", "/news/one")
    for _ in range(60):
        fetch(lake, registered(site), clock=clock)
        clock.time += DAY
    assert feeds_of(lake)["/map.xml"].interval_s > 7 * DAY
    assert site.asked()["/map.xml"] < 20
    assert site.asked()["/index.xml"] >= 50
    index(site, "/index.xml", "/map.xml", lastmod="2027-01-22")
    sitemap(site, "/map.xml", "/news/one", "/news/two", lastmod="2027-01-22")
    assert "/news/two" in paths(fetch(lake, registered(site), clock=clock))


def test_a_feed_that_asks_to_be_left_alone_is_for_up_to_a_day(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    body = site.pages["/feed"][1].decode().replace("<channel>", "<channel><ttl>100000</ttl>")
    at(site, "/feed", body, "application/rss+xml")
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(2 * 24):
        fetch(lake, source, clock=clock)
        clock.time += HOUR
    assert site.asked()["/feed"] == 2


def test_not_modified_is_no_answer_to_a_request_without_a_validator(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    site.statuses["/feed"] = 304
    clock.time += 2 * DAY  # so long a feed is not believed
    assert outcomes(fetch(lake, source, clock=clock))["failed http_status"] == 1
    assert feeds_of(lake)["/feed"].problem == "HTTP status 304"


def test_a_broken_part_of_an_index_in_a_usual_place_is_an_item(lake: Lake, site: NewsSite) -> None:
    home(site, head="")
    index(site, "/sitemap.xml", "/one.xml", "/two.xml")
    site.statuses["/one.xml"] = 403
    at(site, "/two.xml", "<html>oops</html>")
    items = fetch(lake, registered(site))
    assert outcomes(items) == {"failed http_status": 1, "rejected broken_feed": 1}


# Homepages


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (b"<p>x</p>" * (3 << 20), "too_large"),
        (b"<p>x</p>" * 60_000, "too_many_elements"),
        (b"<div>" * 3_000, "too_deep"),
    ],
)
@pytest.mark.parametrize("is_scheduled", [True, False])
def test_a_homepage_beyond_a_limit_is_a_rejection(
    lake: Lake, site: NewsSite, body: bytes, rule: str, is_scheduled: object
) -> None:
    site.pages["/"] = HTML, b"<html><body>" + body
    named = registered(site) if is_scheduled else site_at(site.url)
    items = fetch(lake, named)
    assert outcomes(items) == {f"rejected {rule}": 1}
    assert all(isinstance(item, Rejection) and item.url for item in items)


def test_the_usual_places_of_a_site_without_feeds_are_tried_once_a_week(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    home(site, head="", body=f'<a href="{STORY}">{HEADLINE}</a>')
    publish(site, STORY.removeprefix("/news/"))
    assert outcomes(fetch(lake, registered(site), clock=clock))["page"] == 1
    for _ in range(8):
        clock.time += DAY
        fetch(lake, registered(site), clock=clock)
    assert site.asked()["/sitemap.xml"] == 2
    assert site.asked()["/"] == 9


def test_a_feed_without_links_does_not_end_the_search(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    publish(site, STORY.removeprefix("/news/"), "2026/11/23/another-story-of-the-same-council")
    site.offer_feed("/feed", {})
    home(site, body=f'<a href="{STORY}">{HEADLINE}</a>')
    assert paths(fetch(lake, registered(site), clock=clock)) == [STORY]
    another = "/news/2026/11/23/another-story-of-the-same-council"
    home(site, body=f'<a href="{another}">{HEADLINE}</a>')
    clock.time += 60.0  # the feed is not due
    assert paths(fetch(lake, registered(site), clock=clock)) == [another]


def test_a_failing_homepage_is_remembered_listed_and_tried_ever_more_rarely(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    for _ in range(48):
        fetch(lake, registered(site), clock=clock)
        clock.time += HOUR
    assert 2 < site.asked()["/"] < 12
    entry = Source(source_id="wire", name="W", kind=EntryKind.SITE, homepage=f"{site.url}/")
    with open_memory(memory_of(lake)) as memory:
        (listed,) = list_sources([entry], memory)
    assert listed.remembered is not None
    assert [feed.problem for feed in listed.remembered.failing] == ["HTTP status 404"]
    assert listed.remembered.feeds == 0
    with_feed(site, "one")
    home(site)
    clock.time += DAY
    assert paths(fetch(lake, registered(site), clock=clock)) == ["/news/one"]
    with open_memory(memory_of(lake)) as memory:
        (listed,) = list_sources([entry], memory)
    assert listed.remembered is not None
    assert listed.remembered.failing == ()
    clock.time += 2 * DAY
    fetch(lake, registered(site), clock=clock)
    assert "/" in feeds_of(lake)
    assert site.asked()["/feed"] == 2


@pytest.mark.parametrize(("path", "is_asked"), [("/map.xml", False), ("/news/map.xml", True)])
def test_beside_feeds_a_sitemap_is_of_news_by_its_path_and_not_by_its_host(
    path: str, is_asked: object
) -> None:
    store = InMemoryRobotsStore()
    url = f"https://somenews.example{path}"
    robots = StoredRobots(checked_at=math.inf, text=f"Sitemap: {url}", text_at=0.0)
    store.put("https://somenews.example", robots)
    doors = doors_of(None, "https://somenews.example/", store)
    assert doors.for_news == (url,)
    beside = Doors(feeds=("https://somenews.example/feed",), sitemaps=doors.sitemaps)
    assert (url in beside.for_news) is is_asked


def test_sources_check_goes_through_the_proxy_as_ingest_does(
    site: NewsSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_feed(site, "one")
    home(site)
    monkeypatch.setenv("BROADSHEET_PROXY", site.url)
    (look,) = look_at_sites(
        [SiteToLookAt(source_id="a", homepage="http://behind.example/")],
        robots_store=InMemoryRobotsStore(),
        pace_store=InMemoryPaceStore(),
        delay_s=0.0,
        allow_private=True,
    )
    asked = {asked.path for asked in site.log}
    assert "http://behind.example/robots.txt" in asked, (look.problem, asked)
