"""Archive and memory of a lake in a bucket: at work on this machine, kept in the bucket.

Files of the archive go there when they are finished, and stay here until the lake has their pages.
The memory goes there at the end of a run, and comes from there to a machine that has none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pyarrow.fs as pafs

from tasks.archive import FOLDER
from tasks.archive_index import INDEX_SUFFIX, file_of, index_of
from tasks.archive_recovery import hold
from tasks.durable import exclusive
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
    with _only_one(path):
        if not path.exists():
            _download(lake, path)
    with open_memory(path) as memory:
        try:
            yield memory
        finally:
            with _only_one(path):
                _keep_memory(lake, path)


def keep_memory(lake: Lake) -> None:
    """Keep the memory in its bucket once more: pages are settled after the last was fetched."""
    path = memory_of(lake)
    if not lake.is_local and path.exists():
        with _only_one(path):
            _keep_memory(lake, path)


def _only_one(memory: Path) -> AbstractContextManager[None]:
    """Let one run at a time bring a memory here or there."""
    return exclusive(memory.with_suffix(".lock"))


def _keep_memory(lake: Lake, path: Path) -> None:
    copy = path.with_suffix(".copy")
    copy.unlink(missing_ok=True)  # of a run that was killed
    with closing(sqlite3.connect(path)) as here, closing(sqlite3.connect(copy)) as there:
        there.execute("pragma journal_mode = off")  # nobody needs a part of it
        here.backup(there)
    _upload(lake, copy, path.name)
    copy.unlink()


def _download(lake: Lake, path: Path) -> None:
    try:
        source = lake.files.open_input_stream(path.name, compression=None)
    except FileNotFoundError:
        return
    partial = path.with_suffix(".partial")
    with source, partial.open("wb") as file:
        while chunk := source.read(_CHUNK_BYTES):
            file.write(chunk)
    for left in ("-wal", "-shm"):  # of one that was deleted: SQLite would add it to the new one
        path.with_name(path.name + left).unlink(missing_ok=True)
    partial.replace(path)


def keep_archive(lake: Lake, path: Path) -> None:
    """Put a file of the archive where it belongs, with its index if it is finished."""
    if not lake.is_local:
        for part in (path, index_of(path)):
            if part.exists():
                _upload(lake, part, f"{FOLDER}/{part.name}")


def keep_whole_archive(lake: Lake) -> None:
    """Put finished files where they belong whose runs were killed, or failed, before they did."""
    if lake.is_local:
        return
    for path in _finished(lake):
        with hold(path) as is_held:
            if is_held and not _is_kept(lake, path):
                keep_archive(lake, path)


def tidy_archive(lake: Lake, memory: Memory) -> None:
    """Remove files from here that are in the bucket, and whose pages are in the lake."""
    if lake.is_local:
        return
    waiting = {raw_ref.rpartition("#")[0].rpartition("/")[2] for raw_ref, _ in memory.pending()}
    for path in _finished(lake):
        with hold(path) as is_held:
            if is_held and path.name not in waiting and _is_kept(lake, path):
                path.unlink()
        if not path.exists():
            index_of(path).unlink(missing_ok=True)


def _finished(lake: Lake) -> list[Path]:
    return sorted(map(file_of, (lake.home / FOLDER).glob(f"*{INDEX_SUFFIX}")))


def _is_kept(lake: Lake, path: Path) -> bool:
    """Whether both parts of a file are in the bucket, whole."""
    parts = (path, index_of(path))
    there = lake.files.get_file_info([f"{FOLDER}/{part.name}" for part in parts])
    return all(info.size == part.stat().st_size for info, part in zip(there, parts, strict=True))


def _upload(lake: Lake, path: Path, name: str) -> None:
    # Not by a stream of Arrow's: whatever ends its block, it puts there what it has got so far.
    pafs.copy_files(
        str(path.absolute()),
        name,
        source_filesystem=pafs.LocalFileSystem(),
        destination_filesystem=lake.files,
        chunk_size=_CHUNK_BYTES,
    )
