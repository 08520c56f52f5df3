"""What is to be fetched for one SOURCE."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from tasks.discover.patterns import Patterns
from tasks.errors import UsageError
from tasks.registry import EVERYTHING, Source
from tasks.urls import as_requested

_NOT_IN_AN_ID = re.compile(r"[^a-z0-9._-]+")


class StartKind(StrEnum):
    """What an address at which fetching begins is known to be; ANY shows by what comes of it."""

    ANY = "any"
    HOME = "home"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """An address at which fetching begins. A FEED may be a sitemap, too."""

    url: str
    kind: StartKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A network source.

    `listed_in` are files that list its pages: lines of addresses, or a saved feed or sitemap.
    `is_scheduled`: its feeds are asked when they are due, not whenever a run begins. `delay_s`
    is its own pause between two requests to a host, if it has one.
    """

    source_id: str
    starts: tuple[Start, ...] = ()
    listed_in: tuple[Path, ...] = ()
    patterns: Patterns = EVERYTHING
    delay_s: float | None = None
    is_scheduled: bool = False


def site_at(address: str, *, source_id: str | None = None) -> Site:
    """The site, feed, sitemap or page that a user names by its address.

    Raises:
        UsageError: if it is no http(s) address.
    """
    url = as_requested(_web_address(address))
    if url is None:
        raise UsageError(f"cannot ingest {address[:200]!a}: it is no http:// or https:// address")
    name = source_id or source_id_of(url)
    return Site(source_id=name, starts=(Start(url=url, kind=StartKind.ANY),))


def _web_address(address: str) -> str:
    """Without the scheme that feed readers have had: `feed:https://...`, `feed://...`."""
    if not address.lower().startswith("feed:"):
        return address
    rest = address[len("feed:") :]
    return f"http:{rest}" if rest.startswith("//") else rest


def source_id_of(url: str) -> str:
    """Name a source by the host of an address: `news.example`, `news.example-8080`."""
    authority = urlsplit(url).netloc.removeprefix("www.")
    return _NOT_IN_AN_ID.sub("-", authority.lower()).strip("-.") or "web"


def site_of_list(path: str, *, source_id: str | None = None) -> Site:
    """The pages that a file lists."""
    return Site(source_id=source_id or Path(path).resolve().name, listed_in=(Path(path),))


def site_of_entry(entry: Source) -> Site:
    """A registered site.

    Raises:
        UsageError: if nothing says where to begin.
    """
    homes = [Start(url=entry.homepage, kind=StartKind.HOME)] if entry.homepage else []
    starts = [Start(url=feed, kind=StartKind.FEED) for feed in entry.feeds] or homes
    if not starts:
        raise UsageError(
            f"@{entry.source_id} ({entry.name}) has neither a homepage nor feeds in the registry"
        )
    return Site(
        source_id=entry.source_id,
        starts=tuple(starts),
        patterns=entry.patterns,
        delay_s=entry.pace_s,
        is_scheduled=True,
    )


def merged(sites: Iterable[Site]) -> tuple[Site, ...]:
    """One site a source: addresses that are named one by one may be of one host."""
    by_source: dict[str, Site] = {}
    for site in sites:
        held = by_source.setdefault(site.source_id, site)
        by_source[site.source_id] = replace(
            held,
            starts=tuple(dict.fromkeys((*held.starts, *site.starts))),
            listed_in=tuple(dict.fromkeys((*held.listed_in, *site.listed_in))),
        )
    return tuple(by_source.values())
