"""What is found about the rights in a text: licenses, and who states them in which words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class License:
    """A license as read from words: its SPDX id or LicenseRef, and its address."""

    spdx: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """Somebody's word about the rights in a text.

    `spdx` is None where only the holder is named. `scope`: article, site, text-only or unknown.
    `source`: rel, json-ld, meta, text, link, registry or given. `span`: where the sentence stands
    in the text that was read.
    """

    spdx: str | None
    url: str | None
    scope: str
    source: str
    evidence: str
    holder: str | None = None
    span: tuple[int, int] | None = None
