"""What came of an address that lists others: a feed, a sitemap, or a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

from expectations.records import Reason
from tasks.decoding import Undecodable, decode
from tasks.discover.feeds import read_feed
from tasks.discover.links import Feed, LeftOut, Link
from tasks.discover.mending import FEED_ROOTS, find_root
from tasks.discover.sitemaps import SitemapLink, read_sitemap
from tasks.fetch.messages import Response
from tasks.parsing import MAX_ELEMENTS, Refusal, declared_charset, parse_html
from tasks.sources import MAX_PAGE_BYTES
from tasks.sources.http import charset
from tasks.sources.sniff import GZIP_MAGIC

HEAD_BYTES = 65_536
_KINDS = {"urlset": "sitemap", "sitemapindex": "sitemap"}

Found = Link | SitemapLink | LeftOut | Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A feed or a sitemap, read while its `found` is taken.

    `poll_s` is how often a feed asks to be read, in seconds.
    """

    found: Iterator[Found]
    is_sitemap: bool
    poll_s: int | None = None


def read_document(response: Response, *, site: str | None = None) -> Document | None:
    """Read a feed or a sitemap; None if it is neither.

    Args:
        response: What came.
        site: Address of the site that names it, for a sitemap that lies elsewhere.
    """
    url, stated = response.request.url, charset(response.field("Content-Type"))
    match kind_of_document(response.body[:HEAD_BYTES], stated):
        case "feed":
            feed = read_feed(response.body, url=url, charset=stated)
            poll_s = None if isinstance(feed, Refusal) else feed.poll_s
            return Document(found=_found_in(feed), is_sitemap=False, poll_s=poll_s)
        case "sitemap":
            found = read_sitemap([response.body], url=url, site=site, charset=stated)
            return Document(found=found, is_sitemap=True)
        case _:
            return None


def read_tree(response: Response) -> HtmlElement | Refusal:
    """Parse a page of HTML in this process: one that may be beyond a limit is not begun with.

    A tree takes up to 40 times its page's bytes, and no worker's limit bounds it here.
    """
    body = response.body
    if len(body) > MAX_PAGE_BYTES:
        return Refusal(Reason.TOO_LARGE, f"{len(body)} bytes, more than {MAX_PAGE_BYTES}")
    if body.count(b"<") > 2 * MAX_ELEMENTS:  # an element has two tags at most
        return Refusal(Reason.TOO_MANY_ELEMENTS, f"more than {MAX_ELEMENTS:,} elements")
    decoded = decode(body, charset(response.field("Content-Type")), declared_charset(body))
    if isinstance(decoded, Undecodable):
        return Refusal(Reason.UNDECODABLE, decoded.detail)
    return parse_html(decoded.text)


def says_it_is_an_article(tree: HtmlElement) -> bool:
    """Whether a page calls itself an article (Open Graph)."""
    types = tree.iterfind(".//meta[@property='og:type']")
    return any((meta.get("content") or "").strip().lower() == "article" for meta in types)


def kind_of_document(head: bytes, stated_charset: str | None = None) -> str:
    """Tell by its beginning what lists addresses: `feed`, `sitemap`, or else `page`."""
    if head.startswith(GZIP_MAGIC):
        return "sitemap"  # nothing else comes as a gzip file
    decoded = decode(head, stated_charset, declared_charset(head))
    start = "" if isinstance(decoded, Undecodable) else decoded.text.lstrip("\ufeff \t\r\n")
    root = find_root(start)
    if not isinstance(root, str):
        return _KINDS.get(root.name, "feed" if root.name in FEED_ROOTS else "page")
    if start[:1] == "{":
        return "feed"
    return "sitemap" if start[:4].lower() == "http" else "page"  # one of plain text


def links_of_feed(body: bytes, url: str) -> Iterator[Found]:
    """Links of a feed, and what it leaves out; or one refusal."""
    return _found_in(read_feed(body, url=url))


def _found_in(feed: Feed | Refusal) -> Iterator[Found]:
    if isinstance(feed, Refusal):
        yield feed
        return
    yield from feed.links
    yield from feed.left_out
