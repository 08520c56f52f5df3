"""Files that list addresses: one a line, or a saved feed or sitemap."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from expectations.records import Reason
from tasks.discover.feeds import MAX_FEED_BYTES
from tasks.discover.links import HintSource, LeftOut, Link
from tasks.discover.sitemaps import read_sitemap
from tasks.network.documents import HEAD_BYTES, Found, kind_of_document, links_of_feed
from tasks.parsing import Refusal
from tasks.sources.streams import DamageError, chunks, open_regular, open_stream, read_head
from tasks.urls import (
    MAX_URL_CHARS,
    as_requested,
    host,
    without_credentials,
    without_credentials_within,
)

# What a saved file's relative links belong to is not known (RFC 2606 keeps the name free).
_NOWHERE = "http://list.invalid/"
_FIRST_ADDRESS = re.compile(r"<(?:\w+:)?loc>\s*(https?://[^\s<]+)", re.IGNORECASE)
_COMMENT = "#"
_SHOWN = 200  # characters of a broken line
_TOO_LONG = 4 * MAX_URL_CHARS + 4  # bytes of UTF-8, a BOM included: no address, and stays none


def listed_links(path: Path) -> Iterator[Found]:
    """Links of a file, read as they are asked for; a refusal at its end if it is damaged."""
    try:
        with open_regular(path) as file:
            head = read_head(open_stream(file), HEAD_BYTES)
            if not head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
                yield from _lines(file)
            elif kind_of_document(head) == "feed":
                body = read_head(open_stream(file), MAX_FEED_BYTES + 1)
                yield from _found_somewhere(links_of_feed(body, _NOWHERE))
            else:
                # A sitemap may name pages of its own site only: the first one says which that is.
                first = _FIRST_ADDRESS.search(head.decode("utf-8", "replace"))
                site = first[1] if first else _NOWHERE
                yield from read_sitemap(chunks(open_stream(file)), url=_NOWHERE, site=site)
    except (OSError, DamageError) as error:
        yield Refusal(Reason.UNREADABLE, str(error))


def _lines(file: FileIO) -> Iterator[Found]:
    pending = b""
    for chunk in chunks(open_stream(file)):
        *lines, pending = (pending + chunk).split(b"\n")
        pending = pending.lstrip()[:_TOO_LONG]
        for line in lines:
            yield from _line(line)
    yield from _line(pending)


def _line(line: bytes) -> Iterator[Found]:
    text = line.decode("utf-8-sig", "replace").strip()
    if not text or text.startswith(_COMMENT):
        return
    url = as_requested(text)
    if url is not None:
        yield Link(url=url, hint_source=HintSource.PAGE)
        return
    shown = without_credentials(without_credentials_within(text[:_SHOWN]))
    yield LeftOut(Reason.BROKEN_LINE, 1, f"no http(s) address: {shown!a}")


def _found_somewhere(found: Iterator[Found]) -> Iterator[Found]:
    for item in found:
        is_nowhere = isinstance(item, Link) and host(item.url) == host(_NOWHERE)
        yield LeftOut(Reason.NOT_AN_ARTICLE, 1) if is_nowhere else item
