"""Worker processes: a hostile page costs itself and nothing else."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from expectations.records import Article, PageKind, Reason, Rejection
from tasks import pool as pool_module
from tasks.pool import ExtractionPool, open_pool
from tasks.shards import stage_shards
from tasks.sources import open_source
from tests.builders import a_page

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, tzinfo=UTC)
DEADLINE_S = 1.0
SENTENCES = [
    f"<p>In its session number {n} the council agreed on the budget.</p>" for n in range(9)
]
STORY = f"<html><body><article>{''.join(SENTENCES)}</article></body></html>".encode()

# libxml2 compares each attribute of an element with all before it: over 10 s in C, which nothing
# but a signal interrupts.
ATTRIBUTES = b" ".join(b"a%d=1" % n for n in range(100_000))
HANGS = b"<html><body " + ATTRIBUTES + b">" + STORY
HUNGRY = b"<html><body>" + b"<a href='/x'>a link here</a> " * 45_000  # 150 MB in trafilatura


@pytest.fixture(scope="module")
def pool() -> Iterator[ExtractionPool]:
    opened = open_pool(2, deadline_s=DEADLINE_S)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def patient_pool() -> Iterator[ExtractionPool]:
    opened = open_pool(1, deadline_s=60)
    yield opened
    opened.close()


def extract(pool: ExtractionPool, tmp_path: Path, *bodies: bytes) -> list[Article | Rejection]:
    pages = [
        a_page(kind=PageKind.HTML, body=body, raw_ref=f"page#{number}")
        for number, body in enumerate(bodies)
    ]
    (shard,) = stage_shards(pages, tmp_path / "staging")
    told: list[bool] = []
    results = list(pool.extract(shard, now=NOW, on_page=told.append).values())
    assert [result.raw_ref for result in results] == [page.raw_ref for page in pages]
    assert told == [isinstance(result, Article) for result in results]
    return results


def rules(results: list[Article | Rejection]) -> list[str]:
    return [r.rule if isinstance(r, Rejection) else "article" for r in results]


def test_results_come_in_the_order_of_the_pages(pool: ExtractionPool, tmp_path: Path) -> None:
    bodies = [STORY.replace(b"council", f"council {n}".encode()) for n in range(40)]
    results = extract(pool, tmp_path, *bodies)
    assert rules(results) == ["article"] * 40
    for number, result in enumerate(results):
        assert isinstance(result, Article)
        assert f"the council {number} agreed" in result.content.text


def test_a_page_that_hangs_is_rejected_and_the_others_are_articles(
    pool: ExtractionPool, tmp_path: Path
) -> None:
    started = time.monotonic()
    results = extract(pool, tmp_path, STORY, HANGS, *[STORY] * 20)
    assert rules(results) == ["article", "deadline", *["article"] * 20]
    assert isinstance(results[1], Rejection)
    assert results[1].detail == "not done within 1 s"
    assert time.monotonic() - started < 10 * DEADLINE_S


def test_a_page_that_takes_too_much_memory_is_rejected_and_its_worker_is_fit_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "WORKER_MEMORY_BYTES", 100 << 20)
    large = b"<html><p>" + b"a word and another " * 200_000
    pool = open_pool(1, deadline_s=60)
    try:
        results = extract(pool, tmp_path, STORY, HUNGRY, *[STORY] * 20, HUNGRY, large, STORY)
    finally:
        pool.close()
    assert rules(results) == [
        "article", "memory", *["article"] * 20, "memory", "article", "article"
    ]  # fmt: skip


def test_a_worker_that_is_killed_at_work_costs_its_page_only(
    patient_pool: ExtractionPool, tmp_path: Path
) -> None:
    extract(patient_pool, tmp_path / "warm", STORY)
    killer = Thread(target=_kill_the_busy_worker)
    killer.start()
    results = extract(patient_pool, tmp_path, STORY, HANGS, STORY, STORY)
    killer.join()
    assert rules(results) == ["article", "worker_died", "article", "article"]
    assert isinstance(results[1], Rejection)
    assert results[1].detail == "the worker died with exit code -9"


def test_workers_that_die_at_rest_are_replaced(tmp_path: Path) -> None:
    pool = open_pool(2, deadline_s=60)
    try:
        extract(pool, tmp_path / "before", *[STORY] * 4)
        for pid in _cpu_ticks_of_grandchildren():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        assert rules(extract(pool, tmp_path / "after", *[STORY] * 4)) == ["article"] * 4
    finally:
        pool.close()


def test_a_worker_gives_back_the_memory_of_a_large_page(tmp_path: Path) -> None:
    pool = open_pool(1, deadline_s=60)
    try:
        assert rules(extract(pool, tmp_path / "warm", STORY)) == ["article"]
        before = _private_mib_of_worker()
        assert rules(extract(pool, tmp_path / "large", HUNGRY, STORY))[1] == "article"
        (peak_mib, after) = _peak_mib_of_worker(), _private_mib_of_worker()
    finally:
        pool.close()
    assert peak_mib > before + 100, "the page was not large"
    assert after < before + 80


def test_workers_are_renewed_without_a_page_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "PAGES_A_WORKER", 7)
    pool = open_pool(2, deadline_s=60)
    try:
        assert rules(extract(pool, tmp_path / "one", *[STORY] * 3)) == ["article"] * 3
        first = set(_cpu_ticks_of_grandchildren())
        assert rules(extract(pool, tmp_path / "many", *[STORY] * 60)) == ["article"] * 60
        assert not first & set(_cpu_ticks_of_grandchildren())
    finally:
        pool.close()


def test_workers_of_a_prefect_deployment_do_not_import_prefect() -> None:
    # A Prefect worker runs flows by `python -m prefect.engine`: children would run that again.
    code = (
        "import importlib.util, sys\n"
        "from tasks.pool import open_pool\n"
        "if __name__ == '__main__':\n"
        "    sys.modules['__main__'].__spec__ = importlib.util.find_spec('prefect.engine')\n"
        "    pool = open_pool(1)\n"
        "    asked = \"[n in __import__('sys').modules for n in ('prefect', 'tasks.worker')]\"\n"
        "    print(pool._pool.schedule(eval, args=(asked,)).result())\n"
        "    pool.close()\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert answer.stdout.strip() == "[False, True]"


def _private_mib_of_worker() -> int:
    (pid,) = _cpu_ticks_of_grandchildren()
    return _status_mib(pid, "RssAnon")


def _peak_mib_of_worker() -> int:
    (pid,) = _cpu_ticks_of_grandchildren()
    return _status_mib(pid, "VmHWM")


def _status_mib(pid: int, field: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) // 1024
    raise LookupError(field)


def _kill_the_busy_worker() -> None:
    """Kill the grandchild (a child of the fork server) that has just used half a second of CPU."""
    before = _cpu_ticks_of_grandchildren()
    ticks = os.sysconf("SC_CLK_TCK") // 2
    while True:
        time.sleep(0.05)
        for pid, used in _cpu_ticks_of_grandchildren().items():
            if used - before.setdefault(pid, used) >= ticks:
                os.kill(pid, signal.SIGKILL)
                return


def _cpu_ticks_of_grandchildren() -> dict[int, int]:
    parents, ticks = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            parents[int(entry.name)], ticks[int(entry.name)] = int(fields[1]), int(fields[11])
    return {
        pid: ticks[pid] for pid, parent in parents.items() if parents.get(parent) == os.getpid()
    }


PATHOLOGICAL = {
    "ten thousand nested divs": b"<div>" * 10_000 + STORY,
    "ten thousand nested spans": b"<span>" * 10_000 + STORY,
    "200,000 line breaks": STORY + b"line<br>" * 200_000,
    "a script of 11 MB": b"<html><script>" + b"x" * (11 << 20) + b"</script>" + STORY,
    "a paragraph of 11 MB": b"<html><p>" + b"word " * 2_200_000,
    "frames only": b"<html><frameset><frame src='a.html'><frame src='b.html'></frameset></html>",
    "an endless comment": b"<!--" + b"-" * 3_000_000,
    "two million brackets": b"<" * 2_000_000,
    "meta without end": b"<meta" + b" charset" * 200_000,
    "json-ld nested without end": (
        b"<script type='application/ld+json'>" + b'{"a":[' * 50_000 + b"</script>" + STORY
    ),
    "references to nothing": STORY + b"<p>&#xD800;&#0;&#x110000;&bogus;</p>" * 2_000,
    "NUL bytes": STORY.replace(b"session", b"ses\0sion"),
    "invalid UTF-8": STORY.replace(b"session", b"ses\xff\xfe\xc3(sion"),
    "lone surrogates": STORY.replace(b"session", b"ses\xed\xa0\x80sion"),
    "tables in tables": b"<table><tr><td>" * 500 + STORY,
    "an XML declaration of another encoding": b"<?xml version='1.0' encoding='utf-16'?>" + STORY,
    "no element at all": b"The council agreed on the budget for schools and libraries. " * 9,
    "only an end": b"</html>",
}


def test_no_page_is_more_than_an_article_or_a_rejection(
    pool: ExtractionPool, tmp_path: Path
) -> None:
    results = extract(pool, tmp_path, *PATHOLOGICAL.values())
    found = dict(zip(PATHOLOGICAL, rules(results), strict=True))
    assert Reason.INTERNAL_ERROR not in found.values(), found
    assert Reason.WORKER_DIED not in found.values(), found
    for name in ("a script of 11 MB", "NUL bytes", "invalid UTF-8", "no element at all"):
        assert found[name] == "article", name
    assert found["frames only"] == "no_text"
    assert found["only an end"] == "unparsable"


def test_a_page_of_60_mb_is_rejected_by_the_reader_without_being_held(tmp_path: Path) -> None:
    page = tmp_path / "huge.html"
    page.write_bytes(b"<html><p>" + b"word " * (12 << 20))
    code = (
        "import resource, sys; from tasks.sources import open_source\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "(item,) = open_source(sys.argv[1])\n"
        "after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "print(item.rule, (after - before) // 1024)\n"
    )
    (item,) = open_source(str(page))
    assert isinstance(item, Rejection)
    assert item.rule == Reason.TOO_LARGE
    answer = subprocess.run(
        [sys.executable, "-c", code, str(page)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert int(answer.stdout.split()[1]) < 45, "MiB"


def test_workers_import_neither_prefect_nor_great_expectations() -> None:
    code = (
        "import sys, tasks.worker\n"
        "heavy = {'prefect', 'great_expectations', 'pandas', 'duckdb', 'deltalake', 'fastapi'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, text=True
    )
    assert answer.stdout.strip() == "[]"
