"""Records for tests: complete and valid, so that a test states only what it is about."""

from __future__ import annotations

import dataclasses
import hashlib
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from expectations.records import (
    Article,
    Cleaning,
    Content,
    Duplicates,
    Page,
    PageKind,
    Place,
    Rejection,
    Rights,
    Skip,
    Stage,
    Times,
    Wire,
    rejection,
)
from tasks.commit import Shard
from tasks.shards import SkipRow

TEXT = (
    "TEHRAN - Members of the two chambers of commerce met on Sunday and agreed to open a joint "
    "trade office before the end of the year. The office is to help small exporters with customs "
    "papers, which both sides called the largest obstacle to trade between the two countries."
)


def an_article(**changes: Any) -> Article:
    """A valid article that breaks no rule; `changes` are columns by name, whatever their group.

    `article_id`, `content_hash`, `text_length` and `word_count` follow the URL and the text
    unless they are given.
    """
    text = changes.get("text", TEXT) or ""
    url = changes.get("url", "https://news.example.org/trade/joint-office")
    canonical_url = changes.get("canonical_url", url)
    text_hash = _sha256(text)
    columns: dict[str, Any] = {
        "article_id": _sha256(canonical_url) if canonical_url else text_hash,
        "source_id": "example",
        "url": url,
        "canonical_url": canonical_url,
        "host": "news.example.org" if canonical_url else None,
        "publisher": "Example News",
        "title": "Chambers of commerce agree to open a joint trade office",
        "description": "A joint office is to help small exporters.",
        "authors": ("Sara Ahmadi",),
        "section": "Economy",
        "tags": ("trade",),
        "image_url": None,
        "language": "en",
        "language_score": 0.99,
        "text": text,
        "text_length": len(text),
        "word_count": len(text.split()),
        "published_at": datetime(2026, 6, 21, 8, 30, tzinfo=UTC),
        "published_at_precision": "second",
        "published_at_source": "json-ld",
        "fetched_at": datetime(2026, 6, 22, tzinfo=UTC),
        "license": "CC-BY-4.0",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "license_scope": "article",
        "license_source": "rel",
        "rights_holder": "Example News",
        "extractor": "trafilatura 2.3.1",
        "content_hash": text_hash,
        "duplicate_of": None,
        "raw_ref": "example.warc.gz#0",
    } | changes
    article = Article(
        article_id=columns.pop("article_id"),
        place=_take(Place, columns),
        content=_take(Content, columns),
        times=_take(Times, columns),
        fetched_at=columns.pop("fetched_at"),
        fetched_at_source=columns.pop("fetched_at_source", "warc"),
        wire=_take(Wire, columns),
        rights=_take(Rights, columns),
        cleaning=_take(Cleaning, columns),
        duplicates=_take(Duplicates, columns),
        raw_ref=columns.pop("raw_ref"),
    )
    if columns:
        raise TypeError(f"an article has no column {', '.join(sorted(columns))}")
    return article


def _take(group: type, columns: dict[str, Any]) -> Any:
    names = [field.name for field in dataclasses.fields(group) if field.name in columns]
    return group(**{name: columns.pop(name) for name in names})


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def a_page(**changes: Any) -> Page:
    """A page of plain text, 100 bytes long or so, without a URL."""
    given: dict[str, Any] = {
        "source_id": "example",
        "kind": PageKind.TEXT,
        "body": TEXT.encode(),
        "raw_ref": "example.txt#0",
    }
    return Page(**given | changes)


def a_rejection(**changes: Any) -> Rejection:
    """A critical rejection of the reader."""
    given: dict[str, Any] = {
        "source_id": "example",
        "stage": Stage.READ,
        "rule": "broken_line",
        "detail": "line 3 breaks off",
        "raw_ref": "example.jsonl#120",
    }
    return rejection(**given | changes)


def a_shard(
    *items: Article | Rejection | Skip, run_id: str = "20260101T000000Z-aaaaaa", name: str = "00000"
) -> Shard:
    """A shard ready to commit, whose discovered items are those given."""
    discovered = Counter[str]()
    for item in items:
        source_id = item.place.source_id if isinstance(item, Article) else item.source_id
        discovered[source_id] += item.items if isinstance(item, Skip) else 1
    return Shard(
        run_id=run_id,
        name=name,
        discovered=discovered,
        articles=[item for item in items if isinstance(item, Article)],
        rejections=[item for item in items if isinstance(item, Rejection)],
        skips=[
            SkipRow(item.source_id, item.stage, item.reason, item.detail, item.outcome, item.items)
            for item in items
            if isinstance(item, Skip)
        ],
    )
