"""The feeds, sitemaps and homepages of a site that wait to be asked in a run."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass

from expectations.records import Outcome, Reason
from tasks.fetch.messages import Request
from tasks.known import KnownFeed
from tasks.network.doors import MAX_DOCUMENT_BYTES
from tasks.network.feed_memory import is_trusted
from tasks.network.links import Left
from tasks.network.site import StartKind
from tasks.schedule import LONGEST_QUIET_POLL_S, is_due
from tasks.sources import MAX_PAGE_BYTES

MAX_NAMED = 2_000  # of a site and run; as many again that were known before


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """A feed, sitemap or homepage to be asked.

    `is_guess`: it may well not exist. `only_news`: of its links, those of the last month. `depth`
    is how many indexes of sitemaps led to it.
    """

    url: str
    kind: StartKind
    known: KnownFeed | None = None
    depth: int = 0
    is_guess: bool = False
    only_news: bool = False

    def request(self, now: float) -> Request:
        """The request for it, with its validators if they may be trusted."""
        known = self.known
        if known is not None and not is_trusted(known, now, only_news=self.only_news):
            known = None
        is_home = self.kind is StartKind.HOME
        return Request(
            url=self.url,
            max_bytes=MAX_PAGE_BYTES if is_home else MAX_DOCUMENT_BYTES,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
        )


class Finds:
    """What a site has to be asked for, each address once: what was named now, then what is known.

    What is known is asked by the time it is due, so that
    all come to their turn, however many there are.
    """

    def __init__(self, *, now: float, is_scheduled: bool) -> None:
        self._now, self._is_scheduled = now, is_scheduled
        self._named: deque[Find] = deque()
        self._known: deque[Find] = deque()
        self._met: set[str] = set()
        self._not_due: set[str] = set()
        self._were_named = self._too_many_named = self._too_many_known = 0

    def add(self, find: Find, *, changed_at: float | None = None) -> None:
        """Let a document be asked that is named in this run.

        Args:
            find: It.
            changed_at: When it was changed, if whoever names it says so.
        """
        is_due = _is_due(find.known, self._now, changed_at) or not self._is_scheduled
        if find.url in self._met and not (is_due and find.url in self._not_due):
            return
        self._met.add(find.url)
        self._not_due.discard(find.url)
        if not is_due:
            if find.kind is not StartKind.HOME:
                self._not_due.add(find.url)
        elif self._were_named >= MAX_NAMED:
            self._too_many_named += 1
        else:
            self._were_named += 1
            self._named.append(find)

    def poll(self, feeds: Iterable[KnownFeed]) -> None:
        """Let feeds and sitemaps be asked that an earlier run found, if they are due."""
        due = []
        for feed in sorted(feeds, key=lambda feed: feed.due_at):
            if feed.url in self._met:
                continue
            self._met.add(feed.url)
            if not _is_due(feed, self._now, None):
                self._not_due.add(feed.url)
            else:
                due.append(Find(url=feed.url, kind=StartKind.FEED, known=feed, only_news=True))
        self._known.extend(due[:MAX_NAMED])
        self._too_many_known = len(due[MAX_NAMED:])

    def pop(self) -> Find | None:
        """The next one; None if there is none now."""
        if self._named:
            return self._named.popleft()
        return self._known.popleft() if self._known else None

    @property
    def has_more(self) -> bool:
        """Whether there are more that nobody will ask unless what names them is read again."""
        return bool(self._named or self._too_many_named)

    @property
    def left(self) -> Counter[Left]:
        """How many are not asked in this run, those that wait included."""
        return Counter(
            {
                (Reason.NOT_DUE, Outcome.SKIPPED): len(self._not_due) + len(self),
                (Reason.TOO_MANY, Outcome.SKIPPED): self._too_many_named + self._too_many_known,
            }
        )

    def __len__(self) -> int:
        """How many wait."""
        return len(self._named) + len(self._known)


def _is_due(known: KnownFeed | None, now: float, changed_at: float | None) -> bool:
    if known is None or is_due(known.due_at, now, longest_s=LONGEST_QUIET_POLL_S):
        return True
    return not known.failures and changed_at is not None and known.polled_at < changed_at <= now
