"""Sites fetched: what is found, fetched, left alone, archived and remembered."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from expectations.records import Page, Rejection, Skip
from tasks.archive_index import index_of
from tasks.discover.patterns import Patterns
from tasks.memory import Memory, open_memory
from tasks.network import page_queue
from tasks.network.run import fetch_sites
from tasks.network.settling import memory_of
from tasks.network.site import Start, StartKind, merged, site_at, site_of_list
from tasks.replay import read_archived
from tasks.schedule import DAY, HOUR
from tasks.storage import Lake
from tests.fetching import (
    AT_ONCE,
    RULES,
    Clock,
    fetch,
    outcomes,
    paths,
    publish,
    registered,
    with_feed,
)
from tests.newsroom import NOON, NewsSite, a_text, news_site

# What is found


def test_a_feed_gives_its_articles_with_its_hints(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    items = fetch(lake, site_at(f"{site.url}/feed"))
    assert paths(items) == ["/news/one", "/news/two"]
    (one, _) = sorted((i for i in items if isinstance(i, Page)), key=lambda page: page.url or "")
    assert one.given.hinted_by == "feed"
    assert one.given.given_title == "Story one"
    assert one.given.given_published is not None
    assert one.fetched_at_source == "warc"


def test_a_homepage_leads_to_its_feed(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    site.pages["/"] = (
        "text/html",
        b'<html><link rel="alternate" type="application/rss+xml" href="/feed"></html>',
    )
    assert paths(fetch(lake, site_at(site.url))) == ["/news/one", "/news/two"]
    assert set(site.asked()) == {"/", "/feed", "/news/one", "/news/two"}


def test_a_homepage_without_feeds_leads_to_the_usual_places(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one")
    site.pages["/"] = "text/html", b"<html><p>Welcome</p></html>"
    assert outcomes(fetch(lake, site_at(site.url))) == {"page": 1}


def test_a_homepage_leads_to_the_sitemaps_that_robots_txt_names(lake: Lake, site: NewsSite) -> None:
    publish(site, "one", "two", "old")
    site.pages["/"] = "text/html", b"<html><p>Welcome</p></html>"
    site.pages["/robots.txt"] = "text/plain", f"Sitemap: {site.url}/map.xml".encode()
    site.pages["/map.xml"] = (
        "application/xml",
        f"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
        <url><loc>{site.url}/news/one</loc><lastmod>2026-11-22</lastmod></url>
        <url><loc>{site.url}/news/two</loc></url>
        <url><loc>{site.url}/news/old</loc><lastmod>2019-11-22</lastmod></url></urlset>""".encode(),
    )
    clock = Clock()
    assert paths(fetch(lake, site_at(site.url), clock=clock)) == ["/news/one", "/news/two"]
    named = site_at(f"{site.url}/map.xml")
    assert "/news/old" in paths(fetch(lake, named, clock=clock))


def test_a_homepage_alone_leads_to_what_looks_like_articles(lake: Lake, site: NewsSite) -> None:
    publish(site, "2026/11/22/the-council-agrees-on-a-budget", "about")
    site.pages["/"] = (
        "text/html",
        b"""<html><a href="/news/2026/11/22/the-council-agrees-on-a-budget">The council agrees
        on a budget for schools</a><a href="/about">About us</a></html>""",
    )
    items = fetch(lake, site_at(site.url))
    assert paths(items) == ["/news/2026/11/22/the-council-agrees-on-a-budget"]


def test_an_address_of_an_article_is_that_article(lake: Lake, site: NewsSite) -> None:
    publish(site, "the-council-agrees-on-a-budget-for-schools")
    url = f"{site.url}/news/the-council-agrees-on-a-budget-for-schools"
    assert outcomes(fetch(lake, site_at(url))) == {"page": 1}
    assert site.asked().total() == 1


