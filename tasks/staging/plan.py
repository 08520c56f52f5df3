"""What a run takes in, as it is told to the process that stages it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tasks.sources import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StagingPlan:
    """What a run takes in. Plain values: they travel to another process.

    `sources` and what belongs to them are those of `tasks.intake.open_sources`; `limit` bounds the
    items, `delay_s` is the pause between two requests to one host.
    """

    run_id: str
    lake: str
    sources: tuple[str, ...]
    registry: Path
    source_id: str | None
    as_kind: SourceKind | None
    limit: int | None
    delay_s: float
    allow_private: bool
