"""Versions: an article's states in the lake, one row each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import pyarrow as pa

from expectations.columns import UTC_MICROSECONDS, Column
from expectations.records.articles import Article


class ChangedBy(StrEnum):
    """Who made a version differ from the one that it supersedes."""

    PUBLISHER = "publisher"
    PIPELINE = "pipeline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Version: one state of an article in the lake."""

    version_id: Annotated[
        str, Column(pa.string(), "SHA-256 hex of article, revision's parent and published content")
    ]
    version_hash: Annotated[
        str, Column(pa.string(), "SHA-256 hex of the published content that makes a version")
    ]
    revision: Annotated[int, Column(pa.int64(), "1 for the first version, 2 for the next, ...")]
    supersedes: Annotated[str | None, Column(pa.string(), "`version_id` that this one replaces")]
    version_key: Annotated[
        int, Column(pa.int64(), "First 8 bytes of `version_id`, for quick joins")
    ]
    retires: Annotated[
        int | None,
        Column(
            pa.int64(),
            "`version_key` of the version that is not current since this one came in: the one it "
            "supersedes, or itself if it is an older state that came in late",
        ),
    ]
    first_seen_at: Annotated[
        datetime, Column(UTC_MICROSECONDS, "When the article's first version was ingested")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleVersion:
    """One row of `article_versions`."""

    version: Version
    article: Article
    run_id: Annotated[str, Column(pa.string(), "Run that committed the version")]
    ingested_at: Annotated[datetime, Column(UTC_MICROSECONDS, "When it was committed")]
    pipeline_version: Annotated[str, Column(pa.string(), "Version of Broadsheet that wrote it")]
    changed_by: Annotated[
        str | None,
        Column(
            pa.string(),
            "publisher, or pipeline if the same page came out differently (of another version of "
            "Broadsheet, or by another entry of the registry); null if it supersedes none",
        ),
    ] = None
    fields_hash: Annotated[
        str | None,
        Column(
            pa.string(),
            "First half of a SHA-256 in hex over all fields that extraction finds: by it "
            "`reprocess` sees what `version_hash` leaves out",
        ),
    ] = None
    published_month: Annotated[
        str, Column(pa.string(), "YYYY-MM of `published_at`, or `unknown`: the partition")
    ]
