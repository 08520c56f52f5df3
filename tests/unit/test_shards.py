"""Shards: whatever is staged comes back, in order, in bounded pieces."""

import multiprocessing
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.records import Given, Page, PageKind, Rejection, Skip, Stage
from tasks import shards
from tasks.shards import (
    MAX_PAGES,
    count_items,
    count_pages,
    read_page,
    read_rejections,
    read_skips,
    stage_shards,
    staging_folder,
)
from tests.builders import a_page, a_rejection

SKIP = Skip(source_id="example", reason="http_status", detail="404")

sources = st.sampled_from(["example", "نمونه", "a'b"])
items = st.lists(
    st.one_of(
        st.builds(a_page, source_id=sources, body=st.binary(max_size=40)),
        st.builds(a_rejection, source_id=sources),
        st.builds(Skip, source_id=sources, reason=st.just("media_type")),
    ),
    max_size=40,
)


def read_back(folder: Path) -> list[Page]:
    return [read_page(folder, row) for row in range(count_pages(folder))]


@settings(max_examples=30)
@given(items=items)
def test_pages_in_are_pages_out_in_order(
    tmp_path_factory: pytest.TempPathFactory, items: list[Page | Rejection | Skip]
) -> None:
    folders = list(stage_shards(items, tmp_path_factory.mktemp("staging")))
    assert [p for f in folders for p in read_back(f)] == [i for i in items if isinstance(i, Page)]
    assert [r for f in folders for r in read_rejections(f)] == [
        i for i in items if isinstance(i, Rejection)
    ]
    assert sum(len(read_skips(f)) for f in folders) == sum(isinstance(i, Skip) for i in items)
    counted = Counter[str]()
    for folder in folders:
        counted.update(count_items(folder))
    assert counted == Counter(item.source_id for item in items)


def test_a_page_keeps_everything_that_was_known_of_it(tmp_path: Path) -> None:
    page = a_page(
        kind=PageKind.HTML,
        url="https://example.org/ایران?a=1#b",
        charset="windows-1256",
        fetched_at=datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
        given=Given(given_title="عنوان", given_authors=("A", "B"), given_tags=()),
        body=bytes(range(256)),
    )
    (folder,) = stage_shards([page], tmp_path / "s")
    assert read_page(folder, 0) == page


def test_shards_grow_from_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MAX_PAGES", 8)
    pages = [a_page() for _ in range(25)]
    folders = stage_shards(pages, tmp_path / "s", first_pages=2)
    assert [count_pages(folder) for folder in folders] == [2, 4, 8, 8, 3]


def test_nothing_to_stage_makes_no_shard(tmp_path: Path) -> None:
    assert list(stage_shards([], tmp_path / "s")) == []


def test_a_shard_holds_so_many_items_whatever_they_are(tmp_path: Path) -> None:
    mixed = [a_page(body=b""), SKIP, a_rejection()] * (MAX_PAGES // 3 + 1)
    folders = list(stage_shards(mixed, tmp_path / "s"))
    assert [sum(count_items(folder).values()) for folder in folders] == [
        MAX_PAGES,
        len(mixed) - MAX_PAGES,
    ]


def test_large_pages_make_small_shards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "MAX_BYTES", 1_000)
    pages = [a_page(body=b"x" * 400) for _ in range(7)]
    assert [count_pages(f) for f in stage_shards(pages, tmp_path / "s")] == [3, 3, 1]


def test_items_are_read_only_as_shards_are_asked_for(tmp_path: Path) -> None:
    taken = []

    def endless() -> object:
        while True:
            taken.append(1)
            yield SKIP

    staged = stage_shards(endless(), tmp_path / "s")  # type: ignore[arg-type]
    next(staged)
    assert len(taken) == MAX_PAGES


def test_a_skip_keeps_its_stage_and_reason(tmp_path: Path) -> None:
    (folder,) = stage_shards([SKIP], tmp_path / "s")
    (row,) = read_skips(folder)
    assert (row.stage, row.reason, row.detail) == (Stage.READ, "http_status", "404")


def test_a_run_that_ends_or_fails_leaves_no_staging(tmp_path: Path) -> None:
    parent = tmp_path / "_staging"
    with staging_folder(parent, "run") as folder:
        list(stage_shards([SKIP], folder))
    with suppress(RuntimeError), staging_folder(parent, "run") as folder:
        list(stage_shards([SKIP], folder))
        raise RuntimeError
    assert list(parent.iterdir()) == []


def test_staging_of_a_killed_run_is_removed_by_the_next_but_not_of_a_living_one(
    tmp_path: Path,
) -> None:
    parent = tmp_path / "_staging"
    child = multiprocessing.get_context("spawn").Process(target=_stage_and_wait, args=(parent,))
    child.start()
    try:
        while not (parent / "dead" / "00000" / "skips.arrow").exists():
            assert child.is_alive()
        with staging_folder(parent, "next"):
            assert (parent / "dead").exists(), "its run still lives"
    finally:
        child.kill()
        child.join()
    with staging_folder(parent, "next"):
        assert not (parent / "dead").exists()
        assert not (parent / "dead.lock").exists()


def _stage_and_wait(parent: Path) -> None:
    with staging_folder(parent, "dead") as folder:
        list(stage_shards([SKIP], folder))
        multiprocessing.Event().wait()
