"""robots.txt: what its words mean, when it is fetched, and what stands beside it about rights."""

import itertools
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Answer, Failure, Request, Response
from tasks.fetch.robots import InMemoryRobotsStore, Robots, StoredRobots, Verdict
from tasks.reservations import SiteReservations
from tasks.robots_rules import MAX_BYTES, Rules, decode, sitemaps

SITE = "https://a.example"
PAGE = f"{SITE}/news/1"
DAY = 86_400.0
BESIDE = ("/ai.txt", "/.well-known/tdmrep.json")


class Web:
    """Answers by URL, 404 for all others; and a clock."""

    def __init__(self, answers: Mapping[str, bytes | int | Reason]) -> None:
        self.answers = dict(answers)
        self.asked: list[str] = []
        self.time = 1_800_000_000.0

    @property
    def asked_for_robots(self) -> list[str]:
        """What was asked for, without the files about rights."""
        return [url for url in self.asked if not url.endswith(BESIDE)]

    def now(self) -> float:
        return self.time

    def get(self, request: Request) -> Answer:
        self.asked.append(request.url)
        given = self.answers.get(request.url, 404)
        if isinstance(given, Reason):
            is_forbidden = given is Reason.FORBIDDEN_ADDRESS
            return Failure(
                request=request,
                reason=given,
                detail="details",
                outcome=Outcome.SKIPPED if is_forbidden else Outcome.FAILED,
                is_temporary=not is_forbidden,
            )
        body = given if isinstance(given, bytes) else b""
        location = body.removeprefix(b"to ").decode() if body.startswith(b"to ") else ""
        status = 301 if location else given if isinstance(given, int) else 200
        return Response(
            request=request,
            status=status,
            header=b"",
            fields=(("Location", location),) if location else (),
            wire_body=body,
            body=body,
            address="192.0.2.1",
            fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
            seconds=0.1,
        )


def robots_of(web: Web) -> Robots:
    return Robots(InMemoryRobotsStore(), now=web.now)


def ask(robots: Robots, web: Web, url: str = PAGE) -> Verdict:
    checking = robots.check(Request(url=url, max_bytes=1_000))
    try:
        needed = next(checking)
        while True:
            needed = checking.send(web.get(needed))
    except StopIteration as end:
        verdict: Verdict = end.value
        return verdict


def verdict_on(text: str | bytes, url: str = PAGE) -> Verdict:
    web = Web({f"{SITE}/robots.txt": text if isinstance(text, bytes) else text.encode()})
    return ask(robots_of(web), web, url)


def is_allowed(text: str | bytes, url: str = PAGE) -> bool:
    return verdict_on(text, url).failure is None


# What the words mean


def test_what_is_denied_is_skipped() -> None:
    failure = verdict_on("User-agent: *\nDisallow: /news/").failure
    assert failure is not None
    assert (failure.outcome, failure.reason) == (Outcome.SKIPPED, Reason.ROBOTS)
    assert failure.request.url == PAGE
    assert not failure.is_temporary


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow:", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /\nAllow: /news/", True),
        ("User-agent: *\nDisallow: /*/1$", False),
        ("User-agent: *\nDisallow: /*/2$", True),
        ("user-AGENT: broadSHEET\ndisallow: /", False),
        ("User-agent: Broadsheet/1.0 (the crawler)\nDisallow: /", False),
        ("User-agent: Broadsheet\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Broadsheet\nAllow: /", True),
        ("User-agent: Broad\nDisallow: /", True),
        ("User-agent: Broadsheets\nDisallow: /", True),
        ("User-agent: NotBroadsheet\nDisallow: /", True),
        ("User-agent: A\nUser-agent: Broadsheet\nUser-agent: B\nDisallow: /", False),
        ("User-agent: A\nSitemap: /s.xml\nUser-agent: Broadsheet\nDisallow: /", False),
        ("User-agent: Broadsheet\nDisallow: /x\n\nUser-agent: Broadsheet\nDisallow: /news", False),
        ("User-agent: A\nDisallow: /\nUser-agent: Broadsheet\nDisallow: /x", True),
        ("Disallow: /", True),
        ("User-agent: *\r\nDisallow: /news # ours\r\n", False),
        ("User-agent: *\rDisallow: /news\r", False),
        ("User-agent : *\nDisallow : /news", False),
        ("User-agent *\nDisallow /news", False),
        ("User-agent: *\nDisallow: /x\u2028User-agent: B\nDisallow: /news", True),
    ],
)
def test_the_rules_of_rfc_9309(text: str, *, allowed: bool) -> None:
    assert is_allowed(text) is allowed


