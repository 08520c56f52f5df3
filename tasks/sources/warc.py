"""WARC archives: responses and resources to pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeGuard

from expectations.records import FetchTime, Page, PageKind, Reason, Rejection, Skip
from tasks.reservations import SITE_SIGNALS, rights_reserved
from tasks.sources.given_field import (
    GIVEN_FIELD,
    RESERVED_FIELD,
    SOURCE_FIELD,
    read_given_field,
)
from tasks.sources.http import CodingError, TooLargeError, decode_payload, media_type
from tasks.sources.inputs import Input
from tasks.sources.payload import is_other_medium, judge_payload, kind_of_payload
from tasks.sources.records import (
    MAX_HEADER_BYTES,
    Damage,
    Record,
    field,
    parse_headers,
    read_records,
    target_uri,
)
from tasks.sources.sniff import HEAD_BYTES
from tasks.sources.streams import Stream
from tasks.sources.times import parse_time

_PAGES = ("response", "resource")
_NOT_ITEMS = ("request", "warcinfo", "metadata")
_SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_HTTP_HEADER_END = re.compile(rb"\r?\n\r?\n")


def read_warc(
    stream: Stream, source: Input, *, wants: Callable[[Record], bool] | None = None
) -> Iterator[Page | Rejection | Skip]:
    """Read the pages of a WARC file; each damaged place is one rejection with its offset.

    Args:
        stream: The file.
        source: What the pages inherit from it.
        wants: Is asked of each record that would be an item; what it does not want is passed over.
    """
    max_block = source.max_page_bytes + MAX_HEADER_BYTES
    nothing = True
    for record in read_records(stream, max_block=max_block):
        if wants is not None and _is_item(record) and not wants(record):
            nothing = False
            continue
        item = _read_record(record, source)
        if item is not None:
            nothing = False
            yield item
    if nothing:
        yield source.reject(Reason.EMPTY, "the archive holds no response or resource records")


def _is_item(record: Record | Damage) -> TypeGuard[Record]:
    return (
        isinstance(record, Record) and field(record.headers, "WARC-Type").lower() not in _NOT_ITEMS
    )


def _read_record(record: Record | Damage, source: Input) -> Page | Rejection | Skip | None:
    if isinstance(record, Damage):
        return source.reject(
            Reason.DAMAGED_ARCHIVE, record.what, offset=record.offset, url=record.url
        )
    record_type = field(record.headers, "WARC-Type").lower()
    if record_type in _NOT_ITEMS:
        return None
    archived_for = field(record.headers, SOURCE_FIELD)
    if source.keeps_sources and _SOURCE_ID.fullmatch(archived_for):
        source = replace(source, source_id=archived_for)
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
    return _read_payload(
        record, source, payload, content_type, reserved=rights_reserved(headers.items())
    )


def _read_payload(
    record: Record,
    source: Input,
    payload: bytes,
    content_type: str,
    *,
    reserved: tuple[str, ...] = (),
) -> Page | Rejection | Skip:
    dated = parse_time(field(record.headers, "WARC-Date"))
    site_reserves = set(field(record.headers, RESERVED_FIELD).split())
    page = Page(
        source_id=source.source_id,
        kind=PageKind.HTML,
        body=payload,
        raw_ref=source.ref(record.offset),
        url=target_uri(record.headers),
        fetched_at=dated or source.modified_at,
        fetched_at_source=FetchTime.WARC if dated else FetchTime.FILE,
        reserved=tuple(sorted({*reserved, *site_reserves.intersection(SITE_SIGNALS)})),
        given=read_given_field(field(record.headers, GIVEN_FIELD)),
    )
    return judge_payload(page, content_type, max_bytes=source.max_page_bytes)


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
    if kind_of_payload(content_type, head[:HEAD_BYTES]) is None:
        return source.skip(Reason.MEDIA_TYPE, media_type(content_type))
    what = f"the record holds {record.length} bytes, more than {source.max_page_bytes}"
    return _reject(record, source, Reason.TOO_LARGE, what)


def _skip_unread(source: Input, status: int | None, content_type: str) -> Skip | None:
    # A status line without a number is no reason to drop a page.
    if status is not None and not 200 <= status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
        return source.skip(Reason.HTTP_STATUS, str(status))
    if is_other_medium(content_type):
        return source.skip(Reason.MEDIA_TYPE, media_type(content_type))
    return None


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
