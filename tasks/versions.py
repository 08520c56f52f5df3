"""Versions: what an article that comes in again is: new, unchanged, or the next revision."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from expectations.records import Article, ArticleVersion, FetchTime, Outcome, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownVersion:
    """A version that the lake holds."""

    version_id: str
    version_hash: str
    revision: int
    version_key: int
    retires: int | None
    first_seen_at: datetime
    observed_at: datetime
    fetched_at: datetime | None
    page_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake holds of one article."""

    current: KnownVersion
    revisions: int
    first_seen_at: datetime
    version_hashes: frozenset[str]

    @classmethod
    def of(cls, versions: Sequence[KnownVersion]) -> Known:
        """All versions of one article, at least one; the current one is the one not retired.

        If somebody deleted that one from the table, it is the last revision of the others.
        """
        retired = {version.retires for version in versions}
        return cls(
            current=max(versions, key=lambda v: (v.version_key not in retired, v.revision)),
            revisions=max(version.revision for version in versions),
            first_seen_at=min(version.first_seen_at for version in versions),
            version_hashes=frozenset(version.version_hash for version in versions),
        )

    def and_version(self, version: KnownVersion) -> Known:
        """The same with one more."""
        return Known(
            current=self.current if version.retires == version.version_key else version,
            revisions=version.revision,
            first_seen_at=self.first_seen_at,
            version_hashes=self.version_hashes | {version.version_hash},
        )


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
        observed_at = _observed_at(article, now)
        is_late = held is not None and observed_at < held.current.observed_at
        if held is not None and _is_seen(article, content, held, is_late=is_late):
            assigned.append(Assigned(article, Outcome.UNCHANGED, None))
            continue
        version = _next_version(article.article_id, content, held, is_late=is_late, now=now)
        added = KnownVersion(
            version_id=version.version_id,
            version_hash=content,
            revision=version.revision,
            version_key=version.version_key,
            retires=version.retires,
            first_seen_at=version.first_seen_at,
            observed_at=observed_at,
            fetched_at=min(article.fetched_at, now) if article.fetched_at else None,
            page_hash=article.page_hash,
        )
        seen[article.article_id] = held.and_version(added) if held else Known.of([added])
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
    """When an article was seen to be so.

    A file was seen when it came in: its own time is kept by some copies and not by others, and a
    correction that is dropped into a folder counts whatever its time. Nothing was seen in the
    future, whatever a clock said: it would stay current for ever.
    """
    if article.fetched_at is None or article.fetched_at_source == FetchTime.FILE:
        return now
    return min(article.fetched_at, now)


def _is_seen(article: Article, content: str, held: Known, *, is_late: bool) -> bool:
    """Whether this adds nothing: the current content, or a known one that is no newer."""
    if content == held.current.version_hash:
        return True
    seen_at = held.current.fetched_at or held.current.observed_at
    is_newer = article.fetched_at is not None and article.fetched_at > seen_at
    return content in held.version_hashes and (is_late or not is_newer)


def _next_version(
    article_id: str, content: str, held: Known | None, *, is_late: bool, now: datetime
) -> Version:
    parent = held.current if held and not is_late else None
    name = f"{article_id}\n{content}\n{parent.version_id if parent else ''}"
    version_id = sha256(name.encode()).hexdigest()
    key = version_key(version_id)
    return Version(
        version_id=version_id,
        version_hash=content,
        revision=held.revisions + 1 if held else 1,
        supersedes=parent.version_id if parent else None,
        version_key=key,
        retires=parent.version_key if parent else key if is_late else None,
        first_seen_at=held.first_seen_at if held else now,
    )


def version_key(version_id: str) -> int:
    """First 8 bytes of a version's id, as a signed integer: what the view `articles` joins by.

    Among a billion versions with ten million retired ones, the chance that one key too many is
    retired is 10^9 * 10^7 / 2^64, 1 in 2,000.
    """
    return int.from_bytes(bytes.fromhex(version_id)[:8], "big", signed=True)


def _month(published_at: datetime | None) -> str:
    # Not %Y, which does not pad years before 1000 on every system.
    month = published_at.astimezone(UTC) if published_at else None
    return f"{month.year:04}-{month.month:02}" if month else "unknown"
