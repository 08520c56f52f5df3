"""Snapshots: the lake as it was, found by time or by run, on clocks that go wrong."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.columns import to_table
from expectations.records import Snapshot
from tasks import snapshots
from tasks.catalog import publish
from tasks.compaction import merge_small_files
from tasks.errors import LakeError, UsageError
from tasks.lake import active_files, append
from tasks.opening import open_or_create_lake
from tasks.query import open_catalog, open_snapshot
from tasks.runs import record_end, record_start, recorded_run
from tasks.snapshots import CLOCK_MAY_LAG, find_snapshot, moment, newest_snapshot
from tasks.storage import Lake
from tasks.views import DERIVED_VIEWS, TABLE_VIEWS
from tests.builders import a_rejection, an_article
from tests.lakes import ask, everything_in, put

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
# The list of snapshots itself is not as it was: it tells what can be asked for.
VIEWS = [view for view in (*TABLE_VIEWS, *DERIVED_VIEWS) if view != "snapshots"]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(tmp_path / "lake")


def remember(lake: Lake, *times: tuple[datetime, str]) -> None:
    """Write snapshots of these times and runs, in this order, without publishing anything."""
    for taken_at, run_id in times:
        snapshot = Snapshot(
            taken_at=taken_at, run_id=run_id, articles=0, quarantine=0, funnel=0, metrics=0, runs=0
        )
        name = f"{run_id}/{taken_at}"
        append(lake, "snapshots", to_table(Snapshot, [snapshot]), app_id=name)


# Which snapshot


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake with snapshots of noon, one and two o'clock, the last two by one run."""
    lake = open_or_create_lake(tmp_path_factory.mktemp("three") / "lake")
    remember(
        lake,
        (NOON, "20261101T115900Z-aaaaaa"),
        (NOON + timedelta(hours=1), "20261101T123000Z-bbbbbb"),
        (NOON + timedelta(hours=2), "20261101T123000Z-bbbbbb"),
    )
    return lake


@pytest.mark.parametrize(
    ("when", "hour"),
    [
        ("2026-11-01T12:00Z", 12),
        ("2026-11-01T12:00:00.000000+00:00", 12),
        ("2026-11-01T12:59:59.999999Z", 12),
        ("2026-11-01T13:00Z", 13),
        ("2026-11-01 13:30", 13),
        ("2026-11-01T16:30+03:30", 13),
        ("2026-11-01T07:59:59-05:00", 12),
        ("2026-11-02T01:59:00+13:00", 12),
        ("20261101T133000Z", 13),
        ("2026-11-02", 14),
        ("2026-11-01T14:00Z", 14),
        ("9999-12-31", 14),
        ("20261101T115900Z-aaaaaa", 12),
        ("20261101T123000Z-bbbbbb", 14),
    ],
)
def test_a_time_names_what_readers_saw_then_and_a_run_what_it_published_last(
    three: Lake, when: str, hour: int
) -> None:
    assert find_snapshot(three, when).taken_at == NOON.replace(hour=hour)


