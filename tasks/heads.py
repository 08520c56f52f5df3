"""Heads: which data files the newest version of a table has, followed from commit to commit.

Opening a table costs more the more files it has. A process that commits shard after shard opens it
once, and then reads only the log entries that have come since.
"""

from __future__ import annotations

from dataclasses import dataclass

from tasks.lake import open_table, relative_paths
from tasks.log import read_entry
from tasks.storage import Lake


@dataclass(frozen=True, slots=True)
class TableFiles:
    """Data files of one version of a table, by paths relative to it, sorted."""

    version: int
    digest: str
    paths: tuple[str, ...]

    def addresses(self, lake: Lake, table: str) -> list[str]:
        """The same as absolute paths or URIs."""
        return [lake.address(f"{table}/{path}") for path in self.paths]


_KNOWN: dict[tuple[Lake, str], TableFiles] = {}


def current_files(lake: Lake, table: str) -> TableFiles:
    """Data files of a table's newest version.

    Raises:
        LakeError: if its log cannot be read.
    """
    known = _KNOWN.get((lake, table))
    try:
        # Not if the lake was put back to an older state meanwhile.
        is_valid = (
            known is not None and read_entry(lake, table, known.version).digest == known.digest
        )
        head = _follow(lake, table, known) if known and is_valid else files_of(lake, table)
    except FileNotFoundError:  # its entry is removed from the log long after
        head = files_of(lake, table)
    _KNOWN[lake, table] = head
    return head


def files_of(lake: Lake, table: str, version: int | None = None) -> TableFiles:
    """Data files of a table's newest or an older version, as delta-rs reads them.

    Raises:
        LakeError: if its log cannot be read.
    """
    handle = open_table(lake, table, version)
    try:
        digest = read_entry(lake, table, handle.version()).digest
    except FileNotFoundError:
        digest = ""
    return TableFiles(handle.version(), digest, tuple(relative_paths(handle, table)))


def _follow(lake: Lake, table: str, known: TableFiles) -> TableFiles:
    version, digest, paths = known.version, known.digest, set(known.paths)
    while True:
        try:
            entry = read_entry(lake, table, version + 1)
        except FileNotFoundError:
            break
        version, digest = version + 1, entry.digest
        paths = (paths - set(entry.removed)) | set(entry.added)
    if version == known.version:
        return known
    return TableFiles(version, digest, tuple(sorted(paths)))
