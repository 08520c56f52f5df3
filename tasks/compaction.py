"""Compaction: small files to few, so that queries open few, with the same rows in the same layout.

Size-tiered: a file is merged with others of its size or smaller, so over the years a row is
rewritten a number of times that grows with the logarithm of the data only. New files are written
beside the old; one commit to the table's log then puts them in their place. Nothing is locked
meanwhile: whoever adds rows goes on, and where two compactions meet, one of them is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.durable import exclusive
from tasks.errors import LakeError
from tasks.lake import explained_errors, open_table, relative_paths, replace_files
from tasks.parquet import WrittenFile, in_order, write_file
from tasks.storage import Lake
from tasks.tables import TABLES, file_schema, schema_tag

TARGET_BYTES = 64 << 20  # about 30,000 articles; DuckDB reads one in a fraction of a second
ALWAYS_MERGED_BYTES = 1 << 20  # opening a file costs as much as reading this
# A file joins smaller ones that together hold half its size, so its rows move to one at least half
# as large again: from 1 MiB to the target in nine moves at most.
LARGEST_JUMP = 2
MOST_IN_MEMORY = 384 << 20  # of Arrow's, once; sorting takes as much again
APP_ID = "compaction"
TRIES = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """What compaction did to the files of a table."""

    table: str
    files_before: int
    files_after: int
    bytes_rewritten: int


def merge_small_files(lake: Lake, table: str) -> Merged:
    """Merge the small files of each partition; give old files the columns that have come since.

    The caller does not hold the lake's lock. What somebody else has replaced meanwhile stays as
    they made it.

    Raises:
        LakeError: if a file of the table cannot be read, or none can be written.
    """
    files = active_data_files(lake, table)
    files_after, bytes_rewritten = len(files), 0
    for chosen in plan_bins(files, schema_tag(table)):
        for old, rows in _read_bounded(lake, table, chosen):
            if len(old) > 1 or _lacks_columns(old[0], schema_tag(table)):
                new = _rewrite(lake, table, old, rows)
                if _replaced(lake, table, old, new):
                    files_after -= len(old) - 1
                    bytes_rewritten += new.size_bytes
            # Before the next are read; or memory would creep up from bin to bin.
            del rows
            pa.default_memory_pool().release_unused()
    return Merged(table, len(files), files_after, bytes_rewritten)


def plan_bins(files: Iterable[WrittenFile], tag: str) -> list[list[WrittenFile]]:
    """Choose which files to merge: bins of the files of one partition, up to the target.

    Args:
        files: Data files of a table.
        tag: How names of files with all columns begin; one that lacks some is worth rewriting
            alone, whatever its size.
    """
    partitions: dict[tuple[str | None, ...], list[WrittenFile]] = defaultdict(list)
    for file in files:
        partitions[tuple(file.partition_values.values())].append(file)
    bins = [chosen for part in partitions.values() for chosen in _tiers(part)]
    return [chosen for chosen in bins if len(chosen) > 1 or _lacks_columns(chosen[0], tag)]


def _tiers(files: Iterable[WrittenFile]) -> Iterator[list[WrittenFile]]:
    chosen: list[WrittenFile] = []
    held = 0
    for file in sorted(files, key=lambda file: (file.size_bytes, file.relative_path)):
        size = file.size_bytes
        is_tiny = size < ALWAYS_MERGED_BYTES
        joins = (
            size < TARGET_BYTES // 2
            and held + size <= TARGET_BYTES
            and (is_tiny or size <= LARGEST_JUMP * held)
        )
        if chosen and not joins:
            yield chosen
            chosen, held = [], 0
        chosen.append(file)
        held += size
    if chosen:
        yield chosen


def _lacks_columns(file: WrittenFile, tag: str) -> bool:
    return not file.relative_path.rpartition("/")[2].startswith(f"{tag}-")


def active_data_files(lake: Lake, table: str) -> list[WrittenFile]:
    """Data files of a table's newest version, as its log describes them."""
    partition = TABLES[table].partition_by
    actions = pa.table(open_table(lake, table).get_add_actions(flatten=True))
    return [
        WrittenFile(
            relative_path=action["path"],
            size_bytes=action["size_bytes"],
            rows=action["num_records"] or 0,
            partition_values={partition: action[f"partition.{partition}"]} if partition else {},
            written_at_ms=action["modification_time"],
        )
        for action in actions.to_pylist()
    ]


def _read_bounded(
    lake: Lake, table: str, files: Sequence[WrittenFile]
) -> Iterator[tuple[list[WrittenFile], pa.Table]]:
    """Read files, oldest first, as many at once as memory allows: text may compress to nothing."""
    taken: list[WrittenFile] = []
    parts: list[pa.Table] = []
    size = 0
    for file in sorted(files, key=lambda file: (file.written_at_ms, file.relative_path)):
        part = _read(lake, table, file)
        if taken and size + part.nbytes > MOST_IN_MEMORY:
            yield taken, _joined(parts, table)
            taken, size = [], 0
        taken.append(file)
        parts.append(part)
        size += part.nbytes
        del part
    yield taken, _joined(parts, table)


def _read(lake: Lake, table: str, file: WrittenFile) -> pa.Table:
    """Read a data file with all columns of today; an older one lacks some: null, or no elements."""
    path = f"{table}/{file.relative_path}"
    try:
        with lake.files.open_input_file(path) as source, pq.ParquetFile(source) as data:
            rows = data.read(use_threads=False)  # small; the cores are for ingestion
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise LakeError(
            f"{lake.address(path)} cannot be read ({reason}): run `broadsheet status` to see what "
            "is damaged"
        ) from error
    return pa.table(
        {
            field.name: rows.column(field.name).cast(field.type)
            if field.name in rows.column_names
            else _absent(field.type, rows.num_rows)
            for field in file_schema(table)
        }
    )


def _absent(kind: pa.DataType, rows: int) -> pa.Array:
    return pa.array([[]] * rows, kind) if pa.types.is_list(kind) else pa.nulls(rows, kind)


def _joined(parts: list[pa.Table], table: str) -> pa.Table:
    """Move all rows into one table, in one piece: sorting pieces copies them once more."""
    rows = pa.concat_tables(parts)
    parts.clear()
    schema = pa.schema(
        # Rows that are older than a column have no value in it.
        field.with_nullable(field.nullable or rows.column(field.name).null_count > 0)
        for field in file_schema(table)
    )
    return rows.cast(schema).combine_chunks()


def _rewrite(lake: Lake, table: str, old: Sequence[WrittenFile], rows: pa.Table) -> WrittenFile:
    layout = TABLES[table]
    partition = old[0].partition_values[layout.partition_by] if layout.partition_by else None
    with explained_errors(lake):
        return write_file(lake, table, partition, in_order(rows, layout))


def _replaced(lake: Lake, table: str, old: Sequence[WrittenFile], new: WrittenFile) -> bool:
    """Put the new file in the old ones' place, or remove it if that is refused."""
    for _ in range(TRIES):
        with exclusive(lake.lock):
            if replace_files(lake, table, old=old, new=[new], app_id=APP_ID):
                return True
    # A store may have taken an entry and its answer been lost: then the second try was refused.
    if new.relative_path in relative_paths(open_table(lake, table), table):
        return True
    with explained_errors(lake):
        lake.files.delete_file(f"{table}/{new.relative_path}")
    return False
