"""Prefect's API for the length of a run: found, started, shared, lost and left behind by nobody."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import TEXT

ROOT = Path(__file__).parents[2]
UNREACHABLE = "http://127.0.0.1:9/api"  # port 9 is for discarding; nobody listens
PATIENCE_S = 120
START = "from flows.embedded import prefect_api\nwith prefect_api() as api: api.wait_until_ready()"
FAIL = """
from flows.embedded import prefect_api
with prefect_api() as api:
    api.wait_until_ready()
    from prefect import flow
    @flow
    def fail():
        raise OSError("the disk is full")
    fail()
"""
LOSE_IT = """
import os
from flows.embedded import BroadsheetError, _told_of_loss, prefect_api

def outcome(error):
    try:
        with _told_of_loss(api):
            raise error
    except Exception as raised:
        return type(raised).__name__

with prefect_api() as api:
    api.wait_until_ready()
    print(outcome(KeyError("a mistake of ours")))
    api._server.kill()
    api._server.wait()
    print(outcome(RuntimeError("whatever Prefect raises then")))
    print(outcome(FileNotFoundError("the disk's error")))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """No setting of Prefect but a home of its own, and a proxy that must not be asked."""
    theirs = {name: text for name, text in os.environ.items() if "PREFECT" not in name}
    return theirs | {
        "PREFECT_HOME": str(tmp_path_factory.mktemp("home")),
        "PYTHONPATH": str(ROOT),
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }


def run_python(*arguments: str, **settings: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
        **settings,
    )


def write_articles(path: Path, articles: int) -> None:
    with path.open("w") as out:
        for number in range(articles):
            html = f"<html><title>{number}</title><article><p>{number} {TEXT}</p>" * 5
            url = f"https://news.example.org/{number}"
            out.write(json.dumps({"url": url, "html": html}) + "\n")


def processes(environment: dict[str, str]) -> list[int]:
    """Every process of a test, by the Prefect home that children inherit."""
    mark = f"PREFECT_HOME={environment['PREFECT_HOME']}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def test_an_api_that_cannot_be_reached_is_told_in_one_line(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    write_articles(tmp_path / "articles.jsonl", 1)
    ingest = ["-m", "flows", "ingest", "articles.jsonl"]
    failed = run_python(*ingest, cwd=tmp_path, env=environment | {"PREFECT_API_URL": UNREACHABLE})
    assert failed.returncode == 1
    *progress, told = failed.stderr.splitlines()
    assert told.startswith(f"broadsheet: Prefect's API at {UNREACHABLE} cannot be used")
    assert all(line.startswith("0 pages, ") for line in progress)  # a slow machine's
    assert not (tmp_path / "lake").exists()


@pytest.mark.parametrize(
    ("file", "settings"),
    [
        ("profiles.toml", f'active="a"\n[profiles.a]\nPREFECT_API_URL="{UNREACHABLE}"\n'),
        ("prefect.toml", f'[api]\nurl = "{UNREACHABLE}"\n'),
    ],
)
def test_an_api_is_found_wherever_prefect_would_find_it(
    tmp_path: Path, environment: dict[str, str], file: str, settings: str
) -> None:
    (tmp_path / file).write_text(settings)
    home = {"PREFECT_HOME": str(tmp_path)}
    failed = run_python("-c", START, cwd=tmp_path, env=environment | home)
    assert f"Prefect's API at {UNREACHABLE} cannot be used" in failed.stderr


def test_a_server_that_cannot_start_says_why(tmp_path: Path, environment: dict[str, str]) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()
    home = {"PREFECT_HOME": str(no_folder)}
    failed = run_python("-c", START, cwd=tmp_path, env=environment | home)
    told = failed.stderr.splitlines()[-1]
    assert "Prefect's temporary server did not start: " in told
    assert "Error: " in told
    assert str(no_folder) in told


def test_settings_that_prefect_refuses_are_told_in_one_line(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "prefect.toml").write_text("not [TOML")
    failed = run_python("-c", START, cwd=tmp_path, env=environment)
    told = failed.stderr.splitlines()[-1]
    assert "Prefect refuses its settings (Failed to load" in told
    assert "prefect.toml" in told


def test_a_run_that_fails_sends_its_log_before_the_server_goes(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    failed = run_python("-c", FAIL, cwd=tmp_path, env=environment)
    assert failed.stderr.startswith("Traceback")
    assert failed.stderr.endswith("\nOSError: the disk is full\n")
    assert "API" not in failed.stderr
    assert processes(environment) == []


@pytest.mark.ops
def test_only_the_loss_of_the_api_is_told_as_such(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = run_python("-c", LOSE_IT, cwd=tmp_path, env=environment)
    assert done.stdout.split() == ["KeyError", "BroadsheetError", "FileNotFoundError"], done.stderr
    assert processes(environment) == []


def test_the_command_line_waits_for_no_import_of_prefect(tmp_path: Path) -> None:
    script = "import sys, flows.commands, flows.__main__; print('prefect' in sys.modules)"
    done = run_python("-c", script, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert done.stdout == "False\n"


@pytest.mark.ops
def test_runs_that_start_together_in_a_new_home_all_succeed(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    write_articles(tmp_path / "articles.jsonl", 3)
    environment = environment | {"PREFECT_HOME": str(tmp_path / "new home")}
    lakes = ["shared", "shared", "own"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "flows", "ingest", "articles.jsonl", "--lake", lake, "--json"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for lake in lakes
    ]
    answers = [run.communicate(timeout=PATIENCE_S) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], answers
    items = [json.loads(stdout)["items"] for stdout, _ in answers]
    assert sorted(item["new"] for item in items[:2]) == [0, 3]
    assert sorted(item["unchanged"] for item in items[:2]) == [0, 3]
    assert items[2]["new"] == 3
    told = [line for _, stderr in answers for line in stderr.splitlines()]
    assert [line for line in told if not re.match(r"[\d,]+ pages, ", line)] == []
    assert processes(environment) == []


@pytest.mark.ops
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_killed_leaves_no_process_and_no_lock(
    tmp_path: Path, environment: dict[str, str], how: signal.Signals
) -> None:
    write_articles(tmp_path / "articles.jsonl", 3000)
    ingest = [sys.executable, "-m", "flows", "ingest", "articles.jsonl"]
    run = subprocess.Popen(
        ingest, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_until(lambda: [*(tmp_path / "lake").glob("_staging/*/00001/skips.arrow")])
        assert len(processes(environment)) > 3  # the run, its server, its fork server, workers
        os.killpg(run.pid, how) if how is signal.SIGINT else run.send_signal(how)
        assert run.wait(PATIENCE_S) != 0
        wait_until(lambda: not processes(environment))
    finally:
        for number in processes(environment):
            os.kill(number, signal.SIGKILL)
    again = run_python(*ingest[1:], "--limit", "5", cwd=tmp_path, env=environment)
    assert again.returncode == 0, again.stderr
