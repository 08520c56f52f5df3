"""Commit a shard: article versions, rejections and funnel counts into the lake, once.

Order: articles, quarantine, funnel, catalog. A shard is in the funnel only when its rows are in
the tables, and readers of the catalog see all three together, because it is built last.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

import pyarrow as pa

from expectations.columns import to_table
from expectations.records import (
    Article,
    ArticleVersion,
    FunnelCount,
    Outcome,
    Quarantined,
    Rejection,
    Stage,
)
from tasks.catalog import publish_catalog
from tasks.durable import exclusive
from tasks.funnel import Fate, check_sums, funnel_rows
from tasks.lake import Lake, active_files, append
from tasks.shards import SkipRow
from tasks.versions import Assigned, assign_versions, look_up_rejections, look_up_versions


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard's records at the end of the pipeline, and what was staged of each source."""

    run_id: str
    name: str
    discovered: Mapping[str, int]
    articles: Sequence[Article]
    rejections: Sequence[Rejection]
    skips: Sequence[SkipRow]


def commit_shard(lake: Lake, shard: Shard, *, pipeline_version: str) -> list[FunnelCount]:
    """Commit a shard; trying again after a crash adds nothing twice.

    Shards look versions up and commit one after the other, also those of other runs on this
    machine: two runs that read the same article at once would both call it new.

    Returns:
        The shard's funnel rows, which add up.

    Raises:
        LakeError: if the lake cannot be written.
        AssertionError: if an item has no outcome; nothing is committed then.
    """
    with exclusive(lake.lock):
        now = datetime.now(UTC)
        assigned = _assign(lake, shard, now, pipeline_version)
        fates = _fates(shard, assigned)
        funnel = funnel_rows(fates, shard.discovered, run_id=shard.run_id, shard=shard.name)
        check_sums(funnel)
        app_id = f"{shard.run_id}/{shard.name}"
        versions = to_table(ArticleVersion, [a.row for a in assigned if a.row is not None])
        append(lake, "articles", versions, app_id=app_id)
        append(lake, "quarantine", _quarantine(lake, shard, now), app_id=app_id)
        append(lake, "funnel", to_table(FunnelCount, funnel), app_id=app_id)
    publish_catalog(lake)
    return funnel


def _assign(lake: Lake, shard: Shard, now: datetime, pipeline_version: str) -> list[Assigned]:
    known = look_up_versions(
        active_files(lake, "articles"), (article.article_id for article in shard.articles)
    )
    return assign_versions(
        shard.articles, known, run_id=shard.run_id, now=now, pipeline_version=pipeline_version
    )


def _fates(shard: Shard, assigned: Sequence[Assigned]) -> list[Fate]:
    return [
        *(Fate(a.article.place.source_id, Stage.COMMIT, a.outcome) for a in assigned),
        *(Fate(r.source_id, r.stage, Outcome.REJECTED, r.rule) for r in shard.rejections),
        *(Fate(s.source_id, s.stage, Outcome.SKIPPED, s.reason) for s in shard.skips),
    ]


def _quarantine(lake: Lake, shard: Shard, now: datetime) -> pa.Table:
    rows = {rejection_id(rejection): rejection for rejection in shard.rejections}
    held = look_up_rejections(active_files(lake, "quarantine"), rows)
    return to_table(
        Quarantined,
        [
            Quarantined(
                rejection_id=name,
                run_id=shard.run_id,
                rejection=rejection,
                rejected_at=now,
                status="open",
            )
            for name, rejection in rows.items()
            if name not in held
        ],
    )


def rejection_id(rejection: Rejection) -> str:
    """Name a rejection by what it is about, so that the same one is not stored twice."""
    parts = (
        rejection.source_id,
        rejection.url,
        rejection.raw_ref,
        rejection.stage,
        rejection.rule,
        rejection.record,
    )
    return sha256(json.dumps(parts).encode()).hexdigest()
