"""The registry's entries beside what a lake's memory knows of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tasks.known import KnownFeed
from tasks.memory import Memory
from tasks.registry import Source
from tasks.schedule import is_dead


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingFeed:
    """A feed or sitemap that could not be had last time; dead ones are still tried once a day."""

    url: str
    problem: str
    is_dead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """What a lake remembers of a source: times of its feeds and of its homepage.

    `next_poll_at` and `feeds` are of its feeds and sitemaps alone.
    """

    last_fetched_at: datetime | None
    next_poll_at: datetime | None
    feeds: int
    failing: tuple[FailingFeed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSource:
    """An entry, and what is remembered of it: None without a memory, and for folders."""

    entry: Source
    remembered: Remembered | None


def list_sources(entries: Sequence[Source], memory: Memory | None) -> tuple[ListedSource, ...]:
    """List entries in their order."""
    return tuple(
        ListedSource(
            entry=entry,
            remembered=None
            if memory is None or entry.location is not None
            else _remembered(memory, entry.source_id),
        )
        for entry in entries
    )


def _remembered(memory: Memory, source_id: str) -> Remembered:
    doors = memory.feeds(source_id)
    feeds = [door for door in doors if not door.is_home]
    looked_at = memory.looked_at(source_id)
    asked = [door.polled_at for door in doors] + ([] if looked_at is None else [looked_at])
    return Remembered(
        last_fetched_at=_time(max(asked, default=None)),
        next_poll_at=_time(min((feed.due_at for feed in feeds), default=None)),
        feeds=len(feeds),
        failing=tuple(_failing(door) for door in doors if door.problem is not None),
    )


def _failing(feed: KnownFeed) -> FailingFeed:
    return FailingFeed(
        url=feed.url, problem=feed.problem or "unknown", is_dead=is_dead(feed.failures)
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
