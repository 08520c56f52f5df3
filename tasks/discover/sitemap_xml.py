"""XML of a sitemap or an index, parsed piece by piece: nothing is kept of an entry handed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from lxml import etree

from expectations.records import Reason
from tasks.discover.gunzip import BadStream
from tasks.discover.links import HintSource, LeftOut, Link, language_hint, time_hint, title_hint
from tasks.discover.mending import hide_references, show_references
from tasks.discover.sitemap_links import SitemapLink, Taker

# Tags without an entry among them: their elements stay in memory. A news entry has some 20.
_MAX_TAGS_APART = 200_000
# One tag of 10 MB, the most that libxml2 takes, becomes 800 MB of attributes.
_MAX_TAG_CHARS = 100_000
_ENTRIES = ("{*}url", "{*}sitemap")


def read_sitemap_xml(pieces: Iterable[str], taker: Taker) -> Iterator[Link | SitemapLink | LeftOut]:
    """Read XML that begins with its root element (`tasks.discover.mending.find_root`).

    Raises:
        BadStream: It is damaged, or has no end; after the links that came before.
    """
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


def _entry(entry: etree._Element, taker: Taker) -> Link | SitemapLink | LeftOut:
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
