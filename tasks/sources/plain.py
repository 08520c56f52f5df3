"""A file that is one page: plain text or HTML."""

from __future__ import annotations

from expectations.records import FetchTime, Page, PageKind, Reason, Rejection
from tasks.sources.inputs import Input
from tasks.sources.streams import DamageError, Stream, chunks


def read_page(stream: Stream, source: Input, kind: PageKind) -> Page | Rejection:
    """Read the page whole, up to the source's limit; half a page is a rejection."""
    body = bytearray()
    try:
        for chunk in chunks(stream):
            body += chunk
            if len(body) > source.max_page_bytes:
                what = f"the page is larger than {source.max_page_bytes} bytes"
                return source.reject(Reason.TOO_LARGE, what)
    except DamageError as damage:
        return source.reject(Reason.DAMAGED_ARCHIVE, f"the page is not whole: {damage}")
    if not body:
        return source.reject(Reason.EMPTY, "the gzip file holds nothing")
    return Page(
        source_id=source.source_id,
        kind=kind,
        body=bytes(body),
        raw_ref=source.ref(0),
        fetched_at=source.modified_at,
        fetched_at_source=FetchTime.FILE,
    )
