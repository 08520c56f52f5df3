"""What fetching remembers: kept across processes, threads and layouts."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from expectations.records import Given
from tasks.errors import LakeError
from tasks.fetch.robots import StoredRobots
from tasks.known import KnownAddress, KnownFeed
from tasks.memory import open_memory, read_memory
from tasks.remembered import RememberedPace, RememberedRobots
from tasks.schedule import FIRST_RECHECK_S

ADDRESS = KnownAddress(
    url="https://news.example/1",
    source_id="example",
    given=Given(given_title="Überschrift", given_authors=("A", "B"), hinted_by="feed"),
    etag='"a"',
    last_modified=None,
    body_hash=b"1",
    hinted_at=None,
    hints_from=0.0,
    fetched_at=100.0,
    read_at=100.0,
    changed_at=100.0,
    due_at=200.0,
    failures=0.0,
)
FEED = KnownFeed(
    url="https://news.example/feed",
    source_id="example",
    etag=None,
    last_modified="Mon, 23 Nov 2026 00:00:00 GMT",
    body_hash=b"2",
    polled_at=1.0,
    read_at=None,
    due_at=2.0,
    interval_s=3.0,
    failures=0.5,
    problem="it was HTML",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory.sqlite"


def test_what_is_remembered_is_there_when_it_is_opened_again(path: Path) -> None:
    with open_memory(path) as memory:
        memory.put_address(ADDRESS)
        memory.put_feed(FEED)
        memory.put_look("example", 7.0)
    with open_memory(path) as memory:
        assert memory.addresses([ADDRESS.url, "https://news.example/2"]) == {ADDRESS.url: ADDRESS}
        assert memory.feeds("example") == [FEED]
        assert memory.feed("example", FEED.url) == FEED
        assert memory.looked_at("example") == 7.0
        assert memory.looked_at("another") is None


def test_two_sources_remember_the_same_feed_each_for_itself(path: Path) -> None:
    another = replace(FEED, source_id="another", due_at=9.0)
    with open_memory(path) as memory:
        memory.put_feed(FEED)
        memory.put_feed(another)
        assert memory.feeds("example") == [FEED]
        assert memory.feed("another", FEED.url) == another
        assert memory.feed("a third", FEED.url) is None


def test_the_last_word_on_an_address_counts(path: Path) -> None:
    later = replace(ADDRESS, fetched_at=500.0, due_at=None)
    with open_memory(path) as memory:
        memory.put_address(ADDRESS)
        memory.put_address(later)
        assert memory.addresses([ADDRESS.url])[ADDRESS.url] == later


def test_addresses_that_are_due_come_the_longest_due_first(path: Path) -> None:
    dues = [300.0, None, 100.0, 200.0, 900.0]
    with open_memory(path) as memory:
        for number, due in enumerate(dues):
            memory.put_address(replace(ADDRESS, url=f"https://news.example/{number}", due_at=due))
        memory.put_address(replace(ADDRESS, url="https://a.example/", source_id="a", due_at=0.0))
        assert [a.due_at for a in memory.due_addresses("example", 300.0, at_most=9)] == [
            100.0,
            200.0,
            300.0,
        ]
        assert len(memory.due_addresses("example", 300.0, at_most=1)) == 1


def test_an_address_that_a_wrong_clock_put_off_for_years_is_due(path: Path) -> None:
    years = 9e7
    with open_memory(path) as memory:
        for number, due in enumerate((years, 250.0, 300.0 + 32 * 86_400)):
            memory.put_address(replace(ADDRESS, url=f"https://news.example/{number}", due_at=due))
        assert [a.due_at for a in memory.due_addresses("example", 300.0, at_most=9)] == [
            250.0,
            years,
        ]
        assert len(memory.due_addresses("example", 300.0, at_most=1)) == 1


def test_thousands_of_addresses_are_looked_up_at_once(path: Path) -> None:
    urls = [f"https://news.example/{number}" for number in range(1_234)]
    with open_memory(path) as memory:
        for url in urls[::2]:
            memory.put_address(replace(ADDRESS, url=url))
        assert sorted(memory.addresses(urls)) == sorted(urls[::2])


def test_pending_pages_stay_until_they_are_settled(path: Path) -> None:
    with open_memory(path) as memory:
        for number in range(3):
            memory.note_page([], pending=(f"pages/a.warc.gz#{number}", "run"))
        memory.note_page([ADDRESS], pending=("pages/a.warc.gz#1", "another run"))
        memory.settle(["pages/a.warc.gz#0", "pages/a.warc.gz#2", "pages/never.warc.gz#0"])
    with open_memory(path) as memory:
        assert memory.pending() == [("pages/a.warc.gz#1", "run")]


KNOWN = replace(ADDRESS, fetched_at=9_000.0, changed_at=100.0, due_at=None, hints_from=5e6)
YOUNG = replace(KNOWN, changed_at=9_000.0, due_at=9_000.0 + FIRST_RECHECK_S, hints_from=0.0)


@pytest.mark.parametrize(
    ("before", "now", "bytes_now", "code_now", "is_young"),
    [
        ("01", "02", b"2", b"code", True),
        ("01", "01", b"2", b"code", False),
        ("01", "02", b"1", b"code", False),
        ("01", "02", b"2", b"another", False),
        (None, "02", b"2", b"code", True),
        ("01", None, b"2", b"code", False),
        (None, None, b"2", b"code", False),
    ],
    ids=["changed", "token", "date of feed", "new code", "no article before", "wall", "never one"],
)
def test_a_page_is_young_again_if_its_bytes_and_to_the_same_code_its_article_have_changed(  # noqa: PLR0917
    path: Path,
    before: str | None,
    now: str | None,
    bytes_now: bytes,
    code_now: bytes,
    is_young: bool,  # noqa: FBT001
) -> None:
    aged = replace(KNOWN, body_hash=bytes_now)
    with open_memory(path) as memory:
        memory.note_page([ADDRESS], pending=("pages/a.warc.gz#0", "run"))
        memory.note_shown({"pages/a.warc.gz#0": before, "a.jsonl#7": "00"}, read_by=b"code")
        memory.settle(["pages/a.warc.gz#0"])
        memory.note_page([aged], pending=("pages/a.warc.gz#1", "run"))
        memory.note_shown({"pages/a.warc.gz#1": now}, read_by=code_now)
        (found,) = memory.addresses([KNOWN.url]).values()
    assert found == (replace(YOUNG, body_hash=bytes_now) if is_young else aged)


def test_an_article_that_an_error_page_stood_in_for_is_no_news(path: Path) -> None:
    states = [("01", b"1"), (None, b"2"), ("01", b"3"), ("02", b"4")]
    young = []
    with open_memory(path) as memory:
        for version_hash, body_hash in states:
            memory.note_page([replace(KNOWN, body_hash=body_hash)], pending=("pages/a#0", "run"))
            memory.note_shown({"pages/a#0": version_hash}, read_by=b"code")
            memory.settle(["pages/a#0"])
            (found,) = memory.addresses([KNOWN.url]).values()
            young.append(found.due_at is not None)
    assert young == [False, False, False, True]


def test_a_memory_that_does_not_know_yet_what_pages_showed_learns_it(path: Path) -> None:
    with open_memory(path) as memory:
        memory.note_page([KNOWN], pending=("pages/a.warc.gz#0", "run"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("drop table shown")
    for version_hash, body_hash, expected in (("01", b"1", KNOWN), ("02", b"2", YOUNG)):
        with open_memory(path) as memory:
            memory.put_address(replace(KNOWN, body_hash=body_hash))
            memory.note_shown({"pages/a.warc.gz#0": version_hash}, read_by=b"code")
            (found,) = memory.addresses([KNOWN.url]).values()
        assert found == replace(expected, body_hash=body_hash)


def test_a_memory_of_another_layout_is_begun_anew(path: Path) -> None:
    with open_memory(path) as memory:
        memory.put_feed(FEED)
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 999")
    connection.close()
    with open_memory(path) as memory:
        assert memory.feeds("example") == []
        memory.put_feed(FEED)


def test_a_memory_that_is_only_read_is_neither_begun_nor_changed(path: Path) -> None:
    with read_memory(path) as memory:
        assert memory is None
    assert not path.exists()
    with open_memory(path) as memory:
        memory.put_feed(FEED)
    path.parent.chmod(0o555)
    with read_memory(path) as memory:
        assert memory is not None
        assert memory.feeds("example") == [FEED]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            memory.put_feed(FEED)
    path.parent.chmod(0o755)
    with sqlite3.connect(path) as connection:
        connection.execute("pragma user_version = 99")
    with read_memory(path) as memory:
        assert memory is None


def test_two_open_memories_and_many_threads_write_beside_each_other(path: Path) -> None:
    with open_memory(path) as one, open_memory(path) as other, ThreadPoolExecutor(8) as threads:
        memories = [one, other]
        for number in range(400):
            url = f"https://news.example/{number}"
            threads.submit(memories[number % 2].put_address, replace(ADDRESS, url=url))
        threads.shutdown(wait=True)
        urls = [f"https://news.example/{number}" for number in range(400)]
        assert len(one.addresses(urls)) == 400


def test_a_host_is_reserved_by_one_of_several_at_once(path: Path) -> None:
    with open_memory(path) as one, open_memory(path) as other, ThreadPoolExecutor(8) as threads:
        asked = [
            threads.submit(RememberedPace(memory).reserve, "news.example", 100.0, 2.0)
            for memory in (one, other) * 20
        ]
        answers = sorted(future.result() for future in asked)
    assert answers == [100.0] + [102.0] * 39


def test_the_pace_of_a_host_lasts_over_runs(path: Path) -> None:
    with open_memory(path) as memory:
        pace = RememberedPace(memory)
        pace.settle("news.example", 130.0, 8.0)
        pace.settle("news.example", 120.0, 4.0)
    with open_memory(path) as memory:
        pace = RememberedPace(memory)
        assert pace.reserve("news.example", 100.0, 2.0) == 130.0
        assert pace.reserve("news.example", 130.0, 2.0) == 130.0
        assert pace.learned("news.example") == 4.0
        assert pace.learned("another.example") == 0.0


def test_a_time_that_a_wrong_clock_left_does_not_stop_a_host_for_ever(path: Path) -> None:
    with open_memory(path) as memory:
        pace = RememberedPace(memory)
        pace.settle("news.example", 9e9, 0.0)
        assert pace.reserve("news.example", 100.0, 2.0) == 100.0


def test_robots_are_remembered(path: Path) -> None:
    stored = StoredRobots(checked_at=5.0, text="User-agent: *", text_at=4.0, tdmrep="[]")
    with open_memory(path) as memory:
        RememberedRobots(memory).put("https://news.example", stored)
        assert RememberedRobots(memory).get("https://news.example") == stored
        assert RememberedRobots(memory).get("http://news.example") is None


def test_a_pending_page_is_taken_over_by_one_run(path: Path) -> None:
    with open_memory(path) as memory:
        memory.note_page([], pending=("pages/a.warc.gz#1", "dead"))
        assert memory.claim("pages/a.warc.gz#1", left_by="dead", run_id="01")
        assert not memory.claim("pages/a.warc.gz#1", left_by="dead", run_id="another")
        assert memory.pending() == [("pages/a.warc.gz#1", "01")]


def test_a_memory_that_is_damaged_is_named_with_what_to_do(path: Path) -> None:
    path.write_bytes(b"no database" * 1_000)
    for opened in (open_memory, read_memory):
        with pytest.raises(LakeError, match=rf"{path.name}.*move it away"), opened(path):
            pass
