"""What happened in a run: its row, its funnel, its reasons, rules, gates and other metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from expectations.records import Outcome, Run, Severity
from expectations.suites import article_rules, load_suite
from tasks.errors import LakeError, UsageError
from tasks.report.rows import Capped, capped, fetch, instant
from tasks.rule_hits import PREFIX

SOURCES_SHOWN = 30
REASONS_SHOWN = 40
METRICS_SHOWN = 50
GATE_SOURCES_SHOWN = 10
RULES_COUNTED = 200
"""More than any suite has; a bound all the same."""
NAME_LENGTH = 200
"""Characters of a name, reason or source that leave the database."""

NO_MEANING = "No longer in the suite"

VERDICTS = ("ok", "warn", "fail")
"""Verdicts of metrics, from best to worst."""


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """Items by outcome of one source, or of all (`source_id` None)."""

    source_id: str | None
    items: Mapping[Outcome, int]

    @property
    def discovered(self) -> int:
        """What went in."""
        return self.items[Outcome.DISCOVERED]

    @property
    def accounted(self) -> int:
        """What came out, whatever became of it."""
        return sum(self.items[outcome] for outcome in Outcome if outcome != Outcome.DISCOVERED)


@dataclass(frozen=True, slots=True)
class Funnel:
    """The run's counts: all sources together, then each, those that do not add up first."""

    total: SourceCounts
    sources: Capped[SourceCounts]
    unbalanced: int

    @property
    def source_count(self) -> int:
        """How many sources had items in this run."""
        return len(self.sources.shown) + self.sources.more


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """Why items did not become rows: one outcome, stage and reason, and one of them in words."""

    outcome: str
    stage: str
    reason: str
    items: int
    sources: int
    example: str | None


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How one rule of the suite fared; `checked` 0 if no row reached it."""

    name: str
    severity: Severity
    meaning: str
    checked: int
    failed: int
    failing_sources: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate of the run (`source_id` None) or of one source, and its verdict.

    `alike` counts the sources with the same verdict on it.
    """

    name: str
    meaning: str
    source_id: str | None
    verdict: str
    alike: int


@dataclass(frozen=True, slots=True)
class Measure:
    """Any other metric."""

    metric: str
    source_id: str | None
    value: float
    n: int | None
    baseline: float | None
    verdict: str | None


def find_run(connection: duckdb.DuckDBPyConnection, run_id: str) -> Run:
    """Look a run up.

    Raises:
        LakeError: if there are no runs at all.
        UsageError: if there is no run of this name.
    """
    rows = fetch(
        connection,
        """
        select run_id, flow, status, epoch_us(started_at), epoch_us(ended_at), sources, detail,
               pipeline_version
        from runs where run_id = ? order by ended_at desc nulls last limit 1
        """,
        run_id,
    )
    if not rows:
        newest = fetch(connection, "select max(run_id) from runs where flow = 'ingest'")[0][0]
        if newest is None:
            raise LakeError("the lake has no runs to report on: run `broadsheet ingest` first")
        raise UsageError(f"the lake has no run {run_id!r}; the newest is {newest!r}")
    name, flow, status, started, ended, sources, detail, version = rows[0]
    started_at = instant(started)
    if started_at is None:
        raise LakeError(f"run {run_id!r} has no time of start: the table of runs is damaged")
    return Run(
        run_id=name,
        flow=flow,
        status=status,
        started_at=started_at,
        ended_at=instant(ended),
        sources=tuple(sources or ()),
        detail=detail,
        pipeline_version=version,
    )


def read_funnel(connection: duckdb.DuckDBPyConnection, run_id: str) -> Funnel:
    """Add the funnel up, for the run and for each source."""
    sums = ", ".join(
        f"coalesce(sum(items) filter (where outcome = '{outcome}'), 0)::bigint as {outcome}"
        for outcome in Outcome
    )
    others = " + ".join(outcome for outcome in Outcome if outcome != Outcome.DISCOVERED)
    total = fetch(connection, f"select {sums} from funnel where run_id = ?", run_id)[0]
    rows = fetch(
        connection,
        f"""
        with by_source as (
            select source_id, {sums} from funnel where run_id = ? group by source_id
        )
        select left(source_id, {NAME_LENGTH}), {", ".join(Outcome)},
               count(*) over (), count(*) filter (where discovered <> {others}) over ()
        from by_source
        order by discovered = {others}, discovered desc, source_id
        limit {SOURCES_SHOWN}
        """,
        run_id,
    )
    return Funnel(
        total=SourceCounts(None, dict(zip(Outcome, total, strict=True))),
        sources=capped(
            (SourceCounts(row[0], dict(zip(Outcome, row[1:-2], strict=True))) for row in rows),
            rows[0][-2] if rows else 0,
        ),
        unbalanced=rows[0][-1] if rows else 0,
    )


