"""Pages of the archive that have come to their outcome, and are pending no more."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from tasks.archive import FOLDER
from tasks.durable import fsync
from tasks.memory import open_memory
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


def settle(lake: Lake, shard: Path, *, revised: Collection[str]) -> None:
    """Take note that a shard's pages are in the lake, or in quarantine.

    Args:
        lake: The lake.
        shard: The shard.
        revised: Those, by `raw_ref`, that made a version of their article.
    """
    archived = _archived(shard)
    if archived:
        with open_memory(memory_of(lake)) as memory:
            memory.settle(archived, revised=revised)


def _archived(shard: Path) -> list[str]:
    places = [
        *(str(page["raw_ref"]) for page in read_descriptions(shard)),
        *(rejection.raw_ref or "" for rejection in read_rejections(shard)),
    ]
    return [place for place in places if place.startswith(f"{FOLDER}/")]
