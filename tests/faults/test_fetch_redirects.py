"""Redirects: each hop an exchange of its own, few of them, and none anywhere but to the Web."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.records import Outcome, Reason
from tasks.fetch.client import Client
from tasks.fetch.crawl import CrawlRules, Exchanger, Fetched, Target, crawl
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.pace import InMemoryPaceStore, Pace, PaceRules
from tasks.fetch.redirects import MAX_REDIRECTS
from tasks.fetch.robots import InMemoryRobotsStore, Robots
from tests.faults.servers import Server, Steps, Then, answer, redirect, serving


def connect() -> Client:
    return Client(user_agent="Test/1", allow_private=True)


@pytest.fixture
def client() -> Iterator[Client]:
    with connect() as made:
        yield made


@pytest.fixture
def server() -> Iterator[Server]:
    """`/n` redirects to `/n-1`, down to `/0`, and any path with a query to the query."""

    def behave(path: str) -> Steps:
        place, _, target = path.partition("?")
        if target:
            status = int(place[1:] or 302)
            return [redirect(target.replace("HOST", made.url("").removeprefix("http:")), status)]
        number = int(place[1:]) if place[1:].isdigit() else 0
        return [redirect(f"/{number - 1}") if number else answer(b"news")]

    with serving(behave) as made:
        yield made


def go(
    url: str,
    *,
    connect: Callable[[], Exchanger] = connect,
    robots: Robots | None = None,
    **given: str,
) -> Fetched[None]:
    """What a crawl makes of one address."""
    request = Request(url=url, max_bytes=20_000, **given)
    (fetched,) = crawl(
        [Target(request=request, source_id="s", payload=None)],
        connect=connect,
        robots=robots,
        pace=Pace(InMemoryPaceStore(), now=time.time, rules=PaceRules(delay_s=0)),
        rules=CrawlRules(threads=1, retries=0),
    )
    return fetched


def end_of(followed: Fetched[None], server: Server) -> str:
    """Path where the way ended, well."""
    assert isinstance(followed.answer, Response), followed.answer
    assert followed.answer.status == 200
    return followed.answer.request.url.removeprefix(server.url(""))


def failure_of(followed: Fetched[None]) -> Failure:
    assert isinstance(followed.answer, Failure), followed.answer
    return followed.answer


def test_a_page_that_is_there_has_no_redirects(server: Server) -> None:
    followed = go(server.url("/0"))
    assert end_of(followed, server) == "/0"
    assert followed.redirects == ()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_kept(server: Server, status: int) -> None:
    followed = go(server.url(f"/{status}?/a"))
    assert end_of(followed, server) == "/a"
    assert [hop.status for hop in followed.redirects] == [status]
    assert server.paths == [f"/{status}?/a", "/a"]


def test_as_many_redirects_as_allowed_are_followed_and_no_more(server: Server) -> None:
    followed = go(server.url(f"/{MAX_REDIRECTS}"))
    assert end_of(followed, server) == "/0"
    assert len(followed.redirects) == MAX_REDIRECTS
    server.requests.clear()
    failure = failure_of(go(server.url("/1000000")))
    assert (failure.reason, failure.outcome) == (Reason.TOO_MANY_REDIRECTS, Outcome.FAILED)
    assert not failure.is_temporary
    assert len(server.requests) == MAX_REDIRECTS + 1


def test_a_loop_is_seen_at_its_first_return() -> None:
    with serving(lambda path: [redirect("/b" if path == "/a" else "/a#top")]) as server:
        failure = failure_of(go(server.url("/a")))
    assert (failure.reason, failure.outcome) == (Reason.TOO_MANY_REDIRECTS, Outcome.FAILED)
    assert server.paths == ["/a", "/b"]


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("b", "/b"),
        ("/b#part", "/b"),
        ("HOST/b", "/b"),
        ("http:HOST/b", "/b"),
        ("HTTP:HOST/b", "/b"),
        ("/b/../c", "/c"),
        ("http:HOST/x/./../b", "/b"),
        ("/b?utm_source=feed&a=1&&", "/b?utm_source=feed&a=1&&"),
        ("/b;jsessionid=7", "/b;jsessionid=7"),
        ("/b%20c", "/b%20c"),
        ("/سلام", "/%D8%B3%D9%84%D8%A7%D9%85"),
        ("/b<script>", "/b%3Cscript%3E"),
    ],
)
def test_a_location_is_read_as_browsers_read_it(location: str, path: str) -> None:
    def behave(asked: str) -> Steps:
        origin = server.url("").removeprefix("http:")
        return [redirect(location.replace("HOST", origin)) if asked == "/" else answer(b"news")]

    with serving(behave) as server:
        assert end_of(go(server.url("/")), server) == path


def test_a_redirect_that_adds_a_tracking_parameter_is_no_loop() -> None:
    def behave(path: str) -> Steps:
        return [answer(b"news") if "utm_source" in path else redirect("/a?utm_source=x")]

    with serving(behave) as server:
        assert end_of(go(server.url("/a")), server) == "/a?utm_source=x"


def test_credentials_in_a_location_are_stripped(server: Server) -> None:
    target = server.url("/b").replace("http://", "http://user:secret@")
    followed = go(server.url(f"/302?{target}"))
    assert end_of(followed, server) == "/b"
    assert b"Authorization" not in server.requests[-1]


@pytest.mark.parametrize(
    "location",
    [
        "http://bob:pw@{}/b",
        "//bob:pw@{}/b",
        "hTTp:\\\\bob:pw@{}/b",
        "http://bob:p@w@{}/b",
        " http://b\xf6b@{}/b",
    ],
)
@pytest.mark.parametrize("name", ["Location", "location", "Content-Location", "LOCATION "])
def test_credentials_in_an_address_are_not_kept(client: Client, name: str, location: str) -> None:
    def behave(_path: str) -> Steps:
        address = location.format("a.example").encode("latin-1")
        return [
            b"HTTP/1.1 302 Found\r\n%s:%s\r\nX: a@b\r\n\r\n" % (name.encode(), address),
            Then.CLOSE,
        ]

    with serving(behave) as server:
        response = client.get(Request(url=server.url("/"), max_bytes=99))
    assert isinstance(response, Response)
    assert response.field(name.strip()).endswith("a.example/b")
    assert b"@" not in response.header.replace(b"X: a@b", b"")
    assert "@" not in response.field(name.strip())
    assert b"X: a@b\r\n" in response.header


def test_an_address_without_credentials_is_kept_as_it_came(client: Client) -> None:
    address = "http://a.example/@bob?mail=a@b.example"
    with serving(redirect(address)) as server:
        response = client.get(Request(url=server.url("/"), max_bytes=99))
    assert isinstance(response, Response)
    assert b"\r\nLocation: %s\r\n" % address.encode() in response.header


@pytest.mark.parametrize(
    "location",
    [
        "ftp://127.0.0.1/", "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x",
        "mailto:me@example.org", "http://[::1/", "http://a b/",
        "http://x:99999999/", "gopher://127.0.0.1/", "https://%00/", "/" + "a" * 9000,
    ],
)  # fmt: skip
def test_a_redirect_to_no_web_address_is_skipped(location: str) -> None:
    with serving(redirect(location)) as server:
        followed = go(server.url("/a"))
    failure = failure_of(followed)
    assert (failure.reason, failure.outcome) == (Reason.FORBIDDEN_ADDRESS, Outcome.SKIPPED)
    assert len(followed.redirects) == 1
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "sent",
    [
        answer(b"choose", status="300 Multiple Choices"),
        answer(b"choose", status="300 Multiple Choices", Location="/b"),
        answer(status="304 Not Modified"),
        answer(status="304 Not Modified", Location="/b"),
        answer(b"where?", status="302 Found"),
        answer(b"where?", status="302 Found", Location=""),
        answer(b"where?", status="302 Found", Location=" "),
        answer(b"news", Location="/b"),
        answer(b"news", status="201 Created", Location="/b"),
    ],
)
def test_a_response_that_leads_nowhere_is_a_response(sent: bytes) -> None:
    with serving(sent) as server:
        followed = go(server.url("/a"))
    assert isinstance(followed.answer, Response)
    assert followed.redirects == ()
    assert len(server.requests) == 1


def test_validators_are_sent_to_the_first_address_only(server: Server) -> None:
    go(server.url("/2"), etag='"a"', last_modified="Mon, 23 Nov 2026 10:00:00 GMT")
    assert [b"If-None-Match" in request for request in server.requests] == [True, False, False]
    assert [b"If-Modified-Since" in request for request in server.requests] == [True, False, False]


def test_each_hop_is_asked_for_and_a_refusal_ends_the_way() -> None:
    def behave(path: str) -> Steps:
        if path == "/robots.txt":
            return [answer(b"User-agent: *\nDisallow: /1\nDisallow: /ai.txt\nDisallow: /.well")]
        return [redirect(f"/{int(path[1:]) - 1}")]

    with serving(behave) as server:
        robots = Robots(InMemoryRobotsStore(), now=time.time)
        followed = go(server.url("/3"), robots=robots)
    failure = failure_of(followed)
    assert (failure.reason, failure.request.url) == (Reason.ROBOTS, server.url("/1"))
    assert server.paths == ["/robots.txt", "/3", "/2"]
    assert [hop.request.url for hop in followed.redirects] == [server.url("/3"), server.url("/2")]


def test_a_failure_on_the_way_ends_it_and_names_its_hop(server: Server) -> None:
    followed = go(server.url("/302?http://127.0.0.1:1/"))
    failure = failure_of(followed)
    assert (failure.reason, failure.request.url) == (Reason.CONNECTION, "http://127.0.0.1:1/")


@given(st.text(max_size=60) | st.text("/:@[]?#\\%. \t\r\n\0ahttps", max_size=60))
def test_no_location_whatever_makes_it_raise(location: str) -> None:
    asked: list[str] = []

    class Redirects:
        def get(self, request: Request) -> Response:
            asked.append(request.url)
            return Response(
                request=request,
                status=302,
                header=b"",
                fields=(("Location", location),),
                wire_body=b"",
                body=b"",
                address="",
                fetched_at=datetime.now(UTC),
                seconds=0,
            )

        def abort(self) -> None: ...

        def close(self) -> None: ...

    go("http://news.test/a", connect=Redirects)
    assert len(asked) <= MAX_REDIRECTS + 1
    for url in asked:
        assert url.startswith(("http://", "https://"))
        assert url.isascii()
        assert url.isprintable()
        assert "@" not in url.split("/")[2]
