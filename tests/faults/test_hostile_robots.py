"""robots.txt from bad servers: what becomes of their pages, in what time, and of everybody else."""

import gzip
import itertools
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from expectations.records import Outcome, Reason
from tasks.fetch.client import Client, Deadlines
from tasks.fetch.crawl import CrawlRules, Fetched, Target, crawl
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.pace import InMemoryPaceStore, Pace, PaceRules
from tasks.fetch.robots import InMemoryRobotsStore, Robots
from tests.faults.servers import (
    OK,
    Server,
    Steps,
    Then,
    answer,
    make_certificate,
    measured,
    redirect,
    serving,
)

DENY_NEWS = b"User-agent: *\nDisallow: /news\n"
PAGES = ("/news/1", "/sports/1")
DENIED = {"/news/1": Reason.ROBOTS, "/sports/1": 200}
ALLOWED = {"/news/1": 200, "/sports/1": 200}
UNREACHABLE = dict.fromkeys(PAGES, Reason.ROBOTS_UNREACHABLE)
TIMED_OUT = dict.fromkeys(PAGES, Reason.TIMEOUT)
UNCONNECTED = dict.fromkeys(PAGES, Reason.CONNECTION)


def connect() -> Client:
    deadlines = Deadlines(total_s=1.0, connect_s=0.5, stall_s=2)
    return Client(user_agent="Broadsheet/1", allow_private=True, deadlines=deadlines)


@pytest.fixture
def site_with() -> Iterator[Callable[[Callable[[], Steps]], Server]]:
    with ExitStack() as stack:

        def made(robots: Callable[[], Steps]) -> Server:
            def behave(path: str) -> Steps:
                return robots() if path == "/robots.txt" else [answer(b"page")]

            return stack.enter_context(serving(behave))

        yield made


def fetch(*servers: Server, paths: tuple[str, ...] = PAGES) -> Iterator[Fetched[str]]:
    return fetch_urls(*(server.url(path) for path in paths for server in servers))


def fetch_urls(*urls: str) -> Iterator[Fetched[str]]:
    robots = Robots(InMemoryRobotsStore(), now=time.time)
    targets = [
        Target(request=Request(url=url, max_bytes=9_000), source_id="s", payload=urlsplit(url).path)
        for url in urls
    ]
    return crawl(
        targets,
        connect=connect,
        robots=robots,
        pace=Pace(InMemoryPaceStore(), now=time.time, rules=PaceRules(delay_s=0)),
        rules=CrawlRules(threads=6, retries=0),
    )


def found(results: Iterator[Fetched[str]]) -> dict[str, int | Reason]:
    return {
        each.target.payload: each.answer.status
        if isinstance(each.answer, Response)
        else each.answer.reason
        for each in results
    }


def endless_drip() -> Steps:
    yield OK + b"\r\n" + DENY_NEWS
    for _ in itertools.repeat(None):
        yield b"#"
        yield 0.05


def endless() -> Steps:
    yield OK + b"\r\n" + DENY_NEWS
    yield from itertools.repeat(b"#" * 65_536)


