"""Rows of JSONL and Parquet to pages: fields by the names in use, no schema asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from expectations.records import FetchTime, Given, Page, PageKind, Reason, Rejection
from tasks.sources.inputs import Input
from tasks.sources.sniff import looks_like_html
from tasks.sources.times import as_iso, parse_time

# The better name first. Case, `_`, `-` and spaces do not count: `datePublished` = `date_published`.
# From schema.org, RSS and Atom, dolma, datatrove, news-please, newspaper, trafilatura, NewsAPI.
_NAMES = {
    "url": "url uri link sourceurl pageurl articleurl weburl originalurl permalink canonicalurl"
    " warctargeturi",
    "html": "html rawhtml htmlcontent contenthtml pagehtml bodyhtml",
    "text": "text articlebody body maintext articletext fulltext plaintext article content rawtext"
    " bodytext cleanedtext rawcontent",
    "title": "title headline heading",
    "description": "description summary abstract excerpt standfirst lead dek",
    "authors": "authors author byline creator writer",
    "published": "publishedat published datepublished publisheddate publishdate datepublish"
    " pubdate publicationdate publishedtime publishtime firstpublished date datetime"
    " created createdat",
    "modified": "modifiedat modified datemodified datemodify modifieddate lastmodified updatedat"
    " updated dateupdated updateddate",
    "fetched": "fetchedat crawldate crawledat datedownload downloaddate downloadedat datecrawled"
    " crawltimestamp retrievedat scrapedat accessed warcdate timestamp added",
    "publisher": "publisher publishername sitename sourcename outlet newspaper sourcedomain source",
    "section": "section articlesection category categories channel",
    "tags": "tags keywords",
    "image": "imageurl image leadimage topimage mainimage thumbnail",
    "language": "language lang languagecode inlanguage",
    "license": "license licence licenseurl rights",
}
_PLACES = {
    name: (field, rank)
    for field, names in _NAMES.items()
    for rank, name in enumerate(names.split())
}
_NESTED = ("metadata", "meta")  # dolma and its kin keep the rest there
_BODY_FIELDS = ("html", "text")
_LIST_SEPARATOR = re.compile(r"[,;،、，；]")
_ENOUGH_TO_JUDGE = 1024
_MAX_NAMES = 20  # as many as a message lists


def is_wanted(name: str) -> bool:
    """Tell whether a column of this name is of use."""
    return _place(name) is not None or name.lower() in _NESTED


def may_hold_page(name: str) -> bool:
    """Tell whether a column of this name may hold the page itself, or hold such a field."""
    place = _place(name)
    return name.lower() in _NESTED or (place is not None and place[0] in _BODY_FIELDS)


def list_names(names: Iterable[str]) -> str:
    """Names for a message: the first few, each cut short."""
    listed = [name[:40] for name in names]
    more = ", ..." if len(listed) > _MAX_NAMES else ""
    return ", ".join(listed[:_MAX_NAMES]) + more if listed else "none"


def read_row(row: Mapping[str, object], source: Input, *, offset: int) -> Page | Rejection:
    """Make a page of a row; `offset` is where the row stands in its file.

    HTML wins over text, since more can be read from it; text that begins with mark-up is
    taken as HTML. The body is UTF-8, and a lone surrogate in it (half an escape in JSON) becomes
    U+FFFD: passed on as it is, it would make the whole text look as if it were not UTF-8.
    """
    fields = _fields(row)
    url = _text(fields.get("url"))
    html, text = _body(fields.get("html")), _body(fields.get("text"))
    if html is None and text is None:
        what = f"neither text nor HTML; fields found: {list_names(row)}"
        return source.reject(Reason.MISSING_CONTENT, what, offset=offset, url=url)
    body = html if html is not None else text or b""
    if len(body) > source.max_page_bytes:
        what = f"{len(body)} bytes, more than {source.max_page_bytes}"
        return source.reject(Reason.TOO_LARGE, what, offset=offset, url=url)
    is_html = html is not None or looks_like_html(body[:_ENOUGH_TO_JUDGE])
    fetched_at = parse_time(fields.get("fetched"))
    decoded = not isinstance(fields["text" if html is None else "html"], bytes)
    return Page(
        source_id=source.source_id,
        kind=PageKind.HTML if is_html else PageKind.TEXT,
        body=body,
        raw_ref=source.ref(offset),
        url=url,
        charset="utf-8" if decoded else None,
        fetched_at=fetched_at or source.modified_at,
        fetched_at_source=FetchTime.GIVEN if fetched_at else FetchTime.FILE,
        given=_given(fields),
    )


def _given(fields: Mapping[str, object]) -> Given:
    return Given(
        given_title=_text(fields.get("title")),
        given_description=_text(fields.get("description")),
        given_authors=_texts(fields.get("authors")),
        given_published=_time(fields.get("published")),
        given_modified=_time(fields.get("modified")),
        given_publisher=_text(fields.get("publisher")),
        given_section=_text(fields.get("section")),
        given_tags=_tags(fields.get("tags")),
        given_image_url=_text(fields.get("image")),
        given_language=_text(fields.get("language")),
        given_license=_text(fields.get("license")),
    )


@lru_cache(maxsize=4096)
def _place(name: str) -> tuple[str, int] | None:
    if len(name) > 40:  # noqa: PLR2004 - longer than any name above
        return None
    return _PLACES.get(re.sub(r"[\W_]", "", name.lower()))


def _fields(row: Mapping[str, object]) -> dict[str, object]:
    fields = _named(row)
    for name, value in row.items():
        if isinstance(value, dict) and name.lower() in _NESTED:
            fields = _named(value) | fields
    return fields


def _named(row: Mapping[str, object]) -> dict[str, object]:
    best: dict[str, tuple[int, object]] = {}
    for name, value in row.items():
        place = _place(name)
        if place is None or _is_blank(value):
            continue
        field, rank = place
        if field in _BODY_FIELDS and not isinstance(value, str | bytes):
            continue  # `article: {...}` or `content: [...]` is no body
        if field not in best or rank < best[field][0]:
            best[field] = (rank, value)
    return {field: value for field, (_, value) in best.items()}


def _is_blank(value: object) -> bool:
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value in (b"", [], {})


def _body(value: object) -> bytes | None:
    if isinstance(value, str):
        return _clean(value).encode("utf-8")
    return value if isinstance(value, bytes) else None


def _clean(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        # Through UTF-16, where the two halves of a pair find each other.
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _text(value: object) -> str | None:
    """One text of a string, of an object with a name or URL, or of the first of a list."""
    if isinstance(value, str):
        return _clean(value).strip() or None
    if isinstance(value, dict):
        return next((text for key in ("name", "url") if (text := _text(value.get(key)))), None)
    if isinstance(value, list):
        return next((text for each in value if (text := _text(each))), None)
    return None


def _texts(value: object) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(text for each in values if (text := _text(each)))


def _tags(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(tag for part in _LIST_SEPARATOR.split(_clean(value)) if (tag := part.strip()))
    return _texts(value)


def _time(value: object) -> str | None:
    text = as_iso(value)
    return None if text is None else _clean(text)
