"""Rights as a page's mark-up states them: links, meta elements, JSON-LD, visible footers.

A page is full of licenses that are not the article's: of pictures, comments, scripts. Only links
and sentences outside captions, galleries, comments and navigation are read, and few of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from tasks.license_rules import Statement, may_state_rights, parse_license
from tasks.license_text import read_sentence, scope_of, statements_in_text
from tasks.local_xpath import REGULAR_EXPRESSIONS, LocalXPath

_MAX_LINKS = 200
_MAX_BLOCKS = 40
_MAX_BLOCK_CHARACTERS = 3000
_MAX_EVIDENCE = 300
_MAX_META = 500
_MAX_METAS = 500
_MAX_HOLDER = 80
_MAX_DEPTH = 60
_MAX_NAMES = 200

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
_NAMES_FOR_RIGHTS = (
    r"copyright|copy-right|licen[sc]e|lizenz|licencia|licenza|licen[çc]a|legal|footer|colophon|"
    r"impressum|(?:^|[\s_-])cc(?:$|[\s_-])|rights"
)
_FOOTER_WORDS = re.compile(_NAMES_FOR_RIGHTS, re.IGNORECASE)
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
_FOOTERS = LocalXPath(
    etree.XPath(
        f".//*[self::footer or re:test(@class, '{_NAMES_FOR_RIGHTS}', 'i')"
        f" or not(@class) and re:test(@id, '{_NAMES_FOR_RIGHTS}', 'i')]",
        namespaces=REGULAR_EXPRESSIONS,
    )
)


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
    links: list[HtmlElement] = []
    metas: list[HtmlElement] = []
    footers: list[HtmlElement] = []
    for element in tree.iter("a", "link", "meta", *_FOOTER_TAGS):  # one walk for all
        if element.tag == "meta":
            metas.append(element)
        elif element.tag in {"a", "link"}:
            if _is_license_link(element):
                links.append(element)
        elif _FOOTERS.selects(element):
            footers.append(element)
    found = [
        *_in_links(links[:_MAX_LINKS]),
        *(s for named in json_ld_licenses or ("",) for s in _in_json_ld(named, json_ld_holder)),
        *_in_meta(metas),
        *_in_footers(footers),
    ]
    named = ((meta.get("name") or "", meta.get("content") or "") for meta in metas[:_MAX_METAS])
    return PageRights(tuple(dict.fromkeys(found)), rights_reserved(named))


def _is_license_link(element: HtmlElement) -> bool:
    return "creativecommons.org/" in (element.get("href") or "") or "license" in (
        element.get("rel") or ""
    )


def _is_named_for_rights(element: HtmlElement) -> bool:
    named = f"{element.get('class') or ''} {element.get('id') or ''}"
    return _FOOTER_WORDS.search(named[:_MAX_NAMES]) is not None


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
    read_whole: set[HtmlElement] = set()
    read = 0
    for element in footers:
        if read == _MAX_BLOCKS:
            break
        if _is_outside(element) or not read_whole.isdisjoint(element.iterancestors()):
            continue
        read += 1
        if not may_state_rights(" ".join(element.text_content().split())):
            continue
        words = _words(element, _MAX_BLOCK_CHARACTERS)
        if len(words) < _MAX_BLOCK_CHARACTERS:
            read_whole.add(element)
        for said in statements_in_text(words):
            scope = _scope(said.evidence, element) if said.scope == "unknown" else said.scope
            yield Statement(said.spdx, said.url, scope, "text", said.evidence, said.holder)


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
        named = f"{node.get('class') or ''} {node.get('id') or ''}"
        if node.tag not in _ROOT_TAGS and _OUTSIDE_WORDS.search(named):
            return True
    return False


def _is_footer(element: HtmlElement) -> bool:
    for node in (element, *islice(element.iterancestors(), _MAX_DEPTH)):
        if node.tag in _ROOT_TAGS:
            return False
        if node.tag == "footer" or _is_named_for_rights(node):
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


def _words(element: HtmlElement, limit: int) -> str:
    """Visible text, blocks apart by a line end, at most `limit` characters of it."""
    parts: list[str] = []
    size = 0
    for event, node in _walk(element):
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


def _walk(element: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """Starts and ends in document order, without recursion; what is not shown has no start."""
    stack: list[tuple[str, HtmlElement]] = [("start", element)]
    while stack:
        event, node = stack.pop()
        hidden = not isinstance(node.tag, str) or node.tag in {"script", "style", "template"}
        if event == "end" or not hidden:
            yield event, node
        if event == "start":
            if node is not element:
                stack.append(("end", node))
            if not hidden:
                stack += [("start", child) for child in reversed(node)]
