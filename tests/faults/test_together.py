"""Processes that commit, compact and read one lake at once: no error, no wrong sum."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, wait
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import pytest

from tasks.opening import open_lake
from tasks.query import open_catalog, open_snapshot
from tasks.snapshots import find_snapshot
from tests.faults.accounts import read_account
from tests.faults.processes import (
    commit_shards,
    compact_until,
    newest_states,
    read_totals,
    read_until,
    shards_of,
    totals_of,
)

COMMITTERS = 4
SHARDS = 25
READERS = 3


@pytest.mark.ops
def test_four_processes_commit_beside_a_compaction_and_readers_and_every_sum_is_right(
    tmp_path: Path,
) -> None:
    place, ended = str(tmp_path / "lake"), tmp_path / "ended"
    with ProcessPoolExecutor(
        COMMITTERS + READERS + 1, mp_context=get_context("spawn")
    ) as processes:
        readers = [processes.submit(read_until, place, ended) for _ in range(READERS)]
        compaction = processes.submit(compact_until, place, ended)
        committers = [processes.submit(commit_shards, place, n, SHARDS) for n in range(COMMITTERS)]
        wait(committers)
        ended.touch()
        for committer in committers:
            committer.result()
        seen = [reader.result() for reader in readers]
    assert compaction.result() > 100, "files that were merged"

    shards = [shard for n in range(COMMITTERS) for shard in shards_of(n, SHARDS)]
    lake = open_lake(place)
    with open_catalog(lake) as views:
        assert read_totals(views) == totals_of(shards)
        assert read_account(views).current == newest_states(shards)
    for story in seen:
        assert len({moment.taken_at for moment in story}) > 10
        for moment in story:
            versions, _, articles, _, new, updated, discovered, others = moment.totals
            assert (versions, articles, discovered) == (new + updated, new, others)
        for earlier, later in pairwise(story):
            assert earlier.taken_at <= later.taken_at
            assert all(a <= b for a, b in zip(earlier.totals, later.totals, strict=True))
    for moment in seen[0][:: len(seen[0]) // 10]:
        with open_snapshot(lake, find_snapshot(lake, moment.taken_at.isoformat())) as views:
            assert read_totals(views) == moment.totals, "what was told at the time"
