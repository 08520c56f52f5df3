"""A site's pages to the addresses of its feeds, sitemaps and, as a last resort, articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from tasks.discover.links import HintSource, Link, is_of_site, resolve
from tasks.discover.patterns import looks_like_article
from tasks.language import parse_tag
from tasks.metadata.strings import clean
from tasks.metadata.tags import read_tags
from tasks.urls import canonicalise

MAX_FEEDS = 20
MAX_SITEMAPS = 20
MAX_ARTICLE_LINKS = 500
_MAX_NAME_CHARS = 200  # tasks.metadata cuts publishers there

_FEED_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",  # JSON Feed 1.0
        "text/xml",
    }
)
_FEED_NAME = re.compile(
    r"(?:rss|feed|feeds|atom|rss\.php|feed\.json|(?:rss2?|feed|atom)\.xml|.*\.(?:rss|rdf|atom))"
)
_FEED_SCHEME = re.compile(r"^\s*feed:(?://)?(?=https?:)|^\s*feed(?=://)", re.IGNORECASE)
# Comments on articles have feeds, too; WordPress names one in each page's head.
_COMMENTS = re.compile(
    r"\b(?:comment|kommentar|commentaire|comentario|comentário|commenti|reacties|yorum"
    r"|комментари|تعليق|نظر)",
    re.IGNORECASE,
)
# In the order of how often sites have them.
_USUAL_FEEDS = ("feed", "rss", "rss.xml", "feed.xml", "atom.xml", "index.xml", "feed.json")
_USUAL_SITEMAPS = (
    "sitemap-news.xml",
    "news-sitemap.xml",
    "sitemap_news.xml",
    "sitemap.xml",
    "sitemap_index.xml",
)
# Headlines are longer than the names of sections; ideographs say more each.
_MIN_HEADLINE_CHARS = 20
_MIN_IDEOGRAPHS = 8
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")


@dataclass(frozen=True, slots=True)
class Site:
    """What a page says of the site it belongs to; `language` is an ISO 639-1 code."""

    name: str | None
    language: str | None


def find_feeds(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """Addresses of the feeds that a page names, declared ones first, then links that look so.

    Feeds of comments are left out. They may lie on another host: many are served by others.
    """
    base = _base(tree, url)
    found = dict.fromkeys(_declared_feeds(tree, base))
    for link in tree.iter("a"):
        if len(found) >= MAX_FEEDS:
            break
        address = _feed_address(base, link.get("href"))
        if address is not None and _is_named_as_feed(address) and not _is_of_comments(address, ""):
            found[address] = None
    return tuple(found)[:MAX_FEEDS]


def find_sitemaps(tree: HtmlElement, url: str) -> tuple[str, ...]:
    """Addresses of the sitemaps that a page declares; most sites name them in robots.txt."""
    base = _base(tree, url)
    links = (link for link in tree.iter("link") if "sitemap" in _words(link.get("rel")))
    found = dict.fromkeys(a for link in links if (a := resolve(base, link.get("href"))))
    return tuple(found)[:MAX_SITEMAPS]


def find_site(tree: HtmlElement) -> Site:
    """Read a site's name and language from its front page. Its license: `tasks.licensing`."""
    tags = read_tags(tree)
    names = (*tags.all(("og:site_name", "application-name")), tags.title)
    name = next((text for raw in names if (text := clean(raw, max_chars=_MAX_NAME_CHARS))), None)
    return Site(name, parse_tag(tags.language))


def usual_feeds(url: str) -> tuple[str, ...]:
    """Addresses where sites that name no feed have one, the likeliest first.

    Of a section or an edition (/en/) below it first, then those of the site.
    """
    return _usual(url, _USUAL_FEEDS)


def usual_sitemaps(url: str) -> tuple[str, ...]:
    """Addresses where sites that name no sitemap have one: those of news before all others."""
    return _usual(url, _USUAL_SITEMAPS)


def article_links(tree: HtmlElement, url: str) -> tuple[Link, ...]:
    """Links of a section page that look like articles of its site, in the page's order.

    An address counts if its form is an article's (`tasks.discover.patterns`) and one of its links
    has the length of a headline. For sites without feeds and sitemaps: it misses and mistakes some.
    """
    base = _base(tree, url)
    own = canonicalise(url)
    looks: dict[str, bool] = {}  # each address is judged once: pages link them thrice
    headlined: set[str] = set()
    articles = 0
    for link in tree.iter("a"):
        address = resolve(base, link.get("href"))
        if address is None or address == own:
            continue
        if address not in looks:
            if articles == MAX_ARTICLE_LINKS:
                break
            looks[address] = is_of_site(address, url) and looks_like_article(address)
            articles += looks[address]
        if looks[address] and address not in headlined and _has_headline(link):
            headlined.add(address)
    return tuple(
        Link(url=address, hint_source=HintSource.PAGE) for address in looks if address in headlined
    )


def _base(tree: HtmlElement, url: str) -> str:
    """What the page's relative links mean: the first <base> with an address (HTML, 4.2.3)."""
    for element in tree.iter("base"):
        if element.get("href"):
            return resolve(url, element.get("href")) or url
    return url


def _declared_feeds(tree: HtmlElement, base: str) -> Iterator[str]:
    for link in tree.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if kind not in _FEED_TYPES or "alternate" not in _words(link.get("rel")):
            continue
        address = _feed_address(base, link.get("href"))
        if address is None or _is_of_comments(address, link.get("title") or ""):
            continue
        # WordPress declares its API with the type of JSON Feed.
        if kind != "application/json" or _is_named_as_feed(address):
            yield address


def _feed_address(base: str, href: str | None) -> str | None:
    """Address of a feed, with the scheme `feed:` that readers of feeds once had undone."""
    if href is None:
        return None
    return resolve(base, _FEED_SCHEME.sub(lambda m: "http" if m[0].endswith("feed") else "", href))


def _is_named_as_feed(address: str) -> bool:
    last = unquote(urlsplit(address).path).rstrip("/").rpartition("/")[2].lower()
    return _FEED_NAME.fullmatch(last) is not None


def _is_of_comments(address: str, title: str) -> bool:
    return "comments" in urlsplit(address).path.lower().split("/") or (
        _COMMENTS.search(title[:500]) is not None
    )


def _words(value: str | None) -> list[str]:
    return (value or "").lower().split()


def _usual(url: str, names: tuple[str, ...]) -> tuple[str, ...]:
    canonical = canonicalise(url)
    if canonical is None:
        return ()
    parts = urlsplit(canonical)
    root = f"{parts.scheme}://{parts.netloc}/"
    folder = root + parts.path.rpartition("/")[0].lstrip("/")
    folders = dict.fromkeys((folder if folder.endswith("/") else f"{folder}/", root))
    return tuple(f"{each}{name}" for each in folders for name in names)


def _has_headline(link: HtmlElement) -> bool:
    text = " ".join("".join(link.itertext()).split())
    if len(text) < _MIN_IDEOGRAPHS:
        return False
    return len(text) >= _MIN_HEADLINE_CHARS or len(_IDEOGRAPH.findall(text)) >= _MIN_IDEOGRAPHS
