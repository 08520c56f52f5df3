"""`broadsheet sources` from the command line, against servers on loopback, bad ones among them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest

from tasks.known import KnownFeed
from tasks.memory import open_memory
from tasks.registry import load_registry
from tests.faults.servers import Steps, Then, answer, redirect, serving
from tests.flows.conftest import Done, broadsheet

Pages = Mapping[str, bytes | Steps]

FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><link>/2026/11/01/a</link><pubDate>Sun, 01 Nov 2026 10:00:00 GMT</pubDate></item>
<item><link>/2026/11/02/b</link><pubDate>Mon, 02 Nov 2026 10:00:00 GMT</pubDate></item>
<item><link>/2199/01/01/c</link><pubDate>Tue, 01 Jan 2199 10:00:00 GMT</pubDate></item>
</channel></rss>"""
SITEMAP = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>%s/2026/11/03/a</loc><lastmod>2026-11-03T08:00:00Z</lastmod></url></urlset>"""
CC_BY = "All content is licensed under a Creative Commons Attribution 4.0 International License."


def home(*, head: str = "", footer: str = CC_BY, name: str = "The Harbor Ledger") -> bytes:
    page = (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{name}</title>{head}'
        f"</head><body><p>News of the harbor.</p><footer><p>{footer}</p></footer></body></html>"
    )
    return answer(page.encode("utf-8", "surrogatepass"), Content_Type="text/html; charset=utf-8")


FEED_LINK = '<link rel="alternate" type="application/rss+xml" href="/feed">'
GOOD: Pages = {"/": home(head=FEED_LINK), "/feed": answer(FEED, Content_Type="text/xml")}


def pages(by_path: Pages) -> Callable[[str], Steps]:
    def behave(path: str) -> Steps:
        found = by_path.get(path, answer(b"Nothing here", "404 Not Found"))
        return [found] if isinstance(found, bytes) else found

    return behave


def entry(source_id: str, homepage: str, **keys: str) -> str:
    lines = [f"{key} = {value}" for key, value in keys.items()]
    named = f'id = "{source_id}"\nname = "{source_id}"\nkind = "site"\nhomepage = "{homepage}"'
    return "\n".join(["[[source]]", named, *lines, "verified = false", "", ""])


class Desk:
    """Somebody's registry, and a lake that is not there until a test makes one."""

    def __init__(self, folder: Path) -> None:
        self.registry = folder / "sources.toml"
        self.lake = folder / "lake"

    def write(self, *entries: str) -> None:
        self.registry.write_text("".join(entries), encoding="utf-8")

    def run(self, command: str, *arguments: object) -> Done:
        places = ("--registry", self.registry, "--lake", self.lake)
        fast = () if command == "list" else ("--delay", 0, "--allow-private")
        return broadsheet("sources", command, *arguments, *places, *fast)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_site_is_added_with_all_that_it_says_of_itself(desk: Desk) -> None:
    with serving(pages(GOOD)) as server:
        done = desk.run("add", server.url("/"))
        assert done.exit_code == 0, done.err
    (source,) = load_registry(desk.registry)
    assert source.source_id == f"127.0.0.1-{server.port}"
    assert (source.name, source.language, source.country) == ("The Harbor Ledger", "en", None)
    assert (source.license, source.license_evidence) == ("CC-BY-4.0", CC_BY)
    assert (source.homepage, source.feeds) == (server.url("/"), (server.url("/feed"),))
    assert source.is_verified
    assert done.out == desk.registry.read_text(encoding="utf-8")
    assert "/robots.txt" in server.paths
    assert not desk.lake.exists()


def test_an_added_site_is_one_json_object(desk: Desk) -> None:
    with serving(pages(GOOD)) as server:
        added = desk.run("add", server.url("/"), "--json").json
    assert added["registry"] == str(desk.registry)
    assert added["entry"]["license"] == "CC-BY-4.0"
    assert added["entry"]["feeds"] == [server.url("/feed")]


def test_a_site_is_not_added_twice_and_not_even_asked(desk: Desk) -> None:
    with serving(pages(GOOD)) as server:
        desk.write(entry("mine", server.url("/")))
        before = desk.registry.read_bytes()
        done = desk.run("add", server.url("/?utm_source=x"))
    assert (done.exit_code, done.out) == (2, "")
    assert "in the registry already, as @mine" in done.err
    assert desk.registry.read_bytes() == before
    assert server.requests == []


