"""Killed at any moment of a commit, nothing is lost, nothing doubled, nothing half seen."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from tasks.tables import TABLES
from tests.faults.killed import Killing, Life, Step

KILLS = 200
AT_ONCE = 4
NEW_LAKES = 15  # of each of the four


def both(function: str, *having: str, nth: int = 1) -> list[Step]:
    return [
        Step(function, moment, text, nth)
        for text in having or ("",)
        for moment in ("before", "after")
    ]


FIRST_STEPS = [
    *both("tasks.opening._write_marker"),
    *both("tasks.durable.replace_durably", "lake.json"),
    *both("tasks.opening.create_table", *TABLES),
    *both("tasks.lake._sync_log", "articles", "snapshots"),
    *both("tasks.opening._write_marker", nth=2),
    *both("tasks.durable.replace_durably", "lake.json", nth=2),
    *both("tasks.index._check_layout"),
]
COMMITTED = ("articles", "quarantine", "funnel", "snapshots")
STEPS = [
    *both("tasks.commit.moment"),
    *both("tasks.index._catch_up", "articles", "quarantine"),
    *both("tasks.index._take_in", "articles", "quarantine"),
    *both("tasks.lake.write_partitions", *COMMITTED),
    *both("tasks.parquet.pq.write_table"),
    *both("tasks.storage.Lake.sync", *(f"{table}/" for table in COMMITTED)),
    *(
        step
        for nth in range(1, len(COMMITTED) + 1)
        for step in both("tasks.lake.DeltaTable.create_write_transaction", nth=nth)
    ),
    *both("tasks.lake.finish_commit", *COMMITTED),
    *both("tasks.storage.Lake.sync", *(f"{table}/_delta_log" for table in COMMITTED)),
    *both("tasks.lake.DeltaTable.create_checkpoint"),
    *both("tasks.lake.DeltaTable.cleanup_metadata"),
    *both("tasks.storage.Lake.sync", "checkpoint"),
    *both("tasks.commit.publish"),
    *both("tasks.catalog.record_snapshot"),
    *both("tasks.catalog._build"),
    *both("tasks.catalog.define_views"),
    *both("tasks.catalog.replace_durably"),
]


@pytest.fixture(scope="module")
def lives() -> Iterator[ProcessPoolExecutor]:
    """Processes that fork others: without threads of their own, so none of OpenBLAS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPENBLAS_NUM_THREADS", "1")
        with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
            yield pool


def all_done(futures: Sequence[Future[int]]) -> int:
    return sum(future.result() for future in futures)


def die_at_random(folder: Path, seed: int, kills: int) -> int:
    """Kill so many runs: some while they make their lake, then those of one that lives on."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    done = tried = 0
    longest_s = 0.3
    life = Life(folder / f"{seed}", chance)
    while done < kills:
        tried += 1
        if tried <= NEW_LAKES:
            life = Life(folder / f"{seed}-{tried}", chance)
        died = life.go_through(Killing(after_s=chance.uniform(0.0, longest_s)))
        # Moments spread over a whole run, however fast the machine is: one in six comes too late.
        longest_s *= 1.02 if died else 0.9
        done += died
    return done


@pytest.mark.ops
def test_killed_at_200_random_moments_every_row_is_there_once_after_a_rerun(
    tmp_path: Path, lives: ProcessPoolExecutor
) -> None:
    share = KILLS // AT_ONCE
    died = all_done([lives.submit(die_at_random, tmp_path, n, share) for n in range(AT_ONCE)])
    assert died >= KILLS


def die_at_steps(folder: Path, seed: int, steps: Sequence[Step], *, is_new: bool) -> int:
    chance = random.Random(seed)  # noqa: S311 - repeatable, and no secret
    life = Life(folder / f"{seed}", chance)
    for number, step in enumerate(steps):
        if is_new:
            life = Life(folder / f"{seed}-{number}", chance)
        assert life.go_through(Killing(step)), f"{step} is no step of a commit any more"
    return len(steps)


@pytest.mark.ops
@pytest.mark.parametrize("is_new", [True, False])
def test_killed_at_each_step_of_the_protocol_every_row_is_there_once_after_a_rerun(
    tmp_path: Path, lives: ProcessPoolExecutor, *, is_new: bool
) -> None:
    steps = FIRST_STEPS if is_new else STEPS
    futures = [
        lives.submit(die_at_steps, tmp_path, n, steps[n::AT_ONCE], is_new=is_new)
        for n in range(AT_ONCE)
    ]
    assert all_done(futures) == len(steps)
