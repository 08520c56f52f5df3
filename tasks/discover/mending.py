"""XML of feeds and sitemaps, as sites really write it, to XML that a parser takes.

The parser begins at the root element. What stands before it, and so every DTD, it never sees:
entities cannot be declared, and nothing outside the document can be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

FEED_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})
SITEMAP_ROOTS = frozenset({"urlset", "sitemapindex"})
# Comments, style sheets, and the warnings of a script (`<br /><b>Warning</b>`).
_MAX_MARK_UP_BEFORE = 100
_MARK_UP = re.compile(r"<(?:(!--)|(\?)|(![Dd][Oo][Cc][Tt][Yy][Pp][Ee])|([A-Za-z_][\w.:-]{0,60}))")
# Netscape's RSS 0.91 names its DTD, which declares nothing but the entities of HTML.
_HARMLESS_DOCTYPE = re.compile(
    r"<!doctype\s{1,50}[\w:]{1,50}\s{1,50}public\s[^>\[]{0,500}>", re.IGNORECASE
)
_HTML_DOCTYPE = re.compile(r"<!doctype\s{1,50}html\b", re.IGNORECASE)

# XML 1.0, 2.2: characters that no document may have. Python's strings may have lone surrogates.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_AMPERSAND = "\ue001"  # of the private use area: no text of a feed or sitemap has it
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


@dataclass(frozen=True, slots=True)
class Root:
    """Name of the root element, lower case and without prefix, and where it begins."""

    name: str
    start: int


def find_root(text: str) -> Root | str:
    """Find the root element of a feed or sitemap, behind comments and whatever else stands first.

    Returns:
        The root, or what is wrong, in words. A DOCTYPE is wrong, but for one that names a public
        DTD and declares nothing itself.
    """
    at, stranger = 0, ""
    for _ in range(_MAX_MARK_UP_BEFORE):
        match = _MARK_UP.search(text, at)
        if match is None:
            break
        is_comment, is_instruction, is_doctype, name = match.groups()
        at = match.end()
        if is_doctype:
            if _HTML_DOCTYPE.match(text, match.start()):
                return "an HTML page"
            harmless = _HARMLESS_DOCTYPE.match(text, match.start())
            if harmless is None:
                return "a DTD is refused"
            at = harmless.end()
        elif is_comment or is_instruction:
            closing = "-->" if is_comment else "?>"
            at = text.find(closing, at) + len(closing)
            if at < len(closing):
                break
        else:
            local = name.rpartition(":")[2].lower()
            if local == "html":
                return "an HTML page"
            if local in FEED_ROOTS or local in SITEMAP_ROOTS:
                return Root(local, match.start())
            stranger = stranger or name
    return f"a document of <{stranger}>" if stranger else "no XML"


def hide_references(text: str) -> str:
    """Make XML fit for a parser that is to go on after damage: no controls, no ampersands.

    Feeds and sitemaps have `&nbsp;` and `?a=1&b=2` without a DTD that would make them right; and
    libxml2, once it has met damage, leaves out even `&amp;`. So it gets to see no reference at all.
    """
    return without_forbidden(text).replace("&", _AMPERSAND)


def show_references(text: str) -> str:
    """Undo `hide_references` in a text that the parser handed out, and resolve its references."""
    if _AMPERSAND not in text:
        return text
    # Only with a semicolon: browsers read `&copy=2` as a sign, and an address does not mean it.
    return _REFERENCE.sub(lambda match: unescape(match[0]), text.replace(_AMPERSAND, "&"))


def without_forbidden(text: str) -> str:
    """Take out controls, lone surrogates and whatever else no XML document may have."""
    return _FORBIDDEN.sub("", text)
