"""What the memory knows of addresses and feeds, and the tables in which it keeps that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from expectations.records import Given
from tasks.sources.given_field import read_given_field, write_given_field

LAYOUT = 2

# Times are seconds since 1970.
SCHEMA = f"""
pragma user_version = {LAYOUT};
create table addresses (
    url text primary key, source_id text not null, given text not null, etag text,
    last_modified text, body_hash blob, hinted_at real, hints_from real not null,
    fetched_at real not null, read_at real, changed_at real not null, due_at real,
    failures real not null
) without rowid;
create index due_addresses on addresses (source_id, due_at) where due_at is not null;
create table feeds (
    url text not null, source_id text not null, etag text, last_modified text,
    body_hash blob, polled_at real not null, read_at real, due_at real not null,
    interval_s real not null, failures real not null, problem text, is_partly_read integer not null,
    lies integer not null, is_home integer not null, primary key (source_id, url)
) without rowid;
create table sites (source_id text primary key, looked_at real not null) without rowid;
create table hosts (host text primary key, next_at real not null, learned real not null)
    without rowid;
create table robots (origin text primary key, stored text not null) without rowid;
create table pending (raw_ref text primary key, run_id text not null, url text) without rowid;
"""

# Of each address the article that its page showed when it was last settled: its version hash, empty
# if it was none, the hash of the page, and the code that read it. Memories may lack it.
SHOWN = """
create table if not exists shown (
    url text primary key, version_hash blob not null, body_hash blob, read_by blob not null
) without rowid
"""
CHANGE_IF_SHOWN = """
update addresses set changed_at = fetched_at, due_at = fetched_at + :recheck_s, hints_from = 0
where url = (select url from pending where raw_ref = :raw_ref) and exists (
    select 1 from shown where url = addresses.url and read_by = :read_by
    and version_hash <> :version_hash and body_hash <> addresses.body_hash
)
"""
KEEP_SHOWN = """
insert or replace into shown select url, :version_hash, body_hash, :read_by
from pending join addresses using (url) where raw_ref = :raw_ref
"""
KEEP_SHOWN_IF_FIRST = KEEP_SHOWN.replace("or replace", "or ignore")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAddress:
    """What is known of a page's address.

    `given` is what its feed or sitemap said of it, and `hinted_at` the latest time of modification
    there that it was asked for; such hints are believed from `hints_from` on. It was last asked
    for at `fetched_at` and last read at `read_at`, and the SHA-256 of what came is `body_hash`.
    Its article was found changed, or first read, at `changed_at`.
    `due_at` is None if it is not to be looked at again unless its feed says that it changed.
    """

    url: str
    source_id: str
    given: Given
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    hinted_at: float | None
    hints_from: float
    fetched_at: float
    read_at: float | None
    changed_at: float
    due_at: float | None
    failures: float


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFeed:
    """What a source knows of a feed or sitemap: what it last sent, and when to ask it again.

    It was last asked at `polled_at`, and last read, not just found unmodified, at `read_at`;
    `is_partly_read` says that its older links were passed over then. `lies`: it was once found
    changed though its validators had not, and is asked without them since. `is_home`: it is no feed
    but the homepage that names them.
    """

    url: str
    source_id: str
    etag: str | None
    last_modified: str | None
    body_hash: bytes | None
    polled_at: float
    read_at: float | None
    due_at: float
    interval_s: float
    failures: float
    problem: str | None
    is_partly_read: bool = False
    lies: bool = False
    is_home: bool = False


def put_row(table: str, row: KnownAddress | KnownFeed) -> tuple[str, list[object]]:
    """The statement, with its values, that writes a row in place of what was there."""
    names = row.__slots__
    marks = ", ".join("?" * len(names))
    statement = f"insert or replace into {table} ({', '.join(names)}) values ({marks})"
    return statement, [_stored(getattr(row, name)) for name in names]


def address_of(row: dict[str, Any]) -> KnownAddress:
    """Read a row of the table of addresses."""
    return KnownAddress(**{**row, "given": read_given_field(row["given"])})


def feed_of(row: dict[str, Any]) -> KnownFeed:
    """Read a row of the table of feeds."""
    flags = {name: bool(row[name]) for name in ("is_partly_read", "lies", "is_home")}
    return KnownFeed(**{**row, **flags})


def _stored(value: object) -> object:
    return write_given_field(value) if isinstance(value, Given) else value
