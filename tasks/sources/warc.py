"""WARC archives: responses and resources to pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from expectations.records import FetchTime, Page, PageKind, Reason, Rejection, Skip
from tasks.sources.http import CodingError, TooLargeError, charset, decode_payload, media_type
from tasks.sources.inputs import Input
from tasks.sources.records import (
    MAX_HEADER_BYTES,
    Damage,
    Record,
    field,
    parse_headers,
    read_records,
    target_uri,
)
from tasks.sources.sniff import HEAD_BYTES, has_html_root, looks_like_html, why_binary
from tasks.sources.streams import Stream
from tasks.sources.times import parse_time

_PAGES = ("response", "resource")
_NOT_ITEMS = ("request", "warcinfo", "metadata")
_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml")
_NO_TYPES = ("", "unknown/unknown", "application/unknown", "application/x-unknown")
# Types that are no page whatever their bytes look like: a script may hold HTML in a string.
_OTHER_TYPE = re.compile(
    r"(image|video|audio|font|model|multipart|message)/"
    r"|(text|application)/(x-)?(javascript|ecmascript|css|json|font.*|pdf|zip|gzip|tar)$"
    r"|(text|application)/.*\+(json|zip|gzip)$|application/vnd\.(ms-|openxmlformats|oasis)"
)
_XML_TYPE = re.compile(r"(text|application)/(.*\+)?xml$")
_HTTP_HEADER_END = re.compile(rb"\r?\n\r?\n")


def read_warc(stream: Stream, source: Input) -> Iterator[Page | Rejection | Skip]:
    """Read the pages of a WARC file; each damaged place is one rejection with its offset."""
    max_block = source.max_page_bytes + MAX_HEADER_BYTES
    nothing = True
    for record in read_records(stream, max_block=max_block):
        item = _read_record(record, source)
        if item is not None:
            nothing = False
            yield item
    if nothing:
        yield source.reject(Reason.EMPTY, "the archive holds no response or resource records")


def _read_record(record: Record | Damage, source: Input) -> Page | Rejection | Skip | None:
    if isinstance(record, Damage):
        return source.reject(
            Reason.DAMAGED_ARCHIVE, record.what, offset=record.offset, url=record.url
        )
    record_type = field(record.headers, "WARC-Type").lower()
    if record_type in _NOT_ITEMS:
        return None
    if record_type not in _PAGES:
        reason = Reason.REVISIT if record_type == "revisit" else Reason.NOT_AN_INPUT
        return source.skip(reason, f"{record_type} record of {target_uri(record.headers)}")
    return _read_page(record, source, record_type)


def _read_page(record: Record, source: Input, record_type: str) -> Page | Rejection | Skip:
    if record.length > len(record.block):
        return _read_large(record, source)
    if record_type == "response" and record.block.startswith(b"HTTP/"):
        return _read_response(record, source)
    # A resource, or a response of another protocol: its block is the payload.
    return _read_payload(record, source, record.block, _block_type(record))


def _read_response(record: Record, source: Input) -> Page | Rejection | Skip:
    header = _http_header(record.block)
    headers = parse_headers(header)
    content_type = field(headers, "Content-Type")
    if skip := _skip_unread(source, headers.status_code, content_type):
        return skip
    try:
        payload = decode_payload(
            record.block[len(header) :],
            transfer=field(headers, "Transfer-Encoding"),
            content=field(headers, "Content-Encoding"),
            max_bytes=source.max_page_bytes,
        )
    except CodingError as error:
        return _reject(record, source, Reason.UNDECODABLE, str(error))
    except TooLargeError:
        what = f"the decoded page is larger than {source.max_page_bytes} bytes"
        return _reject(record, source, Reason.TOO_LARGE, what)
    return _read_payload(record, source, payload, content_type)


def _read_payload(
    record: Record, source: Input, payload: bytes, content_type: str
) -> Page | Rejection | Skip:
    if not payload:
        return _reject(record, source, Reason.EMPTY, "the record holds no payload")
    if len(payload) > source.max_page_bytes:
        what = f"{len(payload)} bytes, more than {source.max_page_bytes}"
        return _reject(record, source, Reason.TOO_LARGE, what)
    kind = _kind(media_type(content_type), payload[:HEAD_BYTES])
    if kind is None:
        return source.skip(Reason.MEDIA_TYPE, media_type(content_type))
    if binary := why_binary(payload[:HEAD_BYTES]):
        return _reject(record, source, Reason.BINARY, binary)
    dated = parse_time(field(record.headers, "WARC-Date"))
    return Page(
        source_id=source.source_id,
        kind=kind,
        body=payload,
        raw_ref=source.ref(record.offset),
        url=target_uri(record.headers),
        charset=charset(content_type),
        fetched_at=dated or source.modified_at,
        fetched_at_source=FetchTime.WARC if dated else FetchTime.FILE,
    )


def _read_large(record: Record, source: Input) -> Rejection | Skip:
    """Judge a record by its beginning: a film is skipped, a page is rejected."""
    status, content_type, head = None, _block_type(record), record.block
    if record.block.startswith(b"HTTP/"):
        header = _http_header(record.block)
        headers = parse_headers(header)
        status, content_type = headers.status_code, field(headers, "Content-Type")
        head = b"" if field(headers, "Content-Encoding") else record.block[len(header) :]
    if skip := _skip_unread(source, status, content_type):
        return skip
    if _kind(media_type(content_type), head[:HEAD_BYTES]) is None:
        return source.skip(Reason.MEDIA_TYPE, media_type(content_type))
    what = f"the record holds {record.length} bytes, more than {source.max_page_bytes}"
    return _reject(record, source, Reason.TOO_LARGE, what)


def _skip_unread(source: Input, status: int | None, content_type: str) -> Skip | None:
    # A status line without a number is no reason to drop a page.
    if status is not None and not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        return source.skip(Reason.HTTP_STATUS, str(status))
    if _OTHER_TYPE.match(media_type(content_type)):
        return source.skip(Reason.MEDIA_TYPE, media_type(content_type))
    return None


def _kind(declared: str, head: bytes) -> PageKind | None:
    """What a payload is by its type; where that says nothing, or oddly, by its bytes."""
    if declared in _HTML_TYPES:
        return PageKind.HTML
    if declared == "text/plain":
        return PageKind.TEXT
    if _OTHER_TYPE.match(declared):
        return None
    if _XML_TYPE.match(declared):
        return PageKind.HTML if has_html_root(head) else None
    if looks_like_html(head):
        return PageKind.HTML
    return PageKind.TEXT if declared in _NO_TYPES else None


def _block_type(record: Record) -> str:
    """Content-Type of a block that is its own payload."""
    content_type = field(record.headers, "Content-Type")
    return "" if media_type(content_type) == "application/http" else content_type


def _http_header(block: bytes) -> bytes:
    end = _HTTP_HEADER_END.search(block, 0, MAX_HEADER_BYTES)
    return block[: end.end()] if end else block


def _reject(record: Record, source: Input, reason: Reason, detail: str) -> Rejection:
    url = target_uri(record.headers)
    return source.reject(reason, detail, offset=record.offset, url=url)
