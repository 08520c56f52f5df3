"""SQL over a lake, for people: read-only, in UTC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from tasks.catalog import is_current_location, publish_catalog
from tasks.errors import QueryError
from tasks.lake import Lake

READING = {
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.MULTI,  # what PIVOT is parsed to
}
ANALYZE = {b"analyze", b"analyse"}


@contextmanager
def open_catalog(lake: Lake) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the lake's views, read-only and in UTC; a lake that was moved gets a new catalog."""
    if not is_current_location(lake):
        publish_catalog(lake)
    connection = duckdb.connect(str(lake.catalog), read_only=True)
    try:
        connection.execute("set timezone = 'UTC'")
        # A data file never changes; `articles` scans each several times.
        connection.execute("set parquet_metadata_cache = true")
        yield connection
    finally:
        connection.close()


def check_query(query: str) -> None:
    """Let only one statement pass, and only one that reads.

    Raises:
        QueryError: if it is none, more than one, one that would write, or no SQL.
    """
    try:
        statements = duckdb.extract_statements(query)
    except duckdb.Error as error:
        raise QueryError(_one_line(error)) from error
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
        raise QueryError(_one_line(error) + views) from error
    except duckdb.Error as error:
        raise QueryError(_one_line(error)) from error


def _one_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(line for line in lines if set(line) != {"^"})
