"""CC-NEWS from a web server or a folder: what is read, how often, and what faults come to."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from hashlib import shake_128
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Outcome, Page, Reason, Rejection, Skip
from tasks.cc_news import stores
from tasks.cc_news.progress import settle_cc_news
from tasks.cc_news.read import open_cc_news
from tasks.cc_news.remote import Patience
from tasks.cc_news.spec import CcNews, parse_cc_news
from tasks.errors import SourceError, UsageError
from tasks.shards import read_descriptions, read_rejections, read_skips, stage_shards
from tasks.storage import Lake
from tests.faults.servers import Server, Steps, Then, answer, redirect, serving

OCTOBER = CcNews(2026, 10)
MONTH = "crawl-data/CC-NEWS/2026/10"
HASTY = Patience(part_bytes=1_000, tries=3, pause_s=0.001)
Item = Page | Rejection | Skip

# Without the time, so that equal records are equal bytes.
packed = partial(gzip.compress, mtime=0)


def http(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\n\r\n".encode() + body


def record(block: bytes, url: str = "", kind: str = "response") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\n"
        f"WARC-Date: 2026-10-01T02:03:04Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def warc_path(number: int, day: int = 1) -> str:
    return f"{MONTH}/CC-NEWS-202610{day:02d}004419-{number:05d}.warc.gz"


def story(url: str) -> bytes:
    return record(http(f"<html><p>{url}".encode() * 3), url)


def members(*urls: str) -> list[bytes]:
    """A file as the crawler writes it: one member a record, requests between the responses."""
    info = packed(record(b"software: none\r\n", kind="warcinfo"))
    asked = [packed(record(b"GET / HTTP/1.1\r\n\r\n", url, kind="request")) for url in urls]
    told = [packed(story(url)) for url in urls]
    return [info, *(member for pair in zip(asked, told, strict=True) for member in pair)]


def broken(member: bytes) -> bytes:
    """With a wrong checksum (RFC 1952, 2.3.1)."""
    return member[:-6] + bytes([member[-6] ^ 1]) + member[-5:]


def month(files: dict[str, bytes], *more_lines: str) -> dict[str, bytes]:
    lines = "".join(f"{line}\n" for line in (*files, *more_lines))
    return {f"{MONTH}/warc.paths.gz": packed(lines.encode()), **files}


ADDRESSES = [f"https://{host}/{n}" for n in range(6) for host in ("a.example", "www.b.example")]
FILES = {
    warc_path(1): b"".join(members(*ADDRESSES[:7])),
    warc_path(2): b"".join(members(*ADDRESSES[7:10])),
    warc_path(3, day=2): b"".join(members(*ADDRESSES[10:])),
}


@dataclass
class Files:
    """Files behind a web server that sends parts; `fault` may answer instead of it."""

    files: dict[str, bytes]
    etags: dict[str, str] = field(default_factory=dict)
    fault: Callable[[str, int, int], Steps | None] = lambda _path, _first, _number: None
    parts: list[tuple[str, int]] = field(default_factory=list)
    server: Server | None = None

    def behave(self, path: str) -> Steps:
        assert self.server is not None
        path = path.lstrip("/")
        asked = re.search(
            r"(?i)\r\nRange: bytes=(\d+)-(\d+)\r\n", self.server.requests[-1].decode()
        )
        assert asked is not None
        first, last = int(asked[1]), int(asked[2])
        self.parts.append((path, first))
        if (steps := self.fault(path, first, len(self.parts))) is not None:
            return steps
        return [self.send(path, first, last)]

    def send(self, path: str, first: int, last: int) -> bytes:
        data = self.files.get(path)
        if data is None:
            return answer(b"no such file", "404 Not Found")
        if first >= len(data):
            return answer(b"", "416 Range", Content_Range=f"bytes */{len(data)}")
        body = data[first : last + 1]
        where = f"bytes {first}-{first + len(body) - 1}/{len(data)}"
        etag = self.etags.get(path, '"one"')
        return answer(body, "206 Partial Content", Content_Range=where, ETag=etag)

    def offsets(self, path: str) -> list[int]:
        return [offset for asked, offset in self.parts if asked == path]


@contextmanager
def published(files: dict[str, bytes]) -> Iterator[tuple[Files, str]]:
    behind = Files(files)
    with serving(behind.behave) as server:
        behind.server = server
        yield behind, server.url("")


@contextmanager
def saved(files: dict[str, bytes]) -> Iterator[str]:
    with TemporaryDirectory() as folder:
        for path, data in files.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_bytes(data)
        yield folder


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"), tmp_path / "lake", "an-id")


def read(
    lake: Lake, base: str, news: CcNews = OCTOBER, *, patience: Patience = HASTY
) -> Iterator[Item]:
    return open_cc_news(news, lake=lake, base=base, patience=patience)


def urls(items: Sequence[Item]) -> list[str | None]:
    return [item.url for item in items if isinstance(item, Page)]


def skips(items: Sequence[Item]) -> list[tuple[str, Outcome, int]]:
    return [(item.reason, item.outcome, item.items) for item in items if isinstance(item, Skip)]


_NUMBERS = count()


def commit(lake: Lake, items: Sequence[Item]) -> None:
    """Stage items, and do what a shard's commit does in the end."""
    folder = lake.home / f"staging-{next(_NUMBERS)}"
    for shard in stage_shards(items, folder):
        settle_cc_news(lake, shard)