def test_a_bom_hides_nothing() -> None:
    assert not is_allowed(b"\xef\xbb\xbfUser-agent: *\nDisallow: /")


@pytest.mark.parametrize(
    "page", ["<!DOCTYPE html><p>\nUser-agent: *\nDisallow: /\n", "\ufeff \n<html>\nDisallow: /\n"]
)
def test_html_has_no_rules(page: str) -> None:
    assert is_allowed(f"{page}User-agent: *\nDisallow: /\n")


def test_bytes_of_any_kind_are_read() -> None:
    assert is_allowed(bytes(range(256)) * 40)
    assert not is_allowed(b"\xff\xfe\x00\nUser-agent: *\nDisallow: /")


def test_robots_txt_is_always_allowed_and_nothing_else_is() -> None:
    assert is_allowed("User-agent: *\nDisallow: /", f"{SITE}/robots.txt")
    for path in (*BESIDE, "/.well-known/news", "/robots.txt/news", "/a/robots.txt"):
        assert not is_allowed("User-agent: *\nDisallow: /", f"{SITE}{path}")


def test_half_a_megabyte_is_read_and_no_half_rule() -> None:
    begin = b"User-agent: *\nDisallow: /in\n" + b"#" * (MAX_BYTES - 38) + b"\n"
    assert len(begin) == MAX_BYTES - 9
    body = begin + b"Disallow: /new-rooms\nDisallow: /late\n"
    assert body[:MAX_BYTES].endswith(b"Disallow:")
    assert decode(body) == begin[:-1].decode()
    assert not is_allowed(body, f"{SITE}/in")
    assert is_allowed(body, f"{SITE}/late")


def test_a_line_without_end_is_no_rule() -> None:
    assert is_allowed(b"Disallow: /" * MAX_BYTES)


@given(st.binary(max_size=2_000), st.text(max_size=50))
def test_no_bytes_break_the_reader(body: bytes, path: str) -> None:
    text = decode(b"User-agent: *\nDisallow: " + body)
    Rules(text, "Broadsheet").allow(f"/{path}")
    sitemaps(text, SITE)
    SiteReservations(robots=text, ai_txt=text, tdmrep=text).on(f"{SITE}/{path}")


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"User-agent: a{i}\n" for i in range(16_000)) + "Disallow: /a\n" * 18_000,
        "User-agent: *\n" + "Disallow: /*n*e*w*s*x\n" * 23_000,
        "User-agent: *\nDisallow: /" + "*n" * 250_000,
        "User-agent: *\nAllow: /" + "$" * 500_000,
        "User-agent: *\nDisallow: /\n" * 19_000,
        "Sitemap: https://a.example/s\n" * 17_000,
        "".join(
            f"User-agent: {name}\n" * (i % 7 + 1) + "Disallow: /a\n" * 9
            for i in range(1_200)
            for name in ("GPTBot", "CCBot", "ClaudeBot")
        ),
    ],
    ids=["names-by-rules", "wildcards", "one-wildcard", "dollars", "groups", "sitemaps", "ai"],
)
def test_no_robots_txt_takes_long_to_read(text: str) -> None:
    web = Web({f"{SITE}/robots.txt": text.encode()})
    robots = robots_of(web)
    begin = time.process_time()
    ask(robots, web, f"{SITE}/{'news/' * 1_500}")
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    ("value", "delay"),
    [("5", 5), ("0.5", 0.5), ("3600", 60), ("-1", 0), ("nan", 0), ("inf", 0), ("soon", 0)],
)
def test_crawl_delay_is_bounded(value: str, delay: float) -> None:
    assert crawl_delay_of(f"User-agent: *\nCrawl-delay: {value}") == delay


def test_a_crawl_delay_for_others_is_not_ours() -> None:
    assert crawl_delay_of("User-agent: A\nCrawl-delay: 9") == 0


def crawl_delay_of(text: str) -> float:
    web = Web({f"{SITE}/robots.txt": text.encode()})
    robots = robots_of(web)
    ask(robots, web)
    return robots.crawl_delay(PAGE)


def test_sitemaps_are_listed_whatever_group_they_stand_in() -> None:
    text = (
        "Sitemap: https://a.example/1.xml\nUser-agent: A\nSitemap: /2.xml\nDisallow: /\n"
        "site-map: HTTPS://A.example/1.xml\nSitemap: ftp://a.example/3.xml\nSitemap: http://[\n"
    )
    assert sitemaps(text, SITE) == (f"{SITE}/1.xml", f"{SITE}/2.xml")


def test_a_million_sitemaps_are_a_thousand() -> None:
    text = "".join(f"Sitemap: /{number}\n" for number in range(30_000))
    assert len(sitemaps(text, SITE)) == 1_000


