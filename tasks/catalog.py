"""The catalog: `broadsheet.duckdb`, views over exactly the files of the newest snapshots.

A new file is built beside the old one and renamed over it, so a reader sees one snapshot of all
tables or the next, and one that holds the old file open is never disturbed.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

import duckdb

from expectations.records import Snapshot
from tasks.connect import connect, open_database, quoted
from tasks.durable import exclusive, replace_durably
from tasks.errors import StaleTableError
from tasks.heads import TableFiles, current_files, files_of
from tasks.lake import explained_errors, pause
from tasks.snapshots import SHOWN, newest_snapshot, record_snapshot
from tasks.storage import Lake
from tasks.views import define_views, definitions

MOST_TRIES = 50  # as many machines may publish at once
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
STORAGE_VERSION = "v1.0.0"  # the oldest format, so that DuckDB 1.x opens the file too


def publish(lake: Lake, run_id: str) -> Snapshot:
    """Take a snapshot of all tables and let readers see it.

    One at a time, so that no catalog of an older snapshot replaces one of a newer; nor does a
    snapshot follow one that knew more, though another machine may take one at the same moment.
    """
    with explained_errors(lake), exclusive(lake.lock):
        for tries_left in reversed(range(MOST_TRIES)):
            read = current_files(lake, "snapshots").version
            # Last committed, first read: another machine's funnel is not seen before its articles.
            heads = {table: current_files(lake, table) for table in reversed(SHOWN)}
            try:
                snapshot = record_snapshot(lake, run_id, heads, read_version=read)
                break
            except StaleTableError:
                if not tries_left:
                    raise
                pause()
        heads["snapshots"] = current_files(lake, "snapshots")
        _replace_catalog(lake, snapshot, heads)
    return snapshot


def rebuild_catalog(lake: Lake) -> None:
    """Make the file of views anew, of the newest snapshot: it can be lost without loss."""
    with explained_errors(lake), exclusive(lake.lock):
        snapshot = newest_snapshot(lake)
        _replace_catalog(lake, snapshot, snapshot_files(lake, snapshot))


def snapshot_files(lake: Lake, snapshot: Snapshot | None) -> dict[str, TableFiles]:
    """Data files of each table in a snapshot; none before the first one.

    What a process wrote that was killed before it could publish anything is half a commit.

    Raises:
        LakeError: if a log cannot be read, or does not reach so far back any more.
    """
    versions = {table: getattr(snapshot, table, 0) for table in SHOWN}
    files = {table: files_of(lake, table, version) for table, version in versions.items()}
    return {**files, "snapshots": current_files(lake, "snapshots")}


def _replace_catalog(
    lake: Lake, snapshot: Snapshot | None, files: Mapping[str, TableFiles]
) -> None:
    temporary = lake.home / ".broadsheet.duckdb.new"
    log = temporary.with_name(f"{temporary.name}.wal")  # DuckDB would replay a dead process's
    for leftover in (temporary, log):
        leftover.unlink(missing_ok=True)
    try:
        _build(temporary, lake, snapshot, files)
        temporary.chmod(READ_ONLY)
        replace_durably(temporary, lake.catalog)
    finally:
        for leftover in (temporary, log):
            leftover.unlink(missing_ok=True)


def _build(
    path: Path, lake: Lake, snapshot: Snapshot | None, files: Mapping[str, TableFiles]
) -> None:
    try:
        with connect(lake) as connection:
            version = f"storage_version {quoted(STORAGE_VERSION)}"
            connection.execute(f"attach {quoted(path)} as catalog ({version})")
            connection.execute("use catalog")
            define_views(connection, lake, snapshot, files)
            connection.execute("use memory")
            connection.execute("detach catalog")
    except (duckdb.OperationalError, duckdb.FatalException, duckdb.InvalidInputException) as error:
        raise OSError(str(error)) from error  # a full disk, most often; or a data file is damaged


def is_current(lake: Lake) -> bool:
    """Whether the catalog can be read as it is.

    It names the places of files, so a lake that was moved needs another; so does one whose catalog
    another version of Broadsheet made. That of a bucket is this machine's own, and others may have
    committed since.
    """
    if not lake.catalog.exists():
        return False
    try:
        with open_database(lake.catalog) as connection:
            row = connection.execute(
                "select root, definitions, taken_at from lake_location"
            ).fetchone()
    except duckdb.Error:
        return False
    if row is None or row[:2] != (lake.uri, definitions()):
        return False
    newest = None if lake.is_local else newest_snapshot(lake)
    return newest is None or row[2] == newest.taken_at
