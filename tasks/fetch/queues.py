"""What stands between a crawl's threads and who asked for it: targets, and results."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic

from tasks.fetch.messages import Response
from tasks.fetch.visits import Fetched, Payload, Target

_STREAMS_AT_ONCE = 64  # whose target comes too early, looked into for another


@dataclass(slots=True, eq=False)
class _Stream(Generic[Payload]):
    """A stream; `ahead` is a target that it gave too early, `is_idle` that it last gave none."""

    targets: Iterator[Target[Payload] | None]
    ahead: Target[Payload] | None = None
    is_idle: bool = False


class Streams(Generic[Payload]):
    """Targets of all streams, in turn. One that may not be taken yet is kept beside its stream."""

    def __init__(self, streams: Iterable[Iterable[Target[Payload] | None]]) -> None:
        self._waiting = deque(_Stream(iter(stream)) for stream in streams)
        # By identity of the target, which whoever fetches it keeps alive.
        self._under_way: dict[int, _Stream[Payload]] = {}

    def pull(self, may_take: Callable[[Target[Payload]], bool]) -> Target[Payload] | None:
        """The next target that may be taken; None if there is none just now."""
        too_early = 0
        while too_early < min(len(self._waiting), _STREAMS_AT_ONCE):
            stream = self._waiting.popleft()
            target = stream.ahead
            if target is None:
                try:
                    target = next(stream.targets)
                except StopIteration:
                    continue
            stream.ahead, stream.is_idle = None, target is None
            if target is None:
                continue
            self._waiting.append(stream)
            if may_take(target):
                self._under_way[id(target)] = stream
                return target
            stream.ahead = target
            too_early += 1
        return None

    def ask_again(self, target: Target[Payload]) -> None:
        """Ask the stream of a target that has a result, if it had nothing to give."""
        stream = self._under_way.pop(id(target), None)
        if stream is not None and stream.is_idle:
            stream.is_idle = False
            self._waiting.append(stream)

    @property
    def have_ended(self) -> bool:
        """No more targets, unless a result makes an idle stream give some."""
        return not self._waiting


class Results(Generic[Payload]):
    """Results that wait for the consumer, bounded in number and bytes."""

    def __init__(self, *, max_number: int, max_bytes: int) -> None:
        self._max_number = max_number
        self._max_bytes = max_bytes
        # A condition for each side: with one for all, every result woke every thread that waited
        # for room, of which one found it, and that took half the time of a fast crawl.
        lock = threading.Lock()
        self._has_results, self._has_room = threading.Condition(lock), threading.Condition(lock)
        self._results: deque[tuple[Fetched[Payload], int]] = deque()
        self._bytes = 0
        self._is_stopping = False
        self.error: BaseException | None = None

    def put(self, fetched: Fetched[Payload]) -> None:
        """Wait for room, unless all is to stop."""
        size = sum(
            len(response.header) + len(response.wire_body) + len(response.body)
            for response in (*fetched.redirects, fetched.answer)
            if isinstance(response, Response)
        )
        with self._has_room:
            while not self._is_stopping and (
                len(self._results) >= self._max_number
                or (self._results and self._bytes + size > self._max_bytes)
            ):
                self._has_room.wait()
            self._results.append((fetched, size))
            self._bytes += size
            self._has_results.notify()

    def get(self, *, wait: bool) -> Fetched[Payload] | None:
        """The next result; None if there is none yet, and it was not to wait.

        Raises:
            BaseException: what a thread died of.
        """
        with self._has_results:
            while True:
                if self.error is not None:
                    raise self.error
                if self._results:
                    fetched, size = self._results.popleft()
                    self._bytes -= size
                    self._has_room.notify()  # who finds too little waits for the next
                    return fetched
                if not wait:
                    return None
                self._has_results.wait()

    def fail(self, error: BaseException) -> None:
        """Raise in the consumer what a thread died of."""
        with self._has_results:
            self.error = self.error or error
            self._has_results.notify()

    def stop(self) -> None:
        """Let nobody wait any longer."""
        with self._has_room:
            self._is_stopping = True
            self._has_room.notify_all()