def test_the_address_that_a_site_redirects_to_is_its_homepage(desk: Desk) -> None:
    with (
        serving(pages(GOOD), host="127.0.0.2") as new,
        serving(redirect(new.url("/"))) as old,
    ):
        done = desk.run("add", old.url("/"))
        again = desk.run("add", old.url("/"))
    assert done.exit_code == 0, done.err
    assert f"redirects to {new.url('/')}: that is the homepage" in done.err
    assert load_registry(desk.registry)[0].homepage == new.url("/")
    assert again.exit_code == 2
    assert "in the registry already" in again.err


def test_feeds_in_the_usual_places_and_sitemaps_of_robots_are_found(desk: Desk) -> None:
    def later(path: str) -> Steps:
        return pages(mapped)(path)

    usual = {"/": home(footer=""), "/rss.xml": GOOD["/feed"]}
    with serving(pages(usual)) as one, serving(later) as other:
        mapped = {
            "/": home(footer=""),
            "/robots.txt": answer(f"Sitemap: {other.url('/news.xml')}".encode()),
            "/news.xml": answer(SITEMAP % other.url("").encode()),
        }
        assert desk.run("add", one.url("/")).exit_code == 0
        done = desk.run("add", other.url("/"))
    assert done.exit_code == 0, done.err
    assert "states no license" in done.err
    first, second = load_registry(desk.registry)
    assert (first.feeds, second.feeds) == ((one.url("/rss.xml"),), (other.url("/news.xml"),))
    assert first.license is second.license is None


def test_a_feed_that_cannot_be_read_is_left_out_and_named(desk: Desk) -> None:
    links = FEED_LINK + FEED_LINK.replace("/feed", "/broken") + FEED_LINK.replace("/feed", "/page")
    bad = {**GOOD, "/": home(head=links), "/broken": answer(b"<rss><channel"), "/page": home()}
    with serving(pages(bad)) as server:
        done = desk.run("add", server.url("/"))
    assert done.exit_code == 0, done.err
    assert load_registry(desk.registry)[0].feeds == (server.url("/feed"),)
    assert f"left out: {server.url('/broken')}" in done.err
    assert f"left out: {server.url('/page')}" in done.err


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ('Quote"\nverified = true\n[[source]]\nid = "evil"', None),
        ("Escape &#27;]0;owned&#7; &#x202e;reversed", "Escape ]0;owned reversed"),
        ("[bold red]Times[/] ''' \\ \\u0022", "[bold red]Times[/] ''' \\ \\u0022"),
        ("T" * 10_000_000, None),
        ("", None),
        ("روزنامه\u200cها", "روزنامه\u200cها"),
    ],
    ids=["toml", "terminal", "markup", "10 MB", "none", "persian"],
)
def test_a_hostile_title_is_a_name_at_most(desk: Desk, name: str, written: str | None) -> None:
    with serving(pages({"/": home(name=name), "/feed": GOOD["/feed"]})) as server:
        done = desk.run("add", server.url("/"))
        listed = desk.run("list")
    assert done.exit_code == 0, done.err
    (source,) = load_registry(desk.registry)
    assert source.name == (written or source.name)
    assert len(source.name) <= 200
    for text in (done.out, done.err, listed.out):
        assert all(c.isprintable() or c in "\n\u200c" for c in text)
    assert source.source_id in listed.out


