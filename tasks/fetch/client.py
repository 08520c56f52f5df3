"""One HTTP exchange with a server that nobody has reason to trust.

libcurl, because it does three things at once: a deadline that ends slow drips of headers, a look
at the address that is really connected to, and a body handed over as it comes.
"""

from __future__ import annotations

import math
import os
import re
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

import certifi
import pycurl

from expectations.records import Reason
from tasks.errors import UsageError
from tasks.fetch.addresses import why_forbidden
from tasks.fetch.curl_errors import UNREACHABLE, failure_of, judge
from tasks.fetch.incoming import ROOM_FOR_CODING, Incoming
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.request_fields import PRINTABLE, fields_of
from tasks.fetch.room import FREE_BYTES, ROOM
from tasks.sources.http import CodingError, CutOffError, TooLargeError, decode_payload

# What libcurl's parser and `tasks.urls` cannot read differently: a plain host, printable ASCII,
# no credentials, no fragment.
_URL = re.compile(
    r"https?://(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:[/?][!\"$-~]*)?", re.IGNORECASE | re.ASCII
)
_MAX_REMEMBERED = 1_000  # hosts that hung up
# Options that the binding takes, but has no names for (curl/curl.h).
_SUPPRESS_CONNECT_HEADERS = 265
_QUICK_EXIT = 322
_OPTIONS = {
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_2TLS,
    pycurl.FOLLOWLOCATION: 0,
    pycurl.PATH_AS_IS: 1,  # `tasks.urls` has resolved the dots that it knows
    pycurl.NETRC: pycurl.NETRC_IGNORED,
    pycurl.NOPROXY: "",  # the environment is not asked
    _SUPPRESS_CONNECT_HEADERS: 1,  # those of the proxy
    pycurl.NOSIGNAL: 1,  # signals and threads do not go together
    _QUICK_EXIT: 1,  # does not wait for a resolver that hangs
    pycurl.MAXCONNECTS: 1,  # kept open by one client
    pycurl.LOW_SPEED_LIMIT: 1,  # bytes a second
    pycurl.NOPROGRESS: 0,  # XFERINFOFUNCTION is called, once a second at least
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds after which an exchange is given up.

    `total_s` is for all of it, names and connections included; `connect_s` until the connection
    stands, TLS included; `stall_s` without a byte of the body, the wait for its first one included.
    libcurl counts it in whole seconds, and after a burst up to five seconds late.
    """

    total_s: float = 60.0
    connect_s: float = 15.0
    stall_s: int = 20


DEFAULT_DEADLINES = Deadlines()


def _utc_now() -> datetime:
    return datetime.now(UTC)


class _NoRoomError(Exception):
    """There is no memory for a body just now."""


class Client:
    """Make one exchange at a time, over a connection that is kept open for the next one.

    For one thread at a time. One connection is kept, to the host that was asked last. What a
    response holds of `tasks.fetch.room.ROOM` it holds until `ROOM.release(client)`, or the next
    exchange. No redirect is followed, no cookie kept, no environment asked.
    TLS is verified against the system's authorities (or SSL_CERT_FILE), or certifi's where it
    has none.

    Args:
        user_agent: Of printable ASCII.
        allow_private: Connect to loopback and private networks, too; to metadata of clouds never.
        deadlines: For each exchange.
        proxy: URL of a proxy to go through. It connects for us, so what it may connect to is for
            it to decide: addresses are not checked, and `Response.address` is the proxy's.
        now: Clock for `Response.fetched_at`.

    Raises:
        UsageError: if `user_agent` cannot be sent.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private: bool = False,
        deadlines: Deadlines = DEFAULT_DEADLINES,
        proxy: str | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        if not PRINTABLE.fullmatch(user_agent):
            raise UsageError(f"the user agent {user_agent!r} is not printable ASCII")
        self._now = now
        self._user_agent = user_agent
        self._allow_private = allow_private
        self._deadlines = deadlines
        self._kept = ("", "")  # scheme and authority that were asked last
        self._refused = ""  # the last address, and why
        self._opened: list[socket.socket] = []  # to other addresses
        self._no_socket = ""
        self._error: BaseException | None = None
        self._is_aborted = False
        self._asked = 0  # times, for one exchange
        self._hang_up: set[str] = set()  # hosts, on connections that were kept open
        self._curl = curl = pycurl.Curl()
        for option, value in _OPTIONS.items():
            curl.setopt(option, value)
        curl.setopt(pycurl.USERAGENT, user_agent)  # for a proxy that is asked to connect
        curl.setopt(pycurl.PROXY, proxy or "")
        curl.setopt(pycurl.CAINFO, _authorities())
        curl.setopt(pycurl.TIMEOUT_MS, math.ceil(deadlines.total_s * 1000))
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, math.ceil(deadlines.connect_s * 1000))
        curl.setopt(pycurl.LOW_SPEED_TIME, deadlines.stall_s)
        curl.setopt(pycurl.XFERINFOFUNCTION, lambda *_: self._is_aborted)
        curl.setopt(pycurl.PREREQFUNCTION, self._count_asking)
        if proxy is None:
            curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)

    def get(self, request: Request) -> Response | Failure:
        """Make one exchange. Never raises for what a server does."""
        if not _URL.fullmatch(request.url):
            return failure_of(request, Reason.FORBIDDEN_ADDRESS, "not a URL that can be asked for")
        ROOM.release(self)
        ends_at = time.monotonic() + self._deadlines.total_s
        incoming = Incoming(
            max_body_bytes=request.max_bytes,
            may_hold=lambda size: self._hold(size, until=ends_at),
        )
        self._refused = self._no_socket = ""
        self._error = None
        self._asked = 0
        host = urlsplit(request.url).netloc
        sent = fields_of(request, self._user_agent)
        self._hang_up_unless(request.url)
        curl = self._curl
        curl.setopt(pycurl.URL, request.url)
        curl.setopt(pycurl.FORBID_REUSE, host in self._hang_up)
        curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in sent])
        curl.setopt(pycurl.MAXFILESIZE_LARGE, request.max_bytes + ROOM_FOR_CODING)
        curl.setopt(pycurl.HEADERFUNCTION, incoming.on_header)
        curl.setopt(pycurl.WRITEFUNCTION, incoming.on_body)
        fetched_at = self._now()
        try:
            curl.perform()
        except pycurl.error as error:
            incoming.forget_body()
            ROOM.release(self)
            raised = incoming.error or self._error
            if raised is not None:
                raise raised from None
            code, message = error.args
            return self._judge(request, incoming, code, message)
        finally:
            self._remember_if_asked_again(host)
            while self._opened:  # libcurl has a duplicate
                self._opened.pop().close()
        answer = self._read(request, sent, incoming, fetched_at)
        if isinstance(answer, Failure):
            ROOM.release(self)
        return answer

    def abort(self) -> None:
        """End the exchange that is under way, and any later one, within a second.

        From any thread. The exchange fails for the reason `connection`.
        """
        self._is_aborted = True

    def close(self) -> None:
        """Close the connection."""
        ROOM.release(self)
        self._curl.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open_socket(
        self, _purpose: int, target: tuple[int, int, int, tuple[str, int]]
    ) -> socket.socket | int:
        """Look at an address that a name, or an odd number, turned out to be, just before use."""
        family, kind, protocol, address = target
        try:
            why = why_forbidden(address[0], allow_private=self._allow_private)
            if why is None:
                self._opened.append(socket.socket(family, kind, protocol))
                return self._opened[-1]
            self._refused = f"{address[0]} is {why}"
        except OSError as error:  # out of descriptors, or a family that this machine has not
            self._no_socket = str(error)
        except BaseException as error:  # noqa: BLE001 - printed and forgotten by the binding
            self._error = error
        return int(pycurl.SOCKET_BAD)

    def _count_asking(self, *_: object) -> int:
        """Count requests: where a kept connection is reset, libcurl asks again by itself, at once.

        That is no pace. It may (RFC 9112, 9.3.1), as a server may hang up just then; but a server
        that did it once is given a new connection each time, where libcurl asks once.
        """
        self._asked += 1
        return int(pycurl.PREREQFUNC_OK)

    def _remember_if_asked_again(self, host: str) -> None:
        if self._asked > 1:
            if len(self._hang_up) >= _MAX_REMEMBERED:
                self._hang_up.pop()
            self._hang_up.add(host)

    def _read(
        self,
        request: Request,
        sent: tuple[tuple[str, str], ...],
        incoming: Incoming,
        fetched_at: datetime,
    ) -> Response | Failure:
        if not incoming.is_whole:
            detail = "the header of a final response is missing or cut off"
            return failure_of(request, Reason.TRUNCATED, detail, is_temporary=True)
        wire_body = incoming.take_body()
        fields = incoming.fields()
        codings = [value for name, value in fields if name.lower() == "content-encoding"]
        if request.byte_range is not None:  # a part of something coded cannot be decoded
            codings = []
        try:
            body = self._decode(wire_body, ",".join(codings), request.max_bytes)
        except _NoRoomError as error:
            return failure_of(request, Reason.TRUNCATED, str(error), is_temporary=True)
        except TooLargeError:
            detail = f"over {request.max_bytes} bytes when decoded"
            return failure_of(request, Reason.TOO_LARGE, detail)
        except CutOffError as error:
            return failure_of(request, Reason.TRUNCATED, str(error), is_temporary=True)
        except CodingError as error:
            return failure_of(request, Reason.UNDECODABLE, str(error))
        return Response(
            request=request,
            status=self._curl.getinfo(pycurl.RESPONSE_CODE),
            header=incoming.header(),
            fields=fields,
            wire_body=wire_body,
            body=body,
            address=self._curl.getinfo(pycurl.PRIMARY_IP),
            fetched_at=fetched_at,
            seconds=self._curl.getinfo(pycurl.TOTAL_TIME),
            sent=sent,
        )

    def _decode(self, wire_body: bytes, coding: str, max_bytes: int) -> bytes:
        """Undo a content coding, in room for as much as may come out of it."""
        before = len(wire_body)
        if not coding:
            if before > max_bytes:
                raise TooLargeError
            self._hold(before)
            return wire_body
        try:
            free = min(max_bytes, FREE_BYTES)
            body = decode_payload(wire_body, transfer="", content=coding, max_bytes=free)
        except TooLargeError:
            if max_bytes <= FREE_BYTES:
                raise
            # Each coding's result, and the pieces that the last one is put together from.
            if not self._hold(before + max_bytes * (2 + coding.count(","))):
                raise _NoRoomError("given up while other bodies filled the memory") from None
            body = decode_payload(wire_body, transfer="", content=coding, max_bytes=max_bytes)
        self._hold(before + len(body))
        return body

    def _hold(self, size: int, *, until: float = math.inf) -> bool:
        return ROOM.hold(self, size, is_over=lambda: self._is_aborted or time.monotonic() > until)

    def _hang_up_unless(self, url: str) -> None:
        """Close the connection that was kept, unless it is of this URL's origin.

        libcurl would keep it until it has another to keep: for as long as the next exchange takes.
        """
        parts = urlsplit(url)
        before, self._kept = self._kept, (parts.scheme, parts.netloc)
        if before == self._kept:
            return
        number = self._curl.getinfo(pycurl.ACTIVESOCKET)  # -1: none is open
        if number >= 0:
            with suppress(OSError), socket.socket(fileno=os.dup(number)) as kept:
                kept.shutdown(socket.SHUT_RDWR)  # libcurl then finds it closed

    def _judge(self, request: Request, incoming: Incoming, code: int, message: str) -> Failure:
        if incoming.too_large:
            return failure_of(request, Reason.TOO_LARGE, incoming.too_large)
        if incoming.no_room:
            return failure_of(request, Reason.TRUNCATED, incoming.no_room, is_temporary=True)
        if self._refused and not self._opened and code == pycurl.E_COULDNT_CONNECT:
            return failure_of(request, Reason.FORBIDDEN_ADDRESS, self._refused)
        if code == pycurl.E_FILESIZE_EXCEEDED:
            return failure_of(request, Reason.TOO_LARGE, incoming.why_too_large())
        if code == pycurl.E_URL_MALFORMAT:
            return failure_of(request, Reason.FORBIDDEN_ADDRESS, message)
        if code == pycurl.E_RECV_ERROR and incoming.is_whole:  # reset, or TLS without its end
            code = pycurl.E_PARTIAL_FILE
        judged = judge(code)
        detail = f"{message} {self._no_socket}".strip()
        failure = failure_of(request, judged.reason, detail, is_temporary=judged.is_temporary)
        return replace(failure, is_unreachable=code in UNREACHABLE)


def _authorities() -> str:
    """PEM file of the authorities that this machine trusts: an intranet may have its own.

    libcurl's own default is that of the machine it was built on.
    """
    return ssl.get_default_verify_paths().cafile or certifi.where()
