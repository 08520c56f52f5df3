"""Sitemaps: a stream of bytes to links (sitemaps.org, and Google's extension for news).

XML, plain text or a feed, with or without gzip, in flat memory: nothing is kept of an entry that
has been handed on. The caller follows indexes, within its own limits, and remembers addresses: an
index may name itself, and a sitemap one page a thousand times.
"""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TypeGuard

from lxml import etree

from expectations.records import Reason
from tasks.decoding import Undecodable, decode
from tasks.discover.feeds import MAX_FEED_BYTES, read_feed_text
from tasks.discover.gunzip import BadStream, undo_gzip
from tasks.discover.links import (
    HintSource,
    LeftOut,
    Link,
    is_of_site,
    language_hint,
    resolve,
    time_hint,
    title_hint,
)
from tasks.discover.mending import FEED_ROOTS, find_root, hide_references, show_references
from tasks.parsing import Refusal, declared_charset
from tasks.urls import MAX_URL_CHARS

# The protocol allows 50,000 and 50 MiB; some sites forget that. What goes beyond is counted, up to
# a number that no honest file comes near.
MAX_LINKS = 200_000
MAX_ENTRIES = 500_000
MAX_BYTES = 100 << 20
_HEAD_BYTES = 65_536
# Tags without an entry among them: their elements stay in memory. A news entry has some 20.
_MAX_TAGS_APART = 200_000
# One tag of 10 MB, the most that libxml2 takes, becomes 800 MB of attributes.
_MAX_TAG_CHARS = 100_000
_ENTRIES = ("{*}url", "{*}sitemap")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapLink:
    """Address of another sitemap, from an index; when it was changed, as stated."""

    url: str
    modified: str | None = None


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
        for found in _read(stream, _Taker(url, site or url), charset):
            if isinstance(found, LeftOut):
                left_out[found.reason] += found.items
            else:
                yield found
    except BadStream as bad:
        refusal = Refusal(Reason.BROKEN_SITEMAP, str(bad))
    yield from (LeftOut(reason, items) for reason, items in left_out.items())
    if refusal is not None:
        yield refusal


class _Taker:
    """Decides which addresses of one sitemap are handed on, and counts them."""

    def __init__(self, url: str, site: str) -> None:
        self.url = url
        self._site = site
        self._handed_on = 0
        self._entries = 0
        self._last_origin = ("", False)  # a sitemap has 50,000 addresses of one host

    def take(self, href: str) -> str | Reason:
        """An address that is handed on, or why it is left out.

        Raises:
            BadStream: There are too many even to count them.
        """
        self._entries += 1
        if self._entries > MAX_ENTRIES:
            raise BadStream(f"more than {MAX_ENTRIES:,} entries")
        if self._handed_on == MAX_LINKS:
            return Reason.TOO_MANY
        address = resolve(self.url, href)
        if address is None:
            return Reason.NOT_AN_ARTICLE
        origin = address[: address.index("/", address.index("//") + 2)]
        if origin != self._last_origin[0]:
            self._last_origin = (origin, is_of_site(address, self._site))
        if not self._last_origin[1]:
            return Reason.EXCLUDED
        self._handed_on += 1
        return address


def _read(
    stream: Iterator[bytes], taker: _Taker, charset: str | None
) -> Iterator[Link | SitemapLink | LeftOut]:
    head, ending = _head(stream)
    decoded = decode(head, charset, declared_charset(head))
    if isinstance(decoded, Undecodable):
        raise BadStream(decoded.detail)
    pieces = _texts(chain([head], stream, ending), decoded.encoding)
    start = next(pieces, "")
    root = find_root(start)
    if not isinstance(root, str):
        pieces = chain([start[root.start :]], pieces)
        if root.name in FEED_ROOTS:
            yield from _read_feed(pieces, taker)
        else:
            yield from _read_xml(pieces, taker)
    elif start.lstrip("\ufeff \t\r\n")[:4].lower() == "http":
        yield from _read_lines(chain([start], pieces), taker)
    else:
        raise BadStream(f"no sitemap: {root}")


