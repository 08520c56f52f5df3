"""The memory as the stores that fetching asks: of hosts' paces, and of robots.txt."""

from __future__ import annotations

from dataclasses import dataclass

from tasks.fetch.robots import StoredRobots
from tasks.memory import Memory


@dataclass(frozen=True, slots=True)
class RememberedPace:
    """The memory as a `PaceStore`."""

    memory: Memory

    def reserve(self, host: str, now: float, delay: float) -> float:
        """See `PaceStore`."""
        return self.memory.reserve(host, now, delay)

    def settle(self, host: str, next_at: float, learned: float) -> None:
        """See `PaceStore`."""
        self.memory.settle_host(host, next_at, learned)

    def learned(self, host: str) -> float:
        """See `PaceStore`."""
        return self.memory.learned(host)


@dataclass(frozen=True, slots=True)
class RememberedRobots:
    """The memory as a `RobotsStore`."""

    memory: Memory

    def get(self, origin: str) -> StoredRobots | None:
        """See `RobotsStore`."""
        return self.memory.robots(origin)

    def put(self, origin: str, stored: StoredRobots) -> None:
        """See `RobotsStore`."""
        self.memory.put_robots(origin, stored)
