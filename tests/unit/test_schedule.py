"""When pages and feeds are asked again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Reason
from tasks.schedule import (
    DAY,
    LAST_RECHECK_S,
    LONGEST_POLL_S,
    SHORTEST_POLL_S,
    failure_weight,
    is_dead,
    is_due,
    is_recent,
    next_interval,
    next_page_try,
    next_recheck,
    next_try,
)

times = st.floats(0, 4e9)


@given(changed=times, now=times)
def test_a_page_is_never_looked_at_again_within_a_day(changed: float, now: float) -> None:
    due = next_recheck(changed, now)
    assert due is None or due >= now + DAY


@given(due=times, now=times)
def test_what_is_due_later_than_the_longest_interval_is_due_now(due: float, now: float) -> None:
    is_ahead = due > now + LONGEST_POLL_S
    assert is_due(due, now, longest_s=LONGEST_POLL_S) == (due <= now or is_ahead)


def test_what_lies_ahead_of_the_clock_is_not_recent() -> None:
    assert is_recent(100.0, 100.0, 10.0)
    assert not is_recent(90.0, 100.0, 10.0)
    assert not is_recent(101.0, 100.0, 10.0)


def test_looks_at_a_page_grow_rarer_and_end() -> None:
    now, looks = 0.0, [0.0]
    while (due := next_recheck(0.0, now)) is not None:
        now = due
        looks.append(now)
    assert [look / DAY for look in looks] == [0, 1, 2, 4, 8, 16, 32, 64]
    assert looks[-1] > LAST_RECHECK_S


@given(
    interval=st.floats(SHORTEST_POLL_S, LONGEST_POLL_S),
    links=st.integers(0, 2000),
    share=st.floats(0, 1),
)
def test_intervals_of_feeds_stay_between_their_bounds(
    interval: float, links: int, share: float
) -> None:
    later = next_interval(interval, round(share * links), links)
    assert SHORTEST_POLL_S <= later <= LONGEST_POLL_S


def test_a_feed_of_news_is_asked_more_often_and_one_without_less() -> None:
    assert next_interval(3600, 0, 10) < 3600
    assert next_interval(3600, 5, 10) == 3600
    assert next_interval(3600, 10, 10) > 3600
    assert next_interval(3600, 0, 0) > 3600


@pytest.mark.parametrize(
    ("reason", "status", "weight"),
    [
        (Reason.HTTP_STATUS, 404, 1.0),
        (Reason.HTTP_STATUS, 410, 1.0),
        (Reason.DNS, None, 0.5),
        (Reason.HTTP_STATUS, 403, 0.5),
        (Reason.TLS, None, 0.5),
        (Reason.HTTP_STATUS, 503, 0.25),
        (Reason.HTTP_STATUS, 429, 0.25),
        (Reason.TIMEOUT, None, 0.25),
    ],
)
def test_failures_weigh_by_how_final_they_are(
    reason: Reason, status: int | None, weight: float
) -> None:
    assert failure_weight(reason, status) == weight


def test_failures_are_tried_again_ever_later_and_at_last_once_a_day() -> None:
    waits = [next_try(failures / 4, 0.0) for failures in range(1, 60)]
    assert waits == sorted(waits)
    assert waits[0] == 15 * 60
    assert waits[-1] == DAY
    assert not is_dead(9.75)
    assert is_dead(10.0)


def test_a_page_that_is_gone_is_asked_for_on_three_days_and_one_never_read_on_ten() -> None:
    def tries(*, was_read: bool) -> list[float]:
        times = [0.0]
        while (
            due := next_page_try(float(len(times)), 1.0, times[-1], was_read=was_read)
        ) is not None:
            times.append(due)
        return [time / DAY for time in times]

    assert tries(was_read=True) == [0, 1, 2]
    assert tries(was_read=False) == list(range(10))
