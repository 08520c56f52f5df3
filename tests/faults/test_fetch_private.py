"""No way into private networks: what is checked is the address really connected to."""

import socket
import time
from collections.abc import Iterator

import pycurl
import pytest

from expectations.records import Outcome, Reason
from tasks.fetch import client as client_module
from tasks.fetch.addresses import why_forbidden
from tasks.fetch.client import Client
from tasks.fetch.crawl import CrawlRules, Target, crawl
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.pace import InMemoryPaceStore, Pace, PaceRules
from tests.faults.servers import (
    Server,
    Then,
    answer,
    open_descriptors,
    redirect,
    serving,
    wait_until,
)

# Linux has all of 127.0.0.0/8; where it does not exist, these tests cannot be run.
PUBLIC = "127.0.0.5"
LOOPBACK = [
    "http://127.0.0.1", "http://localhost", "http://LOCALHOST", "http://localhost.",
    "http://2130706433", "http://0x7f000001", "http://0x7f.1", "http://0x7f.0.0.1",
    "http://017700000001", "http://0177.0.0.1", "http://127.1", "http://127.0.1",
    "http://127.0.0.1.", "http://0", "http://0.0.0.0", "http://00000177.1", "http://127.000.000.001",
    "http://[::1]", "http://[0:0:0:0:0:0:0:1]", "http://[::]", "http://[::ffff:127.0.0.1]",
    "http://[::ffff:7f00:1]", "http://[0:0:0:0:0:ffff:7f00:1]", "http://[::127.0.0.1]",
    "http://[64:ff9b::7f00:1]", "http://[64:ff9b:1::7f00:1]", "http://[2002:7f00:1::]",
    "http://[2001:0:7f00:1::]", "https://127.0.0.1", "https://2130706433",
]  # fmt: skip
ELSEWHERE = [
    "http://10.0.0.1", "http://172.16.0.1", "http://192.168.1.1", "http://3232235777",
    "http://169.254.169.254", "http://2852039166", "http://0xa9fea9fe", "http://0251.0376.0251.0376",
    "http://168.63.129.16", "http://100.100.100.200", "http://[fd00:ec2::254]", "http://[fe80::1]",
    "http://[fec0::1]", "http://[ff02::1]", "http://224.0.0.1", "http://255.255.255.255",
    "http://192.0.2.1", "http://198.18.0.1", "http://240.0.0.1",
]  # fmt: skip
# Shut also with --allow-private.
NEVER = [
    "http://169.254.169.254", "http://2852039166", "http://[::ffff:169.254.169.254]",
    "http://[64:ff9b::a9fe:a9fe]", "http://168.63.129.16", "http://100.100.100.200",
    "http://[fd00:ec2::254]", "http://[fe80::1]", "http://224.0.0.1", "http://255.255.255.255",
]  # fmt: skip
UNUSABLE = [
    "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/_GET", "dict://127.0.0.1/",
    "javascript:alert(1)", "data:text/html,x", "unix:/run/docker.sock", "//", "", "http://",
    "http:///etc/passwd", "http://user:pw@news.test/", "http://news.test@127.0.0.1/",
    "http://news.test\\@127.0.0.1/", "http://127.0.0.1\t/", "http://127.0.0.1/\r\nX: y",
    "http://127.0.0.1/ x",
    "http://127.0.0.1/\0", "http://127.0.0.1#@news.test/", "http://[fe80::1%25eth0]/",
    "http://１２７.0.0.1/", "http://127。0。0。1/", "http://news.test:99999/", "http://news.test:x/",
    "http://[::1/", "http://%31%32%37.0.0.1/", "\ud800",
]  # fmt: skip


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server at an address that passes for a public one; it redirects to what its query says."""

    def check(address: str, *, allow_private: bool) -> str | None:
        return None if address == PUBLIC else why_forbidden(address, allow_private=allow_private)

    def behave(path: str) -> list[bytes]:
        target = path.partition("?")[2]
        return [redirect(target) if target else answer(b"public")]

    monkeypatch.setattr(client_module, "why_forbidden", check)
    with serving(behave, host=PUBLIC) as made:
        yield made


@pytest.fixture
def secret() -> Iterator[Server]:
    with serving(answer(b"secret")) as made:
        yield made


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(user_agent="Test/1") as made:
        yield made


def ask(url: str) -> Request:
    return Request(url=url, max_bytes=999)


def assert_forbidden(result: Response | Failure) -> None:
    assert isinstance(result, Failure), result
    assert result.reason is Reason.FORBIDDEN_ADDRESS, result
    assert result.outcome is Outcome.SKIPPED
    assert not result.is_temporary
    assert result.detail


@pytest.mark.parametrize("origin", LOOPBACK + ELSEWHERE)
def test_a_private_address_is_not_connected_to_however_it_is_written(
    client: Client, secret: Server, origin: str
) -> None:
    assert_forbidden(client.get(ask(f"{origin}:{secret.port}/")))
    assert secret.connections == 0


def test_who_is_refused_a_private_address_is_told_how_to_allow_it(client: Client) -> None:
    result = client.get(ask("http://127.0.0.1:1/"))
    assert isinstance(result, Failure)
    assert result.detail.startswith("127.0.0.1 is loopback")
    assert result.detail.endswith("; --allow-private allows it")


@pytest.mark.parametrize("origin", LOOPBACK + ELSEWHERE)
def test_a_redirect_to_a_private_address_is_not_followed_however_it_is_written(
    client: Client, server: Server, secret: Server, origin: str
) -> None:
    request = ask(server.url(f"/?{origin}:{secret.port}/"))
    (followed,) = crawl(
        [Target(request=request, source_id="s", payload=None)],
        connect=lambda: Client(user_agent="Test/1"),
        robots=None,
        pace=Pace(InMemoryPaceStore(), now=time.time, rules=PaceRules(delay_s=0)),
        rules=CrawlRules(threads=1),
    )
    assert [response.status for response in followed.redirects] == [302]
    assert_forbidden(followed.answer)
    assert secret.connections == 0
    after = client.get(ask(server.url()))
    assert isinstance(after, Response)
    assert (after.body, after.address) == (b"public", PUBLIC)


@pytest.mark.parametrize("url", UNUSABLE)
def test_what_is_no_plain_http_address_is_not_asked_for(client: Client, url: str) -> None:
    assert_forbidden(client.get(ask(url)))


def test_private_addresses_are_reached_where_that_is_asked_for(secret: Server) -> None:
    with Client(user_agent="Test/1", allow_private=True) as client:
        for origin in ("http://127.0.0.1", "http://2130706433", "http://localhost"):
            result = client.get(ask(f"{origin}:{secret.port}/"))
            assert isinstance(result, Response), result
            assert result.body == b"secret"
            assert result.address == "127.0.0.1"


@pytest.mark.parametrize("origin", NEVER)
def test_metadata_of_clouds_and_the_like_are_shut_also_to_an_intranet(origin: str) -> None:
    with (
        serving(redirect(f"{origin}/latest/meta-data/")) as intranet,
        Client(user_agent="Test/1", allow_private=True) as client,
    ):
        (followed,) = crawl(
            [Target(request=ask(intranet.url()), source_id="s", payload=None)],
            connect=lambda: Client(user_agent="Test/1", allow_private=True),
            robots=None,
            pace=Pace(InMemoryPaceStore(), now=time.time, rules=PaceRules(delay_s=0)),
            rules=CrawlRules(threads=1),
        )
        assert [response.status for response in followed.redirects] == [302]
        result = client.get(ask(f"{origin}/"))
    assert_forbidden(followed.answer)
    assert_forbidden(result)
    assert isinstance(result, Failure)
    assert "--allow-private" not in result.detail


def resolve(client: Client, server: Server, *addresses: str) -> None:
    """Let the resolver answer anew for news.test, as it does when a name's time to live is over."""
    entry = f"news.test:{server.port}"
    client._curl.setopt(pycurl.RESOLVE, [f"-{entry}", f"{entry}:{','.join(addresses)}"])