def test_an_index_of_sitemaps_that_names_itself_is_read_once(lake: Lake, site: NewsSite) -> None:
    publish(site, "one")
    index = f"""<sitemapindex><sitemap><loc>{site.url}/index.xml</loc></sitemap>
        <sitemap><loc>{site.url}/map.xml</loc></sitemap></sitemapindex>"""
    site.pages["/index.xml"] = "application/xml", index.encode()
    site.pages["/map.xml"] = (
        "application/xml",
        f"<urlset><url><loc>{site.url}/news/one</loc></url></urlset>".encode(),
    )
    assert outcomes(fetch(lake, site_at(f"{site.url}/index.xml"))) == {"page": 1}
    assert site.asked() == {"/index.xml": 1, "/map.xml": 1, "/news/one": 1}


def test_a_file_lists_pages(lake: Lake, site: NewsSite, tmp_path: Path) -> None:
    publish(site, "one", "two")
    listed = tmp_path / "urls.txt"
    listed.write_text(f"# mine\n{site.url}/news/one\n\n{site.url}/news/two\nno address\n")
    items = fetch(lake, site_of_list(str(listed)))
    assert outcomes(items) == {"page": 2, "skipped broken_line": 1}
    (broken,) = [item.detail for item in items if isinstance(item, Skip)]
    assert broken == "no http(s) address: 'no address'"


def test_a_saved_feed_lists_pages(lake: Lake, site: NewsSite, tmp_path: Path) -> None:
    with_feed(site, "one", "two")
    saved = tmp_path / "feed.xml"
    saved.write_bytes(site.pages["/feed"][1])
    assert outcomes(fetch(lake, site_of_list(str(saved)))) == {"page": 2}


# What is left alone


def test_pages_that_are_no_articles_are_skipped_with_that_reason(
    lake: Lake, site: NewsSite
) -> None:
    with_feed(site, "one")
    noon = ("x", NOON)
    site.offer_feed("/feed", {"/news/one": noon, "/": noon, "/tag/cats": noon, "/author/jo": noon})
    items = fetch(lake, site_at(f"{site.url}/feed"))
    assert outcomes(items) == {"page": 1, "skipped not_an_article": 3}


