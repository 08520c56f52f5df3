"""Rights as a page's mark-up states them: links, meta elements, JSON-LD, visible footers.

A page is full of licenses that are not the article's: of pictures, comments, scripts. Only links
and sentences outside captions, galleries, comments and navigation are read, and few of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from tasks.license_folding import fold
from tasks.license_rules import Statement, may_state_rights, parse_license
from tasks.license_sentence import read_sentence, scope_of
from tasks.license_text import statements_in_text

_MAX_LINKS = 200
_MAX_FOOTERS = 1000
_MAX_BLOCKS = 40
_MAX_BLOCK_CHARACTERS = 3000
_MAX_EVIDENCE = 300
_MAX_META = 500
_MAX_METAS = 500
_MAX_HOLDER = 80
_MAX_DEPTH = 60
_MAX_NAMES = 200
_REMEMBERED = 50_000  # values of class and id; a site's pages share them

_RIGHTS_META = frozenset(
    {
        "copyright", "rights", "license", "dc.rights", "dcterms.rights", "dc.license",
        "dcterms.license", "dc.rights.license", "dcterms.rightsholder",
    }
)  # fmt: skip
_OUTSIDE_TAGS = frozenset(
    {"figure", "figcaption", "nav", "script", "style", "template", "head", "select", "noscript"}
)
_OUTSIDE_WORDS = re.compile(
    r"(?:^|[\s_-])(?:captions?|credits?|photos?|photographer|images?|img|pictures?|gallery|galleries|"
    r"galerie|slideshow|bild|bildnachweis|foto|comments?|commentlist|kommentare?|disqus|respond|"
    r"menu|navbar|nav|breadcrumbs?|related|teasers?)(?:$|[\s_-])",
    re.IGNORECASE,
)
_FOOTER_NAMES = (
    "footer", "copyright", "copy-right", "rights", "legal", "license", "licence", "lizenz",
    "licencia", "licenza", "licença", "licenca", "colophon", "impressum",
)  # fmt: skip
_CC_NAME = re.compile(r"(?:^|[\s_-])cc(?:$|[\s_-])")
_PICTURE_CREDIT = re.compile(
    r"\b(?:photos?|fotos?|bild|image|picture|credit|abbildung|crédits?|immagine|imagen|flickr|"
    r"wikimedia|unsplash|фото|عکس)\b|写真|图片",
    re.IGNORECASE,
)
_BLOCK_TAGS = frozenset(
    {
        "p", "div", "li", "td", "small", "footer", "section", "aside", "address", "article", "body",
        "main",
    }
)  # fmt: skip
# An article's own wrapper may be called "image-post": the words are read below these only.
_ROOT_TAGS = frozenset({"html", "body", "main", "article"})

_FOOTER_TAGS = ("div", "p", "section", "span", "small", "li", "td", "footer", "aside", "address")
# Parts of a footer that are passed over as a whole if they state nothing.
_PART_TAGS = _BLOCK_TAGS | {"ul", "ol", "dl", "table", "nav", "form"}
_string = etree.XPath("string()", smart_strings=False)


@dataclass(frozen=True, slots=True)
class PageRights:
    """What a page's mark-up says about rights: statements, and reservations against mining."""

    statements: tuple[Statement, ...]
    reserved: tuple[str, ...]


