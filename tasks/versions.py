"""Versions: what an article that comes in again is: new, unchanged, or the next revision."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from expectations.columns import declared_columns, to_row
from expectations.records import (
    Article,
    ArticleVersion,
    ChangedBy,
    FetchTime,
    Outcome,
    Version,
)

# What a page is not the cause of: where and when it was read and by what, what other articles say;
# and a score that another release of a package moves by a little.
_NOT_OF_THE_PAGE = frozenset(
    {"article_id", "source_id", "raw_ref", "raw_hash", "page_hash", "fetched_at"}
    | {"fetched_at_source", "extractor", "language_score"}
    | {"duplicate_of", "duplicate_relation", "similarity", "cluster_id"}
)
_DATED_FROM_OUTSIDE = frozenset({"feed", "sitemap"})
EXTRACTED_FIELDS = tuple(
    column.name for column in declared_columns(Article) if column.name not in _NOT_OF_THE_PAGE
)
HASH_BYTES = 16  # among 10^9 pages the chance of one collision is 10^18 / 2^129, one in 10^20


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
    raw_hash: str | None = None
    fields_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the lake holds of one article."""

    current: KnownVersion
    revisions: int
    first_seen_at: datetime
    version_hashes: frozenset[str]
    raw_hashes: frozenset[str] = frozenset()

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
            raw_hashes=frozenset(v.raw_hash for v in versions if v.raw_hash is not None),
        )

    def and_version(self, version: KnownVersion) -> Known:
        """The same with one more."""
        return Known(
            current=self.current if version.retires == version.version_key else version,
            revisions=version.revision,
            first_seen_at=self.first_seen_at,
            version_hashes=self.version_hashes | {version.version_hash},
            raw_hashes=self.raw_hashes | ({version.raw_hash} if version.raw_hash else set()),
        )


@dataclass(frozen=True, slots=True)
class Assigned:
    """Outcome of one article, and the row to commit unless it is unchanged."""

    article: Article
    version_hash: str
    outcome: Outcome
    row: ArticleVersion | None


def version_hash(article: Article) -> str:
    """Hash what a publisher would call the article; a change in it makes a new version.

    Left out on purpose: what moves without the article changing (image addresses, tags, the time
    of modification) and what Broadsheet adds of its own (scores, warnings, clean-up). Of a date
    that only a feed states, that there is one: some give each story the time of their making.
    """
    content, times, rights = article.content, article.times, article.rights
    published_at = times.published_at.isoformat() if times.published_at else None
    if times.published_at_source in _DATED_FROM_OUTSIDE:
        published_at = times.published_at_source
    parts = [
        content.title,
        content.description,
        content.authors,
        content.text,
        published_at,
        article.place.publisher,
        rights.license,
        rights.rights_holder,
    ]
    return sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def fields_hash(article: Article) -> str:
    """Hash all that extraction found.

    What is empty is left out, so that a column that comes later changes nothing by being there.
    """
    row = to_row(article)
    found = {name: row[name] for name in EXTRACTED_FIELDS if row[name] not in (None, [], False)}
    text = json.dumps(found, default=datetime.isoformat, sort_keys=True)
    return sha256(text.encode()).digest()[:HASH_BYTES].hex()


def assign_versions(  # noqa: PLR0913 - what a version is made of, named at the call
    articles: Sequence[Article],
    known: Mapping[str, Known],
    *,
    run_id: str,
    now: datetime,
    pipeline_version: str,
    reprocessed: bool = False,
) -> list[Assigned]:
    """Decide for each article, oldest observation first, whether it is a version and which.

    An article equal to its current version is unchanged. So is one that equals any known version
    and is not known to be newer than the current one: an older state seen again. All else is the
    next revision, also a return to older content. A state never seen before but older than the
    current one, from an archive read late, is kept as a revision that supersedes nothing.

    The page of the current version may come out differently from before: then the pipeline has
    changed, not the article. Pages of older versions are not judged anew.

    Args:
        articles: Articles of a shard.
        known: What the lake holds of them.
        run_id: The run.
        now: Time of the commit.
        pipeline_version: Version of Broadsheet.
        reprocessed: The articles are of pages read again, each its article's current one when it
            was chosen. Then any field that differs makes a revision, also a return to what the page
            came to before, and an article that has got a newer version meanwhile is unchanged.
    """
    seen = dict(known)
    assigned = []
    for article in sorted(articles, key=lambda article: _age(article, now)):
        held = seen.get(article.article_id)
        state = _State(
            article, version_hash(article), fields_hash(article), _observed_at(article, now)
        )
        if held is not None and _adds_nothing(state, held, reprocessed=reprocessed):
            assigned.append(Assigned(article, state.version_hash, Outcome.UNCHANGED, None))
            continue
        version = _next_version(
            article.article_id,
            state.version_hash,
            held,
            is_late=held is not None and state.is_late(held),
            now=now,
        )
        added = KnownVersion(
            version_id=version.version_id,
            version_hash=state.version_hash,
            revision=version.revision,
            version_key=version.version_key,
            retires=version.retires,
            first_seen_at=version.first_seen_at,
            observed_at=state.observed_at,
            fetched_at=min(article.fetched_at, now) if article.fetched_at else None,
            page_hash=article.page_hash,
            raw_hash=article.raw_hash,
            fields_hash=state.fields_hash,
        )
        row = ArticleVersion(
            version=version,
            article=article,
            run_id=run_id,
            ingested_at=now,
            pipeline_version=pipeline_version,
            changed_by=_changed_by(state, held, reprocessed=reprocessed)
            if held is not None and version.supersedes is not None
            else None,
            fields_hash=state.fields_hash,
            published_month=_month(article.times.published_at),
        )
        seen[article.article_id] = held.and_version(added) if held else Known.of([added])
        outcome = Outcome.UPDATED if held else Outcome.NEW
        assigned.append(Assigned(article, state.version_hash, outcome, row))
    return assigned


@dataclass(frozen=True, slots=True)
class _State:
    """An article as a page shows it, with what it is compared by."""

    article: Article
    version_hash: str
    fields_hash: str
    observed_at: datetime

    def is_late(self, held: Known) -> bool:
        return self.observed_at < held.current.observed_at

    def is_of_page(self, version: KnownVersion) -> bool:
        return self.article.raw_hash is not None and self.article.raw_hash == version.raw_hash


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


def _adds_nothing(state: _State, held: Known, *, reprocessed: bool) -> bool:
    """Whether this is the current state, or a known one that is no newer.

    A state is known by its content, or by its page: what a page of an older version would come to
    today is no news. A page that is reprocessed may come to what it came to before, at any time.
    """
    current = held.current
    is_same = state.version_hash == current.version_hash
    if reprocessed:
        # Rows of an older Broadsheet have no hash of all fields.
        return state.is_late(held) or (is_same and current.fields_hash in {None, state.fields_hash})
    has_known_content = state.version_hash in held.version_hashes
    has_known_page = state.article.raw_hash in held.raw_hashes
    if state.is_late(held):
        return has_known_content or has_known_page
    is_known = has_known_content or (has_known_page and not state.is_of_page(current))
    return is_same or (is_known and not _is_newer(state.article, current))


def _is_newer(article: Article, current: KnownVersion) -> bool:
    seen_at = current.fetched_at or current.observed_at
    return article.fetched_at is not None and article.fetched_at > seen_at


def _changed_by(state: _State, held: Known, *, reprocessed: bool) -> ChangedBy:
    is_same_page = reprocessed or state.is_of_page(held.current)
    return ChangedBy.PIPELINE if is_same_page else ChangedBy.PUBLISHER


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
