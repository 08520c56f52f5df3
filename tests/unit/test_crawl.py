"""Many hosts at once, against servers on loopback that note when they were asked for what."""

import itertools
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Outcome, Reason
from tasks.fetch.client import Client, Deadlines
from tasks.fetch.crawl import CrawlRules, Fetched, Target, crawl, is_out_of_time
from tasks.fetch.messages import Answer, Failure, Request, Response
from tasks.fetch.pace import InMemoryPaceStore, Pace, PaceRules, host_of
from tasks.fetch.robots import InMemoryRobotsStore, Robots
from tests.faults.servers import Server, Steps, Then, answer, redirect, serving

NO_ROBOTS = answer(status="404 Not Found")
# All pages are allowed; the files about rights are not asked for, and stand in no test's way.
ALLOW_PAGES = answer(b"User-agent: *\nDisallow: /ai.txt\nDisallow: /.well-known/")
DENY_ALL = answer(b"User-agent: *\nDisallow: /")
QUICK = CrawlRules(threads=8, retry_s=0.01, stop_s=3.0)


@dataclass
class Visits:
    """When a server was asked, for what, and how many exchanges it had at once."""

    at: list[tuple[float, str]] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0

    @property
    def gaps(self) -> list[float]:
        times = [when for when, _ in self.at]
        return [after - before for before, after in itertools.pairwise(times)]


@dataclass
class Site:
    server: Server
    visits: Visits

    def targets(self, *paths: str) -> list[Target[str]]:
        return [target(self.server.url(path), path) for path in paths]

    @property
    def paths(self) -> list[str]:
        return [path for _, path in self.visits.at]


def numbered(count: int) -> list[str]:
    return [f"/{number}" for number in range(count)]


def target(url: str, payload: str = "", delay_s: float | None = None) -> Target[str]:
    request = Request(url=url, max_bytes=100_000)
    return Target(request=request, source_id="s", payload=payload, delay_s=delay_s)


@contextmanager
def site(
    behave: Callable[[str], Steps] = lambda _: [answer(b"page")], robots: bytes = ALLOW_PAGES
) -> Iterator[Site]:
    visits = Visits()

    def watched(path: str) -> Steps:
        visits.at.append((time.monotonic(), path))
        visits.under_way += 1
        visits.most_at_once = max(visits.most_at_once, visits.under_way)
        try:
            yield from [robots] if path == "/robots.txt" else behave(path)
        finally:
            visits.under_way -= 1

    with serving(watched) as server:
        yield Site(server, visits)


@pytest.fixture
def sites() -> Iterator[Callable[..., Site]]:
    with ExitStack() as stack:
        yield lambda *given, **named: stack.enter_context(site(*given, **named))


def connect(total_s: float = 1.5) -> Client:
    deadlines = Deadlines(total_s=total_s, connect_s=0.5, stall_s=int(total_s) + 1)
    return Client(user_agent="Broadsheet/1", allow_private=True, deadlines=deadlines)


def run(
    *streams: Iterator[Target[str] | None] | list[Target[str]],
    pace: Pace | None = None,
    rules: CrawlRules = QUICK,
) -> Iterator[Fetched[str]]:
    pace = pace or pace_of()
    robots = Robots(InMemoryRobotsStore(), now=pace.now)
    return crawl(*streams, connect=connect, robots=robots, pace=pace, rules=rules)


def pace_of(delay_s: float = 0.0, **rules: float) -> Pace:
    return Pace(InMemoryPaceStore(), now=time.time, rules=PaceRules(delay_s=delay_s, **rules))


def status(fetched: Fetched[str]) -> int | Reason:
    given = fetched.answer
    return given.status if isinstance(given, Response) else given.reason


def outcomes(results: Iterator[Fetched[str]]) -> dict[str, int | Reason]:
    return {fetched.target.payload: status(fetched) for fetched in results}


def detail(fetched: Fetched[str]) -> str:
    return fetched.answer.detail if isinstance(fetched.answer, Failure) else ""


def fetch_threads() -> int:
    return sum(thread.name.startswith("fetch-") for thread in threading.enumerate())


# What comes out