# When it is fetched


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_where_there_is_no_robots_txt_all_is_allowed(status: int) -> None:
    web = Web({f"{SITE}/robots.txt": status})
    assert ask(robots_of(web), web).failure is None


@pytest.mark.parametrize(
    "answer", [500, 503, 429, Reason.TOO_LARGE, Reason.TRUNCATED, Reason.PROTOCOL]
)
def test_where_it_cannot_be_had_all_is_denied(answer: int | Reason) -> None:
    web = Web({f"{SITE}/robots.txt": answer})
    failure = ask(robots_of(web), web).failure
    assert failure is not None
    assert (failure.outcome, failure.reason) == (Outcome.FAILED, Reason.ROBOTS_UNREACHABLE)
    assert failure.is_temporary


@pytest.mark.parametrize("reason", [Reason.DNS, Reason.CONNECTION, Reason.TLS, Reason.TIMEOUT])
def test_where_the_host_cannot_be_reached_that_is_the_reason(reason: Reason) -> None:
    web = Web({f"{SITE}/robots.txt": reason})
    store = InMemoryRobotsStore()
    for _ in range(2):  # the second run is told by the store
        failure = ask(Robots(store, now=web.now), web).failure
        assert failure is not None
        assert (failure.outcome, failure.reason) == (Outcome.FAILED, reason)
        assert failure.detail == "robots.txt: details"
        assert failure.request.url == PAGE
        web.time += 590
    assert web.asked_for_robots == [f"{SITE}/robots.txt"]


def test_where_the_host_that_it_is_redirected_to_cannot_be_reached_the_page_is_not_blamed() -> None:
    web = Web(
        {
            f"{SITE}/robots.txt": b"to https://b.example/robots.txt",
            "https://b.example/robots.txt": Reason.DNS,
        }
    )
    failure = ask(robots_of(web), web).failure
    assert failure is not None
    assert failure.reason is Reason.ROBOTS_UNREACHABLE
    assert failure.detail.startswith("dns of b.example, where")


def test_a_forbidden_address_is_not_called_unreachable() -> None:
    web = Web({f"{SITE}/robots.txt": Reason.FORBIDDEN_ADDRESS})
    store = InMemoryRobotsStore()
    failure = ask(Robots(store, now=web.now), web).failure
    assert failure is not None
    assert (failure.outcome, failure.reason) == (Outcome.SKIPPED, Reason.FORBIDDEN_ADDRESS)
    assert store == {}, "the next run may have been told to go there"


def test_redirects_are_followed_to_other_hosts() -> None:
    web = Web(
        {
            f"{SITE}/robots.txt": b"to https://www.a.example/robots.txt",
            "https://www.a.example/robots.txt": b"to https://b.example/r",
            "https://b.example/r": b"User-agent: *\nDisallow: /news",
        }
    )
    failure = ask(robots_of(web), web).failure
    assert failure is not None
    assert failure.reason is Reason.ROBOTS


@pytest.mark.parametrize("redirects", [5, 6])
def test_after_more_than_five_redirects_there_is_none(redirects: int) -> None:
    urls = [f"{SITE}/robots.txt", *(f"{SITE}/{number}" for number in range(redirects))]
    web = Web({here: f"to {there}".encode() for here, there in itertools.pairwise(urls)})
    web.answers[urls[-1]] = b"User-agent: *\nDisallow: /"
    assert (ask(robots_of(web), web).failure is None) is (redirects == 6)


def test_it_is_fetched_once_for_an_origin_and_day() -> None:
    web = Web({})
    robots = robots_of(web)
    for url in [PAGE, f"{SITE}/2", "http://a.example/", "https://a.example:8443/", PAGE]:
        ask(robots, web, url)
    assert web.asked_for_robots == [
        "https://a.example/robots.txt",
        "http://a.example/robots.txt",
        "https://a.example:8443/robots.txt",
    ]
    web.time += DAY - 1
    ask(robots, web)
    assert len(web.asked_for_robots) == 3
    web.time += 1
    ask(robots, web)
    assert len(web.asked_for_robots) == 4


def test_it_outlives_the_run() -> None:
    web = Web({f"{SITE}/robots.txt": b"User-agent: *\nDisallow: /"})
    store = InMemoryRobotsStore()
    ask(Robots(store, now=web.now), web)
    assert ask(Robots(store, now=web.now), web).failure is not None
    assert len(web.asked_for_robots) == 1