def test_a_name_that_turns_to_a_private_address_is_not_followed_there(
    client: Client, server: Server
) -> None:
    url = server.url(host="news.test")
    resolve(client, server, PUBLIC)
    first = client.get(ask(url))
    assert isinstance(first, Response)
    assert first.address == PUBLIC
    resolve(client, server, "127.0.0.1")
    second = client.get(ask(url))  # the connection that was checked is used on
    assert isinstance(second, Response)
    assert second.address == PUBLIC
    client._curl.setopt(pycurl.FRESH_CONNECT, 1)
    assert_forbidden(client.get(ask(url)))


def test_a_name_that_turns_private_after_its_server_hung_up_is_not_followed_there(
    client: Client, monkeypatch: pytest.MonkeyPatch, secret: Server
) -> None:
    monkeypatch.setattr(
        client_module, "why_forbidden", lambda a, **_: None if a == PUBLIC else why_forbidden(a)
    )
    with serving(lambda _path: [answer(b"public"), Then.CLOSE], host=PUBLIC) as server:
        resolve(client, server, PUBLIC)
        url = server.url(host="news.test")
        assert isinstance(client.get(ask(url)), Response)
        time.sleep(0.05)
        resolve(client, server, "127.0.0.1", "::1", "10.0.0.1")
        assert_forbidden(client.get(ask(url)))
    assert secret.connections == 0


