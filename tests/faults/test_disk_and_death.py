"""Full disks, read-only lakes and kill -9: a line is said, nothing is lost."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from flows.commands import explain_os_error
from tasks.commit import commit_shard
from tasks.errors import LakeFullError
from tasks.opening import open_lake, open_or_create_lake
from tasks.query import open_catalog
from tests.builders import a_rejection, a_shard, an_article
from tests.flows.conftest import ROOT, ask, broadsheet

ARTICLES = 1_600


@pytest.fixture(scope="module")
def input_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards of articles that do not compress well."""
    path = tmp_path_factory.mktemp("input") / "articles.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for number in range(ARTICLES):
            words = " ".join(sha256(f"{number}/{n}".encode()).hexdigest()[:12] for n in range(120))
            url = f"https://news.example/{number}"
            file.write(json.dumps({"url": url, "title": f"Story {number}", "text": words}) + "\n")
    return path


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
        text=True,
    )
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def assert_whole(lake: Path) -> None:
    """Every article is there once, and the funnel of each run that ended adds up."""
    query = "select count(*) as n, count(distinct url) as urls, max(revision) as r from articles"
    assert ask(lake, query) == [{"n": ARTICLES, "urls": ARTICLES, "r": 1}]
    assert ask(lake, "select count(*) as n from article_versions") == [{"n": ARTICLES}]
    odd = ask(
        lake,
        "select run_id from funnel group by run_id having "
        "sum(case outcome when 'discovered' then items else -items end) != 0",
    )
    assert odd == []
    assert list((lake / "_staging").iterdir()) == []


@pytest.mark.ops
def test_a_full_disk_is_one_line_and_the_next_run_completes_it(
    tmp_path: Path, input_file: Path
) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "4m"):
        lake = disk / "lake"
        full = broadsheet("ingest", input_file, "--lake", lake)
        assert full.exit_code == 1
        assert full.out == ""
        assert "is full" in full.err
        assert "Traceback" not in full.err
        assert len([line for line in full.err.splitlines() if "broadsheet:" in line]) == 1

        remount(disk, "size=200m")
        again = broadsheet("ingest", input_file, "--lake", lake)
        assert again.exit_code == 0, again.err
        assert_whole(lake)

        remount(disk, "ro")
        assert ask(lake, "select count(*) as n from articles") == [{"n": ARTICLES}]
        report = broadsheet("report", "--lake", lake)
        assert (report.exit_code, report.out) == (1, "")
        assert "read-only" in report.err.lower()
        assert report.err.count("\n") == 1
        with pytest.raises(OSError, match="Read-only") as refused:
            commit_shard(open_lake(lake), a_shard(an_article()), pipeline_version="1")
        assert "the disk is read-only" in explain_os_error(refused.value)


def test_a_disk_that_fills_up_anywhere_in_a_commit_loses_and_doubles_nothing(
    tmp_path: Path,
) -> None:
    disk = tmp_path / "disk"
    with small_disk(disk, "12m"):
        lake = open_or_create_lake(disk / "lake")
        ballast = disk / "ballast"
        refusals = 0
        for number, free_kib in enumerate([0, 4, 16, 48, 128, 300, 500, 700, 1_400]):
            shard = a_shard(
                *(an_article(url=f"https://a.example/{number}/{n}") for n in range(20)),
                a_rejection(raw_ref=f"a#{number}"),
                name=str(number),
            )
            _fill(ballast, leaving=free_kib << 10)
            try:
                commit_shard(lake, shard, pipeline_version="1")
            except LakeFullError:
                refusals += 1
            ballast.unlink()
            commit_shard(lake, shard, pipeline_version="1")
            with open_catalog(lake) as connection:
                assert connection.execute(
                    "select (select count(*) from article_versions), "
                    "(select count(*) from rejections), "
                    "(select sum(items) from funnel where outcome = 'discovered')"
                ).fetchone() == (20 * (number + 1), number + 1, 21 * (number + 1))
        assert 5 <= refusals <= 8, "the disk was full at several places, and at last it was not"


def _fill(ballast: Path, *, leaving: int) -> None:
    disk = os.statvfs(ballast.parent)
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(1, disk.f_bavail * disk.f_frsize - leaving))


@pytest.mark.ops
def test_a_run_that_is_killed_loses_nothing_and_the_next_one_completes_it(
    tmp_path: Path, input_file: Path
) -> None:
    lake = tmp_path / "lake"
    killed = subprocess.Popen(
        [sys.executable, "-m", "flows", "ingest", str(input_file), "--lake", str(lake)],
        cwd=ROOT,
        env=dict(os.environ),
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    while not list(lake.glob("articles/_delta_log/*1.json")):  # the first shard is in
        assert killed.poll() is None
        time.sleep(0.01)
    family = _descendants(killed.pid)
    assert len(family) >= 3, "the fork server, its workers, Prefect's API"
    killed.kill()
    killed.wait()
    assert list((lake / "_staging").iterdir()), "it had no time to clean up"
    patience = time.monotonic() + 20
    while left := [pid for pid in family if _is_alive(pid)]:
        assert time.monotonic() < patience, left
        time.sleep(0.1)

    again = broadsheet("ingest", input_file, "--lake", lake)
    assert again.exit_code == 0, again.err
    assert "unchanged" in again.out
    assert_whole(lake)
    (alert,) = broadsheet("status", "--lake", lake, "--json").json["alerts"]
    assert "has no end" in alert


def _descendants(pid: int) -> set[int]:
    parents = {child: parent for child, (parent, _) in _processes().items()}
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family - {pid}


def _is_alive(pid: int) -> bool:
    return _processes().get(pid, (0, "Z"))[1] != "Z"


def _processes() -> dict[int, tuple[int, str]]:
    """Parent and state of each process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
            except OSError:  # it has ended meanwhile
                continue
            found[int(entry.name)] = (int(parent), state)
    return found
