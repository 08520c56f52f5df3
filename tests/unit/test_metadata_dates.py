"""Dates as machines and English CMSs write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.metadata.dates import date_in_url, parse_date


@pytest.mark.parametrize(
    ("written", "moment", "precision"),
    [
        ("2024-05-17T10:30:15+02:00", "2024-05-17T10:30:15+02:00", "second"),
        ("2024-05-17T10:30:15.1234567Z", "2024-05-17T10:30:15+00:00", "second"),
        ("2024-05-17T10:30:15+0200", "2024-05-17T10:30:15+02:00", "second"),
        ("2024-05-17T10:30+02", "2024-05-17T10:30:00+02:00", "minute"),
        ("2024-05-17 10:30:15 +02:00", "2024-05-17T10:30:15+02:00", "second"),
        ("2024-05-17T10:30:15+02:00[Europe/Berlin]", "2024-05-17T10:30:15+02:00", "second"),
        ("2024-05-17 10:30 GMT+3:30", "2024-05-17T10:30:00+03:30", "minute"),
        ("2024/5/7 9:05", "2024-05-07T09:05:00", "minute"),
        ("20240517T103015Z", "2024-05-17T10:30:15+00:00", "second"),
        ("20240517", "2024-05-17T00:00:00", "day"),
        ("2024-05-17", "2024-05-17T00:00:00", "day"),
        ("2024-05-17T00:00:00Z", "2024-05-17T00:00:00", "day"),
        ("2024-05-17T00:00:00+08:00", "2024-05-17T00:00:00", "day"),
        ("17.05.2024 14:05", "2024-05-17T14:05:00", "minute"),
        ("Fri, 17 May 2024 10:30:15 -0700", "2024-05-17T10:30:15-07:00", "second"),
        ("Fri May 17 10:30:15 CEST 2024", "2024-05-17T10:30:15+02:00", "second"),
        ("Friday, May 17, 2024, 08:19 PM", "2024-05-17T20:19:00", "minute"),
        ("May 17th, 2024 12:05 a.m.", "2024-05-17T00:05:00", "minute"),
        ("17 May 2024", "2024-05-17T00:00:00", "day"),
        ("1715942415", "2024-05-17T10:40:15+00:00", "second"),
        ("1715942415000", "2024-05-17T10:40:15+00:00", "second"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59+00:00", "second"),
    ],
)
def test_a_date_is_read_as_exactly_as_it_is_written(
    written: str, moment: str, precision: str
) -> None:
    stamp = parse_date(written)
    assert stamp is not None
    assert stamp.moment == datetime.fromisoformat(moment)
    assert stamp.has_zone is (datetime.fromisoformat(moment).tzinfo is not None)
    assert stamp.precision == precision


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "2024-02-30",
        "2024-05-17T25:00",
        "0001-01-01T00:00Z",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "3/4/2024",
        "18:41",
        "105092",
        "1" * 80,
        "x" * 1_000_000,
    ],
)
def test_what_is_no_date_or_a_programs_zero_is_none(written: str) -> None:
    assert parse_date(written) is None


@given(
    st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - zones come separately
    st.integers(-48, 56).map(lambda quarters: timezone(timedelta(minutes=15 * quarters))),
)
def test_every_moment_written_by_python_is_read_back(moment: datetime, zone: timezone) -> None:
    stamp = parse_date(moment.replace(tzinfo=zone).isoformat())
    assert stamp is not None
    if stamp.precision == "second":
        assert stamp.utc() == moment.replace(tzinfo=zone, microsecond=0).astimezone(UTC)
    else:
        assert stamp.moment.date() == moment.date()


@given(st.text(max_size=90))
def test_no_text_makes_the_parser_raise(text: str) -> None:
    parse_date(text)
    date_in_url(f"https://example.com/{text}")


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://example.com/2024/05/17/vote", "2024-05-17"),
        ("https://example.com/world/2024/may/17/vote", "2024-05-17"),
        ("https://example.com/vote-2024-05-17", "2024-05-17"),
        ("https://example.com/n/20240517/vote", "2024-05-17"),
        ("https://example.com/vote-1234567890", None),
        ("https://example.com/2024/13/45/vote", None),
        ("https://example.com/vote?date=2024-05-17", None),
        (None, None),
    ],
)
def test_a_date_in_the_path_is_a_day(url: str | None, day: str | None) -> None:
    stamp = date_in_url(url)
    assert (None if stamp is None else stamp.moment.date().isoformat()) == day
