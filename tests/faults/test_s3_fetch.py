"""Fetching into a lake in a bucket: the archive and the memory are kept there."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from expectations.records import Page
from tasks.memory import open_memory
from tasks.network.run import FetchRules, fetch_sites
from tasks.network.settling import memory_of
from tasks.network.site import site_at
from tasks.opening import open_or_create_lake
from tasks.replay import read_archived
from tests.faults.conftest import ObjectStore
from tests.newsroom import NOON, a_text, news_site

RULES = FetchRules(delay_s=0.0, allow_private=True)


def test_another_machine_reads_the_archive_and_fetches_nothing_again(
    bucket: str, object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in object_store.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    lake = open_or_create_lake(f"{bucket}/lake")
    lake.staging.mkdir(exist_ok=True)
    with news_site() as site:
        for name in ("one", "two"):
            site.publish(f"/news/{name}", f"Story {name}", a_text(name))
        listed = {f"/news/{n}": (f"Story {n}", NOON - timedelta(hours=1)) for n in ("one", "two")}
        site.offer_feed("/feed", listed)
        feed = site_at(f"{site.url}/feed")
        first = list(fetch_sites(lake, [feed], run_id="run-1", rules=RULES))
        pages = [item for item in first if isinstance(item, Page)]
        with open_memory(memory_of(lake)) as memory:
            memory.settle(page.raw_ref for page in pages)
        list(fetch_sites(lake, [feed], run_id="run-2", rules=RULES))
        assert not list((lake.home / "pages").glob("*.warc.gz"))
        again = read_archived(lake, pages[0].raw_ref)
        assert isinstance(again, Page)
        assert again.body == pages[0].body

        shutil.rmtree(lake.home)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another"))
        elsewhere = open_or_create_lake(f"{bucket}/lake")
        elsewhere.staging.mkdir(exist_ok=True)
        site.log.clear()
        second = list(fetch_sites(elsewhere, [feed], run_id="run-3", rules=RULES))
        assert not any(isinstance(item, Page) and item not in pages for item in second)
        assert set(site.asked()) == {"/feed"}
