"""Record types: what flows through a run and what lies in the tables.

Values of the enums are stored, so they are never renamed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import pyarrow as pa

from expectations.columns import STRINGS, UTC_MICROSECONDS, Column

REMOVED = pa.list_(
    pa.field(
        "element",
        pa.struct(
            [
                pa.field("kind", pa.string(), nullable=False),
                pa.field("text", pa.string(), nullable=False),
            ]
        ),
        nullable=False,
    )
)


class Stage(StrEnum):
    """Where in the pipeline an outcome fell."""

    READ = "read"
    FETCH = "fetch"
    DECODE = "decode"
    EXTRACT = "extract"
    VALIDATE = "validate"
    COMMIT = "commit"


class Outcome(StrEnum):
    """What became of an item. All but DISCOVERED add up to DISCOVERED."""

    DISCOVERED = "discovered"
    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    SKIPPED = "skipped"
    FAILED = "failed"


class Severity(StrEnum):
    """What a failed rule does: CRITICAL quarantines the row, the others stay as data."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"


class Reason(StrEnum):
    """Rules of the stages before validation; validation's rules are named in the suites."""

    # read
    EMPTY = "empty"
    VANISHED = "vanished"
    NO_PERMISSION = "no_permission"
    UNREADABLE = "unreadable"
    UNKNOWN_KIND = "unknown_kind"
    DAMAGED_ARCHIVE = "damaged_archive"
    BROKEN_LINE = "broken_line"
    BROKEN_ROW = "broken_row"
    MISSING_COLUMNS = "missing_columns"
    MISSING_CONTENT = "missing_content"
    TOO_LARGE = "too_large"
    # read, skipped
    NOT_AN_INPUT = "not_an_input"
    NEEDS_FETCHING = "needs_fetching"
    HTTP_STATUS = "http_status"
    MEDIA_TYPE = "media_type"
    REVISIT = "revisit"
    # decode
    BINARY = "binary"
    UNDECODABLE = "undecodable"
    # extract
    NO_TEXT = "no_text"
    UNPARSABLE = "unparsable"
    TOO_DEEP = "too_deep"
    TOO_MANY_ELEMENTS = "too_many_elements"
    DEADLINE = "deadline"
    MEMORY = "memory"
    WORKER_DIED = "worker_died"
    CONSENT_WALL = "consent_wall"
    PAYWALL = "paywall"
    JAVASCRIPT_REQUIRED = "javascript_required"
    INTERNAL_ERROR = "internal_error"


class FetchTime(StrEnum):
    """Who says when a page's bytes were obtained."""

    WARC = "warc"
    GIVEN = "given"
    FILE = "file"


class PageKind(StrEnum):
    """What a page's bytes are."""

    HTML = "html"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Given: fields that came beside the page (a JSONL line, a Parquet row, a registry entry)."""

    given_title: Annotated[str | None, Column(pa.string(), "Headline as given")] = None
    given_description: Annotated[str | None, Column(pa.string(), "Summary as given")] = None
    given_authors: Annotated[tuple[str, ...], Column(STRINGS, "Authors as given")] = ()
    given_published: Annotated[str | None, Column(pa.string(), "Publication time as given")] = None
    given_modified: Annotated[str | None, Column(pa.string(), "Modification time as given")] = None
    given_publisher: Annotated[str | None, Column(pa.string(), "Publisher as given")] = None
    given_section: Annotated[str | None, Column(pa.string(), "Section as given")] = None
    given_tags: Annotated[tuple[str, ...], Column(STRINGS, "Tags as given")] = ()
    given_image_url: Annotated[str | None, Column(pa.string(), "Image as given")] = None
    given_language: Annotated[str | None, Column(pa.string(), "Language as given")] = None
    given_license: Annotated[str | None, Column(pa.string(), "License as given")] = None


NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Bytes as fetched or read, with what is known about them."""

    source_id: Annotated[str, Column(pa.string(), "Source the page came from")]
    kind: Annotated[PageKind, Column(pa.string(), "html or text")]
    body: Annotated[bytes, Column(pa.large_binary(), "The bytes, content encoding undone")]
    raw_ref: Annotated[str, Column(pa.string(), "`file#offset`: where the bytes can be read again")]
    url: Annotated[str | None, Column(pa.string(), "URL as fetched or given")] = None
    charset: Annotated[str | None, Column(pa.string(), "charset of the Content-Type header")] = None
    fetched_at: Annotated[
        datetime | None, Column(UTC_MICROSECONDS, "When the bytes were obtained")
    ] = None
    fetched_at_source: Annotated[
        str | None, Column(pa.string(), "warc, given or file: who says so")
    ] = None
    given: Given = NOTHING_GIVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An item left out on purpose: counted in the funnel, no row in quarantine."""

    source_id: str
    reason: str
    stage: Stage = Stage.READ
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Rejection: a record that did not pass, and why."""

    source_id: Annotated[str, Column(pa.string(), "Source the record came from")]
    url: Annotated[str | None, Column(pa.string(), "URL, if it is known")]
    stage: Annotated[
        Stage, Column(pa.string(), "read, fetch, decode, extract or validate: where it failed")
    ]
    rule: Annotated[str, Column(pa.string(), "The rule it broke; the first, if several")]
    severity: Annotated[Severity, Column(pa.string(), "critical: the record is not in `articles`")]
    failed_rules: Annotated[tuple[str, ...], Column(STRINGS, "All rules that it broke")]
    detail: Annotated[str, Column(pa.string(), "What was found, for a person")]
    raw_ref: Annotated[
        str | None, Column(pa.string(), "`file#offset` of the raw bytes, to try again from")
    ]
    record: Annotated[str, Column(pa.string(), "The record as it stood when it failed, as JSON")]


