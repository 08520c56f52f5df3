"""Servers that mean no good: each costs its own exchange, little time and little memory."""

import base64
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from expectations.records import Outcome, Reason
from tasks.fetch.client import Client, Deadlines
from tasks.fetch.incoming import Incoming
from tasks.fetch.messages import Failure, Request, Response
from tests.faults.servers import (
    OK,
    Steps,
    Then,
    answer,
    measured,
    open_descriptors,
    serving,
    wait_until,
)

DEADLINES = Deadlines(total_s=0.6, connect_s=0.3, stall_s=1)
MARGIN_S = 0.7  # other tests run beside this one
MAX_BYTES = 1_000_000
# The wire body, the decoded body in pieces and in one, brotli's window of 16 MiB, and what the
# servers' threads hold here.
ROOM = 24 << 20

CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\n"
# 256 MiB of zeros in 211 bytes of brotli.
BROTLI_BOMB = base64.b85decode(
    b"&;S2__$L73u|OdA{-6K<|L{)$#9;w|?)^Xi|Nr5i0EojP0Nwk4{{R2OKLHSj1pvDD|NQ^|hkpVf4hsNu@BjJ#{}2"
    b"BJKpYkT=-&VH|NkHU34k~(0MNbv=l}md{1X6iSOB1V|Ih#bfA}W=;;;Zf_x_*%|Nrn$0K{PdfbRW2|NsBtp8$x%0"
    b"s!6nfBygf!#@EKhXnw-_y7F=|A&79APx%vbnpN9|NjsF1V9`X0O;QT^Z)-J{t19MECA5G|L6bzKl~E_aaaJLd;dQ"
)


