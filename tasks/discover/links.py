"""An article's address, and what the place it was found in says of the article."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from expectations.records import Reason
from tasks.metadata.strings import clean
from tasks.urls import MAX_URL_CHARS, canonicalise, host, join

MAX_TITLE_CHARS = 500
# Media Cloud, over 180,000 feeds, reads as many of one; a news site publishes some 500 a day.
MAX_FEED_LINKS = 2_000
# What `tasks.metadata.dates` reads at most, and a language tag (RFC 5646, 4.4.1).
MAX_TIME_CHARS = 80
MAX_LANGUAGE_CHARS = 35


class HintSource(StrEnum):
    """Where a link was found, and so who states its hints."""

    FEED = "feed"
    SITEMAP = "sitemap"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The address of what may be an article, spelt by `tasks.urls.canonicalise`.

    The hints are as stated, without mark-up and not too long. Times are not judged: they may lie
    in the future or be nonsense (`tasks.metadata.dates` reads them, with their zone).
    """

    url: str
    hint_source: HintSource
    title: str | None = None
    published: str | None = None
    modified: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Items of a feed or sitemap that are not handed on, and why; `example`: one, in words."""

    reason: Reason
    items: int
    example: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed's links in its own order, each address once.

    Attributes:
        poll_s: How often it asks to be read, in seconds.
        left_out: Items that are not among the links.
        is_damaged: It is not well-formed, or was cut off; the links are what could be read.
    """

    poll_s: int | None = None
    links: tuple[Link, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    is_damaged: bool = False


def resolve(base: str, href: str | None) -> str | None:
    """An absolute http(s) URL without credentials and fragment; None for anything else."""
    href = (href or "").strip()
    if not href or len(href) > MAX_URL_CHARS:
        return None
    if href[:8].lower().startswith(("http://", "https://")):  # most are; joining takes a fifth
        return canonicalise(href)
    joined = join(base, href)
    return None if joined is None else canonicalise(joined)


def is_of_site(url: str, site: str) -> bool:
    """Tell whether a URL's host is the site's, a subdomain of it, or the domain that it is in.

    `www.` does not count. A sitemap may name pages of its own host only (sitemaps.org, "Sitemap
    file location"); newspapers have one for all their subdomains, and name it in robots.txt.
    """
    one, other = host(url), host(site)
    if one is None or other is None:
        return False
    shorter, longer = sorted((one, other), key=len)
    return shorter == longer or ("." in shorter and longer.endswith(f".{shorter}"))


def title_hint(text: str | None) -> str | None:
    """A headline without mark-up; None where there is none, or more than a headline."""
    return clean(text, max_chars=MAX_TITLE_CHARS)


def time_hint(text: object) -> str | None:
    """A time as stated."""
    return clean(text, max_chars=MAX_TIME_CHARS) if isinstance(text, str) else None


def language_hint(text: object) -> str | None:
    """A language tag as stated."""
    return clean(text, max_chars=MAX_LANGUAGE_CHARS) if isinstance(text, str) else None
