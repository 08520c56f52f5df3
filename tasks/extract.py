"""One page -> one article, or the reason why not. Pure: no clock, no files, no network.

Runs in killable worker processes only (tasks.pool): pages are hostile, and neither lxml nor
trafilatura can be interrupted from within.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from itertools import pairwise

from expectations.records import (
    Article,
    Cleaning,
    Content,
    Duplicates,
    Given,
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
from tasks import language, licensing, parsing, text, urls, wire
from tasks.body import find_body
from tasks.metadata import Metadata, date_by_dateline, read_given, read_metadata, read_tags
from tasks.walls import find_wall

TEXT_EXTRACTOR = "broadsheet.wire"
EXTRACTOR = f"trafilatura {version('trafilatura')}"


def extract_page(page: Page, *, now: datetime) -> Article | Rejection:
    """Extract the article of one page.

    Args:
        page: Bytes in any encoding.
        now: The run's clock, by which dates in the future are known.

    Returns:
        The article, or a rejection of stage decode or extract. Bad HTML never raises.
    """
    if binary := parsing.name_binary(page.body):
        return reject_page(page, Stage.DECODE, Reason.BINARY, f"neither text nor HTML: {binary}")
    own_charset = parsing.declared_charset(page.body) if page.kind is PageKind.HTML else None
    decoded = text.decode(page.body, page.charset, own_charset)
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
    if metadata.title is None and story.title is not None:
        metadata = replace(metadata, title=story.title, title_source="text")
    if not metadata.authors and story.authors:
        metadata = replace(metadata, authors=story.authors, authors_source="text")
    metadata = date_by_dateline(metadata, story.date_line, now=now)
    return _assemble(
        page,
        metadata,
        body=body,
        dateline=story.wire,
        now=now,
        removed=_in_order(story, footers, statements, title=metadata.title),
        statements=statements,
        reserved=page.reserved,
        extractor=TEXT_EXTRACTOR,
        warnings=decoded.warnings,
    )


def _in_order(
    story: wire.WireText,
    footers: tuple[Removed, ...],
    statements: tuple[licensing.Statement, ...],
    *,
    title: str | None,
) -> tuple[Removed, ...]:
    """All that was cut from a story, in its order; its headline too, unless it is the title.

    Each footer has a statement, whose span tells where it stood. A footer that the agency's lines
    interrupt is parted by them.
    """
    cuts = [
        (cut.at, cut.removed)
        for cut in story.cuts
        if cut.removed.kind != wire.HEADLINE or cut.removed.text != title
    ]
    spans = [statement.span for statement in statements if statement.span]
    at = 0
    for footer in footers:
        first = next(start for start, _ in spans if start >= at)
        at = story.text.index(footer.text, max(at, first - len(footer.text)))
        end = at + len(footer.text)
        bounds = [at, *(cut.at for cut in story.cuts if at < cut.at < end), end]
        cuts += [
            (start, Removed(footer.kind, story.text[start:stop].strip()))
            for start, stop in pairwise(bounds)
            if start < stop
        ]
        at = end
    # Stable: what the agency sent along stands before the part of the text that begins there.
    return tuple(removed for _, removed in sorted(cuts, key=lambda cut: cut[0]))


def _article_of_html(page: Page, decoded: text.Decoded, now: datetime) -> Article | Rejection:
    tree = parsing.parse_html(decoded.text)
    if isinstance(tree, parsing.Refusal):
        return reject_page(page, Stage.EXTRACT, tree.reason, tree.detail)
    tags = read_tags(tree)
    metadata = read_metadata(tree, tags, url=page.url, given=page.given, now=now)
    rights = licensing.rights_in_page(
        tree, tags, metadata.licenses_json_ld, metadata.copyright_holder_json_ld
    )
    found = find_body(tree, url=page.url, title=metadata.title, authors=metadata.authors)
    body, footers, in_text = licensing.cut_footer_of_page(tree, found.text)
    if wall := find_wall(tree, body):
        return reject_page(page, Stage.EXTRACT, wall.reason, wall.detail)
    if not body:
        return reject_page(page, Stage.EXTRACT, Reason.NO_TEXT, "trafilatura found no article text")
    return _assemble(
        page,
        metadata,
        body=body,
        dateline=wire.find_dateline(body),
        now=now,
        removed=(*found.removed, *footers),
        statements=(*rights.statements, *in_text),
        signed=rights.agency,
        reserved=tuple(sorted({*page.reserved, *rights.reserved})),
        extractor=EXTRACTOR,
        warnings=decoded.warnings,
    )


def _assemble(  # noqa: PLR0913 - the parts of an article, all named at the call
    page: Page,
    metadata: Metadata,
    *,
    body: str,
    dateline: Wire,
    now: datetime,
    removed: tuple[Removed, ...],
    statements: tuple[licensing.Statement, ...],
    reserved: tuple[str, ...],
    extractor: str,
    warnings: tuple[str, ...],
    signed: str | None = None,
) -> Article:
    metadata = date_by_dateline(metadata, dateline.dateline_date, now=now)
    url = urls.without_credentials(page.url) if page.url else None
    canonical = urls.choose_canonical(url, metadata.canonical_urls)
    rights = licensing.decide(
        (*statements, *_registered(page.given)),
        given=page.given.given_license,
        publisher=metadata.publisher,
        agency=dateline.agency or licensing.agency_of(metadata.authors, body) or signed,
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
            title_source=metadata.title_source,
            description=metadata.description,
            authors=metadata.authors,
            authors_source=metadata.authors_source,
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


def _registered(given: Given) -> tuple[licensing.Statement, ...]:
    """What the source registry states about the site that a page belongs to, or nothing."""
    if given.registry_license is None:
        return ()
    return (
        licensing.Statement(
            spdx=given.registry_license,
            url=given.registry_license_url,
            scope="site",
            source="registry",
            evidence=given.registry_license_evidence or "",
            holder=given.registry_holder,
        ),
    )