@pytest.mark.parametrize("zone", [timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
def test_a_time_without_a_zone_is_in_utc_wherever_the_reader_is(
    three: Lake, zone: timezone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    try:
        assert datetime(2026, 11, 1).astimezone().utcoffset() == timedelta(hours=14)
        assert find_snapshot(three, "2026-11-01T13:00").taken_at.hour == 13
    finally:
        monkeypatch.undo()
        time.tzset()
    at_one = NOON.replace(hour=13).astimezone(zone).isoformat()
    assert find_snapshot(three, at_one).taken_at.hour == 13


@pytest.mark.parametrize(
    "when", ["2026-11-01T11:59:59.999999Z", "20261101T115900Z", "2026-11-01", "0001-01-01T00:00Z"]
)
def test_a_time_before_the_first_snapshot_is_told_with_the_first(three: Lake, when: str) -> None:
    first = "the first is of 2026-11-01 12:00:00 UTC"
    with pytest.raises(LakeError, match=f"has no snapshot of .* or before: {first}"):
        find_snapshot(three, when)


@pytest.mark.parametrize(
    "when",
    [
        "",
        "yesterday",
        "2026-13-01",
        "2026-11-31",
        "12:00",
        "1793534400",
        "20261101T115900Z-cccccc",
        "20261101T115900Z-aaaaaa ",
        "20261101t115900z-AAAAAA",
        "2026-11-01T12:00Z; drop table runs",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-12:00",
        "%",
        "é\n\x00\udcff",
    ],
)
def test_what_is_neither_a_time_nor_a_run_is_told_in_one_line(three: Lake, when: str) -> None:
    with pytest.raises(UsageError, match=r"neither a time.*nor a run") as raised:
        find_snapshot(three, when)
    assert "\n" not in str(raised.value)
    assert str(raised.value).isascii()


def test_a_lake_that_nothing_was_published_of_has_no_snapshot(lake: Lake) -> None:
    assert newest_snapshot(lake) is None
    with pytest.raises(LakeError, match=r"has no snapshot of 2026-11-01 00:00:00 UTC or before$"):
        find_snapshot(lake, "2026-11-01")
    with pytest.raises(UsageError, match="neither"):
        find_snapshot(lake, "20261101T115900Z-aaaaaa")


def test_the_newest_snapshot_is_found_whatever_became_of_the_log(lake: Lake) -> None:
    remember(lake, *((NOON + timedelta(minutes=n), f"run-{n}") for n in range(1, 24)))
    merge_small_files(lake, "snapshots")
    newest = newest_snapshot(lake)
    assert newest is not None
    assert newest.run_id == "run-23"
    for entry in sorted((lake.home / "snapshots" / "_delta_log").glob("*.json"))[:20]:
        entry.unlink()  # what a checkpoint holds is removed a month later
    assert newest_snapshot(Lake(lake.uri, lake.home, lake.id)) == newest
    assert find_snapshot(lake, "run-2").taken_at == NOON + timedelta(minutes=2)


# What was seen then

Seen = dict[str, list[tuple[Any, ...]]]


def seen_in(connection: duckdb.DuckDBPyConnection) -> Seen:
    return {
        view: connection.execute(f"select * from {view} order by all").fetchall() for view in VIEWS
    }


items = st.lists(
    st.one_of(
        st.builds(
            lambda number, day, title: an_article(
                url=f"https://example.org/{number}",
                title=title,
                fetched_at=NOON + timedelta(days=day - 30),
            ),
            st.integers(0, 3),
            st.integers(0, 5),
            st.sampled_from(["A", "B", "C"]),
        ),
        st.builds(a_rejection, raw_ref=st.sampled_from(["a#0", "a#1"])),
    ),
    max_size=4,
)


def ingest(*found: Any) -> Callable[[Lake, str], object]:
    return lambda lake, name: put(lake, *found, run_id=name)


def run(lake: Lake, name: str) -> None:
    started = record_start(lake, flow="ingest", sources=[name], now=datetime.now(UTC))
    record_end(lake, started, status="completed")


def compact(lake: Lake, name: str) -> None:
    for table in ("articles", "funnel", "runs", "snapshots"):
        merge_small_files(lake, table)
    publish(lake, name)


steps = st.one_of(st.builds(lambda found: ingest(*found), items), st.just(run), st.just(compact))


@settings(max_examples=4)
@given(history=st.lists(steps, min_size=2, max_size=6))
def test_an_answer_as_of_a_time_or_a_run_is_the_answer_that_was_given_then(
    tmp_path_factory: pytest.TempPathFactory, history: list[Callable[[Lake, str], object]]
) -> None:
    lake = open_or_create_lake(tmp_path_factory.mktemp("then") / "lake")
    recorded: list[tuple[datetime, Snapshot, Seen]] = []
    for number, step in enumerate(history):
        step(lake, f"run-{number}")
        newest = newest_snapshot(lake)
        assert newest is not None
        with open_catalog(lake) as connection:
            recorded.append((datetime.now(UTC), newest, seen_in(connection)))
    for read_at, snapshot, seen in recorded:
        for when in (read_at.isoformat(), snapshot.taken_at.isoformat(), snapshot.run_id):
            assert find_snapshot(lake, when) == snapshot
        with open_snapshot(lake, find_snapshot(lake, read_at.isoformat())) as connection:
            assert seen_in(connection) == seen
    times = [snapshot.taken_at for _, snapshot, _ in recorded]
    assert times == sorted(set(times))


def test_rows_committed_but_not_yet_published_are_in_no_snapshot(lake: Lake) -> None:
    put(lake, an_article())
    record_start(lake, flow="ingest", sources=["a"], now=NOON)
    assert ask(lake, "select * from runs") == []
    with open_snapshot(lake, newest_snapshot(lake)) as connection:
        assert connection.execute("select * from runs").fetchall() == []
    publish(lake, "next")
    assert len(ask(lake, "select * from runs")) == 1


def test_a_snapshot_whose_files_are_gone_is_told_in_a_line_and_the_newest_still_reads(
    lake: Lake,
) -> None:
    put(lake, an_article(url="https://example.org/1"), run_id="run-1")
    put(lake, an_article(url="https://example.org/2"), run_id="run-2")
    old = active_files(lake, "articles")
    merge_small_files(lake, "articles")
    publish(lake, "compacted")
    for file in old:
        Path(file).unlink()
    with (
        pytest.raises(LakeError, match=r"the snapshot of .* cannot be read .*retention") as raised,
        open_snapshot(lake, find_snapshot(lake, "run-1")),
    ):
        pass
    assert "\n" not in str(raised.value)
    with open_snapshot(lake, find_snapshot(lake, "compacted")) as connection:
        assert connection.execute("select count(*) from articles").fetchone() == (2,)


# Clocks


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock by which snapshots are taken."""
    told = [NOON]

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return told[0].astimezone(tz)

    monkeypatch.setattr(snapshots, "datetime", Clock)
    return lambda time: told.__setitem__(0, time)


def test_times_still_rise_when_a_clock_goes_back_a_little(
    lake: Lake, clock: Callable[[datetime], None]
) -> None:
    times = []
    for minutes in (0, 0, -1, -9.9, 1, 0.5):
        clock(NOON + timedelta(minutes=minutes))
        times.append(publish(lake, f"run{minutes}").taken_at)
    assert times == sorted(set(times))
    assert times[0] == NOON
    assert times[-2] == NOON + timedelta(minutes=1), "a clock that is right again is followed"
    clock(NOON)
    title = "Seen while the clock was behind"
    put(lake, an_article(title=title, fetched_at=None), run_id="late")
    ((ingested_at,),) = ask(lake, "select ingested_at from articles")
    assert ingested_at > times[-1]
    assert find_snapshot(lake, "late").taken_at >= ingested_at


@pytest.mark.parametrize("back", [CLOCK_MAY_LAG + timedelta(seconds=1), timedelta(days=20_000)])
def test_a_clock_that_is_far_behind_is_told_in_a_line_and_nothing_changes(
    lake: Lake, clock: Callable[[datetime], None], back: timedelta
) -> None:
    put(lake, an_article(), run_id="run-1")
    clock(NOON - back)
    before = everything_in(lake.home)

    def start() -> None:
        with recorded_run(lake, flow="ingest", sources=["a"]):
            pass

    for attempt in (
        lambda: moment(lake),
        lambda: publish(lake, "run-2"),
        lambda: put(lake, an_article(url="https://example.org/2"), run_id="run-2"),
        start,
    ):
        with pytest.raises(LakeError, match=r"clock says .* UTC, but run run-1 .*: set the clock"):
            attempt()
    assert everything_in(lake.home) == before
    clock(NOON)
    assert put(lake, an_article(url="https://example.org/2"), run_id="run-2")["new"] == 1


def test_what_was_written_is_read_whatever_the_readers_clock_says(
    lake: Lake, clock: Callable[[datetime], None]
) -> None:
    put(lake, an_article(), run_id="run-1")
    clock(NOON - timedelta(days=365))
    assert ask(lake, "select count(*) from articles") == [(1,)]
    assert find_snapshot(lake, "2026-11-01T12:00").run_id == "run-1"
