"""The lake: Delta tables in a folder, and how rows get into them.

A commit is: write Parquet files under new names, fsync them and their folder, open the table, look
whether this transaction is in already, append one log entry on that same handle, fsync the log.
Killed before the log entry, it leaves orphan files that no reader sees; killed after it, the rows
are in and the transaction's number says so to whoever tries again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.transaction import AddAction

from expectations.columns import arrow_schema
from expectations.records import ArticleVersion, FunnelCount, Metric, Quarantined, Run
from tasks.durable import fsync, write_text
from tasks.errors import LakeError
from tasks.parquet import WrittenFile, write_partitions

FORMAT = 1  # raised when an older program must not write to a newer lake
MARKER = "lake.json"
LEFTOVERS = frozenset({".DS_Store", "lost+found"})


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

    def folder(self, table: str) -> Path:
        """Folder of one Delta table."""
        return self.root / table


def open_lake(root: Path) -> Lake:
    """Open a lake that exists.

    Raises:
        LakeError: if there is none, or it is newer than this program.
    """
    if not root.exists():
        raise LakeError(
            f"there is no lake at {root}: run `broadsheet ingest SOURCE --lake {root}` first"
        )
    _check_marker(root)
    return Lake(root.resolve())


def open_or_create_lake(root: Path) -> Lake:
    """Open a lake, or make one of a folder that is absent or empty.

    Raises:
        LakeError: if the folder holds something else, or a lake newer than this program.
    """
    if not (root / MARKER).exists():
        _refuse_foreign_folder(root)
        root.mkdir(parents=True, exist_ok=True)
        write_text(root / MARKER, json.dumps({"broadsheet_lake": FORMAT}) + "\n")
    _check_marker(root)
    lake = Lake(root.resolve())
    for table in TABLES:
        _create_table(lake, table)
    return lake


def _refuse_foreign_folder(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise LakeError(f"{root} is a file, not a lake: name a new or empty folder with --lake")
    names = sorted(p.name for p in root.iterdir()) if root.exists() else []
    foreign = [name for name in names if name not in LEFTOVERS]
    if foreign:
        raise LakeError(
            f"{root} is not a lake: it holds {foreign[0]!r} and no {MARKER}; "
            "name a new or empty folder with --lake"
        )


def _check_marker(root: Path) -> None:
    try:
        found = json.loads((root / MARKER).read_text(encoding="utf-8"))["broadsheet_lake"]
    except (FileNotFoundError, NotADirectoryError):
        raise LakeError(
            f"{root} is not a lake: it has no {MARKER}; name the lake's folder with --lake"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(
            f"{root / MARKER} is damaged ({error}): restore it from a backup"
        ) from error
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
    _fsync_log(folder)


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
    if _is_committed(handle, app_id, sequence):
        return False
    handle.create_write_transaction(
        [_add_action(file) for file in files],
        mode="append",
        schema=handle.schema(),
        partition_by=[layout.partition_by] if layout.partition_by else None,
        commit_properties=CommitProperties(app_transactions=[Transaction(app_id, sequence)]),
    )
    _fsync_log(folder)
    return True


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
    return sorted(_local_path(uri) for uri in uris)


def _local_path(uri: str) -> Path:
    return Path(unquote(uri.removeprefix("file://"))) if uri.startswith("file://") else Path(uri)


def merge_small_files(lake: Lake, table: str) -> int:
    """Merge a table's small files; returns how many files fewer a snapshot has."""
    handle = DeltaTable(str(lake.folder(table)))
    metrics = handle.optimize.compact()
    _fsync_log(lake.folder(table))
    return int(metrics["numFilesRemoved"]) - int(metrics["numFilesAdded"])


def _fsync_log(folder: Path) -> None:
    """Make the newest log entry survive a power cut; delta-rs itself never syncs."""
    log = folder / "_delta_log"
    entries = sorted(log.glob("*.json"))
    if entries:
        fsync(entries[-1])
    fsync(log)
