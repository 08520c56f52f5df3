"""The process that reads, fetches and stages ends with its run; a run hears how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.records import Page
from tasks.errors import BroadsheetError, SourceError
from tasks.opening import open_or_create_lake
from tasks.shards import count_items
from tasks.sources import open_source
from tasks.staging.child import as_it_travels
from tasks.staging.messages import StagingPlan
from tasks.staging.process import StagingProcess, staged, staging_ahead
from tasks.tally import TALLY
from tests.newsroom import NOON, a_text, news_site

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds" / "html"
SOON_S = 20.0


def a_plan(folder: Path, *sources: str, delay_s: float = 0.0) -> StagingPlan:
    lake = open_or_create_lake(str(folder / "lake"))
    return StagingPlan(
        run_id="run",
        lake=lake.uri,
        sources=sources,
        registry=folder / "no-registry.toml",
        source_id=None,
        as_kind=None,
        limit=None,
        delay_s=delay_s,
        allow_private=True,
    )


def some_lines(folder: Path, number: int) -> str:
    path = folder / "articles.jsonl"
    line = '{{"url": "https://news.example/{0}", "title": "Story {0}", "text": "It is {0}."}}\n'
    path.write_text("".join(line.format(n) for n in range(number)))
    return str(path)


def wait_for(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def wait_until_gone(pid: int) -> None:
    wait_for(lambda: not is_at_work(pid))


def is_at_work(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"  # dead, and its parent has yet to hear of it


def children() -> set[int]:
    """The processes that this thread has started and that live."""
    return set(map(int, Path("/proc/thread-self/children").read_text().split()))


def pid_of(process: StagingProcess) -> int:
    return process._child.pid


def test_what_it_stages_is_what_its_source_holds_and_the_tally_counts_it(tmp_path: Path) -> None:
    TALLY.reset()
    with staged(a_plan(tmp_path, some_lines(tmp_path, 4_500))) as shards:
        items = [sum(count_items(shard).values()) for shard in shards]
    assert items == [2_000, 2_000, 500]
    assert TALLY.now().read == TALLY.now().total == 4_500


def test_it_stages_one_shard_ahead_and_no_more(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, some_lines(tmp_path, 9_000))
    with staged(plan) as shards:
        first = next(shards)
        wait_for((first.parent / "00001" / "pages.arrow").exists)
        time.sleep(0.5)
        assert sorted(path.name for path in first.parent.iterdir()) == ["00000", "00001"]


def test_a_mistake_in_a_source_is_raised_in_the_run_as_it_is(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, str(tmp_path / "nowhere"))
    with pytest.raises(SourceError, match="nowhere"), staged(plan) as shards:
        next(shards)


def test_what_the_system_refuses_is_raised_in_the_run_as_it_is(tmp_path: Path) -> None:
    plan = a_plan(tmp_path, str(SEEDS))
    staging = open_or_create_lake(plan.lake).staging
    staging.mkdir(parents=True, exist_ok=True)
    (staging / plan.run_id).write_text("a file where a folder is to be")
    with pytest.raises(NotADirectoryError, match=plan.run_id), staged(plan) as shards:
        next(shards)


@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGKILL, -9), (signal.SIGTERM, 1), (signal.SIGINT, 1)]
)
def test_one_that_is_ended_by_others_fails_the_run_in_one_line(
    tmp_path: Path, sent: signal.Signals, code: int
) -> None:
    process = StagingProcess()
    shards = process.stage(a_plan(tmp_path, some_lines(tmp_path, 9_000)))
    next(shards)
    os.kill(pid_of(process), sent)
    with pytest.raises(BroadsheetError, match=rf"died \({code}\).*run it again") as caught:
        list(shards)
    assert "\n" not in str(caught.value)
    process.close()


def test_a_run_that_ends_early_ends_it_and_finishes_what_it_has_open(tmp_path: Path) -> None:
    with news_site() as site:
        names = [f"/news/story-{number}" for number in range(300)]
        for name in names:
            site.publish(name, f"Story {name[12:]}", a_text(name[6:]))
        site.offer_feed("/feed", {name: ("Story", NOON - timedelta(hours=1)) for name in names})
        plan = a_plan(tmp_path, f"{site.url}/feed", delay_s=0.01)
        process = StagingProcess()
        process.stage(plan)
        wait_for(lambda: len(site.asked()) >= 20)
        process.close()
        asked = len(site.asked())
        wait_until_gone(pid_of(process))
        time.sleep(0.1)
        assert len(site.asked()) == asked, "it goes on asking"
    kept = [item for item in open_source(str(Path(plan.lake) / "pages")) if isinstance(item, Page)]
    assert 10 <= len(kept) <= asked < 300


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_one_that_says_what_nobody_understands_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = StagingProcess()
    shards = process.stage(a_plan(tmp_path, some_lines(tmp_path, 9_000)))
    monkeypatch.setattr("tasks.staging.process.pickle", None)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(list, shards)
        try:
            with pytest.raises(BroadsheetError, match="died"):
                reading.result(timeout=SOON_S)
        finally:
            process._messages.put(None)  # nobody is to wait for ever
            process.close()


def test_one_that_died_before_its_run_came_is_replaced(tmp_path: Path) -> None:
    others = children()
    with staging_ahead():
        (pid,) = children() - others
        os.kill(pid, signal.SIGKILL)
        wait_until_gone(pid)
        with staged(a_plan(tmp_path, some_lines(tmp_path, 3))) as shards:
            assert len(list(shards)) == 1


def test_an_error_that_cannot_travel_is_told_in_words() -> None:
    class LocalError(Exception):
        """Of a class that another process does not have."""

    told = as_it_travels(LocalError("no such thing"))
    assert isinstance(told, RuntimeError)
    assert "LocalError: no such thing" in str(told)


def test_an_error_that_travels_says_where_it_happened() -> None:
    try:
        open_source("nowhere")
    except SourceError as error:
        told = as_it_travels(error)
    assert isinstance(told, SourceError)
    assert "test_staging.py" in told.__notes__[0]


def test_one_that_nobody_needs_ends_with_the_command() -> None:
    others = children()  # of tests before, in the same process
    with staging_ahead():
        (pid,) = children() - others
    wait_until_gone(pid)


def test_it_ends_with_a_run_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from tests.faults.test_staging import *\n"
        "process = StagingProcess()\n"
        "shards = process.stage(a_plan(Path(sys.argv[1]), sys.argv[2]))\n"
        "next(shards); print(pid_of(process), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", script, str(tmp_path), some_lines(tmp_path, 9_000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as run:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        run.kill()
    wait_until_gone(pid)
