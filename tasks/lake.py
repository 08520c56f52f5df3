"""Commits: how rows get into a lake's tables, once.

A commit is: write Parquet files under new names, sync them and their folders, append one entry to
the table's log, sync that entry. Killed before the log entry, it leaves files that no reader sees
and compaction sweeps; killed after it, the rows are in, and the entry's transaction says so to
whoever tries again. A log entry is made by a conditional put (a rename that fails if the name is
taken, `If-None-Match: *` on object stores), so that of two commits of one version one is refused.

tasks/commit.py says in which order the tables of a shard are committed, and what readers see.
"""

from __future__ import annotations

import errno
import json
import random
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.fs as pafs
from deltalake import CommitProperties, DeltaTable, Field, PostCommitHookProperties, Transaction
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from tasks.errors import LakeError, LakeFullError, StaleTableError
from tasks.parquet import WrittenFile, write_partitions
from tasks.storage import Lake
from tasks.tables import TABLES, table_schema

RETENTION_DAYS = 30  # as-of queries and readers of an old catalog go back so far
CHECKPOINT_EVERY = 20  # commits: whoever opens a table reads its newest checkpoint and what follows
TRIES = 3  # of a commit that depends on nothing it could have missed
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
COLORS = re.compile(r"\x1b\[[0-9;]*m")
LONGEST_PAUSE_S = 1.0
# A quarter of the time after which a file that no entry names is swept: a machine may have slept.
LONGEST_COMMIT_MS = 6 * 3600 * 1000
LONGEST_CAUSE = 200  # characters
# Checkpoints and the removal of old log entries are ours to call: as a hook of each commit
# delta-rs reads the whole table again to see whether one is due (10 ms at 2,000 files).
NO_HOOKS = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)


def create_table(lake: Lake, table: str) -> None:
    """Make an empty table, unless it is there."""
    layout = TABLES[table]
    address = lake.address(table)
    if _has_log(lake, table) and DeltaTable.is_deltatable(address, _options(lake)):
        return
    try:
        DeltaTable.create(
            address,
            schema=table_schema(table),
            mode="ignore",
            partition_by=[layout.partition_by] if layout.partition_by else None,
            name=table,
            description=table_owner(lake),
            configuration={
                "delta.logRetentionDuration": f"interval {RETENTION_DAYS + 1} days",
                "delta.deletedFileRetentionDuration": f"interval {RETENTION_DAYS} days",
                # Each shard is a transaction; without a term their names would pile up for ever.
                "delta.setTransactionRetentionDuration": f"interval {RETENTION_DAYS} days",
                "delta.checkpointInterval": str(CHECKPOINT_EVERY),
                # Our files have column statistics of their own. With a place for them in each
                # checkpoint, opening a table of 2,000 files takes 17 ms instead of 9.
                "delta.dataSkippingNumIndexedCols": "0",
            },
            storage_options=_options(lake),
            # Tried again, delta-rs would make the table anew, with other metadata, as version 1.
            commit_properties=CommitProperties(max_commit_retries=0),
        )
    except CommitFailedError:
        # Another machine may have made it at the same moment: only one can begin its log.
        if not DeltaTable.is_deltatable(address, _options(lake)):
            raise
    _sync_log(lake, table, before=-1)


def add_missing_columns(lake: Lake, table: str) -> None:
    """Give a table made by an older Broadsheet the columns that have come since, nullable."""
    handle = open_table(lake, table)
    present = {field.name for field in handle.schema().fields}
    missing = [field for field in table_schema(table) if field.name not in present]
    if missing:
        before = handle.version()
        added = DeltaSchema.from_arrow(pa.schema([f.with_nullable(True) for f in missing]))  # noqa: FBT003
        handle.alter.add_columns([Field(f.name, f.type, nullable=True) for f in added.fields])
        _sync_log(lake, table, before)


def open_table(lake: Lake, table: str, version: int | None = None) -> DeltaTable:
    """Read a table's log, up to its newest entry or up to `version`.

    Raises:
        LakeError: if it cannot be read, or belongs to another lake.
    """
    handle = read_table(lake, table, version)
    owner = handle.metadata().description
    if owner != table_owner(lake):
        raise LakeError(
            f"{lake.address(table)} is not of this lake ({owner!a}, not {table_owner(lake)!a}): "
            "two lakes were mixed; put the folder back where it was, or restore both from backups"
        )
    return handle


