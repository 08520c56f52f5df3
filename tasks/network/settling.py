"""Pages of the archive that have come to their outcome, and are pending no more."""

from __future__ import annotations

from pathlib import Path

from tasks.archive import FOLDER
from tasks.memory import open_memory
from tasks.shards import read_descriptions, read_rejections
from tasks.storage import Lake

_MEMORY = "memory.sqlite"


def memory_of(lake: Lake) -> Path:
    """Where a lake's memory lies."""
    return lake.home / _MEMORY


def settle(lake: Lake, shard: Path) -> None:
    """Take note that a shard's pages are in the lake, or in quarantine."""
    places = [
        *(str(page["raw_ref"]) for page in read_descriptions(shard)),
        *(rejection.raw_ref or "" for rejection in read_rejections(shard)),
    ]
    archived = [place for place in places if place.startswith(f"{FOLDER}/")]
    if archived:
        with open_memory(memory_of(lake)) as memory:
            memory.settle(archived)
