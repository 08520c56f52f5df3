"""Wall and CPU seconds of a command with all its descendants, orphans too; memory of its workers.

For Linux.

A process's CPU time reaches `RUSAGE_CHILDREN` only when somebody waits for it. A daemon whose
parent has died goes to init and is lost to the account, so this process declares itself the
reaper of its descendants (prctl(2), PR_SET_CHILD_SUBREAPER) and waits for all of them.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import IO

from benchmarks.memory import Peak, pages_said, sampled_peaks

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h
_ORPHANS_MAY_TAKE_S = 60
_TAIL_BYTES = 8192


class CommandFailedError(Exception):
    """A measured command ended with another exit code than 0."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost.

    `cpu_s` is user and system time of all its processes; `peaks` are those of its workers, rising.
    """

    wall_s: float
    cpu_s: float
    stdout: str
    peaks: list[Peak] = field(default_factory=list)


def measure(command: Sequence[str], *, workers: str = "multiprocessing.forkserver") -> Cost:
    """Run a command to its end and count what it and its descendants used.

    The wall time ends with the command itself; orphans are waited for after it.

    Args:
        command: The program and its arguments.
        workers: In the command line of those processes that fork the workers.

    Raises:
        CommandFailedError: if it fails, with what it wrote to stderr.
    """
    _adopt_orphans()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
        with sampled_peaks(process.pid, workers, lambda: pages_said(_tail(stderr))) as peaks:
            code = process.wait()
        wall_s = time.perf_counter() - started
        _wait_for_orphans()
        stdout.seek(0)
        stderr.seek(0)
        if code != 0:
            raise CommandFailedError(f"{' '.join(command)} ended with {code}:\n{stderr.read()}")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Cost(wall_s, cpu_s, stdout.read(), peaks)


def _tail(written: IO[str]) -> bytes:
    """The end of a file that another process writes to, whose position this leaves alone."""
    size = os.fstat(written.fileno()).st_size
    return os.pread(written.fileno(), _TAIL_BYTES, max(0, size - _TAIL_BYTES))


def _adopt_orphans() -> None:
    if not sys.platform.startswith("linux"):
        raise SystemExit("CPU time of process trees is measured on Linux only")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) failed")


def _wait_for_orphans() -> None:
    deadline = time.monotonic() + _ORPHANS_MAY_TAKE_S
    while time.monotonic() < deadline:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not ended:
            time.sleep(0.02)
    raise CommandFailedError(f"processes still run {_ORPHANS_MAY_TAKE_S} s after the command's end")


if __name__ == "__main__":
    print(json.dumps(asdict(measure(sys.argv[1:]))))