def read_reasons(connection: duckdb.DuckDBPyConnection, run_id: str) -> Capped[ReasonCount]:
    """List why items were rejected, failed or skipped, the most frequent first."""
    rows = fetch(
        connection,
        f"""
        with by_reason as (
            select outcome, stage, coalesce(reason, '') as reason, sum(items)::bigint as items,
                   count(distinct source_id) as sources, min(example) as example
            from funnel
            where run_id = ? and items > 0 and outcome in ('rejected', 'failed', 'skipped')
            group by outcome, stage, 3
        )
        select outcome, stage, left(reason, {NAME_LENGTH}), items, sources,
               left(example, {NAME_LENGTH}), count(*) over ()
        from by_reason
        order by outcome = 'skipped', items desc, stage, reason
        limit {REASONS_SHOWN}
        """,
        run_id,
    )
    return capped((ReasonCount(*row[:-1]) for row in rows), rows[0][-1] if rows else 0)


def read_rules(connection: duckdb.DuckDBPyConnection, run_id: str) -> tuple[RuleCount, ...]:
    """Say how each rule fared: failing ones first, the suite's order otherwise.

    Rules of the suite that saw no row are listed too, and so are rules that have left the suite
    since the run.
    """
    # Counted by source; a row for the whole run is taken only where there is none by source.
    rows = fetch(
        connection,
        f"""
        select left(metric[6:-8], {NAME_LENGTH}) as rule,
               coalesce(sum(n) filter (where source_id is not null), sum(n), 0)::bigint,
               coalesce(sum(value) filter (where source_id is not null), sum(value), 0)::bigint,
               count(distinct source_id) filter (where value > 0),
               max(case verdict when 'fail' then 2 when 'warn' then 1 else 0 end)
        from metrics
        where run_id = ? and starts_with(metric, 'rule.') and ends_with(metric, '.failed')
        group by rule having rule <> '' order by 3 desc, rule limit {RULES_COUNTED}
        """,
        run_id,
    )
    counted = {
        rule: (checked, failed, sources, worst) for rule, checked, failed, sources, worst in rows
    }
    suite = {rule.name: (rule.severity, rule.meaning) for rule in article_rules()}
    unknown = (Severity.WARNING, NO_MEANING)
    rules = []
    for name in [*suite, *(name for name in counted if name not in suite)]:
        severity, meaning = suite.get(name, unknown)
        checked, failed, sources, worst = counted.get(name, (0, 0, 0, 0))
        rules.append(RuleCount(name, severity, meaning, checked, failed, sources, VERDICTS[worst]))
    return tuple(sorted(rules, key=_worst_first))


def _worst_first(rule: RuleCount) -> tuple[bool, int, int]:
    return (rule.failed == 0, list(Severity).index(rule.severity), -rule.failed)


def read_gates(connection: duckdb.DuckDBPyConnection, run_id: str) -> Capped[Gate]:
    """List the run's own gates, and those of sources that did not pass; worst first."""
    rows = fetch(
        connection,
        f"""
        with judged as (
            select left(metric[6:], {NAME_LENGTH}) as gate, source_id,
                   coalesce(verdict, case when value = 1 then 'ok' else 'fail' end) as verdict
            from metrics
            where run_id = ? and starts_with(metric, 'gate.') and (source_id is null or value <> 1)
        )
        select gate, left(source_id, {NAME_LENGTH}), verdict,
               count(*) over (partition by gate, verdict, source_id is null), count(*) over ()
        from judged
        qualify row_number() over (
            partition by gate, verdict, source_id is null order by source_id
        ) <= {GATE_SOURCES_SHOWN}
        order by source_id is not null, verdict = 'ok', verdict, gate, source_id
        limit {METRICS_SHOWN}
        """,
        run_id,
    )
    meanings = {gate.name: gate.meaning for gate in load_suite("table")}
    return capped(
        (Gate(row[0], meanings.get(row[0], NO_MEANING), row[1], row[2], row[3]) for row in rows),
        rows[0][-1] if rows else 0,
    )


def read_measures(connection: duckdb.DuckDBPyConnection, run_id: str) -> Capped[Measure]:
    """List the metrics that no other section shows, judged ones first."""
    rows = fetch(
        connection,
        f"""
        select left(metric, {NAME_LENGTH}), left(source_id, {NAME_LENGTH}), value, n, baseline,
               verdict, count(*) over ()
        from metrics
        where run_id = ? and not starts_with(metric, 'rule.')
            and not starts_with(metric, 'gate.') and not starts_with(metric, '{PREFIX}')
        order by case verdict when 'fail' then 0 when 'warn' then 1 else 2 end,
                 metric, source_id nulls first
        limit {METRICS_SHOWN}
        """,
        run_id,
    )
    return capped((Measure(*row[:-1]) for row in rows), rows[0][-1] if rows else 0)
