"""Pages of the archive that have come to their outcome, and are pending no more."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tasks.archive import FOLDER
from tasks.durable import fsync
from tasks.memory import open_memory
from tasks.seen import extraction_code
from tasks.shards import read_descriptions, read_rejections
from tasks.storage import Lake

_MEMORY = "memory.sqlite"


def memory_of(lake: Lake) -> Path:
    """Where a lake's memory lies."""
    return lake.home / _MEMORY


def sync_archive(lake: Lake, shard: Path) -> None:
    """Have a shard's pages on the disk itself before rows name them: a power cut keeps both."""
    for place in {place.partition("#")[0] for place in _archived(shard)} | {FOLDER}:
        with suppress(FileNotFoundError):  # none, or another run has moved it to the bucket
            fsync(lake.home / place)


def settle(lake: Lake, shard: Path, *, shown: Mapping[str, str]) -> None:
    """Take note that a shard's pages are in the lake, or in quarantine.

    Args:
        lake: The lake.
        shard: The shard.
        shown: What its pages, by `raw_ref`, show of articles, as `tasks.commit.Committed` has it.
    """
    archived = _archived(shard)
    # Without a memory nothing is pending; one that was begun here would hide that of a bucket.
    if archived and memory_of(lake).exists():
        with open_memory(memory_of(lake)) as memory:
            # In this order: what is still pending after a kill is noted, and settled, once more.
            memory.note_shown({at: shown.get(at) for at in archived}, read_by=extraction_code())
            memory.settle(archived)


def _archived(shard: Path) -> list[str]:
    places = [
        *(str(page["raw_ref"]) for page in read_descriptions(shard)),
        *(rejection.raw_ref or "" for rejection in read_rejections(shard)),
    ]
    return [place for place in places if place.startswith(f"{FOLDER}/")]
