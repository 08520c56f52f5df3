"""Write WARC records (ISO 28500, WARC/1.1): each its own gzip member, the same bytes every time."""

from __future__ import annotations

import base64
import gzip
import hashlib
import uuid
from collections.abc import Mapping

HTML = "text/html; charset=UTF-8"
HTTP_RESPONSE = "application/http; msgtype=response"
HTTP_REQUEST = "application/http; msgtype=request"


def warc_record(  # noqa: PLR0913, PLR0917 - a record's headers
    kind: str, date: str, content_type: str, block: bytes, url: str = "", payload_type: str = ""
) -> bytes:
    """One record, gzipped; its id follows from its content, so nothing in it is random.

    Args:
        kind: Type of the record.
        date: When it was made.
        content_type: Of the block.
        block: What it holds.
        url: Where that came from.
        payload_type: What the crawler took the page for, whatever its server said.
    """
    seed = f"{kind} {url} {date} {hashlib.sha256(block).hexdigest()}"
    headers = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, seed)}>",
        "WARC-Date": date,
        "WARC-Target-URI": url,
        "WARC-Block-Digest": "sha1:" + _sha1_base32(block),
        "WARC-Identified-Payload-Type": payload_type,
        "Content-Type": content_type,
        "Content-Length": str(len(block)),
    }
    head = b"WARC/1.1\r\n" + _header_lines(headers)
    return gzip.compress(head + b"\r\n" + block + b"\r\n\r\n", compresslevel=6, mtime=0)


def http_response(status: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """An HTTP/1.1 response as it went over the wire; `status` like `200 OK`."""
    return f"HTTP/1.1 {status}\r\n".encode("ascii") + _header_lines(headers) + b"\r\n" + body


def http_request(host: str, target: str) -> bytes:
    """The GET request that a crawler sends."""
    lines = {"Host": host, "User-Agent": "sample-crawler/1.0", "Accept-Encoding": "gzip"}
    return f"GET {target} HTTP/1.1\r\n".encode("ascii") + _header_lines(lines) + b"\r\n"


def html_record(
    url: str, date: str, html: bytes, content_type: str = HTML, payload_type: str = ""
) -> bytes:
    """A response record with a page that came whole and unencoded."""
    headers = {"Content-Type": content_type, "Content-Length": str(len(html))}
    response = http_response("200 OK", headers, html)
    return warc_record("response", date, HTTP_RESPONSE, response, url, payload_type)


def _header_lines(headers: Mapping[str, str]) -> bytes:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value).encode()


def _sha1_base32(block: bytes) -> str:
    """The digest's spelling in WARC files; it guards against damage, not against forgery."""
    return base64.b32encode(hashlib.sha1(block, usedforsecurity=False).digest()).decode("ascii")
