"""Runs: their start and end, and what they measured."""

from __future__ import annotations

import contextlib
import secrets
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

import duckdb

from expectations.columns import to_table
from expectations.records import FunnelCount, Metric, Outcome, Reason, Run, Severity
from tasks.catalog import publish
from tasks.damage import refuse_damaged
from tasks.errors import LakeError
from tasks.funnel import items_by_outcome
from tasks.hit_history import read_earlier_hits
from tasks.lake import append
from tasks.query import open_catalog
from tasks.report import keep_report, summarise, summary_markdown
from tasks.rule_hits import add_up, hit_metrics
from tasks.settings import pipeline_version
from tasks.shard_steps import ShardResult
from tasks.shards import staging_folder
from tasks.snapshots import moment
from tasks.storage import Lake
from tasks.validate import GateResult, RuleCount, SourceCounts, judge_run

MOST_FAILURES = 20  # told of a run; the funnel has their number
_TOLD_OF_SKIPS = (Reason.FORBIDDEN_ADDRESS, Reason.ROBOTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run did. `failures` are examples of items that failed, with their addresses."""

    run_id: str
    status: str
    lake: str
    items: dict[str, int]
    reasons: dict[str, int]
    failures: tuple[str, ...]
    failed_gates: tuple[str, ...]
    seconds: float
    report: str


def new_run_id(now: datetime) -> str:
    """Name a run so that names sort by time of start: a second, its milliseconds in hex, chance."""
    return f"{now:%Y%m%dT%H%M%S}Z-{now.microsecond // 1000:03x}{secrets.token_hex(3)}"


def record_start(lake: Lake, *, flow: str, sources: Sequence[str], now: datetime) -> Run:
    """Write the run's first row."""
    run = Run(
        run_id=new_run_id(now),
        flow=flow,
        status="running",
        started_at=now,
        ended_at=None,
        sources=tuple(_storable(source) for source in sources),
        detail=None,
        pipeline_version=pipeline_version(),
    )
    append(lake, "runs", to_table(Run, [run]), app_id=run.run_id, sequence=1)
    return run


@contextmanager
def recorded_run(lake: Lake, *, flow: str, sources: Sequence[str]) -> Iterator[Run]:
    """Record a run's start and, should the block raise, its failure; clear its staging folder.

    Raises:
        LakeError: if the lake is damaged; nothing is recorded then.
    """
    refuse_damaged(lake)
    run = record_start(lake, flow=flow, sources=sources, now=moment(lake))
    try:
        with staging_folder(lake.staging, run.run_id):
            yield run
    except BaseException as error:
        # The disk may be full: what went wrong first is what the user must hear.
        with contextlib.suppress(Exception):
            detail = _storable(f"{type(error).__name__}: {error}"[:1000].removesuffix(": "))
            record_end(lake, run, status="failed", detail=detail)
        raise


def _storable(words: str) -> str:
    """Text with bytes of file names that are not UTF-8 escaped, as readers do it in `raw_ref`."""
    return words.encode("utf-8", "backslashreplace").decode()


def finish_run(lake: Lake, run: Run, results: Iterable[ShardResult]) -> tuple[RunSummary, str]:
    """Take the shards' results in, judge the run, record its end and write its report.

    Returns:
        The summary, and the same as Markdown.
    """
    funnel, gates = record_metrics(lake, run, results)
    failed_gates = critical_failures(gates)
    ended = record_end(lake, run, status="gate-failed" if failed_gates else "completed")
    with open_catalog(lake) as connection:
        report, _ = keep_report(connection, lake, run.run_id)
        markdown = summary_markdown(summarise(connection, run.run_id))
    return (
        RunSummary(
            run_id=run.run_id,
            status=ended.status,
            lake=lake.uri,
            items={str(outcome): items for outcome, items in items_by_outcome(funnel).items()},
            reasons=_items_by_reason(funnel),
            failures=_failures(funnel),
            failed_gates=failed_gates,
            seconds=(ended.ended_at - run.started_at).total_seconds() if ended.ended_at else 0.0,
            report=report,
        ),
        markdown,
    )


def record_end(lake: Lake, run: Run, *, status: str, detail: str | None = None) -> Run:
    """Write the run's last row and publish the catalog."""
    ended = Run(
        run_id=run.run_id,
        flow=run.flow,
        status=status,
        started_at=run.started_at,
        ended_at=moment(lake),
        sources=run.sources,
        detail=detail,
        pipeline_version=run.pipeline_version,
    )
    append(lake, "runs", to_table(Run, [ended]), app_id=run.run_id, sequence=2)
    publish(lake, run.run_id)
    return ended


def record_metrics(
    lake: Lake, run: Run, results: Iterable[ShardResult]
) -> tuple[tuple[FunnelCount, ...], tuple[GateResult, ...]]:
    """Judge the run by its gates and write what was measured.

    Returns:
        The run's funnel rows, and each gate's verdict.
    """
    shards = list(results)
    funnel = tuple(row for shard in shards for row in shard.funnel)
    gates = judge_run(_source_counts(funnel))
    now = datetime.now(UTC)
    hits = add_up(part for shard in shards for part in shard.hits)
    earlier = read_earlier_hits(lake, run.run_id, [part.source_id for part in hits], now=now)
    metrics = [
        *(_rule_metric(run.run_id, count, now) for count in _sum_rules(shards)),
        *(_gate_metric(run.run_id, gate, now) for gate in gates),
        *hit_metrics(run.run_id, hits, earlier, now),
    ]
    append(lake, "metrics", to_table(Metric, metrics), app_id=run.run_id)
    return funnel, gates


def critical_failures(gates: Iterable[GateResult]) -> tuple[str, ...]:
    """Name the critical gates that failed."""
    return tuple(
        gate.gate for gate in gates if not gate.passed and gate.severity is Severity.CRITICAL
    )


def _items_by_reason(funnel: Iterable[FunnelCount]) -> dict[str, int]:
    """Items that came to nothing, by `outcome/stage/reason`, most first."""
    sums: Counter[str] = Counter()
    for row in funnel:
        if row.reason is not None:
            sums[f"{row.outcome}/{row.stage}/{row.reason}"] += row.items
    return dict(sums.most_common())


def _failures(funnel: Iterable[FunnelCount]) -> tuple[str, ...]:
    """What could not be had, in words: one item for each reason, source and shard."""
    told = (
        f"{row.reason}: {row.example}"
        for row in funnel
        if row.example and (row.outcome is Outcome.FAILED or row.reason in _TOLD_OF_SKIPS)
    )
    return tuple(islice(dict.fromkeys(told), MOST_FAILURES))


def _source_counts(funnel: Iterable[FunnelCount]) -> list[SourceCounts]:
    by_source: dict[str, list[FunnelCount]] = defaultdict(list)
    for row in funnel:
        by_source[row.source_id].append(row)
    counts = []
    for source_id, rows in sorted(by_source.items()):
        items = items_by_outcome(rows)
        counts.append(
            SourceCounts(
                source_id=source_id,
                discovered=items[Outcome.DISCOVERED],
                passed=items[Outcome.NEW] + items[Outcome.UPDATED] + items[Outcome.UNCHANGED],
                rejected=items[Outcome.REJECTED],
                skipped=items[Outcome.SKIPPED],
                failed=items[Outcome.FAILED],
                not_due=sum(
                    row.items
                    for row in rows
                    if (row.outcome, row.reason) == (Outcome.SKIPPED, Reason.NOT_DUE)
                ),
            )
        )
    return counts


def _sum_rules(shards: Iterable[ShardResult]) -> list[RuleCount]:
    sums: dict[tuple[str, str, Severity], tuple[int, int]] = {}
    for shard in shards:
        for count in shard.rules:
            key = (count.source_id, count.rule, count.severity)
            checked, failed = sums.get(key, (0, 0))
            sums[key] = (checked + count.checked, failed + count.failed)
    return [
        RuleCount(source_id=source, rule=rule, severity=severity, checked=checked, failed=failed)
        for (source, rule, severity), (checked, failed) in sorted(sums.items())
    ]


def _rule_metric(run_id: str, count: RuleCount, now: datetime) -> Metric:
    failed_verdict = "fail" if count.severity is Severity.CRITICAL else "warn"
    return Metric(
        run_id=run_id,
        source_id=count.source_id,
        metric=f"rule.{count.rule}.failed",
        value=float(count.failed),
        n=count.checked,
        baseline=None,
        verdict=failed_verdict if count.failed else "ok",
        at=now,
    )


def _gate_metric(run_id: str, gate: GateResult, now: datetime) -> Metric:
    failed_verdict = "fail" if gate.severity is Severity.CRITICAL else "warn"
    return Metric(
        run_id=run_id,
        source_id=gate.source_id,
        metric=f"gate.{gate.gate}",
        value=float(gate.passed),
        n=None,
        baseline=None,
        verdict="ok" if gate.passed else failed_verdict,
        at=now,
    )


def latest_run_id(connection: duckdb.DuckDBPyConnection) -> str:
    """Name the newest ingest run.

    Raises:
        LakeError: if there was none.
    """
    row = connection.execute(
        "select run_id from runs where flow = 'ingest' "
        "order by started_at desc, run_id desc limit 1"
    ).fetchone()
    if row is None:
        raise LakeError("the lake has no run to report on: run `broadsheet ingest SOURCE` first")
    return str(row[0])
