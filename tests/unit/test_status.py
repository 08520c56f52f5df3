"""The lake at a glance."""

from datetime import UTC, datetime
from pathlib import Path

from tasks.opening import open_or_create_lake
from tasks.status import lake_status
from tests.builders import a_rejection, an_article
from tests.lakes import put


def test_the_status_of_an_empty_lake_is_empty(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    status = lake_status(lake)
    assert (status.lake, status.articles, status.article_versions) == (lake.uri, 0, 0)
    assert (status.sources, status.last_runs, status.alerts, status.damage) == ((), (), (), ())


def test_the_status_counts_current_articles_versions_and_open_rejections(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    undated = an_article(
        url="https://example.org/2", source_id="undated", published_at=None, fetched_at=None
    )
    put(
        lake,
        an_article(fetched_at=datetime(2026, 1, 1, tzinfo=UTC)),
        an_article(fetched_at=datetime(2026, 1, 2, tzinfo=UTC), title="Corrected"),
        undated,
        a_rejection(),
    )
    status = lake_status(lake)
    assert (status.articles, status.article_versions, status.open_rejections) == (2, 3, 1)
    newest = {source.source_id: source.newest_published_at for source in status.sources}
    assert newest == {"example": datetime(2026, 6, 21, 8, 30, tzinfo=UTC), "undated": None}


def test_a_lake_that_was_moved_gets_a_catalog_of_its_new_place(tmp_path: Path) -> None:
    put(open_or_create_lake(tmp_path / "lake"), an_article())
    moved = (tmp_path / "lake").rename(tmp_path / "moved")
    status = lake_status(open_or_create_lake(moved))
    assert (status.lake, status.articles, status.damage) == (str(moved), 1, ())
    assert str(moved).encode() in (moved / "broadsheet.duckdb").read_bytes()