def rights_in_page(
    tree: HtmlElement, json_ld_licenses: Sequence[str] = (), json_ld_holder: str | None = None
) -> PageRights:
    """Read what mark-up and footers say about the rights in a page's article.

    Args:
        tree: The page as parsed, footers still in it. Not changed.
        json_ld_licenses: Each `license` of the article's JSON-LD: an address or a name.
        json_ld_holder: Name of its `copyrightHolder`.
    """
    links = [link for link in tree.iter("a", "link") if _is_license_link(link)]
    if len(links) > _MAX_LINKS:
        links = links[: _MAX_LINKS // 2] + links[-_MAX_LINKS // 2 :]
    metas = list(islice(tree.iter("meta"), _MAX_METAS))
    footers = (element for element in tree.iter(*_FOOTER_TAGS) if _is_named_for_rights(element))
    found = [
        *_in_links(links),
        *(s for named in json_ld_licenses or ("",) for s in _in_json_ld(named, json_ld_holder)),
        *_in_meta(metas),
        *_in_footers(footers),
    ]
    named = ((meta.get("name") or "", meta.get("content") or "") for meta in metas)
    return PageRights(tuple(dict.fromkeys(found)), rights_reserved(named))


def _is_license_link(element: HtmlElement) -> bool:
    href, rel = element.get("href"), element.get("rel")
    return (href is not None and "creativecommons.org/" in href) or (
        rel is not None and "license" in rel
    )


def _is_named_for_rights(element: HtmlElement) -> bool:
    """Whether an element is a footer, or called one by its class, or by its id without a class."""
    named = element.get("class") or element.get("id")
    return (named is not None and _is_name_for_rights(named)) or element.tag == "footer"


@lru_cache(maxsize=_REMEMBERED)
def _is_name_for_rights(named: str) -> bool:
    named = named[:_MAX_NAMES].lower()
    for name in _FOOTER_NAMES:  # a fifth of an alternation's time
        if name in named:
            return True
    return "cc" in named and _CC_NAME.search(named) is not None


@lru_cache(maxsize=_REMEMBERED)
def _is_name_for_others(named: str) -> bool:
    return _OUTSIDE_WORDS.search(named[:_MAX_NAMES]) is not None


def rights_reserved(named: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Machine-readable reservations against text and data mining, sorted.

    Read: robots meta elements and `X-Robots-Tag` headers (`noai`, `noimageai`, `noml`), and
    TDMRep's `tdm-reservation` as meta element or header (W3C TDM Reservation Protocol).

    Args:
        named: Name and value of meta elements or of a response's headers.
    """
    signals = set()
    for name, value in named:
        match name.strip().lower():
            case "robots" | "x-robots-tag" | "googlebot" | "bingbot":
                signals |= _ROBOTS_SIGNALS & set(re.split(r"[\s,:;]+", value.lower()))
            case "tdm-reservation" if value.strip() == "1":
                signals.add("tdm-reservation")
    return tuple(sorted(signals))


_ROBOTS_SIGNALS = {"noai", "noimageai", "noml"}


def _in_links(links: Iterable[HtmlElement]) -> Iterator[Statement]:
    """License links: declared by rel, or to creativecommons.org with words that license."""
    for link in links:
        href = link.get("href") or ""
        declared = "license" in (link.get("rel") or "").lower().split()
        licensed = parse_license(href)
        if link.tag == "link":
            if declared and licensed:
                yield Statement(*licensed, "unknown", "rel", href[:_MAX_EVIDENCE])
            continue
        # A bare link to creativecommons.org names no license; the words in it may.
        licensed = licensed or (parse_license(_words(link, _MAX_EVIDENCE)) if declared else None)
        if licensed is None or _is_outside(link):
            continue
        block = _block(link)
        words = _words(block, _MAX_BLOCK_CHARACTERS)
        if len(words) > _MAX_EVIDENCE or block.tag in _ROOT_TAGS:
            words = _sentence_with(words, _words(link, _MAX_EVIDENCE))
        sentence = read_sentence(words) or next(iter(statements_in_text(words)), None)
        if _PICTURE_CREDIT.search(words) and sentence is None:
            continue
        if not (declared or sentence or _is_footer(link)):
            continue
        yield Statement(
            spdx=licensed[0],
            url=licensed[1],
            scope=_scope(words, link),
            source="rel" if declared else "link",
            evidence=(words or href)[:_MAX_EVIDENCE],
            holder=sentence.holder if sentence else None,
        )


def _in_json_ld(license_named: str, holder: str | None) -> Iterator[Statement]:
    named = license_named[:_MAX_META]
    holder = " ".join((holder or "").split())[:_MAX_HOLDER] or None
    if licensed := parse_license(named):
        yield Statement(*licensed, "article", "json-ld", named, holder)
    elif holder:
        yield Statement(None, None, "article", "json-ld", holder, holder)


def _in_meta(metas: Iterable[HtmlElement]) -> Iterator[Statement]:
    for meta in metas:
        name = (meta.get("name") or meta.get("property") or "").lower()
        if name not in _RIGHTS_META:
            continue
        content = " ".join((meta.get("content") or "").split())[:_MAX_META]
        licensed = parse_license(content)
        read = read_sentence(content)
        holder = read.holder if read else None
        if licensed:
            yield Statement(*licensed, scope_of(content), "meta", content, holder)
        elif holder or _is_bare_name(content):
            yield Statement(None, None, "unknown", "meta", content, holder or content)


def _is_bare_name(content: str) -> bool:
    return 1 < len(content) <= _MAX_HOLDER and not re.search(r"[\d/:;|©]", content)


def _in_footers(footers: Iterable[HtmlElement]) -> Iterator[Statement]:
    """License sentences of visible footers and of elements that are named for rights."""
    seen: set[HtmlElement] = set()  # read, or stating nothing
    read = 0
    for element in islice(footers, _MAX_FOOTERS):
        if not seen.isdisjoint(element.iterancestors()):
            continue
        if not _may_state_rights(element):
            seen.add(element)
            continue
        if _is_outside(element):
            continue
        words = _words(element, _MAX_BLOCK_CHARACTERS, only_rights=True)
        if len(words) < _MAX_BLOCK_CHARACTERS:
            seen.add(element)
        for said in statements_in_text(words):
            scope = _scope(said.evidence, element) if said.scope == "unknown" else said.scope
            yield Statement(said.spdx, said.url, scope, "text", said.evidence, said.holder)
        read += 1
        if read == _MAX_BLOCKS:
            break


def _may_state_rights(element: HtmlElement) -> bool:
    return may_state_rights(" ".join(fold(str(_string(element))).text.split()))


def _scope(words: str, element: HtmlElement) -> str:
    """What the words cover; a footer of the page, outside any article, speaks for the site."""
    scope = scope_of(words)
    if scope != "unknown":
        return scope
    tags = {element.tag, *(a.tag for a in islice(element.iterancestors(), _MAX_DEPTH))}
    return "site" if "footer" in tags and "article" not in tags else "unknown"


def _is_outside(element: HtmlElement) -> bool:
    for node in (element, *islice(element.iterancestors(), _MAX_DEPTH)):
        if node.tag in _OUTSIDE_TAGS:
            return True
        if node.tag in _ROOT_TAGS:
            continue
        named = node.get("class"), node.get("id")
        if any(name is not None and _is_name_for_others(name) for name in named):
            return True
    return False


def _is_footer(element: HtmlElement) -> bool:
    for node in (element, *islice(element.iterancestors(), _MAX_DEPTH)):
        if node.tag in _ROOT_TAGS:
            return False
        named = node.get("class"), node.get("id")
        if node.tag == "footer" or any(name and _is_name_for_rights(name) for name in named):
            return True
    return False


def _block(element: HtmlElement) -> HtmlElement:
    for node in islice(element.iterancestors(), _MAX_DEPTH):
        if node.tag in _BLOCK_TAGS:
            return node
    return element


def _sentence_with(words: str, linked: str) -> str:
    """The part of a long block that is about the link."""
    at = words.find(linked) if linked else -1
    return words[max(0, at - _MAX_EVIDENCE // 2) :][:_MAX_EVIDENCE] if at >= 0 else linked


def _words(element: HtmlElement, limit: int, *, only_rights: bool = False) -> str:
    """Visible text, blocks apart by a line end, at most `limit` characters of it.

    With `only_rights`, parts that state none are left out, such as a footer's menus.
    """
    parts: list[str] = []
    size = 0
    for event, node in _walk(element, only_rights=only_rights):
        piece = node.text if event == "start" else node.tail
        if event == "start" and node is not element and node.tag in _BLOCK_TAGS | {"br"}:
            parts.append("\n")
        if piece:
            parts.append(piece)
            size += len(piece)
            if size > limit:
                break
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)[:limit]


def _walk(element: HtmlElement, *, only_rights: bool) -> Iterator[tuple[str, HtmlElement]]:
    """Starts and ends in document order, without recursion; what is not shown has no start."""
    stack: list[tuple[str, HtmlElement]] = [("start", element)]
    while stack:
        event, node = stack.pop()
        hidden = not isinstance(node.tag, str) or node.tag in {"script", "style", "template"}
        if event == "start" and only_rights and node is not element and not hidden:
            hidden = len(node) > 0 and node.tag in _PART_TAGS and not _may_state_rights(node)
        if event == "end" or not hidden:
            yield event, node
        if event == "start":
            if node is not element:
                stack.append(("end", node))
            if not hidden:
                stack += [("start", child) for child in reversed(node)]
