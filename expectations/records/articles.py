"""Articles: what a page says, in groups of columns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
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
    title_source: Annotated[
        str | None,
        Column(pa.string(), "given, json-ld, meta, html, text, feed or sitemap: who states it"),
    ] = None
    authors_source: Annotated[
        str | None, Column(pa.string(), "The same of the authors; null if there are none")
    ] = None


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
        tuple[Removed, ...],
        Column(
            REMOVED,
            "Pieces cut from the text, of plain text in its order: {kind, text}; kinds are "
            "headline, kicker, date-line, byline, author-note, caption, picture-credit, side-box, "
            "related-link, invitation, consent-notice, repeat, bare-heading, not-in-articlebody "
            "(the page's own JSON-LD ends before it), slug, advisory, correction, credit, "
            "editor-note, contact, end-mark, license-footer, copyright-footer",
        ),
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
    page_hash: Annotated[
        str | None,
        Column(
            pa.string(),
            "First half of a SHA-256 in hex, over the page, what was given beside it, and the code "
            "that read it: an equal page is known to be unchanged; null if time alone may change "
            "the article",
        ),
    ] = None
    raw_hash: Annotated[
        str | None,
        Column(
            pa.string(),
            "First half of a SHA-256 in hex, over the page's bytes and what was given beside them: "
            "where two versions have the same, the publisher has changed nothing",
        ),
    ] = None