def test_an_unreachable_one_is_not_asked_for_with_each_page() -> None:
    web = Web({f"{SITE}/robots.txt": 503})
    robots = robots_of(web)
    for _ in range(100):
        assert ask(robots, web).failure is not None
    assert len(web.asked_for_robots) == 1
    web.time += 601
    web.answers[f"{SITE}/robots.txt"] = 404
    assert ask(robots, web).failure is None


def test_an_earlier_copy_holds_for_thirty_days_of_outage() -> None:
    web = Web({f"{SITE}/robots.txt": b"User-agent: *\nDisallow: /private"})
    robots = robots_of(web)
    ask(robots, web)
    web.answers[f"{SITE}/robots.txt"] = Reason.TIMEOUT
    for _ in range(29):
        web.time += DAY
        assert ask(robots, web).failure is None
        denied = ask(robots, web, f"{SITE}/private").failure
        assert denied is not None
        assert denied.reason is Reason.ROBOTS
    web.time += 2 * DAY
    failure = ask(robots, web).failure
    assert failure is not None
    assert failure.reason is Reason.TIMEOUT


def test_a_clock_that_was_wrong_is_not_believed() -> None:
    web = Web({f"{SITE}/robots.txt": b"User-agent: *\nDisallow: /"})
    store = InMemoryRobotsStore()
    store.put(SITE, StoredRobots(checked_at=web.time + 900 * DAY, text="", text_at=web.time))
    assert ask(Robots(store, now=web.now), web).failure is not None


def test_memory_for_many_sites_is_bounded() -> None:
    web = Web({})
    store = InMemoryRobotsStore()
    robots = Robots(store, now=web.now)
    for number in range(5_000):
        ask(robots, web, f"https://{number}.example/")
    assert len(store) == 5_000
    assert len(robots._sites) < 2_500
    ask(robots, web, "https://0.example/")
    assert len(web.asked_for_robots) == 5_000, "what memory forgets, the store knows"


# Rights


@pytest.mark.parametrize(
    ("text", "signals"),
    [
        ("User-agent: GPTBot\nDisallow: /", ("robots",)),
        ("User-agent: A\nUser-agent: ccbot/2.0\nUser-agent: B\nDisallow: /news", ("robots",)),
        ("User-agent: Google-Extended\nDisallow: /\n\nUser-agent: *\nAllow: /", ("robots",)),
        ("User-agent: CCBot\nAllow: /\n\nUser-agent: ClaudeBot\nDisallow: /", ("robots",)),
        ("User-agent: GPTBot\nDisallow: /images", ()),
        ("User-agent: GPTBot\nAllow: /", ()),
        ("User-agent: SomeBot\nDisallow: /", ()),
        ("User-agent: *\nDisallow: /admin", ()),
        ("User-agent: Broadsheet\nAllow: /\n\nUser-agent: *\nDisallow: /", ()),
    ],
)
def test_a_site_that_shuts_out_ai_agents_reserves_its_rights(
    text: str, signals: tuple[str, ...]
) -> None:
    verdict = verdict_on(text)
    assert verdict.failure is None
    assert verdict.reserved == signals


@pytest.mark.parametrize(
    ("text", "path", "reserves"),
    [
        ("User-Agent: *\nDisallow: /", "/news/1", True),
        ("User-Agent: *\nDisallow: *", "/news/1", True),
        ("User-Agent: *\nDisallow: *.html\nAllow: *.jpg", "/news/1", True),
        ("User-Agent: *\nDisallow: *.html", "/news/1.html", True),
        ("User-Agent: *\nDisallow: *.jpg\nAllow: *.html\nAllow: /", "/news/1", False),
        ("User-Agent: *\nAllow: /", "/news/1", False),
        ("User-Agent: GPTBot\nDisallow: /", "/news/1", True),
        ("<html>Not found</html>", "/news/1", False),
    ],
)
def test_ai_txt(text: str, path: str, *, reserves: bool) -> None:
    signals = SiteReservations(ai_txt=decode(text.encode())).on(f"{SITE}{path}")
    assert signals == (("ai.txt",) if reserves else ())


