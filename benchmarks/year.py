"""A year of commits to a lake's tables, each table's by itself: what many runs leave behind.

The same files, transactions and checkpoints as of `commit_shard`, by the same `append`.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

from benchmarks.million import Block, article_versions
from expectations.columns import to_table
from expectations.records import (
    FunnelCount,
    Outcome,
    Quarantined,
    Rejection,
    Snapshot,
    Stage,
    rejection,
)
from tasks.commit import rejection_id
from tasks.lake import append
from tasks.storage import Lake

BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
BLOCKS = 40  # of articles, made one while the one before is written


@dataclass(frozen=True, slots=True)
class Size:
    """How much of a year a lake holds, and in how many commits."""

    rows_a_commit: int
    commits: int
    commits_a_year: int

    @property
    def rejected_a_commit(self) -> int:
        """One page in a hundred."""
        return self.rows_a_commit // 100


def rejections(shard: int, count: int) -> list[Rejection]:
    """Some of a shard's pages that did not pass."""
    return [
        rejection(
            source_id=f"publisher-{number:03}.example",
            url=f"https://www.publisher-{number:03}.example/short/{shard}-{number}",
            stage=Stage.VALIDATE,
            rule="text_long_enough",
            detail="the text has 41 characters, of at least 100",
            raw_ref=f"news-{shard:05}.warc.gz#{number}",
            record='{"text": "Subscribe to read what happened next ..."}',
        )
        for number in range(count)
    ]


def append_articles(lake: Lake, size: Size) -> None:
    """Append the year's articles, or the first of them."""
    commits_a_block = size.commits_a_year // BLOCKS
    step = (END - BEGIN) / BLOCKS
    blocks = [
        Block(
            number=number,
            rows=size.rows_a_commit * commits_a_block,
            begin=BEGIN + number * step,
            end=BEGIN + (number + 1) * step,
        )
        for number in range(BLOCKS)
    ]
    with ThreadPoolExecutor(1) as ahead:
        made = ahead.submit(article_versions, blocks[0])
        for commit in range(size.commits):
            number, position = divmod(commit, commits_a_block)
            if position == 0:
                rows = made.result()
                made = ahead.submit(article_versions, blocks[min(number + 1, BLOCKS - 1)])
            part = rows.slice(position * size.rows_a_commit, size.rows_a_commit)
            append(lake, "articles", part, app_id=app_id(commit))


def append_rejections(lake: Lake, size: Size) -> None:
    """Append rejections, one page in a hundred."""
    for commit in range(size.commits):
        rows = [
            Quarantined(
                rejection_id=rejection_id(rejected),
                run_id=_run_id(commit),
                rejection=rejected,
                rejected_at=_moment(size, commit),
                status="open",
            )
            for rejected in rejections(commit, size.rejected_a_commit)
        ]
        append(lake, "quarantine", to_table(Quarantined, rows), app_id=app_id(commit))


def append_counts(lake: Lake, size: Size) -> None:
    """Append each commit's funnel."""
    outcomes = {
        Outcome.DISCOVERED: size.rows_a_commit + size.rejected_a_commit,
        Outcome.NEW: size.rows_a_commit,
        Outcome.REJECTED: size.rejected_a_commit,
    }
    for commit in range(size.commits):
        rows = [
            FunnelCount(
                run_id=_run_id(commit),
                shard=f"{commit:05}",
                source_id="news",
                stage=Stage.READ if outcome is Outcome.DISCOVERED else Stage.COMMIT,
                outcome=outcome,
                reason=None,
                items=items,
            )
            for outcome, items in outcomes.items()
        ]
        append(lake, "funnel", to_table(FunnelCount, rows), app_id=app_id(commit))


def append_snapshots(lake: Lake, size: Size) -> None:
    """Append a snapshot for each commit, as if it had been published."""
    for commit in range(size.commits):
        snapshot = Snapshot(
            taken_at=_moment(size, commit),
            run_id=_run_id(commit),
            articles=commit + 1,
            quarantine=commit + 1,
            funnel=commit + 1,
            metrics=0,
            runs=0,
        )
        append(lake, "snapshots", to_table(Snapshot, [snapshot]), app_id=app_id(commit))


def _moment(size: Size, commit: int) -> datetime:
    return BEGIN + (END - BEGIN) * ((commit + 1) / size.commits_a_year)


def _run_id(commit: int) -> str:
    return f"20260101T000000Z-{commit // 50:06x}"


def app_id(commit: int) -> str:
    """Name of a commit's transaction."""
    return f"{_run_id(commit)}/{commit:05}"