def read_table(lake: Lake, table: str, version: int | None = None) -> DeltaTable:
    """Read a table's log as `open_table` does, whichever lake the table is of.

    Raises:
        LakeError: if it cannot be read.
    """
    with explained_errors(lake):
        return DeltaTable(lake.address(table), version=version, storage_options=_options(lake))


def append(  # noqa: PLR0913 - a commit's parts, named at the call
    lake: Lake,
    table: str,
    rows: pa.Table,
    *,
    app_id: str,
    sequence: int = 1,
    read_version: int | None = None,
) -> bool:
    """Append rows in one commit, once.

    Args:
        lake: The lake.
        table: Name of a table of `TABLES`.
        rows: Rows with exactly the table's schema.
        app_id: Who commits: with `sequence` it names the commit, so that a second try adds nothing.
        sequence: Number of the commit among those of `app_id`, rising.
        read_version: Version of the table that was read to make the rows, if they depend on it.

    Returns:
        False if this commit was in the table already.

    Raises:
        StaleTableError: if somebody committed since `read_version`; nothing was added.
        LakeError: if the table cannot be written.
    """
    if rows.num_rows == 0:
        return False
    layout = TABLES[table]
    # The check and the commit share a handle: delta-rs refuses a concurrent commit of the same
    # transaction on it, but accepts a replay from a fresh one.
    handle = open_table(lake, table)
    if is_committed(handle, app_id, sequence):
        return False
    if read_version is not None and handle.version() != read_version:
        raise StaleTableError(f"{table} changed after version {read_version}")
    with explained_errors(lake):
        files = write_partitions(lake, table, rows)
        now_ms = time.time_ns() // 1_000_000
        if now_ms - min(file.written_at_ms for file in files) > LONGEST_COMMIT_MS:
            raise StaleTableError(f"this machine slept before it committed to {table}")
        for tries_left in reversed(range(TRIES)):
            try:
                handle.create_write_transaction(
                    [_add_action(file) for file in files],
                    mode="append",
                    schema=handle.schema(),
                    partition_by=[layout.partition_by] if layout.partition_by else None,
                    commit_properties=CommitProperties(
                        app_transactions=[Transaction(app_id, sequence, now_ms)],
                        max_commit_retries=None if read_version is None else 0,
                    ),
                    post_commithook_properties=NO_HOOKS,
                )
                break
            except CommitFailedError as error:
                handle = open_table(lake, table)
                if is_committed(handle, app_id, sequence):
                    return False
                if read_version is not None:
                    problem = f"{table} changed after version {read_version}"
                    raise StaleTableError(problem) from error
                # Compaction has set another retention, which delta-rs takes for a conflict.
                if not tries_left:
                    raise
        finish_commit(lake, table, handle.version())
    return True


def replace_files(
    lake: Lake,
    table: str,
    *,
    old: Sequence[WrittenFile],
    new: Sequence[WrittenFile],
    app_id: str,
) -> bool:
    """Put files with the same rows in place of others, in one commit: what compaction does.

    delta-rs does not notice that two commits remove the same file, so all replacements of a table
    are transactions of one `app_id`, each with the next number: of two at once one is refused.

    Returns:
        False if `old` are not all in the table any more, or somebody replaces files right now;
        nothing has changed then.
    """
    layout = TABLES[table]
    handle = open_table(lake, table)
    if not {file.relative_path for file in old} <= set(relative_paths(handle, table)):
        return False
    sequence = (handle.transaction_version(app_id) or 0) + 1
    now_ms = time.time_ns() // 1_000_000
    if now_ms - min(file.written_at_ms for file in new) > LONGEST_COMMIT_MS:
        return False
    removed = [
        RemoveAction(
            path=file.relative_path,
            data_change=False,
            deletion_timestamp=now_ms,
            size=file.size_bytes,
            partition_values=file.partition_values,
        )
        for file in old
    ]
    with explained_errors(lake):
        try:
            handle.create_write_transaction(
                [*removed, *(_add_action(file, data_change=False) for file in new)],
                mode="append",
                schema=handle.schema(),
                partition_by=[layout.partition_by] if layout.partition_by else None,
                commit_properties=CommitProperties(
                    app_transactions=[Transaction(app_id, sequence)]  # without a time: for ever
                ),
                post_commithook_properties=NO_HOOKS,
            )
        except CommitFailedError:
            return False
        finish_commit(lake, table, handle.version())
    return True


