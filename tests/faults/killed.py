"""Processes that are killed while they commit, and what their successors find.

A life is a process that forks each committing process and each reader, and never itself uses
delta-rs or DuckDB: a fork of their threads and locks would hang.
"""

from __future__ import annotations

import os
import pickle
import random
import re
import select
import signal
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, TypeVar

import tasks.lake
from tasks import index
from tasks.commit import Shard, commit_shard
from tasks.errors import LakeError
from tasks.opening import open_lake, open_or_create_lake
from tasks.query import open_catalog
from tests.faults.accounts import Account, Counts, in_order, read_account, some_shard, unchanged

Answer = TypeVar("Answer")
MOST_SHARDS = 2  # of a run
CHECKPOINT_EVERY = 2  # so that each run makes some


@dataclass(frozen=True)
class Step:
    """A step of the protocol: the `nth` call of a function with a text among its arguments."""

    function: str
    moment: str  # before or after
    having: str = ""
    nth: int = 1

    def __str__(self) -> str:
        arguments = ", ".join(filter(None, (self.having, f"#{self.nth}" if self.nth > 1 else "")))
        return f"{self.moment} {self.function}({arguments})"


def die_at(step: Step) -> None:
    """Have this process kill itself there."""
    owner_name, _, name = step.function.rpartition(".")
    owner = resolve_name(owner_name)
    real = getattr(owner, name)
    calls = 0

    def deadly(*arguments: Any, **names: Any) -> Any:
        nonlocal calls
        texts = [str(a) for a in (*arguments, *names.values()) if isinstance(a, str | Path)]
        calls += not step.having or any(step.having in text for text in texts)
        is_now = calls == step.nth
        calls += is_now  # once only
        if is_now and step.moment == "before":
            die()
        answer = real(*arguments, **names)
        if is_now:
            die()
        return answer

    setattr(owner, name, deadly)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spill_the_index() -> None:
    """Have SQLite write to its file what it has not committed, as it does in large transactions."""
    check = index._check_layout

    def with_a_cache_of_a_page(connection: Any) -> None:
        check(connection)
        connection.execute("pragma cache_size = 1")
        connection.execute("pragma cache_spill = 1")

    index._check_layout = with_a_cache_of_a_page


@dataclass
class Child:
    """A forked process, and what it says at last."""

    pid: int
    says: int

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether it says something, or is dead, by then."""
        return bool(select.select([self.says], [], [], timeout_s)[0])

    def kill(self) -> bool:
        """Kill it; whether it died of that and not before."""
        os.kill(self.pid, signal.SIGKILL)
        return self.died()

    def died(self) -> bool:
        """Wait for its end; whether that was a kill."""
        _, status = os.waitpid(self.pid, 0)
        os.close(self.says)
        return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL

    def answer(self) -> Any:
        """What its function returned."""
        with os.fdopen(os.dup(self.says), "rb") as pipe:
            said = pipe.read()
        assert not self.died(), "killed itself at a step that it should not have reached"
        succeeded, answer = pickle.loads(said)  # noqa: S301 - of our own child
        assert succeeded, answer
        return answer


def start(work: Callable[[], object]) -> Child:
    """Do some work in a fork of this process."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    try:
        try:
            said = pickle.dumps((True, work()))
        except BaseException:  # noqa: BLE001 - told to the parent
            said = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said)
    finally:
        os._exit(0)


def commit_all(place: Path, shards: Sequence[Shard]) -> list[Counts]:
    """What a run does to a lake: open or make it, and commit its shards."""
    tasks.lake.CHECKPOINT_EVERY = CHECKPOINT_EVERY
    lake = open_or_create_lake(place)
    return [_counts(commit_shard(lake, shard, pipeline_version="1").funnel) for shard in shards]


def _counts(funnel: Sequence[Any]) -> Counts:
    counts: Counts = {}
    for row in funnel:
        counts[str(row.outcome)] = counts.get(str(row.outcome), 0) + row.items
    return counts


def look(place: Path) -> Account | None:
    """What a reader finds; None if he is told that there is no lake yet."""
    try:
        lake = open_lake(place)
    except LakeError as error:
        assert re.search("no lake at|is not a lake", str(error)), error  # noqa: PT017 - of many
        return None
    with open_catalog(lake) as views:
        return read_account(views)


@dataclass(frozen=True)
class Killing:
    """How a run is to die: at a step, or after a time."""

    step: Step | None = None
    after_s: float = 0.0
    spills: bool = False


class Life:
    """A lake's life through many killed runs, each followed by a rerun that completes it."""

    def __init__(self, place: Path, chance: random.Random) -> None:
        self.place = place
        self.chance = chance
        self.account = Account()
        self.runs = 0

    def go_through(self, killing: Killing) -> bool:
        """Kill a run, look, run it again, look again.

        Returns:
            Whether the run was at work when it was killed, and not done already.
        """
        shards = MOST_SHARDS if killing.step else self.chance.randint(1, MOST_SHARDS)
        run = self._next_run(shards)
        expected = in_order(self.account, run)
        died = self._kill(run, killing)
        rerun = run
        if self.chance.random() < 0.5:
            rerun = [replace(shard, run_id=f"{shard.run_id}-again") for shard in run]
        seen, counts, self.account = start(lambda: self._look_and_finish(rerun)).answer()
        assert (seen or Account()) in expected, "a reader saw half a commit"
        assert seen is not None or self.runs == 1, "the lake was there before"
        self._check(run, rerun, expected[-1], counts)
        return died

    def _next_run(self, shards: int) -> list[Shard]:
        self.runs += 1
        return [
            some_shard(
                self.chance,
                run_id=f"run-{self.runs:03}",
                name=f"{number:05}",
                hour=MOST_SHARDS * self.runs + number,
            )
            for number in range(shards)
        ]

    def _kill(self, run: Sequence[Shard], killing: Killing) -> bool:
        def work() -> None:
            if killing.spills:
                spill_the_index()
            if killing.step:
                die_at(killing.step)
            commit_all(self.place, run)

        child = start(work)
        if killing.step:
            child.wait()
            return child.died()
        child.wait(killing.after_s)
        return child.kill()

    def _look_and_finish(
        self, run: Sequence[Shard]
    ) -> tuple[Account | None, list[Counts], Account | None]:
        return look(self.place), commit_all(self.place, run), look(self.place)

    def _check(
        self, run: Sequence[Shard], rerun: Sequence[Shard], expected: Account, counts: list[Counts]
    ) -> None:
        found = self.account
        assert found.rows() == expected.rows()
        for shard, again, counted in zip(run, rerun, counts, strict=True):
            whole = expected.funnel[shard.run_id, shard.name]
            first = found.funnel.get((shard.run_id, shard.name))
            assert found.funnel[again.run_id, again.name] == counted
            if again.run_id == shard.run_id:
                assert counted == whole, "a rerun comes to the same outcomes as if never killed"
            elif first is None:  # it may have been killed after its rows were in
                assert counted in (whole, unchanged(whole))
            else:
                assert first == whole
                assert counted == unchanged(whole)
        ours = {shard.run_id for shard in (*run, *rerun)}
        others = {name: kept for name, kept in found.funnel.items() if name[0] not in ours}
        assert others == {n: kept for n, kept in expected.funnel.items() if n[0] not in ours}
