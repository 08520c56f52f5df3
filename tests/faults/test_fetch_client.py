"""One exchange: what is asked, what comes back, and what goes wrong on the way to a server."""

import socket
import ssl
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from expectations.records import Outcome, Reason
from tasks.errors import UsageError
from tasks.fetch.client import Client, Deadlines
from tasks.fetch.messages import Failure, Request, Response
from tests.faults.servers import (
    OK,
    Steps,
    Then,
    answer,
    make_certificate,
    measured,
    redirect,
    serving,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DEADLINES = Deadlines(total_s=2.0, connect_s=0.4, stall_s=2)


@pytest.fixture
def client() -> Iterator[Client]:
    with a_client() as made:
        yield made


def a_client() -> Client:
    return Client(
        user_agent="Broadsheet/1 (+me@example.org)",
        allow_private=True,
        deadlines=DEADLINES,
        now=lambda: NOW,
    )


def ask(url: str, **given: Any) -> Request:
    return Request(url=url, max_bytes=100_000, **given)


def fetch(client: Client, url: str, **given: str) -> Response:
    result = client.get(ask(url, **given))
    assert isinstance(result, Response), result
    return result


def fail(client: Client, url: str) -> Failure:
    result = client.get(ask(url))
    assert isinstance(result, Failure), result
    return result


def test_a_request_says_who_asks_and_no_more_than_it_needs(client: Client) -> None:
    with serving(answer(b"news")) as server:
        fetch(client, server.url("/a/../b/%2E/c?x=%20&y"))
    head = f"""GET /a/../b/%2E/c?x=%20&y HTTP/1.1
Host: 127.0.0.1:{server.port}
User-Agent: Broadsheet/1 (+me@example.org)
Accept: */*
Accept-Encoding: gzip

"""
    assert server.requests == [head.replace("\n", "\r\n").encode()]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"etag": 'W/"a,b"', "last_modified": "Mon, 23 Nov 2026 10:00:00 GMT"},
        {"etag": ' "a" ', "last_modified": " "},
        {"etag": '"a"\r\nX: y'},
        {"byte_range": (0, 99)},
    ],
)
def test_what_is_said_to_have_been_sent_is_what_the_server_received(
    client: Client, given: dict[str, Any]
) -> None:
    def behave(path: str) -> Steps:
        return [answer(b"news") if path == "/b" else redirect("/b")]

    with serving(behave) as server:
        for path in ("/a?x=1", "/b"):
            response = client.get(ask(server.url(path), **given))
            assert isinstance(response, Response)
            lines = "".join(f"{name}: {value}\r\n" for name, value in response.sent)
            head = f"GET {path} HTTP/1.1\r\n{lines}\r\n"
            assert server.requests[-1] == head.encode()


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:{}", "127.0.0.1:{}"),
        ("http://LOCALHOST:{}", "localhost:{}"),
        ("http://2130706433:{}", "2130706433:{}"),
    ],
)
def test_a_host_is_sent_as_its_address_names_it(client: Client, origin: str, host: str) -> None:
    with serving(answer(b"news")) as server:
        response = fetch(client, origin.format(server.port) + "/")
    assert response.sent[0] == ("Host", host.format(server.port))
    assert f"\r\nHost: {host.format(server.port)}\r\n".encode() in server.requests[0]


def test_a_proxys_password_is_not_among_what_was_sent() -> None:
    with (
        serving(answer(b"news")) as proxy,
        Client(user_agent="Broadsheet/1", proxy=proxy.url("").replace("//", "//me:pw@")) as client,
    ):
        response = fetch(client, "http://news.test/")
    assert b"Proxy-Authorization: Basic" in proxy.requests[0]
    assert [name for name, _ in response.sent] == [
        "Host", "User-Agent", "Accept", "Accept-Encoding",
    ]  # fmt: skip
    assert response.sent[0] == ("Host", "news.test")