def pause() -> None:
    """Wait a moment, so that machines that were refused together do not meet again."""
    time.sleep(random.uniform(0.0, LONGEST_PAUSE_S))  # noqa: S311 - no secret


def is_committed(handle: DeltaTable, app_id: str, sequence: int = 1) -> bool:
    """Whether a transaction is in the table."""
    committed = handle.transaction_version(app_id)
    return committed is not None and committed >= sequence


def relative_paths(handle: DeltaTable, table: str) -> list[str]:
    """Data files of the snapshot that the handle has read, by paths relative to the table."""
    parts = 2 if TABLES[table].partition_by else 1
    return sorted("/".join(uri.split("/")[-parts:]) for uri in handle.file_uris())


def active_files(lake: Lake, table: str, version: int | None = None) -> list[str]:
    """Addresses of a table's data files, of its newest or an older version, sorted.

    Raises:
        LakeError: if the table is missing or its log cannot be read.
    """
    handle = open_table(lake, table, version)
    return [lake.address(f"{table}/{path}") for path in relative_paths(handle, table)]


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
    except (FileNotFoundError, NotADirectoryError):
        raise
    except TableNotFoundError as error:
        raise LakeError(
            f"{lake.uri} lacks a table or its log ({first_line(error)}): restore it from a backup"
        ) from error
    except (OSError, DeltaError) as error:
        number = error.errno if isinstance(error, OSError) else None
        if number in FULL or "No space left on device" in str(error):
            raise LakeFullError(
                f"the disk of {lake.uri} is full: free some space and run it again; "
                "what was committed stays and is not added twice"
            ) from error
        if number is not None:
            raise
        advice = (
            "run `broadsheet status` to see what is damaged"
            if lake.is_local
            else "check the bucket, the AWS_* variables and the address"
        )
        raise LakeError(
            f"the lake {lake.uri} cannot be used ({first_line(error)}): {advice}"
        ) from error


def finish_commit(lake: Lake, table: str, before: int) -> None:
    """Sync the log entries after `before`, and make a checkpoint when one is due."""
    version = _sync_log(lake, table, before)
    if version // CHECKPOINT_EVERY > before // CHECKPOINT_EVERY:
        handle = open_table(lake, table)
        handle.create_checkpoint()
        handle.cleanup_metadata()
        name = f"{table}/_delta_log/{handle.version():020}.checkpoint.parquet"
        if lake.is_local and (lake.home / name).exists():
            lake.sync(name, f"{table}/_delta_log/_last_checkpoint", f"{table}/_delta_log")


def _sync_log(lake: Lake, table: str, before: int) -> int:
    """Make log entries after version `before` survive a power cut; delta-rs itself never syncs.

    Named by their numbers, not listed: a log grows by one entry a commit.

    Returns:
        The newest version found.
    """
    log = f"{table}/_delta_log"
    version = before
    while _exists(lake, entry := f"{log}/{version + 1:020}.json"):
        lake.sync(entry)
        version += 1
    lake.sync(log)
    return version


def _exists(lake: Lake, name: str) -> bool:
    if lake.is_local:
        return (lake.home / name).exists()
    return bool(lake.files.get_file_info(name).type == pafs.FileType.File)


def _has_log(lake: Lake, table: str) -> bool:
    # delta-rs makes the folder of a table that it is asked about.
    return not lake.is_local or (lake.home / table / "_delta_log").is_dir()


def _add_action(file: WrittenFile, *, data_change: bool = True) -> AddAction:
    return AddAction(
        path=file.relative_path,
        size=file.size_bytes,
        partition_values=file.partition_values,
        modification_time=file.written_at_ms,
        data_change=data_change,
        stats=json.dumps({"numRecords": file.rows}),
    )


def table_owner(lake: Lake) -> str:
    """What the description of each of a lake's tables says."""
    return f"Broadsheet lake {lake.id}"


def _options(lake: Lake) -> dict[str, str] | None:
    options = lake.delta_options
    return dict(options) if options else None


def first_line(error: BaseException) -> str:
    """What an error says first, for a line of ours."""
    # delta-rs writes paragraphs, in colors, and whole data structures in a line.
    lines = COLORS.sub("", str(error)).strip().splitlines()
    line = lines[0].strip() if lines else repr(error)
    return line if len(line) <= LONGEST_CAUSE else f"{line[:LONGEST_CAUSE]}..."
