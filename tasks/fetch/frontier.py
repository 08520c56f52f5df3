"""Targets and visits that wait, by host; and whose turn it is."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Generic

from tasks.fetch.messages import Answer
from tasks.fetch.pace import host_of
from tasks.fetch.visits import Fetched, Payload, Step, Target, Turn


class Visit(Generic[Payload]):
    """A target under way. `step` is what it waits for; None when it has ended, with `fetched`."""

    def __init__(
        self, target: Target[Payload], steps: Generator[Step, Answer | None, Fetched[Payload]]
    ) -> None:
        self.target = target
        self.fetched: Fetched[Payload] | None = None
        self.held: Host[Payload] | None = None
        self._steps = steps
        self.step: Step | None = next(steps)

    def advance(self, answer: Answer | None) -> None:
        """Give it what it waited for."""
        try:
            self.step = self._steps.send(answer)
        except StopIteration as end:
            self.step = None
            self.fetched = end.value


class Host(Generic[Payload]):
    """What waits for one host. One thread at a time works for it, the one that it `is_busy` with.

    `staged` has passed all checks and waits for the host's pace, until `staged_until`. While a
    visit is after the host's robots.txt, elsewhere perhaps, no other begins: `awaits_robots`.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.is_busy = False
        self.awaits_robots = False
        self.crawl_delay = 0.0
        self.staged: Visit[Payload] | None = None
        self.staged_until = 0.0
        self.scheduled_at: float | None = None
        self.for_robots: deque[Visit[Payload]] = deque()
        self.hops: deque[Visit[Payload]] = deque()
        self.later: list[tuple[float, int, Visit[Payload]]] = []
        self.targets: deque[Target[Payload]] = deque()

    def wake_at(self) -> float | None:
        """When there is something to do; None: nothing, unless more comes in."""
        if self.staged is not None:
            return self.staged_until
        if self.for_robots or ((self.hops or self.targets) and not self.awaits_robots):
            return 0.0
        return self.later[0][0] if self.later else None


class Frontier(Generic[Payload]):
    """All hosts with something to do, in the order in which they may be worked for.

    Args:
        begin: Makes a visit of a target.
        now: Unix time in seconds.
        speed: Seconds of `now` in a real second.
    """

    def __init__(
        self,
        begin: Callable[[Target[Payload]], Visit[Payload]],
        *,
        now: Callable[[], float],
        speed: float,
    ) -> None:
        self._begin = begin
        self._now = now
        self._speed = speed
        self._changed = threading.Condition()
        self._hosts: dict[str, Host[Payload]] = {}
        self._ready: list[tuple[float, int, Host[Payload]]] = []
        self._order = 0
        self._is_stopping = False

    def add(self, target: Target[Payload]) -> None:
        """Let a target wait for its host."""
        with self._changed:
            host = self._host(host_of(target.request.url))
            host.targets.append(target)
            self._schedule(host)

    def waiting(self, target: Target[Payload]) -> int:
        """How many targets of the same host wait."""
        host = self._hosts.get(host_of(target.request.url))
        return 0 if host is None else len(host.targets)

    def next_host(self) -> Host[Payload] | None:
        """Wait for a host that may be worked for, and take it; None when all is to stop."""
        with self._changed:
            while not self._is_stopping:
                pause = None
                while self._ready:
                    at, _, host = self._ready[0]
                    if host.is_busy or host.scheduled_at != at:  # an entry that was overtaken
                        heapq.heappop(self._ready)
                        continue
                    pause = at - self._now()
                    if pause > 0:
                        break
                    heapq.heappop(self._ready)
                    host.scheduled_at = None
                    host.is_busy = True
                    if self._ready:
                        self._changed.notify()  # another is to watch the next one
                    return host
                self._changed.wait(None if pause is None else pause / self._speed)
            return None

    def take(self, host: Host[Payload]) -> Visit[Payload] | None:
        """Take a host's next visit; None if there is none now. For who has the host."""
        with self._changed:
            if host.staged is not None:
                visit, host.staged = host.staged, None
                return visit
            if host.for_robots:
                return host.for_robots.popleft()
            if host.later and host.later[0][0] <= self._now():
                return heapq.heappop(host.later)[2]
            if host.hops and not host.awaits_robots:
                return host.hops.popleft()
            may_begin = host.targets and not host.awaits_robots
            target = host.targets.popleft() if may_begin else None
        return None if target is None else self._begin(target)

    def put(self, visit: Visit[Payload]) -> None:
        """Let a visit wait for its step."""
        step = visit.step
        with self._changed:
            if isinstance(step, Turn):
                host = self._host(step.host)
                host.hops.append(visit)
                self._schedule(host)
            elif step is not None:
                host = self._host(host_of(step.request.url))
                if step.not_before > self._now():
                    heapq.heappush(host.later, (step.not_before, self._number(), visit))
                elif step.is_for_robots:
                    host.for_robots.append(visit)
                else:  # it has had its turn
                    host.hops.appendleft(visit)
                self._schedule(host)

    def stage(self, host: Host[Payload], visit: Visit[Payload], until: float) -> None:
        """Let a visit be the host's next one, at a time. For who has the host."""
        host.staged, host.staged_until = visit, until

    def hold(self, host: Host[Payload], visit: Visit[Payload]) -> None:
        """Let no other visit begin at a host while this one is after its robots.txt."""
        if visit.held is None:
            with self._changed:
                host.awaits_robots = True
            visit.held = host

    def let_go(self, visit: Visit[Payload]) -> None:
        """The end of `hold`."""
        if visit.held is not None:
            with self._changed:
                visit.held.awaits_robots = False
                self._schedule(visit.held)
            visit.held = None

    def release(self, host: Host[Payload]) -> None:
        """Give a host back."""
        with self._changed:
            host.is_busy = False
            self._schedule(host)

    def stop(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()

    def _host(self, key: str) -> Host[Payload]:
        host = self._hosts.get(key)
        if host is None:
            host = self._hosts[key] = Host(key)
        return host

    def _number(self) -> int:
        self._order += 1
        return self._order

    def _schedule(self, host: Host[Payload]) -> None:
        if host.is_busy:
            return
        at = host.wake_at()
        if at is None:
            if not host.awaits_robots:
                self._hosts.pop(host.key, None)
            return
        at = max(at, self._now())
        if host.scheduled_at is None or at < host.scheduled_at:
            host.scheduled_at = at
            heapq.heappush(self._ready, (at, self._number(), host))
            self._changed.notify()
