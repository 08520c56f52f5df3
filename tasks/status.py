"""The lake at a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import duckdb

from tasks.catalog import is_current
from tasks.damage import find_damage
from tasks.errors import LakeError
from tasks.log_damage import Damage
from tasks.query import one_line, open_catalog, open_snapshot
from tasks.snapshots import newest_snapshot
from tasks.storage import Lake

LAST_RUNS = 5
Part = TypeVar("Part")


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
    """Rows, sources, runs, and what somebody should look at.

    Where the lake is damaged, what cannot be read is None, or missing in the lists.
    """

    lake: str
    articles: int | None
    article_versions: int | None
    open_rejections: int | None
    sources: tuple[SourceStatus, ...]
    last_runs: tuple[RunStatus, ...]
    alerts: tuple[str, ...]
    damage: tuple[Damage, ...]


NO_RUNS: tuple[RunStatus, ...] = ()
NO_SOURCES: tuple[SourceStatus, ...] = ()
NO_ALERTS: tuple[str, ...] = ()


def lake_status(lake: Lake) -> LakeStatus:
    """Look at a lake: at its tables for damage, and at what its views tell.

    Raises:
        LakeError: if the views cannot be opened, and not for any damage.
    """
    damage = find_damage(lake)
    try:
        if not damage or is_current(lake):
            views = open_catalog(lake)
        else:  # which would make the catalog anew, and a damaged lake must stay as it is
            views = open_snapshot(lake, newest_snapshot(lake))
        with views as connection:
            return read_status(connection, lake.uri, damage)
    except (LakeError, duckdb.Error):
        if not damage:
            raise
    return LakeStatus(
        lake=lake.uri,
        articles=None,
        article_versions=None,
        open_rejections=None,
        sources=NO_SOURCES,
        last_runs=NO_RUNS,
        alerts=NO_ALERTS,
        damage=damage,
    )


def read_status(
    connection: duckdb.DuckDBPyConnection, root: str, damage: Sequence[Damage] = ()
) -> LakeStatus:
    """Read a lake's status from its views, as far as they can be read."""
    unreadable: list[duckdb.Error] = []

    def part(read: Callable[[duckdb.DuckDBPyConnection], Part], otherwise: Part) -> Part:
        try:
            return read(connection)
        except duckdb.Error as error:
            unreadable.append(error)
            return otherwise

    def count(query: str) -> int | None:
        return part(lambda connection: _count(connection, query), None)

    articles, versions, rejections = (
        count("select count(*) from articles"),
        count("select count(*) from article_versions"),
        count("select count(*) from rejections where status = 'open'"),
    )
    runs = part(_last_runs, NO_RUNS)
    sources = part(_sources, NO_SOURCES)
    alerts = part(lambda connection: _alerts(connection, runs), NO_ALERTS)
    if unreadable and not damage:
        damage = (_unreadable(unreadable[0]),)
    return LakeStatus(
        lake=root,
        articles=articles,
        article_versions=versions,
        open_rejections=rejections,
        sources=sources,
        last_runs=runs,
        alerts=alerts,
        damage=tuple(damage),
    )


def _unreadable(error: duckdb.Error) -> Damage:
    """What names and sizes do not tell: rotten bits, a catalog that is ahead of its tables."""
    return Damage(
        "broadsheet.duckdb",
        f"names a file that cannot be read ({one_line(error)})",
        "delete broadsheet.duckdb, which is made anew; if this line stays, restore the file from a "
        "backup",
    )


def _last_runs(connection: duckdb.DuckDBPyConnection) -> tuple[RunStatus, ...]:
    rows = connection.execute(
        "select run_id, flow, status, started_at, ended_at, detail from runs "
        "order by started_at desc, run_id desc limit ?",
        [LAST_RUNS],
    ).fetchall()
    return tuple(
        RunStatus(
            run_id=run_id,
            flow=flow,
            status=status,
            started_at=started_at,
            ended_at=ended_at,
            detail=detail,
        )
        for run_id, flow, status, started_at, ended_at, detail in rows
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
