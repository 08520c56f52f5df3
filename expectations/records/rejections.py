"""Rejections: records that did not pass, and their rows in quarantine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import pyarrow as pa

from expectations.columns import STRINGS, UTC_MICROSECONDS, Column
from expectations.records.enums import Reason, Severity, Stage
from expectations.records.pages import Page


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
