"""Sitemaps: a stream of bytes to links (sitemaps.org, and Google's extension for news).

XML, plain text or a feed, with or without gzip, in flat memory: nothing is kept of an entry that
has been handed on. The caller follows indexes, within its own limits, and remembers addresses: an
index may name itself, and a sitemap one page a thousand times.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from expectations.records import Reason
from tasks.discover.feeds import MAX_FEED_BYTES, read_feed_text
from tasks.discover.gunzip import BadStream, undo_gzip
from tasks.discover.links import HintSource, LeftOut, Link
from tasks.discover.mending import FEED_ROOTS, find_root
from tasks.discover.sitemap_links import SitemapLink, Taker
from tasks.discover.sitemap_xml import read_sitemap_xml
from tasks.discover.text_stream import decode_stream
from tasks.parsing import Refusal
from tasks.urls import MAX_URL_CHARS

__all__ = ["MAX_BYTES", "Found", "SitemapLink", "read_sitemap"]

MAX_BYTES = 100 << 20  # the protocol allows 50 MiB; some sites forget that

Found = Link | SitemapLink | LeftOut | Refusal


def read_sitemap(
    chunks: Iterable[bytes],
    *,
    url: str,
    site: str | None = None,
    charset: str | None = None,
    max_bytes: int = MAX_BYTES,
) -> Iterator[Found]:
    """Read a sitemap or an index of sitemaps.

    Args:
        chunks: The body in pieces, content encoding undone; gzip as a file format is undone here.
        url: Its address.
        site: Address of the site whose robots.txt names it, if that is another: pages of other
            sites are left out (`tasks.discover.links.is_of_site`).
        charset: charset of the Content-Type header.
        max_bytes: Most bytes that are read, with gzip undone.

    Yields:
        Links to pages or sitemaps in their order, not freed from repetitions; then what was left
        out, by reason; last a refusal if it is no sitemap, or is damaged, or too long: links that
        came before it are sound. A sitemap with a DTD is refused.
    """
    left_out: Counter[Reason] = Counter()
    refusal: Refusal | None = None
    stream = undo_gzip(chunks, max_bytes=max_bytes)
    try:
        for found in _read(stream, Taker(url, site or url), charset):
            if isinstance(found, LeftOut):
                left_out[found.reason] += found.items
            else:
                yield found
    except BadStream as bad:
        refusal = Refusal(Reason.BROKEN_SITEMAP, str(bad))
    yield from (LeftOut(reason, items) for reason, items in left_out.items())
    if refusal is not None:
        yield refusal


def _read(
    stream: Iterator[bytes], taker: Taker, charset: str | None
) -> Iterator[Link | SitemapLink | LeftOut]:
    pieces = decode_stream(stream, charset)
    start = next(pieces, "")
    root = find_root(start)
    if not isinstance(root, str):
        pieces = chain([start[root.start :]], pieces)
        if root.name in FEED_ROOTS:
            yield from _read_feed(pieces, taker)
        else:
            yield from read_sitemap_xml(pieces, taker)
    elif start.lstrip("\ufeff \t\r\n")[:4].lower() == "http":
        yield from _read_lines(chain([start], pieces), taker)
    else:
        raise BadStream(f"no sitemap: {root}")


def _read_lines(pieces: Iterable[str], taker: Taker) -> Iterator[Link | LeftOut]:
    """A sitemap of plain text: an address a line, and nothing else."""
    pending = ""
    for piece in chain(pieces, ["\n"]):
        *lines, pending = (pending + piece).replace("\r", "\n").split("\n")
        pending = pending[: MAX_URL_CHARS + 1]  # too long to be one, and stays it
        for line in filter(str.strip, lines):
            # Relative ones are no part of the protocol, and a line of prose is no address.
            href = line.strip("\ufeff \t")
            address = taker.take(href if href[:4].lower() == "http" else "")
            if isinstance(address, Reason):
                yield LeftOut(address, 1)
            else:
                yield Link(url=address, hint_source=HintSource.SITEMAP)


def _read_feed(pieces: Iterable[str], taker: Taker) -> Iterator[Link | LeftOut]:
    """A feed in place of a sitemap, which the protocol allows. It is not streamed."""
    text: list[str] = []
    left, damage = MAX_FEED_BYTES, None
    try:
        for piece in pieces:
            text.append(piece)
            left -= len(piece)
            if left < 0:
                damage = BadStream(f"a feed of more than {MAX_FEED_BYTES} characters")
                break
    except BadStream as bad:
        damage = bad
    feed = read_feed_text("".join(text), url=taker.url)
    if isinstance(feed, Refusal):
        raise damage or BadStream(feed.detail)
    for link in feed.links:
        address = taker.take(link.url)
        yield LeftOut(address, 1) if isinstance(address, Reason) else link
    yield from feed.left_out
    if damage is not None:
        raise damage
    if feed.is_damaged:
        raise BadStream("damaged XML of a feed")
