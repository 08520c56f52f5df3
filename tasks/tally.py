"""What this process has done so far, for whoever shows progress."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Lock


@dataclass(frozen=True, slots=True)
class Tally:
    """Items counted since the start of the run."""

    read: int = 0
    articles: int = 0
    rejected: int = 0
    skipped: int = 0
    total: float | None = None

    @property
    def done(self) -> int:
        """Items with an outcome."""
        return self.articles + self.rejected + self.skipped


class Tallier:
    """A tally that several threads add to."""

    def __init__(self) -> None:
        self._tally, self._lock = Tally(), Lock()

    def now(self) -> Tally:
        """Read the tally."""
        return self._tally

    def reset(self) -> None:
        """Begin a run."""
        with self._lock:
            self._tally = Tally()

    def add(self, *, read: int = 0, articles: int = 0, rejected: int = 0, skipped: int = 0) -> None:
        """Count items."""
        with self._lock:
            held = self._tally
            self._tally = replace(
                held,
                read=held.read + read,
                articles=held.articles + articles,
                rejected=held.rejected + rejected,
                skipped=held.skipped + skipped,
            )

    def expect(self, total: float) -> None:
        """Set how many items the whole run is thought to have."""
        with self._lock:
            self._tally = replace(self._tally, total=total)

    def put_read(self, elsewhere: Tally) -> None:
        """Take over what another process has read, and expects to read in all."""
        with self._lock:
            self._tally = replace(self._tally, read=elsewhere.read, total=elsewhere.total)


TALLY = Tallier()