def test_patterns_of_the_source_leave_pages_out(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    named = replace(site_at(f"{site.url}/feed"), patterns=Patterns(exclude=("*/two",)))
    items = fetch(lake, named)
    assert outcomes(items) == {"page": 1, "skipped excluded": 1}
    assert [i.detail for i in items if isinstance(i, Skip)] == [f"{site.url}/news/two"]


def test_what_robots_txt_denies_is_skipped(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    site.pages["/robots.txt"] = "text/plain", b"User-agent: *\nDisallow: /news/two"
    assert outcomes(fetch(lake, site_at(f"{site.url}/feed"))) == {"page": 1, "skipped robots": 1}
    assert "/news/two" not in site.asked()


def test_rights_that_the_site_reserves_go_with_its_pages(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one")
    site.pages["/robots.txt"] = "text/plain", b"User-agent: GPTBot\nDisallow: /"
    site.pages["/.well-known/tdmrep.json"] = (
        "application/json",
        b'[{"location": "/news/*", "tdm-reservation": 1}]',
    )
    (page,) = fetch(lake, site_at(f"{site.url}/feed"))
    assert isinstance(page, Page)
    assert page.reserved == ("robots", "tdm-reservation")


def test_private_addresses_are_not_fetched_unless_that_is_allowed(
    lake: Lake, site: NewsSite
) -> None:
    with_feed(site, "one")
    items = fetch(lake, site_at(f"{site.url}/feed"), rules=replace(RULES, allow_private=False))
    assert outcomes(items) == {"skipped forbidden_address": 1}
    assert site.log == []


def test_a_limit_bounds_what_is_fetched(lake: Lake, site: NewsSite) -> None:
    with_feed(site, *(str(number) for number in range(20)))
    items = fetch(lake, site_at(f"{site.url}/feed"), rules=replace(RULES, limit=3))
    assert outcomes(items)["page"] == 3
    assert site.asked().total() == 4


def test_what_a_limit_left_is_fetched_by_the_next_run(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, *(str(number) for number in range(5)))
    named = site_at(f"{site.url}/feed")
    first = fetch(lake, named, rules=replace(RULES, limit=3), clock=clock)
    second = fetch(lake, named, clock=clock)
    assert sorted(paths(first) + paths(second)) == [f"/news/{number}" for number in range(5)]


def test_what_a_run_that_was_stopped_left_is_fetched_by_the_next_one(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, *(str(number) for number in range(50)))
    named = site_at(f"{site.url}/feed")
    stopped = fetch_sites(lake, [named], run_id="stopped", rules=replace(RULES, now=clock))
    first = list(islice(stopped, 5))
    stopped.close()
    second = fetch(lake, named, clock=clock)
    assert len(first) == 5
    assert paths(second) == sorted(f"/news/{number}" for number in range(50))
    assert site.asked().total() < 50 + 2 + RULES.crawl.max_results + RULES.crawl.threads


def test_a_scheduled_run_leaves_the_rest_of_a_long_list_to_the_next(
    lake: Lake, site: NewsSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_queue, "MAX_SCHEDULED_PAGES", 100)
    with_feed(site, *(str(number) for number in range(250)))
    source = registered(site, StartKind.FEED, "/feed")
    found = []
    for _ in range(3):
        found.append(paths(fetch(lake, source, clock=clock)))
        clock.time += 60.0
    assert [len(some) for some in found] == [100, 100, 50]
    assert len({path for some in found for path in some}) == 250


# What fails


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_page_that_is_refused_is_failed_and_the_others_are_fetched(
    lake: Lake, site: NewsSite, status: int
) -> None:
    with_feed(site, "one", "two")
    del site.pages["/news/two"]
    site.statuses["/news/two"] = status
    items = fetch(lake, site_at(f"{site.url}/feed"))
    assert outcomes(items) == {"page": 1, "failed http_status": 1}


def test_an_article_that_leads_to_the_front_page_is_none(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    site.publish("/", "Front page", a_text("everybody"))
    site.redirects["/news/two"] = "/"
    items = fetch(lake, site_at(f"{site.url}/feed"))
    assert outcomes(items) == {"page": 1, "skipped not_an_article": 1}


def test_a_feed_that_is_a_page_is_a_rejection(lake: Lake, site: NewsSite) -> None:
    site.publish("/feed", "No feed", a_text("nobody"))
    items = fetch(lake, registered(site, StartKind.FEED, "/feed"))
    assert outcomes(items) == {"rejected broken_feed": 1}


def test_a_feed_with_entities_is_a_rejection(lake: Lake, site: NewsSite) -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaa">]><rss><channel/></rss>'
    site.pages["/feed"] = "application/rss+xml", bomb
    items = fetch(lake, registered(site, StartKind.FEED, "/feed"))
    assert outcomes(items) == {"rejected broken_feed": 1}


def test_a_site_that_is_down_is_failed_and_another_is_fetched(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one")
    with news_site() as other:
        other.is_down = True
        items = fetch(lake, site_at(f"{other.url}/feed"), site_at(f"{site.url}/feed"))
    counted = outcomes(items)
    assert counted.pop("page") == 1
    assert counted.total() == 1
    assert next(iter(counted)).startswith("failed ")


# What is remembered


def test_a_second_run_over_an_unchanged_feed_fetches_no_page(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    site.log.clear()
    clock.time += HOUR
    assert outcomes(fetch(lake, site_at(f"{site.url}/feed"), clock=clock)) == {
        "unchanged not_modified": 1
    }
    assert site.asked() == {"/feed": 1}


def test_a_new_article_of_a_known_feed_is_fetched_alone(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    with_feed(site, "three", "one", "two")
    clock.time += HOUR
    items = fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    assert paths(items) == ["/news/three"]
    assert outcomes(items) == {"page": 1, "unchanged not_due": 2}


def test_a_page_is_looked_at_again_when_it_is_a_day_old(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    site.publish("/news/two", "Story two", a_text("two, corrected"))
    clock.time += DAY
    items = fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    assert paths(items) == ["/news/two"]
    assert outcomes(items)["unchanged not_modified"] == 1
    (page,) = (item for item in items if isinstance(item, Page))
    assert page.given.given_title == "Story two"  # the hint of the first day


def test_a_page_that_is_always_not_modified_is_read_at_last(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    site.lying.add("/news/one")
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    site.publish("/news/one", "Story one", a_text("one, corrected"))
    found = []
    for _ in range(8):
        clock.time += DAY
        found += paths(fetch(lake, site_at(f"{site.url}/feed"), clock=clock))
    assert found == ["/news/one"] * len(found)
    assert found


def test_a_feed_that_is_always_not_modified_is_caught_and_not_believed_again(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    site.lying.add("/feed")
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    with_feed(site, "two", "one")
    clock.time += HOUR
    assert paths(fetch(lake, site_at(f"{site.url}/feed"), clock=clock)) == []
    clock.time += DAY
    assert "/news/two" in paths(fetch(lake, site_at(f"{site.url}/feed"), clock=clock))
    with_feed(site, "three", "two", "one")
    clock.time += HOUR
    assert paths(fetch(lake, site_at(f"{site.url}/feed"), clock=clock)) == ["/news/three"]


def with_atom(site: NewsSite, modified: dict[str, str]) -> None:
    entries = "".join(
        f"<entry><title>{name}</title><link href='{site.url}/news/{name}'/><id>{name}</id>"
        f"<updated>{at}</updated></entry>"
        for name, at in modified.items()
    )
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{entries}</feed>"
    site.pages["/feed"] = "application/atom+xml", feed.encode()


def moment(clock: Clock) -> str:
    return datetime.fromtimestamp(clock.time, UTC).isoformat()


def test_a_feed_that_says_of_everything_that_it_was_modified_just_now_is_not_believed_twice(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    publish(site, "one", "two")
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(4 * 24):
        with_atom(site, dict.fromkeys(("one", "two"), moment(clock)))
        fetch(lake, source, clock=clock)
        clock.time += HOUR
    assert site.asked()["/news/one"] == 4  # once, once too often, after a day and after two
    assert site.asked()["/news/two"] == 4
    assert site.asked()["/feed"] < 20  # pages that are fetched again are no news


def test_two_spellings_of_one_time_are_no_change(lake: Lake, site: NewsSite, clock: Clock) -> None:
    publish(site, "one", "two")
    source = registered(site, StartKind.FEED, "/feed")
    for spelling in ("2026-11-23T10:00:00Z", "2026-11-23T11:00:00+01:00", "2026-11-23") * 2:
        with_atom(site, {"one": spelling})
        fetch(lake, source, clock=clock)
        clock.time += 2 * HOUR
    assert site.asked()["/news/one"] == 1


def test_an_article_that_is_revised_twice_within_minutes_is_fetched_twice(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    publish(site, "one")
    with_atom(site, {"one": moment(clock)})
    named = site_at(f"{site.url}/feed")
    found = []
    for minutes, text in ((0, "it"), (12, "it, revised"), (15, "it, revised again"), (26, "")):
        clock.time += minutes * 60.0
        if text:
            site.publish("/news/one", "Story one", a_text(text))
            with_atom(site, {"one": moment(clock)})
        found.append(len(paths(fetch(lake, named, clock=clock))))
    assert found == [1, 1, 1, 0]


def test_an_article_that_was_fetched_a_moment_ago_is_looked_at_by_the_next_run(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    publish(site, "one")
    with_atom(site, {"one": moment(clock)})
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    source = registered(site, StartKind.FEED, "/feed")
    clock.time += 60.0
    site.publish("/news/one", "Story one", a_text("one, revised"))
    with_atom(site, {"one": moment(clock)})
    assert paths(fetch(lake, source, clock=clock)) == []
    clock.time += 600.0
    assert paths(fetch(lake, source, clock=clock)) == ["/news/one"]


def test_a_page_that_is_gone_is_not_asked_for_again_and_again_as_its_feed_renews_it(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(20):
        with_atom(site, {"one": moment(clock)})
        fetch(lake, source, clock=clock)
        clock.time += DAY
    assert site.asked()["/news/one"] <= 11


def test_a_registered_feed_is_asked_when_it_is_due(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    site.log.clear()
    clock.time += HOUR / 2
    assert outcomes(fetch(lake, source, clock=clock)) == {"skipped not_due": 1}
    assert site.log == []
    clock.time += HOUR
    fetch(lake, source, clock=clock)
    assert site.asked() == {"/feed": 1}


def test_a_feed_that_a_user_names_stays_on_the_schedule_of_its_registered_source(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    clock.time += 60.0
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    site.log.clear()
    clock.time += 60.0
    assert outcomes(fetch(lake, source, clock=clock)) == {"skipped not_due": 1}
    assert site.log == []


def test_a_clock_that_was_a_year_ahead_silences_nobody(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.pages["/"] = "text/html", f"<html><head>{feed}</head></html>".encode()
    site.lying.update(("/feed", "/news/one"))
    clock.time += 365 * DAY
    fetch(lake, registered(site), clock=clock)
    clock.time -= 365 * DAY
    site.log.clear()
    with_feed(site, "two", "one")
    site.publish("/news/one", "Story one", a_text("one, corrected"))
    assert paths(fetch(lake, registered(site), clock=clock)) == ["/news/one", "/news/two"]
    assert site.asked() == {"/": 1, "/feed": 1, "/news/one": 1, "/news/two": 1}
    for _ in range(4):
        clock.time += DAY
        fetch(lake, registered(site), clock=clock)
    assert site.asked()["/"] == 1
    assert site.asked()["/news/one"] == 4  # at 0, 1, 2 and 4 days


def test_the_homepage_of_a_registered_site_is_searched_once_a_week(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    site.pages["/"] = (
        "text/html",
        b'<html><link rel="alternate" type="application/rss+xml" href="/feed"></html>',
    )
    for _ in range(10):
        fetch(lake, registered(site), clock=clock)
        clock.time += DAY
    assert site.asked()["/"] == 2
    assert site.asked()["/feed"] >= 9


def test_a_failing_feed_is_tried_ever_more_rarely_and_comes_back(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    feed = site.pages.pop("/feed")
    site.log.clear()
    for _ in range(14 * 24):
        clock.time += HOUR
        fetch(lake, source, clock=clock)
    assert 14 <= site.asked()["/feed"] <= 25
    with open_memory(memory_of(lake)) as memory:
        (known,) = memory.feeds("wire")
    assert known.problem == "HTTP status 404"
    site.pages["/feed"] = feed
    with_feed(site, "two", "one")
    clock.time += DAY
    assert "/news/two" in paths(fetch(lake, source, clock=clock))


def test_what_was_not_asked_as_its_host_is_left_alone_has_not_failed(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    names = [str(number) for number in range(6)]
    with_feed(site, *names)
    site.pages["/feed2"] = site.pages["/feed"]
    another = Start(url=f"{site.url}/feed2", kind=StartKind.FEED)
    source = registered(site, StartKind.FEED, "/feed")
    source = replace(source, starts=(*source.starts, another))
    fetch(lake, source, rules=AT_ONCE, clock=clock)
    pages, site.pages = site.pages, {}
    for path in pages:
        site.statuses[path], site.fields[path] = 503, {"Retry-After": "3600"}
    site.log.clear()
    for day in range(1, 11):
        clock.time += 1.01 * DAY
        fetch(lake, source, rules=AT_ONCE, clock=clock)
        assert len(site.log) <= 4 * day  # its own files, and one that is told to come back later
    with open_memory(memory_of(lake)) as memory:
        known = memory.addresses(f"{site.url}/news/{name}" for name in names)
        assert [a.failures for a in known.values()] == [0.0] * 6
        asked, left_alone = memory.feeds("wire")
        assert (asked.failures, left_alone.failures) == (2.5, 0.0)
        assert left_alone.problem is not None
        assert "not to be asked" in left_alone.problem
    site.pages = pages
    site.log.clear()
    clock.time += DAY
    fetch(lake, source, rules=AT_ONCE, clock=clock)
    assert set(site.asked()) == set(pages)


def test_a_page_of_a_host_that_is_down_is_asked_again_when_it_is_up(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    names = [str(number) for number in range(30)]
    with_feed(site, *names)
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, rules=AT_ONCE, clock=clock)
    site.is_down = True
    for _ in range(5):
        clock.time += DAY
        fetch(lake, source, rules=AT_ONCE, clock=clock)
    site.is_down = False
    site.log.clear()
    clock.time += DAY
    fetch(lake, source, rules=AT_ONCE, clock=clock)
    assert site.asked() == {"/feed": 1, **{f"/news/{name}": 1 for name in names}}


def test_a_broken_feed_is_reported_whatever_its_validator_says(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    site.publish("/feed", "No feed", a_text("nobody"))
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(3):
        assert outcomes(fetch(lake, source, clock=clock)) == {"rejected broken_feed": 1}
        clock.time += DAY
    with open_memory(memory_of(lake)) as memory:
        (feed,) = memory.feeds("wire")
    assert feed.failures == 1.5
    assert feed.problem is not None


def test_a_304_that_nobody_asked_for_is_a_failure(lake: Lake, site: NewsSite, clock: Clock) -> None:
    with_feed(site, "one", "two")
    source = registered(site, StartKind.FEED, "/feed")
    site.statuses["/news/one"] = 304  # of a page that was never read
    first = fetch(lake, source, clock=clock)
    assert outcomes(first) == {"page": 1, "failed http_status": 1}
    site.statuses["/news/two"] = 304  # of one that was, and is asked for without its validator
    clock.time += 3 * DAY
    second = fetch(lake, source, clock=clock)
    assert outcomes(second)["failed http_status"] == 2
    with open_memory(memory_of(lake)) as memory:
        known = memory.addresses(f"{site.url}/news/{name}" for name in ("one", "two"))
    assert {address.failures for address in known.values()} == {1.0, 0.5}


def test_a_limited_run_over_a_site_with_a_dead_feed_leaves_the_rest_to_the_next(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, *(str(number) for number in range(20)))
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="/{name}">'
        for name in ("dead.xml", "feed")
    )
    site.pages["/"] = "text/html", f"<html><head>{links}</head></html>".encode()
    first = fetch(lake, registered(site), rules=replace(RULES, limit=5), clock=clock)
    second = fetch(lake, registered(site), clock=clock)
    assert len(paths(first)) == 5
    assert len(paths(second)) == 15


def test_a_page_that_fails_is_no_feed(lake: Lake, site: NewsSite, clock: Clock) -> None:
    fetch(lake, site_at(f"{site.url}/news/2026/11/23/not-there-any-more"), clock=clock)
    with open_memory(memory_of(lake)) as memory:
        assert memory.feeds(site_at(site.url).source_id) == []


def test_who_names_a_page_gets_that_page_alone(lake: Lake, site: NewsSite, clock: Clock) -> None:
    long_name = "the-council-agrees-on-a-budget-for-schools"
    with_feed(site, "one", "two", long_name)
    fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    clock.time += 2 * DAY
    site.log.clear()
    fetch(lake, site_at(f"{site.url}/news/{long_name}"), clock=clock)
    assert site.asked() == {f"/news/{long_name}": 1}


def test_a_named_article_that_leads_to_the_front_page_does_not_fetch_the_site(
    lake: Lake, site: NewsSite
) -> None:
    with_feed(site, "one", "two")
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed">'
    site.pages["/"] = "text/html", f"<html><head>{feed}</head></html>".encode()
    gone = "/news/2026/11/23/the-council-agrees-on-a-budget"
    site.redirects[gone] = "/"
    items = fetch(lake, site_at(f"{site.url}{gone}"))
    assert outcomes(items) == {"skipped not_an_article": 1}
    assert set(site.asked()) == {gone, "/"}


def test_a_page_that_says_it_is_an_article_is_one_whatever_its_address(
    lake: Lake, site: NewsSite
) -> None:
    site.publish("/x", "A story", a_text("x"), extra='<meta property="og:type" content="article">')
    assert outcomes(fetch(lake, site_at(f"{site.url}/x"))) == {"page": 1}


# What is archived


def test_every_page_is_in_the_archive_as_it_came(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    site.pages["/robots.txt"] = "text/plain", b"User-agent: GPTBot\nDisallow: /news/one"
    site.redirects["/news/two"] = "/news/two-moved"
    site.publish("/news/two-moved", "Story two", a_text("two"))
    items = fetch(lake, site_at(f"{site.url}/feed"))
    assert paths(items) == ["/news/one", "/news/two-moved"]
    for item in items:
        assert isinstance(item, Page)
        again = read_archived(lake, item.raw_ref)
        assert isinstance(again, Page)
        assert again == item


def test_what_a_killed_run_archived_is_read_from_there_until_it_is_committed(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    first = fetch(lake, site_at(f"{site.url}/feed"), clock=clock, is_killed=True)
    site.log.clear()
    second = fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    # Nor are they counted once more as known.
    assert outcomes(second) == {"page": 2, "unchanged not_modified": 1}
    assert paths(second) == paths(first)
    assert site.asked() == {"/feed": 1}
    assert paths(fetch(lake, site_at(f"{site.url}/feed"), clock=clock)) == []


def cut_index(lake: Lake) -> Path:
    """Leave the archive's only file as a kill does: without its index."""
    (file,) = (lake.home / "pages").glob("*.warc.gz")
    index_of(file).unlink()
    return file


def test_a_kill_between_archive_and_memory_fetches_no_redirected_page_again(
    lake: Lake, site: NewsSite, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_feed(site, "one", "two", "three")
    site.redirects["/news/two"] = "/news/two-on-its-way"
    site.redirects["/news/two-on-its-way"] = "/news/two-moved"
    site.publish("/news/two-moved", "Story two", a_text("two"))
    with monkeypatch.context() as patch:
        patch.setattr(Memory, "note_page", lambda *_, **__: None)
        first = fetch(lake, site_at(f"{site.url}/feed"), clock=clock, is_killed=True)
    cut_index(lake)
    with open_memory(memory_of(lake)) as memory:
        assert not memory.pending()
    site.log.clear()
    second = fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    assert paths(second) == paths(first) == ["/news/one", "/news/three", "/news/two-moved"]
    assert fetch(lake, site_at(f"{site.url}/feed"), clock=clock)
    assert set(site.asked()) == {"/feed"}


def test_a_page_that_the_archive_has_lost_is_rejected_and_fetched_again(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one", "two")
    site.redirects["/news/two"] = "/news/two-moved"
    site.publish("/news/two-moved", "Story two", a_text("two"))
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock, is_killed=True)
    cut_index(lake).unlink()
    site.log.clear()
    clock.time += 60.0
    lost = fetch(lake, source, clock=clock)
    assert outcomes(lost)["rejected vanished"] == 2
    assert {item.url for item in lost if isinstance(item, Rejection)} == {
        f"{site.url}/news/one",
        f"{site.url}/news/two",
    }
    assert {item.source_id for item in lost} == {"wire"}
    assert site.log == []
    clock.time += 60.0
    assert paths(fetch(lake, source, clock=clock)) == ["/news/one", "/news/two-moved"]
    clock.time += 60.0
    assert paths(fetch(lake, source, clock=clock)) == []


def test_a_page_that_is_cut_off_in_the_archive_is_lost(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    (page,) = (i for i in fetch(lake, source, clock=clock, is_killed=True) if isinstance(i, Page))
    os.truncate(cut_index(lake), int(page.raw_ref.rpartition("#")[2]) + 100)
    lost = fetch(lake, source, clock=clock)
    assert outcomes(lost)["rejected vanished"] == 1
    assert paths(fetch(lake, source, clock=clock)) == ["/news/one"]


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        ("/video/2026/thing", "skipped excluded"),
        ("/error/404", "skipped not_an_article"),
        ("/consent?back=/news/one", "skipped not_an_article"),
        ("/news/two", "page"),
    ],
)
def test_what_a_redirect_leads_to_must_be_an_article_of_the_source(
    lake: Lake, site: NewsSite, target: str, outcome: str
) -> None:
    with_feed(site, "one")
    site.publish(target, "Elsewhere", a_text("elsewhere"))
    site.redirects["/news/one"] = target
    source = replace(site_at(f"{site.url}/feed"), patterns=Patterns(exclude=("/video/*",)))
    assert outcomes(fetch(lake, source)) == {outcome: 1}


def test_a_part_that_nobody_asked_for_is_no_page(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one")
    site.statuses["/news/one"] = 206
    assert outcomes(fetch(lake, site_at(f"{site.url}/feed"))) == {"failed http_status": 1}


# What is named by its address, and by a feed


def test_a_named_page_that_does_not_say_what_it_is_comes_with_the_feed_that_names_it(
    lake: Lake, site: NewsSite
) -> None:
    with_feed(site, "one")
    assert outcomes(fetch(lake, site_at(f"{site.url}/news/one"))) == {"page": 1}


def test_a_page_that_is_named_beside_its_feed_is_one_item(lake: Lake, site: NewsSite) -> None:
    with_feed(site, "one", "two")
    named = merged([site_at(f"{site.url}/feed"), site_at(f"{site.url}/news/one")])
    assert outcomes(fetch(lake, *named)) == {"page": 2}


ARTICLE = "/2026/11/20/the-council-agrees-on-the-budget"


def test_a_named_article_that_a_killed_run_left_is_not_fetched_again(
    lake: Lake, site: NewsSite
) -> None:
    site.publish(ARTICLE, "Budget", a_text("budget"))
    named = site_at(site.url + ARTICLE)
    fetch(lake, named, is_killed=True)
    assert outcomes(fetch(lake, named)) == {"page": 1}
    assert site.asked() == {ARTICLE: 1}


def test_a_named_article_that_a_list_names_as_well_is_fetched_once(
    lake: Lake, site: NewsSite, tmp_path: Path
) -> None:
    site.publish(ARTICLE, "Budget", a_text("budget"))
    listed = tmp_path / "urls.txt"
    listed.write_text(f"{site.url}{ARTICLE}\n")
    both = merged(
        [site_of_list(str(listed), source_id="x"), site_at(site.url + ARTICLE, source_id="x")]
    )
    assert outcomes(fetch(lake, *both)) == {"page": 1}


def test_a_named_article_that_fails_is_tried_again_by_the_source_whose_feed_names_it(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    site.publish(ARTICLE, "Budget", a_text("budget"))
    site.offer_feed("/feed", {ARTICLE: ("Budget", NOON)})
    site.statuses[ARTICLE] = 503
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, site_at(site.url + ARTICLE), source, rules=AT_ONCE, clock=clock)
    site.statuses.clear()
    clock.time += DAY
    assert outcomes(fetch(lake, source, rules=AT_ONCE, clock=clock))["page"] == 1


@pytest.mark.parametrize("way", ["itself", "a redirect"])
def test_whoever_names_a_page_once_does_not_take_its_rechecks_away(
    lake: Lake, site: NewsSite, clock: Clock, way: str
) -> None:
    site.publish(ARTICLE, "Budget", a_text("budget"))
    site.offer_feed("/feed", {ARTICLE: ("Budget", NOON)})
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    old = "/2026/11/19/an-older-address-of-the-same-article"
    site.redirects[old] = ARTICLE
    fetch(lake, site_at(site.url + (ARTICLE if way == "itself" else old)), clock=clock)
    site.offer_feed("/feed", {})
    site.log.clear()
    clock.time += 2 * DAY
    fetch(lake, source, clock=clock)
    assert site.asked()[ARTICLE] == 1


def test_due_pages_that_the_source_has_excluded_since_are_left_alone(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    fetch(lake, source, clock=clock)
    clock.time += 2 * DAY
    site.log.clear()
    fetch(lake, replace(source, patterns=Patterns(exclude=("/news/*",))), clock=clock)
    assert site.asked() == {"/feed": 1}


def test_sitemaps_that_are_nested_too_deeply_are_counted(lake: Lake, site: NewsSite) -> None:
    for depth in range(6):
        index = f"<sitemapindex><sitemap><loc>{site.url}/s{depth + 1}.xml</loc></sitemap>"
        site.pages[f"/s{depth}.xml"] = "text/xml", f"{index}</sitemapindex>".encode()
    assert outcomes(fetch(lake, site_at(f"{site.url}/s0.xml"))) == {"skipped too_many": 1}
