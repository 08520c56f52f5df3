"""A site searched for articles: its feeds and sitemaps asked, its homepage looked at for more."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from expectations.records import Given, Outcome, Page, Reason, Rejection, Skip, Stage, rejection
from tasks.discover.homepage import (
    article_links,
    find_feeds,
    find_sitemaps,
    usual_feeds,
    usual_sitemaps,
)
from tasks.discover.links import LeftOut, Link
from tasks.discover.sitemaps import SitemapLink
from tasks.fetch.crawl import Fetched, Target
from tasks.fetch.messages import Failure, Request, Response
from tasks.fetch.robots import origin_of
from tasks.known import KnownFeed
from tasks.metadata.dates import parse_date
from tasks.network.backlog import Queued
from tasks.network.context import Fetching
from tasks.network.documents import Found, is_article, read_document, read_tree
from tasks.network.feed_memory import (
    feed_as_read,
    is_trusted,
    remember_feed_failure,
    remember_unmodified,
)
from tasks.network.links import Left, Queueing, queue_due, queue_links
from tasks.network.listed import listed_links
from tasks.network.pages import NOT_MODIFIED, keep_page, without_page
from tasks.network.site import Site, StartKind
from tasks.parsing import Refusal
from tasks.robots_rules import sitemaps
from tasks.schedule import DAY, LONGEST_POLL_S, is_due, is_recent

MAX_DOCUMENT_BYTES = 100 << 20  # of a sitemap with gzip undone; the protocol allows 50 MiB
_NO_ADDRESS = ""
MAX_DEPTH = 3  # of indexes of sitemaps; the protocol allows one
MAX_SCHEDULED_PAGES = 1_000  # of a site and run: at two seconds each, half an hour
MAX_DOCUMENTS = 2_000  # feeds and sitemaps of a site and run
# A site without feeds may offer all that it ever published; its news is what is asked for.
NEWS_S = 30 * DAY
LOOK_AGAIN_S = 7 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A feed, sitemap or homepage to be asked.

    `is_guess`: it may well not exist. `only_news`: of its links, those of the last month.
    """

    url: str
    kind: StartKind
    known: KnownFeed | None = None
    depth: int = 0
    is_guess: bool = False
    only_news: bool = False


Payload = Find | Queued
Items = Iterator[Page | Rejection | Skip]


