"""Staging in a process of its own: Python runs one thread of a process at a time.

Beside validation and commits, the threads that fetch would wait for those, and those for them.
"""

from __future__ import annotations

import pickle
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread

from tasks.children import read_frame, start_child, write_frame
from tasks.errors import BroadsheetError
from tasks.staging.messages import Ended, Message, StagingPlan
from tasks.tally import TALLY, Tally

# To close what is open: exchanges get five seconds, and a bucket is to get what was archived.
STOP_TIMEOUT_S = 30.0
_TAKEN = b""


class StagingProcess:
    """A process that stages one run's shards. Its owner closes it."""

    def __init__(self) -> None:
        self._child = start_child("tasks.staging.child")
        assert self._child.stdin is not None  # noqa: S101 - both are pipes
        assert self._child.stdout is not None  # noqa: S101
        self._stdin, self._stdout = self._child.stdin, self._child.stdout
        self._messages: SimpleQueue[Path | Ended | None] = SimpleQueue()  # None: it is dead
        self._listening = Thread(target=self._listen, daemon=True)
        self._listening.start()

    def stage(self, plan: StagingPlan) -> Iterator[Path]:
        """Have shards staged, from now on, one ahead; the tally counts what is read.

        The iterator raises a BroadsheetError if the process dies, and whatever
        `tasks.staging.stage.stage` raises there.
        """
        self._send(pickle.dumps(plan))
        return self._shards()

    def _shards(self) -> Iterator[Path]:
        while True:
            match self._messages.get():
                case None:
                    raise BroadsheetError(_obituary(self._end()))
                case Ended(None):
                    return
                case Ended(Exception() as error):
                    raise error
                case Path() as shard:
                    self._send(_TAKEN)
                    yield shard

    def close(self) -> None:
        """End the process; what it has open is closed first."""
        self._end()
        self._listening.join()
        with suppress(OSError):
            self._stdin.close()
        self._stdout.close()

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked to stage something."""
        return self._child.poll() is None

    def _end(self) -> int:
        """End it, if it is not dead; its exit code."""
        self._child.terminate()
        try:
            return self._child.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            return self._child.wait()

    def _send(self, message: bytes) -> None:
        with suppress(OSError):  # it is dead, which `_messages` tells, too
            write_frame(self._stdin, message)

    def _listen(self) -> None:
        try:
            while (frame := read_frame(self._stdout)) is not None:
                message: Message = pickle.loads(frame)  # noqa: S301 - of our own child
                if isinstance(message, Tally):
                    TALLY.put_read(message)
                else:
                    self._messages.put(message)
        finally:  # whatever it was that could not be read
            self._messages.put(None)


def _obituary(code: int) -> str:
    question = ": is memory short?" if code == -signal.SIGKILL else "."
    return (
        f"the process that reads and fetches died ({code}){question} "
        "What was committed stays; run it again to go on"
    )


_AHEAD: list[StagingProcess] = []


@contextmanager
def staging_ahead() -> Iterator[None]:
    """Have the process of the next run begin to start, which takes the better part of a second."""
    _AHEAD.append(StagingProcess())
    try:
        yield
    finally:
        while _AHEAD:
            _AHEAD.pop().close()


@contextmanager
def staged(plan: StagingPlan) -> Iterator[Iterator[Path]]:
    """Stage a run's shards in a process of its own, which ends with the block."""
    process = _take_ahead() or StagingProcess()
    try:
        yield process.stage(plan)
    finally:
        process.close()


def _take_ahead() -> StagingProcess | None:
    with suppress(IndexError):
        process = _AHEAD.pop()
        if process.is_alive:
            return process
        process.close()
    return None
