"""Each command on a lake in a bucket, and what is said when there is none."""

from __future__ import annotations

import json
import os
import shutil
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import ObjectStore
from tests.flows.conftest import Done, broadsheet
from tests.newsroom import NOON, a_text, news_site

Machine = Callable[..., Done]
COUNT = "select count(*) as n from articles"


@pytest.fixture
def machine(object_store: ObjectStore, tmp_path: Path) -> Callable[[str], Machine]:
    """Machines by name, each with a cache of its own."""

    def named(name: str) -> Machine:
        cache = {"XDG_CACHE_HOME": str(tmp_path / name)}
        environment = os.environ | object_store.variables | cache

        def run(*arguments: object, **changes: str) -> Done:
            return broadsheet(*arguments, env=environment | changes)

        return run

    return named


@pytest.fixture
def news(tmp_path: Path) -> Callable[..., Path]:
    """Files of articles."""

    def write(**texts: str) -> Path:
        path = tmp_path / "news.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for name, words in texts.items():
                text = f"The harbor board met on Monday about {words} and will meet again in May."
                url = f"https://news.example.org/{name}"
                file.write(json.dumps({"url": url, "title": f"On {name}", "text": text}) + "\n")
        return path

    return write


def answer(run: Machine, query: str, lake: str, *options: str) -> list[dict[str, Any]]:
    done = run("sql", query, "--lake", lake, "--format", "json", *options)
    assert (done.exit_code, done.err) == (0, "")
    rows: list[dict[str, Any]] = done.json
    return rows


@pytest.mark.ops
def test_each_command_works_on_a_lake_in_a_bucket(
    object_store: ObjectStore,
    bucket: str,
    machine: Callable[[str], Machine],
    news: Callable[..., Path],
    tmp_path: Path,
) -> None:
    lake = f"{bucket}/press/lake"
    here, there = machine("here"), machine("there")
    first = here("ingest", news(a="ferries", b="cranes"), "--lake", lake, "--json")
    assert first.exit_code == 0, first.err
    assert first.json["items"]["new"] == 2
    again = here("ingest", news(a="ferries", b="cranes"), "--lake", lake, "--json")
    assert again.json["items"]["unchanged"] == 2

    assert answer(there, COUNT, lake) == [{"n": 2}]
    changed = here("ingest", news(a="night ferries", c="a lighthouse"), "--lake", lake, "--json")
    assert (changed.json["items"]["updated"], changed.json["items"]["new"]) == (1, 1)
    assert answer(there, COUNT, lake) == [{"n": 3}], "what one commits the other sees"
    assert answer(there, COUNT, lake, "--as-of", first.json["run_id"]) == [{"n": 2}]

    shown = there("show", "https://news.example.org/a", "--lake", lake)
    assert (shown.exit_code, shown.err) == (0, "")
    assert "{+night+}" in shown.out

    page = changed.json["report"].removeprefix(bucket)
    stored = f"{object_store.endpoint}/{bucket.removeprefix('s3://')}"
    for name in (page, "/press/lake/reports/latest/index.html"):
        with urllib.request.urlopen(stored + name, timeout=10) as report:  # noqa: S310 - loopback
            assert changed.json["run_id"] in report.read().decode()
    assert there("report", "--lake", lake).out.strip() == changed.json["report"]

    compacted = there("compact", "--lake", lake, "--json")
    assert compacted.exit_code == 0, compacted.err
    assert compacted.json["files_fewer"]["funnel"] == 2
    assert answer(here, COUNT, lake) == [{"n": 3}]
    assert answer(here, COUNT, lake, "--as-of", first.json["run_id"]) == [{"n": 2}]

    shutil.rmtree(tmp_path / "here")
    assert answer(here, COUNT, lake) == [{"n": 3}], "the cache can be lost"
    status = here("status", "--lake", lake, "--json")
    assert (status.exit_code, status.err) == (0, "")
    assert (status.json["articles"], status.json["article_versions"]) == (3, 4)
    last = here("ingest", news(a="night ferries", c="a lighthouse"), "--lake", lake, "--json")
    assert last.json["items"]["unchanged"] == 2


@pytest.mark.ops
def test_what_a_run_settles_last_another_machine_knows(
    bucket: str, machine: Callable[[str], Machine]
) -> None:
    with news_site() as site:
        site.publish("/news/one", "Story one", a_text("one"))
        site.offer_feed("/feed", {"/news/one": ("Story one", NOON)})
        command = ("ingest", f"{site.url}/feed", "--allow-private", "--delay", "0", "--json")
        first = machine("here")(*command, "--lake", f"{bucket}/lake")
        assert first.json["items"]["new"] == 1, first.err
        site.log.clear()
        second = machine("there")(*command, "--lake", f"{bucket}/lake")
        assert second.json["reasons"] == {"unchanged/fetch/not_modified": 1}
        assert second.json["items"]["discovered"] == 1, "its pages are settled"
        assert set(site.asked()) <= {"/feed"}


@pytest.mark.ops
@pytest.mark.parametrize("command", [("sql", COUNT), ("ingest", "seeds/wire")])
@pytest.mark.parametrize("mistake", ["no such bucket", "nobody answers", "no lake", "no name"])
def test_a_bucket_that_cannot_be_used_is_one_line(
    bucket: str, machine: Callable[[str], Machine], command: tuple[str, ...], mistake: str
) -> None:
    lake = {"no such bucket": "s3://nowhere/lake", "no name": "s3://"}.get(mistake, f"{bucket}/x")
    if (mistake, command[0]) == ("no lake", "ingest"):
        pytest.skip("ingest makes one")
    changes = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"} if mistake == "nobody answers" else {}
    done = machine("here")(*command, "--lake", lake, **changes)
    assert (done.exit_code, done.out) == (1, "")
    assert done.err.startswith("broadsheet: ")
    assert done.err.count("\n") == 1
    assert lake in done.err