@pytest.mark.parametrize(
    ("home_page", "message"),
    [
        (answer(b"gone", "404 Not Found"), "HTTP status 404"),
        (answer(b"", "429 Too Many Requests", Retry_After="3000"), "not to be asked for"),
        (answer(FEED, Content_Type="text/html"), "it is a feed, not a page"),
        (answer(SITEMAP, Content_Type="text/xml"), "it is a sitemap, not a page"),
        (answer(b"%PDF-1.7", Content_Type="application/pdf"), "no page of HTML: application/pdf"),
        (answer(b'{"a": 1}', Content_Type="application/json"), "not a page"),
        (answer(b"Words", Content_Type="text/plain"), "no page of HTML: text/plain"),
        (answer(b"", Content_Type="text/html"), "no page that can be read"),
        (answer(b"%PDF-1.7\n" + b"\0\xff" * 500, Content_Type="text/html"), "no page of HTML: "),
        (redirect("/"), "too_many_redirects"),
        (redirect("file:///etc/passwd"), "redirected to no http(s) address"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<html>", "truncated"),
    ],
)
def test_what_is_no_homepage_is_not_added(desk: Desk, home_page: bytes, message: str) -> None:
    with serving(pages({"/": [home_page, Then.CLOSE]})) as server:
        done = desk.run("add", server.url("/"))
    assert (done.exit_code, done.out) == (1, "")
    assert f"broadsheet: cannot add {server.url('/')}: " in done.err
    assert message in done.err
    assert done.err.count("\n") == 1
    assert not desk.registry.exists()


def test_a_site_whose_robots_deny_it_is_not_added(desk: Desk) -> None:
    denied = {**GOOD, "/robots.txt": answer(b"User-agent: *\nDisallow: /")}
    with serving(pages(denied)) as server:
        done = desk.run("add", server.url("/"))
    assert done.exit_code == 1
    assert "robots.txt denies it" in done.err
    assert server.paths.count("/") == 0
    assert not desk.registry.exists()


@pytest.mark.parametrize(
    "address", ["ftp://news.example/", "news.example", "https://", "javascript:alert(1)", "-"]
)
def test_what_is_no_address_is_a_users_mistake(desk: Desk, address: str) -> None:
    done = desk.run("add", address)
    assert done.exit_code == 2
    assert "no http:// or https:// address" in done.err


def test_private_addresses_are_not_asked_without_leave(desk: Desk) -> None:
    with serving(pages(GOOD)) as server:
        done = broadsheet("sources", "add", server.url("/"), "--registry", desk.registry)
    assert done.exit_code == 1
    assert "forbidden_address" in done.err
    assert server.connections == 0


def test_credentials_in_an_address_are_neither_sent_nor_shown_nor_written(desk: Desk) -> None:
    with serving(pages(GOOD)) as server:
        done = desk.run("add", server.url("/").replace("//", "//me:secret@"))
    assert done.exit_code == 0, done.err
    sent = b"".join(server.requests).decode()
    for text in (done.out, done.err, sent, desk.registry.read_text(encoding="utf-8")):
        assert "secret" not in text
        assert "Authorization" not in text


def test_a_registry_that_cannot_be_written_is_one_line(desk: Desk) -> None:
    desk.registry = Path("/proc/sources.toml")
    with serving(pages(GOOD)) as server:
        done = desk.run("add", server.url("/"))
    assert (done.exit_code, done.out) == (2, "")
    assert "cannot write the source registry /proc/sources.toml" in done.err
    assert done.err.count("\n") == 1


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_check_tells_what_is_wrong_with_each_and_verifies_the_others(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "inbox").mkdir()
    by_license = '"CC-BY-NC-4.0"', '"All under CC BY-NC 4.0"'
    with (
        serving(pages(GOOD)) as good,
        serving(pages({**GOOD, "/robots.txt": answer(b"User-agent: *\nDisallow: /")})) as shut,
        serving(pages({"/": answer(b"", "503 Busy")})) as busy,
        serving(pages({**GOOD, "/": home(footer="All rights reserved.")})) as closed,
        serving(pages({**GOOD, "/": home(footer="")})) as silent,
        serving(redirect(good.url("/")), host="127.0.0.3") as moved,
    ):
        desk.write(
            '[[source]]\nid = "in"\nname = "In"\nkind = "folder"\npath = "inbox"\n\n',
            '[[source]]\nid = "lost"\nname = "Lost"\nkind = "folder"\npath = "lost"\n\n',
            '[[source]]\nid = "bare"\nname = "Bare"\nkind = "site"\n\n',
            entry("good", good.url("/"), license='"LicenseRef-CC-BY"', license_evidence='"so"'),
            entry("shut", shut.url("/")),
            entry("busy", busy.url("/")),
            entry("down", f"http://127.0.0.1:{closed_port()}/"),
            entry("closed", closed.url("/"), license='"CC-BY-4.0"', license_evidence='"so"'),
            entry("other", good.url("/"), license=by_license[0], license_evidence=by_license[1]),
            entry("silent", silent.url("/"), license='"CC-BY-4.0"', license_evidence='"so"'),
            entry("french", silent.url("/"), language='"fr"', feeds=f'["{good.url("/feed")}"]'),
            entry("deaf", good.url("/"), feeds=f'["{good.url("/none")}"]'),
            entry("moved", moved.url("/")),
        )
        done = desk.run("check", "--json")
    assert done.exit_code == 1
    assert done.err == ""
    checks = {check["id"]: check for check in done.json["sources"]}
    problems = {name: check["problem"] for name, check in checks.items() if check["problem"]}
    assert set(problems) == {
        "lost", "bare", "shut", "busy", "down", "closed", "other", "deaf", "moved",
    }  # fmt: skip
    assert "there is no folder" in problems["lost"]
    assert "neither homepage nor feeds" in problems["bare"]
    assert "robots.txt denies it" in problems["shut"]
    assert "503" in problems["busy"]
    assert "connection" in problems["down"]
    assert "homepage states LicenseRef-AllRightsReserved" in problems["closed"]
    assert "registered as CC-BY-NC-4.0, but the homepage states" in problems["other"]
    assert "none of its feeds can be read" in problems["deaf"]
    assert f"redirects to {good.url('/')}" in problems["moved"]
    found = checks["good"]["found"]
    assert found["robots"] == "allowed"
    assert found["feeds"] == [good.url("/feed")]
    assert found["newest_at"] == "2026-11-02T10:00:00Z"
    assert (found["language"], found["license"]) == ("en", "CC-BY-4.0")
    assert checks["shut"]["found"]["robots"] == "denied"
    assert "does not state its license" in checks["silent"]["notes"][0]
    assert "registered as fr, the homepage states en" in checks["french"]["notes"][0]
    assert done.json["verified"] == ["good", "silent", "french"]
    verified = [source.source_id for source in load_registry(desk.registry) if source.is_verified]
    assert verified == ["good", "silent", "french"]


def test_a_check_of_names_is_a_line_each(desk: Desk) -> None:
    reserved = {
        **GOOD,
        "/": home(head=f'{FEED_LINK}<meta name="tdm-reservation" content="1">'),
        "/robots.txt": answer(
            b"User-agent: *\nCrawl-delay: 0.1\n\nUser-agent: GPTBot\nDisallow: /"
        ),
    }
    with serving(pages(reserved)) as server:
        desk.write(entry("one", server.url("/")), entry("two", "https://two.invalid/"))
        done = desk.run("check", "@one")
        again = desk.run("check", "one")
    assert done.exit_code == 0, done.err
    first, second = done.out.splitlines()
    assert first == (
        "ok       one: 1 feed, 0 sitemaps, newest 2026-11-02 10:00 UTC, asks for 0.1 s between "
        "requests, states CC-BY-4.0; the homepage states CC-BY-4.0, registered: none; "
        "rights are reserved: robots, tdm-reservation"
    )
    assert second == f"verified one: written to {desk.registry}"
    assert len(again.out.splitlines()) == 1


def test_a_check_of_what_is_not_registered_is_a_users_mistake(desk: Desk) -> None:
    desk.write(entry("one", "https://one.invalid/"))
    done = desk.run("check", "tow")
    assert done.exit_code == 2
    assert "no source is called @tow; the registry knows: @one" in done.err


def test_what_was_found_is_printed_where_the_registry_cannot_be_edited(desk: Desk) -> None:
    with serving(pages(GOOD)) as server:
        site = f'{{id = "one", name = "One", kind = "site", homepage = "{server.url("/")}"}}'
        desk.write(f"source = [{site}]\n")
        done = desk.run("check", "--json")
        lines = desk.run("check")
    assert done.exit_code == lines.exit_code == 2
    assert done.json["verified"] == []
    assert done.json["sources"][0]["ok"]
    assert lines.out.startswith("ok       one: 1 feed")
    assert "change it by hand" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("command", ["list", "check"])
def test_a_damaged_memory_is_one_line(desk: Desk, command: str) -> None:
    desk.write(entry("one", "https://one.invalid/"))
    desk.lake.mkdir()
    (desk.lake / "memory.sqlite").write_bytes(b"no database " * 1000)
    done = desk.run(command)
    assert (done.exit_code, done.out) == (1, "")
    assert "memory.sqlite: file is not a database" in done.err
    assert done.err.count("\n") == 1


def test_many_slow_sites_are_checked_at_once(desk: Desk) -> None:
    def slow(path: str) -> Steps:
        return [0.2, *pages(GOOD)(path)]

    with ExitStack() as stack:
        servers = [stack.enter_context(serving(slow)) for _ in range(20)]
        desk.write(*(entry(f"s{n}", each.url("/")) for n, each in enumerate(servers)))
        start = time.monotonic()
        done = desk.run("check")
        seconds = time.monotonic() - start
    assert done.exit_code == 0, done.out
    requests = sum(len(server.requests) for server in servers)
    assert requests >= 20 * 3
    assert seconds < requests * 0.2 / 2


def test_the_lakes_memory_of_hosts_is_used_and_kept(desk: Desk) -> None:
    desk.lake.mkdir()
    with open_memory(desk.lake / "memory.sqlite"):
        pass
    with serving(pages(GOOD)) as server:
        desk.write(entry("one", server.url("/")))
        assert desk.run("check").exit_code == 0
        assert desk.run("check").exit_code == 0
    assert server.paths.count("/robots.txt") == 1
    assert server.paths.count("/") == 2


def feed(number: int, **changes: object) -> KnownFeed:
    values: dict[str, object] = {
        "url": f"https://one.example/feed{number}",
        "source_id": "one",
        "etag": None,
        "last_modified": None,
        "body_hash": None,
        "polled_at": 1_780_000_000.0 + number,
        "read_at": None,
        "due_at": 1_780_003_600.0 + number,
        "interval_s": 3600.0,
        "failures": 0.0,
        "problem": None,
    }
    return KnownFeed(**{**values, **changes})  # type: ignore[arg-type]


def test_the_list_shows_what_the_lake_remembers(desk: Desk) -> None:
    desk.write(entry("one", "https://one.example/", pace="5"), entry("two", "https://two.example/"))
    with open_memory(desk.lake / "memory.sqlite") as memory:
        memory.put_feed(feed(1))
        memory.put_feed(feed(2, failures=1.5, problem="HTTP status 404\x1b[2J"))
        memory.put_feed(feed(3, failures=12.0, problem="dns: no such host"))
    one, two = desk.run("list", "--json").json["sources"]
    assert one["pace"] == 5
    assert one["remembered"] == {
        "last_fetched_at": "2026-05-28T20:26:43Z",
        "next_poll_at": "2026-05-28T21:26:41Z",
        "feeds": 3,
        "failing": [
            {"url": feed(2).url, "problem": "HTTP status 404\x1b[2J", "dead": False},
            {"url": feed(3).url, "problem": "dns: no such host", "dead": True},
        ],
    }
    assert two["remembered"] == {
        "last_fetched_at": None, "next_poll_at": None, "feeds": 0, "failing": [],
    }  # fmt: skip
    lines = desk.run("list").out.splitlines()
    assert lines[0].split()[-4:] == ["fetched", "feeds", "failing", "next"]
    assert lines[1].split()[-6:] == ["2026-05-28", "20:26", "3", "2", "2026-05-28", "21:26"]
    assert lines[-2:] == [
        f"failing  one: {feed(2).url}: HTTP status 404[U+001B][2J",
        f"dead     one: {feed(3).url}: dns: no such host",
    ]


def test_the_samples_are_listed_in_plain_lines_without_a_lake(desk: Desk) -> None:
    done = broadsheet("sources", "list", "--lake", desk.lake)
    assert done.exit_code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].split() == [
        "id", "name", "kind", "place", "language", "license", "pace", "verified",
    ]  # fmt: skip
    assert len(lines) == 25
    assert next(line for line in lines if line.startswith("mehr ")).split()[-4:] == [
        "en", "CC-BY-4.0", "-", "no",
    ]  # fmt: skip
    assert not desk.lake.exists()


def test_a_registry_of_the_environment_is_the_default(desk: Desk) -> None:
    desk.write(entry("mine", "https://mine.example/"))
    env = os.environ | {"BROADSHEET_REGISTRY": str(desk.registry)}
    listed = broadsheet("sources", "list", "--json", env=env).json
    assert [source["id"] for source in listed["sources"]] == ["mine"]
