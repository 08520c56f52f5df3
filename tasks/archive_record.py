"""What the archive says of an exchange: its response and its request as WARC records.

What discovery knew of a page beside its bytes (its source, its feed's headline and date) is in
fields of the response's record, `Broadsheet-Source` and `Broadsheet-Given`, which other readers
pass over.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import uuid4

from expectations.records import Given
from tasks.fetch.messages import Response
from tasks.sources.given_field import (
    GIVEN_FIELD,
    RESERVED_FIELD,
    SOURCE_FIELD,
    write_given_field,
)

_COMPRESSION = 6
# What opens a door is not kept, should a client ever send it.
_CREDENTIALS = frozenset(("authorization", "proxy-authorization", "cookie"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRecords:
    """The records of an exchange, each a gzip member; `digest` is that of the payload."""

    response: bytes
    request: bytes
    digest: str


def exchange_records(
    response: Response, *, source_id: str, given: Given, reserved: Sequence[str]
) -> ExchangeRecords:
    """Write an exchange down, as it came but for the transfer coding, which is undone.

    Args:
        response: What came.
        source_id: The source that it was fetched for.
        given: What its feed or sitemap says of it.
        reserved: Rights that its site reserves for all its pages.
    """
    name = _record_id()
    url, at = response.request.url, response.fetched_at
    # SHA-1, for it names and does not protect, and it is what other archives' tools compare.
    sha1 = hashlib.sha1(response.wire_body, usedforsecurity=False).digest()
    digest = f"sha1:{base64.b32encode(sha1).decode()}"
    about_response = [
        ("WARC-Target-URI", url),
        ("WARC-IP-Address", response.address),
        ("WARC-Payload-Digest", digest),
        (SOURCE_FIELD, source_id.encode("ascii", "backslashreplace").decode()),
        *([(GIVEN_FIELD, stated)] if (stated := write_given_field(given)) else []),
        *([(RESERVED_FIELD, " ".join(reserved))] if reserved else []),
        *([("WARC-Truncated", "length")] if response.is_cut else []),
        ("Content-Type", "application/http; msgtype=response"),
    ]
    about_request = [
        ("WARC-Target-URI", url),
        ("WARC-Concurrent-To", name),
        ("Content-Type", "application/http; msgtype=request"),
    ]
    block = _without_transfer_coding(response.header) + response.wire_body
    return ExchangeRecords(
        response=_record("response", name, at, about_response, block),
        request=_record("request", _record_id(), at, about_request, _request_block(response)),
        digest=digest,
    )


def first_record(file_name: str, software: str) -> bytes:
    """Say what a file is and who wrote it: its first record, a gzip member."""
    about = f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
    fields = [("WARC-Filename", file_name), ("Content-Type", "application/warc-fields")]
    return _record("warcinfo", _record_id(), datetime.now(UTC), fields, about.encode())


def _record_id() -> str:
    return f"<urn:uuid:{uuid4()}>"


def _record(
    kind: str, name: str, at: datetime, fields: Sequence[tuple[str, str]], block: bytes
) -> bytes:
    named = [
        ("WARC-Type", kind),
        ("WARC-Record-ID", name),
        ("WARC-Date", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")),
        *fields,
        ("Content-Length", str(len(block))),
    ]
    whole = b"WARC/1.1\r\n" + _field_lines(named) + b"\r\n" + block + b"\r\n\r\n"
    return gzip.compress(whole, _COMPRESSION, mtime=0)


def _request_block(response: Response) -> bytes:
    """The request as it was sent; of one over HTTP/2, as HTTP/1.1 would have written it."""
    parts = urlsplit(response.request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = [(name, value) for name, value in response.sent if name.lower() not in _CREDENTIALS]
    if not any(name.lower() == "host" for name, _ in sent):  # RFC 9113, 8.3.1: `:authority`
        sent = [("Host", parts.netloc), *sent]
    return f"GET {target} HTTP/1.1\r\n".encode() + _field_lines(sent) + b"\r\n"


def _field_lines(fields: Sequence[tuple[str, str]]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in fields).encode()


def _without_transfer_coding(header: bytes) -> bytes:
    """The body came without its chunks: the field that speaks of them gets another name."""
    lines = header.split(b"\r\n")
    for at, line in enumerate(lines):
        if line.lower().startswith(b"transfer-encoding:"):
            lines[at] = b"X-Archive-Orig-" + line
    return b"\r\n".join(lines)
