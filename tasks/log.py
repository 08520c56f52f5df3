"""Entries of a table's log, as the Delta protocol writes them: one JSON action a line.

delta-rs tells which files a table has, not which ones a commit added: that is read here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

from tasks.errors import LakeError
from tasks.storage import Lake


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit: which files it added and removed, and which of the added have new rows."""

    app_id: str | None
    added: tuple[str, ...]
    removed: tuple[str, ...]
    with_new_rows: tuple[str, ...]
    deletes_rows: bool
    digest: str


def read_entry(lake: Lake, table: str, version: int) -> LogEntry:
    """Read one entry.

    Raises:
        FileNotFoundError: if there is none: not yet, or not any more, for old ones are removed.
        LakeError: if it is damaged. (delta-rs passes over an empty one, and its rows are gone.)
    """
    name = entry_name(table, version)
    content = lake.read(name)
    try:
        return _parse(content)
    except (ValueError, KeyError, TypeError) as error:
        raise LakeError(
            f"{lake.address(name)} is damaged ({error}): restore it from a backup; "
            "`broadsheet status` looks for more damage"
        ) from error


def _parse(content: bytes) -> LogEntry:
    actions = [json.loads(line) for line in content.splitlines()]
    if not actions:
        raise ValueError("it is empty")
    adds = [action["add"] for action in actions if "add" in action]
    removes = [action["remove"] for action in actions if "remove" in action]
    transactions = [action["txn"]["appId"] for action in actions if "txn" in action]
    return LogEntry(
        app_id=transactions[0] if transactions else None,
        added=tuple(unquote(add["path"]) for add in adds),
        removed=tuple(unquote(remove["path"]) for remove in removes),
        with_new_rows=tuple(unquote(add["path"]) for add in adds if add["dataChange"]),
        deletes_rows=any(remove["dataChange"] for remove in removes),
        digest=sha256(content).hexdigest(),
    )


def entry_name(table: str, version: int) -> str:
    """Path of an entry, relative to the lake (Delta protocol: 20 digits)."""
    return f"{table}/_delta_log/{version:020}.json"