def _head(stream: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The beginning, and what comes at the end: damage that was met already."""
    head = bytearray()
    try:
        for piece in stream:
            head += piece
            if len(head) >= _HEAD_BYTES:
                break
    except BadStream as bad:
        if not head:
            raise
        return bytes(head), _raise(bad)
    if not head:
        raise BadStream("no sitemap: nothing")
    return bytes(head), iter(())


def _raise(bad: BadStream) -> Iterator[bytes]:
    yield b""
    raise bad


def _texts(pieces: Iterable[bytes], encoding: str) -> Iterator[str]:
    python_name = {"windows-874": "cp874"}.get(encoding, encoding)  # the one that Python lacks
    decoder = codecs.getincrementaldecoder(python_name)("replace")
    for piece in pieces:
        text = decoder.decode(piece)
        yield from (text[at : at + _HEAD_BYTES] for at in range(0, len(text), _HEAD_BYTES))
    yield decoder.decode(b"", final=True)


def _read_xml(pieces: Iterable[str], taker: _Taker) -> Iterator[Link | SitemapLink | LeftOut]:
    parser = etree.XMLPullParser(
        events=("end",),
        tag=_ENTRIES,
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    tags_apart = open_chars = 0
    try:
        for piece in pieces:
            closed = piece.rfind(">")
            open_chars = len(piece) - closed if closed >= 0 else open_chars + len(piece)
            if open_chars > _MAX_TAG_CHARS:
                raise BadStream(f"more than {_MAX_TAG_CHARS:,} characters without the end of a tag")
            parser.feed(hide_references(piece).encode("utf-8", "replace"))
            tags_apart += piece.count("<")
            for _, entry in parser.read_events():
                if _is_entry(entry):
                    tags_apart = 0
                    yield _entry(entry, taker)
                    _forget(entry)
            if tags_apart > _MAX_TAGS_APART:
                raise BadStream(f"{tags_apart:,} tags without an entry")
        parser.close()
    except etree.XMLSyntaxError as error:
        raise BadStream(f"XML that cannot be read: {error}"[:200]) from None
    for entry in parser.feed_error_log:
        if entry.domain != etree.ErrorDomains.NAMESPACE:  # an undeclared `news:` does no harm
            raise BadStream(f"damaged XML: {entry.message[:150]}, line {entry.line}")


def _is_entry(element: object) -> TypeGuard[etree._Element]:
    """Whether it is a child of the root: a video's `url` lies deeper."""
    if not isinstance(element, etree._Element):  # noqa: SLF001 - lxml has no other name for it
        return False
    parent = element.getparent()
    return parent is not None and parent.getparent() is None


def _forget(entry: etree._Element) -> None:
    entry.clear()
    parent = entry.getparent()
    while parent is not None and (before := entry.getprevious()) is not None:
        parent.remove(before)


def _entry(entry: etree._Element, taker: _Taker) -> Link | SitemapLink | LeftOut:
    href, title, published, modified, language = "", None, None, None, None
    for child in entry:
        match _local(child):
            case "loc":
                href = href or _text(child).replace("&amp;", "&")  # some escape twice
            case "lastmod":
                modified = time_hint(_text(child))
            case "news":
                stated = {_local(part): _text(part) for part in child.iter()}
                title = title_hint(stated.get("title"))
                published = time_hint(stated.get("publication_date"))
                language = language_hint(stated.get("language"))
    address = taker.take(href)
    if isinstance(address, Reason):
        return LeftOut(address, 1)
    if _local(entry) == "sitemap":
        return SitemapLink(url=address, modified=modified)
    return Link(
        url=address,
        hint_source=HintSource.SITEMAP,
        title=title,
        published=published,
        modified=modified,
        language=language,
    )


def _text(element: etree._Element) -> str:
    return show_references(element.text or "")


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _read_lines(pieces: Iterable[str], taker: _Taker) -> Iterator[Link | LeftOut]:
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


def _read_feed(pieces: Iterable[str], taker: _Taker) -> Iterator[Link | LeftOut]:
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
