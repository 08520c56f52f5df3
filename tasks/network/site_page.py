"""A page of a site, as far as a search of the site needs to know it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml.html import HtmlElement

from expectations.records import Reason
from tasks.decoding import Undecodable, decode
from tasks.discover.homepage import article_links, find_feeds, find_site, find_sitemaps
from tasks.discover.links import Link
from tasks.licensing import Statement, rights_in_page
from tasks.metadata import read_tags
from tasks.parsing import Refusal, declared_charset, parse_html
from tasks.walls import LOOKED_AT, Wall, find_wall

_HIDDEN = ("script", "style", "template")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """What a page names and says.

    `feeds`, `sitemaps` and `links` to articles are addresses that it leads to. `is_article`: it
    calls itself one. `wall` is the notice that it consists of, if it does. `name` and `language`
    are the site's; `statements` are what it says of rights, `reserved` which ones it reserves.
    """

    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    links: tuple[Link, ...]
    is_article: bool
    wall: Wall | None
    name: str | None
    language: str | None
    statements: tuple[Statement, ...]
    reserved: tuple[str, ...]


def read_site_page(body: bytes, *, url: str, charset: str | None) -> SitePage | Refusal:
    """Read a page of HTML; a refusal if it is none, or beyond a limit of `tasks.parsing`.

    Args:
        body: The bytes, content coding undone.
        url: Its address.
        charset: charset of the Content-Type header.

    Raises:
        MemoryError: The process's limit is reached.
    """
    decoded = decode(body, charset, declared_charset(body))
    if isinstance(decoded, Undecodable):
        return Refusal(Reason.UNDECODABLE, decoded.detail)
    tree = parse_html(decoded.text)
    if isinstance(tree, Refusal):
        return tree
    about, rights = find_site(tree), rights_in_page(tree, read_tags(tree))
    return SitePage(
        feeds=find_feeds(tree, url),
        sitemaps=find_sitemaps(tree, url),
        links=article_links(tree, url),
        is_article=_says_it_is_an_article(tree),
        wall=find_wall(tree, _visible_text(tree)),
        name=about.name,
        language=about.language,
        statements=tuple(rights.statements),
        reserved=tuple(rights.reserved),
    )


def _says_it_is_an_article(tree: HtmlElement) -> bool:
    """Whether a page calls itself an article (Open Graph)."""
    types = tree.iterfind(".//meta[@property='og:type']")
    return any((meta.get("content") or "").strip().lower() == "article" for meta in types)


def _visible_text(tree: HtmlElement) -> str:
    """The page's words, of which the first are enough to tell whether it has more than a notice."""
    pieces: list[str] = []
    size = 0
    for element in tree.iter():
        text = None if element.tag in _HIDDEN else element.text
        for piece in (text, element.tail):
            words = " ".join((piece or "").split())
            if words:
                pieces.append(words)
                size += len(words)
        if size > LOOKED_AT:
            break
    return "\n".join(pieces)
