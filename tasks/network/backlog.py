"""The backlog: addresses of a run that wait to be fetched, on disk, a queue for each source."""

from __future__ import annotations

import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from expectations.records import Given
from tasks.fetch.messages import Request
from tasks.sources.given_field import read_given_field, write_given_field

_AT_ONCE = 20
_SCHEMA = """
create table seen (url text primary key) without rowid;
create table queue (
    source_id text not null, is_recheck integer not null, turn integer not null,
    number integer not null, url text not null, hinted_at real, is_hinted integer not null,
    given text not null, etag text, last_modified text,
    primary key (source_id, is_recheck, turn, number)
) without rowid;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """An address that is to be fetched.

    `hinted_at` is the time of modification that its feed or sitemap states, `is_hinted` whether
    that says that it has changed. The validators are those of what came last time, if that may
    still be trusted. `is_recheck`: it was read before, and nothing but its time says that it may
    have changed.
    """

    source_id: str
    url: str
    given: Given
    hinted_at: float | None = None
    is_hinted: bool = False
    etag: str | None = None
    last_modified: str | None = None
    is_recheck: bool = False

    def request(self, *, max_bytes: int) -> Request:
        """The request for it."""
        return Request(
            url=self.url,
            max_bytes=max_bytes,
            etag=self.etag,
            last_modified=self.last_modified,
        )


class Backlog:
    """A run's queues; each address is in one of them at most once."""

    def __init__(self, connection: sqlite3.Connection, at_most: int | None) -> None:
        self._connection = connection
        self._pushed = 0
        self._room = sys.maxsize if at_most is None else at_most
        # By source, so that nobody asks the file about a queue that is empty.
        self._waiting: Counter[tuple[str, bool]] = Counter()
        self._turns: Counter[str] = Counter()

    def see(self, url: str) -> bool:
        """Note an address; False if it was noted before."""
        added = self._connection.execute("insert or ignore into seen values (?)", (url,))
        return added.rowcount == 1

    def begin_list(self, source_id: str) -> None:
        """Begin to queue another list of a source: its lists are given out in turns."""
        self._turns[source_id] = 0

    def push(self, queued: Queued) -> None:
        """Queue an address."""
        self._pushed += 1
        self._turns[queued.source_id] += 1
        self._waiting[queued.source_id, queued.is_recheck] += 1
        self._connection.execute(
            "insert into queue values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                queued.source_id,
                queued.is_recheck,
                self._turns[queued.source_id],
                self._pushed,
                queued.url,
                queued.hinted_at,
                queued.is_hinted,
                write_given_field(queued.given),
                queued.etag,
                queued.last_modified,
            ),
        )

    def waiting(self, source_id: str, *, rechecks: bool = False) -> int:
        """How many addresses of a source wait: those new or changed, or its rechecks."""
        return self._waiting[source_id, rechecks]

    def pop(self, source_id: str, *, rechecks: bool = False) -> list[Queued]:
        """Take the next addresses of a source, a few at once; none if there is none now."""
        if not self._waiting[source_id, rechecks]:
            return []
        rows = self._connection.execute(
            "delete from queue where source_id = ?1 and is_recheck = ?2 and (turn, number) in "
            "(select turn, number from queue where source_id = ?1 and is_recheck = ?2 "
            "order by turn, number limit ?3) "
            "returning turn, number, url, hinted_at, is_hinted, given, etag, last_modified",
            (source_id, rechecks, min(_AT_ONCE, self._room)),
        ).fetchall()
        self._room -= len(rows)
        self._waiting[source_id, rechecks] -= len(rows)
        return [
            Queued(
                source_id=source_id,
                url=url,
                given=read_given_field(given),
                hinted_at=hinted_at,
                is_hinted=bool(is_hinted),
                etag=etag,
                last_modified=last_modified,
                is_recheck=rechecks,
            )
            for _, _, url, hinted_at, is_hinted, given, etag, last_modified in sorted(rows)
        ]


@contextmanager
def open_backlog(folder: Path, *, at_most: int | None = None) -> Iterator[Backlog]:
    """Begin a run's backlog in a folder; what lies there afterwards is of no more use.

    Args:
        folder: Made if need be.
        at_most: How many addresses it gives out in all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / "backlog.sqlite", isolation_level=None)
    with closing(connection):
        # It dies with its run, and nobody else reads it: one transaction that nothing ends. What
        # SQLite's cache does not hold goes to the file.
        connection.execute("pragma journal_mode = off")
        connection.execute("pragma synchronous = off")
        connection.executescript(_SCHEMA)
        connection.execute("begin exclusive")
        yield Backlog(connection, at_most)
