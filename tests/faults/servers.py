"""Web servers on loopback, most of them bad ones, that answer byte by byte as a test says."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

OK = b"HTTP/1.1 200 OK\r\n"


class Then(Enum):
    """What else a server does beside sending bytes and waiting."""

    CLOSE = auto()
    RESET = auto()


Steps = Iterable[bytes | float | Then]
"""Bytes are sent, numbers are seconds to wait. At the end, the next request is awaited."""


def answer(body: bytes = b"", status: str = "200 OK", **fields: str) -> bytes:
    """A good response. An underscore in a field's name stands for a hyphen."""
    fields = {"Content_Length": str(len(body)), **fields}
    lines = [f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items()]
    return f"HTTP/1.1 {status}\r\n{''.join(lines)}\r\n".encode() + body


def redirect(location: str, status: int = 302) -> bytes:
    return answer(status=f"{status} Elsewhere", Location=location)


@dataclass
class Server:
    """A running server, and what it was asked: whole heads of requests, in order."""

    host: str
    port: int
    scheme: str = "http"
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str | None = None) -> str:
        name = host or (f"[{self.host}]" if ":" in self.host else self.host)
        return f"{self.scheme}://{name}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [request.split(b" ")[1].decode() for request in self.requests]


@contextlib.contextmanager
def serving(
    behave: Callable[[str], Steps] | bytes,
    *,
    host: str = "127.0.0.1",
    tls: ssl.SSLContext | None = None,
) -> Iterator[Server]:
    """Serve, with a thread for each connection, until the block ends.

    Args:
        behave: What to do for a request's path (with query); bytes are one answer for all.
        host: Address to listen at.
        tls: Speaks TLS with this.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, 0), family=family, backlog=128)
    server = Server(host, listener.getsockname()[1], "https" if tls else "http")
    stop = threading.Event()
    open_now: set[socket.socket] = set()

    def accept() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            server.connections += 1
            open_now.add(connection)
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: socket.socket) -> None:
        stream = connection
        with contextlib.suppress(OSError), connection:
            if tls is not None:
                stream = tls.wrap_socket(connection, server_side=True)
            while head := _read_head(stream):
                server.requests.append(head)
                if not _act(stream, behave, head.split(b" ")[1].decode(), stop):
                    break
        with contextlib.suppress(OSError):
            stream.close()
        open_now.discard(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for connection in list(open_now):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        thread.join()


def _read_head(stream: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        more = stream.recv(65_536)
        if not more:
            return b""
        head += more
    return head


def _act(
    stream: socket.socket,
    behave: Callable[[str], Steps] | bytes,
    path: str,
    stop: threading.Event,
) -> bool:
    """Answer one request; tells whether to wait for another."""
    for step in [behave] if isinstance(behave, bytes) else behave(path):
        if isinstance(step, bytes):
            stream.sendall(step)
        elif isinstance(step, Then):
            if step is Then.RESET:
                linger = struct.pack("ii", 1, 0)
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            return False
        elif stop.wait(step):
            return False
    return True


def make_certificate(folder: Path, *names: str, valid_days: int = 1) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for names or addresses: its PEM file, and a server's context.

    With negative days, it has expired.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A test's own authority")])
    end = datetime.now(UTC) + timedelta(days=valid_days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=9))
        .not_valid_after(end)
        .add_extension(
            x509.SubjectAlternativeName([_general_name(n) for n in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file = folder / "key.pem"
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key_file)
    return pem, context


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class Cost:
    """What a block took: seconds, and bytes by which the process grew at its peak."""

    seconds: float = 0.0
    peak_bytes: int = 0


@contextlib.contextmanager
def measured() -> Iterator[Cost]:
    """Measure a block. Memory is counted where Linux can forget an old peak, and is 0 elsewhere."""
    cost = Cost()
    forget = Path("/proc/self/clear_refs")
    status = Path("/proc/self/status")
    before = 0
    if forget.exists():
        forget.write_text("5")  # proc(5): resets the peak
        before = _peak(status)
    start = time.monotonic()
    yield cost
    cost.seconds = time.monotonic() - start
    if forget.exists():
        cost.peak_bytes = _peak(status) - before


def _peak(status: Path) -> int:
    line = next(row for row in status.read_text().splitlines() if row.startswith("VmHWM"))
    return int(line.split()[1]) << 10


def open_descriptors() -> int:
    """How many files and sockets this process has open."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return sum(_is_open(number) for number in range(min(limit, 4096)))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def wait_until(is_so: Callable[[], bool]) -> bool:
    """Wait for what a server's threads take a moment to do."""
    patience = time.monotonic() + 2
    while not is_so() and time.monotonic() < patience:
        time.sleep(0.02)
    return is_so()
