"""Files that survive a power cut: written whole under another name, synced, then renamed."""

from __future__ import annotations

import os
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
    temporary.write_text(content, encoding="utf-8")
    replace_durably(temporary, path)
