"""JSON-LD: what a page's scripts say in schema.org's words about its article.

Scripts are written by hand into templates, so they are often not quite JSON, and by anybody, so
they may be huge or nested without end: nothing here recurses into them, and all work is capped.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from tasks.metadata.strings import fold

# The largest on 268 pages of real publishers is under 60,000 characters. A million costs about
# 10 ms; what is beyond is left unread.
MAX_SCRIPT_CHARS = 1_000_000
MAX_NODES = 20_000
MAX_LISTED = 200
_MAX_WRAPPINGS = 4  # {"name": [{"@value": "..."}]}

# Keys under which a page's own article stands. Other keys (`hasPart`, `itemListElement`,
# `relatedLink`, `liveBlogUpdate`...) hold other articles.
_LEADS_TO_ARTICLE = ("@graph", "mainEntity", "mainEntityOfPage")
_SCHEMA_PREFIX = re.compile(r"^(?:https?://schema\.org/|schema:)")
_WEAK_TYPES = frozenset({"creativework", "recipe", "review", "itempage", "webpage"})
_AUTHOR_TYPES = frozenset({"person", "organization", "newsmediaorganization"})

_WRAPPING = re.compile(r"<!\[CDATA\[|\]\]>|<!--|-->")
# Strings are matched first, and kept, so that nothing inside one is taken for a comment. What is
# never closed runs to the end: tried again from each quote, it would cost the square of its length.
_NOT_JSON = re.compile(
    r'("(?:[^"\\]|\\.)*(?:"|\\?\Z))'
    r"|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)|,(?=\s*[}\]])",
    re.DOTALL,
)
_ARTICLE_NAMED = re.compile(r'"@type"\s*:\s*(?:\[\s*)?"[A-Za-z]{0,40}(?:Article|Posting)"')
_SALVAGED = re.compile(
    r'"(headline|datePublished|dateModified)"\s*:\s*"((?:[^"\\\n]|\\.){1,1000})"\s*[,}\n]'
)

JsonObject = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Contributor:
    """An author as JSON-LD names him, her or it."""

    name: str
    is_organization: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedArticle:
    """One article node, values as written."""

    is_article: bool
    headlines: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    authors: tuple[Contributor, ...] = ()
    published: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()
    publisher: str | None = None
    description: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image: str | None = None
    language: str | None = None
    license: str | None = None
    copyright_holder: str | None = None
    is_paywalled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedData:
    """Nodes that may describe the page's article, articles first; `broken`: a script was lost."""

    nodes: tuple[LinkedArticle, ...] = ()
    broken: bool = False
    too_large: bool = False

    def about(self, urls: Iterable[str], titles: Iterable[str]) -> tuple[LinkedArticle, ...]:
        """Nodes that speak of this page, the best first.

        A page may also carry its teasers as article nodes. Those that give this page's address
        or headline are taken; if none does, the first article; behind them the page's own
        WebPage node, which often knows the date and the author too.
        """
        paths = {_path(url) for url in urls} - {"", "/"}
        folded = {fold(title) for title in titles} - {""}
        articles = [node for node in self.nodes if node.is_article]
        own = [
            node
            for node in articles
            if any(fold(headline) in folded for headline in node.headlines)
            or any(_path(address) in paths for address in node.addresses)
        ]
        own.sort(key=lambda node: not node.headlines)
        return (*(own or articles[:1]), *(node for node in self.nodes if not node.is_article))


def read_linked_data(scripts: Iterable[str]) -> LinkedData:
    """Read the page's `application/ld+json` scripts. Never raises for what is in them."""
    roots: list[object] = []
    salvaged: list[LinkedArticle] = []
    broken = too_large = False
    room = MAX_SCRIPT_CHARS
    for script in scripts:
        room -= len(script)
        if room < 0:
            too_large = True
            break
        values = _parse(script)
        if values is None:
            broken = True
            salvaged.extend(_salvage(script))
        else:
            roots.extend(values)
    index = _index(roots)
    nodes = [_read_node(node, index) for node in _candidates(roots)]
    nodes += salvaged
    nodes.sort(key=lambda node: not node.is_article)
    return LinkedData(nodes=tuple(nodes), broken=broken, too_large=too_large)


def _parse(script: str) -> list[object] | None:
    """All JSON values of a script one after another; None if it cannot be mended simply."""
    text = script.strip()
    for attempt in (_as_is, _unwrapped, _unescaped):
        try:
            return _decode_all(attempt(text))
        except (ValueError, RecursionError):
            continue
    return None


def _as_is(text: str) -> str:
    return text


def _unwrapped(text: str) -> str:
    return _NOT_JSON.sub(lambda match: match[1] or "", _WRAPPING.sub("", text))


def _unescaped(text: str) -> str:
    return _unwrapped(html.unescape(text)) if "&quot;" in text or "&#34;" in text else ""


_DECODER = json.JSONDecoder(strict=False)  # raw newlines and controls in strings are common


def _decode_all(text: str) -> list[object]:
    values: list[object] = []
    at = 0
    while at < len(text):
        if text[at] in " \t\r\n;,":
            at += 1
            continue
        value, at = _DECODER.raw_decode(text, at)
        values.append(value)
    if not values:
        message = "no JSON value"
        raise ValueError(message)
    return values


def _salvage(script: str) -> Iterator[LinkedArticle]:
    """Headline and dates of a script that is no JSON, if it names an article."""
    if _ARTICLE_NAMED.search(script) is None:
        return
    found: dict[str, str] = {}
    for match in _SALVAGED.finditer(script):
        try:
            found.setdefault(match[1], str(json.loads(f'"{match[2]}"', strict=False)))
        except ValueError:
            continue
    if found:
        yield LinkedArticle(
            is_article=True,
            headlines=_one(found.get("headline")),
            published=_one(found.get("datePublished")),
            modified=_one(found.get("dateModified")),
        )


