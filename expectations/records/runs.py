"""Runs: what a run reports about itself, its funnel and its measures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import pyarrow as pa

from expectations.columns import STRINGS, UTC_MICROSECONDS, Column
from expectations.records.enums import Outcome, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One event of a run: its start or its end. The view `runs` shows the newest of each run."""

    run_id: Annotated[str, Column(pa.string(), "Name of the run; sorts by time of start")]
    flow: Annotated[str, Column(pa.string(), "ingest, compact, ...")]
    status: Annotated[str, Column(pa.string(), "running, completed, gate-failed or failed")]
    started_at: Annotated[datetime, Column(UTC_MICROSECONDS, "Start of the run")]
    ended_at: Annotated[datetime | None, Column(UTC_MICROSECONDS, "End; null while it runs")]
    sources: Annotated[tuple[str, ...], Column(STRINGS, "SOURCE arguments as given")]
    detail: Annotated[str | None, Column(pa.string(), "What went wrong, if it failed")]
    pipeline_version: Annotated[str, Column(pa.string(), "Version of Broadsheet that ran")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelCount:
    """Items of one run and source with one outcome."""

    run_id: Annotated[str, Column(pa.string(), "Run")]
    shard: Annotated[str, Column(pa.string(), "Shard that was counted")]
    source_id: Annotated[str, Column(pa.string(), "Source")]
    stage: Annotated[Stage, Column(pa.string(), "Stage that decided the outcome")]
    outcome: Annotated[
        Outcome,
        Column(
            pa.string(),
            "discovered, new, updated, unchanged, rejected, skipped or failed",
        ),
    ]
    reason: Annotated[str | None, Column(pa.string(), "Rule or reason; null where none is needed")]
    items: Annotated[int, Column(pa.int64(), "How many")]
    example: Annotated[
        str | None,
        Column(pa.string(), "One of them: address and what was found, where no other table has it"),
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measure of one run and source."""

    run_id: Annotated[str, Column(pa.string(), "Run")]
    source_id: Annotated[str | None, Column(pa.string(), "Source; null for the whole run")]
    metric: Annotated[
        str,
        Column(
            pa.string(),
            "Name: `rule.title_expected.failed`, `gate.something_passed`, "
            "`hits.removed.byline`, ...",
        ),
    ]
    value: Annotated[
        float, Column(pa.float64(), "What was measured: rows; 1 for a gate passed, 0 for one not")
    ]
    n: Annotated[int | None, Column(pa.int64(), "Rows it was measured on")]
    baseline: Annotated[
        float | None,
        Column(pa.float64(), "What was usual before, as a share of `n`; null until known"),
    ]
    verdict: Annotated[str | None, Column(pa.string(), "ok, warn or fail; null if not judged")]
    at: Annotated[datetime, Column(UTC_MICROSECONDS, "When it was measured")]
