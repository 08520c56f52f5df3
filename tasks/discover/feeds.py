"""Feeds: RSS 0.9 to 2.0, RDF and Atom by feedparser, and JSON Feed."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import feedparser
from feedparser.util import FeedParserDict

from expectations.records import Reason
from tasks.decoding import Undecodable, decode
from tasks.discover.feed_xml import FeedCopy, copy_feed
from tasks.discover.json_feed import read_json_feed
from tasks.discover.links import (
    Feed,
    HintSource,
    LeftOut,
    Link,
    language_hint,
    resolve,
    time_hint,
    title_hint,
)
from tasks.discover.mending import FEED_ROOTS, find_root
from tasks.parsing import Refusal, declared_charset
from tasks.urls import canonicalise, same_host

# Twice what 2,000 items of 5 kB take; the fetcher may ask for less.
MAX_FEED_BYTES = 20 << 20
# RSS 1.0 syndication module; a month and a year are not kept to.
_PERIODS_S = {"hourly": 3_600, "daily": 86_400, "weekly": 604_800, "monthly": 2_592_000}
_MINUTES = re.compile(r"\s*(\d{1,6})\s*")
_SHORTEST_POLL_S = 60
# Of a parser that nobody has proved, on bytes that anybody can send. Not MemoryError.
_FEEDPARSER_ERRORS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
_RDF_KINDS = ("rss090", "rss10")


def read_feed(body: bytes, *, url: str, charset: str | None = None) -> Feed | Refusal:
    """Read a feed. Never raises.

    Args:
        body: The bytes, content encoding undone.
        url: Its address, against which relative links are resolved where it names no other base.
        charset: charset of the Content-Type header.

    Returns:
        The feed, of which what is damaged is read as far as it goes; or why it is none. A feed
        with a DTD is refused, but for RSS 0.91's that names a public one: it is left unread.
    """
    if len(body) > MAX_FEED_BYTES:
        return Refusal(Reason.TOO_LARGE, f"{len(body)} bytes, more than {MAX_FEED_BYTES}")
    decoded = decode(body, charset, declared_charset(body))
    if isinstance(decoded, Undecodable):
        return Refusal(Reason.BROKEN_FEED, decoded.detail)
    return read_feed_text(decoded.text, url=url)


def read_feed_text(text: str, *, url: str) -> Feed | Refusal:
    """The same for a feed that has been decoded."""
    start = text.lstrip("\ufeff \t\r\n")
    if not start:
        return Refusal(Reason.BROKEN_FEED, "no feed: nothing")
    if start[0] in "{[":
        return read_json_feed(start, url=url)
    root = find_root(text)
    if isinstance(root, str) or root.name not in FEED_ROOTS:
        what = root if isinstance(root, str) else f"a document of <{root.name}>"
        return Refusal(Reason.BROKEN_FEED, f"no feed: {what}")
    copy = copy_feed(text[root.start :])
    if isinstance(copy, str):
        return Refusal(Reason.BROKEN_FEED, copy)
    base = _base(url, copy.homepage)
    # A stream, not bytes: feedparser would take those for a file's name or an address to fetch.
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    try:
        parsed = feedparser.parse(
            io.BytesIO(copy.xml),
            response_headers=headers,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except _FEEDPARSER_ERRORS as error:
        return Refusal(Reason.BROKEN_FEED, f"feedparser: {type(error).__name__}: {error}"[:200])
    return _feed(parsed, copy, base)


def _base(url: str, homepage: str | None) -> str:
    """What relative links belong to: a service's copy of a feed still means the site's pages."""
    home = canonicalise(homepage or "")
    return home if home is not None and not same_host(home, url) else url


def _feed(parsed: FeedParserDict, copy: FeedCopy, base: str) -> Feed:
    kind = parsed.version or "rss"
    about = parsed.feed
    language = language_hint(about.get("language"))
    links: dict[str, Link] = {}
    without_address = copy.items - len(parsed.entries)
    for entry in parsed.entries:
        address = _address(entry, base, kind)
        if address is None:
            without_address += 1
        elif address not in links:
            links[address] = _link(entry, address, kind, language)
    left_out = (
        LeftOut(Reason.TOO_MANY, copy.too_many),
        LeftOut(Reason.NOT_AN_ARTICLE, without_address),
    )
    return Feed(
        poll_s=_poll_s(about),
        links=tuple(links.values()),
        left_out=tuple(each for each in left_out if each.items > 0),
        is_damaged=copy.is_damaged or bool(parsed.bozo),
    )


def _link(entry: FeedParserDict, address: str, kind: str, language: str | None) -> Link:
    published, modified = _stated(entry, "published"), _stated(entry, "updated")
    if published is None and kind.startswith("rss"):
        # feedparser files dc:date under `updated`; in RSS it is the only date, of publication.
        published, modified = modified, None
    tag = entry.get("language") or entry.get("title_detail", {}).get("language")
    return Link(
        url=address,
        hint_source=HintSource.FEED,
        title=title_hint(entry.get("title")),
        published=published or _stated(entry, "created"),
        modified=modified,
        language=language_hint(tag) or language,
    )


def _stated(entry: FeedParserDict, name: str) -> str | None:
    # Asked with `in` first: feedparser answers for `updated` with `published`, where it has none.
    return time_hint(entry[name]) if name in entry.keys() else None  # noqa: SIM118


def _address(entry: FeedParserDict, base: str, kind: str) -> str | None:
    """The first that is an address: FeedBurner's original, the link, an alternate, the id."""
    candidates = [entry.get("feedburner_origlink"), entry.get("link"), *_hrefs(entry, "alternate")]
    # In RSS `isPermaLink` says whether it is one; feedparser heeds it, unless a link is empty.
    has_empty_link = entry.get("link") == ""
    if kind.startswith("atom") or kind in _RDF_KINDS or has_empty_link:
        identity = entry.get("id") or ""
        candidates.append(identity if identity.startswith(("http://", "https://")) else None)
    return next((found for each in candidates if (found := resolve(base, each))), None)


def _hrefs(element: FeedParserDict, rel: str) -> Iterator[str]:
    for link in element.get("links", ()):
        if link.get("rel") == rel and link.get("href"):
            yield link["href"]


def _poll_s(about: FeedParserDict) -> int | None:
    minutes = _MINUTES.fullmatch(str(about.get("ttl") or ""))
    if minutes is not None and int(minutes[1]):
        return max(_SHORTEST_POLL_S, 60 * int(minutes[1]))
    period = _PERIODS_S.get(str(about.get("sy_updateperiod")).strip().lower())
    times = _MINUTES.fullmatch(str(about.get("sy_updatefrequency") or "1"))
    if period is None or times is None or not int(times[1]):
        return None
    return max(_SHORTEST_POLL_S, period // int(times[1]))
