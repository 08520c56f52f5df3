"""What came of an address that lists others: a feed, a sitemap, or a page of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from expectations.records import Page, PageKind, Reason, Skip, Stage
from tasks.decoding import Undecodable, decode
from tasks.discover.feeds import read_feed
from tasks.discover.links import Feed, LeftOut, Link
from tasks.discover.mending import FEED_ROOTS, find_root
from tasks.discover.sitemaps import SitemapLink, read_sitemap
from tasks.fetch.messages import Response
from tasks.parsing import Refusal, declared_charset
from tasks.sources import MAX_PAGE_BYTES
from tasks.sources.http import charset
from tasks.sources.payload import judge_payload
from tasks.sources.sniff import GZIP_MAGIC, has_html_root

HEAD_BYTES = 65_536
_KINDS = {"urlset": "sitemap", "sitemapindex": "sitemap"}
# The root of what is refused for its DTD, by the name that this gives or by what follows it.
_REFUSED_ROOT = re.compile(
    r"<(?:!doctype\s{1,50})?(?:[\w.-]{1,60}:)?(rss|rdf|feed|channel|urlset|sitemapindex)[\s>\[]",
    re.IGNORECASE,
)

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


def why_no_page(response: Response) -> Refusal | None:
    """Why what came is neither a page of HTML nor a text; None if it is one."""
    page = Page(
        source_id="",
        kind=PageKind.HTML,
        body=response.body,
        raw_ref="",
        url=response.request.url,
    )
    stated = response.field("Content-Type")
    item = judge_payload(page, stated, max_bytes=MAX_PAGE_BYTES, stage=Stage.FETCH)
    if isinstance(item, Page):
        return None
    if isinstance(item, Skip):
        return Refusal(Reason(item.reason), item.detail or "of no type")
    return Refusal(Reason(item.rule), item.detail)


def why_no_document(response: Response) -> str:
    """Say what came in place of a feed or sitemap."""
    refusal = why_no_page(response)
    return f"{'a page' if refusal is None else refusal.detail}, neither feed nor sitemap"


def kind_of_document(head: bytes, stated_charset: str | None = None) -> str:
    """Tell by its beginning what lists addresses: `feed`, `sitemap`, or else `page`."""
    if head.startswith(GZIP_MAGIC):
        return "sitemap"  # nothing else comes as a gzip file
    decoded = decode(head, stated_charset, declared_charset(head))
    start = "" if isinstance(decoded, Undecodable) else decoded.text.lstrip("\ufeff \t\r\n")
    root = find_root(start)
    if not isinstance(root, str):
        return _kind_of_root(root.name)
    behind_dtd = None if has_html_root(head) else _REFUSED_ROOT.search(start)
    if behind_dtd is not None:
        return _kind_of_root(behind_dtd[1].lower())  # its reader says why it is refused
    if start[:1] == "{":
        return "feed"
    return "sitemap" if start[:4].lower() == "http" else "page"  # one of plain text


def _kind_of_root(name: str) -> str:
    return _KINDS.get(name, "feed" if name in FEED_ROOTS else "page")


def links_of_feed(body: bytes, url: str) -> Iterator[Found]:
    """Links of a feed, and what it leaves out; or one refusal."""
    return _found_in(read_feed(body, url=url))


def _found_in(feed: Feed | Refusal) -> Iterator[Found]:
    if isinstance(feed, Refusal):
        yield feed
        return
    yield from feed.links
    yield from feed.left_out