# What is asked for


def test_a_month_or_a_day_of_all_hosts_or_of_some_can_be_asked_for() -> None:
    assert parse_cc_news("cc-news:2026-10") == CcNews(2026, 10)
    assert parse_cc_news("CC-NEWS:2026-10-31") == CcNews(2026, 10, 31)
    asked = parse_cc_news("cc-news:2026-10?host=WWW.News.example, a.example,bücher.example")
    assert asked.hosts == ("a.example", "news.example", "xn--bcher-kva.example")


@pytest.mark.parametrize(
    "spec",
    [
        "cc-news:",
        "cc-news:2026",
        "cc-news:2026-13",
        "cc-news:2026-00",
        "cc-news:2026-02-30",
        "cc-news:2026-10-00",
        "cc-news:0000-10",
        "cc-news:2026-10-1",
        "cc-news:2026-10?",
        "cc-news:2026-10?host=",
        "cc-news:2026-10?host=a.example,,b.example",
        "cc-news:2026-10?host=https://a.example/",
        "cc-news:2026-10?host=a.example/path",
        "cc-news:2026-10?host=me@a.example",
        "cc-news:2026-10?hosts=a.example",
        "cc-news:2026-10?host=a.example&host=b.example",
        "cc-news:２０２６-10",
        "cc-news:2026-10\n?host=a.example",
    ],
)
def test_what_is_written_otherwise_is_answered_with_the_right_form(spec: str) -> None:
    with pytest.raises(UsageError, match=r"write cc-news:2026-10") as caught:
        parse_cc_news(spec)
    assert "\n" not in str(caught.value)


def test_a_host_means_its_subdomains_and_not_those_that_end_like_it() -> None:
    news = CcNews(2026, 10, hosts=("a.example",))
    for url in ("https://a.example/", "http://www.A.example:80/x", "https://eu.a.example/x?y"):
        assert news.wants_url(url), url
    for url in (
        "https://ba.example/",
        "https://a.example.org/",
        "nonsense",
        "ftp://a.example",
        None,
    ):
        assert not news.wants_url(url), url
    assert OCTOBER.wants_url(None)


@pytest.mark.parametrize(
    "base",
    ["https://me:secret@host/", "http://host/?key=secret", "s3://B@D/x", "ftp://host/", "http://"],
)
def test_a_base_that_cannot_be_read_is_refused_and_its_password_not_shown(
    lake: Lake, base: str
) -> None:
    with pytest.raises(UsageError, match="BROADSHEET_CC_NEWS") as caught:
        read(lake, base)
    assert "me:secret" not in str(caught.value)


# What comes


def test_a_month_is_read_file_by_file_with_places_where_each_page_can_be_read_again(
    lake: Lake,
) -> None:
    with published(month(FILES)) as (behind, base):
        items = list(read(lake, base))
    assert urls(items) == ADDRESSES
    assert skips(items) == []
    page = items[8]
    assert isinstance(page, Page)
    assert page.source_id == "cc-news"
    assert page.fetched_at == datetime(2026, 10, 1, 2, 3, 4, tzinfo=UTC)
    address, _, offset = page.raw_ref.rpartition("#")
    assert address == f"{base}/{warc_path(2)}"
    assert FILES[warc_path(2)][int(offset) :].startswith(packed(story(ADDRESSES[8])))
    assert all(" identity\r\n" in head.decode() for head in behind.server.requests)  # type: ignore[union-attr]


