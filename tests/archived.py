"""Lakes with fetched pages in their archive, and releases of Broadsheet that read them wrongly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from expectations.records import Article, Page
from tasks.archive import FOLDER, Archive
from tasks.commit import commit_shard
from tasks.extract import extract_page
from tasks.fetch.messages import Request, Response
from tasks.query import open_catalog
from tasks.replay import read_archived
from tasks.seen import hash_pages
from tasks.shards import stage_shards
from tasks.storage import Lake
from tests.builders import a_shard
from tests.newsroom import a_text

FETCHED_AT = datetime(2026, 6, 22, tzinfo=UTC)
NOW = datetime(2026, 7, 1, tzinfo=UTC)

Misread = Callable[[Article], Article]


def as_read(article: Article) -> Article:
    return article


def retitled(article: Article) -> Article:
    """As a release reads it that takes the site's name for a part of the headline."""
    title = f"{article.content.title} | Example News"
    return replace(article, content=replace(article.content, title=title))


def untagged(article: Article) -> Article:
    """As a release reads it that misses what does not make a version."""
    return replace(article, content=replace(article.content, tags=(), section="Missed"))


LICENSE = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'


def page_of(number: int) -> bytes:
    """A page that leaves no rule something to warn of."""
    return (
        f'<html lang="en"><head><title>The harbor opens pier {number}</title>'
        '<meta name="author" content="Sara Ahmadi">'
        '<meta name="keywords" content="harbor, ferries">'
        '<meta property="article:published_time" content="2026-06-21T08:30:00Z">'
        f"{LICENSE}</head><body><article>"
        f"<h1>The harbor opens pier {number}</h1><p>{a_text(f'pier {number}')}</p>"
        "</article></body></html>"
    ).encode()


def archive(
    lake: Lake,
    pages: Mapping[str, bytes],
    *,
    name: str = "20260622T000000Z-aaaaaa",
    source_id: str = "example",
    at: datetime = FETCHED_AT,
) -> list[str]:
    """Archive pages by their address as a run does that fetches them; where they lie."""
    archive = Archive(lake.home / FOLDER, name, software="Broadsheet")
    places = [
        archive.add(_response(url, body, at), source_id=source_id).raw_ref
        for url, body in pages.items()
    ]
    archive.close()
    return places


def _response(url: str, body: bytes, at: datetime) -> Response:
    return Response(
        request=Request(url=url, max_bytes=1_000_000),
        status=200,
        header=b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n",
        fields=(("Content-Type", "text/html; charset=utf-8"),),
        wire_body=body,
        body=body,
        address="192.0.2.1",
        fetched_at=at,
        seconds=0.1,
    )


def commit_as(
    release: str,
    lake: Lake,
    places: list[str],
    misread: Misread = as_read,
    *,
    staging: Path,
    reprocessed: bool = False,
    **changes: object,
) -> list[Article]:
    """Commit archived pages as another release of Broadsheet does, with other code than ours."""
    pages = []
    for place in places:
        page = read_archived(lake, place)
        assert isinstance(page, Page), page
        pages.append(replace(page, **changes))  # type: ignore[arg-type]
    run_id = f"release-{release}-{uuid4()}"
    (shard,) = stage_shards(pages, staging / run_id)
    articles = []
    for page, hashed in zip(pages, hash_pages(shard), strict=True):
        article = extract_page(page, now=max(NOW, page.fetched_at or NOW))
        assert isinstance(article, Article), article
        articles.append(replace(misread(article), raw_hash=hashed.raw_hash))
    committed = replace(a_shard(*articles, run_id=run_id), reprocessed=reprocessed)
    commit_shard(lake, committed, pipeline_version=release)
    return articles


def versions(lake: Lake, columns: str, where: str = "true") -> list[tuple[object, ...]]:
    """Columns of all versions, an article's in their order."""
    with open_catalog(lake) as connection:
        query = f"select {columns} from article_versions where {where} order by url, revision"
        return [tuple(row) for row in connection.execute(query).fetchall()]
