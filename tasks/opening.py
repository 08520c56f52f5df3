"""Opening a lake: which folders and prefixes are lakes, and which can become one.

The marker `lake.json` makes a lake. It says the lake's format, its id, and, once all tables are
made, their columns: a program that finds columns there which it does not know is older than the
one that wrote the lake, and stops.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.fs as pafs

from tasks.durable import exclusive
from tasks.errors import LakeError
from tasks.lake import (
    add_missing_columns,
    create_table,
    explained_errors,
    read_table,
    table_owner,
)
from tasks.settings import LAKE_MARKER
from tasks.storage import Lake, lake_at
from tasks.tables import TABLES, table_schema

FORMAT = 2  # raised when an older program must not touch a newer lake
# Of systems, and of ourselves, killed before the marker was written.
LEFTOVERS = frozenset({".DS_Store", "lost+found", ".lock"})
UNBORN = f".{LAKE_MARKER}."  # a marker that a killed process had not yet given its name


@dataclass(frozen=True, slots=True)
class Marker:
    """What `lake.json` says; no columns if the lake's making was interrupted."""

    id: str
    columns: Mapping[str, tuple[str, ...]]


def open_lake(name: str | Path) -> Lake:
    """Open a lake that exists.

    Raises:
        LakeError: if there is none, it is not whole, or it is newer than this program.
    """
    lake = lake_at(name)
    if lake.is_local and not lake.home.exists():
        raise LakeError(f"there is no lake at {name}: run {_first_command(name)} first")
    marker = _read_marker(lake)
    if marker is None and (mended := _with_marker(lake)):
        raise LakeError(f"{name} is not a lake any more: its {LAKE_MARKER} is lost; {mended}")
    if marker is None and lake.is_local:
        raise LakeError(
            f"{name} is not a lake: it has no {LAKE_MARKER}; name the lake's folder with --lake"
        )
    if marker is None or not marker.columns:
        raise LakeError(f"there is no lake at {name} yet: run {_first_command(name)} first")
    if not lake.is_local:
        with suppress(OSError):  # to read a lake no cache is needed
            lake.home.mkdir(parents=True, exist_ok=True)
    return replace(lake, id=marker.id)


def open_or_create_lake(name: str | Path) -> Lake:
    """Open a lake for writing, or make one of a folder or prefix that is absent or empty.

    A lake that an older Broadsheet wrote gets the columns that have come since.

    Raises:
        LakeError: if something else lies there, or a lake newer than this program.
    """
    lake = lake_at(name)
    check_place(name)
    lake.home.mkdir(parents=True, exist_ok=True)
    with explained_errors(lake), exclusive(lake.lock):
        marker = _read_marker(lake)
        if marker is None:
            marker = Marker(uuid.uuid4().hex, {})
            _write_marker(lake, marker)
        lake = replace(lake, id=marker.id)
        if not marker.columns:
            lake = replace(lake, id=_begun_id(lake))
        columns = {table: tuple(table_schema(table).names) for table in TABLES}
        if marker.columns == columns:
            return lake
        for table in TABLES:
            if table not in marker.columns:
                create_table(lake, table)
            if marker.columns.get(table) != columns[table]:
                add_missing_columns(lake, table)
        _write_marker(lake, Marker(lake.id, columns))
    return lake


def _begun_id(lake: Lake) -> str:
    """Id of a lake that is being made: that of its first table.

    Machines that make a lake of one prefix at the same moment have each written a marker, the last
    over the others'; but only one of them can begin the log of a table.
    """
    table = next(iter(TABLES))
    create_table(lake, table)
    owner = str(read_table(lake, table).metadata().description)
    return owner.removeprefix(table_owner(replace(lake, id="")))


def check_place(name: str | Path) -> None:
    """See whether a folder or prefix is a lake of ours or can become one; make nothing.

    Raises:
        LakeError: if neither.
    """
    lake = lake_at(name)
    if _read_marker(lake) is None:
        _refuse_foreign_content(lake)
    if lake.is_local and lake.home.exists() and not os.access(lake.home, os.W_OK | os.X_OK):
        raise LakeError(f"{name} cannot be written: check who owns it, and that its disk may be")


def _refuse_foreign_content(lake: Lake) -> None:
    if lake.is_local and lake.home.exists() and not lake.home.is_dir():
        raise LakeError(f"{lake.uri} is a file, not a lake: name a new or empty folder with --lake")
    outer = next((p for p in lake.home.parents if (p / LAKE_MARKER).exists()), None)
    if lake.is_local and outer:
        raise LakeError(f"{lake.uri} lies in the lake {outer}: name another folder with --lake")
    with explained_errors(lake):
        try:
            found = lake.files.get_file_info(pafs.FileSelector(""))
        except FileNotFoundError:
            return
    names = sorted(info.base_name for info in found)
    foreign = [name for name in names if name not in LEFTOVERS and not name.startswith(UNBORN)]
    # Read once more after the listing: another process may have made the lake meanwhile.
    if foreign and _read_marker(lake) is None:
        if mended := _with_marker(lake):
            raise LakeError(f"{lake.uri} is not a lake any more: {LAKE_MARKER} is lost; {mended}")
        raise LakeError(
            f"{lake.uri} is not a lake: it holds {foreign[0]!r} and no {LAKE_MARKER}; "
            "name a new or empty folder with --lake"
        )


def _read_marker(lake: Lake) -> Marker | None:
    place = lake.address(LAKE_MARKER)
    try:
        with explained_errors(lake):
            content = lake.read(LAKE_MARKER)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        found = json.loads(content)
        version = int(found["broadsheet_lake"])
        if version > FORMAT:
            raise LakeError(_newer(lake, f"format {version}, this one knows {FORMAT}"))
        if version < FORMAT:
            raise LakeError(
                f"{lake.uri} was written by a trial version of Broadsheet (format {version}): "
                "ingest its sources into a new lake"
            )
        columns = {table: tuple(names) for table, names in found.get("columns", {}).items()}
        marker = Marker(str(found["id"]), columns)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        mended = _with_marker(lake) or "restore it from a backup"
        raise LakeError(f"{place} is damaged ({error!r}): {mended}") from error
    for table, names in columns.items():
        known = table_schema(table).names if table in TABLES else ()
        if unknown := sorted(set(names) - set(known)):
            raise LakeError(_newer(lake, f"it does not know {unknown[0]!r} of {table}"))
    return marker


def _with_marker(lake: Lake) -> str | None:
    """How to get a marker back that is lost; None if no table of ours lies there."""
    for table in TABLES:
        try:
            owner = str(read_table(lake, table).metadata().description)
        except (LakeError, OSError):
            continue
        if owner.startswith(table_owner(lake)):
            content = json.dumps(
                {"broadsheet_lake": FORMAT, "id": owner.removeprefix(table_owner(lake))}
            )
            return (
                f"restore it from a backup, or write {content} into it, as the table {table} has "
                "it, and run `broadsheet ingest` again"
            )
    return None


def _write_marker(lake: Lake, marker: Marker) -> None:
    content = {"broadsheet_lake": FORMAT, "id": marker.id, "columns": marker.columns}
    lake.write(LAKE_MARKER, json.dumps(content, indent=1) + "\n")


def _newer(lake: Lake, detail: str) -> str:
    return f"{lake.uri} was written by a newer Broadsheet ({detail}): update Broadsheet"


def _first_command(name: str | Path) -> str:
    return f"`broadsheet ingest SOURCE --lake {name}`"
