"""How far CC-NEWS has been read into a lake: what was handed out, and what of it was committed.

An SQLite file in the lake's home. A page is noted as pending before anybody gets it and is
pending until its shard is committed, whichever shard comes first: so a run that was killed is
taken up at the very page. Without this file all is read once more and found unchanged.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.records import Page, Rejection, Skip
from tasks.shards import read_descriptions, read_rejections, read_skips
from tasks.storage import Lake
from tasks.transactions import transaction

Item = Page | Rejection | Skip

_LAYOUT = 1
_BUSY_TIMEOUT_S = 60

# `hosts` are those that were asked for: what is read for some is not read for all. `place` is the
# offset of the record dealt with last, `passed` how many up to it were of other hosts and are not
# in a Skip yet. `skip` tells the item where it is a Skip.
_SCHEMA = f"""
pragma user_version = {_LAYOUT};
create table files (
    warc text, hosts text, tag text not null, place integer, passed integer not null default 0,
    is_read integer not null default 0, primary key (warc, hosts)
) without rowid;
create table pending (
    raw_ref text, hosts text, warc text not null, at integer not null, skip text,
    primary key (raw_ref, hosts)
) without rowid;
create index pending_of_file on pending (warc, hosts);
"""


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a file was read.

    `place` is the offset of the record dealt with last; None if there is none, or reading cannot
    go on there. `passed` records up to there were of other hosts and are in no Skip yet. `again`
    are the offsets of items before that are not known to be committed.
    """

    tag: str
    place: int | None
    passed: int
    is_read: bool
    again: frozenset[int]


class Progress:
    """The open file, for the reading of some hosts' pages. For one thread at a time."""

    def __init__(self, connection: sqlite3.Connection, hosts: Sequence[str]) -> None:
        self._connection = connection
        self._hosts = ",".join(hosts)

    def is_committed(self, warc: str) -> bool:
        """Whether all of a file is in the lake."""
        read = self._all("select is_read from files where warc = ? and hosts = ?", warc)
        return bool(read and read[0][0]) and not self._all(
            "select 1 from pending where warc = ? and hosts = ? limit 1", warc
        )

    def reached(self, warc: str) -> Reached | None:
        """How far a file was read; None if it was not begun."""
        rows = self._all(
            "select tag, place, passed, is_read from files where warc = ? and hosts = ?", warc
        )
        if not rows:
            return None
        again = self._all(
            "select at from pending where warc = ? and hosts = ? and skip is null", warc
        )
        tag, place, passed, is_read = rows[0]
        return Reached(tag, place, passed, bool(is_read), frozenset(at for (at,) in again))

    def skips(self, warc: str, source_id: str) -> list[Skip]:
        """Items without a page that were handed out and perhaps not counted."""
        rows = self._all(
            "select raw_ref, skip from pending where warc = ? and hosts = ? and skip is not null "
            "order by at",
            warc,
        )
        told = [(raw_ref, *json.loads(skip)) for raw_ref, skip in rows]
        return [
            Skip(source_id=source_id, reason=reason, detail=detail, items=items, raw_ref=raw_ref)
            for raw_ref, reason, detail, items in told
        ]

    def begin(self, warc: str, tag: str) -> None:
        """Note that a file is read from its beginning; what was known of it is void."""
        with transaction(self._connection):
            for table in ("pending", "files"):
                self._do(f"delete from {table} where warc = ? and hosts = ?", warc, self._hosts)
            self._do(
                "insert into files (warc, hosts, tag) values (?, ?, ?)", warc, self._hosts, tag
            )

    def hand_out(self, warc: str, item: Item, at: int, *, passed: int | None) -> None:
        """Note that an item is about to be handed out.

        Args:
            warc: The file.
            item: The item, with its `raw_ref`.
            at: Its offset.
            passed: Records of other hosts that are in no Skip yet; None if reading cannot go on
                from `at`.
        """
        told = None
        if isinstance(item, Skip):
            told = json.dumps([str(item.reason), item.detail, item.items])
        with transaction(self._connection):
            self._do(
                "insert or ignore into pending values (?, ?, ?, ?, ?)",
                *(item.raw_ref, self._hosts, warc, at, told),
            )
            if passed is not None:
                self.move(warc, at, passed)

    def move(self, warc: str, place: int, passed: int) -> None:
        """Note that a file was read to a place; it may be before one that is noted already."""
        self._do(
            "update files set place = max(coalesce(place, 0), ?), passed = ? "
            "where warc = ? and hosts = ?",
            *(place, passed, warc, self._hosts),
        )

    def lose_place(self, warc: str) -> None:
        """Note that reading cannot go on in the middle of a file."""
        self._do(
            "update files set place = null, passed = 0 where warc = ? and hosts = ?",
            *(warc, self._hosts),
        )

    def end(self, warc: str, *, not_found: Iterable[str]) -> None:
        """Note that a file was read to its end, where some pending items are no more."""
        with transaction(self._connection):
            self._do("update files set is_read = 1 where warc = ? and hosts = ?", warc, self._hosts)
            for raw_ref in not_found:
                self._do(
                    "delete from pending where raw_ref = ? and hosts = ?", raw_ref, self._hosts
                )

    def _all(self, query: str, warc: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query, (warc, self._hosts)).fetchall()

    def _do(self, statement: str, *values: object) -> None:
        self._connection.execute(statement, values)


@contextmanager
def open_progress(lake: Lake, hosts: Sequence[str]) -> Iterator[Progress]:
    """Open a lake's progress, or begin it, for the reading of some hosts (none: all)."""
    with _connected(_file_of(lake)) as connection:
        yield Progress(connection, hosts)


def settle_cc_news(lake: Lake, shard: Path) -> None:
    """Take note that all items of a shard are in the lake. Cheap where CC-NEWS was never read."""
    path = _file_of(lake)
    if not path.exists():
        return
    places = [
        *(str(page["raw_ref"]) for page in read_descriptions(shard)),
        *(rejection.raw_ref for rejection in read_rejections(shard)),
        *(skip.raw_ref for skip in read_skips(shard)),
    ]
    with _connected(path) as connection, transaction(connection):
        connection.executemany(
            "delete from pending where raw_ref = ?", [(place,) for place in places if place]
        )


def _file_of(lake: Lake) -> Path:
    # By the lake's id: a bucket's home stays when its lake is removed and made anew.
    return lake.home / f"cc_news-{lake.id or 'lake'}.sqlite"


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Each statement is a transaction of its own, but where one is begun.
    connection = sqlite3.connect(
        path, timeout=_BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    with closing(connection):
        connection.execute("pragma journal_mode = wal")
        # A power cut may cost the last notes, in their order: then a little is read again.
        connection.execute("pragma synchronous = normal")
        with transaction(connection):
            (layout,) = connection.execute("pragma user_version").fetchone()
            if layout != _LAYOUT:
                for table in ("files", "pending"):
                    connection.execute(f"drop table if exists {table}")
                for statement in _SCHEMA.split(";"):
                    connection.execute(statement)
        yield connection
