"""Which hints of change have a page fetched before its time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from expectations.records import Given
from tasks.known import KnownAddress
from tasks.network.hints import Hint, believed_from, is_believed, latest, read_hint, tells_change
from tasks.schedule import DAY, LAST_RECHECK_S

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
KNOWN = KnownAddress(
    url="https://news.example/1",
    source_id="example",
    given=Given(),
    etag=None,
    last_modified=None,
    body_hash=b"1",
    hinted_at=NOON - 3600,
    hints_from=0.0,
    fetched_at=NOON,
    read_at=NOON,
    changed_at=NOON,
    due_at=NOON + DAY,
    failures=0.0,
)


def test_a_time_is_read_whatever_its_spelling() -> None:
    spelt = ("2026-11-23T12:00:00Z", "2026-11-23T13:00:00+01:00", "Mon, 23 Nov 2026 12:00:00 GMT")
    assert {read_hint(text, NOON) for text in spelt} == {Hint(NOON, is_moment=True)}


@pytest.mark.parametrize("text", [None, "", "soon", "2036-01-01T00:00:00Z"])
def test_a_time_that_is_unreadable_or_to_come_is_no_hint(text: str | None) -> None:
    assert read_hint(text, NOON) is None


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("2026-11-23T12:00:01Z", True),
        ("2026-11-23T12:00:00Z", False),  # it was read then
        ("2026-11-23T11:30:00Z", False),  # not heard before, but it was read later
        ("2026-11-23T11:30:00", True),  # of whatever zone
        ("2026-11-23T11:00:00", False),  # heard before
        ("2026-11-23", False),
        ("2026-11-24", True),
    ],
)
def test_a_hint_tells_of_a_change_if_it_is_later_than_what_was_heard_and_read(
    text: str, *, tells: bool
) -> None:
    assert tells_change(read_hint(text, NOON + DAY), KNOWN) is tells


def test_of_a_page_without_a_hint_so_far_a_later_time_than_that_of_reading_counts() -> None:
    known = replace(KNOWN, hinted_at=None)
    assert not tells_change(read_hint("2026-11-23", NOON), known)
    assert tells_change(read_hint("2026-11-23T13:00:00", NOON), known)
    assert tells_change(read_hint("2026-11-23", NOON), replace(known, read_at=None))
    assert not tells_change(None, known)


def test_a_hint_that_was_wrong_has_the_next_ones_wait_for_the_schedule() -> None:
    due = NOON + 2 * DAY
    assert believed_from(KNOWN, due, NOON, is_hinted=False) == 0.0
    assert believed_from(KNOWN, due, NOON, is_hinted=True) == due
    doubted = replace(KNOWN, hints_from=NOON)
    assert believed_from(doubted, due, NOON, is_hinted=False) == due
    assert believed_from(doubted, None, NOON, is_hinted=False) == NOON + LAST_RECHECK_S
    assert is_believed(doubted, NOON)
    assert not is_believed(doubted, NOON - 1)


def test_a_page_that_fails_is_tried_in_its_own_time_while_there_is_one() -> None:
    failing = replace(KNOWN, failures=1.0)
    assert not is_believed(failing, NOON)
    assert is_believed(replace(failing, due_at=None), NOON)


def test_the_latest_of_no_times_is_none() -> None:
    assert latest(None, None) is None
    assert latest(None, 1.0, 3.0, 2.0) == 3.0
