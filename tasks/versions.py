"""Versions: what an article that comes in again is: new, unchanged, or the next revision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import duckdb

from expectations.records import Article, ArticleVersion, Outcome, Version


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake holds of one article."""

    current: Version
    fetched_at: datetime | None
    version_hashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Assigned:
    """Outcome of one article, and the row to commit unless it is unchanged."""

    article: Article
    outcome: Outcome
    row: ArticleVersion | None


def version_hash(article: Article) -> str:
    """Hash what a publisher would call the article; a change in it makes a new version.

    Left out on purpose: what moves without the article changing (image addresses, tags, the time
    of modification) and what Broadsheet adds of its own (scores, warnings, clean-up).
    """
    content, times, rights = article.content, article.times, article.rights
    parts = [
        content.title,
        content.description,
        content.authors,
        content.text,
        times.published_at.isoformat() if times.published_at else None,
        article.place.publisher,
        rights.license,
        rights.rights_holder,
    ]
    return sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def assign_versions(
    articles: Sequence[Article],
    known: Mapping[str, Known],
    *,
    run_id: str,
    now: datetime,
    pipeline_version: str,
) -> list[Assigned]:
    """Decide for each article, oldest observation first, whether it is a version and which.

    An article equal to its current version is unchanged. So is one that equals any known version
    and was not fetched after the current one: an older state seen again. All else is the next
    revision, also a return to older content.
    """
    seen = dict(known)
    assigned = []
    for article in sorted(articles, key=_observed):
        held = seen.get(article.article_id)
        content = version_hash(article)
        if held is not None and _is_seen(article, content, held):
            assigned.append(Assigned(article, Outcome.UNCHANGED, None))
            continue
        version = _next_version(article.article_id, content, held, now)
        seen[article.article_id] = Known(
            version,
            article.fetched_at,
            (held.version_hashes if held else frozenset()) | {content},
        )
        row = ArticleVersion(
            version=version,
            article=article,
            run_id=run_id,
            ingested_at=now,
            pipeline_version=pipeline_version,
            published_month=_month(article.times.published_at),
        )
        assigned.append(Assigned(article, Outcome.UPDATED if held else Outcome.NEW, row))
    return assigned


def _observed(article: Article) -> tuple[bool, float]:
    return (
        article.fetched_at is not None,
        article.fetched_at.timestamp() if article.fetched_at else 0,
    )


def _is_seen(article: Article, content: str, held: Known) -> bool:
    if content == held.current.version_hash:
        return True
    is_newer = (
        article.fetched_at is None
        or held.fetched_at is None
        or article.fetched_at > held.fetched_at
    )
    return content in held.version_hashes and not is_newer


def _next_version(article_id: str, content: str, held: Known | None, now: datetime) -> Version:
    parent = held.current.version_id if held else None
    name = f"{article_id}\n{content}\n{parent or ''}"
    return Version(
        version_id=sha256(name.encode()).hexdigest(),
        version_hash=content,
        revision=held.current.revision + 1 if held else 1,
        supersedes=parent,
        first_seen_at=held.current.first_seen_at if held else now,
    )


def _month(published_at: datetime | None) -> str:
    return f"{published_at:%Y-%m}" if published_at else "unknown"


def look_up_versions(files: Sequence[Path], article_ids: Iterable[str]) -> dict[str, Known]:
    """Read what the given data files hold of the given articles.

    The newest version of a fork (two runs that revised the same version at once) is the one
    with the highest revision, then the latest to be ingested.
    """
    wanted = sorted(set(article_ids))
    if not files or not wanted:
        return {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = connection.execute(
            """
            select article_id, version_id, version_hash, revision, supersedes, first_seen_at,
                fetched_at
            from read_parquet(?, union_by_name = true, hive_partitioning = false)
            where article_id in (select unnest(?))
            order by revision, ingested_at, version_id
            """,
            [[str(file) for file in files], wanted],
        ).fetchall()
    known: dict[str, Known] = {}
    for article_id, version_id, content, revision, supersedes, first_seen_at, fetched_at in rows:
        current = Version(
            version_id=version_id,
            version_hash=content,
            revision=revision,
            supersedes=supersedes,
            first_seen_at=first_seen_at,
        )
        held = known.get(article_id)
        hashes = (held.version_hashes if held else frozenset()) | {content}
        known[article_id] = Known(current, fetched_at, hashes)
    return known


def look_up_rejections(files: Sequence[Path], rejection_ids: Iterable[str]) -> set[str]:
    """Which of these rejections stand in quarantine already."""
    wanted = sorted(set(rejection_ids))
    if not files or not wanted:
        return set()
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct rejection_id from read_parquet(?, union_by_name = true) "
            "where rejection_id in (select unnest(?))",
            [[str(file) for file in files], wanted],
        ).fetchall()
    return {rejection_id for (rejection_id,) in rows}
