"""What is remembered of a feed or sitemap after it was asked, and when it is asked again."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from expectations.records import Reason
from tasks.fetch.messages import Failure, Response
from tasks.known import KnownFeed
from tasks.network.context import Fetching
from tasks.network.site import Site
from tasks.schedule import (
    DAY,
    FIRST_POLL_S,
    LONGEST_POLL_S,
    failure_weight,
    is_recent,
    next_interval,
    next_try,
    put_off,
)

# Feeds lie: a 304 is believed while the feed itself was read this recently.
_TRUSTED_S = DAY


def is_trusted(feed: KnownFeed, now: float, *, only_news: bool) -> bool:
    """Whether a feed may be asked with its validators, or is to be read again whatever it says."""
    is_fresh = feed.read_at is not None and is_recent(feed.read_at, now, _TRUSTED_S)
    return is_fresh and not feed.lies and (only_news or not feed.is_partly_read)


def feed_as_read(  # noqa: PLR0913 - all that is known of it, named at the call
    fetching: Fetching,
    site: Site,
    url: str,
    before: KnownFeed | None,
    response: Response,
    *,
    known: int,
    links: int,
    problem: str | None,
    is_partly_read: bool,
    poll_s: int | None = None,
) -> KnownFeed:
    """What is to be remembered of a feed that was read, once its links have been fetched.

    Args:
        fetching: The run.
        site: Whose feed it is.
        url: The address that was asked for.
        before: What was known of it.
        response: What came.
        known: How many of its links were known.
        links: How many it has.
        problem: Why it could not be read to its end.
        is_partly_read: Whether its older links were passed over.
        poll_s: Seconds that it asks to be left alone; kept to for up to a day.
    """
    now = fetching.now()
    interval = FIRST_POLL_S
    if before is not None:
        interval = next_interval(before.interval_s, known, links)
    interval = max(interval, min(poll_s or 0, LONGEST_POLL_S))
    failures = 0.0
    if problem is not None:
        failures = (before.failures if before else 0.0) + failure_weight(Reason.BROKEN_FEED)
    etag = response.field("ETag") or None
    last_modified = response.field("Last-Modified") or None
    body_hash = sha256(response.body).digest()
    is_caught = (
        before is not None
        and (etag, last_modified) == (before.etag, before.last_modified) != (None, None)
        and body_hash != before.body_hash
    )
    # What is broken is read again next time: a 304 would only say that it is broken still.
    is_whole = problem is None
    return KnownFeed(
        url=url,
        source_id=site.source_id,
        etag=etag if is_whole else None,
        last_modified=last_modified if is_whole else None,
        body_hash=body_hash,
        polled_at=now,
        read_at=now if is_whole else before.read_at if before else None,
        due_at=now + interval if problem is None else next_try(failures, now),
        interval_s=interval,
        failures=failures,
        problem=problem,
        is_partly_read=is_partly_read,
        lies=is_caught or (before is not None and before.lies),
    )


def remember_unmodified(fetching: Fetching, feed: KnownFeed) -> None:
    """Remember a feed that has nothing new, as its server says."""
    now = fetching.now()
    interval = next_interval(feed.interval_s, 1, 1)
    fetching.memory.put_feed(
        replace(
            feed,
            polled_at=now,
            due_at=now + interval,
            interval_s=interval,
            failures=0.0,
            problem=None,
        )
    )


def unknown_feed(site: Site, url: str, now: float, *, is_home: bool = False) -> KnownFeed:
    """What is known of a feed, sitemap or homepage that was never asked: it is due."""
    return KnownFeed(
        url=url,
        source_id=site.source_id,
        etag=None,
        last_modified=None,
        body_hash=None,
        polled_at=now,
        read_at=None,
        due_at=now,
        interval_s=FIRST_POLL_S,
        failures=0.0,
        problem=None,
        is_home=is_home,
    )


def remember_feed_failure(
    fetching: Fetching,
    site: Site,
    url: str,
    before: KnownFeed | None,
    answer: Response | Failure,
) -> None:
    """Remember that a feed could not be had; it is never forgotten for that.

    One that was not asked, as its host is left alone, has not failed: it is asked a little later.
    """
    now = fetching.now()
    held = before or unknown_feed(site, url, now)
    if isinstance(answer, Response):
        weight = failure_weight(Reason.HTTP_STATUS, answer.status)
        problem = f"HTTP status {answer.status}"
    else:
        weight = failure_weight(answer.reason)
        problem = f"{answer.reason}: {answer.detail}"
        if not answer.was_asked:
            fetching.memory.put_feed(replace(held, due_at=put_off(now), problem=problem))
            return
    failures = held.failures + weight
    fetching.memory.put_feed(
        replace(
            held,
            polled_at=now,
            failures=failures,
            due_at=next_try(failures, now),
            problem=problem,
        )
    )
