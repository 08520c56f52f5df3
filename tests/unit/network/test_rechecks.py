"""When a known page is fetched again: by the age of its article, whatever else its bytes hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tasks.network.address_memory import address_as_read
from tasks.network.site import StartKind
from tasks.schedule import DAY, HOUR
from tasks.storage import Lake
from tests.builders import a_page
from tests.fetching import Clock, fetch, publish, registered, with_feed
from tests.newsroom import NOON, NewsSite


@pytest.mark.parametrize("has_tokens", [False, True])
def test_a_page_is_looked_at_as_its_article_ages_though_it_has_another_token_each_time(
    lake: Lake, site: NewsSite, clock: Clock, *, has_tokens: bool
) -> None:
    site.has_tokens = has_tokens
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    asked = []
    for day in range(80):
        before = site.asked()["/news/one"]
        fetch(lake, source, clock=clock)
        asked += [day] * (site.asked()["/news/one"] - before)
        clock.time += DAY
    assert asked == [0, 1, 2, 4, 8, 16, 32, 64]


def test_an_article_that_has_changed_is_young_again(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    site.has_tokens = True
    with_feed(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    asked = []
    for day in range(30):
        if day == 5:
            site.publish("/news/one", "Story one", "The mayor has corrected the sum.")
        before = site.asked()["/news/one"]
        fetch(lake, source, clock=clock)
        asked += [day] * (site.asked()["/news/one"] - before)
        clock.time += DAY
    assert asked == [0, 1, 2, 4, 8, 9, 10, 12, 16, 24]


def test_a_feed_that_says_of_everything_that_it_was_modified_is_not_believed_for_a_token(
    lake: Lake, site: NewsSite, clock: Clock
) -> None:
    site.has_tokens = True
    publish(site, "one")
    source = registered(site, StartKind.FEED, "/feed")
    for _ in range(4 * 24):
        modified = datetime.fromtimestamp(clock.time, UTC).isoformat()
        entry = (
            f"<entry><title>Story</title><link href='{site.url}/news/one'/><id>1</id>"
            f"<published>{(NOON - timedelta(hours=1)).isoformat()}</published>"
            f"<updated>{modified}</updated></entry>"
        )
        feed = f"<feed xmlns='http://www.w3.org/2005/Atom'><title>News</title>{entry}</feed>"
        site.pages["/feed"] = "application/atom+xml", feed.encode()
        fetch(lake, source, clock=clock)
        clock.time += HOUR
    assert site.asked()["/news/one"] == 4  # once, once too often, after a day and after two


@pytest.mark.parametrize(
    ("etag", "body", "kept"),
    [('"x"', b"as it was", '"x"'), ('"x"', b"another", None), ('W/"x"', b"another", 'W/"x"')],
)
def test_a_validator_that_promises_equal_bytes_and_lies_is_not_remembered(
    etag: str, body: bytes, kept: str | None
) -> None:
    at, url = NOON.timestamp(), "https://news.example/one"
    before = address_as_read(a_page(body=b"as it was"), url, None, at=at, hinted_at=None, etag=etag)
    now = address_as_read(a_page(body=body), url, before, at=at + DAY, hinted_at=None, etag=etag)
    assert now.etag == kept
