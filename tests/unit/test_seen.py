"""tasks.seen: equal pages are known, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from expectations.records import Article, Given, Page
from tasks.commit import SeenPagesError, commit_shard, transaction_of
from tasks.opening import open_or_create_lake
from tasks.seen import SeenPage, StagedPage, depends_on_time, find_seen, hash_pages
from tasks.shards import stage_shards
from tasks.storage import Lake
from tests.builders import a_page, a_shard, an_article

PAGE = a_page(url="https://news.example/1", fetched_at=datetime(2026, 1, 1, tzinfo=UTC))
HASH, OTHER_HASH = "0" * 32, "1" * 32


def hashes_of(folder: Path, *pages: Page) -> list[str]:
    (shard,) = stage_shards(pages, folder)
    return [page.page_hash for page in hash_pages(shard)]


def shown_by(page_hash: str, **changes: object) -> Article:
    return replace(an_article(**changes), page_hash=page_hash)


def commit(
    lake: Lake, *articles: Article, run_id: str, seen: list[SeenPage] | None = None
) -> dict[str, int]:
    shard = a_shard(*articles, run_id=run_id)
    counted = {"example": len(articles) + len(seen or [])}
    committed = commit_shard(
        lake, replace(shard, seen=seen or [], discovered=counted), pipeline_version="1"
    )
    return {str(row.outcome): row.items for row in committed.funnel if row.items}


def seen_rows(lake: Lake, *page_hashes: str, run_id: str = "later") -> list[int]:
    pages = [StagedPage("example", "", page_hash) for page_hash in page_hashes]
    return list(find_seen(lake, pages, before=transaction_of(run_id, "00000")))


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return open_or_create_lake(str(tmp_path / "lake"))


def test_where_and_when_a_page_was_found_says_nothing_of_it(tmp_path: Path) -> None:
    moved = replace(
        PAGE, source_id="other", raw_ref="b.warc.gz#7", fetched_at=datetime(2026, 2, 1, tzinfo=UTC)
    )
    first, second = hashes_of(tmp_path, PAGE, moved)
    assert first == second


@pytest.mark.parametrize(
    "change",
    [
        {"body": PAGE.body + b" "},
        {"url": "https://news.example/2"},
        {"url": None},
        {"charset": "koi8-r"},
        {"reserved": ("noai",)},
        {"given": Given(given_title="Another")},
        {"given": Given(given_authors=("A", "B"))},
        {"given": Given(given_license="CC-BY-4.0")},
        {"given": Given(registry_license="CC-BY-4.0")},
    ],
    ids="-".join,
)
def test_all_that_extraction_reads_is_hashed(tmp_path: Path, change: dict[str, object]) -> None:
    first, second = hashes_of(tmp_path, PAGE, replace(PAGE, **change))  # type: ignore[arg-type]
    assert first != second


def test_the_page_of_the_current_version_is_seen(lake: Lake) -> None:
    commit(lake, shown_by(HASH), run_id="first")
    assert seen_rows(lake, OTHER_HASH, HASH, HASH) == [1, 2]


def test_the_page_of_an_older_version_is_not(lake: Lake) -> None:
    commit(lake, shown_by(HASH), run_id="first")
    later = datetime(2026, 7, 1, tzinfo=UTC)
    commit(lake, shown_by(OTHER_HASH, title="Revised", fetched_at=later), run_id="second")
    assert seen_rows(lake, HASH, OTHER_HASH) == [1]


def test_a_shard_that_is_tried_again_has_not_seen_its_own_pages(lake: Lake) -> None:
    commit(lake, shown_by(HASH), run_id="first")
    assert seen_rows(lake, HASH, run_id="first") == []


def test_seen_pages_are_counted_as_unchanged_and_add_no_row(lake: Lake) -> None:
    article = shown_by(HASH)
    commit(lake, article, run_id="first")
    page = SeenPage(StagedPage("example", "", HASH), article.article_id)
    counts = commit(lake, run_id="second", seen=[page, page])
    assert counts == {"discovered": 2, "unchanged": 2}
    assert seen_rows(lake, HASH) == [0]


def test_a_page_whose_article_was_revised_meanwhile_is_refused(lake: Lake) -> None:
    article = shown_by(HASH)
    commit(lake, article, run_id="first")
    page = SeenPage(StagedPage("example", "", HASH), article.article_id)
    later = datetime(2026, 7, 1, tzinfo=UTC)
    commit(lake, shown_by(OTHER_HASH, title="Revised", fetched_at=later), run_id="second")
    with pytest.raises(SeenPagesError):
        commit(lake, run_id="third", seen=[page])


def test_the_same_article_on_another_page_of_the_shard_changes_nothing(lake: Lake) -> None:
    article = shown_by(HASH)
    commit(lake, article, run_id="first")
    page = SeenPage(StagedPage("example", "", HASH), article.article_id)
    twin = shown_by(OTHER_HASH, raw_ref="amp.html#0")
    counts = commit(lake, twin, run_id="second", seen=[page])
    assert counts == {"discovered": 2, "unchanged": 2}


def test_a_page_whose_article_is_revised_in_the_same_shard_is_refused(lake: Lake) -> None:
    article = shown_by(HASH)
    commit(lake, article, run_id="first")
    page = SeenPage(StagedPage("example", "", HASH), article.article_id)
    with pytest.raises(SeenPagesError):
        commit(lake, shown_by(OTHER_HASH, title="Revised"), run_id="second", seen=[page])


def test_an_article_dated_in_the_future_is_looked_at_again() -> None:
    article = an_article()
    assert not depends_on_time(article)
    warned = replace(article.cleaning, warnings=("date_in_future",))
    assert depends_on_time(replace(article, cleaning=warned))
