"""A site's homepage: what it leads to, when to look at it again, and how it failed."""

from __future__ import annotations

from dataclasses import replace

from expectations.records import Outcome
from tasks.discover.links import Link
from tasks.fetch.messages import Answer, Failure, Response
from tasks.known import KnownFeed
from tasks.network.context import Fetching
from tasks.network.doors import doors_of, usual_doors
from tasks.network.feed_memory import remember_feed_failure, unknown_feed
from tasks.network.finds import Find
from tasks.network.site import Site, StartKind
from tasks.network.site_page import SitePage
from tasks.parsing import Refusal
from tasks.remembered import RememberedRobots
from tasks.schedule import DAY, is_recent

LOOK_AGAIN_S = 7 * DAY


class Home:
    """The homepage of a site in a run, if one is read: where it may lead, one step at a time.

    A scheduled site is searched for feeds once a week; without any, the homepage is read by each
    run for its links. The usual places are tried once a week, too.
    """

    def __init__(self, fetching: Fetching, site: Site) -> None:
        self.url: str | None = None
        self._fetching, self._site = fetching, site
        self._find: Find | None = None
        self._links: tuple[Link, ...] = ()
        looked_at = fetching.memory.looked_at(site.source_id) if site.is_scheduled else None
        self._may_guess = looked_at is None or not is_recent(
            looked_at, fetching.now(), LOOK_AGAIN_S
        )
        self._guessed_at: float | None = None

    def read(self, find: Find, url: str, page: SitePage | None) -> tuple[str, ...]:
        """Take a homepage, None if it cannot be read; feeds and sitemaps to ask."""
        self.url = url
        if page is not None:
            self._links = page.links
            self._find = find if find.kind is StartKind.HOME else None
        return doors_of(page, url, RememberedRobots(self._fetching.memory)).for_news

    def guesses(self) -> tuple[str, ...]:
        """The usual places, once, where the homepage led to nothing."""
        if self.url is None or not self._may_guess:
            return ()
        self._may_guess = False
        self._guessed_at = self._fetching.now()
        return usual_doors(self.url)

    def links(self) -> tuple[Link, ...]:
        """Its links that look like articles, once: the last resort."""
        links, self._links = self._links, ()
        return links

    def remember(self, *, has_led_somewhere: bool) -> None:
        """Remember that it was searched, at the end of a run."""
        now, memory = self._fetching.now(), self._fetching.memory
        if self._find is not None:
            held = self._find.known or unknown_feed(self._site, self._find.url, now, is_home=True)
            due_at = now + LOOK_AGAIN_S if has_led_somewhere else now
            memory.put_feed(
                replace(held, polled_at=now, read_at=now, due_at=due_at, failures=0.0, problem=None)
            )
        if self._guessed_at is not None:
            memory.put_look(self._site.source_id, self._guessed_at)


def remember_home_failure(
    fetching: Fetching, site: Site, url: str, before: KnownFeed | None, answer: Answer
) -> None:
    """Remember that a homepage could not be had: it is tried ever more rarely, as a feed is."""
    held = before or unknown_feed(site, url, fetching.now(), is_home=True)
    remember_feed_failure(fetching, site, url, held, answer)


def refused(response: Response, refusal: Refusal) -> Failure:
    """A page that came and cannot be read, as what could not be had."""
    return Failure(
        request=response.request,
        reason=refusal.reason,
        detail=refusal.detail,
        outcome=Outcome.REJECTED,
        is_temporary=False,
    )
