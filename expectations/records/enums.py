"""Enums: stages, outcomes, severities, reasons, and kinds of pages and times.

Values of the enums are stored, so they are never renamed.
"""

from __future__ import annotations

from enum import StrEnum


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
    # fetch, failed
    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    PROTOCOL = "protocol"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    ROBOTS_UNREACHABLE = "robots_unreachable"
    # fetch, skipped
    ROBOTS = "robots"
    FORBIDDEN_ADDRESS = "forbidden_address"
    EXCLUDED = "excluded"
    NOT_AN_ARTICLE = "not_an_article"
    NOT_DUE = "not_due"
    TOO_MANY = "too_many"
    # fetch, unchanged
    NOT_MODIFIED = "not_modified"
    # fetch, rejected
    BROKEN_FEED = "broken_feed"
    BROKEN_SITEMAP = "broken_sitemap"
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
    ERROR_PAGE = "error_page"
    CHALLENGE = "challenge"
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
