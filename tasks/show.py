"""One article: its fields, its versions with what changed between them, its duplicates."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

import duckdb

from expectations.columns import declared_columns, from_row, to_row
from expectations.records import ArticleVersion, FetchTime, Removed
from tasks.find_article import find_article
from tasks.text_diff import DiffLine, diff_texts

MOST_DUPLICATES = 1_000  # one text may stand under all of a site's URLs

# The lake's own accounts: they differ between any two versions, or say nothing of the article.
_BOOKKEEPING = frozenset(
    {"version_id", "version_hash", "revision", "supersedes", "first_seen_at", "article_id"}
    | {"fetched_at", "fetched_at_source", "raw_ref", "run_id", "ingested_at", "published_month"}
    | {"changed_by", "page_hash", "raw_hash", "fields_hash"}
)
_TOLD_BY_TEXT_DIFF = frozenset(
    {"text", "text_length", "word_count", "content_hash", "language_score"}
)
_INTERNAL = frozenset({"version_key", "retires"})  # by which the views find the current versions


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a version changed."""

    field: str
    old: object
    new: object


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInHistory:
    """A version, and what it changed of the state before it; nothing, if it is the oldest.

    `came_in_late` marks a state that was older than the current one when it was ingested: it
    superseded nothing.
    """

    row: ArticleVersion
    is_current: bool
    came_in_late: bool
    changes: tuple[Change, ...]
    text_diff: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Another current article with the same text, or of the same cluster.

    `relation` is exact, near or syndicated; null where both are only said to be of one cluster.
    """

    article_id: str
    url: str | None
    publisher: str | None
    relation: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleHistory:
    """An article as it is asked for, all its versions (newest state first), its duplicates.

    `article` is the current version, or the one that was named. `duplicates` are at most
    `MOST_DUPLICATES` of `duplicate_count`.
    """

    article: ArticleVersion
    versions: tuple[VersionInHistory, ...]
    duplicates: tuple[Duplicate, ...]
    duplicate_count: int


def read_history(connection: duckdb.DuckDBPyConnection, name: str, root: str) -> ArticleHistory:
    """Find the article that a user means and read all that the lake knows of it.

    Args:
        connection: The lake's views.
        name: An article_id or version_id, the first 6 or more digits of one, or a URL.
        root: Where the lake lies, for messages.

    Raises:
        UsageError: if the name is neither, or means several articles.
        LakeError: if the lake does not hold the article.
    """
    found = find_article(connection, name, root)
    versions = _versions(connection, found.article_id)
    named = [v for v in versions if v.row.version.version_id == found.version_id]
    current = [v for v in versions if v.is_current]
    article = (named or current or list(versions))[0].row
    duplicates, count = _duplicates(connection, article)
    return ArticleHistory(
        article=article, versions=versions, duplicates=duplicates, duplicate_count=count
    )


def history_as_json(history: ArticleHistory) -> dict[str, object]:
    """A history as one JSON object, columns by their names; times are still datetimes."""
    return {
        "article": _columns(history.article),
        "versions": [
            _columns(version.row)
            | {
                "is_current": version.is_current,
                "came_in_late": version.came_in_late,
                "changes": [asdict(change) for change in version.changes],
                "text_diff": [asdict(line) for line in version.text_diff],
            }
            for version in history.versions
        ],
        "duplicates": [asdict(duplicate) for duplicate in history.duplicates],
        "duplicate_count": history.duplicate_count,
    }


def _versions(connection: duckdb.DuckDBPyConnection, name: str) -> tuple[VersionInHistory, ...]:
    columns = [column.name for column in declared_columns(ArticleVersion)]
    listed = ", ".join(f'"{column}"' for column in columns)
    rows = connection.execute(
        f"select {listed} from article_versions where article_id = ?", [name]
    ).fetchall()
    current = connection.execute(
        "select version_id, ingested_at from articles where article_id = ?", [name]
    ).fetchone()
    records = sorted((_record(dict(zip(columns, row, strict=True))) for row in rows), key=_age)
    history = []
    for before, record in zip([None, *records], records, strict=False):
        version = record.version
        history.append(
            VersionInHistory(
                row=record,
                is_current=current == (version.version_id, record.ingested_at),
                came_in_late=version.revision > 1 and version.supersedes is None,
                changes=_changes(before, record) if before else (),
                text_diff=_text_diff(before, record) if before else (),
            )
        )
    return tuple(history[::-1])


def _record(row: dict[str, object]) -> ArticleVersion:
    pieces = cast("list[dict[str, str]]", row["removed"])
    removed = [Removed(**piece) for piece in pieces]
    return cast("ArticleVersion", from_row(ArticleVersion, row | {"removed": removed}))


def _age(record: ArticleVersion) -> tuple[datetime, int, float, str]:
    """Order of observation as in `tasks.versions`; of equals, the first to come in is newest."""
    fetched_at, ingested_at = record.article.fetched_at, record.ingested_at
    if fetched_at is None or record.article.fetched_at_source == FetchTime.FILE:
        observed_at = ingested_at
    else:
        observed_at = min(fetched_at, ingested_at)
    version = record.version
    return observed_at, version.revision, -ingested_at.timestamp(), version.version_id


def _changes(before: ArticleVersion, after: ArticleVersion) -> tuple[Change, ...]:
    old, new = _columns(before), _columns(after)
    return tuple(
        Change(field, old[field], value)
        for field, value in new.items()
        if field not in _BOOKKEEPING | _TOLD_BY_TEXT_DIFF and value != old[field]
    )


def _text_diff(before: ArticleVersion, after: ArticleVersion) -> tuple[DiffLine, ...]:
    return diff_texts(before.article.content.text, after.article.content.text)


def _columns(record: ArticleVersion) -> dict[str, object]:
    return {name: value for name, value in to_row(record).items() if name not in _INTERNAL}


def _duplicates(
    connection: duckdb.DuckDBPyConnection, record: ArticleVersion
) -> tuple[tuple[Duplicate, ...], int]:
    article = record.article
    ours = article.duplicates
    rows = connection.execute(
        """
        select article_id, coalesce(canonical_url, url), publisher,
            case
                when content_hash = $content_hash then 'exact'
                when duplicate_of = $article_id then duplicate_relation
                when article_id = $duplicate_of then $relation
            end,
            count(*) over ()
        from articles
        where article_id != $article_id and (
            content_hash = $content_hash or cluster_id = $cluster_id
            or duplicate_of = $article_id or article_id = $duplicate_of
        )
        order by first_seen_at, article_id limit $most
        """,
        {
            "article_id": article.article_id,
            "content_hash": ours.content_hash,
            "cluster_id": ours.cluster_id,
            "duplicate_of": ours.duplicate_of,
            "relation": ours.duplicate_relation,
            "most": MOST_DUPLICATES,
        },
    ).fetchall()
    duplicates = tuple(
        Duplicate(article_id=name, url=url, publisher=publisher, relation=relation)
        for name, url, publisher, relation, _ in rows
    )
    return duplicates, rows[0][-1] if rows else 0
