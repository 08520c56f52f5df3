"""What came of an address that lists others: a feed, a sitemap, or a page of HTML."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from tasks.decoding import Undecodable, decode
from tasks.discover.feeds import read_feed
from tasks.discover.links import LeftOut, Link
from tasks.discover.mending import FEED_ROOTS, find_root
from tasks.discover.patterns import looks_like_article, why_no_article
from tasks.discover.sitemaps import SitemapLink, read_sitemap
from tasks.fetch.messages import Response
from tasks.parsing import Refusal, declared_charset, parse_html
from tasks.sources.http import charset
from tasks.sources.sniff import GZIP_MAGIC

HEAD_BYTES = 65_536
_KINDS = {"urlset": "sitemap", "sitemapindex": "sitemap"}

Found = Link | SitemapLink | LeftOut | Refusal


def read_document(response: Response, *, site: str | None = None) -> Iterator[Found] | None:
    """Read a feed or a sitemap; None if it is neither.

    Args:
        response: What came.
        site: Address of the site that names it, for a sitemap that lies elsewhere.
    """
    url, stated = response.request.url, charset(response.field("Content-Type"))
    match kind_of_document(response.body[:HEAD_BYTES], stated):
        case "feed":
            return links_of_feed(response.body, url, stated)
        case "sitemap":
            return read_sitemap([response.body], url=url, site=site, charset=stated)
        case _:
            return None


def read_tree(response: Response) -> HtmlElement | None:
    """Parse a page of HTML; None if it is none, or breaks a limit."""
    body = response.body
    decoded = decode(body, charset(response.field("Content-Type")), declared_charset(body))
    if isinstance(decoded, Undecodable):
        return None
    tree = parse_html(decoded.text)
    return None if isinstance(tree, Refusal) else tree


def is_article(url: str, response: Response) -> bool:
    """Whether a page that a user names is an article, by its address or by its own word."""
    if looks_like_article(url):
        return True
    if why_no_article(url) is not None:
        return False
    tree = read_tree(response)
    types = () if tree is None else tree.iterfind(".//meta[@property='og:type']")
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


def links_of_feed(body: bytes, url: str, stated_charset: str | None = None) -> Iterator[Found]:
    """Links of a feed, and what it leaves out; or one refusal."""
    feed = read_feed(body, url=url, charset=stated_charset)
    if isinstance(feed, Refusal):
        yield feed
        return
    yield from feed.links
    yield from feed.left_out
