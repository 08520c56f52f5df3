"""SQL over a lake, for people: read-only, in UTC."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from expectations.records import Snapshot
from tasks.catalog import is_current, rebuild_catalog, snapshot_files
from tasks.connect import connect
from tasks.damage import refuse_damaged
from tasks.errors import LakeError, LakeFullError, QueryError
from tasks.snapshots import newest_snapshot
from tasks.storage import S3, Lake
from tasks.views import define_views

READING = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.MULTI,  # what PIVOT is parsed to
}
UNWRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR}
ANALYZE = {b"analyze", b"analyse"}


@contextmanager
def open_catalog(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the lake's views, read-only and in UTC; a lake that was moved gets a new catalog.

    Raises:
        LakeError: if it cannot be made, because the lake is damaged.
    """
    if not is_current(lake):
        try:
            rebuild_catalog(lake)
        except LakeFullError:
            with open_snapshot(lake, newest_snapshot(lake)) as connection:
                yield connection
            return
        except LakeError:
            refuse_damaged(lake)  # in words that name what is damaged
            raise
        except OSError as error:
            if error.errno not in UNWRITABLE:
                raise
            with open_snapshot(lake, newest_snapshot(lake)) as connection:
                yield connection
            return
    with connect(lake, lake.catalog) as connection:
        yield connection


@contextmanager
def open_snapshot(lake: Lake, snapshot: Snapshot | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open all views as they were when a snapshot was published.

    Raises:
        LakeError: if compaction has removed what it needs.
    """
    with connect(lake) as connection:
        try:
            define_views(connection, lake, snapshot, snapshot_files(lake, snapshot))
        except (LakeError, duckdb.IOException, duckdb.InvalidInputException) as error:
            if snapshot is None:
                raise
            raise LakeError(
                f"the snapshot of {snapshot.taken_at:%Y-%m-%d %H:%M:%S} UTC cannot be read "
                f"({one_line(error)}): `compact` keeps what is older than its retention only as "
                "far as newer snapshots need it; `broadsheet status` shows damage"
            ) from error
        yield connection


def check_query(query: str) -> None:
    """Let only one statement pass, and only one that reads.

    Raises:
        QueryError: if it is none, more than one, one that would write, or no SQL.
    """
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise QueryError(one_line(error)) from error
    if len(statements) != 1:
        raise QueryError(f"give one SQL statement, not {len(statements)}")
    if statements[0].type not in READING:
        kind = statements[0].type.name
        raise QueryError(f"`sql` only reads, and {kind} does not: use -o FILE to write an answer")
    if statements[0].type is duckdb.StatementType.EXPLAIN:
        _check_explained(query)


def _check_explained(query: str) -> None:
    """EXPLAIN ANALYZE runs what it explains, be it a COPY: that must be a query too."""
    source = query.encode()
    starts = [at for at, kind in duckdb.tokenize(query) if kind is not duckdb.token_type.comment]
    words = [source[at : at + len("analyze")].lower() for at in starts]
    if words[1] in ANALYZE:
        check_query(source[starts[2] :].decode())
    elif words[1].startswith(b"(") and any(word in ANALYZE for word in words[2:]):
        raise QueryError("write EXPLAIN ANALYZE without parentheses")


@contextmanager
def query_errors(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Turn what DuckDB says against a query, or finds while reading its answer, into a line.

    Raises:
        QueryError: the line; where a name is unknown, with the names of the views.
    """
    try:
        yield
    except duckdb.CatalogException as error:
        names = connection.execute(
            "select string_agg(view_name, ', ' order by view_name) from duckdb_views() "
            "where not internal"
        ).fetchone()
        views = f"; the views are {names[0]}" if names and names[0] else ""
        raise QueryError(one_line(error) + views) from error
    except duckdb.Error as error:
        raise QueryError(one_line(error) + _advice(connection, error)) from error


def _advice(connection: duckdb.DuckDBPyConnection, error: duckdb.Error) -> str:
    """What to do, if it is a file of the lake that cannot be read."""
    try:
        row = connection.execute("select root from lake_location").fetchone()
    except duckdb.Error:
        return ""
    is_ours = row is not None and f"{row[0].removeprefix(S3)}/" in str(error)
    return "; run `broadsheet status` to see what is damaged" if is_ours else ""


def one_line(error: Exception) -> str:
    """What an error of DuckDB says, without the picture of the query."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(line for line in lines if set(line) != {"^"})