def test_every_target_comes_out_once_with_what_came_with_it(sites: Callable[..., Site]) -> None:
    many = [sites() for _ in range(5)]
    paths = numbered(40)
    targets = [each for one in many for each in one.targets(*paths)]
    results = list(run(targets))
    assert Counter(fetched.target.request.url for fetched in results) == Counter(
        each.request.url for each in targets
    )
    assert all(status(fetched) == 200 and fetched.target in targets for fetched in results)


def test_robots_txt_is_asked_for_first_and_once(sites: Callable[..., Site]) -> None:
    one = sites()
    list(run(one.targets(*numbered(50))))
    assert one.paths[0] == "/robots.txt"
    assert one.paths.count("/robots.txt") == 1


def test_nothing_to_do_is_done_at_once() -> None:
    assert list(run([])) == list(run()) == []


def test_a_denied_site_is_not_asked_for_pages_and_costs_no_time(
    sites: Callable[..., Site],
) -> None:
    one, other = sites(robots=DENY_ALL), sites()
    targets = one.targets(*numbered(1_000))
    begin = time.monotonic()
    results = list(run(targets, other.targets("/good"), pace=pace_of(0.2)))
    assert time.monotonic() - begin < 1.5
    assert Counter(map(status, results)) == {Reason.ROBOTS: 1_000, 200: 1}
    assert one.paths == ["/robots.txt"]


def test_the_sites_reservations_come_with_the_page(sites: Callable[..., Site]) -> None:
    one = sites(robots=answer(b"User-agent: GPTBot\nDisallow: /"))
    (fetched,) = run(one.targets("/"))
    assert fetched.reserved == ("robots",)


class Scripted:
    """Answers by path, and looks whether a host has two exchanges at once."""

    busy: ClassVar[set[str]] = set()

    def __init__(self, kinds: dict[str, str]) -> None:
        self.kinds = kinds

    def get(self, request: Request) -> Answer:
        host = host_of(request.url)
        assert host not in self.busy, "two exchanges at once"
        self.busy.add(host)
        time.sleep(0)
        kind = self.kinds.get(urlsplit(request.url).path[:2], "200")
        self.busy.remove(host)
        if not kind.isdigit():
            return Failure(
                request=request,
                reason=Reason(kind),
                detail="",
                outcome=Outcome.FAILED,
                is_temporary=kind != "tls",
            )
        here = urlsplit(request.url)
        number = int(here.path[1]) if here.path[1].isdigit() else 0
        there = f"http://{(int(here.netloc[0]) + 1) % 5}.example/{number + 1}"
        return Response(
            request=request,
            status=int(kind),
            header=b"",
            fields=(("Location", there), ("Retry-After", "86400" if here.path == "/7" else "")),
            wire_body=b"",
            body=b"",
            address="192.0.2.1",
            fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
            seconds=0.0,
        )

    def abort(self) -> None: ...

    def close(self) -> None: ...


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["/r", *(f"/{number}" for number in range(9))]),
        st.sampled_from(["200", "302", "404", "429", "500", "503", "timeout", "tls", "dns"]),
    ),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 8)), max_size=60),
    st.sampled_from([0.0, 0.001]),
    st.integers(1, 5),
)
def test_every_target_comes_out_whatever_servers_do(
    kinds: dict[str, str], asked: list[tuple[int, int]], delay_s: float, threads: int
) -> None:
    Scripted.busy.clear()
    targets = [
        target(f"http://{host}.example/{path}", str(number))
        for number, (host, path) in enumerate(asked)
    ]
    begin = time.monotonic()
    pace = Pace(
        InMemoryPaceStore(),
        now=lambda: 1.8e9 + (time.monotonic() - begin) * 1e5,
        rules=PaceRules(delay_s=delay_s),
    )
    results = crawl(
        targets[::2],
        targets[1::2],
        connect=lambda: Scripted(kinds),
        robots=Robots(InMemoryRobotsStore(), now=pace.now),
        pace=pace,
        rules=CrawlRules(threads=threads, max_waiting=20, max_results=3, retry_s=1.0, speed=1e5),
    )
    assert Counter(each.target.payload for each in results) == Counter(
        each.payload for each in targets
    )


# Redirects


