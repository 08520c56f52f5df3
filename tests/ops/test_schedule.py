"""The schedule and the backfill, run as docs/operations.md tells: a real server and worker.

All of it from a copy of the checkout, in a Prefect home of its own, on loopback.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.builders import TEXT

pytestmark = pytest.mark.ops

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# What is below "Reprocess" needs no server: tests/flows/test_reprocess.py runs it.
NEEDS_SERVER = re.sub(r"^## Reprocess$.*?(?=^## )", "", PAGE, flags=re.MULTILINE | re.DOTALL)
BLOCKS = re.findall(r"^```sh\n(.*?)^```", NEEDS_SERVER, re.MULTILINE | re.DOTALL)
BLOCKS_RUN_HERE = (
    "export PREFECT_API_URL",
    "prefect server start",
    "deploy --all",
    "worker start",
    "deployment run backfill/backfill",
    "automation create",
)
NEEDED_TO_RUN = ("flows", "tasks", "expectations", "prefect.yaml", "pyproject.toml")
REGISTRY = """
[[source]]
id = "watched"
name = "A watched folder"
kind = "folder"
path = "../watched"
"""
ENDED = ("COMPLETED", "FAILED", "CRASHED")
FIRES_EVERY_S = 5  # a run takes about as long; one that overlaps is cancelled, which is tested too
PATIENCE_S = 180  # for a slow machine; the longest wait here takes 25 s
QUICK = {
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
    "PREFECT_WORKER_QUERY_SECONDS": "1",
    "PREFECT_WORKER_PREFETCH_SECONDS": "1",
}


def block(words: str) -> str:
    """The one block of commands of the page that holds these words."""
    [found] = [commands for commands in BLOCKS if words in commands]
    return str(found)


class Machine:
    """A copy of the checkout, with a server and a worker once they are started."""

    def __init__(self, folder: Path) -> None:
        self.checkout, self.home = folder / "any checkout", folder / "home"
        self._copy_checkout()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.api = f"http://127.0.0.1:{port}/api"
        theirs = {name: text for name, text in os.environ.items() if "PREFECT" not in name}
        printed = subprocess.run(
            ["bash", "-euc", f"{block('export PREFECT_API_URL')}\nenv -0"],
            env=theirs,
            cwd=self.checkout,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        self.environment = {
            **dict(line.split("=", 1) for line in printed.split("\0") if line),
            **dict(re.findall(r"`(PREFECT_(?!SERVER_DATABASE)\w+)=([^`\s]+)`", PAGE)),
            **QUICK,
            "PREFECT_HOME": str(self.home),
            "PREFECT_API_URL": self.api,
            "PREFECT_SERVER_API_PORT": str(port),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        self._started: list[subprocess.Popen[bytes]] = []

    def _copy_checkout(self) -> None:
        for name in NEEDED_TO_RUN:
            kept = ROOT / name
            if kept.is_dir():
                shutil.copytree(
                    kept, self.checkout / name, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                shutil.copy(kept, self.checkout / name)
        (self.checkout / ".venv").symlink_to(sys.prefix)
        (self.checkout / "seeds").mkdir()
        (self.checkout / "seeds" / "sources.toml").write_text(REGISTRY)

    def start(self, commands: str) -> None:
        with self._log(len(self._started)).open("wb") as log:
            self._started.append(
                subprocess.Popen(
                    ["bash", "-euc", commands],
                    env=self.environment,
                    cwd=self.checkout,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )

    def try_to_run(self, commands: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-euc", commands],
            env=self.environment,
            cwd=self.checkout,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    def run(self, commands: str) -> str:
        done = self.try_to_run(commands)
        assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}\n{self.logs()}"
        return done.stdout

    def ask(self, path: str, body: object = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.api}/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as response:
            return json.load(response)

    def runs(self, deployment: str, *states: str) -> list[dict[str, Any]]:
        wanted = {
            "deployments": {"name": {"any_": [deployment]}},
            "flow_runs": {"state": {"type": {"any_": list(states)}}},
        }
        found = self.ask("flow_runs/filter", wanted)
        return sorted(found, key=lambda run: str(run["start_time"]))

    def wait_until(self, what: str, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if is_so():
                    return
            stopped = [process.args for process in self._started if process.poll() is not None]
            assert not stopped, f"{stopped} ended early\n{self.logs()}"
            time.sleep(0.25)
        pytest.fail(f"waited {PATIENCE_S} s in vain until {what}\n{self.logs()}")

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        catalog = self.checkout / "lake" / "broadsheet.duckdb"
        with duckdb.connect(str(catalog), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def _log(self, number: int) -> Path:
        return self.home.with_name(f"{number}.log")

    def logs(self) -> str:
        return "\n".join(
            self._log(number).read_text(errors="replace") for number in range(len(self._started))
        )

    def processes(self) -> list[int]:
        """Every process that was started here, by its environment, which children inherit."""
        mark = f"PREFECT_HOME={self.home}".encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
        return found

    def stop(self) -> None:
        for process in reversed(self._started):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        for number in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        for process in self._started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    machine = Machine(tmp_path_factory.mktemp("ops"))
    try:
        machine.start(block("prefect server start"))
        machine.wait_until("the server answers", lambda: machine.ask("health"))
        machine.run(block("deploy --all"))
        machine.start(block("worker start"))
        yield machine
    finally:
        machine.stop()


@pytest.fixture(autouse=True)
def logs(machine: Machine) -> Iterator[None]:
    """pytest shows what is printed here if the test has failed."""
    yield
    sys.stdout.write(machine.logs()[-20_000:])


def write_articles(path: Path, *names: str) -> None:
    path.parent.mkdir(exist_ok=True)
    rows = [
        {"url": f"https://news.example.org/{name}", "title": name, "text": f"{name}: {TEXT}"}
        for name in names
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def test_an_hourly_deployment_that_fires_twice_commits_the_watched_articles_once(
    machine: Machine,
) -> None:
    deployment = machine.ask("deployments/name/ingest/hourly")
    assert [entry["schedule"]["cron"] for entry in deployment["schedules"]] == ["0 * * * *"]
    assert deployment["parameters"]["sources"] == ["@all"]
    assert deployment["global_concurrency_limit"]["limit"] == 1
    assert deployment["concurrency_options"]["collision_strategy"] == "CANCEL_NEW"
    assert str(machine.checkout.resolve()) in json.dumps(deployment["pull_steps"])

    write_articles(machine.checkout / "watched" / "today.jsonl", "ferry", "school", "bridge")
    machine.run(
        "prefect deployment schedule create ingest/hourly "
        f"--interval {FIRES_EVERY_S} --replace --accept-yes"
    )
    machine.wait_until("two runs have ended", lambda: len(machine.runs("hourly", *ENDED)) >= 2)
    machine.run("prefect deployment schedule clear ingest/hourly --accept-yes")
    machine.wait_until("none is left", lambda: not machine.runs("hourly", "PENDING", "RUNNING"))

    assert not machine.runs("hourly", "FAILED", "CRASHED")
    runs = machine.runs("hourly", "COMPLETED")
    assert all(run["auto_scheduled"] for run in runs)
    assert all(earlier["end_time"] <= later["start_time"] for earlier, later in pairwise(runs))
    outcomes = machine.sql(
        "select outcome, sum(items) from funnel join runs using (run_id) "
        "where source_id = 'watched' and outcome <> 'discovered' "
        "group by run_id, started_at, outcome order by started_at"
    )
    assert outcomes == [("new", 3)] + [("unchanged", 3)] * (len(runs) - 1)
    assert machine.sql(
        "select count(*), count(distinct url) from article_versions where source_id = 'watched'"
    ) == [(3, 3)]


def test_a_backfill_takes_the_days_of_its_range_and_leaves_no_process(machine: Machine) -> None:
    before = set(machine.processes())
    archive = machine.checkout / "archive"
    write_articles(archive / "2026-10-31.jsonl", "too-early")
    write_articles(archive / "2026-11-01.jsonl", "first", "second")
    write_articles(archive / "2026-11-03-evening.jsonl", "third")  # and none for the 2nd
    write_articles(archive / "2026-11-04.jsonl", "too-late")

    machine.run(block("deployment run backfill/backfill"))

    assert machine.sql("select title from articles where source_id = 'archive' order by all") == [
        ("first",),
        ("second",),
        ("third",),
    ]
    machine.wait_until("its processes are gone", lambda: set(machine.processes()) <= before)


def test_a_day_that_is_no_date_is_refused_before_anything_runs(machine: Machine) -> None:
    command = block("deployment run backfill/backfill")
    refused = machine.try_to_run(command.replace("since=2026-11-01", "since=yesterday"))
    assert refused.returncode == 1
    assert "Validation failed for field 'since'" in refused.stdout + refused.stderr
    assert not [
        run for run in machine.ask("flow_runs/filter", {}) if "yesterday" in json.dumps(run)
    ]


def test_a_backfill_without_a_file_fails_and_says_why(machine: Machine) -> None:
    command = block("deployment run backfill/backfill")
    failed = machine.try_to_run(command.replace("archive/", "no-such-archive/"))
    assert failed.returncode == 1
    [run] = machine.runs("backfill", "FAILED")
    assert "no file matches 'no-such-archive/" in run["state"]["message"]


def test_the_automation_against_runs_that_died_is_accepted(machine: Machine) -> None:
    machine.run(block("automation create"))
    [automation] = machine.ask("automations/filter", {})
    assert automation["enabled"]
    assert automation["trigger"]["within"] == 90
    assert automation["actions"][0]["state"] == "CRASHED"


def test_every_command_of_the_page_is_run_here() -> None:
    assert sorted(BLOCKS) == sorted(block(words) for words in BLOCKS_RUN_HERE)
