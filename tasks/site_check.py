"""Sites as they are now: reachable, allowed by robots.txt, with what feeds, language, rights."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from tasks.fetch.crawl import CrawlRules, Fetched, Target, crawl
from tasks.fetch.messages import Answer, Failure, Request
from tasks.fetch.pace import Pace, PaceRules, PaceStore
from tasks.fetch.robots import Robots, RobotsStore
from tasks.licensing import Statement
from tasks.network.connect import clients
from tasks.network.documents import read_document
from tasks.network.doors import MAX_DOCUMENT_BYTES, doors_of, is_had, usual_doors
from tasks.network.page_reader import PageReader
from tasks.parsing import Refusal
from tasks.reservations import rights_reserved
from tasks.site_answers import (
    DocumentLook,
    RobotsVerdict,
    look_at_document,
    robots_verdict,
    why_no_page,
)
from tasks.sources import MAX_PAGE_BYTES

__all__ = ["DocumentLook", "RobotsVerdict", "SiteLook", "SiteToLookAt", "look_at_sites"]

MAX_ASKED = 10  # feeds and sitemaps that are named; those of the usual places come beside them
# Somebody waits for the answer: one second try, soon; and a host that is not to be asked for
# longer than a minute is reported, not waited for.
_CRAWL = CrawlRules(retries=1, retry_s=1.0)
_LONGEST_WAIT_S = 90.0  # more than the longest Crawl-delay that is kept to


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteToLookAt:
    """A site by its homepage, its feeds, or both; at least one is named.

    `feeds` are asked instead of those that the homepage names. `reads` is how many feeds or
    sitemaps are to be read: the first that can be, with 1. `delay_s` is the site's own pace.
    """

    source_id: str
    homepage: str | None
    feeds: tuple[str, ...] = ()
    reads: int = 1
    delay_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLook:
    """What one look found.

    `homepage` is where its address led in the end, None if it could not be had; `problem` then
    says why. `feeds` and `sitemaps` are those that homepage and robots.txt name, or that were
    found in the usual places; `documents` those that were asked. `robots` is None if it was not
    come to that. `statements` are what the homepage says of rights, `reserved` what it, its
    headers and the files at the site's root reserve.
    """

    source_id: str
    homepage: str | None = None
    problem: str | None = None
    robots: RobotsVerdict | None = None
    crawl_delay_s: float = 0.0
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    documents: tuple[DocumentLook, ...] = ()
    name: str | None = None
    language: str | None = None
    statements: tuple[Statement, ...] = ()
    reserved: tuple[str, ...] = ()

    @property
    def newest_at(self) -> datetime | None:
        """Date of the newest entry of what was read first."""
        return next((d.newest_at for d in self.documents if d.is_of_use), None)


def look_at_sites(  # noqa: PLR0913 - options and stores, all named at the call
    sites: Collection[SiteToLookAt],
    *,
    robots_store: RobotsStore,
    pace_store: PaceStore,
    delay_s: float,
    allow_private: bool,
    now: Callable[[], float] = time.time,
) -> Iterator[SiteLook]:
    """Look at sites, many at once, each host at its pace; yield each when it is done.

    Args:
        sites: Each with an id of its own.
        robots_store: Remembers what robots.txt said, for a day.
        pace_store: Remembers when a host may be asked.
        delay_s: Seconds between two requests to one host.
        allow_private: Whether private addresses may be connected to.
        now: Unix time, in seconds.
    """
    robots = Robots(robots_store, now=now)
    looking = {site.source_id: _Looking(site, robots, robots_store, now) for site in sites}
    results = crawl(
        *(each.targets() for each in looking.values()),
        connect=clients(allow_private=allow_private),
        robots=robots,
        pace=Pace(
            pace_store,
            now=now,
            rules=PaceRules(delay_s=delay_s, longest_wait_s=_LONGEST_WAIT_S),
        ),
        rules=_CRAWL,
    )
    with closing(PageReader()) as reader, closing(results):
        for fetched in results:
            each = looking[fetched.target.source_id]
            each.take(fetched, reader)
            if each.has_ended:
                yield each.look


@dataclass(frozen=True, slots=True)
class _Ask:
    url: str
    is_home: bool = False
    is_guess: bool = False


class _Looking:
    """One site being looked at, an address at a time. Used by the crawl's consumer only."""

    def __init__(
        self, site: SiteToLookAt, robots: Robots, store: RobotsStore, now: Callable[[], float]
    ) -> None:
        self.look = SiteLook(source_id=site.source_id)
        self._site = site
        self._robots = robots
        self._store = store
        self._now = now
        self._is_under_way = False
        self._has_guessed = False
        self._waiting = deque(
            [_Ask(site.homepage, is_home=True)]
            if site.homepage
            else map(_Ask, site.feeds[:MAX_ASKED])
        )

    @property
    def has_ended(self) -> bool:
        return not (self._waiting or self._is_under_way)

    def targets(self) -> Iterator[Target[_Ask] | None]:
        while True:
            if self._is_under_way:
                yield None
            elif self._waiting:
                ask = self._waiting.popleft()
                self._is_under_way = True
                size = MAX_PAGE_BYTES if ask.is_home else MAX_DOCUMENT_BYTES
                yield Target(
                    request=Request(url=ask.url, max_bytes=size),
                    source_id=self._site.source_id,
                    payload=ask,
                    delay_s=self._site.delay_s,
                )
            else:
                return

    def take(self, fetched: Fetched[_Ask], reader: PageReader) -> None:
        self._is_under_way = False
        ask = fetched.target.payload
        if ask.is_home:
            self._take_home(fetched, reader)
        else:
            self._take_document(ask, fetched.answer)
        read = sum(document.is_of_use for document in self.look.documents)
        if read >= self._site.reads:
            self._waiting.clear()
        if not (read or self._waiting or self._has_guessed or self._site.feeds):
            self._guess()

    def _take_home(self, fetched: Fetched[_Ask], reader: PageReader) -> None:
        answer = fetched.answer
        url = answer.request.url
        look = replace(
            self.look,
            robots=robots_verdict(answer),
            crawl_delay_s=self._robots.crawl_delay(url),
            reserved=fetched.reserved,
        )
        problem = why_no_page(answer)
        if problem is not None or isinstance(answer, Failure):
            self.look = replace(look, problem=problem)
            return
        page = reader.read(answer)
        if isinstance(page, Refusal):
            self.look = replace(look, problem=f"it is no page that can be read: {page.detail}")
            return
        doors = doors_of(page, url, self._store)
        self.look = replace(
            look,
            homepage=url,
            name=page.name,
            language=page.language,
            feeds=doors.feeds,
            sitemaps=doors.sitemaps,
            statements=page.statements,
            reserved=tuple(
                sorted({*look.reserved, *rights_reserved(answer.fields), *page.reserved})
            ),
        )
        named = self._site.feeds or (*self.look.feeds, *self.look.sitemaps)
        self._waiting.extend(map(_Ask, named[:MAX_ASKED]))

    def _take_document(self, ask: _Ask, answer: Answer) -> None:
        document = read_document(answer, site=self.look.homepage) if is_had(answer) else None
        look = look_at_document(ask.url, answer, document, self._now())
        if ask.is_guess:
            if document is None or not look.is_of_use:
                return
            self._waiting.clear()
            if document.is_sitemap:
                self.look = replace(self.look, sitemaps=(*self.look.sitemaps, ask.url))
            else:
                self.look = replace(self.look, feeds=(*self.look.feeds, ask.url))
        self.look = replace(self.look, documents=(*self.look.documents, look))

    def _guess(self) -> None:
        """Look in the usual places, where a homepage leads to nothing."""
        self._has_guessed = True
        home = self.look.homepage
        if home is not None:
            asked = {document.url for document in self.look.documents}
            usual = (url for url in usual_doors(home) if url not in asked)
            self._waiting.extend(_Ask(url, is_guess=True) for url in usual)