def test_redirects_are_followed_and_kept(sites: Callable[..., Site]) -> None:
    end = sites()
    begin = sites(
        lambda path: [redirect(end.server.url("/end")) if path == "/b" else redirect("/b")]
    )
    (fetched,) = run(begin.targets("/a"))
    assert [hop.request.url for hop in fetched.redirects] == [
        begin.server.url("/a"),
        begin.server.url("/b"),
    ]
    assert fetched.answer.request.url == end.server.url("/end")
    assert end.paths == ["/robots.txt", "/end"]


def test_redirects_with_long_bodies_do_not_wait_in_memory_with_them(
    sites: Callable[..., Site],
) -> None:
    def behave(path: str) -> Steps:
        size = {"/long": 20_000, "/short": 10}.get(path)
        yield answer() if size is None else answer(b"x" * size, "301 Moved", Location="/end")

    one = sites(behave)
    sizes = {
        each.target.payload: (len(each.redirects[0].body), each.redirects[0].is_cut)
        for each in run(one.targets("/long", "/short"))
    }
    assert sizes == {"/long": (0, True), "/short": (10, False)}


def test_a_redirect_into_a_denied_site_is_skipped(sites: Callable[..., Site]) -> None:
    denied = sites(robots=DENY_ALL)
    open_site = sites(lambda _: [redirect(denied.server.url("/secret"))])
    (fetched,) = run(open_site.targets("/"))
    assert isinstance(fetched.answer, Failure)
    assert (fetched.answer.outcome, fetched.answer.reason) == (Outcome.SKIPPED, Reason.ROBOTS)
    assert fetched.answer.request.url == denied.server.url("/secret")
    assert len(fetched.redirects) == 1


def test_hops_to_a_host_keep_its_pace(sites: Callable[..., Site]) -> None:
    end = sites()
    doors = [sites(lambda path: [redirect(end.server.url(path))]) for _ in range(6)]
    targets = [door.targets(f"/{number}")[0] for number, door in enumerate(doors)]
    assert set(outcomes(run(targets, pace=pace_of(0.05))).values()) == {200}
    assert len(end.visits.at) == 7
    assert min(end.visits.gaps) >= 0.05
    assert end.visits.most_at_once == 1


def test_sites_that_lead_to_each_other_do_not_wait_for_each_other(
    sites: Callable[..., Site],
) -> None:
    pair: list[Site] = []
    pair.append(sites(lambda path: [redirect(pair[1].server.url(path + "x"))]))
    pair.append(sites(lambda path: [redirect(pair[0].server.url(path + "x"))]))
    paths = numbered(20)
    results = list(run(pair[0].targets(*paths), pair[1].targets(*paths)))
    assert Counter(map(status, results)) == {Reason.TOO_MANY_REDIRECTS: 40}


def test_robots_txt_may_stand_on_a_site_that_has_its_own_elsewhere() -> None:
    pair: list[Site] = []
    with ExitStack() as stack:
        for here in (0, 1):
            visits = Visits()

            def behave(path: str, there: int = 1 - here, visits: Visits = visits) -> Steps:
                visits.at.append((time.monotonic(), path))
                if path == "/robots.txt":
                    yield redirect(pair[there].server.url("/r"))
                    return
                yield answer(b"User-agent: *\nDisallow: /no" if path == "/r" else b"page")

            pair.append(Site(stack.enter_context(serving(behave)), visits))
        results = outcomes(run(pair[0].targets("/yes0", "/no0"), pair[1].targets("/yes1", "/no1")))
    assert results == {
        "/yes0": 200,
        "/no0": Reason.ROBOTS,
        "/yes1": 200,
        "/no1": Reason.ROBOTS,
    }
    assert all(one.paths.count("/r") == one.paths.count("/robots.txt") == 1 for one in pair)


# Pace


def test_no_host_has_two_requests_at_once_or_sooner_than_its_pace(
    sites: Callable[..., Site],
) -> None:
    many = [sites(lambda _: [0.01, answer()]) for _ in range(4)]
    targets = [each for one in many for each in one.targets(*numbered(6))]
    assert set(outcomes(run(targets, pace=pace_of(0.06))).values()) == {200}
    for one in many:
        assert len(one.visits.at) == 7
        assert one.visits.most_at_once == 1
        assert min(one.visits.gaps) >= 0.06


