"""A page's bytes to its tree, within limits. What breaks a limit is refused by the limit's name.

The limits, and where each is held:

- bytes: MAX_PAGE_BYTES, by the readers (tasks.sources), before a page is in memory;
- elements: MAX_ELEMENTS, here;
- depth: 2,048 elements in elements, libxml2's own, here;
- memory and time: WORKER_MEMORY_BYTES and PAGE_DEADLINE_S, by the workers (tasks.pool).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement, HTMLParser

from expectations.records import Reason
from tasks.sources.sniff import binary_signature

# 18 times the most that any of 268 labelled pages holds (2,691). At this size trafilatura, which
# copies the tree several times, takes up to 1.5 s and 180 MB beyond the warm process, and both grow
# with the number: 200,000 elements take 8 s and 700 MB.
MAX_ELEMENTS = 50_000

SIGNATURE_BYTES = 256
# Browsers look into the first 1,024 bytes (HTML standard, 13.2.3.2), but begin anew when the parser
# meets a declaration further on, below a long script, say.
CHARSET_PRESCAN_BYTES = 65_536
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
_XML_ENCODING = re.compile(
    rb"\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*[\"']([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
_XML_DECLARATION = re.compile(r"\A\s*<\?xml[^>]{0,200}\?>")

# Documents that are no page, by their root. Other XML may be news (NITF, NewsML) and is read.
_XML_ROOTS = {
    "rss": "an RSS feed",
    "rdf:rdf": "an RSS feed",
    "feed": "an Atom feed",
    "opml": "a list of feeds",
    "urlset": "a sitemap",
    "sitemapindex": "an index of sitemaps",
    "svg": "an SVG image",
}
_XML_ROOT = re.compile(
    r"(?>(?:\s+|<\?[^>]*>|<!--.*?-->|<!doctype[^>\[]*+(?:\[[^\]]*+\])?[^>]*+>)*)<([a-z:]+)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
# Broken templates put an image, even a feed's tag, before the page itself.
_HTML_ROOT = re.compile(r"<(?:!doctype\s+html|html|body)[\s>]", re.IGNORECASE)
_HTML_TEXT = re.compile(r"<(?:p|div|h[1-6]|article|section|table)[\s>]", re.IGNORECASE)

# What browsers never show and parsers hand on as raw mark-up: what stands in place of a frame.
_FRAMES = ("iframe", "noframes", "noembed")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a page has no tree."""

    reason: Reason
    detail: str


def name_binary(body: bytes) -> str | None:
    """Name the binary format that a body certainly is; None for text, pages and all unknown."""
    return binary_signature(body[:SIGNATURE_BYTES])


def declared_charset(body: bytes) -> str | None:
    """Read the charset that a page declares itself: a meta element, else the XML declaration.

    One of UTF-16 is none: a reader that could read the declaration reads no UTF-16 (HTML standard,
    13.2.3.2, where it means UTF-8).
    """
    head = _COMMENT.sub(b"", body[:CHARSET_PRESCAN_BYTES])
    match = _META_CHARSET.search(head) or _XML_ENCODING.match(head)
    if match is None or match[1].lower().startswith((b"utf-16", b"utf-32")):
        return None
    return match[1].decode("ascii")


def parse_html(html: str) -> HtmlElement | Refusal:
    """Parse a page.

    Returns:
        The root element, or a refusal: no HTML, too many elements, nested too deeply.

    Raises:
        MemoryError: The worker's limit is reached.
    """
    if what := _name_xml(html):
        return Refusal(Reason.MEDIA_TYPE, f"{what}, not a page")
    tree = _parse(_XML_DECLARATION.sub("", html, count=1).encode("utf-8", "replace"))
    if not isinstance(tree, HtmlElement):
        return Refusal(Reason.UNPARSABLE, "no element could be parsed")
    if PARSER.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT]):
        # libxml2 stops there, and what follows is not in the tree.
        return Refusal(Reason.TOO_DEEP, "over 2,048 elements stand one in the other")
    # An element has a `<`, but few pages have so many of them that counting is worth its time.
    if html.count("<") > MAX_ELEMENTS and _has_more_elements(tree, MAX_ELEMENTS):
        return Refusal(Reason.TOO_MANY_ELEMENTS, f"more than {MAX_ELEMENTS:,} elements")
    etree.strip_elements(tree, *_FRAMES, with_tail=False)
    return tree


def _has_more_elements(tree: HtmlElement, number: int) -> bool:
    return next(islice(tree.iter(), number, None), None) is not None


def _name_xml(html: str) -> str | None:
    root = _XML_ROOT.match(html)
    name = root[1].lower() if root else ""
    if name not in _XML_ROOTS or _HTML_ROOT.search(html):
        return None
    if name == "svg" and _HTML_TEXT.search(html):
        return None
    return _XML_ROOTS[name]


def _make_parser() -> HTMLParser:
    # huge_tree: without it libxml2 empties a tree with a text node of over 10 MB, and cuts off
    # what is nested more than 255 deep; with it, 2,048 deep (lxml 6.1.3, libxml2 2.14.6).
    parser = HTMLParser(
        collect_ids=False,
        default_doctype=False,  # type: ignore[call-arg]  # the stubs lack it
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    # One class for all elements, chosen in C: lxml.html's own look-up calls Python for each
    # element touched. Output is equal on all labelled pages.
    parser.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
    return parser


PARSER = _make_parser()


def _parse(html: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(html, parser=PARSER)
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_NO_MEMORY:  # type: ignore[attr-defined]
            raise MemoryError("no memory for the tree") from error
        return None
