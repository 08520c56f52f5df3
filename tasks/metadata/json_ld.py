"""JSON-LD: what a page's scripts say in schema.org's words about its article.

What stands in them may be nested without end: nothing here recurses, and all work is capped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from tasks.metadata.json_scripts import read_scripts
from tasks.metadata.strings import fold
from tasks.metadata.titles import title_words

MAX_NODES = 20_000
MAX_LISTED = 200
_MIN_HEADLINE_CHARS = 15  # shorter ones begin other titles too
_MAX_WRAPPINGS = 4  # {"name": [{"@value": "..."}]}

# Keys under which a page's own article stands. Other keys (`hasPart`, `itemListElement`,
# `relatedLink`, `liveBlogUpdate`...) hold other articles.
_LEADS_TO_ARTICLE = ("@graph", "mainEntity", "mainEntityOfPage")
_SCHEMA_PREFIX = re.compile(r"^\s*(?:https?://(?:www\.)?schema\.org/|schema:)")
_WEAK_TYPES = frozenset({"creativework", "recipe", "review", "itempage", "webpage"})

JsonObject = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Contributor:
    """An author as JSON-LD names him, her or it."""

    name: str
    is_organization: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedArticle:
    """One article node, of JSON-LD or microdata; values as written."""

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


LEAST_SHARED_WORDS = 1 / 4  # of the shorter headline's; search engines are told other words


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedData:
    """Nodes that may describe the page's article, articles first; `broken`: a script was lost."""

    nodes: tuple[LinkedArticle, ...] = ()
    broken: bool = False
    too_large: bool = False

    def about(self, urls: Iterable[str], titles: Iterable[str]) -> tuple[LinkedArticle, ...]:
        """Nodes that speak of this page, the best first.

        A page may also carry its teasers as article nodes. Those that give this page's address
        or headline are taken; if none does, the first that gives no other page's address and has
        no quite other headline; behind them the page's own WebPage node, which often knows the
        date and the author too.
        """
        paths = {_path(url) for url in urls} - {""}
        titles = list(titles)
        folded = [fold(title) for title in titles]
        articles = [node for node in self.nodes if node.is_article]
        own: list[LinkedArticle] = []
        unplaced: list[LinkedArticle] = []
        for node in articles:
            places = {_path(address) for address in node.addresses} - {""}
            if places & paths or any(_heads(h, folded) for h in node.headlines):
                own.append(node)
            elif not (places and paths) and _may_head(node.headlines, titles):
                unplaced.append(node)
        own.sort(key=lambda node: not node.headlines)
        return (*(own or unplaced[:1]), *(node for node in self.nodes if not node.is_article))


def _may_head(headlines: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether one of several headlines may be a wording of the page's own, by shared words."""
    own = [words for title in titles if (words := title_words(title))]
    stated = [words for headline in headlines if (words := title_words(headline))]
    if not own or not stated:
        return True
    return any(
        len(one & other) >= LEAST_SHARED_WORDS * min(len(one), len(other))
        for one in stated
        for other in own
    )


def read_linked_data(scripts: Iterable[str]) -> LinkedData:
    """Read the page's `application/ld+json` scripts. Never raises for what is in them."""
    read = read_scripts(scripts)
    index = _index(read.values)
    nodes = [_read_node(node, index) for node in _candidates(read.values)]
    nodes.sort(key=lambda node: not node.is_article)
    return LinkedData(nodes=tuple(nodes), broken=read.broken, too_large=read.too_large)


def _index(roots: Sequence[object]) -> dict[str, JsonObject]:
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


def _candidates(roots: Sequence[object]) -> Iterator[JsonObject]:
    waiting: list[object] = list(reversed(roots))
    for _ in range(MAX_NODES):
        if not waiting:
            return
        value = waiting.pop()
        if isinstance(value, list):
            waiting.extend(reversed(value))
        elif isinstance(value, dict):
            types = _types(value)
            if types & _WEAK_TYPES or any(map(is_article_type, types)):
                yield value
            waiting.extend(value[key] for key in reversed(_LEADS_TO_ARTICLE) if key in value)


def _types(node: JsonObject) -> set[str]:
    declared = node.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return {type_name(name) for name in names if isinstance(name, str)}


def type_name(declared: str) -> str:
    """Name of a schema.org type in small letters, without the vocabulary's address."""
    return _SCHEMA_PREFIX.sub("", declared).lower()


def is_article_type(name: str) -> bool:
    """NewsArticle, ReportageNewsArticle, BlogPosting, LiveBlogPosting, Report and their kin."""
    return name.endswith(("article", "posting")) or name == "report"


def _read_node(node: JsonObject, index: Mapping[str, JsonObject]) -> LinkedArticle:
    types = _types(node)
    is_article = any(map(is_article_type, types))
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
                types = _types(resolved)
                if "imageobject" in types:
                    continue  # a reference that leads to the author's picture
                names = _listed(resolved.get("name") or _full_name(resolved))
            for name in map(_text, names):
                if name is not None:
                    found = True
                    yield Contributor(name, any("organization" in t for t in types))
        if found:
            return


def _full_name(person: JsonObject) -> str | None:
    parts = [_text(person.get(key)) for key in ("givenName", "familyName")]
    return " ".join(part for part in parts if part) or None


def _is_false(value: object) -> bool:
    return value is False or (isinstance(value, str) and value.lower().endswith("false"))


def _heads(headline: str, folded_titles: list[str]) -> bool:
    """Whether a headline is one of the titles, or one without what follows it: the site's name."""
    folded = fold(html.unescape(headline))
    if len(folded) < _MIN_HEADLINE_CHARS:
        return folded != "" and folded in folded_titles
    return any(title.startswith(folded) for title in folded_titles)


def _path(url: str) -> str:
    """What tells a page from others of its site; empty for the site itself and for mere names."""
    if not url.startswith(("http:", "https:", "/")):
        return ""
    try:
        return unquote(urlsplit(url[:8_000]).path).rstrip("/").lower()
    except ValueError:
        return ""
