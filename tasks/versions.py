"""Versions: what an article that comes in again is: new, unchanged, or the next revision."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import duckdb

from expectations.records import Article, ArticleVersion, FetchTime, Outcome, Version
from tasks.errors import LakeError


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake holds of one article.

    `observed_at` and `fetched_at` are of the current version; `revisions` counts all of them, also
    older states that came in late.
    """

    current: Version
    observed_at: datetime
    fetched_at: datetime | None
    revisions: int
    first_seen_at: datetime
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
    and is not known to be newer than the current one: an older state seen again. All else is the
    next revision, also a return to older content. A state never seen before but older than the
    current one, from an archive read late, is kept as a revision that supersedes nothing.
    """
    seen = dict(known)
    assigned = []
    for article in sorted(articles, key=lambda article: _age(article, now)):
        held = seen.get(article.article_id)
        content = version_hash(article)
        if held is not None and _is_seen(article, content, held):
            assigned.append(Assigned(article, Outcome.UNCHANGED, None))
            continue
        is_late = held is not None and _observed_at(article, now) < held.observed_at
        version = _next_version(article.article_id, content, held, is_late=is_late, now=now)
        seen[article.article_id] = Known(
            current=held.current if held and is_late else version,
            observed_at=held.observed_at if held and is_late else _observed_at(article, now),
            fetched_at=held.fetched_at if held and is_late else article.fetched_at,
            revisions=version.revision,
            first_seen_at=version.first_seen_at,
            version_hashes=(held.version_hashes if held else frozenset()) | {content},
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


def _age(article: Article, now: datetime) -> tuple[datetime, datetime]:
    return _observed_at(article, now), article.fetched_at or now


def _observed_at(article: Article, now: datetime) -> datetime:
    """When an article was seen to be so; `OBSERVED_AT` is the same in SQL.

    A file was seen when it came in: its own time is kept by some copies and not by others, and a
    correction that is dropped into a folder counts whatever its time. Nothing was seen in the
    future, whatever a clock said: it would stay current for ever.
    """
    if article.fetched_at is None or article.fetched_at_source == FetchTime.FILE:
        return now
    return min(article.fetched_at, now)


# `case`, for DuckDB 1.4, which reads this in a view, has no function `if`.
OBSERVED_AT = (
    "case when fetched_at_source = 'file' then ingested_at "
    "else least(coalesce(fetched_at, ingested_at), ingested_at) end"
)


def _is_seen(article: Article, content: str, held: Known) -> bool:
    """Whether this adds nothing: the current content, or a known one that is no newer."""
    if content == held.current.version_hash:
        return True
    seen_at = held.fetched_at or held.observed_at
    is_newer = article.fetched_at is not None and article.fetched_at > seen_at
    return content in held.version_hashes and not is_newer


def _next_version(
    article_id: str, content: str, held: Known | None, *, is_late: bool, now: datetime
) -> Version:
    parent = held.current.version_id if held and not is_late else None
    name = f"{article_id}\n{content}\n{parent or ''}"
    return Version(
        version_id=sha256(name.encode()).hexdigest(),
        version_hash=content,
        revision=held.revisions + 1 if held else 1,
        supersedes=parent,
        first_seen_at=held.first_seen_at if held else now,
    )


def _month(published_at: datetime | None) -> str:
    # Not %Y, which does not pad years before 1000 on every system.
    month = published_at.astimezone(UTC) if published_at else None
    return f"{month.year:04}-{month.month:02}" if month else "unknown"


def look_up_versions(files: Sequence[Path], article_ids: Iterable[str]) -> dict[str, Known]:
    """Read what the given data files hold of the given articles.

    The current version is the one observed last, then the highest revision, then the first to be
    ingested (two runs on different machines may have made the same revision): what the view
    `articles` shows.
    """
    wanted = sorted(set(article_ids))
    if not files or not wanted:
        return {}
    rows = _query(
        f"""
        select article_id, version_id, version_hash, revision, supersedes, first_seen_at,
            {OBSERVED_AT} as observed_at, fetched_at
        from read_parquet(?, union_by_name = true, hive_partitioning = false)
        where article_id in (select unnest(?))
        order by observed_at, revision, ingested_at desc, version_id
        """,
        files,
        wanted,
    )
    known: dict[str, Known] = {}
    for article_id, version_id, content, revision, supersedes, first_seen_at, *seen in rows:
        observed_at, fetched_at = seen
        held = known.get(article_id)
        current = Version(
            version_id=version_id,
            version_hash=content,
            revision=revision,
            supersedes=supersedes,
            first_seen_at=first_seen_at,
        )
        known[article_id] = Known(
            current=current,
            observed_at=observed_at,
            fetched_at=fetched_at,
            revisions=max(revision, held.revisions if held else 0),
            first_seen_at=min(first_seen_at, held.first_seen_at) if held else first_seen_at,
            version_hashes=(held.version_hashes if held else frozenset()) | {content},
        )
    return known


def look_up_rejections(files: Sequence[Path], rejection_ids: Iterable[str]) -> set[str]:
    """Which of these rejections stand in quarantine already."""
    wanted = sorted(set(rejection_ids))
    if not files or not wanted:
        return set()
    rows = _query(
        "select distinct rejection_id from read_parquet(?, union_by_name = true, "
        "hive_partitioning = false) where rejection_id in (select unnest(?))",
        files,
        wanted,
    )
    return {rejection_id for (rejection_id,) in rows}


def _query(query: str, files: Sequence[Path], wanted: Sequence[str]) -> list[tuple[Any, ...]]:
    try:
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            answer = connection.execute(query, [[str(file) for file in files], wanted])
            return cast("list[tuple[Any, ...]]", answer.fetchall())
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise LakeError(f"the lake's files cannot be read ({reason})") from error