def test_without_pace_a_host_still_has_one_request_at_a_time(sites: Callable[..., Site]) -> None:
    one = sites(lambda _: [0.005, answer()])
    list(run(one.targets(*numbered(30))))
    assert one.visits.most_at_once == 1


def test_a_host_that_waits_holds_no_thread(sites: Callable[..., Site]) -> None:
    many = [sites() for _ in range(10)]
    targets = [each for one in many for each in one.targets("/1", "/2", "/3")]
    begin = time.monotonic()
    list(run(targets, pace=pace_of(0.15), rules=CrawlRules(threads=1)))
    assert time.monotonic() - begin < 1.5, "thirty waits of 0.15 s were one after the other"


def test_a_source_may_have_its_own_pace(sites: Callable[..., Site]) -> None:
    one = sites()
    targets = [target(one.server.url(f"/{number}"), delay_s=0.12) for number in range(3)]
    list(run(targets))
    assert min(one.visits.gaps) >= 0.12


def test_crawl_delay_holds_from_robots_txt_on(sites: Callable[..., Site]) -> None:
    one = sites(robots=answer(b"User-agent: *\nCrawl-delay: 0.15"))
    list(run(one.targets("/1", "/2"), pace=pace_of(0.01)))
    assert min(one.visits.gaps) >= 0.15


def test_what_stands_beside_robots_txt_is_fetched_at_the_hosts_pace(
    sites: Callable[..., Site],
) -> None:
    one = sites(
        lambda path: [answer(b"User-Agent: *\nDisallow: /" if path == "/ai.txt" else b"")],
        robots=NO_ROBOTS,
    )
    (fetched,) = run(one.targets("/1"), pace=pace_of(0.08))
    assert one.paths == ["/robots.txt", "/ai.txt", "/.well-known/tdmrep.json", "/1"]
    assert min(one.visits.gaps) >= 0.08
    assert fetched.reserved == ("ai.txt",)


def test_a_429_without_a_time_is_tried_again_after_the_usual_pause(
    sites: Callable[..., Site],
) -> None:
    answers = iter([answer(status="429 Too Many"), answer(b"page"), answer(b"page")])
    one = sites(lambda _: [next(answers)])
    found = outcomes(run(one.targets("/1", "/2"), pace=pace_of(0.01, after_429_s=0.3)))
    assert found == {"/1": 200, "/2": 200}
    assert one.visits.gaps[1] >= 0.3


def test_a_host_that_is_not_to_be_asked_for_a_day_is_left_for_this_run(
    sites: Callable[..., Site],
) -> None:
    one = sites(lambda _: [answer(status="503 Later", Retry_After="86400")])
    other = sites()
    store = InMemoryPaceStore()
    paths = numbered(50)
    for _ in range(2):
        pace = Pace(store, now=time.time, rules=PaceRules(delay_s=0.01))
        results = list(run(one.targets(*paths), other.targets("/good"), pace=pace))
        assert Counter(map(status, results)) == {Reason.NOT_DUE: 50, 200: 1}
        assert all(
            fetched.answer.outcome is Outcome.SKIPPED
            for fetched in results
            if isinstance(fetched.answer, Failure)
        )
    assert len(one.visits.at) == 2, "robots.txt and one page, both in the first run"


@pytest.mark.parametrize("delay_s", [0.0, 0.01])
def test_a_host_that_asks_for_an_hour_is_left_for_this_run_and_the_next(
    sites: Callable[..., Site], caplog: pytest.LogCaptureFixture, delay_s: float
) -> None:
    caplog.set_level("INFO")
    one = sites(lambda _: [answer(status="429 Too Many", Retry_After="3600")])
    store = InMemoryPaceStore()
    begin = time.monotonic()
    for _ in range(2):
        pace = Pace(store, now=time.time, rules=PaceRules(delay_s=delay_s))
        results = list(run(one.targets(*numbered(30)), pace=pace))
        assert Counter(map(status, results)) == {Reason.NOT_DUE: 30}
        assert all(re.search(r"before 2\d{3}-\d\d-\d\d .* UTC$", detail(each)) for each in results)
    assert time.monotonic() - begin < 2
    assert one.paths == ["/robots.txt", "/0"], "both in the first run"
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert all(f"{one.server.host}:{one.server.port} is given up" in line for line in told)


