"""Files that survive a power cut, and locks that do not survive their holder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def fsync(path: Path) -> None:
    """Have the system write a file, or a folder's entries, to the disk itself."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_durably(temporary: Path, path: Path) -> None:
    """Move a finished file to its name: readers see the old one or the new one, never a part."""
    fsync(temporary)
    temporary.replace(path)
    fsync(path.parent)


def write_text(path: Path, content: str) -> None:
    """Write a small text file durably and atomically."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(content, encoding="utf-8")
        replace_durably(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold a lock against all other threads and processes of this machine.

    The system frees it when its holder dies, so that no kill leaves it behind. The file stays.
    """
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def try_exclusive(lock: Path) -> Iterator[bool]:
    """Hold a lock as `exclusive` does if it is free; False if somebody holds it."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
