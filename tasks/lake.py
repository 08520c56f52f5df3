"""The lake: Delta tables in a folder, and how rows get into them.

A commit is: write Parquet files under new names, fsync them and their folder, open the table, look
whether this transaction is in already, append one log entry on that same handle, fsync that entry.
Killed before the log entry, it leaves orphan files that no reader sees; killed after it, the rows
are in and the transaction's number says so to whoever tries again.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import (
    BloomFilterProperties,
    ColumnProperties,
    CommitProperties,
    DeltaTable,
    Transaction,
    WriterProperties,
)
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction

from expectations.columns import arrow_schema
from expectations.records import ArticleVersion, FunnelCount, Metric, Quarantined, Run
from tasks.durable import exclusive, fsync, write_text
from tasks.errors import LakeError, LakeFullError
from tasks.parquet import ROW_GROUP_ROWS, ZSTD_LEVEL, WrittenFile, write_partitions
from tasks.settings import LAKE_MARKER

FORMAT = 1  # raised when an older program must not write to a newer lake
RETENTION_HOURS = 7 * 24  # readers of an old catalog, and commits at work, have that long
LEFTOVERS = frozenset({".DS_Store", "lost+found"})
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# In a path delta-rs takes these for an escaped character, a slash or an error; DuckDB looks for the
# log of a database with a `?` in its path at another place. Surrogates are bytes that no UTF-8 has.
MISREAD = re.compile(r"%[0-9A-Fa-f]{2}|[?\\\x00-\x1f\x7f\ud800-\udfff]")
UNBORN = f".{LAKE_MARKER}."  # a marker that a killed process had not yet given its name


@dataclass(frozen=True, slots=True)
class TableLayout:
    """How a table is stored."""

    record_type: type
    partition_by: str | None = None
    sort_by: tuple[str, ...] = ()
    look_up_by: str | None = None


TABLES = {
    "articles": TableLayout(
        ArticleVersion, "published_month", ("publisher", "published_at"), "article_id"
    ),
    "quarantine": TableLayout(Quarantined, look_up_by="rejection_id"),
    "runs": TableLayout(Run),
    "funnel": TableLayout(FunnelCount),
    "metrics": TableLayout(Metric),
}


@dataclass(frozen=True, slots=True)
class Lake:
    """An open lake."""

    root: Path

    @property
    def catalog(self) -> Path:
        """The DuckDB file with the views."""
        return self.root / "broadsheet.duckdb"

    @property
    def reports(self) -> Path:
        """Folder of the quality reports."""
        return self.root / "reports"

    @property
    def staging(self) -> Path:
        """Folder of shards at work; whatever lies there belongs to a run that lives or died."""
        return self.root / "_staging"

    @property
    def lock(self) -> Path:
        """File whose lock orders the commits and catalogs of this machine's processes."""
        return self.root / ".lock"

    def folder(self, table: str) -> Path:
        """Folder of one Delta table."""
        return self.root / table


def open_lake(root: Path) -> Lake:
    """Open a lake that exists.

    Raises:
        LakeError: if there is none, or it is newer than this program.
    """
    _lake(root)
    if not root.exists():
        raise LakeError(
            f"there is no lake at {root}: run `broadsheet ingest SOURCE --lake {root}` first"
        )
    _check_marker(root)
    return _lake(root)


def open_or_create_lake(root: Path) -> Lake:
    """Open a lake, or make one of a folder that is absent or empty.

    Raises:
        LakeError: if the folder holds something else, or a lake newer than this program.
    """
    check_folder(root)
    if not (root / LAKE_MARKER).exists():
        root.mkdir(parents=True, exist_ok=True)
        write_text(root / LAKE_MARKER, json.dumps({"broadsheet_lake": FORMAT}) + "\n")
    lake = _lake(root)
    with explained_errors(lake), exclusive(lake.lock):
        for table in TABLES:
            _create_table(lake, table)
    return lake


