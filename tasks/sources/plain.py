"""A file that is one page, plain text or HTML, or plain text with several stories."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.records import FetchTime, Page, PageKind, Reason, Rejection
from tasks.decoding import Undecodable, decode
from tasks.sources.inputs import Input
from tasks.sources.stories import split_stories
from tasks.sources.streams import DamageError, Stream, chunks


def read_pages(stream: Stream, source: Input, kind: PageKind) -> Iterator[Page | Rejection]:
    """Read a file whole, up to the source's limit; of text, each story is a page.

    A story's `raw_ref` is the byte in the file, gzip undone, where it begins.
    """
    page = read_page(stream, source, kind)
    if isinstance(page, Rejection) or kind is not PageKind.TEXT:
        yield page
        return
    decoded = decode(page.body)
    if isinstance(decoded, Undecodable):
        yield page  # the extraction says why
        return
    stories = split_stories(page.body, decoded.encoding)
    if len(stories) == 1:
        yield page
        return
    for offset, body in stories:
        # A part alone has no byte-order mark, and too few words to guess its encoding by.
        yield _page(source, kind, body, offset=offset, charset=decoded.encoding)


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
    return _page(source, kind, bytes(body))


def _page(
    source: Input, kind: PageKind, body: bytes, *, offset: int = 0, charset: str | None = None
) -> Page:
    return Page(
        source_id=source.source_id,
        kind=kind,
        body=body,
        raw_ref=source.ref(offset),
        charset=charset,
        fetched_at=source.modified_at,
        fetched_at_source=FetchTime.FILE,
    )