def test_a_response_is_kept_as_it_came_and_as_it_reads(client: Client) -> None:
    packed = zlib.compress(b"<p>News</p>", wbits=31)
    with serving(answer(packed, Content_Encoding="gzip", ETag='"a"', X="1")) as server:
        response = fetch(client, server.url())
    assert response.header == answer(
        packed, Content_Encoding="gzip", ETag='"a"', X="1"
    ).removesuffix(packed)
    assert response.fields == (
        ("Content-Length", str(len(packed))),
        ("Content-Encoding", "gzip"),
        ("ETag", '"a"'),
        ("X", "1"),
    )
    assert response.field("etag") == '"a"'
    assert response.wire_body == packed
    assert response.body == b"<p>News</p>"
    assert response.address == "127.0.0.1"
    assert response.fetched_at == NOW
    assert 0 < response.seconds < 1


@pytest.mark.parametrize(
    "status", [200, 201, 300, 302, 401, 403, 404, 410, 429, 500, 503, 599, 999]
)
def test_every_status_is_a_response_and_its_body_is_read(client: Client, status: int) -> None:
    with serving(answer(b"words", status=f"{status} Why")) as server:
        response = fetch(client, server.url())
    assert (response.status, response.body) == (status, b"words")
    assert response.header.startswith(b"HTTP/1.1 %d Why\r\n" % status)


def test_a_redirect_is_a_response_and_is_not_followed(client: Client) -> None:
    with serving(redirect("/b")) as server:
        response = fetch(client, server.url("/a"))
    assert (response.status, response.field("Location")) == (302, "/b")
    assert server.paths == ["/a"]