def gzip_bomb() -> bytes:
    """2 GiB in 2 MiB: one block that undoes to 1 MiB, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    start = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + block * 2048


def gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=31)
    return packer.compress(data) + packer.flush()


def forever(*start: bytes, then: bytes, pause_s: float = 0.0) -> Callable[[], Steps]:
    def steps() -> Iterator[bytes | float]:
        yield from start
        while True:
            yield then
            if pause_s:
                yield pause_s

    return steps


def once(*steps: bytes | float | Then) -> Callable[[], Steps]:
    return lambda: [*steps, Then.CLOSE]


HALF_A_PAGE = gzipped(b"<p>A page of news.</p>" * 100)[:-30]
NO_MORE = Outcome.FAILED, False
TRY_AGAIN = Outcome.FAILED, True
UNUSABLE = Outcome.REJECTED, False

ZOO: dict[str, tuple[Callable[[], Steps], Reason, tuple[Outcome, bool]]] = {
    "never answers": (once(9.0), Reason.TIMEOUT, TRY_AGAIN),
    "drips its header": (
        forever(OK, then=b"X", pause_s=0.05), Reason.TIMEOUT, TRY_AGAIN,
    ),
    "drips headers": (
        forever(OK, then=b"X: y\r\n", pause_s=0.05), Reason.TIMEOUT, TRY_AGAIN,
    ),
    "drips its body": (
        forever(OK + b"\r\n", then=b"x", pause_s=0.05), Reason.TIMEOUT, TRY_AGAIN,
    ),
    "drips chunks": (
        forever(CHUNKED, then=b"1\r\nx\r\n", pause_s=0.05), Reason.TIMEOUT, TRY_AGAIN,
    ),
    "drips interim responses": (
        forever(then=b"HTTP/1.1 102 Wait\r\n\r\n", pause_s=0.05), Reason.TIMEOUT, TRY_AGAIN,
    ),
    "falls silent in its body": (
        once(OK + b"Content-Length: 9\r\n\r\nhalf", 9.0), Reason.TIMEOUT, TRY_AGAIN,
    ),
    "sends a body without end": (
        forever(OK + b"\r\n", then=bytes(65_536)), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends chunks without end": (
        forever(CHUNKED, then=b"10000\r\n" + bytes(65_536) + b"\r\n"),
        Reason.TOO_LARGE, UNUSABLE,
    ),
    "names a length beyond the cap": (
        once(OK + b"Content-Length: 99999999999999999999999\r\n\r\n"), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a body a little too large": (
        once(answer(bytes(MAX_BYTES + 1))), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends headers without end": (
        forever(OK, then=b"X: y\r\n" * 999), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a header line without end": (
        forever(OK + b"X: ", then=b"y" * 9999), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a status line without end": (
        forever(b"HTTP/1.1 200 ", then=b"y" * 9999), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends interim responses without end": (
        forever(then=b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" * 99),
        Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a trailer without end": (
        forever(CHUNKED + b"0\r\n", then=b"X: y\r\n" * 999), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a gzip bomb": (
        once(GZIP + b"\r\n" + gzip_bomb()), Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a gzip bomb in gzip": (
        once(GZIP + b"Content-Encoding: gzip\r\n\r\n" + gzipped(gzip_bomb())),
        Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a small gzip bomb": (
        once(answer(gzipped(bytes(99 << 20)), Content_Encoding="gzip")),
        Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a small gzip bomb in gzip": (
        once(answer(gzipped(gzipped(bytes(99 << 20))), Content_Encoding="gzip, gzip")),
        Reason.TOO_LARGE, UNUSABLE,
    ),
    "sends a brotli bomb unasked": (
        once(answer(BROTLI_BOMB, Content_Encoding="br")), Reason.TOO_LARGE, UNUSABLE,
    ),
    "stacks codings": (
        once(answer(gzipped(b"x"), Content_Encoding="gzip, gzip, gzip, gzip")),
        Reason.UNDECODABLE, UNUSABLE,
    ),
    "sends a coding that nobody knows": (
        once(answer(bytes(range(256)), Content_Encoding="zstd")), Reason.UNDECODABLE, UNUSABLE,
    ),
    "sends less than it said": (
        once(OK + b"Content-Length: 99\r\n\r\nhalf"), Reason.TRUNCATED, TRY_AGAIN,
    ),
    "breaks off in a chunk": (once(CHUNKED + b"9\r\nhalf"), Reason.TRUNCATED, TRY_AGAIN),
    "breaks off between chunks": (
        once(CHUNKED + b"4\r\nhalf\r\n"), Reason.TRUNCATED, TRY_AGAIN,
    ),
    "breaks off in gzip": (
        once(answer(HALF_A_PAGE, Content_Encoding="gzip")), Reason.TRUNCATED, TRY_AGAIN,
    ),
    "breaks off in gzip without a length": (
        once(GZIP + b"\r\n" + HALF_A_PAGE), Reason.TRUNCATED, TRY_AGAIN,
    ),
    "says a length shorter than its gzip": (
        once(GZIP + b"Content-Length: 20\r\n\r\n" + HALF_A_PAGE), Reason.TRUNCATED, TRY_AGAIN,
    ),
    "closes at once": (once(), Reason.CONNECTION, TRY_AGAIN),
    "breaks off in its header": (once(OK + b"X: y"), Reason.TRUNCATED, TRY_AGAIN),
    "breaks off before its header ends": (once(OK + b"X: y\r\n"), Reason.TRUNCATED, TRY_AGAIN),
    "switches protocols unasked": (
        once(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello"),
        Reason.TRUNCATED, TRY_AGAIN,
    ),
    "sends interim responses only": (
        once(b"HTTP/1.1 103 Early Hints\r\n\r\n"), Reason.CONNECTION, TRY_AGAIN,
    ),
    "resets": (once(Then.RESET), Reason.CONNECTION, TRY_AGAIN),
    "resets in its body": (
        once(OK + b"Content-Length: 9\r\n\r\nhalf", 0.1, Then.RESET),
        Reason.TRUNCATED, TRY_AGAIN,
    ),
    "breaks its chunks": (once(CHUNKED + b"zz\r\nhalf"), Reason.TRUNCATED, TRY_AGAIN),
    "speaks HTTP/0.9": (once(b"<html>Hello</html>"), Reason.PROTOCOL, NO_MORE),
    "speaks no HTTP": (once(bytes(range(256)) * 99), Reason.PROTOCOL, NO_MORE),
    "speaks HTTP/2 in clear": (once(b"HTTP/2 200 OK\r\n\r\n"), Reason.PROTOCOL, NO_MORE),
    "says two lengths": (
        once(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nhi"), Reason.PROTOCOL, NO_MORE,
    ),
    "has a NUL in its header": (once(OK + b"X: a\0b\r\n\r\n"), Reason.PROTOCOL, NO_MORE),
    "has a lone CR in its header": (once(OK + b"X: a\rb\r\n\r\n"), Reason.PROTOCOL, NO_MORE),
    "has a field without a colon": (once(OK + b"Hello\r\n\r\n"), Reason.PROTOCOL, NO_MORE),
    "codes the transfer unasked": (
        once(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n"), Reason.PROTOCOL, NO_MORE,
    ),
}  # fmt: skip


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(user_agent="Test/1", allow_private=True, deadlines=DEADLINES) as made:
        yield made


def get(client: Client, url: str, **given: str) -> Response | Failure:
    return client.get(Request(url=url, max_bytes=MAX_BYTES, **given))


@pytest.mark.parametrize("habit", ZOO)
def test_a_hostile_server_costs_one_exchange_with_a_reason(
    client: Client, capfd: pytest.CaptureFixture[str], habit: str
) -> None:
    steps, reason, outcome = ZOO[habit]

    def behave(path: str) -> Steps:
        return [answer(b"news")] if path == "/good" else steps()

    with serving(behave) as server:
        assert isinstance(get(client, server.url("/good")), Response)
        with measured() as cost:
            result = get(client, server.url("/bad"))
        assert isinstance(result, Failure), result
        assert (result.reason, (result.outcome, result.is_temporary)) == (reason, outcome), result
        assert result.detail
        assert cost.seconds < DEADLINES.total_s + MARGIN_S
        assert cost.peak_bytes < ROOM
        after = get(client, server.url("/good"))
        assert isinstance(after, Response), after
        assert after.body == b"news"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("steps", "detail"),
    [
        ([OK + b"Content-Length: 31457280\r\n\r\n"], "body of over 1000000 bytes, it has 31457280"),
        ([OK + b"Content-Length: 9999999999999999999999\r\n\r\n"], "body of over 1000000 bytes"),
        ([OK + b"\r\n" + bytes(2_000_000)], "body of over 1000000 bytes"),
        (
            [answer(gzipped(bytes(9 << 20)), Content_Encoding="gzip")],
            "over 1000000 bytes when decoded",
        ),
    ],
)
def test_what_is_too_large_is_told_with_the_cap(
    client: Client, steps: list[bytes], detail: str
) -> None:
    with serving(lambda _path: steps) as server:
        result = get(client, server.url())
    assert isinstance(result, Failure)
    assert (result.reason, result.detail) == (Reason.TOO_LARGE, detail)


def test_a_server_that_resets_kept_connections_is_asked_once_for_each_page(client: Client) -> None:
    with serving(lambda path: [answer(b"x")] if path == "/good" else [Then.RESET]) as server:
        for _ in range(10):
            assert isinstance(get(client, server.url("/good")), Response)
            assert isinstance(get(client, server.url("/bad")), Failure)
    assert server.paths.count("/good") == 10
    assert server.paths.count("/bad") == 11, "libcurl's own second request is the only one"


def test_a_server_that_stalls_is_given_up_before_the_total_deadline() -> None:
    deadlines = Deadlines(total_s=9, connect_s=1, stall_s=1)
    with (
        serving(lambda _path: [OK + b"Content-Length: 9\r\n\r\nh", 9.0]) as server,
        Client(user_agent="Test/1", allow_private=True, deadlines=deadlines) as client,
        measured() as cost,
    ):
        result = get(client, server.url())
    assert isinstance(result, Failure)
    assert result.reason is Reason.TIMEOUT
    assert cost.seconds < 3


def test_bytes_after_the_end_of_a_body_are_not_read_as_the_next_response(client: Client) -> None:
    forged = answer(b"forged")

    def behave(path: str) -> Steps:
        if path == "/bad":
            return [OK + b"Content-Length: 4\r\n\r\nnews", 0.05, forged]
        return [answer(b"real")]

    with serving(behave) as server:
        first = get(client, server.url("/bad"))
        time.sleep(1.1)  # libcurl looks at connections that rested for a second
        after = get(client, server.url("/next"))
    assert isinstance(first, Response)
    assert first.body == b"news"
    assert isinstance(after, Response)
    assert after.body == b"real"


@pytest.mark.parametrize("head", [b"HTTP/1.1 304 Not Modified\r\n", b"HTTP/1.1 204 No Content\r\n"])
@pytest.mark.parametrize("length", [b"", b"Content-Length: 4\r\n", b"Content-Length: 99999999\r\n"])
def test_a_body_where_none_may_be_is_left_unread(
    client: Client, head: bytes, length: bytes
) -> None:
    def behave(path: str) -> Steps:
        return [answer(b"news")] if path == "/good" else [head + length + b"\r\nbody"]

    with serving(behave) as server:
        result = get(client, server.url())
        assert isinstance(result, Response), result
        assert result.body == result.wire_body == b""
        after = get(client, server.url("/good"))
        assert isinstance(after, Response), after
        assert after.body == b"news"


def test_an_error_while_a_response_comes_in_is_raised_and_not_printed(
    client: Client, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def run_out(_incoming: Incoming, _line: bytes) -> None:
        raise MemoryError

    with serving(answer(b"news")) as server:
        with monkeypatch.context() as patch:
            patch.setattr(Incoming, "_add_line", run_out)
            with pytest.raises(MemoryError):
                get(client, server.url())
        assert isinstance(get(client, server.url()), Response)
    assert capfd.readouterr() == ("", "")


def test_two_hundred_bad_exchanges_leave_no_descriptor_open() -> None:
    deadlines = Deadlines(total_s=0.02, connect_s=0.02, stall_s=1)
    habits = [steps for steps, _, _ in ZOO.values()]

    def behave(path: str) -> Steps:
        return habits[int(path[1:]) % len(habits)]()

    before = open_descriptors()
    with (
        serving(behave) as server,
        Client(user_agent="Test/1", allow_private=True, deadlines=deadlines) as client,
    ):
        for number in range(200):
            assert isinstance(get(client, server.url(f"/{number}")), Failure)
        assert len(server.requests) > 100
        assert open_descriptors() < before + 20  # some idle ones are kept
    assert wait_until(lambda: open_descriptors() <= before)
