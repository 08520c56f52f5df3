"""Snapshots: which versions of the tables were published together, and when.

The catalog shows readers one snapshot; the table `snapshots` remembers each, so that a query as of
an earlier time sees what a reader saw then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from expectations.columns import from_row, to_table
from expectations.records import Snapshot
from tasks.errors import LakeError, UsageError
from tasks.heads import TableFiles, current_files
from tasks.lake import append, explained_errors
from tasks.log import read_entry
from tasks.storage import Lake
from tasks.tables import TABLES, file_schema

SHOWN = tuple(table for table in TABLES if table != "snapshots")
TICK = timedelta(microseconds=1)
# Clocks of machines that ask a time server differ by less; a wrong zone or a dead battery is more.
CLOCK_MAY_LAG = timedelta(minutes=10)
_NEWEST: dict[Lake, tuple[str, Snapshot | None]] = {}  # by the log entry that it was read from


def record_snapshot(
    lake: Lake, run_id: str, heads: Mapping[str, TableFiles], *, read_version: int
) -> Snapshot:
    """Remember these tables as published together now. The caller holds the lake's lock.

    Raises:
        StaleTableError: if somebody recorded a snapshot since `read_version` of their table.
    """
    snapshot = Snapshot(
        taken_at=moment(lake),
        run_id=run_id,
        **{table: heads[table].version for table in SHOWN},
    )
    app_id = f"{run_id}/{snapshot.taken_at.isoformat()}"
    append(
        lake, "snapshots", to_table(Snapshot, [snapshot]), app_id=app_id, read_version=read_version
    )
    return snapshot


def moment(lake: Lake) -> datetime:
    """The time now, or just after the newest snapshot where this machine's clock is behind it.

    Raises:
        LakeError: if the clock is far behind: the order of versions would not be the order of
            what happened.
    """
    now, newest = datetime.now(UTC), newest_snapshot(lake)
    if newest is None or now > newest.taken_at:
        return now
    if newest.taken_at - now > CLOCK_MAY_LAG:
        raise LakeError(
            f"this machine's clock says {_shown(now)}, but run {newest.run_id} wrote to "
            f"{lake.uri} at {_shown(newest.taken_at)}: set the clock, or, if that run's was wrong, "
            "ingest into a new lake"
        )
    return newest.taken_at + TICK


def newest_snapshot(lake: Lake) -> Snapshot | None:
    """The snapshot published last; None in a lake that has none yet."""
    head = current_files(lake, "snapshots")
    known = _NEWEST.get(lake)
    if known is not None and known[0] == head.digest:
        return known[1]
    newest = _read_newest(lake, head)
    _NEWEST[lake] = (head.digest, newest)
    return newest


def _read_newest(lake: Lake, head: TableFiles) -> Snapshot | None:
    try:
        for version in range(head.version, 0, -1):
            if added := read_entry(lake, "snapshots", version).with_new_rows:
                return _newest(_read(lake, added))
    except FileNotFoundError:  # its entry is removed from the log long after: the rows tell
        pass
    return _newest(_read(lake, head.paths))


def find_snapshot(lake: Lake, when: str) -> Snapshot:
    """The snapshot that readers saw at a time, or the last one that a run published.

    Args:
        lake: The lake.
        when: ISO 8601 time, in UTC unless it says otherwise, or a run's id.

    Raises:
        UsageError: if it is neither.
        LakeError: if there was no snapshot yet.
    """
    rows = all_snapshots(lake)
    # Names of runs are ASCII; Arrow refuses the bytes of an argument that is not UTF-8.
    of_run = rows.filter(pc.equal(rows.column("run_id"), when if when.isascii() else ""))
    if (found := _newest(of_run)) is not None:
        return found
    try:
        time = datetime.fromisoformat(when)
        time = time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{when!a} is neither a time, such as 2026-11-01T00:00Z, nor a run that published "
            "anything: `broadsheet sql 'select * from snapshots'` lists both"
        ) from None
    if (found := _newest(_until(rows, time))) is not None:
        return found
    first = pc.min(rows.column("taken_at")).as_py()
    raise LakeError(
        f"{lake.uri} has no snapshot of {_shown(time)} or before"
        + (f": the first is of {_shown(first)}" if first else "")
    )


def snapshot_at(lake: Lake, time: datetime) -> Snapshot | None:
    """The snapshot that readers saw at a time; None if there was none yet."""
    return _newest(_until(all_snapshots(lake), time))


def all_snapshots(lake: Lake) -> pa.Table:
    """The rows of the table `snapshots`."""
    return _read(lake, current_files(lake, "snapshots").paths)


def _until(rows: pa.Table, time: datetime) -> pa.Table:
    return rows.filter(
        pc.less_equal(rows.column("taken_at"), pa.scalar(time, rows["taken_at"].type))
    )


def _read(lake: Lake, paths: Iterable[str]) -> pa.Table:
    schema = file_schema("snapshots")
    files = [f"snapshots/{path}" for path in paths]
    try:
        with explained_errors(lake):
            data = ds.dataset(files, schema=schema, format="parquet", filesystem=lake.files)
            return data.to_table()
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise LakeError(
            f"the snapshots of {lake.uri} cannot be read ({error}): run `broadsheet status` to see "
            "what is damaged"
        ) from error


def _newest(rows: pa.Table) -> Snapshot | None:
    if not rows.num_rows:
        return None
    (row,) = rows.sort_by([("taken_at", "descending")]).slice(0, 1).to_pylist()
    return cast("Snapshot", from_row(Snapshot, row))


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