def test_validators_are_sent_and_not_modified_is_a_response_without_a_body(client: Client) -> None:
    day = "Mon, 23 Nov 2026 10:00:00 GMT"
    with serving(b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n") as server:
        response = fetch(client, server.url(), etag='W/"a,b"', last_modified=day)
    assert (response.status, response.body) == (304, b"")
    assert b'If-None-Match: W/"a,b"\r\n' in server.requests[0]
    assert b"If-Modified-Since: " + day.encode() in server.requests[0]


@pytest.mark.parametrize("validator", ['"a"\r\nX: y', '"a"\n', "\0", '"é"', "", "\ud800"])
def test_a_validator_that_cannot_be_sent_is_left_out(client: Client, validator: str) -> None:
    with serving(answer(b"news")) as server:
        fetch(client, server.url(), etag=validator, last_modified=validator)
    assert server.requests[0].count(b"\r\n") == 6


def test_cookies_passwords_and_user_names_are_not_sent(
    client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(answer(b"news", Set_Cookie="a=b", WWW_Authenticate="Basic realm=x")) as server:
        first = fetch(client, server.url())
        fetch(client, server.url())
    assert first.field("Set-Cookie") == "a=b"
    assert len(set(server.requests)) == 1
    assert b"Cookie" not in server.requests[1]
    assert b"Authorization" not in server.requests[1]


def test_connections_are_used_again(client: Client) -> None:
    with serving(answer(b"news")) as server:
        for number in range(20):
            fetch(client, server.url(f"/{number}"))
    assert (len(server.requests), server.connections) == (20, 1)


def test_a_server_that_hangs_up_between_requests_is_connected_to_again(client: Client) -> None:
    with serving(lambda _path: [answer(b"news"), Then.CLOSE]) as server:
        for number in range(20):
            fetch(client, server.url(f"/{number}"))
    assert len(server.requests) == 20


@pytest.mark.parametrize(
    ("sent", "body"),
    [
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (OK + b"\r\n", b""),
        (OK + b"\r\nwords", b"words"),
        (b"HTTP/1.0 200 OK\r\n\r\nwords", b"words"),
        (b"HTTP/1.1 200\r\n\r\nwords", b"words"),
        (b"HTTP/1.1 200 OK\n\nwords", b"words"),
        (OK + b"Content-Length: 3\r\n\r\nwords", b"wor"),
        (
            OK + b"Transfer-Encoding: chunked\r\n\r\n"
            b"3;x=y\r\nwor\r\n2\r\nds\r\n0\r\nX: y\r\n\r\n",
            b"words",
        ),
        (b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 9 + OK + b"\r\nwords", b"words"),
        (OK + b"Content-Type: text/html; charset=utf-\xff\xfe\r\n\r\nwords", b"words"),
        (OK + b"Content-Encoding: gzip\r\n\r\n<html>plain</html>", b"<html>plain</html>"),
        (OK + b"Content-Encoding: identity\r\n\r\nwords", b"words"),
        (OK + b"Content-Encoding: deflate\r\n\r\n" + zlib.compress(b"words"), b"words"),
    ],
)  # fmt: skip
def test_what_is_odd_but_plain_is_read(client: Client, sent: bytes, body: bytes) -> None:
    with serving(lambda _path: [sent, Then.CLOSE]) as server:
        response = fetch(client, server.url())
    assert (response.status, response.body) == (200, body)
    assert response.field("X") == ""  # neither of interim responses, nor of trailers
    assert response.header.endswith(b"\r\n\r\n")


def test_addresses_in_fields_may_be_utf_8_or_latin_1(client: Client) -> None:
    with serving(OK + b"A: /\xd8\xb3\r\nB: /\xe9\r\nContent-Length: 0\r\n\r\n") as server:
        response = fetch(client, server.url())
    assert (response.field("a"), response.field("b")) == ("/س", "/é")


def test_a_folded_field_is_one_field(client: Client) -> None:
    with serving(OK + b"A: one\r\n two\r\nContent-Length: 0\r\n\r\n") as server:
        assert fetch(client, server.url()).field("a") == "one two"


def test_a_body_of_just_the_cap_is_read(client: Client) -> None:
    page = bytes(100_000)
    with serving(answer(zlib.compress(page, wbits=31), Content_Encoding="gzip")) as server:
        assert fetch(client, server.url()).body == page
    with serving(answer(page)) as server:
        assert fetch(client, server.url()).body == page


@pytest.mark.parametrize("name", ["Broadsheet/1\r\nX: y", "", "Ünïcode/1", "\0"])
def test_a_user_agent_that_cannot_be_sent_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        Client(user_agent=name)


def test_a_port_where_nobody_listens_is_a_temporary_failure(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure = fail(client, f"http://127.0.0.1:{port}/")
    assert (failure.reason, failure.outcome) == (Reason.CONNECTION, Outcome.FAILED)
    assert failure.is_temporary


def test_a_name_that_does_not_exist_fails_as_dns(client: Client) -> None:
    failure = fail(client, "http://a..invalid/")  # an empty label: no resolver is asked
    assert (failure.reason, failure.outcome) == (Reason.DNS, Outcome.FAILED)


def test_a_host_that_does_not_take_the_connection_is_given_up_by_the_connect_deadline(
    client: Client,
) -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for waiting in (first, second):
            waiting.settimeout(0)
            waiting.connect_ex(full.getsockname())
        with measured() as cost:
            failure = fail(client, f"http://127.0.0.1:{full.getsockname()[1]}/")
    assert failure.reason is Reason.TIMEOUT
    assert cost.seconds < 1.2


def test_a_handshake_that_stalls_is_given_up_by_the_connect_deadline(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, measured() as cost:
        failure = fail(client, f"https://127.0.0.1:{silent.getsockname()[1]}/")
    assert (failure.reason, failure.is_temporary) == (Reason.TIMEOUT, True)
    assert cost.seconds < 1.2


def test_a_certificate_of_a_trusted_authority_is_accepted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pem, context = make_certificate(tmp_path, "127.0.0.1", "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with serving(answer(b"news"), tls=context) as server, a_client() as client:
        assert fetch(client, server.url()).body == b"news"
        assert fetch(client, server.url(host="localhost")).body == b"news"


@pytest.mark.parametrize("flaw", ["self-signed", "another name", "expired"])
def test_a_wrong_certificate_fails_and_is_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flaw: str
) -> None:
    names = ["localhost"] if flaw == "another name" else ["127.0.0.1"]
    pem, context = make_certificate(tmp_path, *names, valid_days=-1 if flaw == "expired" else 1)
    if flaw != "self-signed":
        monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    with serving(answer(b"news"), tls=context) as server, a_client() as client:
        failure = fail(client, server.url())
        assert (failure.reason, failure.outcome) == (Reason.TLS, Outcome.FAILED)
        assert not failure.is_temporary
        assert not server.requests


def test_a_body_whose_end_tls_does_not_confirm_is_truncated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """RFC 9112, 9.8: somebody on the way may have cut it off."""
    pem, context = make_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    steps = [OK + b"\r\nhalf", Then.CLOSE]
    with serving(lambda _path: steps, tls=context) as server, a_client() as client:
        failure = fail(client, server.url())
    assert (failure.reason, failure.outcome) == (Reason.TRUNCATED, Outcome.FAILED)
    assert failure.is_temporary


def test_a_server_that_answers_a_handshake_in_clear_fails_as_tls(client: Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(answer(b"news"))
                connection.recv(65_536)

        thread = threading.Thread(target=talk)
        thread.start()
        failure = fail(client, f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()
    assert (failure.reason, failure.outcome) == (Reason.TLS, Outcome.FAILED)


@pytest.fixture
def http2_url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    """A server that speaks HTTP/2 over TLS; `/endless` sends a header without end, in pieces."""
    pem, context = make_certificate(tmp_path, "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_speak_http2, args=(listener, context))
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _speak_http2(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        try:
            with context.wrap_socket(plain, server_side=True) as stream:
                _answer_http2(stream)
        except OSError:
            continue


def _answer_http2(stream: ssl.SSLSocket) -> None:
    talk = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
    talk.initiate_connection()
    stream.sendall(talk.data_to_send())
    while data := stream.recv(65_536):
        for event in talk.receive_data(data):
            if not isinstance(event, h2.events.RequestReceived):
                continue
            path = dict(event.headers)[b":path"]
            fields = [(":status", "200"), ("content-type", "text/html"), ("x-y", "é")]
            if path == b"/endless":
                fields += [(f"x-{number}", "y" * 1000) for number in range(100)]
            talk.send_headers(event.stream_id, fields)
            if path == b"/broken":
                talk.send_data(event.stream_id, b"half")
                talk.reset_stream(event.stream_id, 2)
            else:
                talk.send_data(event.stream_id, b"news", end_stream=True)
        stream.sendall(talk.data_to_send())


def test_http_2_is_spoken_and_its_header_written_as_http_1_1(http2_url: str) -> None:
    with a_client() as client:
        for _ in range(3):
            response = fetch(client, f"{http2_url}/")
            assert response.body == b"news"
            assert response.header == (
                "HTTP/1.1 200 \r\ncontent-type: text/html\r\nx-y: é\r\n\r\n".encode()
            )
            assert response.field("Content-Type") == "text/html"


def test_a_header_without_end_is_cut_off_in_http_2_too(http2_url: str) -> None:
    with a_client() as client:
        failure = fail(client, f"{http2_url}/endless")
        assert (failure.reason, failure.outcome) == (Reason.TOO_LARGE, Outcome.REJECTED)
        assert fetch(client, f"{http2_url}/").body == b"news"


def test_a_stream_that_is_reset_in_its_body_is_a_temporary_failure(http2_url: str) -> None:
    with a_client() as client:
        failure = fail(client, f"{http2_url}/broken")
        assert (failure.reason, failure.outcome) == (Reason.PROTOCOL, Outcome.FAILED)
        assert failure.is_temporary
        assert fetch(client, f"{http2_url}/").body == b"news"


def test_clients_in_many_threads_do_not_mix_their_answers() -> None:
    mixed: list[str] = []

    def behave(path: str) -> Steps:
        return [answer(path.encode() * 500)]

    with serving(behave) as server:

        def work(name: str) -> None:
            with a_client() as client:
                for number in range(50):
                    path = f"/{name}/{number}/"
                    result = client.get(ask(server.url(path)))
                    if not isinstance(result, Response) or result.body != path.encode() * 500:
                        mixed.append(path)

        threads = [threading.Thread(target=work, args=(str(n),)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(server.requests) == 400
    assert not mixed
