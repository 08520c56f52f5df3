"""Archive and memory of a lake in a bucket: at work on this machine, kept in the bucket.

Files of the archive go there when they are finished, and stay here until the lake has their pages.
The memory goes there at the end of a run, and comes from there to a machine that has none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tasks.archive import FOLDER
from tasks.archive_index import index_of
from tasks.memory import Memory, open_memory
from tasks.network.settling import memory_of
from tasks.storage import Lake

_CHUNK_BYTES = 8 << 20


@contextmanager
def shared_memory(lake: Lake) -> Iterator[Memory]:
    """Open a lake's memory; that of a bucket is fetched if there is none here, and kept there."""
    path = memory_of(lake)
    if lake.is_local:
        with open_memory(path) as memory:
            yield memory
        return
    if not path.exists():
        _download(lake, path.name, path)
    try:
        with open_memory(path) as memory:
            yield memory
    finally:
        _keep_memory(lake, path)


def _keep_memory(lake: Lake, path: Path) -> None:
    copy = path.with_suffix(".copy")
    with closing(sqlite3.connect(path)) as here, closing(sqlite3.connect(copy)) as there:
        here.backup(there)
    _upload(lake, copy, path.name)
    copy.unlink()


def keep_archive(lake: Lake, path: Path) -> None:
    """Put a finished file of the archive where it belongs."""
    if not lake.is_local:
        for part in (path, index_of(path)):
            _upload(lake, part, f"{FOLDER}/{part.name}")


def tidy_archive(lake: Lake, memory: Memory) -> None:
    """Remove files from here that are in the bucket, and whose pages are in the lake."""
    if lake.is_local:
        return
    waiting = {raw_ref.rpartition("#")[0].rpartition("/")[2] for raw_ref, _ in memory.pending()}
    for index in (lake.home / FOLDER).glob("*.cdxj"):
        for path in (lake.home / FOLDER).glob(f"{index.stem}.warc.gz"):
            if path.name not in waiting:
                path.unlink()
                index.unlink()


def _upload(lake: Lake, path: Path, name: str) -> None:
    # Arrow would compress what is called .gz once more.
    with path.open("rb") as file, lake.files.open_output_stream(name, compression=None) as sink:
        while chunk := file.read(_CHUNK_BYTES):
            sink.write(chunk)


def _download(lake: Lake, name: str, path: Path) -> None:
    try:
        source = lake.files.open_input_stream(name, compression=None)
    except FileNotFoundError:
        return
    partial = path.with_suffix(".partial")
    with source, partial.open("wb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            file.write(chunk)
    partial.replace(path)
