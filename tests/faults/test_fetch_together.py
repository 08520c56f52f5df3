"""Many servers at once: what they can make a crawl hold together, and one connection for each."""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from expectations.records import Reason
from tasks.fetch import clients as clients_module
from tasks.fetch import room as room_module
from tasks.fetch.client import Client
from tasks.fetch.crawl import CrawlRules, Fetched, Target, crawl
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.pace import InMemoryPaceStore, Pace, PaceRules
from tests.faults.servers import OK, Server, Steps, answer, measured, serving

MIB = 1 << 20
LONG = 24 * MIB
HOSTS = 30


def fetch(servers: list[Server], *paths: str, threads: int = HOSTS) -> Iterator[Fetched[None]]:
    streams = [
        [
            Target(
                request=Request(url=server.url(path), max_bytes=LONG), source_id="s", payload=None
            )
            for path in paths
        ]
        for server in servers
    ]
    return crawl(
        *streams,
        connect=lambda: Client(user_agent="Test/1", allow_private=True),
        robots=None,
        pace=Pace(InMemoryPaceStore(), now=time.time, rules=PaceRules(delay_s=0)),
        rules=CrawlRules(threads=threads, retries=0, max_result_bytes=LONG),
    )


@pytest.mark.parametrize("coding", ["plain", "gzip"])
def test_long_bodies_of_many_hosts_are_not_held_all_at_once(
    monkeypatch: pytest.MonkeyPatch, coding: str
) -> None:
    monkeypatch.setattr(room_module.ROOM, "_limit", 32 * MIB)
    piece = bytes(MIB)
    packed = gzip.compress(bytes(LONG), 1)

    def behave(_path: str) -> Steps:
        if coding == "gzip":
            yield answer(packed, Content_Encoding="gzip")
            return
        yield OK + b"Content-Length: %d\r\n\r\n" % LONG
        for _ in range(LONG // MIB):
            yield piece

    with ExitStack() as stack:
        servers = [stack.enter_context(serving(behave)) for _ in range(HOSTS)]
        with measured() as cost:
            results = fetch(servers, "/")
            found = [next(results).answer]
            time.sleep(0.5)  # whoever can has its body by then
            sizes = [len(found.pop().body) if isinstance(found[0], Response) else 0]
            sizes += [len(e.answer.body) for e in results if isinstance(e.answer, Response)]
    assert sizes == [LONG] * HOSTS
    # Of 720 MiB: the limit, one beyond it, the one that waits, and the consumer's.
    assert cost.peak_bytes < 250 * MIB


def test_a_body_that_finds_no_room_in_its_time_is_tried_again() -> None:
    holder = object()
    body = zlib.compress(bytes(8 * MIB), wbits=31)
    with serving(answer(body, Content_Encoding="gzip")) as server:
        client = Client(user_agent="Test/1", allow_private=True)
        threading.Timer(0.3, client.abort).start()
        room_module.ROOM.hold(holder, 1 << 40, is_over=lambda: False)
        try:
            result = client.get(Request(url=server.url(), max_bytes=LONG))
        finally:
            room_module.ROOM.release(holder)
            client.close()
    assert isinstance(result, Failure)
    assert (result.reason, result.is_temporary) == (Reason.TRUNCATED, True)
    assert "memory" in result.detail


def test_hosts_keep_one_connection_each_however_the_threads_take_turns() -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(answer(b"news"))) for _ in range(30)]
        results = list(fetch(servers, *(f"/{number}" for number in range(6)), threads=8))
    assert len(results) == 180
    assert {server.connections for server in servers} == {1}


def test_more_hosts_than_clients_are_all_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients_module, "_MOST_CLIENTS", 3)
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(answer(b"news"))) for _ in range(12)]
        results = list(fetch(servers, *(f"/{number}" for number in range(5)), threads=3))
    assert all(isinstance(each.answer, Response) for each in results)
    assert len(results) == 60


def test_a_client_hangs_up_before_it_asks_another_host() -> None:
    hung_up = threading.Event()

    def talk(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer(b"first"))
            if connection.recv(65_536) == b"":
                hung_up.set()

    def behave(_path: str) -> Steps:
        yield answer(b"yes" if hung_up.wait(2) else b"no")

    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        serving(behave) as other,
        Client(user_agent="Test/1", allow_private=True) as client,
    ):
        thread = threading.Thread(target=talk, args=(listener,))
        thread.start()
        first = client.get(
            Request(url=f"http://127.0.0.1:{listener.getsockname()[1]}/", max_bytes=99)
        )
        second = client.get(Request(url=other.url(), max_bytes=99))
        thread.join()
    assert isinstance(first, Response)
    assert isinstance(second, Response)
    assert (first.body, second.body) == (b"first", b"yes")


def test_who_went_beyond_the_limit_and_needs_little_after_all_lets_the_next_one_go() -> None:
    room = room_module.Room(2 * MIB)
    first, second, third = object(), object(), object()
    assert room.hold(first, 2 * MIB, is_over=lambda: False)
    assert room.hold(second, 3 * MIB, is_over=lambda: False)
    assert room.hold(second, MIB // 2, is_over=lambda: False)
    room.release(second)
    assert room.hold(third, 3 * MIB, is_over=lambda: True)
