"""The pages of a site that wait to be fetched in a run, and how many of them the run may fetch."""

from __future__ import annotations

from collections import deque

from tasks.network.backlog import Queued
from tasks.network.context import Fetching
from tasks.network.links import queue_due
from tasks.network.site import Site

MAX_SCHEDULED_PAGES = 1_000  # of a site and run: at two seconds each, half an hour


class PageQueue:
    """What is new is given out first: a feed may name it no more in the next run.

    A run of the schedule ends before the next one begins: what it leaves is for that one.
    `wants_rechecks`: pages that are due are looked at again. Whoever asks for a site's news gets
    its corrections, too; who names a page does not.
    """

    def __init__(self, fetching: Fetching, site: Site) -> None:
        self.wants_rechecks = site.is_scheduled
        self._fetching, self._site = fetching, site
        self._has_queued_due = False
        self._ahead: deque[Queued] = deque()  # out of the backlog, not given out yet
        self._given_out = 0

    def pop(self, *, is_all_known: bool) -> Queued | None:
        """The next page; None if there is none now, or none is to be asked for any more.

        Args:
            is_all_known: Whether no document is being fetched that may name new ones.
        """
        if not self._may_go_on:
            return None
        backlog, source_id = self._fetching.backlog, self._site.source_id
        self._ahead = self._ahead or deque(backlog.pop(source_id))
        if not self._ahead and is_all_known:
            if self.wants_rechecks and not self._has_queued_due:
                self._has_queued_due = True
                queue_due(self._fetching, self._site)
            self._ahead = deque(backlog.pop(source_id, rechecks=True))
        if not self._ahead:
            return None
        self._given_out += 1
        return self._ahead.popleft()

    @property
    def is_out_of_time(self) -> bool:
        """Whether nothing of the site is to be asked for any more in this run."""
        return self._site.is_scheduled and self._fetching.now() >= self._fetching.scheduled_until

    @property
    def room(self) -> int:
        """How many more pages this run may give out than wait for it, if it is scheduled."""
        return MAX_SCHEDULED_PAGES - self._given_out - self.waiting

    @property
    def waiting(self) -> int:
        """How many pages wait that are new or changed."""
        ahead = sum(not queued.is_recheck for queued in self._ahead)
        return self._fetching.backlog.waiting(self._site.source_id) + ahead

    @property
    def rechecks(self) -> int:
        """How many pages beside them wait to be looked at again."""
        ahead = sum(queued.is_recheck for queued in self._ahead)
        return self._fetching.backlog.waiting(self._site.source_id, rechecks=True) + ahead

    @property
    def _may_go_on(self) -> bool:
        is_full = self._site.is_scheduled and self._given_out >= MAX_SCHEDULED_PAGES
        return not (is_full or self.is_out_of_time)
