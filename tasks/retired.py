"""Versions that are not current any more, by their keys, as a table of the catalog.

The view `articles` leaves them out. They stand in the data files, in the column `retires` of the
versions that retired them; read from there with each query they would cost as much as a narrow
query itself. A new catalog takes them over from the last one and adds those of the files that have
come since.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from tasks.connect import quoted
from tasks.heads import TableFiles
from tasks.log import read_entry
from tasks.storage import Lake


def fill_retired(connection: duckdb.DuckDBPyConnection, lake: Lake, articles: TableFiles) -> None:
    """Fill the table `retired` for these files of the table `articles`."""
    added = _take_over(connection, lake, articles)
    paths = articles.paths if added is None else added
    if paths:
        files = ", ".join(quoted(lake.address(f"articles/{path}")) for path in paths)
        connection.execute(
            "insert into retired select retires from "
            f"read_parquet([{files}], union_by_name = true, hive_partitioning = false) "
            "where retires is not null"
        )


def _take_over(
    connection: duckdb.DuckDBPyConnection, lake: Lake, articles: TableFiles
) -> Iterable[str] | None:
    """Copy what the catalog in place knows, and name the files that it does not know.

    Returns:
        None if there is none, or it is not of an earlier version of this very table.
    """
    if not lake.catalog.exists():
        return None
    try:
        connection.execute(f"attach {quoted(lake.catalog)} as previous (read_only)")
    except duckdb.Error:
        return None
    try:
        row = connection.execute(
            "select articles_version, articles_entry from previous.lake_location"
        ).fetchone()
        added = _added_since(lake, row[0], row[1], articles) if row else None
        if added is not None:
            connection.execute("insert into retired select version_key from previous.retired")
    except duckdb.Error:  # made by an older Broadsheet, or damaged
        added = None
    finally:
        connection.execute("detach previous")
    return added


def _added_since(lake: Lake, version: int, digest: str, articles: TableFiles) -> list[str] | None:
    if version > articles.version:
        return None
    added: list[str] = []
    try:
        if read_entry(lake, "articles", version).digest != digest:
            return None
        for number in range(version + 1, articles.version + 1):
            entry = read_entry(lake, "articles", number)
            if entry.deletes_rows:
                return None
            added += entry.with_new_rows
    except FileNotFoundError:  # removed from the log long after
        return None
    # Those that compaction has merged since are gone from the list, and their rows are in others.
    return added if set(added) <= set(articles.paths) else None
