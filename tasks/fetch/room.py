"""Memory for long bodies: what all exchanges of this process hold of them is bounded together.

Each body has a cap of its own, but there are as many bodies as threads: two dozen hosts that send
100 MB each, as 100 KB of gzip, would have as much of it at once.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

FREE_BYTES = 1 << 20  # of each exchange, not counted: hardly a page is longer
_LIMIT = 128 << 20
_LOOK_AGAIN_S = 0.2
# glibc keeps what a thread has freed for that thread: two dozen threads kept 400 MB of the pieces
# that long bodies were put together from. Other libraries have no such call.
_M_ARENA_MAX = -8  # malloc.h


class Room:
    """Bytes that holders share, whatever they are. For many threads.

    Who asks for more than is left waits, but for one at a time: that one gets what it asks for,
    until it has released all. So there is always one that goes on, whatever the others hold, and
    the bytes held are at most the limit and what one alone may ask for.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._changed = threading.Condition()
        self._held: dict[object, int] = {}
        self._total = 0
        self._beyond: object = None  # the one that need not wait

    def hold(self, holder: object, size: int, *, is_over: Callable[[], bool]) -> bool:
        """Hold so many bytes, in place of those held so far; wait for them, if they are more.

        Args:
            holder: Who, told apart by identity.
            size: In bytes; up to `FREE_BYTES` count as none.
            is_over: Whether there is nothing to wait for any more.

        Returns:
            False if it was over before there was room: then nothing is changed.
        """
        size = size if size > FREE_BYTES else 0
        if not size and holder not in self._held:
            return True
        with self._changed:
            while not self._has_room(holder, size):
                self._changed.wait(_LOOK_AGAIN_S)
                if is_over():
                    return False
            self._set(holder, size)
        return True

    def release(self, holder: object) -> None:
        """Hold nothing any more."""
        if holder not in self._held:  # most exchanges: no other thread holds for them
            return
        with self._changed:
            self._set(holder, 0)

    def _has_room(self, holder: object, size: int) -> bool:
        before = self._held.get(holder, 0)
        if size <= before or self._total - before + size <= self._limit:
            return True
        if self._beyond is None:
            self._beyond = holder
        return self._beyond is holder

    def _set(self, holder: object, size: int) -> None:
        self._total += size - self._held.pop(holder, 0)
        if size:
            self._held[holder] = size
        elif self._beyond is holder:
            self._beyond = None
        self._changed.notify_all()


def _share_freed_memory() -> None:
    """Let all threads that begin from here on have their memory from one place."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_M_ARENA_MAX, 1)


_share_freed_memory()
ROOM = Room(_LIMIT)
