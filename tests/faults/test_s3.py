"""The same promises in a bucket, whose machines nothing orders but the store's conditional puts."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor, wait
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from tasks.opening import open_lake
from tasks.query import open_catalog
from tests.faults.accounts import read_account
from tests.faults.conftest import ObjectStore
from tests.faults.processes import (
    commit_shards,
    compact_until,
    newest_states,
    on_another_machine,
    read_totals,
    read_until,
    shards_of,
    totals_of,
)

MACHINES = 4
SHARDS = 10


@pytest.mark.ops
def test_four_machines_commit_to_a_bucket_beside_a_compaction_and_a_reader(
    tmp_path: Path, object_store: ObjectStore, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in object_store.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "mine"))
    place, ended = f"{bucket}/lake", tmp_path / "ended"
    caches = iter(range(100))

    with ProcessPoolExecutor(MACHINES + 2, mp_context=get_context("spawn")) as processes:

        def on_a_machine(*work: Any) -> Future[Any]:
            return processes.submit(on_another_machine, tmp_path / str(next(caches)), *work)

        reader = on_a_machine(read_until, place, ended, 1.0)
        compaction = on_a_machine(compact_until, place, ended, 2.0)
        committers = [on_a_machine(commit_shards, place, n, SHARDS) for n in range(MACHINES)]
        wait(committers)
        ended.touch()
        for committer in committers:
            committer.result()
        compaction.result()
        story = reader.result()

    shards = [shard for n in range(MACHINES) for shard in shards_of(n, SHARDS)]
    with open_catalog(open_lake(place)) as views:
        assert read_totals(views) == totals_of(shards)
        assert read_account(views).current == newest_states(shards)
    for moment in story:
        totals = moment.totals
        assert totals.versions >= totals.new + totals.updated, "a funnel without its articles"
        assert totals.discovered == totals.other_outcomes
    for earlier, later in pairwise(story):
        assert earlier.taken_at <= later.taken_at
        assert all(a <= b for a, b in zip(earlier.totals, later.totals, strict=True))
    assert len({moment.taken_at for moment in story}) > 3