def check_folder(root: Path) -> None:
    """See whether a folder is a lake of ours or can become one; make nothing.

    Raises:
        LakeError: if neither.
    """
    _lake(root)
    if (root / LAKE_MARKER).exists():
        _check_marker(root)
    else:
        _refuse_foreign_folder(root)
    if root.exists() and not os.access(root, os.W_OK | os.X_OK):
        raise LakeError(f"{root} cannot be written: check who owns it, and that its disk may be")


def _lake(root: Path) -> Lake:
    if root.parts[:1] == ("s3:",):
        raise LakeError("lakes on S3 are still to come: name a folder with --lake")
    path = root.resolve()
    if wrong := MISREAD.search(str(path)):
        raise LakeError(
            f"{str(path)!a} cannot be a lake: Delta or DuckDB would misread {wrong[0]!a} in it; "
            "name another folder with --lake"
        )
    return Lake(path)


def _refuse_foreign_folder(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise LakeError(f"{root} is a file, not a lake: name a new or empty folder with --lake")
    names = sorted(p.name for p in root.iterdir()) if root.exists() else []
    foreign = [name for name in names if name not in LEFTOVERS and not name.startswith(UNBORN)]
    if foreign:
        raise LakeError(
            f"{root} is not a lake: it holds {foreign[0]!r} and no {LAKE_MARKER}; "
            "name a new or empty folder with --lake"
        )


def _check_marker(root: Path) -> None:
    try:
        found = json.loads((root / LAKE_MARKER).read_text(encoding="utf-8"))["broadsheet_lake"]
    except (FileNotFoundError, NotADirectoryError):
        raise LakeError(
            f"{root} is not a lake: it has no {LAKE_MARKER}; name the lake's folder with --lake"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(
            f"{root / LAKE_MARKER} is damaged ({error}): restore it from a backup"
        ) from error
    if not isinstance(found, int):
        raise LakeError(
            f"{root / LAKE_MARKER} is damaged (format {found!r}): restore it from a backup"
        )
    if found > FORMAT:
        raise LakeError(
            f"{root} was written by a newer Broadsheet (format {found}, this one knows {FORMAT}): "
            "update Broadsheet"
        )


def _create_table(lake: Lake, table: str) -> None:
    layout = TABLES[table]
    folder = lake.folder(table)
    if (folder / "_delta_log").is_dir() and DeltaTable.is_deltatable(str(folder)):
        return
    DeltaTable.create(
        str(folder),
        schema=_plain(arrow_schema(layout.record_type)),
        mode="ignore",
        partition_by=[layout.partition_by] if layout.partition_by else None,
        name=table,
    )
    _fsync_log(folder, before=-1)


def _plain(schema: pa.Schema) -> pa.Schema:
    """Schema without the documentation, which Delta would take for column metadata of its own."""
    return pa.schema(field.remove_metadata() for field in schema)


def append(lake: Lake, table: str, rows: pa.Table, *, app_id: str, sequence: int = 1) -> bool:
    """Append rows in one commit, once.

    Args:
        lake: The lake.
        table: Name of a table of `TABLES`.
        rows: Rows with exactly the table's schema.
        app_id: Who commits: with `sequence` it names the commit, so that a second try adds nothing.
        sequence: Number of the commit among those of `app_id`, rising.

    Returns:
        False if this commit was in the table already.
    """
    if rows.num_rows == 0:
        return False
    folder = lake.folder(table)
    layout = TABLES[table]
    with explained_errors(lake):
        if _is_committed(DeltaTable(str(folder)), app_id, sequence):
            return False
        files = write_partitions(
            rows,
            folder,
            partition_by=layout.partition_by,
            sort_by=layout.sort_by,
            look_up_by=layout.look_up_by,
        )
        # The check and the commit share a handle: delta-rs refuses a concurrent commit of the same
        # transaction on it, but accepts a replay from a fresh one.
        handle = DeltaTable(str(folder))
        before = handle.version()
        if _is_committed(handle, app_id, sequence):
            return False
        handle.create_write_transaction(
            [_add_action(file) for file in files],
            mode="append",
            schema=handle.schema(),
            partition_by=[layout.partition_by] if layout.partition_by else None,
            commit_properties=CommitProperties(app_transactions=[Transaction(app_id, sequence)]),
        )
        _fsync_log(folder, before)
    return True


@contextmanager
def explained_errors(lake: Lake) -> Iterator[None]:
    """Turn what a full disk or a damaged table raises into what a user can act on.

    What the system refused for another reason (permission, a read-only disk) passes: the command
    line knows those.

    Raises:
        LakeFullError: if no space is left.
        LakeError: if a table cannot be read or written.
    """
    try:
        yield
    except (OSError, DeltaError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in FULL or "No space left on device" in str(error):
            raise LakeFullError(
                f"the disk of {lake.root} is full: free some space and run it again; "
                "what was committed stays and is not added twice"
            ) from error
        if number is not None:
            raise
        reason = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
        raise LakeError(f"the lake {lake.root} cannot be used ({reason})") from error


def _is_committed(handle: DeltaTable, app_id: str, sequence: int) -> bool:
    committed = handle.transaction_version(app_id)
    return committed is not None and committed >= sequence


def _add_action(file: WrittenFile) -> AddAction:
    return AddAction(
        path=file.relative_path,
        size=file.size_bytes,
        partition_values=file.partition_values,
        modification_time=file.written_at_ms,
        data_change=True,
        stats=json.dumps({"numRecords": file.rows}),
    )


def active_files(lake: Lake, table: str) -> Sequence[Path]:
    """List the data files of a table's newest snapshot, sorted.

    Raises:
        LakeError: if the table is missing or its log cannot be read.
    """
    folder = lake.folder(table)
    try:
        uris = DeltaTable(str(folder)).file_uris()
    except Exception as error:
        raise LakeError(f"the table {folder} cannot be read ({error})") from error
    return sorted(Path(unquote(uri.removeprefix("file://"))) for uri in uris)


def merge_small_files(lake: Lake, table: str) -> int:
    """Merge a table's small files, and remove what no snapshot of the last week needs.

    Returns:
        How many files fewer the newest snapshot has.
    """
    layout = TABLES[table]
    with explained_errors(lake):
        handle = DeltaTable(str(lake.folder(table)))
        before = handle.version()
        metrics = handle.optimize.compact(writer_properties=_writer_properties(layout))
        # full: also files of commits that never were, which Delta's log knows nothing of.
        handle.vacuum(RETENTION_HOURS, dry_run=False, full=True)
        _fsync_log(lake.folder(table), before)
    return int(metrics["numFilesRemoved"]) - int(metrics["numFilesAdded"])


def _writer_properties(layout: TableLayout) -> WriterProperties:
    """What write_partitions gives a file, for delta-rs's own writer."""
    bloom = ColumnProperties(bloom_filter_properties=BloomFilterProperties(True))  # noqa: FBT003
    return WriterProperties(
        compression="ZSTD",
        compression_level=ZSTD_LEVEL,
        max_row_group_size=ROW_GROUP_ROWS,
        column_properties={layout.look_up_by: bloom} if layout.look_up_by else None,
    )


def _fsync_log(folder: Path, before: int) -> None:
    """Make log entries after version `before` survive a power cut; delta-rs itself never syncs.

    Named by their numbers, not listed: a log grows by one entry a commit.
    """
    log = folder / "_delta_log"
    version = before + 1
    while (entry := log / f"{version:020}.json").exists():
        for path in (entry, log / f"{version:020}.checkpoint.parquet", log / "_last_checkpoint"):
            if path.exists():
                fsync(path)
        version += 1
    fsync(log)
