"""A site searched for articles: its feeds and sitemaps asked, its homepage looked at for more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from expectations.records import Given, Outcome, Page, Reason, Rejection, Skip, Stage
from tasks.discover.links import LeftOut, Link
from tasks.discover.patterns import looks_like_article, why_no_article
from tasks.fetch.crawl import Fetched, Target, is_out_of_time
from tasks.fetch.messages import Failure, Request, Response
from tasks.known import KnownFeed
from tasks.network.backlog import Queued
from tasks.network.context import Fetching
from tasks.network.documents import Document, read_document, why_no_document, why_no_page
from tasks.network.doors import is_had
from tasks.network.feed_memory import remember_feed_failure, remember_unmodified
from tasks.network.finds import Find, Finds
from tasks.network.home import Home, refused, remember_home_failure
from tasks.network.links import Left, Queueing, queue_links
from tasks.network.listed import listed_links
from tasks.network.named import Named, empty_list, is_root, page_of_no_use
from tasks.network.page_queue import PageQueue
from tasks.network.pages import NOT_MODIFIED, keep_page, without_page
from tasks.network.reading import NEWS_S, Reading, feed_of, reject_document, time_of
from tasks.network.site import Site, StartKind
from tasks.parsing import Refusal
from tasks.urls import canonicalise

MAX_DEPTH = 3  # of indexes of sitemaps; the protocol allows one
_LEAST_OF_A_LIST = 100  # new links that are queued of each list, however many wait
_AT_ONCE = 20  # targets of a scheduled site, so that what is found meanwhile need not wait for all

Payload = Find | Queued
Items = Iterator[Page | Rejection | Skip]


class SiteSearch:
    """One site's part in a run. Used by the crawl's consumer only."""

    def __init__(self, fetching: Fetching, site: Site) -> None:
        self.site = site
        self._fetching = fetching
        self._finds = Finds(now=fetching.now(), is_scheduled=site.is_scheduled)
        self._pages = PageQueue(fetching, site)
        self._under_way = self._finds_under_way = 0
        self._left = Counter[Left]()
        self._examples: dict[Left, str] = {}
        self._of_lists: list[Rejection] = []
        self._named = Named()
        self._feeds_read: list[KnownFeed] = []
        self._has_rest = False  # links or documents that only the next run asks for
        self._has_led_somewhere = False  # to links
        self._home = Home(fetching, site)
        self._begin()

    def targets(self) -> Iterator[Target[Payload] | None]:
        """What is to be fetched next; None while that depends on what is being fetched."""
        while True:
            is_full = self.site.is_scheduled and self._under_way >= _AT_ONCE
            target = None if is_full else self._next_find() or self._next_page()
            if target is not None:
                self._under_way += 1
            elif not self._under_way:
                return
            yield target

    def take(self, fetched: Fetched[Payload]) -> Items:
        """Take what came of a target, and say which items it is."""
        self._under_way -= 1
        payload, answer = fetched.target.payload, fetched.answer
        if isinstance(answer, Failure) and answer.reason is Reason.NOT_DUE:
            self._has_rest |= isinstance(payload, Find) or not payload.is_recheck
        if isinstance(payload, Find):
            self._finds_under_way -= 1
            yield from self._take_find(payload, fetched)
            is_all_read = not (self._finds_under_way or self._finds)
            if is_all_read and not (self._has_led_somewhere or self._pages.is_out_of_time):
                self._try_harder()
        elif is_out_of_time(answer):
            self._left[Reason.NOT_DUE, Outcome.SKIPPED] += 1
        else:
            self._named.note_items(payload.url)
            yield self._keep_page(payload, fetched)

    def end(self) -> Items:
        """Remember the feeds, and yield items for all that was found and not fetched.

        A run that is killed before, or that stops at its limit, has links left: their feed must
        not be found unmodified by the next one.
        """
        memory, source_id = self._fetching.memory, self.site.source_id
        has_rest = self._has_rest or self._finds.has_more or self._pages.waiting
        for feed in self._feeds_read:
            due_at = feed.due_at if feed.failures else feed.polled_at
            rest_to_come = replace(feed, etag=None, last_modified=None, due_at=due_at)
            memory.put_feed(rest_to_come if has_rest else feed)
        self._home.remember(has_led_somewhere=self._has_led_somewhere)
        yield from self._of_lists
        yield from self._named.dead_ends()
        self._left[Reason.NOT_DUE, Outcome.SKIPPED] += self._pages.waiting + self._pages.rechecks
        for (reason, outcome), items in sorted((self._left + self._finds.left).items()):
            yield Skip(
                source_id=source_id,
                reason=reason,
                stage=Stage.FETCH,
                detail=self._examples.get((reason, outcome), ""),
                outcome=outcome,
                items=items,
            )

    def _begin(self) -> None:
        memory, source_id = self._fetching.memory, self.site.source_id
        known = {feed.url: feed for feed in memory.feeds(source_id)}
        for start in self.site.starts:
            find = Find(url=start.url, kind=start.kind, known=known.get(start.url))
            # An article that a feed or list names as well is fetched once, and not again if a
            # killed run has left it.
            if not _is_named_article(find) or self._see(find.url):
                self._finds.add(find)
        for path in self.site.listed_in:
            self._queue_list(path)
        if self.site.is_scheduled:
            self._finds.poll(feed for feed in known.values() if not feed.is_home)

    def _see(self, url: str) -> bool:
        """Whether an address is met for the first time in this run, however it is written."""
        ways = {url, canonicalise(url) or url}
        return sum(map(self._fetching.backlog.see, ways)) == len(ways)

    def _next_find(self) -> Target[Payload] | None:
        while not self._pages.is_out_of_time and (find := self._finds.pop()):
            if self.site.is_scheduled and find.depth and self._pages.room <= 0:
                self._has_rest = True  # its index is read again then
                self._left[Reason.NOT_DUE, Outcome.SKIPPED] += 1
                continue
            self._finds_under_way += 1
            return self._target(find.request(self._fetching.now()), find)
        return None

    def _next_page(self) -> Target[Payload] | None:
        queued = self._pages.pop(is_all_known=not self._finds_under_way)
        if queued is None:
            return None
        return self._target(queued.request(max_bytes=self._fetching.max_page_bytes), queued)

    def _target(self, request: Request, payload: Payload) -> Target[Payload]:
        target = Target(
            request=request,
            source_id=self.site.source_id,
            payload=payload,
            delay_s=self.site.delay_s,
        )
        if self.site.is_scheduled:
            return replace(target, not_after=self._fetching.scheduled_until)
        return target

    def _keep_page(self, queued: Queued, fetched: Fetched[Payload]) -> Page | Rejection | Skip:
        return keep_page(
            self._fetching,
            self.site,
            queued,
            fetched.answer,
            redirects=fetched.redirects,
            reserved=fetched.reserved,
        )

    def _take_find(self, find: Find, fetched: Fetched[Payload]) -> Items:
        answer, request = fetched.answer, fetched.target.request
        if is_had(answer):
            yield from self._read(find, answer, fetched)
            return
        is_conditional = request.etag is not None or request.last_modified is not None
        is_unmodified = isinstance(answer, Response) and answer.status == NOT_MODIFIED
        if is_out_of_time(answer):
            self._left[Reason.NOT_DUE, Outcome.SKIPPED] += 1
        elif is_unmodified and is_conditional and find.known:
            self._has_led_somewhere = self._pages.wants_rechecks = True
            remember_unmodified(self._fetching, find.known)
            self._left[Reason.NOT_MODIFIED, Outcome.UNCHANGED] += 1
        elif find.is_guess:
            return
        elif _is_named_article(find):
            yield self._keep_article(find, fetched)
        else:
            yield self._fail(find, answer)
        self._named.note_items(find.url)

    def _fail(self, find: Find, answer: Response | Failure) -> Rejection | Skip:
        """Remember that a feed or homepage could not be had; what else was named is not known."""
        if find.kind is StartKind.FEED:
            remember_feed_failure(self._fetching, self.site, find.url, find.known, answer)
        elif find.kind is StartKind.HOME:
            remember_home_failure(self._fetching, self.site, find.url, find.known, answer)
        return without_page(self.site.source_id, find.url, answer)

    def _read(self, find: Find, response: Response, fetched: Fetched[Payload]) -> Items:
        document = read_document(response, site=self._home.url)
        if document is None:
            yield from self._read_page(find, response, fetched)
            return
        self._pages.wants_rechecks = True
        reading = self._take_links(find, document)
        self._has_led_somewhere |= reading.links > 0
        if not (find.is_guess and reading.refusals):
            self._note(find, response, reading, document)
            yield from self._reject(find, reading)

    def _reject(self, find: Find, reading: Reading) -> Iterator[Rejection]:
        for refusal in reading.refusals:
            yield reject_document(self.site.source_id, find.url, refusal)

    def _note(
        self, find: Find, response: Response, reading: Reading, document: Document | None
    ) -> None:
        """Keep in mind what a feed sent, until its links have been fetched."""
        feed = feed_of(self._fetching, self.site, find, response, reading, document)
        self._feeds_read.append(feed)

    def _take_links(self, find: Find, document: Document) -> Reading:
        """Queue a document's links, as many as the run may fetch, and ask for its sitemaps."""
        pages, reading = self._pages, Reading()
        since = self._fetching.now() - NEWS_S if find.only_news else 0.0
        before, allowed = pages.waiting, max(pages.room, _LEAST_OF_A_LIST)

        def is_enough() -> bool:
            return self.site.is_scheduled and pages.waiting - before >= allowed

        queued = self._queue(reading.take(document, since=since, is_enough=is_enough))
        not_due = (queued.left[Reason.NOT_DUE, o] for o in (Outcome.UNCHANGED, Outcome.SKIPPED))
        reading.queued = queued.new
        reading.known = queued.again + sum(not_due)
        self._has_rest |= reading.is_cut
        for part in reading.sitemaps if find.depth < MAX_DEPTH else ():
            self._ask_about(
                part.url,
                depth=find.depth + 1,
                only_news=find.only_news,
                changed_at=time_of(part),
            )
        if find.kind is StartKind.ANY:
            self._named.expect(find.url, empty_list(self.site.source_id, find.url))
        self._named.lead(find.url, (part.url for part in reading.sitemaps))
        is_too_deep = bool(reading.sitemaps) and find.depth >= MAX_DEPTH
        if is_too_deep:
            self._left[Reason.TOO_MANY, Outcome.SKIPPED] += len(reading.sitemaps)
        if reading.offered or is_too_deep or (reading.refusals and not find.is_guess):
            self._named.note_items(find.url)
        return reading

    def _read_page(self, find: Find, response: Response, fetched: Fetched[Payload]) -> Items:
        """HTML: a homepage, an article that was named itself, or no feed after all."""
        url = response.request.url
        if find.kind is StartKind.FEED:
            if not find.is_guess:
                refusal = Refusal(Reason.BROKEN_FEED, why_no_document(response))
                self._note(find, response, Reading([refusal]), None)
                self._named.note_items(find.url)
                yield reject_document(self.site.source_id, find.url, refusal)
            return
        if _is_named_article(find):
            yield self._keep_article(find, fetched)
            return
        no_page = why_no_page(response)
        may_lead_on = no_page is None or find.kind is StartKind.HOME or is_root(find.url)
        page = no_page or self._fetching.page_reader.read(response)
        if isinstance(page, Refusal):
            yield self._fail(find, refused(response, page))
        elif find.kind is StartKind.ANY and why_no_article(find.url) is None and page.is_article:
            self._named.note_items(find.url)
            if self._see(url):  # else it is fetched as a feed or list names it
                yield self._keep_article(find, fetched)
            return
        elif find.kind is StartKind.ANY:
            self._named.expect(find.url, page_of_no_use(self.site.source_id, find.url, page))
            self._named.lead(find.url, (link.url for link in page.links))
        if may_lead_on:
            self._pages.wants_rechecks = True
            doors = self._home.read(find, url, None if isinstance(page, Refusal) else page)
            self._named.lead(find.url, doors)
            for door in doors:
                self._ask_about(door)

    def _keep_article(self, find: Find, fetched: Fetched[Payload]) -> Page | Rejection | Skip:
        """An article that was named itself."""
        self._has_led_somewhere = True
        self._see(fetched.answer.request.url)
        queued = Queued(source_id=self.site.source_id, url=find.url, given=Given())
        return self._keep_page(queued, fetched)

    def _ask_about(
        self,
        url: str,
        *,
        depth: int = 0,
        is_guess: bool = False,
        only_news: bool = True,
        changed_at: float | None = None,
    ) -> None:
        known = self._fetching.memory.feed(self.site.source_id, url)
        if known is not None and known.read_at is not None and not known.is_home:
            self._has_led_somewhere = True
        find = Find(
            url=url,
            kind=StartKind.FEED,
            known=known,
            depth=depth,
            is_guess=is_guess,
            only_news=only_news,
        )
        self._finds.add(find, changed_at=changed_at)

    def _try_harder(self) -> None:
        """Where a homepage led to nothing: look in the usual places, then at its own links."""
        guesses = self._home.guesses()
        self._named.guess(guesses)
        for url in guesses:
            self._ask_about(url, is_guess=True)
        if not self._finds:
            links = self._home.links()
            for link in links:
                self._named.note_items(link.url)
            self._queue(links)

    def _queue_list(self, path: Path) -> None:
        listed = Find(url=str(path), kind=StartKind.ANY)
        document = Document(found=listed_links(path), is_sitemap=False)
        self._of_lists += self._reject(listed, self._take_links(listed, document))

    def _queue(self, links: Iterable[Link | LeftOut]) -> Queueing:
        self._fetching.backlog.begin_list(self.site.source_id)
        queued = queue_links(self._fetching, self.site, links)
        self._left.update(queued.left)
        self._examples = queued.examples | self._examples
        return queued


def _is_named_article(find: Find) -> bool:
    """Whether an address that a user named has the form of an article's."""
    return find.kind is StartKind.ANY and looks_like_article(find.url)
