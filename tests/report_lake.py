"""A lake in memory with just the tables that a report reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from expectations.columns import rows_to_table, to_row
from expectations.records import ArticleVersion, FunnelCount, Metric, Quarantined, Run
from tasks.views import DERIVED_VIEWS
from tests.builders import an_article

RUN = "20261123T050000Z-aaaa"
STARTED = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)

Row = dict[str, Any]


@dataclass
class ReportLake:
    """Rows to put into a lake; `connect` makes views of them."""

    runs: list[Row] = field(default_factory=list)
    funnel: list[Row] = field(default_factory=list)
    metrics: list[Row] = field(default_factory=list)
    rejections: list[Row] = field(default_factory=list)
    versions: list[Row] = field(default_factory=list)

    def run(self, run_id: str = RUN, status: str = "completed", **changes: Any) -> None:
        self.runs.append(
            {
                "run_id": run_id,
                "flow": "ingest",
                "status": status,
                "started_at": STARTED,
                "ended_at": None if status == "running" else STARTED + timedelta(seconds=12.5),
                "sources": ["seeds/"],
                "detail": None,
                "pipeline_version": "0.1.0",
            }
            | changes
        )

    def count(
        self,
        outcome: str,
        items: int,
        *,
        source_id: str = "example",
        stage: str = "commit",
        reason: str | None = None,
        run_id: str = RUN,
        example: str | None = None,
    ) -> None:
        """Count items that were discovered and came to this outcome."""
        for counted, at, why in (("discovered", "read", None), (outcome, stage, reason)):
            self.funnel.append(
                {
                    "run_id": run_id,
                    "shard": "0",
                    "source_id": source_id,
                    "stage": at,
                    "outcome": counted,
                    "reason": why,
                    "items": items,
                    "example": example if why else None,
                }
            )

    def measure(self, metric: str, value: float, n: int | None = None, **changes: Any) -> None:
        self.metrics.append(
            {
                "run_id": RUN,
                "source_id": "example",
                "metric": metric,
                "value": float(value),
                "n": n,
                "baseline": None,
                "verdict": "ok",
                "at": STARTED,
            }
            | changes
        )

    def reject(self, rule: str, *, stage: str = "read", **changes: Any) -> None:
        number = len(self.rejections)
        self.rejections.append(
            {
                "rejection_id": f"{number:064x}",
                "run_id": RUN,
                "source_id": "example",
                "url": None,
                "stage": stage,
                "rule": rule,
                "severity": "critical",
                "failed_rules": [rule],
                "detail": "no bytes",
                "raw_ref": f"seeds/broken/{number}.html#0",
                "record": "{}",
                "rejected_at": STARTED,
                "status": "open",
            }
            | changes
        )

    def add(self, *, run_id: str = RUN, **changes: Any) -> None:
        """Add one version of a valid article; `changes` are columns by name."""
        number = len(self.versions)
        url = f"https://news.example.org/{number}"
        self.versions.append(
            to_row(an_article(**({"url": url} | changes)))
            | {
                "version_id": f"{number:064x}",
                "version_hash": f"{number:064x}",
                "revision": 1,
                "supersedes": None,
                "version_key": number,
                "retires": None,
                "first_seen_at": STARTED,
                "run_id": run_id,
                "ingested_at": STARTED,
                "pipeline_version": "0.1.0",
                "published_month": "2026-06",
            }
        )

    def connect(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect()
        tables: Iterable[tuple[str, type, list[Row]]] = (
            ("runs", Run, self.runs),
            ("funnel_counts", FunnelCount, self.funnel),
            ("metrics", Metric, self.metrics),
            ("rejections", Quarantined, self.rejections),
            ("article_versions", ArticleVersion, self.versions),
        )
        for name, record_type, rows in tables:
            connection.register(name, rows_to_table(record_type, rows))
        connection.execute(f"create view funnel as {DERIVED_VIEWS['funnel']}")
        connection.execute("create view articles as from article_versions")
        return connection