@pytest.mark.parametrize(
    ("text", "reserves"),
    [
        ('[{"location": "/", "tdm-reservation": 1}]', True),
        ('[{"location": "/", "tdm-reservation": "1", "tdm-policy": "https://x"}]', True),
        ('[{"location": "/", "tdm-reservation": 0}]', False),
        ('{"location": "/", "tdm-reservation": 1}', True),
        ('[{"location": "/news/*", "tdm-reservation": 1}]', True),
        ('[{"location": "/news/1$", "tdm-reservation": 1}]', True),
        ('[{"location": "/news$", "tdm-reservation": 1}]', False),
        ('[{"location": "/*/1$", "tdm-reservation": 1}]', True),
        ('[{"location": "/*/1/$", "tdm-reservation": 1}]', False),
        ('[{"location": "/n*s/2", "tdm-reservation": 1}]', False),
        ('[{"location": "/%6Eews", "tdm-reservation": 1}]', True),
        ('[{"location": "/news"}, {"location": "/", "tdm-reservation": 1}]', False),
        ('[{"location": 7, "tdm-reservation": 1}, 8, null, {"tdm-reservation": 1}]', False),
        ("not found", False),
        ("[" * 400_000, False),
        ('[{"location": "/", "tdm-reservation": [1]}]', False),
    ],
)
def test_tdmrep(text: str, *, reserves: bool) -> None:
    signals = SiteReservations(tdmrep=text).on(PAGE)
    assert signals == (("tdm-reservation",) if reserves else ())


def test_the_files_beside_robots_txt_are_fetched_with_it() -> None:
    web = Web(
        {
            f"{SITE}/ai.txt": b"User-Agent: *\nDisallow: /",
            f"{SITE}/.well-known/tdmrep.json": b'[{"location": "/", "tdm-reservation": 1}]',
        }
    )
    robots = robots_of(web)
    assert ask(robots, web).reserved == ("ai.txt", "tdm-reservation")
    ask(robots, web, f"{SITE}/2")
    assert len(web.asked) == 3
    web.time += DAY
    ask(robots, web)
    assert len(web.asked) == 6


def test_they_are_fetched_for_an_origin_that_was_first_visited_without_them() -> None:
    web = Web({f"{SITE}/ai.txt": b"User-Agent: *\nDisallow: /"})
    store = InMemoryRobotsStore()
    store.put(SITE, StoredRobots(checked_at=web.time, text="", text_at=web.time))
    assert ask(Robots(store, now=web.now), web).reserved == ("ai.txt",)
    assert web.asked == [f"{SITE}{path}" for path in BESIDE]


@pytest.mark.parametrize(
    ("rules", "asked"),
    [
        ("Disallow: /", ()),
        ("Disallow: /ai.txt", BESIDE[1:]),
        ("Disallow: /.well-known/", BESIDE[:1]),
        ("Disallow: /\nAllow: /.well-known/", BESIDE[1:]),
        ("Disallow: /news", BESIDE),
    ],
)
def test_they_are_asked_for_only_where_robots_txt_allows_it(
    rules: str, asked: tuple[str, ...]
) -> None:
    web = Web(
        {
            f"{SITE}/robots.txt": f"User-agent: *\n{rules}".encode(),
            f"{SITE}/ai.txt": b"User-Agent: *\nDisallow: /",
        }
    )
    robots = robots_of(web)
    for _ in range(2):
        ask(robots, web)
    assert web.asked == [f"{SITE}{path}" for path in ("/robots.txt", *asked)]


def test_a_redirect_of_theirs_is_followed_only_where_robots_txt_allows_it() -> None:
    denies = [{"location": "/", "tdm-reservation": 1}]
    web = Web(
        {
            f"{SITE}/robots.txt": b"User-agent: *\nDisallow: /private",
            f"{SITE}/ai.txt": f"to {SITE}/private/ai.txt".encode(),
            f"{SITE}/private/ai.txt": b"User-Agent: *\nDisallow: /",
            f"{SITE}/.well-known/tdmrep.json": f"to {SITE}/rights.json".encode(),
            f"{SITE}/rights.json": json.dumps(denies).encode(),
        }
    )
    assert ask(robots_of(web), web).reserved == ("tdm-reservation",)
    assert f"{SITE}/private/ai.txt" not in web.asked


def test_a_redirect_of_theirs_to_another_origin_is_not_followed() -> None:
    web = Web({f"{SITE}/ai.txt": b"to https://b.example/ai.txt"})
    assert ask(robots_of(web), web).reserved == ()
    assert not any("b.example" in url for url in web.asked)


@pytest.mark.parametrize("answer", [404, 500, Reason.TIMEOUT, Reason.TOO_LARGE])
def test_where_they_fail_nothing_is_known(answer: int | Reason) -> None:
    web = Web({f"{SITE}/ai.txt": answer, f"{SITE}/.well-known/tdmrep.json": answer})
    verdict = ask(robots_of(web), web)
    assert verdict.failure is None
    assert verdict.reserved == ()


def test_a_host_that_is_down_is_not_asked_for_them() -> None:
    web = Web({f"{SITE}/robots.txt": Reason.CONNECTION})
    ask(robots_of(web), web)
    assert web.asked == [f"{SITE}/robots.txt"]
