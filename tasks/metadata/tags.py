"""Tags: what a page says about itself in meta, link, title, h1 and time, gathered in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement

from tasks.metadata.strings import clean

MAX_TITLE_CHARS = 1_000  # longer is no title
MAX_VALUES = 100  # of one meta name; `article:tag` is repeated, a hostile page repeats it for ever
_MAX_HEADINGS = 20

_FRONT_PAGE = re.compile(r"/|https?://[^/?#\s]{1,255}/?", re.IGNORECASE)
_BESIDE = frozenset({"aside", "nav", "footer"})
_SEPARATE = frozenset({"br", "div", "p", "span", "small", "h2", "h3", "time", "li", "a"})
_SILENT = frozenset({"script", "style", "svg", "noscript", "template", "button"})


@dataclass(slots=True)
class Tags:
    """Values as the page writes them, uncleaned except for titles and headings."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    canonical: list[str] = field(default_factory=list)
    licenses: list[str] = field(default_factory=list)  # of <link rel=license>
    title: str | None = None
    headings: list[tuple[HtmlElement, str]] = field(default_factory=list)
    headings_seen: int = 0
    mastheads: list[tuple[str, str]] = field(default_factory=list)  # h1 that link to a front page
    time: str | None = None  # of the first <time> behind the first heading
    time_published: str | None = None  # <time itemprop=datePublished> or <time pubdate>
    scripts: list[str] = field(default_factory=list)  # application/ld+json
    language: str | None = None  # <html lang>

    def all(self, names: Iterable[str]) -> list[str]:
        """Values of all metas with one of these names (lower case), by name, then by place."""
        return [value for name in names for value in self.meta.get(name, ())]

    def first(self, names: Iterable[str], *, max_chars: int) -> str | None:
        """First value that is fit to store."""
        for value in self.all(names):
            text = clean(value, max_chars=max_chars)
            if text is not None:
                return text
        return None


def read_tags(tree: HtmlElement) -> Tags:
    """Gather a page's tags in one walk over it. The page is not changed."""
    tags = Tags(language=tree.get("lang") or tree.get("xml:lang"))
    for element in tree.iter(*_READERS):
        _READERS[element.tag](tags, element)
    return tags


def _read_meta(tags: Tags, element: HtmlElement) -> None:
    content = element.get("content")
    if not content or content.isspace():
        return
    names = element.get("property") or element.get("name") or element.get("http-equiv")
    if not names:
        if _stands_beside(element):
            return
        # Microdata may stand in the body, where it can describe a picture: a name of its own.
        names = f"itemprop:{element.get('itemprop', '')}"
    for written in names.lower().split()[:3]:
        # As RDFa, Dublin Core has a colon.
        name = written.replace(":", ".", 1) if written.startswith(("dc:", "dcterms:")) else written
        values = tags.meta.setdefault(name, [])
        if len(values) < MAX_VALUES:
            values.append(content)


def _stands_beside(element: HtmlElement) -> bool:
    """Whether an element belongs to a teaser, a comment or the like, and not to the article."""
    return any(
        above.tag in _BESIDE or "comment" in above.get("class", "").lower()
        for above in element.iterancestors()
        if above.tag not in ("body", "html")
    )


def _read_time(tags: Tags, element: HtmlElement) -> None:
    value = element.get("datetime") or element.get("content") or element.text
    if not value or not value.strip() or _stands_beside(element):
        return
    if "datepublished" in (element.get("itemprop") or "").lower() or "pubdate" in element.attrib:
        tags.time_published = tags.time_published or value
    elif tags.headings and element.get("datetime"):
        tags.time = tags.time or value


def _read_link(tags: Tags, element: HtmlElement) -> None:
    relations = (element.get("rel") or "").lower().split()
    href = element.get("href")
    if href and "canonical" in relations:
        tags.canonical.append(href)
    if href and "license" in relations and len(tags.licenses) < MAX_VALUES:
        tags.licenses.append(href)


def _read_script(tags: Tags, element: HtmlElement) -> None:
    kind = element.get("type")
    if kind and "ld+json" in kind.lower() and element.text:
        tags.scripts.append(element.text)


def _read_title(tags: Tags, element: HtmlElement) -> None:
    parent = element.getparent()
    # An inline SVG has titles too.
    if tags.title is None and (parent is None or parent.tag in ("head", "html", "body")):
        tags.title = clean(element.text, max_chars=MAX_TITLE_CHARS)


def _read_heading(tags: Tags, element: HtmlElement) -> None:
    tags.headings_seen += 1
    text = heading_text(element) if tags.headings_seen <= _MAX_HEADINGS else None
    if text is not None:
        tags.headings.append((element, text))
        home = _front_page_link(element, text)
        if home is not None:
            tags.mastheads.append((text, home))


_READERS: dict[str, Callable[[Tags, HtmlElement], None]] = {
    "meta": _read_meta,
    "link": _read_link,
    "script": _read_script,
    "title": _read_title,
    "h1": _read_heading,
    "time": _read_time,
}


def _front_page_link(heading: HtmlElement, text: str) -> str | None:
    """Address of a front page that all of a heading links to, inside or around it."""
    parent = heading.getparent()
    links = [
        link for link in (parent, heading.find(".//a")) if link is not None and link.tag == "a"
    ]
    for link in links:
        href = (link.get("href") or "").strip()
        if _FRONT_PAGE.fullmatch(href) and (link is parent or heading_text(link) == text):
            return href
    return None


def heading_text(element: HtmlElement, *, max_chars: int = MAX_TITLE_CHARS) -> str | None:
    """Text of a heading or line: a space where a line or a box ends, none inside a word.

    None if there is none, or more than `max_chars`: a box is left at once.
    """
    if element.tag in _SILENT:
        return None
    if len(element) == 0:
        return clean(element.text, max_chars=max_chars)
    pieces: list[str] = []
    silent = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else "script"  # comments say nothing
        if event == "start":
            silent += tag in _SILENT
            if not silent:
                pieces += (" " if tag in _SEPARATE else "", node.text or "")
            continue
        if not silent and tag in _SEPARATE:
            pieces.append(" ")
        silent -= tag in _SILENT
        if not silent and node is not element:
            pieces.append(node.tail or "")
        if len(pieces) > max_chars:
            return None
    return clean("".join(pieces), max_chars=max_chars)


def elements_below(element: HtmlElement, *, at_most: int) -> Iterator[HtmlElement]:
    """Elements behind an element in the page's order, without looking at the rest of the page."""
    left = at_most
    node: HtmlElement | None = element
    while node is not None:
        following = node.getnext()
        for inner in following.iter("*") if following is not None else ():
            if left == 0:
                return
            left -= 1
            yield inner
        node = following if following is not None else node.getparent()
