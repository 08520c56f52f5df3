"""The most memory that any worker process of a running command has had (Linux).

The kernel keeps the peak of each process (`VmHWM` of proc_pid_status(5)), but only as long as it
lives: it is read several times a second. What a worker takes in the last moments before its end is
missed. Pages that a worker shares with the process it was forked from count as its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

SAMPLED_EVERY_S = 0.25
_PROC = Path("/proc")
_PAGES_DONE = re.compile(rb"^([\d,]+) pages, ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Peak:
    """The peak of the largest worker so far, when the command said so many pages were done."""

    pages: int
    size_bytes: int


@contextmanager
def sampled_peaks(root: int, marker: str, pages_done: Callable[[], int]) -> Iterator[list[Peak]]:
    """Collect peaks while the block runs, each time that they or the count of pages rise.

    Args:
        root: Process of the command; only it and its descendants are looked at.
        marker: Workers are those forked from a process with this in its command line.
        pages_done: What the command says of its progress.
    """
    peaks: list[Peak] = []
    ended = Event()

    def sample() -> None:
        while not ended.wait(SAMPLED_EVERY_S):
            before = peaks[-1] if peaks else Peak(0, 0)
            size = max([before.size_bytes, *_worker_peaks(root, marker)])
            now = Peak(pages_done(), size)
            if size and now != before:
                peaks.append(now)

    thread = Thread(target=sample, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def pages_said(stderr: bytes) -> int:
    """The last count in the lines of progress that `ingest` writes; 0 where there is none."""
    found = _PAGES_DONE.findall(stderr)
    return int(found[-1].replace(b",", b"")) if found else 0


def _worker_peaks(root: int, marker: str) -> Iterator[int]:
    parents = dict(_parents())
    for process, parent in parents.items():
        # Forked and still the same program: what runs another has another command line.
        if (
            _descends(process, root, parents)
            and marker in (command := _command_line(parent))
            and command == _command_line(process)
        ):
            yield _peak_bytes(process)


def _parents() -> Iterator[tuple[int, int]]:
    for place in _PROC.iterdir():
        if place.name.isdigit():
            # The name of the program, in parentheses, may hold anything: what follows the last.
            fields = _read(int(place.name), "stat").rpartition(")")[2].split()
            if fields:
                yield int(place.name), int(fields[1])


def _descends(process: int, root: int, parents: dict[int, int]) -> bool:
    while process in parents and process != root:
        process = parents[process]
    return process == root


def _command_line(process: int) -> str:
    return _read(process, "cmdline").replace("\0", " ")


def _peak_bytes(process: int) -> int:
    found = re.search(r"^VmHWM:\s*(\d+) kB", _read(process, "status"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _read(process: int, name: str) -> str:
    """A file of a process; empty where the process has ended."""
    with suppress(OSError):
        return (_PROC / str(process) / name).read_text(encoding="utf-8", errors="replace")
    return ""
