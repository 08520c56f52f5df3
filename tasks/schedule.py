"""When to ask again: pages by their age, feeds by how much of them is new, both by their failures.

Orders of magnitude are Media Cloud's (rss-fetcher), which polls some 180,000 feeds.
"""

from __future__ import annotations

from expectations.records import Reason

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

# News is corrected within hours and then hardly ever: a page's next look comes when it is twice as
# old as at the last one, until nobody corrects it any more.
FIRST_RECHECK_S = DAY
LAST_RECHECK_S = 32 * DAY

SHORTEST_POLL_S = 10 * MINUTE
LONGEST_POLL_S = DAY
LONGEST_QUIET_POLL_S = 30 * DAY  # of a sitemap that has had no news for long
FIRST_POLL_S = HOUR
# Of a feed's links, the share that was known: above the one it is asked less often, below the
# other more.
MOSTLY_KNOWN, MOSTLY_NEW = 0.67, 0.33
_SLOWER, _FASTER = 1.5, 0.5

DEAD_AFTER = 10.0  # weighted failures in a row
_GONE_AFTER = 3.0
_HARD, _SOFT, _TEMPORARY = 1.0, 0.5, 0.25
_GONE = frozenset({404, 410})
_TEMPORARY_REASONS = frozenset(
    {Reason.TIMEOUT, Reason.CONNECTION, Reason.TRUNCATED, Reason.ROBOTS_UNREACHABLE}
)
_SERVER_ERROR, _TOO_MANY_REQUESTS = 500, 429
_FIRST_RETRY_S = 15 * MINUTE
_LEFT_ALONE_S = HOUR


def is_due(due_at: float, now: float, *, longest_s: float) -> bool:
    """Whether it is time, by Unix times.

    What is due later than the longest of its intervals was put off by a clock that was ahead, so
    it is due now.
    """
    return not now < due_at <= now + longest_s


def is_recent(at: float, now: float, within_s: float) -> bool:
    """Whether something was less than so long ago; what is ahead of the clock was not."""
    return 0 <= now - at < within_s


def next_recheck(changed_at: float, now: float) -> float | None:
    """When a page that was read now is to be looked at again; None for never.

    Args:
        changed_at: When it was first read, or its article last found changed; seconds since 1970.
        now: The same clock.
    """
    age = max(now - changed_at, 0.0)
    if age > LAST_RECHECK_S:
        return None
    return now + max(FIRST_RECHECK_S, age)


def next_interval(interval: float, known: int, links: int) -> float:
    """Seconds to a feed's next poll, by how many of its links were known at this one.

    A feed without links tells nothing of its rhythm, and is asked less often.
    """
    share = known / links if links else 1.0
    factor = _SLOWER if share > MOSTLY_KNOWN else _FASTER if share < MOSTLY_NEW else 1.0
    return min(max(interval * factor, SHORTEST_POLL_S), LONGEST_POLL_S)


def failure_weight(reason: Reason, status: int | None = None) -> float:
    """How much a failure says that an address is gone for good: hard 1, soft 0.5, temporary 0.25.

    Args:
        reason: Why there is no content.
        status: The HTTP status, where that is the reason.
    """
    if status in _GONE:
        return _HARD
    is_busy = status is not None and (status >= _SERVER_ERROR or status == _TOO_MANY_REQUESTS)
    return _TEMPORARY if is_busy or reason in _TEMPORARY_REASONS else _SOFT


def next_try(failures: float, now: float) -> float:
    """When to ask a feed again whose failures have this weight together."""
    doublings = min(failures / _TEMPORARY - 1, 10)
    return now + min(_FIRST_RETRY_S * 2**doublings, LONGEST_POLL_S)


def put_off(now: float) -> float:
    """When to ask what was not asked, as its host was left alone for a run; it has not failed."""
    return now + _LEFT_ALONE_S


def next_page_try(failures: float, weight: float, now: float, *, was_read: bool) -> float | None:
    """When to ask a page again that failed, or None: then only if its feed says that it changed.

    Args:
        failures: Weight of its failures in a row.
        weight: Weight of the last one.
        now: Unix time in seconds.
        was_read: A page that was read once is asked less long: its article is in the lake.
    """
    if failures >= (_GONE_AFTER if was_read else DEAD_AFTER):
        return None
    return now + DAY if weight >= _HARD else next_try(failures, now)


def is_dead(failures: float) -> bool:
    """Whether an address has failed so often that it is reported; it is still tried once a day."""
    return failures >= DEAD_AFTER