def _one(value: str | None) -> tuple[str, ...]:
    return () if value is None else (value,)


def _index(roots: list[object]) -> dict[str, JsonObject]:
    """Nodes by `@id`, for references; the fullest of each id."""
    index: dict[str, JsonObject] = {}
    waiting: list[object] = list(reversed(roots))
    for _ in range(MAX_NODES):
        if not waiting:
            break
        value = waiting.pop()
        if isinstance(value, dict):
            key = value.get("@id")
            if isinstance(key, str) and len(value) > len(index.get(key, {})):
                index[key] = value
            waiting.extend(child for child in value.values() if isinstance(child, (dict, list)))
        elif isinstance(value, list):
            waiting.extend(child for child in value if isinstance(child, (dict, list)))
    return index


def _candidates(roots: list[object]) -> Iterator[JsonObject]:
    waiting: list[object] = list(reversed(roots))
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            types = _types(value)
            if types & _WEAK_TYPES or any(map(_is_article_type, types)):
                yield value
            waiting.extend(value[key] for key in reversed(_LEADS_TO_ARTICLE) if key in value)


def _types(node: JsonObject) -> set[str]:
    declared = node.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return {_SCHEMA_PREFIX.sub("", name).lower() for name in names if isinstance(name, str)}


def _is_article_type(name: str) -> bool:
    """NewsArticle, ReportageNewsArticle, BlogPosting, LiveBlogPosting, Report and their kin."""
    return name.endswith(("article", "posting")) or name == "report"


def _read_node(node: JsonObject, index: Mapping[str, JsonObject]) -> LinkedArticle:
    types = _types(node)
    is_article = any(map(_is_article_type, types))
    return LinkedArticle(
        is_article=is_article,
        headlines=tuple(_texts(node, "headline") or (_texts(node, "name") if is_article else ())),
        addresses=tuple(_addresses(node)),
        authors=tuple(_contributors(node, index)),
        published=tuple(_texts(node, "datePublished") or _texts(node, "dateCreated")),
        modified=tuple(_texts(node, "dateModified")),
        publisher=_name(node.get("publisher"), index),
        description=_first(_texts(node, "description")),
        section=_first(_texts(node, "articleSection")),
        keywords=tuple(_texts(node, "keywords")),
        image=_address(node.get("image")) or _address(node.get("thumbnailUrl")),
        language=_first(_texts(node, "inLanguage")),
        license=_address(node.get("license")),
        copyright_holder=_name(node.get("copyrightHolder"), index),
        is_paywalled=is_article and _is_false(node.get("isAccessibleForFree")),
    )


def _listed(value: object) -> Iterator[object]:
    """A value's members: lists in lists and `@list` opened, None left out, capped."""
    waiting = [value]
    for _ in range(MAX_LISTED):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value[:MAX_LISTED]))
        elif isinstance(value, dict) and "@list" in value:
            waiting.append(value["@list"])
        elif value is not None:
            yield value


def _text(value: object) -> str | None:
    for _ in range(_MAX_WRAPPINGS):
        if isinstance(value, str):
            return value if value.strip() else None
        if isinstance(value, dict):
            # {"@value": ...}; a DefinedTerm, a Language and a Thing have a name.
            value = value.get("@value") or value.get("name")
        elif isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        else:
            return None
    return None


def _texts(node: JsonObject, key: str) -> list[str]:
    return [text for value in _listed(node.get(key)) if (text := _text(value)) is not None]


def _first(texts: list[str]) -> str | None:
    return texts[0] if texts else None


def _address(value: object) -> str | None:
    for member in _listed(value):
        if isinstance(member, str) and member.strip():
            return member
        if isinstance(member, dict):
            for key in ("url", "contentUrl", "@id", "name"):
                found = member.get(key)
                if isinstance(found, str) and found.strip():
                    return found
    return None


def _addresses(node: JsonObject) -> Iterator[str]:
    for key in ("url", "mainEntityOfPage", "@id"):
        address = _address(node.get(key))
        if address is not None:
            yield address


def _resolved(value: object, index: Mapping[str, JsonObject]) -> object:
    """A node for a bare reference `{"@id": ...}`; anything else as it is."""
    if isinstance(value, dict) and "name" not in value:
        key = value.get("@id")
        if isinstance(key, str):
            return index.get(key, value)
    return value


def _name(value: object, index: Mapping[str, JsonObject]) -> str | None:
    for member in _listed(value):
        name = _text(_resolved(member, index))
        if name is not None:
            return name
    return None


def _contributors(node: JsonObject, index: Mapping[str, JsonObject]) -> Iterator[Contributor]:
    for key in ("author", "creator"):
        found = False
        for member in _listed(node.get(key)):
            resolved = _resolved(member, index)
            if not isinstance(resolved, dict):
                names, types = _listed(resolved), set[str]()
            else:
                names, types = _listed(resolved.get("name")), _types(resolved)
                if types and not types & _AUTHOR_TYPES and "@id" in resolved:
                    continue  # a reference that leads to the author's picture, say
            for name in map(_text, names):
                if name is not None:
                    found = True
                    yield Contributor(name, any("organization" in t for t in types))
        if found:
            return


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.lower().endswith("false"))


def _path(url: str) -> str:
    try:
        return urlsplit(url[:8_000]).path.rstrip("/")
    except ValueError:
        return ""
