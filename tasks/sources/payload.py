"""A payload to a page: what it is by its type and its bytes, and why it may be none."""

from __future__ import annotations

import re
from dataclasses import replace

from expectations.records import Page, PageKind, Reason, Rejection, Skip, Stage, reject_page
from tasks.sources.http import charset, media_type
from tasks.sources.inputs import printable
from tasks.sources.sniff import HEAD_BYTES, has_html_root, looks_like_html, why_binary

_HTML_TYPES = ("text/html", "application/xhtml+xml", "application/vnd.wap.xhtml+xml")
_NO_TYPES = ("", "unknown/unknown", "application/unknown", "application/x-unknown")
# Types that are no page whatever their bytes look like: a script may hold HTML in a string.
_OTHER_TYPE = re.compile(
    r"(image|video|audio|font|model|multipart|message)/"
    r"|(text|application)/(x-)?(javascript|ecmascript|css|json|font.*|pdf|zip|gzip|tar)$"
    r"|(text|application)/.*\+(json|zip|gzip)$|application/vnd\.(ms-|openxmlformats|oasis)"
)
_XML_TYPE = re.compile(r"(text|application)/(.*\+)?xml$")


def judge_payload(
    page: Page, content_type: str, *, max_bytes: int, stage: Stage = Stage.READ
) -> Page | Rejection | Skip:
    """Find out what a page's bytes are, whose kind and charset are not known yet.

    Args:
        page: Everything else about it.
        content_type: As its server or its archive states it; may be empty.
        max_bytes: Larger pages are rejected.
        stage: Stage of a rejection or skip.
    """
    if not page.body:
        return reject_page(page, stage, Reason.EMPTY, "there is no payload")
    if len(page.body) > max_bytes:
        what = f"{len(page.body)} bytes, more than {max_bytes}"
        return reject_page(page, stage, Reason.TOO_LARGE, what)
    kind = kind_of_payload(content_type, page.body[:HEAD_BYTES])
    if kind is None:
        what = printable(media_type(content_type))
        return Skip(source_id=page.source_id, reason=Reason.MEDIA_TYPE, stage=stage, detail=what)
    if binary := why_binary(page.body[:HEAD_BYTES]):
        return reject_page(page, stage, Reason.BINARY, binary)
    return replace(page, kind=kind, charset=charset(content_type))


def is_other_medium(content_type: str) -> bool:
    """Whether a type is that of no page, whatever the bytes are."""
    return _OTHER_TYPE.match(media_type(content_type)) is not None


def kind_of_payload(content_type: str, head: bytes) -> PageKind | None:
    """What a payload is by its type; where that says nothing, or oddly, by its bytes."""
    declared = media_type(content_type)
    if declared in _HTML_TYPES:
        return PageKind.HTML
    if declared == "text/plain":
        return PageKind.TEXT
    if _OTHER_TYPE.match(declared):
        return None
    if _XML_TYPE.match(declared):
        return PageKind.HTML if has_html_root(head) else None
    if looks_like_html(head):
        return PageKind.HTML
    return PageKind.TEXT if declared in _NO_TYPES else None