class SiteSearch:
    """One site's part in a run. Used by the crawl's consumer only."""

    def __init__(self, fetching: Fetching, site: Site) -> None:
        self.site = site
        self._fetching = fetching
        self._waiting: deque[Find] = deque()
        self._asked: set[str] = set()
        self._under_way = self._given_out = 0
        self._left = Counter[Left]()
        self._rejected: list[Rejection] = []
        self._feeds_read: list[KnownFeed] = []
        self._looked_at: float | None = None
        self._has_queued_due = False
        self._has_led_somewhere = False  # a feed or a sitemap could be had, or a page
        self._home: str | None = None
        self._last_resort: Sequence[Link] = ()
        self._has_guessed = False
        self._begin()

    def targets(self) -> Iterator[Target[Payload] | None]:
        """What is to be fetched next; None while that depends on what is being fetched."""
        while True:
            if self._waiting:
                find = self._waiting.popleft()
                self._under_way += 1
                yield self._target(_request(find, self._fetching.now()), find)
            elif self._may_go_on and (some := self._fetching.backlog.pop(self.site.source_id)):
                self._given_out += len(some)
                for queued in some:
                    yield self._target(self._page_request(queued), queued)
            elif self._under_way:
                yield None
            else:
                return

    @property
    def _may_go_on(self) -> bool:
        """A run of the schedule ends before the next one begins: the rest is for that one."""
        return not self.site.is_scheduled or self._given_out < MAX_SCHEDULED_PAGES

    def take(self, fetched: Fetched[Payload]) -> Items:
        """Take what came of a target, and say which items it is."""
        payload = fetched.target.payload
        if isinstance(payload, Queued):
            yield keep_page(
                self._fetching,
                payload,
                fetched.answer,
                redirects=fetched.redirects,
                reserved=fetched.reserved,
            )
            return
        self._under_way -= 1
        yield from self._take_find(payload, fetched)
        if not (self._under_way or self._waiting or self._has_led_somewhere):
            self._try_harder()

    def end(self) -> Items:
        """Remember the feeds, and yield items for all that was found and not fetched.

        A run that is killed before, or that stops at its limit, has links left: their feed must
        not be found unmodified by the next one.
        """
        for feed in self._feeds_read:
            is_done = self._may_go_on and not self._fetching.backlog.is_spent
            rest_to_come = replace(feed, etag=None, last_modified=None, due_at=feed.polled_at)
            self._fetching.memory.put_feed(feed if is_done else rest_to_come)
        if self._looked_at is not None:
            self._fetching.memory.put_look(self.site.source_id, self._looked_at)
        yield from self._rejected
        for (reason, outcome), items in sorted(self._left.items()):
            yield Skip(
                source_id=self.site.source_id,
                reason=reason,
                stage=Stage.FETCH,
                outcome=outcome,
                items=items,
            )

    def _begin(self) -> None:
        now, memory = self._fetching.now(), self._fetching.memory
        if self.site.is_scheduled:
            self._queue_due()
        for path in self.site.listed_in:
            self._queue_list(path)
        known = {feed.url: feed for feed in memory.feeds(self.site.source_id)}
        looked_at = memory.looked_at(self.site.source_id)
        is_looked_at = looked_at is not None and is_recent(looked_at, now, LOOK_AGAIN_S)
        for start in self.site.starts:
            has_feeds = any(feed.read_at is not None for feed in known.values())
            if start.kind is not StartKind.HOME or not (has_feeds and is_looked_at):
                self._ask(Find(url=start.url, kind=start.kind, known=known.get(start.url)))
        if self.site.is_scheduled:
            for feed in known.values():
                self._ask(Find(url=feed.url, kind=StartKind.FEED, known=feed, only_news=True))

    def _ask(self, find: Find) -> None:
        if find.url in self._asked or len(self._asked) >= MAX_DOCUMENTS:
            return
        self._asked.add(find.url)
        now, known = self._fetching.now(), find.known
        is_asked = known is None or is_due(known.due_at, now, longest_s=LONGEST_POLL_S)
        if self.site.is_scheduled and not is_asked:
            self._left[Reason.NOT_DUE, Outcome.SKIPPED] += 1
            return
        self._waiting.append(find)

    def _target(self, request: Request, payload: Payload) -> Target[Payload]:
        return Target(
            request=request,
            source_id=self.site.source_id,
            payload=payload,
            delay_s=self.site.delay_s,
        )

    def _page_request(self, queued: Queued) -> Request:
        return Request(
            url=queued.url,
            max_bytes=self._fetching.max_page_bytes,
            etag=queued.etag,
            last_modified=queued.last_modified,
        )

    def _take_find(self, find: Find, fetched: Fetched[Payload]) -> Items:
        answer = fetched.answer
        if isinstance(answer, Response) and answer.status == NOT_MODIFIED and find.known:
            self._has_led_somewhere = True
            remember_unmodified(self._fetching, find.known)
            self._left[Reason.NOT_MODIFIED, Outcome.UNCHANGED] += 1
        elif isinstance(answer, Failure) or not 200 <= answer.status < 300:  # noqa: PLR2004 - RFC 9110, 15.3
            if not find.is_guess:
                if find.kind is StartKind.FEED:
                    remember_feed_failure(self._fetching, self.site, find.url, find.known, answer)
                yield without_page(self.site.source_id, find.url, answer)
        else:
            yield from self._read(find, answer, fetched)

    def _read(self, find: Find, response: Response, fetched: Fetched[Payload]) -> Items:
        found = read_document(response, site=self._home)
        if found is None:
            yield from self._read_page(find, response, fetched)
            return
        refusals: list[Refusal] = []
        self._queue_due()
        links = self._links_of(find, found, refusals)
        queued = self._queue(links)
        not_due = (queued.left[Reason.NOT_DUE, o] for o in (Outcome.UNCHANGED, Outcome.SKIPPED))
        known = queued.again + sum(not_due)
        problem = refusals[0].detail if refusals else None
        self._has_led_somewhere |= not refusals or queued.new + queued.again > 0
        if not (find.is_guess and refusals):
            self._note_read(find, response, known=known, links=known + queued.new, problem=problem)
            yield from (self._reject(find.url, refusal) for refusal in refusals)

    def _note_read(
        self, find: Find, response: Response, *, known: int, links: int, problem: str | None
    ) -> None:
        """Keep in mind what a feed sent, until its links have been fetched."""
        feed = feed_as_read(
            self._fetching,
            self.site,
            find.url,
            find.known,
            response,
            known=known,
            links=links,
            problem=problem,
            is_partly_read=find.only_news,
        )
        self._feeds_read.append(feed)

    def _links_of(
        self, find: Find, found: Iterable[Found], refusals: list[Refusal]
    ) -> Iterator[Link | LeftOut]:
        """Links of a document; the sitemaps that it names are asked next."""
        since = self._fetching.now() - NEWS_S if find.only_news else 0.0
        for item in found:
            if isinstance(item, Refusal):
                refusals.append(item)
            elif isinstance(item, SitemapLink):
                if find.depth < MAX_DEPTH and not _is_before(item, since):
                    self._ask(
                        replace(
                            find,
                            url=item.url,
                            kind=StartKind.FEED,
                            known=self._fetching.memory.feed(self.site.source_id, item.url),
                            depth=find.depth + 1,
                        )
                    )
            elif not _is_before(item, since):
                yield item

    def _read_page(self, find: Find, response: Response, fetched: Fetched[Payload]) -> Items:
        """HTML: a homepage, an article that was named itself, or no feed after all."""
        url = response.request.url
        if find.kind is StartKind.FEED:
            if not find.is_guess:
                refusal = Refusal(Reason.BROKEN_FEED, "a page, neither feed nor sitemap")
                self._note_read(find, response, known=0, links=0, problem=refusal.detail)
                yield self._reject(find.url, refusal)
        elif find.kind is StartKind.HOME or not is_article(find.url, response):
            self._look_at_home(response)
        else:
            self._has_led_somewhere = True
            self._fetching.backlog.see(url)
            yield keep_page(
                self._fetching,
                Queued(source_id=self.site.source_id, url=find.url, given=Given()),
                response,
                redirects=fetched.redirects,
                reserved=fetched.reserved,
            )

    def _look_at_home(self, response: Response) -> None:
        """Ask the feeds that a homepage names, and the news among its sitemaps."""
        self._home = url = response.request.url
        self._looked_at = self._fetching.now()
        self._queue_due()
        tree = read_tree(response)
        feeds: Sequence[str] = ()
        declared: Sequence[str] = ()
        if tree is not None:
            feeds, declared = find_feeds(tree, url), find_sitemaps(tree, url)
            self._last_resort = article_links(tree, url)
        stored = self._fetching.memory.robots(origin_of(url))
        in_robots = sitemaps(stored.text, url) if stored is not None and stored.text else ()
        for feed in feeds:
            self._ask_about(feed)
        for sitemap in dict.fromkeys((*in_robots, *declared)):
            if not feeds or "news" in sitemap.lower():
                self._ask_about(sitemap)

    def _ask_about(self, url: str, *, is_guess: bool = False) -> None:
        known = self._fetching.memory.feed(self.site.source_id, url)
        self._ask(
            Find(url=url, kind=StartKind.FEED, known=known, is_guess=is_guess, only_news=True)
        )

    def _try_harder(self) -> None:
        """Where a homepage led to nothing: look in the usual places, then at its own links."""
        if self._home is None:
            return
        if not self._has_guessed:
            self._has_guessed = True
            for url in (*usual_feeds(self._home), *usual_sitemaps(self._home)):
                self._ask_about(url, is_guess=True)
        elif self._last_resort:
            self._queue(self._last_resort)
            self._last_resort = ()

    def _queue_due(self) -> None:
        """Whoever asks for a site's news gets its corrections, too; who names a page does not."""
        if not self._has_queued_due:
            self._has_queued_due = True
            queue_due(self._fetching, self.site)

    def _queue_list(self, path: Path) -> None:
        refusals: list[Refusal] = []
        listed = Find(url=_NO_ADDRESS, kind=StartKind.FEED)
        self._queue(self._links_of(listed, listed_links(path), refusals))
        self._rejected += [self._reject(str(path), refusal) for refusal in refusals]

    def _queue(self, links: Iterable[Link | LeftOut]) -> Queueing:
        queued = queue_links(self._fetching, self.site, links)
        self._left.update(queued.left)
        return queued

    def _reject(self, url: str, refusal: Refusal) -> Rejection:
        return rejection(
            source_id=self.site.source_id,
            stage=Stage.FETCH,
            rule=refusal.reason,
            detail=refusal.detail,
            raw_ref=None,
            url=url,
        )


def _is_before(item: Link | SitemapLink | LeftOut, since: float) -> bool:
    """Whether what is stated of its time is before; what states none is not."""
    published = item.published if isinstance(item, Link) else None
    stamp = None if isinstance(item, LeftOut) else parse_date(published or item.modified)
    return stamp is not None and stamp.utc().timestamp() < since


def _request(find: Find, now: float) -> Request:
    known = find.known
    if known is not None and not is_trusted(known, now, only_news=find.only_news):
        known = None
    return Request(
        url=find.url,
        max_bytes=MAX_DOCUMENT_BYTES,
        etag=known.etag if known else None,
        last_modified=known.last_modified if known else None,
    )
