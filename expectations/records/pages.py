"""Pages: what a source yields, and the items it leaves out on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import pyarrow as pa

from expectations.columns import STRINGS, UTC_MICROSECONDS, Column
from expectations.records.enums import Outcome, PageKind, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Given: fields that came beside the page (a JSONL line, a Parquet row, a registry entry).

    `hinted_by` is set where a feed or sitemap says them: then the page's own words are better.
    """

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
    hinted_by: Annotated[
        str | None, Column(pa.string(), "feed or sitemap, if what is given is but a hint")
    ] = None
    registry_license: Annotated[
        str | None, Column(pa.string(), "License of its source in the registry, SPDX or LicenseRef")
    ] = None
    registry_license_url: Annotated[
        str | None, Column(pa.string(), "Address of that license, as the registry has it")
    ] = None
    registry_license_evidence: Annotated[
        str | None, Column(pa.string(), "Words, or address, that the registry names for it")
    ] = None
    registry_holder: Annotated[
        str | None, Column(pa.string(), "Name of the registered site that it belongs to")
    ] = None


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
    reserved: Annotated[
        tuple[str, ...], Column(STRINGS, "Rights that the response's headers reserve")
    ] = ()
    given: Given = NOTHING_GIVEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """An item without a page: counted in the funnel, no row in quarantine.

    `outcome`: SKIPPED if it was left out on purpose, FAILED if it could not be had this time,
    UNCHANGED if its server says so. It may stand for several `items` of one fate. `raw_ref` is
    where it, or the last of them, was met, for who must know that it was counted.
    """

    source_id: str
    reason: str
    stage: Stage = Stage.READ
    detail: str = ""
    outcome: Outcome = Outcome.SKIPPED
    items: int = 1
    raw_ref: str | None = None
