"""Removal of what no reader can need any more: replaced files past retention, and orphans.

A replaced file stays for as long as readers may go back to when it was current: those of an old
catalog, and as-of queries. An orphan was written by a process that died before its commit, and no
log names it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pyarrow.fs as pafs

from expectations.records import Snapshot
from tasks.durable import exclusive
from tasks.errors import LakeError
from tasks.lake import NO_HOOKS, explained_errors, finish_commit, open_table, relative_paths
from tasks.settings import LAKE_MARKER
from tasks.snapshots import SHOWN, snapshot_at
from tasks.storage import Lake
from tasks.tables import TABLES

# Longer than any commit takes from its first file to its log entry.
AT_WORK = timedelta(days=1)
# Between a commit and the snapshot that shows it, on machines whose clocks differ.
MARGIN_HOURS = 1
# delta-rs writes `name#1` and moves it to `name`; in stores without conditional puts, `name.tmp`.
UNFINISHED = re.compile(r"([^/]+/)?[^/]+(#\d+|\.json\.tmp)")
# The names that write_file makes: what somebody else put there is not ours to remove.
DATA_FILE = re.compile(
    r"([^/=]+=[A-Za-z0-9_-]+/)?[0-9a-f]{8}-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.parquet"
)
# What a process leaves beside the tables that is killed while it replaces a file.
LEFTOVERS = (
    ".broadsheet.duckdb.new*",
    f".{LAKE_MARKER}.*",
    "reports/.latest.*",
    "reports/*/.index.html.*",
    "pages/.*.warc.gz.new",
    "pages/.*.cdxj.*",
)


def remove_unneeded(lake: Lake, *, days: int, now: datetime) -> Mapping[str, int]:
    """Remove data files that nobody has needed for `days` days, and what killed processes left.

    Returns:
        Per table, how many data files were removed.

    Raises:
        LakeError: if a table cannot be read or written.
    """
    with explained_errors(lake):
        # What readers saw `days` days ago they may have seen, unchanged, for long.
        oldest = snapshot_at(lake, now - timedelta(days=days))
        since = min(now - timedelta(days=days), oldest.taken_at if oldest else now)
        hours = math.ceil((now - since) / timedelta(hours=1)) + MARGIN_HOURS
        removed = {}
        for table in TABLES:
            _keep_log_for(lake, table, days)
            listed = _listed(lake, table)
            expired = _vacuum(lake, table, listed, hours)
            orphans = _orphans(lake, table, listed, oldest, now - AT_WORK) - expired
            _delete(lake, (f"{table}/{path}" for path in orphans))
            removed[table] = len(expired) + sum(path.endswith(".parquet") for path in orphans)
        _remove_leftovers(lake, now - AT_WORK)
    return removed


def _keep_log_for(lake: Lake, table: str, days: int) -> None:
    """Let the log reach as far back as the files do."""
    wanted = {
        "delta.logRetentionDuration": f"interval {days + 1} days",
        "delta.deletedFileRetentionDuration": f"interval {days} days",
    }
    if wanted.items() <= open_table(lake, table).metadata().configuration.items():
        return
    with exclusive(lake.lock):
        handle = open_table(lake, table)
        before = handle.version()
        handle.alter.set_table_properties(wanted, post_commithook_properties=NO_HOOKS)
        finish_commit(lake, table, before)


def _vacuum(lake: Lake, table: str, listed: Collection[str], hours: int) -> set[str]:
    """Remove files that were replaced more than `hours` hours ago."""
    handle = open_table(lake, table)
    before = handle.version()
    # The log names a replaced file for some time after it is gone.
    expired = set(handle.vacuum(hours)).intersection(listed)
    if expired:
        handle.vacuum(hours, dry_run=False, post_commithook_properties=NO_HOOKS)
        finish_commit(lake, table, before)
    return expired


def _orphans(
    lake: Lake,
    table: str,
    listed: Mapping[str, datetime],
    oldest: Snapshot | None,
    before: datetime,
) -> set[str]:
    """Files last written `before` then that no commit has named."""
    handle = open_table(lake, table)
    replaced = handle.vacuum(0, enforce_retention_duration=False)
    named = {*relative_paths(handle, table), *replaced}
    orphans = {
        path
        for path, written_at in listed.items()
        if written_at < before and path not in named and _is_ours(path)
    }
    if orphans and oldest and table in SHOWN:
        # A checkpoint forgets what was replaced, by its age alone.
        try:
            orphans -= {*relative_paths(open_table(lake, table, getattr(oldest, table)), table)}
        except LakeError:  # in doubt nothing is removed
            return set()
    return orphans


def _is_ours(path: str) -> bool:
    return UNFINISHED.fullmatch(path) is not None or DATA_FILE.fullmatch(path) is not None


def _listed(lake: Lake, table: str) -> dict[str, datetime]:
    """All files below a table, by paths relative to it, and when each was last written."""
    found = lake.files.get_file_info(pafs.FileSelector(table, recursive=True))
    return {
        info.path.removeprefix(f"{table}/"): info.mtime
        for info in found
        if info.type == pafs.FileType.File
    }


def _delete(lake: Lake, names: Iterable[str]) -> None:
    for name in names:
        with suppress(FileNotFoundError):  # somebody else sweeps too
            lake.files.delete_file(name)


def _remove_leftovers(lake: Lake, before: datetime) -> None:
    """Remove files beside the tables that were never moved to their names."""
    for pattern in LEFTOVERS:
        for path in lake.home.glob(pattern):
            with suppress(FileNotFoundError):
                if datetime.fromtimestamp(path.lstat().st_mtime, UTC) < before:
                    path.unlink()
