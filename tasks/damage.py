"""Damage: what a lake has lost, or what does not belong to it, and what to do about it.

Looks at the tables' logs and at the names and sizes of the data files that they need; what a disk
has changed inside a data file of the right size shows when it is read. Changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.fs as pafs

from expectations.records import Snapshot
from tasks.errors import LakeError
from tasks.lake import explained_errors, first_line, read_table, table_owner
from tasks.log_damage import NEW_LAKE, RESTORE, Damage, Finding, TableLog, log_findings
from tasks.settings import LAKE_MARKER
from tasks.snapshots import CLOCK_MAY_LAG, SHOWN, TICK, all_snapshots, newest_snapshot
from tasks.storage import Lake
from tasks.tables import TABLES

INGESTED_AGAIN = frozenset({"articles", "quarantine"})  # their rows come from the sources
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Table:
    """What is wrong with a table, and whose it says to be."""

    findings: tuple[Finding, ...] = ()
    owner: str | None = None


def refuse_damaged(lake: Lake) -> None:
    """Stop whoever is about to write into a damaged lake: it must stay as it is to be mended.

    Raises:
        LakeError: if the lake is damaged.
    """
    if found := find_damage(lake):
        first, others = found[0], len(found) - 1
        more = f" ({others:,} more: see `broadsheet status`)" if others else ""
        raise LakeError(
            f"{lake.uri} is damaged: {first.place} {first.problem}; {first.advice}{more}"
        )


def find_damage(lake: Lake) -> tuple[Damage, ...]:
    """Find what the newest state of a lake lacks, and what does not go with the rest.

    Raises:
        LakeError: if the lake cannot be looked at: its bucket does not answer.
    """
    with explained_errors(lake):
        # Before the tables: others may commit meanwhile, which must not look like damage.
        newest = _newest_snapshot(lake)
        with ThreadPoolExecutor(len(TABLES)) as threads:
            looks = threads.map(partial(_look_twice, lake, newest=newest), TABLES)
            tables = dict(zip(TABLES, looks, strict=True))
        if marker := _foreign_marker(lake, [table.owner for table in tables.values()]):
            return (*_clock(newest), marker)
        findings = [finding for table in tables.values() for finding in table.findings]
        hint = _as_of(lake, findings)
    damage = (found.damage for found in findings)
    return (*_clock(newest), *(replace(one, advice=f"{one.advice}{hint}") for one in damage))


def _newest_snapshot(lake: Lake) -> Snapshot | None:
    try:
        return newest_snapshot(lake)
    except LakeError:  # its table is looked at as the others are
        return None


def _clock(newest: Snapshot | None) -> Iterator[Damage]:
    now = datetime.now(UTC)
    if newest is not None and newest.taken_at - now > CLOCK_MAY_LAG:
        yield Damage(
            "snapshots",
            f"say that run {newest.run_id} wrote at {newest.taken_at:%Y-%m-%d %H:%M} UTC, but this "
            f"machine's clock says {now:%Y-%m-%d %H:%M} UTC",
            "set the clock; if that run's was wrong, ingest the sources into a new lake",
        )


def _foreign_marker(lake: Lake, owners: Sequence[str | None]) -> Damage | None:
    """The marker, if it does not go with tables that all go together."""
    owner, *others = set(owners)
    if others or owner in {None, table_owner(lake)}:
        return None
    problem = f"is of another lake ({table_owner(lake)!a}) than all tables ({owner!a})"
    return Damage(LAKE_MARKER, problem, RESTORE)


def _as_of(lake: Lake, findings: Sequence[Finding]) -> str:
    """How to read the lake as it was before all of the damage, if it can be."""
    if not findings:
        return ""
    try:
        rows = all_snapshots(lake)
    except LakeError:
        return ""
    for finding in findings:
        if finding.spares is None or finding.spares[0] not in rows.column_names:
            return ""
        column, highest = finding.spares
        rows = rows.filter(pc.field(column) <= pa.scalar(highest, rows[column].type))
    newest = pc.max(rows["taken_at"]).as_py()
    if newest is None:
        return ""
    return f"; until then `sql --as-of {newest:%Y-%m-%dT%H:%M:%S.%fZ}` reads what was before"


def _look_twice(lake: Lake, table: str, *, newest: Snapshot | None) -> _Table:
    """Look at a table; again if something seems wrong, for others may commit while one lists."""
    first = _look(lake, table, newest)
    if not first.findings:
        return first
    second = _look(lake, table, newest)
    both = tuple(finding for finding in second.findings if finding in first.findings)
    return replace(second, findings=both)


def _look(lake: Lake, table: str, newest: Snapshot | None) -> _Table:
    sizes = _sizes(lake, table)
    log = TableLog.of(table, sizes)
    if not log.entries and not log.checkpoints:
        problem = "has lost its log" if sizes else "is missing"
        return _Table((Finding(Damage(table, problem, f"{RESTORE}; {NEW_LAKE}")),))
    try:
        handle = read_table(lake, table)
    except LakeError as error:
        found = log_findings(lake, log, opens=False)
        if not found and not lake.is_local:
            raise  # the bucket does not answer, most often
        problem = f"cannot be opened ({first_line(error.__cause__ or error)})"
        unknown = Finding(Damage(table, problem, f"{RESTORE}; {NEW_LAKE}"))
        return _Table(tuple(found) or (unknown,))
    owner = str(handle.metadata().description)
    if owner != table_owner(lake):
        return _Table((_foreign(lake, table, owner),), owner)
    found = log_findings(lake, log, opens=True)
    if newest is not None and table in SHOWN and handle.version() < getattr(newest, table):
        found.append(_too_old(table, handle.version(), newest))
    found += _bad_files(lake, table, pa.table(handle.get_add_actions(flatten=True)), sizes)
    return _Table(tuple(found), owner)


def _foreign(lake: Lake, table: str, owner: str) -> Finding:
    problem = f"is of another lake ({owner!a}, not {table_owner(lake)!a})"
    advice = f"put the folder back where it was, and restore this lake's from a backup; {NEW_LAKE}"
    return Finding(Damage(table, problem, advice))


def _too_old(table: str, version: int, newest: Snapshot) -> Finding:
    problem = (
        f"is at version {version}, but run {newest.run_id} published version "
        f"{getattr(newest, table)} at {newest.taken_at:%Y-%m-%d %H:%M} UTC: its newest entries are "
        "lost, or it comes from an older backup"
    )
    advice = f"restore its newest state from a backup, or all tables from one; {NEW_LAKE}"
    return Finding(Damage(table, problem, advice), (table, version))


def _bad_files(
    lake: Lake, table: str, files: pa.Table, sizes: Mapping[str, int]
) -> Iterator[Finding]:
    """Find data files that are not there as the log says; of a folder that is gone say it once."""
    by_folder: dict[str, list[_DataFile]] = defaultdict(list)
    for row in files.to_pylist():
        file = _data_file(table, row)
        by_folder[file.folder].append(file)
    for folder, expected in sorted(by_folder.items()):
        bad = [file for file in expected if sizes.get(file.path) != file.size]
        missing = [file for file in bad if file.path not in sizes]
        if len(missing) == len(expected) > 1:
            problem = f"has lost all its {len(missing):,} data files"
            yield _lost(lake, table, folder, problem, missing)
            continue
        for file in bad:
            size = sizes.get(file.path)
            problem = (
                "is missing"
                if size is None
                else f"has {size:,} bytes, not {file.size:,}"
                if size
                else "is empty"
            )
            yield _lost(lake, table, file.path, problem, [file])


def _sizes(lake: Lake, table: str) -> dict[str, int]:
    """Bytes of each file of a table, by its path relative to the lake."""
    everything = pafs.FileSelector(table, allow_not_found=True, recursive=True)
    found = lake.files.get_file_info(everything)
    return {info.path: info.size for info in found if info.type == pafs.FileType.File}


@dataclass(frozen=True, slots=True)
class _DataFile:
    """A data file as the log has it, by its path relative to the lake."""

    path: str
    size: int
    rows: int | None
    written_at: datetime

    @property
    def folder(self) -> str:
        """Its folder: the table's, or the partition's."""
        return self.path.rpartition("/")[0]


def _data_file(table: str, action: Mapping[str, Any]) -> _DataFile:
    return _DataFile(
        path=f"{table}/{action['path']}",
        size=action["size_bytes"],
        rows=action["num_records"],
        written_at=EPOCH + timedelta(milliseconds=action["modification_time"]),
    )


def _lost(lake: Lake, table: str, place: str, problem: str, files: Sequence[_DataFile]) -> Finding:
    """What the loss of data files means, and how to live on without them."""
    rows = sum(file.rows or 0 for file in files)
    month = files[0].folder.removeprefix(table).rpartition("=")[2]
    what = f"{problem}: {rows:,} row{'' if rows == 1 else 's'}" + (f" of {month}" if month else "")
    # `repair` takes out of a table which files are gone.
    delete = "" if problem.startswith(("is missing", "has lost")) else "delete it, "
    repair = f"deltalake.DeltaTable({lake.address(table)!r}).repair()"
    then = (
        "ingest their sources again"
        if table in INGESTED_AGAIN
        else "publish the rest with `broadsheet compact`"
    )
    advice = f"{RESTORE}; without one, {delete}give its rows up with Python's {repair} and {then}"
    # Snapshots of before it was written, be it by a commit or by compaction, do without it.
    written_at = min(file.written_at for file in files) - TICK
    if not lake.is_local:
        written_at -= CLOCK_MAY_LAG  # it may be another machine's time
    return Finding(Damage(place, what, advice), ("taken_at", written_at))
