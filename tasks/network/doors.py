"""Where a site lists its news: what its homepage and robots.txt name, and the usual places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeGuard
from urllib.parse import urlsplit

from tasks.discover.homepage import usual_feeds, usual_sitemaps
from tasks.fetch.messages import Answer, Failure, Response
from tasks.fetch.robots import RobotsStore, origin_of
from tasks.network.site_page import SitePage
from tasks.robots_rules import sitemaps

_PARTIAL_CONTENT = 206
MAX_DOCUMENT_BYTES = 100 << 20  # of a sitemap with gzip undone; the protocol allows 50 MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Addresses of a site's feeds and sitemaps, those sitemaps first that are of news."""

    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]

    @property
    def for_news(self) -> tuple[str, ...]:
        """What a reader of news asks: feeds and sitemaps of news; without feeds all sitemaps."""
        return self.feeds + tuple(s for s in self.sitemaps if not self.feeds or _is_of_news(s))


def doors_of(page: SitePage | None, url: str, robots: RobotsStore) -> Doors:
    """What a homepage and its robots.txt, as remembered, name. The page may be unreadable."""
    stored = robots.get(origin_of(url))
    in_robots = sitemaps(stored.text, url) if stored is not None and stored.text else ()
    in_page = () if page is None else page.sitemaps
    named = dict.fromkeys((*in_robots, *in_page))
    return Doors(
        feeds=() if page is None else page.feeds,
        sitemaps=tuple(sorted(named, key=lambda sitemap: not _is_of_news(sitemap))),
    )


def usual_doors(url: str) -> tuple[str, ...]:
    """Where a site that names nothing may have feeds and sitemaps, the likeliest first."""
    return (*usual_feeds(url), *usual_sitemaps(url))


def is_had(answer: Answer) -> TypeGuard[Response]:
    """Whether something came of a request: a response of success (RFC 9110, 15.3).

    Nobody asks for a part of anything, so a part (15.3.7) is none.
    """
    if isinstance(answer, Failure) or answer.status == _PARTIAL_CONTENT:
        return False
    return 200 <= answer.status < 300  # noqa: PLR2004 - as said


def _is_of_news(url: str) -> bool:
    parts = urlsplit(url)  # in the name of the host it says nothing
    return "news" in f"{parts.path}?{parts.query}".lower()
