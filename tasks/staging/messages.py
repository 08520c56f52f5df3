"""What a run and the process that stages for it tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.tally import Tally

if TYPE_CHECKING:  # all that reads comes with it
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


@dataclass(frozen=True, slots=True)
class Ended:
    """All is staged, or an error ended it."""

    error: Exception | None


Message = Path | Tally | Ended
