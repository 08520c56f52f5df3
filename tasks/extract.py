"""One page -> one article, or the reason why not. Pure: no clock, no files, no network.

Runs in killable worker processes only (tasks.pool): pages are hostile, and neither lxml nor
trafilatura can be interrupted from within.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from typing import cast

import trafilatura
from lxml import etree
from lxml.html import HtmlElement, HTMLParser
from trafilatura.settings import Extractor

import tasks.trafilatura_patches  # noqa: F401 - imported for what it mends
from expectations.records import (
    Article,
    Cleaning,
    Content,
    Duplicates,
    Page,
    PageKind,
    Place,
    Reason,
    Rejection,
    Removed,
    Stage,
    Wire,
    reject_page,
)
from tasks import language, licensing, text, urls, wire
from tasks.metadata import Metadata, read_given, read_metadata
from tasks.walls import find_wall

EXTRACTOR = f"trafilatura {version('trafilatura')}"
TEXT_EXTRACTOR = "broadsheet.wire"
CHARSET_PRESCAN_BYTES = (
    1024  # HTML standard, 13.2.3.2: user agents look this far for <meta charset>
)
META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE
)
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")

# Comments are readers' words, not the article's. Thorough is trafilatura's default: it compares its
# own result with readability's and justext's. Where its own is long that changes next to nothing
# and costs a third of the time: of 264 labelled pages 256 came out equal, and body F1 was not lower
# (token F1 .961 against .958 on body/, .953 against .949 on publishers/).
THOROUGH = Extractor(output_format="python", comments=False, tables=True)
QUICK = Extractor(output_format="python", comments=False, tables=True, fast=True)
LONG_ENOUGH = 500  # code points


def _make_parser() -> HTMLParser:
    # huge_tree: without it libxml2 empties a tree with a text node of over 10 MB.
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
DEAD_WEIGHT = etree.XPath("//script[not(@type='application/ld+json')] | //style")


def extract_page(page: Page, *, now: datetime) -> Article | Rejection:
    """Extract the article of one page.

    Args:
        page: Bytes in any encoding.
        now: The run's clock, by which dates in the future are known.

    Returns:
        The article, or a rejection of stage decode or extract. Bad HTML never raises.
    """
    charset = page.charset
    if page.kind is PageKind.HTML and charset is None:
        charset = _meta_charset(page.body)
    decoded = text.decode(page.body, charset)
    if isinstance(decoded, text.Undecodable):
        return reject_page(page, Stage.DECODE, Reason.UNDECODABLE, decoded.detail)
    if not decoded.text.strip():
        return reject_page(page, Stage.EXTRACT, Reason.NO_TEXT, "the page is blank")
    if page.kind is PageKind.TEXT:
        return _article_of_text(page, decoded, now)
    return _article_of_html(page, decoded, now)


def _article_of_text(page: Page, decoded: text.Decoded, now: datetime) -> Article | Rejection:
    story = wire.read_wire(decoded.text)
    body, footers, statements = licensing.cut_footer(story.text)
    if not body:
        return reject_page(page, Stage.EXTRACT, Reason.NO_TEXT, "nothing but a footer")
    metadata = read_given(page.given, now=now)
    if metadata.title is None:
        metadata = replace(metadata, title=story.title)
    if not metadata.authors:
        metadata = replace(metadata, authors=story.authors)
    return _assemble(
        page,
        metadata,
        body=body,
        dateline=story.wire,
        removed=(*story.removed, *footers),
        statements=statements,
        reserved=(),
        extractor=TEXT_EXTRACTOR,
        warnings=decoded.warnings,
    )


def _article_of_html(page: Page, decoded: text.Decoded, now: datetime) -> Article | Rejection:
    tree = _parse(decoded.text)
    if tree is None:
        return reject_page(page, Stage.EXTRACT, Reason.UNPARSABLE, "no element could be parsed")
    metadata = read_metadata(tree, url=page.url, given=page.given, now=now)
    statements = licensing.statements_in_page(
        tree, metadata.licenses_json_ld, metadata.copyright_holder_json_ld
    )
    reserved = licensing.rights_reserved(tree)
    _drop_dead_weight(tree)
    body, footers, in_text = licensing.cut_footer(text.normalise(_find_body(tree, page.url)))
    if wall := find_wall(tree, body):
        return reject_page(page, Stage.EXTRACT, wall.reason, wall.detail)
    if not body:
        return reject_page(page, Stage.EXTRACT, Reason.NO_TEXT, "trafilatura found no article text")
    return _assemble(
        page,
        metadata,
        body=body,
        dateline=wire.find_dateline(body),
        removed=footers,
        statements=(*statements, *in_text),
        reserved=reserved,
        extractor=EXTRACTOR,
        warnings=decoded.warnings,
    )


def _assemble(  # noqa: PLR0913 - the parts of an article, all named at the call
    page: Page,
    metadata: Metadata,
    *,
    body: str,
    dateline: Wire,
    removed: tuple[Removed, ...],
    statements: tuple[licensing.Statement, ...],
    reserved: tuple[str, ...],
    extractor: str,
    warnings: tuple[str, ...],
) -> Article:
    url = urls.without_credentials(page.url) if page.url else None
    canonical = urls.choose_canonical(url, metadata.canonical_urls)
    rights = licensing.decide(
        statements,
        given=page.given.given_license,
        publisher=metadata.publisher,
        agency=dateline.agency,
    )
    publisher = metadata.publisher or rights.rights_holder
    credit = licensing.attribution_line(
        metadata.title, metadata.authors, rights, canonical or url, publisher
    )
    spoken = language.identify(body, metadata.declared_language)
    content_hash = text.content_hash(body)
    return Article(
        article_id=urls.article_id(canonical) if canonical else content_hash,
        place=Place(
            source_id=page.source_id,
            url=url,
            canonical_url=canonical,
            host=urls.host(canonical) if canonical else None,
            publisher=publisher,
        ),
        content=Content(
            title=metadata.title,
            description=metadata.description,
            authors=metadata.authors,
            section=metadata.section,
            tags=metadata.tags,
            image_url=metadata.image_url,
            language=spoken.code,
            language_score=spoken.score,
            text=body,
            text_length=len(body),
            word_count=text.word_count(body),
        ),
        times=metadata.times,
        fetched_at=page.fetched_at,
        fetched_at_source=page.fetched_at_source if page.fetched_at else None,
        wire=dateline,
        rights=replace(rights, attribution=credit, rights_reserved=reserved),
        cleaning=Cleaning(
            removed=removed,
            extractor=extractor,
            warnings=(
                *metadata.warnings,
                *warnings,
                *(["url_unusable"] if url and not canonical else []),
            ),
        ),
        duplicates=Duplicates(content_hash=content_hash),
        raw_ref=page.raw_ref,
    )


def _parse(html: str) -> HtmlElement | None:
    html = XML_DECLARATION.sub("", html, count=1)
    try:
        tree = etree.fromstring(html.encode("utf-8", "replace"), parser=PARSER)
    except etree.ParserError:
        return None
    return tree if isinstance(tree, HtmlElement) else None


def _find_body(tree: HtmlElement, url: str | None) -> str:
    quick = trafilatura.bare_extraction(tree, url=url, options=QUICK)
    if quick is not None and len(quick.text) >= LONG_ENOUGH:
        return str(quick.text)
    thorough = trafilatura.bare_extraction(tree, url=url, options=THOROUGH)
    return str(thorough.text) if thorough is not None else ""


def _drop_dead_weight(tree: HtmlElement) -> None:
    """Remove what trafilatura removes too, but only after copying it several times.

    JSON-LD stays: trafilatura tells forums by it. Output is equal on all labelled pages.
    """
    for element in cast("list[HtmlElement]", DEAD_WEIGHT(tree)):
        element.drop_tree()


def _meta_charset(body: bytes) -> str | None:
    match = META_CHARSET.search(body[:CHARSET_PRESCAN_BYTES])
    return match[1].decode("ascii") if match else None
