"""What fetching remembers from run to run: addresses, feeds, hosts, and pages not yet committed.

An SQLite file in the lake's home, and not a Delta table: each of its rows changes with each
request, and several runs of a machine must see at once when a host was asked last. What is in the
lake does not depend on it: without it, pages are fetched once more and found unchanged. A lake in
a bucket keeps a copy there between runs.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tasks.errors import LakeError
from tasks.fetch.pace import KEPT_AT_MOST_S
from tasks.fetch.robots import StoredRobots
from tasks.known import (
    CHANGE_IF_SHOWN,
    KEEP_SHOWN,
    KEEP_SHOWN_IF_FIRST,
    LAYOUT,
    SCHEMA,
    SHOWN,
    KnownAddress,
    KnownFeed,
    address_of,
    feed_of,
    put_row,
)
from tasks.schedule import FIRST_RECHECK_S, LAST_RECHECK_S
from tasks.transactions import transaction

BUSY_TIMEOUT_S = 60
_ADDRESSES_A_QUERY = 500
_BYTES_OF_CODE = 8  # of its digest: there are few releases


class Memory:
    """An open memory; for several threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection, self._lock = connection, threading.Lock()

    def addresses(self, urls: Iterable[str]) -> dict[str, KnownAddress]:
        """What is known of these addresses, by address."""
        wanted = list(dict.fromkeys(urls))
        known = {}
        for start in range(0, len(wanted), _ADDRESSES_A_QUERY):
            some = wanted[start : start + _ADDRESSES_A_QUERY]
            marks = ", ".join("?" * len(some))
            for row in self._read(f"select * from addresses where url in ({marks})", some):
                known[row["url"]] = address_of(row)
        return known

    def due_addresses(self, source_id: str, now: float, *, at_most: int) -> list[KnownAddress]:
        """Addresses of a source that are to be looked at again by now, the longest due first.

        Last come those that are due later than the schedule ever says: see `schedule.is_due`.
        """
        rows = self._read(
            "select * from (select * from addresses where source_id = ?1 and due_at <= ?2"
            " order by due_at limit ?4) union all "
            "select * from (select * from addresses where source_id = ?1 and due_at > ?2 + ?3"
            " order by due_at limit ?4) limit ?4",
            (source_id, now, LAST_RECHECK_S, at_most),
        )
        return [address_of(row) for row in rows]

    def put_address(self, address: KnownAddress) -> None:
        """Remember what came of an address."""
        self._put("addresses", address)

    def note_page(
        self, addresses: Iterable[KnownAddress], *, pending: tuple[str, str] | None
    ) -> None:
        """Remember a page that was archived, in one step that no kill divides.

        Args:
            addresses: All that lead to it, the last of them the one that was asked for.
            pending: Its place and its run, if the lake is to get it.
        """
        url = None
        with self._lock, transaction(self._connection):
            for address in addresses:
                url = address.url
                statement, values = put_row("addresses", address)
                self._connection.execute(statement, values)
            if pending is not None:
                self._connection.execute(
                    "insert or ignore into pending values (?, ?, ?)", (*pending, url)
                )

    def feeds(self, source_id: str) -> list[KnownFeed]:
        """The feeds and sitemaps of a source."""
        rows = self._read("select * from feeds where source_id = ? order by url", (source_id,))
        return [feed_of(row) for row in rows]

    def feed(self, source_id: str, url: str) -> KnownFeed | None:
        """What a source knows of one feed or sitemap; another may ask it in its own time."""
        rows = self._read("select * from feeds where source_id = ? and url = ?", (source_id, url))
        return feed_of(rows[0]) if rows else None

    def put_feed(self, feed: KnownFeed) -> None:
        """Remember what came of a feed or sitemap."""
        self._put("feeds", feed)

    def looked_at(self, source_id: str) -> float | None:
        """When the usual places of a source's site were last tried for feeds and sitemaps."""
        rows = self._read("select looked_at from sites where source_id = ?", (source_id,))
        return rows[0]["looked_at"] if rows else None

    def put_look(self, source_id: str, now: float) -> None:
        """Remember when the usual places of a source's site were tried."""
        self._write("insert or replace into sites values (?, ?)", (source_id, now))

    def claim(self, raw_ref: str, *, left_by: str, run_id: str) -> bool:
        """Take over a pending page of a run that is dead; False if another run was faster."""
        with self._lock:
            taken = self._connection.execute(
                "update pending set run_id = ? where raw_ref = ? and run_id = ?",
                (run_id, raw_ref, left_by),
            )
            return taken.rowcount == 1

    def pending_address(self, raw_ref: str) -> KnownAddress | None:
        """What is known of the address that was asked for when a pending page came."""
        rows = self._read(
            "select addresses.* from pending join addresses using (url) where raw_ref = ?",
            (raw_ref,),
        )
        return address_of(rows[0]) if rows else None

    def pending(self) -> list[tuple[str, str]]:
        """Pages that are in the archive and not yet in the lake: place and run, in order."""
        rows = self._read("select raw_ref, run_id from pending order by raw_ref")
        return [(row["raw_ref"], row["run_id"]) for row in rows]

    def note_shown(self, shown: Mapping[str, str | None], *, read_by: bytes) -> None:
        """Note what pending pages show; one whose article has changed is young again.

        It has if the page's bytes are not as before, and it shows another version of its article
        than before to the same code: a page may differ at each fetch by a token, bear what its feed
        makes up, or show an article that another page shows in other words.

        Args:
            shown: Places of pages, with the version hash of the article; None if there is none.
            read_by: Digest of the code.
        """
        known = {"read_by": read_by[:_BYTES_OF_CODE], "recheck_s": FIRST_RECHECK_S}
        pages = [
            {"raw_ref": at, "version_hash": bytes.fromhex(name or ""), **known}
            for at, name in shown.items()
        ]
        articles = [page for page in pages if page["version_hash"]]
        with self._lock, transaction(self._connection):
            self._connection.executemany(CHANGE_IF_SHOWN, articles)
            self._connection.executemany(KEEP_SHOWN, articles)
            # An error page in an article's place tells nothing of the article.
            self._connection.executemany(KEEP_SHOWN_IF_FIRST, pages)

    def settle(self, raw_refs: Iterable[str]) -> None:
        """Note that pages have come to their outcome."""
        with self._lock, transaction(self._connection):
            self._connection.executemany(
                "delete from pending where raw_ref = ?", [(raw_ref,) for raw_ref in raw_refs]
            )

    def robots(self, origin: str) -> StoredRobots | None:
        """What a site's robots.txt, and what stands beside it, last said."""
        rows = self._read("select stored from robots where origin = ?", (origin,))
        return StoredRobots(**json.loads(rows[0]["stored"])) if rows else None

    def put_robots(self, origin: str, stored: StoredRobots) -> None:
        """Remember what a site's robots.txt said."""
        text = json.dumps(asdict(stored))
        self._write("insert or replace into robots values (?, ?)", (origin, text))

    def reserve(self, host: str, now: float, delay: float) -> float:
        """Take a host's next request: see `tasks.fetch.pace.PaceStore`."""
        with self._lock, transaction(self._connection):
            next_at = self._host(host)["next_at"]
            if now < next_at <= now + KEPT_AT_MOST_S:
                return next_at
            self._connection.execute(
                "insert into hosts values (?, ?, 0) "
                "on conflict do update set next_at = excluded.next_at",
                (host, now + delay),
            )
            return now

    def settle_host(self, host: str, next_at: float, learned: float) -> None:
        """Keep a host's pace after an exchange: see `tasks.fetch.pace.PaceStore`."""
        with self._lock, transaction(self._connection):
            kept = self._host(host)["next_at"]
            later = kept if next_at < kept <= next_at + KEPT_AT_MOST_S else next_at
            self._connection.execute(
                "insert or replace into hosts values (?, ?, ?)", (host, later, learned)
            )

    def learned(self, host: str) -> float:
        """The delay that a host was last found to need."""
        with self._lock:
            return float(self._host(host)["learned"])

    def _host(self, host: str) -> dict[str, float]:
        rows = self._connection.execute("select * from hosts where host = ?", (host,)).fetchall()
        return rows[0] if rows else {"next_at": 0.0, "learned": 0.0}

    def _put(self, table: str, row: KnownAddress | KnownFeed) -> None:
        self._write(*put_row(table, row))

    def _read(self, query: str, values: Sequence[object] = ()) -> list[dict[str, Any]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def _write(self, statement: str, values: Sequence[object]) -> None:
        with self._lock:
            self._connection.execute(statement, values)


@contextmanager
def open_memory(path: Path) -> Iterator[Memory]:
    """Open a lake's memory, or begin one. One of another layout is begun anew.

    Raises:
        LakeError: if it is damaged or cannot be written, then or later.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _errors_named(path):
        # Each statement is a transaction of its own, but where one is begun.
        connection = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
        )
        with closing(connection):
            connection.row_factory = _as_dict
            connection.execute("pragma journal_mode = wal")
            # A power cut may cost the last requests' notes, never the file.
            connection.execute("pragma synchronous = normal")
            with transaction(connection):
                _begin(connection)
            yield Memory(connection)


@contextmanager
def read_memory(path: Path) -> Iterator[Memory | None]:
    """Open a lake's memory for reading, also where nothing may be written; None if there is none.

    One of another layout is none: it is begun anew by whoever writes next.

    Raises:
        LakeError: if it is damaged.
    """
    if not path.exists():
        yield None
        return
    # Beside a file that is written to, SQLite keeps a journal and an index of it.
    is_fixed = not os.access(path.parent, os.W_OK)
    uri = f"{path.absolute().as_uri()}?{'immutable=1' if is_fixed else 'mode=ro'}"
    with _errors_named(path):
        connection = sqlite3.connect(uri, timeout=BUSY_TIMEOUT_S, isolation_level=None, uri=True)
        with closing(connection):
            connection.row_factory = _as_dict
            yield Memory(connection) if _has_layout(connection) else None


@contextmanager
def _errors_named(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise LakeError(
            f"the lake's memory cannot be used ({path}: {error}): make it writable, mend it or "
            "move it away; without it, sites are asked once more for what is known"
        ) from error


def _has_layout(connection: sqlite3.Connection) -> bool:
    return bool(connection.execute("pragma user_version").fetchone()["user_version"] == LAYOUT)


def _begin(connection: sqlite3.Connection) -> None:
    if not _has_layout(connection):
        _begin_anew(connection)
    connection.execute(SHOWN)


def _begin_anew(connection: sqlite3.Connection) -> None:
    held = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for table in held:
        connection.execute(f'drop table "{table["name"]}"')
    for statement in SCHEMA.split(";"):
        connection.execute(statement)


def _as_dict(cursor: sqlite3.Cursor, row: tuple[object, ...]) -> dict[str, object]:
    return {column[0]: value for column, value in zip(cursor.description, row, strict=True)}
