"""What a shard's commit and its publication cost in lakes with different pasts."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from unittest.mock import patch

from benchmarks.big_lake import copy_of
from benchmarks.million import Block, article_versions
from benchmarks.year import rejections
from expectations.columns import from_row
from expectations.records import Article, Snapshot
from tasks import commit
from tasks.catalog import publish
from tasks.commit import Shard, commit_shard
from tasks.lake import active_files
from tasks.snapshots import SHOWN
from tasks.storage import Lake

SHARDS = 20  # so that each lake makes its checkpoints once
PUBLICATIONS = 9
ARTICLES, REJECTED = 1_000, 20
BEGIN, END = datetime(2025, 9, 10, tzinfo=UTC), datetime(2025, 11, 20, tzinfo=UTC)  # three months
FIRST = 1_000  # number of the first shard's block: no lake has it


@dataclass(frozen=True, slots=True)
class CommitTimes:
    """Seconds of wall time that each shard took: its commit, and its publication after that."""

    commit_s: list[float] = field(default_factory=list)
    publish_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PublishTimes:
    """Seconds of wall time that each publication took, in a lake of so many data files."""

    article_files: int
    files: int
    publish_s: list[float]


def time_commits(lakes: Mapping[str, Lake]) -> dict[str, CommitTimes]:
    """Commit the same shards to copies of some lakes, in turns."""
    times = {name: CommitTimes() for name in lakes}
    with ExitStack() as stack:
        copies = {name: stack.enter_context(copy_of(lake)) for name, lake in lakes.items()}
        for number in range(-1, SHARDS):  # the first one loads what is loaded once
            shard = a_shard(FIRST + 1 + number)
            for name, lake in copies.items():
                commit_s, publish_s = _timed(lake, shard)
                if number >= 0:
                    times[name].commit_s.append(commit_s)
                    times[name].publish_s.append(publish_s)
    return times


def time_publications(lake: Lake) -> PublishTimes:
    """Publish a copy of a lake again and again."""
    with copy_of(lake) as target:
        counts = {table: len(active_files(target, table)) for table in (*SHOWN, "snapshots")}
        times = []
        for _ in range(PUBLICATIONS):
            began = time.perf_counter()
            publish(target, "bench")
            times.append(time.perf_counter() - began)
    return PublishTimes(counts["articles"], sum(counts.values()), times)


def a_shard(number: int) -> Shard:
    """A shard of new articles, a few of them revised within it, and some rejections."""
    rows = article_versions(Block(number, ARTICLES, BEGIN, END)).to_pylist()
    articles = [from_row(Article, row | {"removed": []}) for row in rows]
    rejected = rejections(number, REJECTED)
    return Shard(
        run_id="bench",
        name=f"{number:05}",
        discovered=Counter(
            [
                *(article.place.source_id for article in articles),
                *(rejection.source_id for rejection in rejected),
            ]
        ),
        articles=articles,
        rejections=rejected,
        skips=[],
    )


def _timed(lake: Lake, shard: Shard) -> tuple[float, float]:
    publish_s = 0.0

    def timed_publish(lake: Lake, run_id: str) -> Snapshot:
        nonlocal publish_s
        began = time.perf_counter()
        snapshot = publish(lake, run_id)
        publish_s = time.perf_counter() - began
        return snapshot

    with patch.object(commit, "publish", timed_publish):
        began = time.perf_counter()
        commit_shard(lake, shard, pipeline_version="bench")
        return time.perf_counter() - began - publish_s, publish_s
