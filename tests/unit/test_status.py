"""The lake at a glance."""

from datetime import UTC, datetime
from pathlib import Path

from tasks.catalog import publish_catalog
from tasks.commit import commit_shard
from tasks.lake import open_or_create_lake
from tasks.query import open_catalog
from tasks.status import read_status
from tests.builders import a_rejection, a_shard, an_article


def test_the_status_of_an_empty_lake_is_empty(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    publish_catalog(lake)
    with open_catalog(lake) as connection:
        status = read_status(connection, "here")
    assert (status.lake, status.articles, status.article_versions) == ("here", 0, 0)
    assert (status.sources, status.last_runs, status.alerts) == ((), (), ())


def test_the_status_counts_current_articles_versions_and_open_rejections(tmp_path: Path) -> None:
    lake = open_or_create_lake(tmp_path / "lake")
    undated = an_article(
        url="https://example.org/2", source_id="undated", published_at=None, fetched_at=None
    )
    shard = a_shard(
        an_article(fetched_at=datetime(2026, 1, 1, tzinfo=UTC)),
        an_article(fetched_at=datetime(2026, 1, 2, tzinfo=UTC), title="Corrected"),
        undated,
        a_rejection(),
    )
    commit_shard(lake, shard, pipeline_version="1")
    with open_catalog(lake) as connection:
        status = read_status(connection, "here")
    assert (status.articles, status.article_versions, status.open_rejections) == (2, 3, 1)
    newest = {source.source_id: source.newest_published_at for source in status.sources}
    assert newest == {"example": datetime(2026, 6, 21, 8, 30, tzinfo=UTC), "undated": None}
