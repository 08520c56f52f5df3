"""Commit a shard: article versions, rejections and funnel counts into the lake, once.

Order: articles, quarantine, funnel, snapshot, catalog. Each of the first three is one Delta commit.
A shard is in the funnel only when its rows are in the tables, and the catalog, which is what
readers open, is of a snapshot taken after all three. So on one machine, whose shards commit one
after the other, a reader sees all of a shard or nothing. Where several machines commit to one
bucket, a snapshot may show a shard of another machine's before its funnel; and rows of a process
that was killed between two tables are shown with the next snapshot: its run, tried again, finds
them and does the rest.

What is new is decided from the tables as they are read, and a commit is refused if one of them
has changed since: it is decided anew then. So no two runs, on whichever machines, can both call an
article new or both revise the same version.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

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
from tasks.catalog import publish
from tasks.durable import exclusive
from tasks.errors import StaleTableError
from tasks.funnel import Fate, check_sums, funnel_rows
from tasks.index import open_index
from tasks.lake import append, pause
from tasks.seen import SeenPage, changed_since
from tasks.shards import SkipRow
from tasks.snapshots import moment
from tasks.storage import Lake
from tasks.versions import Assigned, assign_versions

MOST_TRIES = 50  # dozens of machines at one bucket; on one machine the lock leaves nobody to meet


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard's records at the end of the pipeline, and what was staged of each source."""

    run_id: str
    name: str
    discovered: Mapping[str, int]
    articles: Sequence[Article]
    rejections: Sequence[Rejection]
    skips: Sequence[SkipRow]
    seen: Collection[SeenPage] = ()
    reprocessed: bool = False

    @property
    def app_id(self) -> str:
        """Name of its transactions."""
        return transaction_of(self.run_id, self.name)


@dataclass(frozen=True, slots=True)
class Committed:
    """What came of a shard: its funnel rows, and what its pages, by `raw_ref`, show of articles.

    `shown` are version hashes. A page that was rejected shows nothing.
    """

    funnel: tuple[FunnelCount, ...]
    shown: Mapping[str, str]


class SeenPagesError(Exception):
    """Pages that were taken for unchanged may not be: extract them, and commit again."""

    def __init__(self, article_ids: Collection[str]) -> None:
        super().__init__(f"{len(article_ids)} articles have changed since")
        self.article_ids = article_ids


def transaction_of(run_id: str, shard_name: str) -> str:
    """Name a shard's transactions, by which its rows are known when it is tried again."""
    return f"{run_id}/{shard_name}"


def commit_shard(lake: Lake, shard: Shard, *, pipeline_version: str) -> Committed:
    """Commit a shard; trying again after a crash adds nothing twice, and comes to the same counts.

    The funnel rows add up.

    Raises:
        LakeError: if the lake cannot be written.
        SeenPagesError: if the article of a seen page has changed since; nothing is committed.
        AssertionError: if an item has no outcome; nothing is committed then.
    """
    with exclusive(lake.lock):
        now = moment(lake)
        for tries_left in reversed(range(MOST_TRIES)):
            try:
                committed = _commit_rows(lake, shard, now, pipeline_version)
                break
            except StaleTableError:
                if not tries_left:
                    raise
                pause()
        funnel = to_table(FunnelCount, committed.funnel)
        append(lake, "funnel", funnel, app_id=shard.app_id)
    publish(lake, shard.run_id)
    return committed


def _commit_rows(lake: Lake, shard: Shard, now: datetime, pipeline_version: str) -> Committed:
    """Decide what is new and commit articles and rejections.

    Raises:
        StaleTableError: if somebody committed meanwhile. What this shard has committed stays, and
            the next look-up leaves it out and all that came later: the outcomes are the same.
    """
    names = {rejection_id(rejection): rejection for rejection in shard.rejections}
    with open_index(lake) as index:
        article_ids = [
            *(article.article_id for article in shard.articles),
            *(page.article_id for page in shard.seen),
        ]
        known = index.versions(article_ids, before=shard.app_id)
        held = index.rejections(names)
    if changed := changed_since(shard.seen, known, shard.articles):
        raise SeenPagesError(changed)
    assigned = assign_versions(
        shard.articles,
        known,
        run_id=shard.run_id,
        now=now,
        pipeline_version=pipeline_version,
        reprocessed=shard.reprocessed,
    )
    funnel = funnel_rows(
        _fates(shard, assigned),
        shard.discovered,
        run_id=shard.run_id,
        shard=shard.name,
        examples={_fate(skip): skip.detail for skip in reversed(shard.skips) if skip.detail},
    )
    check_sums(funnel)
    versions = to_table(ArticleVersion, [a.row for a in assigned if a.row is not None])
    rejected = [
        Quarantined(
            rejection_id=name,
            run_id=shard.run_id,
            rejection=rejection,
            rejected_at=now,
            status="open",
        )
        for name, rejection in names.items()
        if name not in held
    ]
    rows = {"articles": versions, "quarantine": to_table(Quarantined, rejected)}
    for table, added in rows.items():
        append(lake, table, added, app_id=shard.app_id, read_version=index.read_versions[table])
    shown = {a.article.raw_ref: a.version_hash for a in assigned}
    shown |= {s.page.raw_ref: known[s.article_id].current.version_hash for s in shard.seen}
    return Committed(tuple(funnel), shown)


def _fates(shard: Shard, assigned: Sequence[Assigned]) -> Counter[Fate]:
    fates = Counter(Fate(a.article.place.source_id, Stage.COMMIT, a.outcome) for a in assigned)
    fates.update(Fate(s.page.source_id, Stage.COMMIT, Outcome.UNCHANGED) for s in shard.seen)
    fates.update(Fate(r.source_id, r.stage, Outcome.REJECTED, r.rule) for r in shard.rejections)
    for skip in shard.skips:
        fates[_fate(skip)] += skip.items
    return fates


def _fate(skip: SkipRow) -> Fate:
    return Fate(skip.source_id, skip.stage, skip.outcome, skip.reason)


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