def test_a_delay_that_was_set_is_waited_for_however_long_it_is(sites: Callable[..., Site]) -> None:
    one = sites()
    found = outcomes(run(one.targets("/1", "/2"), pace=pace_of(0.2, longest_wait_s=0.1)))
    assert found == {"/1": 200, "/2": 200}


def test_a_host_that_says_429_twice_in_a_row_is_left_for_this_run(
    sites: Callable[..., Site], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    one = sites(lambda _: [answer(status="429 Too Many")])
    other = sites()
    results = list(
        run(
            one.targets(*numbered(29)),
            other.targets("/good"),
            pace=pace_of(0.01, after_429_s=0.3),
        )
    )
    assert Counter(map(status, results)) == {429: 1, Reason.NOT_DUE: 28, 200: 1}
    assert {
        each.answer.outcome
        for each in results
        if isinstance(each.answer, Failure) and "429" in each.answer.detail
    } == {Outcome.SKIPPED}
    assert one.paths[0] == "/robots.txt"
    assert len(one.paths) == 3
    assert one.visits.gaps[1] >= 0.3
    (told,) = [record.getMessage() for record in caplog.records]
    assert "is given up for this run: not_due" in told


def test_429s_that_do_not_come_in_a_row_are_waited_for(sites: Callable[..., Site]) -> None:
    refused = {"/0", "/2", "/4"}  # once

    def behave(path: str) -> Steps:
        is_refused = path in refused
        refused.discard(path)
        yield answer(b"page", "429 Too Many" if is_refused else "200 OK")

    one = sites(behave)
    found = outcomes(run(one.targets(*numbered(6)), pace=pace_of(0.01, after_429_s=0.05)))
    assert set(found.values()) == {200}


def test_a_long_wait_that_nobody_set_is_told(
    sites: Callable[..., Site], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    answers = iter([answer(status="429 Too Many"), *[answer(b"page")] * 2])
    one = sites(lambda _: [next(answers)])
    begin = time.monotonic()
    pace = Pace(InMemoryPaceStore(), now=lambda: 1.8e9 + (time.monotonic() - begin) * 100)
    rules = CrawlRules(threads=2, retry_s=0.1, speed=100)
    found = outcomes(run(one.targets("/1", "/2"), pace=pace, rules=rules))
    assert found == {"/1": 200, "/2": 200}
    (told,) = [record.getMessage() for record in caplog.records]
    assert re.search(r"^127\.0\.0\.1:\d+ is not asked for (30|29|28) s", told)


def test_simulated_time_may_run_faster(sites: Callable[..., Site]) -> None:
    answers = iter([answer(status="503 Later", Retry_After="100"), answer(b"page")])
    one = sites(lambda _: [next(answers)])
    begin = time.monotonic()
    pace = Pace(InMemoryPaceStore(), now=lambda: 1.8e9 + (time.monotonic() - begin) * 400)
    rules = CrawlRules(threads=2, speed=400)
    assert outcomes(run(one.targets("/1"), pace=pace, rules=rules)) == {"/1": 200}
    assert one.visits.gaps[1] >= 100 / 400
    assert time.monotonic() - begin < 2


# Trouble


def test_what_is_temporary_is_tried_again(sites: Callable[..., Site]) -> None:
    answers: Iterator[bytes | Then] = iter([answer(status="500 Oh"), Then.RESET, answer(b"page")])
    one = sites(lambda _: [next(answers)])
    assert outcomes(run(one.targets("/1"))) == {"/1": 200}
    assert one.paths.count("/1") == 3


@pytest.mark.parametrize("final", [b"404 Not Found", b"403 Forbidden", b"410 Gone"])
def test_what_is_final_is_not_tried_again(sites: Callable[..., Site], final: bytes) -> None:
    one = sites(lambda _: [answer(status=final.decode())])
    list(run(one.targets("/1")))
    assert one.paths.count("/1") == 1


def test_a_temporary_failure_is_tried_twice_more_and_no_more(sites: Callable[..., Site]) -> None:
    one = sites(lambda _: [answer(status="502 Bad Gateway")])
    assert outcomes(run(one.targets("/1"))) == {"/1": 502}
    assert one.paths.count("/1") == 3


def test_a_second_try_does_not_hold_up_the_hosts_other_pages(sites: Callable[..., Site]) -> None:
    one = sites(lambda path: [answer(status="500 Oh") if path == "/bad" else answer()])
    rules = CrawlRules(threads=2, retry_s=0.4, retries=1)
    results = [
        fetched.target.payload for fetched in run(one.targets("/bad", "/1", "/2"), rules=rules)
    ]
    assert results == ["/1", "/2", "/bad"]


def test_a_site_that_goes_down_is_given_up_and_others_are_unharmed(
    sites: Callable[..., Site],
) -> None:
    count = itertools.count()
    down = sites(lambda _: [answer(b"page") if next(count) < 10 else Then.RESET])
    others = [sites() for _ in range(3)]
    paths = numbered(2_000)
    begin = time.monotonic()
    results = list(run(down.targets(*paths), *(other.targets(*paths[:20]) for other in others)))
    assert time.monotonic() - begin < 3
    at_down = [each for each in results if each.target.request.url.startswith(down.server.url())]
    assert Counter(map(status, at_down)) == {200: 10, Reason.CONNECTION: 1_990}
    assert len(down.visits.at) <= 11 + 15, "nobody knocks two thousand times"
    assert Counter(map(status, results))[200] == 10 + 60
    failures = [each.answer for each in at_down if isinstance(each.answer, Failure)]
    assert all(failure.is_temporary for failure in failures)
    assert {failure.request.url for failure in failures} == {
        each.target.request.url for each in at_down if isinstance(each.answer, Failure)
    }


@pytest.mark.parametrize("bad", [answer(status="500 Oh"), Then.RESET])
def test_a_site_with_some_broken_pages_is_not_given_up(
    sites: Callable[..., Site], bad: bytes | Then
) -> None:
    one = sites(lambda path: [bad if path.endswith("0") else answer()])
    found = Counter(outcomes(run(one.targets(*numbered(100)))).values())
    assert found[200] == 90
    assert found[500] + found[Reason.CONNECTION] == 10
    asked = sum(path.endswith("0") for path in one.paths)
    assert asked in ((30,) if isinstance(bad, bytes) else (30, 31)), "libcurl asks again once"


def test_a_site_that_only_answers_500_is_given_up(sites: Callable[..., Site]) -> None:
    one = sites(lambda _: [answer(status="500 Oh")])
    paths = numbered(500)
    found = Counter(outcomes(run(one.targets(*paths))).values())
    assert set(found) <= {500, Reason.HTTP_STATUS}
    assert len(one.visits.at) < 30


@pytest.mark.parametrize("reason", ["tls", "dns", "timeout"])
def test_a_host_without_a_connection_is_given_up_after_five_pages(reason: str) -> None:
    asked: list[str] = []

    class Down(Scripted):
        def get(self, request: Request) -> Answer:
            asked.append(request.url)
            return super().get(request)

    Scripted.busy.clear()
    results = crawl(
        [target(f"http://0.example/0{number}", str(number)) for number in range(100)],
        connect=lambda: Down({"/0": reason}),
        robots=None,
        pace=pace_of(),
        rules=QUICK,
    )
    assert set(outcomes(results).values()) == {Reason(reason)}
    assert len(set(asked)) == 5


def test_a_host_that_is_gone_is_not_waited_for_by_its_last_pages() -> None:
    asked: list[str] = []

    class Counting(Client):
        def get(self, request: Request) -> Answer:
            asked.append(request.url)
            return super().get(request)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    results = crawl(
        [target(f"http://127.0.0.1:{port}/{number}", str(number)) for number in range(3)],
        connect=lambda: Counting(user_agent="Broadsheet/1", allow_private=True),
        robots=None,
        pace=pace_of(),
        rules=QUICK,
    )
    assert set(outcomes(results).values()) == {Reason.CONNECTION}
    assert len(asked) == 5


def test_what_a_client_raises_is_raised_to_the_consumer() -> None:
    class Broken(Client):
        def get(self, request: Request) -> Answer:
            raise MemoryError(request.url)

    pace = pace_of()
    results = crawl(
        [target("http://127.0.0.1:1/")],
        connect=lambda: Broken(user_agent="Broadsheet/1"),
        robots=None,
        pace=pace,
    )
    with pytest.raises(MemoryError):
        list(results)
    assert fetch_threads() == 0


def test_what_a_stream_raises_is_raised_to_the_consumer(sites: Callable[..., Site]) -> None:
    one = sites()

    def broken() -> Iterator[Target[str]]:
        yield from one.targets("/1")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        list(run(broken()))
    assert fetch_threads() == 0


# Bounds


def test_a_million_targets_for_one_host_do_not_keep_the_others_out(
    sites: Callable[..., Site],
) -> None:
    big = sites()
    others = [sites() for _ in range(3)]
    pulled = itertools.count()

    def million() -> Iterator[Target[str]]:
        for number in range(1_000_000):
            next(pulled)
            yield target(big.server.url(f"/{number}"), "big")

    streams = [other.targets(*numbered(3)) for other in others]
    rules = CrawlRules(threads=4, max_waiting=1_000)
    with closing(run(million(), *streams, pace=pace_of(0.1), rules=rules)) as results:
        small = [
            fetched for fetched in itertools.islice(results, 12) if fetched.target.payload != "big"
        ]
    assert len(small) == 9
    assert next(pulled) <= 1_000


def test_one_stream_is_looked_into_as_far_as_memory_allows(sites: Callable[..., Site]) -> None:
    big, small = sites(), sites()
    mixed = [*big.targets(*numbered(400)), *small.targets("/small")]
    rules = CrawlRules(threads=2, max_waiting=1_000)
    with closing(run(mixed, pace=pace_of(0.2), rules=rules)) as results:
        assert "/small" in [fetched.target.payload for fetched in itertools.islice(results, 3)]


def test_a_slow_consumer_stops_the_crawl(sites: Callable[..., Site]) -> None:
    one = sites()
    rules = CrawlRules(threads=4, max_results=5)
    with closing(run(one.targets(*numbered(500)), rules=rules)) as results:
        next(results)
        time.sleep(0.3)
        assert len(one.visits.at) <= 1 + 1 + 5 + 4


def test_large_results_wait_for_the_consumer_by_their_bytes(sites: Callable[..., Site]) -> None:
    many = [sites(lambda _: [answer(b"x" * 50_000)]) for _ in range(8)]
    rules = CrawlRules(threads=2, max_result_bytes=250_000)
    targets = [each for one in many for each in one.targets(*numbered(5))]
    with closing(run(targets, rules=rules)) as results:
        next(results)
        time.sleep(0.3)
        pages = sum(len(one.visits.at) - one.paths.count("/robots.txt") for one in many)
        assert pages <= 1 + 2 + 2
        assert len(list(results)) == 39


def test_targets_are_pulled_in_the_consumers_thread(sites: Callable[..., Site]) -> None:
    one = sites()
    threads = set()

    def targets() -> Iterator[Target[str]]:
        for path in numbered(20):
            threads.add(threading.get_ident())
            yield from one.targets(path)

    list(run(targets()))
    assert threads == {threading.get_ident()}


def test_streams_without_targets_do_not_hide_those_with_some(sites: Callable[..., Site]) -> None:
    one = sites()
    empty: list[list[Target[str]]] = [[] for _ in range(1_000)]
    assert outcomes(run(*empty, one.targets("/1"), *empty)) == {"/1": 200}


@pytest.mark.parametrize("max_waiting", [1, 2, 3])
def test_the_smallest_bounds_let_all_through(sites: Callable[..., Site], max_waiting: int) -> None:
    one, other = sites(), sites()
    rules = CrawlRules(threads=1, max_waiting=max_waiting, max_results=1, max_result_bytes=1)
    assert len(list(run(one.targets(*numbered(9)), other.targets(*numbered(9)), rules=rules))) == 18


def test_a_stream_may_wait_for_results(sites: Callable[..., Site]) -> None:
    one = sites()
    found: list[str] = ["/1"]

    def targets() -> Iterator[Target[str] | None]:
        while True:
            yield one.targets(found.pop())[0] if found else None

    seen = []
    for fetched in run(targets()):
        seen.append(fetched.target.payload)
        if len(seen) < 5:
            found.append(f"{fetched.target.payload}1")
    assert seen == ["/1", "/11", "/111", "/1111", "/11111"]


# The end


def test_closing_early_ends_all_threads_while_servers_hang(sites: Callable[..., Site]) -> None:
    hanging = [sites(lambda _: [30.0]) for _ in range(4)]
    good = sites()
    targets = [one.targets("/")[0] for one in (*hanging, good)]
    results = crawl(
        targets,
        connect=lambda: connect(60.0),
        robots=None,
        pace=pace_of(),
    )
    assert status(next(results)) == 200
    begin = time.monotonic()
    results.close()
    assert time.monotonic() - begin < 2
    assert fetch_threads() == 0


def test_the_end_leaves_no_thread(sites: Callable[..., Site]) -> None:
    one = sites()
    list(run(one.targets("/1", "/2")))
    assert fetch_threads() == 0


def test_a_crawl_that_was_never_begun_costs_nothing(sites: Callable[..., Site]) -> None:
    results = run(sites().targets("/1"))
    assert fetch_threads() == 0
    results.close()


def test_an_exchange_that_was_cut_off_says_nothing_of_its_host(sites: Callable[..., Site]) -> None:
    hanging, good = sites(lambda _: [30.0]), sites()
    store = InMemoryPaceStore()
    pace = Pace(store, now=time.time, rules=PaceRules(delay_s=0.01))
    results = run([*hanging.targets("/"), *good.targets("/")], pace=pace)
    next(results)
    results.close()
    assert store._learned == {}


DIES = """
import sys
import time
from tasks.fetch.crawl import Target, crawl
from tasks.fetch.messages import Request
from tasks.fetch.pace import InMemoryPaceStore, Pace
from tests.unit.test_crawl import connect

targets = [
    Target(request=Request(url=url, max_bytes=9), source_id="s", payload=None)
    for url in sys.argv[1:]
]
pace = Pace(InMemoryPaceStore(), now=time.time)
results = crawl(targets, connect=lambda: connect(60.0), robots=None, pace=pace)
next(results)
raise SystemExit(7)
"""


def test_an_iterator_that_nobody_closes_does_not_keep_the_program_alive(
    sites: Callable[..., Site],
) -> None:
    good, hanging = sites(), sites(lambda _: [30.0])
    urls = [good.server.url("/1"), hanging.server.url("/"), good.server.url("/2")]
    ended = subprocess.run([sys.executable, "-c", DIES, *urls], timeout=20, check=False)
    assert ended.returncode == 7


# Streams that wait, and targets that are too late


def test_a_stream_that_waits_is_asked_again_after_a_result_of_its_own_and_no_other(
    sites: Callable[..., Site],
) -> None:
    one, other = sites(), sites()
    asked = Counter[str]()

    def waiting(site: Site, results: list[str], *paths: str) -> Iterator[Target[str] | None]:
        for path in paths:
            yield from site.targets(path)
            while path not in results:
                asked[path] += 1
                yield None

    seen: list[str] = []
    few = waiting(one, seen, "/a", "/b")
    many = iter(other.targets(*numbered(40)))
    for fetched in run(few, many):
        seen.append(fetched.target.payload)  # noqa: PERF401 - the stream looks at it meanwhile
    assert sorted(seen) == sorted(["/a", "/b", *numbered(40)])
    assert max(asked.values()) == 1


def test_what_its_hosts_pace_puts_off_for_too_long_comes_out_at_once(
    sites: Callable[..., Site],
) -> None:
    one, other = sites(), sites()
    until = time.time() + 0.5
    hurried = [replace(each, not_after=until) for each in one.targets(*numbered(50))]
    began = time.monotonic()
    results = list(run(hurried, other.targets("/a"), pace=pace_of(0.2)))
    assert time.monotonic() - began < 5
    late = [fetched for fetched in results if is_out_of_time(fetched.answer)]
    assert len(results) == 51
    assert len(late) >= 45
    assert {status(fetched) for fetched in late} == {Reason.NOT_DUE}
    assert {status(fetched) for fetched in results if fetched not in late} == {200}
    assert all(when - began < 2 for when, _ in one.visits.at)