def test_of_a_names_addresses_only_the_public_one_is_connected_to(
    client: Client, server: Server
) -> None:
    resolve(client, server, "127.0.0.1", PUBLIC, "::1")
    result = client.get(ask(server.url(host="news.test")))
    assert isinstance(result, Response), result
    assert result.address == PUBLIC


def test_a_name_whose_public_address_is_down_fails_for_that(client: Client, server: Server) -> None:
    del server  # its address passes for a public one
    with socket.create_server((PUBLIC, 0)) as listener:
        port = listener.getsockname()[1]
    client._curl.setopt(pycurl.RESOLVE, [f"news.test:{port}:127.0.0.1,{PUBLIC}"])
    result = client.get(ask(f"http://news.test:{port}/"))
    assert isinstance(result, Failure), result
    assert (result.reason, result.is_temporary) == (Reason.CONNECTION, True)


def test_checked_connections_leave_no_descriptor_open(
    monkeypatch: pytest.MonkeyPatch, secret: Server
) -> None:
    monkeypatch.setattr(
        client_module, "why_forbidden", lambda a, **_: None if a == PUBLIC else why_forbidden(a)
    )
    before = open_descriptors()
    with (
        serving(lambda _path: [answer(b"public"), Then.CLOSE], host=PUBLIC) as server,
        Client(user_agent="Test/1") as client,
    ):
        for _ in range(100):
            assert isinstance(client.get(ask(server.url())), Response)
            assert_forbidden(client.get(ask(secret.url())))
    assert wait_until(lambda: open_descriptors() <= before)


def test_an_error_in_the_check_is_raised_and_nothing_is_connected_to(
    client: Client,
    secret: Server,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    def check(_address: str, **_: bool) -> str | None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client_module, "why_forbidden", check)
    with pytest.raises(KeyboardInterrupt):
        client.get(ask(secret.url()))
    assert secret.connections == 0
    assert capfd.readouterr() == ("", "")


def test_the_environments_proxies_are_not_asked(
    monkeypatch: pytest.MonkeyPatch, secret: Server
) -> None:
    with serving(answer(b"proxy")) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url())
        with Client(user_agent="Test/1", allow_private=True) as client:
            result = client.get(ask(secret.url()))
        assert isinstance(result, Response)
        assert result.body == b"secret"
        assert proxy.connections == 0


def test_a_proxy_that_is_set_on_purpose_is_used_whatever_the_environment_excepts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.setenv("NO_PROXY", "*")
    with (
        serving(answer(b"proxy")) as proxy,
        Client(user_agent="Test/1", proxy=proxy.url()) as client,
    ):
        result = client.get(ask("http://news.test/a"))
        assert isinstance(result, Response)
        assert result.body == b"proxy"
        assert proxy.paths == ["http://news.test/a"]
