"""Bylines: the author's name as it is printed on the page, for pages that state it nowhere else."""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml import etree
from lxml.html import HtmlElement

from tasks.metadata.names import opens_byline, read_names
from tasks.metadata.tags import elements_below, heading_text

_MARKED = (
    # Author and author, Byline and byline, with half the searches.
    "*[@rel='author' or @itemprop='author' or contains(@class, 'uthor')"
    " or contains(@class, 'yline')]"
)
_ANYWHERE = etree.XPath(f"descendant::{_MARKED}")
_FOLLOWING = etree.XPath(f"following::{_MARKED}")
# Other people who are named on the page: readers, photographers, authors of other articles.
_OTHERS = re.compile(
    r"comment|related|teaser|recommend|sidebar|caption|image|photo|figure|quote|avatar|footer|"
    r"widget|newsletter|most-?read|carousel",
    re.IGNORECASE,
)
_OTHER_TAGS = frozenset({"aside", "footer", "nav", "figure", "figcaption", "blockquote", "img"})

_MAX_LOOKED_AT = 60
_MAX_CHARS = 160
_MAX_LINES = 60
_MAX_LEVELS = 12


def read_byline(
    tree: HtmlElement, heading: HtmlElement | None, *, houses: Collection[str]
) -> tuple[str, ...]:
    """Read the names in the first byline behind the headline.

    Costs one XPath over the page (0.2 to 2 ms), so it is for pages without a usable author in
    their meta data.

    Args:
        tree: The page.
        heading: The h1 of the headline; None looks from the top.
        houses: Folded names of the site.
    """
    found_marked = _ANYWHERE(tree) if heading is None else _FOLLOWING(heading)
    marked = found_marked if isinstance(found_marked, list) else []
    elements = [e for e in marked if isinstance(e, HtmlElement)][:_MAX_LOOKED_AT]
    boxes = {ancestor for e in elements for ancestor in _near(e) if ancestor is not e}
    found: list[str] = []
    place: HtmlElement | None = None
    for element in elements:
        if place is not None and not _stands_beside(element, place):
            continue
        if (element in boxes and place is None and _has_name_inside(element, elements, houses)) or (
            stands_aside(element)
        ):
            continue
        names = _names_in(element, houses)
        if names:
            place = place if place is not None else element
            found.extend(names)
    names = read_names(found, houses=houses, in_prose=True)
    return names or (() if heading is None else _line_below(heading, houses))


def _line_below(heading: HtmlElement, houses: Collection[str]) -> tuple[str, ...]:
    """Names in the first line below the headline that begins as a byline, whatever its class."""
    for element in elements_below(heading, at_most=_MAX_LINES):
        opening = next(filter(str.strip, element.itertext()), "")
        if not opens_byline(opening) or stands_aside(element):
            continue
        names = _names_in(element, houses)
        if names:
            return names
    return ()


def _names_in(element: HtmlElement, houses: Collection[str]) -> tuple[str, ...]:
    text = heading_text(element, max_chars=_MAX_CHARS)
    if text is None:
        return ()
    return read_names([text], houses=houses, in_prose=True)


def _has_name_inside(
    element: HtmlElement, elements: list[HtmlElement], houses: Collection[str]
) -> bool:
    """Whether a marked element within says the name more exactly than its box does."""
    return any(
        element in _near(inner) and inner is not element and _names_in(inner, houses)
        for inner in elements
    )


def _near(element: HtmlElement) -> list[HtmlElement]:
    """The element and its ancestors, a few levels up."""
    near: list[HtmlElement] = []
    node: HtmlElement | None = element
    while node is not None and len(near) < _MAX_LEVELS:
        near.append(node)
        node = node.getparent()
    return near


def stands_aside(element: HtmlElement) -> bool:
    """Tell whether an element belongs to something else than the article: a teaser, a comment."""
    return any(
        node.tag in _OTHER_TAGS or _OTHERS.search(node.get("class") or "")
        for node in _near(element)
        if node.tag not in ("body", "html")
    )


def _stands_beside(element: HtmlElement, first: HtmlElement) -> bool:
    """Whether an element is one more name in the same byline: alike, and within the same box."""
    if element.tag != first.tag or element.get("class") != first.get("class"):
        return False
    return any(node in _near(first)[1:4] for node in _near(element)[1:4])