BAD: dict[str, tuple[Callable[[], Steps], dict[str, int | Reason]]] = {
    "ten-megabytes": (lambda: [answer(DENY_NEWS + b"# more\n" * 1_500_000)], DENIED),
    "denial-after-ten-megabytes": (lambda: [answer(b"# more\n" * 1_500_000 + DENY_NEWS)], ALLOWED),
    "ten-megabytes-in-a-line": (lambda: [answer(DENY_NEWS + b"x" * 10_000_000)], DENIED),
    "bom": (lambda: [answer(b"\xef\xbb\xbf" + DENY_NEWS)], DENIED),
    "html": (lambda: [answer(b"<!DOCTYPE html>\n<p>Gone\n" + DENY_NEWS)], ALLOWED),
    "called-html": (lambda: [answer(DENY_NEWS, Content_Type="text/html")], DENIED),
    "gzip": (lambda: [answer(gzip.compress(DENY_NEWS), Content_Encoding="gzip")], DENIED),
    "gzip-cut-off": (
        lambda: [answer(gzip.compress(DENY_NEWS * 9)[:-9], Content_Encoding="gzip")],
        UNREACHABLE,
    ),
    "gzip-bomb": (
        lambda: [answer(gzip.compress(bytes(100 << 20), 9), Content_Encoding="gzip")],
        UNREACHABLE,
    ),
    "silence": (lambda: [9.0], TIMED_OUT),
    "drip": (endless_drip, TIMED_OUT),
    "endless": (endless, UNREACHABLE),
    "reset": (lambda: [Then.RESET], UNCONNECTED),
    "cut-off": (lambda: [OK + b"Content-Length: 999\r\n\r\n" + DENY_NEWS, Then.CLOSE], UNREACHABLE),
    "no-http": (lambda: [b"220 ready\r\n", Then.CLOSE], UNREACHABLE),
    "500": (lambda: [answer(DENY_NEWS, status="500 Oh")], UNREACHABLE),
    "429": (lambda: [answer(status="429 Too Many", Retry_After="0")], UNREACHABLE),
    "403": (lambda: [answer(DENY_NEWS, status="403 Forbidden")], ALLOWED),
    "loop": (lambda: [redirect("/robots.txt")], ALLOWED),
    "204": (lambda: [OK.replace(b"200 OK", b"204 No Content") + b"\r\n"], ALLOWED),
    "names-by-rules": (
        lambda: [
            answer(
                b"User-agent: *\n" * 17_000
                + b"User-agent: b\n" * 900
                + b"Disallow: /news\n" * 15_000
            )
        ],
        DENIED,
    ),
    "nul": (lambda: [answer(b"\0\0\0\n" + DENY_NEWS + b"\0" * 999)], DENIED),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_robots_txt_has_an_outcome_in_bounded_time_and_memory(
    site_with: Callable[[Callable[[], Steps]], Server], kind: str
) -> None:
    robots, expected = BAD[kind]
    server = site_with(robots)
    robots()  # what it costs to make is not ours
    with measured() as cost:
        assert found(fetch(server)) == expected
    assert server.paths.count("/robots.txt") == 1
    assert cost.seconds < 2.5
    # A test's server shares the process: 10 MB of its own, sent whole, and up to 16 MiB read twice.
    assert cost.peak_bytes < 140 << 20


def test_all_bad_ones_at_once_leave_the_others_unharmed(
    site_with: Callable[[Callable[[], Steps]], Server],
) -> None:
    bad = [site_with(robots) for robots, _ in BAD.values()]
    good = [site_with(lambda: [answer(DENY_NEWS)]) for _ in range(4)]
    results = list(fetch(*bad, *good))
    urls = {server.url() for server in good}
    at_good = iter(
        [each for each in results if any(each.target.request.url.startswith(url) for url in urls)]
    )
    assert len(results) == 2 * len(bad) + 2 * len(good)
    assert found(at_good) == DENIED


def test_an_unreachable_one_fails_what_may_be_tried_again(
    site_with: Callable[[Callable[[], Steps]], Server],
) -> None:
    (first, second) = fetch(site_with(lambda: [Then.RESET]))
    for each in (first, second):
        assert isinstance(each.answer, Failure)
        assert each.answer.outcome is Outcome.FAILED
        assert each.answer.is_temporary
        assert each.answer.detail.startswith("robots.txt: ")


def test_a_host_that_cannot_be_reached_fails_its_pages_for_that_reason(tmp_path: Path) -> None:
    _, tls = make_certificate(tmp_path, "127.0.0.1")
    with serving(answer()) as gone:
        pass
    cases = {
        Reason.CONNECTION: gone.url("/"),
        Reason.DNS: "http://no-such-host.invalid/",
    }
    with serving(answer(b"page"), tls=tls) as self_signed, serving(lambda _: [9.0]) as silent:
        cases |= {Reason.TLS: self_signed.url("/"), Reason.TIMEOUT: silent.url("/")}
        for reason, url in cases.items():
            (fetched,) = fetch_urls(url)
            assert isinstance(fetched.answer, Failure)
            assert fetched.answer.reason is reason
            assert fetched.answer.outcome is Outcome.FAILED
            assert re.fullmatch("robots.txt: .{10,}", fetched.answer.detail)


def test_one_that_denies_all_costs_one_request(
    site_with: Callable[[Callable[[], Steps]], Server],
) -> None:
    server = site_with(lambda: [answer(b"User-agent: *\nDisallow: /")])
    paths = tuple(f"/{number}" for number in range(3_000))
    results = found(fetch(server, paths=paths))
    assert set(results.values()) == {Reason.ROBOTS}
    assert len(results) == 3_000
    assert server.paths == ["/robots.txt"]
