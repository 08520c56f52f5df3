"""Microdata and RDFa Lite: what a page's own elements say in schema.org's words about its article.

The same words as JSON-LD, so the same kind of node comes out. An element belongs to the nearest
scope around it: an author's name is not the article's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree
from lxml.html import HtmlElement

from tasks.metadata.json_ld import Contributor, LinkedArticle, is_article_type, type_name
from tasks.metadata.tags import heading_text

# A page of teasers marks up each. Scopes within scopes cost a search each, so all is counted.
_MAX_ARTICLES = 10
_MAX_PROPERTIES = 300
_MAX_VALUES = 10  # of one property
_MAX_LEVELS = 50
_MAX_NAME_CHARS = 300

# HTML standard, 5.2.4; RDFa Lite 1.1, 2.2.
_SCOPES = etree.XPath("descendant-or-self::*[@itemtype or @typeof]")
_PROPERTIES = etree.XPath("descendant::*[@itemprop or @property]")
_ADDRESSES = ("content", "href", "src", "data-src")
_OF_A_PICTURE = frozenset({"url", "contenturl"})


def read_microdata(tree: HtmlElement) -> tuple[LinkedArticle, ...]:
    """Read the articles that a page marks up, in order. The page is not changed."""
    articles: list[LinkedArticle] = []
    for scope in cast("list[HtmlElement]", _SCOPES(tree)):
        if any(is_article_type(name) for name in _types(scope)):
            articles.append(_read_article(scope))
            if len(articles) == _MAX_ARTICLES:
                break
    return tuple(articles)


def _read_article(scope: HtmlElement) -> LinkedArticle:
    found: dict[str, list[HtmlElement]] = {}
    for name, element in _properties(scope):
        values = found.setdefault(name, [])
        if len(values) < _MAX_VALUES:
            values.append(element)

    def texts(*names: str) -> tuple[str, ...]:
        elements = next((found[name] for name in names if name in found), [])
        return tuple(text for element in elements if (text := _text(element)) is not None)

    def first(*names: str) -> str | None:
        return next(iter(texts(*names)), None)

    pictures = (_address(e) for name in ("image", "thumbnailurl") for e in found.get(name, ()))
    return LinkedArticle(
        is_article=True,
        headlines=texts("headline", "name"),
        addresses=tuple(
            address
            for name in ("url", "mainentityofpage")
            for element in found.get(name, ())
            if (address := _address(element)) is not None
        ),
        authors=tuple(
            author
            for element in found.get("author", found.get("creator", ()))
            if (author := _contributor(element)) is not None
        ),
        published=texts("datepublished", "datecreated"),
        modified=texts("datemodified", "dateupdated"),
        publisher=next(filter(None, map(_name, found.get("publisher", ()))), None),
        description=first("description"),
        section=first("articlesection"),
        keywords=texts("keywords"),
        image=next(filter(None, pictures), None),
        language=first("inlanguage"),
        is_paywalled=(first("isaccessibleforfree") or "").lower() == "false",
    )


def _types(scope: HtmlElement) -> set[str]:
    declared = f"{scope.get('itemtype', '')} {scope.get('typeof', '')}"
    return {type_name(name) for name in declared.split()[:5]}


def _is_scope(element: HtmlElement) -> bool:
    return (
        "itemscope" in element.attrib or "itemtype" in element.attrib or "typeof" in element.attrib
    )


def _properties(scope: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """The scope's own properties by name in small letters, without those of scopes within."""
    for element in cast("list[HtmlElement]", _PROPERTIES(scope))[:_MAX_PROPERTIES]:
        around = element.getparent()
        for _ in range(_MAX_LEVELS):
            if around is None or around is scope or _is_scope(around):
                break
            around = around.getparent()
        if around is scope:
            names = element.get("itemprop") or element.get("property") or ""
            for name in names.lower().split()[:3]:
                yield name.removeprefix("schema:"), element


def _text(element: HtmlElement) -> str | None:
    stated = element.get("content") or element.get("datetime")
    return str(stated) if stated and stated.strip() else heading_text(element)


def _address(element: HtmlElement) -> str | None:
    for inner in (element, *(e for name, e in _properties(element) if name in _OF_A_PICTURE)):
        for attribute in _ADDRESSES:
            value = inner.get(attribute)
            if value and value.strip():
                return str(value)
    return None


def _name(element: HtmlElement) -> str | None:
    """Name of a person or house: of the property `name` within, else the element's own text."""
    named = next((inner for name, inner in _properties(element) if name == "name"), element)
    text = _text(named)
    return text if text is not None and len(text) <= _MAX_NAME_CHARS else None


def _contributor(element: HtmlElement) -> Contributor | None:
    name = _name(element)
    is_organization = any("organization" in kind for kind in _types(element))
    return None if name is None else Contributor(name, is_organization)
