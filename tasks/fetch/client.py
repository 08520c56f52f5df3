"""One HTTP exchange with a server that nobody has reason to trust.

libcurl, because it does three things at once: a deadline that ends slow drips of headers, a look
at the address that is really connected to, and a body handed over as it comes.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple, Self

import certifi
import pycurl

from expectations.records import Outcome, Reason
from tasks.errors import UsageError
from tasks.fetch.addresses import why_forbidden
from tasks.fetch.incoming import Incoming
from tasks.fetch.messages import Failure, Request, Response
from tasks.sources.http import CodingError, CutOffError, TooLargeError, decode_payload

# What libcurl's parser and `tasks.urls` cannot read differently: a plain host, printable ASCII,
# no credentials, no fragment.
_URL = re.compile(
    r"https?://(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?(?:[/?][!\"$-~]*)?", re.IGNORECASE | re.ASCII
)
_PRINTABLE = re.compile(r"[ -~]+")
_ROOM_FOR_CODING = 64 << 10  # gzip adds 18 bytes, and 5 to each 16 KiB that do not compress
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
    pycurl.MAXCONNECTS: 8,  # kept open by one client
    pycurl.LOW_SPEED_LIMIT: 1,  # bytes a second
    pycurl.NOPROGRESS: 0,  # XFERINFOFUNCTION is called, once a second at least
}
# Error codes that it has no names for.
_E_TOO_LARGE = 100
_E_HTTP2_STREAM = 92
_E_WEIRD_SERVER_REPLY = 8


class _Verdict(NamedTuple):
    reason: Reason
    is_temporary: bool


# Temporary is what a second try within the run may mend. A certificate is not: whoever renews it
# does so by the next run. A name that does not exist looks like a resolver's hiccup.
_VERDICTS = {
    pycurl.E_UNSUPPORTED_PROTOCOL: _Verdict(Reason.PROTOCOL, is_temporary=False),  # HTTP/0.9
    pycurl.E_COULDNT_RESOLVE_PROXY: _Verdict(Reason.DNS, is_temporary=True),
    pycurl.E_COULDNT_RESOLVE_HOST: _Verdict(Reason.DNS, is_temporary=True),
    pycurl.E_COULDNT_CONNECT: _Verdict(Reason.CONNECTION, is_temporary=True),
    _E_WEIRD_SERVER_REPLY: _Verdict(Reason.PROTOCOL, is_temporary=False),
    pycurl.E_HTTP2: _Verdict(Reason.PROTOCOL, is_temporary=True),
    pycurl.E_PARTIAL_FILE: _Verdict(Reason.TRUNCATED, is_temporary=True),
    pycurl.E_OPERATION_TIMEDOUT: _Verdict(Reason.TIMEOUT, is_temporary=True),
    pycurl.E_SSL_CONNECT_ERROR: _Verdict(Reason.TLS, is_temporary=True),
    pycurl.E_PEER_FAILED_VERIFICATION: _Verdict(Reason.TLS, is_temporary=False),
    pycurl.E_SSL_CACERT_BADFILE: _Verdict(Reason.TLS, is_temporary=False),  # this machine's
    pycurl.E_BAD_CONTENT_ENCODING: _Verdict(Reason.PROTOCOL, is_temporary=False),
    pycurl.E_FILESIZE_EXCEEDED: _Verdict(Reason.TOO_LARGE, is_temporary=False),
    _E_HTTP2_STREAM: _Verdict(Reason.PROTOCOL, is_temporary=True),
    _E_TOO_LARGE: _Verdict(Reason.TOO_LARGE, is_temporary=False),
}
_ANY_OTHER = _Verdict(Reason.CONNECTION, is_temporary=True)
_OUTCOMES = {  # of all other reasons: FAILED
    Reason.FORBIDDEN_ADDRESS: Outcome.SKIPPED,
    Reason.TOO_LARGE: Outcome.REJECTED,
    Reason.UNDECODABLE: Outcome.REJECTED,
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


class Client:
    """Make one exchange at a time, over connections that are kept open.

    For one thread at a time. No redirect is followed, no cookie kept, no environment asked.
    TLS is verified against the system's authorities (or SSL_CERT_FILE), or certifi's where it
    has none.

    Args:
        user_agent: Of printable ASCII.
        allow_private: Connect to any address, loopback and private networks included.
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
        if not _PRINTABLE.fullmatch(user_agent):
            raise UsageError(f"the user agent {user_agent!r} is not printable ASCII")
        self._now = now
        self._refused = ""  # the last address, and why
        self._opened: list[socket.socket] = []  # to other addresses
        self._no_socket = ""
        self._error: BaseException | None = None
        self._is_aborted = False
        self._curl = curl = pycurl.Curl()
        for option, value in _OPTIONS.items():
            curl.setopt(option, value)
        curl.setopt(pycurl.USERAGENT, user_agent)
        curl.setopt(pycurl.PROXY, proxy or "")
        curl.setopt(pycurl.CAINFO, _authorities())
        curl.setopt(pycurl.TIMEOUT_MS, math.ceil(deadlines.total_s * 1000))
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, math.ceil(deadlines.connect_s * 1000))
        curl.setopt(pycurl.LOW_SPEED_TIME, deadlines.stall_s)
        curl.setopt(pycurl.XFERINFOFUNCTION, lambda *_: self._is_aborted)
        if not allow_private and proxy is None:
            curl.setopt(pycurl.OPENSOCKETFUNCTION, self._open_socket)

    def get(self, request: Request) -> Response | Failure:
        """Make one exchange. Never raises for what a server does."""
        if not _URL.fullmatch(request.url):
            return _failure(request, Reason.FORBIDDEN_ADDRESS, "not a URL that can be asked for")
        incoming = Incoming(max_body_bytes=request.max_bytes + _ROOM_FOR_CODING)
        self._refused = self._no_socket = ""
        self._error = None
        curl = self._curl
        curl.setopt(pycurl.URL, request.url)
        curl.setopt(pycurl.HTTPHEADER, _header_lines(request))
        curl.setopt(pycurl.MAXFILESIZE_LARGE, request.max_bytes + _ROOM_FOR_CODING)
        curl.setopt(pycurl.HEADERFUNCTION, incoming.on_header)
        curl.setopt(pycurl.WRITEFUNCTION, incoming.on_body)
        fetched_at = self._now()
        try:
            curl.perform()
        except pycurl.error as error:
            incoming.forget_body()
            raised = incoming.error or self._error
            if raised is not None:
                raise raised from None
            code, message = error.args
            return self._judge(request, incoming, code, message)
        finally:
            while self._opened:  # libcurl has a duplicate
                self._opened.pop().close()
        return self._read(request, incoming, fetched_at)

    def abort(self) -> None:
        """End the exchange that is under way, and any later one, within a second.

        From any thread. The exchange fails for the reason `connection`.
        """
        self._is_aborted = True

    def close(self) -> None:
        """Close all connections."""
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
            why = why_forbidden(address[0])
            if why is None:
                self._opened.append(socket.socket(family, kind, protocol))
                return self._opened[-1]
            self._refused = f"{address[0]} is {why}"
        except OSError as error:  # out of descriptors, or a family that this machine has not
            self._no_socket = str(error)
        except BaseException as error:  # noqa: BLE001 - printed and forgotten by the binding
            self._error = error
        return int(pycurl.SOCKET_BAD)

    def _read(
        self, request: Request, incoming: Incoming, fetched_at: datetime
    ) -> Response | Failure:
        if not incoming.is_whole:
            detail = "the header of a final response is missing or cut off"
            return _failure(request, Reason.TRUNCATED, detail, is_temporary=True)
        wire_body = incoming.take_body()
        fields = incoming.fields()
        codings = [value for name, value in fields if name.lower() == "content-encoding"]
        if request.byte_range is not None:  # a part of something coded cannot be decoded
            codings = []
        try:
            body = decode_payload(
                wire_body, transfer="", content=",".join(codings), max_bytes=request.max_bytes
            )
        except TooLargeError:
            detail = f"over {request.max_bytes} bytes when decoded"
            return _failure(request, Reason.TOO_LARGE, detail)
        except CutOffError as error:
            return _failure(request, Reason.TRUNCATED, str(error), is_temporary=True)
        except CodingError as error:
            return _failure(request, Reason.UNDECODABLE, str(error))
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
        )

    def _judge(self, request: Request, incoming: Incoming, code: int, message: str) -> Failure:
        if incoming.too_large:
            return _failure(request, Reason.TOO_LARGE, incoming.too_large)
        if self._refused and not self._opened and code == pycurl.E_COULDNT_CONNECT:
            return _failure(request, Reason.FORBIDDEN_ADDRESS, self._refused)
        if code == pycurl.E_URL_MALFORMAT:
            return _failure(request, Reason.FORBIDDEN_ADDRESS, message)
        if code == pycurl.E_RECV_ERROR and incoming.is_whole:  # reset, or TLS without its end
            code = pycurl.E_PARTIAL_FILE
        verdict = _VERDICTS.get(code, _ANY_OTHER)
        detail = f"{message} {self._no_socket}".strip()
        return _failure(request, verdict.reason, detail, is_temporary=verdict.is_temporary)


def _authorities() -> str:
    """PEM file of the authorities that this machine trusts: an intranet may have its own.

    libcurl's own default is that of the machine it was built on.
    """
    return ssl.get_default_verify_paths().cafile or certifi.where()


def _header_lines(request: Request) -> list[str]:
    lines = ["Accept-Encoding: gzip"]
    if request.byte_range is not None:
        first, last = request.byte_range
        lines = ["Accept-Encoding: identity", f"Range: bytes={first}-{last}"]
    for name, validator in (
        ("If-None-Match", request.etag),
        ("If-Modified-Since", request.last_modified),
    ):
        # They once came from a server: a line break would be a header of its making.
        if validator and _PRINTABLE.fullmatch(validator):
            lines.append(f"{name}: {validator}")
    return lines


def _failure(
    request: Request, reason: Reason, detail: str, *, is_temporary: bool = False
) -> Failure:
    return Failure(
        request=request,
        reason=reason,
        detail=detail,
        outcome=_OUTCOMES.get(reason, Outcome.FAILED),
        is_temporary=is_temporary,
    )
