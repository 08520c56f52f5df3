"""Fetching into a lake in a bucket: the archive and the memory are kept there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from expectations.records import Page, Rejection
from tasks.archive import FOLDER, Archive
from tasks.memory import open_memory
from tasks.network.bucket import keep_archive, shared_memory, tidy_archive
from tasks.network.leftovers import take_leftovers
from tasks.network.run import FetchRules, fetch_sites
from tasks.network.settling import memory_of
from tasks.network.site import site_at
from tasks.opening import open_or_create_lake
from tasks.replay import read_archived
from tasks.storage import Lake, store
from tests.faults.conftest import ObjectStore
from tests.newsroom import NOON, a_text, news_site
from tests.unit.test_archive import response

RULES = FetchRules(delay_s=0.0, allow_private=True)
RUN = "20261123T120000Z-abc123"


@pytest.fixture
def lake(
    bucket: str, object_store: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Lake:
    for name, value in object_store.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "one"))
    lake = open_or_create_lake(f"{bucket}/lake")
    lake.staging.mkdir(exist_ok=True)
    return lake


def test_another_machine_reads_the_archive_and_fetches_nothing_again(
    bucket: str, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
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


def archived(lake: Lake, on_finished: Callable[[Path], None]) -> tuple[Path, str]:
    """A finished file with a page that is in the lake, and the page's place."""
    archive = Archive(lake.home / FOLDER, RUN, software="x", on_finished=on_finished)
    place = archive.add(response(1), source_id="example").raw_ref
    with suppress(ConnectionError):
        archive.close()
    return lake.home / FOLDER / f"{RUN}-00000.warc.gz", place


def start_of_a_run(lake: Lake) -> None:
    with shared_memory(lake) as memory:
        assert list(take_leftovers(lake, memory, run_id="run-2", now=time.time())) == []
        tidy_archive(lake, memory)


@pytest.mark.parametrize("parts", [0, 1])
def test_a_file_whose_upload_was_cut_off_is_uploaded_by_the_next_run(
    lake: Lake, parts: int
) -> None:
    def lose_connection(path: Path) -> None:
        if parts:  # as Arrow leaves it whose stream is closed by Ctrl-C
            with lake.files.open_output_stream(f"{FOLDER}/{path.name}", compression=None) as sink:
                sink.write(path.read_bytes()[:50])
        raise ConnectionError

    path, place = archived(lake, lose_connection)
    with open_memory(memory_of(lake)) as memory:
        tidy_archive(lake, memory)
    assert path.exists(), "it is nowhere else"
    written = path.read_bytes()
    start_of_a_run(lake)
    assert list(path.parent.iterdir()) == []
    with lake.files.open_input_stream(f"{FOLDER}/{path.name}", compression=None) as there:
        assert there.read() == written
    page = read_archived(lake, place)
    assert isinstance(page, Page)
    assert page.body == response(1).body


def test_what_a_kill_leaves_of_a_file_that_was_removed_goes_too(lake: Lake) -> None:
    path, _ = archived(lake, partial(keep_archive, lake))
    path.unlink()
    start_of_a_run(lake)
    assert list(path.parent.iterdir()) == []


def test_a_file_that_another_run_is_uploading_is_left_to_it(lake: Lake) -> None:
    def meanwhile(path: Path) -> None:
        start_of_a_run(lake)
        assert path.exists()
        assert lake.files.get_file_info(f"{FOLDER}/{path.name}").size is None
        keep_archive(lake, path)
        start_of_a_run(lake)
        assert path.exists()

    archived(lake, meanwhile)


def test_runs_of_a_machine_that_end_at_once_do_not_disturb_each_other(lake: Lake) -> None:
    with open_memory(memory_of(lake)) as memory:
        for number in range(2_000):
            memory.put_look(f"source-{number}", 1.0)

    def run(_: int) -> None:
        with shared_memory(lake):
            pass

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(8))) == [None] * 8
    assert not list(lake.home.glob("*.copy*"))
    for path in lake.home.glob("memory.sqlite*"):
        path.unlink()
    with shared_memory(lake) as memory:
        assert memory.looked_at("source-1999") == 1.0


def test_what_a_killed_run_wrote_last_is_not_added_to_the_memory_of_the_bucket(lake: Lake) -> None:
    path = memory_of(lake)
    with shared_memory(lake) as memory:
        memory.put_look("kept", 1.0)
    with open_memory(path) as memory:
        memory.put_look("lost", 2.0)
        log = path.with_name("memory.sqlite-wal").read_bytes()
    path.unlink()
    path.with_name("memory.sqlite-wal").write_bytes(log)
    with shared_memory(lake) as memory:
        assert (memory.looked_at("kept"), memory.looked_at("lost")) == (1.0, None)


def test_a_page_is_not_given_up_while_the_bucket_cannot_be_reached(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, place = archived(lake, partial(keep_archive, lake))
    start_of_a_run(lake)
    assert not path.exists()
    assert isinstance(read_archived(lake, f"{place}999"), Rejection)
    assert isinstance(read_archived(lake, "pages/none.warc.gz#0"), Rejection)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")  # discard: nobody listens
    store.cache_clear()
    try:
        with pytest.raises(OSError, match="connect"):
            read_archived(lake, place)
    finally:
        store.cache_clear()
