"""tasks.shard_steps: a shard's way, with real workers and a real lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.records import Outcome, Page, PageKind
from tasks import shard_steps
from tasks.funnel import items_by_outcome
from tasks.memory import open_memory
from tasks.network.address_memory import address_as_read
from tasks.network.settling import memory_of
from tasks.opening import open_lake, open_or_create_lake
from tasks.pool import close_shared_pools
from tasks.query import open_catalog
from tasks.shard_steps import RunContext, ShardResult, ingest_shard
from tasks.shards import stage_shards
from tests.builders import TEXT, a_page

NOW = datetime(2026, 7, 1, tzinfo=UTC)
RUNS = iter(range(1_000))


@pytest.fixture(scope="module", autouse=True)
def _workers() -> Iterator[None]:
    yield
    close_shared_pools()


def story(url: str, *, day: int, text: str = TEXT) -> Page:
    return a_page(
        url=url,
        body=text.encode(),
        fetched_at=datetime(2026, 6, day, tzinfo=UTC),
        fetched_at_source="warc",
    )


def ingest(lake: Path, *pages: Page) -> dict[str, int]:
    """Outcomes of a run over these pages."""
    totals = items_by_outcome(ingest_all(lake, *pages).funnel)
    return {str(outcome): items for outcome, items in totals.items() if items}


def ingest_all(lake: Path, *pages: Page) -> ShardResult:
    """A run of one shard over these pages."""
    open_or_create_lake(str(lake))
    run_id = f"run-{next(RUNS)}"
    (shard,) = stage_shards(pages, lake.parent / run_id)
    run = RunContext(run_id=run_id, lake=str(lake), workers=1, now=NOW, pipeline_version="test")
    return ingest_shard(shard, run)


def texts(lake: Path, url: str) -> list[str]:
    """The versions of an article, oldest first."""
    with open_catalog(open_lake(str(lake))) as connection:
        rows = connection.execute(
            "select text from article_versions where url = ? order by revision", [url]
        ).fetchall()
    return [text for (text,) in rows]


def test_pages_seen_before_are_unchanged_and_no_worker_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tmp_path / "lake"
    pages = [story(f"https://news.example/{n}", day=n + 1) for n in range(3)]
    assert ingest(lake, *pages) == {"discovered": 3, "new": 3}
    monkeypatch.delattr(shard_steps, "shared_pool")
    later = [story(f"https://news.example/{n}", day=20) for n in range(3)]
    assert ingest(lake, *later) == {"discovered": 3, str(Outcome.UNCHANGED): 3}


def test_what_is_new_among_pages_seen_before_is_extracted(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    old, other = story("https://news.example/1", day=1), story("https://news.example/2", day=1)
    changed = story("https://news.example/2", day=2, text=f"{TEXT} It was corrected.")
    ingest(lake, old, other)
    assert ingest(lake, old, changed) == {"discovered": 2, "updated": 1, "unchanged": 1}


def test_a_page_seen_before_that_follows_a_change_in_the_same_shard_is_a_return(
    tmp_path: Path,
) -> None:
    lake, url, revised = tmp_path / "lake", "https://news.example/1", f"{TEXT} It was corrected."
    ingest(lake, story(url, day=1))
    again = (story(url, day=2, text=revised), story(url, day=3))
    assert ingest(lake, *again) == {"discovered": 2, "updated": 2}
    first, second, third = texts(lake, url)
    assert first == third != second


def test_hits_are_counted_of_what_was_extracted_and_is_valid(tmp_path: Path) -> None:
    lake, seen = tmp_path / "lake", story("https://news.example/1", day=1)
    ingest(lake, seen)
    signed = story("https://news.example/2", day=1, text=f"By Sara Ahmadi\n\n{TEXT}\n\n-30-")
    too_short = story("https://news.example/3", day=1, text="By Sara Ahmadi\n\nTwo words\n\n-30-")
    (hits,) = ingest_all(lake, seen, signed, too_short).hits
    assert (hits.source_id, hits.articles) == ("example", 1)
    assert {"any", "removed.byline", "removed.end-mark", "wire.byline"} <= hits.hits.keys()
    assert set(hits.hits.values()) == {1}
    assert ingest_all(lake, seen, signed).hits == ()


def test_a_page_that_is_rejected_is_rejected_again(tmp_path: Path) -> None:
    lake, blank = tmp_path / "lake", a_page(url="https://news.example/1", body=b" ")
    assert ingest(lake, blank) == ingest(lake, blank) == {"discovered": 1, "rejected": 1}


def test_only_a_page_whose_article_has_changed_is_young_again_in_the_memory(tmp_path: Path) -> None:
    lake, day_s = tmp_path / "lake", 86_400.0
    open_or_create_lake(str(lake))
    bodies = {
        "as-it-was": f"<article><h1>Story</h1><p>{TEXT}</p></article><!-- token {{}} -->",
        "corrected": f"<article><h1>Story</h1><p>{TEXT} It was corrected {{}} times.</p></article>",
    }
    for day in (1, 2, 3):
        pages = []
        for name, body in bodies.items():
            page = replace(
                story(f"https://news.example/{name}", day=day, text=body.format(day)),
                kind=PageKind.HTML,
                raw_ref=f"pages/{name}.warc.gz#{day}",
            )
            assert page.url is not None
            with open_memory(memory_of(open_lake(str(lake)))) as memory:
                before = memory.addresses([page.url]).get(page.url)
                known = address_as_read(page, page.url, before, at=day * day_s, hinted_at=None)
                memory.note_page([known], pending=(page.raw_ref, "run"))
            pages.append(page)
        ingest(lake, *pages)
    with open_memory(memory_of(open_lake(str(lake)))) as memory:
        found = memory.addresses(f"https://news.example/{name}" for name in bodies)
        assert not memory.pending()
    assert {url.rpartition("/")[2]: page.changed_at / day_s for url, page in found.items()} == {
        "as-it-was": 1.0,
        "corrected": 3.0,
    }


def test_what_newer_code_reads_of_a_page_is_no_change_of_its_article(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake, url = tmp_path / "lake", "https://news.example/1"
    open_or_create_lake(str(lake))
    for day, code in enumerate((b"old", b"new", b"new")):
        monkeypatch.setattr("tasks.network.settling.extraction_code", lambda code=code: code)
        page = story(url, day=day + 1, text=f"{TEXT} It was read on day {day}.")
        page = replace(page, raw_ref=f"pages/a.warc.gz#{day}")
        with open_memory(memory_of(open_lake(str(lake)))) as memory:
            before = memory.addresses([url]).get(url)
            known = address_as_read(page, url, before, at=86_400.0 * day, hinted_at=None)
            memory.note_page([known], pending=(page.raw_ref, "run"))
        ingest(lake, page)
        with open_memory(memory_of(open_lake(str(lake)))) as memory:
            (found,) = memory.addresses([url]).values()
        assert found.changed_at == (86_400.0 * 2 if day == 2 else 0.0)


def test_where_nothing_was_fetched_no_memory_is_begun(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    page = replace(story("https://news.example/1", day=1), raw_ref="pages/a.warc.gz#0")
    assert ingest(lake, page) == {"discovered": 1, "new": 1}
    assert not memory_of(open_lake(str(lake))).exists()
