"""JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice

from expectations.records import Reason
from tasks.discover.links import (
    MAX_FEED_LINKS,
    Feed,
    HintSource,
    LeftOut,
    Link,
    language_hint,
    resolve,
    time_hint,
    title_hint,
)
from tasks.parsing import Refusal

_VERSION = "jsonfeed.org/version/1"
# 2,000 items of 20 members each have 120,000 of them. So many, with nothing in them, take 60 MB.
_MAX_ELEMENTS = 500_000
# What makes an object of a parser: a string, to its end or the text's, and what begins or goes on.
_ELEMENT = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[{\[,]', re.DOTALL)


def read_json_feed(text: str, *, url: str) -> Feed | Refusal:
    """Read a JSON Feed. Items without an address of their own are left out."""
    if next(islice(_ELEMENT.finditer(text), _MAX_ELEMENTS, None), None) is not None:
        return Refusal(Reason.TOO_LARGE, f"JSON of more than {_MAX_ELEMENTS:,} elements")
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Refusal(Reason.BROKEN_FEED, f"JSON that cannot be read: {str(error)[:200]}")
    if not isinstance(feed, dict) or _VERSION not in str(feed.get("version"))[:100]:
        return Refusal(Reason.BROKEN_FEED, "JSON, but no JSON Feed: its version is not named")
    items = feed.get("items")
    if not isinstance(items, list):
        return Refusal(Reason.BROKEN_FEED, "a JSON Feed without a list of items")
    language = language_hint(feed.get("language"))
    links: dict[str, Link] = {}
    without_address = 0
    for item in items[:MAX_FEED_LINKS]:
        address = _address(item, url) if isinstance(item, dict) else None
        if address is None:
            without_address += 1
        elif address not in links:
            links[address] = Link(
                url=address,
                hint_source=HintSource.FEED,
                title=title_hint(_text(item, "title")),
                published=time_hint(item.get("date_published")),
                modified=time_hint(item.get("date_modified")),
                language=language_hint(item.get("language")) or language,
            )
    return Feed(
        links=tuple(links.values()),
        left_out=tuple(_left_out(len(items) - MAX_FEED_LINKS, without_address)),
    )


def _address(item: Mapping[str, object], base: str) -> str | None:
    """Address of an item: `url`, or an id that is one; `external_url` is another site's page."""
    own = resolve(base, _text(item, "url"))
    identity = _text(item, "id") or ""
    return own or (
        resolve(base, identity) if identity.startswith(("http://", "https://")) else None
    )


def _text(values: Mapping[str, object], name: str) -> str | None:
    value = values.get(name)
    return value if isinstance(value, str) else None


def _left_out(too_many: int, without_address: int) -> Iterator[LeftOut]:
    if too_many > 0:
        yield LeftOut(Reason.TOO_MANY, too_many)
    if without_address:
        yield LeftOut(Reason.NOT_AN_ARTICLE, without_address)
