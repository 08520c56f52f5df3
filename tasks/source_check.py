"""An entry of the registry held against what its site says now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.records import Rights
from tasks import urls
from tasks.licensing import Statement, decide
from tasks.registry import Source
from tasks.site_check import SiteLook, SiteToLookAt

_EVERY_FEED = 100  # that an entry may name


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What came of checking an entry.

    `problem` is what speaks against it, None if nothing does; `notes` are worth knowing, no more.
    `stated` is the license that the homepage states for the whole site. `look` is None for a
    folder.
    """

    source_id: str
    problem: str | None = None
    notes: tuple[str, ...] = ()
    stated: Rights | None = None
    look: SiteLook | None = None


def site_to_check(entry: Source) -> SiteToLookAt:
    """What to look at for an entry that has a homepage or feeds."""
    return SiteToLookAt(
        source_id=entry.source_id,
        homepage=entry.homepage,
        feeds=entry.feeds,
        reads=_EVERY_FEED if entry.feeds else 1,
        delay_s=entry.pace_s,
    )


def check_unfetched(entry: Source) -> SourceCheck | None:
    """Check what needs no network: a folder, or an entry without an address. None for others."""
    if entry.location is not None:
        is_there = Path(entry.location).is_dir()
        return SourceCheck(
            source_id=entry.source_id,
            problem=None if is_there else f"there is no folder {entry.location}",
        )
    if entry.homepage is None and not entry.feeds:
        return SourceCheck(source_id=entry.source_id, problem="it has neither homepage nor feeds")
    return None


def check_site(entry: Source, look: SiteLook) -> SourceCheck:
    """Hold an entry against a look at its site."""
    stated = stated_rights(look.statements)
    return SourceCheck(
        source_id=entry.source_id,
        problem=look.problem
        or _why_moved(entry, look)
        or _why_no_feeds(entry, look)
        or _why_contradicted(entry, look.statements, stated),
        notes=() if look.problem else tuple(_notes(entry, look, stated)),
        stated=stated,
        look=look,
    )


def stated_rights(statements: Sequence[Statement]) -> Rights:
    """What a homepage's statements on the whole site add up to: not those on one article."""
    return decide(_of_site(statements), given=None, publisher=None, agency=None)


def _of_site(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    return tuple(statement for statement in statements if statement.scope != "article")


def _why_moved(entry: Source, look: SiteLook) -> str | None:
    if entry.homepage is None or look.homepage is None:
        return None
    if urls.same_host(entry.homepage, look.homepage):
        return None
    return f"it redirects to {look.homepage}: if that is the site, make it its homepage"


def _why_no_feeds(entry: Source, look: SiteLook) -> str | None:
    if not entry.feeds or any(document.problem is None for document in look.documents):
        return None
    first = look.documents[0]
    return f"none of its feeds can be read: {first.url}: {first.problem}"


def _why_contradicted(entry: Source, statements: Sequence[Statement], stated: Rights) -> str | None:
    """Why the homepage's words and the registered license cannot both be true."""
    if entry.license is None or stated.license is None:
        return None
    registered = Statement(
        entry.license, entry.license_url, "site", "registry", entry.license_evidence or ""
    )
    both = decide((*_of_site(statements), registered), given=None, publisher=None, agency=None)
    if not both.license_conflict:
        return None
    return (
        f"its license is registered as {entry.license}, but the homepage states "
        f"{stated.license}: {stated.license_evidence}"
    )


def _notes(entry: Source, look: SiteLook, stated: Rights) -> Iterator[str]:
    if look.homepage and entry.homepage and look.homepage != urls.as_requested(entry.homepage):
        yield f"redirects to {look.homepage}"
    if not look.documents and look.homepage:
        yield "neither feeds nor sitemaps found"
    for document in look.documents:
        if not document.is_of_use:
            yield f"{document.url}: {document.problem or 'it has no entries'}"
    if entry.language and look.language and look.language != entry.language:
        yield f"its language is registered as {entry.language}, the homepage states {look.language}"
    if look.homepage and entry.license and stated.license is None:
        yield f"the homepage does not state its license, registered as {entry.license}"
    elif stated.license and stated.license != entry.license:
        yield f"the homepage states {stated.license}, registered: {entry.license or 'none'}"
    if look.reserved:
        yield f"rights are reserved: {', '.join(look.reserved)}"
