"""Processes that commit to one lake, compact it and read it, all at once."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb

import tasks.lake
from expectations.records import Article
from tasks.catalog import publish
from tasks.commit import Shard, commit_shard
from tasks.compaction import merge_small_files
from tasks.errors import LakeError
from tasks.opening import open_lake, open_or_create_lake
from tasks.query import open_catalog
from tasks.sweep import remove_unneeded
from tasks.tables import TABLES
from tests.builders import TEXT, a_rejection, a_shard, an_article
from tests.faults.accounts import START, read_account

Answer = TypeVar("Answer")
ARTICLES = 60
STATES = 4  # that each article has had, an hour apart
ARTICLES_A_SHARD = 8
REJECTIONS = 30


class Totals(NamedTuple):
    """Counts and sums over all rows."""

    versions: int
    characters: int
    articles: int
    rejections: int
    new: int
    updated: int
    discovered: int
    other_outcomes: int


TOTALS = """
    from (select count(*), coalesce(sum(text_length), 0)::int from article_versions)
    positional join (select count(*) from articles)
    positional join (select count(*) from rejections)
    positional join (
        select
            coalesce(sum(items) filter (outcome = 'new'), 0)::int,
            coalesce(sum(items) filter (outcome = 'updated'), 0)::int,
            coalesce(sum(items) filter (outcome = 'discovered'), 0)::int,
            coalesce(sum(items) filter (outcome != 'discovered'), 0)::int
        from funnel
    )
"""


def state_of_article(number: int, state: int) -> Article:
    """A state of an article: the same wherever it is read, and told by its length from others."""
    return an_article(
        url=f"https://news.example/{number}",
        title=f"State {state}",
        text=TEXT + "." * (number * STATES + state),
        fetched_at=START + timedelta(hours=state),
    )


def shards_of(process: int, shards: int) -> list[Shard]:
    """What one of several processes reads: much of it others read too, in another order."""
    chance = random.Random(process)  # noqa: S311 - a seed, so that failures can be repeated
    return [
        a_shard(
            *(
                state_of_article(article, chance.randrange(STATES))
                for article in chance.sample(range(ARTICLES), ARTICLES_A_SHARD)
            ),
            *(a_rejection(raw_ref=f"a.jsonl#{n}") for n in chance.sample(range(REJECTIONS), 2)),
            run_id=f"run-of-{process}",
            name=f"{number:05}",
        )
        for number in range(shards)
    ]


def totals_of(shards: Sequence[Shard]) -> Totals:
    """The totals once all of these are in, in whatever order they came."""
    states = {
        (str(article.place.url), str(article.content.title)): article.content.text_length
        for shard in shards
        for article in shard.articles
    }
    articles = {url for url, _ in states}
    rejections = {r.raw_ref for shard in shards for r in shard.rejections}
    items = sum(sum(shard.discovered.values()) for shard in shards)
    return Totals(
        len(states),
        sum(states.values()),
        len(articles),
        len(rejections),
        len(articles),
        len(states) - len(articles),
        items,
        items,
    )


def newest_states(shards: Sequence[Shard]) -> dict[str, str]:
    """The title that each article has at last, whatever came in first."""
    newest: dict[str, str] = {}
    for shard in shards:
        for article in shard.articles:
            url, title = str(article.place.url), str(article.content.title)
            newest[url] = max(title, newest.get(url, ""))
    return newest


def on_another_machine(cache: Path, work: Callable[..., Answer], *arguments: Any) -> Answer:
    """Do something with a lock, an index and a catalog of its own."""
    tasks.lake.CHECKPOINT_EVERY = 4  # so that machines meet at checkpoints, and ask for less
    os.environ["XDG_CACHE_HOME"] = str(cache)
    return work(*arguments)


def commit_shards(place: str, process: int, shards: int) -> None:
    """Commit a process's shards, as a run does."""
    lake = open_or_create_lake(place)
    for shard in shards_of(process, shards):
        commit_shard(lake, shard, pipeline_version="1")


def compact_until(place: str, ended: Path, pause_s: float = 0.0) -> int:
    """Compact a lake again and again; how many files fewer that made in all."""
    fewer = rounds = 0
    while not ended.exists():
        try:
            lake = open_lake(place)
        except LakeError:  # nobody has made it yet
            time.sleep(0.05)
            continue
        for table in TABLES:
            merged = merge_small_files(lake, table)
            fewer += merged.files_before - merged.files_after
        rounds += 1
        publish(lake, f"compaction-{rounds}")
        remove_unneeded(lake, days=1, now=datetime.now(UTC))
        time.sleep(pause_s)
    return fewer


@dataclass(frozen=True)
class Seen:
    """What a reader saw, and of which snapshot."""

    taken_at: datetime
    totals: Totals


def read_until(place: str, ended: Path, pause_s: float = 0.1) -> list[Seen]:
    """Open the catalog again and again, see that it has no flaw, and note what it says."""
    seen: list[Seen] = []
    while not ended.exists():
        try:
            lake = open_lake(place)
        except LakeError:  # nobody has made it yet
            time.sleep(0.05)
            continue
        with open_catalog(lake) as views:
            views.execute("set threads = 1")
            ((taken_at,),) = views.execute("select taken_at from lake_location").fetchall()
            account, totals = read_account(views), read_totals(views)
            assert totals.versions == sum(map(len, account.versions.values()))
            time.sleep(
                pause_s
            )  # a reader keeps what he has opened, whatever is committed meanwhile
            assert read_totals(views) == totals
        if taken_at is not None:
            seen.append(Seen(taken_at, totals))
    return seen


def read_totals(views: duckdb.DuckDBPyConnection) -> Totals:
    """Counts and sums of all rows."""
    (totals,) = views.execute(TOTALS).fetchall()
    return Totals(*totals)
