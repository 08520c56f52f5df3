"""Homepages that would keep their reader busy, fill its memory, or outlive the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tasks.fetch.messages import Request, Response
from tasks.network import run
from tasks.network.page_reader import PageReader
from tasks.network.site import site_at
from tasks.network.site_page import SitePage
from tasks.parsing import Refusal
from tasks.storage import Lake, lake_at
from tests.fetching import fetch, outcomes, paths, with_feed
from tests.newsroom import HTML, news_site

# libxml2 compares each attribute with all others: 6 s for 80,000.
SLOW = b"<html><body " + b" ".join(b"a%d=1" % n for n in range(400_000)) + b"><p>x</p>"
SIMPLE = b"<title>The Wire</title><a href='/feed.xml'>Feed</a>"
HOLD = """
import sys, time
from tests.faults.test_hostile_homepages import SIMPLE, SLOW, response
from tasks.network.page_reader import PageReader
reader = PageReader(deadline_s=1.5)
reader.read(response(SIMPLE))
print(reader._child.pid, flush=True)
if sys.argv[1] == "busy":
    reader.read(response(SLOW))
time.sleep(60)
"""


def response(body: bytes) -> Response:
    return Response(
        request=Request(url="https://wire.example/", max_bytes=1 << 24),
        status=200,
        header=b"",
        fields=(("Content-Type", HTML),),
        wire_body=body,
        body=body,
        address="192.0.2.1",
        fetched_at=datetime.now(UTC),
        seconds=0.1,
    )


@pytest.fixture
def reader() -> Iterator[PageReader]:
    with closing(PageReader(deadline_s=0.5)) as reader:
        yield reader


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = lake_at(tmp_path / "lake")
    lake.staging.mkdir(parents=True)
    return lake


def has_ended(pid: int) -> bool:
    for _ in range(500):  # whoever inherits an orphan takes a while to bury it
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_a_page_that_takes_too_long_is_refused_and_the_next_is_read(reader: PageReader) -> None:
    refusal = reader.read(response(SLOW))
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.detail) == ("deadline", "not read within 0.5 s")
    page = reader.read(response(SIMPLE))
    assert isinstance(page, SitePage)
    assert (page.name, page.feeds) == ("The Wire", ("https://wire.example/feed.xml",))


def test_a_reader_that_dies_over_a_page_refuses_that_page_alone(
    reader: PageReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert isinstance(reader.read(response(SIMPLE)), SitePage)
    child = reader._child
    assert child is not None
    monkeypatch.setattr(child, "poll", lambda: None)  # it dies just after it was looked at
    os.kill(child.pid, signal.SIGKILL)
    refusal = reader.read(response(SIMPLE))
    assert isinstance(refusal, Refusal)
    assert refusal.reason == "worker_died"
    assert isinstance(reader.read(response(SIMPLE)), SitePage)


def test_a_reader_that_died_between_two_pages_costs_none(reader: PageReader) -> None:
    assert isinstance(reader.read(response(SIMPLE)), SitePage)
    assert reader._child is not None
    os.kill(reader._child.pid, signal.SIGKILL)
    time.sleep(0.1)
    assert isinstance(reader.read(response(SIMPLE)), SitePage)


def test_a_homepage_beyond_the_deadline_is_an_outcome_and_other_sites_are_fetched(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PageReader", lambda: PageReader(deadline_s=0.5))
    with news_site() as bad, news_site() as good:
        bad.pages["/"] = HTML, SLOW
        with_feed(good, "one")
        good.pages["/"] = HTML, SIMPLE.replace(b"feed.xml", b"feed")
        items = fetch(lake, site_at(bad.url), site_at(good.url))
    assert outcomes(items) == {"rejected deadline": 1, "page": 1}
    assert paths(items) == ["/news/one"]


@pytest.mark.parametrize("doing", ["busy", "idle"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_no_reader_outlives_its_run(how: signal.Signals, doing: str) -> None:
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", HOLD, doing]
    environment = os.environ | {"PYTHONPATH": root}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as holder:
        assert holder.stdout is not None
        pid = int(holder.stdout.readline())
        time.sleep(0.1)
        holder.send_signal(how)
    assert has_ended(pid)


def test_a_reader_that_is_closed_has_ended(reader: PageReader) -> None:
    assert isinstance(reader.read(response(SIMPLE)), SitePage)
    child = reader._child
    assert child is not None
    reader.close()
    assert child.returncode == -signal.SIGKILL


def test_a_page_that_fills_the_memory_is_refused() -> None:
    with closing(PageReader(deadline_s=60.0)) as reader:
        refusal = reader.read(response(b"<p>" * 5_000_000))
        assert isinstance(refusal, Refusal)
        assert refusal.reason in {"memory", "too_many_elements", "unparsable"}
        assert isinstance(reader.read(response(SIMPLE)), SitePage)