def rejection(  # noqa: PLR0913 - a rejection's parts, all named at the call
    *,
    source_id: str,
    stage: Stage,
    rule: str,
    detail: str,
    raw_ref: str | None,
    url: str | None = None,
    record: str = "{}",
) -> Rejection:
    """Build a critical rejection for one broken rule."""
    return Rejection(
        source_id=source_id,
        url=url,
        stage=stage,
        rule=str(rule),
        severity=Severity.CRITICAL,
        failed_rules=(str(rule),),
        detail=detail,
        raw_ref=raw_ref,
        record=record,
    )


def reject_page(page: Page, stage: Stage, reason: Reason, detail: str) -> Rejection:
    """Reject a page for one reason."""
    return rejection(
        source_id=page.source_id,
        url=page.url,
        stage=stage,
        rule=reason,
        detail=detail,
        raw_ref=page.raw_ref,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """Quarantine: rejections, one row each."""

    rejection_id: Annotated[
        str, Column(pa.string(), "SHA-256 hex of source, place, stage, rule and record")
    ]
    run_id: Annotated[str, Column(pa.string(), "Run that rejected it first")]
    rejection: Rejection
    rejected_at: Annotated[datetime, Column(UTC_MICROSECONDS, "When it was rejected")]
    status: Annotated[str, Column(pa.string(), "open, requeued or resolved")]


@dataclass(frozen=True, slots=True)
class Removed:
    """A piece cut from the text: what it was taken for, and its words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Place: where the article stands."""

    source_id: Annotated[str, Column(pa.string(), "Registry name, or the file or folder ingested")]
    url: Annotated[str | None, Column(pa.string(), "URL as fetched or given, credentials removed")]
    canonical_url: Annotated[
        str | None,
        Column(pa.string(), "Normalised URL; the page's canonical link if it is on the same host"),
    ]
    host: Annotated[str | None, Column(pa.string(), "Host of `canonical_url`, without `www.`")]
    publisher: Annotated[str | None, Column(pa.string(), "Who publishes it, as the page says")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """Content: what the article says."""

    title: Annotated[
        str | None, Column(pa.string(), "Headline without the site's name; null if there is none")
    ]
    description: Annotated[str | None, Column(pa.string(), "Summary or standfirst")]
    authors: Annotated[tuple[str, ...], Column(STRINGS, "People and organisations, as named")]
    section: Annotated[str | None, Column(pa.string(), "Section or category")]
    tags: Annotated[tuple[str, ...], Column(STRINGS, "Keywords")]
    image_url: Annotated[str | None, Column(pa.string(), "Lead image")]
    language: Annotated[str | None, Column(pa.string(), "ISO 639-1 code")]
    language_score: Annotated[
        float | None, Column(pa.float64(), "Probability of `language`, 0 to 1")
    ]
    text: Annotated[str, Column(pa.string(), "Body, Unicode NFC, one paragraph a line")]
    text_length: Annotated[int, Column(pa.int64(), "Length of `text` in Unicode code points")]
    word_count: Annotated[
        int, Column(pa.int64(), "Words of `text`; CJK and Thai characters count as one each")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Time: when it was published and changed."""

    published_at: Annotated[
        datetime | None, Column(UTC_MICROSECONDS, "Publication time in UTC; null if undated")
    ] = None
    published_at_precision: Annotated[
        str | None, Column(pa.string(), "second, minute or day: how exact the source is")
    ] = None
    published_at_source: Annotated[
        str | None,
        Column(pa.string(), "json-ld, meta, feed, sitemap, html, dateline, url or given"),
    ] = None
    date_conflict: Annotated[
        bool, Column(pa.bool_(), "Dates found differ by more than two days")
    ] = False
    modified_at: Annotated[
        datetime | None, Column(UTC_MICROSECONDS, "Last modification as the page says")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Wire: what an agency puts before its text."""

    dateline_place: Annotated[str | None, Column(pa.string(), "Place of the dateline")] = None
    dateline_date: Annotated[
        str | None, Column(pa.string(), "Date of the dateline, as written")
    ] = None
    agency: Annotated[str | None, Column(pa.string(), "News agency named in the dateline")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """Rights: whose it is and what may be done with it."""

    license: Annotated[
        str | None,
        Column(
            pa.string(), "SPDX id, or LicenseRef-... where SPDX has none; null if nothing is said"
        ),
    ] = None
    license_url: Annotated[str | None, Column(pa.string(), "Address of the license's text")] = None
    license_scope: Annotated[
        str | None,
        Column(pa.string(), "article, site, text-only or unknown: what the words cover"),
    ] = None
    license_source: Annotated[
        str | None,
        Column(pa.string(), "rel, json-ld, meta, text, link, registry or given: who said so"),
    ] = None
    license_evidence: Annotated[str | None, Column(pa.string(), "The very words")] = None
    license_conflict: Annotated[bool, Column(pa.bool_(), "Statements found disagree")] = False
    rights_holder: Annotated[str | None, Column(pa.string(), "Who holds the rights")] = None
    attribution: Annotated[str | None, Column(pa.string(), "A credit line ready to print")] = None
    rights_reserved: Annotated[
        tuple[str, ...], Column(STRINGS, "Machine-readable reservations, such as noai")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaning:
    """Cleaning: what was cut, by whom, with what doubts."""

    removed: Annotated[
        tuple[Removed, ...], Column(REMOVED, "Pieces cut from the text: {kind, text}")
    ] = ()
    extractor: Annotated[str, Column(pa.string(), "Tool that found the body, with its version")]
    warnings: Annotated[
        tuple[str, ...], Column(STRINGS, "Rules of severity warning that it broke, and doubts")
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicates:
    """Duplicates: other articles with this text."""

    content_hash: Annotated[
        str, Column(pa.string(), "SHA-256 hex of the text, case, space and punctuation folded")
    ]
    duplicate_of: Annotated[str | None, Column(pa.string(), "`article_id` it repeats")] = None
    duplicate_relation: Annotated[str | None, Column(pa.string(), "exact, near or syndicated")] = (
        None
    )
    similarity: Annotated[float | None, Column(pa.float64(), "0 to 1")] = None
    cluster_id: Annotated[str | None, Column(pa.string(), "Shared by all copies of a text")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one canonical URL publishes, as one page shows it."""

    article_id: Annotated[
        str,
        Column(
            pa.string(),
            "SHA-256 hex of `canonical_url`; of the normalised text where there is no URL",
        ),
    ]
    place: Place
    content: Content
    times: Times
    fetched_at: Annotated[
        datetime | None,
        Column(UTC_MICROSECONDS, "When the bytes were obtained, as far as it is known"),
    ]
    fetched_at_source: Annotated[
        str | None,
        Column(
            pa.string(),
            "warc (WARC-Date), given, or file (when it was last written, which may not be when it "
            "was fetched)",
        ),
    ]
    wire: Wire
    rights: Rights
    cleaning: Cleaning
    duplicates: Duplicates
    raw_ref: Annotated[str, Column(pa.string(), "`file#offset` of the raw bytes")]


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
    published_month: Annotated[
        str, Column(pa.string(), "YYYY-MM of `published_at`, or `unknown`: the partition")
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One event of a run: its start or its end. The view `runs` shows the newest of each run."""

    run_id: Annotated[str, Column(pa.string(), "Name of the run; sorts by time of start")]
    flow: Annotated[str, Column(pa.string(), "ingest, compact, ...")]
    status: Annotated[str, Column(pa.string(), "running, completed, gate-failed or failed")]
    started_at: Annotated[datetime, Column(UTC_MICROSECONDS, "Start of the run")]
    ended_at: Annotated[datetime | None, Column(UTC_MICROSECONDS, "End; null while it runs")]
    sources: Annotated[tuple[str, ...], Column(STRINGS, "SOURCE arguments as given")]
    detail: Annotated[str | None, Column(pa.string(), "What went wrong, if it failed")]
    pipeline_version: Annotated[str, Column(pa.string(), "Version of Broadsheet that ran")]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelCount:
    """Items of one run and source with one outcome."""

    run_id: Annotated[str, Column(pa.string(), "Run")]
    shard: Annotated[str, Column(pa.string(), "Shard that was counted")]
    source_id: Annotated[str, Column(pa.string(), "Source")]
    stage: Annotated[Stage, Column(pa.string(), "Stage that decided the outcome")]
    outcome: Annotated[
        Outcome,
        Column(
            pa.string(),
            "discovered, new, updated, unchanged, rejected, skipped or failed",
        ),
    ]
    reason: Annotated[str | None, Column(pa.string(), "Rule or reason; null where none is needed")]
    items: Annotated[int, Column(pa.int64(), "How many")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One measure of one run and source."""

    run_id: Annotated[str, Column(pa.string(), "Run")]
    source_id: Annotated[str | None, Column(pa.string(), "Source; null for the whole run")]
    metric: Annotated[str, Column(pa.string(), "Name, such as `rule.text_not_empty.failed`")]
    value: Annotated[float, Column(pa.float64(), "What was measured")]
    n: Annotated[int | None, Column(pa.int64(), "Rows it was measured on")]
    baseline: Annotated[float | None, Column(pa.float64(), "What was expected; null until known")]
    verdict: Annotated[str | None, Column(pa.string(), "ok, warn or fail; null if not judged")]
    at: Annotated[datetime, Column(UTC_MICROSECONDS, "When it was measured")]
