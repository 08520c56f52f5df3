"""Connections to DuckDB that can read a lake's files, in buckets too, without an extension."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from fsspec.implementations.arrow import ArrowFSWrapper

from tasks.storage import S3, Lake, store


class _S3(ArrowFSWrapper):  # type: ignore[misc] # fsspec is not typed
    """Arrow's client as what DuckDB asks for `s3://` addresses; httpfs would do it elsewhere."""

    protocol = "s3"
    root_marker = ""

    def glob(self, path: str, **_: object) -> list[str]:
        """Addresses of data files are exact: to look each up would be requests for nothing."""
        return [path.removeprefix(S3)]

    def exists(self, path: str, **_: object) -> bool:
        """Opening tells."""
        return bool(path)


def open_database(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a database file read-only, though others may put a new one in its place meanwhile.

    DuckDB 2.0 opens a file once for its head and again for the rest. Replaced in between, they do
    not go together: `No more data remaining in MetadataReader`, or something worse.

    Raises:
        duckdb.Error: if the file cannot be opened.
    """
    while True:
        before = _identity(path)
        try:
            connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error:
            if _identity(path) == before:
                raise
            continue
        if _identity(path) == before:
            return connection
        connection.close()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


@contextmanager
def connect(lake: Lake, database: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database read-only, or one in memory, in UTC."""
    connection = open_database(database) if database is not None else duckdb.connect()
    try:
        if not lake.is_local:
            connection.register_filesystem(_S3(store(is_local=False)))
        connection.execute("set timezone = 'UTC'")
        # A data file never changes; `articles` scans each several times.
        connection.execute("set parquet_metadata_cache = true")
        yield connection
    finally:
        if not lake.is_local:
            connection.unregister_filesystem("s3")
        connection.close()


def quoted(value: Path | str) -> str:
    """A string literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"