def test_a_folder_is_read_like_a_server(lake: Lake) -> None:
    with saved(month(FILES)) as base:
        items = list(read(lake, base))
    assert urls(items) == ADDRESSES
    assert isinstance(items[0], Page)
    assert items[0].raw_ref.startswith(f"{base}/{warc_path(1)}#")


def test_the_setting_says_where_it_is_read_from(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with saved(month(FILES)) as base:
        monkeypatch.setenv("BROADSHEET_CC_NEWS", base)
        items = list(open_cc_news(OCTOBER, lake=lake, source_id="mine"))
    assert {item.source_id for item in items} == {"mine"}
    assert urls(items) == ADDRESSES


def test_of_a_day_only_its_files_are_read(lake: Lake) -> None:
    with published(month(FILES)) as (behind, base):
        items = list(read(lake, base, CcNews(2026, 10, 2)))
    assert urls(items) == ADDRESSES[10:]
    assert behind.offsets(warc_path(1)) == []


def test_pages_of_other_hosts_are_counted_in_one_skip_a_file(lake: Lake) -> None:
    with published(month(FILES)) as (_, base):
        items = list(read(lake, base, CcNews(2026, 10, hosts=("b.example",))))
    assert urls(items) == [url for url in ADDRESSES if "b.example" in url]
    assert skips(items) == [(Reason.EXCLUDED, Outcome.SKIPPED, n) for n in (4, 1, 1)]


def test_lines_that_name_no_file_of_cc_news_are_counted_and_never_read(lake: Lake) -> None:
    strange = ["../../etc/passwd", f"{MONTH}/x.warc.gz", "https://evil.example/a.warc.gz", "\0"]
    with published(month(FILES, *strange, *FILES)) as (behind, base):
        items = list(read(lake, base))
    assert urls(items) == ADDRESSES
    assert skips(items) == [(Reason.NOT_AN_INPUT, Outcome.SKIPPED, 4)]
    assert {path for path, _ in behind.parts} == {f"{MONTH}/warc.paths.gz", *FILES}


def test_damage_in_a_file_is_a_rejection_and_the_rest_is_read(lake: Lake) -> None:
    pieces = members(*ADDRESSES)
    pieces[6] = broken(pieces[6])
    with published(month({warc_path(1): b"".join(pieces)})) as (_, base):
        items = list(read(lake, base))
    assert urls(items) == [url for n, url in enumerate(ADDRESSES) if n != 2]
    assert [i.rule for i in items if isinstance(i, Rejection)] == [Reason.DAMAGED_ARCHIVE]


def test_an_empty_file_is_a_rejection(lake: Lake) -> None:
    with published(month({warc_path(1): b""})) as (_, base):
        items = list(read(lake, base))
    assert [i.rule for i in items if isinstance(i, Rejection)] == [Reason.EMPTY]


# What is there not


@pytest.mark.parametrize(
    ("news", "told"),
    [
        (CcNews(2026, 11), "cc-news:2026-11 does not exist"),
        (CcNews(2026, 10, 3), "cc-news:2026-10-03 has nothing to read: .* no file of that day"),
    ],
)
def test_what_does_not_exist_is_named_at_once_in_one_line(
    lake: Lake, news: CcNews, told: str
) -> None:
    with published(month(FILES)) as (_, base), pytest.raises(SourceError, match=told) as caught:
        read(lake, base, news)
    assert "\n" not in str(caught.value)
    with saved(month(FILES)) as base, pytest.raises(SourceError, match=told):
        read(lake, base, news)


@pytest.mark.parametrize(
    ("listing", "told"),
    [
        (b"", "lists no WARC file"),
        (packed(b""), "lists no WARC file"),
        (packed(b"<html>hello\n"), "lists no WARC file"),
        (b"<html>hello", "no gzip data"),
        (packed(warc_path(1).encode())[:-12], "breaks off"),
        (packed(b"\n" * (5 << 20)), "holds more than"),
        (bytes(2 << 20), "too large"),
    ],
)
def test_a_list_that_is_none_is_an_error_whatever_it_holds(
    lake: Lake, listing: bytes, told: str
) -> None:
    patience = Patience(part_bytes=1 << 20)
    with (
        published({f"{MONTH}/warc.paths.gz": listing}) as (_, base),
        pytest.raises(SourceError, match=told),
    ):
        read(lake, base, patience=patience)


def test_no_redirect_is_followed(lake: Lake) -> None:
    with serving(redirect("http://127.0.0.1:1/elsewhere")) as server:
        with pytest.raises(SourceError, match=r"answers 302, to .*elsewhere.*name that"):
            read(lake, server.url())
        assert len(server.requests) == 1


# Servers


def test_a_server_that_fails_now_and_then_is_asked_again_and_nothing_is_lost(lake: Lake) -> None:
    def fault(path: str, first: int, number: int) -> Steps | None:
        total = len(behind.files[path])
        where = f"{first}-{min(first + 1_000, total) - 1}/{total}"
        ways: list[Steps | None] = [
            [answer(b"wait", "503 Slow Down", Retry_After="0")],
            [behind.send(path, first, first + 999)[:-5], Then.CLOSE],  # truncated
            None,
            [behind.send(path, first, first + 999)[:-5], Then.RESET],
            [answer(b"abc", "206 Partial Content", Content_Range=f"bytes {first}-{first}/9")],
            None,
            [behind.send(path, first + 1, first + 999)],  # another part
            None,
            [answer(b"short", "206 Partial Content", Content_Range=f"bytes {where}")],
            None,
        ]
        return ways[number % len(ways)]

    with published(month(FILES)) as (behind, base):
        behind.fault = fault
        items = list(read(lake, base))
    assert urls(items) == ADDRESSES
    assert len(items) == len(ADDRESSES)


def test_a_slow_drip_is_given_up_and_the_other_files_are_read(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "DEADLINES", stores.Deadlines(total_s=0.2))
    with published(month(FILES)) as (behind, base):

        def fault(path: str, first: int, _number: int) -> Steps | None:
            drip = [
                step
                for byte in behind.send(path, first, first + 999)
                for step in (bytes([byte]), 0.02)
            ]
            return drip if path == warc_path(2) and first else None

        behind.fault = fault
        items = list(read(lake, base, patience=Patience(part_bytes=500, tries=1)))
    assert urls(items) == [*ADDRESSES[:7], *urls(items)[7:-2], *ADDRESSES[10:]]
    assert skips(items) == [(Reason.TIMEOUT, Outcome.FAILED, 1)]


def test_a_server_without_parts_is_refused_unless_a_file_is_as_small_as_one(lake: Lake) -> None:
    with published(month(FILES)) as (behind, base):

        def fault(path: str, _first: int, _number: int) -> Steps | None:
            return [answer(behind.files[path], "200 OK")]

        behind.fault = fault
        assert urls(list(read(lake, base, patience=Patience()))) == ADDRESSES
        behind.files[warc_path(2)] += bytes(9 << 20)  # padding
        items = list(read(Lake(lake.uri, lake.home, "other"), base, patience=Patience(tries=1)))
    assert urls(items) == ADDRESSES[:7] + ADDRESSES[10:]
    (skip,) = [item for item in items if isinstance(item, Skip)]
    assert (skip.outcome, skip.reason) == (Outcome.FAILED, Reason.PROTOCOL)
    assert "sends no parts" in skip.detail


def test_a_file_that_changes_while_it_is_read_is_noticed_and_read_anew_next_time(
    lake: Lake,
) -> None:
    with published(month({warc_path(1): FILES[warc_path(1)]})) as (behind, base):
        items = read(lake, base, patience=Patience(part_bytes=400))
        first = list(islice(items, 2))
        behind.etags[warc_path(1)] = '"two"'
        behind.files[warc_path(1)] = b"".join(members(*ADDRESSES))
        rest = list(items)
        (skip,) = [item for item in rest if isinstance(item, Skip)]
        assert (skip.outcome, skip.reason) == (Outcome.FAILED, Reason.PROTOCOL)
        assert "changed" in skip.detail
        commit(lake, [*first, *rest])
        assert urls(list(read(lake, base))) == ADDRESSES


def test_a_file_that_shrank_since_a_killed_run_is_read_anew(lake: Lake) -> None:
    with published(month({warc_path(1): FILES[warc_path(1)]})) as (behind, base):
        commit(lake, list(islice(read(lake, base), 6)))
        behind.files[warc_path(1)] = b"".join(members(*ADDRESSES[:1]))
        assert urls(list(read(lake, base))) == ADDRESSES[:1]


def test_a_place_that_is_closed_is_not_asked_for_every_file(lake: Lake) -> None:
    many = {warc_path(n): b"" for n in range(50)}
    with published(month(many)) as (behind, base):
        behind.fault = lambda path, *_: [answer(b"", "503 Closed")] if path in many else None
        items = list(read(lake, base))
    assert len(behind.parts) == 1 + 3 * HASTY.tries
    assert sum(item.items for item in items if isinstance(item, Skip)) == 50
    assert {outcome for _, outcome, _ in skips(items)} == {Outcome.FAILED}


@pytest.mark.parametrize("is_date", [False, True])
def test_a_place_that_asks_for_an_hour_is_left_and_read_on_by_a_later_run(
    lake: Lake, *, is_date: bool
) -> None:
    after = format_datetime(datetime.now(UTC) + timedelta(hours=1)) if is_date else "3600"
    with published(month(FILES)) as (behind, base):
        behind.fault = lambda path, first, _number: (
            [answer(b"", "429 Too Many", Retry_After=after)]
            if path == warc_path(2) and first >= 1_000
            else None
        )
        first = list(read(lake, base))
        asked_after = [path for path, _ in behind.parts if path == warc_path(3, day=2)]
        refused = [offset for offset in behind.offsets(warc_path(2)) if offset >= 1_000]
        commit(lake, first)
        behind.fault = lambda *_: None
        rest = list(read(lake, base))
    assert not asked_after, "not even for another file"
    assert len(refused) == 1
    told, untried = [item for item in first if isinstance(item, Skip)]
    assert (told.reason, told.outcome, untried.items) == (Reason.HTTP_STATUS, Outcome.FAILED, 1)
    assert re.search(r"asks not to be asked for 3(600|59\d) s: run the same again", told.detail)
    assert sorted(str(url) for url in urls(first) + urls(rest)) == sorted(ADDRESSES)


def test_a_pause_that_is_asked_for_holds_whatever_is_asked_next(lake: Lake) -> None:
    times: list[float] = []

    def fault(path: str, _first: int, _number: int) -> Steps | None:
        times.append(time.monotonic())
        is_first = path in FILES and len(times) == 2
        return [answer(b"", "503 Slow Down", Retry_After="1")] if is_first else None

    with published(month(FILES)) as (behind, base):
        behind.fault = fault
        items = list(read(lake, base, patience=Patience(part_bytes=9_000, tries=1)))
    assert times[2] - times[1] >= 1
    assert skips(items) == [(Reason.HTTP_STATUS, Outcome.FAILED, 1)]
    assert urls(items) == ADDRESSES[7:], "its file failed, the others were read"


def test_a_file_that_is_listed_but_not_there_does_not_stop_the_others(lake: Lake) -> None:
    with published(month(FILES)) as (behind, base):
        del behind.files[warc_path(2)]
        items = list(read(lake, base))
    assert urls(items) == ADDRESSES[:7] + ADDRESSES[10:]
    assert skips(items) == [(Reason.VANISHED, Outcome.FAILED, 1)]


# What is read again


def test_what_is_in_the_lake_is_not_asked_for_again(lake: Lake) -> None:
    with published(month(FILES)) as (behind, base):
        commit(lake, list(read(lake, base)))
        behind.parts.clear()
        again = list(read(lake, base))
        assert skips(again) == [(Reason.NOT_DUE, Outcome.SKIPPED, 3)]
        assert len(again) == 1
        assert {path for path, _ in behind.parts} == {f"{MONTH}/warc.paths.gz"}
        late = {warc_path(4): b"".join(members("https://c.example/"))}
        behind.files |= month({**FILES, **late})
        assert urls(list(read(lake, base))) == ["https://c.example/"]


def test_what_was_handed_out_but_not_committed_is_handed_out_again(lake: Lake) -> None:
    with published(month(FILES)) as (_, base):
        first = list(read(lake, base))
        commit(lake, first[:3] + first[5:])
        assert urls(list(read(lake, base))) == ADDRESSES[3:5]


def test_reading_starts_again_behind_what_is_committed(lake: Lake) -> None:
    with published(month(FILES)) as (behind, base):
        first = list(islice(read(lake, base), 6))
        commit(lake, first)
        behind.parts.clear()
        rest = list(read(lake, base))
        assert urls(rest) == ADDRESSES[6:]
        last = first[-1]
        assert isinstance(last, Page)
        assert min(behind.offsets(warc_path(1))) == int(last.raw_ref.rpartition("#")[2])


def test_a_committed_stretch_between_two_others_is_jumped_over(lake: Lake) -> None:
    wide = [f"https://a.example/{n}" for n in range(60)]
    with published(month({warc_path(1): b"".join(members(*wide))})) as (behind, base):
        first = list(islice(read(lake, base, patience=Patience(part_bytes=300)), 50))
        commit(lake, first[:10] + first[12:])
        behind.parts.clear()
        rest = list(read(lake, base, patience=Patience(part_bytes=300)))
        assert urls(rest) == wide[10:12] + wide[50:]
        places = [int(i.raw_ref.rpartition("#")[2]) for i in first if isinstance(i, Page)]
        # Beyond the two there may be what was read ahead.
        assert not [at for at in behind.offsets(warc_path(1)) if places[16] < at < places[49]]


def test_what_was_read_for_some_hosts_is_not_taken_for_all(lake: Lake) -> None:
    with published(month(FILES)) as (_, base):
        commit(lake, list(read(lake, base, CcNews(2026, 10, hosts=("b.example",)))))
        assert urls(list(read(lake, base))) == ADDRESSES


def test_another_lake_with_the_same_home_has_read_nothing(lake: Lake) -> None:
    with published(month(FILES)) as (_, base):
        commit(lake, list(read(lake, base)))
        assert urls(list(read(Lake(lake.uri, lake.home, "other"), base))) == ADDRESSES


def test_settling_a_shard_of_other_sources_makes_no_file(lake: Lake) -> None:
    lake.home.mkdir()
    commit(lake, [Skip(source_id="x", reason="y")])
    assert list(lake.home.glob("*.sqlite*")) == []


@pytest.mark.parametrize("together", [1, 2, 100])
def test_a_file_with_several_records_in_a_member_loses_none_when_killed(
    lake: Lake, together: int
) -> None:
    records = [story(url) for url in ADDRESSES]
    packs = [records[n : n + together] for n in range(0, len(records), together)]
    file = b"".join(packed(b"".join(pack)) for pack in packs)
    for stop in range(len(ADDRESSES)):
        place = Lake(lake.uri, lake.home, f"{stop}")
        with saved(month({warc_path(1): file})) as base:
            first = list(islice(read(place, base), stop))
            commit(place, first)
            rest = list(read(place, base))
            assert set(urls(first + rest)) == set(ADDRESSES)
            commit(place, rest)
            assert urls(list(read(place, base))) == []


HOSTS = st.sampled_from(["a.example", "b.example", "c.example"])
RECORDS = st.tuples(HOSTS, st.sampled_from(["page", "page", "page", "404", "broken", "garbage"]))


class KilledError(Exception):
    """A run was killed."""


def killed_after(items: Iterable[Item], taken: int) -> Iterator[Item]:
    for number, item in enumerate(items):
        if number == taken:
            raise KilledError
        yield item


def ingest(lake: Lake, items: Iterable[Item], per_shard: int, order: Random) -> Iterator[str | int]:
    """Stage and commit in shards, not in their order; what was committed, as `raw_ref` each."""
    waiting: list[Path] = []

    def committed() -> Iterator[str | int]:
        shard = waiting.pop(order.randrange(len(waiting)))
        settle_cc_news(lake, shard)
        yield from (str(page["raw_ref"]) for page in read_descriptions(shard))
        yield from (str(rejection.raw_ref) for rejection in read_rejections(shard))
        for skip in read_skips(shard):
            yield skip.items if skip.reason == Reason.EXCLUDED else str(skip.raw_ref)

    left = iter(items)
    while (first := next(left, None)) is not None:
        some = chain([first], islice(left, per_shard - 1))
        waiting += stage_shards(some, lake.home / f"staging-{next(_NUMBERS)}")
        if len(waiting) == 3:
            yield from committed()
    while waiting:
        yield from committed()


def file_of(records: Sequence[tuple[str, str]]) -> bytes:
    file = b""
    for number, (host, kind) in enumerate(records):
        url = f"https://{host}/{number}"
        member = packed(
            record(http(b"", status="404 Not Found"), url) if kind == "404" else story(url)
        )
        if kind == "broken":
            member = broken(member)
        file += member + (b"garbage" if kind == "garbage" else b"")
    return file


@settings(max_examples=40)
@given(
    files=st.lists(st.lists(RECORDS, max_size=12), min_size=1, max_size=3),
    hosts=st.sets(HOSTS, max_size=2),
    per_shard=st.integers(1, 5),
    kills=st.lists(st.integers(0, 20), max_size=4),
    order=st.randoms(use_true_random=False),
)
def test_whatever_kills_the_runs_each_item_is_committed_and_none_twice(
    files: list[list[tuple[str, str]]],
    hosts: set[str],
    per_shard: int,
    kills: list[int],
    order: Random,
) -> None:
    news = CcNews(2026, 10, hosts=tuple(sorted(hosts)))
    published_files = month({warc_path(n): file_of(records) for n, records in enumerate(files)})
    with saved(published_files) as base:
        lake = Lake(base, Path(base), "an-id")
        whole = [*read(Lake(base, Path(base), "unharmed"), base, news)]
        outcomes: list[str | int] = []
        for kill in kills:
            with suppress(KilledError):
                for outcome in ingest(
                    lake, killed_after(read(lake, base, news), kill), per_shard, order
                ):
                    outcomes.append(outcome)  # noqa: PERF402 - those before the kill count
        outcomes += ingest(lake, read(lake, base, news), per_shard, order)
        # Lists of what was done before are one item without a place.
        found = Counter(outcome for outcome in outcomes if outcome != "None")
        assert not [item for item in read(lake, base, news) if item_ref(item)]
    passed = sum(i.items for i in whole if isinstance(i, Skip) and i.reason == Reason.EXCLUDED)
    expected = {ref for item in whole if (ref := item_ref(item)) and "+" not in ref}
    assert {outcome for outcome in found if isinstance(outcome, str)} == expected
    if not any(kind == "garbage" for records in files for _, kind in records):
        assert all(times == 1 for outcome, times in found.items() if isinstance(outcome, str))
        assert (
            sum(
                found_items * times
                for found_items, times in found.items()
                if isinstance(found_items, int)
            )
            == passed
        )


def item_ref(item: Item) -> str | None:
    return item.raw_ref


@pytest.mark.ops
def test_memory_stays_flat_over_a_large_file(tmp_path: Path) -> None:
    """In a process of its own, whose peak is not that of other tests."""
    noise = shake_128(b"news").hexdigest(150_000).encode()
    member = packed(record(http(b"<html>" + noise), "https://a.example/"))
    path = tmp_path / "base" / warc_path(1)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        while file.tell() < 200 << 20:
            file.write(member)
    (tmp_path / "base" / f"{MONTH}/warc.paths.gz").write_bytes(packed(warc_path(1).encode()))
    script = """
import resource, sys
from pathlib import Path
from tasks.cc_news.read import open_cc_news
from tasks.cc_news.spec import CcNews
from tasks.storage import Lake
lake = Lake(sys.argv[1], Path(sys.argv[1]), "x")
items = open_cc_news(CcNews(2026, 10), lake=lake, base=sys.argv[2])
for _ in range(20):
    next(items)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
pages = 20 + sum(1 for _ in items)
print(pages, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "lake"), str(tmp_path / "base")],
        capture_output=True,
        text=True,
        check=True,
    )
    pages, grown_kib = map(int, done.stdout.split())
    assert pages == path.stat().st_size // len(member)
    assert grown_kib < 30 << 10
