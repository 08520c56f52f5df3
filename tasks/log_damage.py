"""Damage of one table's log: entries and checkpoints that are missing, cut or no longer readable.

delta-rs refuses some of it, in words for its developers, and takes the rest for a commit that did
nothing: an entry that is empty or was cut between two lines hides rows without a word.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import pyarrow as pa
import pyarrow.parquet as pq

from tasks.storage import Lake

# Delta protocol: 20 digits; checkpoints of several parts or with a UUID are not written here.
ENTRY = re.compile(r"([0-9]{20})\.json")
CHECKPOINT = re.compile(r"([0-9]{20})\.checkpoint\.parquet")
HINT = "_last_checkpoint"

RESTORE = "restore it from a backup"
NEW_LAKE = "without one, ingest the sources into a new lake"


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is wrong: where (by a path relative to the lake), what, and what to do."""

    place: str
    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Damage of a table, and the snapshots that it spares.

    `spares` is a column of the snapshots and the highest value it has in those that can be read
    all the same; None if that is known of none.
    """

    damage: Damage
    spares: tuple[str, int | datetime] | None = None


@dataclass(frozen=True, slots=True)
class TableLog:
    """A table's log as it lies there: the size of each entry and checkpoint, by version."""

    table: str
    entries: Mapping[int, int]
    checkpoints: Mapping[int, int]

    @classmethod
    def of(cls, table: str, sizes: Mapping[str, int]) -> TableLog:
        """The log among a table's files, which are named by their paths relative to the lake."""
        folder = f"{table}/_delta_log/"
        names = {
            path.removeprefix(folder): size
            for path, size in sizes.items()
            if path.startswith(folder)
        }
        return cls(table, _by_version(ENTRY, names), _by_version(CHECKPOINT, names))

    def path(self, name: str) -> str:
        """Path of a file of the log, relative to the lake."""
        return f"{self.table}/_delta_log/{name}"


def _by_version(pattern: re.Pattern[str], names: Mapping[str, int]) -> dict[int, int]:
    matches = ((pattern.fullmatch(name), size) for name, size in names.items())
    return {int(match[1]): size for match, size in matches if match}


def log_findings(lake: Lake, log: TableLog, *, opens: bool) -> list[Finding]:
    """Find what is wrong with a log; if it opens, its newest checkpoint was read and is sound."""
    newest = max(log.checkpoints, default=-1)
    if opens:
        return list(_bad_entries(lake, log, newest))
    bad = dict(_bad_checkpoints(lake, log))
    older = max(log.checkpoints.keys() - bad.keys(), default=-1)
    is_redundant = not any(_bad_entries(lake, log, older))
    return [
        *(_of_checkpoint(log, version, bad[version], is_redundant) for version in sorted(bad)),
        *_bad_entries(lake, log, max(newest, *bad, -1)),
    ]


def _bad_entries(lake: Lake, log: TableLog, base: int) -> Iterator[Finding]:
    """Find entries that are missing or not whole.

    Those up to the checkpoint `base` serve only `--as-of`: of them the empty ones are named, which
    make its answers wrong, and not those that are gone, which make it fail.
    """
    needed = sorted(version for version in log.entries if version > base)
    for before, after in pairwise([base, *needed]):
        if after - before > 1:
            yield _gap(log, before + 1, after - 1)
    for version, size in sorted(log.entries.items()):
        place, spared = log.path(f"{version:020}.json"), (log.table, version - 1)
        if version > base:
            if problem := _entry_problem(lake.read(place)):
                yield Finding(Damage(place, problem, f"{RESTORE}; {NEW_LAKE}"), spared)
        elif not size:
            advice = f"{RESTORE}; without one, delete it last: only `--as-of` may need it"
            yield Finding(Damage(place, "is empty", advice), spared)


def _gap(log: TableLog, first: int, last: int) -> Finding:
    place = log.path(f"{first:020}.json")
    problem = "is missing" if first == last else f"is missing, and so are all to {last:020}.json"
    return Finding(Damage(place, problem, f"{RESTORE}; {NEW_LAKE}"), (log.table, first - 1))


def _entry_problem(content: bytes) -> str | None:
    """What is wrong with an entry, if anything.

    Each commit says what it did, and those that write rows end with the name of their transaction.
    """
    if not content.strip():
        return "is empty"
    try:
        actions = [json.loads(line) for line in content.splitlines() if line.strip()]
        kinds = {kind for action in actions for kind in action.keys()}  # noqa: SIM118 - not a list
        infos = [action["commitInfo"] for action in actions if "commitInfo" in action]
        operations = {info["operation"] for info in infos}
    except (ValueError, AttributeError, KeyError, TypeError):
        return "is cut or overwritten"
    if not operations or ("WRITE" in operations and "txn" not in kinds):
        return "is cut: its commit has no end"
    return None


def _bad_checkpoints(lake: Lake, log: TableLog) -> Iterator[tuple[int, str]]:
    """Versions of the checkpoints that keep a table from being opened, and what is wrong."""
    named = _named_checkpoint(lake, log)
    if named is not None and named not in log.checkpoints:
        yield named, f"is missing, but {HINT} names it"
    for version in sorted(log.checkpoints, reverse=True):
        try:
            with lake.files.open_input_file(log.path(_checkpoint(version))) as file:
                pq.read_table(file)
        except (pa.ArrowException, OSError):
            yield version, "is cut or overwritten" if log.checkpoints[version] else "is empty"
        else:
            return


def _named_checkpoint(lake: Lake, log: TableLog) -> int | None:
    try:
        return int(json.loads(lake.read(log.path(HINT)))["version"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # the log is listed then
        return None


def _of_checkpoint(log: TableLog, version: int, problem: str, is_redundant: bool) -> Finding:  # noqa: FBT001 - named where it is made
    leftovers = f"it and {HINT}" if version in log.checkpoints else HINT
    otherwise = f"or delete {leftovers}: the entries beside it say the same"
    advice = f"{RESTORE}, {otherwise}" if is_redundant else f"{RESTORE}; {NEW_LAKE}"
    return Finding(Damage(log.path(_checkpoint(version)), problem, advice))


def _checkpoint(version: int) -> str:
    return f"{version:020}.checkpoint.parquet"
