"""Snapshots: which versions of the tables readers were shown together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import pyarrow as pa

from expectations.columns import UTC_MICROSECONDS, Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One published state of the lake."""

    taken_at: Annotated[datetime, Column(UTC_MICROSECONDS, "When it was published; always rises")]
    run_id: Annotated[str, Column(pa.string(), "Run that published it")]
    articles: Annotated[int, Column(pa.int64(), "Delta version of the table `articles`")]
    quarantine: Annotated[int, Column(pa.int64(), "Delta version of the table `quarantine`")]
    funnel: Annotated[int, Column(pa.int64(), "Delta version of the table `funnel`")]
    metrics: Annotated[int, Column(pa.int64(), "Delta version of the table `metrics`")]
    runs: Annotated[int, Column(pa.int64(), "Delta version of the table `runs`")]
