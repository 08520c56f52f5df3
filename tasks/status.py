"""The lake at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import duckdb

LAST_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStatus:
    """One source: its current articles and how fresh they are."""

    source_id: str
    articles: int
    newest_published_at: datetime | None
    newest_ingested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    """One run, as far as it got."""

    run_id: str
    flow: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeStatus:
    """Rows, sources, runs, and what somebody should look at."""

    lake: str
    articles: int
    article_versions: int
    open_rejections: int
    sources: tuple[SourceStatus, ...]
    last_runs: tuple[RunStatus, ...]
    alerts: tuple[str, ...]


def read_status(connection: duckdb.DuckDBPyConnection, root: str) -> LakeStatus:
    """Read a lake's status from its views."""
    articles, versions, rejections = (
        _count(connection, query)
        for query in (
            "select count(*) from articles",
            "select count(*) from article_versions",
            "select count(*) from rejections where status = 'open'",
        )
    )
    runs = tuple(
        RunStatus(
            run_id=run_id,
            flow=flow,
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            detail=detail,
        )
        for run_id, flow, status, started_at, ended_at, detail in connection.execute(
            "select run_id, flow, status, started_at, ended_at, detail from runs "
            "order by started_at desc, run_id desc limit ?",
            [LAST_RUNS],
        ).fetchall()
    )
    return LakeStatus(
        lake=root,
        articles=articles,
        article_versions=versions,
        open_rejections=rejections,
        sources=_sources(connection),
        last_runs=runs,
        alerts=_alerts(connection, runs),
    )


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _sources(connection: duckdb.DuckDBPyConnection) -> tuple[SourceStatus, ...]:
    rows = connection.execute(
        "select source_id, articles, newest_published_at, newest_ingested_at from sources "
        "order by newest_ingested_at desc, source_id"
    ).fetchall()
    return tuple(
        SourceStatus(
            source_id=source_id,
            articles=articles,
            newest_published_at=published,
            newest_ingested_at=ingested,
        )
        for source_id, articles, published, ingested in rows
    )


def _alerts(connection: duckdb.DuckDBPyConnection, runs: tuple[RunStatus, ...]) -> tuple[str, ...]:
    """What the newest runs left open: a failure, a death, the gates that the last ingest failed."""
    alerts = []
    for position, run in enumerate(runs):
        if run.status == "failed" and not position:
            alerts.append(f"run {run.run_id} failed: {run.detail or 'no reason recorded'}")
        if run.status == "running" and position:
            alerts.append(f"run {run.run_id} has no end: it was killed, or still works")
    failed_gates = connection.execute(
        "select run_id, metric from metrics where metric like 'gate.%' and verdict = 'fail' "
        "and run_id = (select max(run_id) from runs where flow = 'ingest') order by metric"
    ).fetchall()
    alerts += [f"run {run_id} failed {metric}" for run_id, metric in failed_gates]
    return tuple(alerts)
