"""When a known page is fetched again: by the age of its article, whatever else its bytes hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from tasks.network.site import StartKind
from tasks.pool import close_shared_pools
from tasks.schedule import DAY, HOUR
from tasks.storage import Lake
from tests.fetching import Clock, fetch, ingest, publish, registered, with_feed
from tests.lakes import ask
from tests.newsroom import NOON, NewsSite, a_text

HOURS = timedelta(hours=1)


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    yield
    close_shared_pools()


def offer_atom(site: NewsSite, *, published: datetime, modified: datetime) -> None:
    """Put a feed of one story that says when it was modified."""
    entry = (
        f"<entry><title>Story</title><link href='{site.url}/news/one'/><id>1</id>"
        f"<published>{published.isoformat()}</published>"
        f"<updated>{modified.isoformat()}</updated></entry>"
    )
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{entry}</feed>"
    site.pages["/feed"] = "application/atom+xml", feed.encode()


def days_of_looks(
    site: NewsSite, clock: Clock, days: int, run: Callable[[int], object]
) -> list[int]:
    """On which days a run asks for the story."""
    looks = []
    for day in range(days):
        before = site.asked()["/news/one"]
        run(day)
        looks += [day] * (site.asked()["/news/one"] - before)
        clock.time += DAY
    return looks


@pytest.mark.parametrize("has_tokens", [False, True])
def test_a_page_is_looked_at_as_its_article_ages_though_it_has_another_token_each_time(
    lake: Lake, site: NewsSite, clock: Clock, *, has_tokens: bool
) -> None:
    site.has_tokens = has_tokens
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    looks = days_of_looks(site, clock, 80, lambda _: fetch(lake, source, clock=clock))
    assert looks == [0, 1, 2, 4, 8, 16, 32, 64]


def test_an_article_that_has_changed_is_young_again(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    site.has_tokens = True
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")

    def run(day: int) -> None:
        if day == 5:
            site.publish("/news/one", "Story one", "The mayor has corrected the sum.")
        fetch(lake, source, clock=clock)

    assert days_of_looks(site, clock, 30, run) == [0, 1, 2, 4, 8, 9, 10, 12, 16, 24]


def test_a_feed_that_says_of_everything_that_it_was_modified_is_not_believed_for_a_token(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    site.has_tokens = True
    publish(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(4 * 24):
        offer_atom(site, published=NOON - HOURS, modified=clock.moment())
        fetch(lake, source, clock=clock)
        clock.time += HOUR
    assert site.asked()["/news/one"] == 4  # once, once too often, after a day and after two


@pytest.mark.parametrize("has_tokens", [False, True])
def test_a_page_ages_though_its_feed_says_another_date_each_time(
    lake: Lake, site: NewsSite, clock: Clock, *, has_tokens: bool
) -> None:
    site.has_tokens = has_tokens
    publish(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(30):
        offer_atom(site, published=clock.moment(), modified=clock.moment())
        ingest(lake, source, clock=clock)
        clock.time += HOUR
    assert site.asked()["/news/one"] == 3  # once, once too often, after a day
    assert len(ask(lake, "select 1 from article_versions")) == 1


@pytest.mark.parametrize("own_words", ["", " Page {}."])
def test_two_pages_that_show_one_article_age_each_for_itself(
    lake: Lake, site: NewsSite, clock: Clock, own_words: str
) -> None:
    site.has_tokens = True
    with_feed(site, "one", "one-amp")
    source = registered(site, StartKind.FEED, "/feed")
    canonical = f'<link rel="canonical" href="{site.url}/news/one">'
    asked: dict[str, list[int]] = {"one": [], "one-amp": []}
    for day in range(14):
        more = " The mayor has corrected the sum." if day >= 3 else ""
        for name, days in asked.items():
            text = a_text("one") + more + own_words.format(name)
            site.publish(f"/news/{name}", "Story one", text, extra=canonical)
            days.append(site.asked()[f"/news/{name}"])
        ingest(lake, source, clock=clock)
        for name, days in asked.items():
            if site.asked()[f"/news/{name}"] > days.pop():
                days.append(day)
        clock.time += DAY
    assert asked == {name: [0, 1, 2, 4, 5, 6, 8, 12] for name in asked}


@pytest.mark.parametrize(
    ("is_killed", "then_asked"),
    # The run after the kill takes the page from the archive, and asks no more for it that day.
    [(False, [10, 11, 12, 14, 18]), (True, [11, 12, 13, 15, 19])],
)
def test_a_change_is_noted_though_the_run_that_committed_it_is_killed(
    lake: Lake, site: NewsSite, clock: Clock, *, is_killed: bool, then_asked: list[int]
) -> None:
    publish(site, "one")
    source = registered(site, StartKind.FEED, "/feed")

    def run(day: int) -> None:
        if day in {9, 10}:
            site.publish("/news/one", "Story one", f"{a_text('one')} Corrected on day {day}.")
        modified = clock.moment() - HOURS if day in {9, 10} else NOON - HOURS
        offer_atom(site, published=NOON - HOURS, modified=modified)
        ingest(lake, source, clock=clock, is_killed=is_killed and day == 9)

    assert days_of_looks(site, clock, 20, run) == [0, 1, 2, 4, 8, 9, *then_asked]
    assert len(ask(lake, "select 1 from article_versions")) == 3
