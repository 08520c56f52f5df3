"""A file that is elsewhere, read as if it were here: in parts, the next one fetched ahead.

This is the one place where reading CC-NEWS tries again.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

from expectations.records import Reason
from tasks.cc_news.stores import Part, Store, StoreError

_LOG = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 60.0  # of our own; what a server asks for is waited for, but not for longer than
_LONGEST_WAIT_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How a file is read: parts of `part_bytes`, each asked for `tries` times at most.

    The pause before the second try is about `pause_s`; each one after it is twice as long.
    """

    part_bytes: int = 4 << 20
    tries: int = 6
    pause_s: float = 1.0


DEFAULT_PATIENCE = Patience()


class ChangedError(StoreError):
    """The file is not the one whose first part was read."""


class ClosedError(StoreError):
    """The place is not to be asked for so long that this run ends."""


class Reader:
    """Reads parts of a store's files, in a thread of its own, so that its user can work meanwhile.

    At most three parts are held: the one in use, the one before it, the one that comes.
    """

    def __init__(self, store: Store, patience: Patience = DEFAULT_PATIENCE) -> None:
        self.store = store
        self.patience = patience
        self._stop = threading.Event()
        self._ask_at = 0.0  # not before, by the monotonic clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="cc-news")

    def ask(self, path: str, offset: int) -> Future[Part]:
        """Have a part read."""
        return self._thread.submit(self._read, path, offset)

    def close(self) -> None:
        """End, at the latest when the part that is being read has come or failed."""
        self._stop.set()
        self._thread.submit(self.store.close)
        self._thread.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self, path: str, offset: int) -> Part:
        pause_s = self.patience.pause_s
        for tries_left in reversed(range(self.patience.tries)):
            self._stop.wait(max(self._ask_at - time.monotonic(), 0.0))
            if self._stop.is_set():
                break
            try:
                return self.store.read(path, offset, self.patience.part_bytes)
            except StoreError as error:
                self._heed(error)
                if not (error.is_temporary and tries_left):
                    raise
                wait_s = pause_s * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
            self._stop.wait(min(wait_s, _LONGEST_PAUSE_S))
            pause_s *= 2
        raise StoreError(Reason.CONNECTION, f"{self.store.address(path)}: reading was ended")

    def _heed(self, error: StoreError) -> None:
        """Ask again no sooner than the server wants; if that is too long to wait, not at all.

        Raises:
            ClosedError: if it is.
        """
        wait_s = error.retry_after_s
        if wait_s > _LONGEST_WAIT_S:
            raise ClosedError(
                error.reason,
                f"{error}, and asks not to be asked for {wait_s:.0f} s: run the same again after "
                "that, and it goes on from here",
            ) from error
        if wait_s > _LONGEST_PAUSE_S:
            _LOG.info("%s; it asks for a pause of %.0f s", error, wait_s)
        self._ask_at = max(self._ask_at, time.monotonic() + wait_s)


class RemoteFile:
    """A file of a store: reads and seeks, which is all that `GzipStream` asks of one.

    Raises:
        StoreError: from any method, if a part cannot be had.
        ChangedError: if the file changes meanwhile.
    """

    def __init__(self, reader: Reader, path: str, offset: int = 0) -> None:
        self.address = reader.store.address(path)
        self._reader = reader
        self._path = path
        self._offset = offset
        self._coming: tuple[int, Future[Part]] | None = None
        first = reader.ask(path, offset).result()
        self.tag = first.tag
        self._before = self._now = first
        self._ask_ahead()

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; none at the end of the file, whose length has then been checked."""
        if self._offset >= self._now.total:
            return b""
        part = self._part()
        start = self._offset - part.offset
        piece = part.data[start : start + size]
        self._offset += len(piece)
        return piece

    def seek(self, offset: int) -> None:
        """Go back, or on, to an offset."""
        self._offset = offset

    def _part(self) -> Part:
        for part in (self._now, self._before):
            if part.offset <= self._offset < part.offset + len(part.data):
                return part
        if self._coming is not None and self._coming[0] == self._offset:
            part = self._coming[1].result()
        else:
            if self._coming is not None:
                self._coming[1].cancel()
            part = self._reader.ask(self._path, self._offset).result()
        if part.tag != self.tag:
            raise ChangedError(Reason.PROTOCOL, f"{self.address} changed while it was read")
        self._before, self._now = self._now, part
        self._ask_ahead()
        return part

    def _ask_ahead(self) -> None:
        after = self._now.offset + len(self._now.data)
        is_last = after >= self._now.total
        self._coming = None if is_last else (after, self._reader.ask(self._path, after))
