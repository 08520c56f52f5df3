"""What all steps of a fetching run share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tasks.archive import Archive
from tasks.memory import Memory
from tasks.network.backlog import Backlog
from tasks.network.page_reader import PageReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetching:
    """A run's memory, archive and backlog, and its clock: Unix time, in seconds.

    A scheduled source is asked for nothing more after `scheduled_until`.
    """

    run_id: str
    memory: Memory
    archive: Archive
    backlog: Backlog
    now: Callable[[], float]
    scheduled_until: float
    page_reader: PageReader
    max_page_bytes: int
