"""The index: which versions and rejections the lake holds, by id.

With it the look-ups of a shard cost the same in a lake of any size.

An SQLite file in the lake's home, made from the tables: before each look-up it reads what their
logs have added since. It may be deleted; the next commit makes it anew.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.records import FetchTime
from tasks.errors import LakeError, StaleTableError
from tasks.heads import TableFiles, current_files
from tasks.lake import explained_errors
from tasks.log import read_entry
from tasks.storage import Lake
from tasks.versions import Known, KnownVersion

LAYOUT = 5  # raised when the tables below change: an index of another layout is made anew
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
IDS_A_QUERY = 500
LOOK_BACK = 1_000  # commits: a shard is tried again soon, or not at all

# Times are microseconds since 1970, ids their bytes: half the size of the words.
SCHEMA = f"""
pragma user_version = {LAYOUT};
create table reached (
    name text primary key, version integer not null, entry text not null
) without rowid;
create table versions (
    article_id blob not null, version_id blob not null, version_hash blob not null,
    revision integer not null, version_key integer not null, retires integer,
    first_seen_at integer not null, observed_at integer not null, fetched_at integer,
    page_hash blob, raw_hash blob, fields_hash blob, app_id text, commit_version integer not null,
    primary key (article_id, version_id)
) without rowid;
create index pages on versions (page_hash);
create table rejections (rejection_id blob primary key) without rowid;
"""

VERSION_COLUMNS = [
    "article_id",
    "version_id",
    "version_hash",
    "revision",
    "version_key",
    "retires",
    "first_seen_at",
    "fetched_at",
    "fetched_at_source",
    "ingested_at",
    "page_hash",
    "raw_hash",
    "fields_hash",
]


@dataclass(frozen=True, slots=True)
class Index:
    """An open index; `read_versions` are those of the tables that it knows."""

    connection: sqlite3.Connection
    read_versions: Mapping[str, int]

    def versions(
        self, article_ids: Iterable[str], *, before: str | None = None
    ) -> dict[str, Known]:
        """What the lake holds of these articles.

        Args:
            article_ids: Which articles.
            before: Transaction whose rows are left out, and all that came in later: a shard that is
                committed again is judged by what was there when it was committed first.
        """
        rows: list[Sequence[Any]] = []
        for names in _batches(article_ids):
            rows += self.connection.execute(
                "select commit_version, app_id, article_id, version_id, version_hash, revision, "
                "version_key, retires, first_seen_at, observed_at, fetched_at, page_hash, "
                "raw_hash, fields_hash "
                f"from versions where article_id in ({_marks(names)})",
                names,
            )
        own = [number for number, app_id, *_ in rows if app_id is not None and app_id == before]
        known: dict[str, list[KnownVersion]] = {}
        for number, _, article_id, *version in rows:
            if not own or number < min(own):
                known.setdefault(article_id.hex(), []).append(_known_version(version))
        return {article_id: Known.of(versions) for article_id, versions in known.items()}

    def articles_of_pages(self, page_hashes: Iterable[str]) -> set[str]:
        """Which articles have a version that one of these pages showed, be it current or not."""
        held: set[str] = set()
        for hashes in _batches(page_hashes):
            rows = self.connection.execute(
                f"select article_id from versions where page_hash in ({_marks(hashes)})", hashes
            )
            held.update(article_id.hex() for (article_id,) in rows)
        return held

    def rejections(self, rejection_ids: Iterable[str]) -> set[str]:
        """Which of these rejections stand in quarantine already."""
        held: set[str] = set()
        for names in _batches(rejection_ids):
            rows = self.connection.execute(
                f"select rejection_id from rejections where rejection_id in ({_marks(names)})",
                names,
            )
            held.update(name.hex() for (name,) in rows)
        return held


@contextmanager
def open_index(lake: Lake) -> Iterator[Index]:
    """Open the index and let it catch up with the tables' newest versions.

    The caller holds the lake's lock. An index that is damaged, of another lake, or ahead of the
    tables (they were restored from a backup) is made anew.

    Raises:
        StaleTableError: if damage shows only when it is read: it is removed, so try again.
        LakeError: if a data file or the index cannot be read or written.
    """
    heads = {table: current_files(lake, table) for table in ("articles", "quarantine")}
    with explained_errors(lake), _explained_sqlite_errors():
        try:
            connection = _connect(lake, heads)
        except (sqlite3.DatabaseError, _OutdatedError) as error:
            if _says_nothing_of_the_index(error):
                raise
            _remove(lake)
            connection = _connect(lake, heads)
    with closing(connection):
        try:
            yield Index(connection, {table: head.version for table, head in heads.items()})
        except sqlite3.DatabaseError as error:
            _remove(lake)
            raise StaleTableError(f"{lake.index} was damaged ({error})") from error


def _remove(lake: Lake) -> None:
    for name in (lake.index, lake.index.with_name(f"{lake.index.name}-journal")):
        name.unlink(missing_ok=True)


def _says_nothing_of_the_index(error: Exception) -> bool:
    """Whether the disk is at fault (full, read-only), or another program that holds the index."""
    return (
        isinstance(error, sqlite3.OperationalError)
        and error.sqlite_errorcode != sqlite3.SQLITE_ERROR  # a table is missing, say
    )


@contextmanager
def _explained_sqlite_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, str(error)) from error
        raise OSError(str(error)) from error


class _OutdatedError(Exception):
    """The index does not go with the tables."""


@dataclass(frozen=True, slots=True)
class _AddedFile:
    """A data file with new rows, and the commit it came in with, as far as the log tells."""

    path: str
    app_id: str | None
    commit_version: int


def _connect(lake: Lake, heads: Mapping[str, TableFiles]) -> sqlite3.Connection:
    connection = sqlite3.connect(lake.index, isolation_level=None)
    try:
        connection.execute("pragma synchronous = normal")
        _check_layout(connection)
        for table, head in heads.items():
            _catch_up(connection, lake, table, head)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_layout(connection: sqlite3.Connection) -> None:
    (layout,) = connection.execute("pragma user_version").fetchone()
    if layout == 0:
        connection.executescript(f"begin; {SCHEMA} commit;")
    elif layout != LAYOUT:
        raise _OutdatedError


def _catch_up(connection: sqlite3.Connection, lake: Lake, table: str, head: TableFiles) -> None:
    """Take in what the table's log has added since the index last looked, in one transaction.

    Raises:
        _OutdatedError: if the index has read another log than this one, or rows were deleted.
    """
    reached = connection.execute(
        "select version, entry from reached where name = ?", [table]
    ).fetchone()
    added: list[_AddedFile]
    if reached is None:
        added = _all_files(lake, table, head)
    else:
        version, entry = reached
        if version > head.version or _digest(lake, table, version) != entry:
            raise _OutdatedError
        added = _added_since(lake, table, version, head.version)
    connection.execute("begin")
    with connection:  # commits, or rolls back what SQLite has not rolled back of itself
        for file in added:
            _take_in(connection, lake, table, file)
        connection.execute(
            "insert or replace into reached values (?, ?, ?)",
            [table, head.version, head.digest],
        )


def _take_in(connection: sqlite3.Connection, lake: Lake, table: str, file: _AddedFile) -> None:
    names = VERSION_COLUMNS if table == "articles" else ["rejection_id"]
    path = f"{table}/{file.path}"
    try:
        with lake.files.open_input_file(path) as opened, pq.ParquetFile(opened) as data:
            columns = [_read_column(data, name) for name in names]
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise LakeError(
            f"{lake.address(path)} cannot be read ({str(error).splitlines()[0]}): restore it from "
            "a backup; `broadsheet status` looks for more damage"
        ) from error
    rows = zip(*columns, strict=True)
    if table == "quarantine":
        connection.executemany(
            "insert or ignore into rejections values (?)",
            ((bytes.fromhex(name),) for (name,) in rows),
        )
    else:
        connection.executemany(
            f"insert or ignore into versions values ({_marks(range(14))})",
            (_index_row(row, file) for row in rows),
        )


def _read_column(data: pq.ParquetFile, name: str) -> list[Any]:
    if name not in data.schema_arrow.names:  # it came after the file
        return [None] * cast("int", data.metadata.num_rows)
    column = data.read([name]).column(name)
    return cast(
        "list[Any]",
        (column.cast("int64") if pa.types.is_timestamp(column.type) else column).to_pylist(),
    )


def _index_row(row: Sequence[Any], file: _AddedFile) -> tuple[Any, ...]:
    *ids, revision, version_key, retires, first_seen_at, fetched_at, source = row[:-4]
    ingested_at, *hashes = row[-4:]
    # As observed_at() of tasks/versions.py has it.
    is_unknown = fetched_at is None or source == FetchTime.FILE
    observed_at = ingested_at if is_unknown else min(fetched_at, ingested_at)
    return (
        *(bytes.fromhex(name) for name in ids),
        revision,
        version_key,
        retires,
        first_seen_at,
        observed_at,
        None if fetched_at is None else min(fetched_at, ingested_at),
        *(name and bytes.fromhex(name) for name in hashes),
        file.app_id,
        file.commit_version,
    )


def _all_files(lake: Lake, table: str, head: TableFiles) -> list[_AddedFile]:
    """All files of a table, the newest with the commits they came in with.

    A shard whose process was killed halfway may be tried again by a machine whose index is new.
    """
    newest: dict[str, _AddedFile] = {}
    for number in range(head.version, max(0, head.version - LOOK_BACK), -1):
        try:
            entry = read_entry(lake, table, number)
        except FileNotFoundError:  # removed from the log long after
            break
        newest |= {path: _AddedFile(path, entry.app_id, number) for path in entry.with_new_rows}
    return [newest.get(path) or _AddedFile(path, None, 0) for path in head.paths]


def _added_since(lake: Lake, table: str, version: int, head: int) -> list[_AddedFile]:
    added: list[_AddedFile] = []
    for number in range(version + 1, head + 1):
        try:
            entry = read_entry(lake, table, number)
        except FileNotFoundError:
            raise _OutdatedError from None
        if entry.deletes_rows:
            raise _OutdatedError
        added += [_AddedFile(path, entry.app_id, number) for path in entry.with_new_rows]
    return added


def _digest(lake: Lake, table: str, version: int) -> str | None:
    try:
        return read_entry(lake, table, version).digest
    except FileNotFoundError:  # removed from the log long after
        return None


def _known_version(row: Sequence[Any]) -> KnownVersion:
    version_id, content, revision, key, retires, first_seen_at, observed_at = row[:-4]
    fetched_at, *hashes = row[-4:]
    page_hash, raw_hash, fields = (name and name.hex() for name in hashes)
    return KnownVersion(
        version_id=version_id.hex(),
        version_hash=content.hex(),
        revision=revision,
        version_key=key,
        retires=retires,
        first_seen_at=_moment(first_seen_at),
        observed_at=_moment(observed_at),
        fetched_at=None if fetched_at is None else _moment(fetched_at),
        page_hash=page_hash,
        raw_hash=raw_hash,
        fields_hash=fields,
    )


def _moment(microseconds: int) -> datetime:
    return EPOCH + microseconds * MICROSECOND


def _batches(names: Iterable[str]) -> Iterator[list[bytes]]:
    wanted = sorted({bytes.fromhex(name) for name in names})
    for start in range(0, len(wanted), IDS_A_QUERY):
        yield wanted[start : start + IDS_A_QUERY]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
